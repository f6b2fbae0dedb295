"""`truceline board serve`: the guarantors' pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.pipeline.board_console import serve_pages

PORT = 8471
BoardOption = Annotated[Path, typer.Option("--board", help="Folder of the board.")]


def serve(
    board: BoardOption,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = PORT,
    origin: Annotated[
        str, typer.Option(help="Origin that browsers open, if a proxy stands before it.")
    ] = "",
    development: Annotated[
        list[str] | None,
        typer.Option(
            "--development-login",
            help="Actor as whom anybody on this machine may log in without a passkey; for tries.",
        ),
    ] = None,
) -> None:
    """Serve the pages of a guarantors' board until it is interrupted.

    Example: truceline board serve --board boards/demo
    """
    serve_pages(
        board,
        host,
        port,
        started=lambda address: typer.echo(f"Board: {address}  (stop with Ctrl-C)"),
        origin=origin,
        development=development or (),
    )
