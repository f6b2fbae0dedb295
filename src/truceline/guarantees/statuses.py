"""Where each state stands with each component: read off the board, never set by itself.

A status is reached by acts only. `STATUSES` says by which; docs/reference/board.md prints it. What
was reached over a consultation that has been unwound is gone; an activation stays, because a state
made it and only that state ends it, and its row says what it stood on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from truceline.records.board import (
    Activation,
    Board,
    CommitmentRef,
    Consultation,
    GuaranteeStanding,
    GuaranteeStatus,
    Measure,
    StateDecision,
)

# Each status, and what brings a state and a component there.
STATUSES: Mapping[GuaranteeStatus, str] = {
    GuaranteeStatus.DORMANT: (
        "the register: the commitment is not in force, its texts differ on that, or none is known"
    ),
    GuaranteeStatus.ARMED: "the register: the commitment is in force",
    GuaranteeStatus.LAPSED: "the register: the commitment has lapsed",
    GuaranteeStatus.CONSULTATION_CALLED: "consultation.convene that invites the state",
    GuaranteeStatus.CONSULTING: "consultation.attend and consultation.open",
    GuaranteeStatus.DECIDED_YES: "decision.state by that state",
    GuaranteeStatus.DECIDED_NO: "decision.state by that state",
    GuaranteeStatus.DECIDED_PARTLY: "decision.state by that state",
    GuaranteeStatus.PROCEDURE_RUNNING: "a procedure.* act of that state for what it decided",
    GuaranteeStatus.ACTIVATED: "activation.record by that state",
    GuaranteeStatus.DELIVERING: "response.measure by that state, delivering or done",
    GuaranteeStatus.STOOD_DOWN: "activation.stand_down by that state",
}
DECIDED = {
    "yes": GuaranteeStatus.DECIDED_YES,
    "no": GuaranteeStatus.DECIDED_NO,
    "partly": GuaranteeStatus.DECIDED_PARTLY,
}
BASES = {
    "in_force": GuaranteeStatus.ARMED,
    # Texts that differ on whether it is in force: nothing is built on it meanwhile.
    "disputed": GuaranteeStatus.DORMANT,
    "not_in_force": GuaranteeStatus.DORMANT,
    "lapsed": GuaranteeStatus.LAPSED,
}
# Of several commitments for one component the best speaks for it.
BASE_ORDER = ("in_force", "disputed", "not_in_force", "lapsed")

Key = tuple[str, str]


def standings(board: Board, commitments: Iterable[CommitmentRef]) -> tuple[GuaranteeStanding, ...]:
    """Give one row a state and component that the register or an act has put on the board."""
    rows = _bases(commitments)
    called = {one.id: one for one in board.consultations}
    for one in board.consultations:
        _consulted(rows, one)
    for decision in board.decisions:
        if decision.replaced_by is None:
            _decided(rows, decision, called[decision.consultation])
    for activation in board.activations:
        _activated(rows, activation, board.measures)
    return tuple(rows[key] for key in sorted(rows))


def _bases(commitments: Iterable[CommitmentRef]) -> dict[Key, GuaranteeStanding]:
    best: dict[Key, str] = {}
    for one in commitments:
        key = one.state, one.component
        best[key] = min(best.get(key, one.standing), one.standing, key=BASE_ORDER.index)
    return {
        (state, component): _row((state, component), BASES[word], "", None)
        for (state, component), word in best.items()
    }


def _row(key: Key, status: GuaranteeStatus, by: str, since_us: int | None) -> GuaranteeStanding:
    return GuaranteeStanding(
        state=key[0], component=key[1], status=status, by=by, since_us=since_us
    )


def _base(rows: Mapping[Key, GuaranteeStanding], key: Key) -> GuaranteeStanding:
    return rows.get(key, _row(key, GuaranteeStatus.DORMANT, "", None))


def _consulted(rows: dict[Key, GuaranteeStanding], called: Consultation) -> None:
    for state in called.states:
        for component in called.components:
            key = state, component
            if called.unwound_by is not None:
                rows[key] = _unwound(_base(rows, key), called.unwound_by)
            elif called.opened_us is not None and state in called.present:
                rows[key] = _row(key, GuaranteeStatus.CONSULTING, called.id, called.opened_us)
            else:
                status = GuaranteeStatus.CONSULTATION_CALLED
                rows[key] = _row(key, status, called.id, called.convened_us)


def _unwound(row: GuaranteeStanding, by: str) -> GuaranteeStanding:
    return GuaranteeStanding(
        state=row.state,
        component=row.component,
        status=row.status,
        by=row.by,
        since_us=row.since_us,
        unwound_by=by,
    )


def _decided(
    rows: dict[Key, GuaranteeStanding], decision: StateDecision, called: Consultation
) -> None:
    for component in decision.components:
        key = decision.state, component
        if rows[key].by != called.id:
            continue  # a later consultation called this state anew, or this one was unwound
        status = DECIDED[decision.decision]
        if decision.procedures_seen and decision.decision != "no":
            status = GuaranteeStatus.PROCEDURE_RUNNING
        rows[key] = _row(key, status, decision.id, decision.decided_us)


def _activated(
    rows: dict[Key, GuaranteeStanding], activation: Activation, measures: Iterable[Measure]
) -> None:
    key = activation.state, activation.component
    if activation.stood_down_by is not None:
        row = rows[key]
        if row.since_us is None or row.since_us <= (activation.stood_down_us or 0):
            rows[key] = _kept(
                _row(
                    key,
                    GuaranteeStatus.STOOD_DOWN,
                    activation.stood_down_by,
                    activation.stood_down_us,
                ),
                activation,
                row.unwound_by,
            )
        return
    delivering = [
        one
        for one in measures
        if one.activation == activation.id and one.stage != "decided" and one.ended_by is None
    ]
    status = GuaranteeStatus.DELIVERING if delivering else GuaranteeStatus.ACTIVATED
    by = delivering[0].id if delivering else activation.id
    since_us = delivering[0].from_us if delivering else activation.activated_us
    rows[key] = _kept(_row(key, status, by, since_us), activation, rows[key].unwound_by)


def _kept(
    row: GuaranteeStanding, activation: Activation, unwound_by: str | None
) -> GuaranteeStanding:
    return GuaranteeStanding(
        state=row.state,
        component=row.component,
        status=row.status,
        by=row.by,
        since_us=row.since_us,
        stood_on_corrected=activation.stood_on_corrected,
        unwound_by=unwound_by,
    )
