"""Which satellite detections are one fire: touching pixels of one overpass, linked over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from truceline.records.units import HOUR_US, MINUTE_US
from truceline.sensors.geometry import Integers, distance_m, on_sphere_m

# Two pixels of one overpass touch when their middles are closer than this many pixel sides.
TOUCHING_SIDES = 1.2
# One platform crosses the region within minutes; granules of one pass differ by two or three.
OVERPASS_US = 10 * MINUTE_US
# A fire seen again nearby within a day is the same fire. Perimeter products link over three days;
# here that would tie a strike inside a truce to one before it: docs/decisions/0005.
LINK_US = 24 * HOUR_US
LINK_M = 1_500
# Neighbours are looked for on a sphere and then measured on the ellipsoid.
SPHERE_SLACK = 1.01


def fires(
    longitude_e7: Integers,
    latitude_e7: Integers,
    moment_us: Integers,
    platform: Integers,
    pixel_m: Integers,
) -> NDArray[np.int64]:
    """Give each detection the number of its fire, 0 to k - 1; the order of rows changes no group.

    Args:
        longitude_e7: Shape (n,). Middle of the pixel.
        latitude_e7: Shape (n,).
        moment_us: Shape (n,). Time of acquisition.
        platform: Shape (n,). A number for each satellite.
        pixel_m: Shape (n,). Longer side of the pixel.

    Returns:
        Shape (n,).

    Source: clustering of active-fire pixels by pixel geometry and linking over time, as NASA's
    fire perimeter products do it (FEDS; Chen et al. 2022, doi 10.1038/s41597-022-01343-0).
    """
    count = len(longitude_e7)
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    reach_m = max(float(LINK_M), TOUCHING_SIDES * float(pixel_m.max())) * SPHERE_SLACK
    tree = cKDTree(on_sphere_m(longitude_e7, latitude_e7))
    one, other = tree.query_pairs(reach_m, output_type="ndarray").T
    apart_m = distance_m(
        longitude_e7[one], latitude_e7[one], longitude_e7[other], latitude_e7[other]
    )
    apart_us = np.abs(moment_us[one] - moment_us[other])
    touching_m = np.rint(TOUCHING_SIDES * np.maximum(pixel_m[one], pixel_m[other]))
    touch = (platform[one] == platform[other]) & (apart_us <= OVERPASS_US) & (apart_m <= touching_m)
    linked = (apart_us <= LINK_US) & (apart_m <= LINK_M)
    same = touch | linked
    graph = coo_matrix(
        (np.ones(int(same.sum()), dtype=np.int8), (one[same], other[same])), shape=(count, count)
    )
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int64)
