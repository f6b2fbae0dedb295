"""Make an exercise: a folder of documents that the feeds read, and its truth beside them.

The same seed gives the same bytes. Each table draws from a stream of its own, so that a new table
changes no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from truceline.records.units import day_start_us
from truceline.sensors.background import read_background
from truceline.simulate.alerts import alerts_document
from truceline.simulate.claims import claims_document
from truceline.simulate.documents import Document, Row, write_documents, write_manifest
from truceline.simulate.families import DEFAULT, FAMILIES, Family
from truceline.simulate.happenings import (
    PARTIES,
    draw_clouds,
    draw_incidents,
    truce_window,
)
from truceline.simulate.injects import (
    Files,
    Inject,
    arrivals,
    faulty_files,
    plan_injects,
    with_injects,
)
from truceline.simulate.land import (
    Generator,
    Integers,
    draw_line,
    draw_plants,
    draw_towns,
    read_land,
)
from truceline.simulate.news import deaths_document, news_document, reported
from truceline.simulate.places import line_documents, plants_document, towns_document
from truceline.simulate.satellites import (
    NOAA20,
    SNPP,
    cloud_document,
    firms_documents,
    passes_of,
    see_fields,
    see_incidents,
    see_works,
)
from truceline.simulate.truth import Known, write_truth
from truceline.simulate.world import World

Progress = Callable[[str, int, int], None]
Fault = Callable[[tuple[str, ...]], tuple[str, ...]]

LONGEST_DAYS = 92
YEARS = range(2012, 2089)
# Add a stream at the end: what stands before it keeps its draws.
STREAMS = (
    "line", "plants", "towns", "clouds", "incidents", "passes", "seen", "fields", "works",
    "pixels", "reported", "news", "deaths", "alerts", "claims", "side", "injects",
)  # fmt: skip
STEPS = ("world", "satellites", "reports", "documents", "truth")


class ExerciseError(Exception):
    """An exercise cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """What was made.

    Attributes:
        folder: The documents; the truth lies in `truth` below it.
        truce_from_us: When the truce of this world began.
        truce_until_us: When it ended.
        incidents: How many true incidents there are.
        documents: How many documents were written.
        injects: In the order of their times.
    """

    folder: Path
    truce_from_us: int
    truce_until_us: int
    incidents: int
    documents: int
    injects: tuple[Inject, ...]


def make_exercise(
    seed: int,
    days: int,
    start: date,
    folder: Path,
    basemap_oblasts: bytes,
    progress: Progress = lambda _step, _done, _all: None,
    family: str = DEFAULT,
) -> Exercise:
    """Make an exercise in a folder that does not exist or is empty.

    Args:
        seed: At least 0; the same seed, days, start and family give the same bytes.
        days: How many UTC days, 1 to 92.
        start: The first of them.
        folder: Where to.
        basemap_oblasts: The packaged base map of oblasts.
        progress: Called with the step that begins, steps done and steps in all.
        family: A key of `families.FAMILIES`.

    Raises:
        ExerciseError: The folder is not empty, the seed, days or start are out of range, or there
            is no such family.
    """
    _insist(seed, days, start, folder, family)
    kind = FAMILIES[family]
    streams = {
        name: np.random.Generator(np.random.PCG64(child))
        for name, child in zip(
            STREAMS, np.random.SeedSequence(seed).spawn(len(STREAMS)), strict=True
        )
    }
    progress(STEPS[0], 0, len(STEPS))
    world = _world(streams, days, day_start_us(start), basemap_oblasts, kind)
    files = faulty_files(days, kind)
    progress(STEPS[1], 1, len(STEPS))
    documents, seen = _satellite_documents(streams, world, files)
    progress(STEPS[2], 2, len(STEPS))
    told, hushed = reported(streams["reported"], world.incidents, kind, world.side)
    documents += _other_documents(streams, world, told, kind)
    injects = plan_injects(streams["injects"], world, told.tolist(), files, kind)
    progress(STEPS[3], 3, len(STEPS))
    written = with_injects(_with_faults(documents), injects, files, world.start_us)
    causes = write_documents(folder, written)
    write_manifest(folder, arrivals(files, world.start_us, days))
    progress(STEPS[4], 4, len(STEPS))
    write_truth(
        folder / "truth",
        world,
        Known(
            seed=seed,
            family=kind,
            seen=frozenset(seen),
            told=frozenset(told.tolist()),
            hushed=frozenset(hushed.tolist()),
            causes=causes,
            injects=injects,
        ),
    )
    progress("done", len(STEPS), len(STEPS))
    truce = truce_window(world.start_us, days)
    return Exercise(
        folder=folder,
        truce_from_us=truce[0],
        truce_until_us=truce[1],
        incidents=len(world.incidents),
        documents=sum(not document.withheld for document in documents),
        injects=injects,
    )


def _insist(seed: int, days: int, start: date, folder: Path, family: str) -> None:
    if family not in FAMILIES:
        raise ExerciseError(f"no family {family!r}: {', '.join(FAMILIES)}")
    if seed < 0:
        raise ExerciseError(f"seed {seed} is below 0")
    if not 1 <= days <= LONGEST_DAYS:
        raise ExerciseError(f"days {days} is outside 1..{LONGEST_DAYS}")
    if start.year not in YEARS:
        raise ExerciseError(f"start {start} is outside the years {YEARS[0]}..{YEARS[-1]}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExerciseError(f"{folder} exists and is not an empty folder")


def _world(
    streams: Mapping[str, Generator],
    days: int,
    start_us: int,
    basemap_oblasts: bytes,
    family: Family,
) -> World:
    try:
        land = read_land(basemap_oblasts)
    except ValueError as error:
        raise ExerciseError(str(error)) from error
    line = draw_line(streams["line"], days)
    plants = draw_plants(streams["plants"], land, line)
    clouds_ppm = draw_clouds(streams["clouds"], land, days)
    side = int(streams["side"].integers(0, len(PARTIES)))
    return World(
        land=land,
        line=line,
        plants=plants,
        towns=draw_towns(streams["towns"], land, line),
        clouds_ppm=clouds_ppm,
        incidents=draw_incidents(
            streams["incidents"],
            land=land,
            line=line,
            plants=plants,
            clouds_ppm=clouds_ppm,
            start_us=start_us,
            family=family,
            side=side,
        ),
        start_us=start_us,
        days=days,
        side=side,
    )


def _satellite_documents(
    streams: Mapping[str, Generator], world: World, files: Files
) -> tuple[list[Document], set[str]]:
    """Give the satellites' documents, and the ids of the incidents that some pass noticed."""
    passes = passes_of(streams["passes"], world.start_us, world.days)
    seen = see_incidents(streams["seen"], world.incidents, passes, world.start_us)
    clutter = [
        *see_fields(streams["fields"], world.land, world.clouds_ppm, passes),
        *see_works(streams["works"], world.land, read_background(), world.clouds_ppm, passes),
    ]
    documents = firms_documents(streams["pixels"], [*seen, *clutter], passes, files.withheld)
    clouds = cloud_document(world.land, world.clouds_ppm, world.start_us)
    return [*documents, clouds], {sighting.incident for sighting in seen}


def _other_documents(
    streams: Mapping[str, Generator], world: World, told: Integers, family: Family
) -> list[Document]:
    incidents, start_us, days = world.incidents, world.start_us, world.days
    return [
        *line_documents(world),
        news_document(streams["news"], world, told, family),
        deaths_document(streams["deaths"], incidents, world.towns, world.land.codes),
        alerts_document(streams["alerts"], world.land, incidents, start_us, days),
        claims_document(streams["claims"], incidents, start_us, days),
        plants_document(world.plants),
        towns_document(world.towns),
    ]


def _with_faults(documents: Iterable[Document]) -> Iterable[Document]:
    """Add a malformed row to four documents, so that refusals are seen in every exercise."""
    waiting: list[tuple[str, Fault]] = [
        (f"firms/{NOAA20}", lambda fields: fields[:5]),
        (f"firms/{SNPP}", lambda fields: ("95.00000", *fields[1:])),
        ("labels/viina", lambda fields: ("2025-13-40", *fields[1:])),
        ("labels/air_raid", lambda fields: (fields[0], fields[2], fields[1], *fields[3:])),
    ]
    for document in documents:
        fault = next((one for one in waiting if document.name.startswith(one[0])), None)
        if fault is None or not document.rows:
            yield document
            continue
        waiting.remove(fault)
        broken = Row(fields=fault[1](document.rows[-1].fields), cause="malformed")
        yield replace(document, rows=(*document.rows, broken))
