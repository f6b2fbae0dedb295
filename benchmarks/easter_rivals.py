"""The replay of Easter 2026: points with times and sides, and what others would list from heat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from sklearn.cluster import DBSCAN

from truceline.records.context import Area
from truceline.records.units import DAY_US, E7, HOUR_US

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Around the middle of the country; within its borders distances are right to 0.5 %.
PLANE = "+proj=aeqd +lon_0=32 +lat_0=48.5 +datum=WGS84 +units=m"
ONTO_PLANE = Transformer.from_crs("EPSG:4326", PLANE, always_xy=True)
EARTH_RADIUS_M = 6_371_000.0

# The additive rule of ceasefire.watch, as its page on transparency describes it.
STRONG_MW, MEDIUM_MW = 50.0, 15.0
STRONG_POINTS, MEDIUM_POINTS, ALERT_POINTS = 3, 2, 4
BESIDE_M, BESIDE_US = 25_000.0, 6 * HOUR_US
LEVELS = {"POSSIBLE": 1, "MODERATE": 3, "HIGH": 5, "CONFIRMED": 8}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """Things at a place and a time, shape (n,) each.

    Attributes:
        longitude_e7, latitude_e7: Where.
        at_us: When it was first seen; for a label the middle of its day.
        side: Who held the ground then: a party's code, or "" where that is not known.
        score: By which they may be ranked.
    """

    longitude_e7: Integers
    latitude_e7: Integers
    at_us: Integers
    side: NDArray[np.str_]
    score: Floats

    def __len__(self) -> int:
        return len(self.at_us)

    def where(self, chosen: Flags) -> Points:
        """Give some of them."""
        return Points(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def moved(self, east_m: float, north_m: float) -> Points:
        """Give them moved over the ground; their sides stay, because those ask what was meant."""
        place_m = self.on_plane_m() + np.array([east_m, north_m])
        longitude, latitude = ONTO_PLANE.transform(*place_m.T, direction="INVERSE")
        return replace(
            self,
            longitude_e7=np.rint(np.asarray(longitude) * E7).astype(np.int64),
            latitude_e7=np.rint(np.asarray(latitude) * E7).astype(np.int64),
        )

    def with_others(self, others: Points) -> Points:
        """Lay two lists together."""
        return Points(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            }
        )

    def on_plane_m(self) -> Floats:
        """Give them as metres on one plane, shape (n, 2)."""
        return np.column_stack(
            ONTO_PLANE.transform(self.longitude_e7 / E7, self.latitude_e7 / E7)
        ).reshape(-1, 2)


def points_of(
    heat: Points, frp_mw: Floats, areas: Sequence[Area], alerts: Sequence[tuple[str, int, int]]
) -> Points:
    """Give each detection its points: for its power, and for an alert nearby.

    Of the rule's seventeen feeds ours has two. Alerts are of whole oblasts and of any cause, so one
    counts as near where the oblast lies within 25 km. Which pairs earn a bonus is not published; it
    could lift nothing over a level that an alert does not reach already, but CONFIRMED.

    Args:
        heat: Detections.
        frp_mw: Radiative power of each, in megawatts.
        areas: Oblasts.
        alerts: Code of the area, beginning and end in microseconds.
    """
    points = np.select(
        [frp_mw >= STRONG_MW, frp_mw >= MEDIUM_MW], [STRONG_POINTS, MEDIUM_POINTS], 0
    ).astype(np.float64)
    here = shapely.points(heat.on_plane_m())
    alerted = np.zeros(len(heat), bool)
    for area in areas:
        spans = [(began, ended) for code, began, ended in alerts if code == area.code]
        if not spans:
            continue
        near = shapely.distance(here, _on_plane(area)) <= BESIDE_M
        for began, ended in spans:
            alerted |= near & (heat.at_us >= began - BESIDE_US) & (heat.at_us <= ended + BESIDE_US)
    return replace(heat, score=np.where((points > 0) & alerted, points + ALERT_POINTS, points))


def _on_plane(area: Area) -> shapely.Geometry:
    degrees = shapely.MultiPolygon(
        [
            (
                [(x / E7, y / E7) for x, y in shell],
                [[(x / E7, y / E7) for x, y in h] for h in holes],
            )
            for shell, *holes in area.polygons_e7
        ]
    )
    return shapely.transform(
        degrees, lambda xy: np.column_stack(ONTO_PLANE.transform(xy[:, 0], xy[:, 1]))
    )


def clusters_of(heat: Points, eps_m: float, min_samples: int) -> Points:
    """Give the clusters that DBSCAN finds in each UTC day: their middle, and when first seen."""
    labels = np.full(len(heat), -1)
    days = heat.at_us // DAY_US
    for day in np.unique(days):
        rows = np.flatnonzero(days == day)
        radians = np.radians(
            np.column_stack([heat.latitude_e7[rows], heat.longitude_e7[rows]]) / E7
        )
        found = DBSCAN(
            eps=eps_m / EARTH_RADIUS_M, min_samples=min_samples, metric="haversine"
        ).fit_predict(radians)
        labels[rows] = np.where(found >= 0, found + labels.max(initial=-1) + 1, -1)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels[labels >= 0])]
    first = [rows[heat.at_us[rows].argmin()] for rows in groups]
    return Points(
        longitude_e7=np.array([heat.longitude_e7[rows].mean() for rows in groups]).astype(np.int64),
        latitude_e7=np.array([heat.latitude_e7[rows].mean() for rows in groups]).astype(np.int64),
        at_us=heat.at_us[first],
        side=heat.side[first],
        score=np.array([len(rows) for rows in groups], np.float64),
    )
