"""What the writer and the reader of a log refuse where folder, journals and entries disagree."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from mission_worlds import DAY_US, KEY, ORIGIN, SEED, begun, files, mission

from truceline.evidence import ledger as ledger_module
from truceline.evidence.errors import HaltError, LedgerError
from truceline.evidence.journal import Journals, beside, read_journals
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import open_entry, write_entry
from truceline.evidence.stored import Stored
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import Tile, encode_bundle, hash_tiles
from truceline.evidence.tree import leaf_hash, root

SIGNER = SigningKey(name=ORIGIN, seed=SEED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return mission(tmp_path / "m")


def durable(folder: Path, count: int) -> None:
    with Ledger.open(folder, SEED) as ledger:
        body = dict(ledger.read(6).body)
        for _ in range(count):
            ledger.append_durable("derived", body, 1)
        ledger.commit(2 * DAY_US)


def test_a_log_does_not_begin_beside_the_journals_of_another(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    beside(folder)[1].write_bytes(b"")
    with pytest.raises(LedgerError, match="has journals beside it: they are of another log"):
        Ledger.create(folder, SEED, ORIGIN)
    assert beside(folder)[1].read_bytes() == b""


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file/m"
    with pytest.raises(LedgerError, match=f"^{re.escape(str(folder))} cannot be made: "):
        Ledger.create(folder, SEED, ORIGIN)


def test_the_head_is_given_as_it_was_signed(tmp_path: Path) -> None:
    with begun(tmp_path / "m") as ledger:
        assert (ledger.note, ledger.size) == (b"", 0)
        ledger.commit(0)
        assert ledger.note == (tmp_path / "m/log/checkpoint").read_bytes()
        assert ledger.registry.next_of(ORIGIN)[0] == ledger.size == 1


def test_a_root_is_given_for_each_size_that_the_log_had(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(folder)
    leaves = [leaf_hash(ledger.entry(index)) for index in range(7)]
    # The few that are kept are forgotten in between, and computed anew.
    monkeypatch.setattr(ledger_module, "ROOTS_KEPT", 2)
    for size in (*range(8), *range(8)):
        assert ledger.root_at(size) == root(leaves[:size])
    for size in (-1, 8):
        with pytest.raises(IndexError, match=f"no root of size {size} in a log of 7"):
            ledger.root_at(size)


def test_a_mission_is_begun_once(folder: Path) -> None:
    durable(folder, 1)
    with Ledger.open(folder, SEED) as ledger:
        body = dict(ledger.read(0).body)
        before = files(folder)
        with pytest.raises(LedgerError, match="entry 8 cannot be of kind 'mission'"):
            ledger.append_durable("mission", body, 1)
    assert files(folder) == before


def test_an_entry_under_the_head_that_nobody_signed_is_not_given_out(folder: Path) -> None:
    """A signed head says that the log holds the bytes, not that they say something."""
    ledger = Ledger.open(folder)
    entries = [ledger.entry(index) for index in range(7)]
    stranger = SigningKey(name=ORIGIN, seed=b"s" * 32)
    entries[6] = write_entry(open_entry(entries[6]).statement, stranger)
    leaves = [leaf_hash(entry) for entry in entries]
    for tile, content in hash_tiles(leaves).items():
        (folder / "log" / tile.path).write_bytes(content)
    (folder / "log/tile/entries/000.p/7").write_bytes(encode_bundle(entries))
    head = Checkpoint(origin=ORIGIN, size=7, root=root(leaves))
    (folder / "log/checkpoint").write_bytes(sign_note(head.text, SIGNER))
    reader = Ledger.open(folder)
    assert reader.read(5).seq == 5
    with pytest.raises(LedgerError, match=r"^entry 6: is signed by key "):
        reader.read(6)


def test_journals_with_another_entry_than_the_log_halt(folder: Path) -> None:
    """Both journals say the same, under the same head, and yet not what the folder holds."""
    begin = sign_note(_head(folder).text, SIGNER)
    durable(folder, 1)
    after = _head(folder)
    for path in beside(folder):
        path.unlink()
    journals = Journals.begin(beside(folder), KEY, begin)
    journals.append_entries([b"another entry"])
    journals.append_head(after, sign_note(after.text, SIGNER))
    journals.close()
    before = files(folder)
    with pytest.raises(HaltError, match="entry 7 is not the one in the log"):
        Ledger.open(folder, SEED)
    assert files(folder) == before


def test_entries_beyond_the_head_that_the_journals_lack_halt(folder: Path) -> None:
    durable(folder, 1)
    later = shutil.copytree(folder, folder.with_name("later"))
    for path, copy in zip(beside(folder), beside(later), strict=True):
        shutil.copy(path, copy)
    durable(later, 1)
    shutil.copy(later / "log/tile/entries/000.p/9", folder / "log/tile/entries/000.p/9")
    with pytest.raises(HaltError, match="holds 1 entries beyond the head that the journals do not"):
        Ledger.open(folder, SEED)
    told = read_journals(beside(folder), KEY)
    assert told is not None
    assert len(told.entries) == 1


def test_a_bundle_of_another_width_is_named(folder: Path) -> None:
    tile = Tile(level=None, index=0, width=7)
    (folder / "log/tile/entries/000.p/7").write_bytes(encode_bundle([b"one"]))
    with pytest.raises(LedgerError, match=r"^log/tile/entries/000\.p/7: holds 1 entries"):
        Stored(folder).bundle(tile)


def _head(folder: Path) -> Checkpoint:
    head = Ledger.open(folder).checkpoint
    if head is None:
        raise FormatError("the mission has no head")
    return head
