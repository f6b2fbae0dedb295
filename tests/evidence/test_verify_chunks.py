"""However the work of a verification is parted, and among how many, the report is the same."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Future
from hashlib import sha256
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mission_worlds import KEY, MISSION, ORIGIN, SEED, files, mission

from truceline.evidence import verify as module
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.registry import Registry
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import TILE_WIDTH, encode_bundle, hash_tiles, tiles_of
from truceline.evidence.tree import leaf_hash, root
from truceline.evidence.verify import Problem, Report, _Log, _read_part, verify
from truceline.records.canonical import Json

SIZE = 2 * TILE_WIDTH + 40
ROTATED = 300
LOG = SigningKey(name=ORIGIN, seed=SEED)
ANN, ANN_LATER, BOB = (
    SigningKey(name=name, seed=seed * 32)
    for name, seed in (("ann.example", b"a"), ("ann.example", b"A"), ("bob.example", b"b"))
)


class Rotating(Registry):
    """A register in which two people speak besides the log, and one changes her key."""

    taken = 0

    def key_of(self, actor: str) -> VerifierKey:
        ann = ANN_LATER if self.taken >= ROTATED else ANN
        people = {one.name: one.verifier for one in (ann, BOB)}
        return people[actor] if actor in people else super().key_of(actor)

    def _insist_on_right(self, statement: Statement) -> None:
        """Let everybody say everything: `test_keys_of_the_log.py` is about rights."""

    def take(self, index: int, statement: Statement, sha256: str | None = None) -> None:
        super().take(index, statement, sha256)
        self.taken += 1


class Elsewhere:
    """A pool whose answers come from elsewhere: only what can be pickled gets there and back."""

    def __init__(self, processes: int, *, mp_context: BaseContext) -> None:
        assert processes > 1
        # Forked, a process would share locks of threads that it does not have.
        assert mp_context.get_start_method() == "spawn"

    def submit(self, work: Callable[..., Any], *arguments: object) -> Future[Any]:
        future: Future[Any] = Future()
        asked = pickle.loads(pickle.dumps(arguments))  # noqa: S301 - just pickled
        future.set_result(pickle.loads(pickle.dumps(work(*asked))))  # noqa: S301 - likewise
        return future

    def shutdown(self, *, cancel_futures: bool) -> None:
        assert cancel_futures


@pytest.fixture(autouse=True)
def _several_actors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Registry", Rotating)


def signer_of(index: int) -> SigningKey:
    """Who speaks at an index, with which key."""
    if index == 0 or index % 3 == 0:
        return LOG
    if index % 3 == 1:
        return ANN if index < ROTATED else ANN_LATER
    return BOB


def write_world(
    folder: Path,
    size: int = SIZE,
    faults: dict[int, Callable[[Statement], Statement]] | None = None,
    signers: dict[int, SigningKey] | None = None,
) -> Path:
    """Write a log of three actors, each statement anchored to the head just before it."""
    body: dict[str, Json] = {"path": "a", "sha256": sha256(b"x").hexdigest(), "size": 1}
    mission: dict[str, Json] = {"sha256": sha256(MISSION).hexdigest(), "size": len(MISSION)}
    last: dict[str, tuple[int, str | None]] = {}
    entries: list[bytes] = []
    leaves: list[bytes] = []
    for index in range(size):
        signer = signer_of(index)
        seq, prev = last.get(signer.name, (-1, None))
        said = Statement(
            kind="derived" if index else "mission",
            actor=signer.name,
            seq=seq + 1,
            prev=prev,
            anchor=Checkpoint(origin=ORIGIN, size=index, root=root(leaves)) if index else None,
            signed_us=index,
            body=body if index else mission,
        )
        if faults and index in faults:
            said = faults[index](said)
        last[signer.name] = said.seq, said.sha256
        entries.append(write_entry(said, (signers or {}).get(index, signer)))
        leaves.append(leaf_hash(entries[-1]))
    made = {f"log/{tile.path}": content for tile, content in hash_tiles(leaves).items()}
    for tile in tiles_of(size):
        if tile.level is None:
            at = tile.index * TILE_WIDTH
            made[f"log/{tile.path}"] = encode_bundle(entries[at : at + tile.width])
    head = Checkpoint(origin=ORIGIN, size=size, root=root(leaves))
    made["log/checkpoint"] = sign_note(head.text, LOG)
    made["mission.toml"] = MISSION
    if size > 1:
        made["derived/a"] = b"x"
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def changed(**fields: object) -> Callable[[Statement], Statement]:
    def change(said: Statement) -> Statement:
        was = {name: getattr(said, name) for name in Statement.__slots__}
        return Statement(**{**was, **fields})

    return change


def bundle_of(index: int, size: int = SIZE) -> str:
    at = index // TILE_WIDTH
    width = min(TILE_WIDTH, size - at * TILE_WIDTH)
    return f"log/tile/entries/{at:03}" + ("" if width == TILE_WIDTH else f".p/{width}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("world") / "m")


def reports(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Verify in every way of parting the work."""
    alone = [verify(folder, processes=1, bundles_at_once=at_once) for at_once in (1, 2, 5)]
    with monkeypatch.context() as context:
        context.setattr(module, "ProcessPoolExecutor", Elsewhere)
        context.setattr(module, "AHEAD", 1)
        return [*alone, *(verify(folder, processes=2, bundles_at_once=width) for width in (1, 2))]


def test_several_actors_whose_keys_change_are_verified(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = reports(world, monkeypatch)
    assert all(report.problem is None for report in found), found[0].problem
    assert {report.counts["statements"] for report in found} == {SIZE}


def test_real_processes_say_the_same(world: Path, tmp_path: Path) -> None:
    assert verify(world, str(KEY), processes=2, bundles_at_once=1) == verify(world, str(KEY))
    wrong = write_world(tmp_path / "m", faults={290: changed(seq=7)})
    report = verify(wrong, processes=2, bundles_at_once=1)
    assert report == verify(wrong)
    assert report.problem
    assert report.problem.file == bundle_of(290)
    (wrong / bundle_of(0)).write_bytes(b"")
    assert verify(wrong, processes=2, bundles_at_once=1) == verify(wrong)


def test_a_large_log_is_read_by_as_many_processes_as_there_are(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Noted(Elsewhere):
        def __init__(self, processes: int, *, mp_context: BaseContext) -> None:
            asked.append(processes)
            super().__init__(2, mp_context=mp_context)

    monkeypatch.setattr(module, "ProcessPoolExecutor", Noted)
    monkeypatch.setattr(module, "processors", lambda: 3)
    assert verify(world).ok
    assert asked == []
    monkeypatch.setattr(module, "SMALL_LOG", SIZE)
    assert verify(world).ok
    assert asked == [3]
    monkeypatch.undo()
    assert module.processors() >= 1


def test_a_long_log_is_handed_out_a_few_parts_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enough that no process stands idle, and never the whole log: two for each of three."""
    waiting: set[Future[Any]] = set()
    lengths: list[int] = []
    known: list[dict[str, VerifierKey]] = []

    class Taken(Future[Any]):
        def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - what was made
            waiting.discard(self)
            return super().result(timeout)

    class Watched(Elsewhere):
        def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:  # noqa: ANN401
            future = Taken()
            future.set_result(work(*arguments))
            waiting.add(future)
            lengths.append(len(waiting))
            known.append(arguments[2])
            return future

    folder = mission(tmp_path / "m", extra=10 * TILE_WIDTH)
    monkeypatch.setattr(module, "ProcessPoolExecutor", Watched)
    monkeypatch.setattr(module, "AHEAD", 2)
    assert verify(folder, processes=3, bundles_at_once=1).ok
    assert lengths == [1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7]
    assert waiting == set()
    # What they know need not be read here again.
    assert known == [{KEY.key_id.hex(): KEY}] * 11


@pytest.mark.parametrize(
    ("index", "signer", "why"),
    [
        (301, ANN, f"is signed by key {ANN.verifier.key_id.hex()}, not by"),
        (1, ANN_LATER, f"is signed by key {ANN_LATER.verifier.key_id.hex()}, not by"),
        (520, ANN, f"is signed by key {ANN.verifier.key_id.hex()}, not by"),
        (299, LOG, f"is signed by key {LOG.verifier.key_id.hex()}, not by"),
        (300, BOB, f"is signed by key {BOB.verifier.key_id.hex()}, not by"),
    ],
)
def test_a_key_that_is_not_the_actors_at_this_place_is_named(
    index: int, signer: SigningKey, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_world(tmp_path / "m", signers={index: signer})
    for report in reports(folder, monkeypatch):
        assert report.problem
        assert report.problem.file == bundle_of(index)
        assert report.problem.why.startswith(f"entry {index} {why}"), report.problem
        assert report.counts["statements"] == index


def test_of_two_wrong_statements_the_first_is_named_and_nothing_after_it_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = {index: changed(actor="eve.example") for index in (5, 400)}
    folder = write_world(tmp_path / "m", faults=faults)
    for report in reports(folder, monkeypatch):
        assert report.problem
        assert report.problem.file == bundle_of(5)
        assert report.problem.why.startswith("entry 5 ")
        assert report.counts["statements"] == 5


def test_who_reads_the_next_part_is_told_the_keys_that_signed_before(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[set[VerifierKey]] = []

    def noted(folder: Path, tiles: Any, known: dict[str, VerifierKey]) -> Any:  # noqa: ANN401
        assert all(key.key_id.hex() == key_id for key_id, key in known.items())
        told.append(set(known.values()))
        return _read_part(folder, tiles, known)

    monkeypatch.setattr(module, "_read_part", noted)
    assert verify(world, processes=1, bundles_at_once=1).ok
    log, ann, later, bob = (one.verifier for one in (LOG, ANN, ANN_LATER, BOB))
    assert told == [{log}, {log, ann, bob}, {log, ann, later, bob}]


def test_an_actor_without_a_key_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_world(tmp_path / "m", faults={5: changed(actor="eve.example")})
    for report in reports(folder, monkeypatch):
        assert report.problem == Problem(
            file=bundle_of(5), why="entry 5 'eve.example' has no key in this log"
        )


@pytest.mark.parametrize("at", [1, 255, 256, 257, 511, 512, 513, SIZE - 1])
def test_an_anchor_is_a_head_that_the_log_had_before(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = Checkpoint(origin=ORIGIN, size=at, root=b"n" * 32)
    folder = write_world(tmp_path / "never", faults={at: changed(anchor=never)})
    for report in reports(folder, monkeypatch):
        assert report.problem == Problem(
            file=bundle_of(at),
            why=f"entry {at} is anchored to a head of {at} entries that the log never had",
        )
    later = Checkpoint(origin=ORIGIN, size=at + 1, root=b"n" * 32)
    folder = write_world(tmp_path / "later", faults={at: changed(anchor=later)})
    for report in reports(folder, monkeypatch):
        assert report.problem == Problem(
            file=bundle_of(at),
            why=f"entry {at} is anchored to a head of {at + 1} entries, which came later",
        )
    other = Checkpoint(origin="other.example", size=10**6, root=b"n" * 32)
    assert verify(write_world(tmp_path / "other", faults={at: changed(anchor=other)})).ok


def test_anchors_are_right_behind_subtrees_of_several_sizes(tmp_path: Path) -> None:
    """Before the fourth bundle stand a subtree of two and one of one: their order matters."""
    size = 3 * TILE_WIDTH + 8
    assert verify(write_world(tmp_path / "right", size), processes=1).ok
    never = Checkpoint(origin=ORIGIN, size=size - 2, root=b"n" * 32)
    folder = write_world(tmp_path / "never", size, {size - 1: changed(anchor=never)})
    problem = verify(folder, processes=1).problem
    assert problem
    assert "that the log never had" in problem.why


def test_however_many_heads_are_named_only_a_few_are_held(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever fills a log with anchors decides how much memory its verifier needs."""
    monkeypatch.setattr(module, "ANCHORS_AT_HAND", 2)
    log = _Log(world, KEY, SIZE)
    bundles = tuple(tile for tile in tiles_of(SIZE) if tile.level is None)
    for bundle in _read_part(world, bundles, log.known):
        assert not isinstance(bundle, Problem)
        log.take(bundle)
    assert (log.heard, log.wrong) == (SIZE, None)
    for held in (log._root_at, log._roots_inside):  # noqa: SLF001 - what nobody sees from outside
        assert held.cache_info().currsize == 2


def test_a_kind_that_names_no_file_is_let_through(tmp_path: Path) -> None:
    token = {"size": 1, "root": "0" * 64, "authority": "tsa.example", "token": "AA=="}
    assert verify(write_world(tmp_path / "m", faults={9: changed(kind="timestamp", body=token)})).ok


FAULTS = {
    "seq": changed(seq=1000),
    "prev": changed(prev="0" * 64),
    "actor": changed(actor="eve.example"),
    "kind": changed(kind="mission", body={"sha256": "0" * 64, "size": 1}),
    "anchor": changed(anchor=Checkpoint(origin=ORIGIN, size=1, root=b"n" * 32)),
}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wrong=st.dictionaries(st.integers(1, SIZE - 1), st.sampled_from(sorted(FAULTS)), max_size=2),
    signed=st.dictionaries(
        st.integers(1, SIZE - 1), st.sampled_from([LOG, ANN, ANN_LATER, BOB]), max_size=2
    ),
    data=st.data(),
)
def test_no_fault_is_told_otherwise_by_another_way_of_parting(
    wrong: dict[int, str],
    signed: dict[int, SigningKey],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = write_world(
        tmp_path_factory.mktemp("any") / "m",
        faults={index: FAULTS[name] for index, name in wrong.items()},
        signers=signed,
    )
    if data.draw(st.booleans()):
        held = files(folder)
        name = data.draw(st.sampled_from(sorted(held)))
        at = data.draw(st.integers(0, len(held[name]) - 1))
        flipped = bytearray(held[name])
        flipped[at] ^= 1 << data.draw(st.integers(0, 7))
        (folder / name).write_bytes(flipped)
        assert verify(folder, processes=1).problem
    found = reports(folder, monkeypatch)
    assert all(report == found[0] for report in found), found


def test_a_folder_that_changes_under_the_reader_is_no_crash(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*_: object) -> list[bytes]:
        raise FormatError("is torn")

    monkeypatch.setattr(module, "decode_hashes", torn)
    problem = verify(world, processes=1).problem
    assert problem == Problem(file="log/tile/0/000", why="is torn")
