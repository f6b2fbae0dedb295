"""One happening, as the observations of many sources together tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.observation import Place
from truceline.records.reason import Reason
from truceline.records.units import PPM


class Stage(Enum):
    """How far a bulletin about it has come (bulletins of the vocabulary)."""

    AUTO1 = "AUTO1"
    AUTO2 = "AUTO2"
    REVIEWED = "REVIEWED"
    FINAL = "FINAL"
    CORRECTION = "CORRECTION"


class Kind(Enum):
    """What it was: a munition's effect, or something that no clause forbids."""

    MUNITION_EFFECTS = "munition_effects"
    NATURAL = "natural"
    INDUSTRIAL = "industrial"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one cluster of sources gives or takes: one row of an incident's evidence ledger.

    Attributes:
        cluster: Sources that copy one another or share one eye count once; this names the group
            ("prior", "thermal", "news", "alerts", "industrial_heat", or the observation means of
            what was prompt: "acoustic", "seismic", "visual", "uav_short").
        millibans: Weight it adds to the log odds that the incident is real and consistent with
            munition effects. Negative where it speaks against it; silence has a weight too.
        reason: Why, with the numbers.
        observations: Ids of the observations it stands on, sorted; empty for silence and priors.
        silent: The sources of the cluster looked or listened, and said nothing.
    """

    cluster: str
    millibans: int
    reason: Reason
    observations: tuple[str, ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One happening.

    Attributes:
        id: `i:` and the original's hash and line of its earliest supporting observation.
        revision: Counted from 1; late data makes a new one.
        stage: How far the bulletin about it has come.
        supersedes: Ids of incidents that this one replaces, after a merge or a split.
        place: Its middle; `radius_90_m` is the incident's own region, and the radius of `place`
            is the 95 % one.
        radius_90_m: Radius of the region that holds the true place 90 times in 100.
        area: ISO 3166-2 code of the first-level area that holds its middle; None outside all.
        near: Nearest populated place known, with its distance, in plain letters; "" if none.
        held_by: Code of the party that held the ground by the line of that day; None if not known.
            It says where something arrived, never who sent it.
        line_distance_m: Distance to the line of that day; None if no line is known.
        began_us: Start of the interval that holds its beginning 95 times in 100.
        ended_us: End of that interval.
        last_seen_us: Last instant at which a source saw or reported it.
        probability_ppm: Probability that it is real and consistent with munition effects. Not
            calibrated yet: docs/explanation/first-fusion.md.
        kinds: Probabilities of what it was, in millionths, summing to one million.
        count_low: Fewest happenings in it.
        count_high: Most happenings in it; None where no source can count.
        independent_sources: Clusters that count as independent and speak for it.
        has_physical_source: One of those is an instrument, not a person's word.
        evidence: The ledger, the prior first; `probability_ppm` follows from the sum of its rows.
        observations: Ids of all supporting observations, sorted by time, then id.
    """

    id: str
    revision: int
    stage: Stage
    supersedes: tuple[str, ...]
    place: Place
    radius_90_m: int
    area: str | None
    near: str
    held_by: str | None
    line_distance_m: int | None
    began_us: int
    ended_us: int
    last_seen_us: int
    probability_ppm: int
    kinds: tuple[tuple[Kind, int], ...]
    count_low: int
    count_high: int | None
    independent_sources: int
    has_physical_source: bool
    evidence: tuple[Evidence, ...]
    observations: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.ended_us < self.began_us:
            raise ValueError(f"ended {self.ended_us} is before began {self.began_us}")
        if not 0 <= self.probability_ppm <= PPM:
            raise ValueError(f"probability_ppm {self.probability_ppm} is outside 0..{PPM}")
        if sum(chance for _, chance in self.kinds) != PPM:
            raise ValueError(f"kinds sum to {sum(chance for _, chance in self.kinds)}, not {PPM}")
        if not self.observations:
            raise ValueError(f"{self.id} stands on no observation")
