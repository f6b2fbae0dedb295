"""`truceline agreement check FILE`: is this agreement file whole, and what does it say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.pipeline.run import check_terms
from truceline.records.agreement import Agreement
from truceline.records.units import iso

FAILED = 2

agreement_commands = typer.Typer(help="Work on agreement files.", no_args_is_help=True)


@agreement_commands.callback()
def agreement() -> None:
    """Work on agreement files."""


@agreement_commands.command()
def check(
    file: Annotated[Path, typer.Argument(help="Agreement in TOML.")],
) -> None:
    """Check an agreement file, and say in words what it holds.

    Example: truceline agreement check easter-2026
    """
    report = check_terms(file)
    for problem in report.problems:
        typer.echo(f"problem: {problem}", err=True)
    for warning in report.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if report.agreement is None or report.problems:
        raise typer.Exit(FAILED)
    _tell(report.agreement)


def _tell(terms: Agreement) -> None:
    typer.echo(f"{terms.title} ({terms.id}), {terms.status}")
    typer.echo(f"parties: {', '.join(party.name for party in terms.parties)}")
    for reading in terms.readings:
        end = (
            "open"
            if reading.end is None
            else _instant(reading.end.not_before_us, reading.end.not_after_us)
        )
        start = _instant(reading.start.not_before_us, reading.start.not_after_us)
        typer.echo(f"reading {reading.id}: from {start} to {end}, said by {reading.start.said_by}")
    for clause in terms.clauses:
        typer.echo(f"clause {clause.id} ({clause.article}, {clause.kind}): {clause.words}")
    typer.echo(f"sha256 {terms.sha256}")


def _instant(not_before_us: int, not_after_us: int) -> str:
    if not_before_us == not_after_us:
        return iso(not_before_us)
    return f"{iso(not_before_us)}..{iso(not_after_us)}"
