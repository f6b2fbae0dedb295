"""The compiled kernel of association: one row after the other, in order of time.

Numba gives the types, so nothing is annotated here. Two rules keep it fast: arrays are passed on
their own, because a tuple that holds arrays counts references to them at each call; and the helper
functions are compiled without that counting at all (`_nrt=False`), because they allocate nothing.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from truceline.fusion.counts import SIDE, add, cell_of, near, of_one
from truceline.fusion.model import PASSING, PROMPT, TELLING

# Positions farther from an incident than this many standard deviations, squared, are not its.
GATE = 16.0
SIGMAS = 4.0
# Live incidents are looked up by how well they are known, so that a precise detection need not
# search far among the precise ones: largest standard deviation of a class, and side of its cells.
CLASS_M = (600.0, 2200.0, 20_000.0)
CLASS_REACH_M = (600.0, 2200.0, 5200.0)
CLASS_CELL_M = (12_000.0, 16_000.0, 32_000.0)
CLASSES = len(CLASS_M)
# A prompt instrument agrees with others within so many standard deviations of time, squared.
GATE_TIME = 25.0
# Clocks of late sources may run ahead by so much, in seconds.
EARLY_PASS_S, EARLY_WORD_S, EARLY_FADE_S = 60.0, 900.0, 300.0
# What a kind that a source does not know of counts for in the kind of an incident.
FLOOR = 1e-4
# Stands for the density of a row that is the same as another: no true density comes near.
TWICE = 1.0
# What the instrument of a prompt row has to do with the one that began an incident.
ANOTHER, SAME_INSTRUMENT, SAME_ROW, LATER = range(4)
# An incident as it is looked up, by cell: where, how well known, when, and since when in the list.
SPOT = np.dtype(
    [
        ("east", "f4"),
        ("north", "f4"),
        ("variance", "f4"),
        ("who", "i4"),
        ("at", "f8"),
        ("since", "f8"),
        ("next", "i4"),
        ("cell", "i4"),
    ]
)
# What else is known of an incident.
LIVE = np.dtype(
    [
        ("number", "i8"),
        ("last", "f8"),
        ("pass_at", "f8"),
        ("born", "f8"),
        ("born_east", "f4"),
        ("born_north", "f4"),
        ("precision", "f4"),
        ("apart", "f4"),
        ("burst", "f4"),
        ("source", "i4"),
        ("source_mean", "i4"),
        ("source_east", "i4"),
        ("source_north", "i4"),
        ("place_east", "i4"),
        ("place_north", "i4"),
        ("spot", "i4"),
        ("pixels", "i4"),
        ("reports", "i4"),
        ("rows", "i4"),
    ]
)


class State(NamedTuple):
    """All that association remembers; rows beyond what is used are empty.

    Attributes:
        head: Shape (lists, 2). Newest spot of each list, and the minute since when it stands there.
        spots: Of `SPOT`. Incidents as they are looked up; a newer one stands in front.
        lives: Of `LIVE`. Incidents in the order of their first detections.
        kinds: Shape (room, k). Probability of each kind.
        seen: Shape (room, m). Detections by kind of instrument.
        wide, short, long: Counts of detections, and of incidents in a short and a long window.
        used: How many spots and lives are in use, and how many incidents were begun.
    """

    head: NDArray[np.int32]
    spots: NDArray[Any]
    lives: NDArray[Any]
    kinds: NDArray[np.float32]
    seen: NDArray[np.int16]
    wide: NDArray[np.int32]
    short: NDArray[np.int32]
    long: NDArray[np.int32]
    used: NDArray[np.int64]


# Columns of `head`: the newest spot of a list, and the minute since which it stands there, so that
# a list in which nothing is young enough costs one look.
NEWEST, MINUTE = 0, 1
MINUTE_S = 60.0
# Positions in `used`.
SPOTS, LIVES, NUMBERS = range(3)


@njit(cache=True, nogil=True)
def forget(state, since_s):
    """Move what is still live to the front, the order of every list kept."""
    spots, lives = state.spots, state.lives
    for spot in range(state.used[SPOTS]):
        state.head[spots[spot].cell, NEWEST] = -1
        state.head[spots[spot].cell, MINUTE] = -1
    kept = 0
    for live in range(state.used[LIVES]):
        if lives[live].last < since_s:
            spots[lives[live].spot].who = -1
            continue
        if kept != live:
            lives[kept] = lives[live]
            state.kinds[kept] = state.kinds[live]
            state.seen[kept] = state.seen[live]
            spots[lives[kept].spot].who = kept
        kept += 1
    state.used[LIVES] = kept
    # A later spot stands before an earlier one in its list: heads are set anew in that order.
    kept = 0
    for spot in range(state.used[SPOTS]):
        if spots[spot].who < 0:
            continue
        spots[kept] = spots[spot]
        lives[spots[kept].who].spot = kept
        cell = spots[kept].cell
        spots[kept].next = state.head[cell, NEWEST]
        state.head[cell, NEWEST] = kept
        state.head[cell, MINUTE] = int(spots[kept].since / MINUTE_S)
        kept += 1
    state.used[SPOTS] = kept


@njit(cache=True, nogil=True, _nrt=False)
def _cell(variance, east, north):
    """Give the list that an incident stands in: by how well it is known, and by place."""
    class_ = 0
    while class_ < CLASSES - 1 and variance > CLASS_M[class_] * CLASS_M[class_]:
        class_ += 1
    side = CLASS_CELL_M[class_]
    place = cell_of(int(math.floor(east / side)), int(math.floor(north / side)))
    return class_ * SIDE * SIDE + place


@njit(cache=True, nogil=True, _nrt=False)
def attach(n, columns, state, east_m, north_m, at_s, sigma_m, means, source, kind, labels):
    """Give each row the number of its incident, and keep what was learned in the state.

    The columns of rows are those of `Detections`, times in seconds; `labels` is filled.
    """
    head, spots, lives, kinds = state.head, state.spots, state.lives, state.kinds
    seen, used = state.seen, state.used
    wide_grid, short_grid, long_grid = state.wide, state.short, state.long
    treatments, jitters_s, delays_s = columns.treatment, columns.jitter_s, columns.delay_s
    reaches_s, fresh_shares, said = columns.reach_s, columns.fresh, columns.said
    prior_kind = columns.prior_kind
    nothing = said.shape[1] - 1
    for row in range(len(at_s)):
        mean, east, north, at = means[row], east_m[row], north_m[row], at_s[row]
        says = kind[row] if kind[row] >= 0 else nothing
        treatment, jitter, fresh = treatments[mean], jitters_s[mean], fresh_shares[mean]
        best, total, spot = _best(
            n, head, spots, lives, kinds, said, mean, says, treatment, jitter,
            delays_s[mean], reaches_s[mean], east, north, at, sigma_m[row],
            source[row],
        )  # fmt: skip
        if best >= TWICE:
            # A row that was handed in twice is no second witness.
            lives[spots[spot].who].last = at
            labels[row] = lives[spots[spot].who].number
            continue
        late = treatment != PROMPT
        window_s = n.long_s if late else n.short_s
        wide = near(wide_grid, n.wide_cell_m, n.wide_s, east, north, at)
        wide = n.prior_rate + n.background * wide
        # Not one call on a chosen grid: a choice of arrays would count references row by row.
        if late:
            bursts = near(long_grid, n.narrow_cell_m, n.long_s, east, north, at)
        else:
            bursts = near(short_grid, n.narrow_cell_m, n.short_s, east, north, at)
        new = fresh * (wide + n.excited * bursts)
        if spot >= 0:
            live = spots[spot].who
            own = of_one(
                n.narrow_cell_m, window_s, east, north, at, lives[live].born_east,
                lives[live].born_north, lives[live].born,
            )  # fmt: skip
            others = fresh * (wide + n.excited * max(0.0, bursts - own))
            if best < others or best < n.least_share * (total + others):
                spot = -1
        add(wide_grid, n.wide_cell_m, n.wide_s, east, north, at)
        if spot < 0:
            live = _begin(
                spots, lives, kinds, head, used, prior_kind, east, north, at, sigma_m[row]
            )
            lives[live].precision = 0.0 if late else 1 / (jitter * jitter)
            lives[live].apart = new / (total + new)
            lives[live].burst = n.excited * bursts / wide
            lives[live].source, lives[live].source_mean = source[row], mean
            lives[live].source_east, lives[live].source_north = east, north
            seen[live, :] = 0
            add(short_grid, n.narrow_cell_m, n.short_s, east, north, at)
            add(long_grid, n.narrow_cell_m, n.long_s, east, north, at)
        else:
            live = _join(
                spots, lives, head, used, spot, treatment, jitter, east, north, at, sigma_m[row]
            )
        seen[live, mean] += 1
        _tally(lives, kinds, said, live, mean, says, treatment, east, north, at)
        labels[row] = lives[live].number


@njit(cache=True, nogil=True, _nrt=False)
def _best(
    n, head, spots, lives, kinds, said, mean, says, treatment, jitter, delay, reach_s, east, north,
    at, sigma, source,
):  # fmt: skip
    """Find the live incident that most likely brought a detection.

    Returns:
        Its density per m2 and s, the sum over all of them, and its spot; -1 for none.
    """
    best, total, chosen = 0.0, 0.0, -1
    own = np.float32(sigma) * np.float32(sigma)
    east_f, north_f = np.float32(east), np.float32(north)
    oldest = int((at - reach_s) / MINUTE_S)
    for class_ in range(CLASSES):
        side = CLASS_CELL_M[class_]
        around = SIGMAS * math.sqrt(float(sigma) * sigma + CLASS_REACH_M[class_] ** 2)
        left = int(math.floor((east - around) / side))
        right = int(math.floor((east + around) / side))
        low = int(math.floor((north - around) / side))
        high = int(math.floor((north + around) / side))
        for line in range(low, high + 1):
            for column in range(left, right + 1):
                cell = class_ * SIDE * SIDE + cell_of(column, line)
                spot = head[cell, NEWEST] if head[cell, MINUTE] >= oldest else -1
                while spot >= 0 and spots[spot].since >= at - reach_s:
                    this, who = spot, spots[spot].who
                    spot = spots[spot].next
                    across, along = east_f - spots[this].east, north_f - spots[this].north
                    apart = across * across + along * along
                    variance = own + spots[this].variance
                    if apart > GATE * variance or who < 0:
                        continue
                    brought = 0.0
                    for number in range(kinds.shape[1]):
                        brought += kinds[who, number] * said[mean, says, number]
                    after = at - spots[this].at
                    if treatment == PROMPT:
                        density = brought * _prompt(
                            n, lives[who].precision, lives[who].pixels + lives[who].reports, after,
                            jitter,
                        )  # fmt: skip
                        again = _again(n, lives, who, mean, source, east, north, at)
                        if again == SAME_ROW:
                            return TWICE, TWICE, this
                        if again == SAME_INSTRUMENT:
                            density *= n.again_ratio
                        elif again == LATER:
                            density = 0.0
                    elif treatment == PASSING:
                        density = _passing(
                            n, lives[who].precision, lives[who].pixels, lives[who].pass_at, brought,
                            after, at,
                        )  # fmt: skip
                    else:
                        density = _telling(
                            n, lives[who].precision, lives[who].pixels, lives[who].reports, brought,
                            after, delay,
                        )  # fmt: skip
                    if density <= 0.0:
                        continue
                    known = treatment == TELLING and lives[who].reports > 0
                    if known and lives[who].place_east == east and lives[who].place_north == north:
                        density *= n.same_place / (2 * math.pi * own)
                    else:
                        density *= math.exp(-apart / (2 * variance)) / (2 * math.pi * variance)
                        density *= 1 - n.same_place if known else 1.0
                    total += density
                    if density > best:
                        best, chosen = density, this
    return best, total, chosen


@njit(cache=True, nogil=True, _nrt=False)
def _again(n, lives, who, mean, source, east, north, at):
    """Tell whether a prompt row is of the instrument that began an incident, or its row again."""
    if lives[who].source != source or lives[who].source_mean != mean:
        return ANOTHER
    same_place = lives[who].source_east == east and lives[who].source_north == north
    if source < 0:
        # Of instruments that are not named only the very same row is known to be of one.
        return SAME_ROW if same_place and lives[who].born == at else ANOTHER
    # However its clock errs, it errs alike both times: what it tells of later is something else.
    if at - lives[who].born >= n.twice_s:
        return LATER
    return SAME_ROW if same_place else SAME_INSTRUMENT


@njit(cache=True, nogil=True, _nrt=False)
def _prompt(n, precision, late, after, jitter):
    """Give the density in time of what dates the happening itself, per second."""
    if precision > 0:
        variance = jitter * jitter + 1 / precision
        if after * after > GATE_TIME * variance:
            return 0.0
        return math.exp(-0.5 * after * after / variance) / math.sqrt(2 * math.pi * variance)
    # Only late sources told of it so far: the happening lies before the first of them.
    return late / n.slowest_s if after < 3 * jitter else 0.0


@njit(cache=True, nogil=True, _nrt=False)
def _passing(n, precision, pixels, pass_at, brought, after, at):
    """Give how many pixels an overpass brings of a fire, per second between overpasses."""
    if pixels > 0:
        since = at - pass_at
        again = since / (1.2 * n.burns_s)
        return (n.same_pass if since < EARLY_PASS_S else n.seen_burning / (1 + again**2)) / n.look_s
    brought *= n.seen_burning / n.look_s
    if precision > 0:
        return brought / (1 + (after / n.burns_s) ** 2) if after > -EARLY_PASS_S else 0.0
    return 0.5 * brought / (1 + (after / (2 * n.burns_s)) ** 2)


@njit(cache=True, nogil=True, _nrt=False)
def _telling(n, precision, pixels, reports, brought, after, delay):
    """Give the density in time of late reports: of what is written about, more is written."""
    told = n.attention + reports
    if precision > 0:
        if after < -EARLY_WORD_S:
            return 0.0
        left = math.exp(-max(after, 0.0) / delay)
        density = left / delay * brought * told / (n.attention + brought * (1 - left))
        return density * math.exp(after / EARLY_FADE_S) if after < 0 else density
    late = pixels + reports
    left = math.exp(-after / delay)
    return late / (late + 1.0) * left / delay * brought * told / (n.attention + 0.6 * brought)


@njit(cache=True, nogil=True, _nrt=False)
def _begin(spots, lives, kinds, head, used, prior_kind, east, north, at, sigma):
    """Begin a new incident at a detection."""
    live, spot = used[LIVES], used[SPOTS]
    used[LIVES] += 1
    used[SPOTS] += 1
    lives[live].number = used[NUMBERS]
    used[NUMBERS] += 1
    lives[live].pass_at = -1e18
    lives[live].born, lives[live].born_east, lives[live].born_north = at, east, north
    lives[live].place_east, lives[live].place_north = 0, 0
    lives[live].spot = spot
    lives[live].pixels, lives[live].reports, lives[live].rows = 0, 0, 0
    for number in range(len(prior_kind)):
        kinds[live, number] = prior_kind[number]
    spots[spot].east, spots[spot].north, spots[spot].at = east, north, at
    spots[spot].variance = np.float32(sigma) * np.float32(sigma)
    _enlist(spots, head, spot, live, at, _cell(spots[spot].variance, east, north))
    return live


@njit(cache=True, nogil=True, _nrt=False)
def _enlist(spots, head, spot, live, at, cell):
    spots[spot].who, spots[spot].since, spots[spot].cell = live, at, cell
    spots[spot].next = head[cell, NEWEST]
    head[cell, NEWEST] = spot
    head[cell, MINUTE] = int(at / MINUTE_S)


@njit(cache=True, nogil=True, _nrt=False)
def _join(spots, lives, head, used, spot, treatment, jitter, east, north, at, sigma):
    """Add a detection to an incident: its place and time get better known."""
    live = spots[spot].who
    again = treatment == TELLING and lives[live].reports > 0
    again = again and lives[live].place_east == east and lives[live].place_north == north
    # A place that is named twice errs twice in the same way: nothing is learned about where.
    if not again:
        own = np.float32(sigma) * np.float32(sigma)
        share = spots[spot].variance / (spots[spot].variance + own)
        spots[spot].east += share * (np.float32(east) - spots[spot].east)
        spots[spot].north += share * (np.float32(north) - spots[spot].north)
        spots[spot].variance = share * own
    if treatment == PROMPT:
        precision = 1 / (jitter * jitter)
        spots[spot].at += precision / (precision + lives[live].precision) * (at - spots[spot].at)
        lives[live].precision += precision
    cell = _cell(spots[spot].variance, spots[spot].east, spots[spot].north)
    # A fire that was seen again may be seen for as long again: it moves to the front of its list.
    if cell != spots[spot].cell or (treatment == PASSING and at > spots[spot].since):
        moved = used[SPOTS]
        used[SPOTS] += 1
        spots[moved] = spots[spot]
        spots[spot].who = -1
        lives[live].spot = moved
        _enlist(spots, head, moved, live, at, cell)
    return live


@njit(cache=True, nogil=True, _nrt=False)
def _tally(lives, kinds, said, live, mean, says, treatment, east, north, at):
    """Count a detection among those of its incident, and learn the incident's kind."""
    lives[live].last = at
    lives[live].rows += 1
    if treatment == PASSING:
        lives[live].pixels += 1
        lives[live].pass_at = at
    elif treatment == TELLING:
        if lives[live].reports == 0:
            lives[live].place_east, lives[live].place_north = east, north
        lives[live].reports += 1
    total = 0.0
    for number in range(kinds.shape[1]):
        kinds[live, number] *= np.float32(said[mean, says, number] + FLOOR)
        total += kinds[live, number]
    for number in range(kinds.shape[1]):
        kinds[live, number] /= np.float32(total)
