"""From a mission folder to its index: what the store keeps, and how each record is named there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from truceline.records.canonical import read_record
from truceline.records.claim import Claim
from truceline.records.context import Alert
from truceline.records.coverage import Cell
from truceline.records.finding import Finding, NotApplicable
from truceline.records.ids import short_id
from truceline.records.observation import Observation
from truceline.records.units import day_of
from truceline.store.index import Row

Plain = dict[str, Any]
Naming = Callable[[Plain], tuple[str, str | None]]


def _incident(plain: Plain) -> tuple[str, str | None]:
    return plain["id"], day_of(plain["ended_us"]).isoformat()


def _observation(plain: Plain) -> tuple[str, str | None]:
    # A report's local day is shared by two UTC days; its middle tells under which it is listed.
    middle_us = (plain["began_us"] + plain["ended_us"]) // 2
    return read_record(Observation, plain).id, day_of(middle_us).isoformat()


def _alert(plain: Plain) -> tuple[str, str | None]:
    return read_record(Alert, plain).id, day_of(plain["began_us"]).isoformat()


def _coverage(plain: Plain) -> tuple[str, str | None]:
    day = day_of(plain["began_us"]).isoformat()
    return f"v:{read_record(Cell, plain['cell']).id}:{day}", day


def _line(plain: Plain) -> tuple[str, str | None]:
    return f"l:{plain['document_sha256']}", day_of(plain["as_of_us"]).isoformat()


# A derived file, the kind of its records, how each is named, and the day it is listed under.
KINDS: dict[str, tuple[str, Naming]] = {
    "incidents.jsonl": ("incident", _incident),
    "revisions.jsonl": ("revision", lambda plain: (f"u:{plain['incident'][2:]}", None)),
    "findings.jsonl": ("finding", lambda plain: (read_record(Finding, plain).id, None)),
    "superseded.jsonl": (
        "superseded",
        lambda plain: (read_record(Finding, plain["finding"]).id, None),
    ),
    "not_applicable.jsonl": (
        "not_applicable",
        lambda plain: (read_record(NotApplicable, plain).id, None),
    ),
    "attributions.jsonl": ("attribution", lambda plain: (f"w:{plain['incident'][2:]}", None)),
    "referrals.jsonl": ("referral", lambda plain: (f"r:{plain['incident'][2:]}", None)),
    "candidate_instants.jsonl": (
        "candidate_instant",
        lambda plain: (f"n:{plain['finding'][2:]}", None),
    ),
    "coverage.jsonl": ("coverage", _coverage),
    "observations.jsonl": ("observation", _observation),
    "alerts.jsonl": ("alert", _alert),
    "lines.jsonl": ("line", _line),
    "sites.jsonl": ("site", lambda plain: (plain["id"], None)),
    "claims.jsonl": ("claim", lambda plain: (read_record(Claim, plain).id, None)),
    "sources.jsonl": ("source", lambda plain: (plain["source"], None)),
    "documents.jsonl": ("document", lambda plain: (f"d:{plain['sha256']}:{plain['name']}", None)),
}


NAMINGS: dict[str, Naming] = dict(KINDS.values())


def rows_of_mission(folder: Path) -> Iterator[Row]:
    """Yield every derived record of a mission, to be indexed; a missing file yields nothing."""
    for name, (kind, naming) in KINDS.items():
        path = folder / "derived" / name
        if not path.is_file():
            continue
        for line in path.read_bytes().splitlines():
            body = json.loads(line)
            full, day = naming(body)
            yield Row(kind=kind, id=full, short_id=short_id(full), day=day, body=body)
    summary = json.loads((folder / "derived" / "summary.json").read_bytes())
    yield Row(kind="summary", id="summary", short_id="summary", day=None, body=summary)
