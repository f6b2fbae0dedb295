"""Fuse a file of anybody's detections, outside any mission: nothing is signed or judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from truceline.fusion.table import Fused, TableError, fuse_table
from truceline.records.units import E7, iso, us_of
from truceline.reports.exports import to_geojson


def fuse_file(file: Path, out: Path, rows: Path | None = None) -> Fused:
    """Fuse a CSV file, and write its incidents; the ending of `out` says as what.

    Args:
        file: CSV with a header; `fusion.table.fuse_table` says which columns.
        out: `.geojson`, `.parquet`, or `.gpkg`, which needs geopandas.
        rows: Where to write the rows with the number of their incident, as CSV.

    Raises:
        TableError: The file is no such table, or is not there; the ending is another, or there is
            no folder to write to. It begins with the name of the file.
        OSError: A file cannot be read or written.
    """
    write = WRITERS.get(out.suffix)
    if write is None:
        raise TableError(f"{out}: the ending must be one of {', '.join(WRITERS)}")
    for target in (out, rows):
        if target is not None and not target.absolute().parent.is_dir():
            raise TableError(f"{target}: there is no folder {target.parent} to write to")
    table = _read(file)
    try:
        fused = fuse_table(table)
    except TableError as error:
        raise TableError(f"{file}: {error}") from error
    write(fused, out)
    if rows is not None:
        pyarrow.csv.write_csv(fused.rows, rows)
    return fused


def _read(file: Path) -> pa.Table:
    if not file.is_file():
        raise TableError(f"{file}: there is no such file")
    empty = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    try:
        rows = pyarrow.csv.read_csv(file, convert_options=empty)
    except pa.ArrowInvalid as error:
        raise TableError(f"{file}: {error}") from error
    for column in rows.schema:
        if pa.types.is_binary(column.type):
            raise TableError(f'{file}: column "{column.name}" is not UTF-8; save the file as UTF-8')
    return rows


def _geojson(fused: Fused, out: Path) -> None:
    rows = fused.incidents.to_pylist()
    for row in rows:
        row["place"] = {
            "longitude_e7": round(row.pop("longitude") * E7),
            "latitude_e7": round(row.pop("latitude") * E7),
        }
        row["time"] = iso(us_of(row["time"]))
    out.write_text(to_geojson(rows), encoding="utf-8")


def _parquet(fused: Fused, out: Path) -> None:
    pyarrow.parquet.write_table(fused.incidents, out)


def _geopackage(fused: Fused, out: Path) -> None:
    try:
        fused.to_geodataframe().to_file(out, driver="GPKG", layer="incidents")
    except ImportError as error:
        raise TableError(f"{out}: {error}") from error


WRITERS: dict[str, Callable[[Fused, Path], None]] = {
    ".geojson": _geojson,
    ".parquet": _parquet,
    ".gpkg": _geopackage,
}
