"""What association learns from the stream as it goes: the air, the range of notice, the clutter.

Nothing of it is given: the first block starts from wide guesses and is done twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.arrivals_kernels import (
    AIR,
    AIR_VARIANCE,
    FREE,
    GROUND,
    GROUND_SLOW,
    GROUND_VARIANCE,
    LATE_S,
    LATE_SHARE,
    LEAST,
    LOG_RATE,
    NUMBERS,
    PICK_VARIANCE,
    RANGE_BIN_M,
    REACH_M,
    SPEEDS,
    STEAL,
    STILL,
)
from truceline.fusion.arrivals_speeds import speed_equations

Floats = NDArray[np.float64]
Rows = NDArray[Any]

GROUND_M_S = 5000.0
SOUND_M_S = 338.0
# Before anything is known: temperature within 9 degrees, wind within 4 m/s, one standard deviation.
TEMPERATURE_SHARE, WIND_SHARE = 0.016, 0.012
# How far both may wander from one block to the next, and what is left beside a good fit.
WANDER_SHARE, WITHIN_SHARE, GROUND_SHARE = 0.002, 0.0013, 0.002
# The speed through the ground is known within 5 % and learned, like the error of picks.
GROUND_SPEED_SHARE = 0.05
FIRST_ERROR_S, LEAST_ERROR_S, MOST_ERROR_S, ERROR_COUNT = 0.04, 0.01, 0.2, 20.0
REACH_M_MOST = 55_000.0
BINS = int(REACH_M_MOST / RANGE_BIN_M)
# The guess of the range of notice, and how many stations it counts for in each bin of range.
GUESS_HALF_M, GUESS_FADING_M, GUESS_MOST = (14_000.0, 22_000.0), 4000.0, 0.85
GUESS_COUNT, FORGET = 3.0, 0.98
SMOOTH_BINS = 3
FIRST_EVENTS_S = 60.0


@dataclass(slots=True, kw_only=True, eq=False)
class Learned:
    """The state that one block hands to the next.

    Attributes:
        numbers: Shape (13,). See `arrivals_kernels`.
        doubt: Shape (4, 4). Covariance of the slowness of still air, both parts of the wind, and
            the ground.
        tried: Shape (2, bins). Stations that an event had within a range, for each wave.
        noticed: Shape (2, bins). So many of them noticed it.
        heard: Shape (stations, 2). Picks that no event explains.
        watched_s: For how long.
        events: How many there were in that time.
    """

    numbers: Floats
    doubt: Floats
    tried: Floats
    noticed: Floats
    heard: Floats
    watched_s: float
    events: float

    def log_rate(self, total: Floats) -> Floats:
        """Give the logarithm of the rate of other picks, a second, for each station and wave.

        `total` is what came in altogether, as a rate: a small part of it may be anything's.
        """
        even = self.heard.sum(axis=0) / len(self.heard)
        left = (self.heard + 3.0 * (even + 0.5) / (even.mean() + 0.5)) / (self.watched_s + 300.0)
        return np.asarray(np.log(np.maximum(left + total, 1e-6)))

    def notice(self) -> Floats:
        """Give the probability that a station notices a wave, by range in bins."""
        return np.clip(self.noticed / self.tried, 1e-4, 0.98)


def begin(stations: int) -> Learned:
    """Give the wide guesses that a stream starts with."""
    numbers = np.zeros(NUMBERS)
    numbers[STILL] = 1.0 / SOUND_M_S
    numbers[GROUND_SLOW] = 1.0 / GROUND_M_S
    numbers[PICK_VARIANCE] = FIRST_ERROR_S**2
    numbers[LATE_SHARE], numbers[LATE_S] = 0.15, 1.0
    numbers[LEAST], numbers[STEAL], numbers[REACH_M] = 0.0, 1e9, REACH_M_MOST
    middle = (np.arange(BINS) + 0.5) * RANGE_BIN_M
    half = np.array(GUESS_HALF_M)[:, None]
    guess = GUESS_MOST / (1.0 + np.exp((middle - half) / GUESS_FADING_M))
    shares = np.array([TEMPERATURE_SHARE, WIND_SHARE, WIND_SHARE])
    return Learned(
        numbers=numbers,
        doubt=np.diag(np.append(shares / SOUND_M_S, GROUND_SPEED_SHARE / GROUND_M_S) ** 2),
        tried=np.full((2, BINS), GUESS_COUNT),
        noticed=GUESS_COUNT * guess,
        heard=np.zeros((stations, 2)),
        watched_s=0.0,
        events=0.0,
    )


def set_doubt(learned: Learned, area_m2: float) -> None:
    """Write what is uncertain about the air, and the rate of events, among the numbers."""
    doubt = learned.doubt
    share = doubt[0, 0] + 0.5 * (doubt[1, 1] + doubt[2, 2])
    learned.numbers[AIR_VARIANCE] = share / learned.numbers[STILL] ** 2 + WITHIN_SHARE**2
    ground = doubt[3, 3] / learned.numbers[GROUND_SLOW] ** 2
    learned.numbers[GROUND_VARIANCE] = ground + GROUND_SHARE**2
    rate = (learned.events + 1.0) / (learned.watched_s + FIRST_EVENTS_S)
    learned.numbers[LOG_RATE] = np.log(rate / area_m2)


def wander(learned: Learned) -> None:
    """Let the air be less well known, as a block later."""
    air = (WANDER_SHARE * learned.numbers[STILL]) ** 2
    learned.doubt = learned.doubt + np.diag([air, air, air, 0.0])


def learn_speeds(
    learned: Learned, before: Floats, doubt: Floats, sites: Floats, *chosen: Rows
) -> None:
    """Fit the speeds and the error of picks to a block, beginning from what was known before it.

    `chosen` are the picks, the events and which pick is whose, as the kernels have them.
    """
    matrix, side = np.zeros((SPEEDS, SPEEDS)), np.zeros(SPEEDS)
    cross, spare = np.empty((4 + SPEEDS, 4 + SPEEDS)), np.zeros(2)
    speed_equations(learned.numbers, sites, *chosen, matrix, side, cross, spare)
    known = np.linalg.inv(doubt)
    side += known @ (before - learned.numbers[:SPEEDS])
    learned.doubt = np.linalg.inv(matrix + known)
    learned.numbers[:SPEEDS] += learned.doubt @ side
    scale = (spare[0] + ERROR_COUNT) / (max(spare[1], 0.0) + ERROR_COUNT)
    wider = learned.numbers[PICK_VARIANCE] * min(max(scale, 0.5), 2.0)
    learned.numbers[PICK_VARIANCE] = min(max(wider, LEAST_ERROR_S**2), MOST_ERROR_S**2)


def learn_notice(learned: Learned, sites: Floats, events: Rows, held: Rows) -> None:
    """Count who noticed the events of a block, and who did not, by range."""
    if not len(events):
        return
    east = sites[None, :, 0] - events["east"][:, None]
    north = sites[None, :, 1] - events["north"][:, None]
    bins = (np.hypot(east, north) / RANGE_BIN_M).astype(np.int64).ravel()
    inside = bins < BINS
    kernel = np.ones(2 * SMOOTH_BINS + 1) / (2 * SMOOTH_BINS + 1)
    for wave in (GROUND, AIR):
        seen = (held[:, :, wave] != FREE).ravel()[inside]
        tried = np.bincount(bins[inside], minlength=BINS).astype(float)
        noticed = np.bincount(bins[inside], weights=seen, minlength=BINS)
        learned.tried[wave] += np.convolve(tried, kernel, "same")
        learned.noticed[wave] += np.convolve(noticed, kernel, "same")
