"""Whether what happened would be a trigger: one test a trigger, never an act.

`TESTS` lists them. Six count incidents and compare determinations with the level and the standard
that the text asks for; they differ by their numbers. The seventh looks at remedies. The tests are
described in docs/reference/triggers.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from truceline.guarantees.by_counting import by_counting
from truceline.guarantees.by_remedies import by_remedies
from truceline.guarantees.known import Known
from truceline.records.trigger import TRIGGERS, TriggerAssessment, TriggerTerms


def assess(known: Known, terms: Iterable[TriggerTerms]) -> tuple[TriggerAssessment, ...]:
    """Assess every trigger for every party named and for what names nobody.

    What stood on a determination that has fallen is assessed once more as it was, and says by what
    it was unwound.
    """
    standing = replace(
        known,
        determinations={
            name: one for name, one in known.determinations.items() if name not in known.fallen
        },
    )
    listed: list[TriggerAssessment] = []
    for one in sorted(terms, key=lambda one: TRIGGERS.index(one.trigger)):
        now = TESTS[one.trigger](standing, one)
        listed += now
        if known.fallen:
            listed += _unwound(TESTS[one.trigger](known, one), known.fallen)
    return tuple(listed)


def _unwound(
    as_it_was: Iterable[TriggerAssessment], fallen: Mapping[str, str]
) -> list[TriggerAssessment]:
    unwound = []
    for one in as_it_was:
        causes = sorted(fallen[name] for name in one.determinations if name in fallen)
        if causes:
            unwound.append(replace(one, unwound_by=causes[0]))
    return unwound


TESTS: Mapping[str, Callable[[Known, TriggerTerms], list[TriggerAssessment]]] = {
    "isolated_breach": by_counting,
    "continued_hostilities": by_counting,
    "expanded_attack": by_counting,
    "armed_attack": by_counting,
    "threat": by_counting,
    "obstruction_of_monitoring": by_counting,
    "non_compliance_with_remedy": by_remedies,
}
