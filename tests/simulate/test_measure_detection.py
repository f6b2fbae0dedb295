"""An incident is found when something lies near it in space and time, and each counts once."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from truceline.simulate.measures import assignment
from truceline.simulate.measures.assignment import most_pairs, pairs_near
from truceline.simulate.measures.columns import Floats
from truceline.simulate.measures.detection import detection, error_quantiles, kinds
from truceline.simulate.measures.regions import circles, coverage, ellipses

HOUR_S = 3_600.0
PLACES = st.tuples(*[st.integers(0, 3)] * 3)
SETS = st.lists(PLACES, max_size=5).map(lambda rows: np.array(rows, float).reshape(-1, 3))


def best_by_hand(
    true: Floats, found: Floats, within_m: float, within_s: float
) -> tuple[int, float]:
    """Give the most pairs of any one-to-one matching, and the least sum of metres among those."""

    def near(i: int, j: int) -> bool:
        apart = math.dist(true[i, :2], found[j, :2]) <= within_m
        return bool(apart and abs(true[i, 2] - found[j, 2]) <= within_s)

    best = (0, 0.0)
    for size in range(1, min(len(true), len(found)) + 1):
        for mine in itertools.combinations(range(len(true)), size):
            for theirs in itertools.permutations(range(len(found)), size):
                pairs = list(zip(mine, theirs, strict=True))
                if all(near(i, j) for i, j in pairs):
                    metres = sum(math.dist(true[i, :2], found[j, :2]) for i, j in pairs)
                    best = min(best, (-size, metres))
    return -best[0], best[1]


@given(SETS, SETS, st.sampled_from([0.5, 1.0, 1.5, 3.0]), st.sampled_from([0.5, 1.0, 2.0]))
def test_takes_as_many_as_can_be_and_of_those_the_nearest(
    true: Floats, found: Floats, within_m: float, within_s: float
) -> None:
    said = detection(true, found, within_m=within_m, within_s=within_s)
    count, metres = best_by_hand(true, found, within_m, within_s)
    assert len(said.true) == len(set(said.true.tolist())) == len(set(said.found.tolist())) == count
    assert float(said.distance_m.sum()) == pytest.approx(metres, abs=1e-9)
    assert said.not_nearest == 0


@pytest.mark.parametrize(
    ("found", "within_m", "within_s", "count"),
    [
        pytest.param([[1_000, 0, 0]], 1_000, HOUR_S, 1, id="on the edge of the radius"),
        pytest.param([[1_000.1, 0, 0]], 1_000, HOUR_S, 0, id="behind it"),
        pytest.param([[0, 0, HOUR_S]], 1_000, HOUR_S, 1, id="after an hour"),
        pytest.param([[0, 0, -HOUR_S]], 1_000, HOUR_S, 1, id="an hour before"),
        pytest.param([[0, 0, HOUR_S + 1]], 1_000, HOUR_S, 0, id="too late"),
        pytest.param([[1_000, 0, HOUR_S]], 1_000, HOUR_S, 1, id="both at their edge"),
        pytest.param([[4_000, 0, 20 * HOUR_S]], 5_000, 24 * HOUR_S, 1, id="wide radii"),
        pytest.param([[0, 0, 900 * HOUR_S]], 1_000, None, 1, id="time left out"),
        pytest.param([[0, 0, 0], [0, 0, 0]], 1_000, HOUR_S, 1, id="each at most once"),
    ],
)
def test_near_is_near_in_space_and_in_time(
    found: ArrayLike, within_m: float, within_s: float | None, count: int
) -> None:
    said = detection([[0, 0, 0]], found, within_m=within_m, within_s=within_s)
    assert len(said.true) == count


def test_precision_recall_and_f1() -> None:
    said = detection([[0, 0], [50, 0], [99, 0]], [[1, 0], [200, 0]], within_m=5)
    assert (said.precision, said.recall, said.f1) == (1 / 2, 1 / 3, 2 / 5)
    assert (said.true.tolist(), said.found.tolist()) == ([0], [0])


def test_of_nothing_there_is_no_share() -> None:
    none = np.zeros((0, 2))
    said = detection(none, none, within_m=5)
    assert (said.precision, said.recall, said.f1) == (None, None, None)
    assert detection(none, [[0, 0]], within_m=5).precision == 0
    assert detection([[0, 0]], none, within_m=5).recall == 0


@given(SETS, SETS)
def test_true_and_found_change_places(true: Floats, found: Floats) -> None:
    there = detection(true, found, within_m=1.0, within_s=1.0)
    back = detection(found, true, within_m=1.0, within_s=1.0)
    assert (there.precision, there.recall) == (back.recall, back.precision)
    assert there.distance_m.sum() == pytest.approx(back.distance_m.sum())


def crowded() -> tuple[Floats, Floats]:
    chance = np.random.default_rng(4)
    return chance.uniform(0, 300, (900, 2)), chance.uniform(0, 300, (800, 2))


def test_a_crowd_too_large_for_the_nearest_still_has_the_most_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    true, found = crowded()
    nearest = detection(true, found, within_m=12.0)
    monkeypatch.setattr(assignment, "NEAREST_UP_TO_ROWS", 1)
    said = detection(true, found, within_m=12.0)
    assert len(said.true) == len(nearest.true)
    assert nearest.not_nearest == 0
    assert 0 < said.not_nearest <= len(said.true)
    assert said.distance_m.max() <= 12.0
    assert len(set(said.found.tolist())) == len(said.found)
    assert said.distance_m.sum() >= nearest.distance_m.sum()


@pytest.mark.parametrize("limit", [1, 10_000])
@pytest.mark.parametrize("radius_m", [3.0, 8.0, 20.0])
def test_has_as_many_pairs_as_another_algorithm_finds(
    radius_m: float, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignment, "NEAREST_UP_TO_ROWS", limit)
    true, found = crowded()
    near = pairs_near(true, found, radius_m)
    ends = (near.true, near.found)
    table = csr_array((np.ones(len(near.true)), ends), shape=(len(true), len(found)))
    partner = maximum_bipartite_matching(table, perm_type="column")
    said = detection(true, found, within_m=radius_m)
    assert len(said.true) == np.count_nonzero(np.asarray(partner) >= 0)


def test_large_and_small_crowds_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "NEAREST_UP_TO_ROWS", 1)
    true = np.array([[0.0, 0], [1, 0], [100, 0]])
    chosen, large = most_pairs(pairs_near(true, true, 5.0))
    assert int(chosen.sum()) == 3
    assert large.tolist().count(False) == 1


@pytest.mark.parametrize(
    ("true", "found", "options", "complaint"),
    [
        ([[0, 0]], [[0, 0]], {"within_m": 0}, "within_m must be"),
        ([[0, 0, 0]], [[0, 0, 0]], {"within_m": 1, "within_s": -2.0}, "got -2.0"),
        ([[0, 0]], [[0, 0]], {"within_m": 1, "within_s": 1}, "no column of seconds"),
        ([[0, 0]], [[0, 0, 0]], {"within_m": 1}, "true has 2 columns and found has 3"),
        ([[math.inf, 0]], [[0, 0]], {"within_m": 1}, "true, row 0"),
    ],
)
def test_refuses_what_makes_no_sense(
    true: ArrayLike, found: ArrayLike, options: dict[str, float], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        detection(true, found, **options)


# ----------------------------------------------------------------------------------- kinds
def test_a_rare_kind_counts_like_a_common_one() -> None:
    true = ["artillery"] * 8 + ["drone", "mortar"]
    told = ["artillery"] * 8 + ["artillery", "mortar"]
    said = kinds(true, told)
    assert said.f1 == {"artillery": 16 / 17, "drone": 0, "mortar": 1}
    assert said.macro_f1 == pytest.approx((16 / 17 + 0 + 1) / 3)
    assert said.accuracy == 0.9


def test_a_kind_that_is_only_told_counts_too() -> None:
    assert kinds([1, 1], [1, 2]).f1 == {1: 2 / 3, 2: 0}


@pytest.mark.parametrize(("true", "told"), [([], []), ([1], [1, 2]), ([[1]], [[1]])])
def test_kinds_need_two_columns(true: ArrayLike, told: ArrayLike) -> None:
    with pytest.raises(ValueError, match="kinds need two columns"):
        kinds(true, told)


@pytest.mark.parametrize("seed", range(3))
def test_macro_f1_agrees_with_scikit_learn(seed: int) -> None:
    reason = "scikit-learn is not installed: pip install scikit-learn"
    metrics = pytest.importorskip("sklearn.metrics", reason=reason)
    chance = np.random.default_rng(seed)
    true, told = chance.integers(0, 6, 500), chance.integers(0, 7, 500)
    theirs = metrics.f1_score(true, told, average="macro", zero_division=0.0)
    assert kinds(true, told).macro_f1 == pytest.approx(theirs, rel=1e-12)


# ------------------------------------------------------------------------ errors and regions
def test_quantiles_of_the_error() -> None:
    quantiles = error_quantiles([0.0, 100.0, 200.0, 300.0, 400.0])
    assert quantiles is not None
    assert quantiles.tolist() == pytest.approx([200.0, 360.0, 380.0])
    assert error_quantiles([]) is None
    with pytest.raises(ValueError, match=r"shares must lie in 0..1"):
        error_quantiles([1.0], [1.5])


def test_coverage_comes_with_its_price() -> None:
    inside, area_m2 = circles([0.0, 1_000.0, 1_000.1], [1_000.0] * 3)
    said = coverage(inside, area_m2)
    assert said.held.value == 2 / 3
    assert said.held.low < 2 / 3 < said.held.high
    assert said.median_area_km2 == said.mean_area_km2 == pytest.approx(math.pi)


def test_gaussian_regions_of_nine_tenths_hold_nine_tenths() -> None:
    chance = np.random.default_rng(5)
    covariance = np.array([[400.0, 150.0], [150.0, 100.0]])
    errors = chance.multivariate_normal([0, 0], covariance, size=20_000)
    inside, area_m2 = ellipses(errors, np.broadcast_to(covariance, (20_000, 2, 2)))
    said = coverage(inside, area_m2)
    assert said.held.value == pytest.approx(0.9, abs=0.01)
    # -2 ln(1 - 0.9) is the quantile of chi squared with 2 degrees.
    area = math.pi * -2 * math.log(0.1) * math.sqrt(400 * 100 - 150**2)
    assert said.median_area_km2 == pytest.approx(area / 1e6)


def test_an_ellipse_is_long_where_the_error_may_be() -> None:
    covariance = [[[100.0, 0.0], [0.0, 1.0]]] * 2
    inside, _ = ellipses([[15.0, 0.0], [0.0, 15.0]], covariance)
    assert inside.tolist() == [True, False]


@pytest.mark.parametrize(
    "covariance",
    [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]], [[math.nan, 0.0], [0.0, 1.0]]],
)
def test_refuses_what_is_no_covariance(covariance: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"covariance_m2, row 0: .* is no covariance"):
        ellipses([[0.0, 0.0]], [covariance])


def test_regions_refuse_wrong_columns() -> None:
    with pytest.raises(ValueError, match="need \\(n, 2\\) and \\(n, 2, 2\\)"):
        ellipses([[0.0, 0.0]], np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="share_inside"):
        ellipses([[0.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]], share_inside=1.0)
    with pytest.raises(ValueError, match=r"radius_m, row 1: 0.0 is not positive"):
        circles([1.0, 1.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="error_m has shape"):
        circles([1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="area_m2 is empty"):
        coverage([], [])
