"""What has to come first: the quorum of the text before a decision, the procedure before an act.

Where the text states no quorum, who stays away has no veto: a state decides by its own law.
"""

from __future__ import annotations

import tomllib

import pytest
from board_worlds import MANDATE, Log, board_of, rules_of

from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.board_terms import board_terms
from truceline.records.board import BoardTerms
from truceline.records.units import HOUR_US, MINUTE_US

QUOTED = 'article = "9"\nwords = "Two thirds of those invited are a quorum."'
TWO_THIRDS = board_terms(
    tomllib.loads(f"format = 1\n[consultation]\nquorum_share = [2, 3]\n{QUOTED}"), MANDATE
)
RECEIPTS_ALONE = board_terms(
    tomllib.loads(f"format = 1\n[consultation]\nreceipt_s = 60\n{QUOTED}"), MANDATE
)


def consulted(*present: str) -> tuple[Log, str]:
    """Three states are called; some come; it is opened if they are enough, and closed."""
    log = Log()
    called = log.convene(log.declare(), meets_us=log.now_us + MINUTE_US)
    for state in present:
        log.add("consultation.attend", f"key-{state}", called)
    log.add("consultation.open", "key-GB", called, at_us=log.now_us + HOUR_US)
    log.add("consultation.close", "key-GB", called, outcome="closed")
    return log, called


@pytest.mark.parametrize("present", [(), ("GB",)], ids=["nobody came", "one of three came"])
def test_where_the_text_states_a_quorum_nobody_decides_without_it(present: tuple[str, ...]) -> None:
    log, called = consulted(*present)
    log.activate(log.decide(called))
    board = board_of(log, terms=TWO_THIRDS)
    assert rules_of(board) == ["quorum", "quorum", "not_decided"]
    assert {one.article for one in board.refused[:2]} == {"9"}
    assert (board.decisions, board.activations) == ((), ())


def test_with_the_quorum_of_the_text_who_stayed_away_may_decide_too() -> None:
    log, called = consulted("GB", "FR")
    log.activate(log.decide(called, "DE"), "DE")
    board = board_of(log, terms=TWO_THIRDS)
    assert rules_of(board) == []
    assert [one.state for one in board.activations] == ["DE"]


def test_before_it_is_opened_nobody_decides_either_and_then_they_may() -> None:
    log = Log()
    called = log.convene(log.declare(), meets_us=log.now_us + MINUTE_US)
    log.decide(called)
    for state in ("GB", "FR"):
        log.add("consultation.attend", f"key-{state}", called)
    log.add("consultation.open", "key-GB", called)
    log.activate(log.decide(called))
    board = board_of(log, terms=TWO_THIRDS)
    assert rules_of(board) == ["quorum"]
    assert len(board.activations) == 1


@pytest.mark.parametrize("terms", [DEFAULTS, RECEIPTS_ALONE], ids=["no text", "on receipts alone"])
def test_a_default_of_the_house_bars_no_state(terms: BoardTerms) -> None:
    assert (terms.article, terms.quorum_of(3)) == ("", 2)
    log, called = consulted()
    log.activate(log.decide(called))
    board = board_of(log, terms=terms)
    # It could not be opened, and everybody is told that it had no quorum.
    assert rules_of(board) == ["quorum"]
    assert "board_without_quorum" in {one.reason.code for one in board.notices}
    assert len(board.activations) == 1


@pytest.mark.parametrize(
    ("acts", "activates"),
    [
        ("", False),
        ("step first", False),
        # The second reading without the first is no step forward.
        ("step second", False),
        ("step first, step second", True),
        ("step first, step second, undo first", False),
        ("step first, refuse second", False),
    ],
)
def test_what_a_state_says_has_to_run_first_does(acts: str, *, activates: bool) -> None:
    log, called = consulted("GB", "FR")
    decided = log.decide(called, procedures=["p:vote"])
    for name, reading in map(str.split, filter(None, acts.split(", "))):
        log.add(f"procedure.{name}", "key-GB", "p:vote", step=reading, source="s")
    log.activate(decided)
    board = board_of(log)
    assert rules_of(board) == ([] if activates else ["procedure_open"])
    assert bool(board.activations) == activates


def test_a_procedure_that_ran_before_the_decision_has_run() -> None:
    log, called = consulted("GB", "FR")
    for reading in ("first", "second"):
        log.add("procedure.step", "key-GB", "p:vote", step=reading, source="s")
    log.activate(log.decide(called, procedures=["p:vote"]))
    assert len(board_of(log).activations) == 1


def test_another_state_takes_no_step_for_it() -> None:
    log, called = consulted("GB", "FR")
    decided = log.decide(called, procedures=["p:vote"])
    for reading in ("first", "second"):
        log.add("procedure.step", "key-FR", "p:vote", step=reading, source="s")
    log.activate(decided)
    assert rules_of(board_of(log)) == ["procedure_open"]


def test_a_state_that_decides_anew_without_a_procedure_waits_for_none() -> None:
    log, called = consulted("GB", "FR")
    log.decide(called, procedures=["p:vote"])
    log.activate(log.decide(called, article="emergency law"))
    assert len(board_of(log).activations) == 1


def test_a_step_that_is_undone_later_takes_nothing_back() -> None:
    log, called = consulted("GB", "FR")
    decided = log.decide(called, procedures=["p:vote"])
    for reading in ("first", "second"):
        log.add("procedure.step", "key-GB", "p:vote", step=reading, source="s")
    log.activate(decided)
    log.add("procedure.undo", "key-GB", "p:vote", step="second", source="s")
    board = board_of(log)
    assert [one.stood_down_by for one in board.activations] == [None]
    assert rules_of(board) == []
