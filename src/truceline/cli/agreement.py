"""`truceline agreement check|explore FILE`: is it whole, what does it say, can it stand still."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from truceline.pipeline.mandates import explore_checked
from truceline.pipeline.run import check_terms
from truceline.records.agreement import Agreement
from truceline.records.canonical import plain
from truceline.records.units import iso
from truceline.reports.standstill import tell_counted_on, tell_path
from truceline.reports.words import load_words

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
    for warning in report.warnings:
        typer.echo(f"warning: {warning}", err=True)
    _tell(_whole(report.agreement, report.problems))


@agreement_commands.command("explore")
def explore_command(
    file: Annotated[Path, typer.Argument(help="Agreement in TOML.")],
    language: Annotated[str, typer.Option(help="en, uk or ru.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Write everything as JSON.")] = False,
) -> None:
    """Show every way in which the bodies of an agreement can stand still for ever.

    Example: truceline agreement explore minsk-jccc
    """
    report = check_terms(file)
    _whole(report.agreement, report.problems)
    found = explore_checked(report)
    if found is None:
        typer.echo(f"{file.name} names no body and no rule: there is nothing to explore", err=True)
        raise typer.Exit(FAILED)
    if as_json:
        typer.echo(json.dumps(plain(found), indent=1, ensure_ascii=False))
        return
    words = load_words(language)
    for number, path in enumerate(found.paths, start=1):
        title, *lines = tell_path(path, words)
        typer.echo(f"{number}. {title}")
        for line in lines:
            typer.echo(f"   {line}")
    if not found.paths:
        typer.echo(words["standstill.none_found"])
    if relied := tell_counted_on(found, words):
        typer.echo(relied)


def _whole(terms: Agreement | None, problems: tuple[str, ...]) -> Agreement:
    """Give the agreement, or tell its problems and leave."""
    for problem in problems:
        typer.echo(f"problem: {problem}", err=True)
    if terms is None or problems:
        raise typer.Exit(FAILED)
    return terms


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
