"""`truceline case …`: every act on a case, and how the cases stand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.acting import add_acts
from truceline.cli.options import MissionOption
from truceline.cli.plain import JsonOption, instant, print_fields, print_json, print_rows
from truceline.pipeline.acting import open_room
from truceline.pipeline.chamber import Commission, full_id
from truceline.records.permission import DISCLOSURE_TIERS
from truceline.reports.case_record import Reader

case_commands = typer.Typer(help="Cases of the commission.", no_args_is_help=True)
CaseArgument = Annotated[str, typer.Argument(help="Id of the case, short or whole.")]


def now_us() -> int:
    """Tell the time: what is due depends on it."""
    return time.time_ns() // 1000


@case_commands.command("list")
def list_command(mission: MissionOption, json: JsonOption = False) -> None:
    """List the cases, oldest first: status, severity, next deadline, who works on it.

    Example: truceline case list --mission missions/demo
    """
    board = Commission(mission).chamber(now_us()).board()
    if json:
        print_json(board)
        return
    print_rows(
        (
            (one.id, one.status, one.severity, instant(one.next_due_us), one.assigned_to, one.title)
            for one in board
        ),
        "no case was opened",
    )


@case_commands.command()
def show(case: CaseArgument, mission: MissionOption, json: JsonOption = False) -> None:
    """Show one case whole: positions, evidence, motions, determinations, remedies, deadlines.

    Example: truceline case show 1f0c9a77e2 --mission missions/demo
    """
    chamber = Commission(mission).chamber(now_us())
    view = chamber.view(_known(case, chamber.cases))
    (print_json if json else print_fields)(view)


@case_commands.command("file")
def file_command(
    case: CaseArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="File: NAME.html, .pdf or .json.")],
    mission: MissionOption,
    tier: Annotated[str, typer.Option(help=f"For whom: {', '.join(DISCLOSURE_TIERS)}.")] = "public",
    party: Annotated[
        str, typer.Option(help="State that reads: what is withheld from it stays withheld.")
    ] = "",
    released: Annotated[
        list[str] | None,
        typer.Option(help="Originator-controlled exhibit released to the reader, by its id."),
    ] = None,
    language: Annotated[str, typer.Option(help="en, uk or ru.")] = "en",
) -> None:
    """Write a case as one file for a reader: what he may not see is said to be withheld.

    The public tier shows the case as it was a day ago, once it was published.

    Example: truceline case file 1f0c9a77e2 --tier commission -o case.pdf --mission missions/demo
    """
    # Only here: the writers of HTML and PDF are an extra, and slow to import.
    from truceline.pipeline.case_files import write_case_file  # noqa: PLC0415

    if tier not in DISCLOSURE_TIERS:
        raise typer.BadParameter(f"--tier {tier!r} is none of {', '.join(DISCLOSURE_TIERS)}")
    reader = Reader(tier=tier, party=party, released=tuple(released or ()))
    write_case_file(mission, case, out, reader, language, now_us())


@case_commands.command()
def hats(case: CaseArgument, mission: MissionOption, json: JsonOption = False) -> None:
    """Show what each state is in a case at once: party, sensor owner, mirror, judge, guarantor.

    Example: truceline case hats 1f0c9a77e2 --mission missions/demo
    """
    chamber = Commission(mission).chamber(now_us())
    found = chamber.view(_known(case, chamber.cases)).hats
    if json:
        print_json(found)
        return
    for one in found:
        worn = {
            "party": one.is_party,
            "sensor owner": one.owns_sensors,
            "mirror": one.keeps_mirror,
            "judge": bool(one.judges),
            "recused": bool(one.recused),
            "guarantor": one.guarantees,
        }
        doubtful = [name for name, is_worn in worn.items() if is_worn is None]
        known = ", ".join(name for name, is_worn in worn.items() if is_worn)
        said = f"\tnot known: {', '.join(doubtful)}" if doubtful else ""
        typer.echo(f"{one.state}\t{known}{said}")


@case_commands.command()
def patterns(mission: MissionOption, json: JsonOption = False) -> None:
    """Show which cases share a place, the area of a unit or an order, and how often it recurs.

    Example: truceline case patterns --mission missions/demo
    """
    chamber = Commission(mission).chamber(now_us())
    found = {
        (one.by, one.key): one for case in chamber.cases for one in chamber.view(case).patterns
    }
    if json:
        print_json(tuple(found.values()))
        return
    print_rows(
        ((one.by, one.key, one.recurrence, one.cases) for one in found.values()),
        "no cases share anything that is known",
    )


@case_commands.command()
def refused(mission: MissionOption, json: JsonOption = False) -> None:
    """List every act that stands in the log and has no effect, with the rule that refused it.

    A board's refused acts are listed too.

    Example: truceline case refused --mission missions/demo
    """
    found = open_room(mission).refused(now_us())
    if json:
        print_json(found)
        return
    print_rows(
        ((one.index, one.name, one.actor, one.rule, one.article, one.why) for one in found),
        "no act was refused",
    )


def _known(case: str, cases: tuple[str, ...]) -> str:
    """Give the whole id of a case.

    Raises:
        FormatError: There is none of this id, or several begin so.
        LookupError: No id was given.
    """
    if not case:
        raise LookupError("give the id of a case: truceline case list shows them")
    return full_id(case, cases, "case")


add_acts(case_commands, "case")
