"""A candidate for an incident: observations that speak of one happening, not yet weighed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from truceline.fusion.instruments import instrument_of
from truceline.records.observation import Observation
from truceline.records.units import E7, HOUR_US, SECOND_US
from truceline.sensors.geometry import distance_m
from truceline.sensors.lag import MISSION_LAGS

# What began a fire happened up to this long before a satellite saw it: fires of this kind last a
# few hours (lognormal, median 3 h), and 95 in 100 are younger than 12 h when seen. Elicited.
UNSEEN_BURNING_US = 12 * HOUR_US
# Radii of a circular Gaussian that hold 90 and 95 in 100, in standard deviations.
SIGMAS_90 = 2.1460
SIGMAS_95 = 2.4477
# A place known no better than this is an area: it can support nothing at a point.
LOCATED_M = 25_000
HALF_TURN_E7 = 180 * E7
# A coarse instrument's pixels do not place a fire that a fine one saw too.
COARSE = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """Observations of one happening.

    Attributes:
        prompt: What was heard, felt or watched as it happened, in order of time.
        pixels: Satellite detections of one fire, in order of time.
        reports: Reports joined to it, in order of time.
        news_lr: The likelihood ratio by which the best report joined the fire; 0 where none did.
        news_m: That report's distance from the fire.
        reports_nearby: Groups of reports of a fire's time and neighbourhood, joined to it or not.
        fires_nearby: Fires of the time of what no satellite saw, within the radius that holds its
            place 95 times in 100, to none of which it was joined.
    """

    prompt: tuple[Observation, ...] = ()
    pixels: tuple[Observation, ...] = ()
    reports: tuple[Observation, ...] = ()
    news_lr: float = 0.0
    news_m: int = 0
    reports_nearby: int = 0
    fires_nearby: int = 0

    @property
    def observations(self) -> tuple[Observation, ...]:
        """All supporting observations, by time, then id."""
        return tuple(
            sorted(
                (*self.prompt, *self.pixels, *self.reports),
                key=lambda seen: (seen.began_us, seen.id),
            )
        )

    @property
    def interval_us(self) -> tuple[int, int]:
        """The interval that holds its beginning 95 times in 100.

        What dates it best decides: an instrument, else the first sight of its heat, else its day.
        """
        if self.prompt:
            return min(
                (_dated_us(seen) for seen in self.prompt),
                key=lambda span: (span[1] - span[0], span),
            )
        if self.pixels:
            first_us = min(pixel.began_us for pixel in self.pixels)
            return first_us - UNSEEN_BURNING_US, first_us
        return (
            min(told.began_us for told in self.reports),
            max(told.ended_us for told in self.reports),
        )

    @property
    def moment_us(self) -> int:
        """The instant whose line, weather and satellites count: of a fire alone its first sight.

        A report speaks of a local day, which two UTC days share; its middle tells which one counts.
        """
        began_us, ended_us = self.interval_us
        return ended_us if self.pixels and not self.prompt else (began_us + ended_us) // 2

    @property
    def region(self) -> tuple[int, int, int]:
        """Its middle and the radius that holds it 90 times in 100: longitude, latitude, metres."""
        regions = [_region_of_pixels(self.pixels)] if self.pixels else []
        if self.prompt or not self.pixels:
            regions.append(_region_of_points(self.prompt or self.reports))
        return min(regions, key=lambda region: region[2])


def _dated_us(seen: Observation) -> tuple[int, int]:
    """Give the interval in which a prompt observation puts the happening 95 times in 100."""
    error_us = round(2 * MISSION_LAGS[instrument_of(seen)].jitter_s * SECOND_US)
    return seen.began_us - error_us, seen.ended_us + error_us


def _region_of_points(seen: tuple[Observation, ...]) -> tuple[int, int, int]:
    """Bound where it was by the finest position that anybody states."""
    finest = min(one.place.radius_95_m for one in seen)
    placed = [one for one in seen if one.place.radius_95_m == finest]
    return (*_middle(placed), math.ceil(finest * SIGMAS_90 / SIGMAS_95))


def _region_of_pixels(pixels: tuple[Observation, ...]) -> tuple[int, int, int]:
    """Bound where the fire was: it lies in one of its pixels, anywhere in it."""
    finest = min(pixel.place.radius_95_m for pixel in pixels)
    placed = [pixel for pixel in pixels if pixel.place.radius_95_m <= COARSE * finest]
    longitude_e7, latitude_e7 = _middle(placed)
    apart_m = distance_m(
        np.array([pixel.place.longitude_e7 for pixel in placed], np.int64),
        np.array([pixel.place.latitude_e7 for pixel in placed], np.int64),
        longitude_e7,
        latitude_e7,
    )
    reach = [
        metres + pixel.place.radius_95_m
        for metres, pixel in zip(apart_m.tolist(), placed, strict=True)
    ]
    return longitude_e7, latitude_e7, max(reach)


def _middle(placed: list[Observation]) -> tuple[int, int]:
    count = len(placed)
    longitudes_e7 = [seen.place.longitude_e7 for seen in placed]
    if max(longitudes_e7) - min(longitudes_e7) > HALF_TURN_E7:
        # The shorter way leads over the antimeridian.
        longitudes_e7 = [east % (2 * HALF_TURN_E7) for east in longitudes_e7]
    longitude_e7 = round(sum(longitudes_e7) / count)
    if longitude_e7 > HALF_TURN_E7:
        longitude_e7 -= 2 * HALF_TURN_E7
    return longitude_e7, round(sum(seen.place.latitude_e7 for seen in placed) / count)
