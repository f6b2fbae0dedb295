"""The agreement that the how-to writes step by step is sound, and the reference is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from agreement_texts import RULES

from truceline.agreement.entry import Entry
from truceline.agreement.mandate import MANDATE_TABLES
from truceline.agreement.mandate_entry import read_duration
from truceline.agreement.mandate_tables import (
    BODY_KEYS,
    DEADLINE_KEYS,
    KINDS,
    ROLE_KEYS,
    RULE_KEYS,
    SEAT_KEYS,
    STANDARD_KEYS,
)
from truceline.agreement.mandate_vocabulary import (
    ACT_FAMILIES,
    DEFAULT_DEADLINES,
    DEFAULT_STANDARDS,
    LEVELS,
    ON_DEADLOCK,
    ON_TIE,
    QUESTIONS,
)
from truceline.agreement.read import TABLES, TOP_KEYS, check_agreement
from truceline.agreement.vocabulary import (
    CLAUSE_KINDS,
    PROBABILITY_TERMS,
    REQUIRED_TERMS,
    RESERVED_TABLES,
    SITE_KINDS,
    STATUSES,
)
from truceline.records.mandate import Role, StandardOfProof

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to" / "write-an-agreement.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "agreement-file.md").read_text(encoding="utf-8")
MANDATE = (DOCS / "reference" / "mandate.md").read_text(encoding="utf-8")


def test_the_steps_of_the_how_to_make_one_sound_agreement() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", HOW_TO, re.DOTALL)
    assert len(blocks) == 6
    report = check_agreement("\n".join(blocks).encode(), "river-truce.toml", RULES)
    assert (report.problems, report.warnings) == ((), ())
    assert report.agreement is not None
    assert len(report.agreement.clauses) == 2
    assert len(report.agreement.exemptions) == 1
    assert report.agreement.mandate is not None


def test_the_error_that_the_how_to_shows_is_the_one_that_comes() -> None:
    blocks = "\n".join(re.findall(r"```toml\n(.*?)```", HOW_TO, re.DOTALL))
    wrong = blocks.replace('"prohibit_fire"', '"prohibit_fires"')
    report = check_agreement(wrong.encode(), "river-truce.toml", RULES)
    assert [f"> {problem}" for problem in report.problems] == re.findall(
        r"^> .*", HOW_TO, re.MULTILINE
    )


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *TOP_KEYS,
            *CLAUSE_KINDS,
            *SITE_KINDS,
            *STATUSES,
            *PROBABILITY_TERMS,
            *(term for terms in REQUIRED_TERMS.values() for term in terms),
            *(f"[[{table}]]" for table in (*TABLES, *RESERVED_TABLES)),
        }
    ),
)
def test_the_reference_lists_every_word_that_a_file_may_use(word: str) -> None:
    assert f"`{word}`" in REFERENCE


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *BODY_KEYS,
            *SEAT_KEYS,
            *RULE_KEYS,
            *DEADLINE_KEYS,
            *STANDARD_KEYS,
            *ROLE_KEYS,
            *KINDS,
            *LEVELS,
            *QUESTIONS,
            *ON_TIE,
            *ON_DEADLOCK,
            *ACT_FAMILIES,
            *DEFAULT_STANDARDS,
            *(one.value for one in (*Role, *StandardOfProof)),
            *(f"[[{table}]]" for table in (*MANDATE_TABLES, "body.seat")),
        }
    ),
)
def test_the_page_on_mandates_lists_every_word_that_a_mandate_may_use(word: str) -> None:
    assert f"`{word}`" in MANDATE


def test_the_page_on_mandates_shows_every_default_as_it_is() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (`.*`) \|$", MANDATE, re.MULTILINE))
    limits = {}
    for limit_id, limit in DEFAULT_DEADLINES.items():
        runs_from, ends_with, lasts = rows[limit_id].split(" | ")
        problems: list[str] = []
        entry = Entry("page", {"lasts": lasts.strip("`")}, problems)
        limits[limit_id] = (runs_from, ends_with, read_duration(entry, "lasts"), problems)
        assert limits[limit_id] == (
            f"`{limit.runs_from}`",
            f"`{limit.ends_with[0]}`",
            limit.lasts_s,
            [],
        )
    for consequence, standard in DEFAULT_STANDARDS.items():
        assert rows[consequence] == f"`{standard.value}`"


def test_the_full_example_of_a_mandate_is_sound() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", MANDATE, re.DOTALL)
    report = check_agreement(block.encode(), "bridge-truce.toml", RULES)
    assert (report.problems, report.warnings) == ((), ())
    assert report.agreement is not None
    mandate = report.agreement.mandate
    assert mandate is not None
    assert (len(mandate.bodies), len(mandate.rules), len(mandate.roles)) == (2, 5, 2)
    used = set(re.findall(r"^(\w+) = ", block, re.MULTILINE))
    assert used >= {*SEAT_KEYS, *RULE_KEYS, *DEADLINE_KEYS, *STANDARD_KEYS, *ROLE_KEYS}
