"""`truceline cell …`: what is due today, of whom, what is late; a calendar; who is told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.case import now_us
from truceline.cli.options import DayOption, MissionOption
from truceline.cli.plain import JsonOption, instant, print_json, print_rows, shown
from truceline.pipeline import cell as pipeline
from truceline.pipeline.acting import open_room
from truceline.records.units import day_of
from truceline.reports.calendar_export import calendar_text
from truceline.reports.words import load_words

# Exit code of `send` where something could not be told.
NOT_TOLD = 1
LanguageOption = Annotated[str, typer.Option("--lang", help="Language of the words.")]
cell_commands = typer.Typer(help="The coordination cell.", no_args_is_help=True)


@cell_commands.command()
def today(mission: MissionOption, date: DayOption = None, json: JsonOption = False) -> None:
    """Show what is due today, by whom, and what is late; of a mission or of a board.

    Example: truceline cell today --mission missions/demo
    """
    now = now_us()
    page = pipeline.today(open_room(mission), now, date or day_of(now))
    if json:
        print_json(page)
        return
    rows: list[tuple[object, ...]] = [
        (word, instant(one.due_us), one.what, one.name, one.of, one.about, one.article)
        for word, found in (("late", page.late), ("due", page.due))
        for one in found
    ]
    print_rows(rows, "nothing is due")
    typer.echo(f"later\t{page.later}")


@cell_commands.command()
def calendar(
    mission: MissionOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write, new.")],
    language: LanguageOption = "en",
) -> None:
    """Write everything that is due as a calendar (iCalendar).

    Example: truceline cell calendar -o due.ics --mission missions/demo
    """
    now = now_us()
    room = open_room(mission)
    dues = pipeline.dues(room, now)
    host = f"{mission.name}.truceline.example"
    text = calendar_text(dues, stamp_us=now, host=host, words=load_words(language))
    with out.open("xb") as file:
        file.write(text.encode())
    typer.echo(f"{out}\t{len(dues)} events")


@cell_commands.command()
def hooks(mission: MissionOption) -> None:
    """List who is told of deadlines: where, in whose eyes, of what, how long ahead, and its key.

    Example: truceline cell hooks --mission missions/demo
    """
    from truceline.pipeline import hooks as told  # noqa: PLC0415 - brings the rules of access

    deployment = told.open_deployment(mission)
    for one in deployment.file.hooks:
        typer.echo(f"{one.name}\t{one.host}")
        typer.echo(f"  as\t{one.actor or 'the public'}")
        typer.echo(f"  what\t{', '.join((*one.what, *one.kinds))}")
        typer.echo(f"  ahead\t{one.ahead_s} s")
        typer.echo(f"  key\t{one.public}")


@cell_commands.command()
def send(
    mission: MissionOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be sent, and write nothing.")
    ] = False,
) -> None:
    """Tell every hook what is due soon or late and was not told yet; for cron or a timer.

    The hooks stand in NAME.hooks.toml beside the folder. It tells, and does nothing else.

    Example: truceline cell send --mission missions/demo --dry-run
    """
    from truceline.pipeline import hooks as told  # noqa: PLC0415 - brings the rules of access

    outcomes = set()
    for line in (told.would_send if dry_run else told.send)(mission):
        outcomes.add(line.outcome)
        row = [line.outcome.replace("_", " "), line.hook, line.host]
        if line.due is not None:
            row += [line.type, line.due.what, shown(line.due.about), instant(line.due.due_us)]
        typer.echo("\t".join([*row, line.why] if line.why else row))
    if not outcomes:
        typer.echo("nothing to tell")
    if "failed" in outcomes:
        raise typer.Exit(NOT_TOLD)
