"""Air-raid alerts of Ukraine by oblast: a warning over a whole area, never an impact.

Layout, two of them, both of https://github.com/Vadimkin/ukrainian-air-raid-sirens-dataset (MIT;
datasets/README.md, "All times are in UTC"):

- the provider's `official_data_en.csv`: oblast, raion, hromada, level, started_at, finished_at,
  source, with times like 2022-03-15 16:10:34+00:00;
- a derivative with one row for each time in which any part of an oblast was under alert: region,
  started_at, finished_at, n_subalerts, duration_minutes, with times like 2022-03-15T16:10:34Z.

An alert for a raion or a hromada is given as one of its oblast, because `Alert` speaks of oblasts.
So alerts of one oblast may overlap, and who sums their times takes the union.

Known faults: since December 2025 alerts are raised by raion, so that an oblast is "under alert" for
weeks on end (Dnipropetrovsk from 2 December 2025 to 21 April 2026); an end that nobody announced
leaves an alert open (Kharkiv from May 2024 to January 2026); Luhansk and Crimea have been under one
permanent alert since 2022, which the provider does not list. A base rate has to be taken per oblast
and per period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.feeds.http import ATTEMPTS, TIMEOUT_S, download
from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import column_names, moment_us, parse_table, shown
from truceline.records.context import Alert
from truceline.records.units import iso

MERGED_COLUMNS = ("region", "started_at", "finished_at")
OFFICIAL_COLUMNS = ("oblast", "started_at", "finished_at")
OFFICIAL_NAME = "labels/air_raid_sirens_official_data_en.csv"

# ISO 3166-2:UA, as in the packaged basemap.
AREAS = {
    "Vinnytska oblast": "UA-05",
    "Volynska oblast": "UA-07",
    "Luhanska oblast": "UA-09",
    "Dnipropetrovska oblast": "UA-12",
    "Donetska oblast": "UA-14",
    "Zhytomyrska oblast": "UA-18",
    "Zakarpatska oblast": "UA-21",
    "Zaporizka oblast": "UA-23",
    "Ivano-Frankivska oblast": "UA-26",
    "Kyiv City": "UA-30",
    "Kyivska oblast": "UA-32",
    "Kirovohradska oblast": "UA-35",
    "Sevastopol": "UA-40",
    "Sevastopol City": "UA-40",
    "Autonomous Republic of Crimea": "UA-43",
    "Avtonomna Respublika Krym": "UA-43",
    "Crimea": "UA-43",
    "Lvivska oblast": "UA-46",
    "Mykolaivska oblast": "UA-48",
    "Odeska oblast": "UA-51",
    "Poltavska oblast": "UA-53",
    "Rivnenska oblast": "UA-56",
    "Sumska oblast": "UA-59",
    "Ternopilska oblast": "UA-61",
    "Kharkivska oblast": "UA-63",
    "Khersonska oblast": "UA-65",
    "Khmelnytska oblast": "UA-68",
    "Cherkaska oblast": "UA-71",
    "Chernihivska oblast": "UA-74",
    "Chernivetska oblast": "UA-77",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsUa:
    """Air-raid alerts by oblast, raised and lifted."""

    name: str = "alerts-ua"
    version: int = 2
    base_url: str = (
        "https://raw.githubusercontent.com/Vadimkin/ukrainian-air-raid-sirens-dataset/main/datasets"
    )
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    patterns: tuple[str, ...] = (
        "labels/air_raid_sirens_oblast*.csv.gz",
        "labels/air_raid_sirens_oblast*.csv",
        OFFICIAL_NAME,
    )
    sources: tuple[str, ...] = ("alerts-ua",)
    gives: str = "alerts"

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:  # noqa: ARG002 - see below
        """Give nothing: a name holds a first and a last day, and the file a gap between them."""
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - one file, all days
        """Name the one official file: it holds every day since March 2022."""
        return (OFFICIAL_NAME,)

    def fetch(self, name: str) -> Fetched:
        """Bring the official file.

        Raises:
            FeedError: The name is not the plan's, or the source did not answer.
        """
        if name != OFFICIAL_NAME:
            raise FeedError(f"{self.name}: {name} is not {OFFICIAL_NAME}")
        url = f"{self.base_url}/official_data_en.csv"
        content = download(url, timeout_s=self.timeout_s, attempts=self.attempts)
        return Fetched(name=name, content=content, url=url)

    def parse(self, document: bytes) -> Parsed[Alert]:
        """Give one alert per row.

        Raises:
            FeedError: It is neither of the two tables.
        """
        if "oblast" in column_names(self.name, document):
            return parse_table(
                self.name,
                document,
                OFFICIAL_COLUMNS,
                lambda row, line, sha256: _alert(row, "oblast", line, sha256),
            )
        return parse_table(
            self.name,
            document,
            MERGED_COLUMNS,
            lambda row, line, sha256: _alert(row, "region", line, sha256),
        )


def _alert(row: dict[str, str], column: str, line: int, sha256: str) -> Alert:
    area = AREAS.get(row[column].strip())
    if area is None:
        raise ValueError(f'{column} "{shown(row[column])}" is not known')
    began_us = moment_us(row["started_at"], "started_at")
    ended_us = moment_us(row["finished_at"], "finished_at")
    if ended_us < began_us:
        raise ValueError(f"finished_at {iso(ended_us)} is before started_at {iso(began_us)}")
    return Alert(
        source="alerts-ua",
        area=area,
        issued_by="UA",
        began_us=began_us,
        ended_us=ended_us,
        document_sha256=sha256,
        line=line,
    )
