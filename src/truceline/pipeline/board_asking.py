"""What may be seen of the guarantors' deployment, and by whom: every look is asked here.

What is asked is `access.decide`, default deny. Declarations and clocks stand in the tier of the
states, both parties among them; everything else in that of the coalition. A state sees what came
from it, and a consultation to which it was invited. The public sees what is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from truceline.pipeline.asking import principals_of, see_as, weighed
from truceline.records.asker import Asker, NotAllowedError
from truceline.records.board import Board, Consultation, Measure
from truceline.records.mandate import Mandate, Role
from truceline.records.permission import (
    Decision,
    Deployment,
    Principal,
    Thing,
)
from truceline.records.pledge import Pledge

KEPT_ANSWERS = 65_536
# Roles that open what is the guarantors' own to who also has a seat.
OPEN_TO = frozenset({Role.GUARANTOR, Role.ANALYST, Role.REVIEWER})
GUARDED = {"depot": "depots", "protected_storage": "depots", "hub": "hubs"}


def hats_of(mandate: Mandate, actor: str) -> tuple[Principal, ...]:
    """Give everything that somebody is on a board.

    A guarantor who also sits in a body stays a guarantor in his seat: the seat takes nothing away.
    """
    seats = {one.id: one.seats for one in mandate.bodies}
    found = principals_of(mandate, seats.__getitem__, actor)
    open_to = frozenset().union(*(one.roles for one in found)) & OPEN_TO
    return tuple(
        replace(one, roles=one.roles | open_to) if one.seat or one.body else one for one in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEyes:
    """Somebody who looks at the guarantors' deployment."""

    principals: tuple[Principal, ...]
    asker: Asker

    def see(self, thing: Thing) -> Decision:
        """Tell whether he may see a thing, and by which rule."""
        # No rule of seeing looks at an id, so that equal things are asked for once.
        bare = replace(thing, id="")
        return weighed(
            see_as(who, bare, self.asker, Deployment.GUARANTORS) for who in self.principals
        )

    def sees(self, thing: Thing) -> bool:
        """Tell whether he may see a thing."""
        return self.see(thing).allowed

    def insist(self, thing: Thing) -> None:
        """Refuse what he may not see.

        Raises:
            NotAllowedError: A rule refuses it.
        """
        decision = self.see(thing)
        if not decision.allowed:
            raise NotAllowedError(decision)


# --------------------------------------------------------------------------- things to look at
def held(kind: str, tier: str, originator: str = "", released_to: Iterable[str] = ()) -> Thing:
    """Give a thing of this deployment. What is of the public tier is published at once."""
    return Thing(
        id=kind,
        kind=kind,
        deployment=Deployment.GUARANTORS,
        tier=tier,
        originator=originator,
        released_to=frozenset(released_to),
        published_us=0 if tier == "public" else None,
    )


DECLARATIONS = held("breach", "states")
CLOCKS = held("clock", "states")
ASSESSMENTS = held("breach", "coalition")
CONSULTATIONS = held("consultation", "coalition")
GAP = held("gap_board", "coalition")
READINESS = held("readiness", "coalition")
REGISTER = held("register", "coalition")
PUBLISHED = held("register", "public")


def of_state(kind: str, state: str) -> Thing:
    """What a state did or promised: the coalition's, and its own."""
    return held(kind, "coalition", originator=state)


def of_consultation(called: Consultation) -> Thing:
    """A consultation: the coalition's, and that of every state invited."""
    return held("consultation", "coalition", released_to=called.states)


def of_measure(measure: Measure) -> Thing:
    """A response or a sanction."""
    return of_state("sanction" if measure.ladder else "response", measure.state)


def of_pledge(pledge: Pledge) -> Thing:
    """A pledge, by its own tier; depots and hubs are the guarantors' own whatever it says."""
    return held(GUARDED.get(pledge.kind, "pledge"), pledge.tier, originator=pledge.state)


def things_of(board: Board) -> dict[str, Thing]:
    """Give what each line of a board is to who looks, by its id."""
    return {
        **{one.id: DECLARATIONS for one in board.declarations},
        **{one.id: CLOCKS for one in board.clocks},
        **{one.id: ASSESSMENTS for one in board.assessments},
        **{one.id: of_consultation(one) for one in board.consultations},
        **{one.id: of_state("decision", one.state) for one in board.decisions},
        **{one.id: of_state("activation", one.state) for one in board.activations},
        **{one.id: of_measure(one) for one in board.measures},
    }
