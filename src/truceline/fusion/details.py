"""What the details of independent accounts add: people who were there agree in what they counted.

How numbers and names fall, and how far two independent accounts of one candidate agree in them,
is learned from the stream for real incidents and for nothing, by what is believed so far. Details
never say who did it: they weigh the same for both parties.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from truceline.fusion.panel import Bools, Floats, Ints

NUMBER_EDGES = np.array([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30])
MOST_APART = 12
BEFORE = 5.0


def weigh_details(reports: pa.Table, counted: Floats, candidate: Ints, exists: Floats) -> Floats:
    """Give what the details add for each candidate, in nats for an incident and against nothing.

    Args:
        reports: report, published_us, said_number, said_entity (-1: not said).
        counted: For each report how much it counts, 0 for a copy.
        candidate: For each report its candidate.
        exists: For each candidate the probability so far that it is an incident.
    """
    number = np.asarray(reports["said_number"].to_numpy(), np.int64)
    entity = np.asarray(reports["said_entity"].to_numpy(), np.int64)
    time_order = np.lexsort(
        (reports["report"].to_numpy(), reports["published_us"].to_numpy(), candidate)
    )
    alone = time_order[(counted[time_order] > 0) & (number[time_order] >= 0)]
    total = _learned(
        np.searchsorted(NUMBER_EDGES, number[alone], side="right"),
        candidate[alone], counted[alone], exists,
    )  # fmt: skip
    for value in (number, entity):
        first, second = _neighbours(time_order, (counted > 0) & (value >= 0), candidate)
        apart = np.abs(value[first] - value[second])
        level = np.minimum(apart, MOST_APART if value is number else 1)
        total += _learned(level, candidate[second], counted[second] * counted[first], exists)
    return total


def _neighbours(order: Ints, usable: Bools, candidate: Ints) -> tuple[Ints, Ints]:
    """Pair each account with the one before it of the same candidate, so that none counts twice."""
    rows = order[usable[order]]
    same = candidate[rows[:-1]] == candidate[rows[1:]]
    return rows[:-1][same], rows[1:][same]


def _learned(level: Ints, candidate: Ints, counted: Floats, exists: Floats) -> Floats:
    """Learn how levels fall in incidents and in nothing; add up what they say of each candidate."""
    size = int(level.max(initial=0)) + 1
    sure = exists[candidate]
    pooled = np.bincount(level, counted, size) + 1.0
    pooled *= BEFORE * size / pooled.sum()
    there = np.bincount(level, counted * sure, size) + pooled
    nothing = np.bincount(level, counted * (1 - sure), size) + pooled
    weight = np.log(there / there.sum()) - np.log(nothing / nothing.sum())
    return np.asarray(np.bincount(candidate, counted * weight[level], len(exists)), np.float64)
