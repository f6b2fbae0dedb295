"""What each state is in a case, all at once: party, sensor owner, mirror, judge, guarantor.

One state may wear several of these hats; agreements often want it so. It is shown on every case,
so that nobody has to find it out, and it forbids nothing.
"""

from __future__ import annotations

from truceline.commission.room import Case, Room
from truceline.commission.seats import is_recused
from truceline.records.chamber import Hats


def hats(room: Room, case: Case) -> tuple[Hats, ...]:
    """List every state that has a part in a case, by code, with all of its parts."""
    owners = {
        owner
        for finding in case.findings
        if finding in room.facts
        for owner in room.facts[finding].owners
    }
    judges: dict[str, list[str]] = {}
    recused: dict[str, list[str]] = {}
    for seat in room.bench.seats(case.body):
        if seat.state and seat.votes:
            aside = is_recused(seat, case.body, case.recusals)
            (recused if aside else judges).setdefault(seat.state, []).append(seat.id)
    guarantors = room.bench.guarantors()
    parties = frozenset(room.mandate.parties)
    states = parties | owners | set(judges) | set(recused) | guarantors | set(room.mirrors)
    return tuple(
        Hats(
            state=state,
            is_party=state in parties,
            owns_sensors=state in owners,
            keeps_mirror=state in room.mirrors,
            judges=tuple(judges.get(state, ())),
            recused=tuple(recused.get(state, ())),
            guarantees=state in guarantors,
        )
        for state in sorted(states)
    )
