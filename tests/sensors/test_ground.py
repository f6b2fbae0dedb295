"""Where something arrived: area, who held the ground, how far the line. Never who sent it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from ground_worlds import AREAS, DAY, EAST, PARTIES, WEST, box, ground, line
from pyproj import Geod

from truceline.records.context import Area
from truceline.records.units import DAY_US, E7
from truceline.sensors.ground import FRONTIER_DEG, LINE_HOLDS_US, Ground


def at(*places: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    points = np.array([(round(x * E7), round(y * E7)) for x, y in places], dtype=np.int64)
    return points[:, 0], points[:, 1]


def test_each_point_has_the_area_that_it_lies_in_or_none() -> None:
    assert ground().areas_of(*at((35, 48), (37, 48), (30, 48))) == ["XX-1", "XX-2", None]


def test_inside_the_line_its_holder_and_outside_the_other_of_two_parties() -> None:
    assert ground().held_by(DAY, *at((37.5, 48), (36.5, 48))) == ["B", "A"]


def test_with_three_parties_nobody_is_known_to_hold_the_rest() -> None:
    three = ground(parties=("A", "B", "C"))
    assert three.held_by(DAY, *at((37.5, 48), (36.5, 48))) == ["B", None]


def test_with_no_parties_named_only_the_land_inside_is_known() -> None:
    assert ground(parties=()).held_by(DAY, *at((37.5, 48), (36.5, 48))) == ["B", None]


def test_without_a_line_nothing_is_known() -> None:
    bare = Ground(AREAS, (), PARTIES)
    assert not bare.has_line(DAY)
    assert bare.held_by(DAY, *at((37.5, 48))) == [None]
    assert bare.line_distance_m(DAY, *at((37.5, 48))) is None


@pytest.mark.parametrize(
    ("later_us", "known"),
    [
        pytest.param(0, True, id="at its first instant"),
        pytest.param(-1, False, id="a line of tomorrow says nothing of today"),
        pytest.param(LINE_HOLDS_US - 1, True, id="just under seven days old"),
        pytest.param(LINE_HOLDS_US, False, id="seven days old"),
    ],
)
def test_a_line_holds_for_seven_days(later_us: int, *, known: bool) -> None:
    assert LINE_HOLDS_US == 7 * DAY_US
    assert ground().has_line(DAY + later_us) is known
    assert ground().held_by(DAY + later_us, *at((37.5, 48))) == ["B" if known else None]
    assert (ground().line_distance_m(DAY + later_us, *at((37.5, 48))) is not None) is known


def test_the_latest_line_counts() -> None:
    moved = line(box(36.5, 46, 39, 50), as_of_us=DAY + DAY_US)
    both = ground(line(), moved)
    point = at((36.7, 48))
    assert both.held_by(DAY, *point) == ["A"]
    assert both.held_by(DAY + DAY_US, *point) == ["B"]


def test_the_order_of_areas_and_of_lines_changes_nothing() -> None:
    lines = [
        line(),
        line(box(36.5, 46, 39, 50), as_of_us=DAY + DAY_US),
        # Two drawings of one day: which one holds must not hang on which came first.
        line(box(36.2, 46, 39, 50), as_of_us=DAY + DAY_US, sha256="ee" * 32),
    ]
    points = at((36.3, 48), (36.7, 48), (37.5, 48), (35, 47.5))
    answers = set()
    for areas in permutations(AREAS):
        for order in permutations(lines):
            one = Ground(areas, order, PARTIES)
            distances = one.line_distance_m(DAY + DAY_US, *points)
            assert distances is not None
            answers.add(
                (
                    tuple(one.areas_of(*points)),
                    tuple(one.held_by(DAY + DAY_US, *points)),
                    tuple(distances.tolist()),
                    one.bounds,
                )
            )
    assert len(answers) == 1


def test_where_areas_overlap_the_first_by_code_counts() -> None:
    twice = Area(code="XX-9", polygons_e7=EAST.polygons_e7)
    for areas in permutations((WEST, EAST, twice)):
        assert Ground(areas, (), PARTIES).areas_of(*at((37, 48))) == ["XX-2"]


def test_the_distance_to_the_line_is_the_geodesic_one() -> None:
    distances = ground().line_distance_m(DAY, *at((36.8, 48), (37.2, 48), (37, 48)))
    assert distances is not None
    _, _, along = Geod(ellps="WGS84").inv(36.8, 48, 37, 48)
    assert distances.tolist() == [
        pytest.approx(along, rel=0.001),
        pytest.approx(along, rel=0.001),
        0,
    ]


def test_coast_and_border_are_no_line_of_contact() -> None:
    # B's land is drawn up to the border; two kilometres from it, the line is still far away.
    to_the_border = ground(line(box(37, 47, 38, 49)))
    distances = to_the_border.line_distance_m(DAY, *at((37.98, 48), (37.5, 48.99)))
    assert distances is not None
    assert distances.tolist()[0] > 70_000
    assert distances.tolist()[1] > 35_000


def test_a_border_drawn_a_little_otherwise_is_still_no_line() -> None:
    inside_by = FRONTIER_DEG * 0.9
    skewed = ground(line(box(37, 47 + inside_by, 38 - inside_by, 49 - inside_by)))
    distances = skewed.line_distance_m(DAY, *at((37.97, 48)))
    assert distances is not None
    assert distances.tolist()[0] > 70_000


def test_a_sliver_between_two_areas_is_no_border() -> None:
    # Real outlines of neighbours do not touch everywhere; the line runs along such a gap.
    shy = Area(
        code="XX-2", polygons_e7=((box(36, 47, 38, 49)[0][0], box(36.99, 47.5, 37, 48.5)[0][0]),)
    )
    distances = Ground((WEST, shy), (line(),), PARTIES).line_distance_m(DAY, *at((37.01, 48)))
    assert distances is not None
    assert distances.tolist()[0] < 1_000


def test_land_held_wholly_outside_the_country_touches_nobody() -> None:
    assert ground(line(box(39, 46, 40, 50))).line_distance_m(DAY, *at((37, 48))) is None


def test_the_same_line_drawn_as_the_other_partys_land_gives_the_same_ground() -> None:
    ours, theirs = ground(line()), ground(line(box(33, 46, 37, 50), held_by="A"))
    points = at((35, 48), (36.9, 47.6), (37.1, 48.4), (37.9, 48))
    assert ours.held_by(DAY, *points) == theirs.held_by(DAY, *points)
    assert np.array_equal(
        ours.line_distance_m(DAY, *points),  # type: ignore[arg-type]
        theirs.line_distance_m(DAY, *points),  # type: ignore[arg-type]
    )
