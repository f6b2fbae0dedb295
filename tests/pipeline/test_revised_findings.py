"""Late data revise a finding that a case and a declaration cite: both stay, and say so."""

from __future__ import annotations

import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from acts_world import AGREEMENT, LOG, act, make_mission

from truceline.evidence.ledger import Ledger
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_folder import new_board
from truceline.pipeline.case_files import case_record
from truceline.pipeline.chamber import Commission
from truceline.pipeline.facts import Judged
from truceline.pipeline.imports import import_evidence
from truceline.pipeline.superseded import FILE, no_longer_told, superseded
from truceline.pipeline.taken import newest
from truceline.records.canonical import plain, record_bytes
from truceline.records.chamber import RevisedFinding
from truceline.records.finding import Finding, Outcome
from truceline.records.incident import Incident, Kind, Stage
from truceline.records.observation import Place
from truceline.records.revision import Superseded
from truceline.reports.case_record import Reader

NOW_US = time.time_ns() // 1000
DOCUMENT = "cd" * 32
FIRST = Incident(
    id=f"i:{DOCUMENT}:1",
    revision=1,
    stage=Stage.AUTO1,
    supersedes=(),
    place=Place(longitude_e7=370_000_000, latitude_e7=480_000_000, radius_95_m=400),
    radius_90_m=300,
    area=None,
    near="",
    held_by="AA",
    line_distance_m=None,
    began_us=0,
    ended_us=1,
    last_seen_us=1,
    probability_ppm=960_000,
    kinds=((Kind.MUNITION_EFFECTS, 1_000_000),),
    count_low=1,
    count_high=None,
    independent_sources=1,
    has_physical_source=True,
    evidence=(),
    observations=(f"o:{DOCUMENT}:1",),
)
SECOND = replace(FIRST, revision=2, stage=Stage.AUTO2, probability_ppm=970_000)
# What was the first's is another's now.
OTHER = replace(FIRST, id=f"i:{DOCUMENT}:0", supersedes=(FIRST.id,))
ELSEWHERE = replace(FIRST, id=f"i:{DOCUMENT}:9", observations=(f"o:{DOCUMENT}:9",))


def judged(incident: Incident, clause: str = "c", reading: str = "s") -> Finding:
    return Finding(
        incident=incident.id,
        revision=incident.revision,
        agreement="small",
        agreement_sha256=sha256(AGREEMENT.encode()).hexdigest(),
        clause=clause,
        reading=reading,
        outcome=Outcome.BREACHED,
        probability_ppm=incident.probability_ppm,
        breached_from_ppm=950_000,
        kept_up_to_ppm=50_000,
        reasons=(),
    )


def follow(*now: Incident, told: tuple[Incident, ...] = (FIRST,)) -> tuple[Superseded, ...]:
    gone = no_longer_told(now, [told])
    return superseded(gone, map(judged, gone), now, map(judged, now))


@pytest.mark.parametrize(
    ("now", "by"),
    [
        pytest.param((SECOND,), (judged(SECOND).id,), id="its next revision"),
        pytest.param((OTHER,), (judged(OTHER).id,), id="what has its observations now"),
        pytest.param((SECOND, OTHER), (judged(SECOND).id,), id="its own name comes first"),
        pytest.param((ELSEWHERE,), (), id="nothing: it is withdrawn"),
    ],
)
def test_what_stands_in_the_place_of_a_finding(
    now: tuple[Incident, ...], by: tuple[str, ...]
) -> None:
    (gone,) = follow(*now)
    assert (gone.finding, gone.incident, gone.by) == (judged(FIRST), FIRST, by)


def test_what_is_still_told_is_not_superseded() -> None:
    assert follow(FIRST) == ()


def test_another_clause_or_reading_takes_no_place() -> None:
    others = [judged(SECOND, clause="d"), judged(SECOND, reading="t")]
    (gone,) = superseded([FIRST], [judged(FIRST)], [SECOND], others)
    assert gone.by == ()


def heard(*incidents: Incident) -> tuple[Judged, ...]:
    return tuple(Judged(finding=judged(one), incident=plain(one)) for one in incidents)


def standing(*tellings: tuple[Judged, ...]) -> dict[str, tuple[str, ...] | None]:
    return {one.finding.id: one.superseded_by for one in newest(tellings)}


FIRST_ID, SECOND_ID, OTHER_ID, ELSEWHERE_ID = (
    judged(one).id for one in (FIRST, SECOND, OTHER, ELSEWHERE)
)


@pytest.mark.parametrize(
    ("tellings", "expected"),
    [
        pytest.param((heard(FIRST, ELSEWHERE),), {FIRST_ID: None, ELSEWHERE_ID: None}, id="one"),
        pytest.param((heard(FIRST), heard(FIRST)), {FIRST_ID: None}, id="the same again"),
        pytest.param(
            (heard(FIRST, ELSEWHERE), heard(SECOND)),
            {FIRST_ID: (SECOND_ID,), SECOND_ID: None, ELSEWHERE_ID: None},
            id="the next revision takes the place of the first",
        ),
        pytest.param(
            (heard(FIRST), heard(OTHER)),
            {FIRST_ID: (OTHER_ID,), OTHER_ID: None},
            id="an observation is counted to one incident only",
        ),
        pytest.param(
            (heard(FIRST), heard(ELSEWHERE)),
            {FIRST_ID: None, ELSEWHERE_ID: None},
            id="of another incident nothing is said",
        ),
    ],
)
def test_of_two_words_of_one_log_the_later_holds(
    tellings: tuple[tuple[Judged, ...], ...], expected: dict[str, tuple[str, ...] | None]
) -> None:
    assert standing(*tellings) == expected


def tell(mission: Path, *now: Incident) -> None:
    files = {
        "incidents.jsonl": now,
        "findings.jsonl": [judged(one) for one in now],
        FILE: follow(*now),
    }
    with Ledger.open(mission, LOG.seed) as ledger:
        for name, records in files.items():
            content = b"".join(record_bytes(one) + b"\n" for one in records)
            ledger.store_derived(name, content)
        ledger.commit(NOW_US)


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    mission = make_mission(tmp_path)
    tell(mission, FIRST)
    return mission


def open_case(mission: Path) -> str:
    return act(mission, "rita", "case.open", detail={
        "title": "Shells", "body": "commission", "findings": [judged(FIRST).id],
        "concerns": ["AA"],
    })  # fmt: skip


@pytest.mark.parametrize(("now", "by"), [((SECOND,), (judged(SECOND).id,)), ((ELSEWHERE,), ())])
def test_a_case_does_not_lose_the_finding_that_it_was_opened_on(
    mission: Path, now: tuple[Incident, ...], by: tuple[str, ...]
) -> None:
    case, commission = open_case(mission), Commission(mission)
    assert commission.chamber(NOW_US).view(case).revised == ()
    tell(mission, *now)
    for room in (commission, Commission(mission)):
        chamber = room.chamber(NOW_US)
        assert chamber.refused == []
        gone = RevisedFinding(finding=judged(FIRST).id, in_place=by, determinations=())
        assert chamber.view(case).revised == (gone,)
        assert [one.kind for one in chamber.notices() if one.subject == gone.finding] == [
            "finding_revised"
        ]
    reader = Reader(tier="commission")
    record = case_record(Commission(mission), case, time.time_ns() // 1000, reader)
    assert record.findings[judged(FIRST).id].superseded_by == by
    # It is cited from the file that holds it, not from that of the findings of today.
    with Ledger.open(mission) as ledger:
        stated = list(ledger.statements())[record.entries[judged(FIRST).id].index]
    assert stated.body["path"] == FILE


def test_the_board_learns_that_a_finding_is_told_no_more(mission: Path, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(AGREEMENT, encoding="utf-8")
    new_board(tmp_path / "board", "Guarantors", [tmp_path / "small.toml"])
    board = GuarantorsBoard(tmp_path / "board")
    import_evidence(tmp_path / "board", mission, str(LOG.verifier))
    told = {one.finding: one.superseded_by for one in board.taken(NOW_US).findings}
    assert told == {judged(FIRST).id: None}
    tell(mission, SECOND)
    import_evidence(tmp_path / "board", mission, str(LOG.verifier))
    told = {
        one.finding: one.superseded_by
        for one in GuarantorsBoard(tmp_path / "board").taken(NOW_US).findings
    }
    assert told == {judged(FIRST).id: (judged(SECOND).id,), judged(SECOND).id: None}
