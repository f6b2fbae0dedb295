"""Hostile contributors, 30 % of them: the campaign behind docs/reference/keys.md.

    python benchmarks/bench_hostile.py [--entries 120000]

The contributors are invented; statements, keys, signatures, the registry, proofs of fraud and the
tree are the real ones. Prints its table and writes benchmarks/results/evidence-hostile.json; with
fewer entries than the whole run has, nothing is written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "evidence"))

from hostile_world import World

RESULT = HERE / "results" / "evidence-hostile.json"
SEED = 20261121
WHOLE = 120_000
FEWEST = 100_000
CONTRIBUTORS, HOSTILE = 60, 18
Row = dict[str, object]


def row(what: str, value: float, unit: str, goal: str | None, *, met: bool | None) -> Row:
    """Write one line of the table."""
    return {
        "what": what,
        "who": "truceline",
        "value": value,
        "unit": unit,
        "goal": goal,
        "met": met,
    }


def table(world: World) -> list[Row]:
    """Tell what a run counted."""
    counts = world.counts
    kinds = [name for name in counts if name.startswith("attack: ")]

    def none(what: str, name: str) -> Row:
        return row(what, counts[name], "", "0", met=counts[name] == 0)

    return [
        row("contributors", len(world.people), "", None, met=None),
        row("hostile among them", sum(one.hostile for one in world.people), "", None, met=None),
        row(
            "entries handed in",
            counts["handed in"],
            "",
            f">= {FEWEST}",
            met=counts["handed in"] >= FEWEST,
        ),
        row("attacks among them", counts["hostile"], "", None, met=None),
        row("kinds of attack", len(kinds), "", None, met=None),
        row("entries in the log", len(world.desk.accepted), "", None, met=None),
        none("attacks that were taken into the log", "hostile and taken"),
        none("entries by somebody without the right to them", "unauthorised entries"),
        none("rightful entries refused", "rightful and refused"),
        row(
            "equivocations of which both halves came in",
            counts["equivocations"],
            "",
            None,
            met=None,
        ),
        row(
            "equivocations proven with the public key alone",
            counts["proven"],
            "",
            f"{counts['equivocations']}",
            met=counts["proven"] == counts["equivocations"],
        ),
        none("proofs against somebody who did not do it", "accused wrongly"),
        row("disputed stretches", counts["disputed stretches"], "", None, met=None),
        row("anything else wrong", len(world.violations), "", "0", met=not world.violations),
    ]


def main() -> None:
    """Run the campaign, print the table, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=WHOLE)
    entries = parser.parse_args().entries
    world = World(SEED, CONTRIBUTORS, HOSTILE).run(entries)
    for violation in world.violations[:20]:
        print(f"  {violation}", file=sys.stderr)
    rows = table(world)
    for one in rows:
        met = {True: "met", False: "NOT MET", None: ""}[one["met"]]  # type: ignore[index]
        print(f"{one['what']:<52}{one['value']:>10,} {one['goal'] or '':<12}{met}")
    attacks = sorted(name for name in world.counts if name.startswith("attack: "))
    for name in attacks:
        print(f"  {name:<60}{world.counts[name]:>8,}")
    if entries < WHOLE:
        return
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=True
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    result = {
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "command": "python benchmarks/bench_hostile.py",
        "rows": rows,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
