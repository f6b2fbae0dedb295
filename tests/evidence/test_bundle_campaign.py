"""The figures on the bundle's page are those that the campaign printed."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "bundle.md"
RESULTS = ROOT / "benchmarks" / "results" / "evidence-bundle.json"


def test_the_page_shows_what_was_measured() -> None:
    result = json.loads(RESULTS.read_text(encoding="utf-8"))
    lines = [f"`{result['command']}` on {result['machine']}, {result['date']}:", ""]
    lines += ["| what | who | value | goal |", "|---|---|---:|---|"]
    lines += [
        f"| {row['what']} | {row['who']} | {row['value']:,} {row['unit']} | {row['goal'] or ''} |"
        for row in result["rows"]
    ]
    text = "\n".join(lines) + "\n"
    assert text in PAGE.read_text(encoding="utf-8"), f"write into {PAGE}:\n{text}"


def test_every_mutant_was_refused() -> None:
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    assert max(row["value"] for row in rows if row["what"].startswith("refused, all")) >= 10_000
    assert all(row["met"] is not False for row in rows)
