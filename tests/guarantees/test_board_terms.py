"""What a board's file may say, and what it may not."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from board_worlds import MANDATE

from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.board_terms import TermsError, board_terms
from truceline.records.mandate import Deadline, StandardOfProof

CLOCK = """
format = 1
[[clock]]
id = "first"
lasts_s = 86400
ends_with = ["consultation.open"]
paused_by = ["commission"]
stopped_by = ["declaring_body", "presidency"]
dispute_pauses = true
article = "7"
words = "The States shall consult within 24 hours."
"""
TRIGGER = """
format = 1
[[trigger]]
trigger = "continued_hostilities"
count_from = 5
standard = "balance_of_probabilities"
article = "8"
words = "Five breaches within two weeks."
"""


def test_a_clock_is_read_with_its_article_and_its_powers() -> None:
    (clock,) = board_terms(tomllib.loads(CLOCK), MANDATE).clocks
    assert (clock.id, clock.lasts_s, clock.article) == ("first", 86_400, "7")
    assert clock.paused_by == ("commission",)
    assert clock.dispute_pauses


def test_a_clock_gives_nobody_a_power_that_it_does_not_name() -> None:
    bare = CLOCK.replace('paused_by = ["commission"]\n', "").replace("dispute_pauses = true\n", "")
    (clock,) = board_terms(tomllib.loads(bare), MANDATE).clocks
    assert (clock.paused_by, clock.dispute_pauses) == ((), False)


def test_a_trigger_keeps_the_numbers_that_the_text_does_not_give() -> None:
    terms = board_terms(tomllib.loads(TRIGGER), MANDATE)
    given = {one.trigger: one for one in terms.triggers}
    default = {one.trigger: one for one in DEFAULTS.triggers}
    one = given.pop("continued_hostilities")
    assert (one.count_from, one.standard) == (5, StandardOfProof.BALANCE_OF_PROBABILITIES)
    assert one.window_s == default["continued_hostilities"].window_s
    assert one.article == "8"
    assert given == {name: default[name] for name in given}


def test_without_clocks_the_mandates_deadlines_are_the_clocks() -> None:
    deadline = Deadline(
        id="guarantor_consultation", runs_from="breach.declare", ends_with=("consultation.open",),
        lasts_s=3600, default="", certified_by=None, article="9", words="Within an hour.",
    )  # fmt: skip
    other = replace(deadline, id="reply", runs_from="case.notify")
    mandate = replace(MANDATE, deadlines=(deadline, other))
    (clock,) = board_terms({"format": 1}, mandate).clocks
    assert (clock.id, clock.lasts_s, clock.article) == ("guarantor_consultation", 3600, "9")
    assert board_terms({"format": 1}, MANDATE).clocks == DEFAULTS.clocks


def test_the_quorum_is_read() -> None:
    text = 'format = 1\n[consultation]\nquorum_share = [2, 3]\narticle = "9"\nwords = "Two thirds."'
    terms = board_terms(tomllib.loads(text), MANDATE)
    assert [terms.quorum_of(n) for n in (1, 3, 4, 35)] == [1, 2, 3, 24]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "format must be 1, not None"),
        ("format = 2", "format must be 1, not 2"),
        ("format = 1\nclocks = 1", "has no table clocks"),
        ("format = 1\nclock = 1", "clock must be a list of tables"),
        (CLOCK.replace('article = "7"', ""), "clock 'first': article is missing"),
        (CLOCK.replace("lasts_s = 86400", "lasts_s = 0"), "lasts_s must be positive, got 0"),
        (CLOCK.replace('"commission"', '"committee"'), "'committee' is no body"),
        (CLOCK.replace("consultation.open", "consultation.win"), "'consultation.win' is no act"),
        (CLOCK + 'triggers = ["rain"]', "'rain' is no trigger"),
        (CLOCK + "hours = 24", "ClockTerms has no hours"),
        (CLOCK + CLOCK.replace("format = 1", ""), "clock 'first' is there twice"),
        (TRIGGER.replace("continued_hostilities", "rain"), "trigger 'rain' is none of"),
        (TRIGGER.replace('words = "Five breaches within two weeks."', ""), "words is missing"),
        (TRIGGER + TRIGGER.replace("format = 1", ""), "is there twice"),
        (TRIGGER.replace("count_from = 5", "count_from = 0"), "must be positive"),
        (TRIGGER + "cells_from = 2", "count_from lies above cells_from"),
        (TRIGGER.replace("balance_of_probabilities", "sure"), "'sure' is not a valid"),
        ("format = 1\nconsultation = 1", "consultation must be a table"),
        ("format = 1\n[consultation]\nquorum = 1", "consultation has no quorum"),
        ("format = 1\n[consultation]\nquorum_least = 1", "article is missing"),
        (
            'format = 1\n[consultation]\nquorum_share = [3, 2]\narticle = "a"\nwords = "b"',
            "can never be reached",
        ),
        (
            'format = 1\n[consultation]\nquorum_share = [1]\narticle = "a"\nwords = "b"',
            "must be positive whole numbers",
        ),
    ],
)
def test_what_may_not_stand_there_is_named(text: str, complaint: str) -> None:
    with pytest.raises(TermsError, match=complaint):
        board_terms(tomllib.loads(text), MANDATE)
