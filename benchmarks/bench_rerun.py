"""Association again, out of core: time on one and two processes, memory, and the same digest.

    python benchmarks/bench_rerun.py [--histories norm:1000000 dense:1000000 dense:10000000]

Each run is a process of its own, which starts its workers; CPU seconds and the largest memory are
those of that process and of its workers. "one piece" is the same history in one piece that sees
everything, which is one machine; its answer must have the same digest. A run on other
histories prints and keeps nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from table import Row, keep, row, show
from truceline.pipeline.pool import pool_of
from truceline.pipeline.rerun import Cut, given_columns, rerun
from truceline.records.detections import Detections
from truceline.records.units import day_start_us
from truceline.simulate.regime import REGIMES, draw_regime

HISTORIES = ("norm:1000000", "dense:1000000", "dense:10000000")
SINCE, UNTIL = date(1990, 1, 1), date(2089, 12, 31)
# Stretches with seeds of their own follow one another, so that drawing takes little memory.
STRETCH, FIRST_SEED = 500_000, 2000
# The same history, cut otherwise; the longest is spared that.
OTHERWISE, LONG = Cut(periods=7, tiles=3), 2_000_000
# Memory may grow by this much where rows are ten times as many.
FLAT = 1.5


def write(regime: str, rows: int, path: Path) -> None:
    """Write a history of stretches."""
    begins_us = day_start_us(SINCE)
    writer = None
    for seed in range(FIRST_SEED, FIRST_SEED + rows // STRETCH):
        seen, _ = draw_regime(REGIMES[regime], STRETCH, seed)
        seen = replace(seen, at_us=seen.at_us - seen.at_us[0] + begins_us)
        begins_us = int(seen.at_us[-1]) + 1
        table = pa.table({one.name: getattr(seen, one.name) for one in fields(Detections)})
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


class Here:
    """A pool of one: this process."""

    def submit(self, piece: object, /, *given: object) -> Future[None]:
        """Work at once."""
        future: Future[None] = Future()
        future.set_result(piece(*given))  # type: ignore[operator]
        return future


def run_one(source: Path, out: Path, workers: int, cut: Cut | None) -> None:
    """Do one run and print what it cost."""
    began = time.perf_counter()
    given = given_columns(source, SINCE, UNTIL)
    if workers:
        with pool_of(None, workers) as pool:
            done = rerun(given, out, pool, cut=cut, workers=workers)
    else:
        done = rerun(given, out, Here(), cut=cut)
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "rows": done.rows,
                "incidents": done.incidents,
                "pieces": done.pieces,
                "again": done.again,
                "digest": done.digest,
                "wall_s": time.perf_counter() - began,
                "cpu_s": sum(one.ru_utime + one.ru_stime for one in usages),
                # Of the process that leads, and of the largest worker.
                "leader_mb": usages[0].ru_maxrss / 1024,
                "worker_mb": usages[1].ru_maxrss / 1024,
            }
        )
    )


def cost(source: Path, folder: Path, workers: int, cut: Cut | None = None) -> dict[str, float]:
    """Do one run in a process of its own."""
    periods, tiles = (cut.periods, cut.tiles) if cut else (0, 0)
    words = [str(source), str(folder), str(workers), str(periods), str(tiles)]
    done = subprocess.run(
        [sys.executable, __file__, "--one", *words], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def rows_of(regime: str, rows: int, folder: Path) -> tuple[list[Row], float]:
    """Measure one history; give its rows of the table, and the memory it took."""
    source = folder / f"{regime}-{rows}.parquet"
    write(regime, rows, source)
    whole = cost(source, folder / "whole", 0, Cut(periods=1, tiles=1))
    one, two = (cost(source, folder / f"out-{workers}", workers) for workers in (1, 2))
    runs = {"one piece": whole, "1 process": one, "2 processes": two}
    if rows < LONG:
        runs["7 x 3 pieces"] = cost(source, folder / "other", 2, OTHERWISE)
    source.unlink()
    name = f"{regime}, {rows:,} rows"
    same = len({run["digest"] for run in runs.values()})
    memory = max(two["leader_mb"], two["worker_mb"])
    goal = f"of {len(runs)} runs"
    table = [
        row(f"{name}: different digests", same, goal, "= 1", met=same == 1),
        row(f"{name}: incidents", int(two["incidents"]), "", met=None),
    ]
    for what, done in runs.items():
        table += [
            row(f"{name}: {what}, wall", round(done["wall_s"], 1), "s", met=None),
            row(f"{name}: {what}, CPU", round(done["cpu_s"], 1), "s", met=None),
            row(
                f"{name}: {what}, done again", int(done["again"]), f"of {done['pieces']}", met=None
            ),
        ]
    return [
        *table,
        row(f"{name}: one piece, memory", round(whole["leader_mb"]), "MB", met=None),
        row(f"{name}: 2 processes, memory of the larger", round(memory), "MB", met=None),
    ], memory


def main() -> int:
    """Measure, print, keep; 1 if a goal was missed."""
    if sys.argv[1:2] == ["--one"]:
        source, out, workers, periods, tiles = sys.argv[2:]
        cut = Cut(periods=int(periods), tiles=int(tiles)) if int(periods) else None
        run_one(Path(source), Path(out), int(workers), cut)
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", nargs="+", default=HISTORIES, metavar="REGIME:ROWS")
    asked = parser.parse_args()
    table: list[Row] = []
    memory: dict[str, dict[int, float]] = {}
    for history in asked.histories:
        regime, _, count = history.partition(":")
        with tempfile.TemporaryDirectory() as folder:
            measured, largest = rows_of(regime, int(count), Path(folder))
        memory.setdefault(regime, {})[int(count)] = largest
        table += measured
        show(measured)
    for regime, taken in memory.items():
        least, most = min(taken), max(taken)
        if most > least:
            grown = taken[most] / taken[least]
            what = f"{regime}: memory at {most:,} rows over that at {least:,}"
            table.append(row(what, round(grown, 2), "times", f"<= {FLAT}", met=grown <= FLAT))
            show(table[-1:])
    if tuple(asked.histories) == HISTORIES:
        keep("rerun", "python benchmarks/bench_rerun.py", table)
    return 0 if all(one["met"] is not False for one in table) else 1


if __name__ == "__main__":
    sys.exit(main())
