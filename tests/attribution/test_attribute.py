"""Heat says where something arrived, never who sent it: so far nobody can be named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from truceline.attribution.attribute import attribute
from truceline.records.attribution import Unattributed
from truceline.records.canonical import record_bytes
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Place
from truceline.records.reason import reason
from truceline.records.units import PPM

SEEN = "o:" + "ab" * 32 + ":17"
HEAT = Evidence(
    cluster="thermal", millibans=600, reason=reason("thermal_seen"), observations=(SEEN,)
)
INCIDENT = Incident(
    id="i:" + "ab" * 32 + ":17",
    revision=3,
    stage=Stage.AUTO1,
    supersedes=(),
    place=Place(longitude_e7=370_000_000, latitude_e7=480_000_000, radius_95_m=570),
    radius_90_m=500,
    area="UA-14",
    near="",
    held_by="A",
    line_distance_m=300,
    began_us=0,
    ended_us=1,
    last_seen_us=1,
    probability_ppm=PPM,
    kinds=((Kind.MUNITION_EFFECTS, PPM),),
    count_low=1,
    count_high=None,
    independent_sources=2,
    has_physical_source=True,
    evidence=(HEAT,),
    observations=(SEEN,),
)


@pytest.mark.parametrize(
    ("sources", "reasons"),
    [
        pytest.param(
            1,
            (Unattributed.NO_PHYSICAL_EVIDENCE, Unattributed.DEPENDENT_SOURCES_ONLY),
            id="all evidence is one cluster",
        ),
        pytest.param(
            0,
            (Unattributed.NO_PHYSICAL_EVIDENCE, Unattributed.DEPENDENT_SOURCES_ONLY),
            id="no cluster speaks for it at all",
        ),
        pytest.param(2, (Unattributed.NO_PHYSICAL_EVIDENCE,), id="two independent clusters"),
        pytest.param(5, (Unattributed.NO_PHYSICAL_EVIDENCE,), id="five of them name no direction"),
    ],
)
def test_it_is_undetermined_for_true_reasons(
    sources: int, reasons: tuple[Unattributed, ...]
) -> None:
    attribution = attribute(replace(INCIDENT, independent_sources=sources))
    assert attribution.outcome == "undetermined"
    assert attribution.reasons == reasons


def test_it_names_the_incident_and_its_revision() -> None:
    attribution = attribute(INCIDENT)
    assert (attribution.incident, attribution.revision) == (INCIDENT.id, 3)


@pytest.mark.parametrize("held_by", ["A", "B", None])
@pytest.mark.parametrize("line_distance_m", [0, 90_000, None])
def test_who_held_the_ground_and_how_near_the_line_was_say_nothing_of_who_fired(
    held_by: str | None, line_distance_m: int | None
) -> None:
    elsewhere = replace(INCIDENT, held_by=held_by, line_distance_m=line_distance_m)
    assert attribute(elsewhere) == attribute(INCIDENT)


def test_nothing_that_leaves_the_room_holds_a_coordinate() -> None:
    written = record_bytes(attribute(INCIDENT))
    assert b"_e7" not in written
    assert b"370000000" not in written
