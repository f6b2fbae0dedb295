"""A finding leaves its mission in one file, and anybody can check it with Python alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.pipeline import bundle as bundling
from truceline.pipeline.bundle import VERIFIER, bundle_record
from truceline.pipeline.mission import MissionView
from truceline.pipeline.seal import MissionError
from truceline.records.ids import short_id


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier alone, without packages, in a folder that holds the bundle only."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("kind", ["finding", "incident"])
def test_is_made_by_one_command_and_checked_by_another(
    exercise_mission: MissionView, tmp_path: Path, kind: str
) -> None:
    record = max(exercise_mission.records(kind), key=lambda one: one["probability_ppm"])
    result = CliRunner().invoke(
        app,
        ["bundle", short_id(record["id"]), "-o", str(tmp_path / "one.bundle"),
         "--mission", str(exercise_mission.folder)],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert f"about {record['id']}\n" in result.output
    with Ledger.open(exercise_mission.folder) as ledger:
        key = str(ledger.key)
    checked = check(tmp_path, "one.bundle", "--key", key)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith(f"VERIFIED\nabout: {record['id']}\n")
    incident = record["id"] if kind == "incident" else record["incident"]
    whole = exercise_mission.incident(incident)
    for line in whole["observations"]:
        assert line["text"][:80] in checked.stdout
    for judged in whole["findings"]:
        assert judged["words"] in checked.stdout
        assert judged["outcome"].upper() in checked.stdout


def test_refuses_what_cannot_be_bundled(exercise_mission: MissionView, tmp_path: Path) -> None:
    mission, out = exercise_mission.folder, tmp_path / "one.bundle"
    with pytest.raises(LookupError):
        bundle_record(mission, "i:nothing", out)
    spared = exercise_mission.records("not_applicable")[0]["id"]
    with pytest.raises(LookupError, match="a bundle is about an incident or a finding"):
        bundle_record(mission, spared, out)
    out.write_bytes(b"mine")
    with pytest.raises(MissionError, match="never overwritten"):
        bundle_record(mission, exercise_mission.records("incident")[0]["id"], out)
    assert out.read_bytes() == b"mine"


def test_what_does_not_verify_is_not_written(
    exercise_mission: MissionView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "make_bundle", lambda *_: b"{}")
    incident = exercise_mission.records("incident")[0]["id"]
    with pytest.raises(LedgerError, match="no bundle that verifies: bundle: has no about"):
        bundle_record(exercise_mission.folder, incident, tmp_path / "one.bundle")
    assert list(tmp_path.iterdir()) == []
