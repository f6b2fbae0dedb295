"""A whole scenario, from a declared breach to a measure; and the same with one act left out."""

from __future__ import annotations

import pytest
from board_worlds import T0, Log, board_of, fold_of, whole

from truceline.records.act import Act
from truceline.records.board import Board, ClockState, ConsultationState, GuaranteeStatus


def status(board: Board, state: str) -> GuaranteeStatus:
    (row,) = (one for one in board.guarantees if one.state == state)
    return row.status


def test_the_whole_scenario_ends_with_one_state_delivering() -> None:
    log, ids = whole()
    board = board_of(log)
    assert board.refused == ()
    assert {state: status(board, state) for state in ("GB", "FR", "DE", "US")} == {
        "GB": GuaranteeStatus.DELIVERING,
        "FR": GuaranteeStatus.DECIDED_NO,
        "DE": GuaranteeStatus.CONSULTATION_CALLED,
        "US": GuaranteeStatus.ARMED,
    }
    (called,) = board.consultations
    assert (called.state, called.no_shows) == (ConsultationState.CLOSED, ("DE",))
    assert [(one.terms.id, one.state, one.met) for one in board.clocks] == [
        ("guarantor_consultation", ClockState.STOPPED, True),
        ("phase_two", ClockState.RUNNING, False),
        ("coordinated_response_decision", ClockState.STOPPED, True),
    ]
    assert board.clocks[0].stopped_by == ids["opened"]


STEPS = {
    "declared": "breach.declare",
    "called": "consultation.convene",
    "decided": "decision.state",
    "activated": "activation.record",
}


@pytest.mark.parametrize("left_out", STEPS)
def test_without_this_one_human_act_nothing_is_activated(left_out: str) -> None:
    log, ids = whole()
    log.acts = [one for one in log.acts if one.id != ids[left_out]]
    board = board_of(log, log.now_us + 10**15)
    assert board.activations == ()
    assert not any(one.activation for one in board.measures)
    assert status(board, "GB") not in {GuaranteeStatus.ACTIVATED, GuaranteeStatus.DELIVERING}


def test_each_act_left_out_in_turn_leaves_no_effect_that_nobody_signed() -> None:
    log, _ = whole()
    for left_out in range(len(log.acts)):
        rest = [one for one in log.acts if one.index != left_out]
        board = board_of(Log(acts=rest, now_us=log.now_us), log.now_us + 10**15)
        signed = {one.id for one in rest} - {one.act for one in board.refused}
        made = [
            *(one.id for one in board.declarations),
            *(one.declaration for one in board.clocks),
            *(one.stopped_by for one in board.clocks if one.stopped_by),
            *(one.id for one in board.consultations),
            *(one.id for one in board.decisions),
            *(one.id for one in board.activations),
            *(one.id for one in board.measures),
            *(one.by for one in board.guarantees if one.by),
        ]
        assert set(made) <= signed
        assert board.refused or len(made) < 30


def test_with_no_act_at_all_there_is_no_clock_however_sure_the_findings() -> None:
    board = board_of(Log(), T0 + 10**15)
    assert (board.declarations, board.clocks, board.consultations) == ((), (), ())
    assert board.assessments != ()
    assert {one.status for one in board.guarantees} == {GuaranteeStatus.ARMED}


def test_act_by_act_is_the_same_as_all_at_once() -> None:
    log, _ = whole()
    fold = fold_of()
    for n, act in enumerate(log.acts):
        fold.take(act)
        sofar = Log(acts=log.acts[: n + 1], now_us=act.at_us)
        assert fold.board(act.at_us) == board_of(sofar)


def test_looking_at_the_board_changes_nothing() -> None:
    log, _ = whole()
    fold = fold_of()
    for act in log.acts:
        fold.take(act)
    first = fold.board(log.now_us)
    fold.board(log.now_us + 10**15)
    assert fold.board(log.now_us) == first


def test_a_stolen_key_signs_nothing() -> None:
    log, _ = whole()
    log.acts = [
        Act(**{name: getattr(one, name) for name in Act.__slots__} | {"disputed": True})
        for one in log.acts
    ]
    board = board_of(log)
    assert {one.rule for one in board.refused} == {"disputed_key"}
    assert board.declarations == ()


def test_acts_of_other_rooms_pass_by() -> None:
    log = Log()
    log.add("vote.cast", "chair", "motion")
    board = board_of(log)
    assert board.refused == ()
    log.add("clock.wind_back", "chair", "clock")
    assert [one.rule for one in board_of(log).refused] == ["unknown_act"]


def test_a_later_consultation_calls_a_state_anew_whatever_it_had_decided() -> None:
    log, ids = whole()
    assert status(board_of(log), "FR") is GuaranteeStatus.DECIDED_NO
    log.convene(ids["declared"])
    board = board_of(log)
    assert status(board, "FR") is GuaranteeStatus.CONSULTATION_CALLED
    assert status(board, "GB") is GuaranteeStatus.DELIVERING
