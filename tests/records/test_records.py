"""STYLE 1.8: errors name the culprit and the value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_examples import AGREEMENT, CELL, COVERAGE, EXAMPLES, INCIDENT, OBSERVATION, PLACE, START

from truceline.records.bulk import OBSERVATIONS, observation_table
from truceline.records.case import CandidateInstant, Referral
from truceline.records.context import Alert, CloudCover
from truceline.records.coverage import CoverageState
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.ids import short_id
from truceline.records.incident import Kind
from truceline.records.observation import Signature
from truceline.records.reason import Reason, reason
from truceline.records.units import (
    DAY_US,
    day_of,
    day_start_us,
    iso,
    moment_of,
    us_of,
)

(ALERT,) = (example for example in EXAMPLES if isinstance(example, Alert))
(CLOUD,) = (example for example in EXAMPLES if isinstance(example, CloudCover))
(REFERRAL,) = (example for example in EXAMPLES if isinstance(example, Referral))
(CANDIDATE,) = (example for example in EXAMPLES if isinstance(example, CandidateInstant))
(FINDING,) = (example for example in EXAMPLES if isinstance(example, Finding))
(SPARED,) = (example for example in EXAMPLES if isinstance(example, NotApplicable))

instants = st.integers(day_start_us(date(1900, 1, 1)), day_start_us(date(2200, 1, 1)))


@pytest.mark.parametrize(
    ("record", "changes", "complaint"),
    [
        (PLACE, {"longitude_e7": 1_800_000_001}, r"longitude 180\.0000001 is outside"),
        (PLACE, {"latitude_e7": -950_000_000}, r"latitude -95\.0 is outside"),
        (PLACE, {"radius_95_m": 0}, "radius_95_m must be positive, got 0"),
        (OBSERVATION, {"ended_us": 5}, "ended 5 is before began"),
        (OBSERVATION, {"chance_real_ppm": 1_000_001}, "chance_real_ppm 1000001 is outside"),
        (OBSERVATION, {"chance_real_ppm": -1}, "chance_real_ppm -1 is outside"),
        (OBSERVATION, {"signatures": ((Signature.SHOT, -2),)}, "shot -2 is outside"),
        (OBSERVATION, {"count": 0}, "count must be at least 1 or not known, got 0"),
        (OBSERVATION, {"measures": (("b", 1), ("a", 1))}, "measures must be sorted"),
        (INCIDENT, {"began_us": INCIDENT.ended_us + 1}, "is before began"),
        (INCIDENT, {"probability_ppm": 1_000_001}, "probability_ppm 1000001 is outside"),
        (INCIDENT, {"kinds": ((Kind.NATURAL, 999_999),)}, "kinds sum to 999999, not 1000000"),
        (INCIDENT, {"observations": ()}, "stands on no observation"),
        (CELL, {"west_e7": CELL.east_e7}, "is not west to east"),
        (CELL, {"north_e7": 900_000_001}, "is not south to north"),
        (COVERAGE, {"per": "week"}, "per must be day or pass, got 'week'"),
        (COVERAGE, {"detection_ppm": 1_000_001}, "detection_ppm 1000001 is outside"),
        (COVERAGE, {"detection_ppm": None}, "observed_clear with detection_ppm None"),
        (COVERAGE, {"state": CoverageState.UNKNOWN}, "unknown with detection_ppm 106000"),
        (COVERAGE, {"state": CoverageState.JAMMED}, "jammed with detection_ppm 106000"),
        (START, {"not_after_us": 0}, "start: not_after is before not_before"),
        (ALERT, {"ended_us": 5}, "alert ended 5 before it began"),
        (CLOUD, {"east_ppm": 1_500_000}, r"east cloud cover 1\.5 is outside 0\.\.1"),
        (CLOUD, {"country_ppm": -500_000}, r"country cloud cover -0\.5 is outside 0\.\.1"),
        (REFERRAL, {"outcome": Outcome.KEPT}, "nobody is asked to review what was kept"),
        (REFERRAL, {"probability_ppm": -1}, "probability_ppm -1 is outside"),
        (REFERRAL, {"findings": ()}, "is referred without a finding"),
        (CANDIDATE, {"ended_us": 5}, "ended 5 is before began"),
        (CANDIDATE, {"probability_ppm": 1_000_001}, "probability_ppm 1000001 is outside"),
        (FINDING, {"probability_ppm": 1_000_001}, "probability_ppm 1000001 is outside"),
    ],
)
def test_an_unsound_record_is_refused_with_the_value(
    record: Any,  # noqa: ANN401 - any of the records
    changes: dict[str, Any],
    complaint: str,
) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(record, **changes)


def test_the_ends_of_the_world_are_places() -> None:
    corner = replace(PLACE, longitude_e7=1_800_000_000, latitude_e7=-900_000_000, radius_95_m=1)
    assert corner.latitude_e7 == -900_000_000


def test_only_states_in_which_somebody_looked_are_observed() -> None:
    assert {state.value for state in CoverageState if state.is_observed} == {
        "observed_clear",
        "observed_degraded",
        "weather",
    }


def test_a_reason_sorts_its_numbers_and_refuses_two_of_a_name() -> None:
    assert reason("x", {"b": 1, "a": None}).numbers == (("a", None), ("b", 1))
    with pytest.raises(ValueError, match="numbers of x must be sorted by name and unique"):
        Reason(code="x", numbers=(("a", 1), ("a", 2)))


def test_a_reading_is_a_start_and_an_end_and_is_named_by_the_end_only_where_there_are_several() -> (
    None
):
    other = replace(START, id="other")
    assert [one.id for one in AGREEMENT.readings] == ["start"]
    one_end = replace(AGREEMENT, starts=(START, other), ends=(START,))
    assert [one.id for one in one_end.readings] == ["start", "other"]
    two_ends = replace(AGREEMENT, ends=(START, other))
    assert [(one.id, one.end) for one in two_ends.readings] == [
        ("start+start", START),
        ("start+other", other),
    ]


def test_a_reading_that_a_clause_cannot_bind_under_has_the_identity_of_a_finding() -> None:
    assert FINDING.id == SPARED.id
    assert short_id(FINDING.id) == "f:ababababab:7:1:ababababab:no-fire:start"


def test_only_a_whole_hash_is_shortened() -> None:
    assert short_id("o:" + "ab" * 32 + ":7") == "o:ababababab:7"
    assert short_id("o:" + "ab" * 31 + ":7") == "o:" + "ab" * 31 + ":7"
    assert short_id("48.00N37.50E") == "48.00N37.50E"


def test_columns_hold_what_the_records_hold() -> None:
    table = observation_table([OBSERVATION, OBSERVATION])
    assert table.schema == OBSERVATIONS
    row = table.to_pylist()[1]
    assert row["id"] == OBSERVATION.id
    assert row["longitude_e7"] == PLACE.longitude_e7
    assert row["measures"] == list(OBSERVATION.measures)
    assert observation_table([]).num_rows == 0


def test_an_instrument_reading_is_given_by_name_or_is_not_known() -> None:
    assert OBSERVATION.measure("frp_kw") == 5_100
    assert OBSERVATION.measure("altitude_m") is None


@given(instants)
def test_a_microsecond_survives_the_way_through_a_moment(us: int) -> None:
    assert us_of(moment_of(us)) == us


@given(instants)
def test_every_instant_lies_in_its_own_day(us: int) -> None:
    start = day_start_us(day_of(us))
    assert start <= us < start + DAY_US


def test_a_moment_is_the_same_in_every_zone() -> None:
    kyiv = timezone(timedelta(hours=3))
    assert us_of(datetime(2026, 4, 11, 16, tzinfo=kyiv)) == us_of(
        datetime(2026, 4, 11, 13, tzinfo=UTC)
    )


def test_a_wall_clock_is_no_instant() -> None:
    with pytest.raises(ValueError, match="2026-04-11T16:00:00 has no time zone"):
        us_of(datetime(2026, 4, 11, 16))  # noqa: DTZ001 - the very thing that is refused


def test_times_before_1970_are_days_too() -> None:
    assert day_of(-1) == date(1969, 12, 31)
    assert iso(-1_000_000) == "1969-12-31T23:59:59Z"
