"""The region of an incident as equally likely points, held against exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation_worlds import LATITUDE, LONGITUDE, VALLEY, incident, square
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.stats import ncx2, norm

from truceline.evaluation.plane import (
    POINTS,
    area_of,
    degree_lengths_m,
    distance_to_area_m,
    inside,
    offsets,
    region_points,
)
from truceline.records.observation import Place
from truceline.records.units import E7

WITHIN = 0.004  # what the docstring of `offsets` promises
UNIT = 1_000_000


def test_the_offsets_mirror_onto_themselves_to_the_last_digit() -> None:
    points = {tuple(point) for point in offsets().tolist()}
    assert len(points) == POINTS
    assert {(-east, north) for east, north in points} == points
    assert {(east, -north) for east, north in points} == points


@settings(deadline=None)
@given(st.floats(-4, 4), st.floats(0, 2 * math.pi))
def test_the_share_in_a_half_plane_is_the_exact_one(distance: float, angle: float) -> None:
    towards = np.array([math.cos(angle), math.sin(angle)])
    share = float((offsets() @ towards <= distance * UNIT).mean())
    assert abs(share - float(norm.cdf(distance))) <= WITHIN


@settings(deadline=None)
@given(st.floats(0, 4), st.floats(0.05, 4), st.floats(0, 2 * math.pi))
def test_the_share_in_a_disc_is_the_exact_one(away: float, radius: float, angle: float) -> None:
    middle = away * UNIT * np.array([math.cos(angle), math.sin(angle)])
    share = float((((offsets() - middle) ** 2).sum(axis=1) <= (radius * UNIT) ** 2).mean())
    assert abs(share - float(ncx2.cdf(radius**2, 2, away**2))) <= WITHIN


def test_ninety_in_a_hundred_lie_within_the_stated_radius() -> None:
    points = region_points(incident(radius_90_m=5000))
    lengths_m = np.array(degree_lengths_m(LATITUDE)) / E7
    away_m = np.hypot(*((points - np.array([LONGITUDE, LATITUDE])) * lengths_m).T)
    assert float((away_m <= 5000).mean()) == pytest.approx(0.9, abs=0.001)


@pytest.mark.parametrize("east_m", [-3000, -1000, 0, 1000, 3000])
def test_the_chance_to_lie_east_of_a_border_is_that_of_a_half_plane(east_m: int) -> None:
    border_e7 = LONGITUDE + round(east_m / degree_lengths_m(LATITUDE)[0] * E7)
    east = area_of(square(border_e7, LATITUDE - E7, LONGITUDE + 2 * E7, LATITUDE + E7))
    share = float(inside(east, region_points(incident(radius_90_m=4292))).mean())
    assert share == pytest.approx(float(norm.sf(east_m / 2000)), abs=WITHIN)


@pytest.mark.parametrize("azimuth", [0, 45, 90, 135, 180, 225, 270, 315])
def test_the_plane_is_within_half_a_percent_of_the_geodesic_up_to_25_km(azimuth: int) -> None:
    longitude, latitude, _ = Geod(ellps="WGS84").fwd(37.0, 55.0, azimuth, 25_000)
    east_m, north_m = degree_lengths_m(55 * E7)
    flat_m = math.hypot((longitude - 37.0) * east_m, (latitude - 55.0) * north_m)
    assert flat_m == pytest.approx(25_000, rel=0.005)


def test_inside_an_area_the_distance_is_none() -> None:
    assert distance_to_area_m(incident().place, area_of(VALLEY.polygons_e7)) == 0


def test_outside_the_distance_is_the_geodesic_to_the_nearest_edge() -> None:
    south = Place(longitude_e7=LONGITUDE, latitude_e7=LATITUDE - 2_000_000, radius_95_m=1)
    geodesic_m = Geod(ellps="WGS84").inv(37.0, 47.8, 37.0, 47.9)[2]
    assert distance_to_area_m(south, area_of(VALLEY.polygons_e7)) == round(geodesic_m)


def test_a_hole_is_outside() -> None:
    (outer,) = square(LONGITUDE - E7, LATITUDE - E7, LONGITUDE + E7, LATITUDE + E7)
    (hole,) = VALLEY.polygons_e7
    ring = area_of(((outer[0], hole[0]),))
    assert not inside(ring, np.array([[LONGITUDE, LATITUDE]])).any()
    assert distance_to_area_m(incident().place, ring) > 7000
