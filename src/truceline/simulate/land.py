"""Where the exercise happens: real oblasts, and a line, towns and plants that nobody has seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Generator = np.random.Generator

KM_PER_DEGREE = 111.195
# The invented line runs from the sea to the northern border; nothing happens beyond its ends.
LINE_SOUTH, LINE_NORTH = 46.4, 50.6
HELD_SOUTH, HELD_EAST, HELD_WEST_OF_PENINSULA = 44.0, 41.0, 32.0
LINE_FOOT_LATITUDE, LINE_FOOT_LONGITUDE, LINE_LEAN = 46.0, 34.6, 0.62
WAVES = 8
WAVE_DEGREES = 0.35
DAILY_CHANGE_DEGREES = 0.004

SYLLABLES = ("ba", "do", "ka", "li", "mo", "no", "pe", "ra", "so", "ta", "vi", "zhu")
ENDINGS = ("vka", "ne", "sk", "vo", "nka", "pil")
FUELS = ("Hydro", "Coal", "Gas", "Solar", "Wind", "Nuclear")
FUEL_SHARES = (0.20, 0.35, 0.20, 0.12, 0.11, 0.02)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Land:
    """First-level areas.

    Attributes:
        codes: ISO 3166-2 codes, sorted.
        shapes: One shape an area, in degrees.
        whole: All of them as one.
        area_km2: Their areas, shape (areas,).
    """

    codes: tuple[str, ...]
    shapes: tuple[Any, ...]
    whole: Any
    area_km2: Floats

    def index_of(self, longitude: Floats, latitude: Floats) -> Integers:
        """Give the index of the area that holds each point; -1 outside all."""
        found = np.full(len(longitude), -1, dtype=np.int64)
        for index, shape in enumerate(self.shapes):
            found[(found < 0) & shapely.contains_xy(shape, longitude, latitude)] = index
        return found

    def holds(self, longitude: Floats, latitude: Floats) -> Booleans:
        """Tell which points lie in some area."""
        answer: Booleans = shapely.contains_xy(self.whole, longitude, latitude)
        return answer


def read_land(basemap_oblasts: bytes) -> Land:
    """Read the packaged base map of oblasts (GeoJSON with `region_code`).

    Raises:
        ValueError: It is no such file.
    """
    try:
        features = json.loads(basemap_oblasts)["features"]
        pairs = sorted(
            (str(feature["properties"]["region_code"]), json.dumps(feature["geometry"]))
            for feature in features
        )
        shapes = tuple(shapely.make_valid(shapely.from_geojson(text)) for _, text in pairs)
    except (KeyError, TypeError, ValueError, shapely.errors.GEOSException) as error:
        raise ValueError(f"the base map of oblasts cannot be read: {error}") from error
    if not shapes:
        raise ValueError("the base map of oblasts holds no area")
    whole = shapely.union_all(shapes)
    for shape in (*shapes, whole):
        shapely.prepare(shape)
    middle = np.array([shape.centroid.y for shape in shapes])
    flat = np.array([shape.area for shape in shapes])
    return Land(
        codes=tuple(code for code, _ in pairs),
        shapes=shapes,
        whole=whole,
        area_km2=flat * KM_PER_DEGREE**2 * np.cos(np.radians(middle)),
    )


def points_inside(rng: Generator, shape: Any, count: int) -> tuple[Floats, Floats]:  # noqa: ANN401 - shapely has no types
    """Draw points evenly from a shape in degrees, shape (count,) each."""
    west, south, east, north = shape.bounds
    longitude, latitude = np.zeros(0), np.zeros(0)
    while len(longitude) < count:
        xs = rng.uniform(west, east, 4 * count)
        ys = rng.uniform(south, north, 4 * count)
        inside = shapely.contains_xy(shape, xs, ys)
        longitude = np.concatenate((longitude, xs[inside]))
        latitude = np.concatenate((latitude, ys[inside]))
    return longitude[:count], latitude[:count]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """The invented line of control: one longitude a latitude, waving, a little different each day.

    Attributes:
        amplitude: Of each wave in degrees, shape (days, WAVES).
        phase: Of each wave, shape (WAVES,).
    """

    amplitude: Floats
    phase: Floats

    def longitude_at(self, latitude: Floats, day: Integers) -> Floats:
        """Give the longitude of the line of each point's latitude and day."""
        along = (np.asarray(latitude, dtype=np.float64) - LINE_FOOT_LATITUDE)[..., None] / 6
        waves = np.sin(2 * np.pi * along * np.arange(1, WAVES + 1) + self.phase)
        lean = LINE_FOOT_LONGITUDE + LINE_LEAN * (latitude - LINE_FOOT_LATITUDE)
        longitude: Floats = lean + (self.amplitude[day] * waves).sum(axis=-1)
        return longitude

    def east_of(self, longitude: Floats, latitude: Floats, day: Integers) -> Booleans:
        """Tell which points lie east of that day's line: the land held by the party RU."""
        answer: Booleans = longitude > self.longitude_at(latitude, day)
        return answer

    def held(self, land: Land, day: int) -> Any:  # noqa: ANN401 - shapely has no types
        """Give the land east of the line on one day, as a shape in degrees."""
        latitude = np.linspace(LINE_FOOT_LATITUDE, 53.0, 141)
        longitude = self.longitude_at(latitude, np.full(len(latitude), day))
        ring = [
            (HELD_WEST_OF_PENINSULA, LINE_FOOT_LATITUDE),
            *zip(longitude.tolist(), latitude.tolist(), strict=True),
            (HELD_EAST, 53.0),
            (HELD_EAST, HELD_SOUTH),
            (HELD_WEST_OF_PENINSULA, HELD_SOUTH),
        ]
        return shapely.intersection(shapely.make_valid(shapely.Polygon(ring)), land.whole)


def draw_line(rng: Generator, days: int) -> Line:
    """Invent a line, and small changes of it from day to day."""
    order = np.arange(1, WAVES + 1)
    first = rng.normal(0.0, WAVE_DEGREES, WAVES) / order
    changes = rng.normal(0.0, DAILY_CHANGE_DEGREES, (days, WAVES)) / order
    changes[0] = 0.0
    return Line(
        amplitude=first + np.cumsum(changes, axis=0), phase=rng.uniform(0, 2 * np.pi, WAVES)
    )


def beside_line(
    line: Line, latitude: Floats, day: Integers, east_km: Floats
) -> tuple[Floats, Floats]:
    """Give the points so many kilometres east of the line (west where negative)."""
    shift = east_km / (KM_PER_DEGREE * np.cos(np.radians(latitude)))
    return line.longitude_at(latitude, day) + shift, latitude


def spread_along_line(rng: Generator, land: Land, line: Line, count: int, km: float) -> Floats:
    """Draw places within so many kilometres of the first day's line, shape (count, 2)."""
    found = np.zeros((0, 2))
    while len(found) < count:
        latitude = rng.uniform(LINE_SOUTH, LINE_NORTH, 2 * count)
        day = np.zeros(2 * count, dtype=np.int64)
        places = np.column_stack(beside_line(line, latitude, day, rng.uniform(-km, km, 2 * count)))
        found = np.concatenate((found, places[land.holds(places[:, 0], places[:, 1])]))
    return found[:count]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Towns:
    """Invented towns and villages: names, positions in degrees (n, 2), inhabitants."""

    names: tuple[str, ...]
    places: Floats
    population: Integers

    def nearest(self, longitude: Floats, latitude: Floats, rank: Integers) -> Integers:
        """Give the index of the nearest town, or of the one at that rank counted from 0."""
        shrink = np.array([np.cos(np.radians(48.5)), 1.0])
        wanted = np.column_stack((longitude, latitude)) * shrink
        _, order = cKDTree(self.places * shrink).query(wanted, k=int(rank.max(initial=0)) + 1)
        nearest: Integers = order.reshape(len(longitude), -1)[np.arange(len(longitude)), rank]
        return nearest


def draw_towns(rng: Generator, land: Land, line: Line) -> Towns:
    """Invent 700 towns and villages, half of them within 60 km of the line."""
    near = spread_along_line(rng, land, line, 350, 60.0)
    far = np.column_stack(points_inside(rng, land.whole, 350))
    places: Floats = np.concatenate((near, far)).round(5)
    syllables = rng.integers(0, len(SYLLABLES), (len(places), 2))
    endings = rng.integers(0, len(ENDINGS), len(places))
    names = tuple(
        (SYLLABLES[first] + SYLLABLES[second] + ENDINGS[ending]).capitalize()
        for (first, second), ending in zip(syllables.tolist(), endings.tolist(), strict=True)
    )
    people = np.rint(np.exp(rng.normal(7.0, 1.3, len(places)))).astype(np.int64)
    return Towns(names=names, places=places, population=people)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plants:
    """Invented power plants: ids, fuels, capacity, positions in degrees (n, 2)."""

    ids: tuple[str, ...]
    fuels: tuple[str, ...]
    capacity_mw: Integers
    places: Floats


def draw_plants(rng: Generator, land: Land, line: Line) -> Plants:
    """Invent 30 power plants, 18 of them within 80 km of the line."""
    near = spread_along_line(rng, land, line, 18, 80.0)
    far = np.column_stack(points_inside(rng, land.whole, 12))
    places: Floats = np.concatenate((near, far)).round(4)
    fuels = rng.choice(len(FUELS), len(places), p=FUEL_SHARES)
    return Plants(
        ids=tuple(f"EXERCISE{index:04}" for index in range(1, len(places) + 1)),
        fuels=tuple(FUELS[fuel] for fuel in fuels.tolist()),
        capacity_mw=rng.integers(10, 2400, len(places)),
        places=places,
    )
