"""What the votes of a chamber say: counted by `ballot`, told in words that a record can keep.

A seat that is recused neither votes nor counts for a quorum. A seat that did not vote, or never
opened its seal, counts as absent. Either stands in the denominator only where the rule counts all
seats.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from truceline.commission.ballot import (
    BY_NAME,
    MAJORITIES,
    Choice,
    Count,
    chair_breaks_ties,
    count_of,
    counted_among,
    counts,
    is_answer,
    outcome_of,
    takes_part,
    what_follows,
)
from truceline.records.chamber import Tally
from truceline.records.mandate import DecisionRule, Rule, Seat
from truceline.records.mandate_path import BallotOutcome

# The group of the seats without a vote whose word stands where a rule says "expert_panel".
EXPERTS = "experts"
# A seat with "yes", "no", "abstain", "recused", or "" for absent.
Vote = tuple[Seat, str]
CHOICES: Mapping[str, Choice] = MappingProxyType(
    {"": Choice.ABSENT, **{one.value: one for one in Choice if one is not Choice.ABSENT}}
)


def may_vote(seat: Seat, rule: Rule) -> bool:
    """Tell whether a seat may hand in a ballot.

    A chair without a vote may where it decides a tie; it does not count among the others.
    """
    return seat.votes or (seat.chairs and chair_breaks_ties(rule))


def is_expert(seat: Seat, rule: Rule) -> bool:
    """Tell whether a seat is one of the experts whose word stands after a deadlock."""
    asks = BY_NAME.get(rule.kind, rule.on_deadlock) == "expert_panel"
    return asks and not seat.votes and seat.group == EXPERTS


def tally(
    rule: Rule, votes: Sequence[Vote], left_out: Collection[str], *, silence_holds: bool = False
) -> Tally:
    """Say what the votes of a body's seats say.

    Args:
        rule: The rule that decides the question.
        votes: Every seat that may vote, with what it said.
        left_out: Codes of the parties whose votes a consensus without parties leaves out.
        silence_holds: For a silence procedure: its time is over, nobody spoke, and an entry
            certifies it.
    """
    cast = [(seat, CHOICES[vote]) for seat, vote in votes]
    count = count_of(rule, cast, left_out)
    outcome = outcome_of(rule, count)
    result, then = result_of(rule, outcome), what_follows(rule, outcome)
    why = _missing(rule, cast, left_out) or _why(rule, count)
    if rule.kind is DecisionRule.SILENCE_PROCEDURE and result == "carried" and not silence_holds:
        result, why = "deadlocked", "the silence is not certified"
    return Tally(
        result=result,
        then=then,
        yes=count.yes,
        no=count.no,
        abstain=count.abstain,
        absent=sum(vote == "" and counts(rule, seat, left_out) for seat, vote in votes),
        why=why,
    )


def result_of(rule: Rule, outcome: BallotOutcome) -> str:
    """Give the word of the record for how a vote came out.

    "not_carried" is an answer, no; "deadlocked" is none, and neither is "no_quorum".
    """
    if outcome is BallotOutcome.CARRIED:
        return "carried"
    if outcome is BallotOutcome.NOT_QUORATE:
        return "no_quorum"
    return "not_carried" if is_answer(rule, outcome) else "deadlocked"


def _why(rule: Rule, count: Count) -> str:
    """Say which numbers decided."""
    base = counted_among(rule, count)
    if rule.kind is DecisionRule.SILENCE_PROCEDURE:
        broken = f"{count.no} broke the silence"
        return broken if count.no else "nobody broke the silence, and an entry certifies it"
    if rule.kind is DecisionRule.QUALIFIED_MAJORITY:
        above, below = rule.share or (1, 1)
        return f"{count.yes} for, {count.no} against, of {base}; {above}/{below} needed"
    if rule.kind not in MAJORITIES:
        return f"{count.yes} for, {count.no} against"
    numbers = f"{count.yes} for, {count.no} against, of {base}; more than half needed"
    if count.yes != count.no:
        return numbers
    if chair_breaks_ties(rule):
        return f"{numbers}; the chair: {count.chair.value if count.chair else 'none'}"
    return f"{numbers}; a tie {rule.on_tie}"


def _missing(rule: Rule, cast: Sequence[tuple[Seat, Choice]], left_out: Collection[str]) -> str:
    """Say what a quorum lacks; nothing if it is reached."""
    present = [
        seat for seat, choice in cast if counts(rule, seat, left_out) and takes_part(rule, choice)
    ]
    least = max(1, rule.quorum)
    if len(present) < least:
        return f"{len(present)} of {least} seats took part"
    for group in sorted(rule.quorum_by_group):
        of_group = sum(seat.group == group for seat in present)
        if of_group < rule.quorum_by_group[group]:
            return f"{of_group} of {rule.quorum_by_group[group]} seats of {group} took part"
    return ""
