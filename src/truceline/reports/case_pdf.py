"""A case file as PDF, from the same page as the HTML.

Typst sets it, with the fonts that its package brings: no font, file or package of the machine is
read, and the only date in it is the record's. The same record gives the same bytes.
"""

from __future__ import annotations

import json
from importlib import resources

import typst

from truceline.records.canonical import plain
from truceline.records.units import moment_of
from truceline.reports.case_page import page_of
from truceline.reports.case_record import CaseRecord, Reader


def case_file_pdf(record: CaseRecord, reader: Reader, language: str) -> bytes:
    """Write a case file as PDF.

    Raises:
        NotForThisReaderError: This reader may have no file of this case.
        WordsError: There is no such language.
    """
    return _typeset(record, reader, language, "pdf")[0]


def case_file_pictures(record: CaseRecord, reader: Reader, language: str) -> tuple[bytes, ...]:
    """Write the pages of the PDF as PNG pictures, to look at.

    Raises:
        NotForThisReaderError, WordsError: As for the PDF.
    """
    return _typeset(record, reader, language, "png")


def _typeset(record: CaseRecord, reader: Reader, language: str, form: str) -> tuple[bytes, ...]:
    page = page_of(record, reader, language)
    template = resources.files("truceline.reports") / "templates" / "case_file.typ"
    moment = moment_of(record.at_us)
    date = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    written = typst.compile(
        template.read_bytes(),
        format="pdf" if form == "pdf" else "png",
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(plain(page), ensure_ascii=False), "date": json.dumps(date)},
    )
    if isinstance(written, list):
        return tuple(written)
    if written is None:
        raise TypeError("typst gave no document")
    return (written,)
