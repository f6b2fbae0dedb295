"""`truceline time request|add|show`: when an entry was made, whatever its sender's clock said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.pipeline.stamp import add_response, when_made, write_request

time_commands = typer.Typer(help="When an entry was made.", no_args_is_help=True)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@time_commands.callback()
def time() -> None:
    """When an entry was made: anchors, time stamps of authorities, cosignatures of mirrors."""


def told(us: int) -> str:
    """Write an instant; one that no calendar has, as its number."""
    try:
        when = EPOCH + timedelta(microseconds=us)
    except OverflowError:
        return f"{us} us"
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


@time_commands.command("request")
def request_command(
    mission: MissionOption,
    out: Annotated[
        Path, typer.Option("--output", "-o", help="File to write, new.", metavar="REQ.tsq")
    ],
) -> None:
    """Write a request for the mission's head, to be sent to a time-stamping authority (RFC 3161).

    Example: truceline time request -o head.tsq --mission missions/demo
    """
    head = write_request(mission, out)
    typer.echo(f"{out}: asks for the head of {head.size} entries, root {head.root.hex()}")


@time_commands.command("add")
def add_command(
    response: Annotated[
        Path, typer.Argument(help="The authority's answer.", metavar="RESPONSE.tsr")
    ],
    mission: MissionOption,
    authority: Annotated[
        str, typer.Option("--authority", help="Common name of the authority's certificate.")
    ],
    roots: Annotated[
        Path, typer.Option("--roots", help="Pinned certificates of authorities.", metavar="PEM")
    ],
    request: Annotated[
        Path | None,
        typer.Option("--request", help="What was sent: its nonce is compared.", metavar="REQ.tsq"),
    ] = None,
) -> None:
    """Check an authority's answer against pinned certificates, and put it into the log.

    Example: truceline time add head.tsr --authority tsa.example --roots tsa.pem --mission M
    """
    index, claim = add_response(
        mission, response, authority=authority, roots=roots, request=request
    )
    typer.echo(f"entry {index}: {claim.authority} says not after {told(claim.not_after_us)}")


@time_commands.command("show")
def show_command(
    index: Annotated[int, typer.Argument(help="Number of the entry.", metavar="INDEX", min=0)],
    mission: MissionOption,
    roots: Annotated[
        Path | None,
        typer.Option(
            "--roots",
            help="Pinned certificates of authorities; without them no time stamp is believed.",
            metavar="PEM",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="Policy file: whose cosignatures count.", metavar="FILE"),
    ] = None,
    mirrors: Annotated[
        list[str] | None,
        typer.Option("--mirror", help="Store of a mirror, folder or URL; often.", metavar="STORE"),
    ] = None,
) -> None:
    """Tell between which instants an entry was made, what shows it, and what its sender claims.

    Example: truceline time show 17 --mission missions/demo --roots tsa.pem --policy policy
    """
    found = when_made(mission, index, roots=roots, policy=policy, mirrors=mirrors or ())
    typer.echo(f"entry {found.index}: {found.kind}, said by {found.actor}")
    for name, bounds in (("not before", found.after), ("not after ", found.before)):
        for bound in bounds[:1]:
            typer.echo(f"{name}  {told(bound.us)}: {bound.by}")
        if not bounds:
            typer.echo(f"{name}  not known")
    for bound in (*found.after[1:], *found.before[1:]):
        typer.echo(f"also        {told(bound.us)}: {bound.by}")
    if found.anchored_at is not None:
        typer.echo(f"anchor      signed after the head of {found.anchored_at} entries")
    for why in found.refused:
        typer.echo(f"not used    {why}")
    typer.echo(f"claim       {told(found.signed_us)}: the sender's clock, believed by nobody")
    if found.is_outside:
        typer.echo("WARNING: the sender's claim lies outside of the interval", err=True)
