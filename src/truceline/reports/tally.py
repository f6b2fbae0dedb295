"""Count what stands in the records of a day: per side, per state, per clause. Counts, no verdicts.

No total is made across the sides of the line: they are not watched equally well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from truceline.records.agreement import Agreement, Clause, Reading
from truceline.records.coverage import Coverage, CoverageState
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Incident
from truceline.reports.day import DayReport
from truceline.reports.words import LIKELY_FROM_PPM

NOT_APPLICABLE = "not_applicable"
OUTCOMES = (
    Outcome.BREACHED.value,
    Outcome.UNDECIDED.value,
    Outcome.KEPT.value,
    NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Detection probability over the cells in which somebody looked, in millionths.

    Attributes:
        mean_ppm: Plain mean over the cells.
        low_ppm: Lowest of the cells.
        high_ppm: Highest of the cells.
        interval_low_ppm: Lowest lower end of a cell's 90 % interval.
        interval_high_ppm: Highest upper end of a cell's 90 % interval.
    """

    mean_ppm: int
    low_ppm: int
    high_ppm: int
    interval_low_ppm: int
    interval_high_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How one side was watched by one means for one kind of event.

    Attributes:
        means: Value of `Means`.
        per: "day" or "pass": figures of the two are never mixed.
        cells: Cells of the side.
        unobserved: Cells in which nobody is known to have looked.
        detection: None where no cell was observed.
        missed: Lowest and highest upper bound on missed events of a cell in which nothing was
            noticed; None where there is no such cell.
    """

    means: str
    per: str
    cells: int
    unobserved: int
    detection: Detection | None
    missed: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of the line on one day.

    Attributes:
        party: Code of the party that holds the land; None where the line is not known.
        incidents: Its incidents, the most probable first.
        with_heat: How many of them a satellite saw, where it is not industry's heat alone.
        likely: How many are likely or more to be real and consistent with munition effects.
        watches: How it was watched, one row a means; empty where no coverage record exists.
        verdict: "counted", "none_noticed", "not_observed" or "not_known" (no line).
    """

    party: str | None
    incidents: tuple[Incident, ...]
    with_heat: int
    likely: int
    watches: tuple[Watch, ...]
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGroup:
    """Coverage cells that share every number, so that one row can name them all."""

    party: str | None
    example: Coverage
    cells: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many cells it joins."""
        return len(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTally:
    """The outcomes on one clause under one reading, on one side of the line.

    Attributes:
        party: Code of the party that holds the land; None where the line is not known.
        incidents: Outcome to ids of incidents, the most probable first.
    """

    reading: Reading
    party: str | None
    incidents: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseTally:
    """The outcomes on one clause, reading by reading and side by side.

    Attributes:
        number: Counts the clauses of the page from 1.
    """

    number: int
    agreement: Agreement
    clause: Clause
    readings: tuple[ReadingTally, ...]


def sides(day: DayReport) -> tuple[Side, ...]:
    """Count per side: each party in the order of the agreements, then "line not known"."""
    counted = [_side(day, party) for party in (*day.parties, None)]
    return tuple(
        side for side in counted if side.party is not None or side.incidents or side.watches
    )


def _side(day: DayReport, party: str | None) -> Side:
    incidents = tuple(one for one in day.incidents if one.held_by == party)
    own = [cell for cell in day.coverage if cell.held_by == party]
    # Incidents too near the line to be anybody's have no cells of their own: those they lie in.
    watches = _watches(own or [cell for cell in day.coverage if _holds_one_of(cell, incidents)])
    return Side(
        party=party,
        incidents=incidents,
        with_heat=sum(one.has_physical_source and _was_seen_hot(one) for one in incidents),
        likely=sum(one.probability_ppm >= LIKELY_FROM_PPM for one in incidents),
        watches=watches,
        verdict=_verdict(day, incidents, watches),
    )


def _was_seen_hot(incident: Incident) -> bool:
    return any(row.cluster == "thermal" and row.observations for row in incident.evidence)


def _holds_one_of(coverage: Coverage, incidents: Iterable[Incident]) -> bool:
    cell = coverage.cell
    return any(
        cell.west_e7 <= one.place.longitude_e7 < cell.east_e7
        and cell.south_e7 <= one.place.latitude_e7 < cell.north_e7
        for one in incidents
    )


def _verdict(day: DayReport, incidents: Sequence[Incident], watches: Sequence[Watch]) -> str:
    if incidents:
        return "counted"
    if any(watch.detection is not None for watch in watches):
        return "none_noticed"
    # Without a line nobody can tell which land is a side's; with one, nobody looked at it.
    return "not_observed" if watches or day.line is not None else "not_known"


def _watches(coverage: Iterable[Coverage]) -> tuple[Watch, ...]:
    groups: dict[tuple[str, str, str], list[Coverage]] = defaultdict(list)
    for cell in coverage:
        groups[cell.means.value, cell.event, cell.per].append(cell)
    return tuple(_watch(groups[key]) for key in sorted(groups))


def _watch(coverage: Sequence[Coverage]) -> Watch:
    missed = [cell.missed_upper_95 for cell in coverage if cell.missed_upper_95 is not None]
    return Watch(
        means=coverage[0].means.value,
        per=coverage[0].per,
        cells=len(coverage),
        unobserved=sum(not cell.state.is_observed for cell in coverage),
        detection=detection_over(coverage),
        missed=(min(missed), max(missed)) if missed else None,
    )


def detection_over(coverage: Iterable[Coverage]) -> Detection | None:
    """Summarise detection over the observed cells of one means; None if nobody looked."""
    observed = [cell for cell in coverage if cell.detection_ppm is not None]
    if not observed:
        return None
    chances = [cell.detection_ppm or 0 for cell in observed]
    lows = [_or(cell.detection_low_ppm, cell.detection_ppm) for cell in observed]
    highs = [_or(cell.detection_high_ppm, cell.detection_ppm) for cell in observed]
    return Detection(
        mean_ppm=round(Fraction(sum(chances), len(chances))),
        low_ppm=min(chances),
        high_ppm=max(chances),
        interval_low_ppm=min(lows),
        interval_high_ppm=max(highs),
    )


def _or(value: int | None, otherwise: int | None) -> int:
    return (otherwise or 0) if value is None else value


def cell_groups(day: DayReport) -> tuple[CellGroup, ...]:
    """Join the cells of the day that share side, area and every number, in a fixed order."""
    groups: dict[tuple[str, ...], list[Coverage]] = defaultdict(list)
    states = list(CoverageState)
    parties = (*day.parties, None)
    for cell in day.coverage:
        rank = (parties.index(cell.held_by), states.index(cell.state))
        numbers = (cell.detection_ppm, cell.detection_low_ppm, cell.detection_high_ppm)
        found = (cell.noticed, cell.missed_upper_95, cell.sources)
        key = (*(f"{place:04}" for place in rank), cell.area, cell.means.value, cell.event)
        groups[*key, cell.per, repr((numbers, found))].append(cell)
    return tuple(
        CellGroup(
            party=groups[key][0].held_by,
            example=min(groups[key], key=lambda cell: cell.cell.id),
            cells=tuple(sorted(cell.cell.id for cell in groups[key])),
        )
        for key in sorted(groups)
    )


def clause_tallies(day: DayReport) -> tuple[ClauseTally, ...]:
    """Sort what was judged by clause, reading and side, in the order of the agreements."""
    judged: dict[tuple[str, ...], set[str]] = defaultdict(set)
    everything: tuple[Finding | NotApplicable, ...] = (*day.findings, *day.not_applicable)
    for one in everything:
        judged[one.agreement_sha256, one.clause, one.reading, outcome_of(one)].add(one.incident)

    def listed(party: str | None, *key: str) -> tuple[str, ...]:
        ids = judged.get(key, set())
        return tuple(one.id for one in day.incidents if one.held_by == party and one.id in ids)

    parties = [side.party for side in sides(day) if side.incidents]
    clauses = [(agreement, clause) for agreement in day.agreements for clause in agreement.clauses]
    return tuple(
        ClauseTally(
            number=number,
            agreement=agreement,
            clause=clause,
            readings=tuple(
                ReadingTally(
                    reading=reading,
                    party=party,
                    incidents={
                        outcome: listed(party, agreement.sha256, clause.id, reading.id, outcome)
                        for outcome in OUTCOMES
                    },
                )
                for reading in agreement.readings
                for party in parties
            ),
        )
        for number, (agreement, clause) in enumerate(clauses, start=1)
    )


def outcome_of(judged: Finding | NotApplicable) -> str:
    """Give the outcome, or that the clause does not apply."""
    return judged.outcome.value if isinstance(judged, Finding) else NOT_APPLICABLE
