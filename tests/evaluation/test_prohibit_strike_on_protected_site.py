"""Invented article II.4: "No power station shall be struck, nor anything within 1,000 metres." """

from __future__ import annotations

import numpy as np
import pytest
from evaluation_worlds import (
    LATITUDE,
    LONGITUDE,
    NO_STRIKE,
    START,
    agreement,
    codes,
    incident,
    numbers,
    site,
)
from scipy.stats import norm

from truceline.evaluation.context import context_of
from truceline.evaluation.near_site import chances_within_ppm
from truceline.evaluation.prohibit_strike_on_protected_site import (
    prohibit_strike_on_protected_site,
)
from truceline.records.agreement import Agreement, Site
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Incident
from truceline.records.observation import Place
from truceline.records.units import PPM

TEXT = agreement(NO_STRIKE)


def found(happening: Incident, *sites: Site, known: bool = True, text: Agreement = TEXT) -> Finding:
    context = context_of(text, sites, sites_known=known)
    finding = prohibit_strike_on_protected_site(
        NO_STRIKE, text.readings[0], text, happening, context
    )
    assert isinstance(finding, Finding)
    return finding


def test_on_a_power_station_it_is_breached_and_the_station_is_named() -> None:
    finding = found(incident(), site())
    assert finding.outcome is Outcome.BREACHED
    assert codes(finding.reasons) == [
        "real_and_munition",
        "within_time",
        "everywhere",
        "on_site",
        "threshold",
    ]
    on_site = numbers(finding.reasons, "on_site")
    assert on_site["site"] == "Station 1"
    assert (on_site["distance_m"], on_site["radius_m"]) == (0, 1000)


def test_the_probability_is_the_product_of_what_is_shown() -> None:
    finding = found(incident(probability_ppm=800_000), site(east_e7=130_000))
    on_site_ppm = numbers(finding.reasons, "on_site")["probability_ppm"]
    assert isinstance(on_site_ppm, int)
    assert 0 < on_site_ppm < PPM
    assert finding.probability_ppm == round(0.8 * on_site_ppm)


def test_far_from_every_station_it_is_kept_and_the_nearest_is_named() -> None:
    finding = found(incident(), site(1, east_e7=5_000_000), site(2, east_e7=-4_000_000))
    assert finding.outcome is Outcome.KEPT
    assert finding.probability_ppm == 0
    assert numbers(finding.reasons, "no_site_near") == {"site": "Station 2", "distance_m": 29_850}


def test_without_a_register_it_is_undecided_and_never_kept() -> None:
    finding = found(incident(), known=False)
    assert finding.outcome is Outcome.UNDECIDED
    assert "sites_not_known" in codes(finding.reasons)
    assert "no_site_near" not in codes(finding.reasons)


def test_even_a_doubtful_incident_is_not_kept_without_a_register() -> None:
    assert found(incident(probability_ppm=0), known=False).outcome is Outcome.UNDECIDED


def test_a_register_without_any_site_of_the_kind_is_no_knowledge_of_them() -> None:
    finding = found(incident(), site(kind="nuclear_site"))
    assert finding.outcome is Outcome.UNDECIDED
    assert "sites_not_known" in codes(finding.reasons)


def test_other_kinds_of_site_do_not_count() -> None:
    far = site(1, east_e7=5_000_000)
    finding = found(incident(), far, site(2, kind="port"))
    assert numbers(finding.reasons, "no_site_near")["site"] == "Station 1"


def test_a_site_that_the_text_itself_lists_counts_without_a_register() -> None:
    listed = site(7, id="old-dam", name="The old dam", source="agreement")
    text = agreement(NO_STRIKE, sites=(listed,))
    finding = found(incident(), known=False, text=text)
    assert finding.outcome is Outcome.BREACHED
    assert numbers(finding.reasons, "on_site")["site"] == "The old dam"


def test_far_from_the_listed_site_another_may_be_near_that_nobody_knows() -> None:
    listed = site(7, id="old-dam", source="agreement", east_e7=5_000_000)
    finding = found(incident(), known=False, text=agreement(NO_STRIKE, sites=(listed,)))
    assert finding.outcome is Outcome.UNDECIDED
    assert codes(finding.reasons)[3:] == ["sites_not_known", "threshold"]


def test_the_most_probable_site_is_named_not_the_nearest() -> None:
    """A schematic map puts a station 300 m away, and may be kilometres off."""
    schematic = Place(longitude_e7=LONGITUDE + 40_000, latitude_e7=LATITUDE, radius_95_m=8000)
    finding = found(incident(), site(1, place=schematic), site(2, east_e7=60_000))
    assert numbers(finding.reasons, "on_site")["site"] == "Station 2"


def test_a_station_listed_twice_counts_once() -> None:
    twice = found(incident(), site(1, east_e7=130_000), site(2, east_e7=130_000))
    once = found(incident(), site(1, east_e7=130_000))
    assert twice.probability_ppm == once.probability_ppm


def test_the_order_of_the_register_does_not_matter() -> None:
    sites = [site(number, east_e7=number * 30_000) for number in range(5)]
    assert found(incident(), *sites) == found(incident(), *reversed(sites))


def test_of_two_stations_equally_far_away_the_same_is_named_in_any_order() -> None:
    east, west = site(1, east_e7=5_000_000), site(2, east_e7=-5_000_000)
    assert found(incident(), east, west) == found(incident(), west, east)


def test_before_the_start_it_does_not_apply_whatever_is_known_of_sites() -> None:
    early = incident(began_us=START - 2, ended_us=START - 1)
    context = context_of(TEXT, (), sites_known=False)
    answer = prohibit_strike_on_protected_site(NO_STRIKE, TEXT.readings[0], TEXT, early, context)
    assert isinstance(answer, NotApplicable)
    assert answer.reason.code == "before_start"


def within(apart_m: int, radius_m: int, sigma_m: float) -> int:
    (chance_ppm,) = chances_within_ppm(np.array([apart_m]), radius_m, np.array([sigma_m]))
    return chance_ppm


@pytest.mark.parametrize(
    ("apart_m", "radius_m", "sigma_m", "chance_ppm"),
    [
        pytest.param(0, 2146, 1000.0, 900_007, id="the 90 % radius of a circular Gaussian"),
        pytest.param(0, 1000, 1.0, PPM, id="right on it"),
        pytest.param(5000, 1000, 1.0, 0, id="surely off it"),
    ],
)
def test_chance_within(apart_m: int, radius_m: int, sigma_m: float, chance_ppm: int) -> None:
    assert within(apart_m, radius_m, sigma_m) == chance_ppm


def test_a_wide_disc_seen_from_near_its_edge_is_a_half_plane() -> None:
    exact_ppm = float(norm.cdf(1.0)) * PPM
    assert within(99_900, 100_000, 100.0) == pytest.approx(exact_ppm, abs=200)
