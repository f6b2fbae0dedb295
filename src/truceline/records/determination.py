"""What a body decided about a breach, and whether its remedy was kept: what guarantees stand on."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.mandate import StandardOfProof

# The vocabulary's attribution_level and attribution_outcome.
ATTRIBUTION_LEVELS = (
    "launch_area",
    "weapon_system",
    "unit",
    "command",
    "armed_force",
    "state",
    "non_state_group",
    "unattributable",
)
ATTRIBUTION_OUTCOMES = (
    "responsible",
    "shared",
    "failed_to_prevent",
    "accident",
    "not_a_violation",
    "undetermined",
    "insufficient_evidence",
)
SEVERITIES = ("S1_minor", "S2_moderate", "S3_serious", "S4_grave")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionLevel:
    """What was decided at one level; levels are kept apart.

    Attributes:
        level: A word of `ATTRIBUTION_LEVELS`.
        outcome: A word of `ATTRIBUTION_OUTCOMES`.
        party: Code of the party named; "" where none is.
    """

    level: str
    outcome: str
    party: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """What a body determined in a case. It is a body's word, never software's.

    Attributes:
        id: Id of the act that carried it.
        case: Id of the case.
        body: Id of the body.
        agreement: Id of the agreement.
        clauses: Ids of the clauses that it says were breached; none if it says that none was.
        findings: Ids of the findings that it stands on.
        severity: A word of `SEVERITIES`.
        began_us: Earliest instant of the breach, microseconds since 1970 UTC.
        ended_us: Latest instant of its beginning.
        levels: What was decided at each level.
        standard: The standard of proof that the body says is met.
        decided_us: When it was decided.
        standing: "stands", "corrected" (another took its place) or "withdrawn".
        replaced_by: Id of the determination that took its place; None for none.
    """

    id: str
    case: str
    body: str
    agreement: str
    clauses: tuple[str, ...]
    findings: tuple[str, ...]
    severity: str
    began_us: int
    ended_us: int
    levels: tuple[AttributionLevel, ...]
    standard: StandardOfProof
    decided_us: int
    standing: str = "stands"
    replaced_by: str | None = None

    def __post_init__(self) -> None:
        if self.ended_us < self.began_us:
            raise ValueError(f"ended {self.ended_us} is before began {self.began_us}")
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} is none of {SEVERITIES}")
        if self.standing not in {"stands", "corrected", "withdrawn"}:
            raise ValueError(f"standing {self.standing!r} is none of stands, corrected, withdrawn")
        if (self.standing == "corrected") != (self.replaced_by is not None):
            raise ValueError(f"{self.id} is {self.standing} and replaced by {self.replaced_by}")
        for one in self.levels:
            if one.level not in ATTRIBUTION_LEVELS or one.outcome not in ATTRIBUTION_OUTCOMES:
                raise ValueError(f"{one.level!r}, {one.outcome!r} is no attribution")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyStanding:
    """A remedy, and what is known of whether it was kept.

    Attributes:
        id: Id of the act that set it.
        case: Id of the case.
        determination: Id of the determination that it follows.
        kind: A word of the vocabulary's `remedy`.
        addressee: Code of the party that has to act.
        due_us: Until when.
        standing: "running", "kept", "not_kept", "undecided" (nobody could see), "lifted".
        followed_up_by: Id of the act that says so; None while it runs.
    """

    id: str
    case: str
    determination: str
    kind: str
    addressee: str
    due_us: int
    standing: str
    followed_up_by: str | None = None
