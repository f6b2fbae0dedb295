"""Whether the rows that belong together were put together: two ways to part the same rows.

All figures come from one table of counts, sorted, which holds a row for each pair of a true and a
found group that share anything: n log n, never n times n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from truceline.simulate.measures.columns import Floats, Integers, labels

NOISE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How well found groups repeat the true ones; each in 0..1 but `adjusted_rand`, at most 1.

    Attributes:
        rows: How many rows were parted.
        pair_precision: Of pairs of rows put together, the share that belongs together; None where
            no two rows were put together.
        pair_recall: Of pairs that belong together, the share put together; None where none does.
        pair_f1: Their harmonic mean; None where neither parting holds a pair.
        adjusted_rand: Agreement over pairs, 0 for what chance gives and 1 for the same parting.
        b_cubed_precision: Mean over rows: of the row's found group, the share of its true group.
        b_cubed_recall: Mean over rows: of the row's true group, the share of its found group.
        b_cubed_f1: Their harmonic mean.
        homogeneity: 1 when each found group holds rows of one true group only.
        completeness: 1 when each true group lies in one found group.
    """

    rows: int
    pair_precision: float | None
    pair_recall: float | None
    pair_f1: float | None
    adjusted_rand: float
    b_cubed_precision: float
    b_cubed_recall: float
    b_cubed_f1: float
    homogeneity: float
    completeness: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counts:
    """Rows shared by a true and a found group, (k,), and the sizes of those two groups, (k,)."""

    shared: Integers
    of_true: Integers
    of_found: Integers
    true_sizes: Integers
    found_sizes: Integers


def association(true: ArrayLike, found: ArrayLike) -> Association:
    """Compare a found parting of rows into groups with the true one.

    Args:
        true: Shape (n,), integers: the true group of each row.
        found: Shape (n,), integers: the group it was put into.

    In both, -1 is noise: a row that is a group of its own. So all rows count, the lonely ones too:
    in a world of much clutter B-cubed figures are high for anyone who leaves clutter alone, and the
    figures over pairs say more.

    Raises:
        ValueError: The columns are no integers, differ in length, or are empty.

    Source: Hubert and Arabie (1985), "Comparing partitions"; Bagga and Baldwin (1998), "Algorithms
    for scoring coreference chains"; Rosenberg and Hirschberg (2007), "V-measure".

    >>> said = association([0, 0, 0, 1, 1, -1], [5, 5, 6, 7, 7, -1])
    >>> said.pair_precision, said.pair_recall, said.homogeneity
    (1.0, 0.5, 1.0)
    """
    known = labels("true", true)
    told = labels("found", found, len(known))
    if not len(known):
        raise ValueError("true is empty: nothing to measure")
    counts = _count(_groups(known), _groups(told))
    precision, recall = _b_cubed(counts)
    both, put, belong = (_pairs(c) for c in (counts.shared, counts.found_sizes, counts.true_sizes))
    return Association(
        rows=len(known),
        pair_precision=both / put if put else None,
        pair_recall=both / belong if belong else None,
        pair_f1=2 * both / (put + belong) if put + belong else None,
        adjusted_rand=_adjusted_rand(both, put, belong, len(known)),
        b_cubed_precision=precision,
        b_cubed_recall=recall,
        b_cubed_f1=2 * precision * recall / (precision + recall),
        homogeneity=_purity(counts.shared, counts.of_found, counts.true_sizes),
        completeness=_purity(counts.shared, counts.of_true, counts.found_sizes),
    )


def _groups(column: Integers) -> Integers:
    """Number the groups from 0, each row of noise by itself."""
    noise = column == NOISE
    _, group = np.unique(column, return_inverse=True)
    group = group.astype(np.int64)
    group[noise] = len(column) + np.arange(np.count_nonzero(noise))
    _, number = np.unique(group, return_inverse=True)
    return number.astype(np.int64)


def _count(true: Integers, found: Integers) -> _Counts:
    true_sizes, found_sizes = np.bincount(true), np.bincount(found)
    cells, shared = np.unique(true * len(found_sizes) + found, return_counts=True)
    return _Counts(
        shared=shared,
        of_true=true_sizes[cells // len(found_sizes)],
        of_found=found_sizes[cells % len(found_sizes)],
        true_sizes=true_sizes,
        found_sizes=found_sizes,
    )


def _pairs(sizes: Integers) -> int:
    """Count the pairs within groups of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def _adjusted_rand(both: int, put: int, belong: int, rows: int) -> float:
    if both == put == belong:
        return 1.0  # the same parting, also where chance could give no other
    # In whole numbers until the last division: pairs of pairs pass 2 ** 53 at a million rows.
    all_pairs = rows * (rows - 1) // 2
    above = 2 * (both * all_pairs - put * belong)
    return above / ((put + belong) * all_pairs - 2 * put * belong)


def _b_cubed(counts: _Counts) -> tuple[float, float]:
    rows = int(counts.shared.sum())
    squares = counts.shared.astype(np.float64) ** 2
    precision = math.fsum(squares / counts.of_found) / rows
    return precision, math.fsum(squares / counts.of_true) / rows


def _purity(shared: Integers, within: Integers, sizes: Integers) -> float:
    """Give 1 - H(groups of these sizes | groups that hold them) / H(groups of these sizes)."""
    rows = int(sizes.sum())
    whole = _entropy(sizes, np.full(len(sizes), rows), rows)
    return 1.0 - _entropy(shared, within, rows) / whole if whole else 1.0


def _entropy(part: Integers, of: Integers | Floats, rows: int) -> float:
    """Give - sum of part / rows * log(part / of), in nats."""
    return math.fsum(part * (np.log(of) - np.log(part))) / rows
