"""The plane and the hours that all tables share, and fields on its grid."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from truceline.records.units import DAY_US, HOUR_US
from truceline.simulate import onlookers

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Generator = np.random.Generator
Scalar = TypeVar("Scalar", bound=np.generic)

# The plane and the first day of the exercise's sources.
WIDTH_M, HEIGHT_M, BEGAN_US = onlookers.WIDTH_M, onlookers.HEIGHT_M, onlookers.BEGAN_US
CELL_M = 25_000.0
COLUMNS, ROWS = int(WIDTH_M / CELL_M), int(HEIGHT_M / CELL_M)
# Weather as it is published, looks of satellites, and the bins by which anchors are taken.
TILE_M = 75_000.0
TILE_COLUMNS, TILE_ROWS = int(WIDTH_M / TILE_M), int(HEIGHT_M / TILE_M)
TILES = TILE_COLUMNS * TILE_ROWS
CLOUD_EDGES = np.array([0.2, 0.5, 0.8])
WIND_EDGES_M_S = np.array([4.0, 7.0, 10.0])
HOURS_A_DAY = DAY_US // HOUR_US


def hour_of(at_us: Integers, hours: int) -> Integers:
    """Give the row of an hourly field; before the first and after the last hour these hold."""
    return np.clip((at_us - BEGAN_US) // HOUR_US, 0, hours - 1)


def cell_of(east_m: Floats, north_m: Floats, size_m: float = CELL_M) -> tuple[Integers, Integers]:
    """Give row and column of the cell that holds each point; outside, of the nearest cell."""
    rows, columns = int(HEIGHT_M / size_m), int(WIDTH_M / size_m)
    row = np.clip((north_m / size_m).astype(np.int64), 0, rows - 1)
    return row, np.clip((east_m / size_m).astype(np.int64), 0, columns - 1)


def tile_of(east_m: Floats, north_m: Floats) -> Integers:
    """Give the number of the tile that holds each point."""
    row, column = cell_of(east_m, north_m, TILE_M)
    return row * TILE_COLUMNS + column


def by_tile(field: Floats) -> Floats:
    """Give the mean of a field, shape (hours, ROWS, COLUMNS), over each tile: (hours, TILES)."""
    per = int(TILE_M / CELL_M)
    parts = field.reshape(len(field), TILE_ROWS, per, TILE_COLUMNS, per)
    return np.asarray(parts.mean(axis=(2, 4))).reshape(len(field), TILES)


def at(field: NDArray[Scalar], east_m: Floats, north_m: Floats, at_us: Integers) -> NDArray[Scalar]:
    """Read an hourly field, shape (hours, ROWS, COLUMNS), at points and moments."""
    row, column = cell_of(east_m, north_m)
    return np.asarray(field[hour_of(at_us, len(field)), row, column])


def spans(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """Lay out ranges: for each i all j with first[i] <= j < last[i], as two columns (i, j)."""
    count = np.maximum(last - first, 0)
    owner = np.repeat(np.arange(len(first)), count)
    start = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - start[owner] + first[owner]
