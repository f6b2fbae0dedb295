"""Sources and what each of them could see: candidates, weather, looks, own observations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

KIND_NAMES = np.array(["sensor", "patrol", "channel"])
ROLE_NAMES = np.array(["sensor", "patrol", "leader", "follower", "local"])
SIDE_NAMES = np.array(["", "A", "B"])
SENSOR, PATROL, CHANNEL = 0, 1, 2
LEADER, FOLLOWER, LOCAL = 2, 3, 4
SENSOR_CONDITIONS = 4
WIDTH_M, HEIGHT_M = 300_000.0, 150_000.0
DAYS = 60
DAY_US = 86_400_000_000
BEGAN_US = 1_742_428_800_000_000  # 2025-03-20, 00:00 UTC
# Chances by condition (rows: thermal, acoustic, drone); thermal as measured against verified
# incidents and a placebo, by cloud; acoustic by wind; drone by cloud below its ceiling.
DETECTS = np.array([[0.165, 0.108, 0.039, 0.034], [0.85, 0.75, 0.6, 0.4], [0.9, 0.8, 0.7, 0.6]])
FALSE = np.array([[0.059, 0.028, 0.015, 0.008], [0.05, 0.07, 0.09, 0.12], [0.02, 0.02, 0.03, 0.03]])
# Whether a detection tells a party, and how often that is right.
CUE = np.array([[0.0, 0.5], [0.5, 0.78], [0.35, 0.88]])
# Roles: chance to report the other side's incidents, the own side's, chance to claim a party,
# chance that the claim is right (of a partisan: about the other side).
HABITS = {
    1: (0.8, 0.8, 0.7, 0.93),
    LEADER: (0.5, 0.12, 0.95, 0.97),
    FOLLOWER: (0.3, 0.06, 0.9, 0.97),
    LOCAL: (0.4, 0.4, 0.7, 0.85),
}
INVENTS = {1: 0.02, FOLLOWER: 0.045, LOCAL: 0.06}
BLAMES_OTHERS = 0.8
# Opportunity: the share of candidates that lie within reach, and what else must be so.
STATION_REACH, LOCAL_REACH, PATROL_REACH = 0.8, 0.7, 0.6
DRONE_FLIES, DRONE_CEILING = 0.45, 0.9
PATROL_GOES, PATROL_FROM_H, PATROL_UNTIL_H = 0.9, 5, 20
RUMOUR_REPEATED = 0.6
SIDE_A, SIDE_B = 1, 2


@dataclass(frozen=True, slots=True)
class Ground:
    """Candidates: truth 0 none, 1 A, 2 B; place, time, weather from 0 to 1, what was there."""

    truth: Ints
    east_m: Floats
    north_m: Floats
    at_us: Ints
    cloud: Floats
    wind: Floats
    count: Ints
    entity: Ints


@dataclass(frozen=True, slots=True)
class Crowd:
    """Sources as columns: kind, side (0 none, 1 A, 2 B), role, chances of reporting each truth.

    Attributes:
        reports: Shape (sources, 3): chance to report a candidate that is none, A, B.
        names_party: Chance that a report claims a party at all.
        claims_a: Shape (sources, 3): chance that the claim is A, given the truth none, A, B.
        detects, false_alarm, stated, stated_false: Shape (3, conditions), of the sensors.
    """

    names: NDArray[np.str_]
    kind: Ints
    side: Ints
    role: Ints
    reports: Floats
    names_party: Floats
    claims_a: Floats
    detects: Floats
    false_alarm: Floats
    stated: Floats
    stated_false: Floats


@dataclass(frozen=True, slots=True)
class Looks:
    """Shape (candidates, sources): who could look, and in which condition (0 the best)."""

    had: Bools
    condition: Ints


def lay_ground(
    chance: np.random.Generator, candidates: int, exist_share: float, party_a_share: float
) -> Ground:
    """Draw candidates over 300 x 150 km and sixty days, under one weather."""
    exists = chance.random(candidates) < exist_share
    party = np.where(chance.random(candidates) < party_a_share, 1, 2)
    east_m = chance.random(candidates) * WIDTH_M
    north_m = chance.random(candidates) * HEIGHT_M
    at_us = BEGAN_US + chance.integers(0, DAYS * DAY_US, candidates)
    day = (at_us - BEGAN_US) / DAY_US
    return Ground(
        truth=np.where(exists, party, 0).astype(np.int64),
        east_m=east_m,
        north_m=north_m,
        at_us=at_us,
        cloud=_field(chance, east_m, north_m, day),
        wind=_field(chance, east_m, north_m, day),
        count=1 + chance.poisson(4, candidates),
        entity=chance.integers(0, 200, candidates),
    )


def _field(chance: np.random.Generator, east_m: Floats, north_m: Floats, day: Floats) -> Floats:
    """Give a smooth field of 0..1 with lengths of 50 to 150 km that moves over about two days."""
    waves = 24
    length_m = chance.uniform(50_000, 150_000, waves)
    heading = chance.uniform(0, 2 * np.pi, waves)
    phase = chance.uniform(0, 2 * np.pi, waves)
    period_days = chance.uniform(2, 8, waves)
    along = np.outer(east_m, np.cos(heading)) + np.outer(north_m, np.sin(heading))
    wave = np.cos(2 * np.pi * (along / length_m + np.outer(day, 1 / period_days)) + phase)
    return np.asarray(1 / (1 + np.exp(-2.5 * wave.sum(axis=1) / np.sqrt(waves / 2))))


def muster(
    chance: np.random.Generator, flipped_side: str, invention: float, stated_share: float
) -> Crowd:
    """Draw 22 sources: 3 sensors, 3 patrols, 2 x (leader, 5 followers), 4 local channels."""
    role = np.array([0] * 3 + [1] * 3 + ([LEADER] + [FOLLOWER] * 5) * 2 + [LOCAL] * 4)
    side = np.array([0] * 6 + [1] * 6 + [2] * 6 + [0] * 4)
    shuffled = np.concatenate([np.arange(6), 6 + chance.permutation(16)])
    role, side = role[shuffled], side[shuffled]
    kind = np.minimum(role, CHANNEL)
    names = np.array(
        ["thermal", "acoustic", "drone"]
        + [f"patrol-{one}" for one in (1, 2, 3)]
        + [f"channel-{one:02d}" for one in range(1, 17)]
    )
    reports, names_party, claims_a = _habits(chance, role, side, flipped_side, invention)
    detects, false_alarm = _shift(chance, DETECTS, 0.2), _shift(chance, FALSE, 0.2)
    return Crowd(
        names=names,
        kind=kind,
        side=side,
        role=role,
        reports=reports,
        names_party=names_party,
        claims_a=claims_a,
        detects=detects,
        false_alarm=false_alarm,
        stated=_shift(chance, detects, 0.1) * stated_share,
        stated_false=_shift(chance, false_alarm, 0.1),
    )


def _shift(chance: np.random.Generator, share: Floats, deviation: float) -> Floats:
    """Move each row of chances by one draw of logits: sources of a role are not all alike."""
    logit = np.log(share / (1 - share)) + chance.normal(0, deviation, (len(share), 1))
    return np.asarray(1 / (1 + np.exp(-logit)))


def _habits(
    chance: np.random.Generator, role: Ints, side: Ints, flipped_side: str, invention: float
) -> tuple[Floats, Floats, Floats]:
    """Give each source's chances to report, to name a party, and to name A, for each truth."""
    reports, claims = np.full((len(role), 3), 0.5), np.full((len(role), 3), 0.5)
    names_party = np.full(len(role), 0.5)
    for source in np.flatnonzero(role > 0):
        others, own, names_party[source], right = HABITS[int(role[source])]
        invents = INVENTS.get(int(role[source]), invention)
        reports[source] = (invents, others, others)
        claims[source] = (0.5, right, 1 - right)
        if side[source]:
            reports[source, side[source]] = own
            blames_a = (right, BLAMES_OTHERS)
            blames_b = (1 - right, 1 - BLAMES_OTHERS)
            of_others, of_own = blames_a if side[source] == SIDE_B else blames_b
            claims[source] = of_others
            claims[source, side[source]] = of_own
        if flipped_side and SIDE_NAMES[side[source]] == flipped_side:
            claims[source] = 1 - claims[source]
    return _shift(chance, reports, 0.25), names_party, _shift(chance, claims, 0.15)


def look_around(
    chance: np.random.Generator, ground: Ground, crowd: Crowd, navigation_lost: float
) -> Looks:
    """Decide who could look at each candidate, under one weather for all."""
    shape = (len(ground.truth), len(crowd.names))
    had, condition = np.ones(shape, np.bool_), np.zeros(shape, np.int64)
    cloud = np.searchsorted([0.2, 0.5, 0.8], ground.cloud)
    wind = np.searchsorted([0.2, 0.5, 0.8], ground.wind)
    condition[:, 0], condition[:, 1], condition[:, 2] = cloud, wind, cloud
    had[:, 1] = _near(chance, ground, STATION_REACH)
    had[:, 2] = (chance.random(shape[0]) < DRONE_FLIES) & (ground.cloud < DRONE_CEILING)
    dark = chance.random((shape[0], 2)) < navigation_lost
    # Jamming blinds drones; a station that lost its clock is as deaf as in a storm.
    had[:, 2] &= ~dark[:, 0]
    condition[:, 1] = np.where(dark[:, 1], SENSOR_CONDITIONS - 1, condition[:, 1])
    hour = (ground.at_us % DAY_US) / DAY_US * 24
    daylight = (hour > PATROL_FROM_H) & (hour < PATROL_UNTIL_H)
    for source in np.flatnonzero(crowd.kind == PATROL):
        near = _near(chance, ground, PATROL_REACH)
        had[:, source] = near & daylight & (chance.random(shape[0]) < PATROL_GOES)
    for source in np.flatnonzero(crowd.role == LOCAL):
        had[:, source] = _near(chance, ground, LOCAL_REACH)
    return Looks(had, condition)


def _near(chance: np.random.Generator, ground: Ground, share: float) -> Bools:
    """Mark the given share of candidates that lie nearest to one centre drawn by chance."""
    away = np.hypot(
        ground.east_m - chance.random() * WIDTH_M, ground.north_m - chance.random() * HEIGHT_M
    )
    return np.asarray(away <= np.quantile(away, share))


def observe(
    chance: np.random.Generator,
    ground: Ground,
    crowd: Crowd,
    looks: Looks,
    trouble: tuple[float, float, float],
) -> Ints:
    """Give what each source says by itself: 0 nothing, 1 claims A, 2 claims B, 3 names nobody.

    `trouble` holds the deviation of the difficulty in logits, the share of empty candidates with a
    rumour, and the mean share of human reports of real incidents that threat withholds.
    """
    difficulty, rumour, withheld = trouble
    truth, exists = ground.truth, ground.truth > 0
    shape = looks.had.shape
    logit = np.log(crowd.reports / (1 - crowd.reports))[:, truth].T
    hard = np.where(exists, chance.normal(0, difficulty, shape[0]), 0.0)
    p = 1 / (1 + np.exp(-(logit - hard[:, None])))
    rows = np.arange(shape[0])
    for sensor in range(3):
        bins = looks.condition[:, sensor]
        p[rows, sensor] = np.where(
            exists, crowd.detects[sensor, bins], crowd.false_alarm[sensor, bins]
        )
    rumoured = ~exists & (chance.random(shape[0]) < rumour)
    p = np.where(rumoured[:, None] & (crowd.role == LOCAL), RUMOUR_REPEATED, p)
    said = (chance.random(shape) < p) & looks.had
    threat = np.zeros(shape[0])
    if withheld:
        threat += chance.beta(2 * withheld, 2 * (1 - withheld), shape[0])
    human = crowd.kind != SENSOR
    said &= ~((chance.random(shape) < threat[:, None]) & exists[:, None] & human)
    return np.where(said, _claims(chance, ground, crowd), 0)


def _claims(chance: np.random.Generator, ground: Ground, crowd: Crowd) -> Ints:
    """Give the party that each source would name: 1 A, 2 B, 3 nobody."""
    shape = (len(ground.truth), len(crowd.names))
    p_a = crowd.claims_a[:, ground.truth].T.copy()
    named = np.broadcast_to(crowd.names_party, shape).copy()
    for sensor, (told, right) in enumerate(CUE):
        named[:, sensor] = told
        p_a[:, sensor] = np.choose(ground.truth, [0.5, right, 1 - right])
    claim = np.where(chance.random(shape) < p_a, 1, 2)
    return np.where(chance.random(shape) < named, claim, 3)
