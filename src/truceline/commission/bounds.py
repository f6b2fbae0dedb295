"""Which time limit of the text bounds which question, and whether its default can be certified.

A limit of the vocabulary, which has no article, reminds people and bounds nothing: what the text
does not say is not its word.
"""

from __future__ import annotations

from collections.abc import Mapping

from truceline.commission.reach import chair_of, is_counted_on
from truceline.records.mandate import Deadline, Mandate

QUESTIONS = (
    "declaration",
    "admission",
    "determination",
    "remedy",
    "appeal",
    "correction",
    "closing",
)

# The act that answers a question, or the first letters of its name; the longest that fits holds.
QUESTIONS_OF_ACT: Mapping[str, tuple[str, ...]] = {
    "breach.declare": ("declaration",),
    "case.admit": ("admission",),
    "case.close": ("closing",),
    "determination.": ("determination",),
    "determination.appeal": ("appeal",),
    "determination.correct": ("correction",),
    "determination.withdraw": ("correction",),
    "evidence.admit": ("admission",),
    "motion.close": QUESTIONS,
    "remedy.set": ("remedy",),
}
FOLLOW_UP = "remedy."


def questions_of(act: str) -> tuple[str, ...]:
    """Give the questions that an act answers; none for an act that answers no question.

    >>> questions_of("determination.record"), questions_of("case.position")
    (('determination',), ())
    """
    fitting = [start for start in QUESTIONS_OF_ACT if act.startswith(start)]
    return QUESTIONS_OF_ACT[max(fitting, key=len)] if fitting else ()


def limits_of(mandate: Mandate, question: str) -> tuple[Deadline, ...]:
    """Give the time limits of the text within which a question is to be answered."""
    return tuple(
        limit
        for limit in mandate.deadlines
        if limit.article and any(question in questions_of(act) for act in limit.ends_with)
    )


def limits_of_remedies(mandate: Mandate) -> tuple[Deadline, ...]:
    """Give the text's limits for keeping or reporting on a remedy that name nothing to follow."""
    return tuple(
        limit
        for limit in mandate.deadlines
        if limit.article
        and not limit.default
        and all(act.startswith(FOLLOW_UP) and not questions_of(act) for act in limit.ends_with)
    )


def certifier(mandate: Mandate, body_id: str) -> str | None:
    """Give the seat, as "body/seat", that can be relied on to certify; None where none can."""
    for body in mandate.bodies:
        chair = chair_of(body) if body.id == body_id else None
        if chair is not None and is_counted_on(mandate, chair):
            return f"{body.id}/{chair.id}"
    return None
