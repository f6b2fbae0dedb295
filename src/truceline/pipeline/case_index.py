"""How far each case has been told, and which acts belong to it: kept up as the log grows.

The fold knows what a case is; this knows whom it has reached, which is what decides who may see it.
Only acts that took effect count.
"""

from __future__ import annotations

from collections.abc import Sequence

from truceline.commission.chamber import Chamber
from truceline.commission.room import texts
from truceline.commission.seats import Bench
from truceline.pipeline.asking import Reach, principals_of
from truceline.records.act import Act
from truceline.records.mandate import Mandate

# What opens something that a later act may be about, inside a case.
OPENS = frozenset(
    {
        "case.request",
        "determination.correct",
        "determination.record",
        "motion.put",
        "remedy.set",
    }
)


class CaseIndex:
    """What is known of each case, beside the fold.

    Attributes:
        reach: By case, whom it has reached.
        acts: By case, the places of its acts in the log's list of acts, refused ones among them.
        homes: By the id of a request, motion, determination or remedy, its case.
        taken: How many acts were read.
    """

    def __init__(self, chamber: Chamber, mandate: Mandate) -> None:
        """Begin an empty index beside a chamber; another chamber needs another index."""
        self.chamber = chamber
        self.mandate = mandate
        self.reach: dict[str, Reach] = {}
        self.acts: dict[str, list[int]] = {}
        self.homes: dict[str, str] = {}
        self.taken = 0
        self._from: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self._bench = Bench(mandate)
        self._refused: set[str] = set()
        self._seen_refused = 0

    def follow(self, acts: Sequence[Act]) -> None:
        """Read what is new among the acts that the chamber took."""
        self._refused.update(one.act for one in self.chamber.refused[self._seen_refused :])
        self._seen_refused = len(self.chamber.refused)
        for place in range(self.taken, len(acts)):
            act = acts[place]
            self._from[act.id] = self._state_of(act.actor)
            if act.id not in self._refused:
                self._take(act)
            case = self.case_of(act)
            if case:
                self.acts.setdefault(case, []).append(place)
        self.taken = len(acts)

    def case_of(self, act: Act) -> str:
        """Give the case that an act belongs to; "" for none."""
        for name in (act.id, act.about):
            if name in self.reach:
                return name
        return self.homes.get(act.about, "")

    def state_of(self, act: str) -> str:
        """Give the state that the signer of an act acted for when he signed it; "" for none."""
        return self._from.get(act, "")

    def _state_of(self, actor: str) -> str:
        """Give the state that an actor acts for: of his role, else of his seat; "" for none."""
        if actor not in self._states:
            of = principals_of(self.mandate, self._bench.seats, actor)
            self._states[actor] = next((one.state for one in of if one.state), "")
        return self._states[actor]

    def is_refused(self, act: str) -> bool:
        """Tell whether an act stands in the log without effect."""
        return act in self._refused

    def _take(self, act: Act) -> None:
        if act.name == "case.open":
            named = act.detail["concerns"]
            self.reach[act.id] = Reach(
                body=str(act.detail["body"]),
                concerns=frozenset(map(str, named)) if isinstance(named, list) else frozenset(),
                originator=self.state_of(act.id),
                notified=set(),
                published={},
            )
        elif act.name == "case.notify":
            self.reach[act.about].notified.add(str(act.detail["party"]))
        elif act.name == "case.publish":
            self.reach[act.about].published.setdefault(str(act.detail["tier"]), act.at_us)
        elif act.name == "case.escalate":
            self.reach[act.about].body = self.chamber.view(act.about).line.body
        elif act.name == "seat.fill":
            body, seat, holder = (str(act.detail[name]) for name in ("body", "seat", "holder"))
            self._bench.fill(body, seat, holder, texts(act, "alternates"))
            self._states.clear()
        elif act.name in OPENS:
            self.homes[act.id] = self.case_of(act)
