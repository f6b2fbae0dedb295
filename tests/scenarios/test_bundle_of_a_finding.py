"""A finding leaves its mission in one file, and anybody can check it with Python alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from truceline.cli.main import app
from truceline.evidence.cosignature import cosigner_key
from truceline.evidence.keys import SigningKey, read_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.mirror import Mirror, folder_source
from truceline.evidence.strict import FormatError
from truceline.pipeline import bundle as bundling
from truceline.pipeline.bundle import VERIFIER, bundle_record
from truceline.pipeline.cosigned import collect, cosigned_file
from truceline.pipeline.mission import MissionView, open_mission
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


ASKED_S = 1_775_000_000


@pytest.fixture
def collected(exercise_mission: MissionView, tmp_path: Path) -> Path:
    """The exercise with four mirrors: three hold it, one is silent. The policy lies beside."""
    mission = tmp_path / "m"
    shutil.copytree(exercise_mission.folder, mission)
    with Ledger.open(mission) as ledger:
        key = ledger.key
    lines = [f"log {key}"]
    for at in range(4):
        seed, store = bytes([at + 1]) * 32, tmp_path / f"mirror{at}"
        if at != 2:
            with Mirror.create(store, seed, f"m{at}.example", key) as mirror:
                mirror.pull(folder_source(mission), ASKED_S + at)
        name = cosigner_key(SigningKey(name=f"m{at}.example", seed=seed))
        lines.append(f"witness M{at} {name} {store}")
    lines += ["group parties any M2", "group det 3 M0 M1 parties M3", "quorum det", ""]
    (tmp_path / "policy.txt").write_text("\n".join(lines), encoding="utf-8")
    return mission


def bundle(mission: Path, record: str, out: Path) -> Result:
    arguments = ["bundle", record, "-o", str(out), "--mission", str(mission)]
    return CliRunner().invoke(app, arguments)


def test_carries_what_mirrors_answered_and_asks_nobody(collected: Path, tmp_path: Path) -> None:
    with closing(open_mission(collected)) as view:
        record = view.records("incident")[0]["id"]
    alone = bundle(collected, record, tmp_path / "alone.bundle")
    assert "mirrors: level R, no policy: nothing is known" in alone.output
    collect(collected, tmp_path / "policy.txt", ASKED_S + 60)
    for store in tmp_path.glob("mirror?"):
        shutil.rmtree(store)
    made = bundle(collected, record, tmp_path / "one.bundle")
    assert made.exit_code == 0, made.output
    assert "mirrors: level D, policy not pinned: 3 of 4 counted mirrors cosigned; " in made.stdout
    assert made.stderr == "left out: mirror M2: has given no cosigned head\n"
    checked = check(tmp_path, "one.bundle", "--policy", "policy.txt")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "mirrors: level D, policy given: 3 of 4 counted mirrors cosigned; " in checked.stdout
    # 1_775_000_001 is the median of what the three say, and the instant lies behind its second.
    assert "not after 2026-03-31T23:33:22Z, their median; " in checked.stdout
    assert '"disputed by none" is withheld by M2\n' in checked.stdout


def test_mirrors_behind_an_earlier_head_do_not_count(
    exercise_mission: MissionView, collected: Path, tmp_path: Path
) -> None:
    with closing(open_mission(collected)) as view:
        record = view.records("incident")[0]["id"]
    collect(collected, tmp_path / "policy.txt", ASKED_S + 60)
    seed = read_key(exercise_mission.folder.with_name("mission.key"))
    with Ledger.open(collected, seed) as ledger:
        size = ledger.size
        ledger.store_derived("later.jsonl", b"")
        ledger.commit(1)
    made = bundle(collected, record, tmp_path / "one.bundle")
    assert made.exit_code == 0, made.output
    assert "mirrors: level R, policy not pinned: 0 of 4 counted mirrors cosigned; " in made.stdout
    for name in ("M0", "M1", "M3"):
        why = f"stands behind another head, of {size} entries"
        assert f"left out: mirror {name}: {why}\n" in made.stderr


def test_kept_answers_that_cannot_be_read_give_no_bundle(collected: Path, tmp_path: Path) -> None:
    with closing(open_mission(collected)) as view:
        record = view.records("incident")[0]["id"]
    cosigned_file(collected).write_bytes(b"{}")
    with pytest.raises(FormatError, match="has not the fields"):
        bundle_record(collected, record, tmp_path / "one.bundle")
    assert not (tmp_path / "one.bundle").exists()


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
