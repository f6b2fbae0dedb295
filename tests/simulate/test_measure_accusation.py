"""Wrong accusations are counted beside the right ones, for each party, with honest intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.simulate.measures.accusation import Accusations, accusations, power_at
from truceline.simulate.measures.growth import growth
from truceline.simulate.measures.ranking import auc
from truceline.simulate.measures.resampling import bootstrap, by_group
from truceline.simulate.measures.shares import share
from truceline.simulate.measures.sources import source_count_error

ROWS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.5, 0.9, 0.95, 0.99]), st.booleans()), min_size=1, max_size=30
)


# ----------------------------------------------------------------------------- accusations
@pytest.mark.parametrize(
    ("threshold", "wrong", "power"),
    [
        pytest.param(0.95, 1 / 3, 2 / 3, id="the threshold itself accuses"),
        pytest.param(0.96, 1 / 2, 1 / 3, id="a little above it"),
        pytest.param(0.0, 2 / 5, 3 / 3, id="everybody"),
        pytest.param(1.0, None, 0.0, id="nobody is never wrong, and finds nobody"),
    ],
)
def test_counts_right_and_wrong(threshold: float, wrong: float | None, power: float) -> None:
    told = [0.99, 0.97, 0.95, 0.5, 0.1]
    said = accusations(told, [True, False, True, True, False], threshold)
    assert said.wrong.value == wrong
    assert said.power.value == power
    assert said.threshold == threshold


def test_who_accuses_nobody_may_be_anything() -> None:
    said = accusations([0.1], [False])
    assert (said.wrong.low, said.wrong.high) == (0, 1)
    assert said.power.value is None


@given(ROWS, st.sampled_from([0.0, 0.01, 0.2, 0.5, 1.0]))
def test_the_most_power_under_a_bound_is_the_best_of_all_thresholds(
    rows: list[tuple[float, bool]], wrong_share: float
) -> None:
    told, guilty = [p for p, _ in rows], [y for _, y in rows]
    tried = [accusations(told, guilty, limit) for limit in sorted(set(told), reverse=True)]
    allowed = [one for one in tried if (one.wrong.value or 0.0) <= wrong_share]
    best = max(allowed, key=lambda one: (one.power.part, one.threshold), default=None)
    assert power_at(told, guilty, wrong_share) == best


def test_one_wrong_in_a_hundred_is_just_allowed() -> None:
    told = [0.9] * 100 + [0.5]
    said = power_at(told, [True] * 99 + [False, True])
    assert said is not None
    assert said.threshold == 0.5
    assert said.wrong.part == 1
    nobody = power_at([0.9] * 99, [True] * 98 + [False])
    assert nobody is None


def test_calibrated_probabilities_are_wrong_as_often_as_they_say() -> None:
    chance = np.random.default_rng(1)
    told = chance.uniform(0.9, 1.0, 40_000)
    said = accusations(told, chance.random(40_000) < told, 0.95)
    assert said.wrong.value == pytest.approx(0.025, abs=0.005)
    assert said.wrong.low < 0.025 < said.wrong.high


def test_every_party_has_figures_of_its_own() -> None:
    party = ["blue", "red", "blue", "red"]
    told, guilty = [0.99, 0.99, 0.99, 0.1], [True, False, False, True]
    said = by_group(accusations, party, told, guilty)
    assert list(said) == ["blue", "red"]
    assert said["blue"] == accusations([0.99, 0.99], [True, False])
    assert said["red"].wrong.value == 1
    assert isinstance(by_group(power_at, party, told, guilty)["blue"], Accusations | None)
    assert by_group(auc, party, told, guilty)["red"] == 0


@pytest.mark.parametrize(
    ("threshold", "complaint"),
    [(1.5, r"threshold must lie in 0..1, got 1.5"), (math.nan, "got nan")],
)
def test_refuses_a_threshold_that_is_no_probability(threshold: float, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        accusations([0.5], [True], threshold)
    with pytest.raises(ValueError, match="wrong_share must lie in"):
        power_at([0.5], [True], threshold)


def test_refuses_wrong_columns() -> None:
    with pytest.raises(ValueError, match=r"guilty must have shape \(1,\)"):
        accusations([0.5], [True, False])
    with pytest.raises(ValueError, match="probability is empty"):
        power_at([], [])
    with pytest.raises(ValueError, match=r"column 1 has shape \(1,\), groups \(2,\)"):
        by_group(accusations, ["a", "b"], [0.5, 0.5], [True])
    with pytest.raises(ValueError, match="groups must have shape"):
        by_group(accusations, [["a"]], [0.5], [True])


# ---------------------------------------------------------------------------------- shares
def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
    said = share(81, 263)
    assert (said.low, said.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share(0, 20).high == pytest.approx(0.1611, abs=5e-5)
    assert share(1, 29).low == pytest.approx(0.0061, abs=5e-5)


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.5, 0.9, 0.99]))
def test_an_interval_holds_its_share(part: int, more: int, level: float) -> None:
    said = share(part, part + more, level)
    assert 0 <= said.low <= said.high <= 1
    assert said.value is None or said.low - 1e-12 <= said.value <= said.high + 1e-12


@pytest.mark.parametrize(("part", "whole", "level"), [(2, 1, 0.9), (-1, 1, 0.9), (1, 2, 1.0)])
def test_refuses_what_is_no_share(part: int, whole: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"need 0 <= part|level must lie"):
        share(part, whole, level)


# ------------------------------------------------------------------------------- bootstrap
def mean(column: object) -> float:
    return float(np.mean(np.asarray(column)))


def test_the_same_seed_gives_the_same_interval() -> None:
    column = np.random.default_rng(2).normal(size=300)
    one, other = (
        bootstrap(mean, np.arange(300), column, chance=np.random.default_rng(3), draws=200)
        for _ in range(2)
    )
    assert one == other
    assert one.value == pytest.approx(column.mean())


def test_an_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    column = np.random.default_rng(2).normal(size=400)
    said = bootstrap(mean, np.arange(400), column, chance=np.random.default_rng(3), draws=2_000)
    assert said.low is not None
    assert said.high is not None
    assert said.high - said.low == pytest.approx(2 * 1.96 * column.std() / 20, rel=0.08)


def test_rows_of_one_block_stay_together() -> None:
    # 20 blocks of 50 equal rows hold 20 figures, not 1,000.
    figures = np.random.default_rng(2).normal(size=20)
    blocks = np.repeat(np.arange(20), 50)
    column = np.repeat(figures, 50)
    together = bootstrap(mean, blocks, column, chance=np.random.default_rng(3), draws=2_000)
    apart = bootstrap(mean, np.arange(1_000), column, chance=np.random.default_rng(3), draws=500)
    alone = bootstrap(mean, np.arange(20), figures, chance=np.random.default_rng(3), draws=2_000)
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high))
    assert together.high is not None
    assert together.low is not None
    assert apart.high is not None
    assert apart.low is not None
    assert (together.high - together.low) > 5 * (apart.high - apart.low)


def test_draws_hold_whole_blocks_with_all_their_columns() -> None:
    blocks = np.array([7, 3, 7, 9, 3, 7])
    seen: list[float] = []

    def check(rows: object, block: object) -> float:
        row, of = np.asarray(rows), np.asarray(block)
        assert (blocks[row] == of).all()
        for name, size in ((7, 3), (3, 2), (9, 1)):
            assert np.count_nonzero(of == name) % size == 0
        seen.append(len(row))
        return 0.0

    bootstrap(check, blocks, np.arange(6), blocks, chance=np.random.default_rng(1), draws=50)
    assert len(set(seen)) > 1


def test_worlds_without_a_figure_are_counted() -> None:
    told, true = [0.9, 0.8, 0.1], [True, True, False]
    said = bootstrap(auc, [0, 1, 2], told, true, chance=np.random.default_rng(1), draws=300)
    assert said.draws == 300
    assert 0 < said.undefined < 300
    assert said.low == said.high == said.value == 1
    never = bootstrap(auc, [0, 1], [0.5, 0.6], [True, True], chance=np.random.default_rng(1))
    assert (never.value, never.low, never.high, never.undefined) == (None, None, None, 1_000)


def test_bootstrap_refuses_what_makes_no_sense() -> None:
    chance = np.random.default_rng(1)
    with pytest.raises(ValueError, match=r"column 0 has shape \(2,\), groups \(1,\)"):
        bootstrap(mean, [0], [1.0, 2.0], chance=chance)
    with pytest.raises(ValueError, match="blocks is empty"):
        bootstrap(mean, [], [], chance=chance)
    with pytest.raises(ValueError, match="need draws >= 1"):
        bootstrap(mean, [0], [1.0], chance=chance, draws=0)
    with pytest.raises(ValueError, match="blocks must hold integers"):
        bootstrap(mean, [0.5], [1.0], chance=chance)


# --------------------------------------------------------------------------------- sources
def test_who_counts_copies_as_sources_errs_upwards() -> None:
    said = source_count_error([1.0, 2.0, 3.0, 4.0], [4.0, 2.0, 2.0, 4.4])
    assert said.bias == pytest.approx(2.4 / 4)
    assert said.mean_absolute == pytest.approx(4.4 / 4)
    assert said.root_mean_square == pytest.approx(math.sqrt((9 + 1 + 0.16) / 4))
    assert said.log_bias == pytest.approx((math.log(4) + math.log(2 / 3) + math.log(1.1)) / 4)
    assert said.overcounted == 1 / 4


@pytest.mark.parametrize(("found", "overcounted"), [(1.5, 1), (1.4, 0), (0.4, 0)])
def test_half_a_source_too_many_is_overcounted(found: float, overcounted: float) -> None:
    assert source_count_error([1.0], [found]).overcounted == overcounted


def test_source_counts_are_positive_and_as_many() -> None:
    with pytest.raises(ValueError, match=r"found, row 1: 0.0 is not positive"):
        source_count_error([1.0, 1.0], [1.0, 0.0])
    with pytest.raises(ValueError, match=r"need two columns \(n,\), n above 0"):
        source_count_error([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"need two columns \(n,\), n above 0"):
        source_count_error([], [])


# ---------------------------------------------------------------------------------- growth
@given(st.floats(-1, 3), st.floats(0.001, 1_000))
def test_a_pure_power_is_found_exactly(exponent: float, factor: float) -> None:
    size = np.array([10.0, 100.0, 1_000.0, 10_000.0])
    said = growth(size, factor * size**exponent)
    assert said.exponent == pytest.approx(exponent, abs=1e-9)
    assert said.high - said.low == pytest.approx(0, abs=1e-6)


def test_the_interval_is_that_of_the_text_book() -> None:
    # log cost 0, 2, 1 over log size 0, 1, 2: slope 1/2, residuals -1/2, 1, -1/2, one degree of
    # freedom, so that t is 12.7062 and the standard error sqrt(1.5 / 2).
    said = growth(np.exp([0.0, 1.0, 2.0]), np.exp([0.0, 2.0, 1.0]))
    assert said.exponent == pytest.approx(0.5)
    half = 12.7062 * math.sqrt(0.75)
    assert (said.low, said.high) == pytest.approx((0.5 - half, 0.5 + half), rel=1e-5)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    size = np.geomspace(100, 100_000, 8)
    held = 0
    for _ in range(1_000):
        said = growth(size, 3 * size**1.2 * np.exp(chance.normal(0, 0.2, 8)), level=0.9)
        held += said.low <= 1.2 <= said.high
    assert held / 1_000 == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(
    ("size", "cost", "complaint"),
    [
        ([1.0, 2.0], [1.0, 2.0], "need three rows and two sizes, got 2 rows"),
        ([5.0] * 3, [1.0, 2.0, 3.0], "need three rows and two sizes"),
        ([1.0, 2.0, 3.0], [1.0, 2.0], r"size has shape \(3,\) and cost \(2,\)"),
        ([1.0, 2.0, 3.0], [1.0, 0.0, 2.0], r"cost, row 1: 0.0 is not positive"),
    ],
)
def test_growth_refuses_what_makes_no_sense(
    size: list[float], cost: list[float], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        growth(size, cost)
    with pytest.raises(ValueError, match="level must lie"):
        growth([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], level=0.0)
