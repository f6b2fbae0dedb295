"""What a value in a register file or in an act may be, beside what every room asks for.

One set of checks serves both. What nobody knows is the words "not known": they stand where a day
or a number would, and are never replaced by a guess.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from truceline.records.act_spec import Field
from truceline.records.canonical import Json
from truceline.records.commitment import NOT_KNOWN

ID = re.compile(r"[A-Za-z0-9]+([-._/:][A-Za-z0-9]+)*")
SHA256 = re.compile(r"[0-9a-f]{64}")
CURRENCY = re.compile(r"[A-Z]{3}")
FIRST_YEAR, LAST_YEAR = 1970, 2200
LONGEST_SHOWN = 60


def shown(value: object) -> str:
    """Show a value as it stands, and not at length."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def nearest(word: str, known: Collection[str]) -> str:
    """Say what may have been meant, or what is known."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(sorted(known))}"


def problems_of(values: Mapping[str, Json], fields: Mapping[str, Field]) -> tuple[str, ...]:
    """Give every problem of a table: unknown keys, missing ones, and values that may not stand.

    >>> problems_of({"dya": "x"}, {"day": day("When.")})
    ('dya: no such key; did you mean day?', 'day: missing')
    """
    found = [f"{key}: no such key{nearest(key, fields)}" for key in values if key not in fields]
    for key, field in fields.items():
        if key not in values:
            found += [f"{key}: missing"] if field.required else []
        elif wrong := field.check(values[key]):
            found.append(f"{key}: {wrong}")
    return tuple(found)


def optional(field: Field) -> Field:
    """Give the same field, which may be left out."""
    return replace(field, required=False)


def or_unknown(field: Field) -> Field:
    """Give a field that the words "not known" may stand in too."""
    inner = field.check

    def check(value: Json) -> str:
        wrong = "" if value == NOT_KNOWN else inner(value)
        return f'{wrong}; or write "{NOT_KNOWN}"' if wrong else ""

    return replace(field, check=check, kind=f'{field.kind}, or "{NOT_KNOWN}"')


def or_nothing(field: Field) -> Field:
    """Give a field in which "" may stand for nothing."""
    inner = field.check
    return replace(field, check=lambda value: "" if value == "" else inner(value))


def ident(meaning: str) -> Field:
    """Ask for an id: letters, digits, and single marks between them."""
    return _matching(ID, "id", "an id of letters, digits and single marks", meaning)


def sha256(meaning: str) -> Field:
    """Ask for a SHA-256."""
    return _matching(SHA256, "sha256", "a SHA-256 in hex", meaning)


def currency(meaning: str) -> Field:
    """Ask for a currency of ISO 4217."""
    return _matching(CURRENCY, "currency", "three capital letters, as EUR", meaning)


def _matching(pattern: re.Pattern[str], kind: str, what: str, meaning: str) -> Field:
    def check(value: Json) -> str:
        good = isinstance(value, str) and pattern.fullmatch(value)
        return "" if good else f"must be {what}, not {shown(value)}"

    return Field(check=check, kind=kind, meaning=meaning)


def day(meaning: str) -> Field:
    """Ask for a day, written 2026-01-06."""

    def check(value: Json) -> str:
        try:
            good = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
            year_fits = good and FIRST_YEAR <= int(str(value)[:4]) <= LAST_YEAR
        except ValueError:
            year_fits = False
        return "" if year_fits else f"must be a day, as 2026-01-06, not {shown(value)}"

    return Field(check=check, kind="day", meaning=meaning)


def whole(meaning: str, lowest: int, highest: int) -> Field:
    """Ask for a whole number within bounds, both included."""

    def check(value: Json) -> str:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        good = is_whole and isinstance(value, int) and lowest <= value <= highest
        return "" if good else f"must be a whole number in {lowest}..{highest}, not {shown(value)}"

    return Field(check=check, kind="count", meaning=meaning)


def year(meaning: str) -> Field:
    """Ask for a year."""
    return whole(meaning, FIRST_YEAR, LAST_YEAR)


def flag(meaning: str) -> Field:
    """Ask for true or false."""

    def check(value: Json) -> str:
        return "" if isinstance(value, bool) else f"must be true or false, not {shown(value)}"

    return Field(check=check, kind="flag", meaning=meaning)


def codes(meaning: str) -> Field:
    """Ask for a list of ids, which may be empty."""
    one = ident(meaning)

    def check(value: Json) -> str:
        if not isinstance(value, list):
            return f"must be a list of ids, not {shown(value)}"
        return next((wrong for item in value if (wrong := one.check(item))), "")

    return Field(check=check, kind="ids", meaning=meaning)
