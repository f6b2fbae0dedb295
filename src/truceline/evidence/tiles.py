"""The log as files that any static server can serve: tiles of hashes and bundles of entries.

A tile holds up to 256 hashes of one level of the tree; level 0 holds the leaf hashes, and each hash
of the next level is the root of one full tile below. A bundle holds the entries of one tile of
level 0. Only the last tile of a level is partial, and its width stands in its path.

Source: C2SP tlog-tiles, https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from truceline.evidence.strict import FormatError
from truceline.evidence.tree import HASH_SIZE, root

TILE_WIDTH = 256
ENTRY_LIMIT = 65_535
LENGTH_SIZE = 2
BUNDLE_LIMIT = TILE_WIDTH * (LENGTH_SIZE + ENTRY_LIMIT)
GROUP = 1000
PATH = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One file of the log.

    Attributes:
        level: Level of the hashes, 0 to 63; None for a bundle of entries.
        index: Position in its level, counted from 0.
        width: Hashes or entries in it, 1 to 256; below 256 it is partial.
    """

    level: int | None
    index: int
    width: int

    @property
    def path(self) -> str:
        """Path below the log's folder, for example "tile/0/x001/x234/067.p/8"."""
        groups = [f"{self.index % GROUP:03}"]
        rest = self.index // GROUP
        while rest:
            groups.insert(0, f"x{rest % GROUP:03}")
            rest //= GROUP
        level = "entries" if self.level is None else str(self.level)
        suffix = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{suffix}"


def tile_at(path: str) -> Tile:
    """Read a tile's path: the inverse of `Tile.path`.

    Raises:
        FormatError: No tile has this path.

    >>> tile_at("tile/entries/x001/x234/067")
    Tile(level=None, index=1234067, width=256)
    """
    match = PATH.fullmatch(path)
    if not match:
        raise FormatError(f"{path!r} is no path of a tile")
    level, groups, width = match.groups()
    tile = Tile(
        level=None if level == "entries" else int(level),
        index=int(groups.replace("x", "").replace("/", "")),
        width=int(width) if width else TILE_WIDTH,
    )
    if tile.path != path:
        raise FormatError(f"{path!r} is another spelling of {tile.path!r}")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Name every file of a log with `size` entries: the bundles, then the hashes level by level."""
    yield from _row(None, size)
    level, count = 0, size
    while count:
        yield from _row(level, count)
        level, count = level + 1, count // TILE_WIDTH


def _row(level: int | None, count: int) -> Iterator[Tile]:
    for index in range(count // TILE_WIDTH):
        yield Tile(level=level, index=index, width=TILE_WIDTH)
    if count % TILE_WIDTH:
        yield Tile(level=level, index=count // TILE_WIDTH, width=count % TILE_WIDTH)


def hash_tiles(leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    """Compute every tile of hashes of the tree with these leaf hashes."""
    made: dict[Tile, bytes] = {}
    level, hashes = 0, list(leaves)
    while hashes:
        chunks = [hashes[at : at + TILE_WIDTH] for at in range(0, len(hashes), TILE_WIDTH)]
        for index, chunk in enumerate(chunks):
            made[Tile(level=level, index=index, width=len(chunk))] = b"".join(chunk)
        # A partial tile is never hashed into the level above.
        hashes = [root(chunk) for chunk in chunks if len(chunk) == TILE_WIDTH]
        level += 1
    return made


def decode_hashes(content: bytes, width: int) -> list[bytes]:
    """Read the hashes of a tile.

    Raises:
        FormatError: It does not hold exactly `width` hashes.
    """
    if len(content) != width * HASH_SIZE:
        raise FormatError(f"has {len(content)} bytes, {width} hashes need {width * HASH_SIZE}")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries one after the other, each after its length as big-endian uint16.

    Raises:
        FormatError: There are not 1 to 256 entries, or one is longer than 65,535 bytes.
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise FormatError(f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    longest = max(len(entry) for entry in entries)
    if longest > ENTRY_LIMIT:
        raise FormatError(f"an entry of {longest} bytes is above {ENTRY_LIMIT}")
    return b"".join(len(entry).to_bytes(LENGTH_SIZE, "big") + entry for entry in entries)


def decode_bundle(content: bytes, width: int) -> list[bytes]:
    """Read the entries of a bundle.

    Raises:
        FormatError: It does not hold exactly `width` whole entries and nothing else.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(content):
        begin = at + LENGTH_SIZE
        at = begin + int.from_bytes(content[at:begin], "big")
        if begin > len(content) or at > len(content):
            raise FormatError(f"ends inside entry {len(entries)}")
        entries.append(content[begin:at])
    if len(entries) != width:
        raise FormatError(f"holds {len(entries)} entries, its path says {width}")
    return entries
