"""One house, one arithmetic: the chamber counts a vote as the explorer of mandates does.

Every vote of small bodies, under every rule of the vocabulary: what each seat may do, five ways to
the power of the seats. The explorer's outcome is counted seat by seat as in the test beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from mandates_by_hand import PARTIES, body, mandate, rule, seat
from test_reach_by_brute_force import counted

from truceline.agreement.mandate_vocabulary import DEADLOCK_OF_KIND, ON_DEADLOCK, ON_TIE
from truceline.commission.acts import RESULTS
from truceline.commission.ballot import Choice
from truceline.commission.reach import reach
from truceline.commission.voting import may_vote, tally
from truceline.records.mandate import Body, DecisionRule, Rule
from truceline.records.mandate_path import BallotOutcome

K, OUT = DecisionRule, BallotOutcome
HANDED_IN = {one: one.value for one in Choice} | {Choice.ABSENT: ""}
# What the record of a vote calls each way to come out of it; a tie is as the text says.
WORDS = {
    OUT.CARRIED: "carried",
    OUT.REJECTED: "not_carried",
    OUT.NO_CONSENSUS: "deadlocked",
    OUT.SHARE_NOT_REACHED: "deadlocked",
    OUT.SILENCE_BROKEN: "deadlocked",
    OUT.CHAIR_ABSTAINS: "deadlocked",
    OUT.CHAIR_ABSENT: "deadlocked",
    OUT.NOT_QUORATE: "no_quorum",
}
BODIES = {
    "one alone": body("b", seat("a")),
    "two parties": body("b", seat("a", state="A"), seat("b", state="B")),
    "a chair who votes": body(
        "b",
        seat("a", state="A", group="east"),
        seat("b", group="east"),
        seat("chair", chairs=True, group="west"),
    ),
    "a chair without a vote, and a party": body(
        "b",
        seat("a", state="A", group="east"),
        seat("c", group="east"),
        seat("d", group="west"),
        seat("chair", chairs=True, votes=False),
    ),
}


BASES: list[dict[str, Any]] = [{}, {"abstentions_count": True}, {"counted_of": "all_seats"}]


def rules() -> Iterator[Rule]:
    """Every kind, with every way out of a tie and of a deadlock that a text may give it."""
    for kind in K:
        ties = ON_TIE if kind is K.MAJORITY else ("fails",)
        ties = ("chair",) if kind is K.CHAIR_CASTING_VOTE else ties
        outs = (DEADLOCK_OF_KIND[kind],) if kind in DEADLOCK_OF_KIND else ON_DEADLOCK
        has_base = kind in {K.MAJORITY, K.CHAIR_CASTING_VOTE, K.QUALIFIED_MAJORITY}
        for on_tie, on_deadlock in product(ties, outs):
            for base in BASES if has_base else BASES[:1]:
                said: dict[str, Any] = {"on_tie": on_tie, "on_deadlock": on_deadlock, **base}
                yield rule("b", kind, **said)
                if on_deadlock == outs[0]:
                    yield rule("b", kind, quorum=2, **said)
                    yield rule("b", kind, quorum_by_group={"east": 1}, **said)


def expected(by: Rule, outcome: BallotOutcome) -> tuple[str, str]:
    """Say what the record must say of an outcome, and of what follows."""
    goes_on = "" if by.on_deadlock == "nothing" else by.on_deadlock
    if outcome is OUT.TIE:
        ties = {"fails": ("not_carried", ""), "escalates": ("deadlocked", "escalates")}
        return ties[by.on_tie]
    word = WORDS[outcome]
    return word, goes_on if word in {"deadlocked", "no_quorum"} else ""


@pytest.mark.parametrize("by", tuple(rules()), ids=lambda by: f"{by.kind.value}-{by.on_tie}")
def test_the_chamber_counts_every_vote_as_the_explorer_does(by: Rule) -> None:
    for name, one in BODIES.items():
        terms = mandate(one, rules=(by,))
        reached: set[tuple[str, str]] = set()
        for choices in product(Choice, repeat=len(one.seats)):
            votes = dict(zip((each.id for each in one.seats), choices, strict=True))
            ours = in_chamber(one, by, votes)
            assert ours == expected(by, counted(terms, one, by, votes)), (name, votes)
            reached.add(ours)
        assert reached == {expected(by, outcome) for outcome in reach(terms, one, by)}, name


def in_chamber(one: Body, by: Rule, votes: dict[str, Choice]) -> tuple[str, str]:
    """Count as the chamber does: the seats that may vote."""
    cast = [(each, HANDED_IN[votes[each.id]]) for each in one.seats if may_vote(each, by)]
    said = tally(by, cast, PARTIES, silence_holds=True)
    return said.result, said.then


def test_nothing_is_compared_in_vain() -> None:
    compared = {by.kind for by in rules()}
    assert compared == set(K)
    assert set(WORDS) == set(OUT) - {OUT.TIE}
    assert set(WORDS.values()) == set(RESULTS)
    reached = {
        outcome
        for by in rules()
        for one in BODIES.values()
        for outcome in reach(mandate(one, rules=(by,)), one, by)
    }
    assert reached == set(OUT)
