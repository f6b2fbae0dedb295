"""Air-raid alerts: both layouts give the same alerts, each with its oblast's ISO code."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from loopback import Answer, Loopback

import truceline
from truceline.feeds.alerts_ua import AREAS, OFFICIAL_NAME, AlertsUa
from truceline.feeds.interface import Feed, FeedError
from truceline.records.context import Alert
from truceline.records.source import Refused
from truceline.records.units import us_of

FEED: Feed[Alert] = AlertsUa()
MERGED = "region,started_at,finished_at,n_subalerts,duration_minutes\n"
OFFICIAL = "oblast,raion,hromada,level,started_at,finished_at,source\n"
KHARKIV = "Kharkivska oblast,2026-04-11T13:00:00Z,2026-04-11T13:40:00Z,2,40.0\n"
OFFICIAL_KHARKIV = (
    "Kharkivska oblast,Chuhuivskyi raion,,raion,"
    "2026-04-11 13:00:00+00:00,2026-04-11 13:40:00+00:00,official\n"
)


def parse(text: str) -> tuple[tuple[Alert, ...], tuple[Refused, ...]]:
    parsed = FEED.parse(text.encode())
    return parsed.rows, parsed.refused


@pytest.mark.parametrize("text", [MERGED + KHARKIV, OFFICIAL + OFFICIAL_KHARKIV])
def test_reads_an_alert_of_either_layout(text: str) -> None:
    ((alert,), refused) = parse(text)
    assert (alert.source, alert.area, alert.line, refused) == ("alerts-ua", "UA-63", 2, ())
    assert alert.began_us == us_of(datetime(2026, 4, 11, 13, tzinfo=UTC))
    assert alert.ended_us == us_of(datetime(2026, 4, 11, 13, 40, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Kharkivska oblast", "Belgorod oblast", 'region "Belgorod oblast" is not known'),
        ("Kharkivska oblast", "", 'region "" is not known'),
        (
            "13:40",
            "12:40",
            "finished_at 2026-04-11T12:40:00Z is before started_at 2026-04-11T13:00:00Z",
        ),
        ("2026-04-11T13:40:00Z", "", "finished_at is empty"),
        ("13:00:00Z", "13:00:00", "started_at 2026-04-11T13:00:00 has no time zone"),
    ],
)
def test_refuses_a_row_with_its_value(old: str, new: str, reason: str) -> None:
    rows, refused = parse(MERGED + KHARKIV + KHARKIV.replace(old, new) + KHARKIV)
    assert [row.line for row in rows] == [2, 4]
    assert refused == (Refused(line=3, reason=reason),)


def test_an_alert_may_end_as_it_begins() -> None:
    ((alert,), _) = parse(MERGED + KHARKIV.replace("13:40", "13:00"))
    assert alert.began_us == alert.ended_us


def test_codes_are_those_of_the_packaged_basemap() -> None:
    basemap = Path(truceline.__file__).parent / "basemap" / "oblasts.geojson"
    drawn = {
        feature["properties"]["region_code"]
        for feature in json.loads(basemap.read_text(encoding="utf-8"))["features"]
    }
    assert set(AREAS.values()) == drawn


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Kyiv City", "UA-30"),
        ("Kyivska oblast", "UA-32"),
        ("Sevastopol", "UA-40"),
        ("Crimea", "UA-43"),
        ("Cherkaska oblast", "UA-71"),
        ("Chernihivska oblast", "UA-74"),
        ("Chernivetska oblast", "UA-77"),
    ],
)
def test_names_that_are_easily_confused(name: str, code: str) -> None:
    ((alert,), _) = parse(MERGED + KHARKIV.replace("Kharkivska oblast", name))
    assert alert.area == code


def test_says_which_columns_it_misses() -> None:
    with pytest.raises(FeedError, match="alerts-ua: expected columns region, started_at"):
        FEED.parse(b"place,from,to\n")
    with pytest.raises(FeedError, match=r"expected columns oblast, .*\(missing: started_at, fin"):
        FEED.parse(b"oblast,from,to\n")


def test_a_name_with_a_gap_inside_speaks_of_no_period() -> None:
    assert FEED.covers("labels/air_raid_sirens_oblast_20220315_20260620.csv.gz") == ()


def test_fetches_the_official_file() -> None:
    body = (OFFICIAL + OFFICIAL_KHARKIV).encode()
    with Loopback({"/official_data_en.csv": [Answer(body=body)]}) as server:
        feed = AlertsUa(base_url=server.base_url)
        assert feed.plan(date(2026, 4, 8), date(2026, 4, 14)) == (OFFICIAL_NAME,)
        fetched = feed.fetch(OFFICIAL_NAME)
    assert (fetched.name, fetched.content) == (OFFICIAL_NAME, body)
    assert len(feed.parse(fetched.content).rows) == 1
    with pytest.raises(FeedError, match="is not labels/air_raid"):
        feed.fetch("labels/other.csv")


@pytest.mark.shared
def test_reads_the_real_file_whole(shared_data: Path) -> None:
    (path,) = (shared_data / "labels").glob("air_raid_sirens_oblast_*.csv.gz")
    parsed = FEED.parse(path.read_bytes())
    assert (len(parsed.rows), parsed.refused) == (71_040, ())
    assert len({row.area for row in parsed.rows}) == 24
