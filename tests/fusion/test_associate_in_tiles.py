"""A history cut in land and time gives what one machine gives, to the last bit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.assess import Found
from truceline.fusion.associate import Associator
from truceline.fusion.model import Model, packaged_model
from truceline.fusion.tiles import (
    Columns,
    Plan,
    Reach,
    Told,
    Window,
    associate_in_tiles,
    boxes_of,
)
from truceline.records.detections import Detections, canonical
from truceline.records.units import DAY_US, HOUR_US, SECOND_US
from truceline.sensors.lag import LAGS
from truceline.simulate.regime import DENSE, NORM, Regime, draw_regime

MODEL = packaged_model()
# Small cells, so that a small world wraps around its grids.
WRAPPING = replace(MODEL, wide_cell_m=2000.0, narrow_cell_m=1500.0)
START_US = 1_775_000_000 * SECOND_US


def told_by(seen: Detections, plan: Plan, model: Model, ahead: int = 1) -> list[Told]:
    history = Columns(seen)
    with ThreadPoolExecutor(2) as pool:
        start = lambda piece: pool.submit(history.work_out, piece, model)  # noqa: E731
        return list(associate_in_tiles(plan, model, history, start, ahead))


def same_as_one_machine(told: list[Told], seen: Detections, model: Model) -> bool:
    """Compare every number and everything that is known of every incident."""
    associator = Associator(model)
    numbers = associator.add(seen)
    found = associator.incidents()
    assert [one.first for one in told] == sorted({one.first for one in told})
    return np.array_equal(np.concatenate([one.numbers for one in told]), numbers) and all(
        np.array_equal(
            np.concatenate([getattr(one.found, name.name) for one in told]),
            getattr(found, name.name),
        )
        for name in fields(Found)
    )


@st.composite
def crowds(draw: st.DrawFn) -> Detections:
    """Draw a small crowd about a border: few places and moments, all instruments, fires that last.

    Rows fall on a coarse grid of places and times, so that incidents lie on every border, rows are
    handed in twice, and many a balance is even.
    """
    count = draw(st.integers(1, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    days = draw(st.sampled_from([1, 4, 12]))
    width = draw(st.sampled_from([1, 8, 60]))
    return canonical(
        Detections(
            east_m=(rng.integers(-width, width + 1, count) * 2500).astype(np.int32),
            north_m=(rng.integers(-2, 3, count) * 1500).astype(np.int32),
            at_us=np.sort(START_US + rng.integers(0, days * 48, count) * (HOUR_US // 2)),
            sigma_m=rng.choice([40, 300, 1500, 5000], count).astype(np.int32),
            means=rng.integers(0, len(LAGS), count).astype(np.int8),
            source=rng.integers(0, 5, count).astype(np.int32),
            kind=rng.integers(-1, 5, count).astype(np.int8),
        )
    )


@settings(max_examples=60, deadline=None)
@given(
    crowds(),
    st.integers(1, 4),
    st.integers(1, 5),
    st.sampled_from([0.0, 3000.0, 60_000.0]),
    st.sampled_from([0, 6 * HOUR_US, 4 * DAY_US]),
    st.integers(0, 3),
)
def test_any_partition_is_one_machine(
    seen: Detections, periods: int, count: int, margin_m: float, halo_us: int, ahead: int
) -> None:
    plan = replace(Columns(seen).plan(MODEL, periods, count), margin_m=margin_m, halo_us=halo_us)
    assert same_as_one_machine(told_by(seen, plan, MODEL, ahead), seen, MODEL)


@pytest.mark.parametrize(
    ("regime", "count", "periods", "margin_m"),
    [(NORM, 6000, 2, 60_000.0), (DENSE, 40_000, 1, 0.0), (DENSE, 40_000, 3, 20_000.0)],
)
def test_a_theatre_is_one_machine(
    regime: Regime, count: int, periods: int, margin_m: float
) -> None:
    seen, _ = draw_regime(regime, count, 21)
    plan = replace(Columns(seen).plan(MODEL, periods, 3), margin_m=margin_m)
    assert same_as_one_machine(told_by(seen, plan, MODEL), seen, MODEL)


def test_a_piece_that_sees_too_little_is_done_again() -> None:
    seen, _ = draw_regime(DENSE, 20_000, 22)
    plan = Columns(seen).plan(MODEL, 2, 2)
    blind = told_by(seen, replace(plan, margin_m=0.0, halo_us=0), MODEL)
    assert blind[0].again + blind[1].again > 0
    assert same_as_one_machine(blind, seen, MODEL)


def test_unchecked_it_would_be_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is not for show: without it borders change what is found."""
    seen, _ = draw_regime(DENSE, 20_000, 22)
    plan = replace(Columns(seen).plan(MODEL, 2, 2), margin_m=0.0, halo_us=0)
    monkeypatch.setattr("truceline.fusion.tiles._Joint._wider", lambda *_: {})
    with pytest.raises((AssertionError, IndexError, ValueError)):
        assert same_as_one_machine(told_by(seen, plan, MODEL), seen, MODEL)


@pytest.mark.parametrize("count", [2, 4])
def test_a_world_that_wraps_around_its_grids_is_one_machine(count: int) -> None:
    seen, _ = draw_regime(DENSE, 20_000, 23)
    plan = Columns(seen).plan(WRAPPING, 2, count)
    assert max(len(plan.piece(0, tile).reads) for tile in range(count)) > 1
    assert same_as_one_machine(told_by(seen, plan, WRAPPING), seen, WRAPPING)


def test_what_lies_a_grid_apart_is_read() -> None:
    reach = Reach(
        gate_m=10.0, cells_m=(100.0,), memory_us=1, world=Window(0.0, 0.0, 30_000.0, 1000.0)
    )
    near, far = reach.reads(Window(-np.inf, -np.inf, 1000.0, np.inf))
    assert near == (-200, -200, 1200, 1200)
    assert far == (25_400, -200, 26_800, 1200)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=40), st.integers(1, 7))
def test_every_point_has_one_owner(points: list[tuple[int, int]], count: int) -> None:
    east, north = np.array(points, np.int64).reshape(-1, 2).T
    owners = sum(box.holds(east, north).astype(int) for box in boxes_of(east, north, count))
    assert np.array_equal(owners, np.ones(len(points)))


def test_a_fire_that_never_ends_is_followed_to_its_beginning() -> None:
    count = 200
    seen = Detections(
        east_m=np.zeros(count, np.int32),
        north_m=np.zeros(count, np.int32),
        at_us=START_US + np.arange(count, dtype=np.int64) * 6 * HOUR_US,
        sigma_m=np.full(count, 300, np.int32),
        means=np.full(count, 2, np.int8),
        source=np.arange(count, dtype=np.int32),
        kind=np.full(count, -1, np.int8),
    )
    told = told_by(seen, Columns(seen).plan(MODEL, 4, 1), MODEL)
    assert same_as_one_machine(told, seen, MODEL)
    assert [one.again > 0 for one in told] == [False, True, True, True]
