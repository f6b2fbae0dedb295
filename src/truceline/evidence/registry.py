"""Who may say what, at each index of the log: read from the log itself, entry after entry.

The log's own key may say everything, in its own name. Others speak with keys that a threshold of
the root let in, and only what those keys may say. Whatever decides here was itself an entry before:
no clock and no file beside the log takes part, so that everybody who reads the log decides alike.
Who submits a change does not matter, only who approved it.

A revoked key says nothing more. What it said before stays in the log; from the index on at which
it is said to have been stolen, it is disputed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from truceline.evidence.approval import read_approvals
from truceline.evidence.key_change import (
    GRANTABLE,
    Add,
    Change,
    Revoke,
    Rotate,
    insist_on_approval,
    insist_on_possession,
    read_change,
)
from truceline.evidence.keys import VerifierKey
from truceline.evidence.root import Root, insist_on_root, read_root
from truceline.evidence.statement import HASH, Statement, insist_on_kind
from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json

STATE_VERSION = 1
STATE_FIELDS = frozenset(
    {"v", "log", "size", "chains", "root", "root_index", "first_root", "root_keys", "grants"}
)
GRANT_FIELDS = frozenset(
    {"key", "kinds", "admitted_at", "ended_at", "revoked_at", "compromised_since_index", "by"}
)
REVOKED_BY = (None, "root", "self")
CHAIN_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One key of one actor, from the entry that let it in.

    Attributes:
        key: The key; its name is the actor's.
        kinds: The kinds of statement that it may sign, in order.
        admitted_at: Index of the entry that let it in: it is good from the next one on.
        ended_at: Index of the entry that revoked it, or rotated it away; None while it is good.
        revoked_at: Index of the last revocation of it; None if there is none.
        compromised_since_index: From this entry on, up to `ended_at`, what it signed is disputed;
            None if nothing is.
        by: Who approved the last revocation, "root" or "self"; None if there is none.
    """

    key: VerifierKey
    kinds: tuple[str, ...]
    admitted_at: int
    ended_at: int | None = None
    revoked_at: int | None = None
    compromised_since_index: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """A stretch of the log in which what an actor said may be another's.

    Attributes:
        actor: Whose name it is said in.
        key_id: The four bytes of his key at that time, in hex.
        since_index: First entry of the stretch.
        until_index: First entry after it: the one that ended the key.
        revoked_at: Index of the statement that says so.
        by: Who says so: "root", or "self" for the holder of the key alone.
    """

    actor: str
    key_id: str
    since_index: int
    until_index: int
    revoked_at: int
    by: str


class Registry:
    """The state of rights and chains after the entries that were taken so far.

    Attributes:
        log: Key of the log.
        size: Entries that were taken: the index of the next.
        root: The root that stands; None as long as only the log may speak.
        root_index: Index of the entry that brought it; None without a root.
        first_root: Fingerprint of version 1, in hex; None without a root.
    """

    def __init__(self, log: VerifierKey) -> None:
        self.log = log
        self.size = 0
        self.root: Root | None = None
        self.root_index: int | None = None
        self.first_root: str | None = None
        self._said: dict[str, tuple[int, str]] = {}
        # By public key, in the order of admission; nothing is ever taken out.
        self._grants: dict[bytes, Grant] = {}
        # The public key that each actor has now; whose key was revoked is not in it.
        self._current: dict[str, bytes] = {}
        # Every key that ever stood in a root.
        self._root_keys: set[bytes] = set()

    def key_of(self, actor: str) -> VerifierKey:
        """Give the key with which an actor has to sign the next entry.

        Raises:
            FormatError: He has none now.
        """
        if actor == self.log.name:
            return self.log
        return self._grant_of(actor).key

    def next_of(self, actor: str) -> tuple[int, str | None]:
        """Give `seq` and `prev` of an actor's next statement."""
        seq, prev = self._said.get(actor, (-1, None))
        return seq + 1, prev

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Every key that was ever let in, in the order of admission."""
        return tuple(self._grants.values())

    @property
    def disputed(self) -> tuple[Disputed, ...]:
        """The stretches in which somebody's statements are disputed, in the order of admission."""
        return tuple(
            Disputed(
                actor=grant.key.name,
                key_id=grant.key.key_id.hex(),
                since_index=grant.compromised_since_index,
                until_index=grant.ended_at,
                revoked_at=grant.revoked_at,
                by=grant.by,
            )
            for grant in self._grants.values()
            if grant.compromised_since_index is not None
            and grant.ended_at is not None
            and grant.revoked_at is not None
            and grant.by is not None
            # Stolen only when it ended: nothing was said in between.
            and grant.compromised_since_index < grant.ended_at
        )

    def is_disputed(self, index: int, actor: str) -> bool:
        """Tell whether what an actor says in an entry is disputed, as far as the log was read."""
        return any(
            one.actor == actor and one.since_index <= index < one.until_index
            for one in self.disputed
        )

    def take(self, index: int, statement: Statement, sha256: str | None = None) -> None:
        """Take the entry at an index, whose signature was checked with `key_of`.

        Args:
            index: Where it stands.
            statement: What it says.
            sha256: Hash of its payload, in hex, if that was computed already.

        Raises:
            FormatError: It is not the next entry, does not follow the actor's one before, he may
                not say it, or it changes keys without the approvals for that; nothing was taken
                then.
        """
        self.insist_on_turn(index, statement)
        said = statement.seq, sha256 or statement.sha256
        if statement.kind == "root":
            self._take_root(index, statement.body)
        elif statement.kind == "key":
            self._take_change(index, statement.body)
        # Whatever can be refused was: from here on the entry is taken.
        self._said[statement.actor] = said
        self.size += 1

    def insist_on_turn(self, index: int, statement: Statement) -> None:
        """Check what `take` checks of every statement, and change nothing.

        Raises:
            FormatError: It is not the next entry, does not follow the actor's one before, he may
                not say it, or it is an act that was done in another log.
        """
        if index != self.size:
            raise FormatError(f"entry {index} cannot be the next after {self.size}")
        self._insist_on_right(statement)
        self._insist_on_here(statement)
        self._insist_on_order(statement)
        if (statement.kind == "mission") != (index == 0):
            raise FormatError(f"kind {statement.kind!r} cannot stand at index {index}")

    # ------------------------------------------------------------------------------- the rules
    def _grant_of(self, actor: str) -> Grant:
        public = self._current.get(actor)
        if public is not None:
            return self._grants[public]
        ends = [grant.ended_at for grant in self._grants.values() if grant.key.name == actor]
        if ends:
            raise FormatError(f"{actor!r:.100} has no key since entry {ends[-1]} revoked it")
        raise FormatError(f"{actor!r:.100} has no key in this log")

    def _insist_on_right(self, statement: Statement) -> None:
        if statement.actor == self.log.name:
            return
        kinds = self._grant_of(statement.actor).kinds
        if statement.kind not in kinds:
            raise FormatError(
                f"{statement.actor!r} may not say {statement.kind!r:.50}, only {', '.join(kinds)}"
            )

    def _insist_on_here(self, statement: Statement) -> None:
        """Refuse an act that was done in another log: anybody could have carried it here."""
        anchor = statement.anchor
        if statement.kind == "act" and anchor is not None and anchor.origin != self.log.name:
            raise FormatError(f"was done in the log {anchor.origin!r:.100}, and counts only there")

    def _insist_on_order(self, statement: Statement) -> None:
        seq, prev = self.next_of(statement.actor)
        if statement.seq != seq:
            raise FormatError(f"has seq {statement.seq}, not {seq}")
        if statement.prev != prev:
            raise FormatError(f"names {statement.prev} as the statement before, not {prev}")

    def _take_root(self, index: int, body: Mapping[str, Json]) -> None:
        insist_on_kind("root", body)
        root = read_root(str(body["document"]))
        self._insist_on_log(root.log)
        for key in root.keys:
            owner = self._owner_of(key)
            if owner not in {None, "the root"}:
                raise FormatError(f"key {key.key_id.hex()} of the root is that of {owner}")
        insist_on_root(root, self.root, read_approvals(body["signatures"]))
        self.root, self.root_index = root, index
        self.first_root = self.first_root or root.sha256
        self._root_keys |= {key.public for key in root.keys}

    def _take_change(self, index: int, body: Mapping[str, Json]) -> None:
        insist_on_kind("key", body)
        change = read_change(str(body["change"]))
        root = self._root_for(change)
        if isinstance(change, Revoke):
            alone: VerifierKey | None = change.key if self._is_current(change.key) else None
        else:
            alone = change.old if isinstance(change, Rotate) else None
            insist_on_possession(change)
        by = insist_on_approval(change.text, read_approvals(body["approvals"]), root, alone)
        if isinstance(change, Revoke):
            self._revoke(index, change, by)
        elif isinstance(change, Rotate):
            self._rotate(index, change, by)
        else:
            self._add(index, change)

    def _insist_on_log(self, name: str) -> None:
        if name != self.log.name:
            raise FormatError(f"is for the log {name!r:.100}, not for {self.log.name!r}")

    def _root_for(self, change: Change) -> Root:
        self._insist_on_log(change.log)
        if self.root is None:
            raise FormatError("no key can be changed before there is a root")
        if change.root != self.root.version:
            raise FormatError(f"is approved under root {change.root}, not {self.root.version}")
        return self.root

    def _is_current(self, key: VerifierKey) -> bool:
        return self._current.get(key.name) == key.public

    def _owner_of(self, key: VerifierKey) -> str | None:
        """Tell whose a key is or was, by its public half: a name does not make it another."""
        if key.public == self.log.public:
            return "the log"
        if key.public in self._root_keys:
            return "the root"
        grant = self._grants.get(key.public)
        return None if grant is None else repr(grant.key.name)

    def _insist_on_new(self, key: VerifierKey) -> None:
        owner = self._owner_of(key)
        if owner is not None:
            raise FormatError(f"key {key.key_id.hex()} of {key.name!r} is or was that of {owner}")

    def _add(self, index: int, change: Add) -> None:
        actor = change.key.name
        if actor == self.log.name:
            raise FormatError(f"{actor!r} is the log itself")
        if actor in self._current:
            raise FormatError(f"{actor!r} has a key: rotate it, or revoke it first")
        self._insist_on_new(change.key)
        self._admit(Grant(key=change.key, kinds=change.kinds, admitted_at=index))

    def _rotate(self, index: int, change: Rotate, by: str) -> None:
        if not self._is_current(change.old):
            raise FormatError(
                f"key {change.old.key_id.hex()} is not the one that {change.old.name!r} has"
            )
        # Otherwise a root could put its own key into an actor's mouth, and nobody would see a
        # revocation.
        if by != "self":
            raise FormatError(f"the old key of {change.old.name!r} has to approve the new one")
        self._insist_on_new(change.key)
        old = self._grants[change.old.public]
        self._grants[old.key.public] = replace(old, ended_at=index)
        self._admit(Grant(key=change.key, kinds=old.kinds, admitted_at=index))

    def _admit(self, grant: Grant) -> None:
        self._grants[grant.key.public] = grant
        self._current[grant.key.name] = grant.key.public

    def _revoke(self, index: int, change: Revoke, by: str) -> None:
        grant = self._grants.get(change.key.public)
        if grant is None or grant.key != change.key:
            raise FormatError(
                f"{change.key.name!r} never had the key {change.key.key_id.hex()} in this log"
            )
        since, before = change.compromised_since_index, grant.compromised_since_index
        ended = index if grant.ended_at is None else grant.ended_at
        if since is not None and not grant.admitted_at < since <= ended:
            raise FormatError(
                f"compromised_since_index {since} is outside {grant.admitted_at + 1}..{ended}, "
                f"where the key was good"
            )
        # A stretch that is disputed once is never made shorter, and nothing is said twice.
        if grant.revoked_at is not None and (
            since is None or (before is not None and since >= before)
        ):
            raise FormatError(
                f"the key was revoked by entry {grant.revoked_at}, with compromised_since_index "
                f"{before}: {since} is not earlier"
            )
        self._grants[grant.key.public] = replace(
            grant, ended_at=ended, revoked_at=index, compromised_since_index=since, by=by
        )
        if self._is_current(grant.key):
            del self._current[grant.key.name]

    # ------------------------------------------------------------------------------- the state
    def state(self) -> dict[str, Json]:
        """Give everything as canonical JSON data: what `from_state` takes."""
        return {
            "v": STATE_VERSION,
            "log": str(self.log),
            "size": self.size,
            "chains": [[actor, *self._said[actor]] for actor in sorted(self._said)],
            "root": self.root.text if self.root else None,
            "root_index": self.root_index,
            "first_root": self.first_root,
            "root_keys": [public.hex() for public in sorted(self._root_keys)],
            "grants": [
                {
                    "key": str(grant.key),
                    "kinds": list(grant.kinds),
                    "admitted_at": grant.admitted_at,
                    "ended_at": grant.ended_at,
                    "revoked_at": grant.revoked_at,
                    "compromised_since_index": grant.compromised_since_index,
                    "by": grant.by,
                }
                for grant in self._grants.values()
            ],
        }

    @classmethod
    def from_state(cls, log: VerifierKey, state: Json) -> Self:
        """Make the registry that gave a state.

        Only the form is checked: whoever kept the state has to know that nobody touched it.

        Raises:
            FormatError: It is no such state, or of another log.
        """
        if not isinstance(state, dict) or set(state) != STATE_FIELDS:
            raise FormatError(f"the state of a registry has the fields {sorted(STATE_FIELDS)}")
        if _count(state["v"], "v") != STATE_VERSION or state["log"] != str(log):
            raise FormatError(f"the state is not of version {STATE_VERSION} and of {log.name!r}")
        registry = cls(log)
        registry.size = _count(state["size"], "size")
        for chain in _list(state["chains"], "chains"):
            if not isinstance(chain, list) or len(chain) != CHAIN_PARTS:
                raise FormatError(f"the state's chain cannot be {chain!r:.100}")
            actor, seq, prev = chain
            registry._said[_text(actor, "actor")] = _count(seq, "seq"), _hash(prev, "prev")
        if state["root"] is not None:
            registry.root = read_root(_text(state["root"], "root"))
            registry.root_index = _count(state["root_index"], "root_index")
            registry.first_root = _hash(state["first_root"], "first_root")
        registry._root_keys = {
            bytes.fromhex(_hash(public, "root key"))
            for public in _list(state["root_keys"], "root_keys")
        }
        for one in _list(state["grants"], "grants"):
            grant = _read_grant(one)
            registry._grants[grant.key.public] = grant
            if grant.ended_at is None:
                registry._current[grant.key.name] = grant.key.public
        return registry


def _read_grant(value: Json) -> Grant:
    if not isinstance(value, dict) or set(value) != GRANT_FIELDS:
        raise FormatError(f"the state's grant has the fields {sorted(GRANT_FIELDS)}")
    if value["by"] not in REVOKED_BY:
        raise FormatError(f"the state's by cannot be {value['by']!r:.100}")
    kinds = tuple(_text(kind, "kind") for kind in _list(value["kinds"], "kinds"))
    if not set(kinds) <= set(GRANTABLE):
        raise FormatError(f"the state's kinds cannot be {kinds!r:.100}")
    at = {
        name: None if value[name] is None else _count(value[name], name)
        for name in ("ended_at", "revoked_at", "compromised_since_index")
    }
    return Grant(
        key=VerifierKey.read(_text(value["key"], "key")),
        kinds=kinds,
        admitted_at=_count(value["admitted_at"], "admitted_at"),
        by=None if value["by"] is None else str(value["by"]),
        **at,
    )


def _count(value: Json, name: str) -> int:
    if type(value) is not int or value < 0:
        raise FormatError(f"the state's {name} cannot be {value!r:.100}")
    return value


def _text(value: Json, name: str) -> str:
    if not isinstance(value, str):
        raise FormatError(f"the state's {name} cannot be {value!r:.100}")
    return value


def _hash(value: Json, name: str) -> str:
    if not isinstance(value, str) or not HASH.fullmatch(value):
        raise FormatError(f"the state's {name} cannot be {value!r:.100}")
    return value


def _list(value: Json, name: str) -> list[Json]:
    if not isinstance(value, list):
        raise FormatError(f"the state's {name} cannot be {value!r:.100}")
    return value
