"""What surrounds the observations: everything that fusion weighs and does not observe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.spatial import cKDTree

from truceline.records.context import Alert, CloudCover, PopulatedPlace
from truceline.records.units import DAY_US, PPM
from truceline.sensors.background import Background
from truceline.sensors.geometry import Integers, distance_m, on_sphere_m
from truceline.sensors.ground import Ground

NEAR_M = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything around the observations of one window.

    Attributes:
        began_us: Start of the window.
        ended_us: Its end, not included.
        centre_e7: Longitude and latitude of the middle of the region.
        ground: Areas and lines of control.
        background: Peacetime heat.
        platforms: Satellites whose documents arrived, by first microsecond of the UTC day.
        clouds: Mean cloud cover by day.
        prompt_days: Days of which instruments or observers were heard, by observation means.
        news_days: Days (first microseconds) of which a news source was heard.
        alerts: Air-raid alerts, merged by area: (start, end) pairs, disjoint and sorted.
        alert_days: Days of which the alert source was heard.
        alert_issuers: Parties that issue those alerts, each for the land it holds.
        places: Populated places, to say where something was.
    """

    began_us: int
    ended_us: int
    centre_e7: tuple[int, int]
    ground: Ground
    background: Background
    platforms: Mapping[int, tuple[str, ...]]
    clouds: Mapping[date, CloudCover]
    prompt_days: Mapping[str, frozenset[int]]
    news_days: frozenset[int]
    alerts: Mapping[str, tuple[tuple[int, int], ...]]
    alert_days: frozenset[int]
    alert_issuers: frozenset[str]
    places: Gazetteer


class Gazetteer:
    """Populated places, prepared to be asked for the nearest."""

    def __init__(self, places: Sequence[PopulatedPlace]) -> None:
        """Prepare the tree; the order of the places decides nothing."""
        self._places = sorted(places, key=lambda place: (place.name, place.longitude_e7))
        self._longitude_e7 = np.array([place.longitude_e7 for place in self._places], np.int64)
        self._latitude_e7 = np.array([place.latitude_e7 for place in self._places], np.int64)
        self._tree = cKDTree(on_sphere_m(self._longitude_e7, self._latitude_e7)) if places else None

    def nearest(self, longitude_e7: Integers, latitude_e7: Integers) -> list[str]:
        """Name the nearest place of each point with its distance; "" beyond 30 km."""
        if self._tree is None or len(longitude_e7) == 0:
            return [""] * len(longitude_e7)
        _, nearest = self._tree.query(on_sphere_m(longitude_e7, latitude_e7))
        found = np.asarray(nearest, dtype=np.int64)
        apart_m = distance_m(
            longitude_e7, latitude_e7, self._longitude_e7[found], self._latitude_e7[found]
        )
        return [
            f"{self._places[place].name}, {metres / 1000:.1f} km" if metres <= NEAR_M else ""
            for place, metres in zip(found.tolist(), apart_m.tolist(), strict=True)
        ]


def merge_alerts(alerts: Sequence[Alert]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Merge alerts that overlap, by area, into disjoint intervals sorted by start."""
    by_area: dict[str, list[tuple[int, int]]] = {}
    for alert in sorted(alerts, key=lambda alert: (alert.area, alert.began_us, alert.ended_us)):
        intervals = by_area.setdefault(alert.area, [])
        if intervals and alert.began_us <= intervals[-1][1]:
            intervals[-1] = (intervals[-1][0], max(intervals[-1][1], alert.ended_us))
        else:
            intervals.append((alert.began_us, alert.ended_us))
    return {area: tuple(intervals) for area, intervals in by_area.items()}


def alert_base_ppm(
    intervals: Sequence[tuple[int, int]], length_us: int, began_us: int, ended_us: int
) -> int:
    """Give the share of intervals of one length, anywhere in a window, that meet an alert.

    >>> alert_base_ppm([(10, 20)], 0, 0, 100)
    100000
    """
    met = 0
    reached = began_us
    for start, end in intervals:
        left, right = max(start - length_us, reached), min(end, ended_us)
        met += max(0, right - left)
        reached = max(reached, right)
    return round(PPM * met / (ended_us - began_us))


def days_touched(began_us: int, ended_us: int) -> range:
    """List the first microseconds of the UTC days that an interval touches."""
    return range(began_us // DAY_US * DAY_US, ended_us + 1, DAY_US)
