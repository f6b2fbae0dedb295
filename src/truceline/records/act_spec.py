"""What an act's name asks for: the fields of its `detail`, a check of each, and who may do it.

A room lists its acts in one visible table, `ACTS`. The command line builds its options from that
table, the fold refuses by it, and the reference page is written from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from truceline.records.canonical import Json

Check = Callable[[Json], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an act's detail.

    Attributes:
        check: Says what is wrong with a value; "" where nothing is.
        kind: What it holds, in a word for the reader: "text", "instant", "ids", "word", ...
        meaning: What it means, in one sentence.
        words: The words allowed, for a field of kind "word" or "words"; none for another kind.
        required: Whether the act is refused without it.
    """

    check: Check
    kind: str
    meaning: str
    words: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSpec:
    """What one name asks for.

    Attributes:
        does: What the act does, in one sentence.
        who: Who may do it, in one sentence: the fold's rule in words.
        about: What `about` names, for example "declaration"; "" where it must be empty.
        fields: The fields of `detail`.
    """

    does: str
    who: str
    about: str
    fields: Mapping[str, Field]


def complaint(spec: ActSpec, detail: Mapping[str, Json]) -> str:
    """Say the first thing that is wrong with a detail; "" where nothing is.

    >>> spec = ActSpec(does="", who="", about="", fields={"why": text("Why.")})
    >>> complaint(spec, {"why": ""})
    'why must be text that is not empty'
    >>> complaint(spec, {"why": "jammed", "how": "so"})
    'no field how'
    """
    for name in sorted(detail):
        if name not in spec.fields:
            return f"no field {name}"
    for name, field in spec.fields.items():
        if name not in detail:
            if field.required:
                return f"{name} is missing"
        elif wrong := field.check(detail[name]):
            return f"{name} {wrong}"
    return ""


def text(meaning: str, *, required: bool = True) -> Field:
    """Ask for text that is not empty."""

    def check(value: Json) -> str:
        is_text = isinstance(value, str) and value.strip() != ""
        return "" if is_text else "must be text that is not empty"

    return Field(check=check, kind="text", meaning=meaning, required=required)


def instant(meaning: str, *, required: bool = True) -> Field:
    """Ask for microseconds since 1970 UTC."""

    def check(value: Json) -> str:
        is_instant = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_instant else f"must be microseconds since 1970 UTC, not {value!r}"

    return Field(check=check, kind="instant", meaning=meaning, required=required)


def count(meaning: str, *, least: int = 1, required: bool = True) -> Field:
    """Ask for a whole number, `least` or more."""

    def check(value: Json) -> str:
        is_count = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return "" if is_count else f"must be a whole number from {least}, not {value!r}"

    return Field(check=check, kind="count", meaning=meaning, required=required)


def word(meaning: str, allowed: Collection[str], *, required: bool = True) -> Field:
    """Ask for one word of a list."""
    words = tuple(allowed)

    def check(value: Json) -> str:
        return "" if value in words else f"must be one of {', '.join(words)}, not {value!r}"

    return Field(check=check, kind="word", meaning=meaning, words=words, required=required)


def ids(meaning: str, *, least: int = 1, required: bool = True) -> Field:
    """Ask for a list of different ids or texts, `least` or more."""

    def check(value: Json) -> str:
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            return f"must be a list of texts, not {value!r}"
        if len({str(one) for one in value}) != len(value):
            return "names one twice"
        return "" if len(value) >= least else f"must name {least} or more"

    return Field(check=check, kind="ids", meaning=meaning, required=required)


def words(
    meaning: str, allowed: Collection[str], *, least: int = 1, required: bool = True
) -> Field:
    """Ask for a list of different words of a list, `least` or more."""
    listed, only = ids(meaning, least=least), tuple(allowed)

    def check(value: Json) -> str:
        if wrong := listed.check(value):
            return wrong
        other = [one for one in value if one not in only] if isinstance(value, list) else []
        return f"names {other[0]!r}, none of {', '.join(only)}" if other else ""

    return Field(check=check, kind="words", meaning=meaning, words=only, required=required)
