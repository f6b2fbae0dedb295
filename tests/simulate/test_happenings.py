"""The world keeps its rates: how much happens, where, by whom, and how much of it is seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources

import numpy as np
import pytest

from truceline.records.units import DAY_US, PPM
from truceline.simulate.happenings import (
    INCIDENTS_PER_DAY,
    KIND_NAMES,
    KINDS,
    PARTIES,
    TRUCE_FACTOR,
    Incidents,
    draw_clouds,
    draw_incidents,
    hourly_rates,
    truce_window,
)
from truceline.simulate.land import Land, Line, draw_line, draw_plants, draw_towns, read_land
from truceline.simulate.satellites import (
    FIELD_FIRES_BY_MONTH,
    SEEN_BY_CLOUD,
    VISIBLE_BY_CLOUD,
    Pass,
    by_cloud,
    passes_of,
    see_fields,
    see_incidents,
)

START_US = 20_167 * DAY_US  # 20 March 2025
DAYS = 90


def stream(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@cache
def land() -> Land:
    return read_land(
        resources.files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()
    )


@cache
def line() -> Line:
    return draw_line(stream(1), DAYS)


@cache
def season() -> Incidents:
    """Give three months of incidents."""
    return draw_incidents(
        stream(2),
        land=land(),
        line=line(),
        plants=draw_plants(stream(3), land(), line()),
        clouds_ppm=draw_clouds(stream(4), land(), DAYS),
        start_us=START_US,
    )


def ordinary() -> np.ndarray:
    return season().plant < 0


def within_four_sigma(count: int, of: int, share: float) -> bool:
    return abs(count - of * share) <= 4 * math.sqrt(of * share * (1 - share))


# --------------------------------------------------------------------------------- rates
def test_incidents_come_as_often_as_they_should() -> None:
    expected = float(hourly_rates(START_US, DAYS, truce_window(START_US, DAYS)).sum())
    assert abs(int(ordinary().sum()) - expected) <= 4 * expected**0.5
    assert expected == pytest.approx(
        INCIDENTS_PER_DAY * (DAYS - (1 - TRUCE_FACTOR) * 84 / 24), 0.01
    )


@pytest.mark.parametrize("seed", range(5))
def test_in_the_truce_less_happens_but_not_nothing(seed: int) -> None:
    days = 7
    few_days = draw_line(stream(seed), days)
    world = draw_incidents(
        stream(100 + seed),
        land=land(),
        line=few_days,
        plants=draw_plants(stream(seed), land(), few_days),
        clouds_ppm=draw_clouds(stream(seed), land(), days),
        start_us=START_US,
    )
    began, ended = truce_window(START_US, days)
    truce = int((world.in_truce & (world.plant < 0)).sum())
    rates = hourly_rates(START_US, days, (began, ended))
    expected = float(rates[2 * 24 + 6 : 5 * 24 + 18].sum())
    assert abs(truce - expected) <= 4 * expected**0.5
    assert truce > 0
    before = ordinary_before(world, began)
    assert truce / 84 < 0.5 * before / (2 * 24 + 6)


def ordinary_before(world: Incidents, until_us: int) -> int:
    return int(((world.began_us < until_us) & (world.plant < 0)).sum())


def test_kinds_come_in_their_shares() -> None:
    kinds = season().kind[ordinary()]
    for index, (name, share, _) in enumerate(KINDS):
        assert within_four_sigma(int((kinds == index).sum()), len(kinds), share), name


def test_both_parties_do_the_same_amount_and_mostly_to_the_other_side() -> None:
    world, chosen = season(), ordinary()
    party, east = world.party[chosen], world.east[chosen]
    assert within_four_sigma(int((party == 0).sum()), len(party), 0.5)
    for index, _ in enumerate(PARTIES):
        own = east[party == index] == (index == 0)
        assert within_four_sigma(int(own.sum()), len(own), 0.03)


def test_a_third_are_salvos_of_three_to_nine() -> None:
    rounds = season().rounds[ordinary()]
    salvo = rounds > 1
    assert within_four_sigma(int(salvo.sum()), len(rounds), 0.35)
    assert (rounds[salvo].min(), rounds[salvo].max()) == (3, 9)


def test_every_incident_lies_in_some_area_and_most_lie_near_the_line() -> None:
    world, chosen = season(), ordinary()
    assert world.area.min() >= 0
    day = (world.began_us - START_US) // DAY_US
    km = 73.0 * np.abs(world.longitude - line().longitude_at(world.latitude, day))
    assert np.median(km[chosen]) < 10
    drones = world.kind == KIND_NAMES.index("owa_drone_strike")
    assert np.median(km[chosen & drones]) > 20


def test_incidents_stand_in_the_order_of_time() -> None:
    assert (np.diff(season().began_us) >= 0).all()
    assert season().began_us[-1] < START_US + DAYS * DAY_US


# -------------------------------------------------------------------------------- clouds
def test_clouds_are_shares_and_neighbouring_days_resemble_each_other() -> None:
    clouds = draw_clouds(stream(5), land(), 400)
    assert clouds.min() >= 0
    assert clouds.max() <= PPM
    mean = clouds.mean(axis=1)
    assert np.corrcoef(mean[:-1], mean[1:])[0, 1] > 0.4


@pytest.mark.parametrize(
    ("cloud_ppm", "seen"),
    [
        pytest.param(0, 0.106, id="clear"),
        pytest.param(200_000, 0.106, id="on the edge of 20 %"),
        pytest.param(200_001, 0.081, id="just above it"),
        pytest.param(500_001, 0.024, id="just above 50 %"),
        pytest.param(800_001, 0.025, id="just above 80 %"),
        pytest.param(PPM, 0.025, id="overcast"),
    ],
)
def test_what_is_seen_depends_on_the_bin_of_cloud(cloud_ppm: int, seen: float) -> None:
    assert by_cloud(np.array([cloud_ppm]), SEEN_BY_CLOUD).tolist() == [seen]


# ----------------------------------------------------------------------------- satellites
@cache
def passes() -> tuple[tuple[Pass, ...], ...]:
    return passes_of(stream(6), START_US, DAYS)


def before_last_pass(world: Incidents) -> np.ndarray:
    """Tell which incidents some VIIRS can still see on their day."""
    last = [max(one.at_us for one in today if not one.platform.modis) for today in passes()]
    return world.began_us <= np.array(last)[(world.began_us - START_US) // DAY_US]


@pytest.mark.parametrize(
    ("cloud_ppm", "share"),
    list(zip((100_000, 300_000, 600_000, 900_000), SEEN_BY_CLOUD, strict=True)),
)
def test_satellites_see_the_daily_totals(cloud_ppm: int, share: float) -> None:
    world = season()
    world = replace(
        world,
        cloud_ppm=np.full(len(world), cloud_ppm),
        plant=np.full(len(world), -1),
    )
    seen = {one.incident for one in see_incidents(stream(7), world, passes(), START_US)}
    able = int(before_last_pass(world).sum())
    assert able > 0.94 * len(world)
    assert within_four_sigma(len(seen), able, share)


def test_nothing_is_seen_before_it_happened_or_on_another_day() -> None:
    world = season()
    began = {world.id_of(index): int(at) for index, at in enumerate(world.began_us)}
    seen = list(see_incidents(stream(8), world, passes(), START_US))
    assert len(seen) > 100
    for one in seen:
        assert began[one.incident] <= one.seen_by.at_us
        assert began[one.incident] // DAY_US == one.seen_by.at_us // DAY_US


def test_each_viirs_passes_two_to_four_times_a_day() -> None:
    for today in passes():
        assert list(today) == sorted(today, key=lambda one: (one.at_us, one.platform.code))
        for code in ("N", "N20", "N21"):
            assert 2 <= sum(one.platform.code == code for one in today) <= 4


def test_fields_burn_by_the_season_and_are_hidden_by_clouds() -> None:
    for cloud_ppm, visible in ((0, VISIBLE_BY_CLOUD[0]), (PPM, VISIBLE_BY_CLOUD[3])):
        clouds = np.full((7, len(land().codes)), cloud_ppm)
        seen = sum(1 for _ in see_fields(stream(9), land(), clouds, passes()[:7]))
        expected = 7 * FIELD_FIRES_BY_MONTH[2] * land().area_km2.sum() / 1000 * visible
        assert abs(seen - expected) <= 4 * expected**0.5


def test_fields_burn_inside_the_country() -> None:
    clouds = np.zeros((1, len(land().codes)), dtype=np.int64)
    seen = list(see_fields(stream(10), land(), clouds, passes()[:1]))
    places = np.array([(one.longitude, one.latitude) for one in seen])
    assert land().holds(places[:, 0], places[:, 1]).all()


# ------------------------------------------------------------------------------ the land
def lines() -> Iterator[Line]:
    for seed in range(20):
        yield draw_line(stream(seed), 7)


def test_the_line_is_another_one_in_every_world() -> None:
    north = np.linspace(46.4, 50.6, 50)
    at = np.array([one.longitude_at(north, np.zeros(50, dtype=np.int64)) for one in lines()])
    assert at.std(axis=0).min() > 0.05


def test_the_land_east_of_the_line_is_held() -> None:
    held = line().held(land(), 0)
    share = held.area / land().whole.area
    assert 0.1 < share < 0.5
    assert held.is_valid


def test_towns_are_invented_and_a_nearest_one_is_found() -> None:
    towns = draw_towns(stream(11), land(), line())
    assert len(towns.names) == len(towns.places) == 700
    itself = towns.nearest(towns.places[:5, 0], towns.places[:5, 1], np.zeros(5, dtype=np.int64))
    assert itself.tolist() == [0, 1, 2, 3, 4]
    second = towns.nearest(towns.places[:5, 0], towns.places[:5, 1], np.ones(5, dtype=np.int64))
    assert not set(enumerate(second.tolist())) & {(index, index) for index in range(5)}
