"""The integer forms of quantities: each is rounded once, half to even, when it is parsed.

What is signed, stored, replayed and compared is integers, so that two machines that read the same
bytes hold the same numbers. A float lives inside a computation and is rounded on its way out.

Suffixes: `_e7` degrees of 1e-7, `_m` and `_mm` lengths, `_us` microseconds since 1970 UTC, `_ppm`
probabilities in millionths, `_millibans` weights of evidence: 1,000 millibans are 1 ban, a factor
of ten of the odds, and 100 millibans are 1 deciban.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

E7 = 10_000_000
PPM = 1_000_000
MILLIBANS_PER_DECIBAN = 100
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def us_of(moment: datetime) -> int:
    """Give a moment as microseconds since 1970 UTC.

    Raises:
        ValueError: The moment has no time zone, so it is no instant.

    >>> us_of(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - EPOCH) // MICROSECOND


def moment_of(us: int) -> datetime:
    """Give microseconds since 1970 as a moment in UTC.

    >>> moment_of(1_000_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    return EPOCH + us * MICROSECOND


def iso(us: int) -> str:
    """Write an instant as ISO 8601 in UTC, to the second.

    >>> iso(1_775_912_400_000_000)
    '2026-04-11T13:00:00Z'
    """
    return moment_of(us).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_start_us(day: date) -> int:
    """Give the first microsecond of a UTC day.

    >>> day_start_us(date(1970, 1, 2)) == DAY_US
    True
    """
    return (day.toordinal() - EPOCH.toordinal()) * DAY_US


def day_of(us: int) -> date:
    """Give the UTC day on which an instant falls.

    >>> day_of(DAY_US - 1).isoformat()
    '1970-01-01'
    """
    return moment_of(us).date()
