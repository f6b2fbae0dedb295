"""What surrounds the observations: alerts merged, their base rate, the nearest place by name."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from fusion_worlds import PLACES
from hypothesis import given
from hypothesis import strategies as st

from truceline.fusion.world import Gazetteer, alert_base_ppm, days_touched, merge_alerts
from truceline.records.context import Alert, PopulatedPlace
from truceline.records.units import DAY_US, E7, PPM


def alert(began_us: int, ended_us: int, area: str = "XX-1", line: int = 2) -> Alert:
    return Alert(
        source="alerts-ua",
        area=area,
        issued_by="UA",
        began_us=began_us,
        ended_us=ended_us,
        document_sha256="ab" * 32,
        line=line,
    )


spans = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 30)).map(lambda s: (s[0], s[0] + s[1])), max_size=6
)


def test_alerts_that_overlap_or_touch_are_merged_by_area() -> None:
    alerts = [alert(5, 9), alert(1, 3), alert(2, 5), alert(20, 21), alert(1, 30, "XX-2")]
    for order in permutations(alerts):
        assert merge_alerts(order) == {"XX-1": ((1, 9), (20, 21)), "XX-2": ((1, 30),)}


@given(spans)
def test_merged_alerts_are_disjoint_and_cover_what_the_alerts_covered(
    found: list[tuple[int, int]],
) -> None:
    merged = merge_alerts([alert(*span) for span in found]).get("XX-1", ())
    assert all(one[1] < other[0] for one, other in pairwise(merged))
    for instant in range(121):
        assert any(a <= instant <= b for a, b in merged) == any(a <= instant <= b for a, b in found)


@given(spans, st.integers(0, 40))
def test_the_base_rate_is_the_share_of_beginnings_that_meet_an_alert(
    found: list[tuple[int, int]], length_us: int
) -> None:
    merged = merge_alerts([alert(*span) for span in found]).get("XX-1", ())
    fine = 10  # beginnings in tenths, between whole instants, so that edges weigh nothing
    met = sum(
        any(
            start * fine < 10 * t + 5 + length_us * fine and 10 * t + 5 < end * fine
            for start, end in merged
        )
        for t in range(100)
    )
    assert alert_base_ppm(merged, length_us, 0, 100) == round(PPM * met / 100)


@pytest.mark.parametrize(
    ("intervals", "base_ppm"),
    [
        pytest.param((), 0, id="never"),
        pytest.param(((0, 100),), PPM, id="always"),
        pytest.param(((-50, 150),), PPM, id="longer than the window"),
        pytest.param(((90, 200),), 100_000, id="over the end of the window"),
    ],
)
def test_the_base_rate_stays_within_the_window(
    intervals: tuple[tuple[int, int], ...], base_ppm: int
) -> None:
    assert alert_base_ppm(intervals, 0, 0, 100) == base_ppm


def test_an_interval_touches_every_day_from_its_first_to_its_last() -> None:
    assert list(days_touched(DAY_US - 1, DAY_US - 1)) == [0]
    assert list(days_touched(DAY_US - 1, DAY_US)) == [0, DAY_US]
    assert list(days_touched(DAY_US, 3 * DAY_US)) == [DAY_US, 2 * DAY_US, 3 * DAY_US]


def nearest(*places: PopulatedPlace, at: tuple[float, float]) -> str:
    x, y = (np.array([round(axis * E7)], dtype=np.int64) for axis in at)
    (name,) = Gazetteer(places).nearest(x, y)
    return name


def test_names_the_nearest_place_with_its_distance() -> None:
    assert nearest(*PLACES, at=(36.02, 48.0)) == "Lypivka, 0.7 km"
    assert nearest(*reversed(PLACES), at=(36.02, 48.0)) == "Lypivka, 0.7 km"


def test_names_no_place_beyond_30_km_and_none_where_none_is_known() -> None:
    assert nearest(*PLACES, at=(36.01, 48.269)) == "Lypivka, 29.9 km"
    assert nearest(*PLACES, at=(36.01, 48.271)) == ""
    assert nearest(at=(36.0, 48.0)) == ""
    assert Gazetteer(PLACES).nearest(np.zeros(0, np.int64), np.zeros(0, np.int64)) == []
