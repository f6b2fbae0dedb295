"""What truly happens in the exercise: weather and incidents. Nobody in it reads this but a debrief.

Incidents follow an inhomogeneous Poisson process: by the hour, by sectors of the line, and lower
while the truce holds. They do not excite one another yet (no Hawkes process), and none is staged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, PPM, SECOND_US
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
TRUCE_FACTOR = 0.25
TRUCE_HOURS = 84  # with the default start and days: the window of agreements/exercise.toml
DAYTIME_EXCESS = 0.3
SECTORS = 3
SECTOR_SHARE = 0.6
SECTOR_WIDTH_DEGREES = 0.25
OWN_SIDE_SHARE = 0.03
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


def draw_incidents(
    rng: Generator,
    *,
    land: Land,
    line: Line,
    plants: Plants,
    clouds_ppm: Integers,
    start_us: int,
) -> Incidents:
    """Draw the incidents of an exercise, as many days as the weather has."""
    days = len(clouds_ppm)
    truce_us = truce_window(start_us, days)
    began = _instants(rng, start_us, days, truce_us)
    day = (began - start_us) // DAY_US
    kind = rng.choice(len(KINDS), len(began), p=[share for _, share, _ in KINDS])
    party = rng.integers(0, len(PARTIES), len(began))
    longitude, latitude = _arrivals(rng, land, line, day, kind, party)
    salvo = rng.random(len(began)) < SALVO_SHARE
    rounds = np.where(salvo, rng.integers(3, 10, len(began)), 1)
    energy = _energy_strikes(rng, line, plants, days, start_us)
    columns = [
        np.concatenate(pair)
        for pair in zip(
            (began, longitude, latitude, kind, party, rounds, np.full(len(began), -1)),
            energy,
            strict=True,
        )
    ]
    order = np.lexsort((columns[1], columns[0]))
    began, longitude, latitude, kind, party, rounds, plant = (c[order] for c in columns)
    day = (began - start_us) // DAY_US
    area = land.index_of(longitude, latitude)
    return Incidents(
        began_us=began,
        longitude=np.round(longitude, 5),
        latitude=np.round(latitude, 5),
        kind=kind,
        party=party,
        rounds=rounds,
        plant=plant,
        area=area,
        east=line.east_of(longitude, latitude, day),
        cloud_ppm=clouds_ppm[day, area],
        in_truce=(began >= truce_us[0]) & (began < truce_us[1]),
    )


def hourly_rates(start_us: int, days: int, truce_us: tuple[int, int]) -> Floats:
    """Give the incidents expected in each hour: more by day, fewer in the truce, never none."""
    hour = np.arange(days * 24)
    by_day = 1 + DAYTIME_EXCESS * np.cos((hour % 24 - 12) / 24 * 2 * np.pi)
    at = start_us + hour * HOUR_US
    truce = (at >= truce_us[0]) & (at < truce_us[1])
    rates: Floats = INCIDENTS_PER_DAY / 24 * by_day * np.where(truce, TRUCE_FACTOR, 1.0)
    return rates


def _instants(rng: Generator, start_us: int, days: int, truce_us: tuple[int, int]) -> Integers:
    counts = rng.poisson(hourly_rates(start_us, days, truce_us))
    hour = np.repeat(np.arange(days * 24), counts)
    return start_us + hour * HOUR_US + rng.integers(0, 3600, len(hour)) * SECOND_US


def _arrivals(
    rng: Generator, land: Land, line: Line, day: Integers, kind: Integers, party: Integers
) -> tuple[Floats, Floats]:
    """Draw where they arrive: on the other side, near the line, more in some sectors."""
    sectors = rng.uniform(LINE_SOUTH, LINE_NORTH, SECTORS)
    mean_km = np.array([km for _, _, km in KINDS])[kind]
    own = rng.random(len(day)) < OWN_SIDE_SHARE
    # The party RU holds the east; what it sends arrives in the west, and the other way round.
    side = np.where((party == 0) == own, 1.0, -1.0)
    longitude, latitude = np.full(len(day), np.nan), np.full(len(day), np.nan)
    missing = np.arange(len(day))
    while len(missing):
        count = len(missing)
        hot = sectors[rng.integers(0, SECTORS, count)] + rng.normal(0, SECTOR_WIDTH_DEGREES, count)
        even = rng.uniform(LINE_SOUTH, LINE_NORTH, count)
        north = np.where(rng.random(count) < SECTOR_SHARE, hot, even)
        km = np.minimum(rng.exponential(mean_km[missing]), FARTHEST_KM)
        east, north = beside_line(line, north, day[missing], side[missing] * km)
        longitude[missing], latitude[missing] = east, north
        missing = missing[land.index_of(east, north) < 0]
    return longitude, latitude


def _energy_strikes(
    rng: Generator, line: Line, plants: Plants, days: int, start_us: int
) -> tuple[Integers, Floats, Floats, Integers, Integers, Integers, Integers]:
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
    return (
        began,
        longitude,
        latitude,
        kinds[rng.integers(0, len(kinds), count)],
        party,
        rng.integers(1, 6, count),
        plant,
    )
