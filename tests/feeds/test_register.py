"""Issue 2: "what is missing is reported as not known, never as quiet"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import permutations

from paper_feeds import FEEDS, original

from truceline.feeds import FEEDS as REAL_FEEDS
from truceline.feeds.gather import Original, gather
from truceline.feeds.register import DAILY, register
from truceline.feeds.rows import day_spoken_of, source_of
from truceline.records.agreement import ControlLine
from truceline.records.claim import Claim
from truceline.records.context import Alert, CloudCover, PopulatedPlace
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.source import SourceDays
from truceline.records.units import DAY_US, HOUR_US, PPM, day_start_us

WINDOW = (date(2026, 4, 10), date(2026, 4, 11), date(2026, 4, 12))
ISO = tuple(day.isoformat() for day in WINDOW)
DAY = day_start_us(WINDOW[1])
SHA = "ab" * 32


def registered(originals: Iterable[Original]) -> dict[str, SourceDays]:
    reads = gather(tuple(originals), FEEDS, threads=1, progress=lambda *_: None)
    looks = [look for one in reads for look in one.looks]
    return {line.source: line for line in register(reads, FEEDS, looks, WINDOW)}


def test_a_source_without_a_document_is_not_known_on_every_day() -> None:
    lines = registered(())
    assert list(lines) == ["herald", "tribune", "register"]
    for source in ("herald", "tribune"):
        assert not lines[source].is_known
        assert (lines[source].days_heard, lines[source].days_missing) == ((), ISO)


def test_every_source_of_the_real_table_has_a_line() -> None:
    lines = register((), REAL_FEEDS, (), WINDOW)
    named = dict.fromkeys(source for feed in REAL_FEEDS for source in feed.sources)
    assert [line.source for line in lines] == list(named)
    assert not any(line.is_known for line in lines)
    assert all((line.gives in DAILY) == (line.days_missing == ISO) for line in lines)


def test_days_with_rows_are_heard_and_the_others_are_missing() -> None:
    lines = registered([original("news/a.txt", "herald 2026-04-10\nherald 2026-04-12\n")])
    assert (lines["herald"].days_heard, lines["herald"].days_missing) == (
        ("2026-04-10", "2026-04-12"),
        ("2026-04-11",),
    )
    assert (lines["herald"].documents, lines["herald"].rows) == (1, 2)
    assert not lines["tribune"].is_known


def test_a_source_that_looked_and_saw_nothing_was_heard() -> None:
    lines = registered([original("news/2026-04-11.txt", "")])
    assert lines["herald"].days_heard == ("2026-04-11",)
    assert (lines["herald"].documents, lines["herald"].rows) == (1, 0)


def test_rows_outside_the_window_are_not_counted_and_make_no_day() -> None:
    lines = registered([original("news/a.txt", "herald 2026-04-09\nherald 2026-04-13\n")])
    # Its document speaks of other days: of these it was not heard.
    assert not lines["herald"].is_known
    assert lines["herald"].documents == 1
    assert (lines["herald"].rows, lines["herald"].days_heard) == (0, ())


def test_a_foreign_document_is_nothing_heard() -> None:
    lines = registered([original("news/2026-04-11.txt", "<html>")])
    assert not lines["herald"].is_known
    assert lines["herald"].days_missing == ISO


def test_refused_rows_are_counted_for_the_sources_of_their_document() -> None:
    lines = registered([original("news/a.txt", "herald 2026-04-11\nherald long ago\n")])
    assert (lines["herald"].rows, lines["herald"].refused) == (1, 1)
    assert lines["tribune"].refused == 0


def test_a_day_that_was_cut_short_is_not_heard_though_it_has_rows() -> None:
    early = original("news/2026-04-11.txt", "herald 2026-04-11\n", DAY + HOUR_US)
    lines = registered([early])
    assert (lines["herald"].rows, lines["herald"].days_heard) == (1, ())
    assert lines["herald"].days_missing == ISO


def test_a_whole_document_of_the_day_heals_it_in_either_order() -> None:
    early = original("news/2026-04-11-early.txt", "herald 2026-04-11\n", DAY + HOUR_US)
    whole = original("news/2026-04-11.txt", "herald 2026-04-11\nherald 2026-04-11\n", DAY + DAY_US)
    for order in permutations((early, whole)):
        assert registered(order)["herald"].days_heard == ("2026-04-11",)


def test_a_source_without_days_has_none_heard_and_none_missing() -> None:
    lines = registered([original("sites/a.txt", "register 2020-01-01\n")])
    assert lines["register"].is_known
    assert lines["register"].rows == 1
    assert (lines["register"].days_heard, lines["register"].days_missing) == ((), ())


def test_a_report_speaks_of_the_day_that_holds_its_middle() -> None:
    told = Observation(
        source="viina",
        means=Means.OPEN_SOURCE,
        place=Place(longitude_e7=0, latitude_e7=0, radius_95_m=1),
        began_us=DAY - 3 * HOUR_US,
        ended_us=DAY + 21 * HOUR_US,
        signatures=((Signature.SHOT, PPM),),
        chance_real_ppm=PPM,
        document_sha256=SHA,
        line=2,
    )
    assert (source_of(told), day_spoken_of(told)) == ("viina", WINDOW[1])


def test_each_kind_of_row_has_its_source_and_its_day() -> None:
    alert = Alert(
        source="alerts-ua",
        area="UA-63",
        issued_by="UA",
        began_us=DAY + DAY_US - 1,
        ended_us=DAY + DAY_US,
        document_sha256=SHA,
        line=2,
    )
    drawn = ControlLine(
        source="deepstate", as_of_us=DAY, held_by="RU", polygons_e7=(), document_sha256=SHA
    )
    cloud = CloudCover(
        source="clouds", day=WINDOW[0], country_ppm=0, east_ppm=0, document_sha256=SHA, line=2
    )
    place = PopulatedPlace(name="Lyman", longitude_e7=0, latitude_e7=0, population=1)
    claim = Claim(
        truce="easter_2026",
        claimant="RU MoD",
        accused="UA",
        as_of="",
        began_us=DAY,
        ended_us=None,
        metric="violations_total",
        count=1,
        value="1",
        qualifier="",
        outlet="",
        note="",
        url="",
        quality="",
        document_sha256=SHA,
        line=2,
    )
    assert [
        (source_of(row), day_spoken_of(row)) for row in (alert, drawn, cloud, place, claim)
    ] == [
        ("alerts-ua", WINDOW[1]),
        ("deepstate", WINDOW[1]),
        ("clouds", WINDOW[0]),
        ("geonames", None),
        ("claims-press", None),
    ]
