"""A debrief counts what was found, what was not and why, and what was believed too readily."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from truceline.records.units import DAY_US, E7, HOUR_US, day_start_us, moment_of
from truceline.simulate.debrief import (
    FATES,
    Answer,
    Breach,
    Truth,
    TruthError,
    compare,
    read_truth,
)
from truceline.simulate.debrief_page import debrief_sheet, summary
from truceline.simulate.families import FAMILIES
from truceline.simulate.sheet import html, markdown
from truceline.simulate.words import LANGUAGES

DAY = day_start_us(moment_of(20_167 * DAY_US).date())  # 20 March 2025
NOON_US = DAY + 12 * HOUR_US
SHA256 = "ab" * 32
KILOMETRE_E7 = round(E7 / 111.195)
CELL_E7 = E7 // 4


def row(line: int) -> str:
    return f"o:{SHA256}:{line}"


INCIDENTS = """\
id,began,longitude,latitude,kind,party,rounds,area,held_by,staged,hushed
t1,2025-03-20T12:00:00Z,36.00000,48.00000,artillery,UA,1,UA-14,RU,0,0
t2,2025-03-20T18:00:00Z,36.00000,48.50000,mortar,RU,1,UA-14,UA,0,0
t3,2025-03-21T18:00:00Z,36.00000,49.00000,mortar,RU,1,UA-14,UA,1,0
"""
CAUSES = f"""\
document,sha256,line,cause,incident,fate,inject
firms/a.csv,{SHA256},2,incident,t1,,
firms/a.csv,{SHA256},3,farm_fire,,,
firms/a.csv,{SHA256},4,incident,t2,,
labels/viina.csv,{SHA256},5,rumour,,,j01
labels/air_raid.csv,{SHA256},6,incident,t3,,
claims/claims.csv,{SHA256},7,claim,,,j02
claims/claims.csv,{SHA256},8,claim,,,j03
"""
HEAD = "id,at,kind,sender,to,document,line,incidents,party,town,about,count,true\n"
INJECTS = HEAD + "\n".join(
    f"{name},{at}Z,{kind},{sender},duty,{document},{line},{incidents},{party},A,{about}Z,{count},0"
    for name, at, about, kind, sender, document, line, incidents, party, count in (
        ("j01", "2025-03-20T12:00:00", "2025-03-20T12:00:00", "rumour", "press",
         "labels/viina.csv", "5", "", "", "7"),
        ("j02", "2025-03-20T19:00:00", "2025-03-20T07:00:00", "party_claim", "RU",
         "claims/claims.csv", "7", "t1", "UA", "9"),
        ("j03", "2025-03-21T19:30:00", "2025-03-21T17:00:00", "staged_claim", "RU",
         "claims/claims.csv", "8", "t3", "UA", "1"),
        ("j04", "2025-03-20T20:00:00", "2025-03-20T18:00:00", "hotline_call", "resident",
         "", "", "t2", "", ""),
        ("j05", "2025-03-21T06:00:00", "2025-03-20T00:00:00", "withheld_file", "provider",
         "firms/b.csv", "", "", "", "1"),
        ("j06", "2025-03-21T07:00:00", "2025-03-20T00:00:00", "malformed_file", "provider",
         "firms/c.csv", "", "", "", "1"),
        ("j07", "2025-03-23T09:00:00", "2025-03-20T00:00:00", "late_file", "provider",
         "firms/d.csv", "", "", "", "1"),
        ("j08", "2025-03-23T10:00:00", "2025-03-22T10:00:00", "clarification", "guarantor",
         "", "", "", "UA", ""),
    )
)  # fmt: skip


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    """Give a truth of three incidents: two left a row, the third only an alert."""
    facts = {"start": "2025-03-20", "days": 7, "family": {"name": "truce"}, "side": "RU"}
    (tmp_path / "exercise.json").write_text(json.dumps(facts))
    (tmp_path / "incidents.csv").write_text(INCIDENTS)
    (tmp_path / "observations.csv").write_text(CAUSES)
    (tmp_path / "injects.csv").write_text(INJECTS)
    return read_truth(tmp_path)


def told(
    name: str = "i:1",
    *observations: str,
    north_km: float = 0.0,
    later_h: float = 0.0,
    probability_ppm: int = 800_000,
    held_by: str | None = "RU",
) -> dict[str, Any]:
    began = NOON_US + round(later_h * HOUR_US)
    return {
        "id": name,
        "place": {
            "longitude_e7": 36 * E7,
            "latitude_e7": 48 * E7 + round(north_km * KILOMETRE_E7),
            "radius_95_m": 500,
        },
        "began_us": began,
        "ended_us": began + HOUR_US,
        "probability_ppm": probability_ppm,
        "held_by": held_by,
        "observations": list(observations),
    }


def looked(south_e7: int, day_us: int, detection_ppm: int | None) -> dict[str, Any]:
    return {
        "cell": {
            "west_e7": 36 * E7,
            "east_e7": 36 * E7 + CELL_E7,
            "south_e7": south_e7,
            "north_e7": south_e7 + CELL_E7,
        },
        "began_us": day_us,
        "detection_ppm": detection_ppm,
    }


READ = {row(line): "firms-snpp" for line in (2, 3, 4)} | {row(5): "viina"}


def answer(*incidents: dict[str, Any], **more: Any) -> Answer:  # noqa: ANN401 - any field of Answer
    coverage = [looked(48 * E7, DAY, 100_000), looked(49 * E7, DAY + DAY_US, None)]
    return Answer(**{"incidents": incidents, "coverage": coverage, "observations": READ} | more)


def fates(result: dict[str, Any], held_by: str) -> dict[str, int]:
    (land,) = (one for one in result["lands"] if one["held_by"] == held_by)
    return {fate: land[fate] for fate in FATES if land[fate]}


def land_of(result: dict[str, Any], held_by: str | None) -> dict[str, Any]:
    return next(one for one in result["lands"] if one["held_by"] == held_by)


def outcome(result: dict[str, Any], inject: str) -> dict[str, Any]:
    return next(one for one in result["injects"] if one["id"] == inject)


# --------------------------------------------------------------------- what became of each
def test_each_true_incident_has_one_fate(truth: Truth) -> None:
    result = compare(truth, answer(told("i:1", row(2))), ())
    assert fates(result, "RU") == {"found": 1}
    assert fates(result, "UA") == {"not_joined": 1, "not_observed": 1}


@pytest.mark.parametrize(
    ("probability_ppm", "fate"),
    [
        pytest.param(500_000, "found", id="one half is reported"),
        pytest.param(499_999, "below", id="less is not"),
    ],
)
def test_one_half_is_reported(truth: Truth, probability_ppm: int, fate: str) -> None:
    said = answer(told("i:1", row(2), probability_ppm=probability_ppm))
    assert fates(compare(truth, said, ()), "RU") == {fate: 1}


def test_two_true_incidents_in_one_are_merged_and_count_once(truth: Truth) -> None:
    result = compare(truth, answer(told("i:1", row(2), row(4))), ())
    assert fates(result, "RU") == {"found": 1}
    assert fates(result, "UA") == {"merged": 1, "not_observed": 1}


def test_one_true_incident_told_twice_is_found_once(truth: Truth) -> None:
    result = compare(truth, answer(told("i:1", row(2)), told("i:2", row(2))), ())
    assert fates(result, "RU") == {"found": 1}
    assert land_of(result, "RU")["told_twice"] == 1


def test_a_party_on_whose_land_nothing_happened_is_told_of_too(truth: Truth) -> None:
    one_land = replace(truth, incidents=truth.incidents[:1])  # by UA, on the land of RU
    causes = tuple(one for one in truth.causes if one["incident"] in {"", "t1"})
    said = answer(told("i:1", row(2)), told("i:2", row(3), held_by="UA"))
    result = compare(replace(one_land, causes=causes, injects=()), said, ())
    true = {one["party"]: one["true"] for one in result["parties"] if not one["staged"]}
    assert true == {"RU": 0, "UA": 1}
    assert land_of(result, "UA")["false"] == {"farm_fire": 1}


def test_what_was_withheld_is_not_missed(truth: Truth) -> None:
    causes = [{**dict(one), "fate": "withheld"} for one in truth.causes]
    result = compare(replace(truth, causes=tuple(causes)), answer(), ())
    assert fates(result, "RU") == {"withheld": 1}
    assert fates(result, "UA") == {"withheld": 1, "not_observed": 1}


def test_news_that_a_side_withheld_are_not_missed(truth: Truth) -> None:
    incidents = tuple({**dict(one), "hushed": "1"} for one in truth.incidents)
    result = compare(replace(truth, incidents=incidents), answer(), ())
    assert fates(result, "RU") == {"not_joined": 1}
    assert fates(result, "UA") == {"not_joined": 1, "withheld": 1}


def test_swapping_the_parties_swaps_the_debrief(truth: Truth) -> None:
    swap = {"RU": "UA", "UA": "RU"}
    incidents = tuple(
        {**dict(one), "party": swap[one["party"]], "held_by": swap[one["held_by"]]}
        for one in truth.incidents
    )
    said = [told("i:1", row(2)), told("i:2", row(3), held_by="UA"), told("i:3", row(4))]
    here = compare(truth, answer(*said), ())
    there = compare(
        replace(truth, incidents=incidents),
        answer(*({**one, "held_by": swap[one["held_by"]]} for one in said)),
        (),
    )
    for table, key in (("lands", "held_by"), ("parties", "party")):
        swapped = [{**one, key: swap.get(one[key])} for one in here[table]]
        assert sorted(map(str, swapped)) == sorted(map(str, there[table]))
    assert here["calibration"] == there["calibration"]
    assert here["places"] == there["places"]


def test_looked_and_missed_is_not_nobody_looked(truth: Truth) -> None:
    causes = tuple(one for one in truth.causes if not one["incident"])
    here = replace(truth, causes=causes)
    assert fates(compare(here, answer(), ()), "RU") == {"missed": 1}
    assert fates(compare(here, answer(coverage=()), ()), "RU") == {"not_observed": 1}


def test_coverage_stands_beside_each_count(truth: Truth) -> None:
    result = compare(truth, answer(), ())
    land = land_of(result, "RU")
    assert (land["watched"], land["unwatched"], land["detection_ppm"]) == (1, 0, 100_000)
    assert land_of(result, "UA")["detection_ppm"] is None
    for table in ("lands", "kinds", "parties", "clauses"):
        assert all({"watched", "unwatched", "detection_ppm"} <= set(one) for one in result[table])


def test_no_figure_is_added_up_over_the_sides(truth: Truth) -> None:
    result = compare(truth, answer(told("i:1", row(2))), ())
    counts = [one["true"] for one in result["lands"]]
    assert counts == [1, 2, 0]
    assert all("true" not in table for table in (result["calibration"], result["places"]))


# -------------------------------------------------------------------------- false reports
def test_a_field_near_a_strike_is_no_strike(truth: Truth) -> None:
    result = compare(truth, answer(told("i:1", row(3), north_km=1)), ())
    assert fates(result, "RU") == {"not_joined": 1}
    assert land_of(result, "RU")["false"] == {"farm_fire": 1}
    assert result["calibration"]["brier_ppm"] == 640_000


@pytest.mark.parametrize(
    ("north_km", "later_h", "found"),
    [
        pytest.param(4.9, 0.0, 1, id="within 5 km"),
        pytest.param(5.1, 0.0, 0, id="beyond 5 km"),
        pytest.param(0.0, 23.9, 1, id="within 24 hours"),
        pytest.param(0.0, 24.1, 0, id="too late"),
        pytest.param(0.0, -24.9, 1, id="its end is within 24 hours"),
        pytest.param(0.0, -25.1, 0, id="too early"),
    ],
)
def test_who_answers_without_documents_is_matched_by_place_and_time(
    truth: Truth, north_km: float, later_h: float, found: int
) -> None:
    result = compare(truth, answer(told("i:1", north_km=north_km, later_h=later_h)), ())
    assert land_of(result, "RU")["found"] == found
    assert land_of(result, "RU")["false"] == ({} if found else {"nothing": 1})


def test_the_order_of_incidents_changes_nothing(truth: Truth) -> None:
    incidents = [told("i:1", row(2)), told("i:2", row(4), later_h=6), told("i:3", row(3))]
    assert compare(truth, answer(*incidents), ()) == compare(truth, answer(*incidents[::-1]), ())


# -------------------------------------------------------------------------------- clauses
def test_findings_are_held_against_true_breaches_by_party(truth: Truth) -> None:
    breaches = [
        Breach(incident=name, agreement="a", clause="c", reading="r") for name in ("t1", "t2")
    ]
    findings = [
        {"incident": "i:1", "agreement": "a", "clause": "c", "reading": "r", "outcome": "breached"},
        {"incident": "i:2", "agreement": "a", "clause": "c", "reading": "r", "outcome": "breached"},
    ]
    said = answer(told("i:1", row(2)), told("i:2", row(3)), findings=findings)
    by_party = {one["party"]: one for one in compare(truth, said, breaches)["clauses"]}
    assert (by_party["UA"]["true"], by_party["UA"]["breached"]) == (1, 1)
    assert (by_party["RU"]["true"], by_party["RU"]["no_incident"]) == (1, 1)
    # The field was called a breach; it lies on the land of RU, which names nobody.
    assert by_party["RU"]["wrongly_breached_on_its_land"] == 1
    assert by_party["UA"]["wrongly_breached_on_its_land"] == 0


def test_a_wrong_name_is_counted_apart_from_undetermined(truth: Truth) -> None:
    incidents = [told("i:1", row(2)), told("i:2", row(4))]
    names = [
        {"incident": "i:1", "outcome": "RU"},
        {"incident": "i:2", "outcome": "undetermined"},
    ]
    result = compare(truth, answer(*incidents, attributions=names), ())
    by_party = {(one["party"], one["staged"]): one for one in result["parties"]}
    assert by_party["UA", False]["named_wrong"] == 1
    assert by_party["RU", False]["undetermined"] == 1
    assert by_party["RU", True]["found"] == 0


# -------------------------------------------------------------------------------- injects
def test_a_rumour_is_believed_held_back_or_not_read(truth: Truth) -> None:
    believed = compare(truth, answer(told("i:1", row(5))), ())
    assert outcome(believed, "j01")["outcome"] == "believed"
    assert outcome(believed, "j01")["probability_ppm"] == 800_000
    doubted = compare(truth, answer(told("i:1", row(5), probability_ppm=1)), ())
    assert outcome(doubted, "j01")["outcome"] == "held_back"
    merged = compare(truth, answer(told("i:1", row(5), row(2))), ())
    assert outcome(merged, "j01")["outcome"] == "merged"
    unread = compare(truth, answer(observations={}), ())
    assert outcome(unread, "j01")["outcome"] == "not_read"


def test_claims_are_logged_and_staged_strikes_named_or_not(truth: Truth) -> None:
    said = compare(truth, answer(claims=frozenset({f"c:{SHA256}:7"})), ())
    assert (outcome(said, "j02")["claimed"], outcome(said, "j02")["true"]) == (9, 1)
    assert outcome(said, "j02")["outcome"] == "logged"
    assert outcome(said, "j03")["outcome"] == "not_observed"
    there = told("i:1", north_km=111.195, later_h=30)
    for name, wanted in (("RU", "found"), ("UA", "believed"), ("undetermined", "held_back")):
        names = [{"incident": "i:1", "outcome": name}]
        result = compare(truth, answer(there, attributions=names), ())
        assert outcome(result, "j03")["outcome"] == wanted


def test_faulty_files_are_noticed_or_overlooked(truth: Truth) -> None:
    nothing = compare(truth, answer(), ())
    files = ("j05", "j06", "j07")
    assert {outcome(nothing, name)["outcome"] for name in files} == {"overlooked"}
    documents = [
        {"name": "firms/c.csv", "foreign": "no table", "received_us": None},
        {"name": "firms/d.csv", "foreign": "", "received_us": DAY + 3 * DAY_US},
    ]
    sources = [{"source": "firms-snpp", "days_missing": ["2025-03-20"]}]
    seen = compare(truth, answer(documents=documents, sources=sources), ())
    assert {outcome(seen, name)["outcome"] for name in files} == {"noticed"}
    assert outcome(seen, "j08")["outcome"] == "spoken"
    assert outcome(seen, "j04")["outcome"] == "not_joined"


def test_a_source_is_worth_what_only_it_knew(truth: Truth) -> None:
    read = {row(2): "one", row(4): "one", row(3): "two"}
    result = compare(truth, answer(observations=read), ())
    one, two = result["sensors"]
    assert (one["rows"], one["from_true"], one["incidents"], one["only_it"]) == (2, 2, 2, 2)
    assert (two["rows"], two["from_true"], two["incidents"], two["only_it"]) == (1, 0, 0, 0)


# ------------------------------------------------------------------------------- the page
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_result_can_be_told_in_every_language(
    truth: Truth, language: str, family: str
) -> None:
    facts = {**truth.facts, "family": {"name": family}}
    said = answer(told("i:1", row(2)), told("i:2", row(3)), claims=frozenset({f"c:{SHA256}:7"}))
    for result in (
        compare(replace(truth, facts=facts), said, ()),
        compare(replace(truth, facts=facts), answer(), ()),
    ):
        sheet = debrief_sheet(result, language)
        assert "{" not in markdown(sheet)
        assert html(sheet).count("<h2>") == 10
        assert all(sentence in markdown(sheet) for sentence in summary(result, language))


def test_a_folder_without_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="holds no truth of an exercise"):
        read_truth(tmp_path)
