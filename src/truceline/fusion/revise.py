"""What is told again after late data: the same name, a new revision, and what it supersedes.

An incident is named by its earliest observation. Whoever cited it before must be able to tell
whether it still says what it said then: so an incident that has other values gets the next
revision, and one that took observations over from another names that one. What nothing changed
keeps its revision, so deriving twice from the same documents changes nothing. A name and a revision
never stand for two things, also where an incident goes and comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

from truceline.records.incident import Incident, Stage
from truceline.records.revision import Change, Revision

# What a revision itself consists of: a difference here alone is none.
OF_THE_REVISION = frozenset({"revision", "stage", "supersedes"})
COMPARED = tuple(one.name for one in fields(Incident) if one.name not in OF_THE_REVISION)


def revise(
    found: Iterable[Incident], tellings: Sequence[Sequence[Incident]]
) -> tuple[Incident, ...]:
    """Give what was found, each with the revision that follows from what was told before.

    Args:
        found: As fusion gives them, revision 1 and AUTO1.
        tellings: All that was told before, with its revisions, the last telling last.
    """
    before = {incident.id: incident for told in tellings for incident in told}
    owners = _owners(tellings[-1]) if tellings else {}
    return tuple(_revised(incident, before, owners) for incident in found)


def revisions(now: Sequence[Incident], told: Sequence[Incident]) -> tuple[Revision, ...]:
    """List what is told otherwise than before, by the incident's id."""
    before = {incident.id: incident for incident in told}
    after = {incident.id: incident for incident in now}
    owners = _owners(now)
    changed = [
        Revision(
            incident=incident.id,
            change=Change.CHANGED,
            from_revision=before[incident.id].revision,
            to_revision=incident.revision,
            fields=_differing(incident, before[incident.id]),
            came_from=_newly_superseded(incident, before),
        )
        if incident.id in before
        else Revision(
            incident=incident.id,
            change=Change.NEW,
            from_revision=None,
            to_revision=incident.revision,
            came_from=incident.supersedes,
        )
        for incident in now
        if incident.id not in before or incident.revision != before[incident.id].revision
    ]
    withdrawn = [
        Revision(
            incident=incident.id,
            change=Change.WITHDRAWN,
            from_revision=incident.revision,
            to_revision=None,
            came_from=_owning(incident, owners),
        )
        for incident in told
        if incident.id not in after
    ]
    return tuple(sorted(changed + withdrawn, key=lambda one: one.incident))


def in_place_of(gone: Iterable[Incident], now: Sequence[Incident]) -> dict[str, tuple[str, ...]]:
    """Give, by the id of each incident that was told, the ids of those in its place now.

    That is the one of its name; where there is none, those that have its observations.
    """
    names, owners = {incident.id for incident in now}, _owners(now)
    return {one.id: (one.id,) if one.id in names else _owning(one, owners) for one in gone}


def _revised(
    incident: Incident, before: Mapping[str, Incident], owners: Mapping[str, str]
) -> Incident:
    earlier = before.get(incident.id)
    took = _owning(incident, owners)
    if earlier is None:
        # A name that nobody heard of, made of what was told under others, is no first bulletin.
        stage = Stage.AUTO2 if took else Stage.AUTO1
        return replace(incident, stage=stage, supersedes=took)
    supersedes = tuple(sorted({*earlier.supersedes, *took}))
    if not _differing(incident, earlier) and supersedes == earlier.supersedes:
        return replace(
            incident,
            revision=earlier.revision,
            stage=earlier.stage,
            supersedes=earlier.supersedes,
        )
    return replace(
        incident, revision=earlier.revision + 1, stage=Stage.AUTO2, supersedes=supersedes
    )


def _owners(incidents: Iterable[Incident]) -> dict[str, str]:
    return {seen: incident.id for incident in incidents for seen in incident.observations}


def _owning(incident: Incident, owners: Mapping[str, str]) -> tuple[str, ...]:
    """Name the other incidents that its observations were, or are, counted to."""
    named = {owners[seen] for seen in incident.observations if seen in owners}
    return tuple(sorted(named - {incident.id}))


def _differing(one: Incident, other: Incident) -> tuple[str, ...]:
    return tuple(sorted(name for name in COMPARED if getattr(one, name) != getattr(other, name)))


def _newly_superseded(incident: Incident, before: Mapping[str, Incident]) -> tuple[str, ...]:
    return tuple(sorted({*incident.supersedes} - {*before[incident.id].supersedes}))
