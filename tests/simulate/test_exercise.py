"""An exercise is reproducible, is read by the same feeds as the world, and hides its truth."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from fnmatch import fnmatchcase
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from truceline.feeds import FEEDS
from truceline.feeds.interface import Parsed
from truceline.records.agreement import ControlLine
from truceline.records.context import Alert
from truceline.records.observation import Observation
from truceline.records.units import E7, day_of
from truceline.sensors.geometry import distance_m
from truceline.simulate.exercise import ExerciseError, make_exercise

START = date(2025, 3, 20)
OBLASTS = resources.files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()


def made(
    folder: Path, seed: int = 7, days: int = 7, start: date = START, family: str = "truce"
) -> Path:
    make_exercise(seed, days, start, folder, OBLASTS, family=family)
    return folder


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the exercise of the demo: seed 7, seven days from 20 March 2025."""
    return made(tmp_path_factory.mktemp("exercise") / "week")


def names(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def e7(degrees: str) -> np.ndarray:
    return np.array([round(float(degrees) * E7)], dtype=np.int64)


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


# --------------------------------------------------------------------------- reproducible
def test_the_same_seed_gives_the_same_bytes(week: Path, tmp_path: Path) -> None:
    assert contents(made(tmp_path / "again")) == contents(week)


def test_another_seed_gives_another_world(week: Path, tmp_path: Path) -> None:
    here, there = contents(week), contents(made(tmp_path / "other", seed=8))
    assert set(here) == set(there)
    same = {name for name in here if here[name] == there[name]}
    assert same == {"truth/README.md", SPOILT}


def test_gzip_holds_no_time_of_its_making(week: Path) -> None:
    packed = sorted(week.rglob("*.gz"))
    assert len(packed) == 2
    for path in packed:
        assert path.read_bytes()[4:8] == b"\0\0\0\0"


@pytest.mark.parametrize("days", [1, 2, 40])
def test_any_number_of_days_can_be_played(tmp_path: Path, days: int) -> None:
    folder = made(tmp_path / "exercise", days=days)
    assert len(list((folder / "control_lines").iterdir())) == days
    incidents = table(folder / "truth" / "incidents.csv")
    assert len({row["began"][:10] for row in incidents}) == days


def test_a_year_may_turn(tmp_path: Path) -> None:
    folder = made(tmp_path / "exercise", start=date(2025, 12, 29), days=5)
    assert "firms/J1_VIIRS_C2_Global_VJ114IMGTDL_NRT_2026001.txt.csv" in names(folder)


# ------------------------------------------------------------------------------- refused
@pytest.mark.parametrize(
    ("seed", "days", "start", "wrong"),
    [
        pytest.param(-1, 7, START, "seed -1 is below 0", id="a negative seed"),
        pytest.param(7, 0, START, r"days 0 is outside 1\.\.92", id="no day"),
        pytest.param(7, 93, START, r"days 93 is outside 1\.\.92", id="too many days"),
        pytest.param(7, 7, date(1999, 1, 1), "outside the years", id="before the satellites"),
    ],
)
def test_says_what_cannot_be_made(
    tmp_path: Path, seed: int, days: int, start: date, wrong: str
) -> None:
    with pytest.raises(ExerciseError, match=wrong):
        made(tmp_path / "exercise", seed=seed, days=days, start=start)
    assert not (tmp_path / "exercise").exists()


def test_a_family_that_is_none_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="no family 'peace': truce, war, "):
        made(tmp_path / "exercise", family="peace")
    assert not (tmp_path / "exercise").exists()


def test_never_writes_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExerciseError, match="is not an empty folder"):
        made(tmp_path)
    assert names(tmp_path) == ["mine.txt"]


def test_a_base_map_that_is_none_is_refused(tmp_path: Path) -> None:
    for broken in (b"<html>", b"{}", b'{"features": []}'):
        with pytest.raises(ExerciseError, match="base map of oblasts"):
            make_exercise(7, 7, START, tmp_path / "exercise", broken)


def test_progress_ends_when_it_is_done(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    make_exercise(7, 1, START, tmp_path / "one", OBLASTS, lambda *step: told.append(step))
    assert [done for _, done, _ in told] == [0, 1, 2, 3, 4, 5]
    assert told[-1] == ("done", 5, 5)


# --------------------------------------------------------------------------------- feeds
# The file that comes as an error page.
SPOILT = "firms/MODIS_C6_1_Global_MCD14DL_NRT_2025084.txt.csv"


def read_all(folder: Path) -> Iterator[tuple[str, str, Parsed[object]]]:
    for name in names(folder):
        for feed in FEEDS:
            if name != SPOILT and any(fnmatchcase(name, one) for one in feed.patterns):
                yield name, feed.name, feed.parse((folder / name).read_bytes())


def test_no_feed_reads_the_truth_and_every_other_document_has_one(week: Path) -> None:
    read = {name for name, _, _ in read_all(week)}
    unread = set(names(week)) - read - {SPOILT, "manifest.json"}
    assert unread == {name for name in names(week) if name.startswith("truth/")}


def test_feeds_read_every_row_but_the_four_that_are_malformed(week: Path) -> None:
    refused = {}
    for name, _, parsed in read_all(week):
        rows = text_of(week / name).count("\n") - 1
        if not name.endswith(".geojson"):
            assert len(parsed.rows) + len(parsed.refused) == rows, name
        for row in parsed.refused:
            refused[name.partition("_")[0], row.line] = row.reason
    malformed = [
        (row["document"].partition("_")[0], int(row["line"]))
        for row in table(week / "truth" / "observations.csv")
        if row["cause"] == "malformed"
    ]
    assert sorted(refused) == sorted(malformed)
    assert len(refused) == 4


def test_every_kind_of_source_is_there(week: Path) -> None:
    rows = Counter[str]()
    for _, feed, parsed in read_all(week):
        rows[feed] += len(parsed.rows)
    assert set(rows) == {
        "firms", "deepstate", "viina", "ucdp-ged", "alerts-ua", "gppd", "clouds-economist",
        "claims-press", "geonames",
    }  # fmt: skip
    assert rows["deepstate"] == rows["clouds-economist"] == 7
    assert rows["gppd"] == 30


def test_one_satellite_is_missing_on_one_day(week: Path) -> None:
    files = [name for name in names(week) if name.startswith("firms/")]
    assert len(files) == 4 * 7 - 1
    assert not [name for name in files if "VJ214" in name and "2025082" in name]
    withheld = {
        row["document"]
        for row in table(week / "truth" / "observations.csv")
        if row["fate"] == "withheld"
    }
    assert withheld == {"firms/J2_VIIRS_C2_Global_VJ214IMGTDL_NRT_2025082.txt.csv"}


def test_passes_come_when_they_do(week: Path) -> None:
    hours = defaultdict(set)
    for _, _, parsed in read_all(week):
        for row in parsed.rows:
            if isinstance(row, Observation) and row.source.startswith("firms-"):
                hours[row.source].add(row.began_us // 3_600_000_000 % 24)
    assert set(hours) == {"firms-noaa20", "firms-noaa21", "firms-snpp", "firms-terra", "firms-aqua"}
    viirs = {hour for source in sorted(hours)[1:4] for hour in hours[source]}
    assert viirs <= {0, 1, 9, 10, 11, 12, 22, 23}
    assert {0, 10, 23} <= viirs


def test_the_line_divides_the_land_and_moves_little(week: Path) -> None:
    areas = []
    for _, _, parsed in read_all(week):
        for row in parsed.rows:
            if isinstance(row, ControlLine):
                assert row.held_by == "RU"
                areas.append(sum(_area(rings[0]) for rings in row.polygons_e7))
    assert len(areas) == 7
    assert max(areas) - min(areas) < 0.01 * areas[0]
    assert len(set(areas)) == 7


def _area(ring: tuple[tuple[int, int], ...]) -> float:
    pairs = pairwise(ring)
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2 / E7**2


def test_alerts_overlap_some_strikes_and_not_others(week: Path) -> None:
    alerts = [row for _, _, p in read_all(week) for row in p.rows if isinstance(row, Alert)]
    strikes = [
        row
        for row in table(week / "truth" / "incidents.csv")
        if row["kind"] in {"owa_drone_strike", "glide_bomb", "air_strike"}
    ]
    warned = sum(
        any(
            alert.area == strike["area"]
            and alert.began_us <= _us(strike["began"]) <= alert.ended_us
            for alert in alerts
        )
        for strike in strikes
    )
    assert 0.5 < warned / len(strikes) < 0.95


def _us(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1_000_000


# --------------------------------------------------------------------------------- truth
def test_the_truth_names_the_very_rows(week: Path) -> None:
    """Each row of it points to a line of a document by the hash of its bytes."""
    known = {row["id"] for row in table(week / "truth" / "incidents.csv")}
    hashes = {name: hashlib.sha256((week / name).read_bytes()).hexdigest() for name in names(week)}
    lines = {name: text_of(week / name).splitlines() for name in names(week)}
    seen = 0
    for row in table(week / "truth" / "observations.csv"):
        assert (row["incident"] != "") == (row["cause"] == "incident")
        assert (row["inject"] != "") == (row["cause"] in {"claim", "recycled_report", "rumour"})
        assert not row["incident"] or row["incident"] in known
        if not row["fate"]:
            seen += 1
            assert hashes[row["document"]] == row["sha256"]
            assert 2 <= int(row["line"]) <= len(lines[row["document"]])
    assert seen > 1_000


def test_what_satellites_saw_of_an_incident_lies_within_1_km_on_the_same_day(week: Path) -> None:
    true = {row["id"]: row for row in table(week / "truth" / "incidents.csv")}
    lines = {name: text_of(week / name).splitlines() for name in names(week)}
    nearest: dict[str, int] = {}
    for row in table(week / "truth" / "observations.csv"):
        if row["cause"] != "incident" or not row["document"].startswith("firms/"):
            continue
        if row["fate"]:
            nearest.setdefault(row["incident"], 0)
            continue
        latitude, longitude, *_ = lines[row["document"]][int(row["line"]) - 1].split(",")
        incident = true[row["incident"]]
        assert lines[row["document"]][int(row["line"]) - 1].split(",")[5] == incident["began"][:10]
        metres = int(
            distance_m(
                e7(longitude), e7(latitude), e7(incident["longitude"]), e7(incident["latitude"])
            )[0]
        )
        nearest[row["incident"]] = min(metres, nearest.get(row["incident"], metres))
    assert max(nearest.values()) <= 1_000
    assert set(nearest) == {name for name, row in true.items() if row["seen"] == "1"}


def test_power_plants_are_struck_before_and_after_25_march(week: Path) -> None:
    strikes = [row for row in table(week / "truth" / "incidents.csv") if row["plant"]]
    assert sum(row["began"] < "2025-03-24T21" for row in strikes) >= 8
    assert sum(row["began"] > "2025-03-25T22" for row in strikes) >= 2
    assert {row["party"] for row in strikes} == {"RU", "UA"}


def test_the_truce_of_this_world_is_written_down(week: Path) -> None:
    facts = json.loads((week / "truth" / "exercise.json").read_text())
    assert facts["truce_from"] == "2025-03-22T06:00:00Z"
    assert facts["truce_until"] == "2025-03-25T18:00:00Z"
    assert (facts["seed"], facts["days"], facts["start"]) == (7, 7, "2025-03-20")


def test_the_truth_says_that_the_world_is_invented(week: Path) -> None:
    words = (week / "truth" / "README.md").read_text()
    assert "This world is invented." in words
    assert "says nothing about anybody" in words


def test_no_table_holds_a_place_from_where_something_was_sent(week: Path) -> None:
    for name in names(week):
        header = text_of(week / name).splitlines()[0].lower().replace("source_original", "")
        assert not [word for word in ("launch", "firing", "origin") if word in header], name


def test_each_party_claims_more_of_the_other_than_was_true(week: Path) -> None:
    true = table(week / "truth" / "incidents.csv")
    for row in table(week / "claims" / "claims.csv"):
        if row["metric"] != "violations_total":
            continue
        count = sum(
            one["party"] == row["accused"]
            and row["period_start_utc"] <= one["began"] < row["period_end_utc"]
            for one in true
        )
        own = row["claimant"].startswith(row["accused"])
        assert int(row["value"]) < count if own else int(row["value"]) > count


def test_news_come_late_name_a_town_and_are_copied(week: Path) -> None:
    towns = {
        (row["longitude"], row["latitude"])
        for row in table(week / "admin" / "geonames_ua_populated_places.csv")
    }
    news = list(csv.DictReader(text_of(week / "labels/viina_2025_one_per_day.csv.gz").splitlines()))
    true = {row["id"]: row for row in table(week / "truth" / "incidents.csv")}
    assert all((row["longitude"], row["latitude"]) in towns for row in news)
    assert max(int(row["n_reports"]) for row in news) >= 4
    later = 0
    for row in table(week / "truth" / "observations.csv"):
        if row["document"].startswith("labels/viina") and row["incident"]:
            said = news[int(row["line"]) - 2]["date"]
            assert said >= true[row["incident"]]["began"][:10]
            later += said > true[row["incident"]]["began"][:10]
    assert later > 10


def test_days_are_those_that_were_asked_for(week: Path) -> None:
    days = {
        day_of(row.began_us)
        for _, feed, parsed in read_all(week)
        for row in parsed.rows
        if feed == "firms" and isinstance(row, Observation)
    }
    assert days == {date(2025, 3, day) for day in range(20, 27)}
