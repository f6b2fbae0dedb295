"""Missions that several scenarios look at; each is made once a test process."""

from datetime import date
from pathlib import Path

import pytest

from truceline.pipeline import run
from truceline.pipeline.mission import MissionView


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(scope="session")
def exercise_mission(tmp_path_factory: pytest.TempPathFactory) -> MissionView:
    """Three simulated days around the second start of the moratorium."""
    mission = tmp_path_factory.mktemp("exercise") / "mission"
    return run.exercise(mission, seed=7, days=3, start=date(2025, 3, 24), progress=silent)


@pytest.fixture(scope="session")
def easter_mission(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> MissionView:
    """The real week of the Easter truce of 2026."""
    return run.replay(
        shared_data,
        [
            run.packaged_agreement("easter-2026.toml"),
            run.packaged_agreement("energy-moratorium-2025.toml"),
        ],
        tmp_path_factory.mktemp("easter") / "mission",
        since=date(2026, 4, 8),
        until=date(2026, 4, 14),
        progress=silent,
    )
