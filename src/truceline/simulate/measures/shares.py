"""A share of a count with the interval that its smallness leaves open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from truceline.simulate.measures.columns import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many.

    Attributes:
        part: How many.
        whole: Of how many.
        low: Lower end of the interval, 95 % by default.
        high: Upper end.
    """

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.part / self.whole if self.whole else None


def share(part: int, whole: int, level: float = 0.95) -> Share:
    """Give a share with Wilson's interval; of nothing it is 0..1.

    Rows must be independent: where they come in blocks, use the bootstrap over blocks.

    Raises:
        ValueError: The counts are no part and whole, or the level is not between 0 and 1.

    >>> told = share(9, 10)
    >>> told.value, round(told.low, 3), round(told.high, 3)
    (0.9, 0.596, 0.982)
    """
    if not 0 <= part <= whole:
        raise ValueError(f"need 0 <= part <= whole, got {part} of {whole}")
    if not whole:
        return Share(part=0, whole=0, low=0.0, high=1.0)
    low, high = wilson(np.array([part]), np.array([whole]), level)
    return Share(part=part, whole=whole, low=float(low[0]), high=float(high[0]))


def wilson(part: Integers, whole: Integers, level: float = 0.95) -> tuple[Floats, Floats]:
    """Give Wilson's score interval of each share, two columns of shape (n,), within 0..1.

    Args:
        part: Shape (n,).
        whole: Shape (n,), each at least 1.
        level: Share of repetitions whose interval holds the truth.

    Raises:
        ValueError: The level is not between 0 and 1.

    Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    z = float(ndtri((1 + level) / 2))
    value = part / whole
    middle = value + z**2 / (2 * whole)
    half = z * np.sqrt(value * (1 - value) / whole + z**2 / (4 * whole**2))
    scale = 1 + z**2 / whole
    return np.clip((middle - half) / scale, 0.0, 1.0), np.clip((middle + half) / scale, 0.0, 1.0)
