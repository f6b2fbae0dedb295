"""Two partings of the same rows are compared as their papers say, at any number of rows."""

from __future__ import annotations

import math
import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from truceline.simulate.measures.association import NOISE, association

LABELS = st.integers(NOISE, 4)
PARTINGS = st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=12)


def same(labels: list[int], i: int, j: int) -> bool:
    return i == j or (labels[i] == labels[j] != NOISE)


def counted_by_hand(true: list[int], found: list[int]) -> dict[str, float | None]:
    """Every pair of rows and every row, one by one."""
    rows = range(len(true))
    pairs = list(combinations(rows, 2))
    both = sum(same(true, i, j) and same(found, i, j) for i, j in pairs)
    put = sum(same(found, i, j) for i, j in pairs)
    belong = sum(same(true, i, j) for i, j in pairs)
    shared = [sum(same(true, i, j) and same(found, i, j) for j in rows) for i in rows]
    of_true = [sum(same(true, i, j) for j in rows) for i in rows]
    of_found = [sum(same(found, i, j) for j in rows) for i in rows]
    count = len(true)
    h_true = sum(math.log(count / size) for size in of_true) / count
    h_found = sum(math.log(count / size) for size in of_found) / count
    h_both = sum(math.log(count / size) for size in shared) / count
    chance = put * belong / len(pairs) if pairs else 0.0
    top = (put + belong) / 2 - chance
    return {
        "pair_precision": both / put if put else None,
        "pair_recall": both / belong if belong else None,
        "pair_f1": both / ((put + belong) / 2) if put + belong else None,
        "adjusted_rand": (both - chance) / top if both != put or both != belong else 1.0,
        "b_cubed_precision": sum(a / b for a, b in zip(shared, of_found, strict=True)) / count,
        "b_cubed_recall": sum(a / b for a, b in zip(shared, of_true, strict=True)) / count,
        "homogeneity": 1 - (h_both - h_found) / h_true if h_true else 1.0,
        "completeness": 1 - (h_both - h_true) / h_found if h_found else 1.0,
    }


@given(PARTINGS)
def test_is_what_counting_one_by_one_gives(rows: list[tuple[int, int]]) -> None:
    true, found = [a for a, _ in rows], [b for _, b in rows]
    said = association(true, found)
    for name, figure in counted_by_hand(true, found).items():
        assert getattr(said, name) == pytest.approx(figure, abs=1e-12), name


def test_the_worked_example() -> None:
    # Two incidents of three rows each; one row was put to the wrong one.
    said = association([1, 1, 1, 2, 2, 2], [7, 7, 8, 8, 8, 8])
    assert said.pair_precision == pytest.approx(4 / 7)
    assert said.pair_recall == pytest.approx(4 / 6)
    assert said.pair_f1 == pytest.approx(8 / 13)
    assert said.adjusted_rand == pytest.approx((4 - 6 * 7 / 15) / (6.5 - 6 * 7 / 15))
    assert said.b_cubed_precision == pytest.approx((1 + 1 + 1 / 4 + 3 * 3 / 4) / 6)
    assert said.b_cubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 3) / 6)


@given(PARTINGS, st.randoms(use_true_random=False))
def test_neither_names_nor_order_say_anything(
    rows: list[tuple[int, int]], chance: random.Random
) -> None:
    said = association([a for a, _ in rows], [b for _, b in rows])
    shuffled = list(rows)
    chance.shuffle(shuffled)
    renamed = {NOISE: NOISE, 0: 90, 1: -7, 2: 10**12, 3: 0, 4: 1}
    other = association([renamed[a] for a, _ in shuffled], [renamed[b] for _, b in shuffled])
    assert said == other


@given(PARTINGS)
def test_true_and_found_change_places(rows: list[tuple[int, int]]) -> None:
    there = association([a for a, _ in rows], [b for _, b in rows])
    back = association([b for _, b in rows], [a for a, _ in rows])
    assert there.pair_precision == back.pair_recall
    assert there.pair_f1 == back.pair_f1
    assert there.adjusted_rand == back.adjusted_rand
    assert there.b_cubed_precision == back.b_cubed_recall
    assert there.homogeneity == pytest.approx(back.completeness, abs=1e-12)


@given(st.lists(LABELS, min_size=1, max_size=12))
def test_the_same_parting_is_perfect(labels: list[int]) -> None:
    said = association(labels, labels)
    assert said.adjusted_rand == 1
    assert (said.b_cubed_f1, said.homogeneity, said.completeness) == (1, 1, 1)


def test_noise_is_a_group_of_its_own() -> None:
    unique = association([0, 0, 11, 12], [5, 5, 21, 22])
    assert association([0, 0, NOISE, NOISE], [5, 5, NOISE, NOISE]) == unique
    together = association([0, 0, NOISE, NOISE], [5, 5, 6, 6])
    assert together.pair_precision == 0.5


def test_where_nothing_can_be_divided_there_is_no_figure() -> None:
    said = association([NOISE, NOISE], [NOISE, NOISE])
    assert (said.pair_precision, said.pair_recall, said.pair_f1) == (None, None, None)
    assert association([0, 0], [NOISE, NOISE]).pair_precision is None
    assert association([0, 0], [NOISE, NOISE]).pair_recall == 0


def test_a_random_parting_has_an_adjusted_rand_of_about_zero() -> None:
    chance = np.random.default_rng(1)
    said = association(chance.integers(0, 50, 20_000), chance.integers(0, 50, 20_000))
    assert abs(said.adjusted_rand) < 0.001


def test_a_million_rows_keep_every_digit() -> None:
    # Two groups of half a million, told apart but for one row: products pass 2 ** 63.
    true = np.repeat([0, 1], 500_000)
    found = true.copy()
    found[0] = 1
    said = association(true, found)
    half = 500_000
    both = math.comb(half - 1, 2) + math.comb(half, 2)
    assert said.pair_precision == both / (math.comb(half - 1, 2) + math.comb(half + 1, 2))
    assert said.pair_recall == both / (2 * math.comb(half, 2))
    assert said.adjusted_rand == pytest.approx(1 - 4e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("true", "found", "complaint"),
    [
        ([], [], "true is empty"),
        ([0, 1], [0], r"found must have shape \(2,\), got \(1,\)"),
        ([[0]], [0], r"true must have shape \(n,\), got \(1, 1\)"),
        ([0.5], [0], "true must hold integers of 64 bits, got float64"),
        ([0], np.array([2**63], dtype=np.uint64), "found must hold integers"),
    ],
)
def test_refuses_what_makes_no_sense(true: ArrayLike, found: ArrayLike, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        association(true, found)


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn(seed: int) -> None:
    reason = "scikit-learn is not installed: pip install scikit-learn"
    metrics = pytest.importorskip("sklearn.metrics", reason=reason)
    chance = np.random.default_rng(seed)
    true = chance.integers(0, 40, 3_000)
    found = np.where(chance.random(3_000) < 0.7, true, chance.integers(0, 60, 3_000))
    said = association(true, found)
    (_, put), (missed, both) = metrics.cluster.pair_confusion_matrix(true, found)
    assert said.pair_precision == pytest.approx(both / (both + put), rel=1e-12)
    assert said.pair_recall == pytest.approx(both / (both + missed), rel=1e-12)
    assert said.adjusted_rand == pytest.approx(metrics.adjusted_rand_score(true, found), rel=1e-10)
    assert said.homogeneity == pytest.approx(metrics.homogeneity_score(true, found), rel=1e-10)
    assert said.completeness == pytest.approx(metrics.completeness_score(true, found), rel=1e-10)
