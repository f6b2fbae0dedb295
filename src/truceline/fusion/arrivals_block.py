"""One block of arrivals: propose, choose, learn, think again, and hand on what was learned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.arrivals_kernels import BUCKET_S, EVENT, FREE, LEAST, SPEEDS, STEAL
from truceline.fusion.arrivals_model import (
    FORGET,
    Floats,
    Learned,
    learn_notice,
    learn_speeds,
    set_doubt,
    wander,
)
from truceline.fusion.arrivals_search import (
    CANDIDATE,
    CIRCLE,
    again,
    choose,
    circles,
    cross_arrivals,
    cross_circles,
    meet,
    merge,
)

Integers = NDArray[np.int64]
Rows = NDArray[Any]

ROUNDS = 3
NEAREST = 8
# Events may lie so far outside the stations.
# An event takes another's pick if it explains it better by so many nats.
ADVANTAGE, NEVER_STEAL = 0.5, 1e9
MARGIN_M = 5000.0
# So much of what comes in altogether counts as clutter once other events are explained.
OTHERS = 0.02
# Candidates so far below even odds are not put well.
HOPELESS = 10.0
CIRCLES_A_PICK = 40
ARRIVALS_A_STATION = 16


class _Block:
    """The arrays of one block, as the kernels want them."""

    def __init__(self, learned: Learned, sites: Floats, picks: Rows, length_s: float) -> None:
        self.learned, self.sites = learned, sites
        self.picks = picks[np.lexsort((picks["at"], picks["station"]))]
        buckets = np.arange(int(length_s / BUCKET_S) + 3) * BUCKET_S
        ends = np.searchsorted(self.picks["station"], np.arange(len(sites) + 1))
        self.first = np.empty((len(sites), len(buckets)), np.int32)
        for station in range(len(sites)):
            at = self.picks["at"][ends[station] : ends[station + 1]]
            self.first[station] = ends[station] + np.searchsorted(at, buckets)
        self.length_s = length_s
        self.events = np.zeros(len(picks) // 4 + 1, EVENT)
        self.held = np.full((len(self.events), len(sites), 2), FREE, np.int32)
        self.count = 0
        self.used = np.empty((len(sites), 2), np.int32)
        self.place, self.work, self.points = np.empty(4), np.empty(9), np.empty((3, 3))
        apart = np.hypot(*(sites[:, None] - sites[None]).transpose(2, 0, 1))
        self.near = np.argsort(apart, axis=1, kind="stable")[:, 1 : NEAREST + 1]
        self.area_m2 = float(np.prod(np.ptp(sites, axis=0) + 2 * MARGIN_M))

    def rate(self, *, all_picks: bool) -> Floats:
        """Give the rate of picks a second that are some other's, for each station and wave."""
        counts = np.zeros((len(self.sites), 2))
        for wave in (0, 1):
            mine = (self.picks["wave"] == wave) | (self.picks["wave"] < 0)
            if not all_picks:
                mine &= self.picks["owner"] == FREE
            counts[:, wave] = np.bincount(self.picks["station"][mine], minlength=len(self.sites))
        return counts / self.length_s

    def prepare(self, *, share: float) -> tuple[Rows, ...]:
        """Give the arguments that every kernel takes first."""
        set_doubt(self.learned, self.area_m2)
        log_rate = self.learned.log_rate(share * self.rate(all_picks=True))
        return (
            self.learned.numbers, self.sites, self.picks, self.first, log_rate,
            self.learned.notice(),
        )  # fmt: skip

    def propose(self, model: tuple[Rows, ...], *, alone: bool) -> None:
        """Add events from the picks that are free: two circles, or a circle and an arrival."""
        numbers, notice = model[0], model[-1]
        room = np.empty(CIRCLES_A_PICK * len(self.picks), CIRCLE)
        number = circles(numbers, self.picks, self.first, notice, room)
        found = room[:number]
        found = found[np.argsort(found["at"], kind="stable")]
        best = np.zeros(number, CANDIDATE)
        if alone:
            cross_arrivals(*model, self.near, found, best, self.used, self.place, self.points)
        else:
            cross_circles(*model, found, best, self.used, self.place, self.points)
        self.choose(model, best)

    def meet(self, model: tuple[Rows, ...]) -> None:
        """Add events from free arrivals through the air alone."""
        best = np.zeros(len(self.picks), CANDIDATE)
        lists = np.empty((2, ARRIVALS_A_STATION), np.int64)
        meet(*model, self.near, best, self.used, self.place, self.points, lists)
        self.choose(model, best)

    def choose(self, model: tuple[Rows, ...], best: Rows) -> None:
        """Take the likeliest of some candidates as events."""
        best = best[best["odds"] > model[0][LEAST] - HOPELESS]
        self.count = choose(
            *model, best, self.count, self.events, self.held, self.used, self.place, self.work
        )

    def think(self, model: tuple[Rows, ...]) -> None:
        """Put every event again, and join those that are one."""
        own = (self.count, self.events, self.held, self.used, self.place, self.work)
        self.learned.numbers[STEAL] = ADVANTAGE
        again(*model, *own)
        self.learned.numbers[STEAL] = NEVER_STEAL
        merge(*model, *own)
        again(*model, *own)


def solve(
    learned: Learned, sites: Floats, picks: Rows, end_s: float, length_s: float
) -> tuple[Integers, Integers, Rows]:
    """Find the events of a block, and learn from them.

    Args:
        learned: What earlier blocks taught; changed in place.
        sites: Shape (s, 2). The stations, in metres.
        picks: Shape (n,), `arrivals_kernels.PICK`; time in seconds from a little before the block.
        end_s: Events from here on belong to the next block.
        length_s: How long the network was listened to for these picks.

    Returns:
        The rows of picks that have an event, that event, and the events, `arrivals_kernels.EVENT`.
    """
    picks["owner"] = FREE
    block = _Block(learned, sites, picks, length_s)
    wander(learned)
    before, doubt = learned.numbers[:SPEEDS].copy(), learned.doubt.copy()
    for round_ in range(ROUNDS):
        model = block.prepare(share=1.0 if round_ == 0 else OTHERS)
        if round_:
            block.think(model)
        block.propose(model, alone=round_ > 0)
        if round_:
            block.meet(model)
        learn_speeds(
            learned, before, doubt, sites, block.picks, block.events[: block.count], block.held
        )
    block.think(block.prepare(share=OTHERS))
    return _finish(block, end_s)


def _finish(block: _Block, end_s: float) -> tuple[Integers, Integers, Rows]:
    """Keep the events of the block itself, in order of time, and count for the next one."""
    events = block.events[: block.count]
    mine = np.flatnonzero((events["alive"] == 1) & (events["at"] < end_s))
    mine = mine[np.argsort(events["at"][mine], kind="stable")]
    learned = block.learned
    learned.tried *= FORGET
    learned.noticed *= FORGET
    learned.heard *= FORGET
    learned.watched_s = FORGET * learned.watched_s + block.length_s
    learned.heard += block.rate(all_picks=False) * block.length_s
    learned.events = FORGET * learned.events + len(events[events["alive"] == 1])
    learn_notice(learned, block.sites, events[mine], block.held[mine])
    number = np.full(block.count + 1, -1)
    number[mine] = np.arange(len(mine))
    owner = number[block.picks["owner"]]
    kept = owner >= 0
    return block.picks["row"][kept].astype(np.int64), owner[kept], events[mine]
