"""One reader a table of an agreement file: each gives its record, or None after it said why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from truceline.agreement.entry import Entry, nearest, scaled, shown
from truceline.agreement.vocabulary import (
    CLAUSE_KINDS,
    PROBABILITY_TERMS,
    REQUIRED_TERMS,
    SITE_KINDS,
)
from truceline.records.agreement import Clause, Exemption, Instant, Party, Site, Term
from truceline.records.observation import Place
from truceline.records.units import E7, PPM, iso

TERM = re.compile(r"[a-z][a-z0-9_]*")
SITE_HEADER = re.compile(r"\s*\[\[\s*site\s*\]\]")
LARGEST_RADIUS_M = 100_000
LARGEST_TERM = 2**53 - 1  # what canonical JSON can hold


def read_party(entry: Entry) -> Party | None:
    """Read a [[party]]: who is bound."""
    entry.allow(("code", "name"))
    code, name = entry.text("code"), entry.text("name")
    return None if code is None or name is None else Party(code=code, name=name)


def read_instant(entry: Entry) -> Instant | None:
    """Read a [[start]] or an [[end]]: an instant, as somebody states it."""
    entry.allow(("id", "not_before", "not_after", "said_by", "source"))
    instant_id = entry.name("id")
    not_before_us, not_after_us = entry.instant("not_before"), entry.instant("not_after")
    said_by, source = entry.text("said_by"), entry.text("source")
    if not_before_us is None or not_after_us is None:
        return None
    if not_after_us < not_before_us:
        entry.refuse("not_after", f"{iso(not_after_us)} is before not_before {iso(not_before_us)}")
        return None
    if instant_id is None or said_by is None or source is None:
        return None
    return Instant(
        id=instant_id,
        not_before_us=not_before_us,
        not_after_us=not_after_us,
        said_by=said_by,
        source=source,
    )


def site_reader(document: bytes, sha256: str) -> Callable[[Entry], Site | None]:
    """Make the reader of [[site]] tables, which tells each site's line in the file."""
    headers = [
        number
        for number, line in enumerate(document.decode().splitlines(), start=1)
        if SITE_HEADER.match(line)
    ]

    def read_site(entry: Entry) -> Site | None:
        entry.allow(("id", "name", "kind", "detail", "longitude", "latitude", "radius_95_m"))
        site_id, name = entry.name("id"), entry.text("name")
        kind = entry.one_of("kind", SITE_KINDS, "kind of site")
        detail = entry.text("detail") if "detail" in entry.values else ""
        place = _read_place(entry)
        if site_id is None or name is None or kind is None or detail is None or place is None:
            return None
        return Site(
            id=site_id,
            name=name,
            kind=kind,
            detail=detail,
            place=place,
            source="agreement",
            document_sha256=sha256,
            # A site written inline has no header of its own; then the whole file is its place.
            line=headers[entry.number - 1] if entry.number <= len(headers) else 1,
        )

    return read_site


def _read_place(entry: Entry) -> Place | None:
    longitude_e7 = entry.scaled("longitude", -180, 180, E7)
    latitude_e7 = entry.scaled("latitude", -90, 90, E7)
    radius_95_m = entry.whole("radius_95_m", 1, LARGEST_RADIUS_M)
    if longitude_e7 is None or latitude_e7 is None or radius_95_m is None:
        return None
    return Place(longitude_e7=longitude_e7, latitude_e7=latitude_e7, radius_95_m=radius_95_m)


def read_clause(entry: Entry) -> Clause | None:
    """Read a [[clause]]: one obligation, with its words and terms."""
    entry.allow(("id", "kind", "article", "words", "zone", "terms"))
    clause_id, kind = entry.name("id"), entry.one_of("kind", CLAUSE_KINDS, "clause type")
    article, words = entry.text("article"), entry.text("words")
    zone = entry.name("zone") if "zone" in entry.values else None
    terms = _read_terms(entry, kind)
    if clause_id is None or kind is None or article is None or words is None:
        return None
    return Clause(id=clause_id, kind=kind, article=article, words=words, zone=zone, terms=terms)


def _read_terms(entry: Entry, kind: str | None) -> dict[str, Term]:
    terms = Entry(f"{entry.place}, terms", entry.values.get("terms", {}), entry.problems)
    if kind is not None and kind in REQUIRED_TERMS:
        terms.allow((*REQUIRED_TERMS[kind], *PROBABILITY_TERMS))
        for key in REQUIRED_TERMS[kind]:
            if key not in terms.values:
                terms.refuse(key, f"missing; {kind} needs it")
    read: dict[str, Term] = {}
    for key in sorted(terms.values):
        try:
            name, value = _term(key, terms.values[key])
        except ValueError as error:
            terms.refuse(key, str(error))
        else:
            read[name] = value
    _insist_on_thresholds(terms, read)
    return read


def _term(key: str, value: object) -> tuple[str, Term]:
    """Give a term's name and value in the form that rules read: no fractions."""
    if not TERM.fullmatch(key):
        raise ValueError("a term's name has small letters, digits and underscores")
    if key in PROBABILITY_TERMS:
        return PROBABILITY_TERMS[key], scaled(value, 0, 1, PPM)
    if key in PROBABILITY_TERMS.values():
        raise ValueError("write a probability as a fraction of one, without _ppm")
    if key == "site_kinds":
        return key, _site_kinds(value)
    if key == "site_radius_m":
        return key, _whole(value, 1, LARGEST_RADIUS_M)
    return key, _plain_term(value)


def _plain_term(value: object) -> Term:
    """Give a term that no table knows in a form that canonical JSON can hold."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, int | Decimal):
        return _whole(value, -LARGEST_TERM, LARGEST_TERM)
    raise ValueError(f"expected a whole number, words, true, false or a list, got {shown(value)}")


def _whole(value: object, lowest: int, highest: int) -> int:
    if isinstance(value, Decimal):
        raise ValueError(  # noqa: TRY004 - the value is at fault, and one family is caught
            f"{value} is a fraction; write a whole number, of a smaller unit if need be"
        )
    return scaled(value, lowest, highest, 1)


def _site_kinds(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list of kinds of site, got {shown(value)}")
    for item in value:
        if item not in SITE_KINDS:
            raise ValueError(f"{shown(item)} is no kind of site{nearest(str(item), SITE_KINDS)}")
    return tuple(sorted(set(value)))


def _insist_on_thresholds(terms: Entry, read: dict[str, Term]) -> None:
    breached, kept = read.get("breach_probability_ppm"), read.get("kept_probability_ppm")
    if isinstance(breached, int) and breached * 2 <= PPM:
        shown_value = shown(terms.values["breach_probability"])
        terms.refuse("breach_probability", f"{shown_value} is not more likely than not")
    if isinstance(kept, int) and kept * 2 >= PPM:
        shown_value = shown(terms.values["kept_probability"])
        terms.refuse("kept_probability", f"{shown_value} is not less likely than not")


def read_exemption(entry: Entry) -> Exemption | None:
    """Read an [[exception]]: a window, and perhaps a zone, in which clauses do not bind."""
    entry.allow(("id", "clauses", "words", "zone", "from", "until"))
    exemption_id, clauses, words = entry.name("id"), entry.texts("clauses"), entry.text("words")
    zone = entry.name("zone") if "zone" in entry.values else None
    from_us, until_us = entry.instant("from"), entry.instant("until")
    if from_us is not None and until_us is not None and until_us <= from_us:
        entry.refuse("until", f"{iso(until_us)} is not after from {iso(from_us)}")
    if exemption_id is None or clauses is None or words is None:
        return None
    if from_us is None or until_us is None:
        return None
    return Exemption(
        id=exemption_id, clauses=clauses, words=words, zone=zone, from_us=from_us, until_us=until_us
    )
