"""The ledger's figures: power cuts, seeded mutants, damage, kills, faults, and its speed.

    python benchmarks/bench_evidence.py [--share 1.0]

Prints the table and writes benchmarks/results/evidence.json. With a share below 1 everything is
shortened, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CAMPAIGNS = HERE / "powercut"
RESULT = HERE / "results" / "evidence.json"
sys.path.insert(0, str(CAMPAIGNS))

from mutants import MUTANTS  # noqa: E402 - from the folder of the campaigns
from workload import DOCUMENT, MISSION, ORIGIN, SEED, body  # noqa: E402

from truceline.evidence.ledger import Ledger  # noqa: E402

BY_A_SCENE = ("head signed without reading back", "no compare-and-swap")
SINGLY = 3000

Row = dict[str, Any]


def row(what: str, value: float, unit: str, goal: str | None, *, met: bool | None) -> Row:
    """Make one row of the table."""
    return {
        "what": what,
        "who": "truceline",
        "value": value,
        "unit": unit,
        "goal": goal,
        "met": met,
    }


def played(*command: str) -> dict[str, int]:
    """Run a campaign, and give what it counted; what failed is shown."""
    done = subprocess.run(
        [sys.executable, str(CAMPAIGNS / command[0]), *command[1:]],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    result = json.loads(done.stdout)
    # What a mutant breaks is meant to break: only the failures of the real thing are shown.
    mutant = "--mutant" in command or command[0] == "rivals.py"
    for failure in () if mutant else result["failures"]:
        print(f"  {failure}", file=sys.stderr)
    return dict(result["counts"])


def campaign(script: str, option: str, wanted: int, what: str, unit: str, bad: str) -> list[Row]:
    """Run one campaign; give how many were tried and how many went wrong."""
    key = option.removeprefix("--")
    counts = played(script, option, str(wanted))
    wrong, tried = counts.get(bad, 0), counts[key]
    rows = [
        row(f"{what}: tried", tried, unit, f">= {wanted}", met=tried >= wanted),
        row(f"{what}: violations", wrong, unit, "0", met=wrong == 0),
    ]
    outcomes = [name for name in ("healed", "halted", "named by verify") if name in counts]
    return rows + [row(f"{what}: {name}", counts[name], unit, None, met=None) for name in outcomes]


def mutants(states: int) -> list[Row]:
    """Seed each mutant."""
    caught = 0
    for name in MUTANTS:
        scene = name in BY_A_SCENE
        counts = (
            played("rivals.py", name)
            if scene
            else played("replay.py", "--states", str(states), "--mutant", name)
        )
        caught += counts.get("failed", 0) > 0
        print(f"  {name}: {counts.get('failed', 0)} of {counts['scenes' if scene else 'states']}")
    every = len(MUTANTS)
    return [
        row("durability mutants caught", caught, f"of {every}", str(every), met=caught == every)
    ]


def speed() -> list[Row]:
    """Hand in statements one at a time on this machine's disk."""
    with tempfile.TemporaryDirectory(dir=HERE) as home:
        folder = Path(home) / "m"
        with Ledger.create(folder, SEED, ORIGIN) as ledger:
            ledger.store_mission_file(MISSION)
            ledger.store_original(DOCUMENT)
            ledger.append("original", body("first"))
            ledger.commit(0)
            took: list[float] = []
            for number in range(SINGLY):
                begin = time.perf_counter()
                ledger.append_durable("original", body(f"{number}"), number)
                took.append(time.perf_counter() - begin)
            ledger.commit(1)
        begin = time.perf_counter()
        Ledger.open(folder, SEED).close()
        start_s = time.perf_counter() - begin
    rate, slow = SINGLY / sum(took), sorted(took)[SINGLY * 99 // 100] * 1000
    return [
        row("receipts singly, one caller", round(rate), "/s", ">= 1000", met=rate >= 1000),
        row("receipts singly, p99", round(slow, 1), "ms", "<= 250", met=slow <= 250),
        row(f"start of {SINGLY} journalled entries", round(start_s, 2), "s", None, met=None),
    ]


def main() -> int:
    """Run everything, print the table, write the file; 1 if a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, default=1.0)
    share = parser.parse_args().share
    rows = [
        *campaign("replay.py", "--states", int(20_000 * share), "power cuts", "states", "failed"),
        *mutants(max(300, int(1000 * share))),
        *campaign(
            "corrupt.py", "--cases", int(10_000 * share), "damage to one copy", "cases", "silent"
        ),
        *campaign("kill.py", "--kills", int(1000 * share), "SIGKILL under load", "kills", "failed"),
        *campaign(
            "inject.py", "--faults", int(500 * share), "faults by strace", "faults", "failed"
        ),
        *speed(),
    ]
    for one in rows:
        met = {True: "met", False: "NOT MET", None: ""}[one["met"]]
        print(f"{one['what']:<48}{one['value']:>10} {one['unit']:<8}{one['goal'] or '':<10}{met}")
    sound = all(one["met"] is not False for one in rows)
    if share < 1:
        return 0 if sound else 1
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    result = {
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "command": "python benchmarks/bench_evidence.py",
        "rows": rows,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
