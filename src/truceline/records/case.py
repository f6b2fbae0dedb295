"""What is put before a body: incidents to review, and candidate instants of a first breach.

Neither decides anything. A commission takes up a case or leaves it; only a named body's signed
entry declares a first breach, and only that starts a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.finding import Outcome
from truceline.records.units import PPM

# A policy choice, open to change by decision record 0004. "Reasonable grounds to believe" is mapped
# to 40 % and more, suspicion must lie below it; under 20 % the scale of ICD 203 says "very
# unlikely", which nobody would call a suspicion.
REASONABLE_SUSPICION_PPM = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """An incident that a commission would be asked to review.

    Attributes:
        incident: Id of the incident.
        revision: Its revision.
        outcome: BREACHED where one of the findings says so, else UNDECIDED.
        probability_ppm: The highest probability among the findings with that outcome.
        suspicion_from_ppm: UNDECIDED findings at or above this are put forward.
        findings: Ids of the findings put forward, the strongest first.
    """

    incident: str
    revision: int
    outcome: Outcome
    probability_ppm: int
    suspicion_from_ppm: int
    findings: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.outcome is Outcome.KEPT:
            raise ValueError(f"{self.incident}: nobody is asked to review what was kept")
        if not 0 <= self.probability_ppm <= PPM:
            raise ValueError(f"probability_ppm {self.probability_ppm} is outside 0..{PPM}")
        if not self.findings:
            raise ValueError(f"{self.incident} is referred without a finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateInstant:
    """An instant at which an agreement may first have been breached, with its proof.

    It starts no clock: a named body's signed entry declares a first breach, or nobody does.

    Attributes:
        agreement: Short name of the agreement.
        agreement_sha256: Hash of the agreement file.
        reading: Id of the reading: which of several disputed starts and ends.
        began_us: Earliest instant: the incident's beginning, or the binding time's if later.
        ended_us: Latest instant: the end of the interval of the incident's beginning, or the
            binding time's if earlier.
        probability_ppm: Probability of the finding that it is a breach under this reading.
        outcome: BREACHED or UNDECIDED, as found.
        finding: Id of the finding, from which everything down to the original bytes is traced.
        incident: Id of the incident.
        revision: Its revision.
    """

    agreement: str
    agreement_sha256: str
    reading: str
    began_us: int
    ended_us: int
    probability_ppm: int
    outcome: Outcome
    finding: str
    incident: str
    revision: int

    def __post_init__(self) -> None:
        if self.ended_us < self.began_us:
            raise ValueError(f"ended {self.ended_us} is before began {self.began_us}")
        if not 0 <= self.probability_ppm <= PPM:
            raise ValueError(f"probability_ppm {self.probability_ppm} is outside 0..{PPM}")
