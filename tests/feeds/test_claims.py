"""Claims: kept as printed; a bare date is taken as wide as it allows; text has no count."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from truceline.feeds.claims import ClaimsCsv
from truceline.feeds.interface import Feed, FeedError
from truceline.records.claim import Claim
from truceline.records.source import Refused
from truceline.records.units import us_of

FEED: Feed[Claim] = ClaimsCsv()
HEADER = (
    "truce_id,claimant,accused,as_of,period_start_utc,period_end_utc,metric,value,qualifier,"
    "outlet,headline_or_note,pub_date,url,source_quality\n"
)
CLAIM = (
    "easter_x,Ministry A,B,2026-04-12T08:00 (local),2026-04-11T13:00:00Z,2026-04-12T05:00:00Z,"
    'violations_total,1971,exact,An outlet,"Accused, again",2026-04-12,https://a.example,news\n'
)


def parse(*rows: str) -> tuple[tuple[Claim, ...], tuple[Refused, ...]]:
    parsed = FEED.parse((HEADER + "".join(rows)).encode())
    return parsed.rows, parsed.refused


def test_reads_a_claim_as_printed() -> None:
    ((claim,), _) = parse(CLAIM)
    assert (claim.truce, claim.claimant, claim.accused) == ("easter_x", "Ministry A", "B")
    assert claim.as_of == "2026-04-12T08:00 (local)"
    assert claim.began_us == us_of(datetime(2026, 4, 11, 13, tzinfo=UTC))
    assert claim.ended_us == us_of(datetime(2026, 4, 12, 5, tzinfo=UTC))
    assert (claim.metric, claim.count, claim.value) == ("violations_total", 1971, "1971")
    assert (claim.outlet, claim.note, claim.quality) == ("An outlet", "Accused, again", "news")
    assert claim.id == f"c:{claim.document_sha256}:2"


def test_a_bare_date_is_taken_as_wide_as_it_allows() -> None:
    dates = CLAIM.replace("2026-04-11T13:00:00Z,2026-04-12T05:00:00Z", "2026-04-11,2026-04-12")
    ((claim,), _) = parse(dates)
    assert claim.began_us == us_of(datetime(2026, 4, 11, tzinfo=UTC))
    assert claim.ended_us == us_of(datetime(2026, 4, 12, 23, 59, 59, 999_999, tzinfo=UTC))


def test_a_period_that_nobody_stated_is_not_known() -> None:
    ((claim,), _) = parse(CLAIM.replace("2026-04-11T13:00:00Z,2026-04-12T05:00:00Z", ","))
    assert (claim.began_us, claim.ended_us) == (None, None)


def test_text_has_no_count() -> None:
    ((claim,), _) = parse(CLAIM.replace("1971,exact", "thousands,text"))
    assert (claim.count, claim.value) == (None, "thousands")


def test_a_claim_of_none_is_a_count() -> None:
    ((claim,), _) = parse(CLAIM.replace("1971", "0"))
    assert claim.count == 0


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1971", "many", 'value "many" is not a whole number'),
        ("1971", "-3", "value -3 is outside 0..1000000000"),
        ("easter_x", "", "truce_id is empty"),
        (
            "2026-04-12T05",
            "2026-04-11T05",
            "period_end_utc 2026-04-11T05:00:00Z is before period_start_utc 2026-04-11T13:00:00Z",
        ),
        (
            "2026-04-11T13:00:00Z",
            "2099-04-11",
            "period_start_utc 2099-04-11 is outside the years 1990..2089",
        ),
        (
            "2026-04-11T13:00:00Z",
            "2026-04-11T13:00",
            "period_start_utc 2026-04-11T13:00 has no time zone",
        ),
    ],
)
def test_refuses_a_row_with_its_value(old: str, new: str, reason: str) -> None:
    rows, refused = parse(CLAIM, CLAIM.replace(old, new, 1))
    assert [row.line for row in rows] == [2]
    assert refused == (Refused(line=3, reason=reason),)


def test_fetches_nothing_and_says_why() -> None:
    assert FEED.plan(date(2026, 4, 8), date(2026, 4, 14)) == ()
    assert FEED.covers("claims/claims.csv") == ()
    with pytest.raises(FeedError, match="claims are collected by hand"):
        FEED.fetch("claims/claims.csv")


@pytest.mark.shared
def test_reads_the_real_file_whole(shared_data: Path) -> None:
    parsed = FEED.parse((shared_data / "claims" / "claims.csv").read_bytes())
    assert (len(parsed.rows), parsed.refused) == (73, ())
    totals = {
        (claim.claimant, claim.count)
        for claim in parsed.rows
        if claim.truce == "easter_2026" and claim.metric == "violations_total" and claim.count
    }
    assert totals == {("RU MoD", 1971), ("UA military", 2299)}
    assert Counter(claim.count is None for claim in parsed.rows)[True] == sum(
        claim.qualifier == "text" for claim in parsed.rows
    )
