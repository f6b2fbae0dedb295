"""A board is a log of its own: what missions signed comes in with proofs, nothing flows back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from acts_world import LOG, act, make_log, revoke

from truceline.evidence.folder import write_file
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import verify
from truceline.pipeline.board_folder import agreements_of, is_board, new_board, read_stored
from truceline.pipeline.imports import Imported, ImportLog, import_evidence, read_imports
from truceline.pipeline.run import packaged_agreement
from truceline.pipeline.seal import MissionError

KEY = str(LOG.verifier)


@pytest.fixture
def board(tmp_path: Path) -> Path:
    new_board(tmp_path / "board", "Guarantors", [packaged_agreement("mfo.toml")])
    return tmp_path / "board"


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    mission = make_log(tmp_path, ["anna"])
    derive(mission, b'{"finding":1}\n')
    return mission


def derive(mission: Path, findings: bytes) -> None:
    with Ledger.open(mission, LOG.seed) as ledger:
        ledger.store_derived("findings.jsonl", findings)
        ledger.commit(2)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -------------------------------------------------------------------------------- the board
def test_a_board_is_a_log_with_a_key_of_its_own(board: Path) -> None:
    assert verify(board, str(Ledger.open(board).key)).problem is None
    assert is_board(board)
    assert [terms.id for terms in agreements_of(board)] == ["mfo"]
    assert board.with_name("board.key").stat().st_mode & 0o77 == 0


def test_a_board_is_not_made_over_another_nor_without_an_agreement(
    board: Path, tmp_path: Path
) -> None:
    with pytest.raises(MissionError, match="board exists; a mission is never overwritten"):
        new_board(board, "again", [packaged_agreement("mfo.toml")])
    with pytest.raises(MissionError, match="no agreement given"):
        new_board(tmp_path / "other", "none", [])
    assert not (tmp_path / "other").exists()


def test_nothing_is_imported_into_what_is_no_board(mission: Path, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="is no board: make one with truceline board new"):
        import_evidence(mission, mission, KEY)
    with pytest.raises(FormatError, match="is no board"):
        import_evidence(tmp_path / "none", mission, KEY)


# --------------------------------------------------------------------------------- one way
def test_acts_and_findings_come_in_and_a_later_import_brings_only_what_is_new(
    board: Path, mission: Path
) -> None:
    opened = act(mission, "anna", "case.open", detail={"title": "a"})
    assert import_evidence(board, mission, KEY) == Imported(
        origin=LOG.name, size=5, entries=5, acts=1, files=1
    )
    noted = act(mission, "anna", "case.notify", about=opened)
    derive(mission, b'{"finding":2}\n')
    assert import_evidence(board, mission, KEY) == Imported(
        origin=LOG.name, size=7, entries=2, acts=2, files=1
    )
    assert import_evidence(board, mission, KEY).entries == 0
    log = read_imports(board).logs[LOG.name]
    assert [one.id for one in log.acts] == [opened, noted]
    assert log.derived == {"findings.jsonl": sha256(b'{"finding":2}\n').hexdigest()}
    assert verify(board, str(Ledger.open(board).key)).problem is None


def test_a_later_look_reads_only_what_was_imported_since(
    board: Path, mission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(mission, "anna", "case.open")
    import_evidence(board, mission, KEY)
    log = ImportLog(board)
    assert len(log.refresh().logs[LOG.name].acts) == 1
    act(mission, "anna", "case.notify")
    import_evidence(board, mission, KEY)
    read: list[str] = []

    def told(folder: Path, digest: str) -> bytes:
        read.append(digest)
        return read_stored(folder, digest)

    monkeypatch.setattr("truceline.pipeline.imports.read_stored", told)
    found = log.refresh().logs[LOG.name]
    # Of the second import its manifest and its entries.
    assert len(read) == 2
    assert log.refresh().logs[LOG.name] is found
    assert len(read) == 2
    whole = read_imports(board).logs[LOG.name]
    assert (found.acts, found.derived, found.edge.root) == (
        whole.acts, whole.derived, whole.edge.root,
    )  # fmt: skip
    assert found.rewritten == 0
    revoke(mission, "anna", 4)
    import_evidence(board, mission, KEY)
    assert log.refresh().logs[LOG.name].rewritten == 1


def test_a_look_that_failed_hides_nothing_from_the_next(board: Path, mission: Path) -> None:
    log = ImportLog(board)
    act(mission, "anna", "case.open")
    import_evidence(board, mission, KEY)
    entries = next(path for path in (board / "originals").rglob("*")
                   if path.is_file() and b'"payloadType"' in path.read_bytes())  # fmt: skip
    whole = entries.read_bytes()
    entries.write_bytes(whole[:-1])
    for _ in range(2):
        with pytest.raises(LedgerError, match="is not the file that was stated"):
            log.refresh()
    entries.write_bytes(whole)
    assert len(log.refresh().logs[LOG.name].acts) == 1


def test_nothing_flows_back(board: Path, mission: Path) -> None:
    act(mission, "anna", "case.open")
    before = everything(mission)
    beside = sorted(path.name for path in mission.parent.iterdir() if path.name.startswith("m"))
    import_evidence(board, mission, KEY)
    assert everything(mission) == before
    assert beside == sorted(
        path.name for path in mission.parent.iterdir() if path.name.startswith("m")
    )


def test_what_was_imported_needs_the_mission_no_more(board: Path, mission: Path) -> None:
    opened = act(mission, "anna", "case.open")
    import_evidence(board, mission, KEY)
    shutil.rmtree(mission)
    assert [one.id for one in read_imports(board).logs[LOG.name].acts] == [opened]


def test_a_stolen_key_is_disputed_on_the_board_too(board: Path, mission: Path) -> None:

    act(mission, "anna", "case.open")
    import_evidence(board, mission, KEY)
    revoke(mission, "anna", 4)
    import_evidence(board, mission, KEY)
    assert [one.disputed for one in read_imports(board).logs[LOG.name].acts] == [True]


# --------------------------------------------------------------------------------- refused
def test_a_mission_of_another_key_is_refused(board: Path, mission: Path) -> None:
    other = str(Ledger.open(board).key)
    with pytest.raises(LedgerError, match=r"is signed by example\.org/m\+.*, not by truceline"):
        import_evidence(board, mission, other)
    with pytest.raises(FormatError, match="is no verifier key"):
        import_evidence(board, mission, "anybody")
    assert read_imports(board).logs == {}


def rewritten(mission: Path, tmp_path: Path) -> Path:
    """A second history under the same key, as long as the first or longer."""
    other = tmp_path / "other"
    other.mkdir()
    again = make_log(other, ["eve", "mallory"])
    derive(again, b"{}\n")
    assert Ledger.open(again).size >= Ledger.open(mission).size
    return again


def older(mission: Path, tmp_path: Path) -> Path:
    del mission
    other = tmp_path / "older"
    other.mkdir()
    return make_log(other, [])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (rewritten, r"signs a head of size 5 that does not continue the 4 entries"),
        (older, "has 2 entries, 4 were imported before: it is an older copy, or its history"),
    ],
)
def test_another_history_is_refused_and_what_was_imported_stays(
    board: Path, mission: Path, tmp_path: Path, spoil: Callable[[Path, Path], Path], why: str
) -> None:
    import_evidence(board, mission, KEY)
    before = everything(board)
    with pytest.raises(LedgerError, match=why):
        import_evidence(board, spoil(mission, tmp_path), KEY)
    assert everything(board) == before


def test_a_file_that_is_not_the_stated_one_is_refused(board: Path, mission: Path) -> None:
    write_file(mission, "derived/findings.jsonl", b'{"finding":9}\n')
    before = everything(board)
    with pytest.raises(LedgerError, match=r"findings\.jsonl is not the file that its log states"):
        import_evidence(board, mission, KEY)
    assert everything(board) == before


def test_a_board_whose_import_was_changed_afterwards_is_not_read(
    board: Path, mission: Path
) -> None:
    import_evidence(board, mission, KEY)
    found = next(
        path for path in (board / "originals").rglob("*") if path.is_file() and b"DSSE" not in
        path.read_bytes() and b'"payloadType"' in path.read_bytes()
    )  # fmt: skip
    found.write_bytes(found.read_bytes()[:-1])
    with pytest.raises(LedgerError, match="is not the file that was stated"):
        read_imports(board)
