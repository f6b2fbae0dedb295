"""How fast association takes what arrives: batches in a window of 48 hours, and a steady stream.

    python benchmarks/bench_stream.py [--batches 400] [--seconds 600]

The window holds two days of the regime `dense`, 40,000 rows. Rows arrive in batches of 100: in
order; with the delays that satellites have (the heat of an overpass comes 1 to 3 hours later, the
rest within minutes); and anywhere in the window, which is the worst that may happen. Beside it: the
whole window associated again, and DBSCAN of scikit-learn over it. Then rows of the same regime come
at 10,000 a second, in batches of 1,000. Every label must be that of the whole history in one go.
Last, one day of a million rows in one go: the land of `dense`, more incidents, more instruments.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import numpy as np
from sklearn.cluster import DBSCAN

from table import Row, keep, row, show
from truceline.fusion.associate import Associator, associate
from truceline.fusion.model import packaged_model
from truceline.fusion.stream import Stream
from truceline.records.detections import Detections, Integers, canonical
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US
from truceline.sensors.lag import THERMAL
from truceline.simulate import regime
from truceline.simulate.measures.association import association
from truceline.simulate.regime import DENSE, draw_regime

BATCH, WINDOW_ROWS = 100, 40_000
# A little more than the window, so that its oldest rows may still come.
LATENESS_US = 3 * DAY_US
STEADY_BATCH, STEADY_RATE = 1000, 10_000
MODEL = packaged_model()
SEED = 31
# The crowded day: so many times the instruments of `dense`, and rows asked for to get a million.
OFTEN, ASKED = 8, 1_170_000


def main() -> None:
    """Measure three ways of arriving, two peers, and the steady stream."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=600)
    chosen = parser.parse_args()
    seen = canonical(draw_regime(DENSE, WINDOW_ROWS + chosen.batches * BATCH, SEED)[0])
    rng = np.random.default_rng(SEED)
    associate(seen.slice(0, 1000), MODEL)
    soon_us = rng.exponential(2 * MINUTE_US, len(seen))
    late_us = np.where(seen.means == THERMAL, rng.uniform(1, 3, len(seen)) * HOUR_US, soon_us)
    rows = [
        *arriving("in order", seen, seen.at_us, "<= 5"),
        *arriving("satellites 1 to 3 h late", seen, seen.at_us + late_us.astype(np.int64), "<= 5"),
        *arriving("anywhere in the window", seen, scattered(seen, rng), None),
        *peers(seen.slice(0, WINDOW_ROWS)),
        *steady(chosen.seconds),
        *crowded_day(),
    ]
    keep("fusion-stream", "python benchmarks/bench_stream.py", rows)
    show(rows)


def scattered(seen: Detections, rng: np.random.Generator) -> Integers:
    """Let some rows of the first window arrive after it, in any order."""
    arrival = np.arange(len(seen))
    late = rng.choice(WINDOW_ROWS, min(WINDOW_ROWS, len(seen) - WINDOW_ROWS), replace=False)
    arrival[late] = WINDOW_ROWS + rng.permutation(len(late))
    arrival[WINDOW_ROWS:] = np.iinfo(np.int64).max
    return arrival


def arriving(name: str, seen: Detections, arrival: Integers, goal: str | None) -> list[Row]:
    """Fill the window, then take the rest in batches of 100, each timed."""
    order = np.argsort(arrival, kind="stable")
    order = order[arrival[order] < np.iinfo(np.int64).max]
    held = len(order) - (len(order) - WINDOW_ROWS // 2) // BATCH * BATCH
    held = max(held, len(order) - 400 * BATCH)
    stream = Stream(MODEL, lateness_us=LATENESS_US)
    settled = [stream.add(seen.take(np.sort(order[:held]))).settled]
    took_ms = []
    gc.collect()
    gc.disable()
    for first in range(held, len(order), BATCH):
        batch = seen.take(np.sort(order[first : first + BATCH]))
        began = time.perf_counter()
        settled.append(stream.add(batch).settled)
        took_ms.append(1000 * (time.perf_counter() - began))
    gc.enable()
    taken = seen.take(np.sort(order))
    same = np.array_equal(np.concatenate([*settled, stream.labels]), associate(taken, MODEL))
    p99 = float(np.percentile(took_ms, 99))
    return [
        row(f"{name}: median", round(statistics.median(took_ms), 2), "ms", met=None),
        row(f"{name}: p99", round(p99, 2), "ms", goal, met=p99 <= 5 if goal else None),
        row(f"{name}: labels unlike the batch's", int(not same), "", "0", met=same),
    ]


def peers(window: Detections) -> list[Row]:
    """Time what has no stream: everything again."""
    points = np.column_stack([window.east_m / 1e3, window.north_m / 1e3, window.at_us / 7.2e9])
    return [
        row("the whole window again", median_ms(lambda: associate(window, MODEL)), "ms", met=None),
        row(
            "scikit-learn DBSCAN over the whole window",
            median_ms(lambda: DBSCAN(eps=1, min_samples=2).fit(points)),
            "ms",
            met=None,
        ),
    ]


def median_ms(work: Callable[[], object]) -> float:
    """Give the median of five runs."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 1)


def steady(seconds: float) -> list[Row]:
    """Take rows at a steady rate; a batch's delay counts from the moment when it was due."""
    # A world brings as many rows as are asked for on average: two in a hundred more are enough.
    seen = canonical(draw_regime(DENSE, round(1.02 * seconds * STEADY_RATE), SEED + 1)[0])
    stream = Stream(MODEL)
    settled, late_ms, sizes = [], [], []
    began = time.perf_counter()
    for number, first in enumerate(range(0, len(seen), STEADY_BATCH)):
        due = began + (number + 1) * STEADY_BATCH / STEADY_RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        settled.append(stream.add(seen.slice(first, min(first + STEADY_BATCH, len(seen)))).settled)
        late_ms.append(1000 * (time.perf_counter() - due))
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    lasted_s = time.perf_counter() - began
    rate = len(seen) / lasted_s
    same = np.array_equal(np.concatenate([*settled, stream.labels]), associate(seen, MODEL))
    p99 = float(np.percentile(late_ms, 99))
    grown = sizes[-1] - sizes[len(sizes) // 4]
    return [
        row("steady stream: seconds", round(lasted_s), "s", ">= 600", met=lasted_s >= 600),
        row("steady stream: rows a second", round(rate), "", ">= 9900", met=rate >= 9900),
        row("steady stream: p99", round(p99, 1), "ms", "<= 1000", met=p99 <= 1000),
        row("steady stream: labels unlike the batch's", int(not same), "", "0", met=same),
        row("steady stream: memory grown", round(grown), "MiB", "<= 20", met=grown <= 20),
    ]


def crowded_day() -> list[Row]:
    """Associate a day of a million rows, and tell what is known of its incidents."""
    noticed = regime.NOTICED * OFTEN
    noticed[:, THERMAL] = np.minimum(noticed[:, THERMAL], 1)
    with patch.object(regime, "NOTICED", noticed):
        crowded = replace(DENSE, name="crowded", detections_per_day=ASKED)
        seen, truth = draw_regime(crowded, ASKED, SEED + 2)
    model = replace(MODEL, noticed=tuple(tuple(row) for row in noticed.tolist()))
    began = time.perf_counter()
    associator = Associator(model)
    labels = associator.add(seen)
    found = associator.incidents()
    took_s = time.perf_counter() - began
    right = association(truth.incident, labels)
    true = len(truth.incidents)
    return [
        row("a crowded day: rows", len(seen), "", met=None),
        row("a crowded day: true incidents", true, "", ">= 50,000", met=true >= 50_000),
        row("a crowded day: incidents found", len(found), "", met=None),
        row("a crowded day: pairwise F1", round(right.pair_f1 or 0.0, 3), "", met=None),
        row("a crowded day: time", round(took_s, 1), "s", "<= 180", met=took_s <= 180),
    ]


if __name__ == "__main__":
    main()
