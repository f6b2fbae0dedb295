"""Power plants of the WRI Global Power Plant Database: protected sites of an energy moratorium.

Layout: https://github.com/wri/global-power-plant-database, `output_database/README.md` for the
database itself (country, name, primary_fuel, latitude, longitude, ...), and
`raw_source_files/WRI/Ukraine.csv` for the sheet that WRI collected by hand (Name, Fuel, Latitude,
Longitude, ...). Licence: CC BY 4.0. The database has not been kept since 2022.

The two lists overlap, and both are kept: a site that stands in both is two sites a few hundred
metres apart. Known faults: 22 of the 61 rows of the sheet, all of wind and sun, have no position
and are refused; some units share the position of another (Kyiv CHP-6 that of CHP-5). A plant that
has been destroyed since is still listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.feeds.http import ATTEMPTS, TIMEOUT_S, download
from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import UKRAINE, parse_table
from truceline.records.agreement import Site
from truceline.records.observation import Place, row_id

# The seven plants that the two lists place by different means lie at most 400 m apart in them; the
# works themselves reach one to two kilometres.
RADIUS_95_M = 2_000
COUNTRY = "UKR"
NUCLEAR = "Nuclear"
GPPD_COLUMNS = ("country", "name", "latitude", "longitude", "primary_fuel")
WRI_COLUMNS = ("Name", "Fuel", "Latitude", "Longitude")
GPPD_NAME = "protected_objects/gppd_global_power_plant_database.csv"
WRI_NAME = "protected_objects/gppd_wri_ukraine_raw.csv"
BASE_URL = "https://raw.githubusercontent.com/wri/global-power-plant-database/master"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPlantsGppd:
    """Power plants of Ukraine in the database."""

    name: str = "gppd"
    version: int = 1
    base_url: str = BASE_URL
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    patterns: tuple[str, ...] = ("protected_objects/gppd_geodb*.csv", GPPD_NAME)
    sources: tuple[str, ...] = ("gppd",)
    gives: str = "sites"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: a list of sites speaks of no period."""
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - whatever the days
        """Name the one file of the database."""
        return (GPPD_NAME,)

    def fetch(self, name: str) -> Fetched:
        """Bring the database, world-wide.

        Raises:
            FeedError: The name is not the plan's, or the source did not answer.
        """
        if name != GPPD_NAME:
            raise FeedError(f"{self.name}: {name} is not {GPPD_NAME}")
        url = f"{self.base_url}/output_database/global_power_plant_database.csv"
        content = download(url, timeout_s=self.timeout_s, attempts=self.attempts)
        return Fetched(name=name, content=content, url=url)

    def parse(self, document: bytes) -> Parsed[Site]:
        """Give one site per power plant in Ukraine; those of other countries give nothing.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, GPPD_COLUMNS, _gppd_site)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPlantsWri:
    """Power plants of Ukraine in the sheet that WRI collected by hand."""

    name: str = "gppd-wri"
    version: int = 1
    base_url: str = BASE_URL
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    patterns: tuple[str, ...] = ("protected_objects/gppd_wri*.csv",)
    sources: tuple[str, ...] = ("gppd-wri",)
    gives: str = "sites"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: a list of sites speaks of no period."""
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - whatever the days
        """Name the one sheet."""
        return (WRI_NAME,)

    def fetch(self, name: str) -> Fetched:
        """Bring the sheet of Ukraine.

        Raises:
            FeedError: The name is not the plan's, or the source did not answer.
        """
        if name != WRI_NAME:
            raise FeedError(f"{self.name}: {name} is not {WRI_NAME}")
        url = f"{self.base_url}/raw_source_files/WRI/Ukraine.csv"
        content = download(url, timeout_s=self.timeout_s, attempts=self.attempts)
        return Fetched(name=name, content=content, url=url)

    def parse(self, document: bytes) -> Parsed[Site]:
        """Give one site per row with a position; the others are refused with that reason.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, WRI_COLUMNS, _wri_site)


def _gppd_site(row: dict[str, str], line: int, sha256: str) -> Site | None:
    if row["country"] != COUNTRY:
        return None
    position_e7 = UKRAINE.position_e7(row, "longitude", "latitude")
    return _site("gppd", row["name"], row["primary_fuel"], position_e7, line, sha256)


def _wri_site(row: dict[str, str], line: int, sha256: str) -> Site:
    if not row["Latitude"].strip() and not row["Longitude"].strip():
        raise ValueError("no position: Latitude and Longitude are empty")
    position_e7 = UKRAINE.position_e7(row, "Longitude", "Latitude")
    return _site("gppd-wri", row["Name"], row["Fuel"], position_e7, line, sha256)


def _site(
    source: str, name: str, fuel: str, position_e7: tuple[int, int], line: int, sha256: str
) -> Site:
    name, fuel = name.strip(), fuel.strip()
    if not name:
        raise ValueError("name is empty")
    longitude_e7, latitude_e7 = position_e7
    return Site(
        id=row_id("s", sha256, line),
        name=name,
        kind="nuclear_site" if fuel == NUCLEAR else "energy_infrastructure",
        detail=fuel,
        place=Place(longitude_e7=longitude_e7, latitude_e7=latitude_e7, radius_95_m=RADIUS_95_M),
        source=source,
        document_sha256=sha256,
        line=line,
    )
