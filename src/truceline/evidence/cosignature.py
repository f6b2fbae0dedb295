"""What a mirror puts under a head: when it signed, and that it holds the whole log up to there.

A cosignature of a witness says that the head continues every head it saw before. A mirror's says
more: that it "has durably logged the contents of the checkpoint and made them accessible" (C2SP
tlog-mirror). The text that is signed is "two newline terminated lines (one header line and one
timestamp line) followed by the whole note body of the cosigned checkpoint".

Ed25519 cosignatures do not commit to the cosigner's name, so one key serves one mirror only:
`policy` refuses a second name for the same key.

Source: C2SP tlog-cosignature, https://c2sp.org/tlog-cosignature; tlog-mirror,
https://c2sp.org/tlog-mirror.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from truceline.evidence.keys import KEY_ID_SIZE, VERIFIER_PARTS, SigningKey, VerifierKey
from truceline.evidence.note import NoteSignature, read_note
from truceline.evidence.strict import FormatError, decode_base64, encode_base64

COSIGNATURE_V1 = b"\x04"
TIME_SIZE = 8
TIME_LIMIT_S = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignerKey:
    """A mirror's public key and its name.

    Attributes:
        name: As in `VerifierKey`; best a URL without scheme.
        public: The 32 bytes of RFC 8032, by the same strict rule.
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        VerifierKey(name=self.name, public=self.public)

    @property
    def key_id(self) -> bytes:
        r"""SHA-256(<name> || "\n" || 0x04 || 32-byte Ed25519 cosigner public key)[:4]."""
        return sha256(self.name.encode() + b"\n" + COSIGNATURE_V1 + self.public).digest()[
            :KEY_ID_SIZE
        ]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(COSIGNATURE_V1 + self.public)}"

    @classmethod
    def read(cls, text: str) -> CosignerKey:
        """Read "name+id in hex+base64 of type 0x04 and key".

        Raises:
            FormatError: It is no such text, the id is not the key's, or the key is unsafe.
        """
        parts = text.split("+", VERIFIER_PARTS - 1)
        if len(parts) != VERIFIER_PARTS:
            raise FormatError(f"{text[:200]!r} is no verifier key: name+id+key")
        encoded = decode_base64(parts[2])
        if encoded[:1] != COSIGNATURE_V1:
            raise FormatError(
                f"key {parts[0]!r} is of type 0x{encoded[:1].hex()}, not an Ed25519 cosigner's 0x04"
            )
        key = cls(name=parts[0], public=encoded[1:])
        if str(key) != text:
            raise FormatError(
                f"cosigner key {parts[0]!r} has id {key.key_id.hex()}, not {parts[1]!r}"
            )
        return key

    def owns(self, line: NoteSignature) -> bool:
        """Tell whether a signature line names this key; it may still be false."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def verifies(self, text: str, line: NoteSignature) -> bool:
        """Tell whether this mirror put exactly this line under exactly this text."""
        time_s = int.from_bytes(line.signature[:TIME_SIZE], "big")
        return (
            self.owns(line)
            and time_s < TIME_LIMIT_S
            and VerifierKey(name=self.name, public=self.public).verifies(
                cosigned_message(text, time_s), line.signature[TIME_SIZE:]
            )
        )


def cosigned_message(text: str, time_s: int) -> bytes:
    r"""Join the lines that are signed.

    >>> cosigned_message("example.com/log\n", 1679315147)
    b'cosignature/v1\ntime 1679315147\nexample.com/log\n'
    """
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def cosigner_key(signer: SigningKey) -> CosignerKey:
    """Give the public half of a mirror's key."""
    return CosignerKey(name=signer.name, public=signer.verifier.public)


def cosign(text: str, signer: SigningKey, time_s: int) -> str:
    """Make a mirror's signature line, with its newline, under the text of a checkpoint.

    Who calls this has stored the log up to this head, and will never cosign another history.
    """
    if not 0 < time_s < TIME_LIMIT_S:
        raise ValueError(f"time {time_s} s is outside 1..2^63-1")
    signature = signer.sign(cosigned_message(text, time_s))
    line = cosigner_key(signer).key_id + time_s.to_bytes(TIME_SIZE, "big") + signature
    return f"— {signer.name} {encode_base64(line)}\n"


def add_signatures(note: bytes, lines: Iterable[str]) -> bytes:
    """Put further signature lines under a note; one that stands there already is not repeated.

    Raises:
        FormatError: The result is no note: a line is malformed, or there are more than 100.
    """
    read_note(note)
    there = note.decode().rpartition("\n\n")[2].splitlines(keepends=True)
    fresh = [line for line in dict.fromkeys(lines) if line not in there]
    whole = note + "".join(fresh).encode()
    read_note(whole)
    return whole


def cosignatures(note: bytes, keys: Iterable[CosignerKey]) -> dict[CosignerKey, int]:
    """Tell which of these mirrors cosigned a note, and when: seconds since 1970 UTC, their claim.

    Lines of other keys are ignored. Of several lines of one mirror the latest counts.

    Raises:
        FormatError: It is no note, or a line that names one of these keys is false.
    """
    opened = read_note(note)
    found: dict[CosignerKey, int] = {}
    for key in keys:
        for line in opened.signatures:
            if not key.owns(line):
                continue
            if not key.verifies(opened.text, line):
                raise FormatError(f"the cosignature of {key.name} does not match the text")
            time_s = int.from_bytes(line.signature[:TIME_SIZE], "big")
            found[key] = max(time_s, found.get(key, 0))
    return found
