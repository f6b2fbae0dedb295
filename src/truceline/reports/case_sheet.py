"""The words, links and small parts that every section of a case file is written with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from truceline.records.ids import short_id
from truceline.reports.case_blocks import (
    Block,
    Closed,
    Facts,
    Heading,
    Line,
    Paragraph,
    Quoted,
    Span,
)
from truceline.reports.case_redaction import Told, is_withheld
from truceline.reports.words import Words, instant, interval

# Lists of the case whose records have an id and a place of their own, with the word for one.
PLACES = (
    ("findings", "finding"),
    ("exhibits", "exhibit"),
    ("requests", "request"),
    ("motions", "motion"),
    ("determinations", "determination"),
    ("corrections", "correction"),
    ("appeals", "appeal"),
    ("remedies", "remedy"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One case as told to one reader, in one language.

    Attributes:
        told: What `case_redaction.told` gave.
        words: The words of the language.
        places: By id, the name of its part of the page and its heading there.
        entries: By id, where it stands in the log.
        findings: The findings that are given, by id.
        bodies: By id, the name of each body of the agreement.
    """

    told: Told
    words: Words
    places: Mapping[str, tuple[str, str]]
    entries: Mapping[str, Told]
    findings: Mapping[str, Told]
    bodies: Mapping[str, str]

    @property
    def case(self) -> Told:
        """The case itself."""
        case: Told = self.told["case"]
        return case

    # ------------------------------------------------------------------------------ words
    def say(self, key: str, **parts: str) -> str:
        """Write a sentence of the case file."""
        text = self.words[f"case_file.{key}"]
        return text.format(**parts) if parts else text

    def word(self, table: str, code: str) -> str:
        """Name a code; one without a name stands as it is, and none is "not known"."""
        if not code:
            return self.words["value.not_known"]
        return self.words.get(f"case_file.{table}.{code}", code)

    def party(self, code: str) -> str:
        """Name a state, with its code where the name is another."""
        name = self.words.party(code)
        return name if name == code else f"{name} ({code})"

    def body(self, code: str) -> str:
        """Name a body as the agreement does, with its id."""
        name = self.bodies.get(code, code)
        return name if name == code else f"{name} ({code})"

    # ------------------------------------------------------------------------------ lines
    def plain(self, text: str) -> Line:
        """Write words as a line."""
        return (Span(text=text),)

    def none(self) -> Line:
        """Write that there is none."""
        return self.plain(self.words["value.none"])

    def number(self, value: int, to: str = "") -> Line:
        """Write a number; `to` is the id of the record that it stands in."""
        return (Span(text=self.words.integer(value), kind="number", to=self._place(to)),)

    def when(self, us: int | None) -> Line:
        """Write an instant."""
        return self.plain(self.words["value.not_known"] if us is None else instant(us))

    def between(self, began_us: int, ended_us: int) -> Line:
        """Write an interval."""
        return self.plain(interval(began_us, ended_us))

    def id(self, value: str) -> Line:
        """Write an id in full."""
        return (Span(text=value, kind="id"),) if value else self.none()

    def ref(self, one: str) -> Line:
        """Write the name of a record: a link to where it stands in this file, else its id."""
        if not one:
            return self.none()
        if one not in self.places:
            return (Span(text=one, kind="id"),)
        name, heading = self.places[one]
        return Span(text=f"{heading} ", to=name), Span(text=short_id(one), kind="id", to=name)

    def refs(self, ids: list[str]) -> Line:
        """Write several of them."""
        return self.joined([self.ref(one) for one in ids])

    def joined(self, lines: list[Line]) -> Line:
        """Put lines into one, with commas."""
        if not lines:
            return self.none()
        parts = list(lines[0])
        for line in lines[1:]:
            parts += [Span(text=", "), *line]
        return tuple(parts)

    def listed(self, texts: list[str], kind: str = "") -> Line:
        """Write texts in a row."""
        return self.joined([(Span(text=one, kind=kind),) for one in texts])

    def told_line(self, value: Any, kind: str = "") -> Line:  # noqa: ANN401 - JSON
        """Write a short value, or that it is withheld and by which rule."""
        if is_withheld(value):
            closed = value["withheld"]
            return (Span(text=self.say("closed.inline", rule=self.rule(closed)), kind="closed"),)
        if isinstance(value, list):
            return self.joined([self.told_line(one, kind) for one in value])
        return (Span(text=str(value), kind=kind),) if value else self.none()

    def _place(self, one: str) -> str:
        return self.places[one][0] if one in self.places else ""

    # ----------------------------------------------------------------------------- blocks
    def heading(self, word: str, number: int) -> Heading:
        """Write the heading of a record that has a place of its own, counted from 1."""
        name, text = place(self.words, word, number)
        return Heading(level=3, text=text, name=name)

    def record(self, one: str) -> tuple[tuple[str, Line], ...]:
        """Write which signed record something is, and where it stands in the log."""
        entry = self.entries.get(one)
        rows = [(self.say("record"), self.id(one))]
        if entry is None:
            return (*rows, (self.say("entry"), self.plain(self.words["value.not_known"])))
        rows.append((self.say("entry"), (Span(text=str(entry["index"]), kind="number"),)))
        if entry["statement_sha256"] != one:
            rows.append((self.say("statement"), self.id(entry["statement_sha256"])))
        return tuple(rows)

    def quoted(self, label: str, value: Any) -> tuple[Block, ...]:  # noqa: ANN401 - JSON
        """Write the words of a person or a body, or the block in their place."""
        if is_withheld(value):
            return (self.closed(label, value["withheld"]),)
        return (Quoted(label=self.say(label), text=str(value)),) if value else ()

    def closed(self, label: str, one: Told, *more: tuple[str, Line]) -> Closed:
        """Write the block in the place of what is withheld."""
        rows = [(self.say("closed.rule"), self.plain(self.rule(one)))]
        rows.append((self.say("closed.from"), self.plain(self.from_whom(one))))
        if one["commitment"]:
            rows.append((self.say("closed.commitment"), self.id(one["commitment"])))
        title = self.say("closed.title", what=self.say(label))
        return Closed(title=title, rows=(*rows, *more))

    def rule(self, closed: Told) -> str:
        """Say by which rule something is withheld."""
        return self.say(f"closed_rule.{closed['rule']}")

    def from_whom(self, closed: Told) -> str:
        """Say from whom something is withheld."""
        by_name = ", ".join(self.party(one) for one in closed["from"])
        by_tier = self.say("closed.below", tier=self.word("tier_name", closed["tier"]))
        parts = [by_name] if by_name else []
        if closed["tier"] and closed["tier"] != "public":
            parts.append(by_tier)
        return "; ".join(parts) or self.say("closed.this_reader")

    def nothing(self, key: str) -> tuple[Block, ...]:
        """Say that a section is empty, and what that means."""
        return (Paragraph(line=self.plain(self.say(key))),)

    def facts(self, *rows: tuple[str, Line]) -> Facts:
        """Write names and values; the names are keys of the words."""
        return Facts(rows=tuple((self.say(key), line) for key, line in rows))


def place(words: Words, word: str, number: int) -> tuple[str, str]:
    """Name a place on the page, and give its heading."""
    heading = words[f"case_file.one.{word}"].format(number=words.integer(number))
    return f"{word}-{number}", heading


def places(told: Told, words: Words) -> dict[str, tuple[str, str]]:
    """Give every record its place on the page: counted, so that no two can meet.

    A correction has the id of the determination that it made: links lead to that.
    """
    found: dict[str, tuple[str, str]] = {}
    for table, word in PLACES:
        for number, one in enumerate(ids(told, table), start=1):
            found.setdefault(one, place(words, word, number))
    return found


def ids(told: Told, table: str) -> Iterator[str]:
    """Give the ids of a list of the case, in its order."""
    if table == "findings":
        cited = dict.fromkeys(told["case"]["findings"])
        yield from dict.fromkeys([*cited, *(one["id"] for one in told["findings"])])
    elif table == "remedies":
        yield from (one["remedy"]["id"] for one in told["case"]["remedies"])
    else:
        yield from (one["id"] for one in told["case"][table])
