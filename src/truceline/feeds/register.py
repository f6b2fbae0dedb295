"""The register of sources for a window: what was heard of each, and on which days nothing was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from truceline.feeds.gather import Read
from truceline.feeds.interface import Feed, Row
from truceline.feeds.rows import day_spoken_of, source_of
from truceline.records.coverage import Look
from truceline.records.source import SourceDays
from truceline.records.units import DAY_US, day_of, day_start_us

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


def speaks_of(name: str, feed: Feed[Row], source: str, day: date) -> bool:
    """Tell whether a document may speak of a source's day: its name says so, or does not say."""
    if source not in feed.sources:
        return False
    start_us = day_start_us(day)
    periods = feed.covers(name)
    return not periods or any(
        of == source and began_us < start_us + DAY_US and ended_us > start_us
        for of, began_us, ended_us in periods
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


def _iso(days: Iterable[date]) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days)
