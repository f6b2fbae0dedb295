"""Promise 5: flip any byte of a mission folder, and the check names the file and says why."""

import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from truceline.evidence.keys import SigningKey, read_key
from truceline.evidence.ledger import Ledger
from truceline.pipeline import run
from truceline.pipeline.verify import check_mission

POSITIONS = 220


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mission = tmp_path_factory.mktemp("flip") / "mission"
    view = run.exercise(mission, seed=3, days=1, start=date(2025, 3, 26), progress=silent)
    view.close()
    return mission


def problem_of(folder: Path) -> tuple[str, str] | None:
    report = check_mission(folder, None, again=False, threads=1, progress=silent).report
    return (report.problem.file, report.problem.why) if report.problem else None


def test_an_untouched_mission_is_consistent(folder: Path) -> None:
    assert problem_of(folder) is None


def test_every_flipped_byte_is_named_with_its_file(folder: Path, tmp_path: Path) -> None:
    touched = tmp_path / "mission"
    shutil.copytree(folder, touched)
    chance = random.Random(20260411)  # noqa: S311 - which byte
    files = sorted(path for path in touched.rglob("*") if path.is_file() and path.stat().st_size)
    # Every file at least once, then by chance: small files are the ones that hold the log.
    chosen = [*files, *chance.choices(files, k=max(0, POSITIONS - len(files)))]
    assert len(chosen) >= POSITIONS
    for path in chosen:
        whole = path.read_bytes()
        at = chance.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        problem = problem_of(touched)
        path.write_bytes(whole)
        assert problem is not None, f"byte {at} of {path}"
        name, why = problem
        assert name == path.relative_to(touched).as_posix(), f"byte {at} of {path}: {problem}"
        assert why
    assert problem_of(touched) is None


def test_the_wrong_signer_is_told(folder: Path) -> None:
    other = str(SigningKey(name="truceline.example/mission", seed=b"x" * 32).verifier)
    report = check_mission(folder, other, again=False, threads=1, progress=silent).report
    assert report.problem is not None
    assert report.problem.why.startswith("names the signer truceline.example/mission")


def test_a_signed_file_that_does_not_follow_is_found_by_doing_the_job_again(
    folder: Path, tmp_path: Path
) -> None:
    forged = tmp_path / "mission"
    shutil.copytree(folder, forged)
    with Ledger.open(forged, read_key(folder.with_name("mission.key"))) as ledger:
        ledger.store_derived("findings.jsonl", b"")
        ledger.commit(1)
    assert problem_of(forged) is None
    report = check_mission(forged, None, again=True, threads=1, progress=silent).report
    assert report.problem is not None
    assert report.problem.file == "derived/findings.jsonl"
