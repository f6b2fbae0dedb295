"""What is awaited of whom, until when: one line of the coordination cell's page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that is awaited.

    Attributes:
        id: Unique, and the same as long as the same thing is awaited: a calendar knows it by this.
        about: Id of the case, clock, consultation or measure.
        what: What is awaited: a key of the word files behind `due.`, for example "clock".
        name: Name of the deadline or clock, for example "guarantor_consultation"; "" for none.
        of: Codes of states, ids of bodies or seats from whom it is awaited, sorted.
        due_us: Until when, microseconds since 1970 UTC.
        article: Where it stands in the text; "" for a default.
    """

    id: str
    about: str
    what: str
    name: str
    of: tuple[str, ...]
    due_us: int
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """What one day asks for.

    Attributes:
        day_us: Start of the day.
        until_us: First instant after it: a local day has 23, 24 or 25 hours.
        now_us: The instant at which it was asked.
        late: What was due before that instant, the longest overdue first.
        due: What is due on that day and not yet late, the earliest first.
        later: How many more are due after that day.
    """

    day_us: int
    until_us: int
    now_us: int
    late: tuple[Due, ...]
    due: tuple[Due, ...]
    later: int
