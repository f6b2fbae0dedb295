"""Hold every incident against every clause of an agreement, under every reading of it."""

from __future__ import annotations

from collections.abc import Iterable

from truceline.evaluation import RULES
from truceline.evaluation.conclude import not_applicable
from truceline.evaluation.context import Context, context_of
from truceline.records.agreement import Agreement, Clause, Reading, Site
from truceline.records.finding import Finding, NotApplicable
from truceline.records.incident import Incident
from truceline.records.reason import reason


def judge(
    incidents: Iterable[Incident], agreement: Agreement, sites: tuple[Site, ...], sites_known: bool
) -> tuple[tuple[Finding, ...], tuple[NotApplicable, ...]]:
    """Judge incidents by an agreement.

    Args:
        incidents: In any order.
        agreement: All its clauses and readings count.
        sites: Protected sites from the registers, in any order.
        sites_known: Whether a register of sites was there; without one, no site's absence is said.

    Returns:
        Findings, and where a clause cannot bind, why not: together one for each incident, clause
        and reading. By the incident's beginning and id, then in the agreement's own order.
    """
    context = context_of(agreement, sites, sites_known=sites_known)
    judged = [
        judge_one(clause, reading, agreement, incident, context)
        for incident in sorted(incidents, key=lambda one: (one.began_us, one.id, one.revision))
        for clause in agreement.clauses
        for reading in agreement.readings
    ]
    return (
        tuple(one for one in judged if isinstance(one, Finding)),
        tuple(one for one in judged if isinstance(one, NotApplicable)),
    )


def judge_one(
    clause: Clause, reading: Reading, agreement: Agreement, incident: Incident, context: Context
) -> Finding | NotApplicable:
    """Judge one incident under one clause and one reading; a clause type may have no rule yet."""
    rule = RULES.get(clause.kind)
    if rule is None:
        why = reason("no_rule", {"kind": clause.kind})
        return not_applicable(clause, reading, agreement, incident, why)
    return rule(clause, reading, agreement, incident, context)
