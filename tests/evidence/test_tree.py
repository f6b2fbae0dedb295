"""RFC 6962 trees, held against published vectors and against every small mutation."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.evidence.tree import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    rows_root,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of certificate-transparency (merkle_tree_test) and transparency-dev/merkle.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
L6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
N01 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N0_3 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
N4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"


@pytest.mark.parametrize("size", range(9))
def test_root_is_the_published_one(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [L1, N23, N4_7]),
        (5, 8, [L4, N67, N0_3]),
        (2, 3, [N01]),
        (1, 5, [L0, N23, L4]),
    ],
)
def test_inclusion_proof_is_the_published_one(index: int, size: int, path: list[str]) -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES[:size], index)] == path


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [
        (1, 1, []),
        (1, 8, [L1, N23, N4_7]),
        (6, 8, [N45, N67, N0_3]),
        (2, 5, [N23, L4]),
        (6, 7, [N45, L6, N0_3]),
        (2, 8, [N23, N4_7]),
    ],
)
def test_consistency_proof_is_the_published_one(old: int, size: int, path: list[str]) -> None:
    assert [step.hex() for step in consistency_proof(LEAVES[:size], old)] == path


def test_leaf_and_node_are_hashed_apart() -> None:
    """RFC 6962, 2.1: the prefixes "are required to give second preimage resistance"."""
    assert leaf_hash(b"") == sha256(b"\x00").digest()
    assert node_hash(b"a", b"b") == sha256(b"\x01ab").digest()


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(bytes([at])) for at in range(size)]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, written as it stands there."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY_ROOT
    k = max(2**power for power in range(8) if 2**power < len(hashes))
    return node_hash(by_definition(hashes[:k]), by_definition(hashes[k:]))


@pytest.mark.parametrize("size", range(70))
def test_every_leaf_of_every_small_tree_is_proved_and_no_other(size: int) -> None:
    hashes = leaves(size)
    head = root(hashes)
    assert head == by_definition(hashes)
    for index in range(size):
        proof = inclusion_proof(hashes, index)
        assert verify_inclusion(hashes[index], index, size, proof, head)
        assert not verify_inclusion(hashes[index], index + 1, size, proof, head)
        assert not verify_inclusion(hashes[index], index, size, [*proof, head], head)
        assert not proof or not verify_inclusion(hashes[index], index, size, proof[:-1], head)


@pytest.mark.parametrize("size", range(70))
def test_every_small_tree_is_shown_to_continue_every_earlier_one(size: int) -> None:
    hashes = leaves(size)
    head = root(hashes)
    for old in range(size + 1):
        proof, old_root = consistency_proof(hashes, old), root(hashes[:old])
        assert verify_consistency(old, size, proof, old_root, head)
        assert not verify_consistency(old, size, [*proof, head], old_root, head)
        assert not proof or not verify_consistency(old, size, proof[:-1], old_root, head)
        assert not verify_consistency(old, size, proof, leaf_hash(old_root), head)


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(st.integers(1, 69), st.data())
def test_one_flipped_bit_anywhere_breaks_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    parts = [hashes[index], root(hashes), *inclusion_proof(hashes, index)]
    at, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[at] = flip(parts[at], bit)
    assert not verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@given(st.integers(1, 69), st.data())
def test_one_flipped_bit_anywhere_breaks_a_consistency_proof(
    size: int, data: st.DataObject
) -> None:
    hashes = leaves(size)
    old = data.draw(st.integers(0, size))
    parts = [root(hashes[:old]), root(hashes), *consistency_proof(hashes, old)]
    # From nothing every tree follows: there the new root is not bound by the proof.
    choices = [0] if old == 0 else list(range(len(parts)))
    at, bit = data.draw(st.sampled_from(choices)), data.draw(st.integers(0, 255))
    parts[at] = flip(parts[at], bit)
    assert not verify_consistency(old, size, parts[2:], parts[0], parts[1])


def test_a_step_that_is_no_hash_is_refused() -> None:
    """Two hashes with the border between them moved would hash to the same node."""
    left, right = leaves(2)
    head = node_hash(left, right)
    assert not verify_inclusion(left + right[:1], 0, 2, [right[1:]], head)
    moved = [left[:-1], left[-1:] + right]
    assert not verify_consistency(3, 4, moved, head, head)


def test_from_the_empty_tree_only_the_empty_proof_is_right() -> None:
    assert consistency_proof(LEAVES, 0) == []
    assert verify_consistency(0, 8, [], EMPTY_ROOT, root(LEAVES))
    assert not verify_consistency(0, 8, [LEAVES[0]], EMPTY_ROOT, root(LEAVES))


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0)])
def test_there_is_no_proof_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(IndexError, match=f"no leaf {index} in a tree of {size}"):
        inclusion_proof(LEAVES[:size], index)
    assert not verify_inclusion(LEAVES[0], index, size, [], root(LEAVES[:size]))


@pytest.mark.parametrize("old", [-1, 9])
def test_there_is_no_proof_from_a_tree_that_never_was(old: int) -> None:
    with pytest.raises(IndexError, match=f"no earlier tree of {old}"):
        consistency_proof(LEAVES, old)
    assert not verify_consistency(old, 8, [], root(LEAVES), root(LEAVES))


def test_rows_are_committed_to_in_their_order() -> None:
    assert rows_root(iter(ENTRIES)) == ROOTS[8]
    assert rows_root(reversed(ENTRIES)) != ROOTS[8]
