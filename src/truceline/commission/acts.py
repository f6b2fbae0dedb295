"""Every act that a commission knows: its fields, who may sign it, and what it means.

One table, `ACTS`. The command line, the pages and docs/reference/case.md are made from it, and the
fold checks every act against it before any rule of the case is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from truceline.commission.fields import (
    CLAIM,
    CODE,
    CODES,
    FLAG,
    HASH,
    ID,
    IDS,
    INSTANT,
    SHORT,
    TEXT,
    Field,
    complaint,
    optional,
    word,
)
from truceline.commission.proposals import DETERMINED, PROPOSAL, QUESTIONS, proposal_complaint
from truceline.records.canonical import Json
from truceline.records.determination import SEVERITIES
from truceline.records.permission import DISCLOSURE_TIERS

STAGES = ("triage", "verification", "classified", "under_review")
STANCES = ("accepts", "accepts_in_part", "disputes", "no_comment")
REQUESTS = ("clarification", "access", "inspection")
ANSWERS = ("given", "given_in_part", "refused")
VOTES = ("yes", "no", "abstain")
# How a body may use what one side cannot see.
WEIGHTS = ("corroborates_only", "not_for_attribution", "full")
FOLLOW_UPS = ("kept", "not_kept", "undecided")
PATTERN_LINKS = ("place", "unit_area", "order", "recurrence")
RESULTS = ("carried", "not_carried", "deadlocked", "no_quorum")

# The words of `ActSpec.who`. Whoever fits one of them may sign.
WHO: Mapping[str, str] = MappingProxyType(
    {
        "chair": "who acts for the seat that chairs the case's body",
        "seat": "who acts for a seat of the case's body, with or without a vote",
        "voter": "who acts for a voting seat of the case's body, or one of the experts that it "
        "asks, that is not recused",
        "holder": "the holder of the seat that the act names",
        "party": "who has the role party for the party that the act names or concerns",
        "addressee": "who has the role party, or a seat, for the state that was asked or called",
        "reviewer": "who has the role reviewer",
        "analyst": "who has the role analyst",
        "appointer": "the key that the seat's entry in the agreement names as `appointed_by`",
        "certifier": "the chair of the body that the deadline's `certified_by` names; for a "
        "motion the chair of its body or, for the experts' default, one of the experts",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSpec:
    """What an act is.

    Attributes:
        meaning: What it does, as a sentence.
        about: What `Act.about` must be the id of: "case", "motion", "determination", "remedy",
            "request", "call", "window"; "" where the act opens something new and `about` is empty.
        fields: The fields of `Act.detail`.
        who: Words of `WHO`; one that fits is enough.
        refused_by: Rules that can refuse it, besides those that hold for every act.
    """

    meaning: str
    about: str
    fields: Mapping[str, Field]
    who: tuple[str, ...]
    refused_by: tuple[str, ...] = ()


# Rules that can refuse any act: keys of `refusal.` in the word files.
EVERY_ACT = ("disputed", "unknown_act", "field", "unknown_subject", "not_yours")

_BODY_WORK = ("reviewer", "seat")
_SEAT = optional(SHORT, "id of the seat, where the key may act for more than one")
_MOTION = Field(kind=ID, meaning="id of the motion that carried it")
_OUTCOME = Field(kind=PROPOSAL, meaning="the proposal, exactly as the motion put it")
_REASONS = Field(kind=TEXT, meaning="why")

ACTS: Mapping[str, ActSpec] = MappingProxyType(
    {
        # ------------------------------------------------------------------------- the case
        "case.open": ActSpec(
            meaning="Opens a case from findings, or from a party's claim; its id is this act's.",
            about="",
            fields={
                "title": Field(kind=SHORT, meaning="what it is about, in a line"),
                "body": Field(kind=SHORT, meaning="id of the body that is to decide"),
                "findings": Field(kind=IDS, meaning="ids of the findings; may be empty"),
                "claim": optional(CLAIM, "a party's claim, where there is no finding"),
                "concerns": Field(kind=CODES, meaning="codes of the parties that must be heard"),
                "severity": optional(word(*SEVERITIES), "severity at intake, where it is known"),
            },
            who=("reviewer", "seat", "party"),
            refused_by=("unknown_body", "unknown_party", "unknown_finding", "nothing_to_review"),
        ),
        "case.assign": ActSpec(
            meaning="Gives the case to somebody to work on, and says at which stage it is.",
            about="case",
            fields={
                "to": Field(kind=SHORT, meaning="name of the key that works on it from now on"),
                "stage": optional(word(*STAGES), "the stage that it has reached"),
                "severity": optional(word(*SEVERITIES), "severity as classified"),
                "note": optional(TEXT, "what the next one needs to know"),
            },
            who=("reviewer", "chair"),
            refused_by=("case_closed",),
        ),
        "case.handover": ActSpec(
            meaning="Whoever works on the case hands it to the next shift.",
            about="case",
            fields={
                "to": Field(kind=SHORT, meaning="name of the key that takes over"),
                "note": Field(kind=TEXT, meaning="what is done, what is open, what is due"),
            },
            who=("reviewer", "analyst", "seat"),
            refused_by=("case_closed", "not_assigned"),
        ),
        "case.notify": ActSpec(
            meaning="Tells a party of the case, before anything of it is published.",
            about="case",
            fields={
                "party": Field(kind=CODE, meaning="code of the party that is told"),
                "text": Field(kind=TEXT, meaning="the notice itself"),
            },
            who=("reviewer", "chair"),
            refused_by=("case_closed", "unknown_party"),
        ),
        "case.position": ActSpec(
            meaning="A party's position. The last one holds, all are kept, a late one says so.",
            about="case",
            fields={
                "party": Field(kind=CODE, meaning="code of the party whose position it is"),
                "stance": Field(kind=word(*STANCES), meaning="what it says to the case"),
                "text": Field(kind=TEXT, meaning="the position itself"),
            },
            who=("party",),
            refused_by=("case_closed", "unknown_party"),
        ),
        "case.request": ActSpec(
            meaning="Asks a state for a clarification, for access, or for an inspection.",
            about="case",
            fields={
                "what": Field(kind=word(*REQUESTS), meaning="what is asked for"),
                "to": Field(kind=CODE, meaning="code of the state that is asked"),
                "text": Field(kind=TEXT, meaning="the request itself"),
            },
            who=_BODY_WORK,
            refused_by=("case_closed", "unknown_state"),
        ),
        "case.answer": ActSpec(
            meaning="Answers a request.",
            about="request",
            fields={
                "answer": Field(kind=word(*ANSWERS), meaning="whether it is given"),
                "text": Field(kind=TEXT, meaning="the answer itself"),
            },
            who=("addressee",),
            refused_by=("case_closed",),
        ),
        "case.evidence": ActSpec(
            meaning="Puts an exhibit on the case. Where one side may not see it, that side gets a "
            "summary that it may answer, and a rule says what weight it may have.",
            about="case",
            fields={
                "sha256": Field(kind=HASH, meaning="hash of the original in the evidence room"),
                "title": Field(kind=SHORT, meaning="what it is"),
                "tier": Field(kind=word(*DISCLOSURE_TIERS), meaning="who may see it"),
                "custody": Field(kind=IDS, meaning="ids of its entries of custody, in order"),
                "withheld_from": optional(CODES, "codes of the parties that may not see it"),
                "summary": optional(TEXT, "what those parties are told of it"),
                "weight": optional(word(*WEIGHTS), "what weight it may have, unseen by a side"),
            },
            who=("reviewer", "analyst", "seat", "party"),
            refused_by=("case_closed", "unknown_party", "withheld_without_summary"),
        ),
        "case.deliberate": ActSpec(
            meaning="The chair opens the deliberation.",
            about="case",
            fields={"note": optional(TEXT, "what is to be deliberated")},
            who=("chair",),
            refused_by=("case_closed", "party_not_notified"),
        ),
        "case.recuse": ActSpec(
            meaning="A seat, or only its holder, steps aside from one case.",
            about="case",
            fields={
                "seat": _SEAT,
                "scope": Field(
                    kind=word("seat", "holder"),
                    meaning="seat: it neither votes nor counts; holder: an alternate acts for it",
                ),
                "reasons": _REASONS,
            },
            who=("holder",),
            refused_by=("case_closed", "which_seat"),
        ),
        "case.conflict": ActSpec(
            meaning="Declares an interest in the case. It is shown, and forbids nothing.",
            about="case",
            fields={"seat": _SEAT, "interest": Field(kind=TEXT, meaning="the interest")},
            who=("seat",),
            refused_by=("case_closed", "which_seat"),
        ),
        "case.publish": ActSpec(
            meaning="Publishes the case up to a tier of disclosure.",
            about="case",
            fields={
                "tier": Field(kind=word(*DISCLOSURE_TIERS), meaning="up to which tier"),
                "note": optional(TEXT, "what is published"),
            },
            who=("reviewer", "chair"),
            refused_by=("party_not_notified", "notice_too_young"),
        ),
        "case.escalate": ActSpec(
            meaning="Hands a case that the body could not decide to the body above it.",
            about="case",
            fields={
                "rule": Field(kind=SHORT, meaning="id of the rule, or of the deadline, it follows"),
                "motion": optional(ID, "id of the motion that was not decided"),
            },
            who=("chair", "seat"),
            refused_by=("case_closed", "not_deadlocked", "nowhere_to_escalate"),
        ),
        "case.close": ActSpec(
            meaning="Closes the case, on a carried motion.",
            about="case",
            fields={"motion": _MOTION},
            who=("chair",),
            refused_by=("case_closed", "motion_not_carried", "remedy_running", "appeal_open"),
        ),
        "case.reopen": ActSpec(
            meaning="Opens a closed case again.",
            about="case",
            fields={
                "reasons": _REASONS,
                "findings": optional(IDS, "ids of new findings"),
            },
            who=_BODY_WORK,
            refused_by=("case_open", "unknown_finding"),
        ),
        "case.link": ActSpec(
            meaning="Says that two cases belong together.",
            about="case",
            fields={
                "other": Field(kind=ID, meaning="id of the other case"),
                "by": Field(kind=word(*PATTERN_LINKS), meaning="what they share"),
                "why": Field(kind=TEXT, meaning="why"),
            },
            who=("analyst", "reviewer", "seat"),
            refused_by=("unknown_subject", "same_case"),
        ),
        "case.appeal": ActSpec(
            meaning="A party that the case concerns appeals against a determination.",
            about="determination",
            fields={
                "party": Field(kind=CODE, meaning="code of the party that appeals"),
                "grounds": Field(kind=TEXT, meaning="the grounds"),
            },
            who=("party",),
            refused_by=("unknown_party", "not_standing", "appeal_late"),
        ),
        # ----------------------------------------------------------------- motions and votes
        "motion.put": ActSpec(
            meaning="Puts a question to the body, with the full proposal.",
            about="case",
            fields={
                "question": Field(kind=word(*QUESTIONS), meaning="what kind of question"),
                "proposal": Field(kind=PROPOSAL, meaning="what is to be decided, in full"),
            },
            who=("seat", "chair"),
            refused_by=("case_closed", "recused", "proposal", "no_rule"),
        ),
        "motion.end_sealing": ActSpec(
            meaning="The chair ends the sealing before every seat has sealed; opening begins.",
            about="motion",
            fields={"note": optional(TEXT, "why")},
            who=("chair",),
            refused_by=("motion_closed", "not_sealing", "sealing_too_short"),
        ),
        "motion.close": ActSpec(
            meaning="The chair records the result. The fold computes it, and refuses another.",
            about="motion",
            fields={"result": Field(kind=word(*RESULTS), meaning="what the votes say")},
            who=("chair",),
            refused_by=(
                "motion_closed",
                "still_sealing",
                "still_opening",
                "silence_not_certified",
                "other_result",
            ),
        ),
        "vote.seal": ActSpec(
            meaning="A seat's vote as a commitment: nobody sees it before all are in.",
            about="motion",
            fields={
                "seat": _SEAT,
                "commitment": Field(
                    kind=HASH,
                    meaning="SHA-256 of canonical {motion, reasons, salt, vote}",
                ),
            },
            who=("voter",),
            refused_by=(
                "motion_closed",
                "not_sealing",
                "voted_already",
                "seal_copied",
                "recused",
                "which_seat",
            ),
        ),
        "vote.open": ActSpec(
            meaning="Opens a sealed vote. In a silence procedure it needs no seal: "
            "it breaks the silence. Nor does an expert's, once the vote of the body has failed: "
            "it is the expert's report.",
            about="motion",
            fields={
                "seat": _SEAT,
                "vote": Field(kind=word(*VOTES), meaning="the vote"),
                "reasons": optional(CLAIM, "the reasons"),
                "salt": Field(kind=SHORT, meaning="the salt of the seal; empty without a seal"),
            },
            who=("voter",),
            refused_by=(
                "motion_closed",
                "not_opening",
                "no_seal",
                "seal_differs",
                "voted_already",
                "recused",
                "which_seat",
                "silence_over",
                "experts_late",
            ),
        ),
        "vote.dissent": ActSpec(
            meaning="A seat's dissent from the result of a motion, or its separate opinion.",
            about="motion",
            fields={"seat": _SEAT, "text": Field(kind=TEXT, meaning="the dissent")},
            who=("voter",),
            refused_by=("motion_open", "recused", "which_seat"),
        ),
        # ------------------------------------------------------------------- determinations
        "determination.record": ActSpec(
            meaning="Records what the body determined; its id is this act's.",
            about="case",
            fields={"motion": _MOTION, "proposal": _OUTCOME},
            who=("chair",),
            refused_by=DETERMINED,
        ),
        "determination.correct": ActSpec(
            meaning="Puts another determination in the place of one; the difference is public.",
            about="determination",
            fields={"motion": _MOTION, "proposal": _OUTCOME},
            who=("chair",),
            refused_by=("not_standing", *DETERMINED),
        ),
        "determination.withdraw": ActSpec(
            meaning="Takes a determination back; what stood on it is marked.",
            about="determination",
            fields={"motion": _MOTION, "proposal": _OUTCOME},
            who=("chair",),
            refused_by=("not_standing", "motion_not_carried", "other_proposal", "motion_used"),
        ),
        # ------------------------------------------------------------------------- remedies
        "remedy.set": ActSpec(
            meaning="Sets a remedy on a determination; its id is this act's.",
            about="case",
            fields={"motion": _MOTION, "proposal": _OUTCOME},
            who=("chair",),
            refused_by=(
                "case_closed",
                "motion_not_carried",
                "other_proposal",
                "motion_used",
                "not_standing",
                "standard",
                "due_in_the_past",
            ),
        ),
        "remedy.follow_up": ActSpec(
            meaning="Says, from what the monitoring found, whether a remedy was kept.",
            about="remedy",
            fields={
                "result": Field(kind=word(*FOLLOW_UPS), meaning="what is known"),
                "findings": Field(kind=IDS, meaning="ids of the findings that say so"),
                "exhibits": optional(IDS, "ids of the exhibits that say so"),
                "note": optional(TEXT, "what was looked at, and what could not be seen"),
            },
            who=_BODY_WORK,
            refused_by=("remedy_lifted", "unknown_finding", "unknown_exhibit", "monitoring"),
        ),
        "remedy.lift": ActSpec(
            meaning="Lifts a remedy, on a carried motion.",
            about="remedy",
            fields={"motion": _MOTION, "proposal": _OUTCOME},
            who=("chair",),
            refused_by=("remedy_lifted", "motion_not_carried", "other_proposal", "motion_used"),
        ),
        # --------------------------------------------------------------- deadlines and seats
        "deadline.certify": ActSpec(
            meaning="Certifies what the text says of a deadline that passed, of a silence that "
            "nobody broke, or of a deadlock that leaves the word to the experts. "
            "Without it nothing of that holds.",
            about="case",
            fields={
                "deadline": Field(
                    kind=SHORT,
                    meaning="id of the deadline, or of the rule of the motion in `subject`",
                ),
                "subject": Field(
                    kind=SHORT,
                    meaning="whose it was: a party's code, a request's, remedy's or motion's id; "
                    "empty for the case's own",
                ),
            },
            who=("certifier",),
            refused_by=(
                "unknown_deadline",
                "not_running",
                "not_passed",
                "no_default",
                "certified_already",
                "silence_broken",
                "experts_awaited",
                "experts_undecided",
            ),
        ),
        "seat.fill": ActSpec(
            meaning="Fills a seat anew.",
            about="",
            fields={
                "body": Field(kind=SHORT, meaning="id of the body"),
                "seat": Field(kind=SHORT, meaning="id of the seat"),
                "holder": Field(kind=CLAIM, meaning="name of the key; empty leaves it vacant"),
                "alternates": Field(kind=IDS, meaning="names of the keys of its alternates"),
            },
            who=("appointer",),
            refused_by=("unknown_body", "unknown_seat"),
        ),
        "seat.absent": ActSpec(
            meaning="Says that a seat's holder is absent, or back: an alternate acts meanwhile.",
            about="",
            fields={
                "body": Field(kind=SHORT, meaning="id of the body"),
                "seat": Field(kind=SHORT, meaning="id of the seat"),
                "absent": Field(kind=FLAG, meaning="true: absent; false: back"),
            },
            who=("holder", "chair"),
            refused_by=("unknown_body", "unknown_seat"),
        ),
        # -------------------------------------------------------------- the incident room
        "hotline.call": ActSpec(
            meaning="An authenticated call, logged for all parties; its id is this act's.",
            about="",
            fields={
                "from_state": Field(kind=CODE, meaning="code of the state that calls; empty: none"),
                "to": Field(kind=CODE, meaning="code of the state that is called"),
                "text": Field(kind=TEXT, meaning="what is said"),
                "case": optional(ID, "id of the case that it belongs to"),
            },
            who=("party", "reviewer"),
            refused_by=("unknown_state",),
        ),
        "hotline.ack": ActSpec(
            meaning="The called state acknowledges the call.",
            about="call",
            fields={"text": optional(TEXT, "what is answered")},
            who=("addressee",),
            refused_by=("acknowledged_already",),
        ),
        "hotline.return_fire_order": ActSpec(
            meaning="A party notifies that its command ordered return fire. It is logged, not "
            "judged: the log shows whether the hotline was tried before.",
            about="",
            fields={
                "party": Field(kind=CODE, meaning="code of the party"),
                "ordered_by": Field(kind=SHORT, meaning="which command gave the order"),
                "call": optional(ID, "id of the call that tried the mechanism before"),
                "text": Field(kind=TEXT, meaning="the notification"),
            },
            who=("party",),
            refused_by=("unknown_party", "unknown_subject"),
        ),
        "window.open": ActSpec(
            meaning="Opens a silence window for repairs, or a corridor's hours.",
            about="",
            fields={
                "kind": Field(kind=word("repair", "corridor"), meaning="what it is for"),
                "place": Field(kind=SHORT, meaning="id of the zone or corridor, or a cell"),
                "from_us": Field(kind=INSTANT, meaning="its beginning"),
                "until_us": Field(kind=INSTANT, meaning="its end"),
                "agreed_by": Field(kind=CODES, meaning="codes of the parties that agreed to it"),
                "purpose": Field(kind=TEXT, meaning="what is done in it"),
            },
            who=("reviewer", "party"),
            refused_by=("unknown_party", "window_order"),
        ),
        "window.close": ActSpec(
            meaning="Ends a window and says how it was.",
            about="window",
            fields={
                "result": Field(
                    kind=word("held", "broken", "cancelled", "undecided"), meaning="how it was"
                ),
                "broken_us": optional(INSTANT, "instant at which it was broken"),
                "findings": Field(kind=IDS, meaning="ids of the findings that say so"),
            },
            who=("reviewer", "party"),
            refused_by=("window_closed", "unknown_finding", "monitoring"),
        ),
    }
)


def check(name: str, about: str, detail: Mapping[str, Json]) -> str:
    """Say what is wrong with an act's form; nothing if it is whole. No rule of a case is asked.

    >>> check("case.deliberate", "c1", {})
    ''
    >>> check("case.deliberate", "", {"note": 3})
    'about must name a case'
    """
    spec = ACTS.get(name)
    if spec is None:
        return f"there is no act {name}"
    if bool(about) != bool(spec.about):
        return f"about must name a {spec.about}" if spec.about else "about must be empty"
    wrong = complaint(spec.fields, detail)
    if not wrong and name == "motion.put":
        return proposal_complaint(str(detail["question"]), detail["proposal"])
    return wrong
