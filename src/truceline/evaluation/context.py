"""What a rule may know besides the incident and the clause: zones, sites, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from truceline.evaluation.plane import Floats, Integers, area_of, sigma_95_m
from truceline.records.agreement import Agreement, Clause, Reading, Site
from truceline.records.finding import Finding, NotApplicable
from truceline.records.incident import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The same for every incident of one agreement.

    Attributes:
        zones: The agreement's zones by id, in degrees of 1e-7, ready for many tests.
        sites: Protected sites: those of the registers and those that the agreement itself lists.
        positions_e7: Shape (number of sites, 2): longitude and latitude of each.
        sigmas_m: Shape (number of sites,): standard deviation of each position along each axis.
        sites_known: Whether a register of sites was there. Without one, "no site near" cannot be
            said.
    """

    zones: Mapping[str, shapely.MultiPolygon]
    sites: tuple[Site, ...]
    positions_e7: Integers
    sigmas_m: Floats
    sites_known: bool


Rule = Callable[[Clause, Reading, Agreement, Incident, Context], Finding | NotApplicable]


def context_of(agreement: Agreement, sites: tuple[Site, ...], *, sites_known: bool) -> Context:
    """Make the context of one agreement; the order of the sites given does not matter."""
    every = tuple(sorted((*agreement.sites, *sites), key=lambda site: site.id))
    positions = [(site.place.longitude_e7, site.place.latitude_e7) for site in every]
    return Context(
        zones={zone.id: area_of(zone.polygons_e7) for zone in agreement.zones},
        sites=every,
        positions_e7=np.array(positions, dtype=np.int64).reshape(-1, 2),
        sigmas_m=np.array([sigma_95_m(site.place.radius_95_m) for site in every]),
        sites_known=sites_known,
    )
