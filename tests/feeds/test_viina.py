"""VIINA: a report names a day, a settlement and a class, and no more than that is read from it."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from truceline.feeds.interface import Feed, FeedError
from truceline.feeds.viina import TYPES, Viina
from truceline.records.observation import Means, Observation, Signature
from truceline.records.source import Refused
from truceline.records.units import moment_of

FEED: Feed[Observation] = Viina()
HEADER = "date,longitude,latitude,location_ascii,type_code,type_first_match,n_reports,urls\n"
SHELLING = (
    "2026-04-11,37.80224,48.99225,Lyman,A,artillery,2,https://a.example/1 https://b.example\n"
)


def parse(*rows: str) -> tuple[tuple[Observation, ...], tuple[Refused, ...]]:
    parsed = FEED.parse((HEADER + "".join(rows)).encode())
    return parsed.rows, parsed.refused


def test_reads_a_report_of_shelling() -> None:
    ((seen,), _) = parse(SHELLING)
    assert (seen.source, seen.means, seen.words) == ("viina", Means.OPEN_SOURCE, "artillery")
    assert (seen.place.longitude_e7, seen.place.latitude_e7) == (378_022_400, 489_922_500)
    assert seen.place.radius_95_m == 5_000
    assert seen.signatures == ((Signature.EXPLOSION, 900_000),)
    assert seen.count is None
    assert seen.measure("n_reports") == 2
    assert seen.line == 2


def test_the_day_of_a_report_holds_that_day_in_kyiv_and_in_moscow() -> None:
    ((seen,), _) = parse(SHELLING)
    assert moment_of(seen.began_us) == datetime(2026, 4, 10, 21, tzinfo=UTC)
    assert moment_of(seen.ended_us + 1) == datetime(2026, 4, 11, 22, tzinfo=UTC)
    assert moment_of((seen.began_us + seen.ended_us) // 2).date() == date(2026, 4, 11)


@pytest.mark.parametrize(
    ("code", "words", "signature"),
    [
        ("A", "artillery", Signature.EXPLOSION),
        ("S", "airstrike", Signature.EXPLOSION),
        ("D", "uav", Signature.EXPLOSION),
        ("F", "firefight", Signature.SHOT),
        ("V", "armor", Signature.MOVEMENT),
        ("C", "civcas", Signature.UNDETERMINED),
        ("M", "milcas", Signature.UNDETERMINED),
        ("L", "airalert", Signature.UNDETERMINED),
        ("O", "other", Signature.UNDETERMINED),
    ],
)
def test_a_class_says_what_it_looked_like_and_no_more(
    code: str, words: str, signature: Signature
) -> None:
    ((seen,), _) = parse(SHELLING.replace("A,artillery", f"{code},{words}"))
    assert [name for name, _ in seen.signatures] == [signature]
    assert code in TYPES


def test_other_is_given_little_credit() -> None:
    ((shelling, other), _) = parse(SHELLING, SHELLING.replace("A,artillery", "O,other"))
    assert other.chance_real_ppm < shelling.chance_real_ppm / 4


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("A,artillery", "X,artillery", 'type_code "X" is none of A, C, D, F, L, M, O, S, V'),
        ("A,artillery", "A,other", 'type_first_match "other" is not artillery, as A says'),
        (",2,", ",0,", "n_reports 0 is outside 1..1000000"),
        (",2,", ",two,", 'n_reports "two" is not a whole number'),
        ("2026-04-11", "2026-04-31", 'date "2026-04-31" is not a day: '),
        (
            "48.99225",
            "42.99225",
            "latitude 42.99225 is outside 43..65 degrees (Ukraine and western Russia)",
        ),
    ],
)
def test_refuses_a_row_with_its_value(old: str, new: str, reason: str) -> None:
    rows, refused = parse(SHELLING, SHELLING.replace(old, new))
    assert [row.line for row in rows] == [2]
    assert refused[0].line == 3
    assert refused[0].reason.startswith(reason)


def test_keeps_reports_from_russia_as_far_as_the_urals() -> None:
    ((seen,), _) = parse(SHELLING.replace("37.80224,48.99225,Lyman", "50.20393,53.21946,"))
    assert seen.place.longitude_e7 == 502_039_300


def test_reads_gzip_as_it_comes() -> None:
    assert len(FEED.parse(gzip.compress((HEADER + SHELLING).encode())).rows) == 1


def test_fetches_nothing_and_says_why() -> None:
    assert FEED.plan(date(2026, 4, 8), date(2026, 4, 14)) == ()
    assert FEED.covers("labels/viina_2026_one_per_day.csv.gz") == ()
    with pytest.raises(FeedError, match=r"viina: labels/x\.csv is not fetched: the provider pub"):
        FEED.fetch("labels/x.csv")


@pytest.mark.shared
def test_reads_the_real_file_whole(shared_data: Path) -> None:
    parsed = FEED.parse((shared_data / "labels" / "viina_2026_one_per_day.csv.gz").read_bytes())
    assert (len(parsed.rows), parsed.refused) == (12_403, ())
    assert Counter(row.words for row in parsed.rows) == {
        "other": 6_480,
        "uav": 1_933,
        "firefight": 1_305,
        "civcas": 889,
        "artillery": 760,
        "airstrike": 723,
        "milcas": 178,
        "armor": 127,
        "airalert": 8,
    }
