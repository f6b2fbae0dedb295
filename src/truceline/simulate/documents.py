"""Documents of the exercise as bytes, and what caused each of their rows."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a document, and what it came from.

    Attributes:
        fields: As they are written.
        cause: "incident", or what else it was: "farm_fire", "industrial_heat", "false_report",
            "other_news", "no_incident", "malformed"; "" for rows that observe nothing.
        incidents: Ids of the true incidents it came from.
    """

    fields: tuple[str, ...]
    cause: str = ""
    incidents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of the exercise, laid out like its provider's.

    Attributes:
        name: Path in the folder, with forward slashes; gzip where it ends in ".gz".
        header: Names of the columns; empty where `text` is given.
        rows: Its rows, in order.
        text: The whole text of a document that is no table.
        withheld: Its source did not deliver it: it belongs to the truth only.
    """

    name: str
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    withheld: bool = False

    def content(self) -> bytes:
        """Give its bytes; the same rows give the same bytes."""
        text = self.text or table_text(self.header, (row.fields for row in self.rows))
        plain = text.encode()
        packed = self.name.endswith(".gz")
        return gzip.compress(plain, compresslevel=9, mtime=0) if packed else plain


def columns(names: str) -> tuple[str, ...]:
    """Give the names of a header as a provider writes it.

    >>> columns("latitude,longitude")
    ('latitude', 'longitude')
    """
    return tuple(names.split(","))


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write comma-separated rows under a header, lines ended with LF."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_documents(folder: Path, documents: Iterable[Document]) -> tuple[tuple[str, ...], ...]:
    """Write the documents into a folder, and tell what caused their rows.

    Returns:
        One tuple a row that observes something, and one more for each incident beyond its first:
        document, SHA-256 of it as written, line, cause, incident, "withheld" or "".
    """
    causes: list[tuple[str, ...]] = []
    for document in documents:
        content = document.content()
        if not document.withheld:
            path = folder / document.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        fate = "withheld" if document.withheld else ""
        causes += [
            (document.name, sha256, str(line), row.cause, incident, fate)
            for line, row in enumerate(document.rows, start=2)
            if row.cause
            for incident in row.incidents or ("",)
        ]
    return tuple(causes)
