"""DeepStateMap: the land of Ukraine that Russia held, as its editors drew it for one day.

It is one non-governmental source's drawing, a layer of its own: it implies no endorsement and no
boundary. Its grey zone is not given here: what is not drawn as held is "the rest".

Layout: GeoJSON (RFC 7946) as the daily mirror publishes it: a FeatureCollection whose `name` is
`deepstatemap_data_YYYYMMDD`, with one Feature, a MultiPolygon in WGS 84 degrees, longitude first.
The mirror: https://github.com/cyterat/deepstate-map-data (`data/`, one file a day since 2024-07-08;
some days are missing there). Source to name: DeepStateMap, https://deepstatemap.live
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import shapely

from truceline.feeds.http import ATTEMPTS, TIMEOUT_S, download
from truceline.feeds.interface import FeedError, Fetched, Parsed
from truceline.feeds.table import shown, text_of
from truceline.records.agreement import ControlLine, MultiPolygon, Ring
from truceline.records.source import Refused
from truceline.records.units import DAY_US, E7, day_start_us

SOURCE = "deepstate"
HELD_BY = "RU"
NAME = re.compile(r"deepstatemap_data_(\d{4})(\d{2})(\d{2})", re.ASCII)
YEARS = range(2014, 2090)
FEATURE = re.compile(r'"type"\s*:\s*"Feature"')
CORNERS_OF_A_RING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Deepstate:
    """One line of control a day.

    Attributes:
        base_url: The folder of the mirror.
        timeout_s: How long one silence of the server may last.
        attempts: How often a document is tried.
    """

    name: str = SOURCE
    version: int = 1
    patterns: tuple[str, ...] = ("control_lines/*.geojson",)
    sources: tuple[str, ...] = (SOURCE,)
    gives: str = "lines"
    base_url: str = "https://raw.githubusercontent.com/cyterat/deepstate-map-data/main/data"
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:
        """Tell from a path for which UTC day the line was drawn."""
        drawn_for = _day_named(name.rpartition("/")[2].removesuffix(".geojson"))
        if drawn_for is None:
            return ()
        began_us = day_start_us(drawn_for)
        return ((SOURCE, began_us, began_us + DAY_US),)

    def plan(self, since: date, until: date) -> tuple[str, ...]:
        """Name one document a day."""
        days = (since + timedelta(days=later) for later in range((until - since).days + 1))
        return tuple(f"control_lines/deepstatemap_data_{day:%Y%m%d}.geojson" for day in days)

    def fetch(self, name: str) -> Fetched:
        """Bring one day's line from the mirror.

        Raises:
            FeedError: No answer, the mirror has no line for that day, or no such name.
        """
        if not self.covers(name):
            raise FeedError(f"{self.name}: {shown(name)} is no document of its plan")
        url = f"{self.base_url}/{name.rpartition('/')[2]}"
        content = download(url, timeout_s=self.timeout_s, attempts=self.attempts)
        return Fetched(name=name, content=content, url=url)

    def parse(self, document: bytes) -> Parsed[ControlLine]:
        """Give the one line, or none where a part of it is broken.

        A line without one of its parts would say of that land that the other side holds it. So a
        broken feature is refused with its line, and the whole line with it: the day is not known.

        Raises:
            FeedError: It is no GeoJSON of this source, or holds no land at all.
        """
        text = text_of(document)
        collection = _collection(text)
        as_of_us = day_start_us(_drawn_for(collection))
        starts = _feature_lines(text, len(collection["features"]))
        polygons: list[tuple[Ring, ...]] = []
        refused: list[Refused] = []
        for line, feature in zip(starts, collection["features"], strict=True):
            try:
                polygons.extend(_land(feature))
            except (ValueError, RecursionError) as error:
                refused.append(Refused(line=line, reason=str(error)))
        if refused:
            return Parsed((), tuple(refused))
        drawn = ControlLine(
            source=SOURCE,
            as_of_us=as_of_us,
            held_by=HELD_BY,
            polygons_e7=tuple(polygons),
            document_sha256=hashlib.sha256(document).hexdigest(),
        )
        return Parsed((drawn,), ())


def _collection(text: str) -> dict[str, Any]:
    expected = f"{SOURCE}: expected a GeoJSON FeatureCollection"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedError(f"{expected}, got {shown(text.strip()) or 'an empty document'}") from None
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise FeedError(f"{expected}, got {shown(text.strip())}")
    if not isinstance(found.get("features"), list) or not found["features"]:
        raise FeedError(f"{SOURCE}: the collection holds no features, so no land at all")
    return found


def _drawn_for(collection: dict[str, Any]) -> date:
    name = collection.get("name")
    drawn_for = _day_named(name) if isinstance(name, str) else None
    if drawn_for is None:
        raise FeedError(
            f'{SOURCE}: "name" must be deepstatemap_data_YYYYMMDD with a year of '
            f"{YEARS[0]}..{YEARS[-1]}, got {shown(repr(name))}"
        )
    return drawn_for


def _day_named(name: str) -> date | None:
    found = NAME.fullmatch(name)
    if not found or int(found[1]) not in YEARS:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _feature_lines(text: str, features: int) -> list[int]:
    """Give the line at which each feature names itself; line 1 where that cannot be told."""
    starts = [found.start() for found in FEATURE.finditer(text)]
    if len(starts) != features:
        return [1] * features
    return [text.count("\n", 0, start) + 1 for start in starts]


def _land(feature: object) -> MultiPolygon:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        raise ValueError(f"expected a MultiPolygon, got {shown(repr(kind))}")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise ValueError("the MultiPolygon has no polygons")
    return tuple(_polygon(polygon, index) for index, polygon in enumerate(polygons, start=1))


def _polygon(rings: object, index: int) -> tuple[Ring, ...]:
    if not isinstance(rings, list) or not rings:
        raise ValueError(f"polygon {index} has no rings")
    polygon = tuple(_ring(ring, index) for ring in rings)
    shape = shapely.Polygon(polygon[0], holes=polygon[1:])
    if not shape.is_valid:
        raise ValueError(
            f"polygon {index} is not valid (in 1e-7 degrees): {shapely.is_valid_reason(shape)}"
        )
    return polygon


def _ring(corners: object, index: int) -> Ring:
    if not isinstance(corners, list) or len(corners) < CORNERS_OF_A_RING:
        raise ValueError(f"polygon {index} has a ring of fewer than {CORNERS_OF_A_RING} corners")
    ring = tuple(_corner(corner, index) for corner in corners)
    if ring[0] != ring[-1]:
        raise ValueError(
            f"polygon {index} has a ring that is not closed: {corners[0]} .. {corners[-1]}"
        )
    return ring


def _corner(corner: object, index: int) -> tuple[int, int]:
    if not isinstance(corner, list) or len(corner) < 2:  # noqa: PLR2004 - longitude, latitude
        raise ValueError(f"polygon {index}: {shown(repr(corner))} is no position")
    return (
        _degrees_e7(corner[0], 180, "longitude", index),
        _degrees_e7(corner[1], 90, "latitude", index),
    )


def _degrees_e7(value: object, limit: int, name: str, index: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"polygon {index}: {name} {shown(repr(value))} is not a number")  # noqa: TRY004 - refused as every bad value
    if not -limit <= value <= limit:  # NaN lies nowhere
        found = shown(repr(value))
        raise ValueError(f"polygon {index}: {name} {found} is outside -{limit}..{limit} degrees")
    return round(value * E7)
