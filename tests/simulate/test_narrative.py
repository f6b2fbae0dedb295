"""The papers of an exercise: players learn what they may, controllers all, in each language."""

from __future__ import annotations

import csv
import json
import re
import string
from dataclasses import fields
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from truceline.agreement.read import read_agreement
from truceline.simulate.exercise import make_exercise
from truceline.simulate.families import FAMILIES, Family
from truceline.simulate.injects import KINDS
from truceline.simulate.narrative import write_papers
from truceline.simulate.sheet import Heading, Points, Sheet, Table, html, markdown
from truceline.simulate.words import LANGUAGES, load_words


def packaged(*names: str) -> bytes:
    return resources.files("truceline").joinpath(*names).read_bytes()


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a week of false flags with its papers."""
    folder = tmp_path_factory.mktemp("papers") / "week"
    oblasts = packaged("basemap", "oblasts.geojson")
    make_exercise(3, 7, date(2025, 3, 20), folder, oblasts, family="false-flag")
    agreements = [
        read_agreement(packaged("agreements", name), name)
        for name in ("exercise.toml", "energy-moratorium-2025.toml")
    ]
    write_papers(folder, "missions/morning", agreements)
    return folder


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def paper(week: Path, name: str) -> str:
    return (week / name).read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys_and_placeholders(language: str) -> None:
    english, words = load_words("en"), load_words(language)
    assert set(words) == set(english)
    assert {key for key in words if placeholders(words[key]) != placeholders(english[key])} == set()
    assert "" not in words.values()


def test_a_language_without_words_is_named() -> None:
    with pytest.raises(LookupError, match="no words of language 'fr': en, uk, ru"):
        load_words("fr")


def test_every_inject_and_every_family_has_words() -> None:
    words = load_words("en")
    for kind in KINDS:
        assert {f"inject.{kind}.{part}" for part in ("name", "told", "notice", "act")} <= set(words)
    assert {f"family.{name}" for name in FAMILIES} <= set(words)
    parameters = {field.name for field in fields(Family)} - {"name"}
    assert {f"parameter.{name}" for name in parameters} <= set(words)


def test_the_tutorial_lists_every_family_in_the_words_of_the_controllers() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tutorials" / "exercise.md").read_text("utf-8")
    for name in FAMILIES:
        assert f"| `{name}` | {load_words('en')[f'family.{name}']} |" in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["md", "html"])
def test_the_briefing_quotes_the_agreement_and_tells_no_truth(
    week: Path, language: str, kind: str
) -> None:
    text = paper(week, f"briefing.{language}.{kind}")
    assert "The parties shall not fire any weapon within the contact zone." in text
    assert "2025-03-22 06:00" in text
    assert "missions/morning" in text
    for secret in ("false-flag", "t0", "seed", "staged_share"):
        assert secret not in text
    injects = csv.DictReader((week / "truth" / "injects.csv").read_text().splitlines())
    assert not [row for row in injects if row["town"] and row["town"] in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_master_events_list_holds_every_inject_once(week: Path, language: str) -> None:
    text = paper(week, f"truth/controller.{language}.md")
    rows = list(csv.DictReader((week / "truth" / "injects.csv").read_text().splitlines()))
    headings = re.findall(r"^### (j\d\d) ", text, re.MULTILINE)
    assert headings == [row["id"] for row in rows]
    for row in rows:
        assert row["town"] in text
        assert row["document"] in text
        assert row["incidents"] in text
    side = json.loads((week / "truth" / "exercise.json").read_text())["side"]
    assert load_words(language)["controller.side"].format(code=side) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_told_by_their_day(week: Path, language: str) -> None:
    text = paper(week, f"truth/controller.{language}.md")
    assert " 2025-03-21 " in text  # the late file's
    assert " 00:00" not in re.sub(r"^### .*$", "", text, flags=re.MULTILINE)


def test_commands_of_the_list_name_records_that_exist(week: Path) -> None:
    text = paper(week, "truth/controller.en.md")
    shown = re.findall(r"truceline show (\S+) --mission", text)
    hashes = (week / "truth" / "observations.csv").read_text()
    hashes += (week / "manifest.json").read_text()
    assert len(shown) == 3
    assert all(one.split(":")[1] in hashes for one in shown)


def test_days_of_the_true_week_are_counted_by_party(week: Path) -> None:
    text = paper(week, "truth/controller.en.md")
    true = list(csv.DictReader((week / "truth" / "incidents.csv").read_text().splitlines()))
    today = [row for row in true if row["began"].startswith("2025-03-23")]
    counts = [
        str(sum(row["party"] == code and row["staged"] >= staged for row in today))
        for code in ("RU", "UA")
        for staged in ("0", "1")
    ]
    assert f"| 2025-03-23 | {' | '.join(counts)} |" in text


def test_a_sheet_escapes_what_would_break_it() -> None:
    sheet = Sheet(
        language="en",
        title="a < b",
        blocks=(
            Heading(text="R&D"),
            Table(head=("k", "v|w"), rows=(("`x`", "1|2"),)),
            Points(items=("<i>",)),
        ),
    )
    assert "| `x` | 1\\|2 |" in markdown(sheet)
    page = html(sheet)
    assert "<h1>a &lt; b</h1>" in page
    assert "<code>x</code>" in page
    assert "<li>&lt;i&gt;</li>" in page
    with pytest.raises(ValueError, match="does not fit the head"):
        Table(head=("one",), rows=(("a", "b"),))
