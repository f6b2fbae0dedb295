"""What the world happens on: a line that moves, land, works, places, jamming, outages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from truceline.records.units import DAY_US, HOUR_US
from truceline.simulate.theatre.families import Hidden, stream
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    CELL_M,
    COLUMNS,
    HEIGHT_M,
    HOURS_A_DAY,
    ROWS,
    WIDTH_M,
    Booleans,
    Floats,
    Generator,
    Integers,
    at,
    cell_of,
)

VERTEX_M = 5_000.0
VERTICES = int(WIDTH_M / VERTEX_M) + 1
LINE_WAVES, LINE_SWING_M = 9, 16_000.0
# How far a stretch of the line moves in a day of war, and how it is drawn on the day after.
LINE_STEP_M, LINE_ERROR_M, LINE_LATE_US = 120.0, 400.0, DAY_US
LAND_M = 2_500.0
FIELD, FOREST, SETTLEMENT, WATER, OPEN = range(5)
LAND_NAMES = ("field", "forest", "settlement", "water", "open")
LAND_SHARES = np.array([0.60, 0.18, 0.0, 0.04, 0.18])  # settlements are where places are
PLACES, WORKS, QUARRIES = 400, 20, 6
JAM_RADIUS_M, JAM_MEAN_H, JAM_REACH_M = (30_000.0, 60_000.0), 24.0, 50_000.0
OUTAGE_MEAN_H = 12.0
LEAD = 8.0  # means before the first hour from which spells are drawn: exp(-8) of them are missed
QUARRY_BLASTS, BLASTS_AT_H, WORKING_DAYS, WEEK = 2.0, 11, 5, 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terrain:
    """The ground and what disturbs instruments on it.

    Attributes:
        line_m: Shape (days, VERTICES). Northing of the line, every 5 km from west to east.
        land: Shape (rows, columns) of cells of 2.5 km; index in `LAND_NAMES`.
        places: Shape (PLACES, 2). East and north of the named places.
        people: Shape (PLACES,). How many live there.
        works: Shape (WORKS, 2). Where something burns all the time.
        quarries: Shape (QUARRIES, 2). Where people blast on working days.
        jams: Shape (n, 5). East, north, radius in metres; first and last hour.
        jammed: Shape (hours, ROWS, COLUMNS). Where and when navigation is lost.
    """

    line_m: Floats
    land: Integers
    places: Floats
    people: Integers
    works: Floats
    quarries: Floats
    jams: Floats
    jammed: Booleans

    def beyond_m(self, east_m: Floats, north_m: Floats, at_us: Integers) -> Floats:
        """Tell how far north of its day's line each point lies: negative on side 0's ground."""
        day = np.clip((at_us - BEGAN_US) // DAY_US, 0, len(self.line_m) - 1)
        step = np.clip(east_m / VERTEX_M, 0, VERTICES - 1 - 1e-9)
        left = step.astype(np.int64)
        share = step - left
        line = self.line_m[day, left] * (1 - share) + self.line_m[day, left + 1] * share
        return np.asarray(north_m - line)

    def land_at(self, east_m: Floats, north_m: Floats) -> Integers:
        """Give the land use at points."""
        row, column = cell_of(east_m, north_m, LAND_M)
        return self.land[row, column]

    def nearest_place(self, place_m: Floats) -> Integers:
        """Give the number of the named place nearest to each point, shape (n, 2)."""
        return np.asarray(cKDTree(self.places).query(place_m)[1], np.int64)

    def jammed_at(self, east_m: Floats, north_m: Floats, at_us: Integers) -> Booleans:
        """Tell where and when navigation is lost."""
        return at(self.jammed, east_m, north_m, at_us)


def draw_terrain(seed: int, hidden: Hidden, activity: Floats) -> Terrain:
    """Draw the ground for as many days as `activity` has, in which the line moves that much.

    Args:
        seed: Of the world.
        hidden: Its hidden values.
        activity: Shape (days,). Share of a day of war.
    """
    line_m = _line(stream(seed, "line"), activity)
    chance = stream(seed, "places")
    places = chance.uniform((0, 0), (WIDTH_M, HEIGHT_M), (PLACES, 2))
    people = np.exp(chance.normal(7.0, 1.2, PLACES)).astype(np.int64)
    chosen = chance.permutation(PLACES)[: WORKS + QUARRIES]
    beside = places[chosen] + chance.normal(0, 3_000, (len(chosen), 2))
    jams, jammed = _jamming(stream(seed, "jamming"), hidden.jammed_share, line_m)
    return Terrain(
        line_m=line_m,
        land=_land(stream(seed, "land"), places),
        places=places,
        people=people,
        works=np.clip(beside[:WORKS], 0, (WIDTH_M, HEIGHT_M)),
        quarries=np.clip(beside[WORKS:], 0, (WIDTH_M, HEIGHT_M)),
        jams=jams,
        jammed=jammed,
    )


def _line(chance: Generator, activity: Floats) -> Floats:
    """Draw a curve of waves about the middle, each of which wanders from day to day."""
    share = np.linspace(0, 1, VERTICES)
    number = np.arange(1, LINE_WAVES + 1)
    phase = chance.uniform(0, 2 * np.pi, LINE_WAVES)
    shape = np.sin(np.pi * number[:, None] * share + phase[:, None])
    height = LINE_SWING_M * chance.normal(0, 1, LINE_WAVES) / number
    step = LINE_STEP_M * np.sqrt(2 / LINE_WAVES) * chance.normal(0, 1, (len(activity), LINE_WAVES))
    moved = np.cumsum(step * activity[:, None], axis=0)
    return np.asarray(np.clip(HEIGHT_M / 2 + (height + moved) @ shape, 40_000, HEIGHT_M - 40_000))


def _land(chance: Generator, places: Floats) -> Integers:
    """Draw patches of land of the shares wanted, some 10 km wide, with the places on top."""
    rows, columns = int(HEIGHT_M / LAND_M), int(WIDTH_M / LAND_M)
    north = np.fft.fftfreq(rows, LAND_M) * 2 * np.pi
    east = np.fft.rfftfreq(columns, LAND_M) * 2 * np.pi
    smooth = np.exp(-(8_000.0**2) * (north[:, None] ** 2 + east**2) / 4)
    field = np.fft.irfft2(np.fft.rfft2(chance.standard_normal((rows, columns))) * smooth)
    edges = np.quantile(field, np.cumsum(LAND_SHARES)[:-1])
    land = np.searchsorted(edges, field, side="right")
    row, column = cell_of(places[:, 0], places[:, 1], LAND_M)
    land[row, column] = SETTLEMENT
    return land.astype(np.int64)


def _jamming(chance: Generator, share: float, line_m: Floats) -> tuple[Floats, Booleans]:
    """Draw discs near the line that last some hours, and the cells that they cover.

    As many as leave 1 - share of the cells along the line free on average.
    """
    hours = len(line_m) * HOURS_A_DAY
    least, most = JAM_RADIUS_M
    disc = np.pi * (least**2 + least * most + most**2) / 3
    near = 2 * JAM_REACH_M * (WIDTH_M + 2 * most)
    first, last = _spells(chance, -np.log(1 - share) * near / disc, JAM_MEAN_H, hours)
    count = len(first)
    east = chance.uniform(-most, WIDTH_M + most, count)
    day = np.clip(first // HOURS_A_DAY, 0, len(line_m) - 1).astype(np.int64)
    vertex = np.clip(np.rint(east / VERTEX_M), 0, VERTICES - 1).astype(np.int64)
    north = line_m[day, vertex] + chance.uniform(-JAM_REACH_M, JAM_REACH_M, count)
    jams = np.column_stack([east, north, chance.uniform(*JAM_RADIUS_M, count), first, last])
    middle_north = (np.arange(ROWS) + 0.5)[:, None] * CELL_M
    middle_east = (np.arange(COLUMNS) + 0.5) * CELL_M
    jammed = np.zeros((hours, ROWS, COLUMNS), np.bool_)
    for jam_east, jam_north, radius, began, ended in jams:
        inside = np.hypot(middle_east - jam_east, middle_north - jam_north) < radius
        jammed[max(0, round(began)) : max(0, round(ended))] |= inside
    return jams, jammed


def _spells(chance: Generator, at_once: float, mean_h: float, hours: int) -> tuple[Floats, Floats]:
    """Draw first and last hours of spells, of which so many last at any time from hour 0 on."""
    lead = LEAD * mean_h
    first = chance.uniform(-lead, hours, chance.poisson(at_once * (hours + lead) / mean_h))
    last = first + chance.exponential(mean_h, len(first))
    felt = np.rint(last) > 0
    return first[felt], last[felt]


def blasts_on(day: Integers) -> Floats:
    """Give how many blasts a quarry makes on each day, on average: some on working days."""
    return np.where(day % WEEK < WORKING_DAYS, QUARRY_BLASTS, 0.0)


def draw_outages(chance: Generator, share: float, instruments: int, hours: int) -> Booleans:
    """Draw when each instrument is out, shape (instruments, hours), in stretches of half a day."""
    out = np.zeros((instruments, hours), np.bool_)
    for one in out:
        first, last = _spells(chance, -np.log(1 - share), OUTAGE_MEAN_H, hours)
        for began, ended in zip(first, last, strict=True):
            one[max(0, round(began)) : max(0, round(ended))] = True
    return out


def seen_lines(seed: int, terrain: Terrain, sides: tuple[str, str]) -> pa.Table:
    """Give the line as it is published: one version a day, a day late, each drawn with an error."""
    days = len(terrain.line_m)
    error = stream(seed, "line as seen").normal(0, LINE_ERROR_M, terrain.line_m.shape)
    day = np.repeat(np.arange(days), VERTICES)
    from_us = BEGAN_US + day * DAY_US
    return pa.table(
        {
            "version": day,
            "from_us": from_us,
            "until_us": from_us + DAY_US,
            "published_us": from_us + LINE_LATE_US,
            "east_m": np.tile((np.arange(VERTICES) * VERTEX_M).astype(np.int32), days),
            "north_m": np.rint(terrain.line_m + error).astype(np.int32).ravel(),
            "south_of_it": np.full(len(day), sides[0]),
            "north_of_it": np.full(len(day), sides[1]),
        }
    )


def jam_table(terrain: Terrain) -> pa.Table:
    """Give the jamming as it truly was."""
    east, north, radius, first, last = terrain.jams.T
    return pa.table(
        {
            "east_m": np.rint(east).astype(np.int32),
            "north_m": np.rint(north).astype(np.int32),
            "radius_m": np.rint(radius).astype(np.int32),
            "from_us": BEGAN_US + np.rint(first).astype(np.int64) * HOUR_US,
            "until_us": BEGAN_US + np.rint(last).astype(np.int64) * HOUR_US,
        }
    )
