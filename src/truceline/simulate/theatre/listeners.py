"""What is heard: by networks of acoustic stations and by arrays, and what deceives them.

Detections come located, with a standard deviation, as a processing centre gives them; raw arrivals
of stations are another world (`simulate.arrivals`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.records.units import HOUR_US
from truceline.sensors.lag import ACOUSTIC
from truceline.simulate.theatre import noticed
from truceline.simulate.theatre.families import Family, Hidden, stream
from truceline.simulate.theatre.incidents import NONE, Incidents
from truceline.simulate.theatre.noticed import Looks, Part, Sightings
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    HOURS_A_DAY,
    WIDTH_M,
    WIND_EDGES_M_S,
    Booleans,
    Floats,
    Generator,
    Integers,
    at,
    cell_of,
    hour_of,
)
from truceline.simulate.theatre.terrain import (
    BLASTS_AT_H,
    VERTEX_M,
    VERTICES,
    Terrain,
    blasts_on,
    draw_outages,
)
from truceline.simulate.theatre.weather import Weather

# Half the chance to be heard at this range without wind, moved by 2 km for 5 m/s along the path.
HALF_M, HALF_PER_M_S, FADES_M = 8_000.0, 2_000.0 / 5.0, 1_500.0
LOUD_KG, LOUD_POWER = 7.0, 1 / 6  # range grows with the sixth root of the charge
MOST_HEARD, FARTHEST = 0.9, 3.5
LOOK_H = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """A kind of listening instrument.

    Attributes:
        kind: In the table of sources.
        sides: How many there are on each side's ground.
        stations: How many stations each has, within `spread_m` of its middle.
        needed: By how many stations a detection must be heard.
        behind_m: Distance of the middle from the line.
        half_m: Range of half the chance at 7 kg, without wind.
        fades_m: How fast the chance falls about that.
        sigma_m: Standard deviation of a location with `needed` stations at `half_m`, at least.
        sigma_share: Its growth, as a share of the range.
        thunder_an_hour: Detections of thunder in an hour for it.
        traffic_a_day: Detections of what rumbles on roads.
    """

    kind: str
    sides: int
    stations: int
    needed: int
    spread_m: float
    behind_m: float
    half_m: float
    fades_m: float
    sigma_m: float
    sigma_share: float
    thunder_an_hour: float
    traffic_a_day: float


NETWORK = Ears(
    kind="acoustic", sides=10, stations=6, needed=3, spread_m=7_000, behind_m=4_000,
    half_m=HALF_M, fades_m=FADES_M, sigma_m=150, sigma_share=0.05,
    thunder_an_hour=1.0, traffic_a_day=1.0,
)  # fmt: skip
ARRAY = Ears(
    kind="array", sides=2, stations=1, needed=1, spread_m=0, behind_m=15_000,
    half_m=18_000, fades_m=4_000, sigma_m=400, sigma_share=0.04,
    thunder_an_hour=0.6, traffic_a_day=0.3,
)  # fmt: skip
THUNDER_FROM_C, THUNDER_CLOUD = 14.0, 0.6
QUARRY_HEARD, QUARRY_SIGMA_M = 0.6, 600.0


def hear(
    seed: int,
    family: Family,
    hidden: Hidden,
    incidents: Incidents,
    terrain: Terrain,
    weather: Weather,
) -> list[Part]:
    """Draw what the acoustic networks and the arrays notice."""
    return [
        _listen(NETWORK, seed, family, hidden, incidents, terrain, weather),
        _listen(ARRAY, seed, family, hidden, incidents, terrain, weather),
    ]


def _placed(chance: Generator, ears: Ears, family: Family, terrain: Terrain) -> Floats:
    """Stand the middles of networks behind the first day's line, evenly along it."""
    rows = []
    for side in family.instruments_of:
        east = (np.arange(ears.sides) + chance.uniform(0.3, 0.7, ears.sides)) * WIDTH_M / ears.sides
        vertex = np.clip(np.rint(east / VERTEX_M), 0, VERTICES - 1).astype(np.int64)
        north = terrain.line_m[0, vertex] + (1 if side else -1) * ears.behind_m
        rows.append(np.column_stack([east, north]))
    return np.concatenate(rows)


def audible(ears: Ears, range_m: Floats, along_m_s: Floats, yield_kg: Floats) -> Floats:
    """Give the chance that one station hears an explosion: logistic in range, shifted by wind.

    Args:
        ears: Which kind of station.
        range_m: To the explosion.
        along_m_s: Wind from there towards the station.
        yield_kg: Its charge.
    """
    loud = (yield_kg / LOUD_KG) ** LOUD_POWER
    half = ears.half_m * loud + HALF_PER_M_S * along_m_s
    return MOST_HEARD / (1 + np.exp((range_m - half) / ears.fades_m))


def _listen(
    ears: Ears,
    seed: int,
    family: Family,
    hidden: Hidden,
    incidents: Incidents,
    terrain: Terrain,
    weather: Weather,
) -> Part:
    chance = stream(seed, f"heard by {ears.kind}")
    middles = _placed(stream(seed, f"places of {ears.kind}"), ears, family, terrain)
    hours = len(weather.cloud)
    out = draw_outages(
        stream(seed, f"outages of {ears.kind}"), hidden.outage_share, len(middles), hours
    )
    jammed = terrain.jammed[:, *cell_of(*middles.T)].T
    looks, row_of = _listening(ears, middles, out | jammed, weather)
    exposed, hit = np.zeros(noticed.CONDITIONS, np.int64), np.zeros(noticed.CONDITIONS, np.int64)
    parts = []
    for number, middle in enumerate(middles):
        look = row_of[number, hour_of(incidents.at_us, hours) // LOOK_H]
        away = np.hypot(incidents.east_m - middle[0], incidents.north_m - middle[1])
        near = np.flatnonzero((look >= 0) & (away < FARTHEST * ears.half_m))
        look = look[near]
        stations = middle + chance.normal(0, 1, (ears.stations, 2)) * ears.spread_m / 2
        heard, range_m = _heard(chance, ears, stations, incidents, near, weather)
        found = heard >= ears.needed
        within = away[near] <= looks.reach_m[look]
        exposed += noticed.counted(looks.condition[look], within)
        hit += noticed.counted(looks.condition[look], within & found)
        parts.append(
            noticed.seen_true(
                chance,
                incidents,
                near[found],
                source=np.full(int(found.sum()), number),
                look=look[found],
                sigma_m=_sigma(ears, range_m[found], heard[found]),
                habit=noticed.HABITS[ears.kind],
            )
        )
        parts.append(_deceived(chance, ears, number, middle, row_of[number], terrain, weather))
    return Part(
        means=ACOUSTIC,
        kind=ears.kind,
        names=tuple(f"{ears.kind}-{number + 1:02d}" for number in range(len(middles))),
        east_m=middles[:, 0],
        north_m=middles[:, 1],
        sightings=noticed.joined(parts),
        looks=looks,
        exposed=exposed,
        hit=hit,
    )


def _sigma(ears: Ears, range_m: Floats, heard: Integers) -> Floats:
    """Give the standard deviation of a location by so many stations, so far off."""
    least = ears.sigma_m + ears.sigma_share * range_m
    return np.asarray(least * np.sqrt(ears.needed / heard))


def _heard(
    chance: Generator,
    ears: Ears,
    stations: Floats,
    incidents: Incidents,
    near: Integers,
    weather: Weather,
) -> tuple[Integers, Floats]:
    """Count the stations that hear each of some incidents; beside it the mean range."""
    place = incidents.east_m[near], incidents.north_m[near]
    wind = [
        at(field, *place, incidents.at_us[near]) for field in (weather.east_m_s, weather.north_m_s)
    ]
    heard, total = np.zeros(len(near), np.int64), np.zeros(len(near))
    for station in stations:
        east, north = station[0] - place[0], station[1] - place[1]
        range_m = np.maximum(np.hypot(east, north), 1.0)
        along = (east * wind[0] + north * wind[1]) / range_m
        heard += chance.random(len(near)) < audible(ears, range_m, along, incidents.yield_kg[near])
        total += range_m
    return heard, total / len(stations)


def _listening(
    ears: Ears, middles: Floats, silent: Booleans, weather: Weather
) -> tuple[Looks, Integers]:
    """Give a look for every three hours in which a network works, and its row by network and time.

    A spell of which any hour is lost is no look, and no detection is taken in it.
    """
    spells = silent.shape[1] // LOOK_H
    works = ~silent.reshape(len(middles), spells, LOOK_H).any(axis=2)
    number, spell = (one.astype(np.int64) for one in np.nonzero(works))
    row_of = np.full(works.shape, NONE)
    row_of[number, spell] = np.arange(len(number))
    from_us = BEGAN_US + spell * LOOK_H * HOUR_US
    wind = at(weather.speed_m_s, middles[number, 0], middles[number, 1], from_us + HOUR_US)
    looks = Looks(
        source=number,
        from_us=from_us,
        until_us=from_us + LOOK_H * HOUR_US,
        east_m=middles[number, 0],
        north_m=middles[number, 1],
        reach_m=np.full(len(number), ears.half_m),
        condition=np.searchsorted(WIND_EDGES_M_S, wind),
    )
    return looks, row_of


def _deceived(
    chance: Generator,
    ears: Ears,
    number: int,
    middle: Floats,
    row_of: Integers,
    terrain: Terrain,
    weather: Weather,
) -> Sightings:
    """Draw thunder in warm cloudy hours, traffic at any, quarries at noon on working days."""
    hours = np.arange(len(weather.cloud))
    row, column = cell_of(middle[:1], middle[1:])
    cloud = weather.cloud[:, row[0], column[0]]
    storm = (weather.temperature_c > THUNDER_FROM_C) & (cloud > THUNDER_CLOUD)
    blasts = (hours % HOURS_A_DAY == BLASTS_AT_H) * blasts_on(hours // HOURS_A_DAY)
    near = terrain.quarries[np.hypot(*(terrain.quarries - middle).T) < 2 * ears.half_m]
    around = ears.half_m / 2
    traffic = np.full(len(hours), ears.traffic_a_day / HOURS_A_DAY)
    deceptions = [
        (noticed.THUNDER, storm * ears.thunder_an_hour, middle, around),
        (noticed.TRAFFIC, traffic, middle, around),
        *((noticed.QUARRY, blasts * QUARRY_HEARD, spot, QUARRY_SIGMA_M)
          for spot in near),
    ]  # fmt: skip
    hour = [np.repeat(hours, chance.poisson(rate)) for _, rate, _, _ in deceptions]
    cause = np.repeat([one[0] for one in deceptions], [len(one) for one in hour])
    place = np.concatenate(
        [
            spot + chance.normal(0, spread, (len(one), 2))
            for (_, _, spot, spread), one in zip(deceptions, hour, strict=True)
        ]
    )
    at_us = BEGAN_US + np.concatenate(hour) * HOUR_US + chance.integers(0, HOUR_US, len(cause))
    look = row_of[hour_of(at_us, len(hours)) // LOOK_H]
    kept = look >= 0
    by = chance.integers(ears.needed, ears.stations + 1, int(kept.sum()))
    return noticed.seen_false(
        chance,
        at_us=at_us[kept],
        place_m=place[kept],
        sigma_m=_sigma(ears, np.hypot(*(place[kept] - middle).T), by),
        source=np.full(int(kept.sum()), number),
        look=look[kept],
        cause=cause[kept],
        habit=noticed.HABITS[ears.kind],
    )
