"""A small commission to try things on: five seats, a chair, two parties, and acts in a row."""

# ruff: noqa: ANN401 - what an act says has the shape of its name
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from truceline.commission.acts import ACTS, EVERY_ACT
from truceline.commission.chamber import Chamber
from truceline.commission.motions import commitment
from truceline.records.act import Act, RefusedAct
from truceline.records.chamber import FindingFacts
from truceline.records.finding import Outcome
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
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US

START_US = 1_770_000_000 * SECOND_US
HOUR_S = 3600
PARTIES = ("AA", "BB")
CHAIR = "key/chair"
REVIEWER = "key/reviewer"
ANALYST = "key/analyst"


def party_key(code: str) -> str:
    return f"key/party-{code.lower()}"


def seat(name: str, state: str = "", *, group: str = "", votes: bool = True, **more: Any) -> Seat:
    return Seat(
        id=name,
        state=state,
        group=group,
        votes=votes,
        chairs=more.get("chairs", False),
        holder=more.get("holder", f"key/{name}"),
        alternates=more.get("alternates", (f"key/{name}-2",)),
        appointed_by=more.get("appointed_by", f"gov/{state.lower()}"),
    )


# Two seats of the parties, two of guarantors, and a chair who belongs to nobody.
SEATS = (
    seat("chair", chairs=True),
    seat("aa", "AA", group="parties"),
    seat("bb", "BB", group="parties"),
    seat("cc", "CC", group="guarantors"),
    seat("dd", "DD", group="guarantors"),
)


def rule(kind: DecisionRule = DecisionRule.MAJORITY, **more: Any) -> Rule:
    return Rule(
        id=more.get("id", "r1"),
        body=more.get("body", "commission"),
        questions=more.get("questions", ("any",)),
        kind=kind,
        quorum=more.get("quorum", 3),
        quorum_by_group=more.get("quorum_by_group", {}),
        share=more.get("share"),
        abstentions_count=more.get("abstentions_count", False),
        counted_of=more.get("counted_of", "votes_cast"),
        leaves_out=more.get("leaves_out", "parties"),
        silence_s=more.get("silence_s"),
        on_tie=more.get("on_tie", "fails"),
        on_deadlock=more.get("on_deadlock", "nothing"),
        experts_within_s=more.get("experts_within_s"),
        article="7",
        words="The Commission decides.",
    )


def deadline(
    name: str, runs_from: str, ends_with: tuple[str, ...], lasts_s: int, default: str = ""
) -> Deadline:
    return Deadline(
        id=name,
        runs_from=runs_from,
        ends_with=ends_with,
        lasts_s=lasts_s,
        default=default,
        certified_by="commission" if default else None,
        article="9",
        words="",
    )


DEADLINES = (
    deadline("party_reply", "case.notify", ("case.position",), 12 * HOUR_S),
    deadline("party_notice_before_publication", "case.notify", ("case.publish",), 2 * HOUR_S),
    deadline("appeal", "determination.record", ("case.appeal",), 7 * 24 * HOUR_S),
    deadline("site_visit_access", "case.request", ("case.answer",), 24 * HOUR_S),
    deadline("hotline_ack", "hotline.call", ("hotline.ack",), 300),
    deadline(
        "commission_determination_s3_s4",
        "case.open",
        ("determination.record",),
        48 * HOUR_S,
        default="escalates",
    ),
    deadline("determination_s1_s2", "case.open", ("determination.record",), 7 * 24 * HOUR_S),
    deadline("remedy_report", "remedy.set", ("remedy.follow_up",), 14 * 24 * HOUR_S),
)
ROLES = (
    RoleHolder(actor=REVIEWER, role=Role.REVIEWER, state=""),
    RoleHolder(actor=ANALYST, role=Role.ANALYST, state=""),
    RoleHolder(actor=party_key("AA"), role=Role.PARTY, state="AA"),
    RoleHolder(actor=party_key("BB"), role=Role.PARTY, state="BB"),
    RoleHolder(actor="key/guarantor-cc", role=Role.GUARANTOR, state="CC"),
)


def body(name: str, seats: tuple[Seat, ...] = SEATS, above: str | None = "political") -> Body:
    return Body(
        id=name,
        name=name.title(),
        level="special_commission",
        seats=seats,
        escalates_to=above,
        article="6",
        words="",
    )


POLITICAL = body(
    "political", (seat("premier", chairs=True, appointed_by=""), seat("ee", "EE")), above=None
)


def mandate(
    *rules: Rule, seats: tuple[Seat, ...] = SEATS, deadlines: tuple[Deadline, ...] = DEADLINES
) -> Mandate:
    return Mandate(
        agreement="small",
        agreement_sha256="ef" * 32,
        parties=PARTIES,
        bodies=(body("commission", seats), POLITICAL),
        rules=rules or (rule(),),
        deadlines=deadlines,
        standards=(
            Standard(
                consequence="public_finding_and_remedy",
                standard=StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE,
                article="8",
                words="",
            ),
        ),
        roles=ROLES,
    )


def facts(name: str, began_us: int = START_US, **more: Any) -> FindingFacts:
    return FindingFacts(
        id=name,
        clause=more.get("clause", "no-fire"),
        outcome=more.get("outcome", Outcome.BREACHED),
        probability_ppm=960_000,
        began_us=began_us,
        ended_us=began_us + MINUTE_US,
        cell=more.get("cell", "cell-1"),
        unit_area=more.get("unit_area", "area-1"),
        order=more.get("order", ""),
        owners=more.get("owners", ("CC",)),
        owners_known=more.get("owners_known", True),
        superseded_by=more.get("superseded_by"),
    )


FINDINGS: Mapping[str, FindingFacts] = {
    one.id: one
    for one in (
        facts("f:1"),
        facts("f:2", START_US + HOUR_US),
        facts("f:later", START_US + 3 * DAY_US),
        facts("f:kept", START_US + 3 * DAY_US, outcome=Outcome.KEPT),
        facts("f:other", START_US + 3 * DAY_US, clause="no-drone"),
    )
}


class World:
    """Signs acts one after the other, a second apart, and hands them to a chamber."""

    def __init__(self, under: Mandate | None = None, **more: Any) -> None:
        self.mandate = under or mandate()
        self.chamber = Chamber(
            self.mandate, more.pop("findings", FINDINGS), now_us=START_US, **more
        )
        self.acts: list[Act] = []
        self.now_us = START_US

    def wait(self, us: int) -> None:
        self.now_us += us

    def sign(self, name: str, actor: str, about: str = "", **detail: Any) -> Act:
        self.now_us += SECOND_US
        return Act(
            id=sha256(f"{len(self.acts)} {name} {actor}".encode()).hexdigest(),
            index=len(self.acts),
            actor=actor,
            name=name,
            about=about,
            signed_us=self.now_us,
            at_us=self.now_us,
            detail=detail,
        )

    def hand_in(self, act: Act) -> RefusedAct | None:
        self.acts.append(act)
        self.chamber.now_us = max(self.chamber.now_us, act.at_us)
        refused = self.chamber.take(act)
        if refused is not None and act.name in ACTS:
            assert refused.rule in {*ACTS[act.name].refused_by, *EVERY_ACT}, refused
        return refused

    def do(self, name: str, actor: str, about: str = "", **detail: Any) -> str:
        """Do something that no rule refuses; give the act's id."""
        act = self.sign(name, actor, about, **detail)
        refused = self.hand_in(act)
        assert refused is None, refused
        return act.id

    def refused(self, name: str, actor: str, about: str = "", **detail: Any) -> str:
        """Try something that a rule refuses; give the rule."""
        refused = self.hand_in(self.sign(name, actor, about, **detail))
        assert refused is not None, f"{name} was not refused"
        assert refused.why
        return refused.rule

    def attempt(self, name: str, actor: str, about: str = "", **detail: Any) -> str:
        """Try something; give the rule that refused it, or "" if none did."""
        refused = self.hand_in(self.sign(name, actor, about, **detail))
        return refused.rule if refused else ""

    # ------------------------------------------------------------- what takes several acts
    def open_case(self, **more: Any) -> str:
        said = {
            "title": "Shells on the east bank",
            "body": "commission",
            "findings": ["f:1", "f:2"],
            "concerns": list(PARTIES),
            "severity": "S3_serious",
        }
        return self.do("case.open", REVIEWER, **(said | more))

    def heard(self, **more: Any) -> str:
        """Open a case of which both parties were told, and to which both replied."""
        case = self.open_case(**more)
        for code in PARTIES:
            self.do("case.notify", REVIEWER, case, party=code, text="A case is open.")
        for code in PARTIES:
            self.reply(case, code)
        return case

    def reply(self, case: str, code: str) -> str:
        key = party_key(code)
        return self.do("case.position", key, case, party=code, stance="disputes", text="No.")

    def put(self, case: str, question: str, proposal: Mapping[str, Any], by: str = CHAIR) -> str:
        return self.do("motion.put", by, case, question=question, proposal=dict(proposal))

    def vote(self, motion: str, votes: Mapping[str, str]) -> None:
        """Seal every vote, end the sealing if some seat is missing, and open them all."""
        for key, vote in votes.items():
            sealed = commitment(motion, vote, "because", f"salt {key}")
            self.do("vote.seal", key, motion, commitment=sealed)
        if self.chamber.motion(motion).phase == "sealing":
            self.do("motion.end_sealing", CHAIR, motion)
        for key, vote in votes.items():
            self.open(motion, key, vote)

    def open(self, motion: str, key: str, vote: str) -> str:
        return self.do("vote.open", key, motion, vote=vote, reasons="because", salt=f"salt {key}")

    def carry(self, case: str, question: str, proposal: Mapping[str, Any]) -> str:
        """Put a question, and let every seat vote for it."""
        motion = self.put(case, question, proposal)
        self.vote(motion, dict.fromkeys(ALL_YES, "yes"))
        self.do("motion.close", CHAIR, motion, result="carried")
        return motion

    def determine(self, case: str, **more: Any) -> str:
        proposal = determination(**more)
        motion = self.carry(case, "determination", proposal)
        return self.do("determination.record", CHAIR, case, motion=motion, proposal=proposal)

    def set_remedy(self, case: str, of: str, **more: Any) -> str:
        proposal = remedy(of, **more)
        motion = self.carry(case, "remedy", proposal)
        return self.do("remedy.set", CHAIR, case, motion=motion, proposal=proposal)


ALL_YES = (CHAIR, "key/aa", "key/bb", "key/cc", "key/dd")


def determination(**more: Any) -> dict[str, Any]:
    return {
        "clauses": ["no-fire"],
        "findings": ["f:1"],
        "exhibits": [],
        "severity": "S3_serious",
        "began_us": START_US,
        "ended_us": START_US + MINUTE_US,
        "levels": [
            {"level": "launch_area", "outcome": "responsible", "party": "AA"},
            {"level": "command", "outcome": "undetermined", "party": ""},
        ],
        "standard": "reasonable_grounds_to_believe",
        "consequence": "public_finding_and_remedy",
        "reasons": "Two clusters of sources say so.",
    } | more


def remedy(of: str, **more: Any) -> dict[str, Any]:
    return {
        "determination": of,
        "kind": "cease_order",
        "addressee": "AA",
        "due_us": START_US + 4 * DAY_US,
        "clauses": ["no-fire"],
        "proportionality": "Nothing less ends it.",
        "reasons": "So that it ends.",
    } | more


OTHER = {"AA": "BB", "BB": "AA", "aa": "bb", "bb": "aa"}
PARTY_WORD = re.compile(r"\b(AA|BB|aa|bb)\b")


def swapped(value: Any) -> Any:
    """Swap the two parties in anything: codes, keys, seats."""
    if isinstance(value, str):
        return PARTY_WORD.sub(lambda found: OTHER[found[0]], value)
    if isinstance(value, Mapping):
        return {swapped(key): swapped(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(swapped(inner) for inner in value)
    return value


def swapped_act(act: Act) -> Act:
    """The same act with the parties swapped; its id stays, so that what it opens keeps its name."""
    return replace(act, actor=swapped(act.actor), detail=swapped(act.detail))
