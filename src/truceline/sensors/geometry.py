"""Distances and areas on WGS 84, for everything that asks how far or on which side.

Distances are geodesic (PROJ) and rounded to the metre before anybody compares them, so that the
last bit of a processor's arithmetic decides nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from truceline.records.agreement import MultiPolygon
from truceline.records.units import E7

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

GEOD = Geod(ellps="WGS84")
EARTH_RADIUS_M = 6_371_000.0


def distance_m(
    longitude_e7: Integers,
    latitude_e7: Integers,
    to_longitude_e7: Integers | int,
    to_latitude_e7: Integers | int,
) -> Integers:
    """Give the geodesic distances between pairs of points, in whole metres.

    Args:
        longitude_e7: Shape (n,).
        latitude_e7: Shape (n,).
        to_longitude_e7: Shape (n,), or something that numpy broadcasts to it.
        to_latitude_e7: Likewise.

    >>> one = np.array([300_000_000])
    >>> distance_m(one, np.array([500_000_000]), one, np.array([510_000_000])).tolist()
    [111239]
    """
    points = np.broadcast_arrays(longitude_e7, latitude_e7, to_longitude_e7, to_latitude_e7)
    if points[0].size == 0:
        return np.zeros(0, dtype=np.int64)
    from_x, from_y, to_x, to_y = (np.asarray(axis, dtype=np.float64) / E7 for axis in points)
    _, _, metres = GEOD.inv(from_x, from_y, to_x, to_y)
    rounded: Integers = np.rint(metres).astype(np.int64)
    return rounded


def on_sphere_m(longitude_e7: Integers, latitude_e7: Integers) -> NDArray[np.float64]:
    """Give points as x, y, z in metres on a sphere: for finding neighbours, not for measuring.

    Returns:
        Shape (n, 3). A chord there is within 0.6 % of the geodesic distance below 200 km.
    """
    longitude = np.radians(np.asarray(longitude_e7, dtype=np.float64) / E7)
    latitude = np.radians(np.asarray(latitude_e7, dtype=np.float64) / E7)
    return EARTH_RADIUS_M * np.column_stack(
        (
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        )
    )


def shape_of(polygons_e7: MultiPolygon) -> Any:  # noqa: ANN401 - shapely has no types
    """Make a shapely MultiPolygon, in degrees, of integer rings; a broken ring is made valid."""
    shape = shapely.MultiPolygon(
        [
            shapely.Polygon(
                [(x / E7, y / E7) for x, y in rings[0]],
                [[(x / E7, y / E7) for x, y in ring] for ring in rings[1:]],
            )
            for rings in polygons_e7
        ]
    )
    return shape if shape.is_valid else shapely.make_valid(shape)


def inside(shape: Any, longitude_e7: Integers, latitude_e7: Integers) -> Booleans:  # noqa: ANN401
    """Tell which points lie inside a shape in degrees; the shape is prepared once for all."""
    shapely.prepare(shape)
    answer: Booleans = shapely.contains_xy(
        shape,
        np.asarray(longitude_e7, dtype=np.float64) / E7,
        np.asarray(latitude_e7, dtype=np.float64) / E7,
    )
    return answer


def line_distance_m(line: Any, longitude_e7: Integers, latitude_e7: Integers) -> Integers:  # noqa: ANN401
    """Give the distance from each point to the nearest point of a line in degrees, in metres.

    The nearest point is found in degrees with longitudes shrunk by the cosine of 48.5 degrees (the
    middle of the region, true to 5 % between 46 and 51 degrees north) and measured on the
    ellipsoid: good enough to weigh by distance, too coarse for a legal distance.
    """
    shrink = float(np.cos(np.radians(48.5)))
    flat = shapely.transform(line, lambda xy: xy * [shrink, 1.0])
    points = shapely.points(
        np.asarray(longitude_e7, dtype=np.float64) / E7 * shrink,
        np.asarray(latitude_e7, dtype=np.float64) / E7,
    )
    shapely.prepare(flat)
    lines = shapely.shortest_line(points, flat)
    ends = shapely.get_coordinates(shapely.get_point(lines, 1)) / [shrink, 1.0]
    ends_e7 = np.rint(ends * E7).astype(np.int64)
    return distance_m(longitude_e7, latitude_e7, ends_e7[:, 0], ends_e7[:, 1])
