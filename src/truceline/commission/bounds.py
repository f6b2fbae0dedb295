"""Which time limit of the text bounds which question, and whether its default can be certified.

A limit of the vocabulary, which has no article, reminds people and bounds nothing: what the text
does not say is not its word. A limit that the answer to another question also meets bounds nothing
either: a body that decides a trifle has met it.
"""

from __future__ import annotations

from collections.abc import Mapping

from truceline.commission.proposals import QUESTIONS
from truceline.commission.reach import chair_of, is_counted_on
from truceline.records.mandate import Deadline, Mandate

# The act by which a question is answered. An admission and an appeal have none of their own: a
# carried motion on them takes effect when it is closed.
QUESTIONS_OF_ACT: Mapping[str, tuple[str, ...]] = {
    "breach.declare": ("declaration",),
    "case.close": ("closing",),
    "determination.correct": ("correction",),
    "determination.record": ("determination",),
    "determination.withdraw": ("correction",),
    "remedy.lift": ("remedy",),
    "remedy.set": ("remedy",),
}
MOTION_PUT, MOTION_CLOSED, ESCALATED = "motion.put", "motion.close", "case.escalate"
# What a limit to the closing of a motion waits for: that of each motion, where it runs from the
# motion itself; that of a motion on what was put in. From any other act, nobody can tell.
QUESTIONS_FROM_ACT: Mapping[str, tuple[str, ...]] = {
    MOTION_PUT: QUESTIONS,
    "case.evidence": ("admission",),
    "case.appeal": ("appeal",),
}
FOLLOW_UP = "remedy."


def questions_of(act: str) -> tuple[str, ...]:
    """Give the questions that an act answers; none for an act that answers no question.

    >>> questions_of("determination.record"), questions_of("case.position")
    (('determination',), ())
    """
    return QUESTIONS_OF_ACT.get(act, ())


def questions_within(limit: Deadline) -> tuple[str, ...]:
    """Give the questions that are to be answered within a time limit, in the vocabulary's order.

    A limit that names its questions bounds those of them that one of its acts answers.
    """
    found = {question for act in limit.ends_with for question in questions_of(act)}
    if MOTION_CLOSED in limit.ends_with:
        found.update(limit.questions or QUESTIONS_FROM_ACT.get(limit.runs_from, ()))
    named = limit.questions or QUESTIONS
    return tuple(question for question in QUESTIONS if question in found and question in named)


def limits_of(mandate: Mandate, question: str) -> tuple[Deadline, ...]:
    """Give the time limits of the text within which a question is to be answered."""
    return tuple(
        limit
        for limit in mandate.deadlines
        if limit.article and question in questions_within(limit)
    )


def runs_at(mandate: Mandate, limit: Deadline, body: str, *, put: bool, came: bool) -> bool:
    """Tell whether a limit surely runs while a body has the case.

    One of another body does not. One of this body that neither a motion nor the case's coming
    starts may have had its beginning before, if the case can come from another body.

    Args:
        mandate: Tells which bodies lead to this one.
        limit: The limit.
        body: Id of the body.
        put: Whether a motion was put there.
        came: Whether the case came from another body.
    """
    if limit.body is None:
        return True
    if limit.body != body:
        return False
    if limit.runs_from in {MOTION_PUT, ESCALATED}:
        return put if limit.runs_from == MOTION_PUT else came
    return all(one.escalates_to != body for one in mandate.bodies)


def limits_of_remedies(mandate: Mandate) -> tuple[Deadline, ...]:
    """Give the text's limits for keeping or reporting on a remedy after which nothing is said.

    A default that escalates says nothing of a remedy: it only takes the question to another body.
    """
    return tuple(
        limit
        for limit in mandate.deadlines
        if limit.article
        and limit.default in {"", "escalates"}
        and all(act.startswith(FOLLOW_UP) and not questions_of(act) for act in limit.ends_with)
    )


def certifier(mandate: Mandate, body_id: str) -> str | None:
    """Give the seat, as "body/seat", that can be relied on to certify; None where none can."""
    for body in mandate.bodies:
        chair = chair_of(body) if body.id == body_id else None
        if chair is not None and is_counted_on(mandate, chair):
            return f"{body.id}/{chair.id}"
    return None
