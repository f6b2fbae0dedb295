"""Open a mission's ledger to contributors: what they have signed is admitted, others refused.

An `original` comes together with its document. Whether its signer may say it, in his turn, is
checked before the document is stored, so that nobody else can fill a disk; and what a crash leaves
of a document that was never stated is cleared away when the door opens again. An act has no
document. The instant that counts for it is the latest that anybody signed before it, so one that is
signed ahead of the log's clock is refused: it would carry all that follow it into the future.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truceline.evidence.folder import original_name, sync_directory, write_file
from truceline.evidence.fraud import Outcome, check
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.receipt import Receipt, Refused
from truceline.evidence.statement import BODY_LIMIT, Statement, open_entry
from truceline.evidence.strict import FormatError
from truceline.feeds import FEEDS
from truceline.feeds.gather import feed_of
from truceline.pipeline.ahead import read_ahead, write_ahead
from truceline.pipeline.documents import stated_documents

if TYPE_CHECKING:
    # Only named in types: it brings rooms that are not needed here.
    from truceline.pipeline.ledger import JournalPaths

Plain = dict[str, Any]
# Room for the other fields of a `fraud` statement beside its proof.
PROOF_LIMIT = BODY_LIMIT - 1024
# So much may the clock of who signs an act go before the log's.
AHEAD_LIMIT_S = 300
SECOND_US = 1_000_000


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
        self._arriving = mission.with_name(f"{mission.name}.arriving")
        try:
            # What had no head yet has one since the ledger was opened: all of it is here.
            stated = stated_documents(self._ledger)
            self._clear_away({one.sha256 for one in stated})
        except BaseException:
            self._ledger.close()
            raise
        self._feeds = {one.sha256: one.feed for one in stated}
        self._named = {one.name: one.sha256 for one in stated}
        self._ahead = read_ahead(mission)

    def close(self) -> None:
        """Move the head over everything, and let another writer in."""
        try:
            if self._ledger.is_writing:
                self._ledger.commit(_now_us())
        finally:
            self._ledger.close()

    def welcome(self, entry: bytes) -> str:
        """Say why a document need not be sent at all; "" if its statement would be taken now."""
        registry = self._ledger.registry
        try:
            opened = open_entry(entry)
            statement = opened.by(registry.key_of(opened.statement.actor))
            if statement.kind != "original":
                return f"a {statement.kind!r} has no document"
            seq, prev = registry.next_of(statement.actor)
            if (statement.seq, opened.sha256) != (seq - 1, prev):
                registry.insist_on_turn(registry.size, statement)
        except FormatError as error:
            return str(error)
        return ""

    def contribute(self, entry: bytes, document: bytes) -> Plain:
        """Make a document and the statement about it durable."""
        return self._admitted([entry], document)[0]

    def admit(self, entries: Sequence[bytes]) -> list[Plain]:
        """Make entries durable; one answer each: index and receipt, or why it was refused."""
        return self._admitted(entries, None)

    def begin_head(self) -> Future[Any] | None:
        """Begin to move the head over what was admitted, while more is; None if nothing is new."""
        return self._ledger.begin_head()

    def end_head(self) -> None:
        """Publish the head that was begun."""
        self._ledger.end_head()

    def next_of(self, actor: str) -> Plain:
        """Tell seq and prev of an actor's next statement, and the head to anchor it at."""
        try:
            self._ledger.registry.key_of(actor)
        except FormatError as error:
            return {"error": str(error)}
        seq, prev = self._ledger.registry.next_of(actor)
        return {"actor": actor, "seq": seq, "prev": prev, "checkpoint": self._ledger.note.decode()}

    def _admitted(self, entries: Sequence[bytes], document: bytes | None) -> list[Plain]:
        admitted = self._ledger.admit_durable(entries, lambda said: self._take_in(said, document))
        if self._arriving.exists():
            self._arriving.unlink()
            sync_directory(self._arriving.parent)
        answers = []
        gaps = False
        for entry, answer in zip(entries, admitted, strict=True):
            if isinstance(answer, Receipt):
                answers.append({"index": answer.index, "receipt": answer.note.decode()})
            else:
                proof = answer.proof.decode() if answer.proof else None
                answers.append({"refused": answer.why, "proof": proof})
                self._keep_proof(answer)
                gaps = self._notices_gap(entry) or gaps
        if gaps:
            # A hint that can be deleted must not stop a writer whose disk is full.
            with suppress(OSError):
                write_ahead(self._mission, self._ahead)
        return answers

    def _take_in(self, statement: Statement, document: bytes | None) -> None:
        """Store the document of a statement that is about to be taken.

        Raises:
            FormatError: The statement is not about this document as it is, or nothing could read
                the document under the name that it gives; or it is an act signed in the future.
        """
        if statement.kind == "act":
            insist_on_past(statement.signed_us, _now_us())
        if statement.kind != "original":
            return
        body = statement.body
        digest, name, feed = str(body["sha256"]), str(body["name"]), str(body["feed"])
        path = self._mission / original_name(digest)
        if document is None and not path.exists():
            raise FormatError("names a document that was not handed in with it")
        if document is not None and sha256(document).hexdigest() != digest:
            raise FormatError("is about another document than the one that came with it")
        size = path.stat().st_size if document is None else len(document)
        if body["size"] != size:
            raise FormatError(f"says that the document has {body['size']} bytes, not {size}")
        reads = feed_of(name, FEEDS)
        if reads is None or reads.name != feed:
            raise FormatError(f"no feed {feed!r:.50} reads a document named {name!r:.200}")
        if self._feeds.get(digest, feed) != feed:
            raise FormatError(f"the document is stated already, as one of {self._feeds[digest]}")
        if self._named.get(name, digest) != digest:
            raise FormatError(f"{name!r:.200} is in the mission already, with other bytes")
        if document is not None and not path.exists():
            write_file(self._arriving.parent, self._arriving.name, json.dumps([digest]).encode())
            self._ledger.store_original(document)
        self._feeds[digest], self._named[name] = feed, digest

    def _clear_away(self, stated: set[str]) -> None:
        """Remove what was stored just before a crash and is stated nowhere."""
        if not self._arriving.exists():
            return
        for digest in json.loads(self._arriving.read_bytes()):
            path = self._mission / original_name(digest)
            if digest not in stated and path.exists():
                path.unlink()
                sync_directory(path.parent)
                # A folder that is empty is none of a mission's.
                with suppress(OSError):
                    path.parent.rmdir()
        self._arriving.unlink()
        sync_directory(self._arriving.parent)

    def _keep_proof(self, refused: Refused) -> None:
        """Keep the proof of a contradiction beside the mission, and state it, once."""
        if refused.proof is None:
            return
        digest = sha256(refused.proof).hexdigest()
        kept = self._mission.with_name(f"{self._mission.name}.frauds")
        if (kept / f"{digest}.json").exists():
            return
        verdict = check(refused.proof, [grant.key for grant in self._ledger.registry.grants])
        if verdict.outcome is not Outcome.PROVEN:
            return
        kept.mkdir(exist_ok=True)
        write_file(kept, f"{digest}.json", refused.proof)
        proof = refused.proof.decode() if len(refused.proof) <= PROOF_LIMIT else ""
        self._ledger.append_durable(
            "fraud",
            {"sha256": digest, "culprit": verdict.culprit, "proof": proof},
            _now_us(),
        )

    def _notices_gap(self, entry: bytes) -> bool:
        """Remember a signed number that is ahead of the log: something before it is missing."""
        registry = self._ledger.registry
        try:
            opened = open_entry(entry)
            said = opened.by(registry.key_of(opened.statement.actor))
        except FormatError:
            return False
        if said.seq <= max(registry.next_of(said.actor)[0], self._ahead.get(said.actor, -1)):
            return False
        self._ahead[said.actor] = said.seq
        return True


def insist_on_past(signed_us: int, now_us: int) -> None:
    """Refuse an act that was signed further ahead of the log's clock than clocks differ.

    Raises:
        FormatError: It was; says by how much.
    """
    ahead_s = (signed_us - now_us) // SECOND_US
    if signed_us - now_us > AHEAD_LIMIT_S * SECOND_US:
        raise FormatError(
            f"rule signed_in_the_future: was signed {ahead_s} s ahead of the log's clock, above "
            f"{AHEAD_LIMIT_S} s"
        )


def _now_us() -> int:
    return time.time_ns() // 1000


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
    # Whoever only hands in to a log on his machine needs no server.
    from truceline.web.serve import serve_door  # noqa: PLC0415

    door = Door(mission, journals)
    try:
        serve_door(door, host, port, every_s, started)
    finally:
        door.close()
