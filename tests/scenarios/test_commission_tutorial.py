"""The tutorial of a commission is run as it stands, and what it shows is what came."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from page_shell import Clock, PageShell, blocks, missing_line

PAGE = Path(__file__).parents[2] / "docs/tutorials/commission.md"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_what_the_tutorial_types_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = PageShell(tmp_path, Clock(START), monkeypatch)
    compared = 0
    for command, shown, heading in blocks(PAGE.read_text(encoding="utf-8")):
        said = shell.run(command)
        missing = missing_line(shown, said)
        assert not missing, f"{heading}: not shown: {missing}\n{said}"
        compared += len(shown.splitlines())
    assert compared > 20
    assert len(shell.calls) > 100


def test_a_line_that_did_not_come_is_noticed() -> None:
    said = "act\t1f0c\nclock\tx:ab  running\n"
    assert missing_line("act …\nclock x:… running\n", said) == ""
    assert missing_line("clock x:… stopped\n", said) == "clock x:… stopped"
    # In another order it is not what the page shows.
    assert missing_line("clock x:… running\nact …\n", said) == "act …"
