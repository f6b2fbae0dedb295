"""The pages on the board and on triggers say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from truceline.records.board import ClockState

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "board_reference.py"
    spec = importlib.util.spec_from_file_location("board_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["board.md", "triggers.md"])
def test_the_tables_are_those_of_the_code(script: ModuleType, page: str) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert script.filled(page, text) == text
    spoilt = text.replace("| yes |", "| no |").replace(" % |", " per cent |")
    assert spoilt != text
    assert script.filled(page, spoilt) == text


def test_a_page_without_its_marks_is_named(script: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"board\.md lacks the marks of acts"):
        script.filled("board.md", "")


def test_every_state_of_a_clock_is_explained() -> None:
    text = (ROOT / "docs" / "reference" / "board.md").read_text(encoding="utf-8")
    assert [one.value for one in ClockState if f"| `{one.value}` |" not in text] == []
