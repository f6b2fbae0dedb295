"""The columns that measures take, checked once: shape, length, numbers that are numbers, ranges.

A measure of a broken column is worse than none, so each check raises a ValueError that names the
column, the first bad row and its value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

PLANE = 2
SPACE_TIME = 3


def numbers(name: str, values: ArrayLike) -> Floats:
    """Give a column of finite numbers, shape (n,).

    Raises:
        ValueError: It is no column, or a row is not finite.
    """
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"{name} must have shape (n,), got {column.shape}")
    _refuse(name, column, ~np.isfinite(column), "is not a finite number")
    return column


def probabilities(name: str, values: ArrayLike) -> Floats:
    """Give a column of probabilities, shape (n,), each in 0..1.

    Raises:
        ValueError: It is no column, it is empty, or a row lies outside 0..1.
    """
    column = numbers(name, values)
    if not len(column):
        raise ValueError(f"{name} is empty: nothing to measure")
    _refuse(name, column, (column < 0) | (column > 1), "is outside 0..1")
    return column


def positives(name: str, values: ArrayLike) -> Floats:
    """Give a column of finite numbers above zero, shape (n,).

    Raises:
        ValueError: It is no column, or a row is not positive.
    """
    column = numbers(name, values)
    _refuse(name, column, column <= 0, "is not positive")
    return column


def truths(name: str, values: ArrayLike, count: int) -> Booleans:
    """Give a column of yes and no, shape (count,).

    Raises:
        ValueError: It has another shape, or holds something else than booleans (or 0 and 1).
    """
    column = np.asarray(values)
    if column.shape != (count,):
        raise ValueError(f"{name} must have shape ({count},), got {column.shape}")
    if column.dtype != np.bool_:
        _refuse(name, column, (column != 0) & (column != 1), "is neither 0 nor 1")
    return column.astype(np.bool_)


def labels(name: str, values: ArrayLike, count: int | None = None) -> Integers:
    """Give a column of labels, shape (n,): integers, and n is `count` where that is given.

    Raises:
        ValueError: It has another shape or another type.
    """
    column = np.asarray(values)
    if column.ndim != 1 or (count is not None and len(column) != count):
        wanted = "(n,)" if count is None else f"({count},)"
        raise ValueError(f"{name} must have shape {wanted}, got {column.shape}")
    whole = np.issubdtype(column.dtype, np.integer) and np.can_cast(column.dtype, np.int64)
    if len(column) and not whole:
        raise ValueError(f"{name} must hold integers of 64 bits, got {column.dtype}")
    return column.astype(np.int64)


def points(name: str, values: ArrayLike) -> Floats:
    """Give points: shape (n, 2), east and north in metres, or (n, 3) with seconds behind them.

    Raises:
        ValueError: It has another shape, or a coordinate is not finite.
    """
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim != PLANE or rows.shape[1] not in {PLANE, SPACE_TIME}:
        raise ValueError(f"{name} must have shape (n, 2) or (n, 3), got {rows.shape}")
    bad = np.asarray(~np.isfinite(rows).all(axis=1), dtype=np.bool_)
    _refuse(name, rows, bad, "is not finite")
    return rows


def same_width(true: Floats, found: Floats) -> None:
    """Refuse points with time beside points without.

    Raises:
        ValueError: One has seconds and the other has not.
    """
    if true.shape[1] != found.shape[1]:
        raise ValueError(f"true has {true.shape[1]} columns and found has {found.shape[1]}")


def _refuse(name: str, column: NDArray[np.generic], bad: Booleans, why: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{name}, row {row}: {column[row]} {why}")
