"""The tutorial of a commission is run as it stands, and what it shows is what came.

Then every act that was signed in it up to the activation is left out once. Without it nothing is
activated, unless it is one of `NOT_NEEDED`, each of which has its reason there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from page_shell import Clock, PageShell, Stage, blocks, missing_line

from truceline.pipeline.acts import ActLog
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.imports import ImportLog, read_imports
from truceline.records.act import Act
from truceline.records.board import Board, GuaranteeStatus

PAGE = Path(__file__).parents[2] / "docs/tutorials/commission.md"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
REMEDY = "A remedy, and whether it was kept"
CORRECTED = "The correction"

NO_REMEDY = "The declaration follows from the determination; no remedy is asked for."
HOUSE_QUORUM = (
    "docs/reference/board.md, What an activation waits for: the text states no quorum, and the "
    "default of the house bars no state from deciding."
)
# What the activation does not hang on: who did what, and why it may be left out.
NOT_NEEDED: Mapping[str, str] = {
    "nina case.position NTH": "Article 4: a party has a time to reply, and need not use it.",
    "emil vote.dissent determination": "A dissent stands beside the result and changes nothing.",
    "wanda motion.put remedy": NO_REMEDY,
    "chair vote.seal remedy": NO_REMEDY,
    "nora vote.seal remedy": NO_REMEDY,
    "wanda vote.seal remedy": NO_REMEDY,
    "emil vote.seal remedy": NO_REMEDY,
    "chair vote.open remedy": NO_REMEDY,
    "nora vote.open remedy": NO_REMEDY,
    "wanda vote.open remedy": NO_REMEDY,
    "emil vote.open remedy": NO_REMEDY,
    "chair motion.close remedy": NO_REMEDY,
    "chair remedy.set": NO_REMEDY,
    "rita case.evidence": "It is the exhibit of the remedy's follow-up.",
    "rita remedy.follow_up": NO_REMEDY,
    "asteria consultation.attend": HOUSE_QUORUM,
    "borland consultation.attend": HOUSE_QUORUM,
    "chair consultation.open": HOUSE_QUORUM,
    "chair consultation.close": "It closes the list of those who came; who decides need not wait.",
    "borland decision.state no": "Each state decides for itself.",
}
# The program's own commands, one left out at a time: words of the block from which on the page is
# played again, words of the line that is left out, and how far Asteria comes then.
LEFT_OUT = [
    ("DETERMINATION=$(", "determination record", "armed"),
    ("cat > declaration.toml", "motion close", "armed"),
    ("cat > declaration.toml", "breach declare", "armed"),
    ("CONSULTATION=$(", "consult convene", "armed"),
    # It is not needed: see HOUSE_QUORUM.
    ("CONSULTATION=$(", "consult open", "activated"),
    ("DECISION=$(", "--decision yes", "consulting"),
    ("DECISION=$(", "procedure step", "decided_yes"),
    ("DECISION=$(", "activation-record", "procedure_running"),
]


@dataclass
class Played:
    """The page, run once.

    Attributes:
        shell: As it is at the end.
        page: Its blocks: command, what it shows, heading.
        said: What the commands of each block printed.
        stages: The shell before the blocks with these words.
        activated: The folder as it was after the activation, before the correction.
    """

    shell: PageShell
    page: list[tuple[str, str, str]]
    said: list[str]
    stages: dict[str, Stage]
    activated: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        shell = PageShell(folder, Clock(START), patch)
        page = list(blocks(PAGE.read_text(encoding="utf-8")))
        said: list[str] = []
        stages: dict[str, Stage] = {}
        for command, _, heading in page:
            if heading == CORRECTED and CORRECTED not in stages:
                stages[CORRECTED] = shell.stage(folder / "activated")
            for words in {words for words, _, _ in LEFT_OUT if words in command}:
                assert words not in stages, f"two blocks have {words}"
                stages[words] = shell.stage(folder / f"before-{len(stages)}")
            said.append(shell.run(command))
        yield Played(
            shell=shell, page=page, said=said, stages=stages, activated=folder / "activated"
        )


def test_what_the_tutorial_types_prints_what_it_shows(played: Played) -> None:
    for (_, shown, heading), said in zip(played.page, played.said, strict=True):
        missing = missing_line(shown, said)
        assert not missing, f"{heading}: not shown: {missing}\n{said}"
    assert sum(len(shown.splitlines()) for _, shown, _ in played.page) > 30
    assert len(played.shell.calls) > 100


# ------------------------------------------------------------------------- each act is left out
def name_of(act: Act, by_id: Mapping[str, Act]) -> str:
    """Say who did what, on which question, for which party, or how it decided."""
    motion = act if act.name == "motion.put" else by_id.get(act.about, act)
    what = motion.detail.get("question") or act.detail.get("party") or act.detail.get("decision")
    return " ".join(filter(None, [act.actor, act.name, str(what or "")]))


@dataclass(frozen=True)
class Exercise:
    """What was signed up to the activation.

    Attributes:
        names: Name of each act of the mission's commission and of the board, by its id.
        without: Gives the board as the program folds it without these acts.
    """

    names: Mapping[str, str]
    without: Callable[[Collection[str]], Board]


@pytest.fixture
def exercise(played: Played, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    folder = played.activated / "board"
    imports = read_imports(folder)
    (mission,) = imports.logs.values()
    own, brought = tuple(GuarantorsBoard(folder).log.acts), tuple(mission.acts)
    assert [one.id for one in ActLog(played.activated / "mission").acts] == [
        one.id for one in brought
    ]
    monkeypatch.setattr(ImportLog, "refresh", lambda _: imports)

    def without(left_out: Collection[str]) -> Board:
        # What the mission's commission does not say any more does not come to the board either.
        mission.acts[:] = [one for one in brought if one.id not in left_out]
        opened = GuarantorsBoard(folder)
        opened.log.acts[:] = [one for one in opened.log.acts if one.id not in left_out]
        return opened.board(own[-1].at_us)

    by_id = {one.id: one for one in (*brought, *own)}
    return Exercise(names={act: name_of(one, by_id) for act, one in by_id.items()}, without=without)


def is_activated(board: Board) -> bool:
    """Tell whether an activation stands; the rows of the guarantees have to say the same."""
    rows = {one.status for one in board.guarantees}
    found = bool(rows & {GuaranteeStatus.ACTIVATED, GuaranteeStatus.DELIVERING})
    assert found == bool(board.activations)
    return found


def test_every_signed_act_is_needed_or_is_listed_with_its_reason(exercise: Exercise) -> None:
    names = exercise.names
    assert len(set(names.values())) == len(names) >= 50
    assert is_activated(exercise.without(()))
    still = {name for act, name in names.items() if is_activated(exercise.without({act}))}
    assert still == set(NOT_NEEDED)


def test_what_is_not_needed_is_not_needed_all_together_either(exercise: Exercise) -> None:
    left_out = {act for act, name in exercise.names.items() if name in NOT_NEEDED}
    board = exercise.without(left_out)
    assert board.activations == exercise.without(()).activations
    assert [one.present for one in board.consultations] == [()]
    assert board.refused == ()


def test_a_step_that_the_register_refuses_takes_nobody_further(played: Played) -> None:
    opened = GuarantorsBoard(played.activated / "board")
    acts = opened.log.acts
    acts[:] = [
        replace(one, detail={"step": "decision"}) if one.name == "procedure.step" else one
        for one in acts
    ]
    # Where it can be read is missing.
    assert [one.rule for one in opened.refused(acts[-1].at_us)] == ["field", "procedure_open"]


@pytest.mark.parametrize(
    ("begins", "left_out", "status"), LEFT_OUT, ids=[words for _, words, _ in LEFT_OUT]
)
def test_without_a_signed_command_the_program_activates_nothing(
    played: Played, tmp_path: Path, begins: str, left_out: str, status: str
) -> None:
    shell = played.shell
    shell.go_back(played.stages[begins], tmp_path / "exercise", left_out=left_out)
    first = next(place for place, one in enumerate(played.page) if begins in one[0])
    said = ""
    for command, _, heading in played.page[first:]:
        if heading == CORRECTED:
            break
        # Nothing of the remedy is needed, as is shown above.
        if heading != REMEDY:
            said = shell.run(command)
    # The last block shows the board.
    assert shell.dropped
    assert f"guarantee\tAST\tmilitary_capability\t{status}\n" in said
    assert ("\nactivation\t" in said) == (status == "activated")
    assert ("declaration\t" in said) == (status != "armed" or left_out == "consult convene")


def test_a_line_that_did_not_come_is_noticed() -> None:
    said = "act\t1f0c\nclock\tx:ab  running\n"
    assert missing_line("act …\nclock x:… running\n", said) == ""
    assert missing_line("clock x:… stopped\n", said) == "clock x:… stopped"
    # In another order it is not what the page shows.
    assert missing_line("clock x:… running\nact …\n", said) == "act …"
