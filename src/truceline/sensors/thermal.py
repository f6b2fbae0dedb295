"""What thermal satellites can notice: the probability that they see a munition's effect.

Measured on 2,720 human-verified incidents of 2022 against FIRMS detections within 1 km on the same
day, less what falls there by chance (the same places on shifted dates), by the day's mean cloud
cover over the oblast. The figures are totals of a day over all satellites that looked: they are
applied once a cell and day and never multiplied over passes. They hold for effects like those of
the sample, which are mostly urban; for other effects they are a guess.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from scipy.special import betainc

from truceline.records.units import PPM

# Upper edges of the cloud bins, and for each bin: share of incidents with a detection, share of
# placebo places with one, their difference, and the 90 % interval of the difference.
CLOUD_EDGES = (0.2, 0.5, 0.8, 1.0)
HIT = (0.165, 0.108, 0.039, 0.034)
PLACEBO = (0.059, 0.028, 0.015, 0.008)
EXCESS = (0.106, 0.081, 0.024, 0.025)
EXCESS_LOW = (0.079, 0.061, 0.016, 0.010)
EXCESS_HIGH = (0.142, 0.101, 0.031, 0.038)

# The cloud over one place is not the mean over a country: the share of cloud there is taken as a
# Beta distribution around the mean with the weight of this many looks. Elicited, not fitted.
CLOUD_CONCENTRATION = 6.0

# How much of a day's look each platform stands for. The measured totals come from NOAA-20,
# Suomi-NPP and the two MODIS; two VIIRS platforms make a whole day's look, and more add nothing,
# because nothing more was measured. Elicited from their passes and pixel sizes.
LOOK_SHARE = {
    "firms-noaa20": 0.5,
    "firms-noaa21": 0.5,
    "firms-snpp": 0.5,
    "firms-terra": 0.1,
    "firms-aqua": 0.1,
}
WHOLE_LOOK = 1.0

UNSEEN_CHANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Probabilities of one day for one place, in millionths.

    Attributes:
        detection_ppm: A munition's effect within 1 km leaves at least one detection.
        low_ppm: Lower end of its 90 % interval.
        high_ppm: Upper end.
        hit_ppm: A place of an incident has a detection within 1 km, by cause or by chance.
        placebo_ppm: A place without one has a detection within 1 km.
    """

    detection_ppm: int
    low_ppm: int
    high_ppm: int
    hit_ppm: int
    placebo_ppm: int


@cache
def detection(cloud_ppm: int | None, platforms: tuple[str, ...]) -> Detection | None:
    """Give the probabilities of one day, averaged over the uncertainty of cloud.

    Args:
        cloud_ppm: Mean cloud cover of the day, in millionths; None if not known, then every
            cover is as likely as any other.
        platforms: Source ids of the satellites whose documents of that day arrived.

    Returns:
        None if nobody looked.

    >>> detection(None, ()) is None
    True
    >>> detection(0, ("firms-noaa20", "firms-snpp")).detection_ppm
    106000
    """
    share = look_share(platforms)
    if share == 0:
        return None
    weights = _bin_weights(cloud_ppm)

    def of_day(by_bin: tuple[float, ...]) -> int:
        total = math.fsum(weight * chance for weight, chance in zip(weights, by_bin, strict=True))
        return round((1.0 - math.pow(1.0 - total, share)) * PPM)

    return Detection(
        detection_ppm=of_day(EXCESS),
        low_ppm=of_day(EXCESS_LOW),
        high_ppm=of_day(EXCESS_HIGH),
        hit_ppm=of_day(HIT),
        placebo_ppm=of_day(PLACEBO),
    )


def look_share(platforms: Iterable[str]) -> float:
    """Tell how much of a whole day's look these platforms make, from 0 to 1.

    >>> look_share(["firms-noaa20"])
    0.5
    """
    shares = (LOOK_SHARE.get(platform, 0.0) for platform in sorted(set(platforms)))
    return min(WHOLE_LOOK, math.fsum(shares))


def missed_upper_95(detection_ppm: int) -> int | None:
    """Bound the number of events that may have gone unseen when none was seen.

    With a chance C to notice each, n events all go unseen with probability (1 - C)^n. The bound is
    the largest n for which that is still at least 5 in 100: ln 0.05 / ln(1 - C), rounded down.

    >>> missed_upper_95(106_000)
    26
    >>> missed_upper_95(0) is None
    True
    """
    if detection_ppm <= 0:
        return None
    if detection_ppm >= PPM:
        return 0
    return math.floor(math.log(UNSEEN_CHANCE) / math.log1p(-detection_ppm / PPM))


def _bin_weights(cloud_ppm: int | None) -> tuple[float, ...]:
    """Give the probability that the cloud over a place falls into each bin."""
    if cloud_ppm is None:
        alpha = beta = 1.0
    else:
        mean = cloud_ppm / PPM
        alpha, beta = CLOUD_CONCENTRATION * mean, CLOUD_CONCENTRATION * (1 - mean)
    if alpha == 0:
        below = [1.0] * len(CLOUD_EDGES)
    elif beta == 0:
        below = [0.0] * (len(CLOUD_EDGES) - 1) + [1.0]
    else:
        below = [float(betainc(alpha, beta, edge)) for edge in CLOUD_EDGES]
    return tuple(high - low for low, high in zip([0.0, *below], below, strict=False))
