"""A head that is written in a second thread, while statements go on being taken."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from mission_worlds import KEY, SEED, files, mission

from truceline.evidence.errors import DurabilityError, LedgerError
from truceline.evidence.journal import beside
from truceline.evidence.ledger import Ledger, Upkeep
from truceline.evidence.receipt import Receipt
from truceline.evidence.stored import Stored
from truceline.evidence.tiles import Tile
from truceline.evidence.verify import verify
from truceline.records.canonical import Json

BODY: dict[str, Json] = {"path": "a.jsonl", "sha256": "ab" * 32, "size": 1}
WAIT_S = 10


def hand_in(ledger: Ledger, count: int) -> list[Receipt]:
    """State a derived file of the mission again and again."""
    body = ledger.read(ledger.size - 2).body
    return [ledger.append_durable("derived", body, at) for at in range(count)]


def insist_on_all(folder: Path, size: int) -> None:
    report = verify(folder, str(KEY))
    assert (report.problem, report.size) == (None, size)


def test_what_comes_while_it_is_written_stands_under_the_next(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m", extra=245)
    with Ledger.open(folder, SEED) as ledger:
        before = hand_in(ledger, 9)
        begun = ledger.begin_head()
        assert ledger.begin_head() is begun
        after = hand_in(ledger, 3)
        assert ledger.size == 252
        assert [one.index for one in (*before, *after)] == [*range(252, 264)]
        head = ledger.end_head()
        assert (head.size, ledger.checkpoint) == (261, head)
        insist_on_all(folder, 261)
        (last,) = hand_in(ledger, 1)
        assert last.index == 264
        assert ledger.commit(1).size == 265
    insist_on_all(folder, 265)
    said = [one.sha256 for one in Ledger.open(folder).statements()]
    assert said[252:] == [one.statement for one in (*before, *after, last)]


def test_it_is_stored_while_statements_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m")
    go_on = threading.Event()
    honest = Stored.write

    def slow(self: Stored, tile: Tile, content: bytes) -> None:
        assert go_on.wait(WAIT_S)
        honest(self, tile, content)

    monkeypatch.setattr(Stored, "write", slow)
    with Ledger.open(folder, SEED) as ledger:
        hand_in(ledger, 2)
        begun = ledger.begin_head()
        assert begun is not None
        assert hand_in(ledger, 2)[1].index == 10
        assert not begun.done()
        go_on.set()
        assert ledger.end_head().size == 9


def test_nothing_new_begins_no_head_and_none_ends_that_was_not_begun(tmp_path: Path) -> None:
    with Ledger.open(mission(tmp_path / "m"), SEED) as ledger:
        assert ledger.begin_head() is None
        with pytest.raises(LedgerError, match="has no head that was begun"):
            ledger.end_head()
        hand_in(ledger, 1)
        assert ledger.begin_head() is not None
        ledger.end_head()
        assert ledger.begin_head() is None
        ledger.append("derived", BODY)
        with pytest.raises(LedgerError, match="committed first"):
            ledger.begin_head()


@pytest.mark.parametrize("upkeep", [Upkeep(), Upkeep(journal_bytes=0), Upkeep(state_entries=1)])
def test_a_commit_ends_what_was_begun_and_covers_the_rest(tmp_path: Path, upkeep: Upkeep) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED, upkeep=upkeep) as ledger:
        hand_in(ledger, 2)
        ledger.begin_head()
        hand_in(ledger, 3)
        assert ledger.append("derived", ledger.read(5).body) == 12
        assert ledger.commit(1).size == 13
    insist_on_all(folder, 13)


@pytest.mark.parametrize("later", [0, 3])
@pytest.mark.parametrize("upkeep", [Upkeep(journal_bytes=0), Upkeep(state_entries=1)])
def test_what_begins_anew_begins_at_a_head_over_everything(
    tmp_path: Path, upkeep: Upkeep, later: int
) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED, upkeep=upkeep) as ledger:
        hand_in(ledger, 2)
        ledger.begin_head()
        hand_in(ledger, later)
        assert ledger.end_head().size == 9 + later
        assert ledger.begin_head() is None
        begun_anew = beside(folder)[0].stat().st_size < 1000
        assert begun_anew == (upkeep.journal_bytes == 0)
        hand_in(ledger, 1)
    with Ledger.open(folder, SEED, upkeep=upkeep) as ledger:
        assert ledger.size == 10 + later
    insist_on_all(folder, 10 + later)


def test_a_disk_error_beside_closes_the_ledger_when_the_head_is_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m")
    head = (folder / "log/checkpoint").read_bytes()

    def fail(_file: int) -> None:
        raise OSError(5, "Input/output error")

    with Ledger.open(folder, SEED) as ledger:
        hand_in(ledger, 2)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            begun = ledger.begin_head()
            assert begun is not None
            assert isinstance(begun.exception(WAIT_S), OSError)
        with pytest.raises(DurabilityError, match="Input/output error"):
            ledger.end_head()
        assert not ledger.is_writing
        assert (folder / "log/checkpoint").read_bytes() == head
    with Ledger.open(folder, SEED) as ledger:
        assert ledger.size == 9


def test_who_closes_waits_for_what_is_being_written(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    ledger = Ledger.open(folder, SEED)
    hand_in(ledger, 600)
    begun = ledger.begin_head()
    assert begun is not None
    ledger.close()
    assert begun.done()
    left = files(folder)
    with Ledger.open(folder, SEED) as ledger:
        assert ledger.size == 607
    assert left.keys() - files(folder).keys() == {"log/tile/0/000.p/7", "log/tile/entries/000.p/7"}
    insist_on_all(folder, 607)


class PowerCut(BaseException):
    """The machine stops here."""


def cut_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so many calls reach the disk, of whatever thread, then none."""
    left = [steps]

    def counted(name: str) -> None:
        honest = getattr(os, name)

        def call(*arguments: object, **options: object) -> object:
            if not left[0]:
                raise PowerCut
            left[0] -= 1
            return honest(*arguments, **options)

        monkeypatch.setattr(os, name, call)

    for name in ("fsync", "fdatasync", "pwrite", "replace", "mkdir", "unlink", "rmdir"):
        counted(name)


def test_a_crash_between_any_two_steps_keeps_every_receipt(tmp_path: Path) -> None:
    origin = mission(tmp_path / "origin", extra=245)
    crashed, steps = True, 0
    while crashed:
        folder, receipts = shutil.copytree(origin, tmp_path / f"m{steps}"), list[Receipt]()
        with pytest.MonkeyPatch.context() as patch:
            cut_after(steps, patch)
            try:
                # The journals begin anew, so that the rest is covered too.
                with Ledger.open(folder, SEED, upkeep=Upkeep(journal_bytes=0)) as ledger:
                    receipts += hand_in(ledger, 5)
                    begun = ledger.begin_head()
                    assert begun is not None
                    begun.exception(WAIT_S)
                    receipts += hand_in(ledger, 2)
                    ledger.end_head()
                crashed = False
            except PowerCut:
                steps += 1
        with Ledger.open(folder, SEED) as ledger:
            held = [ledger.read(at).sha256 for at in range(252, ledger.size)]
            assert held[: len(receipts)] == [one.statement for one in receipts]
        insist_on_all(folder, 252 + len(held))
        shutil.rmtree(folder)
    assert steps > 40
