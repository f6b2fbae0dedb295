"""A table that is written as it comes: Parquet, and the hash of its columns."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GROUP_ROWS = 1 << 18


class Sheet:
    """A Parquet file whose bytes do not depend on how the rows came, and the hash of its columns.

    It stands under its name only when it is whole.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, path.with_suffix(".part")
        self._writer: pq.ParquetWriter | None = None
        self._held: pa.Table | None = None
        self._hashes: dict[str, Any] = {}
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Write rows; those that do not fill a group are held back."""
        self.rows += len(table)
        for name in table.column_names:
            column = table[name].combine_chunks()
            self._hashes.setdefault(name, hashlib.sha256()).update(_bytes(column))
        held = table if self._held is None else pa.concat_tables([self._held, table])
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._draft, table.schema)
        whole = len(held) // GROUP_ROWS * GROUP_ROWS
        for first in range(0, whole, GROUP_ROWS):
            self._writer.write_table(held.slice(first, GROUP_ROWS).combine_chunks())
        self._held = held.slice(whole).combine_chunks()

    def close(self) -> str:
        """Write what was held back; give the hash of all columns."""
        assert self._writer is not None  # noqa: S101 - there is always a period
        if self._held is not None and len(self._held):
            self._writer.write_table(self._held)
        self._writer.close()
        self._draft.replace(self._path)
        columns = sorted((name, one.hexdigest()) for name, one in self._hashes.items())
        return hashlib.sha256(repr(columns).encode()).hexdigest()

    def drop(self) -> None:
        """Throw away what was written."""
        if self._writer is not None:
            self._writer.close()
        self._draft.unlink(missing_ok=True)


def _bytes(column: pa.Array) -> bytes:
    if pa.types.is_string(column.type):
        return "".join(f"{name}\n" for name in column.to_pylist()).encode()
    if pa.types.is_fixed_size_list(column.type):
        column = column.flatten()
    values = column.to_numpy()
    return bytes(values.astype(values.dtype.newbyteorder("<")).tobytes())
