"""Mend a model by what a stream itself shows: stated errors that are too small, delays too long.

Metadata are claims. Rows are associated, and of those put together it is looked at how far each
lies from the others of its incident, in units of what was stated, and how long after it late
sources spoke. In an exercise whose metadata are right these have known values; where they are
others here, errors and delays are scaled. A few rounds, then the model is fixed: a statement that
can be signed and replayed, not a memory that drifts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.associate import associate
from truceline.fusion.model import Model
from truceline.records.detections import Detections, Integers
from truceline.records.units import SECOND_US

Floats = NDArray[np.float64]

ROUNDS = 8
# Of a long history the first rows mend the model.
SAMPLE = 60_000
# Fewer rows than this say nothing about a kind of instrument.
ENOUGH = 200
# Delays are not learned from less time than so many of the slowest: what began before the sample is
# missing in it, which makes late sources look quick.
DELAYS_SEEN = 20
# Where a late row could as well be of more than so many incidents, it is given to the quickest of
# them, and shows nothing about delays.
CROWD = 2.0
CELL_M, CELL_S = 5000, 6 * 3600
# No single round scales by more, and nothing by more than this in the end: what is farther off is
# not a wrong scale but another instrument.
STEP, MOST = 2.0, 4.0
# What is nearer to the usual than this is left as it is: chance alone moves it so far.
LEFT = 1.25


def learn(model: Model, detections: Detections, rounds: int = ROUNDS) -> Model:
    """Give the model with the scales of errors and delays that the rows themselves show.

    Args:
        model: What was believed beforehand.
        detections: A sample, some ten thousand rows of some days; what they cannot show stays.
        rounds: How many times rows are associated at most; it ends when nothing is to be mended.
    """
    for _ in range(rounds):
        labels = associate(detections, model)
        sigma = _step(spread(model, detections, labels), model.usual_spread)
        # Who names places is put to the nearest happening: in a crowd that hides how far he errs.
        named = np.array([lag.named_place for lag in model.lags])
        sigma[named] = np.exp(np.log(sigma[~named]).mean())
        delay = np.ones(len(model.lags))
        slowest_s = max(lag.delay_s for lag in model.lags)
        long = _lasts_s(detections) >= DELAYS_SEEN * slowest_s
        if long and crowding(model, detections, labels) <= CROWD:
            delay = _step(lateness(model, detections, labels), model.usual_lateness)
        if (sigma == 1).all() and (delay == 1).all():
            break
        lags = tuple(
            lag if lag.is_prompt else replace(lag, delay_s=lag.delay_s * float(times))
            for lag, times in zip(model.lags, delay, strict=True)
        )
        passing = [not lag.is_prompt and not lag.named_place for lag in model.lags]
        scale = np.clip(np.array(model.sigma_scale) * np.sqrt(sigma), 1 / MOST, MOST)
        model = replace(
            model,
            lags=lags,
            burns_s=model.burns_s * float(delay[passing].prod()),
            sigma_scale=tuple(float(one) for one in scale),
        )
    return model


def _lasts_s(detections: Detections) -> float:
    return float(detections.at_us[-1] - detections.at_us[0]) / SECOND_US if len(detections) else 0.0


def spread(model: Model, detections: Detections, labels: Integers) -> Floats:
    """Give how far rows lie from the others of their incident, in units of what is stated.

    Returns:
        Shape (m,). Mean of distance squared over twice the variance, by kind of instrument, of
        rows that the others place at least about as well; NaN where too few are.
    """
    own = (detections.sigma_m * np.array(model.sigma_scale)[detections.means]) ** 2
    weight = 1 / own
    size = int(labels.max(initial=-1)) + 1
    total = np.bincount(labels, weight, size)[labels] - weight
    apart = np.zeros(len(labels))
    others = total > 0.5 * weight
    rest = np.where(others, total, 1.0)
    for column in (detections.east_m, detections.north_m):
        mean = np.bincount(labels, weight * column, size)[labels] - weight * column
        apart += (column - mean / rest) ** 2
    return _means(apart / (2 * (own + 1 / rest)), detections.means, others, len(model.lags))


def lateness(model: Model, detections: Detections, labels: Integers) -> Floats:
    """Give how long after prompt instruments late ones speak, in units of what is believed.

    Returns:
        Shape (m,). Mean time after the prompt rows of the incident, by kind of instrument; NaN for
        prompt ones and where too few are.
    """
    prompt = np.array([lag.is_prompt for lag in model.lags])[detections.means]
    delay_s = np.array([lag.delay_s or 1.0 for lag in model.lags])[detections.means]
    at_s = (detections.at_us - detections.at_us[0]) / SECOND_US
    size = int(labels.max(initial=-1)) + 1
    dated = np.bincount(labels, prompt, size)[labels]
    began_s = np.bincount(labels, prompt * at_s, size)[labels] / np.maximum(dated, 1)
    late = ~prompt & (dated > 0)
    return _means((at_s - began_s) / delay_s, detections.means, late, len(model.lags))


def crowding(model: Model, detections: Detections, labels: Integers) -> float:
    """Give how many incidents a late row could be of: the median over late rows.

    Incidents are counted in cells of 5 km and 6 h; a row reaches twice its variance and its delay.
    """
    if not len(labels):
        return 0.0
    delay_s = np.array([lag.delay_s for lag in model.lags])[detections.means]
    cell = np.zeros(len(labels), np.int64)
    for column, side in (
        (detections.east_m, CELL_M),
        (detections.north_m, CELL_M),
        (detections.at_us, CELL_S * SECOND_US),
    ):
        along = column // side - column.min() // side
        cell = cell * (int(along.max()) + 1) + along
    _, place = np.unique(cell, return_inverse=True)
    _, first = np.unique(labels, return_index=True)
    begun = np.bincount(place[first], minlength=int(place.max()) + 1)[place]
    sigma_m = detections.sigma_m * np.array(model.sigma_scale)[detections.means]
    reach = 2 * np.pi * sigma_m**2 * delay_s / (CELL_M**2 * CELL_S)
    late = delay_s > 0
    return float(np.median((begun * reach)[late])) if late.any() else 0.0


def _means(values: Floats, kind: NDArray[np.int8], chosen: NDArray[np.bool_], kinds: int) -> Floats:
    count = np.bincount(kind[chosen], minlength=kinds)
    total = np.bincount(kind[chosen], values[chosen], kinds)
    return np.where(count >= ENOUGH, total / np.maximum(count, 1), np.nan)


def _step(seen: Floats, usual: tuple[float, ...]) -> Floats:
    """Give by how much to scale: what was seen over what right metadata show, in small steps."""
    ratio = seen / np.array(usual)
    telling = np.isfinite(ratio) & ((ratio > LEFT) | (ratio < 1 / LEFT)) & (ratio > 0)
    return np.clip(np.where(telling, ratio, 1.0), 1 / STEP, STEP)
