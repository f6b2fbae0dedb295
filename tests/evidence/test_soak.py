"""What runs for hours must not lose its first failure, nor forget a campaign."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location(f"campaign_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return loaded("soak", monkeypatch)


def test_the_list_names_files_patterns_and_options(soak: ModuleType, tmp_path: Path) -> None:
    for name in ("fuzz.py", "bench_b2.py", "bench_b1.py", "bench_quick.py"):
        (tmp_path / name).touch()
    listed = "# comment\n\nfuzz.py --runs 5  # as often\nbench_b*.py\nbench_none*.py\n"
    long = soak.campaigns(listed, tmp_path)
    assert long == [
        [str(tmp_path / "fuzz.py"), "--runs", "5"],
        [str(tmp_path / "bench_b1.py")],
        [str(tmp_path / "bench_b2.py")],
    ]
    assert soak.others(long, tmp_path) == [[str(tmp_path / "bench_quick.py")]]


def test_a_line_that_names_no_file_is_an_error(soak: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^line 2: there is no gone\.py in "):
        soak.campaigns("# a\ngone.py\n", tmp_path)


def test_the_list_of_this_tree_holds_the_long_campaigns(soak: ModuleType) -> None:
    listed = (BENCHMARKS / "soak.txt").read_text(encoding="utf-8")
    names = {Path(command[0]).name for command in soak.campaigns(listed, BENCHMARKS)}
    assert {
        "bench_evidence.py",
        "bench_mirrors.py",
        "bench_namespaces.py",
        "bench_bundle.py",
        "bench_core_tests.py",
        "fuzz.py",
    } <= names


def test_one_failure_fails_the_whole_and_a_campaign_that_cannot_run_is_named(
    soak: ModuleType,
) -> None:
    told, code = soak.summary([("a", 0, 1.0), ("b", 1, 2.0), ("c", 3, 0.0), ("d", 0, 1.0)])
    lines = told.splitlines()
    assert code == 1
    assert [line.split()[1] for line in lines] == ["done", "FAILED", "NOT", "done"]
    assert soak.summary([("a", 0, 1.0), ("c", 3, 0.0)])[1] == 0
    assert soak.summary([("a", -9, 1.0)])[1] == 1


def test_equivalent_mutants_name_a_line_that_is_there_and_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    core = loaded("bench_core_tests", monkeypatch)
    folder = BENCHMARKS.parent / core.FOLDER
    for (module, before, after), why in core.equivalents().items():
        assert before in (folder / f"{module}.py").read_text(encoding="utf-8"), before
        assert after != before
        assert len(why) > len("changes nothing")


def test_a_share_is_never_rounded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    core = loaded("bench_core_tests", monkeypatch)
    assert (core.percent(9999, 10_000), core.percent(5, 5), core.percent(0, 3)) == (99.9, 100, 0)


def test_every_module_of_the_core_is_tried_with_tests_that_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    core = loaded("bench_core_tests", monkeypatch)
    trusted, writing = core.core()
    assert set(core.TESTS) == set(trusted)
    assert {"registry", "verify", "tree", "proof", "receipt"} <= set(trusted)
    assert {"ledger", "actors", "edge"} <= set(writing)
    for names in core.TESTS.values():
        for name in names:
            assert (BENCHMARKS.parent / "tests/evidence" / f"test_{name}.py").is_file(), name


def test_what_a_run_measured_replaces_what_stood_there_and_is_summed_up_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    core = loaded("bench_core_tests", monkeypatch)

    def of(module: str, count: int, alive: int) -> list[dict[str, object]]:
        said = {"": count, " that change nothing": 2, " that survive": alive}
        return [
            {"what": f"mutants of {module}{what}", "value": value} for what, value in said.items()
        ]

    first = core.merged([], of("tree", 102, 50), ["tree", "note"])
    assert first[-1]["value"] == 50.0
    both = core.merged(first, [*of("note", 12, 0), *of("tree", 102, 1)], ["tree", "note"])
    assert [one["what"] for one in both].count("mutants of tree") == 1
    assert both[-1]["value"] == 99.0
    assert (both[-1]["goal"], both[-1]["met"]) == (">= 90", True)
