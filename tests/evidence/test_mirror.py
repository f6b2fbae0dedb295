"""A mirror promises before it signs, signs one history only, and proves the other one.

C2SP tlog-witness: "The witness MUST persist the new checkpoint before responding."
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from mission_worlds import DAY_US, KEY, SEED, begun, files, mission

from truceline.evidence import folder as place
from truceline.evidence import mirror as module
from truceline.evidence.cosignature import add_signatures, cosign, cosignatures, cosigner_key
from truceline.evidence.fraud import Outcome as Worth
from truceline.evidence.fraud import check, prove_heads
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.mirror import (
    Mirror,
    MirrorError,
    Outcome,
    Pulled,
    SourceError,
    beside,
    folder_source,
    frauds,
    origin_hash,
    read_promise,
)
from truceline.evidence.note import Checkpoint, open_checkpoint, sign_note
from truceline.evidence.policy import Level, read_policy
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import hash_tiles
from truceline.evidence.tree import leaf_hash, root
from truceline.records.canonical import Json

NAME = "mirror.example/1"
MIRROR_SEED = bytes(range(50, 82))
MIRROR_KEY = cosigner_key(SigningKey(name=NAME, seed=MIRROR_SEED))
NOW_S = 1_790_000_000
SERVED = origin_hash(KEY.name)


def grow(folder: Path, count: int, salt: str = "") -> Path:
    """Let the operator append so many statements and move the head over them."""
    with Ledger.open(folder, SEED) as ledger:
        for number in range(count):
            digest = sha256(f"{salt}{number}".encode()).hexdigest()
            body: dict[str, Json] = {"path": "a.jsonl", "sha256": digest, "size": 1}
            ledger.append("derived", body)
        ledger.commit(DAY_US)
    return folder


def copied(folder: Path, name: str) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(name)))


def started(store: Path) -> Mirror:
    return Mirror.create(store, MIRROR_SEED, NAME, KEY)


def pulled(mirror: Mirror, source: Path, now_s: int = NOW_S) -> Pulled:
    return mirror.pull(folder_source(source), now_s)


def head_served(store: Path) -> tuple[Checkpoint, int]:
    """Open the head that a store serves, with the log's key and the mirror's."""
    note = (store / SERVED / "checkpoint").read_bytes()
    return open_checkpoint(note, KEY), cosignatures(note, [MIRROR_KEY])[MIRROR_KEY]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return mission(tmp_path / "log")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    with started(tmp_path / "store") as opened:
        yield opened


# ------------------------------------------------------------------------------ honest logs
def test_a_mirror_holds_what_the_log_holds_and_cosigns_it(log: Path, mirror: Mirror) -> None:
    got = pulled(mirror, log)
    assert (got.outcome, got.size) == (Outcome.ADVANCED, 7)
    assert head_served(mirror.store) == (mirror.promise.head, NOW_S)
    theirs = {name: content for name, content in files(log).items() if "tile/" in name}
    ours = {
        name.replace(SERVED, "log"): content
        for name, content in files(mirror.store).items()
        if "tile/" in name
    }
    assert ours == theirs
    assert pulled(mirror, log, NOW_S + 60).outcome is Outcome.UNCHANGED
    assert head_served(mirror.store)[1] == NOW_S


@pytest.mark.parametrize("steps", [(1, 1, 1), (249, 1, 1), (250, 300), (505, 512), (3, 900)])
def test_a_mirror_follows_over_the_edges_of_tiles(
    log: Path, mirror: Mirror, steps: tuple[int, ...]
) -> None:
    pulled(mirror, log)
    for later, count in enumerate(steps, start=1):
        assert pulled(mirror, grow(log, count), NOW_S + later).outcome is Outcome.ADVANCED
    head, time_s = head_served(mirror.store)
    assert (head.size, time_s) == (7 + sum(steps), NOW_S + len(steps))
    leaves = [leaf_hash(entry) for entry in entries_of(mirror.store / SERVED, head.size)]
    assert root(leaves) == head.root
    for tile, content in hash_tiles(leaves).items():
        assert (mirror.store / SERVED / tile.path).read_bytes() == content
    # A second mirror may take the first one as its source.
    with started(mirror.store.with_name("second")) as second:
        assert pulled(second, mirror.store / SERVED).size == head.size


def entries_of(base: Path, size: int) -> list[bytes]:
    return module._fetch_entries(folder_source(base), 0, size)  # noqa: SLF001 - its own reader


def test_partial_tiles_go_when_the_full_one_is_there(log: Path, mirror: Mirror) -> None:
    for count in (100, 100, 100):
        pulled(mirror, grow(log, count))
    names = sorted(path.name for path in (mirror.store / SERVED / "tile" / "0").iterdir())
    assert names == ["000", "001.p"]


def test_a_clock_that_goes_back_does_not_take_the_cosignature_with_it(
    log: Path, mirror: Mirror
) -> None:
    pulled(mirror, log, NOW_S)
    pulled(mirror, grow(log, 1), NOW_S - 1000)
    assert head_served(mirror.store)[1] == NOW_S


def test_a_source_full_of_other_signatures_cannot_keep_a_mirror_from_signing(
    log: Path, mirror: Mirror
) -> None:
    head = log / "log" / "checkpoint"
    text = open_checkpoint(head.read_bytes(), KEY).text
    crowd = [SigningKey(name=f"m/{at}", seed=at.to_bytes(32, "big")) for at in range(99)]
    head.write_bytes(add_signatures(head.read_bytes(), [cosign(text, one, NOW_S) for one in crowd]))
    assert pulled(mirror, log).outcome is Outcome.ADVANCED
    assert head_served(mirror.store)[0].size == 7


def test_thirty_two_mirrors_of_one_log_reach_determination_grade(log: Path, tmp_path: Path) -> None:
    note = (log / "log" / "checkpoint").read_bytes()
    text = open_checkpoint(note, KEY).text
    lines, keys = [], []
    for number in range(1, 33):
        seed = number.to_bytes(32, "big")
        with Mirror.create(tmp_path / f"m{number}", seed, f"m/{number}", KEY) as one:
            pulled(one, log)
            lines.append(cosign(text, one.signer, NOW_S))
            keys.append(cosigner_key(one.signer))
    members = " ".join(f"w{at}" for at in range(32))
    policy = read_policy(
        (
            f"log {KEY}\n"
            + "".join(f"witness w{at} {key}\n" for at, key in enumerate(keys))
            + f"group det 22 {members}\nquorum det\n"
        ).encode()
    )
    levels = [policy.level_of(add_signatures(note, lines[:count]))[1] for count in (10, 11, 21, 22)]
    assert levels == [Level.R, Level.C, Level.C, Level.D]


# --------------------------------------------------------------------------- dishonest logs
def test_a_rollback_is_refused(log: Path, mirror: Mirror) -> None:
    old = copied(log, "old")
    pulled(mirror, grow(log, 5))
    before = files(mirror.store)
    got = pulled(mirror, old)
    assert (got.outcome, got.size) == (Outcome.ROLLBACK, 12)
    assert files(mirror.store) == before


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        pytest.param(3, 3, id="of one size"),
        pytest.param(3, 9, id="longer"),
        pytest.param(9, 3, id="shorter"),
        pytest.param(600, 3, id="much shorter"),
        pytest.param(3, 600, id="much longer"),
    ],
)
def test_a_fork_is_refused_and_proven_offline(
    log: Path, mirror: Mirror, held: int, shown: int
) -> None:
    pulled(mirror, log)
    other = grow(copied(log, "other"), shown, salt="other")
    pulled(mirror, grow(log, held))
    before = mirror.promise
    got = pulled(mirror, other)
    assert (got.outcome, got.size) == (Outcome.FORK, 7 + held)
    assert mirror.promise == before
    assert head_served(mirror.store)[0].size == 7 + held
    verdict = check((mirror.store / got.fraud).read_bytes(), [KEY])
    assert (verdict.outcome, verdict.culprit) == (Worth.PROVEN, KEY.name)
    # A log that was caught is not cosigned any more, whatever it shows.
    assert pulled(mirror, grow(log, 1)).outcome is Outcome.QUARANTINED
    assert frauds(mirror.store) == [got.fraud]


def test_a_history_rewritten_below_a_full_tile_is_found(log: Path, tmp_path: Path) -> None:
    rewritten = tmp_path / "rewritten"
    with begun(rewritten) as ledger:
        ledger.store_derived("b.jsonl", b"another past")
        ledger.commit(DAY_US)
    with started(tmp_path / "store") as mirror:
        pulled(mirror, grow(log, 700))
        got = pulled(mirror, grow(rewritten, 900))
        assert got.outcome is Outcome.FORK
        assert check((mirror.store / got.fraud).read_bytes(), [KEY]).outcome is Worth.PROVEN


def test_entries_that_are_missing_are_a_gap_and_nothing_is_signed(
    log: Path, mirror: Mirror
) -> None:
    grow(log, 600)
    (log / "log/tile/entries/001").unlink()
    got = pulled(mirror, log)
    assert (got.outcome, got.size) == (Outcome.GAP, 0)
    assert "256 of 607 could be had" in got.why
    assert not (mirror.store / SERVED).exists()


def test_entries_that_are_not_those_of_the_head_are_a_gap(log: Path, mirror: Mirror) -> None:
    bundle = log / "log/tile/entries/000.p/7"
    content = bytearray(bundle.read_bytes())
    content[100] ^= 1
    bundle.write_bytes(content)
    assert pulled(mirror, log).outcome is Outcome.GAP
    assert mirror.promise.head.size == 0


def test_a_head_that_moves_while_it_is_read_is_read_again(log: Path, mirror: Mirror) -> None:
    inner = folder_source(log)
    grown = False

    def fetch(path: str, limit: int) -> bytes:
        nonlocal grown
        if path != "checkpoint" and not grown:
            grown = True
            grow(log, 3)  # drops the partial tile that was about to be read
        return inner(path, limit)

    assert mirror.pull(fetch, NOW_S).size == 10


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(log: Path, mirror: Mirror) -> None:
    old = (log / "log" / "checkpoint").read_bytes()
    inner = folder_source(grow(log, 400))

    def fetch(path: str, limit: int) -> bytes:
        return old if path == "checkpoint" else inner(path, limit)

    assert mirror.pull(fetch, NOW_S).size == 7


def test_a_head_that_the_log_did_not_sign_is_no_head(log: Path, mirror: Mirror) -> None:
    head = open_checkpoint((log / "log" / "checkpoint").read_bytes(), KEY)
    forged = sign_note(head.text, SigningKey(name=KEY.name, seed=MIRROR_SEED))
    (log / "log" / "checkpoint").write_bytes(forged)
    with pytest.raises(SourceError, match="is not signed by"):
        pulled(mirror, log)
    (log / "log" / "checkpoint").unlink()
    with pytest.raises(SourceError, match="No such file"):
        pulled(mirror, log)


def test_an_empty_log_cannot_have_a_root_of_something(log: Path, mirror: Mirror) -> None:
    lie = Checkpoint(origin=KEY.name, size=0, root=b"r" * 32)
    note = sign_note(lie.text, SigningKey(name=KEY.name, seed=SEED))
    (log / "log" / "checkpoint").write_bytes(note)
    assert pulled(mirror, log).outcome is Outcome.GAP


def test_two_parties_compare_the_heads_they_were_shown(log: Path, mirror: Mirror) -> None:
    first = (log / "log" / "checkpoint").read_bytes()
    other = grow(copied(log, "other"), 2, salt="other") / "log" / "checkpoint"
    pulled(mirror, grow(log, 2))
    assert mirror.compare(first).outcome is Outcome.ROLLBACK
    assert mirror.compare(mirror.promise.note).outcome is Outcome.UNCHANGED
    assert mirror.compare((grow(copied(log, "x"), 1) / "log/checkpoint").read_bytes()).outcome is (
        Outcome.GAP
    )
    assert not frauds(mirror.store)
    assert mirror.compare(other.read_bytes()).outcome is Outcome.FORK
    assert len(frauds(mirror.store)) == 1


def test_a_whole_bloc_rewrites_history_and_one_old_checkpoint_proves_it(tmp_path: Path) -> None:
    kept = (grow(mission(tmp_path / "log"), 300) / "log" / "checkpoint").read_bytes()
    # The operator and all of 32 mirrors agree on another past, with their true keys.
    rewritten = tmp_path / "rewritten"
    with begun(rewritten) as ledger:
        ledger.store_derived("b.jsonl", b"it never happened")
        ledger.commit(DAY_US)
    grow(rewritten, 500)
    bloc = [SigningKey(name=f"m/{at}", seed=at.to_bytes(32, "big")) for at in range(1, 33)]
    note = (rewritten / "log" / "checkpoint").read_bytes()
    text = open_checkpoint(note, KEY).text
    note = add_signatures(note, [cosign(text, one, NOW_S) for one in bloc])
    assert len(cosignatures(note, [cosigner_key(one) for one in bloc])) == 32
    # One party held a checkpoint of the first past: from before, without cosignatures even.
    size = open_checkpoint(note, KEY).size
    leaves = [leaf_hash(entry) for entry in entries_of(rewritten / "log", size)]
    verdict = check(prove_heads(kept, note, KEY, leaves), [KEY])
    assert (verdict.outcome, verdict.culprit) == (Worth.PROVEN, KEY.name)


# ---------------------------------------------------------------------------------- crashes
class PowerCut(BaseException):
    """The machine stops here."""


def cutting(at: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Cut the power before, or in the middle of, the file that is written as number `at`."""
    inner = place.write_file
    count = 0

    def write_file(folder: Path, name: str, content: bytes) -> None:
        nonlocal count
        count += 1
        if count * 2 - 1 == at:
            raise PowerCut
        if count * 2 == at:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.tmp").write_bytes(content[: len(content) // 2])
            raise PowerCut
        inner(folder, name, content)

    monkeypatch.setattr(place, "write_file", write_file)
    return lambda: count


def test_wherever_the_power_is_cut_no_size_gets_a_second_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = mission(tmp_path / "log")
    first = grow(copied(base, "first"), 300)
    second = grow(copied(base, "second"), 300, salt="second")
    signed_by_cut: list[set[bytes]] = []
    for at in range(1, 100):
        store = tmp_path / f"store{at}"
        seen: set[bytes] = set()
        with started(store) as mirror:
            pulled(mirror, base)
            with monkeypatch.context() as patch:
                written = cutting(at, patch)
                try:
                    pulled(mirror, first)
                except PowerCut:
                    pass
                else:
                    assert written() * 2 < at
                    break
        # The reply may be lost, the promise is not: whatever was served counts as signed.
        seen |= roots_signed(store)
        with Mirror.open(store) as mirror:
            seen |= roots_signed(store)
            promised = mirror.promise.head.size
            got = pulled(mirror, second)
            assert got.outcome is (Outcome.FORK if promised == 307 else Outcome.ADVANCED)
            seen |= roots_signed(store)
        assert len(seen) <= 1, at
        signed_by_cut.append(seen)
    assert len(signed_by_cut) == 2 * 7
    # Before the promise the mirror was free to sign the other one, after it never again.
    roots = [next(iter(seen)) for seen in signed_by_cut]
    assert roots == sorted(roots, key=lambda one: one == head_served(store)[0].root)
    assert len(set(roots)) == 2


def roots_signed(store: Path) -> set[bytes]:
    """Give the root of size 307 that the mirror serves with its cosignature, if it does."""
    if not (store / SERVED / "checkpoint").exists():
        return set()
    head = head_served(store)[0]
    return {head.root} if head.size == 307 else set()


def test_a_cosignature_lost_between_promise_and_reply_is_given_at_the_next_start(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    with started(store) as mirror, monkeypatch.context() as patch:
        patch.setattr(Mirror, "_publish", cut)
        with pytest.raises(PowerCut):
            pulled(mirror, log)
    assert read_promise(store).head.size == 7
    assert not (store / SERVED / "checkpoint").exists()
    Mirror.open(store).close()
    assert head_served(store) == (read_promise(store).head, NOW_S)


def cut(_mirror: Mirror) -> None:
    raise PowerCut


def test_the_promise_is_on_disk_before_anything_is_signed(
    log: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    promised: list[int] = []

    def watched(text: str, signer: SigningKey, time_s: int) -> str:
        promised.append(read_promise(mirror.store).head.size)
        assert text == read_promise(mirror.store).head.text
        return cosign(text, signer, time_s)

    monkeypatch.setattr(module, "cosign", watched)
    pulled(mirror, log)
    pulled(mirror, grow(log, 5))
    assert promised == [7, 12]


def test_a_disk_that_gives_back_something_else_is_not_signed_for(
    log: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = place.write_file

    def rotten(folder: Path, name: str, content: bytes) -> None:
        inner(folder, name, content[:-1] + b"?" if "entries" in name else content)

    monkeypatch.setattr(place, "write_file", rotten)
    with pytest.raises(MirrorError, match="what was read back is not what was written"):
        pulled(mirror, log)
    assert mirror.promise.head.size == 0


def test_a_store_put_back_from_an_old_copy_is_filled_again_and_never_signs_the_old_past(
    log: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    other = copied(log, "other")
    with started(store) as mirror:
        pulled(mirror, log)
        old = Path(shutil.copytree(store, tmp_path / "backup"))
        pulled(mirror, grow(log, 300))
    shutil.rmtree(store)
    shutil.copytree(old, store)
    with Mirror.open(store) as mirror:
        assert mirror.damaged
        assert pulled(mirror, grow(other, 300, salt="other")).outcome is Outcome.FORK
    shutil.rmtree(store / "fraud")
    with Mirror.open(store) as mirror:
        assert pulled(mirror, log).outcome is Outcome.ADVANCED
        assert head_served(store)[0].size == 307
        assert not mirror.damaged


def test_what_was_lost_and_cannot_be_had_again_is_told(log: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with started(store) as mirror:
        pulled(mirror, log)
    shutil.rmtree(store / SERVED)
    shutil.rmtree(log / "log/tile")
    with Mirror.open(store) as mirror:
        assert pulled(mirror, log).outcome is Outcome.GAP
    assert not (store / SERVED).exists()


# --------------------------------------------------------------------------------- opening
def test_one_process_at_a_time(mirror: Mirror) -> None:
    with pytest.raises(MirrorError, match="being written by another process"):
        Mirror.open(mirror.store)
    mirror.close()
    with pytest.raises(MirrorError, match="is not open"):
        mirror.pull(nothing, NOW_S)
    Mirror.open(mirror.store).close()


def nothing(path: str, _limit: int) -> bytes:
    raise SourceError(path)


def test_a_mirror_is_not_set_up_twice_over_something_or_with_the_logs_key(
    mirror: Mirror, tmp_path: Path, log: Path
) -> None:
    with pytest.raises(MirrorError, match="is a mirror already"):
        started(mirror.store)
    with pytest.raises(MirrorError, match="is not empty"):
        started(log)
    with pytest.raises(FormatError, match="a key of its own"):
        Mirror.create(tmp_path / "other", SEED, NAME, KEY)
    with pytest.raises(MirrorError, match="is no mirror"):
        Mirror.open(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"v":1}', b"[" * 100_000])
def test_a_broken_promise_file_stops_the_mirror(mirror: Mirror, content: bytes) -> None:
    mirror.close()
    beside(mirror.store, ".promise").write_bytes(content)
    with pytest.raises(FormatError, match="promise"):
        Mirror.open(mirror.store)


def test_no_byte_of_a_promise_can_be_changed_unseen(log: Path, mirror: Mirror) -> None:
    pulled(mirror, log)
    mirror.close()
    path = beside(mirror.store, ".promise")
    content = path.read_bytes()
    for at in range(0, content.index(b'"time_s"'), 7):
        if content[at : at + 1].isspace() or b'"name":"' in content[max(at - 30, 0) : at]:
            continue
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises((FormatError, MirrorError)):
            Mirror.open(mirror.store)
