"""What an estimator may see of a world, as tables."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from truceline.records.detections import Detections
from truceline.records.units import PPM
from truceline.sensors.lag import LAGS, OPEN_SOURCE
from truceline.simulate.onlookers import CHANNEL, SENSOR_CONDITIONS
from truceline.simulate.theatre.families import Family, stream
from truceline.simulate.theatre.noticed import SAYS_NO_PARTY, Looks
from truceline.simulate.theatre.plane import Integers
from truceline.simulate.theatre.scene import Rows, Scene, first_sources
from truceline.simulate.theatre.terrain import Terrain, seen_lines
from truceline.simulate.theatre.voices import FIRST_CHANNEL
from truceline.simulate.theatre.weather import seen_weather

STATED_SPREAD = 0.1  # of what instruments state of themselves, in logits
NO_CLAIM = "none"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What an estimator may see.

    Attributes:
        detections: One row an observation, in order of time; kinds of `incidents.KINDS`, means of
            `sensors.lag.LAGS`, sources as in the table of sources.
        observations: The same rows: look, report, claimed party.
        pixels: What else satellites tell of their observations.
        looks: Who looked where and when, in which condition.
        sources: Who may look and speak.
        instruments: What each kind of instrument states of its chance to detect.
        reports: What people published.
        weather: As published.
        lines: Versions of the line of control, as published.
        places: Named places.
    """

    detections: Detections
    observations: pa.Table
    pixels: pa.Table
    looks: pa.Table
    sources: pa.Table
    instruments: pa.Table
    reports: pa.Table
    weather: pa.Table
    lines: pa.Table
    places: pa.Table


def lay_out_seen(family: Family, seed: int, scene: Scene, rows: Rows) -> Seen:
    """Lay out what may be seen."""
    seen = rows.sightings
    names = (*family.sides, NO_CLAIM)
    hot = np.flatnonzero(np.isfinite(rows.power_mw))
    return Seen(
        detections=Detections(
            east_m=np.rint(seen.east_m).astype(np.int32),
            north_m=np.rint(seen.north_m).astype(np.int32),
            at_us=seen.at_us,
            sigma_m=np.maximum(np.rint(seen.sigma_m), 1).astype(np.int32),
            means=rows.means.astype(np.int8),
            source=seen.source.astype(np.int32),
            kind=seen.kind.astype(np.int8),
        ),
        observations=pa.table(
            {
                "observation": np.arange(len(seen)),
                "look": seen.look,
                "report": rows.report,
                "claim": named(seen.claim, names),
            }
        ),
        pixels=pa.table(
            {
                "observation": hot,
                "power_kw": np.rint(rows.power_mw[hot] * 1000).astype(np.int32),
            }
        ),
        looks=_looks(scene),
        sources=_sources(scene),
        instruments=_instruments(seed, scene),
        reports=_reports(scene, names, rows.report_at),
        weather=seen_weather(seed, scene.weather),
        lines=seen_lines(seed, scene.terrain, family.sides),
        places=_places(scene.terrain),
    )


def named(code: Integers, names: tuple[str, ...]) -> pa.DictionaryArray:
    """Give codes as words, without writing each one out."""
    return pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int8)), pa.array(names))


def _looks(scene: Scene) -> pa.Table:
    looks = [*(part.looks for part in scene.parts), scene.voices.looks]
    columns = {
        f.name: np.concatenate([getattr(one, f.name) for one in looks]) for f in fields(Looks)
    }
    columns["source"] = columns["source"] + np.repeat(
        first_sources(scene), [len(one) for one in looks]
    )
    return pa.table(
        {
            "look": np.arange(len(columns["source"])),
            "source": columns["source"].astype(np.int32),
            "from_us": columns["from_us"],
            "until_us": columns["until_us"],
            **{
                name: np.rint(columns[name]).astype(np.int32)
                for name in ("east_m", "north_m", "reach_m")
            },
            "condition": columns["condition"].astype(np.int8),
        }
    )


def _sources(scene: Scene) -> pa.Table:
    crowd = scene.voices.crowd
    channels = [str(name) for name in crowd.names[crowd.kind == CHANNEL]]
    names = [name for part in scene.parts for name in part.names] + channels
    kinds = [part.kind for part in scene.parts for _ in part.names] + ["channel"] * len(channels)
    means = [part.means for part in scene.parts for _ in part.names] + [OPEN_SOURCE] * len(channels)
    nowhere = [np.full(len(channels), np.nan)]
    east = np.concatenate([part.east_m for part in scene.parts] + nowhere)
    north = np.concatenate([part.north_m for part in scene.parts] + nowhere)
    return pa.table(
        {
            "source": np.arange(len(names), dtype=np.int32),
            "name": names,
            "kind": kinds,
            "means": [LAGS[one].name for one in means],
            "east_m": pa.array(np.rint(east), from_pandas=True).cast(pa.int32()),
            "north_m": pa.array(np.rint(north), from_pandas=True).cast(pa.int32()),
        }
    )


def _instruments(seed: int, scene: Scene) -> pa.Table:
    """Give what each kind states: its true share in this world, times the family's factor."""
    chance = stream(seed, "instruments")
    rows: dict[str, list[object]] = {"kind": [], "condition": [], "stated_detection_ppm": []}
    for part in scene.parts:
        overall = part.hit.sum() / max(1, part.exposed.sum())
        share = (part.hit + overall) / (part.exposed + 1.0) * scene.hidden.stated_factor
        share = np.clip(share, 1e-6, 1 - 1e-6)
        logit = np.log(share / (1 - share)) + chance.normal(0, STATED_SPREAD)
        for condition in range(SENSOR_CONDITIONS):
            rows["kind"].append(part.kind)
            rows["condition"].append(condition)
            rows["stated_detection_ppm"].append(round(PPM / (1 + float(np.exp(-logit[condition])))))
    return pa.table(rows)


def _reports(scene: Scene, names: tuple[str, ...], report_at: Integers) -> pa.Table:
    reports = scene.voices.reports
    n = len(reports.source)
    first = int(first_sources(scene)[-1])
    return pa.table(
        {
            "report": np.arange(n),
            "observation": report_at,
            "source": (reports.source - FIRST_CHANNEL + first).astype(np.int32),
            "claim": named(np.where(reports.claim > 0, reports.claim - 1, SAYS_NO_PARTY), names),
            "published_us": reports.published_us,
            "east_m": reports.east_m.astype(np.int32),
            "north_m": reports.north_m.astype(np.int32),
            "radius_95_m": reports.radius_95_m.astype(np.int32),
            "text": pa.array(reports.text),
            "media_hash": reports.media_hash,
            **{
                f"said_{what}": reports.said[:, column].astype(np.int32)
                for column, what in enumerate(("entity", "number", "place", "minute"))
            },
        }
    )


def _places(terrain: Terrain) -> pa.Table:
    return pa.table(
        {
            "place": np.arange(len(terrain.places)),
            "east_m": np.rint(terrain.places[:, 0]).astype(np.int32),
            "north_m": np.rint(terrain.places[:, 1]).astype(np.int32),
            "people": terrain.people,
        }
    )
