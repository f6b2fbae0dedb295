"""Run the long campaigns one after the other, all of them, and tell at the end which failed.

    python benchmarks/soak.py [--bench] [--list benchmarks/soak.txt]

What is run stands in benchmarks/soak.txt. A campaign that fails stops nothing; it ends the whole
with 1. One that says that this machine cannot do it (exit code 3) is named in the summary and does
not fail it: a figure that was not taken is not a figure that is met. With --bench it runs the
other ones instead, every bench_*.py that is not in the list: speed and quality.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DONE, CANNOT = 0, 3


def campaigns(listed: str, folder: Path) -> list[list[str]]:
    """Read the list: for each file that a line names, the file and its options.

    Raises:
        ValueError: A line without * names no file of the folder.
    """
    found: list[list[str]] = []
    for number, line in enumerate(listed.splitlines(), start=1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        files = sorted(folder.glob(words[0]))
        if not files and "*" not in words[0]:
            raise ValueError(f"line {number}: there is no {words[0]} in {folder}")
        found += [[str(file), *words[1:]] for file in files]
    return found


def others(long: list[list[str]], folder: Path) -> list[list[str]]:
    """Name every bench_*.py that is not among the long ones."""
    named = {command[0] for command in long}
    return [[str(file)] for file in sorted(folder.glob("bench_*.py")) if str(file) not in named]


def summary(ended: list[tuple[str, int, float]]) -> tuple[str, int]:
    """Tell how each ended, and what the whole ends with."""
    words = {DONE: "done", CANNOT: "NOT RUN: this machine cannot"}
    lines = [
        f"{name:<40}{words.get(code, f'FAILED ({code})'):<32}{took_s:>8.0f} s"
        for name, code, took_s in ended
    ]
    failed = any(code not in words for _, code, _ in ended)
    return "\n".join(lines), 1 if failed else 0


def main() -> int:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", type=Path, default=HERE / "soak.txt")
    parser.add_argument("--bench", action="store_true")
    given = parser.parse_args()
    try:
        chosen = campaigns(given.list.read_text(encoding="utf-8"), HERE)
    except (OSError, ValueError) as error:
        print(f"{given.list}: {error}", file=sys.stderr)
        return 2
    if given.bench:
        chosen = others(chosen, HERE)
    ended: list[tuple[str, int, float]] = []
    for command in chosen:
        name = " ".join([Path(command[0]).name, *command[1:]])
        print(f"== {name}", flush=True)
        begin = time.perf_counter()
        code = subprocess.run([sys.executable, *command], check=False).returncode
        ended.append((name, code, time.perf_counter() - begin))
    told, code = summary(ended)
    print(f"\n{told or 'nothing to run'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
