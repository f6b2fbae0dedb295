"""A case file's page: the same sections in the same order, whoever reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from truceline.records.ids import short_id
from truceline.reports import case_after, case_decided, case_heard
from truceline.reports.case_blocks import (
    Block,
    Command,
    Line,
    Page,
    Paragraph,
    Section,
    Span,
    Table,
)
from truceline.reports.case_record import CaseRecord, Reader
from truceline.reports.case_redaction import Told, told, withheld
from truceline.reports.case_sheet import Sheet, places
from truceline.reports.words import instant, load_words

Blocks = tuple[Block, ...]


def _withheld(sheet: Sheet) -> Blocks:
    """Count what is withheld from this reader, by rule, so that nothing is missing in silence."""
    counted = Counter(
        (closed["rule"], sheet.from_whom(closed)) for _, closed in withheld(sheet.told)
    )
    if not counted:
        return sheet.nothing("nothing_withheld")
    rows = tuple(
        (
            sheet.plain(sheet.rule({"rule": rule})),
            sheet.plain(from_whom),
            (Span(text=sheet.words.integer(number), kind="number"),),
        )
        for (rule, from_whom), number in sorted(counted.items())
    )
    head = tuple(sheet.say(key) for key in ("closed.rule", "closed.from", "closed.fields"))
    note = Paragraph(line=sheet.plain(sheet.say("withheld_note")), kind="note")
    return (note, Table(caption="", head=head, rows=rows))


def _check(sheet: Sheet) -> Blocks:
    """Say how everything in the file can be checked without the house."""
    agreement = sheet.facts(
        ("agreement", sheet.id(sheet.told["agreement"])),
        ("agreement_hash", sheet.id(sheet.told["agreement_sha256"])),
        ("log", sheet.id(sheet.told["checkpoint"]["origin"])),
        ("log_size", (Span(text=str(sheet.told["checkpoint"]["size"]), kind="number"),)),
        ("log_root", sheet.id(sheet.told["checkpoint"]["root"])),
    )
    return (
        Paragraph(line=sheet.plain(sheet.say("check_note"))),
        agreement,
        Command(
            lines=(
                'truceline verify DIR --key "$KEY" --replay',
                "truceline ledger prove INDEX --mission DIR -o entry.tlog-proof",
                'truceline ledger check-proof entry.tlog-proof --key "$KEY"',
            )
        ),
    )


# Name of the section, a key of the words behind `case_file.section.`, and what writes it.
SECTIONS: Mapping[str, Callable[[Sheet], Blocks]] = MappingProxyType(
    {
        "summary": case_heard.summary,
        "positions": case_heard.sides,
        "findings": case_heard.findings,
        "exhibits": case_heard.exhibits,
        "requests": case_heard.requests,
        "declared": case_heard.declared,
        "motions": case_decided.motions,
        "determinations": case_decided.determinations,
        "corrections": case_decided.corrections,
        "appeals": case_after.appeals,
        "remedies": case_after.remedies,
        "deadlines": case_after.deadlines,
        "hats": case_after.hats,
        "patterns": case_after.patterns,
        "handling": case_after.handling,
        "withheld": _withheld,
        "check": _check,
    }
)


def page_of(record: CaseRecord, reader: Reader, language: str) -> Page:
    """Write a case as the parts of a page.

    Raises:
        NotForThisReaderError: This reader may have no file of this case.
        WordsError: There is no such language.
    """
    return page_of_told(told(record, reader), record, language)


def page_of_told(case: Told, record: CaseRecord, language: str) -> Page:
    """Write what was told of a case as the parts of a page."""
    words = load_words(language)
    sheet = Sheet(
        told=case,
        words=words,
        places=places(case, words),
        entries={one["id"]: one for one in case["entries"]},
        findings={one["id"]: one for one in case["findings"]},
        bodies={one.id: one.name for one in record.mandate.bodies},
    )
    return Page(
        language=language,
        title=sheet.say("heading", case=short_id(case["case"]["line"]["id"])),
        about=_about(sheet),
        notes=(
            sheet.say("what_it_is"),
            sheet.say("words_weigh"),
            f"{words['report.times']} {words['report.untranslated']}",
        ),
        contents=words["report.contents"],
        skip=words["report.skip"],
        sections=tuple(
            Section(name=name, title=sheet.say(f"section.{name}"), blocks=write(sheet))
            for name, write in SECTIONS.items()
        ),
    )


def _about(sheet: Sheet) -> tuple[tuple[str, Line], ...]:
    reader, head = sheet.told["reader"], sheet.told["checkpoint"]
    log = sheet.say("head_is", origin=head["origin"], size=sheet.words.integer(head["size"]))
    made_for = sheet.word("tier", reader["tier"])
    if reader["party"]:
        made_for = sheet.say("made_for_state", tier=made_for, state=sheet.party(reader["party"]))
    return (
        (sheet.say("made_for"), sheet.plain(made_for)),
        (sheet.say("as_of"), sheet.plain(instant(sheet.told["at_us"]))),
        (sheet.say("head"), (Span(text=f"{log} "), Span(text=head["root"], kind="id"))),
    )
