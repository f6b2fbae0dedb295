"""The fields of an act's detail: what kind of value each holds, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from truceline.records.canonical import INTEGER_LIMIT, Json

TEXT_LIMIT = 20_000
SHORT_LIMIT = 200
LIST_LIMIT = 1_000
HEX_64 = re.compile(r"[0-9a-f]{64}")

TEXT = "text"
CLAIM = "text or empty"
SHORT = "line"
CODE = "code"
CODES = "codes"
ID = "id"
IDS = "ids"
HASH = "sha256"
INSTANT = "instant"
FLAG = "flag"


def _is_text(value: Json, limit: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= limit


def _is_line(value: Json) -> bool:
    return isinstance(value, str) and len(value) <= SHORT_LIMIT and value.isprintable()


def _is_list(value: Json) -> bool:
    """A list of lines without a double: order is the author's."""
    if not isinstance(value, list) or len(value) > LIST_LIMIT:
        return False
    return all(_is_line(one) and one for one in value) and len({str(one) for one in value}) == len(
        value
    )


def _is_instant(value: Json) -> bool:
    return type(value) is int and 0 <= value < INTEGER_LIMIT


# What each kind asks of a value, and its name in a sentence.
KINDS: Mapping[str, tuple[Callable[[Json], bool], str]] = MappingProxyType(
    {
        TEXT: (lambda value: _is_text(value, TEXT_LIMIT), "a text that is not empty"),
        CLAIM: (lambda value: isinstance(value, str) and len(value) <= TEXT_LIMIT, "a text"),
        SHORT: (_is_line, "one printable line"),
        CODE: (_is_line, "the code of a state or party"),
        CODES: (_is_list, "a list of codes, none twice"),
        ID: (lambda value: _is_line(value) and bool(value), "an id"),
        IDS: (_is_list, "a list of ids, none twice"),
        HASH: (
            lambda value: isinstance(value, str) and HEX_64.fullmatch(value) is not None,
            "64 lower-case hexadecimal digits",
        ),
        INSTANT: (_is_instant, "microseconds since 1970 UTC"),
        FLAG: (lambda value: isinstance(value, bool), "true or false"),
        "proposal": (lambda value: isinstance(value, dict), "a proposal"),
        "levels": (lambda value: isinstance(value, list), "a list of levels"),
        "determination": (
            lambda value: value is None or isinstance(value, dict),
            "a determination's proposal, or null",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        kind: A key of `KINDS`, or the words it may be, written "one|other".
        meaning: What it says.
        required: Whether the act is whole without it.
    """

    kind: str
    meaning: str
    required: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it may be; none where `kind` is one of `KINDS`."""
        return () if self.kind in KINDS else tuple(self.kind.split("|"))

    def complaint(self, value: Json) -> str:
        """Say what is wrong with a value; nothing if it is good."""
        if self.words:
            is_good, wanted = value in self.words, f"one of {', '.join(self.words)}"
        else:
            asks, wanted = KINDS[self.kind]
            is_good = asks(value)
        return "" if is_good else f"must be {wanted}"


def word(*words: str) -> str:
    """Name the kind of a field that is one of these words."""
    # One word alone would read as the name of a kind.
    return "|".join(words)


def optional(kind: str, meaning: str) -> Field:
    """Make a field that may be left out."""
    return Field(kind=kind, meaning=meaning, required=False)


def complaint(fields: Mapping[str, Field], detail: Mapping[str, Json]) -> str:
    """Say what is wrong with a detail; nothing if it is whole.

    >>> complaint({"to": Field(kind=SHORT, meaning="")}, {"to": 1})
    'to must be one printable line'
    """
    for name in detail:
        if name not in fields:
            return f"there is no field {name}"
    for name, field in fields.items():
        if name not in detail:
            if field.required:
                return f"{name} is missing"
        elif wrong := field.complaint(detail[name]):
            return f"{name} {wrong}"
    return ""
