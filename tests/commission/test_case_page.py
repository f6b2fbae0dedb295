"""The reference page says what the tables say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    place = ROOT / "scripts" / "case_acts.py"
    spec = importlib.util.spec_from_file_location("case_acts", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_made_from_the_tables() -> None:
    made = script()
    page = made.PAGE.read_text(encoding="utf-8")
    assert made.tables() in page, "run python scripts/case_acts.py"


def test_the_page_names_every_act_every_field_and_every_rule() -> None:
    made = script()
    page = made.PAGE.read_text(encoding="utf-8")
    for name, spec in made.ACTS.items():
        assert f"### {name}\n" in page
        for word in (*spec.fields, *spec.refused_by):
            assert f"`{word}`" in page
