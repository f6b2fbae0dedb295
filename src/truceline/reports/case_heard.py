"""The sections of a case file on what was heard: positions, findings, exhibits, requests."""

from __future__ import annotations

from typing import Any

from truceline.reports.case_blocks import (
    Block,
    Command,
    Facts,
    Heading,
    Line,
    Paragraph,
    Quoted,
    Sides,
    Span,
)
from truceline.reports.case_redaction import Told, is_withheld
from truceline.reports.case_sheet import Sheet, ids

Blocks = tuple[Block, ...]


def summary(sheet: Sheet) -> Blocks:
    """Say in short what the case is and where it stands."""
    case, line = sheet.case, sheet.case["line"]
    standing = [one["id"] for one in case["determinations"] if one["standing"] == "stands"]
    facts = sheet.facts(
        ("case", sheet.id(line["id"])),
        ("status_is", sheet.plain(sheet.word("status", line["status"]))),
        ("severity_is", sheet.plain(sheet.word("severity", line["severity"]))),
        ("body_now", sheet.plain(sheet.body(line["body"]))),
        ("opened", sheet.when(line["opened_us"])),
        ("opened_by", sheet.told_line(case["opened_by"], "id")),
        ("assigned_to", sheet.told_line(line["assigned_to"], "id")),
        ("concerns", sheet.listed([sheet.party(one["party"]) for one in case["parties"]])),
        ("findings", sheet.refs(case["findings"])),
        ("standing_determinations", sheet.refs(standing)),
        ("next_due", _due(sheet, line["next_due_us"])),
        ("passed", (*sheet.number(line["passed"]), Span(text=" "), *_to(sheet, "deadlines"))),
    )
    warned: Blocks = ()
    if case["warnings"]:
        rules = ", ".join(case["warnings"])
        warned = (Paragraph(line=sheet.plain(sheet.say("warned", rules=rules)), kind="mark"),)
    claim = sheet.quoted("claim", case["claim"])
    return (*sheet.quoted("about", line["title"]), facts, *claim, *warned)


def _due(sheet: Sheet, due_us: int | None) -> Line:
    return sheet.none() if due_us is None else sheet.when(due_us)


def _to(sheet: Sheet, section: str) -> Line:
    return (Span(text=sheet.say("see", section=sheet.say(f"section.{section}")), to=section),)


def sides(sheet: Sheet) -> Blocks:
    """Put what the parties said side by side: the same rows, the same width, silence as silence."""
    parties = sheet.case["parties"]
    if not parties:
        return sheet.nothing("no_parties")
    return (
        Paragraph(line=sheet.plain(sheet.say("sides_note")), kind="note"),
        Sides(columns=tuple(_side(sheet, one) for one in parties)),
    )


def _side(sheet: Sheet, one: Told) -> Blocks:
    name = f"party-{[other['party'] for other in sheet.case['parties']].index(one['party']) + 1}"
    facts = sheet.facts(
        ("standing_is", sheet.plain(sheet.word("party_standing", one["standing"]))),
        ("notified", sheet.when(one["notified_us"])),
        ("reply_due", sheet.none() if one["due_us"] is None else sheet.when(one["due_us"])),
    )
    said = [block for position in one["positions"] for block in _position(sheet, position)]
    if one["standing"] == "silent":
        said = [Paragraph(line=sheet.plain(sheet.say("silence")), kind="mark")]
    elif not said:
        said = [Paragraph(line=sheet.plain(sheet.say("no_position_yet")))]
    return (Heading(level=3, text=sheet.party(one["party"]), name=name), facts, *said)


def _position(sheet: Sheet, one: Told) -> Blocks:
    late = (sheet.say("late"),) if one["late"] else ()
    facts = Facts(
        rows=(
            *sheet.record(one["id"]),
            (sheet.say("stance_is"), sheet.plain(sheet.word("stance", one["stance"]))),
            (sheet.say("at"), sheet.when(one["at_us"]) + tuple(Span(text=f" {x}") for x in late)),
        )
    )
    return (facts, *sheet.quoted("position", one["text"]))


def findings(sheet: Sheet) -> Blocks:
    """Show each finding with its clause, its probability and its id."""
    cited = list(enumerate(ids(sheet.told, "findings"), start=1))
    if not cited:
        return sheet.nothing("no_findings")
    note = Paragraph(line=sheet.plain(sheet.say("findings_note")), kind="note")
    return (note, *(block for n, one in cited for block in _finding(sheet, n, one)))


def _finding(sheet: Sheet, number: int, one: str) -> Blocks:
    found, heading = sheet.findings.get(one), sheet.heading("finding", number)
    if found is None:
        unknown = Paragraph(line=sheet.plain(sheet.say("finding_not_given")))
        return (heading, Facts(rows=sheet.record(one)), unknown)
    likely = sheet.words.likelihood(found["probability_ppm"])
    chance = sheet.words.percent(found["probability_ppm"])
    facts = sheet.facts(
        ("clause", sheet.id(found["clause"])),
        ("outcome_is", sheet.plain(sheet.word("outcome", found["outcome"]))),
        ("probability", (Span(text=chance, kind="number"), Span(text=f" ({likely})"))),
        ("began", sheet.between(found["began_us"], found["ended_us"])),
        ("owners", _owners(sheet, found)),
        ("cell", _known(sheet, found["cell"])),
        ("unit_area", _known(sheet, found["unit_area"])),
        ("order", _known(sheet, found["order"])),
    )
    rows = (*sheet.record(one), *facts.rows)
    return (heading, *revised_mark(sheet, found["superseded_by"]), Facts(rows=rows))


def revised_mark(sheet: Sheet, by: list[str] | None) -> Blocks:
    """Say that a finding is told no more, and which are in its place; nothing while it is told."""
    if by is None:
        return ()
    said = sheet.plain(sheet.say("finding_revised" if by else "finding_withdrawn"))
    line = (*said, Span(text=" "), *sheet.refs(by)) if by else said
    return (Paragraph(line=line, kind="mark"),)


def _owners(sheet: Sheet, found: Told) -> Line:
    named = [sheet.party(code) for code in found["owners"]]
    return sheet.listed(named if found["owners_known"] else [*named, sheet.say("others_unknown")])


def _known(sheet: Sheet, value: Any) -> Line:  # noqa: ANN401 - JSON
    return sheet.told_line(value, "id") if value else sheet.plain(sheet.words["value.not_known"])


def exhibits(sheet: Sheet) -> Blocks:
    """Show each exhibit with its hash and how to check it, or the block in its place."""
    if not sheet.case["exhibits"]:
        return sheet.nothing("no_exhibits")
    note = Paragraph(line=sheet.plain(sheet.say("exhibits_note")), kind="note")
    return (
        note,
        *(
            block
            for n, one in enumerate(sheet.case["exhibits"], 1)
            for block in _exhibit(sheet, n, one)
        ),
    )


def _exhibit(sheet: Sheet, number: int, one: Told) -> Blocks:
    admission = one["admission"] or "no_motion"
    from_whom = [sheet.party(code) for code in one["withheld_from"]]
    rows = (
        *sheet.record(one["id"]),
        (sheet.words["report.sha256"], sheet.id(one["sha256"])),
        (sheet.say("tier_is"), sheet.plain(sheet.word("tier", one["tier"]))),
        (sheet.say("weight_is"), sheet.plain(sheet.word("weight", one["weight"]))),
        (sheet.say("admission_is"), sheet.plain(sheet.word("admission", admission))),
        (sheet.say("brought"), sheet.when(one["at_us"])),
    )
    if is_withheld(one["title"]):
        told_of = _summary(sheet, one)
        block = sheet.closed("exhibit", one["title"]["withheld"])
        return (
            sheet.heading("exhibit", number),
            block,
            *told_of,
            Facts(rows=rows),
            _check(sheet, number, one),
        )
    seen = (
        (sheet.say("withheld_from"), sheet.listed(from_whom)),
        (sheet.say("custody"), sheet.told_line(one["custody"], "id")),
        (sheet.say("brought_by"), sheet.told_line(one["by"], "id")),
    )
    return (
        sheet.heading("exhibit", number),
        Quoted(label=sheet.say("title"), text=one["title"]),
        Facts(rows=(*rows, *seen)),
        *(_summary(sheet, one) if one["summary"] else ()),
        _check(sheet, number, one),
    )


def _summary(sheet: Sheet, one: Told) -> Blocks:
    """Give the summary that the party may answer, or say that this reader is not given it."""
    if one["summary"] and not is_withheld(one["summary"]):
        may_answer = Paragraph(line=sheet.plain(sheet.say("may_answer")))
        return (*sheet.quoted("summary", one["summary"]), may_answer)
    not_here = Paragraph(line=sheet.plain(sheet.say("summary_not_here")))
    return (not_here,) if one["withheld_from"] else ()


def _check(sheet: Sheet, number: int, one: Told) -> Command:
    entry = sheet.entries.get(one["id"])
    original = f"originals/{one['sha256'][:2]}/{one['sha256']}"
    lines = [f"sha256sum DIR/{original}"]
    if entry is not None:
        proof = f"exhibit-{number}.tlog-proof"
        lines.append(f"truceline ledger prove {entry['index']} --mission DIR -o {proof}")
        lines.append(f'truceline ledger check-proof {proof} --key "$KEY"')
    return Command(lines=tuple(lines))


def requests(sheet: Sheet) -> Blocks:
    """Show what was asked of states, and what they answered; no answer is said to be none."""
    if not sheet.case["requests"]:
        return sheet.nothing("no_requests")
    return tuple(
        block
        for n, one in enumerate(sheet.case["requests"], 1)
        for block in _request(sheet, n, one)
    )


def _request(sheet: Sheet, number: int, one: Told) -> Blocks:
    answer = sheet.word("answer", one["answer"]) if one["answer"] else sheet.say("no_answer")
    rows = sheet.facts(
        ("what", sheet.plain(sheet.word("request", one["what"]))),
        ("asked_of", sheet.plain(sheet.party(one["to"]))),
        ("asked", sheet.when(one["asked_us"])),
        ("asked_by", sheet.told_line(one["by"], "id")),
        ("answer_is", sheet.plain(answer)),
        (
            "answered",
            sheet.none() if one["answered_us"] is None else sheet.when(one["answered_us"]),
        ),
    )
    return (
        sheet.heading("request", number),
        Facts(rows=(*sheet.record(one["id"]), *rows.rows)),
        *sheet.quoted("request_text", one["text"]),
        *sheet.quoted("answer_text", one["answer_text"]),
    )


def declared(sheet: Sheet) -> Blocks:
    """Show who stepped aside and who declared an interest, with the reasons."""
    case = sheet.case
    if not case["recusals"] and not case["conflicts"]:
        return sheet.nothing("no_declared")
    rows = [("recusal", one) for one in case["recusals"]]
    rows += [("interest", one) for one in case["conflicts"]]
    return tuple(block for what, one in rows for block in declaration(sheet, what, one))


def declaration(sheet: Sheet, what: str, one: Told) -> Blocks:
    """Show one thing that a seat said of itself: a recusal, an interest or a dissent."""
    scope = (("scope_is", sheet.plain(sheet.word("scope", one["scope"]))),) if one["scope"] else ()
    facts = sheet.facts(
        ("what", sheet.plain(sheet.word("declared", what))),
        ("seat", sheet.id(one["seat"])),
        ("of_body", sheet.plain(sheet.body(one["body"]))),
        *scope,
        ("at", sheet.when(one["at_us"])),
        ("by", sheet.told_line(one["by"], "id")),
    )
    return (
        Facts(rows=(*sheet.record(one["id"]), *facts.rows)),
        *sheet.quoted("reasons", one["text"]),
    )
