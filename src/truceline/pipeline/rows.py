"""Years of detections on disk: read from Parquet, checked row by row, and kept where all can read.

Rows stand in one flat file in order, so that any stretch of them is read with one look. Memory is
that of one batch, whatever the length of the history.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from truceline.fusion.tiles import Window
from truceline.records.detections import Detections, Integers

BATCH = 1 << 18
# Of every so many rows the moment is held in memory, to find the others by.
STEP = 4096
ROW = np.dtype(
    [
        ("east_m", "<i4"), ("north_m", "<i4"), ("at_us", "<i8"), ("sigma_m", "<i4"),
        ("means", "i1"), ("source", "<i4"), ("kind", "i1"),
    ]
)  # fmt: skip
# Association works in single precision about a middle; farther off nothing is located.
FARTHEST_M = 20_040_000


class RerunError(Exception):
    """A history cannot be associated; the message names file, column, row and value."""


def read_columns(source: Path, kinds: int, means: int) -> Iterator[Detections]:
    """Read a file of detections, or all Parquet files of a folder in the order of their names.

    Args:
        source: Columns as those of `Detections`, in order of time from file to file.
        kinds: How many kinds of incidents there are.
        means: How many kinds of instruments.

    Raises:
        RerunError: A file, a column or a row is not what it must be.
    """
    files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    if not files:
        raise RerunError(f"{source}: no file *.parquet in this folder")
    before_us = None
    for file in files:
        row = 0
        for batch in _batches(file):
            columns = {name: _column(file, row, batch, name) for name in ROW.names or ()}
            _check(file, row, columns, kinds, means, before_us)
            row += len(columns["at_us"])
            if len(columns["at_us"]):
                before_us = int(columns["at_us"][-1])
            yield Detections(**{name: columns[name].astype(ROW[name]) for name in columns})


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(file) as table:
            missing = [name for name in ROW.names or () if name not in table.schema_arrow.names]
            if missing:
                raise RerunError(f"{file}: no column {missing[0]}")
            yield from table.iter_batches(BATCH, columns=list(ROW.names or ()))
    except (pa.ArrowInvalid, pa.ArrowIOError) as error:
        raise RerunError(f"{file}: no Parquet file that can be read: {error}") from error


def _column(file: Path, row: int, batch: pa.RecordBatch, name: str) -> Integers:
    column = batch.column(name)
    if not pa.types.is_integer(column.type):
        raise RerunError(f"{file}: column {name} holds {column.type}, not whole numbers")
    if column.null_count:
        first = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise RerunError(f"{file}: column {name}, row {row + first}: there is no value")
    values = column.to_numpy()
    if values.dtype == np.uint64 and len(values) and int(values.max()) >= 2**63:
        first = int(values.argmax())
        raise RerunError(f"{file}: column {name}, row {row + first}: {values[first]} is too large")
    return np.asarray(values, dtype=np.int64)


def _check(
    file: Path,
    row: int,
    columns: dict[str, Integers],
    kinds: int,
    means: int,
    before_us: int | None,
) -> None:
    limits = {
        "east_m": (-FARTHEST_M, FARTHEST_M),
        "north_m": (-FARTHEST_M, FARTHEST_M),
        "at_us": (-(2**61), 2**61),
        "sigma_m": (1, FARTHEST_M),
        "means": (0, means - 1),
        "source": (-1, 2**31 - 1),
        "kind": (-1, kinds - 1),
    }
    for name, (least, most) in limits.items():
        bad = np.flatnonzero((columns[name] < least) | (columns[name] > most))
        if len(bad):
            raise RerunError(
                f"{file}: column {name}, row {row + bad[0]}: {columns[name][bad[0]]} is outside "
                f"{least}..{most}"
            )
    at_us = columns["at_us"]
    last_us = at_us[:1] if before_us is None else np.array([before_us])
    back = np.flatnonzero(np.diff(at_us, prepend=last_us) < 0)
    if len(back):
        raise RerunError(
            f"{file}: column at_us, row {row + back[0]}: {at_us[back[0]]} is before the row above"
            " it; rows must stand in order of time"
        )


def within(parts: Iterable[Detections], since_us: int, until_us: int) -> Iterator[Detections]:
    """Give the rows from a moment on and before another."""
    for part in parts:
        first, last = np.searchsorted(part.at_us, (since_us, until_us)).tolist()
        if last > first:
            yield part.slice(first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A history in one flat file of `ROW`.

    Attributes:
        path: The file; its name holds the hash of its bytes.
        digest: SHA-256 of its bytes.
        count: How many rows.
        moments_us: Of every row whose index is a multiple of `STEP`.
        world: The box that holds all rows.
        stated_m: The largest error that each kind of instrument states.
    """

    path: Path
    digest: str
    count: int
    moments_us: tuple[int, ...]
    world: Window
    stated_m: tuple[int, ...]

    def rows(self, first: int, last: int) -> Detections:
        """Read rows by index."""
        return read_rows(self.path, first, last)

    def begin(self, since_us: int) -> int:
        """Give the index of the first row that is not before a moment."""
        step = int(np.searchsorted(self.moments_us, since_us))
        first, last = max(0, step - 1) * STEP, min(step * STEP, self.count)
        return first + int(np.searchsorted(self.rows(first, last).at_us, since_us))


def read_rows(path: Path, first: int, last: int) -> Detections:
    """Read rows of a file of `ROW` by index."""
    table = _table(path, ROW, first, last)
    return Detections(**{one.name: table[one.name].copy() for one in fields(Detections)})


def _table(path: Path, kind: np.dtype[Any], first: int, last: int) -> NDArray[Any]:
    with path.open("rb") as file:
        file.seek(first * kind.itemsize)
        table = np.fromfile(file, kind, last - first)
    if len(table) < last - first:
        raise RerunError(f"{path}: rows {first} to {last} are not all there")
    return table


def store_rows(parts: Iterable[Detections], folder: Path, means: int) -> Store:
    """Write a history down, in order, and look at it on the way.

    Raises:
        RerunError: There is no row.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"rows.{os.getpid()}.part"
    digest, count, stated_m = hashlib.sha256(), 0, np.zeros(means, np.int64)
    moments_us: list[int] = []
    west = south = FARTHEST_M
    east = north = -FARTHEST_M
    with _gone_if_it_fails(draft), draft.open("wb") as file:
        for part in parts:
            if not len(part):
                continue
            table = np.empty(len(part), ROW)
            for name in ROW.names or ():
                table[name] = getattr(part, name)
            digest.update(table.tobytes())
            file.write(table.tobytes())
            moments_us += part.at_us[-count % STEP :: STEP].tolist()
            count += len(part)
            np.maximum.at(stated_m, part.means, part.sigma_m)
            west, east = min(west, int(part.east_m.min())), max(east, int(part.east_m.max()))
            south, north = min(south, int(part.north_m.min())), max(north, int(part.north_m.max()))
        if not count:
            raise RerunError("there is no located detection in these days")
    path = folder / f"rows-{digest.hexdigest()[:16]}.bin"
    draft.replace(path)
    return Store(
        path=path,
        digest=digest.hexdigest(),
        count=count,
        moments_us=tuple(moments_us),
        world=Window(west, south, east + 1, north + 1),
        stated_m=tuple(stated_m.tolist()),
    )


@contextmanager
def _gone_if_it_fails(draft: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


class OnDisk:
    """A stored history, and beside it for whom its rows were put to; see `fusion.tiles.History`."""

    def __init__(self, store: Store) -> None:
        """Begin with nothing remembered."""
        self._store = store
        self._path = store.path.with_suffix(".joint")
        self._path.write_bytes(b"")

    def rows(self, first: int, last: int) -> Detections:
        """Give rows by index."""
        return self._store.rows(first, last)

    def remember(self, first: int, begun_by: Integers) -> None:
        """Keep the first rows of the incidents of the rows from an index on."""
        with self._path.open("r+b") as file:
            file.seek(first * begun_by.itemsize)
            file.write(begun_by.tobytes())

    def begun_by(self, first: int, last: int) -> Integers:
        """Give what was kept."""
        return _table(self._path, np.dtype(np.int64), first, last)
