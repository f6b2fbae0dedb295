"""A case with everything in it: one side silent, one seat aside, a dissent, a correction."""

# ruff: noqa: ANN401 - keyword arguments are handed on as they are
from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from truceline.records.chamber import (
    Appeal,
    Ballot,
    CaseLine,
    CaseView,
    Correction,
    DeadlineStanding,
    Declared,
    Difference,
    Exhibit,
    FindingFacts,
    FollowUp,
    Hats,
    Link,
    MotionStanding,
    PartyStanding,
    Pattern,
    Position,
    RemedyHistory,
    RequestStanding,
    Tally,
)
from truceline.records.determination import AttributionLevel, Determination, RemedyStanding
from truceline.records.finding import Outcome
from truceline.records.mandate import Body, Mandate, StandardOfProof
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from truceline.reports.case_record import CaseRecord, CitedEntry
from truceline.reports.day import Checkpoint

START_US = 1_770_000_000 * SECOND_US
NOW_US = START_US + 9 * DAY_US
PARTIES = ("UA", "RU")
CHAIR, REVIEWER = "key/chair-holder", "key/reviewer-on-duty"


def act(name: str) -> str:
    """The id of an act, as a hash has it."""
    return sha256(name.encode()).hexdigest()


CASE = act("case.open")
FINDING = f"f:{act('document')}:17:1:{act('agreement')}:energy:from-signing"
LATER = f"f:{act('document')}:90:1:{act('agreement')}:energy:from-signing"


def finding(name: str = FINDING, **more: Any) -> FindingFacts:
    return FindingFacts(
        id=name,
        clause="energy",
        outcome=more.get("outcome", Outcome.BREACHED),
        probability_ppm=more.get("probability_ppm", 962_000),
        began_us=more.get("began_us", START_US - 2 * HOUR_US),
        ended_us=more.get("began_us", START_US - 2 * HOUR_US) + 20 * MINUTE_US,
        cell=more.get("cell", "cell-88-ground"),
        unit_area=more.get("unit_area", "area-of-unit-12"),
        order=more.get("order", "order-of-the-day-3"),
        owners=("FR", "GB"),
        owners_known=more.get("owners_known", True),
        superseded_by=more.get("superseded_by"),
    )


def exhibit(name: str, **more: Any) -> Exhibit:
    return Exhibit(
        id=act(name),
        sha256=act(f"original of {name}"),
        title=more.get("title", f"Pictures of {name}"),
        tier=more.get("tier", "public"),
        custody=more.get("custody", (act(f"custody 1 of {name}"), act(f"custody 2 of {name}"))),
        withheld_from=more.get("withheld_from", ()),
        summary=more.get("summary", ""),
        weight=more.get("weight", "full"),
        by=more.get("by", f"key/sender-of-{name}"),
        at_us=START_US + HOUR_US,
        admission=more.get("admission", ""),
    )


EXHIBITS = (
    exhibit("crater", admission="admitted"),
    exhibit("coalition-radar", tier="coalition", title="Radar recording of the night"),
    exhibit(
        "intercept",
        tier="states",
        title="A conversation that was overheard",
        withheld_from=("RU",),
        summary="Two persons speak of a shift that night. The place is not named.",
        weight="corroborates_only",
    ),
    exhibit("satellite", tier="originator_controlled", title="Picture of a national satellite"),
)


def ballot(seat: str, state: str, vote: str, **more: Any) -> Ballot:
    return Ballot(
        seat=seat,
        state=state,
        standing=more.get("standing", "opened"),
        vote=vote,
        reasons=more.get("reasons", "The two clusters of sources agree."),
        by=f"key/seat-{seat}",
    )


BALLOTS = (
    ballot("chair", "", "yes"),
    ballot("ua", "UA", "yes"),
    ballot("ru", "RU", "no", reasons="The launch area is not shown."),
    ballot("fr", "FR", "yes"),
    Ballot(seat="gb", state="GB", standing="recused"),
)


def declared(name: str, seat: str, text: str, scope: str = "") -> Declared:
    return Declared(
        id=act(name),
        seat=seat,
        body="commission",
        scope=scope,
        text=text,
        by=f"key/seat-{seat}",
        at_us=START_US + 3 * HOUR_US,
    )


def proposal(severity: str = "S3_serious") -> dict[str, Any]:
    return {
        "clauses": ["energy"],
        "findings": [FINDING],
        "exhibits": [EXHIBITS[0].id],
        "severity": severity,
        "began_us": START_US - 2 * HOUR_US,
        "ended_us": START_US - HOUR_US,
        "levels": [
            {"level": "launch_area", "outcome": "responsible", "party": "RU"},
            {"level": "command", "outcome": "undetermined", "party": ""},
        ],
        "standard": "balance_of_probabilities",
        "consequence": "public_finding_and_remedy",
        "reasons": "Sound and heat agree on place and time.\nNothing was heard against it.",
    }


def motion(name: str, question: str, proposed: dict[str, Any], used_by: str, **more: Any) -> Any:
    return MotionStanding(
        id=act(name),
        case=CASE,
        body="commission",
        rule="majority-of-five",
        article="7.2",
        question=question,
        proposal=proposed,
        by=CHAIR,
        put_us=START_US + 14 * HOUR_US,
        phase=more.get("phase", "closed"),
        ballots=more.get("ballots", BALLOTS),
        dissents=more.get("dissents", ()),
        tally=more.get(
            "tally",
            Tally(result="carried", then="", yes=3, no=1, abstain=0, absent=0, why="3 of 4"),
        ),
        closed_us=more.get("closed_us", START_US + 15 * HOUR_US),
        used_by=used_by,
    )


def determination(name: str, severity: str, **more: Any) -> Determination:
    return Determination(
        id=act(name),
        case=CASE,
        body="commission",
        agreement="energy-2026",
        clauses=("energy",),
        findings=(FINDING,),
        severity=severity,
        began_us=START_US - 2 * HOUR_US,
        ended_us=START_US - HOUR_US,
        levels=(
            AttributionLevel(level="launch_area", outcome="responsible", party="RU"),
            AttributionLevel(level="command", outcome="undetermined", party=""),
        ),
        standard=StandardOfProof.BALANCE_OF_PROBABILITIES,
        decided_us=START_US + 15 * HOUR_US,
        **more,
    )


CORRECTION = {
    "determination": act("determination.record"),
    "replacement": proposal("S2_moderate"),
    "reasons": "One transformer was hit, not three.",
}
REMEDY = {
    "determination": act("determination.record"),
    "kind": "repair_support",
    "addressee": "RU",
    "due_us": START_US + 4 * DAY_US,
    "clauses": ["energy"],
    "proportionality": "Nothing less brings the light back.",
    "reasons": "So that the light comes back.",
}
MOTIONS = (
    motion(
        "motion.determination",
        "determination",
        proposal(),
        act("determination.record"),
        dissents=(declared("vote.dissent", "ru", "The place is not shown beyond doubt."),),
    ),
    motion("motion.remedy", "remedy", REMEDY, act("remedy.set")),
    motion("motion.correction", "correction", CORRECTION, act("determination.correct")),
)


def deadline(name: str, subject: str, standing: str, **more: Any) -> DeadlineStanding:
    return DeadlineStanding(
        deadline=name,
        case=CASE,
        subject=subject,
        since_us=START_US,
        due_us=START_US + 12 * HOUR_US,
        standing=standing,
        met_by="",
        default=more.get("default", ""),
        certified_by="",
        article="9",
    )


def view(**more: Any) -> CaseView:
    whole = CaseView(
        line=CaseLine(
            id=CASE,
            title="A substation in the east was hit",
            body="commission",
            status="corrected",
            severity="S2_moderate",
            assigned_to=REVIEWER,
            opened_us=START_US,
            next_due_us=NOW_US + DAY_US,
            passed=1,
            determinations=1,
            remedies_open=1,
            warned=True,
        ),
        opened_by=REVIEWER,
        claim="The light went out at six in the evening.",
        findings=(FINDING,),
        revised=(),
        parties=(
            PartyStanding(
                party="UA",
                notified_us=START_US + HOUR_US,
                due_us=START_US + 13 * HOUR_US,
                standing="replied",
                positions=(
                    Position(
                        id=act("case.position"),
                        party="UA",
                        stance="accepts",
                        text="It was a strike.\nThe crew saw it.",
                        at_us=START_US + 4 * HOUR_US,
                        late=False,
                    ),
                ),
            ),
            PartyStanding(
                party="RU",
                notified_us=START_US + HOUR_US,
                due_us=START_US + 13 * HOUR_US,
                standing="silent",
                positions=(),
            ),
        ),
        requests=(
            RequestStanding(
                id=act("case.request"),
                what="access",
                to="RU",
                text="Please let a team see the ground.",
                by=REVIEWER,
                asked_us=START_US + 2 * HOUR_US,
            ),
        ),
        exhibits=EXHIBITS,
        recusals=(declared("case.recuse", "gb", "A supplier of the grid.", scope="seat"),),
        conflicts=(declared("case.conflict", "fr", "Its sensors are in the evidence."),),
        motions=MOTIONS,
        determinations=(
            determination(
                "determination.record",
                "S3_serious",
                standing="corrected",
                replaced_by=act("determination.correct"),
            ),
            determination("determination.correct", "S2_moderate"),
        ),
        corrections=(
            Correction(
                id=act("determination.correct"),
                old=act("determination.record"),
                new=act("determination.correct"),
                differences=(Difference(field="severity", old="S3_serious", new="S2_moderate"),),
                reasons="One transformer was hit, not three.",
                at_us=START_US + 8 * DAY_US,
            ),
        ),
        appeals=(
            Appeal(
                id=act("case.appeal"),
                determination=act("determination.record"),
                party="RU",
                grounds="We were not there.",
                at_us=START_US + 2 * DAY_US,
            ),
        ),
        remedies=(
            RemedyHistory(
                remedy=RemedyStanding(
                    id=act("remedy.set"),
                    case=CASE,
                    determination=act("determination.record"),
                    kind="repair_support",
                    addressee="RU",
                    due_us=START_US + 4 * DAY_US,
                    standing="not_kept",
                    followed_up_by=act("remedy.follow_up"),
                ),
                set_us=START_US + DAY_US,
                proportionality="Nothing less brings the light back.",
                clauses=("energy",),
                follow_ups=(
                    FollowUp(
                        id=act("remedy.follow_up"),
                        result="not_kept",
                        findings=(LATER,),
                        exhibits=(),
                        note="Night lights of the town, five nights.",
                        by=REVIEWER,
                        at_us=START_US + 5 * DAY_US,
                    ),
                ),
                stood_on="corrected",
            ),
        ),
        deadlines=(
            deadline("party_reply", "UA", "met"),
            deadline("party_reply", "RU", "passed"),
            deadline("commission_determination_s3_s4", "", "met_late", default="escalates"),
        ),
        published=(("states", START_US + 20 * HOUR_US), ("public", START_US + 2 * DAY_US)),
        handovers=(
            (START_US + HOUR_US, "key/day-shift", REVIEWER, "The second pass is still to come."),
        ),
        bodies=("commission",),
        links=(Link(id=act("case.link"), other=act("other case"), by="place", why="Same line."),),
        patterns=(
            Pattern(
                by="place",
                key="cell-88-ground",
                cases=(CASE, act("other case")),
                most_in_window=2,
                window_s=14 * 24 * 3600,
                recurrence="R1_repeated",
            ),
        ),
        hats=tuple(
            Hats(
                state=code,
                is_party=code in PARTIES,
                owns_sensors=code in {"FR", "GB"},
                keeps_mirror=code in {"FR", "RU", "UA"},
                judges=() if code == "GB" else (code.lower(),),
                recused=("gb",) if code == "GB" else (),
                guarantees=code in {"FR", "GB"},
            )
            for code in ("FR", "GB", "RU", "UA")
        ),
        warnings=("majority-of-five",),
    )
    return replace(whole, **more)


MANDATE = Mandate(
    agreement="energy-2026",
    agreement_sha256=act("agreement"),
    parties=PARTIES,
    bodies=(
        Body(
            id="commission",
            name="Special Commission",
            level="special_commission",
            seats=(),
            escalates_to=None,
            article="6",
            words="",
        ),
    ),
    rules=(),
    deadlines=(),
    standards=(),
    roles=(),
)


def record(case: CaseView | None = None, **more: Any) -> CaseRecord:
    shown = case or view()
    names = [one.id for one in shown.exhibits] + [one.id for one in shown.motions]
    names += [one.id for one in shown.determinations]
    names += [CASE, *(act(f"case.{one}") for one in ("position", "request", "appeal", "recuse"))]
    names += [custody for one in shown.exhibits for custody in one.custody]
    entries = {
        one: CitedEntry(id=one, index=40 + number, statement_sha256=one)
        for number, one in enumerate(dict.fromkeys(names))
    }
    entries[FINDING] = CitedEntry(id=FINDING, index=12, statement_sha256=act("derived findings"))
    return CaseRecord(
        view=shown,
        findings=more.get("findings", {FINDING: finding(), LATER: finding(LATER)}),
        mandate=more.get("mandate", MANDATE),
        entries=more.get("entries", entries),
        checkpoint=Checkpoint(origin="example.org/truce", size=412, root=act("root")),
        at_us=NOW_US,
    )
