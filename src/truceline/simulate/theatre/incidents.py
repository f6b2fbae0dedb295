"""What happens: firings that set off others, salvos, sides that err or stage, accidents.

Only where something arrived exists here. Where it was sent from is no column, nor is it drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, SECOND_US
from truceline.simulate.theatre.families import (
    SHOCKS,
    Family,
    Hidden,
    stream,
)
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    HEIGHT_M,
    HOURS_A_DAY,
    WIDTH_M,
    Booleans,
    Floats,
    Generator,
    Integers,
)
from truceline.simulate.theatre.regimes import Regime
from truceline.simulate.theatre.terrain import Terrain

KINDS = (
    "artillery",
    "mortar",
    "mlrs",
    "drone_strike",
    "small_arms",
    "air_strike",
    "demolition",
    "accident",
)
ARTILLERY, MORTAR, MLRS, GUIDED, SMALL_ARMS, AIR, DEMOLITION, ACCIDENT = range(8)
KIND_SHARE = np.array([0.34, 0.14, 0.05, 0.24, 0.16, 0.05, 0.02, 0.0])
DEPTH_KM = np.array([6.0, 2.0, 10.0, 12.0, 0.7, 8.0, 3.0, 0.0])  # mean distance from the line
YIELD_KG = np.array([7.0, 2.0, 6.0, 20.0, 0.02, 150.0, 20.0, 30.0])  # median
YIELD_SPREAD, DEPTH_SHAPE = 0.5, 1.5
SALVO_KINDS = np.isin(np.arange(len(KINDS)), (ARTILLERY, MORTAR, MLRS))
SALVO_LEAST, SALVO_MOST, SALVO_S, SALVO_SPREAD_M = 3, 9, 60.0, 150.0
SECTORS, SECTOR_SPREAD, SWING_SPREAD, SWING_KEPT = 12, 0.6, 0.4, 0.9
EXCITED_H, EXCITED_M, SAME_KIND, RETALIATES = 3.0, 1_500.0, 0.7, 0.35
# The process of the misspecified family: heavy tails in number, delay and distance.
SHOCK_TAIL, SHOCK_DELAY_TAIL, SHOCK_MOST, SHOCK_M = 1.5, 1.2, 500, 1_000.0
NOBODY = 2
NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidents:
    """True incidents in order of time, shape (n,): one arrival each.

    Attributes:
        at_us: When it arrived.
        east_m: Where.
        north_m: Where.
        kind: Index in `KINDS`.
        party: Side that caused it, 0 or 1; NOBODY for an accident.
        held_by: Side on whose ground it arrived.
        yield_kg: Explosive, as TNT.
        salvo: Number of its firing; the arrivals of a salvo share one.
        parent: Incident that set its firing off, or NONE.
        own_side: Its own side caused it by mistake.
        staged: Its own side caused it to have the other one blamed.
    """

    at_us: Integers
    east_m: Floats
    north_m: Floats
    kind: Integers
    party: Integers
    held_by: Integers
    yield_kg: Floats
    salvo: Integers
    parent: Integers
    own_side: Booleans
    staged: Booleans

    def __len__(self) -> int:
        return len(self.at_us)

    @property
    def heads(self) -> Integers:
        """Give the first arrival of each firing: what people tell as one happening."""
        return np.unique(self.salvo, return_index=True)[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Firings:
    """Firings before their salvos: parent is a row of the same columns; side is the target's."""

    at_us: Integers
    east_m: Floats
    depth_m: Floats
    side: Integers
    kind: Integers
    parent: Integers


def draw_incidents(
    seed: int, family: Family, hidden: Hidden, regime: Regime, terrain: Terrain
) -> Incidents:
    """Draw all incidents of the days of a regime."""
    firings = _firings(seed, family, hidden, regime)
    chance = stream(seed, "incidents")
    accidents = chance.poisson(hidden.accident_share * len(firings.at_us))
    at_us, east, north, parent, kind = _laid_out(
        chance, firings, accidents, terrain, len(regime.rate)
    )
    beyond = terrain.beyond_m(east, north, at_us)
    held_by = (beyond > 0).astype(np.int64)
    draw = chance.random(len(kind))
    mistaken = (draw < hidden.own_side_share) & (kind < DEMOLITION)
    staged = (draw > 1 - hidden.staged_share) & (kind < DEMOLITION)
    own = mistaken | staged | (kind == DEMOLITION)
    party = np.where(kind == ACCIDENT, NOBODY, np.where(own, held_by, 1 - held_by))
    salvo, late_us, aside = _salvos(chance, kind, hidden.salvo_share)
    at_us = at_us[salvo] + late_us
    # What a salvo would bring after the last day is left out, as all that comes later is.
    order = np.lexsort((salvo, at_us))
    order = order[at_us[order] < BEGAN_US + len(regime.rate) * DAY_US]
    at_us, salvo = at_us[order], salvo[order]
    east = _inside(east[salvo] + aside[0, order], WIDTH_M)
    north = _inside(north[salvo] + aside[1, order], HEIGHT_M)
    number, head = _firings_in_order(salvo, len(kind))
    set_off_by = parent[salvo]
    return Incidents(
        at_us=at_us,
        east_m=east,
        north_m=north,
        kind=kind[salvo],
        party=party[salvo],
        held_by=(terrain.beyond_m(east, north, at_us) > 0).astype(np.int64),
        yield_kg=YIELD_KG[kind[salvo]] * np.exp(chance.normal(0, YIELD_SPREAD, len(order))),
        salvo=number,
        parent=np.where(set_off_by >= 0, head[set_off_by], NONE),
        own_side=mistaken[salvo],
        staged=staged[salvo],
    )


def _firings_in_order(salvo: Integers, firings: int) -> tuple[Integers, Integers]:
    """Number the firings of arrivals by their first one; beside it the first one of each firing."""
    present, first, which = np.unique(salvo, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    head = np.full(firings, NONE)
    head[present] = first
    return rank[which], head


def _inside(place_m: Floats, most_m: float) -> Floats:
    """Fold what lies outside the plane back into it."""
    return np.asarray(most_m - np.abs(most_m - np.abs(place_m)))


def expected_in_salvo(salvo_share: float) -> float:
    """Give how many arrivals a firing has on average."""
    more = (SALVO_LEAST + SALVO_MOST) / 2 - 1
    return float(1 + salvo_share * more * KIND_SHARE[SALVO_KINDS].sum())


def _firings(seed: int, family: Family, hidden: Hidden, regime: Regime) -> _Firings:
    """Draw those that come of themselves, and generation by generation those that they set off."""
    first = _immigrants(seed, hidden, regime)
    chance = stream(seed, "offspring")
    generations = [first]
    total, until_us = len(first.at_us), BEGAN_US + len(regime.rate) * DAY_US
    offset = 0
    while len(generations[-1].at_us):
        before = generations[-1]
        children = _children(chance, family, hidden, regime, before)
        kept = children.at_us < until_us
        born = _Firings(*(getattr(children, f.name)[kept] for f in fields(_Firings)))
        generations.append(replace(born, parent=born.parent + offset))
        offset, total = total, total + len(born.at_us)
        if family.process == SHOCKS:
            break
    return _Firings(
        *(np.concatenate([getattr(one, f.name) for one in generations]) for f in fields(_Firings))
    )


def _immigrants(seed: int, hidden: Hidden, regime: Regime) -> _Firings:
    """Draw a Poisson process by sector, day, hour and side."""
    chance = stream(seed, "immigrants")
    days = len(regime.rate)
    sector = np.exp(chance.normal(-(SECTOR_SPREAD**2) / 2, SECTOR_SPREAD, SECTORS))
    swing = chance.normal(0, 1, (days, SECTORS, 2))
    swing[1:] *= np.sqrt(1 - SWING_KEPT**2)
    for day in range(1, days):
        swing[day] += SWING_KEPT * swing[day - 1]
    a_day = (
        hidden.incidents_per_day * (1 - hidden.branching) / expected_in_salvo(hidden.salvo_share)
    )
    mean = a_day / 2 * regime.rate[:, None, :] * (sector / sector.sum())[None, :, None]
    mean = mean * np.exp(SWING_SPREAD * swing - SWING_SPREAD**2 / 2)
    count = chance.poisson(mean)
    day, where, party = np.repeat(np.indices(count.shape).reshape(3, -1), count.ravel(), axis=1)
    total = len(day)
    hours = np.arange(HOURS_A_DAY)
    profile = (
        1 + 0.5 * np.cos(2 * np.pi * (hours - 13) / 24) + 0.15 * np.cos(4 * np.pi * hours / 24)
    )
    hour = chance.choice(HOURS_A_DAY, total, p=profile / profile.sum())
    kind = chance.choice(len(KINDS), total, p=KIND_SHARE)
    return _Firings(
        BEGAN_US + day * DAY_US + hour * HOUR_US + chance.integers(0, HOUR_US, total),
        (where + chance.random(total)) * WIDTH_M / SECTORS,
        _depth_m(chance, kind),
        1 - party,
        kind,
        np.full(total, NONE),
    )


def _depth_m(chance: Generator, kind: Integers) -> Floats:
    """Draw how far behind the line something arrives."""
    return chance.gamma(DEPTH_SHAPE, DEPTH_KM[kind] * 1000 / DEPTH_SHAPE)


def _children(
    chance: Generator, family: Family, hidden: Hidden, regime: Regime, before: _Firings
) -> _Firings:
    """Draw what one generation sets off: near it, soon after, mostly alike, now and then in return.

    A side that holds its fire answers less: by the ratio of the sides' rates, if it is below 1.
    """
    shocks = family.process == SHOCKS
    if shocks:
        mean = hidden.branching / (1 - hidden.branching)
        many = chance.pareto(SHOCK_TAIL, len(before.at_us)) * mean * (SHOCK_TAIL - 1)
        count = np.minimum(many + chance.random(len(many)), SHOCK_MOST).astype(np.int64)
    else:
        count = chance.poisson(hidden.branching, len(before.at_us))
    parent = np.repeat(np.arange(len(before.at_us)), count)
    n = len(parent)
    delay_h = chance.pareto(SHOCK_DELAY_TAIL, n) if shocks else chance.exponential(EXCITED_H, n)
    moved = (
        SHOCK_M * chance.standard_t(2, (n, 2)) if shocks else chance.normal(0, EXCITED_M, (n, 2))
    )
    day = (before.at_us[parent] - BEGAN_US) // DAY_US
    target = before.side[parent]
    mine = np.maximum(regime.rate[day, 1 - target], 1e-9)
    ready = np.minimum(regime.rate[day, target] / mine, 1)
    returned = chance.random(n) < RETALIATES * ready
    alike = chance.random(n) < SAME_KIND
    kind = np.where(alike, before.kind[parent], chance.choice(len(KINDS), n, p=KIND_SHARE))
    depth = np.where(alike, before.depth_m[parent], _depth_m(chance, kind)) + moved[:, 1]
    return _Firings(
        before.at_us[parent] + (np.minimum(delay_h, 1e4) * HOUR_US).astype(np.int64) + 1,
        before.east_m[parent] + moved[:, 0],
        np.abs(depth),
        np.where(returned, 1 - target, target),
        kind,
        parent,
    )


def _laid_out(
    chance: Generator, firings: _Firings, accidents: int, terrain: Terrain, days: int
) -> tuple[Integers, Floats, Floats, Integers, Integers]:
    """Put firings on the ground of their targets, and accidents beside places."""
    spot = terrain.places[chance.integers(0, len(terrain.places), accidents)]
    spot = spot + chance.normal(0, 500, spot.shape)
    at_us = np.concatenate([firings.at_us, BEGAN_US + chance.integers(0, days * DAY_US, accidents)])
    east = _inside(np.concatenate([firings.east_m, spot[:, 0]]), WIDTH_M)
    line = -terrain.beyond_m(east, np.zeros(len(east)), at_us)
    way = np.where(firings.side == 1, 1, -1)
    north = np.concatenate([line[: len(way)] + way * firings.depth_m, spot[:, 1]])
    parent = np.concatenate([firings.parent, np.full(accidents, NONE)])
    kind = np.concatenate([firings.kind, np.full(accidents, ACCIDENT)])
    return at_us, east, _inside(north, HEIGHT_M), parent, kind


def _salvos(
    chance: Generator, kind: Integers, salvo_share: float
) -> tuple[Integers, Integers, Floats]:
    """Give the firing of each arrival, by how much it comes after the first, and how far aside."""
    n = len(kind)
    many = (chance.random(n) < salvo_share) & SALVO_KINDS[kind]
    size = np.where(many, chance.integers(SALVO_LEAST, SALVO_MOST + 1, n), 1)
    salvo = np.repeat(np.arange(n), size)
    first = np.concatenate([[True], salvo[1:] != salvo[:-1]]) if n else np.zeros(0, np.bool_)
    late = (chance.uniform(0, SALVO_S, len(salvo)) * SECOND_US).astype(np.int64)
    aside = chance.normal(0, SALVO_SPREAD_M, (2, len(salvo)))
    return salvo, np.where(first, 0, late), np.where(first, 0.0, aside)
