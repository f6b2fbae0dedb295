"""`truceline bundle ID`: one file that proves one incident or finding to a third party."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.pipeline.bundle import VERIFIER, bundle_record


def bundle(
    record: Annotated[
        str, typer.Argument(help="Id of an incident or a finding, short or long.", metavar="ID")
    ],
    mission: MissionOption,
    out: Annotated[
        Path,
        typer.Option("--output", "-o", help="File to write, new.", metavar="FILE"),
    ],
) -> None:
    """Write one file that proves an incident and all findings on it, offline, to anybody.

    What mirrors answered to `truceline mirror collect` goes along, with its policy.

    Example: truceline bundle i:3f2a91bc04:17 -o finding.bundle --mission missions/demo
    """
    made = bundle_record(mission, record, out)
    typer.echo(f"{out}: {made.size} bytes about {made.about}")
    typer.echo(f"{made.findings} findings, {made.lines} lines of documents, signed by {made.key}")
    typer.echo(f"mirrors: {made.standing}")
    for name, why in made.left_out.items():
        typer.echo(f"left out: mirror {name}: {why}", err=True)
    typer.echo(f"check it with: python3 -I -S {VERIFIER} {out} --key {made.key}")
