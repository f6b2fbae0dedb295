"""`truceline exercise --seed 7 --days 7 --mission DIR`: a simulated week whose truth is known."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from truceline.cli.debrief import print_debrief
from truceline.cli.options import MissionOption, ThreadsOption, day, progress_bars
from truceline.cli.summary import print_summary
from truceline.pipeline import run


def exercise(
    mission: MissionOption,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same world.")] = 7,
    days: Annotated[int, typer.Option(min=1, max=60, help="Simulated days.")] = 7,
    start: Annotated[date, typer.Option(parser=day, help="First simulated UTC day.")] = date(
        2025, 3, 20
    ),
    family: Annotated[
        str, typer.Option(help=f"What kind of week: {', '.join(run.FAMILY_NAMES)}.", metavar="NAME")
    ] = run.DEFAULT_FAMILY,
    threads: ThreadsOption = 1,
) -> None:
    """Make an exercise, run the whole job on it, and compare what was found with what was true.

    Documents, the players' briefing and, in `truth`, the controllers' papers stay in DIR.exercise.

    Example: truceline exercise --seed 7 --days 7 --mission missions/exercise
    """
    with progress_bars() as progress:
        view = run.exercise(
            mission,
            seed=seed,
            days=days,
            start=start,
            family=family,
            threads=threads,
            progress=progress,
        )
    print_summary(view)
    view.close()
    typer.echo("")
    print_debrief(mission, "en")
