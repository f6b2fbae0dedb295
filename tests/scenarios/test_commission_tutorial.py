"""The tutorial of a commission is run as it stands, and what it shows is what came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from page_shell import Clock, PageShell, blocks, missing_line

PAGE = Path(__file__).parents[2] / "docs/tutorials/commission.md"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONSULTED = "A consultation, and decisions"


@dataclass
class Played:
    """The page, run once.

    Attributes:
        shell: As it is at the end.
        before: The folder as it was before the consultation.
        said: What each block shows, what its commands printed, and its heading.
    """

    shell: PageShell
    before: Path
    said: list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("tutorial")
    before = folder / "before"
    with pytest.MonkeyPatch.context() as patch:
        shell = PageShell(folder, Clock(START), patch)
        said = []
        for command, shown, heading in blocks(PAGE.read_text(encoding="utf-8")):
            if heading == CONSULTED and not before.exists():
                copytree(folder / "exercise", before)
            said.append((shown, shell.run(command), heading))
        yield Played(shell=shell, before=before, said=said)


def test_what_the_tutorial_types_prints_what_it_shows(played: Played) -> None:
    for shown, said, heading in played.said:
        missing = missing_line(shown, said)
        assert not missing, f"{heading}: not shown: {missing}\n{said}"
    assert sum(len(shown.splitlines()) for shown, _, _ in played.said) > 30
    assert len(played.shell.calls) > 100


@pytest.mark.parametrize("left_out", ["consult convene"])
def test_without_a_signed_human_entry_nothing_is_activated(
    played: Played, tmp_path: Path, left_out: str
) -> None:
    shell = played.shell
    shell.patch.chdir(copytree(played.before, tmp_path / "exercise"))
    shell.left_out = left_out
    said = ""
    for command, _, heading in blocks(PAGE.read_text(encoding="utf-8")):
        if heading == CONSULTED:
            said = shell.run(command)
    # The last block shows the board, which has the declaration and no activation.
    assert "declaration\t" in said
    assert "guarantee\tAST\tmilitary_capability\t" in said
    assert "activation\t" not in said
    assert "\tactivated" not in said


def test_a_line_that_did_not_come_is_noticed() -> None:
    said = "act\t1f0c\nclock\tx:ab  running\n"
    assert missing_line("act …\nclock x:… running\n", said) == ""
    assert missing_line("clock x:… stopped\n", said) == "clock x:… stopped"
    # In another order it is not what the page shows.
    assert missing_line("clock x:… running\nact …\n", said) == "act …"
