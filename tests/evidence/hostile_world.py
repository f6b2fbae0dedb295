"""Many contributors, some of whom cheat in every way we know, and an oracle that keeps count.

Statements, keys, signatures, the registry, proofs of fraud and the tree are the real ones; disks
and the network are left out. The oracle knows who made each entry with which key and who has which
rights, because it gave them: it never asks the registry. Everything follows from one seed.
"""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from nacl.bindings import crypto_core_ed25519_add

from truceline.evidence.approval import approvals_body, approve
from truceline.evidence.fraud import Outcome, check, prove_statements
from truceline.evidence.key_change import (
    CHANGE_TYPE,
    GRANTABLE,
    PROOF_TYPE,
    Revoke,
    add_key,
    rotate_key,
)
from truceline.evidence.keys import ED25519, SigningKey, VerifierKey
from truceline.evidence.registry import Registry
from truceline.evidence.root import ROOT_TYPE, Root
from truceline.evidence.statement import (
    PAYLOAD_TYPE,
    Statement,
    claimed,
    pre_authentication_encoding,
    read_entry,
    write_entry,
)
from truceline.evidence.strict import FormatError, encode_base64
from truceline.evidence.tree import Frontier, leaf_hash, root
from truceline.records.canonical import Json, canonical

ORIGIN = "hostile.example/log"
ELSEWHERE = "hostile.example/other-log"
HOLDERS, THRESHOLD = 5, 3
REMEMBERED = 40
# Of a hostile contributor's moves: up to here rightful changes, then attacks with statements, then
# with changes of keys; the rest are rightful statements.
WITH_STATEMENTS, WITH_CHANGES = 0.55, 0.80
ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = bytes([1, *[0] * 31])
# Points whose order divides 8 (RFC 8032's curve); with IDENTITY four of the eight.
SMALL = (
    IDENTITY,
    bytes(32),
    bytes([0xEC, *[0xFF] * 30, 0x7F]),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
)


@dataclass
class Person:
    """One contributor, as the oracle knows him."""

    name: str
    hostile: bool
    key: SigningKey | None = None
    kinds: tuple[str, ...] = ()
    seq: int = 0
    prev: str | None = None
    admitted_at: int = -1
    retired: list[tuple[SigningKey, int, int]] = field(default_factory=list)
    said: list[tuple[SigningKey, bytes, Statement]] = field(default_factory=list)


class Desk:
    """What an operator does with what is handed in: everything by the real code."""

    def __init__(self, log: SigningKey) -> None:
        self.log = log
        self.registry = Registry(log.verifier)
        self.tree = Frontier()
        self.accepted: list[bytes] = []
        # By public key and seq: every different statement that was validly signed.
        self.heard: dict[tuple[bytes, int], dict[str, bytes]] = {}
        self.proofs: dict[frozenset[bytes], bytes] = {}

    def hand_in(self, entry: bytes) -> str:
        """Take an entry or refuse it; give why, "" if it was taken."""
        try:
            actor = claimed(entry).actor
            self._listen(entry, actor)
            statement = read_entry(entry, self.registry.key_of(actor))
            self.registry.take(self.registry.size, statement)
        except FormatError as error:
            return str(error) or "refused"
        self.accepted.append(entry)
        self.tree.append(leaf_hash(entry))
        return ""

    def submit(self, kind: str, body: dict[str, Json]) -> str:
        """Log a root or a change in the log's own name."""
        seq, prev = self.registry.next_of(self.log.name)
        said = Statement(
            kind=kind, actor=self.log.name, seq=seq, prev=prev, signed_us=seq, body=body
        )
        return self.hand_in(write_entry(said, self.log))

    def _listen(self, entry: bytes, actor: str) -> None:
        """Prove every contradiction with what the same key signed before."""
        for grant in self.registry.grants:
            if grant.key.name != actor:
                continue
            try:
                statement = read_entry(entry, grant.key)
            except FormatError:
                continue
            self._compare(entry, statement, grant.key)

    def _compare(self, entry: bytes, statement: Statement, key: VerifierKey) -> None:
        def heard(seq: int) -> dict[str, bytes]:
            return self.heard.get((key.public, seq), {})

        here = heard(statement.seq)
        if statement.sha256 in here:
            return
        before = [
            one
            for one in heard(statement.seq - 1).values()
            if statement.prev not in heard(statement.seq - 1)
        ]
        after = [
            one
            for one in heard(statement.seq + 1).values()
            if read_entry(one, key).prev != statement.sha256 and not here
        ]
        for other in [*here.values(), *before, *after]:
            self.proofs[frozenset({entry, other})] = prove_statements(other, entry, key)
        self.heard.setdefault((key.public, statement.seq), {})[statement.sha256] = entry


class World:
    """A seeded run; `violations` stays empty if the rules hold."""

    def __init__(self, seed: int, contributors: int = 60, hostile: int = 18) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a run that can be drawn again
        self.seed = seed
        self.drawn = 0
        self.log = self.new_key(ORIGIN)
        self.desk = Desk(self.log)
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.halves: list[tuple[VerifierKey, bytes, bytes]] = []
        self.windows: dict[bytes, tuple[str, int, int]] = {}
        self.logged: list[tuple[str, dict[str, Json]]] = []
        self.stale: list[dict[str, Json]] = []
        self.rightful: set[bytes] = set()
        self.holders = [self.new_key(f"root/{n}") for n in range(HOLDERS)]
        self.root_version = 0
        self.people = [
            Person(name=f"contributor/{n:02}", hostile=n < hostile) for n in range(contributors)
        ]
        self.desk.submit("mission", {"sha256": "00" * 32, "size": 1})
        self.change_root(self.holders)
        for person in self.people:
            self.admit(person)

    # ---------------------------------------------------------------------------- small tools
    def new_key(self, name: str) -> SigningKey:
        self.drawn += 1
        return SigningKey(name=name, seed=sha256(f"{self.seed}/{self.drawn}".encode()).digest())

    def body(self, kind: str) -> dict[str, Json]:
        self.drawn += 1
        digest = sha256(str(self.drawn).encode()).hexdigest()
        bodies: dict[str, dict[str, Json]] = {
            "original": {
                "sha256": digest,
                "size": self.drawn,
                "name": f"{self.drawn}.csv",
                "feed": "claims",
                "received_us": self.drawn,
            },
            "sealed": {"title": f"report {self.drawn}", "blobs": [digest]},
            "act": {"name": "case.open", "about": "", "detail": {"text": f"case {self.drawn}"}},
            "redact": {"statement": digest, "commits": [], "blobs": [], "reason": "asked"},
            "derived": {"path": f"f{self.drawn}", "sha256": digest, "size": 1},
            "mission": {"sha256": digest, "size": 1},
            "fraud": {"sha256": digest, "culprit": "c", "proof": "p"},
        }
        return bodies[kind]

    def statement(self, person: Person, **other: object) -> Statement:
        kind = str(other.pop("kind", self.dice.choice(person.kinds)))
        fields: dict[str, object] = {
            "kind": kind,
            "actor": person.name,
            "seq": person.seq,
            "prev": person.prev,
            "signed_us": self.drawn,
            "body": other.pop("body", None) or self.body(kind),
        }
        return Statement(**{**fields, **other})  # type: ignore[arg-type]

    def next_index(self) -> int:
        return len(self.desk.accepted)

    def signatures(self, text: str, holders: Sequence[SigningKey], kind: str) -> list[Json]:
        return approvals_body([approve(kind, text, holder) for holder in holders])

    def some_holders(self, count: int = THRESHOLD) -> list[SigningKey]:
        return self.dice.sample(self.holders, count)

    # ------------------------------------------------------------------- what honest people do
    def expect(self, why: str, what: str) -> None:
        """Count something that has to be taken."""
        self.counts["handed in"] += 1
        self.counts["rightful"] += 1
        if why:
            self.counts["rightful and refused"] += 1
            self.violations.append(f"{what} was refused: {why}")

    def refuse(self, why: str, what: str) -> None:
        """Count something that nobody may bring into the log."""
        self.counts["handed in"] += 1
        self.counts["hostile"] += 1
        self.counts[f"attack: {what}"] += 1
        if not why:
            self.counts["hostile and taken"] += 1
            self.violations.append(f"{what} was taken as entry {self.next_index() - 1}")

    def log_change(self, text: str, approvals: list[Json]) -> None:
        body: dict[str, Json] = {"change": text, "approvals": approvals}
        self.expect(self.desk.submit("key", body), "a change of a key with its approvals")
        self.logged = [*self.logged[-REMEMBERED:], ("key", body)]

    def change_root(self, holders: list[SigningKey]) -> None:
        keys = tuple(sorted((one.verifier for one in holders), key=str))
        root = Root(log=ORIGIN, version=self.root_version + 1, threshold=THRESHOLD, keys=keys)
        # An approval under the root that goes: somebody keeps it.
        if self.root_version:
            change = add_key(
                log=ORIGIN,
                root=self.root_version,
                kinds=GRANTABLE,
                signer=self.new_key(f"late/{self.drawn}"),
            )
            self.stale.append(
                {
                    "change": change.text,
                    "approvals": self.signatures(change.text, self.some_holders(), CHANGE_TYPE),
                }
            )
        both = {str(one.verifier): one for one in [*self.holders[:THRESHOLD], *holders[:THRESHOLD]]}
        signed = self.signatures(root.text, list(both.values()), ROOT_TYPE)
        body: dict[str, Json] = {"document": root.text, "signatures": signed}
        self.expect(self.desk.submit("root", body), "a root signed by old and new")
        self.logged = [*self.logged[-REMEMBERED:], ("root", body)]
        self.holders, self.root_version = holders, self.root_version + 1

    def admit(self, person: Person) -> None:
        key = self.new_key(person.name)
        count = self.dice.randint(1, len(GRANTABLE))
        kinds = tuple(sorted(self.dice.sample(GRANTABLE, count)))
        change = add_key(log=ORIGIN, root=self.root_version, kinds=kinds, signer=key)
        index = self.next_index()
        self.log_change(change.text, self.signatures(change.text, self.some_holders(), CHANGE_TYPE))
        person.key, person.kinds, person.admitted_at = key, kinds, index

    def say(self, person: Person) -> None:
        if person.key is None:
            self.admit(person)
            return
        statement = self.statement(person)
        entry = write_entry(statement, person.key)
        self.rightful.add(entry)
        self.expect(self.desk.hand_in(entry), f"a statement of {person.name}")
        person.seq, person.prev = person.seq + 1, statement.sha256
        person.said = [*person.said[-REMEMBERED:], (person.key, entry, statement)]

    def rotate(self, person: Person) -> None:
        if person.key is None:
            return
        key = self.new_key(person.name)
        change = rotate_key(log=ORIGIN, root=self.root_version, old=person.key.verifier, signer=key)
        index = self.next_index()
        self.log_change(change.text, self.signatures(change.text, [person.key], CHANGE_TYPE))
        person.retired.append((person.key, person.admitted_at, index))
        person.key, person.admitted_at = key, index

    def revoke(self, person: Person) -> None:
        if person.key is None:
            return
        index = self.next_index()
        since = self.dice.choice([None, self.dice.randint(person.admitted_at + 1, index)])
        change = Revoke(
            log=ORIGIN,
            root=self.root_version,
            key=person.key.verifier,
            compromised_since_index=since,
        )
        by = self.dice.choice([[person.key], self.some_holders()])
        self.log_change(change.text, self.signatures(change.text, by, CHANGE_TYPE))
        self.dispute(person.key, since, index)
        person.retired.append((person.key, person.admitted_at, index))
        person.key = None

    def dispute(self, key: SigningKey, since: int | None, until: int) -> None:
        if since is not None and since < until:
            self.windows[key.verifier.public] = (key.name, since, until)

    def dispute_earlier(self, person: Person) -> None:
        """Say that a key that is gone was stolen, or stolen earlier than was thought."""
        if not person.retired:
            return
        key, admitted, ended = self.dice.choice(person.retired)
        first = self.windows.get(key.verifier.public, ("", ended, ended))[1]
        if admitted + 1 >= first:
            return
        since = self.dice.randint(admitted + 1, first - 1)
        change = Revoke(
            log=ORIGIN, root=self.root_version, key=key.verifier, compromised_since_index=since
        )
        self.log_change(change.text, self.signatures(change.text, self.some_holders(), CHANGE_TYPE))
        self.dispute(key, since, ended)

    # --------------------------------------------------------------------------------- the run
    def step(self) -> None:
        person = self.dice.choice(self.people)
        chance = self.dice.random()
        if chance < 0.005:
            self.rotate(person)
        elif chance < 0.010:
            self.revoke(person)
        elif chance < 0.014:
            self.dispute_earlier(person)
        elif chance < 0.015:
            kept = self.holders[1:]
            self.change_root([*kept, self.new_key(f"root/{self.drawn}")])
        elif person.hostile and chance < WITH_STATEMENTS:
            self.dice.choice(STATEMENT_ATTACKS)(self, person)
        elif person.hostile and chance < WITH_CHANGES:
            self.dice.choice(CHANGE_ATTACKS)(self, person)
        else:
            self.say(person)

    def run(self, entries: int) -> World:
        """Go on until so many were handed in, or something is wrong, and judge."""
        while self.counts["handed in"] < entries and not self.violations:
            self.step()
        self.judge()
        return self

    def judge(self) -> None:
        """Check what can only be told at the end: proofs, disputes, and that nobody is wronged."""
        proven = 0
        for key, first, second in self.halves:
            proof = self.desk.proofs.get(frozenset({first, second}), b"")
            # Only the accused's public key is known to whoever checks.
            if check(proof, [key]).outcome is Outcome.PROVEN:
                proven += 1
            else:
                self.violations.append(f"an equivocation of {key.name} is not proven")
        self.counts["equivocations"], self.counts["proven"] = len(self.halves), proven
        honest = {person.name for person in self.people if not person.hostile} | {ORIGIN}
        for proof in self.desk.proofs.values():
            signer = str(json.loads(proof)["signer"])
            if VerifierKey.read(signer).name in honest:
                self.counts["accused wrongly"] += 1
                self.violations.append(f"{signer} is accused of what he did not do")
        found = {
            (one.actor, one.key_id, one.since_index, one.until_index)
            for one in self.desk.registry.disputed
        }
        wanted = {
            (name, VerifierKey(name=name, public=public).key_id.hex(), since, until)
            for public, (name, since, until) in self.windows.items()
        }
        for difference in found ^ wanted:
            self.violations.append(f"the disputed stretch {difference} is not the true one")
        self.counts["disputed stretches"] = len(wanted)
        self.read_again()

    def read_again(self) -> None:
        """Read the accepted log as a stranger: who wrote it, and does he decide alike?"""
        registry = Registry(self.log.verifier)
        for index, entry in enumerate(self.desk.accepted):
            statement = read_entry(entry, registry.key_of(claimed(entry).actor))
            registry.take(index, statement)
            if statement.actor != ORIGIN and entry not in self.rightful:
                self.violations.append(f"entry {index} is by somebody without the right to it")
                self.counts["unauthorised entries"] += 1
        if registry.state() != self.desk.registry.state():
            self.violations.append("a second reader of the log decides otherwise")
        if root([leaf_hash(entry) for entry in self.desk.accepted]) != self.desk.tree.root:
            self.violations.append("the tree is not that of the accepted entries")


# ------------------------------------------------------------- attacks with statements
Attack = Callable[[World, Person], None]
STATEMENT_ATTACKS: list[Attack] = []
CHANGE_ATTACKS: list[Attack] = []


def with_statements(attack: Attack) -> Attack:
    STATEMENT_ATTACKS.append(attack)
    return attack


def with_changes(attack: Attack) -> Attack:
    CHANGE_ATTACKS.append(attack)
    return attack


def signed_payload(payload: bytes, key: SigningKey, signature: bytes | None = None) -> bytes:
    """Put any bytes into an envelope, signed."""
    signature = signature or key.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return (
        f'{{"payload":"{encode_base64(payload)}","payloadType":"{PAYLOAD_TYPE}","signatures":'
        f'[{{"keyid":"{key.verifier.key_id.hex()}","sig":"{encode_base64(signature)}"}}]}}'
    ).encode()


@with_statements
def two_of_one_number(world: World, person: Person) -> None:
    if person.key is None:
        return
    second = write_entry(world.statement(person), person.key)
    world.say(person)
    world.refuse(world.desk.hand_in(second), "second statement of one number")
    world.halves.append((person.key.verifier, person.said[-1][1], second))


@with_statements
def another_past(world: World, person: Person) -> None:
    """Sign an old number again, with the key of that time: an alibi made afterwards."""
    if not person.said:
        return
    key, entry, old = world.dice.choice(person.said)
    again = write_entry(world.statement(person, kind=old.kind, seq=old.seq, prev=old.prev), key)
    world.refuse(world.desk.hand_in(again), "an old number signed again")
    world.halves.append((key.verifier, entry, again))


@with_statements
def another_statement_before(world: World, person: Person) -> None:
    if person.key is None or not person.said or person.said[-1][0] is not person.key:
        return
    entry = write_entry(world.statement(person, prev="ab" * 32), person.key)
    world.refuse(world.desk.hand_in(entry), "another statement named as the one before")
    world.halves.append((person.key.verifier, person.said[-1][1], entry))


@with_statements
def a_gap(world: World, person: Person) -> None:
    if person.key is None:
        return
    entry = write_entry(
        world.statement(person, seq=person.seq + 1_000_000 + world.drawn), person.key
    )
    world.refuse(world.desk.hand_in(entry), "a number left out")


@with_statements
def a_replay(world: World, _: Person) -> None:
    entry = world.dice.choice(world.desk.accepted)
    world.refuse(world.desk.hand_in(entry), "an entry handed in again")


@with_statements
def a_forged_name(world: World, person: Person) -> None:
    victim = world.dice.choice(world.people)
    if person.key is None or victim is person or not victim.kinds:
        return
    false = SigningKey(name=victim.name, seed=person.key.seed)
    entry = write_entry(world.statement(victim), false)
    if world.dice.random() < 0.5 and victim.key is not None:
        own, his = (key.verifier.key_id.hex().encode() for key in (false, victim.key))
        entry = entry.replace(own, his)
    world.refuse(world.desk.hand_in(entry), "another's name")


@with_statements
def the_logs_name(world: World, person: Person) -> None:
    false = world.new_key(ORIGIN)
    seq, prev = world.desk.registry.next_of(ORIGIN)
    said = world.statement(person, actor=ORIGIN, seq=seq, prev=prev, kind="derived")
    world.refuse(world.desk.hand_in(write_entry(said, false)), "the log's name")


@with_statements
def a_stranger(world: World, person: Person) -> None:
    key = world.new_key(f"stranger/{world.drawn}")
    said = world.statement(person, actor=key.name, seq=0, prev=None, kind="original")
    world.refuse(world.desk.hand_in(write_entry(said, key)), "a key that was never let in")


@with_statements
def a_key_of_the_root(world: World, person: Person) -> None:
    key = world.dice.choice(world.holders)
    said = world.statement(person, actor=key.name, seq=0, prev=None, kind="original")
    world.refuse(world.desk.hand_in(write_entry(said, key)), "a statement by a key of the root")


@with_statements
def an_old_key(world: World, person: Person) -> None:
    if not person.retired:
        return
    key = world.dice.choice(person.retired)[0]
    entry = write_entry(world.statement(person), key)
    world.refuse(world.desk.hand_in(entry), "a key that was revoked or rotated away")


@with_statements
def another_kind(world: World, person: Person) -> None:
    if person.key is None:
        return
    others = {"derived", "fraud", "mission", *GRANTABLE} - set(person.kinds)
    said = world.statement(person, kind=world.dice.choice(sorted(others)))
    entry = write_entry(said, person.key)
    world.refuse(world.desk.hand_in(entry), "a kind that he may not say")
    # He used up a number that the log did not take: what he says next contradicts it.
    forget(world, person, said)


@with_statements
def a_change_in_his_own_name(world: World, person: Person) -> None:
    if person.key is None or not world.logged:
        return
    kind, body = world.dice.choice(world.logged)
    said = world.statement(person, kind=kind, body=body)
    world.refuse(
        world.desk.hand_in(write_entry(said, person.key)), "a root or a change in his own name"
    )
    forget(world, person, said)


@with_statements
def another_spelling(world: World, person: Person) -> None:
    if person.key is None:
        return
    payload = world.statement(person).payload
    spelled = world.dice.choice(
        [
            payload.replace(b'":', b'": ', 1),
            payload + b"\n",
            payload[:-1] + b',"v":2}',
            payload.replace(b'"v":2', b'"v":2.0'),
            json.dumps(dict(reversed(json.loads(payload).items()))).encode(),
        ]
    )
    entry = signed_payload(spelled, person.key)
    world.refuse(world.desk.hand_in(entry), "a payload in another spelling")


@with_statements
def another_envelope(world: World, person: Person) -> None:
    if person.key is None:
        return
    entry = write_entry(world.statement(person), person.key)
    changed = world.dice.choice(
        [entry + b"\n", entry.replace(b'":"', b'": "', 1), entry[:-2] + b"]}}"]
    )
    world.refuse(world.desk.hand_in(changed), "an envelope in another spelling")


@with_statements
def another_signature(world: World, person: Person) -> None:
    """S plus the order of the group is the same scalar; a flipped bit is none."""
    if person.key is None:
        return
    payload = world.statement(person).payload
    good = person.key.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    scalar = (int.from_bytes(good[32:], "little") + ORDER).to_bytes(32, "little")
    bit = world.dice.randrange(512)
    flipped = (int.from_bytes(good, "big") ^ 1 << bit).to_bytes(64, "big")
    entry = signed_payload(payload, person.key, world.dice.choice([good[:32] + scalar, flipped]))
    world.refuse(world.desk.hand_in(entry), "a signature that is not the one")


def forget(world: World, person: Person, said: Statement) -> None:
    """A refused statement was signed all the same: with what he says next it is an equivocation."""
    if person.key is None:
        return
    entry = write_entry(said, person.key)
    world.say(person)
    world.halves.append((person.key.verifier, entry, person.said[-1][1]))


# ------------------------------------------------------------------ attacks with changes of keys
def tricked(world: World, text: str, what: str) -> None:
    """Submit a bad change that a threshold of the root has really signed."""
    body: dict[str, Json] = {
        "change": text,
        "approvals": world.signatures(text, world.some_holders(), CHANGE_TYPE),
    }
    world.refuse(world.desk.submit("key", body), what)


def wished(world: World, person: Person, log: str = ORIGIN) -> str:
    """Write the admission of one more key for a hostile contributor, under a new name."""
    signer = world.new_key(f"{person.name}-{world.drawn}")
    return add_key(log=log, root=world.root_version, kinds=GRANTABLE, signer=signer).text


@with_changes
def too_few(world: World, person: Person) -> None:
    text = wished(world, person)
    holders = world.some_holders(world.dice.randrange(THRESHOLD))
    body: dict[str, Json] = {
        "change": text,
        "approvals": world.signatures(text, holders, CHANGE_TYPE),
    }
    world.refuse(world.desk.submit("key", body), "too few approvals")


@with_changes
def one_twice(world: World, person: Person) -> None:
    """Fill up the threshold with one approval again, or with the same key under another name."""
    text = wished(world, person)
    holders = world.some_holders(THRESHOLD - 1)
    signed = world.signatures(text, holders, CHANGE_TYPE)
    double = SigningKey(name="root/double", seed=holders[0].seed)
    body: dict[str, Json] = {
        "change": text,
        "approvals": world.dice.choice(
            [
                [signed[0], *signed],
                [*signed, signed[-1]],
                approvals_body([approve(CHANGE_TYPE, text, one) for one in [*holders, double]]),
            ]
        ),
    }
    world.refuse(world.desk.submit("key", body), "one key counted twice")


@with_changes
def strangers_approve(world: World, person: Person) -> None:
    text = wished(world, person)
    own = [world.new_key(f"root/{n}") for n in range(THRESHOLD)]
    body: dict[str, Json] = {"change": text, "approvals": world.signatures(text, own, CHANGE_TYPE)}
    world.refuse(world.desk.submit("key", body), "approved by strangers")


@with_changes
def approved_as_something_else(world: World, person: Person) -> None:
    text = wished(world, person)
    holders = world.some_holders()
    kind = world.dice.choice([ROOT_TYPE, PROOF_TYPE, PAYLOAD_TYPE])
    body: dict[str, Json] = {"change": text, "approvals": world.signatures(text, holders, kind)}
    world.refuse(world.desk.submit("key", body), "approved as something else")


@with_changes
def approvals_of_another_change(world: World, person: Person) -> None:
    signed = world.signatures(wished(world, person), world.some_holders(), CHANGE_TYPE)
    body: dict[str, Json] = {"change": wished(world, person), "approvals": signed}
    world.refuse(world.desk.submit("key", body), "approvals of another change")


@with_changes
def from_another_log(world: World, person: Person) -> None:
    tricked(world, wished(world, person, ELSEWHERE), "a change from another log")


@with_changes
def from_another_root_version(world: World, _: Person) -> None:
    if not world.stale:
        return
    world.refuse(
        world.desk.submit("key", world.dice.choice(world.stale)), "approved under an older root"
    )


@with_changes
def logged_again(world: World, _: Person) -> None:
    kind, body = world.dice.choice(world.logged)
    world.refuse(world.desk.submit(kind, body), "a change that was logged already")


@with_changes
def without_possession(world: World, person: Person) -> None:
    """Ask for a key that somebody else holds, with one's own signature as the proof."""
    if person.key is None:
        return
    other = world.new_key(f"victim/{world.drawn}")
    own = SigningKey(name=other.name, seed=person.key.seed)
    asked = json.loads(
        add_key(log=ORIGIN, root=world.root_version, kinds=GRANTABLE, signer=own).text
    )
    text = canonical({**asked, "key": str(other.verifier)}).decode()
    tricked(world, text, "a key without proof that one holds it")


@with_changes
def an_unsafe_key(world: World, person: Person) -> None:
    """Of small order one signature fits every message; a mixed one divides honest verifiers."""
    public = world.dice.choice(SMALL)
    if person.key is not None and world.dice.random() < 0.5:
        public = crypto_core_ed25519_add(person.key.verifier.public, SMALL[3])
    name = f"unsafe/{world.drawn}"
    encoded = ED25519 + public
    key_id = sha256(name.encode() + b"\n" + encoded).digest()[:4].hex()
    said = json.loads(wished(world, person))
    said["key"] = f"{name}+{key_id}+{base64.b64encode(encoded).decode()}"
    said["proof"] = encode_base64(IDENTITY + bytes(32))
    tricked(world, canonical(said).decode(), "a key of small or mixed order")


@with_changes
def a_used_key(world: World, person: Person) -> None:
    """Ask for a key that was used before, under the old name or a new one."""
    owners = [one for one in world.people if one.retired]
    if not owners:
        return
    owner = world.dice.choice(owners)
    old = world.dice.choice(owner.retired)[0]
    name = world.dice.choice([owner.name, f"{person.name}-{world.drawn}"])
    if name == owner.name and owner.key is not None:
        signer = SigningKey(name=name, seed=old.seed)
        change = rotate_key(
            log=ORIGIN, root=world.root_version, old=owner.key.verifier, signer=signer
        )
        body: dict[str, Json] = {
            "change": change.text,
            "approvals": world.signatures(change.text, [owner.key], CHANGE_TYPE),
        }
        world.refuse(world.desk.submit("key", body), "a key that was used before")
        return
    signer = SigningKey(name=name, seed=old.seed)
    text = add_key(log=ORIGIN, root=world.root_version, kinds=GRANTABLE, signer=signer).text
    tricked(world, text, "a key that was used before")


@with_changes
def a_key_of_others(world: World, person: Person) -> None:
    seed = world.dice.choice([world.log, *world.holders]).seed
    signer = SigningKey(name=f"{person.name}-{world.drawn}", seed=seed)
    text = add_key(log=ORIGIN, root=world.root_version, kinds=GRANTABLE, signer=signer).text
    tricked(world, text, "the log's or the root's key as a contributor's")


@with_changes
def a_name_that_is_taken(world: World, _: Person) -> None:
    taken = [one.name for one in world.people if one.key is not None]
    signer = world.new_key(world.dice.choice([ORIGIN, world.dice.choice(taken)]))
    text = add_key(log=ORIGIN, root=world.root_version, kinds=GRANTABLE, signer=signer).text
    tricked(world, text, "a name that is taken")


@with_changes
def a_kind_for_nobody(world: World, person: Person) -> None:
    signer = world.new_key(f"{person.name}-{world.drawn}")
    kind = world.dice.choice(["key", "root", "mission", "parsed", "derived"])
    said: dict[str, Json] = {
        "v": 1,
        "change": "add",
        "log": ORIGIN,
        "root": world.root_version,
        "key": str(signer.verifier),
        "kinds": [kind],
    }
    proof = signer.sign(pre_authentication_encoding(PROOF_TYPE, canonical(said)))
    said["proof"] = encode_base64(proof)
    tricked(world, canonical(said).decode(), "a kind that is the log's own")


@with_changes
def rotate_another(world: World, person: Person) -> None:
    """Rotate a victim's key to one's own, approved by oneself, or by a root that was tricked."""
    victim = world.dice.choice(world.people)
    if victim.key is None or person.key is None or victim is person:
        return
    own = world.new_key(victim.name)
    text = rotate_key(log=ORIGIN, root=world.root_version, old=victim.key.verifier, signer=own).text
    by = world.dice.choice([[person.key], [own], world.some_holders()])
    body: dict[str, Json] = {"change": text, "approvals": world.signatures(text, by, CHANGE_TYPE)}
    world.refuse(world.desk.submit("key", body), "another's key rotated")


@with_changes
def rotate_from_an_old_key(world: World, person: Person) -> None:
    if not person.retired:
        return
    old = world.dice.choice(person.retired)[0]
    own = world.new_key(person.name)
    text = rotate_key(log=ORIGIN, root=world.root_version, old=old.verifier, signer=own).text
    body: dict[str, Json] = {
        "change": text,
        "approvals": world.signatures(text, [old], CHANGE_TYPE),
    }
    world.refuse(world.desk.submit("key", body), "rotated from a key that is gone")


def revocation(world: World, key: SigningKey, since: int | None) -> str:
    return Revoke(
        log=ORIGIN,
        root=world.root_version,
        key=key.verifier,
        compromised_since_index=since,
    ).text


@with_changes
def revoke_another(world: World, person: Person) -> None:
    victim = world.dice.choice(world.people)
    if victim.key is None or person.key is None or victim is person:
        return
    text = revocation(world, victim.key, None)
    by = world.dice.choice([[person.key], world.some_holders(THRESHOLD - 1), []])
    body: dict[str, Json] = {"change": text, "approvals": world.signatures(text, by, CHANGE_TYPE)}
    world.refuse(world.desk.submit("key", body), "another's key revoked")


@with_changes
def revoke_himself_again(world: World, person: Person) -> None:
    """A key that is gone wants to disown more: only the root can say that."""
    if not person.retired:
        return
    key, admitted, _ = world.dice.choice(person.retired)
    text = revocation(world, key, admitted + 1)
    body: dict[str, Json] = {
        "change": text,
        "approvals": world.signatures(text, [key], CHANGE_TYPE),
    }
    world.refuse(world.desk.submit("key", body), "more disowned by a key that is gone")


@with_changes
def disputed_later(world: World, person: Person) -> None:
    """Make a stretch shorter, or take it back."""
    gone = [one for one in person.retired if one[0].verifier.public in world.windows]
    if not gone:
        return
    key, _, ended = world.dice.choice(gone)
    since = world.windows[key.verifier.public][1]
    later = world.dice.choice([None, since, world.dice.randint(since, ended)])
    tricked(world, revocation(world, key, later), "a disputed stretch made shorter")


@with_changes
def disputed_outside(world: World, person: Person) -> None:
    """Dispute what another key said: before this one was let in, or after it was gone."""
    if person.key is None:
        return
    since = world.dice.choice([person.admitted_at, 0, world.next_index() + 1])
    tricked(world, revocation(world, person.key, since), "disputed beyond the key")


@with_changes
def a_root_of_his_own(world: World, _: Person) -> None:
    """Bring a root that the one before did not approve, or not enough, or that skips a version."""
    own = [world.new_key(f"root/{world.drawn}-{n}") for n in range(HOLDERS)]
    keys, version, log = own, world.root_version + 1, ORIGIN
    signers: list[SigningKey] = [*own, *world.some_holders(THRESHOLD - 1)]
    what = world.dice.choice(["old short", "new short", "version", "first", "log", "actor"])
    if what == "new short":
        signers = world.some_holders()
    elif what == "version":
        version, signers = world.dice.choice([version + 1, version - 1]), [*own, *world.holders]
    elif what == "first":
        version, signers = 1, own
    elif what == "log":
        log, signers = ELSEWHERE, [*own, *world.holders]
    elif what == "actor":
        actors = [one.key for one in world.people if one.key is not None]
        keys = [*own[1:], world.dice.choice([*actors, world.log])]
        signers = [*keys, *world.holders]
    listed = tuple(sorted((one.verifier for one in keys), key=str))
    text = Root(log=log, version=version, threshold=THRESHOLD, keys=listed).text
    body: dict[str, Json] = {
        "document": text,
        "signatures": world.signatures(text, signers, ROOT_TYPE),
    }
    world.refuse(world.desk.submit("root", body), f"a root of his own: {what}")
