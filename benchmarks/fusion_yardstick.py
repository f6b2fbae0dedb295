# ruff: noqa: ANN001, ANN202, PLR0913, PLR0917 - a compiled kernel takes columns
"""Nearest true incident: what placing each detection on its own gives to one who knows the truth.

Handed the true origins and the rates of the generator, it gives every detection to the likeliest
origin or to clutter. It does not know which other detections went there, so it is a yardstick and
no upper bound: in a crowd, who looks at all of them together does better.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from fusion_columns import Floats, Integers
from truceline.records.detections import Detections
from truceline.records.units import HOUR_US, SECOND_US
from truceline.sensors.lag import LAGS, OPEN_SOURCE, THERMAL
from truceline.simulate import regime as world
from truceline.simulate.regime import Incidents

GATE = 4.5
BURNS_S = 48 * 3600.0
POSTS_S = 12 * 3600.0
CELL_M = 20_000.0
SPREAD = world.BURNS_SPREAD
MEAN_BURN_S = world.BURNS_MEDIAN_H * 3600 * math.exp(world.BURNS_SPREAD**2 / 2)


def nearest_true(detections: Detections, true: Incidents) -> Integers:
    """Give each detection the index of its likeliest true incident, -1 for clutter."""
    noticed = np.array(world.KIND_SHARE) @ world.NOTICED
    noticed[THERMAL] *= world.PIXELS_PER_FIRE
    order = np.argsort(true.at_us, kind="stable")
    at_s = true.at_us[order] / SECOND_US
    seen_s = detections.at_us / SECOND_US
    means = detections.means.astype(np.int64)
    jitter_s = np.array([lag.jitter_s for lag in LAGS])
    before = np.array([GATE * lag.jitter_s for lag in LAGS])
    before[[THERMAL, OPEN_SOURCE]] = BURNS_S, POSTS_S
    after = np.array([GATE * lag.jitter_s for lag in LAGS])
    after[[THERMAL, OPEN_SOURCE]] = 60.0, 60.0
    chosen = _place(
        detections.east_m.astype(np.float64),
        detections.north_m.astype(np.float64),
        seen_s,
        detections.sigma_m.astype(np.float64),
        means,
        true.east_m[order],
        true.north_m[order],
        at_s,
        np.searchsorted(at_s, seen_s - before[means]),
        np.searchsorted(at_s, seen_s + after[means], side="right"),
        jitter_s,
        noticed,
        _clutter(detections, true, noticed),
        world.POST_DELAY_US / SECOND_US,
        world.BURNS_MEDIAN_H * HOUR_US / SECOND_US,
    )
    return np.where(chosen >= 0, order[np.maximum(chosen, 0)], -1)


def _clutter(detections: Detections, true: Incidents, noticed: Floats) -> Floats:
    """Give the rate of false rows of a detection's kind where it lies, per m2 and second, (n,)."""
    span_s = max(1.0, (int(true.at_us.max()) - int(true.at_us.min())) / SECOND_US)
    cells = np.floor(np.column_stack([true.east_m, true.north_m]) / CELL_M).astype(np.int64)
    own = np.floor(np.column_stack([detections.east_m, detections.north_m]) / CELL_M)
    low = np.minimum(cells.min(axis=0), own.min(axis=0).astype(np.int64))
    wide = int(max(cells[:, 1].max(), own[:, 1].max())) - int(low[1]) + 1

    def number(places: Integers) -> Integers:
        return (places[:, 0] - low[0]) * wide + places[:, 1] - low[1]

    mine = number(own.astype(np.int64))
    many = np.bincount(number(cells), minlength=int(mine.max()) + 1)[mine]
    rate = (many + 0.5) / (CELL_M**2 * span_s)
    false = (noticed * np.array(world.FALSE_SHARE))[detections.means] * rate
    works = world.WORKS_PER_1000_KM2 * 1e-9 * world.WORKS_SEEN * len(world.OVERPASS_US) / 86400
    return false + np.where(detections.means == THERMAL, works, 0.0)


@njit(cache=True)
def _place(
    east, north, at, sigma, means, true_east, true_north, true_at, first, last, jitter, noticed,
    clutter, delay, burns,
):  # fmt: skip
    chosen = np.full(len(at), -1)
    for row in range(len(at)):
        best, mean = clutter[row], means[row]
        variance = sigma[row] ** 2
        for one in range(first[row], last[row]):
            apart = (east[row] - true_east[one]) ** 2 + (north[row] - true_north[one]) ** 2
            if apart > GATE**2 * variance:
                continue
            later = at[row] - true_at[one]
            if mean == OPEN_SOURCE:
                rate = math.exp(-max(0.0, later) / delay) / delay
            elif mean == THERMAL:
                # The share of fires that still burn: lognormal times of burning.
                still = math.log(max(later, 1.0) / burns) / (SPREAD * math.sqrt(2.0))
                rate = 0.5 * math.erfc(still) / MEAN_BURN_S
            else:
                rate = math.exp(-0.5 * (later / jitter[mean]) ** 2) / (
                    jitter[mean] * math.sqrt(2 * math.pi)
                )
            density = noticed[mean] * rate / (2 * math.pi * variance)
            density *= math.exp(-apart / (2 * variance))
            if density > best:
                best, chosen[row] = density, one
    return chosen
