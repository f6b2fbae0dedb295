"""A correction takes away all that stood on what was corrected, and says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from board_worlds import (
    T0,
    Log,
    board_of,
    commitment,
    determination,
    facts,
    fold_of,
    rules_of,
    whole,
)
from hypothesis import given
from hypothesis import strategies as st

from truceline.records.board import (
    Board,
    ClockState,
    CommitmentText,
    ConsultationState,
    Fall,
    GuaranteeStatus,
)
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.units import HOUR_US

D2_US = T0 + 50 * HOUR_US
CORRECTED = (
    determination("d1", standing="corrected", replaced_by="d2"),
    determination("d2", decided_us=D2_US),
)
WITHDRAWN = (determination("d1", standing="withdrawn"),)
REACHED = {
    GuaranteeStatus.CONSULTATION_CALLED,
    GuaranteeStatus.CONSULTING,
    GuaranteeStatus.DECIDED_YES,
    GuaranteeStatus.DECIDED_NO,
    GuaranteeStatus.DECIDED_PARTLY,
    GuaranteeStatus.PROCEDURE_RUNNING,
}


def nothing_runs(board: Board) -> bool:
    return (
        all(one.unwound_by for one in board.declarations)
        and all(one.state is ClockState.UNWOUND for one in board.clocks)
        and all(one.state is ConsultationState.UNWOUND for one in board.consultations)
        and not {one.status for one in board.guarantees} & REACHED
        and not any(one.what in {"clock", "receipt", "meeting"} for one in board.due)
    )


def test_the_world_runs_until_it_is_corrected() -> None:
    log, _ = whole()
    assert not nothing_runs(board_of(log))
    assert not nothing_runs(board_of(log, D2_US - 1, determinations=CORRECTED))


@pytest.mark.parametrize(
    ("determinations", "by"),
    [
        pytest.param(CORRECTED, "d2", id="corrected: by its successor"),
        pytest.param(WITHDRAWN, "d1", id="withdrawn: the record names no act"),
    ],
)
def test_a_determination_that_falls_takes_everything_with_it(
    determinations: tuple[Determination, ...], by: str
) -> None:
    log, ids = whole()
    board = board_of(log, D2_US, determinations=determinations)
    assert nothing_runs(board)
    assert {one.unwound_by for one in board.declarations} == {by}
    assert {one.unwound_by for one in board.clocks} == {by}
    assert {one.unwound_by for one in board.consultations} == {by}
    told = {one.about for one in board.notices if one.reason.code == "board_unwound"}
    assert {ids["declared"], ids["called"], *(one.id for one in board.clocks)} == told


def test_what_a_state_did_stays_and_says_what_it_stood_on() -> None:
    log, ids = whole()
    board = board_of(log, D2_US, determinations=CORRECTED)
    (activation,) = board.activations
    assert activation.stood_down_by is None
    assert activation.stood_on_corrected == ("d1",)
    assert {one.id: one.stood_on_corrected for one in board.measures} == {
        ids["measure"]: ("d1",),
        ids["sanction"]: ("d1",),
    }
    assert {one.stood_on_corrected for one in board.decisions} == {("d1",)}
    (row,) = (one for one in board.guarantees if one.state == "GB")
    assert (row.status, row.stood_on_corrected) == (GuaranteeStatus.DELIVERING, ("d1",))
    told = {one.about for one in board.notices if one.reason.code == "board_stood_on"}
    assert told == {ids["decided"], ids["no"], ids["activated"], ids["measure"], ids["sanction"]}


def test_only_the_state_itself_ends_what_it_activated() -> None:
    log, ids = whole()
    log.add("activation.stand_down", "key-GB", ids["activated"], at_us=D2_US, why="corrected")
    board = board_of(log, determinations=CORRECTED)
    (row,) = (one for one in board.guarantees if one.state == "GB")
    assert row.status is GuaranteeStatus.STOOD_DOWN
    assert rules_of(board) == []


def test_a_state_falls_back_to_what_the_register_says_and_shows_why() -> None:
    log, _ = whole()
    rows = {one.state: one for one in board_of(log, D2_US, determinations=CORRECTED).guarantees}
    assert (rows["FR"].status, rows["FR"].unwound_by) == (GuaranteeStatus.ARMED, "d2")
    assert rows["US"].unwound_by is None


@pytest.mark.parametrize("name", ["breach.correct", "breach.withdraw"])
def test_a_declaration_that_falls_takes_everything_with_it(name: str) -> None:
    log, ids = whole()
    if name == "breach.withdraw":
        fell = log.add(
            name, "chair", ids["declared"], body="commission", carried_by="carried-1", why="wrong"
        )
    else:
        fell = log.declare(name=name, about=ids["declared"], carried_by="carried-1")
    board = board_of(log)
    assert rules_of(board) == []
    first = [one for one in board.clocks if one.declaration == ids["declared"]]
    assert {(one.state, one.unwound_by) for one in first} == {(ClockState.UNWOUND, fell)}
    assert board.consultations[0].unwound_by == fell
    anew = [one for one in board.clocks if one.declaration == fell]
    assert {one.state for one in anew} == (
        set() if name == "breach.withdraw" else {ClockState.RUNNING}
    )


def test_a_correction_of_a_correction_leaves_one_declaration_and_its_clocks() -> None:
    log = Log()
    chain = [log.declare()]
    for n in range(1, 4):
        chain.append(log.declare(name="breach.correct", about=chain[-1], carried_by=f"carried-{n}"))
    board = board_of(log)
    assert rules_of(board) == []
    assert [one.unwound_by for one in board.declarations] == [*chain[1:], None]
    assert [one.replaces for one in board.declarations] == [None, *chain[:-1]]
    assert {one.declaration for one in board.clocks if one.state is ClockState.RUNNING} == {
        chain[-1]
    }


def test_a_withdrawn_correction_does_not_raise_what_it_had_corrected() -> None:
    log = Log()
    first = log.declare()
    second = log.declare(name="breach.correct", about=first, carried_by="carried-1")
    third = log.add(
        "breach.withdraw", "chair", second, body="commission", carried_by="carried-2", why="wrong"
    )
    board = board_of(log)
    assert [one.unwound_by for one in board.declarations] == [second, third]
    assert {one.state for one in board.clocks} == {ClockState.UNWOUND}


def test_the_body_above_may_correct() -> None:
    log = Log()
    first = log.declare()
    log.declare(
        name="breach.correct", about=first, actor="president", body="presidency",
        carried_by="carried-6",
    )  # fmt: skip
    assert rules_of(board_of(log)) == []


def test_a_declaration_whose_proof_fell_can_still_be_corrected() -> None:
    log = Log()
    first = log.declare()
    second = log.declare(
        name="breach.correct", about=first, carried_by="carried-1", proof=["f:one"], at_us=D2_US + 1
    )
    board = board_of(log, determinations=CORRECTED)
    assert rules_of(board) == []
    assert [one.unwound_by for one in board.declarations] == ["d2", None]
    assert board.declarations[1].id == second


def test_a_diamond_falls_from_either_side_and_names_the_earlier_fall() -> None:
    both = ["f:one", "d1", "other"]
    log = Log()
    declared = log.declare(proof=both)
    called = log.convene(declared, evidence=["d1", "other"])
    falls = [
        Fall(id="d1", by="late", fell_us=T0 + 20 * HOUR_US),
        Fall(id="other", by="early", fell_us=T0 + 10 * HOUR_US),
    ]
    determinations = (determination("d1"), determination("other"))
    for one, by in ((falls[:1], "late"), (falls[1:], "early"), (falls, "early")):
        board = board_of(log, D2_US, determinations=determinations, falls=one)
        assert nothing_runs(board)
        assert board.consultations[0].id == called
        assert board.consultations[0].unwound_by == by


def test_a_remedy_falls_with_its_determination() -> None:
    remedy = RemedyStanding(
        id="r1", case="c", determination="d1", kind="cease_order", addressee="RU", due_us=T0,
        standing="not_kept", followed_up_by="x",
    )  # fmt: skip
    log = Log()
    log.convene(evidence=["r1"])
    assert not nothing_runs(board_of(log, D2_US, remedies=(remedy,)))
    board = board_of(log, D2_US, remedies=(remedy,), determinations=CORRECTED)
    assert nothing_runs(board)
    standing = [one for one in board.assessments if one.trigger == "non_compliance_with_remedy"]
    assert [one.unwound_by for one in standing] == ["d2"]


def test_an_assessment_that_stood_on_it_is_kept_and_says_so() -> None:
    board = board_of(Log(), D2_US, determinations=CORRECTED)
    unwound = [one for one in board.assessments if one.unwound_by]
    assert {one.unwound_by for one in unwound} == {"d2"}
    assert {one.trigger for one in unwound} >= {"isolated_breach", "armed_attack"}
    assert all("d1" in one.determinations for one in unwound)
    live = [one for one in board.assessments if not one.unwound_by]
    assert not any("d1" in one.determinations for one in live)
    assert any("d2" in one.determinations for one in live)


def test_nobody_acts_on_what_has_fallen() -> None:
    log, ids = whole()
    late = D2_US + HOUR_US
    fresh = log.convene(ids["declared"], meets_us=late)
    log.now_us = late
    log.add("clock.pause", "chair", f"{ids['declared']}:phase_two", why="w")
    log.add("consultation.attend", "key-GB", fresh)
    log.convene(ids["declared"])
    log.decide(ids["called"], "FR")
    assert rules_of(board_of(log, determinations=CORRECTED)) == ["unwound"] * 4
    assert rules_of(board_of(log)) == []


def test_a_revised_finding_is_told_and_unwinds_nothing() -> None:
    log, ids = whole()
    board = board_of(log, findings=(facts("one", superseded_by=("f:two",)),))
    assert board.declarations[0].unwound_by is None
    codes = [one.reason.code for one in board.notices if one.about == ids["declared"]]
    assert codes == ["board_evidence_revised"]


def test_nothing_is_built_on_texts_that_differ_and_both_are_told_with_their_sources() -> None:
    texts = tuple(
        CommitmentText(id=name, words=f"As {name}.", source=name)
        for name in ("reported", "published")
    )
    disputed = replace(commitment("GB", standing="disputed"), texts=texts)
    board = fold_of(commitments=[disputed, commitment("FR")]).board(0)
    assert board.differing == (disputed,)
    assert {one.state: one.status.value for one in board.guarantees} == {
        "FR": "armed", "GB": "dormant",
    }  # fmt: skip


def test_a_declaration_on_a_determination_of_a_withdrawn_finding_is_told_and_stands() -> None:
    log = Log()
    declared = log.declare(proof=["d1"])
    board = board_of(log, findings=(facts("one", superseded_by=()),))
    assert board.declarations[0].unwound_by is None
    (told,) = (one for one in board.notices if one.about == declared)
    assert (told.reason.code, told.reason.numbers) == (
        "board_evidence_revised",
        (("findings", 1),),
    )


@given(st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=6))
def test_whatever_chain_of_corrections_only_what_none_corrected_runs(
    corrects: list[int | None],
) -> None:
    log = Log()
    alive: list[str] = []
    for n, which in enumerate(corrects):
        if alive and which is not None:
            old = alive.pop(which % len(alive))
            new = log.declare(name="breach.correct", about=old, carried_by=f"carried-{n}")
        else:
            new = log.declare(carried_by=f"carried-{n}")
        alive.append(new)
        log.convene(new)
    board = board_of(log)
    assert rules_of(board) == []
    running = {one.declaration for one in board.clocks if one.state is ClockState.RUNNING}
    assert running == set(alive)
    called = {
        one.declaration for one in board.consultations if one.state is ConsultationState.CALLED
    }
    assert called == set(alive)
