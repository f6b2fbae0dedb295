"""What the arrivals of many events say of how fast waves travel: one joint linear step.

Each event's own place and time are eliminated, so that a few events fix what all of them share: the
slowness of sound in still air, both parts of the wind, and the slowness of the ground.
"""

from __future__ import annotations

from numba import njit

from truceline.fusion.arrivals_kernels import (
    AIR,
    FREE,
    GROUND,
    LATE_S,
    LATE_SHARE,
    SPEEDS,
    on_time,
    slowness,
    spread,
    too_late,
)

# Events of smaller log-odds teach nothing.
SURE = 12.0
# So many residuals of the ground wave an event's own place and time take up, about.
TAKEN = 1.0


@njit(cache=True, nogil=True, _nrt=False)
def speed_equations(numbers, sites, picks, events, held, matrix, side, cross, spare):
    """Add up what all events say of the four speeds, their own places and times eliminated.

    Into `spare` go the sum of squares of residuals in standard deviations, and what it should be.
    """
    for me in range(len(events)):
        if events[me].alive == 0 or events[me].odds < SURE:
            continue
        cross[:] = 0.0
        for station in range(sites.shape[0]):
            for wave in range(2):
                row = held[me, station, wave]
                if row == FREE:
                    continue
                _add_row(numbers, sites, picks[row].at, events[me], station, wave, cross, spare)
        spare[1] -= TAKEN
        _eliminate(cross)
        for i in range(SPEEDS):
            side[i] += cross[3 + i, 3 + SPEEDS]
            for j in range(SPEEDS):
                matrix[i, j] += cross[3 + i, 3 + j]


@njit(cache=True, nogil=True, _nrt=False)
def _add_row(numbers, sites, at_s, one, station, wave, cross, spare):
    """Add one arrival: unknowns are place, time, speeds; the last column is the right side."""
    east, north = sites[station, 0] - one.east, sites[station, 1] - one.north
    range_m = max((east * east + north * north) ** 0.5, 1.0)
    slow = slowness(numbers, wave, east, north, range_m)
    sd = spread(numbers, GROUND, range_m * slow, 0.0)
    residual = at_s - one.at - range_m * slow
    wide = spread(numbers, wave, range_m * slow, 0.0)
    right = on_time(residual, wide, numbers[LATE_SHARE])
    late = too_late(residual, wide, numbers[LATE_SHARE], numbers[LATE_S])
    surely = right / (right + late + 1e-300)
    weight = surely / (sd * sd)
    if wave == GROUND:
        spare[0] += surely * (residual / wide) ** 2
        spare[1] += surely
    row = (
        -slow * east / range_m,
        -slow * north / range_m,
        1.0,
        range_m if wave == AIR else 0.0,
        east if wave == AIR else 0.0,
        north if wave == AIR else 0.0,
        range_m if wave == GROUND else 0.0,
        residual,
    )
    for i in range(4 + SPEEDS):
        for j in range(4 + SPEEDS):
            cross[i, j] += weight * row[i] * row[j]


@njit(cache=True, nogil=True, _nrt=False)
def _eliminate(cross):
    """Take the first three unknowns out of the normal equations."""
    for pivot in range(3):
        if cross[pivot, pivot] <= 0.0:
            continue
        for i in range(pivot + 1, 4 + SPEEDS):
            factor = cross[i, pivot] / cross[pivot, pivot]
            for j in range(pivot, 4 + SPEEDS):
                cross[i, j] -= factor * cross[pivot, j]
