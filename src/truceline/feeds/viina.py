"""VIINA 2.0: events that a program read from news reports, one a place, day and type.

Layout: a derivative of the provider's "one per day" file
(https://github.com/zhukovyuri/VIINA, codebook in its README, event types `t_*`), with the columns
date, longitude, latitude, location_ascii, type_code, type_first_match, n_reports, urls. There is
no time of day and no actor. Licence: ODbL.

What it can bear. The date is the day of the news report, in the time of the newsroom (Kyiv or
Moscow, see `table.local_days_us`). The position is the geocoded place name of the report, never
the place of impact itself. Six rows in ten are `other`, which says nothing of a violation.

The chances below are placeholders: elicited, not fitted. They follow one thought: how often a
report that this classifier puts into the class is about such an effect at that place (the
provider gives areas under the curve of 0.90 to 0.98 against hand-coded texts, for the text and not
for the truth of what it says). `armor` is movement, not fire. `airalert`, `civcas`, `milcas` and
`other` name no effect, so their signature stays undetermined.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import (
    UKRAINE_AND_RUSSIA,
    day,
    local_days_us,
    parse_table,
    shown,
    whole,
)
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.units import PPM

COLUMNS = ("date", "longitude", "latitude", "type_code", "type_first_match", "n_reports")
# A report names a town or a village; most of them lie within this distance of their centre point.
SETTLEMENT_RADIUS_95_M = 5_000
REPORTS_LIMIT = 1_000_000
WHY_NOT_FETCHED = (
    "the provider publishes zip archives with one probability a type and another layout"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """What a class of the source stands for.

    Attributes:
        words: The class's name in `type_first_match`.
        signature: What such a report says it looked like.
        signature_ppm: How often it does.
        chance_real_ppm: How often there was something behind it.
    """

    words: str
    signature: Signature
    signature_ppm: int
    chance_real_ppm: int


# fmt: off
TYPES = {
    "A": EventType(words="artillery", signature=Signature.EXPLOSION, signature_ppm=900_000, chance_real_ppm=850_000),  # noqa: E501 - a table
    "S": EventType(words="airstrike", signature=Signature.EXPLOSION, signature_ppm=900_000, chance_real_ppm=850_000),  # noqa: E501 - a table
    "D": EventType(words="uav", signature=Signature.EXPLOSION, signature_ppm=700_000, chance_real_ppm=850_000),  # noqa: E501 - a table
    "F": EventType(words="firefight", signature=Signature.SHOT, signature_ppm=800_000, chance_real_ppm=800_000),  # noqa: E501 - a table
    "V": EventType(words="armor", signature=Signature.MOVEMENT, signature_ppm=600_000, chance_real_ppm=800_000),  # noqa: E501 - a table
    "C": EventType(words="civcas", signature=Signature.UNDETERMINED, signature_ppm=PPM, chance_real_ppm=800_000),  # noqa: E501 - a table
    "M": EventType(words="milcas", signature=Signature.UNDETERMINED, signature_ppm=PPM, chance_real_ppm=800_000),  # noqa: E501 - a table
    "L": EventType(words="airalert", signature=Signature.UNDETERMINED, signature_ppm=PPM, chance_real_ppm=200_000),  # noqa: E501 - a table
    "O": EventType(words="other", signature=Signature.UNDETERMINED, signature_ppm=PPM, chance_real_ppm=200_000),  # noqa: E501 - a table
}
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Viina:
    """News reports of VIINA 2.0, one a place, day and type."""

    name: str = "viina"
    version: int = 1
    patterns: tuple[str, ...] = ("labels/viina*.csv.gz", "labels/viina*.csv")
    sources: tuple[str, ...] = ("viina",)
    gives: str = "observations"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - see below
        """Give nothing: the name holds a year, and the file has a gap of days inside it."""
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - nothing is open
        """Give nothing: what the provider publishes is not the document that is read here."""
        return ()

    def fetch(self, name: str) -> Fetched:
        """Refuse.

        Raises:
            FeedError: Always: the provider publishes another document.
        """
        raise FeedError(f"{self.name}: {name} is not fetched: {WHY_NOT_FETCHED}")

    def parse(self, document: bytes) -> Parsed[Observation]:
        """Give one observation per row.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, COLUMNS, _observation)


def _observation(row: dict[str, str], line: int, sha256: str) -> Observation:
    kind = _event_type(row)
    said_on = day(row["date"], "date")
    began_us, ended_us = local_days_us(said_on, said_on)
    longitude_e7, latitude_e7 = UKRAINE_AND_RUSSIA.position_e7(row, "longitude", "latitude")
    return Observation(
        source="viina",
        means=Means.OPEN_SOURCE,
        place=Place(
            longitude_e7=longitude_e7,
            latitude_e7=latitude_e7,
            radius_95_m=SETTLEMENT_RADIUS_95_M,
        ),
        began_us=began_us,
        ended_us=ended_us,
        signatures=((kind.signature, kind.signature_ppm),),
        chance_real_ppm=kind.chance_real_ppm,
        words=kind.words,
        measures=(("n_reports", whole(row, "n_reports", 1, REPORTS_LIMIT)),),
        document_sha256=sha256,
        line=line,
    )


def _event_type(row: dict[str, str]) -> EventType:
    code, words = row["type_code"].strip(), row["type_first_match"].strip()
    kind = TYPES.get(code)
    if kind is None:
        raise ValueError(f'type_code "{shown(code)}" is none of {", ".join(sorted(TYPES))}')
    if words != kind.words:
        raise ValueError(f'type_first_match "{shown(words)}" is not {kind.words}, as {code} says')
    return kind
