"""Science notes 1.3, step 2: "cluster detections of one overpass into fire events: ... 1.2 *
max(scan, track) ... link to events ... within 1.5 km"; decision 0005: 24 hours, not 72.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.heat import LINK_M, LINK_US, OVERPASS_US, TOUCHING_SIDES, fires
from truceline.records.units import E7, HOUR_US, MINUTE_US, SECOND_US
from truceline.sensors.geometry import distance_m

Row = tuple[int, int, int, int, int]  # longitude, latitude, time, platform, side
LATITUDE = 480_000_000


def grouped(*rows: Row) -> list[int]:
    labels: list[int] = fires(*np.array(rows, dtype=np.int64).reshape(-1, 5).T).tolist()
    return labels


def are_one(*rows: Row) -> bool:
    return len(set(grouped(*rows))) == 1


def east_of(metres: int, longitude_e7: int = 350_000_000) -> int:
    """Give the first longitude that lies at least that many whole metres east."""
    low, high = longitude_e7, longitude_e7 + E7
    while low < high:
        middle = (low + high) // 2
        here = np.array([longitude_e7]), np.array([LATITUDE])
        (apart,) = distance_m(*here, middle, LATITUDE).tolist()
        low, high = (middle + 1, high) if apart < metres else (low, middle)
    return low


def spot(
    metres: int = 0, at_us: int = 0, platform: int = 0, side_m: int = 2_000
) -> tuple[int, int, int, int, int]:
    return east_of(metres), LATITUDE, at_us, platform, side_m


def test_the_numbers_are_those_of_the_decision() -> None:
    assert (TOUCHING_SIDES, LINK_M, LINK_US) == (1.2, 1_500, 24 * HOUR_US)


@pytest.mark.parametrize(
    ("metres", "one"),
    [
        pytest.param(2_400, True, id="1.2 sides"),
        pytest.param(2_401, False, id="one metre more"),
    ],
)
def test_pixels_of_one_overpass_that_touch_are_one_fire(metres: int, *, one: bool) -> None:
    assert are_one(spot(), spot(metres)) is one


def test_the_larger_of_two_pixels_decides_whether_they_touch() -> None:
    assert are_one(spot(side_m=375), spot(2_400, side_m=2_000))
    assert not are_one(spot(side_m=375), spot(2_400, side_m=1_999))


@pytest.mark.parametrize(
    ("later_us", "one"),
    [
        pytest.param(OVERPASS_US, True, id="ten minutes"),
        pytest.param(OVERPASS_US + 1, False, id="more than ten minutes"),
    ],
)
def test_an_overpass_lasts_ten_minutes(later_us: int, *, one: bool) -> None:
    assert are_one(spot(), spot(2_000, later_us)) is one


def test_pixels_of_another_platform_do_not_touch() -> None:
    assert not are_one(spot(), spot(2_000, platform=1))


@pytest.mark.parametrize(
    ("metres", "later_us", "one"),
    [
        pytest.param(1_500, 24 * HOUR_US, True, id="1.5 km and 24 hours"),
        pytest.param(1_501, 24 * HOUR_US, False, id="a metre more"),
        pytest.param(1_500, 24 * HOUR_US + 1, False, id="a microsecond more"),
        pytest.param(1_500, 72 * HOUR_US, False, id="72 hours"),
    ],
)
@pytest.mark.parametrize("platform", [0, 1])
def test_a_fire_seen_again_near_by_within_a_day_is_the_same(
    metres: int, later_us: int, platform: int, *, one: bool
) -> None:
    assert are_one(spot(), spot(metres, later_us, platform)) is one
    assert are_one(spot(metres, later_us, platform), spot()) is one


def test_small_pixels_link_as_far_as_large_ones() -> None:
    assert are_one(spot(side_m=375), spot(1_500, HOUR_US, 1, side_m=375))


def test_a_fire_that_creeps_is_followed_over_days() -> None:
    creeping = [spot(1_400 * n, 20 * HOUR_US * n) for n in range(6)]
    assert are_one(*creeping)
    assert grouped(*creeping[:3], *creeping[4:]) == [0, 0, 0, 1, 1]


def test_no_detections_are_no_fires_and_one_is_one() -> None:
    assert grouped() == []
    assert grouped(spot()) == [0]


def test_the_same_detection_twice_is_one_fire() -> None:
    assert grouped(spot(), spot(), spot(90_000)) == [0, 0, 1]


rows = st.tuples(
    st.integers(0, 6_000).map(lambda metres: 350_000_000 + metres * 134),
    st.integers(0, 6_000).map(lambda metres: LATITUDE + metres * 90),
    st.integers(0, 60).map(lambda hours: hours * HOUR_US + 7 * MINUTE_US * (hours % 3)),
    st.integers(0, 2),
    st.sampled_from([375, 800, 2_000]),
)


def partition(labels: list[int], of: list[int]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for label, member in zip(labels, of, strict=True):
        groups.setdefault(label, set()).add(member)
    return {frozenset(group) for group in groups.values()}


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_group(found: list[Row], random: object) -> None:
    order = list(range(len(found)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert partition(grouped(*(found[n] for n in order)), order) == partition(
        grouped(*found), list(range(len(found)))
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, min_size=1, max_size=12))
def test_agrees_with_the_plain_words_of_the_rule(found: list[Row]) -> None:
    """Join, pair by pair, whatever the two sentences of the rule join."""
    labels = list(range(len(found)))
    for i, (x, y, at_us, platform, side_m) in enumerate(found):
        for j, (to_x, to_y, to_us, to_platform, to_side_m) in enumerate(found):
            (apart,) = distance_m(np.array([x]), np.array([y]), to_x, to_y).tolist()
            touch = (
                platform == to_platform
                and abs(at_us - to_us) <= 600 * SECOND_US
                and 5 * apart <= 6 * max(side_m, to_side_m)
            )
            if touch or (abs(at_us - to_us) <= 24 * HOUR_US and apart <= 1_500):
                old, new = labels[j], labels[i]
                labels = [new if label == old else label for label in labels]
    everyone = list(range(len(found)))
    assert partition(grouped(*found), everyone) == partition(labels, everyone)
