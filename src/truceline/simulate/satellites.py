"""What thermal satellites see of the exercise: some incidents, many fields, the same works again.

Of one incident, at least one hot pixel is seen within 1 km on the same UTC day with the totals of a
day by the cloud cover over its oblast: 0.106, 0.081, 0.024 and 0.025 (measured on 2022's verified
incidents, less chance; the world's own numbers, which the estimator may or may not share).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from truceline.records.units import DAY_US, E7, MINUTE_US, PPM, day_of, moment_of
from truceline.sensors.background import Background
from truceline.simulate.documents import Document, Row, columns
from truceline.simulate.happenings import Incidents
from truceline.simulate.land import (
    KM_PER_DEGREE,
    Floats,
    Generator,
    Integers,
    Land,
    points_inside,
)

CLOUD_EDGES_PPM = (200_000, 500_000, 800_000)
SEEN_BY_CLOUD = (0.106, 0.081, 0.024, 0.025)
# A power plant that is hit often burns for hours. Invented; no figure was found.
PLANT_FIRE_SEEN_BY_CLOUD = (0.70, 0.55, 0.30, 0.20)
VISIBLE_BY_CLOUD = (1.0, 0.76, 0.23, 0.23)
FIRST_PASS_SHARE = 0.7
SECOND_PASS_SHARE = 0.3

# Field fires under a clear sky, per 1000 km2 and day: about what 2026 had in April.
FIELD_FIRES_BY_MONTH = (0.01, 0.03, 0.20, 0.25, 0.05, 0.08, 0.25, 0.30, 0.25, 0.20, 0.05, 0.01)
FIELDS_BY_DAY_SHARE = 0.8
KNOWN_WORKS, UNKNOWN_WORKS = 25, 3
WORKS_SEEN_A_PASS = 0.2
MORE_PIXELS = 0.6
MOST_PIXELS = 4

DAY_PASSES, NIGHT_PASSES = "D", "N"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A satellite.

    Attributes:
        file: What the names of its files begin with.
        code: How its rows name it.
        windows: First and last minute of the UTC day of its passes, and day or night.
        modis: It carries MODIS, not VIIRS.
    """

    file: str
    code: str
    windows: tuple[tuple[int, int, str], ...]
    modis: bool = False


# From the times of the near-real-time files: each window is passed once where the phase allows.
VIIRS_WINDOWS = ((9, 93, "N"), (542, 643, "D"), (643, 744, "D"), (1350, 1434, "N"))
NOAA20 = "J1_VIIRS_C2_Global_VJ114IMGTDL_NRT"
NOAA21 = "J2_VIIRS_C2_Global_VJ214IMGTDL_NRT"
SNPP = "SUOMI_VIIRS_C2_Global_VNP14IMGTDL_NRT"
MODIS = "MODIS_C6_1_Global_MCD14DL_NRT"
PLATFORMS = (
    Platform(file=NOAA20, code="N20", windows=VIIRS_WINDOWS),
    Platform(file=NOAA21, code="N21", windows=VIIRS_WINDOWS),
    Platform(file=SNPP, code="N", windows=VIIRS_WINDOWS),
    Platform(file=MODIS, code="T", windows=((440, 541, "D"),), modis=True),
    Platform(file=MODIS, code="A", windows=((660, 761, "D"),), modis=True),
)
REPEAT_MINUTES = 101
SHIFT_MINUTES_A_DAY = 20
MODIS_PICKED = 0.08  # coarse pixels miss what is small: "a few MODIS"

VIIRS_COLUMNS = columns(
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,"
    "bright_ti5,frp,daynight,instrument"
)
MODIS_COLUMNS = columns(
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,"
    "bright_t31,frp,daynight,instrument"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One passage of a satellite over the country."""

    platform: Platform
    at_us: int
    daynight: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One source of heat that one pass noticed."""

    seen_by: Pass
    longitude: float
    latitude: float
    cause: str
    incident: str = ""


def passes_of(rng: Generator, start_us: int, days: int) -> tuple[tuple[Pass, ...], ...]:
    """Give the passes of each day, in the order of time."""
    phases = rng.integers(0, REPEAT_MINUTES, len(PLATFORMS)).tolist()
    table: list[tuple[Pass, ...]] = []
    for day in range(days):
        today = [
            Pass(platform=platform, at_us=start_us + day * DAY_US + minute * MINUTE_US, daynight=of)
            for platform, phase in zip(PLATFORMS, phases, strict=True)
            for first, last, of in platform.windows
            for minute in [first + (phase + SHIFT_MINUTES_A_DAY * day) % REPEAT_MINUTES]
            if minute <= last
        ]
        table.append(tuple(sorted(today, key=lambda one: (one.at_us, one.platform.code))))
    return tuple(table)


def by_cloud(cloud_ppm: Integers, values: tuple[float, ...]) -> Floats:
    """Choose a value by the bin of the cloud cover; a cover on an edge belongs below it."""
    return np.array(values)[np.searchsorted(CLOUD_EDGES_PPM, cloud_ppm, side="left")]


def see_incidents(
    rng: Generator, incidents: Incidents, passes: tuple[tuple[Pass, ...], ...], start_us: int
) -> list[Sighting]:
    """Draw which incidents are seen, and by which later passes of the same UTC day.

    What happens after the day's last pass is not seen that day.
    """
    plant = incidents.plant >= 0
    chance = np.where(
        plant,
        by_cloud(incidents.cloud_ppm, PLANT_FIRE_SEEN_BY_CLOUD),
        by_cloud(incidents.cloud_ppm, SEEN_BY_CLOUD),
    )
    sightings: list[Sighting] = []
    for index in np.flatnonzero(rng.random(len(incidents)) < chance).tolist():
        at_us = int(incidents.began_us[index])
        later = [one for one in passes[(at_us - start_us) // DAY_US] if one.at_us >= at_us]
        later = [one for one in later if not one.platform.modis or rng.random() < MODIS_PICKED]
        if not later:
            continue
        first = 0 if rng.random() < FIRST_PASS_SHARE else int(rng.integers(len(later)))
        chosen = {first}
        if rng.random() < SECOND_PASS_SHARE:
            chosen.add(int(rng.integers(len(later))))
        sightings += [
            Sighting(
                seen_by=later[rank],
                longitude=float(incidents.longitude[index]),
                latitude=float(incidents.latitude[index]),
                cause="incident",
                incident=incidents.id_of(index),
            )
            for rank in sorted(chosen)
        ]
    return sightings


def see_fields(
    rng: Generator, land: Land, clouds_ppm: Integers, passes: tuple[tuple[Pass, ...], ...]
) -> Iterator[Sighting]:
    """Draw burning fields: an even rate by month over the land, thinned by the clouds."""
    for day, today in enumerate(passes):
        month = moment_of(today[0].at_us).month
        rates = FIELD_FIRES_BY_MONTH[month - 1] * land.area_km2 / 1000
        counts = rng.poisson(rates * by_cloud(clouds_ppm[day], VISIBLE_BY_CLOUD))
        for area in np.flatnonzero(counts).tolist():
            places = points_inside(rng, land.shapes[area], int(counts[area]))
            for longitude, latitude in zip(*(axis.tolist() for axis in places), strict=True):
                by_day = rng.random() < FIELDS_BY_DAY_SHARE
                wanted = DAY_PASSES if by_day else NIGHT_PASSES
                able = [one for one in today if one.daynight == wanted] or list(today)
                yield Sighting(
                    seen_by=_pick(rng, able),
                    longitude=longitude,
                    latitude=latitude,
                    cause="farm_fire",
                )


def _pick(rng: Generator, able: list[Pass]) -> Pass:
    viirs = [one for one in able if not one.platform.modis] or able
    some = able if rng.random() < MODIS_PICKED else viirs
    return some[int(rng.integers(len(some)))]


def see_works(
    rng: Generator,
    land: Land,
    background: Background,
    clouds_ppm: Integers,
    passes: tuple[tuple[Pass, ...], ...],
) -> Iterator[Sighting]:
    """Draw the heat of works that never go out: most of them known to the background, some not."""
    spots = background.sites[np.argsort(-background.sites[:, 3], kind="stable")]
    _, first = np.unique(spots[:, 2], return_index=True)
    known = spots[np.sort(first)[:KNOWN_WORKS], :2] / E7
    unknown = np.column_stack(points_inside(rng, land.whole, UNKNOWN_WORKS))
    places = np.concatenate((known, unknown))
    area = land.index_of(places[:, 0], places[:, 1])
    places, area = places[area >= 0], area[area >= 0]
    for day, today in enumerate(passes):
        chance = WORKS_SEEN_A_PASS * by_cloud(clouds_ppm[day, area], VISIBLE_BY_CLOUD)
        for one in today:
            thinned = chance * (MODIS_PICKED if one.platform.modis else 1.0)
            for index in np.flatnonzero(rng.random(len(places)) < thinned).tolist():
                yield Sighting(
                    seen_by=one,
                    longitude=float(places[index, 0]),
                    latitude=float(places[index, 1]),
                    cause="industrial_heat",
                )


def firms_documents(
    rng: Generator,
    sightings: Iterable[Sighting],
    passes: tuple[tuple[Pass, ...], ...],
    withheld: frozenset[tuple[str, int]],
) -> tuple[Document, ...]:
    """Write one file a satellite and day, also where it saw nothing.

    Args:
        rng: Draws pixels.
        sightings: In a fixed order.
        passes: Of each day.
        withheld: Files and days, counted from 0, that their providers did not deliver.
    """
    rows: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for sighting in sightings:
        key = sighting.seen_by.platform.file, day_of(sighting.seen_by.at_us)
        rows[key] += _pixels(rng, sighting)
    files = sorted({(platform.file, platform.modis) for platform in PLATFORMS})
    documents: list[Document] = []
    for day, today in enumerate(passes):
        on = day_of(today[0].at_us)
        for file, modis in files:
            # The columns of time, satellite and place: a file lists pass by pass.
            listed = sorted(rows[file, on], key=lambda row: (row.fields[6:8], row.fields[:2]))
            documents.append(
                Document(
                    name=file_name(file, on),
                    header=MODIS_COLUMNS if modis else VIIRS_COLUMNS,
                    rows=tuple(listed),
                    withheld=(file, day) in withheld,
                )
            )
    return tuple(documents)


def file_name(file: str, day: date) -> str:
    """Name a satellite's file of one day as its provider does."""
    return f"firms/{file}_{day:%Y%j}.txt.csv"


def _pixels(rng: Generator, sighting: Sighting) -> Iterator[Row]:
    """Lay one to four hot pixels on a fire: the first within half a pixel, the others beside it."""
    modis = sighting.seen_by.platform.modis
    scan = rng.uniform(1.0, 1.8) if modis else rng.uniform(0.38, 0.8)
    track = rng.uniform(1.0, 1.4) if modis else rng.uniform(0.38, 0.8)
    reach = min(scan, 0.8)
    shrink = KM_PER_DEGREE * float(np.cos(np.radians(sighting.latitude)))
    for pixel in range(1 + min(int(rng.poisson(MORE_PIXELS)), MOST_PIXELS - 1)):
        wide = reach / 2 if pixel == 0 else scan
        east_km, north_km = rng.uniform(-wide, wide, 2).tolist()
        yield Row(
            fields=_fields(
                rng,
                sighting.seen_by,
                sighting.latitude + north_km / KM_PER_DEGREE,
                sighting.longitude + east_km / shrink,
                (scan, track),
            ),
            cause=sighting.cause,
            incidents=(sighting.incident,) if sighting.incident else (),
        )


def _fields(
    rng: Generator, seen_by: Pass, latitude: float, longitude: float, size_km: tuple[float, float]
) -> tuple[str, ...]:
    modis = seen_by.platform.modis
    moment = moment_of(seen_by.at_us)
    kelvin, cooler = rng.uniform(298.0, 366.0), rng.uniform(270.0, 298.0)
    words = ("nominal",) * 17 + ("low",) * 2 + ("high",)
    confidence = str(rng.integers(20, 96)) if modis else words[int(rng.integers(20))]
    megawatt = float(np.exp(rng.normal(1.5, 0.9)))
    return (
        f"{latitude:.5f}",
        f"{longitude:.5f}",
        f"{kelvin:.2f}",
        f"{size_km[0]:.2f}",
        f"{size_km[1]:.2f}",
        f"{moment:%Y-%m-%d}",
        f"{moment:%H:%M:%S}",
        seen_by.platform.code,
        confidence,
        "6.1NRT" if modis else "2.0NRT",
        f"{cooler:.2f}",
        f"{megawatt:.2f}",
        seen_by.daynight,
        "MODIS" if modis else "VIIRS",
    )


def cloud_document(land: Land, clouds_ppm: Integers, start_us: int) -> Document:
    """Write the mean cloud cover of each day, over the country and over its east."""
    east = np.array([shape.centroid.x > 33.0 for shape in land.shapes])  # noqa: PLR2004 - the east
    rows = []
    for day in range(len(clouds_ppm)):
        means = [
            float(np.average(clouds_ppm[day][chosen], weights=land.area_km2[chosen])) / PPM
            for chosen in (np.ones_like(east), east)
        ]
        on = day_of(start_us + day * DAY_US)
        rows.append(Row(fields=(on.isoformat(), *(f"{mean:.4f}" for mean in means))))
    return Document(
        name="context/cloud_cover_ukraine_daily.csv",
        header=("date", "cloud_cover_in_country", "cloud_cover_in_east_of_country"),
        rows=tuple(rows),
    )
