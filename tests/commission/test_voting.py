"""Every decision rule of the vocabulary: tables that read as sentences, and a count by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from chamber_world import PARTIES, rule, seat
from hypothesis import given
from hypothesis import strategies as st
from voting_by_hand import by_hand

from truceline.commission.voting import Vote, is_expert, may_vote, tally
from truceline.records.mandate import DecisionRule, Rule, Seat

K = DecisionRule
FIVE = (
    seat("chair", chairs=True),
    seat("aa", "AA", group="parties"),
    seat("bb", "BB", group="parties"),
    seat("cc", "CC", group="guarantors"),
    seat("dd", "DD", group="guarantors"),
)
LETTERS = {"y": "yes", "n": "no", "-": "abstain", ".": ""}


def votes(said: str, seats: Sequence[Seat] = FIVE) -> list[Vote]:
    """Read "y n - . y" as the votes of chair, aa, bb, cc, dd."""
    return [(one, LETTERS[letter]) for one, letter in zip(seats, said.split(), strict=True)]


@pytest.mark.parametrize(
    ("of", "said", "result"),
    [
        # chair aa bb cc dd
        pytest.param(rule(K.CONSENSUS), "y y y y y", "carried", id="all agree"),
        pytest.param(rule(K.CONSENSUS), "y y y y n", "deadlocked", id="one against ends consensus"),
        pytest.param(rule(K.CONSENSUS), "n n n n n", "not_carried", id="all agree that it is not"),
        pytest.param(rule(K.CONSENSUS), "n - - - -", "not_carried", id="one against, none for it"),
        pytest.param(rule(K.CONSENSUS), "y - - . .", "carried", id="whoever abstains lets it pass"),
        pytest.param(rule(K.CONSENSUS), "- - - - -", "deadlocked", id="nobody is for it"),
        pytest.param(
            rule(K.CONSENSUS), "y n y y y", "deadlocked", id="the accused can block a consensus"
        ),
        pytest.param(
            rule(K.CONSENSUS_MINUS_PARTIES), "y n n y y", "carried", id="parties cannot block"
        ),
        pytest.param(
            rule(K.CONSENSUS_MINUS_PARTIES), "- y y - -", "deadlocked", id="parties cannot carry"
        ),
        pytest.param(
            rule(K.CONSENSUS_MINUS_PARTIES), "y n n n y", "deadlocked", id="another one can block"
        ),
        pytest.param(rule(K.MAJORITY), "y y y n n", "carried", id="three of five"),
        pytest.param(rule(K.MAJORITY), "y y n n n", "not_carried", id="two of five"),
        pytest.param(rule(K.MAJORITY), "y y - n n", "not_carried", id="a tie fails"),
        pytest.param(rule(K.MAJORITY), "y y - - n", "carried", id="abstentions do not count"),
        pytest.param(
            rule(K.MAJORITY, abstentions_count=True), "y y - - n", "deadlocked",
            id="abstentions count where the text says so",
        ),
        pytest.param(
            rule(K.MAJORITY, abstentions_count=True), "y y n - .", "deadlocked",
            id="exactly half of those there is no tie, and no majority",
        ),
        pytest.param(
            rule(K.CHAIR_CASTING_VOTE, abstentions_count=True), "y y n - .", "deadlocked",
            id="and nothing for the chair to break",
        ),
        pytest.param(
            rule(K.MAJORITY, abstentions_count=True), "n n - - n", "not_carried",
            id="more than half of those there are against it",
        ),
        pytest.param(
            rule(K.MAJORITY, on_tie="escalates"), "- - - - -", "deadlocked",
            id="all abstain, and a tie goes up",
        ),
        pytest.param(
            rule(K.CHAIR_CASTING_VOTE), "- - - - -", "deadlocked", id="all abstain, the chair too"
        ),
        pytest.param(rule(K.MAJORITY), "- - - - -", "not_carried", id="all abstain"),
        pytest.param(
            rule(K.MAJORITY, on_tie="chair"), "y y - n n", "carried", id="the chair breaks a tie"
        ),
        pytest.param(
            rule(K.MAJORITY, on_tie="chair"), ". y y n n", "deadlocked", id="the chair is absent"
        ),
        pytest.param(
            rule(K.MAJORITY, on_tie="escalates"), "y y - n n", "deadlocked", id="a tie goes up"
        ),
        pytest.param(
            rule(K.CHAIR_CASTING_VOTE), "n y y n -", "not_carried", id="the chair casts against"
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(2, 3)), "y y y y n", "carried", id="4/5 is over 2/3"
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(3, 4)), "y y y n .", "carried", id="3/4 itself"
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(3, 4)), "y y y n n", "deadlocked", id="3/5 is less"
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(3, 4)), "y n n n .", "not_carried",
            id="3/4 are against it",
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(2, 3)), "- - - - -", "deadlocked", id="none of none"
        ),
        pytest.param(rule(K.MAJORITY), "y y . . .", "no_quorum", id="two of three needed"),
        pytest.param(
            rule(K.MAJORITY, quorum_by_group={"guarantors": 1}), "y y y . .", "no_quorum",
            id="no guarantor is there",
        ),
        pytest.param(
            rule(K.MAJORITY, quorum_by_group={"guarantors": 1}), "y y y - .", "carried",
            id="one that abstains is there",
        ),
        pytest.param(
            rule(K.CONSENSUS_MINUS_PARTIES), "y n n . .", "no_quorum",
            id="parties do not count for the quorum of a consensus without them",
        ),
        pytest.param(
            rule(K.CONSENSUS_MINUS_PARTIES), "y . . - -", "carried",
            id="so they cannot break it by staying away",
        ),
        pytest.param(rule(K.CONSENSUS, quorum=0), ". . . . .", "no_quorum", id="nobody has met"),
        pytest.param(
            rule(K.SILENCE_PROCEDURE, silence_s=1), ". . . . .", "deadlocked",
            id="silence alone is no consent",
        ),
        pytest.param(
            rule(K.SILENCE_PROCEDURE, silence_s=1), ". n . . .", "deadlocked",
            id="one breaks the silence",
        ),
    ],
)  # fmt: skip
def test_what_the_votes_say(of: Rule, said: str, result: str) -> None:
    assert tally(of, votes(said), PARTIES).result == result


def test_silence_carries_only_with_a_certified_entry() -> None:
    silent = votes(". . . . .")
    of = rule(K.SILENCE_PROCEDURE, silence_s=60)
    assert tally(of, silent, PARTIES, silence_holds=True).result == "carried"
    assert tally(of, votes(". n . . ."), PARTIES, silence_holds=True).result == "deadlocked"


@pytest.mark.parametrize(
    ("of", "said", "then"),
    [
        pytest.param(rule(K.CONSENSUS), "y n y y y", "", id="the text says nothing"),
        pytest.param(
            rule(K.CONSENSUS, on_deadlock="escalates"), "y n y y y", "escalates", id="goes up"
        ),
        pytest.param(
            rule(K.ESCALATION_ON_DEADLOCK), "y n y y y", "escalates", id="goes up by its kind"
        ),
        pytest.param(
            rule(K.EXPERT_PANEL_DEFAULT), "y n y y y", "expert_panel", id="experts, by its kind"
        ),
        pytest.param(
            rule(K.MAJORITY, on_deadlock="escalates"), "y . . . .", "escalates",
            id="no quorum is no decision",
        ),
        pytest.param(
            rule(K.MAJORITY, on_tie="escalates"), "y y - n n", "escalates", id="a tie goes up"
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(2, 3), on_deadlock="expert_panel"), "y y y n n",
            "expert_panel", id="a share that neither side reached is no decision",
        ),
        pytest.param(
            rule(K.QUALIFIED_MAJORITY, share=(2, 3), on_deadlock="expert_panel"), "y n n n n", "",
            id="a share that the noes reached is one",
        ),
        pytest.param(
            rule(K.MAJORITY, on_deadlock="escalates"), "y y - n n", "",
            id="a tie that fails is a no",
        ),
        pytest.param(
            rule(K.MAJORITY, on_deadlock="escalates"), "y n n n n", "",
            id="to be outvoted is a decision",
        ),
        pytest.param(
            rule(K.MAJORITY, on_deadlock="escalates"), "y y y n n", "", id="to carry is a decision"
        ),
    ],
)  # fmt: skip
def test_what_the_text_says_of_a_body_that_does_not_decide(of: Rule, said: str, then: str) -> None:
    assert tally(of, votes(said), PARTIES).then == then


def test_a_chair_without_a_vote_decides_ties_and_counts_for_nothing_else() -> None:
    seats = (seat("chair", chairs=True, votes=False), *FIVE[1:])
    of = rule(K.CHAIR_CASTING_VOTE, quorum=4)
    assert may_vote(seats[0], of)
    assert not may_vote(seats[0], rule(K.CONSENSUS))
    tie = tally(of, votes("y y y n n", seats), PARTIES)
    assert (tie.result, tie.yes, tie.no) == ("carried", 2, 2)
    assert tally(of, votes("n y y n n", seats), PARTIES).result == "not_carried"
    assert tally(of, votes("n y y n -", seats), PARTIES).result == "carried"
    assert tally(of, votes("y y y n .", seats), PARTIES).result == "no_quorum"


def test_experts_do_not_vote_with_the_seats() -> None:
    expert, of = seat("x1", group="experts", votes=False), rule(K.EXPERT_PANEL_DEFAULT)
    assert not may_vote(expert, of)
    assert is_expert(expert, of)
    assert not is_expert(expert, rule(K.CONSENSUS))
    assert not is_expert(replace(expert, votes=True), of)
    assert not is_expert(replace(expert, group="guarantors"), of)


# ------------------------------------------------------------------------ counted otherwise
rules = st.builds(
    rule,
    st.sampled_from(list(K)),
    quorum=st.integers(0, 6),
    quorum_by_group=st.dictionaries(
        st.sampled_from(["parties", "guarantors"]), st.integers(0, 3), max_size=2
    ),
    share=st.sampled_from([(1, 2), (2, 3), (3, 4), (1, 1), (3, 5)]),
    abstentions_count=st.booleans(),
    counted_of=st.sampled_from(["votes_cast", "all_seats"]),
    silence_s=st.just(1),
    on_tie=st.sampled_from(["fails", "chair", "escalates"]),
)
ballots = st.lists(
    st.tuples(
        st.sampled_from(["", "AA", "BB", "CC", "DD"]),
        st.sampled_from(["", "parties", "guarantors"]),
        st.sampled_from(["yes", "no", "abstain", "", "recused"]),
    ),
    max_size=7,
)


@given(rules, ballots, st.booleans(), st.sampled_from([PARTIES, ("AA",), ("BB",), ()]))
def test_counts_as_one_would_by_hand(
    of: Rule, said: list[tuple[str, str, str]], silence_holds: bool, left_out: tuple[str, ...]
) -> None:
    with_chair = [(state, group, n == 0, vote) for n, (state, group, vote) in enumerate(said)]
    cast = [
        (seat(f"s{n}", state, group=group, chairs=chairs), vote)
        for n, (state, group, chairs, vote) in enumerate(with_chair)
    ]
    ours = tally(of, cast, left_out, silence_holds=silence_holds)
    by_others = by_hand(of, with_chair, silence_holds=silence_holds, left_out=left_out)
    assert ours.result == by_others
    assert ours.yes + ours.no + ours.abstain + ours.absent <= len(said)


@given(rules, ballots)
def test_the_order_of_the_seats_but_for_the_chair_does_not_matter(
    of: Rule, said: list[tuple[str, str, str]]
) -> None:
    cast = [
        (seat(f"s{n}", state, group=group, chairs=n == 0), vote)
        for n, (state, group, vote) in enumerate(said)
    ]
    assert tally(of, cast, PARTIES) == tally(of, [*cast[:1], *reversed(cast[1:])], PARTIES)
