"""`truceline board …`: the guarantors' own deployment, and what it takes from missions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli import board_serve
from truceline.cli.options import MissionOption, named
from truceline.pipeline.board_folder import new_board
from truceline.pipeline.imports import import_evidence

board_commands = typer.Typer(help="The guarantors' deployment.", no_args_is_help=True)
board_commands.command("serve")(board_serve.serve)


@board_commands.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make; must not exist.", callback=named)],
    agreement: Annotated[
        list[Path],
        typer.Option(help="Agreement whose bodies and roles hold here; several may be given."),
    ],
    register: Annotated[
        list[Path] | None, typer.Option(help="Register of commitments; several may be given.")
    ] = None,
    terms: Annotated[
        Path | None, typer.Option(help="What the text says of clocks and triggers.")
    ] = None,
    title: Annotated[str, typer.Option(help="What it is called.")] = "The guarantors' board",
) -> None:
    """Make a board: a log of its own, with a key of its own beside it. Prints the log's key.

    Example: truceline board new boards/demo --agreement paris.toml --register register.toml
    """
    files = [] if terms is None else [terms]
    typer.echo(str(new_board(folder, title, agreement, register or (), files)))


@board_commands.command("import")
def import_command(
    source: Annotated[Path, typer.Argument(help="Mission folder, or the file of a bundle.")],
    key: Annotated[str, typer.Option(help="Verifier key of the mission's log, had elsewhere.")],
    mission: MissionOption,
) -> None:
    """Take the signed acts and findings of a mission, or a bundle, with their proofs; one way.

    What does not verify, or does not continue what was imported before, is refused whole. The
    mission is only read.

    Example: truceline board import missions/demo --key "$KEY" --mission boards/demo
    """
    found = import_evidence(mission, source, key)
    typer.echo(f"log\t{found.origin}")
    typer.echo(f"entries\t{found.size}, {found.entries} of them new")
    typer.echo(f"acts\t{found.acts}")
    typer.echo(f"files\t{found.files} new")
