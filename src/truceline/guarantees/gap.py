"""What would lawfully and physically be there after 24 hours, 72 hours and 30 days, and why not.

It assesses; it activates nothing. Each pledge that could fill a requirement is asked in turn: has
the state decided, is the commitment's condition met, when may it lawfully act, does a caveat keep
it away, is it ready, how long does it take. One "no" keeps it away; else one "nobody knows" makes
it not known; it counts as there only if every question is answered with yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from truceline.guarantees.commitments import differing_versions, ref_of, standing_of
from truceline.guarantees.force_table import held_key, is_ready, key_of
from truceline.guarantees.pledges import ENDS, reached
from truceline.guarantees.procedures import earliest_lawful_date, supported_steps
from truceline.records.commitment import Commitment, Procedure
from truceline.records.gap import (
    NOT_KNOWN_THERE,
    NOT_THERE,
    THERE,
    Contribution,
    GapBoard,
    GapRow,
)
from truceline.records.pledge import ForceRow, Pledge
from truceline.records.reason import Reason, reason
from truceline.records.register import (
    LawfulDate,
    RegisterState,
    Requirement,
    Scenario,
    StepStanding,
)
from truceline.records.units import DAY_US, HOUR_US, SECOND_US

HORIZONS_S = tuple(us // SECOND_US for us in (24 * HOUR_US, 72 * HOUR_US, 30 * DAY_US))


class Decision(Protocol):
    """A state's decision, as the guarantors' board records it."""

    @property
    def state(self) -> str:
        """Code of the state."""
        ...

    @property
    def decision(self) -> str:
        """One of "yes", "no", "partly"."""
        ...

    @property
    def components(self) -> tuple[str, ...]:
        """What it covers."""
        ...

    @property
    def decided_us(self) -> int:
        """When it was recorded."""
        ...

    @property
    def replaced_by(self) -> str | None:
        """Id of the state's later decision; None for none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A step that is taken as done, to see what would follow. It changes nothing.

    Attributes:
        procedure: Id of the procedure.
        step: Id of the step.
        at_us: When it is taken as done.
    """

    procedure: str
    step: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One reason against a contribution: a "no", or a "nobody knows"."""

    reason: Reason
    known: bool


def gap(
    state: RegisterState,
    scenario: Scenario,
    declared_us: int,
    decisions: Iterable[Decision] = (),
    what_if: Iterable[WhatIf] = (),
) -> GapBoard:
    """Give what would be there at each horizon, by requirement, with the reasons for each gap.

    Args:
        state: The register after the acts.
        scenario: What would have to be there.
        declared_us: The declared instant that the horizons are counted from.
        decisions: Decisions of states; the last of a state that stands counts.
        what_if: Steps to be taken as done, besides those that are.

    Raises:
        KeyError: A `what_if` names a procedure or a step that the register has not.
    """
    assumed = tuple(what_if)
    question = _Question(
        state=_with_steps(state, assumed),
        scenario=scenario,
        declared_us=declared_us,
        decisions=_standing(decisions),
    )
    rows = tuple(
        question.row(after_s, requirement)
        for after_s in HORIZONS_S
        for requirement in scenario.requires
    )
    named = {name for row in rows for one in row.contributions for name in one.differing}
    return GapBoard(
        register=state.register.id,
        scenario=scenario.id,
        declared_us=declared_us,
        what_if=tuple(f"{one.procedure}/{one.step}" for one in assumed),
        rows=rows,
        ended=tuple(sorted(one.id for one in state.register.pledges if one.stage in ENDS)),
        differing=tuple(ref_of(one) for one in state.register.commitments if one.id in named),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    state: RegisterState
    scenario: Scenario
    declared_us: int
    decisions: Mapping[str, Decision]

    def row(self, after_s: int, requirement: Requirement) -> GapRow:
        """Answer one requirement at one instant."""
        parts = tuple(
            self.contribution(after_s, pledge, row)
            for pledge in sorted(self.state.register.pledges, key=lambda one: (one.state, one.id))
            if pledge.stage not in ENDS
            for row in pledge.force
            if held_key(pledge, row) == key_of(requirement)
        )
        there, unknown = (
            sum(one.count for one in parts if one.answer == answer)
            for answer in (THERE, NOT_KNOWN_THERE)
        )
        return GapRow(
            after_s=after_s,
            component=requirement.component,
            domain=requirement.domain,
            capability=requirement.capability,
            required=requirement.count,
            there=there,
            not_known=unknown,
            missing=max(0, requirement.count - there),
            contributions=parts,
        )

    def contribution(self, after_s: int, pledge: Pledge, row: ForceRow) -> Contribution:
        """Answer for one pledge: every reason against it, not only the first."""
        found = list(self.against(after_s, pledge, row))
        refused = any(one.known for one in found)
        return Contribution(
            pledge=pledge.id,
            state=pledge.state,
            count=row.count,
            answer=NOT_THERE if refused else NOT_KNOWN_THERE if found else THERE,
            reasons=tuple(one.reason for one in found),
            differing=tuple(one.id for one in self._commitments(pledge) if differing_versions(one)),
        )

    def against(self, after_s: int, pledge: Pledge, row: ForceRow) -> Iterator[_Answer]:
        """Give every reason why a pledge would not be there, or why nobody knows."""
        at_us = self.declared_us + after_s * SECOND_US
        yield from self._decided(pledge, at_us)
        yield from self._conditions(pledge)
        lawful = self._lawful(pledge)
        yield from _law(pledge, lawful, at_us)
        yield from self._caveats(pledge)
        yield from self._readiness(pledge)
        yield from self._arrival(row, lawful, at_us)

    def _decided(self, pledge: Pledge, at_us: int) -> Iterator[_Answer]:
        decided = self.decisions.get(pledge.state)
        if decided is None or decided.decided_us > at_us:
            yield _no("gap_not_decided", state=pledge.state)
        elif decided.decision == "no" or pledge.component not in decided.components:
            yield _no("gap_decided_no", state=pledge.state, component=pledge.component)

    def _conditions(self, pledge: Pledge) -> Iterator[_Answer]:
        """Read the texts that the pledge may stand on; where they differ it is not known."""
        own = [one for one in self._commitments(pledge) if one.state]
        if own and all(standing_of(one) == "lapsed" for one in own):
            yield _no("gap_commitment_withdrawn", state=pledge.state)
        texts = [
            version
            for commitment in self._commitments(pledge)
            for version in commitment.versions
            if version.standing == "stands"
        ]
        for kind, met in (
            ("ceasefire_in_force", self.scenario.ceasefire_in_force),
            ("host_request", self._is_asked(pledge.component)),
            # Where the procedure has the vote, its lawful date speaks of it.
            ("parliament_vote", self._has_vote(pledge)),
        ):
            asking = [any(one.kind == kind for one in text.conditions) for text in texts]
            if met or not any(asking):
                continue
            said = reason("gap_condition", {"condition": kind, "state": pledge.state})
            yield _Answer(reason=said, known=all(asking))

    def _commitments(self, pledge: Pledge) -> list[Commitment]:
        """Give the state's own commitments to the component, and the common ones if it is in."""
        participants = self.state.register.participants
        is_in = any(p.code == pledge.state and p.standing == "participant" for p in participants)
        states = {pledge.state, ""} if is_in else {pledge.state}
        return [
            one
            for one in self.state.register.commitments
            if one.component == pledge.component and one.state in states
        ]

    def _is_asked(self, component: str) -> bool:
        requests = self.state.requests
        return any(one.component == component and one.standing == "asked" for one in requests)

    def _lawful(self, pledge: Pledge) -> LawfulDate | None:
        """Give when the state may act; None where no procedure stands in the register."""
        found = [one for one in self.state.register.procedures if one.id == pledge.procedure]
        if not found:
            return None
        calendar = next(c for c in self.state.register.calendars if c.id == found[0].calendar)
        return earliest_lawful_date(found[0], self.declared_us, self.state.steps, calendar)

    def _caveats(self, pledge: Pledge) -> Iterator[_Answer]:
        vote = self._vote_is_done(pledge)
        for kind in dict.fromkeys(one.kind for one in pledge.caveats):
            met = kind in self.scenario.tolerates or (kind == "parliament_vote_required" and vote)
            if not met:
                yield _no("gap_caveat", caveat=kind, state=pledge.state)

    def _has_vote(self, pledge: Pledge) -> bool:
        return any(
            step.step == "parliament_vote"
            for one in self.state.register.procedures
            if one.id == pledge.procedure
            for step in one.steps
        )

    def _vote_is_done(self, pledge: Pledge) -> bool:
        for procedure in self.state.register.procedures:
            if procedure.id == pledge.procedure:
                stand = supported_steps(procedure, _done(self.state.steps, procedure))
                return any(s.id in stand for s in procedure.steps if s.step == "parliament_vote")
        return False

    def _readiness(self, pledge: Pledge) -> Iterator[_Answer]:
        if not reached(pledge, "ready"):
            yield _no("gap_stage", stage=pledge.stage)
        if not is_ready(pledge, self.scenario.least_readiness):
            least = self.scenario.least_readiness
            yield _no("gap_readiness", level=pledge.readiness, least=least)

    def _arrival(self, row: ForceRow, lawful: LawfulDate | None, at_us: int) -> Iterator[_Answer]:
        if row.within_s is None:
            yield _Answer(reason=reason("gap_arrival_not_known"), known=False)
            return
        ordered_us = self.declared_us
        if lawful is not None and lawful.not_before_us is not None:
            ordered_us = max(ordered_us, lawful.not_before_us)
        arrives_us = ordered_us + row.within_s * SECOND_US
        if arrives_us > at_us:
            yield _no("gap_arrives_late", arrives_us=arrives_us)


def _law(pledge: Pledge, lawful: LawfulDate | None, at_us: int) -> Iterator[_Answer]:
    if pledge.procedure == "none":
        return
    if lawful is None:
        said = reason("gap_procedure_not_known", {"state": pledge.state})
        yield _Answer(reason=said, known=False)
    elif lawful.not_before_us is None or lawful.day is None:
        yield _no("gap_no_lawful_way", procedure=lawful.procedure)
    elif lawful.not_before_us > at_us:
        code = "gap_lawful_on" if lawful.answer == "on" else "gap_lawful_not_before"
        yield _no(code, procedure=lawful.procedure, day=lawful.day.isoformat())
    elif lawful.answer != "on":
        numbers = {"procedure": lawful.procedure, "day": lawful.day.isoformat()}
        yield _Answer(reason=reason("gap_lawful_not_known", numbers), known=False)


def _no(code: str, **numbers: int | str) -> _Answer:
    return _Answer(reason=reason(code, numbers), known=True)


def _standing(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """Give each state's last decision that stands."""
    standing: dict[str, Decision] = {}
    for one in decisions:
        if one.replaced_by is None:
            standing[one.state] = one
    return standing


def _done(steps: Iterable[StepStanding], procedure: Procedure) -> list[str]:
    return [s.step for s in steps if s.procedure == procedure.id and s.standing == "done"]


def _with_steps(state: RegisterState, assumed: Iterable[WhatIf]) -> RegisterState:
    """Take steps as done, with all that they need: a vote is not assumed without its bill."""
    procedures = {one.id: one for one in state.register.procedures}
    rows = {(one.procedure, one.step): one for one in state.steps}
    for one in assumed:
        done = _done(rows.values(), procedures[one.procedure])
        for step in _with_needs(procedures[one.procedure], one.step, done):
            row = rows.get((one.procedure, step))
            if row is None or row.standing != "done":
                rows[one.procedure, step] = StepStanding(
                    procedure=one.procedure,
                    step=step,
                    standing="done",
                    at_us=one.at_us,
                    act="what if",
                )
    return replace(state, steps=tuple(rows[key] for key in sorted(rows)))


def _with_needs(procedure: Procedure, step: str, done: Iterable[str]) -> list[str]:
    """Give a step and all that it needs: by a way that is done, else by its first."""
    steps, todo, found = {one.id: one for one in procedure.steps}, [step], list[str]()
    stand = set(supported_steps(procedure, done))
    while todo:
        here = todo.pop()
        if here not in found:
            found.append(here)
            ways = steps[here].needs
            todo += next((way for way in ways if stand.issuperset(way)), ways[0] if ways else ())
    return found
