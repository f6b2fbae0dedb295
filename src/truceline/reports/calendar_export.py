"""What is due, as an iCalendar file that any calendar reads.

Source: RFC 5545 (lines end in CRLF and are folded at 75 octets, 3.1; TEXT is escaped, 3.3.11; UID
3.8.4.7; DTSTAMP 3.8.7.2). A UID is the same as long as the same thing is awaited, so that a
calendar moves an entry and does not double it. Times are UTC: a calendar shows them in its place.
"""

from __future__ import annotations

from collections.abc import Iterable

from truceline.records.due import Due
from truceline.records.units import moment_of
from truceline.reports.words import Words

LINE_OCTETS = 75
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_text(dues: Iterable[Due], *, stamp_us: int, host: str, words: Words) -> str:
    """Write a calendar, the earliest first.

    Args:
        dues: What is awaited.
        stamp_us: When this was written: the same for every entry.
        host: Name of this board, which makes the UIDs unique in the world.
        words: Language of the summaries.

    >>> from truceline.reports.words import load_words
    >>> calendar_text([], stamp_us=0, host="board.example", words=load_words("en")).splitlines()[1]
    'VERSION:2.0'
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Truceline//Board//EN"]
    for due in sorted(dues, key=lambda one: (one.due_us, one.id)):
        lines += _event(due, stamp_us, host, words)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines)


def summary(due: Due, words: Words) -> str:
    """Say in one line what is awaited and of whom."""
    key = f"due.{due.what}"
    name = words.get(f"due_name.{due.name}", words.get(f"trigger.{due.name}", due.name))
    of = ", ".join(due.of) or words["value.not_known"]
    return words.say(key if key in words else "due.other", what=due.what, name=name, of=of)


def _event(due: Due, stamp_us: int, host: str, words: Words) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(f'{due.id}@{host}')}",
        f"DTSTAMP:{_utc(stamp_us)}",
        f"DTSTART:{_utc(due.due_us)}",
        f"SUMMARY:{_text(summary(due, words))}",
        f"DESCRIPTION:{_text(due.about)}",
    ]
    if due.article:
        lines.append(f"COMMENT:{_text(due.article)}")
    # It is awaited, and keeps nobody's time blocked.
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def _utc(us: int) -> str:
    return moment_of(us).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Escape a TEXT value, and leave out the control characters that it may not hold."""
    newlines = text.replace("\r\n", "\n").replace("\r", "\n")
    printable = "".join(one for one in newlines if one in "\n\t" or (one >= " " and one != "\x7f"))
    return printable.translate(ESCAPES)


def _folded(line: str) -> str:
    """Fold a line so that none is longer than 75 octets; no character is parted."""
    parts, octets = [""], 0
    for character in line:
        length = len(character.encode())
        if octets + length > LINE_OCTETS:
            parts.append(" ")
            octets = 1
        parts[-1] += character
        octets += length
    return "\r\n".join(parts)
