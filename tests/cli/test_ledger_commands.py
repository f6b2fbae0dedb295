"""`truceline ledger`: how it stands, take a document, check, give out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.errors import HaltError
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.receipt import read_receipt
from truceline.pipeline.seal import MissionError

SEED = bytes(range(32))
KEY = SigningKey(name="example.org/m", seed=SEED).verifier


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    folder = tmp_path / "m"
    with Ledger.create(folder, SEED, KEY.name) as ledger:
        ledger.store_mission_file(f'verifier_key = "{KEY}"\n'.encode())
        ledger.commit(0)
    write_key(tmp_path / "m.key", SEED)
    (tmp_path / "day.csv").write_bytes(b"48.1,37.5\n")
    return folder


def said(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["ledger", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_document_is_taken_and_checked(mission: Path, tmp_path: Path) -> None:
    assert "none: this mission was written in one go" in said("status", "--mission", mission)
    append = ("append", tmp_path / "day.csv", "--name", "firms/day.csv", "--mission", mission)
    receipt = read_receipt(said(*append).encode(), KEY)
    assert receipt.index == 1
    status = said("status", "--mission", mission)
    assert "head\t2 statements" in status
    assert "journals\t3 frames, 2 heads" in status
    assert said("fsck", "--mission", mission, "--key", str(KEY)) == status
    lines = [json.loads(line) for line in said("export", "--mission", mission).splitlines()]
    assert [line["kind"] for line in lines] == ["mission", "original"]
    assert lines[1]["sha256"] == receipt.statement
    said("export", "--mission", mission, "-o", tmp_path / "out")
    assert len((tmp_path / "out").read_text(encoding="utf-8").splitlines()) == 2


def test_damage_is_told(mission: Path, tmp_path: Path) -> None:
    said("append", tmp_path / "day.csv", "--name", "firms/day.csv", "--mission", mission)
    a, b = (tmp_path / f"m.journal-{name}" for name in "ab")
    a.write_bytes(a.read_bytes()[:-1])
    assert f"{a}\tto be healed from the other" in said("fsck", "--mission", mission)
    b.write_bytes(b.read_bytes()[:-1])
    with pytest.raises(HaltError, match="no frame holds the signed head"):
        said("fsck", "--mission", mission)
    (mission / "mission.toml").write_bytes(b"")
    result = CliRunner().invoke(app, ["ledger", "fsck", "--mission", str(mission)])
    assert (result.exit_code, "NOT VERIFIED: mission.toml" in result.output) == (1, True)


def test_both_journals_are_named_or_none(mission: Path) -> None:
    result = CliRunner().invoke(
        app, ["ledger", "status", "--mission", str(mission), "--journal-a", "x"]
    )
    assert result.exit_code == 2


def test_a_document_that_no_feed_reads_is_refused(mission: Path, tmp_path: Path) -> None:
    with pytest.raises(MissionError, match=r"no feed reads a document named 'day.csv'; .*firms/"):
        said("append", tmp_path / "day.csv", "--name", "day.csv", "--mission", mission)


def test_a_name_stands_for_one_document(mission: Path, tmp_path: Path) -> None:
    append = ("append", tmp_path / "day.csv", "--name", "firms/day.csv", "--mission", mission)
    said(*append)
    (tmp_path / "day.csv").write_bytes(b"48.2,37.5\n")
    with pytest.raises(MissionError, match=r"firms/day.csv is in the mission already, .*entry 1"):
        said(*append)
