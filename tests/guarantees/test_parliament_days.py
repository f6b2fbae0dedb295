"""Days in a parliament's own zone: leap days, changes of the clock, recesses, what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_acts_made import UTC_CALENDAR

from truceline.guarantees.calendar import counts, day_after, first_us, local_day
from truceline.records.commitment import DayRange
from truceline.records.units import HOUR_US, us_of

ZONES = ("Europe/London", "Europe/Kyiv", "America/Havana", "Pacific/Chatham", "UTC", "Asia/Beirut")


def days(first: str, last: str) -> DayRange:
    return DayRange(
        first=date.fromisoformat(first), last=date.fromisoformat(last), source="invented"
    )


YEAR = replace(
    UTC_CALENDAR,
    known=days("2028-01-01", "2028-12-31"),
    holidays=(days("2028-02-29", "2028-02-29"),),
    recesses=(days("2028-03-06", "2028-03-10"),),
    sittings=(days("2028-03-11", "2028-03-11"),),
)


@pytest.mark.parametrize(
    ("day", "business", "sitting"),
    [
        pytest.param("2028-02-28", True, True, id="a Monday"),
        pytest.param("2028-02-29", False, False, id="a holiday on the leap day"),
        pytest.param("2028-03-04", False, False, id="a Saturday"),
        pytest.param("2028-03-06", True, False, id="first day of the recess"),
        pytest.param("2028-03-10", True, False, id="last day of the recess"),
        pytest.param("2028-03-11", False, True, id="recalled on a Saturday"),
        pytest.param("2029-01-02", None, None, id="a Tuesday outside the known range"),
        pytest.param("2029-01-06", False, None, id="a Saturday outside of it"),
    ],
)
def test_a_day_counts_or_does_not_or_nobody_knows(
    day: str, business: bool | None, sitting: bool | None
) -> None:
    moment = date.fromisoformat(day)
    assert counts(YEAR, "business", moment) is business
    assert counts(YEAR, "sitting", moment) is sitting
    assert counts(YEAR, "calendar", moment) is True


@pytest.mark.parametrize(
    ("kind", "ready", "number", "day"),
    [
        pytest.param("calendar", "2028-02-28", 2, "2028-03-01", id="over a leap day"),
        pytest.param("calendar", "2027-02-28", 1, "2027-03-01", id="no leap day"),
        pytest.param("business", "2028-02-28", 1, "2028-03-01", id="the leap day is free"),
        pytest.param("business", "2028-03-04", 0, "2028-03-06", id="0 days on a Saturday"),
        pytest.param("business", "2028-03-03", 0, "2028-03-03", id="0 days on a Friday"),
        pytest.param("sitting", "2028-03-03", 1, "2028-03-11", id="over the recess to the recall"),
        pytest.param("sitting", "2028-03-03", 2, "2028-03-13", id="and on"),
    ],
)
def test_the_day_after_so_many_days(kind: str, ready: str, number: int, day: str) -> None:
    start = date.fromisoformat(ready)
    for hopeful in (True, False):
        found = day_after(YEAR, kind, start, number, hopeful=hopeful)
        assert found == date.fromisoformat(day)


def test_where_nothing_is_known_hope_gives_not_before_and_doubt_gives_nothing() -> None:
    last = date(2028, 12, 29)  # a Friday; the range is known until Sunday
    assert day_after(YEAR, "sitting", last, 1, hopeful=False) is None
    assert day_after(YEAR, "sitting", last, 1, hopeful=True) == date(2029, 1, 1)


@pytest.mark.parametrize("kind", ["calendar", "business", "sitting"])
@given(ready=st.dates(date(2027, 12, 1), date(2029, 2, 1)), number=st.integers(0, 30))
def test_waiting_longer_never_ends_earlier(kind: str, ready: date, number: int) -> None:
    def ends(start: date, count: int) -> date:
        found = day_after(YEAR, kind, start, count, hopeful=True)
        assert found is not None
        return found

    assert ready <= ends(ready, number) <= ends(ready, number + 1)
    assert ends(ready, number) <= ends(ready + timedelta(days=1), number)


@pytest.mark.parametrize("zone", ZONES)
@given(day=st.dates(date(1990, 1, 1), date(2037, 12, 31)))
def test_a_day_begins_with_its_first_instant(zone: str, day: date) -> None:
    begins = first_us(day, zone)
    assert local_day(begins, zone) == day
    assert local_day(begins - 1, zone) < day


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("Europe/London", "2026-03-29", 23, id="clocks go forward in London"),
        pytest.param("Europe/London", "2026-10-25", 25, id="and back"),
        pytest.param("Europe/Kyiv", "2026-03-29", 23, id="in Kyiv"),
        pytest.param("America/Havana", "2026-03-08", 23, id="midnight itself is jumped over"),
        pytest.param("America/Havana", "2026-11-01", 25, id="midnight comes twice"),
        pytest.param("Europe/London", "2028-02-29", 24, id="a leap day"),
    ],
)
def test_a_day_has_the_hours_that_its_zone_gives_it(zone: str, day: str, hours: int) -> None:
    moment = date.fromisoformat(day)
    length_us = first_us(moment + timedelta(days=1), zone) - first_us(moment, zone)
    assert length_us == hours * HOUR_US


def test_the_same_instant_falls_on_two_days() -> None:
    instant = us_of(datetime(2026, 1, 6, 22, 30, tzinfo=UTC))
    assert local_day(instant, "Europe/London") == date(2026, 1, 6)
    assert local_day(instant, "Europe/Kyiv") == date(2026, 1, 7)
