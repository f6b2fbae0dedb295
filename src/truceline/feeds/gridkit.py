"""Substations and power stations read off the ENTSO-E grid map: schematic, and far off.

Layout: `buses.csv` and `generators.csv` of https://github.com/PyPSA/pypsa-eur, data/entsoegridkit
(made by GridKit from https://www.entsoe.eu/data/map/), with country and name added: bus_id,
voltage, symbol, under_construction, x, y, ... and generator_id, technology, geometry, name, ...,
where geometry is "POINT(longitude latitude)". Licence: CC BY 4.0.

Positions are those of symbols on a printed map. The 26 power stations that also stand in the WRI
database lie 2 to 38 km from where that places them, half of them more than 11 km, 25 within 30 km:
hence the radius. A strike is seldom shown to be on such a site, and that is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import UKRAINE, parse_table, shown
from truceline.records.agreement import Site
from truceline.records.observation import Place, row_id

RADIUS_95_M = 30_000
NUCLEAR = "Nuclear"
BUS_COLUMNS = ("bus_id", "voltage", "symbol", "under_construction", "x", "y")
GENERATOR_COLUMNS = ("generator_id", "technology", "geometry", "name")
POINT = re.compile(r"POINT ?\((?P<longitude>[^ ()]{1,40}) (?P<latitude>[^ ()]{1,40})\)")
WHY_NOT_FETCHED = "the provider's files have other quotes and lack country and name"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridkitBuses:
    """Substations, by voltage."""

    name: str = "gridkit-buses"
    version: int = 1
    patterns: tuple[str, ...] = ("protected_objects/entsoe_gridkit_buses*.csv",)
    sources: tuple[str, ...] = ("gridkit",)
    gives: str = "sites"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: a list of sites speaks of no period."""
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

    def parse(self, document: bytes) -> Parsed[Site]:
        """Give one site per bus.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, BUS_COLUMNS, _bus)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridkitGenerators:
    """Power stations on the grid map."""

    name: str = "gridkit-generators"
    version: int = 1
    patterns: tuple[str, ...] = ("protected_objects/entsoe_gridkit_generators*.csv",)
    sources: tuple[str, ...] = ("gridkit",)
    gives: str = "sites"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: a list of sites speaks of no period."""
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

    def parse(self, document: bytes) -> Parsed[Site]:
        """Give one site per generator.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, GENERATOR_COLUMNS, _generator)


def _bus(row: dict[str, str], line: int, sha256: str) -> Site:
    symbol, bus = row["symbol"].strip(), row["bus_id"].strip()
    building = ", under construction" if row["under_construction"].strip() == "t" else ""
    written = row.get("name", "").strip()
    return _site(
        written or f"{symbol} {row['voltage'].strip()} kV (bus {bus})",
        symbol,
        building,
        UKRAINE.position_e7(row, "x", "y"),
        row_id("s", sha256, line),
    )


def _generator(row: dict[str, str], line: int, sha256: str) -> Site:
    technology, generator = row["technology"].strip(), row["generator_id"].strip()
    point = POINT.fullmatch(row["geometry"].strip())
    if point is None:
        raise ValueError(f'geometry "{shown(row["geometry"])}" is not POINT(longitude latitude)')
    return _site(
        row["name"].strip() or f"{technology} (generator {generator})",
        technology,
        "",
        UKRAINE.position_e7(point.groupdict(), "longitude", "latitude"),
        row_id("s", sha256, line),
    )


def _site(name: str, kind: str, remark: str, position_e7: tuple[int, int], site_id: str) -> Site:
    _, sha256, line = site_id.split(":")
    longitude_e7, latitude_e7 = position_e7
    return Site(
        id=site_id,
        name=name,
        kind="nuclear_site" if kind == NUCLEAR else "energy_infrastructure",
        detail=kind + remark,
        place=Place(longitude_e7=longitude_e7, latitude_e7=latitude_e7, radius_95_m=RADIUS_95_M),
        source="gridkit",
        document_sha256=sha256,
        line=int(line),
    )
