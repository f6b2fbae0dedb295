"""What every campaign does at its end: print its table, keep it as a file, say whether it held."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"

Row = dict[str, Any]


def row(what: str, value: float, unit: str, goal: str | None = None, *, met: bool | None) -> Row:
    """Make one row: what was measured, and whether it meets its goal (None: there is none)."""
    return {
        "what": what,
        "who": "truceline",
        "value": value,
        "unit": unit,
        "goal": goal,
        "met": met,
    }


def show(rows: Sequence[Row]) -> bool:
    """Print the table; tell whether no goal was missed."""
    for one in rows:
        met = {True: "met", False: "NOT MET", None: ""}[one["met"]]
        value = f"{one['value']:>12} {one['unit']:<10}"
        print(f"{one['what']:<66}{value}{one['goal'] or '':<12}{met}", flush=True)
    return all(one["met"] is not False for one in rows)


def keep(name: str, command: str, rows: Sequence[Row], **more: object) -> None:
    """Write benchmarks/results/NAME.json, with machine, day and commit."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    result = {
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB, shared",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "command": command,
        "rows": list(rows),
        **more,
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
