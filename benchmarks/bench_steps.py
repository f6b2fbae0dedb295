"""Drive a commission and a board at random beside their models, for a million acts each.

    python benchmarks/bench_steps.py [--steps 1000000] [--only commission]

The machines are those of tests/commission/chamber_machine.py and of
tests/guarantees/test_board_stateful.py: after every act the fold and the model must agree on
whether it took effect, and on what stands then. A step is an act handed in. Both run at once, each
in a process of its own. Ends with 1 if they differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from table import Row, keep, row, show

TESTS = Path(__file__).resolve().parents[1] / "tests"
# Each machine: its folder below tests, its module and class, and how many steps one run has.
MACHINES = {
    "commission": ("commission", "chamber_machine", "Commission", 60),
    "board": ("guarantees", "test_board_stateful", "BoardMachine", 50),
}
RUNS_A_ROUND = 500


def main() -> int:
    """Run every machine until there are enough steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--only", choices=MACHINES)
    given = parser.parse_args()
    names = [given.only] if given.only else [*MACHINES]
    with ProcessPoolExecutor(len(names)) as pool:
        found = dict(zip(names, pool.map(partial(driven, steps=given.steps), names), strict=True))
    for name, rows in found.items():
        keep(f"steps-{name}", f"bench_steps.py --steps {given.steps} --only {name}", rows)
    held = [show(rows) for rows in found.values()]
    return 0 if all(held) else 1


def driven(name: str, steps: int) -> list[Row]:
    """Drive one machine, and say what came of it."""
    folder, module, kind, steps_a_run = MACHINES[name]
    sys.path.insert(0, str(TESTS / folder))
    machine = getattr(import_module(module), kind)
    plan = settings(
        max_examples=RUNS_A_ROUND,
        stateful_step_count=steps_a_run,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    begin, differ = time.perf_counter(), 0
    while machine.taken < steps and not differ:
        try:
            run_state_machine_as_test(machine, settings=plan)
        except (AssertionError, HypothesisException) as error:
            print(error, file=sys.stderr)
            differ = 1
    return [
        row(f"{name}: acts handed in to fold and model", machine.taken, "", f">= {steps}",
            met=machine.taken >= steps),
        row(f"{name}: acts at which they differ", differ, "", "0", met=not differ),
        row(f"{name}: time", round(time.perf_counter() - begin), "s", met=None),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
