"""Every row is read, or refused with its line and reason; nothing is lost in silence."""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.feeds import table
from truceline.feeds.interface import FeedError, Parsed
from truceline.feeds.table import (
    LINE_LIMIT_BYTES,
    RECORD_LIMIT_LINES,
    UKRAINE,
    UKRAINE_AND_RUSSIA,
    Bounds,
    column_names,
    day,
    degrees_e7,
    line_text,
    local_days_us,
    moment_us,
    number,
    parse_table,
    scaled,
    shown,
    text_of,
    whole,
)
from truceline.records.source import Refused
from truceline.records.units import us_of

SHA256 = "ab" * 32


class Words:
    """A row that a test reads: its words, its line, its document."""

    def __init__(self, row: dict[str, str], line: int, sha256: str) -> None:
        self.row, self.line, self.sha256 = row, line, sha256


def parse(document: bytes) -> Parsed[Words]:
    """Read a table of place and count; a count of "bad" is refused, "none" gives nothing."""

    def read_row(row: dict[str, str], line: int, sha256: str) -> Words | None:
        if row["count"] == "bad":
            raise ValueError("count bad")
        return None if row["count"] == "none" else Words(row, line, sha256)

    return parse_table("test", document, ("place", "count"), read_row)


def lines_kept(document: bytes) -> list[int]:
    return [words.line for words in parse(document).rows]


def refused(document: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in parse(document).refused]


# ---------------------------------------------------------------- rows
def test_reads_columns_by_name_in_any_order_and_passes_on_further_ones() -> None:
    (words,) = parse(b"count,remark,place\n3,seen twice,Lyman\n").rows
    assert words.row == {"count": "3", "remark": "seen twice", "place": "Lyman"}


def test_names_the_line_and_the_original_of_each_row() -> None:
    document = b"place,count\nLyman,1\nIzium,2\n"
    assert lines_kept(document) == [2, 3]
    assert parse(document).rows[0].sha256 == hashlib.sha256(document).hexdigest()


def test_hashes_the_bytes_as_received_not_what_gzip_gives() -> None:
    document = gzip.compress(b"place,count\nLyman,1\n", mtime=0)
    assert parse(document).rows[0].sha256 == hashlib.sha256(document).hexdigest()


def test_reads_a_gzip_of_several_members() -> None:
    document = gzip.compress(b"place,count\nLyman,1\n") + gzip.compress(b"Izium,2\n")
    assert lines_kept(document) == [2, 3]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_takes_both_line_ends_and_a_byte_order_mark(end: bytes, mark: bytes) -> None:
    document = mark + end.join([b"place,count", b"Lyman,1", b"", b"Izium,bad", b""])
    assert lines_kept(document) == [2]
    assert refused(document) == [(4, "count bad")]


def test_a_row_may_rightly_give_nothing() -> None:
    parsed = parse(b"place,count\nLyman,none\n")
    assert (parsed.rows, parsed.refused) == ((), ())


def test_a_header_alone_is_a_document_without_rows() -> None:
    assert parse(b"place,count\n") == Parsed((), ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(b"Lyman", "expected 2 fields, got 1", id="truncated"),
        pytest.param(b"Lyman,1,2", "expected 2 fields, got 3", id="too many fields"),
        pytest.param(b"Lyman \xff,1", "byte 7 of the line, 0xff, is not UTF-8", id="not UTF-8"),
        pytest.param(b"Lyman\0,1", "byte 6 of the line is NUL", id="NUL"),
        pytest.param(
            b"Lyman,\r1", "character 7 of the line is a carriage return", id="a CR in the middle"
        ),
        pytest.param(b'"Lyman"x,1', "not a row: ',' expected after '\"'", id="text after a quote"),
    ],
)
def test_refuses_a_broken_row_and_keeps_the_others(row: bytes, reason: str) -> None:
    document = b"place,count\nIzium,1\n" + row + b"\nKupiansk,3\n"
    assert lines_kept(document) == [2, 4]
    assert refused(document) == [(3, reason)]


@pytest.mark.parametrize(
    ("length", "is_kept"), [(LINE_LIMIT_BYTES, True), (LINE_LIMIT_BYTES + 1, False)]
)
def test_a_line_may_be_as_long_as_the_limit(length: int, is_kept: bool) -> None:
    row = b"L" * (length - 2) + b",1"
    document = b"place,count\n" + row + b"\nIzium,2\n"
    assert lines_kept(document) == ([2, 3] if is_kept else [3])
    if not is_kept:
        assert refused(document) == [(2, "the line holds 1000001 bytes, more than 1000000")]


# ---------------------------------------------------------------- quotes
def test_counts_physical_lines_inside_quotes() -> None:
    document = b'place,count\n"Ly\nman",1\nIzium,2\n'
    assert lines_kept(document) == [2, 4]
    assert parse(document).rows[0].row["place"] == "Ly\nman"
    assert line_text(document, 4) == "Izium,2"


def test_a_quote_left_open_costs_one_row_not_the_rest_of_the_file() -> None:
    rows = [f"Village {number},1".encode() for number in range(200)]
    document = b"\n".join([b"place,count", b'"Lyman,1', *rows])
    assert refused(document) == [(2, "a quote opened here is not closed within 50 lines")]
    assert len(parse(document).rows) == len(rows)


def test_a_quote_left_open_near_the_end_says_how_far_it_was_followed() -> None:
    document = b'place,count\nIzium,1\n"Lyman,1\nKupiansk,3\n'
    assert refused(document) == [(3, "a quote opened here is not closed within 3 lines")]
    assert lines_kept(document) == [2, 4]


@pytest.mark.parametrize(
    ("lines", "is_kept"), [(RECORD_LIMIT_LINES, True), (RECORD_LIMIT_LINES + 1, False)]
)
def test_a_record_may_span_as_many_lines_as_the_limit(lines: int, is_kept: bool) -> None:
    document = b'place,count\n"Lyman' + b"\n" * (lines - 1) + b'",1\n'
    assert bool(parse(document).rows) is is_kept
    assert bool(parse(document).refused) is not is_kept


def test_a_quote_left_open_and_closed_by_a_later_row_does_not_swallow_the_rows_between() -> None:
    document = b'place,count\n"Lyman,1\nIzium,2\nKupiansk,"3"\nVovchansk,4\n'
    assert lines_kept(document) == [3, 4, 5]
    assert [line for line, _ in refused(document)] == [2]


def test_names_the_line_inside_a_quote_that_cannot_be_read() -> None:
    document = b'place,count\n"Ly\n\xff\nman",1\nIzium,2\n'
    assert refused(document)[:2] == [
        (2, "a quote opened here runs into line 3: byte 1 of the line, 0xff, is not UTF-8"),
        (3, "byte 1 of the line, 0xff, is not UTF-8"),
    ]
    assert lines_kept(document)[-1] == 5


def test_a_record_of_many_lines_may_not_be_larger_than_a_line() -> None:
    part = b"x" * 60_000 + b"\n" + b"x" * 60_000
    document = b'place,count\n"' + b'","'.join([part] * 9) + b'"\nIzium,2\n'
    assert refused(document)[0] == (2, "a quote opened here is open after 1000000 bytes")
    assert lines_kept(document)[-1] == 12


def test_a_quoted_field_has_the_limit_of_the_csv_module() -> None:
    document = b'place,count\n"' + b"x" * 131_073 + b'",1\nIzium,2\n'
    assert refused(document) == [(2, "not a row: field larger than field limit (131072)")]
    assert lines_kept(document) == [3]


# ---------------------------------------------------------------- foreign documents
@pytest.mark.parametrize(
    ("document", "got"),
    [
        pytest.param(b"", "got an empty document", id="empty"),
        pytest.param(b"\n \r\n", "got an empty document", id="blank"),
        pytest.param(gzip.compress(b""), "got an empty document", id="empty gzip"),
        pytest.param(
            b"<!doctype html>\n<title>503", "got <!doctype html>", id="HTML instead of a table"
        ),
        pytest.param(b'{"type": "FeatureCollection"}', 'got {"type": "Fe', id="JSON"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "got \ufffdPNG", id="an image"),
        pytest.param(b"place,number\n", r"got place,number (missing: count)", id="other columns"),
        pytest.param(b"place,count,count\n", "got twice: count", id="a column twice"),
        pytest.param(b"x" * 99, f"got {'x' * 60}...", id="a long line"),
    ],
)
def test_refuses_another_document_as_a_whole(document: bytes, got: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(document)
    assert str(caught.value).startswith(f"test: expected columns place, count, {got}")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(
            gzip.compress(b"place,count\n" * 99)[:-9], "it ends too early", id="half a gzip"
        ),
        pytest.param(b"\x1f\x8bnonsense", "Error -3", id="nonsense behind the mark"),
        pytest.param(
            gzip.compress(b"place,count\n") + b"more", "4 bytes stand behind it", id="a tail"
        ),
    ],
)
def test_refuses_a_broken_gzip(document: bytes, message: str) -> None:
    for read in (parse, text_of, lambda document: line_text(document, 1)):
        with pytest.raises(FeedError, match=f"the gzip is broken: .*{message}"):
            read(document)


def test_refuses_a_gzip_that_inflates_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"place,count\n" + b"Lyman,1\n" * 99
    monkeypatch.setattr(table, "INFLATED_LIMIT_BYTES", len(body))
    assert len(parse(gzip.compress(body)).rows) == 99
    monkeypatch.setattr(table, "INFLATED_LIMIT_BYTES", len(body) - 1)
    with pytest.raises(FeedError, match=f"the gzip holds more than {len(body) - 1} bytes"):
        parse(gzip.compress(body[:-8]) + gzip.compress(body[-8:]))


def test_names_the_columns_to_tell_layouts_apart() -> None:
    assert column_names("test", b"a, b\n1,2\n") == ("a", "b")
    assert column_names("test", gzip.compress(b'"a","b"\n')) == ("a", "b")
    assert column_names("test", b"\xff\xfe\n") == ()
    assert column_names("test", b'"a\n') == ()


# ---------------------------------------------------------------- the original line
def test_shows_the_original_line_as_it_stands() -> None:
    document = b"\xef\xbb\xbfplace,count\r\nLyman \xff,1\r\n"
    for kept in (document, gzip.compress(document)):
        assert line_text(kept, 1) == "place,count"
        assert line_text(kept, 2) == "Lyman �,1"
        assert text_of(kept).startswith("place,count\r\nLyman �")


def test_shows_lines_of_a_json_document_too() -> None:
    assert line_text(b'{"type":\n "Point"}', 2) == ' "Point"}'


@pytest.mark.parametrize("line", [0, 3, -1])
def test_shows_no_line_that_is_not_there(line: int) -> None:
    with pytest.raises(ValueError, match=rf"line {line} is outside 1\.\.2"):
        line_text(b"place,count\nLyman,1", line)


def test_shows_values_short_and_printable() -> None:
    assert shown("Ізюм") == "Ізюм"
    assert shown("a\x1b[31m\n") == r"a\x1b[31m\n"
    assert shown("x" * 61) == "x" * 60 + "..."


# ---------------------------------------------------------------- values
def test_reads_numbers() -> None:
    row = {"frp": " 51.69 ", "n": "3", "latitude": "-46.90822"}
    assert number(row, "frp", 0, 100) == 51.69
    assert whole(row, "n", 3, 3) == 3
    assert degrees_e7(row, "latitude", 90) == -469_082_200


@pytest.mark.parametrize(
    "text",
    ["NaN", "nan", "inf", "-Infinity", "1_000", "٣", "0x10", "1,5", "1e9999", "--1", ".", "1" * 41],
)
def test_refuses_what_is_no_number(text: str) -> None:
    said = f'latitude "{text}" is not a'
    with pytest.raises(ValueError, match=said):
        number({"latitude": text}, "latitude", -90, 90)
    with pytest.raises(ValueError, match=said):
        whole({"latitude": text}, "latitude", -90, 90)
    with pytest.raises(ValueError, match=said):
        degrees_e7({"latitude": text}, "latitude", 90)


@pytest.mark.parametrize("text", ["", "  "])
def test_refuses_an_empty_value(text: str) -> None:
    for read in (
        lambda: number({"frp": text}, "frp", 0, 1),
        lambda: whole({"frp": text}, "frp", 0, 1),
        lambda: moment_us(text, "frp"),
        lambda: day(text, "frp"),
    ):
        with pytest.raises(ValueError, match=r"^frp is empty$"):
            read()


@pytest.mark.parametrize(
    ("text", "is_inside"),
    [("90", True), ("90.0000000", True), ("90.00000001", False), ("-90", True), ("95", False)],
)
def test_bounds_are_inside(text: str, is_inside: bool) -> None:
    if is_inside:
        assert abs(degrees_e7({"latitude": text}, "latitude", 90)) == 900_000_000
    else:
        with pytest.raises(ValueError, match=rf"^latitude {text} is outside -90\.\.90$"):
            degrees_e7({"latitude": text}, "latitude", 90)


def test_whole_numbers_have_bounds() -> None:
    with pytest.raises(ValueError, match=r"^where_prec 8 is outside 1\.\.7$"):
        whole({"where_prec": "8"}, "where_prec", 1, 7)


@pytest.mark.parametrize(
    ("text", "e7"), [("0.00000005", 0), ("0.00000015", 2), ("-0.00000025", -2), ("1e-7", 1)]
)
def test_rounds_half_to_even_once_from_the_text(text: str, e7: int) -> None:
    assert degrees_e7({"x": text}, "x", 180) == e7


@given(st.decimals(-1, 1, places=25))
def test_rounds_as_exact_arithmetic_does(value: Decimal) -> None:
    exact = Decimal(f"{value:f}") * 1000
    expected = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    assert scaled({"x": f"{value:f}"}, "x", 1000, -1, 1) == expected


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-03-15T16:10:34Z", datetime(2022, 3, 15, 16, 10, 34, tzinfo=UTC)),
        ("2022-03-15 16:10:34+00:00", datetime(2022, 3, 15, 16, 10, 34, tzinfo=UTC)),
        ("2022-03-15T18:10+02:00", datetime(2022, 3, 15, 16, 10, tzinfo=UTC)),
        (" 2026-04-12T00:00:00.5Z ", datetime(2026, 4, 12, 0, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_reads_an_instant(text: str, moment: datetime) -> None:
    assert moment_us(text, "started_at") == us_of(moment)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2022-03-15T16:10:34", "started_at 2022-03-15T16:10:34 has no time zone"),
        ("2099-01-01T00:00:00Z", r"started_at 2099-01-01T00:00:00Z is outside the years 1990\.\."),
        ("1989-12-31T23:59:59Z", "outside the years"),
        ("2090-01-01T00:00:00Z", r"outside the years 1990\.\.2089"),
        ("2022-02-30T00:00:00Z", 'started_at "2022-02-30T00:00:00Z" is not a time: day'),
        ("2022-03-15T24:00:00Z", "is not a time"),
        ("2022-W11-2", 'started_at "2022-W11-2" is not a time'),
        ("yesterday", 'started_at "yesterday" is not a time'),
    ],
)
def test_refuses_what_is_no_instant(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        moment_us(text, "started_at")


def test_reads_a_day() -> None:
    assert day(" 2026-04-11", "date") == date(2026, 4, 11)
    assert day("1990-01-01", "date") == date(1990, 1, 1)
    assert day("2089-12-31", "date") == date(2089, 12, 31)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2099-04-11", r"^date 2099-04-11 is outside the years 1990\.\.2089$"),
        ("1989-12-31", "outside the years"),
        ("2026-02-29", '^date "2026-02-29" is not a day: day'),
        ("11.04.2026", '^date "11.04.2026" is not a day$'),
        ("20260411", "is not a day"),
        ("2026-04-11T00:00:00Z", "is not a day"),
    ],
)
def test_refuses_what_is_no_day(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        day(text, "date")


@given(st.text(max_size=30))
def test_values_are_read_or_refused_never_anything_else(text: str) -> None:
    row = {"x": text}
    ways: tuple[Callable[[], float], ...] = (
        lambda: number(row, "x", -90, 90),
        lambda: float(whole(row, "x", -90, 90)),
        lambda: float(degrees_e7(row, "x", 90)),
        lambda: float(moment_us(text, "x")),
        lambda: float(day(text, "x").toordinal()),
    )
    for read in ways:
        try:
            found = read()
        except ValueError as error:
            said = str(error)
        else:
            said, found = "x ", abs(found)
            assert found < sys.maxsize
        assert said.startswith("x ")


# ---------------------------------------------------------------- bounds and local days
@pytest.mark.parametrize("bounds", [UKRAINE, UKRAINE_AND_RUSSIA])
@given(longitude=st.floats(22.1, 40.3), latitude=st.floats(44.3, 52.4))
def test_no_position_of_ukraine_passes_with_its_values_swapped(
    bounds: Bounds, longitude: float, latitude: float
) -> None:
    row = {"longitude": f"{longitude:.7f}", "latitude": f"{latitude:.7f}"}
    inside_e7 = bounds.position_e7(row, "longitude", "latitude")
    assert inside_e7 == (degrees_e7(row, "longitude", 180), degrees_e7(row, "latitude", 90))
    with pytest.raises(ValueError, match="is outside"):
        bounds.position_e7(row, "latitude", "longitude")


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ("21", "43", ""),
        ("42.0", "53.0000000", ""),
        ("20.9999999", "48", "x 20.9999999 is outside 21..42 degrees (Ukraine)"),
        ("42.0000001", "48", "x 42.0000001 is outside 21..42 degrees (Ukraine)"),
        ("30", "42.9999999", "y 42.9999999 is outside 43..53 degrees (Ukraine)"),
        ("30", "53.0000001", "y 53.0000001 is outside 43..53 degrees (Ukraine)"),
    ],
)
def test_a_position_on_the_edge_is_inside(x: str, y: str, reason: str) -> None:
    row = {"x": x, "y": y}
    if reason:
        with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
            UKRAINE.position_e7(row, "x", "y")
    else:
        assert UKRAINE.position_e7(row, "x", "y") == (
            degrees_e7(row, "x", 180),
            degrees_e7(row, "y", 90),
        )


@pytest.mark.parametrize("hours_ahead", [2, 3])
def test_local_days_hold_every_instant_of_the_day_in_kyiv_and_moscow(hours_ahead: int) -> None:
    begins_us, ends_us = local_days_us(date(2026, 4, 11), date(2026, 4, 12))
    ahead_us = hours_ahead * 3_600_000_000
    assert begins_us <= us_of(datetime(2026, 4, 11, tzinfo=UTC)) - ahead_us
    assert us_of(datetime(2026, 4, 13, tzinfo=UTC)) - ahead_us - 1 <= ends_us


def test_refused_rows_are_records() -> None:
    assert parse(b"place,count\nLyman,bad\n").refused == (Refused(line=2, reason="count bad"),)
