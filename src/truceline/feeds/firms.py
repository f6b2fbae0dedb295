"""FIRMS: heat that a satellite noticed, one hot pixel a row.

It stands for active fire and other thermal anomalies; what burns, and why, it does not say.

Three layouts of NASA's Fire Information for Resource Management System are read, columns by name:
the area API (`acq_time` an integer HHMM without leading zeros, confidence l, n, h), the
near-real-time text files (`acq_time` HH:MM:SS, confidence in words) and the archive (`instrument`,
`type`, `acq_time` with leading zeros); each for VIIRS (`bright_ti4`, `bright_ti5`) and for MODIS
(`brightness`, `bright_t31`).

Source: "Active Fire Data Attributes for MODIS and VIIRS",
https://www.earthdata.nasa.gov/data/tools/firms/active-fire-data-attributes-modis-viirs :
latitude, longitude: "Center of 1 km fire pixel, but not necessarily the actual location of the fire
as one or more fires can be detected within the 1 km pixel" (375 m for VIIRS); scan, track: "reflect
actual pixel size" (km); acq_time: "Time of acquisition/overpass of the satellite (in UTC)";
brightness in kelvin; frp in megawatts; daynight D or N. The area API:
https://firms.modaps.eosdis.nasa.gov/api/area/
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import isqrt
from typing import TypeVar

from truceline.feeds.http import ATTEMPTS, KEY_PLACE, TIMEOUT_S, download, first_line
from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import day, degrees_e7, parse_table, scaled, shown, text_of, whole
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US, day_start_us

Value = TypeVar("Value")

KEY_VARIABLE = "FIRMS_MAP_KEY"
KEY = re.compile(r"[0-9A-Za-z]{8,64}", re.ASCII)
UKRAINE = "22,44,41,53"

COMMON = (
    "latitude",
    "longitude",
    "scan",
    "track",
    "acq_date",
    "acq_time",
    "satellite",
    "confidence",
    "frp",
    "daynight",
)
LONGEST_PIXEL_KM = 20
HOTTEST_K = 2000
STRONGEST_MW = 1_000_000
TO_THOUSANDTHS = 1000

# The share of true fires by class of confidence. Nominal VIIRS: commission below 1.2 % (Schroeder
# et al. 2014, doi:10.1016/j.rse.2013.12.008). The others are placeholders in the same order: not
# calibrated yet.
VIIRS_CHANCE_PPM = {
    "low": 800_000,
    "nominal": 988_000,
    "high": 995_000,
    "l": 800_000,
    "n": 988_000,
    "h": 995_000,
}
# MODIS gives 0..100. It is no probability but is cut into classes, low below 30 and high from 80
# on (MODIS Collection 6 Active Fire Product User's Guide, Giglio). Chances: not calibrated yet.
MODIS_CHANCE_FROM_PPM = ((80, 980_000), (30, 900_000), (0, 600_000))

# What a file's name says, and which satellites its instrument flies on.
INSTRUMENTS: Mapping[str, tuple[str, ...]] = {
    "VIIRS_NOAA20": ("firms-noaa20",),
    "VIIRS_NOAA21": ("firms-noaa21",),
    "VIIRS_SNPP": ("firms-snpp",),
    "MODIS": ("firms-terra", "firms-aqua"),
}
NRT_FILES: Mapping[str, tuple[str, ...]] = {
    "VJ114": INSTRUMENTS["VIIRS_NOAA20"],
    "VJ214": INSTRUMENTS["VIIRS_NOAA21"],
    "VNP14": INSTRUMENTS["VIIRS_SNPP"],
    "MCD14DL": INSTRUMENTS["MODIS"],
}
YEAR_AND_DAY = re.compile(r"_(\d{4})(\d{3})\.", re.ASCII)
CLOCK = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
HHMM = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What differs between the two instruments.

    Attributes:
        kelvin: Column of each brightness temperature, and the measure it becomes.
        sources: Source id of each way to write the satellite.
        chance_ppm: Reads the confidence of a row.
    """

    kelvin: tuple[tuple[str, str], ...]
    sources: Mapping[str, str]
    chance_ppm: Callable[[dict[str, str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms:
    """Hot pixels of VIIRS on NOAA-20, NOAA-21 and Suomi-NPP, and of MODIS on Terra and Aqua.

    Attributes:
        base_url: Where the area API is.
        area: West, south, east and north in degrees, as the area API takes them.
        timeout_s: How long one silence of the server may last.
        attempts: How often a document is tried.
    """

    name: str = "firms"
    version: int = 1
    patterns: tuple[str, ...] = ("firms/*.csv",)
    sources: tuple[str, ...] = (
        "firms-noaa20",
        "firms-noaa21",
        "firms-snpp",
        "firms-terra",
        "firms-aqua",
    )
    gives: str = "observations"
    base_url: str = "https://firms.modaps.eosdis.nasa.gov"
    area: str = UKRAINE
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:
        """Tell from a path which satellites it speaks for, and on which UTC day.

        >>> [source for source, _, _ in Firms().covers("firms/MODIS_2026102.csv")]
        ['firms-terra', 'firms-aqua']
        """
        document = name.rpartition("/")[2]
        found = YEAR_AND_DAY.search(document)
        looked = _day_of_year(int(found[1]), int(found[2])) if found else None
        if looked is None:
            return ()
        began_us = day_start_us(looked)
        for mark, sources in (*NRT_FILES.items(), *INSTRUMENTS.items()):
            if mark in document:
                return tuple((source, began_us, began_us + DAY_US) for source in sources)
        return ()

    def plan(self, since: date, until: date) -> tuple[str, ...]:
        """Name one document an instrument and day, days first."""
        days = (since + timedelta(days=later) for later in range((until - since).days + 1))
        return tuple(
            f"firms/{instrument}_{planned:%Y%j}.csv"
            for planned in days
            for instrument in INSTRUMENTS
        )

    def fetch(self, name: str) -> Fetched:
        """Bring one instrument's day from the area API, with the user's own key.

        Near-real-time rows are replaced after some months by standard processing, and then an
        empty answer means "not here any more", not "no fire". So an empty one is believed only
        where FIRMS lists the day as held.

        Raises:
            FeedError: No key in FIRMS_MAP_KEY, no answer, a refusal, or the day is not held.
        """
        instrument, asked = self._instrument_and_day(name)
        fetched = self._area(name, f"{instrument}_NRT", asked)
        if _has_rows(fetched.content):
            return fetched
        product = self._product_that_holds(instrument, asked)
        return fetched if product.endswith("_NRT") else self._area(name, product, asked)

    def parse(self, document: bytes) -> Parsed[Observation]:
        """Give one observation a row: the instant of the overpass, at the middle of the pixel.

        Raises:
            FeedError: The header is not one of FIRMS, for example because the document is the text
                of a refusal.
        """
        header = [column.strip() for column in text_of(document).partition("\n")[0].split(",")]
        layout = MODIS if "bright_t31" in header else VIIRS
        required = (*COMMON, *(column for column, _ in layout.kelvin))

        def read_row(row: dict[str, str], line: int, sha256: str) -> Observation:
            return _observation(layout, row, line, sha256)

        return parse_table(self.name, document, required, read_row)

    def _instrument_and_day(self, name: str) -> tuple[str, date]:
        stem = name.rpartition("/")[2]
        found = YEAR_AND_DAY.search(stem)
        looked = _day_of_year(int(found[1]), int(found[2])) if found else None
        instrument = stem[: found.start()] if found else ""
        if looked is None or instrument not in INSTRUMENTS:
            raise FeedError(f"{self.name}: {shown(name)} is no document of its plan")
        return instrument, looked

    def _area(self, name: str, product: str, asked: date) -> Fetched:
        url = (
            f"{self.base_url}/api/area/csv/{KEY_PLACE}/{product}/{self.area}/1/{asked.isoformat()}"
        )
        return Fetched(name=name, content=self._table(url, "latitude"), url=url)

    def _product_that_holds(self, instrument: str, asked: date) -> str:
        url = f"{self.base_url}/api/data_availability/csv/{KEY_PLACE}/all"
        held = _held_days(self._table(url, "data_id"))
        products = (f"{instrument}_NRT", f"{instrument}_SP")
        for product in products:
            first, last = held.get(product, (date.max, date.min))
            if first <= asked <= last:
                return product
        periods = [
            f"{product} from {held[product][0]} to {held[product][1]}"
            for product in products
            if product in held
        ]
        raise FeedError(
            f"{self.name}: {asked} of {instrument} is not held, so an empty answer is not "
            f"'no fire'; held: {'; '.join(periods) or 'nothing'}"
        )

    def _table(self, url: str, column: str) -> bytes:
        """Refusals come as text with status 200, for example "Invalid MAP_KEY."."""
        key = _own_key()
        content = download(url, secret=key, timeout_s=self.timeout_s, attempts=self.attempts)
        if column not in first_line(content):
            raise FeedError(f'{self.name}: answered "{first_line(content, key)}"')
        return content


def _own_key() -> str:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise FeedError(
            f"firms: the environment variable {KEY_VARIABLE} is not set; a key is free at "
            "https://firms.modaps.eosdis.nasa.gov/api/map_key/"
        )
    if not KEY.fullmatch(key):
        raise FeedError(f"firms: what {KEY_VARIABLE} holds is no key (letters and digits)")
    return key


def _has_rows(content: bytes) -> bool:
    return len(content.strip().splitlines()) > 1


def _held_days(content: bytes) -> dict[str, tuple[date, date]]:
    """Read data_id, min_date, max_date; what a line that is none speaks of counts as not held."""
    held: dict[str, tuple[date, date]] = {}
    for text in content.decode("utf-8", errors="replace").splitlines()[1:]:
        fields = [field.strip() for field in text.split(",")]
        try:
            held[fields[0]] = (date.fromisoformat(fields[1]), date.fromisoformat(fields[2]))
        except (IndexError, ValueError):
            continue
    return held


def _day_of_year(year: int, number: int) -> date | None:
    if year < 1 or number < 1:
        return None
    counted = date(year, 1, 1).toordinal() + number - 1
    found = date.fromordinal(counted) if counted <= date.max.toordinal() else None
    return found if found is not None and found.year == year else None


def _observation(layout: Layout, row: dict[str, str], line: int, sha256: str) -> Observation:
    chance_ppm = layout.chance_ppm(row)
    seen_us = day_start_us(day(row["acq_date"], "acq_date")) + _time_of_day_us(row["acq_time"])
    scan_m = scaled(row, "scan", TO_THOUSANDTHS, 0.1, LONGEST_PIXEL_KM)
    track_m = scaled(row, "track", TO_THOUSANDTHS, 0.1, LONGEST_PIXEL_KM)
    measures = {
        measure: scaled(row, column, TO_THOUSANDTHS, 0, HOTTEST_K)
        for column, measure in layout.kelvin
    } | {
        "frp_kw": scaled(row, "frp", TO_THOUSANDTHS, 0, STRONGEST_MW),
        "night": _one_of(row, "daynight", {"D": 0, "N": 1}),
        "scan_m": scan_m,
        "track_m": track_m,
    }
    return Observation(
        source=_one_of(row, "satellite", layout.sources),
        means=Means.SATELLITE_THERMAL,
        place=Place(
            longitude_e7=degrees_e7(row, "longitude", 180),
            latitude_e7=degrees_e7(row, "latitude", 90),
            radius_95_m=half_diagonal_m(scan_m, track_m),
        ),
        began_us=seen_us,
        ended_us=seen_us,
        signatures=((Signature.THERMAL, chance_ppm),),
        chance_real_ppm=chance_ppm,
        words=row["confidence"].strip(),
        measures=tuple(sorted(measures.items())),
        document_sha256=sha256,
        line=line,
    )


def half_diagonal_m(scan_m: int, track_m: int) -> int:
    """Give the distance from a pixel's middle to its corner, rounded up.

    The fire may lie anywhere in the pixel, so this holds it always, which bounds 95 times in 100;
    the errors of geolocation (tens of metres) lie within the difference.

    >>> half_diagonal_m(300, 400)
    250
    """
    quarter = -(-(scan_m**2 + track_m**2) // 4)
    return isqrt(quarter - 1) + 1


def _one_of(row: dict[str, str], column: str, known: Mapping[str, Value]) -> Value:
    text = row[column].strip()
    if text not in known:
        raise ValueError(f'{column} "{shown(text)}" is none of {", ".join(known)}')
    return known[text]


def _time_of_day_us(text: str) -> int:
    """Read HH:MM:SS, HH:MM, or HHMM with or without its leading zeros.

    >>> _time_of_day_us("9") == _time_of_day_us("00:09:00") == 9 * MINUTE_US
    True
    """
    text = text.strip()
    if clock := CLOCK.fullmatch(text):
        hours, minutes, seconds = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    elif HHMM.fullmatch(text):
        hours, minutes, seconds = *divmod(int(text), 100), 0
    else:
        raise ValueError(f'acq_time "{shown(text)}" is not a time of day')
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004 - a day's clock
        raise ValueError(f"acq_time {text} is outside 00:00:00..23:59:59")
    return hours * HOUR_US + minutes * MINUTE_US + seconds * SECOND_US


def _viirs_chance_ppm(row: dict[str, str]) -> int:
    return _one_of(row, "confidence", VIIRS_CHANCE_PPM)


def _modis_chance_ppm(row: dict[str, str]) -> int:
    percent = whole(row, "confidence", 0, 100)
    return next(chance_ppm for least, chance_ppm in MODIS_CHANCE_FROM_PPM if percent >= least)


VIIRS = Layout(
    kelvin=(("bright_ti4", "bright_ti4_mk"), ("bright_ti5", "bright_ti5_mk")),
    # The area API has also written NOAA-20 as "1", after the name it flew under, JPSS-1.
    sources={
        "N": "firms-snpp",
        "N20": "firms-noaa20",
        "1": "firms-noaa20",
        "N21": "firms-noaa21",
    },
    chance_ppm=_viirs_chance_ppm,
)
MODIS = Layout(
    kelvin=(("brightness", "bright_t21_mk"), ("bright_t31", "bright_t31_mk")),
    sources={
        "T": "firms-terra",
        "Terra": "firms-terra",
        "A": "firms-aqua",
        "Aqua": "firms-aqua",
    },
    chance_ppm=_modis_chance_ppm,
)
