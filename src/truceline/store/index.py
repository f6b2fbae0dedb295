"""The index of one mission: plain records by kind, day and id, on SQLite or PostgreSQL.

It holds nothing that the mission folder does not hold: delete it, and it is made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    create_engine,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.engine import Engine
from sqlalchemy.engine import Row as SqlRow
from sqlalchemy.exc import SQLAlchemyError

Plain = dict[str, Any]

METADATA = MetaData()
RECORDS = Table(
    "records",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("id", String, nullable=False, index=True),
    Column("short_id", String, nullable=False, index=True),
    Column("day", String, index=True),
    Column("body", Text, nullable=False),
)
STAMP = Table("stamp", METADATA, Column("root", String, primary_key=True))
# Rows go in by the thousand: a statement each would be slow, all at once would hold them twice.
BATCH = 5_000


class StoreError(Exception):
    """The index is not readable, or holds no such record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record to keep.

    Attributes:
        kind: For example "incident".
        id: Its identity.
        short_id: Its identity as people read it.
        day: UTC day it is listed under, ISO; None where it has none.
        body: The plain record.
    """

    kind: str
    id: str
    short_id: str
    day: str | None
    body: Plain


class Index:
    """An open index."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose database holds an index."""
        self._engine = engine

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def stamp(self) -> str:
        """Tell the root of the log that it was made from.

        Raises:
            StoreError: The database holds no index, or one that was never finished.
        """
        roots = self._all(select(STAMP.c.root))
        if len(roots) != 1:
            raise StoreError(f"{self._engine.url.database}: not a finished index of a mission")
        return str(roots[0].root)

    def records(self, kind: str, day: str | None = None) -> list[Plain]:
        """Give the records of a kind, in the order of the mission, of one day if asked."""
        query = select(RECORDS.c.body).where(RECORDS.c.kind == kind).order_by(RECORDS.c.ordinal)
        if day is not None:
            query = query.where(RECORDS.c.day == day)
        return [json.loads(row.body) for row in self._all(query)]

    def count(self) -> int:
        """Tell how many records it holds, of all kinds."""
        return int(self._all(select(func.count().label("number")).select_from(RECORDS))[0].number)

    def record(self, wanted: str) -> tuple[str, Plain]:
        """Find one record by its id, its short id, or a beginning of either.

        Returns:
            Its kind and the record.

        Raises:
            StoreError: There is none, or several begin so.
        """
        for matches in (
            or_(RECORDS.c.id == wanted, RECORDS.c.short_id == wanted),
            or_(
                RECORDS.c.id.startswith(wanted, autoescape=True),
                RECORDS.c.short_id.startswith(wanted, autoescape=True),
            ),
        ):
            query = select(RECORDS.c.kind, RECORDS.c.short_id, RECORDS.c.body).where(matches)
            found = self._all(query.order_by(RECORDS.c.short_id, RECORDS.c.id).limit(3))
            if len(found) > 1:
                raise StoreError(f"{wanted} is several: {', '.join(row.short_id for row in found)}")
            if found:
                return str(found[0].kind), json.loads(found[0].body)
        raise StoreError(f"{wanted}: no such record in this mission")

    def _all(self, query: Select[Any]) -> Sequence[SqlRow[Any]]:
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).all()
        except SQLAlchemyError as error:
            raise StoreError(f"{self._engine.url.database}: not an index of a mission") from error


def open_index(url: str) -> Index:
    """Open an index, without looking into it.

    Args:
        url: An SQLAlchemy address; `index_url` gives the one beside a mission.
    """
    return Index(create_engine(url))


def build_index(url: str, root: str, rows: Iterable[Row]) -> Index:
    """Make the index anew: what was there is dropped, and its stamp is written last.

    Args:
        url: An SQLAlchemy address.
        root: Root of the log, so that a later look can tell whether the index is of this log.
        rows: All records, in the order in which they are to be listed.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite" and engine.url.database:
        # A file that is no database cannot be emptied table by table.
        Path(engine.url.database).unlink(missing_ok=True)
    try:
        METADATA.drop_all(engine)
        METADATA.create_all(engine)
        _fill(engine, root, rows)
    except SQLAlchemyError as error:
        engine.dispose()
        raise StoreError(f"{engine.url.database} cannot be written: {error.args[0]}") from error
    except BaseException:
        engine.dispose()
        raise
    return Index(engine)


def _fill(engine: Engine, root: str, rows: Iterable[Row]) -> None:
    batch: list[Plain] = []
    ordinals: dict[str, int] = {}
    with engine.begin() as connection:
        for row in rows:
            ordinal = ordinals.get(row.kind, 0)
            ordinals[row.kind] = ordinal + 1
            batch.append(
                {
                    "kind": row.kind,
                    "ordinal": ordinal,
                    "id": row.id,
                    "short_id": row.short_id,
                    "day": row.day,
                    "body": json.dumps(row.body, ensure_ascii=False),
                }
            )
            if len(batch) == BATCH:
                connection.execute(insert(RECORDS), batch)
                batch = []
        if batch:
            connection.execute(insert(RECORDS), batch)
        connection.execute(insert(STAMP), [{"root": root}])


def index_url(mission: Path) -> str:
    """Give the address of the index beside a mission folder: SQLite, the embedded default."""
    whole = mission.resolve()
    path = whole.with_name(whole.name + ".index.sqlite")
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
