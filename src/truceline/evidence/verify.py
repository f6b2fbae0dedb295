"""Recompute a mission from its folder alone, and name the first file that is wrong.

Order: what lies in the folder; mission.toml and the key in it; the head; whether the tiles are
those of its size; entries against hashes against the signed root; each statement; mission.toml,
originals and derived files against the statements. Where two files disagree, the signed root says
which of them was touched.

Shares the formats with the ledger, and none of its code that reads or writes a folder's log.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from truceline.evidence import folder as place
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint, read_note
from truceline.evidence.statement import (
    Statement,
    claimed,
    insist_on_order,
    read_entry,
)
from truceline.evidence.strict import FormatError
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
from truceline.evidence.tree import HASH_SIZE, leaf_hash, root


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


def verify(folder: Path, verifier_key: str | None = None) -> Report:
    """Check everything in a mission folder; whatever it holds, the answer is a report.

    Args:
        folder: The mission folder.
        verifier_key: The signer's key, known from elsewhere; None leaves the signer open.

    Raises:
        FormatError: `verifier_key` itself is no verifier key.
    """
    pinned = None if verifier_key is None else VerifierKey.read(verifier_key)
    check = _Check(folder)
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
        self._match_hashes(head)
        said = self._read_statements(head.size, key)
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
        try:
            return place.read_file(self.folder, name, limit)
        except FormatError as error:
            raise _Wrong(name, str(error)) from error
        except OSError as error:
            raise _Wrong(name, f"cannot be read: {error.strerror}") from error

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

    def _match_hashes(self, head: Checkpoint) -> None:
        """Compare entries, tiles of hashes and the signed root; the two that agree are right."""
        entered: list[bytes] = []
        stored: list[bytes] = []
        for tile, entries in self._entries(head.size):
            entered += map(leaf_hash, entries)
            stored += self._hashes(Tile(level=0, index=tile.index, width=tile.width))
        if root(entered) == head.root:
            for tile, content in hash_tiles(entered).items():
                if b"".join(self._hashes(tile)) != content:
                    raise _Wrong(place.tile_name(tile), "does not hold the hashes of the entries")
            return
        differ = [
            at for at, pair in enumerate(zip(entered, stored, strict=True)) if len({*pair}) > 1
        ]
        if not differ:
            why = "signs a root that neither the entries nor the tiles of hashes have"
            raise _Wrong(place.CHECKPOINT, why)
        number = differ[0] // TILE_WIDTH
        width = min(TILE_WIDTH, head.size - number * TILE_WIDTH)
        why = f"entry {differ[0]} is not the one whose hash the log holds"
        raise _Wrong(place.tile_name(Tile(level=None, index=number, width=width)), why)

    def _entries(self, size: int) -> Iterator[tuple[Tile, list[bytes]]]:
        for tile in tiles_of(size):
            if tile.level is not None:
                return
            name = place.tile_name(tile)
            try:
                yield tile, decode_bundle(self._read(name, BUNDLE_LIMIT), tile.width)
            except FormatError as error:
                raise _Wrong(name, str(error)) from error

    def _hashes(self, tile: Tile) -> list[bytes]:
        name = place.tile_name(tile)
        try:
            return decode_hashes(self._read(name, TILE_WIDTH * HASH_SIZE), tile.width)
        except FormatError as error:
            raise _Wrong(name, str(error)) from error

    def _read_statements(self, size: int, key: VerifierKey) -> _Said:
        said = _Said()
        last: Statement | None = None
        for tile, entries in self._entries(size):
            for at, entry in enumerate(entries):
                try:
                    statement = read_entry(entry, key)
                    insist_on_order(statement, last)
                    said.hear(statement)
                except FormatError as error:
                    number = tile.index * TILE_WIDTH + at
                    raise _Wrong(place.tile_name(tile), f"entry {number} {error}") from error
                last = statement
                self.counts["statements"] += 1
        return said

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


@dataclass
class _Said:
    """What the statements, taken together, say the folder holds: names, hashes and sizes."""

    mission: str = ""
    originals: dict[str, tuple[str, int]] = field(default_factory=dict)
    derived: dict[str, tuple[str, int]] = field(default_factory=dict)

    def hear(self, statement: Statement) -> None:
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
