"""Science notes 1.2(b): "by daily oblast-mean cloud, hit / cloud-matched placebo / excess [90 %
CI]: 0-20 %: .165/.059/.106 [.079,.142]; 20-50: .108/.028/.081 [.061,.101]; 50-80: .039/.015/.024
[.016,.031]; 80-100: .034/.008/.025 [.010,.038]". Section 6: "C=.106 ... <= 26 fixed".
"""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.records.units import PPM
from truceline.sensors.thermal import (
    CLOUD_EDGES,
    EXCESS,
    EXCESS_HIGH,
    EXCESS_LOW,
    HIT,
    LOOK_SHARE,
    PLACEBO,
    Detection,
    detection,
    look_share,
    missed_upper_95,
)

VIIRS = ("firms-noaa20", "firms-snpp")
ALL = tuple(sorted(LOOK_SHARE))
clouds = st.none() | st.integers(0, PPM)
platforms = st.lists(st.sampled_from(ALL), unique=True).map(tuple)


def looked(cloud_ppm: int | None, sources: tuple[str, ...] = VIIRS) -> Detection:
    chances = detection(cloud_ppm, sources)
    assert chances is not None
    return chances


def test_the_table_is_the_measured_one() -> None:
    assert CLOUD_EDGES == (0.2, 0.5, 0.8, 1.0)
    assert HIT == (0.165, 0.108, 0.039, 0.034)
    assert PLACEBO == (0.059, 0.028, 0.015, 0.008)
    assert EXCESS == (0.106, 0.081, 0.024, 0.025)
    assert EXCESS_LOW == (0.079, 0.061, 0.016, 0.010)
    assert EXCESS_HIGH == (0.142, 0.101, 0.031, 0.038)


def test_a_day_that_is_known_to_be_clear_or_overcast_has_the_figures_of_the_tables_ends() -> None:
    assert looked(0) == Detection(
        detection_ppm=106_000, low_ppm=79_000, high_ppm=142_000, hit_ppm=165_000, placebo_ppm=59_000
    )
    assert looked(PPM) == Detection(
        detection_ppm=25_000, low_ppm=10_000, high_ppm=38_000, hit_ppm=34_000, placebo_ppm=8_000
    )


@pytest.mark.parametrize(
    ("middle_ppm", "low_ppm", "high_ppm"),
    [
        pytest.param(100_000, 95_000, 106_000, id="0-20 %: .106, a little less for clouds near by"),
        pytest.param(350_000, 63_000, 85_000, id="20-50 %: .081"),
        pytest.param(650_000, 33_000, 55_000, id="50-80 %: .024, more for gaps in the clouds"),
        pytest.param(900_000, 24_000, 30_000, id="80-100 %: .025"),
    ],
)
def test_in_the_middle_of_a_bin_its_own_figure_weighs_most(
    middle_ppm: int, low_ppm: int, high_ppm: int
) -> None:
    assert low_ppm <= looked(middle_ppm).detection_ppm <= high_ppm


def test_an_unknown_cloud_is_every_cloud_alike() -> None:
    # Bins of 20, 30, 30 and 20 in 100: .2 * .106 + .3 * .081 + .3 * .024 + .2 * .025.
    assert looked(None).detection_ppm == 57_700
    assert looked(PPM).detection_ppm < looked(None).detection_ppm < looked(0).detection_ppm


@given(st.integers(0, PPM))
def test_no_cloud_gives_more_than_the_best_bin_or_less_than_the_worst(cloud_ppm: int) -> None:
    assert 24_000 <= looked(cloud_ppm).detection_ppm <= 106_000


@given(clouds, platforms)
def test_the_interval_holds_the_figure(cloud_ppm: int | None, sources: tuple[str, ...]) -> None:
    chances = detection(cloud_ppm, sources)
    if not sources:
        assert chances is None
        return
    assert chances is not None
    assert 0 < chances.low_ppm <= chances.detection_ppm <= chances.high_ppm < PPM
    assert chances.placebo_ppm < chances.hit_ppm


@given(clouds)
def test_a_days_figure_is_never_multiplied_over_passes(cloud_ppm: int | None) -> None:
    assert looked(cloud_ppm, ALL) == looked(cloud_ppm, VIIRS)
    assert looked(cloud_ppm, VIIRS + VIIRS) == looked(cloud_ppm, VIIRS)


@pytest.mark.parametrize("two", [("firms-noaa20", "firms-noaa21"), ("firms-noaa21", "firms-snpp")])
def test_any_two_viirs_make_a_whole_look(two: tuple[str, ...]) -> None:
    assert look_share(two) == 1.0
    assert look_share(two[:1]) == 0.5


def test_one_platform_is_half_a_look_and_none_is_no_look() -> None:
    # Half a look: two of them together miss as often as a whole one, 1 - sqrt(1 - .106).
    assert looked(0, ("firms-noaa20",)).detection_ppm == round(PPM * (1 - math.sqrt(0.894)))
    assert detection(0, ()) is None
    assert detection(None, ("a-drone",)) is None


@given(clouds, platforms, st.sampled_from(ALL))
def test_another_platform_never_lowers_the_probability(
    cloud_ppm: int | None, sources: tuple[str, ...], one_more: str
) -> None:
    fewer, more = detection(cloud_ppm, sources), detection(cloud_ppm, (*sources, one_more))
    assert more is not None
    assert fewer is None or fewer.detection_ppm <= more.detection_ppm


@given(st.permutations(ALL))
def test_the_order_of_platforms_changes_nothing(sources: list[str]) -> None:
    assert detection(300_000, tuple(sources)) == detection(300_000, ALL)
    assert look_share(sources) == 1.0


def test_under_a_clear_sky_up_to_26_may_have_gone_unseen() -> None:
    assert missed_upper_95(106_000) == 26
    # 26 all go unseen with 5.4 %, 27 only with 4.9 %.
    assert (1 - 0.106) ** 26 >= 0.05 > (1 - 0.106) ** 27


def test_who_cannot_see_bounds_nothing_and_who_always_sees_missed_none() -> None:
    assert missed_upper_95(0) is None
    assert missed_upper_95(PPM) == 0
    assert missed_upper_95(950_001) == 0


def test_the_better_the_eye_the_fewer_were_missed() -> None:
    bounds = [missed_upper_95(chance) for chance in range(1_000, PPM, 1_000)]
    assert all(a is not None and b is not None and a >= b for a, b in pairwise(bounds))


@given(st.integers(100, 940_000))
def test_the_bound_is_the_largest_number_still_believable_at_5_in_100(chance_ppm: int) -> None:
    bound = missed_upper_95(chance_ppm)
    assert bound is not None
    unseen = 1 - chance_ppm / PPM
    assert unseen**bound >= 0.05 * (1 - 1e-9)
    assert unseen ** (bound + 1) < 0.05 * (1 + 1e-9)
