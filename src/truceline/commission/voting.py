"""What the votes say under a rule: plain arithmetic over seats, the same for everybody.

A seat that is recused does not come in here at all: it neither votes nor counts for a quorum. A
seat that did not vote, or never opened its seal, counts as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from truceline.records.chamber import Tally
from truceline.records.mandate import DecisionRule, Rule, Seat

# The group of the seats without a vote whose word stands where a rule says "expert_panel".
EXPERTS = "experts"
# A seat with "yes", "no", "abstain", or "" for absent.
Vote = tuple[Seat, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The votes that count under a rule.

    Attributes:
        chair: What the chair said; "" where it is absent or recused.
    """

    yes: int
    no: int
    abstain: int
    absent: int
    chair: str


def may_vote(seat: Seat, rule: Rule) -> bool:
    """Tell whether a seat may hand in a ballot.

    A chair without a vote may where it decides a tie, an expert where the experts' word stands
    once the body is deadlocked; neither counts among the others.
    """
    decides_ties = rule.kind is DecisionRule.CHAIR_CASTING_VOTE or rule.on_tie == "chair"
    return seat.votes or (seat.chairs and decides_ties) or is_expert(seat, rule)


def is_expert(seat: Seat, rule: Rule) -> bool:
    """Tell whether a seat is one of the experts whose word stands after a deadlock."""
    asks = rule.kind is DecisionRule.EXPERT_PANEL_DEFAULT or rule.on_deadlock == "expert_panel"
    return asks and not seat.votes and seat.group == EXPERTS


def experts_say(rule: Rule, votes: Sequence[Vote]) -> tuple[int, int]:
    """Count the experts for and against: more for than against carries by default."""
    said = [vote for seat, vote in votes if is_expert(seat, rule)]
    return said.count("yes"), said.count("no")


def tally(
    rule: Rule, votes: Sequence[Vote], parties: Collection[str], *, silence_holds: bool = False
) -> Tally:
    """Say what the votes of a body's seats that are not recused say.

    Args:
        rule: The rule that decides the question.
        votes: Every seat that may vote, with what it said.
        parties: Codes of the parties, whose votes a consensus without them leaves out.
        silence_holds: For a silence procedure: its time is over, nobody spoke, and an entry
            certifies it.
    """
    count = _count(rule, votes, parties)
    experts = experts_say(rule, votes)
    missing = "" if rule.kind is DecisionRule.SILENCE_PROCEDURE else _missing(rule, votes)
    if missing:
        result, why = "no_quorum", missing
    elif rule.kind is DecisionRule.SILENCE_PROCEDURE:
        result, why = _silence(count, silence_holds=silence_holds)
    else:
        result, why = DECIDE[rule.kind](rule, count)
    return Tally(
        result="deadlocked" if result == "tie_escalates" else result,
        then=_then(rule, result),
        yes=count.yes,
        no=count.no,
        abstain=count.abstain,
        absent=count.absent,
        why=why,
        experts_yes=experts[0],
        experts_no=experts[1],
    )


def _count(rule: Rule, votes: Sequence[Vote], parties: Collection[str]) -> Count:
    leaves_out = parties if rule.kind is DecisionRule.CONSENSUS_MINUS_PARTIES else ()
    said = [vote for seat, vote in votes if seat.votes and seat.state not in leaves_out]
    chair = [vote for seat, vote in votes if seat.chairs]
    return Count(
        yes=said.count("yes"),
        no=said.count("no"),
        abstain=said.count("abstain"),
        absent=said.count(""),
        chair=chair[0] if chair else "",
    )


def _missing(rule: Rule, votes: Sequence[Vote]) -> str:
    """Say what a quorum lacks; nothing if it is reached."""
    present = [seat for seat, vote in votes if seat.votes and vote]
    if len(present) < rule.quorum:
        return f"{len(present)} of {rule.quorum} seats took part"
    for group in sorted(rule.quorum_by_group):
        of_group = sum(seat.group == group for seat in present)
        if of_group < rule.quorum_by_group[group]:
            return f"{of_group} of {rule.quorum_by_group[group]} seats of {group} took part"
    return ""


def _consensus(_rule: Rule, count: Count) -> tuple[str, str]:
    if count.no or not count.yes:
        return "deadlocked", f"{count.yes} for, {count.no} against: no consensus"
    return "carried", f"{count.yes} for, none against"


def _qualified(rule: Rule, count: Count) -> tuple[str, str]:
    numerator, denominator = rule.share or (1, 1)
    base = _base(rule, count)
    numbers = f"{count.yes} of {base}, {numerator}/{denominator} needed"
    carries = base > 0 and count.yes * denominator >= numerator * base
    return ("carried" if carries else "not_carried"), numbers


def _majority(rule: Rule, count: Count) -> tuple[str, str]:
    base = _base(rule, count)
    numbers = f"{count.yes} of {base}, more than half needed"
    if 2 * count.yes > base:
        return "carried", numbers
    if base == 0 or 2 * count.yes < base:
        return "not_carried", numbers
    if rule.kind is DecisionRule.CHAIR_CASTING_VOTE or rule.on_tie == "chair":
        said = {"yes": "carried", "no": "not_carried"}.get(count.chair, "deadlocked")
        return said, f"{numbers}; the chair: {count.chair or 'absent'}"
    if rule.on_tie == "escalates":
        return "tie_escalates", numbers
    return "not_carried", f"{numbers}; a tie fails"


def _silence(count: Count, *, silence_holds: bool) -> tuple[str, str]:
    if count.no:
        return "deadlocked", f"{count.no} broke the silence"
    if silence_holds:
        return "carried", "nobody broke the silence, and an entry certifies it"
    return "deadlocked", "the silence is not certified"


def _base(rule: Rule, count: Count) -> int:
    return count.yes + count.no + (count.abstain if rule.abstentions_count else 0)


DECIDE: Mapping[DecisionRule, Callable[[Rule, Count], tuple[str, str]]] = MappingProxyType(
    {
        DecisionRule.CONSENSUS: _consensus,
        DecisionRule.CONSENSUS_MINUS_PARTIES: _consensus,
        DecisionRule.ESCALATION_ON_DEADLOCK: _consensus,
        DecisionRule.EXPERT_PANEL_DEFAULT: _consensus,
        DecisionRule.QUALIFIED_MAJORITY: _qualified,
        DecisionRule.MAJORITY: _majority,
        DecisionRule.CHAIR_CASTING_VOTE: _majority,
    }
)


def _then(rule: Rule, result: str) -> str:
    """What the text says of a body that did not decide."""
    if result == "tie_escalates":
        return "escalates"
    if result not in {"deadlocked", "no_quorum"}:
        return ""
    if rule.kind is DecisionRule.ESCALATION_ON_DEADLOCK:
        return "escalates"
    if rule.kind is DecisionRule.EXPERT_PANEL_DEFAULT:
        return "expert_panel"
    return "" if rule.on_deadlock == "nothing" else rule.on_deadlock
