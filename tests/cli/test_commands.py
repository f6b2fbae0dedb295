"""The command line as a user meets it: examples, formats, one clear line for every error."""

import csv
import io
import json
import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from truceline.pipeline import run
from truceline.reports.words import load_words

TRUCELINE = str(Path(sys.executable).with_name("truceline"))
COMMANDS = [
    ("replay",), ("rerun",), ("exercise",), ("debrief",), ("incidents",), ("findings",),
    ("coverage",), ("claims",), ("sources",), ("report",), ("serve",), ("verify",), ("show",),
    ("fetch",), ("fuse",), ("demo",),
    ("agreement", "check"), ("agreement", "explore"), ("background", "fit"),
    ("mirror", "pull"), ("mirror", "serve"), ("mirror", "status"), ("mirror", "compare"),
    ("mirror", "check"), ("time", "request"), ("time", "add"), ("time", "show"),
]  # fmt: skip


def truceline(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRUCELINE, *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "mission"
    run.exercise(folder, seed=7, days=3, start=date(2025, 3, 24), progress=silent).close()
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    done = truceline(*command, "--help")
    assert done.returncode == 0
    assert f"Example: truceline {' '.join(command)}" in " ".join(done.stdout.split())


@pytest.mark.parametrize("kind", ["incidents", "findings", "coverage", "claims", "sources"])
def test_lists_are_json_and_csv_of_the_same_rows(mission: Path, kind: str) -> None:
    plain = json.loads(truceline(kind, "--mission", str(mission), "--format", "json").stdout)
    table = truceline(kind, "--mission", str(mission), "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    assert plain
    assert len(rows) == len(plain)


@pytest.mark.parametrize("kind", ["incidents", "findings", "coverage"])
def test_lists_are_geojson_and_table(mission: Path, kind: str) -> None:
    collection = json.loads(
        truceline(kind, "--format", "geojson", TRUCELINE_MISSION=str(mission)).stdout
    )
    assert collection["type"] == "FeatureCollection"
    assert collection["features"]
    assert truceline(kind, TRUCELINE_MISSION=str(mission)).stdout.count("\n") > 1


def test_show_leads_from_a_finding_to_the_bytes(mission: Path) -> None:
    findings = json.loads(
        truceline("findings", "--mission", str(mission), "--format", "json").stdout
    )
    wanted = next(row for row in findings if row.get("outcome") == "undecided")
    done = truceline("show", wanted["short_id"], "--mission", str(mission))
    assert done.returncode == 0, done.stderr
    assert "UNDECIDED" in done.stdout
    assert "decibans" in done.stdout
    assert "sha256 " in done.stdout
    assert " line " in done.stdout


def test_show_says_why_it_is_one_incident_and_why_others_are_not(mission: Path) -> None:
    incidents = json.loads(
        truceline("incidents", "--mission", str(mission), "--format", "json").stdout
    )
    wanted = max(incidents, key=lambda row: len(row["observations"]))
    done = truceline("show", wanted["short_id"], "--mission", str(mission))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The incident begins with it") == 1
    assert done.stdout.count("that it belongs here") == len(wanted["observations"]) - 1 > 0
    assert "Why others are not:" in done.stdout
    assert "would move it most" in done.stdout
    in_russian = truceline(
        "show", wanted["short_id"], "--mission", str(mission), "--language", "ru"
    ).stdout
    assert "Почему это один инцидент:" in in_russian
    english = load_words("en")
    headings = ("console.revision", "console.ledger", "show.probability", "show.coverage")
    for heading in (*headings, "show.read_from", "console.original_entry"):
        stem = english[heading].partition("{")[0]
        assert stem in done.stdout
        assert stem not in in_russian


def test_a_report_is_written_in_each_language(mission: Path, tmp_path: Path) -> None:
    for language, word in (
        ("en", "Daily report"),
        ("uk", "Щоденний звіт"),
        ("ru", "Ежедневный отчёт"),
    ):
        page = tmp_path / f"{language}.html"
        done = truceline(
            "report", "--mission", str(mission), "--date", "2025-03-25",
            "--language", language, "-o", str(page),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert word in page.read_text(encoding="utf-8")


def test_verify_answers_0_1_and_2(mission: Path, tmp_path: Path) -> None:
    good = truceline("verify", str(mission), "--replay")
    assert good.returncode == 0, good.stderr
    assert "signer not pinned" in good.stdout
    assert "byte for byte" in good.stdout
    key = good.stdout.rstrip().rpartition(" ")[2]
    pinned = truceline("verify", str(mission), "--key", key)
    assert pinned.returncode == 0
    assert "signed by" in pinned.stdout
    bad = truceline("verify", str(tmp_path))
    assert bad.returncode == 1
    assert "NOT VERIFIED: mission.toml" in bad.stderr


def test_agreement_check_lists_every_problem(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('format = 1\n[[clause]]\nid = "x"\nkind = "prohibit_fires"\n')
    done = truceline("agreement", "check", str(file))
    assert done.returncode == 2
    assert "did you mean prohibit_fire" in done.stderr
    assert done.stderr.count("problem: ") > 1
    assert truceline("agreement", "check", "easter-2026").returncode == 0


ERRORS = {
    "a folder that is none": (
        ("replay", "nowhere", "--agreement", "easter-2026", "--mission", "m"),
        "nowhere is no folder",
    ),
    "an agreement that is none": (
        ("replay", ".", "--agreement", "nothing.toml", "--mission", "m"),
        "nothing.toml cannot be read",
    ),
    "days that are none": (
        ("exercise", "--start", "20250325x", "--mission", "m"),
        "is not a day",
    ),
    "days the wrong way round": (
        ("replay", ".", "--agreement", "easter-2026", "--mission", "m",
         "--from", "2026-04-12", "--to", "2026-04-11"),
        "is before",
    ),
    "a mission that is none": (("incidents", "--mission", "nowhere"), "nowhere cannot be opened"),
    "an id that is none": (("show", "i:ffffffffff:1", "--mission", "MISSION"), "no such record"),
    "a day outside": (
        ("report", "--mission", "MISSION", "--date", "1999-01-01", "-o", "x.html"),
        "is outside",
    ),
    "a language without words": (
        ("report", "--mission", "MISSION", "--date", "2025-03-25", "-o", "x.html",
         "--language", "xx"),
        "no words of language 'xx'",
    ),
    "a mission that exists": (
        ("exercise", "--mission", "MISSION"),
        "exists; a mission is never overwritten",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_are_one_clear_line(kind: str, mission: Path, tmp_path: Path) -> None:
    words, message = ERRORS[kind]
    done = subprocess.run(
        [TRUCELINE, *(str(mission) if word == "MISSION" else word for word in words)],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert message in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_mirror_is_pulled_and_tells_where_it_stands(mission: Path, tmp_path: Path) -> None:
    key = tomllib.loads((mission / "mission.toml").read_text())["verifier_key"]
    store = str(tmp_path / "store")
    refused = truceline("mirror", "pull", "--store", store, "--source", str(mission))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    words = ["--name", "mirror.example/1", "--log-key", key]
    done = truceline("mirror", "pull", "--store", store, "--source", str(mission), *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("advanced: ")
    said = json.loads(truceline("mirror", "status", "--store", store).stdout)
    assert said["log"] == key
    assert said["size"] > 0
    assert said["frauds"] == []
