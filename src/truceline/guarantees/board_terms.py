"""Read what the text says of clocks, triggers and consultations from parsed TOML.

The tables are described in docs/reference/board.md. What the file does not say is a default, and
says that it is one (`guarantees.board_defaults`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeVar

from truceline.guarantees.board_acts import ACTS
from truceline.guarantees.board_defaults import DEFAULTS
from truceline.records.board import DECLARING_BODY, BoardTerms, ClockTerms
from truceline.records.canonical import read_record
from truceline.records.mandate import Mandate
from truceline.records.trigger import TRIGGERS, TriggerTerms

Table = Mapping[str, object]
Terms = TypeVar("Terms", ClockTerms, TriggerTerms)


class TermsError(ValueError):
    """A table of the board's file says what it may not; the message names table and value."""


def board_terms(file: Table, mandate: Mandate) -> BoardTerms:
    """Give the terms of a parsed file.

    Clocks are those of its [[clock]] tables; where there is none, the mandate's deadlines that run
    from "breach.declare"; where there is none of those either, the defaults of the vocabulary.

    Raises:
        TermsError: A table names an unknown field, word, body or act, or lacks its article.
    """
    unknown = set(file) - {"format", "clock", "trigger", "consultation"}
    if unknown:
        raise TermsError(f"the board's file has no table {', '.join(sorted(unknown))}")
    if file.get("format") != 1:
        raise TermsError(f"format must be 1, not {file.get('format')!r}")
    clocks = tuple(_clock(one, mandate) for one in _tables(file, "clock"))
    _must_differ([one.id for one in clocks], "clock")
    terms = replace(DEFAULTS, clocks=clocks or _of_deadlines(mandate) or DEFAULTS.clocks)
    terms = replace(terms, triggers=_triggers(_tables(file, "trigger")))
    if "consultation" in file:
        terms = _consultation(terms, file["consultation"])
    return terms


def _clock(table: Table, mandate: Mandate) -> ClockTerms:
    base: dict[str, object] = {
        "triggers": [], "lasts_s": None, "ends_with": [], "paused_by": [], "stopped_by": [],
        "dispute_pauses": False,
    }  # fmt: skip
    clock = _read(ClockTerms, {**base, **table}, f"clock {table.get('id', '')!r}")
    bodies = {body.id for body in mandate.bodies} | {DECLARING_BODY}
    for name in (*clock.paused_by, *clock.stopped_by):
        if name not in bodies:
            raise TermsError(f"clock {clock.id!r}: {name!r} is no body of the agreement")
    for name in clock.ends_with:
        if name not in ACTS:
            raise TermsError(f"clock {clock.id!r}: {name!r} is no act of the board")
    for name in clock.triggers:
        if name not in TRIGGERS:
            raise TermsError(f"clock {clock.id!r}: {name!r} is no trigger")
    return clock


def _of_deadlines(mandate: Mandate) -> tuple[ClockTerms, ...]:
    """Read the mandate's deadlines that run from a declaration as clocks that nobody may halt."""
    return tuple(
        ClockTerms(
            id=one.id,
            triggers=(),
            lasts_s=one.lasts_s,
            ends_with=one.ends_with,
            paused_by=(),
            stopped_by=(),
            dispute_pauses=False,
            article=one.article,
            words=one.words,
        )
        for one in mandate.deadlines
        if one.runs_from == "breach.declare"
    )


def _triggers(tables: Sequence[Table]) -> tuple[TriggerTerms, ...]:
    """Put the file's triggers in the place of the defaults; a field not given keeps its default."""
    given: dict[str, TriggerTerms] = {}
    for table in tables:
        name = str(table.get("trigger", ""))
        default = next((one for one in DEFAULTS.triggers if one.trigger == name), None)
        if default is None:
            raise TermsError(f"trigger {name!r} is none of {', '.join(TRIGGERS)}")
        if name in given:
            raise TermsError(f"trigger {name!r} is there twice")
        kept = {field.name: getattr(default, field.name) for field in fields(default)}
        kept |= {"article": "", "words": ""}
        given[name] = _read(TriggerTerms, {**kept, **table}, f"trigger {name!r}")
    return tuple(given.get(one.trigger, one) for one in DEFAULTS.triggers)


def _consultation(terms: BoardTerms, table: object) -> BoardTerms:
    if not isinstance(table, Mapping):
        raise TermsError("consultation must be a table")
    names = {"quorum_least", "quorum_share", "receipt_s", "article", "words"}
    if set(table) - names:
        raise TermsError(f"consultation has no {', '.join(sorted(set(table) - names))}")
    _must_be_quoted(table, "consultation")
    share = table.get("quorum_share", list(terms.quorum_share))
    numbers = [table.get("quorum_least", 1), table.get("receipt_s", terms.receipt_s)]
    numbers += share if isinstance(share, list) else [share]
    if len(numbers) != 4 or not all(type(one) is int and one >= 1 for one in numbers):  # noqa: PLR2004 - two numbers and a share
        raise TermsError(f"consultation: {numbers} must be positive whole numbers, a share of two")
    least, receipt_s, part, whole = (int(one) for one in numbers)
    if part > whole:
        raise TermsError(f"consultation: a share of {part} of {whole} can never be reached")
    terms = replace(terms, receipt_s=receipt_s)
    if {"quorum_least", "quorum_share"}.isdisjoint(table):
        # It speaks of receipts alone: the quorum stays a default of the house, without an article.
        return terms
    return replace(
        terms,
        quorum_least=least,
        quorum_share=(part, whole),
        article=str(table["article"]),
        words=str(table["words"]),
    )


def _read(kind: type[Terms], table: Table, where: str) -> Terms:
    _must_be_quoted(table, where)
    try:
        return read_record(kind, table)
    except (KeyError, TypeError, ValueError) as error:
        raise TermsError(f"{where}: {error}") from error


def _must_be_quoted(table: Table, where: str) -> None:
    """Refuse what comes from no article: only a default may lack one."""
    for name in ("article", "words"):
        value = table.get(name, "")
        if not isinstance(value, str) or not value.strip():
            raise TermsError(f"{where}: {name} is missing: quote the text that says so")


def _must_differ(names: Sequence[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise TermsError(f"{what} {name!r} is there twice")


def _tables(file: Table, name: str) -> Sequence[Table]:
    value = file.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise TermsError(f"{name} must be a list of tables")
    return value
