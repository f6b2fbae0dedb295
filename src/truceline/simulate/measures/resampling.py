"""The same measure for each group, and again on worlds drawn from the blocks of this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from truceline.simulate.measures.columns import Floats, Integers, labels

Figure = TypeVar("Figure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with the interval that the bootstrap gives it.

    Attributes:
        value: The figure over all rows; None where it is undefined.
        low: Lower end; None where no draw defined the figure.
        high: Upper end.
        draws: How many worlds were drawn.
        undefined: In how many of them the figure was undefined; these are left out of the ends.
    """

    value: float | None
    low: float | None
    high: float | None
    draws: int
    undefined: int


def by_group(
    measure: Callable[..., Figure], by: ArrayLike, *columns: ArrayLike
) -> dict[str | int, Figure]:
    """Give a measure of the rows of each group: of each party, kind or sensor.

    Args:
        measure: Takes the columns, cut to one group.
        by: Shape (n,), names or numbers.
        columns: Shape (n, ...) each.

    Raises:
        ValueError: A column has another length than `by`, or `by` is no column.

    >>> by_group(lambda column: float(column.sum()), ["a", "b", "a"], np.array([1.0, 2.0, 3.0]))
    {'a': 4.0, 'b': 2.0}
    """
    group = np.asarray(by)
    cut = _checked(group, columns)
    names, number = np.unique(group, return_inverse=True)
    order, starts = _sorted_by(number)
    rows = np.split(order, starts[1:])
    return {
        name: measure(*(column[mine] for column in cut))
        for name, mine in zip(names.tolist(), rows, strict=True)
    }


def bootstrap(
    measure: Callable[..., float | None],
    blocks: ArrayLike,
    *columns: ArrayLike,
    chance: np.random.Generator,
    draws: int = 1_000,
    level: float = 0.95,
) -> Interval:
    """Give a figure with its percentile interval, drawing whole blocks with replacement.

    Args:
        measure: Takes the columns and gives the figure, or None where it is undefined.
        blocks: Shape (n,), integers: rows that hang together (a day, a place, an incident) have the
            same number and stay together.
        columns: Shape (n, ...) each.
        chance: Seeded by the caller: the same seed gives the same interval.
        draws: How many worlds to draw, at least 1.
        level: Share of repetitions whose interval should hold the truth.

    Blocks must be independent of one another, and many: below about 20 the interval is too narrow.
    The measure runs `draws` times over as many rows as there are: a million rows take minutes.

    Raises:
        ValueError: The columns differ in length or hold no row, or `draws` or `level` makes no
            sense.

    Source: Efron and Tibshirani (1993), "An introduction to the bootstrap", chapters 8.6 and 13.3;
    Field and Welsh (2007), "Bootstrapping clustered data".

    >>> from truceline.simulate.measures.ranking import auc
    >>> bootstrap(auc, [1, 1, 2, 2], [0.9, 0.1, 0.8, 0.3], [True, False, True, False],
    ...           chance=np.random.default_rng(1), draws=50).low
    1.0
    """
    block = labels("blocks", blocks)
    cut = _checked(block, columns)
    if not len(block):
        raise ValueError("blocks is empty: nothing to measure")
    if draws < 1 or not 0 < level < 1:
        raise ValueError(f"need draws >= 1 and 0 < level < 1, got {draws} and {level}")
    _, number = np.unique(block, return_inverse=True)
    order, starts = _sorted_by(number)
    sizes = np.diff(starts, append=len(order))
    drawn: list[float | None] = []
    for _ in range(draws):
        rows = order[_rows(starts, sizes, chance)]
        drawn.append(measure(*(column[rows] for column in cut)))
    known: Floats = np.array([figure for figure in drawn if figure is not None], dtype=np.float64)
    ends = np.quantile(known, [(1 - level) / 2, (1 + level) / 2]) if len(known) else None
    return Interval(
        value=measure(*cut),
        low=None if ends is None else float(ends[0]),
        high=None if ends is None else float(ends[1]),
        draws=draws,
        undefined=draws - len(known),
    )


def _checked(
    group: NDArray[np.generic], columns: tuple[ArrayLike, ...]
) -> list[NDArray[np.generic]]:
    if group.ndim != 1:
        raise ValueError(f"groups must have shape (n,), got {group.shape}")
    cut = [np.asarray(column) for column in columns]
    for place, column in enumerate(cut):
        if column.shape[:1] != group.shape:
            raise ValueError(f"column {place} has shape {column.shape}, groups {group.shape}")
    return cut


def _sorted_by(number: Integers) -> tuple[Integers, Integers]:
    """Give the rows in the order of their group, and where each group starts there."""
    order = np.argsort(number, kind="stable")
    return order, np.flatnonzero(np.diff(number[order], prepend=-1))


def _rows(starts: Integers, sizes: Integers, chance: np.random.Generator) -> Integers:
    """Draw as many blocks as there are, and give their rows one after another."""
    drawn = chance.integers(len(starts), size=len(starts))
    lengths = sizes[drawn]
    before = np.cumsum(lengths) - lengths
    rows: Integers = np.repeat(starts[drawn] - before, lengths) + np.arange(int(lengths.sum()))
    return rows
