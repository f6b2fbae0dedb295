"""A document comes in after the mission was sealed: it counts once everything is derived again."""

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.pipeline.facts import commission_facts, judged_of
from truceline.pipeline.index import KINDS
from truceline.pipeline.mission import MissionView
from truceline.pipeline.verify import check_mission
from truceline.records.canonical import read_record
from truceline.records.revision import Superseded

HEAD = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_ti5,frp,daynight\n"
)
# 25 March 2025, 00:40 UTC, east of Pokrovsk.
ROW = "48.2801,37.3102,345.1,0.4,0.4,2025-03-25,0040,N20,VIIRS,h,2.0NRT,290.1,14.2,N\n"
NOW_US = time.time_ns() // 1000
# Written only where something was told before.
AFTER = {"revisions.jsonl", "superseded.jsonl"}


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


def late(mission: Path, tmp_path: Path, name: str, row: str) -> str:
    """Hand in a document of one row, derive again, and give what that told."""
    (tmp_path / name).write_text(HEAD + row, encoding="utf-8")
    run("ledger", "append", tmp_path / name, "--name", f"firms/{name}", "--mission", mission)
    return run("derive", "--mission", mission)


def incidents(mission: Path) -> dict[str, dict[str, object]]:
    lines = (mission / "derived/incidents.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["id"]: one for one in map(json.loads, lines)}


def test_late_data_make_a_new_revision_that_says_so(mission: Path, tmp_path: Path) -> None:
    """A fire that nobody knew, then a second look at it three hundred metres on."""
    before = incidents(mission)
    assert "incidents new\t1" in late(mission, tmp_path, "first.csv", ROW)
    (new,) = incidents(mission).keys() - before.keys()
    assert incidents(mission)[new]["revision"] == 1
    assert (mission / "derived/earlier-0001.jsonl").is_file()
    told = late(mission, tmp_path, "second.csv", ROW.replace("48.2801", "48.2825"))
    assert "incidents changed\t1" in told
    now = incidents(mission)
    (one,) = (one for one in now.values() if one["revision"] == 2)
    assert (one["stage"], one["id"]) == ("AUTO2", one["id"])
    assert {key: one for key, one in now.items() if one["revision"] == 1} == before
    (revision,) = (
        json.loads(line)
        for line in (mission / "derived/revisions.jsonl").read_text("utf-8").splitlines()
    )
    assert (revision["incident"], revision["from_revision"]) == (one["id"], 1)
    assert "observations" in revision["fields"]
    gone = [
        read_record(Superseded, json.loads(line))
        for line in (mission / "derived/superseded.jsonl").read_text("utf-8").splitlines()
    ]
    assert {(row.finding.incident, row.finding.revision) for row in gone} == {(one["id"], 1)}
    assert all(row.by == (replace(row.finding, revision=2).id,) for row in gone)
    facts, old = commission_facts(judged_of(mission)), gone[0]
    assert facts[old.finding.id].superseded_by == old.by
    assert facts[old.by[0]].superseded_by is None
    assert old.finding.id in run("show", old.finding.id, "--mission", mission)
    assert why_not(mission) == ""
    assert "nothing changed" in run("derive", "--mission", mission)
    shown = run("show", str(one["id"]), "--mission", mission)
    assert "revision 2 (AUTO2)" in shown


def test_a_past_that_was_never_told_is_refused(mission: Path, tmp_path: Path) -> None:
    late(mission, tmp_path, "first.csv", ROW)
    invented = (mission / "derived/earlier-0001.jsonl").read_bytes().replace(b"AUTO1", b"FINAL")
    with Ledger.open(mission, read_key(mission.with_name("m.key"))) as ledger:
        ledger.store_derived("earlier-0002.jsonl", invented)
        ledger.commit(NOW_US)
    with pytest.raises(LedgerError, match="is said to be what was told, and never was"):
        why_not(mission)


def test_a_crash_between_two_files_puts_nothing_aside_twice(mission: Path, tmp_path: Path) -> None:
    """What was told is put aside and stated; then the power goes, and nothing else is told."""
    now = (mission / "derived/incidents.jsonl").read_bytes()
    with Ledger.open(mission, read_key(mission.with_name("m.key"))) as ledger:
        ledger.store_derived("earlier-0001.jsonl", now)
        ledger.commit(NOW_US)
    assert "incidents new\t1" in late(mission, tmp_path, "first.csv", ROW)
    assert not (mission / "derived/earlier-0002.jsonl").exists()
    assert why_not(mission) == ""


def test_what_is_kept_to_be_quick_is_made_again(mission: Path) -> None:
    run("incidents", "--mission", mission)
    index = mission.with_name("m.index.sqlite")
    index.write_bytes(b"broken")
    told = run("ledger", "rebuild-index", "--mission", mission)
    size = json.loads(run("ledger", "export", "--mission", mission).splitlines()[-1])["index"] + 1
    files = [mission / "derived" / name for name in KINDS if name not in AFTER]
    records = sum(len(path.read_bytes().splitlines()) for path in files) + 1
    assert told == f"played\t{size} statements\nindexed\t{records} records\n"


def test_a_file_without_its_statement_is_stated_again(mission: Path) -> None:
    """As a crash between the two leaves it."""
    (mission / "derived/summary.json").write_bytes(b"{}")
    assert why_not(mission).startswith("derived/summary.json: ")
    assert "changed\tderived/summary.json" in run("derive", "--mission", mission)
    assert why_not(mission) == ""
