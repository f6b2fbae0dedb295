"""All commands in one visible table, and how an error is shown: one line, exit code 2.

A command's module is imported when the command is asked for: each brings the rooms that it needs,
and nobody who votes waits for those that fuse.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pkgutil import resolve_name
from typing import Annotated

import typer

from truceline import __version__

Command = Callable[..., None] | typer.Typer

# Each command or group, in the order of the help: its module in this room, and its name there.
COMMANDS: Mapping[str, str] = {
    "replay": "replay:replay",
    "derive": "derive:derive",
    "rerun": "rerun:rerun",
    "exercise": "exercise:exercise",
    "debrief": "debrief:debrief",
    "incidents": "lists:incidents",
    "findings": "lists:findings",
    "coverage": "lists:coverage",
    "claims": "lists:claims",
    "sources": "lists:sources",
    "report": "report:report",
    "serve": "serve:serve",
    "verify": "verify:verify",
    "show": "show:show",
    "bundle": "bundle:bundle",
    "fetch": "fetch:fetch",
    "fuse": "fuse:fuse",
    "demo": "demo:demo",
    "account": "account:account_commands",
    "agreement": "agreement:agreement_commands",
    "background": "background:background_commands",
    "board": "board:board_commands",
    "case": "case:case_commands",
    "cell": "cell:cell_commands",
    "consult": "consult:consult_commands",
    "guarantee": "guarantee:guarantee_commands",
    "hotline": "hotline:hotline_commands",
    "key": "key:key_commands",
    "ledger": "ledger:ledger_commands",
    "mirror": "mirror:mirror_commands",
    "sealed": "sealed:sealed_commands",
    "time": "stamp:time_commands",
    "vote": "vote:vote_commands",
    "motion": "commission:motion_commands",
    "determination": "commission:determination_commands",
    "remedy": "commission:remedy_commands",
    "deadline": "commission:deadline_commands",
    "seat": "commission:seat_commands",
    "window": "commission:window_commands",
    "pledge": "guarantors:pledge_commands",
    "breach": "guarantors:breach_commands",
    "clock": "guarantors:clock_commands",
    "decision": "guarantors:decision_commands",
    "procedure": "guarantors:procedure_commands",
    "sanction": "guarantors:sanction_commands",
}

FAILED = 2


def truceline(
    version: Annotated[bool, typer.Option("--version", help="Say the version, and stop.")] = False,
) -> None:
    """Watch a ceasefire, prove what happened, and tell against which article it counts."""
    if version:
        typer.echo(f"truceline {__version__}")
        raise typer.Exit


def app_of(names: Iterable[str]) -> typer.Typer:
    """Make the command line of some commands; their modules are imported now."""
    made = typer.Typer(
        help="Watch a ceasefire, prove what happened, and tell against which article it counts.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback(invoke_without_command=True)(truceline)
    for name in names:
        # A name in this room: the plan of imports is that of the module that it stands in.
        command: Command = resolve_name(f"truceline.cli.{COMMANDS[name]}")
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name)(command)
    return made


@cache
def whole() -> typer.Typer:
    """Make the command line of all commands."""
    return app_of(COMMANDS)


def __getattr__(name: str) -> typer.Typer:
    """Give `app`, the whole command line, to whoever imports it."""
    if name == "app":
        return whole()
    raise AttributeError(name)


def main() -> None:
    """Run the command line."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        run = app_of([asked]) if asked in COMMANDS else whole()
        run()
    except Exception as error:
        from truceline.pipeline.errors import ERRORS  # noqa: PLC0415 - it names every room

        if not isinstance(error, ERRORS):
            raise
        # One line, whatever the message holds: newlines in a value must not fake a second error.
        typer.echo("truceline: " + " ".join(str(error).split()), err=True)
        sys.exit(FAILED)
