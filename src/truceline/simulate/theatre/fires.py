"""What burns: what incidents lit, fields in their season, the zone along the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.records.units import DAY_US, HOUR_US
from truceline.simulate.theatre import noticed
from truceline.simulate.theatre.families import stream
from truceline.simulate.theatre.incidents import NONE, Incidents
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    CLOUD_EDGES,
    HEIGHT_M,
    WIDTH_M,
    Floats,
    Generator,
    Integers,
    tile_of,
)
from truceline.simulate.theatre.terrain import FIELD, WATER, Terrain
from truceline.simulate.theatre.weather import (
    NEW_YEAR_BEFORE_DAYS,
    YEAR_DAYS,
    Weather,
    daily_cloud,
)

# Chance that an arrival of each kind sets something alight, on open ground, times LIT.
LIT_BY_KIND = np.array([0.12, 0.06, 0.2, 0.3, 0.01, 0.4, 0.15, 0.5])
LIT_BY_LAND = np.array([1.2, 1.5, 1.0, 0.0, 0.7])
BURNS_MEDIAN_H, BURNS_SPREAD, BURNS_MOST_H = 3.0, 1.0, 48.0
POWER_MEDIAN_MW, POWER_SPREAD, POWER_BY_YIELD = 5.0, 0.9, 0.2
FIELDS_MEDIAN_H, ZONE_DEPTH_M = 2.0, 12_000.0
# Crops are burnt in spring and after the harvest; a day's fires per 1000 km2 of fields under a
# clear sky, by month, about as in the archive (satellites of the documents' exercise).
FIELD_FIRES = np.array([0.1, 0.3, 2.0, 2.5, 0.5, 0.8, 2.5, 3.0, 2.5, 2.0, 0.5, 0.1])

# Fitted to the anchors on seeds 100 to 103 of the family `war`, with SEEN_THROUGH of satellites.
LIT = 0.905
# A day and 1000 km2 on the line, by the mean cloud of the day.
ZONE_FIRES = np.array([39.3, 6.2, 59.0, 5.5])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fires:
    """Truth: what burnt, shape (n,).

    Attributes:
        began_us: When it was lit.
        ended_us: When it was out.
        east_m: Where.
        north_m: Where.
        power_mw: Radiative power.
        cause: Index in `noticed.CAUSES`.
        incident: What lit it, or NONE.
    """

    began_us: Integers
    ended_us: Integers
    east_m: Floats
    north_m: Floats
    power_mw: Floats
    cause: Integers
    incident: Integers


def light_fires(seed: int, incidents: Incidents, terrain: Terrain, weather: Weather) -> Fires:
    """Draw what burns: some incidents, fields by season, the zone along the line in dry weather."""
    cloud = daily_cloud(weather)
    parts = [
        _lit_by_incidents(stream(seed, "fires of incidents"), incidents, terrain),
        _fields(stream(seed, "fires of fields"), terrain, cloud),
        _zone(stream(seed, "fires of the zone"), terrain, cloud),
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    began, hours, east, north, power, cause, incident = columns
    lasted = np.minimum(hours, BURNS_MOST_H) * HOUR_US
    return Fires(
        began_us=began.astype(np.int64),
        ended_us=(began + lasted).astype(np.int64),
        east_m=east,
        north_m=north,
        power_mw=power,
        cause=cause.astype(np.int64),
        incident=incident.astype(np.int64),
    )


def _lit_by_incidents(chance: Generator, incidents: Incidents, terrain: Terrain) -> list[Floats]:
    land = terrain.land_at(incidents.east_m, incidents.north_m)
    lit = LIT * LIT_BY_KIND[incidents.kind] * LIT_BY_LAND[land]
    one = np.flatnonzero(chance.random(len(incidents)) < lit)
    n = len(one)
    return [
        incidents.at_us[one],
        BURNS_MEDIAN_H * np.exp(chance.normal(0, BURNS_SPREAD, n)),
        incidents.east_m[one],
        incidents.north_m[one],
        draw_power(chance, n) * incidents.yield_kg[one] ** POWER_BY_YIELD,
        np.full(n, noticed.INCIDENT),
        one,
    ]


def draw_power(chance: Generator, n: int) -> Floats:
    """Draw radiative powers in megawatts."""
    return POWER_MEDIAN_MW * np.exp(chance.normal(0, POWER_SPREAD, n))


def _fields(chance: Generator, terrain: Terrain, cloud: Floats) -> list[Floats]:
    """Draw burning fields: in daytime, on fields, in the months for it, under little cloud."""
    days = len(cloud)
    km2 = WIDTH_M * HEIGHT_M / 1e9
    n = chance.poisson(FIELD_FIRES.max() * km2 * days)
    day = chance.integers(0, days, n)
    east, north = chance.uniform(0, WIDTH_M, n), chance.uniform(0, HEIGHT_M, n)
    month = ((NEW_YEAR_BEFORE_DAYS + day) % YEAR_DAYS / YEAR_DAYS * 12).astype(np.int64)
    dry = 1 - cloud[day, tile_of(east, north)]
    kept = (chance.random(n) < FIELD_FIRES[month] / FIELD_FIRES.max() * dry) & (
        terrain.land_at(east, north) == FIELD
    )
    began = BEGAN_US + day * DAY_US + chance.uniform(7, 18, n) * HOUR_US
    return _burning(chance, began[kept], east[kept], north[kept], noticed.FIELD_FIRE)


def _zone(chance: Generator, terrain: Terrain, cloud: Floats) -> list[Floats]:
    """Draw fires along the line that belong to no incident: grass, mines, what smoulders."""
    days = len(cloud)
    n = chance.poisson(ZONE_FIRES.max() * WIDTH_M * 2 * ZONE_DEPTH_M / 1e9 * days)
    began = BEGAN_US + chance.integers(0, days * DAY_US, n)
    east = chance.uniform(0, WIDTH_M, n)
    line = -terrain.beyond_m(east, np.zeros(n), began)
    north = line + chance.laplace(0, ZONE_DEPTH_M, n)
    tile = tile_of(east, np.clip(north, 0, HEIGHT_M - 1))
    bins = np.searchsorted(CLOUD_EDGES, cloud[(began - BEGAN_US) // DAY_US, tile])
    kept = (chance.random(n) < ZONE_FIRES[bins] / ZONE_FIRES.max()) & (
        terrain.land_at(east, north) != WATER
    )
    return _burning(chance, began[kept], east[kept], north[kept], noticed.ZONE_FIRE)


def _burning(
    chance: Generator, began: Floats, east: Floats, north: Floats, cause: int
) -> list[Floats]:
    n = len(began)
    hours = FIELDS_MEDIAN_H * np.exp(chance.normal(0, BURNS_SPREAD, n))
    return [began, hours, east, north, draw_power(chance, n), np.full(n, cause), np.full(n, NONE)]
