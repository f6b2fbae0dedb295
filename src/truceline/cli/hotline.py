"""`truceline hotline …`: calls between parties, and their log."""

from __future__ import annotations

import typer

from truceline.cli.acting import add_acts
from truceline.cli.case import now_us
from truceline.cli.options import MissionOption
from truceline.cli.plain import JsonOption, instant, print_json, print_rows
from truceline.pipeline.chamber import Commission

hotline_commands = typer.Typer(help="The hotline and the incident room.", no_args_is_help=True)


@hotline_commands.command()
def log(mission: MissionOption, json: JsonOption = False) -> None:
    """Show every call with its acknowledgement, and every notified return-fire order.

    Example: truceline hotline log --mission missions/demo
    """
    chamber = Commission(mission).chamber(now_us())
    if json:
        print_json({"calls": chamber.calls, "return_fire": chamber.return_fire})
        return
    rows: list[tuple[object, ...]] = [
        (
            instant(one.at_us), "call", one.id, one.from_state, one.to,
            f"acknowledged {instant(one.acknowledged_us)}"
            if one.acknowledged_us is not None
            else "not acknowledged",
            one.text,
        )
        for one in chamber.calls
    ]  # fmt: skip
    rows += [
        (
            instant(one.at_us), "return-fire order", one.id, one.party, "-",
            "hotline tried before" if one.tried_first else "hotline not tried before", one.text,
        )
        for one in chamber.return_fire
    ]  # fmt: skip
    print_rows(sorted(rows, key=lambda row: str(row[0])), "no call was made")


add_acts(hotline_commands, "hotline")
