"""A world of explosions and impacts as a network of ground stations hears them: picks and truth.

Each event sends one wave through the ground and one through the air. A station notes when a wave
comes in, if it notices it: the farther, the seldomer. What it notes is late now and then, and some
of it is no event at all. Everything is drawn from one seed; nothing in it is a real place.

Source: travel times and errors as in docs/reference/arrivals.md; the world of the comparison with
PyOcto (Muenchmeyer 2024, doi 10.26443/seismica.v3i1.1130), its free choices set before our own
associator had been run on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from truceline.records.units import HOUR_US, SECOND_US

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]
Bytes = NDArray[np.int8]
Generator = np.random.Generator

GROUND, AIR, UNKNOWN_WAVE = 0, 1, -1
NO_EVENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What is free to choose about a world of arrivals; the defaults are those of the benchmark.

    Attributes:
        stations: How many there are.
        side_m: Length of the side of the square in which stations and events lie.
        apart_m: No two stations are closer than this.
        ground_m_s: Speed of the wave through the ground.
        wind_m_s: Standard deviation of each component of the mean wind.
        gust_m_s: Amplitude by which each component swings within some hours.
        noticed: Probability that a wave is noticed right beside a station.
        ground_half_m: Range at which half of that is left, for the ground wave.
        air_half_m: The same for the wave through the air.
        fading_m: Over so much range the probability falls, as a logistic.
        loudness: Standard deviation of the logarithm of an event's factor on both ranges.
        error_s: Smallest and largest standard deviation of the time of a pick.
        late_share: So many picks are late, by an exponential of mean `late_s`.
        noise_share: So many of all picks belong to no event.
        noise_shape: Shape of the gamma that makes stations differ in noise; infinite: they do not.
        salvo_share: So many events belong to salvos: the same place within 300 m, seconds apart.
    """

    stations: int = 40
    side_m: float = 60_000.0
    apart_m: float = 4000.0
    ground_m_s: float = 5000.0
    wind_m_s: float = 4.0
    gust_m_s: float = 1.5
    noticed: float = 0.9
    ground_half_m: float = 13_000.0
    air_half_m: float = 26_000.0
    fading_m: float = 2500.0
    loudness: float = 0.2
    error_s: tuple[float, float] = (0.02, 0.05)
    late_share: float = 0.15
    late_s: float = 1.0
    noise_share: float = 0.3
    noise_shape: float = 4.0
    salvo_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What came in, and the truth behind it.

    Attributes:
        stations_m: Shape (s, 2). East and north.
        station: Shape (n,). Number of the station; picks are in order of time.
        at_us: Shape (n,). When the wave came in, as the station has it.
        wave: Shape (n,). GROUND or AIR, as a station's classifier would tell; that of noise is
            drawn with the shares of the others.
        event: Shape (n,). Truth: the number of the event, NO_EVENT for noise.
        event_east_m: Shape (m,). Truth: where it was, and when.
        event_north_m: Shape (m,).
        event_us: Shape (m,).
    """

    stations_m: Floats
    station: Codes
    at_us: Integers
    wave: Bytes
    event: Integers
    event_east_m: Floats
    event_north_m: Floats
    event_us: Integers


def hear(
    seed: int, *, events_an_hour: float, hours: float, network: Network | None = None
) -> Heard:
    """Draw a world.

    Raises:
        ValueError: A rate or a length of time is not positive.
    """
    if not (events_an_hour > 0 and hours > 0):
        raise ValueError(f"need events and hours, got {events_an_hour} an hour for {hours} hours")
    net = network or Network()
    chance = np.random.default_rng(seed)
    stations = _stations(chance, net)
    where, when_s = _events(chance, net, events_an_hour, hours)
    signals = _signals(chance, net, stations, where, when_s)
    noise = _noise(chance, net, signals, hours)
    station, at_s, wave, event = (np.concatenate(pair) for pair in zip(signals, noise, strict=True))
    at_us = np.rint(at_s * SECOND_US).astype(np.int64)
    order = np.lexsort((station, at_us))
    return Heard(
        stations_m=stations,
        station=station[order].astype(np.int32),
        at_us=at_us[order],
        wave=wave[order].astype(np.int8),
        event=event[order],
        event_east_m=where[:, 0],
        event_north_m=where[:, 1],
        event_us=np.rint(when_s * SECOND_US).astype(np.int64),
    )


def _stations(chance: Generator, net: Network) -> Floats:
    """Place stations at random, none beside another."""
    kept: list[Floats] = []
    while len(kept) < net.stations:
        place = chance.uniform(0.0, net.side_m, 2)
        if all(np.hypot(*(place - other)) >= net.apart_m for other in kept):
            kept.append(place)
    return np.array(kept)


def _events(
    chance: Generator, net: Network, events_an_hour: float, hours: float
) -> tuple[Floats, Floats]:
    """Draw events evenly over the square and the time; those of salvos beside the one before."""
    count = chance.poisson(events_an_hour * hours)
    where = chance.uniform(0.0, net.side_m, (count, 2))
    when_s = chance.uniform(0.0, hours * HOUR_US / SECOND_US, count)
    follows = chance.random(count) < net.salvo_share
    follows[:1] = False
    gap_s = chance.uniform(2.0, 15.0, count)
    for row in np.flatnonzero(follows):
        where[row] = where[row - 1] + chance.normal(0.0, 300.0, 2)
        when_s[row] = when_s[row - 1] + gap_s[row]
    order = np.argsort(when_s, kind="stable")
    return where[order], when_s[order]


def speed_of_sound(celsius: Floats) -> Floats:
    """Give the speed of sound in still air, in metres a second.

    Source: docs/reference/arrivals.md, c = 331.3 sqrt(1 + T / 273.15).
    """
    return np.asarray(331.3 * np.sqrt(1.0 + celsius / 273.15))


def _weather(chance: Generator, net: Network, at_s: Floats) -> tuple[Floats, Floats]:
    """Give wind, east and north, and temperature at some times: a mean and slow swings."""
    mean = chance.normal(0.0, net.wind_m_s, 2)
    hours = chance.uniform(4.0, 12.0, 2)
    phase = chance.uniform(0.0, 2 * np.pi, 3)
    turn = 2 * np.pi * at_s[:, None] / (hours * 3600.0) + phase[:2]
    wind = mean + net.gust_m_s * np.sin(turn)
    day = 2 * np.pi * at_s / 86_400.0 + phase[2]
    return wind, chance.uniform(0.0, 20.0) + 6.0 * np.sin(day)


def _signals(
    chance: Generator, net: Network, stations: Floats, where: Floats, when_s: Floats
) -> tuple[Integers, Floats, Integers, Integers]:
    """Send both waves of every event to every station, and keep those that are noticed."""
    wind, celsius = _weather(chance, net, when_s)
    away = stations[None] - where[:, None]
    range_m = np.maximum(np.hypot(away[..., 0], away[..., 1]), 1.0)
    along = np.einsum("esk,ek->es", away, wind) / range_m
    sound = speed_of_sound(celsius)[:, None] + along
    travel_s = np.stack([range_m / net.ground_m_s, range_m / sound])
    loud = np.exp(chance.normal(0.0, net.loudness, len(where)))
    half = np.array([net.ground_half_m, net.air_half_m])[:, None, None] * loud[:, None]
    noticed = net.noticed / (1.0 + np.exp((range_m - half) / net.fading_m))
    wave, event, station = np.nonzero(chance.random(noticed.shape) < noticed)
    count = len(wave)
    error = chance.normal(0.0, 1.0, count) * chance.uniform(*net.error_s, count)
    late = chance.exponential(net.late_s, count) * (chance.random(count) < net.late_share)
    at_s = when_s[event] + travel_s[wave, event, station] + error + late
    return station, at_s, wave, event


def _noise(
    chance: Generator,
    net: Network,
    signals: tuple[Integers, Floats, Integers, Integers],
    hours: float,
) -> tuple[Integers, Floats, Integers, Integers]:
    """Draw picks that belong to nothing, some stations noisier than others."""
    heard = signals[2]
    count = chance.poisson(net.noise_share / (1.0 - net.noise_share) * len(heard))
    loud = np.ones(net.stations)
    if np.isfinite(net.noise_shape):
        loud = chance.gamma(net.noise_shape, 1.0, net.stations)
    station = chance.choice(net.stations, count, p=loud / loud.sum())
    at_s = chance.uniform(0.0, hours * HOUR_US / SECOND_US, count)
    air = float(heard.mean()) if len(heard) else 0.5
    wave = (chance.random(count) < air).astype(np.int64)
    return station, at_s, wave, np.full(count, NO_EVENT)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlap:
    """Events found, by the picks they share with true ones.

    Attributes:
        pairs: Shape (k, 2). Numbers of the true event and of the one found that is it.
        true: How many true events there are to be found.
        found: How many were found, less those that are a true event too faint to count.
    """

    pairs: Integers
    true: int
    found: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where there is nothing."""
        return 2.0 * len(self.pairs) / max(self.true + self.found, 1)


def overlap(truth: Integers, found: Integers, *, share: float = 0.6, least: int = 4) -> Overlap:
    """Match true events and found ones that share so much of the picks of both.

    Args:
        truth: Shape (n,). Event of each pick, -1 for none.
        found: Shape (n,). The same, as somebody found it.
        share: Of the picks of the larger of the two. Above a half no event matches twice.
        least: A true event with fewer picks is not asked for; whoever finds it is not blamed.

    Source: the rule of the PyOcto paper, 60 % of the picks, doi 10.26443/seismica.v3i1.1130.
    """
    of_true = np.bincount(truth[truth >= 0], minlength=1)
    of_found = np.bincount(found[found >= 0], minlength=1)
    both = (truth >= 0) & (found >= 0)
    pairs, shared = np.unique(
        np.stack([truth[both], found[both]], axis=1), axis=0, return_counts=True
    )
    larger = np.maximum(of_true[pairs[:, 0]], of_found[pairs[:, 1]])
    pairs = pairs[shared >= share * larger]
    faint = of_true[pairs[:, 0]] < least
    return Overlap(
        pairs=pairs[~faint],
        true=int((of_true >= least).sum()),
        found=int((of_found > 0).sum() - faint.sum()),
    )
