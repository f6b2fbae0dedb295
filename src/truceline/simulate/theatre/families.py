"""Ten families of scenarios: spreads from which each seed draws its own, hidden, values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace

import numpy as np

Generator = np.random.Generator
Spread = tuple[float, float]

WAR, TRUCE, BROKEN, ONE_SIDED = "war", "truce", "broken", "one-sided"
PATTERNS = (WAR, TRUCE, BROKEN, ONE_SIDED)
HAWKES, SHOCKS = "hawkes", "shocks"
PROCESSES = (HAWKES, SHOCKS)
# Spreads that are no shares.
FREE = {
    "incidents_per_day",
    "empty_ratio",
    "cloud_length_km",
    "stated_factor",
    "place_tail",
    "difficulty",
}
POSITIVE = {"incidents_per_day", "cloud_length_km", "stated_factor", "place_tail"}
# At 1 one would set off others for ever, or nothing would ever work.
BELOW_ONE = {"branching", "jammed_share", "outage_share"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of world. A pair of numbers is a spread, from which each seed draws evenly.

    Attributes:
        pattern: War throughout, a truce that holds, one that breaks, or one that one side breaches.
        breacher: Side 0 or 1, of a one-sided breach.
        sides: How side 0 (south of the line) and side 1 (north of it) are named.
        process: Self-exciting (Hawkes), or single shocks with many followers (misspecified).
        instruments_of: Sides on whose ground instruments and patrols stand.
        incidents_per_day: At war, both sides together.
        branching: Mean number of incidents that one incident sets off.
        salvo_share: Share of the firings of guns, mortars and rockets that are salvos of 3 to 9.
        own_side_share: Share of the incidents that their own side caused by mistake.
        staged_share: Share that their own side caused on purpose, to have the other one blamed.
        accident_share: Accidents that nobody caused, for each firing: less of all incidents.
        truce_share: Rate in the truce, as a share of the war's.
        cloud_length_km: Distance over which clouds resemble each other, by exp(-d^2 / 2 L^2).
        jammed_share: Share of the time that ground along the line is jammed.
        outage_share: Share of the time that an instrument is out.
        copy_rate: Chance that a follower copies what its leader said.
        ring_rate: Chance that each local channel copies one leader (0: they are themselves).
        withheld_share: Mean share of people's reports of real incidents that threat silences.
        empty_ratio: Things that never happened but may be told, a real happening.
        injected_share: Adversarial injections, as a share of the leaders' reports.
        stated_factor: What instruments state of their chance to detect, as a share of the true one.
        difficulty: Standard deviation of what makes an incident hard for all people, in logits.
        rumour: Share of empty happenings that local channels tell together, without copying.
        place_tail: Degrees of freedom of people's place errors (Student's t).
    """

    name: str
    pattern: str = WAR
    breacher: int = 0
    sides: tuple[str, str] = ("A", "B")
    process: str = HAWKES
    instruments_of: tuple[int, ...] = (0, 1)
    incidents_per_day: Spread = (900.0, 1300.0)
    branching: Spread = (0.3, 0.6)
    salvo_share: Spread = (0.2, 0.4)
    own_side_share: Spread = (0.01, 0.03)
    staged_share: Spread = (0.005, 0.02)
    accident_share: Spread = (0.005, 0.02)
    truce_share: Spread = (0.03, 0.08)
    cloud_length_km: Spread = (50.0, 150.0)
    jammed_share: Spread = (0.02, 0.08)
    outage_share: Spread = (0.01, 0.05)
    copy_rate: Spread = (0.5, 0.7)
    ring_rate: Spread = (0.0, 0.0)
    withheld_share: Spread = (0.02, 0.08)
    empty_ratio: Spread = (0.4, 0.8)
    injected_share: Spread = (0.02, 0.06)
    stated_factor: Spread = (0.9, 1.1)
    difficulty: Spread = (0.3, 0.5)
    rumour: Spread = (0.0, 0.02)
    place_tail: Spread = (4.0, 6.0)

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not _is_spread(value):
                continue
            top = np.inf if field.name in FREE else 1.0
            if not 0 <= value[0] <= value[1] <= top:
                raise ValueError(
                    f"family {self.name}: {field.name} {value} is no spread in 0..{top}"
                )
            if field.name in POSITIVE and value[0] <= 0:
                raise ValueError(f"family {self.name}: {field.name} {value} must be positive")
            if field.name in BELOW_ONE and value[1] >= 1:
                raise ValueError(f"family {self.name}: {field.name} {value} must stay below 1")
        if self.pattern not in PATTERNS or self.process not in PROCESSES:
            raise ValueError(f"family {self.name}: no {self.pattern!r} or no {self.process!r}")
        if self.breacher not in {0, 1} or not set(self.instruments_of) <= {0, 1}:
            raise ValueError(f"family {self.name}: a side is 0 or 1")


def _is_spread(value: object) -> bool:
    return isinstance(value, tuple) and len(value) > 0 and isinstance(value[0], float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What one seed drew from the spreads of a family; the same names, the same meanings."""

    incidents_per_day: float
    branching: float
    salvo_share: float
    own_side_share: float
    staged_share: float
    accident_share: float
    truce_share: float
    cloud_length_km: float
    jammed_share: float
    outage_share: float
    copy_rate: float
    ring_rate: float
    withheld_share: float
    empty_ratio: float
    injected_share: float
    stated_factor: float
    difficulty: float
    rumour: float
    place_tail: float


FAMILIES = {
    family.name: family
    for family in (
        Family(name="war"),
        Family(name="truce-holds", pattern=TRUCE),
        Family(name="truce-broken", pattern=BROKEN),
        Family(name="one-sided-breach", pattern=ONE_SIDED),
        Family(name="sybils", ring_rate=(0.7, 0.9), empty_ratio=(0.8, 1.2)),
        Family(name="silence-under-threat", withheld_share=(0.5, 0.7)),
        Family(name="navigation-lost", jammed_share=(0.5, 0.8), outage_share=(0.1, 0.2)),
        Family(name="detection-off", stated_factor=(0.5, 0.7)),
        Family(name="one-side-watched", instruments_of=(1,)),
        Family(
            name="misspecified",
            process=SHOCKS,
            difficulty=(1.0, 1.4),
            rumour=(0.06, 0.1),
            place_tail=(1.8, 2.2),
        ),
    )
}  # fmt: skip
BASE = FAMILIES["war"]
# Five times as much on the same ground: no scenario of its own, a load.
DENSE = replace(BASE, name="dense", incidents_per_day=(4500.0, 6500.0))


def swapped(family: Family) -> Family:
    """Give the same family with the parties' names exchanged."""
    return replace(family, sides=(family.sides[1], family.sides[0]))


def stream(seed: int, name: str) -> Generator:
    """Give the chance that one table draws from; another table's draws do not move it.

    Families share the streams of a seed, so that two families at one seed can be compared in pairs.
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))


def draw_hidden(family: Family, seed: int) -> Hidden:
    """Draw what one seed hides; each value from a stream of its own."""
    return Hidden(
        **{
            field.name: float(
                stream(seed, f"hidden {field.name}").uniform(*getattr(family, field.name))
            )
            for field in fields(Hidden)
        }
    )
