"""Which records belong to a day, and what is counted from them."""

from dataclasses import replace
from datetime import date

import pytest
from sample_day import DAY, MIDNIGHT_US, cell, claim, incident, sample_day, withheld_day

from truceline.records.coverage import CoverageState
from truceline.records.finding import Outcome
from truceline.records.units import DAY_US, HOUR_US
from truceline.reports.day import SourceDay, claims_of, incidents_of
from truceline.reports.tally import cell_groups, clause_tallies, detection_over, sides
from truceline.reports.view import binding


@pytest.mark.parametrize(
    ("ended_us", "listed"),
    [
        pytest.param(MIDNIGHT_US, True, id="first seen at midnight"),
        pytest.param(MIDNIGHT_US + DAY_US - 1, True, id="first seen at the last moment"),
        pytest.param(MIDNIGHT_US - 1, False, id="first seen on the eve, still burning"),
        pytest.param(MIDNIGHT_US + DAY_US, False, id="first seen on the morrow"),
    ],
)
def test_an_incident_is_listed_on_the_day_it_was_first_seen(ended_us: int, listed: bool) -> None:
    one = incident(
        3,
        began_us=MIDNIGHT_US - DAY_US,
        ended_us=ended_us,
        last_seen_us=MIDNIGHT_US + 2 * DAY_US,
    )
    assert incidents_of(DAY, [one]) == ((one,) if listed else ())


def test_the_most_probable_incident_comes_first_whatever_the_order_of_arrival() -> None:
    low, high, same = incident(3), incident(5, probability_ppm=900_000), incident(4)
    assert incidents_of(DAY, [same, high, low]) == incidents_of(DAY, [low, same, high])
    assert incidents_of(DAY, [same, high, low]) == (high, low, same)


@pytest.mark.parametrize(
    ("began_us", "ended_us", "as_of", "touches"),
    [
        pytest.param(MIDNIGHT_US - HOUR_US, MIDNIGHT_US, "", False, id="ends at midnight"),
        pytest.param(MIDNIGHT_US - HOUR_US, MIDNIGHT_US + 1, "", True, id="reaches in"),
        pytest.param(MIDNIGHT_US, MIDNIGHT_US, "", True, id="an instant"),
        pytest.param(MIDNIGHT_US + DAY_US, None, "", False, id="begins on the morrow"),
        pytest.param(None, MIDNIGHT_US + 1, "", True, id="no beginning stated"),
        pytest.param(None, None, "2031-05-04 morning", True, id="no period, said on the day"),
        pytest.param(None, None, "2031-05-05", False, id="no period, said later"),
    ],
)
def test_a_claim_touches_the_days_it_speaks_of(
    began_us: int | None, ended_us: int | None, as_of: str, touches: bool
) -> None:
    one = claim(began_us=began_us, ended_us=ended_us, as_of=as_of)
    assert bool(claims_of(date(2031, 5, 4), [one])) is touches


def test_sides_are_counted_apart_and_never_added() -> None:
    counted = {side.party: side for side in sides(sample_day())}
    assert list(counted) == ["UA", "RU", None]
    ours = counted["UA"]
    assert (len(ours.incidents), ours.with_heat, ours.likely) == (2, 2, 1)
    (watch,) = ours.watches
    assert (watch.cells, watch.unobserved, watch.missed) == (6, 1, (26, 118))
    assert watch.detection is not None
    # Two clear cells and three under cloud: (2 * 10.6 + 3 * 2.5) / 5 per cent.
    assert watch.detection.mean_ppm == 57_400
    assert (watch.detection.low_ppm, watch.detection.high_ppm) == (25_000, 106_000)
    assert len(counted[None].incidents) == 1


def test_swapping_the_parties_swaps_the_sides() -> None:
    swap = {"UA": "RU", "RU": "UA", None: None}
    day = sample_day()
    mirrored = replace(
        day,
        agreements=tuple(
            replace(one, parties=tuple(reversed(one.parties))) for one in day.agreements
        ),
        incidents=tuple(replace(one, held_by=swap[one.held_by]) for one in day.incidents),
        coverage=tuple(replace(one, held_by=swap[one.held_by]) for one in day.coverage),
    )

    def shape(report_day: object) -> list[object]:
        return [
            (side.with_heat, side.likely, side.watches, side.verdict, len(side.incidents))
            for side in sides(report_day)  # type: ignore[arg-type]
        ]

    assert shape(mirrored) == shape(day)
    assert [swap[side.party] for side in sides(mirrored)] == [side.party for side in sides(day)]


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        pytest.param(
            {"incidents": ()},
            ["none_noticed", "none_noticed"],
            id="somebody looked and saw nothing",
        ),
        pytest.param(
            {
                "incidents": (),
                "coverage": (
                    cell(35, 47, CoverageState.UNKNOWN),
                    cell(36, 47, CoverageState.OUTAGE, "RU"),
                ),
            },
            ["not_observed", "not_observed"],
            id="nobody looked",
        ),
        pytest.param(
            {"incidents": (), "coverage": ()},
            ["not_observed", "not_observed"],
            id="no coverage record",
        ),
        pytest.param(
            {"incidents": (), "coverage": (), "line": None},
            ["not_known", "not_known"],
            id="no line",
        ),
    ],
)
def test_no_count_is_given_where_nobody_looked(
    changes: dict[str, object], verdicts: list[str]
) -> None:
    assert [side.verdict for side in sides(sample_day(**changes))] == verdicts


def test_withheld_sources_leave_no_count_at_all() -> None:
    counted = sides(withheld_day())
    assert {side.verdict for side in counted} == {"not_observed", "not_known"}
    assert all(watch.detection is None for side in counted for watch in side.watches)


def test_cells_that_share_their_numbers_share_a_row_and_lose_none() -> None:
    day = sample_day()
    groups = cell_groups(day)
    assert sum(group.size for group in groups) == len(day.coverage)
    assert [group.size for group in groups] == [2, 3, 1, 1, 1]
    assert groups == cell_groups(replace(day, coverage=tuple(reversed(day.coverage))))


def test_detection_is_not_known_where_nobody_looked() -> None:
    assert detection_over([cell(35, 47, CoverageState.JAMMED)]) is None


def test_findings_are_sorted_by_clause_reading_side_and_outcome() -> None:
    truce, moratorium = clause_tallies(sample_day())
    by_side = {one.party: one.incidents for one in truce.readings}
    assert [len(by_side["UA"][outcome.value]) for outcome in Outcome] == [0, 1, 1]
    assert len(by_side["RU"]["kept"]) == 1
    late = [one for one in moratorium.readings if one.reading.id == "late"]
    assert [len(one.incidents["not_applicable"]) for one in late] == [2, 1, 1]


def test_a_disputed_start_gives_two_answers_on_one_day() -> None:
    day = sample_day()
    truce, moratorium = day.agreements
    (only,) = (binding(reading, day) for reading in truce.readings)
    assert only.text_key == "report.binds_part"
    assert only.interval.startswith("2031-05-04 01:00")
    keys = [binding(reading, day).text_key for reading in moratorium.readings]
    assert keys == ["report.binds_all", "report.binds_not"]


def test_where_the_instant_is_not_exact_it_may_bind() -> None:
    day = sample_day()
    (reading,) = day.agreements[0].readings
    vague = replace(reading.start, not_before_us=MIDNIGHT_US, not_after_us=MIDNIGHT_US + 2 * DAY_US)
    assert binding(replace(reading, start=vague), day).text_key == "report.may_bind"


def test_a_source_is_heard_or_not_known() -> None:
    with pytest.raises(ValueError, match="state must be heard or not_known, got 'quiet'"):
        SourceDay(source="x", means="visual", state="quiet", documents=(), rows=0, refused=0)
