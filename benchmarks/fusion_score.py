"""How right labels are: association and GOSPA, origins by one estimator for every tool."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fusion_columns import Floats, Integers
from truceline.records.detections import Detections
from truceline.records.units import SECOND_US
from truceline.sensors.lag import LAGS, Lag
from truceline.simulate.measures.association import association
from truceline.simulate.measures.gospa import gospa
from truceline.simulate.regime import Incidents, Truth

LONELY = ("none", "prompt", "all")
CUT_M = 10_000.0
METRES_PER_SECOND = 2.0
KM = 1000.0


def origins(
    detections: Detections, labels: Integers, lags: Sequence[Lag] = LAGS, *, lonely: str
) -> Floats:
    """Estimate where and when each cluster happened, shape (m, 3): metres and seconds.

    Positions are means weighted by precision. The time is that of the prompt members, weighted
    likewise, else that of the first late one less its mean delay over the number of late ones: so
    early the first of k exponentials is. `lonely` says which clusters of one row, noise among them,
    are listed: "none", "prompt" (those of a prompt instrument), "all", or "named" (all but noise).
    """
    noise = labels < 0
    alone = np.where(noise, labels.max(initial=0) + np.cumsum(noise), labels)
    _, group = np.unique(alone, return_inverse=True)
    count = int(group.max(initial=-1)) + 1
    at_s = detections.at_us / SECOND_US
    means = detections.means
    jitter_s = np.array([lag.jitter_s for lag in lags])[means]
    delay_s = np.array([lag.delay_s for lag in lags])[means]
    late = delay_s > 0
    sure = detections.sigma_m.astype(np.float64) ** -2

    def mean(values: Floats, weights: Floats) -> Floats:
        whole = np.bincount(group, weights, count)
        with np.errstate(invalid="ignore"):
            return np.bincount(group, weights * values, count) / whole

    # Rows are in order of time: the first of each cluster's late ones is its earliest.
    first = np.full(count, -1)
    rows = np.flatnonzero(late)[::-1]
    first[group[rows]] = rows
    lates = np.bincount(group, late, count)
    prompt = mean(at_s, np.where(late, 0.0, jitter_s**-2))
    told_late = at_s[first] - delay_s[first] / np.maximum(lates, 1)
    rows_each = np.bincount(group, minlength=count)
    listed = rows_each > 1
    if lonely == "named":
        listed |= np.bincount(group, ~noise, count) > 0
    elif lonely != "none":
        listed |= (lates == 0) | (lonely == "all")
    return np.column_stack(
        [
            mean(detections.east_m.astype(np.float64), sure),
            mean(detections.north_m.astype(np.float64), sure),
            np.where(lates == rows_each, told_late, prompt),
        ]
    )[listed]


def gospa_km(true: Incidents, found: Floats) -> dict[str, float]:
    """Give GOSPA per true incident in kilometres (5 is an empty answer), and what was missed."""
    known = np.column_stack([true.east_m, true.north_m, true.at_us / SECOND_US])
    said = gospa(known, found, c_m=CUT_M, metres_per_second=METRES_PER_SECOND)
    return {
        "gospa_km": (said.per_true_m or 0.0) / KM,
        "missed": said.missed_count / len(true),
        "false": said.false_count / len(true),
    }


def parting(truth: Truth, labels: Integers) -> dict[str, float]:
    """Give the figures of association; false alarms stand alone in the truth."""
    said = association(truth.incident, labels)
    return {
        "pair_f1": said.pair_f1 or 0.0,
        "b_cubed_f1": said.b_cubed_f1,
        "adjusted_rand": said.adjusted_rand,
    }


def score(
    detections: Detections,
    truth: Truth,
    labels: Integers,
    lags: Sequence[Lag] = LAGS,
    *,
    lonely: str,
) -> dict[str, float]:
    """Give all figures of one tool on one world."""
    found = origins(detections, labels, lags, lonely=lonely)
    return {**parting(truth, labels), **gospa_km(truth.incidents, found)}
