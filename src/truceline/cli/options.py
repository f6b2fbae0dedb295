"""Options that several commands share: the mission, days, and how progress is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[str, int, int], None]
# As far as instants can be told in every file that is written.
YEARS = range(1990, 2090)


def day(text: str | date) -> date:
    """Read a UTC day; a default that is one already stays as it is."""
    if isinstance(text, date):
        return text
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write 2026-04-12") from None
    if value.year not in YEARS:
        raise typer.BadParameter(f"{text} is outside {YEARS.start} to {YEARS.stop - 1}")
    return value


def named(path: Path) -> Path:
    """Give a folder its name: what belongs to a mission stands beside it, under the same name."""
    return path if path.name else path.resolve()


MissionOption = Annotated[
    Path,
    typer.Option(
        "--mission",
        envvar="TRUCELINE_MISSION",
        help="Mission folder.",
        metavar="DIR",
        callback=named,
    ),
]
DayOption = Annotated[
    date | None,
    typer.Option("--date", parser=day, help="Only this UTC day.", metavar="DAY"),
]
ThreadsOption = Annotated[
    int,
    typer.Option(min=1, max=64, help="Threads that read documents; the result is the same."),
]


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Show one bar a step on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as bars:
        tasks: dict[str, object] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield report
