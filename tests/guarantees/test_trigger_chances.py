"""Bounds that hold under every dependence, against the linear programme that they solve."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from truceline.guarantees.chances import at_least_ppm, at_most_ppm, if_independent_ppm
from truceline.records.units import PPM

chances = st.lists(st.integers(0, PPM), min_size=1, max_size=5)


def extreme(chances_ppm: list[int], least: int, sign: int) -> float:
    """Give the greatest (-1) or smallest (1) probability over all joint laws of these marginals."""
    worlds = np.array(list(product([0, 1], repeat=len(chances_ppm))))
    objective = sign * (worlds.sum(axis=1) >= least).astype(float)
    equal = np.vstack([worlds.T, np.ones(len(worlds))])
    right = np.array([*(one / PPM for one in chances_ppm), 1.0])
    solved = linprog(objective, A_eq=equal, b_eq=right, bounds=(0, 1))
    assert solved.success
    assert solved.fun is not None
    return sign * float(solved.fun)


@given(chances, st.integers(1, 5))
def test_no_dependence_whatever_leaves_the_bounds_and_some_reaches_them(
    chances_ppm: list[int], least: int
) -> None:
    assert at_most_ppm(chances_ppm, least) == pytest.approx(
        PPM * extreme(chances_ppm, least, -1), abs=2
    )
    assert at_least_ppm(chances_ppm, least) == pytest.approx(
        PPM * extreme(chances_ppm, least, 1), abs=2
    )


@given(chances, st.integers(0, 6))
def test_the_figure_for_independence_lies_between(chances_ppm: list[int], least: int) -> None:
    low, high = at_least_ppm(chances_ppm, least), at_most_ppm(chances_ppm, least)
    assert low <= if_independent_ppm(chances_ppm, least) <= high


@given(chances, st.integers(1, 5))
def test_independence_is_the_sum_over_all_worlds(chances_ppm: list[int], least: int) -> None:
    total = 0.0
    for world in product([0, 1], repeat=len(chances_ppm)):
        if sum(world) >= least:
            total += float(
                np.prod(
                    [c / PPM if w else 1 - c / PPM for w, c in zip(world, chances_ppm, strict=True)]
                )
            )
    assert if_independent_ppm(chances_ppm, least) == pytest.approx(PPM * total, abs=2)


@given(chances, st.integers(1, 5))
def test_the_order_plays_no_part(chances_ppm: list[int], least: int) -> None:
    other = list(reversed(chances_ppm))
    for figure in (at_least_ppm, at_most_ppm, if_independent_ppm):
        assert figure(chances_ppm, least) == figure(other, least)


def test_nothing_at_all_is_certain_of_none_and_impossible_of_one() -> None:
    for figure in (at_least_ppm, at_most_ppm, if_independent_ppm):
        assert figure([], 0) == PPM
        assert figure([], 1) == 0


def test_two_that_exclude_one_another_and_two_that_go_together() -> None:
    assert (at_least_ppm([400_000] * 2, 2), at_most_ppm([400_000] * 2, 2)) == (0, 400_000)
    assert (at_least_ppm([400_000] * 2, 1), at_most_ppm([400_000] * 2, 1)) == (400_000, 800_000)
