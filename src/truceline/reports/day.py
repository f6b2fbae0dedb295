"""One day of a mission as records: all that the daily report is made from, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from truceline.records.agreement import Agreement, ControlLine
from truceline.records.attribution import Attribution
from truceline.records.claim import Claim
from truceline.records.context import Area
from truceline.records.coverage import Coverage
from truceline.records.finding import Finding, NotApplicable
from truceline.records.incident import Incident
from truceline.records.source import Document
from truceline.records.units import DAY_US, day_of, day_start_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of the signed log that a report was made from.

    Attributes:
        origin: Name of the log.
        size: Entries it held.
        root: Root of its tree, as text.
    """

    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedLine:
    """One line of one original: where an observation or a claim was read from.

    Attributes:
        name: Path of the document in the folder it came from.
        sha256: Hash of its bytes.
        line: Line in it, counted from 1.
        text: The line itself.
    """

    name: str
    sha256: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """What one source of the register gave for one day.

    Attributes:
        source: Id in the source register.
        means: How it observes (a value of `Means`), or "context".
        state: "heard" if a document that speaks for the day came, else "not_known".
        documents: The documents that speak for the day.
        rows: Rows read from them for the day.
        refused: Rows of those documents that were refused.
    """

    source: str
    means: str
    state: str
    documents: tuple[Document, ...]
    rows: int
    refused: int

    def __post_init__(self) -> None:
        if self.state not in {"heard", "not_known"}:
            raise ValueError(f"{self.source}: state must be heard or not_known, got {self.state!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """All records of one UTC day.

    Attributes:
        title: Title of the mission.
        day: The UTC day.
        checkpoint: The state of the log that the records stand in.
        agreements: Every agreement of the mission; their parties, in the order of the files, give
            the sides their order.
        incidents: The incidents of the day, as `incidents_of` chooses them.
        findings: Their findings.
        not_applicable: Clauses that could not bind them.
        attributions: The answers on responsibility for them.
        coverage: The coverage cells of the day.
        claims: The claims that touch the day, as `claims_of` chooses them.
        sources: Every source of the register, heard or not.
        traced: Id of an observation or claim to the line it was read from.
        areas: First-level areas, for the map.
        line: The line of control of the day; None if not known.
    """

    title: str
    day: date
    checkpoint: Checkpoint
    agreements: tuple[Agreement, ...]
    incidents: tuple[Incident, ...]
    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...]
    attributions: tuple[Attribution, ...]
    coverage: tuple[Coverage, ...]
    claims: tuple[Claim, ...]
    sources: tuple[SourceDay, ...]
    traced: Mapping[str, TracedLine]
    areas: tuple[Area, ...]
    line: ControlLine | None

    @property
    def parties(self) -> tuple[str, ...]:
        """Codes of the parties, each once, in the order of the agreements; by code without one."""
        named = [party.code for agreement in self.agreements for party in agreement.parties]
        seen = {cell.held_by for cell in self.coverage} | {one.held_by for one in self.incidents}
        return tuple(dict.fromkeys([*named, *sorted(code for code in seen if code is not None)]))


def incidents_of(day: date, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Choose the incidents that the report of a day lists, the most probable first.

    An incident is listed once: on the UTC day of `ended_us`, its first sighting, by which it had
    begun. A fire that burns on is not listed again.
    """
    chosen = [incident for incident in incidents if day_of(incident.ended_us) == day]
    return tuple(sorted(chosen, key=lambda one: (-one.probability_ppm, one.ended_us, one.id)))


def claims_of(day: date, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Choose the claims that touch a day, sorted by claimant, then line.

    A claim touches the days of its period; one without a period touches the day it was said.
    """
    return tuple(
        sorted(
            (claim for claim in claims if _touches(claim, day)),
            key=lambda claim: (claim.claimant, claim.document_sha256, claim.line),
        )
    )


def _touches(claim: Claim, day: date) -> bool:
    if claim.began_us is None and claim.ended_us is None:
        return claim.as_of.startswith(day.isoformat())
    start_us = day_start_us(day)
    began_us = start_us if claim.began_us is None else claim.began_us
    ended_us = began_us if claim.ended_us is None else claim.ended_us
    # A period that ends where it begins is an instant; one that ends at midnight ends before it.
    return began_us < start_us + DAY_US and (ended_us > start_us or began_us >= start_us)
