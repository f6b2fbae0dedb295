"""Remedies: set on a determination, followed up by the same monitoring, lifted by the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from truceline.commission.determinations import insist_on_standard
from truceline.commission.motions import carried
from truceline.commission.room import (
    Case,
    Refused,
    Remedy,
    Room,
    case_of,
    insist_is_open,
    insist_on_findings,
    text,
    texts,
)
from truceline.records.act import Act
from truceline.records.canonical import Json
from truceline.records.chamber import FollowUp, RemedyHistory
from truceline.records.determination import RemedyStanding
from truceline.records.finding import Outcome
from truceline.records.units import SECOND_US

# Remedies that take something from a side ask for more proof than a public finding.
SNAPBACK = ("suspension_of_benefit", "escrow_hold", "sanction_snapback", "termination_right")


def consequence_of(kind: str) -> str:
    """Say which of the vocabulary's consequences a remedy is."""
    return "suspension_of_benefit_or_snapback" if kind in SNAPBACK else "public_finding_and_remedy"


def set_remedy(room: Room, act: Act) -> None:
    """Set a remedy, as the motion carried it."""
    case = case_of(room, act)
    insist_is_open(case)
    proposal = cast("Mapping[str, Any]", act.detail["proposal"])
    motion = carried(room, case, act, "remedy", cast("Json", proposal))
    if "lifts" in proposal:
        raise Refused("other_proposal", "the motion lifts a remedy, and sets none")
    determination = room.determinations[proposal["determination"]]
    if determination.standing != "stands":
        raise Refused("not_standing", f"the determination is {determination.standing}")
    insist_on_standard(room, consequence_of(proposal["kind"]), determination.standard.value)
    if proposal["due_us"] <= act.at_us:
        late_s = (act.at_us - proposal["due_us"]) // SECOND_US
        raise Refused("due_in_the_past", f"it was due {late_s} s ago")
    motion.used_by = act.id
    room.remedies[act.id] = Remedy(
        standing=RemedyStanding(
            id=act.id,
            case=case.id,
            determination=determination.id,
            kind=proposal["kind"],
            addressee=proposal["addressee"],
            due_us=proposal["due_us"],
            standing="running",
        ),
        set_us=act.at_us,
        proportionality=proposal["proportionality"],
        clauses=tuple(proposal["clauses"]),
    )
    room.homes[act.id] = case.id
    room.on_determination.setdefault(determination.id, []).append(act.id)
    case.remedies.append(act.id)
    case.status = "remedied"


def follow_up(room: Room, act: Act) -> None:
    """Say from what the monitoring found whether a remedy was kept. The last word holds."""
    case, remedy = case_of(room, act), _remedy(room, act)
    findings, exhibits = texts(act, "findings"), texts(act, "exhibits")
    insist_on_findings(room, findings)
    unknown = [one for one in exhibits if one not in case.exhibits]
    if unknown:
        raise Refused("unknown_exhibit", f"the case has no exhibit {unknown[0]!r}")
    _insist_the_monitoring_says_so(room, act, remedy, findings, exhibits)
    remedy.follow_ups.append(
        FollowUp(
            id=act.id,
            result=text(act, "result"),
            findings=findings,
            exhibits=exhibits,
            note=text(act, "note"),
            by=act.actor,
            at_us=act.at_us,
        )
    )
    remedy.standing = replace(remedy.standing, standing=text(act, "result"), followed_up_by=act.id)
    _move(case)


def _move(case: Case) -> None:
    if case.status == "remedied":
        case.status = "follow_up"


def _remedy(room: Room, act: Act) -> Remedy:
    remedy = room.remedies.get(act.about)
    if remedy is None:
        raise Refused("unknown_subject", f"there is no remedy {act.about[:80]!r}")
    if remedy.standing.standing == "lifted":
        raise Refused("remedy_lifted", "the remedy was lifted")
    return remedy


def _insist_the_monitoring_says_so(
    room: Room, act: Act, remedy: Remedy, findings: tuple[str, ...], exhibits: tuple[str, ...]
) -> None:
    """Refuse a follow-up that what it cites does not bear out.

    Findings count that are of the remedy's clauses and began after it was set. Before its time is
    over only a breach can show that a remedy is not kept; "undecided" may always be said.
    """
    result = text(act, "result")
    if result == "undecided":
        return
    facts = [room.facts[one] for one in findings]
    fits = [
        one
        for one in facts
        if one.began_us >= remedy.set_us and (not remedy.clauses or one.clause in remedy.clauses)
    ]
    breached = any(one.outcome is Outcome.BREACHED for one in fits)
    kept = any(one.outcome is Outcome.KEPT for one in fits)
    numbers = f"{len(findings)} findings, {len(fits)} of its clauses and since it was set"
    if result == "kept" and (breached or not (kept or exhibits)):
        raise Refused("monitoring", f"{numbers}: they do not show that it was kept")
    is_over = act.at_us > remedy.standing.due_us
    if result == "not_kept" and not (breached or (is_over and exhibits)):
        raise Refused("monitoring", f"{numbers}: they do not show that it was not kept")


def lift(room: Room, act: Act) -> None:
    """Lift a remedy, on a carried motion."""
    case, remedy = case_of(room, act), _remedy(room, act)
    insist_is_open(case)
    proposal = act.detail["proposal"]
    motion = carried(room, case, act, "remedy", proposal)
    if not isinstance(proposal, dict) or proposal.get("lifts") != act.about:
        raise Refused("other_proposal", f"the motion does not lift {act.about}")
    motion.used_by = act.id
    remedy.standing = replace(remedy.standing, standing="lifted", followed_up_by=act.id)


def history(remedy: Remedy) -> RemedyHistory:
    """Show a remedy with all that was said of it."""
    return RemedyHistory(
        remedy=remedy.standing,
        set_us=remedy.set_us,
        proportionality=remedy.proportionality,
        clauses=remedy.clauses,
        follow_ups=tuple(remedy.follow_ups),
        stood_on=remedy.stood_on,
    )
