"""Promise 1: "Silence is not peace. ... What nobody watched is 'not observed'."

Science notes, section 6: "with 0 detections and coverage C, 95 % upper bound on the number of
violations = log(.05)/log(1-C) ... State it on every quiet cell."
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import pytest
from ground_worlds import AREAS, DAY, PARTIES, box, ground, line
from hypothesis import given
from hypothesis import strategies as st

from truceline.records.bulk import observation_table
from truceline.records.context import Area, CloudCover
from truceline.records.coverage import Coverage, CoverageState, Look
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.units import DAY_US, E7, HOUR_US, PPM, day_of
from truceline.sensors.coverage import (
    CELL_E7,
    EAST_FROM_E7,
    cell_at,
    cells_of,
    cloud_ppm_at,
    days_between,
    looks_from,
    platforms_by_day,
    thermal_coverage,
)
from truceline.sensors.ground import Ground

SHA = "12" * 32
NONE = np.zeros(0, dtype=np.int64)
TODAY = day_of(DAY)


def look(
    source: str = "firms-noaa20", day_us: int = DAY, length_us: int = DAY_US, sha256: str = SHA
) -> Look:
    return Look(source=source, began_us=day_us, ended_us=day_us + length_us, document_sha256=sha256)


TWO = (look(), look("firms-snpp"))


def clouds(country_ppm: int, east_ppm: int | None = None) -> Mapping[date, CloudCover]:
    cover = CloudCover(
        source="clouds-economist",
        day=TODAY,
        country_ppm=country_ppm,
        east_ppm=country_ppm if east_ppm is None else east_ppm,
        document_sha256=SHA,
        line=2,
    )
    return {TODAY: cover}


def covered(
    looks: Iterable[Look] = TWO,
    cover: Mapping[date, CloudCover] | None = None,
    detections_e7: tuple[np.ndarray, np.ndarray, np.ndarray] = (NONE, NONE, NONE),
    where: Ground | None = None,
) -> tuple[Coverage, ...]:
    return thermal_coverage(
        where or ground(), [DAY], looks, clouds(0) if cover is None else cover, detections_e7
    )


def seen(
    source: str = "firms-noaa20", at_us: int = DAY + HOUR_US, line_number: int = 2
) -> Observation:
    return Observation(
        source=source,
        means=Means.SATELLITE_THERMAL,
        place=Place(longitude_e7=361_000_000, latitude_e7=481_000_000, radius_95_m=400),
        began_us=at_us,
        ended_us=at_us,
        signatures=((Signature.THERMAL, PPM),),
        chance_real_ppm=PPM,
        document_sha256=SHA,
        line=line_number,
    )


# ------------------------------------------------------------------------------- who looked
def test_where_nobody_looked_nothing_is_known_and_no_number_is_given() -> None:
    for cell in covered(looks=()):
        assert cell.state is CoverageState.UNKNOWN
        assert (cell.detection_ppm, cell.detection_low_ppm, cell.detection_high_ppm) == (None,) * 3
        assert cell.missed_upper_95 is None
        assert cell.sources == ()


def test_a_clear_whole_look_has_the_measured_figure_and_its_bound() -> None:
    for cell in covered():
        assert cell.state is CoverageState.OBSERVED_CLEAR
        assert (cell.detection_low_ppm, cell.detection_ppm, cell.detection_high_ppm) == (
            79_000,
            106_000,
            142_000,
        )
        assert cell.missed_upper_95 == 26
        assert cell.sources == ("firms-noaa20", "firms-snpp")


def test_every_record_is_a_total_of_one_day() -> None:
    for cell in covered():
        assert (cell.per, cell.began_us, cell.ended_us) == ("day", DAY, DAY + DAY_US)


@given(st.sets(st.sampled_from(["firms-noaa20", "firms-noaa21", "firms-snpp", "firms-terra"])))
def test_a_withheld_platform_never_raises_the_probability(kept: set[str]) -> None:
    small = Ground((Area(code="XX-1", polygons_e7=box(34, 47, 34.5, 47.5)),), (), PARTIES)
    everything = covered(
        [look(s) for s in ("firms-noaa20", "firms-noaa21", "firms-snpp")], where=small
    )
    less = covered([look(source) for source in sorted(kept - {"firms-terra"})], where=small)
    for more, fewer in zip(everything, less, strict=True):
        assert (fewer.detection_ppm or 0) <= (more.detection_ppm or 0)
        assert fewer.state is not CoverageState.OBSERVED_CLEAR or fewer == replace(
            more, sources=fewer.sources
        )


def test_one_platform_alone_is_a_degraded_look() -> None:
    (cell, *_) = covered([look()])
    assert cell.state is CoverageState.OBSERVED_DEGRADED
    assert cell.detection_ppm == 54_484


@pytest.mark.parametrize(
    ("cloud_ppm", "state"),
    [
        pytest.param(199_999, CoverageState.OBSERVED_CLEAR, id="just under 20 %"),
        pytest.param(200_000, CoverageState.OBSERVED_DEGRADED, id="20 %"),
        pytest.param(799_999, CoverageState.OBSERVED_DEGRADED, id="just under 80 %"),
        pytest.param(800_000, CoverageState.WEATHER, id="80 %"),
    ],
)
def test_clouds_degrade_a_look(cloud_ppm: int, state: CoverageState) -> None:
    assert {cell.state for cell in covered(cover=clouds(cloud_ppm))} == {state}


def test_where_the_clouds_are_not_known_a_look_is_degraded_and_not_clear() -> None:
    for cell in covered(cover={}):
        assert cell.state is CoverageState.OBSERVED_DEGRADED
        assert cell.detection_ppm == 57_700


def test_nobody_looked_is_not_known_whatever_the_clouds() -> None:
    assert {cell.state for cell in covered((), clouds(PPM))} == {CoverageState.UNKNOWN}


def test_the_east_has_a_cloud_of_its_own() -> None:
    cover = clouds(100_000, east_ppm=900_000)
    assert cloud_ppm_at(cover, DAY, EAST_FROM_E7) == 900_000
    assert cloud_ppm_at(cover, DAY, EAST_FROM_E7 - 1) == 100_000
    assert cloud_ppm_at(cover, DAY + DAY_US, EAST_FROM_E7) is None


# ------------------------------------------------------------------------------------ looks
def test_a_document_that_holds_only_its_header_is_a_look() -> None:
    assert looks_from(observation_table([]), [look()]) == (look(),)
    assert platforms_by_day([look()]) == {DAY: ("firms-noaa20",)}


def test_detections_show_that_somebody_looked_where_no_name_says_so() -> None:
    (found,) = looks_from(observation_table([seen(), seen(line_number=3)]), [])
    assert found == look()


def test_a_stated_look_is_not_said_twice_by_its_detections() -> None:
    assert looks_from(observation_table([seen()]), [look(sha256="34" * 32)]) == (
        look(sha256="34" * 32),
    )


def test_a_document_that_came_before_its_day_ended_is_no_look_at_that_day() -> None:
    early = look(length_us=DAY_US - 1)
    assert platforms_by_day([early]) == {}
    # Its own detections do not make it a whole one either.
    assert platforms_by_day(looks_from(observation_table([seen()]), [early])) == {}
    assert {cell.state for cell in covered([early])} == {CoverageState.UNKNOWN}


def test_a_look_of_something_that_is_no_satellite_is_no_look_of_one() -> None:
    assert platforms_by_day([look("ucdp-ged"), look()]) == {DAY: ("firms-noaa20",)}
    assert {cell.state for cell in covered([look("ucdp-ged")])} == {CoverageState.UNKNOWN}


def test_a_later_whole_document_heals_an_early_one() -> None:
    for order in permutations([look(length_us=HOUR_US), look(sha256="34" * 32)]):
        assert platforms_by_day(order) == {DAY: ("firms-noaa20",)}


def test_the_order_of_looks_changes_nothing() -> None:
    looks = [look("firms-snpp"), look(), look("firms-aqua", DAY + DAY_US)]
    answers = {looks_from(observation_table([seen()]), order) for order in permutations(looks)}
    assert len(answers) == 1
    assert platforms_by_day(looks) == {
        DAY: ("firms-noaa20", "firms-snpp"),
        DAY + DAY_US: ("firms-aqua",),
    }


# ------------------------------------------------------------------------------------ cells
def test_cells_tile_the_areas() -> None:
    cells = cells_of(ground())
    # Four degrees by two, sixteen cells a square degree, and no cell twice.
    assert len(cells) == len({cell.id for cell, _ in cells}) == 4 * 2 * 16
    assert {code for _, code in cells} == {"XX-1", "XX-2"}
    corners = [(cell.south_e7, cell.west_e7) for cell, _ in cells]
    assert corners == sorted(corners)
    assert all(
        (cell.east_e7 - cell.west_e7, cell.north_e7 - cell.south_e7) == (CELL_E7, CELL_E7)
        and cell.west_e7 % CELL_E7 == 0
        for cell, _ in cells
    )


@given(st.integers(34 * E7, 38 * E7 - 1), st.integers(47 * E7, 49 * E7 - 1))
def test_every_point_of_an_area_lies_in_exactly_the_cell_that_is_named_for_it(
    longitude_e7: int, latitude_e7: int
) -> None:
    cell = cell_at(longitude_e7, latitude_e7)
    assert cell.west_e7 <= longitude_e7 < cell.east_e7
    assert cell.south_e7 <= latitude_e7 < cell.north_e7


def test_a_strip_of_land_that_holds_no_middle_of_a_cell_has_its_cells_too() -> None:
    strip = Ground((Area(code="XX-1", polygons_e7=box(34.0, 47.0, 34.1, 47.5)),), (), PARTIES)
    assert [(cell.id, code) for cell, code in cells_of(strip)] == [
        ("47.00N34.00E", "XX-1"),
        ("47.25N34.00E", "XX-1"),
    ]


def test_a_country_that_ends_inside_a_cell_has_that_cell() -> None:
    ragged = Ground((Area(code="XX-1", polygons_e7=box(34.1, 47.1, 34.9, 47.9)),), (), PARTIES)
    names = [cell.id for cell, _ in cells_of(ragged)]
    assert (len(names), names[0], names[-1]) == (16, "47.00N34.00E", "47.75N34.75E")


def test_cells_south_and_west_of_nought_tile_too() -> None:
    assert cell_at(-1, -1).id == "-0.25N-0.25E"
    south = Ground((Area(code="XX-1", polygons_e7=box(-1, -1, 1, 1)),), (), PARTIES)
    assert len(cells_of(south)) == 64


def test_each_cell_says_who_held_its_middle() -> None:
    held = {cell.cell.id: cell.held_by for cell in covered()}
    assert (held["48.00N36.75E"], held["48.00N37.00E"]) == ("A", "B")
    bare = Ground(AREAS, (), PARTIES)
    assert {cell.held_by for cell in covered(where=bare)} == {None}


def test_records_come_by_day_then_south_to_north() -> None:
    records = thermal_coverage(ground(), [DAY + DAY_US, DAY], TWO, {}, (NONE, NONE, NONE))
    order = [(one.began_us, one.cell.south_e7, one.cell.west_e7) for one in records]
    assert order == sorted(order)
    assert {one.state for one in records if one.began_us > DAY} == {CoverageState.UNKNOWN}


# ---------------------------------------------------------------------------------- noticed
def test_what_was_noticed_is_counted_in_its_cell_and_day() -> None:
    edge = 375_000_000
    detections = (
        np.array([edge, edge + 1, edge - 1, edge], dtype=np.int64),
        np.array([480_100_000] * 4, dtype=np.int64),
        np.array([DAY, DAY + DAY_US - 1, DAY, DAY + DAY_US], dtype=np.int64),
    )
    noticed = {cell.cell.id: cell for cell in covered(detections_e7=detections)}
    assert noticed["48.00N37.50E"].noticed == 2
    assert noticed["48.00N37.25E"].noticed == 1
    assert sum(cell.noticed for cell in noticed.values()) == 3


def test_beside_something_noticed_no_bound_on_the_unseen_is_given() -> None:
    one = (np.array([375_000_000]), np.array([480_100_000]), np.array([DAY]))
    by_id = {cell.cell.id: cell for cell in covered(detections_e7=one)}
    assert by_id["48.00N37.50E"].missed_upper_95 is None
    assert by_id["48.00N37.25E"].missed_upper_95 == 26


def test_a_stale_line_leaves_the_holder_not_known() -> None:
    old = ground(line(as_of_us=DAY - 7 * DAY_US))
    assert {cell.held_by for cell in covered(where=old)} == {None}


def test_days_are_listed_with_both_ends() -> None:
    assert days_between(TODAY, TODAY) == (DAY,)
    assert days_between(TODAY, day_of(DAY + DAY_US)) == (DAY, DAY + DAY_US)
