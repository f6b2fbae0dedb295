"""How a vote comes out: one rule of the text, and what was counted.

The one arithmetic of the house: the chamber counts by it what was voted, the explorer what could
be. A motion is not rejected because it was not carried. It is rejected where the noes would carry
by the same rule; else the body has not decided, and what follows is what the text says of a
deadlock. So a breach that was put to the vote is found, or found not, or left open, and yes and no
are treated alike. docs/decisions/0019 has the readings that lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import Enum
from itertools import combinations
from typing import NamedTuple

from truceline.records.mandate import Body, DecisionRule, Mandate, Rule, Seat
from truceline.records.mandate_path import BallotOutcome


class Choice(Enum):
    """What a seat does in a vote. A seat is absent when its holder and all alternates are."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"
    ABSENT = "absent"
    RECUSED = "recused"


NOT_THERE = (Choice.ABSENT, Choice.RECUSED)
MAJORITIES = (DecisionRule.MAJORITY, DecisionRule.CHAIR_CASTING_VOTE)
ALL_SEATS = "all_seats"  # a word of `Rule.counted_of`
ACCUSED = "accused"  # a word of `Rule.leaves_out`
# What a kind of rule says of a deadlock by its own name; the others say what the text says.
BY_NAME = {
    DecisionRule.ESCALATION_ON_DEADLOCK: "escalates",
    DecisionRule.EXPERT_PANEL_DEFAULT: "expert_panel",
}


class Count(NamedTuple):
    """What was counted in one vote.

    Attributes:
        yes: Votes for it.
        no: Votes against it; in a silence procedure, objections.
        abstain: Abstentions.
        taking_part: Seats that count for the quorum (`takes_part`).
        groups_met: Whether every group's quorum is met.
        chair: What the chair does; None where no seat chairs.
        seats: Seats that the rule counts, whether they are there or not.
    """

    yes: int
    no: int
    abstain: int
    taking_part: int
    groups_met: bool
    chair: Choice | None
    seats: int


def takes_part(rule: Rule, choice: Choice) -> bool:
    """Tell whether a seat counts for the quorum: in a silence procedure the silent one does."""
    if rule.kind is DecisionRule.SILENCE_PROCEDURE:
        return choice is not Choice.RECUSED
    return choice not in NOT_THERE


def counts(rule: Rule, seat: Seat, left_out: Collection[str]) -> bool:
    """Tell whether the rule counts a seat, among the votes and for the quorum.

    "Consensus minus parties" leaves out the seats of the parties in `left_out`: neither their vote
    nor their chair being empty stands in the way. Other rules leave out nobody.
    """
    without_parties = rule.kind is DecisionRule.CONSENSUS_MINUS_PARTIES
    return seat.votes and not (without_parties and seat.state in left_out)


def accusations(mandate: Mandate, body: Body, rule: Rule) -> tuple[tuple[str, ...], ...]:
    """Give every choice of parties that a vote of a body may have to leave out, the fewest first.

    That is each set of the parties that sit there, where the rule leaves out the accused; nobody
    among them only if some party has no seat that could be accused instead.
    """
    if rule.leaves_out != ACCUSED:
        return (mandate.parties,)
    voting = {seat.state for seat in body.seats if seat.votes}
    sitting = [code for code in mandate.parties if code in voting]
    least = int(len(sitting) == len(mandate.parties))
    return tuple(
        chosen
        for number in range(least, len(sitting) + 1)
        for chosen in combinations(sitting, number)
    )


def counting_seats(
    mandate: Mandate, body: Body, rule: Rule, left_out: Collection[str] | None = None
) -> tuple[Seat, ...]:
    """Give the seats of a body whose votes the rule counts; without every party if none is said."""
    out = mandate.parties if left_out is None else left_out
    return tuple(seat for seat in body.seats if counts(rule, seat, out))


def count_of(rule: Rule, cast: Sequence[tuple[Seat, Choice]], left_out: Collection[str]) -> Count:
    """Count what the seats of a body did, seat by seat."""
    said = [(seat, choice) for seat, choice in cast if counts(rule, seat, left_out)]
    present = [seat for seat, choice in said if takes_part(rule, choice)]
    sums, groups = Counter(choice for _, choice in said), Counter(seat.group for seat in present)
    return Count(
        yes=sums[Choice.YES],
        no=sums[Choice.NO],
        abstain=sums[Choice.ABSTAIN],
        taking_part=len(present),
        groups_met=all(groups[one] >= least for one, least in rule.quorum_by_group.items()),
        chair=next((choice for seat, choice in cast if seat.chairs), None),
        seats=len(said),
    )


def chair_breaks_ties(rule: Rule) -> bool:
    """Tell whether a tie is the chair's to break."""
    return rule.kind is DecisionRule.CHAIR_CASTING_VOTE or (
        rule.kind is DecisionRule.MAJORITY and rule.on_tie == "chair"
    )


def is_answer(rule: Rule, outcome: BallotOutcome) -> bool:
    """Tell whether the question has an answer: a tie that the text calls failed is a no."""
    return outcome.decides or (outcome is BallotOutcome.TIE and rule.on_tie == "fails")


def what_follows(rule: Rule, outcome: BallotOutcome) -> str:
    """Say what the text says of a body that did not decide: "escalates", "expert_panel" or ""."""
    if is_answer(rule, outcome):
        return ""
    if outcome is BallotOutcome.TIE and rule.on_tie == "escalates":
        return "escalates"
    said = BY_NAME.get(rule.kind, rule.on_deadlock)
    return "" if said == "nothing" else said


def waits_for_a_limit(rule: Rule, outcome: BallotOutcome) -> bool:
    """Tell whether what follows does so only once a time limit of the text has passed.

    A body that has not met has not deadlocked; a silence is itself a time limit.
    """
    is_silence = rule.kind is DecisionRule.SILENCE_PROCEDURE
    return outcome is BallotOutcome.NOT_QUORATE and not is_silence


def rule_for(mandate: Mandate, body: str, question: str) -> Rule | None:
    """Give the rule by which a body decides a question: the one that names it, else "any"."""
    for named in (question, "any"):
        for rule in mandate.rules:
            if rule.body == body and named in rule.questions:
                return rule
    return None


def outcome_of(rule: Rule, count: Count) -> BallotOutcome:
    """Tell how a vote comes out."""
    if count.taking_part < max(1, rule.quorum) or not count.groups_met:
        return BallotOutcome.NOT_QUORATE
    if rule.kind is DecisionRule.SILENCE_PROCEDURE:
        return BallotOutcome.SILENCE_BROKEN if count.no else BallotOutcome.CARRIED
    if rule.kind is DecisionRule.QUALIFIED_MAJORITY:
        return _by_share(rule, count)
    if rule.kind in MAJORITIES:
        return _by_majority(rule, count)
    return _by_consensus(count)


def _by_consensus(count: Count) -> BallotOutcome:
    """Consensus is that nobody who takes part is against it, and somebody is for it."""
    if count.yes and not count.no:
        return BallotOutcome.CARRIED
    if count.no and not count.yes:
        return BallotOutcome.REJECTED
    return BallotOutcome.NO_CONSENSUS


def _by_share(rule: Rule, count: Count) -> BallotOutcome:
    above, below = rule.share or (1, 1)
    among = counted_among(rule, count)
    if count.yes and count.yes * below >= above * among:
        return BallotOutcome.CARRIED
    if count.no and count.no * below >= above * among:
        return BallotOutcome.REJECTED
    return BallotOutcome.SHARE_NOT_REACHED


def counted_among(rule: Rule, count: Count) -> int:
    """Give the denominator of a majority: the votes cast, or every seat that the rule counts.

    Of the votes cast abstentions are a part where the text says so. Of all seats those are too that
    are absent, vacant or recused: "five of the seven members" is five, whoever stays away.
    """
    if rule.counted_of == ALL_SEATS:
        return count.seats
    return count.yes + count.no + (count.abstain if rule.abstentions_count else 0)


def _by_majority(rule: Rule, count: Count) -> BallotOutcome:
    """More than half; as many yes as no is a tie, and no votes at all too."""
    if count.yes == count.no:
        return _by_casting_vote(count) if chair_breaks_ties(rule) else BallotOutcome.TIE
    among = counted_among(rule, count)
    if 2 * count.yes > among:
        return BallotOutcome.CARRIED
    if 2 * count.no > among:
        return BallotOutcome.REJECTED
    return BallotOutcome.SHARE_NOT_REACHED


def _by_casting_vote(count: Count) -> BallotOutcome:
    if count.chair is None or count.chair in NOT_THERE:
        return BallotOutcome.CHAIR_ABSENT
    return {
        Choice.YES: BallotOutcome.CARRIED,
        Choice.NO: BallotOutcome.REJECTED,
        Choice.ABSTAIN: BallotOutcome.CHAIR_ABSTAINS,
    }[count.chair]
