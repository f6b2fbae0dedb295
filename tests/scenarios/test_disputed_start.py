"""The energy moratorium of 2025: "date only; Ukraine disputes that it began on 18 March"."""

from truceline.pipeline.mission import MissionView


def test_every_incident_is_judged_under_both_starts(exercise_mission: MissionView) -> None:
    incidents = {row["id"] for row in exercise_mission.records("incident")}
    rows = [
        row
        for kind in ("finding", "not_applicable")
        for row in exercise_mission.records(kind)
        if row["agreement"] == "energy-moratorium-2025"
    ]
    by_reading: dict[str, set[str]] = {}
    for row in rows:
        by_reading.setdefault(row["reading"], set()).add(row["incident"])
    assert by_reading == {"18-march": incidents, "25-march": incidents}


def test_what_came_before_the_later_start_counts_under_the_earlier_one_only(
    exercise_mission: MissionView,
) -> None:
    spared = {
        row["incident"]
        for row in exercise_mission.records("not_applicable")
        if row["reading"] == "25-march" and row["reason"]["code"] == "before_start"
    }
    judged = {
        row["incident"]
        for row in exercise_mission.records("finding")
        if row["reading"] == "18-march"
    }
    assert spared
    assert spared <= judged
