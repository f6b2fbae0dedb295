"""Every incident meets every clause under every reading, and no party is treated differently."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib.resources import files

import pytest
from evaluation_worlds import (
    END,
    IN_VALLEY,
    LATITUDE,
    LONGITUDE,
    NO_FIRE,
    NO_STRIKE,
    START,
    VALLEY,
    agreement,
    codes,
    incident,
    instant,
    site,
)

from truceline.agreement.read import read_agreement
from truceline.evaluation.judge import judge
from truceline.records.agreement import Agreement, Clause, Exemption, MultiPolygon, Site
from truceline.records.canonical import record_bytes
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Incident
from truceline.records.observation import Place
from truceline.records.units import DAY_US, HOUR_US

ACCESS = Clause(
    id="access",
    kind="monitor_access",
    article="II.5",
    words="Monitors shall go where they wish.",
    zone=None,
    terms={},
)


def many() -> list[Incident]:
    """Give 40 incidents of all sorts, the same every time."""
    chance = random.Random(7)  # noqa: S311 - a world for a test
    return [
        incident(
            id=f"i:{number:064x}:1",
            place=Place(
                longitude_e7=LONGITUDE + chance.randint(-1_500_000, 1_500_000),
                latitude_e7=LATITUDE + chance.randint(-1_500_000, 1_500_000),
                radius_95_m=1140,
            ),
            radius_90_m=1000,
            began_us=(began := START + chance.randint(-12, 60) * HOUR_US),
            ended_us=began + chance.randint(0, 6) * HOUR_US,
            probability_ppm=chance.choice([20_000, 400_000, 980_000, 1_000_000]),
            held_by=chance.choice(["A", "B", None]),
        )
        for number in range(40)
    ]


def some_sites() -> tuple[Site, ...]:
    return tuple(site(number, east_e7=number * 300_000 - 900_000) for number in range(6))


TEXT = agreement(
    IN_VALLEY,
    replace(NO_STRIKE, zone="valley"),
    ACCESS,
    starts=(instant("early", START, START + DAY_US), instant("late", START + DAY_US)),
    exemptions=(
        Exemption(
            id="demolition",
            clauses=("no-fire",),
            words="Demolition is permitted.",
            zone="valley",
            from_us=START + 2 * HOUR_US,
            until_us=START + 9 * HOUR_US,
        ),
    ),
)


def test_every_incident_meets_every_clause_under_every_reading_once() -> None:
    findings, not_applicable = judge(many(), TEXT, some_sites(), sites_known=True)
    ids = [*(one.id for one in findings), *(one.id for one in not_applicable)]
    assert len(ids) == len(set(ids)) == 40 * 3 * 2


def test_all_sorts_of_answer_come_up_in_this_world() -> None:
    findings, not_applicable = judge(many(), TEXT, some_sites(), sites_known=True)
    assert {finding.outcome for finding in findings} == set(Outcome)
    assert {one.reason.code for one in not_applicable} >= {
        "before_start",
        "after_end",
        "outside_zone",
        "no_rule",
    }


def test_a_type_without_a_rule_does_not_apply_and_names_itself() -> None:
    _, not_applicable = judge([incident()], agreement(ACCESS), (), sites_known=True)
    assert [dict(one.reason.numbers) for one in not_applicable] == [{"kind": "monitor_access"}]
    assert [one.reason.code for one in not_applicable] == ["no_rule"]


def test_the_order_of_what_comes_in_does_not_matter() -> None:
    happenings, sites = many(), some_sites()
    forward = judge(happenings, TEXT, sites, sites_known=True)
    assert forward == judge(happenings[::-1], TEXT, sites[::-1], sites_known=True)
    began_us = {one.id: one.began_us for one in happenings}
    order = [(began_us[finding.incident], finding.incident) for finding in forward[0]]
    assert order == sorted(order)


def test_what_comes_out_can_be_signed() -> None:
    findings, not_applicable = judge(many(), TEXT, some_sites(), sites_known=True)
    assert all(record_bytes(one) for one in (*findings, *not_applicable))


# -------------------------------------------------------------------- mirrored worlds
AXIS = 2 * LONGITUDE


def mirrored_place(place: Place) -> Place:
    return replace(place, longitude_e7=AXIS - place.longitude_e7)


def mirrored_area(polygons: MultiPolygon) -> MultiPolygon:
    return tuple(
        tuple(tuple((AXIS - longitude, latitude) for longitude, latitude in ring) for ring in rings)
        for rings in polygons
    )


def mirrored_incident(happening: Incident) -> Incident:
    swapped = {"A": "B", "B": "A", None: None}[happening.held_by]
    return replace(happening, place=mirrored_place(happening.place), held_by=swapped)


def mirrored_agreement(text: Agreement) -> Agreement:
    zones = tuple(replace(zone, polygons_e7=mirrored_area(zone.polygons_e7)) for zone in text.zones)
    return replace(text, zones=zones, parties=text.parties[::-1])


@pytest.mark.parametrize("known", [True, False])
def test_a_mirrored_world_gives_the_same_findings(known: bool) -> None:
    """Parties swapped, land and sites reflected east to west: not a digit changes."""
    lopsided = replace(
        VALLEY,
        polygons_e7=(
            (
                (
                    (LONGITUDE - 1_200_000, LATITUDE - 1_000_000),
                    (LONGITUDE + 700_000, LATITUDE - 900_000),
                    (LONGITUDE + 300_000, LATITUDE + 1_100_000),
                    (LONGITUDE - 1_200_000, LATITUDE - 1_000_000),
                ),
            ),
        ),
    )
    text = replace(TEXT, zones=(lopsided,))
    sites = some_sites()
    plain = judge(many(), text, sites, sites_known=known)
    mirror = judge(
        [mirrored_incident(one) for one in many()],
        mirrored_agreement(text),
        tuple(replace(one, place=mirrored_place(one.place)) for one in sites),
        sites_known=known,
    )
    assert plain == mirror
    assert any("within_zone" in codes(finding.reasons) for finding in plain[0])


def test_who_held_the_ground_changes_nothing() -> None:
    by_a = judge([incident(held_by="A")], agreement(NO_FIRE), (), sites_known=True)
    assert by_a == judge([incident(held_by="B")], agreement(NO_FIRE), (), sites_known=True)
    assert by_a == judge([incident(held_by=None)], agreement(NO_FIRE), (), sites_known=True)


# ----------------------------------------------------------------- the shipped agreements
def shipped(name: str) -> Agreement:
    document = (files("truceline") / "agreements" / f"{name}.toml").read_bytes()
    return read_agreement(document, f"{name}.toml")


MARCH_22 = 1_742_601_600_000_000  # 2025-03-22T00:00:00Z
APRIL_12_2026 = 1_775_952_000_000_000  # 2026-04-12T00:00:00Z


def at(began_us: int) -> Incident:
    return incident(began_us=began_us, ended_us=began_us + HOUR_US)


def answers(happening: Incident) -> dict[str, Finding | NotApplicable]:
    """Give the answer on the moratorium's first clause by reading."""
    text = shipped("energy-moratorium-2025")
    findings, not_applicable = judge([happening], text, (site(),), sites_known=True)
    both: list[Finding | NotApplicable] = [*findings, *not_applicable]
    return {one.reading: one for one in both if one.clause == "energy-infrastructure"}


def test_on_22_march_2025_the_moratorium_bound_by_russias_reading_alone() -> None:
    """ "strikes on energy infrastructure", from 18 March or from 25 March, as they dispute."""
    by_reading = answers(at(MARCH_22))
    first, second = by_reading["18-march"], by_reading["25-march"]
    assert isinstance(first, Finding)
    assert first.outcome is Outcome.BREACHED
    assert isinstance(second, NotApplicable)
    assert second.reason.code == "before_start"


def test_on_26_march_2025_it_bound_by_both_readings() -> None:
    by_reading = answers(at(MARCH_22 + 4 * DAY_US))
    assert all(isinstance(one, Finding) for one in by_reading.values())


def test_in_april_2026_the_moratorium_is_over() -> None:
    by_reading = answers(at(APRIL_12_2026))
    assert [one.reason.code for one in by_reading.values() if isinstance(one, NotApplicable)] == [
        "after_end",
        "after_end",
    ]


def test_on_12_april_2026_the_easter_truce_bound() -> None:
    findings, _ = judge([at(APRIL_12_2026)], shipped("easter-2026"), (), sites_known=False)
    assert [finding.outcome for finding in findings] == [Outcome.BREACHED]


def test_the_last_instant_of_the_truce_is_bound_and_the_next_is_not() -> None:
    text = agreement(NO_FIRE)
    last, after = (incident(began_us=one, ended_us=one) for one in (END - 1, END))
    findings, not_applicable = judge([last, after], text, (), sites_known=True)
    assert (len(findings), len(not_applicable)) == (1, 1)
