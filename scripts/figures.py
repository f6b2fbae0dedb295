"""Write the tables of figures in the documents from the files that the benchmarks keep.

    python scripts/figures.py           write them
    python scripts/figures.py --check   only tell whether one is not as its file has it

A table stands between `<!-- figures NAME -->` and `<!-- end of figures -->` and is made from
benchmarks/results/NAME.json; with `of PATTERN` after the name, from its rows that match. Nobody
types a figure.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PLACE = re.compile(
    r"(<!-- figures ([a-z0-9-]+)(?: of (.+?))? -->\n)(.*?)(<!-- end of figures -->)",
    flags=re.DOTALL,
)
MET = {True: "met", False: "**not met**", None: ""}


def table_of(name: str, pattern: str) -> str:
    """Write one file of results, or some of its rows, as the command and its table."""
    found = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    lines = [
        "",
        f"`{found['command']}` on {found['machine']}, {found['date']}, at {found['commit']}:",
        "",
        "| what | value | goal | |",
        "|---|---:|---|---|",
    ]
    for row in found["rows"]:
        if not re.search(pattern, row["what"]):
            continue
        value = f"{row['value']:,} {row['unit']}".strip()
        lines.append(f"| {row['what']} | {value} | {row['goal'] or ''} | {MET[row['met']]} |")
    return "\n".join([*lines, "", ""])


def rewritten(page: str) -> str:
    """Put every table of a page anew."""
    return PLACE.sub(
        lambda found: f"{found[1]}{table_of(found[2], found[3] or '')}{found[5]}", page
    )


def main() -> int:
    """Write or check all pages; 1 if one is not as it must be."""
    wrong = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        page = path.read_text(encoding="utf-8")
        if rewritten(page) == page:
            continue
        if "--check" in sys.argv[1:]:
            wrong.append(path)
        else:
            path.write_text(rewritten(page), encoding="utf-8")
    for path in wrong:
        name = path.relative_to(ROOT)
        sys.stderr.write(f"{name}: a table is not as the benchmark kept it; run {__file__}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
