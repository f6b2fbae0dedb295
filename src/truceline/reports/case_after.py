"""The sections of a case file on what came after: appeals, remedies, deadlines, hats, handling."""

from __future__ import annotations

from typing import Any

from truceline.reports.case_blocks import Block, Facts, Line, Paragraph, Span, Table
from truceline.reports.case_decided import article
from truceline.reports.case_redaction import Told, is_withheld
from truceline.reports.case_sheet import Sheet

Blocks = tuple[Block, ...]
SECONDS_PER_HOUR = 3600


def appeals(sheet: Sheet) -> Blocks:
    """Show every appeal."""
    if not sheet.case["appeals"]:
        return sheet.nothing("no_appeals")
    return tuple(
        block for n, one in enumerate(sheet.case["appeals"], 1) for block in _appeal(sheet, n, one)
    )


def _appeal(sheet: Sheet, number: int, one: Told) -> Blocks:
    facts = sheet.facts(
        ("by_party", sheet.plain(sheet.party(one["party"]))),
        ("against", sheet.ref(one["determination"])),
        ("at", sheet.when(one["at_us"])),
        ("standing_is", sheet.plain(sheet.word("appeal_standing", one["standing"]))),
    )
    rows = (*sheet.record(one["id"]), *facts.rows)
    return (
        sheet.heading("appeal", number),
        Facts(rows=rows),
        *sheet.quoted("grounds", one["grounds"]),
    )


def remedies(sheet: Sheet) -> Blocks:
    """Show every remedy, and what the monitoring said of whether it was kept."""
    if not sheet.case["remedies"]:
        return sheet.nothing("no_remedies")
    return tuple(
        block for n, one in enumerate(sheet.case["remedies"], 1) for block in _remedy(sheet, n, one)
    )


def _remedy(sheet: Sheet, number: int, one: Told) -> Blocks:
    remedy = one["remedy"]
    facts = sheet.facts(
        ("remedy_is", sheet.plain(sheet.word("remedy", remedy["kind"]))),
        ("addressee", sheet.plain(sheet.party(remedy["addressee"]))),
        ("stands_on", sheet.ref(remedy["determination"])),
        ("set", sheet.when(one["set_us"])),
        ("due", sheet.when(remedy["due_us"])),
        ("standing_is", sheet.plain(sheet.word("remedy_standing", remedy["standing"]))),
        ("clauses", sheet.listed(one["clauses"], "id")),
    )
    blocks: list[Block] = [
        sheet.heading("remedy", number),
        Facts(rows=(*sheet.record(remedy["id"]), *facts.rows)),
    ]
    if one["stood_on"]:
        stood_on = sheet.word("stood_on", one["stood_on"])
        blocks.append(Paragraph(line=sheet.plain(stood_on), kind="mark"))
    blocks += sheet.quoted("proposal.proportionality", one["proportionality"])
    for said in one["follow_ups"]:
        blocks += _follow_up(sheet, said)
    if not one["follow_ups"]:
        blocks.append(Paragraph(line=sheet.plain(sheet.say("no_follow_up"))))
    return tuple(blocks)


def _follow_up(sheet: Sheet, one: Told) -> Blocks:
    facts = sheet.facts(
        ("follow_up", sheet.plain(sheet.word("remedy_standing", one["result"]))),
        ("at", sheet.when(one["at_us"])),
        ("findings", sheet.refs(one["findings"])),
        ("section.exhibits", sheet.refs(one["exhibits"])),
        ("by", sheet.told_line(one["by"], "id")),
    )
    rows = (*sheet.record(one["id"]), *facts.rows)
    return (Facts(rows=rows), *sheet.quoted("follow_up_note", one["note"]))


def deadlines(sheet: Sheet) -> Blocks:
    """Show every deadline that was started, and what its passing does: nothing by itself."""
    clocks = sheet.case["deadlines"]
    if not clocks:
        return sheet.nothing("no_deadlines")
    rows = tuple(
        (
            sheet.plain(sheet.word("deadline", one["deadline"])) + article(sheet, one["article"]),
            _subject(sheet, one["subject"]),
            sheet.when(one["since_us"]),
            sheet.when(one["due_us"]),
            sheet.plain(sheet.word("deadline_standing", one["standing"])),
            _default(sheet, one),
        )
        for one in clocks
    )
    head = ("deadline_is", "subject", "since", "due", "standing_is", "by_default")
    table = Table(
        caption="",
        head=tuple(sheet.say(key) for key in head),
        rows=rows,
    )
    return (Paragraph(line=sheet.plain(sheet.say("deadlines_note")), kind="note"), table)


def _subject(sheet: Sheet, subject: str) -> Line:
    if subject in {one["party"] for one in sheet.case["parties"]}:
        return sheet.plain(sheet.party(subject))
    return sheet.ref(subject) if subject else sheet.plain(sheet.say("whole_case"))


def _default(sheet: Sheet, one: Told) -> Line:
    if not one["default"]:
        return sheet.plain(sheet.say("no_default"))
    text = sheet.word("default", one["default"])
    if one["certified_by"]:
        return (Span(text=f"{text}; {sheet.say('certified_by')} "), *sheet.id(one["certified_by"]))
    return sheet.plain(f"{text}; {sheet.say('not_certified')}")


def hats(sheet: Sheet) -> Blocks:
    """Show what each state is in the case, all at once."""
    rows = tuple(
        (
            sheet.plain(sheet.party(one["state"])),
            _flag(sheet, one["is_party"]),
            _flag(sheet, one["owns_sensors"]),
            _flag(sheet, one["keeps_mirror"]),
            sheet.listed(one["judges"], "id"),
            sheet.listed(one["recused"], "id"),
            _flag(sheet, one["guarantees"]),
        )
        for one in sheet.case["hats"]
    )
    keys = ("state", "hat.party", "hat.sensors", "hat.mirror", "hat.judge", "hat.recused")
    head = tuple(sheet.say(key) for key in (*keys, "hat.guarantor"))
    note = Paragraph(line=sheet.plain(sheet.say("hats_note")), kind="note")
    return (note, Table(caption="", head=head, rows=rows))


def _flag(sheet: Sheet, value: bool | None) -> Line:
    if value is None:
        return sheet.plain(sheet.words["value.not_known"])
    return sheet.plain(sheet.say("truly" if value else "falsely"))


def patterns(sheet: Sheet) -> Blocks:
    """Show what the case shares with others, and what somebody linked it to."""
    case = sheet.case
    if not case["patterns"] and not case["links"]:
        return sheet.nothing("no_patterns")
    blocks: list[Block] = []
    for one in case["patterns"]:
        hours = sheet.words.integer(one["window_s"] // SECONDS_PER_HOUR)
        most = sheet.words.integer(one["most_in_window"])
        blocks.append(
            sheet.facts(
                ("shared", sheet.plain(sheet.word("pattern", one["by"]))),
                ("shared_what", sheet.told_line(one["key"], "id")),
                ("cases", sheet.listed(one["cases"], "id")),
                ("most_in_window", sheet.plain(sheet.say("in_hours", most=most, hours=hours))),
                ("recurrence_is", sheet.plain(sheet.word("recurrence", one["recurrence"]))),
            )
        )
    for one in case["links"]:
        link = sheet.facts(
            ("linked_to", sheet.id(one["other"])),
            ("shared", sheet.plain(sheet.word("pattern", one["by"]))),
        )
        blocks.append(Facts(rows=(*sheet.record(one["id"]), *link.rows)))
        blocks += sheet.quoted("link_why", one["why"])
    return tuple(blocks)


def handling(sheet: Sheet) -> Blocks:
    """Show which bodies had the case, what was published, and who handed it to whom."""
    case = sheet.case
    published = [
        sheet.plain(f"{sheet.word('tier', tier)}, ") + sheet.when(at_us)
        for tier, at_us in case["published"]
    ]
    facts = sheet.facts(
        ("bodies", sheet.listed([sheet.body(one) for one in case["bodies"]])),
        ("published", sheet.joined(published)),
    )
    return (facts, *_handovers(sheet, case["handovers"]))


def _handovers(sheet: Sheet, handovers: Any) -> Blocks:  # noqa: ANN401 - JSON
    if is_withheld(handovers):
        return (sheet.closed("handovers", handovers["withheld"]),)
    if not handovers:
        return sheet.nothing("no_handovers")
    rows = tuple(
        (
            sheet.when(at_us),
            sheet.told_line(giver, "id"),
            sheet.told_line(taker, "id"),
            sheet.told_line(note),
        )
        for at_us, giver, taker, note in handovers
    )
    head = tuple(sheet.say(key) for key in ("at", "giver", "taker", "note"))
    return (Table(caption=sheet.say("handovers"), head=head, rows=rows),)
