"""Write the tables of docs/reference/board.md and triggers.md from the code; `--check` compares.

Each table stands between two marks, and everything around them is prose that nobody overwrites.
"""

from __future__ import annotations

import sys
from pathlib import Path

from truceline.guarantees.board_acts import ACTS
from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.statuses import STATUSES
from truceline.records.act_spec import ActSpec, Field

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def acts() -> str:
    """Write the acts: who may do each, and what it asks for."""
    return "\n\n".join(_act(name, spec) for name, spec in ACTS.items())


def _act(name: str, spec: ActSpec) -> str:
    about = f"About: {spec.about}." if spec.about else "About: empty."
    parts = [f"### {name}", f"{spec.does} Who: {spec.who}. {about}"]
    rows = [_field(name, field) for name, field in spec.fields.items()]
    if rows:
        head = ["| field | kind | required | meaning |", "|---|---|---|---|"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


def _field(name: str, field: Field) -> str:
    words = f" One of: {', '.join(field.words)}." if field.words else ""
    required = "yes" if field.required else ""
    return f"| `{name}` | {field.kind} | {required} | {field.meaning}{words} |"


def statuses() -> str:
    """Write the statuses of a guarantee, and what brings one there."""
    rows = [f"| `{status.value}` | {by} |" for status, by in STATUSES.items()]
    return "\n".join(["| status | reached by |", "|---|---|", *rows])


def clocks() -> str:
    """Write the clocks that run where the text names none."""
    rows = [
        f"| `{one.id}` | {'not known' if one.lasts_s is None else f'{one.lasts_s // 3600} h'} "
        f"| {', '.join(one.ends_with) or 'nothing'} | {one.words} |"
        for one in DEFAULTS.clocks
    ]
    return "\n".join(["| clock | length | met by | from |", "|---|---|---|---|", *rows])


def triggers() -> str:
    """Write the numbers of the tests where the text gives none."""
    names = ("trigger", "incidents", "cells", "hours", "severity from", "chance from",
             "determinations", "level", "standard")  # fmt: skip
    head = f"| {' | '.join(names)} |"
    rows = [
        f"| `{one.trigger}` | {one.count_from if one.cells_from == 1 else ''} "
        f"| {one.cells_from if one.cells_from > 1 else ''} | {one.window_s // 3600} "
        f"| {one.severity_from} | {one.chance_from_ppm // 10_000} % | {one.determinations_from} "
        f"| {' or '.join(one.levels)} | {one.standard.value} |"
        for one in DEFAULTS.triggers
        if one.trigger != "non_compliance_with_remedy"
    ]
    return "\n".join([head, "|---|---|---|---|---|---|---|---|---|", *rows])


TABLES = {
    "board.md": {"acts": acts, "statuses": statuses, "clocks": clocks},
    "triggers.md": {"triggers": triggers},
}


def filled(page: str, text: str) -> str:
    """Put the tables of a page between their marks.

    Raises:
        ValueError: A mark is missing.
    """
    for name, table in TABLES[page].items():
        begin, end = f"<!-- {name}: made by scripts/board_reference.py -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(begin)
        _, also, after = rest.partition(end)
        if not (found and also):
            raise ValueError(f"{page} lacks the marks of {name}")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


def main() -> int:
    """Write the tables, or with `--check` say whether they are current."""
    stale = 0
    for page in TABLES:
        path = FOLDER / page
        text = path.read_text(encoding="utf-8")
        wanted = filled(page, text)
        if sys.argv[1:] == ["--check"]:
            if text != wanted:
                sys.stderr.write(f"{page} is not what the code says: run `make fmt`\n")
                stale = 1
        else:
            path.write_text(wanted, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
