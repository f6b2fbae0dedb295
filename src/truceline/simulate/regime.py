"""Regimes whose truth is known, in columns: `norm`, `dense` and `hot` of the association benchmark.

A regime is a density. Everything else is the same: incidents near a line, half of them in bursts;
six kinds of instruments that miss, err and are late; false alarms, hot works, rows handed in twice.
The world was fitted to how hard the task is for density clustering (the best DBSCAN scores a
pairwise F1 of 0.57, 0.39 and 0.17), before any estimator of ours was run on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from truceline.records.detections import UNKNOWN_KIND, Detections, Integers
from truceline.records.units import DAY_US, HOUR_US, SECOND_US
from truceline.sensors.lag import ACOUSTIC, DRONE, LAGS, OBSERVER, OPEN_SOURCE, SEISMIC, THERMAL

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Generator = np.random.Generator

KINDS = ("artillery", "rocket", "air_strike", "drone_strike", "small_arms")
KIND_SHARE = (0.40, 0.10, 0.12, 0.23, 0.15)
# How many of each kind of instrument notice an incident of each kind, on average: columns are
# acoustic, seismic, thermal (the share that sets something on fire), observer, open source, drone.
NOTICED = np.array(
    [
        [0.55, 0.10, 0.20, 0.20, 0.50, 0.12],
        [0.70, 0.25, 0.50, 0.25, 1.00, 0.12],
        [0.75, 0.60, 0.70, 0.30, 2.00, 0.12],
        [0.30, 0.03, 0.35, 0.25, 1.00, 0.20],
        [0.35, 0.00, 0.03, 0.30, 0.15, 0.20],
    ]
)
# Some happenings are much written about and most hardly: a gamma of this shape.
ATTENTION_SHAPE = 0.8
# How often each kind of instrument names a kind at all, and how often it is then right.
KIND_NAMED = (0.7, 0.0, 0.0, 0.8, 0.7, 0.9)
KIND_RIGHT = (0.7, 0.0, 0.0, 0.8, 0.8, 0.95)
# What each kind of instrument says of nothing at all, as a share of what it says of something.
FALSE_SHARE = (0.15, 0.15, 0.15, 0.10, 0.15, 0.05)
TWICE_SHARE = 0.05

NEAR_SHARE = 0.85
BURST_SHARE = 0.5
BURST_SIZE = 4.0
BURST_M = 2600.0
BURST_S = 7200.0

OVERPASS_US = tuple(round(h * HOUR_US) for h in (0.4, 1.3, 2.1, 11.0, 11.9, 12.7))
BURNS_MEDIAN_H, BURNS_SPREAD = 4.0, 0.9
BURNING_SEEN = 0.6  # at an overpass, through clouds or none
PIXELS_MORE = 0.5  # beyond the first
PIXELS_PER_FIRE = 1.35  # what these make on average; a test counts them
OVERPASSES = 12
POST_DELAY_US = 2.5 * HOUR_US
WORKS_PER_1000_KM2 = 0.05
WORKS_SEEN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """How much happens, and on how much land.

    Attributes:
        name: Of the regime.
        detections_per_day: On average, false ones included.
        width_km: East to west.
        height_km: South to north.
        depth_km: Standard deviation of the distance from the line, of the incidents near it.
        settlements: Named places that reports know.
    """

    name: str
    detections_per_day: float
    width_km: float
    height_km: float
    depth_km: float
    settlements: int

    def __post_init__(self) -> None:
        if not self.detections_per_day > 0:
            raise ValueError(f"{self.name}: detections_per_day {self.detections_per_day} <= 0")


NORM = Regime(
    name="norm",
    detections_per_day=1000,
    width_km=1200,
    height_km=700,
    depth_km=8,
    settlements=40_000,
)
DENSE = replace(NORM, name="dense", detections_per_day=20_000)
HOT = replace(DENSE, name="hot", width_km=120, height_km=70, depth_km=4, settlements=400)
REGIMES = {regime.name: regime for regime in (NORM, DENSE, HOT)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidents:
    """True incidents in order of time, shape (m,): metres, microseconds, index in `KINDS`."""

    east_m: Floats
    north_m: Floats
    at_us: Integers
    kind: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.at_us)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What an estimator must not see.

    Attributes:
        incidents: Those that anything at all noticed.
        incident: Shape (n,). Index of the incident that each detection came from; -1 for a false
            one, which stands alone.
    """

    incidents: Incidents
    incident: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Detections of one kind of instrument before they are sorted, with the truth beside them."""

    east_m: Floats
    north_m: Floats
    at_us: Integers
    sigma_m: Floats
    source: Integers
    kind: Integers
    incident: Integers
    means: int


def draw_regime(regime: Regime, count: int, seed: int) -> tuple[Detections, Truth]:
    """Draw about `count` detections of a regime and their truth; the same seed, the same columns.

    Args:
        regime: Which.
        count: Rows wanted; as much time is drawn as brings that number on average.
        seed: At least 0.

    Raises:
        ValueError: `count` is below 1 or `seed` below 0.
    """
    if count < 1 or seed < 0:
        raise ValueError(f"count must be at least 1 and seed at least 0, got {count} and {seed}")
    rng = np.random.Generator(np.random.PCG64(seed))
    length_us = round(count / regime.detections_per_day * DAY_US)
    incidents = _incidents(rng, regime, count, length_us)
    places = _settlements(rng, regime)
    rows = [
        _noticed(rng, regime, incidents, means, length_us, places) for means in range(len(LAGS))
    ]
    rows.append(_works(rng, regime, length_us))
    return _in_order(rng, rows, incidents)


def _expected_per_incident() -> float:
    """How many detections an incident adds on average, with its share of false and double ones."""
    noticed = np.array(KIND_SHARE) @ NOTICED
    noticed[THERMAL] *= PIXELS_PER_FIRE
    return float(noticed @ (1 + np.array(FALSE_SHARE))) * (1 + TWICE_SHARE)


def _incidents(rng: Generator, regime: Regime, count: int, length_us: int) -> Incidents:
    """Draw a Poisson process near a line, half of it in bursts."""
    expected = count / _expected_per_incident()
    singles = rng.poisson(expected * (1 - BURST_SHARE))
    bursts = rng.poisson(expected * BURST_SHARE / BURST_SIZE)
    size = 1 + rng.poisson(BURST_SIZE - 1, bursts)
    east, north, at = _centres(rng, regime, singles + bursts, length_us)
    member = np.concatenate([np.arange(singles), singles + np.repeat(np.arange(bursts), size)])
    spread = (member >= singles).astype(float)
    east = east[member] + spread * rng.normal(0, BURST_M, len(member))
    north = north[member] + spread * rng.normal(0, BURST_M, len(member))
    at = at[member] + (spread * rng.uniform(0, BURST_S, len(member)) * SECOND_US).astype(np.int64)
    order = np.argsort(at, kind="stable")
    kind = rng.choice(len(KINDS), len(member), p=KIND_SHARE).astype(np.int8)
    # A burst is of one kind, as a rule: what fires is one weapon.
    kind = np.where(spread > 0, kind[np.minimum(member, len(kind) - 1)], kind)
    return Incidents(east_m=east[order], north_m=north[order], at_us=at[order], kind=kind[order])


def _centres(
    rng: Generator, regime: Regime, count: int, length_us: int
) -> tuple[Floats, Floats, Integers]:
    width, height = regime.width_km * 1000, regime.height_km * 1000
    east = rng.uniform(0, width, count)
    near = rng.random(count) < NEAR_SHARE
    north = np.where(
        near,
        _line_m(regime, east) + rng.normal(0, regime.depth_km * 1000, count),
        rng.uniform(0, height, count),
    )
    return east, north, rng.integers(0, max(1, length_us), count)


def _line_m(regime: Regime, east_m: Floats) -> Floats:
    """Give the line's northing at each easting: a curve of two waves."""
    share = east_m / (regime.width_km * 1000)
    waves = 0.5 + 0.2 * np.sin(2 * np.pi * share) + 0.05 * np.sin(10 * np.pi * share)
    northing: Floats = regime.height_km * 1000 * waves
    return northing


def _settlements(rng: Generator, regime: Regime) -> Floats:
    size = regime.width_km * 1000, regime.height_km * 1000
    return rng.uniform((0, 0), size, (regime.settlements, 2))


def _noticed(
    rng: Generator,
    regime: Regime,
    incidents: Incidents,
    means: int,
    length_us: int,
    places: Floats,
) -> _Rows:
    """Draw what one kind of instrument says, true and false."""
    incident, at = (_burning if means == THERMAL else _heard)(rng, incidents, means)
    false = rng.poisson(len(incident) * FALSE_SHARE[means])
    none_east, none_north, none_at = _centres(rng, regime, false, length_us)
    if means == THERMAL:
        none_at = _next_overpass(none_at)
    east = np.concatenate([incidents.east_m[incident], none_east])
    north = np.concatenate([incidents.north_m[incident], none_north])
    kind = np.concatenate([incidents.kind[incident], rng.integers(0, len(KINDS), false)])
    sigma = _sigma_m(rng, means, len(east), regime)
    if means == OPEN_SOURCE:
        _, nearest = cKDTree(places).query(
            np.column_stack([east, north]) + rng.normal(0, 1000, (len(east), 2))
        )
        east, north = places[nearest].T
    else:
        east = east + rng.normal(0, 1, len(east)) * sigma
        north = north + rng.normal(0, 1, len(north)) * sigma
    return _Rows(
        east,
        north,
        np.concatenate([at, none_at]),
        sigma,
        rng.integers(0, 200, len(east)),
        _named(rng, kind.astype(np.int64), means),
        np.concatenate([incident, np.full(false, -1)]),
        means,
    )


def _heard(rng: Generator, incidents: Incidents, means: int) -> tuple[Integers, Integers]:
    """Draw which incidents one kind of instrument or person notices, and how it dates them."""
    mean = NOTICED[incidents.kind, means]
    if means == OPEN_SOURCE:
        mean = mean * rng.gamma(ATTENTION_SHAPE, 1 / ATTENTION_SHAPE, len(mean))
    incident = np.repeat(np.arange(len(incidents)), rng.poisson(mean))
    late_us = rng.normal(0, LAGS[means].jitter_s * SECOND_US, len(incident))
    if means == OPEN_SOURCE:
        late_us = rng.exponential(POST_DELAY_US, len(incident))
    return incident, incidents.at_us[incident] + late_us.astype(np.int64)


def _burning(rng: Generator, incidents: Incidents, means: int) -> tuple[Integers, Integers]:
    """Draw the pixels of the fires that incidents lit, at the overpasses while they burn."""
    fire = np.flatnonzero(rng.random(len(incidents)) < NOTICED[incidents.kind, means])
    began_us = incidents.at_us[fire]
    until_us = began_us + HOUR_US * np.exp(
        rng.normal(np.log(BURNS_MEDIAN_H), BURNS_SPREAD, len(fire))
    )
    incident, at = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    pass_us = began_us
    for _ in range(OVERPASSES):
        pass_us = _next_overpass(pass_us)
        seen = (pass_us < until_us) & (rng.random(len(fire)) < BURNING_SEEN)
        pixels = 1 + rng.poisson(PIXELS_MORE, int(seen.sum()))
        incident.append(np.repeat(fire[seen], pixels))
        at.append(np.repeat(pass_us[seen], pixels))
        pass_us = pass_us + 1
    return np.concatenate(incident), np.concatenate(at)


def _next_overpass(at_us: Integers) -> Integers:
    """Give the first overpass at or after each instant."""
    passes = np.array([*OVERPASS_US, DAY_US + OVERPASS_US[0]])
    found = passes[np.searchsorted(passes, at_us % DAY_US)]
    return np.asarray(at_us // DAY_US * DAY_US + found, dtype=np.int64)


def _sigma_m(rng: Generator, means: int, count: int, regime: Regime) -> Floats:
    """Draw the standard deviation that each row states, along each axis."""
    if means == ACOUSTIC:
        return np.exp(rng.uniform(np.log(200), np.log(2000), count))
    if means == OBSERVER:
        return rng.uniform(1000, 3000, count)
    if means == DRONE:
        return rng.uniform(30, 60, count)
    if means == OPEN_SOURCE:
        land_m2 = regime.width_km * regime.height_km * 1e6
        # Half the spacing of settlements, and the kilometre by which people err.
        return np.full(count, np.hypot(0.37 * np.sqrt(land_m2 / regime.settlements), 1000))
    return np.full(count, {SEISMIC: 5000.0, THERMAL: 300.0}[means])


def _named(rng: Generator, kind: Integers, means: int) -> Integers:
    other = (kind + rng.integers(1, len(KINDS), len(kind))) % len(KINDS)
    said = np.where(rng.random(len(kind)) < KIND_RIGHT[means], kind, other)
    return np.where(rng.random(len(kind)) < KIND_NAMED[means], said, UNKNOWN_KIND)


def _works(rng: Generator, regime: Regime, length_us: int) -> _Rows:
    """Draw the heat of works that burn all the time, seen at some overpasses."""
    count = rng.poisson(WORKS_PER_1000_KM2 * regime.width_km * regime.height_km / 1000)
    size = regime.width_km * 1000, regime.height_km * 1000
    places = rng.uniform((0, 0), size, (count, 2))
    passes = np.array(
        [day * DAY_US + at for day in range(length_us // DAY_US + 1) for at in OVERPASS_US]
    )
    passes = passes[passes < length_us]
    times = rng.binomial(len(passes), WORKS_SEEN, count)
    place = np.repeat(np.arange(count), times)
    seen = passes[rng.integers(0, max(1, len(passes)), len(place))] if len(passes) else place
    sigma = _sigma_m(rng, THERMAL, len(place), regime)
    return _Rows(
        places[place, 0] + rng.normal(0, 1, len(place)) * sigma,
        places[place, 1] + rng.normal(0, 1, len(place)) * sigma,
        seen.astype(np.int64),
        sigma,
        rng.integers(0, 200, len(place)),
        np.full(len(place), UNKNOWN_KIND),
        np.full(len(place), -1),
        THERMAL,
    )


def _in_order(rng: Generator, rows: list[_Rows], incidents: Incidents) -> tuple[Detections, Truth]:
    """Hand some rows in twice, put all in order of time, and drop incidents nobody noticed."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in rows])
        for name in ("east_m", "north_m", "at_us", "sigma_m", "source", "kind", "incident")
    }
    columns["means"] = np.concatenate([np.full(len(p.at_us), p.means) for p in rows])
    columns["source"] = columns["source"] + 1000 * columns["means"]
    once = columns["incident"] >= 0
    twice = np.flatnonzero(once & (rng.random(len(once)) < TWICE_SHARE))
    again = {name: column[twice] for name, column in columns.items()}
    again["at_us"] = again["at_us"] + rng.integers(0, 60, len(twice)) * SECOND_US
    both = {name: np.concatenate([columns[name], again[name]]) for name in columns}
    order = np.lexsort((both["east_m"], both["at_us"]))
    both = {name: column[order] for name, column in both.items()}
    noticed, incident = np.unique(both["incident"], return_inverse=True)
    false = int(noticed[0] == -1)
    kept = noticed[false:]
    truth = Truth(
        incidents=Incidents(
            east_m=incidents.east_m[kept],
            north_m=incidents.north_m[kept],
            at_us=incidents.at_us[kept],
            kind=incidents.kind[kept],
        ),
        incident=incident - false,
    )
    return _detections(both), truth


def _detections(columns: dict[str, NDArray[np.float64]]) -> Detections:
    return Detections(
        east_m=np.rint(columns["east_m"]).astype(np.int32),
        north_m=np.rint(columns["north_m"]).astype(np.int32),
        at_us=columns["at_us"].astype(np.int64),
        sigma_m=np.rint(columns["sigma_m"]).astype(np.int32),
        means=columns["means"].astype(np.int8),
        source=columns["source"].astype(np.int32),
        kind=columns["kind"].astype(np.int8),
    )
