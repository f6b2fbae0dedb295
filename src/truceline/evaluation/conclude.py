"""From a probability to one of three answers: docs/decisions/0004-when-a-finding-is-breached.md."""

from __future__ import annotations

from fractions import Fraction

from truceline.evaluation.where_and_when import ppm
from truceline.records.agreement import Agreement, Clause, Reading
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Incident
from truceline.records.reason import Reason, reason

BREACHED_FROM_PPM = 950_000
KEPT_UP_TO_PPM = 50_000
SOURCES_NEEDED = 2


def conclude(
    clause: Clause,
    reading: Reading,
    agreement: Agreement,
    incident: Incident,
    probability: Fraction,
    reasons: tuple[Reason, ...],
    *,
    may_be_kept: bool = True,
) -> Finding:
    """Compare a probability with the thresholds, and the sources with what a breach asks for.

    Args:
        clause: Its terms may set `breach_probability_ppm` and `kept_probability_ppm`.
        reading: Under which it was judged.
        agreement: Names the finding.
        incident: Its sources count.
        probability: That the incident breaches the clause under the reading.
        reasons: What it was made of.
        may_be_kept: False where knowledge is missing that KEPT would stand on.
    """
    breached_from_ppm = _threshold(clause, "breach_probability_ppm", BREACHED_FROM_PPM)
    kept_up_to_ppm = _threshold(clause, "kept_probability_ppm", KEPT_UP_TO_PPM)
    probability_ppm = ppm(probability)
    lacking = _lacking(incident)
    outcome = Outcome.UNDECIDED
    if probability_ppm >= breached_from_ppm and not lacking:
        outcome = Outcome.BREACHED
    elif probability_ppm <= kept_up_to_ppm and may_be_kept:
        outcome = Outcome.KEPT
    compared = reason(
        "threshold",
        {
            "breached_from_ppm": breached_from_ppm,
            "kept_up_to_ppm": kept_up_to_ppm,
            "probability_ppm": probability_ppm,
            "independent_sources": incident.independent_sources,
            "needed": SOURCES_NEEDED,
        },
    )
    return Finding(
        incident=incident.id,
        revision=incident.revision,
        agreement=agreement.id,
        agreement_sha256=agreement.sha256,
        clause=clause.id,
        reading=reading.id,
        outcome=outcome,
        probability_ppm=probability_ppm,
        breached_from_ppm=breached_from_ppm,
        kept_up_to_ppm=kept_up_to_ppm,
        reasons=(*reasons, compared, *(lacking if probability_ppm >= breached_from_ppm else ())),
    )


def _threshold(clause: Clause, term: str, default_ppm: int) -> int:
    value = clause.terms.get(term, default_ppm)
    if not isinstance(value, int):
        raise TypeError(f"{clause.id}: {term} {value!r} is no whole number")
    return value


def _lacking(incident: Incident) -> tuple[Reason, ...]:
    """Tell what a breach asks of the sources and this incident has not."""
    lacking: list[Reason] = []
    if incident.independent_sources < SOURCES_NEEDED:
        numbers = {"independent_sources": incident.independent_sources, "needed": SOURCES_NEEDED}
        lacking.append(reason("needs_independent", numbers))
    if not incident.has_physical_source:
        lacking.append(reason("needs_physical"))
    return tuple(lacking)


def real_reason(incident: Incident) -> Reason:
    """Give the first number of every finding: that the incident is real and a munition's effect."""
    return reason("real_and_munition", {"probability_ppm": incident.probability_ppm})


def not_applicable(
    clause: Clause, reading: Reading, agreement: Agreement, incident: Incident, why: Reason
) -> NotApplicable:
    """Say that a clause cannot bind an incident under a reading, and why."""
    return NotApplicable(
        incident=incident.id,
        revision=incident.revision,
        agreement=agreement.id,
        agreement_sha256=agreement.sha256,
        clause=clause.id,
        reading=reading.id,
        reason=why,
    )
