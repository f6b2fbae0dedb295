"""A command brings the rooms that it needs: nobody who votes waits for those that fuse."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from truceline.cli.main import COMMANDS, app_of

HEAVY = ("numba", "fastapi", "scipy.stats", "truceline.fusion.associate")


def brought_by(name: str) -> set[str]:
    """Give which of the heavy modules one command brings into a fresh process."""
    code = (
        "import json, sys; from truceline.cli.main import app_of;"
        f"app_of([{name!r}]); print(json.dumps(list(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(told.stdout)) & {*HEAVY}


@pytest.mark.parametrize("name", ["case", "vote", "guarantee", "consult", "key"])
def test_acting_brings_no_fusion_and_no_server(name: str) -> None:
    assert brought_by(name) == set()


def test_the_measure_sees_what_is_there() -> None:
    assert "truceline.fusion.associate" in brought_by("fuse")


def test_every_command_of_the_table_is_there() -> None:
    made = app_of(COMMANDS)
    named = {one.name for one in made.registered_commands} | {
        one.name for one in made.registered_groups
    }
    assert named == set(COMMANDS)
