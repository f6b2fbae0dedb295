"""A way to stand still reads as sentences, in every language, and nothing is left without words."""

from __future__ import annotations

import pytest

from truceline.records.mandate_path import (
    HAPPENS,
    BallotOutcome,
    Exploration,
    PathStep,
    Standstill,
    StandstillPath,
)
from truceline.reports.standstill import tell_counted_on, tell_path, tell_step, tell_summary
from truceline.reports.words import LANGUAGES, load_words

ENGLISH = load_words("en")


def step(what: str, *seats: str, to: str = "", rule: str = "by-all", body: str = "b") -> PathStep:
    return PathStep(body=body, seats=seats, what=what, to=to, rule=rule, article="V.3")


def path(kind: Standstill, blockers: tuple[str, ...] = (), **who: str) -> StandstillPath:
    return StandstillPath(
        kind=kind,
        body="b",
        questions=("remedy", "appeal"),
        outcome=BallotOutcome.NO_CONSENSUS,
        ends_at="b",
        blockers=blockers,
        needed=len(blockers) and 2,
        party=who.get("party", ""),
        group=who.get("group", ""),
        steps=(step("no", "x"), step("nothing_follows")),
    )


def test_a_veto_of_a_party_reads_as_sentences() -> None:
    assert tell_path(path(Standstill.VETO, ("x",), party="A"), ENGLISH) == (
        "b: remedy, appeal.",
        "Veto: party A can stop it alone, and the text says nothing of what follows.",
        "b: x: no. (rule by-all, article V.3)",
        "b: nothing follows. (rule by-all, article V.3)",
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        pytest.param(
            path(Standstill.SILENT_STALL, ("x",)), "by the seat x alone", id="a single seat"
        ),
        pytest.param(
            path(Standstill.SILENT_STALL, ("x", "y")),
            "by any one of the seats x, y alone",
            id="any of some seats",
        ),
        pytest.param(
            path(Standstill.SILENT_STALL, ("x", "y"), group="east"),
            "by 2 seats of the group east alone",
            id="a group",
        ),
    ],
)
def test_who_can_do_it_alone_is_named(one: StandstillPath, said: str) -> None:
    assert said in tell_path(one, ENGLISH)[2]


def test_nobody_is_named_where_it_takes_several() -> None:
    assert "alone" not in tell_summary(path(Standstill.DEADLOCK), ENGLISH)


def test_a_time_limit_is_no_rule_and_a_step_without_either_says_so_by_saying_nothing() -> None:
    assert tell_step(step("deadline_passes", rule="limit"), ENGLISH).endswith(
        "(limit limit, article V.3)"
    )
    assert tell_step(step("leads_back", rule=""), ENGLISH) == (
        "b: it has been there before; it goes round for ever."
    )


def test_of_many_seats_the_first_few_are_named() -> None:
    many = tuple(f"s{number}" for number in range(12))
    assert "s0, s1, s2, s3, s4, ... (12): absent." in tell_step(step("absent", *many), ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", HAPPENS)
def test_everything_that_happens_has_words(language: str, what: str) -> None:
    assert "{" not in tell_step(step(what, "x", to="c"), load_words(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Standstill)
def test_every_kind_has_words(language: str, kind: Standstill) -> None:
    words = load_words(language)
    assert words[f"standstill.{kind.value}"]
    assert len(tell_path(path(kind, ("x",), party="A"), words)) in {4, 5}


def test_on_whom_it_relies_is_said_if_there_is_anybody() -> None:
    found = Exploration(
        agreement="a", agreement_sha256="00", reaches=(), paths=(), counted_on=("b/chair",)
    )
    assert tell_counted_on(found, ENGLISH).endswith(": b/chair.")
    nobody = Exploration(agreement="a", agreement_sha256="00", reaches=(), paths=(), counted_on=())
    assert tell_counted_on(nobody, ENGLISH) == ""
