"""`truceline replay FOLDER --agreement FILE --mission DIR`: run the whole job on documents."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption, ThreadsOption, day, progress_bars
from truceline.cli.summary import print_summary
from truceline.pipeline import run

SHOWN_NAMES = 5


def replay(
    folder: Annotated[Path, typer.Argument(help="Folder laid out like the shared data.")],
    agreement: Annotated[
        list[Path], typer.Option(help="Agreement in TOML; may be given several times.")
    ],
    mission: MissionOption,
    since: Annotated[
        date | None, typer.Option("--from", parser=day, help="First UTC day, included.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--to", parser=day, help="Last UTC day, included.")
    ] = None,
    title: Annotated[str, typer.Option(help="What the mission is called.")] = "",
    threads: ThreadsOption = 1,
) -> None:
    """Run the whole job on a folder of documents, and keep it as a mission.

    What is missing in the folder is reported as not known, never as nothing.

    Example: truceline replay ../shared/data --agreement easter-2026 --mission missions/easter
    """
    _name_unread(folder)
    with progress_bars() as progress:
        view = run.replay(
            folder,
            [run.named_agreement(path) for path in agreement],
            mission,
            since=since,
            until=until,
            title=title,
            threads=threads,
            progress=progress,
        )
    print_summary(view)


def _name_unread(folder: Path) -> None:
    """Name the files that no feed reads, so that a misspelt name does not vanish in silence."""
    names = run.unclaimed(folder) if folder.is_dir() else ()
    if names:
        shown = ", ".join(names[:SHOWN_NAMES]) + (", ..." if len(names) > SHOWN_NAMES else "")
        typer.echo(f"{len(names)} files are of no known source and are not read: {shown}", err=True)
