"""Association of raw station arrivals beside PyOcto: the figures of docs/reference/arrivals.md.

    python benchmarks/bench_arrivals.py [--seeds 5]

One invented world (src/truceline/simulate/arrivals.py), both on one core. PyOcto is tuned on seed
101 by a grid for each rate of events; its environment, .venv-pyocto, is made on the first run and
needs the package index for that. Where it cannot be made, exit code 3. Prints its table and writes
benchmarks/results/arrivals.json.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import numpy as np
from numpy.typing import NDArray

from table import Row, keep, row, show
from truceline.fusion.arrivals import (
    REGION_90,
    Arrivals,
    associate_arrivals,
)
from truceline.simulate.arrivals import Heard, Network, hear, overlap

PEER = HERE.parent / ".venv-pyocto"
NEEDS = HERE / "requirements-pyocto.txt"
CANNOT = 3
TUNING_SEED, TUNING_PICKS = 101, 1000
# Picks that an event brings on average, with its share of the noise: only sizes the worlds.
PICKS_AN_EVENT = 27.0
NODES_KM, COARSE_KM = (4.0, 2.0, 1.0, 0.5), 4.0
TIMES_S = ((0.5, 1.0), (1.0, 1.0), (1.0, 1.5), (2.0, 2.0))
LEAST_PICKS = (6, 8, 12)
SIZES = {30: (2000, 20_000, 90_000), 300: (2000, 20_000, 90_000)}
PEER_SIZES = {30: (2000, 20_000, 90_000), 300: (2000, 10_000)}
GOAL_F1, GOAL_RATE = {30: 0.97, 300: 0.75}, 10_000
# Twice the errors and late picks, half of all picks noise, a slow ground, strong and gusty wind.
STRANGE = Network(
    error_s=(0.04, 0.1), late_share=0.3, late_s=2.0, noise_share=0.5, ground_m_s=4500.0,
    wind_m_s=8.0, gust_m_s=3.0,
)  # fmt: skip
Setting = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one association of one world came to."""

    f1: float
    picks: int
    wall_s: float
    cpu_s: float
    error_m: float = float("nan")
    far_m: float = float("nan")
    inside: float = float("nan")


def world_of(seed: int, rate: int, picks: int, network: Network | None = None) -> Heard:
    """Draw a world of about so many picks."""
    return hear(seed, events_an_hour=rate, hours=picks / PICKS_AN_EVENT / rate, network=network)


def judged(
    world: Heard,
    found: NDArray[np.int64],
    place: NDArray[np.float64],
    region: NDArray[np.float64] | None,
    wall_s: float,
    cpu_s: float,
) -> Run:
    """Hold an answer against the truth."""
    score = overlap(world.event, found)
    true, mine = score.pairs.T
    away = place[mine] - np.stack([world.event_east_m[true], world.event_north_m[true]], axis=1)
    inside = float("nan")
    if region is not None and len(mine):
        ee, en, nn = region[mine].T
        east, north = away.T
        distance = (nn * east**2 - 2 * en * east * north + ee * north**2) / (ee * nn - en**2)
        inside = float((distance <= REGION_90).mean())
    metres = np.hypot(*away.T) if len(mine) else np.full(1, np.nan)
    return Run(
        f1=score.f1, picks=len(found), wall_s=wall_s, cpu_s=cpu_s, inside=inside,
        error_m=float(np.median(metres)), far_m=float(np.quantile(metres, 0.9)),
    )  # fmt: skip


def ours(world: Heard, *, told: bool = True) -> Run:
    """Associate a world here; without the kinds of waves if they are not told."""
    arrivals = Arrivals(
        station=world.station,
        at_us=world.at_us,
        wave=world.wave if told else np.full_like(world.wave, -1),
        arrived=np.ones(len(world.at_us), bool),
    )
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    answer = associate_arrivals(world.stations_m, arrivals)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    place = np.stack([answer.east_m, answer.north_m], axis=1)
    return judged(world, answer.event, place, answer.region_m2, wall_s, cpu_s)


def environment() -> bool:
    """Make PyOcto's environment if there is none; tell whether there is one."""
    if not (PEER / "bin" / "pip").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
    pip = [str(PEER / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--requirement", str(NEEDS)], check=False)
    return done.returncode == 0


def theirs(worlds: list[Heard], settings: list[Setting]) -> list[Run]:
    """Let PyOcto associate each world with its setting."""
    with tempfile.TemporaryDirectory() as folder:
        asked = []
        for number, (world, setting) in enumerate(zip(worlds, settings, strict=True)):
            path = f"{folder}/{number}.npz"
            np.savez(path, **{field.name: getattr(world, field.name) for field in fields(world)})
            asked.append({"world": path, "setting": setting})
        question, answer = Path(folder) / "asked.json", Path(folder) / "answers.json"
        question.write_text(json.dumps(asked), encoding="utf-8")
        command = [PEER / "bin" / "python", HERE / "peer_pyocto.py", question, answer]
        clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        subprocess.run([str(part) for part in command], check=True, env=clean)
        answers = json.loads(answer.read_text(encoding="utf-8"))
    return [
        judged(
            world, np.array(one["found"]), np.array(one["place"]).reshape(-1, 2), None,
            one["wall_s"], one["cpu_s"],
        )
        for world, one in zip(worlds, answers, strict=True)
    ]  # fmt: skip


def tuned(rate: int) -> tuple[Setting, Setting]:
    """Give PyOcto's best setting, and its best with coarse nodes; of equals the fastest."""
    grid = [
        {"node": node, "tolerance": tolerance, "match": match, "picks": picks}
        for node, (tolerance, match), picks in itertools.product(NODES_KM, TIMES_S, LEAST_PICKS)
    ]
    world = world_of(TUNING_SEED, rate, TUNING_PICKS)
    runs = theirs([world] * len(grid), grid)
    order = sorted(range(len(grid)), key=lambda at: (-runs[at].f1, runs[at].cpu_s))
    coarse = next(at for at in order if grid[at]["node"] >= COARSE_KM)
    return grid[order[0]], grid[coarse]


def rows_of(
    what: str, who: str, runs: list[Run], f1_goal: float | None = None, *, goals: bool = False
) -> list[Row]:
    """Write the medians of some runs."""
    f1, rate = median(run.f1 for run in runs), median(run.picks / run.cpu_s for run in runs)
    wall = median(run.picks / run.wall_s for run in runs)
    many = f"{what}, {median(run.picks for run in runs):,.0f} picks"
    table = [
        row(f"{many}: event F1", round(f1, 3), "", f1_goal and f">= {f1_goal}",
            met=None if f1_goal is None else f1 >= f1_goal),
        row(f"{many}: least F1 of a seed", round(min(run.f1 for run in runs), 3), "", met=None),
        row(f"{many}: picks a second of processor", round(rate), "picks/s",
            f">= {GOAL_RATE:,}" if goals else None, met=rate >= GOAL_RATE if goals else None),
        row(f"{many}: picks a second of wall", round(wall), "picks/s", met=None),
        row(f"{many}: location error, median", round(median(r.error_m for r in runs)), "m",
            met=None),
        row(f"{many}: location error, 9 in 10", round(median(r.far_m for r in runs)), "m",
            met=None),
    ]  # fmt: skip
    if runs[0].inside == runs[0].inside:
        inside = round(median(r.inside for r in runs), 3)
        table.append(row(f"{many}: 90 % regions that hold the event", inside, "", met=None))
    for one in table:
        one["who"] = who
        one["what"] = f"{who}: {one['what']}"
    return table


def our_rows(seeds: list[int]) -> list[Row]:
    """Measure ourselves: both rates, all sizes; waves not told; salvos."""
    began = time.perf_counter()
    ours(world_of(TUNING_SEED, 300, TUNING_PICKS))
    compiled = row("truceline: first call, compiling or loading the kernels",
                   round(time.perf_counter() - began, 1), "s", met=None)  # fmt: skip
    table = [compiled]
    for rate, sizes in SIZES.items():
        for size in sizes:
            runs = [ours(world_of(seed, rate, size)) for seed in seeds]
            table += rows_of(f"{rate} events/h", "truceline", runs, GOAL_F1[rate], goals=True)
        unknown = [ours(world_of(seed, rate, 10_000), told=False) for seed in seeds]
        table += rows_of(f"{rate} events/h, kind of wave not told", "truceline", unknown)
        salvos = Network(salvo_share=0.5)
        together = [ours(world_of(seed, rate, 10_000, salvos)) for seed in seeds]
        table += rows_of(f"{rate} events/h, half in salvos", "truceline", together)
        strange = [ours(world_of(seed, rate, 10_000, STRANGE)) for seed in seeds]
        table += rows_of(f"{rate} events/h, a world unlike the guesses", "truceline", strange)
    return table


def peer_rows(seeds: list[int]) -> tuple[list[Row], dict[str, Setting]]:
    """Measure PyOcto: tuned, and tuned with coarse nodes only."""
    table: list[Row] = []
    settings: dict[str, Setting] = {}
    for rate, sizes in PEER_SIZES.items():
        best, coarse = tuned(rate)
        settings |= {f"{rate}": best, f"{rate}, nodes of 4 km or more": coarse}
        for size in sizes:
            runs = theirs([world_of(seed, rate, size) for seed in seeds], [best] * len(seeds))
            table += rows_of(f"{rate} events/h", "PyOcto", runs)
        runs = theirs([world_of(seed, rate, 2000) for seed in seeds], [coarse] * len(seeds))
        table += rows_of(f"{rate} events/h, nodes of 4 km or more", "PyOcto", runs)
    return table, settings


def main() -> None:
    """Run both, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    many = parser.parse_args().seeds
    seeds = list(range(1, many + 1))
    if not environment():
        print(f"PyOcto cannot be installed into {PEER}: see {NEEDS}")
        sys.exit(CANNOT)
    peer, settings = peer_rows(seeds)
    rows = [*our_rows(seeds), *peer]
    held = show(rows)
    command = "python benchmarks/bench_arrivals.py" + ("" if many == 5 else f" --seeds {many}")
    keep("arrivals", command, rows, seeds=seeds, settings_of_pyocto=settings)
    if not held:
        sys.exit(1)


if __name__ == "__main__":
    main()
