"""The signed text as data: who, from when, where, and what each clause forbids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.records.mandate import Mandate
from truceline.records.observation import Place

Ring = tuple[tuple[int, int], ...]
Polygon = tuple[Ring, ...]
MultiPolygon = tuple[Polygon, ...]
Term = int | float | str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of an agreement.

    Attributes:
        code: Short code used in findings and on the map, for example "UA".
        name: Its name in English.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A start or an end as somebody states it; several may stand side by side.

    Attributes:
        id: Unique among the starts (or ends) of its agreement.
        not_before_us: Earliest instant that the text or the statement allows.
        not_after_us: Latest such instant; equal to `not_before_us` where it is exact.
        said_by: Who says so.
        source: Where, so that anyone can look it up.
    """

    id: str
    not_before_us: int
    not_after_us: int
    said_by: str
    source: str

    def __post_init__(self) -> None:
        if self.not_after_us < self.not_before_us:
            raise ValueError(f"{self.id}: not_after is before not_before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One consistent way to read when an agreement bound: one of its starts, and one of its ends.

    Attributes:
        id: The start's id, and the end's id behind a "+" where there are several ends.
        start: The start of this reading.
        end: The end; None while the agreement is open.
    """

    id: str
    start: Instant
    end: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named area of an agreement, rings in degrees of 1e-7, longitude first."""

    id: str
    name: str
    polygons_e7: MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """The land that one party held, as one source drew it for one day.

    Attributes:
        source: Id in the source register.
        as_of_us: Start of the UTC day that it was drawn for.
        held_by: Code of the party that holds the land inside.
        polygons_e7: The land, rings in degrees of 1e-7, longitude first.
        document_sha256: The original it was read from.
    """

    source: str
    as_of_us: int
    held_by: str
    polygons_e7: MultiPolygon
    document_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A protected site.

    Attributes:
        id: `s:` with the original's hash and line, or the agreement's own id.
        name: Its name in the source.
        kind: Object class of the vocabulary, for example "energy_infrastructure" or "nuclear_site".
        detail: The source's own class, for example "Hydro" or "substation".
        place: Where, with the radius that holds the true point 95 times in 100; schematic maps
            are kilometres off, and say so here.
        source: Id in the source register, or "agreement".
        document_sha256: The original it was read from.
        line: Line in it.
    """

    id: str
    name: str
    kind: str
    detail: str
    place: Place
    source: str
    document_sha256: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One obligation.

    Attributes:
        id: Unique in its agreement; findings name it.
        kind: Which rule decides it: a key of `evaluation.RULES`, a clause type of the vocabulary.
        article: Where it stands in the signed text, for example "II.3(b)".
        words: The sentence itself, quoted.
        zone: Id of the zone in which it binds; None where it binds everywhere.
        terms: Numbers and names the rule needs, with the unit in each key.
    """

    id: str
    kind: str
    article: str
    words: str
    zone: str | None
    terms: Mapping[str, Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A window, and perhaps a zone, in which named clauses do not bind.

    Attributes:
        id: Unique in its agreement.
        clauses: Ids of the clauses it lifts.
        words: The sentence itself, quoted.
        zone: Id of the zone; None for everywhere.
        from_us: First instant at which it lifts them.
        until_us: First instant at which it no longer does.
    """

    id: str
    clauses: tuple[str, ...]
    words: str
    zone: str | None
    from_us: int
    until_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One agreement, as one file holds it.

    Attributes:
        id: Short name, for example "easter-2026".
        title: Its title in English.
        sha256: Hash of the file's bytes: findings name the very words they were made from.
        status: Agreement status of the vocabulary, for example "disputed_in_force".
        sources: Where the text and the instants were read.
        parties: Who is bound.
        starts: Every stated start; more than one where the start is disputed.
        ends: Every stated end; empty while the agreement is open.
        clauses: The obligations.
        zones: Named areas.
        sites: Protected sites that the text itself lists.
        exemptions: Windows in which clauses do not bind ([[exception]] in the file).
        mandate: Who decides, and how; None where the text has no such table.
    """

    id: str
    title: str
    sha256: str
    status: str
    sources: tuple[str, ...]
    parties: tuple[Party, ...]
    starts: tuple[Instant, ...]
    ends: tuple[Instant, ...]
    clauses: tuple[Clause, ...]
    zones: tuple[Zone, ...]
    sites: tuple[Site, ...]
    exemptions: tuple[Exemption, ...]
    mandate: Mandate | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every pair of a stated start and a stated end, starts first."""
        if not self.ends:
            return tuple(Reading(id=start.id, start=start, end=None) for start in self.starts)
        several_ends = len(self.ends) > 1
        return tuple(
            Reading(id=f"{start.id}+{end.id}" if several_ends else start.id, start=start, end=end)
            for start in self.starts
            for end in self.ends
        )
