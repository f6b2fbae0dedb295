"""Whether what is true was put above what is not, whatever the numbers themselves are worth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from truceline.simulate.measures.columns import Booleans, Floats, Integers, numbers, truths


def auc(score: ArrayLike, true: ArrayLike) -> float | None:
    """Give the chance that a true row has a higher score than an untrue one, ties counting half.

    Args:
        score: Shape (n,), finite; a higher score says "rather true".
        true: Shape (n,), booleans.

    Returns:
        The area under the ROC curve, 0..1; 0.5 is guessing. None where all rows are of one sort.

    It looks at order only: badly calibrated probabilities can have an AUC of 1.

    Raises:
        ValueError: The columns differ in length, or a score is not finite.

    Source: Hanley and McNeil (1982), "The meaning and use of the area under a ROC curve"; it is
    the statistic of Mann and Whitney over n1 n0.

    >>> auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    0.875
    """
    column = numbers("score", score)
    known = truths("true", true, len(column))
    positive = int(np.count_nonzero(known))
    negative = len(known) - positive
    if not positive or not negative:
        return None
    ranks = float(rankdata(column, method="average")[known].sum())
    return (ranks - positive * (positive + 1) / 2) / (positive * negative)


def average_precision(score: ArrayLike, true: ArrayLike) -> float | None:
    """Give the mean over true rows of the precision at the threshold that lets each in.

    Args:
        score: Shape (n,), finite.
        true: Shape (n,), booleans.

    Returns:
        Sum over falling thresholds of (gain in recall) * precision, 0..1. Rows of one score come in
        together. Guessing gives the share of true rows, so figures of different worlds do not
        compare. None where nothing is true.

    Raises:
        ValueError: The columns differ in length, or a score is not finite.

    Source: Manning, Raghavan, Schuetze (2008), "Introduction to information retrieval", chapter 8.

    >>> average_precision([0.9, 0.8, 0.1], [True, False, True])
    0.8333333333333333
    """
    column = numbers("score", score)
    known = truths("true", true, len(column))
    if not known.any():
        return None
    _, right, told = thresholds(column, known)
    gain = np.diff(right, prepend=0)
    return math.fsum(gain * right / told) / int(right[-1])


def thresholds(score: Floats, true: Booleans) -> tuple[Floats, Integers, Integers]:
    """Give each different score as a threshold, falling; (k,) each.

    Returns:
        The thresholds; how many true rows reach each of them; how many rows reach it.
    """
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    last = np.flatnonzero(np.diff(falling, append=-np.inf) != 0)
    right = np.cumsum(true[order], dtype=np.int64)
    return falling[last], right[last], (last + 1).astype(np.int64)
