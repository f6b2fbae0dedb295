"""Findings that were told and are told no more, each with the findings in its place now.

A finding is named by its incident's revision, so a revised incident leaves its findings behind.
Acts that cite them stay in the log: a case does not lose what it was opened on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from truceline.fusion.revise import in_place_of
from truceline.records.finding import Finding
from truceline.records.incident import Incident
from truceline.records.revision import Superseded

FILE = "superseded.jsonl"


def no_longer_told(
    now: Iterable[Incident], tellings: Iterable[Iterable[Incident]]
) -> tuple[Incident, ...]:
    """List the incidents that were told in a revision that is not the one of now, each once."""
    is_told = {(one.id, one.revision) for one in now}
    before = {(one.id, one.revision): one for told in tellings for one in told}
    return tuple(before[name] for name in sorted(before.keys() - is_told))


def superseded(
    gone: Sequence[Incident],
    findings: Iterable[Finding],
    now: Sequence[Incident],
    findings_now: Iterable[Finding],
) -> tuple[Superseded, ...]:
    """Pair findings on what is no longer told with those in their place, by the finding's id.

    Args:
        gone: As `no_longer_told` gives them.
        findings: The findings on them.
        now: The incidents that are told now.
        findings_now: The findings on those.
    """
    successors = in_place_of(gone, now)
    incidents = {(one.id, one.revision): one for one in gone}
    by_incident: dict[str, list[Finding]] = defaultdict(list)
    for one in findings_now:
        by_incident[one.incident].append(one)
    found = [
        Superseded(
            finding=old,
            incident=incidents[old.incident, old.revision],
            by=tuple(
                sorted(
                    new.id
                    for incident in successors[old.incident]
                    for new in by_incident[incident]
                    if question(new) == question(old)
                )
            ),
        )
        for old in findings
    ]
    return tuple(sorted(found, key=lambda one: one.finding.id))


def question(finding: Finding) -> tuple[str, str, str]:
    """Name what a finding answers: under which agreement, clause and reading."""
    return finding.agreement_sha256, finding.clause, finding.reading
