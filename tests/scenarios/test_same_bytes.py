"""Promise 3: the same evidence gives the same bytes, whatever machine and order it comes in."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from truceline.feeds.gather import Original
from truceline.pipeline import run
from truceline.pipeline.derive import Inputs, derive
from truceline.pipeline.verify import check_mission, read_inputs

pytestmark = pytest.mark.shared

WINDOW = ("--from", "2026-04-08", "--to", "2026-04-14")


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def vector_features() -> str:
    """Name the processor features that numpy would use beyond the least common ones."""
    umath = np._core._multiarray_umath  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
    return " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name])


def derived_by_command(
    shared_data: Path, folder: Path, environment: dict[str, str], *options: str
) -> dict[str, bytes]:
    mission = folder / "mission"
    subprocess.run(
        [
            str(Path(sys.executable).with_name("truceline")), "replay", str(shared_data),
            "--agreement", "easter-2026", "--agreement", "energy-moratorium-2025",
            "--mission", str(mission), *WINDOW, *options,
        ],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return {path.name: path.read_bytes() for path in sorted((mission / "derived").iterdir())}


@pytest.fixture(scope="module")
def once(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return derived_by_command(
        shared_data, tmp_path_factory.mktemp("once"), {"TZ": "UTC", "PYTHONHASHSEED": "0"}
    )


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        pytest.param({"TZ": "UTC", "PYTHONHASHSEED": "0"}, (), id="again"),
        pytest.param({"TZ": "America/St_Johns", "PYTHONHASHSEED": "4711"}, (), id="zone and hash"),
        pytest.param({"OMP_NUM_THREADS": "2"}, ("--threads", "2"), id="two threads"),
        pytest.param(
            {"NPY_DISABLE_CPU_FEATURES": vector_features(), "NUMBA_CPU_NAME": "generic"},
            (),
            id="plain processor",
        ),
    ],
)
def test_another_run_gives_the_same_bytes(
    shared_data: Path,
    tmp_path: Path,
    once: dict[str, bytes],
    environment: dict[str, str],
    options: tuple[str, ...],
) -> None:
    again = derived_by_command(shared_data, tmp_path, environment, *options)
    assert {name for name in once if again[name] != once[name]} == set()
    assert again.keys() == once.keys()


def test_the_order_and_the_names_of_files_change_no_incident_and_no_finding(
    shared_data: Path, once: dict[str, bytes]
) -> None:
    originals = run.read_folder(shared_data)
    backwards = tuple(
        renamed(original, len(originals) - number)
        for number, original in reversed(list(enumerate(originals)))
    )
    terms = [
        run.read_terms(run.packaged_agreement(name)).agreement
        for name in ("energy-moratorium-2025.toml", "easter-2026.toml")
    ]
    inputs = Inputs(
        originals=backwards,
        agreements=tuple(terms),
        since=date(2026, 4, 8),
        until=date(2026, 4, 14),
    )
    files = derive(inputs, threads=1, progress=silent).files
    for name in ("incidents.jsonl", "findings.jsonl", "not_applicable.jsonl", "coverage.jsonl"):
        assert files[name] == once[name], name


def renamed(original: Original, number: int) -> Original:
    """Turn the order of names round, where the feed's pattern leaves room for it."""
    folder, _, name = original.name.rpartition("/")
    free = folder in {"firms", "control_lines"}
    return replace(original, name=f"{folder}/{number:03d}_{name}") if free else original


def test_a_mission_replays_from_its_folder_alone(
    shared_data: Path, tmp_path: Path, once: dict[str, bytes]
) -> None:
    derived_by_command(shared_data, tmp_path, {})
    inputs = read_inputs(tmp_path / "mission")
    assert derive(inputs, threads=2, progress=silent).files == once
    verified = check_mission(tmp_path / "mission", None, again=True, threads=1, progress=silent)
    assert verified.replayed
    assert verified.report.ok
