"""The glossary of the docs and the words that people read: one word for one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from truceline.reports.words import load_words

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "glossary.md"
COLUMNS = ("en", "uk", "ru")
BOLD = re.compile(r"\*\*(.+?)\*\*")
PLACEHOLDER = re.compile(r"\{\w+\}")

# Texts whose English word means something other than the term.
ANOTHER_SENSE = {
    "incident": {"cases.hotline"},
    "reading": {"cases.loading"},
    "motion": {"means.seismic", "cluster.seismic"},
    "declaration": {
        "clause_kind.storage_and_declaration",
        "case_file.remedy.declaration_of_holdings",
    },
    "clock": {"console.log_actor", "console.log_actor_gap", "console.log_signed"},
    "dispute of a clock": {
        "clause_kind.dispute_settlement",
        "console.log_disputes",
        "case_file.stance.disputes",
    },
    "gap": {"console.log_actor"},
    "head of the log": {"board_word.ratification_step.head_of_state"},
}


@dataclass(frozen=True, slots=True)
class Term:
    """One row: the cells as they stand, by language."""

    cells: dict[str, str]

    @property
    def name(self) -> str:
        """The English, as a reader sees it."""
        return self.cells["en"].replace("**", "")

    def pattern(self, language: str) -> re.Pattern[str] | None:
        """What finds the term in a text; None where nothing in the cell is bold."""
        ways = []
        for way in self.cells[language].split(","):
            if stems := [re.escape(stem) for stem in BOLD.findall(way)]:
                ways.append(r"\b" + r"\w*\s+".join(stems))
                if language == "en" and not re.search(r"\w\*\*\w", way):
                    ways[-1] += r"s?\b"
        return re.compile("|".join(ways), re.IGNORECASE) if ways else None


def terms() -> list[Term]:
    """Read the rows of the page that hold a bold word."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "**" in line]
    return [Term(dict(zip(COLUMNS, row, strict=False))) for row in rows if len(row) > len(COLUMNS)]


TERMS = terms()


def texts(language: str) -> dict[str, str]:
    """Give the texts of a language without the names of their numbers."""
    words = load_words(language)
    return {key: PLACEHOLDER.sub("", words[key]) for key in words}


def test_the_page_holds_the_terms() -> None:
    names = [term.name for term in TERMS]
    assert len(names) == len(set(names)) > 60
    assert {"case", "finding", "determination", "remedy, remedies", "pledge", "gap"} <= set(names)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_every_word_of_the_page_is_used(term: Term) -> None:
    for language in COLUMNS:
        pattern = term.pattern(language)
        assert pattern or language == "en", f"{term.name}: nothing is bold in {language}"
        if pattern:
            assert any(map(pattern.search, texts(language).values())), (language, pattern.pattern)


@pytest.mark.parametrize("language", ["uk", "ru"])
@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_where_the_english_says_a_term_the_others_say_theirs(term: Term, language: str) -> None:
    english, other = term.pattern("en"), term.pattern(language)
    assert other
    if english is None:
        return
    told = {key for key, text in texts("en").items() if english.search(text)}
    told -= ANOTHER_SENSE.get(term.name, set())
    assert {
        key: texts(language)[key] for key in told if not other.search(texts(language)[key])
    } == {}
