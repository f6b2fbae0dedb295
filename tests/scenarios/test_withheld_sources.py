"""Promise 1: silence is not peace. What is withheld turns "not observed", never quiet."""

import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from truceline.pipeline import run
from truceline.pipeline.mission import MissionView
from truceline.pipeline.telling import open_told

SINCE, UNTIL = date(2025, 3, 24), date(2025, 3, 26)


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def replay_without(
    whole: MissionView, tmp_path: Path, withheld: Callable[[str], bool]
) -> MissionView:
    """Run the same job on the documents that are left."""
    source = whole.folder.with_name(whole.folder.name + ".exercise")
    left = tmp_path / "left"
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_file() and not withheld(name):
            (left / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, left / name)
    left.mkdir(exist_ok=True)
    return run.replay(
        left,
        [source / run.EXERCISE_AGREEMENT, run.packaged_agreement(run.MORATORIUM)],
        tmp_path / "mission",
        since=SINCE,
        until=UNTIL,
        progress=silent,
    )


def test_without_satellites_no_cell_is_observed_and_no_number_is_given(
    exercise_mission: MissionView, tmp_path: Path
) -> None:
    less = replay_without(exercise_mission, tmp_path, lambda name: name.startswith("firms/"))
    cells = less.records("coverage")
    assert len(cells) == len(exercise_mission.records("coverage"))
    assert {row["state"] for row in cells} == {"unknown"}
    assert {(row["detection_ppm"], row["missed_upper_95"]) for row in cells} == {(None, None)}
    silent_rows = {
        row["reason"]["code"]
        for incident in less.records("incident")
        for row in incident["evidence"]
        if row["cluster"] == "thermal"
    }
    assert silent_rows == {"thermal_not_observed"}
    page = open_told(less.folder).report(UNTIL, "en")
    assert "not observed" in page.lower()
    assert " quiet" not in page.lower()


def test_a_day_whose_satellite_files_are_missing_is_not_observed_that_day_only(
    exercise_mission: MissionView, tmp_path: Path
) -> None:
    less = replay_without(exercise_mission, tmp_path, lambda name: "2025084" in name)
    missing = {row["state"] for row in less.records("coverage", date(2025, 3, 25))}
    assert missing == {"unknown"}
    for day in (date(2025, 3, 24), date(2025, 3, 26)):
        same = [
            {name: row[name] for name in ("cell", "detection_ppm", "state", "noticed")}
            for row in less.records("coverage", day)
        ]
        assert same == [
            {name: row[name] for name in ("cell", "detection_ppm", "state", "noticed")}
            for row in exercise_mission.records("coverage", day)
        ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_half_of_the_documents_makes_nothing_better_known(
    exercise_mission: MissionView, tmp_path: Path, seed: int
) -> None:
    names = sorted(row["name"] for row in exercise_mission.records("document"))
    gone = set(random.Random(seed).sample(names, len(names) // 2))  # noqa: S311 - which half
    less = replay_without(exercise_mission, tmp_path, lambda name: name in gone)
    whole = {row["id"]: row for row in exercise_mission.records("coverage")}
    for row in less.records("coverage"):
        before = whole[row["id"]]
        assert set(row["sources"]) <= set(before["sources"])
        if not row["sources"]:
            assert row["state"] == "unknown"
            assert row["detection_ppm"] is None
            assert row["missed_upper_95"] is None
    known = {row["source"]: row for row in exercise_mission.sources()["sources"]}
    for row in less.sources()["sources"]:
        assert set(row["days_heard"]) <= set(known[row["source"]]["days_heard"])
        assert row["documents"] or row["state"] == "not_known"
        assert row["documents"] or row["rows"] == 0


@pytest.mark.parametrize(
    ("folder", "code"),
    [("labels/viina", "news_not_observed"), ("labels/air_raid", "alerts_not_observed")],
)
def test_a_missing_listener_weighs_nothing_and_is_named(
    exercise_mission: MissionView, tmp_path: Path, folder: str, code: str
) -> None:
    less = replay_without(
        exercise_mission,
        tmp_path,
        lambda name: name.startswith((folder, "labels/ucdp" if "viina" in folder else folder)),
    )
    rows = [row for one in less.records("incident") for row in one["evidence"]]
    cluster = code.partition("_")[0]
    own = [row for row in rows if row["cluster"] == cluster]
    assert own
    assert {(row["reason"]["code"], row["millibans"], row["silent"]) for row in own} == {
        (code, 0, False)
    }


def test_without_a_register_of_sites_no_clause_on_sites_is_kept(
    exercise_mission: MissionView, tmp_path: Path
) -> None:
    less = replay_without(exercise_mission, tmp_path, lambda name: "protected_objects" in name)
    judged = [
        row for row in less.records("finding") if row["agreement"] == "energy-moratorium-2025"
    ]
    assert judged
    assert {row["outcome"] for row in judged} == {"undecided"}
    assert all(
        any(reason["code"] == "sites_not_known" for reason in row["reasons"]) for row in judged
    )


def test_without_a_line_nobody_is_said_to_hold_anything(
    exercise_mission: MissionView, tmp_path: Path
) -> None:
    less = replay_without(exercise_mission, tmp_path, lambda name: "control_lines" in name)
    assert {side["held_by"] for side in less.counts()["sides"]} == {None}
    assert {row["held_by"] for row in less.records("incident")} == {None}
    assert "deepstate" in less.counts()["not_known"]


def test_nothing_at_all_is_a_mission_that_knows_nothing(
    exercise_mission: MissionView, tmp_path: Path
) -> None:
    less = replay_without(exercise_mission, tmp_path, lambda _name: True)
    assert less.records("incident") == []
    assert {row["state"] for row in less.records("coverage")} == {"unknown"}
    assert {row["state"] for row in less.sources()["sources"]} == {"not_known"}
    for language in ("en", "uk", "ru"):
        assert open_told(less.folder).report(SINCE, language)
