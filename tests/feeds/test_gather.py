"""A heap of documents: each is read once by the feed that claims it, or named and refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from itertools import permutations

import pytest
from paper_feeds import FEEDS, NEWS, SITES, original

from truceline.feeds import FEEDS as REAL_FEEDS
from truceline.feeds.gather import Original, Read, feed_of, gather, rows_of
from truceline.records.agreement import Site
from truceline.records.observation import Observation
from truceline.records.source import Refused
from truceline.records.units import DAY_US, HOUR_US, day_start_us

DAY = day_start_us(date(2026, 4, 11))
HEAP = (
    original("news/2026-04-11.txt", "herald 2026-04-11\ntribune 2026-04-11\nherald yesterday\n"),
    original("news/2026-04-12.txt", "<html>503</html>"),
    original("news/copy.txt", "herald 2026-04-11\ntribune 2026-04-11\nherald yesterday\n"),
    original("sites/all.txt", "register 2020-01-01\n"),
    original("readme.md", "not for a program"),
    original("news/picture.png", "not for a program"),
)


def read(
    *originals: Original, threads: int = 1, told: list[tuple[str, int, int]] | None = None
) -> tuple[Read, ...]:
    def progress(what: str, done: int, of: int) -> None:
        if told is not None:
            told.append((what, done, of))

    return gather(originals, FEEDS, threads=threads, progress=progress)


def names(reads: Sequence[Read]) -> list[str]:
    return [one.document.name for one in reads]


def test_what_no_feed_claims_is_left_alone() -> None:
    assert names(read(*HEAP)) == [
        "news/2026-04-11.txt",
        "news/2026-04-12.txt",
        "news/copy.txt",
        "sites/all.txt",
    ]


def test_a_document_is_named_with_its_hash_its_size_and_what_it_held() -> None:
    document = read(*HEAP)[0].document
    assert document.sha256 == hashlib.sha256(HEAP[0].content).hexdigest()
    assert (document.feed, document.size, document.rows) == ("news", len(HEAP[0].content), 2)
    assert document.refused == (Refused(line=3, reason="Invalid isoformat string: 'yesterday'"),)
    assert read(*HEAP)[0].parser_version == 3


def test_a_foreign_document_stays_in_the_register_with_its_reason() -> None:
    foreign = read(*HEAP)[1]
    assert foreign.document.foreign == "news: this is a web page"
    assert (foreign.document.rows, foreign.rows, foreign.looks) == (0, (), ())


def test_a_copy_is_read_once_and_named() -> None:
    copy = read(*HEAP)[2]
    assert copy.document.same_as == "news/2026-04-11.txt"
    assert (copy.document.rows, copy.rows, copy.document.refused) == (0, (), ())
    assert len(rows_of(read(*HEAP), Observation)) == 2


def test_the_first_of_two_copies_by_name_is_read_whatever_came_first() -> None:
    one, other = (
        original("news/a.txt", "herald 2026-04-11"),
        original("news/b.txt", "herald 2026-04-11"),
    )
    for order in permutations((one, other)):
        assert [entry.document.same_as for entry in read(*order)] == ["", "news/a.txt"]


def test_a_copy_that_no_feed_claims_does_not_hide_the_one_that_one_does() -> None:
    text = "herald 2026-04-11"
    (only,) = read(original("a/elsewhere.txt", text), original("news/b.txt", text))
    assert (only.document.same_as, only.document.rows) == ("", 1)


@pytest.mark.parametrize("threads", [1, 4])
def test_the_order_of_documents_and_the_number_of_threads_change_nothing(threads: int) -> None:
    answers = {read(*order, threads=threads) for order in permutations(HEAP[:4])}
    assert answers == {read(*HEAP)}


def test_progress_counts_up_to_all_of_them() -> None:
    told: list[tuple[str, int, int]] = []
    read(*HEAP, threads=4, told=told)
    assert told == [("reading documents", done, 4) for done in (1, 2, 3, 4)]


def test_nothing_at_all_is_nothing_read() -> None:
    assert read() == ()


def test_an_error_that_is_no_feed_error_is_not_hidden() -> None:
    with pytest.raises(UnicodeDecodeError):
        read(Original(name="news/a.txt", content=b"\xff\xfe"))


# ------------------------------------------------------------------------------------- looks
def test_a_document_without_rows_is_still_a_look_at_its_day() -> None:
    (silent,) = read(original("news/2026-04-11.txt", ""))
    (look,) = silent.looks
    assert (look.source, look.began_us, look.ended_us) == ("herald", DAY, DAY + DAY_US)
    assert look.document_sha256 == silent.document.sha256


@pytest.mark.parametrize(
    ("received_us", "ended_us"),
    [
        pytest.param(None, DAY + DAY_US, id="not known when"),
        pytest.param(DAY + 40 * DAY_US, DAY + DAY_US, id="long after"),
        pytest.param(DAY + DAY_US, DAY + DAY_US, id="as the day ended"),
        pytest.param(DAY + HOUR_US, DAY + HOUR_US, id="an hour into the day"),
        pytest.param(DAY + 1, DAY + 1, id="at once"),
        pytest.param(DAY, None, id="as the day began"),
        pytest.param(DAY - HOUR_US, None, id="before the day"),
    ],
)
def test_a_document_speaks_for_what_had_passed_when_it_came(
    received_us: int | None, ended_us: int | None
) -> None:
    (one,) = read(original("news/2026-04-11.txt", "", received_us))
    assert [look.ended_us for look in one.looks] == ([] if ended_us is None else [ended_us])


def test_a_name_without_a_day_states_no_look() -> None:
    assert read(original("news/all.txt", "herald 2026-04-11"))[0].looks == ()


# -------------------------------------------------------------------------------- the table
def test_rows_are_given_by_type_in_the_order_of_names_and_lines() -> None:
    reads = read(*HEAP)
    assert [row.line for row in rows_of(reads, Observation)] == [1, 2]
    assert [row.name for row in rows_of(reads, Site)] == ["2020-01-01"]


def test_the_first_feed_of_the_table_that_claims_a_path_reads_it() -> None:
    assert feed_of("news/a.txt", FEEDS) is NEWS
    assert feed_of("sites/a.txt", FEEDS) is SITES
    assert feed_of("elsewhere/a.txt", FEEDS) is None
    assert feed_of("NEWS/a.txt", FEEDS) is None


def test_a_source_that_two_feeds_read_gives_the_same_thing_by_both() -> None:
    gives: dict[str, set[str]] = {}
    for feed in REAL_FEEDS:
        for source in feed.sources:
            gives.setdefault(source, set()).add(feed.gives)
    assert all(len(kinds) == 1 for kinds in gives.values()), gives


def test_two_days_without_a_row_are_alike_and_both_were_looked_at() -> None:
    one, other = read(original("news/2026-04-11.txt", ""), original("news/2026-04-12.txt", ""))
    assert other.document.same_as == "news/2026-04-11.txt"
    assert [look.began_us for look in (*one.looks, *other.looks)] == [DAY, DAY + DAY_US]
