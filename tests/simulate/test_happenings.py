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
from truceline.simulate.families import FAMILIES, Family
from truceline.simulate.happenings import (
    INCIDENTS_PER_DAY,
    KIND_NAMES,
    KINDS,
    PARTIES,
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

TRUCE = FAMILIES["truce"]
# Counts of a Hawkes process with branching 0.4 vary 1 / (1 - 0.4) times as much as Poisson's.
SPREAD = 1 / (1 - TRUCE.branching)
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
        family=TRUCE,
        side=0,
    )


@cache
def clustered(branching: float, seed: int = 12) -> Incidents:
    """Give ninety days of war with another branching ratio."""
    return week_of(replace(FAMILIES["war"], branching=branching), seed=seed, days=DAYS)


def week_of(family: Family, side: int = 0, seed: int = 2, days: int = 7) -> Incidents:
    few_days = draw_line(stream(seed), days)
    return draw_incidents(
        stream(100 + seed),
        land=land(),
        line=few_days,
        plants=draw_plants(stream(seed), land(), few_days),
        clouds_ppm=draw_clouds(stream(seed), land(), days),
        start_us=START_US,
        family=family,
        side=side,
    )


def ordinary() -> np.ndarray:
    return season().plant < 0


def within_four_sigma(count: int, of: int, share: float) -> bool:
    return abs(count - of * share) <= 4 * math.sqrt(of * share * (1 - share))


# --------------------------------------------------------------------------------- rates
def test_incidents_come_as_often_as_they_should() -> None:
    expected = float(hourly_rates(START_US, DAYS, truce_window(START_US, DAYS), TRUCE, 0).sum())
    assert abs(int(ordinary().sum()) - expected) <= 4 * SPREAD * expected**0.5
    assert expected == pytest.approx(INCIDENTS_PER_DAY * (DAYS - 0.75 * 84 / 24), 0.01)


@pytest.mark.parametrize("seed", range(5))
def test_in_the_truce_less_happens_but_not_nothing(seed: int) -> None:
    days = 7
    world = week_of(TRUCE, seed=seed)
    began, ended = truce_window(START_US, days)
    truce = int((world.in_truce & (world.plant < 0)).sum())
    rates = hourly_rates(START_US, days, (began, ended), TRUCE, 0)
    expected = float(rates[:, 2 * 24 + 6 : 5 * 24 + 18].sum())
    # What the last hour of war sets off comes in the truce: a little more than the rate.
    assert abs(truce - expected) <= 5 * SPREAD * expected**0.5
    assert truce > 0
    before = ordinary_before(world, began)
    assert truce / 84 < 0.5 * before / (2 * 24 + 6)


def ordinary_before(world: Incidents, until_us: int) -> int:
    return int(((world.began_us < until_us) & (world.plant < 0)).sum())


def test_kinds_come_in_their_shares() -> None:
    """Of what comes by itself: what it sets off is of its kind, so that kinds come in clusters."""
    kinds = season().kind[ordinary() & (season().parent < 0)]
    for index, (name, share, _) in enumerate(KINDS):
        assert within_four_sigma(int((kinds == index).sum()), len(kinds), share), name


def test_both_parties_do_the_same_amount_and_mostly_to_the_other_side() -> None:
    world, chosen = season(), ordinary()
    party, east = world.party[chosen], world.east[chosen]
    first = world.party[chosen & (world.parent < 0)]
    assert within_four_sigma(int((first == 0).sum()), len(first), 0.5)
    for index, _ in enumerate(PARTIES):
        own = east[party == index] == (index == 0)
        by_accident_or_staged = 1 - (1 - 0.03) * (1 - 0.01)
        assert within_four_sigma(int(own.sum()), len(own), by_accident_or_staged)


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


# ------------------------------------------------------------------ one sets off another
@pytest.mark.parametrize("branching", [0.0, 0.3, 0.6])
def test_one_incident_sets_off_as_many_as_it_should(branching: float) -> None:
    world = clustered(branching)
    chosen = world.plant < 0
    children = int((world.parent[chosen] >= 0).sum())
    # Those of the last hours come after the end; with 90 days they are few.
    assert within_four_sigma(children, int(chosen.sum()), branching)


def test_what_is_set_off_comes_later_near_and_of_the_same_kind() -> None:
    world = clustered(0.6)
    child = np.flatnonzero(world.parent >= 0)
    parent = world.parent[child]
    hours = (world.began_us[child] - world.began_us[parent]) / 3.6e9
    assert hours.min() >= 0
    assert abs(float(hours.mean()) - 2.0) < 4 * 2.0 / math.sqrt(len(child))
    assert np.abs(world.latitude[child] - world.latitude[parent]).max() < 6 * 0.03
    assert (world.kind[child] == world.kind[parent]).all()
    answers = int((world.party[child] != world.party[parent]).sum())
    assert within_four_sigma(answers, len(child), 0.3)


def test_hours_are_more_uneven_the_more_is_set_off() -> None:
    """Variance over mean of counts in blocks of 12 hours: 1 for Poisson, above it for Hawkes."""

    def unevenness(branching: float) -> float:
        world = clustered(branching)
        began = world.began_us[world.plant < 0]
        counts = np.bincount((began - START_US) // (DAY_US // 2))
        by_night, by_day = counts[::2], counts[1::2]
        return float(sum(half.var() / half.mean() for half in (by_night, by_day)) / 2)

    assert unevenness(0.0) < 1.6
    assert unevenness(0.6) > 2.5


def test_a_branching_ratio_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="branching 1"):
        replace(TRUCE, branching=1.0)


# ------------------------------------------------------------------------------ families
def of_party(world: Incidents, party: int) -> np.ndarray:
    chosen: np.ndarray = (world.party == party) & (world.plant < 0)
    return chosen


@pytest.mark.parametrize("side", [0, 1])
def test_in_a_one_sided_breach_one_party_fires_on(side: int) -> None:
    world = week_of(FAMILIES["one-sided-breach"], side=side)
    in_truce = [int((of_party(world, party) & world.in_truce).sum()) for party in (0, 1)]
    assert in_truce[side] > 5 * in_truce[1 - side]
    before = [int((of_party(world, party) & ~world.in_truce).sum()) for party in (0, 1)]
    assert abs(before[0] - before[1]) < 5 * SPREAD * sum(before) ** 0.5


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_the_side_swaps_the_rates_of_the_parties_and_nothing_else(name: str) -> None:
    window = truce_window(START_US, 7)
    here, there = (hourly_rates(START_US, 7, window, FAMILIES[name], side) for side in (0, 1))
    assert np.array_equal(here, there[::-1])


def test_a_broken_truce_is_a_truce_first() -> None:
    window = truce_window(START_US, 7)
    rates = hourly_rates(START_US, 7, window, FAMILIES["broken-truce"], 0).sum(axis=0)
    war = hourly_rates(START_US, 7, window, FAMILIES["war"], 0).sum(axis=0)
    share = rates / war
    assert share[2 * 24 + 6 : 3 * 24 + 18].tolist() == [0.25] * 36
    assert (share[3 * 24 + 18 :] == 1).all()
    assert (share[: 2 * 24 + 6] == 1).all()


@pytest.mark.parametrize("side", [0, 1])
def test_what_a_party_stages_falls_on_the_land_that_it_holds(side: int) -> None:
    world = week_of(FAMILIES["false-flag"], side=side, days=30)
    own_land = world.east == (world.party == 0)
    assert own_land[world.staged].all()
    by_side = of_party(world, side)
    assert within_four_sigma(int(world.staged[by_side].sum()), int(by_side.sum()), 0.25)
    by_other = of_party(world, 1 - side)
    assert within_four_sigma(int(world.staged[by_other].sum()), int(by_other.sum()), 0.01)


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
