"""A case file: one case as HTML and as JSON, for one reader, from one source.

`case_pdf.case_file_pdf` writes the same page as PDF.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from truceline.records.canonical import canonical
from truceline.reports.case_page import page_of
from truceline.reports.case_record import CaseRecord, Reader
from truceline.reports.case_redaction import told


def case_file(record: CaseRecord, reader: Reader, language: str) -> str:
    """Write a case file as one HTML document without any outside part or script.

    Args:
        record: The case and what it cites.
        reader: For whom it is written; what that reader may not see is replaced, never dropped.
        language: A key of `words.LANGUAGES`.

    Raises:
        NotForThisReaderError: This reader may have no file of this case.
        WordsError: There is no such language.
    """
    page = page_of(record, reader, language)
    return _environment().get_template("case_file.html").render(page=page)


def case_file_json(record: CaseRecord, reader: Reader) -> bytes:
    """Write a case file as canonical JSON: what people get on the page, in codes and numbers.

    Raises:
        NotForThisReaderError: This reader may have no file of this case.
    """
    return canonical(told(record, reader))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("truceline.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
