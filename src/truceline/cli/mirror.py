"""`truceline mirror pull|status|serve|compare|check`: a log that nobody can rewrite."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.pipeline.cosigned import collect
from truceline.pipeline.mirror import (
    DEFAULT_HOST,
    check_accusation,
    compare_checkpoint,
    levels,
    mirror_key,
    open_mirror,
    pull_once,
    serve_mirror,
    standing,
)

mirror_commands = typer.Typer(help="A mirror of a log.", no_args_is_help=True)

PORT = 8471
REFUSED = 1
CANNOT_TELL = 3

StoreOption = Annotated[
    Path, typer.Option("--store", help="Folder of the mirror; key and promise lie beside it.")
]
SourceOption = Annotated[
    str, typer.Option("--source", help="Folder of the log, or the URL below which it is served.")
]
NameOption = Annotated[
    str, typer.Option("--name", help="Name of the mirror's key; needed the first time.")
]
LogKeyOption = Annotated[
    str,
    typer.Option("--log-key", help="Verifier key of the log, had from elsewhere; the first time."),
]


@mirror_commands.callback()
def mirror() -> None:
    """A mirror: an own copy of a log, cosigned only when it was read, checked and stored."""


@mirror_commands.command("pull")
def pull_command(
    store: StoreOption, source: SourceOption, name: NameOption = "", log_key: LogKeyOption = ""
) -> None:
    """Bring a mirror up to its source once: read, check, store, promise, cosign.

    Exit code 0: the mirror has cosigned what the source shows. 1: it refused; a fork is proven in
    a file.

    Example: truceline mirror pull --store mirrors/demo --source missions/demo
    """
    line, sound = pull_once(store, source, name=name, log_key=log_key)
    typer.echo(line, err=not sound)
    if not sound:
        raise typer.Exit(REFUSED)


@mirror_commands.command("status")
def status_command(
    store: StoreOption,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="Policy file: also ask its mirrors, and tell up to which size C and D are reached "
            "and no party's and no neutral mirror disputes it."
        ),
    ] = None,
) -> None:
    """Tell where a mirror stands: size, root, when it last cosigned, proofs against the log.

    Example: truceline mirror status --store mirrors/demo
    """
    now = standing(store)
    when = (
        datetime.fromtimestamp(now.cosigned_s, UTC).isoformat(timespec="seconds")
        if now.cosigned_s
        else None
    )
    said: dict[str, object] = {
        "mirror": now.name,
        "log": now.log,
        "size": now.size,
        "root": now.root,
        "cosigned": when,
        "frauds": list(now.frauds),
    }
    if policy is not None:
        found = levels(store, policy)
        said["reached"], said["mirrors"] = found.reached, found.mirrors
        said["disputed_by_none_up_to"] = found.undisputed
        said["withheld_by"] = list(found.withheld_by)
    typer.echo(json.dumps(said, indent=2, ensure_ascii=False))


@mirror_commands.command("serve")
def serve_command(
    store: StoreOption,
    source: SourceOption,
    name: NameOption = "",
    log_key: LogKeyOption = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = PORT,
    every_s: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 5.0,
) -> None:
    """Serve a mirror, and look at its source again and again, until it is interrupted.

    Example: truceline mirror serve --store mirrors/demo --source missions/demo
    """
    opened = open_mirror(store, name=name, log_key=log_key)
    typer.echo(f"Key for policy files: {mirror_key(opened)}")
    last = ""

    def told(line: str, sound: bool) -> None:
        nonlocal last
        if line != last:
            typer.echo(line, err=not sound)
            last = line

    serve_mirror(
        opened,
        source,
        host=host,
        port=port,
        every_s=every_s,
        started=lambda address: typer.echo(f"Mirror: {address}  (stop with Ctrl-C)"),
        told=told,
    )


@mirror_commands.command("collect")
def collect_command(
    mission: MissionOption,
    policy: Annotated[Path, typer.Option(help="Policy file with the mirrors and their URLs.")],
) -> None:
    """Ask the mirrors of a policy what they stand behind, and keep the answers beside the mission.

    Whatever shows an entry then shows its level: R, C or D. Ask again when the log has grown.

    Example: truceline mirror collect --policy policy.txt --mission missions/demo
    """
    found = collect(mission, policy, int(time.time()))
    for one in found.mirrors:
        typer.echo(f"{one.name}\t{'-' if one.size is None else one.size}\t{one.why}")
    for level, size in found.reached.items():
        typer.echo(f"level {level.name}\t{size}")


@mirror_commands.command("compare")
def compare_command(
    checkpoint: Annotated[
        Path, typer.Argument(help="File with a head that one kept.", metavar="OLD_CHECKPOINT")
    ],
    source: SourceOption,
    log_key: Annotated[
        str, typer.Option("--log-key", help="Verifier key of the log, had from elsewhere.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File for the proof, new.", metavar="FRAUD.json"),
    ] = None,
) -> None:
    """Hold one kept checkpoint against a log: was its past rewritten?

    Exit code 0: the log continues the checkpoint. 1: a fork is proven. 3: it cannot be told.

    Example: truceline mirror compare old.checkpoint --source missions/demo --log-key demo+1a2b+AQ==
    """
    found = compare_checkpoint(checkpoint, source, log_key)
    if found.consistent:
        typer.echo(f"CONSISTENT: {found.why}")
        return
    if found.consistent is None:
        typer.echo(f"CANNOT TELL: {found.why}", err=True)
        raise typer.Exit(CANNOT_TELL)
    typer.echo(f"FORK PROVEN: {found.why}", err=True)
    if out is not None:
        with out.open("xb") as file:
            file.write(found.proof)
        typer.echo(f"{out}: {len(found.proof)} bytes of proof; check it: truceline mirror check")
    raise typer.Exit(REFUSED)


@mirror_commands.command("check")
def check_command(
    proof: Annotated[Path, typer.Argument(help="A proof of fraud.", metavar="FRAUD.json")],
    key: Annotated[
        list[str],
        typer.Option("--key", help="Key of a log, mirror or contributor that one knows; often."),
    ],
) -> None:
    """Check a proof that somebody signed two things that exclude each other.

    Exit code 0: proven. 1: not proven, or against nobody whose key was given.

    Example: truceline mirror check FRAUD.json --key demo+1a2b3c4d+AQ==
    """
    verdict = check_accusation(proof, key)
    against = f" against {verdict.culprit}" if verdict.culprit else ""
    said = f"{verdict.outcome.value.upper()}{against}: {verdict.why}"
    typer.echo(said, err=not verdict.culprit)
    if not verdict.culprit:
        raise typer.Exit(REFUSED)
