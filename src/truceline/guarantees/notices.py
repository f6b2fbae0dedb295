"""Who has to be told what. A notice does nothing else: no deadline has an effect of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from truceline.guarantees.known import told_no_more
from truceline.guarantees.world import World
from truceline.records.board import (
    Board,
    BoardNotice,
    Clock,
    ClockState,
    Consultation,
    ConsultationState,
)
from truceline.records.reason import Number, reason
from truceline.records.units import SECOND_US


def notices(board: Board, world: World) -> tuple[BoardNotice, ...]:
    """List what is to be told, by what it is about and then by its code."""
    bodies = {one.id: one.body for one in board.declarations}
    rows = [
        *_declarations(board, world),
        *(row for one in board.clocks for row in _clock(one, bodies[one.declaration])),
        *(row for one in board.consultations for row in _consultation(board, world, one)),
        *_states(board, world),
    ]
    return tuple(sorted(rows, key=lambda one: (one.about, one.reason.code, one.whom)))


def _notice(
    about: str, whom: tuple[str, ...], at_us: int | None, code: str, **numbers: Number
) -> BoardNotice:
    return BoardNotice(
        about=about, whom=tuple(sorted(whom)), at_us=at_us, reason=reason(code, numbers)
    )


def _declarations(board: Board, world: World) -> Iterator[BoardNotice]:
    for one in board.declarations:
        if one.unwound_by is not None:
            yield _notice(one.id, (), None, "board_unwound", by=one.unwound_by)
        if one.signed_by in world.powers.alternates:
            yield _notice(
                one.id, (one.body,), one.declared_us, "board_alternate", actor=one.signed_by
            )
        revised = len(told_no_more(_findings_of(one.proof, world), world.findings))
        if revised and one.unwound_by is None:
            yield _notice(one.id, (one.body,), None, "board_evidence_revised", findings=revised)


def _findings_of(proof: Iterable[str], world: World) -> set[str]:
    """Give the findings in a proof, and those that the determinations in it stand on."""
    named = set(proof)
    for name in proof:
        if name in world.determinations:
            named.update(world.determinations[name].findings)
    return named


def _clock(clock: Clock, body: str) -> Iterator[BoardNotice]:
    name = clock.terms.id
    if clock.unwound_by is not None:
        yield _notice(clock.id, (), None, "board_unwound", by=clock.unwound_by)
        return
    if clock.state is ClockState.ELAPSED:
        yield _notice(clock.id, (), clock.due_us, "board_clock_elapsed", clock=name)
        if clock.met_late_by is not None:
            yield _notice(clock.id, (body,), None, "board_clock_met_late", by=clock.met_late_by)
    if clock.state is ClockState.PAUSED:
        yield _notice(clock.id, (body,), None, "board_clock_paused", clock=name)
    if clock.terms.lasts_s is None and clock.state is not ClockState.STOPPED:
        yield _notice(clock.id, (body,), None, "board_clock_no_length", clock=name)
    disputes = sum(one.kind == "dispute" and one.until_us is None for one in clock.halts)
    if disputes:
        yield _notice(clock.id, (body,), None, "board_clock_disputed", disputes=disputes)


def _consultation(board: Board, world: World, one: Consultation) -> Iterator[BoardNotice]:
    if one.unwound_by is not None:
        yield _notice(one.id, one.states, None, "board_unwound", by=one.unwound_by)
        return
    acknowledged = {state for state, _ in one.receipts}
    silent = tuple(state for state in one.states if state not in acknowledged)
    receipt_us = one.convened_us + world.terms.receipt_s * SECOND_US
    if silent and one.closed_us is None and board.now_us >= receipt_us:
        yield _notice(one.id, silent, receipt_us, "board_no_receipt", states=len(silent))
    if one.state is ConsultationState.CALLED and board.now_us >= one.meets_us:
        yield _notice(
            one.id,
            one.states,
            one.meets_us,
            "board_not_opened",
            present=len(one.present),
            quorum=one.quorum,
        )
    if one.state is ConsultationState.CLOSED_WITHOUT_QUORUM:
        yield _notice(
            one.id,
            one.states,
            one.closed_us,
            "board_without_quorum",
            present=len(one.present),
            quorum=one.quorum,
        )
    if one.no_shows:
        yield _notice(
            one.id, one.no_shows, one.closed_us, "board_no_show", states=len(one.no_shows)
        )
    if one.closed_us is not None:
        decided = {two.state for two in board.decisions if two.consultation == one.id}
        undecided = tuple(state for state in one.states if state not in decided)
        if undecided:
            yield _notice(
                one.id, undecided, one.closed_us, "board_no_decision", states=len(undecided)
            )


def _states(board: Board, world: World) -> Iterator[BoardNotice]:
    done = [
        *((one.id, one.state, one.stood_on_corrected) for one in board.decisions),
        *((one.id, one.state, one.stood_on_corrected) for one in board.activations),
        *((one.id, one.state, one.stood_on_corrected) for one in board.measures),
    ]
    for act, state, corrected in done:
        for name in corrected:
            yield _notice(act, (state,), None, "board_stood_on", what=name)
    for one in board.activations:
        standing = world.commitments[one.commitment].standing
        if standing != "in_force" and one.stood_down_by is None:
            yield _notice(
                one.id, (one.state,), one.activated_us, "board_commitment", standing=standing
            )
    for measure in board.measures:
        over = measure.until_us is not None and measure.until_us <= board.now_us
        if over and measure.ended_by is None:
            yield _notice(measure.id, (measure.state,), measure.until_us, "board_measure_over")
