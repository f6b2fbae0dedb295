"""Who is responsible, or why that cannot be said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unattributed(Enum):
    """Why no party can be named : a first-class answer."""

    NO_COVERAGE = "no_coverage"
    NO_PHYSICAL_EVIDENCE = "no_physical_evidence"
    CONFLICTING = "conflicting"
    DEPENDENT_SOURCES_ONLY = "dependent_sources_only"
    BOTH_PARTIES_PLAUSIBLE = "both_parties_plausible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The answer for one incident. `undetermined` is an answer, not a gap.

    Attributes:
        incident: Id of the incident.
        revision: Its revision.
        outcome: "undetermined" until physical evidence of direction is there to weigh.
        reasons: Why.
    """

    incident: str
    revision: int
    outcome: str
    reasons: tuple[Unattributed, ...]
