"""The earliest lawful date: exact, or "not before" with what nobody knows, or no way at all."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_acts_made import EXERCISE, INVENTED, MONDAY_US, UTC_CALENDAR, procedure, step

from truceline.guarantees.calendar import counts, first_us
from truceline.guarantees.procedures import earliest_lawful_date
from truceline.records.commitment import Calendar, DayRange, Procedure, ProcedureStep
from truceline.records.register import LawfulDate, StepStanding
from truceline.records.units import DAY_US, HOUR_US, day_start_us

MONDAY = date(2025, 3, 17)
AST = next(one for one in EXERCISE.procedures if one.id == "ast-deployment")
CHAMBER = next(one for one in EXERCISE.calendars if one.id == "ast-chamber")


def row(name: str, at_us: int, standing: str = "done", of: str = "p") -> StepStanding:
    return StepStanding(procedure=of, step=name, standing=standing, at_us=at_us, act=f"a:{name}")


def asked(
    *steps: ProcedureStep, done: tuple[StepStanding, ...] = (), calendar: Calendar = UTC_CALENDAR
) -> LawfulDate:
    """Ask for the last of the steps, on Monday 17 March 2025."""
    return earliest_lawful_date(procedure(steps[-1].id, *steps), MONDAY_US, done, calendar)


def test_a_vote_waits_for_its_parliament() -> None:
    # Asked on the last sitting day before the recess of 24 to 30 March.
    friday_us = MONDAY_US + 4 * DAY_US
    found = earliest_lawful_date(AST, friday_us, (), CHAMBER)
    assert (found.answer, found.day) == ("on", date(2025, 3, 31))
    assert found.not_before_us == first_us(date(2025, 3, 31), "Europe/Kyiv")
    assert [(one.step, one.day.isoformat()) for one in found.path] == [
        ("decision", "2025-03-21"),
        ("vote", "2025-03-31"),
        ("order", "2025-03-31"),
    ]
    assert found.path[1].source == "invented, constitution 81"
    assert found.not_known == ()


def test_the_latest_day_counts_the_most_days_of_each_step() -> None:
    # 2 days to Wednesday; 5 sitting days pass the recess to 2 April; 1 day more.
    found = earliest_lawful_date(AST, MONDAY_US, (), CHAMBER)
    assert found.day == date(2025, 3, 18)
    assert found.latest_day == date(2025, 4, 3)


def test_an_emergency_way_is_used_only_where_it_is_asked_for() -> None:
    friday_us = MONDAY_US + 4 * DAY_US
    found = earliest_lawful_date(AST, friday_us, (), CHAMBER, emergency=True)
    assert (found.answer, found.day) == ("on", date(2025, 3, 21))
    assert [one.step for one in found.path] == ["decision", "emergency", "order"]
    assert found.not_before_us == friday_us


@pytest.mark.parametrize(
    ("unknown", "what"),
    [
        pytest.param({"least_days": None}, "least_days", id="how long it takes"),
        pytest.param({"day_kind": "sitting"}, "calendar", id="when the parliament sits"),
    ],
)
def test_what_nobody_knows_makes_it_not_before(unknown: dict[str, object], what: str) -> None:
    found = asked(step("vote", **unknown), step("order", ("vote",), least_days=3))
    assert (found.answer, found.day) == ("not_before", date(2025, 3, 20))
    assert [(one.step, one.what) for one in found.not_known] == [("vote", what)]
    assert [one.known for one in found.path] == [False, False]


def test_what_nobody_knows_does_no_harm_where_another_step_takes_longer_for_sure() -> None:
    unknown = step("bill", least_days=None)
    way_round = step("decree", least_days=1)
    found = asked(unknown, way_round, step("order", ("bill",), ("decree",), least_days=1))
    # The bill may be quicker than the decree: nobody knows.
    assert (found.answer, found.day) == ("not_before", date(2025, 3, 18))
    quick = asked(unknown, step("decree"), step("order", ("bill",), ("decree",), least_days=1))
    # Nothing is quicker than a decree on the same day.
    assert (quick.answer, quick.day, quick.not_known) == ("on", date(2025, 3, 18), ())


@pytest.mark.parametrize(
    ("again", "answer", "day"),
    [
        pytest.param(True, "on", date(2025, 3, 19), id="may be put again, from the no on"),
        pytest.param(False, "no_way", None, id="never again"),
        pytest.param(None, "not_before", date(2025, 3, 19), id="nobody knows"),
    ],
)
def test_a_refusal_is_not_forgotten(again: bool | None, answer: str, day: date | None) -> None:
    vote = step("vote", may_be_refused=True, again_after_refusal=again)
    no = row("vote", MONDAY_US + 2 * DAY_US, "refused")
    found = asked(vote, step("order", ("vote",)), done=(no,))
    assert (found.answer, found.day, found.refused) == (answer, day, ("vote",))
    if again is None:
        assert [(one.step, one.what) for one in found.not_known] == [
            ("vote", "again_after_refusal")
        ]


def test_what_stood_on_an_approval_taken_back_stands_no_longer() -> None:
    steps = (step("consent"), step("order", ("consent",)), step("go", ("order",)))
    found = asked(*steps, done=(row("order", MONDAY_US),))
    assert found.unsupported == ("order",)
    assert [one.step for one in found.path] == ["consent", "order", "go"]


def test_an_order_on_the_day_of_the_vote_comes_after_the_vote() -> None:
    voted = row("vote", MONDAY_US + 3 * HOUR_US)
    found = asked(step("vote"), step("order", ("vote",)), done=(voted,))
    assert found.not_before_us == MONDAY_US + 3 * HOUR_US
    assert [one.done for one in found.path] == [True, False]


def test_another_procedures_steps_change_nothing() -> None:
    steps = (step("vote", least_days=2), step("order", ("vote",)))
    assert asked(*steps, done=(row("vote", MONDAY_US, of="other"),)) == asked(*steps)


def test_a_wrong_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="p is reckoned in c, not ast-chamber"):
        earliest_lawful_date(procedure("a", step("a")), MONDAY_US, (), CHAMBER)


def test_a_leap_day_is_a_day() -> None:
    eve_us = day_start_us(date(2028, 2, 28))
    plain = procedure("a", step("a", least_days=1))
    assert earliest_lawful_date(plain, eve_us, (), UTC_CALENDAR).day == date(2028, 2, 29)


def test_the_day_begins_at_midnight_of_the_parliament_also_when_clocks_change() -> None:
    # Saturday before the change of 30 March 2025; the day itself begins in winter time.
    saturday_us = day_start_us(date(2025, 3, 29)) + 12 * HOUR_US
    kyiv = replace(UTC_CALENDAR, zone="Europe/Kyiv")
    one_day, two_days = (procedure("a", step("a", least_days=days)) for days in (1, 2))
    sunday = earliest_lawful_date(one_day, saturday_us, (), kyiv).not_before_us
    monday = earliest_lawful_date(two_days, saturday_us, (), kyiv).not_before_us
    assert sunday == day_start_us(date(2025, 3, 30)) - 2 * HOUR_US
    assert monday == day_start_us(date(2025, 3, 31)) - 3 * HOUR_US


# ------------------------------------------------------------------------- brute force
NAMES = "abcdef"
kinds = st.sampled_from(["calendar", "business", "sitting"])


@st.composite
def cases(draw: st.DrawFn) -> tuple[Procedure, Calendar, dict[str, int]]:
    """Draw any graph, rings among them, any calendar, and some steps done before."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    way = st.lists(st.sampled_from(names), max_size=3, unique=True).map(tuple)
    steps = [
        step(
            name,
            *draw(st.lists(way, max_size=3)),
            least_days=draw(st.integers(0, 4)),
            most_days=None,
            day_kind=draw(kinds),
        )
        for name in names
    ]
    begin, length = draw(st.integers(0, 20)), draw(st.integers(0, 12))
    recess = DayRange(
        first=MONDAY + timedelta(days=begin),
        last=MONDAY + timedelta(days=begin + length),
        source=INVENTED,
    )
    known = DayRange(first=date(2025, 1, 1), last=date(2026, 12, 31), source=INVENTED)
    calendar = replace(UTC_CALENDAR, known=known, recesses=(recess,))
    done = draw(st.dictionaries(st.sampled_from(names), st.integers(-5, 5), max_size=2))
    return procedure(draw(st.sampled_from(names)), *steps), calendar, done


def by_living_through(
    plan: Procedure, calendar: Calendar, done: dict[str, date], asked_on: date
) -> date | None:
    """Go day by day, and on each day do whatever can be done: slow, and plainly right."""
    finished, left = dict(done), dict[str, int]()
    for number in range(120):
        today = asked_on + timedelta(days=number)
        for one in plan.steps:
            if one.id in left and one.id not in finished and counts(calendar, one.day_kind, today):
                left[one.id] -= 1
                if left[one.id] <= 0:
                    finished[one.id] = today
        for one in plan.steps * len(plan.steps):
            if one.id not in finished and one.id not in left and may_begin(one, finished, today):
                left[one.id] = one.least_days or 0
                if left[one.id] == 0 and counts(calendar, one.day_kind, today):
                    finished[one.id] = today
    return finished.get(plan.goal)


def may_begin(one: ProcedureStep, finished: dict[str, date], today: date) -> bool:
    now = {name for name, day in finished.items() if day <= today}
    return not one.needs or any(set(way) <= now for way in one.needs)


def supported_by_search(given: Procedure, done: set[str]) -> set[str]:
    """Try every order of the steps done: what can be reached by one of them stands."""
    steps = {one.id: one for one in given.steps}
    best: set[str] = set()
    for order in itertools.permutations(sorted(done)):
        stand: set[str] = set()
        for name in order:
            needs = steps[name].needs
            if not needs or any(set(way) <= stand for way in needs):
                stand.add(name)
        best |= stand
    return best


@given(cases())
def test_agrees_with_living_through_every_day(
    case: tuple[Procedure, Calendar, dict[str, int]],
) -> None:
    given_procedure, calendar, offsets = case
    rows = [
        row(name, day_start_us(MONDAY + timedelta(days=offset)) + 12 * HOUR_US)
        for name, offset in sorted(offsets.items())
    ]
    found = earliest_lawful_date(given_procedure, MONDAY_US, rows, calendar)
    stand = supported_by_search(given_procedure, set(offsets))
    done = {name: MONDAY + timedelta(days=offsets[name]) for name in stand}
    assert set(found.unsupported) == set(offsets) - stand
    assert found.day == by_living_through(given_procedure, calendar, done, MONDAY)
    assert found.answer == ("no_way" if found.day is None else "on")
    if found.day is not None:
        assert found.path[-1].step == given_procedure.goal
        assert [one.day for one in found.path] == sorted(one.day for one in found.path)


@given(cases(), st.sampled_from(NAMES))
def test_not_knowing_a_step_only_ever_takes_certainty_away(
    case: tuple[Procedure, Calendar, dict[str, int]], name: str
) -> None:
    given_procedure, calendar, _ = case
    steps = tuple(
        replace(one, least_days=None) if one.id == name else one for one in given_procedure.steps
    )
    known = earliest_lawful_date(given_procedure, MONDAY_US, (), calendar)
    unknown = earliest_lawful_date(replace(given_procedure, steps=steps), MONDAY_US, (), calendar)
    if known.day is None:
        assert unknown.answer == "no_way"
    else:
        assert unknown.day is not None
        assert unknown.day <= known.day
        assert unknown.answer == "not_before" or unknown.day == known.day
        assert (unknown.answer == "not_before") == bool(unknown.not_known)
