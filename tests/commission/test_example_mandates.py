"""Four rule sets that were in force, and where each can stand still; and one that is well built.

What is known of them stands in the comments of the files, and what is not known too.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from truceline.agreement.read import read_agreement
from truceline.commission.explore import explore
from truceline.records.mandate import Mandate
from truceline.records.mandate_path import (
    BallotOutcome,
    Exploration,
    Standstill,
    StandstillPath,
)

FOLDER = files("truceline") / "agreements"
NAMES = ("sudan-cpa", "minsk-jccc", "ctsamvm", "mfo", "special-commission")


def mandate_of(name: str, *changes: tuple[str, str]) -> Mandate:
    """Read a shipped mandate, with words of it changed that must be there."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    mandate = read_agreement(text.encode(), f"{name}.toml").mandate
    assert mandate is not None
    return mandate


@cache
def explored(name: str) -> Exploration:
    return explore(mandate_of(name))


def paths(name: str, body: str, kind: Standstill) -> list[StandstillPath]:
    return [path for path in explored(name).paths if (path.body, path.kind) == (body, kind)]


@pytest.mark.parametrize("level", ["jmt", "ajmc", "cjmc", "cpc", "presidency"])
def test_sudan_the_accused_can_stop_it_at_every_level_up_to_the_presidency(level: str) -> None:
    vetoes = paths("sudan-cpa", level, Standstill.VETO)
    assert {path.party for path in vetoes} == {"GOS", "SPLM"}
    assert {path.ends_at for path in vetoes} == {"presidency"}
    assert {path.outcome for path in vetoes} == {BallotOutcome.NO_CONSENSUS}


def test_sudan_the_deadlock_of_2006_is_the_path_from_the_political_commission() -> None:
    path = next(one for one in paths("sudan-cpa", "cpc", Standstill.VETO) if one.party == "GOS")
    assert [(step.body, step.what) for step in path.steps] == [
        ("cpc", "no"),
        ("cpc", "no_consensus"),
        ("cpc", "escalates"),
        ("presidency", "no"),
        ("presidency", "no_consensus"),
        ("presidency", "nothing_follows"),
    ]


def test_sudan_the_united_nations_cannot_stop_it_alone() -> None:
    vetoes = [path for path in explored("sudan-cpa").paths if path.kind is Standstill.VETO]
    assert all(path.blocked_by_a_party for path in vetoes)


def test_minsk_each_side_alone_keeps_two_logs_apart_for_ever() -> None:
    vetoes = paths("minsk-jccc", "jccc", Standstill.VETO)
    assert {path.party for path in vetoes} == {"UA", "RU"}
    assert {len(path.steps) for path in vetoes} == {3}


def test_minsk_a_side_that_leaves_ends_it_without_a_word_of_the_text() -> None:
    stalls = paths("minsk-jccc", "jccc", Standstill.SILENT_STALL)
    assert {path.party for path in stalls} == {"UA", "RU"}
    assert {path.outcome for path in stalls} == {BallotOutcome.NOT_QUORATE}


def test_ctsamvm_a_board_that_does_not_meet_waits_for_ever() -> None:
    stall = paths("ctsamvm", "board", Standstill.SILENT_STALL)[0]
    assert [step.what for step in stall.steps] == [
        "absent",
        "not_quorate",
        "nothing_bounds_the_wait",
    ]
    assert stall.ends_at == "board"


def test_ctsamvm_a_time_limit_would_have_sent_it_on() -> None:
    bounded = """
[[deadline]]
id = "board-meets"
runs_from = "case.open"
ends_with = ["determination.record"]
lasts = "P14D"
article = "invented"
words = "The board meets within two weeks."

[[body]]
id = "board\""""
    found = explore(mandate_of("ctsamvm", ('[[body]]\nid = "board"', bounded)))
    begins = [
        path for path in found.paths if path.body == "board" and "determination" in path.questions
    ]
    assert {path.ends_at for path in begins} == {"rjmec"}


def test_mfo_48_hours_pass_and_nobody_has_a_rule_for_what_follows() -> None:
    (path,) = (one for one in explored("mfo").paths if one.questions == ("remedy",))
    assert path.kind is Standstill.DEADLOCK
    assert [(step.what, step.rule) for step in path.steps] == [
        ("deadline_passes", "remedy_rectification"),
        ("no_rule", ""),
    ]


def test_mfo_it_lasts_48_hours() -> None:
    limits = {one.id: one for one in mandate_of("mfo").deadlines}
    assert (limits["remedy_rectification"].lasts_s, limits["remedy_rectification"].default) == (
        48 * 3600,
        "",
    )


def test_the_special_commission_finds_a_way_out_and_says_on_whom_it_relies() -> None:
    found = explored("special-commission")
    assert (found.paths, found.counted_on) == ((), ("special-commission/chair",))


def test_the_special_commission_has_35_seats_of_participants_two_parties_and_a_chair() -> None:
    (body,) = mandate_of("special-commission").bodies
    groups = [seat.group for seat in body.seats]
    assert (groups.count("coalition"), groups.count("parties")) == (35, 2)
    assert [seat.id for seat in body.seats if seat.chairs] == ["chair"]


@pytest.mark.parametrize(
    ("taken_away", "kind"),
    [
        pytest.param(
            (', alternates = ["first-deputy-chair", "second-deputy-chair"]', ""),
            Standstill.NEEDS_ABSENT_CHAIR,
            id="the chair's deputies",
        ),
        pytest.param(
            ("stands as the determination", "is noted"),
            None,
            id="the words of a default: what they say is for people",
        ),
        pytest.param(
            ('ends_with = ["remedy.set"]', 'ends_with = ["remedy.report"]'),
            Standstill.SILENT_STALL,
            id="the time limit for remedies",
        ),
    ],
)
def test_the_special_commission_stands_still_without(
    taken_away: tuple[str, str], kind: Standstill | None
) -> None:
    found = explore(mandate_of("special-commission", taken_away)).paths
    assert {path.kind for path in found} == ({kind} if kind else set())


def of_page(page: str) -> Exploration:
    """Explore the mandate that the blocks of a page make together."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    mandate = read_agreement("\n".join(blocks).encode(), page).mandate
    assert mandate is not None
    return explore(mandate)


def test_the_truce_of_the_how_to_has_a_way_out_of_everything() -> None:
    found = of_page("how-to/write-an-agreement.md")
    assert (found.paths, found.counted_on) == ((), ("commission/chair",))


def test_the_truce_of_the_reference_stands_still_where_the_page_says() -> None:
    found = of_page("reference/mandate.md").paths
    assert "determination" not in {question for path in found for question in path.questions}
    assert {path.party for path in found if path.kind is Standstill.VETO} == {"NO", "SO"}
    waits = [path for path in found if path.ends_at == "joint-commission"]
    assert [(path.kind, path.questions) for path in waits] == [
        (Standstill.SILENT_STALL, ("declaration",))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_file_says_what_is_not_known(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert "NOT KNOWN" in text
    terms = mandate_of(name)
    words = [
        *(one.words for one in terms.bodies),
        *(one.words for one in terms.rules),
        *(one.words for one in terms.deadlines if one.article),
    ]
    quoted = [sentence for sentence in words if not sentence.startswith("[")]
    # The only sentence that the sources let us quote to the letter.
    known = "Since April 2015 the Ukrainian and Russian sides have kept separate accident logs"
    assert quoted == ([known] if name == "minsk-jccc" else [])
