"""UCDP GED Candidate: events of organised violence with at least one death, coded by people.

Layout: the columns of the UCDP Georeferenced Event Dataset, codebook at
https://ucdp.uu.se/downloads/ ("UCDP Candidate Events Dataset"); one file a month,
`GEDEvent_v26_0_4.csv` for April 2026, world-wide. Rows from other countries than Ukraine and
Russia rightly give nothing. Licence: CC BY 4.0.

What it can bear. It counts deaths, not shots, and comes a month late; an incident without a death
is not in it, so its silence says nothing. `side_a` and `side_b` are the parties of the dyad in a
fixed order: neither says who fired, and neither is read. What it looked like is not coded either:
the signature is undetermined, whatever the headline says.

Place and time. `where_prec` and `date_prec` of the codebook give how exactly a place and a date
are known; the radii below are ours. `date_start` and `date_end` are bare dates
(`table.local_days_us`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from truceline.feeds.http import ATTEMPTS, TIMEOUT_S, download
from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import (
    UKRAINE_AND_RUSSIA,
    day,
    local_days_us,
    parse_table,
    whole,
)
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.units import DAY_US, PPM, day_start_us

COLUMNS = (
    "type_of_violence",
    "source_headline",
    "where_prec",
    "latitude",
    "longitude",
    "country",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "best",
)
COUNTRIES = ("Ukraine", "Russia (Soviet Union)")
RADIUS_95_M_BY_WHERE_PREC = {
    1: 5_000,  # the named place itself: a settlement, as its centre point
    2: 25_000,  # near a named place, within about 25 km
    3: 60_000,  # a second-level area, as its middle: a raion reaches so far
    4: 150_000,  # a first-level area, as its middle: an oblast reaches so far
    5: 150_000,  # a line or a fuzzy area: a road, a border, a direction of the front
    6: 700_000,  # the country, as its middle: Ukraine's reach
    7: 1_000_000,  # international waters or air space
}
# How far the true date may lie from a single date that is only known to this precision.
SLACK_DAYS_BY_DATE_PREC = {1: 0, 2: 5, 3: 6, 4: 30, 5: 365}
# Placeholders, elicited: events are read and checked by people; 2 is the lower clarity.
CHANCE_REAL_PPM_BY_CLARITY = {1: 950_000, 2: 800_000}
HEADLINE_CHARACTERS = 120
DEATHS_LIMIT = 10_000_000
MIDNIGHT = (" 00:00:00.000", " 00:00:00")
FETCHED_NAME = "labels/ucdp_ged_candidate_v{year:02d}_0_{month}.csv"
MONTHLY = re.compile(
    r"labels/ucdp_ged_candidate_v(?P<year>\d\d)_0_(?P<month>[1-9]|1[0-2])\.csv", re.ASCII
)
CENTURY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class UcdpGed:
    """Deadly events of the UCDP candidate dataset, in Ukraine and Russia."""

    name: str = "ucdp-ged"
    version: int = 1
    base_url: str = "https://ucdp.uu.se/downloads/candidateged"
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    patterns: tuple[str, ...] = ("labels/ucdp_ged*.csv",)
    sources: tuple[str, ...] = ("ucdp-ged",)
    gives: str = "observations"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:
        """Give the days that a monthly release speaks of; other names have gaps inside them.

        >>> len(UcdpGed().covers("labels/ucdp_ged_candidate_v26_0_4.csv"))
        30
        """
        month = _month_of(name)
        return tuple(
            (self.name, day_us, day_us + DAY_US)
            for day_us in (range(*_ends_us(month), DAY_US) if month else ())
        )

    def plan(self, since: date, until: date) -> tuple[str, ...]:
        """Name one monthly release for every month that the days touch."""
        first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
        return tuple(
            FETCHED_NAME.format(year=months // 12 % 100, month=months % 12 + 1)
            for months in range(first, last + 1)
        )

    def fetch(self, name: str) -> Fetched:
        """Bring one monthly release; UCDP publishes it some weeks after the month's end.

        Raises:
            FeedError: The name is none of the plan's, or the source did not answer.
        """
        if _month_of(name) is None:
            raise FeedError(f"{self.name}: {name} is not a monthly release")
        release = name.rpartition("_candidate_")[2]
        url = f"{self.base_url}/GEDEvent_{release}"
        content = download(url, timeout_s=self.timeout_s, attempts=self.attempts)
        return Fetched(name=name, content=content, url=url)

    def parse(self, document: bytes) -> Parsed[Observation]:
        """Give one observation per event in Ukraine or Russia.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, COLUMNS, _observation)


def _month_of(name: str) -> tuple[int, int] | None:
    """Give year and month of a monthly release, as `plan` names it."""
    found = MONTHLY.fullmatch(name)
    return (CENTURY + int(found["year"]), int(found["month"])) if found else None


def _ends_us(month: tuple[int, int]) -> tuple[int, int]:
    year, number = month
    following = date(year + number // 12, number % 12 + 1, 1)
    return day_start_us(date(year, number, 1)), day_start_us(following)


def _observation(row: dict[str, str], line: int, sha256: str) -> Observation | None:
    if row["country"] not in COUNTRIES:
        return None
    longitude_e7, latitude_e7 = UKRAINE_AND_RUSSIA.position_e7(row, "longitude", "latitude")
    began_us, ended_us = _interval_us(row)
    return Observation(
        source="ucdp-ged",
        means=Means.OPEN_SOURCE,
        place=Place(
            longitude_e7=longitude_e7,
            latitude_e7=latitude_e7,
            radius_95_m=RADIUS_95_M_BY_WHERE_PREC[whole(row, "where_prec", 1, 7)],
        ),
        began_us=began_us,
        ended_us=ended_us,
        signatures=((Signature.UNDETERMINED, PPM),),
        chance_real_ppm=CHANCE_REAL_PPM_BY_CLARITY[whole(row, "event_clarity", 1, 2)],
        words=_words(row),
        measures=(("deaths_best", whole(row, "best", 0, DEATHS_LIMIT)),),
        document_sha256=sha256,
        line=line,
    )


def _interval_us(row: dict[str, str]) -> tuple[int, int]:
    precision = whole(row, "date_prec", 1, 5)
    first, last = _date(row, "date_start"), _date(row, "date_end")
    if last < first:
        raise ValueError(f"date_end {last} is before date_start {first}")
    if first == last:
        slack = timedelta(days=SLACK_DAYS_BY_DATE_PREC[precision])
        first, last = first - slack, last + slack
    return local_days_us(first, last)


def _date(row: dict[str, str], column: str) -> date:
    text = row[column].strip()
    for midnight in MIDNIGHT:
        text = text.removesuffix(midnight)
    return day(text, column)


def _words(row: dict[str, str]) -> str:
    headline = " ".join(row["source_headline"].split())
    if len(headline) > HEADLINE_CHARACTERS:
        headline = headline[: HEADLINE_CHARACTERS - 1] + "…"
    kind = whole(row, "type_of_violence", 1, 3)
    return f"type_of_violence {kind}: {headline}" if headline else f"type_of_violence {kind}"
