"""The beginning is uniform on its interval, and a stated start or end on its own."""

from __future__ import annotations

from fractions import Fraction

import pytest
from evaluation_worlds import instant
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.evaluation.binding_time import chance_in_time
from truceline.records.agreement import Instant, Reading

HALF = Fraction(1, 2)


def reading(start: tuple[int, int], end: tuple[int, int] | None = None) -> Reading:
    stated_end = None if end is None else instant("end", *end)
    return Reading(id="r", start=instant("start", *start), end=stated_end)


@pytest.mark.parametrize(
    ("began", "ended", "start", "end", "chance"),
    [
        pytest.param(20, 30, (10, 10), (40, 40), 1, id="wholly inside"),
        pytest.param(0, 20, (10, 10), (40, 40), HALF, id="half of it before the start"),
        pytest.param(30, 50, (10, 10), (40, 40), HALF, id="half of it after the end"),
        pytest.param(0, 50, (10, 10), (40, 40), Fraction(3, 5), id="it reaches over both"),
        pytest.param(0, 10, (10, 10), (40, 40), 0, id="it ends as the binding time starts"),
        pytest.param(10, 20, (10, 10), None, 1, id="it begins as the binding time starts"),
        pytest.param(30, 40, (10, 10), (40, 40), 1, id="it ends with the binding time"),
        pytest.param(40, 50, (10, 10), (40, 40), 0, id="it begins as the binding time ends"),
        pytest.param(10, 10, (10, 10), (40, 40), 1, id="the first instant is bound"),
        pytest.param(9, 9, (10, 10), (40, 40), 0, id="the instant before is not"),
        pytest.param(39, 39, (10, 10), (40, 40), 1, id="the last instant is bound"),
        pytest.param(40, 40, (10, 10), (40, 40), 0, id="the end is no longer bound"),
        pytest.param(15, 15, (10, 20), None, HALF, id="an instant amid an uncertain start"),
        pytest.param(10, 20, (10, 20), None, HALF, id="an interval over an uncertain start"),
        pytest.param(0, 20, (10, 20), None, Fraction(1, 4), id="and as much again before it"),
        pytest.param(30, 40, (0, 0), (30, 40), HALF, id="an interval over an uncertain end"),
        pytest.param(0, 6, (0, 6), (0, 6), Fraction(1, 6), id="start and end on the same day"),
    ],
)
def test_chance(
    began: int, ended: int, start: tuple[int, int], end: tuple[int, int] | None, chance: Fraction
) -> None:
    assert chance_in_time(began, ended, reading(start, end)) == chance


@pytest.mark.parametrize(
    ("instant_us", "chance"),
    [
        pytest.param(19, 0, id="before the window"),
        pytest.param(20, 1, id="its first instant is in it"),
        pytest.param(29, 1, id="its last instant is in it"),
        pytest.param(30, 0, id="its end is not"),
    ],
)
def test_an_instant_at_the_edge_of_a_window(instant_us: int, chance: int) -> None:
    assert chance_in_time(instant_us, instant_us, reading((10, 10)), (20, 30)) == chance


times = st.integers(-50, 50)


def ordered(low: int, high: int) -> tuple[int, int]:
    return min(low, high), max(low, high)


intervals = st.builds(ordered, times, times)


@settings(deadline=None)
@given(intervals, intervals, st.none() | intervals)
def test_is_a_probability(
    held: tuple[int, int], start: tuple[int, int], end: tuple[int, int] | None
) -> None:
    assert 0 <= chance_in_time(*held, reading(start, end)) <= 1


@settings(deadline=None)
@given(intervals, intervals, intervals, st.integers(0, 20))
def test_an_earlier_start_and_a_later_end_never_bind_less(
    held: tuple[int, int], start: tuple[int, int], end: tuple[int, int], more: int
) -> None:
    chance = chance_in_time(*held, reading(start, end))
    earlier = (start[0] - more, start[1] - more)
    later = (end[0] + more, end[1] + more)
    assert chance_in_time(*held, reading(earlier, end)) >= chance
    assert chance_in_time(*held, reading(start, later)) >= chance


@settings(deadline=None)
@given(intervals, intervals, intervals, st.lists(times, min_size=3, max_size=3))
def test_windows_that_touch_add_up(
    held: tuple[int, int], start: tuple[int, int], end: tuple[int, int], cuts: list[int]
) -> None:
    when = reading(start, end)
    first, middle, last = sorted(cuts)
    together = chance_in_time(*held, when, (first, last))
    parts = [chance_in_time(*held, when, window) for window in ((first, middle), (middle, last))]
    assert together == sum(parts)


@settings(deadline=None)
@given(intervals, intervals, intervals)
def test_a_window_around_everything_changes_nothing(
    held: tuple[int, int], start: tuple[int, int], end: tuple[int, int]
) -> None:
    when = reading(start, end)
    assert chance_in_time(*held, when, (-51, 51)) == chance_in_time(*held, when)


@settings(deadline=None)
@given(intervals, st.integers(-50, 50), st.integers(1, 20), st.integers(1, 8))
def test_an_uncertain_start_is_the_mean_of_the_exact_starts_in_it(
    held: tuple[int, int], begin: int, width: int, parts: int
) -> None:
    """The mean over many exact starts comes as near to the integral as their distance allows."""
    steps = 64 * parts
    exact = [Fraction(begin * steps + width * step, steps) for step in range(steps + 1)]
    span = max(held[1] - held[0], 1)
    mean = sum((bound_from(held, start) for start in exact), Fraction(0)) / len(exact)
    stated = chance_in_time(*held, reading((begin, begin + width)))
    assert abs(stated - mean) * steps * span <= 2 * (width + span)


def bound_from(held: tuple[int, int], start: Fraction) -> Fraction:
    """Give the share of an interval from an exact start on; an instant counts whole or not."""
    if held[0] == held[1]:
        return Fraction(held[0] >= start)
    return min(max(Fraction(held[1] - start) / (held[1] - held[0]), Fraction(0)), Fraction(1))


def test_real_microseconds_are_exact() -> None:
    day = 86_400_000_000
    start = Instant(
        id="s", not_before_us=20_000 * day, not_after_us=20_001 * day, said_by="-", source="-"
    )
    when = Reading(id="r", start=start, end=None)
    assert chance_in_time(20_000 * day + 1, 20_000 * day + 1, when) == Fraction(1, day)
