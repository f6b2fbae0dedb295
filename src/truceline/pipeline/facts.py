"""What a commission and a board need to know of findings, from the derived files of a mission.

Nothing is guessed: the area of a unit, an order behind an incident and a severity stand in no
derived file, and so are not known here. Whose sensors a finding stands on, `holders` tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from truceline.pipeline.holders import owners_of
from truceline.pipeline.superseded import FILE as SUPERSEDED
from truceline.records import chamber, trigger
from truceline.records.agreement import Agreement
from truceline.records.canonical import read_record
from truceline.records.finding import Finding
from truceline.sensors.coverage import cell_at

Plain = dict[str, Any]
FINDINGS, INCIDENTS = "findings.jsonl", "incidents.jsonl"
# What facts are read from, in the order in which `judged` takes them.
FILES = (FINDINGS, INCIDENTS, SUPERSEDED)
NOBODY_KNOWN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with the incident that it judges.

    Attributes:
        finding: The finding.
        incident: The incident, as its derived file has it.
        superseded_by: None while it is told; after a revision the ids of those in its place.
    """

    finding: Finding
    incident: Plain
    superseded_by: tuple[str, ...] | None = None


def judged(findings: bytes, incidents: bytes, superseded: bytes = b"") -> Iterator[Judged]:
    """Read findings with their incidents from the bytes of the derived files.

    Args:
        findings: `findings.jsonl`.
        incidents: `incidents.jsonl`.
        superseded: `superseded.jsonl`; empty where nothing was told otherwise before.
    """
    by_id = {row["id"]: row for row in map(json.loads, incidents.splitlines())}
    for row in map(json.loads, findings.splitlines()):
        yield Judged(finding=read_record(Finding, row), incident=by_id[row["incident"]])
    for row in map(json.loads, superseded.splitlines()):
        yield Judged(
            finding=read_record(Finding, row["finding"]),
            incident=row["incident"],
            superseded_by=tuple(row["by"]),
        )


def judged_of(mission: Path) -> tuple[Judged, ...]:
    """Read the findings of a mission; none where nothing was derived."""
    paths = [mission / "derived" / name for name in FILES]
    return judged_in({path.name: path.read_bytes() for path in paths if path.is_file()})


def judged_in(files: Mapping[str, bytes]) -> tuple[Judged, ...]:
    """Read the findings from derived files by name; none where nothing was derived."""
    if not {FINDINGS, INCIDENTS} <= files.keys():
        return ()
    return tuple(judged(*(files[name] for name in FILES if name in files)))


def commission_facts(
    found: Iterable[Judged], owners: Mapping[str, str] = NOBODY_KNOWN
) -> dict[str, chamber.FindingFacts]:
    """Give what a commission needs to know of each finding, by its id.

    Args:
        found: The findings.
        owners: The state whose document each is, by hash, as far as it is known.
    """
    return {one.finding.id: _for_commission(one, owners) for one in found}


def _for_commission(one: Judged, owners: Mapping[str, str]) -> chamber.FindingFacts:
    behind = owners_of(one.incident, owners)
    return chamber.FindingFacts(
        id=one.finding.id,
        clause=one.finding.clause,
        outcome=one.finding.outcome,
        probability_ppm=one.finding.probability_ppm,
        began_us=one.incident["began_us"],
        ended_us=one.incident["ended_us"],
        cell=_cell(one.incident),
        owners=behind.states,
        owners_known=behind.all_known,
        superseded_by=one.superseded_by,
    )


def trigger_facts(
    found: Iterable[Judged], agreements: Iterable[Agreement]
) -> Iterator[trigger.FindingFacts]:
    """Give what the tests of triggers need to know of each finding.

    A finding under an agreement that is not at hand is left out: the kind of its clause is not
    known.
    """
    kinds = {
        (terms.sha256, clause.id): clause.kind for terms in agreements for clause in terms.clauses
    }
    for one in found:
        finding = one.finding
        kind = kinds.get((finding.agreement_sha256, finding.clause))
        if kind is not None:
            yield _for_triggers(one, kind)


def _for_triggers(one: Judged, kind: str) -> trigger.FindingFacts:
    finding, incident = one.finding, one.incident
    return trigger.FindingFacts(
        finding=finding.id,
        incident=finding.incident,
        agreement=finding.agreement,
        clause_kind=kind,
        outcome=finding.outcome,
        probability_ppm=finding.probability_ppm,
        began_us=incident["began_us"],
        ended_us=incident["ended_us"],
        cell=_cell(incident),
        severity=None,
        held_by=incident["held_by"],
        superseded_by=one.superseded_by,
    )


def _cell(incident: Mapping[str, Any]) -> str:
    place = incident["place"]
    return cell_at(place["longitude_e7"], place["latitude_e7"]).id
