"""Which true incidents were found at all: near enough in space and time, each at most once.

Points are east and north in metres of one local projection, and seconds behind them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from truceline.simulate.measures.assignment import Pairs, most_pairs, only, pairs_near
from truceline.simulate.measures.columns import (
    PLANE,
    Floats,
    Integers,
    numbers,
    points,
    same_width,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detection:
    """The true incidents that were found, and by whom.

    Attributes:
        true_count: How many were true.
        found_count: How many were found.
        true: Index of the true one of each matched pair, shape (k,), ascending.
        found: Index of the found one, shape (k,).
        distance_m: How far apart they lie on the ground, shape (k,), metres.
        not_nearest: How many pairs lie in a crowd so large (more than 8,000 true incidents that
            touch one another) that only their number is the best, not their distance too.
    """

    true_count: int
    found_count: int
    true: Integers
    found: Integers
    distance_m: Floats
    not_nearest: int

    @property
    def precision(self) -> float | None:
        """Share of found incidents with a true one; None where nothing was found."""
        return len(self.true) / self.found_count if self.found_count else None

    @property
    def recall(self) -> float | None:
        """Share of true incidents that were found; None where nothing was true."""
        return len(self.true) / self.true_count if self.true_count else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two: matched pairs over the mean of both counts."""
        both = self.true_count + self.found_count
        return 2 * len(self.true) / both if both else None


def detection(
    true: ArrayLike, found: ArrayLike, *, within_m: float, within_s: float | None = None
) -> Detection:
    """Match found incidents with true ones that lie within both radii, as many as possible.

    Args:
        true: Shape (n, 3), or (n, 2) where time is left out.
        found: Shape (m, 3) or (m, 2).
        within_m: Largest distance on the ground, above 0, in metres; customary are 1 and 5 km.
        within_s: Largest difference in time, above 0, in seconds; None leaves time out. Customary
            are 1 and 24 hours.

    Of all one-to-one matchings with the most pairs, one with the least sum of distances is taken.
    Pairs near a busy line match by chance: read the figure beside GOSPA's localisation.

    Raises:
        ValueError: A shape, a coordinate or a radius makes no sense.

    Source: van Rijsbergen (1979), "Information retrieval", chapter 7, for precision and recall.

    >>> here = detection([[0, 0, 0], [9e3, 0, 0]], [[30, 40, 60], [0, 0, 9e4]],
    ...                  within_m=1_000.0, within_s=3_600.0)
    >>> here.precision, here.recall, here.distance_m.tolist()
    (0.5, 0.5, [50.0])
    """
    here, there = points("true", true), points("found", found)
    same_width(here, there)
    if not (math.isfinite(within_m) and within_m > 0):
        raise ValueError(f"within_m must be a positive number of metres, got {within_m}")
    near = _candidates(here, there, within_m, within_s)
    chosen, crowded = most_pairs(near)
    order = np.argsort(near.true[chosen])
    return Detection(
        true_count=len(here),
        found_count=len(there),
        true=near.true[chosen][order],
        found=near.found[chosen][order],
        distance_m=near.distance_m[chosen][order],
        not_nearest=int(np.count_nonzero(chosen & crowded)),
    )


def _candidates(true: Floats, found: Floats, within_m: float, within_s: float | None) -> Pairs:
    if within_s is None:
        return pairs_near(true[:, :PLANE], found[:, :PLANE], within_m)
    if not (math.isfinite(within_s) and within_s > 0):
        raise ValueError(f"within_s must be a positive number of seconds, got {within_s}")
    if true.shape[1] == PLANE:
        raise ValueError(f"within_s is {within_s}, and the points have no column of seconds")
    # A ball around the cylinder that the two radii make; what it holds too much falls out below.
    scale = np.array([1.0, 1.0, within_m / within_s])
    near = pairs_near(true * scale, found * scale, within_m * 1.5)
    apart = np.abs(true[near.true] - found[near.found])
    ground = Pairs(
        true=near.true,
        found=near.found,
        distance_m=np.hypot(apart[:, 0], apart[:, 1]),
        true_count=near.true_count,
        found_count=near.found_count,
    )
    return only(ground, (ground.distance_m <= within_m) & (apart[:, 2] <= within_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """How well kinds were told over matched pairs.

    Attributes:
        macro_f1: Unweighted mean of F1 over kinds; a rare kind counts like a common one.
        accuracy: Share of pairs with the right kind.
        f1: F1 by kind, each kind that is true or told at least once.
    """

    macro_f1: float
    accuracy: float
    f1: Mapping[str | int, float]


def kinds(true: ArrayLike, told: ArrayLike) -> Kinds:
    """Compare told kinds with true ones, over matched pairs.

    Args:
        true: Shape (k,), names or numbers.
        told: Shape (k,), of the same sort.

    Raises:
        ValueError: The shapes differ, or are empty.

    Source: Sokolova and Lapalme (2009), "A systematic analysis of performance measures for
    classification tasks".

    >>> kinds(["drone", "drone", "shelling"], ["drone", "shelling", "shelling"]).f1
    {'drone': 0.6666666666666666, 'shelling': 0.6666666666666666}
    """
    known, said = np.asarray(true), np.asarray(told)
    if known.ndim != 1 or known.shape != said.shape or not len(known):
        raise ValueError(f"kinds need two columns (k,), k above 0: {known.shape}, {said.shape}")
    names, number = np.unique(np.concatenate([known, said]), return_inverse=True)
    a, b = number[: len(known)], number[len(known) :]
    right = np.bincount(a[a == b], minlength=len(names))
    score = (
        2 * right / (np.bincount(a, minlength=len(names)) + np.bincount(b, minlength=len(names)))
    )
    return Kinds(
        macro_f1=math.fsum(score) / len(names),
        accuracy=int(right.sum()) / len(known),
        f1=dict(zip(names.tolist(), score.tolist(), strict=True)),
    )


def error_quantiles(
    distance_m: ArrayLike, shares: ArrayLike = (0.5, 0.9, 0.95)
) -> NDArray[np.float64] | None:
    """Give quantiles of the location error, in metres, shape of `shares`; None without pairs.

    Only incidents that were matched have an error, and it is at most the radius of the matching.
    Linear between the two nearest rows.

    Raises:
        ValueError: The column is no column of finite numbers, or a share lies outside 0..1.

    Source: Hyndman and Fan (1996), "Sample quantiles in statistical packages", definition 7.

    >>> error_quantiles([10.0, 20.0, 40.0], [0.5, 1.0]).tolist()
    [20.0, 40.0]
    """
    errors, wanted = numbers("distance_m", distance_m), numbers("shares", shares)
    if ((wanted < 0) | (wanted > 1)).any():
        raise ValueError(f"shares must lie in 0..1, got {wanted.tolist()}")
    return np.quantile(errors, wanted) if len(errors) else None
