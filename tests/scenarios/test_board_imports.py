"""What a board takes from the exercise: a whole mission, and one bundle."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from truceline.evidence.ledger import Ledger, LedgerError
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_folder import new_board
from truceline.pipeline.bundle import bundle_record
from truceline.pipeline.imports import import_evidence, read_imports
from truceline.pipeline.mission import MissionView
from truceline.pipeline.run import packaged_agreement
from truceline.records.canonical import read_record
from truceline.records.finding import Finding


@pytest.fixture
def board(tmp_path: Path) -> Path:
    new_board(tmp_path / "board", "Guarantors", [packaged_agreement("mfo.toml")])
    return tmp_path / "board"


def test_a_bundle_comes_in_once_and_only_if_it_verifies(
    board: Path, exercise_mission: MissionView, tmp_path: Path
) -> None:
    incident = exercise_mission.index.records("incident")[0]["id"]
    out = tmp_path / "one.bundle"
    made = bundle_record(exercise_mission.folder, incident, out)
    assert import_evidence(board, out, made.key).files == 1
    assert import_evidence(board, out, made.key).files == 0
    assert read_imports(board).bundles == (sha256(out.read_bytes()).hexdigest(),)
    with pytest.raises(LedgerError, match="is no bundle that verifies: key: is "):
        import_evidence(board, out, str(Ledger.open(board).key))
    out.write_bytes(out.read_bytes()[:-2])
    with pytest.raises(LedgerError, match="is no bundle that verifies"):
        import_evidence(board, out, made.key)


def test_the_findings_of_a_bundle_are_facts_on_the_board_and_count_once(
    board: Path, exercise_mission: MissionView, tmp_path: Path
) -> None:
    incident = exercise_mission.index.records("finding")[0]["incident"]
    expected = {
        read_record(Finding, one).id
        for one in exercise_mission.index.records("finding")
        if one["incident"] == incident
    }
    made = bundle_record(exercise_mission.folder, incident, tmp_path / "one.bundle")
    import_evidence(board, tmp_path / "one.bundle", made.key)
    bundled = GuarantorsBoard(board).taken(0).findings
    assert {one.finding for one in bundled} == expected
    assert len(expected) == len(bundled) > 0
    import_evidence(board, exercise_mission.folder, made.key)
    whole = GuarantorsBoard(board).taken(0).findings
    assert [one for one in whole if one.incident == incident] == bundled
    assert len({one.finding for one in whole}) == len(whole) > len(bundled)


def test_a_whole_mission_with_documents_comes_in(
    board: Path, exercise_mission: MissionView
) -> None:
    with Ledger.open(exercise_mission.folder) as ledger:
        key, size = ledger.key, ledger.size
    found = import_evidence(board, exercise_mission.folder, str(key))
    assert (found.entries, found.acts, found.files) == (size, 0, 4)
    log = read_imports(board).logs[key.name]
    assert sorted(log.agreements.values()) == ["energy-moratorium-2025.toml", "exercise.toml"]
    assert sorted(set(log.derived) & {"findings.jsonl", "incidents.jsonl"}) == [
        "findings.jsonl",
        "incidents.jsonl",
    ]
