"""How often an accusation is wrong, and how many of those who did it are accused.

A row is one possible accusation: a party and an incident (or a clause it may have breached). Two
columns: the probability told that the party did it, and whether it did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from truceline.simulate.measures.columns import Booleans, Floats, probabilities, truths
from truceline.simulate.measures.ranking import thresholds
from truceline.simulate.measures.shares import Share, share

CUSTOMARY = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Accusations:
    """What follows from accusing at a threshold.

    Attributes:
        threshold: Accused is who reaches this probability.
        wrong: Of the accusations, those against who did not do it, with a 95 % interval.
        power: Of the rows where the party did it, those accused, with a 95 % interval.
    """

    threshold: float
    wrong: Share
    power: Share


def accusations(
    probability: ArrayLike, guilty: ArrayLike, threshold: float = CUSTOMARY
) -> Accusations:
    """Count right and wrong accusations at a threshold.

    Args:
        probability: Shape (n,), 0..1.
        guilty: Shape (n,), booleans: the party did it.
        threshold: Accuse from here on, itself included; 0..1.

    Who accuses nobody is never wrong: read the power beside it. If the probabilities are
    calibrated, at most 1 - threshold of the accusations are wrong on average.

    Raises:
        ValueError: A shape, a value or the threshold makes no sense, or there is no row.

    Source: the share of wrong ones is the false discovery proportion of Benjamini and Hochberg
    (1995), "Controlling the false discovery rate"; power is recall.

    >>> said = accusations([0.99, 0.97, 0.6], [True, False, True])
    >>> said.wrong.value, said.power.value
    (0.5, 0.5)
    """
    told, did_it = _two_columns(probability, guilty)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in 0..1, got {threshold}")
    return _at(told, did_it, threshold)


def power_at(
    probability: ArrayLike, guilty: ArrayLike, wrong_share: float = 0.01
) -> Accusations | None:
    """Give the most powerful threshold at which at most `wrong_share` of accusations are wrong.

    Args:
        probability: Shape (n,), 0..1.
        guilty: Shape (n,), booleans.
        wrong_share: Largest share of wrong ones among the accusations, 0..1.

    Returns:
        The accusations at that threshold; None where every threshold accuses too many wrongly.

    The threshold is chosen with the truth in hand: it says what the order of the probabilities
    allows, and is kinder than a threshold fixed before.

    Raises:
        ValueError: A shape, a value or the share makes no sense, or there is no row.

    >>> power_at([0.9, 0.8, 0.7], [True, True, False]).power.value
    1.0
    """
    told, did_it = _two_columns(probability, guilty)
    if not 0 <= wrong_share <= 1:
        raise ValueError(f"wrong_share must lie in 0..1, got {wrong_share}")
    limits, right, accused = thresholds(told, did_it)
    allowed = np.flatnonzero((accused - right) <= wrong_share * accused)
    if not len(allowed):
        return None
    # Of thresholds with the same power the highest: it accuses the fewest.
    best = allowed[np.argmax(right[allowed])]
    return _at(told, did_it, float(limits[best]))


def _two_columns(probability: ArrayLike, guilty: ArrayLike) -> tuple[Floats, Booleans]:
    told = probabilities("probability", probability)
    return told, truths("guilty", guilty, len(told))


def _at(told: Floats, did_it: Booleans, threshold: float) -> Accusations:
    accused = told >= threshold
    right = int(np.count_nonzero(accused & did_it))
    count = int(np.count_nonzero(accused))
    return Accusations(
        threshold=threshold,
        wrong=share(count - right, count),
        power=share(right, int(np.count_nonzero(did_it))),
    )
