"""A square country of two areas, and a line across it, for whatever asks about the ground."""

from __future__ import annotations

from truceline.records.agreement import ControlLine, MultiPolygon
from truceline.records.context import Area
from truceline.records.units import DAY_US, E7
from truceline.sensors.ground import Ground

DAY = 20_554 * DAY_US  # 11 April 2026
PARTIES = ("A", "B")


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """Give a rectangle, in degrees, as a record holds it."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return ((tuple((round(x * E7), round(y * E7)) for x, y in corners),),)


WEST = Area(code="XX-1", polygons_e7=box(34, 47, 36, 49))
EAST = Area(code="XX-2", polygons_e7=box(36, 47, 38, 49))
AREAS = (WEST, EAST)


def line(
    polygons_e7: MultiPolygon | None = None,
    *,
    held_by: str = "B",
    as_of_us: int = DAY,
    sha256: str = "cd" * 32,
) -> ControlLine:
    """Give the land that B holds: all east of 37 degrees, and the sea and land beyond."""
    return ControlLine(
        source="deepstate",
        as_of_us=as_of_us,
        held_by=held_by,
        polygons_e7=polygons_e7 or box(37, 46, 39, 50),
        document_sha256=sha256,
    )


def ground(*lines: ControlLine, parties: tuple[str, ...] = PARTIES) -> Ground:
    return Ground(AREAS, lines or (line(),), parties)
