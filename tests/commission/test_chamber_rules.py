"""What holds in a commission, one sentence a test, where no refusal says it."""

# ruff: noqa: ANN401 - what an act says has the shape of its name
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chamber_world import (
    ALL_YES,
    ANALYST,
    CHAIR,
    DEADLINES,
    FINDINGS,
    HOUR_S,
    PARTIES,
    REVIEWER,
    SEATS,
    START_US,
    World,
    deadline,
    determination,
    facts,
    mandate,
    party_key,
    remedy,
    rule,
    seat,
)

from truceline.commission.acts import ACTS, WHO
from truceline.commission.authority import FITS
from truceline.commission.chamber import TAKE
from truceline.commission.motions import commitment
from truceline.commission.patterns import most_in_window, pattern, recurrence
from truceline.records.chamber import Holders, RevisedFinding
from truceline.records.mandate import DecisionRule
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US, us_of

K = DecisionRule


# ------------------------------------------------------------------------------ the tables
def test_every_act_of_the_table_does_something() -> None:
    assert set(TAKE) == set(ACTS)
    assert set(FITS) == set(WHO)
    assert {word for spec in ACTS.values() for word in spec.who} == set(WHO)


# ----------------------------------------------------------------------- who acts for whom
def test_an_alternate_acts_only_while_the_holder_is_absent() -> None:
    world = World()
    motion = world.put(world.heard(), "closing", {"reasons": "Done."})
    sealed = commitment(motion, "yes", "", "s")
    assert world.refused("vote.seal", "key/cc-2", motion, commitment=sealed) == "not_yours"
    said = {"body": "commission", "seat": "cc"}
    world.do("seat.absent", "key/cc", **said, absent=True)
    assert world.refused("vote.seal", "key/cc", motion, commitment=sealed) == "not_yours"
    world.do("vote.seal", "key/cc-2", motion, commitment=sealed)
    world.do("seat.absent", "key/cc", **said, absent=False)
    other = commitment(motion, "no", "", "t")
    assert world.refused("vote.seal", "key/cc", motion, commitment=other) == "voted_already"


def test_where_only_the_holder_is_recused_the_seat_still_votes() -> None:
    world = World(mandate(rule(quorum=5)))
    case = world.heard()
    world.do("case.recuse", "key/cc", case, scope="holder", reasons="My brother was there.")
    motion = world.put(case, "closing", {"reasons": "Done."})
    voters = [*ALL_YES[:3], "key/cc-2", "key/dd"]
    world.vote(motion, dict.fromkeys(voters, "yes"))
    world.do("motion.close", CHAIR, motion, result="carried")


def test_a_recused_seat_neither_votes_nor_counts_for_the_quorum() -> None:
    world = World(mandate(rule(quorum=5)))
    case = world.heard()
    world.do("case.recuse", "key/cc", case, scope="seat", reasons="A supplier.")
    motion = world.put(case, "closing", {"reasons": "Done."})
    world.vote(motion, dict.fromkeys([*ALL_YES[:3], "key/dd"], "yes"))
    world.do("motion.close", CHAIR, motion, result="no_quorum")


def test_a_vote_that_was_opened_before_the_recusal_no_longer_counts() -> None:
    world = World()
    case = world.heard()
    motion = world.put(case, "closing", {"reasons": "Done."})
    votes = {CHAIR: "yes", "key/aa": "yes", "key/bb": "no", "key/cc": "no", "key/dd": "yes"}
    world.vote(motion, votes)
    world.do("case.recuse", "key/dd", case, scope="seat", reasons="A supplier.")
    assert world.attempt("motion.close", CHAIR, motion, result="carried") == "other_result"
    world.do("motion.close", CHAIR, motion, result="not_carried")


def test_what_a_holder_voted_goes_with_him_and_his_alternate_votes_anew() -> None:
    world = World(mandate(rule(quorum=5)))
    case = world.heard()
    motion = world.put(case, "closing", {"reasons": "Done."})
    world.do("vote.seal", "key/cc", motion, commitment=commitment(motion, "no", "", "s"))
    aside = {"scope": "holder", "reasons": "My brother was there."}
    world.do("case.recuse", "key/cc", case, **aside)
    voters = [*ALL_YES[:3], "key/cc-2", "key/dd"]
    world.vote(motion, dict.fromkeys(voters, "yes"))
    world.do("case.recuse", "key/dd", case, **aside)  # after he opened his vote
    assert world.attempt("motion.close", CHAIR, motion, result="carried") == "other_result"
    world.do("motion.close", CHAIR, motion, result="no_quorum")


def test_an_alternate_presides_without_a_vote_where_the_chair_is_recused() -> None:
    world = World()
    case = world.heard()
    world.do("case.recuse", CHAIR, case, scope="seat", reasons="An interest.")
    assert world.refused("case.deliberate", CHAIR, case) == "not_yours"
    world.do("case.deliberate", "key/chair-2", case)
    motion = world.put(case, "closing", {"reasons": "Done."}, by="key/aa")
    sealed = commitment(motion, "yes", "", "s")
    assert world.refused("vote.seal", "key/chair-2", motion, commitment=sealed) == "not_yours"


def test_a_seat_that_is_filled_anew_is_the_new_holders_alone() -> None:
    world = World()
    case = world.heard()
    said: dict[str, Any] = {
        "body": "commission", "seat": "cc", "holder": "key/new", "alternates": [],
    }  # fmt: skip
    assert world.refused("seat.fill", "key/cc", **said) == "not_yours"
    world.do("seat.fill", "gov/cc", **said)
    told = {"interest": "We build the sensors."}
    assert world.refused("case.conflict", "key/cc", case, **told) == "not_yours"
    world.do("case.conflict", "key/new", case, **told)
    assert [one.seat for one in world.chamber.view(case).conflicts] == ["cc"]


def test_a_seat_that_is_left_vacant_is_its_alternates() -> None:
    world = World()
    case = world.heard()
    said: dict[str, Any] = {"body": "commission", "seat": "cc", "alternates": ["key/cc-2"]}
    told = {"interest": "We build the sensors."}
    assert world.refused("case.conflict", "key/cc-2", case, **told) == "not_yours"
    world.do("seat.fill", "gov/cc", **said, holder="")
    world.do("case.conflict", "key/cc-2", case, **told)
    world.do("seat.fill", "gov/cc", **said, holder="key/cc")
    assert world.refused("case.conflict", "key/cc-2", case, **told) == "not_yours"


def test_the_body_above_does_not_vote_before_it_has_the_case() -> None:
    world = World(mandate(rule(K.ESCALATION_ON_DEADLOCK), rule(id="p", body="political", quorum=2)))
    case = world.heard()
    motion = world.put(case, "closing", {"reasons": "Done."})
    sealed = commitment(motion, "yes", "", "s")
    assert world.refused("vote.seal", "key/ee", motion, commitment=sealed) == "not_yours"
    world.vote(motion, dict.fromkeys(ALL_YES, "no") | {CHAIR: "yes"})
    world.do("motion.close", CHAIR, motion, result="deadlocked")
    world.do("case.escalate", "key/dd", case, rule="r1", motion=motion)
    assert world.chamber.view(case).bodies == ("commission", "political")
    # The body below has no say in the case, but the motions that it had are still its own.
    assert world.refused("vote.dissent", "key/ee", motion, text="No.") == "not_yours"
    world.do("vote.dissent", "key/aa", motion, text="It was decided.")
    above = world.put(case, "closing", {"reasons": "Done."}, by="key/premier")
    assert world.chamber.motion(above).body == "political"
    assert world.refused("case.deliberate", CHAIR, case) == "not_yours"


def without_a_quorum(world: World, case: str) -> str:
    """Put a question, and close it when only two of five took part."""
    motion = world.put(case, "determination", determination())
    world.vote(motion, {CHAIR: "yes", "key/aa": "yes"})
    world.do("motion.close", CHAIR, motion, result="no_quorum")
    return motion


def test_a_body_that_did_not_meet_hands_nothing_on_before_a_limit_of_the_text_has_passed() -> None:
    world = World(mandate(rule(on_deadlock="escalates"), rule(id="p", body="political")))
    case = world.heard()
    opened_us = world.chamber.view(case).line.opened_us
    motion = without_a_quorum(world, case)
    cited = {"rule": "r1", "motion": motion}
    assert world.refused("case.escalate", CHAIR, case, **cited) == "not_deadlocked"
    assert "motion_to_escalate" not in kinds(world)
    world.now_us = opened_us + 48 * HOUR_US - SECOND_US
    assert world.refused("case.escalate", CHAIR, case, **cited) == "not_deadlocked"
    world.chamber.now_us = opened_us + 48 * HOUR_US + 1
    assert "motion_to_escalate" in kinds(world)
    world.do("case.escalate", CHAIR, case, **cited)


def test_a_limit_of_the_vocabulary_makes_no_body_late() -> None:
    house = tuple(replace(one, article="", default="") for one in DEADLINES)
    rules = (rule(on_deadlock="escalates"), rule(id="p", body="political"))
    world = World(mandate(*rules, deadlines=house))
    case = world.heard()
    motion = without_a_quorum(world, case)
    world.wait(30 * DAY_US)
    cited = {"rule": "r1", "motion": motion}
    assert world.refused("case.escalate", CHAIR, case, **cited) == "not_deadlocked"


def test_the_limit_of_one_motion_makes_nobody_late_with_another() -> None:
    limit = deadline("decide-in-time", "motion.put", ("motion.close",), HOUR_S)
    rules = (rule(on_deadlock="escalates"), rule(id="p", body="political"))
    world = World(mandate(*rules, deadlines=(limit,)))
    case = world.heard()
    world.put(case, "closing", {"reasons": "Done."})
    world.wait(2 * HOUR_US)
    cited = {"rule": "r1", "motion": without_a_quorum(world, case)}
    assert world.refused("case.escalate", CHAIR, case, **cited) == "not_deadlocked"
    world.wait(HOUR_US)
    world.do("case.escalate", CHAIR, case, **cited)


def test_a_silence_without_a_quorum_hands_on_at_once_for_its_time_has_passed() -> None:
    silent = rule(K.SILENCE_PROCEDURE, silence_s=HOUR_S, quorum=5, on_deadlock="escalates")
    world = World(mandate(silent, rule(id="p", body="political"), deadlines=()))
    case = world.heard()
    world.do("case.recuse", "key/cc", case, scope="seat", reasons="A supplier.")
    motion = world.put(case, "closing", {"reasons": "Done."})
    world.wait(HOUR_US)
    world.do("deadline.certify", CHAIR, case, deadline="r1", subject=motion)
    world.do("motion.close", CHAIR, motion, result="no_quorum")
    world.do("case.escalate", CHAIR, case, rule="r1", motion=motion)


def test_experts_of_a_body_that_did_not_meet_wait_for_a_limit_too() -> None:
    experts = (seat("x1", group="experts", votes=False),)
    by_panel = rule(K.EXPERT_PANEL_DEFAULT, experts_within_s=HOUR_S)
    world = World(mandate(by_panel, seats=(*SEATS, *experts)))
    case = world.heard()
    motion = world.put(case, "determination", determination())
    world.vote(motion, {CHAIR: "yes"})
    world.do("motion.close", CHAIR, motion, result="no_quorum")
    said = {"deadline": "r1", "subject": motion}
    assert world.refused("vote.open", "key/x1", motion, vote="yes", salt="") == "not_opening"
    assert world.refused("deadline.certify", "key/x1", case, **said) == "not_passed"
    assert "experts_to_report" not in kinds(world)
    due_us = world.chamber.view(case).line.opened_us + 48 * HOUR_US
    world.wait(due_us - world.now_us + HOUR_US - SECOND_US)
    world.chamber.now_us = world.now_us
    (asked,) = [one for one in world.chamber.notices() if one.kind == "experts_to_report"]
    assert asked.due_us == due_us + HOUR_US  # their hour begins when the limit has passed
    world.do("vote.open", "key/x1", motion, vote="yes", salt="")
    world.do("deadline.certify", "key/x1", case, **said)


def test_a_limit_to_the_closing_of_a_motion_is_met_by_an_answer_and_by_nothing_less() -> None:
    limit = deadline("decide-in-time", "motion.put", ("motion.close",), HOUR_S)
    experts = (seat("x1", group="experts", votes=False),)
    by_panel = rule(K.EXPERT_PANEL_DEFAULT)
    world = World(mandate(by_panel, seats=(*SEATS, *experts), deadlines=(limit,)))
    case = world.heard()

    def standing(motion: str) -> str:
        (found,) = [one for one in world.chamber.view(case).deadlines if one.subject == motion]
        return found.standing

    carried = world.carry(case, "closing", {"reasons": "Done."})
    assert standing(carried) == "met"
    open_one = world.put(case, "closing", {"reasons": "Now."})
    votes = dict.fromkeys(ALL_YES, "yes") | {"key/aa": "no"}
    world.vote(open_one, votes)
    world.do("motion.close", CHAIR, open_one, result="deadlocked")
    world.do("vote.open", "key/x1", open_one, vote="yes", salt="")
    assert standing(open_one) == "running"
    world.do("deadline.certify", "key/x1", case, deadline="r1", subject=open_one)
    assert standing(open_one) == "met"


def test_a_limit_on_an_appeal_is_not_met_by_another_question() -> None:
    limit = deadline("appeal-limit", "case.appeal", ("motion.close",), HOUR_S)
    world = World(mandate(deadlines=(limit,)))
    case = world.heard()
    of = world.determine(case)
    said = {"party": "AA", "grounds": "It was not us."}
    appeal = world.do("case.appeal", party_key("AA"), of, **said)
    world.carry(case, "remedy", remedy(of))
    (shown,) = world.chamber.view(case).deadlines
    assert shown.standing == "running"
    answer = {"appeal": appeal, "granted": False, "reasons": "It was."}
    world.carry(case, "appeal", answer)
    (shown,) = world.chamber.view(case).deadlines
    assert shown.standing == "met"


def test_a_recused_seat_puts_no_question() -> None:
    world = World()
    case = world.heard()
    world.do("case.recuse", "key/cc", case, scope="seat", reasons="A supplier.")
    asked: dict[str, Any] = {"question": "closing", "proposal": {"reasons": "Done."}}
    assert world.refused("motion.put", "key/cc", case, **asked) == "recused"
    world.do("case.recuse", CHAIR, case, scope="seat", reasons="A supplier.")
    world.do("motion.put", "key/chair-2", case, **asked)


def test_what_the_body_below_carried_is_not_used_once_the_body_above_has_the_case() -> None:
    world = World(mandate(rule(K.ESCALATION_ON_DEADLOCK), rule(id="p", body="political")))
    case = world.heard()
    carried = world.carry(case, "closing", {"reasons": "Done."})
    motion = world.put(case, "closing", {"reasons": "Now."})
    world.vote(motion, dict.fromkeys(ALL_YES, "no") | {CHAIR: "yes"})
    world.do("motion.close", CHAIR, motion, result="deadlocked")
    world.do("case.escalate", CHAIR, case, rule="r1", motion=motion)
    assert world.refused("case.close", "key/premier", case, motion=carried) == "motion_not_carried"


def test_a_second_notice_asks_anew() -> None:
    world = World()
    case = world.heard()
    told = {"party": "AA", "text": "There is a new exhibit."}
    world.do("case.notify", REVIEWER, case, **told)
    (aa, bb) = world.chamber.view(case).parties
    assert (aa.standing, bb.standing) == ("open", "replied")
    proposal = determination()
    motion = world.carry(case, "determination", proposal)
    record = {"motion": motion, "proposal": proposal}
    assert world.refused("determination.record", CHAIR, case, **record) == "reply_open"
    world.wait(13 * HOUR_US)
    world.do("determination.record", CHAIR, case, **record)
    assert world.chamber.view(case).parties[0].standing == "replied"  # what it said before


# ------------------------------------------------------------------------------- the votes
def test_nobody_sees_a_vote_before_it_is_opened() -> None:
    world = World()
    motion = world.put(world.heard(), "closing", {"reasons": "Done."})
    world.do("vote.seal", "key/aa", motion, commitment=commitment(motion, "no", "", "s"))
    (aa,) = [one for one in world.chamber.motion(motion).ballots if one.seat == "aa"]
    assert (aa.standing, aa.vote) == ("sealed", "")


def test_a_seal_that_is_never_opened_counts_as_absent_and_says_so() -> None:
    world = World()
    motion = world.put(world.heard(), "closing", {"reasons": "Done."})
    for key in ALL_YES:
        sealed = commitment(motion, "yes", "because", f"salt {key}")
        world.do("vote.seal", key, motion, commitment=sealed)
    for key in ALL_YES[:4]:
        world.open(motion, key, "yes")
    world.wait(24 * HOUR_US)
    world.do("motion.close", CHAIR, motion, result="carried")
    shown = world.chamber.motion(motion)
    assert shown.ballots[-1].standing == "never_opened"
    assert shown.tally
    assert (shown.tally.yes, shown.tally.absent) == (4, 1)


def test_the_last_microsecond_of_the_opening_is_still_the_voters() -> None:
    world = World()
    motion = world.put(world.heard(), "closing", {"reasons": "Done."})
    for key in ALL_YES:
        sealed = commitment(motion, "yes", "because", f"salt {key}")
        world.do("vote.seal", key, motion, commitment=sealed)
    since_us = world.now_us
    for key in ALL_YES[:4]:
        world.open(motion, key, "yes")
    world.now_us = since_us + 24 * HOUR_US - SECOND_US
    assert world.refused("motion.close", CHAIR, motion, result="carried") == "still_opening"
    world.now_us += 1 - SECOND_US
    world.do("motion.close", CHAIR, motion, result="carried")


def test_a_carried_motion_carries_what_it_asked_in_its_own_case_and_nothing_else() -> None:
    world = World()
    case, other = world.heard(), world.heard()
    proposal = determination()
    motion = world.carry(case, "determination", proposal)
    assert world.refused("case.close", CHAIR, case, motion=motion) == "motion_not_carried"
    closing = world.carry(case, "closing", {"reasons": "Done."})
    assert world.refused("case.close", CHAIR, other, motion=closing) == "motion_not_carried"
    said = {"motion": motion, "proposal": proposal}
    assert world.refused("determination.record", CHAIR, other, **said) == "motion_not_carried"
    world.do("determination.record", CHAIR, case, **said)
    world.do("case.close", CHAIR, case, motion=closing)


def test_the_seal_is_over_motion_vote_reasons_and_salt() -> None:
    sealed = commitment("m", "yes", "r", "s")
    others = [("n", "yes", "r", "s"), ("m", "no", "r", "s"), ("m", "yes", "", "s"),
              ("m", "yes", "r", "t")]  # fmt: skip
    assert len({sealed, *(commitment(*one) for one in others)}) == 5


def test_silence_carries_after_its_time_and_with_an_entry_that_says_so() -> None:
    world = World(mandate(rule(K.SILENCE_PROCEDURE, silence_s=3600)))
    case = world.heard()
    motion = world.put(case, "closing", {"reasons": "Done."})
    said = {"deadline": "r1", "subject": motion}
    assert world.refused("deadline.certify", CHAIR, case, **said) == "not_passed"
    world.wait(HOUR_US)
    assert world.refused("deadline.certify", "key/aa", case, **said) == "not_yours"
    world.do("deadline.certify", CHAIR, case, **said)
    world.do("motion.close", CHAIR, motion, result="carried")


def test_the_last_microsecond_of_a_silence_still_breaks_it() -> None:
    world = World(mandate(rule(K.SILENCE_PROCEDURE, silence_s=3600)))
    motion = world.put(world.heard(), "closing", {"reasons": "Done."})
    world.wait(HOUR_US - SECOND_US)  # signing takes the second that is left
    world.do("vote.open", "key/aa", motion, vote="no", salt="")
    world.do("motion.close", CHAIR, motion, result="deadlocked")


# ------------------------------------------------------------------------------ the experts
def left_to_the_experts(number: int = 3, **said: Any) -> tuple[World, str, str]:
    """Let the vote of the seats fail under a rule that leaves it to so many experts."""
    experts = tuple(seat(f"x{n}", group="experts", votes=False) for n in range(1, number + 1))
    world = World(mandate(rule(K.EXPERT_PANEL_DEFAULT, **said), seats=(*SEATS, *experts)))
    case = world.heard()
    motion = world.put(case, "determination", determination())
    world.vote(motion, dict.fromkeys(ALL_YES, "yes") | {"key/aa": "no"})
    world.do("motion.close", CHAIR, motion, result="deadlocked")
    return world, case, motion


def reports(world: World, motion: str, **votes: str) -> None:
    for name, vote in votes.items():
        said = {"vote": vote, "reasons": f"{name} saw it.", "salt": ""}
        world.do("vote.open", f"key/{name}", motion, **said)


def test_the_experts_word_stands_only_once_it_is_certified() -> None:
    world, case, motion = left_to_the_experts()
    record = {"motion": motion, "proposal": determination()}
    reports(world, motion, x1="yes", x2="yes", x3="no")
    refused = world.refused("determination.record", CHAIR, case, **record)
    assert refused == "motion_not_carried"
    said = {"deadline": "r1", "subject": motion}
    assert world.refused("deadline.certify", "key/aa", case, **said) == "not_yours"
    world.do("deadline.certify", "key/x3", case, **said)
    shown = world.chamber.motion(motion)
    assert shown.tally
    assert (shown.tally.result, bool(shown.tally.default_by)) == ("carried", True)
    assert (shown.tally.yes, shown.tally.no) == (4, 1)
    assert [(one.seat, one.vote) for one in shown.ballots][5:] == [
        ("x1", "yes"),
        ("x2", "yes"),
        ("x3", "no"),
    ]
    world.do("determination.record", CHAIR, case, **record)


def test_experts_take_no_part_in_the_vote_of_the_seats() -> None:
    experts = (seat("x1", group="experts", votes=False),)
    world = World(mandate(rule(K.EXPERT_PANEL_DEFAULT), seats=(*SEATS, *experts)))
    motion = world.put(world.heard(), "determination", determination())
    sealed = commitment(motion, "yes", "", "x")
    assert world.refused("vote.seal", "key/x1", motion, commitment=sealed) == "not_yours"
    for key in ALL_YES:
        world.do("vote.seal", key, motion, commitment=commitment(motion, "yes", "", key))
    assert world.chamber.motion(motion).phase == "opening"
    assert world.refused("vote.open", "key/x1", motion, vote="yes", salt="") == "not_yours"


def test_the_word_of_experts_is_not_certified_while_the_others_can_change_it() -> None:
    world, case, motion = left_to_the_experts()
    said = {"deadline": "r1", "subject": motion}
    assert kinds(world) == {"deadline_running", "experts_to_report"}
    reports(world, motion, x1="yes")
    assert world.refused("deadline.certify", CHAIR, case, **said) == "experts_awaited"
    reports(world, motion, x2="yes")
    assert "default_to_certify" in kinds(world)
    world.do("deadline.certify", CHAIR, case, **said)
    assert "experts_to_report" not in kinds(world)


def test_one_of_two_experts_can_still_make_it_even() -> None:
    world, case, motion = left_to_the_experts(number=2)
    reports(world, motion, x1="yes")
    said = {"deadline": "r1", "subject": motion}
    assert world.refused("deadline.certify", CHAIR, case, **said) == "experts_awaited"


def test_after_the_experts_time_the_word_of_those_who_reported_decides() -> None:
    world, case, motion = left_to_the_experts(experts_within_s=HOUR_S)
    closed_us = world.now_us
    said = {"deadline": "r1", "subject": motion}
    (asked,) = [one for one in world.chamber.notices() if one.kind == "experts_to_report"]
    assert asked.due_us == closed_us + HOUR_US
    reports(world, motion, x1="no")
    world.wait(closed_us + HOUR_US - world.now_us - SECOND_US)
    assert world.refused("deadline.certify", CHAIR, case, **said) == "experts_awaited"
    assert world.refused("vote.open", "key/x2", motion, vote="yes", salt="") == "experts_late"
    world.do("deadline.certify", CHAIR, case, **said)
    tally = world.chamber.motion(motion).tally
    assert tally is not None
    assert tally.result == "not_carried"


def test_experts_who_say_nothing_in_their_time_decide_nothing() -> None:
    world, case, motion = left_to_the_experts(experts_within_s=HOUR_S)
    world.wait(2 * HOUR_US)
    world.chamber.now_us = world.now_us
    assert "experts_undecided" in kinds(world)
    said = {"deadline": "r1", "subject": motion}
    assert world.refused("deadline.certify", CHAIR, case, **said) == "experts_undecided"


def test_an_expert_who_steps_aside_is_neither_counted_nor_waited_for() -> None:
    world, case, motion = left_to_the_experts(number=2)
    reports(world, motion, x1="no", x2="yes")
    said = {"deadline": "r1", "subject": motion}
    assert world.refused("deadline.certify", CHAIR, case, **said) == "experts_undecided"
    world.do("case.recuse", "key/x1", case, scope="seat", reasons="An interest.")
    assert world.refused("vote.open", "key/x1", motion, vote="no", salt="") == "recused"
    world.do("deadline.certify", CHAIR, case, **said)
    shown = world.chamber.motion(motion)
    assert shown.tally is not None
    assert (shown.tally.result, shown.tally.experts_yes, shown.tally.experts_no) == (
        "carried",
        1,
        0,
    )
    assert "x1" not in {one.seat for one in shown.ballots}


def test_an_expert_reports_once() -> None:
    world, _, motion = left_to_the_experts()
    reports(world, motion, x1="yes")
    assert world.refused("vote.open", "key/x1", motion, vote="no", salt="") == "voted_already"


# ------------------------------------------------------------------------ without the accused
def accusing(*parties: str) -> dict[str, Any]:
    levels = ["launch_area", "command"]
    return determination(
        levels=[
            {"level": level, "outcome": "responsible", "party": party}
            for level, party in zip(levels, parties, strict=False)
        ]
    )


def votes_without_the_accused(world: World, case: str, question: str, proposal: Any) -> list[str]:
    """Let one party after the other vote against it; name those whose no had no weight."""
    free = []
    for key, code in (("key/aa", "AA"), ("key/bb", "BB")):
        motion = world.put(case, question, proposal)
        world.vote(motion, dict.fromkeys(ALL_YES, "yes") | {key: "no"})
        blocks = world.attempt("motion.close", CHAIR, motion, result="deadlocked") == ""
        if not blocks:
            world.do("motion.close", CHAIR, motion, result="carried")
            free.append(code)
    return free


BY_OTHERS = rule(K.CONSENSUS_MINUS_PARTIES, leaves_out="accused")


@pytest.mark.parametrize(
    ("named", "left_out"),
    [
        pytest.param(("AA", ""), ["AA"], id="AA"),
        pytest.param(("BB", "BB"), ["BB"], id="BB"),
        pytest.param(("AA", "BB"), ["AA", "BB"], id="both"),
        pytest.param(("", ""), ["AA", "BB"], id="nobody, so all that the case concerns"),
        pytest.param(("CC", ""), ["AA", "BB"], id="one who is no party"),
    ],
)
def test_a_consensus_without_the_accused_leaves_out_whom_the_motion_names(
    named: tuple[str, str], left_out: list[str]
) -> None:
    world = World(mandate(BY_OTHERS))
    case = world.heard()
    said = accusing(*named)
    assert votes_without_the_accused(world, case, "determination", said) == left_out


def test_what_follows_a_determination_leaves_out_those_whom_it_named() -> None:
    world = World(mandate(BY_OTHERS))
    case = world.heard()
    of = world.determine(case)  # names AA

    def left_out(question: str, proposal: dict[str, Any]) -> list[str]:
        return votes_without_the_accused(world, case, question, proposal)

    assert left_out("closing", {"reasons": "Done."}) == ["AA", "BB"]
    declared = {"began_us": START_US, "ended_us": START_US, "findings": ["f:1"], "reasons": "So."}
    assert left_out("declaration", declared) == ["AA", "BB"]
    assert left_out("declaration", {**declared, "determination": of}) == ["AA"]
    assert left_out("remedy", remedy(of)) == ["AA"]
    assert left_out("remedy", remedy(of, addressee="BB")) == ["AA", "BB"]
    withdrawn = {"determination": of, "replacement": None, "reasons": "It was not so."}
    assert left_out("correction", withdrawn) == ["AA"]
    turned = {**withdrawn, "replacement": accusing("BB", "")}
    assert left_out("correction", turned) == ["AA", "BB"]
    grounds = {"party": "AA", "grounds": "It was not us."}
    appeal = world.do("case.appeal", party_key("AA"), of, **grounds)
    assert left_out("appeal", {"appeal": appeal, "granted": True, "reasons": "Heard."}) == ["AA"]


def test_a_motion_to_lift_a_remedy_leaves_out_whom_it_binds() -> None:
    world = World(mandate(BY_OTHERS))
    case = world.heard()
    said = remedy(world.determine(case))
    motion = world.carry(case, "remedy", said)
    set_by = world.do("remedy.set", CHAIR, case, motion=motion, proposal=said)
    lifts = {"lifts": set_by, "reasons": "It is done."}
    assert votes_without_the_accused(world, case, "remedy", lifts) == ["AA"]


# ------------------------------------------------------- limits of one body or of one question
def standings(world: World, case: str) -> list[tuple[str, str]]:
    return [(one.deadline, one.standing) for one in world.chamber.view(case).deadlines]


def test_a_limit_of_one_body_begins_there_and_ends_with_the_case_going_up() -> None:
    put = deadline("decide", "motion.put", ("motion.close",), HOUR_S)
    came = deadline("take-up", "case.escalate", ("motion.close",), 2 * HOUR_S)
    limits = (
        replace(put, id="decide-below", body="commission"),
        replace(put, id="decide-above", body="political"),
        replace(came, id="take-up-above", body="political"),
        replace(came, id="take-up-below", body="commission"),
    )
    rules = (rule(K.ESCALATION_ON_DEADLOCK), rule(K.CONSENSUS, id="p", body="political"))
    world = World(mandate(*rules, deadlines=limits))
    case = world.heard()
    motion = world.put(case, "closing", {"reasons": "Done."})
    assert standings(world, case) == [("decide-below", "running")]
    world.vote(motion, dict.fromkeys(ALL_YES, "yes") | {"key/aa": "no"})
    world.do("motion.close", CHAIR, motion, result="deadlocked")
    world.do("case.escalate", CHAIR, case, rule="r1", motion=motion)
    assert standings(world, case) == [("decide-below", "moot"), ("take-up-above", "running")]
    world.put(case, "closing", {"reasons": "Done."}, by="key/premier")
    assert standings(world, case)[2:] == [("decide-above", "running")]


def test_a_limit_of_one_question_runs_for_its_motions_and_no_others() -> None:
    limit = replace(
        deadline("decide", "motion.put", ("motion.close",), HOUR_S), questions=("determination",)
    )
    world = World(mandate(deadlines=(limit,)))
    case = world.heard()
    world.put(case, "closing", {"reasons": "Done."})
    assert standings(world, case) == []
    world.put(case, "determination", determination())
    assert standings(world, case) == [("decide", "running")]


@pytest.mark.parametrize(
    ("questions", "standing"),
    [(("closing",), "met"), (("admission",), "running"), (("closing", "appeal"), "met")],
)
def test_a_limit_from_any_act_that_names_its_question_is_met_by_an_answer_to_it(
    questions: tuple[str, ...], standing: str
) -> None:
    limit = replace(deadline("decide", "case.open", ("motion.close",), HOUR_S), questions=questions)
    world = World(mandate(deadlines=(limit,)))
    case = world.heard()
    world.carry(case, "closing", {"reasons": "Done."})
    assert standings(world, case) == [("decide", standing)]


def test_a_determination_does_not_meet_a_limit_of_remedies() -> None:
    limit = deadline("decide", "case.open", ("determination.record", "remedy.set"), HOUR_S)
    of_remedies = replace(limit, id="remedy-in-time", questions=("remedy",))
    world = World(mandate(deadlines=(limit, of_remedies)))
    case = world.heard()
    world.determine(case)
    assert standings(world, case) == [("decide", "met"), ("remedy-in-time", "running")]


def test_a_body_without_a_quorum_is_late_only_by_a_limit_of_the_question() -> None:
    limit = deadline("decide", "case.open", ("motion.close",), HOUR_S)
    for questions, refused in ((("appeal",), "not_deadlocked"), (("closing",), "")):
        rules = (rule(on_deadlock="escalates"), rule(id="p", body="political"))
        world = World(mandate(*rules, deadlines=(replace(limit, questions=questions),)))
        case = world.heard()
        motion = world.put(case, "closing", {"reasons": "Done."})
        world.vote(motion, {CHAIR: "yes"})
        world.do("motion.close", CHAIR, motion, result="no_quorum")
        world.wait(2 * HOUR_US)
        cited = {"rule": "r1", "motion": motion}
        assert world.attempt("case.escalate", CHAIR, case, **cited) == refused


# --------------------------------------------------------------------------- the deadlines
def kinds(world: World) -> set[str]:
    return {one.kind for one in world.chamber.notices()}


def test_a_notice_says_that_a_limit_passed_a_microsecond_after_its_last() -> None:
    world = World()
    opened_us = world.chamber.view(world.open_case()).line.opened_us
    world.chamber.now_us = opened_us + 48 * HOUR_US
    assert kinds(world) == {"deadline_running"}
    world.chamber.now_us += 1
    assert kinds(world) == {"deadline_passed", "default_to_certify"}


def test_a_passed_deadline_moves_a_case_only_by_a_certified_entry() -> None:
    world = World()
    case = world.open_case()
    world.wait(49 * HOUR_US)
    world.chamber.now_us = world.now_us
    assert kinds(world) == {"deadline_passed", "default_to_certify"}
    name = "commission_determination_s3_s4"
    assert world.refused("case.escalate", CHAIR, case, rule=name) == "not_deadlocked"
    assert world.chamber.view(case).bodies == ("commission",)
    world.do("deadline.certify", CHAIR, case, deadline=name, subject="")
    assert kinds(world) == {"deadline_passed"}
    assert world.chamber.view(case).bodies == ("commission",)
    world.do("case.escalate", CHAIR, case, rule=name)
    assert world.chamber.view(case).bodies == ("commission", "political")


def test_every_deadline_runs_then_passes_or_is_met() -> None:
    world = World()
    case = world.open_case(severity="S1_minor")
    assert {one.deadline for one in world.chamber.view(case).deadlines} == {"determination_s1_s2"}
    world.do("case.notify", REVIEWER, case, party="AA", text="A case is open.")
    world.do("case.notify", REVIEWER, case, party="BB", text="A case is open.")
    world.reply(case, "AA")
    world.wait(12 * HOUR_US)
    world.reply(case, "BB")
    standings = {
        (one.deadline, one.subject): one.standing for one in world.chamber.view(case).deadlines
    }
    assert standings == {
        ("determination_s1_s2", ""): "running",
        ("party_reply", "AA"): "met",
        ("party_reply", "BB"): "met_late",
    }
    assert [one.standing for one in world.chamber.view(case).parties] == [
        "replied",
        "replied_late",
    ]
    kinds = {(one.kind, one.subject) for one in world.chamber.notices(also_met=True)}
    assert kinds == {
        ("deadline_running", ""),
        ("deadline_met", "AA"),
        ("deadline_met_late", "BB"),
    }


def test_a_limit_for_grave_cases_runs_from_the_opening_once_a_case_is_found_grave() -> None:
    world = World()
    case = world.open_case(severity="S1_minor")
    world.wait(HOUR_US)
    world.do("case.assign", REVIEWER, case, to=ANALYST, severity="S4_grave", stage="triage")
    shown = {one.deadline: one for one in world.chamber.view(case).deadlines}
    assert shown["determination_s1_s2"].standing == "moot"
    grave = shown["commission_determination_s3_s4"]
    assert grave.standing == "running"
    assert grave.since_us == world.chamber.view(case).line.opened_us
    assert world.chamber.view(case).line.status == "triage"


@pytest.mark.parametrize(("late_us", "is_in_time"), [(0, True), (1, False)])
def test_the_last_microsecond_of_every_limit_is_in_time(late_us: int, *, is_in_time: bool) -> None:
    def at(world: World, us: int) -> None:
        """Let the next act be signed at an instant."""
        world.now_us = us + late_us - SECOND_US

    world = World()
    case = world.open_case()
    world.do("case.notify", REVIEWER, case, party="AA", text="A case is open.")
    at(world, world.now_us + 12 * HOUR_US)
    world.reply(case, "AA")
    (aa, _) = world.chamber.view(case).parties
    assert aa.standing == ("replied" if is_in_time else "replied_late")
    assert aa.positions[0].late is not is_in_time
    (clock,) = [one for one in world.chamber.view(case).deadlines if one.subject == "AA"]
    assert clock.standing == ("met" if is_in_time else "met_late")

    world = World()
    determined = world.determine(world.heard())
    at(world, world.now_us + 7 * DAY_US)
    said = {"party": "AA", "grounds": "No."}
    refused = world.attempt("case.appeal", party_key("AA"), determined, **said)
    assert refused == ("" if is_in_time else "appeal_late")

    world = World(mandate(rule(K.SILENCE_PROCEDURE, silence_s=3600)))
    case = world.heard()
    motion = world.put(case, "closing", {"reasons": "Done."})
    at(world, world.now_us + HOUR_US)
    refused = world.attempt("deadline.certify", CHAIR, case, deadline="r1", subject=motion)
    assert refused == ("not_passed" if is_in_time else "")


@pytest.mark.parametrize(("early_us", "refused"), [(0, ""), (1, "notice_too_young")])
def test_a_case_is_published_once_the_notice_is_two_hours_old(early_us: int, refused: str) -> None:
    world = World()
    case = world.heard()
    told_us = max(one.notified_us or 0 for one in world.chamber.view(case).parties)
    world.now_us = told_us + 2 * HOUR_US - early_us - SECOND_US
    assert world.attempt("case.publish", REVIEWER, case, tier="public") == refused


def test_a_default_that_does_not_escalate_is_recorded_and_moves_nothing() -> None:
    lasts = deadline("party_reply", "case.notify", ("case.position",), 3600, default="is_heard")
    world = World(mandate(deadlines=(lasts,)))
    case = world.open_case()
    world.do("case.notify", REVIEWER, case, party="AA", text="A case is open.")
    world.wait(2 * HOUR_US)
    act = world.do("deadline.certify", CHAIR, case, deadline="party_reply", subject="AA")
    (shown,) = world.chamber.view(case).deadlines
    assert (shown.certified_by, shown.default) == (act, "is_heard")
    assert world.refused("case.escalate", CHAIR, case, rule="party_reply") == "not_deadlocked"
    assert world.chamber.view(case).parties[0].positions == ()
    assert world.chamber.determinations == ()


def test_a_deadline_that_begins_anew_says_so_of_the_old_one() -> None:
    world = World()
    case = world.open_case()
    for _ in range(2):
        world.do("case.notify", REVIEWER, case, party="AA", text="A case is open.")
    told = [one.standing for one in world.chamber.view(case).deadlines if one.subject == "AA"]
    assert told == ["renewed", "running"]
    kinds = [one.kind for one in world.chamber.notices() if one.subject == "AA"]
    assert kinds == ["deadline_running"]


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        pytest.param("Europe/Kyiv", "2026-03-28T20:00", id="into summer time"),
        pytest.param("Europe/Kyiv", "2026-10-24T20:00", id="out of summer time"),
        pytest.param("Europe/Moscow", "2026-03-28T20:00", id="where no clock changes"),
        pytest.param("America/New_York", "2026-03-07T20:00", id="on another day"),
        pytest.param("Europe/Kyiv", "2028-02-28T20:00", id="into a leap day"),
        pytest.param("Europe/Kyiv", "2028-12-31T20:00", id="into a new year"),
    ],
)  # fmt: skip
def test_twelve_hours_are_twelve_hours_whatever_a_wall_clock_does(zone: str, begins: str) -> None:
    told = datetime.fromisoformat(begins).replace(tzinfo=ZoneInfo(zone))
    world = World(findings={"f:1": facts("f:1")})
    world.now_us = us_of(told) - 2 * SECOND_US
    case = world.open_case(findings=["f:1"])
    world.do("case.notify", REVIEWER, case, party="AA", text="A case is open.")
    (aa, _) = world.chamber.view(case).parties
    assert aa.notified_us == us_of(told)
    due = told.astimezone(UTC) + timedelta(hours=12)
    assert aa.due_us == us_of(due)
    world.chamber.now_us = us_of(due)
    assert world.chamber.view(case).parties[0].standing == "open"
    world.chamber.now_us += 1
    assert world.chamber.view(case).parties[0].standing == "silent"


# --------------------------------------------------------------- evidence and determinations
EXHIBIT: dict[str, Any] = {
    "sha256": "ab" * 32, "title": "A tape", "tier": "originator_controlled", "custody": [],
    "withheld_from": ["AA"], "summary": "Voices at the battery's staff.",
}  # fmt: skip


def with_exhibit(weight: str, **more: Any) -> str:
    """Try a determination on an exhibit that AA may not see; give the rule that refused it."""
    world = World()
    case = world.heard()
    exhibit = world.do("case.evidence", REVIEWER, case, **EXHIBIT, weight=weight)
    world.do("case.notify", REVIEWER, case, party="AA", text="There is a tape. Its summary: ...")
    world.reply(case, "AA")
    proposal = determination(exhibits=[exhibit], **more)
    motion = world.carry(case, "determination", proposal)
    said = {"motion": motion, "proposal": proposal}
    return world.attempt("determination.record", CHAIR, case, **said)


AGAINST_BB = [{"level": "state", "outcome": "responsible", "party": "BB"}]


@pytest.mark.parametrize(
    ("weight", "more", "refused"),
    [
        pytest.param("corroborates_only", {}, "", id="it may stand beside a finding"),
        pytest.param(
            "corroborates_only", {"findings": []}, "withheld_alone", id="it may not stand alone"
        ),
        pytest.param("full", {"findings": []}, "", id="unless its weight is full"),
        pytest.param(
            "not_for_attribution", {}, "withheld_alone", id="it names whom it is hidden from"
        ),
        pytest.param(
            "not_for_attribution", {"levels": AGAINST_BB}, "", id="it names another"
        ),
    ],
)  # fmt: skip
def test_what_weight_evidence_has_that_one_side_may_not_see(
    weight: str, more: dict[str, Any], refused: str
) -> None:
    assert with_exhibit(weight, **more) == refused


def test_what_was_not_admitted_cannot_be_stood_on() -> None:
    world = World()
    case = world.heard()
    exhibit = world.do("case.evidence", REVIEWER, case, **EXHIBIT, weight="full")
    asked = {"exhibit": exhibit, "admitted": False, "reasons": "No custody."}
    world.carry(case, "admission", asked)
    (shown,) = world.chamber.view(case).exhibits
    assert shown.admission == "not_admitted"
    proposal = determination(exhibits=[exhibit])
    motion = world.carry(case, "determination", proposal)
    said = {"motion": motion, "proposal": proposal}
    assert world.refused("determination.record", CHAIR, case, **said) == "unknown_exhibit"


def test_levels_of_attribution_are_kept_apart() -> None:
    world = World()
    world.determine(world.heard())
    (said,) = world.chamber.determinations
    assert [(one.level, one.outcome, one.party) for one in said.levels] == [
        ("launch_area", "responsible", "AA"),
        ("command", "undetermined", ""),
    ]
    twice = determination(levels=AGAINST_BB * 2)
    asked = {"question": "determination", "proposal": twice}
    assert world.refused("motion.put", CHAIR, world.heard(), **asked) == "field"


def test_a_level_names_nobody_outside_the_agreement() -> None:
    world = World()
    case = world.heard()
    stranger = [{"level": "state", "outcome": "responsible", "party": "ZZ"}]
    proposal = determination(levels=stranger)
    motion = world.carry(case, "determination", proposal)
    said = {"motion": motion, "proposal": proposal}
    assert world.refused("determination.record", CHAIR, case, **said) == "unknown_party"


@pytest.mark.parametrize("replacement", [None, determination(severity="S4_grave")])
def test_a_correction_touches_no_other_determination(replacement: dict[str, Any] | None) -> None:
    world = World()
    case = world.heard()
    meant, other = world.determine(case), world.determine(case, severity="S1_minor")
    asked = {"determination": meant, "replacement": replacement, "reasons": "Wrong."}
    motion = world.carry(case, "correction", asked)
    said = {"motion": motion, "proposal": asked}
    right, wrong = "determination.correct", "determination.withdraw"
    if replacement is None:
        right, wrong = wrong, right
    assert world.refused(right, CHAIR, other, **said) == "other_proposal"
    assert world.refused(wrong, CHAIR, meant, **said) == "other_proposal"
    world.do(right, CHAIR, meant, **said)
    standings = [one.standing for one in world.chamber.determinations]
    assert standings[:2] == ["withdrawn" if replacement is None else "corrected", "stands"]


@pytest.mark.parametrize(
    ("kind", "standard", "refused"),
    [
        ("cease_order", "reasonable_grounds_to_believe", ""),
        ("sanction_snapback", "reasonable_grounds_to_believe", "standard"),
        ("sanction_snapback", "balance_of_probabilities", ""),
        ("suspension_of_benefit", "clear_and_convincing", ""),
    ],
)
def test_what_a_remedy_takes_asks_for_its_own_proof(kind: str, standard: str, refused: str) -> None:
    world = World()
    case = world.heard()
    asked = remedy(world.determine(case, standard=standard), kind=kind)
    motion = world.carry(case, "remedy", asked)
    said = {"motion": motion, "proposal": asked}
    assert world.attempt("remedy.set", CHAIR, case, **said) == refused


def test_what_stood_on_a_withdrawn_determination_is_marked_and_runs_on() -> None:
    world = World()
    case = world.heard()
    determined = world.determine(case)
    world.set_remedy(case, determined)
    asked = {"determination": determined, "replacement": None, "reasons": "Forged."}
    motion = world.carry(case, "correction", asked)
    world.do("determination.withdraw", CHAIR, determined, motion=motion, proposal=asked)
    (shown,) = world.chamber.view(case).remedies
    assert (shown.remedy.standing, shown.stood_on) == ("running", "withdrawn")
    assert "stood_on_corrected" in {one.kind for one in world.chamber.notices()}
    (said,) = world.chamber.determinations
    assert (said.standing, said.replaced_by) == ("withdrawn", None)
    (correction,) = world.chamber.view(case).corrections
    assert {one.field: one.new for one in correction.differences}["severity"] is None


@pytest.mark.parametrize(
    ("result", "findings", "wait_us", "refused"),
    [
        pytest.param("not_kept", ["f:later"], 0, "", id="a breach of its clause since it was set"),
        pytest.param("not_kept", ["f:1"], 0, "monitoring", id="a breach from before"),
        pytest.param("not_kept", ["f:other"], 0, "monitoring", id="of another clause"),
        pytest.param("not_kept", [], 5 * DAY_US, "monitoring", id="by nothing but time"),
        pytest.param("kept", ["f:kept"], 0, "", id="the monitoring saw it kept"),
        pytest.param("kept", [], 5 * DAY_US, "monitoring", id="silence is not peace"),
        pytest.param("kept", ["f:kept", "f:later"], 0, "monitoring", id="kept, and breached"),
        pytest.param("undecided", [], 0, "", id="nobody could see"),
    ],
)
def test_a_follow_up_says_what_the_monitoring_says(
    result: str, findings: list[str], wait_us: int, refused: str
) -> None:
    world = World()
    case = world.heard()
    set_ = world.set_remedy(case, world.determine(case))
    world.wait(wait_us)
    said = {"result": result, "findings": findings}
    assert world.attempt("remedy.follow_up", REVIEWER, set_, **said) == refused
    (shown,) = world.chamber.remedies
    assert shown.standing == ("running" if refused else result)


def test_before_its_time_is_over_an_exhibit_does_not_show_that_a_remedy_is_not_kept() -> None:
    world = World()
    case = world.heard()
    set_ = world.set_remedy(case, world.determine(case), kind="apology", clauses=[])
    paper = {"sha256": "ab" * 32, "title": "Their gazette", "tier": "public", "custody": []}
    exhibit = world.do("case.evidence", REVIEWER, case, **paper)
    said = {"result": "not_kept", "findings": [], "exhibits": [exhibit]}
    assert world.refused("remedy.follow_up", REVIEWER, set_, **said) == "monitoring"
    world.now_us = world.chamber.remedies[0].due_us
    world.do("remedy.follow_up", REVIEWER, set_, **said)


def test_a_motion_lifts_the_remedy_that_it_names_and_sets_none() -> None:
    world = World()
    case = world.heard()
    determined = world.determine(case)
    meant, other = world.set_remedy(case, determined), world.set_remedy(case, determined)
    asked = {"lifts": meant, "reasons": "It is over."}
    said = {"motion": world.carry(case, "remedy", asked), "proposal": asked}
    assert world.refused("remedy.lift", CHAIR, other, **said) == "other_proposal"
    assert world.refused("remedy.set", CHAIR, case, **said) == "other_proposal"
    world.do("remedy.lift", CHAIR, meant, **said)
    assert [one.standing for one in world.chamber.remedies] == ["lifted", "running"]


def test_a_remedy_is_due_after_it_is_set_and_stands_on_what_stands() -> None:
    world = World()
    case = world.heard()
    determined = world.determine(case)
    asked = remedy(determined, due_us=world.now_us + HOUR_US)
    said = {"motion": world.carry(case, "remedy", asked), "proposal": asked}
    world.now_us = asked["due_us"] - SECOND_US  # it would be set at the instant it is due
    assert world.refused("remedy.set", CHAIR, case, **said) == "due_in_the_past"
    later = remedy(determined, due_us=world.now_us + DAY_US)
    late = {"motion": world.carry(case, "remedy", later), "proposal": later}
    taken_back = {"determination": determined, "replacement": None, "reasons": "Wrong."}
    motion = world.carry(case, "correction", taken_back)
    world.do("determination.withdraw", CHAIR, determined, motion=motion, proposal=taken_back)
    assert world.refused("remedy.set", CHAIR, case, **late) == "not_standing"


def test_a_remedy_that_is_due_asks_to_be_followed_up() -> None:
    world = World()
    case = world.heard()
    set_ = world.set_remedy(case, world.determine(case))
    due_us = world.chamber.remedies[0].due_us
    world.chamber.now_us = due_us
    assert "remedy_to_follow_up" not in {one.kind for one in world.chamber.notices()}
    world.chamber.now_us = due_us + 1
    asked = [one.subject for one in world.chamber.notices() if one.kind == "remedy_to_follow_up"]
    assert asked == [set_]


def test_a_granted_appeal_opens_the_way_and_decides_nothing() -> None:
    world = World()
    case = world.heard()
    determined = world.determine(case)
    said = {"party": "AA", "grounds": "No."}
    appeal = world.do("case.appeal", party_key("AA"), determined, **said)
    world.carry(case, "appeal", {"appeal": appeal, "granted": True, "reasons": "Rightly."})
    view = world.chamber.view(case)
    assert [one.standing for one in view.appeals] == ["granted"]
    assert [one.standing for one in view.determinations] == ["stands"]


def test_a_closed_case_is_opened_again_with_what_is_new() -> None:
    world = World()
    case = world.heard()
    motion = world.carry(case, "closing", {"reasons": "Done."})
    world.do("case.close", CHAIR, case, motion=motion)
    assert world.chamber.view(case).line.status == "closed"
    assert world.chamber.notices() == ()
    world.do("case.reopen", REVIEWER, case, reasons="A new finding.", findings=["f:later"])
    view = world.chamber.view(case)
    assert view.line.status == "reopened"
    assert view.findings == ("f:1", "f:2", "f:later")


# ------------------------------------------------------------------- hats, patterns, hotline
def test_one_state_may_wear_every_hat_and_everybody_sees_it() -> None:
    world = World(mirrors=Holders(states=("AA", "CC"), all_known=True))
    case = world.open_case()
    shown = {one.state: one for one in world.chamber.view(case).hats}
    cc = shown["CC"]
    assert (cc.is_party, cc.owns_sensors, cc.keeps_mirror, cc.judges, cc.guarantees) == (
        False, True, True, ("cc",), True,
    )  # fmt: skip
    assert cc.count == 4
    assert (shown["AA"].count, shown["BB"].count, shown["DD"].count) == (3, 2, 1)
    world.do("case.recuse", "key/cc", case, scope="seat", reasons="We own the sensors.")
    cc = {one.state: one for one in world.chamber.view(case).hats}["CC"]
    assert (cc.judges, cc.recused, cc.count) == ((), ("cc",), 3)


def test_whose_a_sensor_or_a_mirror_is_may_not_be_known_and_is_said_so() -> None:
    findings = {"f:1": facts("f:1", owners=("CC",), owners_known=False)}
    world = World(findings=findings, mirrors=Holders(states=("AA",), all_known=False))
    case = world.open_case(findings=["f:1"])
    shown = {one.state: one for one in world.chamber.view(case).hats}
    assert (shown["CC"].owns_sensors, shown["CC"].keeps_mirror) == (True, None)
    assert (shown["AA"].owns_sensors, shown["AA"].keeps_mirror) == (None, True)
    assert (shown["DD"].owns_sensors, shown["DD"].keeps_mirror, shown["DD"].count) == (
        None,
        None,
        1,
    )


def test_a_case_without_findings_stands_on_nobodys_sensors() -> None:
    world = World()
    case = world.open_case(findings=[], claim="They fired.")
    assert {one.owns_sensors for one in world.chamber.view(case).hats} == {False}


# ------------------------------------------------------------------ what late data revised
def test_a_case_on_a_revised_finding_is_kept_and_says_so() -> None:
    findings = dict(FINDINGS) | {"f:1": facts("f:1", superseded_by=("f:1b",))}
    world = World(findings=findings)
    case = world.open_case()
    assert world.chamber.view(case).revised == (
        RevisedFinding(finding="f:1", in_place=("f:1b",), determinations=()),
    )
    told = [one for one in world.chamber.notices() if one.kind == "finding_revised"]
    assert [(one.case, one.subject, one.due_us) for one in told] == [(case, "f:1", None)]


def test_a_determination_on_a_withdrawn_finding_stands_and_is_marked() -> None:
    findings = dict(FINDINGS)
    world = World(findings=findings)
    case = world.heard()
    decided = world.determine(case)
    assert world.chamber.view(case).revised == ()
    findings["f:1"] = facts("f:1", superseded_by=())
    shown = world.chamber.view(case)
    assert shown.revised == (RevisedFinding(finding="f:1", in_place=(), determinations=(decided,)),)
    assert [one.standing for one in shown.determinations] == ["stands"]
    assert world.chamber.refused == []


def test_cases_that_share_a_place_are_a_pattern_of_all_of_them() -> None:
    findings = {
        f"f:{day}": facts(f"f:{day}", START_US + day * DAY_US, unit_area="", cell="one")
        for day in (0, 5, 14, 40)
    } | {"f:far": facts("f:far", cell="two", unit_area="")}
    world = World(findings=findings)
    cases = [world.open_case(findings=[name]) for name in findings]
    (shared,) = world.chamber.view(cases[0]).patterns
    assert (shared.by, shared.key, shared.cases) == ("place", "one", tuple(cases[:4]))
    assert (shared.most_in_window, shared.recurrence) == (3, "R1_repeated")
    assert world.chamber.view(cases[4]).patterns == ()


@pytest.mark.parametrize(
    ("count", "word"),
    [(0, "R0_isolated"), (1, "R0_isolated"), (2, "R1_repeated"), (3, "R1_repeated"),
     (4, "R2_pattern"), (9, "R2_pattern"), (10, "R3_campaign"), (99, "R3_campaign")],
)  # fmt: skip
def test_how_often_is_what(count: int, word: str) -> None:
    assert recurrence(count) == word


def test_both_ends_of_the_window_lie_in_it() -> None:
    assert most_in_window([0, 14 * DAY_US]) == 2
    assert most_in_window([0, 14 * DAY_US + 1]) == 1
    assert pattern("place", "x", []).most_in_window == 0


def test_a_link_stands_on_both_cases() -> None:
    world = World()
    one, other = world.open_case(), world.open_case()
    world.do("case.link", ANALYST, one, other=other, by="order", why="The same order.")
    assert [link.other for link in world.chamber.view(one).links] == [other]
    assert [link.other for link in world.chamber.view(other).links] == [one]


def test_a_call_is_logged_for_all_and_its_acknowledgement_is_timed() -> None:
    world = World()
    call = world.do("hotline.call", party_key("AA"), from_state="AA", to="BB", text="Cease.")
    said = {"text": "Heard."}
    assert world.refused("hotline.ack", party_key("AA"), call, **said) == "not_yours"
    world.wait(5 * MINUTE_US)
    world.chamber.now_us = world.now_us + SECOND_US
    (shown,) = world.chamber.outside_deadlines()
    assert (shown.deadline, shown.standing) == ("hotline_ack", "passed")
    world.do("hotline.ack", "key/bb", call, **said)
    (shown,) = world.chamber.outside_deadlines()
    assert shown.standing == "met_late"
    assert world.chamber.calls[0].acknowledged_by == "key/bb"


def test_a_party_calls_in_no_name_but_its_own() -> None:
    world = World()
    said = {"from_state": "AA", "to": "BB", "text": "Cease."}
    assert world.refused("hotline.call", party_key("BB"), **said) == "not_yours"
    assert world.refused("hotline.call", REVIEWER, **said) == "not_yours"
    world.do("hotline.call", REVIEWER, from_state="", to="BB", text="Cease.")


def test_a_return_fire_order_shows_whether_the_hotline_was_tried_first() -> None:
    world = World()
    call = world.do("hotline.call", party_key("AA"), from_state="AA", to="BB", text="Cease.")
    said = {"party": "AA", "ordered_by": "General staff", "text": "We return fire."}
    world.do("hotline.return_fire_order", party_key("AA"), **said)
    world.do("hotline.return_fire_order", party_key("AA"), **said, call=call)
    theirs = {**said, "party": "BB", "call": call}
    world.do("hotline.return_fire_order", party_key("BB"), **theirs)
    world.do("hotline.ack", party_key("BB"), call)
    world.do("hotline.return_fire_order", party_key("AA"), **said, call=call)
    shown = [(one.tried_first, one.acknowledged_first) for one in world.chamber.return_fire]
    assert shown == [(False, False), (True, False), (False, False), (True, True)]


def test_what_nobody_reported_of_a_corridor_is_not_held() -> None:
    breach = facts("f:breach", START_US + 90 * MINUTE_US)
    world = World(findings={"f:breach": breach})
    windows = [
        world.do(
            "window.open", REVIEWER, kind="corridor", place="east", purpose="Aid.",
            from_us=START_US + n * HOUR_US, until_us=START_US + (n + 1) * HOUR_US,
            agreed_by=list(PARTIES),
        )
        for n in range(4)
    ]  # fmt: skip
    early = {"result": "held", "findings": []}
    assert world.refused("window.close", REVIEWER, windows[3], **early) == "monitoring"
    world.wait(5 * HOUR_US)
    world.do("window.close", REVIEWER, windows[0], result="held", findings=[])
    assert world.refused("window.close", REVIEWER, windows[1], **early | {
        "findings": ["f:breach"]
    }) == "monitoring"  # fmt: skip
    world.do("window.close", REVIEWER, windows[1], result="broken", findings=["f:breach"])
    world.do("window.close", REVIEWER, windows[2], result="cancelled", findings=[])
    shown = world.chamber.uptime("east")
    assert (shown.planned_s, shown.held_s, shown.broken_s, shown.unknown_s) == (
        4 * 3600, 5400, 1800 + 3600, 3600,
    )  # fmt: skip
    assert world.chamber.uptime("west").planned_s == 0


def test_the_board_tells_who_works_on_what_and_what_is_due_next() -> None:
    world = World(warnings={"commission": ("r1",)})
    case = world.open_case()
    world.do("case.assign", REVIEWER, case, to=ANALYST)
    world.do("case.handover", ANALYST, case, to="key/night", note="The crater is not yet dated.")
    (line,) = world.chamber.board()
    assert (line.assigned_to, line.passed, line.warned) == ("key/night", 0, True)
    assert line.next_due_us == line.opened_us + 48 * HOUR_US
    world.chamber.now_us = line.opened_us + 48 * HOUR_US + 1
    (line,) = world.chamber.board()
    assert (line.next_due_us, line.passed) == (None, 1)
