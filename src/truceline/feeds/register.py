"""The register of sources for a window: what was heard of each, and on which days nothing was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from truceline.feeds.gather import Read
from truceline.feeds.interface import Feed, Row
from truceline.records.agreement import ControlLine
from truceline.records.claim import Claim
from truceline.records.context import Alert, CloudCover, PopulatedPlace
from truceline.records.coverage import Look
from truceline.records.observation import Observation
from truceline.records.source import SourceDays
from truceline.records.units import DAY_US, day_of

DAILY = frozenset({"observations", "alerts", "lines", "clouds"})


def register(
    reads: Sequence[Read],
    feeds: Sequence[Feed[Row]],
    looks: Iterable[Look],
    days: Sequence[date],
) -> tuple[SourceDays, ...]:
    """Give one line a source, in the order of the table of feeds.

    Args:
        reads: All documents that were read.
        feeds: The table of feeds.
        looks: Days on which a source looked though it gave no row.
        days: The UTC days of the window.
    """
    heard: dict[str, set[date]] = defaultdict(set)
    partly: set[tuple[str, date]] = set()
    for look in looks:
        if look.ended_us - look.began_us >= DAY_US:
            heard[look.source].add(day_of(look.began_us))
        else:
            partly.add((look.source, day_of(look.began_us)))
    documents: dict[str, set[str]] = defaultdict(set)
    rows: dict[str, int] = defaultdict(int)
    refused: dict[str, int] = defaultdict(int)
    first, last = days[0], days[-1]
    for read in reads:
        own = _sources_in(read, feeds)
        for row in read.rows:
            source, day = source_of(row), day_spoken_of(row)
            if day is None or first <= day <= last:
                rows[source] += 1
            if day is not None and (source, day) not in partly:
                heard[source].add(day)
        for source in own:
            documents[source].add(read.document.name)
            refused[source] += len(read.document.refused)
    # Two feeds may carry one source: a map of buses, and one of generators.
    gives = {source: feed.gives for feed in feeds for source in feed.sources}
    return tuple(
        SourceDays(
            source=source,
            gives=what,
            documents=len(documents[source]),
            rows=rows[source],
            refused=refused[source],
            days_heard=_iso(day for day in days if what in DAILY and day in heard[source]),
            days_missing=_iso(day for day in days if what in DAILY and day not in heard[source]),
        )
        for source, what in gives.items()
    )


def _sources_in(read: Read, feeds: Sequence[Feed[Row]]) -> set[str]:
    """Tell of which sources a document is: by its name, its rows, or its feed's only source."""
    if read.document.foreign or (read.document.same_as and not read.looks):
        return set()
    own = {look.source for look in read.looks} | {source_of(row) for row in read.rows}
    alone = {
        feed.sources[0]
        for feed in feeds
        if feed.name == read.document.feed and len(feed.sources) == 1
    }
    return own | alone


def source_of(row: Row) -> str:
    """Give the id in the source register that a row carries."""
    if isinstance(row, Claim):
        return "claims-press"
    if isinstance(row, PopulatedPlace):
        return "geonames"
    return row.source


def day_spoken_of(row: Row) -> date | None:
    """Give the UTC day that a row speaks of: the middle of its interval; None without one."""
    if isinstance(row, Observation):
        return day_of((row.began_us + row.ended_us) // 2)
    if isinstance(row, Alert):
        return day_of(row.began_us)
    if isinstance(row, ControlLine):
        return day_of(row.as_of_us)
    if isinstance(row, CloudCover):
        return row.day
    return None


def _iso(days: Iterable[date]) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days)
