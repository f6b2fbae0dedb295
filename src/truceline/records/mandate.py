"""Who decides, by which rule, and until when: an agreement's bodies as data.

Read from the tables [[body]], [[rule]], [[deadline]], [[standard]] and [[role]] of an agreement
file (docs/reference/mandate.md). The words are those of the domain vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class DecisionRule(Enum):
    """How a body decides."""

    CONSENSUS = "consensus"
    CONSENSUS_MINUS_PARTIES = "consensus_minus_parties"
    QUALIFIED_MAJORITY = "qualified_majority"
    MAJORITY = "majority"
    CHAIR_CASTING_VOTE = "chair_casting_vote"
    SILENCE_PROCEDURE = "silence_procedure"
    ESCALATION_ON_DEADLOCK = "escalation_on_deadlock"
    EXPERT_PANEL_DEFAULT = "expert_panel_default"


class StandardOfProof(Enum):
    """The ladder, weakest first; `rank` orders it."""

    REASONABLE_SUSPICION = "reasonable_suspicion"
    REASONABLE_GROUNDS_TO_BELIEVE = "reasonable_grounds_to_believe"
    BALANCE_OF_PROBABILITIES = "balance_of_probabilities"
    CLEAR_AND_CONVINCING = "clear_and_convincing"
    BEYOND_REASONABLE_DOUBT = "beyond_reasonable_doubt"

    @property
    def rank(self) -> int:
        """Place on the ladder, 0 for the weakest."""
        return list(StandardOfProof).index(self)


class Role(Enum):
    """What somebody may see and do follows from this, and from nothing else."""

    ANALYST = "analyst"
    REVIEWER = "reviewer"
    COMMISSIONER = "commissioner"
    CHAIR = "chair"
    GUARANTOR = "guarantor"
    PARTY = "party"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One seat of a body.

    Attributes:
        id: Unique in its body.
        state: Code of the state or party that it belongs to; "" for an independent seat.
        group: Group for quorums by group, for example "parties" or "guarantors"; "" for none.
        votes: False for an observer or an expert who advises.
        chairs: Whether its holder chairs the body.
        holder: Name of the key that acts for it; "" while it is vacant.
        alternates: Names of keys that may act where the holder is recused or absent, in order.
        appointed_by: Name of the key that may fill it anew; "" for nobody.
    """

    id: str
    state: str
    group: str
    votes: bool
    chairs: bool
    holder: str
    alternates: tuple[str, ...]
    appointed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body of the mechanism.

    Attributes:
        id: Unique in its agreement.
        name: Its name in English.
        level: A word of the vocabulary's `body_level`.
        seats: Its seats.
        escalates_to: Id of the body that a deadlock goes to; None for nowhere.
        article: Where it stands in the signed text.
        words: The sentence, quoted.
    """

    id: str
    name: str
    level: str
    seats: tuple[Seat, ...]
    escalates_to: str | None
    article: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a body decides questions of a kind.

    Attributes:
        id: Unique in its agreement.
        body: Id of the body.
        questions: What it decides: "determination", "remedy", "appeal", "correction", "closing",
            "declaration" (of a first breach), "admission" (of evidence), "any".
        kind: How.
        quorum: Least number of voting seats that must take part; 0 for none.
        quorum_by_group: Least number a group.
        share: Numerator and denominator of the share of yes votes that carries, for a qualified
            majority: it carries at or above the share; None for the other kinds.
        leaves_out: Whose seats a consensus without parties leaves out: "parties" for every party's,
            or "accused" for those of the parties that the motion accuses.
        abstentions_count: Whether an abstention stands in the denominator.
        counted_of: Of whom a share or a majority is counted: "votes_cast", or "all_seats" that the
            rule counts, absent and recused ones too.
        silence_s: For a silence procedure: seconds after which silence is consent; None otherwise.
        on_tie: "fails", "chair" or "escalates".
        on_deadlock: "nothing", "escalates", or "expert_panel": what the text says of a body that
            does not decide. "nothing" is what makes a mandate able to stand still for ever.
        experts_within_s: Seconds within which the experts report once the body did not decide;
            None for no limit, and where no experts are asked.
        article: Where it stands in the signed text.
        words: The sentence, quoted.
    """

    id: str
    body: str
    questions: tuple[str, ...]
    kind: DecisionRule
    quorum: int
    quorum_by_group: Mapping[str, int]
    share: tuple[int, int] | None
    leaves_out: str = "parties"
    abstentions_count: bool
    counted_of: str = "votes_cast"
    silence_s: int | None
    on_tie: str
    on_deadlock: str
    experts_within_s: int | None = None
    article: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A time limit, and what the text says happens when it passes.

    Attributes:
        id: Unique in its agreement; a word of the vocabulary's `deadlines` where one fits.
        runs_from: The act that starts it, for example "case.notify".
        ends_with: The acts that meet it, for example ("case.position",).
        lasts_s: Its length in seconds.
        default: What the text says happens when it passes; "" for nothing. It takes effect only
            by an entry that `certified_by` signs.
        certified_by: Id of the body whose chair certifies the default; None where there is none.
        body: Id of the body that it is a limit of: it begins only while that body has the case,
            and ends with the case going up; None for every body.
        questions: Of which questions it is a limit; empty for all that its acts answer.
        article: Where it stands in the signed text; "" for a default of the vocabulary.
        words: The sentence, quoted.
    """

    id: str
    runs_from: str
    ends_with: tuple[str, ...]
    lasts_s: int
    default: str
    certified_by: str | None
    body: str | None = None
    questions: tuple[str, ...] = ()
    article: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """Which standard of proof a consequence asks for.

    Attributes:
        consequence: A key of the vocabulary's `proof_to_consequence`.
        standard: The least that it needs.
        article: Where it stands in the signed text; "" for a default of the vocabulary.
        words: The sentence, quoted.
    """

    consequence: str
    standard: StandardOfProof
    article: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """Somebody's role outside the seats.

    Attributes:
        actor: Name of the key.
        role: What it may do.
        state: Code of the state or party that it acts for; "" for none.
    """

    actor: str
    role: Role
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """Everything an agreement says about who decides.

    Attributes:
        agreement: Id of the agreement.
        agreement_sha256: Hash of its file.
        parties: Codes of its parties.
        bodies: Its bodies.
        rules: Its rules; the first that fits body and question holds, "any" last.
        deadlines: Its deadlines.
        standards: Its standards of proof.
        roles: Who has a role without a seat.
    """

    agreement: str
    agreement_sha256: str
    parties: tuple[str, ...]
    bodies: tuple[Body, ...]
    rules: tuple[Rule, ...]
    deadlines: tuple[Deadline, ...]
    standards: tuple[Standard, ...]
    roles: tuple[RoleHolder, ...]
