"""Fit the parameters by which missions associate, on exercises that no figure is reported on.

    python benchmarks/fit_missions.py [--steps 2000] [--chance 1] > mission.toml

A walk by chance: some parameters are changed, and the change is kept if the mean pairwise F1 of the
exercises got better. Pairs of rows that came of one true incident should be together; pairs of rows
of two incidents, or of an incident and of clutter, should not; pairs of clutter count for nothing.
What decides when two reports are one happening is held fast: left free, the walk parts any two, for
in the exercise the same town and day is mostly two happenings. But papers copy one another, and a
copy must not count as a second incident.
What it prints is `src/truceline/fusion/mission.toml`; how it got there goes to the other stream.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fit_association import written
from truceline.feeds import FEEDS
from truceline.feeds.gather import gather, rows_of
from truceline.fusion.associate import associate
from truceline.fusion.fuse import laid_out
from truceline.fusion.model import Model
from truceline.pipeline.derive import centre_of, read_areas, region_of
from truceline.pipeline.run import read_folder
from truceline.records.detections import Detections
from truceline.records.observation import Observation
from truceline.records.units import day_start_us
from truceline.sensors.lag import MISSION_LAGS, THERMAL
from truceline.simulate.exercise import make_exercise

SEEDS = (101, 102, 103)
DAYS = 14
START = date(2025, 4, 10)
# How far each parameter is moved at a time: standard deviation of its logarithm.
STEPS = {
    "same_pass": 0.3,
    "seen_burning": 0.3,
    "burns_s": 0.3,
    "background": 0.3,
    "excited": 0.4,
    "prior_count": 0.5,
    "least_share": 0.2,
    "long_hours": 0.3,
    "wide_cell_m": 0.2,
    "narrow_cell_m": 0.2,
}
# The grids of counts wrap around beyond 256 cells: the region is about 1,650 km wide.
LEAST_CELL_M = 6_500.0
BEGIN = Model(
    lags=MISSION_LAGS,
    kind_share=(0.5, 0.5),
    noticed=((0.5, 0.3, 0.106, 0.3, 0.1, 0.3, 0.1), (0.02, 0.02, 1.0, 0.05, 0.01, 0.1, 0.005)),
    kind_right=(0.8,) * 7,
    fresh=(0.06, 0.02, 0.4, 0.05, 0.1, 0.05, 0.1),
    attention=2.4,
    same_pass=1.0,
    seen_burning=0.5,
    burns_s=10_800.0,
    look_s=9_047.0,
    same_place=0.7,
    background=0.35,
    excited=1.0,
    prior_count=0.05,
    least_share=0.13,
    again_ratio=0.05,
    twice_s=120.0,
    wide_cell_m=8_000.0,
    wide_hours=24,
    narrow_cell_m=8_000.0,
    short_hours=1.2,
    long_hours=12.0,
    first_late=0.7,
    exists=(0.0,) * 17,
    sigma_scale=(1.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0),
    usual_spread=(1.0,) * 7,
    usual_lateness=(0.0,) * 7,
)
HEAD = f"""\
# How missions associate: fitted by `python benchmarks/fit_missions.py` on exercises of {DAYS} days
# with the seeds {", ".join(map(str, SEEDS))}; no figure is reported on these seeds.
# Kinds: a munition's effect, and another fire. Rows of the table of lags: acoustic, seismic,
# satellite, observer, report of an hour, drone, report of a day. Exercises send satellites and
# reports of a day alone; what stands for the other instruments, and between two reports, was
# elicited. `exists` and `usual_*` are not used: the ledger says how sure an incident is.
"""
Integers = NDArray[np.int64]


def main() -> None:
    """Walk, and print the best model found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2_000)
    parser.add_argument("--chance", type=int, default=1)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.chance)
    exercises = [exercise(seed) for seed in SEEDS]
    best, score = BEGIN, scored(BEGIN, exercises)
    for step in range(chosen.steps):
        tried = moved(best, rng)
        found = scored(tried, exercises)
        if found > score:
            best, score = tried, found
            print(step, round(score, 4), file=sys.stderr, flush=True)
    print(HEAD + written(best))


def exercise(seed: int) -> tuple[Detections, Integers]:
    """Give the columns of an exercise and the true incident of each row, -1 for clutter."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "exercise"
        oblasts = files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()
        make_exercise(seed, DAYS, START, folder, oblasts)
        reads = gather(read_folder(folder), FEEDS, threads=1, progress=lambda *_: None)
        with (folder / "truth" / "observations.csv").open(encoding="utf-8", newline="") as file:
            caused = {
                f"o:{row['sha256']}:{row['line']}": row["incident"] for row in csv.DictReader(file)
            }
    first_us, last_us = day_start_us(START), day_start_us(START + timedelta(days=DAYS))
    heard = [
        seen
        for seen in rows_of(reads, Observation)
        if first_us <= (seen.began_us + seen.ended_us) // 2 < last_us
    ]
    seen, columns = laid_out(heard, centre_of(region_of(read_areas())))
    incidents = [caused.get(one.id, "") for one in seen]
    number = {name: at for at, name in enumerate(sorted(set(incidents) - {""}))}
    return columns, np.array([number.get(name, -1) for name in incidents], np.int64)


def scored(model: Model, exercises: list[tuple[Detections, Integers]]) -> float:
    """Give the mean pairwise F1."""
    return float(np.mean([pair_f1(associate(rows, model), true) for rows, true in exercises]))


def pair_f1(labels: Integers, true: Integers) -> float:
    """Give the F1 of pairs: together, and of one true incident; pairs of clutter left out."""
    real = true >= 0
    right = pairs(np.column_stack([labels[real], true[real]]))
    together = pairs(labels[:, None]) - pairs(labels[~real, None])
    return 2 * right / (together + pairs(true[real, None]))


def pairs(keys: Integers) -> float:
    """Count the pairs of rows that are alike."""
    _, sizes = np.unique(keys, axis=0, return_counts=True)
    return float((sizes * (sizes - 1) // 2).sum())


def moved(model: Model, rng: np.random.Generator) -> Model:
    """Change up to three parameters."""
    changes: dict[str, object] = {}
    names = [*STEPS, "fresh", "sigma_scale"]
    for name in map(str, rng.choice(names, rng.integers(1, 4), replace=False)):
        if name in {"fresh", "sigma_scale"}:
            # Of the satellites' rows alone: those of the reports are held.
            values = list(getattr(model, name))
            values[THERMAL] *= math.exp(rng.normal(0, 0.2))
            changes[name] = tuple(values)
        else:
            value = getattr(model, name) * math.exp(rng.normal(0, STEPS[name]))
            if name == "least_share":
                value = min(value, 0.95)
            elif name.endswith("_cell_m"):
                value = max(value, LEAST_CELL_M)
            elif name == "long_hours":
                value = min(value, 24.0)
            changes[name] = value
    return replace(model, **changes)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
