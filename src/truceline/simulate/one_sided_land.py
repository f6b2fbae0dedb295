"""The ground of the one-sided world: a line, settlements, weather, and what happened where.

The map is drawn with the covered side (HOME) in the west. Every number is explained on the page
docs/reference/exercise-one-sided.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Chance: TypeAlias = np.random.Generator

WIDTH_M, HEIGHT_M = 300_000.0, 150_000.0
NOBODY, HOME, AWAY = 0, 1, 2
ACROSS, ACCIDENT, STAGED = 0, 1, 2

DAYS = 75
DAY_S = 86_400
HOUR_S = 3_600
MICROSECONDS = 1_000_000
FIRST_DAY_S = 1_769_904_000  # 2026-02-01, 00:00 UTC

HEADS, BRANCHING = 1_650, 0.45
CHILD_SPREAD_M, CHILD_DELAY_DAYS = 4_000.0, 1.5
SECTORS, SECTOR_SHAPE = 10, 2.0
DEPTH_SHAPE, DEPTH_SCALE_M = 1.5, 10_000.0
REAL_IN_CLUSTER = (0.8, 1.2)
ACCIDENTS, STAGINGS = 0.03, 0.02
SIZE_SHAPE = 4.0
ENTITIES, ENTITY_SLOPE = 120, 0.8
SHELLS_CHANCE = 0.22

SETTLEMENT_KM2 = 21.0
LINE_WAVES, LINE_SWING_M = 5, 9_000.0
FRONT_EVERY_DAYS = 3.5
CELL_M, CELL_DAYS = 50_000.0, 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Land:
    """Where the line runs, and where people live.

    Attributes:
        swing_m: Amplitude of each wave of the line, shape (waves,).
        phase: Phase of each wave.
        settlements_m: East and north, shape (n, 2). The row is the number in the gazetteer.
    """

    swing_m: Floats
    phase: Floats
    settlements_m: Floats

    def line_east_m(self, north_m: Floats) -> Floats:
        """Tell where the line runs at each northing."""
        wave = np.arange(1, len(self.phase) + 1) / HEIGHT_M * 2 * np.pi
        bends = self.swing_m * np.sin(np.multiply.outer(north_m, wave) + self.phase)
        return WIDTH_M / 2 + np.asarray(bends.sum(axis=-1))

    def nearest_settlements(self, places_m: Floats, count: int) -> Ints:
        """Give the numbers of the nearest settlements of each place, shape (n, count)."""
        _, number = cKDTree(self.settlements_m).query(places_m, k=count)
        return np.asarray(number, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The candidates and what truly happened, one value a candidate in each column.

    Attributes:
        across_m: How far east of the line: negative on the covered side's land.
        land: Whose land it is, HOME or AWAY.
        truth: Who did it: NOBODY (nothing happened), HOME or AWAY.
        deed: ACROSS the line, ACCIDENT on one's own land, or STAGED there.
        size: How much there was to see and hear: 1 on average over real incidents.
    """

    east_m: Floats
    north_m: Floats
    at_s: Floats
    across_m: Floats
    land: Ints
    truth: Ints
    deed: Ints
    size: Floats
    entity: Ints
    number: Ints
    cloud: Floats
    wind: Floats

    @property
    def day(self) -> Ints:
        """The day of the period on which it was."""
        return ((self.at_s - FIRST_DAY_S) // DAY_S).astype(np.int64)

    @property
    def hour(self) -> Floats:
        """The hour of the day, UTC."""
        return np.asarray(self.at_s % DAY_S / HOUR_S)


def lay_land(chance: Chance) -> Land:
    """Draw the line and the settlements."""
    settlements = round(WIDTH_M * HEIGHT_M / 1e6 / SETTLEMENT_KM2)
    return Land(
        swing_m=chance.normal(0, LINE_SWING_M / np.arange(1, LINE_WAVES + 1)),
        phase=chance.uniform(0, 2 * np.pi, LINE_WAVES),
        settlements_m=chance.uniform((0, 0), (WIDTH_M, HEIGHT_M), (settlements, 2)),
    )


def lay_ground(chance: Chance, land: Land) -> Ground:
    """Draw the candidates, in the order of their moments, and the truth of each."""
    east, north, at, cluster = _clusters(chance, land)
    n = len(at)
    across = east - land.line_east_m(north)
    whose = np.where(across < 0, HOME, AWAY)
    real = chance.random(n) < chance.beta(*REAL_IN_CLUSTER, cluster.max() + 1)[cluster]
    kind = chance.random(n)
    deed = np.where(kind < ACCIDENTS, ACCIDENT, ACROSS)
    deed[kind > 1 - STAGINGS] = STAGED
    culprit = np.where(deed == ACROSS, HOME + AWAY - whose, whose)
    cloud, wind = _weather(chance, east, north, at)
    often = np.arange(1, ENTITIES + 1) ** -ENTITY_SLOPE
    return Ground(
        east_m=east,
        north_m=north,
        at_s=at,
        across_m=across,
        land=whose,
        truth=np.where(real, culprit, NOBODY),
        deed=np.where(real, deed, ACROSS),
        size=chance.gamma(SIZE_SHAPE, 1 / SIZE_SHAPE, n),
        entity=chance.choice(ENTITIES, n, p=often / often.sum()),
        number=chance.geometric(SHELLS_CHANCE, n),
        cloud=cloud,
        wind=wind,
    )


def hazard(share: Floats | float) -> Floats:
    """Give the hazard h whose chance 1 - exp(-h size) is `share` on average over the sizes.

    >>> sizes = np.random.default_rng(0).gamma(SIZE_SHAPE, 1 / SIZE_SHAPE, 200_000)
    >>> round(float(np.mean(1 - np.exp(-hazard(0.7) * sizes))), 2)
    0.7
    """
    return np.asarray(SIZE_SHAPE * ((1 - np.asarray(share)) ** (-1 / SIZE_SHAPE) - 1))


def average_chance(rate: Floats) -> Floats:
    """Give the chance of a hazard, on average over the sizes: the inverse of `hazard`.

    >>> average_chance(hazard(np.array([0.25, 0.7]))).round(6).tolist()
    [0.25, 0.7]
    """
    return np.asarray(1 - (1 + rate / SIZE_SHAPE) ** -SIZE_SHAPE)


def _clusters(chance: Chance, land: Land) -> tuple[Floats, Floats, Floats, Ints]:
    """Draw a self-exciting process: heads near the line, and what follows each."""
    heads = int(chance.poisson(HEADS))
    weight = chance.gamma(SECTOR_SHAPE, 1, SECTORS)
    sector = chance.choice(SECTORS, heads, p=weight / weight.sum())
    north = (sector + chance.random(heads)) * HEIGHT_M / SECTORS
    side = chance.choice([-1.0, 1.0], heads)
    depth = chance.gamma(DEPTH_SHAPE, DEPTH_SCALE_M, heads)
    east = land.line_east_m(north) + side * depth
    at = FIRST_DAY_S + chance.uniform(0, DAYS * DAY_S, heads)
    rows = np.column_stack([east, north, at, np.arange(heads)])
    generations = [rows]
    while len(rows):
        rows = np.repeat(rows, chance.poisson(BRANCHING, len(rows)), axis=0)
        rows[:, :2] += chance.normal(0, CHILD_SPREAD_M, (len(rows), 2))
        rows[:, 2] += chance.exponential(CHILD_DELAY_DAYS * DAY_S, len(rows))
        generations.append(rows)
    every = np.concatenate(generations)
    on_map = ((every[:, :2] >= 0) & (every[:, :2] <= (WIDTH_M, HEIGHT_M))).all(axis=1)
    every = every[on_map & (every[:, 2] < FIRST_DAY_S + DAYS * DAY_S)]
    every = every[np.argsort(every[:, 2], kind="stable")]
    return every[:, 0], every[:, 1], every[:, 2], every[:, 3].astype(np.int64)


def _weather(chance: Chance, east: Floats, north: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Draw fronts that cross the map, and between them showers and gusts cell by cell."""
    fronts = int(chance.poisson(DAYS / FRONT_EVERY_DAYS))
    at_h = (at - FIRST_DAY_S) / HOUR_S
    front = np.zeros(len(at))
    for _ in range(fronts):
        begins_h = chance.uniform(0, DAYS * 24)
        speed_m_h = chance.uniform(25_000, 50_000)
        tilt = chance.uniform(-0.5, 0.5)
        width_h = chance.lognormal(np.log(10), 0.5)
        late_h = at_h - begins_h - (east + tilt * north) / speed_m_h
        front = np.maximum(front, chance.beta(4, 1.5) * np.exp(-((late_h / width_h) ** 2) / 2))
    cells = (int(WIDTH_M / CELL_M) + 1, int(HEIGHT_M / CELL_M) + 1, int(DAYS / CELL_DAYS))
    cell = (
        (east // CELL_M).astype(np.int64),
        (north // CELL_M).astype(np.int64),
        (at_h / 24 // CELL_DAYS).astype(np.int64),
    )
    shower = chance.beta(0.6, 3, cells)[cell]
    gust = chance.beta(2, 3, cells)[cell]
    return 1 - (1 - front) * (1 - shower), np.minimum(gust + front / 2, 1.0)
