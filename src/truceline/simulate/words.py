"""The words of the exercise's papers: one file a language in `words`, the same keys in each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "uk", "ru")


@cache
def load_words(language: str) -> Mapping[str, str]:
    """Give the words of a language by dotted key.

    Raises:
        LookupError: There are none.
    """
    if language not in LANGUAGES:
        raise LookupError(f"no words of language {language!r}: {', '.join(LANGUAGES)}")
    file = resources.files("truceline.simulate").joinpath("words", f"{language}.toml")
    return dict(_flat(tomllib.loads(file.read_text("utf-8"))))


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
