"""Roots, changes of keys and the registry: every rule, and what its breach says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from hostile_world import World
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.evidence.approval import (
    APPROVALS_LIMIT,
    approvals_body,
    approve,
    read_approvals,
)
from truceline.evidence.key_change import (
    CHANGE_TYPE,
    Add,
    Revoke,
    Rotate,
    add_key,
    read_change,
    rotate_key,
)
from truceline.evidence.keys import SigningKey
from truceline.evidence.registry import Disputed, Registry
from truceline.evidence.root import KEYS_LIMIT, ROOT_TYPE, Root, read_root
from truceline.evidence.statement import Statement, claimed, read_entry
from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json, canonical

LOG = SigningKey(name="example.org/m", seed=bytes(range(32)))


def key(name: str, number: int = 0) -> SigningKey:
    return SigningKey(name=name, seed=bytes([number, *name.encode().ljust(31)[:31]]))


A, B, C, D = (key(f"root/{letter}") for letter in "abcd")
BOB, BOB_2, EVE = key("bob"), key("bob", 2), key("eve")


def root_of(
    *holders: SigningKey, version: int = 1, threshold: int = 2, log: str = LOG.name
) -> Root:
    listed = tuple(sorted((one.verifier for one in holders), key=str))
    return Root(log=log, version=version, threshold=threshold, keys=listed)


class Log:
    """A registry, and the log's own chain of statements."""

    def __init__(self) -> None:
        self.registry = Registry(LOG.verifier)
        self.say(LOG, "mission", {"sha256": "00" * 32, "size": 1})

    def say(self, who: SigningKey, kind: str, body: dict[str, Json]) -> int:
        seq, prev = self.registry.next_of(who.name)
        said = Statement(kind=kind, actor=who.name, seq=seq, prev=prev, signed_us=0, body=body)
        index = self.registry.size
        self.registry.take(index, said)
        return index

    def original(self, who: SigningKey) -> int:
        return self.say(
            who,
            "original",
            {"sha256": "ab" * 32, "size": 1, "name": "a", "feed": "b", "received_us": None},
        )

    def root(self, root: Root, *holders: SigningKey) -> int:
        signed = approvals_body([approve(ROOT_TYPE, root.text, one) for one in holders])
        return self.say(LOG, "root", {"document": root.text, "signatures": signed})

    def change(self, change: Add | Rotate | Revoke, *by: SigningKey) -> int:
        signed = approvals_body([approve(CHANGE_TYPE, change.text, one) for one in by])
        return self.say(LOG, "key", {"change": change.text, "approvals": signed})


@pytest.fixture
def log() -> Log:
    made = Log()
    made.root(root_of(A, B, C), A, B)
    return made


def add(
    who: SigningKey, kinds: Sequence[str] = ("original",), root: int = 1, log: str = LOG.name
) -> Add:
    return add_key(log=log, root=root, kinds=kinds, signer=who)


def rotate(old: SigningKey, new: SigningKey) -> Rotate:
    return rotate_key(log=LOG.name, root=1, old=old.verifier, signer=new)


def revoke(who: SigningKey, since: int | None = None) -> Revoke:
    return Revoke(log=LOG.name, root=1, key=who.verifier, compromised_since_index=since)


# ---------------------------------------------------------------------------------- the registry
def test_without_a_root_only_the_log_may_speak() -> None:
    made = Log()
    assert made.registry.key_of(LOG.name) == LOG.verifier
    assert made.original(LOG) == 1
    with pytest.raises(FormatError, match="'bob' has no key in this log"):
        made.registry.key_of("bob")
    with pytest.raises(FormatError, match="before there is a root"):
        made.change(add(BOB), A, B)


def test_a_key_is_let_in_rotated_and_revoked_and_nothing_is_deleted(log: Log) -> None:
    assert log.change(add(BOB, ["redact", "original"]), A, C) == 2
    assert log.registry.key_of("bob") == BOB.verifier
    assert log.original(BOB) == 3
    assert log.change(rotate(BOB, BOB_2), BOB) == 4
    assert log.registry.key_of("bob") == BOB_2.verifier
    assert log.registry.next_of("bob")[0] == 1
    assert [log.original(BOB_2) for _ in range(3)] == [5, 6, 7]
    assert log.change(revoke(BOB_2, since=6), BOB_2) == 8
    with pytest.raises(FormatError, match="'bob' has no key since entry 8 revoked it"):
        log.original(BOB_2)
    first = Disputed(
        actor="bob",
        key_id=BOB_2.verifier.key_id.hex(),
        since_index=6,
        until_index=8,
        revoked_at=8,
        by="self",
    )
    assert log.registry.disputed == (first,)
    disputed = [index for index in range(10) if log.registry.is_disputed(index, "bob")]
    assert disputed == [6, 7]
    assert not log.registry.is_disputed(6, LOG.name)
    third = key("bob", 3)
    assert log.change(add(third, ["sealed"]), B, C) == 9
    assert log.registry.next_of("bob")[0] == 4
    with pytest.raises(FormatError, match="'bob' may not say 'original', only sealed"):
        log.original(third)
    assert log.change(revoke(BOB_2, since=5), A, B) == 10
    assert log.registry.disputed[0].since_index == 5
    assert (log.registry.disputed[0].revoked_at, log.registry.disputed[0].by) == (10, "root")
    assert log.change(revoke(BOB, since=3), A, B) == 11
    assert [one.since_index for one in log.registry.disputed] == [3, 5]
    assert log.registry.disputed[0].until_index == 4
    assert log.registry.key_of("bob") == third.verifier
    assert [grant.ended_at for grant in log.registry.grants] == [4, 8, None]


def test_a_root_is_followed_by_one_that_old_and_new_have_signed(log: Log) -> None:
    second = root_of(B, C, D, version=2)
    for signers, why in (
        ((B, D), "has 1 approvals by the keys of root 1, not 2"),
        ((A, B), "has 1 approvals by the keys of root 2, not 2"),
        ((A, B, C, EVE), "eve is approved by nobody to sign this root"),
    ):
        with pytest.raises(FormatError, match=why):
            log.root(second, *signers)
    first = log.registry.first_root
    assert log.root(second, B, C) == 2
    assert log.registry.root == second
    assert (log.registry.root_index, log.registry.first_root) == (2, first)
    with pytest.raises(FormatError, match="is approved under root 1, not 2"):
        log.change(add(BOB), B, C)
    with pytest.raises(FormatError, match="root/a has no say in this change"):
        log.change(add(BOB, root=2), A, B, C)
    with pytest.raises(FormatError, match=r"key .* of 'eve' is or was that of the root"):
        log.change(add(SigningKey(name="eve", seed=A.seed), root=2), B, C)
    # Who left the root may come back to it.
    assert log.root(root_of(A, B, version=3), B, C, A) == 3


REFUSED_ROOTS = {
    "the wrong version": (root_of(A, B, version=3), [A, B], "is version 3 of the root, not 2"),
    "another log": (root_of(A, B, version=2, log="x"), [A, B], "is for the log 'x', not for"),
    "the log's key": (root_of(A, B, LOG, version=2), [A, B], "of the root is that of the log"),
    "an actor's key": (root_of(A, B, BOB, version=2), [A, B], "of the root is that of 'bob'"),
    "nobody signed": (root_of(A, B, version=2), [], "has 0 approvals by the keys of root 1"),
}


@pytest.mark.parametrize("what", REFUSED_ROOTS)
def test_a_root_is_refused(log: Log, what: str) -> None:
    log.change(add(BOB), A, B)
    refused, signers, why = REFUSED_ROOTS[what]
    before = log.registry.state()
    with pytest.raises(FormatError, match=why):
        log.root(refused, *signers)
    assert log.registry.state() == before


REFUSED_CHANGES: dict[str, tuple[Add | Rotate | Revoke, list[SigningKey], str]] = {
    "too few": (add(EVE), [A], "has 1 approvals by the keys of root 1, not 2"),
    "none": (add(EVE), [], "has 0 approvals"),
    "a stranger too": (add(EVE), [A, B, EVE], "eve has no say in this change"),
    "another log": (add(EVE, log="x"), [A, B], "is for the log 'x'"),
    "another root": (add(EVE, root=2), [A, B], "is approved under root 2, not 1"),
    "the log's name": (add(key(LOG.name, 9)), [A, B], "'example.org/m' is the log itself"),
    "a name that speaks": (add(key("bob", 9)), [A, B], "'bob' has a key: rotate it, or revoke"),
    "the log's key": (add(SigningKey(name="eve", seed=LOG.seed)), [A, B], "was that of the log"),
    "a root's key": (add(SigningKey(name="eve", seed=C.seed)), [A, B], "was that of the root"),
    "another's key": (add(SigningKey(name="eve", seed=BOB.seed)), [A, B], "was that of 'bob'"),
    "no proof": (
        Add(log=LOG.name, root=1, key=EVE.verifier, kinds=("original",)),
        [A, B],
        "nobody proves that he holds the new key of eve",
    ),
    "not by the old key": (rotate(BOB, BOB_2), [A, B], "the old key of 'bob' has to approve"),
    "not the current key": (rotate(BOB_2, key("bob", 3)), [BOB_2], "is not the one that 'bob' has"),
    "back to oneself": (rotate(BOB, BOB), [BOB], "is or was that of 'bob'"),
    "by another": (revoke(BOB), [EVE], "eve has no say in this change"),
    "never here": (revoke(EVE), [A, B], "'eve' never had the key"),
    "other name": (
        revoke(SigningKey(name="eve", seed=BOB.seed)),
        [A, B],
        "'eve' never had the key",
    ),
    "the log": (revoke(LOG), [A, B], "never had the key"),
    "before the key": (revoke(BOB, since=2), [A, B], "index 2 is outside 3..3"),
    "in the future": (revoke(BOB, since=4), [BOB], "index 4 is outside 3..3"),
}


@pytest.mark.parametrize("what", REFUSED_CHANGES)
def test_a_change_is_refused(log: Log, what: str) -> None:
    log.change(add(BOB), A, B)
    change, by, why = REFUSED_CHANGES[what]
    before = log.registry.state()
    with pytest.raises(FormatError, match=why):
        log.change(change, *by)
    assert log.registry.state() == before


def test_a_disputed_stretch_is_never_made_shorter(log: Log) -> None:
    log.change(add(BOB), A, B)
    for _ in range(4):
        log.original(BOB)
    log.change(revoke(BOB, since=7), BOB)
    assert not log.registry.disputed
    log.change(revoke(BOB, since=5), A, B)
    for since in (None, 5, 6):
        with pytest.raises(FormatError, match=f"index 5: {since} is not earlier"):
            log.change(revoke(BOB, since=since), A, B)
    with pytest.raises(FormatError, match=r"index 2 is outside 3..7"):
        log.change(revoke(BOB, since=2), A, B)
    with pytest.raises(FormatError, match="bob has no say"):
        log.change(revoke(BOB, since=4), BOB)
    log.change(revoke(BOB, since=3), A, B)
    assert [one.since_index for one in log.registry.disputed] == [3]


def test_a_revocation_without_a_stretch_can_get_one_later(log: Log) -> None:
    log.change(add(BOB), A, B)
    log.original(BOB)
    log.change(revoke(BOB), A, B)
    assert not log.registry.disputed
    with pytest.raises(FormatError, match="None is not earlier"):
        log.change(revoke(BOB), A, B)
    log.change(revoke(BOB, since=3), A, C)
    assert log.registry.is_disputed(3, "bob")


def test_a_statement_has_to_be_the_next_one(log: Log) -> None:
    body: dict[str, Json] = {"sha256": "00" * 32, "size": 1}
    seq, prev = log.registry.next_of(LOG.name)

    def said(**other: Any) -> Statement:  # noqa: ANN401 - any field
        fields = {"kind": "mission", "actor": LOG.name, "seq": seq, "prev": prev, "signed_us": 0}
        return Statement(**{**fields, "body": body, **other})

    for index, statement, why in (
        (7, said(), "entry 7 cannot be the next after 2"),
        (2, said(seq=5), "has seq 5, not 2"),
        (2, said(prev=None), "names None as the statement before"),
        (2, said(), "kind 'mission' cannot stand at index 2"),
        (2, said(actor="eve"), "'eve' has no key in this log"),
        (2, said(kind="root"), "root has"),
        (2, said(kind="key"), "key has"),
    ):
        before = log.registry.state()
        with pytest.raises(FormatError, match=why):
            log.registry.take(index, statement)
        assert log.registry.state() == before


# --------------------------------------------------------------------------------- reading texts
def spoiled(text: str, **fields: Json) -> str:
    return canonical({**json.loads(text), **fields}).decode()


ROOT_TEXT = root_of(A, B).text
TWO: list[Json] = [str(one) for one in root_of(A, B).keys]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "the root cannot be read"),
        ("[" * 100_000, "the root cannot be read"),
        ("[]", "not a canonical JSON object"),
        (ROOT_TEXT + " ", "not a canonical JSON object"),
        (spoiled(ROOT_TEXT, v=2), "the root is of version 2, not 1"),
        (spoiled(ROOT_TEXT, v=True), "the root is of version True, not 1"),
        (spoiled(ROOT_TEXT, more=1), "the root has the fields"),
        (spoiled(ROOT_TEXT, log=1), "the root's log cannot be 1"),
        (spoiled(ROOT_TEXT, version="1"), "the root's version cannot be '1'"),
        (spoiled(ROOT_TEXT, version=0), "a version from 1 on, not 0"),
        (spoiled(ROOT_TEXT, threshold=True), "the root's threshold cannot be True"),
        (spoiled(ROOT_TEXT, threshold=0), "threshold 0 is outside 1..2"),
        (spoiled(ROOT_TEXT, threshold=3), "threshold 3 is outside 1..2"),
        (spoiled(ROOT_TEXT, keys="a"), "the root's keys cannot be 'a'"),
        (spoiled(ROOT_TEXT, keys=[1]), r"the root's keys cannot be \[1\]"),
        (spoiled(ROOT_TEXT, keys=["a", "b"]), "is no verifier key"),
        (spoiled(ROOT_TEXT, keys=[*reversed(TWO)]), "in the order of their texts"),
        (spoiled(ROOT_TEXT, keys=[TWO[0], TWO[0]]), "one of its keys twice"),
        (spoiled(ROOT_TEXT, keys=TWO * (KEYS_LIMIT // 2) + TWO), "at most 32 keys, not 34"),
    ],
)
def test_a_root_that_is_none_is_refused(text: str, why: str) -> None:
    assert read_root(ROOT_TEXT) == root_of(A, B)
    with pytest.raises(FormatError, match=why):
        read_root(text)


def test_one_key_under_two_names_is_one_key() -> None:
    with pytest.raises(FormatError, match="one of its keys twice"):
        root_of(A, SigningKey(name="root/other", seed=A.seed))


ADD, ROTATE, REVOKE = add(BOB).text, rotate(BOB, BOB_2).text, revoke(BOB).text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "the change cannot be read"),
        (spoiled(ADD, change="grant"), "the change 'grant' is none of add, rotate, revoke"),
        (spoiled(ADD, change=1), "the change 1 is none of"),
        (spoiled(ADD, change="revoke"), "the change 'revoke' has the fields"),
        (spoiled(ADD, v=2), "of version 2, not 1"),
        (spoiled(ADD, log=1), "the change's log cannot be 1"),
        (spoiled(ADD, root=0), "the change's root cannot be 0"),
        (spoiled(ADD, root=True), "the change's root cannot be True"),
        (spoiled(ADD, key=1), "the change's key cannot be 1"),
        (spoiled(ADD, key="x"), "is no verifier key"),
        (spoiled(ADD, key=str(key("b ö".replace(" ", "")).verifier)), "no name for an actor"),
        (spoiled(ADD, kinds=1), "the change's kinds cannot be 1"),
        (spoiled(ADD, kinds=[1]), r"the change's kinds cannot be \[1\]"),
        (spoiled(ADD, kinds=[]), r"kinds \[\] are not some of act, original, redact, sealed"),
        (spoiled(ADD, kinds=["key"]), "are not some of"),
        (spoiled(ADD, kinds=["sealed", "original"]), "in order"),
        (spoiled(ADD, kinds=["original", "original"]), "in order"),
        (spoiled(ADD, proof=1), "the change's proof cannot be 1"),
        (spoiled(ADD, proof="A"), "is not base64"),
        (spoiled(ROTATE, old=1), "the change's old cannot be 1"),
        (spoiled(ROTATE, old=str(EVE.verifier)), "a key of 'eve' cannot become one of 'bob'"),
        (spoiled(REVOKE, compromised_since_index=-1), "index cannot be -1"),
        (spoiled(REVOKE, compromised_since_index=True), "index cannot be True"),
    ],
)
def test_a_change_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read_change(text)


@pytest.mark.parametrize("change", [add(BOB), rotate(BOB, BOB_2), revoke(BOB), revoke(BOB, 4)])
def test_a_change_is_read_as_it_was_written(change: Add | Rotate | Revoke) -> None:
    assert read_change(change.text) == change


ANY: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z0-9_]{1,6}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(text=st.sampled_from([ROOT_TEXT, ADD, ROTATE, REVOKE]), at=st.integers(0, 9), value=ANY)
def test_whatever_stands_in_a_field_is_read_or_refused(text: str, at: int, value: Json) -> None:
    said = json.loads(text)
    name = sorted(said)[at % len(said)]
    read = read_root if text is ROOT_TEXT else read_change
    for changed in ({**said, name: value}, {**said, f"{name}x": value}, value):
        try:
            again = canonical(changed).decode()
        except ValueError:
            continue
        # Anything but a typed refusal comes through.
        with suppress(FormatError):
            assert read(again).text == again


def test_approvals_have_one_form() -> None:
    signed = approvals_body([approve(CHANGE_TYPE, "{}", one) for one in (B, A)])
    assert [one.key for one in read_approvals(signed)] == [A.verifier, B.verifier]
    for body, why in (
        ("no list", "are a list of at most"),
        (signed * APPROVALS_LIMIT, "are a list of at most 64"),
        ([1], "approval 0 has not the fields"),
        ([{"key": "a"}], "approval 0 has not the fields"),
        ([{"key": 1, "sig": "a"}], "approval 0 has something else than text"),
        ([signed[0], {**dict(signed[1]), "sig": 1}], "approval 1 has something else"),  # type: ignore[arg-type]
        ([*reversed(signed)], "in the order of their keys"),
        ([signed[0], signed[0]], "no key stands twice"),
    ):
        with pytest.raises(FormatError, match=why):
            read_approvals(body)  # type: ignore[arg-type]


def test_a_wrong_signature_is_named_even_where_enough_are_right(log: Log) -> None:
    change = add(BOB)
    good = [approve(CHANGE_TYPE, change.text, one) for one in (A, B)]
    bad = approve(ROOT_TYPE, change.text, C)
    body: dict[str, Json] = {"change": change.text, "approvals": approvals_body([*good, bad])}
    with pytest.raises(FormatError, match="the approval of root/c does not match"):
        log.say(LOG, "key", body)


# -------------------------------------------------------------------------------------- the state
def test_a_state_is_canonical_and_gives_the_registry_back(log: Log) -> None:
    log.change(add(BOB, ["original", "sealed"]), A, B)
    log.original(BOB)
    log.change(revoke(BOB, since=3), A, B)
    state = json.loads(canonical(log.registry.state()))
    again = Registry.from_state(LOG.verifier, state)
    assert again.state() == log.registry.state()
    assert again.disputed == log.registry.disputed != ()
    with pytest.raises(FormatError, match="has no key since entry 4"):
        again.key_of("bob")
    empty = Registry.from_state(LOG.verifier, Registry(LOG.verifier).state())
    assert empty.state() == Registry(LOG.verifier).state()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.floats(0, 1))
def test_a_registry_from_its_state_behaves_as_before(seed: int, cut: float) -> None:
    world = World(seed, contributors=8, hostile=5)
    offered: list[bytes] = []
    take = world.desk.hand_in

    def overheard(entry: bytes) -> str:
        offered.append(entry)
        return take(entry)

    world.desk.hand_in = overheard  # type: ignore[method-assign]
    start = list(world.desk.accepted)
    world.run(120)
    entries = [*start, *offered]
    one = Registry(world.log.verifier)
    for entry in entries[: int(cut * len(entries))]:
        offer(one, entry)
    other = Registry.from_state(world.log.verifier, json.loads(canonical(one.state())))
    for entry in entries[int(cut * len(entries)) :]:
        assert offer(one, entry) == offer(other, entry)
        assert one.state() == other.state()
    assert one.disputed == other.disputed


def offer(registry: Registry, entry: bytes) -> str:
    """Offer an entry; whatever is refused changes nothing."""
    before = registry.state()
    try:
        statement = read_entry(entry, registry.key_of(claimed(entry).actor))
        registry.take(registry.size, statement)
    except FormatError as error:
        assert registry.state() == before
        return str(error)
    return ""


def state_with(**fields: Json) -> dict[str, Json]:
    made = Log()
    made.root(root_of(A, B), A, B)
    made.change(add(BOB), A, B)
    state = made.registry.state()
    grant = dict(state["grants"][0])  # type: ignore[index,arg-type]
    of_grant = {name: fields.pop(name) for name in list(fields) if name in grant}
    return {**state, "grants": [{**grant, **of_grant}], **fields}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (None, "the state of a registry has the fields"),
        ({"v": 1}, "the state of a registry has the fields"),
        (state_with(v=2), "the state is not of version 1"),
        (state_with(v=True), "the state's v cannot be True"),
        (state_with(log="x"), "the state is not of version 1 and of"),
        (state_with(size=-1), "the state's size cannot be -1"),
        (state_with(chains=1), "the state's chains cannot be 1"),
        (state_with(chains=[1]), "the state's chain cannot be 1"),
        (state_with(chains=[["a", 1]]), "the state's chain cannot be"),
        (state_with(chains=[[1, 1, "ab" * 32]]), "the state's actor cannot be 1"),
        (state_with(chains=[["a", 1, "x"]]), "the state's prev cannot be 'x'"),
        (state_with(chains=[["a", True, "ab" * 32]]), "the state's seq cannot be True"),
        (state_with(root=1), "the state's root cannot be 1"),
        (state_with(root_keys=1), "the state's root_keys cannot be 1"),
        ({**state_with(), "grants": 1}, "the state's grants cannot be 1"),
        (state_with(kinds=1), "the state's kinds cannot be 1"),
        (state_with(kinds=["original", 1]), "the state's kind cannot be 1"),
        (state_with(root="x"), "the root cannot be read"),
        (state_with(root_index=None), "the state's root_index cannot be None"),
        (state_with(first_root=None), "the state's first_root cannot be None"),
        (state_with(root_keys=["x"]), "the state's root key cannot be 'x'"),
        (state_with(key=1), "the state's key cannot be 1"),
        (state_with(kinds=["key"]), "the state's kinds cannot be"),
        (state_with(by="me"), "the state's by cannot be 'me'"),
        (state_with(admitted_at="1"), "the state's admitted_at cannot be '1'"),
        (state_with(ended_at=True), "the state's ended_at cannot be True"),
        ({**state_with(), "grants": [1]}, "the state's grant has the fields"),
    ],
)
def test_a_state_that_is_none_is_refused(state: Json, why: str) -> None:
    assert Registry.from_state(LOG.verifier, state_with()).state() == state_with()
    with pytest.raises(FormatError, match=why):
        Registry.from_state(LOG.verifier, state)
