"""Daily mean cloud cover over Ukraine and over its east: what thermal satellites could not see.

Layout: `output-data/cloud_cover_in_ukraine_by_day_with_forecast_for_recent_days.csv` of
https://github.com/TheEconomist/the-economist-war-fire-model: date, cloud_cover_in_country,
cloud_cover_in_east_of_country, as fractions. Licence: CC BY 4.0.

A mean over a country says little about one place: two halves, clear and overcast, make 0.5. In the
provider's file the most recent days are a forecast, and the row does not say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.feeds.http import ATTEMPTS, TIMEOUT_S, download
from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import day, parse_table, scaled
from truceline.records.context import CloudCover
from truceline.records.units import PPM

COLUMNS = ("date", "cloud_cover_in_country", "cloud_cover_in_east_of_country")
NAME = "context/cloud_cover_ukraine_daily.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCoverDaily:
    """Mean cloud cover of each day."""

    name: str = "clouds-economist"
    version: int = 1
    base_url: str = (
        "https://raw.githubusercontent.com/TheEconomist/the-economist-war-fire-model/master"
    )
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    patterns: tuple[str, ...] = ("context/cloud_cover*.csv",)
    sources: tuple[str, ...] = ("clouds-economist",)
    gives: str = "clouds"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - no period
        """Give nothing: the name tells no period, and a day without a row is not known."""
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - one file, all days
        """Name the one file: it holds every day since 2022."""
        return (NAME,)

    def fetch(self, name: str) -> Fetched:
        """Bring the file.

        Raises:
            FeedError: The name is not the plan's, or the source did not answer.
        """
        if name != NAME:
            raise FeedError(f"{self.name}: {name} is not {NAME}")
        url = (
            f"{self.base_url}/output-data"
            "/cloud_cover_in_ukraine_by_day_with_forecast_for_recent_days.csv"
        )
        content = download(url, timeout_s=self.timeout_s, attempts=self.attempts)
        return Fetched(name=name, content=content, url=url)

    def parse(self, document: bytes) -> Parsed[CloudCover]:
        """Give one mean per day.

        Raises:
            FeedError: It is no such table.
        """
        return parse_table(self.name, document, COLUMNS, _cloud_cover)


def _cloud_cover(row: dict[str, str], line: int, sha256: str) -> CloudCover:
    return CloudCover(
        source="clouds-economist",
        day=day(row["date"], "date"),
        country_ppm=scaled(row, "cloud_cover_in_country", PPM, 0, 1),
        east_ppm=scaled(row, "cloud_cover_in_east_of_country", PPM, 0, 1),
        document_sha256=sha256,
        line=line,
    )
