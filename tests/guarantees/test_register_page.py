"""The reference page's tables are those of the code. To write them anew, run this file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from truceline.guarantees.register_acts import ACTS
from truceline.guarantees.register_tables import TABLES, TOP, Table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "register.md"


def acts_table() -> str:
    lines = ["| act | about | who | detail | what it does |", "|---|---|---|---|---|"]
    for name, spec in ACTS.items():
        fields = ", ".join(
            f"`{key}`" if field.required else f"[`{key}`]" for key, field in spec.fields.items()
        )
        about = spec.about or "nothing; its id names what it opens"
        lines.append(f"| `{name}` | {about} | {spec.who} | {fields} | {spec.does} |")
    return "\n".join(lines)


def tables_of(table: Table, path: str) -> Iterator[tuple[str, Table]]:
    """Give a table and those in it, under the names that a file has for them."""
    yield path, table
    for key, (_, kind) in table.inner.items():
        yield from tables_of(TABLES[kind], f"{path}.{key}" if path else key)


def file_tables() -> str:
    lines = ["| table | key | what it holds | meaning |", "|---|---|---|---|"]
    for path, table in tables_of(TOP, ""):
        shown = f"`[[{path}]]`" if path else "the file"
        for key, field in table.fields.items():
            named = f"`{key}`" if field.required else f"[`{key}`]"
            words = f": {', '.join(field.words)}" if field.words else ""
            lines.append(f"| {shown} | {named} | {field.kind}{words} | {field.meaning} |")
    return "\n".join(lines)


MADE = {"acts": acts_table, "tables": file_tables}


def between(page: str, name: str) -> re.Match[str]:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", page, flags=re.DOTALL)
    assert found is not None
    return found


def rewritten(page: str) -> str:
    for name, made in MADE.items():
        old = between(page, name)
        table = f"<!-- {name} -->\n\n{made()}\n\n<!-- end of {name} -->"
        page = page[: old.start()] + table + page[old.end() :]
    return page


@pytest.mark.parametrize("name", MADE)
def test_the_page_has_the_tables_of_the_code(name: str) -> None:
    assert between(PAGE.read_text("utf-8"), name)[1].strip() == MADE[name]()


def test_every_key_and_every_act_says_what_it_means() -> None:
    fields = [field for _, table in tables_of(TOP, "") for field in table.fields.values()]
    fields += [field for spec in ACTS.values() for field in spec.fields.values()]
    assert fields
    assert all(field.meaning.endswith(".") for field in fields)
    assert all(spec.does.endswith(".") and spec.who for spec in ACTS.values())


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text("utf-8")), encoding="utf-8")
