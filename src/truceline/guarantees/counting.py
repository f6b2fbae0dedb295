"""Which incidents a trigger's test counts, and the probability that they reach its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from truceline.guarantees.chances import at_least_ppm, at_most_ppm, if_independent_ppm
from truceline.records.determination import SEVERITIES
from truceline.records.finding import Outcome
from truceline.records.trigger import FindingFacts, TriggerTerms
from truceline.records.units import SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The incidents of the window that speaks most for a trigger.

    Attributes:
        facts: One finding an incident, the most probable, by time and id.
        sure: Those that certainly count: begun inside the window, severity and cell known.
        from_us: Start of the window; None where nothing fell in one.
        low_ppm: Lower bound of the probability that the numbers are reached.
        middle_ppm: That probability if the incidents were independent.
        high_ppm: Upper bound.
    """

    facts: tuple[FindingFacts, ...]
    sure: tuple[FindingFacts, ...]
    from_us: int | None
    low_ppm: int
    middle_ppm: int
    high_ppm: int


def reaches(severity: str | None, least: str) -> bool:
    """Tell whether a severity is at least `least`; one that nobody has classified may be."""
    if not least:
        return True
    return severity is not None and SEVERITIES.index(severity) >= SEVERITIES.index(least)


def count(facts: Iterable[FindingFacts], terms: TriggerTerms) -> Counted:
    """Count the incidents of the strongest window.

    Left out is what was found KEPT, what a later revision superseded, other kinds of clause, and
    what is known to be less severe. What may count and is not known to (severity, cell, or an
    interval that leaves the window) raises the upper bound only.
    """
    window = _strongest(_one_an_incident(facts, terms), terms.window_s * SECOND_US)
    from_us = window[0].began_us if window else None
    until_us = window[0].began_us + terms.window_s * SECOND_US if window else 0
    sure = tuple(one for one in window if _is_sure(one, terms, until_us))
    low_ppm, middle_ppm, _ = chance(sure, terms)
    _, _, high_ppm = chance(window, terms)
    return Counted(
        facts=tuple(window),
        sure=sure,
        from_us=from_us,
        low_ppm=low_ppm,
        middle_ppm=middle_ppm,
        high_ppm=high_ppm,
    )


def chance(facts: Sequence[FindingFacts], terms: TriggerTerms) -> tuple[int, int, int]:
    """Give lower bound, figure for independence, and upper bound, that the numbers are reached."""
    if terms.cells_from == 1:
        each = [one.probability_ppm for one in facts]
        least = terms.count_from
        return (
            at_least_ppm(each, least),
            if_independent_ppm(each, least),
            at_most_ppm(each, least),
        )
    cells: dict[str, list[int]] = {}
    for one in facts:
        # An incident whose cell is not known may lie in a cell of its own.
        cells.setdefault(one.cell or f"not known:{one.incident}", []).append(one.probability_ppm)
    least = terms.cells_from
    return (
        at_least_ppm([at_least_ppm(each, 1) for each in cells.values()], least),
        if_independent_ppm([if_independent_ppm(each, 1) for each in cells.values()], least),
        at_most_ppm([at_most_ppm(each, 1) for each in cells.values()], least),
    )


def _is_sure(one: FindingFacts, terms: TriggerTerms, until_us: int) -> bool:
    in_place = terms.cells_from == 1 or one.cell is not None
    return in_place and one.ended_us <= until_us and reaches(one.severity, terms.severity_from)


def _one_an_incident(facts: Iterable[FindingFacts], terms: TriggerTerms) -> list[FindingFacts]:
    """Give the most probable finding of each incident that may count, by time and id."""
    best: dict[str, FindingFacts] = {}
    for one in facts:
        if not _may_count(one, terms):
            continue
        other = best.get(one.incident)
        if other is None or _strength(one) > _strength(other):
            best[one.incident] = one
    return sorted(best.values(), key=lambda one: (one.began_us, one.incident))


def _may_count(one: FindingFacts, terms: TriggerTerms) -> bool:
    return (
        one.outcome is not Outcome.KEPT
        and one.superseded_by is None
        and (not terms.clause_kinds or one.clause_kind in terms.clause_kinds)
        and (one.severity is None or reaches(one.severity, terms.severity_from))
    )


def _strength(one: FindingFacts) -> tuple[int, str]:
    return one.probability_ppm, one.finding


def _strongest(facts: Sequence[FindingFacts], lasts_us: int) -> list[FindingFacts]:
    """Give the window with the greatest summed probability, the earliest of equals."""
    best, best_sum, first, total = (0, 0), -1, 0, 0
    for last, one in enumerate(facts):
        total += one.probability_ppm
        while facts[first].began_us + lasts_us < one.began_us:
            total -= facts[first].probability_ppm
            first += 1
        if total > best_sum:
            best, best_sum = (first, last + 1), total
    return list(facts[slice(*best)])
