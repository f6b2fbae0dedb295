"""`truceline key …`: make keys, draft and sign changes of who may speak, submit and list them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.ledger import JournalA, JournalB
from truceline.cli.ledger import both_journals as journal_paths
from truceline.cli.options import MissionOption
from truceline.pipeline import key as pipeline

key_commands = typer.Typer(help="Who may speak in a log.", no_args_is_help=True)

OutOption = Annotated[Path, typer.Option("--out", "-o", help="File to write; must not exist.")]
LogOption = Annotated[str, typer.Option("--log", help="Name of the log that it is for.")]
RootOption = Annotated[
    int, typer.Option("--root", min=1, help="Version of the root under which it is approved.")
]
SeedOption = Annotated[
    Path, typer.Option("--seed", help="File with the secret of the key.", metavar="FILE")
]
NameOption = Annotated[
    str, typer.Option("--name", help="Name of the key, if no FILE.pub says it beside the secret.")
]


def _drafted(draft: pipeline.Draft, out: Path) -> None:
    pipeline.write_draft(draft, out)
    _tell(draft)


def _tell(draft: pipeline.Draft) -> None:
    typer.echo(draft.about)
    typer.echo(f"signed by\t{', '.join(draft.signed) or 'nobody yet'}")


@key_commands.command()
def new(
    file: Annotated[Path, typer.Argument(help="File for the secret; FILE.pub is written beside.")],
    name: Annotated[str, typer.Option(help="Name of the key; for ever.")],
) -> None:
    """Draw a new key, and print its public half for others.

    Example: truceline key new ua-root.key --name root.example/ua
    """
    typer.echo(str(pipeline.new_key(file, name)))


@key_commands.command()
def root(
    keys: Annotated[list[str], typer.Argument(help="Verifier keys of those who hold the root.")],
    threshold: Annotated[int, typer.Option(min=1, help="How many of them have to approve.")],
    log: LogOption,
    out: OutOption,
    version: Annotated[int, typer.Option(min=1, help="1 for the first, then 2, 3 and so on.")] = 1,
) -> None:
    """Draft a root: who together may admit and revoke keys.

    Example: truceline key root KEY KEY KEY --threshold 2 --log example.org/m -o root.json
    """
    _drafted(pipeline.draft_root(log, version, threshold, keys), out)


@key_commands.command()
def add(
    kinds: Annotated[str, typer.Option(help="What it may say, separated by commas.")],
    seed: SeedOption,
    log: LogOption,
    out: OutOption,
    name: NameOption = "",
    root: RootOption = 1,
) -> None:
    """Draft the admission of one's own new key, with the proof that one holds it.

    Example: truceline key add --seed me.key --kinds original,redact --log example.org/m -o add.json
    """
    wanted = [kind.strip() for kind in kinds.split(",")]
    _drafted(pipeline.draft_add(log, root, wanted, pipeline.signing_key(seed, name)), out)


@key_commands.command()
def rotate(
    old: Annotated[Path, typer.Option(help="File with the secret of the old key.", metavar="FILE")],
    seed: SeedOption,
    log: LogOption,
    out: OutOption,
    name: NameOption = "",
    root: RootOption = 1,
) -> None:
    """Go over from one's own key to another, signed by both; nobody else has to approve.

    Example: truceline key rotate --old me.key --seed me-2.key --log example.org/m -o rotate.json
    """
    before, after = (pipeline.signing_key(file, name) for file in (old, seed))
    _drafted(pipeline.draft_rotate(log, root, before, after), out)


@key_commands.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Verifier key that shall say nothing more.")],
    log: LogOption,
    out: OutOption,
    since: Annotated[
        int | None,
        typer.Option(min=0, help="First entry from which on the key may have been stolen."),
    ] = None,
    root: RootOption = 1,
) -> None:
    """Draft a revocation, for the root's holders to sign, or for the key's own holder alone.

    Example: truceline key revoke KEY --since 41 --log example.org/m -o revoke.json
    """
    _drafted(pipeline.draft_revoke(log, root, key, since), out)


@key_commands.command()
def sign(
    file: Annotated[Path, typer.Argument(help="Draft to sign; it gets one more signature.")],
    seed: SeedOption,
    name: NameOption = "",
) -> None:
    """Say what a draft would do, and sign it; read the line before you hand it on.

    Example: truceline key sign root.json --seed ua-root.key
    """
    draft = pipeline.sign_draft(pipeline.read_draft(file), pipeline.signing_key(seed, name))
    pipeline.rewrite_draft(draft, file)
    _tell(draft)


@key_commands.command()
def submit(
    file: Annotated[Path, typer.Argument(help="Draft that enough have signed.")],
    mission: MissionOption,
    journal_a: JournalA = None,
    journal_b: JournalB = None,
) -> None:
    """Log a root or a change with the mission's key; prints the signed receipt.

    What every reader of the log would refuse is refused here, and nothing is written.

    Example: truceline key submit root.json --mission missions/demo
    """
    draft = pipeline.read_draft(file)
    receipt = pipeline.submit(mission, draft, journal_paths(journal_a, journal_b))
    typer.echo(receipt.note.decode(), nl=False)


@key_commands.command("list")
def list_command(mission: MissionOption) -> None:
    """Tell who may say what now, since which entry, what was revoked and what is disputed.

    Example: truceline key list --mission missions/demo
    """
    keys = pipeline.keys_of(mission)
    typer.echo(f"log\t{keys.log}")
    if keys.root is None:
        typer.echo("root\tnone: only the log's own key may speak")
        return
    root = keys.root
    count = f"{root.threshold} of {len(root.keys)} keys"
    typer.echo(f"root\tversion {root.version}\t{count}\tentry {keys.root_index}")
    typer.echo(f"root 1\tsha256 {keys.first_root}")
    for key in root.keys:
        typer.echo(f"root key\t{key}")
    for grant in keys.grants:
        since = f"from entry {grant.admitted_at + 1}"
        state = "good"
        if grant.ended_at is not None:
            revoked = f"revoked by {grant.by} in entry {grant.revoked_at}"
            away = f"rotated away by entry {grant.ended_at}"
            said = [away] if grant.revoked_at != grant.ended_at else []
            state = ", ".join([*said, revoked] if grant.revoked_at is not None else said)
        typer.echo(f"key\t{grant.key}\t{','.join(grant.kinds)}\t{since}\t{state}")
    for one in keys.disputed:
        stretch = f"entries {one.since_index} to {one.until_index - 1}"
        typer.echo(f"disputed\t{one.actor}\t{one.key_id}\t{stretch}\tby {one.by}")
