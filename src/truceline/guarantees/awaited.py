"""What the board awaits of whom, until when: running clocks, receipts, meetings, ends of measures.

And the coordination cell's one page, `due_today`: what is due on a day, by whom, and what is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from truceline.records.board import Board, BoardTerms, ClockState, Consultation
from truceline.records.due import Due, DuePage
from truceline.records.units import SECOND_US


def awaited(board: Board, terms: BoardTerms) -> tuple[Due, ...]:
    """List everything that is awaited and has an instant, the earliest first."""
    rows = [*_clocks(board), *_consultations(board, terms), *_measures(board)]
    return tuple(sorted(rows, key=_order))


def due_today(board: Board, others: Iterable[Due], day_us: int, until_us: int) -> DuePage:
    """Give the page of one day.

    Args:
        board: The guarantors' board.
        others: What else is awaited: the deadlines of cases, steps of procedures.
        day_us: Start of the day, in UTC or wherever the cell sits.
        until_us: First instant after it.
    """
    rows = sorted((*board.due, *others), key=_order)
    return DuePage(
        day_us=day_us,
        until_us=until_us,
        now_us=board.now_us,
        late=tuple(one for one in rows if one.due_us <= board.now_us and one.due_us < until_us),
        due=tuple(one for one in rows if max(day_us, board.now_us + 1) <= one.due_us < until_us),
        later=sum(one.due_us >= until_us for one in rows),
    )


def _clocks(board: Board) -> Iterator[Due]:
    """Give clocks that count, and those that ran out and that nothing has met since."""
    counting = {ClockState.RUNNING, ClockState.DISPUTED, ClockState.ELAPSED}
    of = {one.id: {one.body} for one in board.declarations}
    for called in board.consultations:
        if called.declaration:
            of[called.declaration] |= set(called.states)
    for one in board.clocks:
        if one.state in counting and one.due_us is not None and one.met_late_by is None:
            yield Due(
                id=f"clock:{one.id}",
                about=one.id,
                what="clock",
                name=one.terms.id,
                of=tuple(sorted(of[one.declaration])),
                due_us=one.due_us,
                article=one.terms.article,
            )


def _consultations(board: Board, terms: BoardTerms) -> Iterator[Due]:
    for one in board.consultations:
        if one.unwound_by is not None or one.closed_us is not None:
            continue
        missing = tuple(sorted(set(one.states) - {state for state, _ in one.receipts}))
        if missing:
            due_us = one.convened_us + terms.receipt_s * SECOND_US
            yield _of_consultation(one, "receipt", missing, due_us)
        if one.opened_us is None:
            yield _of_consultation(one, "meeting", tuple(sorted(one.states)), one.meets_us)


def _of_consultation(called: Consultation, what: str, of: tuple[str, ...], due_us: int) -> Due:
    return Due(
        id=f"{what}:{called.id}",
        about=called.id,
        what=what,
        name=called.trigger,
        of=of,
        due_us=due_us,
        article="",
    )


def _measures(board: Board) -> Iterator[Due]:
    for one in board.measures:
        if one.until_us is not None and one.ended_by is None:
            yield Due(
                id=f"measure:{one.id}",
                about=one.id,
                what="measure",
                name=one.component,
                of=(one.state,),
                due_us=one.until_us,
                article="",
            )


def _order(due: Due) -> tuple[int, str]:
    return due.due_us, due.id
