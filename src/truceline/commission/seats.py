"""Who sits where, and who may act for a seat in a case: holders, alternates, recusals, absences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from truceline.records.chamber import Declared
from truceline.records.mandate import Body, Mandate, Role, Seat


class Bench:
    """The seats of every body as they are filled now, and the roles outside them.

    Reading is by key, so that an act costs the same however many there were before it.
    """

    def __init__(self, mandate: Mandate) -> None:
        self.bodies: dict[str, Body] = {body.id: body for body in mandate.bodies}
        self._seats: dict[str, dict[str, Seat]] = {
            body.id: {seat.id: seat for seat in body.seats} for body in mandate.bodies
        }
        self._absent: set[tuple[str, str]] = set()
        self._roles: dict[str, set[tuple[Role, str]]] = {}
        for one in mandate.roles:
            self._roles.setdefault(one.actor, set()).add((one.role, one.state))
        self._guarantors = frozenset(
            one.state for one in mandate.roles if one.role is Role.GUARANTOR and one.state
        )

    def seats(self, body: str) -> tuple[Seat, ...]:
        """Give a body's seats, in the order of the agreement."""
        return tuple(self._seats.get(body, {}).values())

    def seat(self, body: str, seat: str) -> Seat | None:
        """Give one seat; None if there is no such."""
        return self._seats.get(body, {}).get(seat)

    def fill(self, body: str, seat: str, holder: str, alternates: tuple[str, ...]) -> None:
        """Fill a seat anew. One that is left vacant counts as absent, so that alternates act."""
        old = self._seats[body][seat]
        self._seats[body][seat] = replace(old, holder=holder, alternates=alternates)
        self.set_absent(body, seat, is_absent=not holder)

    def set_absent(self, body: str, seat: str, *, is_absent: bool) -> None:
        """Say that a seat's holder is absent, or back."""
        if is_absent:
            self._absent.add((body, seat))
        else:
            self._absent.discard((body, seat))

    def is_absent(self, body: str, seat: str) -> bool:
        """Tell whether an act said that the seat's holder is absent."""
        return (body, seat) in self._absent

    def has_role(self, actor: str, role: Role) -> bool:
        """Tell whether a key has a role, for whichever state."""
        return any(held is role for held, _ in self._roles.get(actor, ()))

    def states_of(self, actor: str, role: Role) -> frozenset[str]:
        """Give the states for which a key has a role."""
        return frozenset(state for held, state in self._roles.get(actor, ()) if held is role)

    def guarantors(self) -> frozenset[str]:
        """Give the states whose keys have the role guarantor."""
        return self._guarantors

    def acts_for(self, actor: str, seat: Seat, body: str, recusals: Iterable[Declared]) -> bool:
        """Tell whether a key may act for a seat: its holder, or an alternate in his place.

        An alternate acts only where the holder is recused (he, not the seat) or absent by an act.
        """
        if not actor:
            return False
        holder_recused = any(
            one.seat == seat.id and one.body == body and one.scope == "holder" for one in recusals
        )
        if holder_recused or self.is_absent(body, seat.id):
            return actor in seat.alternates
        return actor == seat.holder

    def sits_for(self, actor: str, state: str) -> bool:
        """Tell whether a key holds a seat of a state in any body."""
        return any(
            seat.state == state and seat.holder == actor
            for seats in self._seats.values()
            for seat in seats.values()
        )

    def seats_of(self, actor: str, body: str, recusals: Iterable[Declared]) -> tuple[Seat, ...]:
        """Give the seats of a body that a key may act for, recused ones among them."""
        recusals = tuple(recusals)
        return tuple(
            seat for seat in self.seats(body) if self.acts_for(actor, seat, body, recusals)
        )

    def presides(self, actor: str, body: str, recusals: Iterable[Declared]) -> bool:
        """Tell whether a key may act as a body's chair.

        Where the chair's seat is recused as a whole an alternate still presides, without a vote:
        else the recusal of one would stop the body.
        """
        recusals = tuple(recusals)
        for seat in self.seats(body):
            if not seat.chairs or not actor:
                continue
            if is_recused(seat, body, recusals):
                if actor in seat.alternates:
                    return True
            elif self.acts_for(actor, seat, body, recusals):
                return True
        return False


def is_recused(seat: Seat, body: str, recusals: Iterable[Declared]) -> bool:
    """Tell whether a seat as a whole stepped aside: it neither votes nor counts."""
    return any(one.seat == seat.id and one.body == body and one.scope == "seat" for one in recusals)
