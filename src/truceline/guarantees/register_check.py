"""What names what in a register: names used twice, and names that lead nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from truceline.guarantees.fields import nearest, shown
from truceline.guarantees.register_tables import MOST_STEPS
from truceline.records.commitment import CAVEATS, NOT_KNOWN, Calendar, Commitment, Procedure
from truceline.records.pledge import Pledge
from truceline.records.register import Register

MOST_WEEKEND = 6


def references(register: Register) -> Iterator[str]:
    """Say which names are used twice, and which lead nowhere."""
    codes = [one.code for one in register.participants]
    yield from _twice("participant", codes)
    for table in ("instruments", "commitments", "calendars", "procedures", "pledges", "scenarios"):
        yield from _twice(table.removesuffix("s"), [one.id for one in getattr(register, table)])
    yield from _twice("signer", [one.actor for one in register.signers])
    yield from _missing("host", [register.host], codes)
    yield from _missing("signer: state", [one.state for one in register.signers], codes)
    for commitment in register.commitments:
        yield from _commitment_problems(register, commitment, codes)
    for calendar in register.calendars:
        yield from _calendar_problems(register, calendar)
    for procedure in register.procedures:
        yield from _procedure_problems(register, procedure, codes)
    for pledge in register.pledges:
        yield from _pledge_problems(register, pledge, codes)
    for scenario in register.scenarios:
        yield from _missing(f"scenario {scenario.id}: tolerates", scenario.tolerates, CAVEATS)


def _commitment_problems(
    register: Register, commitment: Commitment, codes: list[str]
) -> Iterator[str]:
    place = f"commitment {commitment.id}"
    state = [commitment.state] if commitment.state else []
    yield from _missing(f"{place}: state", state, codes)
    instruments = [one.id for one in register.instruments]
    yield from _missing(f"{place}: instrument", [commitment.instrument], instruments)
    yield from _twice(f"{place}: version", [one.id for one in commitment.versions])
    if not commitment.versions:
        yield f"{place}: it has no version"


def _calendar_problems(register: Register, calendar: Calendar) -> Iterator[str]:
    try:
        ZoneInfo(calendar.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"calendar {calendar.id}: zone {shown(calendar.zone)} is no time zone"
    if len(set(calendar.weekend)) > MOST_WEEKEND:
        yield f"calendar {calendar.id}: weekend {list(calendar.weekend)} leaves no day of work"
    states = {one.state for one in register.procedures if one.calendar == calendar.id}
    if len(states) > 1:
        yield f"calendar {calendar.id}: it is of several states, {', '.join(sorted(states))}"


def _procedure_problems(
    register: Register, procedure: Procedure, codes: Iterable[str]
) -> Iterator[str]:
    place = f"procedure {procedure.id}"
    steps = [one.id for one in procedure.steps]
    yield from _missing(f"{place}: state", [procedure.state], codes)
    yield from _missing(
        f"{place}: calendar", [procedure.calendar], [one.id for one in register.calendars]
    )
    yield from _missing(f"{place}: goal", [procedure.goal], steps)
    yield from _twice(f"{place}: step", steps)
    if procedure.id in {"none", NOT_KNOWN}:
        yield f"{place}: a procedure may not have this id"
    if len(steps) > MOST_STEPS:
        yield f"{place}: {len(steps)} steps, more than {MOST_STEPS}"
    for step in procedure.steps:
        needed = [one for way in step.needs for one in way]
        yield from _missing(f"{place}: step {step.id}: needs", needed, steps)


def _pledge_problems(register: Register, pledge: Pledge, codes: list[str]) -> Iterator[str]:
    place = f"pledge {pledge.id}"
    named = [pledge.state, *pledge.leads, *pledge.supports]
    yield from _missing(
        place, [*named, *([pledge.stationed_in] if pledge.stationed_in else [])], codes
    )
    if pledge.procedure not in {"none", NOT_KNOWN}:
        own = [one.id for one in register.procedures if one.state == pledge.state]
        yield from _missing(f"{place}: procedure", [pledge.procedure], own)
    within = {one.id: one.counts_within for one in register.pledges}
    here, seen = pledge.counts_within, {pledge.id}
    while here:
        if here in seen:
            yield f"{place}: counts_within {pledge.counts_within} leads in a ring"
            return
        if here not in within:
            yield from _missing(f"{place}: counts_within", [here], within)
            return
        seen.add(here)
        here = within[here]


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {shown(name)} stands there {count} times"


def _missing(what: str, named: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    listed = list(known)
    for name in named:
        if name not in listed:
            yield f"{what} {shown(name)} is not there{nearest(name, listed)}"
