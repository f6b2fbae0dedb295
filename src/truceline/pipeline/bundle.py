"""Cut one incident out of a mission, with all findings on it and every byte that proves them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from truceline.evidence.bundle import (
    Backing,
    Citation,
    Contents,
    Place,
    cosignature_lines,
    make_bundle,
)
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.verifiers import verify_bundle
from truceline.pipeline.cosigned import cosigned_file, read_standing
from truceline.pipeline.mission import open_mission
from truceline.pipeline.seal import MissionError
from truceline.records.canonical import read_record
from truceline.records.finding import Finding

Plain = dict[str, Any]

INCIDENTS, FINDINGS, OBSERVATIONS = "incidents.jsonl", "findings.jsonl", "observations.jsonl"
DERIVED = frozenset({INCIDENTS, FINDINGS, OBSERVATIONS})
VERIFIER = Path(verify_bundle.__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A bundle that was written.

    Attributes:
        about: Full id of the incident or finding.
        findings: Findings in it: all on its incident.
        lines: Lines of documents that it cites.
        size: Bytes.
        key: Verifier key of the signer.
        standing: How far mirrors stand behind the head of the log, in one line.
        left_out: Mirrors of the policy that do not stand behind this head, and why.
    """

    about: str
    findings: int
    lines: int
    size: int
    key: str
    standing: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)


def bundle_record(mission: Path, record: str, out: Path) -> Bundled:
    """Write the bundle of an incident or a finding to a new file.

    What is written has been checked by the verifier that its reader will use. What mirrors answered
    when `truceline mirror collect` asked them goes along, with the policy; nobody is asked here.

    Args:
        mission: The mission folder.
        record: The id, the short id or its beginning.
        out: The file; it must not exist.

    Raises:
        LookupError: There is no such record, or it is neither an incident nor a finding.
        MissionError: The file exists.
        LedgerError: The mission is damaged: what is cited is not what was signed.
        FormatError: The kept answers of the mirrors cannot be read.
    """
    if out.exists():
        raise MissionError(f"{out} exists; a bundle is never overwritten")
    contents = bundle_contents(mission, record)
    backing = kept_backing(mission)
    left_out: dict[str, str] = {}
    with Ledger.open(mission) as ledger:
        content = make_bundle(ledger, contents, DERIVED, backing)
        key = str(ledger.key)
        if backing is not None and ledger.checkpoint is not None:
            left_out = cosignature_lines(ledger.checkpoint.text, ledger.key, backing)[1]
    try:
        checked = verify_bundle.verify(content, key)
    except verify_bundle.Wrong as wrong:
        raise LedgerError(f"{mission} gives no bundle that verifies: {wrong}") from wrong
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(content)
    part.rename(out)
    return Bundled(
        about=contents.about,
        findings=len(contents.records) - 1,
        lines=len(contents.citations),
        size=len(content),
        key=key,
        standing=str(checked.standing),
        left_out=left_out,
    )


def kept_backing(mission: Path) -> Backing | None:
    """Give what the mirrors of a policy answered when they were last asked; None for never.

    Raises:
        FormatError: The kept answers cannot be read.
        LedgerError: The mission is none, or damaged.
    """
    standing = read_standing(mission)
    if standing.policy is None:
        return None
    notes = json.loads(cosigned_file(mission).read_bytes())["notes"]
    return Backing(policy=standing.policy_text, notes=dict(notes))


def bundle_contents(mission: Path, record: str) -> Contents:
    """Find what a bundle about a record has to hold.

    Raises:
        LookupError: There is no such record, or it is neither an incident nor a finding.
    """
    view = open_mission(mission)
    try:
        kind, body = view.find(record)
    finally:
        view.close()
    if kind not in {"incident", "finding"}:
        raise LookupError(f"{record} is a {kind}; a bundle is about an incident or a finding")
    name = body["id"] if kind == "incident" else body["incident"]
    derived = mission / "derived"
    incidents = _numbered(derived / INCIDENTS, "id", {name})
    findings = _numbered(derived / FINDINGS, "incident", {name})
    if len(incidents) != 1:
        raise LookupError(f"{len(incidents)} incidents are named {name}; a bundle is about one")
    places = [Place(path=INCIDENTS, line=line) for line, _ in incidents]
    places += [Place(path=FINDINGS, line=line) for line, _ in findings]
    return Contents(
        about=name if kind == "incident" else read_record(Finding, body).id,
        records=places,
        citations=_citations(derived / OBSERVATIONS, incidents[0][1]["observations"]),
        agreements=frozenset(one["agreement_sha256"] for _, one in findings),
    )


def _numbered(path: Path, field: str, values: set[str]) -> list[tuple[int, Plain]]:
    """Give the records of a derived file that have one of the values, with their lines."""
    rows = (json.loads(line) for line in path.read_bytes().splitlines())
    return [(line, row) for line, row in enumerate(rows, start=1) if row[field] in values]


def _citations(path: Path, observations: Sequence[str]) -> list[Citation]:
    documents = {name.split(":")[1] for name in observations}
    rows = {
        f"o:{row['document_sha256']}:{row['line']}": (line, row)
        for line, row in _numbered(path, "document_sha256", documents)
    }
    return [
        Citation(
            observation=name,
            document=row["document_sha256"],
            document_line=row["line"],
            row=Place(path=OBSERVATIONS, line=line),
        )
        for name in observations
        for line, row in (rows[name],)
    ]
