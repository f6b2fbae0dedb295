"""C2SP tlog-tiles: paths, tiles and bundles, back and forth, and nothing else accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import (
    Tile,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    hash_tiles,
    tile_at,
    tiles_of,
)
from truceline.evidence.tree import leaf_hash, root

tiles = st.builds(
    Tile,
    level=st.none() | st.integers(0, 63),
    index=st.integers(0, 10**12),
    width=st.integers(1, 256),
)


def test_path_is_the_one_of_the_specification() -> None:
    """ "For example, index 1234067 will be encoded as `x001/x234/067`." """
    assert Tile(level=0, index=1234067, width=256).path == "tile/0/x001/x234/067"
    assert Tile(level=None, index=7, width=9).path == "tile/entries/007.p/9"


@given(tiles)
def test_path_is_read_back(tile: Tile) -> None:
    assert tile_at(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/007",
        "tile/0/000.p/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/0/x000/001",
        "tile/0/\u0661\u0662\u0663",
        "tile/0/000\n",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/../0/000",
    ],
)
def test_refuses_what_is_no_path(path: str) -> None:
    with pytest.raises(FormatError, match=r"path of a tile|another spelling"):
        tile_at(path)


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    """ "273 full level 0 tiles, one partial level 0 tile of width 112, one full level 1 tile, one
    partial level 1 tile of width 17, and one partial level 2 tile of width 1"
    """
    widths: dict[int | None, list[int]] = {}
    for tile in tiles_of(70_000):
        widths.setdefault(tile.level, []).append(tile.width)
    full = [256] * 273
    assert widths == {None: [*full, 112], 0: [*full, 112], 1: [256, 17], 2: [1]}


def test_a_tree_of_256_has_a_full_tile_and_one_of_width_1_above() -> None:
    assert [tile.path for tile in tiles_of(256)] == [
        "tile/entries/000",
        "tile/0/000",
        "tile/1/000.p/1",
    ]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537])
def test_tiles_hold_the_tree(size: int) -> None:
    leaves = [leaf_hash(at.to_bytes(4, "big")) for at in range(size)]
    made = hash_tiles(leaves)
    assert list(made) == [tile for tile in tiles_of(size) if tile.level is not None]
    for tile, content in made.items():
        assert tile.level is not None
        hashes = decode_hashes(content, tile.width)
        first = tile.index * 256
        span = 256**tile.level
        # MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]), at both ends of the tile
        for at in {0, tile.width - 1}:
            begin = (first + at) * span
            assert hashes[at] == root(leaves[begin : begin + span])


def test_no_tile_of_an_empty_tree() -> None:
    assert list(tiles_of(0)) == []


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_bundle_is_read_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_bundle_is_length_and_bytes() -> None:
    assert encode_bundle([b"abc", b"", b"d" * 258]) == b"\x00\x03abc\x00\x00\x01\x02" + b"d" * 258


def test_longest_entry_is_65535_bytes() -> None:
    assert decode_bundle(encode_bundle([b"x" * 65_535]), 1) == [b"x" * 65_535]
    with pytest.raises(FormatError, match="65536 bytes is above 65535"):
        encode_bundle([b"x" * 65_536])


@pytest.mark.parametrize("count", [0, 257])
def test_bundle_holds_1_to_256_entries(count: int) -> None:
    with pytest.raises(FormatError, match=f"not {count}"):
        encode_bundle([b""] * count)


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9), st.data())
def test_a_cut_or_lengthened_bundle_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    content = encode_bundle(entries)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(FormatError):
        decode_bundle(content[:cut], len(entries))
    with pytest.raises(FormatError):
        decode_bundle(content + b"\x00" * data.draw(st.integers(1, 5)), len(entries))


@pytest.mark.parametrize("length", [0, 31, 33, 63, 65])
def test_a_tile_of_another_width_is_refused(length: int) -> None:
    with pytest.raises(FormatError, match=f"has {length} bytes, 2 hashes need 64"):
        decode_hashes(b"x" * length, 2)
