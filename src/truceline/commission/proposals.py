"""What a motion may propose: one table of fields for each kind of question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from truceline.commission.fields import (
    CLAIM,
    CODE,
    FLAG,
    ID,
    IDS,
    INSTANT,
    TEXT,
    Field,
    complaint,
    optional,
    word,
)
from truceline.records.canonical import Json
from truceline.records.determination import (
    ATTRIBUTION_LEVELS,
    ATTRIBUTION_OUTCOMES,
    SEVERITIES,
)
from truceline.records.mandate import StandardOfProof

PROPOSAL = "proposal"
QUESTIONS = (
    "declaration",
    "admission",
    "determination",
    "remedy",
    "appeal",
    "correction",
    "closing",
)
CONSEQUENCES = (
    "hotline_or_warning",
    "public_finding_and_remedy",
    "suspension_of_benefit_or_snapback",
    "activation_for_armed_attack",
)
REMEDIES = (
    "apology",
    "assurance_of_non_repetition",
    "cease_order",
    "withdrawal_order",
    "restore_status_quo_ante",
    "disciplinary_action_and_report",
    "access_grant",
    "joint_inspection",
    "declaration_of_holdings",
    "repair_support",
    "compensation_referral",
    "extra_sensors",
    "no_fly_extension",
    "buffer_extension",
    "suspension_of_benefit",
    "escrow_hold",
    "sanction_snapback",
    "public_censure",
    "referral_to_guarantors",
    "referral_unsc",
    "referral_icc_or_prosecutor",
    "termination_right",
)
# Rules that can refuse what records a determination.
DETERMINED = (
    "case_closed",
    "motion_not_carried",
    "other_proposal",
    "motion_used",
    "party_not_notified",
    "reply_open",
    "standard",
    "unknown_finding",
    "unknown_exhibit",
    "unknown_party",
    "withheld_alone",
    "summary_not_put",
)

_REASONS = Field(kind=TEXT, meaning="why")
_DETERMINATION = Field(kind=ID, meaning="id of the determination")

LEVEL: Mapping[str, Field] = MappingProxyType(
    {
        "level": Field(kind=word(*ATTRIBUTION_LEVELS), meaning="level of attribution"),
        "outcome": Field(kind=word(*ATTRIBUTION_OUTCOMES), meaning="what is said at that level"),
        "party": Field(kind=CODE, meaning="code of the party named; empty for none"),
    }
)

PROPOSALS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "determination": {
            "clauses": Field(kind=IDS, meaning="ids of the clauses breached; empty for none"),
            "findings": Field(kind=IDS, meaning="ids of the findings that it stands on"),
            "exhibits": Field(kind=IDS, meaning="ids of the exhibits that it stands on"),
            "severity": Field(kind=word(*SEVERITIES), meaning="how grave"),
            "began_us": Field(kind=INSTANT, meaning="earliest instant of the breach"),
            "ended_us": Field(kind=INSTANT, meaning="latest instant of its beginning"),
            "levels": Field(kind="levels", meaning="level, outcome and party, each level once"),
            "standard": Field(
                kind=word(*(one.value for one in StandardOfProof)),
                meaning="standard of proof that the body says is met",
            ),
            "consequence": Field(
                kind=word(*CONSEQUENCES), meaning="the gravest consequence that it is to carry"
            ),
            "reasons": _REASONS,
        },
        "remedy": {
            "determination": optional(ID, "id of the determination that it follows"),
            "kind": optional(word(*REMEDIES), "which remedy"),
            "addressee": optional(CODE, "code of the party that has to act"),
            "due_us": optional(INSTANT, "until when"),
            "clauses": optional(IDS, "ids of the clauses that its follow-up looks at"),
            "proportionality": optional(TEXT, "why it is no more than is needed"),
            "lifts": optional(ID, "id of the remedy that is lifted; then only reasons beside it"),
            "reasons": _REASONS,
        },
        "appeal": {
            "appeal": Field(kind=ID, meaning="id of the appeal"),
            "granted": Field(kind=FLAG, meaning="whether it is granted"),
            "reasons": _REASONS,
        },
        "correction": {
            "determination": _DETERMINATION,
            "replacement": Field(
                kind="determination", meaning="what takes its place; null: it is withdrawn"
            ),
            "reasons": _REASONS,
        },
        "closing": {"reasons": _REASONS},
        "declaration": {
            "began_us": Field(kind=INSTANT, meaning="earliest instant that is declared"),
            "ended_us": Field(kind=INSTANT, meaning="latest instant that is declared"),
            "findings": Field(kind=IDS, meaning="ids of the findings that prove it"),
            "determination": optional(CLAIM, "id of the determination that it follows"),
            "reasons": _REASONS,
        },
        "admission": {
            "exhibit": Field(kind=ID, meaning="id of the exhibit"),
            "admitted": Field(kind=FLAG, meaning="whether it is admitted"),
            "reasons": _REASONS,
        },
    }
)
SETS_A_REMEDY = ("determination", "kind", "addressee", "due_us", "clauses", "proportionality")


def proposal_complaint(question: str, proposal: Json) -> str:
    """Say what is wrong with the form of a proposal; nothing if it is whole."""
    if not isinstance(proposal, dict):
        return "proposal must be a table"
    wrong = complaint(PROPOSALS[question], proposal)
    if wrong:
        return f"proposal: {wrong}"
    asks_more = MORE.get(question)
    return asks_more(proposal) if asks_more else ""


def _interval_complaint(proposal: Mapping[str, Json]) -> str:
    began, ended = proposal["began_us"], proposal["ended_us"]
    if isinstance(began, int) and isinstance(ended, int) and ended < began:
        return f"proposal: ended_us {ended} is before began_us {began}"
    return ""


def _determination_complaint(proposal: Mapping[str, Json]) -> str:
    seen: set[str] = set()
    levels = proposal["levels"]
    for one in levels if isinstance(levels, list) else []:
        wrong = complaint(LEVEL, one) if isinstance(one, dict) else "a level must be a table"
        if wrong:
            return f"proposal: levels: {wrong}"
        level = str(one["level"]) if isinstance(one, dict) else ""
        if level in seen:
            return f"proposal: levels: {level} stands twice"
        seen.add(level)
    if not seen:
        return "proposal: levels: there is none"
    return _interval_complaint(proposal)


def _remedy_complaint(proposal: Mapping[str, Json]) -> str:
    given = [name for name in SETS_A_REMEDY if name in proposal]
    if "lifts" in proposal:
        return f"proposal: lifts stands beside {given[0]}" if given else ""
    missing = [name for name in SETS_A_REMEDY if name not in proposal]
    return f"proposal: {missing[0]} is missing" if missing else ""


def _correction_complaint(proposal: Mapping[str, Json]) -> str:
    replacement = proposal["replacement"]
    return "" if replacement is None else proposal_complaint("determination", replacement)


# What the fields of a proposal must be together.
MORE: Mapping[str, Callable[[Mapping[str, Json]], str]] = MappingProxyType(
    {
        "determination": _determination_complaint,
        "remedy": _remedy_complaint,
        "correction": _correction_complaint,
        "declaration": _interval_complaint,
    }
)
