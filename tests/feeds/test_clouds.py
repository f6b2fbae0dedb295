"""Cloud cover: fractions of a day, in millionths; a day without a row is not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from loopback import Answer, Loopback

from truceline.feeds.clouds import NAME, CloudCoverDaily
from truceline.feeds.interface import Feed, FeedError
from truceline.records.context import CloudCover
from truceline.records.source import Refused

FEED: Feed[CloudCover] = CloudCoverDaily()
HEADER = b"date,cloud_cover_in_country,cloud_cover_in_east_of_country\n"


def test_reads_a_day() -> None:
    (cover,) = FEED.parse(HEADER + b"2026-04-11,0.8725,1\n").rows
    assert (cover.day, cover.country_ppm, cover.east_ppm) == (date(2026, 4, 11), 872_500, 1_000_000)
    assert (cover.source, cover.line) == ("clouds-economist", 2)


def test_rounds_the_long_fractions_of_the_provider_once() -> None:
    (cover,) = FEED.parse(HEADER + b"2022-01-01,0.9646277614608861,0.0035755331375303\n").rows
    assert (cover.country_ppm, cover.east_ppm) == (964_628, 3_576)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2026-04-11,1.01,0.5", "cloud_cover_in_country 1.01 is outside 0..1"),
        (b"2026-04-11,0.5,-0.1", "cloud_cover_in_east_of_country -0.1 is outside 0..1"),
        (b"2026-04-11,NaN,0.5", 'cloud_cover_in_country "NaN" is not a number'),
        (b"2026-04-11,,0.5", "cloud_cover_in_country is empty"),
        (b"2099-04-11,0.5,0.5", "date 2099-04-11 is outside the years 1990..2089"),
    ],
)
def test_refuses_a_row_with_its_value(row: bytes, reason: str) -> None:
    parsed = FEED.parse(HEADER + row + b"\n2026-04-12,0.5,0.5\n")
    assert parsed.refused == (Refused(line=2, reason=reason),)
    assert [cover.line for cover in parsed.rows] == [3]


def test_fetches_the_providers_file() -> None:
    path = "/output-data/cloud_cover_in_ukraine_by_day_with_forecast_for_recent_days.csv"
    with Loopback({path: [Answer(body=HEADER)]}) as server:
        feed = CloudCoverDaily(base_url=server.base_url)
        assert feed.plan(date(2026, 4, 8), date(2026, 4, 14)) == (NAME,)
        fetched = feed.fetch(NAME)
    assert (fetched.name, fetched.content) == (NAME, HEADER)
    assert feed.covers(NAME) == ()
    with pytest.raises(FeedError, match="clouds-economist: x is not context/cloud"):
        feed.fetch("x")


@pytest.mark.shared
def test_reads_the_real_file_whole(shared_data: Path) -> None:
    parsed = FEED.parse((shared_data / NAME).read_bytes())
    assert (len(parsed.rows), parsed.refused) == (40, ())
