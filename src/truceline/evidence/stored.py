"""The files of a log inside the mission folder: bundles and tiles, written, read and removed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from truceline.evidence import folder as place
from truceline.evidence.errors import LedgerError
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import (
    BUNDLE_LIMIT,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    tile_at,
    tiles_of,
)
from truceline.evidence.tree import HASH_SIZE


def bundles(size: int) -> int:
    """Count the bundles of a log."""
    return -(-size // TILE_WIDTH)


def bundle_tile(number: int, size: int) -> Tile:
    """Name a bundle of a log of some size."""
    width = min(TILE_WIDTH, size - number * TILE_WIDTH)
    return Tile(level=None, index=number, width=width)


def partial_tiles(size: int) -> set[Tile]:
    """Name the partial bundle and tiles of a log: what wider ones will replace."""
    found, level, count = set[Tile](), 0, size
    while count:
        index, width = divmod(count, TILE_WIDTH)
        if width:
            found.add(Tile(level=level, index=index, width=width))
        level, count = level + 1, index
    if size % TILE_WIDTH:
        found.add(bundle_tile(size // TILE_WIDTH, size))
    return found


class Stored:
    """The log of one mission folder, nothing of it believed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hashes(self, tile: Tile) -> bytes:
        """Read a tile of hashes.

        Raises:
            LedgerError: It cannot be read; names the file.
        """
        return self._read(tile, TILE_WIDTH * HASH_SIZE)

    def bundle(self, tile: Tile) -> list[bytes]:
        """Read the entries of a bundle.

        Raises:
            LedgerError: It cannot be read, or is none of this width; names the file.
        """
        content = self._read(tile, BUNDLE_LIMIT)
        try:
            return decode_bundle(content, tile.width)
        except FormatError as error:
            raise LedgerError(f"{place.tile_name(tile)}: {error}") from error

    def _read(self, tile: Tile, limit: int) -> bytes:
        name = place.tile_name(tile)
        try:
            return place.read_file(self.folder, name, limit)
        except (OSError, FormatError) as error:
            raise LedgerError(f"{name}: {error}") from error

    def write(self, tile: Tile, content: bytes) -> None:
        """Write a file of the log so that it survives a crash."""
        place.write_file(self.folder, place.tile_name(tile), content)

    def beyond(self, size: int) -> list[bytes]:
        """Give the entries that stand in bundles beyond a size.

        Raises:
            LedgerError: The bundles have a gap.
        """
        widest: dict[int, int] = {}
        for tile in self._tiles():
            if tile.level is None:
                widest[tile.index] = max(tile.width, widest.get(tile.index, 0))
        end = sum(widest.values())
        there = [bundle_tile(number, end) for number in range(bundles(end))]
        if [(tile.index, tile.width) for tile in there] != sorted(widest.items()):
            raise LedgerError(f"{self.folder}: the bundles of entries have a gap")
        first, begun = divmod(size, TILE_WIDTH)
        return [entry for tile in there[first:] for entry in self.bundle(tile)][begun:]

    def drop_narrower(self, size: int) -> None:
        """Remove partial tiles of earlier heads, which wider ones have replaced.

        Raises:
            LedgerError: A tile is there that no log of this size has.
        """
        right = {(tile.level, tile.index): tile for tile in tiles_of(size)}
        for tile in self._tiles():
            wider = right.get((tile.level, tile.index))
            if wider is None or tile.width > wider.width:
                raise LedgerError(f"{place.tile_name(tile)} is no tile of a log of {size}")
            if tile != wider:
                self.drop(tile)

    def drop(self, tile: Tile) -> None:
        """Remove a file, and its folder if that is empty then."""
        path = self.folder / place.tile_name(tile)
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()

    def _tiles(self) -> Sequence[Tile]:
        names = [
            name for name, _ in place.walk(self.folder) if name.startswith(f"{place.LOG}tile/")
        ]
        return [tile_at(name.removeprefix(place.LOG)) for name in names if not name.endswith("/")]
