"""A mirror: another state's own copy of a log, and its word that the log was only appended to.

A mirror pulls the head and the entries from wherever they are served, trusts neither, and
recomputes everything: the tiles that it serves it made itself, from the entries. It cosigns a head
only when

1. the log's key signed it, and it continues the head that the mirror promised last;
2. every entry up to it is on the mirror's own disk, read back, and has the signed root;
3. the promise "this size has this root, and nothing before it changes" is on disk.

The third is what keeps it honest through a crash. C2SP tlog-witness: "The witness MUST persist the
new checkpoint before responding. Note that checking the old size against the latest checkpoint and
persisting the new checkpoint must be performed atomically". The promise is one file, written
beside, forced to disk and renamed, under a lock on the store. Whatever happens after, the mirror
can only sign that same root again.

The promise and the key stand beside the store, not inside: a store put back from an old copy is
then found to be behind its promise, and is filled again from the source, never the other way.

    STORE/<origin hash>/checkpoint, tile/...   what any static server can serve
    STORE/fraud/<sha256>.json                  proofs against the log; while one is there, no head
                                               is cosigned any more
    STORE.key, STORE.promise                   beside it

Source: C2SP tlog-mirror, tlog-witness and tlog-tiles, https://c2sp.org/tlog-mirror.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from truceline.evidence import folder as place
from truceline.evidence.cosignature import CosignerKey, add_signatures, cosign, cosignatures
from truceline.evidence.fraud import prove_heads, signed_alone
from truceline.evidence.keys import SigningKey, VerifierKey, read_key, write_key
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import (
    BUNDLE_LIMIT,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    encode_bundle,
    hash_tiles,
    tiles_of,
)
from truceline.evidence.tree import EMPTY_ROOT, leaf_hash, root
from truceline.records.canonical import canonical

VERSION = 1
CHECKPOINT = "checkpoint"
FRAUD = "fraud/"
KEY_SUFFIX = ".key"
PROMISE_SUFFIX = ".promise"
PROMISE_FIELDS = {"v", "name", "log", "note", "time_s"}
ATTEMPTS = 3

# Gives a file of the log, "checkpoint" or "tile/...", of at most so many bytes.
Fetch = Callable[[str, int], bytes]


class SourceError(Exception):
    """The source does not give a file, or gives one that cannot be."""


class MirrorError(Exception):
    """The store cannot be used; the message names it and says why."""


class Outcome(Enum):
    """What a mirror did with the head that it was shown."""

    ADVANCED = "advanced"
    UNCHANGED = "unchanged"
    ROLLBACK = "rollback refused"
    FORK = "fork proven"
    GAP = "gap"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What came of one look at the source.

    Attributes:
        outcome: Only ADVANCED and UNCHANGED end with a cosigned head that the source shows too.
        size: Entries that the mirror holds and has promised.
        root: Their root, in hex.
        why: In words.
        fraud: Path of the proof in the store; "" if there is none.
    """

    outcome: Outcome
    size: int
    root: str
    why: str
    fraud: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a mirror is bound to, for ever.

    Attributes:
        name: Name of the mirror's key.
        log: Key of the log that it mirrors.
        head: The head that it promised last; size 0 in the beginning.
        note: That head as the log signed it; empty in the beginning.
        time_s: When it last cosigned, seconds since 1970 UTC; a later one is never before.
    """

    name: str
    log: VerifierKey
    head: Checkpoint
    note: bytes
    time_s: int


def weigh(  # noqa: PLR0911 - one return a case
    held: Checkpoint, shown: Checkpoint, leaves: Sequence[bytes] | None
) -> tuple[Outcome, str]:
    """Decide about a head: the whole rule of a mirror, without disk, network and signatures.

    Args:
        held: The head that the mirror promised last.
        shown: A head that the log has signed.
        leaves: Leaf hashes of the larger of the two logs, as far as they are to be had.
    """
    if shown.size == 0 and shown.root != EMPTY_ROOT:
        return Outcome.GAP, "an empty log cannot have this root"
    if shown.size == held.size:
        if shown.root == held.root:
            return Outcome.UNCHANGED, f"the head is still that of {held.size} entries"
        return Outcome.FORK, f"the log signed two roots of size {held.size}"
    smaller, larger = (held, shown) if held.size < shown.size else (shown, held)
    found = 0 if leaves is None else len(leaves)
    if leaves is None or found < larger.size:
        why = f"the head has {shown.size} entries, {found} of {larger.size} could be had"
        return Outcome.GAP, why
    if root(leaves[: larger.size]) != larger.root:
        return Outcome.GAP, f"the entries do not have the root of the head of {larger.size} entries"
    if root(leaves[: smaller.size]) != smaller.root:
        why = f"the past of the head of {larger.size} entries is not the head of {smaller.size}"
        return Outcome.FORK, why
    return (
        (Outcome.ADVANCED, f"{shown.size - held.size} new entries")
        if larger is shown
        else (Outcome.ROLLBACK, f"the head has {shown.size} entries, {held.size} are promised")
    )


class Mirror:
    """A mirror's store, open for writing, by one process.

    Attributes:
        store: Folder with what it serves.
        promise: What it is bound to.
        signer: Its key.
        damaged: What is on disk does not reach the promise; the next pull fetches it again.
    """

    def __init__(self, store: Path, promise: Promise, signer: SigningKey) -> None:
        self.store = store
        self.promise = promise
        self.signer = signer
        self._lock: int | None = _lock(store)
        self._leaves = self._stored_leaves()
        self.damaged = self._leaves is None

    @classmethod
    def create(cls, store: Path, seed: bytes, name: str, log: VerifierKey) -> Mirror:
        """Set up a mirror of one log in a new folder, with its key and promise beside it.

        Args:
            store: Where it shall stand.
            seed: Secret of the mirror's key, 32 bytes; used for nothing else.
            name: Name of the mirror's key, best a URL without scheme.
            log: Key of the log, had from elsewhere.

        Raises:
            MirrorError: There is a mirror already, or the folder holds something else.
            FormatError: The name is none, or the mirror's key is the log's.
        """
        signer = SigningKey(name=name, seed=seed)
        if signer.verifier.public == log.public:
            raise FormatError("a mirror needs a key of its own, this one is the log's")
        if beside(store, PROMISE_SUFFIX).exists():
            raise MirrorError(f"{store} is a mirror already")
        store.mkdir(parents=True, exist_ok=True)
        if any(store.iterdir()):
            raise MirrorError(f"{store} is not empty")
        write_key(beside(store, KEY_SUFFIX), seed)
        head = Checkpoint(origin=log.name, size=0, root=EMPTY_ROOT)
        promise = Promise(name=name, log=log, head=head, note=b"", time_s=0)
        _write_promise(store, promise)
        return cls(store, promise, signer)

    @classmethod
    def open(cls, store: Path) -> Mirror:
        """Open a mirror, and finish what a crash interrupted between promise and cosignature.

        Raises:
            MirrorError: It is no mirror, or another process has it open.
            FormatError: Key or promise is not as it must be.
        """
        promise = read_promise(store)
        signer = SigningKey(name=promise.name, seed=read_key(beside(store, KEY_SUFFIX)))
        mirror = cls(store, promise, signer)
        try:
            mirror._publish()
        except BaseException:
            mirror.close()
            raise
        return mirror

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
        """Let another process in."""
        if self._lock is not None:
            os.close(self._lock)
        self._lock = None

    def pull(self, fetch: Fetch, now_s: int) -> Pulled:
        """Look at the source, store what is new, promise it, then cosign.

        Args:
            fetch: Gives the files of the log.
            now_s: Seconds since 1970 UTC, as the caller's clock has it.

        Raises:
            SourceError: The source does not answer, or its head is not signed by the log.
            OSError: Something could not be made durable: nothing was cosigned.
        """
        if self._lock is None:
            raise MirrorError(f"{self.store} is not open")
        note = b""
        pulled = self._told(Outcome.GAP, "nothing was tried")
        for _ in range(ATTEMPTS):
            before, note = note, _fetched_note(fetch)
            if note == before:
                break
            pulled = self._take(note, fetch, now_s)
            if pulled.outcome is not Outcome.GAP:
                break
            # The log may have moved on meanwhile, and dropped its narrower tiles: look again.
        return pulled

    def compare(self, note: bytes) -> Pulled:
        """Hold a head that somebody was shown against the promise; a conflict is proven and kept.

        This is how two parties find out whether they were shown one log.

        Raises:
            FormatError: It is not a head that the log has signed.
        """
        shown = open_checkpoint(note, self.promise.log)
        held = self.promise.head
        outcome, why = weigh(held, shown, self._leaves if shown.size <= held.size else None)
        if outcome is Outcome.FORK:
            return self._told(outcome, why, self._keep_proof(note, self._leaves or []))
        return self._told(outcome, why)

    def frauds(self) -> list[str]:
        """Name the proofs against the log that lie in the store."""
        return frauds(self.store)

    def _take(self, note: bytes, fetch: Fetch, now_s: int) -> Pulled:
        try:
            shown = open_checkpoint(note, self.promise.log)
        except FormatError as error:
            raise SourceError(f"{CHECKPOINT} {error}") from error
        held = self.promise.head
        entries: list[bytes] = []
        first = 0
        leaves = self._leaves
        if shown.size > held.size or self.damaged:
            first = 0 if self.damaged else held.size // TILE_WIDTH
            entries = _fetch_entries(fetch, first, shown.size)
            leaves = self._joined(first, entries)
            if weigh(held, shown, leaves)[0] is Outcome.GAP and first:
                # What the source has before the last bundle may be another past: look at all of it.
                first, entries = 0, _fetch_entries(fetch, 0, shown.size)
                leaves = self._joined(0, entries)
        outcome, why = weigh(held, shown, leaves)
        if outcome is Outcome.FORK:
            return self._told(outcome, why, self._keep_proof(note, leaves or []))
        if self.frauds():
            return self._told(Outcome.QUARANTINED, "a proof of fraud lies in the store")
        if outcome is Outcome.UNCHANGED and self.damaged:
            if leaves is None or len(leaves) < shown.size or root(leaves) != shown.root:
                return self._told(Outcome.GAP, "what was lost could not be fetched again")
            outcome, why = Outcome.ADVANCED, "what was lost is fetched again"
        if outcome is Outcome.ADVANCED and leaves is not None:
            try:
                self._store(first, entries, leaves)
                self._promise(shown, note, now_s)
                self._publish()
            except BaseException:
                # What is on disk is not known any more: who goes on has to open it again.
                self.close()
                raise
        return self._told(outcome, why)

    def _joined(self, first: int, entries: Sequence[bytes]) -> list[bytes]:
        before = (self._leaves or [])[: first * TILE_WIDTH]
        return [*before, *map(leaf_hash, entries)]

    def _store(self, first: int, entries: Sequence[bytes], leaves: list[bytes]) -> None:
        """Write bundles and tiles, and read the new entries back from the disk."""
        there = set() if self.damaged else set(tiles_of(self.promise.head.size))
        hashes = hash_tiles(leaves)
        for tile in tiles_of(len(leaves)):
            if tile in there:
                continue
            at = (tile.index - first) * TILE_WIDTH
            content = (
                encode_bundle(entries[at : at + tile.width]) if tile.level is None else hashes[tile]
            )
            place.write_file(self.store, self._name(tile.path), content)
        if self._read_back(first, len(leaves)) != leaves[first * TILE_WIDTH :]:
            raise MirrorError(f"{self.store}: what was read back is not what was written")
        self._leaves = leaves
        self.damaged = False

    def _promise(self, head: Checkpoint, note: bytes, now_s: int) -> None:
        time_s = max(now_s, self.promise.time_s)
        alone = signed_alone(note, self.promise.log).encode()
        promise = replace(self.promise, head=head, note=alone, time_s=time_s)
        _write_promise(self.store, promise)
        self.promise = promise

    def _publish(self) -> None:
        """Cosign what is promised and held; the same bytes however often it is done."""
        promise = self.promise
        if self.damaged or not promise.head.size:
            return
        line = cosign(promise.head.text, self.signer, promise.time_s)
        note = add_signatures(promise.note, [line])
        path = self.store / self._name(CHECKPOINT)
        if not path.exists() or path.read_bytes() != note:
            place.write_file(self.store, self._name(CHECKPOINT), note)
        self._drop_replaced_tiles()

    def _drop_replaced_tiles(self) -> None:
        """Remove partial tiles whose full tile is there: until then, tlog-tiles lets them stay."""
        for folder in {(self.store / self._name(tile.path)).parent for tile in self._partial()}:
            for partial in folder.glob("*.p"):
                if partial.with_suffix("").exists():
                    for file in partial.iterdir():
                        file.unlink()
                    partial.rmdir()

    def _partial(self) -> list[Tile]:
        """Name the last full tile of each level: the only ones that can have replaced others."""
        level, count, found = 0, self.promise.head.size // TILE_WIDTH, list[Tile]()
        while count:
            found.append(Tile(level=level, index=count - 1, width=TILE_WIDTH))
            if level == 0:
                found.append(Tile(level=None, index=count - 1, width=TILE_WIDTH))
            level, count = level + 1, count // TILE_WIDTH
        return found

    def _keep_proof(self, note: bytes, leaves: Sequence[bytes]) -> str:
        proof = prove_heads(self.promise.note, note, self.promise.log, leaves)
        name = f"{FRAUD}{sha256(proof).hexdigest()}.json"
        place.write_file(self.store, name, proof)
        return name

    def _told(self, outcome: Outcome, why: str, fraud: str = "") -> Pulled:
        head = self.promise.head
        return Pulled(outcome=outcome, size=head.size, root=head.root.hex(), why=why, fraud=fraud)

    def _name(self, path: str) -> str:
        return f"{origin_hash(self.promise.log.name)}/{path}"

    def _stored_leaves(self) -> list[bytes] | None:
        """Hash the entries on disk; None if they are not those of the promise."""
        try:
            leaves = self._read_back(0, self.promise.head.size)
        except (OSError, FormatError):
            return None
        return leaves if root(leaves) == self.promise.head.root else None

    def _read_back(self, first: int, size: int) -> list[bytes]:
        return _leaves_in(self.store / origin_hash(self.promise.log.name), first, size)


def origin_hash(origin: str) -> str:
    """Name the folder of a log: "the SHA-256 hash of the log's origin, hex encoded"."""
    return sha256(origin.encode()).hexdigest()


def beside(store: Path, suffix: str) -> Path:
    """Give the path of the key or the promise of a store."""
    return store.with_name(store.name + suffix)


def agreeing(
    store: Path, notes: Iterable[bytes], keys: Collection[CosignerKey]
) -> dict[CosignerKey, int]:
    """Tell which mirrors cosigned a head of the very history that this store holds, and its size.

    A head beyond what the store holds says nothing yet and is left out; so is a note that is none.

    Raises:
        MirrorError: There is no mirror.
        FormatError, OSError: What is in the store does not reach its promise.
    """
    promise = read_promise(store)
    leaves = _leaves_in(store / origin_hash(promise.log.name), 0, promise.head.size)
    if root(leaves) != promise.head.root:
        raise FormatError(f"{store} does not hold what it promised; pull first")
    sizes: dict[CosignerKey, int] = {}
    for note in notes:
        try:
            head = open_checkpoint(note, promise.log)
            signed = cosignatures(note, keys)
        except FormatError:
            continue
        if head.size <= len(leaves) and root(leaves[: head.size]) == head.root:
            sizes |= {key: max(head.size, sizes.get(key, 0)) for key in signed}
    return sizes


def _leaves_in(base: Path, first: int, size: int) -> list[bytes]:
    leaves: list[bytes] = []
    for tile in _bundles(first, size):
        content = place.read_file(base, tile.path, BUNDLE_LIMIT)
        leaves += map(leaf_hash, decode_bundle(content, tile.width))
    return leaves


def frauds(store: Path) -> list[str]:
    """Name the proofs against the log that lie in a store."""
    return sorted(f"{FRAUD}{path.name}" for path in (store / FRAUD).glob("*.json"))


def read_promise(store: Path) -> Promise:
    """Read what a mirror is bound to.

    Raises:
        MirrorError: There is no mirror.
        FormatError: The file is not as this program writes it.
    """
    path = beside(store, PROMISE_SUFFIX)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MirrorError(f"{store} is no mirror: there is no {path.name} beside it") from error
    try:
        said = json.loads(content.decode("utf-8"))
        if not isinstance(said, dict) or canonical(said) != content or set(said) != PROMISE_FIELDS:
            raise FormatError(f"{path} is no promise of a mirror")
        if said["v"] != VERSION or type(said["time_s"]) is not int:
            raise FormatError(f"{path} is no promise of version {VERSION}")
        log = VerifierKey.read(said["log"])
        note = said["note"].encode()
        head = (
            open_checkpoint(note, log)
            if note
            else Checkpoint(origin=log.name, size=0, root=EMPTY_ROOT)
        )
        return Promise(name=said["name"], log=log, head=head, note=note, time_s=said["time_s"])
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise FormatError(f"{path} cannot be read: {error!s:.200}") from error


def _write_promise(store: Path, promise: Promise) -> None:
    content = canonical(
        {
            "v": VERSION,
            "name": promise.name,
            "log": str(promise.log),
            "note": promise.note.decode(),
            "time_s": promise.time_s,
        }
    )
    place.write_file(store.parent, beside(store, PROMISE_SUFFIX).name, content)


def folder_source(folder: Path) -> Fetch:
    """Read a log from a folder: of a mission, or one that holds the files themselves."""
    base = folder / place.LOG if (folder / place.CHECKPOINT).is_file() else folder

    def fetch(path: str, limit: int) -> bytes:
        try:
            return place.read_file(base, path, limit)
        except (OSError, FormatError) as error:
            raise SourceError(f"{base / path}: {error}") from error

    return fetch


def _fetched_note(fetch: Fetch) -> bytes:
    return fetch(CHECKPOINT, NOTE_LIMIT)


def _bundles(first: int, size: int) -> list[Tile]:
    """Name the bundles of a log of this size, from one on."""
    whole, rest = divmod(size, TILE_WIDTH)
    full = [Tile(level=None, index=at, width=TILE_WIDTH) for at in range(first, whole)]
    return [*full, Tile(level=None, index=whole, width=rest)] if rest else full


def _fetch_entries(fetch: Fetch, first: int, size: int) -> list[bytes]:
    """Fetch entries bundle by bundle, until one is missing: a boastful size costs nothing."""
    entries: list[bytes] = []
    for number in range(first, -(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        bundle = _fetch_bundle(fetch, Tile(level=None, index=number, width=width))
        if bundle is None:
            break
        entries += bundle
    return entries


def _fetch_bundle(fetch: Fetch, tile: Tile) -> list[bytes] | None:
    """Fetch a bundle; where a partial one is gone, the full one begins with the same entries."""
    for width in dict.fromkeys((tile.width, TILE_WIDTH)):
        try:
            content = fetch(replace(tile, width=width).path, BUNDLE_LIMIT)
            return decode_bundle(content, width)[: tile.width]
        except (SourceError, FormatError):
            continue
    return None


def _lock(store: Path) -> int:
    """Hold the folder itself, so that no lock file stands in it."""
    try:
        descriptor = os.open(store, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise MirrorError(f"{store} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise MirrorError(f"{store} is being written by another process") from error
    return descriptor
