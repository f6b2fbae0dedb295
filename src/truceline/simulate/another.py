"""One more kind of instrument over a regime whose truth is known: to try what was taught of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from truceline.records.detections import UNKNOWN_KIND, Detections
from truceline.records.units import SECOND_US
from truceline.sensors.lag import Lag
from truceline.simulate.regime import KINDS, Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Another:
    """What one more kind of prompt instrument does in truth.

    Attributes:
        lag: How its clock errs; a normal of that deviation.
        noticed: Shape (k,). How many rows it brings of an incident of each of `KINDS`, on average.
        false_share: Rows of nothing at all, for each of something.
        error_m: Least and greatest standard deviation of its positions, each row's own, stated.
        instruments: How many there are of it.
    """

    lag: Lag
    noticed: tuple[float, ...]
    false_share: float
    error_m: tuple[float, float]
    instruments: int = 20

    def __post_init__(self) -> None:
        if not self.lag.is_prompt:
            raise ValueError(f"{self.lag.name}: delay_s {self.lag.delay_s}; only prompt ones")
        if len(self.noticed) != len(KINDS):
            raise ValueError(f"{self.lag.name}: noticed needs one number for each of {KINDS}")


def draw_another(
    seen: Detections, truth: Truth, another: Another, means: int, seed: int
) -> tuple[Detections, Truth]:
    """Add what one more kind of instrument says to the rows of a regime.

    It notices only incidents that something else noticed too: those of `truth`. What it says of
    nothing lies where other rows lie, at times of its own.

    Args:
        seen: The regime's rows.
        truth: Their truth.
        another: The instrument.
        means: Its index in the table of lags that goes with the columns.
        seed: At least 0.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    incidents = truth.incidents
    mean = np.array(another.noticed)[incidents.kind]
    incident = np.repeat(np.arange(len(incidents)), rng.poisson(mean))
    late_us = rng.normal(0, another.lag.jitter_s * SECOND_US, len(incident)).astype(np.int64)
    false = rng.poisson(len(incident) * another.false_share)
    near = rng.integers(0, len(seen), false)
    at_us = np.concatenate(
        [
            incidents.at_us[incident] + late_us,
            rng.integers(seen.at_us[0], seen.at_us[-1] + 1, false),
        ]
    )
    least, greatest = another.error_m
    error_m = np.exp(rng.uniform(np.log(least), np.log(greatest), len(at_us)))
    columns: dict[str, NDArray[Any]] = {}
    for name, true_m in (("east_m", incidents.east_m), ("north_m", incidents.north_m)):
        place = np.concatenate([true_m[incident], getattr(seen, name)[near]])
        columns[name] = place + rng.normal(0, 1, len(place)) * error_m
    columns |= {
        "at_us": at_us,
        "sigma_m": error_m,
        "means": np.full(len(at_us), means),
        "source": 1000 * means + rng.integers(0, another.instruments, len(at_us)),
        "kind": np.full(len(at_us), UNKNOWN_KIND),
    }
    both = {
        name: np.concatenate(
            [getattr(seen, name), np.rint(column).astype(getattr(seen, name).dtype)]
        )
        for name, column in columns.items()
    }
    of = np.concatenate([truth.incident, incident, truth.incident.max() + 1 + np.arange(false)])
    order = np.lexsort((both["east_m"], both["at_us"]))
    return (
        Detections(**{name: column[order] for name, column in both.items()}),
        Truth(incidents=incidents, incident=of[order]),
    )
