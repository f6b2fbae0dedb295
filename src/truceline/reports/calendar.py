"""What is due, as a calendar that any program reads.

Source: RFC 5545 (iCalendar), sections 3.1 (lines of at most 75 octets), 3.3.11 (text), 3.6.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from truceline.records.due import Due
from truceline.records.ids import short_id
from truceline.records.units import moment_of

LINE_OCTETS = 75
ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


def calendar(dues: Iterable[Due], now_us: int, name: str) -> bytes:
    """Write one event a due thing, at the instant at which it is due.

    Args:
        dues: What is due. Its id is the event's: a program that reads the file again moves the
            event, and makes no second one.
        now_us: Now, for the stamp that the format asks for.
        name: What the calendar is called.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Truceline//Coordination cell//EN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for due in dues:
        whom = ", ".join(short_id(one) for one in due.of) or "nobody named"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(due.id)}@truceline.example",
            f"DTSTAMP:{_instant(now_us)}",
            f"DTSTART:{_instant(due.due_us)}",
            f"SUMMARY:{_text(f'{due.what} {due.name}'.strip() + f': {whom}')}",
            f"DESCRIPTION:{_text(_described(due))}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _described(due: Due) -> str:
    article = f"Article {due.article}." if due.article else "A default of the house."
    return f"About {due.about}. {article} That it passes does nothing by itself."


def _text(text: str) -> str:
    return "".join(ESCAPES.get(letter, letter) for letter in text if letter != "\r")


def _instant(us: int) -> str:
    return moment_of(us).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> bytes:
    """Fold a line: none has more octets than allowed, and no letter is cut in two."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        octets = letter.encode()
        room = LINE_OCTETS if not parts else LINE_OCTETS - 1
        if len(part) + len(octets) > room:
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
