"""Weather by the hour: clouds that drift with the wind aloft, wind at the ground, temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from truceline.records.units import HOUR_US, PPM
from truceline.simulate.theatre.families import Hidden, stream
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    CELL_M,
    COLUMNS,
    HOURS_A_DAY,
    ROWS,
    TILES,
    Floats,
    Generator,
    by_tile,
)

# The fields are periodic over a plane so much wider than the world that no wave meets itself in it.
WIDE_ROWS, WIDE_COLUMNS = 36, 48
CLOUD_MEMORY_H, CLOUD_STEEPNESS = 12.0, 1.6
CLOUDIER_IN_WINTER = 0.6
# Highs and lows, wider than the plane: what they add to the logit of the cover everywhere.
LARGE_SPREAD, LARGE_MEMORY_H = 2.4, 72.0
WIND_MEAN_M_S, WIND_SPREAD_M_S, WIND_MEMORY_H = (2.0, 0.5), 4.0, 18.0
GUST_M_S, GUST_LENGTH_KM, GUST_MEMORY_H = 1.5, 100.0, 6.0
# The wind that carries the clouds is stronger than that at the ground and turned to the right.
ALOFT_FACTOR, ALOFT_TURN = 1.6, np.radians(-20.0)
SEEN_EVERY_H, CLOUD_ERROR, WIND_ERROR_M_S = 3, 0.1, 1.0
YEAR_DAYS, NEW_YEAR_BEFORE_DAYS = 365.25, 78  # the first day is 20 March


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weather:
    """Hourly fields, shape (hours, ROWS, COLUMNS): cloud cover from 0 to 1, wind in m/s.

    Attributes:
        cloud: Cover.
        everywhere: Shape (hours,). What season and highs and lows add to the logit of the cover.
        east_m_s: Wind towards the east.
        north_m_s: Wind towards the north.
        temperature_c: Shape (hours,), the same everywhere.
    """

    cloud: Floats
    everywhere: Floats
    east_m_s: Floats
    north_m_s: Floats
    temperature_c: Floats

    @property
    def speed_m_s(self) -> Floats:
        """Speed of the wind at the ground."""
        return np.asarray(np.hypot(self.east_m_s, self.north_m_s))


def draw_weather(seed: int, hidden: Hidden, days: int) -> Weather:
    """Draw the weather of some days.

    Clouds are a Gaussian field with covariance exp(-d^2 / 2 L^2), carried by the wind aloft and
    renewed with a memory of half a day, and what highs and lows add to it everywhere.
    """
    hours = days * HOURS_A_DAY
    wind = _returning(stream(seed, "wind"), hours, WIND_MEMORY_H, 2)
    mean = WIND_SPREAD_M_S * wind + np.array(WIND_MEAN_M_S)
    carried = mean @ _turn(ALOFT_TURN) * ALOFT_FACTOR
    cloud = _field(stream(seed, "clouds"), carried, hidden.cloud_length_km, CLOUD_MEMORY_H)
    chance = stream(seed, "gusts")
    east, north = (
        mean[:, axis, None, None] + GUST_M_S * _field(chance, mean, GUST_LENGTH_KM, GUST_MEMORY_H)
        for axis in (0, 1)
    )
    large = _returning(stream(seed, "highs and lows"), hours, LARGE_MEMORY_H, 1)[:, 0]
    everywhere = _winter(hours) + LARGE_SPREAD * large
    return Weather(
        cloud=1 / (1 + np.exp(-CLOUD_STEEPNESS * cloud - everywhere[:, None, None])),
        everywhere=everywhere,
        east_m_s=east,
        north_m_s=north,
        temperature_c=_temperature(stream(seed, "temperature"), hours),
    )


def daily_cloud(weather: Weather) -> Floats:
    """Give the mean cover of each day over each tile, shape (days, TILES)."""
    return np.asarray(by_tile(weather.cloud).reshape(-1, HOURS_A_DAY, TILES).mean(axis=1))


def _winter(hours: int) -> Floats:
    season = np.cos(2 * np.pi * (_day_of_year(hours) - 15) / YEAR_DAYS)
    return np.asarray(CLOUDIER_IN_WINTER * season)


def _day_of_year(hours: int) -> Floats:
    """Give the day of the year of each hour, from 0 on."""
    return (NEW_YEAR_BEFORE_DAYS + np.arange(hours) / HOURS_A_DAY) % YEAR_DAYS


def _turn(angle: float) -> Floats:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _returning(chance: Generator, hours: int, memory_h: float, many: int) -> Floats:
    """Draw series of variance 1 that return to 0 slowly, shape (hours, many)."""
    keep = np.exp(-1 / memory_h)
    series = chance.standard_normal((hours, many))
    series[1:] *= np.sqrt(1 - keep**2)
    for hour in range(1, hours):
        series[hour] += keep * series[hour - 1]
    return series


def _field(chance: Generator, wind_m_s: Floats, length_km: float, memory_h: float) -> Floats:
    """Draw a Gaussian field of variance 1 that moves with a wind: (hours, ROWS, COLUMNS).

    Each wave keeps exp(-1 / memory) of itself from hour to hour, is turned in phase by as far as
    the wind carried it, and is renewed for the rest.
    """
    hours = len(wind_m_s)
    north = np.fft.fftfreq(WIDE_ROWS, CELL_M) * 2 * np.pi
    east = np.fft.rfftfreq(WIDE_COLUMNS, CELL_M) * 2 * np.pi
    power = np.exp(-((length_km * 1000) ** 2) * (north[:, None] ** 2 + east**2) / 2)
    white = chance.standard_normal((hours, WIDE_ROWS, WIDE_COLUMNS))
    waves = np.fft.rfft2(white) * np.sqrt(power)
    keep = np.exp(-1 / memory_h)
    waves[1:] *= np.sqrt(1 - keep**2)
    for hour in range(1, hours):
        moved = wind_m_s[hour] * HOUR_US / 1e6
        phase = np.exp(-1j * (north[:, None] * moved[1] + east * moved[0]))
        waves[hour] += keep * phase * waves[hour - 1]
    field = np.fft.irfft2(waves, s=(WIDE_ROWS, WIDE_COLUMNS))[:, :ROWS, :COLUMNS]
    whole = np.fft.irfft2(power, s=(WIDE_ROWS, WIDE_COLUMNS))[0, 0]
    return np.asarray(field / np.sqrt(whole))


def _temperature(chance: Generator, hours: int) -> Floats:
    season = -12 * np.cos(2 * np.pi * (_day_of_year(hours) - 20) / YEAR_DAYS)
    days = np.repeat(chance.normal(0, 3, hours // HOURS_A_DAY + 1), HOURS_A_DAY)[:hours]
    hour = np.cos(2 * np.pi * (np.arange(hours) - 3) / HOURS_A_DAY)
    return np.asarray(9 + season + days - 5 * hour)


def seen_weather(seed: int, weather: Weather) -> pa.Table:
    """Give the weather as it is published: every third hour, in each cell, with errors."""
    chance = stream(seed, "weather as seen")
    hours = np.arange(0, len(weather.cloud), SEEN_EVERY_H)
    shape = (len(hours), ROWS, COLUMNS)
    cloud = weather.cloud[hours] + chance.normal(0, CLOUD_ERROR, shape)
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    return pa.table(
        {
            "at_us": np.repeat(BEGAN_US + hours * HOUR_US, ROWS * COLUMNS),
            "west_m": np.tile((column * CELL_M).astype(np.int32), len(hours)),
            "south_m": np.tile((row * CELL_M).astype(np.int32), len(hours)),
            "cloud_ppm": np.rint(np.clip(cloud, 0, 1) * PPM).astype(np.int32).ravel(),
            **{
                f"wind_{way}_mm_s": np.rint(
                    1000 * (field[hours] + chance.normal(0, WIND_ERROR_M_S, shape))
                ).astype(np.int32).ravel()
                for way, field in (("east", weather.east_m_s), ("north", weather.north_m_s))
            },
        }
    )  # fmt: skip
