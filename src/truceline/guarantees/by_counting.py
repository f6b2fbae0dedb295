"""Assess a trigger that counts incidents, and compares determinations with level and standard.

Findings name nobody: what they show is assessed for the party "", over all of them, and again, for
each party that a body has named, over the findings which that body cited.
"""

from __future__ import annotations

from collections.abc import Iterable

from truceline.guarantees.counting import Counted, count, reaches
from truceline.guarantees.known import Known, assessment_id, told_no_more
from truceline.guarantees.trigger_reasons import compared, missing, would_change
from truceline.records.determination import Determination
from truceline.records.trigger import Met, TriggerAssessment, TriggerTerms
from truceline.records.units import SECOND_US

# The vocabulary's outcomes that name a party for a breach.
RESPONSIBLE = {"responsible", "shared"}


def by_counting(known: Known, terms: TriggerTerms) -> list[TriggerAssessment]:
    """Assess a trigger that counts incidents."""
    by_party: dict[str, list[Determination]] = {"": []}
    for determination in known.determinations.values():
        if determination.clauses and _is_about(determination, known, terms):
            for party in _named(determination):
                by_party.setdefault(party, []).append(determination)
    listed = []
    for party in sorted(by_party):
        cited = {name for one in by_party[party] for name in one.findings}
        facts = [
            known.findings[name]
            for name in sorted(known.findings if party == "" else cited & known.findings.keys())
        ]
        listed.append(_assessed(party, count(facts, terms), by_party[party], known, terms))
    return listed


def _named(determination: Determination) -> list[str]:
    """Give the parties that it names as responsible at some level; "" where it names none."""
    named = {one.party for one in determination.levels if one.outcome in RESPONSIBLE and one.party}
    return sorted(named) or [""]


def _is_about(determination: Determination, known: Known, terms: TriggerTerms) -> bool:
    """Tell whether one of its findings is of a kind that counts; where none is, every kind does."""
    kinds = {
        known.findings[name].clause_kind
        for name in determination.findings
        if name in known.findings
    }
    return not terms.clause_kinds or bool(kinds & set(terms.clause_kinds))


def _assessed(
    party: str,
    counted: Counted,
    determinations: list[Determination],
    known: Known,
    terms: TriggerTerms,
) -> TriggerAssessment:
    enough = [one for one in determinations if _suffices(one, party, terms)]
    revised = sum(bool(told_no_more(one.findings, known.findings)) for one in enough)
    by_findings = _by_findings(counted, terms)
    by_determinations = Met.UNDECIDED
    if _most_in_a_window(enough, terms) >= terms.determinations_from:
        by_determinations = Met.MET
    elif determinations:
        by_determinations = Met.NOT_MET
    findings = tuple(sorted(one.finding for one in counted.facts))
    named = tuple(sorted(one.id for one in determinations))
    return TriggerAssessment(
        id=assessment_id(terms.trigger, party, (*findings, *named)),
        trigger=terms.trigger,
        party=party,
        by_findings=by_findings,
        low_ppm=counted.low_ppm,
        high_ppm=counted.high_ppm,
        probability_ppm=counted.middle_ppm,
        by_determinations=by_determinations,
        findings=findings,
        determinations=named,
        remedies=(),
        window_from_us=counted.from_us,
        compared=compared(counted, enough, revised, terms),
        missing=missing(counted, determinations, terms),
        would_change=would_change(counted, by_findings, len(enough), terms),
        article=terms.article,
    )


def _suffices(determination: Determination, party: str, terms: TriggerTerms) -> bool:
    levels = [
        one.level
        for one in determination.levels
        if one.outcome in RESPONSIBLE and one.party == party
    ]
    return (
        determination.standard.rank >= terms.standard.rank
        and reaches(determination.severity, terms.severity_from)
        and (not terms.levels or bool(set(levels) & set(terms.levels)))
    )


def _most_in_a_window(determinations: Iterable[Determination], terms: TriggerTerms) -> int:
    """Give the most determinations whose breaches began within one window; a case counts once."""
    begun = sorted({one.case: one.began_us for one in _by_time(determinations)}.values())
    most, first = 0, 0
    for last, began_us in enumerate(begun):
        while begun[first] + terms.window_s * SECOND_US < began_us:
            first += 1
        most = max(most, last - first + 1)
    return most


def _by_time(determinations: Iterable[Determination]) -> list[Determination]:
    return sorted(determinations, key=lambda one: (one.decided_us, one.id))


def _by_findings(counted: Counted, terms: TriggerTerms) -> Met:
    if counted.low_ppm >= terms.chance_from_ppm:
        return Met.MET
    if counted.facts and counted.high_ppm < terms.chance_from_ppm:
        return Met.NOT_MET
    return Met.UNDECIDED
