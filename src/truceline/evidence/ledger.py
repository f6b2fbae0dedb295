"""One mission folder: documents by hash, and a log to which signed statements are only appended.

`append` is buffered and acknowledges nothing. `commit` makes entries and tiles durable, reads back
from disk what it wrote, appends what it read to the right edge of the signed past, and only then
signs and replaces the checkpoint: it costs what is new, whatever the log's size. A crash at any
point leaves either the old head or the new one; entries that were durable without a head are taken
up at the next opening, never dropped, so that no size ever gets a second root.

`append_durable` and `admit_durable` give a receipt for a statement, the log's own or one that
somebody else has signed, once it stands in two journals. From the first one on everything goes
through them, heads too: entries into the journals, then into tiles, the tiles read back, the head
signed, into the journals, and only then published.

`begin_head` and `end_head` move the head while statements go on being taken: tiles are written and
read back in a second thread, which changes nothing but files that no head names yet.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from truceline.evidence import folder as place
from truceline.evidence.actors import NO_FRAME, Actors, Past, Place
from truceline.evidence.edge import Edge, SignedTree
from truceline.evidence.errors import DurabilityError, HaltError, LedgerError
from truceline.evidence.journal import (
    Journals,
    Paths,
    Told,
    groups,
    paths_of,
    read_journals,
    write_down,
)
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.label import Label
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint, sign_note
from truceline.evidence.proof import write_proof
from truceline.evidence.receipt import Receipt, Refused, sign_receipt
from truceline.evidence.registry import Registry
from truceline.evidence.state import read_state, state_path, write_state
from truceline.evidence.statement import (
    TEMPORARY,
    Statement,
    insist_on_body,
    open_entry,
    write_entry,
)
from truceline.evidence.stored import Stored, bundle_tile, bundles, partial_tiles
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import TILE_WIDTH, encode_bundle
from truceline.evidence.tree import leaf_hash
from truceline.records.canonical import Json

__all__ = ["DurabilityError", "HaltError", "Ledger", "LedgerError", "Upkeep"]

ROOTS_KEPT = 4096
# How far back the first of two contradicting statements is looked for.
SEARCHED_BUNDLES = 16
Found = TypeVar("Found")
# Kind, body, label and commitments of a statement that is still to be numbered and signed.
Said = tuple[str, Mapping[str, Json], Label | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """When the files beside the folder are written anew, always at a published head.

    Attributes:
        journal_bytes: Journals that are longer begin anew.
        state_entries: So many entries after the last snapshot of the registry the next is written:
            at most so many are read again at a restart.
    """

    journal_bytes: int = 16 * 2**20
    state_entries: int = 65_536


class Ledger:
    """A mission folder that is open: by one writer, who has its key, or by a reader.

    Attributes:
        folder: The mission folder.
        key: Key that signs the log and its statements; its name is the log's origin.
        checkpoint: The signed head; None before the first commit.
    """

    def __init__(
        self,
        folder: Path,
        key: VerifierKey,
        signer: SigningKey | None,
        journals: Paths | None = None,
        upkeep: Upkeep | None = None,
    ) -> None:
        self.folder = folder
        self.key = key
        self.checkpoint: Checkpoint | None = None
        self._signer = signer
        self._note = b""
        self._stored = Stored(folder)
        self._tree = SignedTree(self._stored.hashes, Edge())
        self._roots: dict[int, bytes] = {}
        # Entries without a head included.
        self._actors = Actors(key)
        self._state_size = 0
        self._pending: list[Said] = []
        # In the journals, and not yet under a head.
        self._durable: list[bytes] = []
        # The edge to come, and how many of the durable ones it will cover.
        self._growth: tuple[int, Future[Edge]] | None = None
        self._aside: ThreadPoolExecutor | None = None
        self._paths = paths_of(folder, journals)
        self._upkeep = upkeep or Upkeep()
        self._journals: Journals | None = None
        self._lock = _lock(folder) if signer else None

    @classmethod
    def create(
        cls,
        folder: Path,
        seed: bytes,
        origin: str,
        journals: Paths | None = None,
        upkeep: Upkeep | None = None,
    ) -> Ledger:
        """Start a mission in a new or empty folder; its first statement is `store_mission_file`.

        Args:
            folder: Where it shall stand.
            seed: Secret of the log's key, 32 bytes; kept beside the folder by the caller.
            origin: The log's name, best a URL without scheme; the key's name too.
            journals: Where both journals will stand, best on two devices; else beside the folder.
            upkeep: When journals begin anew and the snapshot is written, if not as usual.

        Raises:
            LedgerError: Something is there already, or the folder cannot be made.
            FormatError: The name or the seed is no such thing.
        """
        signer = SigningKey(name=origin, seed=seed)
        key = signer.verifier
        try:
            place.make_directories(folder)
            if any(folder.iterdir()):
                raise LedgerError(f"{folder} is not empty")
            if any(path.exists() for path in paths_of(folder, journals)):
                raise LedgerError(f"{folder} has journals beside it: they are of another log")
        except OSError as error:
            raise LedgerError(f"{folder} cannot be made: {error.strerror}") from error
        return cls(folder, key, signer, journals, upkeep)

    @classmethod
    def open(
        cls,
        folder: Path,
        seed: bytes | None = None,
        journals: Paths | None = None,
        upkeep: Upkeep | None = None,
    ) -> Ledger:
        """Open a mission: to read, or with its seed to append.

        A reader reads the head and the right edge of the tree; every entry is checked when it is
        read. A writer also reads the entries after the last snapshot, or without one all.

        Args:
            folder: Where it stands.
            seed: Secret of its key; None to read what a signed head covers.
            journals: Where its journals stand, if not beside it. None there is no error: a mission
                that was written in one go has none.
            upkeep: When journals begin anew and the snapshot is written, if not as usual.

        Raises:
            HaltError: Folder and journals do not fit together; nothing was changed.
            LedgerError: It is no mission, is damaged, is open elsewhere, or has another key.
        """
        try:
            key = place.mission_key(place.read_file(folder, place.MISSION, place.MISSION_LIMIT))
            signer = None if seed is None else SigningKey(name=key.name, seed=seed)
            if signer and signer.verifier != key:
                raise LedgerError(f"{folder} is signed with another key")
            ledger = cls(folder, key, signer, journals, upkeep)
            try:
                ledger._load()
                if signer:
                    ledger._recover(signer)
            except BaseException:
                ledger.close()
                raise
        except (OSError, FormatError) as error:
            raise LedgerError(f"{folder} cannot be opened: {error}; verify it") from error
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another writer in; what was appended and not committed is gone."""
        if self._aside is not None:
            # Nothing may still be written when another writer comes.
            self._aside.shutdown()
        if self._lock is not None:
            os.close(self._lock)
        if self._journals is not None:
            self._journals.close()
        self._lock = self._signer = self._journals = self._aside = self._growth = None
        self._pending.clear()

    @property
    def is_writing(self) -> bool:
        """Whether it is open for writing; what fails while it writes closes it."""
        return self._signer is not None

    @property
    def size(self) -> int:
        """Statements that a signed head covers."""
        return self._tree.size

    @property
    def note(self) -> bytes:
        """The head as it was signed; empty before the first commit."""
        return self._note

    @property
    def registry(self) -> Registry:
        """Who may speak and who said what last: of a writer, entries without a head included."""
        return self._actors.registry

    def root_at(self, size: int) -> bytes:
        """Give the root that the log had when it had so many entries.

        Raises:
            IndexError: It has fewer.
            LedgerError: A tile of hashes is not the one that was signed.
        """
        if not 0 <= size <= self.size:
            raise IndexError(f"no root of size {size} in a log of {self.size}")
        if size not in self._roots:
            if len(self._roots) >= ROOTS_KEPT:
                self._roots.clear()
            self._roots[size] = self._asked(lambda tree: tree.root_at(size))
        return self._roots[size]

    def store_mission_file(self, content: bytes) -> int:
        """Write mission.toml and state its hash as entry 0.

        Raises:
            LedgerError: It does not name this log's key, or the log has begun already.
        """
        self._insist_on_writer()
        if self.size or self._pending:
            raise LedgerError(f"{self.folder} has its {place.MISSION} already")
        try:
            named = place.mission_key(content)
        except FormatError as error:
            raise LedgerError(f"{place.MISSION} {error}") from error
        if named != self.key or len(content) > place.MISSION_LIMIT:
            raise LedgerError(f"{place.MISSION} names the key {named}, not {self.key}")
        place.write_file(self.folder, place.MISSION, content)
        return self.append("mission", _hash_and_size(content))

    def store_original(self, content: bytes) -> str:
        """Keep a document as it was received; twice the same bytes are one file.

        Returns:
            Its SHA-256 in hex. An `original` statement has to name it before the commit.
        """
        self._insist_on_writer()
        digest = sha256(content).hexdigest()
        name = place.original_name(digest)
        if not (self.folder / name).exists():
            place.write_file(self.folder, name, content)
        return digest

    def store_derived(self, path: str, content: bytes) -> int:
        """Write derived/<path> and append the statement of its hash.

        Raises:
            FormatError: The path is not plain names joined by slashes.
        """
        self._insist_on_writer()
        body: dict[str, Json] = {"path": path, **_hash_and_size(content)}
        insist_on_body("derived", body)
        place.write_file(self.folder, f"{place.DERIVED}{path}", content)
        return self.append("derived", body)

    def append(
        self,
        kind: str,
        body: Mapping[str, Json],
        label: Label | None = None,
        commits: tuple[str, ...] = (),
    ) -> int:
        """Take a statement for the next commit, with its label and its commitments.

        Returns:
            The index that it will have in the log.

        Raises:
            FormatError: The body is not of its kind.
            LedgerError: The log is open to read only, or does not begin with the mission.
        """
        self._insist_on_writer()
        insist_on_body(kind, body)
        index = self.size + len(self._durable) + len(self._pending)
        if (kind == "mission") != (index == 0):
            raise LedgerError(f"entry {index} cannot be of kind {kind!r}")
        self._pending.append((kind, dict(body), label, commits))
        return index

    def append_durable(self, kind: str, body: Mapping[str, Json], signed_us: int) -> Receipt:
        """Take one statement, and come back when it is on two disks; the next head will cover it.

        The first one starts the journals, at the head of that moment.

        Raises:
            FormatError: The body is not of its kind.
            HaltError: Somebody else wrote to the journals.
            DurabilityError: It is not known whether it is on disk. The ledger is closed then.
            LedgerError: The log is open to read only, has no head, or `append` was not committed.
        """
        signer = self._insist_on_writer()
        insist_on_body(kind, body)
        self._insist_on_head()
        if kind == "mission":
            raise LedgerError(f"entry {self.size} cannot be of kind 'mission'")
        index = self.size + len(self._durable)
        statement = self._say((kind, body, None, ()), signed_us)
        entry = write_entry(statement, signer)
        self._actors.take(index, statement)
        frame = self._make_durable([entry])
        return sign_receipt(index, statement.sha256, frame, signer)

    def admit_durable(
        self, entries: Sequence[bytes], insist: Callable[[Statement], None] = lambda _: None
    ) -> list[Receipt | Refused]:
        """Take statements that others have signed, and come back when they are on two disks.

        Each is taken if its actor may speak and signed it, if it follows his one before, and if the
        head that it is anchored at is one that this log had; heads of other logs are not judged,
        but an act that names one was done there.
        All that are taken stand in one frame of the journals. The last statement of an actor,
        handed in again, gets the same answer and no second place. What contradicts a statement of
        the same actor is refused with the proof of it.

        Args:
            entries: DSSE envelopes, 1 to 256.
            insist: Asked last about a statement that is right in itself; raises FormatError if it
                is not wanted.

        Returns:
            For each entry its receipt, or why it was refused.

        Raises:
            HaltError: Somebody else wrote to the journals.
            DurabilityError: It is not known what is on disk. The ledger is closed then.
            LedgerError: The log is open to read only, has no head, `append` was not committed, or
                there are no entries or too many.
        """
        signer = self._insist_on_writer()
        self._insist_on_head()
        if not 1 <= len(entries) <= TILE_WIDTH:
            raise LedgerError(f"1 to {TILE_WIDTH} entries are admitted at once, not {len(entries)}")
        taken: list[bytes] = []
        try:
            answers = self._admitted(entries, taken, insist)
        except BaseException:
            # Some may have been taken, and none is written: what was said last is not known.
            self.close()
            raise
        frame = self._make_durable(taken) if taken else ""
        self._actors.written_in(frame)
        return [
            one
            if isinstance(one, Refused)
            else sign_receipt(one.index, one.statement, one.frame or frame, signer)
            for one in answers
        ]

    def _admitted(
        self, entries: Sequence[bytes], taken: list[bytes], insist: Callable[[Statement], None]
    ) -> list[Place | Refused]:
        """Judge entries one after the other; `taken` grows by those that are new."""
        answers = []
        for entry in entries:
            past = Past(
                size=self.size,
                index=self.size + len(self._durable) + len(taken),
                root_at=self.root_at,
                backwards=lambda last: self._backwards(last, taken),
                insist=insist,
            )
            answers.append(self._actors.admit(entry, past))
            if isinstance(answers[-1], Place) and answers[-1].new:
                taken.append(entry)
        return answers

    def commit(self, signed_us: int) -> Checkpoint:
        """Sign what was appended, make it durable, and move the head over everything.

        Args:
            signed_us: Now, as the caller's clock has it, microseconds since 1970 UTC.

        Raises:
            LedgerError: What was read back is not what was written, or somebody else wrote.
            DurabilityError: Something could not be made durable. The ledger is closed then:
                opening it again finds out what is on disk.
        """
        if self._growth is not None:
            self.end_head()
        signer = self._insist_on_writer()
        entries: list[bytes] = []
        try:
            for index, said in enumerate(self._pending, self.size + len(self._durable)):
                statement = self._say(said, signed_us)
                entries.append(write_entry(statement, signer))
                self._actors.take(index, statement)
        except FormatError as error:
            # Some may have been taken, and none is written: what was said last is not known.
            self.close()
            raise LedgerError(f"{self.folder}: entry {index} {error}") from error
        head = self._publish(entries, signer)
        self._pending.clear()
        return head

    def begin_head(self) -> Future[Edge] | None:
        """Begin to move the head over what is durable now, while more is taken.

        Returns:
            Done, with or without an error, when `end_head` need not wait; None if nothing is new.

        Raises:
            LedgerError: The log is open to read only, has no head, or `append` was not committed.
        """
        self._insist_on_writer()
        self._insist_on_head()
        if self._growth is None and self._durable:
            self._aside = self._aside or ThreadPoolExecutor(1, "tiles")
            entries = list(self._durable)
            self._growth = len(entries), self._aside.submit(self._store, entries)
        return self._growth and self._growth[1]

    def end_head(self) -> Checkpoint:
        """Sign and publish the head that `begin_head` began; what came later waits for the next.

        Where the files beside the folder have to be written anew, the rest is covered too: they
        begin at a head over everything.

        Raises:
            LedgerError: No head was begun, or as `commit`.
            DurabilityError: As `commit`: the ledger is closed then.
        """
        signer = self._insist_on_writer()
        if self._growth is None:
            raise LedgerError(f"{self.folder} has no head that was begun")
        with self._closed_by_failure():
            count, stored = self._growth
            head = self._move_head(stored.result(), count, signer)
            self._growth = None
            if not self._durable:
                self._keep_up(signer)
        return self._publish([], signer) if self._is_upkeep_due() else head

    def check_journals(self) -> Told | None:
        """Hold the journals against the folder without changing either; None if there are none.

        Raises:
            HaltError: They do not fit together; names the file and the place.
        """
        told = read_journals(self._paths, self.key)
        if told is not None:
            self._beyond_in_journals(told)
        return told

    def read(self, index: int) -> Statement:
        """Give a committed statement; the signature is checked too if it is the log's own.

        Raises:
            IndexError: The log has no such entry.
            LedgerError: The entry on disk is not the one that was signed.
        """
        try:
            opened = open_entry(self.entry(index))
            own = opened.statement.actor == self.key.name
            return opened.by(self.key) if own else opened.statement
        except FormatError as error:
            raise LedgerError(f"entry {index}: {error}") from error

    def statements(self) -> Iterator[Statement]:
        """Give all committed statements in their order, each checked as verification would.

        Each bundle is held against its tile of hashes, which leads to the signed root: the root
        over all entries would be known only after the last one was given out.

        Raises:
            LedgerError: An entry is not the one that was signed, or its actor may not say it.
        """
        actors = Actors(self.key)
        for index, entry in enumerate(self._signed_entries(0)):
            yield actors.follow(index, entry)

    def entries(self, begin: int = 0) -> Iterator[bytes]:
        """Give committed entries from an index on, each held against the signed head.

        Who goes on from an index that he kept checks signatures and order himself.

        Raises:
            LedgerError: An entry is not the one that was signed.
        """
        return self._signed_entries(begin)

    def prove(self, index: int) -> bytes:
        """Give a C2SP tlog-proof that the entry stands in the log; `proof.check_proof` reads it.

        Raises:
            IndexError: The log has no such entry.
            LedgerError: A tile of hashes is not the one that was signed.
        """
        self._insist_on_index(index)
        return write_proof(index, self._asked(lambda tree: tree.inclusion_path(index)), self._note)

    def entry(self, index: int) -> bytes:
        """Give a committed entry as it stands in the log: what a proof is about.

        Raises:
            IndexError: The log has no such entry.
            LedgerError: The entry on disk is not the one that was signed.
        """
        self._insist_on_index(index)
        number, at = divmod(index, TILE_WIDTH)
        entry = self._stored.bundle(bundle_tile(number, self.size))[at]
        if leaf_hash(entry) != self._asked(lambda tree: tree.leaf(index)):
            raise LedgerError(f"entry {index} is not the one that was signed")
        return entry

    def _insist_on_writer(self) -> SigningKey:
        if self._signer is None:
            raise LedgerError(f"{self.folder} is not open for writing")
        return self._signer

    def _insist_on_head(self) -> None:
        if self.checkpoint is None or self._pending:
            raise LedgerError(f"{self.folder} has to be committed first, with its mission")

    def _insist_on_index(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise IndexError(f"no entry {index} in a log of {self.size}")

    def _say(self, said: Said, signed_us: int) -> Statement:
        """Make the log's own next statement."""
        kind, body, label, commits = said
        seq, prev = self._actors.registry.next_of(self.key.name)
        return Statement(
            kind=kind,
            actor=self.key.name,
            seq=seq,
            prev=prev,
            anchor=self.checkpoint,
            signed_us=signed_us,
            label=label,
            commits=commits,
            body=dict(body),
        )

    def _make_durable(self, entries: list[bytes]) -> str:
        """Put entries into one frame of both journals; give its hash in hex."""
        try:
            if self._journals is None:
                write_down(self.folder, self._paths)
                self._journals = Journals.begin(self._paths, self.key, self._note)
            frame = self._journals.append_entries(entries)
        except BaseException:
            self.close()
            raise
        self._durable += entries
        return frame.hex()

    def _asked(self, ask: Callable[[SignedTree], Found]) -> Found:
        try:
            return ask(self._tree)
        except FormatError as error:
            raise LedgerError(f"{self.folder}: {place.LOG}{error}") from error

    def _backwards(self, last: int, taken: Sequence[bytes]) -> Iterator[bytes]:
        """Give what has no head yet, then the entries up to an index, but not for ever."""
        yield from reversed([*self._durable, *taken])
        number = min(last, self.size - 1) // TILE_WIDTH
        for at in range(number, max(-1, number - SEARCHED_BUNDLES), -1):
            yield from reversed(self._signed_bundle(at))

    def _signed_bundle(self, number: int) -> list[bytes]:
        """Give a bundle under the head, each entry held against its signed hash."""
        entries = self._stored.bundle(bundle_tile(number, self.size))
        hashes = self._asked(lambda tree: tree.hashes(0, number))
        for at, (entry, signed) in enumerate(zip(entries, hashes, strict=True)):
            if leaf_hash(entry) != signed:
                index = number * TILE_WIDTH + at
                raise LedgerError(f"entry {index} is not the one that was signed")
        return entries

    def _signed_entries(self, begin: int) -> Iterator[bytes]:
        for number in range(begin // TILE_WIDTH, bundles(self.size)):
            yield from self._signed_bundle(number)[max(0, begin - number * TILE_WIDTH) :]

    def _load(self) -> None:
        """Read the head, and the right edge of the tree that it signs."""
        if not (self.folder / place.CHECKPOINT).exists():
            return
        self._note = place.read_file(self.folder, place.CHECKPOINT, NOTE_LIMIT)
        self.checkpoint = open_checkpoint(self._note, self.key)
        self._tree = SignedTree.open(
            self._stored.hashes, self.checkpoint.size, self.checkpoint.root
        )

    def _publish(self, entries: list[bytes], signer: SigningKey) -> Checkpoint:
        """Make entries durable, read them back, and only then sign."""
        if not entries and not self._durable:
            if self.checkpoint:
                return self.checkpoint
            raise LedgerError(f"{self.folder} has nothing to commit")
        with self._closed_by_failure():
            if self._journals is not None:
                for group in groups(entries):
                    self._journals.append_entries(group)
            rest = [*self._durable, *entries]
            head = self._move_head(self._store(rest), len(rest), signer)
            self._keep_up(signer)
        return head

    @contextmanager
    def _closed_by_failure(self) -> Iterator[None]:
        """What is on disk is not known after a failure: who goes on has to open it again."""
        try:
            yield
        except OSError as error:
            self.close()
            raise DurabilityError(f"{self.folder}: {error}") from error
        except BaseException:
            self.close()
            raise

    def _store(self, entries: list[bytes]) -> Edge:
        """Write what the log will have with these entries, and read it back; maybe in a thread.

        Only `_move_head` changes what is read here, and it waits for this.
        """
        leaves = list(map(leaf_hash, entries))
        self._write_tiles(entries, leaves)
        return self._read_back(leaves)

    def _move_head(self, edge: Edge, count: int, signer: SigningKey) -> Checkpoint:
        """Sign the head over so many more entries, publish it, and drop the tiles it replaces."""
        replaced = partial_tiles(self.size)
        head = self._sign_head(edge, signer)
        del self._durable[:count]
        for tile in replaced - partial_tiles(self.size):
            self._stored.drop(tile)
        return head

    def _write_tiles(self, entries: list[bytes], leaves: list[bytes]) -> None:
        """Write what the log will have with these entries and has not yet: bundles first."""
        first, begun = divmod(self.size, TILE_WIDTH)
        rest = [*(self._signed_bundle(first) if begun else ()), *entries]
        size = self.size + len(entries)
        for number in range(first, bundles(size)):
            tile = bundle_tile(number, size)
            at = (number - first) * TILE_WIDTH
            self._stored.write(tile, encode_bundle(rest[at : at + tile.width]))
        for tile, content in self._tree.edge.copy().extend(leaves).items():
            self._stored.write(tile, content)

    def _read_back(self, leaves: list[bytes]) -> Edge:
        """Read what was written, bundles and tiles, and continue the signed past with it.

        Args:
            leaves: Hashes of the entries that were meant to be written.
        """
        edge = self._tree.edge.copy()
        first, begun = divmod(self.size, TILE_WIDTH)
        size = self.size + len(leaves)
        found: list[bytes] = []
        for number in range(first, bundles(size)):
            found += map(leaf_hash, self._stored.bundle(bundle_tile(number, size)))
        if found != [*(edge.levels[0] if begun else ()), *leaves]:
            raise LedgerError(f"{self.folder}: what was read back is not what was written")
        for tile, content in edge.extend(found[begun:]).items():
            if self._stored.hashes(tile) != content:
                raise LedgerError(f"{place.tile_name(tile)}: read back otherwise than written")
        return edge

    def _sign_head(self, edge: Edge, signer: SigningKey) -> Checkpoint:
        """Sign the root of what was read back, if nobody else has moved the head."""
        head = self.folder / place.CHECKPOINT
        if (head.read_bytes() if head.exists() else b"") != self._note:
            raise HaltError(f"{self.folder}: {place.CHECKPOINT}: somebody else moved the head")
        checkpoint = Checkpoint(origin=self.key.name, size=edge.size, root=edge.root)
        note = sign_note(checkpoint.text, signer)
        if self._journals is not None:
            self._journals.append_head(checkpoint, note)
        place.write_file(self.folder, place.CHECKPOINT, note)
        self.checkpoint, self._note, self._tree = checkpoint, note, self._tree.grown(edge)
        return checkpoint

    def _are_journals_long(self) -> bool:
        return self._journals is not None and self._journals.size > self._upkeep.journal_bytes

    def _is_state_old(self) -> bool:
        return self.size - self._state_size >= self._upkeep.state_entries

    def _is_upkeep_due(self) -> bool:
        return self._are_journals_long() or self._is_state_old()

    def _keep_up(self, signer: SigningKey) -> None:
        """Write anew what has to be, now that the head covers everything."""
        if self._journals is not None and self._are_journals_long():
            self._journals = self._journals.begin_anew(self.key, self._note)
        self._keep_state(signer)

    def _keep_state(self, signer: SigningKey) -> None:
        """Write the snapshot, if the last one is far behind the head."""
        if self.checkpoint is None or not self._is_state_old():
            return
        if self._actors.registry.size != self.size:
            raise LedgerError(
                f"{self.folder}: {self._actors.registry.size} entries were taken, the head has "
                f"{self.size}"
            )
        write_state(state_path(self.folder), self._actors.state(self.checkpoint), signer)
        self._state_size = self.size

    def _recover(self, signer: SigningKey) -> None:
        """Take up entries that became durable before a crash, and clear away what it left."""
        for name, _ in list(place.walk(self.folder)):
            if name.endswith(TEMPORARY):
                (self.folder / name).unlink()
        place.sync_directories(self.folder)
        told = read_journals(self._paths, self.key)
        beyond = self._beyond_in_journals(told) if told else self._stored.beyond(self.size)
        self._hear_the_past()
        for index, entry in enumerate(beyond, start=self.size):
            self._actors.follow(index, entry)
        if told is not None:
            held = {at: digest.hex() for at, digest in enumerate(told.digests, told.first)}
            self._actors.stand_in(lambda index: held.get(index, NO_FRAME))
        # Only now is anything repaired: a log that does not fit together is left as it is.
        self._journals = Journals.heal(self._paths, told, self.key) if told else None
        self._durable = list(beyond)
        if beyond:
            self._publish([], signer)
        self._stored.drop_narrower(self.size)
        while empty := [name for name, _ in place.walk(self.folder) if name.endswith("/")]:
            for name in empty:
                (self.folder / name).rmdir()
        self._keep_state(signer)

    def _hear_the_past(self) -> None:
        """Learn who said what last: from the snapshot and the entries after it, or from all."""
        state = read_state(state_path(self.folder), self.key)
        if state and state.size <= self.size and self.root_at(state.size).hex() == state.root:
            try:
                self._actors = Actors.from_state(self.key, state)
                self._state_size = state.size
            except FormatError:
                # Of another version: it is only a cache.
                self._state_size = 0
        for index, entry in enumerate(self._signed_entries(self._state_size), self._state_size):
            try:
                # Under the signed head: whose signature it has was checked before that was signed.
                opened = open_entry(entry)
                self._actors.take(index, opened.statement, opened.sha256)
            except FormatError as error:
                raise LedgerError(f"entry {index} {error}") from error

    def _beyond_in_journals(self, told: Told) -> Sequence[bytes]:
        """Give the journals' entries beyond the head, if they continue exactly this folder."""
        if self.checkpoint is None or self.checkpoint.size < told.first:
            raise HaltError(
                f"{self.folder}: {place.CHECKPOINT}: is of size {self.size}, but the journals "
                f"began at a head of {told.first}: the folder is an older one"
            )
        if self.checkpoint not in told.heads:
            raise HaltError(
                f"{self._paths[0]}: no frame holds the signed head of size {self.size} that "
                f"{place.CHECKPOINT} is: the journals are older ones, or others than the log's"
            )
        for index, entry in enumerate(told.entries[: self.size - told.first], start=told.first):
            if leaf_hash(entry) != self._asked(lambda tree, at=index: tree.leaf(at)):  # type: ignore[misc]
                raise HaltError(f"{self._paths[0]}: entry {index} is not the one in the log")
        beyond = told.entries[self.size - told.first :]
        stored = self._stored.beyond(self.size)
        if tuple(stored) != beyond[: len(stored)]:
            raise HaltError(
                f"{self.folder}: {place.LOG}tile/entries: holds {len(stored)} entries beyond the "
                f"head that the journals do not have"
            )
        self._insist_on_roots(told, beyond)
        return beyond

    def _insist_on_roots(self, told: Told, beyond: Sequence[bytes]) -> None:
        """Recompute every head that was ever signed: one root for each size."""
        edge = self._tree.edge.copy()
        for head in sorted((*told.older, *told.heads), key=lambda head: head.size):
            if head.size <= self.size:
                found = self.root_at(head.size)
            else:
                edge.extend(map(leaf_hash, beyond[edge.size - self.size : head.size - self.size]))
                found = edge.root
            if found != head.root:
                raise HaltError(f"{self._paths[0]}: the head of size {head.size} has another root")


def _hash_and_size(content: bytes) -> dict[str, Json]:
    return {"sha256": sha256(content).hexdigest(), "size": len(content)}


def _lock(folder: Path) -> int:
    """Hold the folder itself, so that no lock file stands in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise LedgerError(f"{folder} is being written by another process") from error
    return descriptor
