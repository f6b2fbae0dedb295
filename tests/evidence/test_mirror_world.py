"""Some thousand steps of operator and mirrors; the million is in benchmarks/bench_mirrors.py."""

from __future__ import annotations

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
