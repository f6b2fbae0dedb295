"""How a vote comes out: one rule of the text, and what was counted.

A motion is not rejected because it was not carried. It is rejected where the noes would carry by
the same rule; else the body has not decided, and what follows is what the text says of a deadlock.
So a breach that was put to the vote is found, or found not, or left open, and yes and no are
treated alike.
"""

from __future__ import annotations

from enum import Enum
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


class Count(NamedTuple):
    """What was counted in one vote.

    Attributes:
        yes: Votes for it.
        no: Votes against it; in a silence procedure, objections.
        abstain: Abstentions.
        taking_part: Seats that count for the quorum (`takes_part`).
        groups_met: Whether every group's quorum is met.
        chair: What the chair does; None where no seat chairs.
    """

    yes: int
    no: int
    abstain: int
    taking_part: int
    groups_met: bool
    chair: Choice | None


def takes_part(rule: Rule, choice: Choice) -> bool:
    """Tell whether a seat counts for the quorum: in a silence procedure the silent one does."""
    if rule.kind is DecisionRule.SILENCE_PROCEDURE:
        return choice is not Choice.RECUSED
    return choice not in NOT_THERE


def counting_seats(mandate: Mandate, body: Body, rule: Rule) -> tuple[Seat, ...]:
    """Give the seats whose votes the rule counts.

    "Consensus minus parties" leaves out the seats of every party: neither their vote nor their
    chair being empty stands in the way.
    """
    without_parties = rule.kind is DecisionRule.CONSENSUS_MINUS_PARTIES
    return tuple(
        seat
        for seat in body.seats
        if seat.votes and not (without_parties and seat.state in mandate.parties)
    )


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
    if rule.kind in {DecisionRule.MAJORITY, DecisionRule.CHAIR_CASTING_VOTE}:
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
    cast = count.yes + count.no + (count.abstain if rule.abstentions_count else 0)
    if count.yes and count.yes * below >= above * cast:
        return BallotOutcome.CARRIED
    if count.no and count.no * below >= above * cast:
        return BallotOutcome.REJECTED
    return BallotOutcome.SHARE_NOT_REACHED


def _by_majority(rule: Rule, count: Count) -> BallotOutcome:
    """More than half of the votes; as many yes as no is a tie, and no votes at all too."""
    if count.yes == count.no:
        return _by_casting_vote(count) if rule.on_tie == "chair" else BallotOutcome.TIE
    cast = count.yes + count.no + (count.abstain if rule.abstentions_count else 0)
    if 2 * count.yes > cast:
        return BallotOutcome.CARRIED
    if 2 * count.no > cast:
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
