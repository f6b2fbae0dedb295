"""The ledger's figures: power cuts, seeded mutants, damage, kills, faults.

    python benchmarks/bench_evidence.py [--share 1.0]

Prints the table and writes benchmarks/results/evidence.json. With a share below 1 everything is
shortened, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from table import Row, keep, row, show

HERE = Path(__file__).parent
CAMPAIGNS = HERE / "powercut"
sys.path.insert(0, str(CAMPAIGNS))

from mutants import MUTANTS

BY_A_SCENE = ("head signed without reading back", "no compare-and-swap")


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


def main() -> int:
    """Run everything, print the table, write the file; 1 if a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, default=1.0)
    share = parser.parse_args().share
    campaigns: list[Callable[[], list[Row]]] = [
        lambda: campaign(
            "replay.py", "--states", int(20_000 * share), "power cuts", "states", "failed"
        ),
        lambda: mutants(max(300, int(1000 * share))),
        lambda: campaign(
            "corrupt.py", "--cases", int(10_000 * share), "damage to one copy", "cases", "silent"
        ),
        lambda: campaign(
            "kill.py", "--kills", int(1000 * share), "SIGKILL under load", "kills", "failed"
        ),
        lambda: campaign(
            "inject.py", "--faults", int(500 * share), "faults by strace", "faults", "failed"
        ),
    ]
    rows: list[Row] = []
    sound = True
    for one in campaigns:
        found = one()
        sound = show(found) and sound
        rows += found
    if share >= 1:
        keep("evidence", "python benchmarks/bench_evidence.py", rows)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
