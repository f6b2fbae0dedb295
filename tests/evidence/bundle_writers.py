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
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import Any

from nacl import bindings

from truceline.evidence.tree import inclusion_proof, leaf_hash, root

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


def canonical(value: Any) -> bytes:
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
    statement: dict[str, Any] = field(default_factory=dict)

    def note(self, text: str) -> str:
        stamp = encode(self.signer.key_id + self.signer.sign(text.encode()))
        return f"{text}\n— {NAME} {stamp}\n"

    def entry(self, seq: int, kind: str, body: dict[str, Any]) -> bytes:
        payload = canonical(
            {
                "v": 1,
                "kind": kind,
                "actor": NAME,
                "seq": seq,
                "prev": None if seq == 0 else sha256(b"%d" % seq).hexdigest(),
                "signed_us": 1_775_912_400_000_000 + seq,
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
        incidents = [{"id": f"i:{digest['firms/day.csv']}:{line}", "line": line} for line in (8, 9)]
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
            f"{name}.jsonl": b"".join(canonical(row) + b"\n" for row in rows)
            for name, rows in (
                ("incidents", incidents),
                ("findings", findings),
                ("observations", seen),
            )
        }
        contents: list[tuple[str, dict[str, Any], bytes]] = [
            ("mission", {}, self.mission.format(key=self.signer.text).encode()),
            ("original", {"name": "agreements/easter.toml", "feed": "agreement"}, self.agreement),
            *(
                ("original", {"name": name, "feed": "firms", "received_us": None}, content)
                for name, content in self.documents.items()
            ),
            *(("derived", {"path": path}, content) for path, content in derived.items()),
        ]
        # The first, the last, and some on both sides of what a tile holds.
        places = [0, 1, 255, 256, 300, 511, self.size - 1]
        if self.size < places[-2] + 2:
            places = list(range(len(contents)))
        entries = [
            self.entry(
                index,
                kind,
                {**body, "sha256": sha256(content).hexdigest(), "size": len(content)},
            )
            for index, (kind, body, content) in zip(places, contents, strict=True)
        ]
        leaves = [leaf_hash(b"another entry %d" % index) for index in range(self.size)]
        for index, entry in zip(places, entries, strict=True):
            leaves[index] = leaf_hash(entry)
        return {
            "format": 1,
            "about": f"f:{whole}:1:{agreement}:quiet:{self.readings[0]}",
            "key": self.signer.text,
            "checkpoint": self.note(f"{NAME}\n{self.size}\n{encode(root(leaves))}\n"),
            "entries": [
                {
                    "index": index,
                    "entry": encode(entry),
                    "path": [encode(step) for step in inclusion_proof(leaves, index)],
                    "content": encode(content),
                }
                for index, entry, (_, _, content) in zip(places, entries, contents, strict=True)
            ],
            "records": [
                {"path": "incidents.jsonl", "line": 2, "text": canonical(incidents[1]).decode()},
                *(
                    {"path": "findings.jsonl", "line": line, "text": canonical(row).decode()}
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
                    "text": canonical(seen[at - 1]).decode(),
                }
                for at, (name, (document, line)) in enumerate(
                    zip(observations, cited, strict=True), start=2
                )
            ],
        }


def mutations(bundle: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Change one byte a time: in turn of the file itself, and of what stands decoded in it.

    A byte of the file is mostly caught as bad form; a byte inside, written again in the right form,
    reaches the hashes and signatures.
    """
    random_ = random.Random(seed)  # noqa: S311 - chosen, not secret
    parsed = json.loads(bundle)
    for turn in range(count):
        if turn % 2:
            name, changed = _inside(deepcopy(parsed), random_)
            yield name, canonical(changed)
        else:
            at = random_.randrange(len(bundle))
            new = _other_byte(bundle[at], random_)
            yield f"byte {at}", bundle[:at] + bytes([new]) + bundle[at + 1 :]


def _other_byte(old: int, random_: random.Random) -> int:
    """Flip a bit, or give any other byte."""
    return (
        old ^ 1 << random_.randrange(8)
        if random_.random() < 0.5
        else (old + random_.randrange(1, 256)) % 256
    )


def _inside(bundle: Bundle, random_: random.Random) -> tuple[str, Bundle]:
    places: list[tuple[str, dict[str, Any] | list[Any], str | int]] = []

    def walk(value: Any, path: str) -> None:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list):
                walk(inner, f"{path}.{key}")
            else:
                places.append((f"{path}.{key}", value, key))

    walk(bundle, "")
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
