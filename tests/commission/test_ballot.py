"""How a vote comes out, rule by rule, with a case on every bound."""

from __future__ import annotations

import pytest
from mandates_by_hand import body, mandate, rule, seat

from truceline.commission.ballot import (
    Choice,
    Count,
    counting_seats,
    outcome_of,
    rule_for,
    takes_part,
)
from truceline.records.mandate import DecisionRule
from truceline.records.mandate_path import BallotOutcome

KIND = DecisionRule
OUT = BallotOutcome
CONSENSUS_KINDS = (
    KIND.CONSENSUS,
    KIND.CONSENSUS_MINUS_PARTIES,
    KIND.ESCALATION_ON_DEADLOCK,
    KIND.EXPERT_PANEL_DEFAULT,
)


def count(
    yes: int,
    no: int,
    abstain: int = 0,
    *,
    met: bool = True,
    chair: Choice | None = None,
    silent: int = 0,
    away: int = 0,
) -> Count:
    return Count(
        yes=yes,
        no=no,
        abstain=abstain,
        taking_part=yes + no + abstain + silent,
        groups_met=met,
        chair=chair,
        seats=yes + no + abstain + silent + away,
    )


@pytest.mark.parametrize("kind", CONSENSUS_KINDS)
@pytest.mark.parametrize(
    ("counted", "outcome"),
    [
        pytest.param(count(5, 0), OUT.CARRIED, id="all for it"),
        pytest.param(count(1, 0, 4), OUT.CARRIED, id="one for it, the others abstain"),
        pytest.param(count(4, 1), OUT.NO_CONSENSUS, id="one against it"),
        pytest.param(count(0, 0, 5), OUT.NO_CONSENSUS, id="nobody for it"),
        pytest.param(count(0, 5), OUT.REJECTED, id="all against it"),
        pytest.param(count(0, 1, 4), OUT.REJECTED, id="one against it, the others abstain"),
        pytest.param(count(0, 0), OUT.NOT_QUORATE, id="nobody there, though no quorum is asked"),
    ],
)
def test_consensus(kind: DecisionRule, counted: Count, outcome: BallotOutcome) -> None:
    assert outcome_of(rule("b", kind), counted) is outcome


@pytest.mark.parametrize(
    ("counted", "abstentions_count", "outcome"),
    [
        pytest.param(count(2, 1), False, OUT.CARRIED, id="two thirds exactly carry"),
        pytest.param(count(3, 2), False, OUT.SHARE_NOT_REACHED, id="three fifths do not"),
        pytest.param(count(1, 2), False, OUT.REJECTED, id="two thirds against it reject"),
        pytest.param(count(2, 1, 5), False, OUT.CARRIED, id="abstentions do not stand below"),
        pytest.param(count(2, 1, 1), True, OUT.SHARE_NOT_REACHED, id="abstentions stand below"),
        pytest.param(count(0, 0, 3), False, OUT.SHARE_NOT_REACHED, id="only abstentions"),
    ],
)
def test_qualified_majority_of_two_thirds(
    counted: Count, abstentions_count: bool, outcome: BallotOutcome
) -> None:
    by = rule("b", KIND.QUALIFIED_MAJORITY, abstentions_count=abstentions_count)
    assert outcome_of(by, counted) is outcome


@pytest.mark.parametrize(
    ("counted", "abstentions_count", "outcome"),
    [
        pytest.param(count(3, 2), False, OUT.CARRIED, id="one more for it"),
        pytest.param(count(2, 3), False, OUT.REJECTED, id="one more against it"),
        pytest.param(count(2, 2, 1), False, OUT.TIE, id="as many for as against"),
        pytest.param(count(0, 0, 5), False, OUT.TIE, id="only abstentions"),
        pytest.param(count(2, 1, 1), True, OUT.SHARE_NOT_REACHED, id="half of those there"),
        pytest.param(count(1, 2, 1), True, OUT.SHARE_NOT_REACHED, id="half of those there against"),
        pytest.param(count(3, 1, 1), True, OUT.CARRIED, id="more than half of those there"),
        pytest.param(count(1, 3, 1), True, OUT.REJECTED, id="more than half against it"),
    ],
)
def test_majority(counted: Count, abstentions_count: bool, outcome: BallotOutcome) -> None:
    by = rule("b", KIND.MAJORITY, abstentions_count=abstentions_count)
    assert outcome_of(by, counted) is outcome


@pytest.mark.parametrize(
    ("kind", "counted", "outcome"),
    [
        pytest.param(KIND.QUALIFIED_MAJORITY, count(5, 2), OUT.CARRIED, id="five of seven"),
        pytest.param(KIND.QUALIFIED_MAJORITY, count(5, 0, away=2), OUT.CARRIED, id="five came"),
        pytest.param(
            KIND.QUALIFIED_MAJORITY, count(4, 0, away=3), OUT.SHARE_NOT_REACHED, id="four came"
        ),
        pytest.param(
            KIND.QUALIFIED_MAJORITY, count(4, 0, 3), OUT.SHARE_NOT_REACHED, id="three abstain"
        ),
        pytest.param(KIND.QUALIFIED_MAJORITY, count(1, 5, away=1), OUT.REJECTED, id="five noes"),
        pytest.param(KIND.MAJORITY, count(4, 1, away=2), OUT.CARRIED, id="four of seven"),
        pytest.param(
            KIND.MAJORITY, count(3, 1, away=3), OUT.SHARE_NOT_REACHED, id="three of seven"
        ),
        pytest.param(KIND.MAJORITY, count(3, 0, away=3), OUT.SHARE_NOT_REACHED, id="half of six"),
        pytest.param(KIND.MAJORITY, count(1, 4, away=2), OUT.REJECTED, id="four against"),
        pytest.param(
            KIND.MAJORITY, count(2, 2, away=3), OUT.TIE, id="a tie is a tie of those there"
        ),
        pytest.param(
            KIND.CHAIR_CASTING_VOTE,
            count(2, 2, away=3, chair=Choice.YES),
            OUT.CARRIED,
            id="which the chair breaks",
        ),
    ],
)
def test_a_share_of_all_seats_counts_those_who_stay_away(
    kind: DecisionRule, counted: Count, outcome: BallotOutcome
) -> None:
    by = rule("b", kind, share=(5, 7), counted_of="all_seats")
    assert outcome_of(by, counted) is outcome


@pytest.mark.parametrize(
    ("chair", "outcome"),
    [
        pytest.param(Choice.YES, OUT.CARRIED, id="for it"),
        pytest.param(Choice.NO, OUT.REJECTED, id="against it"),
        pytest.param(Choice.ABSTAIN, OUT.CHAIR_ABSTAINS, id="abstains"),
        pytest.param(Choice.ABSENT, OUT.CHAIR_ABSENT, id="is absent"),
        pytest.param(Choice.RECUSED, OUT.CHAIR_ABSENT, id="is recused"),
        pytest.param(None, OUT.CHAIR_ABSENT, id="is nobody"),
    ],
)
def test_the_chair_decides_a_tie_and_nothing_else(
    chair: Choice | None, outcome: BallotOutcome
) -> None:
    by = rule("b", KIND.CHAIR_CASTING_VOTE)
    assert outcome_of(by, count(2, 2, chair=chair)) is outcome
    assert outcome_of(by, count(3, 2, chair=chair)) is OUT.CARRIED


@pytest.mark.parametrize(
    ("counted", "outcome"),
    [
        pytest.param(count(0, 0, silent=5), OUT.CARRIED, id="all silent"),
        pytest.param(count(4, 1), OUT.SILENCE_BROKEN, id="one objects"),
        pytest.param(count(0, 0), OUT.NOT_QUORATE, id="all recused"),
    ],
)
def test_silence_is_consent_until_somebody_objects(counted: Count, outcome: BallotOutcome) -> None:
    assert outcome_of(rule("b", KIND.SILENCE_PROCEDURE), counted) is outcome


@pytest.mark.parametrize(
    ("there", "met", "outcome"),
    [
        pytest.param(3, True, OUT.CARRIED, id="the quorum itself"),
        pytest.param(2, True, OUT.NOT_QUORATE, id="one below it"),
        pytest.param(3, False, OUT.NOT_QUORATE, id="a group below its own"),
    ],
)
def test_a_quorum_counts_those_who_take_part(there: int, met: bool, outcome: BallotOutcome) -> None:
    by = rule("b", KIND.CONSENSUS, quorum=3)
    assert outcome_of(by, count(1, 0, there - 1, met=met)) is outcome


def test_who_takes_part() -> None:
    silence, vote = rule("b", KIND.SILENCE_PROCEDURE), rule("b", KIND.MAJORITY)
    assert {one for one in Choice if not takes_part(vote, one)} == {Choice.ABSENT, Choice.RECUSED}
    assert {one for one in Choice if not takes_part(silence, one)} == {Choice.RECUSED}


def test_consensus_minus_parties_leaves_out_the_seats_of_every_party() -> None:
    one = body("b", seat("x", state="A"), seat("y", state="C"), seat("z", votes=False))
    by = rule("b", KIND.CONSENSUS_MINUS_PARTIES)
    terms = mandate(one, rules=(by,))
    assert [seat.id for seat in counting_seats(terms, one, by)] == ["y"]
    by_all = rule("b", KIND.CONSENSUS)
    assert [seat.id for seat in counting_seats(terms, one, by_all)] == ["x", "y"]


def test_the_rule_that_names_the_question_goes_before_the_one_for_any() -> None:
    any_rule = rule("b", KIND.CONSENSUS, id="whatever")
    named = rule("b", KIND.MAJORITY, id="named", questions=("remedy",))
    terms = mandate(body("b", seat("x")), rules=(any_rule, named))
    assert rule_for(terms, "b", "remedy") is named
    assert rule_for(terms, "b", "appeal") is any_rule
    assert rule_for(terms, "c", "remedy") is None
