"""The Merkle tree of RFC 6962: one hash stands for a list, and short proofs show what is in it.

Everything here works on leaf hashes, 32 bytes each, and touches nothing else.

Source: RFC 6962, section 2.1 (hashes and proofs); RFC 9162, sections 2.1.3.2 and 2.1.4.2 (how to
verify them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry: SHA-256 of 0x00 and its bytes, so that no entry passes for a node."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256 of 0x01 and both hashes."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the one hash that stands for the whole list.

    >>> root([]).hex()[:8]
    'e3b0c442'
    """
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else EMPTY_ROOT


class Frontier:
    """A list that grows, kept as the roots of the whole subtrees it falls into.

    Its root at any size costs a few hashes, so that many heads are checked in one pass.
    """

    def __init__(self) -> None:
        self._subtrees: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        """Take the next leaf; two whole subtrees of one size become one."""
        size, found = 1, leaf
        while self._subtrees and self._subtrees[-1][0] == size:
            found = node_hash(self._subtrees.pop()[1], found)
            size *= 2
        self._subtrees.append((size, found))

    @property
    def subtrees(self) -> tuple[bytes, ...]:
        """The roots of its whole subtrees, the largest first."""
        return tuple(found for _, found in self._subtrees)

    @property
    def root(self) -> bytes:
        """The root of what it holds now."""
        found = b""
        for _, subtree in reversed(self._subtrees):
            found = node_hash(subtree, found) if found else subtree
        return found or EMPTY_ROOT


def rows_root(rows: Iterable[bytes]) -> str:
    """Commit to the rows of a document, in hex, so that one row can later be proved alone."""
    return root([leaf_hash(row) for row in rows]).hex()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """List the hashes that lead from leaf `index` to the root, the leaf's sibling first.

    Raises:
        IndexError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    proof, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level, index = _parents(level), index >> 1
    return proof


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """Tell whether `proof` shows `leaf` at `index` in the tree of `size` with root `expected`."""
    if not 0 <= index < size or any(len(step) != HASH_SIZE for step in proof):
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """List the hashes that show the tree of the first `old_size` leaves inside this one.

    For old_size 0 the proof is empty, as C2SP tlog-witness has it.

    Raises:
        IndexError: The tree never had that size.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(f"no earlier tree of {old_size} in a tree of {len(leaves)}")
    return _subproof(leaves, old_size, whole=True) if old_size else []


def verify_consistency(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Tell whether `proof` shows that the tree of `old_size` was only appended to."""
    if not 0 <= old_size <= size or any(len(step) != HASH_SIZE for step in proof):
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == size:
        return not proof and old_root == new_root
    # An old tree that is a whole subtree is its own first step: the proof leaves it out.
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_found = new_found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_found = node_hash(new_found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours in pairs; a last one without neighbour moves up as it is."""
    pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2; `whole` while the old root itself is this subtree."""
    size = len(leaves)
    if old_size == size:
        return [] if whole else [root(leaves)]
    split = 1 << (size - 1).bit_length() - 1
    if old_size <= split:
        return [*_subproof(leaves[:split], old_size, whole=whole), root(leaves[split:])]
    return [
        *_subproof(leaves[split:], old_size - split, whole=False),
        root(leaves[:split]),
    ]
