"""One sound example of every record type, for whatever must hold for all of them."""

from __future__ import annotations

from datetime import date

from commission_examples import COMMISSION
from register_examples import REGISTER

from truceline.records.agreement import (
    Agreement,
    Clause,
    ControlLine,
    Exemption,
    Instant,
    Party,
    Reading,
    Site,
    Zone,
)
from truceline.records.attribution import Attribution, Unattributed
from truceline.records.case import CandidateInstant, Referral
from truceline.records.claim import Claim
from truceline.records.context import Alert, Area, CloudCover, PopulatedPlace
from truceline.records.coverage import Cell, Coverage, CoverageState, Look
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.reason import reason
from truceline.records.revision import Change, Revision, Superseded
from truceline.records.source import Document, Refused, SourceDays
from truceline.records.units import DAY_US, PPM

SHA = "ab" * 32
NOON = 1_775_908_800_000_000
SQUARE = (((0, 0), (10, 0), (10, 10), (0, 0)),)
PLACE = Place(longitude_e7=377_000_000, latitude_e7=480_100_000, radius_95_m=400)
OBSERVATION = Observation(
    source="firms-noaa20",
    means=Means.SATELLITE_THERMAL,
    place=PLACE,
    began_us=NOON,
    ended_us=NOON,
    signatures=((Signature.THERMAL, PPM),),
    chance_real_ppm=900_000,
    count=1,
    words="nominal",
    measures=(("frp_kw", 5_100), ("scan_m", 400)),
    document_sha256=SHA,
    line=7,
    corrects=f"o:{SHA}:6",
)
EVIDENCE = Evidence(
    cluster="thermal",
    millibans=-52,
    reason=reason("thermal_silent", {"detection_ppm": 106_000, "site": "Zmiivska", "zone": None}),
    observations=(OBSERVATION.id,),
    silent=True,
)
INCIDENT = Incident(
    id=f"i:{SHA}:7",
    revision=1,
    stage=Stage.AUTO1,
    supersedes=(f"i:{SHA}:9",),
    place=PLACE,
    radius_90_m=350,
    area="UA-14",
    near="Pokrovsk, 3.1 km",
    held_by=None,
    line_distance_m=None,
    began_us=NOON - DAY_US,
    ended_us=NOON,
    last_seen_us=NOON,
    probability_ppm=400_000,
    kinds=((Kind.MUNITION_EFFECTS, 400_000), (Kind.NATURAL, 600_000)),
    count_low=1,
    count_high=None,
    independent_sources=1,
    has_physical_source=True,
    evidence=(EVIDENCE,),
    observations=(OBSERVATION.id,),
)
CELL = Cell(west_e7=377_500_000, south_e7=480_000_000, east_e7=380_000_000, north_e7=482_500_000)
COVERAGE = Coverage(
    cell=CELL,
    area="UA-14",
    held_by="UA",
    began_us=NOON,
    ended_us=NOON + DAY_US,
    per="day",
    means=Means.SATELLITE_THERMAL,
    event="munition_effects",
    state=CoverageState.OBSERVED_CLEAR,
    detection_ppm=106_000,
    detection_low_ppm=79_000,
    detection_high_ppm=142_000,
    noticed=0,
    missed_upper_95=26,
    sources=("firms-noaa20", "firms-snpp"),
)
START = Instant(
    id="start", not_before_us=NOON, not_after_us=NOON, said_by="both", source="https://a.example"
)
CLAUSE = Clause(
    id="no-fire",
    kind="prohibit_fire",
    article="1",
    words="No fire.",
    zone="zone",
    terms={"radius_m": 500, "open": True, "site": "plant", "kinds": ("a", "b")},
)
EXEMPTION = Exemption(
    id="self-defence",
    clauses=("no-fire",),
    words="Unless attacked.",
    zone=None,
    from_us=NOON,
    until_us=NOON + DAY_US,
)
ZONE = Zone(id="zone", name="Zone", polygons_e7=(SQUARE,))
SITE = Site(
    id=f"s:{SHA}:3",
    name="Plant",
    kind="energy_infrastructure",
    detail="Hydro",
    place=PLACE,
    source="gppd",
    document_sha256=SHA,
    line=3,
)
AGREEMENT = Agreement(
    id="easter",
    title="Easter truce",
    sha256=SHA,
    status="in_force",
    sources=("https://a.example",),
    parties=(Party(code="A", name="Avaria"), Party(code="B", name="Bovaria")),
    starts=(START,),
    ends=(),
    clauses=(CLAUSE,),
    zones=(ZONE,),
    sites=(SITE,),
    exemptions=(EXEMPTION,),
)
REFUSED = Refused(line=4, reason="latitude 95 is outside -90..90 degrees")
_JUDGED = {
    "incident": INCIDENT.id,
    "agreement": "easter",
    "agreement_sha256": SHA,
    "clause": "no-fire",
    "reading": "start",
}

FINDING = Finding(
    **_JUDGED,
    revision=1,
    outcome=Outcome.KEPT,
    probability_ppm=0,
    breached_from_ppm=950_000,
    kept_up_to_ppm=50_000,
    reasons=(reason("everywhere"),),
)

EXAMPLES: tuple[object, ...] = (
    PLACE,
    OBSERVATION,
    EVIDENCE,
    EVIDENCE.reason,
    INCIDENT,
    CELL,
    COVERAGE,
    Look(source="firms-snpp", began_us=NOON, ended_us=NOON + DAY_US, document_sha256=SHA),
    START,
    Reading(id="start", start=START, end=None),
    Reading(id="start+end", start=START, end=START),
    CLAUSE,
    EXEMPTION,
    ZONE,
    SITE,
    AGREEMENT,
    AGREEMENT.parties[0],
    ControlLine(
        source="deepstate",
        as_of_us=NOON,
        held_by="RU",
        polygons_e7=(SQUARE, SQUARE),
        document_sha256=SHA,
    ),
    Attribution(
        incident=INCIDENT.id,
        revision=1,
        outcome="undetermined",
        reasons=(Unattributed.NO_PHYSICAL_EVIDENCE, Unattributed.CONFLICTING),
    ),
    Referral(
        incident=INCIDENT.id,
        revision=1,
        outcome=Outcome.UNDECIDED,
        probability_ppm=400_000,
        suspicion_from_ppm=200_000,
        findings=("f:1",),
    ),
    CandidateInstant(
        agreement="easter",
        agreement_sha256=SHA,
        reading="start",
        began_us=NOON,
        ended_us=NOON,
        probability_ppm=400_000,
        outcome=Outcome.UNDECIDED,
        finding="f:1",
        incident=INCIDENT.id,
        revision=1,
    ),
    Claim(
        truce="easter_2026",
        claimant="RU MoD",
        accused="UA",
        as_of="2026-04-12 21:00",
        began_us=NOON,
        ended_us=None,
        metric="violations_total",
        count=1_971,
        value="1971",
        qualifier="exact",
        outlet="a paper",
        note="«перемир'я»",
        url="https://a.example",
        quality="",
        document_sha256=SHA,
        line=2,
    ),
    Alert(
        source="alerts-ua",
        area="UA-63",
        issued_by="UA",
        began_us=NOON,
        ended_us=NOON,
        document_sha256=SHA,
        line=2,
    ),
    CloudCover(
        source="clouds-economist",
        day=date(2026, 4, 11),
        country_ppm=0,
        east_ppm=PPM,
        document_sha256=SHA,
        line=2,
    ),
    PopulatedPlace(name="Lyman", longitude_e7=1, latitude_e7=2, population=3),
    Area(code="UA-63", polygons_e7=(SQUARE,)),
    FINDING,
    NotApplicable(**_JUDGED, revision=1, reason=reason("after_end", {"until_us": 1})),
    REFUSED,
    Document(
        name="firms/a.csv",
        feed="firms",
        sha256=SHA,
        size=10,
        received_us=None,
        rows=1,
        refused=(REFUSED,),
    ),
    SourceDays(
        source="viina",
        gives="observations",
        documents=1,
        rows=2,
        refused=0,
        days_heard=("2026-04-11",),
        days_missing=(),
    ),
    Revision(
        incident=INCIDENT.id,
        change=Change.CHANGED,
        from_revision=1,
        to_revision=2,
        fields=("evidence", "probability_ppm"),
        came_from=(f"i:{SHA}:9",),
    ),
    Superseded(finding=FINDING, incident=INCIDENT, by=()),
    *COMMISSION,
    *REGISTER,
)
