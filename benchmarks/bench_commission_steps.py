"""Drive a commission at random beside its model, for a million steps and more.

    python benchmarks/bench_commission_steps.py [--steps 1000000]

The machine is that of tests/commission/chamber_machine.py: after every act the fold and the model
must agree on whether it took effect, and at the end of each case on all that stands. A step is an
act handed in. Ends with 1 if they differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from table import keep, row, show

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "commission"))

from chamber_machine import Commission

CASES_A_ROUND, STEPS_A_CASE = 500, 60


def main() -> int:
    """Run rounds until there are enough steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    steps = parser.parse_args().steps
    plan = settings(
        max_examples=CASES_A_ROUND,
        stateful_step_count=STEPS_A_CASE,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    begin, rounds, differ = time.perf_counter(), 0, 0
    while Commission.taken < steps and not differ:
        try:
            run_state_machine_as_test(Commission, settings=plan)
        except (AssertionError, HypothesisException) as error:
            print(error, file=sys.stderr)
            differ = 1
        rounds += 1
    rows = [
        row("acts handed in to fold and model", Commission.taken, "", f">= {steps}",
            met=Commission.taken >= steps),
        row("steps at which they differ", differ, "", "0", met=not differ),
        row("time", round(time.perf_counter() - begin), "s", met=None),
    ]  # fmt: skip
    held = show(rows)
    keep("commission-steps", f"bench_commission_steps.py --steps {steps}", rows)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
