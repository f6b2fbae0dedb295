"""Where events may be, and which of them are: candidates, greedy choice, second thoughts.

A station that noticed both waves of an event gives, from the time between them, how far it was and
when. Two such circles of one instant cross in two points; one circle and an arrival elsewhere do
too. Every point is weighed against all picks; the best is taken, its picks are bound, and so on.
Then each event is put again beside the others, may take picks from them, merge with them, or die.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from truceline.fusion.arrivals_kernels import (
    AIR,
    BUCKET_S,
    FREE,
    GROUND,
    GROUND_SLOW,
    LEAST,
    NEVER,
    RANGE_BIN_M,
    SELDOM,
    STILL,
    explain,
    settle,
    slowness,
    spread,
    weight_of,
)

# A circle round a station: what is behind it, and the best that was made of it.
CIRCLE = np.dtype(
    [("at", "f8"), ("range", "f8"), ("station", "i4"), ("ground", "i4"), ("air", "i4")]
)
CANDIDATE = np.dtype(
    [("odds", "f8"), ("east", "f8"), ("north", "f8"), ("at", "f8"), ("settled", "i4")]
)
# Two circles are of one instant if they agree so well: a part for errors, a part for the wind.
SAME_S, SAME_SHARE = 0.25, 0.004
ROUGH_M = 250.0
# What a candidate's place is worth before it is put well: about what Occam takes.
OCCAM = -14.0
MERGE_S, MERGE_M = 3.0, 4000.0
CROSSING_SLACK_M = 400.0
# No circle is drawn where the ground wave is noticed more seldom than this.
FAINT = 0.02
NEVER_CURVED = 1e-9
# Three stations in a line tell nothing; nor does a wave whose first station is so far away.
FLAT_M2, FARTHEST_FIRST_M = 4e6, 25_000.0


@njit(cache=True, nogil=True, _nrt=False)
def circles(numbers, picks, first, notice, found):
    """List the pairs of free picks of one station that may be both waves of one event."""
    count = 0
    apart = numbers[STILL] - numbers[GROUND_SLOW]
    for station in range(first.shape[0]):
        last = first[station, first.shape[1] - 1]
        for ground in range(first[station, 0], last):
            one = picks[ground]
            if one.owner != FREE or one.wave == AIR:
                continue
            for air in range(ground + 1, last):
                other = picks[air]
                range_m = (other.at - one.at) / apart
                bin_ = int(range_m / RANGE_BIN_M)
                if bin_ >= notice.shape[1] or notice[GROUND, bin_] < FAINT or count >= len(found):
                    break
                if other.owner != FREE or other.wave == GROUND:
                    continue
                found[count].at = one.at - range_m * numbers[GROUND_SLOW]
                found[count].range = range_m
                found[count].station = station
                found[count].ground = ground
                found[count].air = air
                count += 1
    return count


@njit(cache=True, nogil=True, _nrt=False)
def crossing(sites, one, one_m, other, other_m, points):
    """Put the points that two circles share into `points`; tell whether they nearly do."""
    east, north = sites[other, 0] - sites[one, 0], sites[other, 1] - sites[one, 1]
    apart = math.sqrt(east * east + north * north)
    slack = CROSSING_SLACK_M + 0.02 * (one_m + other_m)
    if apart > one_m + other_m + slack or apart < abs(one_m - other_m) - slack or apart < 1.0:
        return False
    along = (one_m * one_m - other_m * other_m + apart * apart) / (2.0 * apart)
    along = min(max(along, -one_m), one_m)
    across = math.sqrt(max(one_m * one_m - along * along, 0.0))
    for side in range(2):
        sign = 1.0 - 2.0 * side
        points[side, 0] = sites[one, 0] + (along * east - sign * across * north) / apart
        points[side, 1] = sites[one, 1] + (along * north + sign * across * east) / apart
    return True


@njit(cache=True, nogil=True, _nrt=False)
def weigh(numbers, sites, picks, first, log_rate, notice, at, point, best, used, place):
    """Weigh an event at a point and an instant, and keep it in `best` if it is better."""
    place[0], place[1], place[2], place[3] = point[0], point[1], at, ROUGH_M
    odds = OCCAM + explain(numbers, sites, picks, first, log_rate, notice, place, FREE, used)
    if odds > best.odds:
        best.odds, best.east, best.north, best.at, best.settled = odds, place[0], place[1], at, -1


@njit(cache=True, nogil=True, _nrt=False)
def weigh_points(numbers, sites, picks, first, log_rate, notice, at, points, best, used, place):
    """Weigh both points of a crossing."""
    for side in range(2):
        weigh(numbers, sites, picks, first, log_rate, notice, at, points[side], best, used, place)


@njit(cache=True, nogil=True, _nrt=False)
def cross_circles(numbers, sites, picks, first, log_rate, notice, found, best, used, place, points):
    """Give each circle, in order of time, its best crossing with a later one of its instant."""
    for i in range(len(found)):
        best[i].odds = NEVER
        for j in range(i + 1, len(found)):
            gap_s = found[j].at - found[i].at
            if gap_s > SAME_S + SAME_SHARE * 60.0:
                break
            if found[i].station == found[j].station:
                continue
            if crossing(
                sites, found[i].station, found[i].range, found[j].station, found[j].range, points
            ):
                at = 0.5 * (found[i].at + found[j].at)
                weigh_points(
                    numbers, sites, picks, first, log_rate, notice, at, points, best[i], used, place
                )


@njit(cache=True, nogil=True, _nrt=False)
def cross_arrivals(
    numbers, sites, picks, first, log_rate, notice, near, found, best, used, place, points
):
    """The same with single arrivals through the air at the stations nearest to the circle's."""
    for i in range(len(found)):
        best[i].odds = NEVER
        for station in near[found[i].station]:
            last = first[station, first.shape[1] - 1]
            bucket = min(max(int(found[i].at / BUCKET_S), 0), first.shape[1] - 1)
            for row in range(first[station, bucket], last):
                range_m = (picks[row].at - found[i].at) / numbers[STILL]
                bin_ = int(range_m / RANGE_BIN_M)
                if bin_ >= notice.shape[1] or notice[AIR, bin_] < SELDOM:
                    break
                if range_m < 0.0 or picks[row].owner != FREE or picks[row].wave == GROUND:
                    continue
                if crossing(sites, found[i].station, found[i].range, station, range_m, points):
                    weigh_points(
                        numbers, sites, picks, first, log_rate, notice, found[i].at, points,
                        best[i], used, place,
                    )  # fmt: skip


@njit(cache=True, nogil=True, _nrt=False)
def meeting(sites, one, two, three, late_m, points):
    """Put into `points` where a wave began that came to a station first, and to two others later.

    `late_m` is by how many metres of travel the others were later; the range from the first is in
    the third column. Gives how many such points there are: 0, 1 or 2.
    """
    ae, an = sites[two, 0] - sites[one, 0], sites[two, 1] - sites[one, 1]
    be, bn = sites[three, 0] - sites[one, 0], sites[three, 1] - sites[one, 1]
    whole = ae * bn - an * be
    if abs(whole) < FLAT_M2:
        return 0
    a = 0.5 * (ae * ae + an * an - late_m[0] * late_m[0])
    b = 0.5 * (be * be + bn * bn - late_m[1] * late_m[1])
    u_east, u_north = (a * bn - b * an) / whole, (b * ae - a * be) / whole
    v_east = (late_m[1] * an - late_m[0] * bn) / whole
    v_north = (late_m[0] * be - late_m[1] * ae) / whole
    square = v_east * v_east + v_north * v_north - 1.0
    half = u_east * v_east + u_north * v_north
    inside = half * half - square * (u_east * u_east + u_north * u_north)
    if abs(square) < NEVER_CURVED or inside < 0.0:
        return 0
    count = 0
    for side in range(2):
        range_m = (-half + (1.0 - 2.0 * side) * math.sqrt(inside)) / square
        if range_m > 0.0:
            points[count, 0] = sites[one, 0] + u_east + range_m * v_east
            points[count, 1] = sites[one, 1] + u_north + range_m * v_north
            points[count, 2] = range_m
            count += 1
    return count


@njit(cache=True, nogil=True, _nrt=False)
def later(sites, picks, first, still, one, station, out):
    """List the free arrivals through the air at a station that may follow one elsewhere."""
    apart = math.hypot(
        sites[station, 0] - sites[picks[one].station, 0],
        sites[station, 1] - sites[picks[one].station, 1],
    )
    bucket = min(int(picks[one].at / BUCKET_S), first.shape[1] - 1)
    count = 0
    for row in range(first[station, bucket], first[station, first.shape[1] - 1]):
        late_s = picks[row].at - picks[one].at
        if late_s > apart * still or count >= len(out):
            break
        if late_s >= 0.0 and picks[row].owner == FREE and picks[row].wave != GROUND:
            out[count] = row
            count += 1
    return count


@njit(cache=True, nogil=True, _nrt=False)
def meet(numbers, sites, picks, first, log_rate, notice, near, best, used, place, points, lists):
    """Give each free arrival through the air its best event of which it is the first of three."""
    late_m = points[2]
    for one in range(len(picks)):
        best[one].odds = NEVER
        if picks[one].owner != FREE or picks[one].wave == GROUND:
            continue
        home = picks[one].station
        for i in range(near.shape[1]):
            many = later(sites, picks, first, numbers[STILL], one, near[home, i], lists[0])
            for j in range(i + 1, near.shape[1] if many else 0):
                more = later(sites, picks, first, numbers[STILL], one, near[home, j], lists[1])
                for pair in range(many * more):
                    late_m[0] = (picks[lists[0, pair // more]].at - picks[one].at) / numbers[STILL]
                    late_m[1] = (picks[lists[1, pair % more]].at - picks[one].at) / numbers[STILL]
                    count = meeting(sites, home, near[home, i], near[home, j], late_m, points)
                    for point in range(count):
                        if points[point, 2] > FARTHEST_FIRST_M:
                            continue
                        at = picks[one].at - points[point, 2] * numbers[STILL]
                        weigh(
                            numbers, sites, picks, first, log_rate, notice, at, points[point],
                            best[one], used, place,
                        )  # fmt: skip


@njit(cache=True, nogil=True, _nrt=False)
def bind(numbers, sites, picks, log_rate, me, place, odds, used, held, work, events):
    """Write down an event and make its picks its own."""
    one = events[me]
    one.east, one.north, one.at, one.odds, one.alive, one.picks = (
        place[0], place[1], place[2], odds, 1, 0,
    )  # fmt: skip
    for station in range(used.shape[0]):
        east, north = sites[station, 0] - place[0], sites[station, 1] - place[1]
        range_m = max(math.sqrt(east * east + north * north), 1.0)
        for wave in range(2):
            row = used[station, wave]
            held[me, station, wave] = row
            if row == FREE:
                continue
            slow = slowness(numbers, wave, east, north, range_m)
            sd = spread(numbers, wave, range_m * slow, 0.0)
            residual = picks[row].at - place[2] - range_m * slow
            picks[row].owner = me
            picks[row].gain = weight_of(numbers, residual, sd) - log_rate[station, wave]
            one.picks += 1
    _covariance(work, one)


@njit(cache=True, nogil=True, _nrt=False)
def _covariance(work, one):
    """Invert the information on the place, the time integrated out."""
    a = work[0] - work[2] * work[2] / work[5]
    b = work[1] - work[2] * work[4] / work[5]
    d = work[3] - work[4] * work[4] / work[5]
    whole = max(a * d - b * b, 1e-30)
    one.ee, one.en, one.nn = d / whole, -b / whole, a / whole


@njit(cache=True, nogil=True, _nrt=False)
def release(picks, held, me):
    """Free the picks that are still an event's own."""
    for station in range(held.shape[1]):
        for wave in range(2):
            row = held[me, station, wave]
            if row != FREE and picks[row].owner == me:
                picks[row].owner = FREE


@njit(cache=True, nogil=True, _nrt=False)
def choose(
    numbers, sites, picks, first, log_rate, notice, best, count, events, held, used, place, work
):
    """Take the likeliest candidate, bind its picks, and so on; give the new number of events."""
    began = count
    while count < len(events):
        top = 0
        for i in range(len(best)):
            if best[i].odds > best[top].odds:
                top = i
        one = best[top]
        if len(best) == 0 or one.odds <= numbers[LEAST]:
            break
        place[0], place[1], place[2] = one.east, one.north, one.at
        odds = settle(numbers, sites, picks, first, log_rate, notice, place, FREE, used, work)
        if one.settled == count - began and odds > numbers[LEAST]:
            bind(numbers, sites, picks, log_rate, count, place, odds, used, held, work, events)
            one.odds = NEVER
            count += 1
            continue
        one.odds = odds if odds < one.odds or one.settled < 0 else one.odds
        if odds == NEVER:
            continue
        one.odds = odds
        one.east, one.north, one.at = place[0], place[1], place[2]
        one.settled = count - began
    return count


@njit(cache=True, nogil=True, _nrt=False)
def again(numbers, sites, picks, first, log_rate, notice, count, events, held, used, place, work):
    """Put every event again beside the others; those that no longer speak for themselves die."""
    for me in range(count):
        one = events[me]
        if one.alive == 0:
            continue
        release(picks, held, me)
        place[0], place[1], place[2] = one.east, one.north, one.at
        odds = settle(numbers, sites, picks, first, log_rate, notice, place, me, used, work)
        if odds > numbers[LEAST]:
            bind(numbers, sites, picks, log_rate, me, place, odds, used, held, work, events)
        else:
            one.alive = 0


@njit(cache=True, nogil=True, _nrt=False)
def merge(numbers, sites, picks, first, log_rate, notice, count, events, held, used, place, work):
    """Let one event take the picks of another nearby, if one explains them better than two."""
    for me in range(count):
        for other in range(count):
            one, two = events[me], events[other]
            if me == other or one.alive == 0 or two.alive == 0 or one.odds < two.odds:
                continue
            if (
                abs(one.at - two.at) > MERGE_S
                or abs(one.east - two.east) > MERGE_M
                or abs(one.north - two.north) > MERGE_M
            ):
                continue
            release(picks, held, me)
            release(picks, held, other)
            place[0], place[1], place[2] = one.east, one.north, one.at
            odds = settle(numbers, sites, picks, first, log_rate, notice, place, me, used, work)
            if odds >= one.odds + two.odds:
                two.alive = 0
                bind(numbers, sites, picks, log_rate, me, place, odds, used, held, work, events)
            else:
                hold(picks, held, me)
                hold(picks, held, other)


@njit(cache=True, nogil=True, _nrt=False)
def hold(picks, held, me):
    """Bind an event's picks again, as they were."""
    for station in range(held.shape[1]):
        for wave in range(2):
            row = held[me, station, wave]
            if row != FREE and picks[row].owner == FREE:
                picks[row].owner = me
