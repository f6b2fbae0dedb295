"""How well one event explains the picks, and where it is best put: the inner loops.

An event is a place and an instant. Every station within reach either noticed each of its two waves
or did not; what it noticed came in on time or late, or is something else's. The arrays are plain
and packed, because counting references costs more than the computation.

Source: docs/reference/arrivals.md, which has the equations and where they come from.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

GROUND, AIR = 0, 1
FREE = -1

# Positions in `numbers`: the slowness of sound in still air and what wind from the west and from
# the south takes from it, and of the ground; variances of travel; what is fixed.
STILL, EASTWARD, NORTHWARD = 0, 1, 2
(GROUND_SLOW, GROUND_VARIANCE, AIR_VARIANCE, PICK_VARIANCE, LATE_SHARE, LATE_S, LOG_RATE, LEAST,
 REACH_M, STEAL) = range(3, 13)  # fmt: skip
NUMBERS = 13
# The first four are learned.
SPEEDS = 4

# Picks of one station in time, station after station.
PICK = np.dtype(
    [
        ("at", "f8"),
        ("gain", "f8"),
        ("station", "i4"),
        ("owner", "i4"),
        ("row", "i4"),
        ("wave", "i4"),
    ]
)
# What is known of one event; `ee` and so on are its covariance, metres and seconds.
EVENT = np.dtype(
    [
        ("east", "f8"),
        ("north", "f8"),
        ("at", "f8"),
        ("odds", "f8"),
        ("ee", "f8"),
        ("en", "f8"),
        ("nn", "f8"),
        ("alive", "i4"),
        ("picks", "i4"),
    ]
)
BUCKET_S = 8.0
RANGE_BIN_M = 500.0
SIGMAS = 4.0
LATE_GATE = 5.0
SELDOM = 0.004
ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
LEAST_PICKS = 4
STEPS_M = (500.0, 200.0, 50.0, 0.0, 0.0)
LONGEST_STEP_M = 4000.0
NEAREST_M = 1.0
NEVER = -1e30


@njit(cache=True, nogil=True, _nrt=False)
def on_time(residual: float, sd: float, share: float) -> float:
    """Give the density of a residual that is not late, times its share."""
    z = residual / sd
    return (1.0 - share) * math.exp(-0.5 * z * z) / (sd * ROOT_TWO_PI)


@njit(cache=True, nogil=True, _nrt=False)
def too_late(residual: float, sd: float, share: float, mean_s: float) -> float:
    """Give the density of one that is: a Gaussian and an exponential after it."""
    tail = math.erfc(-(residual / sd - sd / mean_s) / math.sqrt(2.0))
    grown = min(0.5 * (sd / mean_s) ** 2 - residual / mean_s, 50.0)
    return share / mean_s * math.exp(grown) * 0.5 * tail


@njit(cache=True, nogil=True, _nrt=False)
def weight_of(numbers, residual, sd):
    """Give the logarithm of the density of a residual, on time or late."""
    share, mean_s = numbers[LATE_SHARE], numbers[LATE_S]
    density = on_time(residual, sd, share) + too_late(residual, sd, share, mean_s)
    return math.log(density + 1e-300)


@njit(cache=True, nogil=True, _nrt=False)
def slowness(numbers, wave, east, north, range_m):
    """Give seconds a metre of a wave that leaves in a direction."""
    if wave == GROUND:
        return numbers[GROUND_SLOW]
    wind = (numbers[EASTWARD] * east + numbers[NORTHWARD] * north) / range_m
    return numbers[STILL] + wind


@njit(cache=True, nogil=True, _nrt=False)
def spread(numbers, wave, travel_s, slack_s):
    """Give the standard deviation of an arrival in time: pick, travel and place."""
    share = numbers[GROUND_VARIANCE] if wave == GROUND else numbers[AIR_VARIANCE]
    return math.sqrt(numbers[PICK_VARIANCE] + slack_s * slack_s + travel_s * travel_s * share)


@njit(cache=True, nogil=True, _nrt=False)
def best_pick(numbers, picks, first, log_rate, station, wave, due_s, sd, floor, me, taken):
    """Find the pick that speaks most for an arrival; its number and weight, or the floor's."""
    from_s = due_s - SIGMAS * sd
    until_s = due_s + SIGMAS * sd + LATE_GATE * numbers[LATE_S]
    last = first[station, first.shape[1] - 1]
    bucket = min(max(int(from_s / BUCKET_S), 0), first.shape[1] - 1)
    row = first[station, bucket]
    found, best = FREE, floor
    while row < last and picks[row].at <= until_s:
        one = picks[row]
        if one.at >= from_s and (one.wave == wave or one.wave < 0) and row != taken:
            residual = one.at - due_s
            weight = weight_of(numbers, residual, sd) - log_rate[station, wave]
            owned = one.owner != FREE and one.owner != me
            if weight > best and not (owned and weight < one.gain + numbers[STEAL]):
                found, best = row, weight
        row += 1
    return found, best


@njit(cache=True, nogil=True, _nrt=False)
def explain(numbers, sites, picks, first, log_rate, notice, place, me, used):
    """Weigh an event against none: sum over stations and waves; the picks go into `used`.

    `place` is east, north, time, and by how many metres the place may be wrong.
    """
    total = 0.0
    for station in range(sites.shape[0]):
        east, north = sites[station, 0] - place[0], sites[station, 1] - place[1]
        range_m = max(math.sqrt(east * east + north * north), NEAREST_M)
        used[station, GROUND] = used[station, AIR] = FREE
        if range_m >= numbers[REACH_M]:
            continue
        taken = FREE
        bin_ = min(int(range_m / RANGE_BIN_M), notice.shape[1] - 1)
        for wave in range(2):
            seen = notice[wave, bin_]
            if seen < SELDOM:
                continue
            slow = slowness(numbers, wave, east, north, range_m)
            sd = spread(numbers, wave, range_m * slow, place[3] * slow)
            missed, log_seen = math.log(1.0 - seen), math.log(seen)
            taken, weight = best_pick(
                numbers, picks, first, log_rate, station, wave, place[2] + range_m * slow, sd,
                missed - log_seen, me, taken,
            )  # fmt: skip
            used[station, wave] = taken
            total += weight + log_seen
    return total


@njit(cache=True, nogil=True, _nrt=False)
def normal_equations(numbers, sites, picks, place, used, matrix, side):
    """Add up what the picks say of the place, those that look late counting for less."""
    matrix[:] = 0.0
    side[:] = 0.0
    count = 0
    for station in range(sites.shape[0]):
        east, north = sites[station, 0] - place[0], sites[station, 1] - place[1]
        range_m = max(math.sqrt(east * east + north * north), NEAREST_M)
        for wave in range(2):
            row = used[station, wave]
            if row == FREE:
                continue
            count += 1
            slow = slowness(numbers, wave, east, north, range_m)
            sd = spread(numbers, wave, range_m * slow, place[3] * slow)
            residual = picks[row].at - place[2] - range_m * slow
            right = on_time(residual, sd, numbers[LATE_SHARE])
            late = too_late(residual, sd, numbers[LATE_SHARE], numbers[LATE_S])
            weight = right / (right + late + 1e-300) / (sd * sd)
            wind = (numbers[EASTWARD], numbers[NORTHWARD]) if wave == AIR else (0.0, 0.0)
            still = numbers[STILL] if wave == AIR else numbers[GROUND_SLOW]
            by_east = -still * east / range_m - wind[0]
            by_north = -still * north / range_m - wind[1]
            matrix[0] += weight * by_east * by_east
            matrix[1] += weight * by_east * by_north
            matrix[2] += weight * by_east
            matrix[3] += weight * by_north * by_north
            matrix[4] += weight * by_north
            matrix[5] += weight
            side[0] += weight * by_east * residual
            side[1] += weight * by_north * residual
            side[2] += weight * residual
    return count


@njit(cache=True, nogil=True, _nrt=False)
def determinant(m):
    """Give that of a symmetric 3 x 3 matrix, of which `m` is the upper half."""
    return (
        m[0] * (m[3] * m[5] - m[4] * m[4])
        - m[1] * (m[1] * m[5] - m[4] * m[2])
        + m[2] * (m[1] * m[4] - m[3] * m[2])
    )


@njit(cache=True, nogil=True, _nrt=False)
def step(matrix, side, place):
    """Move a place to where the linearised picks want it; tell whether they fix it at all."""
    a, b, c, d, e, f = matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5]
    whole = determinant(matrix)
    if not whole > 1e-12 * a * d * f or a <= 0.0:
        return False
    x = (d * f - e * e) * side[0] + (c * e - b * f) * side[1] + (b * e - c * d) * side[2]
    y = (c * e - b * f) * side[0] + (a * f - c * c) * side[1] + (b * c - a * e) * side[2]
    t = (b * e - c * d) * side[0] + (b * c - a * e) * side[1] + (a * d - b * b) * side[2]
    length = math.sqrt(x * x + y * y) / whole
    shrink = min(1.0, LONGEST_STEP_M / (length + 1e-9)) / whole
    place[0] += x * shrink
    place[1] += y * shrink
    place[2] += t * shrink
    return True


@njit(cache=True, nogil=True, _nrt=False)
def settle(numbers, sites, picks, first, log_rate, notice, place, me, used, work):
    """Put an event where its picks want it, ever more strictly; its log-odds against nothing.

    `work` is 9 numbers: afterwards the upper half of the information matrix, and the right side.
    """
    matrix, side = work[:6], work[6:9]
    for slack_m in STEPS_M:
        place[3] = slack_m
        explain(numbers, sites, picks, first, log_rate, notice, place, me, used)
        for _ in range(2):
            count = normal_equations(numbers, sites, picks, place, used, matrix, side)
            if count < LEAST_PICKS or not step(matrix, side, place):
                return NEVER
    total = explain(numbers, sites, picks, first, log_rate, notice, place, me, used)
    count = normal_equations(numbers, sites, picks, place, used, matrix, side)
    whole = determinant(matrix)
    if count < LEAST_PICKS or not whole > 0.0:
        return NEVER
    # Occam: the prior density, times the volume that the picks leave.
    return total + numbers[LOG_RATE] + 1.5 * math.log(2.0 * math.pi) - 0.5 * math.log(whole)
