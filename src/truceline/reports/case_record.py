"""What a case file is made of: the case, what it cites, where that stands, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.records.chamber import CaseView, FindingFacts
from truceline.records.mandate import Mandate
from truceline.records.permission import DISCLOSURE_TIERS
from truceline.reports.day import Checkpoint


def tier_rank(tier: str) -> int:
    """Give the place of a tier, 0 for the most open.

    >>> tier_rank("public") < tier_rank("commission")
    True
    """
    return DISCLOSURE_TIERS.index(tier)


class NotForThisReaderError(ValueError):
    """A case file that must not be written for this reader.

    Attributes:
        rule: Which rule refused: "not_published" or "unknown_state".
    """

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedEntry:
    """Where something that a case file names stands in the log.

    Attributes:
        id: Id of the act, finding or entry of custody.
        index: Entry of the log, counted from 0.
        statement_sha256: Hash of the signed statement in it, in hex. For an act it is the id.
    """

    id: str
    index: int
    statement_sha256: str

    def __post_init__(self) -> None:
        if self.index < 0:
            raise ValueError(f"{self.id}: entry {self.index} is before the first")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """All that a case file is written from.

    Attributes:
        view: The case at one instant. The public tier is delayed by giving an older view.
        findings: Findings by id: those that the case, its determinations and follow-ups cite.
        mandate: The bodies, rules and deadlines of the agreement.
        entries: By id, where each act and finding stands in the log; what is not here is told as
            "not known".
        checkpoint: The head of the log that the file was made from.
        at_us: Instant of the view, microseconds since 1970 UTC; the only date in the file.
    """

    view: CaseView
    findings: Mapping[str, FindingFacts]
    mandate: Mandate
    entries: Mapping[str, CitedEntry]
    checkpoint: Checkpoint
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a case file is written.

    Attributes:
        tier: Up to which tier of `DISCLOSURE_TIERS` the reader may see.
        party: Code of the state that reads: what is withheld from it stays withheld at every tier;
            "" for nobody's in particular.
        released: Ids of the originator-controlled exhibits that came from this reader or were
            released to it; all others of that tier stay closed.
    """

    tier: str
    party: str = ""
    released: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.tier not in DISCLOSURE_TIERS:
            raise ValueError(f"tier {self.tier!r} is none of {', '.join(DISCLOSURE_TIERS)}")
