"""The campaigns of benchmarks/powercut, shortened; TRUCELINE_POWER_STATES asks for more states."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CAMPAIGNS = Path(__file__).parents[2] / "benchmarks" / "powercut"
STATES = os.environ.get("TRUCELINE_POWER_STATES", "600")
BY_A_CUT = (
    "no fdatasync on journal A",
    "no fdatasync on journal B",
    "receipt before write",
    "no directory fsync",
    "no fsync before rename",
    "head published before tiles are stored",
)
BY_A_SCENE = ("head signed without reading back", "no compare-and-swap")

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="the shim needs gcc")


def played(*command: str) -> Any:  # noqa: ANN401 - one line of JSON
    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(
        [sys.executable, str(CAMPAIGNS / command[0]), *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    result = played("replay.py", "--states", STATES)
    assert result["failures"] == []
    assert result["counts"]["states"] >= int(STATES)
    assert all(result["counts"][model] for model in ("all applied", "strict", "random subset"))


@pytest.mark.parametrize("mutant", BY_A_CUT)
def test_a_hurried_hand_is_caught_by_a_power_cut(mutant: str) -> None:
    result = played("replay.py", "--states", "300", "--mutant", mutant)
    assert result["counts"]["failed"] > 0


@pytest.mark.parametrize("mutant", BY_A_SCENE)
def test_a_hurried_hand_is_caught_by_a_lying_disk_or_a_rival(mutant: str) -> None:
    assert played("rivals.py", mutant)["counts"]["failed"] > 0


def test_a_lying_disk_and_a_rival_get_no_signature() -> None:
    assert played("rivals.py")["failures"] == []


def test_damage_to_one_copy_is_healed_or_halts() -> None:
    result = played("corrupt.py", "--cases", "200")
    assert result["failures"] == []
    assert result["counts"]["journal healed"] > 0


def test_a_killed_writer_keeps_every_receipt() -> None:
    assert played("kill.py", "--kills", "12")["failures"] == []
