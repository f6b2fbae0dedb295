"""Promise 3: "The same evidence gives the same findings ... whatever the thread count, file order,
time zone or processor." Promise 1: "What nobody watched is 'not observed'."
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from fusion_worlds import (
    AREAS,
    DAY,
    DAYS,
    NOON,
    PARTIES,
    background,
    clear,
    codes,
    north,
    pixel,
    report,
    row,
    world,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.candidate import Candidate
from truceline.fusion.fuse import counts, fuse
from truceline.fusion.model import reach_s
from truceline.fusion.weights import OPEN_SOURCE_CAP, probability_ppm
from truceline.fusion.world import World
from truceline.records.canonical import record_bytes
from truceline.records.incident import Incident, Kind
from truceline.records.observation import Means, Observation, Signature
from truceline.records.units import DAY_US, E7, HOUR_US, MINUTE_US, PPM, SECOND_US
from truceline.sensors.ground import Ground
from truceline.sensors.lag import DATED_BY_DAY, MISSION_LAGS, THERMAL

QUIET_ALERTS = {"XX-1": ((DAY - 2 * DAY_US, DAY - 2 * DAY_US + HOUR_US),)}
SMALL_WORLD = (
    pixel(line=2),
    pixel(latitude=north(300), line=3),
    pixel(latitude=north(900), at_us=NOON + 3 * HOUR_US, source="firms-snpp"),
    pixel(longitude=36.4, latitude=47.2, line=4),
    report(line=2),
    report(latitude=north(1_000), line=3, signature=Signature.SHOT),
    report(longitude=34.0, latitude=49.0, line=4),
    report(longitude=34.0, latitude=49.0, line=2, source="ucdp-ged"),
    report(longitude=33.0, latitude=47.0, line=5, signature=Signature.UNDETERMINED),
)


def only(*observations: Observation, around: World | None = None) -> Incident:
    (incident,) = fuse(observations, around or world())
    return incident


def written(incidents: tuple[Incident, ...]) -> bytes:
    return b"\n".join(record_bytes(incident) for incident in incidents)


# ---------------------------------------------------------------------------------- the order
@settings(deadline=None, max_examples=25)
@given(st.permutations(SMALL_WORLD))
def test_the_order_of_observations_changes_no_byte(order: list[Observation]) -> None:
    assert written(fuse(order, world())) == written(fuse(SMALL_WORLD, world()))


def test_the_small_world_is_three_happenings() -> None:
    incidents = fuse(SMALL_WORLD, world())
    assert sorted(len(incident.observations) for incident in incidents) == [1, 2, 5]


@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from(SMALL_WORLD), max_size=4))
def test_what_stands_twice_counts_once(again: list[Observation]) -> None:
    assert written(fuse((*SMALL_WORLD, *again), world())) == written(fuse(SMALL_WORLD, world()))


def test_nothing_observed_is_no_incident() -> None:
    assert fuse((), world()) == ()


def test_incidents_come_by_the_end_of_the_interval_of_their_beginning() -> None:
    incidents = fuse(SMALL_WORLD, world())
    order = [(incident.ended_us, incident.id) for incident in incidents]
    assert order == sorted(order)


@pytest.mark.parametrize("longitude", [35.96, 179.9999, -179.9985])
def test_the_antimeridian_moves_no_fire(longitude: float) -> None:
    sides = [(longitude + turn + 180) % 360 - 180 for turn in (0.001, -0.001)]
    found = Candidate(pixels=tuple(pixel(side) for side in sides)).region
    assert found[0] == round(longitude * E7)
    assert found[2] == Candidate(pixels=(pixel(0.001), pixel(-0.001))).region[2]


# --------------------------------------------------------------------------------- the ledger
def test_the_rows_of_every_ledger_sum_exactly_to_the_probability() -> None:
    for incident in fuse(SMALL_WORLD, world()):
        total = sum(evidence.millibans for evidence in incident.evidence)
        assert incident.probability_ppm == probability_ppm(total)
        assert incident.kinds[0] == (Kind.MUNITION_EFFECTS, incident.probability_ppm)
        assert incident.evidence[0].cluster == "prior"


def test_every_cluster_counts_once_however_many_of_it_speak() -> None:
    for incident in fuse(SMALL_WORLD, world()):
        clusters = [evidence.cluster for evidence in incident.evidence]
        assert len(clusters) == len(set(clusters))
    one, three = only(report()), only(report(), report(line=3), report(line=4, source="viina"))
    assert one.probability_ppm == three.probability_ppm
    assert row(three, "news").reason.numbers == (("reports", 3), ("source", "viina"))


def test_of_several_sources_of_one_cluster_the_most_credible_counts() -> None:
    both = only(report(), report(source="ucdp-ged"))
    assert both.probability_ppm == only(report(source="ucdp-ged")).probability_ppm
    assert row(both, "news").millibans == OPEN_SOURCE_CAP


def test_each_observation_stands_in_the_row_of_its_cluster() -> None:
    incident = only(pixel(), report())
    assert row(incident, "thermal").observations == (pixel().id,)
    assert row(incident, "news").observations == (report().id,)
    assert set(incident.observations) == {pixel().id, report().id}


def test_an_incident_is_named_by_its_earliest_observation() -> None:
    early = pixel(at_us=NOON - HOUR_US, source="firms-snpp", line=9)
    assert only(pixel(), early).id == "i:" + early.id.removeprefix("o:")
    assert only(pixel(), early).observations[0] == early.id
    assert only(pixel(), report()).id == "i:" + report().id.removeprefix("o:")


@pytest.mark.parametrize("lines", [(2, 9), (9, 2)])
def test_of_two_fires_that_are_as_near_the_place_decides_and_not_the_hash(
    lines: tuple[int, int],
) -> None:
    one, other = (
        pixel(35.96 + side, line=line) for side, line in zip((-0.02, 0.02), lines, strict=True)
    )
    joined = [
        found.observations
        for found in fuse((one, other, report()), world())
        if len(found.observations) > 1
    ]
    assert joined == [(report().id, one.id)]


# ------------------------------------------------------------------------------ fire and report
def test_a_report_near_a_fire_joins_it() -> None:
    incident = only(pixel(), report(latitude=north(2_000)))
    assert codes(incident)["news"] in {"news_attached", "news_told"}
    assert incident.independent_sources == 2
    assert incident.has_physical_source


def test_a_report_30_km_off_does_not() -> None:
    incidents = fuse((pixel(), report(latitude=north(30_000))), world())
    assert [incident.independent_sources for incident in incidents] == [1, 1]
    assert sorted(incident.has_physical_source for incident in incidents) == [False, True]


def test_a_report_of_another_day_does_not() -> None:
    for day_us in (DAY - 2 * DAY_US, DAY + 2 * DAY_US):
        assert len(fuse((pixel(), report(day_us=day_us)), world())) == 2


def test_among_many_fires_that_are_there_anyway_a_report_ties_to_none() -> None:
    assert len(fuse((pixel(), report()), world(background=background(2_000)))) == 2


def test_a_report_of_the_first_day_of_the_window_ties_like_any_other() -> None:
    # Its local day begins the day before, of which no satellite document was asked for.
    first = DAYS[0]
    incident = only(pixel(at_us=first + 12 * HOUR_US), report(day_us=first))
    assert incident.independent_sources == 2


def test_the_vaguer_its_time_the_less_a_report_ties() -> None:
    # Ten days meet seven times as many unrelated fires as one and a half.
    around = world(background=background(100))
    assert len(fuse((pixel(), report()), around)) == 1
    assert len(fuse((pixel(), report(day_us=DAY - 4 * DAY_US, days=10)), around)) == 2


def test_a_report_joins_the_nearer_of_two_fires() -> None:
    far = pixel(latitude=north(5_000), line=7)
    incidents = fuse((far, pixel(), report(latitude=north(500))), world())
    joined = [incident for incident in incidents if incident.independent_sources == 2]
    assert [row(incident, "thermal").observations for incident in joined] == [(pixel().id,)]


def test_a_fire_beside_a_report_never_makes_the_report_less_credible() -> None:
    # Deep in the rear fires of the war are rare, and farmers burn; the report is what carries.
    rear = (32.0, 48.0)
    around = world(background=background(400), alerts={})
    alone = only(report(*rear), around=around)
    both = only(report(*rear), pixel(*rear), around=around)
    assert both.independent_sources == 2
    assert both.probability_ppm > alone.probability_ppm
    assert codes(both) == {
        "prior": "prior_report",
        "news": "news_told",
        "thermal": "thermal_seen",
        "alerts": "alerts_none_at_all",
    }


def test_a_report_beside_a_fire_never_makes_the_fire_less_credible() -> None:
    alone, both = only(pixel()), only(pixel(), report())
    assert both.probability_ppm > alone.probability_ppm


def test_where_satellites_did_not_look_a_report_ties_to_no_fire() -> None:
    # A fire of the day before, seen; of the report's own day no document came.
    seen = pixel(at_us=DAY - 2 * HOUR_US)
    platforms = {day_us: ("firms-noaa20", "firms-snpp") for day_us in DAYS if day_us != DAY}
    assert len(fuse((seen, report()), world(platforms=platforms))) == 2


# ----------------------------------------------------------------------- what is no incident
@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (report(radius_95_m=25_001), "a region, not a place"),
        (report(signature=Signature.UNDETERMINED), "a report of something else"),
        (report(signature=Signature.OVERFLIGHT), "something that flew over"),
        (report(signature=Signature.MOVEMENT), "a movement"),
        (report(signature=Signature.JAMMING), "jamming"),
    ],
)
def test_what_reports_no_use_of_arms_at_a_place_makes_no_incident(
    seen: Observation, why: str
) -> None:
    assert not counts(seen), why
    assert fuse((seen,), world()) == ()
    # Nor does it join one.
    assert only(pixel(), seen).observations == (pixel().id,)


def test_a_place_known_to_25_km_is_still_a_place() -> None:
    assert len(fuse((report(radius_95_m=25_000),), world())) == 1


def test_every_event_of_a_data_set_of_deadly_violence_is_one() -> None:
    assert len(fuse((report(source="ucdp-ged", signature=Signature.UNDETERMINED),), world())) == 1


def test_a_partys_report_is_a_report() -> None:
    told = replace(report(source="a-party"), means=Means.PARTY_REPORT)
    incident = only(told)
    # Of a source that nothing is known of: it weighs nothing, and satellites were silent.
    assert incident.probability_ppm < 500_000


# -------------------------------------------------------------------------- reports on their own
def test_reports_of_one_place_and_day_are_one_happening() -> None:
    assert len(fuse((report(), report(line=3)), world())) == 1
    assert len(fuse((report(), report(latitude=north(1_000), line=3)), world())) == 1
    assert len(fuse((report(), report(latitude=north(8_000), line=3)), world())) == 2
    assert len(fuse((report(), report(day_us=DAY + DAY_US, line=3)), world())) == 2


def test_a_report_alone_carries_the_silence_of_the_satellites() -> None:
    incident = only(report())
    silence = row(incident, "thermal")
    assert (silence.silent, silence.reason.code) == (True, "thermal_silent")
    assert silence.reason.numbers == (("detection_ppm", 106_000),)
    assert silence.millibans == -52
    assert (incident.independent_sources, incident.has_physical_source) == (1, False)
    assert incident.kinds[1][0] is Kind.UNDETERMINED


def test_heat_within_the_reported_place_that_ties_to_nothing_is_no_silence() -> None:
    # Near the line so much burns that no fire can be told to be the reported one.
    around = world(background=background(100_000))
    incidents = fuse((report(), pixel(latitude=north(2_000))), around)
    (told,) = (incident for incident in incidents if not incident.has_physical_source)
    beside = row(told, "thermal")
    assert (beside.reason.code, beside.millibans, beside.silent) == ("thermal_unmatched", 0, False)
    assert dict(beside.reason.numbers) == {"fires": 1}


def test_one_partys_alerts_say_nothing_of_the_others_land() -> None:
    during = pixel(36.5, at_us=DAY + 14 * HOUR_US)
    holder = only(during).held_by
    others = frozenset(set(PARTIES) - {holder})
    foreign = row(only(during, around=world(alert_issuers=others)), "alerts")
    assert (foreign.reason.code, foreign.millibans) == ("alerts_of_other_land", 0)
    own = world(
        alert_issuers=frozenset({str(holder)}),
        alerts={str(only(during).area): ((DAY + 13 * HOUR_US, DAY + 14 * HOUR_US),)},
    )
    assert row(only(during, around=own), "alerts").reason.code == "alert_during"


def test_a_report_says_whose_it_is_in_its_prior() -> None:
    assert row(only(report()), "prior").reason.numbers == (("source", "viina"),)


def test_a_report_is_placed_by_its_finest_position() -> None:
    incident = only(report(), report(latitude=north(2_000), line=3, radius_95_m=1_000))
    assert incident.place.latitude_e7 == report(latitude=north(2_000)).place.latitude_e7
    assert (incident.place.radius_95_m, incident.radius_90_m) == (1_000, 877)


# ----------------------------------------------------------------------------- not observed
def test_a_day_without_satellite_documents_is_not_observed_and_weighs_nothing() -> None:
    silence = row(only(report(), around=world(platforms={})), "thermal")
    assert silence.reason.code == "thermal_not_observed"
    assert (silence.millibans, silence.silent) == (0, False)


def test_days_without_news_are_not_observed_and_weigh_nothing() -> None:
    silence = row(only(pixel(), around=world(news_days=frozenset())), "news")
    assert silence.reason.code == "news_not_observed"
    assert (silence.millibans, silence.silent) == (0, False)
    other = frozenset({DAY - DAY_US, DAY + DAY_US})
    assert codes(only(pixel(), around=world(news_days=other)))["news"] == "news_not_observed"


def test_a_fire_that_nobody_reports_carries_that_silence() -> None:
    silence = row(only(pixel()), "news")
    assert (silence.reason.code, silence.silent, silence.millibans) == ("news_silent", True, -46)
    assert silence.reason.numbers == (("reports_nearby", 0),)


def test_reports_that_are_near_and_joined_to_no_fire_are_counted_beside_it() -> None:
    around = world(background=background(2_000))
    near, far = report(latitude=north(4_000)), report(latitude=north(60_000), line=3)
    incidents = fuse((pixel(), near, far), around)
    (fire,) = (incident for incident in incidents if incident.has_physical_source)
    assert row(fire, "news").reason.numbers == (("reports_nearby", 1),)


@pytest.mark.parametrize(
    "around",
    [
        pytest.param((world(alerts={}), "alerts_none_at_all"), id="no alert of any area"),
        pytest.param(
            (world(alerts={"XX-1": ((DAY, NOON),)}), "alerts_none_at_all"), id="none of this area"
        ),
        pytest.param(
            (world(alert_days=frozenset()), "alerts_not_observed"), id="no day was heard of"
        ),
    ],
)
def test_where_no_alerts_were_heard_they_weigh_nothing_and_say_why(
    around: tuple[World, str],
) -> None:
    silence = row(only(pixel(36.5), around=around[0]), "alerts")
    assert silence.reason.code == around[1]
    assert (silence.millibans, silence.silent) == (0, False)


def test_an_alert_during_it_speaks_for_it_and_none_against_it() -> None:
    quiet = only(pixel(34.9), around=world(alerts=QUIET_ALERTS))
    alerts = {"XX-1": ((NOON - HOUR_US, NOON - 30 * MINUTE_US),)}
    loud = only(pixel(34.9), around=world(alerts=alerts))
    assert (codes(quiet)["alerts"], codes(loud)["alerts"]) == ("alert_none", "alert_during")
    assert row(quiet, "alerts").millibans == -155
    assert row(quiet, "alerts").silent
    assert row(loud, "alerts").millibans > 0
    assert not row(loud, "alerts").silent


# -------------------------------------------------------------------------- what is prompt
def noticed(
    means: Means,
    at_us: int = NOON,
    *,
    source: str,
    line: int = 2,
    latitude: float = 48.0,
    radius_95_m: int = 300,
    signature: Signature = Signature.EXPLOSION,
) -> Observation:
    """Give what an instrument or an observer noticed as it happened."""
    seen = report(latitude=latitude, source="a-party", line=line, radius_95_m=radius_95_m)
    return replace(
        seen,
        source=source,
        means=means,
        began_us=at_us,
        ended_us=at_us,
        signatures=((signature, 900_000),),
        document_sha256=f"{sum(source.encode()) % 256:02x}" * 32,
    )


HEARD = noticed(Means.ACOUSTIC, source="array-1")
FELT = noticed(Means.SEISMIC, NOON + 4 * SECOND_US, source="station-4", radius_95_m=900)
WATCHED = noticed(
    Means.VISUAL, NOON + 60 * SECOND_US, source="patrol-2", latitude=north(300), radius_95_m=1_500
)


def test_what_was_heard_felt_and_watched_at_once_is_one_incident() -> None:
    incident = only(HEARD, FELT, WATCHED)
    assert set(incident.observations) == {HEARD.id, FELT.id, WATCHED.id}
    assert (incident.independent_sources, incident.has_physical_source) == (3, True)
    weights = [row(incident, means).millibans for means in ("acoustic", "seismic", "visual")]
    assert weights == [602, 477, 903]
    assert incident.probability_ppm == probability_ppm(
        sum(evidence.millibans for evidence in incident.evidence)
    )
    # The microphones date and place it best.
    assert incident.began_us == NOON - 6 * SECOND_US
    assert incident.ended_us == NOON + 6 * SECOND_US
    assert incident.radius_90_m == 264


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(FELT, began_us=NOON + HOUR_US, ended_us=NOON + HOUR_US), id="later"),
        pytest.param(
            noticed(Means.SEISMIC, source="station-4", latitude=north(20_000)), id="elsewhere"
        ),
    ],
)
def test_what_was_felt_at_another_time_or_place_is_another_incident(other: Observation) -> None:
    assert len(fuse((HEARD, other), world())) == 2


def test_an_observer_alone_is_no_physical_source() -> None:
    incident = only(WATCHED)
    assert (incident.independent_sources, incident.has_physical_source) == (1, False)
    assert codes(incident)["prior"] == "prior_prompt"
    assert {"thermal", "news"} <= set(codes(incident))


def test_a_fire_that_was_heard_to_begin_is_dated_by_the_microphones() -> None:
    later = pixel(at_us=NOON + HOUR_US)
    incident = only(HEARD, later)
    assert (incident.began_us, incident.ended_us) == (NOON - 6 * SECOND_US, NOON + 6 * SECOND_US)
    assert incident.independent_sources == 2
    assert incident.probability_ppm > only(later).probability_ppm


def test_a_drone_that_watched_a_fire_begin_joins_it() -> None:
    flown = noticed(Means.UAV_SHORT, source="drone-7", radius_95_m=100)
    incident = only(flown, pixel(at_us=NOON + HOUR_US))
    assert row(incident, "uav_short").observations == (flown.id,)
    assert incident.has_physical_source


def test_what_moved_or_flew_makes_no_incident_whoever_saw_it() -> None:
    flew = noticed(Means.VISUAL, source="patrol-2", signature=Signature.OVERFLIGHT)
    assert fuse((flew,), world()) == ()


def test_instruments_that_were_heard_that_day_and_did_not_tell_have_a_row_that_weighs_nothing() -> (
    None
):
    assert "acoustic" not in codes(only(pixel()))
    heard = world(prompt_days={"acoustic": frozenset(DAYS)})
    silence = row(only(pixel(), around=heard), "acoustic")
    assert (silence.reason.code, silence.millibans, silence.silent) == ("prompt_silent", 0, True)
    other = world(prompt_days={"acoustic": frozenset({DAY + 3 * DAY_US})})
    unheard = row(only(pixel(), around=other), "acoustic")
    assert (unheard.reason.code, unheard.silent) == ("prompt_not_observed", False)


# -------------------------------------------------------------------------- through a truce
@pytest.mark.parametrize(("hours", "incidents"), [(3, 1), (11, 1), (24.01, 2), (32, 2), (72, 2)])
def test_a_fire_that_nobody_saw_for_a_day_is_another_one(hours: float, incidents: int) -> None:
    """Decision 5: "A link longer than the truce ties a strike inside it to a fire before it"."""
    again = pixel(at_us=NOON + round(hours * HOUR_US), source="firms-snpp")
    assert len(fuse((pixel(), again), world())) == incidents


def test_satellites_reach_back_for_a_day_at_most() -> None:
    assert reach_s(MISSION_LAGS[THERMAL]) == 24 * 3600
    # The same place in the news of two days is two incidents: reports reach back for less.
    assert reach_s(MISSION_LAGS[DATED_BY_DAY]) < 23 * 3600


# ------------------------------------------------------------------------------------- heat
def test_a_fire_began_within_twelve_hours_before_it_was_first_seen() -> None:
    later = pixel(at_us=NOON + 20 * HOUR_US, source="firms-snpp")
    incident = only(pixel(), later)
    assert (incident.began_us, incident.ended_us) == (NOON - 12 * HOUR_US, NOON)
    assert incident.last_seen_us == later.ended_us


def test_a_fire_lies_somewhere_in_its_pixels() -> None:
    incident = only(pixel(), pixel(latitude=north(400), line=3))
    assert incident.radius_90_m == pytest.approx(200 + 400, abs=2)
    assert incident.place.radius_95_m > incident.radius_90_m


def test_a_coarse_pixel_does_not_place_a_fire_that_a_fine_one_saw() -> None:
    coarse = pixel(latitude=north(1_000), source="firms-aqua", side_m=1_000)
    assert only(pixel(), coarse).place == only(pixel()).place


def test_pixels_of_one_overpass_are_one_pass() -> None:
    incident = only(
        pixel(),
        pixel(latitude=north(400), at_us=NOON + 2 * MINUTE_US, line=3),
        pixel(latitude=north(400), at_us=NOON + 100 * MINUTE_US, line=4),
        pixel(at_us=NOON + 2 * MINUTE_US, source="firms-snpp"),
    )
    assert dict(row(incident, "thermal").reason.numbers) == {
        "detections": 4,
        "passes": 3,
        "platforms": 2,
    }


def test_more_pixels_and_passes_of_one_fire_give_no_more_weight() -> None:
    many = [pixel(at_us=NOON + n * HOUR_US, line=n) for n in range(2, 9)]
    assert only(*many).probability_ppm == only(many[0]).probability_ppm


def test_heat_at_works_that_are_always_hot_is_no_physical_source() -> None:
    around = world(background=background(sites=((35.96, 48.0),)))
    incident = only(pixel(), around=around)
    assert (incident.has_physical_source, incident.independent_sources) == (False, 0)
    assert codes(incident)["industrial_heat"] == "industrial_site"
    assert dict(row(incident, "industrial_heat").reason.numbers) == {"distance_m": 0, "months": 30}
    assert incident.probability_ppm < only(pixel()).probability_ppm
    assert incident.kinds[1][0] is Kind.INDUSTRIAL
    assert only(pixel()).kinds[1][0] is Kind.NATURAL


@pytest.mark.parametrize(
    ("metres", "industrial"),
    [pytest.param(995, True, id="within a kilometre"), pytest.param(1_010, False, id="beyond")],
)
def test_works_reach_one_kilometre(metres: float, *, industrial: bool) -> None:
    around = world(background=background(sites=((35.96, north(metres)),)))
    assert ("industrial_heat" in codes(only(pixel(), around=around))) is industrial


def test_a_fire_at_works_confirms_no_report() -> None:
    around = world(background=background(sites=((35.96, 48.0),)), alerts={})
    both, alone = only(pixel(), report(), around=around), only(report(), around=around)
    assert (both.independent_sources, both.has_physical_source) == (1, False)
    assert row(both, "thermal").millibans == 0
    # Without the satellites' silence, which it is not: 52 millibans.
    assert probability_ppm(368) == both.probability_ppm > alone.probability_ppm


def test_where_no_line_is_known_the_ledger_says_so() -> None:
    bare = world(ground=Ground(AREAS, (), PARTIES))
    incident = only(pixel(), around=bare)
    assert codes(incident)["prior"] == "prior_heat_no_line"
    assert dict(row(incident, "prior").reason.numbers) == {"background_per_1000km2_day_milli": 20}
    assert (incident.held_by, incident.line_distance_m) == (None, None)


def test_with_a_line_the_prior_shows_both_rates_and_the_distance() -> None:
    incident = only(pixel())
    numbers = dict(row(incident, "prior").reason.numbers)
    assert numbers == {
        "background_per_1000km2_day_milli": 20,
        "line_distance_m": incident.line_distance_m,
        "war_per_1000km2_day_milli": 90,
    }
    assert (incident.held_by, incident.area) == ("A", "XX-2")
    assert incident.near == "Lypivka, 3.7 km"


def test_heat_alone_never_has_two_sources() -> None:
    for rate in (5, 20, 2_000):
        found = only(pixel(), pixel(source="firms-snpp"), around=world(background=background(rate)))
        assert found.independent_sources == 1


def test_no_incident_says_who_sent_it() -> None:
    names = set(Incident.__dataclass_fields__)
    assert not {name for name in names if "launch" in name or "origin" in name or "fired" in name}


def test_clouds_weaken_a_tie() -> None:
    clear_sky, overcast = (
        only(pixel(), report(latitude=north(3_000)), around=world(clouds=clear(cover)))
        for cover in (0, PPM)
    )
    assert row(overcast, "news").millibans <= row(clear_sky, "news").millibans
