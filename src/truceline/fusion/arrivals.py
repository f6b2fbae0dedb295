"""Give each arrival at a station the number of the event that sent it, and say where that was.

An event is something that arrived or went off on the ground and shook it and the air: an
explosion, an impact. A network of acoustic and seismic instruments also hears discharges. Of those
no place leaves this module: whoever feeds it says of each pick whether the station's classifier
takes it for an arrival. An event whose picks are not mostly that is grouped, so that its picks
disturb no other, and comes out without a position (promise 7 of the design).

The stream is worked through in blocks of absolute time, each looking some minutes beyond its end;
an event belongs to the block in which it happened. So the answer does not depend on how the stream
was cut, the cost grows with the number of picks, and memory is that of a block.

Source: NET-VISA (Arora, Russell, Sudderth 2013, doi 10.1785/0120120107), as told in
docs/reference/arrivals.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.arrivals_block import solve
from truceline.fusion.arrivals_kernels import PICK
from truceline.fusion.arrivals_model import Floats, Learned, begin
from truceline.records.units import SECOND_US

Integers = NDArray[np.int64]
Codes = NDArray[np.int32]
Bytes = NDArray[np.int8]
Booleans = NDArray[np.bool_]

BLOCK_US = 1200 * SECOND_US
# An event may seem to begin a little before its block; arrivals come until the farthest is in.
BEFORE_US, BEYOND_US = 5 * SECOND_US, 300 * SECOND_US
NO_EVENT = -1
# chi squared with 2 degrees of freedom, 90 in 100.
REGION_90 = 4.605
EVIDENT = 0.5
PLANE, FEWEST = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrivals:
    """Picks of a network, in order of time, one row each, shape (n,).

    Attributes:
        station: Number of the station, 0 to s - 1.
        at_us: When the wave came in, microseconds since 1970 UTC, never falling.
        wave: 0 through the ground, 1 through the air, -1 not known.
        arrived: Whether the station's classifier takes it for an explosion or an impact; False
            also where it cannot say.
    """

    station: Codes
    at_us: Integers
    wave: Bytes
    arrived: Booleans

    def __post_init__(self) -> None:
        shapes = {field.name: getattr(self, field.name).shape for field in fields(self)}
        if len(set(shapes.values())) > 1 or self.at_us.ndim != 1:
            raise ValueError(f"columns must be of one length, got {shapes}")
        back = np.flatnonzero(self.at_us[1:] < self.at_us[:-1])
        if len(back):
            row = int(back[0]) + 1
            raise ValueError(f"row {row}: at_us {self.at_us[row]} is before the row above it")
        odd = np.flatnonzero((self.wave < -1) | (self.wave > 1))
        if len(odd):
            row = int(odd[0])
            raise ValueError(f"row {row}: wave must be -1, 0 or 1, got {self.wave[row]}")

    def __len__(self) -> int:
        return len(self.at_us)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """The events of a stretch of time, in order of their instants, and whose each pick is.

    Attributes:
        event: Shape (n,). For each pick decided since the last answer, in the order in which picks
            were added: the number of its event, counted from 0 over the whole stream, or -1.
        east_m: Shape (m,). Where the event was, in the coordinates of the stations; NaN if it is
            not evidently something that arrived.
        north_m: Shape (m,).
        at_us: Shape (m,). When; of an event without place the first of its picks.
        region_m2: Shape (m, 3). Covariance of the place as (east east, east north, north north);
            the 90 % region is where its Mahalanobis distance squared is at most 4.605.
        log_odds: Shape (m,). Natural logarithm of the odds that there was such an event.
        picks: Shape (m,). How many picks it has.
    """

    event: Integers
    east_m: Floats
    north_m: Floats
    at_us: Integers
    region_m2: Floats
    log_odds: Floats
    picks: Codes


class ArrivalAssociator:
    """Association that is fed in pieces; what it answers does not depend on how they are cut."""

    def __init__(self, stations_m: Floats) -> None:
        """Begin with nothing known but where the stations are, shape (s, 2), east and north.

        Raises:
            ValueError: The shape is another, there are fewer than 4, or a number is not finite.
        """
        sites = np.ascontiguousarray(stations_m, np.float64)
        if sites.ndim != PLANE or sites.shape[1:] != (PLANE,) or len(sites) < FEWEST:
            raise ValueError(f"need stations of shape (4 or more, 2), got {sites.shape}")
        if not np.isfinite(sites).all():
            row = int(np.flatnonzero(~np.isfinite(sites).all(axis=1))[0])
            raise ValueError(f"station {row}: position {sites[row].tolist()} is not finite")
        self._sites = sites
        self._learned: Learned | None = None
        self._kept: list[Arrivals] = []
        self._last_us: int | None = None
        self._block: int | None = None
        self._numbers = np.zeros(0, np.int64)
        self._events = 0

    def add(self, arrivals: Arrivals) -> Located:
        """Take the next picks; answer what has been decided by now, perhaps nothing.

        Raises:
            ValueError: A pick is older than one that was added before, or of no known station.
        """
        if not len(arrivals):
            return _answer([], self._numbers[:0])
        stray = np.flatnonzero((arrivals.station < 0) | (arrivals.station >= len(self._sites)))
        if len(stray):
            row = int(stray[0])
            raise ValueError(f"row {row}: there is no station {arrivals.station[row]}")
        if self._last_us is not None and arrivals.at_us[0] < self._last_us:
            raise ValueError(f"at_us {arrivals.at_us[0]} is before {self._last_us}, already added")
        self._last_us = int(arrivals.at_us[-1])
        self._kept.append(arrivals)
        self._numbers = np.append(self._numbers, np.full(len(arrivals), NO_EVENT))
        if self._block is None:
            self._block = int(arrivals.at_us[0]) // BLOCK_US
        return self._advance(self._last_us - BEYOND_US)

    def close(self) -> Located:
        """Answer the rest: nothing comes after it."""
        if self._last_us is None:
            return _answer([], self._numbers[:0])
        done = self._advance(self._last_us + BLOCK_US)
        rest = self._numbers
        self._kept, self._numbers = [], self._numbers[:0]
        return Located(
            **{f.name: getattr(done, f.name) for f in fields(done) if f.name != "event"},
            event=np.append(done.event, rest),
        )

    def _advance(self, until_us: int) -> Located:
        """Work through the blocks that end by then."""
        found, decided = [], []
        assert self._block is not None  # noqa: S101 - set with the first pick
        while (self._block + 1) * BLOCK_US <= until_us:
            window = _joined(self._kept)
            self._kept = [window]
            found.append(self._one_block(window, self._block * BLOCK_US))
            self._block += 1
            gone = int(np.searchsorted(window.at_us, self._block * BLOCK_US - BEFORE_US))
            decided.append(self._numbers[:gone])
            self._numbers = self._numbers[gone:]
            self._kept = [_rows(window, slice(gone, None))]
        return _answer(found, np.concatenate([np.zeros(0, np.int64), *decided]))

    def _one_block(self, window: Arrivals, start_us: int) -> Located:
        """Find the events of one block, and number their picks."""
        base_us = start_us - BEFORE_US
        seen = int(np.searchsorted(window.at_us, start_us + BLOCK_US + BEYOND_US))
        picks = np.zeros(seen, PICK)
        picks["at"] = (window.at_us[:seen] - base_us) / SECOND_US
        picks["station"], picks["wave"] = window.station[:seen], window.wave[:seen]
        picks["row"] = np.arange(seen)
        free = picks[self._numbers[:seen] == NO_EVENT]
        if not len(free):
            return _answer([], self._numbers[:0])
        until_us = min(start_us + BLOCK_US + BEYOND_US, self._last_us or 0)
        length_s = max((until_us - base_us) / SECOND_US, 1.0)
        again = self._learned is None
        learned = self._learned or begin(len(self._sites))
        end_s = (BLOCK_US + BEFORE_US) / SECOND_US
        if again:
            solve(learned, self._sites, free.copy(), end_s, length_s)
            learned.heard[:], learned.watched_s, learned.events = 0.0, 0.0, 0.0
        rows, owners, events = solve(learned, self._sites, free, end_s, length_s)
        self._learned = learned
        self._numbers[rows] = owners + self._events
        self._events += len(events)
        evident = np.bincount(owners, weights=window.arrived[rows], minlength=len(events))
        first_us = np.full(len(events), np.iinfo(np.int64).max)
        np.minimum.at(first_us, owners, window.at_us[rows])
        told = evident > EVIDENT * np.maximum(events["picks"], 1)
        at_us = base_us + np.rint(events["at"] * SECOND_US).astype(np.int64)
        region = np.stack([events["ee"], events["en"], events["nn"]], axis=1)
        return Located(
            event=self._numbers[:0],
            east_m=np.where(told, events["east"], np.nan),
            north_m=np.where(told, events["north"], np.nan),
            at_us=np.where(told, at_us, first_us),
            region_m2=np.where(told[:, None], region, np.nan),
            log_odds=events["odds"].copy(),
            picks=events["picks"].astype(np.int32),
        )


def _rows(arrivals: Arrivals, rows: slice) -> Arrivals:
    """Give some of the rows."""
    return Arrivals(**{f.name: getattr(arrivals, f.name)[rows] for f in fields(arrivals)})


def _joined(parts: list[Arrivals]) -> Arrivals:
    """Put pieces one behind the other."""
    if len(parts) == 1:
        return parts[0]
    return Arrivals(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Arrivals)}
    )


def _answer(found: list[Located], decided: Integers) -> Located:
    """Put the events of some blocks one behind the other."""
    empty = {
        "east_m": np.zeros(0), "north_m": np.zeros(0), "at_us": np.zeros(0, np.int64),
        "region_m2": np.zeros((0, 3)), "log_odds": np.zeros(0), "picks": np.zeros(0, np.int32),
    }  # fmt: skip
    columns = {
        name: np.concatenate([none, *(getattr(one, name) for one in found)])
        for name, none in empty.items()
    }
    return Located(event=decided, **columns)


def associate_arrivals(stations_m: Floats, arrivals: Arrivals) -> Located:
    """Associate a whole stream at once: the same answer as in any pieces."""
    associator = ArrivalAssociator(stations_m)
    parts = [associator.add(arrivals), associator.close()]
    return _answer(parts, np.concatenate([part.event for part in parts]))
