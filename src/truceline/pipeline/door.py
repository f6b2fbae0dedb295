"""Open a mission's ledger to contributors: what they have signed is admitted, others refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from truceline.evidence.folder import original_name, sync_directory, write_file
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.receipt import Receipt, Refused
from truceline.evidence.statement import claimed, open_entry
from truceline.evidence.strict import FormatError
from truceline.pipeline.ahead import read_ahead, write_ahead
from truceline.pipeline.ledger import JournalPaths
from truceline.web.serve import serve_door

Plain = dict[str, Any]
NO_DOCUMENT = "names a document that was not handed in; send it to /document first"


class Door:
    """The one writer of a mission, as contributors reach it."""

    def __init__(self, mission: Path, journals: JournalPaths | None = None) -> None:
        """Open the mission's ledger for writing.

        Raises:
            LedgerError: The mission cannot be written.
            OSError: Its key cannot be read.
        """
        self._mission = mission
        self._ledger = Ledger.open(
            mission, read_key(mission.with_name(f"{mission.name}.key")), journals
        )
        self._waiting = mission.with_name(f"{mission.name}.waiting")
        self._ahead = read_ahead(mission)

    def close(self) -> None:
        """Move the head over everything, and let another writer in."""
        self.publish()
        self._ledger.close()

    def keep(self, document: bytes) -> Plain:
        """Hold a document until a statement names it."""
        digest = sha256(document).hexdigest()
        if not self._has(digest):
            self._waiting.mkdir(exist_ok=True)
            write_file(self._waiting, digest, document)
        return {"sha256": digest}

    def admit(self, entries: Sequence[bytes]) -> list[Plain]:
        """Make entries durable; one answer each: index and receipt, or why it was refused."""
        here = [self._holds(entry) for entry in entries]
        chosen = [entry for entry, holds in zip(entries, here, strict=True) if holds]
        admitted = iter(self._ledger.admit_durable(chosen) if chosen else [])
        answers = []
        for entry, holds in zip(entries, here, strict=True):
            answer = next(admitted) if holds else Refused(why=NO_DOCUMENT)
            if isinstance(answer, Receipt):
                answers.append({"index": answer.index, "receipt": answer.note.decode()})
                continue
            proof = answer.proof.decode() if answer.proof else None
            answers.append({"refused": answer.why, "proof": proof})
            self._notice_gap(entry)
        return answers

    def publish(self) -> None:
        """Move the head over what was admitted."""
        self._ledger.commit(time.time_ns() // 1000)

    def next_of(self, actor: str) -> Plain:
        """Tell seq and prev of an actor's next statement, and the head to anchor it at."""
        try:
            self._ledger.registry.key_of(actor)
        except FormatError as error:
            return {"error": str(error)}
        seq, prev = self._ledger.registry.next_of(actor)
        return {"actor": actor, "seq": seq, "prev": prev, "checkpoint": self._ledger.note.decode()}

    def _holds(self, entry: bytes) -> bool:
        """Tell whether the document of a statement is here; what waited for it moves in.

        What cannot be read, or is about no document, the ledger shall judge.
        """
        try:
            statement = claimed(entry)
        except FormatError:
            return True
        if statement.kind != "original":
            return True
        digest = str(statement.body["sha256"])
        waiting = self._waiting / digest
        if not self._has(digest) and waiting.exists():
            self._ledger.store_original(waiting.read_bytes())
            waiting.unlink()
            sync_directory(self._waiting)
        return self._has(digest)

    def _has(self, digest: str) -> bool:
        return (self._mission / original_name(digest)).exists()

    def _notice_gap(self, entry: bytes) -> None:
        """Remember a signed number that is ahead of the log: something before it is missing."""
        registry = self._ledger.registry
        try:
            opened = open_entry(entry)
            said = opened.by(registry.key_of(opened.statement.actor))
        except FormatError:
            return
        if said.seq > max(registry.next_of(said.actor)[0], self._ahead.get(said.actor, -1)):
            self._ahead[said.actor] = said.seq
            write_ahead(self._mission, self._ahead)


def serve_ledger(
    mission: Path,
    *,
    host: str,
    port: int,
    every_s: float,
    journals: JournalPaths | None,
    started: Callable[[str], None],
) -> None:
    """Take contributors' entries until it is interrupted.

    Args:
        mission: The mission folder; its key stands beside it.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        every_s: Seconds between two heads.
        journals: Where the journals stand, if not beside the mission.
        started: Told the door's address once it listens.

    Raises:
        ServeError: The address cannot be listened on.
        LedgerError: The mission cannot be written.
        DurabilityError: Something could not be made durable; nothing more was taken.
    """
    door = Door(mission, journals)
    try:
        serve_door(door, host, port, every_s, started)
    finally:
        door.close()
