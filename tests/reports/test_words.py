"""The words: the same sentences in every language, numbers written the same way everywhere."""

import ast
import csv
import json
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

import truceline
from truceline.records.attribution import Unattributed
from truceline.records.coverage import CoverageState
from truceline.records.finding import Outcome
from truceline.records.incident import Kind, Stage
from truceline.records.observation import Means
from truceline.records.reason import reason
from truceline.records.units import PPM
from truceline.reports.words import (
    LANGUAGES,
    WordsError,
    instant,
    interval,
    load_words,
    placeholders,
)

HOUSE = Path(truceline.__file__).parent
CLAIMS = HOUSE.parents[2] / "shared" / "data" / "claims" / "claims.csv"
NARROW = "\xa0"

# Codes of the reasons that fusion and evaluation give, with the numbers beside them.
REASONS = {
    "prior_heat": {
        "war_per_1000km2_day_milli",
        "background_per_1000km2_day_milli",
        "line_distance_m",
    },
    "prior_heat_no_line": {"background_per_1000km2_day_milli"},
    "prior_report": {"source"},
    "thermal_seen": {"detections", "platforms", "passes"},
    "thermal_silent": {"detection_ppm"},
    "thermal_not_observed": set(),
    "news_attached": {"reports", "distance_m"},
    "news_told": {"reports", "source"},
    "news_silent": {"reports_nearby"},
    "news_not_observed": set(),
    "alert_during": {"area", "base_ppm"},
    "alert_none": {"area", "base_ppm"},
    "alerts_not_observed": set(),
    "industrial_site": {"distance_m", "months"},
    "thermal_unmatched": {"fires"},
    "alerts_of_other_land": set(),
    "alerts_none_at_all": {"area"},
    "prior_prompt": set(),
    "acoustic_noticed": {"observations", "sources"},
    "seismic_noticed": {"observations", "sources"},
    "visual_noticed": {"observations", "sources"},
    "uav_short_noticed": {"observations", "sources"},
    "prompt_silent": set(),
    "prompt_not_observed": set(),
    "why_begins": {"new_ppm", "other_ppm"},
    "why_parted": {"distance_m"},
    "why_twice": set(),
    "why_joined": {
        "share_ppm",
        "other_ppm",
        "new_ppm",
        "distance_m",
        "sigmas_milli",
        "hours_milli",
        "usual_milli",
    },
    "why_joined_prompt": {
        "share_ppm",
        "other_ppm",
        "new_ppm",
        "distance_m",
        "sigmas_milli",
        "seconds_milli",
        "usual_milli",
    },
    "apart_place": {"distance_m", "sigmas_milli"},
    "apart_time": {"distance_m", "hours_milli"},
    "apart_new": {"distance_m", "share_ppm", "chosen_ppm"},
    "apart_other": {"distance_m", "share_ppm", "chosen_ppm"},
    "apart_anyway": {"distance_m"},
    "change_alone": {"cluster"},
    "change_without": {"cluster", "probability_ppm"},
    "change_without_silence": {"cluster", "probability_ppm"},
    "change_word_silent": {"cluster", "probability_ppm"},
    "change_word_unheard": {"cluster", "probability_ppm"},
    "real_and_munition": {"probability_ppm"},
    "within_time": {"probability_ppm", "from_us", "until_us", "began_us", "ended_us"},
    "within_zone": {"probability_ppm", "zone"},
    "everywhere": set(),
    "on_site": {"probability_ppm", "site", "distance_m", "radius_m"},
    "no_site_near": {"site", "distance_m"},
    "sites_not_known": set(),
    "threshold": {"breached_from_ppm", "kept_up_to_ppm", "probability_ppm"},
    "needs_independent": {"independent_sources", "needed"},
    "needs_physical": set(),
    "before_start": {"from_us", "ended_us"},
    "after_end": {"until_us", "began_us"},
    "outside_zone": {"zone", "distance_m"},
    "exempted": {"exemption"},
    "no_rule": {"kind"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_holds_the_same_keys(language: str) -> None:
    assert set(load_words(language)) == set(load_words("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_asks_for_the_same_numbers(language: str) -> None:
    words, english = load_words(language), load_words("en")
    different = [key for key in words if placeholders(words[key]) != placeholders(english[key])]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_left_in_english(language: str) -> None:
    words, english = load_words(language), load_words("en")
    assert [key for key in words if not words[key].strip()] == []
    if language != "en":
        same = {key for key in words if words[key] == english[key]}
        assert {key for key in same if not key.startswith("unit.percent")} <= {"reason.other"} | {
            key for key in same if key == "report.sha256"
        }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_sentence_for_its_numbers(language: str, code: str) -> None:
    assert placeholders(load_words(language)[f"reason.{code}"]) == REASONS[code]


def test_every_reason_that_a_room_writes_has_words() -> None:
    written = {
        node.args[0].value
        for room in ("fusion", "evaluation")
        for file in (HOUSE / room).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "reason"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    assert written
    assert {f"reason.{code}" for code in written} <= set(load_words("en"))


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("outcome", [*(one.value for one in Outcome), "not_applicable"]),
        ("coverage_state", [one.value for one in CoverageState]),
        ("means", [one.value for one in Means]),
        ("kind", [one.value for one in Kind]),
        ("stage", [one.value for one in Stage]),
        ("unattributed", [one.value for one in Unattributed]),
        ("cluster", ["prior", "thermal", "news", "alerts", "industrial_heat"]),
        ("party", ["UA", "RU"]),
        ("claim_result", ["not_covered", "unverifiable", "outside_scope"]),
    ],
)
def test_every_code_has_a_name(table: str, codes: list[str]) -> None:
    assert {f"{table}.{code}" for code in codes} <= set(load_words("en"))


def test_every_area_of_the_base_map_has_a_name() -> None:
    file = resources.files("truceline") / "basemap" / "oblasts.geojson"
    codes = {
        one["properties"]["region_code"]
        for one in json.loads(file.read_text(encoding="utf-8"))["features"]
    }
    names = {load_words("uk").area(code) for code in codes}
    assert len(names) == len(codes) == 27
    assert not names & codes
    assert {"Автономна Республіка Крим", "м. Севастополь", "м. Київ"} <= names


@pytest.mark.shared
@pytest.mark.skipif(not CLAIMS.exists(), reason="../shared/data does not lie beside the checkout")
def test_every_metric_of_the_claims_has_a_name() -> None:
    with CLAIMS.open(encoding="utf-8", newline="") as file:
        metrics = {f"claim_metric.{row['metric']}" for row in csv.DictReader(file)}
    assert metrics <= set(load_words("en"))


@pytest.mark.parametrize(
    ("number", "english", "ukrainian", "russian"),
    [
        (1, "1 incident", "1 інцидент", "1 инцидент"),
        (2, "2 incidents", "2 інциденти", "2 инцидента"),
        (5, "5 incidents", "5 інцидентів", "5 инцидентов"),
        (11, "11 incidents", "11 інцидентів", "11 инцидентов"),
        (21, "21 incidents", "21 інцидент", "21 инцидент"),
        (22, "22 incidents", "22 інциденти", "22 инцидента"),
        (1_971, "1,971 incidents", "1 971 інцидент", "1 971 инцидент"),
    ],
)
def test_counts_take_the_plural_form_of_the_language(
    number: int, english: str, ukrainian: str, russian: str
) -> None:
    said = [load_words(language).count("incidents", number) for language in ("en", "uk", "ru")]
    assert [one.replace(NARROW, " ") for one in said] == [english, ukrainian, russian]


@pytest.mark.parametrize(
    ("name", "value", "english", "ukrainian"),
    [
        ("detection_ppm", 123_456, "12.3 %", "12,3 %"),
        ("detection_ppm", 0, "0.0 %", "0,0 %"),
        ("detection_ppm", 12, "<0.1 %", "<0,1 %"),
        ("detection_ppm", 999_999, ">99.9 %", ">99,9 %"),
        ("detection_ppm", PPM, "100.0 %", "100,0 %"),
        ("detection_ppm", 122_500, "12.2 %", "12,2 %"),
        ("distance_m", 999, "999 m", "999 м"),
        ("distance_m", 4_249, "4.2 km", "4,2 км"),
        ("distance_m", 1_234_567, "1,234.6 km", "1 234,6 км"),
        ("weight_millibans", 412, "+4.1 decibans", "+4,1 децибана"),
        ("weight_millibans", -412, "−4.1 decibans", "−4,1 децибана"),  # noqa: RUF001
        ("weight_millibans", 0, "0.0 decibans", "0,0 децибана"),
        ("began_us", 1_775_912_400_000_000, "2026-04-11 13:00 UTC", "2026-04-11 13:00 UTC"),
        ("rate_milli", 412, "0.412", "0,412"),
        ("reports", 1_971, "1,971", "1 971"),
        ("until_us", None, "not known", "невідомо"),
        ("area", "UA-63", "Kharkiv oblast", "Харківська область"),
        ("source", "a-new-source", "a-new-source", "a-new-source"),
    ],
)
def test_numbers_are_written_by_their_suffix(
    name: str, value: int | str | None, english: str, ukrainian: str
) -> None:
    said = [load_words(language).value(name, value) for language in ("en", "uk")]
    assert [one.replace(NARROW, " ") for one in said] == [english, ukrainian]


def test_a_number_and_its_unit_are_not_parted() -> None:
    words = load_words("uk")
    assert " " not in words.percent(123_456) + words.distance(4_200) + words.decibans(30)


def test_days_are_written_out_with_the_month() -> None:
    said = [load_words(language).date(date(2026, 4, 12)) for language in ("en", "uk", "ru")]
    assert [" ".join(one.split()) for one in said] == [
        "12 April 2026",
        "12 квітня 2026 р.",  # noqa: RUF001 - as Ukrainian abbreviates "year"
        "12 апреля 2026 г.",  # noqa: RUF001 - as Russian does
    ]


def test_an_interval_names_the_day_once() -> None:
    noon_us = 1_775_908_800_000_000
    assert instant(noon_us) == interval(noon_us, noon_us) == "2026-04-11 12:00 UTC"
    dash = "\N{EN DASH}"
    assert interval(noon_us, noon_us + 3_600_000_000) == f"2026-04-11 12:00 {dash} 13:00 UTC"
    assert interval(noon_us, noon_us + 86_400_000_000) == (
        f"2026-04-11 12:00 {dash} 2026-04-12 12:00 UTC"
    )


def test_a_reason_reads_as_a_sentence() -> None:
    said = load_words("en").reason_text(reason("thermal_silent", {"detection_ppm": 106_000}))
    assert said.replace(NARROW, " ") == (
        "Satellites looked and detected no heat; they would have noticed 10.6 % of such events."
    )


def test_an_agreement_without_an_end_is_not_said_to_have_an_unknown_one() -> None:
    numbers = {"probability_ppm": 1, "from_us": 0, "until_us": None, "began_us": 0, "ended_us": 0}
    said = load_words("en").reason_text(reason("within_time", numbers))
    assert "no end stated" in said
    assert "not known" not in said


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        pytest.param("never_heard_of", {"distance_m": 5}, id="a code without words"),
        pytest.param("no_site_near", {"distance_m": 5}, id="a number is missing"),
    ],
)
def test_a_reason_without_fitting_words_is_written_out_bare(
    code: str, numbers: dict[str, int | str | None]
) -> None:
    assert load_words("en").reason_text(reason(code, numbers)) == f"{code}: distance_m 5\xa0m."


def test_what_is_missing_is_named() -> None:
    with pytest.raises(WordsError, match=r"words/en.toml has no 'reason.x'"):
        load_words("en").say("reason.x")
    with pytest.raises(WordsError, match=r"thermal_silent needs the number detection_ppm"):
        load_words("en").say("reason.thermal_silent")
    with pytest.raises(WordsError, match="no words for 'xx'; there are en, uk, ru"):
        load_words("xx")


@pytest.mark.parametrize(
    ("ppm", "word"),
    [
        (0, "almost no chance"),
        (49_999, "almost no chance"),
        (50_000, "very unlikely"),
        (200_000, "unlikely"),
        (450_000, "roughly even chance"),
        (550_000, "likely"),
        (800_000, "very likely"),
        (950_000, "almost certain"),
        (PPM, "almost certain"),
    ],
)
def test_likelihood_words_follow_the_standard(ppm: int, word: str) -> None:
    assert load_words("en").likelihood(ppm) == word


@pytest.mark.parametrize("language", LANGUAGES)
def test_likelihood_and_confidence_never_meet(language: str) -> None:
    stems = {"en": "confiden", "uk": "впевнен", "ru": "уверен"}
    texts = [load_words(language)[key] for key in load_words(language) if "console" not in key]
    assert [text for text in texts if stems[language] in text.lower()] == []


def test_a_party_without_a_name_is_called_by_its_code() -> None:
    assert load_words("en").side("A") == "Land held by A"
    assert load_words("en").side(None).startswith("Holder not known")
    assert load_words("en").party("-") == "not stated"
