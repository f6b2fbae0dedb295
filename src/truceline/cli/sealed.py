"""`truceline sealed …`: commit to a register of sites, open one, check one, redact one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption, day
from truceline.pipeline import sealed as pipeline
from truceline.records.units import day_start_us, iso

NOT_VERIFIED = 1

sealed_commands = typer.Typer(
    help="Fields that are signed and not shown: a register of protected sites.",
    no_args_is_help=True,
)

IndexArgument = Annotated[
    int, typer.Argument(help="Index of the sealed statement; `sealed list` tells.", min=0)
]


@sealed_commands.command()
def group(
    file: Annotated[Path, typer.Argument(help="New file for the group's secret.")],
    name: Annotated[str, typer.Option(help="Name of the group, as in labels.")],
) -> None:
    """Make the key of a group of readers; prints the public key, which owners of registers need.

    Example: truceline sealed group observers.group --name OBSERVERS
    """
    typer.echo(pipeline.make_group(file, name))


@sealed_commands.command("commit")
def commit_command(
    sites: Annotated[
        Path,
        typer.Argument(help=f"CSV, or JSON list, with {', '.join(pipeline.COLUMNS)}."),
    ],
    mission: MissionOption,
    title: Annotated[str, typer.Option(help="What the register is; everybody can read it.")],
    to: Annotated[list[str], typer.Option(help="Public key of a group that may read; repeatable.")],
    label: Annotated[str, typer.Option(help="Word of TLP 2.0.")] = "AMBER+STRICT",
    expires: Annotated[
        date | None,
        typer.Option(parser=day, help="UTC day from which the label holds no more.", metavar="DAY"),
    ] = None,
) -> None:
    """Commit to every site of a register, without showing any.

    Needs the mission's key. Writes an encrypted blob a site beside the mission, and the owner's
    openings: keep them, nobody can make them again.

    Example: truceline sealed commit sites.csv --mission missions/demo --title Hospitals --to "$KEY"
    """
    expires_us = None if expires is None else day_start_us(expires)
    for one in pipeline.seal_register(mission, sites, title, to, label, expires_us):
        typer.echo(
            f"entry {one.index}\t{one.title}: {one.sites} sites, {one.blob_bytes} bytes of blobs"
        )
        typer.echo(f"openings\t{one.openings}: the owner's, secret")


@sealed_commands.command("list")
def list_command(mission: MissionOption) -> None:
    """List what is sealed: how many fields, how many redacted, how many blobs lie here.

    Example: truceline sealed list --mission missions/demo
    """
    found, void = pipeline.list_sealed(mission)
    for register, here in found:
        statement = register.statement
        typer.echo(
            f"entry {register.index}\t{statement.body['title']}\t{len(statement.commits)} sealed\t"
            f"{len(register.redacted)} redacted\t{here} blobs here\t"
            f"{pipeline.shown_label(statement.label)}"
        )
        for commitment, index in sorted(register.redacted.items()):
            typer.echo(f"\tredacted by entry {index}\t{commitment}")
    for one in void:
        typer.echo(f"entry {one.index}\tredacts nothing: {one.why}")
    if not found:
        typer.echo("nothing is sealed", err=True)


@sealed_commands.command("open")
def open_command(
    index: IndexArgument,
    mission: MissionOption,
    group_file: Annotated[
        Path | None, typer.Option("--group", help="Secret of a group.", metavar="FILE")
    ] = None,
    openings: Annotated[
        Path | None, typer.Option(help="The owner's openings.", metavar="FILE")
    ] = None,
    site: Annotated[str, typer.Option(help="Id of one site; without it, all.", metavar="ID")] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Disclosure to write, new: this one site.", metavar="FILE"
        ),
    ] = None,
) -> None:
    """Open sites with a group's key or the owner's openings; with -o, one for somebody else.

    The file shows that one site and proves that it was committed to; of the others it shows only
    that they exist.

    Example: truceline sealed open 412 --group observers.group --mission missions/demo
    """
    if (group_file is None) == (openings is None):
        raise typer.BadParameter("give one of --group and --openings")
    if out is not None and not site:
        raise typer.BadParameter("-o writes one site: say which with --site")
    found = pipeline.open_sites(mission, index, group=group_file, openings=openings)
    if not site:
        for one in found:
            typer.echo(pipeline.shown_value(one))
        return
    opening = pipeline.site_of(found, site)
    typer.echo(pipeline.shown_value(opening))
    if out is not None:
        size = pipeline.disclose(mission, index, opening, out)
        typer.echo(f"{out}: {size} bytes; check it with: truceline sealed check {out} --key KEY")


@sealed_commands.command()
def check(
    file: Annotated[Path, typer.Argument(help="Disclosure.", metavar="DISCLOSURE")],
    key: Annotated[str, typer.Option(help="Verifier key of the log, had from elsewhere.")],
) -> None:
    """Check a disclosed site from its file and the log's key alone.

    Exit code 0: it proves what is printed. 1: it proves nothing.

    Example: truceline sealed check bridge.disclosure --key "example.org/m+0f1e2d3c+AbCd"
    """
    told = pipeline.check_file(file, key)
    if isinstance(told, str):
        typer.echo(f"NOT VERIFIED: {told}", err=True)
        raise typer.Exit(NOT_VERIFIED)
    said = told.statement
    typer.echo("VERIFIED")
    typer.echo(f"{told.opening.name}: {pipeline.shown_value(told.opening)}")
    typer.echo(
        f"is one of {len(said.commits)} fields of {said.body['title']!r}, to which {said.actor} "
        f"committed in entry {told.index} of {told.head.origin}; label: "
        f"{pipeline.shown_label(said.label)}"
    )
    typer.echo(
        f"the head signed for {told.head.size} entries holds it; its signer's clock said "
        f"{iso(said.signed_us)}, a claim"
    )
    typer.echo("it does not tell whether the field was redacted later: ask the log")


@sealed_commands.command()
def redact(
    index: IndexArgument,
    mission: MissionOption,
    reason: Annotated[str, typer.Option(help="Why; everybody can read it.")],
    site: Annotated[
        list[str] | None,
        typer.Option(help="Id of a site; repeatable; without it, all.", metavar="ID"),
    ] = None,
) -> None:
    """State that sites are redacted, and delete here what opens them; every proof stays.

    Needs the mission's key. Who opened a site before can keep it.

    Example: truceline sealed redact 412 --reason "evacuated" --site h-17 --mission missions/demo
    """
    done = pipeline.redact(mission, index, reason, site or ())
    made = ", ".join(f"entry {one}" for one in done.indexes) or "nothing new to state"
    typer.echo(
        f"{made}: {done.sites} of entry {index} redacted; deleted here: {done.blobs} blobs, "
        f"{done.openings} openings"
    )
