"""What the writer of a log knows of its actors, and which entry of theirs it takes.

A statement that somebody else has signed is taken if the registry of the log lets him speak, if it
follows his one before, and if the head that it is anchored at is one that this log had. What
contradicts an earlier statement of the same actor is refused with the proof of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from truceline.evidence.errors import LedgerError
from truceline.evidence.fraud import prove_statements
from truceline.evidence.journal import NOTHING_BEFORE
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint
from truceline.evidence.receipt import Refused
from truceline.evidence.registry import Registry
from truceline.evidence.state import State
from truceline.evidence.statement import Statement, claimed, open_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import ENTRY_LIMIT

NO_FRAME = NOTHING_BEFORE.hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a statement stands.

    Attributes:
        statement: SHA-256 of its payload, in hex.
        index: In the log.
        frame: Hash, in hex, of the journals' frame that holds it; zeros if none does any more, ""
            if it is not written yet.
        new: Whether it was taken just now.
    """

    statement: str
    index: int
    frame: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an entry is held against.

    Attributes:
        size: Entries under the head.
        index: Where the entry would stand.
        root_at: Gives the root that the log had at a size up to `size`.
        backwards: Gives the entries up to an index, and those without a head, the last one first.
    """

    size: int
    index: int
    root_at: Callable[[int], bytes]
    backwards: Callable[[int], Iterable[bytes]]


class Actors:
    """Who said what last, as far as the log has entries.

    Attributes:
        registry: Who may speak, and what each said last.
    """

    def __init__(self, log: VerifierKey) -> None:
        self.registry = Registry(log)
        self._spoke: dict[str, tuple[int, str]] = {}
        self._proven: dict[str, bytes] = {}
        self._admitted: set[str] = set()

    @classmethod
    def from_state(cls, log: VerifierKey, state: State) -> Actors:
        """Go on from a snapshot.

        Raises:
            FormatError: It holds no state of this version's registry.
        """
        actors = cls(log)
        actors.registry = Registry.from_state(log, state.registry)
        actors._spoke = {actor: (index, NO_FRAME) for actor, index in state.spoke}
        return actors

    def state(self, head: Checkpoint) -> State:
        """Give the snapshot at a head that covers everything that was taken."""
        return State(
            size=head.size,
            root=head.root.hex(),
            registry=self.registry.state(),
            spoke=tuple((actor, index) for actor, (index, _) in sorted(self._spoke.items())),
        )

    def take(self, index: int, statement: Statement, frame: str = NO_FRAME) -> None:
        """Take the statement at an index, whose signature was checked.

        Raises:
            FormatError: It does not follow, or its actor may not say it.
        """
        self.registry.take(index, statement)
        self._spoke[statement.actor] = index, frame

    def follow(self, index: int, entry: bytes) -> Statement:
        """Take the next entry as verification does: signed by whom it must be, after what he said.

        Raises:
            LedgerError: It is not; names the entry.
        """
        try:
            opened = open_entry(entry)
            statement = opened.by(self.registry.key_of(opened.statement.actor))
            self.take(index, statement)
        except FormatError as error:
            raise LedgerError(f"entry {index}: {error}") from error
        return statement

    def stand_in(self, frames: Callable[[int], str]) -> None:
        """Learn in which frame of the journals each actor's last statement stands."""
        for actor, (index, _) in self._spoke.items():
            self._spoke[actor] = index, frames(index)

    def written_in(self, frame: str) -> None:
        """Name the frame of what was admitted since the last one."""
        for actor in self._admitted:
            self._spoke[actor] = self._spoke[actor][0], frame
        self._admitted.clear()

    def admit(self, entry: bytes, past: Past) -> Place | Refused:
        """Take an entry that somebody else has signed, or say why not."""
        try:
            if len(entry) > ENTRY_LIMIT:
                return Refused(why=f"an entry of {len(entry)} bytes is above {ENTRY_LIMIT}")
            opened = open_entry(entry)
            actor = opened.statement.actor
            if actor == self.registry.log.name:
                return Refused(why=f"is said by {actor} itself, and nobody else can hand that in")
            key = self.registry.key_of(actor)
            statement = opened.by(key)
            seq, prev = self.registry.next_of(actor)
            if (statement.seq, opened.sha256) == (seq - 1, prev):
                index, frame = self._spoke[actor]
                return Place(statement=opened.sha256, index=index, frame=frame, new=False)
            if statement.seq < seq or (statement.seq == seq and statement.prev != prev):
                return self._contradiction(statement, entry, key, past)
            _insist_on_anchor(statement.anchor, past, self.registry.log.name)
            self.take(past.index, statement, frame="")
            self._admitted.add(actor)
        except FormatError as error:
            return Refused(why=str(error))
        return Place(statement=opened.sha256, index=past.index, frame="", new=True)

    def _contradiction(
        self, statement: Statement, entry: bytes, key: VerifierKey, past: Past
    ) -> Refused:
        """Say why a statement cannot stand beside what its actor said, and prove it if possible."""
        actor, (seq, prev) = statement.actor, self.registry.next_of(statement.actor)
        why = f"has seq {statement.seq}, but {actor} has spoken up to seq {seq - 1}"
        if statement.seq == seq:
            why = f"names {statement.prev} as the statement before, not {prev}"
        # One proof is enough, and nobody makes the log search again and again.
        if actor not in self._proven:
            first = self._find(actor, min(statement.seq, seq - 1), past)
            if first is None:
                return Refused(why=why)
            if claimed(first) == statement:
                return Refused(why=f"is in the log already, and {actor} has said more since")
            try:
                self._proven[actor] = prove_statements(first, entry, key)
            except FormatError:
                # The first was signed with an earlier key of his.
                return Refused(why=why)
        return Refused(why=f"{why}: {actor} contradicts himself", proof=self._proven[actor])

    def _find(self, actor: str, seq: int, past: Past) -> bytes | None:
        """Look for an actor's statement; None if it is not where the log looks."""
        last, _ = self._spoke.get(actor, (-1, ""))
        for entry in past.backwards(last):
            said = claimed(entry)
            if said.actor == actor and said.seq <= seq:
                return entry if said.seq == seq else None
        return None


def _insist_on_anchor(anchor: Checkpoint | None, past: Past, origin: str) -> None:
    if anchor is None or anchor.origin != origin:
        return
    if anchor.size > past.size:
        raise FormatError(f"is anchored at size {anchor.size}, the log has {past.size}")
    if past.root_at(anchor.size) != anchor.root:
        raise FormatError(
            f"is anchored at a head of size {anchor.size} with the root {anchor.root.hex()}, "
            f"which {origin} never had"
        )
