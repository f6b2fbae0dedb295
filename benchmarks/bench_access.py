"""Who may see and do what: Cedar's answers against the plain table, and how fast they come.

    python benchmarks/bench_access.py [--questions 100000] [--seed 2026]

Draws questions by chance (tests/access/drawn_questions.py), each around an act and a role that the
act may ask for. Cedar answers each through `access.decide`, the plain table through
`access.reference`; they share no line. A difference is printed with its question. Counted is how
often each policy had its say: where it allowed (for what forbids: where an act that it speaks of
was allowed), and where it refused (for a permission: where it speaks of the act and nothing
allowed it). The whole run writes benchmarks/results/access.json.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "access"))

from drawn_questions import Met, drawn

from table import keep, row, show
from truceline.access.decide import decide
from truceline.access.read import load
from truceline.access.reference import ALLOWED, DEFAULT, FORBIDDEN, answer

QUESTIONS, SEED = 100_000, 2026
OFTEN = 200
SHOWN = 5


def main() -> int:
    """Ask, compare, count."""
    options = read_options()
    policies, met = load(), Met()
    said = {ALLOWED: 0, FORBIDDEN: 0, DEFAULT: 0}
    differences, unnamed, cedar_s = 0, 0, 0.0
    for question in drawn(options.seed, options.questions):
        began_s = time.perf_counter()
        decision = decide(question)
        cedar_s += time.perf_counter() - began_s
        by_default = DEFAULT if decision.by == ("default",) else FORBIDDEN
        verdict = ALLOWED if decision.allowed else by_default
        said[verdict] += 1
        unnamed += not decision.by
        if verdict != answer(question):
            differences += 1
            if differences <= SHOWN:
                print(f"{question}\n  cedar: {decision}\n  table: {answer(question)}")
        if question.action in policies.groups:
            met.add(decision, policies.speaking_of(question.action))
    least = {policy: min(met.allowed[policy], met.refused[policy]) for policy in policies.every}
    rows = [
        row("questions asked of both", options.questions, "questions", met=None),
        row("differences", differences, "questions", "= 0", met=differences == 0),
        row("refusals that name no rule", unnamed, "questions", "= 0", met=unnamed == 0),
        *(row(f"answered {name}", count, "questions", met=None) for name, count in said.items()),
        row("policies", len(policies.every), "policies", met=None),
        row(
            "the policy met least, of allowed and refused the lesser",
            min(least.values()),
            "questions",
            f">= {OFTEN}",
            met=min(least.values()) >= OFTEN,
        ),
        row("answers a second", round(options.questions / cedar_s), "1/s", met=None),
    ]
    for policy in policies.every:
        rows.append(row(f"{policy}: allowed", met.allowed[policy], "questions", met=None))
        rows.append(row(f"{policy}: refused", met.refused[policy], "questions", met=None))
    sound = show(rows)
    if (options.questions, options.seed) == (QUESTIONS, SEED):
        keep("access", "python benchmarks/bench_access.py", rows)
    return 0 if sound else 1


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
