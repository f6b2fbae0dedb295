"""`truceline derive --mission DIR`: derive again what the log now states."""

from __future__ import annotations

import typer

from truceline.cli.options import MissionOption, ThreadsOption, progress_bars
from truceline.pipeline.again import derive_again


def derive(mission: MissionOption, threads: ThreadsOption = 1) -> None:
    """Derive a mission again, with the documents that came in since, without the disputed ones.

    Needs the mission's key. What changed is stated anew; nothing that was stated is deleted. An
    incident that is told otherwise than before gets a new revision, and names those that it
    supersedes.

    Example: truceline derive --mission missions/demo
    """
    with progress_bars() as progress:
        done = derive_again(mission, threads=threads, progress=progress)
    typer.echo(f"read\t{done.parsed} documents that are new, or read otherwise than before")
    for name, why in done.disputed.items():
        typer.echo(f"disputed\t{name}: {why}")
    for change, count in done.revised.items():
        typer.echo(f"incidents {change}\t{count}")
    for name in done.files:
        typer.echo(f"changed\tderived/{name}")
    if not done.parsed and not done.files:
        typer.echo("nothing changed: what is derived follows from what the log states")
    typer.echo(f"head\t{done.size} statements")
