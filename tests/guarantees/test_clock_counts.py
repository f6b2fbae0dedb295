"""Clocks count seconds of UTC from the declared instant, whatever the clocks on the wall do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from board_worlds import T0, Log, board_of, determination, facts
from hypothesis import given
from hypothesis import strategies as st

from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.clocks import ended, ran_us, shown, state_of
from truceline.records.board import Board, Clock, ClockState, Halt
from truceline.records.units import DAY_US, HOUR_US, SECOND_US, moment_of, us_of

TERMS = DEFAULTS.clocks[0]
DAY_CLOCK = Clock(id="d:c", declaration="d", terms=TERMS, started_us=T0)


def halt(
    from_us: int, until_us: int | None, *, stops: bool = True, kind: str = "pause", name: str = "h"
) -> Halt:
    return Halt(
        id=name, by="chair", state="", kind=kind, why="why", from_us=from_us, until_us=until_us,
        stops=stops,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "began", "due"),
    [
        pytest.param("Europe/Kyiv", (2026, 3, 28, 20, 0), (2026, 3, 29, 21, 0), id="spring: 23 h"),
        pytest.param("Europe/Kyiv", (2026, 10, 24, 20, 0), (2026, 10, 25, 19, 0), id="autumn"),
        pytest.param("Europe/London", (2026, 3, 28, 20, 0), (2026, 3, 29, 21, 0), id="London"),
        pytest.param("America/New_York", (2026, 11, 1, 0, 30), (2026, 11, 1, 23, 30), id="US"),
        pytest.param("Europe/Kyiv", (2028, 2, 28, 12, 0), (2028, 2, 29, 12, 0), id="leap year"),
        pytest.param("Europe/Kyiv", (2027, 2, 28, 12, 0), (2027, 3, 1, 12, 0), id="no leap year"),
        pytest.param("UTC", (2100, 2, 28, 12, 0), (2100, 3, 1, 12, 0), id="2100 is no leap year"),
    ],
)
def test_a_day_is_24_hours_even_where_the_wall_clock_jumps(
    zone: str, began: tuple[int, ...], due: tuple[int, ...]
) -> None:
    place = ZoneInfo(zone)
    year, month, day, hour, minute = began
    started_us = us_of(datetime(year, month, day, hour, minute, tzinfo=place))
    clock = shown(replace(DAY_CLOCK, started_us=started_us), started_us, None)
    assert clock.due_us == started_us + DAY_US
    year, month, day, hour, minute = due
    assert moment_of(clock.due_us).astimezone(place).replace(tzinfo=None) == datetime(
        year, month, day, hour, minute, tzinfo=UTC
    ).replace(tzinfo=None)


def test_the_hour_that_comes_twice_is_two_instants() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    first, second = (
        us_of(datetime(2026, 10, 25, 3, 30, tzinfo=kyiv, fold=fold).astimezone(UTC))
        for fold in (0, 1)
    )
    assert second - first == HOUR_US
    due = [shown(replace(DAY_CLOCK, started_us=one), one, None).due_us for one in (first, second)]
    assert due == [first + DAY_US, second + DAY_US]


@pytest.mark.parametrize(
    ("after_us", "state", "left_s"),
    [
        (0, ClockState.RUNNING, 86_400),
        (DAY_US - SECOND_US, ClockState.RUNNING, 1),
        (DAY_US - 1, ClockState.RUNNING, 0),
        (DAY_US, ClockState.ELAPSED, 0),
        (400 * DAY_US, ClockState.ELAPSED, 0),
    ],
)
def test_it_has_elapsed_at_the_very_instant_and_stays_so(
    after_us: int, state: ClockState, left_s: int
) -> None:
    clock = shown(DAY_CLOCK, T0 + after_us, None)
    assert (clock.state, clock.left_s, clock.due_us) == (state, left_s, T0 + DAY_US)


def test_nested_pauses_count_once_and_it_waits_for_the_last() -> None:
    outer, inner = halt(T0 + HOUR_US, None, name="o"), halt(T0 + 2 * HOUR_US, None, name="i")
    clock = replace(DAY_CLOCK, halts=(outer, inner))
    paused = shown(clock, T0 + 50 * HOUR_US, None)
    assert (paused.state, paused.due_us, paused.left_s) == (ClockState.PAUSED, None, 23 * 3600)
    one_left = ended(clock, "i", T0 + 3 * HOUR_US)
    assert state_of(one_left, T0 + 90 * HOUR_US, None) is ClockState.PAUSED
    running = shown(ended(one_left, "o", T0 + 5 * HOUR_US), T0 + 6 * HOUR_US, None)
    assert (running.state, running.due_us) == (ClockState.RUNNING, T0 + DAY_US + 4 * HOUR_US)
    assert running.left_s == 22 * 3600


def test_a_dispute_stops_nothing() -> None:
    clock = replace(DAY_CLOCK, halts=(halt(T0 + HOUR_US, None, stops=False, kind="dispute"),))
    assert shown(clock, T0 + 2 * HOUR_US, None).state is ClockState.DISPUTED
    assert shown(clock, T0 + 2 * HOUR_US, None).due_us == T0 + DAY_US
    assert shown(clock, T0 + DAY_US, None).state is ClockState.ELAPSED


def test_a_clock_without_a_length_never_elapses_and_says_so() -> None:
    clock = replace(DAY_CLOCK, terms=replace(TERMS, lasts_s=None))
    late = shown(clock, T0 + 10**16, None)
    assert (late.state, late.due_us, late.left_s) == (ClockState.RUNNING, None, None)


intervals = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=6)


@given(intervals, st.integers(0, 120))
def test_halts_are_a_union_of_intervals(spans: list[tuple[int, int]], now: int) -> None:
    halts = tuple(
        halt(T0 + start * SECOND_US, T0 + (start + length) * SECOND_US, name=f"h{n}")
        for n, (start, length) in enumerate(spans)
    )
    still = {second for start, length in spans for second in range(start, min(start + length, now))}
    clock = replace(DAY_CLOCK, halts=halts)
    assert ran_us(clock, T0 + now * SECOND_US) == (now - len(still)) * SECOND_US


# ---------------------------------------------------------------- the same, by signed acts
def clock_of(board: Board, name: str = "guarantor_consultation") -> Clock:
    (found,) = (one for one in board.clocks if one.terms.id == name)
    return found


def test_a_clock_runs_from_the_declared_instant_not_from_the_day_it_was_declared() -> None:
    log = Log()
    log.declare(at_us=T0 + 30 * HOUR_US)
    clock = clock_of(board_of(log))
    assert (clock.started_us, clock.state, clock.due_us) == (T0, ClockState.ELAPSED, T0 + DAY_US)


def test_an_elapsed_clock_tells_and_does_nothing() -> None:
    log = Log()
    log.declare()
    before, after = board_of(log), board_of(log, T0 + DAY_US)
    told = [one.reason.code for one in after.notices if one.about == clock_of(after).id]
    assert told == ["board_clock_elapsed"]
    assert not any(one.reason.code == "board_clock_elapsed" for one in before.notices)
    for unchanged in ("declarations", "consultations", "decisions", "activations", "measures",
                      "guarantees", "assessments", "refused"):  # fmt: skip
        assert getattr(before, unchanged) == getattr(after, unchanged), unchanged


def test_what_comes_too_late_is_recorded_as_late() -> None:
    log = Log()
    declared = log.declare()
    called = log.convene(declared)
    for state in ("GB", "FR"):
        log.add("consultation.attend", f"key-{state}", called)
    opened = log.add("consultation.open", "key-GB", called, at_us=T0 + DAY_US)
    clock = clock_of(board_of(log))
    assert (clock.state, clock.met, clock.met_late_by) == (ClockState.ELAPSED, False, opened)


def test_pause_and_resume_move_the_due_instant() -> None:
    log = Log()
    clock_id = f"{log.declare()}:guarantor_consultation"
    paused = log.add("clock.pause", "chair", clock_id, at_us=T0 + 2 * HOUR_US, why="jammed")
    assert clock_of(board_of(log, T0 + 99 * HOUR_US)).state is ClockState.PAUSED
    log.add("clock.resume", "chair", clock_id, at_us=T0 + 5 * HOUR_US, ends=paused, why="heard")
    assert clock_of(board_of(log)).due_us == T0 + DAY_US + 3 * HOUR_US


def test_a_dispute_stops_the_clock_only_where_the_text_says_so() -> None:
    log = Log()
    clock_id = f"{log.declare()}:guarantor_consultation"
    log.add("clock.dispute", "key-RU", clock_id, why="not the first")
    assert clock_of(board_of(log)).state is ClockState.DISPUTED
    written = replace(
        DEFAULTS, clocks=tuple(replace(one, dispute_pauses=True) for one in DEFAULTS.clocks)
    )
    assert clock_of(board_of(log, terms=written)).state is ClockState.PAUSED


def test_nobody_may_pause_where_the_text_gives_nobody_the_power() -> None:
    log = Log()
    log.add("clock.pause", "chair", f"{log.declare()}:guarantor_consultation", why="w")
    written = replace(DEFAULTS, clocks=tuple(replace(one, paused_by=()) for one in DEFAULTS.clocks))
    assert [one.rule for one in board_of(log, terms=written).refused] == ["no_authority"]
    assert board_of(log).refused == ()


def test_a_clock_runs_only_for_the_triggers_that_the_text_names() -> None:
    log = Log()
    log.declare()
    written = replace(
        DEFAULTS, clocks=tuple(replace(one, triggers=("armed_attack",)) for one in DEFAULTS.clocks)
    )
    assert board_of(log, terms=written).clocks == ()
    assert len(board_of(log).clocks) == 3


def test_the_instant_must_be_one_of_the_candidates() -> None:
    log = Log()
    log.declare(instant_us=T0 + HOUR_US)
    wide = (facts("one", ended_us=T0 + HOUR_US),)
    assert board_of(log, findings=wide).refused == ()
    assert [one.rule for one in board_of(log).refused] == ["not_a_candidate"]
    begun = (determination("d1", began_us=T0 + HOUR_US, decided_us=T0 + HOUR_US),)
    assert board_of(log, determinations=begun).refused == ()
