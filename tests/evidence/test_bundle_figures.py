"""The table of the page on checking elsewhere is the one that was measured."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "benchmarks/results/evidence-bundle-elsewhere.json"
PAGE = ROOT / "docs/how-to/check-a-bundle-elsewhere.md"
FEWEST = 10_000


def test_table_is_the_one_that_was_measured() -> None:
    rows = json.loads(FIGURES.read_text(encoding="utf-8"))["rows"]
    who = list(dict.fromkeys(row["who"] for row in rows))
    table = [["", *who], ["---", *("---:" for _ in who)]]
    for what in dict.fromkeys(row["what"] for row in rows):
        found = {row["who"]: row for row in rows if row["what"] == what}
        cells = (found[name] for name in who)
        table.append(
            [
                what,
                *(
                    f"{cell['value']:,} {cell['unit']}"
                    if cell["goal"] is None
                    else f"{cell['value']:,} of {int(cell['goal'].removeprefix('>= ')):,}"
                    for cell in cells
                ),
            ]
        )
    text = "\n".join(f"| {' | '.join(line)} |" for line in table)
    assert text in PAGE.read_text(encoding="utf-8"), f"write into {PAGE}:\n{text}"


def test_all_three_refused_ten_thousand() -> None:
    rows = json.loads(FIGURES.read_text(encoding="utf-8"))["rows"]
    refused = [row["value"] for row in rows if row["what"] == "tampered bundles rejected"]
    assert len(refused) == 3
    assert min(refused) >= FEWEST
    assert all(row["met"] is not False for row in rows)
