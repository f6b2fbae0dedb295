"""Candidate instants of a first breach, each with its interval, its probability and its proof.

Guarantees may count their hours from the first breach, so that instant needs the best evidence
there is. Software lists what may have been it, and starts no clock: only a named body's signed
entry declares a first breach. Listed are the findings that a commission would be asked to review,
BREACHED or UNDECIDED from reasonable suspicion (`records.case.REASONABLE_SUSPICION_PPM`), because
an early breach that is only suspected may turn out to have been the first.
"""

from __future__ import annotations

from collections.abc import Iterable

from truceline.records.case import REASONABLE_SUSPICION_PPM, CandidateInstant
from truceline.records.finding import Finding, Outcome
from truceline.records.incident import Incident


def candidates(
    incidents: Iterable[Incident], findings: Iterable[Finding]
) -> tuple[CandidateInstant, ...]:
    """List candidate instants for each agreement and reading, the earliest first.

    Args:
        incidents: All that the findings name, in any order.
        findings: In any order.

    Raises:
        ValueError: A finding names an incident, or a revision of it, that is not there.
    """
    known = {(incident.id, incident.revision): incident for incident in incidents}
    listed: list[CandidateInstant] = []
    for finding in findings:
        incident = known.get((finding.incident, finding.revision))
        if incident is None:
            raise ValueError(f"no incident {finding.incident} in revision {finding.revision}")
        if _may_be_breach(finding):
            listed.append(_candidate(finding, incident))
    return tuple(sorted(listed, key=_order))


def _may_be_breach(finding: Finding) -> bool:
    suspected = finding.probability_ppm >= REASONABLE_SUSPICION_PPM
    return finding.outcome is Outcome.BREACHED or (
        finding.outcome is Outcome.UNDECIDED and suspected
    )


def _candidate(finding: Finding, incident: Incident) -> CandidateInstant:
    from_us, until_us = _binding_time(finding)
    return CandidateInstant(
        agreement=finding.agreement,
        agreement_sha256=finding.agreement_sha256,
        reading=finding.reading,
        began_us=incident.began_us if from_us is None else max(incident.began_us, from_us),
        ended_us=incident.ended_us if until_us is None else min(incident.ended_us, until_us),
        probability_ppm=finding.probability_ppm,
        outcome=finding.outcome,
        finding=finding.id,
        incident=incident.id,
        revision=incident.revision,
    )


def _binding_time(finding: Finding) -> tuple[int | None, int | None]:
    """Give the widest binding time that the finding was judged by: nothing outside it breaches."""
    for reason in finding.reasons:
        if reason.code == "within_time":
            numbers = dict(reason.numbers)
            from_us, until_us = numbers["from_us"], numbers["until_us"]
            return (
                from_us if isinstance(from_us, int) else None,
                until_us if isinstance(until_us, int) else None,
            )
    return None, None


def _order(candidate: CandidateInstant) -> tuple[str, str, int, int, str]:
    return (
        candidate.agreement,
        candidate.reading,
        candidate.began_us,
        candidate.ended_us,
        candidate.finding,
    )
