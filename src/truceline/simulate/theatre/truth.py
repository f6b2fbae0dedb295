"""What was true of a world, as tables that no estimator may see."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from truceline.records.units import DAY_US, HOUR_US, PPM
from truceline.simulate.hearsay import NOT_SAID
from truceline.simulate.onlookers import CHANNEL, ROLE_NAMES
from truceline.simulate.theatre.families import Family
from truceline.simulate.theatre.fires import Fires
from truceline.simulate.theatre.incidents import KINDS, NONE, Incidents
from truceline.simulate.theatre.injections import INJECTIONS
from truceline.simulate.theatre.noticed import CAUSES
from truceline.simulate.theatre.plane import BEGAN_US, Floats
from truceline.simulate.theatre.regimes import Regime
from truceline.simulate.theatre.scene import Rows, Scene, first_sources
from truceline.simulate.theatre.seen import named
from truceline.simulate.theatre.terrain import (
    LAND_M,
    LAND_NAMES,
    VERTEX_M,
    VERTICES,
    Terrain,
    jam_table,
)
from truceline.simulate.theatre.voices import MODES, Voices
from truceline.simulate.theatre.weather import Weather

NOBODY_NAME = "none"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What it must not see.

    Attributes:
        incidents: What happened.
        origins: What each observation came from.
        copies: Which report was copied from which, and how.
        reuses: Which report used an older one again as if it were new.
        roles: What channels truly are.
        fires: What burnt.
        jamming: Where and when navigation was lost.
        days: Phase of the regime, and how much each side fired.
        line: The true line, day by day.
        environment: Hourly fields of weather.
        land: Use of each cell of 2.5 km, works and quarries.
        hidden: What the seed drew from the family's spreads.
    """

    incidents: pa.Table
    origins: pa.Table
    copies: pa.Table
    reuses: pa.Table
    roles: pa.Table
    fires: pa.Table
    jamming: pa.Table
    days: pa.Table
    line: pa.Table
    environment: pa.Table
    land: pa.Table
    hidden: pa.Table


def lay_out_truth(family: Family, scene: Scene, rows: Rows) -> Truth:
    """Lay out what was true.

    Names of sides stand in the columns, never in their names: swapping the parties swaps values.
    """
    voices = scene.voices
    copied = np.flatnonzero(voices.reports.parent != NOT_SAID)
    reused = np.flatnonzero(voices.reused != NONE)
    return Truth(
        incidents=_incidents(scene.incidents, scene.regime, (*family.sides, NOBODY_NAME)),
        origins=pa.table(
            {
                "observation": np.arange(len(rows.sightings)),
                "cause": named(rows.sightings.cause, CAUSES),
                "incident": rows.sightings.incident,
                "injection": named(rows.injection, INJECTIONS),
            }
        ),
        copies=pa.table(
            {
                "observation": rows.report_at[copied],
                "copied_from": rows.report_at[voices.reports.parent[copied]],
                "mode": named(voices.mode[copied], MODES),
            }
        ),
        reuses=pa.table(
            {
                "observation": rows.report_at[reused],
                "reused": rows.report_at[voices.reused[reused]],
            }
        ),
        roles=_roles(voices, int(first_sources(scene)[-1]), family.sides),
        fires=_fires(scene.fires),
        jamming=jam_table(scene.terrain),
        days=_days(scene.regime, family.sides),
        line=_line(scene.terrain),
        environment=_environment(scene.weather),
        land=_land(scene.terrain),
        hidden=pa.table(
            {
                "name": list(asdict(scene.hidden)),
                "value": list(asdict(scene.hidden).values()),
            }
        ),
    )


def _incidents(incidents: Incidents, regime: Regime, sides: tuple[str, str, str]) -> pa.Table:
    return pa.table(
        {
            "incident": np.arange(len(incidents)),
            "at_us": incidents.at_us,
            "east_m": np.rint(incidents.east_m).astype(np.int32),
            "north_m": np.rint(incidents.north_m).astype(np.int32),
            "kind": named(incidents.kind, KINDS),
            "party": named(incidents.party, sides),
            "held_by": named(incidents.held_by, sides),
            "yield_g": np.rint(incidents.yield_kg * 1000).astype(np.int64),
            "salvo": incidents.salvo,
            "set_off_by": incidents.parent,
            "own_side": incidents.own_side,
            "staged": incidents.staged,
            "phase": regime.phase[(incidents.at_us - BEGAN_US) // DAY_US].tolist(),
        }
    )


def _roles(voices: Voices, first: int, sides: tuple[str, str]) -> pa.Table:
    channels = voices.crowd.kind == CHANNEL
    return pa.table(
        {
            "source": (first + np.arange(int(channels.sum()))).astype(np.int32),
            "side": np.array(["", *sides])[voices.crowd.side[channels]].tolist(),
            "role": ROLE_NAMES[voices.crowd.role[channels]].tolist(),
        }
    )


def _days(regime: Regime, sides: tuple[str, str]) -> pa.Table:
    days = len(regime.rate)
    return pa.table(
        {
            "day": np.repeat(np.arange(days), 2),
            "phase": np.repeat(regime.phase, 2).tolist(),
            "side": list(sides) * days,
            "rate_ppm": np.rint(regime.rate * PPM).astype(np.int64).ravel(),
        }
    )


def _line(terrain: Terrain) -> pa.Table:
    days = len(terrain.line_m)
    return pa.table(
        {
            "day": np.repeat(np.arange(days), VERTICES),
            "east_m": np.tile((np.arange(VERTICES) * VERTEX_M).astype(np.int32), days),
            "north_m": np.rint(terrain.line_m).astype(np.int32).ravel(),
        }
    )


def _fires(fires: Fires) -> pa.Table:
    return pa.table(
        {
            "began_us": fires.began_us,
            "ended_us": fires.ended_us,
            "east_m": np.rint(fires.east_m).astype(np.int32),
            "north_m": np.rint(fires.north_m).astype(np.int32),
            "power_kw": np.rint(fires.power_mw * 1000).astype(np.int64),
            "cause": named(fires.cause, CAUSES),
            "incident": fires.incident,
        }
    )


def _environment(weather: Weather) -> pa.Table:
    """Give one row an hour; a field is a list of its cells, row by row from the south-west."""
    hours = len(weather.cloud)

    def cells(field: Floats) -> pa.FixedSizeListArray:
        flat = field.reshape(hours, -1).astype(np.float32)
        return pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel()), flat.shape[1])

    return pa.table(
        {
            "at_us": BEGAN_US + np.arange(hours) * HOUR_US,
            "cloud": cells(weather.cloud),
            "wind_east_m_s": cells(weather.east_m_s),
            "wind_north_m_s": cells(weather.north_m_s),
            "temperature_c": weather.temperature_c.astype(np.float32),
        }
    )


def _land(terrain: Terrain) -> pa.Table:
    """Give the use of each cell, and as further rows works and quarries at their points."""
    row, column = (one.ravel() for one in np.indices(terrain.land.shape))
    size = round(LAND_M)
    points = np.concatenate([terrain.works, terrain.quarries])
    kinds = ["works"] * len(terrain.works) + ["quarry"] * len(terrain.quarries)
    return pa.table(
        {
            "east_m": np.concatenate([column * size + size // 2, np.rint(points[:, 0])]).astype(
                np.int32
            ),
            "north_m": np.concatenate([row * size + size // 2, np.rint(points[:, 1])]).astype(
                np.int32
            ),
            "use": [LAND_NAMES[one] for one in terrain.land.ravel()] + kinds,
        }
    )
