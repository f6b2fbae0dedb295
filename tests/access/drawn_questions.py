"""Questions drawn by chance from a seed, so that each rule is met often, both ways.

A question is drawn around an act and a role that the act may ask for; then each of its properties
is right more often than not. The campaign in benchmarks/bench_access.py draws from here too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from truceline.access.reference import ACTS, COLUMNS
from truceline.records.mandate import Role
from truceline.records.permission import (
    DISCLOSURE_TIERS,
    GUARDED_KINDS,
    KINDS,
    SEE,
    Decision,
    Deployment,
    Principal,
    Question,
    Setting,
    Thing,
)

STATES = ("AA", "BB", "CC", "DD")
BODIES = ("commission", "council")
SEATS = ("first", "second", "third")
CASES = ("c1", "c2", "c3")
ACTORS = ("a-key", "b-key", "c-key")
NOW_US = 1_775_908_800_000_000
DAY_US = 86_400_000_000
SEEN_IN_FIVE, RIGHT, SELDOM = 2, 0.8, 0.12
# What no table knows; Cedar must be as silent about it as the reference.
UNKNOWN = ("case.delete", "log.rewrite", "")

One = TypeVar("One")


def drawn(seed: int, count: int) -> Iterator[Question]:
    """Draw so many questions; the same seed gives the same."""
    dice = Random(seed)  # noqa: S311 - drawn again from its seed, no secret
    alike = alike_acts()
    for _ in range(count):
        yield _question(dice, alike)


def alike_acts() -> list[tuple[Deployment, list[str]]]:
    """Part the acts by subject and by what they ask of whom: each part is drawn as often."""
    parts: dict[tuple[Deployment, tuple[str, ...], str], list[str]] = {}
    for deployment, table in ACTS.items():
        for act, words in table.items():
            parts.setdefault((deployment, words, act.split(".")[0]), []).append(act)
    return [(deployment, acts) for (deployment, _, _), acts in parts.items()]


def _question(dice: Random, alike: Sequence[tuple[Deployment, list[str]]]) -> Question:
    deployment, acts = dice.choice(alike)
    action = SEE if dice.randrange(5) < SEEN_IN_FIVE else dice.choice(acts)
    if dice.random() < SELDOM / 10:
        action = dice.choice(UNKNOWN)
    words = ACTS[deployment].get(action, ())
    may = [Role(name) for name, word in zip(COLUMNS, words, strict=False) if word != "-"]
    first = dice.choice(may) if may and dice.random() < RIGHT else dice.choice(list(Role))
    roles = {first, *([dice.choice(list(Role))] if dice.random() < SELDOM else [])}
    who = Principal(
        actor=dice.choice(ACTORS),
        roles=frozenset(roles),
        state=_often(dice, dice.choice(STATES), ""),
        body=(body := _often(dice, dice.choice(BODIES), "")),
        seat=_often(dice, dice.choice(SEATS), "") if body else "",
        recused=_some(dice, CASES),
    )
    if dice.random() < SELDOM:
        deployment = dice.choice(list(Deployment))
    at = _often(dice, deployment, dice.choice(list(Deployment)))
    setting = Setting(
        deployment=at,
        now_us=NOW_US,
        loopback=dice.random() < RIGHT,
        development=dice.random() < SELDOM,
    )
    return Question(
        principal=who, action=action, thing=_thing(dice, who, deployment, action), setting=setting
    )


def _thing(dice: Random, who: Principal, deployment: Deployment, action: str) -> Thing:
    kind = dice.choice(KINDS)
    if kind in GUARDED_KINDS and dice.random() < RIGHT:
        kind = "exhibit"
    if action == SEE and dice.random() < SELDOM:
        kind = "votes"
    tier = dice.choice(DISCLOSURE_TIERS)
    withheld = dice.random() < SELDOM and tier != "public"
    return Thing(
        id=dice.choice(("", "t1", "t2")),
        kind=kind,
        deployment=_often(dice, deployment, dice.choice(list(Deployment))),
        tier=tier,
        case=dice.choice(("", *CASES)),
        body=_often(dice, who.body, dice.choice(("", *BODIES))),
        seat=_often(dice, who.seat, dice.choice(("", *SEATS))),
        state=dice.choice((who.state, who.state, "", *STATES)),
        parties=_some(dice, STATES, likely=0.4),
        withheld_from=_some(dice, STATES, likely=0.4) if withheld else frozenset(),
        originator=dice.choice(("", *STATES)),
        released_to=_some(dice, STATES),
        keepers=_some(dice, ACTORS, likely=0.5),
        published_us=dice.choice((None, NOW_US - DAY_US, NOW_US - DAY_US, NOW_US, NOW_US + 1)),
        delay_us=dice.choice((0, 1, DAY_US, DAY_US + 1, 3 * DAY_US)),
        opened=kind != "votes" or dice.random() < 0.5,
    )


def _often(dice: Random, right: One, other: One) -> One:
    return right if dice.random() < RIGHT else other


def _some(dice: Random, names: Sequence[str], likely: float = SELDOM) -> frozenset[str]:
    return frozenset(name for name in names if dice.random() < likely)


class Met:
    """How often each policy had its say, both ways.

    A permission refuses where it speaks of the action, and nothing allows it by default. What
    forbids allows where it speaks of an action that was allowed.
    """

    def __init__(self) -> None:
        self.allowed: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def add(self, decision: Decision, speaking: Sequence[str]) -> None:
        """Count one answer; `speaking` are the policies that speak of its action."""
        if decision.allowed:
            forbidding = [name for name in speaking if name.startswith("forbid.")]
            self.allowed.update([*decision.by, *forbidding])
        elif decision.by == ("default",):
            self.refused.update(name for name in speaking if name.startswith("permit."))
        else:
            self.refused.update(decision.by)
