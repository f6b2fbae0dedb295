"""From documents to derived files: hear, know, join, compare, ask who, decide, stand by.

A pure function of the documents, the agreements and the window: the same bytes in give the same
bytes out, so that anyone with the mission folder gets the same answer. `run.py` calls it, and
`seal.py` keeps what it gives; nothing here reads a clock, a folder or the network.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import numpy as np

from truceline.attribution.attribute import attribute
from truceline.commission.docket import docket
from truceline.evaluation.judge import judge
from truceline.feeds import FEEDS
from truceline.feeds.gather import Original, Read, gather, rows_of
from truceline.feeds.register import register
from truceline.fusion.fuse import fuse
from truceline.fusion.instruments import PROMPT
from truceline.fusion.revise import revise, revisions
from truceline.fusion.world import Gazetteer, World, merge_alerts
from truceline.guarantees.candidates import candidates
from truceline.pipeline.superseded import FILE as SUPERSEDED
from truceline.pipeline.superseded import no_longer_told, superseded
from truceline.records.agreement import Agreement, ControlLine, Reading, Site
from truceline.records.bulk import observation_table
from truceline.records.canonical import canonical, record_bytes
from truceline.records.claim import Claim
from truceline.records.context import Alert, Area, CloudCover, PopulatedPlace
from truceline.records.coverage import Coverage, Look
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Incident
from truceline.records.observation import Means, Observation
from truceline.records.source import SourceDays
from truceline.records.units import DAY_US, E7, day_of, day_start_us
from truceline.sensors.background import read_background
from truceline.sensors.coverage import (
    days_between,
    looks_from,
    platforms_by_day,
    thermal_coverage,
)
from truceline.sensors.ground import Ground
from truceline.sensors.thermal import LOOK_SHARE

Progress = Callable[[str, int, int], None]

# "Likely" in the words of ICD 203 begins here.
LIKELY_PPM = 550_000
# About 200 km.
MARGIN_DEG = 2.0


# Written only where something was told before.
REVISIONS = "revisions.jsonl"
NOT_APPLICABLE = "not_applicable"
GRAVITY = (Outcome.BREACHED.value, Outcome.UNDECIDED.value, Outcome.KEPT.value, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that the answer depends on.

    Attributes:
        originals: Documents, any order.
        agreements: Agreements, any order.
        since: First UTC day of the window.
        until: Last UTC day of the window.
        told: The incidents of each time that they were told otherwise afterwards, in that order.
    """

    originals: tuple[Original, ...]
    agreements: tuple[Agreement, ...]
    since: date
    until: date
    told: tuple[tuple[Incident, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What came of it: the register of documents with their rows, and the derived files."""

    reads: tuple[Read, ...]
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """Rows of the window, by what they are."""

    observations: tuple[Observation, ...]
    outside: int
    repeated: int
    thermal: tuple[Observation, ...]
    alerts: tuple[Alert, ...]
    lines: tuple[ControlLine, ...]
    clouds: Mapping[date, CloudCover]
    sites: tuple[Site, ...]
    claims: tuple[Claim, ...]
    places: tuple[PopulatedPlace, ...]
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    reads: tuple[Read, ...]
    incidents: tuple[Incident, ...]
    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...]
    coverage: tuple[Coverage, ...]
    sources: tuple[SourceDays, ...]


def derive(inputs: Inputs, *, threads: int, progress: Progress) -> Derived:
    """Run the whole job on documents already in hand."""
    reads = gather(inputs.originals, FEEDS, threads=threads, progress=progress)
    return Derived(reads=reads, files=derived_files(inputs, reads, progress))


def derived_files(inputs: Inputs, reads: Sequence[Read], progress: Progress) -> Mapping[str, bytes]:
    """Give each derived file's name and bytes."""
    steps = _Steps(progress, 4)
    areas = read_areas()
    heard = _hear(inputs, reads, region_of(areas))
    parties = sorted({party.code for terms in inputs.agreements for party in terms.parties})
    ground = Ground(areas, heard.lines, parties)
    coverage = _coverage(inputs, heard, ground)
    steps.done("coverage weighed")
    found = fuse(heard.observations, _world(inputs, heard, ground, centre_of(region_of(areas))))
    incidents = revise(found, inputs.told)
    steps.done("observations joined")
    findings, not_applicable = _findings(inputs, heard, incidents)
    steps.done("incidents held against clauses")
    answer = _Answer(
        reads=tuple(reads),
        incidents=incidents,
        findings=findings,
        not_applicable=not_applicable,
        coverage=coverage,
        sources=register(reads, FEEDS, heard.looks, _days(inputs)),
    )
    files = {name: _lines(records) for name, records in _records(answer, heard).items()}
    files["summary.json"] = canonical(_summary(answer, inputs, heard))
    if inputs.told:
        files[REVISIONS] = _lines(revisions(incidents, inputs.told[-1]))
        gone = no_longer_told(incidents, inputs.told)
        before, _ = _findings(inputs, heard, gone)
        files[SUPERSEDED] = _lines(superseded(gone, before, incidents, findings))
    steps.done("derived files written")
    return files


def _records(answer: _Answer, heard: _Heard) -> dict[str, Iterable[object]]:
    """Name the derived files and what each holds, one record a line."""
    return {
        "incidents.jsonl": answer.incidents,
        "findings.jsonl": answer.findings,
        "not_applicable.jsonl": answer.not_applicable,
        "attributions.jsonl": [attribute(incident) for incident in answer.incidents],
        "referrals.jsonl": docket(answer.findings),
        "candidate_instants.jsonl": candidates(answer.incidents, answer.findings),
        "coverage.jsonl": answer.coverage,
        "observations.jsonl": heard.observations,
        "alerts.jsonl": heard.alerts,
        "lines.jsonl": heard.lines,
        "sites.jsonl": heard.sites,
        "claims.jsonl": heard.claims,
        "sources.jsonl": answer.sources,
        "documents.jsonl": [read.document for read in answer.reads],
    }


class _Steps:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def done(self, what: str) -> None:
        self._done += 1
        self._progress(what, self._done, self._total)


def _lines(records: Iterable[object]) -> bytes:
    return b"".join(record_bytes(record) + b"\n" for record in records)


def read_areas() -> tuple[Area, ...]:
    """Read the first-level areas of the packaged base map (Natural Earth, public domain)."""
    document = files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()
    return tuple(
        Area(
            code=feature["properties"]["region_code"],
            polygons_e7=_polygons_e7(feature["geometry"]),
        )
        for feature in json.loads(document)["features"]
    )


def region_of(areas: Sequence[Area]) -> tuple[float, float, float, float]:
    """Give the box that a mission watches: the areas and a margin, in degrees, west to north.

    The margin keeps what happens just across a border, on anybody's land; beyond it lies what the
    same feeds bring from the rest of the world.
    """
    corners = [
        point for area in areas for rings in area.polygons_e7 for ring in rings for point in ring
    ]
    longitudes, latitudes = [x / E7 for x, _ in corners], [y / E7 for _, y in corners]
    return (
        min(longitudes) - MARGIN_DEG,
        min(latitudes) - MARGIN_DEG,
        max(longitudes) + MARGIN_DEG,
        max(latitudes) + MARGIN_DEG,
    )


def centre_of(region: tuple[float, float, float, float]) -> tuple[int, int]:
    """Give the middle of the box that a mission watches: longitude and latitude."""
    west, south, east, north = region
    return round((west + east) / 2 * E7), round((south + north) / 2 * E7)


def _polygons_e7(geometry: Mapping[str, Any]) -> tuple[Any, ...]:
    several = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
    return tuple(
        tuple(tuple((round(x * E7), round(y * E7)) for x, y in ring) for ring in rings)
        for rings in polygons
    )


def _days(inputs: Inputs) -> list[date]:
    return [day_of(day_us) for day_us in days_between(inputs.since, inputs.until)]


def _window_us(inputs: Inputs) -> tuple[int, int]:
    return day_start_us(inputs.since), day_start_us(inputs.until) + DAY_US


def _hear(
    inputs: Inputs, reads: Sequence[Read], region: tuple[float, float, float, float]
) -> _Heard:
    """Take what falls into the window and the region; context without days is taken whole."""
    began_us, ended_us = _window_us(inputs)
    spoken = [
        seen
        for seen in rows_of(reads, Observation)
        # A report's local day is shared by two UTC days; its middle tells to which it belongs.
        if began_us <= (seen.began_us + seen.ended_us) // 2 < ended_us
    ]
    within = [seen for seen in spoken if _is_within(seen, region)]
    observations = _once(within)
    thermal = tuple(seen for seen in observations if seen.means is Means.SATELLITE_THERMAL)
    said = [look for read in reads for look in read.looks]
    return _Heard(
        observations=observations,
        outside=len(spoken) - len(within),
        repeated=len(within) - len(observations),
        thermal=thermal,
        alerts=tuple(
            alert
            for alert in rows_of(reads, Alert)
            if alert.began_us < ended_us and alert.ended_us >= began_us
        ),
        lines=tuple(
            line
            for line in rows_of(reads, ControlLine)
            if began_us - 7 * DAY_US <= line.as_of_us < ended_us
        ),
        clouds={
            cloud.day: cloud
            for cloud in rows_of(reads, CloudCover)
            if inputs.since <= cloud.day <= inputs.until
        },
        sites=rows_of(reads, Site),
        claims=tuple(
            claim
            for claim in rows_of(reads, Claim)
            if _is_claimed_within(claim, began_us, ended_us)
        ),
        places=rows_of(reads, PopulatedPlace),
        looks=tuple(
            look
            for look in looks_from(observation_table(thermal), said)
            if began_us <= look.began_us < ended_us
        ),
    )


def _is_within(seen: Observation, region: tuple[float, float, float, float]) -> bool:
    west, south, east, north = (side * E7 for side in region)
    place = seen.place
    return west <= place.longitude_e7 <= east and south <= place.latitude_e7 <= north


def _once(seen: Sequence[Observation]) -> tuple[Observation, ...]:
    """Leave out satellite detections that stand in two documents: the same pixel counts once."""
    first: dict[tuple[object, ...], str] = {}
    for one in seen:
        first[_sight(one)] = min(one.id, first.get(_sight(one), one.id))
    return tuple(one for one in seen if first[_sight(one)] == one.id)


def _sight(seen: Observation) -> tuple[object, ...]:
    if seen.means is not Means.SATELLITE_THERMAL:
        return (seen.id,)
    return seen.source, seen.began_us, seen.place.longitude_e7, seen.place.latitude_e7


def _is_claimed_within(claim: Claim, began_us: int, ended_us: int) -> bool:
    """Tell whether a claim speaks of the window: by its period, else by the day it was made."""
    if claim.began_us is None and claim.ended_us is None:
        window = (day_of(began_us).isoformat(), day_of(ended_us - 1).isoformat())
        return window[0] <= claim.as_of[:10] <= window[1]
    first_us = claim.ended_us if claim.began_us is None else claim.began_us
    last_us = claim.began_us if claim.ended_us is None else claim.ended_us
    return first_us is not None and first_us < ended_us and (last_us or first_us) >= began_us


def _coverage(inputs: Inputs, heard: _Heard, ground: Ground) -> tuple[Coverage, ...]:
    return thermal_coverage(
        ground,
        days_between(inputs.since, inputs.until),
        heard.looks,
        heard.clouds,
        (
            np.array([seen.place.longitude_e7 for seen in heard.thermal], np.int64),
            np.array([seen.place.latitude_e7 for seen in heard.thermal], np.int64),
            np.array([seen.began_us for seen in heard.thermal], np.int64),
        ),
    )


def _world(inputs: Inputs, heard: _Heard, ground: Ground, centre_e7: tuple[int, int]) -> World:
    began_us, ended_us = _window_us(inputs)
    heard_us: dict[Means, set[int]] = defaultdict(set)
    for seen in heard.observations:
        heard_us[seen.means].add((seen.began_us + seen.ended_us) // 2 // DAY_US * DAY_US)
    return World(
        began_us=began_us,
        ended_us=ended_us,
        centre_e7=centre_e7,
        ground=ground,
        background=read_background(),
        platforms=platforms_by_day(heard.looks),
        clouds=heard.clouds,
        prompt_days={
            means.value: frozenset(days) for means, days in heard_us.items() if means in PROMPT
        },
        news_days=frozenset(heard_us[Means.OPEN_SOURCE] | heard_us[Means.PARTY_REPORT]),
        alerts=merge_alerts(heard.alerts),
        alert_days=frozenset(_days_us(alert.began_us for alert in heard.alerts)),
        alert_issuers=frozenset(alert.issued_by for alert in heard.alerts),
        places=Gazetteer(heard.places),
    )


def _days_us(moments_us: Iterable[int]) -> set[int]:
    return {moment // DAY_US * DAY_US for moment in moments_us}


def _findings(
    inputs: Inputs, heard: _Heard, incidents: Sequence[Incident]
) -> tuple[tuple[Finding, ...], tuple[NotApplicable, ...]]:
    findings: list[Finding] = []
    not_applicable: list[NotApplicable] = []
    for agreement in sorted(inputs.agreements, key=lambda terms: (terms.id, terms.sha256)):
        judged, spared = judge(incidents, agreement, heard.sites, sites_known=bool(heard.sites))
        findings += judged
        not_applicable += spared
    return tuple(findings), tuple(not_applicable)


def _summary(answer: _Answer, inputs: Inputs, heard: _Heard) -> dict[str, Any]:
    """Count, per side of the line and never over both, with the coverage beside each count."""
    holders = sorted(
        {cell.held_by for cell in answer.coverage}
        | {incident.held_by for incident in answer.incidents},
        key=lambda party: party or "",
    )
    return {
        "since": inputs.since.isoformat(),
        "until": inputs.until.isoformat(),
        "sides": [_side(answer, party) for party in holders],
        "readings": [
            {
                "agreement": terms.id,
                "reading": reading.id,
                "detections_inside": _detections_inside(heard, reading),
                "outcomes": _outcomes(answer, terms.sha256, reading.id),
            }
            for terms in inputs.agreements
            for reading in terms.readings
        ],
        "claims": len(heard.claims),
        "outside_rows": heard.outside,
        "repeated_rows": heard.repeated,
        "refused_rows": sum(len(read.document.refused) for read in answer.reads),
        "foreign_documents": [
            [read.document.name, read.document.foreign]
            for read in answer.reads
            if read.document.foreign
        ],
        "not_known": [source.source for source in answer.sources if not source.is_known],
        "partly_known": [
            source.source for source in answer.sources if source.is_known and source.days_missing
        ],
    }


def _detections_inside(heard: _Heard, reading: Reading) -> int | None:
    """Count detections of heat while a reading binds; None if no satellite was heard then."""
    began_us = reading.start.not_before_us
    ended_us = reading.end.not_after_us if reading.end else None
    looked = any(
        look.ended_us > began_us and (ended_us is None or look.began_us < ended_us)
        for look in heard.looks
        if look.source in LOOK_SHARE
    )
    if not looked:
        return None
    return sum(
        began_us <= seen.began_us and (ended_us is None or seen.began_us < ended_us)
        for seen in heard.thermal
    )


def _side(answer: _Answer, party: str | None) -> dict[str, Any]:
    cells = [cell for cell in answer.coverage if cell.held_by == party]
    chances = [cell.detection_ppm for cell in cells if cell.detection_ppm is not None]
    bounds = [cell.missed_upper_95 for cell in cells if cell.missed_upper_95 is not None]
    incidents = [incident for incident in answer.incidents if incident.held_by == party]
    return {
        "held_by": party,
        "incidents": len(incidents),
        "likely_incidents": sum(incident.probability_ppm >= LIKELY_PPM for incident in incidents),
        "cell_days": len(cells),
        "cell_days_not_observed": len(cells) - len(chances),
        "detection_least_ppm": min(chances, default=None),
        "detection_most_ppm": max(chances, default=None),
        "missed_upper_95_most": max(bounds, default=None),
    }


def _outcomes(answer: _Answer, agreement_sha256: str, reading: str) -> dict[str, int]:
    """Count incidents by the gravest answer that any clause gives under a reading."""
    gravest: dict[str, str] = {}
    for one in answer.not_applicable:
        if (one.agreement_sha256, one.reading) == (agreement_sha256, reading):
            gravest[one.incident] = NOT_APPLICABLE
    for finding in answer.findings:
        if (finding.agreement_sha256, finding.reading) == (agreement_sha256, reading):
            before = gravest.get(finding.incident, NOT_APPLICABLE)
            gravest[finding.incident] = min(before, finding.outcome.value, key=GRAVITY.index)
    counts = Counter(gravest.values())
    return {outcome: counts[outcome] for outcome in GRAVITY}
