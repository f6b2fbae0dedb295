"""Which protected site an incident most probably lay on, and how probably.

The incident's place and the site's place are circular Gaussians, so the squared distance between
the true places, in units of their joint variance, has a noncentral chi-square distribution with
two degrees of freedom.

The most probable site alone counts. Registers list one plant several times, and a sum over their
entries would count the plant as often as it is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chndtr

from truceline.evaluation.context import Context
from truceline.evaluation.plane import (
    SIGMAS_REACH,
    Floats,
    Integers,
    degree_lengths_m,
    distance_m,
    sigma_90_m,
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
    sites, sigmas_m = _candidates(incident, kinds, radius_m, context)
    if not sites:
        return None
    apart_m = [_apart_m(incident, site) for site in sites]
    chances_ppm = chances_within_ppm(np.array(apart_m), radius_m, sigmas_m)
    reaches_m = (radius_m + SIGMAS_REACH * sigmas_m).tolist()
    chances = [
        SiteChance(
            site=site,
            distance_m=metres,
            probability_ppm=chance_ppm if metres <= reach_m else 0,
            within_reach=metres <= reach_m,
        )
        for site, metres, chance_ppm, reach_m in zip(
            sites, apart_m, chances_ppm, reaches_m, strict=True
        )
    ]
    return min(chances, key=lambda one: (-one.probability_ppm, one.distance_m, one.site.id))


def _candidates(
    incident: Incident, kinds: Sequence[str], radius_m: int, context: Context
) -> tuple[list[Site], Floats]:
    """Give the sites that may be within reach, else the nearest, with the joint deviations."""
    protected = [number for number, site in enumerate(context.sites) if site.kind in kinds]
    if not protected:
        return [], np.zeros(0)
    place = incident.place
    lengths_m = np.array(degree_lengths_m(place.latitude_e7)) / E7
    steps = context.positions_e7[protected] - np.array([place.longitude_e7, place.latitude_e7])
    rough_m = np.sqrt(((steps * lengths_m) ** 2).sum(axis=1))
    sigmas_m = np.sqrt(context.sigmas_m[protected] ** 2 + sigma_90_m(incident.radius_90_m) ** 2)
    near = rough_m <= PLANE_SLACK * (radius_m + SIGMAS_REACH * sigmas_m)
    if not near.any():
        near[np.argmin(rough_m)] = True
    sites = [context.sites[protected[number]] for number in np.flatnonzero(near).tolist()]
    return sites, sigmas_m[near]


def _apart_m(incident: Incident, site: Site) -> int:
    here, there = incident.place, site.place
    return distance_m(here.longitude_e7, here.latitude_e7, there.longitude_e7, there.latitude_e7)


def chances_within_ppm(apart_m: Integers, radius_m: int, sigmas_m: Floats) -> list[int]:
    """Give the probability that two places lie within a radius of one another, for each pair.

    Args:
        apart_m: Shape (n,): distance between their middles.
        radius_m: The radius.
        sigmas_m: Shape (n,): joint standard deviation along each axis.

    >>> chances_within_ppm(np.array([0]), 2146, np.array([1000.0]))
    [900007]
    """
    chances = chndtr((radius_m / sigmas_m) ** 2, 2, (apart_m / sigmas_m) ** 2)
    return [round(float(chance) * PPM) for chance in np.atleast_1d(chances)]
