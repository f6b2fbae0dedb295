"""What a mission told before: kept, so that a revision says what it revises.

Before incidents are told otherwise, the file that told them last is put aside under a name of its
own, `derived/earlier-0001.jsonl` and so on. Each is the very file that the log once stated as
`incidents.jsonl`: nobody can put a past in that was never told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from truceline.evidence.folder import DERIVED
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.records.canonical import read_record
from truceline.records.incident import Incident

INCIDENTS = "incidents.jsonl"
EARLIER = re.compile(r"earlier-([0-9]{4})\.jsonl")


def earlier_name(number: int) -> str:
    """Name the file that is put aside as the `number`-th, counted from 1."""
    return f"earlier-{number:04d}.jsonl"


def earlier_files(ledger: Ledger) -> tuple[str, ...]:
    """Name the files that a log put aside, in order, each held against what it told before.

    Raises:
        LedgerError: One was never told, or one is left out.
    """
    told: set[str] = set()
    names: dict[str, str] = {}
    for statement in ledger.statements():
        if statement.kind != "derived":
            continue
        path, digest = str(statement.body["path"]), str(statement.body["sha256"])
        if path == INCIDENTS:
            told.add(digest)
        elif EARLIER.fullmatch(path):
            if digest not in told:
                raise LedgerError(f"{DERIVED}{path} is said to be what was told, and never was")
            if names.setdefault(path, digest) != digest:
                raise LedgerError(f"{DERIVED}{path} was stated as two files")
    expected = [earlier_name(number) for number in range(1, len(names) + 1)]
    if list(names) != expected:
        raise LedgerError(f"{DERIVED}: {', '.join(names)} are not {', '.join(expected)}")
    return tuple(names)


def read_told(folder: Path, names: Iterable[str]) -> tuple[tuple[Incident, ...], ...]:
    """Read the files that were put aside."""
    return tuple(read_incidents((folder / DERIVED / name).read_bytes()) for name in names)


def told_now(folder: Path, stated_sha256: str | None) -> bytes | None:
    """Give `incidents.jsonl` as it stands; None if it is not the file that the log states."""
    content = (folder / DERIVED / INCIDENTS).read_bytes()
    return content if sha256(content).hexdigest() == stated_sha256 else None


def read_incidents(content: bytes) -> tuple[Incident, ...]:
    """Read a file of incidents."""
    return tuple(read_record(Incident, json.loads(line)) for line in content.splitlines())
