"""Who watches from the air and on the ground: drones with flight plans, patrols with hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, MINUTE_US
from truceline.sensors.lag import DRONE, OBSERVER
from truceline.simulate.onlookers import DETECTS, HABITS
from truceline.simulate.theatre import noticed
from truceline.simulate.theatre.families import Family, Hidden, stream
from truceline.simulate.theatre.incidents import SMALL_ARMS, Incidents
from truceline.simulate.theatre.noticed import Looks, Part
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    CLOUD_EDGES,
    HEIGHT_M,
    HOURS_A_DAY,
    WIDTH_M,
    WIND_EDGES_M_S,
    Booleans,
    Floats,
    Generator,
    Integers,
    at,
    hour_of,
    spans,
)
from truceline.simulate.theatre.terrain import Terrain, draw_outages
from truceline.simulate.theatre.weather import Weather

DRONES, PATROLS = 12, 6  # on each side's ground
FLIES, FLIGHT_FROM_H, FLIGHT_UNTIL_H = 0.8, 4.0, 20.0
LEGS, LEG_US, LEG_M = 18, 10 * MINUTE_US, 2_500.0
FOOTPRINT_M, DRONE_DEPTH_M = 4_000.0, 6_000.0
CEILING, MOST_WIND_M_S = 0.95, 12.0
DRONE_SIGMA_M = (30.0, 60.0)
SMALL_ARMS_SEEN = 0.4
STOPS, STOP_US, PATROL_FROM_H = 4, 2 * HOUR_US, 8.5
PATROL_REACH_M, NEAREST_M, FARTHEST_M = 5_000.0, 2_000.0, 15_000.0
REFUSED = 0.15
PATROL_SIGMA_M, PATROL_SIGMA_SHARE = 200.0, 0.25
MISTAKES = {DRONE: 0.005, OBSERVER: 0.02}  # a look
PATROL_SEES = HABITS[1][0]


def fly(
    seed: int,
    family: Family,
    hidden: Hidden,
    incidents: Incidents,
    terrain: Terrain,
    weather: Weather,
) -> Part:
    """Draw flights along the line, leg by leg, and what is seen below them."""
    chance = stream(seed, "drones")
    days, many = len(terrain.line_m), DRONES * len(family.instruments_of)
    shape = (days, many)
    side = np.repeat(family.instruments_of, DRONES)
    home = np.tile((np.arange(DRONES) + 0.5) * WIDTH_M / DRONES, len(family.instruments_of))
    flies = chance.random(shape) < FLIES
    takes_off = chance.uniform(FLIGHT_FROM_H, FLIGHT_UNTIL_H, shape) * HOUR_US // LEG_US * LEG_US
    way = 2 * chance.integers(0, 2, shape) - 1
    start = home + chance.normal(0, WIDTH_M / DRONES / 3, shape)
    leg = np.arange(LEGS)
    day, drone, step = np.nonzero(np.broadcast_to(flies[:, :, None], (*shape, LEGS)))
    east = start[day, drone] + way[day, drone] * (leg[step] - LEGS / 2) * LEG_M
    east = np.clip(east, 0, WIDTH_M - 1)
    from_us = BEGAN_US + day * DAY_US + takes_off[day, drone].astype(np.int64) + leg[step] * LEG_US
    depth = chance.uniform(0, DRONE_DEPTH_M, shape)[day, drone]
    north = np.where(side[drone] == 1, depth, -depth) - terrain.beyond_m(
        east, np.zeros(len(east)), from_us
    )
    place = east, np.clip(north, 0, HEIGHT_M - 1), from_us
    out = draw_outages(chance, hidden.outage_share, many, days * HOURS_A_DAY)
    cloud = at(weather.cloud, *place)
    airborne = (
        (at(weather.speed_m_s, *place) < MOST_WIND_M_S)
        & (cloud < CEILING)
        & ~terrain.jammed_at(*place)
        & ~out[drone, hour_of(from_us, out.shape[1])]
    )
    looks = Looks(
        source=drone[airborne],
        from_us=from_us[airborne],
        until_us=from_us[airborne] + LEG_US,
        east_m=place[0][airborne],
        north_m=place[1][airborne],
        reach_m=np.full(int(airborne.sum()), FOOTPRINT_M),
        condition=np.searchsorted(CLOUD_EDGES, cloud[airborne]),
    )
    look, incident, _ = within(looks, incidents)
    seen = DETECTS[2][looks.condition[look]]
    seen = seen * np.where(incidents.kind[incident] == SMALL_ARMS, SMALL_ARMS_SEEN, 1.0)
    found = chance.random(len(look)) < seen
    sigma = chance.uniform(*DRONE_SIGMA_M, int(found.sum()))
    names = tuple(f"drone-{one + 1:02d}" for one in range(many))
    return _part(chance, (DRONE, "drone", names), looks, incidents, (look, incident), found, sigma)


def patrol(
    seed: int,
    family: Family,
    hidden: Hidden,
    incidents: Incidents,
    terrain: Terrain,
    weather: Weather,
) -> Part:
    """Draw stops of patrols in daytime, each on its own side's ground, where it is let in."""
    chance = stream(seed, "patrols")
    days, many = len(terrain.line_m), PATROLS * len(family.instruments_of)
    side = np.repeat(family.instruments_of, PATROLS)
    home = np.tile((np.arange(PATROLS) + 0.5) * WIDTH_M / PATROLS, len(family.instruments_of))
    day, team, stop = (one.ravel() for one in np.indices((days, many, STOPS)))
    from_us = BEGAN_US + day * DAY_US + round(PATROL_FROM_H * HOUR_US) + stop * STOP_US
    n = len(day)
    east = np.clip(home[team] + chance.normal(0, WIDTH_M / PATROLS / 3, n), 0, WIDTH_M - 1)
    depth = chance.uniform(NEAREST_M, FARTHEST_M, n)
    north = np.where(side[team] == 1, depth, -depth) - terrain.beyond_m(east, np.zeros(n), from_us)
    out = draw_outages(chance, hidden.outage_share, many, days * HOURS_A_DAY)
    let_in = (chance.random(n) > REFUSED) & ~out[team, hour_of(from_us, out.shape[1])]
    wind = at(weather.speed_m_s, east, north, from_us)
    looks = Looks(
        source=team[let_in],
        from_us=from_us[let_in],
        until_us=from_us[let_in] + STOP_US,
        east_m=east[let_in],
        north_m=north[let_in],
        reach_m=np.full(int(let_in.sum()), PATROL_REACH_M),
        condition=np.searchsorted(WIND_EDGES_M_S, wind[let_in]),
    )
    look, incident, range_m = within(looks, incidents)
    found = chance.random(len(look)) < PATROL_SEES
    sigma = PATROL_SIGMA_M + PATROL_SIGMA_SHARE * range_m[found]
    names = tuple(f"patrol-{one + 1:02d}" for one in range(many))
    return _part(
        chance, (OBSERVER, "patrol", names), looks, incidents, (look, incident), found, sigma
    )


def within(looks: Looks, incidents: Incidents) -> tuple[Integers, Integers, Floats]:
    """Pair looks with the incidents in their circle while they lasted.

    Returns:
        Row of the look, row of the incident, and the distance between them.
    """
    look, incident = spans(
        np.searchsorted(incidents.at_us, looks.from_us),
        np.searchsorted(incidents.at_us, looks.until_us),
    )
    range_m = np.hypot(
        looks.east_m[look] - incidents.east_m[incident],
        looks.north_m[look] - incidents.north_m[incident],
    )
    near = range_m <= looks.reach_m[look]
    return look[near], incident[near], range_m[near]


def _during(looks: Looks, look: Integers, at_us: Integers) -> Integers:
    """Fold times that err out of their look back into it: mistakes are dated within theirs."""
    from_us, until_us = looks.from_us[look], looks.until_us[look]
    late_us = np.abs(at_us - from_us)
    return np.asarray(until_us - np.abs(until_us - from_us - late_us))


def _part(
    chance: Generator,
    who: tuple[int, str, tuple[str, ...]],
    looks: Looks,
    incidents: Incidents,
    pairs: tuple[Integers, Integers],
    found: Booleans,
    sigma_m: Floats,
) -> Part:
    means, kind, names = who
    look, incident = pairs
    true = noticed.seen_true(
        chance,
        incidents,
        incident[found],
        source=looks.source[look[found]],
        look=look[found],
        sigma_m=sigma_m,
        habit=noticed.HABITS[kind],
    )
    true = replace(true, at_us=_during(looks, true.look, true.at_us))
    # A mistake is as precise as anything else, so that precision does not give it away.
    wrong = np.flatnonzero((chance.random(len(looks)) < MISTAKES[means]) & (len(sigma_m) > 0))
    lasts = looks.until_us[wrong] - looks.from_us[wrong]
    aside = chance.uniform(-0.7, 0.7, (len(wrong), 2)) * looks.reach_m[wrong, None]
    false = noticed.seen_false(
        chance,
        at_us=looks.from_us[wrong] + (chance.random(len(wrong)) * lasts).astype(np.int64),
        place_m=np.column_stack([looks.east_m[wrong], looks.north_m[wrong]]) + aside,
        sigma_m=chance.choice(sigma_m, len(wrong)) if len(wrong) else np.zeros(0),
        source=looks.source[wrong],
        look=wrong,
        cause=np.full(len(wrong), noticed.MISTAKE),
        habit=noticed.HABITS[kind],
    )
    return Part(
        means=means,
        kind=kind,
        names=names,
        east_m=np.full(len(names), np.nan),
        north_m=np.full(len(names), np.nan),
        sightings=noticed.joined([true, false]),
        looks=looks,
        exposed=noticed.counted(looks.condition[look]),
        hit=noticed.counted(looks.condition[look], found),
    )
