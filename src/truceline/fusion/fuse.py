"""Join observations into incidents.

Which of them speak of one happening, association says (`associate.py`), with the parameters of
`mission.toml`. What the place itself says, how much burns there anyway, then decides whether a fire
and the reports beside it stay together, and the ledger weighs what is left. Not calibrated yet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
from scipy.spatial import cKDTree

from truceline.fusion.associate import associate
from truceline.fusion.candidate import (
    LOCATED_M,
    SIGMAS_90,
    SIGMAS_95,
    UNSEEN_BURNING_US,
    Candidate,
)
from truceline.fusion.columns import columns_of
from truceline.fusion.instruments import PROMPT
from truceline.fusion.ledger import weigh
from truceline.fusion.model import Model, read_model
from truceline.fusion.weights import same_place_lr, war_rate_milli
from truceline.fusion.world import World
from truceline.records.detections import Detections
from truceline.records.incident import Incident
from truceline.records.observation import Means, Observation, Signature
from truceline.records.units import DAY_US, PPM
from truceline.sensors.coverage import cloud_ppm_at
from truceline.sensors.geometry import distance_m, on_sphere_m
from truceline.sensors.lag import MISSION_LAGS
from truceline.sensors.thermal import detection

# Neighbours are looked for on a sphere and then measured on the ellipsoid.
SPHERE_SLACK = 1.01
KINETIC = frozenset({Signature.EXPLOSION, Signature.SHOT, Signature.IMPACT})
# Its rows are deadly acts of violence by the data set's own definition, whatever they looked like.
KINETIC_SOURCES = frozenset({"ucdp-ged"})


def fuse(observations: Sequence[Observation], world: World) -> tuple[Incident, ...]:
    """Join observations into incidents; their order changes nothing.

    Args:
        observations: Of the window, in any order; one that stands twice counts once.
        world: What surrounds them.

    Returns:
        Incidents sorted by the end of the interval of their beginning, then by id.
    """
    incidents = weigh(_with_neighbours(_parted(_together(observations, world), world)), world)
    return tuple(sorted(incidents, key=lambda incident: (incident.ended_us, incident.id)))


@cache
def mission_model() -> Model:
    """Read the model by which missions associate: `mission.toml` beside this file."""
    text = files("truceline.fusion").joinpath("mission.toml").read_text("utf-8")
    return read_model(text, MISSION_LAGS)


def counts(seen: Observation) -> bool:
    """Tell whether an observation can speak of an incident: heat, or the use of arms, at a place.

    A movement, an overflight, jamming or a class that names no effect makes none.
    """
    if seen.place.radius_95_m > LOCATED_M:
        return False
    if seen.means is Means.SATELLITE_THERMAL or seen.source in KINETIC_SOURCES:
        return True
    return any(signature in KINETIC for signature, _ in seen.signatures)


def laid_out(
    observations: Sequence[Observation], centre_e7: tuple[int, int]
) -> tuple[list[Observation], Detections]:
    """Give what counts, each observation once, in the order in which association takes it."""
    heard = list({seen.id: seen for seen in observations if counts(seen)}.values())
    columns, rows = columns_of(heard, centre_e7)
    return [heard[row] for row in rows], columns


def _together(observations: Sequence[Observation], world: World) -> list[Candidate]:
    """Associate what counts; candidates come by their first observation."""
    heard, columns = laid_out(observations, world.centre_e7)
    groups: dict[int, list[Observation]] = {}
    for seen, label in zip(heard, associate(columns, mission_model()).tolist(), strict=True):
        groups.setdefault(label, []).append(seen)
    return [_candidate(group) for group in groups.values()]


def _candidate(group: list[Observation]) -> Candidate:
    prompt = tuple(seen for seen in group if seen.means in PROMPT)
    pixels = tuple(seen for seen in group if seen.means is Means.SATELLITE_THERMAL)
    told = tuple(seen for seen in group if seen.means in {Means.OPEN_SOURCE, Means.PARTY_REPORT})
    return Candidate(prompt=prompt, pixels=pixels, reports=told)


def _parted(candidates: list[Candidate], world: World) -> list[Candidate]:
    """Part reports from a fire that is likelier one of those that burn there anyway.

    Association knows how much was seen around there of late; what burns there in peace in that week
    and how near the line is, only the ground and the archive know. Where an instrument dated the
    happening, its reports stay.
    """
    parted: list[Candidate] = []
    for one in candidates:
        if not (one.reports and one.pixels):
            parted.append(one)
            continue
        told = Candidate(reports=one.reports)
        ratio, metres = _shared(told, Candidate(pixels=one.pixels), world)
        if one.prompt:
            parted.append(replace(one, news_lr=max(1.0, ratio), news_m=metres))
        elif round(ratio * PPM) > PPM:
            parted.append(replace(one, news_lr=ratio, news_m=metres))
        else:
            parted += [Candidate(pixels=one.pixels), told]
    return parted


def _shared(told: Candidate, fire: Candidate, world: World) -> tuple[float, int]:
    """Weigh whether reports and a fire are one happening, against the fires that are there anyway.

    Returns:
        Likelihood ratio, 0 where their times do not meet; and how far apart they are, in metres.
    """
    longitude_e7, latitude_e7, radius_90_m = told.region
    here = np.array([fire.region[0]], np.int64), np.array([fire.region[1]], np.int64)
    metres = int(distance_m(*here, longitude_e7, latitude_e7)[0])
    began_us, ended_us = told.interval_us
    first_us, last_us = fire.interval_us
    if first_us > ended_us or last_us < began_us:
        return 0.0, metres
    # A fire that has nothing to do with it would meet the reports as well if it was first seen at
    # any time from their beginning until as long after their end as a fire goes unseen.
    days = (ended_us - began_us + UNSEEN_BURNING_US) / DAY_US
    unrelated_milli = days * _unrelated_milli(world, told.moment_us, longitude_e7, latitude_e7)
    sigma_m = math.hypot(radius_90_m, fire.region[2]) / SIGMAS_90
    hit = _hit(world, told.moment_us, longitude_e7)
    return same_place_lr(metres, sigma_m, unrelated_milli, hit), metres


def _with_neighbours(candidates: list[Candidate]) -> list[Candidate]:
    """Count the reports beside each candidate, and the fires beside what no satellite saw."""
    if not candidates:
        return []
    regions = np.array([one.region for one in candidates], np.int64)
    spans = np.array([one.interval_us for one in candidates], np.int64)
    burning = np.array([bool(one.pixels) for one in candidates])
    told = np.array([bool(one.reports) for one in candidates])
    points = on_sphere_m(regions[:, 0], regions[:, 1])
    near = cKDTree(points).query_ball_point(points, LOCATED_M * SPHERE_SLACK, return_sorted=True)
    found = []
    for number, one in enumerate(candidates):
        others = np.array(near[number], np.int64)
        meets = (spans[others, 0] <= spans[number, 1]) & (spans[others, 1] >= spans[number, 0])
        others = others[meets]
        longitude_e7, latitude_e7, radius_90_m = regions[number].tolist()
        apart_m = distance_m(regions[others, 0], regions[others, 1], longitude_e7, latitude_e7)
        reports = told[others] & (apart_m <= LOCATED_M)
        fires = burning[others] & (apart_m <= radius_90_m * SIGMAS_95 / SIGMAS_90)
        found.append(
            replace(
                one,
                reports_nearby=int(reports.sum()),
                fires_nearby=0 if one.pixels else int(fires.sum()),
            )
        )
    return found


def _unrelated_milli(world: World, moment_us: int, longitude_e7: int, latitude_e7: int) -> int:
    """Give the rate of all fires that are there anyway, those of the war included."""
    here = np.array([longitude_e7], np.int64), np.array([latitude_e7], np.int64)
    distances = world.ground.line_distance_m(moment_us, *here)
    background = int(world.background.rate_milli(*here, np.array([moment_us], np.int64))[0])
    reference = world.background.reference_rate_milli
    return background + war_rate_milli(None if distances is None else int(distances[0]), reference)


def _hit(world: World, moment_us: int, longitude_e7: int) -> float:
    day_us = moment_us // DAY_US * DAY_US
    chances = detection(
        cloud_ppm_at(world.clouds, day_us, longitude_e7), world.platforms.get(day_us, ())
    )
    return chances.detection_ppm / PPM if chances else 0.0
