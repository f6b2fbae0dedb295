"""How a body may come out of a vote, and every way in which a mandate can stand still for ever."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class BallotOutcome(Enum):
    """How a body comes out of a vote: the first two decide, the others do not."""

    CARRIED = "carried"
    REJECTED = "rejected"
    NO_CONSENSUS = "no_consensus"
    SHARE_NOT_REACHED = "share_not_reached"
    SILENCE_BROKEN = "silence_broken"
    TIE = "tie"
    CHAIR_ABSTAINS = "chair_abstains"
    CHAIR_ABSENT = "chair_absent"
    NOT_QUORATE = "not_quorate"

    @property
    def decides(self) -> bool:
        """Whether the question has an answer."""
        return self in {BallotOutcome.CARRIED, BallotOutcome.REJECTED}


class Standstill(Enum):
    """Why nothing moves any more.

    DEADLOCK: the text says nothing of what follows. VETO: the same, and one seat, party or group
    brings it about alone. SILENT_STALL: nobody acts, and no time limit of the text says until when.
    NEEDS_ABSENT_CHAIR: only a chair could move it, and nobody may act in the chair's place.
    """

    DEADLOCK = "deadlock"
    VETO = "veto"
    SILENT_STALL = "silent_stall"
    NEEDS_ABSENT_CHAIR = "needs_absent_chair"


# What happens in a step: which seats the rule leaves out, what seats do, how the vote comes out
# (`BallotOutcome`), what follows.
SEATS_DO = ("no", "abstain", "absent", "recused")
THEN = (
    "deadline_passes",
    "default_needs_chair",
    "default_escalates",
    "silence_ends",
    "escalates",
    "experts_may_be_silent",
    "chair_may_be_absent",
    "nothing_follows",
    "nothing_bounds_the_wait",
    "leads_back",
    "nowhere_to_escalate",
    "no_rule",
)
HAPPENS = ("left_out", *SEATS_DO, *(one.value for one in BallotOutcome), *THEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One step on the way to where nothing moves.

    Attributes:
        body: Id of the body in which it happens; "" where a time limit belongs to none.
        seats: Ids of the seats that do it, one possible choice; empty where no seat acts.
        what: A word of `HAPPENS`.
        to: Id of the body that it leads to; "" for none.
        rule: Id of the rule or of the deadline that makes it so; "" where the text has none.
        article: Where that stands in the signed text; "" where the text has none.
    """

    body: str
    seats: tuple[str, ...]
    what: str
    to: str
    rule: str
    article: str

    def __post_init__(self) -> None:
        if self.what not in HAPPENS:
            raise ValueError(f"{self.what!r} is nothing that happens on a path")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandstillPath:
    """One way in which a mandate stands still for ever: the shortest of its kind.

    Attributes:
        kind: Why nothing moves.
        body: Id of the body where it begins.
        questions: The questions of which it is true, in the vocabulary's order.
        outcome: How the first vote comes out; None where there is no vote to come to.
        ends_at: Id of the body where it stands.
        blockers: Ids of the seats of which any may bring it about alone, or (`needed` above 1)
            of the group that does; empty where it takes several that have nothing in common.
        needed: How many of the blockers it takes.
        party: Code of the party that the blockers belong to; "" for none. A party to a case.
        group: Group of the blockers; "" for none.
        steps: The steps, in order.
    """

    kind: Standstill
    body: str
    questions: tuple[str, ...]
    outcome: BallotOutcome | None
    ends_at: str
    blockers: tuple[str, ...]
    needed: int
    party: str
    group: str
    steps: tuple[PathStep, ...]

    @property
    def blocked_by_a_party(self) -> bool:
        """Whether the side that the case is about can bring it about alone."""
        return bool(self.party)


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotReach:
    """That a body can come out of a vote in this way.

    Attributes:
        body: Id of the body.
        rule: Id of the rule.
        outcome: How it comes out.
        fewest: The least number of seats that must do something else than vote yes.
    """

    body: str
    rule: str
    outcome: BallotOutcome
    fewest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """Everything that was found by going through a mandate.

    Attributes:
        agreement: Id of the agreement.
        agreement_sha256: Hash of its file.
        reaches: How each body can come out of a vote by each of its rules.
        paths: Every way to stand still; none if there is none.
        counted_on: Seats, as "body/seat", that it relies on to act: chairs and experts with
            alternates.
    """

    agreement: str
    agreement_sha256: str
    reaches: tuple[BallotReach, ...]
    paths: tuple[StandstillPath, ...]
    counted_on: tuple[str, ...]
