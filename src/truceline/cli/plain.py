"""Show records: as JSON with every field, or as lines of which each has a name and values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from truceline.records.canonical import plain
from truceline.records.ids import short_id
from truceline.records.units import iso

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, with every field.")]


def print_json(value: object) -> None:
    """Print records as JSON."""
    typer.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def print_rows(rows: Iterable[Sequence[object]], none: str) -> None:
    """Print one line a row, its values parted by tabs; say `none` where there is no row."""
    lines = ["\t".join(shown(value) for value in row) for row in rows]
    for line in lines or [none]:
        typer.echo(line)


def print_fields(value: object, skip: Sequence[str] = ()) -> None:
    """Print a record one field a line; records in it are indented."""
    for line in _lines(_plain(value), ""):
        if line.partition("\t")[0] not in skip:
            typer.echo(line)


def shown(value: object) -> str:
    """Write one value for a line: an id short, nothing as "-"."""
    if value is None or value == "":
        return "-"
    if isinstance(value, tuple | list):
        return ", ".join(shown(one) for one in value) or "-"
    text = short_id(str(getattr(value, "value", value)))
    return " ".join(text.split())


def instant(us: int | None) -> str:
    """Write an instant; "-" for none."""
    return "-" if us is None else iso(us)


def _plain(value: object) -> Any:  # noqa: ANN401 - what the record holds
    return plain(value)


def _lines(value: Any, indent: str) -> Iterable[str]:  # noqa: ANN401 - plain data
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield f"{indent}{name}"
            yield from _lines(inner, f"{indent}  ")
        elif isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            for one in inner:
                yield f"{indent}{name}"
                yield from _lines(one, f"{indent}  ")
        elif name.endswith("_us") and isinstance(inner, int):
            yield f"{indent}{name.removesuffix('_us')}\t{iso(inner)}"
        else:
            yield f"{indent}{name}\t{shown(inner)}"
