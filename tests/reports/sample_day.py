"""An invented day of an invented mission, with something of everything a report must show."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from truceline.records.agreement import Agreement, Clause, ControlLine, Instant, Party
from truceline.records.attribution import Attribution, Unattributed
from truceline.records.claim import Claim
from truceline.records.context import Area
from truceline.records.coverage import Cell, Coverage, CoverageState
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Means, Place, row_id
from truceline.records.reason import reason
from truceline.records.source import Document, Refused
from truceline.records.units import E7, HOUR_US, PPM, day_start_us
from truceline.reports.day import Checkpoint, DayReport, SourceDay, TracedLine

DAY = date(2031, 5, 4)
MIDNIGHT_US = day_start_us(DAY)
THERMAL_SHA = "a1" * 32
NEWS_SHA = "b2" * 32
CLAIMS_SHA = "c3" * 32
TRUCE_SHA = "d4" * 32
MORATORIUM_SHA = "e5" * 32


@cache
def areas() -> tuple[Area, ...]:
    """Give the oblasts of the packaged base map, by their ISO codes."""
    file = resources.files("truceline") / "basemap" / "oblasts.geojson"
    return tuple(
        Area(code=one["properties"]["region_code"], polygons_e7=_polygons(one["geometry"]))
        for one in json.loads(file.read_text(encoding="utf-8"))["features"]
    )


def _polygons(geometry: Any) -> Any:  # noqa: ANN401 - parsed JSON
    many = geometry["coordinates"]
    many = many if geometry["type"] == "MultiPolygon" else [many]
    return tuple(
        tuple(tuple((round(x * E7), round(y * E7)) for x, y in ring) for ring in polygon)
        for polygon in many
    )


def line() -> ControlLine:
    """Give a line in the form of a rectangle: an invented one."""
    ring = ((37.0, 46.9), (40.4, 46.9), (40.4, 49.2), (37.6, 49.2), (37.0, 46.9))
    return ControlLine(
        source="deepstate",
        as_of_us=MIDNIGHT_US,
        held_by="RU",
        polygons_e7=((tuple((round(x * E7), round(y * E7)) for x, y in ring),),),
        document_sha256="f6" * 32,
    )


def incident(number: int, **changes: Any) -> Incident:  # noqa: ANN401 - fields of the record
    """Make an incident read from line `number` of the thermal document."""
    seen = row_id("o", THERMAL_SHA, number)
    told = row_id("o", NEWS_SHA, number)
    whole = Incident(
        id=row_id("i", THERMAL_SHA, number),
        revision=1,
        stage=Stage.AUTO1,
        supersedes=(),
        place=Place(longitude_e7=365_000_000, latitude_e7=480_000_000, radius_95_m=1_200),
        radius_90_m=1_040,
        area="UA-12",
        near="Invented, 4.2 km",
        held_by="UA",
        line_distance_m=12_340,
        began_us=MIDNIGHT_US - 2 * HOUR_US,
        ended_us=MIDNIGHT_US + 3 * HOUR_US,
        last_seen_us=MIDNIGHT_US + 4 * HOUR_US,
        probability_ppm=123_456,
        kinds=((Kind.MUNITION_EFFECTS, 123_456), (Kind.NATURAL, PPM - 123_456)),
        count_low=1,
        count_high=None,
        independent_sources=2,
        has_physical_source=True,
        evidence=(
            Evidence(
                cluster="prior",
                millibans=-1_250,
                reason=reason(
                    "prior_heat",
                    {
                        "war_per_1000km2_day_milli": 412,
                        "background_per_1000km2_day_milli": 96,
                        "line_distance_m": 12_340,
                    },
                ),
            ),
            Evidence(
                cluster="thermal",
                millibans=412,
                reason=reason("thermal_seen", {"detections": 3, "platforms": 2, "passes": 2}),
                observations=(seen,),
            ),
            Evidence(
                cluster="news",
                millibans=-15,
                reason=reason("news_silent", {"reports_nearby": 4}),
                silent=True,
            ),
            Evidence(
                cluster="alerts",
                millibans=30,
                reason=reason("alert_during", {"area": "UA-12", "base_ppm": 214_000}),
                observations=(told,),
            ),
        ),
        observations=(seen, told),
    )
    return replace(whole, **changes)


def cell(west: int, south: int, state: CoverageState, held_by: str | None = "UA") -> Coverage:
    """Make a coverage cell of one degree, numbers by its state."""
    numbers = {
        CoverageState.OBSERVED_CLEAR: (106_000, 79_000, 142_000, 26),
        CoverageState.WEATHER: (25_000, 10_000, 38_000, 118),
    }.get(state, (None, None, None, None))
    return Coverage(
        cell=Cell(
            west_e7=west * E7,
            south_e7=south * E7,
            east_e7=(west + 1) * E7,
            north_e7=(south + 1) * E7,
        ),
        area="UA-12",
        held_by=held_by,
        began_us=MIDNIGHT_US,
        ended_us=MIDNIGHT_US + 24 * HOUR_US,
        per="day",
        means=Means.SATELLITE_THERMAL,
        event="munition_effects",
        state=state,
        detection_ppm=numbers[0],
        detection_low_ppm=numbers[1],
        detection_high_ppm=numbers[2],
        noticed=0,
        missed_upper_95=numbers[3],
        sources=("firms-noaa20",) if numbers[0] is not None else (),
    )


def claim(**changes: Any) -> Claim:  # noqa: ANN401 - fields of the record
    """Make a claim of 1,971 violations, from the eve to noon of the day."""
    whole = Claim(
        truce="invented_2031",
        claimant="RU MoD",
        accused="UA",
        as_of="2031-05-04",
        began_us=MIDNIGHT_US - 8 * HOUR_US,
        ended_us=MIDNIGHT_US + 12 * HOUR_US,
        metric="violations_total",
        count=1_971,
        value="1971",
        qualifier="more than",
        outlet="an outlet",
        note="a <headline> & more",
        url="https://example.invalid/1",
        quality="news",
        document_sha256=CLAIMS_SHA,
        line=7,
    )
    return replace(whole, **changes)


def agreements() -> tuple[Agreement, ...]:
    """Give a truce that binds for part of the day, and a disputed moratorium."""
    parties = (Party(code="UA", name="Ukraine"), Party(code="RU", name="Russia"))

    def instant(name: str, from_us: int, until_us: int, said_by: str) -> Instant:
        return Instant(
            id=name, not_before_us=from_us, not_after_us=until_us, said_by=said_by, source="a page"
        )

    truce = Agreement(
        id="invented-2031",
        title="Invented truce of 2031",
        sha256=TRUCE_SHA,
        status="in_force",
        sources=("a page",),
        parties=parties,
        starts=(instant("only", MIDNIGHT_US + HOUR_US, MIDNIGHT_US + HOUR_US, "both"),),
        ends=(),
        clauses=(
            Clause(
                id="all-fire",
                kind="prohibit_fire",
                article="I.1",
                words="All fire shall cease <everywhere>.",
                zone=None,
                terms={},
            ),
        ),
        zones=(),
        sites=(),
        exemptions=(),
    )
    week_us = 7 * 24 * HOUR_US
    moratorium = replace(
        truce,
        id="moratorium-2031",
        title="Invented moratorium of 2031",
        sha256=MORATORIUM_SHA,
        status="disputed_in_force",
        starts=(
            instant("early", MIDNIGHT_US - week_us, MIDNIGHT_US - week_us, "party one"),
            instant("late", MIDNIGHT_US + week_us, MIDNIGHT_US + week_us + HOUR_US, "party two"),
        ),
        clauses=(
            Clause(
                id="energy",
                kind="prohibit_strike_on_protected_site",
                article="II.3",
                words="Energy infrastructure shall not be struck.",
                zone=None,
                terms={},
            ),
        ),
    )
    return truce, moratorium


def finding(incident_id: str, outcome: Outcome, **changes: Any) -> Finding:  # noqa: ANN401 - fields of the record
    """Make a finding on the invented truce."""
    whole = Finding(
        incident=incident_id,
        revision=1,
        agreement="invented-2031",
        agreement_sha256=TRUCE_SHA,
        clause="all-fire",
        reading="only",
        outcome=outcome,
        probability_ppm=97_531,
        breached_from_ppm=950_000,
        kept_up_to_ppm=50_000,
        reasons=(
            reason("real_and_munition", {"probability_ppm": 123_456}),
            reason(
                "within_time",
                {
                    "probability_ppm": 790_000,
                    "from_us": MIDNIGHT_US + HOUR_US,
                    "until_us": None,
                    "began_us": MIDNIGHT_US - 2 * HOUR_US,
                    "ended_us": MIDNIGHT_US + 3 * HOUR_US,
                },
            ),
        ),
    )
    return replace(whole, **changes)


def document(name: str, sha256: str, refused: int = 0) -> Document:
    """Make a document of the register."""
    return Document(
        name=name,
        feed="firms",
        sha256=sha256,
        size=2_538,
        received_us=None,
        rows=12,
        refused=tuple(
            Refused(line=9 + row, reason=f"latitude {95 + row}.0 is outside -90..90 degrees")
            for row in range(refused)
        ),
    )


def sources() -> tuple[SourceDay, ...]:
    """Give three sources that were heard and two that were not."""
    heard = [
        ("firms-noaa20", "satellite_thermal", document("firms/one.csv", THERMAL_SHA, 2)),
        ("viina", "open_source", document("labels/viina.csv.gz", NEWS_SHA)),
        ("claims-press", "context", document("claims/claims.csv", CLAIMS_SHA)),
    ]
    silent = [("firms-snpp", "satellite_thermal"), ("ucdp-ged", "open_source")]
    return (
        *(
            SourceDay(
                source=source,
                means=means,
                state="heard",
                documents=(read,),
                rows=12,
                refused=len(read.refused),
            )
            for source, means, read in heard
        ),
        *(
            SourceDay(
                source=source, means=means, state="not_known", documents=(), rows=0, refused=0
            )
            for source, means in silent
        ),
    )


def traced(*ids: str) -> dict[str, TracedLine]:
    """Trace ids to invented lines."""
    return {
        one: TracedLine(
            name="firms/one.csv",
            sha256=one.split(":")[1],
            line=int(one.split(":")[2]),
            text="48.0,36.5,<327.1>,0.4",
        )
        for one in ids
    }


def sample_day(**changes: Any) -> DayReport:  # noqa: ANN401 - fields of the record
    """Give the whole day: two incidents on one side, one on the other, one where no line is."""
    incidents = (
        incident(3, probability_ppm=812_000, kinds=((Kind.MUNITION_EFFECTS, PPM),)),
        incident(5),
        incident(
            8,
            held_by="RU",
            area="UA-14",
            near="",
            place=Place(longitude_e7=382_000_000, latitude_e7=482_000_000, radius_95_m=9_000),
            radius_90_m=8_200,
        ),
        incident(
            11,
            held_by=None,
            line_distance_m=None,
            area=None,
            has_physical_source=False,
            place=Place(longitude_e7=352_000_000, latitude_e7=502_000_000, radius_95_m=5_000),
        ),
    )
    claims = (
        claim(),
        claim(line=8, claimant="UA military", accused="RU", count=2_299, value="2299"),
    )
    cited = {seen for one in incidents for seen in one.observations} - {
        incidents[1].observations[1]
    }
    clear, cloud, unknown = (
        CoverageState.OBSERVED_CLEAR,
        CoverageState.WEATHER,
        CoverageState.UNKNOWN,
    )
    whole = DayReport(
        title="Invented mission",
        day=DAY,
        checkpoint=Checkpoint(origin="truceline.invalid/sample", size=12_345, root="q1w2e3r4t5="),
        agreements=agreements(),
        incidents=incidents,
        findings=(
            finding(incidents[0].id, Outcome.BREACHED),
            finding(incidents[1].id, Outcome.UNDECIDED),
            finding(incidents[2].id, Outcome.KEPT),
            finding(
                incidents[0].id,
                Outcome.KEPT,
                agreement="moratorium-2031",
                agreement_sha256=MORATORIUM_SHA,
                clause="energy",
                reading="early",
                reasons=(reason("no_site_near", {"site": "Plant <1>", "distance_m": 40_000}),),
            ),
        ),
        not_applicable=tuple(
            NotApplicable(
                incident=one.id,
                revision=1,
                agreement="moratorium-2031",
                agreement_sha256=MORATORIUM_SHA,
                clause="energy",
                reading="late",
                reason=reason(
                    "before_start",
                    {"from_us": MIDNIGHT_US + 170 * HOUR_US, "ended_us": MIDNIGHT_US},
                ),
            )
            for one in incidents
        ),
        attributions=tuple(
            Attribution(
                incident=one.id,
                revision=1,
                outcome="undetermined",
                reasons=(Unattributed.NO_PHYSICAL_EVIDENCE,),
            )
            for one in incidents
        ),
        coverage=(
            *(cell(35 + step, 47, clear) for step in range(2)),
            *(cell(33 + step, 48, cloud) for step in range(3)),
            cell(32, 48, unknown),
            cell(37, 47, cloud, "RU"),
            cell(38, 47, unknown, "RU"),
        ),
        claims=claims,
        sources=sources(),
        traced=traced(*sorted(cited), *(one.id for one in claims)),
        areas=areas(),
        line=line(),
    )
    return replace(whole, **changes)


def withheld_day() -> DayReport:
    """Give the day as it is with every source withheld."""
    whole = sample_day()
    return replace(
        whole,
        incidents=(),
        findings=(),
        not_applicable=(),
        attributions=(),
        claims=(),
        coverage=tuple(
            cell(32 + step, 48, CoverageState.UNKNOWN, None if step else "UA") for step in range(3)
        ),
        sources=tuple(
            replace(source, state="not_known", documents=(), rows=0, refused=0)
            for source in whole.sources
        ),
        traced={},
        line=None,
    )
