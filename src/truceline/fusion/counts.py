"""How much happens near a place lately: counts in a sliding window, on a grid that wraps around.

A count of finite memory: it holds what the current window of time and the one before it brought,
in whole units, and weighs the latter by how much of it the sliding window still covers. So a
machine that starts two windows earlier counts like one that never stopped.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Cells on each side of the grid; beyond them it wraps around. 256 cells of 5 km are 1,280 km.
SIDE = 256
# One event, in units: shares of it go to four cells.
WHOLE = 256

# Columns of a grid: the window last counted in, its units, and those of the window before it.
WINDOW, NOW, BEFORE = range(3)
# The window of a cell in which nothing was counted yet.
NEVER = -(2**30)


def empty_counts() -> NDArray[np.int32]:
    """Make a grid that has counted nothing, shape (cells, 3)."""
    grid = np.zeros((SIDE * SIDE, 3), np.int32)
    grid[:, WINDOW] = NEVER
    return grid


def still_counting(
    grid: NDArray[np.int32], window: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give the cells that count in a window or the next, shape (c,), and what they hold, (c, 3)."""
    cells = np.flatnonzero(grid[:, WINDOW] >= window - 1)
    held = grid[cells]
    # Of a cell last counted in the window before, what came before that is forgotten.
    held[held[:, WINDOW] < window, BEFORE] = 0
    return cells, held


@njit(cache=True, nogil=True, _nrt=False)
def cell_of(column, row):
    """Give the index of a cell; the grid wraps around."""
    return (column & (SIDE - 1)) + (row & (SIDE - 1)) * SIDE


@njit(cache=True, nogil=True, _nrt=False)
def _corner(cell_m, east_m, north_m):
    """Give the lower left of the four cells around a point, and its way to the next ones."""
    right, up = east_m / cell_m - 0.5, north_m / cell_m - 0.5
    column, row = int(math.floor(right)), int(math.floor(up))
    return column, row, right - column, up - row


@njit(cache=True, nogil=True, _nrt=False)
def near(grid, cell_m, window_s, east_m, north_m, at_s):
    """Give the density of events around a point and lately, per m2 and s, spread like a tent."""
    column, row, right, up = _corner(cell_m, east_m, north_m)
    window = int(math.floor(at_s / window_s))
    covered = 1.0 - (at_s / window_s - window)
    total = 0.0
    for side in range(2):
        for above in range(2):
            cell = cell_of(column + side, row + above)
            behind = window - grid[cell, WINDOW]
            if behind > 1:
                continue
            held = grid[cell, NOW] + covered * grid[cell, BEFORE]
            if behind == 1:
                held = covered * grid[cell, NOW]
            total += held * (right if side else 1 - right) * (up if above else 1 - up)
    return total / (WHOLE * cell_m * cell_m * window_s)


@njit(cache=True, nogil=True, _nrt=False)
def add(grid, cell_m, window_s, east_m, north_m, at_s):
    """Count one event, its shares going to the four cells around it."""
    column, row, right, up = _corner(cell_m, east_m, north_m)
    window = int(math.floor(at_s / window_s))
    for side in range(2):
        for above in range(2):
            cell = cell_of(column + side, row + above)
            behind = window - grid[cell, WINDOW]
            if behind != 0:
                grid[cell, BEFORE] = grid[cell, NOW] if behind == 1 else 0
                grid[cell, NOW] = 0
                grid[cell, WINDOW] = window
            share = (right if side else 1 - right) * (up if above else 1 - up)
            grid[cell, NOW] += int(share * WHOLE + 0.5)


@njit(cache=True, nogil=True, _nrt=False)
def of_one(cell_m, window_s, east_m, north_m, at_s, event_east_m, event_north_m, event_at_s):
    """Give what one event adds to the density around a point, per m2 and s."""
    window = int(math.floor(at_s / window_s))
    behind = window - int(math.floor(event_at_s / window_s))
    if behind > 1:
        return 0.0
    held = 1.0 if behind == 0 else 1.0 - (at_s / window_s - window)
    share = _overlap(east_m / cell_m - 0.5, event_east_m / cell_m - 0.5)
    share *= _overlap(north_m / cell_m - 0.5, event_north_m / cell_m - 0.5)
    return held * share / (cell_m * cell_m * window_s)


@njit(cache=True, nogil=True, _nrt=False)
def _overlap(here, there):
    """Give how much two tents share along one axis, both in cells."""
    column, other = math.floor(here), math.floor(there)
    share, part = here - column, there - other
    if column == other:
        return share * part + (1 - share) * (1 - part)
    if column == other + 1:
        return (1 - share) * part
    if column == other - 1:
        return share * (1 - part)
    return 0.0
