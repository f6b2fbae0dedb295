"""Read comma-separated documents row by row: a bad row is refused with its line, the rest is kept.

The layout is RFC 4180 with one header line; lines end with LF or CRLF; UTF-8, a byte order mark is
passed over; gzip is opened first. A line number is always that of the physical line, counted from
1 in the document as opened, at which the row starts.
"""

from __future__ import annotations

import csv
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from truceline.feeds.interface import FeedError, Parsed, Row_co
from truceline.records.source import Refused
from truceline.records.units import DAY_US, E7, HOUR_US, day_start_us, us_of

INFLATED_LIMIT_BYTES = 512 * 1024 * 1024
LINE_LIMIT_BYTES = 1_000_000
# A quoted headline may span lines; a quote left open may not swallow the rest of the document.
RECORD_LIMIT_LINES = 50
SHOWN_CHARACTERS = 60
NUMBER_LIMIT_CHARACTERS = 40
YEARS = range(1990, 2090)

GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
# Digits enough for every number that `NUMBER_LIMIT_CHARACTERS` admits: products are exact.
EXACT = Context(prec=4 * NUMBER_LIMIT_CHARACTERS, rounding=ROUND_HALF_EVEN)

ReadRow = Callable[[dict[str, str], int, str], Row_co | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The rectangle in which a feed's positions lie, in whole degrees, edges included.

    It is chosen so that a latitude and a longitude that have changed places fall outside.
    """

    name: str
    west: int
    south: int
    east: int
    north: int

    def position_e7(self, row: dict[str, str], longitude: str, latitude: str) -> tuple[int, int]:
        """Read a position from two columns: longitude and latitude in degrees of 1e-7.

        Raises:
            ValueError: One of them is no number, or lies outside.
        """
        longitude_e7 = degrees_e7(row, longitude, 180)
        latitude_e7 = degrees_e7(row, latitude, 90)
        for column, value_e7, low, high in (
            (longitude, longitude_e7, self.west, self.east),
            (latitude, latitude_e7, self.south, self.north),
        ):
            if not low * E7 <= value_e7 <= high * E7:
                raise ValueError(
                    f"{column} {shown(row[column])} is outside {low}..{high} degrees ({self.name})"
                )
        return longitude_e7, latitude_e7


# Crimea's south tip, the four extreme borders, rounded outward; no latitude is a longitude of it.
UKRAINE = Bounds(name="Ukraine", west=21, south=43, east=42, north=53)
# Reports of the same war from Russia as far as the Urals. East of 43 degrees a swap goes unseen.
UKRAINE_AND_RUSSIA = Bounds(name="Ukraine and western Russia", west=21, south=43, east=66, north=65)


def parse_table(
    feed: str, document: bytes, required: tuple[str, ...], read_row: ReadRow[Row_co]
) -> Parsed[Row_co]:
    """Read every row of a table with a header that names at least the required columns.

    Args:
        feed: Name of the feed, for messages.
        document: The bytes as received; what is hashed is these, not what gzip gives.
        required: Columns that must be there, in any order; further ones are passed on.
        read_row: Takes a row by column, its line, and the document's SHA-256. What it returns is
            kept; None says that the row rightly gives nothing; a ValueError refuses the row.

    Raises:
        FeedError: The document is empty, a broken or an endless gzip, or has another header.
    """
    lines = _inflate(feed, document).removeprefix(BYTE_ORDER_MARK).split(b"\n")
    columns = _header(feed, lines, required)
    sha256 = hashlib.sha256(document).hexdigest()
    rows: list[Row_co] = []
    refused: list[Refused] = []
    index = 1
    while index < len(lines):
        line, taken = index + 1, 1
        try:
            fields, taken = _record(lines, index, len(columns))
            named = dict(zip(columns, fields, strict=bool(fields)))
            row = read_row(named, line, sha256) if named else None
        except ValueError as error:
            refused.append(Refused(line=line, reason=str(error)))
        else:
            if row is not None:
                rows.append(row)
        index += taken
    return Parsed(tuple(rows), tuple(refused))


def column_names(feed: str, document: bytes) -> tuple[str, ...]:
    """Name the columns of a table's header, to tell layouts apart; nothing if it has none.

    Raises:
        FeedError: It is a broken gzip, or one that inflates beyond the limit.
    """
    first = _inflate(feed, document).removeprefix(BYTE_ORDER_MARK).partition(b"\n")[0]
    try:
        return tuple(_columns(first))
    except ValueError:
        return ()


def text_of(document: bytes) -> str:
    """Give a document as text: gzip opened, what is not UTF-8 shown as U+FFFD.

    Raises:
        FeedError: It is a broken gzip, or one that inflates beyond the limit.
    """
    return _inflate("document", document).removeprefix(BYTE_ORDER_MARK).decode(errors="replace")


def line_text(document: bytes, line: int) -> str:
    """Give one physical line as it stands, of a table or of any other text, without its end.

    Raises:
        FeedError: It is a broken gzip, or one that inflates beyond the limit.
        ValueError: The document has no such line.
    """
    lines = _inflate("document", document).removeprefix(BYTE_ORDER_MARK).split(b"\n")
    if not 1 <= line <= len(lines):
        raise ValueError(f"line {line} is outside 1..{len(lines)}")
    return lines[line - 1].removesuffix(b"\r").decode(errors="replace")


def shown(text: str) -> str:
    """Shorten a value for a message, control characters written out."""
    head = text[:SHOWN_CHARACTERS].encode("unicode_escape").decode("ascii")
    printable = text[:SHOWN_CHARACTERS] if text[:SHOWN_CHARACTERS].isprintable() else head
    return printable + ("..." if len(text) > SHOWN_CHARACTERS else "")


def number(row: dict[str, str], column: str, low: float, high: float) -> float:
    """Read a number within low..high, both included.

    Raises:
        ValueError: It is empty, no number (NaN is none), or outside.
    """
    return float(_decimal(row, column, low, high))


def scaled(row: dict[str, str], column: str, scale: int, low: float, high: float) -> int:
    """Read a number within low..high, times `scale`, rounded once, half to even, from its text.

    Raises:
        ValueError: It is empty, no number (NaN is none), or outside.

    >>> scaled({"cover": "0.8725"}, "cover", 1000, 0, 1)
    872
    """
    exact = EXACT.multiply(_decimal(row, column, low, high), Decimal(scale))
    return int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))


def degrees_e7(row: dict[str, str], column: str, limit: int) -> int:
    """Read degrees within -limit..limit as degrees of 1e-7.

    Raises:
        ValueError: It is empty, no number (NaN is none), or outside.

    >>> degrees_e7({"latitude": "46.90822"}, "latitude", 90)
    469082200
    """
    return scaled(row, column, E7, -limit, limit)


def whole(row: dict[str, str], column: str, low: int, high: int) -> int:
    """Read a whole number within low..high, both included.

    Raises:
        ValueError: It is empty, no whole number, or outside.
    """
    text = row[column].strip()
    if not text:
        raise ValueError(f"{column} is empty")
    if len(text) > NUMBER_LIMIT_CHARACTERS or not WHOLE.fullmatch(text):
        raise ValueError(f'{column} "{shown(text)}" is not a whole number')
    if not low <= int(text) <= high:
        raise ValueError(f"{column} {text} is outside {low}..{high}")
    return int(text)


def moment_us(text: str, column: str) -> int:
    """Read an instant like 2022-03-15T16:10:34Z as microseconds since 1970 UTC.

    Raises:
        ValueError: It is empty, no such instant, has no time zone, or a year beyond 1990..2089.
    """
    text = text.strip()
    if not text:
        raise ValueError(f"{column} is empty")
    if not MOMENT.fullmatch(text):
        raise ValueError(f'{column} "{shown(text)}" is not a time')
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'{column} "{text}" is not a time: {error}') from error
    if moment.tzinfo is None:
        raise ValueError(f"{column} {text} has no time zone")
    _insist_on_year(moment.year, text, column)
    return us_of(moment)


def day(text: str, column: str) -> date:
    """Read a day like 2026-04-11.

    Raises:
        ValueError: It is empty, no such day, or a year beyond 1990..2089.
    """
    text = text.strip()
    if not text:
        raise ValueError(f"{column} is empty")
    if not DAY.fullmatch(text):
        raise ValueError(f'{column} "{shown(text)}" is not a day')
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'{column} "{text}" is not a day: {error}') from error
    _insist_on_year(found.year, text, column)
    return found


def local_days_us(first: date, last: date) -> tuple[int, int]:
    """Give the instants that local days may hold: the first and the last microsecond.

    Sources that print a bare date mean a day of Kyiv (UTC+2, in summer UTC+3) or of Moscow (UTC+3),
    and do not say which. So a day begins at 21:00 UTC of the day before, where it begins earliest,
    and ends at 22:00 UTC, where it ends latest: 25 hours. This fixed choice holds every reading,
    and needs no time zone database, whose edition would change what is signed.

    >>> begins_us, ends_us = local_days_us(date(1970, 1, 2), date(1970, 1, 2))
    >>> begins_us // HOUR_US, (ends_us + 1) // HOUR_US
    (21, 46)
    """
    return day_start_us(first) - 3 * HOUR_US, day_start_us(last) + DAY_US - 2 * HOUR_US - 1


def _insist_on_year(year: int, text: str, column: str) -> None:
    if year not in YEARS:
        raise ValueError(f"{column} {text} is outside the years {YEARS[0]}..{YEARS[-1]}")


def _decimal(row: dict[str, str], column: str, low: float, high: float) -> Decimal:
    text = row[column].strip()
    if not text:
        raise ValueError(f"{column} is empty")
    if len(text) > NUMBER_LIMIT_CHARACTERS or not NUMBER.fullmatch(text):
        raise ValueError(f'{column} "{shown(text)}" is not a number')
    value = Decimal(text)
    if not low <= value <= high:
        raise ValueError(f"{column} {text} is outside {low}..{high}")
    return value


def _inflate(feed: str, document: bytes) -> bytes:
    """Open a gzip of any number of members; give everything else as it is."""
    parts: list[bytes] = []
    size, rest = 0, document
    while rest.startswith(GZIP_MAGIC):
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(rest, INFLATED_LIMIT_BYTES - size + 1))
        except zlib.error as error:
            raise FeedError(f"{feed}: the gzip is broken: {error}") from error
        size += len(parts[-1])
        if size > INFLATED_LIMIT_BYTES:
            raise FeedError(f"{feed}: the gzip holds more than {INFLATED_LIMIT_BYTES} bytes")
        if not member.eof:
            raise FeedError(f"{feed}: the gzip is broken: it ends too early")
        rest = member.unused_data
    if parts and rest.strip(b"\0"):
        raise FeedError(f"{feed}: the gzip is broken: {len(rest)} bytes stand behind it")
    return b"".join(parts) if parts else document


def _header(feed: str, lines: list[bytes], required: tuple[str, ...]) -> list[str]:
    expected = f"{feed}: expected columns {', '.join(required)}"
    if not any(line.strip() for line in lines):
        raise FeedError(f"{expected}, got an empty document")
    excerpt = shown(lines[0].removesuffix(b"\r").decode(errors="replace"))
    try:
        columns = _columns(lines[0])
    except ValueError:
        raise FeedError(f"{expected}, got {excerpt}") from None
    missing = [column for column in required if column not in columns]
    if missing:
        named = f" (missing: {', '.join(missing)})" if len(missing) < len(required) else ""
        raise FeedError(f"{expected}, got {excerpt}{named}")
    twice = [column for column in required if columns.count(column) > 1]
    if twice:
        raise FeedError(f"{expected}, got twice: {', '.join(twice)}")
    return columns


def _columns(first: bytes) -> list[str]:
    try:
        (columns,) = csv.reader([first.removesuffix(b"\r").decode()], strict=True)
    except csv.Error as error:
        raise ValueError(str(error)) from error
    return [column.strip() for column in columns]


def _record(lines: list[bytes], index: int, width: int) -> tuple[list[str], int]:
    """Read the record that starts at an index: its fields, and how many lines it takes.

    A blank line gives no fields. A record over several lines that turns out to be wrong is refused
    at its first line only, and reading goes on at the next one, so that a quote left open costs
    one row.
    """
    text = _line(lines[index])
    if not text:
        return [], 1
    fields, taken = _quoted(lines, index) if '"' in text else (text.split(","), 1)
    if len(fields) != width:
        raise ValueError(f"expected {width} fields, got {len(fields)}")
    return fields, taken


def _quoted(lines: list[bytes], index: int) -> tuple[list[str], int]:
    """Read a record with quotes: a further line is taken only while a quote is open."""
    taken = 0

    def physical_lines() -> Iterator[str]:
        nonlocal taken
        size = 0
        for raw in lines[index : index + RECORD_LIMIT_LINES]:
            try:
                text = _line(raw)
            except ValueError as error:
                raise ValueError(
                    f"a quote opened here runs into line {index + taken + 1}: {error}"
                ) from error
            size += len(raw)
            if size > LINE_LIMIT_BYTES and taken:
                raise ValueError(f"a quote opened here is open after {LINE_LIMIT_BYTES} bytes")
            taken += 1
            yield f"{text}\n"
        raise ValueError(f"a quote opened here is not closed within {taken} lines")

    try:
        fields = next(csv.reader(physical_lines(), strict=True))
    except csv.Error as error:
        raise ValueError(f"not a row: {error}") from error
    return fields, taken


def _line(raw: bytes) -> str:
    if len(raw) > LINE_LIMIT_BYTES:
        raise ValueError(f"the line holds {len(raw)} bytes, more than {LINE_LIMIT_BYTES}")
    if b"\0" in raw:
        raise ValueError(f"byte {raw.index(0) + 1} of the line is NUL")
    try:
        text = raw.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"byte {error.start + 1} of the line, 0x{raw[error.start]:02x}, is not UTF-8"
        ) from None
    if "\r" in text:
        raise ValueError(f"character {text.index(chr(13)) + 1} of the line is a carriage return")
    return text
