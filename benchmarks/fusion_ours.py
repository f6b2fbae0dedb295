"""What the fusion benchmark tells our own associator: its packaged model, or a wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from fusion_columns import Floats, Integers
from truceline.fusion.associate import Associator
from truceline.fusion.model import Model, packaged_model
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


# The last one, so that what it lists can be asked for after the clock was stopped.
_last: list[Associator] = []


def associated(detections: Detections, settings: Mapping[str, Any]) -> Integers:
    """Give each detection the number of its incident."""
    associator = Associator(model_told(settings))
    _last[:] = [associator]
    return associator.add(detections)


def listed() -> Floats:
    """Give what the last associator lists: east, north, seconds and probability, shape (m, 4)."""
    found = _last[0].incidents()
    return np.column_stack(
        [found.east_m, found.north_m, found.at_us / SECOND_US, found.probability_ppm / PPM]
    )
