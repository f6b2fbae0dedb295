"""A register of forty protected sites is sealed; the other side is shown one, and checks it alone.

The design: "protected sites (open, or sealed as salted commitments opened one at a time)".
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import truceline
from truceline.cli.main import app
from truceline.evidence.ledger import Ledger
from truceline.pipeline.bundle import bundle_record
from truceline.pipeline.mission import MissionView
from truceline.pipeline.verify import check_mission

SITES = 40


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def said(*arguments: object) -> str:
    result = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def mission(exercise_mission: MissionView, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An own copy of the exercise, with its key, and a register of forty sites beside it."""
    home = tmp_path_factory.mktemp("sealed")
    shutil.copytree(exercise_mission.folder, home / "mission")
    shutil.copy2(exercise_mission.folder.with_name("mission.key"), home / "mission.key")
    rows = [
        f"site-{number:02d},Hospital no {number},48.{number:02d}5,37.{number:02d}5,200,humanitarian"
        for number in range(SITES)
    ]
    header = "id,name,latitude,longitude,radius_m,kind"
    (home / "sites.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return home / "mission"


def test_commit_to_forty_open_one_redact_another(
    mission: Path, exercise_mission: MissionView, tmp_path: Path
) -> None:
    home = mission.parent
    with Ledger.open(mission) as ledger:
        index, key, past = ledger.size, str(ledger.key), ledger.checkpoint

    # The owner commits to forty sites for two groups.
    keys = [
        said("sealed", "group", home / f"{name}.group", "--name", name).strip()
        for name in ("OBSERVERS", "GUARANTORS")
    ]
    told = said(
        "sealed", "commit", home / "sites.csv", "--mission", mission, "--title", "Hospitals",
        "--to", keys[0], "--to", keys[1], "--label", "AMBER",
    )  # fmt: skip
    assert f"entry {index}\tHospitals: {SITES} sites" in told
    for name in ("OBSERVERS", "GUARANTORS"):
        opened = said("sealed", "open", index, "--mission", mission,
                      "--group", home / f"{name}.group")  # fmt: skip
        ids = sorted(json.loads(line)["id"] for line in opened.splitlines())
        assert ids == [f"site-{number:02d}" for number in range(SITES)]

    # One is shown to the other side, who has this file and the key of the log, and no mission.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said(
        "sealed", "open", index, "--mission", mission, "--group", home / "OBSERVERS.group",
        "--site", "site-07", "-o", elsewhere / "one",
    )  # fmt: skip
    checked = subprocess.run(
        [sys.executable, "-c", "from truceline.cli.main import main; main()",
         "sealed", "check", "one", "--key", key],
        cwd=elsewhere,
        env={"PYTHONPATH": str(Path(truceline.__file__).parents[1]), "PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stderr) == (0, "")
    assert '"latitude_e7":480750000,"longitude_e7":370750000' in checked.stdout
    assert f"is one of {SITES} fields of 'Hospitals'" in checked.stdout
    shown = (elsewhere / "one").read_text(encoding="utf-8")
    assert [number for number in range(SITES) if f'Hospital no {number}"' in shown] == [7]

    # Another is redacted: nobody can open it here any more, and nothing else changed.
    said("sealed", "redact", index, "--mission", mission, "--reason", "evacuated",
         "--site", "site-11")  # fmt: skip
    left = said("sealed", "open", index, "--mission", mission,
                "--group", home / "GUARANTORS.group")  # fmt: skip
    assert len(left.splitlines()) == SITES - 1
    assert "site-11" not in left
    with Ledger.open(mission) as ledger:
        assert ledger.size == index + 2
        assert ledger.read(index).commits
        assert past is not None
        assert ledger.checkpoint != past
    assert f"{SITES} sealed\t1 redacted\t{SITES - 1} blobs here" in said(
        "sealed", "list", "--mission", mission
    )
    verified = check_mission(mission, key, again=True, threads=1, progress=silent)
    assert verified.report.ok, verified.report.problem
    assert verified.replayed
    incident = exercise_mission.records("incident")[0]["id"]
    assert bundle_record(mission, incident, tmp_path / "one.bundle").key == key
    # What was shown before the redaction of another site is as true as before.
    assert said("sealed", "check", elsewhere / "one", "--key", key).startswith("VERIFIED\n")
