"""`truceline fetch --from DAY --to DAY --out FOLDER`: bring documents from the public sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import day, progress_bars
from truceline.pipeline import run

INCOMPLETE = 2


def fetch(
    since: Annotated[date, typer.Option("--from", parser=day, help="First UTC day, included.")],
    until: Annotated[date, typer.Option("--to", parser=day, help="Last UTC day, included.")],
    out: Annotated[Path, typer.Option(help="Folder to fill; what it holds is kept.")],
) -> None:
    """Fetch what the public sources hold; run it again to go on where it stopped.

    FIRMS needs your own free key in FIRMS_MAP_KEY. What did not come is named, in the manifest too.

    Example: truceline fetch --from 2026-04-08 --to 2026-04-14 --out data
    """
    if until < since:
        raise typer.BadParameter(f"--to {until} is before --from {since}")
    with progress_bars() as progress:
        manifest = run.fetch(since, until, out, progress)
    typer.echo(f"{out}: {len(manifest.came)} documents came, {len(manifest.missing)} did not")
    for missing in manifest.missing:
        typer.echo(f"  not known: {missing.name}: {missing.error}", err=True)
    if not manifest.came:
        raise typer.Exit(INCOMPLETE)
