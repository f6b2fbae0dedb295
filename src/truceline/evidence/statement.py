"""What an actor says about bytes, signed so that he cannot deny it: the entries of the log.

The payload is canonical JSON. What is signed is DSSE's pre-authentication encoding of exactly these
bytes, and the entry is the envelope around them. Nothing is re-serialised between signing and
checking. Each statement names the hash of the actor's one before, so that none can be left out, and
the last head of the log that the actor verified: it was signed after that head, and whoever was
shown another history says so.

Source: DSSE 1.0, https://github.com/secure-systems-lab/dsse (protocol.md, envelope.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.label import LABEL_FIELDS, Label, label_body, read_label
from truceline.evidence.note import Checkpoint
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.tiles import ENTRY_LIMIT
from truceline.records.canonical import INTEGER_LIMIT, KEY, Json, canonical

VERSION = 2
PAYLOAD_TYPE = "application/vnd.truceline.statement+json"
BODY_LIMIT = 24 * 1024
FIELDS = (
    "v",
    "kind",
    "actor",
    "seq",
    "prev",
    "anchor",
    "signed_us",
    "label",
    "commits",
    "body",
)
ANCHOR_FIELDS = {"origin", "size", "root"}
COMMITS_LIMIT = 256
# Levels of objects and lists in what an act says; its `detail` itself is the first.
DETAIL_DEPTH = 8
HASH = re.compile(r"[0-9a-f]{64}")
# Plain names only: a path from a log that somebody else signed must not lead out of its folder.
DERIVED_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
# An act's hash, or the id of something that a file brought: plain ASCII, none looks like another.
ABOUT = re.compile(r"[A-Za-z0-9._:/-]{0,200}")
TEMPORARY = ".tmp"
ENVELOPE = re.compile(
    rb'\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"'
    + re.escape(PAYLOAD_TYPE.encode())
    + rb'","signatures":\[\{"keyid":"([0-9a-f]{8})","sig":"([A-Za-z0-9+/=]*)"\}\]\}'
)


def _is_hash(value: Json) -> bool:
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _is_count(value: Json) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_instant_or_unknown(value: Json) -> bool:
    return value is None or type(value) is int


def _is_id_or_none(value: Json) -> bool:
    return isinstance(value, str) and ABOUT.fullmatch(value) is not None


def _is_detail(value: Json) -> bool:
    """Tell whether it is an object of few levels; what it may hold, canonical JSON says."""
    level: list[Json] = [value]
    for _ in range(DETAIL_DEPTH):
        inner: list[Json] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        level = [one for one in inner if isinstance(one, dict | list)]
    return isinstance(value, dict) and not level


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def _is_hashes(value: Json) -> bool:
    return isinstance(value, list) and (
        not value or (all(map(_is_hash, value)) and len(set(map(str, value))) == len(value))
    )


def _is_derived_path(value: Json) -> bool:
    return (
        isinstance(value, str)
        and DERIVED_PATH.fullmatch(value) is not None
        and not value.endswith(TEMPORARY)
    )


KINDS: Mapping[str, Mapping[str, Callable[[Json], bool]]] = {
    # The first entry: which mission.toml the whole log is about.
    "mission": {"sha256": _is_hash, "size": _is_count},
    # A document as it was received.
    "original": {
        "sha256": _is_hash,
        "size": _is_count,
        "name": _is_text,
        "feed": _is_text,
        "received_us": _is_instant_or_unknown,
    },
    # What a parser read from an original: how many rows, and the Merkle root over them.
    "parsed": {
        "sha256": _is_hash,
        "feed": _is_text,
        "parser_version": _is_count,
        "rows": _is_count,
        "refused": _is_count,
        "rows_root": _is_hash,
    },
    # A file that was computed; the latest statement about a path counts.
    "derived": {"path": _is_derived_path, "sha256": _is_hash, "size": _is_count},
    # A proof that somebody signed two things that exclude each other; `fraud.check` reads it.
    "fraud": {"sha256": _is_hash, "culprit": _is_text, "proof": _is_text},
    # Who may speak: the root of trust, and changes of keys that its holders approved.
    "root": {"document": _is_text, "signatures": _is_list},
    "key": {"change": _is_text, "approvals": _is_list},
    # Something that only some may read: its fields are in `commits`, what opens them in blobs.
    "sealed": {"title": _is_text, "blobs": _is_hashes},
    # The actor's own earlier statement loses what opened these commitments; they themselves stay.
    "redact": {
        "statement": _is_hash,
        "commits": _is_hashes,
        "blobs": _is_hashes,
        "reason": _is_text,
    },
    # What a person or a body did: opened a case, voted, pledged; `about` is the id of what it is
    # about, "" for none. What `detail` has to say, the room that folds the acts knows.
    "act": {"name": _is_text, "about": _is_id_or_none, "detail": _is_detail},
    # A third party's word for when a head of this log existed: a token of RFC 3161, in base64.
    "timestamp": {"size": _is_count, "root": _is_hash, "authority": _is_text, "token": _is_text},
}

FIELD_SET = frozenset(FIELDS)
KNOWN_KEYS = FIELD_SET.union(ANCHOR_FIELDS, LABEL_FIELDS, *KINDS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing one actor says.

    Attributes:
        kind: What it is about: a key of `KINDS`.
        actor: Name of the key that signed it.
        seq: The actor's statements are numbered 0, 1, 2 and so on.
        prev: SHA-256, in hex, of the payload of the actor's statement before; None for the first.
        anchor: The last head of the log that the actor verified; None if there was none yet.
        signed_us: When the actor says that he signed, microseconds since 1970 UTC; a claim.
        label: Who may see it; None for everybody.
        commits: Salted hashes, in hex, of fields that are not shown (`sealed.py`); no two alike.
        body: The fields that `KINDS` lists for the kind.
    """

    kind: str
    actor: str
    seq: int
    prev: str | None
    anchor: Checkpoint | None = None
    signed_us: int
    label: Label | None = None
    commits: tuple[str, ...] = ()
    body: Mapping[str, Json]

    @property
    def payload(self) -> bytes:
        """The bytes that are signed and hashed.

        Raises:
            ValueError: The body is outside the canonical profile.
        """
        return canonical(
            {
                "v": VERSION,
                "kind": self.kind,
                "actor": self.actor,
                "seq": self.seq,
                "prev": self.prev,
                "anchor": None if self.anchor is None else _anchor_body(self.anchor),
                "signed_us": self.signed_us,
                "label": label_body(self.label) if self.label else None,
                "commits": list(self.commits),
                "body": dict(self.body),
            }
        )

    @property
    def sha256(self) -> str:
        """Hash of the payload, in hex: the next statement's `prev`."""
        return sha256(self.payload).hexdigest()


def insist_on_kind(kind: str, body: Mapping[str, Json]) -> None:
    """Check that a body has exactly the fields of its kind.

    Raises:
        FormatError: It has not; the message names the field.
    """
    fields = KINDS.get(kind)
    if fields is None:
        raise FormatError(f"{kind!r} is no kind of statement: {', '.join(KINDS)}")
    if body.keys() != fields.keys():
        raise FormatError(f"{kind} has {sorted(body)}, not {sorted(fields)}")
    for name, is_right in fields.items():
        if not is_right(body[name]):
            raise FormatError(f"{kind}.{name} cannot be {_shown(body[name])}")


def _shown(value: Json) -> str:
    try:
        return f"{value!r:.100}"
    except RecursionError:
        return "nested so deeply"


def insist_on_body(kind: str, body: Mapping[str, Json]) -> None:
    """Check that a body is of its kind, canonical, and small enough for an entry.

    Raises:
        FormatError: It is not; the message names the field or the size.
    """
    insist_on_kind(kind, body)
    try:
        size = len(canonical(dict(body)))
    except ValueError as error:
        raise FormatError(f"{kind} is not canonical JSON: {error}") from error
    if size > BODY_LIMIT:
        raise FormatError(f"{kind} has {size} bytes, above {BODY_LIMIT}")


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Join type and payload with their lengths: the bytes that DSSE signs.

    >>> pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def write_entry(statement: Statement, key: SigningKey) -> bytes:
    """Sign a statement and put it into its envelope: one entry of the log.

    Raises:
        FormatError: The statement is not of its kind, or the entry is longer than 65,535 bytes.
    """
    insist_on_body(statement.kind, statement.body)
    payload = statement.payload
    if statement.label or statement.commits:
        _read_payload(payload)  # what nobody could read back is not signed
    signature = key.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    # DSSE's own names have a capital letter, which the canonical profile refuses; order and
    # spelling are therefore fixed here.
    entry = (
        f'{{"payload":"{encode_base64(payload)}","payloadType":"{PAYLOAD_TYPE}","signatures":'
        f'[{{"keyid":"{key.verifier.key_id.hex()}","sig":"{encode_base64(signature)}"}}]}}'
    ).encode()
    if len(entry) > ENTRY_LIMIT:
        raise FormatError(f"an entry of {len(entry)} bytes is above {ENTRY_LIMIT}")
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An entry taken apart; nobody has checked yet who signed it.

    Attributes:
        payload: The bytes that are said to be signed.
        sha256: Their hash, in hex: that of the statement.
        key_id: Id, in hex, of the key that is said to have signed.
        signature: 64 bytes, if it is one.
        statement: What the payload says.
    """

    payload: bytes
    sha256: str
    key_id: str
    signature: bytes
    statement: Statement

    def by(self, key: VerifierKey) -> Statement:
        """Give the statement if `key` has signed it, and its owner is the one who says it.

        Raises:
            FormatError: It is signed by another key, or said by another actor.
        """
        if self.key_id != key.key_id.hex():
            raise FormatError(f"is signed by key {self.key_id}, not by {key.key_id.hex()}")
        signed = pre_authentication_encoding(PAYLOAD_TYPE, self.payload)
        if not key.verifies(signed, self.signature):
            raise FormatError(f"the signature of {key.name} does not match the statement")
        if self.statement.actor != key.name:
            raise FormatError(f"is said by {self.statement.actor!r}, signed by {key.name!r}")
        return self.statement


def open_entry(entry: bytes) -> Opened:
    """Take an entry apart, once; `Opened.by` tells whether a key has signed it.

    Raises:
        FormatError: The envelope or the statement is not as it must be.
    """
    match = ENVELOPE.fullmatch(entry)
    if not match:
        raise FormatError("is not the envelope of a statement")
    payload = decode_base64(match[1].decode("ascii"))
    return Opened(
        payload=payload,
        sha256=sha256(payload).hexdigest(),
        key_id=match[2].decode("ascii"),
        signature=decode_base64(match[3].decode("ascii")),
        statement=_read_payload(payload),
    )


def read_entry(entry: bytes, key: VerifierKey) -> Statement:
    """Read a statement that `key` has signed.

    Raises:
        FormatError: The envelope, the signature or the statement is not as it must be.
    """
    return open_entry(entry).by(key)


def claimed(entry: bytes) -> Statement:
    """Read a statement WITHOUT checking who signed it: to tell which of two files is at fault.

    Raises:
        FormatError: The envelope or the statement is not as it must be.
    """
    return open_entry(entry).statement


def _insist_on_keys(found: dict[str, Json]) -> dict[str, Json]:
    if not found.keys() <= KNOWN_KEYS and not all(map(KEY.fullmatch, found)):
        raise ValueError(f"a key of {sorted(found)} is outside [a-z0-9_]")
    return found


def _small(text: str) -> int:
    number = int(text)
    if abs(number) >= INTEGER_LIMIT:
        raise ValueError(f"{number} is not below 2^53")
    return number


def _no_float(text: str) -> Json:
    raise ValueError(f"{text} is not canonical JSON")


# Inside the profile that these hooks insist on, the standard library's own sorted keys and shortest
# separators are `canonical`: in C, and a quarter of an entry's time. A test holds one to the other.
_DECODER = json.JSONDecoder(
    object_hook=_insist_on_keys, parse_int=_small, parse_float=_no_float, parse_constant=_no_float
)
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
)


def _read_payload(payload: bytes) -> Statement:
    try:
        said = _DECODER.decode(payload.decode("utf-8"))
        if not isinstance(said, dict) or _ENCODER.encode(said).encode() != payload:
            raise FormatError("the statement is not a canonical JSON object")
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the statement cannot be read: {error!s:.200}") from error
    if said.keys() != FIELD_SET or type(said["v"]) is not int or said["v"] != VERSION:
        raise FormatError(f"the statement has not the fields of version {VERSION}")
    for name, is_right in SHAPES.items():
        if not is_right(said[name]):
            raise FormatError(f"the statement's {name} cannot be {said[name]!r:.100}")
    insist_on_kind(said["kind"], said["body"])
    anchor, label = said["anchor"], said["label"]
    return Statement(
        kind=said["kind"],
        actor=said["actor"],
        seq=said["seq"],
        prev=said["prev"],
        anchor=anchor
        and Checkpoint(
            origin=anchor["origin"], size=anchor["size"], root=bytes.fromhex(anchor["root"])
        ),
        signed_us=said["signed_us"],
        label=None if label is None else read_label(label),
        commits=tuple(said["commits"]),
        body=said["body"],
    )


def _anchor_body(anchor: Checkpoint) -> dict[str, Json]:
    return {"origin": anchor.origin, "size": anchor.size, "root": anchor.root.hex()}


def _is_anchor(value: Json) -> bool:
    return value is None or (
        isinstance(value, dict)
        and value.keys() == ANCHOR_FIELDS
        and _is_text(value["origin"])
        and _is_count(value["size"])
        and value["size"] != 0
        and _is_hash(value["root"])
    )


SHAPES: Mapping[str, Callable[[Json], bool]] = {
    "kind": _is_text,
    "actor": _is_text,
    "seq": _is_count,
    "prev": lambda value: value is None or _is_hash(value),
    "anchor": _is_anchor,
    "signed_us": lambda value: type(value) is int,
    "label": lambda value: value is None or isinstance(value, dict),
    "commits": lambda value: _is_hashes(value) and len(value) <= COMMITS_LIMIT,  # type: ignore[arg-type]
    "body": lambda value: isinstance(value, dict),
}
