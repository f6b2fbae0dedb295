"""A proof, in one text, that an entry stands in a log: what a third party needs and no more.

The entry is had from elsewhere, or stands in the proof's line of extra data. Nobody has to trust
that line: the entry in it is the one that the signed head covers, or the proof is refused.

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
EXTRA = "extra "


def write_proof(index: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Join index, inclusion proof and checkpoint into one text, without extra data."""
    lines = [MAGIC, f"{INDEX}{index}", *map(encode_base64, path), "", ""]
    return "\n".join(lines).encode() + checkpoint


def with_entry(proof: bytes, entry: bytes) -> bytes:
    """Put the entry into a proof without extra data, so that the file can be checked alone."""
    magic, _, rest = proof.partition(b"\n")
    return b"%b\n%b%b\n%b" % (magic, EXTRA.encode(), encode_base64(entry).encode(), rest)


def entry_in(proof: bytes) -> tuple[bytes, bytes]:
    """Take the entry out of a proof that `with_entry` made; nothing is checked yet.

    Returns:
        The proof without extra data, and the entry.

    Raises:
        FormatError: It is no proof, or has no entry in it.
    """
    magic, _, rest = proof.partition(b"\n")
    extra, _, below = rest.partition(b"\n")
    if magic != MAGIC.encode() or not extra.startswith(EXTRA.encode()):
        raise FormatError(f"is no tlog-proof with an entry in it: {MAGIC}, extra, index")
    entry = decode_base64(extra.removeprefix(EXTRA.encode()).decode("ascii", "replace"))
    return b"%b\n%b" % (magic, below), entry


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
