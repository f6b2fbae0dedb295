"""All commands in one visible table, and how an error is shown: one line, exit code 2."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from truceline import __version__
from truceline.cli.agreement import agreement_commands
from truceline.cli.background import background_commands
from truceline.cli.board import board_commands
from truceline.cli.bundle import bundle
from truceline.cli.case import case_commands
from truceline.cli.cell import cell_commands
from truceline.cli.commission import COMMISSION_COMMANDS
from truceline.cli.consult import consult_commands
from truceline.cli.debrief import debrief
from truceline.cli.demo import demo
from truceline.cli.derive import derive
from truceline.cli.exercise import exercise
from truceline.cli.fetch import fetch
from truceline.cli.fuse import fuse
from truceline.cli.guarantee import GUARANTEE_COMMANDS, guarantee_commands
from truceline.cli.hotline import hotline_commands
from truceline.cli.key import key_commands
from truceline.cli.ledger import ledger_commands
from truceline.cli.lists import claims, coverage, findings, incidents, sources
from truceline.cli.mirror import mirror_commands
from truceline.cli.replay import replay
from truceline.cli.report import report
from truceline.cli.rerun import rerun
from truceline.cli.sealed import sealed_commands
from truceline.cli.serve import serve
from truceline.cli.show import show
from truceline.cli.stamp import time_commands
from truceline.cli.verify import verify
from truceline.cli.vote import vote_commands
from truceline.pipeline.errors import ERRORS

COMMANDS = (
    replay,
    derive,
    rerun,
    exercise,
    debrief,
    incidents,
    findings,
    coverage,
    claims,
    sources,
    report,
    serve,
    verify,
    show,
    bundle,
    fetch,
    fuse,
    demo,
)

FAILED = 2

app = typer.Typer(
    help="Watch a ceasefire, prove what happened, and tell against which article it counts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def truceline(
    version: Annotated[bool, typer.Option("--version", help="Say the version, and stop.")] = False,
) -> None:
    """Watch a ceasefire, prove what happened, and tell against which article it counts."""
    if version:
        typer.echo(f"truceline {__version__}")
        raise typer.Exit


for command in COMMANDS:
    app.command()(command)
app.add_typer(agreement_commands, name="agreement")
app.add_typer(background_commands, name="background")
app.add_typer(board_commands, name="board")
app.add_typer(case_commands, name="case")
app.add_typer(cell_commands, name="cell")
app.add_typer(consult_commands, name="consult")
app.add_typer(guarantee_commands, name="guarantee")
app.add_typer(hotline_commands, name="hotline")
app.add_typer(key_commands, name="key")
app.add_typer(ledger_commands, name="ledger")
app.add_typer(mirror_commands, name="mirror")
app.add_typer(sealed_commands, name="sealed")
app.add_typer(time_commands, name="time")
app.add_typer(vote_commands, name="vote")
for name, commands in (COMMISSION_COMMANDS | GUARANTEE_COMMANDS).items():
    app.add_typer(commands, name=name)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ERRORS as error:
        # One line, whatever the message holds: newlines in a value must not fake a second error.
        typer.echo("truceline: " + " ".join(str(error).split()), err=True)
        sys.exit(FAILED)
