"""Every state that a procedure can come to: dead ends are shown, and nothing moves by itself."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from register_acts_made import (
    AST,
    BOR,
    CAL,
    EXERCISE,
    MONDAY_US,
    UA,
    act,
    folded,
    procedure,
    rules_of,
    step,
)

from truceline.guarantees.procedures import (
    earliest_lawful_date,
    explore,
    may_be_taken,
    supported_steps,
)
from truceline.guarantees.register import SHIPPED, read_shipped
from truceline.records.act import Act
from truceline.records.commitment import NOT_KNOWN, Procedure
from truceline.records.register import DeadEnd, RegisterState
from truceline.records.units import HOUR_US

PROCEDURES = [
    pytest.param(one, id=f"{name} {one.id}")
    for name in SHIPPED
    for one in read_shipped(name).procedures
]


def test_a_straight_path_has_no_dead_end() -> None:
    found = explore(procedure("order", step("vote"), step("order", ("vote",))))
    assert (found.states, found.reaches_goal, found.dead_ends) == (3, True, ())
    assert (found.unreachable, found.without_authority, found.needs_emergency) == ((), (), False)


def test_a_no_without_another_way_is_a_dead_end_and_its_path_is_shown() -> None:
    vote = step("vote", ("bill",), may_be_refused=True, again_after_refusal=False)
    found = explore(procedure("order", step("bill"), vote, step("order", ("vote",))))
    assert found.dead_ends == (DeadEnd(path=("bill", "no: vote"), refused=("vote",)),)


def test_a_no_with_another_way_is_none() -> None:
    vote = step("vote", may_be_refused=True, again_after_refusal=False)
    way_round = step("decree")
    assert (
        explore(
            procedure("order", vote, way_round, step("order", ("vote",), ("decree",)))
        ).dead_ends
        == ()
    )


def test_whether_a_vote_may_be_repeated_is_not_known_so_the_dead_end_is_shown() -> None:
    vote = step("vote", may_be_refused=True, again_after_refusal=None)
    assert explore(procedure("vote", vote)).dead_ends
    again = step("vote", may_be_refused=True, again_after_refusal=True)
    assert not explore(procedure("vote", again)).dead_ends


def test_a_ring_a_missing_authority_and_an_emergency_are_named() -> None:
    found = explore(
        procedure(
            "order",
            step("hen", ("egg",)),
            step("egg", ("hen",)),
            step("decree", emergency=True, who=NOT_KNOWN),
            step("order", ("hen",), ("decree",)),
        )
    )
    assert found.unreachable == ("hen", "egg")
    assert found.without_authority == ("decree",)
    assert found.needs_emergency
    assert found.reaches_goal


def test_a_goal_that_nothing_leads_to_is_a_dead_end() -> None:
    found = explore(procedure("hen", step("hen", ("egg",)), step("egg", ("hen",))))
    assert not found.reaches_goal
    assert found.dead_ends == (DeadEnd(path=(), refused=()),)


@pytest.mark.parametrize("shipped", PROCEDURES)
def test_every_shipped_procedure_is_explored_whole(shipped: Procedure) -> None:
    found = explore(shipped)
    assert found.reaches_goal
    assert found.unreachable == ()
    # Each step names its authority, or is listed as one of which no source says so.
    assert set(found.without_authority) == {s.id for s in shipped.steps if s.who == NOT_KNOWN}
    for end in found.dead_ends:
        steps = {one.id: one for one in shipped.steps}
        assert end.refused
        assert all(steps[name].again_after_refusal is not True for name in end.refused)


def test_the_votes_that_end_it_in_london_and_berlin_are_shown() -> None:
    ends = {
        one.id: [end.path for end in explore(one).dead_ends] for one in read_shipped().procedures
    }
    assert ends == {
        "gb-deployment": [("instrument", "no: vote")],
        "de-deployment": [("no: approval",)],
    }


# ------------------------------------------------------------------ in any order of acts
STEPS = st.sampled_from([("ast-deployment", s.id) for s in EXERCISE.procedures[0].steps])
ACTORS = st.sampled_from([AST, AST, AST, BOR, CAL, UA, "nobody"])
NAMES = st.sampled_from(["procedure.step", "procedure.refuse", "procedure.undo"])


class AnyOrder(RuleBasedStateMachine):
    """Acts in any order, by anybody: only Asteria moves its procedure, and only step by step."""

    @initialize()
    def begin(self) -> None:
        self.acts: list[Act] = []
        self.state = folded()

    @rule(actor=ACTORS, name=NAMES, where=STEPS)
    def act(self, actor: str, name: str, where: tuple[str, str]) -> None:
        before = self.state
        subject, wanted = where
        at_us = MONDAY_US + len(self.acts) * HOUR_US
        self.acts.append(act(actor, name, subject, at_us=at_us, step=wanted, source="invented"))
        self.state = folded(*self.acts)
        refused = len(self.state.refused) > len(before.refused)
        assert refused == (self.state.steps == before.steps)
        if actor != AST:
            assert rules_of(self.state)[-1] == "not_yours"
        elif not refused and name != "procedure.undo":
            assert self.could_be_taken(before, wanted)

    @staticmethod
    def could_be_taken(before: RegisterState, wanted: str) -> bool:
        plan = EXERCISE.procedures[0]
        done = [one.step for one in before.steps if one.standing == "done"]
        chosen = next(one for one in plan.steps if one.id == wanted)
        return may_be_taken(chosen, supported_steps(plan, done))

    @invariant()
    def the_date_is_never_before_what_it_stands_on(self) -> None:
        plan, calendar = EXERCISE.procedures[0], EXERCISE.calendars[0]
        found = earliest_lawful_date(plan, MONDAY_US, self.state.steps, calendar, emergency=True)
        assert (found.day is None) == (found.answer == "no_way")
        if found.not_before_us is not None:
            rows = {one.step: one.at_us for one in self.state.steps}
            assert all(rows[one.step] <= found.not_before_us for one in found.path if one.done)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
