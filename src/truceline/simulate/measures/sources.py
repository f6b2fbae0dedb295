"""How far the effective number of independent sources was mistaken.

Ten papers that copy one wire are one source. Who counts them as ten is sure of what one told them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from truceline.simulate.measures.columns import positives

HALF_A_SOURCE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCountError:
    """Errors of the effective number of sources, over incidents.

    Attributes:
        bias: Mean of found less true, in sources; above 0 is overconfident.
        mean_absolute: Mean size of the error, in sources.
        root_mean_square: The same, in which large errors weigh more.
        log_bias: Mean of log(found / true), in nats: 0.69 is twice too many.
        overcounted: Share of incidents with at least half a source too many.
    """

    bias: float
    mean_absolute: float
    root_mean_square: float
    log_bias: float
    overcounted: float


def source_count_error(true: ArrayLike, found: ArrayLike) -> SourceCountError:
    """Compare the effective number of sources of each incident with the true one.

    Args:
        true: Shape (n,), above 0: in how many independent ways the incident was truly witnessed.
        found: Shape (n,), above 0; not whole, where witnesses were partly dependent.

    Raises:
        ValueError: The columns differ in length, are empty, or hold what is not positive.

    Source: Kish (1965), "Survey sampling", for the effective number n / (1 + (n - 1) rho).

    >>> source_count_error([1.0, 2.0], [2.0, 2.0]).bias
    0.5
    """
    known, told = positives("true", true), positives("found", found)
    if known.shape != told.shape or not len(known):
        raise ValueError(f"need two columns (n,), n above 0: {known.shape}, {told.shape}")
    error = told - known
    rows = len(error)
    return SourceCountError(
        bias=math.fsum(error) / rows,
        mean_absolute=math.fsum(np.abs(error)) / rows,
        root_mean_square=math.sqrt(math.fsum(error**2) / rows),
        log_bias=math.fsum(np.log(told) - np.log(known)) / rows,
        overcounted=int(np.count_nonzero(error >= HALF_A_SOURCE)) / rows,
    )
