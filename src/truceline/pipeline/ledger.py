"""Look after the ledger of a mission: how it stands, take a document, check, give it out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from truceline.evidence.journal import beside
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.receipt import Receipt
from truceline.evidence.verify import Report, verify
from truceline.feeds import FEEDS
from truceline.feeds.gather import feed_of
from truceline.pipeline.documents import stated_documents
from truceline.pipeline.seal import MissionError

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
    digest = sha256(content).hexdigest()
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
