"""A case from its opening to its closing: who works on it, who was told, who said what."""

from __future__ import annotations

from dataclasses import replace

from truceline.commission import experts
from truceline.commission.deadlines import (
    awaits_a_limit,
    end_all,
    end_those_of_body,
    refit,
    reply_clock,
)
from truceline.commission.motions import begin_opening_if_all_are_in, carried
from truceline.commission.room import (
    Case,
    Refused,
    Room,
    case_of,
    insist_is_open,
    insist_on_findings,
    insist_on_parties,
    text,
    texts,
)
from truceline.records.act import Act
from truceline.records.chamber import (
    Appeal,
    Declared,
    Exhibit,
    Link,
    PartyStanding,
    Position,
    RequestStanding,
)
from truceline.records.mandate import Seat
from truceline.records.units import SECOND_US

NOTICE_BEFORE_PUBLICATION = "party_notice_before_publication"
APPEAL = "appeal"


def open_case(room: Room, act: Act) -> None:
    """Open a case from findings or a claim."""
    body, findings, concerns = text(act, "body"), texts(act, "findings"), texts(act, "concerns")
    if body not in room.bench.bodies:
        raise Refused("unknown_body", f"the agreement has no body {body!r}")
    insist_on_parties(room, concerns)
    insist_on_findings(room, findings)
    if not concerns:
        raise Refused("unknown_party", "a case concerns at least one party")
    if not findings and not text(act, "claim"):
        raise Refused("nothing_to_review", "there is neither a finding nor a claim")
    room.cases[act.id] = Case(
        id=act.id,
        title=text(act, "title"),
        bodies=[body],
        status="intake",
        severity=text(act, "severity"),
        opened_by=act.actor,
        opened_us=act.at_us,
        claim=text(act, "claim"),
        findings=[],
        concerns=concerns,
    )
    add_findings(room, room.cases[act.id], findings)


def add_findings(room: Room, case: Case, findings: tuple[str, ...]) -> None:
    """Put findings on a case, and the case among those that share their place, area or order."""
    for finding in findings:
        if finding in case.findings:
            continue
        case.findings.append(finding)
        facts = room.facts[finding]
        case.began_us = min(case.began_us, facts.began_us)
        keys = (("place", facts.cell), ("unit_area", facts.unit_area), ("order", facts.order))
        for by, key in keys:
            if key:
                room.shared.setdefault((by, key), {})[case.id] = None


def assign(room: Room, act: Act) -> None:
    """Give the case to somebody, and say at which stage it is."""
    case = case_of(room, act)
    insist_is_open(case)
    if text(act, "severity"):
        case.severity = text(act, "severity")
        refit(room, act, case)
    case.status = text(act, "stage") or case.status
    _hand_to(case, act)


def handover(room: Room, act: Act) -> None:
    """Hand the case to the next shift."""
    case = case_of(room, act)
    insist_is_open(case)
    if case.assigned_to != act.actor:
        raise Refused("not_assigned", f"the case is with {case.assigned_to or 'nobody'}")
    _hand_to(case, act)


def _hand_to(case: Case, act: Act) -> None:
    case.assigned_to = text(act, "to")
    case.handovers.append((act.at_us, act.actor, text(act, "to"), text(act, "note")))


def notify(room: Room, act: Act) -> None:
    """Tell a party of the case."""
    case = case_of(room, act)
    insist_is_open(case)
    party = _concerned(case, act)
    case.notified[party] = act.at_us
    if case.status in {"intake", "triage", "verification", "classified", "reopened"}:
        case.status = "party_reply_open"


def _concerned(case: Case, act: Act) -> str:
    party = text(act, "party")
    if party not in case.concerns:
        concerned = ", ".join(case.concerns)
        raise Refused("unknown_party", f"the case concerns {concerned}, not {party!r}")
    return party


def position(room: Room, act: Act) -> None:
    """Record a party's position, and whether it was late."""
    case = case_of(room, act)
    insist_is_open(case)
    party = _concerned(case, act)
    clock = reply_clock(case, party)
    case.positions.setdefault(party, []).append(
        Position(
            id=act.id,
            party=party,
            stance=text(act, "stance"),
            text=text(act, "text"),
            at_us=act.at_us,
            late=clock is not None and act.at_us > clock.due_us,
        )
    )


def request(room: Room, act: Act) -> None:
    """Ask a state for something."""
    case = case_of(room, act)
    insist_is_open(case)
    to = text(act, "to")
    if to not in room.states:
        raise Refused("unknown_state", f"{to!r} is no state of the agreement")
    case.requests[act.id] = RequestStanding(
        id=act.id,
        what=text(act, "what"),
        to=to,
        text=text(act, "text"),
        by=act.actor,
        asked_us=act.at_us,
    )
    room.homes[act.id] = case.id


def answer(room: Room, act: Act) -> None:
    """Answer a request; a later answer takes the place of an earlier one."""
    case = case_of(room, act)
    insist_is_open(case)
    case.requests[act.about] = replace(
        case.requests[act.about],
        answer=text(act, "answer"),
        answer_text=text(act, "text"),
        answered_us=act.at_us,
    )


def evidence(room: Room, act: Act) -> None:
    """Put an exhibit on the case."""
    case = case_of(room, act)
    insist_is_open(case)
    withheld, summary, weight = (
        texts(act, "withheld_from"),
        text(act, "summary"),
        text(act, "weight"),
    )
    insist_on_parties(room, withheld)
    if withheld and not (summary and weight):
        missing = "summary" if not summary else "rule for its weight"
        why = f"{', '.join(withheld)} may not see it, and there is no {missing}"
        raise Refused("withheld_without_summary", why)
    case.exhibits[act.id] = Exhibit(
        id=act.id,
        sha256=text(act, "sha256"),
        title=text(act, "title"),
        tier=text(act, "tier"),
        custody=texts(act, "custody"),
        withheld_from=withheld,
        summary=summary,
        weight=weight or "full",
        by=act.actor,
        at_us=act.at_us,
    )


def deliberate(room: Room, act: Act) -> None:
    """Open the deliberation."""
    case = case_of(room, act)
    insist_is_open(case)
    insist_all_are_notified(case)
    case.status = "deliberation"


def insist_all_are_notified(case: Case) -> None:
    """Refuse what must not happen before every party that the case concerns was told of it."""
    untold = [party for party in case.concerns if party not in case.notified]
    if untold:
        raise Refused("party_not_notified", f"{', '.join(untold)} was not told of the case")


def _seat_of(room: Room, case: Case, act: Act) -> Seat:
    named = text(act, "seat")
    mine = room.bench.seats_of(act.actor, case.body, case.recusals)
    seats = [seat for seat in mine if not named or seat.id == named]
    if not seats:
        raise Refused("not_yours", f"{act.actor} acts for no seat {named}".rstrip())
    if len(seats) > 1:
        raise Refused("which_seat", f"{act.actor} acts for {', '.join(s.id for s in seats)}")
    return seats[0]


def _declared(act: Act, seat: Seat, body: str, scope: str, said: str) -> Declared:
    return Declared(
        id=act.id, seat=seat.id, body=body, scope=scope, text=said, by=act.actor, at_us=act.at_us
    )


def recuse(room: Room, act: Act) -> None:
    """Let a seat or its holder step aside; votes that it opened before no longer count."""
    case = case_of(room, act)
    insist_is_open(case)
    seat = _seat_of(room, case, act)
    if seat.holder != act.actor:
        raise Refused("not_yours", f"seat {seat.id} is {seat.holder or 'nobody'}'s, to recuse")
    scope = text(act, "scope")
    case.recusals.append(_declared(act, seat, case.body, scope, text(act, "reasons")))
    for motion in (room.motions[one] for one in case.motions):
        if motion.body == case.body and motion.closed_us is None:
            motion.seals.pop(seat.id, None)
            motion.opened.pop(seat.id, None)
            begin_opening_if_all_are_in(room, motion, act.at_us)
        if motion.body == case.body:
            experts.withdraw(motion, seat.id)


def conflict(room: Room, act: Act) -> None:
    """Declare an interest: it is shown, and forbids nothing."""
    case = case_of(room, act)
    insist_is_open(case)
    seat = _seat_of(room, case, act)
    case.conflicts.append(_declared(act, seat, case.body, "", text(act, "interest")))


def publish(room: Room, act: Act) -> None:
    """Publish up to a tier, once the parties were told long enough ago."""
    case = case_of(room, act)
    insist_all_are_notified(case)
    for deadline in room.mandate.deadlines:
        if deadline.id != NOTICE_BEFORE_PUBLICATION:
            continue
        for party in case.concerns:
            told_s = (act.at_us - case.notified[party]) // SECOND_US
            if told_s < deadline.lasts_s:
                why = f"{party} was told {told_s} s ago, {deadline.lasts_s} s is the least"
                raise Refused("notice_too_young", why, deadline.article)
    case.published.append((text(act, "tier"), act.at_us))


def escalate(room: Room, act: Act) -> None:
    """Hand the case to the body above, where the text says so of a body that did not decide."""
    case = case_of(room, act)
    insist_is_open(case)
    motion = room.motions.get(text(act, "motion"))
    if motion is not None and motion.case == case.id and motion.body == case.body:
        said = motion.tally.then if motion.tally else ""
        if said != "escalates" or motion.rule.id != text(act, "rule"):
            why = f"rule {text(act, 'rule')!r} does not hand the motion on"
            raise Refused("not_deadlocked", why, motion.rule.article)
        if awaits_a_limit(room, case, motion, act.at_us):
            why = f"{case.body} had no quorum, and no time limit of the text has passed"
            raise Refused("not_deadlocked", why, motion.rule.article)
    elif not case.may_escalate or case.may_escalate != text(act, "rule"):
        why = "no motion of its body is deadlocked, and no certified default says so"
        raise Refused("not_deadlocked", why)
    to = room.bench.bodies[case.body].escalates_to
    if to is None or to not in room.bench.bodies:
        raise Refused(
            "nowhere_to_escalate",
            f"the text names no body above {case.body}",
            room.bench.bodies[case.body].article,
        )
    if motion is not None:
        room.open_motions.pop(motion.id, None)
    end_those_of_body(room, case, case.body)
    case.bodies.append(to)
    case.may_escalate = ""


def close(room: Room, act: Act) -> None:
    """Close the case on a carried motion."""
    case = case_of(room, act)
    insist_is_open(case)
    motion = carried(room, case, act, "closing", None)
    pending = [one.id for one in case.appeals.values() if one.standing == "open"]
    if pending:
        raise Refused("appeal_open", f"appeal {pending[0]} is not decided")
    running = [one for one in case.remedies if room.remedies[one].standing.standing == "running"]
    if running:
        raise Refused("remedy_running", f"remedy {running[0]} is running")
    motion.used_by = act.id
    case.status = "closed"
    end_all(room, case)


def reopen(room: Room, act: Act) -> None:
    """Open a closed case again."""
    case = case_of(room, act)
    if case.status != "closed":
        raise Refused("case_open", f"the case is {case.status}")
    insist_on_findings(room, texts(act, "findings"))
    add_findings(room, case, texts(act, "findings"))
    case.status = "reopened"


def link(room: Room, act: Act) -> None:
    """Say that two cases belong together: both show it."""
    case = case_of(room, act)
    other = room.cases.get(text(act, "other"))
    if other is None:
        raise Refused("unknown_subject", f"there is no case {text(act, 'other')[:80]!r}")
    if other is case:
        raise Refused("same_case", "a case is linked to another one")
    for one, its_other in ((case, other), (other, case)):
        one.links.append(
            Link(id=act.id, other=its_other.id, by=text(act, "by"), why=text(act, "why"))
        )


def appeal(room: Room, act: Act) -> None:
    """Let a party that the case concerns appeal against a determination that stands."""
    case = case_of(room, act)
    party = _concerned(case, act)
    standing = room.determinations[act.about].standing
    if standing != "stands":
        raise Refused("not_standing", f"the determination is {standing}")
    clock = case.running.get(APPEAL, {}).get(act.about)
    if clock is not None and act.at_us > clock.due_us:
        late_s = -(-(act.at_us - clock.due_us) // SECOND_US)
        raise Refused("appeal_late", f"{late_s} s after the time to appeal", clock.deadline.article)
    case.appeals[act.id] = Appeal(
        id=act.id,
        determination=act.about,
        party=party,
        grounds=text(act, "grounds"),
        at_us=act.at_us,
    )
    room.homes[act.id] = case.id
    room.open_appeals[act.id] = case.id


def party_standing(case: Case, party: str, now_us: int) -> PartyStanding:
    """Say where a party stands: silence is recorded as silence, never as consent.

    A notice asks anew: until its time is over the party may answer it, whatever it said before.
    """
    clock = reply_clock(case, party)
    said = tuple(case.positions.get(party, ()))
    told_us = case.notified.get(party)
    has_answered = bool(said) and (told_us is None or said[-1].at_us >= told_us)
    is_over = clock is not None and now_us > clock.due_us
    if told_us is not None and not has_answered and not is_over:
        standing = "open"
    elif said:
        standing = "replied_late" if all(one.late for one in said) else "replied"
    else:
        standing = "not_notified" if told_us is None else "silent"
    return PartyStanding(
        party=party,
        notified_us=told_us,
        due_us=clock.due_us if clock else None,
        standing=standing,
        positions=said,
    )


def status_at(case: Case, now_us: int) -> str:
    """Give the case's status: once nobody's reply is awaited any more it is under review."""
    if case.status != "party_reply_open":
        return case.status
    awaited = {"open", "not_notified"}
    standings = {party_standing(case, party, now_us).standing for party in case.concerns}
    return "party_reply_open" if standings & awaited else "under_review"
