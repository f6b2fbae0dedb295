"""Populated places: a name, a position, a population."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from truceline.feeds.geonames import GeonamesPlaces
from truceline.feeds.interface import Feed, FeedError
from truceline.records.context import PopulatedPlace
from truceline.records.source import Refused

FEED: Feed[PopulatedPlace] = GeonamesPlaces()
HEADER = b"name,longitude,latitude,population,capital\n"


def test_reads_a_place() -> None:
    (place,) = FEED.parse(HEADER + b"Lyman,37.80224,48.99225,20469,False\n").rows
    assert place == PopulatedPlace(
        name="Lyman", longitude_e7=378_022_400, latitude_e7=489_922_500, population=20_469
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b",37.8,48.9,1,False", "name is empty"),
        (b"Lyman,48.9,37.8,1,False", "longitude 48.9 is outside 21..42 degrees (Ukraine)"),
        (b"Lyman,37.8,48.9,-1,False", "population -1 is outside 0..100000000"),
        (b"Lyman,37.8,48.9,1.5,False", 'population "1.5" is not a whole number'),
    ],
)
def test_refuses_a_row_with_its_value(row: bytes, reason: str) -> None:
    parsed = FEED.parse(HEADER + row + b"\nIzium,37.2,49.2,45884,False\n")
    assert parsed.refused == (Refused(line=2, reason=reason),)
    assert [place.name for place in parsed.rows] == ["Izium"]


def test_fetches_nothing_and_says_why() -> None:
    assert FEED.plan(date(2026, 4, 8), date(2026, 4, 14)) == ()
    assert FEED.covers("admin/geonames.csv") == ()
    with pytest.raises(FeedError, match="geonames: x is not fetched: the provider publishes a zip"):
        FEED.fetch("x")


@pytest.mark.shared
def test_reads_the_real_file_whole(shared_data: Path) -> None:
    path = shared_data / "admin" / "geonames_ua_populated_places.csv"
    parsed = FEED.parse(path.read_bytes())
    assert (len(parsed.rows), parsed.refused) == (6_799, ())
