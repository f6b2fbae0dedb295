"""Time limits: what starts and ends them, and what they notify of.

A deadline that passes does nothing. It is seen to have passed by comparing instants: the act's
own `at_us` in the fold, `now_us` in a view. The last microsecond is still in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from truceline.commission.bounds import (
    MOTION_CLOSED,
    MOTION_PUT,
    QUESTIONS_FROM_ACT,
    limits_of,
    questions_of,
)
from truceline.commission.proposals import QUESTIONS
from truceline.commission.room import Case, Clock, Motion, Room, close_clock, text
from truceline.records.act import Act
from truceline.records.chamber import DeadlineStanding
from truceline.records.mandate import Deadline, DecisionRule
from truceline.records.units import SECOND_US

# Least times, not limits: they say how long one must wait, and so nobody can be late.
WAITS = ("party_notice_before_publication", "vote_sealing", "vote_opening")

# Whose a deadline is that an act starts or ends: kind and name.
Subject = tuple[str, str]


def _of_about(kind: str) -> Callable[[Act], Subject]:
    return lambda act: (kind, act.about)


def _of_itself(kind: str) -> Callable[[Act], Subject]:
    return lambda act: (kind, act.id)


def _of_party(act: Act) -> Subject:
    return "party", text(act, "party")


# What is not here is the case's own.
SUBJECTS: Mapping[str, Callable[[Act], Subject]] = MappingProxyType(
    {
        "case.notify": _of_party,
        "case.position": _of_party,
        "case.request": _of_itself("request"),
        "case.answer": _of_about("request"),
        "case.appeal": _of_about("determination"),
        "motion.put": _of_itself("motion"),
        "motion.end_sealing": _of_about("motion"),
        "motion.close": _of_about("motion"),
        "vote.seal": _of_about("motion"),
        "vote.open": _of_about("motion"),
        "vote.dissent": _of_about("motion"),
        "determination.record": _of_itself("determination"),
        "determination.correct": _of_itself("determination"),
        "determination.withdraw": _of_about("determination"),
        "remedy.set": _of_itself("remedy"),
        "remedy.follow_up": _of_about("remedy"),
        "remedy.lift": _of_about("remedy"),
        "hotline.call": _of_itself("call"),
        "hotline.ack": _of_about("call"),
        "hotline.return_fire_order": _of_itself("return_fire"),
        "window.open": _of_itself("window"),
        "window.close": _of_about("window"),
    }
)


def subject_of(act: Act) -> Subject:
    """Say whose deadlines an act starts or ends."""
    of = SUBJECTS.get(act.name)
    return of(act) if of else ("", "")


def touch(room: Room, act: Act, case: Case | None) -> None:
    """End the deadlines that an act meets, then start those that run from it."""
    end_those_met(room, act, case)
    for deadline in room.starts.get(act.name, ()):
        if deadline.id not in WAITS and _fits(deadline, case) and _asks(room, act, deadline):
            _start_at(room, case, deadline, subject_of(act)[1], act.at_us)


def _asks(room: Room, act: Act, deadline: Deadline) -> bool:
    """Tell whether a limit that names its questions is for this motion; another act has none."""
    is_motion = act.name == MOTION_PUT and deadline.questions
    return not is_motion or room.motions[act.id].question in deadline.questions


def end_those_met(room: Room, act: Act, case: Case | None) -> None:
    """End the deadlines that an act meets."""
    for deadline in room.ends.get(act.name, ()):
        for clock in _ended_by(room, act, case, deadline):
            if _answers(room, act, deadline):
                late = act.at_us > clock.due_us
                close_clock(room, clock, "met_late" if late else "met", act.id)


def _answers(room: Room, act: Act, deadline: Deadline) -> bool:
    """Tell whether an act is what a limit waits for: of a closed motion, an answer to its question.

    Where a limit names its questions, the answer to another one does not meet it.
    """
    if act.name != MOTION_CLOSED:
        answers = questions_of(act.name)
        return not (deadline.questions and answers) or not set(answers).isdisjoint(
            deadline.questions
        )
    motion = room.motions[act.about]
    answered = motion.tally is not None and motion.tally.result in {"carried", "not_carried"}
    waited_for = deadline.questions or QUESTIONS_FROM_ACT.get(deadline.runs_from, QUESTIONS)
    return answered and motion.question in waited_for


def late_since_us(room: Room, case: Case, motion: Motion, now_us: int) -> int | None:
    """Say since when a limit of the text has passed that bounds the motion's question.

    A body that did not meet has not deadlocked. Only such a limit says that it waited too long.

    Returns:
        The last instant in time, microseconds since 1970 UTC; None where no limit has passed.
    """
    bounding = {limit.id for limit in limits_of(room.mandate, motion.question)}
    passed = (
        clock.due_us
        for clock in case.clocks
        if clock.deadline.id in bounding
        and clock.has_passed(now_us)
        and (clock.deadline.runs_from != MOTION_PUT or clock.subject == motion.id)
    )
    return min(passed, default=None)


def waits_for_a_quorum(motion: Motion) -> bool:
    """Tell whether a motion was closed without a quorum; a silence is itself a time limit."""
    no_quorum = motion.tally is not None and motion.tally.result == "no_quorum"
    return no_quorum and motion.rule.kind is not DecisionRule.SILENCE_PROCEDURE


def awaits_a_limit(room: Room, case: Case, motion: Motion, now_us: int) -> bool:
    """Tell whether a motion is without a quorum, and nothing follows from that yet."""
    return waits_for_a_quorum(motion) and late_since_us(room, case, motion, now_us) is None


def refit(room: Room, act: Act, case: Case) -> None:
    """Once its severity is known, keep only the limits that are for a case of that severity.

    One that did not run before runs from the case's opening, as if the severity had been known.
    """
    for deadline in room.starts.get("case.open", ()):
        clock = case.running.get(deadline.id, {}).get("")
        if not _fits(deadline, case):
            if clock is not None and not clock.ended:
                close_clock(room, clock, "moot", act.id)
        elif clock is None and deadline.id not in WAITS:
            _start_at(room, case, deadline, "", case.opened_us)


def _clocks(room: Room, case: Case | None) -> dict[str, dict[str, Clock]]:
    return case.running if case else room.outside


def _ended_by(room: Room, act: Act, case: Case | None, deadline: Deadline) -> list[Clock]:
    running = _clocks(room, case).get(deadline.id, {})
    kind, name = subject_of(act)
    starts = SUBJECTS.get(deadline.runs_from)
    same_kind = starts is not None and starts(act)[0] == kind
    found = [running[name]] if same_kind and name in running else []
    # Outside a case nothing ties a call to a window: only the same thing meets its own limit.
    if not same_kind and case is not None:
        found = list(running.values())
    return [clock for clock in found if not clock.ended]


def _fits(deadline: Deadline, case: Case | None) -> bool:
    """Tell whether a limit is for the case's body, and for cases of its severity.

    A case of unknown severity has both the limits for grave cases and those for minor ones.
    """
    if deadline.body is not None and (case is None or case.body != deadline.body):
        return False
    severity = case.severity[:2] if case else ""
    if deadline.id.endswith("_s3_s4"):
        return severity in {"", "S3", "S4"}
    if deadline.id.endswith("_s1_s2"):
        return severity in {"", "S1", "S2"}
    return True


def _start_at(
    room: Room, case: Case | None, deadline: Deadline, subject: str, since_us: int
) -> None:
    running = _clocks(room, case).setdefault(deadline.id, {})
    before = running.get(subject)
    if before is not None and not before.ended:
        close_clock(room, before, "renewed")
    clock = Clock(
        serial=room.clock_count,
        deadline=deadline,
        case=case.id if case else "",
        subject=subject,
        since_us=since_us,
        due_us=since_us + deadline.lasts_s * SECOND_US,
    )
    room.clock_count += 1
    running[subject] = clock
    room.open_clocks[clock.serial] = clock
    if case:
        case.clocks.append(clock)
        case.open_clocks[clock.serial] = clock


def end_those_of_body(room: Room, case: Case, body: str) -> None:
    """Make the running deadlines of one body moot: it has the case no more."""
    for clock in list(case.open_clocks.values()):
        if clock.deadline.body == body:
            close_clock(room, clock, "moot")


def end_all(room: Room, case: Case) -> None:
    """Make the running deadlines of a closed case moot, but leave those on a determination."""
    for clock in list(case.open_clocks.values()):
        if not clock.deadline.runs_from.startswith("determination."):
            close_clock(room, clock, "moot")


def reply_clock(case: Case, party: str) -> Clock | None:
    """Find the deadline by which a party has to reply; None where none was started."""
    for running in case.running.values():
        clock = running.get(party)
        if clock is not None and "case.position" in clock.deadline.ends_with:
            return clock
    return None


def standing_of(clock: Clock, now_us: int) -> DeadlineStanding:
    """Show a deadline as it stands at an instant."""
    passed = not clock.ended and now_us > clock.due_us
    return DeadlineStanding(
        deadline=clock.deadline.id,
        case=clock.case,
        subject=clock.subject,
        since_us=clock.since_us,
        due_us=clock.due_us,
        standing=clock.ended or ("passed" if passed else "running"),
        met_by=clock.met_by,
        default=clock.deadline.default,
        certified_by=clock.certified_by,
        article=clock.deadline.article,
    )
