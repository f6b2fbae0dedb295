"""One mission folder: documents by hash, and a log to which signed statements are only appended.

`append` is buffered and acknowledges nothing. `commit` makes entries and tiles durable, reads the
entries back from disk, recomputes the root from them, and only then signs and replaces the
checkpoint. A crash at any point leaves either the old head or the new one; entries that were
durable without a head are taken up at the next opening, never dropped, so that no size ever gets a
second root.

`append_durable` takes one statement at a time and gives a receipt for it once it stands in two
journals. From the first one on everything goes through them, heads too: entries into the journals,
then into tiles, the tiles read back, the head signed, into the journals, and only then published.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from truceline.evidence import folder as place
from truceline.evidence.errors import DurabilityError, HaltError, LedgerError
from truceline.evidence.journal import Journals, Paths, Told, beside, groups, read_journals
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.label import Label
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint, sign_note
from truceline.evidence.proof import write_proof
from truceline.evidence.receipt import Receipt, sign_receipt
from truceline.evidence.statement import (
    TEMPORARY,
    Statement,
    insist_on_body,
    insist_on_order,
    read_entry,
    write_entry,
)
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import (
    BUNDLE_LIMIT,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    encode_bundle,
    hash_tiles,
    tile_at,
    tiles_of,
)
from truceline.evidence.tree import Frontier, inclusion_proof, leaf_hash, root
from truceline.records.canonical import Json

__all__ = ["DurabilityError", "HaltError", "Ledger", "LedgerError", "statements"]

# Kind, body, label and commitments of a statement that is still to be numbered and signed.
Said = tuple[str, Mapping[str, Json], Label | None, tuple[str, ...]]


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
    ) -> None:
        self.folder = folder
        self.key = key
        self.checkpoint: Checkpoint | None = None
        self._signer = signer
        self._note = b""
        self._leaves: list[bytes] = []
        self._last: Statement | None = None
        self._pending: list[Said] = []
        # In the journals, and not yet under a head.
        self._durable: list[bytes] = []
        self._paths = journals or beside(folder)
        self._journals: Journals | None = None
        self._lock = _lock(folder) if signer else None

    @classmethod
    def create(
        cls, folder: Path, seed: bytes, origin: str, journals: Paths | None = None
    ) -> Ledger:
        """Start a mission in a new or empty folder; its first statement is `store_mission_file`.

        Args:
            folder: Where it shall stand.
            seed: Secret of the log's key, 32 bytes; kept beside the folder by the caller.
            origin: The log's name, best a URL without scheme; the key's name too.
            journals: Where both journals will stand, best on two devices; else beside the folder.

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
            if any(path.exists() for path in journals or beside(folder)):
                raise LedgerError(f"{folder} has journals beside it: they are of another log")
        except OSError as error:
            raise LedgerError(f"{folder} cannot be made: {error.strerror}") from error
        return cls(folder, key, signer, journals)

    @classmethod
    def open(cls, folder: Path, seed: bytes | None = None, journals: Paths | None = None) -> Ledger:
        """Open a mission: to read, or with its seed to append.

        Args:
            folder: Where it stands.
            seed: Secret of its key; None to read what a signed head covers.
            journals: Where its journals stand, if not beside it. None there is no error: a mission
                that was written in one go has none.

        Raises:
            HaltError: Folder and journals do not fit together; nothing was changed.
            LedgerError: It is no mission, is damaged, is open elsewhere, or has another key.
        """
        try:
            key = place.mission_key(place.read_file(folder, place.MISSION, place.MISSION_LIMIT))
            signer = None if seed is None else SigningKey(name=key.name, seed=seed)
            if signer and signer.verifier != key:
                raise LedgerError(f"{folder} is signed with another key")
            ledger = cls(folder, key, signer, journals)
            try:
                ledger._load()
                if signer:
                    ledger._finish_interrupted_commit(signer)
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
        if self._lock is not None:
            os.close(self._lock)
        if self._journals is not None:
            self._journals.close()
        self._lock = self._signer = self._journals = None
        self._pending.clear()

    @property
    def size(self) -> int:
        """Statements that a signed head covers."""
        return len(self._leaves)

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
        if self.checkpoint is None or self._pending or kind == "mission":
            raise LedgerError(f"{self.folder} has to be committed first, with its mission")
        index = self.size + len(self._durable)
        entries, last = self._sign([(kind, body, None, ())], signed_us, signer)
        try:
            if self._journals is None:
                self._journals = Journals.begin(self._paths, self.key, self._note)
            frame = self._journals.append_entries(entries)
        except BaseException:
            self.close()
            raise
        self._durable += entries
        self._last = last
        return sign_receipt(index, last.sha256, frame.hex(), signer)

    def commit(self, signed_us: int) -> Checkpoint:
        """Sign what was appended, make it durable, and move the head over everything.

        Args:
            signed_us: Now, as the caller's clock has it, microseconds since 1970 UTC.

        Raises:
            LedgerError: What was read back is not what was written, or somebody else wrote.
            DurabilityError: Something could not be made durable. The ledger is closed then:
                opening it again finds out what is on disk.
        """
        signer = self._insist_on_writer()
        entries: list[bytes] = []
        last = self._last
        if self._pending:
            entries, last = self._sign(self._pending, signed_us, signer)
        return self._publish(entries, last, signer)

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
        """Give a committed statement.

        Raises:
            IndexError: The log has no such entry.
            LedgerError: The entry on disk is not the one that was signed.
        """
        return self._checked(index, self._entry(index))

    def statements(self) -> Iterator[Statement]:
        """Give all committed statements in their order, each checked."""
        index = 0
        for tile in _bundles(self.size):
            for entry in self._bundle(tile):
                yield self._checked(index, entry)
                index += 1

    def prove(self, index: int) -> bytes:
        """Give a C2SP tlog-proof that the entry stands in the log; `proof.check_proof` reads it.

        Raises:
            IndexError: The log has no such entry.
        """
        return write_proof(index, inclusion_proof(self._leaves, index), self._note)

    def entry(self, index: int) -> bytes:
        """Give a committed entry as it stands in the log: what a proof is about.

        Raises:
            IndexError: The log has no such entry.
            LedgerError: The entry on disk is not the one that was signed.
        """
        entry = self._entry(index)
        self._checked(index, entry)
        return entry

    def _insist_on_writer(self) -> SigningKey:
        if self._signer is None:
            raise LedgerError(f"{self.folder} is not open for writing")
        return self._signer

    def _sign(
        self, said: Iterable[Said], signed_us: int, signer: SigningKey
    ) -> tuple[list[bytes], Statement]:
        entries: list[bytes] = []
        last = self._last
        for kind, body, label, commits in said:
            last = Statement(
                kind=kind,
                actor=self.key.name,
                seq=last.seq + 1 if last else 0,
                prev=last.sha256 if last else None,
                anchor=self.checkpoint,
                signed_us=signed_us,
                label=label,
                commits=commits,
                body=dict(body),
            )
            entries.append(write_entry(last, signer))
        if last is None:
            raise LedgerError(f"{self.folder} has nothing to sign")
        return entries, last

    def _entry(self, index: int) -> bytes:
        if not 0 <= index < self.size:
            raise IndexError(f"no entry {index} in a log of {self.size}")
        number, at = divmod(index, TILE_WIDTH)
        width = min(TILE_WIDTH, self.size - number * TILE_WIDTH)
        return self._bundle(Tile(level=None, index=number, width=width))[at]

    def _bundle(self, tile: Tile) -> list[bytes]:
        name = place.tile_name(tile)
        try:
            return decode_bundle(place.read_file(self.folder, name, BUNDLE_LIMIT), tile.width)
        except (OSError, FormatError) as error:
            raise LedgerError(f"{name}: {error}") from error

    def _checked(self, index: int, entry: bytes) -> Statement:
        if leaf_hash(entry) != self._leaves[index]:
            raise LedgerError(f"entry {index} is not the one that was signed")
        return self._read_own(index, entry)

    def _read_own(self, index: int, entry: bytes) -> Statement:
        try:
            return read_entry(entry, self.key)
        except FormatError as error:
            raise LedgerError(f"entry {index}: {error}") from error

    def _stored_leaves(self, size: int) -> list[bytes]:
        return [leaf_hash(entry) for tile in _bundles(size) for entry in self._bundle(tile)]

    def _load(self) -> None:
        """Read the head, and the entries that it covers."""
        if not (self.folder / place.CHECKPOINT).exists():
            return
        self._note = place.read_file(self.folder, place.CHECKPOINT, NOTE_LIMIT)
        self.checkpoint = open_checkpoint(self._note, self.key)
        # Entries are read until one is missing, so a boastful size costs nothing.
        self._leaves = self._stored_leaves(self.checkpoint.size)
        if root(self._leaves) != self.checkpoint.root:
            raise LedgerError(f"{self.folder}: the entries do not have the root that was signed")
        if self._leaves:
            self._last = self.read(self.size - 1)

    def _publish(
        self, entries: list[bytes], last: Statement | None, signer: SigningKey
    ) -> Checkpoint:
        """Make entries durable, read them back, and only then sign."""
        if not entries and not self._durable:
            if self.checkpoint:
                return self.checkpoint
            raise LedgerError(f"{self.folder} has nothing to commit")
        try:
            if self._journals is not None:
                for group in groups(entries):
                    self._journals.append_entries(group)
            rest = [*self._durable, *entries]
            leaves = [*self._leaves, *map(leaf_hash, rest)]
            self._write_tiles(rest, leaves)
            head = self._sign_head(leaves, signer)
            self._last = last
            self._pending.clear()
            self._durable.clear()
            self._drop_narrower_tiles()
        except OSError as error:
            self.close()
            raise DurabilityError(f"{self.folder}: {error}") from error
        except BaseException:
            # What is on disk is not known any more: who goes on has to open it again.
            self.close()
            raise
        return head

    def _write_tiles(self, entries: list[bytes], leaves: list[bytes]) -> None:
        """Write what the log of this size has and the one before had not: bundles first."""
        first, begun = divmod(self.size, TILE_WIDTH)
        tail = self._bundle(Tile(level=None, index=first, width=begun)) if begun else []
        rest = [*tail, *entries]
        hashes = hash_tiles(leaves)
        there = set(tiles_of(self.size))
        for tile in tiles_of(len(leaves)):
            if tile in there:
                continue
            at = (tile.index - first) * TILE_WIDTH
            content = (
                encode_bundle(rest[at : at + tile.width]) if tile.level is None else hashes[tile]
            )
            place.write_file(self.folder, place.tile_name(tile), content)

    def _sign_head(self, leaves: list[bytes], signer: SigningKey) -> Checkpoint:
        """Read the entries back, and sign their root.

        `leaves` begins with those of the signed past, so what equals it continues that past.
        """
        stored = self._stored_leaves(len(leaves))
        if stored != leaves:
            raise LedgerError(f"{self.folder}: what was read back is not what was written")
        head = self.folder / place.CHECKPOINT
        if (head.read_bytes() if head.exists() else b"") != self._note:
            raise HaltError(f"{self.folder}: {place.CHECKPOINT}: somebody else moved the head")
        checkpoint = Checkpoint(origin=self.key.name, size=len(stored), root=root(stored))
        note = sign_note(checkpoint.text, signer)
        if self._journals is not None:
            self._journals.append_head(checkpoint, note)
        place.write_file(self.folder, place.CHECKPOINT, note)
        self.checkpoint, self._note, self._leaves = checkpoint, note, stored
        return checkpoint

    def _finish_interrupted_commit(self, signer: SigningKey) -> None:
        """Take up entries that became durable before a crash, and clear away what it left."""
        for name, _ in list(place.walk(self.folder)):
            if name.endswith(TEMPORARY):
                (self.folder / name).unlink()
        place.sync_directories(self.folder)
        told = read_journals(self._paths, self.key)
        beyond = self._beyond_in_journals(told) if told else self._entries_beyond_the_head()
        last = self._last
        for index, entry in enumerate(beyond, start=self.size):
            statement = self._read_own(index, entry)
            insist_on_order(statement, last)
            last = statement
        # Only now is anything repaired: a log that does not fit together is left as it is.
        self._journals = Journals.heal(self._paths, told, self.key) if told else None
        self._durable, self._last = list(beyond), last
        if beyond:
            self._publish([], last, signer)
        self._drop_narrower_tiles()
        while empty := [name for name, _ in place.walk(self.folder) if name.endswith("/")]:
            for name in empty:
                (self.folder / name).rmdir()

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
            if leaf_hash(entry) != self._leaves[index]:
                raise HaltError(f"{self._paths[0]}: entry {index} is not the one in the log")
        beyond = told.entries[self.size - told.first :]
        stored = self._entries_beyond_the_head()
        if tuple(stored) != beyond[: len(stored)]:
            raise HaltError(
                f"{self.folder}: {place.LOG}tile/entries: holds {len(stored)} entries beyond the "
                f"head that the journals do not have"
            )
        self._insist_on_roots(told, beyond)
        return beyond

    def _insist_on_roots(self, told: Told, beyond: Sequence[bytes]) -> None:
        """Recompute every head that was ever signed: one root for each size."""
        roots = {head.size: head.root for head in told.heads}
        frontier = Frontier()
        for size, leaf in enumerate([*self._leaves, *map(leaf_hash, beyond)], start=1):
            frontier.append(leaf)
            if size in roots and frontier.root != roots[size]:
                raise HaltError(f"{self._paths[0]}: the head of size {size} has another root")

    def _entries_beyond_the_head(self) -> list[bytes]:
        widest: dict[int, int] = {}
        for tile in self._tiles_on_disk():
            if tile.level is None:
                widest[tile.index] = max(tile.width, widest.get(tile.index, 0))
        size = sum(widest.values())
        bundles = list(_bundles(size))
        if [(tile.index, tile.width) for tile in bundles] != sorted(widest.items()):
            raise LedgerError(f"{self.folder}: the bundles of entries have a gap")
        first = self.size // TILE_WIDTH
        entries = [entry for tile in bundles[first:] for entry in self._bundle(tile)]
        return entries[self.size % TILE_WIDTH :]

    def _tiles_on_disk(self) -> list[Tile]:
        names = [
            name for name, _ in place.walk(self.folder) if name.startswith(f"{place.LOG}tile/")
        ]
        return [tile_at(name.removeprefix(place.LOG)) for name in names if not name.endswith("/")]

    def _drop_narrower_tiles(self) -> None:
        """Remove partial tiles of earlier heads, which wider ones have replaced."""
        widest = {(tile.level, tile.index): tile for tile in tiles_of(self.size)}
        for tile in self._tiles_on_disk():
            right = widest.get((tile.level, tile.index))
            if right is None or tile.width > right.width:
                raise LedgerError(f"{place.tile_name(tile)} is no tile of a log of {self.size}")
            if tile != right:
                path = self.folder / place.tile_name(tile)
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()


def statements(folder: Path) -> Iterator[Statement]:
    """Give all statements of a mission in their order, without its key.

    Raises:
        LedgerError: The folder is no mission, or is damaged.
    """
    return Ledger.open(folder).statements()


def _bundles(size: int) -> Iterable[Tile]:
    for tile in tiles_of(size):
        if tile.level is not None:
            return
        yield tile


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
