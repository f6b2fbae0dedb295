"""Give each detection the number of its incident: likelihood, not density.

Detections are taken in order of time. Each is weighed against every live incident that could have
brought it and against a new one, whose rate is what happens around there anyway and what has just
begun nearby; it goes to the likeliest. Decisions look back only over a window, so that a history
may be fed in any pieces, and memory stays that of the window.

Source: the generative view of NET-VISA (Arora, Russell, Sudderth 2013, doi 10.1785/0120120107) with
located inputs; new incidents as in a self-exciting process (Ogata 1998).
"""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import fields
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from truceline.fusion.assess import Found, assess
from truceline.fusion.counts import SIDE, add, cell_of, empty_counts, near, of_one
from truceline.fusion.model import PASSING, PROMPT, TELLING, Model
from truceline.records.detections import Detections, Integers
from truceline.records.units import SECOND_US

# Positions farther from an incident than this many standard deviations, squared, are not its.
GATE = 18.0
SIGMAS = 4.2
# Beyond its own error, how far away an incident that is known badly itself may lie, in metres.
BEYOND_M = 1750.0
# A prompt instrument agrees with others within so many standard deviations of time, squared.
GATE_TIME = 25.0
# Clocks of late sources may run ahead by so much, in seconds.
EARLY_PASS_S, EARLY_WORD_S, EARLY_FADE_S = 60.0, 900.0, 300.0
# What a kind that a source does not know of counts for in the kind of an incident.
FLOOR = 1e-4
# Stands for the density of a row that is the same as another: no true density comes near.
TWICE = 1.0
CHUNK = 1 << 16

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
        ("source_east", "i4"),
        ("place_east", "i4"),
        ("place_north", "i4"),
        ("spot", "i4"),
        ("pixels", "i4"),
        ("reports", "i4"),
        ("rows", "i4"),
    ]
)

State = namedtuple("State", "head spots lives kinds seen wide short long used")
# Positions in `used`.
SPOTS, LIVES, NUMBERS = range(3)


class Associator:
    """Association that is fed in pieces; what it answers does not depend on how they are cut."""

    def __init__(self, model: Model) -> None:
        """Begin with nothing known."""
        self.model = model
        self._columns, self._numbers = model.columns(), model.numbers()
        self._state = _empty(model, 1024)
        self._last_us: int | None = None
        self._sealed: list[Found] = []

    def add(self, detections: Detections) -> Integers:
        """Give the next detections their incidents.

        Args:
            detections: None of them before the last one that was added.

        Returns:
            Shape (n,). Numbers of incidents, counted from 0 in the order of their first detection.

        Raises:
            ValueError: A detection is older than one that was added before.
        """
        count = len(detections)
        labels = np.empty(count, np.int64)
        if not count:
            return labels
        if self._last_us is not None and int(detections.at_us[0]) < self._last_us:
            raise ValueError(f"at_us {detections.at_us[0]} is before {self._last_us}, already added")
        self._last_us = int(detections.at_us[-1])
        for first in range(0, count, CHUNK):
            rows = slice(first, min(first + CHUNK, count))
            at_s = detections.at_us[rows] / SECOND_US
            self._seal(at_s[0] - self.model.window_s)
            self._state = _roomy(self._state, len(at_s))
            attach(
                self._numbers,
                self._columns,
                self._state,
                detections.east_m[rows],
                detections.north_m[rows],
                at_s,
                detections.sigma_m[rows],
                detections.means[rows],
                detections.source[rows],
                detections.kind[rows],
                labels[rows],
            )
        return labels

    def incidents(self) -> Found:
        """Say what is known of every incident so far, in the order of their first detections."""
        every = [*self._sealed, self._assess(np.arange(self._state.used[LIVES]))]
        columns = {
            field.name: np.concatenate([getattr(part, field.name) for part in every])
            for field in fields(Found)
        }
        order = np.argsort(columns["number"])
        return Found(**{name: column[order] for name, column in columns.items()})

    def _seal(self, since_s: float) -> None:
        """Put away the incidents that can gain nothing any more."""
        state = self._state
        sealed = np.flatnonzero(state.lives["last"][: state.used[LIVES]] < since_s)
        if len(sealed):
            self._sealed.append(self._assess(sealed))
            _forget(state, since_s)

    def _assess(self, rows: Integers) -> Found:
        state = self._state
        lives = state.lives[rows]
        return assess(
            self.model, lives, state.spots[lives["spot"]], state.kinds[rows], state.seen[rows]
        )


def associate(detections: Detections, model: Model) -> Integers:
    """Give each detection the number of its incident, in one go; see `Associator.add`."""
    return Associator(model).add(detections)


def _empty(model: Model, room: int) -> Any:
    return State(
        head=np.full(SIDE * SIDE, -1, np.int32),
        spots=np.zeros(room, SPOT),
        lives=np.zeros(room, LIVE),
        kinds=np.zeros((room, len(model.kind_share)), np.float32),
        seen=np.zeros((room, len(model.lags)), np.int16),
        wide=empty_counts(),
        short=empty_counts(),
        long=empty_counts(),
        used=np.zeros(3, np.int64),
    )


def _roomy(state: Any, more: int) -> Any:
    """Make room for so many rows."""
    spots, lives = int(state.used[SPOTS]) + 2 * more, int(state.used[LIVES]) + more
    return state._replace(
        spots=_grown(state.spots, spots),
        lives=_grown(state.lives, lives),
        kinds=_grown(state.kinds, lives),
        seen=_grown(state.seen, lives),
    )


def _grown(array: NDArray[Any], room: int) -> NDArray[Any]:
    if len(array) >= room:
        return array
    grown = np.zeros((room + room // 4, *array.shape[1:]), array.dtype)
    grown[: len(array)] = array
    return grown


@njit(cache=True, nogil=True)
def _forget(state, since_s):
    """Move what is still live to the front, the order of every list kept."""
    spots, lives = state.spots, state.lives
    for spot in range(state.used[SPOTS]):
        if state.head[spots[spot].cell] >= 0:
            state.head[spots[spot].cell] = -1
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
        spots[kept].next = state.head[cell]
        state.head[cell] = kept
        kept += 1
    state.used[SPOTS] = kept


@njit(cache=True, nogil=True, _nrt=False)
def _cell(cell_m, east, north):
    return cell_of(int(math.floor(east / cell_m)), int(math.floor(north / cell_m)))


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
            live = _begin(n, spots, lives, kinds, head, used, prior_kind, east, north, at)
            spots[lives[live].spot].variance = np.float32(sigma_m[row]) * np.float32(sigma_m[row])
            lives[live].precision = 0.0 if late else 1 / (jitter * jitter)
            lives[live].apart = new / (total + new)
            lives[live].burst = n.excited * bursts / wide
            lives[live].source, lives[live].source_east = source[row], east
            seen[live, :] = 0
            add(short_grid, n.narrow_cell_m, n.short_s, east, north, at)
            add(long_grid, n.narrow_cell_m, n.long_s, east, north, at)
        else:
            live = _join(
                n, spots, lives, head, used, spot, treatment, jitter, east, north, at, sigma_m[row]
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
    around = SIGMAS * sigma + BEYOND_M
    left, right = math.floor((east - around) / n.cell_m), math.floor((east + around) / n.cell_m)
    low, high = math.floor((north - around) / n.cell_m), math.floor((north + around) / n.cell_m)
    for column in range(int(left), int(right) + 1):
        for line in range(int(low), int(high) + 1):
            spot = head[cell_of(column, line)]
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
                    if lives[who].source == source and abs(after) < n.twice_s:
                        if lives[who].source_east == east:
                            return TWICE, TWICE, this
                        density *= n.again_ratio
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
def _begin(n, spots, lives, kinds, head, used, prior_kind, east, north, at):
    """Begin a new incident at a detection."""
    live, spot = used[LIVES], used[SPOTS]
    used[LIVES] += 1
    used[SPOTS] += 1
    lives[live].number = used[NUMBERS]
    used[NUMBERS] += 1
    lives[live].pass_at = -1e18
    lives[live].born, lives[live].born_east, lives[live].born_north = at, east, north
    lives[live].spot = spot
    lives[live].pixels, lives[live].reports, lives[live].rows = 0, 0, 0
    for number in range(len(prior_kind)):
        kinds[live, number] = prior_kind[number]
    spots[spot].east, spots[spot].north, spots[spot].at = east, north, at
    _enlist(spots, head, spot, live, at, _cell(n.cell_m, east, north))
    return live


@njit(cache=True, nogil=True, _nrt=False)
def _enlist(spots, head, spot, live, at, cell):
    spots[spot].who, spots[spot].since, spots[spot].cell = live, at, cell
    spots[spot].next = head[cell]
    head[cell] = spot


@njit(cache=True, nogil=True, _nrt=False)
def _join(n, spots, lives, head, used, spot, treatment, jitter, east, north, at, sigma):
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
    cell = _cell(n.cell_m, spots[spot].east, spots[spot].north)
    if cell != spots[spot].cell:
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
