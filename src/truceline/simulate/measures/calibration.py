"""Whether probabilities are frequencies: of what was called 70 %, seven in ten are true.

Every function takes two columns of one length: what probability was told, and what was true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf, xlog1py, xlogy
from scipy.stats import rankdata

from truceline.simulate.measures.columns import Booleans, Floats, Integers, probabilities, truths
from truceline.simulate.measures.shares import wilson

BINS = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reliability:
    """Rows binned by what was told, each bin of about the same number of rows; shape (k,) each.

    Attributes:
        rows: How many rows a bin holds, at least 1.
        told: Mean probability told.
        observed: Share that was true.
        low: Lower end of its 95 % interval (Wilson; for independent rows).
        high: Upper end.
    """

    rows: Integers
    told: Floats
    observed: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Brier:
    """The Brier score and what it consists of; the parts add up exactly.

    score = reliability - resolution + uncertainty + within_variance - within_covariance

    Attributes:
        score: Mean squared error of the probability, 0..1; 0 is perfect.
        reliability: Squared gap between told and observed, over bins; 0 is calibrated.
        resolution: How far the bins' shares lie from the overall share; higher is better.
        uncertainty: Variance of the truth itself; the same for everybody.
        within_variance: Variance of what was told, within bins.
        within_covariance: Twice the covariance of told and true within bins: resolution that the
            bins are too coarse to show.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationError:
    """Expected calibration error, and how much of it is the luck of a small sample.

    Attributes:
        ece: Mean over rows of the gap between told and observed in the row's bin, 0..1. Never below
            what luck alone gives, so it is too high for small samples.
        if_calibrated: What `ece` would be on average for perfect probabilities in the same bins. An
            `ece` near it shows nothing wrong.
        debiased: `ece` less its estimated bias (Gaussian, per bin); may fall below 0. Where the
            probabilities are perfect it still keeps about three fifths of `if_calibrated`.
        squared_debiased: Estimate of the mean squared gap over bins, without bias; may fall below
            0. None where a bin holds a single row.
    """

    ece: float
    if_calibrated: float
    debiased: float
    squared_debiased: float | None


def brier(probability: ArrayLike, true: ArrayLike, bins: int = BINS) -> Brier:
    """Give the Brier score with Murphy's decomposition over bins of equal mass.

    Args:
        probability: Shape (n,), 0..1.
        true: Shape (n,), booleans.
        bins: How many bins, at least 1.

    Raises:
        ValueError: A shape or a value makes no sense, or there is no row.

    Source: Brier (1950), "Verification of forecasts expressed in terms of probability"; Murphy
    (1973), "A new vector partition of the probability score"; Stephenson, Coelho and Jolliffe
    (2008), "Two extra components in the Brier score decomposition", for the last two parts.

    >>> brier([0.25, 0.75], [False, True], bins=2).score
    0.0625
    """
    told, known = _two_columns(probability, true)
    bin_of, table = _table(told, known, bins)
    share = float(known.mean())
    told_off = told - table.told[bin_of]
    true_off = known - table.observed[bin_of]
    weight = table.rows / len(told)
    return Brier(
        score=math.fsum((told - known) ** 2) / len(told),
        reliability=math.fsum(weight * (table.told - table.observed) ** 2),
        resolution=math.fsum(weight * (table.observed - share) ** 2),
        uncertainty=share * (1 - share),
        within_variance=math.fsum(told_off**2) / len(told),
        within_covariance=2 * math.fsum(told_off * true_off) / len(told),
    )


def log_score(probability: ArrayLike, true: ArrayLike) -> float:
    """Give the mean of -log(probability of what was true), in nats; 0 is perfect.

    It is infinite as soon as one row was called impossible and was true, or certain and was not.

    Raises:
        ValueError: A shape or a value makes no sense, or there is no row.

    Source: Good (1952), "Rational decisions".

    >>> round(log_score([0.5, 0.5], [True, False]), 4), log_score([0.0], [True])
    (0.6931, inf)
    """
    told, known = _two_columns(probability, true)
    return -math.fsum(xlogy(known, told) + xlog1py(~known, -told)) / len(told)


def reliability(probability: ArrayLike, true: ArrayLike, bins: int = BINS) -> Reliability:
    """Give the table behind a reliability diagram, bins in ascending order of probability.

    Rows with the same probability share a bin, whatever their order; so heavy ties make fewer and
    uneven bins, and empty ones are left out.

    Raises:
        ValueError: A shape or a value makes no sense, or there is no row.

    Source: Broecker and Smith (2007), "Increasing the reliability of reliability diagrams".

    >>> reliability([0.1, 0.1, 0.9, 0.9], [False, False, True, False], bins=2).observed.tolist()
    [0.0, 0.5]
    """
    told, known = _two_columns(probability, true)
    return _table(told, known, bins)[1]


def calibration_error(
    probability: ArrayLike, true: ArrayLike, bins: int = BINS
) -> CalibrationError:
    """Give the expected calibration error over bins of equal mass, plain and debiased.

    Args:
        probability: Shape (n,), 0..1.
        true: Shape (n,), booleans; rows must be independent for the debiased forms.
        bins: How many bins, at least 1; 15 is customary.

    In a bin of n rows with gap d and observed share y, sigma^2 = y (1 - y) / n. The debiased error
    takes from each |d| the excess of E|N(d, sigma^2)| over |d|; the squared one is
    d^2 - y (1 - y) / (n - 1).

    Raises:
        ValueError: A shape or a value makes no sense, or there is no row.

    Source: Naeini, Cooper, Hauskrecht (2015), "Obtaining well calibrated probabilities using
    Bayesian binning"; Kumar, Liang, Ma (2019), "Verified uncertainty calibration", arXiv
    1909.10155; Ferro and Fricker (2012), "A bias-corrected decomposition of the Brier score".

    >>> calibration_error([0.5, 0.5, 0.5, 0.5], [True, False, True, True]).ece
    0.25
    """
    told, known = _two_columns(probability, true)
    table = _table(told, known, bins)[1]
    gap = np.abs(table.told - table.observed)
    weight = table.rows / len(told)
    spread = np.sqrt(table.observed * (1 - table.observed) / table.rows)
    by_luck = np.sqrt(table.told * (1 - table.told) / table.rows)
    single = bool((table.rows == 1).any())
    return CalibrationError(
        ece=math.fsum(weight * gap),
        if_calibrated=math.fsum(weight * _mean_absolute(np.zeros(len(gap)), by_luck)),
        debiased=math.fsum(weight * (2 * gap - _mean_absolute(gap, spread))),
        squared_debiased=None
        if single
        else math.fsum(weight * (gap**2 - spread**2 * table.rows / (table.rows - 1))),
    )


def _two_columns(probability: ArrayLike, true: ArrayLike) -> tuple[Floats, Booleans]:
    told = probabilities("probability", probability)
    return told, truths("true", true, len(told))


def _table(told: Floats, known: Booleans, bins: int) -> tuple[Integers, Reliability]:
    """Give each row its bin, shape (n,), and the table of the bins."""
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    # The mean rank of equal rows is the same for all of them: ties are never parted.
    rank = rankdata(told, method="average")
    number = np.floor((rank - 0.5) / len(told) * bins).astype(np.int64)
    _, bin_of = np.unique(number, return_inverse=True)
    rows = np.bincount(bin_of)
    true_rows = np.bincount(bin_of, weights=known).astype(np.int64)
    low, high = wilson(true_rows, rows)
    return bin_of, Reliability(
        rows=rows,
        told=np.bincount(bin_of, weights=told) / rows,
        observed=true_rows / rows,
        low=low,
        high=high,
    )


def _mean_absolute(mean: Floats, spread: Floats) -> Floats:
    """Give the mean of |N(mean, spread^2)|, the folded normal; |mean| where spread is 0."""
    safe = np.where(spread > 0, spread, 1.0)
    ratio = mean / safe
    folded = safe * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + mean * erf(ratio / np.sqrt(2))
    return np.where(spread > 0, folded, np.abs(mean))
