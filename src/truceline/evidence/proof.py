"""A proof, in one text, that an entry stands in a log: what a third party needs and no more.

Source: C2SP tlog-proof, https://c2sp.org/tlog-proof.
"""

from __future__ import annotations

from collections.abc import Sequence

from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint, open_checkpoint
from truceline.evidence.strict import FormatError, decode_base64, decode_decimal, encode_base64
from truceline.evidence.tree import leaf_hash, verify_inclusion

MAGIC = "c2sp.org/tlog-proof@v1"
INDEX = "index "


def write_proof(index: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Join index, inclusion proof and checkpoint into one text, without extra data."""
    lines = [MAGIC, f"{INDEX}{index}", *map(encode_base64, path), "", ""]
    return "\n".join(lines).encode() + checkpoint


def check_proof(proof: bytes, entry: bytes, key: VerifierKey) -> tuple[int, Checkpoint]:
    """Give the index at which `entry` stands, and the head of the log that holds it.

    Raises:
        FormatError: It is no such proof, or it does not prove this entry under this key.
    """
    head, gap, checkpoint = proof.partition(b"\n\n")
    try:
        magic, index_line, *steps = head.decode("ascii").split("\n")
    except ValueError as error:
        raise FormatError("is no tlog-proof") from error
    if magic != MAGIC or not gap or not index_line.startswith(INDEX):
        raise FormatError(f"is no tlog-proof: {MAGIC}, index, hashes, checkpoint")
    index = decode_decimal(index_line.removeprefix(INDEX))
    log = open_checkpoint(checkpoint, key)
    path = [decode_base64(step) for step in steps]
    if not verify_inclusion(leaf_hash(entry), index, log.size, path, log.root):
        raise FormatError(f"does not prove this entry at index {index} of {log.origin}")
    return index, log
