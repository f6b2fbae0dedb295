"""Every refused act says which rule refused it: each rule once, as a sentence that comes true."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chamber_world import (
    ALL_YES,
    CHAIR,
    FINDINGS,
    PARTIES,
    REVIEWER,
    SEATS,
    START_US,
    World,
    body,
    deadline,
    determination,
    mandate,
    party_key,
    remedy,
    rule,
    seat,
)

import truceline.commission
from truceline.commission.acts import ACTS, EVERY_ACT
from truceline.commission.chamber import Chamber, fold
from truceline.commission.motions import commitment
from truceline.records.canonical import record_bytes
from truceline.records.mandate import DecisionRule
from truceline.records.units import DAY_US, HOUR_US
from truceline.reports.words import load_words

Said = dict[str, Any]
HASH = "ab" * 32
CALL: Said = {"from_state": "AA", "to": "BB", "text": "Cease."}
EXHIBIT: Said = {"sha256": HASH, "title": "A crater", "tier": "commission", "custody": []}
WINDOW: Said = {
    "kind": "corridor", "place": "east", "from_us": START_US, "until_us": START_US + HOUR_US,
    "agreed_by": list(PARTIES), "purpose": "Repairs.",
}  # fmt: skip


def tell(world: World, case: str) -> None:
    for code in PARTIES:
        world.do("case.notify", REVIEWER, case, party=code, text="A case is open.")


def closed(world: World) -> str:
    case = world.heard()
    motion = world.carry(case, "closing", {"reasons": "Done."})
    world.do("case.close", CHAIR, case, motion=motion)
    return case


def motion_on(world: World, case: str = "", question: str = "closing") -> str:
    proposal = determination() if question == "determination" else {"reasons": "Done."}
    return world.put(case or world.heard(), question, proposal)


def record(world: World, case: str, **more: object) -> str:
    """Carry a determination and try to record it."""
    proposal = determination(**more)
    motion = world.carry(case, "determination", proposal)
    return world.refused("determination.record", CHAIR, case, motion=motion, proposal=proposal)


def seal(world: World, motion: str, key: str, vote: str = "yes") -> None:
    sealed = commitment(motion, vote, "because", f"salt {key}")
    world.do("vote.seal", key, motion, commitment=sealed)


# ------------------------------------------------------------------------ acts of any kind
def unknown_act(world: World) -> str:
    return world.refused("case.frobnicate", REVIEWER)


def field(world: World) -> str:
    return world.refused("case.open", REVIEWER, title="Nothing else")


def unknown_subject(world: World) -> str:
    return world.refused("case.deliberate", CHAIR, "no such case")


def not_yours(world: World) -> str:
    return world.refused("case.deliberate", "key/aa", world.heard())


# -------------------------------------------------------------------------------- the case
def unknown_body(world: World) -> str:
    said: Said = {"title": "x", "body": "court", "findings": ["f:1"], "concerns": ["AA"]}
    return world.refused("case.open", REVIEWER, **said)


def unknown_party(world: World) -> str:
    said: Said = {"title": "x", "body": "commission", "findings": ["f:1"], "concerns": ["CC"]}
    return world.refused("case.open", REVIEWER, **said)


def unknown_finding(world: World) -> str:
    said: Said = {"title": "x", "body": "commission", "findings": ["f:none"], "concerns": ["AA"]}
    return world.refused("case.open", REVIEWER, **said)


def nothing_to_review(world: World) -> str:
    said: Said = {"title": "x", "body": "commission", "findings": [], "concerns": ["AA"]}
    return world.refused("case.open", REVIEWER, **said)


def case_closed(world: World) -> str:
    told = {"party": "AA", "text": "Again."}
    return world.refused("case.notify", REVIEWER, closed(world), **told)


def case_open(world: World) -> str:
    return world.refused("case.reopen", REVIEWER, world.heard(), reasons="More.")


def not_assigned(world: World) -> str:
    case = world.heard()
    world.do("case.assign", CHAIR, case, to="key/analyst")
    return world.refused("case.handover", REVIEWER, case, to="key/other", note="x")


def unknown_state(world: World) -> str:
    asked = {"what": "access", "to": "ZZ", "text": "Let us in."}
    return world.refused("case.request", REVIEWER, world.heard(), **asked)


def withheld_without_summary(world: World) -> str:
    case = world.heard()
    said: Said = {**EXHIBIT, "withheld_from": ["AA"], "weight": "corroborates_only"}
    return world.refused("case.evidence", REVIEWER, case, **said)


def party_not_notified(world: World) -> str:
    return world.refused("case.deliberate", CHAIR, world.open_case())


def notice_too_young(world: World) -> str:
    case = world.heard()
    return world.refused("case.publish", REVIEWER, case, tier="public")


def which_seat(world: World) -> str:
    case = world.heard()
    for name in ("cc", "dd"):
        filled: Said = {"body": "commission", "seat": name, "holder": "key/both", "alternates": []}
        world.do("seat.fill", f"gov/{name}", **filled)
    said: Said = {"scope": "seat", "reasons": "An interest."}
    return world.refused("case.recuse", "key/both", case, **said)


def not_deadlocked(world: World) -> str:
    case = world.heard()
    motion = world.carry(case, "closing", {"reasons": "Done."})
    return world.refused("case.escalate", CHAIR, case, rule="r1", motion=motion)


def nowhere_to_escalate(world: World) -> str:
    case = world.heard()
    motion = motion_on(world, case)
    world.vote(motion, dict.fromkeys(ALL_YES, "no") | {CHAIR: "yes"})
    world.do("motion.close", CHAIR, motion, result="deadlocked")
    return world.refused("case.escalate", CHAIR, case, rule="r1", motion=motion)


def remedy_running(world: World) -> str:
    case = world.heard()
    world.set_remedy(case, world.determine(case))
    motion = world.carry(case, "closing", {"reasons": "Done."})
    return world.refused("case.close", CHAIR, case, motion=motion)


def appeal_open(world: World) -> str:
    case = world.heard()
    said: Said = {"party": "AA", "grounds": "No."}
    world.do("case.appeal", party_key("AA"), world.determine(case), **said)
    motion = world.carry(case, "closing", {"reasons": "Done."})
    return world.refused("case.close", CHAIR, case, motion=motion)


def same_case(world: World) -> str:
    case = world.heard()
    return world.refused("case.link", REVIEWER, case, other=case, by="place", why="x")


def appeal_late(world: World) -> str:
    determined = world.determine(world.heard())
    world.wait(7 * DAY_US)
    said: Said = {"party": "AA", "grounds": "No."}
    return world.refused("case.appeal", party_key("AA"), determined, **said)


# -------------------------------------------------------------------------------- motions
def proposal(world: World) -> str:
    asked = {"question": "remedy", "proposal": remedy("no such determination")}
    return world.refused("motion.put", CHAIR, world.heard(), **asked)


def no_rule(world: World) -> str:
    asked = {"question": "closing", "proposal": {"reasons": "Done."}}
    return world.refused("motion.put", CHAIR, world.heard(), **asked)


def motion_closed(world: World) -> str:
    motion = world.carry(world.heard(), "closing", {"reasons": "Done."})
    return world.refused("motion.close", CHAIR, motion, result="carried")


def motion_open(world: World) -> str:
    return world.refused("vote.dissent", "key/aa", motion_on(world), text="No.")


def not_sealing(world: World) -> str:
    motion = motion_on(world)
    world.do("motion.end_sealing", CHAIR, motion)
    return world.refused("vote.seal", "key/aa", motion, commitment=HASH)


def sealing_too_short(world: World) -> str:
    return world.refused("motion.end_sealing", CHAIR, motion_on(world))


def still_sealing(world: World) -> str:
    return world.refused("motion.close", CHAIR, motion_on(world), result="no_quorum")


def still_opening(world: World) -> str:
    motion = motion_on(world)
    for key in ALL_YES:
        seal(world, motion, key)
    for key in ALL_YES[:4]:
        world.open(motion, key, "yes")
    return world.refused("motion.close", CHAIR, motion, result="carried")


def other_result(world: World) -> str:
    motion = motion_on(world)
    world.vote(motion, dict.fromkeys(ALL_YES, "no"))
    return world.refused("motion.close", CHAIR, motion, result="carried")


def voted_already(world: World) -> str:
    motion = motion_on(world)
    seal(world, motion, "key/aa")
    return world.refused("vote.seal", "key/aa", motion, commitment=HASH)


def seal_copied(world: World) -> str:
    motion = motion_on(world)
    world.do("vote.seal", "key/aa", motion, commitment=HASH)
    return world.refused("vote.seal", "key/bb", motion, commitment=HASH)


def recused(world: World) -> str:
    case = world.heard()
    motion = motion_on(world, case)
    world.do("case.recuse", "key/aa", case, scope="seat", reasons="A party.")
    return world.refused("vote.seal", "key/aa", motion, commitment=HASH)


def not_opening(world: World) -> str:
    motion = motion_on(world)
    seal(world, motion, "key/aa")
    return world.refused("vote.open", "key/aa", motion, vote="yes", salt="salt key/aa")


def no_seal(world: World) -> str:
    motion = motion_on(world)
    world.do("motion.end_sealing", CHAIR, motion)
    return world.refused("vote.open", "key/aa", motion, vote="yes", salt="")


def seal_differs(world: World) -> str:
    motion = motion_on(world)
    seal(world, motion, "key/aa", "no")
    world.do("motion.end_sealing", CHAIR, motion)
    said: Said = {"vote": "yes", "reasons": "because", "salt": "salt key/aa"}
    return world.refused("vote.open", "key/aa", motion, **said)


def silence_over(world: World) -> str:
    motion = motion_on(world)
    world.wait(HOUR_US)
    return world.refused("vote.open", "key/aa", motion, vote="no", salt="")


def silence_not_certified(world: World) -> str:
    motion = motion_on(world)
    world.wait(HOUR_US)
    return world.refused("motion.close", CHAIR, motion, result="carried")


# ----------------------------------------------------------- determinations and remedies
def motion_not_carried(world: World) -> str:
    case = world.heard()
    said: Said = {"motion": motion_on(world, case, "determination"), "proposal": determination()}
    return world.refused("determination.record", CHAIR, case, **said)


def other_proposal(world: World) -> str:
    case = world.heard()
    motion = world.carry(case, "determination", determination())
    said: Said = {"motion": motion, "proposal": determination(severity="S4_grave")}
    return world.refused("determination.record", CHAIR, case, **said)


def motion_used(world: World) -> str:
    case = world.heard()
    said: Said = {"proposal": determination()}
    motion = world.carry(case, "determination", determination())
    world.do("determination.record", CHAIR, case, motion=motion, **said)
    return world.refused("determination.record", CHAIR, case, motion=motion, **said)


def reply_open(world: World) -> str:
    case = world.open_case()
    tell(world, case)
    return record(world, case)


def standard(world: World) -> str:
    return record(world, world.heard(), standard="reasonable_suspicion")


def unknown_exhibit(world: World) -> str:
    return record(world, world.heard(), exhibits=["none"])


def withheld_alone(world: World) -> str:
    case = world.heard()
    said: Said = {**EXHIBIT, "withheld_from": ["AA"], "summary": "x", "weight": "corroborates_only"}
    exhibit = world.do("case.evidence", REVIEWER, case, **said)
    tell(world, case)
    world.wait(13 * HOUR_US)
    return record(world, case, exhibits=[exhibit], findings=[])


def summary_not_put(world: World) -> str:
    case = world.heard()
    said: Said = {**EXHIBIT, "withheld_from": ["AA"], "summary": "x", "weight": "corroborates_only"}
    exhibit = world.do("case.evidence", REVIEWER, case, **said)
    return record(world, case, exhibits=[exhibit])


def not_standing(world: World) -> str:
    case = world.heard()
    determined = world.determine(case)
    taken_back = {"determination": determined, "replacement": None, "reasons": "Wrong."}
    motion = world.carry(case, "correction", taken_back)
    said: Said = {"motion": motion, "proposal": taken_back}
    world.do("determination.withdraw", CHAIR, determined, **said)
    return world.refused("determination.withdraw", CHAIR, determined, **said)


def due_in_the_past(world: World) -> str:
    case = world.heard()
    asked = remedy(world.determine(case), due_us=START_US)
    motion = world.carry(case, "remedy", asked)
    return world.refused("remedy.set", CHAIR, case, motion=motion, proposal=asked)


def lifted(world: World) -> str:
    case = world.heard()
    set_ = world.set_remedy(case, world.determine(case))
    asked = {"lifts": set_, "reasons": "It is over."}
    motion = world.carry(case, "remedy", asked)
    world.do("remedy.lift", CHAIR, set_, motion=motion, proposal=asked)
    return set_


def remedy_lifted(world: World) -> str:
    said: Said = {"result": "undecided", "findings": []}
    return world.refused("remedy.follow_up", REVIEWER, lifted(world), **said)


def monitoring(world: World) -> str:
    case = world.heard()
    set_ = world.set_remedy(case, world.determine(case))
    said: Said = {"result": "kept", "findings": ["f:later"]}
    return world.refused("remedy.follow_up", REVIEWER, set_, **said)


# ------------------------------------------------------------------- deadlines, seats, room
def certify(world: World, name: str, subject: str = "", wait_us: int = 0) -> str:
    case = world.open_case()
    world.wait(wait_us)
    said: Said = {"deadline": name, "subject": subject}
    return world.refused("deadline.certify", CHAIR, case, **said)


def certified_already(world: World) -> str:
    case = world.open_case()
    world.wait(3 * DAY_US)
    said: Said = {"deadline": "commission_determination_s3_s4", "subject": ""}
    world.do("deadline.certify", CHAIR, case, **said)
    return world.refused("deadline.certify", CHAIR, case, **said)


def silence_broken(world: World) -> str:
    case = world.heard()
    motion = motion_on(world, case)
    world.do("vote.open", "key/aa", motion, vote="no", salt="")
    world.wait(HOUR_US)
    return world.refused("deadline.certify", CHAIR, case, deadline="r1", subject=motion)


def experts_undecided(world: World) -> str:
    case = world.heard()
    motion = left_to_the_experts(world, case)
    world.wait(2 * HOUR_US)
    return world.refused("deadline.certify", CHAIR, case, deadline="r1", subject=motion)


def left_to_the_experts(world: World, case: str) -> str:
    motion = motion_on(world, case)
    world.vote(motion, dict.fromkeys(ALL_YES, "no") | {CHAIR: "yes"})
    world.do("motion.close", CHAIR, motion, result="deadlocked")
    return motion


def experts_awaited(world: World) -> str:
    case = world.heard()
    motion = left_to_the_experts(world, case)
    return world.refused("deadline.certify", CHAIR, case, deadline="r1", subject=motion)


def experts_late(world: World) -> str:
    motion = left_to_the_experts(world, world.heard())
    world.wait(2 * HOUR_US)
    return world.refused("vote.open", "key/x1", motion, vote="yes", salt="")


def unknown_seat(world: World) -> str:
    said: Said = {"body": "commission", "seat": "zz", "absent": True}
    return world.refused("seat.absent", CHAIR, **said)


def acknowledged_already(world: World) -> str:
    call = world.do("hotline.call", party_key("AA"), **CALL)
    world.do("hotline.ack", party_key("BB"), call)
    return world.refused("hotline.ack", party_key("BB"), call)


def window_order(world: World) -> str:
    said: Said = {**WINDOW, "until_us": START_US}
    return world.refused("window.open", REVIEWER, **said)


def window_closed(world: World) -> str:
    window = world.do("window.open", REVIEWER, **WINDOW)
    said: Said = {"result": "cancelled", "findings": []}
    world.do("window.close", REVIEWER, window, **said)
    return world.refused("window.close", REVIEWER, window, **said)


SILENCE = mandate(rule(DecisionRule.SILENCE_PROCEDURE, silence_s=3000))
BY_NAME: dict[str, Callable[[World], str]] = {
    "unknown_deadline": lambda world: certify(world, "lunch"),
    "no_default": lambda world: certify(world, "party_reply", "AA"),
    "not_running": lambda world: certify(world, "commission_determination_s3_s4", "AA"),
    "not_passed": lambda world: certify(world, "commission_determination_s3_s4"),
} | {
    made.__name__: made
    for made in (
        unknown_act, field, unknown_subject, not_yours, unknown_body, unknown_party,
        unknown_finding, nothing_to_review, case_closed, case_open, not_assigned, unknown_state,
        withheld_without_summary, party_not_notified, notice_too_young, which_seat,
        not_deadlocked, nowhere_to_escalate, remedy_running, appeal_open, same_case, appeal_late,
        proposal, no_rule, motion_closed, motion_open, not_sealing, sealing_too_short,
        still_sealing, still_opening, other_result, voted_already, seal_copied, recused,
        not_opening, no_seal, seal_differs, silence_over, silence_not_certified,
        motion_not_carried, other_proposal, motion_used, reply_open, standard, unknown_exhibit,
        withheld_alone, summary_not_put, not_standing, due_in_the_past, remedy_lifted, monitoring,
        certified_already, silence_broken, experts_undecided, experts_awaited, experts_late,
        unknown_seat, acknowledged_already, window_order, window_closed,
    )
}  # fmt: skip
COMMON = mandate()
PANEL = mandate(
    rule(DecisionRule.EXPERT_PANEL_DEFAULT, experts_within_s=3600),
    seats=(*SEATS, seat("x1", group="experts", votes=False)),
)
UNDER = {
    "nowhere_to_escalate": replace(
        mandate(rule(DecisionRule.ESCALATION_ON_DEADLOCK)),
        bodies=(body("commission", above=None), *COMMON.bodies[1:]),
    ),
    "no_rule": mandate(rule(questions=("remedy",))),
    "sealing_too_short": mandate(
        deadlines=(deadline("vote_sealing", "motion.put", ("motion.end_sealing",), 3600),)
    ),
    "silence_over": SILENCE,
    "silence_not_certified": SILENCE,
    "silence_broken": SILENCE,
    "experts_undecided": PANEL,
    "experts_awaited": PANEL,
    "experts_late": PANEL,
}


@pytest.mark.parametrize("name", list(BY_NAME))
def test_the_rule_that_refuses_is_named(name: str) -> None:
    world = World(UNDER.get(name))
    assert BY_NAME[name](world) == name
    assert world.chamber.refused[-1].rule == name


@pytest.mark.parametrize("name", list(BY_NAME))
def test_a_refused_act_changes_nothing(name: str) -> None:
    world = World(UNDER.get(name))
    BY_NAME[name](world)
    refused = {one.act for one in world.chamber.refused}
    kept = [act for act in world.acts if act.id not in refused]
    assert len(kept) < len(world.acts)
    without = fold(world.mandate, kept, FINDINGS, world.chamber.now_us)
    assert without.refused == []
    assert shown(without) == shown(world.chamber)


def shown(chamber: Chamber) -> bytes:
    return record_bytes(
        {
            "views": [chamber.view(case) for case in chamber.cases],
            "notices": chamber.notices(also_met=True),
            "calls": chamber.calls,
            "windows": chamber.windows,
            "seats": chamber.seats("commission"),
        }
    )


def test_every_rule_of_the_table_was_tried() -> None:
    told = {one for spec in ACTS.values() for one in spec.refused_by} | set(EVERY_ACT)
    assert set(BY_NAME) == told - {"disputed"}  # tried in test_whole_case.py


def test_every_refusal_in_the_code_is_in_the_table() -> None:
    told = {one for spec in ACTS.values() for one in spec.refused_by} | set(EVERY_ACT)
    room = Path(truceline.commission.__file__).parent
    used = {
        node.args[0].value
        for file in room.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Refused"
        and isinstance(node.args[0], ast.Constant)
    }
    assert used == told


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
def test_every_rule_has_words(language: str) -> None:
    told = {one for spec in ACTS.values() for one in spec.refused_by} | set(EVERY_ACT)
    assert {f"refusal.{rule}" for rule in told} <= set(load_words(language))
