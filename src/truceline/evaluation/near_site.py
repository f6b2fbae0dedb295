"""Which protected site an incident most probably lay on, and how probably.

The incident's place and the site's place are circular Gaussians, so the squared distance between
the true places, in units of their joint variance, has a noncentral chi-square distribution with
two degrees of freedom.

The most probable site alone counts. Registers list one plant several times, and a sum over their
entries would count the plant as often as it is listed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import ncx2

from truceline.evaluation.context import Context
from truceline.evaluation.plane import (
    SIGMAS_REACH,
    degree_lengths_m,
    distance_m,
    sigma_90_m,
    sigma_95_m,
)
from truceline.records.agreement import Site
from truceline.records.incident import Incident
from truceline.records.units import E7, PPM

PLANE_SLACK = 1.02  # the plane finds candidates; their distances are then measured exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChance:
    """The site in question.

    Attributes:
        site: The most probable site; where none is within reach, the nearest.
        distance_m: From the incident's middle to the site as listed.
        probability_ppm: That the incident lay within the clause's radius of it; 0 out of reach.
        within_reach: False where the probability is below one in a million.
    """

    site: Site
    distance_m: int
    probability_ppm: int
    within_reach: bool


def most_probable_site(
    incident: Incident, kinds: Sequence[str], radius_m: int, context: Context
) -> SiteChance | None:
    """Give the site of these kinds that the incident most probably lay on.

    Args:
        incident: Its place and its 90 % radius count.
        kinds: Kinds of site that the clause protects.
        radius_m: What lies this near to a site counts as on it.
        context: Holds the sites.

    Returns:
        None where no site of these kinds is known at all.
    """
    protected = [number for number, site in enumerate(context.sites) if site.kind in kinds]
    if not protected:
        return None
    place = incident.place
    lengths_m = np.array(degree_lengths_m(place.latitude_e7)) / E7
    steps = context.positions_e7[protected] - np.array([place.longitude_e7, place.latitude_e7])
    rough_m = np.sqrt(((steps * lengths_m) ** 2).sum(axis=1)).tolist()
    chances = [
        _chance(incident, context.sites[number], radius_m)
        for number, metres in zip(protected, rough_m, strict=True)
        if metres <= PLANE_SLACK * _reach_m(incident, context.sites[number], radius_m)
    ]
    within = [chance for chance in chances if chance.within_reach]
    if within:
        return min(within, key=lambda one: (-one.probability_ppm, one.distance_m, one.site.id))
    nearest = min(zip(rough_m, protected, strict=True))[1]
    return _chance(incident, context.sites[nearest], radius_m)


def _joint_sigma_m(incident: Incident, site: Site) -> float:
    return math.hypot(sigma_90_m(incident.radius_90_m), sigma_95_m(site.place.radius_95_m))


def _reach_m(incident: Incident, site: Site, radius_m: int) -> float:
    return radius_m + SIGMAS_REACH * _joint_sigma_m(incident, site)


def _chance(incident: Incident, site: Site, radius_m: int) -> SiteChance:
    here, there = incident.place, site.place
    apart_m = distance_m(here.longitude_e7, here.latitude_e7, there.longitude_e7, there.latitude_e7)
    within_reach = apart_m <= _reach_m(incident, site, radius_m)
    return SiteChance(
        site=site,
        distance_m=apart_m,
        probability_ppm=chance_within_ppm(apart_m, radius_m, _joint_sigma_m(incident, site))
        if within_reach
        else 0,
        within_reach=within_reach,
    )


def chance_within_ppm(apart_m: int, radius_m: int, sigma_m: float) -> int:
    """Give the probability that two places lie within a radius of one another.

    Args:
        apart_m: Distance between their middles.
        radius_m: The radius.
        sigma_m: Joint standard deviation along each axis.

    >>> chance_within_ppm(0, 2146, 1000.0)
    900007
    """
    chance = ncx2.cdf((radius_m / sigma_m) ** 2, 2, (apart_m / sigma_m) ** 2)
    return round(float(chance) * PPM)
