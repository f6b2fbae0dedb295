"""Whether regions that claim to hold the truth nine times in ten do so, and how large they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from truceline.simulate.measures.columns import (
    PLANE,
    Booleans,
    Floats,
    numbers,
    points,
    positives,
    truths,
)
from truceline.simulate.measures.shares import Share, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often regions hold the truth, and what they cost in area.

    Attributes:
        held: Share of regions that hold the true point, with its 95 % interval.
        median_area_km2: Half of the regions are smaller.
        mean_area_km2: Mean area; a few huge regions show here.
    """

    held: Share
    median_area_km2: float
    mean_area_km2: float


def coverage(inside: ArrayLike, area_m2: ArrayLike) -> Coverage:
    """Count the regions that hold the true point.

    Args:
        inside: Shape (n,), whether a region holds its true point.
        area_m2: Shape (n,), each above 0.

    Coverage alone is bought with area: read both.

    Raises:
        ValueError: A shape or an area makes no sense, or there is no region.
    """
    area = positives("area_m2", area_m2)
    held = truths("inside", inside, len(area))
    if not len(area):
        raise ValueError("area_m2 is empty: nothing to measure")
    return Coverage(
        held=share(int(np.count_nonzero(held)), len(area)),
        median_area_km2=float(np.median(area)) / 1e6,
        mean_area_km2=math.fsum(area) / len(area) / 1e6,
    )


def circles(error_m: ArrayLike, radius_m: ArrayLike) -> tuple[Booleans, Floats]:
    """Tell which circles hold their true point, and their areas in square metres; (n,) each.

    Args:
        error_m: Shape (n,), distance from the centre to the true point, in metres.
        radius_m: Shape (n,), each above 0.

    Raises:
        ValueError: The shapes differ, or a radius is not positive.

    >>> held, area_m2 = circles([50.0, 150.0], [100.0, 100.0])
    >>> held.tolist(), coverage(held, area_m2).held.value
    ([True, False], 0.5)
    """
    error, radius = numbers("error_m", error_m), positives("radius_m", radius_m)
    if error.shape != radius.shape:
        raise ValueError(f"error_m has shape {error.shape} and radius_m {radius.shape}")
    return error <= radius, np.pi * radius**2


def ellipses(
    error_m: ArrayLike, covariance_m2: ArrayLike, share_inside: float = 0.9
) -> tuple[Booleans, Floats]:
    """Tell which Gaussian regions hold their true point, and their areas in square metres.

    Args:
        error_m: Shape (n, 2), east and north from the estimate to the true point, in metres.
        covariance_m2: Shape (n, 2, 2), symmetric and positive definite, in square metres.
        share_inside: What share of the probability the region claims to hold.

    Returns:
        Two columns of shape (n,). The region is where the squared Mahalanobis distance is at most
        the quantile q of chi squared with 2 degrees; its area is pi q sqrt(det covariance).

    Raises:
        ValueError: A shape or the share makes no sense, or a covariance is none.

    Source: Bar-Shalom, Li, Kirubarajan (2001), "Estimation with applications to tracking and
    navigation", chapter 5.4.

    >>> held, area_m2 = ellipses([[2.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]])
    >>> held.tolist(), round(float(area_m2[0]), 3)
    ([True], 14.468)
    """
    error = points("error_m", error_m)
    spread = np.asarray(covariance_m2, dtype=np.float64)
    if error.shape[1] != PLANE or spread.shape != (len(error), 2, 2):
        raise ValueError(f"need (n, 2) and (n, 2, 2), got {error.shape} and {spread.shape}")
    if not 0 < share_inside < 1:
        raise ValueError(f"share_inside must lie between 0 and 1, got {share_inside}")
    a, b, c = spread[:, 0, 0], spread[:, 0, 1], spread[:, 1, 1]
    determinant = a * c - b * b
    bad = ~((a > 0) & (determinant > 0) & (spread[:, 1, 0] == b) & np.isfinite(determinant))
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"covariance_m2, row {row}: {spread[row].tolist()} is no covariance")
    x, y = error[:, 0], error[:, 1]
    squared = (c * x * x - 2 * b * x * y + a * y * y) / determinant
    limit = float(chi2.ppf(share_inside, df=PLANE))
    return squared <= limit, np.pi * limit * np.sqrt(determinant)
