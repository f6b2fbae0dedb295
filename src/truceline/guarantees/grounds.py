"""What stands on what, and what falls with it.

Every record is put on the board together with what it stands on (`World.grounds`): a clock on a
declaration, that on its proof; a consultation on its declaration and evidence; a decision on a
consultation, an activation on a decision, a measure on an activation or on what it answers. To ask
whether something has fallen is to walk up: a few steps, whatever the size of the board.

A correction of a correction leaves the first one fallen: what was corrected does not rise again by
itself. The body says so by a new entry, or it is not so.
"""

from __future__ import annotations

from collections.abc import Sequence

from truceline.guarantees.world import Refusal, World
from truceline.records.board import Fall


def fallen(world: World, name: str, at_us: int, *, today: bool = False) -> tuple[Fall, ...]:
    """Give what has fallen under something, itself included, the earliest first.

    Args:
        world: The board.
        name: Id of anything on it.
        at_us: At this instant.
        today: Count also what has fallen at an instant that is not known.
    """
    found: dict[str, Fall] = {}
    seen: set[str] = set()
    open_ends = [name]
    while open_ends:
        one = open_ends.pop()
        if one in seen:
            continue
        seen.add(one)
        fall = world.falls.get(one)
        if fall is not None and (today if fall.fell_us is None else fall.fell_us <= at_us):
            found[one] = fall
        open_ends += world.grounds.get(one, ())
    return tuple(sorted(found.values(), key=_by_time))


def must_stand(world: World, name: str, at_us: int) -> None:
    """Refuse an act about something whose ground has fallen.

    Raises:
        Refusal: It has fallen, by the time of the act.
    """
    fell = fallen(world, name, at_us)
    if fell:
        raise Refusal("unwound", f"{name} stood on {fell[0].id}, which {fell[0].by} took away")


def must_be_known(world: World, names: Sequence[str], at_us: int) -> None:
    """Refuse an act that stands on what the board does not have, or on what does not stand.

    Raises:
        Refusal: Something is unknown, was decided later, or has fallen.
    """
    for name in names:
        determination = world.determinations.get(name)
        if determination is None and name not in world.findings and name not in world.remedies:
            raise Refusal("evidence_unknown", f"{name} is no finding, determination or remedy here")
        if determination is not None and determination.decided_us > at_us:
            raise Refusal("evidence_later", f"{name} was decided after this was signed")
        must_stand(world, name, at_us)


def _by_time(fall: Fall) -> tuple[bool, int, str]:
    return fall.fell_us is None, fall.fell_us or 0, fall.id
