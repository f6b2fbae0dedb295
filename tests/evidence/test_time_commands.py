"""`truceline time`: a mission, two authorities, some mirrors, and clocks that lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from local_authority import EPOCH, MADE, Authority, response
from mission_worlds import DAY_US, KEY, SEED, mission
from typer.testing import CliRunner, Result

from truceline.cli.main import app
from truceline.evidence.cosignature import add_signatures, cosign, cosigner_key
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.mirror import origin_hash
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import Statement
from truceline.evidence.strict import encode_base64
from truceline.evidence.timestamp import (
    TimestampError,
    nonce_of,
    read_roots,
    request_stamp,
    stamped_hash,
)
from truceline.evidence.tree import root
from truceline.evidence.verify import verify
from truceline.pipeline.mirror import leaf_hashes, source_of
from truceline.pipeline.stamp import (
    add_response,
    anchored_at,
    bounds_by_tokens,
    when_made,
    write_request,
)
from truceline.records.canonical import Json

ONE, TWO = Authority("tsa.example/one"), Authority("tsa.example/two")
NOON = datetime(2026, 5, 1, 12, tzinfo=MADE.tzinfo)
MIRRORS = [SigningKey(name=f"mirror.example/{at}", seed=bytes([at + 1] * 32)) for at in range(4)]


def us(when: datetime) -> int:
    return (when - EPOCH) // timedelta(microseconds=1)


@dataclass
class World:
    folder: Path

    @property
    def mission(self) -> Path:
        return self.folder / "mission"

    @property
    def roots(self) -> Path:
        return self.folder / "roots.pem"

    def head(self) -> Checkpoint:
        with Ledger.open(self.mission) as ledger:
            assert ledger.checkpoint is not None
            return ledger.checkpoint

    def grow(self, when: datetime, count: int = 2) -> None:
        with Ledger.open(self.mission, SEED) as ledger:
            for at in range(count):
                ledger.store_derived(f"x{at}", f"{when} {at}".encode())
            ledger.commit(us(when))

    def stamp(
        self, authority: Authority, when: datetime, *, request: bool = True, nonce: int = 0
    ) -> int:
        """Ask, be answered, and state the answer."""
        sent = self.folder / "head.tsq"
        sent.unlink(missing_ok=True)
        write_request(self.mission, sent)
        answered = (nonce_of(sent.read_bytes()) or 0) + nonce
        head = self.head()
        token = authority.token(hashed(head), when, nonce=answered)
        answer = self.folder / "head.tsr"
        answer.write_bytes(response(token))
        return add_response(
            self.mission,
            answer,
            authority=authority.name,
            roots=self.roots,
            request=sent if request else None,
            now_us=us(when + timedelta(minutes=1)),
        )[0]


def hashed(head: Checkpoint) -> bytes:
    return sha256(head.text.encode()).digest()


@pytest.fixture
def world(tmp_path: Path) -> World:
    mission(tmp_path / "mission")
    write_key(tmp_path / "mission.key", SEED)
    (tmp_path / "roots.pem").write_bytes(ONE.root_pem + TWO.root_pem)
    return World(tmp_path)


def invoke(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


# --------------------------------------------------------------------------------- the way
def test_a_head_is_stamped_logged_and_bounds_the_entries_around_it(world: World) -> None:
    first = world.stamp(ONE, NOON)
    assert first == 7
    world.grow(NOON + timedelta(days=1))
    second = world.stamp(TWO, NOON + timedelta(days=2))
    # In the log before the first token: only an upper bound.
    old = when_made(world.mission, 3, roots=world.roots)
    assert old.after == ()
    assert [(one.us, one.by.split()[0]) for one in old.before] == [
        (us(NOON) + 2_000_000, ONE.name),
        (us(NOON + timedelta(days=2)) + 2_000_000, TWO.name),
    ]
    # After it and before the second: both.
    between = when_made(world.mission, 8, roots=world.roots)
    assert [one.us for one in between.after] == [us(NOON) - 1_000_000]
    assert [one.us for one in between.before] == [us(NOON + timedelta(days=2)) + 2_000_000]
    assert not between.is_outside
    last = when_made(world.mission, second, roots=world.roots)
    assert [one.us for one in last.after] == [
        us(NOON + timedelta(days=2)) - 1_000_000,
        us(NOON) - 1_000_000,
    ]
    assert last.before == ()
    assert verify(world.mission, str(KEY)).ok


def test_a_senders_clock_outside_the_interval_is_told(world: World) -> None:
    world.stamp(ONE, NOON)
    world.grow(NOON - timedelta(days=30))
    world.grow(NOON + timedelta(days=30))
    world.stamp(TWO, NOON + timedelta(days=2))
    for index, side in [(8, "after"), (10, "before")]:
        found = when_made(world.mission, index, roots=world.roots)
        assert found.is_outside, side
        done = invoke("time", "show", index, "--mission", world.mission, "--roots", world.roots)
        assert done.exit_code == 0
        assert "WARNING: the sender's claim lies outside of the interval" in done.output
    assert when_made(world.mission, 3, roots=world.roots).signed_us == DAY_US
    assert not when_made(world.mission, 3, roots=world.roots).is_outside
    # Without pinned certificates no token is believed, and nothing can be outside.
    unpinned = when_made(world.mission, 8)
    assert (unpinned.after, unpinned.before, unpinned.is_outside) == ((), (), False)
    assert "no certificate of an authority is pinned" in unpinned.refused[0]


def test_the_answer_may_come_after_the_log_has_grown(world: World) -> None:
    head = world.head()
    world.grow(NOON)
    answer = world.folder / "late.tsr"
    answer.write_bytes(response(ONE.token(hashed(head), NOON)))
    index, claim = add_response(world.mission, answer, authority=ONE.name, roots=world.roots)
    assert (index, claim.authority) == (9, ONE.name)
    with Ledger.open(world.mission) as ledger:
        said = ledger.read(index)
    assert (said.body["size"], said.body["root"]) == (7, head.root.hex())
    with pytest.raises(TimestampError, match=r"is entry 9 of .* already"):
        add_response(world.mission, answer, authority=ONE.name, roots=world.roots)


def test_what_another_actor_says_is_younger_than_the_tokens_below_its_anchor(
    world: World,
) -> None:
    stamped = world.stamp(ONE, NOON)
    world.grow(NOON, 3)
    leaves = leaf_hashes(source_of(str(world.mission)), world.head().size)
    with Ledger.open(world.mission) as ledger:
        tokens = {stamped: ledger.read(stamped)}
    pinned = read_roots(world.roots.read_bytes())

    def bounds(size: int, origin: str = KEY.name, spoiled: bytes = b"") -> tuple[int, list[int]]:
        head = Checkpoint(origin=origin, size=size, root=spoiled or root(leaves[:size]))
        said = Statement(
            kind="derived", actor="a", seq=0, prev=None, anchor=head, signed_us=0, body={}
        )
        found = anchored_at(said, KEY, leaves)
        after, before = bounds_by_tokens(10, said, found, tokens, leaves, KEY, pinned, [])
        assert before == []
        return found, [one.us for one in after]

    assert bounds(stamped) == (stamped, [])
    assert bounds(stamped + 1) == (stamped + 1, [us(NOON) - 1_000_000])
    # An anchor in another log or history, or ahead of this log, bounds nothing.
    assert bounds(stamped + 1, origin="another") == (0, [])
    assert bounds(stamped + 1, spoiled=b"s" * 32) == (0, [])
    assert bounds(len(leaves) + 1) == (0, [])
    unanchored = Statement(kind="derived", actor="a", seq=0, prev=None, signed_us=0, body={})
    assert anchored_at(unanchored, KEY, leaves) == 0


# ---------------------------------------------------------------------------- the mirrors
def serve(
    world: World, at: int, size: int, time_s: int, salt: bytes = b"", folder: str = ""
) -> str:
    """Give the store of a mirror that has cosigned a head of this log, or of another history."""
    leaves = leaf_hashes(source_of(str(world.mission)), world.head().size)
    found = root([*leaves[: size - 1], salt or leaves[size - 1]])
    head = Checkpoint(origin=KEY.name, size=size, root=found)
    note = sign_note(head.text, SigningKey(name=KEY.name, seed=SEED))
    store = world.folder / (folder or f"m{at}") / origin_hash(KEY.name)
    store.mkdir(parents=True)
    line = cosign(head.text, MIRRORS[at], time_s)
    (store / "checkpoint").write_bytes(add_signatures(note, [line]))
    return str(store.parent)


def policy(world: World) -> Path:
    lines = [f"witness m{at} {cosigner_key(key)}" for at, key in enumerate(MIRRORS)]
    path = world.folder / "policy"
    path.write_text("\n".join([*lines, "group g 3 m0 m1 m2 m3", "quorum g", ""]))
    return path


def test_a_quorum_of_mirrors_bounds_by_its_median(world: World) -> None:
    """n = 4, f = 1: three are enough, and the one whose clock lies sets nothing."""
    stores = [
        serve(world, at, 6, time_s) for at, time_s in enumerate([1_000, 9_999_999_999, 1_010, 990])
    ]
    found = when_made(world.mission, 2, policy=policy(world), mirrors=stores[:3])
    assert [(one.us, one.by) for one in found.before] == [
        (1_011_000_000, "median of 3 of 4 mirrors that cosigned a head that has it")
    ]
    # Of four the later one in the middle.
    found = when_made(world.mission, 2, policy=policy(world), mirrors=stores)
    assert [one.us for one in found.before] == [1_011_000_000]
    assert found.is_outside, "the mission was signed a day after 1970 began"
    # Of several heads of one mirror the first counts, in whatever order they are found.
    again = [serve(world, at, 7, 5_000, folder=f"again{at}") for at in range(3)]
    for found_in in ([*stores[:3], *again], [*again, *stores[:3]]):
        found = when_made(world.mission, 2, policy=policy(world), mirrors=found_in)
        assert [one.us for one in found.before] == [5_001_000_000 - 3_990_000_000]
    two = when_made(world.mission, 2, policy=policy(world), mirrors=stores[:2])
    assert two.before == ()
    assert two.refused == ("2 of 4 mirrors cosigned a head that has it: too few",)
    # Their heads do not reach to the last entry.
    assert when_made(world.mission, 6, policy=policy(world), mirrors=stores).before == ()


def test_heads_of_another_history_and_mirrors_that_are_silent_count_for_nothing(
    world: World,
) -> None:
    stores = [serve(world, at, 6, 1_000) for at in range(2)]
    stores += [serve(world, 2, 6, 1_000, salt=b"s" * 32), str(world.folder / "none")]
    (world.folder / "m9" / origin_hash(KEY.name)).mkdir(parents=True)
    (world.folder / "m9" / origin_hash(KEY.name) / "checkpoint").write_bytes(b"no note")
    stores.append(str(world.folder / "m9"))
    found = when_made(world.mission, 2, policy=policy(world), mirrors=stores)
    assert found.before == ()
    assert found.refused == ("2 of 4 mirrors cosigned a head that has it: too few",)


# ---------------------------------------------------------------------------- the refusals
def test_what_cannot_be_believed_is_not_logged(world: World) -> None:
    before = world.head()
    answer = world.folder / "answer.tsr"

    def add(content: bytes, why: str, **changed: str | Path) -> None:
        answer.write_bytes(content)
        options = {"--authority": ONE.name, "--roots": world.roots, **changed}
        words = [word for pair in options.items() for word in pair]
        done = invoke("time", "add", answer, "--mission", world.mission, *words)
        assert isinstance(done.exception, TimestampError | OSError), done.output
        assert why in str(done.exception)

    token = ONE.token(hashed(before), NOON)
    add(response(token), "'tsa.example/one' has signed it, not", **{"--authority": TWO.name})
    add(response(ONE.token(b"h" * 32, NOON)), "is about no head of truceline.example/test up to 7")
    add(response(Authority("tsa.example/one").token(hashed(before), NOON)), "by a pinned root")
    add(response(token, status=2), "2, rejected")
    add(b"", "is no time stamp")
    add(response(token), "No such file", **{"--roots": world.folder / "none"})
    add(response(token), "no certificates", **{"--roots": answer})
    sent = world.folder / "sent"
    sent.write_bytes(request_stamp(before))
    add(response(token), "answers another request: nonce None", **{"--request": sent})
    add(response(token), "is no request", **{"--request": world.roots})
    with pytest.raises(TimestampError, match="answers another request"):
        world.stamp(ONE, NOON, nonce=1)
    assert world.head() == before
    assert world.stamp(ONE, NOON, nonce=1, request=False) == 7


def test_a_logged_token_that_is_not_about_this_history_is_not_used(world: World) -> None:
    """The log's holder may state anything; the reader checks each token against the tree."""
    head = world.head()
    token = ONE.token(hashed(head), NOON)
    with Ledger.open(world.mission, SEED) as ledger:
        for size, root_hex, said in [
            (7, "ab" * 32, encode_base64(token)),
            (700, head.root.hex(), encode_base64(token)),
            (6, head.root.hex(), encode_base64(token)),
            (7, head.root.hex(), "AA=="),
            (7, head.root.hex(), "no base64"),
        ]:
            body: dict[str, Json] = {
                "size": size,
                "root": root_hex,
                "authority": ONE.name,
                "token": said,
            }
            ledger.append("timestamp", body)
        ledger.commit(us(NOON))
    found = when_made(world.mission, 2, roots=world.roots)
    assert (found.before, found.after, len(found.refused)) == ((), (), 5)
    assert stamped_hash(token) == hashed(head)


def test_the_commands_say_what_they_did(world: World) -> None:
    sent = world.folder / "head.tsq"
    asked = invoke("time", "request", "-o", sent, "--mission", world.mission)
    assert asked.exit_code == 0
    assert "asks for the head of 7 entries" in asked.output
    again = invoke("time", "request", "-o", sent, "--mission", world.mission)
    assert isinstance(again.exception, FileExistsError)
    answer = world.folder / "head.tsr"
    answer.write_bytes(response(ONE.token(hashed(world.head()), NOON)))
    words = ["--authority", ONE.name, "--roots", world.roots, "--mission", world.mission]
    added = invoke("time", "add", answer, *words)
    assert added.exit_code == 0, added.exception
    assert added.output == "entry 7: tsa.example/one says not after 2026-05-01 12:00:02 UTC\n"
    stamped = "tsa.example/one stamped the head of 7 entries (entry 7)"
    shown = invoke("time", "show", 2, "--mission", world.mission, "--roots", world.roots)
    assert shown.output.splitlines() == [
        "entry 2: parsed, said by truceline.example/test",
        "not before  not known",
        f"not after   2026-05-01 12:00:02 UTC: {stamped}, which has it",
        "claim       1970-01-02 00:00:00 UTC: the sender's clock, believed by nobody",
    ]
    missing = invoke("time", "show", 99, "--mission", world.mission)
    assert "has no entry 99: it has 8" in str(missing.exception)


def test_a_mission_whose_tiles_are_another_logs_is_not_stamped(world: World) -> None:
    tile = next((world.mission / "log/tile/0").rglob("7"))
    tile.write_bytes(bytes(len(tile.read_bytes())))
    with pytest.raises(LedgerError, match="verify"):
        write_request(world.mission, world.folder / "never")
    assert not (world.folder / "never").exists()
