"""What each state is in a case, all at once: party, sensor owner, mirror, judge, guarantor.

One state may wear several of these hats; agreements often want it so. It is shown on every case,
so that nobody has to find it out, and it forbids nothing. Whose a sensor or a mirror is may not be
known: then that is said of every state that is not known to have one.
"""

from __future__ import annotations

from truceline.commission.room import Case, Room
from truceline.commission.seats import is_recused
from truceline.records.chamber import Hats, Holders


def hats(room: Room, case: Case) -> tuple[Hats, ...]:
    """List every state that has a part in a case, by code, with all of its parts."""
    owners = _sensor_owners(room, case)
    judges: dict[str, list[str]] = {}
    recused: dict[str, list[str]] = {}
    for seat in room.bench.seats(case.body):
        if seat.state and seat.votes:
            aside = is_recused(seat, case.body, case.recusals)
            (recused if aside else judges).setdefault(seat.state, []).append(seat.id)
    guarantors = room.bench.guarantors()
    parties = frozenset(room.mandate.parties)
    seated = judges.keys() | recused.keys()
    states = parties | seated | guarantors | {*owners.states, *room.mirrors.states}
    return tuple(
        Hats(
            state=state,
            is_party=state in parties,
            owns_sensors=owners.has(state),
            keeps_mirror=room.mirrors.has(state),
            judges=tuple(judges.get(state, ())),
            recused=tuple(recused.get(state, ())),
            guarantees=state in guarantors,
        )
        for state in sorted(states)
    )


def _sensor_owners(room: Room, case: Case) -> Holders:
    facts = [room.facts[finding] for finding in case.findings]
    return Holders(
        states=tuple(sorted({owner for one in facts for owner in one.owners})),
        all_known=all(one.owners_known for one in facts),
    )
