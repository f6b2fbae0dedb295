"""The coordination cell's one page: what is due today, by whom, and what is late."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from board_worlds import T0, Log, board_of, whole

from truceline.guarantees.awaited import due_today
from truceline.records.due import Due
from truceline.records.units import DAY_US, HOUR_US, us_of


def case_due(due_us: int) -> Due:
    return Due(id=f"case:{due_us}", about="case", what="party_reply", name="party_reply",
               of=("UA",), due_us=due_us, article="3")  # fmt: skip


def called() -> Log:
    log = Log()
    log.convene(log.declare())
    return log


def test_a_clock_a_receipt_and_a_meeting_are_awaited_of_those_who_are_asked() -> None:
    board = board_of(called())
    assert [(one.what, one.of) for one in board.due] == [
        ("meeting", ("DE", "FR", "GB")),
        ("receipt", ("DE", "FR", "GB")),
        ("clock", ("DE", "FR", "GB", "commission")),
        ("clock", ("DE", "FR", "GB", "commission")),
    ]


def test_what_is_past_is_late_and_what_is_today_is_due() -> None:
    board = board_of(called(), T0 + 24 * HOUR_US)
    page = due_today(board, [case_due(T0 + 30 * HOUR_US)], T0 + DAY_US, T0 + 2 * DAY_US)
    assert [one.what for one in page.late] == ["meeting", "receipt", "clock"]
    assert [one.what for one in page.due] == ["party_reply"]
    assert page.later == 1
    before = due_today(board_of(called()), [], T0 + DAY_US, T0 + 2 * DAY_US)
    assert [one.what for one in before.due] == ["clock"]


def test_what_is_met_closed_or_unwound_is_awaited_no_more() -> None:
    log, _ = whole()
    assert board_of(log).due == ()
    other = called()
    other.add("breach.withdraw", "chair", other.acts[0].id, body="commission",
              carried_by="carried-1", why="w")  # fmt: skip
    assert board_of(other).due == ()


def test_a_measure_with_an_end_is_awaited_until_its_state_ends_it() -> None:
    log, ids = whole()
    measure = log.respond(ids["activated"], until_us=log.now_us + HOUR_US)
    assert [(one.what, one.of) for one in board_of(log).due] == [("measure", ("GB",))]
    log.add("response.relief", "key-GB", measure, why="done", from_us=log.now_us)
    assert board_of(log).due == ()


def test_a_local_day_of_25_hours_is_one_day() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    day, following = date(2026, 10, 25), date(2026, 10, 26)
    start_us, until_us = (
        us_of(datetime(one.year, one.month, one.day, tzinfo=kyiv)) for one in (day, following)
    )
    assert until_us - start_us == 25 * HOUR_US
    board = board_of(Log(), start_us)
    last = case_due(until_us - 1)
    page = due_today(board, [last, case_due(until_us)], start_us, until_us)
    assert (page.due, page.later) == ((last,), 1)


def test_every_line_is_on_the_page_once_or_counted_as_later() -> None:
    board = board_of(called(), T0 + 3 * HOUR_US)
    lines = [case_due(T0 + n * HOUR_US) for n in range(60)]
    for hour in range(4, 60):
        page = due_today(board, lines, T0 + 3 * HOUR_US, T0 + hour * HOUR_US)
        assert len(page.late) + len(page.due) + page.later == len(lines) + len(board.due)
