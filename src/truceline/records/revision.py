"""What late data changed about an incident that had been told before, and about its findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.finding import Finding
from truceline.records.incident import Incident


class Change(Enum):
    """What became of it."""

    NEW = "new"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One incident that is told otherwise than the time before.

    Attributes:
        incident: Id of the incident: for WITHDRAWN, of the one that is no more.
        change: NEW was not told before; CHANGED was told with other values; WITHDRAWN was told, and
            nothing of that name follows from the documents any more.
        from_revision: The revision that was told before; None for NEW.
        to_revision: The revision that is told now; None for WITHDRAWN.
        fields: Names of the incident's fields that have other values, sorted; empty unless CHANGED.
        came_from: Ids of incidents told before that its observations were counted to, other than
            itself: after a merge or a split. For WITHDRAWN: the incidents that have its
            observations now.
    """

    incident: str
    change: Change
    from_revision: int | None
    to_revision: int | None
    fields: tuple[str, ...] = ()
    came_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """A finding that was told, and is told no more: late data revised or withdrew its incident.

    Whoever cited it must still find it, and what became of it.

    Attributes:
        finding: The finding on what was told; by the rules and the registers of sites of today.
        incident: The incident as it was told.
        by: Ids of the findings in its place, sorted: under the same clause and reading, on the
            incident's next revision, else on those that have its observations now. Empty where
            nothing is: it is withdrawn.
    """

    finding: Finding
    incident: Incident
    by: tuple[str, ...]
