"""Probabilities are weighed against what happened, and the luck of the sample is told apart."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import astuple, is_dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from truceline.simulate.measures.calibration import (
    brier,
    calibration_error,
    log_score,
    reliability,
)
from truceline.simulate.measures.columns import Booleans, Floats
from truceline.simulate.measures.ranking import auc, average_precision

Measure = Callable[..., object]

# Few values, so that ties come up by themselves.
TOLD = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5000001, 0.9, 1.0])
FORECASTS = st.lists(st.tuples(TOLD, st.booleans()), min_size=1, max_size=40)
MEASURES = [brier, log_score, reliability, calibration_error, auc, average_precision]


def columns(rows: list[tuple[float, bool]]) -> tuple[Floats, Booleans]:
    return np.array([p for p, _ in rows]), np.array([y for _, y in rows])


def calibrated(seed: int, count: int) -> tuple[Floats, Booleans]:
    chance = np.random.default_rng(seed)
    told = chance.random(count)
    return told, chance.random(count) < told


# -------------------------------------------------------------------------------- ranking
@given(FORECASTS)
def test_auc_is_the_chance_to_rank_a_true_one_higher(rows: list[tuple[float, bool]]) -> None:
    true = [p for p, y in rows if y]
    untrue = [p for p, y in rows if not y]
    won = sum((a > b) + (a == b) / 2 for a in true for b in untrue)
    by_hand = won / (len(true) * len(untrue)) if true and untrue else None
    assert auc(*columns(rows)) == pytest.approx(by_hand)


@given(FORECASTS)
def test_average_precision_is_the_sum_over_thresholds(rows: list[tuple[float, bool]]) -> None:
    positives = sum(y for _, y in rows)
    by_hand, before = 0.0, 0
    for limit in sorted({p for p, _ in rows}, reverse=True):
        told = [y for p, y in rows if p >= limit]
        by_hand += (sum(told) - before) / max(positives, 1) * sum(told) / len(told)
        before = sum(told)
    assert average_precision(*columns(rows)) == pytest.approx(by_hand if positives else None)


@given(FORECASTS)
def test_ranking_looks_at_order_only(rows: list[tuple[float, bool]]) -> None:
    told, true = columns(rows)
    assert auc(told, true) == auc(7 * told**3 - 5, true)
    assert average_precision(told, true) == average_precision(7 * told**3 - 5, true)
    turned = auc(-told, true)
    upright = auc(told, true)
    assert turned is None or upright is None or turned == pytest.approx(1 - upright)


def test_equal_scores_rank_nothing() -> None:
    assert auc([0.5] * 4, [True, False, False, False]) == 0.5
    assert average_precision([0.5] * 4, [True, False, False, False]) == 0.25


# ------------------------------------------------------------------------------------ brier
@given(FORECASTS, st.integers(1, 20))
def test_the_parts_of_the_brier_score_add_up(rows: list[tuple[float, bool]], bins: int) -> None:
    said = brier(*columns(rows), bins=bins)
    whole = sum((p - y) ** 2 for p, y in rows) / len(rows)
    parts = said.reliability - said.resolution + said.uncertainty
    parts += said.within_variance - said.within_covariance
    assert said.score == pytest.approx(whole)
    assert parts == pytest.approx(whole, abs=1e-12)
    assert min(said.reliability, said.resolution, said.within_variance) >= 0


def test_where_each_bin_is_one_value_the_parts_are_murphys() -> None:
    # Ten rows of 0.2 with 3 true, ten of 0.8 with 9 true.
    told = [0.2] * 10 + [0.8] * 10
    said = brier(told, [True] * 3 + [False] * 7 + [True] * 9 + [False], bins=2)
    assert said.reliability == pytest.approx((0.1**2 + 0.1**2) / 2)
    assert said.resolution == pytest.approx(0.3**2)
    assert said.uncertainty == pytest.approx(0.6 * 0.4)
    assert (said.within_variance, said.within_covariance) == pytest.approx((0, 0))


# -------------------------------------------------------------------------------- log score
def test_log_score_is_the_mean_surprise() -> None:
    told = [0.25, 0.75, 0.5]
    by_hand = -(math.log(0.25) + math.log(0.25) + math.log(0.5)) / 3
    assert log_score(told, [True, False, True]) == pytest.approx(by_hand)
    assert log_score([0.0, 1.0], [False, True]) == 0
    assert log_score([1.0, 0.5], [False, True]) == math.inf


# -------------------------------------------------------------------------- calibration error
def test_the_table_counts_each_bin() -> None:
    told = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8]
    table = reliability(told, [False, False, True, True, False, True], bins=2)
    assert table.rows.tolist() == [3, 3]
    assert table.told.tolist() == pytest.approx([0.2, 0.7])
    assert table.observed.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert (table.low < table.observed).all()
    assert (table.observed < table.high).all()


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I:
    # 81 of 263 gives 0.2553..0.3662, 0 of 20 gives 0..0.1611, 1 of 29 gives 0.0061..0.1718.
    for part, whole, low, high in (
        (81, 263, 0.2553, 0.3662),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        table = reliability([0.5] * whole, [True] * part + [False] * (whole - part), bins=1)
        assert table.low[0] == pytest.approx(low, abs=5e-5)
        assert table.high[0] == pytest.approx(high, abs=5e-5)


def test_bins_hold_equal_mass() -> None:
    table = reliability(*calibrated(1, 15_000))
    assert table.rows.tolist() == [1_000] * 15
    assert (np.diff(table.told) > 0).all()


def test_equal_probabilities_share_a_bin() -> None:
    table = reliability([0.3] * 50 + [0.9], [True] * 51)
    assert table.rows.tolist() == [50, 1]


@given(FORECASTS)
def test_ece_is_the_mean_gap_over_bins(rows: list[tuple[float, bool]]) -> None:
    told, true = columns(rows)
    table = reliability(told, true)
    by_hand = sum(
        n * abs(p - y) for n, p, y in zip(table.rows, table.told, table.observed, strict=True)
    ) / len(rows)
    said = calibration_error(told, true)
    assert said.ece == pytest.approx(by_hand, abs=1e-12)
    assert said.debiased <= said.ece + 1e-12
    assert (said.squared_debiased is None) == bool((table.rows == 1).any())


def test_the_squared_error_is_corrected_by_the_spread_of_each_bin() -> None:
    # Four rows of 0.5, three of them true: (1/4)^2 - (3/4 * 1/4) / (4 - 1).
    said = calibration_error([0.5] * 4, [True, True, True, False])
    assert said.squared_debiased == pytest.approx(1 / 16 - 3 / 16 / 3, abs=1e-12)
    assert said.if_calibrated == pytest.approx(math.sqrt(2 / math.pi) * 0.25)


def test_perfect_probabilities_have_only_the_error_of_luck() -> None:
    said = [calibration_error(*calibrated(seed, 1_500)) for seed in range(200)]
    ece = np.mean([one.ece for one in said])
    luck = np.mean([one.if_calibrated for one in said])
    squared = np.array([one.squared_debiased for one in said], dtype=float)
    assert ece == pytest.approx(luck, rel=0.05)
    # As the docstring says: debiasing takes two fifths of it, 2 - sqrt(2) of it stay.
    assert np.mean([one.debiased for one in said]) / ece == pytest.approx(0.6, abs=0.05)
    assert abs(squared.mean()) < 4 * squared.std() / math.sqrt(len(squared))


def test_a_known_error_is_measured_without_bias() -> None:
    # What is told is 0.1 too high everywhere: the mean gap is 0.1 and its square 0.01.
    said = []
    for seed in range(200):
        chance = np.random.default_rng(seed)
        right = chance.uniform(0.0, 0.9, 1_500)
        said.append(calibration_error(right + 0.1, chance.random(1_500) < right))
    squared = np.array([one.squared_debiased for one in said], dtype=float)
    debiased = np.array([one.debiased for one in said])
    assert abs(squared.mean() - 0.01) < 4 * squared.std() / math.sqrt(len(squared))
    assert debiased.mean() == pytest.approx(0.1, abs=0.003)
    assert abs(debiased.mean() - 0.1) < abs(np.mean([one.ece for one in said]) - 0.1)


# ------------------------------------------------------------------------- what holds for all
@pytest.mark.parametrize("measure", [brier, log_score, calibration_error, auc, average_precision])
@given(rows=FORECASTS, chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(
    measure: Measure, rows: list[tuple[float, bool]], chance: random.Random
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    one, other = (flat(measure(*columns(some))) for some in (rows, shuffled))
    assert one == pytest.approx(other, abs=1e-12)


def flat(said: object) -> list[float | None]:
    """Give the figures of a result, whether it is one figure or a record of some."""
    if is_dataclass(said) and not isinstance(said, type):
        return list(astuple(said))
    assert said is None or isinstance(said, float)
    return [said]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("told", "true", "complaint"),
    [
        ([0.5, math.nan], [True, False], "row 1: nan is not a finite number"),
        ([0.5], [True, False], r"true must have shape \(1,\), got \(2,\)"),
        ([[0.5]], [True], r"must have shape \(n,\), got \(1, 1\)"),
        ([0.5], [2], "true, row 0: 2 is neither 0 nor 1"),
        ([0.5], [math.nan], "true, row 0: nan is neither 0 nor 1"),
    ],
)
def test_refuses_what_makes_no_sense(
    measure: Measure, told: ArrayLike, true: ArrayLike, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        measure(told, true)


@pytest.mark.parametrize("measure", [brier, log_score, reliability, calibration_error])
def test_probabilities_lie_in_their_range_and_there_is_at_least_one(measure: Measure) -> None:
    with pytest.raises(ValueError, match=r"probability, row 1: 1.5 is outside 0..1"):
        measure([0.5, 1.5], [True, False])
    with pytest.raises(ValueError, match="probability is empty"):
        measure([], [])


def test_there_is_at_least_one_bin() -> None:
    with pytest.raises(ValueError, match="bins must be at least 1, got 0"):
        brier([0.5], [True], bins=0)


def test_of_one_sort_only_there_is_no_ranking() -> None:
    assert auc([0.5, 0.6], [True, True]) is None
    assert auc([], []) is None
    assert average_precision([0.5, 0.6], [False, False]) is None


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn(seed: int) -> None:
    reason = "scikit-learn is not installed: pip install scikit-learn"
    metrics = pytest.importorskip("sklearn.metrics", reason=reason)
    told, true = calibrated(seed, 2_000)
    told = np.round(told, 2)  # ties
    known = (told > 0) & (told < 1)
    told, true = told[known], true[known]
    assert auc(told, true) == pytest.approx(metrics.roc_auc_score(true, told), rel=1e-12)
    theirs = metrics.average_precision_score(true, told)
    assert average_precision(told, true) == pytest.approx(theirs, rel=1e-12)
    assert brier(told, true).score == pytest.approx(metrics.brier_score_loss(true, told))
    assert log_score(told, true) == pytest.approx(metrics.log_loss(true, told), rel=1e-12)
