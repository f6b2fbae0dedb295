"""Counts in a sliding window: what is near in space and time, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.fusion.counts import SIDE, WHOLE, add, empty_counts, near, of_one

CELL_M, WINDOW_S = 5000.0, 3600.0
AREA_TIME = CELL_M * CELL_M * WINDOW_S
metres = st.floats(-300_000, 300_000)


def density(events: list[tuple[float, float, float]], at: tuple[float, float, float]) -> float:
    grid = empty_counts()
    for event in events:
        add(grid, CELL_M, WINDOW_S, *event)
    return float(near(grid, CELL_M, WINDOW_S, *at))


def test_at_the_middle_of_a_cell_an_event_counts_whole() -> None:
    assert density([(2500.0, 2500.0, 10.0)], (2500.0, 2500.0, 20.0)) == pytest.approx(1 / AREA_TIME)


def test_fades_with_the_window_that_slides_over_it() -> None:
    event = (2500.0, 2500.0, 10.0)
    for at_s, share in ((3599.0, 1.0), (3600.0, 1.0), (5400.0, 0.5), (7199.9, 0.0), (9000.0, 0.0)):
        found = density([event], (2500.0, 2500.0, at_s))
        assert found * AREA_TIME == pytest.approx(share, abs=1e-3)


@given(metres, metres, metres, metres)
def test_one_event_adds_what_is_said_of_it(east: float, north: float, x: float, y: float) -> None:
    event, here = (east, north, 100.0), (east + x / 40, north + y / 40, 4000.0)
    alone = of_one(CELL_M, WINDOW_S, *here, *event)
    # Shares go to four cells in units of 1 / 256.
    assert density([event], here) == pytest.approx(alone, abs=2 / WHOLE / AREA_TIME)


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=20))
def test_a_machine_that_starts_two_windows_earlier_counts_the_same(
    places: list[tuple[float, float]],
) -> None:
    old = [(*place, 10.0 * number) for number, place in enumerate(places)]
    new = [(*place, 3 * WINDOW_S + 10.0 * number) for number, place in enumerate(places)]
    at = (*places[0], 3.9 * WINDOW_S)
    assert density([*old, *new], at) == density(new, at)


def test_wraps_around_far_away() -> None:
    event = (2500.0, 2500.0, 10.0)
    assert density([event], (2500.0 + SIDE * CELL_M, 2500.0, 20.0)) > 0
    assert density([event], (2500.0 + SIDE * CELL_M / 2, 2500.0, 20.0)) == 0


def test_counts_a_crowd() -> None:
    rng = np.random.default_rng(1)
    events = [(float(x), float(y), 5.0) for x, y in rng.uniform(0, 50_000, (2000, 2))]
    found = density(events, (25_000.0, 25_000.0, 10.0)) * AREA_TIME
    assert found == pytest.approx(2000 / 100, rel=0.3)
