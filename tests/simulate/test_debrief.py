"""A debrief counts what was found, what was not, and what was believed too readily."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from truceline.records.units import DAY_US, E7, HOUR_US, day_start_us, moment_of
from truceline.simulate.debrief import TruthError, score

NOON_US = day_start_us(moment_of(20_167 * DAY_US).date()) + 12 * HOUR_US
SHA256 = "ab" * 32
TRUE_ROW, FIELD_ROW = f"o:{SHA256}:2", f"o:{SHA256}:3"
KILOMETRE_E7 = round(E7 / 111.195)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Give a truth of two incidents, 55 km and some hours apart; one was seen, beside one field."""
    (tmp_path / "incidents.csv").write_text(
        "id,began,longitude,latitude,kind\n"
        "t00001,2025-03-20T12:00:00Z,36.00000,48.00000,artillery\n"
        "t00002,2025-03-20T18:00:00Z,36.00000,48.50000,mortar\n"
    )
    (tmp_path / "observations.csv").write_text(
        "document,sha256,line,cause,incident,withheld\n"
        f"firms/a.csv,{SHA256},2,incident,t00001,\n"
        f"firms/a.csv,{SHA256},3,farm_fire,,\n"
    )
    return tmp_path


def told(
    north_km: float = 0.0,
    later_h: float = 0.0,
    probability_ppm: int = 800_000,
    observation: str = TRUE_ROW,
) -> dict[str, Any]:
    began = NOON_US + round(later_h * HOUR_US)
    return {
        "place": {
            "longitude_e7": 36 * E7,
            "latitude_e7": 48 * E7 + round(north_km * KILOMETRE_E7),
            "radius_95_m": 500,
        },
        "began_us": began,
        "ended_us": began + HOUR_US,
        "probability_ppm": probability_ppm,
        "observations": [observation],
    }


def test_one_found_and_one_missed(truth: Path) -> None:
    found = score(truth, [told()])
    assert found["true"] == 2
    assert (found["matched"], found["matched_ppm"]) == (1, 500_000)
    assert (found["assessed"], found["reported"]) == (1, 1)
    assert found["reported_without_truth"] == found["reported_from_clutter"] == 0
    assert found["brier_ppm"] == 40_000


@pytest.mark.parametrize(
    ("incident", "matched"),
    [
        pytest.param(told(north_km=4.9), 1, id="within 5 km"),
        pytest.param(told(north_km=5.1), 0, id="beyond 5 km"),
        pytest.param(told(later_h=23.9), 1, id="within 24 hours"),
        pytest.param(told(later_h=24.1), 0, id="too late"),
        pytest.param(told(later_h=-24.9), 1, id="its end is within 24 hours"),
        pytest.param(told(later_h=-25.1), 0, id="too early"),
        pytest.param(told(probability_ppm=500_000), 1, id="one half is reported"),
        pytest.param(told(probability_ppm=499_999), 0, id="less is not"),
    ],
)
def test_near_means_5_km_24_hours_and_one_half(
    truth: Path, incident: dict[str, Any], matched: int
) -> None:
    assert score(truth, [incident])["matched"] == matched


def test_a_field_taken_for_a_strike_is_counted(truth: Path) -> None:
    found = score(truth, [told(north_km=300, probability_ppm=900_000, observation=FIELD_ROW)])
    assert found["matched"] == 0
    assert found["reported_without_truth"] == found["reported_from_clutter"] == 1
    assert found["brier_ppm"] == found["brier_by_cause_ppm"] == 810_000


def test_a_field_near_a_true_incident_is_near_by_chance_only(truth: Path) -> None:
    found = score(truth, [told(north_km=1, probability_ppm=900_000, observation=FIELD_ROW)])
    assert (found["matched"], found["reported_without_truth"]) == (1, 0)
    assert found["reported_from_clutter"] == 1
    assert (found["brier_ppm"], found["brier_by_cause_ppm"]) == (10_000, 810_000)


def test_two_reports_of_one_incident_match_it_once(truth: Path) -> None:
    assert score(truth, [told(), told(north_km=1)])["matched"] == 1


def test_the_order_of_incidents_changes_nothing(truth: Path) -> None:
    incidents = [told(), told(north_km=55.6, later_h=6), told(north_km=300, probability_ppm=1)]
    assert score(truth, incidents) == score(truth, incidents[::-1])
    assert score(truth, incidents)["matched"] == 2


def test_nothing_reported_is_nothing_matched_and_no_brier_score(truth: Path) -> None:
    found = score(truth, [])
    assert (found["true"], found["matched"], found["matched_ppm"]) == (2, 0, 0)
    assert found["brier_ppm"] is None


def test_a_folder_without_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="holds no truth of an exercise"):
        score(tmp_path, [])
