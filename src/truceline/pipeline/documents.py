"""Which documents of a log count: each with who stated it, and why it is disputed, if it is.

A document is disputed when everybody who stated it did so in the window of a revoked key. It stays
in the log and in the folder, and its rows count for nothing until somebody else states it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from truceline.evidence.bundle import AGREEMENT_FEED
from truceline.evidence.ledger import Ledger
from truceline.evidence.registry import Registry
from truceline.evidence.statement import Statement
from truceline.evidence.tree import rows_root
from truceline.feeds.gather import Original, Read
from truceline.records.canonical import Json, record_bytes

Body = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One document that a log states.

    Attributes:
        index: The entry that states it.
        actor: Who stated it.
        sha256: Hash of its bytes.
        name: Path in the folder it came from.
        feed: Name of the feed that reads it.
        received_us: When it was received, as the actor says; None if not known.
        disputed: Why its rows count for nothing; "" if they count.
    """

    index: int
    actor: str
    sha256: str
    name: str
    feed: str
    received_us: int | None
    disputed: str = ""


def registry_of(ledger: Ledger) -> Registry:
    """Play who may say what over a whole log.

    Raises:
        LedgerError: The log is damaged.
    """
    registry = Registry(ledger.key)
    for index, statement in enumerate(ledger.statements()):
        registry.take(index, statement)
    return registry


def stated_documents(ledger: Ledger) -> tuple[Stated, ...]:
    """List the documents of a log in their order; the same bytes under the same name once.

    What somebody else states again that was stated before is his word for it, and no second
    document: nobody can give another's bytes another name or another feed. Only the log itself
    states agreements.

    Raises:
        LedgerError: The log is damaged.
    """
    registry = Registry(ledger.key)
    found: list[Stated] = []
    for index, statement in enumerate(ledger.statements()):
        registry.take(index, statement)
        if (one := document_in(index, statement, ledger.key.name)) is not None:
            found.append(one)
    return weighed(found, registry)


def document_in(index: int, statement: Statement, own: str) -> Stated | None:
    """Give the document that an entry states; None where it states none.

    Args:
        index: Where the entry stands.
        statement: What it says.
        own: Name of the log's own key.
    """
    body = statement.body
    if statement.kind != "original":
        return None
    if body["feed"] == AGREEMENT_FEED and statement.actor != own:
        return None
    received = body["received_us"]
    return Stated(
        index=index,
        actor=statement.actor,
        sha256=str(body["sha256"]),
        name=str(body["name"]),
        feed=str(body["feed"]),
        received_us=received if isinstance(received, int) else None,
    )


def _why(registry: Registry, stated: Stated) -> str:
    """Say which revocation makes a statement doubtful."""
    for doubt in registry.disputed:
        if doubt.actor == stated.actor and doubt.since_index <= stated.index < doubt.until_index:
            return (
                f"stated by {stated.actor} in entry {stated.index}; entry {doubt.revoked_at} says "
                f"that this key was not his alone from entry {doubt.since_index} on"
            )
    return ""


def weighed(stated: Iterable[Stated], registry: Registry) -> tuple[Stated, ...]:
    """Keep of each document who stated it first; a statement in doubt only if no other is sound."""
    found = [replace(one, disputed=_why(registry, one)) for one in stated]
    first: dict[str, Stated] = {}
    for one in sorted(found, key=lambda stated: (bool(stated.disputed), stated.index)):
        first.setdefault(one.sha256, one)
    kept: dict[tuple[str, str], Stated] = {}
    for one in found:
        chosen = first[one.sha256]
        if (one.actor, bool(one.disputed)) == (chosen.actor, bool(chosen.disputed)):
            kept.setdefault((one.sha256, one.name), one)
    return tuple(kept.values())


def parsed_body(read: Read) -> dict[str, Json]:
    """Give the statement of what was read from one document, with the Merkle root of its rows."""
    return {
        "sha256": read.document.sha256,
        "feed": read.document.feed,
        "parser_version": read.parser_version,
        "rows": read.document.rows,
        "refused": len(read.document.refused),
        "rows_root": rows_root(record_bytes(row) for row in read.rows),
    }


def rows_to_state(originals: Sequence[Original], reads: Sequence[Read]) -> list[dict[str, Json]]:
    """Give what has to be stated about the rows of documents: of each once, of disputed ones not.

    What a parser reads from a disputed document was stated while it counted, and stays true.
    """
    disputed = {sha256(one.content).hexdigest() for one in originals if one.disputed}
    return [
        parsed_body(read)
        for read in reads
        if not read.document.same_as and read.document.sha256 not in disputed
    ]


def stated_rows(ledger: Ledger) -> dict[str, Body]:
    """Give the latest statement about the rows of each document, by its hash."""
    return {
        str(one.body["sha256"]): one.body for one in ledger.statements() if one.kind == "parsed"
    }
