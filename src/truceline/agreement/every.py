"""Every table of a name in an agreement file, in its order, each with a place that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from truceline.agreement.entry import Entry

Read = TypeVar("Read")


def entries(top: Entry, table: str, key: str = "id") -> tuple[Entry, ...]:
    """Give each [[table]] in the file's order, with a place that names it."""
    items = top.values.get(table, [])
    if not isinstance(items, list):
        return ()
    return tuple(
        Entry(
            f"{top.place}: [[{table}]] {number}{_label(item, key)}",
            item,
            top.problems,
            number=number,
        )
        for number, item in enumerate(items, start=1)
    )


def _label(item: object, key: str) -> str:
    name = item.get(key) if isinstance(item, Mapping) else None
    return f" ({name})" if isinstance(name, str) else ""


def read_all(
    top: Entry, table: str, read: Callable[[Entry], Read | None], key: str = "id"
) -> tuple[Read, ...]:
    """Read every [[table]], and insist that each id stands once."""
    if not isinstance(top.values.get(table, []), list):
        top.refuse(table, f"write [[{table}]], with two brackets, once for each")
    found: list[Read] = []
    places: dict[str, int] = {}
    for entry in entries(top, table, key):
        record = read(entry) if entry.is_table else None
        if record is not None:
            found.append(record)
        name = entry.values.get(key)
        if isinstance(name, str) and name in places:
            entry.refuse(key, f"{name!r} already names [[{table}]] {places[name]}")
        elif isinstance(name, str):
            places[name] = entry.number
    return tuple(found)


def names(top: Entry, table: str) -> set[str]:
    """Name every [[table]] that the file has, readable or not."""
    found = [entry.values.get("id") for entry in entries(top, table)]
    return {name for name in found if isinstance(name, str)}
