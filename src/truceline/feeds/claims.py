"""What the parties said about a truce, collected from the press by hand, one number a row.

Layout: truce_id, claimant, accused, as_of, period_start_utc, period_end_utc, metric, value,
qualifier, outlet, headline_or_note, pub_date, url, source_quality. Nobody publishes it; it is kept
beside the truces' own terms, and each row names its outlet and address.

A claim is not a finding. Where the press printed a bare date for a period, the period is taken as
wide as the date allows: from the first instant of that UTC day, to its last. `as_of` is kept in the
source's words, often without a time zone. A value with the qualifier "text" has no count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import DAY, day, moment_us, parse_table, whole
from truceline.records.claim import Claim
from truceline.records.units import DAY_US, day_start_us, iso

COLUMNS = (
    "truce_id",
    "claimant",
    "accused",
    "as_of",
    "period_start_utc",
    "period_end_utc",
    "metric",
    "value",
    "qualifier",
    "outlet",
    "headline_or_note",
    "url",
    "source_quality",
)
COUNT_LIMIT = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsCsv:
    """Claims of the parties about a truce."""

    name: str = "claims-press"
    version: int = 1
    patterns: tuple[str, ...] = ("claims/claims.csv",)
    sources: tuple[str, ...] = ("claims-press",)
    gives: str = "claims"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: the name tells no period."""
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - nothing is open
        """Give nothing: nobody publishes claims as a table."""
        return ()

    def fetch(self, name: str) -> Fetched:
        """Refuse.

        Raises:
            FeedError: Always: claims are collected by hand.
        """
        raise FeedError(f"{self.name}: {name} is not fetched: claims are collected by hand")

    def parse(self, document: bytes) -> Parsed[Claim]:
        """Give one claim per row.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, COLUMNS, _claim)


def _claim(row: dict[str, str], line: int, sha256: str) -> Claim:
    for column in ("truce_id", "claimant", "metric"):
        if not row[column].strip():
            raise ValueError(f"{column} is empty")
    began_us, ended_us = _period_us(row)
    return Claim(
        truce=row["truce_id"],
        claimant=row["claimant"],
        accused=row["accused"],
        as_of=row["as_of"],
        began_us=began_us,
        ended_us=ended_us,
        metric=row["metric"],
        count=None if row["qualifier"] == "text" else whole(row, "value", 0, COUNT_LIMIT),
        value=row["value"],
        qualifier=row["qualifier"],
        outlet=row["outlet"],
        note=row["headline_or_note"],
        url=row["url"],
        quality=row["source_quality"],
        document_sha256=sha256,
        line=line,
    )


def _period_us(row: dict[str, str]) -> tuple[int | None, int | None]:
    began_us = _instant_us(row, "period_start_utc", 0)
    ended_us = _instant_us(row, "period_end_utc", DAY_US - 1)
    if began_us is not None and ended_us is not None and ended_us < began_us:
        raise ValueError(
            f"period_end_utc {iso(ended_us)} is before period_start_utc {iso(began_us)}"
        )
    return began_us, ended_us


def _instant_us(row: dict[str, str], column: str, into_day_us: int) -> int | None:
    text = row[column].strip()
    if not text:
        return None
    if DAY.fullmatch(text):
        return day_start_us(day(text, column)) + into_day_us
    return moment_us(text, column)
