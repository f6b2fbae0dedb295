"""What somebody named must certify before it holds: a default, a silence, the experts' word."""

from __future__ import annotations

from truceline.commission import experts
from truceline.commission.deadlines import awaits_a_limit
from truceline.commission.room import Case, Motion, Refused, Room, case_of, text
from truceline.commission.voting import is_expert
from truceline.records.act import Act
from truceline.records.mandate import DecisionRule
from truceline.records.units import SECOND_US


def certify(room: Room, act: Act) -> None:
    """Certify what the text says of a deadline that passed, or of a motion."""
    case = case_of(room, act)
    motion = room.motions.get(text(act, "subject"))
    if motion is not None and motion.case == case.id and motion.rule.id == text(act, "deadline"):
        _certify_motion(room, act, case, motion)
    else:
        _certify_deadline(room, act, case)


def _certify_deadline(room: Room, act: Act, case: Case) -> None:
    name, subject = text(act, "deadline"), text(act, "subject")
    deadline = next((one for one in room.mandate.deadlines if one.id == name), None)
    if deadline is None:
        raise Refused("unknown_deadline", f"the agreement has no deadline {name!r}")
    if not deadline.default or deadline.certified_by is None:
        raise Refused("no_default", f"the text says nothing of {name} passing", deadline.article)
    if not room.bench.presides(act.actor, deadline.certified_by, case.recusals):
        why = f"{act.actor} is not the chair of {deadline.certified_by}"
        raise Refused("not_yours", why, deadline.article)
    clock = case.running.get(name, {}).get(subject)
    if clock is None or clock.ended in {"met", "renewed", "moot"}:
        why = f"{name} does not run for {subject or 'the case'}"
        raise Refused("not_running", why, deadline.article)
    if not clock.has_passed(act.at_us):
        left_s = (clock.due_us - act.at_us) // SECOND_US
        raise Refused("not_passed", f"{left_s} s are left", deadline.article)
    if clock.certified_by:
        raise Refused("certified_already", f"{clock.certified_by} certified it", deadline.article)
    clock.certified_by = act.id
    if deadline.default == "escalates":
        case.may_escalate = name


def _certify_motion(room: Room, act: Act, case: Case, motion: Motion) -> None:
    is_chair = room.bench.presides(act.actor, motion.body, case.recusals)
    seats = room.bench.seats_of(act.actor, motion.body, case.recusals)
    if not is_chair and not any(is_expert(seat, motion.rule) for seat in seats):
        why = f"{act.actor} neither chairs {motion.body} nor is one of its experts"
        raise Refused("not_yours", why, motion.rule.article)
    if awaits_a_limit(room, case, motion, act.at_us):
        why = f"{motion.body} had no quorum, and no time limit of the text has passed"
        raise Refused("not_passed", why, motion.rule.article)
    if experts.are_asked(motion):
        experts.let_decide(room, act, case, motion)
    elif motion.rule.kind is DecisionRule.SILENCE_PROCEDURE and motion.closed_us is None:
        if not is_chair:
            why = f"{act.actor} is not the chair of {motion.body}"
            raise Refused("not_yours", why, motion.rule.article)
        _end_the_silence(act, motion)
    else:
        raise Refused("no_default", "the text says nothing of this motion", motion.rule.article)


def _end_the_silence(act: Act, motion: Motion) -> None:
    article = motion.rule.article
    broken = [seat for seat, ballot in motion.opened.items() if ballot.vote == "no"]
    if broken:
        raise Refused("silence_broken", f"{', '.join(sorted(broken))} broke the silence", article)
    left_us = motion.put_us + (motion.rule.silence_s or 0) * SECOND_US - act.at_us
    if left_us >= 0:
        raise Refused("not_passed", f"{left_us // SECOND_US} s of silence are left", article)
    if motion.silence_certified_by:
        raise Refused("certified_already", f"{motion.silence_certified_by} certified it", article)
    motion.silence_certified_by = act.id
