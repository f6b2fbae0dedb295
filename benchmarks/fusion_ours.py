"""What the fusion benchmark tells our own associator: its packaged model, or a wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from fusion_columns import Floats, Integers
from truceline.fusion.associate import Associator
from truceline.fusion.learn import learn
from truceline.fusion.model import Model, packaged_model
from truceline.fusion.segments import HALO_US, associate_in_segments
from truceline.records.detections import Detections
from truceline.records.units import PPM, SECOND_US
from truceline.sensors.lag import LAGS, Lag


@cache
def _packaged() -> Model:
    return packaged_model()


def lags_told(settings: Mapping[str, Any]) -> tuple[Lag, ...]:
    """Give the table of lags with every delay as many times too long as the settings say."""
    times = settings.get("delays_times", 1.0)
    return tuple(replace(lag, delay_s=lag.delay_s * times) for lag in LAGS)


def model_told(settings: Mapping[str, Any]) -> Model:
    """Give the model, its delays and times of burning as many times too long."""
    model = _packaged()
    times = settings.get("delays_times", 1.0)
    if times == 1.0:
        return model
    return replace(model, lags=lags_told(settings), burns_s=model.burns_s * times)


# Two cores, two pieces, where the history is long enough for the days that each begins earlier.
PIECES, LONG_ENOUGH = 2, 5
# Rows by which the model is mended; no truth is asked.
SAMPLE = 60_000
_last: list[tuple[Detections, Model, Integers]] = []


def associated(detections: Detections, settings: Mapping[str, Any]) -> Integers:
    """Give each detection the number of its incident, by a model that its first rows mend."""
    model = learn(model_told(settings), detections.slice(0, min(SAMPLE, len(detections))))
    long = detections.at_us[-1] - detections.at_us[0] > LONG_ENOUGH * HALO_US
    labels, _ = associate_in_segments(detections, model, PIECES if long else 1)
    _last[:] = [(detections, model, labels)]
    return labels


def listed() -> Floats:
    """Give what is listed of the last history: east, north, seconds, probability, shape (m, 4).

    This is outside the clock; it reads the history again in one go, and so checks the pieces.
    """
    detections, model, labels = _last[0]
    associator = Associator(model)
    if not np.array_equal(associator.add(detections), labels):
        raise RuntimeError("in pieces the labels are others than in one go")
    found = associator.incidents()
    return np.column_stack(
        [found.east_m, found.north_m, found.at_us / SECOND_US, found.probability_ppm / PPM]
    )
