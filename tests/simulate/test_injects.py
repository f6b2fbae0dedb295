"""Injects lie where the truth says, in documents that feeds read, and give nothing away."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from truceline.feeds.claims import ClaimsCsv
from truceline.feeds.collect import read_manifest
from truceline.feeds.firms import Firms
from truceline.feeds.interface import FeedError
from truceline.feeds.viina import Viina
from truceline.sensors.geometry import distance_m
from truceline.simulate.exercise import make_exercise
from truceline.simulate.families import FAMILIES
from truceline.simulate.injects import KINDS

START = date(2025, 3, 20)
NEWS = "labels/viina_2025_one_per_day.csv.gz"


def oblasts() -> bytes:
    return resources.files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give a week of each family."""
    folder = tmp_path_factory.mktemp("weeks")
    for name in FAMILIES:
        make_exercise(11, 7, START, folder / name, oblasts(), family=name)
    return {name: folder / name for name in FAMILIES}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def injects(week: Path) -> list[dict[str, str]]:
    return table(week / "truth" / "injects.csv")


def kinds(week: Path) -> Counter[str]:
    return Counter(row["kind"] for row in injects(week))


@cache
def text_of(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def line_of(week: Path, inject: dict[str, str]) -> str:
    return text_of(week / inject["document"]).splitlines()[int(inject["line"]) - 1]


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_injects_come_in_the_order_of_time_and_within_the_week(
    weeks: dict[str, Path], name: str
) -> None:
    rows = injects(weeks[name])
    assert len(rows) >= 8
    assert [row["id"] for row in rows] == [f"j{rank:02}" for rank in range(1, len(rows) + 1)]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert all("2025-03-20" <= row["at"] < "2025-03-27" for row in rows)
    assert all(KINDS[row["kind"]].to == row["to"] for row in rows)


def test_each_family_has_what_it_is_for(weeks: dict[str, Path]) -> None:
    counts = {name: kinds(week) for name, week in weeks.items()}
    assert counts["rumours"]["rumour"] == 3 > counts["truce"]["rumour"] == 1
    assert counts["blinded"]["jamming_notice"] == 2
    assert counts["blinded"]["withheld_file"] == 2
    assert counts["false-flag"]["staged_claim"] == 2
    assert set().union(*counts.values()) == set(KINDS)


def test_every_kind_of_inject_has_words_and_something_to_look_at() -> None:
    assert all(kind.to in {"duty", "analyst", "reviewer"} for kind in KINDS.values())
    assert all(kind.look.startswith("truceline ") for kind in KINDS.values())


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_what_an_inject_carries_is_read_by_its_feed(weeks: dict[str, Path], name: str) -> None:
    week = weeks[name]
    news = {row.line: row for row in Viina().parse((week / NEWS).read_bytes()).rows}
    claims = {
        row.line: row
        for row in ClaimsCsv().parse((week / "claims" / "claims.csv").read_bytes()).rows
    }
    seen = 0
    for row in injects(week):
        if row["kind"] in {"rumour", "recycled_report"}:
            told = news[int(row["line"])]
            assert told.count is None or told.count == int(row["count"])
            seen += 1
        elif row["kind"] in {"party_claim", "staged_claim"}:
            said = claims[int(row["line"])]
            assert said.accused == row["party"]
            assert said.claimant.startswith(row["sender"])
            assert said.count == int(row["count"])
            seen += 1
    assert seen >= 3


def test_a_recycled_report_shows_its_day_in_its_address(weeks: dict[str, Path]) -> None:
    (row,) = (row for row in injects(weeks["truce"]) if row["kind"] == "recycled_report")
    fields = next(csv.reader([line_of(weeks["truce"], row)]))
    published = "-".join(re.findall(r"example/(\d{4})/(\d\d)/(\d\d)/", fields[-1])[0])
    assert published == row["about"][:10]
    assert fields[0] == row["at"][:10] > published


def test_of_a_rumour_nothing_is_true_for_10_km_and_a_day(weeks: dict[str, Path]) -> None:
    for name, week in weeks.items():
        true = table(week / "truth" / "incidents.csv")
        at = np.array([datetime.fromisoformat(row["began"]).timestamp() for row in true])
        places = [
            np.array([round(float(row[axis]) * 1e7) for row in true])
            for axis in ("longitude", "latitude")
        ]
        for row in injects(week):
            if row["kind"] != "rumour":
                continue
            fields = next(csv.reader([line_of(week, row)]))
            here = [np.full(len(true), round(float(text) * 1e7)) for text in fields[1:3]]
            near = distance_m(*here, *places) < 9_900
            then = np.abs(at - datetime.fromisoformat(row["at"]).timestamp()) < 86_400
            assert not (near & then).any(), name


def test_a_claim_of_a_staged_strike_names_the_other_party(weeks: dict[str, Path]) -> None:
    true = {row["id"]: row for row in table(weeks["false-flag"] / "truth" / "incidents.csv")}
    rows = [row for row in injects(weeks["false-flag"]) if row["kind"] == "staged_claim"]
    for row in rows:
        incident = true[row["incidents"]]
        assert incident["staged"] == "1"
        assert incident["party"] == incident["held_by"] == row["sender"] != row["party"]


def test_headlines_of_injected_and_ordinary_claims_are_of_one_form(weeks: dict[str, Path]) -> None:
    week = weeks["truce"]
    injected = {int(row["line"]) for row in injects(week) if row["kind"] == "party_claim"}
    forms: dict[bool, set[str]] = {True: set(), False: set()}
    for line, row in enumerate(table(week / "claims" / "claims.csv"), start=2):
        count, what, _ = re.split(r"^(\d+) (.+) since .+$", row["headline_or_note"])[1:]
        assert count == row["value"]
        forms[line in injected].add(what)
    assert forms[True] == {"strikes on power plants"} < forms[False]


def test_a_late_file_comes_late_and_a_spoilt_one_as_an_error_page(weeks: dict[str, Path]) -> None:
    week = weeks["truce"]
    came = read_manifest(week)
    by_kind = {row["kind"]: row for row in injects(week)}
    late = by_kind["late_file"]
    assert came[late["document"]] == 1e6 * datetime.fromisoformat(late["at"]).timestamp()
    own_day = datetime.fromisoformat(late["about"])
    others = [at for name, at in came.items() if name != late["document"] and "2025080" in name]
    assert {at / 1e6 for at in others} == {(own_day + timedelta(hours=27)).timestamp()}
    spoilt = (week / by_kind["malformed_file"]["document"]).read_bytes()
    with pytest.raises(FeedError, match="expected columns"):
        Firms().parse(spoilt)
    assert not (week / by_kind["withheld_file"]["document"]).exists()


def test_the_manifest_names_the_bytes_that_came(weeks: dict[str, Path]) -> None:
    for week in weeks.values():
        entries = json.loads((week / "manifest.json").read_text())["documents"]
        assert {one["name"] for one in entries} == {
            path.relative_to(week).as_posix() for path in (week / "firms").iterdir()
        }
        for one in entries:
            content = (week / one["name"]).read_bytes()
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (
                one["sha256"],
                one["size"],
            )


def test_no_document_tells_the_family_an_inject_or_a_cause(weeks: dict[str, Path]) -> None:
    for name, week in weeks.items():
        for path in week.rglob("*"):
            if path.is_file() and "truth" not in path.parts:
                words = text_of(path).lower()
                for secret in ("inject", "staged", "rumour", "recycled", "withheld", "j01,", name):
                    if secret not in {"war", "truce"}:
                        assert secret not in words, (path, secret)


def test_two_blinded_days_have_no_satellite(weeks: dict[str, Path]) -> None:
    days = Counter(path.name[-15:-8] for path in (weeks["blinded"] / "firms").iterdir())
    assert days == {f"20250{day}": 4 for day in (79, 80, 81, 84, 85)}


def test_a_blinded_side_tells_little_of_its_land(weeks: dict[str, Path]) -> None:
    week = weeks["blinded"]
    side = json.loads((week / "truth" / "exercise.json").read_text())["side"]
    told = Counter(
        row["held_by"] for row in table(week / "truth" / "incidents.csv") if row["told"] == "1"
    )
    other = "UA" if side == "RU" else "RU"
    assert told[side] < told[other] / 3
    hushed = Counter(
        row["held_by"] for row in table(week / "truth" / "incidents.csv") if row["hushed"] == "1"
    )
    assert hushed[side] > 3 * told[side]
    assert hushed[other] == 0


def test_in_a_family_of_rumours_most_reports_of_strikes_never_were(weeks: dict[str, Path]) -> None:
    causes = {
        name: Counter(row["cause"] for row in table(weeks[name] / "truth" / "observations.csv")
                      if row["document"] == NEWS)
        for name in ("truce", "rumours")
    }  # fmt: skip
    assert causes["truce"]["false_report"] < 0.2 * causes["truce"]["incident"]
    assert causes["rumours"]["false_report"] > 0.6 * causes["rumours"]["incident"]


@pytest.mark.parametrize("days", [1, 2, 3, 40])
def test_exercises_of_any_length_have_the_injects_that_fit(tmp_path: Path, days: int) -> None:
    make_exercise(7, days, START, tmp_path / "some", oblasts(), family="false-flag")
    here = kinds(tmp_path / "some")
    assert here["jamming_notice"] == 1
    assert ("late_file" in here) == (days >= 5)
