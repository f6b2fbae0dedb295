"""The page on rights says what the rights are, and every rule has words in every language."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from truceline.access.read import load
from truceline.records.mandate import Role
from truceline.records.permission import DISCLOSURE_TIERS
from truceline.reports.words import LANGUAGES, load_words

ROOT = Path(__file__).parents[2]


def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("access_page", ROOT / "scripts/access_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_rights_as_they_are() -> None:
    page = (ROOT / "docs/reference/access.md").read_text(encoding="utf-8")
    assert "| `case.position` | - | - | - | - | - | concerned |" in page
    assert page.count("| `permit.") > 20
    assert writer().rewritten(page) == page
    assert writer().rewritten(page.replace("| concerned |", "| yes |")) == page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_its_words(language: str) -> None:
    policies = load().every.values()
    keys = {policy.words for policy in policies}
    keys |= {f"access.asks.{key}" for policy in policies for key in policy.asks}
    keys |= {f"access.role.{role.value}" for role in Role}
    keys |= {f"access.tier.{tier}" for tier in DISCLOSURE_TIERS}
    assert len(keys) > 60
    assert keys <= set(load_words(language))
    assert all(policy.words == f"access.{policy.id}" for policy in policies)


def test_no_words_are_left_of_a_rule_that_is_gone() -> None:
    policies = load().every.values()
    known = {f"access.{policy.id}" for policy in policies}
    known |= {f"access.asks.{key}" for policy in policies for key in policy.asks}
    said = {
        key
        for key in load_words("en")
        if key.startswith(("access.permit.", "access.forbid.", "access.asks."))
    }
    assert said == known
