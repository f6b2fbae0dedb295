"""Examples of the records that a commission works with; `record_examples` takes them in."""

from __future__ import annotations

from truceline.records.act import Act, RefusedAct
from truceline.records.determination import AttributionLevel, Determination, RemedyStanding
from truceline.records.mandate import (
    Body,
    Deadline,
    DecisionRule,
    Mandate,
    Role,
    RoleHolder,
    Rule,
    Seat,
    Standard,
    StandardOfProof,
)

SHA = "cd" * 32
NOON = 1_775_908_800_000_000
ACT = Act(
    id=SHA,
    index=17,
    actor="commission.example/fra",
    name="case.position",
    about=SHA,
    signed_us=NOON,
    at_us=NOON,
    detail={"party": "UA", "exhibits": [SHA], "pages": 2, "said": {"open": True}},
)
REFUSED_ACT = RefusedAct(
    act=SHA,
    index=17,
    actor=ACT.actor,
    name=ACT.name,
    rule="not_a_party",
    article="4.2",
    why="commission.example/fra acts for FRA, not for UA",
)
SEAT = Seat(
    id="france",
    state="FRA",
    group="guarantors",
    votes=True,
    chairs=False,
    holder="commission.example/fra",
    alternates=("commission.example/fra-2",),
    appointed_by="state.example/fra",
)
BODY = Body(
    id="special-commission",
    name="Special Commission",
    level="special_commission",
    seats=(SEAT,),
    escalates_to=None,
    article="4",
    words="The coalition is represented in the Special Commission.",
)
RULE = Rule(
    id="by-two-thirds",
    body=BODY.id,
    questions=("determination",),
    kind=DecisionRule.QUALIFIED_MAJORITY,
    quorum=1,
    quorum_by_group={"guarantors": 1},
    share=(2, 3),
    abstentions_count=False,
    silence_s=None,
    on_tie="fails",
    on_deadlock="nothing",
    article="4.3",
    words="By two thirds.",
)
DEADLINE = Deadline(
    id="party_reply",
    runs_from="case.notify",
    ends_with=("case.position",),
    lasts_s=43_200,
    default="",
    certified_by=None,
    article="",
    words="",
)
STANDARD = Standard(
    consequence="public_finding_and_remedy",
    standard=StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE,
    article="",
    words="",
)
ROLE = RoleHolder(actor="party.example/ua", role=Role.PARTY, state="UA")
LEVEL = AttributionLevel(level="armed_force", outcome="responsible", party="RU")

COMMISSION: tuple[object, ...] = (
    ACT,
    REFUSED_ACT,
    SEAT,
    BODY,
    RULE,
    DEADLINE,
    STANDARD,
    ROLE,
    Mandate(
        agreement="paris",
        agreement_sha256=SHA,
        parties=("RU", "UA"),
        bodies=(BODY,),
        rules=(RULE,),
        deadlines=(DEADLINE,),
        standards=(STANDARD,),
        roles=(ROLE,),
    ),
    LEVEL,
    Determination(
        id=SHA,
        case=SHA,
        body=BODY.id,
        agreement="paris",
        clauses=("no-fire",),
        findings=("f:1",),
        severity="S3_serious",
        began_us=NOON,
        ended_us=NOON,
        levels=(LEVEL,),
        standard=StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE,
        decided_us=NOON,
    ),
    RemedyStanding(
        id=SHA,
        case=SHA,
        determination=SHA,
        kind="withdrawal_order",
        addressee="RU",
        due_us=NOON,
        standing="running",
    ),
)
