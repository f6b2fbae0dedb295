"""What every kind of source gives: its instruments, what they noticed, and when they looked."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from truceline.records.detections import UNKNOWN_KIND
from truceline.records.units import SECOND_US
from truceline.sensors.lag import DRONE, LAGS, OBSERVER, SEISMIC
from truceline.simulate.theatre.incidents import KIND_SHARE, NONE, Incidents
from truceline.simulate.theatre.plane import Booleans, Floats, Generator, Integers

CAUSES = (
    "incident",
    "field_fire",
    "zone_fire",
    "works",
    "thunder",
    "quarry",
    "traffic",
    "mistake",
    "copy",
    "invention",
)
INCIDENT, FIELD_FIRE, ZONE_FIRE, WORKS, THUNDER, QUARRY, TRAFFIC, MISTAKE, COPY, INVENTION = range(
    len(CAUSES)
)
CONDITIONS = 4
SAYS_NO_PARTY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a kind of source speaks of what it noticed.

    Attributes:
        jitter_s: Standard deviation of its times.
        kinds: How often it names a kind, and how often that is right.
        cue: How often it names a party, and how often that is right.
    """

    jitter_s: float
    kinds: tuple[float, float]
    cue: tuple[float, float]


# Of parties, stations, drones and patrols know as much as in the exercise's sources.
HABITS = {
    "satellite": Habit(jitter_s=0.0, kinds=(0.0, 0.0), cue=(0.0, 0.5)),
    "acoustic": Habit(jitter_s=1.0, kinds=(0.7, 0.7), cue=(0.5, 0.78)),
    "array": Habit(jitter_s=1.0, kinds=(0.7, 0.7), cue=(0.5, 0.78)),
    "seismic": Habit(jitter_s=LAGS[SEISMIC].jitter_s, kinds=(0.0, 0.0), cue=(0.0, 0.5)),
    "drone": Habit(jitter_s=LAGS[DRONE].jitter_s, kinds=(0.9, 0.95), cue=(0.35, 0.88)),
    "patrol": Habit(jitter_s=LAGS[OBSERVER].jitter_s, kinds=(0.8, 0.8), cue=(0.7, 0.93)),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sightings:
    """Rows of one kind of source, shape (n,).

    Attributes:
        at_us: When it dates what it noticed.
        east_m: Where it puts it.
        north_m: Where it puts it.
        sigma_m: Its stated standard deviation along each axis.
        source: Number of the instrument within its kind.
        kind: Kind it names, or -1.
        claim: Side it names, 0 or 1; SAYS_NO_PARTY if none.
        look: Row of the looks of its kind in which it was noticed.
        incident: Truth: what it came from, or NONE.
        cause: Truth: index in `CAUSES`.
    """

    at_us: Integers
    east_m: Floats
    north_m: Floats
    sigma_m: Floats
    source: Integers
    kind: Integers
    claim: Integers
    look: Integers
    incident: Integers
    cause: Integers

    def __len__(self) -> int:
        return len(self.at_us)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Who looked where and when, shape (n,): with a row and no sighting there was silence.

    Attributes:
        source: Number of the instrument within its kind.
        from_us: First moment.
        until_us: Last moment.
        east_m: Middle of what it could see.
        north_m: Middle of what it could see.
        reach_m: Radius of that; half the side of a square for satellites.
        condition: 0 (the best) to 3.
    """

    source: Integers
    from_us: Integers
    until_us: Integers
    east_m: Floats
    north_m: Floats
    reach_m: Floats
    condition: Integers

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """All that one kind of source adds to the world.

    Attributes:
        means: Index in `sensors.lag.LAGS`.
        kind: Its name in the table of sources.
        names: Ids of its sources.
        east_m: Where they stand; NaN for those that stand nowhere.
        north_m: Where they stand.
        sightings: What they noticed.
        looks: When they looked.
        exposed: Shape (CONDITIONS,). Pairs of incident and look in which it could be noticed.
        hit: Shape (CONDITIONS,). Those in which it was.
    """

    means: int
    kind: str
    names: tuple[str, ...]
    east_m: Floats
    north_m: Floats
    sightings: Sightings
    looks: Looks
    exposed: Integers
    hit: Integers


def joined(parts: list[Sightings]) -> Sightings:
    """Lay sightings one after the other."""
    return Sightings(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sightings)}
    )


def counted(condition: Integers, chosen: Booleans | None = None) -> Integers:
    """Count rows by condition, all or the chosen ones."""
    return np.bincount(condition if chosen is None else condition[chosen], minlength=CONDITIONS)


def named_kinds(chance: Generator, kind: Integers, told: float, right: float) -> Integers:
    """Draw which kind a source names, given the true one."""
    other = chance.choice(len(KIND_SHARE), len(kind), p=KIND_SHARE)
    said = np.where(chance.random(len(kind)) < right, kind, other)
    return np.where(chance.random(len(kind)) < told, said, UNKNOWN_KIND)


def named_parties(
    chance: Generator, incidents: Incidents, incident: Integers, cue: tuple[float, float]
) -> Integers:
    """Draw which side a source names for the incidents it noticed; what was staged deceives it."""
    told, right = cue
    party = incidents.party[incident]
    right_here = np.where(incidents.staged[incident], 1 - right, right)
    coin = chance.integers(0, 2, len(incident))
    true = np.where(party < SAYS_NO_PARTY, party, coin)
    said = np.where(chance.random(len(incident)) < right_here, true, 1 - true)
    return np.where(chance.random(len(incident)) < told, said, SAYS_NO_PARTY)


def seen_true(
    chance: Generator,
    incidents: Incidents,
    incident: Integers,
    *,
    source: Integers,
    look: Integers,
    sigma_m: Floats,
    habit: Habit,
) -> Sightings:
    """Give sightings of incidents: off by sigma in place and by jitter in time."""
    off = chance.normal(0, 1, (2, len(incident))) * sigma_m
    late = chance.normal(0, habit.jitter_s * SECOND_US, len(incident)).astype(np.int64)
    return Sightings(
        at_us=incidents.at_us[incident] + late,
        east_m=incidents.east_m[incident] + off[0],
        north_m=incidents.north_m[incident] + off[1],
        sigma_m=sigma_m,
        source=source,
        kind=named_kinds(chance, incidents.kind[incident], *habit.kinds),
        claim=named_parties(chance, incidents, incident, habit.cue),
        look=look,
        incident=incident,
        cause=np.full(len(incident), INCIDENT),
    )


def seen_false(
    chance: Generator,
    *,
    at_us: Integers,
    place_m: NDArray[np.float64],
    sigma_m: Floats,
    source: Integers,
    look: Integers,
    cause: Integers,
    habit: Habit,
) -> Sightings:
    """Give sightings of what was no incident; a kind or a side that is named is any."""
    n = len(at_us)
    return Sightings(
        at_us=at_us,
        east_m=place_m[:, 0],
        north_m=place_m[:, 1],
        sigma_m=sigma_m,
        source=source,
        kind=named_kinds(
            chance, chance.choice(len(KIND_SHARE), n, p=KIND_SHARE), habit.kinds[0], 1.0
        ),
        claim=np.where(chance.random(n) < habit.cue[0], chance.integers(0, 2, n), SAYS_NO_PARTY),
        look=look,
        incident=np.full(n, NONE),
        cause=cause,
    )
