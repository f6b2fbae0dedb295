"""`truceline ledger …`: how the ledger stands, take a document, check it, prove, give out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.options import MissionOption
from truceline.pipeline import ledger as pipeline
from truceline.pipeline.contribute import hand_in
from truceline.pipeline.door import serve_ledger

NOT_VERIFIED = 1
PORT = 8472

ledger_commands = typer.Typer(help="Look after a mission's ledger.", no_args_is_help=True)

JournalA = Annotated[
    Path | None, typer.Option(help="Journal A, if not beside the mission.", metavar="FILE")
]
JournalB = Annotated[
    Path | None, typer.Option(help="Journal B, best on another device.", metavar="FILE")
]


def both_journals(a: Path | None, b: Path | None) -> pipeline.JournalPaths | None:
    """Give the journals' paths as they were asked for: both, or None for those beside the mission.

    Raises:
        BadParameter: Only one is named, or both are one file.
    """
    if a is None and b is None:
        return None
    if a is None or b is None or a.resolve() == b.resolve():
        raise typer.BadParameter("give both, --journal-a and --journal-b, as two files")
    return a, b


def _print(status: pipeline.LedgerStatus) -> None:
    typer.echo(f"log\t{status.origin}")
    typer.echo(f"head\t{status.size} statements, root {status.root or 'none yet'}")
    if status.journals is None:
        typer.echo("journals\tnone: this mission was written in one go")
        return
    typer.echo(f"journals\t{status.frames} frames, {status.heads} heads")
    typer.echo(f"beyond the head\t{status.durable} statements with a receipt")
    for path in status.journals:
        state = "to be healed from the other" if path in status.damaged else "whole"
        typer.echo(f"{path}\t{state}")


@ledger_commands.command()
def status(mission: MissionOption, journal_a: JournalA = None, journal_b: JournalB = None) -> None:
    """Tell how the ledger stands; nothing is changed.

    Example: truceline ledger status --mission missions/demo
    """
    _print(pipeline.ledger_status(mission, both_journals(journal_a, journal_b)))


@ledger_commands.command()
def append(
    document: Annotated[Path, typer.Argument(help="Document as it was received.")],
    mission: MissionOption,
    name: Annotated[
        str, typer.Option(help="Path under which a feed reads it, as in a folder of documents.")
    ],
    journal_a: JournalA = None,
    journal_b: JournalB = None,
) -> None:
    """Keep a document and state it in both journals; prints the signed receipt.

    Needs the mission's key. What was derived before does not know the document yet: derive
    the mission again when all have come in.

    Example: truceline ledger append day.csv --name firms/day.csv --mission missions/demo
    """
    receipt = pipeline.append_document(mission, document, name, both_journals(journal_a, journal_b))
    typer.echo(receipt.note.decode(), nl=False)


@ledger_commands.command()
def fsck(
    mission: MissionOption,
    key: Annotated[str, typer.Option(help="Verifier key of the signer, had from elsewhere.")] = "",
    journal_a: JournalA = None,
    journal_b: JournalB = None,
) -> None:
    """Verify the folder and hold the journals against it; nothing is changed.

    Exit code 0: all fits. 1: the folder does not, and the first thing that is wrong is named. 2:
    the journals do not fit, and the file and the place are named.

    Example: truceline ledger fsck --mission missions/demo
    """
    report, found = pipeline.check_ledger(mission, key or None, both_journals(journal_a, journal_b))
    if report.problem is not None or found is None:
        problem = report.problem
        why = f"{problem.file}: {problem.why}" if problem else "cannot be read"
        typer.echo(f"NOT VERIFIED: {why}", err=True)
        raise typer.Exit(NOT_VERIFIED)
    _print(found)


@ledger_commands.command()
def export(
    mission: MissionOption,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; without it, shown.")
    ] = None,
) -> None:
    """Give out every statement as one line of JSON, each checked against the signed head.

    Example: truceline ledger export --mission missions/demo -o statements.jsonl
    """
    lines = pipeline.export_statements(mission)
    if out is None:
        for line in lines:
            typer.echo(line)
        return
    with out.open("x", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


@ledger_commands.command()
def prove(
    index: Annotated[int, typer.Argument(help="The statement, counted from 0.", min=0)],
    mission: MissionOption,
    row: Annotated[
        int | None, typer.Option(help="Prove this row of the document, counted from 1.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; without it, shown.")
    ] = None,
) -> None:
    """Prove one statement, or one row of a document, in a file that is checked alone.

    A statement is proved by a C2SP tlog-proof; a row by a line of JSON, of a `parsed` statement.

    Example: truceline ledger prove 2 --row 1 --mission missions/demo -o row.json
    """
    proof = pipeline.prove(mission, index, row)
    if out is None:
        typer.echo(proof.decode(), nl=False)
        return
    with out.open("xb") as file:
        file.write(proof)
    typer.echo(f"check it, with the log's key, by: truceline ledger check-proof {out} --key KEY")


@ledger_commands.command()
def check_proof(
    file: Annotated[Path, typer.Argument(help="What `ledger prove` wrote.")],
    key: Annotated[str, typer.Option(help="Verifier key of the log, had from elsewhere.")],
) -> None:
    """Check a proof from the file alone, and tell what it proves.

    Exit code 0: proved. 1: not, and the first thing that is wrong is named.

    Example: truceline ledger check-proof row.json --key "$KEY"
    """
    report = pipeline.check_file(file, key)
    if report.why:
        typer.echo(f"NOT PROVED: {file}: {report.why}", err=True)
        raise typer.Exit(NOT_VERIFIED)
    for name, value in report.facts:
        typer.echo(f"{name}\t{value}")


@ledger_commands.command("rebuild-index")
def rebuild_index(
    mission: MissionOption, journal_a: JournalA = None, journal_b: JournalB = None
) -> None:
    """Make the writer's snapshot and the index of a mission again, from the log alone.

    Both can be deleted at any time; this also shows that they can be made. Needs the mission's key.

    Example: truceline ledger rebuild-index --mission missions/demo
    """
    size, records = pipeline.rebuild_index(mission, both_journals(journal_a, journal_b))
    typer.echo(f"played\t{size} statements")
    typer.echo(f"indexed\t{records} records")


@ledger_commands.command("serve")
def serve_command(
    mission: MissionOption,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = PORT,
    every_s: Annotated[float, typer.Option(min=0.1, help="Seconds between two heads.")] = 0.5,
    journal_a: JournalA = None,
    journal_b: JournalB = None,
) -> None:
    """Take what contributors hand in, each signed with a key that the log knows.

    An answer goes out when the statement stands in both journals. Needs the mission's key.

    Example: truceline ledger serve --mission missions/demo
    """
    serve_ledger(
        mission,
        host=host,
        port=port,
        every_s=every_s,
        journals=both_journals(journal_a, journal_b),
        started=lambda address: typer.echo(f"Door: {address}  (stop with Ctrl-C)"),
    )


@ledger_commands.command()
def contribute(
    document: Annotated[Path, typer.Argument(help="Document as it was received.")],
    name: Annotated[
        str, typer.Option(help="Path under which a feed reads it, as in a folder of documents.")
    ],
    to: Annotated[str, typer.Option(help="URL of the log's door, or its mission folder here.")],
    seed: Annotated[Path, typer.Option(help="File with the secret of your key.", metavar="FILE")],
    log_key: Annotated[str, typer.Option(help="Verifier key of the log, had from elsewhere.")],
    actor: Annotated[
        str, typer.Option(help="Name of your key, if no FILE.pub says it beside the secret.")
    ] = "",
) -> None:
    """Sign a document with a key of your own, and hand it in to somebody's log.

    What you said last is kept beside your key, in FILE.said: keep it as carefully. Prints the log's
    receipt.

    Example: truceline ledger contribute day.csv --name firms/day.csv --to missions/demo
    --seed station.key --log-key demo+1a2b3c4d+AQ==
    """
    receipt = hand_in(to, document, name, key=seed, actor=actor, log_key=log_key)
    typer.echo(receipt.note.decode(), nl=False)
