"""Sources weighed where instruments stand on one party's land only: by party, and by land.

    python benchmarks/bench_one_sided.py [--seeds 0 1 2 3 4]

Figures of a simulation (docs/reference/exercise-one-sided.md), not of the field. Nothing was chosen
or changed on this world: the same door, with the same priors and thresholds, and the same rivals as
in bench_sources.py. The "covered party" is the one on whose land instruments stand, the "other" the
one across the line; so what is done to the other land is mostly the covered party's doing.

Each seed is run in both mirrors. They must give mirrored answers, which is a row of the table; so
all other rows are made from both, and a difference between A and B is one between covered and
other. Intervals come from drawing weeks of seeds anew, both mirrors together. All weeks of a seed
share their sources, so these intervals are somewhat too narrow. A run on other seeds prints and
keeps nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench_sources import (
    METHODS,
    OURS,
    SEEDS,
    Answer,
    Method,
    truth_of,
    weighed,
)
from table import Row, keep, row, show
from truceline.fusion.verdict import REASONS
from truceline.simulate.contributors import SourceWorld
from truceline.simulate.measures.calibration import brier, calibration_error
from truceline.simulate.measures.ranking import auc
from truceline.simulate.measures.resampling import bootstrap
from truceline.simulate.measures.shares import share
from truceline.simulate.one_sided import make_one_sided, metres_over_the_line
from truceline.simulate.one_sided_posts import REACH_OVER_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
AUC_GOAL, ECE_GOAL, FALSE_GOAL, POWER_GOAL, GAP_GOAL = 0.93, 0.06, 0.01, 0.50, 0.01
COVERED, OTHER = 1, 2
PARTIES = {COVERED: "covered party", OTHER: "other party"}
Worlds = dict[tuple[int, str], SourceWorld]
LANDS = ("covered land", "other land, up to 5 km", "other land, beyond")
WEEK_US = 7 * 86_400 * 1_000_000


@dataclass(frozen=True)
class Pool:
    """The rows of all worlds, with parties told as COVERED and OTHER.

    Attributes:
        p: P(nothing), P(covered did it), P(other did it), shape (n, 3).
        accused: 0 for nobody, else the party.
        land: Index into LANDS.
        block: Rows that are drawn together.
    """

    p: Floats
    accused: Ints
    truth: Ints
    land: Ints
    block: Ints


Measure = Callable[[Pool, Ints], float | None]


def in_roles(world: SourceWorld, answer: Answer, sided: str) -> tuple[Floats, Ints, Ints]:
    """Give probabilities, accusations and truth in terms of COVERED and OTHER."""
    code = np.array([0, 1, 2] if sided == "A" else [0, 2, 1])
    by_name = np.stack([1 - answer.a - answer.b, answer.a, answer.b], axis=1)
    return by_name[:, code], code[answer.accused], code[truth_of(world)]


def lands_of(seed: int) -> Ints:
    """Tell in which part of the map each candidate lies."""
    return np.digitize(metres_over_the_line(seed), [0, REACH_OVER_M])


def pool(worlds: Worlds, method: Method) -> tuple[Pool, float]:
    """Run one method on every world; give also how far its mirrored answers are apart."""
    parts: dict[tuple[int, str], tuple[Floats, Ints, Ints]] = {
        key: in_roles(world, method(world), key[1]) for key, world in worlds.items()
    }
    seeds = sorted({seed for seed, _ in worlds})
    apart = max(float(np.abs(parts[seed, "A"][0] - parts[seed, "B"][0]).max()) for seed in seeds)
    land = np.concatenate([lands_of(seed) for seed, _ in worlds])
    block = [
        world.candidates["at_us"].to_numpy() // WEEK_US + 1_000_000 * seed
        for (seed, _), world in worlds.items()
    ]
    p, accused, truth = (np.concatenate([part[at] for part in parts.values()]) for at in range(3))
    return Pool(p, accused, truth, land, np.concatenate(block)), apart


# ------------------------------------------------------------------------------ measures
def existence_auc(got: Pool, rows: Ints) -> float | None:
    """Tell how well real incidents rank above the rest."""
    return auc(1 - got.p[rows, 0], got.truth[rows] > 0)


def existence_ece(got: Pool, rows: Ints) -> float | None:
    """Tell how far probabilities that something happened are from how often it did."""
    return calibration_error(_told(1 - got.p[rows, 0]), got.truth[rows] > 0).ece


def existence_brier(got: Pool, rows: Ints) -> float | None:
    """Give the Brier score of these probabilities."""
    return brier(_told(1 - got.p[rows, 0]), got.truth[rows] > 0).score


def false_share(got: Pool, rows: Ints, party: int | None = None) -> float | None:
    """Give the share of wrong accusations, of one party or of both; None if nobody is accused."""
    accused = _accused(got, rows, party)
    return float((got.accused[accused] != got.truth[accused]).mean()) if len(accused) else None


def power(got: Pool, rows: Ints, party: int | None = None) -> float | None:
    """Give the share of the incidents, of one party or of both, whose party is rightly accused."""
    done = rows[got.truth[rows] == party] if party else rows[got.truth[rows] > 0]
    return float((got.accused[done] == got.truth[done]).mean()) if len(done) else None


def gap(got: Pool, rows: Ints) -> float | None:
    """Give how far the parties' shares of false accusations are apart."""
    covered, other = (false_share(got, rows, party) for party in PARTIES)
    return abs(covered - other) if covered is not None and other is not None else None


def _told(p: Floats) -> Floats:
    return np.clip(p, 1e-6, 1 - 1e-6)


def _accused(got: Pool, rows: Ints, party: int | None) -> Ints:
    return rows[got.accused[rows] == party] if party else rows[got.accused[rows] > 0]


# -------------------------------------------------------------------------------- tables
@dataclass(frozen=True)
class Lines:
    """Makes the rows of one method; goals bind what Truceline publishes."""

    method: str
    got: Pool

    def one(
        self, what: str, value: float | None, goal: str | None = None, *, met: bool | None = None
    ) -> list[Row]:
        """Make one row, or none where the figure is undefined."""
        if value is None:
            return []
        made = row(f"{self.method}: {what}", round(value, 4), "", goal, met=met)
        return [made | {"who": "truceline" if self.method in OURS else self.method}]

    def bound(
        self, what: str, value: float | None, goal: float, *, above: bool = False
    ) -> list[Row]:
        """Make a row that is held against a goal if the method is ours."""
        if value is None or self.method not in OURS:
            return self.one(what, value)
        met = value >= goal if above else value <= goal
        return self.one(what, value, f"{'>=' if above else '<='} {goal}", met=met)

    def ends(self, what: str, measure: Measure) -> list[Row]:
        """Make the two rows of a bootstrap interval."""
        rows = np.arange(len(self.got.truth))
        interval = bootstrap(
            lambda drawn: measure(self.got, drawn), self.got.block, rows,
            chance=np.random.default_rng(1), draws=500,
        )  # fmt: skip
        return [
            *self.one(f"{what}, lower end of 95 %", interval.low),
            *self.one(f"{what}, upper end of 95 %", interval.high),
        ]

    def existence(self, where: str, rows: Ints) -> list[Row]:
        """Make the rows of existence on some candidates."""
        ranked = existence_auc(self.got, rows)
        return [
            *self.bound(f"{where}: existence AUC", ranked, AUC_GOAL, above=True),
            *self.bound(f"{where}: existence ECE", existence_ece(self.got, rows), ECE_GOAL),
            *self.one(f"{where}: Brier", existence_brier(self.got, rows)),
        ]  # fmt: skip

    def accusations(self, where: str, rows: Ints, party: int | None = None) -> list[Row]:
        """Make the rows of accusations on some candidates, of one party or of both."""
        accused = _accused(self.got, rows, party)
        # Both mirrors hold each candidate: half of the rows are what there is to learn from.
        wrong, told = (
            int((self.got.accused[accused] != self.got.truth[accused]).sum()),
            len(accused),
        )
        high = share(wrong // 2, told // 2).high if told >= 2 else None
        return [
            *self.one(f"{where}: accusations in both mirrors", float(told)),
            *self.bound(f"{where}: false accusations at 0.95",
                        false_share(self.got, rows, party), FALSE_GOAL),
            *self.one(f"{where}: false accusations, upper end of 95 %", high),
            *self.bound(f"{where}: power at 0.95", power(self.got, rows, party), POWER_GOAL,
                        above=True),
        ]  # fmt: skip

    def blame(self, rows: Ints) -> list[Row]:
        """Make the rows that tell what the wrong accusations were about."""
        accused = _accused(self.got, rows, None)
        truth, land = self.got.truth[accused], self.got.land[accused]
        wrong = truth != self.got.accused[accused]
        own = truth == np.where(land == 0, COVERED, OTHER)
        if not wrong.any():
            return []
        of_wrong = {
            "nothing happened": wrong & (truth == 0),
            "the land's own party did it": wrong & own,
            "the party across the line did it": wrong & ~own & (truth > 0),
        }
        return [
            made
            for what, which in of_wrong.items()
            for made in self.one(f"false accusations where {what}", which.sum() / wrong.sum())
        ]


def rows_of(method: str, got: Pool, apart: float) -> list[Row]:
    """Write one method's rows: overall, by the party accused, by the land."""
    lines = Lines(method, got)
    every = np.arange(len(got.truth))
    scored = method not in OURS or method == "ours"
    out: list[Row] = []
    if scored:
        out += lines.one("largest difference between mirrored answers", apart)
        out += lines.existence("overall", every)
        for what, measure in (
            ("existence AUC", existence_auc), ("existence ECE", existence_ece),
            ("Brier", existence_brier),
        ):  # fmt: skip
            out += lines.ends(f"overall: {what}", measure)
    out += lines.accusations("overall", every)
    out += lines.ends("overall: power at 0.95", power)
    for party, who in PARTIES.items():
        if scored:
            told = calibration_error(_told(got.p[:, party]), got.truth == party).ece
            out += lines.bound(f"{who}: ECE of having done it", told, ECE_GOAL)
        out += lines.accusations(f"{who} accused", every, party)
    out += lines.blame(every)
    out += lines.bound("gap of false accusations between parties", gap(got, every), GAP_GOAL)
    for at, where in enumerate(LANDS):
        rows = np.flatnonzero(got.land == at)
        if scored:
            out += lines.existence(where, rows)
        out += lines.accusations(where, rows)
        real = rows[got.truth[rows] > 0]
        out += lines.one(f"{where}: undetermined share of real incidents",
                         float((got.accused[real] == 0).mean()))  # fmt: skip
    return out


def reasons(worlds: Worlds) -> list[Row]:
    """Write, for each land, how the whole rule ended for real incidents, by reason."""
    land = np.concatenate([lands_of(seed) for seed, _ in worlds])
    reason = np.concatenate([weighed(world).verdicts.reason for world in worlds.values()])
    real = np.concatenate([truth_of(world) for world in worlds.values()]) > 0
    return [
        row(f"reasons: {where}: {code}", round(float((reason[real & (land == at)] == n).mean()), 4),
            "", met=None)
        for at, where in enumerate(LANDS)
        for n, code in enumerate(REASONS)
    ]  # fmt: skip


def main() -> int:
    """Run every method on both mirrors of every seed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    given = asked.parse_args()
    worlds = {
        (seed, sided): make_one_sided(seed, sided=sided) for seed in given.seeds for sided in "AB"
    }
    rows: list[Row] = []
    for name, method in METHODS.items():
        rows += rows_of(name, *pool(worlds, method))
    rows += reasons(worlds)
    held = show(rows)
    if tuple(given.seeds) == SEEDS:
        keep("sources-one-sided", "python benchmarks/bench_one_sided.py", rows)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
