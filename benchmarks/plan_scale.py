"""What 10^9 observations a day would take: arithmetic from what is measured here, no measurement.

    python benchmarks/plan_scale.py

Processor time of the kernel is measured on `dense` and `hot`; that of the leader, which checks the
pieces, and bytes on disk, on `dense`. All else follows by the assumptions below, which are named in
docs/explanation/scale.md.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from bench_rerun import Here
from table import RESULTS, keep, row, show
from truceline.fusion.associate import Associator
from truceline.fusion.model import packaged_model
from truceline.fusion.segments import HALO_US
from truceline.fusion.tiles import MARGIN_M, Window, reach_of
from truceline.pipeline.pool import pool_of
from truceline.pipeline.rerun import PERIOD_HALOS, Cut, Given, rerun
from truceline.pipeline.rows import ROW
from truceline.records.detections import Detections
from truceline.records.units import DAY_US, day_start_us
from truceline.simulate.regime import DENSE, HOT, Regime, draw_regime

A_DAY = 1_000_000_000
LAND_KM2 = 149_000_000  # of Earth
WORKER_ROWS = 16_000_000
CORES, LINK_GBIT = 1000, 100
SEED, FEW, MANY = 3000, 400_000, 1_600_000
YEAR = 365
DAY_S, HOUR_S = 86_400, 3600


def drawn(regime: Regime, count: int) -> Detections:
    """Draw a history that begins in 2025."""
    seen, _ = draw_regime(regime, count, SEED)
    return replace(seen, at_us=seen.at_us - seen.at_us[0] + day_start_us(date(2025, 1, 1)))


def kernel_us(regime: Regime, count: int) -> float:
    """Measure the processor time that association takes a row, in microseconds."""
    seen = drawn(regime, count)
    Associator(packaged_model()).add(seen.slice(0, 1000))
    began = time.process_time()
    Associator(packaged_model()).add(seen)
    return 1e6 * (time.process_time() - began) / len(seen)


def leader_us() -> float:
    """Measure the processor time that the leader takes a row, what is fixed left out."""
    spent, rows = [], []
    # The first run is for what is loaded and compiled once.
    for count in (FEW, FEW, MANY):
        seen = drawn(DENSE, count)
        with tempfile.TemporaryDirectory() as folder, pool_of(None, 1) as pool:
            began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            given = Given(parts=[seen], model=packaged_model(), mend=True)
            rerun(given, Path(folder), pool, cut=Cut(periods=2, tiles=2), workers=1)
            spent.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - began)
            rows.append(len(seen))
    return 1e6 * (spent[2] - spent[1]) / (rows[2] - rows[1])


def bytes_kept() -> float:
    """Measure the bytes of labels and incidents a row."""
    seen = drawn(DENSE, FEW)
    with tempfile.TemporaryDirectory() as folder:
        rerun(Given(parts=[seen], model=packaged_model(), mend=True), Path(folder), Here())
        return sum(file.stat().st_size for file in Path(folder).glob("*.parquet")) / len(seen)


def worker_bytes() -> float:
    """Give the memory that a piece takes a row: that of one piece of many rows over one of few."""
    kept = json.loads((RESULTS / "rerun.json").read_text(encoding="utf-8"))["rows"]
    taken_mb = {
        rows: next(
            one["value"]
            for one in kept
            if one["what"] == f"dense, {rows:,} rows: one piece, memory"
        )
        for rows in (1_000_000, 10_000_000)
    }
    return float(taken_mb[10_000_000] - taken_mb[1_000_000]) * 2**20 / 9_000_000


def main() -> int:
    """Measure, reckon, print, keep."""
    dense_us, hot_us, lead_us, kept = (
        kernel_us(DENSE, FEW),
        kernel_us(HOT, FEW // 2),
        leader_us(),
        bytes_kept(),
    )
    held_bytes = worker_bytes()
    halo_days = HALO_US / DAY_US
    period_days = PERIOD_HALOS * halo_days
    tiles = math.ceil(A_DAY * (period_days + halo_days) / WORKER_ROWS)
    side_m = math.sqrt(LAND_KM2 / tiles) * 1000
    seen = drawn(HOT, 1000)
    world = Window(0.0, 0.0, 1.0, 1.0)
    largest = [int(seen.sigma_m.max())] * len(packaged_model().lags)
    halo_m = reach_of(packaged_model(), world, largest).gate_m + MARGIN_M
    wide = (1 + 2 * halo_m / side_m) ** 2
    # Memory and work both count what is seen besides.
    read = wide * (period_days + halo_days) / period_days
    year = A_DAY * YEAR
    hours = year * read * hot_us / 1e6 / HOUR_S
    rows = [
        row("measured: kernel, dense", round(dense_us, 2), "us/row", met=None),
        row("measured: kernel, hot", round(hot_us, 2), "us/row", met=None),
        row("measured: leader, dense", round(lead_us, 2), "us/row", met=None),
        row("measured: a row as it is worked on", ROW.itemsize, "bytes", met=None),
        row("measured: memory of a piece", round(held_bytes), "bytes/row", met=None),
        row("measured: labels and incidents", round(kept, 1), "bytes/row", met=None),
        row("plan: crowding on all land, against hot",
            round(A_DAY / LAND_KM2 / (HOT.detections_per_day / HOT.width_km / HOT.height_km), 1),
            "times", met=None),
        row("plan: kernel alone, a day's rows once", round(A_DAY * hot_us / 1e6 / HOUR_S, 1),
            "core hours", met=None),
        row("plan: cores that keep up with the day, kernel alone",
            round(A_DAY * hot_us / 1e6 / DAY_S, 2), "", met=None),
        row("plan: tiles", tiles, "", met=None),
        row("plan: side of a tile", round(side_m / 1000), "km", met=None),
        row("plan: rows that a piece sees", round(WORKER_ROWS * wide / 1e6), "million", met=None),
        row("plan: memory of a worker",
            round(WORKER_ROWS * wide * held_bytes / 1e9), "GB", met=None),
        row("plan: rows seen a row owned", round(read, 2), "times", met=None),
        row("plan: a year again, kernel", round(hours), "core hours", met=None),
        row(f"plan: a year again, kernel on {CORES} cores", round(hours / CORES, 1), "h", met=None),
        row("plan: a year again, one leader",
            round(year * lead_us / 1e6 / HOUR_S), "h", met=None),
        row("plan: rows of a day", round(A_DAY * ROW.itemsize / 1e9), "GB", met=None),
        row("plan: rows of a year", round(year * ROW.itemsize / 1e12, 1), "TB", met=None),
        row("plan: labels and incidents of a year", round(year * kept / 1e12, 1), "TB", met=None),
        row("plan: read by all workers for a year",
            round(year * read * ROW.itemsize / 1e12, 1), "TB", met=None),
        row(f"plan: that over {LINK_GBIT} Gbit/s",
            round(year * read * ROW.itemsize * 8 / (LINK_GBIT * 1e9) / HOUR_S, 2), "h", met=None),
    ]  # fmt: skip
    held = show(rows)
    keep("scale-plan", "python benchmarks/plan_scale.py", rows)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
