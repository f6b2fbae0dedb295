"""Every reason and every refusal of the register has a sentence, the same in every language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import truceline.guarantees
from truceline.guarantees.gap import gap
from truceline.guarantees.register import read_shipped
from truceline.guarantees.register_fold import fold_register
from truceline.reports.words import LANGUAGES, load_words, placeholders

ROOM = Path(truceline.guarantees.__file__).parent
FILES = ("commitments", "draft", "gap", "pledges", "procedure_acts", "register_fold")
# Rules that refuse in every room; their words stand with the commission's.
OF_EVERY_ROOM = {"disputed", "field", "not_yours", "unknown_act", "unknown_subject"}


def texts() -> list[ast.Call]:
    return [
        node
        for name in FILES
        for node in ast.walk(ast.parse((ROOM / f"{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    ]


def first_words(function: str) -> set[str]:
    return {
        node.args[0].value
        for node in texts()
        if isinstance(node.func, ast.Name)
        and node.func.id == function
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


RULES = sorted(first_words("RuleRefusesError") - OF_EVERY_ROOM)
REASONS = sorted(
    first_words("reason") | first_words("_no") | {"gap_lawful_on", "gap_lawful_not_before"}
)


def test_finds_what_is_written() -> None:
    assert {"prerequisite", "verifies_itself", "stock"} <= set(RULES)
    assert {"gap_not_decided", "gap_condition", "gap_arrives_late"} <= set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES)
def test_every_refusal_has_words(language: str, rule: str) -> None:
    assert load_words(language)[f"refusal.{rule}"].endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_names_the_same_numbers_in_every_language(language: str, code: str) -> None:
    english = placeholders(load_words("en")[f"reason.{code}"])
    assert placeholders(load_words(language)[f"reason.{code}"]) == english


def test_the_numbers_beside_a_reason_are_those_of_its_sentence() -> None:
    register = read_shipped("exercise.toml")
    state = fold_register(register, (), 0)
    board = gap(state, register.scenarios[0], 1_742_558_400_000_000)
    reasons = [why for row in board.rows for one in row.contributions for why in one.reasons]
    assert len({one.code for one in reasons}) >= 7
    for one in reasons:
        assert placeholders(load_words("en")[f"reason.{one.code}"]) == {n for n, _ in one.numbers}
