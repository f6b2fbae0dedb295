"""Distances are geodesic on WGS 84 and whole metres, so that a last bit decides nothing."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from ground_worlds import box
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from truceline.records.units import E7
from truceline.sensors.geometry import distance_m, inside, line_distance_m, on_sphere_m, shape_of

longitudes = st.integers(22 * E7, 40 * E7)
latitudes = st.integers(44 * E7, 52 * E7)


def e7(*degrees: float) -> np.ndarray:
    return np.array([round(value * E7) for value in degrees], dtype=np.int64)


def test_one_degree_of_latitude_is_111_kilometres() -> None:
    # Ellipsoid of WGS 84: from 48 to 49 degrees north 111,200 m, within a few metres.
    (metres,) = distance_m(e7(37), e7(48), e7(37), e7(49)).tolist()
    assert metres == pytest.approx(111_200, abs=10)


@given(longitudes, latitudes, longitudes, latitudes)
def test_there_is_as_far_as_back(x: int, y: int, to_x: int, to_y: int) -> None:
    here, there = (np.array([x]), np.array([y])), (np.array([to_x]), np.array([to_y]))
    assert distance_m(*here, *there).tolist() == distance_m(*there, *here).tolist()
    assert distance_m(*here, *here).tolist() == [0]


@given(longitudes, latitudes, st.integers(-E7, E7), st.integers(-E7, E7))
def test_a_chord_on_the_sphere_is_within_six_in_a_thousand(
    x: int, y: int, east: int, north: int
) -> None:
    # What the search for neighbours stands on: its slack must be larger than this.
    xs, ys = np.array([x, x + east]), np.array([y, y + north])
    (metres,) = distance_m(xs[:1], ys[:1], xs[1:], ys[1:]).tolist()
    points = on_sphere_m(xs, ys)
    chord = float(np.linalg.norm(points[0] - points[1]))
    assert abs(chord - metres) <= 0.006 * metres + 1


def test_no_points_have_no_distances() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert distance_m(none, none, 0, 0).tolist() == []


def test_a_hole_in_the_land_is_not_land() -> None:
    ring, hole = box(37, 48, 38, 49)[0][0], box(37.4, 48.4, 37.6, 48.6)[0][0]
    shape = shape_of(((ring, hole),))
    assert inside(shape, e7(37.1, 37.5, 39), e7(48.1, 48.5, 48.5)).tolist() == [True, False, False]


def test_a_ring_that_crosses_itself_is_made_valid() -> None:
    one, other = (370_000_000, 480_000_000), (380_000_000, 490_000_000)
    bow = (one, other, (other[0], one[1]), (one[0], other[1]), one)
    assert shape_of(((bow,),)).is_valid


@pytest.mark.parametrize("latitude", [46.0, 48.5, 51.0])
def test_the_distance_to_a_meridian_is_the_geodesic_one_along_the_parallel(
    latitude: float,
) -> None:
    meridian = shapely.LineString([(37, 40), (37, 55)])
    (metres,) = line_distance_m(meridian, e7(37.2), e7(latitude)).tolist()
    _, _, along = Geod(ellps="WGS84").inv(37.2, latitude, 37, latitude)
    assert metres == pytest.approx(along, rel=0.001)


@given(st.floats(36.5, 37.5), st.floats(46.2, 50.8))
def test_the_distance_to_a_slanting_line_is_within_five_in_a_hundred(x: float, y: float) -> None:
    slanting = shapely.LineString([(36, 46), (38, 51)])
    (metres,) = line_distance_m(slanting, e7(x), e7(y)).tolist()
    along = shapely.get_coordinates(shapely.segmentize(slanting, 0.001))
    nearest = distance_m(e7(x), e7(y), *(np.rint(axis * E7).astype(np.int64) for axis in along.T))
    assert nearest.min() - 150 <= metres <= 1.05 * nearest.min() + 1


def test_a_point_on_the_line_is_at_no_distance() -> None:
    assert line_distance_m(shapely.LineString([(37, 47), (37, 49)]), e7(37), e7(48)).tolist() == [0]
