"""`truceline consult …`: consultations of the guarantors."""

from __future__ import annotations

import typer

from truceline.cli.acting import add_acts
from truceline.cli.case import now_us
from truceline.cli.options import MissionOption
from truceline.cli.plain import JsonOption, print_fields, print_json
from truceline.pipeline.board import GuarantorsBoard

consult_commands = typer.Typer(help="Consultations of the guarantors.", no_args_is_help=True)


@consult_commands.command("list")
def list_command(mission: MissionOption, json: JsonOption = False) -> None:
    """List the consultations: who was invited, who has the notice, who came, who did not.

    Example: truceline consult list --mission boards/demo
    """
    found = GuarantorsBoard(mission).board(now_us()).consultations
    if json:
        print_json(found)
        return
    if not found:
        typer.echo("no consultation was called")
    for one in found:
        print_fields(one)


add_acts(consult_commands, "consult", "consultation")
