"""Read a heap of documents: which feed claims each, what it holds, and what of it was refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from truceline.feeds.interface import Feed, FeedError, Parsed, Row
from truceline.feeds.rows import day_spoken_of
from truceline.records.coverage import Look
from truceline.records.source import Document, Refused
from truceline.records.units import day_of

Kind = TypeVar("Kind")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One document of a folder.

    Attributes:
        name: Path inside the folder, with forward slashes.
        content: Its bytes, as received.
        received_us: When it was fetched; None if not known.
        disputed: Why its rows must count for nothing; "" if they count.
    """

    name: str
    content: bytes
    received_us: int | None = None
    disputed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One document, read: its line in the register, its rows, the looks that its name states."""

    document: Document
    parser_version: int
    rows: tuple[Row, ...]
    looks: tuple[Look, ...]


def feed_of(name: str, feeds: Iterable[Feed[Row]]) -> Feed[Row] | None:
    """Find the feed that reads documents at this path."""
    for feed in feeds:
        if any(fnmatchcase(name, pattern) for pattern in feed.patterns):
            return feed
    return None


def gather(
    originals: Sequence[Original],
    feeds: Sequence[Feed[Row]],
    *,
    threads: int,
    progress: Progress,
) -> tuple[Read, ...]:
    """Read every document that a feed claims.

    A foreign or disputed document is refused whole and stays in the register with the reason. A
    document with the same bytes as an earlier one (by name) is read once, and named.

    Args:
        originals: Any order.
        feeds: The table of feeds.
        threads: Documents are read by this many threads at a time; the result is the same.
        progress: Told what is done, how much, and of how many.

    Returns:
        One entry a claimed document, sorted by name.
    """
    first: dict[str, str] = {}
    claimed: list[tuple[Original, Feed[Row], str, str]] = []
    for original in sorted(originals, key=lambda original: original.name):
        feed = feed_of(original.name, feeds)
        if feed is None:
            continue
        sha256 = hashlib.sha256(original.content).hexdigest()
        same_as = first.setdefault(sha256, original.name)
        claimed.append((original, feed, sha256, "" if same_as == original.name else same_as))
    reads: list[Read] = []
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for read in pool.map(lambda one: _read(*one), claimed):
            reads.append(read)
            progress("reading documents", len(reads), len(claimed))
    return tuple(reads)


def _parsed(original: Original, feed: Feed[Row]) -> Parsed[Row]:
    if original.disputed:
        raise FeedError(f"disputed: {original.disputed}")
    return feed.parse(original.content)


def _read(original: Original, feed: Feed[Row], sha256: str, same_as: str) -> Read:
    rows: tuple[Row, ...] = ()
    refused: tuple[Refused, ...] = ()
    looks: tuple[Look, ...] = ()
    foreign = ""
    try:
        parsed = _parsed(original, feed)
        looks = _believed(_looks(original, feed, sha256), parsed, is_copy=bool(same_as))
        rows, refused = ((), ()) if same_as else (parsed.rows, parsed.refused)
    except FeedError as error:
        foreign = str(error)
    return Read(
        document=Document(
            name=original.name,
            feed=feed.name,
            sha256=sha256,
            size=len(original.content),
            received_us=original.received_us,
            rows=len(rows),
            refused=refused,
            foreign=foreign,
            same_as=same_as,
        ),
        parser_version=feed.version,
        rows=rows,
        looks=looks,
    )


def _believed(looks: tuple[Look, ...], parsed: Parsed[Row], *, is_copy: bool) -> tuple[Look, ...]:
    """Give the looks that a name states, if what the document holds does not speak against them.

    A document without a row is a look that saw nothing; two such days hold the same bytes. But one
    whose rows were all refused, or speak of another day than its name, or stood in another document
    already, shows no look: which day it speaks of is then not known.
    """
    if not parsed.rows:
        return () if parsed.refused else looks
    days = {day for row in parsed.rows if (day := day_spoken_of(row)) is not None}
    named = {day_of(look.began_us) for look in looks}
    return () if is_copy or not days <= named else looks


def _looks(original: Original, feed: Feed[Row], sha256: str) -> tuple[Look, ...]:
    """Tell from a document's name which periods were looked at, rows or not."""
    received_us = original.received_us
    return tuple(
        Look(
            source=source,
            began_us=began_us,
            # A document that came while its period ran speaks for what had passed of it.
            ended_us=ended_us if received_us is None else min(ended_us, received_us),
            document_sha256=sha256,
        )
        for source, began_us, ended_us in feed.covers(original.name)
        if received_us is None or began_us < received_us
    )


def rows_of(reads: Iterable[Read], kind: type[Kind]) -> tuple[Kind, ...]:
    """Give all rows of one record type, in the order of the documents' names and lines."""
    return tuple(row for read in reads for row in read.rows if isinstance(row, kind))
