"""The words that the tables of a mandate may use, and what holds where the text says nothing.

The lists and the lengths are the domain vocabulary's own (body_level, decision_rule, deadlines,
proof_to_consequence). A default never moves anything: it has no article, and only notifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from truceline.records.mandate import DecisionRule, StandardOfProof

LEVELS = (
    "liaison_team",
    "sector_team",
    "area_joint_committee",
    "joint_military_commission",
    "special_commission",
    "political_level",
)
ANY = "any"
QUESTIONS = (
    "declaration",
    "admission",
    "determination",
    "remedy",
    "appeal",
    "correction",
    "closing",
    ANY,
)
ON_TIE = ("fails", "chair", "escalates")
LEAVES_OUT = ("parties", "accused")
COUNTED_OF = ("votes_cast", "all_seats")
ON_DEADLOCK = ("nothing", "escalates", "expert_panel")
EXPERTS = "experts"  # the group of the seats whose finding stands where a rule says expert_panel

# What a kind of rule says of a deadlock by its own name; the others say what the text says.
DEADLOCK_OF_KIND: Mapping[DecisionRule, str] = {
    DecisionRule.ESCALATION_ON_DEADLOCK: "escalates",
    DecisionRule.EXPERT_PANEL_DEFAULT: "expert_panel",
}

# First words of the names of acts; what follows the point is for the room that knows the act.
ACT_FAMILIES = (
    "activation",
    "breach",
    "case",
    "clock",
    "commitment",
    "consultation",
    "deadline",
    "decision",
    "determination",
    "evidence",
    "hotline",
    "motion",
    "pledge",
    "procedure",
    "remedy",
    "response",
    "sanction",
    "seat",
    "vote",
    "window",
)


class Limit(NamedTuple):
    """A time limit of the vocabulary: from which act, to which, how many seconds."""

    runs_from: str
    ends_with: tuple[str, ...]
    lasts_s: int


MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400

# Those of the vocabulary's deadlines that run from one act to another. Bulletins, the cut-off of
# the daily report, a preliminary finding and the withdrawal of weapons are no acts of a body, so
# they stand elsewhere.
DEFAULT_DEADLINES: Mapping[str, Limit] = {
    "hotline_ack": Limit("hotline.call", ("hotline.ack",), 5 * MINUTE_S),
    "triage_s3_s4": Limit("case.open", ("case.assign",), 30 * MINUTE_S),
    "party_notice_before_publication": Limit("case.notify", ("case.publish",), 2 * HOUR_S),
    "party_reply": Limit("case.notify", ("case.position",), 12 * HOUR_S),
    "guarantor_consultation": Limit("breach.declare", ("consultation.convene",), 24 * HOUR_S),
    "commission_determination_s3_s4": Limit("case.open", ("determination.record",), 48 * HOUR_S),
    "coordinated_response_decision": Limit("breach.declare", ("decision.state",), 72 * HOUR_S),
    "determination_s1_s2": Limit("case.open", ("determination.record",), 7 * DAY_S),
    "site_visit_access": Limit("case.request", ("case.answer",), 24 * HOUR_S),
    "remedy_rectification": Limit("remedy.set", ("remedy.follow_up",), 48 * HOUR_S),
    "remedy_report": Limit("remedy.set", ("remedy.follow_up",), 14 * DAY_S),
    "appeal": Limit("determination.record", ("case.appeal",), 7 * DAY_S),
}

DEFAULT_STANDARDS: Mapping[str, StandardOfProof] = {
    "hotline_or_warning": StandardOfProof.REASONABLE_SUSPICION,
    "public_finding_and_remedy": StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE,
    "suspension_of_benefit_or_snapback": StandardOfProof.BALANCE_OF_PROBABILITIES,
    "activation_for_armed_attack": StandardOfProof.CLEAR_AND_CONVINCING,
}
