"""One table of an agreement file, read key by key, so that each problem names its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from truceline.records.units import us_of

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Later instants would not fit the 2^53 of canonical JSON; earlier ones come before the epoch.
FIRST_YEAR, LAST_YEAR = 1970, 2200
# Python refuses to print longer ones, and nobody would read them.
LONGEST_INTEGER_BITS = 128
LONGEST_SHOWN = 60


class Entry:
    """One table, with the list that its problems go to.

    Every reader gives None for a value that is missing or wrong, after it has said so: one pass
    over a file finds all of its problems.
    """

    def __init__(self, place: str, values: object, problems: list[str], *, number: int = 1) -> None:
        self.place = place
        self.number = number
        self.problems = problems
        self.values: dict[str, object] = values if isinstance(values, dict) else {}
        self.is_table = isinstance(values, dict)
        if not self.is_table:
            self.refuse("", f"{shown(values)} is no table of keys and values")

    def refuse(self, key: str, what: str) -> None:
        """Add a problem that names the place, the key and the value."""
        self.problems.append(f"{self.place}: {key + ': ' if key else ''}{what}")

    def allow(self, known: Collection[str]) -> None:
        """Refuse every key that is not known, and name the nearest that is."""
        for key in self.values:
            if key not in known:
                self.refuse(key, f"no such key{nearest(key, known)}")

    def required(self, key: str) -> object:
        """Give a value of any type; its absence is a problem."""
        if key not in self.values:
            self.refuse(key, "missing")
        return self.values.get(key)

    def text(self, key: str) -> str | None:
        """Read words: a string that is not blank."""
        value = self.required(key)
        if key not in self.values:
            return None
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, f"expected words in quotation marks, got {shown(value)}")
            return None
        return value

    def name(self, key: str) -> str | None:
        """Read an id: findings name it, so it holds nothing that would break a finding's name."""
        value = self.text(key)
        if value is not None and not ID.fullmatch(value):
            self.refuse(
                key, f"{shown(value)} is no id; write small letters, digits and single hyphens"
            )
            return None
        return value

    def one_of(self, key: str, known: Collection[str], what: str) -> str | None:
        """Read a word that must be one of those known."""
        value = self.text(key)
        if value is not None and value not in known:
            self.refuse("", f"{key} {shown(value)} is no {what}{nearest(value, known)}")
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Read a list of words that is not empty."""
        value = self.required(key)
        if key not in self.values:
            return None
        if not isinstance(value, list) or not value:
            self.refuse(key, f"expected a list of words, got {shown(value)}")
            return None
        wrong = [item for item in value if not isinstance(item, str) or not item.strip()]
        for item in wrong:
            self.refuse(key, f"expected words in quotation marks, got {shown(item)}")
        return None if wrong else tuple(value)

    def instant(self, key: str) -> int | None:
        """Read an instant in microseconds since 1970 UTC; without a zone it is none."""
        value = self.required(key)
        if key not in self.values:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            hint = "a time has a zone: write 2026-04-11T13:00:00Z"
            self.refuse(key, f"{shown(value)} is no instant; {hint}")
            return None
        if not FIRST_YEAR < value.year < LAST_YEAR:
            self.refuse(key, f"{shown(value)} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
            return None
        return us_of(value.astimezone(UTC))

    def whole(self, key: str, lowest: int, highest: int) -> int | None:
        """Read a whole number within bounds, both included."""
        value = self.required(key)
        if key not in self.values:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, f"expected a whole number, got {shown(value)}")
            return None
        if not lowest <= value <= highest:
            self.refuse(key, f"{shown(value)} is outside {lowest}..{highest}")
            return None
        return value

    def scaled(self, key: str, lowest: int, highest: int, scale: int) -> int | None:
        """Read a number within bounds as a whole count of 1/scale, rounded once, half to even."""
        value = self.required(key)
        if key not in self.values:
            return None
        try:
            return scaled(value, lowest, highest, scale)
        except ValueError as error:
            self.refuse(key, str(error))
            return None


def scaled(value: object, lowest: int, highest: int, scale: int) -> int:
    """Give a decimal number as a whole count of 1/scale, rounded half to even.

    Raises:
        ValueError: It is no number, or outside the bounds.

    >>> scaled(Decimal("37.12345678"), -180, 180, 10_000_000)
    371234568
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"expected a number, got {shown(value)}")  # noqa: TRY004 - a value's fault
    number = Decimal(value)
    if not number.is_finite() or not lowest <= number <= highest:
        raise ValueError(f"{shown(value)} is outside {lowest}..{highest}")
    return round(number * scale)


def nearest(word: str, known: Iterable[str]) -> str:
    """Say what may have been meant, or what is known."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(words)}"


def shown(value: object) -> str:
    """Show a value as it stands in the file, as far as that can be told, and not at length."""
    text = _written(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER_BITS:
        return f"a number of {value.bit_length()} bits"
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in value[:LONGEST_SHOWN])}]"
    return repr(value)
