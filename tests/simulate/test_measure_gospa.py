"""GOSPA is what its paper defines, in both forms, and a metric."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from truceline.simulate.measures import assignment
from truceline.simulate.measures.columns import Floats
from truceline.simulate.measures.gospa import Gospa, gospa, gospa_dense

Form = Callable[..., Gospa]
FORMS = [pytest.param(gospa, id="by components"), pytest.param(gospa_dense, id="dense")]

# A grid of few places: ties, doubles, and distances that are exactly c come up by themselves.
PLACES = st.tuples(st.integers(0, 4), st.integers(0, 4))
SETS = st.lists(PLACES, max_size=5).map(lambda rows: np.array(rows, float).reshape(-1, 2))
CUTS = st.sampled_from([0.5, 1.0, 2.0, math.sqrt(5), 10.0])
POWERS = st.sampled_from([1.0, 1.5, 2.0])


def by_brute_force(true: Floats, found: Floats, c_m: float, p: float) -> float:
    """Proposition 1 of the paper: the best of all partial one-to-one assignments."""
    best = math.inf
    for size in range(min(len(true), len(found)) + 1):
        for mine in itertools.combinations(range(len(true)), size):
            for theirs in itertools.permutations(range(len(found)), size):
                near = sum(
                    math.dist(true[i], found[j]) ** p for i, j in zip(mine, theirs, strict=True)
                )
                alone = len(true) + len(found) - 2 * size
                best = min(best, near + c_m**p / 2 * alone)
    return float(best ** (1 / p))


def crowd(seed: int, count: int, side_m: float) -> Floats:
    return np.random.default_rng(seed).uniform(0.0, side_m, (count, 2))


# -------------------------------------------------------------------------- the definition
@pytest.mark.parametrize("form", FORMS)
@given(true=SETS, found=SETS, c_m=CUTS, p=POWERS)
def test_is_the_best_of_all_assignments(
    form: Form, true: Floats, found: Floats, c_m: float, p: float
) -> None:
    said = form(true, found, c_m=c_m, p=p)
    assert said.distance_m == pytest.approx(by_brute_force(true, found, c_m, p), abs=1e-9)


@given(true=SETS, found=SETS, c_m=CUTS, p=POWERS)
def test_the_parts_add_up_to_the_whole(true: Floats, found: Floats, c_m: float, p: float) -> None:
    said = gospa(true, found, c_m=c_m, p=p)
    parts = said.localisation + said.missed + said.false
    assert said.distance_m**p == pytest.approx(parts, abs=1e-9)
    assert said.missed == pytest.approx(c_m**p / 2 * said.missed_count)
    assert said.false == pytest.approx(c_m**p / 2 * said.false_count)


@given(true=SETS, found=SETS, c_m=CUTS, p=POWERS)
def test_the_matching_is_one_to_one_nearer_than_c_and_has_the_told_cost(
    true: Floats, found: Floats, c_m: float, p: float
) -> None:
    said = gospa(true, found, c_m=c_m, p=p)
    mine = np.flatnonzero(said.found_of_true >= 0)
    theirs = said.found_of_true[mine]
    apart = np.hypot(*(true[mine] - found[theirs]).T)
    assert len(set(theirs.tolist())) == len(theirs)
    assert (apart < c_m).all()
    assert float((apart**p).sum()) == pytest.approx(said.localisation, abs=1e-9)


@pytest.mark.parametrize("form", FORMS)
def test_one_near_one_missed_two_false(form: Form) -> None:
    true: ArrayLike = [[0, 0], [1000, 0]]
    found: ArrayLike = [[3, 4], [0, 500], [0, 700]]
    said = form(true, found, c_m=10, p=2)
    assert said.localisation == pytest.approx(25)
    assert (said.missed, said.false) == (50, 100)
    assert said.distance_m == pytest.approx(math.sqrt(175))
    assert said.per_true_m == pytest.approx(math.sqrt(175 / 2))
    assert said.found_of_true.tolist() == [0, -1]
    assert (said.matched_count, said.missed_count, said.false_count) == (1, 1, 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_pair_exactly_c_apart_is_a_miss_and_a_false_one(form: Form) -> None:
    said = form([[0, 0]], [[10, 0]], c_m=10)
    assert (said.localisation, said.missed, said.false) == (0, 5, 5)
    assert said.found_of_true.tolist() == [-1]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_against_nothing_is_zero_and_has_no_share(form: Form) -> None:
    none = np.zeros((0, 2))
    said = form(none, none, c_m=10)
    assert said.distance_m == 0
    assert said.per_true_m is None
    assert form(none, [[0, 0]], c_m=10).false == 5
    assert form([[0, 0]], none, c_m=10).missed == 5


def test_the_best_whole_beats_the_nearest_first() -> None:
    # Nearest first takes 4 and 3, and leaves 0 and 7 too far apart: 1 + 6 metres.
    said = gospa([[0, 0], [4, 0]], [[3, 0], [7, 0]], c_m=6)
    assert said.found_of_true.tolist() == [0, 1]
    assert said.localisation == pytest.approx(6)


# ------------------------------------------------------------------------------ invariances
@given(true=SETS, found=SETS, c_m=CUTS, p=POWERS, chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(
    true: Floats, found: Floats, c_m: float, p: float, chance: random.Random
) -> None:
    one = gospa(true, found, c_m=c_m, p=p)
    there = list(range(len(found)))
    chance.shuffle(there)
    other = gospa(true[::-1], found[there], c_m=c_m, p=p)
    assert one.distance_m == pytest.approx(other.distance_m, abs=1e-12)


@given(one=SETS, other=SETS, c_m=CUTS, p=POWERS)
def test_is_symmetric_and_turns_missed_into_false(
    one: Floats, other: Floats, c_m: float, p: float
) -> None:
    there, back = gospa(one, other, c_m=c_m, p=p), gospa(other, one, c_m=c_m, p=p)
    assert there.distance_m == pytest.approx(back.distance_m, abs=1e-12)
    assert there.missed_count - there.false_count == back.false_count - back.missed_count


@given(one=SETS, two=SETS, three=SETS, c_m=CUTS, p=POWERS)
def test_is_a_metric(one: Floats, two: Floats, three: Floats, c_m: float, p: float) -> None:
    def apart(a: Floats, b: Floats) -> float:
        return gospa(a, b, c_m=c_m, p=p).distance_m

    assert apart(one, one) == 0
    assert apart(one, three) <= apart(one, two) + apart(two, three) + 1e-9
    assert apart(one, two) <= c_m * ((len(one) + len(two)) / 2) ** (1 / p) + 1e-9
    if sorted(one.tolist()) != sorted(two.tolist()):
        assert apart(one, two) > 0


# ----------------------------------------------------------------------------- both forms
@pytest.mark.parametrize("p", [1.0, 2.0])
@pytest.mark.parametrize("side_m", [20.0, 100.0, 400.0])
def test_both_forms_agree_in_a_crowd(side_m: float, p: float) -> None:
    true, found = crowd(1, 400, side_m), crowd(2, 450, side_m)
    one, other = gospa(true, found, c_m=15.0, p=p), gospa_dense(true, found, c_m=15.0, p=p)
    assert one.distance_m == pytest.approx(other.distance_m, rel=1e-12)
    assert one.missed_count == other.missed_count
    assert one.found_of_true.tolist() == other.found_of_true.tolist()


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_the_size_of_batches_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    true, found = crowd(1, 2_000, 1_000.0), crowd(2, 2_000, 1_000.0)
    usual = gospa(true, found, c_m=20.0)
    monkeypatch.setattr(assignment, "BATCH_PAIRS", size)
    assert gospa(true, found, c_m=20.0).found_of_true.tolist() == usual.found_of_true.tolist()


def test_a_hundred_thousand_rows_are_no_trouble() -> None:
    true = crowd(3, 100_000, 100_000.0)
    found = true[:80_000] + np.array([3.0, 4.0])
    said = gospa(true, found, c_m=50.0)
    assert said.missed_count == 20_000
    assert said.false_count == 0
    assert said.localisation <= 5.0 * 80_000 + 1e-6


# ------------------------------------------------------------------------------------ time
@pytest.mark.parametrize("form", FORMS)
def test_a_second_counts_for_as_many_metres_as_the_rate_says(form: Form) -> None:
    true, found = np.array([[0, 0, 100]]), np.array([[0, 30, 140]])
    said = form(true, found, c_m=100, metres_per_second=1.0)
    assert said.distance_m == pytest.approx(50.0)
    without = form(true, found, c_m=100)
    assert without.distance_m == pytest.approx(30.0)


@pytest.mark.parametrize("form", FORMS)
def test_the_rate_scales_seconds_and_not_metres(form: Form) -> None:
    said = form(np.array([[0, 0, 0]]), np.array([[30, 0, 20]]), c_m=100, metres_per_second=2.0)
    assert said.distance_m == pytest.approx(50.0)


def test_seconds_since_1970_lose_nothing() -> None:
    now = 1_750_000_000.0
    said = gospa([[0, 0, now]], [[0, 3, now + 4]], c_m=100, metres_per_second=1.0)
    assert said.distance_m == pytest.approx(5.0, abs=1e-6)


# ---------------------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("true", "found", "options", "complaint"),
    [
        ([[0, 0]], [[0, 0]], {"c_m": 0}, "c_m must be a positive number of metres, got 0"),
        ([[0, 0]], [[0, 0]], {"c_m": math.nan}, "c_m must be"),
        ([[0, 0]], [[0, 0]], {"c_m": 1, "p": 0.9}, "p must be a finite number of at least 1"),
        ([[0, 0]], [[0, 0]], {"c_m": 1e5, "p": 99.0}, "too large"),
        ([[0, 0]], [[0, 0]], {"c_m": 1, "metres_per_second": -1.0}, "not negative, got -1"),
        ([[0, 0]], [[0, 0]], {"c_m": 1, "metres_per_second": 1.0}, "no column of seconds"),
        ([[0, 0, 0]], [[0, 0]], {"c_m": 1}, "true has 3 columns and found has 2"),
        ([0, 0], [[0, 0]], {"c_m": 1}, r"true must have shape .* got \(2,\)"),
        ([[0, 0]], [[0, 0], [0, math.nan]], {"c_m": 1}, r"found, row 1: \[ 0. nan\] is not finite"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_refuses_what_makes_no_sense(
    form: Form,
    true: ArrayLike,
    found: ArrayLike,
    options: dict[str, float],
    complaint: str,
) -> None:
    with pytest.raises(ValueError, match=complaint):
        form(true, found, **options)


# ---------------------------------------------------------------------------------- oracle
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_stone_soup(seed: int, p: int) -> None:
    reason = "Stone Soup is not installed: pip install stonesoup"
    metric = pytest.importorskip("stonesoup.metricgenerator.ospametric", reason=reason)
    state = pytest.importorskip("stonesoup.types.state", reason=reason).State
    when = datetime(2025, 1, 1, tzinfo=UTC)
    true, found = crowd(seed, 60, 200.0), crowd(seed + 100, 70, 200.0)
    theirs, _ = metric.GOSPAMetric(c=20.0, p=p).compute_gospa_metric(
        [state(row[:, None], timestamp=when) for row in found],
        [state(row[:, None], timestamp=when) for row in true],
    )
    ours = gospa(true, found, c_m=20.0, p=p)
    assert ours.distance_m == pytest.approx(theirs.value["distance"], rel=1e-12)
    assert ours.localisation == pytest.approx(theirs.value["localisation"], rel=1e-12)
    assert ours.missed == pytest.approx(theirs.value["missed"])
    assert ours.false == pytest.approx(theirs.value["false"])
