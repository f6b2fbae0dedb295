"""How fast a cost grows with the size of what is worked on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from truceline.simulate.measures.columns import positives

LEAST_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """cost ~ n ** exponent.

    Attributes:
        exponent: 1 is proportional, 2 quadratic.
        low: Lower end of its interval.
        high: Upper end.
    """

    exponent: float
    low: float
    high: float


def growth(size: ArrayLike, cost: ArrayLike, level: float = 0.95) -> Growth:
    """Fit log cost = a + exponent * log size by least squares.

    Args:
        size: Shape (n,), at least three rows and two sizes, each above 0: rows, incidents, days.
        cost: Shape (n,), each above 0: seconds of the processor, bytes.
        level: Share of repetitions whose interval holds the truth, if errors are independent and
            normal in the logarithm.

    A straight line is assumed: n log n shows as an exponent a little above 1, and a fixed cost at
    small sizes lowers the exponent. Measure over two decades at least.

    Raises:
        ValueError: Too few rows or sizes, a value is not positive, or the level makes no sense.

    Source: Draper and Smith (1998), "Applied regression analysis", chapter 1.4.

    >>> round(growth([10, 100, 1000], [2.0, 200.0, 20000.0]).exponent, 6)
    2.0
    """
    x, y = np.log(positives("size", size)), np.log(positives("cost", cost))
    if x.shape != y.shape:
        raise ValueError(f"size has shape {x.shape} and cost {y.shape}")
    if len(x) < LEAST_ROWS or np.ptp(x) == 0:
        raise ValueError(f"need three rows and two sizes, got {len(x)} rows")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    x, y = x - x.mean(), y - y.mean()
    squares = float(x @ x)
    exponent = float(x @ y) / squares
    left = y - exponent * x
    degrees = len(x) - 2
    half = float(student.ppf((1 + level) / 2, degrees)) * float(
        np.sqrt(left @ left / degrees / squares)
    )
    return Growth(exponent=exponent, low=exponent - half, high=exponent + half)
