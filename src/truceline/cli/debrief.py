"""`truceline debrief --mission DIR`: what was found in an exercise, and what was true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.pipeline import training


def debrief(
    mission: MissionOption,
    language: Annotated[str, typer.Option(help="en, uk or ru.")] = "en",
) -> None:
    """Compare what was found in an exercise with what was true.

    The whole comparison is written into DIR.exercise/truth, as debrief.md, .html and .json.

    Example: truceline debrief --mission missions/exercise --language uk
    """
    print_debrief(mission, language)


def print_debrief(mission: Path, language: str) -> None:
    """Write the debrief, and print its summary."""
    typer.echo("Compared with the truth of the exercise:")
    for sentence in training.debrief(mission, language):
        typer.echo(f"  {sentence}")
    typer.echo(f"The whole debrief: {training.debrief_page(mission)}")
