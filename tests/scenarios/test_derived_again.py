"""A document comes in after the mission was sealed: it counts once everything is derived again."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.pipeline.mission import MissionView
from truceline.pipeline.verify import check_mission

HEAD = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_ti5,frp,daynight\n"
)
# 25 March 2025, 00:40 UTC, east of Pokrovsk.
ROW = "48.2801,37.3102,345.1,0.4,0.4,2025-03-25,0040,N20,VIIRS,h,2.0NRT,290.1,14.2,N\n"


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture
def mission(exercise_mission: MissionView, tmp_path: Path) -> Path:
    """A copy of the exercise that may be written to."""
    source = exercise_mission.folder
    shutil.copytree(source, tmp_path / "m")
    shutil.copy(source.with_name(f"{source.name}.key"), tmp_path / "m.key")
    return tmp_path / "m"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def why_not(mission: Path) -> str:
    problem = check_mission(mission, None, again=True, threads=1, progress=silent).report.problem
    return "" if problem is None else f"{problem.file}: {problem.why}"


def test_nothing_new_changes_nothing(mission: Path) -> None:
    before = (mission / "log/checkpoint").read_bytes()
    assert "nothing changed" in run("derive", "--mission", mission)
    assert (mission / "log/checkpoint").read_bytes() == before


def test_a_late_document_counts_after_deriving_again(mission: Path, tmp_path: Path) -> None:
    derived = {path.name: path.read_bytes() for path in (mission / "derived").iterdir()}
    (tmp_path / "late.csv").write_text(HEAD + ROW, encoding="utf-8")
    run("ledger", "append", tmp_path / "late.csv", "--name", "firms/late.csv", "--mission", mission)
    assert "is not stated with the rows that this software reads" in why_not(mission)
    told = run("derive", "--mission", mission)
    assert "read\t1 documents" in told
    assert "changed\tderived/observations.jsonl" in told
    assert why_not(mission) == ""
    documents = (mission / "derived/documents.jsonl").read_text(encoding="utf-8").splitlines()
    assert "firms/late.csv" in [json.loads(line)["name"] for line in documents]
    seen = (mission / "derived/observations.jsonl").read_bytes()
    assert len(seen.splitlines()) == len(derived["observations.jsonl"].splitlines()) + 1


def test_a_file_without_its_statement_is_stated_again(mission: Path) -> None:
    """As a crash between the two leaves it."""
    (mission / "derived/summary.json").write_bytes(b"{}")
    assert why_not(mission).startswith("derived/summary.json: ")
    assert "changed\tderived/summary.json" in run("derive", "--mission", mission)
    assert why_not(mission) == ""
