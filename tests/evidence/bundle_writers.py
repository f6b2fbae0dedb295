"""Bundles written from docs/reference/bundle.md alone, and ways to spoil them.

They are for the verifiers that share no code with the house, so that one misreading of the page by
its writer and its first verifier does not pass unseen; and they may be signed by keys that nobody
sound would have.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import Any

from nacl import bindings

Bundle = dict[str, Any]
NAME = "truceline.example/elsewhere"
PAYLOAD_TYPE = "application/vnd.truceline.statement+json"
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19

NEUTRAL = bytes([1]) + bytes(31)
# The eight points whose order divides 8, as RFC 8032 spells them.
SMALL_ORDER = [
    NEUTRAL,
    bytes.fromhex("ec" + "ff" * 30 + "7f"),
    bytes(32),
    bytes(31) + b"\x80",
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]
# Second spellings: x = 0 with a sign, and every y that is not below p, with both signs.
NOT_CANONICAL = [
    NEUTRAL[:31] + b"\x80",
    bytes.fromhex("ec" + "ff" * 31),
    *(
        (PRIME + above | sign << 255).to_bytes(32, "little")
        for above in range(19)
        for sign in (0, 1)
    ),
]
ORDER_EIGHT = SMALL_ORDER[4]
IDENTITY_AGAIN = (PRIME + 1).to_bytes(32, "little")


def number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def scalar(value: int) -> bytes:
    return (value % ORDER).to_bytes(32, "little")


def base_times(value: int) -> bytes:
    return bindings.crypto_scalarmult_ed25519_base_noclamp(scalar(value))


def challenge(commitment: bytes, public: bytes, message: bytes) -> int:
    return number(sha512(commitment + public + message).digest()) % ORDER


@dataclass(frozen=True)
class Signer:
    """A key and a way to sign with it; the way may be one that must not be believed."""

    public: bytes
    sign: Callable[[bytes], bytes]

    @property
    def key_id(self) -> bytes:
        return sha256(NAME.encode() + b"\n\x01" + self.public).digest()[:4]

    @property
    def text(self) -> str:
        return "+".join([NAME, self.key_id.hex(), encode(b"\x01" + self.public)])


def sound_signer(seed: bytes = bytes(range(32))) -> Signer:
    public, secret = bindings.crypto_sign_seed_keypair(seed)
    return Signer(public, lambda message: bindings.crypto_sign(message, secret)[:64])


def secret_scalar(seed: bytes = bytes(range(32))) -> int:
    clamped = bytearray(sha512(seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return number(bytes(clamped))


def small_order_signer(public: bytes) -> Signer:
    """A key under which one signature may fit many messages: R neutral, S zero."""
    return Signer(public, lambda _: NEUTRAL + bytes(32))


def mixed_order_signer() -> Signer:
    """A + T with T of order 8: signs so that the equation without the cofactor holds."""
    secret = secret_scalar()
    public = bindings.crypto_core_ed25519_add(base_times(secret), ORDER_EIGHT)

    def sign(message: bytes) -> bytes:
        for nonce in range(1, 1_000):
            commitment = base_times(nonce)
            found = challenge(commitment, public, message)
            if found % 8 == 0:
                return commitment + scalar(nonce + found * secret)
        raise AssertionError("no nonce in a thousand")

    return Signer(public, sign)


def unreduced_signer() -> Signer:
    """A sound key whose S is S + L: the same number, another spelling."""
    sound = sound_signer()

    def sign(message: bytes) -> bytes:
        signature = sound.sign(message)
        return signature[:32] + (number(signature[32:]) + ORDER).to_bytes(32, "little")

    return Signer(sound.public, sign)


def neutral_commitment_signer(spelling: bytes = NEUTRAL) -> Signer:
    """A sound key whose owner chose the nonce zero: R is neutral, and the equation holds."""
    sound = sound_signer()
    return Signer(
        sound.public,
        lambda message: (
            spelling + scalar(challenge(spelling, sound.public, message) * secret_scalar())
        ),
    )


def shifted_commitment_signer() -> Signer:
    """A sound key whose R is shifted by a point of order 8: only with the cofactor it holds."""
    sound, secret = sound_signer(), secret_scalar()

    def sign(message: bytes) -> bytes:
        commitment = bindings.crypto_core_ed25519_add(base_times(7), ORDER_EIGHT)
        return commitment + scalar(7 + challenge(commitment, sound.public, message) * secret)

    return Signer(sound.public, sign)


def canonical(value: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


AGREEMENT = (
    'format = 1\nid = "easter"\n\n[[clause]]\nid = "quiet"\nkind = "prohibit_fire"\n'
    'article = "II.3"\nwords = "All fire shall cease. Вогонь припиняється."\n\n'
    '[[clause]]\nid = "energy"\nkind = "protect"\narticle = "II.4"\nwords = "No energy site."\n'
).encode()
TABLE = "\ufefflatitude,longitude\r\n48.1,37.5\r\n48.2,37.6,Бахмут\r\n".encode()
NEWS = gzip.compress('{"a":1}\n{"b":"сирена \U0001f6a8 <b>&amp;"}\n'.encode(), mtime=0)


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def tree(first: int, behind: int, leaves: dict[int, bytes]) -> bytes:
    """Give the RFC 6962 root over [first, behind); what holds no known leaf is anything."""
    if not any(first <= index < behind for index in leaves):
        return sha256(b"%d to %d" % (first, behind)).digest()
    if behind - first == 1:
        return leaves[first]
    middle = first + (1 << (behind - first - 1).bit_length() - 1)
    halves = tree(first, middle, leaves) + tree(middle, behind, leaves)
    return sha256(b"\x01" + halves).digest()


def proof(index: int, first: int, behind: int, leaves: dict[int, bytes]) -> list[bytes]:
    """List the siblings from the leaf up."""
    if behind - first == 1:
        return []
    middle = first + (1 << (behind - first - 1).bit_length() - 1)
    if index < middle:
        return [*proof(index, first, middle, leaves), tree(middle, behind, leaves)]
    return [*proof(index, middle, behind, leaves), tree(first, middle, leaves)]


LABEL: dict[str, Any] = {
    "policy": "TLP",
    "classification": "CLEAR",
    "releasable_to": ["NEUTRAL", "PARTIES"],
    "caveats": [],
    "expires_us": None,
}
ANCHOR: dict[str, Any] = {"origin": "truceline.example/log", "size": 1, "root": "ab" * 32}
# Statements of version 2 that none of the verifiers may take.
MISSHAPEN: dict[str, dict[str, Any]] = {
    "statement with one field more": {"more": None},
    "anchor that is a text": {"anchor": "head"},
    "anchor of no entries": {"anchor": {**ANCHOR, "size": 0}},
    "anchor with size true": {"anchor": {**ANCHOR, "size": True}},
    "anchor with a short root": {"anchor": {**ANCHOR, "root": "ab"}},
    "anchor without origin": {"anchor": {"size": 1, "root": "ab" * 32}},
    "anchor with more": {"anchor": {**ANCHOR, "more": 1}},
    "anchor of origin null": {"anchor": {**ANCHOR, "origin": None}},
    "label that is a text": {"label": "CLEAR"},
    "label without policy": {"label": {**LABEL, "policy": ""}},
    "label with policy null": {"label": {**LABEL, "policy": None}},
    "label with more": {"label": {**LABEL, "tlp": "CLEAR"}},
    "label with less": {"label": {"policy": "TLP", "classification": "CLEAR"}},
    "label with classification 1": {"label": {**LABEL, "classification": 1}},
    "label with words not sorted": {"label": {**LABEL, "caveats": ["b", "a"]}},
    "label with a word twice": {"label": {**LABEL, "caveats": ["a", "a"]}},
    "label with a word that is none": {"label": {**LABEL, "releasable_to": [1]}},
    "label with words by halves": {"label": {**LABEL, "caveats": ["\U0001f54a", "\uff5a"]}},
    "label that expires in words": {"label": {**LABEL, "expires_us": "never"}},
    "label that expires true": {"label": {**LABEL, "expires_us": True}},
    "commits null": {"commits": None},
    "commits with a short hash": {"commits": ["ab"]},
    "commits in capitals": {"commits": ["AB" * 32]},
    "commits with one twice": {"commits": ["ab" * 32, "ab" * 32]},
    "commits above 256": {"commits": [f"{at:064x}" for at in range(257)]},
    "commits of a number": {"commits": [1]},
}


@dataclass(kw_only=True)
class World:
    """What a bundle is made of; each test changes what it is about."""

    signer: Signer = field(default_factory=sound_signer)
    size: int = 700
    agreement: bytes = AGREEMENT
    documents: dict[str, bytes] = field(
        default_factory=lambda: {"firms/day.csv": TABLE, "news/day.jsonl.gz": NEWS}
    )
    cited: list[tuple[str, int]] = field(
        default_factory=lambda: [
            ("firms/day.csv", 2),
            ("news/day.jsonl.gz", 2),
            ("firms/day.csv", 3),
        ]
    )
    readings: tuple[str, ...] = ("declared", "as-signed")
    mission: str = 'title = "Elsewhere"\nverifier_key = "{key}"\n'
    agreement_feed: str = "agreement"
    statement: dict[str, Any] = field(default_factory=dict)
    derived: Callable[[str, bytes], bytes] = field(default=lambda _, content: content)
    policy: str | None = None
    # What mirrors put under the text of the head.
    cosigned: Callable[[str], str] = field(default=lambda _: "")

    def note(self, text: str) -> str:
        stamp = encode(self.signer.key_id + self.signer.sign(text.encode()))
        return f"{text}\n— {NAME} {stamp}\n{self.cosigned(text)}"

    def entry(self, seq: int, kind: str, body: dict[str, Any]) -> bytes:
        payload = canonical(
            {
                "v": 2,
                "kind": kind,
                "actor": NAME,
                "seq": seq,
                "prev": None if seq == 0 else sha256(b"%d" % seq).hexdigest(),
                "anchor": None,
                "signed_us": 1_775_912_400_000_000 + seq % 1_000,
                "label": None,
                "commits": [],
                "body": body,
                **self.statement,
            }
        )
        message = b"DSSEv1 %d %b %d %b" % (
            len(PAYLOAD_TYPE),
            PAYLOAD_TYPE.encode(),
            len(payload),
            payload,
        )
        return (
            f'{{"payload":"{encode(payload)}","payloadType":"{PAYLOAD_TYPE}","signatures":'
            f'[{{"keyid":"{self.signer.key_id.hex()}","sig":"{encode(self.signer.sign(message))}"}}]}}'
        ).encode()

    def bundle(self) -> Bundle:
        digest = {name: sha256(content).hexdigest() for name, content in self.documents.items()}
        agreement = sha256(self.agreement).hexdigest()
        cited = [(digest[name], line) for name, line in self.cited]
        observations = [f"o:{document}:{line}" for document, line in cited]
        whole = f"{digest['firms/day.csv']}:2"
        incidents: list[Bundle] = [
            {"id": f"i:{digest['firms/day.csv']}:{line}", "line": line} for line in (8, 9)
        ]
        incidents.insert(
            1,
            {
                "id": f"i:{whole}",
                "revision": 1,
                "observations": observations,
                "place": {"latitude_e7": 481_000_000, "longitude_e7": 375_000_000},
                "radius_90_m": 700,
                "near": '3 km N of «Бахмут» "\\\t\u2028',
                "has_physical_source": True,
                "began_us": 1_775_912_400_000_000,
                "ended_us": 1_775_916_000_000_000,
                "probability_ppm": 906_587,
            },
        )
        findings = [
            {
                "incident": incident["id"],
                "revision": 1,
                "agreement": "easter",
                "agreement_sha256": agreement,
                "clause": clause,
                "reading": reading,
                "outcome": "breached" if clause == "quiet" else "undecided",
                "probability_ppm": 961_234,
            }
            for incident in incidents
            for clause in ("quiet", "energy")
            for reading in self.readings
        ]
        seen = [
            {"document_sha256": document, "line": line, "source": "firms"}
            for document, line in [(digest["firms/day.csv"], 1), *cited]
        ]
        derived = {
            f"{name}.jsonl": self.derived(name, b"".join(canonical(row) + b"\n" for row in rows))
            for name, rows in (
                ("incidents", incidents),
                ("findings", findings),
                ("observations", seen),
            )
        }
        lines = {path: content.decode().split("\n") for path, content in derived.items()}

        def line_of(path: str, line: int, row: dict[str, Any]) -> str:
            found = lines[path][line - 1 : line]
            return found[0] if found else canonical(row).decode()

        contents: list[tuple[str, dict[str, Any], bytes]] = [
            ("mission", {}, self.mission.format(key=self.signer.text).encode()),
            *[
                (
                    "original",
                    {
                        "name": "agreements/easter.toml",
                        "feed": self.agreement_feed,
                        "received_us": None,
                    },
                    self.agreement,
                )
                for _ in self.readings[:1]
            ],
            *(
                ("original", {"name": name, "feed": "firms", "received_us": None}, content)
                for name, content in self.documents.items()
            ),
            *(("derived", {"path": path}, content) for path, content in derived.items()),
        ]
        # The first, the last, and some on both sides of what a tile holds.
        places = [*[0, 1, 255, 256, self.size // 2 + 2, self.size - 2][: len(contents) - 1]]
        if self.size < 700:
            places = list(range(len(contents) - 1))
        places.append(self.size - 1)
        entries = [
            self.entry(
                index,
                kind,
                {**body, "sha256": sha256(content).hexdigest(), "size": len(content)},
            )
            for index, (kind, body, content) in zip(places, contents, strict=True)
        ]
        leaves = {index: leaf_hash(entry) for index, entry in zip(places, entries, strict=True)}
        return {
            "format": 2,
            "about": f"f:{whole}:1:{agreement}:quiet:{self.readings[0]}"
            if self.readings
            else f"i:{whole}",
            "key": self.signer.text,
            "policy": self.policy,
            "checkpoint": self.note(f"{NAME}\n{self.size}\n{encode(tree(0, self.size, leaves))}\n"),
            "entries": [
                {
                    "index": index,
                    "entry": encode(entry),
                    "path": [encode(step) for step in proof(index, 0, self.size, leaves)],
                    "content": encode(content),
                }
                for index, entry, (_, _, content) in zip(places, entries, contents, strict=True)
            ],
            "records": [
                {
                    "path": "incidents.jsonl",
                    "line": 2,
                    "text": line_of("incidents.jsonl", 2, incidents[1]),
                },
                *(
                    {
                        "path": "findings.jsonl",
                        "line": line,
                        "text": line_of("findings.jsonl", line, row),
                    }
                    for line, row in enumerate(findings, start=1)
                    if row["incident"] == f"i:{whole}"
                ),
            ],
            "citations": [
                {
                    "observation": name,
                    "document": document,
                    "document_line": line,
                    "line": at,
                    "text": line_of("observations.jsonl", at, seen[at - 1]),
                }
                for at, (name, (document, line)) in enumerate(
                    zip(observations, cited, strict=True), start=2
                )
            ],
        }


def mutations(bundle: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Change one byte a time: in turn of the file itself, and of what stands decoded in it.

    A byte of the file is mostly caught as bad form; a byte inside, written again in the right form,
    reaches the hashes and signatures. The policy is left alone: nobody signed it, and who reads has
    another (`policy_mutations`).
    """
    random_ = random.Random(seed)  # noqa: S311 - chosen, not secret
    parsed = json.loads(bundle)
    policy = policy_bytes(bundle)
    for turn in range(count):
        if turn % 2:
            name, changed = _inside(deepcopy(parsed), random_)
            yield name, canonical(changed)
        else:
            at = random_.randrange(len(bundle) - len(policy))
            at += len(policy) if at >= policy.start else 0
            new = _other_byte(bundle[at], random_)
            yield f"byte {at}", bundle[:at] + bytes([new]) + bundle[at + 1 :]


def policy_bytes(bundle: bytes) -> range:
    """Give the places of the bytes of the policy's text in a bundle; none if it has none."""
    policy = json.loads(bundle)["policy"]
    before = b'"policy":"'
    start = bundle.rindex(before) + len(before) if policy is not None else 0
    return range(start, start + len(canonical(policy)) - 2 if policy is not None else 0)


def policy_mutations(bundle: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Change one byte a time of the policy that is in a bundle."""
    random_ = random.Random(seed)  # noqa: S311 - chosen, not secret
    for _ in range(count):
        at = random_.choice(policy_bytes(bundle))
        yield bundle[:at] + bytes([_other_byte(bundle[at], random_)]) + bundle[at + 1 :]


def _other_byte(old: int, random_: random.Random) -> int:
    """Flip a bit, or give any other byte."""
    return (
        old ^ 1 << random_.randrange(8)
        if random_.random() < 0.5
        else (old + random_.randrange(1, 256)) % 256
    )


def _inside(bundle: Bundle, random_: random.Random) -> tuple[str, Bundle]:
    places: list[tuple[str, dict[str, Any] | list[Any], str | int]] = []

    def walk(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list):
                walk(inner, f"{path}.{key}")
            else:
                places.append((f"{path}.{key}", value, key))

    walk(bundle, "")
    places = [place for place in places if place[0] != ".policy"]
    path, holder, key = random_.choice(places)
    old: Any = holder[key]  # type: ignore[index]
    packed = path.rsplit(".", 1)[1] in {"entry", "content"} or ".path." in path
    if isinstance(old, int):
        new: Any = old + random_.choice((-1, 1))
    elif packed:
        data = bytearray(base64.b64decode(old))
        at = random_.randrange(len(data))
        data[at] = _other_byte(data[at], random_)
        new = encode(bytes(data))
    else:
        at = random_.randrange(len(old))
        letter = random_.choice([one for one in "abf0189:+/=\n Aя" if one != old[at]])
        new = old[:at] + letter + old[at + 1 :]
    holder[key] = new  # type: ignore[index]
    return f"{path} of {old!r:.40}", bundle


def gzip_member(content: bytes, *, flags: int = 0, header: bytes = b"") -> bytes:
    """Write one gzip member (RFC 1952) with any header; flag 2 asks for the header's sum."""
    start = bytes([0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255]) + header
    if flags & 2:
        start += (zlib.crc32(start) & 0xFFFF).to_bytes(2, "little")
    press = zlib.compressobj(wbits=-15)
    sums = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return start + press.compress(content) + press.flush() + sums


def valid_bundles() -> dict[str, bytes]:
    """Name bundles that every verifier must accept."""
    sound = World().bundle()
    worlds = {
        "log of 700": World(),
        "log of 7": World(size=7),
        "log of 8": World(size=8),
        "log of 2^33 + 700": World(size=2**33 + 700),
        "log of 2^53 - 1": World(size=2**53 - 1),
        "no finding": World(readings=()),
        "other key": World(signer=sound_signer(b"s" * 32)),
        "more in a statement": World(
            statement={
                "anchor": ANCHOR,
                "commits": ["cd" * 32, "ab" * 32],
                "label": LABEL,
            }
        ),
        # U+FF5A comes before U+1F54A, though not by halves of UTF-16.
        "words beyond the first plane": World(
            statement={"label": {**LABEL, "caveats": ["", "\uff5a", "\U0001f54a"], "expires_us": 7}}
        ),
        "as many commits as there may be": World(
            statement={"commits": [f"{at:064x}" for at in range(256)]}
        ),
        "agreement that is no TOML": World(agreement=b"\xff\x00"),
    }
    headers = {
        "a name": (8, b"day.jsonl\x00"),
        "a name of 700": (8, b"n" * 700 + b"\x00"),
        "all fields": (31, b"\x03\x00abcname\x00comment\x00"),
    }
    for name, (flags, header) in headers.items():
        zipped = gzip_member(b"{}\n{}", flags=flags, header=header)
        worlds[f"gzip with {name}"] = World(
            documents={"firms/day.csv": TABLE, "news/day.jsonl.gz": zipped}
        )
    bundles = {name: world.bundle() for name, world in worlds.items()}
    bundles["about the incident"] = {
        **sound,
        "about": json.loads(sound["records"][0]["text"])["id"],
    }
    return {name: canonical(bundle) for name, bundle in bundles.items()}


def signed_by_nobody_sound() -> dict[str, tuple[str, bytes]]:
    """Name bundles under unsafe keys and signatures, with the rule that each must fail."""
    keys = {
        **{f"key of small order {at}": small_order_signer(p) for at, p in enumerate(SMALL_ORDER)},
        **{f"key spelled twice {at}": small_order_signer(p) for at, p in enumerate(NOT_CANONICAL)},
        "key of mixed order": mixed_order_signer(),
        "key off the curve": small_order_signer(bytes([2]) + bytes(31)),
    }
    signatures = {
        "S + L": unreduced_signer(),
        "R neutral": neutral_commitment_signer(),
        "R neutral, spelled again": neutral_commitment_signer(IDENTITY_AGAIN),
        "R of mixed order": shifted_commitment_signer(),
        "S zero": Signer(sound_signer().public, lambda _: NEUTRAL + bytes(32)),
        "S of 63 bytes": Signer(sound_signer().public, lambda m: sound_signer().sign(m)[:63]),
        "S and a byte more": Signer(sound_signer().public, lambda m: sound_signer().sign(m) + b"x"),
    }
    return {
        **{name: ("2", canonical(World(signer=who).bundle())) for name, who in keys.items()},
        **{name: ("3", canonical(World(signer=who).bundle())) for name, who in signatures.items()},
        **{
            f"statements with {name}": ("4", canonical(_head_signed_soundly(who)))
            for name, who in signatures.items()
        },
    }


def _head_signed_soundly(who: Signer) -> Bundle:
    bundle = World(signer=who).bundle()
    text = bundle["checkpoint"].split("\n\n")[0] + "\n"
    return {**bundle, "checkpoint": World().note(text)}


def spoiled_bundles() -> dict[str, bytes]:  # noqa: C901, PLR0915 - a table, in the form of calls
    """Name bundles each of which breaks one rule of the page, most of them properly signed."""
    whole = canonical(World().bundle())
    made: dict[str, bytes] = {}

    def text(name: str, old: bytes, new: bytes) -> None:
        assert old in whole, name
        made[name] = whole.replace(old, new, 1)

    def change(name: str, change_it: Callable[[Bundle], object]) -> None:
        bundle = json.loads(whole)
        change_it(bundle)
        made[name] = canonical(bundle)

    def world(name: str, **changed: Any) -> None:  # noqa: ANN401 - as in World
        made[name] = canonical(World(**changed).bundle())

    def rows(name: str, of: str, change_it: Callable[[bytes], bytes]) -> None:
        world(name, derived=lambda path, content: change_it(content) if path == of else content)

    made["nothing"] = b""
    made["a list"] = b"[]"
    made["newline at the end"] = whole + b"\n"
    made["byte order mark"] = b"\xef\xbb\xbf" + whole
    made["null behind"] = whole + b"\x00"
    text("white space", b'"format":2', b'"format": 2')
    text("a key twice", b'"format":2,', b'"format":2,"format":2,')
    text("a key twice inside", b'"index":0,', b'"index":0,"index":0,')
    text("keys not sorted", b'"format":2,"key"', b'"key"')
    text("fraction", b'"format":2', b'"format":2.0')
    text("exponent", b'"format":2', b'"format":2e0')
    text("minus zero", b'"index":0', b'"index":-0')
    text("leading zero", b'"index":1,', b'"index":01,')
    text("true for 2", b'"format":2', b'"format":true')
    text("text for 2", b'"format":2', b'"format":"2"')
    text("format 1", b'"format":2', b'"format":1')
    text("2^53", b'"format":2', b'"format":9007199254740992')
    text("very large number", b'"format":2', b'"format":2' + b"0" * 400)
    text("escaped letter", b'"about":"f:', b'"about":"\\u0066:')
    text("escaped slash", b"truceline.example/", b"truceline.example\\/")
    text("lone surrogate", b'"about":"f:', b'"about":"\\ud800f:')
    text("surrogate in UTF-8", b'"about":"f:', b'"about":"\xed\xa0\x80f:')
    text("overlong UTF-8", b'"about":"f:', b'"about":"\xc0\xaff:')
    text("another field", b'"format":2', b'"format":2,"g":1')
    text("key with a capital", b'"format"', b'"Format"')
    made["deep"] = b"[" * 100_000 + b"]" * 100_000
    made["33 levels"] = whole.replace(b'"format":2', b'"format":' + b"[" * 32 + b"]" * 32)

    change("no entries", lambda b: b.update(entries=[]))
    change("no records", lambda b: b.update(records=[]))
    change("no citations", lambda b: b.update(citations=[]))
    for at in range(7):
        change(f"without entry {at}", lambda b, at=at: b["entries"].pop(at))  # type: ignore[misc]
    for at in range(5):
        change(f"without record {at}", lambda b, at=at: b["records"].pop(at))  # type: ignore[misc]
    for at in range(3):
        change(f"without citation {at}", lambda b, at=at: b["citations"].pop(at))  # type: ignore[misc]
    change("a record twice", lambda b: b["records"].append(b["records"][-1]))
    change("findings in another order", lambda b: b["records"].append(b["records"].pop(1)))
    change("citations in another order", lambda b: b["citations"].reverse())
    change("entries in another order", lambda b: b["entries"].append(b["entries"].pop(1)))
    change("an entry twice", lambda b: b["entries"].insert(1, b["entries"][1]))
    change("proof too long", lambda b: b["entries"][1]["path"].append(encode(bytes(32))))
    change("proof too short", lambda b: b["entries"][1]["path"].pop())
    change(
        "another sibling",
        lambda b: b["entries"][1]["path"].__setitem__(0, encode(bytes(32))),
    )
    change("another place", lambda b: b["entries"][1].update(index=2))
    change("no proof", lambda b: b["entries"][1].update(path=[]))
    change("short hash", lambda b: b["entries"][1]["path"].__setitem__(0, encode(bytes(31))))
    change("contents exchanged", lambda b: _exchange(b["entries"], "content"))
    change("entries exchanged", lambda b: _exchange(b["entries"], "entry"))
    change("index below 0", lambda b: b["entries"][0].update(index=-1))
    change("index of the size", lambda b: b["entries"][-1].update(index=700))
    change("about nothing", lambda b: b.update(about=""))
    change("about another", lambda b: b.update(about=b["about"].replace("quiet", "quite")))
    change(
        "two signatures",
        lambda b: b.update(checkpoint=b["checkpoint"] + b["checkpoint"].split("\n\n")[1]),
    )
    change(
        "size with a zero",
        lambda b: b.update(checkpoint=b["checkpoint"].replace("\n700\n", "\n0700\n")),
    )
    change("line 0", lambda b: b["records"][0].update(line=0))
    change("line beyond", lambda b: b["records"][0].update(line=99))
    change("citation of line 0", lambda b: b["citations"][0].update(line=0))
    change("citation beyond", lambda b: b["citations"][0].update(line=99))
    change("id in capitals", lambda b: b.update(key=b["key"].replace("+eb90e6a1+", "+EB90E6A1+")))
    made["base64 with bits to spare"] = _respelled(whole)

    for name, of in {
        "space": " ",
        "no-break space": "\xa0",
        "nothing": "",
        "joiner": "\u200d",
    }.items():
        bundle = World().bundle()
        other = NAME + of if of else ""
        digest = sha256(other.encode() + b"\n\x01" + sound_signer().public).digest()[:4].hex()
        bundle["key"] = f"{other}+{digest}+{bundle['key'].split('+', 2)[2]}"
        made[f"name with {name}"] = canonical(bundle)

    world("mission with another key", mission='verifier_key = "x+00000000+AQ=="\n')
    world("mission without key", mission='title = "x"\n')
    world("mission with two keys", mission='verifier_key = "{key}"\nverifier_key = "{key}"\n')
    world("mission with a key in words", mission='verifier_key = "{key}" \n')
    world("agreement from a feed", agreement_feed="firms")
    world("another version", statement={"v": 1})
    for name, changed in MISSHAPEN.items():
        world(name, statement=changed)
    world("version true", statement={"v": True})
    world("another actor", statement={"actor": "truceline.example/other"})
    world("seq below 0", statement={"seq": -1})
    world("prev of other form", statement={"prev": "00"})
    world("signed_us in words", statement={"signed_us": "now"})
    world("kind parsed", statement={"kind": "parsed"})
    world("kind of JavaScript", statement={"kind": "constructor"})
    world("body a list", statement={"body": []})
    world("float in a statement", statement={"anchor": 1.5})
    world("capital in a statement", statement={"Anchor": 1})
    world("33 levels in a statement", statement={"anchor": _nested(32)})
    two = {"firms/day.csv": TABLE, "news/day.jsonl.gz": NEWS + gzip.compress(b"x\ny\n", mtime=0)}
    world("two gzip members", documents=two)
    for name, content in {
        "a byte behind gzip": NEWS + b"\x00",
        "gzip cut short": NEWS[:-1],
        "gzip of false sum": NEWS[:-8] + bytes(4) + NEWS[-4:],
        "gzip of no method": NEWS[:2] + b"\x07" + NEWS[3:],
        "gzip head only": NEWS[:2],
        "gzip with a reserved flag": gzip_member(b"{}\n{}", flags=32),
        "gzip of false header sum": gzip_member(b"{}\n{}", flags=2).replace(b"\xff", b"\x03", 1),
        "gzip with an endless name": NEWS[:3] + b"\x08" + NEWS[4:10] + b"n" * 60,
        "gzip with its field cut": NEWS[:3] + b"\x04" + NEWS[4:10] + b"\xff\xff",
        "gzip of false size": NEWS[:-1] + b"\x01",
        "cited line empty": b"{}\n\n",
        "cited line a return": b"{}\n\r\n",
        "cited line missing": b"{}",
        "cited line behind the last": b"{}\n",
    }.items():
        world(name, documents={"firms/day.csv": TABLE, "news/day.jsonl.gz": content})
    world("original not cited", cited=[("firms/day.csv", 2), ("firms/day.csv", 3)])
    for of in ("incidents", "findings", "observations"):
        rows(f"{of} without newline", of, lambda content: content[:-1])
        rows(f"{of} empty", of, lambda _: b"")
        rows(f"{of} with space", of, lambda content: content.replace(b":", b": "))
    rows("an empty line in incidents", "incidents", lambda content: content + b"\n")
    rows("an empty line in findings", "findings", lambda content: b"\n" + content)
    rows("a list in findings", "findings", lambda content: content + b"[]\n")
    rows(
        "incident twice",
        "incidents",
        lambda content: content + content.splitlines(keepends=True)[1],
    )
    rows("return at line ends", "findings", lambda content: content.replace(b"\n", b"\r\n"))
    rows(
        "finding without outcome",
        "findings",
        lambda content: content.replace(b'"outcome"', b'"outcomes"'),
    )
    rows("chance in words", "findings", lambda content: content.replace(b"961234", b'"961234"'))
    rows(
        "observations false",
        "observations",
        lambda content: content.replace(b'"line":2', b'"line":4'),
    )
    return made


def _nested(levels: int) -> Any:  # noqa: ANN401 - JSON
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


def _exchange(entries: list[Bundle], name: str) -> None:
    entries[2][name], entries[3][name] = entries[3][name], entries[2][name]


def _respelled(whole: bytes) -> bytes:
    """Set a bit that base64 does not use."""
    bundle = json.loads(whole)
    step = bundle["entries"][1]["path"][0]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bundle["entries"][1]["path"][0] = f"{step[:-2]}{letters[letters.index(step[-2]) ^ 1]}="
    return canonical(bundle)
