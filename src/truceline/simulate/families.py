"""Families of exercises: what differs between a war, a truce that holds and one that is abused.

One side of each world is "the side": chance draws it from the seed, so that the name of a family
tells nobody whom to suspect. Where the two parties differ, the side comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[float, float]  # the side, the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The parameters of one family; the defaults are those of a truce.

    Attributes:
        name: What `--family` takes.
        truce_factor: How often each party fires of itself while the truce holds, as a share of war.
            Where they differ, answers bring what comes of it nearer together.
        holds_hours: Hours after which the truce breaks and both fire as in war; None: never.
        branching: Mean number of incidents that one incident sets off, below 1 (Hawkes).
        reply_share: Share of those that come from the other party.
        own_share: Share of what a party sends that falls by accident on the land that it holds.
        staged_share: Share of its incidents that each party stages on its own land to be blamed on
            the other.
        blackout: Share of the news from the land of the side that is withheld.
        withheld_files: Satellite files that are not delivered, from the middle day on.
        false_share: Invented reports for each true incident that is told.
        copies_of_false: Mean number of outlets that repeat an invented report.
        rumours: Rumours among the injects.
        jammings: Notices of jamming among the injects.
        staged_claims: Claims on staged incidents among the injects.
    """

    name: str
    truce_factor: Pair = (0.25, 0.25)
    holds_hours: int | None = None
    branching: float = 0.4
    reply_share: float = 0.3
    own_share: float = 0.03
    staged_share: Pair = (0.01, 0.01)
    blackout: float = 0.0
    withheld_files: int = 1
    false_share: float = 0.1
    copies_of_false: float = 0.0
    rumours: int = 1
    jammings: int = 1
    staged_claims: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.branching < 1:
            raise ValueError(f"branching {self.branching} is outside 0..1: nothing would end it")


# What happens in each, and what each parameter is, in words: family and parameter in words/*.toml.
_TABLE = (
    Family(name="truce"),
    Family(
        name="war",
        truce_factor=(1.0, 1.0),
    ),
    Family(
        name="broken-truce",
        holds_hours=36,
    ),
    Family(
        name="one-sided-breach",
        truce_factor=(1.0, 0.1),
        reply_share=0.05,
    ),
    Family(
        name="false-flag",
        staged_share=(0.25, 0.01),
        staged_claims=2,
    ),
    Family(
        name="blinded",
        truce_factor=(0.6, 0.25),
        blackout=0.9,
        withheld_files=8,
        jammings=2,
    ),
    Family(
        name="rumours",
        false_share=0.8,
        copies_of_false=5.0,
        rumours=3,
    ),
)
FAMILIES = {family.name: family for family in _TABLE}
DEFAULT = "truce"
