"""Ten kinds of bad input, each in a folder with good documents: one clear error, nothing lost."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from truceline.pipeline.mission import MissionView

TRUCELINE = str(Path(sys.executable).with_name("truceline"))
FIRMS = "firms/J1_VIIRS_C2_Global_VJ114IMGTDL_NRT_2025084.txt.csv"
Damage = Callable[[list[bytes]], bytes]


def lines_with(row: Callable[[bytes], bytes]) -> Damage:
    """Damage the second line of a document, which is its first row."""
    return lambda lines: b"".join([lines[0], row(lines[1]), *lines[2:]])


def cells(row: bytes, changes: dict[int, bytes]) -> bytes:
    fields = row.split(b",")
    return b",".join(changes.get(number, field) for number, field in enumerate(fields))


# What is done to a good document; whether the whole of it or one row is refused; and the words.
BAD: dict[str, tuple[Damage, str, str]] = {
    "empty file": (lambda _lines: b"", "whole", "empty"),
    "HTML instead of CSV": (
        lambda _lines: b"<!doctype html><title>503</title>",
        "whole",
        "<!doctype html>",
    ),
    "truncated row": (lines_with(lambda row: row[:20] + b"\n"), "row", "fields"),
    "latitude 95": (lines_with(lambda row: cells(row, {0: b"95.0"})), "row", "latitude"),
    "swapped columns": (
        lines_with(lambda row: cells(row, {0: b"137.5", 1: b"48.1"})),
        "row",
        "latitude",
    ),
    "10 MB line": (lines_with(lambda _row: b"x" * 10_000_000 + b"\n"), "row", "10000000"),
    "invalid UTF-8": (lines_with(lambda row: b"\xff\xfe" + row), "row", "UTF-8"),
    "date in 2099": (lines_with(lambda row: cells(row, {5: b"2099-03-25"})), "row", "2099"),
    "NaN": (lines_with(lambda row: cells(row, {11: b"nan"})), "row", "nan"),
}


def replayed(folder: Path, mission: Path) -> dict[str, dict[str, object]]:
    """Replay a folder on the command line, and give its register of documents by name."""
    done = subprocess.run(
        [
            TRUCELINE, "replay", str(folder), "--agreement", "exercise", "--mission", str(mission),
            "--from", "2025-03-24", "--to", "2025-03-26",
        ],
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Refused:" in done.stdout
    lines = (mission / "derived" / "documents.jsonl").read_text().splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


@pytest.fixture
def folder(exercise_mission: MissionView, tmp_path: Path) -> Path:
    source = exercise_mission.folder.with_name("mission.exercise")
    shutil.copytree(source, tmp_path / "documents")
    return tmp_path / "documents"


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_gets_one_clear_error_and_the_rest_is_kept(
    kind: str, folder: Path, tmp_path: Path, exercise_mission: MissionView
) -> None:
    damage, extent, words = BAD[kind]
    path = folder / FIRMS
    path.write_bytes(damage(path.read_bytes().splitlines(keepends=True)))
    before = {row["name"]: row for row in exercise_mission.records("document")}
    after = replayed(folder, tmp_path / "mission")
    document = after[FIRMS]
    if extent == "whole":
        assert words in str(document["foreign"]), document
        assert str(document["foreign"]).startswith("firms: ")
        assert document["rows"] == 0
    else:
        refused = document["refused"]
        assert isinstance(refused, list)
        assert [row for row in refused if row["line"] == 2 and words in row["reason"]], refused
        assert document["rows"] == before[FIRMS]["rows"] - 1
    untouched = set(before) - {FIRMS}
    assert all(after[name]["rows"] == before[name]["rows"] for name in untouched)


def test_a_duplicate_file_is_named_and_counted_once(
    folder: Path, tmp_path: Path, exercise_mission: MissionView
) -> None:
    shutil.copy(folder / FIRMS, folder / "firms" / "zz_copy.csv")
    after = replayed(folder, tmp_path / "mission")
    assert after["firms/zz_copy.csv"]["same_as"] == FIRMS
    assert after["firms/zz_copy.csv"]["rows"] == 0
    incidents = (tmp_path / "mission" / "derived" / "incidents.jsonl").read_bytes()
    whole = exercise_mission.folder / "derived" / "incidents.jsonl"
    assert [json.loads(line)["id"] for line in incidents.splitlines()] == [
        json.loads(line)["id"] for line in whole.read_bytes().splitlines()
    ]


def replay_easter(folder: Path, mission: Path) -> tuple[dict[str, object], str]:
    """Replay a folder for one day, and give its summary and what was printed."""
    done = subprocess.run(
        [
            TRUCELINE, "replay", str(folder), "--agreement", "exercise", "--mission", str(mission),
            "--from", "2025-03-25", "--to", "2025-03-25",
        ],
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads((mission / "derived" / "summary.json").read_text()), done.stdout + done.stderr


def only_satellites(folder: Path) -> list[Path]:
    shutil.rmtree(folder / "labels")
    for path in sorted((folder / "firms").iterdir()):
        if "2025084" not in path.name:
            path.unlink()
    return sorted((folder / "firms").iterdir())


def states(mission: Path) -> set[str]:
    lines = (mission / "derived" / "coverage.jsonl").read_text().splitlines()
    return {json.loads(line)["state"] for line in lines}


def test_a_day_whose_rows_were_all_refused_is_not_observed(folder: Path, tmp_path: Path) -> None:
    for path in only_satellites(folder):
        header, *rows = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([header, *(cells(row, {0: b"95.0"}) for row in rows)]))
    replay_easter(folder, tmp_path / "mission")
    assert states(tmp_path / "mission") == {"unknown"}


def test_a_name_does_not_make_a_day_observed_when_the_rows_speak_of_another(
    folder: Path, tmp_path: Path
) -> None:
    for path in only_satellites(folder):
        path.write_bytes(path.read_bytes().replace(b"2025-03-25", b"2025-03-24"))
    replay_easter(folder, tmp_path / "mission")
    assert states(tmp_path / "mission") == {"unknown"}


def test_what_burns_outside_the_country_is_on_nobodys_land(folder: Path, tmp_path: Path) -> None:
    near, far, *others = only_satellites(folder)
    for path in others:
        path.unlink()
    moved = {near: {0: b"50.60", 1: b"37.60"}, far: {0: b"48.00", 1: b"134.00"}}
    for path, place in moved.items():
        header, *rows = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(header + cells(rows[0], place))
    summary, printed = replay_easter(folder, tmp_path / "mission")
    incidents = (tmp_path / "mission" / "derived" / "incidents.jsonl").read_text().splitlines()
    (across,) = map(json.loads, incidents)
    assert (across["held_by"], across["area"]) == (None, None)
    assert summary["outside_rows"] == 1
    assert "1 observations far outside the country" in printed


def test_the_same_pixel_in_two_documents_counts_once(folder: Path, tmp_path: Path) -> None:
    first, *_ = only_satellites(folder)
    before, _ = replay_easter(folder, tmp_path / "once")
    first.with_name("zz_again.csv").write_bytes(first.read_bytes() + b"\n")
    after, _ = replay_easter(folder, tmp_path / "twice")
    assert before["repeated_rows"] == 0
    assert after["repeated_rows"]
    assert after["sides"] == before["sides"]
    assert after["readings"] == before["readings"]
