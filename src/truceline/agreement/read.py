"""Read an agreement file: what a lawyer wrote, as a record, or what is wrong with it and where.

The file is TOML (toml.io, version 1.0) with `format = 1`; docs/reference/agreement-file.md lists
its tables and keys. Nothing is guessed: an unknown key is refused with the nearest known one, and
a time without a zone is refused, because a clause binds at an instant and not at a wall clock.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from truceline.agreement.entry import Entry, nearest, shown
from truceline.agreement.every import entries, names, read_all
from truceline.agreement.mandate import MANDATE_TABLES, read_mandate
from truceline.agreement.tables import (
    read_clause,
    read_exemption,
    read_instant,
    read_party,
    site_reader,
)
from truceline.agreement.vocabulary import CLAUSE_KINDS, FORMAT, RESERVED_TABLES, STATUSES
from truceline.agreement.zones import read_zone
from truceline.records.agreement import (
    Agreement,
    Instant,
)
from truceline.records.units import iso

TOP_KEYS = ("format", "id", "title", "status", "sources")
TABLES = ("party", "start", "end", "zone", "site", "clause", "exception", *MANDATE_TABLES)


class AgreementError(Exception):
    """An agreement file that cannot be read; the message names file, place and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What `truceline agreement check` tells.

    Attributes:
        agreement: The agreement; None if there is any problem.
        problems: Everything that is wrong, table by table.
        warnings: What is accepted, and does not do what its author may expect.
    """

    agreement: Agreement | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def read_agreement(document: bytes, name: str) -> Agreement:
    """Read an agreement; the same bytes give the same record.

    Args:
        document: The file's bytes; their SHA-256 becomes part of every finding's name.
        name: Name of the file, for messages.

    Raises:
        AgreementError: The file has a problem; the message is the first one.
    """
    report = check_agreement(document, name, frozenset(CLAUSE_KINDS))
    if report.agreement is None:
        raise AgreementError(report.problems[0])
    return report.agreement


def check_agreement(document: bytes, name: str, kinds_with_rules: frozenset[str]) -> CheckReport:
    """Read an agreement and collect all problems, not only the first.

    Args:
        document: The file's bytes.
        name: Name of the file, for messages.
        kinds_with_rules: Clause types that a rule decides; the others are accepted and warned of.
    """
    problems: list[str] = []
    try:
        values = tomllib.loads(document.decode(), parse_float=Decimal)
    except UnicodeDecodeError as error:
        problems.append(f"{name}: byte {error.start} is not UTF-8")
    except RecursionError:
        problems.append(f"{name}: tables or lists are nested too deeply")
    except ValueError as error:
        problems.append(f"{name}: not TOML: {error}")
    else:
        agreement = _read_document(Entry(name, values, problems), document)
        if agreement is not None:
            warnings = _warnings(name, agreement, values, kinds_with_rules)
            return CheckReport(agreement=agreement, problems=(), warnings=warnings)
    return CheckReport(agreement=None, problems=tuple(dict.fromkeys(problems)), warnings=())


def _read_document(top: Entry, document: bytes) -> Agreement | None:
    """Read all tables; None if any of them has a problem."""
    top.allow((*TOP_KEYS, *TABLES, *RESERVED_TABLES))
    version = top.required("format")
    if "format" in top.values and (version != FORMAT or isinstance(version, bool)):
        top.refuse("format", f"{shown(version)} is not known; this version reads {FORMAT}")
    sha256 = hashlib.sha256(document).hexdigest()
    agreement_id, title = top.name("id"), top.text("title")
    status = top.one_of("status", STATUSES, "agreement status")
    sources = top.texts("sources")
    parties = read_all(top, "party", read_party, key="code")
    starts = read_all(top, "start", read_instant)
    ends = read_all(top, "end", read_instant)
    zones = read_all(top, "zone", read_zone)
    sites = read_all(top, "site", site_reader(document, sha256))
    clauses = read_all(top, "clause", read_clause)
    exemptions = read_all(top, "exception", read_exemption)
    mandate = read_mandate(top, agreement_id or "", sha256, tuple(one.code for one in parties))
    _insist_on_some(top)
    _insist_on_order(top, starts, ends)
    _insist_on_names(top)
    if top.problems or agreement_id is None or title is None or status is None or sources is None:
        return None
    return Agreement(
        id=agreement_id,
        title=title,
        sha256=sha256,
        status=status,
        sources=sources,
        parties=parties,
        starts=starts,
        ends=ends,
        clauses=clauses,
        zones=zones,
        sites=sites,
        exemptions=exemptions,
        mandate=mandate,
    )


def _insist_on_some(top: Entry) -> None:
    for table, why in (
        ("party", "an agreement binds somebody"),
        ("start", "nobody can tell from when it binds"),
        ("clause", "an agreement without an obligation gives no finding"),
    ):
        if table not in top.values or top.values[table] == []:
            top.refuse(f"[[{table}]]", f"missing; {why}")


def _insist_on_order(top: Entry, starts: tuple[Instant, ...], ends: tuple[Instant, ...]) -> None:
    """Refuse an end that is not after every start, by both edges: that reading would bind never."""
    for end in ends:
        for start in starts:
            if end.not_before_us <= start.not_before_us or end.not_after_us <= start.not_after_us:
                top.refuse(
                    f"[[end]] ({end.id})",
                    f"{iso(end.not_before_us)} to {iso(end.not_after_us)} is not after start "
                    f"{start.id}, {iso(start.not_before_us)} to {iso(start.not_after_us)}",
                )


def _insist_on_names(top: Entry) -> None:
    """Refuse a zone or a clause that is named and not there.

    It asks what the file names, not what could be read: a zone with a bad ring is there.
    """
    zones, clauses = names(top, "zone"), names(top, "clause")
    for table in ("clause", "exception"):
        for entry in entries(top, table):
            zone = entry.values.get("zone")
            if isinstance(zone, str) and zone not in zones:
                entry.refuse("zone", f"no zone {zone!r}{_meant(zone, zones)}")
    for entry in entries(top, "exception"):
        named = entry.values.get("clauses")
        for clause in named if isinstance(named, list) else []:
            if isinstance(clause, str) and clause not in clauses:
                entry.refuse("clauses", f"no clause {clause!r}{_meant(clause, clauses)}")


def _meant(name: str, known: Collection[str]) -> str:
    return nearest(name, known) if known else "; there is none"


def _warnings(
    name: str, agreement: Agreement, values: Mapping[str, object], kinds_with_rules: frozenset[str]
) -> tuple[str, ...]:
    warnings = [
        f"{name}: [[clause]] {number} ({clause.id}): kind {clause.kind!r}: "
        "no rule yet: its findings will be not_applicable"
        for number, clause in enumerate(agreement.clauses, start=1)
        if clause.kind not in kinds_with_rules
    ]
    used = {clause.zone for clause in agreement.clauses}
    used |= {exemption.zone for exemption in agreement.exemptions}
    warnings += [
        f"{name}: [[zone]] {number} ({zone.id}): no clause and no exception names it"
        for number, zone in enumerate(agreement.zones, start=1)
        if zone.id not in used
    ]
    warnings += [
        f"{name}: [[{table}]]: reserved, not yet read"
        for table in RESERVED_TABLES
        if table in values
    ]
    return tuple(warnings)
