"""`truceline cell …`: what is due today, of whom, what is late, and a calendar of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.case import now_us
from truceline.cli.options import DayOption, MissionOption
from truceline.cli.plain import JsonOption, instant, print_json, print_rows
from truceline.pipeline import cell as pipeline
from truceline.pipeline.acting import open_room
from truceline.records.units import day_of
from truceline.reports.calendar_export import calendar_text
from truceline.reports.words import load_words

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
