"""Who may say what, at each index of the log: read from the log itself, entry after entry.

The log's own key may say everything. Whatever decides here was itself an entry before: no clock
and no file beside the log takes part, so that everybody who reads the log decides alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from truceline.evidence.keys import VerifierKey
from truceline.evidence.statement import Statement
from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """Statements of an actor that may be somebody else's: his key was not his alone.

    Attributes:
        actor: Who.
        since_index: First entry in doubt.
        until_index: Entry that revoked the key.
    """

    actor: str
    since_index: int
    until_index: int


class Registry:
    """The state of rights and chains after the entries that were taken so far.

    Attributes:
        log: Key of the log.
    """

    def __init__(self, log: VerifierKey) -> None:
        self.log = log
        self._said: dict[str, tuple[int, str]] = {}

    @classmethod
    def from_state(cls, log: VerifierKey, state: Json) -> Registry:
        """Make the registry whose `state` this was.

        Raises:
            FormatError: It is no such state.
        """
        registry = cls(log)
        said: Any = state
        try:
            for actor, seq, sha256 in said["said"]:
                registry._said[actor] = seq, sha256
        except (TypeError, ValueError, KeyError) as error:
            raise FormatError("is no state of a registry") from error
        return registry

    def state(self) -> Json:
        """Give all that `take` has changed, as plain data: for the snapshot beside the folder."""
        return {"said": [[actor, seq, sha] for actor, (seq, sha) in sorted(self._said.items())]}

    def key_of(self, actor: str) -> VerifierKey:
        """Give the key with which an actor has to sign the next entry.

        Raises:
            FormatError: He has none now.
        """
        if actor != self.log.name:
            raise FormatError(f"{actor!r:.100} has no key in this log")
        return self.log

    def next_of(self, actor: str) -> tuple[int, str | None]:
        """Give `seq` and `prev` of an actor's next statement."""
        seq, prev = self._said.get(actor, (-1, None))
        return seq + 1, prev

    @property
    def disputed(self) -> tuple[Disputed, ...]:
        """The windows of all revocations so far; nothing in them is deleted."""
        return ()

    def take(self, index: int, statement: Statement) -> None:
        """Take the entry at an index, whose signature was checked with `key_of`.

        Raises:
            FormatError: It does not follow the actor's one before, or he may not say it; nothing
                was taken then.
        """
        seq, prev = self.next_of(statement.actor)
        if statement.seq != seq:
            raise FormatError(f"has seq {statement.seq}, not {seq}")
        if statement.prev != prev:
            raise FormatError(f"names {statement.prev} as the statement before, not {prev}")
        if (statement.kind == "mission") != (index == 0):
            raise FormatError(f"kind {statement.kind!r} cannot stand at index {index}")
        self._said[statement.actor] = seq, statement.sha256
