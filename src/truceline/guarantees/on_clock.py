"""Clocks are paused, resumed, stopped, disputed and met: each by an act, none by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from truceline.guarantees.clocks import ended, has_elapsed
from truceline.guarantees.grounds import must_stand
from truceline.guarantees.world import Refusal, World, text_of
from truceline.records.act import Act
from truceline.records.board import Clock, Halt


def pause(world: World, act: Act) -> None:
    """Pause a clock; a second pause over the first makes it wait for both."""
    clock = _live(world, act)
    _must_have_power(world, act, clock, clock.terms.paused_by, "pause")
    _halt(world, act, clock, "pause", stops=True)


def resume(world: World, act: Act) -> None:
    """End one pause or one dispute."""
    clock = _known(world, act)
    if clock.stopped_by is not None:
        raise Refusal("clock_stopped", f"{clock.stopped_by} stopped it", clock.terms.article)
    _must_have_power(world, act, clock, clock.terms.paused_by, "resume")
    halt = next((one for one in clock.halts if one.id == text_of(act, "ends")), None)
    if halt is None or halt.until_us is not None:
        raise Refusal(
            "no_pause", f"{text_of(act, 'ends')} is no open pause or dispute", clock.terms.article
        )
    world.clocks[clock.id] = ended(clock, halt.id, act.at_us)


def stop(world: World, act: Act) -> None:
    """Stop a clock for good."""
    clock = _live(world, act)
    _must_have_power(world, act, clock, clock.terms.stopped_by, "stop")
    world.clocks[clock.id] = replace(clock, stopped_by=act.id, stopped_us=act.at_us)


def dispute(world: World, act: Act) -> None:
    """Record that a state disputes a clock. It stops nothing unless the text says so."""
    clock = _known(world, act)
    if not world.powers.state_of(act.actor):
        raise Refusal("no_authority", f"{act.actor} acts for no party and no guarantor")
    if clock.stopped_by is not None:
        raise Refusal("clock_stopped", f"{clock.stopped_by} stopped it", clock.terms.article)
    stops = clock.terms.dispute_pauses and not has_elapsed(clock, act.at_us)
    _halt(world, act, clock, "dispute", stops=stops)


def meet(world: World, act: Act, declaration: str) -> None:
    """Stop the clocks of a declaration that an accepted act meets; what is late is recorded."""
    for name in world.clocks_of.get(declaration, ()):
        clock = world.clocks[name]
        if act.name not in clock.terms.ends_with or clock.stopped_by is not None:
            continue
        if not has_elapsed(clock, act.at_us):
            world.clocks[name] = replace(clock, stopped_by=act.id, stopped_us=act.at_us, met=True)
        elif clock.met_late_by is None:
            world.clocks[name] = replace(clock, met_late_by=act.id)


def _known(world: World, act: Act) -> Clock:
    clock = world.clocks.get(act.about)
    if clock is None:
        raise Refusal("about_unknown", f"{act.about!r} is no clock")
    must_stand(world, clock.id, act.at_us)
    return clock


def _live(world: World, act: Act) -> Clock:
    """Give a clock that still counts, or refuse."""
    clock = _known(world, act)
    if clock.stopped_by is not None:
        raise Refusal("clock_stopped", f"{clock.stopped_by} stopped it", clock.terms.article)
    if has_elapsed(clock, act.at_us):
        raise Refusal("clock_elapsed", f"{clock.id} had run out", clock.terms.article)
    return clock


def _must_have_power(
    world: World, act: Act, clock: Clock, bodies: Iterable[str], what: str
) -> None:
    declaring = world.declarations[clock.declaration].body
    if not world.powers.signs_for_one_of(act.actor, bodies, declaring):
        raise Refusal(
            "no_authority",
            f"the text does not let {act.actor} {what} {clock.terms.id}",
            clock.terms.article,
        )


def _halt(world: World, act: Act, clock: Clock, kind: str, *, stops: bool) -> None:
    halt = Halt(
        id=act.id,
        by=act.actor,
        state=world.powers.state_of(act.actor) if kind == "dispute" else "",
        kind=kind,
        why=text_of(act, "why"),
        from_us=act.at_us,
        until_us=None,
        stops=stops,
    )
    world.clocks[clock.id] = replace(clock, halts=(*clock.halts, halt))
