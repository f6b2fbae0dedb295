"""The ground around an incident as a plane, and its region as equally likely points on it.

The incident's place is a circular Gaussian whose 90 % region has the radius that the incident
states. The plane takes a degree as long as WGS 84 makes it at the incident's own latitude: within
0.5 % of the geodesic distance up to 25 km away at 55 degrees (tested). Distances that are shown or
compared are geodesic.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from truceline.records.agreement import MultiPolygon
from truceline.records.incident import Incident
from truceline.records.observation import Place
from truceline.records.units import E7, PPM

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

GEOD = Geod(ellps="WGS84")
WGS84_A_M = 6_378_137.0
WGS84_E2 = 0.006_694_379_990_14

# Radii of a circular Gaussian in standard deviations: sqrt(-2 ln(1 - share)).
SIGMAS_90 = math.sqrt(-2 * math.log(0.10))
SIGMAS_95 = math.sqrt(-2 * math.log(0.05))
# Beyond this lies less than one part in a million, which is the smallest that can be said.
SIGMAS_REACH = math.sqrt(2 * math.log(PPM))

QUARTER = 1024
POINTS = 4 * QUARTER
GOLDEN = (math.sqrt(5) - 1) / 2
OFFSET_UNIT = 1_000_000  # offsets are kept in millionths of a standard deviation


def sigma_90_m(radius_90_m: int) -> float:
    """Give the standard deviation along each axis from the radius that holds 90 in 100.

    >>> round(sigma_90_m(2146))
    1000
    """
    return radius_90_m / SIGMAS_90


def sigma_95_m(radius_95_m: int) -> float:
    """Give the standard deviation along each axis from the radius that holds 95 in 100.

    >>> round(sigma_95_m(2448))
    1000
    """
    return radius_95_m / SIGMAS_95


def degree_lengths_m(latitude_e7: int) -> tuple[float, float]:
    """Give the metres in a degree of longitude and of latitude at a latitude, on WGS 84.

    Source: radii of curvature in the prime vertical and in the meridian (NIMA TR 8350.2).

    >>> [round(length) for length in degree_lengths_m(500_000_000)]
    [71696, 111229]
    """
    sine = math.sin(math.radians(latitude_e7 / E7))
    cosine = math.cos(math.radians(latitude_e7 / E7))
    root = math.sqrt(1 - WGS84_E2 * sine * sine)
    prime_vertical_m = WGS84_A_M / root
    meridian_m = WGS84_A_M * (1 - WGS84_E2) / root**3
    return math.radians(prime_vertical_m * cosine), math.radians(meridian_m)


@cache
def offsets() -> Integers:
    """Give equally likely offsets of a circular Gaussian, in millionths of a standard deviation.

    A golden-ratio lattice (Kronecker sequence) on radius and angle of one quarter, mirrored onto
    the other three, so that east and west, north and south are the same to the last digit. The
    share of points in a half-plane or a disc is within 0.4 percentage points of the exact
    probability (tested).

    Returns:
        Shape (POINTS, 2), east and north.
    """
    points: list[tuple[int, int]] = []
    for number in range(QUARTER):
        radius = OFFSET_UNIT * math.sqrt(-2 * math.log(1 - (number + 0.5) / QUARTER))
        angle = math.pi / 2 * ((number * GOLDEN + 0.5) % 1)
        east, north = round(radius * math.cos(angle)), round(radius * math.sin(angle))
        points += [(east, north), (-east, north), (east, -north), (-east, -north)]
    return np.array(points, dtype=np.int64)


def region_points(incident: Incident) -> Integers:
    """Give equally likely places of an incident, in degrees of 1e-7.

    Returns:
        Shape (POINTS, 2), longitude and latitude, whole numbers: a test of them against a zone
        gives the same answer on every machine.
    """
    place = incident.place
    sigma_m = sigma_90_m(incident.radius_90_m)
    lengths_m = np.array(degree_lengths_m(place.latitude_e7))
    steps = np.rint(offsets() * (sigma_m / OFFSET_UNIT * E7) / lengths_m).astype(np.int64)
    points: Integers = steps + np.array([place.longitude_e7, place.latitude_e7])
    return points


def area_of(polygons_e7: MultiPolygon) -> shapely.MultiPolygon:
    """Give a zone as a geometry in degrees of 1e-7, made ready for many tests."""
    area = shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in polygons_e7])
    shapely.prepare(area)
    return area


def inside(area: shapely.MultiPolygon, points_e7: Integers) -> Booleans:
    """Tell for each point, shape (n, 2), whether the area holds it."""
    held: Booleans = shapely.contains_xy(area, points_e7[:, 0], points_e7[:, 1])
    return held


def distance_to_area_m(place: Place, area: shapely.MultiPolygon) -> int:
    """Give the distance to an area in whole metres; 0 inside it."""
    lengths_m = np.array(degree_lengths_m(place.latitude_e7)) / E7
    here = np.array([place.longitude_e7, place.latitude_e7])
    flat = shapely.transform(area, lambda xy: (xy - here) * lengths_m)
    line = shapely.shortest_line(shapely.Point(0, 0), flat)
    east_m, north_m = shapely.get_coordinates(line)[-1]
    longitude_e7 = place.longitude_e7 + round(float(east_m / lengths_m[0]))
    latitude_e7 = place.latitude_e7 + round(float(north_m / lengths_m[1]))
    return distance_m(place.longitude_e7, place.latitude_e7, longitude_e7, latitude_e7)


def distance_m(
    longitude_e7: int, latitude_e7: int, to_longitude_e7: int, to_latitude_e7: int
) -> int:
    """Give the geodesic distance on WGS 84 in whole metres.

    >>> distance_m(300_000_000, 500_000_000, 300_000_000, 510_000_000)
    111239
    """
    metres: float
    _, _, metres = GEOD.inv(
        longitude_e7 / E7, latitude_e7 / E7, to_longitude_e7 / E7, to_latitude_e7 / E7
    )
    return round(metres)
