"""Who is whom: one-to-one choices among candidate pairs, of least cost, and exact.

Only candidate pairs are held, never a table of everybody with everybody. Candidates fall into
connected components that do not touch one another, so that each is solved on its own: components
of one pair at once for all, the others in batches by a sparse solver.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import (
    connected_components,
    min_weight_full_bipartite_matching,
)
from scipy.spatial import cKDTree

from truceline.simulate.measures.columns import Booleans, Floats, Integers

# The solver's work grows with the square of a batch, its overhead with their number.
BATCH_PAIRS = 1_000
# Above this, the nearest of the largest matchings takes many seconds; its size takes one.
NEAREST_UP_TO_ROWS = 8_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Candidate pairs of a true and a found row, each pair once.

    Attributes:
        true: Index of the true row, shape (k,).
        found: Index of the found row, shape (k,).
        distance_m: Their distance in metres, shape (k,).
        true_count: How many true rows there are, with or without a candidate.
        found_count: How many found rows there are.
    """

    true: Integers
    found: Integers
    distance_m: Floats
    true_count: int
    found_count: int


def pairs_near(true: Floats, found: Floats, radius_m: float) -> Pairs:
    """Give all pairs at most `radius_m` apart, through two KD-trees.

    Args:
        true: Shape (n, d), metres along each axis.
        found: Shape (m, d).
        radius_m: Largest distance in metres.

    Memory grows with the number of pairs: a radius that reaches everybody gives n times m.
    """
    if not len(true) or not len(found):
        none = np.zeros(0, dtype=np.int64)
        return Pairs(
            true=none,
            found=none,
            distance_m=np.zeros(0),
            true_count=len(true),
            found_count=len(found),
        )
    near = cKDTree(true).sparse_distance_matrix(cKDTree(found), radius_m, output_type="ndarray")
    return Pairs(
        true=near["i"].astype(np.int64),
        found=near["j"].astype(np.int64),
        distance_m=near["v"].astype(np.float64),
        true_count=len(true),
        found_count=len(found),
    )


def only(pairs: Pairs, kept: Booleans) -> Pairs:
    """Give the pairs that are kept, shape (k,), of the same rows."""
    return Pairs(
        true=pairs.true[kept],
        found=pairs.found[kept],
        distance_m=pairs.distance_m[kept],
        true_count=pairs.true_count,
        found_count=pairs.found_count,
    )


def least_cost(pairs: Pairs, cost: Floats, alone: Floats) -> Booleans:
    """Choose the one-to-one pairs of least total cost, where a row may stay alone.

    Args:
        pairs: Candidates, k of them.
        cost: Shape (k,), each at least 0: what a pair costs if chosen.
        alone: Shape (k,), the same for all pairs of a component and above each `cost` there: what
            a true row costs that stays alone.

    Returns:
        Which pairs are chosen, shape (k,).

    The sparse solver wants every true row matched; so each gets a column of its own, at the price
    of staying alone. Costs are lifted by one, because a stored zero counts as no pair.

    Source: Jonker and Volgenant (1987), "A shortest augmenting path algorithm for dense and sparse
    linear assignment problems"; scipy's `min_weight_full_bipartite_matching` is its sparse form.
    """
    component = components(pairs)
    chosen = np.bincount(component)[component] == 1 if len(component) else np.zeros(0, np.bool_)
    for batch in _batches(component, np.flatnonzero(~chosen)):
        chosen[batch] = _solve(pairs.true[batch], pairs.found[batch], cost[batch], alone[batch])
    return chosen


def most_pairs(pairs: Pairs) -> tuple[Booleans, Booleans]:
    """Choose as many one-to-one pairs as there can be, and of those choices the nearest.

    Returns:
        Which pairs are chosen, shape (k,), and which lie in a component so large (above 8,000 true
        rows) that only the number of its pairs was made the largest, not their distance the least.
    """
    component = components(pairs)
    seen, first = np.unique(pairs.true, return_index=True)
    rows = np.bincount(component[first], minlength=1) if len(seen) else np.zeros(1, np.int64)
    large = rows[component] > NEAREST_UP_TO_ROWS
    farthest = float(pairs.distance_m.max(initial=0.0)) or 1.0
    # One pair more must outweigh all that distance can say: each cost is at most 1.
    cost = np.where(large, 0.0, pairs.distance_m / farthest)
    alone = np.where(large, 1.0, rows[component] + 1.0)
    return least_cost(pairs, cost, alone), large


def components(pairs: Pairs) -> Integers:
    """Give each pair the number of its connected component, shape (k,), from 0."""
    size = pairs.true_count + pairs.found_count
    if not size:
        return np.zeros(0, dtype=np.int64)
    ends = (pairs.true, pairs.true_count + pairs.found)
    graph = coo_array((np.ones(len(pairs.true), dtype=np.int8), ends), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    number: Integers = np.asarray(label, dtype=np.int64)[pairs.true]
    return number


def _batches(component: Integers, pairs: Integers) -> Iterator[Integers]:
    """Part the pairs named into batches of whole components."""
    order = pairs[np.argsort(component[pairs], kind="stable")]
    of = component[order]
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    batch_of_start = starts // BATCH_PAIRS
    cuts = starts[np.flatnonzero(np.diff(batch_of_start)) + 1]
    if len(order):
        yield from np.split(order, cuts)


def _solve(true: Integers, found: Integers, cost: Floats, alone: Floats) -> Booleans:
    rows, first, row = np.unique(true, return_index=True, return_inverse=True)
    columns, column = np.unique(found, return_inverse=True)
    count = len(rows)
    weight = np.concatenate([cost, alone[first]]) + 1.0
    at = (
        np.concatenate([row, np.arange(count)]),
        np.concatenate([column, len(columns) + np.arange(count)]),
    )
    table = csr_array((weight, at), shape=(count, len(columns) + count))
    _, partner = min_weight_full_bipartite_matching(table)
    chosen: Booleans = np.asarray(partner)[row] == column
    return chosen
