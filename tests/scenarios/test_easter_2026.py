"""The Easter truce of 2026 on real data: what can be said, and what must not be."""

from datetime import date

import pytest

from truceline.pipeline.mission import MissionView
from truceline.pipeline.telling import open_told
from truceline.records.units import DAY_US, day_start_us

pytestmark = pytest.mark.shared

FORBIDDEN = (" quiet", "peaceful", "no violations", "attack by")


def test_73_detections_fall_inside_the_truce(easter_mission: MissionView) -> None:
    (easter,) = (
        reading
        for reading in easter_mission.counts()["readings"]
        if reading["agreement"] == "easter-2026"
    )
    assert easter["detections_inside"] == 73


def test_the_moratorium_of_2025_is_over_and_says_so(easter_mission: MissionView) -> None:
    incidents = easter_mission.records("incident")
    spared = [
        row
        for row in easter_mission.records("not_applicable")
        if row["agreement"] == "energy-moratorium-2025"
    ]
    clauses, readings = 3, 2
    kinds = {row["clause"] for row in spared}
    assert len(spared) == len(incidents) * len(kinds) * readings
    assert len(kinds) <= clauses
    assert {row["reading"] for row in spared} == {"18-march", "25-march"}
    assert {row["reason"]["code"] for row in spared} <= {"after_end", "no_rule"}
    assert not [
        row
        for row in easter_mission.records("finding")
        if row["agreement"] == "energy-moratorium-2025"
    ]


def test_heat_alone_breaches_nothing(easter_mission: MissionView) -> None:
    sources = {row["id"]: row["independent_sources"] for row in easter_mission.records("incident")}
    alone = [row for row in easter_mission.records("finding") if sources[row["incident"]] < 2]
    assert alone
    assert "breached" not in {row["outcome"] for row in alone}


def test_every_cell_of_every_day_has_its_coverage(easter_mission: MissionView) -> None:
    cells = easter_mission.records("coverage")
    days = {row["began_us"] for row in cells}
    assert days == {day_start_us(date(2026, 4, 8)) + n * DAY_US for n in range(7)}
    assert len(cells) == 7 * len({row["id"].split(":")[1] for row in cells})
    assert all(row["missed_upper_95"] >= 1 for row in cells if row["noticed"] == 0)


@pytest.mark.parametrize("day", [date(2026, 4, 11), date(2026, 4, 12)])
def test_the_report_holds_both_claims_and_settles_neither(
    easter_mission: MissionView, day: date
) -> None:
    page = open_told(easter_mission.folder).report(day, "en")
    assert "1,971" in page
    assert "2,299" in page
    assert "not calibrated" in page.lower()
    assert not [word for word in FORBIDDEN if word in page.lower()]


def test_no_total_is_given_over_both_sides(easter_mission: MissionView) -> None:
    counts = easter_mission.counts()
    assert {side["held_by"] for side in counts["sides"]} - {None} == {"RU", "UA"}
    assert "incidents" not in counts
