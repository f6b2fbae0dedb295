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
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.assess import Found, assess
from truceline.fusion.counts import NEVER, SIDE, WINDOW, empty_counts, still_counting
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

# Rows that are taken at a time: between two chunks the state is tidied, and stays in the caches.
CHUNK = 1 << 13

# The state is tidied when so large a share of its incidents has ended.
TIDY_SHARE = 0.125

# Rows of the state, one an incident: lives, spots, kinds, seen.
Raw = tuple[NDArray[Any], NDArray[Any], NDArray[np.float32], NDArray[np.int16]]


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """All that later answers depend on, packed: an associator can go back to it.

    Attributes:
        last_us: Time of the last detection; None before the first.
        begun: How many incidents were begun.
        rows: Live incidents: lives, spots with those that were left, kinds, seen.
        counts: For the wide, the short and the long grid, the cells that still count and what they
            hold, shape (c,) and (c, 3).
        sealed: Incidents that have ended and were not told yet.
    """

    last_us: int | None
    begun: int
    rows: Raw
    counts: tuple[tuple[Integers, NDArray[np.int32]], ...]
    sealed: list[Raw]

    def answers_as(self, other: Memory) -> bool:
        """Tell whether both would answer alike from now on, but for the numbers they give."""
        if self.last_us != other.last_us or self.last_us is None:
            return self.last_us == other.last_us
        return all(
            np.array_equal(one, two)
            for one, two in zip(self._compared(), other._compared(), strict=True)
        )

    def _compared(self) -> list[NDArray[Any]]:
        lives, *others = self.rows
        lives = lives.copy()
        lives["number"] -= self.begun
        return [lives, *others, *(part for grid in self.counts for part in grid)]


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
            ValueError: A detection is older than one that was added before, or of a kind of
                incident or of instrument that the model does not know.
        """
        count = len(detections)
        labels = np.empty(count, np.int64)
        if not count:
            return labels
        # The kernel would read beside its tables.
        _insist_on_known("kind", detections.kind, -1, len(self.model.kind_share))
        _insist_on_known("means", detections.means, 0, len(self.model.lags))
        if self._last_us is not None and int(detections.at_us[0]) < self._last_us:
            raise ValueError(
                f"at_us {detections.at_us[0]} is before {self._last_us}, already added"
            )
        self._last_us = int(detections.at_us[-1])
        for first in range(0, count, CHUNK):
            rows = slice(first, min(first + CHUNK, count))
            at_s = detections.at_us[rows] / SECOND_US
            ended = math.ceil(TIDY_SHARE * self._state.used[LIVES])
            self._seal(at_s[0] - self.model.window_s, at_least=ended)
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

    @property
    def state(self) -> State:
        """What is known now, to be read and not to be changed."""
        return self._state

    def copy(self) -> Associator:
        """Give another one that knows the same and goes its own way."""
        other = Associator(self.model, keep=self._keep)
        other.go_back(self.remember())
        return other

    def remember(self) -> Memory:
        """Pack what is known now."""
        state, numbers = self._state, self._numbers
        spots, lives = state.used[SPOTS], state.used[LIVES]
        at_s = (self._last_us or 0) / SECOND_US
        rows = (state.lives[:lives], state.spots[:spots], state.kinds[:lives], state.seen[:lives])
        return Memory(
            last_us=self._last_us,
            begun=self.incidents_begun,
            rows=(rows[0].copy(), rows[1].copy(), rows[2].copy(), rows[3].copy()),
            counts=tuple(
                still_counting(grid, math.floor(at_s / window_s))
                for grid, window_s in (
                    (state.wide, numbers.wide_s),
                    (state.short, numbers.short_s),
                    (state.long, numbers.long_s),
                )
            ),
            sealed=list(self._sealed),
        )

    def go_back(self, memory: Memory) -> None:
        """Know what was remembered and nothing else."""
        lives, spots, kinds, seen = memory.rows
        state = self._state = _roomy(self._state, 0, len(spots), len(lives))
        state.head.fill(-1)
        state.lives[: len(lives)], state.spots[: len(spots)] = lives, spots
        state.kinds[: len(lives)], state.seen[: len(lives)] = kinds, seen
        state.used[[SPOTS, LIVES, NUMBERS]] = len(spots), len(lives), memory.begun
        forget(state, -math.inf)
        for grid, (cells, held) in zip(
            (state.wide, state.short, state.long), memory.counts, strict=True
        ):
            grid[:, WINDOW] = NEVER
            grid[cells] = held
        self._last_us, self._sealed = memory.last_us, list(memory.sealed)

    def renumber(self, by: int) -> None:
        """Count incidents from another number on."""
        self._state.lives["number"][: self._state.used[LIVES]] += by
        self._state.used[NUMBERS] += by

    def knows_the_same(self, other: Associator) -> bool:
        """Tell whether both would answer alike from now on, but for the numbers they give.

        Both must have been given the same last detection.
        """
        for one in (self, other):
            one.tidy()
        return self.remember().answers_as(other.remember())

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

    def ended(self, memory: Memory) -> Found:
        """Say what was known, at a time, of the incidents that could gain nothing any more."""
        return self._told(memory.sealed or [self._raw(np.zeros(0, np.int64))])

    def forget_ended(self, count: int, memories: Iterable[Memory] = ()) -> None:
        """Drop the first so many of those that ended, in memories too; they were told."""
        for sealed in (self._sealed, *(memory.sealed for memory in memories)):
            left = count
            while left > 0:
                left -= len(sealed.pop(0)[0])

    def _told(self, every: list[Raw]) -> Found:
        return assess(self.model, *_joined(every))

    def _every(self) -> list[Raw]:
        return [*self._sealed, self._raw(np.arange(self._state.used[LIVES]))]

    def tidy(self) -> None:
        """Put away all incidents that can gain nothing after the last detection."""
        if self._last_us is not None:
            self._seal(self._last_us / SECOND_US - self.model.window_s)

    def _seal(self, since_s: float, at_least: int = 1) -> None:
        """Put away the incidents that can gain nothing any more, if they are so many."""
        state = self._state
        sealed = np.flatnonzero(state.lives["last"][: state.used[LIVES]] < since_s)
        if len(sealed) >= max(1, at_least):
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


def _insist_on_known(name: str, column: Bytes, least: int, count: int) -> None:
    if int(column.min()) < least or int(column.max()) >= count:
        row = int(np.flatnonzero((column < least) | (column >= count))[0])
        raise ValueError(f"row {row}: {name} {column[row]} is outside {least}..{count - 1}")


def _roomy(state: State, more: int, spots: int = 0, lives: int = 0) -> State:
    """Make room for so many rows more, and for so many spots and lives in all."""
    spots = max(spots, int(state.used[SPOTS]) + 2 * more)
    lives = max(lives, int(state.used[LIVES]) + more)
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
