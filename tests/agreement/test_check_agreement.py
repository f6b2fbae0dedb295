"""The check tells everything that is wrong at once, and what is accepted without effect."""

from __future__ import annotations

from agreement_texts import RULES, SMALL, changed, checked

from truceline.agreement.read import check_agreement


def test_a_sound_file_has_neither_problems_nor_warnings() -> None:
    report = checked(SMALL.encode())
    assert report.agreement is not None
    assert (report.problems, report.warnings) == ((), ())


def test_all_problems_are_told_not_only_the_first() -> None:
    text = SMALL.replace("2026-02-01T06:00:00Z", "2026-02-01T06:00:00")
    text = text.replace('"prohibit_fire"', '"prohibit_fires"').replace("48.05", "95")
    report = checked(text.encode())
    assert report.agreement is None
    assert [problem.split(": ")[1] for problem in report.problems] == [
        "[[start]] 1 (signed)",
        "[[start]] 1 (signed)",
        "[[site]] 1 (old-dam)",
        "[[clause]] 1 (no-fire)",
    ]


def test_a_table_that_is_no_table_is_told_once() -> None:
    text = SMALL[: SMALL.index("[[exception]]")]
    document = text.replace("format = 1", "format = 1\nexception = [7]")
    assert checked(document.encode()).problems == (
        "small.toml: [[exception]] 1: 7 is no table of keys and values",
    )


def test_a_clause_type_of_the_vocabulary_without_a_rule_is_accepted_with_a_warning() -> None:
    report = checked(changed('kind = "prohibit_fire"', 'kind = "no_fly_zone"'))
    assert report.agreement is not None
    (warning,) = report.warnings
    assert warning.startswith("small.toml: [[clause]] 1 (no-fire): kind 'no_fly_zone': ")
    assert warning.endswith("no rule yet: its findings will be not_applicable")


def test_which_types_have_rules_is_told_by_the_caller() -> None:
    report = check_agreement(SMALL.encode(), "small.toml", RULES - {"prohibit_fire"})
    assert len(report.warnings) == 1


def test_tables_kept_for_later_are_accepted_and_named() -> None:
    report = checked((SMALL + '[[line]]\nanything = "goes"\n').encode())
    assert report.agreement is not None
    assert report.warnings == ("small.toml: [[line]]: reserved, not yet read",)


def test_a_zone_that_nothing_names_is_pointed_out() -> None:
    report = checked(changed('zone = "valley"\n', ""))
    assert report.warnings == (
        "small.toml: [[zone]] 1 (valley): no clause and no exception names it",
    )


def test_a_zone_with_a_bad_ring_is_still_there_to_be_named() -> None:
    report = checked(changed("[37.2, 48.0]", "[37.2, 95.0]"))
    assert len(report.problems) == 1


def test_terms_of_a_type_without_a_rule_are_kept_as_they_are() -> None:
    terms = (
        'kind = "weapon_withdrawal"\nterms = { distance_km = 15, weapon_class = "tank", up = true }'
    )
    report = checked(changed('kind = "prohibit_fire"', terms))
    assert report.agreement is not None
    assert report.agreement.clauses[0].terms == {
        "distance_km": 15,
        "up": True,
        "weapon_class": "tank",
    }
