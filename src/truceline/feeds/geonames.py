"""Populated places of Ukraine with their population, to say in words where something was.

Layout: an extract of the GeoNames dump (https://download.geonames.org/export/dump/, readme.txt,
feature class P): name, longitude, latitude, population, capital. Licence: CC BY 4.0.

Names are GeoNames' own in plain letters, and populations are of 2001 to 2022: neither is official.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import UKRAINE, parse_table, whole
from truceline.records.context import PopulatedPlace

COLUMNS = ("name", "longitude", "latitude", "population")
POPULATION_LIMIT = 100_000_000
WHY_NOT_FETCHED = "the provider publishes a zip archive of tab-separated columns without a header"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeonamesPlaces:
    """Towns and villages."""

    name: str = "geonames"
    version: int = 1
    patterns: tuple[str, ...] = ("admin/geonames*.csv",)
    sources: tuple[str, ...] = ("geonames",)
    gives: str = "places"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: a list of places speaks of no period."""
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

    def parse(self, document: bytes) -> Parsed[PopulatedPlace]:
        """Give one place per row.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, COLUMNS, _place)


def _place(row: dict[str, str], line: int, sha256: str) -> PopulatedPlace:  # noqa: ARG001 - no id
    name = row["name"].strip()
    if not name:
        raise ValueError("name is empty")
    longitude_e7, latitude_e7 = UKRAINE.position_e7(row, "longitude", "latitude")
    return PopulatedPlace(
        name=name,
        longitude_e7=longitude_e7,
        latitude_e7=latitude_e7,
        population=whole(row, "population", 0, POPULATION_LIMIT),
    )
