"""Some thousand steps of operator and mirrors; the million is in benchmarks/bench_mirrors.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mirror_world import Unsafe, run


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_two_histories_reach_determination_grade(seed: int) -> None:
    counts = run(seed, 4_000)
    assert counts["determined"] > 20
    assert counts["forks proven"] > 5
    assert counts["crashed before the reply"] > 20


def test_one_cosignature_less_is_found_to_be_unsafe() -> None:
    with pytest.raises(Unsafe, match="reached"):
        run(1, 200_000, less=1)


def test_the_figures_in_the_page_are_those_of_the_run() -> None:
    root = Path(__file__).parents[2]
    rows = json.loads((root / "benchmarks/results/evidence-mirrors.json").read_text())["rows"]
    page = (root / "docs/reference/mirrors.md").read_text(encoding="utf-8")
    for row in rows:
        value = f"{row['value']:,} {row['unit']}".strip()
        assert f"| {row['what']} | {value} | {row['goal'] or ''} |\n" in page
        assert row["met"] in {True, None}
