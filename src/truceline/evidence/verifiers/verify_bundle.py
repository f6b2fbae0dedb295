"""Check a Truceline bundle with nothing but Python 3.11: one file, no package, no network.

    python -I -S verify_bundle.py BUNDLE [--key KEY] [--policy FILE]

Exit code 0: verified. 1: not, and the first thing that is wrong is named. 2: an error, such as a
file that is not there.

It is written from the format's page (docs/reference/bundle.md) and shares no code with the programs
that make bundles, so that a mistake there does not repeat itself here. Everything is in this file:
the signature rule, the Merkle proof, the reader of canonical JSON. The numbers 1 to 8 are the
page's.

Source: RFC 8032 (Ed25519), RFC 9162 section 2.1.3.2 (inclusion proofs), RFC 8785 (canonical JSON),
C2SP signed-note, tlog-checkpoint, tlog-cosignature and tlog-policy, DSSE 1.0.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import tomllib
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

VERIFIED, NOT_VERIFIED, ERROR = 0, 1, 2
FORMAT = 2

BUNDLE_LIMIT = 256 * 1024 * 1024
INFLATED_LIMIT = 512 * 1024 * 1024
ENTRY_LIMIT = 65_535
DEPTH_LIMIT = 32
INTEGER_LIMIT = 2**53
POLICY_LIMIT = 1_000_000
NOTE_LIMIT = 1_000_000
NOTE_LINES_LIMIT = 100
HASH_SIZE = 32
KEY_ID_SIZE = 4
TIME_SIZE = 8
SIGNATURE_SIZE = 64
TIME_LIMIT_S = 2**37

MISSION = "mission.toml"
INCIDENTS, FINDINGS, OBSERVATIONS = "incidents.jsonl", "findings.jsonl", "observations.jsonl"
PAYLOAD_TYPE = "application/vnd.truceline.statement+json"

Json = Any
Object = dict[str, Any]


class Wrong(Exception):  # noqa: N818 - a finding on its way up, not an error of ours
    """The first thing that is wrong: where it stands, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


# ------------------------------------------------------------------------------- Ed25519
# Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z on -x^2 + y^2 = 1 + d*x^2*y^2. The
# formulas are complete on this curve: they need no special cases.
Point = tuple[int, int, int, int]

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL: Point = (0, 1, 1, 0)
WINDOW = 4
WINDOWS = 64


def add(p: Point, q: Point) -> Point:
    """Add two points (RFC 8032, section 5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def double(p: Point) -> Point:
    """Add a point to itself."""
    a = p[0] * p[0] % P
    b = p[1] * p[1] % P
    h = a + b
    e = h - (p[0] + p[1]) ** 2 % P
    g = a - b
    f = 2 * p[2] * p[2] % P + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiples(p: Point) -> list[Point]:
    """Give 0, 1, 2 to 15 times a point."""
    table = [NEUTRAL]
    for _ in range(2**WINDOW - 1):
        table.append(add(table[-1], p))
    return table


def sum_of_products(pairs: Sequence[tuple[int, list[Point]]]) -> Point:
    """Add up scalars below 2^256 times points, each point given by its `multiples`."""
    total = NEUTRAL
    for at in reversed(range(WINDOWS)):
        for _ in range(WINDOW):
            total = double(total)
        for scalar, table in pairs:
            total = add(total, table[scalar >> WINDOW * at & 2**WINDOW - 1])
    return total


def encode_point(p: Point) -> bytes:
    """Write a point in its one encoding: y, and the lowest bit of x on top."""
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(HASH_SIZE, "little")


def decode_point(encoded: bytes) -> Point | None:
    """Read a point; None if these 32 bytes are not the one encoding of a point."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & 2**255 - 1
    if y >= P:
        return None
    above, below = (y * y - 1) % P, (D * y * y + 1) % P
    x = above * pow(below, 3, P) * pow(above * pow(below, 7, P), (P - 5) // 8, P) % P
    if (below * x * x - above) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (below * x * x - above) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return (x, y, 1, x * y % P)


def is_neutral(p: Point) -> bool:
    """Tell whether a point is the neutral element, however it is scaled."""
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(HASH_SIZE, "little")) or NEUTRAL
MULTIPLES_OF_BASE = multiples(BASE)


@cache
def negated_key(public: bytes) -> list[Point] | None:
    """Give the multiples of minus the key's point; None if the key may not be used.

    A key of small order makes one signature valid for every message, and a mixed one makes honest
    verifiers disagree: only points of prime order are keys.
    """
    point = decode_point(public) if len(public) == HASH_SIZE else None
    if point is None or is_neutral(point):
        return None
    if not is_neutral(sum_of_products([(L, multiples(point))])):
        return None
    return multiples((P - point[0], point[1], 1, P - point[3]))


def is_key(public: bytes) -> bool:
    """Tell whether 32 bytes are the one encoding of a point of prime order."""
    return negated_key(public) is not None


def signature_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the key's owner signed exactly these bytes, by a rule without any leeway."""
    negated = negated_key(public)
    if negated is None or len(signature) != SIGNATURE_SIZE:
        return False
    commitment, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    if scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little") % L
    expected = sum_of_products([(scalar, MULTIPLES_OF_BASE), (challenge, negated)])
    # Both points lie in the group of prime order, where only the neutral one is of small order.
    return not is_neutral(expected) and encode_point(expected) == commitment


# ------------------------------------------------------------------------ canonical texts
KEY_OF_OBJECT = re.compile(r"[a-z0-9_]+")
HEX_HASH = re.compile(r"[0-9a-f]{64}")
LONGEST_INTEGER = 17


def read_canonical(content: bytes, where: str) -> Json:
    """Read JSON that is written in the one way it can be written.

    Raises:
        Wrong: It is not JSON, or another spelling of it.
    """
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        _insist_on_depth(value, 1)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        same = again.encode("utf-8") == content
    except (ValueError, RecursionError) as error:
        raise Wrong(where, f"is not canonical JSON: {error!s:.200}") from error
    if not same:
        raise Wrong(where, "is JSON, but not written in the canonical way")
    return value


def _object(pairs: list[tuple[str, Json]]) -> Object:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice in one object")
    for key in made:
        if not KEY_OF_OBJECT.fullmatch(key):
            raise ValueError(f"key {key!r:.60} is outside [a-z0-9_]")
    return made


def _integer(text: str) -> int:
    if len(text) > LONGEST_INTEGER or abs(int(text)) >= INTEGER_LIMIT:
        raise ValueError(f"{text:.40} is not below 2^53")
    return int(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text:.40} is no integer")


def _insist_on_depth(value: Json, level: int) -> None:
    if not isinstance(value, dict | list):
        return
    if level > DEPTH_LIMIT:
        raise ValueError(f"it is nested deeper than {DEPTH_LIMIT} levels")
    for inner in value.values() if isinstance(value, dict) else value:
        _insist_on_depth(inner, level + 1)


def read_base64(text: str, where: str) -> bytes:
    """Read base64, refusing every spelling but the one.

    Raises:
        Wrong: It is another.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong(where, "is not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise Wrong(where, "is base64, but not written in the canonical way")
    return data


def is_text(value: Json) -> bool:
    """Tell whether a value is a text."""
    return isinstance(value, str)


def is_integer(value: Json) -> bool:
    """Tell whether a value is an integer; true and false are none."""
    return type(value) is int


def is_count(value: Json) -> bool:
    """Tell whether a value is an integer from 0."""
    return is_integer(value) and value >= 0


def is_line(value: Json) -> bool:
    """Tell whether a value is an integer from 1."""
    return is_integer(value) and value >= 1


def is_hash(value: Json) -> bool:
    """Tell whether a value is a SHA-256 in hex."""
    return isinstance(value, str) and HEX_HASH.fullmatch(value) is not None


def is_hash_or_null(value: Json) -> bool:
    """Tell whether a value is a SHA-256 in hex, or null."""
    return value is None or is_hash(value)


def is_integer_or_null(value: Json) -> bool:
    """Tell whether a value is an integer, or null."""
    return value is None or is_integer(value)


def is_words(value: Json) -> bool:
    """Tell whether a value is a list of texts, sorted, none twice."""
    return is_texts(value) and value == sorted(set(value))


def is_text_or_null(value: Json) -> bool:
    """Tell whether a value is a text, or null."""
    return value is None or isinstance(value, str)


def is_list(value: Json) -> bool:
    """Tell whether a value is a list."""
    return isinstance(value, list)


def is_texts(value: Json) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def is_object(value: Json) -> bool:
    """Tell whether a value is an object."""
    return isinstance(value, dict)


Shape = dict[str, Callable[[Json], bool]]

BUNDLE: Shape = {
    "about": is_text,
    "checkpoint": is_text,
    "citations": is_list,
    "entries": is_list,
    "format": is_integer,
    "key": is_text,
    "policy": is_text_or_null,
    "records": is_list,
}
ENTRY: Shape = {"content": is_text, "entry": is_text, "index": is_count, "path": is_texts}
RECORD: Shape = {"line": is_line, "path": is_text, "text": is_text}
CITATION: Shape = {
    "document": is_hash,
    "document_line": is_line,
    "line": is_line,
    "observation": is_text,
    "text": is_text,
}
ANCHOR: Shape = {"origin": is_text, "size": is_line, "root": is_hash}
LABEL: Shape = {
    "policy": is_text,
    "classification": is_text,
    "releasable_to": is_words,
    "caveats": is_words,
    "expires_us": is_integer_or_null,
}
COMMITS_LIMIT = 256


def is_anchor(value: Json) -> bool:
    """Tell whether a value is a head of a log, or null."""
    return value is None or has_shape(value, ANCHOR)


def is_label(value: Json) -> bool:
    """Tell whether a value is a label, or null."""
    return value is None or (has_shape(value, LABEL) and value["policy"] != "")


def is_commits(value: Json) -> bool:
    """Tell whether a value is a list of at most 256 hashes, none twice."""
    return (
        isinstance(value, list)
        and len(value) <= COMMITS_LIMIT
        and all(map(is_hash, value))
        and len(set(value)) == len(value)
    )


def has_shape(value: Json, shape: Shape) -> bool:
    """Tell whether a value is an object with exactly these fields."""
    return (
        isinstance(value, dict)
        and set(value) == set(shape)
        and all(is_right(value[name]) for name, is_right in shape.items())
    )


PAYLOAD: Shape = {
    "v": is_integer,
    "kind": is_text,
    "actor": is_text,
    "seq": is_count,
    "prev": is_hash_or_null,
    "anchor": is_anchor,
    "signed_us": is_integer,
    "label": is_label,
    "commits": is_commits,
    "body": is_object,
}
STATEMENT_VERSION = 2
BODIES: dict[str, Shape] = {
    "mission": {"sha256": is_hash, "size": is_count},
    "original": {
        "sha256": is_hash,
        "size": is_count,
        "name": is_text,
        "feed": is_text,
        "received_us": is_integer_or_null,
    },
    "derived": {"sha256": is_hash, "size": is_count, "path": is_text},
}
INCIDENT: Shape = {"id": is_text, "observations": is_texts}
FINDING: Shape = {
    "agreement_sha256": is_text,
    "clause": is_text,
    "incident": is_text,
    "outcome": is_text,
    "probability_ppm": is_integer,
    "reading": is_text,
    "revision": is_integer,
}
OBSERVATION: Shape = {"document_sha256": is_text, "line": is_integer}


def read_shape(value: Json, shape: Shape, where: str, *, exactly: bool = False) -> Object:
    """Insist that a value is an object with these fields, and if asked with no others.

    Raises:
        Wrong: A field is missing, of another type, or too many.
    """
    if not isinstance(value, dict):
        raise Wrong(where, "is no object")
    for name, is_right in shape.items():
        if name not in value:
            raise Wrong(where, f"has no {name}")
        if not is_right(value[name]):
            raise Wrong(where, f"has {name} {value[name]!r:.80}, which it cannot be")
    if exactly and len(value) != len(shape):
        raise Wrong(where, f"has {', '.join(sorted(set(value) - set(shape)))}, unknown here")
    return value


# ------------------------------------------------------------------- what a bundle consists of
@dataclass(frozen=True)
class Key:
    """A name and a public key that is safe to use."""

    text: str
    name: str
    key_id: bytes
    public: bytes


@dataclass(frozen=True)
class Head:
    """The size and root that the log's key signed."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Cosignature:
    """One line of a mirror under the head: whose it says it is, and when it says it was made."""

    name: str
    key_id: bytes
    time_s: int
    signature: bytes


@dataclass(frozen=True)
class Policy:
    """Whose cosignatures are enough; names of mirrors and groups are octets without a meaning."""

    logs: list[Key]
    mirrors: dict[bytes, Key]
    groups: dict[bytes, tuple[int, list[bytes]]]
    quorum: bytes

    def has(self, name: bytes) -> bool:
        """Tell whether a mirror or a group is so called."""
        return name in self.mirrors or name in self.groups

    def under(self, name: bytes) -> list[bytes]:
        """List the mirrors below a name, in the order of the file's groups."""
        found, todo = [], [name]
        while todo:
            one = todo.pop()
            if one in self.mirrors:
                found.append(one)
            elif one in self.groups:
                todo += reversed(self.groups[one][1])
        return found

    def watchers(self) -> list[bytes]:
        """List the mirrors that can withhold "disputed by none"."""
        named = [name for name in WATCHERS if name in self.groups]
        return list(dict.fromkeys(mirror for name in named for mirror in self.under(name)))

    def quorum_met(self, agreeing: set[bytes]) -> bool:
        """Tell whether the file's own quorum agrees; a group stands behind all its members."""
        met = set(agreeing)
        for name, (needed, members) in self.groups.items():
            if sum(member in met for member in members) >= needed:
                met.add(name)
        return self.quorum in met


@dataclass(frozen=True)
class Standing:
    """How far mirrors stand behind the head, by which policy.

    Attributes:
        given: Whether the policy is the reader's own; None without any policy.
        level: R, C or D.
        cosigned: Counted mirrors that cosigned, of `counted`.
        c_takes: Counted mirrors that level C takes; `d_takes`, `median_takes` likewise.
        quorum_met: Whether the file's own quorum cosigned.
        median_s: The median of their times, seconds since 1970 UTC; None with too few of them.
        asked: Whether the policy names parties' or neutral mirrors.
        withheld: Those of them that did not cosign.
    """

    given: bool | None = None
    level: str = "R"
    cosigned: int = 0
    counted: int = 0
    c_takes: int = 0
    d_takes: int = 0
    median_takes: int = 0
    quorum_met: bool = False
    median_s: int | None = None
    asked: bool = False
    withheld: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.given is None:
            return "level R, no policy: nothing is known beyond the log's own signature"
        if not self.asked:
            disputed = "the policy names nobody who could dispute it"
        elif self.withheld:
            disputed = f'"disputed by none" is withheld by {", ".join(self.withheld)}'
        elif self.level != "D":
            disputed = '"disputed by none" takes level D'
        else:
            disputed = "disputed by none"
        time = f"no time, the median takes {self.median_takes} mirrors"
        if self.median_s is not None:
            # Mirrors write whole seconds; the instant lies in the second that begins.
            time = f"not after {moment((self.median_s + 1) * 1_000_000)}, their median"
        by = "given" if self.given else "not pinned"
        met = "met" if self.quorum_met else "not met"
        return (
            f"level {self.level}, policy {by}: {self.cosigned} of {self.counted} counted mirrors "
            f"cosigned; C takes {self.c_takes}; D takes {self.d_takes} and the policy's quorum, "
            f"which is {met}; {time}; {disputed}"
        )


@dataclass(frozen=True)
class Stated:
    """One entry of the log that was found right, and the file that it is about."""

    index: int
    kind: str
    body: Object
    content: bytes

    @property
    def name(self) -> str:
        """Path of the file in the mission folder."""
        if self.kind == "mission":
            return MISSION
        if self.kind == "derived":
            return f"derived/{self.body['path']}"
        return original_name(self.body["sha256"])


@dataclass
class Bundle:
    """What was found right so far; complete when `verify` returns it."""

    about: str = ""
    key: Key | None = None
    pinned: bool = False
    head: Head | None = None
    standing: Standing = field(default_factory=Standing)
    entries: list[Stated] = field(default_factory=list)
    incident: Object = field(default_factory=dict)
    findings: list[Object] = field(default_factory=list)
    citations: list[tuple[Object, bytes]] = field(default_factory=list)

    def derived(self, path: str) -> bytes:
        """Give a derived file."""
        return next(
            one.content
            for one in self.entries
            if one.kind == "derived" and one.body["path"] == path
        )

    def original(self, sha256: str) -> Stated:
        """Give an original."""
        return next(
            one for one in self.entries if one.kind == "original" and one.body["sha256"] == sha256
        )


def original_name(sha256: str) -> str:
    """Give the path of an original in the mission folder."""
    return f"originals/{sha256[:2]}/{sha256}"


def verify(content: bytes, pinned: str | None = None, policy: bytes | None = None) -> Bundle:
    """Check a bundle; what is returned is right.

    Args:
        content: The bytes of the bundle's file.
        pinned: The signer's verifier key, had from elsewhere; None leaves the signer open.
        policy: A policy file, had from elsewhere; None judges by the one that is in the bundle.

    Raises:
        Wrong: The bundle does not verify; the message names the first thing that is wrong.
    """
    raw = read_form(content)  # 1
    key = read_key(raw["key"], "key")  # 2
    if pinned is not None and pinned != key.text:
        raise Wrong("key", f"is {key.text}, not the given {pinned}")
    bundle = Bundle(about=raw["about"], key=key, pinned=pinned is not None)
    bundle.head, cosigned = read_checkpoint(raw["checkpoint"], key)  # 3
    bundle.standing = read_standing(raw["policy"], policy, cosigned, raw["checkpoint"], key)
    bundle.entries = list(read_entries(raw["entries"], key, bundle.head))  # 4
    match_mission(bundle.entries[0], key)  # 5
    match_files(bundle.entries)  # 6
    read_records(bundle, raw["records"])  # 7
    read_citations(bundle, raw["citations"])  # 8
    return bundle


# 1 ------------------------------------------------------------------------------------------
def read_form(content: bytes) -> Object:
    """Check that the file is canonical, and that every field has its type."""
    where = "bundle"
    if len(content) > BUNDLE_LIMIT:
        raise Wrong(where, f"is larger than {BUNDLE_LIMIT} bytes")
    raw = read_shape(read_canonical(content, where), BUNDLE, where, exactly=True)
    if raw["format"] != FORMAT:
        raise Wrong(where, f"has format {raw['format']}; this program reads format {FORMAT}")
    for name, shape in (("entries", ENTRY), ("records", RECORD), ("citations", CITATION)):
        for at, value in enumerate(raw[name]):
            read_shape(value, shape, f"{name}[{at}]", exactly=True)
    if not raw["entries"] or not raw["records"]:
        raise Wrong(where, "has no entries or no records")
    return raw


# 2 ------------------------------------------------------------------------------------------
NAME = r"[^\x00-\x20+\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]+"
VERIFIER_KEY = re.compile(rf"({NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/=]+)")
ED25519 = b"\x01"
COSIGNER = b"\x04"


def read_key(text: str, where: str, kind: bytes = ED25519) -> Key:
    """Read "name+id+key" of a kind and insist that the key is safe.

    Raises:
        Wrong: It is no such text, its id is another key's, or the key is not of prime order.
    """
    match = VERIFIER_KEY.fullmatch(text)
    if not match:
        raise Wrong(where, f"{text!r:.200} is no verifier key: name+id+key")
    name, encoded = match[1], read_base64(match[3], where)
    key_id = hashlib.sha256(name.encode() + b"\n" + encoded).digest()[:4]
    if encoded[:1] != kind or key_id.hex() != match[2]:
        why = f"is not of type 0x{kind.hex()}, or has the id of another"
        raise Wrong(where, f"{text!r:.200} {why}")
    if not is_key(encoded[1:]):
        raise Wrong(where, "is not the one encoding of a point of prime order: unsafe")
    return Key(text=text, name=name, key_id=key_id, public=encoded[1:])


# 3 ------------------------------------------------------------------------------------------
SIGNATURE_LINE = rf"— ({NAME}) ([A-Za-z0-9+/=]+)\n"
NOTE = re.compile(rf"({NAME})\n([1-9][0-9]{{0,15}})\n([A-Za-z0-9+/=]+)\n\n((?:{SIGNATURE_LINE})+)")


def read_checkpoint(text: str, key: Key) -> tuple[Head, list[Cosignature]]:
    """Check the head of the log: three lines, signed first by the key, whose name is the log's.

    What mirrors put under it is given as it stands: whose it is, `read_standing` checks.
    """
    where = "checkpoint"
    match = NOTE.fullmatch(text)
    if not match or len(text.encode("utf-8")) > NOTE_LIMIT:
        raise Wrong(where, f"is no signed note of three lines, of at most {NOTE_LIMIT} bytes")
    size, root = int(match[2]), read_base64(match[3], where)
    signatures = re.findall(SIGNATURE_LINE, match[4])
    if size >= INTEGER_LIMIT or len(root) != HASH_SIZE:
        raise Wrong(where, "has a size or a root that no log has")
    if len(signatures) > NOTE_LINES_LIMIT:
        raise Wrong(where, f"has {len(signatures)} signatures, above {NOTE_LINES_LIMIT}")
    name, signature = signatures[0][0], read_base64(signatures[0][1], where)
    if {match[1], name} != {key.name} or signature[:KEY_ID_SIZE] != key.key_id:
        raise Wrong(where, f"is of log {match[1]!r:.80}, not signed first by {key.text}")
    if not signature_is_right(key.public, signed_text(text).encode(), signature[KEY_ID_SIZE:]):
        raise Wrong(where, "the signature does not match the text")
    cosigned = []
    for name, encoded in signatures[1:]:
        line = read_base64(encoded, where)
        if len(line) != KEY_ID_SIZE + TIME_SIZE + SIGNATURE_SIZE:
            raise Wrong(where, f"the line of {name!r:.80} is no Ed25519 cosignature")
        time_s = int.from_bytes(line[KEY_ID_SIZE:][:TIME_SIZE], "big")
        if not 1 <= time_s < TIME_LIMIT_S:
            raise Wrong(where, f"{name!r:.80} cosigned at {time_s} s, which is no time")
        cosigned.append(
            Cosignature(name, line[:KEY_ID_SIZE], time_s, line[KEY_ID_SIZE + TIME_SIZE :])
        )
    return Head(size=size, root=root), cosigned


def signed_text(note: str) -> str:
    """Give the text of a note, with its last newline."""
    return note[: note.index("\n\n") + 1]


POLICY_BYTES = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
THRESHOLD = re.compile(rb"[1-9][0-9]{0,5}")
NO_QUORUM = b"none"
WATCHERS = (b"parties", b"neutral")


def read_policy(content: bytes, where: str) -> Policy:
    """Read a policy file: logs, mirrors, groups, and the quorum.

    Raises:
        Wrong: It is none; the line is named.
    """
    if len(content) > POLICY_LIMIT or not POLICY_BYTES.fullmatch(content):
        raise Wrong(where, f"has a control character, or more than {POLICY_LIMIT} bytes")
    policy = Policy(logs=[], mirrors={}, groups={}, quorum=b"")
    placed: set[bytes] = set()
    quorums: list[bytes] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        words = [word for word in re.split(rb"[ \t]", line) if word]
        if words and not words[0].startswith(b"#"):
            read_policy_line(words, policy, placed, quorums, f"{where}, line {number}")
    if len(quorums) != 1:
        raise Wrong(where, "has no line of a quorum")
    policy = Policy(policy.logs, policy.mirrors, policy.groups, quorums[0])
    watchers = policy.watchers()
    others = {name: 0 for name in policy.mirrors if name not in watchers}
    if watchers and policy.under(policy.quorum) and weigh(policy, others, given=True).level != "D":
        raise Wrong(where, "lets the groups parties and neutral keep level D from being reached")
    return policy


def read_policy_line(
    words: list[bytes], policy: Policy, placed: set[bytes], quorums: list[bytes], where: str
) -> None:
    """Take one line of a policy into what was read before it."""
    keyword, names = words[0], words[1:]
    if (keyword, len(names)) in {(b"log", 1), (b"log", 2)}:
        read_policy_log(names[0], policy, where)
    elif keyword == b"quorum" and len(names) == 1:
        if quorums:
            raise Wrong(where, "is a second line of a quorum")
        if names[0] != NO_QUORUM and not policy.has(names[0]):
            raise Wrong(where, f"{names[0]!r:.80} is not defined on a line before")
        quorums.append(names[0])
    elif keyword == b"witness" and len(names) in {2, 3}:
        mirror = read_policy_key(names[1], where, COSIGNER)
        if names[0] == NO_QUORUM or policy.has(names[0]):
            raise Wrong(where, f"{names[0]!r:.80} is no new name")
        if any(mirror.public == one.public for one in policy.mirrors.values()):
            raise Wrong(where, f"the key of {names[0]!r:.80} stands there twice")
        policy.mirrors[names[0]] = mirror
    elif keyword == b"group" and len(names) > 2:  # noqa: PLR2004 - name, threshold, a member
        read_policy_group(names, policy, placed, where)
    else:
        raise Wrong(where, "is none of log, witness, group and quorum, with their words")


def read_policy_log(text: bytes, policy: Policy, where: str) -> None:
    """Take the key of a log into what was read before."""
    log = read_policy_key(text, where, ED25519)
    if any(log.public == one.public or log.name == one.name for one in policy.logs):
        raise Wrong(where, f"the log {log.name!r:.80} or its key stands there twice")
    policy.logs.append(log)


def read_policy_group(words: list[bytes], policy: Policy, placed: set[bytes], where: str) -> None:
    """Take the name, the threshold and the members of a group into what was read before."""
    name, threshold, members = words[0], words[1], words[2:]
    if name == NO_QUORUM or policy.has(name):
        raise Wrong(where, f"{name!r:.80} is no new name")
    for member in members:
        if not policy.has(member) or member in placed:
            raise Wrong(where, f"{member!r:.80} is not defined before, or in a group already")
        placed.add(member)
    if threshold not in {b"any", b"all"} and not THRESHOLD.fullmatch(threshold):
        raise Wrong(where, f"{threshold!r:.80} is no threshold")
    needed = {b"any": 1, b"all": len(members)}.get(threshold) or int(threshold)
    if needed > len(members):
        raise Wrong(where, f"{needed} of {len(members)} members can never agree")
    policy.groups[name] = (needed, members)


def read_policy_key(octets: bytes, where: str, kind: bytes) -> Key:
    """Read a key of a policy, which must be UTF-8."""
    try:
        return read_key(octets.decode("utf-8"), where, kind)
    except UnicodeDecodeError as error:
        raise Wrong(where, "the key is not UTF-8") from error


def read_standing(
    own: str | None, given: bytes | None, cosigned: list[Cosignature], note: str, key: Key
) -> Standing:
    """Check every cosignature, and weigh them by the reader's policy or else by the bundle's own.

    A bundle has lines of its own policy's mirrors only, each once, in the policy's order.
    """
    signers: dict[bytes, int] = {}
    policies = []
    if own is not None:
        policy = read_policy(own.encode("utf-8"), "policy")
        policies.append(policy)
        signers = match_lines(policy, cosigned, note, key, "policy")
        places = list(policy.mirrors)
        at = [places.index(name) for name in signers]
        if len(signers) != len(cosigned) or at != sorted(at):
            raise Wrong("checkpoint", "has lines that are not its policy's mirrors in their order")
    elif cosigned:
        raise Wrong("checkpoint", "has cosignatures, and the bundle no policy that names them")
    if given is None:
        return Standing() if own is None else weigh(policies[0], signers, given=False)
    policy = read_policy(given, "--policy")
    return weigh(policy, match_lines(policy, cosigned, note, key, "--policy"), given=True)


def match_lines(
    policy: Policy, cosigned: list[Cosignature], note: str, key: Key, where: str
) -> dict[bytes, int]:
    """Check the lines of a policy's mirrors; those of others are left out. By name, the times."""
    if (key.name, key.public) not in {(one.name, one.public) for one in policy.logs}:
        raise Wrong(where, f"does not name the log {key.text}")
    text = signed_text(note)
    found: dict[bytes, int] = {}
    for mirror in policy.mirrors.values():
        if (mirror.name, mirror.key_id) == (key.name, key.key_id):
            raise Wrong(where, f"names a mirror {mirror.text} that cannot be told from the log")
    for line in cosigned:
        for name, mirror in policy.mirrors.items():
            if (mirror.name, mirror.key_id) != (line.name, line.key_id):
                continue
            message = f"cosignature/v1\ntime {line.time_s}\n{text}".encode()
            if name in found or not signature_is_right(mirror.public, message, line.signature):
                raise Wrong("checkpoint", f"the cosignature of {line.name!r:.80} is false or twice")
            found[name] = line.time_s
    return found


def weigh(policy: Policy, signers: dict[bytes, int], *, given: bool) -> Standing:
    """Tell the level that these mirrors reach, with f = floor((n-1)/3) of n lying."""
    counted = policy.under(policy.quorum)
    times = sorted(signers[name] for name in counted if name in signers)
    lying = max(len(counted) - 1, 0) // 3
    c_takes, d_takes = lying + 1, (len(counted) + lying) // 2 + 1
    met = policy.quorum_met(set(signers))
    level = "R"
    if counted and len(times) >= c_takes:
        level = "D" if met and len(times) >= d_takes else "C"
    watchers = policy.watchers()
    return Standing(
        given=given,
        level=level,
        cosigned=len(times),
        counted=len(counted),
        c_takes=c_takes,
        d_takes=d_takes,
        median_takes=2 * lying + 1,
        quorum_met=met,
        median_s=times[len(times) // 2] if len(times) > 2 * lying else None,
        asked=bool(watchers),
        withheld=tuple(octets_shown(name) for name in watchers if name not in signers),
    )


def octets_shown(name: bytes) -> str:
    """Write a policy's name as UTF-8; if it is none, each octet above ASCII in hex."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(one) if one < 128 else f"\\x{one:02x}" for one in name)  # noqa: PLR2004


# 4 ------------------------------------------------------------------------------------------
ENVELOPE = re.compile(
    rb'\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"'
    + re.escape(PAYLOAD_TYPE.encode())
    + rb'","signatures":\[\{"keyid":"([0-9a-f]{8})","sig":"([A-Za-z0-9+/=]*)"\}\]\}'
)


def read_entries(raw: list[Object], key: Key, head: Head) -> Iterator[Stated]:
    """Check that each entry stands in the log and that its statement is signed."""
    before = -1
    for at, one in enumerate(raw):
        index = one["index"]
        where = f"entry {index}"
        if index <= before or (at == 0 and index != 0):
            raise Wrong(where, "stands out of order; the first is entry 0")
        before = index
        entry = read_base64(one["entry"], where)
        path = [read_base64(step, f"{where}, path") for step in one["path"]]
        if len(entry) > ENTRY_LIMIT:
            raise Wrong(where, f"has more than {ENTRY_LIMIT} bytes")
        if not is_included(hashlib.sha256(b"\x00" + entry).digest(), index, path, head):
            raise Wrong(where, "does not stand at its place under the signed root")
        kind, body = read_statement(entry, key, where)
        if (kind == "mission") != (index == 0):
            raise Wrong(where, f"cannot be of kind {kind!r}")
        content = read_base64(one["content"], f"{where}, content")
        yield Stated(index=index, kind=kind, body=body, content=content)


def is_included(leaf: bytes, index: int, path: list[bytes], head: Head) -> bool:
    """Tell whether the path leads from the leaf at `index` to the root (RFC 9162, 2.1.3.2)."""
    if index >= head.size or any(len(step) != HASH_SIZE for step in path):
        return False
    place, last, found = index, head.size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        place, last = place // 2, last // 2
    return last == 0 and found == head.root


def read_statement(entry: bytes, key: Key, where: str) -> tuple[str, Object]:
    """Open the envelope, check the signature, read the payload: its kind and its body."""
    match = ENVELOPE.fullmatch(entry)
    if not match:
        raise Wrong(where, "is not the envelope of a statement")
    payload = read_base64(match[1].decode(), f"{where}, payload")
    signature = read_base64(match[3].decode(), f"{where}, signature")
    if match[2].decode() != key.key_id.hex():
        raise Wrong(where, f"is signed by key {match[2].decode()}, not by {key.key_id.hex()}")
    signed = b"DSSEv1 %d %b %d %b" % (
        len(PAYLOAD_TYPE),
        PAYLOAD_TYPE.encode(),
        len(payload),
        payload,
    )
    if not signature_is_right(key.public, signed, signature):
        raise Wrong(where, "the signature does not match the statement")
    said = read_shape(read_canonical(payload, f"{where}, statement"), PAYLOAD, where, exactly=True)
    if said["v"] != STATEMENT_VERSION or said["actor"] != key.name:
        raise Wrong(where, "is of another version, or said by another than the key's owner")
    if said["kind"] not in BODIES:
        raise Wrong(where, f"is of kind {said['kind']!r:.40}, which no bundle cites")
    body = read_shape(said["body"], BODIES[said["kind"]], f"{where}, body", exactly=True)
    return said["kind"], body


# 5 ------------------------------------------------------------------------------------------
def match_mission(mission: Stated, key: Key) -> None:
    """Check that mission.toml is the stated file, and names the key."""
    match_file(mission)
    lines = [line for line in mission.content.split(b"\n") if line.startswith(b"verifier_key")]
    if lines != [f'verifier_key = "{key.text}"'.encode()]:
        raise Wrong(MISSION, "does not name the key in one line, verifier_key")


def match_file(stated: Stated) -> None:
    """Check that a file has the size and the hash that its entry states."""
    size, sha256 = len(stated.content), hashlib.sha256(stated.content).hexdigest()
    if size != stated.body["size"]:
        why = f"has {size} bytes, entry {stated.index} says {stated.body['size']}"
        raise Wrong(stated.name, why)
    if sha256 != stated.body["sha256"]:
        raise Wrong(stated.name, f"has SHA-256 {sha256}, entry {stated.index} says another")


# 6 ------------------------------------------------------------------------------------------
def match_files(entries: list[Stated]) -> None:
    """Check that each file is the stated one, and that the derived ones are the three."""
    for one in entries:
        match_file(one)
    paths = sorted(one.body["path"] for one in entries if one.kind == "derived")
    if paths != sorted([FINDINGS, INCIDENTS, OBSERVATIONS]):
        raise Wrong("bundle", f"holds the derived files {paths}, not the three it must")
    hashes = [one.body["sha256"] for one in entries if one.kind == "original"]
    for at, sha256 in enumerate(hashes):
        if sha256 in hashes[:at]:
            raise Wrong(original_name(sha256), "is there twice")


def match_originals(bundle: Bundle, documents: set[str]) -> None:
    """Check that the originals are the cited documents and the agreements, and no others."""
    agreements = {one["agreement_sha256"] for one in bundle.findings}
    originals = {one.body["sha256"]: one for one in bundle.entries if one.kind == "original"}
    for sha256 in sorted(agreements | documents):
        if sha256 not in originals:
            raise Wrong(original_name(sha256), "is cited, and not there")
        if sha256 in agreements and originals[sha256].body["feed"] != "agreement":
            raise Wrong(original_name(sha256), "is not stated as an agreement")
    for sha256 in sorted(set(originals) - agreements - documents):
        raise Wrong(original_name(sha256), "is there, and not cited")


# 7 ------------------------------------------------------------------------------------------
def lines_of(content: bytes, name: str) -> list[bytes]:
    """Part a derived file into its lines."""
    if content and not content.endswith(b"\n"):
        raise Wrong(f"derived/{name}", "does not end in a newline")
    return content.split(b"\n")[:-1]


def read_records(bundle: Bundle, raw: list[Object]) -> None:
    """Check that the incident and all findings on it stand in their files, and nothing else."""
    incidents = read_lines(bundle.derived(INCIDENTS), INCIDENTS)
    findings = read_lines(bundle.derived(FINDINGS), FINDINGS)
    paths = [one["path"] for one in raw]
    if paths != [INCIDENTS] + [FINDINGS] * (len(raw) - 1):
        raise Wrong("records", "are not one incident and then its findings")
    for at, one in enumerate(raw):
        texts = incidents if at == 0 else findings
        if one["line"] > len(texts) or texts[one["line"] - 1][0] != one["text"].encode():
            raise Wrong(f"records[{at}]", f"is not line {one['line']} of derived/{one['path']}")
    where = "records[0]"
    incident = read_shape(incidents[raw[0]["line"] - 1][1], INCIDENT, where)
    name = incident["id"]
    if not name.startswith("i:"):
        raise Wrong(where, "is no incident: its id does not begin with i:")
    if [number for number, (_, one) in enumerate(incidents, 1) if one.get("id") == name] != [
        raw[0]["line"]
    ]:
        raise Wrong(where, f"is not the only line of derived/{INCIDENTS} about {name:.200}")
    about = [number for number, (_, one) in enumerate(findings, 1) if one.get("incident") == name]
    if about != [one["line"] for one in raw[1:]]:
        raise Wrong("records", f"are not all findings on {name:.200}, which are lines {about}")
    bundle.incident = incident
    bundle.findings = [
        read_shape(findings[number - 1][1], FINDING, f"records[{at}]")
        for at, number in enumerate(about, 1)
    ]
    if bundle.about not in {name, *map(finding_id, bundle.findings)}:
        raise Wrong("about", f"{bundle.about!r:.200} is neither the incident nor a finding on it")


def read_lines(content: bytes, name: str) -> list[tuple[bytes, Object]]:
    """Read a derived file: each line, and the object that it is."""
    where = f"derived/{name}"
    return [
        (line, read_shape(read_canonical(line, f"{where} line {number}"), {}, where))
        for number, line in enumerate(lines_of(content, name), 1)
    ]


def finding_id(finding: Object) -> str:
    """Name a finding: incident, revision, agreement, clause, reading."""
    incident = finding["incident"].removeprefix("i:")
    names = (finding["agreement_sha256"], finding["clause"], finding["reading"])
    return ":".join(("f", incident, str(finding["revision"]), *names))


# 8 ------------------------------------------------------------------------------------------
def read_citations(bundle: Bundle, raw: list[Object]) -> None:
    """Check that what the incident cites is all there, down to the line of each document."""
    if [one["observation"] for one in raw] != bundle.incident["observations"]:
        raise Wrong("citations", "are not the observations of the incident, in its order")
    match_originals(bundle, {one["document"] for one in raw})  # 6, now that both are known
    rows = lines_of(bundle.derived(OBSERVATIONS), OBSERVATIONS)
    opened: dict[str, list[bytes]] = {}
    for at, one in enumerate(raw):
        where = f"citations[{at}]"
        if one["line"] > len(rows) or rows[one["line"] - 1] != one["text"].encode():
            raise Wrong(where, f"is not line {one['line']} of derived/{OBSERVATIONS}")
        row = read_shape(read_canonical(rows[one["line"] - 1], where), OBSERVATION, where)
        place = (one["document"], one["document_line"])
        named = f"o:{one['document']}:{one['document_line']}"
        if (row["document_sha256"], row["line"]) != place or one["observation"] != named:
            raise Wrong(where, "speaks of another line than the observation it cites")
        sha256, number = place
        if sha256 not in opened:
            opened[sha256] = document_lines(bundle.original(sha256).content, sha256)
        lines = opened[sha256]
        line = lines[number - 1].removesuffix(b"\r") if number <= len(lines) else b""
        if not line:
            raise Wrong(original_name(sha256), f"has nothing on line {number}, which is cited")
        bundle.citations.append((one, line))


def document_lines(content: bytes, sha256: str) -> list[bytes]:
    """Part a document into its lines; a gzip is opened first."""
    if content.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=31)
        where = original_name(sha256)
        try:
            content = member.decompress(content, INFLATED_LIMIT + 1)
        except zlib.error as error:
            raise Wrong(where, f"is a broken gzip: {error}") from error
        if not member.eof or member.unused_data or len(content) > INFLATED_LIMIT:
            raise Wrong(where, "is not one whole gzip of at most 512 MiB and nothing else")
    return content.removeprefix(b"\xef\xbb\xbf").split(b"\n")


# ----------------------------------------------------------------------------- what is shown
CHOSEN = (
    "  This is by the policy that came with the bundle, which whoever made the bundle chose:",
    "  get a policy from elsewhere and give it with --policy.",
)


def tell(bundle: Bundle) -> str:
    """Say in plain words what a verified bundle holds."""
    key, head = bundle.key, bundle.head
    if key is None or head is None:
        raise ValueError("only a verified bundle can be told")
    lines = [
        "VERIFIED" if bundle.pinned else "CONSISTENT, SIGNER NOT PINNED (give --key to pin it)",
        f"about: {shown(bundle.about)}",
        f"signed by: {shown(key.text)}",
        f"log: {head.size} entries, root {head.root.hex()}",
        f"mirrors: {shown(bundle.standing)}",
        *(CHOSEN if bundle.standing.given is False else ()),
        "",
        *tell_incident(bundle.incident),
        "",
        f"All findings on it: {len(bundle.findings)}",
    ]
    for finding in bundle.findings:
        lines += tell_finding(finding, bundle)
    lines += ["", f"Read from {len(bundle.citations)} lines of documents as they were received:"]
    for cited, line in bundle.citations:
        stated = bundle.original(cited["document"])
        lines += [
            (
                f"  {shown(stated.body['name'])} line {cited['document_line']}"
                f" (entry {stated.index}, SHA-256 {cited['document']})"
            ),
            f"    {shown(line.decode('utf-8', 'replace'))}",
        ]
    lines += [
        "",
        "This proves who said this, and on what. That it follows from the documents is proved by",
        "replaying the whole mission; that the log has no newer version, by asking a mirror.",
    ]
    return "\n".join(lines) + "\n"


def tell_incident(incident: Object) -> list[str]:
    """Say what is known of the incident."""
    place = incident.get("place")
    place = place if isinstance(place, dict) else {}
    north, east = place.get("latitude_e7"), place.get("longitude_e7")
    return [
        f"Incident {shown(incident['id'])}",
        (
            "  real, and consistent with munition effects: "
            f"{percent(incident.get('probability_ppm'))} (not calibrated)"
        ),
        (
            f"  where: {degrees(north)} N {degrees(east)} E, 90 in 100 within "
            f"{shown(incident.get('radius_90_m'))} m; {shown(incident.get('near'))}"
        ),
        f"  between {moment(incident.get('began_us'))} and {moment(incident.get('ended_us'))}",
    ]


def tell_finding(finding: Object, bundle: Bundle) -> list[str]:
    """Say what one finding concludes, and the words that it is measured by."""
    mark = "  * " if finding_id(finding) == bundle.about else "  - "
    agreement = bundle.original(finding["agreement_sha256"])
    article, words = clause_words(agreement.content, finding["clause"])
    return [
        (
            f"{mark}{shown(finding['outcome']).upper()}: "
            f"{percent(finding['probability_ppm'])} that this incident breaches clause "
            f"{shown(finding['clause'])} under reading {shown(finding['reading'])}"
        ),
        (
            f"      breached from {percent(finding.get('breached_from_ppm'))}, "
            f"kept up to {percent(finding.get('kept_up_to_ppm'))}"
        ),
        f"      {shown(agreement.body['name'])} (entry {agreement.index}), article {article}:",
        f"      {words}",
    ]


def clause_words(agreement: bytes, clause: str) -> tuple[str, str]:
    """Give article and words of a clause, as the agreement file has them."""
    try:
        clauses = tomllib.loads(agreement.decode("utf-8")).get("clause")
    except (ValueError, RecursionError):
        return "?", "[the agreement file is no TOML]"
    for one in clauses if isinstance(clauses, list) else []:
        if isinstance(one, dict) and one.get("id") == clause:
            return shown(one.get("article")), f'"{shown(one.get("words"))}"'
    return "?", "[THE AGREEMENT FILE HAS NO CLAUSE OF THIS ID]"


def shown(value: Json) -> str:
    """Write a value so that it cannot disturb a terminal: control characters are written out."""
    if value is None:
        return "not stated"
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in str(value)
    )


def percent(ppm: Json) -> str:
    """Write millionths as a percentage, cut off and never rounded up."""
    return f"{ppm // 10_000}.{ppm // 1000 % 10} %" if is_count(ppm) else "not stated"


def degrees(e7: Json) -> str:
    """Write degrees of 1e-7."""
    return f"{e7 / 10_000_000:.4f}" if is_integer(e7) else "?"


def moment(us: Json) -> str:
    """Write microseconds since 1970 as an instant in UTC."""
    try:
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    except (OverflowError, TypeError):
        return shown(us)
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="verify_bundle.py",
        description="Check a Truceline bundle. Exit code 0: verified. 1: not. 2: an error.",
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="the bundle's file")
    parser.add_argument("--key", metavar="KEY", help="the signer's verifier key, from elsewhere")
    parser.add_argument("--policy", metavar="FILE", help="a policy file, from elsewhere")
    given = parser.parse_args(arguments)
    policy = None
    try:
        if given.key is not None:
            read_key(given.key, "--key")
        if given.policy is not None:
            with Path(given.policy).open("rb") as file:
                policy = file.read(POLICY_LIMIT + 1)
            read_policy(policy, "--policy")
        with Path(given.bundle).open("rb") as file:
            content = file.read(BUNDLE_LIMIT + 1)
    except (OSError, ValueError, Wrong) as error:
        say(sys.stderr, f"verify_bundle.py: {shown(error)}\n")
        return ERROR
    try:
        told = tell(verify(content, given.key, policy))
    except Wrong as wrong:
        say(sys.stderr, f"NOT VERIFIED: {shown(wrong)}\n")
        return NOT_VERIFIED
    say(sys.stdout, told)
    return VERIFIED


def say(stream: Any, text: str) -> None:  # noqa: ANN401 - standard output may be anything
    """Write text as UTF-8, whatever the machine's language settings."""
    stream.buffer.write(text.encode("utf-8", "backslashreplace"))
    stream.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
