"""`truceline serve --mission DIR`: the console, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.pipeline.console import serve_console

PORT = 8470


def serve(
    mission: MissionOption,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = PORT,
    origin: Annotated[
        str, typer.Option(help="Origin that browsers open, if a proxy stands before it.")
    ] = "",
    development_login: Annotated[
        list[str] | None,
        typer.Option(help="Name of a key as which anybody on this machine may log in; for tests."),
    ] = None,
) -> None:
    """Serve the console of a mission until it is interrupted.

    Example: truceline serve --mission missions/demo
    """
    serve_console(
        mission,
        host,
        port,
        origin=origin,
        development=development_login or (),
        started=lambda address: typer.echo(f"Console: {address}  (stop with Ctrl-C)"),
    )
