"""The tree as its tiles hold it: how it grows at its right edge, and how any part of it is read.

A log of n entries is known by the partial tiles at its right edge, one a level and at most 255
hashes each: they give its root, and they are all that is needed to append. What stands left of the
edge is a full tile, and the root of a full tile is a hash in the level above. So whoever knows the
signed root reads the edge first, then any tile from above to below, and believes none that has
another root.

Source: C2SP tlog-tiles; RFC 6962, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import TILE_WIDTH, Tile, decode_hashes
from truceline.evidence.tree import EMPTY_ROOT, node_hash, root

TILES_KEPT = 1024


class Edge:
    """A log of any size, as the hashes of its partial tiles.

    Attributes:
        levels: For each level of tiles the hashes that no full tile holds yet, fewer than 256.
        size: Entries in the log.
    """

    def __init__(self, size: int = 0, levels: Iterable[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.levels = [list(level) for level in levels]

    def copy(self) -> Edge:
        """Give one that grows by itself."""
        return Edge(self.size, self.levels)

    @property
    def root(self) -> bytes:
        """The root over all entries: at most 256 hashes a level."""
        right: list[bytes] = []
        for level in self.levels:
            # A subtree that is not full moves up to the right of the full ones: RFC 6962's split.
            right = [root([*level, *right])] if level or right else []
        return right[0] if right else EMPTY_ROOT

    def extend(self, leaves: Iterable[bytes]) -> dict[Tile, bytes]:
        """Take the next leaf hashes.

        Returns:
            Every tile of hashes that the log has now and had not before, from below to above.
        """
        made: dict[Tile, bytes] = {}
        before = self.size
        for leaf in leaves:
            self._append(leaf, made)
        for number, level in enumerate(self.levels):
            count = self.size >> 8 * number
            if level and count != before >> 8 * number:
                tile = Tile(level=number, index=count // TILE_WIDTH, width=len(level))
                made[tile] = b"".join(level)
        return made

    def _append(self, leaf: bytes, made: dict[Tile, bytes]) -> None:
        number, found, self.size = 0, leaf, self.size + 1
        while True:
            if number == len(self.levels):
                self.levels.append([])
            level = self.levels[number]
            level.append(found)
            if len(level) < TILE_WIDTH:
                return
            index = (self.size >> 8 * number) // TILE_WIDTH - 1
            made[Tile(level=number, index=index, width=TILE_WIDTH)] = b"".join(level)
            found = root(level)
            level.clear()
            number += 1


class SignedTree:
    """The tiles of a log under a signed head; what does not lead to the signed root is refused.

    Attributes:
        edge: Its right edge, which has the signed root.
    """

    def __init__(
        self,
        read: Callable[[Tile], bytes],
        edge: Edge,
        kept: dict[tuple[int, int], list[bytes]] | None = None,
    ) -> None:
        self.edge = edge
        self._read = read
        self._kept = {} if kept is None else kept

    @classmethod
    def open(cls, read: Callable[[Tile], bytes], size: int, signed_root: bytes) -> SignedTree:
        """Read the right edge of a log.

        Args:
            read: Gives the bytes of a tile of hashes.
            size: Size that the head signs.
            signed_root: Root that the head signs.

        Raises:
            FormatError: The edge has another root.
        """
        levels: list[list[bytes]] = []
        count = size
        while count:
            index, width = divmod(count, TILE_WIDTH)
            tile = Tile(level=len(levels), index=index, width=width)
            levels.append(decode_hashes(read(tile), width) if width else [])
            count //= TILE_WIDTH
        edge = Edge(size, levels)
        if edge.root != signed_root:
            raise FormatError("the tiles of hashes do not have the root that was signed")
        return cls(read, edge)

    @property
    def size(self) -> int:
        """Entries under the head."""
        return self.edge.size

    def grown(self, edge: Edge) -> SignedTree:
        """Give the tree of a later head, whose edge continues this one: full tiles never change."""
        return SignedTree(self._read, edge, self._kept)

    def hashes(self, level: int, index: int) -> list[bytes]:
        """Give the hashes of a tile, held against the tile above it.

        Raises:
            FormatError: It does not lead to the signed root.
        """
        if index == (self.size >> 8 * level) // TILE_WIDTH:
            return self.edge.levels[level]
        kept = self._kept.get((level, index))
        if kept is not None:
            return kept
        tile = Tile(level=level, index=index, width=TILE_WIDTH)
        found = decode_hashes(self._read(tile), TILE_WIDTH)
        if root(found) != self.hashes(level + 1, index // TILE_WIDTH)[index % TILE_WIDTH]:
            raise FormatError(f"{tile.path} does not lead to the root that was signed")
        if len(self._kept) >= TILES_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[level, index] = found
        return found

    def leaf(self, index: int) -> bytes:
        """Give the hash of an entry."""
        return self.hashes(0, index // TILE_WIDTH)[index % TILE_WIDTH]

    def root_at(self, size: int) -> bytes:
        """Give the root that the log had at an earlier size, or has now.

        Raises:
            FormatError: A tile does not lead to the signed root.
        """
        return self._subtree(0, size) if size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> list[bytes]:
        """List the hashes that lead from an entry to the root, as in RFC 6962, section 2.1.1.

        Raises:
            FormatError: A tile does not lead to the signed root.
        """
        begin, end, path = 0, self.size, list[bytes]()
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(begin, middle))
                begin = middle
        return path[::-1]

    def _subtree(self, begin: int, end: int) -> bytes:
        """Give the root over some entries that are a subtree of RFC 6962's split."""
        width = end - begin
        if width & (width - 1):
            middle = begin + _split(width)
            return node_hash(self._subtree(begin, middle), self._subtree(middle, end))
        level, height = divmod(width.bit_length() - 1, 8)
        first = begin >> 8 * level
        index, at = divmod(first, TILE_WIDTH)
        return root(self.hashes(level, index)[at : at + (1 << height)])


def _split(width: int) -> int:
    """The largest power of two below a width above 1."""
    return 1 << (width - 1).bit_length() - 1
