"""What teaching association a new kind of instrument is worth, on exercises with known truth.

    python benchmarks/bench_new_sensor.py

An infrasound array is added to weeks of the regime norm; figures are of a simulation. The same rows
are fused four ways: without the array, with its rows told as those of a microphone, taught with
what is true of it, and taught with neither how often it notices nor how often it errs. Nothing was
chosen on these seeds.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from table import Row, keep, row, show
from truceline.fusion.associate import Associator
from truceline.fusion.learn import SAMPLE, learn
from truceline.fusion.model import Model, packaged_model
from truceline.fusion.teach import KINDS, NewSensor, teach
from truceline.records.detections import Detections
from truceline.records.units import PPM, SECOND_US
from truceline.sensors.lag import ACOUSTIC, LAGS, Lag
from truceline.simulate.another import Another, draw_another
from truceline.simulate.measures.association import association
from truceline.simulate.measures.detection import detection
from truceline.simulate.regime import NORM, Truth, draw_regime

SEEDS = (21, 22, 23)
ROWS = 20_000
NEW = len(LAGS)
# Far away, so that it dates and places badly; strong events reach it, small arms hardly do.
ARRAY = Another(
    lag=Lag(name="infrasound", jitter_s=60.0),
    noticed=(0.3, 0.5, 0.8, 0.3, 0.02),
    false_share=0.3,
    error_m=(2000.0, 6000.0),
)


def ways(both: Detections) -> dict[str, tuple[Model, Detections]]:
    """Give each way to fuse them: its model, and the rows as they are told to it."""
    packaged = packaged_model()
    counts = {
        name: int((both.means == means).sum())
        for means, name in enumerate([*(lag.name for lag in LAGS), ARRAY.lag.name])
    }
    stated = NewSensor(
        lag=ARRAY.lag,
        like="acoustic",
        noticed=dict(zip(KINDS, ARRAY.noticed, strict=True)),
        false_share=ARRAY.false_share,
    )
    wrong = np.where(both.means == NEW, ACOUSTIC, both.means).astype(np.int8)
    return {
        "without it": (packaged, both.take(np.flatnonzero(both.means != NEW))),
        "its rows told as acoustic": (packaged, replace(both, means=wrong)),
        "taught": (teach(packaged, stated), both),
        "taught, rates not stated": (
            teach(packaged, NewSensor(lag=ARRAY.lag, like="acoustic"), counts),
            both,
        ),
    }


def figures(model: Model, told: Detections, truth: Truth, old: np.ndarray) -> dict[str, float]:
    """Fuse, and compare with the truth."""
    model = learn(model, told.slice(0, min(SAMPLE, len(told))))
    associator = Associator(model)
    labels = associator.add(told)
    found = associator.incidents()
    listed = found.probability_ppm >= PPM // 2
    true = truth.incidents
    matched = detection(
        np.column_stack([true.east_m, true.north_m, true.at_us / SECOND_US]),
        np.column_stack([found.east_m, found.north_m, found.at_us / SECOND_US])[listed],
        within_m=5_000.0,
        within_s=3_600.0,
    )
    return {
        "pairwise F1 of the six kinds' rows": association(truth.incident[old], labels[old]).pair_f1
        or 0.0,
        "pairwise F1 of all rows": association(truth.incident, labels).pair_f1 or 0.0,
        "precision of what is listed": matched.precision or 0.0,
        "recall of what is listed": matched.recall or 0.0,
    }


def main() -> int:
    """Measure every way on every seed."""
    found: dict[tuple[str, str], list[float]] = {}
    for seed in SEEDS:
        seen, truth = draw_regime(NORM, ROWS, seed)
        both, whole = draw_another(seen, truth, ARRAY, NEW, seed)
        old = both.means != NEW
        for way, (model, told) in ways(both).items():
            here = old if len(told) == len(both) else np.ones(len(told), bool)
            its = (
                whole
                if len(told) == len(both)
                else Truth(incidents=whole.incidents, incident=whole.incident[old])
            )
            for what, value in figures(model, told, its, here).items():
                found.setdefault((what, way), []).append(value)
    rows: list[Row] = []
    for (what, way), values in sorted(found.items(), key=lambda item: item[0][0]):
        mean = round(float(np.mean(values)), 3)
        reach = f"({min(values):.3f} to {max(values):.3f})"
        rows.append(row(f"{what}, {way}", mean, reach, met=None))
    ok = show(rows)
    keep("new-sensor", "python benchmarks/bench_new_sensor.py", rows)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
