"""The PDF of a case file: the same page, the same bytes, and letters for every language."""

from __future__ import annotations

import os
import re
import time
import zlib
from dataclasses import replace

import pytest
import typst
from sample_case import EXHIBITS, record, view

from truceline.reports.case_pdf import case_file_pdf, case_file_pictures
from truceline.reports.case_record import NotForThisReaderError, Reader
from truceline.reports.words import LANGUAGES

PUBLIC = Reader(tier="public")
PNG = b"\x89PNG\r\n\x1a\n"
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def unpacked(document: bytes) -> bytes:
    """The document with its streams inflated, where they are deflated."""
    parts = [document]
    for stream in STREAM.findall(document):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_the_same_record_gives_the_same_bytes_in_any_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = case_file_pdf(record(), PUBLIC, "en")
    monkeypatch.setitem(os.environ, "TZ", "America/Lima")
    time.tzset()
    assert case_file_pdf(record(), PUBLIC, "en") == first
    assert first.startswith(b"%PDF-")
    monkeypatch.undo()
    time.tzset()


def test_another_record_gives_other_bytes() -> None:
    other = record(view(claim="Another claim."))
    assert case_file_pdf(other, PUBLIC, "en") != case_file_pdf(record(), PUBLIC, "en")


def test_the_only_date_in_it_is_the_records() -> None:
    whole = record()
    document = unpacked(case_file_pdf(whole, PUBLIC, "en"))
    assert set(re.findall(rb"D:(\d{14})", document)) == {b"20260211024000"}
    later = unpacked(case_file_pdf(replace(whole, at_us=whole.at_us + 1_000_000), PUBLIC, "en"))
    assert set(re.findall(rb"D:(\d{14})", later)) == {b"20260211024001"}


def fonts_of(document: bytes) -> set[str]:
    """Name the fonts of a document, without the mark of their subset."""
    names = re.findall(rb"/FontName\s*/(\S+)", unpacked(document))
    return {name.split(b"+")[-1].decode() for name in names}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_typeset_with_the_fonts_of_the_package_alone(language: str) -> None:
    families = typst.Fonts(include_system_fonts=False).families()
    assert {"Libertinus Serif", "DejaVu Sans Mono"} <= set(families)
    # Letters that these fonts do not have, and fonts of many machines do: Tifinagh, N'Ko.
    whole = record(view(claim="\N{TIFINAGH LETTER YA} \N{NKO LETTER A}"))
    fonts = fonts_of(case_file_pdf(whole, PUBLIC, language))
    assert fonts
    assert all(name.startswith(("LibertinusSerif", "DejaVuSansMono")) for name in fonts)


def test_markup_in_what_people_wrote_is_text() -> None:
    hostile = '#panic("no") $x$ *a* <b> @c \\ [ ] ` // "'
    assert case_file_pdf(record(view(claim=hostile)), PUBLIC, "en").startswith(b"%PDF-")


def test_its_pages_can_be_looked_at() -> None:
    pages = case_file_pictures(record(), PUBLIC, "uk")
    assert len(pages) > 5
    assert all(page.startswith(PNG) for page in pages)


def test_the_one_who_may_have_no_file_has_no_pdf() -> None:
    with pytest.raises(NotForThisReaderError, match="not_published"):
        case_file_pdf(record(view(published=())), PUBLIC, "en")


def test_nothing_withheld_is_in_the_documents_data() -> None:
    """Letters on a page are glyphs; what is text is the outline, the title and the tags."""
    document = unpacked(case_file_pdf(record(), PUBLIC, "en"))
    for one in EXHIBITS[1:]:
        for secret in (one.title, one.by):
            assert secret.encode() not in document
            assert secret.encode("utf-16-be") not in document
