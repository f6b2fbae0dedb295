"""The sections of a case file on what was decided: votes, determinations and their corrections."""

from __future__ import annotations

from typing import Any

from truceline.reports.case_blocks import Block, Facts, Line, Paragraph, Span, Table
from truceline.reports.case_heard import declaration
from truceline.reports.case_redaction import Told, is_withheld
from truceline.reports.case_sheet import Sheet

Blocks = tuple[Block, ...]
LEVELS_OF = ("level", "outcome", "party")
# The order in which a proposal is read; what is not here comes after, by name.
READ_ORDER = (
    "determination",
    "clauses",
    "findings",
    "exhibits",
    "severity",
    "began_us",
    "ended_us",
    "standard",
    "consequence",
    "kind",
    "addressee",
    "due_us",
)


def motions(sheet: Sheet) -> Blocks:
    """Show each question that was put, every vote with its reasons, and the dissents."""
    if not sheet.case["motions"]:
        return sheet.nothing("no_motions")
    note = Paragraph(line=sheet.plain(sheet.say("motions_note")), kind="note")
    return (
        note,
        *(
            block
            for n, one in enumerate(sheet.case["motions"], 1)
            for block in _motion(sheet, n, one)
        ),
    )


def _motion(sheet: Sheet, number: int, one: Told) -> Blocks:
    rows = sheet.facts(
        ("question_is", sheet.plain(sheet.word("question", one["question"]))),
        ("of_body", sheet.plain(sheet.body(one["body"]))),
        ("rule", sheet.id(one["rule"]) + article(sheet, one["article"])),
        ("put", sheet.when(one["put_us"])),
        ("put_by", sheet.told_line(one["by"], "id")),
        ("phase_is", sheet.plain(sheet.word("phase", one["phase"]))),
        ("closed_at", sheet.none() if one["closed_us"] is None else sheet.when(one["closed_us"])),
        *_tally(sheet, one),
        ("carried_act", sheet.ref(one["used_by"])),
    )
    dissents = [b for said in one["dissents"] for b in declaration(sheet, "dissent", said)]
    if not dissents:
        dissents = [Paragraph(line=sheet.plain(sheet.say("no_dissents")))]
    return (
        sheet.heading("motion", number),
        Facts(rows=(*sheet.record(one["id"]), *rows.rows)),
        *_proposal(sheet, one["proposal"]),
        _ballots(sheet, one["ballots"]),
        *dissents,
    )


def article(sheet: Sheet, number: str) -> Line:
    """Write after a rule in which article it stands; nothing where it stands in none."""
    return (Span(text=f", {sheet.say('article', article=number)}"),) if number else ()


def _tally(sheet: Sheet, motion: Told) -> list[tuple[str, Line]]:
    said = motion["tally"]
    if said is None:
        return [("result_is", sheet.plain(sheet.say("no_result_yet")))]
    counted = [("yes", said["yes"]), ("no", said["no"]), ("abstain", said["abstain"])]
    line: Line = ()
    for code, count in (*counted, ("absent", said["absent"])):
        gap = "; " if line else ""
        line += (
            Span(text=f"{gap}{sheet.word('vote', code)}: "),
            *sheet.number(count, motion["id"]),
        )
    rows = [("result_is", sheet.plain(sheet.word("result", said["result"]))), ("votes", line)]
    if said["then"]:
        rows.append(("then_is", sheet.plain(sheet.word("then", said["then"]))))
    if said["default_by"]:
        rows.append(("default_by", sheet.id(said["default_by"])))
    return rows


def _ballots(sheet: Sheet, ballots: list[Told]) -> Table:
    rows = [
        (
            sheet.id(one["seat"]),
            sheet.plain(sheet.party(one["state"]) if one["state"] else sheet.say("independent")),
            _vote(sheet, one),
            sheet.told_line(one["reasons"]),
            sheet.told_line(one["by"], "id"),
        )
        for one in ballots
    ]
    head = ("seat", "state", "vote_is", "reasons", "by")
    return Table(
        caption=sheet.say("ballots"),
        head=tuple(sheet.say(key) for key in head),
        rows=tuple(rows),
    )


def _vote(sheet: Sheet, ballot: Told) -> Line:
    if is_withheld(ballot["vote"]):
        return sheet.told_line(ballot["vote"])
    if ballot["vote"]:
        return sheet.plain(sheet.word("vote", ballot["vote"]))
    return sheet.plain(sheet.word("ballot", ballot["standing"]))


def _proposal(sheet: Sheet, proposal: Any) -> Blocks:  # noqa: ANN401 - JSON
    """Show what was proposed: its reasons as words, the rest as names and values."""
    if is_withheld(proposal):
        return (sheet.closed("proposal_is", proposal["withheld"]),)
    rows = [
        (sheet.word("proposal", name), _value(sheet, name, value))
        for name, value in sorted(proposal.items(), key=_reading)
        if name not in {"reasons", "proportionality", "replacement", "levels"}
    ]
    blocks: list[Block] = [Facts(rows=tuple(rows))] if rows else []
    if isinstance(proposal.get("levels"), list):
        blocks.append(levels_table(sheet, proposal["levels"]))
    if isinstance(proposal.get("replacement"), dict):
        blocks += [Paragraph(line=sheet.plain(sheet.word("proposal", "replacement")))]
        blocks += _proposal(sheet, proposal["replacement"])
    for name in ("proportionality", "reasons"):
        blocks += sheet.quoted(f"proposal.{name}", proposal.get(name, ""))
    return tuple(blocks)


def _reading(field: tuple[str, Any]) -> tuple[int, str]:
    name = field[0]
    return (READ_ORDER.index(name) if name in READ_ORDER else len(READ_ORDER), name)


# Which table of the words names the codes of a field.
TABLE_OF = {
    "severity": "severity",
    "standard": "standard",
    "consequence": "consequence",
    "kind": "remedy",
    "standing": "determination_standing",
}
STATES_OF = {"addressee", "party"}


def _value(sheet: Sheet, name: str, value: Any) -> Line:  # noqa: ANN401 - JSON
    """Write one value of a proposal or of a difference, by its name."""
    if value is None or value in ("", []):
        line = sheet.none()
    elif is_withheld(value):
        line = sheet.told_line(value)
    elif isinstance(value, bool):
        line = sheet.plain(sheet.say("truly" if value else "falsely"))
    elif isinstance(value, int):
        line = sheet.when(value) if name.endswith("_us") else sheet.number(value)
    elif isinstance(value, str):
        line = _text(sheet, name, value)
    elif isinstance(value, list):
        line = sheet.joined([_value(sheet, name, one) for one in value])
    elif set(value) == set(LEVELS_OF):
        line = sheet.plain(_level(sheet, value))
    else:
        pairs = [(key, _value(sheet, key, inner)) for key, inner in sorted(value.items())]
        line = sheet.joined([(Span(text=f"{sheet.word('proposal', k)}: "), *v) for k, v in pairs])
    return line


def _text(sheet: Sheet, name: str, value: str) -> Line:
    if name in TABLE_OF:
        return sheet.plain(sheet.word(TABLE_OF[name], value))
    if name in STATES_OF:
        return sheet.plain(sheet.party(value))
    if name == "body":
        return sheet.plain(sheet.body(value))
    return sheet.ref(value)


def _level(sheet: Sheet, one: Told) -> str:
    party = f" ({sheet.party(one['party'])})" if one["party"] else ""
    return f"{sheet.word('level', one['level'])}: {sheet.word('attributed', one['outcome'])}{party}"


def levels_table(sheet: Sheet, levels: list[Told]) -> Table:
    """Show each level of attribution by itself: none follows from another."""
    rows = [
        (
            sheet.plain(sheet.word("level", one["level"])),
            sheet.plain(sheet.word("attributed", one["outcome"])),
            sheet.plain(sheet.party(one["party"]) if one["party"] else sheet.say("nobody_named")),
        )
        for one in levels
    ]
    head = (sheet.say("level_is"), sheet.say("attributed_is"), sheet.say("named"))
    return Table(caption=sheet.say("levels"), head=head, rows=tuple(rows))


def determinations(sheet: Sheet) -> Blocks:
    """Show what the body determined, by which standard of proof, level by level."""
    if not sheet.case["determinations"]:
        return sheet.nothing("no_determinations")
    note = Paragraph(line=sheet.plain(sheet.say("determinations_note")), kind="note")
    all_of_them = sheet.case["determinations"]
    return (
        note,
        *(block for n, one in enumerate(all_of_them, 1) for block in _determination(sheet, n, one)),
    )


def _determination(sheet: Sheet, number: int, one: Told) -> Blocks:
    motion = next((put for put in sheet.case["motions"] if put["used_by"] == one["id"]), None)
    rows = sheet.facts(
        ("standing_is", sheet.plain(sheet.word("determination_standing", one["standing"]))),
        ("replaced_by", sheet.ref(one["replaced_by"] or "")),
        ("of_body", sheet.plain(sheet.body(one["body"]))),
        ("decided", sheet.when(one["decided_us"])),
        ("by_motion", sheet.ref(motion["id"] if motion else "")),
        ("agreement", sheet.id(one["agreement"])),
        ("clauses", sheet.listed(one["clauses"], "id")),
        ("findings", sheet.refs(one["findings"])),
        ("severity_is", sheet.plain(sheet.word("severity", one["severity"]))),
        ("began", sheet.between(one["began_us"], one["ended_us"])),
        ("standard_is", sheet.plain(sheet.word("standard", one["standard"]))),
    )
    return (
        sheet.heading("determination", number),
        *_revised(sheet, one["id"]),
        Facts(rows=(*sheet.record(one["id"]), *rows.rows)),
        levels_table(sheet, one["levels"]),
        *sheet.quoted("proposal.reasons", _reasons(motion)),
    )


def _revised(sheet: Sheet, determination: str) -> Blocks:
    """Say on which findings it stands that are told no more. It stands until a body corrects it."""
    gone = [x["finding"] for x in sheet.case["revised"] if determination in x["determinations"]]
    if not gone:
        return ()
    said = sheet.plain(sheet.say("stands_on_revised"))
    return (Paragraph(line=(*said, Span(text=" "), *sheet.refs(gone)), kind="mark"),)


def _reasons(motion: Told | None) -> Any:  # noqa: ANN401 - JSON
    """Find the reasons of a determination in the motion that carried it."""
    if motion is None or is_withheld(motion["proposal"]):
        return motion["proposal"] if motion else ""
    replacement = motion["proposal"].get("replacement")
    return (replacement if isinstance(replacement, dict) else motion["proposal"]).get("reasons", "")


def corrections(sheet: Sheet) -> Blocks:
    """Show every correction with its difference for all to see, old and new side by side."""
    if not sheet.case["corrections"]:
        return sheet.nothing("no_corrections")
    return tuple(
        block
        for n, one in enumerate(sheet.case["corrections"], 1)
        for block in _correction(sheet, n, one)
    )


def _correction(sheet: Sheet, number: int, one: Told) -> Blocks:
    facts = sheet.facts(
        ("at", sheet.when(one["at_us"])),
        ("old_one", sheet.ref(one["old"])),
        ("new_one", sheet.ref(one["new"]) if one["new"] else sheet.plain(sheet.say("withdrawn"))),
    )
    rows = tuple(
        (
            sheet.plain(sheet.word("proposal", change["field"])),
            _value(sheet, change["field"], change["old"]),
            _value(sheet, change["field"], change["new"]),
        )
        for change in one["differences"]
    )
    head = (sheet.say("field"), sheet.say("old"), sheet.say("new"))
    return (
        sheet.heading("correction", number),
        Facts(rows=(*sheet.record(one["id"]), *facts.rows)),
        Table(caption=sheet.say("differences"), head=head, rows=rows),
        *sheet.quoted("proposal.reasons", one["reasons"]),
    )
