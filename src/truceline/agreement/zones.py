"""A named area as a file gives it: rings of longitude and latitude in degrees, first = last."""

from __future__ import annotations

from shapely import MultiPolygon as Area
from shapely import Polygon as Face
from shapely.validation import explain_validity

from truceline.agreement.entry import Entry, scaled, shown
from truceline.records.agreement import MultiPolygon, Polygon, Ring, Zone
from truceline.records.units import E7

FEWEST_POINTS = 4  # a triangle, closed


def read_zone(entry: Entry) -> Zone | None:
    """Read one zone: either one `ring`, or `polygons` with holes as GeoJSON writes them."""
    entry.allow(("id", "name", "ring", "polygons"))
    zone_id, name = entry.name("id"), entry.text("name")
    if ("ring" in entry.values) == ("polygons" in entry.values):
        entry.refuse("", "a zone has either a ring or polygons, and not both")
        return None
    before = len(entry.problems)
    if "ring" in entry.values:
        polygons: MultiPolygon = ((_ring(entry, "ring", entry.values["ring"]),),)
    else:
        polygons = _polygons(entry, entry.values["polygons"])
    if len(entry.problems) > before:
        return None
    fault = _fault(polygons)
    if fault:
        entry.refuse("ring" if "ring" in entry.values else "polygons", fault)
        return None
    if zone_id is None or name is None:
        return None
    return Zone(id=zone_id, name=name, polygons_e7=polygons)


def _polygons(entry: Entry, value: object) -> MultiPolygon:
    polygons: list[Polygon] = []
    if not isinstance(value, list) or not value:
        entry.refuse("polygons", f"expected a list of polygons, got {shown(value)}")
        return ()
    for number, polygon in enumerate(value, start=1):
        key = f"polygons, polygon {number}"
        if not isinstance(polygon, list) or not polygon:
            entry.refuse(key, f"expected a list of rings, got {shown(polygon)}")
            continue
        polygons.append(
            tuple(
                _ring(entry, f"{key}, ring {place}", ring)
                for place, ring in enumerate(polygon, start=1)
            )
        )
    return tuple(polygons)


def _ring(entry: Entry, key: str, value: object) -> Ring:
    if not isinstance(value, list) or len(value) < FEWEST_POINTS:
        entry.refuse(key, f"expected at least {FEWEST_POINTS} [longitude, latitude] points")
        return ()
    before = len(entry.problems)
    points: list[tuple[int, int]] = []
    for number, point in enumerate(value, start=1):
        try:
            points.append(_point(point))
        except ValueError as error:
            entry.refuse(f"{key}, point {number}", str(error))
    if len(entry.problems) == before and points[0] != points[-1]:
        entry.refuse(key, f"not closed: it ends at {shown(value[-1])}, not at {shown(value[0])}")
    return tuple(points)


def _point(value: object) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - longitude and latitude
        raise ValueError(f"expected [longitude, latitude], got {shown(value)}")
    degrees: list[int] = []
    for name, number, limit in zip(("longitude", "latitude"), value, (180, 90), strict=True):
        try:
            degrees.append(scaled(number, -limit, limit, E7))
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
    return degrees[0], degrees[1]


def _fault(polygons: MultiPolygon) -> str:
    """Tell why the polygons are no valid area; "" if they are."""
    area = Area([Face(rings[0], rings[1:]) for rings in polygons])
    if area.is_valid:
        return ""
    # The validity test speaks in units of 1e-7 degree, so only its first words are passed on.
    return f"no valid area: {explain_validity(area).split('[')[0]}"
