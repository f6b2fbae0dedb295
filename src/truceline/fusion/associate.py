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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.assess import Found, assess
from truceline.fusion.counts import SIDE, WINDOW, empty_counts
from truceline.fusion.kernel import (
    CLASSES,
    LIVE,
    LIVES,
    NUMBERS,
    SPOT,
    SPOTS,
    State,
    attach,
    forget,
)
from truceline.fusion.model import Model
from truceline.records.detections import Bytes, Detections, Integers, Metres
from truceline.records.units import SECOND_US

# Rows that are taken at a time: between two chunks the state is tidied.
CHUNK = 1 << 16

# Rows of the state, one an incident: lives, spots, kinds, seen.
Raw = tuple[NDArray[Any], NDArray[Any], NDArray[np.float32], NDArray[np.int16]]


class Associator:
    """Association that is fed in pieces; what it answers does not depend on how they are cut."""

    def __init__(self, model: Model, *, keep: bool = True) -> None:
        """Begin with nothing known; what cannot change any more is kept, or not, to be told."""
        self.model = model
        self._keep = keep
        self._columns, self._numbers = model.columns(), model.numbers()
        self._state = _empty(model, 1024)
        self._last_us: int | None = None
        self._sealed: list[Raw] = []

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
            raise ValueError(
                f"at_us {detections.at_us[0]} is before {self._last_us}, already added"
            )
        self._last_us = int(detections.at_us[-1])
        for first in range(0, count, CHUNK):
            rows = slice(first, min(first + CHUNK, count))
            at_s = detections.at_us[rows] / SECOND_US
            self.seal(at_s[0] - self.model.window_s)
            self._state = _roomy(self._state, len(at_s))
            attach(
                self._numbers,
                self._columns,
                self._state,
                detections.east_m[rows],
                detections.north_m[rows],
                at_s,
                self._sigma(detections.sigma_m[rows], detections.means[rows]),
                detections.means[rows],
                detections.source[rows],
                detections.kind[rows],
                labels[rows],
            )
        return labels

    @property
    def incidents_begun(self) -> int:
        """How many incidents were begun so far."""
        return int(self._state.used[NUMBERS])

    def copy(self) -> Associator:
        """Give another one that knows the same and goes its own way."""
        other = Associator(self.model, keep=self._keep)
        other._state = State._make(part.copy() for part in self._state)
        other._last_us = self._last_us
        other._sealed = list(self._sealed)
        return other

    def renumber(self, by: int) -> None:
        """Count incidents from another number on."""
        self._state.lives["number"][: self._state.used[LIVES]] += by
        self._state.used[NUMBERS] += by

    def knows_the_same(self, other: Associator) -> bool:
        """Tell whether both would answer alike from now on, but for the numbers they give.

        Both must have been given the same last detection.
        """
        if self._last_us != other._last_us or self._last_us is None:
            return self._last_us == other._last_us
        at_s = self._last_us / SECOND_US
        for one in (self, other):
            one.seal(at_s - self.model.window_s)
        here, there = self._known(at_s), other._known(at_s)
        return all(np.array_equal(one, two) for one, two in zip(here, there, strict=True))

    def _known(self, at_s: float) -> list[NDArray[Any]]:
        """Give all that later answers depend on, numbers counted from the last one begun."""
        state, numbers = self._state, self._numbers
        lives = state.lives[: state.used[LIVES]].copy()
        lives["number"] -= state.used[NUMBERS]
        known = [lives, state.spots[: state.used[SPOTS]]]
        known += [part[: state.used[LIVES]] for part in (state.kinds, state.seen)]
        for grid, window_s in (
            (state.wide, numbers.wide_s),
            (state.short, numbers.short_s),
            (state.long, numbers.long_s),
        ):
            now = math.floor(at_s / window_s)
            live = grid[:, WINDOW] >= now - 1
            # Of a cell last counted in the window before, what came before that is forgotten.
            held = np.where((grid[:, WINDOW] == now)[:, None], grid, grid * [1, 1, 0])
            known += [np.flatnonzero(live), held[live]]
        return known

    def _sigma(self, stated_m: Metres, means: Bytes) -> NDArray[np.float32]:
        """Give the errors that are believed, from those that are stated."""
        scale = np.array(self.model.sigma_scale, np.float32)
        believed: NDArray[np.float32] = np.maximum(stated_m * scale[means], np.float32(1))
        return believed

    def incidents(self) -> Found:
        """Say what is known of every incident so far, in the order of their first detections."""
        return self._told(self._every())

    def evidence(self) -> tuple[NDArray[Any], NDArray[np.int16]]:
        """Give what `assess.features` reads, in the order of `incidents`: to fit a model by."""
        lives, _, _, seen = _joined(self._every())
        return lives, seen

    def raw(self) -> Raw:
        """Give the rows of the state of every incident so far, in the order of `incidents`."""
        return _joined(self._every())

    def ended(self) -> Found:
        """Say what is known of the incidents that can gain nothing any more."""
        return self._told(self._sealed or [self._raw(np.zeros(0, np.int64))])

    def forget_ended(self, count: int) -> None:
        """Drop the first so many of those that ended; they were told."""
        while count > 0:
            count -= len(self._sealed.pop(0)[0])

    def _told(self, every: list[Raw]) -> Found:
        return assess(self.model, *_joined(every))

    def _every(self) -> list[Raw]:
        return [*self._sealed, self._raw(np.arange(self._state.used[LIVES]))]

    def seal(self, since_s: float) -> None:
        """Put away the incidents that can gain nothing any more."""
        state = self._state
        sealed = np.flatnonzero(state.lives["last"][: state.used[LIVES]] < since_s)
        if len(sealed):
            if self._keep:
                self._sealed.append(self._raw(sealed))
            forget(state, since_s)

    def _raw(self, rows: Integers) -> Raw:
        state = self._state
        lives = state.lives[rows]
        return lives, state.spots[lives["spot"]], state.kinds[rows], state.seen[rows]


def associate(detections: Detections, model: Model) -> Integers:
    """Give each detection the number of its incident, in one go; see `Associator.add`."""
    return Associator(model, keep=False).add(detections)


def _empty(model: Model, room: int) -> State:
    return State(
        head=np.full((CLASSES * SIDE * SIDE, 2), -1, np.int32),
        spots=np.zeros(room, SPOT),
        lives=np.zeros(room, LIVE),
        kinds=np.zeros((room, len(model.kind_share)), np.float32),
        seen=np.zeros((room, len(model.lags)), np.int16),
        wide=empty_counts(),
        short=empty_counts(),
        long=empty_counts(),
        used=np.zeros(3, np.int64),
    )


def _joined(every: list[Raw]) -> Raw:
    """Lay rows of the state together, in the order of their first detections."""
    lives, spots, kinds, seen = (np.concatenate(part) for part in zip(*every, strict=True))
    order = np.argsort(lives["number"])
    return lives[order], spots[order], kinds[order], seen[order]


def _roomy(state: State, more: int) -> State:
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
