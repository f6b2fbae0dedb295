"""Text that a key has signed, and the one text that matters most: the checkpoint of a log.

A checkpoint says: this log, at this size, has this root. Who holds one can prove any later change
of the log's past.

Source: C2SP signed-note and tlog-checkpoint, https://c2sp.org/signed-note,
https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from truceline.evidence.keys import KEY_ID_SIZE, SigningKey, VerifierKey
from truceline.evidence.strict import FormatError, decode_base64, decode_decimal, encode_base64
from truceline.evidence.tree import HASH_SIZE

NOTE_LIMIT = 1_000_000
SIGNATURES_LIMIT = 100
SIGNATURE_LINE = re.compile("— ([^ +]+) ([A-Za-z0-9+/=]+)")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
CHECKPOINT_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: who is said to have signed, and the signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text and the signatures under it, none of them checked yet.

    Attributes:
        text: What is signed; ends in a newline.
        signatures: In their order.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log.

    Attributes:
        origin: The log's name.
        size: Entries in it.
        root: Merkle root over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed; no extension lines."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def sign_note(text: str, key: SigningKey) -> bytes:
    """Put one signature under a text that ends in a newline.

    Raises:
        FormatError: Nobody could read it back: control characters, or too long.
    """
    if not text.endswith("\n") or CONTROL.search(text):
        raise FormatError("a note is lines of text without control characters")
    signature = encode_base64(key.verifier.key_id + key.sign(text.encode()))
    note = f"{text}\n— {key.name} {signature}\n".encode()
    if len(note) > NOTE_LIMIT:
        raise FormatError(f"a note of {len(note)} bytes is above {NOTE_LIMIT}")
    return note


def read_note(content: bytes) -> Note:
    """Take a note apart; no signature is checked.

    Raises:
        FormatError: It is not a note.
    """
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("a note must be UTF-8") from error
    text, gap, under = whole.rpartition("\n\n")
    if len(content) > NOTE_LIMIT or CONTROL.search(whole):
        raise FormatError("a note has no control characters and at most a million bytes")
    if not gap or not under.endswith("\n"):
        raise FormatError("a note is text, an empty line, and lines of signatures")
    lines = under[:-1].split("\n")
    if len(lines) > SIGNATURES_LIMIT:
        raise FormatError(f"{len(lines)} signatures are more than {SIGNATURES_LIMIT}")
    return Note(text=f"{text}\n", signatures=tuple(_read_signature(line) for line in lines))


def _read_signature(line: str) -> NoteSignature:
    match = SIGNATURE_LINE.fullmatch(line)
    if not match or not match[1].isprintable():
        raise FormatError(f"{line[:200]!r} is no line of a signature")
    encoded = decode_base64(match[2])
    if len(encoded) <= KEY_ID_SIZE:
        raise FormatError(f"the signature of {match[1]!r} is too short")
    return NoteSignature(
        name=match[1], key_id=encoded[:KEY_ID_SIZE], signature=encoded[KEY_ID_SIZE:]
    )


def open_note(content: bytes, key: VerifierKey) -> str:
    """Give the text of a note that `key` has signed; signatures of other keys are ignored.

    Raises:
        FormatError: It is not a note, or a signature of `key` is missing or wrong.
    """
    note = read_note(content)
    ours = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    if not ours:
        raise FormatError(f"is not signed by {key.name} {key.key_id.hex()}")
    if not all(key.verifies(note.text.encode(), line.signature) for line in ours):
        raise FormatError(f"the signature of {key.name} does not match the text")
    return note.text


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint: origin, size, root, and no extension lines.

    Raises:
        FormatError: It is not such a text.
    """
    lines = text.split("\n")
    if len(lines) != CHECKPOINT_LINES + 1 or lines[-1] or not lines[0]:
        raise FormatError("a checkpoint has three lines: origin, size, root")
    head = Checkpoint(origin=lines[0], size=decode_decimal(lines[1]), root=decode_base64(lines[2]))
    if len(head.root) != HASH_SIZE:
        raise FormatError(f"the root has {len(head.root)} bytes, not {HASH_SIZE}")
    return head


def open_checkpoint(content: bytes, key: VerifierKey) -> Checkpoint:
    """Give the head of the log whose key, of the same name, signed this note.

    Raises:
        FormatError: It is no checkpoint, of another log, or not signed by `key`.
    """
    head = read_checkpoint(open_note(content, key))
    if head.origin != key.name:
        raise FormatError(f"is of log {head.origin!r}, not of {key.name!r}")
    return head
