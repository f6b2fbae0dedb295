"""The daily report's page as plain values: its inner addresses, and what stands behind a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from truceline.records.agreement import Agreement, Clause, Reading
from truceline.records.attribution import Attribution
from truceline.records.claim import Claim
from truceline.records.finding import Finding, NotApplicable
from truceline.records.incident import Incident
from truceline.records.units import DAY_US, day_start_us
from truceline.reports.claims import ClaimAssessment, assess_claim
from truceline.reports.day import DayReport, SourceDay, TracedLine
from truceline.reports.tally import (
    OUTCOMES,
    CellGroup,
    ClauseTally,
    Side,
    cell_groups,
    clause_tallies,
    outcome_of,
    sides,
)
from truceline.reports.words import Words, interval

AREAS_IN_SUMMARY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Id of each entry inside the page: counted, so that no two can meet.

    Attributes:
        incident: Id of an incident to the id of its entry in the appendix.
        line: Id of an observation to the id of its row in the appendix.
        claim: Id of a claim to the id of its row in the appendix.
        source: Id of a source to the id of its documents in the appendix.
        side: Code of a party, or None, to the number of its side.
    """

    incident: Mapping[str, str]
    line: Mapping[str, str]
    claim: Mapping[str, str]
    source: Mapping[str, str]
    side: Mapping[str | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One finding, or why a clause does not apply, with the clause it is about."""

    judged: Finding | NotApplicable
    agreement: Agreement | None
    clause: Clause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer on responsibility, and the incidents of one side that it was given for."""

    party: str | None
    outcome: str
    reasons: tuple[str, ...]
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Whether a reading binds on the day: a key of the word files, and when."""

    text_key: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedLine:
    """An observation with the line that it was read from; None where only the log holds it."""

    observation: str
    sha256: str
    line: str
    traced: TracedLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellState:
    """The cells of one side in one state, as one means sees it."""

    party: str | None
    state: str
    means: str
    groups: tuple[CellGroup, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return sum(group.size for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the template shows beside the records themselves."""

    addresses: Addresses
    sides: tuple[Side, ...]
    cells_by_side: tuple[tuple[str | None, tuple[CellState, ...]], ...]
    tallies: tuple[tuple[Agreement, tuple[ClauseTally, ...]], ...]
    claims: tuple[tuple[Claim, ClaimAssessment], ...]
    answers: tuple[Answer, ...]
    lines: tuple[CitedLine, ...]
    judged: Mapping[str, tuple[Judged, ...]]
    attributions: Mapping[str, Attribution]
    missing: tuple[SourceDay, ...]

    def outcomes_of(self, incident: str) -> tuple[tuple[str, int], ...]:
        """Count the outcomes on one incident; an outcome that did not occur is left out."""
        outcomes = [outcome_of(entry.judged) for entry in self.judged.get(incident, ())]
        return tuple(
            (outcome, outcomes.count(outcome)) for outcome in OUTCOMES if outcome in outcomes
        )


def page_of(day: DayReport) -> Page:
    """Lay out the page of a day."""
    counted, groups = sides(day), cell_groups(day)
    lines = tuple(_cited(day))
    parties = dict.fromkeys([*(side.party for side in counted), *(one.party for one in groups)])
    return Page(
        addresses=Addresses(
            incident=_numbered("incident", (one.id for one in day.incidents)),
            line=_numbered("line", (line.observation for line in lines)),
            claim=_numbered("claim", (claim.id for claim in day.claims)),
            source=_numbered("source", (source.source for source in day.sources)),
            side={party: number for number, party in enumerate(parties, start=1)},
        ),
        sides=counted,
        cells_by_side=tuple(
            (party, _by_state(tuple(of_side)))
            for party, of_side in groupby(groups, key=lambda group: group.party)
        ),
        tallies=tuple(
            (agreement, tuple(of_agreement))
            for agreement, of_agreement in groupby(
                clause_tallies(day), key=lambda tally: tally.agreement
            )
        ),
        claims=tuple(
            (claim, assess_claim(claim, day.coverage, day.incidents)) for claim in day.claims
        ),
        answers=_answers(day, counted),
        lines=lines,
        judged=_judged(day),
        attributions={one.incident: one for one in day.attributions},
        missing=tuple(source for source in day.sources if source.state == "not_known"),
    )


def _by_state(groups: tuple[CellGroup, ...]) -> tuple[CellState, ...]:
    def kind(group: CellGroup) -> tuple[str, str]:
        return group.example.state.value, group.example.means.value

    states = dict.fromkeys(kind(group) for group in groups)
    return tuple(
        CellState(
            party=groups[0].party,
            state=state,
            means=means,
            groups=tuple(group for group in groups if kind(group) == (state, means)),
        )
        for state, means in states
    )


def _numbered(kind: str, ids: Iterable[str]) -> dict[str, str]:
    return {one: f"{kind}-{number}" for number, one in enumerate(dict.fromkeys(ids), start=1)}


def _cited(day: DayReport) -> Iterable[CitedLine]:
    cited: dict[str, None] = {}
    for incident in day.incidents:
        cited.update(dict.fromkeys(incident.observations))
        for row in incident.evidence:
            cited.update(dict.fromkeys(row.observations))
    for observation in cited:
        _, sha256, line = observation.split(":")
        yield CitedLine(
            observation=observation, sha256=sha256, line=line, traced=day.traced.get(observation)
        )


def _judged(day: DayReport) -> dict[str, tuple[Judged, ...]]:
    clauses = {
        (agreement.sha256, clause.id): (place, agreement, clause)
        for place, (agreement, clause) in enumerate(
            (agreement, clause) for agreement in day.agreements for clause in agreement.clauses
        )
    }
    by_incident: dict[str, list[tuple[int, str, Judged]]] = defaultdict(list)
    everything: tuple[Finding | NotApplicable, ...] = (*day.findings, *day.not_applicable)
    for one in everything:
        place, agreement, clause = clauses.get(
            (one.agreement_sha256, one.clause), (len(clauses), None, None)
        )
        entry = Judged(judged=one, agreement=agreement, clause=clause)
        by_incident[one.incident].append((place, one.id, entry))
    return {
        incident: tuple(entry for _, _, entry in sorted(entries, key=lambda item: item[:2]))
        for incident, entries in by_incident.items()
    }


def _answers(day: DayReport, counted: tuple[Side, ...]) -> tuple[Answer, ...]:
    found = {one.incident: one for one in day.attributions}
    groups: dict[tuple[int, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for place, side in enumerate(counted):
        for incident in side.incidents:
            if incident.id in found:
                answer = found[incident.id]
                reasons = tuple(reason.value for reason in answer.reasons)
                groups[place, answer.outcome, reasons].append(incident.id)
    return tuple(
        Answer(
            party=counted[place].party,
            outcome=outcome,
            reasons=reasons,
            incidents=tuple(groups[place, outcome, reasons]),
        )
        for place, outcome, reasons in sorted(groups)
    )


def binding(reading: Reading, day: DayReport) -> Binding:
    """Tell whether an agreement binds on the day under one reading.

    Between the earliest and the latest instant that a statement allows it may bind: nobody can say.
    """
    midnight_us = day_start_us(day.day)
    next_us = midnight_us + DAY_US
    end = reading.end
    surely = (reading.start.not_after_us, next_us if end is None else end.not_before_us)
    perhaps = (reading.start.not_before_us, next_us if end is None else end.not_after_us)
    from_us, until_us = max(surely[0], midnight_us), min(surely[1], next_us)
    if from_us < until_us:
        whole = (from_us, until_us) == (midnight_us, next_us)
        return Binding(
            text_key="report.binds_all" if whole else "report.binds_part",
            interval=interval(from_us, until_us),
        )
    possible = max(perhaps[0], midnight_us) < min(perhaps[1], next_us)
    return Binding(text_key="report.may_bind" if possible else "report.binds_not", interval="")


def summary_areas(side: Side, words: Words) -> str:
    """Name the areas of a side's most probable incidents."""
    names = dict.fromkeys(words.area(one.area) for one in side.incidents if one.area is not None)
    return ", ".join(list(names)[:AREAS_IN_SUMMARY])


def clusters_heard(incident: Incident) -> tuple[str, ...]:
    """Name the clusters whose observations an incident stands on, in the order of its ledger."""
    return tuple(dict.fromkeys(row.cluster for row in incident.evidence if row.observations))
