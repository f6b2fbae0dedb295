"""Science notes, rule R1: "LR(no FIRMS hit within 1 km same day | strike) = .887 [90 % CI
.853,.914] under 0-20 % oblast cloud, .974 [.962,.990] at 80-100 %." Section 5.1: "Cap
per-evidence-class LR (default 20) and per open-source cluster LR (default 10)."
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.fusion.weights import (
    ALERT_LIFT,
    CLASS_CAP,
    OPEN_SOURCE_CAP,
    PRIOR_CAP,
    REPORT_IS_REAL,
    alert_weight,
    heat_prior,
    industrial_weight,
    millibans,
    news_silence,
    probability_ppm,
    report_weight,
    same_place_lr,
    thermal_silence,
    war_rate_milli,
)
from truceline.records.units import PPM
from truceline.sensors.thermal import detection

VIIRS = ("firms-noaa20", "firms-snpp")


def likelihood_ratio(weight: int) -> float:
    return math.pow(10, weight / 1000)


def test_no_class_weighs_more_than_20_and_no_open_source_more_than_10() -> None:
    assert round(likelihood_ratio(CLASS_CAP), 1) == 20.0
    assert likelihood_ratio(OPEN_SOURCE_CAP) == 10
    assert likelihood_ratio(PRIOR_CAP) == 100


@given(st.floats(1e-12, 1e12))
def test_a_weight_stays_within_its_cap_on_both_sides(ratio: float) -> None:
    assert -CLASS_CAP <= millibans(ratio) <= CLASS_CAP
    assert -OPEN_SOURCE_CAP <= millibans(ratio, OPEN_SOURCE_CAP) <= OPEN_SOURCE_CAP
    assert millibans(ratio) == -millibans(1 / ratio)


@given(st.integers(-6_000, 6_000))
def test_a_sum_of_weights_and_its_negative_are_probabilities_that_sum_to_one(total: int) -> None:
    assert abs(probability_ppm(total) + probability_ppm(-total) - PPM) <= 1
    assert probability_ppm(total) <= probability_ppm(total + 1)


def test_even_odds_are_one_half_and_13_decibans_are_95_in_100() -> None:
    assert probability_ppm(0) == 500_000
    assert 950_000 <= probability_ppm(1_300) < 953_000


@pytest.mark.parametrize(
    ("cloud_ppm", "measured"),
    [pytest.param(0, 0.887, id="clear"), pytest.param(PPM, 0.974, id="overcast")],
)
def test_the_silence_of_satellites_weighs_what_was_measured(
    cloud_ppm: int, measured: float
) -> None:
    chances = detection(cloud_ppm, VIIRS)
    assert chances is not None
    weight = thermal_silence(chances)
    assert -60 < weight < 0
    # A millibans step is 0.23 %.
    assert likelihood_ratio(weight) == pytest.approx(measured, abs=0.0015)


@given(st.none() | st.integers(0, PPM), st.sampled_from([VIIRS, VIIRS[:1], ("firms-aqua",)]))
def test_silence_always_speaks_against_and_never_loudly(
    cloud_ppm: int | None, platforms: tuple[str, ...]
) -> None:
    chances = detection(cloud_ppm, platforms)
    assert chances is not None
    assert -60 < thermal_silence(chances) < 0


def test_the_silence_of_the_news_is_small() -> None:
    assert news_silence() == -46  # nine of ten effects are never reported


@pytest.mark.parametrize(("source", "real"), [*REPORT_IS_REAL.items(), ("unheard-of", 0.5)])
def test_a_report_alone_is_worth_what_was_elicited(source: str, real: float) -> None:
    capped = min(real, 10 / 11)
    assert probability_ppm(report_weight(source)) == pytest.approx(capped * PPM, abs=600)


def test_a_report_of_an_unknown_source_weighs_nothing() -> None:
    assert report_weight("unheard-of") == 0


def test_industrial_heat_takes_a_factor_of_20() -> None:
    assert industrial_weight() == -CLASS_CAP


@given(st.integers(20_000, 980_000))
def test_an_alert_and_its_absence_are_one_proper_likelihood(base_ppm: int) -> None:
    during = likelihood_ratio(alert_weight(during=True, base_ppm=base_ppm))
    absent = likelihood_ratio(alert_weight(during=False, base_ppm=base_ppm))
    base = base_ppm / PPM
    assert base * during + (1 - base) * absent == pytest.approx(1, abs=0.002)
    assert absent < 1 < during or base > 0.99


def test_an_alert_that_is_always_on_or_never_says_nothing() -> None:
    assert alert_weight(during=True, base_ppm=PPM) == 0
    assert alert_weight(during=False, base_ppm=PPM) == 0
    assert alert_weight(during=True, base_ppm=0) == 0
    assert likelihood_ratio(alert_weight(during=False, base_ppm=0)) == pytest.approx(
        1 - ALERT_LIFT, abs=0.002
    )


def test_the_rarer_the_alert_the_more_it_says() -> None:
    weights = [alert_weight(during=True, base_ppm=base) for base in range(1_000, PPM, 1_000)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == CLASS_CAP


@pytest.mark.parametrize(
    ("line_distance_m", "excess_milli"),
    [
        # Notes 1.2(a): "0-2 km ... x4.2; 2-5 km x5.2; 5-10 x2.9; 10-20 x2.4; 20-40 x2.1; >80
        # x0.7": less the same ratio in the rear.
        (0, 3_500),
        (1_999, 3_500),
        (2_000, 4_500),
        (4_999, 4_500),
        (5_000, 2_200),
        (9_999, 2_200),
        (10_000, 1_700),
        (19_999, 1_700),
        (20_000, 1_400),
        (39_999, 1_400),
        (40_000, 300),
        (79_999, 300),
        (80_000, 50),
        (900_000, 50),
        (None, 500),
    ],
)
def test_the_rate_of_war_fires_falls_with_the_distance_as_measured(
    line_distance_m: int | None, excess_milli: int
) -> None:
    assert war_rate_milli(line_distance_m, 1_000) == excess_milli
    assert war_rate_milli(line_distance_m, 1) >= 1


def test_the_prior_of_heat_is_war_against_everything_else_that_burns() -> None:
    assert heat_prior(100, 100) == 0
    assert heat_prior(500, 100) == 699
    assert heat_prior(100, 1_000) == -1_000
    assert heat_prior(1, 10**9) == -PRIOR_CAP


def test_heat_alone_is_never_surer_than_what_was_measured_nearest_to_the_line() -> None:
    # "2-5 km ... pi .87": of 100 detections there 87 were in excess of peacetime's.
    assert heat_prior(10**9, 5) == heat_prior(1_000, 100) == 826
    assert abs(probability_ppm(826) - 870_000) < 1_000


def test_the_density_of_the_same_place_sums_to_one_over_the_plane() -> None:
    sigma_m, unrelated_milli, hit = 2_000.0, 500, 0.106
    radii = np.arange(5, 20_000, 10)
    rings = [2 * math.pi * radius * 10 for radius in radii]
    per_m2 = unrelated_milli / 1000 / 1e9
    total = math.fsum(
        same_place_lr(int(radius), sigma_m, unrelated_milli, hit) * ring * per_m2
        for radius, ring in zip(radii, rings, strict=True)
    )
    assert total == pytest.approx(hit, rel=0.001)


@given(st.integers(0, 30_000), st.integers(1, 10_000), st.floats(0.01, 1))
def test_farther_off_or_among_more_fires_a_report_ties_less(
    metres: int, unrelated_milli: int, hit: float
) -> None:
    here = same_place_lr(metres, 2_000.0, unrelated_milli, hit)
    assert same_place_lr(metres + 100, 2_000.0, unrelated_milli, hit) < here or here == 0
    assert same_place_lr(metres, 2_000.0, 2 * unrelated_milli, hit) == pytest.approx(here / 2)
    assert same_place_lr(metres, 2_000.0, unrelated_milli, 0.0) == 0
