"""What counting finds is what every single vote of a small body finds, in far fewer steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import product

from hypothesis import event, given, settings
from hypothesis import strategies as st
from mandates_by_hand import PARTIES, body, mandate, rule, seat

from truceline.agreement.mandate_vocabulary import COUNTED_OF
from truceline.commission.ballot import (
    NOT_THERE,
    Choice,
    Count,
    counting_seats,
    outcome_of,
    takes_part,
)
from truceline.commission.reach import _halls, actors, is_counted_on, reach
from truceline.records.mandate import Body, DecisionRule, Mandate, Rule, Seat
from truceline.records.mandate_path import BallotOutcome

Votes = dict[str, Choice]


@st.composite
def small_mandates(draw: st.DrawFn) -> tuple[Mandate, Body, Rule]:
    """A body of one to four seats, some of parties, groups or chairs, under any rule."""
    size = draw(st.integers(1, 4))
    chair = draw(st.integers(-1, size - 1))
    seats = [
        seat(
            f"s{number}",
            state=draw(st.sampled_from(["", *PARTIES])),
            group=draw(st.sampled_from(["", "east", "west"])),
            votes=draw(st.booleans()) or number == 0,
            chairs=number == chair,
            alternates=draw(st.sampled_from([(), ("deputy",)])),
        )
        for number in range(size)
    ]
    kind = draw(st.sampled_from(DecisionRule))
    said = {"on_tie": draw(st.sampled_from(["fails", "chair"]))} if kind.value == "majority" else {}
    by = rule(
        "b",
        kind,
        quorum=draw(st.integers(0, size)),
        quorum_by_group=draw(st.dictionaries(st.sampled_from(["east", "west"]), st.integers(1, 2))),
        abstentions_count=draw(st.booleans()),
        counted_of=draw(st.sampled_from(COUNTED_OF)),
        **said,
    )
    one = body("b", *seats)
    return mandate(one, rules=(by,)), one, by


def counted(
    terms: Mandate, one: Body, by: Rule, votes: Votes, left_out: Collection[str] | None = None
) -> BallotOutcome:
    """Count a vote seat by seat, as a clerk would."""
    counting = counting_seats(terms, one, by, left_out)
    tally = Counter(votes[seat.id] for seat in counting)
    there = [seat for seat in counting if takes_part(by, votes[seat.id])]
    present = Counter(seat.group for seat in there)
    chair = next((seat for seat in one.seats if seat.chairs), None)
    return outcome_of(
        by,
        Count(
            yes=tally[Choice.YES],
            no=tally[Choice.NO],
            abstain=tally[Choice.ABSTAIN],
            taking_part=len(there),
            groups_met=all(present[group] >= n for group, n in by.quorum_by_group.items()),
            chair=None if chair is None else votes[chair.id],
            seats=len(counting),
        ),
    )


def every_vote(
    terms: Mandate,
    one: Body,
    by: Rule,
    movable: tuple[Seat, ...],
    left_out: Collection[str] | None = None,
) -> dict[BallotOutcome, int]:
    """Try every action of every seat that may move; the others vote yes."""
    names = [seat.id for seat in one.seats if seat in movable]
    fewest: dict[BallotOutcome, int] = {}
    for choices in product(Choice, repeat=len(names)):
        votes = {seat.id: Choice.YES for seat in one.seats} | dict(zip(names, choices, strict=True))
        if relies_on_an_alternate(terms, one, by, votes):
            continue
        outcome = counted(terms, one, by, votes, left_out)
        moved = sum(1 for choice in choices if choice is not Choice.YES)
        fewest[outcome] = min(moved, fewest.get(outcome, moved))
    return fewest


def relies_on_an_alternate(terms: Mandate, one: Body, by: Rule, votes: Votes) -> bool:
    """Tell whether a chair is away whose alternate would cast the vote that breaks a tie."""
    return by.on_tie == "chair" and any(
        seat.chairs and is_counted_on(terms, seat) and votes[seat.id] in NOT_THERE
        for seat in one.seats
    )


@settings(max_examples=300)
@given(small_mandates())
def test_counting_reaches_what_every_single_vote_reaches(
    world: tuple[Mandate, Body, Rule],
) -> None:
    terms, one, by = world
    found = reach(terms, one, by)
    event(by.kind.value)
    assert {outcome: witness.fewest for outcome, witness in found.items()} == every_vote(
        terms, one, by, one.seats
    )


@given(small_mandates())
def test_what_one_actor_can_do_alone_is_what_its_single_votes_can_do(
    world: tuple[Mandate, Body, Rule],
) -> None:
    terms, one, by = world
    for actor in actors(terms, one, by):
        alone = reach(terms, one, by, actor.seats)
        assert {outcome: witness.fewest for outcome, witness in alone.items()} == every_vote(
            terms, one, by, actor.seats
        )


@given(small_mandates())
def test_the_seats_that_are_named_bring_it_about(world: tuple[Mandate, Body, Rule]) -> None:
    terms, one, by = world
    for outcome, witness in reach(terms, one, by).items():
        votes = {seat.id: Choice.YES for seat in one.seats}
        for choice, ids in witness.seats:
            votes |= dict.fromkeys(ids, choice)
        assert counted(terms, one, by, votes) is outcome
        assert sum(1 for choice in votes.values() if choice is not Choice.YES) == witness.fewest


@given(small_mandates(), st.sampled_from([(), ("A",), ("B",), ("A", "B")]))
def test_counting_without_the_accused_is_counting_every_vote_of_the_others(
    world: tuple[Mandate, Body, Rule], accused: tuple[str, ...]
) -> None:
    terms, one, drawn = world
    by = rule("b", DecisionRule.CONSENSUS_MINUS_PARTIES, quorum=drawn.quorum)
    found = reach(terms, one, by, left_out=accused)
    assert {outcome: witness.fewest for outcome, witness in found.items()} == every_vote(
        terms, one, by, one.seats, accused
    )
    for actor in actors(terms, one, by, accused):
        assert actor.party not in accused or not actor.party
        alone = reach(terms, one, by, actor.seats, accused)
        assert {outcome: witness.fewest for outcome, witness in alone.items()} == every_vote(
            terms, one, by, actor.seats, accused
        )


def test_35_seats_are_counted_and_not_enumerated() -> None:
    seats = [seat(f"s{number}", group="coalition") for number in range(35)]
    one = body("b", *seats)
    by = rule("b", DecisionRule.QUALIFIED_MAJORITY, quorum=20, quorum_by_group={"coalition": 18})
    terms = mandate(one, rules=(by,))
    (hall,) = _halls(terms, one, by, one.seats)
    assert sum(1 for _ in hall.sums()) == 8_436  # of 5^35 votes
    fewest = {outcome: witness.fewest for outcome, witness in reach(terms, one, by).items()}
    assert fewest == {
        BallotOutcome.CARRIED: 0,
        BallotOutcome.SHARE_NOT_REACHED: 12,  # 23 of 35 is below two thirds
        BallotOutcome.NOT_QUORATE: 16,  # 19 are below the quorum of 20
        BallotOutcome.REJECTED: 24,
    }


def test_five_of_the_seven_members_are_five_whoever_stays_away() -> None:
    one = body("b", *(seat(f"s{number}") for number in range(7)))
    for counted_of, fewest in (("all_seats", 3), ("votes_cast", 2)):
        by = rule("b", DecisionRule.QUALIFIED_MAJORITY, share=(5, 7), counted_of=counted_of)
        found = reach(mandate(one, rules=(by,)), one, by)
        assert found[BallotOutcome.SHARE_NOT_REACHED].fewest == 3
        alone = {
            counted(
                mandate(one, rules=(by,)),
                one,
                by,
                {each.id: away if n < gone else Choice.YES for n, each in enumerate(one.seats)},
            )
            for gone in range(fewest, 6)
            for away in (Choice.ABSENT, Choice.RECUSED)
        }
        assert (BallotOutcome.SHARE_NOT_REACHED in alone) == (counted_of == "all_seats")
        assert (BallotOutcome.CARRIED in alone) == (counted_of == "votes_cast")


def test_a_chair_who_breaks_ties_counts_for_the_quorum_of_its_group() -> None:
    one = body("b", seat("chair", chairs=True, group="east"), seat("s1"))
    by = rule("b", DecisionRule.CHAIR_CASTING_VOTE, quorum_by_group={"east": 1})
    found = reach(mandate(one, rules=(by,)), one, by)
    assert {outcome: witness.fewest for outcome, witness in found.items()} == {
        BallotOutcome.CARRIED: 0,
        BallotOutcome.REJECTED: 1,  # the chair's no makes a tie, and breaks it
        BallotOutcome.CHAIR_ABSTAINS: 2,
        BallotOutcome.NOT_QUORATE: 1,
    }
