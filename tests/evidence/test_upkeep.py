"""Journals that begin anew, the snapshot beside the folder, and the edge that a reader reads."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from mission_worlds import KEY, SEED, fill, mission

from truceline.evidence import ledger as ledger_module
from truceline.evidence.edge import Edge, SignedTree
from truceline.evidence.errors import DurabilityError, HaltError, LedgerError
from truceline.evidence.journal import beside
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger, Upkeep
from truceline.evidence.proof import check_proof
from truceline.evidence.registry import Registry
from truceline.evidence.state import State, read_state, state_path, write_state
from truceline.evidence.statement import Opened, open_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import Tile, hash_tiles
from truceline.evidence.tree import EMPTY_ROOT, inclusion_proof, leaf_hash, root
from truceline.evidence.verify import verify
from truceline.records.canonical import Json

SMALL = Upkeep(journal_bytes=0, state_entries=1)
SIGNER = SigningKey(name=KEY.name, seed=SEED)
LEAVES = [leaf_hash(b"%d" % at) for at in range(66_000)]
SIZES = [0, 1, 255, 256, 257, 512, 700, 65_535, 65_536, 65_537, 66_000]


@pytest.mark.parametrize("size", SIZES)
def test_an_edge_gives_the_tiles_and_the_root_of_the_whole_list(size: int) -> None:
    edge, made, at = Edge(), dict[Tile, bytes](), 0
    for step in (1, 254, 2, 300, 5, 70_000):
        end = min(size, at + step)
        made |= edge.extend(LEAVES[at:end])
        at = end
    whole = hash_tiles(LEAVES[:size])
    assert {tile: made[tile] for tile in whole} == whole
    assert (edge.size, edge.root) == (size, root(LEAVES[:size]))
    tree = SignedTree.open(whole.__getitem__, size, edge.root)
    for earlier in {0, 1, size // 3, size} - ({1} if not size else set()):
        assert tree.root_at(earlier) == root(LEAVES[:earlier])
    for index in {0, size // 2, size - 1} if size else ():
        assert tree.inclusion_path(index) == inclusion_proof(LEAVES[:size], index)
        assert tree.leaf(index) == LEAVES[index]


def test_a_tile_that_does_not_lead_to_the_signed_root_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("truceline.evidence.edge.TILES_KEPT", 1)
    made = hash_tiles(LEAVES[:800])
    tile = Tile(level=0, index=1, width=256)
    good = SignedTree.open(made.__getitem__, 800, root(LEAVES[:800]))
    assert [good.leaf(at) for at in (0, 300, 0, 799)] == [LEAVES[at] for at in (0, 300, 0, 799)]
    made[tile] = bytes(32) + made[tile][32:]
    tree = SignedTree.open(made.__getitem__, 800, root(LEAVES[:800]))
    assert tree.leaf(0) == LEAVES[0]
    for index in (256, 511):
        with pytest.raises(FormatError, match="tile/0/001 does not lead to the root"):
            tree.leaf(index)
    with pytest.raises(FormatError, match="do not have the root"):
        SignedTree.open(made.__getitem__, 800, EMPTY_ROOT)


def durable(folder: Path, count: int, upkeep: Upkeep | None = None) -> None:
    with Ledger.open(folder, SEED, upkeep=upkeep) as ledger:
        body = dict(ledger.read(5).body)
        for at in range(count):
            ledger.append_durable("derived", body, at)
        ledger.commit(count)


def test_journals_begin_anew_at_a_head_and_stay_small(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    sizes = []
    for _ in range(3):
        durable(folder, 5, SMALL)
        a, b = (path.read_bytes() for path in beside(folder))
        assert a == b
        sizes.append(len(a))
    assert len(set(sizes)) == 1
    told = Ledger.open(folder).check_journals()
    assert told is not None
    assert (told.first, told.entries, told.heads) == (22, (), (Ledger.open(folder).checkpoint,))
    assert verify(folder, str(KEY)).problem is None


@pytest.mark.parametrize("late", [0, 1])
def test_a_crash_between_the_two_beginnings_is_healed(late: int, tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 3)
    old = beside(folder)[0].read_bytes()
    durable(folder, 2, Upkeep(journal_bytes=10**9))
    grown = beside(folder)[0].read_bytes()
    durable(folder, 1, SMALL)
    new = beside(folder)[0].read_bytes()
    for left in (old, grown):
        beside(folder)[1 - late].write_bytes(left)
        told = Ledger.open(folder).check_journals()
        assert told is not None
        assert told.damaged == (beside(folder)[1 - late],)
        assert told.older
        Ledger.open(folder, SEED).close()
        assert [path.read_bytes() for path in beside(folder)] == [new, new]


def test_a_journal_that_goes_on_beyond_the_other_s_beginning_halts(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 3, SMALL)
    new = beside(folder)[0].read_bytes()
    copy = shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder)
    for path in beside(folder):
        path.unlink()
    mission(folder)
    durable(folder, 6)
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    beside(folder)[0].write_bytes(new)
    before = [path.read_bytes() for path in beside(folder)]
    with pytest.raises(HaltError, match=r"goes on to entry 12, but the other .* of 10"):
        Ledger.open(folder, SEED)
    assert [path.read_bytes() for path in beside(folder)] == before


def test_an_earlier_journal_of_another_history_halts(tmp_path: Path) -> None:
    folder, other = mission(tmp_path / "m"), mission(tmp_path / "n")
    durable(folder, 5, SMALL)
    with Ledger.open(other, SEED) as ledger:
        ledger.append_durable("derived", dict(ledger.read(6).body), 99)
        ledger.commit(99)
    shutil.copy(beside(other)[1], beside(folder)[1])
    with pytest.raises(HaltError, match="the head of size 8 has another root"):
        Ledger.open(folder, SEED)


@pytest.mark.parametrize("gone", [True, False])
def test_journals_that_were_replaced_stop_the_writer(gone: bool, tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 1)
    with Ledger.open(folder, SEED) as ledger:
        body = dict(ledger.read(5).body)
        path = beside(folder)[0]
        content = path.read_bytes()
        path.unlink()
        if not gone:
            path.with_name("new").write_bytes(content)
            path.with_name("new").rename(path)
        with pytest.raises(HaltError, match="cannot be looked at" if gone else "another file now"):
            ledger.append_durable("derived", body, 1)


def test_a_snapshot_spares_reading_what_it_covers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m", extra=593)
    path = state_path(folder)
    assert not path.exists()
    durable(folder, 1, SMALL)
    durable(folder, 2)
    heard: list[int] = []

    def counted(entry: bytes) -> Opened:
        heard.append(1)
        return open_entry(entry)

    monkeypatch.setattr(ledger_module, "open_entry", counted)
    Ledger.open(folder, SEED).close()
    assert len(heard) == 2
    path.unlink()
    Ledger.open(folder, SEED).close()
    assert len(heard) == 2 + 603
    durable(folder, 1)
    assert verify(folder, str(KEY)).size == 604


def test_a_snapshot_that_is_not_of_this_log_is_not_taken(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    durable(folder, 1, SMALL)
    path = state_path(folder)
    whole = path.read_bytes()
    state = read_state(path, KEY)
    assert state is not None
    assert (state.size, state.spoke) == (8, ((KEY.name, 7),))
    forged = json.loads(whole)
    forged["registry"]["chains"][0][1] = 3
    for content in (b"", b"[]", whole[:-1], json.dumps(forged).encode(), b"[" * 99_999):
        path.write_bytes(content)
        assert read_state(path, KEY) is None
        durable(folder, 1)
    assert isinstance(state.registry, dict)
    wrong: Json = {**state.registry, "chains": [[KEY.name, 3, "ab" * 32]]}
    for size, at, registry in ((8, "ab" * 32, wrong), (99, state.root, wrong), (8, state.root, 5)):
        other = State(size=size, root=at, registry=registry, spoke=())
        write_state(path, other, SIGNER)
        durable(folder, 1)
    assert verify(folder, str(KEY)).problem is None


def test_a_damaged_tile_of_hashes_is_named(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m", extra=600)
    with Ledger.open(folder) as reader:
        assert check_proof(reader.prove(3), reader.entry(3), KEY)[0] == 3
    tile = folder / "log/tile/0/000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    reader = Ledger.open(folder)
    for call in (reader.prove, reader.entry, reader.read):
        with pytest.raises(LedgerError, match="tile/0/000 does not lead to the root"):
            call(3)
    with pytest.raises(LedgerError, match="tile/0/000"):
        next(reader.statements())
    assert reader.read(600).seq == 600


def test_a_tile_that_is_read_back_otherwise_is_not_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from truceline.evidence import folder as place  # noqa: PLC0415 - patched here only

    folder = mission(tmp_path / "m")
    honest = place.write_file

    def forgetful(where: Path, name: str, content: bytes) -> None:
        honest(where, name, bytes(len(content)) if "tile/0" in name else content)

    head = (folder / "log/checkpoint").read_bytes()
    with Ledger.open(folder, SEED) as ledger:
        fill(ledger, 300)
        monkeypatch.setattr(place, "write_file", forgetful)
        with pytest.raises(LedgerError, match="tile/0/000: read back otherwise"):
            ledger.commit(0)
    assert (folder / "log/checkpoint").read_bytes() == head


def test_a_statement_that_the_registry_refuses_closes_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m")

    def refuse(*_arguments: object) -> None:
        raise FormatError("is not allowed")

    with Ledger.open(folder, SEED) as ledger:
        ledger.append("derived", dict(ledger.read(5).body))
        monkeypatch.setattr(Registry, "take", refuse)
        with pytest.raises(LedgerError, match="entry 7 is not allowed"):
            ledger.commit(0)
        with pytest.raises(LedgerError, match="not open for writing"):
            ledger.commit(0)
    with pytest.raises(LedgerError, match="entry 0 is not allowed"):
        Ledger.open(folder, SEED)


def test_a_head_that_cannot_be_forced_to_disk_closes_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        ledger.append("derived", dict(ledger.read(5).body))

        def fail(_file: int) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(DurabilityError, match="Input/output error"):
            ledger.commit(0)


def test_a_writer_who_took_more_than_the_head_has_writes_no_snapshot(tmp_path: Path) -> None:
    """A restart would go on from it: the head stands, the writer is closed, and the next is told
    by the log alone what was said."""
    folder = mission(tmp_path / "m")
    ledger = Ledger.open(folder, SEED, upkeep=Upkeep(state_entries=8))
    ledger.append_durable("derived", ledger.read(5).body, 1)
    ledger.registry.size += 1
    with pytest.raises(LedgerError, match=r"m: 9 entries were taken, the head has 8$"):
        ledger.commit(2)
    assert not ledger.is_writing
    assert not state_path(folder).exists()
    assert verify(folder, str(KEY)).size == 8
    with Ledger.open(folder, SEED, upkeep=SMALL) as ledger:
        assert (ledger.size, ledger.registry.size) == (8, 8)
    state = read_state(state_path(folder), KEY)
    assert state is not None
    assert state.size == 8
