"""What was pledged in money, and what would be there: the answers that guarantors plan by.

A gap board belongs to the guarantors' tier and never leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.board import CommitmentRef
from truceline.records.reason import Reason

# Three answers: what nobody knows counts as neither.
THERE, NOT_THERE, NOT_KNOWN_THERE = "there", "not_there", "not_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTotal:
    """Money of one currency, each amount counted once.

    Attributes:
        currency: Three letters of ISO 4217.
        announced_minor: Of every pledge that has not ended, in minor units.
        committed_minor: Of those committed or further.
        allocated_minor: Of those allocated or further.
        pledges: Ids of the pledges that it is made of, or that count within one of them.
    """

    currency: str
    announced_minor: int
    committed_minor: int
    allocated_minor: int
    pledges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTotals:
    """Totals side by side, never added across currencies.

    Attributes:
        totals: One row a currency, sorted.
        unknown: Ids of pledges of money whose amount is not known.
        other_currency: Ids of pledges that count within one of another currency, for which no rate
            is stated: where both stand at a stage, only the outer one is counted.
        exceeds: Ids of pledges that hold less than what is said to count within them.
    """

    totals: tuple[MoneyTotal, ...]
    unknown: tuple[str, ...]
    other_currency: tuple[str, ...]
    exceeds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceLine:
    """One line of the force table, against the requirement.

    Attributes:
        component: A word of the vocabulary's `guarantee_component`.
        domain: "land", "sea" or "air".
        capability: What it is.
        required: How many the scenario asks for; 0 for none.
        pledged: How many are pledged.
        verified: How many of those stand at the scenario's least readiness or above.
        in_service: How many of those pledged stand at "ready" or further.
        presence: How many of those pledged are pledged "to deploy or be present" only.
        pledges: Ids of the pledges.
    """

    component: str
    domain: str
    capability: str
    required: int
    pledged: int
    verified: int
    in_service: int
    presence: int
    pledges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one pledge would add at one instant.

    Attributes:
        pledge: Id of the pledge.
        state: Code of the state.
        count: How many.
        answer: "there", "not_there" or "not_known".
        reasons: Why it is not there, or why that is not known; none where it is.
        differing: Ids of the commitments it may stand on of which the texts differ (see
            `GapBoard.differing`).
    """

    pledge: str
    state: str
    count: int
    answer: str
    reasons: tuple[Reason, ...]
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One requirement at one instant.

    Attributes:
        after_s: Seconds after the declared instant.
        component: A word of the vocabulary's `guarantee_component`.
        domain: "land", "sea" or "air"; "" for none.
        capability: What it is.
        required: How many.
        there: How many would lawfully and physically be there.
        not_known: How many more may be there, and nobody at hand knows.
        missing: How many are missing if what is not known is not there.
        contributions: By pledge, sorted by state and id.
    """

    after_s: int
    component: str
    domain: str
    capability: str
    required: int
    there: int
    not_known: int
    missing: int
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapBoard:
    """What would be there, by instant and requirement.

    Attributes:
        register: Id of the register.
        scenario: Id of the scenario.
        declared_us: The instant from which it is counted.
        what_if: The steps that were taken as done, "procedure/step"; none for what is.
        rows: By instant, then as the scenario lists its requirements.
        ended: Ids of pledges that were withdrawn or have expired.
        differing: Commitments that a contribution may stand on, of which several texts stand side
            by side, with their sources. Nobody here chooses one.
    """

    register: str
    scenario: str
    declared_us: int
    what_if: tuple[str, ...]
    rows: tuple[GapRow, ...]
    ended: tuple[str, ...]
    differing: tuple[CommitmentRef, ...]
