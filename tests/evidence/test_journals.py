"""What is acknowledged stands in two journals; start-up heals one from the other, or halts."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_worlds import KEY, SEED, fill, mission

from truceline.evidence.errors import DurabilityError, HaltError, LedgerError
from truceline.evidence.journal import NOTHING_BEFORE, beside, frame_at, make_frame, merge
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import open_checkpoint
from truceline.evidence.receipt import read_receipt, sign_receipt
from truceline.evidence.strict import FormatError
from truceline.evidence.tree import Frontier, leaf_hash, root
from truceline.evidence.verify import verify


def durable(folder: Path, count: int = 3) -> list[str]:
    """Hand in statements and leave them without a head, as a killed writer does."""
    with Ledger.open(folder, SEED) as ledger:
        body = dict(ledger.read(ledger.size - 2).body)
        return [ledger.append_durable("derived", body, at).statement for at in range(count)]


def last_statements(folder: Path, count: int) -> list[str]:
    return [one.sha256 for one in Ledger.open(folder).statements()][-count:]


def test_a_receipt_names_statement_index_and_frame_and_is_signed(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        receipt = ledger.append_durable("derived", ledger.read(5).body, 1)
        assert receipt.index == 7
        assert read_receipt(receipt.note, KEY) == receipt
        head = ledger.commit(2)
    assert head.size == 8
    assert Ledger.open(folder).read(7).sha256 == receipt.statement
    journal = beside(folder)[0].read_bytes()
    first = frame_at(journal, 0)
    assert first is not None
    second = frame_at(journal, len(first.content))
    assert second is not None
    assert second.digest.hex() == receipt.frame
    assert verify(folder, str(KEY)).problem is None


def test_a_receipt_is_no_checkpoint_and_no_other_logs(tmp_path: Path) -> None:
    signer = SigningKey(name=KEY.name, seed=SEED)
    note = sign_receipt(3, "ab" * 32, "cd" * 32, signer).note
    with pytest.raises(FormatError, match="three lines"):
        open_checkpoint(note, KEY)
    other = SigningKey(name="example.org/other", seed=b"o" * 32)
    with pytest.raises(FormatError, match="is not signed by"):
        read_receipt(note, other.verifier)
    head = (mission(tmp_path / "m") / "log/checkpoint").read_bytes()
    with pytest.raises(FormatError, match="is no receipt"):
        read_receipt(head, KEY)
    with pytest.raises(FormatError, match="by their hashes"):
        sign_receipt(3, "ab", "cd" * 32, signer)


def test_a_mission_written_in_one_go_has_no_journals(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    assert not any(path.exists() for path in beside(folder))
    assert Ledger.open(folder).check_journals() is None


def test_what_has_a_receipt_is_there_after_a_kill(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    said = durable(folder)
    assert Ledger.open(folder).size == 7
    Ledger.open(folder, SEED).close()
    assert last_statements(folder, 3) == said
    assert verify(folder, str(KEY)).size == 10


def test_batches_go_through_the_journals_once_they_exist(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 1)
    with Ledger.open(folder, SEED) as ledger:
        fill(ledger, 300)
        head = ledger.commit(3)
    told = Ledger.open(folder).check_journals()
    assert told is not None
    assert (told.first, len(told.entries), told.heads[-1]) == (7, 293, head)
    assert verify(folder, str(KEY)).problem is None


def test_journals_may_stand_on_other_disks(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    paths = (tmp_path / "disk1" / "a", tmp_path / "disk2" / "b")
    for path in paths:
        path.parent.mkdir()
    with Ledger.open(folder, SEED, paths) as ledger:
        ledger.append_durable("derived", ledger.read(5).body, 1)
        ledger.commit(1)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert not any(path.exists() for path in beside(folder))


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("how", ["lost", "empty", "cut", "flipped", "inserted", "zeroed"])
def test_one_damaged_journal_is_healed_from_the_other(which: int, how: str, tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    said = durable(folder)
    path = beside(folder)[which]
    whole = path.read_bytes()
    half = len(whole) // 2
    changed = {
        "empty": b"",
        "cut": whole[:half],
        "flipped": whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
        "inserted": whole[:half] + b"x" + whole[half:],
        "zeroed": whole[:512] + bytes(512) + whole[1024:],
    }
    if how == "lost":
        path.unlink()
    else:
        path.write_bytes(changed[how])
    told = Ledger.open(folder).check_journals()
    assert told is not None
    assert told.damaged == (path,)
    Ledger.open(folder, SEED).close()
    assert last_statements(folder, 3) == said
    a, b = (path.read_bytes() for path in beside(folder))
    assert a == b
    assert a.startswith(whole)


def test_damage_at_different_places_of_both_is_healed(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    said = durable(folder)
    for path, at in zip(beside(folder), (300, -300), strict=True):
        content = bytearray(path.read_bytes())
        content[at] ^= 1
        path.write_bytes(content)
    Ledger.open(folder, SEED).close()
    assert last_statements(folder, 3) == said


def test_damage_at_the_same_place_of_both_halts_and_names_it(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder)
    kept = {}
    for path in beside(folder):
        content = bytearray(path.read_bytes())
        content[700] ^= 1
        path.write_bytes(content)
        kept[path] = bytes(content)
    with pytest.raises(HaltError, match=r"journal-a: frame 2 at byte \d+ is whole, but"):
        Ledger.open(folder, SEED)
    assert {path: path.read_bytes() for path in kept} == kept


def test_two_histories_halt(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 1)
    other = shutil.copytree(folder, tmp_path / "n")
    for from_path, to in zip(beside(folder), beside(other), strict=True):
        shutil.copy(from_path, to)
    durable(folder, 1)
    with Ledger.open(other, SEED) as ledger:
        ledger.append_durable("derived", ledger.read(5).body, 77)
    shutil.copy(beside(other)[1], beside(folder)[1])
    with pytest.raises(HaltError, match="two histories"):
        Ledger.open(folder, SEED)


def test_an_older_folder_is_brought_forward_from_the_journals(tmp_path: Path) -> None:
    """Without journals whoever has the key could write a second history from there."""
    folder = mission(tmp_path / "m")
    durable(folder, 1)
    Ledger.open(folder, SEED).close()
    old = shutil.copytree(folder, tmp_path / "old")
    said = durable(folder, 3)
    Ledger.open(folder, SEED).close()
    head = (folder / "log/checkpoint").read_bytes()
    shutil.rmtree(folder)
    shutil.copytree(old, folder)
    Ledger.open(folder, SEED).close()
    assert (folder / "log/checkpoint").read_bytes() == head
    assert last_statements(folder, 3) == said


def test_a_folder_older_than_its_journals_halts(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    old = shutil.copytree(folder, tmp_path / "old")
    with Ledger.open(folder, SEED) as ledger:
        ledger.store_derived("b.jsonl", b"")
        ledger.commit(1)
    durable(folder, 1)
    shutil.rmtree(folder)
    shutil.copytree(old, folder)
    with pytest.raises(HaltError, match="the folder is an older one"):
        Ledger.open(folder, SEED)


def test_journals_older_than_the_head_halt(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 1)
    old = [path.read_bytes() for path in beside(folder)]
    Ledger.open(folder, SEED).close()
    for path, content in zip(beside(folder), old, strict=True):
        path.write_bytes(content)
    with pytest.raises(HaltError, match="no frame holds the signed head of size 8"):
        Ledger.open(folder, SEED)


def test_journals_of_another_log_halt(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    frame = make_frame(0, NOTHING_BEFORE, b"Bsomebody+else\n")
    for path in beside(folder):
        path.write_bytes(frame.content)
    with pytest.raises(HaltError, match="is of the log"):
        Ledger.open(folder, SEED)
    for path in beside(folder):
        path.write_bytes(b"x" * 200)
    with pytest.raises(HaltError, match="no whole frame at byte 0"):
        Ledger.open(folder, SEED)
    with pytest.raises(LedgerError, match="journals beside it"):
        Ledger.create(tmp_path / "m2", SEED, KEY.name, beside(folder))


@pytest.mark.parametrize("call", ["fdatasync", "pwrite"])
def test_a_disk_error_stops_the_ledger_for_good(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m")
    said = durable(folder, 1)

    def fail(*_arguments: object) -> None:
        raise OSError(5, "Input/output error")

    ledger = Ledger.open(folder, SEED)
    body = ledger.read(5).body
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(DurabilityError, match="Input/output error"):
            ledger.append_durable("derived", body, 1)
    with pytest.raises(LedgerError, match="not open for writing"):
        ledger.append_durable("derived", body, 1)
    Ledger.open(folder, SEED).close()
    assert said[0] in [one.sha256 for one in Ledger.open(folder).statements()]


def test_a_rival_writer_is_noticed_before_anything_is_written(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 1)
    with Ledger.open(folder, SEED) as ledger:
        path = beside(folder)[1]
        path.write_bytes(path.read_bytes() + b"x")
        before = beside(folder)[0].read_bytes()
        with pytest.raises(HaltError, match="written by another"):
            ledger.append_durable("derived", ledger.read(5).body, 1)
        assert beside(folder)[0].read_bytes() == before


def test_what_is_not_committed_is_not_mixed_with_what_is_durable(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        body = ledger.read(5).body
        ledger.append("derived", body)
        with pytest.raises(LedgerError, match="has to be committed first"):
            ledger.append_durable("derived", body, 1)
    with pytest.raises(LedgerError, match="not open for writing"):
        Ledger.open(folder).append_durable("derived", body, 1)


@settings(max_examples=60, deadline=None)
@given(
    bodies=st.lists(st.binary(max_size=40), min_size=1, max_size=6),
    cuts=st.tuples(st.integers(0, 400), st.integers(0, 400)),
)
def test_merging_gives_the_longest_chain_that_either_holds(
    bodies: list[bytes], cuts: tuple[int, int]
) -> None:
    before, frames = NOTHING_BEFORE, []
    for number, body in enumerate(bodies):
        frames.append(make_frame(number, before, body))
        before = frames[-1].digest
    whole = b"".join(frame.content for frame in frames)
    longest = min(max(cuts), len(whole))
    ends = [len(b"".join(f.content for f in frames[:count])) for count in range(len(frames) + 1)]
    wanted = max(count for count, end in enumerate(ends) if end <= longest)
    assert merge(("a", "b"), [whole[:cut] for cut in cuts]) == frames[:wanted]


def test_a_frontier_has_the_root_of_every_size() -> None:
    chance = random.Random(3)  # noqa: S311 - any bytes
    leaves, frontier = [], Frontier()
    assert frontier.root == root([])
    for _ in range(70):
        leaves.append(leaf_hash(chance.randbytes(4)))
        frontier.append(leaves[-1])
        assert frontier.root == root(leaves)
