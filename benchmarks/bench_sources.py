"""Reliability, independence, calibration: ours and its rivals on every family of contributors.

    python benchmarks/bench_sources.py [--seeds 0 1 2 3 4] [--families base silence ...]

Figures of a simulation (docs/reference/exercise-sources.md), not of the field. Every choice was
made on the seeds 100 to 119; what is kept comes from 0 to 4, which nobody looked at before. A run
on other seeds or families prints and keeps nothing.

Rivals on the same rows: two votes, sensors alone, Dawid and Skene with every source independent,
the same with the copies taken away by an oracle, and, where it can be imported, crowd-kit's
DawidSkene and MACE. The bound is our model with reliability read from the truth, copies known and
every report on the incident it is about; it weighs no details, so we can pass it by these.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from table import Row, keep, row, show
from truceline.fusion import reliability
from truceline.fusion.panel import NO_LOOK, Panel, lay_out
from truceline.fusion.reliability import Belief, Priors, learn
from truceline.fusion.sources import Weighed, weigh_sources
from truceline.simulate.contributors import FAMILIES, SourceWorld, make_world
from truceline.simulate.measures.calibration import brier, calibration_error, log_score
from truceline.simulate.measures.ranking import auc
from truceline.simulate.measures.shares import share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SEEDS = (0, 1, 2, 3, 4)
STANDARD = 0.95
# Plain Dawid and Skene knows of no silence that people share.
PLAIN = Priors(hushed=(1e-9, 1e12))
GOALS = {"base": (0.97, 0.03), "other": (0.93, 0.06)}


@dataclass(frozen=True)
class Answer:
    """One method's answer: P(A), P(B), whom it accuses, and how many it takes for independent."""

    a: Floats
    b: Floats
    accused: Ints
    independent: Floats


Method = Callable[[SourceWorld], Answer]


def at_standard(a: Floats, b: Floats) -> Ints:
    """Accuse wherever the probability reaches the standard."""
    return np.where(a >= STANDARD, 1, np.where(b >= STANDARD, 2, 0))


def panel_of(world: SourceWorld, copied: NDArray[np.bool_] | None = None) -> Panel:
    """Lay a world out, with the copies taken away if they are known."""
    count = world.truth.num_rows
    return lay_out(count, world.sources, world.sensors, world.looks, world.reports, copied)


def from_belief(belief: Belief, panel: Panel) -> Answer:
    """Turn a belief into an answer that accuses at the standard."""
    spoke = (panel.said > 0).sum(axis=1).astype(np.float64)
    return Answer(belief.a, belief.b, at_standard(belief.a, belief.b), spoke)


def vote(world: SourceWorld) -> Answer:
    """Believe what two sources say, and the party that most of them name."""
    said = panel_of(world).said
    exists = ((said > 0).sum(axis=1) >= 2).astype(np.float64)
    for_a, for_b = (said == 1).sum(axis=1), (said == 2).sum(axis=1)
    share = (for_a + 1) / (for_a + for_b + 2)
    a, b = exists * share, exists * (1 - share)
    return Answer(a, b, at_standard(a, b), (said > 0).sum(axis=1).astype(np.float64))


def sensors_only(world: SourceWorld) -> Answer:
    """Listen to instruments alone."""
    panel = panel_of(world)
    deaf = np.where(panel.kind != 0, NO_LOOK, panel.said)
    only = Panel(panel.sources, panel.kind, deaf, panel.condition, panel.stated)
    return from_belief(learn(only, PLAIN)[1], only)


def independent(world: SourceWorld) -> Answer:
    """Dawid and Skene, every source independent."""
    panel = panel_of(world)
    return from_belief(learn(panel, PLAIN)[1], panel)


def known_copies(world: SourceWorld) -> NDArray[np.bool_]:
    """Read from the truth which reports are copies."""
    return np.array(world.origins["origin"].to_pylist()) == "copy"


def oracle(world: SourceWorld) -> Answer:
    """Dawid and Skene, copies taken away by an oracle."""
    panel = panel_of(world, known_copies(world))
    return from_belief(learn(panel, PLAIN)[1], panel)


def bound(world: SourceWorld) -> Answer:
    """Our model with everything but the verdict read from the truth."""
    incident = world.origins["incident"].to_numpy()
    home = np.where(incident >= 0, incident, world.reports["candidate"].to_numpy())
    column = world.reports.schema.get_field_index("candidate")
    reports = world.reports.set_column(column, "candidate", pa.array(home))
    count = world.truth.num_rows
    panel = lay_out(count, world.sources, world.sensors, world.looks, reports, known_copies(world))
    truth, counts, priors = truth_of(world), np.ones(panel.said.shape), Priors()
    what = reliability._start(panel, priors)
    for _ in range(30):
        belief = reliability.believe(panel, what, counts)
        a, b = np.maximum(belief.a, 1e-300), np.maximum(belief.b, 1e-300)
        is_a, is_b = (truth == 1).astype(float), (truth == 2).astype(float)
        known = Belief(
            (truth == 0).astype(float),
            is_a * belief.a_open / a,
            is_a * belief.a_hushed / a,
            is_b * belief.b_open / b,
            is_b * belief.b_hushed / b,
        )
        what = reliability._refit(panel, priors, what, known, counts)
    return from_belief(reliability.believe(panel, what, counts), panel)


@lru_cache(maxsize=16)
def weighed(world: SourceWorld) -> Weighed:
    """Weigh sources as Truceline does."""
    return weigh_sources(world.candidates, world.sources, world.sensors, world.looks, world.reports)


def ours(world: SourceWorld) -> Answer:
    """Accuse where the probability reaches the standard and its lower bound 0.85."""
    _, a, b = weighed(world).ledger.chances()
    return Answer(a, b, weighed(world).verdicts.at_standard, weighed(world).independent)


def ours_alone(world: SourceWorld) -> Answer:
    """Weigh sources as Truceline does, and accuse by the probability alone."""
    _, a, b = weighed(world).ledger.chances()
    return Answer(a, b, at_standard(a, b), weighed(world).independent)


def rule(world: SourceWorld) -> Answer:
    """Weigh sources as Truceline does, and accuse only by the whole rule."""
    _, a, b = weighed(world).ledger.chances()
    return Answer(a, b, weighed(world).verdicts.party, weighed(world).independent)


def crowd_kit() -> dict[str, Method]:
    """Give crowd-kit's methods if it is here; say so loudly if not."""
    try:
        import pandas as pd  # noqa: PLC0415 - only where it is
        from crowdkit.aggregation import MACE, DawidSkene  # noqa: PLC0415 - only where it is
    except ImportError as error:
        print(f"SKIPPED: crowd-kit's DawidSkene and MACE: {error}", file=sys.stderr)
        return {}

    def aggregate(world: SourceWorld, model: object) -> Answer:
        panel = panel_of(world)
        task, worker = np.nonzero(panel.said != NO_LOOK)
        # crowd-kit has no unnamed party: what names nobody is a label of its own.
        label = panel.said[task, worker]
        frame = pd.DataFrame({"task": task, "worker": worker, "label": label})
        proba = model.fit_predict_proba(frame)  # type: ignore[attr-defined]
        proba = proba.reindex(range(len(panel.said)), fill_value=0.0).fillna(0.0)
        a, b, unnamed = (
            proba[one].to_numpy() if one in proba else np.zeros(len(proba)) for one in (1, 2, 3)
        )
        a, b = a + unnamed / 2, b + unnamed / 2
        return Answer(a, b, at_standard(a, b), (panel.said > 0).sum(axis=1).astype(float))

    return {
        "crowd-kit DawidSkene": lambda world: aggregate(world, DawidSkene(n_iter=50)),
        "crowd-kit MACE": lambda world: aggregate(world, MACE(n_iter=20, n_restarts=3)),
    }


OURS: dict[str, Method] = {
    "ours": ours,
    "ours, without the lower bound": ours_alone,
    "ours, whole rule": rule,
}
METHODS: dict[str, Method] = {
    "two votes": vote,
    "sensors alone": sensors_only,
    "Dawid-Skene, all independent": independent,
    "Dawid-Skene, copies by oracle": oracle,
    "bound, all but the verdict known": bound,
} | OURS


# ------------------------------------------------------------------------------ measures
def truth_of(world: SourceWorld) -> Ints:
    """Give each candidate's truth: 0 nothing, 1 A, 2 B."""
    codes = {"none": 0, "A": 1, "B": 2}
    return np.array([codes[one] for one in world.truth["truth"].to_pylist()], np.int64)


def real_independent(world: SourceWorld) -> Floats:
    """Count the reports of each candidate that are nobody's copy."""
    mine = world.reports["candidate"].to_numpy()[~known_copies(world)]
    return np.bincount(mine, minlength=world.truth.num_rows).astype(np.float64)


def measure(world: SourceWorld, answer: Answer) -> dict[str, float]:
    """Hold one answer against the truth."""
    truth, there = truth_of(world), truth_of(world) > 0
    p = np.clip(answer.a + answer.b, 1e-6, 1 - 1e-6)
    out = {
        "auc": auc(p, there) or 0.0,
        "ece": calibration_error(p, there).ece,
        "brier": brier(p, there).score,
        "log": log_score(p, there),
        "sources": float(np.abs(answer.independent - real_independent(world)).mean()),
    }
    for party, name in ((1, "A"), (2, "B")):
        accused = answer.accused == party
        out[f"accused {name}"] = float(accused.sum())
        out[f"right {name}"] = float((accused & (truth == party)).sum())
        out[f"real {name}"] = float((truth == party).sum())
    return out


def summed(found: list[dict[str, float]]) -> dict[str, float]:
    """Average the scores over the seeds; pool the accusations, with a 95 % upper bound."""
    out = {key: float(np.mean([one[key] for one in found])) for key in found[0]}
    total = {key: sum(one[key] for one in found) for key in found[0]}
    for name, parties in (("", "AB"), (" A", "A"), (" B", "B")):
        accused = sum(total[f"accused {party}"] for party in parties)
        right = sum(total[f"right {party}"] for party in parties)
        out[f"false{name}"] = (accused - right) / accused if accused else 0.0
        out[f"power{name}"] = right / sum(total[f"real {party}"] for party in parties)
        out[f"accusations{name}"] = accused
        wrong = int(accused - right)
        out[f"low{name}"], out[f"high{name}"] = (
            (share(wrong, int(accused)).low, share(wrong, int(accused)).high)
            if accused
            else (0.0, 1.0)
        )
    return out


# -------------------------------------------------------------------------------- tables
def rows_of(family: str, method: str, got: dict[str, float]) -> list[Row]:
    """Write one method's rows in one family; goals bind what Truceline publishes."""
    auc_goal, ece_goal = GOALS["base" if family == "base" else "other"]
    mine, judged = method == "ours", method.startswith("ours")
    head = f"{family}: {method}: "

    def line(what: str, value: float, goal: str | None = None, *, met: bool | None = None) -> Row:
        return row(head + what, round(value, 4), "", goal, met=met) | {
            "who": "truceline" if judged else method
        }

    lines = [
        line("false accusations at 0.95", got["false"], "<= 0.01" if judged else None,
             met=got["false"] <= 0.01 if judged else None),
        line("power at 0.95", got["power"], ">= 0.50" if judged else None,
             met=got["power"] >= 0.5 if judged else None),
        line("accusations", got["accusations"]),
        line("false accusations, lower end of 95 %", got["low"]),
        line("false accusations, upper end of 95 %", got["high"]),
        line("false accusations of A", got["false A"]),
        line("false accusations of B", got["false B"]),
        line("power for A", got["power A"]),
        line("power for B", got["power B"]),
    ]  # fmt: skip
    if judged and not mine:
        return lines
    return [
        line("existence AUC", got["auc"], f">= {auc_goal}" if mine else None,
             met=got["auc"] >= auc_goal if mine else None),
        line("existence ECE", got["ece"], f"<= {ece_goal}" if mine else None,
             met=got["ece"] <= ece_goal if mine else None),
        line("Brier", got["brier"]),
        line("log score", got["log"]),
        line("mean error of the number of independent sources", got["sources"]),
        *lines,
    ]  # fmt: skip


def main() -> int:
    """Run every method on every family and seed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    asked.add_argument("--families", nargs="+", default=list(FAMILIES), choices=list(FAMILIES))
    asked.add_argument("--rivals", action=argparse.BooleanOptionalAction, default=True)
    given = asked.parse_args()
    methods = METHODS | crowd_kit() if given.rivals else OURS
    rows: list[Row] = []
    spent = 0.0
    for family in given.families:
        worlds = [make_world(FAMILIES[family], seed) for seed in given.seeds]
        for name, method in methods.items():
            began = time.process_time()
            found = [measure(world, method(world)) for world in worlds]
            if name == "ours":
                spent += time.process_time() - began
            rows += rows_of(family, name, summed(found))
    per_world = spent / (len(given.families) * len(given.seeds))
    rows.append(row("time to weigh 3,000 candidates", round(per_world, 2), "s CPU", met=None))
    held = show(rows)
    if tuple(given.seeds) == SEEDS and given.families == list(FAMILIES) and given.rivals:
        keep("sources", "python benchmarks/bench_sources.py", rows)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
