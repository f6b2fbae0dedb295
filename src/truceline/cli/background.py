"""`truceline background fit FOLDER -o FILE`: what burns in peace, fitted from the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import progress_bars
from truceline.pipeline.background import fit

background_commands = typer.Typer(help="The peacetime background.", no_args_is_help=True)


@background_commands.callback()
def background() -> None:
    """The peacetime background: what burns without a war, by place and week."""


@background_commands.command("fit")
def fit_command(
    folder: Annotated[Path, typer.Argument(help="Folder that holds fire_history/.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Parameter file to write.")],
) -> None:
    """Fit the background again from the archive of detections; the package holds version 1.

    Example: truceline background fit ../shared/data -o background-1.csv.gz
    """
    with progress_bars() as progress:
        cells, sites = fit(folder, output, progress)
    typer.echo(f"{output}: {cells} cells by 52 weeks, {sites} places that are always hot")
