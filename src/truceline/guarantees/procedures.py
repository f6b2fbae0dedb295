"""The earliest lawful date of a state's constitutional path, and everything the path can come to.

A procedure is a graph: a step may be taken once every step of one of its ways is done. What is
not known (how long a step takes, whether a parliament sits) is reckoned twice, as the least that
it can be and as never. Where both give one day the day is exact; else the answer is "not before".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from truceline.guarantees.calendar import counts, day_after, first_us, local_day
from truceline.records.commitment import NOT_KNOWN, Calendar, Procedure, ProcedureStep
from truceline.records.register import (
    DeadEnd,
    Exploration,
    LawfulDate,
    NotKnown,
    PathStep,
    StepStanding,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reckoning:
    """One way to reckon: which number of days, and what becomes of what is not known."""

    hopeful: bool
    slowest: bool = False

    def days(self, step: ProcedureStep) -> int | None:
        days = step.most_days if self.slowest else step.least_days
        return 0 if days is None and self.hopeful else days


HOPEFUL = _Reckoning(hopeful=True)
SURE = _Reckoning(hopeful=False)
SLOWEST = _Reckoning(hopeful=False, slowest=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A procedure, and where it stands."""

    procedure: Procedure
    calendar: Calendar
    asked: date
    done: Mapping[str, date]
    refused: Mapping[str, date]
    emergency: bool

    def days(self, reckoning: _Reckoning) -> dict[str, date]:
        """Give each step's first day, for the steps that can be done at all.

        Days only ever fall while they are reckoned, and no step is done before what it waits for:
        so the sweeps end (Knuth 1977, "A generalization of Dijkstra's algorithm").
        """
        found: dict[str, date] = dict(self.done)
        for _ in range(len(self.procedure.steps) + 1):
            before = dict(found)
            for step in self.procedure.steps:
                if step.id not in self.done and (day := self._day(step, found, reckoning)):
                    found[step.id] = min(day, found.get(step.id, day))
            if found == before:
                break
        return found

    def _day(
        self, step: ProcedureStep, found: Mapping[str, date], reckoning: _Reckoning
    ) -> date | None:
        ready = self.ready(step, found)
        days = reckoning.days(step)
        if ready is None or days is None or not self._allowed(step, reckoning):
            return None
        return day_after(self.calendar, step.day_kind, ready, days, hopeful=reckoning.hopeful)

    def _allowed(self, step: ProcedureStep, reckoning: _Reckoning) -> bool:
        if step.emergency and not self.emergency:
            return False
        if step.id not in self.refused:
            return True
        again = step.again_after_refusal
        return reckoning.hopeful if again is None else again

    def ready(self, step: ProcedureStep, found: Mapping[str, date]) -> date | None:
        """Give the first day on which a step may be taken; None if it never may."""
        asked = max(self.asked, self.refused.get(step.id, self.asked))
        ways = [
            max([asked, *(found[one] for one in way)])
            for way in step.needs
            if all(one in found for one in way)
        ]
        return min(ways, default=None) if step.needs else asked


def earliest_lawful_date(
    procedure: Procedure,
    asked_us: int,
    done_steps: Iterable[StepStanding],
    calendar: Calendar,
    *,
    emergency: bool = False,
) -> LawfulDate:
    """Give the earliest day on which the procedure can lawfully end, and why it is that day.

    Args:
        procedure: The constitutional path.
        asked_us: When the state is asked; nothing that is not done yet is done before that day.
        done_steps: Steps done and refused; those of other procedures are passed over.
        calendar: The parliament's.
        emergency: Whether the emergency ways may be used.

    Raises:
        ValueError: The calendar is not the procedure's.
    """
    if calendar.id != procedure.calendar:
        raise ValueError(f"{procedure.id} is reckoned in {procedure.calendar}, not {calendar.id}")
    rows = [row for row in done_steps if row.procedure == procedure.id]
    done = {r.step: local_day(r.at_us, calendar.zone) for r in rows if r.standing == "done"}
    supported = supported_steps(procedure, done)
    question = _Question(
        procedure=procedure,
        calendar=calendar,
        asked=local_day(asked_us, calendar.zone),
        done={step: done[step] for step in supported},
        refused={r.step: local_day(r.at_us, calendar.zone) for r in rows if r.standing != "done"},
        emergency=emergency,
    )
    hopeful, sure = question.days(HOPEFUL), question.days(SURE)
    day = hopeful.get(procedure.goal)
    known = day is not None and day == sure.get(procedure.goal)
    path = _path(question, hopeful, sure)
    return LawfulDate(
        procedure=procedure.id,
        asked_us=asked_us,
        answer="no_way" if day is None else "on" if known else "not_before",
        day=day,
        not_before_us=None if day is None else _first_instant(question, path, rows, asked_us),
        latest_day=question.days(SLOWEST).get(procedure.goal),
        path=path,
        not_known=() if known else _not_known(question, hopeful),
        refused=tuple(sorted(question.refused)),
        unsupported=tuple(sorted(set(done) - set(supported))),
    )


def _first_instant(
    question: _Question, path: tuple[PathStep, ...], rows: list[StepStanding], asked_us: int
) -> int:
    """Give the first instant of the goal's day that comes after the path's own done steps."""
    on_path = {one.step for one in path if one.done}
    done_us = [one.at_us for one in rows if one.step in on_path]
    goal = path[-1]
    if goal.done:
        return max(done_us)
    return max(first_us(goal.day, question.calendar.zone), asked_us, *done_us)


def supported_steps(procedure: Procedure, done: Iterable[str]) -> tuple[str, ...]:
    """Give those of the steps done whose prerequisites still stand, in the procedure's order."""
    given, stand = set(done), set[str]()
    for _ in procedure.steps:
        for step in procedure.steps:
            if step.id in given and may_be_taken(step, stand):
                stand.add(step.id)
    return tuple(step.id for step in procedure.steps if step.id in stand)


def may_be_taken(step: ProcedureStep, done: Iterable[str]) -> bool:
    """Tell whether every step of one of its ways is done."""
    stand = set(done)
    return not step.needs or any(stand.issuperset(way) for way in step.needs)


def _path(
    question: _Question, hopeful: Mapping[str, date], sure: Mapping[str, date]
) -> tuple[PathStep, ...]:
    """Walk back from the goal, each time to the step that was waited for the longest."""
    steps = {step.id: step for step in question.procedure.steps}
    ways = _chosen_ways(question, hopeful)
    path: list[PathStep] = []
    here: str | None = question.procedure.goal if question.procedure.goal in hopeful else None
    while here is not None:
        step, day = steps[here], hopeful[here]
        is_done = here in question.done
        ready = question.ready(step, hopeful) or question.asked
        path.append(
            PathStep(
                step=here,
                kind=step.step,
                who=step.who,
                from_day=day if is_done else ready,
                day=day,
                done=is_done,
                known=sure.get(here) == day,
                source=step.source,
            )
        )
        here = None if is_done else _waited_for(question, ways[here], hopeful)
    return tuple(reversed(path))


def _chosen_ways(question: _Question, found: Mapping[str, date]) -> dict[str, tuple[str, ...]]:
    """Give for each step the first way that leads to its day; a ring never leads to itself.

    Steps are settled one after another, each by a way of steps that are settled already.
    """
    chosen: dict[str, tuple[str, ...]] = dict.fromkeys(question.done, ())
    for _ in question.procedure.steps:
        for step in question.procedure.steps:
            if step.id in found and step.id not in chosen:
                ready = question.ready(step, found)
                ways = [
                    way
                    for way in sorted(step.needs) or [()]
                    if chosen.keys() >= set(way)
                    and max([question.asked, *(found[one] for one in way)])
                    <= (ready or question.asked)
                ]
                if ways:
                    chosen[step.id] = ways[0]
    return chosen


def _waited_for(question: _Question, way: tuple[str, ...], found: Mapping[str, date]) -> str | None:
    """Name the last step of a way; None if only the asking was waited for."""
    if not way:
        return None
    last = min(way, key=lambda one: (-found[one].toordinal(), one))
    return last if last not in question.done or found[last] >= question.asked else None


def _not_known(question: _Question, hopeful: Mapping[str, date]) -> tuple[NotKnown, ...]:
    """List what the goal depends on, by any way, and nobody at hand knows."""
    found: list[NotKnown] = []
    for step in _ancestors(question):
        unknown = []
        if step.least_days is None:
            unknown.append("least_days")
        if step.id in question.refused and step.again_after_refusal is None:
            unknown.append("again_after_refusal")
        if _calendar_is_unknown(question, step, hopeful):
            unknown.append("calendar")
        found += [NotKnown(step=step.id, what=what, source=step.source) for what in unknown]
    return tuple(found)


def _calendar_is_unknown(
    question: _Question, step: ProcedureStep, hopeful: Mapping[str, date]
) -> bool:
    ready, day = question.ready(step, hopeful), hopeful.get(step.id)
    if ready is None or day is None:
        return False
    between = (date.fromordinal(one) for one in range(ready.toordinal(), day.toordinal() + 1))
    return any(counts(question.calendar, step.day_kind, one) is None for one in between)


def _ancestors(question: _Question) -> list[ProcedureStep]:
    """Give the steps not done that the goal may wait for, in the procedure's order."""
    steps = {step.id: step for step in question.procedure.steps}
    todo, seen = [question.procedure.goal], set[str]()
    while todo:
        here = todo.pop()
        step = steps[here]
        if here in seen or here in question.done or (step.emergency and not question.emergency):
            continue
        seen.add(here)
        todo += [one for way in step.needs for one in way]
    return [step for step in question.procedure.steps if step.id in seen]


# --------------------------------------------------------------------------- explored whole
def explore(procedure: Procedure) -> Exploration:
    """Walk through every state that a procedure can come to: steps done, and steps refused.

    A step that was refused and may be put again, is; where it is not known whether it may, it is
    taken that it may not, so that the dead end is shown.
    """
    states, dead_ends, taken = _walk(procedure)
    normal = [step for step in procedure.steps if not step.emergency]
    without = supported_steps(procedure, [step.id for step in normal])
    return Exploration(
        procedure=procedure.id,
        states=states,
        reaches_goal=procedure.goal in taken,
        dead_ends=tuple(dead_ends),
        unreachable=tuple(step.id for step in procedure.steps if step.id not in taken),
        without_authority=tuple(s.id for s in procedure.steps if s.who == NOT_KNOWN),
        needs_emergency=procedure.goal in taken and procedure.goal not in without,
    )


_State = tuple[frozenset[str], frozenset[str]]


def _walk(procedure: Procedure) -> tuple[int, list[DeadEnd], set[str]]:
    start: _State = (frozenset(), frozenset())
    paths: dict[_State, tuple[str, ...]] = {start: ()}
    todo, dead_ends, taken = deque([start]), list[DeadEnd](), set[str]()
    while todo:
        here = todo.popleft()
        done, refused = here
        taken |= done
        if procedure.goal in done:
            continue
        moves = _moves(procedure, done, refused)
        if not moves:
            dead_ends.append(DeadEnd(path=paths[here], refused=tuple(sorted(refused))))
        for said, there in moves:
            if there not in paths:
                paths[there] = (*paths[here], said)
                todo.append(there)
    return len(paths), dead_ends, taken


def _moves(
    procedure: Procedure, done: frozenset[str], refused: frozenset[str]
) -> list[tuple[str, _State]]:
    moves: list[tuple[str, _State]] = []
    for step in procedure.steps:
        if step.id in done or not may_be_taken(step, done):
            continue
        if step.id in refused and not step.again_after_refusal:
            continue
        moves.append((step.id, (done | {step.id}, refused - {step.id})))
        if step.may_be_refused and step.id not in refused:
            moves.append((f"no: {step.id}", (done, refused | {step.id})))
    return moves
