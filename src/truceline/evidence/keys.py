"""Who signs: Ed25519 keys with a name, verified by a rule that leaves no room for doubt.

A public key of small order makes one signature valid for every message, so that its owner can deny
what he signed; a mixed one makes honest verifiers disagree. A key is therefore taken only if it is
canonical and lies in the group of prime order, and signatures are checked by libsodium, which
refuses a scalar that is not reduced and a commitment of small order. The measurements that led to
this rule are in docs/decisions/0003.

Source: RFC 8032 (Ed25519); C2SP signed-note, "Verifier keys", https://c2sp.org/signed-note.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_BYTES,
    crypto_sign_open,
    crypto_sign_PUBLICKEYBYTES,
    crypto_sign_seed_keypair,
    crypto_sign_SEEDBYTES,
)
from nacl.exceptions import BadSignatureError

from truceline.evidence.strict import FormatError, decode_base64, encode_base64

ED25519 = b"\x01"
KEY_ID_SIZE = 4
VERIFIER_PARTS = 3
SEED_FILE = re.compile(r"([0-9a-f]{64})\n")
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key and its owner's name.

    Attributes:
        name: Not empty, printable, without spaces and plus signs; a log's is its origin.
        public: The 32 bytes of RFC 8032.
        key_id: The four bytes that stand for name and key in a signature line.
    """

    name: str
    public: bytes
    key_id: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.name or not self.name.isprintable() or {" ", "+"} & set(self.name):
            raise FormatError(f"{self.name!r} is no name for a key")
        if len(self.public) != crypto_sign_PUBLICKEYBYTES:
            raise FormatError(f"a public key has 32 bytes, not {len(self.public)}")
        if not crypto_core_ed25519_is_valid_point(self.public):
            raise FormatError(f"public key {self.public.hex()} is not a point of prime order")
        named = sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()
        object.__setattr__(self, "key_id", named[:KEY_ID_SIZE])

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(ED25519 + self.public)}"

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """Read "name+id in hex+base64 of type and key".

        Raises:
            FormatError: It is no such text, the id is not the key's, or the key is unsafe.
        """
        parts = text.split("+", VERIFIER_PARTS - 1)
        if len(parts) != VERIFIER_PARTS:
            raise FormatError(f"{text[:200]!r} is no verifier key: name+id+key")
        encoded = decode_base64(parts[2])
        if encoded[:1] != ED25519:
            raise FormatError(f"verifier key {parts[0]!r} is not of type Ed25519 (0x01)")
        key = cls(name=parts[0], public=encoded[1:])
        if str(key) != text:
            raise FormatError(
                f"verifier key {parts[0]!r} has id {key.key_id.hex()}, not {parts[1]!r}"
            )
        return key

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the owner of this key signed exactly these bytes."""
        if len(signature) != crypto_sign_BYTES:
            return False
        try:
            crypto_sign_open(signature + message, self.public)
        except BadSignatureError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key and its owner's name.

    Attributes:
        name: As in `VerifierKey`.
        seed: The 32 secret bytes of RFC 8032; never shown.
        verifier: The public half.
    """

    name: str
    seed: bytes = field(repr=False)
    verifier: VerifierKey = field(init=False)

    def __post_init__(self) -> None:
        if len(self.seed) != crypto_sign_SEEDBYTES:
            raise FormatError(f"a seed has 32 bytes, not {len(self.seed)}")
        public, _ = crypto_sign_seed_keypair(self.seed)
        object.__setattr__(self, "verifier", VerifierKey(name=self.name, public=public))

    def sign(self, message: bytes) -> bytes:
        """Sign exactly these bytes; the same bytes give the same 64 bytes."""
        # libsodium's secret key is the seed and the public key, one after the other.
        return crypto_sign(message, self.seed + self.verifier.public)[:crypto_sign_BYTES]


def new_seed() -> bytes:
    """Draw a new secret from the operating system."""
    return os.urandom(crypto_sign_SEEDBYTES)


def write_key(path: Path, seed: bytes) -> None:
    """Write a secret to a new file that only its owner may read.

    Raises:
        FileExistsError: A key is there already; it is never overwritten.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{seed.hex()}\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """Read a secret that `write_key` wrote.

    Raises:
        FormatError: It is no key file, or others than its owner may read it.
        OSError: It cannot be read.
    """
    if path.stat().st_mode & OTHERS:
        raise FormatError(f"{path} may be read by others than its owner: chmod 600 {path}")
    match = SEED_FILE.fullmatch(path.read_text(encoding="ascii", errors="replace"))
    if not match:
        raise FormatError(f"{path} is no key file: 64 hex digits and a newline")
    return bytes.fromhex(match[1])
