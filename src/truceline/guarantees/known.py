"""What the triggers' tests look at, and how what they say is named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from truceline.records.canonical import canonical
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.trigger import FindingFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the tests look at.

    Attributes:
        determinations: By id; among them those that have fallen.
        remedies: By id.
        findings: Facts of the findings, by the finding's id.
        fallen: Id of each determination that was corrected or withdrawn, and of what did that.
    """

    determinations: Mapping[str, Determination]
    remedies: Mapping[str, RemedyStanding]
    findings: Mapping[str, FindingFacts]
    fallen: Mapping[str, str]


def told_no_more(named: Iterable[str], findings: Mapping[str, FindingFacts]) -> tuple[str, ...]:
    """Give those of some findings that a revision replaced or withdrew, sorted."""
    known = (findings[name] for name in named if name in findings)
    return tuple(sorted(one.finding for one in known if one.superseded_by is not None))


def assessment_id(trigger: str, party: str, evidence: Iterable[str]) -> str:
    """Name an assessment by what it stands on: `evidence` is sorted by the caller."""
    return f"t:{trigger}:{party}:{hashlib.sha256(canonical(list(evidence))).hexdigest()}"
