"""Small mandates made by hand, for tests to say only what they are about."""

from __future__ import annotations

from typing import Any

from truceline.records.mandate import Body, Deadline, DecisionRule, Mandate, Rule, Seat

PARTIES = ("A", "B")


def seat(seat_id: str, **said: Any) -> Seat:  # noqa: ANN401 - any field of the record
    fields: dict[str, Any] = {
        "state": "",
        "group": "",
        "votes": True,
        "chairs": False,
        "holder": "",
        "alternates": (),
        "appointed_by": "",
    }
    return Seat(id=seat_id, **(fields | said))


def body(body_id: str, *seats: Seat, escalates_to: str | None = None) -> Body:
    return Body(
        id=body_id,
        name=body_id,
        level="special_commission",
        seats=seats,
        escalates_to=escalates_to,
        article=f"of {body_id}",
        words="invented",
    )


def rule(body_id: str, kind: DecisionRule, **said: Any) -> Rule:  # noqa: ANN401 - as above
    fields: dict[str, Any] = {
        "id": f"{body_id}-rule",
        "questions": ("any",),
        "quorum": 0,
        "quorum_by_group": {},
        "share": (2, 3) if kind is DecisionRule.QUALIFIED_MAJORITY else None,
        "abstentions_count": False,
        "silence_s": 3600 if kind is DecisionRule.SILENCE_PROCEDURE else None,
        "on_tie": "chair" if kind is DecisionRule.CHAIR_CASTING_VOTE else "fails",
        "on_deadlock": "nothing",
        "article": f"rule of {body_id}",
        "words": "invented",
    }
    return Rule(body=body_id, kind=kind, **(fields | said))


def limit(
    act: str, default: str = "", certified_by: str | None = None, article: str = "9"
) -> Deadline:
    return Deadline(
        id=f"limit-of-{act}",
        runs_from="case.open",
        ends_with=(act,),
        lasts_s=3600,
        default=default,
        certified_by=certified_by,
        article=article,
        words="invented",
    )


def mandate(*bodies: Body, rules: tuple[Rule, ...], limits: tuple[Deadline, ...] = ()) -> Mandate:
    return Mandate(
        agreement="by-hand",
        agreement_sha256="00" * 32,
        parties=PARTIES,
        bodies=bodies,
        rules=rules,
        deadlines=limits,
        standards=(),
        roles=(),
    )
