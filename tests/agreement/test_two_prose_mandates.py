"""Two rule sets in prose, written down by a stranger with nothing but the documentation.

What was expected from the prose before either was explored, and where it differed:

Lake Accord, findings and remedies. Expected: each party alone, by staying away, and the neutrals,
as a veto that ends at the Council, for which the prose has no rule; besides, a standstill at the
absent secretary; no silent stall, as 72 hours bound every question. Differed at first: the way to
the Council was never walked, and all was one kind, the absent secretary. Now as expected.

Harbour Protocol. Expected: six questions that only need a certifying chair, and no veto among
them; a closing that any one state vetoes, and that needs a chair to certify the silence. Differed:
what the six need is not the chair, as an expert may certify too, but experts who report; the
certificate of a silence is taken as had; a closing of which all five are recused is a deadlock;
the second body's questions are told a second time, as its own.
"""

# ruff: noqa: ANN401 - what an act says has the shape of its name
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from truceline.agreement.read import check_agreement
from truceline.commission.chamber import Chamber
from truceline.commission.explore import explore
from truceline.commission.motions import commitment
from truceline.evaluation.judge import judge
from truceline.records.act import Act
from truceline.records.agreement import Agreement
from truceline.records.chamber import FindingFacts
from truceline.records.finding import Outcome
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.mandate import Mandate
from truceline.records.observation import Place
from truceline.records.reason import reason
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, PPM, SECOND_US, us_of

PROSE = Path(__file__).parent / "prose"
KINDS = frozenset({"prohibit_fire"})
# Twelve o'clock by local time: six hours after one start, twelve before the other.
NOON_US = us_of(datetime(2026, 5, 1, 10, tzinfo=UTC))


def agreement_of(name: str) -> Agreement:
    report = check_agreement((PROSE / f"{name}.toml").read_bytes(), f"{name}.toml", KINDS)
    assert report.problems == ()
    assert report.agreement is not None
    return report.agreement


def mandate_of(name: str) -> Mandate:
    mandate = agreement_of(name).mandate
    assert mandate is not None
    return mandate


@pytest.mark.parametrize("name", ["lake-accord", "harbour-protocol"])
def test_it_loads_without_a_problem(name: str) -> None:
    assert agreement_of(name).id == name


# ------------------------------------------------------------------------ what can stand still
def test_the_lake_accord_stands_still_where_the_secretary_is_away() -> None:
    paths = explore(mandate_of("lake-accord")).paths
    away = [one for one in paths if one.kind.value == "needs_absent_chair"]
    assert {one.ends_at for one in away} == {"council"}
    assert {one.questions for one in away} == {("determination",), ("remedy",)}
    assert {one.party or one.group for one in away} >= {"NOR", "SUD", "neutrals"}


def test_the_lake_accord_stands_still_in_the_council_whoever_certifies() -> None:
    text = (PROSE / "lake-accord.toml").read_text()
    secretary = 'holder = "council/secretary"'
    deputy = text.replace(secretary, f'{secretary}, alternates = ["council/deputy"]')
    report = check_agreement(deputy.encode(), "lake-accord.toml", KINDS)
    assert report.agreement is not None
    assert report.agreement.mandate is not None
    told = [explore(report.agreement.mandate).paths, explore(mandate_of("lake-accord")).paths]
    for paths in told:
        vetoes = [one for one in paths if one.kind.value == "veto"]
        assert {one.party or one.group for one in vetoes} == {"NOR", "SUD", "neutrals"}
        assert {tuple(step.what for step in one.steps[-3:]) for one in vetoes} == {
            ("deadline_passes", "default_escalates", "no_rule")
        }
        assert {one.ends_at for one in vetoes} == {"council"}
    assert {one.kind.value for one in told[0]} == {"veto", "deadlock"}


def test_the_harbour_protocol_needs_experts_who_report_for_all_but_a_closing() -> None:
    paths = explore(mandate_of("harbour-protocol")).paths
    others = [one for one in paths if one.questions != ("closing",)]
    assert {(one.kind.value, one.ends_at) for one in others} == {("deadlock", "commission-later")}
    assert {one.steps[-1].what for one in others} == {"experts_may_be_silent"}
    assert {one.steps[-1].seats for one in others} == {("expert-1", "expert-2", "expert-3")}
    assert not [one for one in others if one.blockers]


def test_any_state_of_the_harbour_keeps_a_case_from_being_closed() -> None:
    paths = explore(mandate_of("harbour-protocol")).paths
    vetoes = [one for one in paths if one.kind.value == "veto"]
    assert {one.questions for one in vetoes} == {("closing",)}
    seats = {"ardmark", "belmark", "corland", "dunland", "estland"}
    assert {seat for one in vetoes for seat in one.blockers} == seats
    assert {one.party for one in vetoes} == {"ARD", "BEL", ""}
    (left,) = (one for one in paths if one.steps[0].what == "recused")
    assert (set(left.steps[0].seats), left.steps[0].what) == (seats, "recused")


# ------------------------------------------------------------------------------- a case of each
class Room:
    """Signs acts one after the other, a second apart."""

    def __init__(self, mandate: Mandate, findings: tuple[FindingFacts, ...] = ()) -> None:
        self.now_us = NOON_US + 2 * DAY_US
        by_id = {one.id: one for one in findings}
        self.chamber = Chamber(mandate, by_id, now_us=self.now_us)
        self.signed = 0

    def attempt(self, name: str, actor: str, about: str = "", **detail: Any) -> tuple[str, str]:
        """Sign an act; give its id, and the rule that refused it or ""."""
        self.now_us += SECOND_US
        self.signed += 1
        act = Act(
            id=sha256(f"{self.signed} {name}".encode()).hexdigest(),
            index=self.signed,
            actor=actor,
            name=name,
            about=about,
            signed_us=self.now_us,
            at_us=self.now_us,
            detail=detail,
        )
        self.chamber.now_us = self.now_us
        refused = self.chamber.take(act)
        return act.id, refused.rule if refused else ""

    def do(self, name: str, actor: str, about: str = "", **detail: Any) -> str:
        act, refused = self.attempt(name, actor, about, **detail)
        assert refused == "", (name, refused)
        return act

    def refused(self, name: str, actor: str, about: str = "", **detail: Any) -> str:
        return self.attempt(name, actor, about, **detail)[1]

    def vote(
        self,
        case: str,
        chair: str,
        votes: dict[str, str],
        proposal: dict[str, Any],
        against: str = "",
        result: str = "carried",
    ) -> str:
        """Put a determination by the chair; every seat says yes by its key, but the one against."""
        put = {"question": "determination", "proposal": proposal}
        motion = self.do("motion.put", chair, case, **put)
        for seat, key in votes.items():
            sealed = commitment(motion, "no" if seat == against else "yes", "", seat)
            self.do("vote.seal", key, motion, seat=seat, commitment=sealed)
        if self.chamber.motion(motion).phase == "sealing":
            self.do("motion.end_sealing", chair, motion)
        for seat, key in votes.items():
            said = {"vote": "no" if seat == against else "yes", "reasons": "", "salt": seat}
            self.do("vote.open", key, motion, seat=seat, **said)
        self.do("motion.close", chair, motion, result=result)
        return motion


def proposal(clause: str, party: str, **more: Any) -> dict[str, Any]:
    return {
        "clauses": [clause],
        "findings": [],
        "exhibits": [],
        "severity": "S3_serious",
        "began_us": NOON_US,
        "ended_us": NOON_US + MINUTE_US,
        "levels": [{"level": "state", "outcome": "responsible", "party": party}],
        "standard": "reasonable_grounds_to_believe",
        "consequence": "public_finding_and_remedy",
        "reasons": "It was seen.",
    } | more


SHELL = Incident(
    id="i:" + "ab" * 32 + ":1",
    revision=1,
    stage=Stage.AUTO1,
    supersedes=(),
    place=Place(longitude_e7=370_000_000, latitude_e7=480_000_000, radius_95_m=570),
    radius_90_m=500,
    area=None,
    near="",
    held_by=None,
    line_distance_m=None,
    began_us=NOON_US,
    ended_us=NOON_US + MINUTE_US,
    last_seen_us=NOON_US + MINUTE_US,
    probability_ppm=990_000,
    kinds=((Kind.MUNITION_EFFECTS, PPM),),
    count_low=1,
    count_high=None,
    independent_sources=2,
    has_physical_source=True,
    evidence=(Evidence(cluster="prior", millibans=0, reason=reason("prior_report")),),
    observations=("o:" + "ab" * 32 + ":1",),
)


NEXT_NOON_US = NOON_US + DAY_US
NEXT_SHELL = replace(
    SHELL,
    id="i:" + "ab" * 32 + ":2",
    began_us=NEXT_NOON_US,
    ended_us=NEXT_NOON_US + MINUTE_US,
    last_seen_us=NEXT_NOON_US + MINUTE_US,
)


def judged(shell: Incident) -> tuple[dict[str, Outcome], list[str]]:
    """Give the outcome under each start that bound, and the starts under which nothing bound."""
    found, unbound = judge([shell], agreement_of("lake-accord"), (), sites_known=False)
    return {one.reading: one.outcome for one in found}, [one.reading for one in unbound]


def test_both_starts_are_kept_as_two_readings() -> None:
    assert judged(SHELL) == ({"norland-says": Outcome.BREACHED}, ["sudland-says"])
    both = {"norland-says": Outcome.BREACHED, "sudland-says": Outcome.BREACHED}
    assert judged(NEXT_SHELL) == (both, [])


def lake_findings() -> tuple[FindingFacts, ...]:
    """Judge the second shell under both starts; one finding of each is told to the Panel."""
    return tuple(
        FindingFacts(
            id=f"f:{reading}",
            clause="truce",
            outcome=outcome,
            probability_ppm=NEXT_SHELL.probability_ppm,
            began_us=NEXT_SHELL.began_us,
            ended_us=NEXT_SHELL.ended_us,
        )
        for reading, outcome in judged(NEXT_SHELL)[0].items()
    )


BOTH_STARTS = ["f:norland-says", "f:sudland-says"]


def lake_case() -> tuple[Room, str]:
    """Open a case of which both parties were told; neither replies, and their time passes."""
    room = Room(mandate_of("lake-accord"), lake_findings())
    case = room.do(
        "case.open",
        "league/reviewer",
        title="A shell at the lake",
        body="panel",
        findings=[one.id for one in lake_findings()],
        concerns=["NOR", "SUD"],
    )
    for code in ("NOR", "SUD"):
        room.do("case.notify", "league/reviewer", case, party=code, text="A case is open.")
    room.now_us += 25 * HOUR_US
    return room, case


VACANT: dict[str, Any] = {
    "body": "panel",
    "seat": "chair",
    "holder": "",
    "alternates": ["league/second"],
}


def test_the_longest_serving_neutral_takes_the_chair_once_it_is_said_to_be_empty() -> None:
    room, case = lake_case()
    away: dict[str, Any] = {"body": "panel", "seat": "chair", "absent": True}
    assert room.refused("seat.absent", "league/second", **away) == "not_yours"
    assert room.refused("case.deliberate", "league/second", case) == "not_yours"
    room.do("seat.fill", "league/office", **VACANT)
    room.do("case.deliberate", "league/second", case)
    votes = {
        "norland-1": "nor/judge",
        "norland-2": "nor/colonel",
        "sudland-1": "sud/judge",
        "neutral-2": "league/second",
        "neutral-3": "league/third",
    }
    said = proposal("truce", "SUD", findings=BOTH_STARTS)
    motion = room.vote(case, "league/second", votes, said)
    recorded = {"motion": motion, "proposal": said}
    room.do("determination.record", "league/second", case, **recorded)
    (determined,) = room.chamber.determinations
    assert determined.clauses == ("truce",)
    assert list(determined.findings) == BOTH_STARTS
    assert {one.standing for one in room.chamber.view(case).parties} == {"silent"}


def test_who_takes_the_chair_has_one_vote_and_no_second_one_for_the_chair() -> None:
    room, case = lake_case()
    room.do("seat.fill", "league/office", **VACANT)
    room.do("case.deliberate", "league/second", case)
    said = {"question": "determination", "proposal": proposal("truce", "SUD")}
    motion = room.do("motion.put", "league/second", case, **said)
    room.do("vote.seal", "league/second", motion, seat="neutral-2", commitment="ab" * 32)
    second = {"seat": "chair", "commitment": "cd" * 32}
    assert room.refused("vote.seal", "league/second", motion, **second) == "voted_already"


def test_five_of_seven_are_five_though_only_five_came() -> None:
    room, case = lake_case()
    votes = {
        "norland-1": "nor/judge",
        "sudland-1": "sud/judge",
        "chair": "league/chair",
        "neutral-2": "league/second",
        "sudland-2": "sud/colonel",
    }
    said = proposal("truce", "SUD")
    four = room.vote(case, "league/chair", votes, said, against="sudland-2", result="deadlocked")
    tally = room.chamber.motion(four).tally
    assert tally is not None
    assert (tally.yes, tally.no, tally.why) == (4, 1, "4 for, 1 against, of 7; 5/7 needed")
    room.vote(case, "league/chair", votes, said)


def test_five_of_seven_are_five_though_two_stepped_aside() -> None:
    room, case = lake_case()
    votes = {
        "norland-1": "nor/judge",
        "sudland-1": "sud/judge",
        "chair": "league/chair",
        "neutral-2": "league/second",
    }
    for key in ("nor/colonel", "sud/colonel"):
        room.do("case.recuse", key, case, scope="seat", reasons="An interest.")
    said = proposal("truce", "SUD")
    room.vote(case, "league/chair", votes, said, result="deadlocked")
    room.vote(case, "league/chair", votes | {"neutral-3": "league/third"}, said)


def test_every_alternate_presides_and_not_only_the_longest_serving() -> None:
    room, case = lake_case()
    room.do("seat.absent", "league/chair", body="panel", seat="chair", absent=True)
    room.do("case.deliberate", "league/third", case)


def test_the_council_can_be_reached_and_has_no_rule_as_the_exploration_tells() -> None:
    room, case = lake_case()
    said = {"question": "determination", "proposal": proposal("truce", "SUD")}
    motion = room.do("motion.put", "nor/judge", case, **said)
    certificate = {"deadline": "panel-does-not-sit", "subject": motion}
    assert room.refused("deadline.certify", "council/secretary", case, **certificate) == (
        "not_passed"
    )
    room.now_us += 72 * HOUR_US
    room.do("deadline.certify", "council/secretary", case, **certificate)
    room.do("case.escalate", "nor/judge", case, rule="panel-does-not-sit")
    assert room.refused("motion.put", "council/secretary", case, **said) == "no_rule"


# ----------------------------------------------------------------------------- withheld evidence
TAPE = {
    "sha256": "ab" * 32,
    "title": "A tape",
    "tier": "originator_controlled",
    "custody": [],
    "withheld_from": ["ARD"],
    "summary": "Voices at the battery's staff.",
    "weight": "corroborates_only",
}
PHOTO = {"sha256": "cd" * 32, "title": "A photograph", "tier": "public", "custody": []}
THREE = {"corland": "cor/envoy", "dunland": "dun/envoy", "estland": "est/envoy"}


def harbour_case() -> tuple[Room, str, str]:
    """Open a case on a claim, put a tape on it that ARD may not see, and tell both parties."""
    room = Room(mandate_of("harbour-protocol"))
    case = room.do(
        "case.open",
        "cor/reviewer",
        title="A shell in the harbour",
        body="commission",
        findings=[],
        claim="Belmark says that Ardmark fired.",
        concerns=["ARD", "BEL"],
    )
    tape = room.do("case.evidence", "cor/reviewer", case, **TAPE)
    for code in ("ARD", "BEL"):
        text = f"A case is open. Of a tape: {TAPE['summary']}"
        room.do("case.notify", "cor/reviewer", case, party=code, text=text)
    return room, case, tape


def test_withheld_evidence_alone_determines_nothing() -> None:
    room, case, tape = harbour_case()
    room.now_us += 13 * HOUR_US
    said = proposal("harbour-truce", "ARD", exhibits=[tape])
    motion = room.vote(case, "cor/envoy", THREE, said)
    recorded = {"motion": motion, "proposal": said}
    assert room.refused("determination.record", "cor/envoy", case, **recorded) == "withheld_alone"


def test_withheld_evidence_corroborates_once_twelve_hours_to_answer_are_over() -> None:
    room, case, tape = harbour_case()
    photo = room.do("case.evidence", "cor/reviewer", case, **PHOTO)
    said = proposal("harbour-truce", "ARD", exhibits=[tape, photo])
    motion = room.vote(case, "cor/envoy", THREE, said)
    recorded = {"motion": motion, "proposal": said}
    assert room.refused("determination.record", "cor/envoy", case, **recorded) == "reply_open"
    room.now_us += 12 * HOUR_US
    room.do("determination.record", "cor/envoy", case, **recorded)
    (determined,) = room.chamber.determinations
    assert determined.clauses == ("harbour-truce",)
    withheld, _ = room.chamber.view(case).exhibits
    assert withheld.withheld_from == ("ARD",)
    ard = next(one for one in room.chamber.view(case).parties if one.party == "ARD")
    assert ard.standing == "silent"


# ------------------------------------------------------------------------------- the three experts
EXPERTS = {"expert-1": "expert/one", "expert-2": "expert/two", "expert-3": "expert/three"}
FIVE = {**THREE, "ardmark": "ard/envoy", "belmark": "bel/envoy"}
SPLIT = {"corland": "no", "ardmark": "no"}


def stage(room: Room, case: str, said: dict[str, Any], order: dict[str, str]) -> str:
    """Put a determination, and let Corland and Ardmark say no; give the deadlocked motion."""
    motion = room.do("motion.put", "cor/envoy", case, question="determination", proposal=said)
    for seat, key in order.items():
        sealed = commitment(motion, SPLIT.get(seat, "yes"), "", seat)
        room.do("vote.seal", key, motion, seat=seat, commitment=sealed)
    if room.chamber.motion(motion).phase == "sealing":
        room.do("motion.end_sealing", "cor/envoy", motion)
    for seat, key in order.items():
        vote = {"vote": SPLIT.get(seat, "yes"), "reasons": "", "salt": seat}
        room.do("vote.open", key, motion, seat=seat, **vote)
    return motion


def after_consensus_failed() -> tuple[Room, str, dict[str, Any]]:
    """Let the three fail to agree, and hand the case to the four fifths: at once, as it may."""
    room, case, tape = harbour_case()
    photo = room.do("case.evidence", "cor/reviewer", case, **PHOTO)
    room.now_us += 13 * HOUR_US
    said = proposal("harbour-truce", "ARD", exhibits=[tape, photo])
    motion = stage(room, case, said, THREE)
    room.do("motion.close", "cor/envoy", motion, result="deadlocked")
    room.do("case.escalate", "dun/envoy", case, rule="by-consensus", motion=motion)
    return room, case, said


def left_to_the_experts() -> tuple[Room, str, str, dict[str, Any]]:
    """Let the four fifths fail, too."""
    room, case, said = after_consensus_failed()
    motion = stage(room, case, said, FIVE)
    room.do("motion.close", "cor/envoy", motion, result="deadlocked")
    return room, case, motion, said


def test_the_experts_report_once_the_vote_failed_and_their_word_stands_once_certified() -> None:
    room, case, motion, said = left_to_the_experts()
    room.now_us += 6 * DAY_US
    for seat, key in EXPERTS.items():
        report = {"vote": "yes", "reasons": "As the tape and the photograph show.", "salt": ""}
        room.do("vote.open", key, motion, seat=seat, **report)
    recorded = {"motion": motion, "proposal": said}
    refused = room.refused("determination.record", "cor/envoy", case, **recorded)
    assert refused == "motion_not_carried"
    certificate = {"deadline": "by-four-fifths", "subject": motion}
    room.do("deadline.certify", "cor/envoy", case, **certificate)
    room.do("determination.record", "cor/envoy", case, **recorded)


def test_experts_who_let_seven_days_pass_are_not_heard() -> None:
    room, case, motion, _ = left_to_the_experts()
    room.now_us += 7 * DAY_US
    report = {"vote": "yes", "reasons": "", "salt": ""}
    assert room.refused("vote.open", "expert/one", motion, **report) == "experts_late"
    certificate = {"deadline": "by-four-fifths", "subject": motion}
    refused = room.refused("deadline.certify", "cor/envoy", case, **certificate)
    assert refused == "experts_undecided"
