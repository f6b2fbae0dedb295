"""Small missions with an incident in them, made by hand, and the bundles that they give."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from mission_worlds import DAY_US, KEY, MISSION, ORIGIN, SEED

from truceline.evidence.bundle import Backing, Citation, Contents, Place, make_bundle
from truceline.evidence.cosignature import add_signatures, cosign, cosigner_key
from truceline.evidence.folder import CHECKPOINT
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.records.canonical import canonical

Plain = dict[str, Any]

AGREEMENT = b"""format = 1
id = "test"

[[clause]]
id = "no-fire"
article = "II.3"
words = "No weapon shall be fired."
"""
CSV = "\ufefftime,place\r\n01:10,Вільне\r\n01:20,Нове\r\n".encode()
GZIP = gzip.compress(b"time,place\n03:00,Third\n", mtime=0)
SIGNED_BY = str(KEY)
DERIVED = frozenset({"incidents.jsonl", "findings.jsonl", "observations.jsonl"})


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def observation(content: bytes, line: int) -> Plain:
    return {"document_sha256": hash_of(content), "line": line, "source": "test"}


def incident(name: str, *observations: str) -> Plain:
    return {
        "began_us": 0,
        "ended_us": 3_600_000_000,
        "id": name,
        "near": "Вільне, 1.0 km",
        "observations": list(observations),
        "place": {"latitude_e7": 481_000_000, "longitude_e7": 375_000_000, "radius_95_m": 400},
        "probability_ppm": 906_587,
        "radius_90_m": 400,
        "revision": 1,
    }


def finding(about: str, reading: str, outcome: str = "undecided") -> Plain:
    return {
        "agreement": "test",
        "agreement_sha256": hash_of(AGREEMENT),
        "breached_from_ppm": 950_000,
        "clause": "no-fire",
        "incident": about,
        "kept_up_to_ppm": 50_000,
        "outcome": outcome,
        "probability_ppm": 869_948,
        "reading": reading,
        "revision": 1,
    }


FIRST = f"i:{hash_of(CSV)}:2"
SECOND = f"i:{hash_of(GZIP)}:2"
CITED = (f"o:{hash_of(CSV)}:2", f"o:{hash_of(GZIP)}:2")


@dataclass
class World:
    """What a mission is made of; a test changes it before the mission is signed."""

    mission: bytes = MISSION
    agreement_feed: str = "agreement"
    documents: list[bytes] = field(default_factory=lambda: [CSV, GZIP, b"nobody cites this\n"])
    observations: list[Plain] = field(
        default_factory=lambda: [observation(CSV, 2), observation(CSV, 3), observation(GZIP, 2)]
    )
    incidents: list[Plain] = field(
        default_factory=lambda: [incident(SECOND, CITED[1]), incident(FIRST, *CITED)]
    )
    findings: list[Plain] = field(
        default_factory=lambda: [
            finding(FIRST, "declared"),
            finding(SECOND, "declared"),
            finding(FIRST, "agreed", "breached"),
        ]
    )
    end: bytes = b"\n"


def rows(world: World, records: list[Plain]) -> bytes:
    return b"\n".join(map(canonical, records)) + world.end if records else b""


def make_mission(folder: Path, change: Callable[[World], object] | None = None) -> World:
    """Sign a mission of the small world, changed or not."""
    world = World()
    if change:
        change(world)
    with Ledger.create(folder, SEED, ORIGIN) as ledger:
        ledger.store_mission_file(world.mission)
        for content, feed in [(AGREEMENT, world.agreement_feed)] + [
            (one, "test") for one in world.documents
        ]:
            body = {"name": f"{feed}/{len(content)}", "feed": feed, "received_us": None}
            digest = ledger.store_original(content)
            ledger.append("original", {"sha256": digest, "size": len(content), **body})
        ledger.store_derived("incidents.jsonl", b"an older file")
        ledger.store_derived("incidents.jsonl", rows(world, world.incidents))
        ledger.store_derived("findings.jsonl", rows(world, world.findings))
        ledger.store_derived("observations.jsonl", rows(world, world.observations))
        ledger.store_derived("summary.json", b"{}\n")
        ledger.commit(DAY_US)
    return world


def contents_of(world: World, about: str = FIRST) -> Contents:
    """List what belongs into the bundle of an incident, without asking the pipeline."""
    at, told = next((at, one) for at, one in enumerate(world.incidents, 1) if one["id"] == about)
    findings = [
        (at, one) for at, one in enumerate(world.findings, 1) if one.get("incident") == about
    ]
    citations = []
    for name in told["observations"]:
        _, document, line = name.split(":")
        row = next(
            at
            for at, one in enumerate(world.observations, 1)
            if f"o:{one['document_sha256']}:{one['line']}" == name
        )
        citations.append(
            Citation(
                observation=name,
                document=document,
                document_line=int(line),
                row=Place(path="observations.jsonl", line=row),
            )
        )
    return Contents(
        about=about,
        records=[
            Place(path="incidents.jsonl", line=at),
            *(Place(path="findings.jsonl", line=line) for line, _ in findings),
        ],
        citations=citations,
        agreements=frozenset(one["agreement_sha256"] for _, one in findings),
    )


def bundle_of(folder: Path, change: Callable[[World], object] | None = None) -> bytes:
    """Make a mission of the small world, changed or not, and the bundle of its incident."""
    world = make_mission(folder, change)
    with Ledger.open(folder) as ledger:
        return make_bundle(ledger, contents_of(world), DERIVED)


MIRRORS = [SigningKey(name=f"m{at}.example", seed=bytes([at + 1]) * 32) for at in range(4)]
POLICY = "\n".join(
    [
        "# four mirrors, three of which are enough",
        f"log {SIGNED_BY}",
        *(f"witness M{at} {cosigner_key(one)}" for at, one in enumerate(MIRRORS)),
        "group det 3 M0 M1 M2 M3\nquorum det\n",
    ]
)


def quorum_bundle_of(folder: Path) -> bytes:
    """Make a mission of the small world, and the bundle of its incident with three cosignatures."""
    world = make_mission(folder)
    note = (folder / CHECKPOINT).read_bytes()
    text = note.decode().split("\n\n")[0] + "\n"
    notes = {
        f"M{at}": add_signatures(note, [cosign(text, MIRRORS[at], 60 + at)]).decode()
        for at in (3, 1, 0)
    }
    with Ledger.open(folder) as ledger:
        backing = Backing(policy=POLICY, notes=notes)
        return make_bundle(ledger, contents_of(world), DERIVED, backing)


def opened(bundle: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(bundle)


def closed(raw: Any) -> bytes:  # noqa: ANN401 - JSON
    """Write a bundle again, as whoever changed it would: in the canonical way."""
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()
