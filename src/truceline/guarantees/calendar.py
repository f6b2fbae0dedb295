"""Days in a parliament's own time zone: which of them count, and when one begins.

Three answers for each day: it counts, it does not, or nobody at hand knows. A day outside the
calendar's known range is not known, except that a weekend is never a business day.

Zones come from the IANA time zone database, so changes of the clock are its, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from truceline.records.commitment import Calendar, DayRange
from truceline.records.units import moment_of, us_of

ONE_DAY = timedelta(days=1)


def local_day(us: int, zone: str) -> date:
    """Give the day that it is in a zone at an instant.

    >>> local_day(1_767_225_599_000_000, "Europe/Kyiv").isoformat()  # 2025-12-31 23:59:59 UTC
    '2026-01-01'
    """
    return moment_of(us).astimezone(ZoneInfo(zone)).date()


def first_us(day: date, zone: str) -> int:
    """Give the first instant of a day in a zone.

    Where the clock jumps over midnight, the day begins with the jump; where midnight comes twice,
    it begins with the first.

    >>> first_us(date(2026, 3, 29), "Europe/London") == first_us(date(2026, 3, 29), "UTC")
    True
    >>> first_us(date(2026, 3, 30), "Europe/London") - first_us(date(2026, 3, 29), "Europe/London")
    82800000000
    """
    midnight = datetime.combine(day, time(0), tzinfo=ZoneInfo(zone))
    return us_of(midnight.astimezone(UTC))


def counts(calendar: Calendar, kind: str, day: date) -> bool | None:
    """Tell whether a day counts: as a calendar, a business or a sitting day; None is not known."""
    if kind == "calendar":
        return True
    if kind == "sitting" and _within(day, calendar.sittings):
        return True
    weekend = day.weekday() in calendar.weekend
    if calendar.known is None or not _within(day, (calendar.known,)):
        return False if weekend and kind == "business" else None
    free = weekend or _within(day, calendar.holidays)
    return not free and not (kind == "sitting" and _within(day, calendar.recesses))


def day_after(
    calendar: Calendar, kind: str, ready: date, days: int, *, hopeful: bool
) -> date | None:
    """Give the day on which a step of so many days can be done.

    With 0 days it is the first day that counts, `ready` or later; with n days the n-th day that
    counts after `ready`.

    Args:
        calendar: Whose days are counted.
        kind: Which days count.
        ready: First day on which the step may be taken.
        days: How many.
        hopeful: Take a day of which nothing is known as one that counts: the answer is then
            "not before". Otherwise such a day ends the count, and the answer is None.
    """
    if kind == "calendar":
        return ready + days * ONE_DAY
    day, left = (ready, 1) if days == 0 else (ready + ONE_DAY, days)
    while True:
        answer = counts(calendar, kind, day)
        if answer is None and not hopeful:
            return None
        if answer is not False:
            left -= 1
            if left == 0:
                return day
        day += ONE_DAY


def _within(day: date, ranges: Iterable[DayRange]) -> bool:
    return any(one.first <= day <= one.last for one in ranges)
