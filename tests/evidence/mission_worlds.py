"""Small missions for the tests of the evidence room."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.tree import rows_root
from truceline.records.canonical import Json

ORIGIN = "truceline.example/test"
SEED = bytes(range(32))
KEY = SigningKey(name=ORIGIN, seed=SEED).verifier
DAY_US = 86_400_000_000
MISSION = f'title = "Test mission"\nverifier_key = "{KEY}"\n# after the key\n'.encode()


def add_original(ledger: Ledger, content: bytes) -> int:
    digest = ledger.store_original(content)
    ledger.append(
        "original",
        {
            "sha256": digest,
            "size": len(content),
            "name": "firms/day.csv",
            "feed": "firms",
            "received_us": None,
        },
    )
    rows = content.splitlines()
    return ledger.append(
        "parsed",
        {
            "sha256": digest,
            "feed": "firms",
            "parser_version": 1,
            "rows": len(rows),
            "refused": 0,
            "rows_root": rows_root(rows),
        },
    )


def fill(ledger: Ledger, count: int) -> None:
    """Append statements about one derived file until the log, committed, would hold `count`."""
    index = ledger.store_derived("a.jsonl", b"x")
    body: dict[str, Json] = {"path": "a.jsonl", "sha256": sha256(b"x").hexdigest(), "size": 1}
    while index < count - 1:
        index = ledger.append("derived", body)


def begun(folder: Path) -> Ledger:
    ledger = Ledger.create(folder, SEED, ORIGIN)
    ledger.store_mission_file(MISSION)
    return ledger


def mission(folder: Path, extra: int = 0) -> Path:
    """Make a whole mission: two originals, two derived files, 7 statements and `extra` more."""
    with begun(folder) as ledger:
        add_original(ledger, b"48.1,37.5\n48.2,37.6\n")
        add_original(ledger, b"47.9,35.1\n")
        if extra:
            fill(ledger, 5 + extra)
        ledger.store_derived("a.jsonl", b'{"id":"i:1"}\n')
        ledger.store_derived("days/2026-04-11.json", b"{}\n")
        ledger.commit(DAY_US)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder by its path inside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
