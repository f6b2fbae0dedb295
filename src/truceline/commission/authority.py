"""Who may sign which act: the seats and roles of the mandate, and nothing else.

Default deny: an act is refused unless one of the words of its `ActSpec.who` fits its signer. What
a signer may see is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from truceline.commission.acts import WHO, ActSpec
from truceline.commission.room import Case, Refused, Room, text
from truceline.records.act import Act
from truceline.records.chamber import Declared
from truceline.records.mandate import Role

# The fields that name the party for which somebody acts.
ACTS_FOR = ("party", "from_state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An act with the body before which it is done.

    Attributes:
        case: The case that it belongs to; None outside of one.
        body: Id of the body; "" where none is concerned.
    """

    room: Room
    act: Act
    case: Case | None
    body: str

    @property
    def recusals(self) -> list[Declared]:
        """Who stepped aside in this case."""
        return self.case.recusals if self.case else []


def scene_of(room: Room, act: Act, spec: ActSpec) -> Scene:
    """Find the case and the body of an act.

    Raises:
        Refused: What it is about is not there.
    """
    if spec.about in {"call", "window"}:
        there = room.calls if spec.about == "call" else room.windows
        if act.about not in there:
            raise Refused("unknown_subject", f"there is no {spec.about} {act.about[:80]!r}")
        return Scene(room=room, act=act, case=None, body="")
    if not spec.about:
        return Scene(room=room, act=act, case=None, body=text(act, "body"))
    case = _case_of(room, act, spec.about)
    motion = room.motions.get(act.about)
    return Scene(room=room, act=act, case=case, body=motion.body if motion else case.body)


def _case_of(room: Room, act: Act, kind: str) -> Case:
    """Find the case of a thing of a kind: an id of another kind of thing is none."""
    home = room.cases.get(room.homes.get(act.about, act.about))
    there: bool = home is not None and {
        "case": act.about in room.cases,
        "motion": act.about in room.motions,
        "determination": act.about in room.determinations,
        "remedy": act.about in room.remedies,
        "request": home is not None and act.about in home.requests,
    }.get(kind, False)
    if home is None or not there:
        raise Refused("unknown_subject", f"there is no {kind} {act.about[:80]!r}")
    return home


def _has(role: Role) -> Callable[[Scene], bool]:
    return lambda scene: scene.room.bench.has_role(scene.act.actor, role)


def _presides(scene: Scene) -> bool:
    return scene.room.bench.presides(scene.act.actor, scene.body, scene.recusals)


def _acts_for_a_seat(scene: Scene) -> bool:
    return bool(scene.room.bench.seats_of(scene.act.actor, scene.body, scene.recusals))


def _belongs_to_a_seat(scene: Scene) -> bool:
    """Whose seat it is, and whether it may vote now, the act itself asks."""
    actor = scene.act.actor
    return any(
        actor == seat.holder or actor in seat.alternates
        for seat in scene.room.bench.seats(scene.body)
    )


def _holds_the_seat(scene: Scene) -> bool:
    """Tell whether the signer holds the seat that is named, or any where none is named."""
    named = text(scene.act, "seat")
    return any(
        scene.act.actor == seat.holder and (not named or seat.id == named)
        for seat in scene.room.bench.seats(scene.body)
    )


def _acts_for_a_party(scene: Scene) -> bool:
    of = scene.room.bench.states_of(scene.act.actor, Role.PARTY)
    named = [text(scene.act, name) for name in ACTS_FOR if name in scene.act.detail]
    return all(name in of for name in named) and bool(of)


def _is_asked(scene: Scene) -> bool:
    act, room = scene.act, scene.room
    if act.about in room.calls:
        state = room.calls[act.about].to
    elif scene.case is not None and act.about in scene.case.requests:
        state = scene.case.requests[act.about].to
    else:
        return False
    bench = room.bench
    return state in bench.states_of(act.actor, Role.PARTY) or bench.sits_for(act.actor, state)


def _appoints(scene: Scene) -> bool:
    seat = scene.room.bench.seat(scene.body, text(scene.act, "seat"))
    return seat is not None and bool(seat.appointed_by) and seat.appointed_by == scene.act.actor


def _may_certify(scene: Scene) -> bool:
    """Leave it to the certification itself, which knows the deadline and so its certifier."""
    return bool(scene.act.actor)


FITS: Mapping[str, Callable[[Scene], bool]] = MappingProxyType(
    {
        "chair": _presides,
        "seat": _acts_for_a_seat,
        "voter": _belongs_to_a_seat,
        "holder": _holds_the_seat,
        "party": _acts_for_a_party,
        "addressee": _is_asked,
        "reviewer": _has(Role.REVIEWER),
        "analyst": _has(Role.ANALYST),
        "appointer": _appoints,
        "certifier": _may_certify,
    }
)


def insist_on_authority(scene: Scene, spec: ActSpec) -> None:
    """Refuse an act of somebody who may not do it."""
    if not any(FITS[word](scene) for word in spec.who):
        needed = "; or ".join(WHO[word] for word in spec.who)
        raise Refused("not_yours", f"{scene.act.actor} is not {needed}")
