"""Join observations into incidents.

First depth, in batch: heat by geometry and time, reports by place and day, and a report joins the
fire with which it shares a happening more likely than not. Not calibrated yet.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from truceline.fusion.candidate import LOCATED_M, SIGMAS_90, SIGMAS_95, UNSEEN_BURNING_US, Candidate
from truceline.fusion.heat import SPHERE_SLACK, fires
from truceline.fusion.ledger import weigh
from truceline.fusion.weights import same_place_lr, war_rate_milli
from truceline.fusion.world import World
from truceline.records.incident import Incident
from truceline.records.observation import Means, Observation, Signature
from truceline.records.units import DAY_US, PPM
from truceline.sensors.coverage import cloud_ppm_at
from truceline.sensors.geometry import Integers, distance_m, on_sphere_m
from truceline.sensors.thermal import detection

# Two reports of one day from places this close are counted as one happening, or as copies.
SAME_REPORT_M = 3_000
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
    ordered = sorted({seen.id: seen for seen in observations}.values(), key=_order)
    burning = _burning([seen for seen in ordered if seen.means is Means.SATELLITE_THERMAL])
    told = _told([seen for seen in ordered if is_located_report_of_fire(seen)])
    incidents = weigh(_join(burning, told, world), world)
    return tuple(sorted(incidents, key=lambda incident: (incident.ended_us, incident.id)))


def is_located_report_of_fire(seen: Observation) -> bool:
    """Tell whether somebody reports the use of arms at a place, not merely in a region."""
    if seen.means is Means.SATELLITE_THERMAL or seen.place.radius_95_m > LOCATED_M:
        return False
    return seen.source in KINETIC_SOURCES or any(
        signature in KINETIC for signature, _ in seen.signatures
    )


def _order(seen: Observation) -> tuple[int, int, int, str, str]:
    """Order by what was seen; the hash in the id only parts what is alike in everything else."""
    place = seen.place
    return seen.began_us, place.latitude_e7, place.longitude_e7, seen.source, seen.id


def _burning(pixels: Sequence[Observation]) -> list[Candidate]:
    if not pixels:
        return []
    numbers = {name: n for n, name in enumerate(sorted({pixel.source for pixel in pixels}))}
    sides_m = [
        max(pixel.measure("scan_m") or 0, pixel.measure("track_m") or 0)
        or 2 * pixel.place.radius_95_m
        for pixel in pixels
    ]
    labels = fires(
        *_positions(pixels),
        np.array([pixel.began_us for pixel in pixels], np.int64),
        np.array([numbers[pixel.source] for pixel in pixels], np.int64),
        np.array(sides_m, np.int64),
    )
    return [Candidate(pixels=group) for group in _groups(pixels, labels)]


def _told(reports: Sequence[Observation]) -> list[Candidate]:
    """Group reports of one day and place: the news are one cluster, whoever copied whom."""
    if not reports:
        return []
    longitude_e7, latitude_e7 = _positions(reports)
    began_us = np.array([report.began_us for report in reports], np.int64)
    ended_us = np.array([report.ended_us for report in reports], np.int64)
    tree = cKDTree(on_sphere_m(longitude_e7, latitude_e7))
    one, other = tree.query_pairs(SAME_REPORT_M * SPHERE_SLACK, output_type="ndarray").T
    near = (
        distance_m(longitude_e7[one], latitude_e7[one], longitude_e7[other], latitude_e7[other])
        <= SAME_REPORT_M
    )
    middle_us = (began_us + ended_us) // 2
    same = near & (np.abs(middle_us[one] - middle_us[other]) < DAY_US // 2)
    graph = coo_matrix(
        (np.ones(int(same.sum()), dtype=np.int8), (one[same], other[same])),
        shape=(len(reports), len(reports)),
    )
    _, labels = connected_components(graph, directed=False)
    return [Candidate(reports=group) for group in _groups(reports, labels.astype(np.int64))]


def _join(burning: list[Candidate], told: list[Candidate], world: World) -> list[Candidate]:
    """Give each group of reports to the fire with which it most likely shares a happening."""
    taken: dict[int, list[tuple[float, int, Candidate]]] = defaultdict(list)
    alone: list[Candidate] = []
    nearby: Counter[int] = Counter()
    regions = np.array([fire.region for fire in burning], np.int64).reshape(-1, 3)
    intervals_us = np.array([fire.interval_us for fire in burning], np.int64).reshape(-1, 2)
    for group in told:
        ratios = _ratios(group, regions, intervals_us, world)
        ratio, metres, index = max(ratios, default=(0.0, 0, 0), key=_best_first)
        nearby.update(fire for _, apart_m, fire in ratios if apart_m <= LOCATED_M)
        if round(ratio * PPM) > PPM:
            taken[index].append((ratio, metres, group))
        else:
            radius_95_m = group.region[2] * SIGMAS_95 / SIGMAS_90
            near = sum(apart_m <= radius_95_m for _, apart_m, _ in ratios)
            alone.append(replace(group, fires_nearby=near))
    joined = []
    for index, fire in enumerate(burning):
        groups = taken.get(index, [])
        ratio, metres, _ = max(groups, default=(0.0, 0, None), key=lambda row: (row[0], -row[1]))
        reports = tuple(report for *_, group in groups for report in group.reports)
        joined.append(
            Candidate(
                pixels=fire.pixels,
                reports=reports,
                news_lr=ratio,
                news_m=metres,
                reports_nearby=nearby[index],
            )
        )
    return joined + alone


def _best_first(row: tuple[float, int, int]) -> tuple[int, int, int]:
    # Ratios are compared in millionths, so that a last bit does not choose between two fires.
    return round(row[0] * PPM), -row[1], -row[2]


def _ratios(
    group: Candidate, regions: Integers, intervals_us: Integers, world: World
) -> list[tuple[float, int, int]]:
    """Weigh one group of reports against every fire of its time.

    Args:
        group: The reports.
        regions: Shape (n, 3). Longitude, latitude and 90 % radius of each fire.
        intervals_us: Shape (n, 2). Interval of each fire's beginning.
        world: What surrounds them.

    Returns:
        Likelihood ratio, distance in metres, and the fire's index.
    """
    longitude_e7, latitude_e7, radius_90_m = group.region
    began_us, ended_us = group.interval_us
    at_once = np.flatnonzero((intervals_us[:, 0] <= ended_us) & (intervals_us[:, 1] >= began_us))
    if not len(at_once):
        return []
    near = regions[at_once]
    apart_m = distance_m(near[:, 0], near[:, 1], longitude_e7, latitude_e7)
    # A fire that has nothing to do with it would meet the reports as well if it was first seen at
    # any time from their beginning until as long after their end as a fire goes unseen.
    days = (ended_us - began_us + UNSEEN_BURNING_US) / DAY_US
    unrelated_milli = days * _unrelated_milli(world, group.moment_us, longitude_e7, latitude_e7)
    hit = _hit(world, group.moment_us, longitude_e7)
    return [
        (
            same_place_lr(
                metres, math.hypot(radius_90_m, fire_90_m) / SIGMAS_90, unrelated_milli, hit
            ),
            metres,
            index,
        )
        for index, metres, fire_90_m in zip(
            at_once.tolist(), apart_m.tolist(), near[:, 2].tolist(), strict=True
        )
    ]


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


def _positions(seen: Sequence[Observation]) -> tuple[Integers, Integers]:
    return (
        np.array([one.place.longitude_e7 for one in seen], np.int64),
        np.array([one.place.latitude_e7 for one in seen], np.int64),
    )


def _groups(seen: Sequence[Observation], labels: Integers) -> list[tuple[Observation, ...]]:
    """Gather rows by label, groups in the order of their first row."""
    groups: dict[int, list[Observation]] = {}
    for one, label in zip(seen, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(one)
    return [tuple(group) for group in groups.values()]
