"""Fields that are signed and not shown: salted commitments, blobs for groups, one opened alone.

A statement of kind `sealed` holds, for each field, the SHA-256 of a salt, a name and a value. The
field itself lies in a blob beside the mission, encrypted under a key of its own, which is wrapped
for each group that may read. AES-GCM does not commit to its key: one ciphertext can be made that
two groups open to two texts. So nothing counts as read that does not open the SIGNED commitment.

Pure but for one thing: HPKE draws its ephemeral key inside the library. Salts, keys of blobs and
secrets of groups are handed in.

Source: RFC 9901 (SD-JWT: salted digests of disclosed claims); RFC 9180 (HPKE); NIST SP 800-38D
(AES-GCM); Dodis, Grubbs, Ristenpart, Woodage, "Fast Message Franking", CRYPTO 2018 (what AES-GCM
does not commit to).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from truceline.evidence.bundle import signed_once
from truceline.evidence.keys import KEY_ID_SIZE, VerifierKey
from truceline.evidence.note import Checkpoint, read_note
from truceline.evidence.proof import check_proof
from truceline.evidence.statement import HASH, Statement, read_entry
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.records.canonical import Json, canonical

FORMAT = 1
SALT_SIZE = 16
SECRET_SIZE = 32
# A blob's length must not tell a short name from a long one.
PADDED_TO = 256
BLOB_LIMIT = 1_000_000
DISCLOSURE_LIMIT = 1_000_000
OPENINGS_LIMIT = 16_000_000
CONTEXT = "truceline-sealed-v1"
# Each key encrypts one text, once; so the nonce needs no chance and no place in the blob.
NONCE = bytes(12)
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
# RFC 9180, section 7.1: the number of DHKEM(X25519, HKDF-SHA256); another suite has another.
KEM_ID = (0x0020).to_bytes(2, "big")
# The sender's ephemeral key, the blob's key, the tag.
WRAPPED_SIZE = 32 + SECRET_SIZE + 16
KEY_PARTS = 3
GROUP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
GROUP_FILE = re.compile(r"([A-Za-z0-9._-]+) ([0-9a-f]{64})\n")
SALT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens one commitment.

    Attributes:
        salt: 16 bytes of chance, for this field alone; without it nobody can try values.
        name: What the field is, for example "site".
        value: Its value, canonical JSON.
    """

    salt: bytes = field(repr=False)
    name: str
    value: Json

    def __post_init__(self) -> None:
        if len(self.salt) != SALT_SIZE:
            raise FormatError(f"a salt has {SALT_SIZE} bytes, not {len(self.salt)}")


def commit(opening: Opening) -> str:
    """Give the commitment to a field: SHA-256, in hex, of canonical [salt in hex, name, value].

    Raises:
        ValueError: The value is outside the canonical profile.
    """
    return sha256(canonical([opening.salt.hex(), opening.name, opening.value])).hexdigest()


def opens(opening: Opening, commitments: Collection[str]) -> bool:
    """Tell whether a field is one of those that were committed to."""
    return commit(opening) in commitments


def opening_body(opening: Opening) -> dict[str, Json]:
    """Give an opening as it stands in a blob, a disclosure, a file of openings."""
    return {"name": opening.name, "salt": opening.salt.hex(), "value": opening.value}


def read_opening(body: Json) -> Opening:
    """Read an opening.

    Raises:
        FormatError: It has not its three fields.
    """
    if not isinstance(body, dict) or set(body) != {"name", "salt", "value"}:
        raise FormatError("an opening has name, salt and value")
    name, salt = body["name"], body["salt"]
    if not (isinstance(name, str) and isinstance(salt, str) and SALT.fullmatch(salt)):
        raise FormatError(f"an opening cannot have name {name!r:.80} and a salt like this")
    return Opening(salt=bytes.fromhex(salt), name=name, value=body["value"])


# ------------------------------------------------------------------------------------ groups
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupKey:
    """The public key of a group of readers.

    Attributes:
        name: Letters, digits, dots, - and _, at most 64; as in a label's ReleasableTo.
        public: 32 bytes, X25519 (RFC 7748).
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        _insist_on_name(self.name)
        try:
            # A point of small order makes a secret that everybody knows; the exchange refuses it.
            X25519PrivateKey.from_private_bytes(bytes(SECRET_SIZE)).exchange(self._point)
        except ValueError as error:
            raise FormatError(f"group {self.name} has an unsafe public key: {error}") from error

    @property
    def _point(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(self.public)

    @property
    def key_id(self) -> str:
        """Eight hex digits that stand for name and key in a blob."""
        digest = sha256(self.name.encode() + b"\n" + KEM_ID + self.public).digest()
        return digest[:KEY_ID_SIZE].hex()

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id}+{encode_base64(KEM_ID + self.public)}"

    @classmethod
    def read(cls, text: str) -> GroupKey:
        """Read "name+id in hex+base64 of KEM number and key".

        Raises:
            FormatError: It is no such text, of another suite, or the key is unsafe.
        """
        parts = text.split("+", KEY_PARTS - 1)
        if len(parts) != KEY_PARTS:
            raise FormatError(f"{text[:200]!r} is no key of a group: name+id+key")
        encoded = decode_base64(parts[2])
        if encoded[: len(KEM_ID)] != KEM_ID:
            raise FormatError(f"the key of group {parts[0]!r:.80} is not of suite X25519 (0x0020)")
        key = cls(name=parts[0], public=encoded[len(KEM_ID) :])
        if str(key) != text:
            raise FormatError(f"the key of group {key.name} has id {key.key_id}, not {parts[1]!r}")
        return key

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        """Encrypt a key so that only this group can read it, and only in this context."""
        return SUITE.encrypt(secret, self._point, info=context)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSecret:
    """The private key of a group, which all its members hold.

    Attributes:
        name: As in `GroupKey`.
        secret: 32 bytes; never shown.
        key: The public half.
    """

    name: str
    secret: bytes = field(repr=False)
    key: GroupKey = field(init=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise FormatError(f"a group's secret has {SECRET_SIZE} bytes, not {len(self.secret)}")
        public = X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        object.__setattr__(self, "key", GroupKey(name=self.name, public=public))

    @property
    def content(self) -> bytes:
        """The file of the group: name, blank, 64 hex digits, newline."""
        return f"{self.name} {self.secret.hex()}\n".encode()

    @classmethod
    def read(cls, content: bytes) -> GroupSecret:
        """Read the file of a group.

        Raises:
            FormatError: It is none.
        """
        match = GROUP_FILE.fullmatch(content.decode("ascii", errors="replace"))
        if not match:
            raise FormatError("is no file of a group: name, blank, 64 hex digits, newline")
        return cls(name=match[1], secret=bytes.fromhex(match[2]))

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Give the key that somebody wrapped for this group in this context.

        Raises:
            FormatError: It was not wrapped for this key, or not in this context.
        """
        private = X25519PrivateKey.from_private_bytes(self.secret)
        try:
            return SUITE.decrypt(wrapped, private, info=context)
        except InvalidTag as error:
            raise FormatError(f"the key of group {self.name} does not open it") from error


def _insist_on_name(name: str) -> None:
    if not GROUP_NAME.fullmatch(name):
        raise FormatError(f"{name!r:.80} is no name of a group: letters, digits, dots, - and _")


# ------------------------------------------------------------------------------------- blobs
def seal_blob(
    opening: Opening, secret: bytes, groups: Sequence[GroupKey], log: str, title: str
) -> bytes:
    """Encrypt one opening for the groups that may read it.

    Args:
        opening: The field and its salt.
        secret: 32 bytes of chance, for this blob alone.
        groups: Who may read; no two of one name.
        log: Origin of the log that will hold the statement.
        title: Title of that statement.

    Returns:
        The blob; the statement names its SHA-256.

    Raises:
        FormatError: Two groups have one name, or there is none.
    """
    names = [one.name for one in groups]
    if not names or len({*names}) != len(names):
        raise FormatError(f"a blob is for groups of different names, not for {names}")
    commitment = commit(opening)
    plain = canonical(opening_body(opening))
    padded = plain + bytes(-len(plain) % PADDED_TO)
    context = _context(log, title, commitment)
    return canonical(
        {
            "commit": commitment,
            "format": FORMAT,
            "groups": [
                {
                    "group": one.name,
                    "key": one.key_id,
                    "wrapped": encode_base64(
                        one.wrap(secret, _context(log, title, commitment, one.name))
                    ),
                }
                for one in sorted(groups, key=lambda one: one.name)
            ],
            "sealed": encode_base64(AESGCM(secret).encrypt(NONCE, padded, context)),
        }
    )


def open_blob(content: bytes, secret: GroupSecret, statement: Statement, log: str) -> Opening:
    """Read a blob as a member of a group, and believe it only if it opens what was signed.

    Args:
        content: The blob.
        secret: The group's.
        statement: The `sealed` statement, whose signature was checked.
        log: Origin of the log that holds it.

    Raises:
        FormatError: The statement does not name this blob, it is not for this group, or what it
            holds is not what was committed to; the message says which.
    """
    blobs = _blobs(statement)
    if (digest := sha256(content).hexdigest()) not in blobs:
        raise FormatError(f"blob {digest} is not named by statement {statement.sha256}")
    blob = _read_object(content, BLOB_LIMIT, {"commit", "groups", "sealed"}, "a blob")
    commitment, title = blob["commit"], str(statement.body["title"])
    if commitment not in statement.commits:
        raise FormatError(f"blob {digest} is about {commitment!r:.80}, to which nobody committed")
    wrapped = _wrapped_for(blob["groups"], secret.key, digest)
    key = secret.unwrap(wrapped, _context(log, title, commitment, secret.name))
    try:
        padded = AESGCM(key).decrypt(
            NONCE, decode_base64(str(blob["sealed"])), _context(log, title, commitment)
        )
    except InvalidTag as error:
        raise FormatError(f"blob {digest} is not encrypted under the key wrapped in it") from error
    opening = read_opening(_read_canonical(_unpadded(padded), "what the blob holds"))
    if commit(opening) != commitment:
        raise FormatError(
            f"blob {digest} holds {opening.name!r:.80} that does not open the signed {commitment}"
        )
    return opening


def commitment_of(content: bytes) -> str:
    """Tell which commitment a blob says that it opens; nothing of it is checked.

    Raises:
        FormatError: It is no blob.
    """
    blob = _read_object(content, BLOB_LIMIT, {"commit", "groups", "sealed"}, "a blob")
    return str(blob["commit"])


def _blobs(statement: Statement) -> list[str]:
    if statement.kind != "sealed":
        raise FormatError(f"a statement of kind {statement.kind!r} seals nothing")
    blobs = statement.body["blobs"]
    return [str(one) for one in blobs] if isinstance(blobs, list) else []


def _context(log: str, title: str, commitment: str, *group: str) -> bytes:
    """Bind a ciphertext to its place, so that it cannot be moved to another statement or group."""
    return canonical([CONTEXT, log, title, commitment, *group])


def _wrapped_for(groups: Json, key: GroupKey, digest: str) -> bytes:
    for one in groups if isinstance(groups, list) else []:
        if not isinstance(one, dict) or set(one) != {"group", "key", "wrapped"}:
            raise FormatError(f"blob {digest} has a group without group, key and wrapped")
        if (one["group"], one["key"]) == (key.name, key.key_id):
            wrapped = decode_base64(str(one["wrapped"]))
            if len(wrapped) != WRAPPED_SIZE:
                raise FormatError(f"blob {digest} wraps {len(wrapped)} bytes, not {WRAPPED_SIZE}")
            return wrapped
    raise FormatError(f"blob {digest} is not for group {key.name} with key {key.key_id}")


def _unpadded(padded: bytes) -> bytes:
    plain = padded.rstrip(b"\0")
    if len(padded) != len(plain) + -len(plain) % PADDED_TO:
        raise FormatError(f"what the blob holds is not padded to {PADDED_TO} bytes")
    return plain


# ------------------------------------------------------------------- what stands, what is redacted
@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A `sealed` statement, and what became of its fields.

    Attributes:
        index: Where it stands in the log.
        statement: The statement itself.
        redacted: Commitment to index of the first statement that redacted it.
        gone: Blobs that some redaction names.
    """

    index: int
    statement: Statement
    redacted: Mapping[str, int]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A redaction that redacts nothing.

    Attributes:
        index: Where it stands in the log.
        why: What is wrong with it.
    """

    index: int
    why: str


def registers(said: Iterable[Statement]) -> tuple[tuple[Register, ...], tuple[Void, ...]]:
    """Read from a log what is sealed and what of it was redacted.

    A redaction counts if the same actor has sealed before what it names. One that does not is told
    and has no effect: nobody's words can undo what another has committed to.

    Args:
        said: All statements of the log, in its order, each checked.
    """
    sealed: dict[str, tuple[int, Statement]] = {}
    redacted: dict[str, dict[str, int]] = {}
    gone: dict[str, set[str]] = {}
    void: list[Void] = []
    for index, statement in enumerate(said):
        if statement.kind == "sealed":
            sealed[statement.sha256] = index, statement
            redacted[statement.sha256], gone[statement.sha256] = {}, set()
        elif statement.kind == "redact":
            about = str(statement.body["statement"])
            if why := _why_void(statement, sealed[about][1] if about in sealed else None):
                void.append(Void(index=index, why=why))
                continue
            for commitment in _hashes(statement, "commits"):
                redacted[about].setdefault(commitment, index)
            gone[about] |= {*_hashes(statement, "blobs")}
    found = tuple(
        Register(
            index=index,
            statement=statement,
            redacted=redacted[digest],
            gone=frozenset(gone[digest]),
        )
        for digest, (index, statement) in sealed.items()
    )
    return found, tuple(void)


def _why_void(redact: Statement, sealed: Statement | None) -> str:
    if sealed is None:
        return f"names {redact.body['statement']}, and no statement before it sealed that"
    if redact.actor != sealed.actor:
        return f"is said by {redact.actor}, but {sealed.actor} sealed it"
    foreign = {*_hashes(redact, "commits")} - {*sealed.commits}
    foreign |= {*_hashes(redact, "blobs")} - {*_blobs(sealed)}
    return f"names {min(foreign)}, which is not of that statement" if foreign else ""


def _hashes(statement: Statement, name: str) -> list[str]:
    value = statement.body[name]
    return [str(one) for one in value] if isinstance(value, list) else []


# -------------------------------------------------------------------------------- disclosures
@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """One field, opened and proved.

    Attributes:
        index: Where the statement that committed to it stands in the log.
        head: The signed head of the log under which it stands.
        statement: That statement.
        opening: The field.
    """

    index: int
    head: Checkpoint
    statement: Statement
    opening: Opening


def write_disclosure(entry: bytes, proof: bytes, opening: Opening, key: VerifierKey) -> bytes:
    """Put into one file what shows one field, and no other, to somebody who has only the key.

    Args:
        entry: The log's entry of the `sealed` statement.
        proof: Its tlog-proof.
        opening: The field.
        key: The log's.

    Raises:
        FormatError: It would prove nothing; the message says why.
    """
    # Proof and checkpoint part at the first empty line; other signatures under it are cut off.
    head, _, checkpoint = proof.partition(b"\n\n")
    content = canonical(
        {
            "entry": encode_base64(entry),
            "format": FORMAT,
            "opening": opening_body(opening),
            "proof": f"{head.decode('ascii')}\n\n{signed_once(checkpoint, key)}",
        }
    )
    check_disclosure(content, key)
    return content


def check_disclosure(content: bytes, key: VerifierKey) -> Disclosed:
    """Check a disclosure from its bytes alone.

    It says nothing about what was redacted later.

    Args:
        content: The file.
        key: The log's verifier key, had from elsewhere.

    Raises:
        FormatError: It proves nothing; the message says why.
    """
    held = _read_object(content, DISCLOSURE_LIMIT, {"entry", "opening", "proof"}, "a disclosure")
    entry, proof = decode_base64(str(held["entry"])), str(held["proof"]).encode()
    index, head = check_proof(proof, entry, key)
    if len(read_note(proof.partition(b"\n\n")[2]).signatures) != 1:
        raise FormatError("a disclosure has one signature under its head, the log's")
    statement = read_entry(entry, key)
    if statement.kind != "sealed":
        raise FormatError(f"entry {index} is of kind {statement.kind!r}: it seals nothing")
    opening = read_opening(held["opening"])
    if not opens(opening, statement.commits):
        raise FormatError(f"{opening.name!r:.80} opens no commitment of entry {index}")
    return Disclosed(index=index, head=head, statement=statement, opening=opening)


# --------------------------------------------------------------------------- the owner's openings
@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An opening as its owner keeps it.

    Attributes:
        opening: The field and its salt.
        blob: SHA-256 of its blob, in hex.
    """

    opening: Opening
    blob: str


def write_openings(log: str, title: str, kept: Iterable[Kept]) -> bytes:
    """Write the owner's file: all that opens one statement."""
    return canonical(
        {
            "format": FORMAT,
            "log": log,
            "openings": [{"blob": one.blob, **opening_body(one.opening)} for one in kept],
            "title": title,
        }
    )


def read_openings(content: bytes) -> tuple[str, str, tuple[Kept, ...]]:
    """Read the owner's file: log, title, openings.

    Raises:
        FormatError: It is none.
    """
    held = _read_object(content, OPENINGS_LIMIT, {"log", "openings", "title"}, "a file of openings")
    kept: list[Kept] = []
    for one in held["openings"] if isinstance(held["openings"], list) else [None]:
        blob = one.get("blob") if isinstance(one, dict) else None
        if not (isinstance(one, dict) and isinstance(blob, str) and HASH.fullmatch(blob)):
            raise FormatError("a file of openings lists openings, each with its blob")
        opening = {name: value for name, value in one.items() if name != "blob"}
        kept.append(Kept(opening=read_opening(opening), blob=blob))
    return str(held["log"]), str(held["title"]), tuple(kept)


# ------------------------------------------------------------------------------------ reading
def _read_object(content: bytes, limit: int, fields: set[str], what: str) -> dict[str, Any]:
    if len(content) > limit:
        raise FormatError(f"{what} of {len(content)} bytes is above {limit}")
    held = _read_canonical(content, what)
    if not isinstance(held, dict) or set(held) != {*fields, "format"}:
        raise FormatError(f"{what} has format, {', '.join(sorted(fields))}")
    if held["format"] != FORMAT or type(held["format"]) is not int:
        raise FormatError(f"{what} has format {held['format']!r:.80}, not {FORMAT}")
    return held


def _read_canonical(content: bytes, what: str) -> Json:
    try:
        held: Json = json.loads(content.decode("utf-8"))
        same = canonical(held) == content
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{what} cannot be read: {error!s:.200}") from error
    if not same:
        raise FormatError(f"{what} is not canonical JSON")
    return held
