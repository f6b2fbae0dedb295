"""The agreement that the how-to writes step by step is sound, and the reference is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from agreement_texts import RULES

from truceline.agreement.read import TABLES, TOP_KEYS, check_agreement
from truceline.agreement.vocabulary import (
    CLAUSE_KINDS,
    PROBABILITY_TERMS,
    REQUIRED_TERMS,
    RESERVED_TABLES,
    SITE_KINDS,
    STATUSES,
)

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to" / "write-an-agreement.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "agreement-file.md").read_text(encoding="utf-8")


def test_the_steps_of_the_how_to_make_one_sound_agreement() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", HOW_TO, re.DOTALL)
    assert len(blocks) == 5
    report = check_agreement("\n".join(blocks).encode(), "river-truce.toml", RULES)
    assert (report.problems, report.warnings) == ((), ())
    assert report.agreement is not None
    assert len(report.agreement.clauses) == 2
    assert len(report.agreement.exemptions) == 1


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
