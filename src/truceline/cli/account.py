"""`truceline account …`: who may come into the pages of a mission or of a board."""

from __future__ import annotations

from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.cli.plain import JsonOption, print_json, print_rows
from truceline.pipeline import letting_in

ActorArgument = Annotated[str, typer.Argument(help="Name of his key, as the agreement has it.")]
account_commands = typer.Typer(help="Who may log in to the pages.", no_args_is_help=True)


@account_commands.command()
def invite(actor: ActorArgument, mission: MissionOption) -> None:
    """Print a code by which somebody registers a passkey: good once, for three days.

    Example: truceline account invite example.org/gb --mission boards/demo
    """
    typer.echo(letting_in.invite(mission, actor))


@account_commands.command()
def dismiss(actor: ActorArgument, mission: MissionOption) -> None:
    """Take somebody's passkeys and invitations away, and end his sessions at once.

    Example: truceline account dismiss example.org/gb --mission boards/demo
    """
    had = letting_in.dismiss(mission, actor)
    typer.echo(f"{actor}\t{had.passkeys} passkeys\t{had.invitations} invitations\ttaken away")


@account_commands.command("list")
def listed(mission: MissionOption, json: JsonOption = False) -> None:
    """List who has a passkey or an invitation that is still good.

    Example: truceline account list --mission missions/demo
    """
    found = letting_in.listed(mission)
    if json:
        print_json(found)
        return
    rows = [
        (one.actor, f"{one.passkeys} passkeys", f"{one.invitations} invitations") for one in found
    ]
    print_rows(rows, "nobody has an account")
