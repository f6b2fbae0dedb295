"""What late data changed about an incident that had been told before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
