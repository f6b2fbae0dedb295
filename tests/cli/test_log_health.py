"""Who stands behind a log: asked once, kept beside it, and told wherever an entry is shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.cosignature import cosigner_key
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.mirror import Mirror, folder_source
from truceline.evidence.policy import Level
from truceline.evidence.strict import FormatError
from truceline.pipeline.cosigned import collect, cosigned_file, read_standing
from truceline.pipeline.health import log_health

SEED = bytes(range(32))
KEY = SigningKey(name="example.org/m", seed=SEED).verifier
NAMES = ("m1", "m2", "m3", "m4")
ASKED_S = 1_775_000_000


def begun(folder: Path, title: str = "") -> Path:
    folder.parent.mkdir(exist_ok=True)
    with Ledger.create(folder, SEED, KEY.name) as ledger:
        ledger.store_mission_file(f'title = "{title}"\nverifier_key = "{KEY}"\n'.encode())
        ledger.commit(0)
    write_key(folder.with_name(f"{folder.name}.key"), SEED)
    return folder


def grow(mission: Path) -> None:
    with Ledger.open(mission, SEED) as ledger:
        ledger.store_derived("a.jsonl", b"")
        ledger.commit(1)


def pull(store: Path, source: Path) -> None:
    with Mirror.open(store) as mirror:
        mirror.pull(folder_source(source), ASKED_S)


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    """A log with four mirrors that hold all of it, and a policy that names them."""
    folder = begun(tmp_path / "m")
    lines = [f"log {KEY}"]
    for number, name in enumerate(NAMES):
        seed = bytes([number + 1]) * 32
        Mirror.create(tmp_path / name, seed, f"{name}.example", KEY).close()
        pull(tmp_path / name, folder)
        key = cosigner_key(SigningKey(name=f"{name}.example", seed=seed))
        lines.append(f"witness {name} {key} {tmp_path / name}")
    lines += [f"group all 3 {' '.join(NAMES)}", "quorum all", ""]
    (tmp_path / "policy.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


def ask(mission: Path) -> None:
    collect(mission, mission.parent / "policy.txt", ASKED_S)


def test_without_mirrors_every_entry_is_at_level_r(mission: Path) -> None:
    told = log_health(mission)
    assert (told["level"], told["policy"], told["mirrors"]) == ("R", None, [])
    assert (told["size"], told["actors"][0]["seq"], told["journals"]) == (1, 0, None)


def test_all_mirrors_make_level_d(mission: Path) -> None:
    ask(mission)
    told = log_health(mission)
    assert told["level"] == "D"
    assert told["policy"]["needed"] == {"C": 2, "D": 3}
    assert [(one["lag"], one["cosigned_s"]) for one in told["mirrors"]] == [(0, ASKED_S)] * 4


def test_a_new_entry_waits_for_its_mirrors(mission: Path) -> None:
    grow(mission)
    pull(mission.parent / "m1", mission)
    pull(mission.parent / "m2", mission)
    ask(mission)
    standing = read_standing(mission)
    assert [standing.level_of(index) for index in range(2)] == [Level.D, Level.C]
    assert [one["lag"] for one in log_health(mission)["mirrors"]] == [0, 0, 1, 1]


def test_a_mirror_that_is_silent_or_of_another_log_does_not_count(mission: Path) -> None:
    other = begun(mission.parent / "rewritten" / "m", "another past")
    name = next((mission.parent / "m1").glob("*/checkpoint"))
    name.write_bytes((other / "log/checkpoint").read_bytes())
    forked = mission.parent / "fork"
    Mirror.create(forked, bytes([2]) * 32, "m2.example", KEY).close()
    pull(forked, other)
    next((mission.parent / "m2").glob("*/checkpoint")).write_bytes(
        next(forked.glob("*/checkpoint")).read_bytes()
    )
    next((mission.parent / "m3").glob("*/checkpoint")).unlink()
    ask(mission)
    standing = read_standing(mission)
    why = [one.why for one in standing.mirrors]
    assert why[0] == "has not put its signature under the head that it serves"
    assert why[1] == "cosigned a head that is none of this log"
    assert "No such file" in why[2]
    assert why[3] == ""
    assert standing.level_of(0) is Level.R


def test_a_mirror_ahead_of_a_folder_that_was_put_back_is_told(
    mission: Path, tmp_path: Path
) -> None:
    shutil.copytree(mission, tmp_path / "old")
    grow(mission)
    pull(tmp_path / "m1", mission)
    shutil.rmtree(mission)
    (tmp_path / "old").rename(mission)
    ask(mission)
    assert read_standing(mission).mirrors[0].why == "is ahead, at 2 entries"


def test_the_policy_has_to_name_the_log(mission: Path) -> None:
    policy = mission.parent / "policy.txt"
    policy.write_text(
        "".join(policy.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8"
    )
    with pytest.raises(FormatError, match=r"policy\.txt has no line for the log example\.org/m"):
        ask(mission)


def test_answers_that_were_tampered_with_are_no_signatures(mission: Path) -> None:
    ask(mission)
    path = cosigned_file(mission)
    said = json.loads(path.read_bytes())
    said["notes"][0][1] = said["notes"][1][1]
    path.write_text(json.dumps(said), encoding="utf-8")
    assert "has not put its signature" in read_standing(mission).mirrors[0].why
    path.write_bytes(b"{}")
    with pytest.raises(FormatError, match=r"m\.cosigned cannot be read; ask the mirrors again"):
        read_standing(mission)


def test_the_command_asks_and_tells(mission: Path) -> None:
    policy = mission.parent / "policy.txt"
    result = CliRunner().invoke(
        app, ["mirror", "collect", "--policy", str(policy), "--mission", str(mission)]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        *(f"{name}\t1\t" for name in NAMES),
        "level C\t1",
        "level D\t1",
    ]
