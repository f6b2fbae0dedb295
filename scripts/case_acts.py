"""Write the tables of docs/reference/case.md from the commission's own; `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from truceline.commission.acts import ACTS, EVERY_ACT, WHO
from truceline.commission.fields import KINDS, Field
from truceline.commission.proposals import PROPOSALS
from truceline.commission.voting import DECIDE

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "case.md"
BEGIN, END = "<!-- made from the tables of the commission: do not edit -->", "<!-- until here -->"


def kind_of(field: Field) -> str:
    """Say what a field holds, in a few words."""
    if field.words:
        return ", ".join(f"`{word}`" for word in field.words)
    return KINDS[field.kind][1]


def fields_table(fields: Mapping[str, Field]) -> str:
    """Write fields as a table."""
    rows = [
        f"| `{name}` | {'' if field.required else 'may be left out'} | {kind_of(field)} "
        f"| {field.meaning} |"
        for name, field in fields.items()
    ]
    return "\n".join(["| field | | holds | meaning |", "|---|---|---|---|", *rows])


def act_section(name: str) -> str:
    """Write one act."""
    spec = ACTS[name]
    about = f"the id of a {spec.about}" if spec.about else "empty"
    refused = ", ".join(f"`{rule}`" for rule in spec.refused_by)
    return "\n\n".join(
        [
            f"### {name}",
            (
                f"{spec.meaning} `about` is {about}. Who may: {', '.join(spec.who)}. "
                f"Refused by: {refused or 'only what can refuse any act'}."
            ),
            fields_table(spec.fields),
        ]
    )


def tables() -> str:
    """Write everything between the marks."""
    who = [f"| {word} | {meaning} |" for word, meaning in WHO.items()]
    every = ", ".join(f"`{rule}`" for rule in EVERY_ACT)
    kinds = ", ".join(f"`{kind.value}`" for kind in sorted(DECIDE, key=lambda one: one.value))
    return "\n\n".join(
        [
            BEGIN,
            "## Who may",
            "\n".join(["| word | who that is |", "|---|---|", *who]),
            (
                f"Any act can be refused by {every}. Rules that count votes: {kinds}, and "
                "`silence_procedure`, which counts objections."
            ),
            "## Acts",
            *(act_section(name) for name in ACTS),
            "## Proposals",
            *(
                f"### A motion on a {question}\n\n{fields_table(fields)}"
                for question, fields in PROPOSALS.items()
            ),
            END,
        ]
    )


def main() -> int:
    """Write the tables into the page, or with `--check` say whether they are current."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    wanted = before + tables() + rest.split(END)[1]
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if page == wanted:
        return 0
    sys.stderr.write(f"{PAGE.name} is not what the tables say: run python {Path(__file__).name}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
