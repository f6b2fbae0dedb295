"""The ground on each day: which area a point lies in, who held it, how far the line was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from truceline.records.agreement import ControlLine
from truceline.records.context import Area
from truceline.records.units import DAY_US, E7
from truceline.sensors.geometry import (
    Booleans,
    Integers,
    inside,
    line_distance_m,
    shape_of,
)

# A line older than this says too little about today's; then the line counts as not known.
LINE_HOLDS_US = 7 * DAY_US
# Coast and state border bound the held land too, but nobody faces anybody there. They are left out
# by staying this far inside the areas, in degrees (about 3 km): the outlines are that coarse.
FRONTIER_DEG = 0.03
# Widest gap between two areas that is a fault of the drawing, about 2 km.
SLIVER_E7 = 200_000
# Two drawings of one coast differ by up to this.
COAST_M = 8_000


@dataclass(frozen=True, slots=True)
class _Line:
    as_of_us: int
    held_by: str
    held: Any
    contact: Any


class Ground:
    """Areas and lines of control, prepared once for many questions.

    Everything here is about where something arrived; nothing here says who sent it.
    """

    def __init__(
        self, areas: Sequence[Area], lines: Iterable[ControlLine], parties: Sequence[str]
    ) -> None:
        """Prepare the shapes.

        Args:
            areas: First-level areas; together they are the country.
            lines: Lines of control, any number of days.
            parties: Codes of the parties. With two, who does not hold the land inside a line holds
                the rest; with more, the rest is not known.
        """
        self._areas = [(area.code, shape_of(area.polygons_e7)) for area in sorted_areas(areas)]
        country = _outline([shape for _, shape in self._areas])
        self.bounds: tuple[float, float, float, float] = tuple(country.bounds)
        interior = country.buffer(-FRONTIER_DEG)
        self._lines = [_line(line, interior) for line in sorted(lines, key=_line_order)]
        self._parties = tuple(parties)

    def areas_of(self, longitude_e7: Integers, latitude_e7: Integers) -> list[str | None]:
        """Give the code of the area of each point; None outside all of them.

        Neighbours drawn apart leave slivers: a point in one, or just outside the coarse outline,
        belongs to the nearest area.
        """
        codes: list[str | None] = [None] * len(longitude_e7)
        for code, shape in self._areas:
            for index in np.flatnonzero(inside(shape, longitude_e7, latitude_e7)):
                codes[index] = codes[index] or code
        for gap in [place for place, code in enumerate(codes) if code is None]:
            point = shapely.Point(longitude_e7[gap] / E7, latitude_e7[gap] / E7)
            apart = [(round(shape.distance(point) * E7), code) for code, shape in self._areas]
            nearest_e7, nearest = min(apart, default=(SLIVER_E7 + 1, ""))
            codes[gap] = nearest if nearest_e7 <= SLIVER_E7 else None
        return codes

    def touching(self, boxes: Sequence[tuple[float, ...]]) -> list[str | None]:
        """Give the code of an area that each box touches, the most of it; None where none does.

        Args:
            boxes: West, south, east and north in degrees.
        """
        found: list[str | None] = []
        for box in boxes:
            rectangle = shapely.box(*box)
            shares = [
                (-round(shape.intersection(rectangle).area * E7), code)
                for code, shape in self._areas
                if shape.intersects(rectangle)
            ]
            most, code = min(shares, default=(0, ""))
            found.append(code if most < 0 else None)
        return found

    def land_in(self, box: tuple[float, ...], code: str) -> tuple[int, int]:
        """Give a point of an area inside a box that it touches: longitude, latitude."""
        shape = next(shape for name, shape in self._areas if name == code)
        point = shape.intersection(shapely.box(*box)).representative_point()
        return round(point.x * E7), round(point.y * E7)

    def has_line(self, moment_us: int) -> bool:
        """Tell whether a line is known for this instant."""
        return self._line_at(moment_us) is not None

    def held_by(
        self, moment_us: int, longitude_e7: Integers, latitude_e7: Integers
    ) -> list[str | None]:
        """Give the party that held each point at an instant.

        None where that is not known: without a line, and outside all areas, of which a line of
        control says nothing.
        """
        line = self._line_at(moment_us)
        if line is None:
            return [None] * len(longitude_e7)
        others = [party for party in self._parties if party != line.held_by]
        other = others[0] if len(others) == 1 else None
        held = (
            inside(line.held, longitude_e7, latitude_e7)
            | _on_its_coast(line, longitude_e7, latitude_e7)
        ).tolist()
        areas = self.areas_of(longitude_e7, latitude_e7)
        return [
            line.held_by if is_held else other if area is not None else None
            for is_held, area in zip(held, areas, strict=True)
        ]

    def line_distance_m(
        self, moment_us: int, longitude_e7: Integers, latitude_e7: Integers
    ) -> Integers | None:
        """Give the distance of each point to the line of contact; None where no line is known."""
        line = self._line_at(moment_us)
        if line is None or line.contact.is_empty:
            return None
        return line_distance_m(line.contact, longitude_e7, latitude_e7)

    def _line_at(self, moment_us: int) -> _Line | None:
        known = [line for line in self._lines if 0 <= moment_us - line.as_of_us < LINE_HOLDS_US]
        return known[-1] if known else None


def _on_its_coast(line: _Line, longitude_e7: Integers, latitude_e7: Integers) -> Booleans:
    """Tell which points lie off the held land's own coast or border, not across the line.

    Two drawings of one coast differ by kilometres. A point that one calls land and the other sea
    belongs to the land next to it: it is near the held land, and the line of contact is farther.
    """
    beside_m = line_distance_m(line.held.boundary, longitude_e7, latitude_e7)
    if line.contact.is_empty:
        return beside_m <= COAST_M
    across_m = line_distance_m(line.contact, longitude_e7, latitude_e7)
    return (beside_m <= COAST_M) & (across_m > beside_m + COAST_M)


def sorted_areas(areas: Sequence[Area]) -> list[Area]:
    """Order areas by code, so that the order in a file decides nothing."""
    return sorted(areas, key=lambda area: area.code)


def _line_order(line: ControlLine) -> tuple[int, str, str, str]:
    """Order lines by day; of several for one day the last holds, whatever came first."""
    return line.as_of_us, line.source, line.held_by, line.document_sha256


def _outline(shapes: Sequence[Any]) -> Any:  # noqa: ANN401 - shapely has no types
    """Join the areas without the slivers between them.

    Neighbours drawn apart leave hundreds of thin holes. Left in, each would count as a frontier,
    and the line of contact would be lost wherever it runs along one.
    """
    joined = shapely.union_all(shapes)
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(joined)])


def _line(line: ControlLine, interior: Any) -> _Line:  # noqa: ANN401 - shapely has no types
    held = shape_of(line.polygons_e7)
    return _Line(
        as_of_us=line.as_of_us,
        held_by=line.held_by,
        held=held,
        contact=shapely.intersection(held.boundary, interior),
    )
