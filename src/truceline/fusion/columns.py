"""Observations of a mission as the columns that association reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from pyproj import Proj

from truceline.fusion.candidate import LOCATED_M, SIGMAS_95
from truceline.fusion.instruments import instrument_of
from truceline.records.detections import UNKNOWN_KIND, Detections, Integers
from truceline.records.observation import Observation
from truceline.records.units import E7


def columns_of(
    observations: Sequence[Observation], centre_e7: tuple[int, int]
) -> tuple[Detections, Integers]:
    """Lay located observations on a plane, in the order in which association takes them.

    The plane is azimuthal-equidistant about the centre, in whole metres. A row is dated by the
    middle of its interval. Rows of one instant are ordered by what they say, so that neither the
    order of documents nor a reflection in the meridian of the centre changes anything; the id only
    parts rows that are alike in everything else.

    Args:
        observations: In any order; those placed no better than 25 km are left out.
        centre_e7: Longitude and latitude of the middle of the mission's region. It must not come
            from the observations: later ones would move the earlier.

    Returns:
        The columns, whose `means` are indices of `sensors.lag.MISSION_LAGS`, whose kinds are not
        known and whose sources are those of `source_code`; and for each row the index of its
        observation, shape (n,).
    """
    rows = [
        number for number, seen in enumerate(observations) if seen.place.radius_95_m <= LOCATED_M
    ]
    east_m, north_m = on_plane_m(
        np.array([observations[row].place.longitude_e7 for row in rows], np.int64),
        np.array([observations[row].place.latitude_e7 for row in rows], np.int64),
        centre_e7,
    )
    at_us = [(observations[row].began_us + observations[row].ended_us) // 2 for row in rows]
    sigma_m = [sigma_of(observations[row]) for row in rows]
    means = [instrument_of(observations[row]) for row in rows]
    keys = [
        (at, north, abs(east), sigma, mean, observations[row].source, east, observations[row].id)
        for row, at, east, north, sigma, mean in zip(
            rows, at_us, east_m.tolist(), north_m.tolist(), sigma_m, means, strict=True
        )
    ]
    order = np.array(sorted(range(len(rows)), key=keys.__getitem__), np.int64)
    codes = {name: source_code(name) for name in {observations[row].source for row in rows}}
    columns = Detections(
        east_m=east_m[order].astype(np.int32),
        north_m=north_m[order].astype(np.int32),
        at_us=np.array(at_us, np.int64)[order],
        sigma_m=np.array(sigma_m, np.int32)[order],
        means=np.array(means, np.int8)[order],
        source=np.array([codes[observations[row].source] for row in rows], np.int32)[order],
        kind=np.full(len(rows), UNKNOWN_KIND, np.int8),
    )
    return columns, np.array(rows, np.int64)[order]


def on_plane_m(
    longitude_e7: Integers, latitude_e7: Integers, centre_e7: tuple[int, int]
) -> tuple[Integers, Integers]:
    """Give east and north of a centre in whole metres, azimuthal-equidistant on WGS 84.

    Distances from the centre are true; a thousand kilometres off, those across are 0.4 % too long.
    """
    plane = Proj(
        proj="aeqd", ellps="WGS84", lon_0=centre_e7[0] / E7, lat_0=centre_e7[1] / E7, units="m"
    )
    east, north = plane(np.asarray(longitude_e7) / E7, np.asarray(latitude_e7) / E7)
    return np.rint(east).astype(np.int64), np.rint(north).astype(np.int64)


def sigma_of(seen: Observation) -> int:
    """Give the standard deviation of a stated place along each axis, in whole metres."""
    return max(1, round(seen.place.radius_95_m / SIGMAS_95))


def source_code(name: str) -> int:
    """Give the number of a source, 31 bits that depend on nothing but its name.

    >>> source_code("viina") == source_code("viina") != source_code("ucdp-ged")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 1
