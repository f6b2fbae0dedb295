"""War, a truce, a truce that breaks, a truce that one side breaches: how much each side fires."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from truceline.simulate.theatre.families import BROKEN, ONE_SIDED, WAR, Family, Hidden, stream
from truceline.simulate.theatre.plane import Floats

BEGINS, BREAKS = (0.3, 0.4), (0.6, 0.75)
RAMP_DAYS, BROKEN_TOP = 5.0, 0.8
BREACH_SHARE = (0.4, 0.7)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regime:
    """How much each side fires on each day, as a share of war: shape (days, 2), and its name."""

    rate: Floats
    phase: NDArray[np.str_]


def draw_regime(seed: int, family: Family, hidden: Hidden, days: int) -> Regime:
    """Draw when a truce begins, when it breaks, and how much each side breaches it.

    The truce begins after 0.3 to 0.4 of the days; what breaks does so after 0.6 to 0.75 of them.
    """
    chance = stream(seed, "regime")
    begins, breaks = chance.uniform(*BEGINS), chance.uniform(*BREAKS)
    breach = chance.uniform(*BREACH_SHARE)
    day = np.arange(days)
    rate, phase = np.ones((days, 2)), np.full(days, "war", "<U6")
    if family.pattern == WAR:
        return Regime(rate=rate, phase=phase)
    truce = day >= begins * days
    rate[truce], phase[truce] = hidden.truce_share, "truce"
    if family.pattern == ONE_SIDED:
        rate[truce, family.breacher] = breach
    if family.pattern == BROKEN:
        broken = day >= breaks * days
        ramp = np.minimum((day - breaks * days) / RAMP_DAYS, 1) * BROKEN_TOP
        rate[broken] = np.maximum(hidden.truce_share, ramp[broken])[:, None]
        phase[broken] = "broken"
    return Regime(rate=rate, phase=phase)
