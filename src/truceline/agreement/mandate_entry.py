"""The kinds of value that only a mandate's tables have: lengths of time, shares, keys, acts."""

from __future__ import annotations

import re
from collections.abc import Collection

from truceline.agreement.entry import Entry, nearest, shown
from truceline.agreement.mandate_vocabulary import ACT_FAMILIES

# ISO 8601-1:2019, 5.5.2.2: weeks alone, or days and a time of day; no fractions.
WEEKS = re.compile(r"P(\d{1,4})W")
DURATION = re.compile(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")
CALENDAR = re.compile(r"P[\dYMWD]*\d[YM][\dYMWD]*(T.*)?")
SECONDS = (86_400, 3600, 60, 1)
LONGEST_S = 10 * 365 * 86_400
SHARE = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")
KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
ACT = re.compile(r"([a-z]+)\.[a-z][a-z_]*")
WORD_ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def read_duration(entry: Entry, key: str) -> int | None:
    """Read a length of time, in seconds: ISO 8601 of weeks, days, hours, minutes, seconds.

    A month and a year are refused: how long they last depends on when they begin, and two sides
    would count two lengths.
    """
    text = entry.text(key)
    if text is None:
        return None
    if CALENDAR.fullmatch(text):
        entry.refuse(
            key, f"{shown(text)} counts months or years, which differ in length; write days: P30D"
        )
        return None
    if weeks := WEEKS.fullmatch(text):
        seconds = int(weeks[1]) * 7 * SECONDS[0]
    elif (parts := DURATION.fullmatch(text)) and any(parts.groups()):
        seconds = sum(
            int(part or 0) * unit for part, unit in zip(parts.groups(), SECONDS, strict=True)
        )
    else:
        entry.refuse(key, f"{shown(text)} is no length of time; write PT12H, PT30M or P7D")
        return None
    if not 0 < seconds <= LONGEST_S:
        entry.refuse(key, f"{shown(text)} is {seconds} s, outside 1 s to ten years")
        return None
    return seconds


def read_share(entry: Entry, key: str) -> tuple[int, int] | None:
    """Read a share such as "2/3": more than a half, so that yes and no never carry at once."""
    text = entry.text(key)
    if text is None:
        return None
    parts = SHARE.fullmatch(text)
    if parts is None:
        entry.refuse(key, f'{shown(text)} is no share; write "2/3"')
        return None
    share = int(parts[1]), int(parts[2])
    if not share[1] < 2 * share[0] <= 2 * share[1]:
        entry.refuse(key, f"{shown(text)} is not above 1/2 and up to 1")
        return None
    return share


def read_key_name(entry: Entry, key: str) -> str | None:
    """Read the name of a key, as the log's register of keys writes it; "" where none is given."""
    if key not in entry.values:
        return ""
    name = entry.text(key)
    return None if name is None or not is_key_name(entry, key, name) else name


def is_key_name(entry: Entry, key: str, name: str) -> bool:
    """Tell whether a name can be a key's, after saying so if not."""
    if KEY_NAME.fullmatch(name):
        return True
    entry.refuse(
        key, f"{shown(name)} is no name of a key; write letters, digits, dots, slashes, hyphens"
    )
    return False


def read_flag(entry: Entry, key: str, default: bool) -> bool | None:
    """Read true or false; the default where the key is not given."""
    value = entry.values.get(key, default)
    if not isinstance(value, bool):
        entry.refuse(key, f"expected true or false, got {shown(value)}")
        return None
    return value


def read_words_of(
    entry: Entry, key: str, known: Collection[str], what: str
) -> tuple[str, ...] | None:
    """Read a list of words out of those known, each once."""
    words = entry.texts(key)
    if words is None:
        return None
    wrong = [word for word in words if word not in known]
    for word in wrong:
        entry.refuse(key, f"{shown(word)} is no {what}{nearest(word, known)}")
    for word in sorted({word for word in words if words.count(word) > 1}):
        entry.refuse(key, f"{shown(word)} stands twice")
    return None if wrong else words


def is_act(entry: Entry, key: str, name: str) -> bool:
    """Tell whether a name can be an act's: a family that is known, a point, and what is done."""
    found = ACT.fullmatch(name)
    if found is None:
        entry.refuse(key, f"{shown(name)} is no act; write for example case.notify")
        return False
    if found[1] not in ACT_FAMILIES:
        entry.refuse(
            key, f"{shown(name)}: no act begins with {found[1]!r}{nearest(found[1], ACT_FAMILIES)}"
        )
        return False
    return True


def read_word_id(entry: Entry, key: str) -> str | None:
    """Read an id that may be a word of the vocabulary: with hyphens or with underscores."""
    value = entry.text(key)
    if value is not None and not WORD_ID.fullmatch(value):
        entry.refuse(key, f"{shown(value)} is no id; write small letters, digits, hyphens")
        return None
    return value
