"""`truceline incidents|findings|coverage|claims|sources`: lists, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from truceline.cli.options import DayOption, MissionOption
from truceline.pipeline.mission import open_mission
from truceline.pipeline.telling import open_told
from truceline.records.canonical import read_record
from truceline.records.ids import short_id
from truceline.records.reason import Reason
from truceline.records.units import PPM, day_of, iso
from truceline.reports.exports import to_csv, to_geojson
from truceline.reports.words import load_words

Plain = dict[str, Any]
PIPE_WIDTH = 1000


class Format(Enum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    GEOJSON = "geojson"


FormatOption = Annotated[Format, typer.Option("--format", help="How the list is written.")]


def incidents(
    mission: MissionOption, on: DayOption = None, form: FormatOption = Format.TABLE
) -> None:
    """List incidents: how probable, where, when they began.

    Example: truceline incidents --mission missions/demo --format table
    """
    view = open_mission(mission)
    view.insist_on_day(on)
    rows = view.records("incident", on)
    _write(rows, form, INCIDENT_COLUMNS, sort=lambda row: (-row["probability_ppm"], row["id"]))
    if form is Format.TABLE:
        typer.echo("\nHow likely one such effect would have been noticed:")
        _write(_by_day_and_side(view.records("coverage", on)), form, COVERAGE_COLUMNS)


def findings(
    mission: MissionOption, on: DayOption = None, form: FormatOption = Format.TABLE
) -> None:
    """List findings: which clause, under which reading, what the rule answers.

    Example: truceline findings --mission missions/demo --format csv
    """
    view = open_mission(mission)
    view.insist_on_day(on)
    spared = [{**row, "outcome": "not_applicable"} for row in view.records("not_applicable")]
    rows = [*view.records("finding"), *spared]
    if on is not None:
        chosen = {incident["id"] for incident in view.records("incident", on)}
        rows = [row for row in rows if row["incident"] in chosen]
    places = {incident["id"]: incident["place"] for incident in view.records("incident")}
    if form is Format.GEOJSON:
        rows = [{**row, "place": places[row["incident"]]} for row in rows]
    _write(
        rows, form, FINDING_COLUMNS, sort=lambda row: (-row.get("probability_ppm", -1), row["id"])
    )


def coverage(
    mission: MissionOption, on: DayOption = None, form: FormatOption = Format.TABLE
) -> None:
    """List coverage: how likely a violation would have been noticed, and where nobody looked.

    The table sums up each day and side of the line; the other formats give every cell.

    Example: truceline coverage --mission missions/demo --date 2026-04-12 --format geojson
    """
    view = open_mission(mission)
    view.insist_on_day(on)
    rows = view.records("coverage", on)
    if form is Format.TABLE:
        _write(_by_day_and_side(rows), form, COVERAGE_COLUMNS)
    else:
        _write(rows, form, {})


def claims(mission: MissionOption, on: DayOption = None, form: FormatOption = Format.TABLE) -> None:
    """List what the parties claim, with what the evidence can say of it.

    Example: truceline claims --mission missions/demo
    """
    view = open_told(mission)
    view.insist_on_day(on)
    rows = view.claims(on)["claims"]
    if form is Format.GEOJSON:
        raise typer.BadParameter("claims have no place; use table, json or csv")
    _write(rows, form, CLAIM_COLUMNS)


def sources(mission: MissionOption, form: FormatOption = Format.TABLE) -> None:
    """List sources: what was heard of each, and the days that are not known.

    Example: truceline sources --mission missions/demo
    """
    if form is Format.GEOJSON:
        raise typer.BadParameter("sources have no place; use table, json or csv")
    _write(open_mission(mission).sources()["sources"], form, SOURCE_COLUMNS)


def percent(ppm: int | None) -> str:
    """Write a probability as a percentage; what is not known is said so."""
    return "not observed" if ppm is None else f"{100 * ppm / PPM:.1f} %"


def _place(row: Plain) -> str:
    return row["near"] or row["area"] or "outside all areas"


def _sure(row: Plain) -> str:
    return percent(row["probability_ppm"]) if "probability_ppm" in row else ""


INCIDENT_COLUMNS: dict[str, Callable[[Plain], str]] = {
    "id": lambda row: row["short_id"],
    "probability": lambda row: percent(row["probability_ppm"]),
    "where": _place,
    "area": lambda row: row["area"] or "-",
    "held by": lambda row: row["held_by"] or "not known",
    "90 % within": lambda row: f"{row['radius_90_m'] / 1000:.1f} km",
    "began between (UTC)": lambda row: iso(row["began_us"])[:16],
    "and": lambda row: iso(row["ended_us"])[:16],
}
FINDING_COLUMNS: dict[str, Callable[[Plain], str]] = {
    "incident": lambda row: short_id(row["incident"]),
    "agreement": lambda row: row["agreement"],
    "clause": lambda row: row["clause"],
    "reading": lambda row: row["reading"],
    "outcome": lambda row: row["outcome"].replace("_", " "),
    "probability": _sure,
    "why": lambda row: load_words("en").reason_text(
        read_record(Reason, row["reason"] if "reason" in row else row["reasons"][-1])
    ),
}
COVERAGE_COLUMNS: dict[str, Callable[[Plain], str]] = {
    "day": lambda row: row["day"],
    "held by": lambda row: row["held_by"] or "not known",
    "cells": lambda row: str(row["cells"]),
    "not observed": lambda row: str(row["not_observed"]),
    "would notice, least": lambda row: percent(row["low_ppm"]),
    "most": lambda row: percent(row["high_ppm"]),
    "none seen: up to missed": lambda row: (
        "no number" if row["missed"] is None else str(row["missed"])
    ),
    "looked": lambda row: ", ".join(row["sources"]) or "nobody",
}
CLAIM_COLUMNS: dict[str, Callable[[Plain], str]] = {
    "id": lambda row: row["short_id"],
    "who": lambda row: row["claimant"],
    "of": lambda row: row["accused"],
    "said": lambda row: row["as_of"],
    "metric": lambda row: row["metric"],
    "value": lambda row: row["value"],
    "qualifier": lambda row: row["qualifier"],
    "evidence says": lambda row: row["assessment"]["result"].replace("_", " "),
}
SOURCE_COLUMNS: dict[str, Callable[[Plain], str]] = {
    "source": lambda row: row["source"],
    "gives": lambda row: row["gives"],
    "state": lambda row: row["state"].replace("_", " "),
    "documents": lambda row: str(row["documents"]),
    "rows": lambda row: str(row["rows"]),
    "refused": lambda row: str(row["refused"]),
    "days not known": lambda row: ", ".join(row["days_missing"]) or "-",
}


def _by_day_and_side(cells: Iterable[Plain]) -> list[Plain]:
    groups: dict[tuple[str, str], list[Plain]] = {}
    for cell in cells:
        key = day_of(cell["began_us"]).isoformat(), cell["held_by"] or ""
        groups.setdefault(key, []).append(cell)
    rows = []
    for (day, holder), own in sorted(groups.items()):
        chances = [cell["detection_ppm"] for cell in own if cell["detection_ppm"] is not None]
        bounds = [cell["missed_upper_95"] for cell in own if cell["missed_upper_95"] is not None]
        rows.append(
            {
                "day": day,
                "held_by": holder,
                "cells": len(own),
                "not_observed": len(own) - len(chances),
                "low_ppm": min(chances, default=None),
                "high_ppm": max(chances, default=None),
                "missed": max(bounds, default=None),
                "sources": sorted({source for cell in own for source in cell["sources"]}),
            }
        )
    return rows


def _write(
    rows: list[Plain],
    form: Format,
    columns: dict[str, Callable[[Plain], str]],
    sort: Callable[[Plain], Any] | None = None,
) -> None:
    if form is Format.JSON:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form is Format.CSV:
        typer.echo(to_csv(rows), nl=False)
    elif form is Format.GEOJSON:
        typer.echo(to_geojson(rows), nl=False)
    else:
        # A pipe has no width: nothing is cut or folded there.
        console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
        table = Table(box=None, pad_edge=False)
        for number, name in enumerate(columns):
            table.add_column(name, no_wrap=number == 0)
        for row in sorted(rows, key=sort) if sort else rows:
            table.add_row(*(cell(row) for cell in columns.values()))
        console.print(table)
