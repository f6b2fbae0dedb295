"""`truceline guarantee …`: the guarantors' board, and every act of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from truceline.cli.acting import add_acts
from truceline.cli.case import now_us
from truceline.cli.options import MissionOption
from truceline.cli.plain import JsonOption, instant, print_fields, print_json, print_rows
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.forms import read_instant
from truceline.records.ids import short_id

guarantee_commands = typer.Typer(
    help="Commitments and the guarantors' board.", no_args_is_help=True
)
FromOption = Annotated[
    str, typer.Option("--from", help="The instant to count from.", metavar="TIME")
]


@guarantee_commands.command()
def board(mission: MissionOption, json: JsonOption = False) -> None:
    """Show the board: declarations, clocks, consultations, each state's standing, assessments.

    Example: truceline guarantee board --mission boards/demo
    """
    found = GuarantorsBoard(mission).board(now_us())
    if json:
        print_json(found)
        return
    rows: list[tuple[object, ...]] = [
        (
            "declaration", one.id, one.trigger, instant(one.instant_us), one.body,
            f"unwound by {one.unwound_by}" if one.unwound_by else "stands",
        )
        for one in found.declarations
    ]  # fmt: skip
    rows += [("clock", one.id, one.state, instant(one.due_us)) for one in found.clocks]
    rows += [("consultation", one.id, one.state) for one in found.consultations]
    rows += [("guarantee", one.state, one.component, one.status) for one in found.guarantees]
    rows += [
        ("texts differ", one.id, one.state, one.component, f"{text.id}: {text.words}", text.source)
        for one in found.differing
        for text in one.texts
    ]
    rows += [
        (
            "activation", one.id, one.state, one.component, one.commitment,
            "stood down" if one.stood_down_by else "stands", *_lost(one.stood_on_corrected),
        )
        for one in found.activations
    ]  # fmt: skip
    rows += [
        (
            "assessment", one.trigger, one.party, one.by_findings, one.by_determinations,
            *([f"unwound by {short_id(one.unwound_by)}"] if one.unwound_by else []),
        )
        for one in found.assessments
    ]  # fmt: skip
    print_rows(rows, "nothing was declared, and no commitment is registered")


def _lost(grounds: Iterable[str]) -> list[str]:
    """Tell what no longer stands of what a state acted on; only the state ends its act."""
    told = ", ".join(short_id(one) for one in grounds)
    return [f"stood on {told}, which no longer stands"] if told else []


@guarantee_commands.command()
def gap(
    mission: MissionOption,
    scenario: Annotated[str, typer.Option(help="Id of the scenario, if there are several.")] = "",
    since: FromOption = "",
    what_if: Annotated[
        list[str] | None,
        typer.Option(help="Step taken as done: PROCEDURE/STEP; may be given several times."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what would lawfully and physically be there after 24 h, 72 h and 30 days, and why not.

    Example: truceline guarantee gap --mission boards/demo --from 2026-04-12T10:00:00Z
    """
    declared_us = read_instant(since, "--from") if since else None
    found = GuarantorsBoard(mission).gap(scenario, declared_us, now_us(), what_if or ())
    (print_json if json else print_fields)(found)


@guarantee_commands.command()
def register(mission: MissionOption, json: JsonOption = False) -> None:
    """Show the register after the acts: commitments with every text, procedures, pledges.

    Example: truceline guarantee register --mission boards/demo --json
    """
    state = GuarantorsBoard(mission).register_state(now_us())
    if json:
        print_json(state)
        return
    rows: list[tuple[object, ...]] = [
        ("commitment", one.id, one.state, one.component, f"{len(one.versions)} texts")
        for one in state.register.commitments
    ]
    rows += [("procedure", one.id, one.state) for one in state.register.procedures]
    rows += [("pledge", one.id, one.state, one.stage, one.title) for one in state.register.pledges]
    print_rows(rows, "the register is empty")


@guarantee_commands.command()
def earliest(
    state: Annotated[str, typer.Argument(help="Code of the state.")],
    mission: MissionOption,
    since: FromOption = "",
    emergency: Annotated[bool, typer.Option(help="Take emergency ways too.")] = False,
    json: JsonOption = False,
) -> None:
    """Give the earliest lawful date of each procedure of a state, with its critical path.

    Example: truceline guarantee earliest UK --mission boards/demo
    """
    now = now_us()
    asked_us = read_instant(since, "--from") if since else now
    found = GuarantorsBoard(mission).earliest(state, asked_us, now, emergency=emergency)
    if json:
        print_json(found)
        return
    for one in found:
        print_fields(one)


add_acts(guarantee_commands, "guarantee", "commitment", "activation", "response", whole_name=True)
