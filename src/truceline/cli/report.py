"""`truceline report --date DAY --language en -o FILE.html`: the daily report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption, day
from truceline.pipeline.telling import open_told


def report(
    mission: MissionOption,
    on: Annotated[date, typer.Option("--date", parser=day, help="UTC day.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML file to write.")],
    language: Annotated[str, typer.Option(help="en, uk or ru.")] = "en",
) -> None:
    """Write the report of one day as one HTML file that needs nothing else.

    Example: truceline report --mission missions/demo --date 2026-04-12 -o report.html
    """
    page = open_told(mission).report(on, language)
    output.write_text(page, encoding="utf-8")
    typer.echo(f"{output}: report of {on}, {len(page.encode()) // 1000} kB")
