"""The tables of the fusion benchmark: which runs each needs, and the goals of ours."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import product
from statistics import median
from typing import Any

from fusion_columns import world
from fusion_peers import OURS, TOOLS
from fusion_runs import BUILD, HERE, NEAREST, SOURCE, Job, Result, Runs, print_of, tuned_settings
from fusion_stress import AS_IT_IS, WRONGS
from table import Row, keep, show
from truceline.simulate.measures.growth import growth
from truceline.simulate.regime import REGIMES

COMMAND = "make bench-fusion"
SEEDS = (1, 2, 3, 4, 5)
ROWS = 100_000
SIZES = (10_000, 100_000, 1_000_000)
# A tool that took longer than this with the first seed is not asked for the others.
PATIENCE_S = 20.0
TIMED = ("norm", "dense")
GOAL_F1 = {"norm": 0.78, "dense": 0.57, "hot": 0.42}
GOAL_GOSPA_KM = {"norm": 2.5, "dense": 2.8}
GOAL_RATE = {"norm": 2.5e6, "dense": 1.5e6}
GOAL_EXPONENT, GOAL_ADDED_MB, GOAL_LOSS = 1.05, 100, 0.05
DBSCANS = ("scipy cKDTree", "dbscan (C++)", "scikit-learn DBSCAN")
DBSCAN_F1 = {"norm": 0.57, "dense": 0.39, "hot": 0.17}
DBSCAN_WITHIN = 0.02
FIGURES = {
    "pair_f1": ("pairwise F1", "", 3),
    "gospa_km": ("GOSPA", "km", 2),
    "missed": ("missed", "per incident", 3),
    "false": ("false", "per incident", 3),
    "b_cubed_f1": ("B-cubed F1", "", 3),
    "adjusted_rand": ("adjusted Rand", "", 3),
}
Goal = tuple[str, bool]


def line(what: str, value: float, unit: str = "", who: str = OURS, goal: Goal | None = None) -> Row:
    """Make one row of a table; a goal is its text and whether it is met."""
    return {
        "what": what,
        "who": who,
        "value": value,
        "unit": unit,
        "goal": goal[0] if goal else None,
        "met": goal[1] if goal else None,
    }


def at_least(value: float, goal: float) -> Goal:
    """Give a goal that is met from `goal` on."""
    return f">= {goal:,.10g}", value >= goal


def at_most(value: float, goal: float) -> Goal:
    """Give a goal that is met up to `goal`."""
    return f"<= {goal:,.10g}", value <= goal


def middle(results: Sequence[Result], name: str) -> float | None:
    """Give the median of a figure over runs; None unless every run gave one."""
    values = [result[name] for result in results if name in result]
    return median(values) if values and len(values) == len(results) else None


def failures(results: Sequence[Result], where: str, who: str) -> list[Row]:
    """Say how many runs gave no answer, and why the first did not."""
    why = [str(result["failed"]) for result in results if "failed" in result]
    return [line(f"{where}, no answer: {who} ({why[0]})", len(why), "runs", who)] if why else []


def ending(kept: str, rows: Sequence[Row], **more: object) -> bool:
    """Print a table and keep it."""
    held = show(rows)
    keep(kept, COMMAND, rows, **more)
    return held


def scored(
    runs: Runs,
    regime: str,
    names: Sequence[str],
    **how: Any,  # noqa: ANN401
) -> dict[str, list[Result]]:
    """Run tools in a regime with every seed; a slow one that bears few rows, with the first."""
    return {
        name: (
            [runs.of(Job(tool=name, regime=regime, seed=s, rows=ROWS, **how)) for s in SEEDS]
            if rows_for(name) == ROWS
            else timed(runs, name, regime, rows_for(name), **how)
        )
        for name in names
    }


def rows_for(name: str, rows: int = ROWS) -> int:
    """Give how many rows a tool is asked for: what it can bear."""
    return min(rows, TOOLS[name].most_rows) if name in TOOLS else rows


def accuracy(runs: Runs, names: Sequence[str]) -> bool:
    """Table 1: how right everybody is, by regime."""
    rows: list[Row] = []
    for regime in REGIMES:
        found = scored(runs, regime, [*names, NEAREST])
        few = {rows_for(name) for name in names} - {ROWS}
        for count, figure in product((ROWS, *sorted(few)), FIGURES):
            if count == ROWS:
                rows += figure_rows(regime, figure, found)
            elif figure in GOAL_OF:
                ours = [runs.of(Job(tool=OURS, regime=regime, seed=s, rows=count)) for s in SEEDS]
                rows += beside(regime, figure, count, ours)
        for name, results in found.items():
            rows += failures(results, regime, name)
        rows += standing(regime, found)
    return ending("fusion", rows)


def figure_rows(regime: str, figure: str, found: dict[str, list[Result]]) -> list[Row]:
    """Give one figure of everybody, ours with its goal."""
    word, unit, digits = FIGURES[figure]
    rows = []
    for name, results in found.items():
        value = middle(results, figure)
        if value is None:
            continue
        goal = GOAL_OF[figure](regime, value) if name == OURS and figure in GOAL_OF else None
        few = "" if rows_for(name) == ROWS else f" ({rows_for(name):,} rows)"
        few += "" if len(results) > 1 else " (1 seed)"
        rows.append(line(f"{regime}, {word}: {name}{few}", round(value, digits), unit, name, goal))
    return rows


def beside(regime: str, figure: str, count: int, ours: Sequence[Result]) -> list[Row]:
    """Give our figure on as few rows as a slow peer can bear."""
    word, unit, digits = FIGURES[figure]
    value = middle(ours, figure)
    if value is None:
        return []
    return [line(f"{regime}, {word}: {OURS} ({count:,} rows)", round(value, digits), unit)]


def _goal_f1(regime: str, value: float) -> Goal | None:
    return at_least(value, GOAL_F1[regime])


def _goal_gospa(regime: str, value: float) -> Goal | None:
    return at_most(value, GOAL_GOSPA_KM[regime]) if regime in GOAL_GOSPA_KM else None


GOAL_OF: dict[str, Callable[[str, float], Goal | None]] = {
    "pair_f1": _goal_f1,
    "gospa_km": _goal_gospa,
}


def standing(regime: str, found: dict[str, list[Result]]) -> list[Row]:
    """Say whether anybody is as good as ours, and whether the world is as hard as it was made."""
    rows = []
    if OURS in found:
        for figure, sign in (("pair_f1", 1), ("gospa_km", -1)):
            ours = middle(found[OURS], figure)
            peers = [n for n in found if n not in (OURS, NEAREST) and rows_for(n) == ROWS]
            told = [value for n in peers if (value := middle(found[n], figure)) is not None]
            better = [value for value in told if ours is None or sign * value >= sign * ours]
            word = FIGURES[figure][0]
            goal = ("0", not better)
            rows.append(
                line(f"{regime}, peers with as good a {word}", len(better), "peers", goal=goal)
            )
    values = [middle(found[name], "pair_f1") for name in DBSCANS if name in found]
    if len(values) == len(DBSCANS) and None not in values:
        best = max(value for value in values if value is not None)
        wanted = DBSCAN_F1[regime]
        goal = (f"{wanted} +- {DBSCAN_WITHIN}", abs(best - wanted) <= DBSCAN_WITHIN)
        rows.append(line(f"{regime}, best DBSCAN's pairwise F1", round(best, 3), who="", goal=goal))
    return rows


def timed(
    runs: Runs,
    name: str,
    regime: str,
    rows: int,
    **how: Any,  # noqa: ANN401
) -> list[Result]:
    """Run a tool with every seed, or once if once was long enough."""
    jobs = [Job(tool=name, regime=regime, seed=seed, rows=rows, **how) for seed in SEEDS]
    results = [runs.of(jobs[0])]
    if results[0].get("wall_s", math.inf) <= PATIENCE_S:
        results += [runs.of(job) for job in jobs[1:]]
    return results


def speed(runs: Runs, names: Sequence[str]) -> bool:
    """Table 2: time, memory and growth, from columns in memory to labels."""
    rows: list[Row] = []
    for regime in TIMED:
        by_size: dict[tuple[str, int], list[Result]] = {}
        for size, name in product(SIZES, names):
            if rows_for(name, size) == size and _bore(by_size, name, size):
                by_size[name, size] = timed(runs, name, regime, size)
        rows += rates(regime, by_size)
        for name in names:
            rows += exponents(regime, name, by_size)
        for (name, size), results in by_size.items():
            rows += failures(results, f"{regime}, {size:,} rows", name)
    for name in names:
        if rows_for(name, SIZES[0]) < SIZES[0]:
            rows += small(runs, name)
    return ending("fusion-speed", rows)


def _bore(by_size: dict[tuple[str, int], list[Result]], name: str, size: int) -> bool:
    """Tell whether a tool answered at the size before."""
    before = by_size.get((name, size // 10))
    return before is None or not any("failed" in result for result in before)


def rates(regime: str, by_size: dict[tuple[str, int], list[Result]]) -> list[Row]:
    """Give the rates and what they cost at the largest size, and the sizes below for those left."""
    rows = []
    for size in SIZES:
        ours = middle(by_size.get((OURS, size), []), "wall_s")
        for (name, its), results in by_size.items():
            wall_s, seen = middle(results, "wall_s"), middle(results, "rows")
            if its != size or wall_s is None or seen is None:
                continue
            rate = round(seen / wall_s)
            largest = size == SIZES[-1]
            goal = at_least(rate, GOAL_RATE[regime]) if name == OURS and largest else None
            where = f"{regime}, {size:,} rows"
            seeds = "" if len(results) > 1 else " (1 seed)"
            rows.append(line(f"{where}, rate: {name}{seeds}", rate, "/s", name, goal))
            if name != OURS and ours:
                times = round(wall_s / ours, 2)
                rows.append(line(f"{where}, time against ours: {name}", times, "times", name))
            if largest:
                rows += costs(where, name, results)
    return rows


def costs(where: str, name: str, results: Sequence[Result]) -> list[Row]:
    """Give processor time, memory and F1 of runs."""
    rows = []
    for figure, word, unit, digits in (
        ("wall_s", "wall time", "s", 3),
        ("cpu_s", "processor time", "s", 3),
        ("added_mb", "added memory", "MB", 0),
        ("pair_f1", "pairwise F1", "", 3),
        ("gospa_km", "GOSPA", "km", 2),
    ):
        value = middle(results, figure)
        if value is None:
            continue
        ours = name == OURS
        goal = at_most(value, GOAL_ADDED_MB) if figure == "added_mb" and ours else None
        if figure in GOAL_OF and ours:
            goal = GOAL_OF[figure](where.split(",", maxsplit=1)[0], value)
        rows.append(line(f"{where}, {word}: {name}", round(value, digits), unit, name, goal))
    return rows


def exponents(regime: str, name: str, by_size: dict[tuple[str, int], list[Result]]) -> list[Row]:
    """Fit how processor time grows with rows, where a tool answered at three sizes."""
    points = [
        (result["rows"], result["cpu_s"])
        for size in SIZES
        for result in by_size.get((name, size), [])
        if result.get("cpu_s", 0) > 0
    ]
    sizes = {round(math.log10(rows)) for rows, _ in points}
    if len(sizes) < len(SIZES):
        return []
    value = round(growth(*zip(*points, strict=True)).exponent, 2)
    goal = at_most(value, GOAL_EXPONENT) if name == OURS else None
    return [line(f"{regime}, growth exponent: {name}", value, "", name, goal)]


def small(runs: Runs, name: str) -> list[Row]:
    """Give the rate of a tool that bears few rows, beside ours on the same."""
    rows = []
    count = rows_for(name)
    for regime, tool in product(TIMED, (name, OURS)):
        results = timed(runs, tool, regime, count)
        wall_s, seen = middle(results, "wall_s"), middle(results, "rows")
        if wall_s is None or seen is None:
            rows += failures(results, f"{regime}, {count:,} rows", tool)
            continue
        seeds = "" if len(results) > 1 else " (1 seed)"
        rate = round(seen / wall_s)
        rows.append(line(f"{regime}, {count:,} rows, rate: {tool}{seeds}", rate, "/s", tool))
    return rows


def strongest(regime: str, names: Sequence[str]) -> list[str]:
    """Name the peers best on the tuning seed: two by F1, one by GOSPA."""
    told = {
        name: regimes[regime]
        for name, regimes in tuned_settings().items()
        if name in names and regime in regimes and rows_for(name) == ROWS
    }
    by_f1 = sorted(told, key=lambda name: -told[name]["pair_f1"]["seen_f1"])
    by_gospa = sorted(told, key=lambda name: told[name]["pair_f1"]["seen_gospa_km"])
    return list(dict.fromkeys([*by_f1[:2], *by_gospa[:1]]))


def wrong(runs: Runs, names: Sequence[str]) -> bool:
    """Table 3: what is left when errors, delays, clocks or kinds are told wrongly."""
    rows = []
    for regime in REGIMES:
        tools = [OURS, *strongest(regime, names)]
        right: float | None = None
        for way in WRONGS:
            found = {
                name: [
                    runs.of(Job(tool=name, regime=regime, seed=seed, rows=ROWS, wrong=way))
                    for seed in SEEDS[:3]
                ]
                for name in tools
            }
            ours = middle(found[OURS], "pair_f1")
            right = ours if way == AS_IT_IS else right
            rows += stressed(regime, way, found, right)
    return ending("fusion-wrong", rows)


def stressed(
    regime: str, way: str, found: dict[str, list[Result]], right: float | None
) -> list[Row]:
    """Give F1 and GOSPA of ours and the strongest peers under one wrong."""
    rows = []
    for figure, sign in (("pair_f1", 1), ("gospa_km", -1)):
        word, unit, digits = FIGURES[figure]
        values = {name: middle(results, figure) for name, results in found.items()}
        ours = values[OURS]
        for name, value in values.items():
            if value is None:
                rows += failures(found[name], f"{regime}, {way}", name)
                continue
            what = f"{regime}, {way}, {word}: {name}"
            rows.append(line(what, round(value, digits), unit, name))
        if ours is None:
            continue
        if figure == "pair_f1" and right is not None and way != AS_IT_IS:
            goal = at_most(right - ours, GOAL_LOSS)
            rows.append(line(f"{regime}, {way}, F1 lost", round(right - ours, 3), "", goal=goal))
        peers = [value for name, value in values.items() if name != OURS and value is not None]
        if peers:
            lead = min(sign * (ours - value) for value in peers)
            what = f"{regime}, {way}, {word}: lead over the strongest peer"
            rows.append(line(what, round(lead, digits), unit, goal=("> 0", lead > 0)))
    return rows


def gospa(runs: Runs, names: Sequence[str]) -> bool:
    """Table 4: the peers once more, their settings chosen for GOSPA."""
    peers = [name for name in names if name != OURS]
    rows = []
    for regime in REGIMES:
        found = scored(runs, regime, peers, tuned="gospa_km")
        found[OURS] = scored(runs, regime, [OURS])[OURS]
        for figure in ("gospa_km", "missed", "false", "pair_f1"):
            rows += figure_rows(regime, figure, found)
        rows += [row for row in standing(regime, found) if "GOSPA" in row["what"]]
        for name, results in found.items():
            rows += failures(results, regime, name)
    return ending("fusion-gospa", rows)


def frozen(runs: Runs, names: Sequence[str]) -> bool:
    """Table 5: the peers with the settings of norm kept in denser regimes, as ours are."""
    peers = [name for name in names if name != OURS and rows_for(name) == ROWS]
    rows = []
    for regime in ("dense", "hot"):
        found = {
            name: [
                runs.of(Job(tool=name, regime=regime, seed=1, rows=ROWS, tuned="pair_f1 of norm"))
            ]
            for name in peers
        }
        found[OURS] = [runs.of(Job(tool=OURS, regime=regime, seed=1, rows=ROWS))]
        for figure in ("pair_f1", "gospa_km"):
            rows += figure_rows(regime, figure, found)
        for name, results in found.items():
            rows += failures(results, regime, name)
    return ending("fusion-frozen", rows)


SECTIONS: dict[str, Callable[[Runs, Sequence[str]], bool]] = {
    "accuracy": accuracy,
    "speed": speed,
    "wrong": wrong,
    "gospa": gospa,
    "frozen": frozen,
}


def large(runs: Runs) -> bool:
    """Ours alone: ten million rows at once, and a hundred million out of core."""
    rows = []
    for regime in TIMED:
        points = []
        for size in (*SIZES, 10 * SIZES[-1]):
            for seed in SEEDS if size < SIZES[-1] * 10 else SEEDS[:1]:
                result = runs.of(Job(tool=OURS, regime=regime, seed=seed, rows=size))
                if "cpu_s" in result:
                    points.append((result["rows"], result["cpu_s"]))
        last = result
        world(BUILD, regime, 10 * SIZES[-1], SEEDS[0]).unlink()
        if "failed" in last:
            rows += failures([last], f"{regime}, 10,000,000 rows", OURS)
            continue
        rate = round(last["rows"] / last["wall_s"])
        rows.append(line(f"{regime}, 10,000,000 rows, rate", rate, "/s"))
        added = round(last["added_mb"])
        rows.append(line(f"{regime}, 10,000,000 rows, added memory", added, "MB"))
        value = round(growth(*zip(*points, strict=True)).exponent, 3)
        rows.append(
            line(f"{regime}, growth exponent, 10^4 to 10^7", value,
                 goal=at_most(value, GOAL_EXPONENT))
        )  # fmt: skip
    rows += out_of_core(runs)
    return ending("fusion-large", rows)


def out_of_core(runs: Runs, regime: str = "dense", count: int = 100_000_000) -> list[Row]:
    """Feed a hundred million rows in pieces, in a process of its own."""
    key = f"out of core | {regime} | {count} | {print_of(*sorted((SOURCE / 'fusion').glob('*.*')))}"
    if key not in runs.known or runs.again:
        answer = BUILD / "large.json"
        worker = str(HERE / "fusion_large.py")
        subprocess.run([sys.executable, worker, regime, str(count), str(answer)], check=True)
        runs.put(key, json.loads(answer.read_text(encoding="utf-8")))
    found = runs.known[key]
    where = f"{regime}, {found['rows']:,} rows in pieces"
    # What a piece leaves behind differs by tens of megabytes from one to the next: halves do not.
    half = len(found["resident_mb"]) // 2
    first, second = found["resident_mb"][:half], found["resident_mb"][half:]
    grown = round(max(second) - max(first), 1)
    return [
        line(f"{where}, rate", round(found["rows"] / found["wall_s"]), "/s"),
        line(f"{where}, memory of the process", round(max(found["resident_mb"])), "MB"),
        line(
            f"{where}, memory grown, second half over first", grown, "MB", goal=at_most(grown, 100)
        ),
    ]


def quick() -> int:
    """Run a small form of the first table; nothing is kept, no goal is held against so few rows."""
    runs = Runs(path=None)
    for regime in REGIMES:
        for name in (OURS, "scipy cKDTree", "h3 buckets", NEAREST):
            runs.of(Job(tool=name, regime=regime, seed=1, rows=2_000))
    return 1 if any("failed" in r for k, r in runs.known.items() if k.startswith(OURS)) else 0
