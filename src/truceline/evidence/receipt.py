"""What who hands in a statement gets back: the log's word that it is on two disks.

A receipt is a signed note of five lines, so that it never passes for a checkpoint, which has three.
Who holds one whose statement the log later lacks has the proof in his hand.

Source: C2SP signed-note, https://c2sp.org/signed-note.
"""

from __future__ import annotations

from dataclasses import dataclass

from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.note import open_note, sign_note
from truceline.evidence.statement import HASH
from truceline.evidence.strict import FormatError, decode_decimal

TITLE = "truceline receipt 1"
LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One statement was made durable.

    Attributes:
        origin: The log's name.
        index: Where the statement stands in it.
        statement: SHA-256 of its payload, in hex.
        frame: Hash of the journals' frame that holds it, in hex; zeros if it stands under a
            published head and the journals have begun anew since.
        note: All of this, signed by the log.
    """

    origin: str
    index: int
    statement: str
    frame: str
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One entry was not taken; nothing was changed by it.

    Attributes:
        why: What is wrong with it, in words.
        proof: If its actor signed something that excludes it, and this stands in the log: the
            proof of `fraud.prove_statements`, which anybody can check. Else None.
    """

    why: str
    proof: bytes | None = None


def sign_receipt(index: int, statement: str, frame: str, signer: SigningKey) -> Receipt:
    """Sign that a statement stands at `index`, in the journals' frame of this hash.

    Raises:
        FormatError: A hash is none.
    """
    _insist_on_hashes(statement, frame)
    note = sign_note(f"{TITLE}\n{signer.name}\n{index}\n{statement}\n{frame}\n", signer)
    return Receipt(origin=signer.name, index=index, statement=statement, frame=frame, note=note)


def read_receipt(note: bytes, key: VerifierKey) -> Receipt:
    """Read a receipt that the log with this key has signed.

    Raises:
        FormatError: It is none, or is not signed by `key`.
    """
    lines = open_note(note, key).split("\n")
    if len(lines) != LINES + 1 or lines[:2] != [TITLE, key.name] or lines[-1]:
        raise FormatError(f"is no receipt of the log {key.name}")
    index, statement, frame = lines[2:-1]
    _insist_on_hashes(statement, frame)
    return Receipt(
        origin=key.name, index=decode_decimal(index), statement=statement, frame=frame, note=note
    )


def _insist_on_hashes(statement: str, frame: str) -> None:
    if not HASH.fullmatch(statement) or not HASH.fullmatch(frame):
        raise FormatError("a receipt names a statement and a frame by their hashes")
