"""Promise 3: the same evidence gives the same findings, whatever the order of its documents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fusion_worlds import DAY, NOON, north, pixel, report
from hypothesis import given
from hypothesis import strategies as st

from truceline.fusion.columns import columns_of, on_plane_m
from truceline.fusion.instruments import INSTRUMENT, instrument_of
from truceline.records.detections import Detections
from truceline.records.observation import Means, Observation
from truceline.records.units import E7, HOUR_US
from truceline.sensors.geometry import distance_m
from truceline.sensors.lag import LAGS, MISSION_LAGS

CENTRE = (35 * E7, 48 * E7)
SEEN = (
    pixel(),
    pixel(latitude=north(300), line=3),
    pixel(36.4, 47.2, line=4),
    report(),
    report(33.9, 49.01, line=3),
    replace(pixel(line=9), means=Means.ACOUSTIC, source="array-1"),
)


def rows(columns: Detections) -> list[tuple[int, ...]]:
    named = (columns.at_us, columns.east_m, columns.north_m, columns.sigma_m, columns.means)
    return [tuple(row) for row in np.column_stack(named).tolist()]


@given(st.permutations(SEEN))
def test_the_order_of_observations_changes_no_row(order: list[Observation]) -> None:
    columns, index = columns_of(order, CENTRE)
    usual, places = columns_of(SEEN, CENTRE)
    assert rows(columns) == rows(usual)
    assert [order[row].id for row in index] == [SEEN[row].id for row in places]


def test_what_comes_later_moves_nothing() -> None:
    before, _ = columns_of(SEEN[:-1], CENTRE)
    after, index = columns_of(SEEN, CENTRE)
    kept = after.take(np.flatnonzero(index < len(SEEN) - 1))
    assert rows(kept) == rows(before)
    assert kept.source.tolist() == before.source.tolist()


def test_a_reflection_in_the_meridian_of_the_centre_only_turns_east_to_west() -> None:
    turned = [
        replace(
            seen, place=replace(seen.place, longitude_e7=2 * CENTRE[0] - seen.place.longitude_e7)
        )
        for seen in SEEN
    ]
    here, index = columns_of(SEEN, CENTRE)
    there, places = columns_of(turned, CENTRE)
    assert index.tolist() == places.tolist()
    assert here.east_m.tolist() == (-there.east_m).tolist()
    assert here.north_m.tolist() == there.north_m.tolist()


def test_a_place_known_no_better_than_a_region_is_left_out() -> None:
    area = report(radius_95_m=25_001, line=8)
    columns, index = columns_of((area, pixel()), CENTRE)
    assert (len(columns), index.tolist()) == (1, [1])
    assert len(columns_of((), CENTRE)[0]) == 0


def test_the_stated_radius_becomes_a_standard_deviation() -> None:
    columns, _ = columns_of((report(radius_95_m=5_000),), CENTRE)
    assert columns.sigma_m.tolist() == [round(5_000 / 2.4477)]
    exact, _ = columns_of((report(radius_95_m=1),), CENTRE)
    assert exact.sigma_m.tolist() == [1]


def test_every_means_of_observation_has_its_row_in_the_table_of_lags() -> None:
    assert set(INSTRUMENT) == set(Means)
    assert [lag.name for lag in MISSION_LAGS[: len(LAGS)]] == [lag.name for lag in LAGS]
    assert MISSION_LAGS[INSTRUMENT[Means.SEISMIC]].name == "seismic"


def test_a_report_of_a_day_is_dated_by_its_middle_and_one_of_an_hour_is_not_of_a_day() -> None:
    daily = report()
    assert MISSION_LAGS[instrument_of(daily)].name == "dated_by_day"
    columns, _ = columns_of((daily,), CENTRE)
    assert columns.at_us.tolist() == [DAY + 9 * HOUR_US]
    hourly = replace(daily, began_us=NOON, ended_us=NOON + HOUR_US)
    assert MISSION_LAGS[instrument_of(hourly)].name == "open_source"


@pytest.mark.parametrize("metres", [1_000, 300_000])
def test_the_plane_keeps_distances_from_its_centre(metres: int) -> None:
    longitude, latitude = np.array([35 * E7]), np.array([round(north(metres) * E7)])
    east, up = on_plane_m(longitude, latitude, CENTRE)
    assert east.tolist() == [0]
    assert up.tolist() == distance_m(longitude, latitude, *CENTRE).tolist()
