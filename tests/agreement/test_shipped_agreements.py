"""The agreements that come with the package say what their sources say, and no more."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from truceline.agreement.read import check_agreement, read_agreement
from truceline.records.agreement import Agreement
from truceline.records.units import us_of

FOLDER = files("truceline") / "agreements"
NAMES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".toml"))
RULES = frozenset({"prohibit_fire", "prohibit_strike_on_protected_site"})


def shipped(name: str) -> Agreement:
    return read_agreement((FOLDER / f"{name}.toml").read_bytes(), f"{name}.toml")


def utc(year: int, month: int, day: int, hour: int = 0) -> int:
    return us_of(datetime(year, month, day, hour, tzinfo=UTC))


def test_eight_agreements_come_with_the_package_five_of_them_for_their_mandates() -> None:
    mandates = {name for name in NAMES if shipped(name.removesuffix(".toml")).mandate}
    assert mandates == {
        "ctsamvm.toml",
        "mfo.toml",
        "minsk-jccc.toml",
        "special-commission.toml",
        "sudan-cpa.toml",
    }
    assert set(NAMES) - mandates == {
        "easter-2026.toml",
        "energy-moratorium-2025.toml",
        "exercise.toml",
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_read_and_is_named_like_its_file(name: str) -> None:
    report = check_agreement((FOLDER / name).read_bytes(), name, RULES)
    assert report.problems == ()
    assert report.agreement is not None
    assert f"{report.agreement.id}.toml" == name


def test_the_easter_truce_lasted_32_hours_exactly() -> None:
    (reading,) = shipped("easter-2026").readings
    assert reading.end is not None
    assert (reading.start.not_before_us, reading.start.not_after_us) == (utc(2026, 4, 11, 13),) * 2
    assert (reading.end.not_before_us, reading.end.not_after_us) == (utc(2026, 4, 12, 21),) * 2


def test_the_easter_truce_bans_all_hostilities_and_its_words_are_called_a_summary() -> None:
    (clause,) = shipped("easter-2026").clauses
    assert clause.kind == "prohibit_fire"
    assert clause.zone is None
    assert clause.words.startswith("[Summary of press reports; the text is not public] ")


def test_the_moratorium_has_two_readings_side_by_side() -> None:
    agreement = shipped("energy-moratorium-2025")
    assert agreement.status == "disputed_in_force"
    assert [reading.id for reading in agreement.readings] == ["18-march", "25-march"]
    assert [start.said_by.split()[0] for start in agreement.starts] == ["Russia", "Ukraine"]


@pytest.mark.parametrize(
    ("start", "from_us", "until_us"),
    [
        pytest.param(0, utc(2025, 3, 17, 21), utc(2025, 3, 18, 22), id="18 March"),
        pytest.param(1, utc(2025, 3, 24, 21), utc(2025, 3, 25, 22), id="25 March"),
    ],
)
def test_a_date_spans_its_day_in_moscow_and_in_kyiv(
    start: int, from_us: int, until_us: int
) -> None:
    stated = shipped("energy-moratorium-2025").starts[start]
    assert (stated.not_before_us, stated.not_after_us) == (from_us, until_us)


def test_the_moratorium_ends_on_17_april_when_both_clocks_are_the_same() -> None:
    (end,) = shipped("energy-moratorium-2025").ends
    assert (end.not_before_us, end.not_after_us) == (utc(2025, 4, 16, 21), utc(2025, 4, 17, 21))


def test_the_consequence_is_quoted_to_the_letter() -> None:
    clause = shipped("energy-moratorium-2025").clauses[1]
    assert clause.kind == "consequence_clause"
    assert clause.words == (
        "If the moratorium is violated by one of the parties, the other party has the right to "
        "consider itself free from its obligations"
    )


def test_everything_in_the_exercise_is_called_invented() -> None:
    exercise = shipped("exercise")
    words = [
        exercise.title,
        *exercise.sources,
        *(party.name for party in exercise.parties),
        *(instant.said_by for instant in (*exercise.starts, *exercise.ends)),
        *(zone.name for zone in exercise.zones),
        *(clause.words for clause in exercise.clauses),
        *(exemption.words for exemption in exercise.exemptions),
    ]
    assert [word for word in words if "invented" not in word.lower()] == []


def test_the_exercise_has_a_zone_a_site_clause_and_an_exception() -> None:
    exercise = shipped("exercise")
    assert {clause.kind for clause in exercise.clauses} >= RULES
    assert exercise.exemptions[0].zone == "demolition-ground"
    assert (exercise.starts[0].not_before_us, exercise.ends[0].not_after_us) == (
        utc(2025, 3, 22, 6),
        utc(2025, 3, 25, 18),
    )
