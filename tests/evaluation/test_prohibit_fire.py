"""Invented article II.3: "No weapon shall be fired." """

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from evaluation_worlds import (
    END,
    IN_VALLEY,
    LATITUDE,
    LONGITUDE,
    NO_FIRE,
    START,
    agreement,
    codes,
    incident,
    instant,
    numbers,
    square,
)

from truceline.evaluation.context import context_of
from truceline.evaluation.prohibit_fire import prohibit_fire
from truceline.records.agreement import Agreement, Clause, Exemption, Zone
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Incident
from truceline.records.observation import Place
from truceline.records.units import HOUR_US, PPM


def judged(
    happening: Incident, clause: Clause = NO_FIRE, text: Agreement | None = None
) -> Finding | NotApplicable:
    text = text or agreement(clause)
    context = context_of(text, (), sites_known=True)
    return prohibit_fire(clause, text.readings[0], text, happening, context)


def found(happening: Incident, clause: Clause = NO_FIRE, text: Agreement | None = None) -> Finding:
    finding = judged(happening, clause, text)
    assert isinstance(finding, Finding)
    return finding


def refused(
    happening: Incident, clause: Clause = NO_FIRE, text: Agreement | None = None
) -> NotApplicable:
    answer = judged(happening, clause, text)
    assert isinstance(answer, NotApplicable)
    return answer


@pytest.mark.parametrize(
    ("probability_ppm", "outcome"),
    [
        pytest.param(PPM, Outcome.BREACHED, id="certain"),
        pytest.param(950_000, Outcome.BREACHED, id="95 % itself is enough"),
        pytest.param(949_999, Outcome.UNDECIDED, id="a millionth less is not"),
        pytest.param(50_001, Outcome.UNDECIDED, id="a millionth more than 5 % is not nothing"),
        pytest.param(50_000, Outcome.KEPT, id="5 % itself is kept"),
        pytest.param(0, Outcome.KEPT, id="nothing happened"),
    ],
)
def test_outcome_follows_the_probability(probability_ppm: int, outcome: Outcome) -> None:
    finding = found(incident(probability_ppm=probability_ppm))
    assert finding.outcome is outcome
    assert finding.probability_ppm == probability_ppm


@pytest.mark.parametrize(
    ("sources", "physical", "outcome", "lacking"),
    [
        pytest.param(2, True, Outcome.BREACHED, [], id="two sources, one physical"),
        pytest.param(1, True, Outcome.UNDECIDED, ["needs_independent"], id="one source"),
        pytest.param(2, False, Outcome.UNDECIDED, ["needs_physical"], id="nothing but words"),
        pytest.param(
            1, False, Outcome.UNDECIDED, ["needs_independent", "needs_physical"], id="one word"
        ),
    ],
)
def test_a_breach_needs_two_sources_one_of_them_physical(
    sources: int, physical: bool, outcome: Outcome, lacking: list[str]
) -> None:
    finding = found(incident(independent_sources=sources, has_physical_source=physical))
    assert finding.outcome is outcome
    assert codes(finding.reasons)[4:] == lacking


def test_what_is_lacking_is_said_only_where_it_is_what_holds_a_breach_back() -> None:
    finding = found(incident(probability_ppm=500_000, independent_sources=1))
    assert codes(finding.reasons)[-1] == "threshold"


def test_one_source_is_enough_to_say_kept() -> None:
    doubtful = incident(probability_ppm=10_000, independent_sources=1, has_physical_source=False)
    assert found(doubtful).outcome is Outcome.KEPT


def test_reasons_show_the_numbers_that_were_compared() -> None:
    finding = found(incident())
    assert codes(finding.reasons) == [
        "real_and_munition",
        "within_time",
        "everywhere",
        "threshold",
    ]
    assert numbers(finding.reasons, "real_and_munition") == {"probability_ppm": 990_000}
    assert numbers(finding.reasons, "within_time") == {
        "probability_ppm": PPM,
        "from_us": START,
        "until_us": END,
        "began_us": START + 6 * HOUR_US,
        "ended_us": START + 8 * HOUR_US,
    }
    assert numbers(finding.reasons, "threshold") == {
        "breached_from_ppm": 950_000,
        "kept_up_to_ppm": 50_000,
        "probability_ppm": 990_000,
        "independent_sources": 2,
        "needed": 2,
    }


def test_a_clause_may_set_its_own_thresholds() -> None:
    strict = replace(
        NO_FIRE, terms={"breach_probability_ppm": 991_000, "kept_probability_ppm": 100_000}
    )
    assert found(incident(), strict).outcome is Outcome.UNDECIDED
    assert found(incident(probability_ppm=100_000), strict).outcome is Outcome.KEPT
    assert found(incident(), strict).breached_from_ppm == 991_000


# -------------------------------------------------------------------------------- time
@pytest.mark.parametrize(
    ("began_us", "ended_us", "code"),
    [
        pytest.param(START - 2, START - 1, "before_start", id="over before it started"),
        pytest.param(END, END + 1, "after_end", id="began as it ended"),
    ],
)
def test_outside_the_binding_time_the_clause_does_not_apply(
    began_us: int, ended_us: int, code: str
) -> None:
    answer = refused(incident(began_us=began_us, ended_us=ended_us))
    assert answer.reason.code == code


@pytest.mark.parametrize(
    ("began_us", "ended_us", "probability_ppm"),
    [
        pytest.param(START, START, PPM, id="the first instant"),
        pytest.param(END - 1, END - 1, PPM, id="the last instant"),
        pytest.param(START - HOUR_US, START + HOUR_US, 500_000, id="half before"),
        pytest.param(END - HOUR_US, END + 3 * HOUR_US, 250_000, id="three quarters after"),
        pytest.param(START - HOUR_US, START, 0, id="it ended at the very start"),
    ],
)
def test_on_its_edges_the_probability_counts(
    began_us: int, ended_us: int, probability_ppm: int
) -> None:
    happening = incident(began_us=began_us, ended_us=ended_us, probability_ppm=PPM)
    assert found(happening).probability_ppm == probability_ppm


def test_a_start_known_to_the_day_binds_by_half_at_noon() -> None:
    text = agreement(NO_FIRE, starts=(instant("that-day", START, START + 24 * HOUR_US),))
    noon = START + 12 * HOUR_US
    happening = incident(began_us=noon, ended_us=noon, probability_ppm=PPM)
    assert found(happening, text=text).probability_ppm == 500_000


def test_numbers_of_what_does_not_apply_tell_both_instants() -> None:
    answer = refused(incident(began_us=START - 9, ended_us=START - 5))
    assert dict(answer.reason.numbers) == {"from_us": START, "ended_us": START - 5}


# -------------------------------------------------------------------------------- zone
def test_in_the_middle_of_the_zone_the_clause_binds_wholly() -> None:
    finding = found(incident(), IN_VALLEY)
    assert numbers(finding.reasons, "within_zone") == {"probability_ppm": PPM, "zone": "valley"}


def test_on_the_border_the_probability_is_one_half() -> None:
    border = Place(longitude_e7=LONGITUDE + 1_000_000, latitude_e7=LATITUDE, radius_95_m=570)
    finding = found(incident(place=border), IN_VALLEY)
    assert numbers(finding.reasons, "within_zone")["probability_ppm"] == 500_000
    assert finding.outcome is Outcome.UNDECIDED


def test_far_from_the_zone_the_clause_does_not_apply_and_the_distance_is_told() -> None:
    away = Place(longitude_e7=LONGITUDE + 2_000_000, latitude_e7=LATITUDE, radius_95_m=570)
    answer = refused(incident(place=away), IN_VALLEY)
    assert dict(answer.reason.numbers) == {"zone": "valley", "distance_m": 7463}


def test_a_region_wide_enough_may_reach_into_the_zone() -> None:
    away = Place(longitude_e7=LONGITUDE + 2_000_000, latitude_e7=LATITUDE, radius_95_m=8000)
    assert found(incident(place=away, radius_90_m=7000), IN_VALLEY).probability_ppm > 0


# -------------------------------------------------------------------------- exceptions
def exemption(
    name: str, from_us: int, until_us: int, zone: str | None = None, clause: str = "no-fire"
) -> Exemption:
    return Exemption(
        id=name,
        clauses=(clause,),
        words="Demolition is permitted.",
        zone=zone,
        from_us=from_us,
        until_us=until_us,
    )


BEGAN, ENDED = START + 6 * HOUR_US, START + 8 * HOUR_US


def test_inside_an_exception_the_clause_does_not_apply() -> None:
    text = agreement(NO_FIRE, exemptions=(exemption("demolition", BEGAN, ENDED),))
    answer = refused(incident(), text=text)
    assert answer.reason.code == "exempted"
    assert dict(answer.reason.numbers) == {"exemption": "demolition"}


@pytest.mark.parametrize(
    ("windows", "share"),
    [
        pytest.param([(BEGAN, BEGAN + HOUR_US)], Fraction(1, 2), id="half of it"),
        pytest.param([(BEGAN - HOUR_US, BEGAN)], Fraction(1), id="a window that ends as it begins"),
        pytest.param([(ENDED, ENDED + HOUR_US)], Fraction(1), id="a window that starts as it ends"),
        pytest.param(
            [(BEGAN, BEGAN + HOUR_US), (BEGAN + HOUR_US // 2, BEGAN + 3 * HOUR_US // 2)],
            Fraction(1, 4),
            id="two that overlap are not taken off twice",
        ),
        pytest.param(
            [(BEGAN, BEGAN + HOUR_US // 2), (ENDED - HOUR_US // 2, ENDED)],
            Fraction(1, 2),
            id="two that lie apart",
        ),
    ],
)
def test_an_exception_takes_off_its_part(windows: list[tuple[int, int]], share: Fraction) -> None:
    exemptions = tuple(exemption(f"e{n}", *window) for n, window in enumerate(windows))
    finding = found(incident(probability_ppm=PPM), text=agreement(NO_FIRE, exemptions=exemptions))
    assert finding.probability_ppm == share * PPM


def test_an_exception_from_another_clause_changes_nothing() -> None:
    text = agreement(NO_FIRE, exemptions=(exemption("other", BEGAN, ENDED, clause="no-strike"),))
    assert found(incident(), text=text) == found(incident())


def test_an_exception_takes_off_only_what_would_have_bound() -> None:
    """Half of the interval lies before the start; the exception covers the other half, wholly."""
    text = agreement(NO_FIRE, exemptions=(exemption("e", START, START + HOUR_US),))
    happening = incident(began_us=START - HOUR_US, ended_us=START + HOUR_US)
    assert refused(happening, text=text).reason.code == "exempted"


def test_an_exception_with_a_zone_lifts_the_clause_only_there() -> None:
    east = Zone(
        id="east",
        name="East of the middle",
        polygons_e7=square(LONGITUDE, LATITUDE - 10**7, LONGITUDE + 10**7, LATITUDE + 10**7),
    )
    lifted = exemption("e", BEGAN, BEGAN + HOUR_US, zone="east")
    text = agreement(NO_FIRE, zones=(east,), exemptions=(lifted,))
    finding = found(incident(probability_ppm=PPM), text=text)
    assert finding.probability_ppm == 750_000
    assert numbers(finding.reasons, "exempted") == {"exemption": "e", "probability_ppm": 250_000}


def test_two_exceptions_in_two_halves_lift_all_of_it_together() -> None:
    halves = [
        ("east", square(LONGITUDE, LATITUDE - 10**7, LONGITUDE + 10**7, LATITUDE + 10**7)),
        ("west", square(LONGITUDE - 10**7, LATITUDE - 10**7, LONGITUDE, LATITUDE + 10**7)),
    ]
    zones = tuple(Zone(id=name, name=name, polygons_e7=area) for name, area in halves)
    lifted = tuple(exemption(f"in-{name}", BEGAN, ENDED, zone=name) for name, _ in halves)
    text = agreement(NO_FIRE, zones=zones, exemptions=lifted)
    assert dict(refused(incident(), text=text).reason.numbers) == {"exemption": "in-east, in-west"}
