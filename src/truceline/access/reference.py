"""The same rights once more, without Cedar: a table that a lawyer can read, and a few sentences.

Nothing is decided by this module. It stands beside the policies so that both can be asked the same
and must answer the same; docs/reference/access.md is made from its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from truceline.records.mandate import Role
from truceline.records.permission import (
    DISCLOSURE_TIERS,
    GUARDED_KINDS,
    SEE,
    Deployment,
    Question,
)

ALLOWED, FORBIDDEN, DEFAULT = "allowed", "forbidden", "default"

# Columns of the tables: what each act asks of who has that role. "-" is never.
COLUMNS = ("analyst", "reviewer", "commissioner", "chair", "guarantor", "party")

# Acts in a case, in the monitor's deployment. Beside the roles: `named` for the key that is named.
COMMISSION = """
case.open                  -    yes  seat  seat   -     concerned
case.assign                -    yes  -     body   -     -
case.handover              yes  yes  seat  seat   -     -
case.notify                -    yes  -     body   -     -
case.position              -    -    -     -      -     concerned
case.request               -    yes  seat  seat   -     -
case.answer                -    -    own   own    -     own
case.evidence              yes  yes  seat  seat   -     concerned
case.deliberate            -    -    -     body   -     -
case.recuse                -    -    held  held   -     -
case.conflict              -    -    seat  seat   -     -
case.publish               -    yes  -     body   -     -
case.escalate              -    -    seat  body   -     -
case.close                 -    -    -     body   -     -
case.reopen                -    yes  seat  seat   -     -
case.link                  yes  yes  seat  seat   -     -
case.appeal                -    -    -     -      -     concerned
motion.put                 -    -    seat  seat   -     -
motion.end_sealing         -    -    -     body   -     -
motion.close               -    -    -     body   -     -
vote.seal                  -    -    seat  seat   -     -
vote.open                  -    -    seat  seat   -     -
vote.dissent               -    -    seat  seat   -     -
determination.record       -    -    -     body   -     -
determination.correct      -    -    -     body   -     -
determination.withdraw     -    -    -     body   -     -
remedy.set                 -    -    -     body   -     -
remedy.follow_up           -    yes  seat  seat   -     -
remedy.lift                -    -    -     body   -     -
deadline.certify           -    -    -     body   -     -
seat.fill                  named
seat.absent                -    -    held  body   -     -
hotline.call               -    yes  -     -      -     concerned
hotline.ack                -    -    own   own    -     own
hotline.return_fire_order  -    -    -     -      -     concerned
window.open                -    yes  -     -      -     concerned
window.close               -    yes  -     -      -     concerned
"""

# Acts on the guarantors' board, in their deployment.
GUARANTORS = """
breach.declare             -    -    -     body   -          -
breach.correct             -    -    -     body   -          -
breach.withdraw            -    -    -     body   -          -
clock.pause                -    -    -     body   -          -
clock.resume               -    -    -     body   -          -
clock.stop                 -    -    -     body   -          -
clock.dispute              -    -    -     -      state      concerned
consultation.convene       -    -    -     body   state      -
consultation.receipt       -    -    -     -      concerned  concerned
consultation.attend        -    -    -     -      concerned  concerned
consultation.absent        -    -    -     -      concerned  concerned
consultation.open          named
consultation.close         named
decision.state             -    -    -     -      concerned  concerned
activation.record          -    -    -     -      own        own
activation.stand_down      -    -    -     -      own        own
response.measure           -    -    -     -      own        own
response.relief            -    -    -     -      own        own
sanction.measure           -    -    -     -      own        own
commitment.version         -    -    -     -      own        own
commitment.step            -    -    -     -      own        own
commitment.caveat          -    -    -     -      own        own
commitment.lift_caveat     -    -    -     -      own        own
commitment.withdraw        -    -    -     -      own        own
commitment.request         -    -    -     -      own        own
commitment.withdraw_request  -  -    -     -      own        own
commitment.position        -    -    -     -      own        own
procedure.step             -    -    -     -      own        own
procedure.refuse           -    -    -     -      own        own
procedure.undo             -    -    -     -      own        own
procedure.recess           -    -    -     -      own        own
procedure.recall           -    -    -     -      own        own
pledge.announce            -    -    -     -      own        own
pledge.money               -    -    -     -      own        own
pledge.force               -    -    -     -      own        own
pledge.stage               -    -    -     -      own        own
pledge.link                -    -    -     -      own        own
pledge.lead                -    -    -     -      own        own
pledge.caveat              -    -    -     -      own        own
pledge.lift_caveat         -    -    -     -      own        own
pledge.verify              named
pledge.lower               -    -    -     -      own        own
pledge.draw_down           -    -    -     -      own        own
pledge.restock             -    -    -     -      own        own
"""

# Up to which tier a role sees; each tier holds those before it. The public waits for the delay.
SEES_UP_TO = {
    Role.ANALYST: "commission",
    Role.REVIEWER: "commission",
    Role.COMMISSIONER: "commission",
    Role.CHAIR: "commission",
    Role.GUARANTOR: "coalition",
    Role.PARTY: "states",
}

# What decides in a case, or leads to a decision.
DECIDES = ("determination.", "motion.", "vote.")
DECIDES_TOO = ("case.deliberate", "case.close", "case.escalate", "remedy.set", "remedy.lift")


def _acts_in_his_body(question: Question) -> bool:
    return bool(question.principal.body) and question.principal.body == question.thing.body


# What a word of the tables asks for, beside the role.
NEEDS: Mapping[str, Callable[[Question], bool]] = {
    "-": lambda _: False,
    "yes": lambda _: True,
    "body": _acts_in_his_body,
    "seat": lambda asked: _acts_in_his_body(asked) and bool(asked.principal.seat),
    "held": lambda asked: (
        _acts_in_his_body(asked) and asked.principal.seat == asked.thing.seat != ""
    ),
    "own": lambda asked: asked.principal.state == asked.thing.state != "",
    "state": lambda asked: bool(asked.principal.state),
    "concerned": lambda asked: asked.principal.state in asked.thing.parties,
    "named": lambda asked: asked.principal.actor in asked.thing.keepers,
}


def rows(table: str) -> dict[str, tuple[str, ...]]:
    """Read a table: act, and its words in the order of `COLUMNS`, or "named" alone."""
    lines = [line.split() for line in table.strip().splitlines()]
    return {act: tuple(words) for act, *words in lines}


ACTS: Mapping[Deployment, Mapping[str, tuple[str, ...]]] = {
    Deployment.MONITOR: rows(COMMISSION),
    Deployment.GUARANTORS: rows(GUARANTORS),
}


def answer(question: Question) -> str:
    """Give `ALLOWED`, `FORBIDDEN` (a rule says never) or `DEFAULT` (no rule says yes)."""
    acts = {act for table in ACTS.values() for act in table}
    if question.action not in acts | {SEE}:
        return DEFAULT
    if _never(question):
        return FORBIDDEN
    may = _may_see(question) if question.action == SEE else _may_act(question)
    return ALLOWED if may else DEFAULT


def _may_act(question: Question) -> bool:
    words = ACTS[question.setting.deployment].get(question.action, ())
    if words == ("named",):
        return NEEDS["named"](question)
    return any(
        NEEDS[word](question)
        for column, word in zip(COLUMNS, words, strict=bool(words))
        if Role(column) in question.principal.roles
    )


def _may_see(question: Question) -> bool:
    who, thing = question.principal, question.thing
    published_us = thing.published_us
    since_us = None if published_us is None else question.setting.now_us - published_us
    if thing.tier == "public" and since_us is not None and since_us >= thing.delay_us:
        return True
    known = who.roles - {Role.PUBLIC}
    if known and who.state and who.state in {thing.originator, *thing.released_to}:
        return True
    return any(_role_sees(role, question) for role in known)


def _role_sees(role: Role, question: Question) -> bool:
    who, thing = question.principal, question.thing
    tiers = DISCLOSURE_TIERS
    if tiers.index(thing.tier) > tiers.index(SEES_UP_TO[role]):
        return False
    if role is Role.PARTY:
        return not thing.parties or who.state in thing.parties
    if role in {Role.COMMISSIONER, Role.CHAIR}:
        return thing.body in {"", who.body}
    return True


def _never(question: Question) -> bool:
    who, thing, setting = question.principal, question.thing, question.setting
    among_guarantors = setting.deployment is Deployment.GUARANTORS and bool(
        who.roles & {Role.GUARANTOR, Role.ANALYST, Role.REVIEWER}
    )
    decides = question.action.startswith(DECIDES) or question.action in DECIDES_TOO
    return (
        thing.deployment is not setting.deployment
        or (thing.kind in GUARDED_KINDS and not among_guarantors)
        or who.state in thing.withheld_from
        or (question.action == SEE and thing.kind == "votes" and not thing.opened)
        or (decides and thing.case in who.recused)
        or (question.action == "pledge.verify" and who.state == thing.state != "")
        or (setting.development and not setting.loopback)
    )
