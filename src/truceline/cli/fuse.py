"""`truceline fuse FILE.csv --out FILE`: which rows of a table speak of one happening."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.pipeline.table import fuse_file


def fuse(
    file: Annotated[Path, typer.Argument(help="CSV of detections, with a header.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Incidents, as .geojson, .parquet or .gpkg.")
    ],
    rows: Annotated[
        Path | None, typer.Option(help="The rows with the number of their incident, as CSV.")
    ] = None,
) -> None:
    """Fuse a table of detections: longitude, latitude, time, error_m or radius_95_m, sensor.

    Optional columns: source, kind. It is no mission: nothing is signed and no clause is tested.

    Example: truceline fuse detections.csv --out incidents.geojson
    """
    fused = fuse_file(file, out, rows)
    typer.echo(f"{out}: {len(fused.incidents)} incidents of {len(fused.rows)} rows")
