"""What a rule concluded about one incident under one clause and one reading, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.reason import Reason
from truceline.records.units import PPM


class Outcome(Enum):
    """Three answers, because silence is not proof of compliance."""

    KEPT = "kept"
    BREACHED = "breached"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's conclusion on one incident. It decides nothing: the commission does.

    KEPT says only that this incident does not breach the clause; whether the clause was
    kept over a period is another record, which carries coverage.

    Attributes:
        incident: Id of the incident.
        revision: The incident's revision.
        agreement: Short name of the agreement.
        agreement_sha256: Hash of the agreement file.
        clause: Id of the clause.
        reading: Id of the reading: which of several disputed starts and ends.
        outcome: KEPT, BREACHED or UNDECIDED.
        probability_ppm: Probability that the incident breaches the clause under this reading.
        breached_from_ppm: At or above this, and only with the sources the rule asks for: BREACHED.
        kept_up_to_ppm: At or below this: KEPT.
        reasons: The numbers compared.
    """

    incident: str
    revision: int
    agreement: str
    agreement_sha256: str
    clause: str
    reading: str
    outcome: Outcome
    probability_ppm: int
    breached_from_ppm: int
    kept_up_to_ppm: int
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.probability_ppm <= PPM:
            raise ValueError(f"probability_ppm {self.probability_ppm} is outside 0..{PPM}")

    @property
    def id(self) -> str:
        """Incident, revision, agreement, clause and reading."""
        return finding_id(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """A clause that cannot bind an incident under a reading: no finding, but the reason.

    The identity fields are those of a finding.
    """

    incident: str
    revision: int
    agreement: str
    agreement_sha256: str
    clause: str
    reading: str
    reason: Reason

    @property
    def id(self) -> str:
        """Incident, revision, agreement, clause and reading."""
        return finding_id(self)


def finding_id(judged: Finding | NotApplicable) -> str:
    """Name what was judged: the same identity whether or not the clause could bind."""
    incident = judged.incident.removeprefix("i:")
    agreement = judged.agreement_sha256
    return f"f:{incident}:{judged.revision}:{agreement}:{judged.clause}:{judged.reading}"
