"""A small country of two areas with a line across it, its fires and its reports, in memory.

Everything is laid out about the meridian of 35 degrees, so that it can be mirrored there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from truceline.fusion.world import Gazetteer, World
from truceline.records.agreement import ControlLine, MultiPolygon
from truceline.records.context import Area, CloudCover, PopulatedPlace
from truceline.records.incident import Evidence, Incident
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.units import DAY_US, E7, HOUR_US, PPM, day_of
from truceline.sensors.background import WEEKS, Background
from truceline.sensors.ground import Ground

DAY = 20_554 * DAY_US  # 11 April 2026
DAYS = tuple(range(DAY - 3 * DAY_US, DAY + 4 * DAY_US, DAY_US))
WINDOW = (DAYS[0], DAYS[-1] + DAY_US)
NOON = DAY + 12 * HOUR_US
PARTIES = ("A", "B")
LOCAL = 3 * HOUR_US  # a report's day begins at midnight of the newsroom, 21:00 UTC the day before
SHA = {
    "firms-noaa20": "11" * 32,
    "firms-noaa21": "22" * 32,
    "firms-snpp": "33" * 32,
    "firms-aqua": "44" * 32,
    "viina": "55" * 32,
    "ucdp-ged": "66" * 32,
    "a-party": "77" * 32,
}
METRE_E7 = E7 / 111_195


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return ((tuple((round(x * E7), round(y * E7)) for x, y in corners),),)


AREAS = (
    Area(code="XX-1", polygons_e7=box(31, 46, 35, 50)),
    Area(code="XX-2", polygons_e7=box(35, 46, 39, 50)),
)
LINE = ControlLine(
    source="deepstate",
    as_of_us=DAYS[0],
    held_by="B",
    polygons_e7=box(36, 45, 40, 51),
    document_sha256="cd" * 32,
)
PLACES = (
    PopulatedPlace(name="Lypivka", longitude_e7=360_100_000, latitude_e7=480_000_000, population=1),
    PopulatedPlace(
        name="Berezivka", longitude_e7=345_000_000, latitude_e7=480_000_000, population=1
    ),
)


def background(rate_milli: int = 20, sites: tuple[tuple[float, float], ...] = ()) -> Background:
    """Give a country that burns alike everywhere, with works at the places named."""
    quarter = E7 // 4
    cells = [
        (x * quarter, y * quarter) for y in range(46 * 4, 50 * 4) for x in range(31 * 4, 39 * 4)
    ]
    works = [
        (round(x * E7), round(y * E7), number, 30, 5, 100) for number, (x, y) in enumerate(sites)
    ]
    return Background(
        version=1,
        fitted_from=(),
        cells=np.array(cells, dtype=np.int64),
        rates_milli=np.full((len(cells), WEEKS), rate_milli, dtype=np.int64),
        sites=np.array(works, dtype=np.int64).reshape(len(works), 6),
    )


def clear(cloud_ppm: int = 0) -> dict[Any, CloudCover]:
    return {
        day_of(day_us): CloudCover(
            source="clouds-economist",
            day=day_of(day_us),
            country_ppm=cloud_ppm,
            east_ppm=cloud_ppm,
            document_sha256="ef" * 32,
            line=2,
        )
        for day_us in DAYS
    }


def world(**changes: Any) -> World:  # noqa: ANN401 - the fields of a world
    """Give a week that two satellites, the news and the alerts of both areas were heard of."""
    sound = World(
        began_us=WINDOW[0],
        ended_us=WINDOW[1],
        centre_e7=(35 * E7, 48 * E7),
        ground=Ground(AREAS, (LINE,), PARTIES),
        background=background(),
        platforms=dict.fromkeys(DAYS, ("firms-noaa20", "firms-snpp")),
        clouds=clear(),
        prompt_days={},
        news_days=frozenset(DAYS),
        alerts={
            "XX-1": ((DAY + 13 * HOUR_US, DAY + 14 * HOUR_US),),
            "XX-2": ((DAY - 2 * DAY_US, DAY - 2 * DAY_US + HOUR_US),),
        },
        alert_days=frozenset(DAYS),
        alert_issuers=frozenset(PARTIES),
        places=Gazetteer(PLACES),
    )
    return replace(sound, **changes)


def pixel(
    longitude: float = 35.96,
    latitude: float = 48.0,
    at_us: int = NOON,
    *,
    source: str = "firms-noaa20",
    line: int = 2,
    side_m: int = 400,
) -> Observation:
    """Give one hot pixel; by default it is three kilometres from the line, on A's side."""
    return Observation(
        source=source,
        means=Means.SATELLITE_THERMAL,
        place=Place(
            longitude_e7=round(longitude * E7),
            latitude_e7=round(latitude * E7),
            radius_95_m=side_m,
        ),
        began_us=at_us,
        ended_us=at_us,
        signatures=((Signature.THERMAL, PPM),),
        chance_real_ppm=PPM,
        measures=(("scan_m", side_m), ("track_m", side_m - 10)),
        document_sha256=SHA[source],
        line=line,
    )


def report(
    longitude: float = 35.96,
    latitude: float = 48.0,
    day_us: int = DAY,
    *,
    source: str = "viina",
    line: int = 2,
    radius_95_m: int = 5_000,
    signature: Signature = Signature.EXPLOSION,
    days: int = 1,
) -> Observation:
    """Give one report of a local day and a settlement."""
    return Observation(
        source=source,
        means=Means.OPEN_SOURCE,
        place=Place(
            longitude_e7=round(longitude * E7),
            latitude_e7=round(latitude * E7),
            radius_95_m=radius_95_m,
        ),
        began_us=day_us - LOCAL,
        ended_us=day_us - LOCAL + days * DAY_US,
        signatures=((signature, 900_000),),
        chance_real_ppm=850_000,
        words="artillery",
        document_sha256=SHA[source],
        line=line,
    )


def north(metres: float, latitude: float = 48.0) -> float:
    """Give the latitude that many metres north: about, for tests that need no metre."""
    return latitude + metres / 111_195


def row(incident: Incident, cluster: str) -> Evidence:
    """Give the one row of a cluster in an incident's ledger."""
    (found,) = (evidence for evidence in incident.evidence if evidence.cluster == cluster)
    return found


def codes(incident: Incident) -> dict[str, str]:
    return {evidence.cluster: evidence.reason.code for evidence in incident.evidence}
