"""The calendar file, against the rules of RFC 5545 and not against how it was written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.records.due import Due
from truceline.reports.calendar_export import calendar_text
from truceline.reports.words import load_words

HOUR = 3_600_000_000


def due(name: str = "guarantor_consultation", *, what: str = "clock", about: str = "d:c",
        due_us: int = 1_790_000_000_000_000, article: str = "") -> Due:  # fmt: skip
    return Due(id=f"{what}:{about}", about=about, what=what, name=name, of=("DE", "GB"),
               due_us=due_us, article=article)  # fmt: skip


def written(*dues: Due, stamp_us: int = 0, language: str = "en") -> str:
    words = load_words(language)
    return calendar_text(dues, stamp_us=stamp_us, host="board.example", words=words)


def unfolded(text: str) -> list[str]:
    """Read lines as RFC 5545, 3.1, says: a CRLF and a blank are taken out first."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def value(text: str, name: str) -> list[str]:
    """Read a TEXT property as RFC 5545, 3.3.11, says."""
    raw = [line.partition(":")[2] for line in unfolded(text) if line.startswith(f"{name}:")]
    plain = {"n": "\n", "N": "\n"}
    return [re.sub(r"\\(.)", lambda m: plain.get(m[1], m[1]), one, flags=re.DOTALL) for one in raw]


def test_an_entry_says_what_is_awaited_of_whom_and_until_when() -> None:
    assert unfolded(written(due(article="7"))) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Truceline//Board//EN",
        "BEGIN:VEVENT",
        "UID:clock:d:c@board.example",
        "DTSTAMP:19700101T000000Z",
        "DTSTART:20260921T141320Z",
        "SUMMARY:Consultation of guarantors: runs out\\; awaited from DE\\, GB",
        "DESCRIPTION:d:c",
        "COMMENT:7",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_the_earliest_comes_first_whatever_the_order() -> None:
    first, second = due(about="z", due_us=1), due(about="a", due_us=HOUR)
    assert written(first, second) == written(second, first)
    assert value(written(second, first), "DESCRIPTION") == ["z", "a"]


def test_a_uid_stays_when_the_instant_moves() -> None:
    before, after = written(due()), written(due(due_us=HOUR), stamp_us=HOUR)
    assert value(before, "UID") == value(after, "UID")
    assert value(before, "UID") != value(written(due(about="other")), "UID")


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
@pytest.mark.parametrize("what", ["clock", "receipt", "meeting", "measure", "a case's own"])
def test_every_kind_has_its_line_in_every_language(language: str, what: str) -> None:
    (line,) = value(written(due(what=what), language=language), "SUMMARY")
    assert "DE, GB" in line
    assert "guarantor_consultation" not in line


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(texts)
def test_every_line_is_at_most_75_octets_and_no_character_is_parted(text: str) -> None:
    raw = written(due(about=text, article=text or "x")).encode()
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert all(line.decode() is not None for line in lines)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", raw)


@given(texts)
def test_what_is_read_back_is_what_was_written(text: str) -> None:
    (read,) = value(written(due(about=text)), "DESCRIPTION")
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    assert read == "".join(one for one in kept if one in "\n\t" or (one >= " " and one != "\x7f"))


def test_no_text_can_end_its_line_and_begin_another_property() -> None:
    lines = unfolded(written(due(about="x\r\nEND:VEVENT\nATTACH:http://example.org")))
    assert [line for line in lines if line.startswith(("ATTACH", "END:VEVENT"))] == ["END:VEVENT"]


def test_a_line_of_exactly_75_octets_is_not_folded() -> None:
    fits = "x" * (75 - len("DESCRIPTION:"))
    assert f"\r\nDESCRIPTION:{fits}\r\n" in written(due(about=fits))
    assert f"\r\nDESCRIPTION:{fits}\r\n x\r\n" in written(due(about=fits + "x"))
