"""Recompute a mission from its folder alone, and name the first file that is wrong.

Order: what lies in the folder; mission.toml and the key in it; the head; whether the tiles are
those of its size; entries against hashes against the signed root; each statement; mission.toml,
originals and derived files against the statements. Where two files disagree, the signed root says
which of them was touched.

Entries are read once, a few bundles at a time, and never all held. Signatures of a large log are
checked by several processes. What they answer decides nothing alone: who may say what, in which
order and under which key, is asked of the registry here, entry after entry, and whatever a process
could not settle is read here again. So the report is the same for any number of processes.

Shares the formats with the ledger, and none of its code that reads or writes a folder's log.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import Any

from truceline.evidence import folder as place
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint, read_note
from truceline.evidence.registry import Registry
from truceline.evidence.statement import ENVELOPE, Statement, claimed, read_entry
from truceline.evidence.strict import FormatError, decode_base64
from truceline.evidence.tiles import (
    BUNDLE_LIMIT,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    decode_hashes,
    hash_tiles,
    tile_at,
    tiles_of,
)
from truceline.evidence.tree import HASH_SIZE, Frontier, leaf_hash, node_hash, root

# A process costs a second to start, as long as it takes to check this many entries.
SMALL_LOG = 20_000
BUNDLES_AT_ONCE = 4
# Heads that are not computed twice: anchors mostly name one of the last.
ANCHORS_AT_HAND = 64
# Parts that wait for each process: enough that none stands idle, few enough to be held.
AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The first thing that is wrong.

    Attributes:
        file: Path inside the mission folder; "." for the folder itself.
        why: What is wrong with it, in words.
    """

    file: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What verification found.

    Attributes:
        pinned: A key was given, so the signer is known; else the folder is only consistent with
            itself.
        key: The verifier key that mission.toml names; "" if it could not be read.
        size: Statements under the signed head; 0 if the head could not be verified.
        root: Root of the signed head, in hex; "" if the head could not be verified.
        counts: What was found right: statements, originals, derived.
        problem: The first thing that is wrong; None if nothing is.
    """

    pinned: bool
    key: str
    size: int
    root: str
    counts: Mapping[str, int]
    problem: Problem | None

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return self.problem is None


class _Wrong(Exception):  # noqa: N818 - a finding on its way up, not an error of ours
    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        # A name that is not UTF-8 must not break the report that complains of it.
        self.problem = Problem(file=file.encode(errors="backslashreplace").decode(), why=why)


def verify(
    folder: Path,
    verifier_key: str | None = None,
    *,
    processes: int | None = None,
    bundles_at_once: int = BUNDLES_AT_ONCE,
) -> Report:
    """Check everything in a mission folder; whatever it holds, the answer is a report.

    Args:
        folder: The mission folder.
        verifier_key: The signer's key, known from elsewhere; None leaves the signer open.
        processes: How many check signatures; None for as many as there are processors, and one
            for a log of fewer than `SMALL_LOG` entries. The report is the same for any number.
        bundles_at_once: Bundles of 256 entries that a process is given at a time.

    Raises:
        FormatError: `verifier_key` itself is no verifier key.
    """
    pinned = None if verifier_key is None else VerifierKey.read(verifier_key)
    check = _Check(folder, processes=processes, bundles_at_once=bundles_at_once)
    problem = None
    try:
        check.run(pinned)
    except _Wrong as wrong:
        problem = wrong.problem
    except OSError as error:
        problem = Problem(file=".", why=f"cannot be read: {error.strerror}")
    head = check.head
    return Report(
        pinned=pinned is not None,
        key=str(check.key) if check.key else "",
        size=head.size if head else 0,
        root=head.root.hex() if head else "",
        counts=check.counts,
        problem=problem,
    )


@dataclass
class _Check:
    """One verification on its way; every step raises `_Wrong` at the first thing it finds."""

    folder: Path
    processes: int | None
    bundles_at_once: int
    key: VerifierKey | None = None
    head: Checkpoint | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: {"statements": 0, "originals": 0, "derived": 0}
    )

    def run(self, pinned: VerifierKey | None) -> None:
        self._look_around()
        mission = self._read(place.MISSION, place.MISSION_LIMIT)
        key = self.key = self._mission_key(mission, pinned)
        head = self.head = self._open_head(mission, key)
        self._match_tiles_to(head.size)
        said = self._read_log(head, key)
        if said.mission != hashlib.sha256(mission).hexdigest():
            raise _Wrong(place.MISSION, "is not the file whose hash entry 0 of the log states")
        self._match_files(place.ORIGINALS, said.originals, "originals")
        self._match_files(place.DERIVED, said.derived, "derived")

    def _look_around(self) -> None:
        """List the folder: regular files at known places, and nothing else."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            raise _Wrong(".", "is not a folder")
        for name, status in place.walk(self.folder):
            if name.endswith("/"):
                raise _Wrong(name, "is an empty folder, which no mission has")
            if not stat.S_ISREG(status.st_mode):
                raise _Wrong(name, "is not a regular file")
            self.sizes[name] = status.st_size
        for name in sorted(self.sizes):
            below = name.startswith((f"{place.LOG}tile/", place.ORIGINALS, place.DERIVED))
            if not below and name not in {place.MISSION, place.CHECKPOINT}:
                raise _Wrong(name, "is no file of a mission")

    def _read(self, name: str, limit: int) -> bytes:
        if name not in self.sizes:
            raise _Wrong(name, "is missing")
        return _read(self.folder, name, limit)

    def _mission_key(self, mission: bytes, pinned: VerifierKey | None) -> VerifierKey:
        try:
            key = place.mission_key(mission)
        except FormatError as error:
            raise _Wrong(place.MISSION, str(error)) from error
        if pinned is not None and pinned != key:
            raise _Wrong(place.MISSION, f"names the signer {key}, not the given {pinned}")
        return key

    def _open_head(self, mission: bytes, key: VerifierKey) -> Checkpoint:
        content = self._read(place.CHECKPOINT, NOTE_LIMIT)
        try:
            lines = read_note(content).signatures
            head = open_checkpoint(content, key)
        except FormatError as error:
            if self._other_mission_is_logged(mission):
                why = "names another key than the log's, and is not the file that entry 0 states"
                raise _Wrong(place.MISSION, why) from error
            raise _Wrong(place.CHECKPOINT, str(error)) from error
        # Lines of unknown keys prove nothing, so here they are only bytes that nobody checked.
        if len(lines) != 1:
            raise _Wrong(place.CHECKPOINT, f"has {len(lines)} signatures, not 1")
        if head.size == 0:
            raise _Wrong(place.CHECKPOINT, "is of an empty log, which has no mission")
        return head

    def _other_mission_is_logged(self, mission: bytes) -> bool:
        """Tell whether entry 0, taken at its word, is about another mission.toml than this."""
        for tile in self._bundles_here():
            try:
                content = self._read(place.tile_name(tile), BUNDLE_LIMIT)
                first = claimed(decode_bundle(content, tile.width)[0])
            except (_Wrong, FormatError):
                return False
            return first.body.get("sha256") != hashlib.sha256(mission).hexdigest()
        return False

    def _bundles_here(self) -> list[Tile]:
        """List the bundles that lie in the folder, under whatever head, in their order."""
        tiles = []
        for name in self.sizes:
            if name.startswith(f"{place.LOG}tile/entries/"):
                try:
                    tiles.append(tile_at(name.removeprefix(place.LOG)))
                except FormatError:
                    continue
        return sorted(tiles, key=lambda tile: (tile.index, tile.width))

    def _match_tiles_to(self, size: int) -> None:
        """Check that the files of the log are exactly those of a log of this size."""
        here = {name for name in self.sizes if name.startswith(f"{place.LOG}tile/")}
        held = sum(tile.width for tile in self._bundles_here())
        if held > size and here == {place.tile_name(tile) for tile in tiles_of(held)}:
            why = f"is the head of {size} entries, but the log holds {held}: an older one"
            raise _Wrong(place.CHECKPOINT, why)
        expected = set()
        for tile in tiles_of(size):  # stops at the first that is missing, whatever size is claimed
            name = place.tile_name(tile)
            if name not in here:
                raise _Wrong(name, f"is missing from a log of {size} entries")
            expected.add(name)
        for name in sorted(here - expected):
            raise _Wrong(name, f"is no file of a log of {size} entries")

    def _read_log(self, head: Checkpoint, key: VerifierKey) -> _Said:
        """Read the log once: entries against tiles against the signed root, and each statement.

        What is wrong with the bytes is named before what is wrong with a statement: only entries
        that the signed root covers were ever said.
        """
        log = _Log(self.folder, key, head.size)
        for bundle in self._bundles(head.size, log):
            if isinstance(bundle, Problem):
                raise _Wrong(bundle.file, bundle.why)
            log.take(bundle)
        log.insist_on(head)
        self.counts["statements"] = log.heard
        if log.wrong is not None:
            raise log.wrong
        return log.said

    def _bundles(self, size: int, log: _Log) -> Iterator[_Bundle | Problem]:
        """Read every bundle of the log in its order, in other processes if that is worth it."""
        tiles = (tile for tile in tiles_of(size) if tile.level is None)
        parts = iter(lambda: tuple(islice(tiles, self.bundles_at_once)), ())
        processes = self.processes or (1 if size < SMALL_LOG else processors())
        if processes == 1:
            for part in parts:
                yield from _read_part(self.folder, part, log.known)
            return
        # Forked later, a process would share locks of threads that it does not have.
        pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
        waiting: deque[Future[list[_Bundle | Problem]]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(_read_part, self.folder, part, dict(log.known)))
                if len(waiting) > AHEAD * processes:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _match_files(self, below: str, stated: Mapping[str, tuple[str, int]], count: str) -> None:
        """Compare the files below one folder with the hash and size that statements give them."""
        for name, (sha256, size) in sorted(stated.items()):
            if name not in self.sizes:
                raise _Wrong(name, "is missing, though a statement names it")
            if self.sizes[name] != size:
                raise _Wrong(name, f"has {self.sizes[name]} bytes, its statement says {size}")
            try:
                with (self.folder / name).open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise _Wrong(name, f"cannot be read: {error.strerror}") from error
            if found != sha256:
                raise _Wrong(name, f"has SHA-256 {found}, its statement says {sha256}")
            self.counts[count] += 1
        for name in sorted(self.sizes):
            if name.startswith(below) and name not in stated:
                raise _Wrong(name, "is named by no statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed(Statement):
    """A statement whose signature is right under a key; whether it may be said, is still open.

    Attributes:
        key: The key.
        digest: Hash of the payload, in hex, as it was signed.
    """

    key: VerifierKey
    digest: str

    @property
    def sha256(self) -> str:
        """Hash of the payload, in hex, without writing it again."""
        return self.digest

    def __reduce__(self) -> tuple[Callable[..., _Signed], tuple[object, ...]]:
        """Go from process to process as one tuple: a third of the time."""
        return _from_fields, _FIELDS(self)


_NAMES = (*Statement.__slots__, *_Signed.__slots__)
_FIELDS = attrgetter(*_NAMES)


def _from_fields(*fields: Any) -> _Signed:  # noqa: ANN401 - as `_FIELDS` gave them
    return _Signed(**dict(zip(_NAMES, fields, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bundle:
    """One bundle as it was read.

    Attributes:
        tile: Where it stands.
        root: Root of its entries.
        differs: First entry whose hash is not that of the tile of hashes, counted from 0; None if
            all are.
        entries: Statements, and as bytes the entries that are to be read again.
    """

    tile: Tile
    root: bytes
    differs: int | None
    entries: list[_Signed | bytes]


def processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0))


def _read_part(
    folder: Path, tiles: tuple[Tile, ...], known: Mapping[str, VerifierKey]
) -> list[_Bundle | Problem]:
    """Read some bundles and the hashes of their entries; ends at the first that cannot be read.

    Args:
        folder: The mission folder.
        tiles: The bundles.
        known: Keys by their id in hex, to check signatures with.
    """
    made: list[_Bundle | Problem] = []
    for tile in tiles:
        try:
            entries = _entries(folder, tile)
            stored = _hashes(folder, Tile(level=0, index=tile.index, width=tile.width))
        except _Wrong as wrong:
            return [*made, wrong.problem]
        entered = [leaf_hash(entry) for entry in entries]
        differ = (at for at, leaf in enumerate(entered) if leaf != stored[at])
        made.append(
            _Bundle(
                tile=tile,
                root=root(entered),
                differs=next(differ, None),
                entries=[_signed(entry, known) for entry in entries],
            )
        )
    return made


def _signed(entry: bytes, known: Mapping[str, VerifierKey]) -> _Signed | bytes:
    """Read an entry that one of the known keys signed; give any other back as it is."""
    envelope = ENVELOPE.fullmatch(entry)
    key = known.get(envelope[2].decode()) if envelope else None
    if envelope is None or key is None:
        return entry
    try:
        said = read_entry(entry, key)
    except FormatError:
        return entry
    digest = hashlib.sha256(decode_base64(envelope[1].decode())).hexdigest()
    fields = {name: getattr(said, name) for name in Statement.__slots__}
    return _Signed(**fields, key=key, digest=digest)


def _read(folder: Path, name: str, limit: int) -> bytes:
    try:
        return place.read_file(folder, name, limit)
    except FormatError as error:
        raise _Wrong(name, str(error)) from error
    except OSError as error:
        raise _Wrong(name, f"cannot be read: {error.strerror}") from error


def _entries(folder: Path, tile: Tile) -> list[bytes]:
    name = place.tile_name(tile)
    try:
        return decode_bundle(_read(folder, name, BUNDLE_LIMIT), tile.width)
    except FormatError as error:
        raise _Wrong(name, str(error)) from error


def _hashes(folder: Path, tile: Tile) -> list[bytes]:
    name = place.tile_name(tile)
    try:
        return decode_hashes(_read(folder, name, TILE_WIDTH * HASH_SIZE), tile.width)
    except FormatError as error:
        raise _Wrong(name, str(error)) from error


class _Log:
    """The log as far as it was read: its tree, the rights in it, and what it says of files.

    Of the entries themselves nothing is held; of the tree, one hash for each bundle.

    Attributes:
        known: Keys that signed before, by their id in hex.
        said: What the folder has to hold.
        heard: Statements that were right.
        wrong: The first statement that was not; nothing after it is heard.
    """

    def __init__(self, folder: Path, key: VerifierKey, size: int) -> None:
        self.known = {key.key_id.hex(): key}
        self.said = _Said()
        self.heard = 0
        self.wrong: _Wrong | None = None
        self._folder = folder
        self._size = size
        self._origin = key.name
        self._registry = Registry(key)
        self._differs: int | None = None
        # The tree over the roots of bundles has the root of the log, as bundles are whole subtrees.
        self._tree = Frontier()
        self._before: list[tuple[bytes, ...]] = []
        self._full: list[bytes] = []
        self._root_at = lru_cache(ANCHORS_AT_HAND)(self._compute_root_at)
        self._roots_inside = lru_cache(ANCHORS_AT_HAND)(self._compute_roots_inside)

    def take(self, bundle: _Bundle) -> None:
        """Take the next bundle, and hear its statements if all was right so far."""
        tile = bundle.tile
        self._before.append(self._tree.subtrees)
        self._tree.append(bundle.root)
        if tile.width == TILE_WIDTH:
            self._full.append(bundle.root)
        first = tile.index * TILE_WIDTH
        if self._differs is None and bundle.differs is not None:
            self._differs = first + bundle.differs
        if self._differs is not None or self.wrong is not None:
            return
        for index, entry in enumerate(bundle.entries, start=first):
            try:
                self._hear(index, entry)
            except FormatError as error:
                self.wrong = _Wrong(place.tile_name(tile), f"entry {index} {error}")
                return
            self.heard += 1

    def insist_on(self, head: Checkpoint) -> None:
        """Compare entries, tiles of hashes and the signed root; the two that agree are right."""
        if self._tree.root != head.root:
            if self._differs is None:
                why = "signs a root that neither the entries nor the tiles of hashes have"
                raise _Wrong(place.CHECKPOINT, why)
            why = f"entry {self._differs} is not the one whose hash the log holds"
            raise _Wrong(place.tile_name(_tile_of(None, self._differs, head.size)), why)
        why = "does not hold the hashes of the entries"
        if self._differs is not None:
            raise _Wrong(place.tile_name(_tile_of(0, self._differs, head.size)), why)
        for below, content in hash_tiles(self._full).items():
            tile = replace(below, level=(below.level or 0) + 1)
            if b"".join(_hashes(self._folder, tile)) != content:
                raise _Wrong(place.tile_name(tile), why)

    def _hear(self, index: int, entry: _Signed | bytes) -> None:
        """Take an entry, if whoever signed it may say this at this place.

        Raises:
            FormatError: He may not, or it is no statement at all.
        """
        said: Statement = claimed(entry) if isinstance(entry, bytes) else entry
        key = self._registry.key_of(said.actor)
        if not isinstance(entry, _Signed):
            said = read_entry(entry, key)
            self.known[key.key_id.hex()] = key
        elif entry.key != key:
            # Signed with a key that was the actor's before, or is not his yet.
            said = read_entry(self._entry(index), key)
        self._registry.take(index, said)
        self._insist_on_anchor(index, said.anchor)
        self.said.hear(said)

    def _entry(self, index: int) -> bytes:
        return _entries(self._folder, _tile_of(None, index, self._size))[index % TILE_WIDTH]

    def _insist_on_anchor(self, index: int, anchor: Checkpoint | None) -> None:
        """Check that the head which a statement names was one of this log; others are let through.

        Raises:
            FormatError: The log never had it, or not before this statement.
        """
        if anchor is None or anchor.origin != self._origin:
            return
        if anchor.size > index:
            raise FormatError(f"is anchored to a head of {anchor.size} entries, which came later")
        if anchor.root != self._root_at(anchor.size):
            raise FormatError(
                f"is anchored to a head of {anchor.size} entries that the log never had"
            )

    def _compute_root_at(self, size: int) -> bytes:
        """Give the root that the log had at a size, from 1 to the index of the entry heard now."""
        number, inside = divmod(size - 1, TILE_WIDTH)
        found = self._roots_inside(number)[inside]
        for subtree in reversed(self._before[number]):
            found = node_hash(subtree, found)
        return found

    def _compute_roots_inside(self, number: int) -> list[bytes]:
        """Give the root of the first entry of a bundle, of the first two, and so on."""
        inner, roots = Frontier(), []
        for leaf in _hashes(self._folder, _tile_of(0, number * TILE_WIDTH, self._size)):
            inner.append(leaf)
            roots.append(inner.root)
        return roots


def _tile_of(level: int | None, index: int, size: int) -> Tile:
    number = index // TILE_WIDTH
    return Tile(level=level, index=number, width=min(TILE_WIDTH, size - number * TILE_WIDTH))


@dataclass
class _Said:
    """What the statements, taken together, say the folder holds: names, hashes and sizes."""

    mission: str = ""
    originals: dict[str, tuple[str, int]] = field(default_factory=dict)
    derived: dict[str, tuple[str, int]] = field(default_factory=dict)

    def hear(self, statement: Statement) -> None:
        """Take what a statement says about files; most kinds say nothing about any.

        Raises:
            FormatError: It does not fit what was said before.
        """
        if statement.kind not in {"mission", "original", "parsed", "derived"}:
            return
        body = statement.body
        sha256, size = str(body.get("sha256")), body.get("size")
        name = place.original_name(sha256)
        if statement.kind == "mission":
            self.mission = sha256
        elif statement.kind == "original" and isinstance(size, int):
            if self.originals.setdefault(name, (sha256, size)) != (sha256, size):
                raise FormatError(f"gives original {sha256} a second size")
        elif statement.kind == "derived" and isinstance(size, int):
            self.derived[f"{place.DERIVED}{body['path']}"] = (sha256, size)
        elif statement.kind == "parsed" and name not in self.originals:
            raise FormatError(f"is about {sha256}, of which no original is stated")
