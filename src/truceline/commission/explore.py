"""Go through a mandate, and find every way in which it can stand still for ever.

For each body and question: the body votes (`reach`: every way in which the vote can come out), and
what the text says follows (a tie, a deadlock, a time limit, another body) is followed until there
is an answer or nothing moves. A default that escalates is followed like any other escalation: it is
as good as what the body above can do, and no better. Seats are adversaries: each may say yes or no,
abstain, be absent or recused, for ever. Relied on are only alternates, of a chair or of experts,
and that is said in the result. docs/explanation/deadlocks.md tells what this can show and what not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from truceline.commission.ballot import (
    ACCUSED,
    accusations,
    chair_breaks_ties,
    is_answer,
    rule_for,
    waits_for_a_limit,
    what_follows,
)
from truceline.commission.bounds import (
    MOTION_PUT,
    certifier,
    limits_of,
    limits_of_remedies,
    runs_at,
)
from truceline.commission.proposals import QUESTIONS
from truceline.commission.reach import Actor, Witness, actors, chair_of, is_counted_on, reach
from truceline.commission.voting import is_expert
from truceline.records.mandate import Body, Deadline, Mandate, Rule
from truceline.records.mandate_path import (
    BallotOutcome,
    BallotReach,
    Exploration,
    PathStep,
    Standstill,
    StandstillPath,
)


class _Way(NamedTuple):
    """How a question came to where it is.

    Attributes:
        bodies: Ids of the bodies that it came to.
        spent: Ids of the time limits whose default took it up a level: each does so once.
    """

    bodies: frozenset[str] = frozenset()
    spent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """A way to stand still from one body on: how, by whom, at what cost."""

    kind: Standstill
    outcome: BallotOutcome | None
    actor: Actor | None
    needed: int
    cost: int
    steps: tuple[PathStep, ...]
    ends_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tail:
    """What follows a vote that did not decide, up to where nothing moves."""

    kind: Standstill
    steps: tuple[PathStep, ...]
    ends_at: str
    cost: int = 0
    by_actor: bool = True


def explore(mandate: Mandate) -> Exploration:
    """Find how each body can come out of a vote, and every way to stand still; a pure function.

    The paths are sorted by body in the file's order, then by kind and length; of ways that differ
    in nothing but the seats of one group, the shortest is given.
    """
    walk = _Walk(mandate)
    paths = [*walk.paths(), *walk.remedies()]
    return Exploration(
        agreement=mandate.agreement,
        agreement_sha256=mandate.agreement_sha256,
        reaches=tuple(walk.reaches()),
        paths=tuple(_merged(paths)),
        counted_on=tuple(sorted(walk.counted_on)),
    )


def _merged(paths: Iterable[StandstillPath]) -> Iterator[StandstillPath]:
    """Join the paths that differ in the question alone."""
    found: dict[StandstillPath, list[str]] = {}
    for path in paths:
        found.setdefault(replace(path, questions=()), []).extend(path.questions)
    for path, questions in found.items():
        yield replace(path, questions=tuple(questions))


class _Walk:
    """One walk through a mandate; it remembers what it worked out and on whom it relied."""

    def __init__(self, mandate: Mandate) -> None:
        self._mandate = mandate
        self._bodies = {body.id: body for body in mandate.bodies}
        self._of_motions = {one.id for one in mandate.deadlines if one.runs_from == MOTION_PUT}
        self._ballots: dict[str, dict[BallotOutcome, Witness]] = {}
        self._alone: dict[str, dict[BallotOutcome, list[tuple[Actor, Witness]]]] = {}
        self._found: dict[tuple[str, str, _Way], tuple[_Stand, ...]] = {}
        self.counted_on: set[str] = set()

    def reaches(self) -> Iterator[BallotReach]:
        """Give how each body can come out of a vote by each of its rules."""
        for rule in self._mandate.rules:
            if rule.body in self._bodies:
                for outcome, witness in self._ballot(rule).items():
                    yield BallotReach(
                        body=rule.body, rule=rule.id, outcome=outcome, fewest=witness.fewest
                    )

    def paths(self) -> Iterator[StandstillPath]:
        """Give every way to stand still that begins with a question put to a body."""
        for body in self._mandate.bodies:
            for question in QUESTIONS:
                if rule_for(self._mandate, body.id, question) is not None:
                    stands = self._stands(body, question, _Way())
                    for stand in sorted(stands, key=lambda one: (one.kind.value, one.cost)):
                        yield _path(body.id, question, stand)
            if not self._mandate.rules:
                yield from self._without_rule(body)

    def _without_rule(self, body: Body) -> Iterator[StandstillPath]:
        for question in QUESTIONS:
            dead = _dead(_step(body.id, "no_rule", article=body.article))
            for tail in self._end(dead, question, _Way(bodies=frozenset({body.id})), None):
                yield _path(body.id, question, _of_tail(tail))

    def remedies(self) -> Iterator[StandstillPath]:
        """Give the limits for keeping a remedy after which no body can set another one."""
        if any(rule_for(self._mandate, body, "remedy") for body in self._bodies):
            return
        for limit in limits_of_remedies(self._mandate):
            steps = (
                _step("", "deadline_passes", rule=limit.id, article=limit.article),
                _step("", "no_rule"),
            )
            yield _path("", "remedy", _of_tail(_dead(*steps)))

    # ------------------------------------------------------------------------------ votes
    def _ballot(self, rule: Rule) -> dict[BallotOutcome, Witness]:
        if rule.id not in self._ballots:
            body = self._bodies[rule.body]
            chair = chair_of(body)
            if chair_breaks_ties(rule) and chair and is_counted_on(self._mandate, chair):
                self.counted_on.add(f"{body.id}/{chair.id}")
            found: dict[BallotOutcome, Witness] = {}
            for left_out in accusations(self._mandate, body, rule):
                all_of = reach(self._mandate, body, rule, left_out=left_out)
                for outcome, witness in all_of.items():
                    one = _accusing(body, rule, left_out, witness)
                    found[outcome] = _simpler(body, found.get(outcome), one)
            self._ballots[rule.id] = dict(sorted(found.items(), key=lambda one: one[0].value))
        return self._ballots[rule.id]

    def _lone(self, rule: Rule) -> dict[BallotOutcome, list[tuple[Actor, Witness]]]:
        """Give who can bring each outcome about alone, all others voting yes."""
        if rule.id not in self._alone:
            body = self._bodies[rule.body]
            found: dict[BallotOutcome, dict[Actor, Witness]] = {}
            for left_out in accusations(self._mandate, body, rule):
                for actor in actors(self._mandate, body, rule, left_out):
                    alone = reach(self._mandate, body, rule, actor.seats, left_out)
                    for outcome, witness in alone.items():
                        known = found.setdefault(outcome, {})
                        if witness.fewest == 1 or actor.party or actor.group:
                            one = _accusing(body, rule, left_out, witness)
                            known[actor] = _simpler(body, known.get(actor), one)
            self._alone[rule.id] = {name: list(those.items()) for name, those in found.items()}
        return self._alone[rule.id]

    def _stands(self, body: Body, question: str, way: _Way) -> tuple[_Stand, ...]:
        """Give every way to stand still from a body on that has a rule for the question."""
        rule = rule_for(self._mandate, body.id, question)
        if rule is None:
            raise ValueError(f"{body.id} has no rule for {question}")
        key = body.id, question, way
        if key not in self._found:
            self._found[key] = tuple(self._undecided(rule, question, self._put(rule, way)))
        return self._found[key]

    def _put(self, rule: Rule, way: _Way) -> _Way:
        """Put the question to a body: with the motion, the limits of a motion begin anew."""
        return _Way(bodies=way.bodies | {rule.body}, spent=way.spent - self._of_motions)

    def _undecided(self, rule: Rule, question: str, way: _Way) -> Iterator[_Stand]:
        for outcome, witness in self._ballot(rule).items():
            if is_answer(rule, outcome):
                continue
            lone = self._lone(rule).get(outcome, [])
            whoever: list[tuple[Actor | None, Witness]] = [*lone]
            if all(one.fewest > witness.fewest for _, one in lone):
                whoever.append((None, witness))
            for actor, one in whoever:
                for tail in self._after(rule, outcome, question, way, actor):
                    yield _of_vote(rule, outcome, actor, one, tail)

    # ------------------------------------------------------------------------ what follows
    def _after(
        self, rule: Rule, outcome: BallotOutcome, question: str, way: _Way, actor: Actor | None
    ) -> tuple[_Tail, ...]:
        """Follow a vote that did not decide; nothing where it comes to an answer."""
        waited: tuple[PathStep, ...] = ()
        if waits_for_a_limit(rule, outcome):
            limit = next(self._limits(question, way, rule.body), None)
            if limit is None:
                step = _step(rule.body, "nothing_bounds_the_wait")
                return (_dead(step, kind=Standstill.SILENT_STALL),)
            waited = (_passes(limit),)
        elif outcome is BallotOutcome.NOT_QUORATE:
            waited = (_step(rule.body, "silence_ends", rule=rule.id, article=rule.article),)
        follows = what_follows(rule, outcome)
        if follows == "escalates":
            tails = self._escalate(rule, question, way, actor)
        elif follows == "expert_panel":
            tails = self._experts(rule, question, way, actor)
        else:
            absent = outcome is BallotOutcome.CHAIR_ABSENT
            what = "chair_may_be_absent" if absent else "nothing_follows"
            step = _step(rule.body, what, rule=rule.id, article=rule.article)
            kind = Standstill.NEEDS_ABSENT_CHAIR if absent else Standstill.DEADLOCK
            tails = self._end(_dead(step, kind=kind), question, way, actor)
        return tuple(replace(tail, steps=self._once(*waited, *tail.steps)) for tail in tails)

    def _once(self, *steps: PathStep) -> tuple[PathStep, ...]:
        """Leave out the second telling of a time limit that has passed; a motion has its own."""
        told: list[PathStep] = []
        for step in steps:
            if step not in told or (step.rule in self._of_motions and step != told[-1]):
                told.append(step)
        return tuple(told)

    def _limits(
        self, question: str, way: _Way, at: str, last: str = "nothing_follows"
    ) -> Iterator[Deadline]:
        """Give the limits of the text that surely run for a question where it stands."""
        put = last not in {"no_rule", "leads_back"}
        came = len(way.bodies) > 1 and last != "leads_back"
        for limit in limits_of(self._mandate, question):
            if runs_at(self._mandate, limit, at, put=put, came=came):
                yield limit

    def _escalate(
        self, rule: Rule, question: str, way: _Way, actor: Actor | None
    ) -> tuple[_Tail, ...]:
        body = self._bodies[rule.body]
        to = self._above(body.id)
        if to is None:
            step = _step(body.id, "nowhere_to_escalate", rule=rule.id, article=rule.article)
            return self._end(_dead(step), question, way, actor)
        went = _step(body.id, "escalates", to=to.id, rule=rule.id, article=body.article)
        return self._go_up((went,), to, question, way, actor)

    def _above(self, body: str) -> Body | None:
        return self._bodies.get(self._bodies[body].escalates_to or "")

    def _go_up(
        self,
        went: tuple[PathStep, ...],
        to: Body,
        question: str,
        way: _Way,
        actor: Actor | None,
    ) -> tuple[_Tail, ...]:
        """Follow a question into the body above; nothing where that body always answers it."""
        if to.id in way.bodies:
            tails = self._end(_dead(_step(to.id, "leads_back")), question, way, actor)
        elif rule_for(self._mandate, to.id, question) is None:
            there = way._replace(bodies=way.bodies | {to.id})
            tails = self._end(_dead(_step(to.id, "no_rule")), question, there, actor)
        else:
            tails = self._decided_above(self._stands(to, question, way), actor)
        return tuple(replace(tail, steps=(*went, *tail.steps)) for tail in tails)

    def _decided_above(self, stands: tuple[_Stand, ...], actor: Actor | None) -> tuple[_Tail, ...]:
        """Give the one way to stand still above that says most: the same hand's, if there is."""
        if not stands:
            return ()
        same = [one for one in stands if actor is None or _is_same(one.actor, actor)]
        best = min(same or stands, key=_is_told_elsewhere)
        tail = _Tail(
            kind=best.kind,
            steps=best.steps,
            ends_at=best.ends_at,
            cost=best.cost,
            by_actor=bool(same),
        )
        return (tail,)

    def _experts(
        self, rule: Rule, question: str, way: _Way, actor: Actor | None
    ) -> tuple[_Tail, ...]:
        """Let the experts' finding stand, where enough of them can be relied on to report.

        One is enough where the text gives them a time: without it every report is waited for. Who
        reports can certify, too.
        """
        body = self._bodies[rule.body]
        asked = [seat for seat in body.seats if is_expert(seat, rule)]
        there = [seat for seat in asked if is_counted_on(self._mandate, seat)]
        has_time = rule.experts_within_s is not None
        if there and (has_time or len(there) == len(asked)):
            self.counted_on.update(f"{body.id}/{seat.id}" for seat in there)
            return ()
        silent = PathStep(
            body=body.id,
            seats=tuple(seat.id for seat in asked if seat not in there),
            what="experts_may_be_silent",
            to="",
            rule=rule.id,
            article=rule.article,
        )
        kind = Standstill.DEADLOCK if has_time else Standstill.SILENT_STALL
        dead = replace(_dead(silent, kind=kind), by_actor=False)
        return self._end(dead, question, way, actor)

    def _end(self, dead: _Tail, question: str, way: _Way, actor: Actor | None) -> tuple[_Tail, ...]:
        """Come to where nothing moves, unless a default of the text leads out.

        Args:
            dead: How it stands still where no default helps.
            question: The question.
            way: How it came there.
            actor: Who brought it about; None for several.

        Returns:
            The ways to stand still; none where a default that can be certified is an answer, or
            takes the question to a body that always answers it.
        """
        defaults = [
            one
            for one in self._limits(question, way, dead.ends_at, dead.steps[-1].what)
            if one.default and one.id not in way.spent
        ]
        had = [one for one in defaults if self._is_certified_by(one.certified_by or "")]
        if any(not _leads_up(one) for one in had):
            return ()
        tails = [_needs_chair(one) for one in defaults if one not in had][:1]
        up = self._first_to_use(one for one in defaults if _leads_up(one))
        # Where it goes round, going round again leads nowhere new.
        if up is not None and dead.steps[-1].what != "leads_back":
            above = self._by_default(up, dead, question, way, actor)
            if up in had and not above:
                return ()
            tails += above
        return tuple(tails) or (dead,)

    def _first_to_use(self, limits: Iterable[Deadline]) -> Deadline | None:
        """Choose among limits that lead up the one whose use costs least later on.

        One that can be certified; then one that is of no use above, then one that a motion there
        begins anew. What leads nowhere so, leads nowhere otherwise.
        """
        return min(
            limits,
            key=lambda one: (
                not self._is_certified_by(one.certified_by or ""),
                one.body is None,
                one.id not in self._of_motions,
            ),
            default=None,
        )

    def _by_default(
        self, limit: Deadline, dead: _Tail, question: str, way: _Way, actor: Actor | None
    ) -> tuple[_Tail, ...]:
        """Follow a default that says "escalates", once it is certified."""
        at, passes = dead.ends_at, _passes(limit)
        to = self._above(at)
        if to is None:
            nowhere = _step(at, "nowhere_to_escalate", article=self._bodies[at].article)
            before = tuple(step for step in dead.steps if step.what != "nothing_follows")
            return (replace(dead, steps=(*before, passes, nowhere)),)
        went = _step(at, "default_escalates", to=to.id, rule=limit.id, article=limit.article)
        there = way._replace(spent=way.spent | {limit.id})
        return self._go_up((passes, went), to, question, there, actor)

    def _is_certified_by(self, body: str) -> bool:
        seat = certifier(self._mandate, body)
        if seat is not None:
            self.counted_on.add(seat)
        return seat is not None


# --------------------------------------------------------------------------------- the pieces
def _step(body: str, what: str, *, to: str = "", rule: str = "", article: str = "") -> PathStep:
    return PathStep(body=body, seats=(), what=what, to=to, rule=rule, article=article)


def _passes(limit: Deadline) -> PathStep:
    return _step("", "deadline_passes", rule=limit.id, article=limit.article)


def _accusing(body: Body, rule: Rule, left_out: tuple[str, ...], witness: Witness) -> Witness:
    """Say which seats are left out, where the rule leaves out the accused."""
    if rule.leaves_out != ACCUSED:
        return witness
    accused = tuple(seat.id for seat in body.seats if seat.votes and seat.state in left_out)
    return replace(witness, accused=accused)


def _simpler(body: Body, known: Witness | None, other: Witness) -> Witness:
    """Choose the one that takes fewer seats, then by the seats left out: never by party."""

    def effort(witness: Witness) -> tuple[int, list[int]]:
        ids = [seat.id for seat in body.seats]
        return witness.fewest, [ids.index(one) for one in witness.accused]

    return other if known is None else min(known, other, key=effort)


def _dead(*steps: PathStep, kind: Standstill = Standstill.DEADLOCK) -> _Tail:
    """Stand still at the body of the last step."""
    return _Tail(kind=kind, steps=steps, ends_at=steps[-1].body)


def _leads_up(limit: Deadline) -> bool:
    """Tell whether what a text says by default is that the question goes to the body above."""
    return limit.default == "escalates"


def _needs_chair(limit: Deadline) -> _Tail:
    """Stand still because nobody may certify what the text says by default."""
    body = limit.certified_by or ""
    return _dead(
        _passes(limit),
        _step(body, "default_needs_chair", rule=limit.id, article=limit.article),
        _step(body, "chair_may_be_absent"),
        kind=Standstill.NEEDS_ABSENT_CHAIR,
    )


def _is_told_elsewhere(stand: _Stand) -> tuple[bool, int, int]:
    """Order the ways in which a higher body stands still: first those that only it explains.

    A wait in the higher body is a path of its own, told where it begins.
    """
    waits = stand.kind in {Standstill.SILENT_STALL, Standstill.NEEDS_ABSENT_CHAIR}
    return waits, stand.cost, len(stand.steps)


def _is_same(one: Actor | None, other: Actor) -> bool:
    """Tell whether two bodies are blocked by the same hand: a party, a group, or a seat's name."""
    if one is None:
        return False
    if one.party or one.group or other.party or other.group:
        return (one.party, one.group) == (other.party, other.group)
    return bool({seat.id for seat in one.seats} & {seat.id for seat in other.seats})


def _of_tail(tail: _Tail) -> _Stand:
    return _Stand(
        kind=tail.kind,
        outcome=None,
        actor=None,
        needed=0,
        cost=tail.cost,
        steps=tail.steps,
        ends_at=tail.ends_at,
    )


def _of_vote(
    rule: Rule, outcome: BallotOutcome, actor: Actor | None, witness: Witness, tail: _Tail
) -> _Stand:
    """Put a vote before what follows it, and tell whether one hand does it all."""
    alone = actor if tail.by_actor else None
    is_veto = alone is not None and tail.kind in {Standstill.DEADLOCK, Standstill.VETO}
    kind = tail.kind if not is_veto else Standstill.VETO
    if alone is None and tail.kind is Standstill.VETO:
        kind = Standstill.DEADLOCK
    said = [(choice.value, ids) for choice, ids in witness.seats]
    if witness.accused:
        said.insert(0, ("left_out", witness.accused))
    votes = tuple(
        PathStep(body=rule.body, seats=ids, what=what, to="", rule=rule.id, article=rule.article)
        for what, ids in said
    )
    came_out = _step(rule.body, outcome.value, rule=rule.id, article=rule.article)
    return _Stand(
        kind=kind,
        outcome=outcome,
        actor=alone,
        needed=witness.fewest if alone is not None else 0,
        cost=witness.fewest + tail.cost,
        steps=(*votes, came_out, *tail.steps),
        ends_at=tail.ends_at,
    )


def _path(body: str, question: str, stand: _Stand) -> StandstillPath:
    actor = stand.actor
    return StandstillPath(
        kind=stand.kind,
        body=body,
        questions=(question,),
        outcome=stand.outcome,
        ends_at=stand.ends_at,
        blockers=() if actor is None else tuple(seat.id for seat in actor.seats),
        needed=stand.needed,
        party="" if actor is None else actor.party,
        group="" if actor is None else actor.group,
        steps=stand.steps,
    )
