"""Who looks in the one-sided world: a satellite over both sides, all else on one side's land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.simulate.one_sided_land import (
    AWAY,
    DAY_S,
    DAYS,
    FIRST_DAY_S,
    HEIGHT_M,
    HOME,
    HOUR_S,
    MICROSECONDS,
    NOBODY,
    Chance,
    Floats,
    Ground,
    Ints,
    Land,
    average_chance,
    hazard,
)
from truceline.simulate.one_sided_words import Statement

CONDITIONS = 3
UNSEEN = -1
SENSOR_SPREAD_SHAPE = 25.0
STATED_DETECTION_OFF, STATED_FALSE_OFF = 0.15, 0.3
RADIUS_95 = 2.45

# No instrument and no patrol reaches farther than this over the line.
REACH_OVER_M = 5_000.0
CLOUD_BOUNDS, WIND_BOUNDS = (0.3, 0.7), (0.33, 0.66)

STATIONS, STATION_DEPTH_M, STATION_REACH_M, STATION_NEAR_M = 12, (4e3, 9e3), 12e3, 8e3
ARRAYS, ARRAY_DEPTH_M, ARRAY_REACH_M = 3, (15e3, 20e3), 22e3
STATION_UP = 0.95
DRONES, SORTIES, DRONE_DEPTH_M, DRONE_REACH_M = 2, 4, (7e3, 18e3), 12e3
SORTIE_SEES_S = 12 * HOUR_S
JAMMED, GROUNDING_WIND, GROUNDING_CLOUD, DRONE_CLOUD = 0.70, 0.8, 0.9, 0.5
PATROLS, PATROL_DEPTH_M, PATROL_REACH_M = 4, (10e3, 40e3), 15e3
HALVES_H = ((6, 12), (12, 19))
ACCESS_DENIED, FOLLOW_UP = 0.25, 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What one kind of instrument does, by condition where there are three numbers.

    Attributes:
        detects: Chance to report a real incident of random size.
        clutter: Chance to report where nothing was.
        names: Chance that its report names a party; `right`: that it is the right one.
        error_m: Standard deviation of its place on each axis.
        delay_s: Median time until it publishes.
    """

    detects: tuple[float, float, float]
    clutter: tuple[float, float, float]
    names: float
    right: float
    error_m: float
    delay_s: float


SATELLITE = Model(detects=(0.165, 0.09, 0.034), clutter=(0.059, 0.025, 0.008), names=0.0, right=0.0,
                  error_m=300.0, delay_s=3 * HOUR_S)  # fmt: skip
STATION = Model(detects=(0.85, 0.65, 0.40), clutter=(0.04, 0.06, 0.10), names=0.4, right=0.8,
                error_m=400.0, delay_s=120.0)  # fmt: skip
ARRAY = Model(detects=(0.60, 0.45, 0.25), clutter=(0.02, 0.03, 0.05), names=0.0, right=0.0,
              error_m=1_200.0, delay_s=600.0)  # fmt: skip
DRONE = Model(detects=(0.90, 0.75, 0.55), clutter=(0.02, 0.025, 0.03), names=0.3, right=0.88,
              error_m=60.0, delay_s=HOUR_S)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Post:
    """One instrument or patrol.

    Attributes:
        name: The source's id.
        model: What it does; None for a patrol, whose people speak as people do.
        condition: For each candidate, in which condition it looked; UNSEEN if it could not.
    """

    name: str
    model: Model | None
    condition: Ints


def place_posts(chance: Chance, land: Land, ground: Ground) -> list[Post]:
    """Set up every instrument and patrol, and tell what each could see."""
    everything = np.ones(len(ground.truth), dtype=bool)
    cloudy = np.digitize(ground.cloud, CLOUD_BOUNDS)
    windy = np.digitize(ground.wind, WIND_BOUNDS)
    posts = [Post(name="satellite", model=SATELLITE, condition=_seen(everything, cloudy))]
    for number, far in enumerate(_far_from(chance, land, ground, STATIONS, STATION_DEPTH_M), 1):
        heard = (far < STATION_REACH_M) & _up(chance, ground)
        worse = np.minimum(windy + (far > STATION_NEAR_M), CONDITIONS - 1)
        posts.append(
            Post(name=f"station-{number:02}", model=STATION, condition=_seen(heard, worse))
        )
    for number, far in enumerate(_far_from(chance, land, ground, ARRAYS, ARRAY_DEPTH_M), 1):
        felt = (far < ARRAY_REACH_M) & _up(chance, ground)
        posts.append(Post(name=f"array-{number}", model=ARRAY, condition=_seen(felt, windy)))
    for number in range(1, DRONES + 1):
        flown = _fly(chance, land, ground)
        posts.append(Post(name=f"drone-{number}", model=DRONE, condition=flown))
    for number in range(1, PATROLS + 1):
        seen = _patrol(chance, land, ground)
        posts.append(
            Post(name=f"patrol-{number}", model=None, condition=_seen(seen, np.zeros_like(cloudy)))
        )
    near = ground.across_m <= REACH_OVER_M
    return posts[:1] + [
        Post(name=post.name, model=post.model, condition=_seen(near, post.condition))
        for post in posts[1:]
    ]


def watch(
    chance: Chance, ground: Ground, post: Post, source: int
) -> tuple[list[Statement], Floats, Floats]:
    """Let one instrument report, and state about itself its chances by condition."""
    model = post.model
    if model is None:
        raise ValueError(f"{post.name} is a patrol, and no instrument")
    share = chance.gamma(SENSOR_SPREAD_SHAPE, 1 / SENSOR_SPREAD_SHAPE)
    detects = hazard(np.array(model.detects)) * share
    clutter = 1 - np.exp(np.log1p(-np.array(model.clutter)) * share)
    condition = np.maximum(post.condition, 0)
    real = ground.truth != NOBODY
    p = np.where(real, 1 - np.exp(-detects[condition] * ground.size), clutter[condition])
    rows = np.flatnonzero((post.condition != UNSEEN) & (chance.random(len(p)) < p))
    claim = _names(chance, model, ground.truth[rows])
    east = ground.east_m[rows] + chance.normal(0, model.error_m, len(rows))
    north = ground.north_m[rows] + chance.normal(0, model.error_m, len(rows))
    told_s = ground.at_s[rows] + chance.lognormal(np.log(model.delay_s), 0.5, len(rows))
    statements = [
        Statement(
            source=source,
            candidate=int(row),
            claim=int(claim[i]),
            published_us=int(told_s[i] * MICROSECONDS),
            east_m=round(east[i]),
            north_m=round(north[i]),
            radius_95_m=round(RADIUS_95 * model.error_m),
            origin="observation" if real[row] else "clutter",
            incident=int(row) if real[row] else -1,
        )
        for i, row in enumerate(rows)
    ]
    stated = average_chance(detects) * chance.uniform(
        1 - STATED_DETECTION_OFF, 1 + STATED_DETECTION_OFF
    )
    stated_false = clutter * chance.uniform(1 - STATED_FALSE_OFF, 1 + STATED_FALSE_OFF)
    return statements, np.minimum(stated, 0.99), stated_false


def _names(chance: Chance, model: Model, truth: Ints) -> Ints:
    """Draw whom an instrument names: the right party or the other; anybody if nothing was."""
    right = np.where(truth == NOBODY, chance.integers(HOME, AWAY, len(truth), endpoint=True), truth)
    named = np.where(chance.random(len(truth)) < model.right, right, HOME + AWAY - right)
    return np.where(chance.random(len(truth)) < model.names, named, NOBODY)


def _seen(where: np.ndarray, condition: Ints) -> Ints:
    return np.where(where, condition, UNSEEN)


def _up(chance: Chance, ground: Ground) -> np.ndarray:
    """Tell whether a station worked on the day of each candidate."""
    return np.asarray((chance.random(DAYS) < STATION_UP)[ground.day])


def _behind(
    chance: Chance, land: Land, north: Floats, depth_m: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Give places on the covered side, `depth_m` behind the line."""
    return land.line_east_m(north) - chance.uniform(*depth_m, north.shape), north


def _far_from(
    chance: Chance, land: Land, ground: Ground, count: int, depth_m: tuple[float, float]
) -> list[Floats]:
    """Space instruments along the line; give the metres of all candidates from each."""
    north = (np.arange(count) + chance.uniform(0.2, 0.8, count)) * HEIGHT_M / count
    east, north = _behind(chance, land, north, depth_m)
    return [
        np.hypot(ground.east_m - e, ground.north_m - n) for e, n in zip(east, north, strict=True)
    ]


def _fly(chance: Chance, land: Land, ground: Ground) -> Ints:
    """Fly every day's sorties: each sees what happened near it in the hours before its end."""
    condition = np.full(len(ground.truth), UNSEEN)
    ends_s = chance.uniform(0, DAY_S, (DAYS, SORTIES)) + DAY_S * np.arange(DAYS)[:, None]
    east, north = _behind(chance, land, chance.uniform(0, HEIGHT_M, (DAYS, SORTIES)), DRONE_DEPTH_M)
    jammed = chance.random((DAYS, SORTIES)) < JAMMED
    weather = (ground.wind < GROUNDING_WIND) & (ground.cloud < GROUNDING_CLOUD)
    at_s = ground.at_s - FIRST_DAY_S
    for e, n, end_s, spoilt in zip(*map(np.ravel, (east, north, ends_s, jammed)), strict=True):
        near = np.hypot(ground.east_m - e, ground.north_m - n) < DRONE_REACH_M
        fresh = (at_s <= end_s) & (at_s > end_s - SORTIE_SEES_S)
        now = int(spoilt) + (ground.cloud > DRONE_CLOUD)
        better = (condition == UNSEEN) | (now < condition)
        condition = np.where(near & fresh & weather & better, now, condition)
    return condition


def _patrol(chance: Chance, land: Land, ground: Ground) -> np.ndarray:
    """Send a patrol to two places a day where access is granted, and to some sites afterwards."""
    east, north = _behind(chance, land, chance.uniform(0, HEIGHT_M, (2, DAYS)), PATROL_DEPTH_M)
    let_in = chance.random((2, DAYS)) >= ACCESS_DENIED
    seen = np.zeros(len(ground.truth), dtype=bool)
    for half, (begins, ends) in enumerate(HALVES_H):
        day = ground.day
        far = np.hypot(ground.east_m - east[half][day], ground.north_m - north[half][day])
        on_duty = (ground.hour >= begins) & (ground.hour < ends) & let_in[half][day]
        seen |= on_duty & (far < PATROL_REACH_M)
    visited = chance.random(len(seen)) < FOLLOW_UP * (1 - ACCESS_DENIED)
    return np.asarray(seen | (visited & (ground.land == HOME)))
