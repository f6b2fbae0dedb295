"""A register file: what is wrong is named with file, table, key and value; nothing is guessed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from truceline.guarantees.commitments import differing_versions, ref_of, standing_of
from truceline.guarantees.register import (
    SHIPPED,
    RegisterError,
    check_register,
    read_register,
    read_shipped,
)
from truceline.records.commitment import NOT_KNOWN, RatificationStep

PARIS = read_shipped()
TEXT = files("truceline.guarantees").joinpath("data", "exercise.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            'legal_force = "treaty_ratified"',
            'legal_force = "treaty"',
            "x.toml: [[commitment]] 1 (ast-force): [[version]] 1 (signed): legal_force: must be "
            "one of political, executive_agreement, treaty_unratified, treaty_ratified, "
            "treaty_in_force, national_law, not 'treaty'; or write \"not known\"",
            id="a word that is none",
        ),
        pytest.param(
            "day = 2024-02-29",
            'day = "2023-02-29"',
            "x.toml: [[instrument]] 2 (ast-ua): day: must be a day, as 2026-01-06, not "
            "'2023-02-29'; or write \"not known\"",
            id="no such day",
        ),
        pytest.param(
            "count = 48",
            "cuont = 48",
            "x.toml: [[pledge]] 6 (bor-depot): [[stock]] 1: cuont: no such key; "
            "did you mean count?",
            id="a slip of the pen",
        ),
        pytest.param(
            'needs = [["decision"]]',
            'needs = [["desision"]]',
            "x.toml: procedure ast-deployment: step vote: needs 'desision' is not there; did you "
            "mean decision?",
            id="a step that is not there",
        ),
        pytest.param(
            'zone = "Europe/London"',
            'zone = "Europe/Atlantis"',
            "x.toml: calendar bor-senate: zone 'Europe/Atlantis' is no time zone",
            id="no time zone",
        ),
        pytest.param(
            'tier = "originator_controlled"',
            'tier = "public"',
            "x.toml: [[pledge]] 6 (bor-depot): bor-depot: a depot is never of the public tier",
            id="a depot for everybody",
        ),
        pytest.param(
            "most_days = 5",
            "most_days = 0",
            "x.toml: [[procedure]] 1 (ast-deployment): [[step]] 2 (vote): vote: most_days 0 < 1",
            id="more at least than at most",
        ),
        pytest.param(
            'counts_within = "ast-package"',
            'counts_within = "ast-package-2025"',
            "x.toml: pledge ast-package-2025: counts_within ast-package-2025 leads in a ring",
            id="within itself",
        ),
        pytest.param(
            'state = "CAL"\nkind',
            'state = "XYZ"\nkind',
            "x.toml: pledge cal-presence 'XYZ' is not there; known are AST, BOR, CAL, DOR, UA",
            id="a state that is not there",
        ),
        pytest.param(
            "format = 1", "format = 2", "x.toml: format: must be a whole number in 1..1, not 2",
            id="a format of later",
        ),
        pytest.param(
            'id = "bor-senate"', 'id = "ast-chamber"',
            "x.toml: calendar 'ast-chamber' stands there 2 times", id="an id twice",
        ),
        pytest.param(
            "amount_minor = 400_000_000_00", "amount_minor = 4.5",
            "x.toml: [[pledge]] 4 (ast-package): [[money]] 1: amount_minor: must be a whole number "
            "in 1..100000000000000, not 4.5", id="a fraction of a cent",
        ),
    ],
)  # fmt: skip
def test_names_file_table_key_and_value(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    report = check_register(TEXT.replace(old, new, 1).encode(), "x.toml")
    assert report.register is None
    assert problem in report.problems


def test_finds_all_problems_in_one_pass() -> None:
    wrong = TEXT.replace('kind = "common"', 'kind = "comon"').replace(
        "weekend = [5, 6]", "weekend = 5"
    )
    assert len(check_register(wrong.encode(), "x.toml").problems) == 3


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(b"\xff", "x.toml: byte 0 is not UTF-8", id="no text"),
        pytest.param(b"a = ", "x.toml: not TOML: ", id="no TOML"),
        pytest.param(b"pledge = 3", "x.toml: ", id="no table"),
        pytest.param(b"a = " + b"[" * 5000, "x.toml: ", id="too deep"),
    ],
)
def test_refuses_what_is_no_register(document: bytes, message: str) -> None:
    with pytest.raises(RegisterError, match=f"^{message}"):
        read_register(document, "x.toml")


def test_the_same_bytes_give_the_same_register() -> None:
    assert read_register(TEXT.encode(), "a") == read_register(TEXT.encode(), "b")


# ------------------------------------------------------------------- what comes with it
def test_paris_has_35_participants_and_names_those_that_the_sources_name() -> None:
    present = [one for one in PARIS.participants if one.standing == "participant"]
    assert len(present) == 35
    assert [one.code for one in present if one.name != NOT_KNOWN] == ["GB", "DE", "IT"]
    unnamed = [one for one in present if one.name == NOT_KNOWN]
    assert [one.code for one in unnamed] == [f"member-{n:02d}" for n in range(4, 36)]
    assert all("not named in the sources at hand" in one.source for one in unnamed)


def test_institutions_and_outsiders_have_a_place() -> None:
    standing = Counter(one.standing for one in PARIS.participants)
    assert standing == {
        "participant": 35,
        "host": 1,
        "institution": 2,
        "outside": 1,
        NOT_KNOWN: 1,
    }


def test_the_pledge_of_the_united_states_is_held_as_reported_and_as_published() -> None:
    found = next(one for one in PARIS.commitments if one.id == "us-support-to-the-force")
    assert [one.id for one in found.versions] == ["draft-as-reported", "published"]
    assert differing_versions(found)
    ref = ref_of(found)
    assert (ref.standing, [one.id for one in ref.texts]) == (
        "not_in_force", ["draft-as-reported", "published"]
    )  # fmt: skip
    assert [one.source for one in ref.texts] == [one.source for one in found.versions]
    assert all(one.source for one in ref.texts)


def test_a_commitment_of_one_text_has_none_beside_it() -> None:
    talks = next(one for one in PARIS.commitments if one.id == "us-talks")
    assert ref_of(talks).texts == ()


def test_texts_that_differ_on_whether_it_is_in_force_make_it_disputed() -> None:
    found = next(one for one in PARIS.commitments if one.id == "us-support-to-the-force")
    entered = RatificationStep(step="in_force", day=None, words="", source="invented")
    first, second = found.versions
    versions = (replace(first, steps=(*first.steps, entered)), second)
    ref = ref_of(replace(found, versions=versions))
    assert (ref.standing, len(ref.texts)) == ("disputed", 2)


def test_the_uk_needs_instrument_and_vote_and_a_ceasefire_germany_the_bundestag() -> None:
    british, german = PARIS.procedures
    assert [one.step for one in british.steps] == [
        "legal_instrument",
        "parliament_vote",
        "order_to_deploy",
    ]
    assert british.steps[2].needs == (("instrument", "vote"),)
    assert [one.who for one in german.steps] == ["Bundestag", NOT_KNOWN]
    deployment = next(one for one in PARIS.commitments if one.id == "gb-deployment")
    assert [one.kind for one in deployment.versions[0].conditions] == [
        "ceasefire_in_force",
        "parliament_vote",
    ]


def test_nothing_about_how_long_it_takes_is_guessed() -> None:
    steps = [step for one in PARIS.procedures for step in one.steps]
    assert {(s.least_days, s.most_days, s.again_after_refusal) for s in steps} == {
        (None, None, None)
    }
    assert {one.known for one in PARIS.calendars} == {None}
    assert PARIS.pledges == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_entry_carries_its_source(name: str) -> None:
    register = read_shipped(name)
    sourced: list[Any] = [*register.participants, *register.instruments, *register.pledges]
    sourced += [one for item in register.commitments for one in item.versions]
    assert sourced
    assert all(one.source.strip() for one in sourced)


def test_a_commitment_stands_as_its_texts_say_and_no_text_is_chosen() -> None:
    standing = {one.id: standing_of(one) for one in read_shipped("exercise.toml").commitments}
    assert standing == {
        "ast-force": "in_force",
        "ast-money": "not_in_force",
        "bor-air": "not_in_force",
    }
