"""Documents of the exercise as bytes, and what caused each of their rows."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ERROR_PAGE = "<!doctype html><html><title>503 Service Unavailable</title></html>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a document, and what it came from.

    Attributes:
        fields: As they are written.
        cause: "incident", or what else it was: "farm_fire", "industrial_heat", "false_report",
            "other_news", "no_incident", "recycled_report", "rumour", "claim", "malformed"; "" for
            rows that observe nothing.
        incidents: Ids of the true incidents it came from.
        inject: Id of the inject that put it there; "" for what the world itself wrote.
    """

    fields: tuple[str, ...]
    cause: str = ""
    incidents: tuple[str, ...] = ()
    inject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of the exercise, laid out like its provider's.

    Attributes:
        name: Path in the folder, with forward slashes; gzip where it ends in ".gz".
        header: Names of the columns; empty where `text` is given.
        rows: Its rows, in order.
        text: The whole text of a document that is no table.
        withheld: Its source did not deliver it: it belongs to the truth only.
        spoilt: It came as an error page: its rows belong to the truth only.
    """

    name: str
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    withheld: bool = False
    spoilt: bool = False

    def content(self) -> bytes:
        """Give its bytes; the same rows give the same bytes."""
        if self.spoilt:
            return ERROR_PAGE.encode()
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


def write_manifest(folder: Path, received_us: Mapping[str, int]) -> None:
    """Write the manifest of a fetch: what came over the network, and when.

    Args:
        folder: The documents.
        received_us: When each came, by name; the others are not said to have been fetched.
    """
    entries = []
    for name in sorted(received_us):
        content = (folder / name).read_bytes()
        entries.append(
            {
                "name": name,
                "feed": "firms",
                "url": f"https://exercise.example/{name}",
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "received_us": received_us[name],
                "rows": content.count(b"\n") - 1,
                "refused": 0,
            }
        )
    plain = {"format": 1, "documents": entries}
    (folder / "manifest.json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def write_documents(folder: Path, documents: Iterable[Document]) -> tuple[tuple[str, ...], ...]:
    """Write the documents into a folder, and tell what caused their rows.

    Returns:
        One tuple a row that observes something, and one more for each incident beyond its first:
        document, SHA-256 of it as written, line, cause, incident, "withheld", "spoilt" or "",
        inject.
    """
    causes: list[tuple[str, ...]] = []
    for document in documents:
        content = document.content()
        if not document.withheld:
            path = folder / document.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        fate = "withheld" if document.withheld else "spoilt" if document.spoilt else ""
        causes += [
            (document.name, sha256, str(line), row.cause, incident, fate, row.inject)
            for line, row in enumerate(document.rows, start=2)
            if row.cause
            for incident in row.incidents or ("",)
        ]
    return tuple(causes)
