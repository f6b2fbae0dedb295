"""What a body determined: recorded only as it was carried, corrected only in the open.

A determination needs the carried motion with exactly its proposal, the standard of proof that its
consequence asks for, every party told, and every reply in or its time over. Levels of attribution
stay apart: each is said once, and none follows from another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from truceline.commission.case import insist_all_are_notified, party_standing
from truceline.commission.motions import carried
from truceline.commission.room import (
    Case,
    Refused,
    Room,
    case_of,
    insist_is_open,
    insist_on_findings,
)
from truceline.records.act import Act
from truceline.records.canonical import Json, plain
from truceline.records.chamber import Correction, Difference, Exhibit
from truceline.records.determination import AttributionLevel, Determination
from truceline.records.mandate import StandardOfProof

Proposal = Mapping[str, Any]

# The vocabulary's `proof_to_consequence`, where the agreement says nothing.
DEFAULT_STANDARDS: Mapping[str, StandardOfProof] = {
    "hotline_or_warning": StandardOfProof.REASONABLE_SUSPICION,
    "public_finding_and_remedy": StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE,
    "suspension_of_benefit_or_snapback": StandardOfProof.BALANCE_OF_PROBABILITIES,
    "activation_for_armed_attack": StandardOfProof.CLEAR_AND_CONVINCING,
}
# What a correction shows side by side: everything that a determination says.
COMPARED = (
    "clauses",
    "findings",
    "severity",
    "began_us",
    "ended_us",
    "levels",
    "standard",
    "body",
)


def record(room: Room, act: Act) -> None:
    """Record what the body determined."""
    case = case_of(room, act)
    insist_is_open(case)
    proposal = cast("Proposal", act.detail["proposal"])
    motion = carried(room, case, act, "determination", cast("Json", proposal))
    _insist_it_may_stand(room, case, act, proposal)
    motion.used_by = act.id
    _keep(room, case, _determination(room, case, act, motion.body, proposal), proposal)
    case.status = "determined"


def correct(room: Room, act: Act) -> None:
    """Put another determination in the place of one, with the difference for all to see."""
    case, old = case_of(room, act), _standing(room, act)
    insist_is_open(case)
    outcome = cast("Proposal", act.detail["proposal"])
    motion = carried(room, case, act, "correction", cast("Json", outcome))
    proposal = cast("Proposal | None", outcome["replacement"])
    if proposal is None or outcome["determination"] != old.id:
        raise Refused("other_proposal", f"the motion does not correct {old.id}")
    _insist_it_may_stand(room, case, act, proposal)
    motion.used_by = act.id
    new = _determination(room, case, act, motion.body, proposal)
    _keep(room, case, new, proposal)
    room.determinations[old.id] = replace(old, standing="corrected", replaced_by=new.id)
    _mark(room, case, act, old, new, str(outcome["reasons"]))


def withdraw(room: Room, act: Act) -> None:
    """Take a determination back."""
    case, old = case_of(room, act), _standing(room, act)
    insist_is_open(case)
    outcome = cast("Proposal", act.detail["proposal"])
    motion = carried(room, case, act, "correction", cast("Json", outcome))
    if outcome["replacement"] is not None or outcome["determination"] != old.id:
        raise Refused("other_proposal", f"the motion does not withdraw {old.id}")
    motion.used_by = act.id
    room.determinations[old.id] = replace(old, standing="withdrawn")
    _mark(room, case, act, old, None, str(outcome["reasons"]))


def _standing(room: Room, act: Act) -> Determination:
    found = room.determinations.get(act.about)
    if found is None:
        raise Refused("unknown_subject", f"there is no determination {act.about[:80]!r}")
    if found.standing != "stands":
        raise Refused("not_standing", f"the determination is {found.standing}")
    return found


def _keep(room: Room, case: Case, new: Determination, proposal: Proposal) -> None:
    room.determinations[new.id] = new
    room.proposals[new.id] = proposal
    room.homes[new.id] = case.id
    case.determinations.append(new.id)


def _mark(
    room: Room, case: Case, act: Act, old: Determination, new: Determination | None, why: str
) -> None:
    """Keep the difference, and mark the remedies that stood on what was changed."""
    case.corrections.append(
        Correction(
            id=act.id,
            old=old.id,
            new=new.id if new else None,
            differences=differences(old, new),
            reasons=why,
            at_us=act.at_us,
        )
    )
    case.status = "corrected"
    for remedy in room.on_determination.get(old.id, ()):
        room.remedies[remedy].stood_on = "corrected" if new else "withdrawn"


def differences(old: Determination, new: Determination | None) -> tuple[Difference, ...]:
    """Give every field in which two determinations differ, old and new side by side."""
    pairs = [
        (name, plain(getattr(old, name)), plain(getattr(new, name)) if new else None)
        for name in COMPARED
    ]
    return tuple(
        Difference(field=name, old=was, new=becomes)
        for name, was, becomes in pairs
        if was != becomes
    )


def _determination(
    room: Room, case: Case, act: Act, body: str, proposal: Proposal
) -> Determination:
    return Determination(
        id=act.id,
        case=case.id,
        body=body,
        agreement=room.mandate.agreement,
        clauses=tuple(proposal["clauses"]),
        findings=tuple(proposal["findings"]),
        severity=proposal["severity"],
        began_us=proposal["began_us"],
        ended_us=proposal["ended_us"],
        levels=tuple(
            AttributionLevel(level=one["level"], outcome=one["outcome"], party=one["party"])
            for one in proposal["levels"]
        ),
        standard=StandardOfProof(proposal["standard"]),
        decided_us=act.at_us,
    )


def _insist_it_may_stand(room: Room, case: Case, act: Act, proposal: Proposal) -> None:
    insist_all_are_notified(case)
    _insist_replies_are_over(case, act.at_us)
    insist_on_standard(room, str(proposal["consequence"]), str(proposal["standard"]))
    insist_on_findings(room, tuple(proposal["findings"]))
    for one in proposal["levels"]:
        if one["party"] and one["party"] not in room.states:
            raise Refused("unknown_party", f"{one['party']!r} is no state of the agreement")
    exhibits = _exhibits(case, proposal)
    _insist_sides_were_asked(case, exhibits)
    _insist_it_does_not_stand_on_what_is_withheld(proposal, exhibits)


def _insist_replies_are_over(case: Case, now_us: int) -> None:
    for party in case.concerns:
        standing = party_standing(case, party, now_us)
        if standing.standing == "open":
            until = f"until {standing.due_us} us" if standing.due_us else "and has no limit"
            raise Refused("reply_open", f"{party} may still reply, {until}")


def insist_on_standard(room: Room, consequence: str, standard: str) -> None:
    """Refuse a consequence that asks for more proof than the body says is met."""
    said = next((one for one in room.mandate.standards if one.consequence == consequence), None)
    needed = said.standard if said else DEFAULT_STANDARDS[consequence]
    if StandardOfProof(standard).rank < needed.rank:
        why = f"{consequence} needs {needed.value}, {standard} is said to be met"
        raise Refused("standard", why, said.article if said else "")


def _exhibits(case: Case, proposal: Proposal) -> list[Exhibit]:
    found: list[Exhibit] = []
    for name in proposal["exhibits"]:
        exhibit = case.exhibits.get(name)
        if exhibit is None:
            raise Refused("unknown_exhibit", f"the case has no exhibit {name!r}")
        if exhibit.admission == "not_admitted":
            raise Refused("unknown_exhibit", f"exhibit {name!r} was not admitted")
        found.append(exhibit)
    return found


def _insist_sides_were_asked(case: Case, exhibits: list[Exhibit]) -> None:
    """A side that may not see an exhibit was given its summary: told of the case after it came."""
    for exhibit in exhibits:
        for party in exhibit.withheld_from:
            if party in case.concerns and case.notified.get(party, -1) < exhibit.at_us:
                why = f"{party} was not told of the summary of {exhibit.title!r}"
                raise Refused("summary_not_put", why)


def _insist_it_does_not_stand_on_what_is_withheld(
    proposal: Proposal, exhibits: list[Exhibit]
) -> None:
    """Apply the rules for the weight of what one side could not see."""
    weights = {one.weight for one in exhibits if one.withheld_from}
    seen = any(not one.withheld_from or one.weight == "full" for one in exhibits)
    if weights - {"full"} and not (seen or proposal["findings"]):
        why = "it stands on nothing but exhibits that one side may not see"
        raise Refused("withheld_alone", why)
    named = [one["party"] for one in proposal["levels"] if one["party"]]
    against = {
        party
        for one in exhibits
        if one.weight == "not_for_attribution"
        for party in one.withheld_from
    }
    if against & set(named):
        party = ", ".join(sorted(against & set(named)))
        why = f"it names {party} with an exhibit that {party} may not see, not for attribution"
        raise Refused("withheld_alone", why)
