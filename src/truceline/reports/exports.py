"""Rows of plain data as CSV and GeoJSON, for the command line and for other people's tools."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from truceline.records.canonical import canonical
from truceline.records.units import E7

Row = Mapping[str, Any]

# A spreadsheet takes text that starts so for a formula, and runs it (CWE-1236).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows: Sequence[Row]) -> str:
    r"""Write rows as CSV (RFC 4180), one column a key, in the order in which keys appear.

    Lists and mappings stand in their cell as canonical JSON. Text that a spreadsheet would take
    for a formula gets a leading apostrophe; numbers are left alone.

    >>> to_csv([{"near": "=1+1", "line_distance_m": -5}])
    "near,line_distance_m\r\n'=1+1,-5\r\n"
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if columns:
        writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str | int:  # noqa: ANN401 - a cell of plain data
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    text = value if isinstance(value, str) else canonical(value).decode()
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def to_geojson(rows: Sequence[Row]) -> str:
    """Write rows as a GeoJSON FeatureCollection (RFC 7946), WGS 84, longitude first.

    A row with a place becomes a point, whose uncertainty stands in `radius_90_m` or
    `radius_95_m`; a row with a cell becomes a polygon, its ring counter-clockwise; a row with
    neither, for example a finding, has no geometry.
    """
    collection = {"type": "FeatureCollection", "features": [_feature(row) for row in rows]}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _feature(row: Row) -> dict[str, Any]:
    place = row.get("place", row)
    cell = row.get("cell")
    properties = {name: value for name, value in row.items() if name not in {"place", "cell"}}
    geometry: dict[str, Any] | None = None
    if isinstance(cell, Mapping):
        geometry = _rectangle(cell)
    elif isinstance(place, Mapping) and {"longitude_e7", "latitude_e7"} <= set(place):
        point = [_degrees(place["longitude_e7"]), _degrees(place["latitude_e7"])]
        geometry = {"type": "Point", "coordinates": point}
        for name in ("longitude_e7", "latitude_e7"):
            properties.pop(name, None)
        if "radius_95_m" in place:
            properties["radius_95_m"] = place["radius_95_m"]
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return {**feature, "id": row["id"]} if "id" in row else feature


def _rectangle(cell: Mapping[str, int]) -> dict[str, Any]:
    west, east = _degrees(cell["west_e7"]), _degrees(cell["east_e7"])
    south, north = _degrees(cell["south_e7"]), _degrees(cell["north_e7"])
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _degrees(value_e7: int) -> float:
    return value_e7 / E7
