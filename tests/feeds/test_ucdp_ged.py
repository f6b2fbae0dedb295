"""UCDP GED Candidate: place and time are as exact as the codebook's precision codes, no more."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from loopback import Answer, Loopback

from truceline.feeds.interface import Feed, FeedError
from truceline.feeds.ucdp_ged import COLUMNS, UcdpGed
from truceline.records.observation import Means, Observation, Signature
from truceline.records.source import Refused
from truceline.records.units import moment_of

FEED: Feed[Observation] = UcdpGed()
EVENT = {
    "id": "1",
    "type_of_violence": "1",
    "side_a": "Government of A",
    "side_b": "Government of B",
    "source_headline": 'Officials: "two dead",\nmany wounded',
    "where_prec": "1",
    "latitude": "48.992250",
    "longitude": "37.802240",
    "country": "Ukraine",
    "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2026-04-11 00:00:00.000",
    "date_end": "2026-04-11 00:00:00.000",
    "best": "2",
}


def document(*events: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(EVENT), lineterminator="\n")
    table.writeheader()
    table.writerows(events)
    return text.getvalue().encode()


def parse(*events: dict[str, str]) -> tuple[tuple[Observation, ...], tuple[Refused, ...]]:
    parsed = FEED.parse(document(*events))
    return parsed.rows, parsed.refused


def test_reads_an_event() -> None:
    ((seen,), _) = parse(EVENT)
    assert (seen.source, seen.means, seen.line) == ("ucdp-ged", Means.OPEN_SOURCE, 2)
    assert (seen.place.longitude_e7, seen.place.latitude_e7) == (378_022_400, 489_922_500)
    assert seen.words == 'type_of_violence 1: Officials: "two dead", many wounded'
    assert seen.measures == (("deaths_best", 2),)


def test_does_not_guess_what_it_looked_like() -> None:
    ((seen,), _) = parse(EVENT | {"source_headline": "Massive artillery shelling"})
    assert seen.signatures == ((Signature.UNDETERMINED, 1_000_000),)


def test_the_sides_change_nothing() -> None:
    swapped = EVENT | {"side_a": EVENT["side_b"], "side_b": EVENT["side_a"]}
    ((one,), _), ((other,), _) = parse(EVENT), parse(swapped)
    assert [getattr(one, name) for name in ("place", "words", "signatures", "measures")] == [
        getattr(other, name) for name in ("place", "words", "signatures", "measures")
    ]


def test_a_headline_over_two_lines_moves_the_line_numbers() -> None:
    (rows, refused) = parse(EVENT, EVENT | {"where_prec": "8"}, EVENT)
    assert [row.line for row in rows] == [2, 6]
    assert refused == (Refused(line=4, reason="where_prec 8 is outside 1..7"),)


def test_shortens_a_long_headline() -> None:
    ((seen,), _) = parse(EVENT | {"source_headline": "x" * 121})
    assert seen.words == f"type_of_violence 1: {'x' * 119}…"
    ((seen,), _) = parse(EVENT | {"source_headline": "x" * 120})
    assert seen.words.endswith("x")


@pytest.mark.parametrize(
    ("precision", "radius_95_m"),
    [(1, 5_000), (2, 25_000), (3, 60_000), (4, 150_000), (5, 150_000), (6, 700_000)],
)
def test_where_prec_gives_the_radius(precision: int, radius_95_m: int) -> None:
    ((seen,), _) = parse(EVENT | {"where_prec": str(precision)})
    assert seen.place.radius_95_m == radius_95_m


@pytest.mark.parametrize(
    ("precision", "first", "last", "began", "ended"),
    [
        pytest.param(1, 11, 11, (4, 10), (4, 11), id="a day"),
        pytest.param(2, 10, 12, (4, 9), (4, 12), id="two to six days, as given"),
        pytest.param(2, 11, 11, (4, 5), (4, 16), id="one date, known to six days"),
        pytest.param(3, 11, 11, (4, 4), (4, 17), id="one date, known to a week"),
        pytest.param(4, 1, 30, (3, 31), (4, 30), id="a month, as given"),
    ],
)
def test_date_prec_gives_the_interval(
    precision: int, first: int, last: int, began: tuple[int, int], ended: tuple[int, int]
) -> None:
    dates = {"date_start": f"2026-04-{first:02} 00:00:00.000", "date_end": f"2026-04-{last:02}"}
    ((seen,), _) = parse(EVENT | dates | {"date_prec": str(precision)})
    assert moment_of(seen.began_us) == datetime(2026, *began, 21, tzinfo=UTC)
    assert moment_of(seen.ended_us + 1) == datetime(2026, *ended, 22, tzinfo=UTC)


def test_events_of_other_countries_rightly_give_nothing() -> None:
    assert parse(EVENT | {"country": "Sudan", "latitude": "15", "longitude": "32"}) == ((), ())


def test_refuses_an_end_before_the_start() -> None:
    (_, refused) = parse(EVENT | {"date_end": "2026-04-10 00:00:00.000"})
    assert refused[0].reason == "date_end 2026-04-10 is before date_start 2026-04-11"


def test_lower_clarity_is_believed_less() -> None:
    ((clear, unclear), _) = parse(EVENT, EVENT | {"event_clarity": "2"})
    assert unclear.chance_real_ppm < clear.chance_real_ppm


def test_every_column_it_needs_is_of_the_codebook() -> None:
    assert set(COLUMNS) <= set(EVENT)
    with pytest.raises(FeedError, match=r"ucdp-ged: expected columns type_of_violence, .*missing"):
        FEED.parse(b"type_of_violence,latitude,longitude\n")


# ---------------------------------------------------------------- fetch
def test_plans_one_monthly_release_a_month() -> None:
    assert FEED.plan(date(2025, 12, 30), date(2026, 2, 1)) == (
        "labels/ucdp_ged_candidate_v25_0_12.csv",
        "labels/ucdp_ged_candidate_v26_0_1.csv",
        "labels/ucdp_ged_candidate_v26_0_2.csv",
    )


def test_a_monthly_release_speaks_of_each_day_of_its_month() -> None:
    covered = FEED.covers("labels/ucdp_ged_candidate_v24_0_2.csv")
    assert [moment_of(began_us).date() for _, began_us, _ in covered] == [
        date(2024, 2, number) for number in range(1, 30)
    ]
    assert all(ended_us == began_us + 86_400_000_000 for _, began_us, ended_us in covered)


@pytest.mark.parametrize(
    "name",
    [
        "labels/ucdp_ged_candidate_ukraine_russia_202601_202604.csv",
        "labels/ucdp_ged_candidate_v26_01_26_03.csv",
        "labels/ucdp_ged_candidate_v26_0_13.csv",
        "labels/ucdp_ged_candidate_v26_0_0.csv",
        "labels/ucdp_ged_candidate_v26_0_04.csv",
    ],
)
def test_other_names_speak_of_no_period(name: str) -> None:
    assert FEED.covers(name) == ()
    with pytest.raises(FeedError, match="is not a monthly release"):
        FEED.fetch(name)


def test_fetches_a_monthly_release() -> None:
    with Loopback({"/GEDEvent_v26_0_4.csv": [Answer(body=document(EVENT))]}) as server:
        feed = UcdpGed(base_url=server.base_url)
        (name,) = feed.plan(date(2026, 4, 8), date(2026, 4, 14))
        fetched = feed.fetch(name)
        assert (fetched.name, fetched.content) == (name, document(EVENT))
        assert fetched.url == f"{server.base_url}/GEDEvent_v26_0_4.csv"
        with pytest.raises(FeedError, match="404"):
            feed.fetch("labels/ucdp_ged_candidate_v26_0_5.csv")


@pytest.mark.shared
def test_reads_the_real_file_whole(shared_data: Path) -> None:
    path = shared_data / "labels" / "ucdp_ged_candidate_ukraine_russia_202601_202604.csv"
    parsed = FEED.parse(path.read_bytes())
    assert (len(parsed.rows), parsed.refused) == (779, ())
    assert Counter(row.place.radius_95_m for row in parsed.rows) == {
        5_000: 279,
        25_000: 245,
        60_000: 93,
        150_000: 96 + 60,
        700_000: 5,
        1_000_000: 1,
    }
