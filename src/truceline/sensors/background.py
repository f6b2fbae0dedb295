"""How often satellites see fire where nobody fights: a rate per cell and ISO week, and hot sites.

Fitted once on the archive of NASA FIRMS (VIIRS and MODIS active fires) and kept as one versioned
file in the package, so that a newcomer without the archive has it too; how, and what it cannot
tell, stands in docs/how-to/fit-the-background.md.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from truceline.records.canonical import Json, canonical
from truceline.records.units import DAY_US, E7
from truceline.sensors.geometry import Integers, distance_m, on_sphere_m

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

FORMAT = 1
VERSION = 1
PACKAGED = f"parameters/background-{VERSION}.csv.gz"

CLIMATOLOGY = "fire_history/fire_climatology_2012_2021_quarterdeg_isoweek.csv"
POINTS = "fire_history/firms_ukraine_points_2000_2023.csv.gz"
TYPED = "fire_history/firms_modis_2021.csv.gz"
BASEMAP = "basemap/countries.geojson"

WEEKS = 52  # the few days of week 53 count as week 52
WEEK_NAMES = tuple(f"w{week}" for week in range(1, WEEKS + 1))
CELL_COLUMNS = ("longitude_sw_e7", "latitude_sw_e7", *WEEK_NAMES)
SITE_COLUMNS = ("longitude_e7", "latitude_e7", "site", "months", "years", "detections")
CELL_E7 = E7 // 4
WEST, SOUTH, COLUMNS, ROWS = 22.0, 44.25, 73, 33
EARTH_RADIUS_KM = 6371.0088
SMALLEST_SHARE = 0.02  # below it a cell of the border has no area worth a rate

# The years in the archive of 2012 to 2021; 2014, 2015 and 2017 are not in it.
YEARS = (2012, 2013, 2016, 2018, 2019, 2020, 2021)
# Both chosen by leaving one year out: the table is in docs/how-to/fit-the-background.md.
KERNEL = (1, 2, 3, 4, 3, 2, 1)
PRIOR_EXPOSURE = 12.0  # thousands of km2 times days; a whole cell has about 25 of its own a week
FLOOR_MILLI = 5  # never zero: seven winters without a fire do not make a fire impossible

# 400 m is about a VIIRS pixel; six months in two years are a habit, not a burnt field.
SITE_CELL_M = 400.0
SITE_LINK_M = 650.0  # middles of cells that touch, corners included, on a grid shifted by row
SITE_MONTHS = 6
SITE_YEARS = 2
SITE_REACH_M = 1000.0  # a site's own detections scatter about it by a coarse pixel
METRES_PER_DEGREE = 111_195.0
PEACE_UNTIL = date(2022, 2, 24)
# War there, not works, may have made heat since April 2014; what burnt before it still counts.
DONBAS = (37.0, 46.9, 40.3, 49.3)
DONBAS_PEACE_UNTIL = date(2014, 4, 7)
NO_SITE_M = 20_000_000  # half the way round the Earth: no site is known

REFERENCE_WEST_E7 = 33 * E7
REFERENCE_WEEKS = range(23, 44)


class BackgroundError(Exception):
    """A file of the archive is missing or foreign, or the parameter file is no such file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """What burns without a war, by place and week, and where something is always hot.

    Attributes:
        version: Version of the parameters, counted from 1; the package holds one.
        fitted_from: Name and SHA-256 of each input.
        cells: South-west corners of the cells of 0.25 degree, shape (n, 2), longitude and latitude
            in degrees of 1e-7, sorted by latitude, then longitude.
        rates_milli: Detections per 1000 km2 and day, times 1000, shape (n, 52), one column an ISO
            week; week 53 is read as week 52. At least `FLOOR_MILLI`.
            Heat of the sites below is not in them.
        sites: Places that were hot again and again, one row a spot of 400 m, shape (m, 6):
            longitude and latitude in degrees of 1e-7; number of the site, because spots that touch
            are one; distinct months and years in which that site was seen; its detections.
    """

    version: int
    fitted_from: tuple[tuple[str, str], ...]
    cells: Integers
    rates_milli: Integers
    sites: Integers

    def __post_init__(self) -> None:
        if self.cells.shape != (len(self.cells), 2) or not len(self.cells):
            raise ValueError(f"cells must be (n, 2) with n at least 1, got {self.cells.shape}")
        if self.rates_milli.shape != (len(self.cells), WEEKS):
            raise ValueError(f"rates must be (n, {WEEKS}), got {self.rates_milli.shape}")
        if self.sites.shape != (len(self.sites), len(SITE_COLUMNS)):
            raise ValueError(f"sites must be (m, {len(SITE_COLUMNS)}), got {self.sites.shape}")
        if self.rates_milli.min() < FLOOR_MILLI:
            raise ValueError(f"a rate of {self.rates_milli.min()} is below {FLOOR_MILLI} milli")
        keys = _cell_keys(self.cells[:, 0], self.cells[:, 1])
        if (np.diff(keys) <= 0).any():
            raise ValueError("cells must be sorted by latitude, then longitude, each once")

    @property
    def reference_rate_milli(self) -> int:
        """Mean rate of the east (beyond 33 E) in the burning season (ISO weeks 23 to 43)."""
        east = self.rates_milli[self.cells[:, 0] >= REFERENCE_WEST_E7]
        season = east[:, REFERENCE_WEEKS.start - 1 : REFERENCE_WEEKS.stop - 1]
        if not season.size:
            return FLOOR_MILLI
        return max(FLOOR_MILLI, round(int(season.sum()) / season.size))

    def rate_milli(
        self, longitude_e7: Integers, latitude_e7: Integers, at_us: Integers
    ) -> Integers:
        """Give the rates of fire at points and instants, in peace.

        Args:
            longitude_e7: Shape (n,).
            latitude_e7: Shape (n,).
            at_us: Shape (n,), microseconds since 1970 UTC.

        Returns:
            Detections per 1000 km2 and day, times 1000, shape (n,). A point in no fitted cell has
            the mean of all cells in that week.
        """
        longitude_e7, latitude_e7, at_us = np.broadcast_arrays(longitude_e7, latitude_e7, at_us)
        week = iso_week(at_us) - 1
        keys = _cell_keys(self.cells[:, 0], self.cells[:, 1])
        wanted = _cell_keys(longitude_e7, latitude_e7)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        known = keys[at] == wanted
        means = np.rint(self.rates_milli.sum(axis=0) / len(keys)).astype(np.int64)
        return np.where(known, self.rates_milli[at, week], means[week]).astype(np.int64)

    def nearest_site(
        self, longitude_e7: Integers, latitude_e7: Integers
    ) -> tuple[Integers, Integers]:
        """Give the distance to the nearest hot site and the months in which that was seen.

        Args:
            longitude_e7: Shape (n,).
            latitude_e7: Shape (n,).

        Returns:
            Metres and months, shape (n,) each; `NO_SITE_M` and 0 where no site is known at all.
        """
        longitude_e7, latitude_e7 = np.broadcast_arrays(longitude_e7, latitude_e7)
        if not len(self.sites) or not longitude_e7.size:
            shape = longitude_e7.shape
            return np.full(shape, NO_SITE_M, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        tree = cKDTree(on_sphere_m(self.sites[:, 0], self.sites[:, 1]))
        # Three candidates, told apart in whole metres on the ellipsoid: no last bit decides.
        candidates = min(3, len(self.sites))
        _, near = tree.query(on_sphere_m(longitude_e7, latitude_e7), k=candidates)
        near = np.sort(near.reshape(len(longitude_e7), candidates), axis=1)
        metres = distance_m(
            np.repeat(longitude_e7, candidates),
            np.repeat(latitude_e7, candidates),
            self.sites[near.ravel(), 0],
            self.sites[near.ravel(), 1],
        ).reshape(near.shape)
        first = np.arange(len(near)), metres.argmin(axis=1)
        return metres[first], self.sites[near[first], SITE_COLUMNS.index("months")]


def iso_week(at_us: Integers) -> Integers:
    """Give the ISO week of each instant, 1 to 52; week 53 is given as 52.

    >>> day = (date(2021, 1, 1) - date(1970, 1, 1)).days
    >>> iso_week(np.array([day * DAY_US, (day + 3) * DAY_US])).tolist()
    [52, 1]
    """
    days = np.asarray(at_us, dtype=np.int64) // DAY_US
    # A week belongs to the year of its Thursday; day 0, 1 January 1970, is one.
    thursday = days - (days + 3) % 7 + 3
    year = thursday.astype("datetime64[D]").astype("datetime64[Y]")
    new_year = year.astype("datetime64[D]").astype(np.int64)
    weeks: Integers = np.minimum((thursday - new_year) // 7 + 1, WEEKS)
    return weeks


def _cell_keys(longitude_e7: Integers, latitude_e7: Integers) -> Integers:
    rows = np.asarray(latitude_e7, dtype=np.int64) // CELL_E7
    keys: Integers = rows * 10_000 + np.asarray(longitude_e7, dtype=np.int64) // CELL_E7
    return keys


def fit_background(
    folder: Path, progress: Progress = lambda _step, _done, _all: None
) -> Background:
    """Fit the background on the archive in a folder laid out like ../shared/data.

    Args:
        folder: Holds `fire_history/` with the climatology and the points.
        progress: Called with the step that begins, steps done and steps in all.

    Raises:
        BackgroundError: A file is missing, or is not what it should be.
    """
    progress("counts", 0, 4)
    counts = _counts(folder / CLIMATOLOGY)
    progress("points", 1, 4)
    points = _points(folder / POINTS)
    progress("sites", 2, 4)
    sites = _sites(points)
    progress("rates", 3, 4)
    basemap = resources.files("truceline").joinpath(BASEMAP).read_bytes()
    open_counts = np.maximum(counts - _site_counts(points, sites), 0.0)
    cells, rates = _rates(open_counts, _land_share(basemap))
    inputs = {name: (folder / name).read_bytes() for name in (CLIMATOLOGY, POINTS)}
    inputs[f"truceline/{BASEMAP}"] = basemap
    progress("done", 4, 4)
    return Background(
        version=VERSION,
        fitted_from=tuple(
            (name, hashlib.sha256(inputs[name]).hexdigest()) for name in sorted(inputs)
        ),
        cells=cells,
        rates_milli=rates,
        sites=sites,
    )


def _columns(path: Path, types: Mapping[str, pa.DataType]) -> dict[str, Any]:
    try:
        table = pa_csv.read_csv(
            path,
            convert_options=pa_csv.ConvertOptions(
                column_types=types, include_columns=list(types), strings_can_be_null=False
            ),
        )
    except FileNotFoundError as error:
        raise BackgroundError(f"{path} is missing") from error
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        raise BackgroundError(f"{path} is not a table with {', '.join(types)}: {error}") from error
    for name in types:
        if table[name].null_count:
            raise BackgroundError(f"{path} has {table[name].null_count} rows without {name}")
    return {name: table[name].to_numpy() for name in types}


def _counts(path: Path) -> Floats:
    """Read detections by row and column of the grid and ISO week, shape (ROWS, COLUMNS, WEEKS)."""
    table = _columns(
        path,
        {
            "lat_sw": pa.float64(),
            "lon_sw": pa.float64(),
            "iso_week": pa.int64(),
            "detections": pa.int64(),
        },
    )
    row = np.rint((table["lat_sw"] - SOUTH) * 4).astype(np.int64)
    column = np.rint((table["lon_sw"] - WEST) * 4).astype(np.int64)
    week = table["iso_week"]
    inside = (row >= 0) & (row < ROWS) & (column >= 0) & (column < COLUMNS)
    sound = inside & (week >= 1) & (week <= WEEKS + 1) & (table["detections"] >= 0)
    if not sound.all():
        line = int(np.flatnonzero(~sound)[0]) + 2
        raise BackgroundError(f"{path} line {line}: cell, week or count is out of range")
    counts = np.zeros((ROWS, COLUMNS, WEEKS))
    np.add.at(counts, (row, column, np.minimum(week, WEEKS) - 1), table["detections"])
    return counts


def _land_share(basemap: bytes) -> Floats:
    """Give the share of each cell that is Ukraine, to which the archive was clipped."""
    features = json.loads(basemap)["features"]
    (ukraine,) = (f for f in features if f["properties"]["name"] == "Ukraine")
    shape = shapely.from_geojson(json.dumps(ukraine["geometry"]))
    west = WEST + np.arange(COLUMNS) / 4
    south = SOUTH + np.arange(ROWS)[:, None] / 4
    boxes = shapely.box(west, south, west + 0.25, south + 0.25)
    share: Floats = shapely.area(shapely.intersection(boxes, shape)) / 0.25**2
    return np.where(share >= SMALLEST_SHARE, share, 0.0)


def _exposed_days() -> Floats:
    days = np.zeros(WEEKS)
    for year in YEARS:
        for offset in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
            week = (date(year, 1, 1) + timedelta(days=offset)).isocalendar().week
            days[min(week, WEEKS) - 1] += 1
    return days


def _over_weeks(values: Floats) -> Floats:
    """Average over neighbouring weeks, December beside January."""
    reach = len(KERNEL) // 2
    total = np.zeros_like(values)
    for shift, weight in zip(range(-reach, reach + 1), KERNEL, strict=True):
        total += weight * np.roll(values, shift, axis=-1)
    return total / sum(KERNEL)


def _around(values: Floats) -> Floats:
    """Sum over the 5 by 5 cells around each cell."""
    padded = np.pad(values, ((2, 2), (2, 2), (0, 0)))
    total = np.zeros_like(values)
    for row in range(5):
        for column in range(5):
            total += padded[row : row + ROWS, column : column + COLUMNS]
    return total


def _rates(counts: Floats, share: Floats) -> tuple[Integers, Integers]:
    """Estimate the rates: weeks smoothed, then a Gamma-Poisson mean with the neighbourhood.

    A cell's rate has a Gamma prior whose mean is the neighbourhood's rate and whose weight is
    `PRIOR_EXPOSURE`; the posterior mean is (n + prior * exposure of the prior) / (own exposure +
    exposure of the prior).
    """
    south = np.radians(SOUTH + np.arange(ROWS) / 4)
    bands = np.sin(south + np.radians(0.25)) - np.sin(south)
    area = EARTH_RADIUS_KM**2 * np.radians(0.25) * bands[:, None] * share / 1000
    seen = _over_weeks(counts * (share > 0)[:, :, None])
    exposure = area[:, :, None] * _over_weeks(_exposed_days())
    land = share > 0
    near = _around(seen) / np.where(land[:, :, None], _around(exposure), 1.0)
    rates = (seen + near * PRIOR_EXPOSURE) / (exposure + PRIOR_EXPOSURE)
    row, column = np.nonzero(land)
    corners = np.column_stack((np.rint(WEST * 4) + column, np.rint(SOUTH * 4) + row))
    milli = np.maximum(np.rint(rates[row, column] * 1000), FLOOR_MILLI)
    return corners.astype(np.int64) * CELL_E7, milli.astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """The archive's detections: degrees of 1e-7 and days since 1970, shape (n,) each."""

    longitude_e7: Integers
    latitude_e7: Integers
    day: Integers

    def at(self, chosen: NDArray[np.bool_]) -> _Points:
        return _Points(
            longitude_e7=self.longitude_e7[chosen],
            latitude_e7=self.latitude_e7[chosen],
            day=self.day[chosen],
        )

    @property
    def month(self) -> Integers:
        """Months since 1970."""
        return self.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _points(path: Path) -> _Points:
    table = _columns(
        path, {"latitude": pa.float64(), "longitude": pa.float64(), "acq_date": pa.date32()}
    )
    sound = (np.abs(table["latitude"]) <= 90) & (np.abs(table["longitude"]) <= 180)  # noqa: PLR2004 - degrees
    if not sound.all():
        line = int(np.flatnonzero(~sound)[0]) + 2
        raise BackgroundError(f"{path} line {line}: position is outside the Earth")
    return _Points(
        longitude_e7=np.rint(table["longitude"] * E7).astype(np.int64),
        latitude_e7=np.rint(table["latitude"] * E7).astype(np.int64),
        day=table["acq_date"].astype("datetime64[D]").astype(np.int64),
    )


def _in_peace(points: _Points) -> NDArray[np.bool_]:
    west, south, east, north = (round(degrees * E7) for degrees in DONBAS)
    donbas = (points.longitude_e7 >= west) & (points.longitude_e7 <= east)
    donbas &= (points.latitude_e7 >= south) & (points.latitude_e7 <= north)
    until = np.where(donbas, _days_since_1970(DONBAS_PEACE_UNTIL), _days_since_1970(PEACE_UNTIL))
    peace: NDArray[np.bool_] = points.day < until
    return peace


def _days_since_1970(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _spots(points: _Points) -> Integers:
    """Number the cells of 400 m in which points lie: rows of latitude, columns by their cosine."""
    step = SITE_CELL_M / METRES_PER_DEGREE
    row = np.floor(points.latitude_e7 / E7 / step).astype(np.int64)
    shrink = np.cos(np.radians((row + 0.5) * step))
    column = np.floor(points.longitude_e7 / E7 * shrink / step).astype(np.int64)
    spots: Integers = row * 1_000_000 + column
    return spots


def _sites(points: _Points) -> Integers:
    """Find spots that were hot again and again in peace; those that touch are one site."""
    points = points.at(_in_peace(points))
    spot = _spots(points)
    spots, months = _distinct(spot, points.month)
    _, years = _distinct(spot, points.month // 12)
    hot = spots[(months >= SITE_MONTHS) & (years >= SITE_YEARS)]
    if not len(hot):
        return np.zeros((0, len(SITE_COLUMNS)), dtype=np.int64)
    chosen = np.isin(spot, hot)
    points, index = points.at(chosen), np.searchsorted(hot, spot[chosen])
    here = np.bincount(index)
    middle = [
        np.rint(np.bincount(index, weights=axis.astype(np.float64)) / here).astype(np.int64)
        for axis in (points.longitude_e7, points.latitude_e7)
    ]
    site = _merged(hot)
    _, site_months = _distinct(site[index], points.month)
    _, site_years = _distinct(site[index], points.month // 12)
    detections = np.bincount(site[index])
    rows = np.column_stack((*middle, site, site_months[site], site_years[site], detections[site]))
    return rows[np.lexsort((rows[:, 0], rows[:, 1]))].astype(np.int64)


def _site_counts(points: _Points, sites: Integers) -> Floats:
    """Count the detections of sites as `_counts` does: they are no fields burning around them."""
    counts = np.zeros((ROWS, COLUMNS, WEEKS))
    year = points.month // 12 + 1970
    row = points.latitude_e7 // CELL_E7 - round(SOUTH * 4)
    column = points.longitude_e7 // CELL_E7 - round(WEST * 4)
    used = np.isin(year, YEARS) & (row >= 0) & (row < ROWS) & (column >= 0) & (column < COLUMNS)
    if not len(sites):
        return counts
    points, row, column = points.at(used), row[used], column[used]
    spots = cKDTree(on_sphere_m(sites[:, 0], sites[:, 1]))
    metres, _ = spots.query(
        on_sphere_m(points.longitude_e7, points.latitude_e7), distance_upper_bound=SITE_REACH_M
    )
    hot = metres <= SITE_REACH_M
    week = iso_week(points.day[hot] * DAY_US) - 1
    np.add.at(counts, (row[hot], column[hot], week), 1)
    return counts


def _merged(spots: Integers) -> Integers:
    """Number the groups of spots that touch, from 0."""
    step = SITE_CELL_M / METRES_PER_DEGREE
    latitude = (spots // 1_000_000 + 0.5) * step
    longitude = (spots % 1_000_000 + 0.5) * step / np.cos(np.radians(latitude))
    middles = cKDTree(
        on_sphere_m(
            np.rint(longitude * E7).astype(np.int64), np.rint(latitude * E7).astype(np.int64)
        )
    )
    touching = middles.sparse_distance_matrix(middles, SITE_LINK_M)
    _, groups = connected_components(touching, directed=False)
    return groups.astype(np.int64)


def _distinct(group: Integers, value: Integers) -> tuple[Integers, Integers]:
    """Count the distinct values in each group; both below 2^31 apart, groups sorted."""
    pairs = np.unique(group * 100_000 + value)
    groups, counts = np.unique(pairs // 100_000, return_counts=True)
    return groups, counts.astype(np.int64)


def check_sites(background: Background, folder: Path) -> Mapping[str, int]:
    """Compare the sites with detections that FIRMS itself calls static; nothing is fitted on them.

    Returns:
        Rows of type 2 ("other static land source") and of type 0 ("presumed vegetation fire") in
        the MODIS archive of 2021, and how many of each lie within 1 km of a site.

    Raises:
        BackgroundError: That archive is missing or foreign.
    """
    table = _columns(
        folder / TYPED, {"latitude": pa.float64(), "longitude": pa.float64(), "type": pa.int64()}
    )
    metres, _ = background.nearest_site(
        np.rint(table["longitude"] * E7).astype(np.int64),
        np.rint(table["latitude"] * E7).astype(np.int64),
    )
    near = metres <= 1000  # noqa: PLR2004 - a MODIS pixel
    return {
        f"{name}{suffix}": int((rows & chosen).sum())
        for name, rows in (("static", table["type"] == 2), ("vegetation", table["type"] == 0))  # noqa: PLR2004
        for suffix, chosen in (("", np.ones_like(near)), ("_within_1000_m", near))
    }


def write_background(background: Background, path: Path) -> None:
    """Write the parameters as one gzip file of text: a line of JSON, the cells, then the sites.

    The same parameters give the same bytes.
    """
    header: Json = {
        "format": FORMAT,
        "version": background.version,
        "cites": "NASA FIRMS, VIIRS and MODIS active fires",
        "rate_unit": "detections per 1000 km2 and day, times 1000, one column an ISO week",
        "fitted_from": [{"name": name, "sha256": sha} for name, sha in background.fitted_from],
        "cells": len(background.cells),
        "sites": len(background.sites),
    }
    cells = np.column_stack((background.cells, background.rates_milli))
    lines = [canonical(header).decode(), ",".join(CELL_COLUMNS)]
    lines += [",".join(map(str, row)) for row in cells.tolist()]
    lines.append(",".join(SITE_COLUMNS))
    lines += [",".join(map(str, row)) for row in background.sites.tolist()]
    text = "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def read_background(path: Path | None = None) -> Background:
    """Read the parameters of a file; without one, those of the package.

    Raises:
        BackgroundError: The file is missing, or is no parameter file of this format.
    """
    source: Traversable = path or resources.files("truceline.sensors").joinpath(PACKAGED)
    try:
        lines = gzip.decompress(source.read_bytes()).decode().splitlines()
        return _read(lines)
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise BackgroundError(f"{source} is no background of format {FORMAT}: {error}") from error


def _read(lines: list[str]) -> Background:
    header = json.loads(lines[0])
    if header["format"] != FORMAT:
        raise ValueError(f"format is {header['format']}")
    sites_at = 2 + header["cells"]
    if lines[1] != ",".join(CELL_COLUMNS) or lines[sites_at] != ",".join(SITE_COLUMNS):
        raise ValueError("its columns are others")
    cells = _integers(lines[2:sites_at], len(CELL_COLUMNS))
    sites = _integers(lines[sites_at + 1 :], len(SITE_COLUMNS))
    if len(sites) != header["sites"]:
        raise ValueError(f"it holds {len(sites)} sites, not {header['sites']}")
    return Background(
        version=header["version"],
        fitted_from=tuple((entry["name"], entry["sha256"]) for entry in header["fitted_from"]),
        cells=cells[:, :2],
        rates_milli=cells[:, 2:],
        sites=sites,
    )


def _integers(lines: list[str], columns: int) -> Integers:
    rows = [[int(value) for value in row] for row in csv.reader(lines)]
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)
