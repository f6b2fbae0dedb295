"""A fetched folder says what came and what did not; an interruption loses nothing."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from loopback import Answer, Loopback

from truceline.feeds import FEEDS
from truceline.feeds.collect import (
    Came,
    Manifest,
    Missing,
    collect,
    load_manifest,
    read_manifest,
)
from truceline.feeds.deepstate import Deepstate
from truceline.feeds.firms import Firms
from truceline.feeds.http import UnreachableError
from truceline.feeds.interface import Feed, FeedError, Fetched, Parsed, Row
from truceline.records.claim import Claim
from truceline.records.source import Refused
from truceline.records.units import DAY_US, HOUR_US, day_start_us

KEY = "0123456789abcdef0123456789abcdef"
FIRST, LAST = date(2026, 4, 8), date(2026, 4, 10)
LATER_US = day_start_us(date(2026, 5, 1))
FIRMS_HEADER = (
    b"latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    b"version,bright_ti5,frp,daynight\n"
)
FIRMS_ROWS = FIRMS_HEADER + (
    b"47.8,38.4,330.5,0.3,0.4,2026-04-08,28,N20,VIIRS,n,2.0NRT,271.56,1.08,N\n"
    b"97.8,38.4,330.5,0.3,0.4,2026-04-08,28,N20,VIIRS,n,2.0NRT,271.56,1.08,N\n"
)
LINE = (
    b'{"type": "FeatureCollection", "name": "deepstatemap_data_20260408", "features": [{"type":'
    b' "Feature", "geometry": {"type": "Polygon", "coordinates": [[[35, 45], [39, 45], [39, 48],'
    b" [35, 45]]]}}]}"
)


@dataclass(frozen=True, kw_only=True)
class Diary:
    """A source of one text a day, from a dictionary instead of a network."""

    name: str = "diary"
    pages: Mapping[str, bytes | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    says_its_day: bool = True
    version: int = 1
    patterns: tuple[str, ...] = ("diary/*.txt",)
    sources: tuple[str, ...] = ("diary",)
    gives: str = "claims"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:
        if not self.says_its_day:
            return ()
        began_us = day_start_us(date.fromisoformat(Path(name).stem))
        return (("diary", began_us, began_us + DAY_US),)

    def plan(self, since: date, until: date) -> tuple[str, ...]:
        days = range(since.toordinal(), until.toordinal() + 1)
        return tuple(f"{self.name}/{date.fromordinal(day)}.txt" for day in days)

    def fetch(self, name: str) -> Fetched:
        self.asked.append(name)
        page = self.pages.get(name, FeedError(f"{self.name}: no page"))
        if isinstance(page, Exception):
            raise page
        return Fetched(name=name, content=page, url=f"https://diary.example/{name}")

    def parse(self, document: bytes) -> Parsed[Claim]:
        if document.startswith(b"<"):
            raise FeedError(f"{self.name}: expected a diary, got a web page")
        return Parsed((), tuple(Refused(line=1, reason="?") for _ in range(document.count(b"?"))))


def page(day: int) -> str:
    return f"diary/2026-04-{day:02}.txt"


PAGES: Mapping[str, bytes | Exception] = {page(8): b"calm?", page(9): b"rain", page(10): b"wind"}


def bring(
    feeds: tuple[Feed[Row], ...], out: Path, *, now_us: int = LATER_US, until: date = LAST
) -> Manifest:
    return collect(feeds, FIRST, until, out, received_us=lambda: now_us)


def errors(manifest: Manifest) -> dict[str, str]:
    return {missing.name: missing.error for missing in manifest.missing}


def names(manifest: Manifest) -> list[str]:
    return [came.name for came in manifest.came]


# --------------------------------------------------------------------------- what came
def test_every_document_that_came_is_written_down_with_its_hash(tmp_path: Path) -> None:
    manifest = bring((Diary(pages=PAGES),), tmp_path)
    assert names(manifest) == [page(8), page(9), page(10)]
    assert manifest.missing == ()
    assert manifest.came[0] == Came(
        name=page(8),
        feed="diary",
        url=f"https://diary.example/{page(8)}",
        sha256=hashlib.sha256(b"calm?").hexdigest(),
        size=5,
        received_us=LATER_US,
        rows=0,
        refused=1,
    )
    assert (tmp_path / page(8)).read_bytes() == b"calm?"
    assert load_manifest(tmp_path) == manifest
    assert read_manifest(tmp_path) == {page(day): LATER_US for day in (8, 9, 10)}


def test_the_manifest_can_be_read_by_anybody(tmp_path: Path) -> None:
    bring((Diary(pages={page(8): b"calm"}),), tmp_path)
    plain = json.loads((tmp_path / "manifest.json").read_bytes())
    assert plain["format"] == 1
    assert [document["name"] for document in plain["documents"]] == [page(8), page(9), page(10)]
    assert plain["documents"][1] == {
        "name": page(9),
        "feed": "diary",
        "error": "diary: no page",
    }


def test_progress_is_told_after_each_document(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    collect(
        (Diary(pages=PAGES), Diary(name="other")),
        FIRST,
        LAST,
        tmp_path,
        received_us=lambda: LATER_US,
        progress=lambda name, done, total: told.append((name, done, total)),
    )
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5, 6]
    assert {total for _, _, total in told} == {6}
    assert told[0][0] == page(8)


# --------------------------------------------------------------------------- what did not
def test_one_source_that_fails_stops_no_other(tmp_path: Path) -> None:
    manifest = bring((Diary(name="lost"), Diary(pages=PAGES)), tmp_path)
    assert names(manifest) == [page(8), page(9), page(10)]
    assert set(errors(manifest).values()) == {"lost: no page"}
    assert len(manifest.missing) == 3


def test_a_foreign_document_is_not_kept(tmp_path: Path) -> None:
    manifest = bring((Diary(pages={**PAGES, page(9): b"<html>"}),), tmp_path)
    assert errors(manifest) == {page(9): "diary: expected a diary, got a web page"}
    assert not (tmp_path / page(9)).exists()


def test_a_source_that_gives_no_answer_twice_in_a_row_is_left_alone(tmp_path: Path) -> None:
    down = UnreachableError("diary.example: no answer within 30 s (4 attempts)")
    diary = Diary(pages={page(8): down, page(9): down, page(10): b"wind"})
    manifest = bring((diary,), tmp_path)
    assert diary.asked == [page(8), page(9)]
    assert errors(manifest)[page(10)] == "not asked: diary gave no answer 2 times in a row"


def test_a_source_that_answers_in_between_is_asked_on(tmp_path: Path) -> None:
    down = UnreachableError("no answer")
    pages: dict[str, bytes | Exception] = {
        page(8): down,
        page(9): b"rain",
        page(10): down,
        page(11): b"wind",
    }
    diary = Diary(pages=pages)
    bring((diary,), tmp_path, until=date(2026, 4, 11))
    assert len(diary.asked) == 4


def test_a_day_still_to_come_is_not_asked_for(tmp_path: Path) -> None:
    diary = Diary(pages=PAGES)
    manifest = bring((diary,), tmp_path, now_us=day_start_us(date(2026, 4, 9)))
    assert diary.asked == [page(8), page(9)]
    assert errors(manifest) == {page(10): "diary: 2026-04-10T00:00:00Z is still to come"}


def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    class Escaping(Diary):
        def fetch(self, name: str) -> Fetched:
            return Fetched(name=f"../../{name}", content=b"out", url="")

    manifest = bring((Escaping(),), tmp_path / "inside" / "folder")
    assert "is no path inside a folder" in errors(manifest)[page(8)]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["manifest.json"]


# --------------------------------------------------------------------------- the second run
def test_a_second_run_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    bring((Diary(pages={page(9): b"rain"}),), tmp_path)
    diary = Diary(pages=PAGES)
    manifest = bring((diary,), tmp_path, now_us=LATER_US + 1)
    assert diary.asked == [page(8), page(10)]
    assert manifest.missing == ()
    assert manifest.came[1].received_us == LATER_US, "the day that was there keeps its arrival"
    again = Diary(pages=PAGES)
    assert bring((again,), tmp_path) == manifest
    assert again.asked == []


def test_entries_of_earlier_days_stay(tmp_path: Path) -> None:
    bring((Diary(pages=PAGES),), tmp_path)
    manifest = collect(
        (Diary(),), date(2026, 4, 20), date(2026, 4, 20), tmp_path, received_us=lambda: LATER_US
    )
    assert len(manifest.came) == 3
    assert list(errors(manifest)) == [page(20)]


@pytest.mark.parametrize("damage", [b"clam?", b"", None])
def test_a_file_that_is_not_what_came_is_asked_for_again(
    tmp_path: Path, damage: bytes | None
) -> None:
    bring((Diary(pages=PAGES),), tmp_path)
    if damage is None:
        (tmp_path / page(8)).unlink()
    else:
        (tmp_path / page(8)).write_bytes(damage)
    assert page(8) not in read_manifest(tmp_path), "its arrival is not known any more"
    diary = Diary(pages=PAGES)
    bring((diary,), tmp_path)
    assert diary.asked == [page(8)]
    assert (tmp_path / page(8)).read_bytes() == b"calm?"


def test_a_lost_file_that_does_not_come_again_is_missing(tmp_path: Path) -> None:
    bring((Diary(pages=PAGES),), tmp_path)
    (tmp_path / page(8)).unlink()
    assert list(errors(bring((Diary(),), tmp_path))) == [page(8)]


@pytest.mark.parametrize(("hours_after", "asked"), [(-12, 1), (5, 1), (6, 0), (7, 0)])
def test_a_day_that_was_not_over_and_settled_is_asked_for_again(
    tmp_path: Path, hours_after: int, asked: int
) -> None:
    came_us = day_start_us(FIRST) + DAY_US + hours_after * HOUR_US
    bring((Diary(pages=PAGES),), tmp_path, now_us=came_us, until=FIRST)
    diary = Diary(pages=PAGES)
    bring((diary,), tmp_path, until=FIRST)
    assert len(diary.asked) == asked


def test_a_renewal_that_fails_leaves_the_earlier_answer(tmp_path: Path) -> None:
    half_day_us = day_start_us(FIRST) + DAY_US // 2
    first = bring((Diary(pages=PAGES),), tmp_path, now_us=half_day_us, until=FIRST)
    assert bring((Diary(),), tmp_path, until=FIRST) == first
    assert (tmp_path / page(8)).read_bytes() == b"calm?"


def test_a_file_that_grows_is_asked_for_again_once_later_days_are_wanted(tmp_path: Path) -> None:
    def growing() -> Diary:
        return Diary(pages={page(8): b"all days"}, says_its_day=False)

    early_us = day_start_us(date(2026, 4, 9)) + 7 * HOUR_US
    bring((growing(),), tmp_path, now_us=early_us, until=FIRST)
    same_days, later_days = growing(), growing()
    bring((same_days,), tmp_path, until=FIRST)
    assert same_days.asked == []
    bring((later_days,), tmp_path, until=LAST)
    assert page(8) in later_days.asked


def test_an_interruption_loses_nothing_that_came(tmp_path: Path) -> None:
    class Interrupted(Diary):
        def fetch(self, name: str) -> Fetched:
            if name == page(10):
                raise KeyboardInterrupt
            return super().fetch(name)

    with pytest.raises(KeyboardInterrupt):
        bring((Interrupted(pages=PAGES),), tmp_path)
    assert names(load_manifest(tmp_path)) == [page(8), page(9)]
    diary = Diary(pages=PAGES)
    bring((diary,), tmp_path)
    assert diary.asked == [page(10)]
    assert not list(tmp_path.rglob("*.part"))


# --------------------------------------------------------------------------- the manifest
def test_a_folder_that_nothing_was_fetched_into_has_an_empty_manifest(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}
    assert read_manifest(tmp_path / "not there") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"format": 2, "documents": []}',
        b'{"format": 1}',
        b'{"format": 1, "documents": {}}',
        b'{"format": 1, "documents": [7]}',
        b'{"format": 1, "documents": [{"name": "a"}]}',
        b'{"format": 1, "documents": [{"name": "a", "feed": "b", "error": 7}]}',
        b'{"format": 1, "documents": [{"name": "a", "feed": "b", "error": "c", "more": 1}]}',
        (
            b'{"format": 1, "documents": [{"name": "a", "feed": "b", "error": "c"},'
            b' {"name": "a", "feed": "b", "error": "c"}]}'
        ),
        (
            b'{"format": 1, "documents": [{"name": "a", "feed": "b", "url": "c", "sha256": "d",'
            b' "size": 1, "received_us": null, "rows": 1, "refused": 0}]}'
        ),
    ],
)
def test_a_broken_manifest_is_one_clear_error_and_nothing_is_asked(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(FeedError, match=r"manifest\.json: is no manifest of a fetch: "):
        read_manifest(tmp_path)
    diary = Diary(pages=PAGES)
    with pytest.raises(FeedError):
        bring((diary,), tmp_path)
    assert diary.asked == []


def test_a_later_entry_takes_the_place_of_an_earlier_one() -> None:
    lost = Missing(name="a", feed="f", error="gone")
    found = Came(name="a", feed="f", url="u", sha256="s", size=1, received_us=1, rows=1, refused=0)
    assert Manifest().with_entry(lost).with_entry(found) == Manifest(came=(found,))
    assert Manifest().with_entry(found).with_entry(lost) == Manifest(missing=(lost,))


# --------------------------------------------------------------------------- against a server
def firms_path(instrument: str) -> str:
    return f"/api/area/csv/{KEY}/{instrument}_NRT/22,44,41,53/1/2026-04-08"


def test_a_whole_fetch_against_a_server_that_answers_errs_halves_and_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FIRMS_MAP_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    answers = {
        firms_path("VIIRS_NOAA20"): [Answer(body=FIRMS_ROWS)],
        firms_path("VIIRS_NOAA21"): [Answer(body=b"<html>down for maintenance</html>")],
        firms_path("VIIRS_SNPP"): [Answer(body=FIRMS_ROWS, announced=9999)],
        firms_path("MODIS"): [Answer(silent=True)],
        "/deepstatemap_data_20260408.geojson": [Answer(body=LINE)],
    }
    with Loopback(answers) as server:
        url = server.base_url
        feeds = (
            Firms(base_url=url, timeout_s=0.2, attempts=1),
            Deepstate(base_url=url, timeout_s=0.2, attempts=1),
        )
        manifest = bring(feeds, tmp_path, until=FIRST)
        server.answers[firms_path("VIIRS_NOAA21")] = [Answer(body=FIRMS_ROWS)]
        server.asked.clear()
        second = bring(feeds, tmp_path, until=FIRST)
        assert len(server.asked) == 3, "what came is not asked for again"
    line = "control_lines/deepstatemap_data_20260408.geojson"
    assert names(manifest) == [line, "firms/VIIRS_NOAA20_2026098.csv"]
    assert (manifest.came[1].rows, manifest.came[1].refused) == (1, 1)
    told = errors(manifest)
    assert "down for maintenance" in told["firms/VIIRS_NOAA21_2026098.csv"]
    assert "without sending complete" in told["firms/VIIRS_SNPP_2026098.csv"]
    assert "no answer within 0.2 s" in told["firms/MODIS_2026098.csv"]
    assert len(second.came) == 3
    assert KEY not in caplog.text
    for file in tmp_path.rglob("*.json"):
        assert KEY.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    "answer_of",
    [
        lambda: Answer(body=f"Invalid MAP_KEY {KEY}.".encode()),
        lambda: Answer(status=403, body=f"{KEY} is over its limit".encode()),
        lambda: Answer(status=302, headers={"Location": f"http://localhost:1/{KEY}"}),
    ],
)
def test_a_server_that_repeats_the_key_does_not_put_it_into_the_manifest(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer_of: Callable[[], Answer],
) -> None:
    monkeypatch.setenv("FIRMS_MAP_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with Loopback({firms_path("VIIRS_NOAA20"): [answer_of()]}) as server:
        feed = Firms(base_url=server.base_url, timeout_s=0.2, attempts=1)
        manifest = bring((feed,), tmp_path, until=FIRST)
        assert any(KEY in path for path in server.asked)
    assert len(manifest.missing) == 4
    assert KEY not in (tmp_path / "manifest.json").read_text()
    assert KEY not in caplog.text


# --------------------------------------------------------------------------- the table of feeds
def test_every_feed_of_the_table_has_its_own_name_and_says_what_it_reads() -> None:
    assert len({feed.name for feed in FEEDS}) == len(FEEDS)
    for feed in FEEDS:
        assert feed.version >= 1
        assert feed.patterns
        assert feed.sources
        assert all(source == source.lower() and " " not in source for source in feed.sources)


def test_every_document_of_a_plan_is_claimed_by_its_own_feed_alone() -> None:
    for feed in FEEDS:
        for name in feed.plan(FIRST, LAST):
            claimed = [
                other.name
                for other in FEEDS
                if any(Path(name).match(pattern) for pattern in other.patterns)
            ]
            assert claimed == [feed.name], name


def test_no_feed_takes_a_web_page_or_nothing_for_its_document() -> None:
    for feed in FEEDS:
        for document in (b"", b"<!DOCTYPE html><html><body>404</body></html>\n"):
            with pytest.raises(FeedError):
                feed.parse(document)
