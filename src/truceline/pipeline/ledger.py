"""Look after the ledger of a mission: how it stands, take a document, check, prove, give out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from truceline.evidence.folder import original_name
from truceline.evidence.journal import beside
from truceline.evidence.keys import VerifierKey, read_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.proof import with_entry
from truceline.evidence.receipt import Receipt
from truceline.evidence.row_proof import Proved, check, insist_on_row, write_row_proof
from truceline.evidence.statement import Statement
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import Report, verify
from truceline.feeds import FEEDS
from truceline.feeds.gather import Original, feed_of, gather
from truceline.pipeline.documents import parsed_body, stated_documents
from truceline.pipeline.seal import MissionError
from truceline.records.canonical import Json, canonical, record_bytes

JournalPaths = tuple[Path, Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStatus:
    """How a ledger stands.

    Attributes:
        origin: The log's name.
        size: Statements under the signed head.
        root: Root of the head, in hex; "" if there is no head.
        durable: Statements that have a receipt and no head yet.
        journals: Where both stand; None if this mission has none.
        frames: Frames in the journals.
        heads: Heads in the journals.
        damaged: Journals that lack what the other has; the next writer heals them.
    """

    origin: str
    size: int
    root: str
    durable: int
    journals: JournalPaths | None
    frames: int
    heads: int
    damaged: tuple[Path, ...]


def ledger_status(mission: Path, journals: JournalPaths | None = None) -> LedgerStatus:
    """Tell how a ledger stands, and change nothing.

    Raises:
        HaltError: Folder and journals do not fit together; names the file and the place.
        LedgerError: It is no mission, or is damaged.
    """
    with Ledger.open(mission, journals=journals) as ledger:
        told = ledger.check_journals()
        return LedgerStatus(
            origin=ledger.key.name,
            size=ledger.size,
            root=ledger.checkpoint.root.hex() if ledger.checkpoint else "",
            durable=told.first + len(told.entries) - ledger.size if told else 0,
            journals=(journals or beside(mission)) if told else None,
            frames=len(told.frames) if told else 0,
            heads=len(told.heads) if told else 0,
            damaged=told.damaged if told else (),
        )


def append_document(
    mission: Path, document: Path, name: str, journals: JournalPaths | None = None
) -> Receipt:
    """Keep a document, state it durably in both journals, and move the head over it.

    What was derived before does not know it: `verify --replay` says so until it is derived again.

    Args:
        mission: The mission folder; its key stands beside it.
        document: File with the bytes as they were received.
        name: Path under which a feed reads such a document, for example "firms/day.csv".
        journals: Where its journals stand, if not beside it.

    Raises:
        MissionError: No feed reads documents of this name, or another document has it.
        LedgerError: The mission cannot be written, or something could not be made durable.
        OSError: The document or the key cannot be read.
    """
    content = document.read_bytes()
    feed = _feed_of_new(mission, name, content)
    seed = read_key(mission.with_name(f"{mission.name}.key"))
    with Ledger.open(mission, seed, journals) as ledger:
        now_us = time.time_ns() // 1000
        receipt = ledger.append_durable(
            "original",
            {
                "sha256": ledger.store_original(content),
                "size": len(content),
                "name": name,
                "feed": feed,
                "received_us": now_us,
            },
            now_us,
        )
        ledger.commit(now_us)
    return receipt


def _feed_of_new(mission: Path, name: str, content: bytes) -> str:
    """Name the feed that will read a document."""
    feed = feed_of(name, FEEDS)
    if feed is None:
        patterns = ", ".join(pattern for one in FEEDS for pattern in one.patterns)
        raise MissionError(f"no feed reads a document named {name!r}; names are like {patterns}")
    digest = hashlib.sha256(content).hexdigest()
    with Ledger.open(mission) as ledger:
        for one in stated_documents(ledger):
            if one.name == name and one.sha256 != digest:
                raise MissionError(
                    f"{name} is in the mission already, with other bytes (entry {one.index}); "
                    "give this one another name"
                )
    return feed.name


def check_ledger(
    mission: Path, key: str | None, journals: JournalPaths | None = None
) -> tuple[Report, LedgerStatus | None]:
    """Verify the folder as anybody can, and then hold the journals against it.

    Raises:
        HaltError: The journals do not fit; names the file and the place.
    """
    report = verify(mission, key)
    return report, ledger_status(mission, journals) if report.ok else None


def export_statements(mission: Path) -> Iterator[str]:
    """Yield every statement under the head as one line of JSON, each checked."""
    with Ledger.open(mission) as ledger:
        for index, statement in enumerate(ledger.statements()):
            said = json.loads(statement.payload)
            yield json.dumps(
                {"index": index, "sha256": statement.sha256, **said},
                ensure_ascii=False,
                sort_keys=True,
            )


def prove(mission: Path, index: int, row: int | None = None) -> bytes:
    """Prove a statement to somebody who has the log's key and nothing else of the mission.

    Args:
        mission: The mission folder.
        index: The entry, counted from 0.
        row: One row of the document that this entry is about, counted from 1; None for the entry
            as a whole.

    Raises:
        IndexError: The log has no such entry.
        FormatError: The entry is about no rows, has no such row, or this software's parser reads
            other rows from the document than the statement is about.
        LedgerError: It is no mission, or is damaged.
    """
    with Ledger.open(mission) as ledger:
        entry, proof = ledger.entry(index), ledger.prove(index)
        if row is None:
            return with_entry(proof, entry)
        said = ledger.read(index)
        insist_on_row(said, row)
        stated = [one.body for one in ledger.statements() if one.kind == "original"]
    return write_row_proof(entry, proof, _rows_of(mission, said, stated), row)


def _rows_of(
    mission: Path, said: Statement, stated: Sequence[Mapping[str, Json]]
) -> tuple[bytes, ...]:
    """Read the rows of a `parsed` statement again, from the original that it is about."""
    sha256 = str(said.body["sha256"])
    content = (mission / original_name(sha256)).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise LedgerError(f"{original_name(sha256)} is not the document that was stated; verify it")
    # The same bytes can have been received under two names; the rows are of the first.
    for body in stated:
        original = Original(name=str(body["name"]), content=content)
        if body["sha256"] != sha256:
            continue
        for read in gather((original,), FEEDS, threads=1, progress=lambda *_: None):
            if parsed_body(read) == said.body:
                return tuple(record_bytes(row) for row in read.rows)
    raise FormatError(
        f"this software does not read from original {sha256} the rows that statement says: "
        f"{said.body['rows']} by parser {said.body['feed']} {said.body['parser_version']}, root "
        f"{said.body['rows_root']}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReport:
    """What a proof shows, or why it shows nothing.

    Attributes:
        facts: Names and values, in the order in which they are to be read.
        why: The first thing that is wrong; "" if nothing is.
    """

    facts: tuple[tuple[str, str], ...] = ()
    why: str = ""


def check_file(proof: Path, key: str) -> ProofReport:
    """Check a proof that `prove` gave, from the file alone.

    Args:
        proof: The file.
        key: The log's verifier key, had from elsewhere.

    Raises:
        FormatError: `key` itself is no verifier key.
        OSError: The file cannot be read.
    """
    log = VerifierKey.read(key)
    try:
        return ProofReport(facts=tuple(_facts(check(proof.read_bytes(), log))))
    except FormatError as error:
        return ProofReport(why=str(error))


def _facts(found: Proved) -> Iterator[tuple[str, str]]:
    said = found.statement
    who = "signature right" if found.by_log else "signature not checked: not the log's key"
    yield "head", f"{found.head.origin}, {found.head.size} entries, root {found.head.root.hex()}"
    yield "entry", f"{found.index}, of kind {said.kind}, by {said.actor} ({who})"
    yield "statement", said.sha256
    if "sha256" in said.body:
        yield "document", str(said.body["sha256"])
    if found.row is not None:
        yield "row", f"{found.number} of {said.body['rows']}, root {said.body['rows_root']}"
        yield "bytes", found.row.decode()
    else:
        yield "body", canonical(dict(said.body)).decode()
