"""The world of arrivals is frozen: its figures are compared with a peer's, so it must not drift."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.simulate.arrivals import (
    AIR,
    GROUND,
    NO_EVENT,
    Heard,
    Integers,
    Network,
    hear,
    overlap,
    speed_of_sound,
)

FROZEN = "0858afefb4cf7ec4"


def digest(world: Heard) -> str:
    """Hash of what came in, in whole microseconds, and whose it was."""
    columns = (world.station, world.at_us, world.wave, world.event)
    return hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()[:16]


def residuals(world: Heard, wave: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """By how much arrivals differ from those of still air at 338 m/s, or a ground at 5 km/s."""
    rows = np.flatnonzero((world.event != NO_EVENT) & (world.wave == wave))
    event, station = world.event[rows], world.station[rows]
    east = world.stations_m[station, 0] - world.event_east_m[event]
    north = world.stations_m[station, 1] - world.event_north_m[event]
    speed = 5000.0 if wave == GROUND else 338.0
    travel_s = np.hypot(east, north) / speed
    return np.asarray((world.at_us[rows] - world.event_us[event]) / 1e6 - travel_s)


def test_the_world_of_the_benchmark_is_frozen() -> None:
    assert digest(hear(1, events_an_hour=300, hours=0.5)) == FROZEN


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, second, other = (hear(seed, events_an_hour=30, hours=1.0) for seed in (5, 5, 6))
    assert digest(first) == digest(second) != digest(other)


def test_stands_as_it_is_told() -> None:
    world = hear(2, events_an_hour=300, hours=4.0)
    assert world.stations_m.shape == (40, 2)
    assert (world.stations_m >= 0).all()
    assert (world.stations_m <= 60_000).all()
    assert (np.diff(world.at_us) >= 0).all()
    assert (world.event == NO_EVENT).mean() == pytest.approx(0.3, abs=0.02)
    assert len(world.event_us) == pytest.approx(1200, abs=4 * 1200**0.5)


def test_the_ground_wave_errs_by_the_pick_alone_and_is_late_15_times_in_100() -> None:
    left_s = residuals(hear(3, events_an_hour=300, hours=4.0), GROUND)
    assert (left_s > 0.2).mean() == pytest.approx(0.15 * np.exp(-0.2), abs=0.02)
    assert left_s.min() > -0.3
    assert np.std(left_s[left_s < 0.1]) == pytest.approx(0.037, abs=0.01)


def test_wind_and_temperature_move_the_wave_through_the_air() -> None:
    calm = Network(wind_m_s=0.0, gust_m_s=0.0)
    windy = residuals(hear(3, events_an_hour=300, hours=1.0), AIR)
    still = residuals(hear(3, events_an_hour=300, hours=1.0, network=calm), AIR)
    assert np.median(np.abs(windy)) > 2 * np.median(np.abs(still - np.median(still)))


def test_salvos_fall_together() -> None:
    world = hear(4, events_an_hour=300, hours=2.0, network=Network(salvo_share=0.5))
    gap_s = np.diff(world.event_us) / 1e6
    step_m = np.hypot(np.diff(world.event_east_m), np.diff(world.event_north_m))
    assert 0.2 < ((step_m < 1500) & (gap_s < 15)).mean() < 0.6


def test_sound_at_freezing_is_as_the_formula_says() -> None:
    assert speed_of_sound(np.array([0.0, 20.0])).tolist() == pytest.approx([331.3, 343.2], abs=0.05)


@pytest.mark.parametrize(("rate", "hours"), [(0.0, 1.0), (30.0, 0.0), (-1.0, 1.0)])
def test_refuses_a_world_without_events_or_time(rate: float, hours: float) -> None:
    with pytest.raises(ValueError, match="need events and hours"):
        hear(1, events_an_hour=rate, hours=hours)


# ------------------------------------------------------------------------- events by their picks
def numbers(*rows: int) -> Integers:
    return np.array(rows, np.int64)


@pytest.mark.parametrize(
    ("found", "pairs"),
    [
        pytest.param(numbers(7, 7, 7, -1, -1, 9), 1, id="exactly 60 in 100 of the picks"),
        pytest.param(numbers(7, 7, -1, -1, -1, 9), 0, id="40 in 100"),
        pytest.param(numbers(7, 7, 7, 8, 8, 9), 1, id="split: the larger part is it"),
        pytest.param(numbers(-1, -1, -1, -1, -1, -1), 0, id="nothing found"),
    ],
)
def test_an_event_is_found_by_60_in_100_of_the_picks(found: Integers, pairs: int) -> None:
    score = overlap(numbers(0, 0, 0, 0, 0, -1), found)
    assert len(score.pairs) == pairs


def test_picks_that_do_not_belong_count_against_an_event() -> None:
    truth = numbers(0, 0, 0, 0, -1, -1, -1)
    assert overlap(truth, numbers(0, 0, 0, 0, 0, 0, 0)).f1 == 0.0
    assert overlap(truth, numbers(0, 0, 0, 0, 0, 0, -1)).f1 == 1.0


def test_who_finds_an_event_too_faint_to_count_is_not_blamed() -> None:
    score = overlap(numbers(0, 0, 0, 0, 1, 1, 1), numbers(4, 4, 4, 4, 5, 5, 5))
    assert (score.true, score.found, score.f1) == (1, 1, 1.0)


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5)), min_size=1, max_size=60))
def test_no_event_is_matched_twice(rows: list[tuple[int, int]]) -> None:
    truth, found = np.array(rows).T
    pairs = overlap(truth, found).pairs
    assert len(set(pairs[:, 0].tolist())) == len(set(pairs[:, 1].tolist())) == len(pairs)
