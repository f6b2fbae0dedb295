"""What the coordination cell has to see today: what is due, of whom, and what is late.

It tells; it does nothing. Of a mission these are the deadlines of its cases, of a board what its
clocks, consultations and states await.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from truceline.guarantees.awaited import due_today
from truceline.pipeline.acting import Room
from truceline.pipeline.board import GuarantorsBoard
from truceline.records.board import Board
from truceline.records.chamber import Notice
from truceline.records.due import Due, DuePage
from truceline.records.units import day_start_us


def dues(room: Room, now_us: int) -> tuple[Due, ...]:
    """Give everything that is awaited, the earliest first."""
    board, others = _awaited(room, now_us)
    return tuple(sorted((*board.due, *others), key=lambda one: (one.due_us, one.id)))


def today(room: Room, now_us: int, day: date) -> DuePage:
    """Give the page of a UTC day."""
    board, others = _awaited(room, now_us)
    return due_today(board, others, day_start_us(day), day_start_us(day + timedelta(days=1)))


def _awaited(room: Room, now_us: int) -> tuple[Board, tuple[Due, ...]]:
    """Give the board, empty where there is none, and what a commission awaits."""
    if isinstance(room, GuarantorsBoard):
        return room.board(now_us), ()
    empty: dict[str, Any] = {one.name: () for one in fields(Board)}
    notices = room.chamber(now_us).notices()
    found = tuple(due for one in notices if (due := due_of(one)) is not None)
    return Board(**{**empty, "now_us": now_us}), found


def due_of(notice: Notice) -> Due | None:
    """Give what a commission's notice awaits; None where it has no limit."""
    if notice.due_us is None:
        return None
    return Due(
        id=f"{notice.kind}:{notice.case}:{notice.rule}:{notice.subject}",
        about=notice.case or notice.subject,
        what=notice.kind,
        name=notice.rule,
        of=(notice.subject,) if notice.subject else (),
        due_us=notice.due_us,
        article=notice.article,
    )
