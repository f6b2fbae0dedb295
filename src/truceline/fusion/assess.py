"""What is known of each incident: where, when, of which kind, and how likely it is one at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.model import Model
from truceline.records.detections import Integers
from truceline.records.units import PPM, SECOND_US

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Incidents as columns, in the order of their first detection, shape (n,) unless said.

    Attributes:
        number: The label that their detections carry.
        east_m, north_m: Where, in metres on the plane of the detections.
        sigma_m: Standard deviation of that along each axis.
        at_us: When it happened, microseconds since 1970 UTC.
        at_sigma_s: Standard deviation of that, in seconds.
        probability_ppm: Probability, in millionths, that there is a happening of its own within
            10 km of it, where 2 m count for a second of difference: fitted to that.
        kinds_ppm: Shape (n, k). Probability of each kind, given that it is one, in millionths.
        seen: Shape (n, m). How many detections of each kind of instrument it has.
    """

    number: Integers
    east_m: Integers
    north_m: Integers
    sigma_m: Integers
    at_us: Integers
    at_sigma_s: Integers
    probability_ppm: Integers
    kinds_ppm: Integers
    seen: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.number)


def assess(
    model: Model,
    lives: NDArray[Any],
    spots: NDArray[Any],
    kinds: NDArray[np.float32],
    seen: NDArray[np.int16],
) -> Found:
    """Say what is known of incidents that the kernel holds.

    Args:
        model: The model they were found with.
        lives: Of `LIVE`, shape (n,).
        spots: Of `SPOT`, shape (n,).
        kinds: Shape (n, k).
        seen: Shape (n, m).
    """
    began_s, spread_s = _when(model, lives, spots, seen)
    total = kinds.sum(axis=1, keepdims=True)
    return Found(
        number=lives["number"].astype(np.int64),
        east_m=np.rint(spots["east"]).astype(np.int64),
        north_m=np.rint(spots["north"]).astype(np.int64),
        sigma_m=np.rint(np.sqrt(spots["variance"])).astype(np.int64),
        at_us=np.rint(began_s * SECOND_US).astype(np.int64),
        at_sigma_s=np.rint(spread_s).astype(np.int64),
        probability_ppm=np.rint(PPM * exists(model, features(lives, seen))).astype(np.int64),
        kinds_ppm=np.rint(PPM * (kinds / total)).astype(np.int64),
        seen=seen.copy(),
    )


def features(lives: NDArray[Any], seen: NDArray[np.int16]) -> Floats:
    """Give what the probability of existence is a function of, shape (n, 3 + 2 m).

    A constant; how far, in log-odds, its first detection stood apart from every incident that was
    there before; how much more happened just there and then than around there anyway; for each kind
    of instrument whether it noticed, and how many times more it did.
    """
    apart = np.clip(lives["apart"].astype(np.float64), 1e-6, 1 - 1e-6)
    return np.column_stack(
        [
            np.ones(len(lives)),
            np.log(apart / (1 - apart)).clip(-3, 3),
            np.log1p(lives["burst"].astype(np.float64)),
            seen > 0,
            np.log1p(np.maximum(seen - 1.0, 0.0)),
        ]
    )


def exists(model: Model, known: Floats) -> Floats:
    """Give the probability that each is an incident of its own."""
    odds = known @ np.array(model.exists)
    chance: Floats = 1 / (1 + np.exp(-odds))
    return chance


def _when(
    model: Model, lives: NDArray[Any], spots: NDArray[Any], seen: NDArray[np.int16]
) -> tuple[Floats, Floats]:
    """Give when each happened, in seconds, and how well that is known.

    Where no prompt instrument dates it, it happened before the first late one spoke: n exponential
    delays of mean d leave the first of them d / n late on average.
    """
    late = [number for number, lag in enumerate(model.lags) if not lag.is_prompt]
    delay_s = np.array([model.lags[number].delay_s for number in late])
    hurry = (seen[:, late] / delay_s).sum(axis=1)
    lag_s = 1 / np.maximum(hurry, 1e-9)
    prompt = lives["precision"] > 0
    known_s = 1 / np.sqrt(np.where(prompt, lives["precision"], 1.0))
    return (
        spots["at"] - np.where(prompt, 0.0, model.first_late * lag_s),
        np.where(prompt, known_s, lag_s),
    )
