"""Fit the parameters of association on exercises that no figure is reported on.

    python benchmarks/fit_association.py [--minutes 10] [--chance 1] > association.toml

A walk by chance: some parameters are changed, and the change is kept if the pairwise F1 of the
three regimes, each in units of its goal, got better on the sum of all fitting seeds. Then what
existence is judged by is fitted to a matching of all true and all found incidents, and what right
metadata show is looked up (`--minutes 0` does these two alone). What it
prints is `src/truceline/fusion/association.toml`; how it got there goes to the other stream.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from truceline.fusion.assess import Found, features
from truceline.fusion.associate import Associator, associate
from truceline.fusion.learn import lateness, spread
from truceline.fusion.model import Model, packaged_model
from truceline.records.detections import Detections
from truceline.records.units import SECOND_US
from truceline.simulate.measures.association import association
from truceline.simulate.measures.gospa import gospa
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
EXISTENCE_ROWS = {"norm": 60_000, "dense": 60_000, "hot": 20_000}
EXISTENCE_WEIGHTS = {"norm": 1.0, "dense": 1.0, "hot": 0.3}
RIDGE = 1e-4
Exercise = tuple[str, Detections, Truth]
HEAD = f"""\
# Parameters of association, fitted by `python benchmarks/fit_association.py` on
# exercises of {", ".join(ROWS)} with the seeds {", ".join(map(str, SEEDS))}.
# No figure is reported on these seeds.
"""


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
    best = replace(best, exists=existence(best))
    spreads, latenesses = usual(best)
    print(HEAD + written(replace(best, usual_spread=spreads, usual_lateness=latenesses)))


def existence(model: Model) -> tuple[float, ...]:
    """Fit the log-odds that a true incident is matched to a found one, within 10 km and 5,000 s."""
    known, matched, weight = [], [], []
    for name, rows in EXISTENCE_ROWS.items():
        for seed in SEEDS:
            detections, truth = draw_regime(REGIMES[name], rows, seed)
            associator = Associator(model)
            associator.add(detections)
            true = truth.incidents
            result = gospa(
                np.column_stack([true.east_m, true.north_m, true.at_us / SECOND_US]),
                in_space_and_time(associator.incidents()),
                c_m=10_000.0,
                metres_per_second=2.0,
            )
            lives, seen = associator.evidence()
            known.append(features(lives, seen))
            real = np.zeros(len(lives))
            real[result.found_of_true[result.found_of_true >= 0]] = 1
            matched.append(real)
            weight.append(np.full(len(lives), EXISTENCE_WEIGHTS[name] / len(lives)))
    return logistic(np.concatenate(known), np.concatenate(matched), np.concatenate(weight))


def in_space_and_time(found: Found) -> NDArray[np.float64]:
    """Give places in metres and times in seconds, shape (n, 3)."""
    return np.column_stack([found.east_m, found.north_m, found.at_us / SECOND_US])


def logistic(
    known: NDArray[np.float64], real: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[float, ...]:
    """Fit a logistic regression with a touch of ridge, rounded to three digits."""

    def loss(slopes: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = known @ slopes
        chance = 1 / (1 + np.exp(-odds))
        cost = weight @ (np.logaddexp(0, odds) - real * odds) + RIDGE * slopes @ slopes
        return cost, known.T @ (weight * (chance - real)) + 2 * RIDGE * slopes

    fitted = minimize(loss, np.zeros(known.shape[1]), jac=True, method="L-BFGS-B").x
    return tuple(float(round(one, 3)) for one in fitted)


def usual(model: Model) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Look up what rows with right metadata show of errors and delays; 0 where nothing."""
    shown: list[list[NDArray[np.float64]]] = [[], []]
    for name in ("norm", "dense"):
        for seed in SEEDS:
            detections, _ = draw_regime(REGIMES[name], 40_000, seed)
            labels = associate(detections, model)
            for part, look in zip(shown, (spread, lateness), strict=True):
                part.append(look(model, detections, labels))
    spreads, latenesses = (
        tuple(float(round(one, 4)) for one in np.nan_to_num(np.mean(part, axis=0)))
        for part in shown
    )
    return spreads, latenesses


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
    lines = []
    for name in (field for field in model.__dataclass_fields__ if field != "lags"):
        value = getattr(model, name)
        if name == "noticed":
            rows = "".join(f"  {[float(f'{one:.4g}') for one in row]},\n" for row in value)
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
