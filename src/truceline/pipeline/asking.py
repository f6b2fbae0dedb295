"""Who somebody is under a mandate, and what he may see of a commission: every look is asked here.

What is asked is `access.decide`, default deny. Its answers to "may he see" depend on neither the id
of a thing nor its case, so equal questions are asked once: ten thousand cases are some tens of
questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from truceline.access.decide import decide
from truceline.records.asker import Asker
from truceline.records.mandate import Mandate, Role, Seat
from truceline.records.permission import (
    DISCLOSURE_TIERS,
    SEE,
    Decision,
    Deployment,
    Principal,
    Question,
    Setting,
    Thing,
)
from truceline.records.units import DAY_US

# The public waits so long after a publication: docs/DESIGN.md, promise 7.
PUBLIC_DELAY_US = DAY_US
KEPT_ANSWERS = 65_536

SeatsOf = Callable[[str], tuple[Seat, ...]]


def principals_of(mandate: Mandate, seats_of: SeatsOf, actor: str) -> tuple[Principal, ...]:
    """Give everything that somebody is: one principal for each state of his roles and each seat.

    Args:
        mandate: Who has a role.
        seats_of: A body's seats as they are filled now, by the body's id.
        actor: Name of his key; "" for the public.
    """
    roles: dict[str, set[Role]] = {}
    for one in mandate.roles:
        if actor and one.actor == actor:
            roles.setdefault(one.state, set()).add(one.role)
    found = [
        Principal(actor=actor, roles=frozenset(held), state=state) for state, held in roles.items()
    ]
    for body in mandate.bodies:
        found += [
            _seated(actor, body.id, seat)
            for seat in seats_of(body.id)
            if actor and (actor == seat.holder or actor in seat.alternates)
        ]
    return tuple(found) or (Principal(actor=actor, roles=frozenset({Role.PUBLIC})),)


def _seated(actor: str, body: str, seat: Seat) -> Principal:
    chairs = {Role.CHAIR} if seat.chairs else set()
    return Principal(
        actor=actor,
        roles=frozenset({Role.COMMISSIONER} | chairs),
        state=seat.state,
        body=body,
        seat=seat.id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Somebody who looks at the monitor's deployment at an instant."""

    principals: tuple[Principal, ...]
    asker: Asker
    now_us: int

    def see(self, thing: Thing) -> Decision:
        """Tell whether he may see a thing.

        Of several things that he is, one that is forbidden outweighs one that is allowed; where
        all are refused by default, the answer is the nearest one's.
        """
        return weighed(
            see_as(who, self._timeless(thing), self.asker, Deployment.MONITOR)
            for who in self.principals
        )

    def _timeless(self, thing: Thing) -> Thing:
        """Leave out of a thing what no rule of seeing looks at, and settle its delay."""
        since_us = thing.published_us
        is_out = since_us is not None and since_us + thing.delay_us <= self.now_us
        return replace(thing, id="", case="", published_us=0 if is_out else None, delay_us=0)


def weighed(decisions: Iterable[Decision]) -> Decision:
    """Give one answer out of those to each thing that somebody is; at least one."""
    every = list(decisions)
    for one in every:
        if not one.allowed and one.by != ("default",):
            return one
    for one in every:
        if one.allowed:
            return one
    return min(every, key=lambda one: len(one.asks) if one.nearest else len(DISCLOSURE_TIERS) * 2)


@lru_cache(maxsize=KEPT_ANSWERS)
def see_as(who: Principal, thing: Thing, asker: Asker, deployment: Deployment) -> Decision:
    """Ask whether somebody may see a thing that no time opens or closes."""
    setting = Setting(
        deployment=deployment,
        now_us=0,
        loopback=asker.loopback,
        development=asker.development,
    )
    return decide(Question(principal=who, action=SEE, thing=thing, setting=setting))


# --------------------------------------------------------------------------- things to look at
@dataclass(slots=True, kw_only=True)
class Reach:
    """How far a case has been told to anybody outside the commission.

    Attributes:
        body: Id of the body that has it now.
        concerns: Codes of the parties that it concerns.
        originator: Code of the state that opened it; "" for the monitor's own staff.
        notified: Codes of the parties that were told of it.
        published: By tier, since when.
    """

    body: str
    concerns: frozenset[str]
    originator: str
    notified: set[str]
    published: dict[str, int]

    @property
    def tier(self) -> str:
        """The most open tier that it was published in; before, "states" once a party was told."""
        told = "states" if self.notified else "commission"
        return min([told, *self.published], key=DISCLOSURE_TIERS.index)

    def key(self, now_us: int) -> tuple[object, ...]:
        """Name all of it that a rule may look at: cases with equal keys are seen by the same."""
        public_us = self.published.get("public")
        is_out = public_us is not None and public_us + PUBLIC_DELAY_US <= now_us
        told = frozenset(self.notified)
        return (self.body, self.concerns, self.originator, told, *self.published, is_out)

    def case(self, case: str) -> Thing:
        """The case itself. A party that was not told of it yet does not see it."""
        is_out = self.tier in self.published
        return Thing(
            id=case,
            kind="case",
            deployment=Deployment.MONITOR,
            tier=self.tier,
            case=case,
            body=self.body,
            parties=self.concerns if is_out else frozenset(self.notified),
            originator=self.originator,
            published_us=self.published.get("public"),
            delay_us=PUBLIC_DELAY_US,
        )

    def inside(self, thing: Thing) -> Thing:
        """What is known inside the commission alone."""
        return replace(thing, tier="commission", originator="", published_us=None)

    def votes(self, thing: Thing, *, sealed: bool) -> Thing:
        """The votes on a motion: while they are sealed nobody's, afterwards as the motion."""
        return replace(thing, kind="votes", opened=not sealed)

    def exhibit(self, thing: Thing, tier: str, withheld_from: Iterable[str], by: str) -> Thing:
        """An exhibit: by its own tier. One that is withheld from somebody is not public.

        Args:
            thing: The case.
            tier: The exhibit's own.
            withheld_from: Codes of the parties that may not see it.
            by: Code of the state that it came from; "" for none.
        """
        withheld = frozenset(withheld_from)
        return replace(
            thing,
            kind="exhibit",
            tier="states" if withheld and tier == "public" else tier,
            parties=self.concerns,
            withheld_from=withheld,
            originator=by,
        )


def common(kind: str, tier: str, originator: str = "") -> Thing:
    """Give what belongs to no case: the list of cases, the hotline's log, the refused acts."""
    return Thing(
        id=kind, kind=kind, deployment=Deployment.MONITOR, tier=tier, originator=originator
    )
