"""What truly happens in the exercise: weather and incidents. Nobody in it reads this but a debrief.

Incidents follow a Hawkes process: some come by themselves, by the hour, by sectors of the line, and
fewer while the truce holds; each sets off others soon after and near, by the same party or the one
that answers. A share falls on the sender's own land, by accident or staged.

Source: Hawkes (1971), "Spectra of some self-exciting and mutually exciting point processes", in the
form of a branching process by Hawkes and Oakes (1974).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, PPM, SECOND_US
from truceline.simulate.families import Family
from truceline.simulate.land import (
    LINE_NORTH,
    LINE_SOUTH,
    Booleans,
    Floats,
    Generator,
    Integers,
    Land,
    Line,
    Plants,
    beside_line,
)

PARTIES = ("RU", "UA")  # codes of the agreement; who they are here is invented
INCIDENTS_PER_DAY = 150.0
TRUCE_HOURS = 84  # with the default start and days: the window of agreements/exercise.toml
DAYTIME_EXCESS = 0.3
SECTORS = 3
SECTOR_SHARE = 0.6
SECTOR_WIDTH_DEGREES = 0.25
SETS_OFF_WITHIN_HOURS, SETS_OFF_NEAR_DEGREES = 2.0, 0.03  # mean delay; spread along the line
PLACINGS = 50  # what an answer cannot place inside the areas so often falls outside this world
SALVO_SHARE = 0.35

# Kind (incident types of the vocabulary), share, mean distance from the line in kilometres.
KINDS = (
    ("artillery", 0.42, 5.0),
    ("mortar", 0.16, 2.5),
    ("mlrs", 0.05, 9.0),
    ("fpv_strike", 0.25, 6.0),
    ("glide_bomb", 0.06, 9.0),
    ("air_strike", 0.02, 8.0),
    ("owa_drone_strike", 0.04, 60.0),
)
KIND_NAMES = tuple(kind for kind, _, _ in KINDS)
FARTHEST_KM = 150.0
ENERGY_STRIKES_A_DAY, MORE_ENERGY_STRIKES = 2, 0.8  # both readings of a start have some
ENERGY_KINDS = ("owa_drone_strike", "mlrs", "air_strike")
PLANT_SPREAD_KM = 0.2

CLOUD_MEAN, CLOUD_CHANGE, CLOUD_MEMORY, CLOUD_OBLAST = 0.5, 0.22, 0.6, 0.12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidents:
    """The true incidents in the order of time, one row each, shape (n,) unless said.

    Attributes:
        began_us: When.
        longitude, latitude: Where it arrived, in degrees. Where it came from does not exist.
        kind: Index in `KIND_NAMES`.
        party: Index in `PARTIES` of the one who is responsible.
        rounds: Impacts within a minute and some hundred metres.
        plant: Index of the power plant that it struck; -1 for none.
        area: Index of the first-level area.
        east: It arrived on the land east of the line.
        cloud_ppm: Mean cloud cover of that area on that day.
        in_truce: While the truce was to hold.
        parent: Index of the incident that set it off; -1 where none did.
        staged: The party responsible staged it on land that it holds, to be blamed on the other.
    """

    began_us: Integers
    longitude: Floats
    latitude: Floats
    kind: Integers
    party: Integers
    rounds: Integers
    plant: Integers
    area: Integers
    east: Booleans
    cloud_ppm: Integers
    in_truce: Booleans
    parent: Integers
    staged: Booleans

    def __len__(self) -> int:
        return len(self.began_us)

    def id_of(self, index: int) -> str:
        """Name one: its rank in time, counted from 1."""
        return f"t{index + 1:05}"


def truce_window(start_us: int, days: int) -> tuple[int, int]:
    """Give the truce of an exercise: 84 hours from 06:00 when a third of its days are over."""
    began = start_us + (days // 3) * DAY_US + 6 * HOUR_US
    return began, min(began + TRUCE_HOURS * HOUR_US, start_us + days * DAY_US)


def draw_clouds(rng: Generator, land: Land, days: int) -> Integers:
    """Draw the mean cloud cover of each day and area, in millionths, shape (days, areas).

    The country's mean wanders from day to day; areas scatter about it.
    """
    country = np.zeros(days)
    shock = rng.normal(0.0, CLOUD_CHANGE, days)
    for day in range(days):
        country[day] = (CLOUD_MEMORY * country[day - 1] if day else 0.0) + shock[day]
    areas = rng.normal(0.0, CLOUD_OBLAST, (days, len(land.codes)))
    cover = np.clip(CLOUD_MEAN + country[:, None] + areas, 0.0, 1.0)
    return np.rint(cover * 10_000).astype(np.int64) * (PPM // 10_000)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Brood:
    """Incidents of one generation, before they have a place; shape (n,) each.

    Attributes:
        began_us: When.
        latitude: Where along the line the one that set it off arrived; NaN for the first ones.
        kind, party: As in `Incidents`.
        parent: Index among all incidents so far; -1 for the first ones.
    """

    began_us: Integers
    latitude: Floats
    kind: Integers
    party: Integers
    parent: Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Placed:
    """Incidents with a place, shape (n,) each; columns as in `Incidents`."""

    began_us: Integers
    longitude: Floats
    latitude: Floats
    kind: Integers
    party: Integers
    rounds: Integers
    plant: Integers
    parent: Integers
    staged: Booleans


def draw_incidents(
    rng: Generator,
    *,
    land: Land,
    line: Line,
    plants: Plants,
    clouds_ppm: Integers,
    start_us: int,
    family: Family,
    side: int,
) -> Incidents:
    """Draw the incidents of an exercise, as many days as the weather has.

    Args:
        rng: A stream of their own.
        land: Areas.
        line: The line of each day.
        plants: Power plants, some of which are struck.
        clouds_ppm: Cloud cover of each day and area, in millionths.
        start_us: First instant of the first day.
        family: Rates and shares.
        side: Index in `PARTIES` of the party that the family's first numbers speak of.
    """
    days = len(clouds_ppm)
    truce_us = truce_window(start_us, days)
    sectors = rng.uniform(LINE_SOUTH, LINE_NORTH, SECTORS)
    brood = _first(rng, start_us, days, truce_us, family, side)
    placed: list[_Placed] = []
    count = 0
    while len(brood.began_us):
        own = _place(rng, land, line, brood, (start_us, sectors), (family, side))
        placed.append(own)
        brood = _set_off(rng, own, count, start_us + days * DAY_US, family)
        count += len(own.began_us)
    placed.append(_energy_strikes(rng, line, plants, days, start_us))
    return _in_order(_joined(placed), land, line, clouds_ppm, start_us)


def hourly_rates(
    start_us: int, days: int, truce_us: tuple[int, int], family: Family, side: int
) -> Floats:
    """Give the incidents expected of each party in each hour, shape (2, hours), if all else holds.

    More by day, fewer in the truce while it holds. They count what is set off by others too, as if
    the hour went on forever; just after a change, rates lag behind it. Where the parties differ,
    answers make the busier one's somewhat lower than this, and the other one's higher.
    """
    hour = np.arange(days * 24)
    by_day = 1 + DAYTIME_EXCESS * np.cos((hour % 24 - 12) / 24 * 2 * np.pi)
    at = start_us + hour * HOUR_US
    until_us = truce_us[1]
    if family.holds_hours is not None:
        until_us = min(until_us, truce_us[0] + family.holds_hours * HOUR_US)
    holds = (at >= truce_us[0]) & (at < until_us)
    factors = family.truce_factor if side == 0 else family.truce_factor[::-1]
    each = INCIDENTS_PER_DAY / 24 / len(PARTIES) * by_day
    rates: Floats = np.stack([each * np.where(holds, factor, 1.0) for factor in factors])
    return rates


def _first(
    rng: Generator,
    start_us: int,
    days: int,
    truce_us: tuple[int, int],
    family: Family,
    side: int,
) -> _Brood:
    """Draw what nothing else set off."""
    rates = hourly_rates(start_us, days, truce_us, family, side) * (1 - family.branching)
    counts = rng.poisson(rates)
    hour = np.concatenate([np.repeat(np.arange(days * 24), of_party) for of_party in counts])
    party = np.repeat(np.arange(len(PARTIES)), counts.sum(axis=1))
    count = len(hour)
    return _Brood(
        began_us=start_us + hour * HOUR_US + rng.integers(0, 3600, count) * SECOND_US,
        latitude=np.full(count, np.nan),
        kind=rng.choice(len(KINDS), count, p=[share for _, share, _ in KINDS]),
        party=party,
        parent=np.full(count, -1),
    )


def _set_off(rng: Generator, by: _Placed, first: int, end_us: int, family: Family) -> _Brood:
    """Draw what one generation sets off: later, near, of the same kind, often by the same party.

    Args:
        rng: Stream of the incidents.
        by: The generation.
        first: Index of its first incident among all so far.
        end_us: What would come after the last day is lost.
        family: Branching and reply share.
    """
    parent = np.repeat(np.arange(len(by.began_us)), rng.poisson(family.branching, len(by.began_us)))
    count = len(parent)
    delay_s = np.rint(rng.exponential(SETS_OFF_WITHIN_HOURS * 3600, count)).astype(np.int64)
    answers = rng.random(count) < family.reply_share
    began = by.began_us[parent] + delay_s * SECOND_US
    kept = began < end_us
    return _Brood(
        began_us=began[kept],
        latitude=by.latitude[parent][kept],
        kind=by.kind[parent][kept],
        party=np.where(answers, 1 - by.party[parent], by.party[parent])[kept],
        parent=(first + parent)[kept],
    )


def _place(
    rng: Generator,
    land: Land,
    line: Line,
    brood: _Brood,
    where: tuple[int, Floats],
    who: tuple[Family, int],
) -> _Placed:
    """Place a generation: on the other side near the line, more in some sectors or near a parent.

    Args:
        rng: Stream of the incidents.
        land: Areas.
        line: The line of each day.
        brood: The generation.
        where: First instant of the first day, and the latitudes of the busy sectors.
        who: The family, and the index of the side.
    """
    start_us, sectors = where
    family, side = who
    count = len(brood.began_us)
    shares = family.staged_share if side == 0 else family.staged_share[::-1]
    staged = rng.random(count) < np.array(shares)[brood.party]
    own = staged | (rng.random(count) < family.own_share)
    # The party RU holds the east; what it sends arrives in the west, and the other way round.
    sign = np.where((brood.party == 0) == own, 1.0, -1.0)
    day = (brood.began_us - start_us) // DAY_US
    mean_km = np.array([km for _, _, km in KINDS])[brood.kind]
    longitude, latitude = np.full(count, np.nan), np.full(count, np.nan)
    missing = np.arange(count)
    for _ in range(PLACINGS):
        few = len(missing)
        hot = sectors[rng.integers(0, SECTORS, few)] + rng.normal(0, SECTOR_WIDTH_DEGREES, few)
        even = rng.uniform(LINE_SOUTH, LINE_NORTH, few)
        near = brood.latitude[missing] + rng.normal(0, SETS_OFF_NEAR_DEGREES, few)
        drawn = np.where(rng.random(few) < SECTOR_SHARE, hot, even)
        north = np.where(np.isnan(near), drawn, near)
        km = np.minimum(rng.exponential(mean_km[missing]), FARTHEST_KM)
        east, north = beside_line(line, north, day[missing], sign[missing] * km)
        longitude[missing], latitude[missing] = east, north
        missing = missing[land.index_of(east, north) < 0]
        if not len(missing):
            break
    inside = np.ones(count, dtype=bool)
    inside[missing] = False
    salvo = rng.random(count) < SALVO_SHARE
    rounds = np.where(salvo, rng.integers(3, 10, count), 1)
    return _Placed(
        began_us=brood.began_us[inside],
        longitude=longitude[inside],
        latitude=latitude[inside],
        kind=brood.kind[inside],
        party=brood.party[inside],
        rounds=rounds[inside],
        plant=np.full(int(inside.sum()), -1),
        parent=brood.parent[inside],
        staged=staged[inside],
    )


def _joined(parts: list[_Placed]) -> _Placed:
    columns = [field.name for field in fields(_Placed)]
    return _Placed(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    )


def _in_order(
    all_of_them: _Placed, land: Land, line: Line, clouds_ppm: Integers, start_us: int
) -> Incidents:
    order = np.lexsort((all_of_them.longitude, all_of_them.began_us))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    parent = all_of_them.parent[order]
    began = all_of_them.began_us[order]
    longitude, latitude = all_of_them.longitude[order], all_of_them.latitude[order]
    day = (began - start_us) // DAY_US
    area = land.index_of(longitude, latitude)
    truce_us = truce_window(start_us, len(clouds_ppm))
    return Incidents(
        began_us=began,
        longitude=np.round(longitude, 5),
        latitude=np.round(latitude, 5),
        kind=all_of_them.kind[order],
        party=all_of_them.party[order],
        rounds=all_of_them.rounds[order],
        plant=all_of_them.plant[order],
        area=area,
        east=line.east_of(longitude, latitude, day),
        cloud_ppm=clouds_ppm[day, area],
        in_truce=(began >= truce_us[0]) & (began < truce_us[1]),
        parent=np.where(parent < 0, -1, rank[parent]),
        staged=all_of_them.staged[order],
    )


def _energy_strikes(
    rng: Generator, line: Line, plants: Plants, days: int, start_us: int
) -> _Placed:
    """Draw strikes on power plants: at least two a day, by both parties, the truce or not."""
    day = np.repeat(np.arange(days), ENERGY_STRIKES_A_DAY + rng.poisson(MORE_ENERGY_STRIKES, days))
    count = len(day)
    plant = rng.integers(0, len(plants.ids), count)
    offset_km = rng.normal(0.0, PLANT_SPREAD_KM, (count, 2))
    place = plants.places[plant]
    latitude = place[:, 1] + offset_km[:, 1] / 111.195
    longitude = place[:, 0] + offset_km[:, 0] / 74.0
    began = start_us + day * DAY_US + rng.integers(0, 22 * 60, count) * MINUTE_US
    kinds = np.array([KIND_NAMES.index(kind) for kind in ENERGY_KINDS])
    party = np.where(line.east_of(place[:, 0], place[:, 1], day), 1, 0)
    return _Placed(
        began_us=began,
        longitude=longitude,
        latitude=latitude,
        kind=kinds[rng.integers(0, len(kinds), count)],
        party=party,
        rounds=rng.integers(1, 6, count),
        plant=plant,
        parent=np.full(count, -1),
        staged=np.zeros(count, dtype=bool),
    )
