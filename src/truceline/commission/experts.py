"""The experts of a body: asked once its vote has failed, heard within their own time.

An expert is a seat without a vote, of the group "experts" (`voting.is_expert`). It takes no part in
the vote of the seats. Where the text leaves to the experts what their body did not decide, each of
them reports by a `vote.open` without a seal, and what more of them say stands once it is certified.
"""

from __future__ import annotations

from dataclasses import replace

from truceline.commission.deadlines import end_those_met, late_since_us, waits_for_a_quorum
from truceline.commission.motions import insist_on_one_vote, seat_for, settle
from truceline.commission.room import Case, Motion, Refused, Room, text
from truceline.commission.seats import is_recused
from truceline.commission.voting import is_expert
from truceline.records.act import Act
from truceline.records.chamber import Ballot
from truceline.records.units import SECOND_US


def are_asked(motion: Motion) -> bool:
    """Tell whether a motion failed, and the text leaves it to the experts."""
    return motion.tally is not None and motion.tally.then == "expert_panel"


def asked_since_us(room: Room, case: Case, motion: Motion, now_us: int) -> int | None:
    """Say since when the experts are asked; None while they are not.

    A body that did not meet leaves it to them once a limit of the text says that it is late.
    """
    if motion.closed_us is None or not are_asked(motion):
        return None
    if not waits_for_a_quorum(motion):
        return motion.closed_us
    since_us = late_since_us(room, case, motion, now_us)
    return None if since_us is None else max(since_us, motion.closed_us)


def due_us(motion: Motion, since_us: int) -> int | None:
    """Give the last instant at which an expert is heard; None where the text has no time."""
    within_s = motion.rule.experts_within_s
    return None if within_s is None else since_us + within_s * SECOND_US


def report(room: Room, act: Act, motion: Motion) -> None:
    """Take an expert's word on a motion that failed; it is said once, and in the open."""
    article = motion.rule.article
    since_us = asked_since_us(room, room.cases[motion.case], motion, act.at_us)
    if since_us is None:
        why = f"{motion.body} had no quorum, and no time limit of the text has passed"
        raise Refused("not_opening", why, article)
    last_us = due_us(motion, since_us)
    if last_us is not None and act.at_us > last_us:
        late_s = -(-(act.at_us - last_us) // SECOND_US)
        raise Refused("experts_late", f"{late_s} s after the experts' time", article)
    seat = seat_for(room, motion, act, may=is_expert)
    if seat.id in motion.reports:
        raise Refused("voted_already", f"seat {seat.id} has reported")
    insist_on_one_vote(act.actor, {name: one.by for name, one in motion.reports.items()})
    motion.reports[seat.id] = Ballot(
        seat=seat.id,
        state=seat.state,
        standing="opened",
        vote=text(act, "vote"),
        reasons=text(act, "reasons"),
        by=act.actor,
    )
    _count(motion)


def withdraw(motion: Motion, seat: str) -> None:
    """Take back the word of an expert who steps aside before it is certified."""
    if are_asked(motion):
        motion.reports.pop(seat, None)
        _count(motion)


def _count(motion: Motion) -> None:
    said = [one.vote for one in motion.reports.values()]
    assert motion.tally is not None  # noqa: S101 - they are asked once it is closed
    motion.tally = replace(motion.tally, experts_yes=said.count("yes"), experts_no=said.count("no"))


def standing(room: Room, case: Case, motion: Motion, now_us: int) -> tuple[str, int | None]:
    """Say how the experts' word stands, and their last instant where they have one.

    Returns:
        "" while they are not asked; "reporting" while the word of those who have not reported can
        change theirs; "ready" to be certified; "undecided" where as many are for it as against.
    """
    since_us = asked_since_us(room, case, motion, now_us)
    if since_us is None or motion.tally is None:
        return "", None
    last_us = due_us(motion, since_us)
    left = len(_awaited(room, case, motion))
    lead = abs(motion.tally.experts_yes - motion.tally.experts_no)
    is_over = last_us is not None and now_us > last_us
    if left and lead <= left and not is_over:
        return "reporting", last_us
    return "ready" if lead else "undecided", last_us


def _awaited(room: Room, case: Case, motion: Motion) -> list[str]:
    """Name the experts who are not recused, and have not reported."""
    return [
        seat.id
        for seat in room.bench.seats(motion.body)
        if is_expert(seat, motion.rule)
        and not is_recused(seat, motion.body, case.recusals)
        and seat.id not in motion.reports
    ]


def let_decide(room: Room, act: Act, case: Case, motion: Motion) -> None:
    """Let stand what more experts say; the limits that an answer meets are met."""
    article, said = motion.rule.article, motion.tally
    assert said is not None  # noqa: S101 - they are asked once it is closed
    how, _ = standing(room, case, motion, act.at_us)
    numbers = f"experts: {said.experts_yes} for, {said.experts_no} against"
    if how == "reporting":
        awaited = ", ".join(_awaited(room, case, motion))
        raise Refused("experts_awaited", f"{numbers}; awaited: {awaited}", article)
    if how == "undecided":
        raise Refused("experts_undecided", numbers, article)
    result = "carried" if said.experts_yes > said.experts_no else "not_carried"
    motion.tally = replace(
        said, result=result, then="", default_by=act.id, why=f"{said.why}; {numbers}"
    )
    room.open_motions.pop(motion.id, None)
    settle(room, motion)
    end_those_met(room, replace(act, name="motion.close", about=motion.id), case)
