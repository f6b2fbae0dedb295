"""How a clock counts: seconds of UTC from the declared instant, less those for which it was halted.

Nothing here starts, halts or ends a clock: acts do (`guarantees.on_clock`). A clock that has
elapsed has elapsed, and nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from truceline.records.board import Clock, ClockState, ClockTerms, Declaration, Halt
from truceline.records.units import SECOND_US


def clocks_of(declaration: Declaration, terms: Iterable[ClockTerms]) -> tuple[Clock, ...]:
    """Give the clocks that run from a declaration: those of its trigger."""
    return tuple(
        Clock(
            id=f"{declaration.id}:{one.id}",
            declaration=declaration.id,
            terms=one,
            started_us=declaration.instant_us,
        )
        for one in terms
        if not one.triggers or declaration.trigger in one.triggers
    )


def stood_us(clock: Clock, now_us: int) -> int:
    """Give how long it stood still: halts that overlap count once."""
    stood, reached = 0, clock.started_us
    for halt in sorted(_stopping(clock), key=lambda one: (one.from_us, one.id)):
        until_us = now_us if halt.until_us is None else min(halt.until_us, now_us)
        stood += max(0, until_us - max(halt.from_us, reached))
        reached = max(reached, until_us)
    return stood


def ran_us(clock: Clock, now_us: int) -> int:
    """Give how long it has run."""
    return max(0, now_us - clock.started_us - stood_us(clock, now_us))


def is_halted(clock: Clock) -> bool:
    """Tell whether a pause, or a dispute that stops it, is open."""
    return any(halt.until_us is None for halt in _stopping(clock))


def has_elapsed(clock: Clock, now_us: int) -> bool:
    """Tell whether its time has run out, at the very instant or before it."""
    lasts_s = clock.terms.lasts_s
    return lasts_s is not None and ran_us(clock, now_us) >= lasts_s * SECOND_US


def shown(clock: Clock, now_us: int, unwound_by: str | None) -> Clock:
    """Give it as it stands at an instant: state, due instant, and what is left."""
    state = state_of(clock, now_us, unwound_by)
    lasts_s = clock.terms.lasts_s
    left_us = due_us = None
    if lasts_s is not None and state not in {ClockState.STOPPED, ClockState.UNWOUND}:
        left_us = max(0, lasts_s * SECOND_US - ran_us(clock, now_us))
        if state is not ClockState.PAUSED:
            due_us = clock.started_us + lasts_s * SECOND_US + stood_us(clock, now_us)
    return replace(
        clock,
        state=state,
        due_us=due_us,
        left_s=None if left_us is None else left_us // SECOND_US,
        unwound_by=unwound_by,
    )


def state_of(clock: Clock, now_us: int, unwound_by: str | None) -> ClockState:
    """Give its state: what unwound it comes first, then what stopped it."""
    if unwound_by is not None:
        return ClockState.UNWOUND
    if clock.stopped_by is not None:
        return ClockState.STOPPED
    if has_elapsed(clock, now_us):
        return ClockState.ELAPSED
    if is_halted(clock):
        return ClockState.PAUSED
    if any(halt.kind == "dispute" and halt.until_us is None for halt in clock.halts):
        return ClockState.DISPUTED
    return ClockState.RUNNING


def ended(clock: Clock, halt: str, at_us: int) -> Clock:
    """End one of its halts."""
    halts = tuple(replace(one, until_us=at_us) if one.id == halt else one for one in clock.halts)
    return replace(clock, halts=halts)


def _stopping(clock: Clock) -> Iterable[Halt]:
    return (halt for halt in clock.halts if halt.stops)
