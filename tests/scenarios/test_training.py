"""Perfect knowledge of an exercise scores perfect, an empty answer scores nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from truceline.pipeline import run, training
from truceline.pipeline.mission import MissionView
from truceline.records.canonical import plain
from truceline.records.units import us_of
from truceline.simulate.debrief import FATES, Answer, Truth, TruthError, compare, read_truth
from truceline.simulate.exercise import Exercise


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def truth(exercise_mission: MissionView) -> Truth:
    return read_truth(run.exercise_folder(exercise_mission.folder) / "truth")


@pytest.fixture(scope="module")
def perfect(exercise_mission: MissionView, truth: Truth) -> dict[str, Any]:
    """Give the debrief of somebody who read the same documents and knew everything."""
    heard = training.answer_of(exercise_mission)
    answer = Answer(
        incidents=[{**plain(one), "observations": []} for one in training.perfect_incidents(truth)],
        findings=[plain(one) for one in training.perfect_findings(truth, exercise_mission)],
        attributions=[
            {"incident": f"i:{row['id']}", "outcome": row["party"]} for row in truth.incidents
        ],
        coverage=heard.coverage,
        sources=heard.sources,
        documents=heard.documents,
        claims=heard.claims,
        observations=heard.observations,
    )
    return compare(truth, answer, training.true_breaches(truth, exercise_mission))


def rows(result: dict[str, Any], *tables: str) -> Iterator[dict[str, Any]]:
    for table in tables:
        yield from result[table]


def test_perfect_knowledge_finds_all_and_nothing_else(perfect: dict[str, Any]) -> None:
    for one in rows(perfect, "lands", "kinds"):
        assert one["found"] == one["true"]
        assert sum(one[fate] for fate in FATES) == one["true"]
    for one in perfect["lands"]:
        assert one["reported"] == one["true"]
        assert (one["false"], one["told_twice"]) == ({}, 0)
    assert sum(one["true"] for one in perfect["lands"]) > 100


def test_perfect_knowledge_names_the_right_party_each_time(perfect: dict[str, Any]) -> None:
    for one in perfect["parties"]:
        assert one["named_right"] == one["found"] == one["true"]


def test_perfect_knowledge_finds_every_breach_and_no_other(perfect: dict[str, Any]) -> None:
    for one in perfect["clauses"]:
        assert one["breached"] == one["true"]
        assert one["wrongly_breached_on_its_land"] == 0
    struck = [one for one in perfect["clauses"] if "energy" in one["clause"]]
    assert sum(one["true"] for one in struck) > 0


def test_perfect_knowledge_has_no_error_of_place_or_probability(perfect: dict[str, Any]) -> None:
    assert perfect["calibration"]["brier_ppm"] == perfect["calibration"]["ece_ppm"] == 0
    places = perfect["places"]
    assert (places["median_m"], places["ninth_decile_m"], places["gospa_per_true_m"]) == (0, 0, 0)


def test_perfect_knowledge_is_fooled_by_no_inject(perfect: dict[str, Any]) -> None:
    outcomes = {one["outcome"] for one in perfect["injects"]}
    assert outcomes <= {"found", "held_back", "noticed", "logged", "spoken"}
    assert "held_back" in outcomes


def test_an_empty_answer_finds_nothing_and_reports_nothing(
    exercise_mission: MissionView, truth: Truth
) -> None:
    breaches = training.true_breaches(truth, exercise_mission)
    result = compare(truth, Answer(observations={}), breaches)
    for one in rows(result, "lands", "kinds", "parties"):
        assert one["found"] == 0
        assert one["watched"] == 0
        assert one["detection_ppm"] is None
    assert {one["reported"] for one in result["lands"]} == {0}
    for one in result["clauses"]:
        assert one["no_incident"] == one["true"]
    assert result["calibration"]["brier_ppm"] is None
    assert result["places"]["median_m"] is None
    outcomes = {one["outcome"] for one in result["injects"]}
    assert not outcomes & {"found", "believed", "held_back", "noticed", "logged"}


def test_the_mission_is_debriefed_beside_its_truth(
    exercise_mission: MissionView, truth: Truth
) -> None:
    folder = run.exercise_folder(exercise_mission.folder) / "truth"
    training.debrief(exercise_mission.folder)
    result = json.loads((folder / "debrief.json").read_text("utf-8"))
    for one in result["lands"]:
        assert sum(one[fate] for fate in FATES) == one["true"]
    assert sum(one["true"] for one in result["lands"]) == len(truth.incidents)
    assert any(0 < one["found"] < one["true"] for one in result["lands"])
    pages = {name: (folder / name).read_text("utf-8") for name in ("debrief.md", "debrief.html")}
    training.debrief(exercise_mission.folder)
    assert pages == {name: (folder / name).read_text("utf-8") for name in pages}


def test_a_mission_that_is_no_exercise_has_no_debrief(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="holds no truth"):
        training.debrief(tmp_path / "none")


def test_the_agreement_moves_to_the_days_that_are_played(tmp_path: Path) -> None:
    mission = tmp_path / "later"
    view = run.exercise(mission, seed=1, days=1, start=date(2026, 9, 1), progress=silent)
    (agreement,) = (one for one in view.agreements if one.id == "exercise")
    (reading,) = agreement.readings
    assert reading.id == "1-september"
    assert training.debrief(mission, "ru")
    view.close()
    assert "2026-09-02" in (run.exercise_folder(mission) / "exercise.toml").read_text("utf-8")
    briefing = (run.exercise_folder(mission) / "briefing.uk.md").read_text("utf-8")
    assert "2026-09-01 06:00" in briefing


def test_in_the_default_week_the_agreement_is_the_packaged_one(tmp_path: Path) -> None:
    made = Exercise(
        folder=tmp_path,
        truce_from_us=us_of(datetime(2025, 3, 22, 6, tzinfo=UTC)),
        truce_until_us=us_of(datetime(2025, 3, 25, 18, tzinfo=UTC)),
        incidents=0,
        documents=0,
        injects=(),
    )
    packaged = run.packaged_agreement(run.EXERCISE_AGREEMENT)
    assert run.write_agreement(made).read_bytes() == packaged.read_bytes()
