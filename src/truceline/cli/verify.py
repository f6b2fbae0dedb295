"""`truceline verify DIR`: recompute everything from the folder alone, name what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import ThreadsOption, progress_bars
from truceline.pipeline.verify import check_mission

NOT_VERIFIED = 1


def verify(
    folder: Annotated[Path, typer.Argument(help="Mission folder.", metavar="DIR")],
    key: Annotated[str, typer.Option(help="Verifier key of the signer, had from elsewhere.")] = "",
    replay: Annotated[
        bool, typer.Option("--replay", help="Also derive everything again and compare the bytes.")
    ] = False,
    threads: ThreadsOption = 1,
) -> None:
    """Check a mission from its folder alone; nothing beside it is read, no network is used.

    Exit code 0: consistent. 1: not, and the first thing that is wrong is named.

    Example: truceline verify missions/demo --replay
    """
    with progress_bars() as progress:
        verified = check_mission(
            folder, key or None, again=replay, threads=threads, progress=progress
        )
    report = verified.report
    if report.problem is not None:
        typer.echo(f"NOT VERIFIED: {report.problem.file}: {report.problem.why}", err=True)
        raise typer.Exit(NOT_VERIFIED)
    counts = ", ".join(f"{number} {name}" for name, number in sorted(report.counts.items()))
    typer.echo(f"consistent: {counts}; {report.size} statements under root {report.root}")
    if verified.replayed:
        typer.echo("replayed: the derived files follow from the originals, byte for byte")
    typer.echo(
        f"signed by {report.key}" if report.pinned else f"signer not pinned; it says {report.key}"
    )
