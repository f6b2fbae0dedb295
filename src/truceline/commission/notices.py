"""What somebody should look at: limits that run or passed, votes to open, remedies to follow up.

A notice changes nothing. It is made of what stands, at the instant it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from truceline.commission import experts
from truceline.commission.deadlines import awaits_a_limit
from truceline.commission.motions import phase
from truceline.commission.room import Clock, Room
from truceline.commission.view import revised
from truceline.records.chamber import Notice
from truceline.records.units import SECOND_US

FAR_US = 2**63
# What is to do as the experts' word stands.
OF_EXPERTS: Mapping[str, str] = MappingProxyType(
    {
        "reporting": "experts_to_report",
        "ready": "default_to_certify",
        "undecided": "experts_undecided",
    }
)


def notices(room: Room, now_us: int, *, also_met: bool = False) -> tuple[Notice, ...]:
    """Give every notice, the first due first, those without a limit last."""
    found = [
        *_of_clocks(room, now_us),
        *_of_motions(room, now_us),
        *_of_remedies(room, now_us),
        *_of_appeals(room),
        *_of_findings(room),
    ]
    if also_met:
        found += _of_met(room)
    return tuple(sorted(found, key=_order))


def hold_until_us(room: Room, now_us: int) -> int:
    """Give the last instant at which the notices are what they are now, if no act comes."""
    dues = [clock.due_us for clock in room.open_clocks.values()]
    dues += [
        one.standing.due_us for one in room.remedies.values() if one.standing.standing == "running"
    ]
    return min((due_us for due_us in dues if due_us >= now_us), default=FAR_US)


def _order(one: Notice) -> tuple[int, str, str, str, str]:
    due_us = FAR_US if one.due_us is None else one.due_us
    return due_us, one.kind, one.case, one.subject, one.rule


def _of_clock(clock: Clock, kind: str) -> Notice:
    return Notice(
        kind=kind,
        case=clock.case,
        subject=clock.subject,
        rule=clock.deadline.id,
        due_us=clock.due_us,
        article=clock.deadline.article,
    )


def _of_clocks(room: Room, now_us: int) -> Iterator[Notice]:
    for clock in room.open_clocks.values():
        if now_us <= clock.due_us:
            yield _of_clock(clock, "deadline_running")
            continue
        is_silence = "case.position" in clock.deadline.ends_with
        yield _of_clock(clock, "party_silent" if is_silence else "deadline_passed")
        if clock.deadline.default and clock.deadline.certified_by and not clock.certified_by:
            yield _of_clock(clock, "default_to_certify")


def _of_met(room: Room) -> Iterator[Notice]:
    inside = (clock for case in room.cases.values() for clock in case.clocks)
    outside = (clock for running in room.outside.values() for clock in running.values())
    for clocks in (inside, outside):
        for clock in clocks:
            if clock.ended in {"met", "met_late"}:
                yield _of_clock(clock, f"deadline_{clock.ended}")


def _of_motions(room: Room, now_us: int) -> Iterator[Notice]:
    for name in room.open_motions:
        motion = room.motions[name]
        case = room.cases[motion.case]
        if case.status == "closed" or awaits_a_limit(room, case, motion, now_us):
            continue
        due_us = None
        if experts.are_asked(motion):
            standing, due_us = experts.standing(room, case, motion, now_us)
            kind = OF_EXPERTS[standing]
        elif motion.closed_us is not None:
            kind = "motion_to_escalate"
        elif phase(motion) == "opening":
            shut = set(motion.seals) - set(motion.opened)
            kind = "votes_to_open" if shut else "motion_to_close"
        else:
            kind = "motion_to_close"
            if phase(motion) == "silence":
                due_us = motion.put_us + (motion.rule.silence_s or 0) * SECOND_US
        yield Notice(
            kind=kind,
            case=motion.case,
            subject=motion.id,
            rule=motion.rule.id,
            due_us=due_us,
            article=motion.rule.article,
        )


def _of_remedies(room: Room, now_us: int) -> Iterator[Notice]:
    for remedy in room.remedies.values():
        one = remedy.standing
        if one.standing == "running" and now_us > one.due_us:
            yield _of_remedy("remedy_to_follow_up", one.case, one.id, one.due_us)
        if remedy.stood_on and one.standing != "lifted":
            yield _of_remedy("stood_on_corrected", one.case, one.id, None)


def _of_remedy(kind: str, case: str, remedy: str, due_us: int | None) -> Notice:
    return Notice(kind=kind, case=case, subject=remedy, rule="", due_us=due_us, article="")


def _of_appeals(room: Room) -> Iterator[Notice]:
    for appeal, case in room.open_appeals.items():
        yield _of_remedy("appeal_to_decide", case, appeal, None)


def _of_findings(room: Room) -> Iterator[Notice]:
    """Tell of what late data revised, while the case is open or somebody decided on it."""
    for case in room.cases.values():
        for one in revised(case, room):
            if case.status != "closed" or one.determinations:
                yield _of_remedy("finding_revised", case.id, one.finding, None)
