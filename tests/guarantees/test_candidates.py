"""Instants at which a first breach may have been; no clock is started by listing them."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from truceline.guarantees.candidates import candidates
from truceline.records.canonical import record_bytes
from truceline.records.case import CandidateInstant
from truceline.records.finding import Finding, Outcome
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Place
from truceline.records.reason import reason
from truceline.records.units import PPM

START, END = 1_000_000, 9_000_000


def incident(name: str, began_us: int, ended_us: int) -> Incident:
    return Incident(
        id=f"i:{name}",
        revision=1,
        stage=Stage.AUTO1,
        supersedes=(),
        place=Place(longitude_e7=370_000_000, latitude_e7=480_000_000, radius_95_m=570),
        radius_90_m=500,
        area=None,
        near="",
        held_by=None,
        line_distance_m=None,
        began_us=began_us,
        ended_us=ended_us,
        last_seen_us=ended_us,
        probability_ppm=PPM,
        kinds=((Kind.MUNITION_EFFECTS, PPM),),
        count_low=1,
        count_high=None,
        independent_sources=2,
        has_physical_source=True,
        evidence=(Evidence(cluster="prior", millibans=0, reason=reason("prior_report")),),
        observations=("o:1",),
    )


def finding(
    name: str,
    outcome: Outcome = Outcome.BREACHED,
    probability_ppm: int = 960_000,
    reading: str = "signed",
    agreement: str = "small",
    until_us: int | None = END,
) -> Finding:
    within = {"probability_ppm": PPM, "from_us": START, "until_us": until_us}
    return Finding(
        incident=f"i:{name}",
        revision=1,
        agreement=agreement,
        agreement_sha256="ef" * 32,
        clause="no-fire",
        reading=reading,
        outcome=outcome,
        probability_ppm=probability_ppm,
        breached_from_ppm=950_000,
        kept_up_to_ppm=50_000,
        reasons=(reason("within_time", within), reason("everywhere")),
    )


def test_a_candidate_carries_interval_probability_and_the_finding_that_proves_it() -> None:
    found = finding("one")
    assert candidates([incident("one", 2_000_000, 3_000_000)], [found]) == (
        CandidateInstant(
            agreement="small",
            agreement_sha256="ef" * 32,
            reading="signed",
            began_us=2_000_000,
            ended_us=3_000_000,
            probability_ppm=960_000,
            outcome=Outcome.BREACHED,
            finding=found.id,
            incident="i:one",
            revision=1,
        ),
    )


@pytest.mark.parametrize(
    ("outcome", "probability_ppm", "is_candidate"),
    [
        pytest.param(Outcome.BREACHED, 950_000, True, id="breached"),
        pytest.param(Outcome.UNDECIDED, 200_000, True, id="suspected: it may have been the first"),
        pytest.param(Outcome.UNDECIDED, 199_999, False, id="less than suspected"),
        pytest.param(Outcome.KEPT, 400_000, False, id="kept"),
    ],
)
def test_who_is_a_candidate(outcome: Outcome, probability_ppm: int, is_candidate: bool) -> None:
    found = finding("one", outcome, probability_ppm)
    assert bool(candidates([incident("one", START, END)], [found])) is is_candidate


def test_candidates_stand_by_agreement_then_reading_then_time() -> None:
    incidents = [incident("late", 6_000_000, 7_000_000), incident("early", 2_000_000, 8_000_000)]
    findings = [
        finding(name, reading=reading, agreement=agreement)
        for agreement in ("small", "other")
        for reading in ("signed", "disputed")
        for name in ("late", "early")
    ]
    listed = candidates(incidents, findings)
    assert listed == candidates(incidents[::-1], findings[::-1])
    assert [(one.agreement, one.reading, one.incident) for one in listed] == [
        (agreement, reading, f"i:{name}")
        for agreement in ("other", "small")
        for reading in ("disputed", "signed")
        for name in ("early", "late")
    ]


@pytest.mark.parametrize(
    ("began_us", "ended_us", "interval"),
    [
        pytest.param(START - 5, START + 5, (START, START + 5), id="it may have begun before"),
        pytest.param(END - 5, END + 5, (END - 5, END), id="it may have begun after"),
        pytest.param(START, END, (START, END), id="it fills the binding time"),
    ],
)
def test_no_candidate_instant_lies_outside_the_binding_time(
    began_us: int, ended_us: int, interval: tuple[int, int]
) -> None:
    (one,) = candidates([incident("one", began_us, ended_us)], [finding("one")])
    assert (one.began_us, one.ended_us) == interval


def test_an_open_agreement_cuts_nothing_off_at_the_end() -> None:
    (one,) = candidates([incident("one", START, END * 2)], [finding("one", until_us=None)])
    assert one.ended_us == END * 2


@pytest.mark.parametrize("revision", [1, 2])
def test_a_finding_on_an_incident_that_is_not_there_is_refused(revision: int) -> None:
    stranger = replace(finding("stranger" if revision == 1 else "one"), revision=revision)
    with pytest.raises(ValueError, match=f"no incident i:.* in revision {revision}"):
        candidates([incident("one", 2, 3)], [stranger])


def test_a_candidate_declares_nothing_and_holds_no_deadline() -> None:
    names = {field.name for field in fields(CandidateInstant)}
    assert not {name for name in names if "deadline" in name or "declared" in name}
    (one,) = candidates([incident("one", START, END)], [finding("one")])
    assert record_bytes(one)
