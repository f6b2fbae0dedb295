"""Bad input of every kind gets one clear answer, and costs nothing but itself.

An empty file, HTML instead of a table, a truncated row, a latitude of 95, swapped columns, a line
of 10 MB, invalid UTF-8, a date in 2099, NaN. (The tenth, a duplicate file, is the pipeline's.)
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.feeds.alerts_ua import AlertsUa
from truceline.feeds.claims import ClaimsCsv
from truceline.feeds.clouds import CloudCoverDaily
from truceline.feeds.firms import Firms
from truceline.feeds.geonames import GeonamesPlaces
from truceline.feeds.gridkit import GridkitBuses, GridkitGenerators
from truceline.feeds.interface import Feed, FeedError, Parsed, Row
from truceline.feeds.power_plants import PowerPlantsGppd, PowerPlantsWri
from truceline.feeds.table import UKRAINE, UKRAINE_AND_RUSSIA, YEARS, Bounds
from truceline.feeds.ucdp_ged import UcdpGed
from truceline.feeds.viina import Viina
from truceline.records.agreement import Site
from truceline.records.claim import Claim
from truceline.records.context import Alert, CloudCover, PopulatedPlace
from truceline.records.observation import Observation
from truceline.records.source import Refused
from truceline.records.units import E7, PPM, moment_of

WORLD = Bounds(name="the world", west=-180, south=-90, east=180, north=90)
GOOD_LINES = [2, 4]  # the bad row stands between two good ones


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A feed, one good row of its document, and what single bad values are answered.

    Attributes:
        bad: Column, bad value, and the reason, by the kind of bad input.
        swapped: Two columns whose values have changed places, and the reason; None where no
            bound can tell.
        bounds: Where the positions of kept rows lie.
    """

    feed: Feed[Row]
    row: dict[str, str]
    bad: dict[str, tuple[str, str, str]]
    swapped: tuple[str, str, str] | None = None
    bounds: Bounds = field(default=WORLD)

    def document(self, *rows: dict[str, str]) -> bytes:
        """Write rows under a header, in the order of the first one's columns."""
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        return "\n".join([*lines, ""]).encode()

    def around(self, bad: bytes) -> bytes:
        """Put a bad line between two good ones."""
        header, good, _ = self.document(self.row).split(b"\n")
        return b"\n".join([header, good, bad, good, b""])


SAVED: dict[str, Saved] = {
    saved.feed.name: saved
    for saved in (
        Saved(
            feed=Firms(),
            row={
                "latitude": "48.99225",
                "longitude": "37.80224",
                "bright_ti4": "332.5",
                "scan": "0.45",
                "track": "0.39",
                "acq_date": "2026-04-11",
                "acq_time": "9",
                "satellite": "N20",
                "instrument": "VIIRS",
                "confidence": "n",
                "version": "2.0NRT",
                "bright_ti5": "290.1",
                "frp": "5.1",
                "daynight": "N",
            },
            bad={
                "latitude 95": ("latitude", "95", "latitude 95 is outside -90..90"),
                "date in 2099": (
                    "acq_date",
                    "2099-04-11",
                    "acq_date 2099-04-11 is outside the years 1990..2089",
                ),
                "NaN": ("frp", "NaN", 'frp "NaN" is not a number'),
            },
        ),
        Saved(
            feed=Viina(),
            row={
                "date": "2026-04-11",
                "longitude": "37.80224",
                "latitude": "48.99225",
                "location_ascii": "Lyman",
                "type_code": "A",
                "type_first_match": "artillery",
                "n_reports": "2",
                "urls": "https://a.example",
            },
            bad={
                "latitude 95": ("latitude", "95", "latitude 95 is outside -90..90"),
                "date in 2099": (
                    "date",
                    "2099-04-11",
                    "date 2099-04-11 is outside the years 1990..2089",
                ),
                "NaN": ("longitude", "NaN", 'longitude "NaN" is not a number'),
            },
            swapped=(
                "longitude",
                "latitude",
                "latitude 37.80224 is outside 43..65 degrees (Ukraine and western Russia)",
            ),
            bounds=UKRAINE_AND_RUSSIA,
        ),
        Saved(
            feed=UcdpGed(),
            row={
                "type_of_violence": "1",
                "source_headline": "Two dead",
                "where_prec": "1",
                "latitude": "48.992250",
                "longitude": "37.802240",
                "country": "Ukraine",
                "event_clarity": "1",
                "date_prec": "1",
                "date_start": "2026-04-11 00:00:00.000",
                "date_end": "2026-04-11 00:00:00.000",
                "best": "2",
            },
            bad={
                "latitude 95": ("latitude", "95", "latitude 95 is outside -90..90"),
                "date in 2099": (
                    "date_end",
                    "2099-04-11 00:00:00.000",
                    "date_end 2099-04-11 is outside the years 1990..2089",
                ),
                "NaN": ("best", "NaN", 'best "NaN" is not a whole number'),
            },
            swapped=(
                "longitude",
                "latitude",
                "latitude 37.802240 is outside 43..65 degrees (Ukraine and western Russia)",
            ),
            bounds=UKRAINE_AND_RUSSIA,
        ),
        Saved(
            feed=AlertsUa(),
            row={
                "region": "Kharkivska oblast",
                "started_at": "2026-04-11T13:00:00Z",
                "finished_at": "2026-04-11T13:40:00Z",
                "n_subalerts": "2",
            },
            bad={
                "date in 2099": (
                    "finished_at",
                    "2099-04-11T13:40:00Z",
                    "finished_at 2099-04-11T13:40:00Z is outside the years 1990..2089",
                ),
                "NaN": ("started_at", "NaN", 'started_at "NaN" is not a time'),
            },
            swapped=(
                "started_at",
                "finished_at",
                "finished_at 2026-04-11T13:00:00Z is before started_at 2026-04-11T13:40:00Z",
            ),
        ),
        Saved(
            feed=PowerPlantsGppd(),
            row={
                "country": "UKR",
                "name": "Zmiivska",
                "latitude": "49.5853",
                "longitude": "36.5236",
                "primary_fuel": "Coal",
            },
            bad={
                "latitude 95": ("latitude", "95", "latitude 95 is outside -90..90"),
                "NaN": ("latitude", "NaN", 'latitude "NaN" is not a number'),
            },
            swapped=(
                "longitude",
                "latitude",
                "longitude 49.5853 is outside 21..42 degrees (Ukraine)",
            ),
            bounds=UKRAINE,
        ),
        Saved(
            feed=PowerPlantsWri(),
            row={
                "Name": "Rivne",
                "Fuel": "Nuclear",
                "Latitude": "51.3245",
                "Longitude": "25.89744",
            },
            bad={
                "latitude 95": ("Latitude", "95", "Latitude 95 is outside -90..90"),
                "NaN": ("Latitude", "NaN", 'Latitude "NaN" is not a number'),
            },
            swapped=(
                "Longitude",
                "Latitude",
                "Longitude 51.3245 is outside 21..42 degrees (Ukraine)",
            ),
            bounds=UKRAINE,
        ),
        Saved(
            feed=GridkitBuses(),
            row={
                "bus_id": "1924",
                "voltage": "220",
                "symbol": "Substation",
                "under_construction": "f",
                "x": "33.825531",
                "y": "44.887012",
            },
            bad={
                "latitude 95": ("y", "95", "y 95 is outside -90..90"),
                "NaN": ("x", "NaN", 'x "NaN" is not a number'),
            },
            swapped=("x", "y", "x 44.887012 is outside 21..42 degrees (Ukraine)"),
            bounds=UKRAINE,
        ),
        Saved(
            feed=GridkitGenerators(),
            row={
                "generator_id": "1180",
                "technology": "Hydro",
                "geometry": "POINT(34.687958 48.594776)",
                "name": "Dnipro HPP",
            },
            bad={
                "latitude 95": (
                    "geometry",
                    "POINT(34.687958 95)",
                    "latitude 95 is outside -90..90",
                ),
                "NaN": (
                    "geometry",
                    "POINT(NaN 48.594776)",
                    'longitude "NaN" is not a number',
                ),
            },
            swapped=(
                "name",
                "geometry",
                'geometry "Dnipro HPP" is not POINT(longitude latitude)',
            ),
            bounds=UKRAINE,
        ),
        Saved(
            feed=CloudCoverDaily(),
            row={
                "date": "2026-04-11",
                "cloud_cover_in_country": "0.87",
                "cloud_cover_in_east_of_country": "0.47",
            },
            bad={
                "date in 2099": (
                    "date",
                    "2099-04-11",
                    "date 2099-04-11 is outside the years 1990..2089",
                ),
                "NaN": (
                    "cloud_cover_in_country",
                    "NaN",
                    'cloud_cover_in_country "NaN" is not a number',
                ),
            },
            swapped=("date", "cloud_cover_in_country", 'date "0.87" is not a day'),
        ),
        Saved(
            feed=ClaimsCsv(),
            row={
                "truce_id": "easter_x",
                "claimant": "Ministry A",
                "accused": "B",
                "as_of": "2026-04-12",
                "period_start_utc": "2026-04-11T13:00:00Z",
                "period_end_utc": "2026-04-12",
                "metric": "violations_total",
                "value": "1971",
                "qualifier": "exact",
                "outlet": "An outlet",
                "headline_or_note": "Accused",
                "url": "https://a.example",
                "source_quality": "news",
            },
            bad={
                "date in 2099": (
                    "period_end_utc",
                    "2099-04-12",
                    "period_end_utc 2099-04-12 is outside the years 1990..2089",
                ),
                "NaN": ("value", "NaN", 'value "NaN" is not a whole number'),
            },
            swapped=("value", "qualifier", 'value "exact" is not a whole number'),
        ),
        Saved(
            feed=GeonamesPlaces(),
            row={
                "name": "Lyman",
                "longitude": "37.80224",
                "latitude": "48.99225",
                "population": "20469",
            },
            bad={
                "latitude 95": ("latitude", "95", "latitude 95 is outside -90..90"),
                "NaN": ("population", "NaN", 'population "NaN" is not a whole number'),
            },
            swapped=(
                "longitude",
                "latitude",
                "longitude 48.99225 is outside 21..42 degrees (Ukraine)",
            ),
            bounds=UKRAINE,
        ),
    )
}
every_feed = pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)


def line_of(row: Row) -> int | None:
    return getattr(row, "line", None)


def insist_on_one_refusal(saved: Saved, document: bytes, reason: str) -> None:
    parsed = saved.feed.parse(document)
    assert parsed.refused == (Refused(line=3, reason=reason),)
    assert [line_of(row) or line for row, line in zip(parsed.rows, GOOD_LINES, strict=True)] == (
        GOOD_LINES
    )


# ---------------------------------------------------------------- the document as a whole
@every_feed
@pytest.mark.parametrize("empty", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file(saved: Saved, empty: bytes) -> None:
    with pytest.raises(FeedError) as caught:
        saved.feed.parse(empty)
    assert str(caught.value).startswith(f"{saved.feed.name}: expected columns ")
    assert str(caught.value).endswith(", got an empty document")


@every_feed
def test_html_instead_of_a_table(saved: Saved) -> None:
    with pytest.raises(FeedError) as caught:
        saved.feed.parse(b"<!doctype html>\n<title>503 Service Unavailable</title>\n")
    assert str(caught.value).startswith(f"{saved.feed.name}: expected columns ")
    assert str(caught.value).endswith(", got <!doctype html>")


@every_feed
def test_swapped_columns_are_read_by_their_names(saved: Saved) -> None:
    swapped = dict(reversed(saved.row.items()))
    ((straight,), (turned,)) = (
        saved.feed.parse(saved.document(row)).rows for row in (saved.row, swapped)
    )
    for name in ("place", "longitude_e7", "began_us", "words", "name", "country_ppm", "count"):
        assert getattr(straight, name, None) == getattr(turned, name, None)


# ---------------------------------------------------------------- one row
@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, saved in SAVED.items() for kind in saved.bad]
)
def test_a_bad_value(name: str, kind: str) -> None:
    saved = SAVED[name]
    column, value, reason = saved.bad[kind]
    document = saved.document(saved.row, saved.row | {column: value}, saved.row)
    insist_on_one_refusal(saved, document, reason)


@pytest.mark.parametrize("name", [name for name, saved in SAVED.items() if saved.swapped])
def test_values_that_have_changed_columns(name: str) -> None:
    saved = SAVED[name]
    assert saved.swapped is not None
    one, other, reason = saved.swapped
    swapped = saved.row | {one: saved.row[other], other: saved.row[one]}
    insist_on_one_refusal(saved, saved.document(saved.row, swapped, saved.row), reason)


@every_feed
def test_a_truncated_row(saved: Saved) -> None:
    width = len(saved.row)
    truncated = ",".join(list(saved.row.values())[:-1]).encode()
    reason = f"expected {width} fields, got {width - 1}"
    insist_on_one_refusal(saved, saved.around(truncated), reason)


@every_feed
def test_a_line_of_10_mb(saved: Saved) -> None:
    long = b"x" * 10_000_000
    reason = "the line holds 10000000 bytes, more than 1000000"
    insist_on_one_refusal(saved, saved.around(long), reason)


@every_feed
def test_invalid_utf_8(saved: Saved) -> None:
    bad = b"\xc3(" + ",".join(saved.row.values()).encode()
    reason = "byte 1 of the line, 0xc3, is not UTF-8"
    insist_on_one_refusal(saved, saved.around(bad), reason)


# ---------------------------------------------------------------- anything at all
Mutation = tuple[str, int, bytes]
mutations = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "flip", "truncate", "copy"]),
        st.integers(0, 10_000),
        st.one_of(
            st.binary(min_size=1, max_size=6),
            st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"-", b"e9", b"nan", b"9" * 50]),
        ),
    ),
    min_size=1,
    max_size=6,
)


def mutated(document: bytes, changes: list[Mutation]) -> bytes:
    body = bytearray(document)
    for kind, where, piece in changes:
        at = where % (len(body) + 1)
        if kind == "insert":
            body[at:at] = piece
        elif kind == "delete":
            del body[at : at + len(piece)]
        elif kind == "flip" and at < len(body):
            body[at] ^= piece[0] or 1
        elif kind == "truncate":
            del body[len(body) - at % 40 :]
        elif kind == "copy":
            body[at:at] = body[max(0, at - 60) : at]
    return bytes(body)


def parsed_or_foreign(feed: Feed[Row], document: bytes) -> Parsed[Row] | None:
    """Parse; None where the document is foreign. Any other error goes through, and fails."""
    try:
        return feed.parse(document)
    except FeedError:
        return None


def insist_on_ranges(row: Row, bounds: Bounds) -> None:
    place = row.place if isinstance(row, Observation | Site) else row
    if isinstance(row, Observation | Site | PopulatedPlace):
        assert bounds.west * E7 <= getattr(place, "longitude_e7", 0) <= bounds.east * E7
        assert bounds.south * E7 <= getattr(place, "latitude_e7", 0) <= bounds.north * E7
    if isinstance(row, Observation | Alert | Claim):
        for us in (row.began_us, row.ended_us):
            assert us is None or YEARS[0] - 2 <= moment_of(us).year <= YEARS[-1] + 2
    if isinstance(row, CloudCover):
        assert 0 <= row.country_ppm <= PPM
        assert row.day.year in YEARS


@every_feed
@settings(max_examples=150, deadline=None)
@given(changes=mutations, zipped=st.booleans())
def test_whatever_comes_is_read_or_refused(
    saved: Saved,
    changes: list[Mutation],
    zipped: bool,
) -> None:
    good = saved.document(*[saved.row] * 4)
    document = mutated(gzip.compress(good, mtime=0) if zipped else good, changes)
    parsed = parsed_or_foreign(saved.feed, document)
    assert parsed_or_foreign(saved.feed, document) == parsed
    if parsed is None:
        return
    lines = [row.line for row in parsed.refused]
    assert lines == sorted(set(lines))
    kept_lines = {line_of(row) for row in parsed.rows} - {None}
    assert not kept_lines & set(lines)
    assert zipped or len(parsed.rows) + len(lines) <= document.count(b"\n") + 1
    for row in parsed.rows:
        insist_on_ranges(row, saved.bounds)
