"""A sheet of paper for people: headings, sentences, points and tables, as Markdown and as HTML.

In sentences, `code` stands between back-quotes. The page needs nothing beside itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from importlib import resources

LONG_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: level 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Sentences one below the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; each row has as many cells as the head, the first of them names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"a row does not fit the head {self.head}")


Block = str | Heading | Points | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet.

    Attributes:
        language: Code of the language it is written in.
        title: Its first line.
        blocks: What follows; a bare text is a paragraph.
    """

    language: str
    title: str
    blocks: tuple[Block, ...]


def markdown(sheet: Sheet) -> str:
    """Write a sheet as Markdown."""
    parts = [f"# {sheet.title}", *(_markdown_block(block) for block in sheet.blocks)]
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"{'#' * level} {text}"
        case Points(items=items):
            return "\n".join(f"- {item}" for item in items)
        case Table(head=head, rows=rows):
            lines = [head, ("---",) * len(head), *rows]
            return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
        case _:
            return block


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def html(sheet: Sheet) -> str:
    """Write a sheet as one HTML page."""
    style = resources.files("truceline.simulate").joinpath("sheet.css").read_text("utf-8")
    body = "\n".join(_html_block(block) for block in sheet.blocks)
    title = escape(sheet.title)
    return (
        f'<!doctype html>\n<html lang="{escape(sheet.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html_block(block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"<h{level}>{_inline(text)}</h{level}>"
        case Points(items=items):
            return "<ul>\n" + "\n".join(f"<li>{_inline(item)}</li>" for item in items) + "\n</ul>"
        case Table(head=head, rows=rows):
            # A long name needs room beside many narrow numbers.
            long = any(len(row[0]) > LONG_NAME for row in rows)
            kind = "scroll long" if long else "scroll"
            top = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in head)
            lines = "\n".join(_html_row(head, row) for row in rows)
            table = f"<thead><tr>{top}</tr></thead>\n<tbody>\n{lines}\n</tbody>"
            return f'<div class="{kind}">\n<table>\n{table}\n</table>\n</div>'
        case _:
            return f"<p>{_inline(block)}</p>"


def _html_row(head: tuple[str, ...], row: tuple[str, ...]) -> str:
    cells = "".join(
        f'<td data-label="{escape(name)}">{_inline(cell)}</td>'
        for name, cell in zip(head[1:], row[1:], strict=True)
    )
    return f'<tr><th scope="row">{_inline(row[0])}</th>{cells}</tr>'


def _inline(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text, quote=False))
