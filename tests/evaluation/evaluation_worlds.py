"""Incidents, sites and an agreement made in memory, for the rules to be tried on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from truceline.records.agreement import (
    Agreement,
    Clause,
    Exemption,
    Instant,
    MultiPolygon,
    Party,
    Site,
    Zone,
)
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Place
from truceline.records.reason import Reason, reason
from truceline.records.units import HOUR_US, PPM

NOON = 1_770_000_000_000_000
START = NOON
END = NOON + 48 * HOUR_US
LONGITUDE, LATITUDE = 370_000_000, 480_000_000


def incident(**changes: Any) -> Incident:  # noqa: ANN401 - the fields of the record
    """Give an incident six hours into the truce, certain and seen by two independent sources."""
    sound = Incident(
        id="i:" + "ab" * 32 + ":17",
        revision=1,
        stage=Stage.AUTO1,
        supersedes=(),
        place=Place(longitude_e7=LONGITUDE, latitude_e7=LATITUDE, radius_95_m=570),
        radius_90_m=500,
        area="UA-14",
        near="",
        held_by="A",
        line_distance_m=3000,
        began_us=START + 6 * HOUR_US,
        ended_us=START + 8 * HOUR_US,
        last_seen_us=START + 8 * HOUR_US,
        probability_ppm=990_000,
        kinds=((Kind.MUNITION_EFFECTS, PPM),),
        count_low=1,
        count_high=None,
        independent_sources=2,
        has_physical_source=True,
        evidence=(Evidence(cluster="prior", millibans=0, reason=reason("prior_report")),),
        observations=("o:" + "ab" * 32 + ":17",),
    )
    return replace(sound, **changes)


def instant(name: str, not_before_us: int, not_after_us: int | None = None) -> Instant:
    return Instant(
        id=name,
        not_before_us=not_before_us,
        not_after_us=not_before_us if not_after_us is None else not_after_us,
        said_by="both",
        source="invented",
    )


def square(west_e7: int, south_e7: int, east_e7: int, north_e7: int) -> MultiPolygon:
    corners = ((west_e7, south_e7), (east_e7, south_e7), (east_e7, north_e7), (west_e7, north_e7))
    return (((*corners, corners[0]),),)


def site(number: int = 1, *, east_e7: int = 0, **changes: Any) -> Site:  # noqa: ANN401 - the fields of the record
    """Give a power station, so many 1e-7 degrees east of where incidents are."""
    plant = Site(
        id=f"s:{'cd' * 32}:{number}",
        name=f"Station {number}",
        kind="energy_infrastructure",
        detail="Hydro",
        place=Place(longitude_e7=LONGITUDE + east_e7, latitude_e7=LATITUDE, radius_95_m=100),
        source="gppd",
        document_sha256="cd" * 32,
        line=number,
    )
    return replace(plant, **changes)


NO_FIRE = Clause(
    id="no-fire",
    kind="prohibit_fire",
    article="II.3",
    words="No weapon shall be fired.",
    zone=None,
    terms={},
)
NO_STRIKE = Clause(
    id="no-strike",
    kind="prohibit_strike_on_protected_site",
    article="II.4",
    words="No power station shall be struck, nor anything within 1,000 metres of it.",
    zone=None,
    terms={"site_kinds": ("energy_infrastructure",), "site_radius_m": 1000},
)
IN_VALLEY = replace(NO_FIRE, zone="valley")
VALLEY = Zone(
    id="valley",
    name="The valley",
    polygons_e7=square(
        LONGITUDE - 1_000_000, LATITUDE - 1_000_000, LONGITUDE + 1_000_000, LATITUDE + 1_000_000
    ),
)


def agreement(
    *clauses: Clause,
    starts: tuple[Instant, ...] = (instant("signed", START),),
    ends: tuple[Instant, ...] = (instant("lapse", END),),
    zones: tuple[Zone, ...] = (VALLEY,),
    sites: tuple[Site, ...] = (),
    exemptions: tuple[Exemption, ...] = (),
) -> Agreement:
    return Agreement(
        id="small",
        title="A small truce",
        sha256="ef" * 32,
        status="in_force",
        sources=("invented",),
        parties=(Party(code="A", name="One side"), Party(code="B", name="The other side")),
        starts=starts,
        ends=ends,
        clauses=clauses,
        zones=zones,
        sites=sites,
        exemptions=exemptions,
    )


def numbers(reasons: tuple[Reason, ...], code: str) -> dict[str, object]:
    """Give the numbers of the one reason with this code."""
    (found,) = (one for one in reasons if one.code == code)
    return dict(found.numbers)


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [one.code for one in reasons]
