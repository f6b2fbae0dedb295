"""One world as the columns that its generators gave, and all observations in order of time."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from truceline.records.detections import UNKNOWN_KIND
from truceline.sensors.lag import OPEN_SOURCE
from truceline.simulate.hearsay import COPY, OBSERVATION, RADII_95
from truceline.simulate.theatre import noticed
from truceline.simulate.theatre.families import Family, Hidden, draw_hidden
from truceline.simulate.theatre.fires import Fires, light_fires
from truceline.simulate.theatre.incidents import (
    NONE,
    Incidents,
    draw_incidents,
)
from truceline.simulate.theatre.listeners import hear
from truceline.simulate.theatre.noticed import SAYS_NO_PARTY, Part, Sightings
from truceline.simulate.theatre.plane import Floats, Integers
from truceline.simulate.theatre.regimes import Regime, draw_regime
from truceline.simulate.theatre.satellites import watch_fires
from truceline.simulate.theatre.terrain import Terrain, draw_terrain
from truceline.simulate.theatre.tremors import feel
from truceline.simulate.theatre.voices import FIRST_CHANNEL, Voices, speak
from truceline.simulate.theatre.watchers import fly, patrol
from truceline.simulate.theatre.weather import Weather, draw_weather


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A world before it is laid out in tables.

    Attributes:
        parts: What each kind of instrument and the patrols gave, satellites first.
        power_mw: Radiative power of each sighting of the satellites.
        voices: What people published.
    """

    hidden: Hidden
    regime: Regime
    terrain: Terrain
    weather: Weather
    incidents: Incidents
    fires: Fires
    parts: tuple[Part, ...]
    power_mw: Floats
    voices: Voices

    def __len__(self) -> int:
        return sum(len(part.sightings) for part in self.parts) + len(self.voices.incident)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """All observations in order of time, shape (n,).

    Attributes:
        sightings: Of instruments and of people; sources and looks are numbered through the world.
        means: Index in `sensors.lag.LAGS`.
        report: Number of the report, or NONE.
        power_mw: Radiative power; NaN for all but satellites.
        injection: Index in `voices.INJECTIONS`.
        report_at: Shape (reports,). Row of each report.
    """

    sightings: Sightings
    means: Integers
    report: Integers
    power_mw: Floats
    injection: Integers
    report_at: Integers


def draw_scene(family: Family, seed: int, days: int) -> Scene:
    """Draw all columns of a world, each table from chance of its own."""
    hidden = draw_hidden(family, seed)
    regime = draw_regime(seed, family, hidden, days)
    weather = draw_weather(seed, hidden, days)
    terrain = draw_terrain(seed, hidden, regime.rate.mean(axis=1))
    incidents = draw_incidents(seed, family, hidden, regime, terrain)
    fires = light_fires(seed, incidents, terrain, weather)
    satellites, power_mw = watch_fires(seed, hidden, fires, incidents, terrain, weather)
    parts = (
        satellites,
        *hear(seed, family, hidden, incidents, terrain, weather),
        feel(seed, hidden, incidents, terrain),
        fly(seed, family, hidden, incidents, terrain, weather),
        patrol(seed, family, hidden, incidents, terrain, weather),
    )
    return Scene(
        hidden=hidden,
        regime=regime,
        terrain=terrain,
        weather=weather,
        incidents=incidents,
        fires=fires,
        parts=parts,
        power_mw=power_mw,
        voices=speak(seed, family, hidden, incidents, terrain),
    )


def first_sources(scene: Scene) -> Integers:
    """Give the number of the first source of each part, and last that of the first channel."""
    return np.cumsum([0, *(len(part.names) for part in scene.parts)])


def in_order(scene: Scene) -> Rows:
    """Put what all kinds of sources gave in order of time."""
    first_source = first_sources(scene)
    first_look = np.cumsum([0, *(len(part.looks) for part in scene.parts)])
    together = noticed.joined(
        [
            *(
                _numbered(part.sightings, int(first_source[one]), int(first_look[one]))
                for one, part in enumerate(scene.parts)
            ),
            _as_sightings(scene.voices, int(first_source[-1])),
        ]
    )
    reports = len(scene.voices.incident)
    instruments = len(together) - reports
    # By place where time and source are one: the order must not tell what a row came from.
    order = np.lexsort((together.north_m, together.east_m, together.source, together.at_us))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    means = np.repeat(
        [*(part.means for part in scene.parts), OPEN_SOURCE],
        [*(len(part.sightings) for part in scene.parts), reports],
    )
    power = np.concatenate([scene.power_mw, np.full(len(order) - len(scene.power_mw), np.nan)])
    return Rows(
        sightings=Sightings(
            **{f.name: getattr(together, f.name)[order] for f in fields(Sightings)}
        ),
        means=means[order],
        report=np.concatenate([np.full(instruments, NONE), np.arange(reports)])[order],
        power_mw=power[order],
        injection=np.concatenate([np.zeros(instruments, np.int64), scene.voices.injection])[order],
        report_at=place[instruments:],
    )


def _numbered(sightings: Sightings, source: int, look: int) -> Sightings:
    """Number sources and looks through the whole world instead of within their kind."""
    return replace(sightings, source=sightings.source + source, look=sightings.look + look)


def _as_sightings(voices: Voices, first_source: int) -> Sightings:
    """Give reports as sightings: dated by their publication, without a look."""
    reports = voices.reports
    n = len(reports.source)
    cause = np.where(
        reports.origin == OBSERVATION,
        noticed.INCIDENT,
        np.where(reports.origin == COPY, noticed.COPY, noticed.INVENTION),
    )
    return Sightings(
        at_us=reports.published_us,
        east_m=reports.east_m.astype(np.float64),
        north_m=reports.north_m.astype(np.float64),
        sigma_m=reports.radius_95_m / RADII_95,
        source=reports.source - FIRST_CHANNEL + first_source,
        kind=np.full(n, UNKNOWN_KIND),
        claim=np.where(reports.claim > 0, reports.claim - 1, SAYS_NO_PARTY),
        look=np.full(n, NONE),
        incident=voices.incident,
        cause=cause,
    )
