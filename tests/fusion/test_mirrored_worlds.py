"""Promise 6: "Mirrored worlds give mirrored answers: swapping the parties, their land and their
sources swaps the output (up to ids) and changes nothing else."

The world is reflected in the meridian of 35 degrees, and A and B change places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fusion_worlds import (
    AREAS,
    DAY,
    DAYS,
    LINE,
    NOON,
    PARTIES,
    PLACES,
    background,
    box,
    clear,
    north,
    pixel,
    report,
    world,
)

from truceline.fusion.fuse import fuse
from truceline.fusion.world import Gazetteer, World
from truceline.records.agreement import MultiPolygon
from truceline.records.canonical import plain
from truceline.records.coverage import Look
from truceline.records.observation import Means, Observation
from truceline.records.units import DAY_US, E7, HOUR_US
from truceline.sensors.background import Background
from truceline.sensors.coverage import CELL_E7, thermal_coverage
from truceline.sensors.ground import Ground


def prompt(means: Means, longitude: float, radius_95_m: int) -> Observation:
    """Give what an instrument or an observer noticed at noon."""
    seen = report(longitude, 48.7, source="a-party", radius_95_m=radius_95_m, line=radius_95_m)
    return replace(seen, source=means.value, means=means, began_us=NOON, ended_us=NOON)


AXIS_E7 = 70 * E7  # twice 35 degrees
SWAPPED = {"A": "B", "B": "A", "XX-1": "XX-2", "XX-2": "XX-1"}
# Longitudes are chosen so that no two things are equally far from a third.
OBSERVATIONS = (
    pixel(35.96, line=2),
    pixel(35.961, north(330), line=3),
    pixel(35.962, north(900), NOON + 3 * HOUR_US, source="firms-snpp"),
    pixel(36.4, 47.2, line=4),
    pixel(36.03, 47.7, DAY - 7 * HOUR_US, line=5),
    pixel(32.3, 49.2, DAY + DAY_US + HOUR_US, line=6, source="firms-noaa21"),
    pixel(37.123, 46.6, line=7),
    report(35.97, 48.003),
    report(33.9, 49.01, line=3),
    report(36.2, 47.31, line=4, source="ucdp-ged"),
    report(37.125, 46.603, line=5),
    prompt(Means.ACOUSTIC, 36.703, 300),
    prompt(Means.SEISMIC, 36.709, 900),
    prompt(Means.VISUAL, 33.41, 1_500),
)
WORKS = ((36.4003, 47.2), (37.9, 49.9))
ALERTS = {
    "XX-1": ((DAY + 13 * HOUR_US, DAY + 14 * HOUR_US),),
    "XX-2": ((NOON - 3 * HOUR_US, NOON - 2 * HOUR_US), (NOON + 30 * HOUR_US, NOON + 31 * HOUR_US)),
}


def mirrored_polygons(polygons_e7: MultiPolygon) -> MultiPolygon:
    return tuple(
        tuple(tuple((AXIS_E7 - x, y) for x, y in ring) for ring in rings) for rings in polygons_e7
    )


def mirrored_observation(seen: Observation) -> Observation:
    longitude_e7 = AXIS_E7 - seen.place.longitude_e7
    return replace(seen, place=replace(seen.place, longitude_e7=longitude_e7))


def grounds(*, mirrored: bool) -> Ground:
    if not mirrored:
        return Ground(AREAS, (LINE,), PARTIES)
    areas = [
        replace(area, code=SWAPPED[area.code], polygons_e7=mirrored_polygons(area.polygons_e7))
        for area in AREAS
    ]
    line = replace(
        LINE, held_by=SWAPPED[LINE.held_by], polygons_e7=mirrored_polygons(LINE.polygons_e7)
    )
    return Ground(areas, (line,), PARTIES)


def backgrounds(*, mirrored: bool) -> Background:
    """Give a country that burns otherwise in the north, and alike in west and east."""
    works = tuple((70 - x, y) if mirrored else (x, y) for x, y in WORKS)
    found = background(sites=works)
    rates = found.rates_milli + (found.cells[:, 1:] // CELL_E7 - 46 * 4)
    return replace(found, rates_milli=rates)


def worlds(*, mirrored: bool) -> World:
    places = [
        replace(place, longitude_e7=AXIS_E7 - place.longitude_e7) if mirrored else place
        for place in PLACES
    ]
    return world(
        ground=grounds(mirrored=mirrored),
        background=backgrounds(mirrored=mirrored),
        alerts={SWAPPED[code] if mirrored else code: spans for code, spans in ALERTS.items()},
        places=Gazetteer(places),
    )


def unmirrored(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Reflect plain data back: longitudes, the names of parties and of areas; nothing else."""
    if isinstance(value, Mapping):
        return {
            key: AXIS_E7 - inner if key == "longitude_e7" else unmirrored(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [unmirrored(inner) for inner in value]
    return SWAPPED.get(value, value) if isinstance(value, str) else value


def test_a_mirrored_world_has_the_mirrored_incidents() -> None:
    here = [plain(one) for one in fuse(OBSERVATIONS, worlds(mirrored=False))]
    there = [
        plain(one)
        for one in fuse(
            [mirrored_observation(seen) for seen in OBSERVATIONS], worlds(mirrored=True)
        )
    ]
    assert [unmirrored(one) for one in there] == here


def test_the_small_world_has_something_to_mirror() -> None:
    incidents = fuse(OBSERVATIONS, worlds(mirrored=False))
    assert {incident.held_by for incident in incidents} == {"A", "B"}
    assert {incident.independent_sources for incident in incidents} >= {1, 2}
    assert {incident.area for incident in incidents} == {"XX-1", "XX-2"}
    assert any(not incident.has_physical_source for incident in incidents)
    reasons = {row.reason.code for incident in incidents for row in incident.evidence}
    assert reasons >= {"alert_during", "alert_none", "industrial_site", "thermal_silent"}
    assert reasons >= {"acoustic_noticed", "seismic_noticed", "visual_noticed"}


def test_only_the_parties_names_change_when_only_they_are_swapped() -> None:
    renamed = Ground(AREAS, (replace(LINE, held_by="A"),), PARTIES)
    here = fuse(OBSERVATIONS, world())
    there = fuse(OBSERVATIONS, world(ground=renamed))
    assert [replace(one, held_by=SWAPPED[one.held_by or ""]) for one in there] == list(here)


def test_the_line_may_be_drawn_as_the_land_of_either_party() -> None:
    drawn_by_the_other = replace(LINE, held_by="A", polygons_e7=box(30, 45, 36, 51))
    other = world(ground=Ground(AREAS, (drawn_by_the_other,), PARTIES))
    assert fuse(OBSERVATIONS, other) == fuse(OBSERVATIONS, world())


@pytest.mark.parametrize("cloud_ppm", [0, 450_000, 1_000_000])
def test_a_mirrored_world_has_the_mirrored_coverage(cloud_ppm: int) -> None:
    looks = [
        Look(source=source, began_us=day_us, ended_us=day_us + DAY_US, document_sha256="11" * 32)
        for day_us in DAYS[1:]
        for source in ("firms-noaa20", "firms-snpp")
    ]

    def covered(*, mirrored: bool) -> list[Any]:
        seen = [mirrored_observation(one) if mirrored else one for one in OBSERVATIONS[:7]]
        detections = (
            np.array([one.place.longitude_e7 for one in seen], dtype=np.int64),
            np.array([one.place.latitude_e7 for one in seen], dtype=np.int64),
            np.array([one.began_us for one in seen], dtype=np.int64),
        )
        ground = grounds(mirrored=mirrored)
        records = thermal_coverage(ground, DAYS, looks, clear(cloud_ppm), detections)
        return [plain(record) for record in records]

    def reflected(record: Any) -> Any:  # noqa: ANN401 - plain data
        cell = record["cell"]
        turned = {
            **cell,
            "west_e7": AXIS_E7 - cell["east_e7"],
            "east_e7": AXIS_E7 - cell["west_e7"],
        }
        return unmirrored({**record, "cell": turned})

    def order(record: Any) -> tuple[int, ...]:  # noqa: ANN401 - plain data
        return record["began_us"], record["cell"]["south_e7"], record["cell"]["west_e7"]

    there = sorted((reflected(record) for record in covered(mirrored=True)), key=order)
    assert there == covered(mirrored=False)
