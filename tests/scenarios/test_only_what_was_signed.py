"""Promise 2: what is shown is what was signed; a file that was touched is refused, not shown."""

import shutil
from pathlib import Path

import pytest

from truceline.evidence.ledger import LedgerError
from truceline.pipeline.mission import MissionView, open_mission
from truceline.pipeline.run import read_folder
from truceline.pipeline.seal import MissionError


@pytest.mark.parametrize("name", ["incidents.jsonl", "findings.jsonl", "summary.json"])
def test_a_touched_derived_file_is_named_and_nothing_of_it_is_shown(
    exercise_mission: MissionView, tmp_path: Path, name: str
) -> None:
    touched = tmp_path / "mission"
    shutil.copytree(exercise_mission.folder, touched)
    path = touched / "derived" / name
    path.write_bytes(path.read_bytes().replace(b'"revision":1', b'"revision":2') + b"\n")
    with pytest.raises(LedgerError, match=rf"derived/{name} is not what the log states"):
        open_mission(touched)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder, secret = tmp_path / "folder" / "labels", tmp_path / "secret"
    folder.mkdir(parents=True)
    secret.write_text("not for a mission")
    (folder / "viina_x.csv").symlink_to(secret)
    with pytest.raises(MissionError, match=r"labels/viina_x\.csv is a link that leads out"):
        read_folder(folder.parent)
