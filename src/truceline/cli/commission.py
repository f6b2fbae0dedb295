"""The commission's acts that have no list of their own: one group of commands each."""

from __future__ import annotations

import typer

from truceline.cli.acting import add_acts

HELP = {
    "motion": "Questions before a body.",
    "determination": "What a body determined.",
    "remedy": "Remedies and their follow-up.",
    "deadline": "Deadlines that passed.",
    "seat": "Who sits in a body.",
    "window": "Silence windows and corridors.",
}


def _group(name: str) -> typer.Typer:
    app = typer.Typer(help=HELP[name], no_args_is_help=True)
    add_acts(app, name)
    return app


COMMISSION_COMMANDS = {name: _group(name) for name in HELP}
