"""Association of rows as they arrive, in any order: the answer is that of the rows in order.

Rows are kept in one canonical order, and association is causal, so a row that arrives late changes
only what came after it. From time to time the state is put aside; a late row takes the last state
before it and goes on from there. What is older than the window of lateness is settled: its labels
go out and are forgotten, and a row that is older still is handed back, for its block to be opened
again from the log.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.fusion.assess import Found
from truceline.fusion.associate import Associator, Memory
from truceline.fusion.model import Model
from truceline.records.detections import Detections, Integers, canonical
from truceline.records.units import DAY_US

LATENESS_US = 2 * DAY_US
# Rows between two states that are put aside: about what is associated in a millisecond.
STATE_EVERY = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Update:
    """What a batch changed.

    Attributes:
        changed_from: Index, in the window, of the first row whose label may be another now.
        too_old: Indices of rows of the batch that are older than the window: their block has to be
            opened again from the log. They were not taken.
        settled: Labels of the rows that left the window, in the canonical order.
        ended: Incidents that can neither gain a row nor lose one any more; told once.
    """

    changed_from: int
    too_old: Integers
    settled: Integers
    ended: Found


class Stream:
    """A window of rows and what is known of them."""

    def __init__(
        self, model: Model, lateness_us: int = LATENESS_US, state_every: int = STATE_EVERY
    ) -> None:
        """Begin with nothing known.

        Args:
            model: What is believed beforehand.
            lateness_us: A row that is older than the newest by more is not taken any more.
            state_every: Rows between two states that are put aside.
        """
        if lateness_us < 0 or state_every < 1:
            raise ValueError(
                f"lateness_us must not be negative and state_every be at least 1, got "
                f"{lateness_us} and {state_every}"
            )
        self._lateness_us, self._every = lateness_us, state_every
        self._now = Associator(model)
        self._rows: Detections | None = None
        self._labels = np.zeros(0, np.int64)
        # States before a row of the window, oldest first; one stands before all of them.
        self._aside: list[tuple[int, Memory]] = [(0, self._now.remember())]

    @property
    def labels(self) -> Integers:
        """Numbers of the incidents of the rows in the window, in the canonical order."""
        return self._labels

    @property
    def window(self) -> Detections | None:
        """The rows in the window, in the canonical order; None before the first."""
        return self._rows

    def incidents(self) -> Found:
        """Say what is known of the incidents that have not ended."""
        return self._now.incidents()

    def add(self, batch: Detections) -> Update:
        """Take rows that arrived, in any order of their times.

        Args:
            batch: In order among themselves, as `Detections` always are.
        """
        old = batch.at_us < self._horizon_us()
        fresh = batch.take(np.flatnonzero(~old)) if old.any() else batch
        changed = len(self._labels)
        if len(fresh):
            changed = self._merge(fresh)
            self._go_on(changed)
        settled, ended = self._settle(self._horizon_us())
        return Update(
            changed_from=max(0, changed - len(settled)),
            too_old=np.flatnonzero(old),
            settled=settled,
            ended=ended,
        )

    def _horizon_us(self) -> int:
        """Give the time before which a row is too old; nothing is, before the first row."""
        rows = self._rows
        return int(rows.at_us[-1]) - self._lateness_us if rows is not None else -(2**62)

    def _merge(self, fresh: Detections) -> int:
        """Put rows in their places; give the first place that is not what it was."""
        held = self._rows
        if held is None:
            self._rows = canonical(fresh)
            return 0
        first = int(np.searchsorted(held.at_us, fresh.at_us[0]))
        tail = canonical(held.slice(first, len(held)), fresh)
        self._rows = held.slice(0, first).followed_by(tail)
        return first

    def _go_on(self, first: int) -> None:
        """Associate again from the last state that was put aside before a row."""
        rows = self._rows
        assert rows is not None  # noqa: S101 - rows were merged just before
        begin = len(self._labels)
        if first < begin:
            while self._aside[-1][0] > first:
                self._aside.pop()
            begin, memory = self._aside[-1]
            self._now.go_back(memory)
        labels = [self._labels[:begin]]
        while begin < len(rows):
            end = min(begin + self._every - begin % self._every, len(rows))
            labels.append(self._now.add(rows.slice(begin, end)))
            begin = end
            if begin % self._every == 0:
                self._aside.append((begin, self._now.remember()))
        self._labels = np.concatenate(labels)

    def _settle(self, horizon_us: int) -> tuple[Integers, Found]:
        """Let go of rows before the horizon, as far as a state was put aside behind them."""
        rows = self._rows
        old = 0 if rows is None else int(np.searchsorted(rows.at_us, horizon_us))
        kept = sum(begin <= old for begin, _ in self._aside) - 1
        begin, memory = self._aside[kept]
        # What had ended when that state was put aside stands first in all that came from it.
        ended = self._now.ended(memory)
        self._now.forget_ended(len(ended), [later for _, later in self._aside[kept:]])
        # A copy: a part of the window that is kept elsewhere would keep the whole window.
        settled = self._labels[:begin].copy()
        if rows is not None:
            self._rows = rows.slice(begin, len(rows))
        self._labels = self._labels[begin:]
        self._aside = [(at - begin, one) for at, one in self._aside[kept:]]
        return settled, ended
