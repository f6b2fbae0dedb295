"""GOSPA: one distance between two sets of incidents, that parts into what went wrong.

Source: Rahmathullah, Garcia-Fernandez, Svensson (2017), "Generalized optimal sub-pattern
assignment metric", arXiv 1601.05585, with alpha = 2: of all cases, the one in which the distance
parts into localisation, missed and false.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from truceline.simulate.measures.assignment import least_cost, only, pairs_near
from truceline.simulate.measures.columns import PLANE, Floats, Integers, points, same_width


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gospa:
    """A GOSPA distance and its parts.

    Attributes:
        distance_m: The metric, in metres: (localisation + missed + false) ** (1 / p).
        localisation: Sum of distance ** p over matched pairs, in metres ** p.
        missed: c ** p / 2 for each true point left alone, in metres ** p.
        false: c ** p / 2 for each found point left alone, in metres ** p.
        found_of_true: Index of the found point matched to each true one, -1 if missed; shape (n,).
        found_count: How many points were found.
        p: The exponent.
    """

    distance_m: float
    localisation: float
    missed: float
    false: float
    found_of_true: Integers
    found_count: int
    p: float

    @property
    def matched_count(self) -> int:
        """How many true points have a partner."""
        return int(np.count_nonzero(self.found_of_true >= 0))

    @property
    def missed_count(self) -> int:
        """How many true points have none."""
        return len(self.found_of_true) - self.matched_count

    @property
    def false_count(self) -> int:
        """How many found points have none."""
        return self.found_count - self.matched_count

    @property
    def per_true_m(self) -> float | None:
        """The distance per true incident, in metres: (sum of the parts / n) ** (1 / p).

        It lets worlds of different size be compared; None where nothing was true.
        """
        count = len(self.found_of_true)
        return self.distance_m / count ** (1 / self.p) if count else None


def gospa(
    true: ArrayLike,
    found: ArrayLike,
    *,
    c_m: float,
    p: float = 1.0,
    metres_per_second: float = 0.0,
) -> Gospa:
    """Give the GOSPA distance of two sets of points, exact, for sets up to millions.

    Args:
        true: Shape (n, 2), east and north in metres, or (n, 3) with seconds behind them.
        found: Shape (m, 2) or (m, 3), like `true`.
        c_m: Cut-off above 0, in metres: farther pairs are a miss and a false one.
        p: Exponent, at least 1. A larger one punishes large errors more.
        metres_per_second: How many metres one second of difference counts for. At 0 time is left
            out; above it, both sets need their seconds.

    Only pairs nearer than c can be matched, so these are found through a KD-tree, parted into
    connected components, and each component is solved on its own. Time and memory grow with the
    number of such pairs; the time also with the square of the largest component.

    Raises:
        ValueError: A shape, a coordinate, c_m, p or the rate makes no sense.

    >>> near = gospa([[0.0, 0.0], [90.0, 0.0]], [[3.0, 4.0]], c_m=10.0)
    >>> near.distance_m, near.localisation, near.missed, near.false
    (10.0, 5.0, 5.0, 0.0)
    """
    here, there = _in_metres(true, found, c_m, p, metres_per_second)
    near = pairs_near(here, there, c_m)
    near = only(near, near.distance_m < c_m)
    cost = (near.distance_m / c_m) ** p
    chosen = least_cost(near, cost, np.ones(len(cost)))
    partner = np.full(len(here), -1, dtype=np.int64)
    partner[near.true[chosen]] = near.found[chosen]
    return _result(cost[chosen], partner, len(there), c_m, p)


def gospa_dense(
    true: ArrayLike,
    found: ArrayLike,
    *,
    c_m: float,
    p: float = 1.0,
    metres_per_second: float = 0.0,
) -> Gospa:
    """Give the same as `gospa` from the full table of distances: the definition, for small sets.

    It holds n times m distances. Arguments and errors are those of `gospa`.

    >>> gospa_dense([[0.0, 0.0]], [[3.0, 4.0]], c_m=10.0, p=2.0).distance_m
    5.0
    """
    here, there = _in_metres(true, found, c_m, p, metres_per_second)
    distance = np.linalg.norm(here[:, None, :] - there[None, :, :], axis=2)
    cost = np.minimum(distance / c_m, 1.0) ** p
    rows, columns = linear_sum_assignment(cost)
    near = distance[rows, columns] < c_m
    partner = np.full(len(here), -1, dtype=np.int64)
    partner[rows[near]] = columns[near]
    return _result(cost[rows, columns][near], partner, len(there), c_m, p)


def _in_metres(
    true: ArrayLike, found: ArrayLike, c_m: float, p: float, rate: float
) -> tuple[Floats, Floats]:
    """Check everything, and give the points with time exchanged into metres."""
    if not (math.isfinite(c_m) and c_m > 0):
        raise ValueError(f"c_m must be a positive number of metres, got {c_m}")
    if not (math.isfinite(p) and p >= 1):
        raise ValueError(f"p must be a finite number of at least 1, got {p}")
    if p * math.log(c_m) > math.log(np.finfo(np.float64).max) / 2:
        raise ValueError(f"c_m ** p is too large a number: c_m {c_m}, p {p}")
    if not (math.isfinite(rate) and rate >= 0):
        raise ValueError(f"metres_per_second must be finite and not negative, got {rate}")
    here, there = points("true", true), points("found", found)
    same_width(here, there)
    if rate == 0:
        return here[:, :PLANE], there[:, :PLANE]
    if here.shape[1] == PLANE:
        raise ValueError(f"metres_per_second is {rate}, and the points have no column of seconds")
    scale = np.array([1.0, 1.0, rate])
    return here * scale, there * scale


def _result(cost: Floats, partner: Integers, found_count: int, c_m: float, p: float) -> Gospa:
    # fsum is exact, so that the order of the rows cannot show in the last digit.
    near = math.fsum(cost)
    missed = (len(partner) - len(cost)) / 2
    false = (found_count - len(cost)) / 2
    return Gospa(
        distance_m=c_m * (near + missed + false) ** (1 / p),
        localisation=c_m**p * near,
        missed=c_m**p * missed,
        false=c_m**p * false,
        found_of_true=partner,
        found_count=found_count,
        p=p,
    )
