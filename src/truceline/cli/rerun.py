"""`truceline rerun`: associate days or years again, here or on a cluster."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import day, named, progress_bars
from truceline.pipeline.pool import pool_of
from truceline.pipeline.rerun import Cut, given_columns, given_mission
from truceline.pipeline.rerun import rerun as associate


def _cut(text: str) -> Cut:
    """Read how many periods and tiles."""
    periods, _, tiles = text.partition("x")
    if not (periods.isdecimal() and tiles.isdecimal() and int(periods) and int(tiles)):
        raise typer.BadParameter(f"{text!r} is no cut; write 12x4")
    return Cut(periods=int(periods), tiles=int(tiles))


def rerun(
    since: Annotated[
        date, typer.Option("--from", parser=day, metavar="DAY", help="First UTC day.")
    ],
    until: Annotated[date, typer.Option("--to", parser=day, metavar="DAY", help="Last UTC day.")],
    mission: Annotated[
        Path | None,
        typer.Option(
            "--mission",
            envvar="TRUCELINE_MISSION",
            metavar="DIR",
            callback=lambda path: path and named(path),
            help="Mission folder whose observations are associated.",
        ),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            help="Detections instead, as a Parquet file or a folder of them in order of time.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that the result is written to.")] = Path(
        "rerun"
    ),
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler, for example tcp://10.0.0.1:8786."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=4096, help="Processes here, or workers that the cluster has.")
    ] = 2,
    cut: Annotated[
        Cut | None,
        typer.Option(
            parser=_cut,
            metavar="PERIODSxTILES",
            help="Into how many pieces, for example 12x4; chosen by the rows if not given.",
        ),
    ] = None,
) -> None:
    """Associate the detections of days or years again; any partition gives the same incidents.

    What lies before the first day is not looked at, so an incident of the days before begins anew.
    Finished pieces are kept in the folder until the end: the same command, run again after a crash,
    goes on where it was. The digest is that of all columns of the result.

    Example: truceline rerun --mission missions/demo --from 2026-04-09 --to 2026-04-15
    """
    if until < since:
        raise typer.BadParameter(f"--to {until} is before --from {since}")
    if columns is not None:
        given = given_columns(columns, since, until)
    elif mission is not None:
        given = given_mission(mission, since, until)
    else:
        raise typer.BadParameter("name a mission, or columns")
    with progress_bars() as progress, pool_of(scheduler, workers) as pool:
        done = associate(given, out, pool, cut=cut, workers=workers, progress=progress)
    typer.echo(f"rows\t{done.rows}")
    typer.echo(f"incidents\t{done.incidents}")
    typer.echo(f"pieces\t{done.pieces}, {done.again} done again, {done.kept} kept from before")
    typer.echo(f"digest\t{done.digest}")
