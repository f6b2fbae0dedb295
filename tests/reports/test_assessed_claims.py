"""What can be said about a claim: never that it is true, never that it is false."""

import pytest
from sample_day import DAY, MIDNIGHT_US, cell, claim, incident, sample_day

from truceline.records.coverage import CoverageState
from truceline.records.units import HOUR_US, day_start_us
from truceline.reports.claims import WITHOUT_GROUND_EFFECT, assess_claim
from truceline.reports.words import LANGUAGES, load_words

CLEAR = (cell(35, 47, CoverageState.OBSERVED_CLEAR),)
WITHIN = {"began_us": MIDNIGHT_US, "ended_us": MIDNIGHT_US + HOUR_US}


def test_many_claimed_and_few_seen_settles_nothing() -> None:
    said = assess_claim(claim(**WITHIN), CLEAR, [incident(3)])
    assert said.result == "unverifiable"
    assert dict(said.sentence.numbers) == {
        "count": 1_971,
        "detection_ppm": 106_000,
        "detection_low_ppm": 79_000,
        "detection_high_ppm": 142_000,
        "expected_high": 280,  # 1,971 times 14.2 per cent, if all were of the measured kind
    }
    assert [note.key for note in said.notes] == ["claim.some_noticed"]


def test_the_answer_is_the_same_for_either_party() -> None:
    ours = assess_claim(claim(claimant="RU MoD", accused="UA"), CLEAR, [])
    theirs = assess_claim(claim(claimant="UA military", accused="RU"), CLEAR, [])
    assert ours == theirs


def test_how_much_was_seen_does_not_move_the_answer() -> None:
    few = assess_claim(claim(), CLEAR, [incident(3)])
    many = assess_claim(claim(), CLEAR, [incident(number) for number in range(1, 500)])
    assert few == many


def test_nothing_noticed_does_not_refute_it() -> None:
    said = assess_claim(claim(**WITHIN), CLEAR, [])
    assert said.result == "unverifiable"
    assert [note.key for note in said.notes] == ["claim.none_noticed"]


@pytest.mark.parametrize("coverage", [(), (cell(35, 47, CoverageState.OUTAGE),)])
def test_where_nobody_looked_it_is_not_covered(coverage: tuple[()]) -> None:
    said = assess_claim(claim(**WITHIN), coverage, [])
    assert (said.result, said.text_key) == ("not_covered", "claim.not_covered")
    assert assess_claim(claim(count=None), coverage, []).text_key == "claim.not_covered_text"


@pytest.mark.parametrize("metric", sorted(WITHOUT_GROUND_EFFECT))
def test_what_leaves_no_effect_on_the_ground_is_outside_scope(metric: str) -> None:
    said = assess_claim(claim(metric=metric, **WITHIN), CLEAR, [])
    assert (said.result, said.sentence.numbers, said.notes) == ("outside_scope", (), ())


def test_a_claim_without_a_number_and_a_claim_of_none() -> None:
    assert assess_claim(claim(count=None), CLEAR, []).text_key == "claim.unverifiable_text"
    assert assess_claim(claim(count=0), CLEAR, []).text_key == "claim.unverifiable_none"


def test_a_period_beyond_the_day_and_cells_not_observed_are_told() -> None:
    coverage = (*CLEAR, cell(36, 47, CoverageState.UNKNOWN))
    said = assess_claim(claim(), coverage, [])
    assert [note.key for note in said.notes] == [
        "claim.period_beyond",
        "claim.partly_observed",
        "claim.none_noticed",
    ]
    assert dict(said.notes[1].numbers) == {"cells": 2, "unobserved": 1}
    silent = assess_claim(claim(began_us=None, ended_us=None), CLEAR, [])
    assert silent.notes[0].key == "claim.period_not_known"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_can_be_said(language: str) -> None:
    words = load_words(language)
    for metric in ("violations_total", "clashes"):
        for count in (None, 0, 7):
            for coverage in ((), CLEAR, sample_day().coverage):
                said = assess_claim(claim(metric=metric, count=count), coverage, [])
                for sentence in (said.sentence, *said.notes):
                    text = words.say(sentence.key, **dict(sentence.numbers))
                    assert "{" not in text


def test_the_english_sentence_says_neither_confirm_nor_refute() -> None:
    said = assess_claim(claim(), CLEAR, [])
    text = load_words("en").say(said.text_key, **dict(said.sentence.numbers))
    assert "can neither confirm nor refute the claim" in text
    assert "is not known" in text
    assert day_start_us(DAY) == MIDNIGHT_US
