"""What an assessment of a counting trigger compared, what it lacks, and what would change it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from truceline.guarantees.counting import Counted, chance
from truceline.records.determination import Determination
from truceline.records.reason import Reason, reason
from truceline.records.trigger import Met, TriggerTerms


def compared(
    counted: Counted, enough: list[Determination], revised: int, terms: TriggerTerms
) -> tuple[Reason, ...]:
    """Give the numbers compared with the thresholds.

    Args:
        counted: What the findings add up to.
        enough: The determinations that count.
        revised: How many of those stand on findings that are told no more.
        terms: The thresholds.
    """
    rows = [
        reason(
            "trigger_chance",
            {
                "low_ppm": counted.low_ppm,
                "probability_ppm": counted.middle_ppm,
                "high_ppm": counted.high_ppm,
                "from_ppm": terms.chance_from_ppm,
            },
        ),
        reason(
            "trigger_count",
            {
                "incidents": len(counted.facts),
                "sure": len(counted.sure),
                "count_from": terms.count_from,
                "cells_from": terms.cells_from,
                "hours": terms.window_s // 3600,
            },
        ),
        reason(
            "trigger_determinations",
            {
                "determinations": len(enough),
                "determinations_from": terms.determinations_from,
                "standard": terms.standard.value,
            },
        ),
    ]
    if revised:
        rows.append(reason("trigger_on_revised", {"determinations": revised}))
    sides: dict[str, int] = {}
    for one in counted.facts:
        sides[one.held_by or ""] = sides.get(one.held_by or "", 0) + 1
    rows += [
        reason("trigger_arrived", {"incidents": sides[side], "party": side or None})
        for side in sorted(sides)
    ]
    return tuple(rows)


def missing(
    counted: Counted, determinations: list[Determination], terms: TriggerTerms
) -> tuple[Reason, ...]:
    """Say what is not known."""
    rows = [reason("trigger_unwatched")]
    no_severity = sum(one.severity is None for one in counted.facts) if terms.severity_from else 0
    no_cell = sum(one.cell is None for one in counted.facts) if terms.cells_from > 1 else 0
    if no_severity:
        rows.append(reason("trigger_severity_unknown", {"incidents": no_severity}))
    if _asks_bodies_alone(counted, terms):
        rows.append(reason("trigger_severity_by_bodies", {"severity": terms.severity_from}))
    if no_cell:
        rows.append(reason("trigger_cell_unknown", {"incidents": no_cell}))
    if not determinations:
        rows.append(reason("trigger_no_determination"))
    return tuple(rows)


def would_change(
    counted: Counted, by_findings: Met, enough: int, terms: TriggerTerms
) -> tuple[Reason, ...]:
    """Say what would change the answer."""
    changes = []
    if by_findings is Met.MET:
        changes.append(reason("trigger_fewer", {"incidents": _how_many_fewer(counted, terms)}))
    elif not _asks_bodies_alone(counted, terms):
        changes.append(reason("trigger_more", {"incidents": _how_many_more(counted, terms)}))
    if by_findings is Met.UNDECIDED and counted.facts:
        changes.append(reason("trigger_dependence", {"probability_ppm": counted.middle_ppm}))
    if enough < terms.determinations_from:
        numbers = {
            "determinations": terms.determinations_from - enough,
            "standard": terms.standard.value,
        }
        changes.append(reason("trigger_needs_determination", numbers))
    return tuple(changes)


def _asks_bodies_alone(counted: Counted, terms: TriggerTerms) -> bool:
    """Tell whether it asks for a severity, and no finding has one."""
    return bool(terms.severity_from) and all(one.severity is None for one in counted.facts)


def _how_many_more(counted: Counted, terms: TriggerTerms) -> int:
    """Count the further certain incidents, each in a cell of its own, that would meet the test."""
    place = terms.cells_from > 1
    least = terms.cells_from if place else terms.count_from
    for more in range(least):
        eased = replace(
            terms,
            cells_from=max(1, least - more) if place else 1,
            count_from=least - more if not place else 1,
        )
        if chance(counted.sure, eased)[0] >= terms.chance_from_ppm:
            return more
    return least


def _how_many_fewer(counted: Counted, terms: TriggerTerms) -> int:
    """Count the strongest incidents without which the test would no longer be met."""
    rising = sorted(counted.sure, key=lambda one: (one.probability_ppm, one.finding))

    def is_enough(fewer: int) -> bool:
        return chance(rising[: len(rising) - fewer], terms)[0] < terms.chance_from_ppm

    # The bound never rises by taking incidents away, so that a few trials find the number.
    return bisect_left(range(len(rising)), True, key=is_enough)
