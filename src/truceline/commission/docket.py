"""Which incidents a commission would be asked to review, the strongest first. It decides nothing.

Put forward is every incident with a finding of BREACHED, and every one with an UNDECIDED finding
at or above reasonable suspicion (`records.case.REASONABLE_SUSPICION_PPM`): under the vocabulary's
scale of proof that is the least that any consequence asks for, a hotline call or a warning. What
lies below is not gone: it stays among the findings, where the commission may take it up by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from truceline.records.case import REASONABLE_SUSPICION_PPM, Referral
from truceline.records.finding import Finding, Outcome


def docket(findings: Iterable[Finding]) -> tuple[Referral, ...]:
    """List the incidents to review: BREACHED first, then UNDECIDED, by falling probability.

    An incident appears once, with all of its findings that are put forward, from every agreement
    and reading. Whoever is named or held the ground plays no part.
    """
    forward: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        if _is_put_forward(finding):
            forward.setdefault((finding.incident, finding.revision), []).append(finding)
    referrals = [_referral(of_one) for of_one in forward.values()]
    return tuple(sorted(referrals, key=_rank))


def _is_put_forward(finding: Finding) -> bool:
    if finding.outcome is Outcome.UNDECIDED:
        return finding.probability_ppm >= REASONABLE_SUSPICION_PPM
    return finding.outcome is Outcome.BREACHED


def _referral(findings: list[Finding]) -> Referral:
    ranked = sorted(
        findings,
        key=lambda one: (one.outcome is not Outcome.BREACHED, -one.probability_ppm, one.id),
    )
    return Referral(
        incident=ranked[0].incident,
        revision=ranked[0].revision,
        outcome=ranked[0].outcome,
        probability_ppm=ranked[0].probability_ppm,
        suspicion_from_ppm=REASONABLE_SUSPICION_PPM,
        findings=tuple(finding.id for finding in ranked),
    )


def _rank(referral: Referral) -> tuple[bool, int, str, int]:
    return (
        referral.outcome is not Outcome.BREACHED,
        -referral.probability_ppm,
        referral.incident,
        referral.revision,
    )
