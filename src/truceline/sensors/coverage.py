"""The coverage grid: for each cell and day, how likely a violation would have been noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from truceline.records.context import CloudCover
from truceline.records.coverage import Cell, Coverage, CoverageState, Look
from truceline.records.observation import Means
from truceline.records.units import DAY_US, E7, day_of, day_start_us
from truceline.sensors.geometry import Integers
from truceline.sensors.ground import Ground
from truceline.sensors.thermal import LOOK_SHARE, detection, look_share, missed_upper_95

# 0.25 degrees, like the peacetime background: about 28 by 18 km.
CELL_E7 = E7 // 4
EVENT = "munition_effects"
# The east of the country, for which the cloud source gives a mean of its own, begins about here.
EAST_FROM_E7 = 33 * E7
CLEAR_BELOW_PPM = 200_000
WEATHER_FROM_PPM = 800_000


def cell_at(longitude_e7: int, latitude_e7: int) -> Cell:
    """Give the cell of the grid that holds a point.

    >>> cell_at(377_000_000, 480_100_000).id
    '48.00N37.50E'
    """
    west_e7 = longitude_e7 // CELL_E7 * CELL_E7
    south_e7 = latitude_e7 // CELL_E7 * CELL_E7
    return Cell(
        west_e7=west_e7, south_e7=south_e7, east_e7=west_e7 + CELL_E7, north_e7=south_e7 + CELL_E7
    )


def cells_of(ground: Ground) -> tuple[tuple[Cell, str], ...]:
    """List the cells that touch an area, with its code, south to north.

    A cell belongs to the area that holds its middle; one whose middle lies outside all of them
    belongs to the area with the most of it, so that no ground is left without a record.
    """
    west, south, east, north = ground.bounds
    wests = np.arange(int(west * E7) // CELL_E7, int(east * E7) // CELL_E7 + 1) * CELL_E7
    souths = np.arange(int(south * E7) // CELL_E7, int(north * E7) // CELL_E7 + 1) * CELL_E7
    south_e7, west_e7 = (axis.ravel() for axis in np.meshgrid(souths, wests, indexing="ij"))
    codes = ground.areas_of(west_e7 + CELL_E7 // 2, south_e7 + CELL_E7 // 2)
    outside = [index for index, code in enumerate(codes) if code is None]
    boxes = [
        tuple(side / E7 for side in (x, y, x + CELL_E7, y + CELL_E7))
        for x, y in zip(west_e7[outside].tolist(), south_e7[outside].tolist(), strict=True)
    ]
    for index, code in zip(outside, ground.touching(boxes), strict=True):
        codes[index] = code
    return tuple(
        (cell_at(int(x), int(y)), code)
        for x, y, code in zip(west_e7, south_e7, codes, strict=True)
        if code is not None
    )


def _point_of(ground: Ground, cell: Cell, area: str) -> tuple[int, int]:
    """Give the point that stands for a cell: its middle, or where that is no land, some of it."""
    middle = cell.west_e7 + CELL_E7 // 2, cell.south_e7 + CELL_E7 // 2
    if ground.areas_of(*(np.array([axis], np.int64) for axis in middle))[0] is not None:
        return middle
    sides = (cell.west_e7, cell.south_e7, cell.east_e7, cell.north_e7)
    return ground.land_in(tuple(side / E7 for side in sides), area)


def looks_from(observations: pa.Table, said: Iterable[Look]) -> tuple[Look, ...]:
    """Tell which source looked on which UTC day.

    Where no orbit is given, a day's detections show that the satellite passed; what the document's
    name or the fetch manifest says (`said`) shows it even where nothing was detected.

    Args:
        observations: Thermal detections, schema `records.bulk.OBSERVATIONS`.
        said: Looks that the documents' names or the manifest state.
    """
    seen = {
        (source, moment // DAY_US * DAY_US, row_id.split(":")[1])
        for source, moment, row_id in zip(
            observations["source"].to_pylist(),
            observations["began_us"].to_pylist(),
            observations["id"].to_pylist(),
            strict=True,
        )
    }
    stated = {(look.source, look.began_us, look.document_sha256): look for look in said}
    days = {(source, day_us) for source, day_us, _ in stated}
    for source, day_us, sha256 in seen:
        if (source, day_us) not in days:
            stated[source, day_us, sha256] = Look(
                source=source, began_us=day_us, ended_us=day_us + DAY_US, document_sha256=sha256
            )
    return tuple(stated[key] for key in sorted(stated))


def platforms_by_day(looks: Iterable[Look]) -> dict[int, tuple[str, ...]]:
    """Group the satellites that looked at a whole day by its first microsecond.

    A look that ended before its day did (the document came too early) is no look at that day: what
    it would have shown later is not known.
    """
    by_day: dict[int, set[str]] = {}
    for look in looks:
        if look.source not in LOOK_SHARE or look.ended_us - look.began_us < DAY_US:
            continue
        by_day.setdefault(look.began_us, set()).add(look.source)
    return {day_us: tuple(sorted(sources)) for day_us, sources in sorted(by_day.items())}


def cloud_ppm_at(clouds: Mapping[date, CloudCover], day_us: int, longitude_e7: int) -> int | None:
    """Give the mean cloud cover that holds for a place on a day; None if not known."""
    cloud = clouds.get(day_of(day_us))
    if cloud is None:
        return None
    return cloud.east_ppm if longitude_e7 >= EAST_FROM_E7 else cloud.country_ppm


def thermal_coverage(
    ground: Ground,
    days_us: Sequence[int],
    looks: Iterable[Look],
    clouds: Mapping[date, CloudCover],
    detections_e7: tuple[Integers, Integers, Integers],
) -> tuple[Coverage, ...]:
    """Give one coverage record for each cell and day, sorted by day, then south to north.

    Args:
        ground: Areas and lines.
        days_us: First microseconds of the UTC days asked for.
        looks: Which satellite looked on which day.
        clouds: Mean cloud cover by day.
        detections_e7: Longitudes, latitudes and times (microseconds) of all detections.
    """
    cells = cells_of(ground)
    by_day = platforms_by_day(looks)
    noticed = _count(*detections_e7)
    points = np.array([_point_of(ground, cell, area) for cell, area in cells], np.int64)
    middles = [points.reshape(-1, 2)[:, axis] for axis in (0, 1)]
    records: list[Coverage] = []
    for day_us in sorted(days_us):
        platforms = by_day.get(day_us, ())
        held = ground.held_by(day_us, *middles)
        records += [
            _cell_day(
                cell,
                area,
                held_by,
                day_us,
                platforms,
                cloud_ppm_at(clouds, day_us, cell.west_e7 + CELL_E7 // 2),
                noticed[cell.west_e7, cell.south_e7, day_us],
            )
            for (cell, area), held_by in zip(cells, held, strict=True)
        ]
    return tuple(records)


def _count(
    longitude_e7: Integers, latitude_e7: Integers, moment_us: Integers
) -> Counter[tuple[int, int, int]]:
    """Count detections by cell and day."""
    keys = np.column_stack(
        (
            longitude_e7 // CELL_E7 * CELL_E7,
            latitude_e7 // CELL_E7 * CELL_E7,
            moment_us // DAY_US * DAY_US,
        )
    )
    found, counts = np.unique(keys.reshape(-1, 3), axis=0, return_counts=True)
    return Counter(
        {(x, y, day): n for (x, y, day), n in zip(found.tolist(), counts.tolist(), strict=True)}
    )


def _cell_day(
    cell: Cell,
    area: str,
    held_by: str | None,
    day_us: int,
    platforms: tuple[str, ...],
    cloud_ppm: int | None,
    noticed: int,
) -> Coverage:
    chances = detection(cloud_ppm, platforms)
    return Coverage(
        cell=cell,
        area=area,
        held_by=held_by,
        began_us=day_us,
        ended_us=day_us + DAY_US,
        per="day",
        means=Means.SATELLITE_THERMAL,
        event=EVENT,
        state=_state(platforms, cloud_ppm),
        detection_ppm=chances.detection_ppm if chances else None,
        detection_low_ppm=chances.low_ppm if chances else None,
        detection_high_ppm=chances.high_ppm if chances else None,
        noticed=noticed,
        missed_upper_95=(
            missed_upper_95(chances.detection_ppm) if chances and noticed == 0 else None
        ),
        sources=platforms,
    )


def _state(platforms: tuple[str, ...], cloud_ppm: int | None) -> CoverageState:
    share = look_share(platforms)
    if share == 0:
        # The document did not come. That is not known, and never "nothing burned".
        return CoverageState.UNKNOWN
    if cloud_ppm is not None and cloud_ppm >= WEATHER_FROM_PPM:
        return CoverageState.WEATHER
    if share < 1 or cloud_ppm is None or cloud_ppm >= CLEAR_BELOW_PPM:
        return CoverageState.OBSERVED_DEGRADED
    return CoverageState.OBSERVED_CLEAR


def days_between(since: date, until: date) -> tuple[int, ...]:
    """List the first microseconds of the UTC days from one to another, both inclusive.

    >>> len(days_between(date(2026, 4, 8), date(2026, 4, 14)))
    7
    """
    return tuple(range(day_start_us(since), day_start_us(until) + DAY_US, DAY_US))
