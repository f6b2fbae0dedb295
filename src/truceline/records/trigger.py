"""Whether what happened would be a trigger of a guarantee: an assessment, never an act.

The physical fact and the body's word are kept apart. Findings give a probability, with bounds where
nobody knows how they depend on one another; a determination that stands gives what a body decided,
which is not a probability of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.determination import ATTRIBUTION_LEVELS, SEVERITIES
from truceline.records.finding import Outcome
from truceline.records.mandate import StandardOfProof
from truceline.records.reason import Reason
from truceline.records.units import PPM

# The vocabulary's `trigger`.
TRIGGERS = (
    "isolated_breach",
    "continued_hostilities",
    "expanded_attack",
    "armed_attack",
    "threat",
    "obstruction_of_monitoring",
    "non_compliance_with_remedy",
)


class Met(Enum):
    """Three answers, because what nobody could see is not what did not happen."""

    MET = "met"
    NOT_MET = "not_met"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """What a trigger's test needs of a finding and of its incident, and nothing else.

    Attributes:
        finding: Id of the finding.
        incident: Id of the incident: several findings about one incident count once.
        agreement: Id of the agreement.
        clause_kind: Kind of the clause, a clause type of the vocabulary.
        outcome: KEPT, BREACHED or UNDECIDED.
        probability_ppm: Probability that the incident breaches the clause.
        began_us: Start of the interval of its beginning, microseconds since 1970 UTC.
        ended_us: End of that interval.
        cell: Id of the coarse cell in which it arrived; None if not known.
        severity: A word of the vocabulary's `severity`; None if nobody has classified it.
        held_by: Code of the party that held the ground where it arrived; None if not known. It
            says nothing about who sent it.
        superseded_by: None while it is told. After a revision the ids of the findings in its
            place; empty where it was withdrawn.
    """

    finding: str
    incident: str
    agreement: str
    clause_kind: str
    outcome: Outcome
    probability_ppm: int
    began_us: int
    ended_us: int
    cell: str | None
    severity: str | None
    held_by: str | None
    superseded_by: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.probability_ppm <= PPM:
            raise ValueError(f"probability_ppm {self.probability_ppm} is outside 0..{PPM}")
        if self.ended_us < self.began_us:
            raise ValueError(f"ended {self.ended_us} is before began {self.began_us}")
        if self.severity is not None and self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} is none of {SEVERITIES}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerTerms:
    """The numbers of one trigger's test.

    Attributes:
        trigger: A word of `TRIGGERS`.
        clause_kinds: Kinds of clause that count; none for every kind.
        severity_from: Least severity that counts; "" for every one, known or not.
        count_from: Least number of incidents.
        cells_from: Least number of different cells; 1 where the place does not matter. Where it
            does, cells are counted, and `count_from` adds nothing.
        window_s: Seconds within which they must have begun.
        chance_from_ppm: At or above this, and for the lower bound: met by the findings.
        levels: Levels of attribution at which a determination must name the party as responsible;
            none where any level will do.
        determinations_from: Least number of determinations within the window.
        standard: The least standard of proof that such a determination must say is met.
        article: Where it stands in the text; "" for a default of the house.
        words: The sentence, quoted; for a default, where it comes from.
    """

    trigger: str
    clause_kinds: tuple[str, ...]
    severity_from: str
    count_from: int
    cells_from: int
    window_s: int
    chance_from_ppm: int
    levels: tuple[str, ...]
    determinations_from: int
    standard: StandardOfProof
    article: str
    words: str

    def __post_init__(self) -> None:
        if self.trigger not in TRIGGERS:
            raise ValueError(f"trigger {self.trigger!r} is none of {TRIGGERS}")
        if self.severity_from and self.severity_from not in SEVERITIES:
            raise ValueError(f"severity_from {self.severity_from!r} is none of {SEVERITIES}")
        least = (self.count_from, self.cells_from, self.window_s, self.determinations_from)
        if min(least) < 1:
            raise ValueError(f"{self.trigger}: counts and the window must be positive, got {least}")
        if self.cells_from > 1 and self.count_from > self.cells_from:
            raise ValueError(f"{self.trigger}: count_from lies above cells_from, which counts")
        if not 0 < self.chance_from_ppm <= PPM:
            raise ValueError(f"chance_from_ppm {self.chance_from_ppm} is outside 1..{PPM}")
        for level in self.levels:
            if level not in ATTRIBUTION_LEVELS:
                raise ValueError(f"level {level!r} is none of {ATTRIBUTION_LEVELS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerAssessment:
    """What is known of one trigger and one party at an instant. It starts nothing.

    Attributes:
        id: `t:` with the trigger, the party and the hash of what it stands on.
        trigger: A word of `TRIGGERS`.
        party: Code of the party that determinations or remedies name; "" for what nobody has been
            named for: findings name nobody.
        by_findings: Whether the physical facts meet the test.
        low_ppm: Lower bound of the probability, whatever the dependence; None where no number can
            be given (a remedy).
        high_ppm: Upper bound, whatever the dependence.
        probability_ppm: What it would be if the incidents were independent, which lies between.
        by_determinations: Whether what bodies have decided meets the test.
        findings: Ids of the findings it stands on, sorted.
        determinations: Ids of the determinations it stands on, sorted.
        remedies: Ids of the remedies it stands on, sorted.
        window_from_us: Start of the window compared; None where nothing fell in one.
        compared: The numbers compared with the thresholds.
        missing: What is not known.
        would_change: What would change the answer.
        article: Where the test stands in the text; "" for a default of the house.
        unwound_by: Id of what corrected or withdrew a determination that it stood on; None while
            it stands.
    """

    id: str
    trigger: str
    party: str
    by_findings: Met
    low_ppm: int | None
    high_ppm: int | None
    probability_ppm: int | None
    by_determinations: Met
    findings: tuple[str, ...]
    determinations: tuple[str, ...]
    remedies: tuple[str, ...]
    window_from_us: int | None
    compared: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    would_change: tuple[Reason, ...]
    article: str
    unwound_by: str | None = None

    def __post_init__(self) -> None:
        bounds = (self.low_ppm, self.probability_ppm, self.high_ppm)
        known = [one for one in bounds if one is not None]
        if len(known) not in {0, len(bounds)} or known != sorted(known):
            raise ValueError(f"{self.id}: {bounds} is not a lower bound, a middle and an upper")
