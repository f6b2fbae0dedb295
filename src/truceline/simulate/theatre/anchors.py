"""Measures of a made world that can be held against what was measured in the real one."""

from __future__ import annotations

import numpy as np
from scipy.optimize import curve_fit
from scipy.spatial import cKDTree

from truceline.records.units import DAY_US
from truceline.simulate.theatre.incidents import Incidents
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    CELL_M,
    CLOUD_EDGES,
    COLUMNS,
    Booleans,
    Floats,
    Generator,
    Integers,
    tile_of,
)
from truceline.simulate.theatre.weather import CLOUD_STEEPNESS, Weather, daily_cloud

# Chance of a hit within 1 km on the same UTC day, and of the placebo, by the mean cloud of the
# day: below 0.2, 0.5, 0.8, above. 2,720 verified incidents of 2022; 90 % intervals of the excess
# are about a third of it.
HIT = np.array([0.165, 0.108, 0.039, 0.034])
PLACEBO = np.array([0.059, 0.028, 0.015, 0.008])
HIT_M, SHIFT_DAYS = 1_000.0, (5, 20)
BINS = 4


def hit_rates(
    chance: Generator,
    incidents: Incidents,
    hot_m: Floats,
    hot_us: Integers,
    weather: Weather,
) -> tuple[Floats, Floats, Integers]:
    """Give the chance of a hit, that of the placebo, and the number of incidents, by cloud.

    One incident a square kilometre and day is asked, as was done with the real ones. The placebo
    asks at the same place 5 to 20 days earlier or later, on a day of the same bin.

    Args:
        chance: Draws the days of the placebo.
        incidents: True ones.
        hot_m: Shape (n, 2). Positions of all hot pixels.
        hot_us: Shape (n,). Their times.
        weather: The true one.
    """
    day = (incidents.at_us - BEGAN_US) // DAY_US
    square = (day * 1000 + incidents.east_m // HIT_M) * 1000 + incidents.north_m // HIT_M
    one = np.unique(square, return_index=True)[1]
    place, day = np.column_stack([incidents.east_m, incidents.north_m])[one], day[one]
    bins = np.searchsorted(CLOUD_EDGES, daily_cloud(weather))
    tree = cKDTree(np.column_stack([hot_m, _apart((hot_us - BEGAN_US) // DAY_US)]))
    tile = tile_of(*place.T)
    here = bins[day, tile]
    step = chance.integers(SHIFT_DAYS[0], SHIFT_DAYS[1] + 1, len(day))
    other = day + step * (2 * chance.integers(0, 2, len(day)) - 1)
    like = (other >= 0) & (other < len(bins))
    like[like] = bins[other[like], tile[like]] == here[like]
    hit, false = _near(tree, place, day), _near(tree, place[like], other[like])
    many, many_like = np.bincount(here, minlength=BINS), np.bincount(here[like], minlength=BINS)
    return (
        np.asarray(np.bincount(here[hit], minlength=BINS) / np.maximum(many, 1)),
        np.asarray(np.bincount(here[like][false], minlength=BINS) / np.maximum(many_like, 1)),
        many,
    )


def _apart(day: Integers) -> Floats:
    """Put each day far from the next one, on an axis in metres."""
    return np.asarray(day * 10 * HIT_M)


def _near(tree: cKDTree, place: Floats, day: Integers) -> Booleans:
    away, _ = tree.query(np.column_stack([place, _apart(day)]), distance_upper_bound=HIT_M)
    return np.isfinite(away)


def branching_ratio(incidents: Incidents) -> float:
    """Give the share of firings that another one set off."""
    return float(np.mean(incidents.parent[incidents.heads] >= 0))


def cloud_length_km(weather: Weather) -> float:
    """Fit L of exp(-d^2 / 2 L^2) to the correlation of the clouds, east to west."""
    cover = np.clip(weather.cloud, 1e-9, 1 - 1e-9)
    field = (np.log(cover / (1 - cover)) - weather.everywhere[:, None, None]) / CLOUD_STEEPNESS
    steps = np.arange(1, COLUMNS // 2)
    spread = np.mean(field**2)
    alike = [np.mean(field[:, :, :-k] * field[:, :, k:]) / spread for k in steps]
    away_km = steps * CELL_M / 1000
    (length,), _ = curve_fit(
        lambda d, size: np.exp(-(d**2) / (2 * size**2)), away_km, alike, p0=[80.0]
    )
    return float(length)
