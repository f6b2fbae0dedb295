"""The parts of a case file's page: what HTML and PDF are both written from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a line.

    Attributes:
        text: What is read.
        kind: "" for plain words, "id" for ids and hashes, "number", "closed" for what is withheld.
        to: Name of the part of the page that it leads to; "" for nowhere.
    """

    text: str
    kind: str = ""
    to: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading.

    Attributes:
        level: 2 for a section, 3 for one record in it.
        text: What is read.
        name: Name that links lead to.
    """

    level: int
    text: str
    name: str
    block: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph.

    Attributes:
        line: What is read.
        kind: "" or "note" for what the house says of itself, "mark" for what must not be missed.
    """

    line: Line
    kind: str = ""
    block: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of a person or a body, as they were signed.

    Attributes:
        label: Whose or what words.
        text: The words, with their lines.
    """

    label: str
    text: str
    block: str = field(default="quoted", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and values, one a row."""

    rows: tuple[tuple[str, Line], ...]
    block: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        caption: What it shows; "" where the heading says it.
        head: Names of the columns.
        rows: Cells.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    block: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A block in the place of what is withheld.

    Attributes:
        title: That something is withheld.
        rows: From whom, by which rule, with which hash.
    """

    title: str
    rows: tuple[tuple[str, Line], ...]
    block: str = field(default="closed", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Lines for a command line."""

    lines: tuple[str, ...]
    block: str = field(default="command", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Columns of the same width and weight, one a party."""

    columns: tuple[tuple[Block, ...], ...]
    block: str = field(default="sides", init=False)


Block = Heading | Paragraph | Quoted | Facts | Table | Closed | Command | Sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: its heading and what stands under it."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole case file.

    Attributes:
        language: Code of the language of the house's words.
        title: The heading of the file.
        about: Facts about the file itself: for whom, of when, from which log.
        notes: What the reader must know before reading.
        contents: Word for the list of sections.
        skip: Words of the link that leads past the list.
        sections: Always the same, in the same order.
    """

    language: str
    title: str
    about: tuple[tuple[str, Line], ...]
    notes: tuple[str, ...]
    contents: str
    skip: str
    sections: tuple[Section, ...]
