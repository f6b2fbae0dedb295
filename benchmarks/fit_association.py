"""Fit the parameters of association on exercises that no figure is reported on.

    python benchmarks/fit_association.py [--minutes 10] [--chance 1] > association.toml

A walk by chance: some parameters are changed, and the change is kept if the pairwise F1 of the
three regimes, each in units of its goal, got better on the sum of all fitting seeds. What it
prints is `src/truceline/fusion/association.toml`; how it got there goes to the other stream.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import replace

import numpy as np

from truceline.fusion.associate import associate
from truceline.fusion.model import Model, packaged_model
from truceline.records.detections import Detections
from truceline.simulate.measures.association import association
from truceline.simulate.regime import REGIMES, Truth, draw_regime

SEEDS = (101, 102, 103)
ROWS = {"norm": 40_000, "dense": 30_000, "hot": 25_000}
GOALS = {"norm": 0.78, "dense": 0.57, "hot": 0.42}
WEIGHTS = {"norm": 1.0, "dense": 0.5, "hot": 2.0}
# How far each parameter is moved at a time: standard deviation of its logarithm.
STEPS = {
    "attention": 0.2,
    "same_pass": 0.2,
    "seen_burning": 0.15,
    "burns_s": 0.2,
    "look_s": 0.2,
    "same_place": 0.15,
    "background": 0.2,
    "excited": 0.25,
    "prior_count": 0.4,
    "least_share": 0.15,
    "wide_cell_m": 0.15,
    "narrow_cell_m": 0.15,
    "short_hours": 0.25,
    "long_hours": 0.25,
}
Exercise = tuple[str, Detections, Truth]


def main() -> None:
    """Walk for some minutes, and print the best model found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--chance", type=int, default=1)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.chance)
    exercises = [
        (name, *draw_regime(REGIMES[name], rows, seed))
        for name, rows in ROWS.items()
        for seed in SEEDS
    ]
    best = packaged_model()
    score = scores(best, exercises)
    until = time.monotonic() + 60 * chosen.minutes
    while time.monotonic() < until:
        tried = moved(best, rng)
        found = scores(tried, exercises)
        if total(found) > total(score):
            best, score = tried, found
            print({k: round(v, 4) for k, v in score.items()}, file=sys.stderr, flush=True)
    print(written(best))


def scores(model: Model, exercises: list[Exercise]) -> dict[str, float]:
    """Give the mean pairwise F1 of each regime."""
    found: dict[str, list[float]] = {}
    for name, detections, truth in exercises:
        labels = associate(detections, model)
        found.setdefault(name, []).append(association(truth.incident, labels).pair_f1)
    return {name: sum(values) / len(values) for name, values in found.items()}


def total(score: dict[str, float]) -> float:
    """Weigh the regimes against one another."""
    return sum(WEIGHTS[name] * value / GOALS[name] for name, value in score.items())


def moved(model: Model, rng: np.random.Generator) -> Model:
    """Change up to three parameters, or the share that is new of one kind of instrument."""
    changes: dict[str, object] = {}
    for name in rng.choice([*STEPS, "fresh", "fresh"], rng.integers(1, 4), replace=False):
        if name == "fresh":
            fresh = list(model.fresh)
            fresh[rng.integers(len(fresh))] *= math.exp(rng.normal(0, 0.2))
            changes["fresh"] = tuple(fresh)
        else:
            value = getattr(model, str(name)) * math.exp(rng.normal(0, STEPS[str(name)]))
            changes[str(name)] = (
                min(value, 0.95) if name in {"same_place", "least_share"} else value
            )
    return replace(model, **changes)  # type: ignore[arg-type]


def written(model: Model) -> str:
    """Write a model as TOML, four digits each."""
    lines = [
        "# Parameters of association, fitted by `python benchmarks/fit_association.py` on",
        f"# exercises of {', '.join(ROWS)} with the seeds {', '.join(map(str, SEEDS))}.",
        "# No figure is reported on these seeds.",
    ]
    for name in (field for field in model.__dataclass_fields__ if field != "lags"):
        value = getattr(model, name)
        if name == "noticed":
            rows = "".join(f"  {[*row]},\n" for row in value)
            lines.append(f"noticed = [\n{rows}]")
        elif isinstance(value, tuple):
            lines.append(f"{name} = {[float(f'{one:.4g}') for one in value]}")
        elif isinstance(value, int):
            lines.append(f"{name} = {value}")
        else:
            lines.append(f"{name} = {float(f'{value:.4g}')}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
