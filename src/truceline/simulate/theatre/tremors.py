"""What is felt: two seismic networks, strong explosions, and the blasts of quarries."""

from __future__ import annotations

import numpy as np

from truceline.records.units import DAY_US, HOUR_US
from truceline.sensors.lag import SEISMIC
from truceline.simulate.theatre import noticed
from truceline.simulate.theatre.families import Hidden, stream
from truceline.simulate.theatre.incidents import NONE, Incidents
from truceline.simulate.theatre.noticed import Looks, Part, Sightings
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    HEIGHT_M,
    HOURS_A_DAY,
    WIDTH_M,
    Floats,
    Generator,
    Integers,
)
from truceline.simulate.theatre.terrain import BLASTS_AT_H, Terrain, blasts_on, draw_outages

# Half the chance where log10(yield in kg) = LEAST_AT_1_KM + LEAST_A_DECADE log10(range in km).
NAMES = ("seismic-1", "seismic-2")
LEAST_AT_1_KM, LEAST_A_DECADE, FADES = -1.2, 1.8, 0.25
SIGMA_M, SIGMA_SHARE = 1_500.0, 0.05
MISTAKES_A_DAY = 1.0


def feel(seed: int, hidden: Hidden, incidents: Incidents, terrain: Terrain) -> Part:
    """Draw what two seismic networks, one at each end of the line, feel of strong explosions."""
    chance = stream(seed, "felt")
    days = len(terrain.line_m)
    hours = days * HOURS_A_DAY
    middles = np.array([[0.1 * WIDTH_M, HEIGHT_M / 2], [0.9 * WIDTH_M, HEIGHT_M / 2]])
    out = draw_outages(stream(seed, "outages of seismic"), hidden.outage_share, len(middles), hours)
    works = ~out.reshape(len(middles), days, HOURS_A_DAY).any(axis=2)
    number, day = np.nonzero(works)
    row_of = np.full(works.shape, NONE)
    row_of[number, day] = np.arange(len(number))
    looks = Looks(
        source=number,
        from_us=BEGAN_US + day * DAY_US,
        until_us=BEGAN_US + (day + 1) * DAY_US,
        east_m=middles[number, 0],
        north_m=middles[number, 1],
        reach_m=np.full(len(number), WIDTH_M / 4),
        condition=np.zeros(len(number), np.int64),
    )
    exposed, hit = np.zeros(noticed.CONDITIONS, np.int64), np.zeros(noticed.CONDITIONS, np.int64)
    parts = []
    on = (incidents.at_us - BEGAN_US) // DAY_US
    for one, middle in enumerate(middles):
        range_m = np.hypot(incidents.east_m - middle[0], incidents.north_m - middle[1])
        least = LEAST_AT_1_KM + LEAST_A_DECADE * np.log10(np.maximum(range_m, 1_000) / 1_000)
        felt = 1 / (1 + np.exp((least - np.log10(incidents.yield_kg)) / FADES))
        look = row_of[one, on]
        found = (chance.random(len(felt)) < felt) & (look >= 0)
        within = (look >= 0) & (range_m <= WIDTH_M / 4)
        exposed[0] += within.sum()
        hit[0] += (within & found).sum()
        parts.append(
            noticed.seen_true(
                chance,
                incidents,
                np.flatnonzero(found),
                source=np.full(int(found.sum()), one),
                look=look[found],
                sigma_m=SIGMA_M + SIGMA_SHARE * range_m[found],
                habit=noticed.HABITS["seismic"],
            )
        )
    parts.append(_felt_falsely(chance, terrain, middles, row_of))
    return Part(
        means=SEISMIC,
        kind="seismic",
        names=NAMES,
        east_m=middles[:, 0],
        north_m=middles[:, 1],
        sightings=noticed.joined(parts),
        looks=looks,
        exposed=exposed,
        hit=hit,
    )


def _felt_falsely(
    chance: Generator, terrain: Terrain, middles: Floats, row_of: Integers
) -> Sightings:
    """Draw blasts of quarries, and shakes of nothing."""
    number, day = np.nonzero(row_of >= 0)
    blasts = chance.poisson(blasts_on(day))
    wrong = chance.poisson(MISTAKES_A_DAY, len(day))
    chosen = np.concatenate([np.repeat(np.arange(len(day)), many) for many in (blasts, wrong)])
    cause = np.repeat([noticed.QUARRY, noticed.MISTAKE], [blasts.sum(), wrong.sum()])
    place = np.concatenate(
        [
            terrain.quarries[chance.integers(0, len(terrain.quarries), blasts.sum())],
            chance.uniform((0, 0), (WIDTH_M, HEIGHT_M), (wrong.sum(), 2)),
        ]
    )
    away = place - middles[number[chosen]]
    sigma = SIGMA_M + SIGMA_SHARE * np.hypot(away[:, 0], away[:, 1])
    hour = np.where(cause == noticed.QUARRY, BLASTS_AT_H, 0)
    length = np.where(cause == noticed.QUARRY, 1, HOURS_A_DAY) * HOUR_US
    at_us = BEGAN_US + day[chosen] * DAY_US + hour * HOUR_US
    return noticed.seen_false(
        chance,
        at_us=at_us + (chance.random(len(chosen)) * length).astype(np.int64),
        place_m=place + chance.normal(0, 1, place.shape) * sigma[:, None],
        sigma_m=sigma,
        source=number[chosen],
        look=row_of[number[chosen], day[chosen]],
        cause=cause,
        habit=noticed.HABITS["seismic"],
    )
