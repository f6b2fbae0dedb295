"""What states do by their own procedures: decide, activate, stand down, respond, sanction.

Nothing here follows from anything: each is one signed act of one state.
"""

from __future__ import annotations

from dataclasses import replace

from truceline.guarantees.grounds import must_be_known, must_stand
from truceline.guarantees.on_clock import meet
from truceline.guarantees.on_consultation import called_for, must_have_met
from truceline.guarantees.procedures import supported_steps
from truceline.guarantees.world import (
    Refusal,
    World,
    number_of,
    number_or_none,
    text_of,
    texts,
)
from truceline.records.act import Act
from truceline.records.board import Activation, Measure, StateDecision
from truceline.records.mandate import Role
from truceline.records.units import iso


def decide(world: World, act: Act) -> None:
    """Record a state's own decision; a later one takes the place of an earlier one."""
    called, state = called_for(world, act)
    must_have_met(world, called)
    components = texts(act, "components")
    for one in components:
        if one not in called.components:
            raise Refusal("component", f"{one} was not on the agenda")
    procedures = texts(act, "procedures")
    for one in procedures:
        if one not in world.procedures or world.procedures[one].state != state:
            raise Refusal("procedure_unknown", f"{one} is no procedure of {state} in the register")
    earlier = world.latest.get((called.id, state))
    if earlier is not None:
        world.decisions[earlier] = replace(world.decisions[earlier], replaced_by=act.id)
    world.latest[called.id, state] = act.id
    world.decisions[act.id] = StateDecision(
        id=act.id,
        consultation=called.id,
        state=state,
        decision=text_of(act, "decision"),
        components=components,
        procedures=procedures,
        procedures_seen=(),
        article=text_of(act, "article"),
        decided_us=act.at_us,
    )
    world.grounds[act.id] = (called.id,)
    for one in procedures:
        world.running.setdefault((state, one), []).append(act.id)
    meet(world, act, called.declaration)


def procedure(world: World, act: Act) -> None:
    """Note a step of a state's procedure that the register has not refused."""
    state = world.powers.state_of(act.actor)
    known = world.procedures.get(act.about)
    if known is not None and known.state == state:
        done = world.done.setdefault(known.id, set())
        if act.name == "procedure.step":
            done.add(text_of(act, "step"))
        elif act.name == "procedure.undo":
            done.discard(text_of(act, "step"))
    for name in (act.about, text_of(act, "procedure")):
        for one in world.running.pop((state, name), ()):
            decision = world.decisions[one]
            world.decisions[one] = replace(
                decision, procedures_seen=(*decision.procedures_seen, name)
            )


def activate(world: World, act: Act) -> None:
    """Record that a state has activated a commitment, after its own decision."""
    decision = world.decisions.get(act.about)
    if decision is None:
        raise Refusal("not_decided", f"{act.about!r} is no decision of a state")
    _must_be_own(world, act, decision.state)
    must_stand(world, decision.id, act.at_us)
    component = text_of(act, "component")
    if decision.replaced_by is not None:
        raise Refusal("not_decided", f"{decision.replaced_by} took the place of {decision.id}")
    if decision.decision == "no" or component not in decision.components:
        raise Refusal("not_decided", f"{decision.state} did not decide yes to {component}")
    commitment = world.commitments.get(text_of(act, "commitment"))
    if commitment is None or (commitment.state, commitment.component) != (
        decision.state,
        component,
    ):
        raise Refusal(
            "commitment_unknown",
            f"{text_of(act, 'commitment')} is no commitment of {decision.state} for {component}",
        )
    _must_have_run(world, decision)
    standing = world.active.get((decision.state, component))
    if standing is not None:
        raise Refusal("twice", f"{standing} has activated it")
    world.active[decision.state, component] = act.id
    world.activations[act.id] = Activation(
        id=act.id,
        decision=decision.id,
        consultation=decision.consultation,
        state=decision.state,
        component=component,
        commitment=commitment.id,
        article=text_of(act, "article"),
        activated_us=act.at_us,
    )
    world.grounds[act.id] = (decision.id,)
    meet(world, act, world.consultations[decision.consultation].declaration)


def stand_down(world: World, act: Act) -> None:
    """Record that a state has ended what it activated."""
    activation = _activation(world, act)
    world.activations[activation.id] = replace(
        activation, stood_down_by=act.id, stood_down_us=act.at_us
    )
    del world.active[activation.state, activation.component]


def respond(world: World, act: Act) -> None:
    """Record one measure under an activation."""
    activation = _activation(world, act)
    _put(
        world,
        act,
        Measure(
            id=act.id,
            state=activation.state,
            component=activation.component,
            activation=activation.id,
            measure=text_of(act, "measure"),
            stage=text_of(act, "stage"),
            ladder="",
            step=0,
            against="",
            stands_on=(activation.id,),
            carve_outs=(),
            relief="",
            from_us=number_of(act, "from_us"),
            until_us=number_or_none(act, "until_us"),
        ),
    )
    meet(world, act, world.consultations[activation.consultation].declaration)


def sanction(world: World, act: Act) -> None:
    """Record one sanction, and what it answers."""
    state, role = world.powers.states.get(act.actor, ("", Role.PUBLIC))
    if role is not Role.GUARANTOR:
        raise Refusal("no_authority", f"{act.actor} acts for no guarantor")
    if text_of(act, "against") not in world.powers.parties:
        raise Refusal("party_unknown", f"{text_of(act, 'against')} is no party")
    stands_on = texts(act, "stands_on")
    must_be_known(world, stands_on, act.at_us)
    if text_of(act, "ladder") == "attack" and not set(stands_on) & world.determinations.keys():
        raise Refusal("evidence_unknown", "an attack is for a body to determine; none is named")
    _put(
        world,
        act,
        Measure(
            id=act.id,
            state=state,
            component="sanctions",
            activation="",
            measure=text_of(act, "measure"),
            stage="",
            ladder=text_of(act, "ladder"),
            step=number_of(act, "step"),
            against=text_of(act, "against"),
            stands_on=stands_on,
            carve_outs=texts(act, "carve_outs"),
            relief=text_of(act, "relief"),
            from_us=number_of(act, "from_us"),
            until_us=number_or_none(act, "until_us"),
        ),
    )


def relieve(world: World, act: Act) -> None:
    """Record that a state has ended one of its measures."""
    measure = world.measures.get(act.about)
    if measure is None:
        raise Refusal("about_unknown", f"{act.about!r} is no response and no sanction")
    _must_be_own(world, act, measure.state)
    if measure.ended_by is not None:
        raise Refusal("twice", f"{measure.ended_by} has ended it")
    world.measures[measure.id] = replace(
        measure, ended_by=act.id, ended_us=number_of(act, "from_us")
    )


def _activation(world: World, act: Act) -> Activation:
    activation = world.activations.get(act.about)
    if activation is None:
        raise Refusal("not_activated", f"{act.about!r} is no activation")
    _must_be_own(world, act, activation.state)
    if activation.stood_down_by is not None:
        raise Refusal("stood_down", f"{activation.stood_down_by} has ended it")
    return activation


def _must_have_run(world: World, decision: StateDecision) -> None:
    """Refuse what comes before the procedures that the state itself says have to run first."""
    for name in decision.procedures:
        known = world.procedures[name]
        if known.goal not in supported_steps(known, world.done.get(name, ())):
            raise Refusal("procedure_open", f"{name} has to run first: {known.goal} is not done")


def _must_be_own(world: World, act: Act, state: str) -> None:
    if world.powers.state_of(act.actor) != state:
        raise Refusal("not_own", f"{act.actor} does not act for {state}")


def _put(world: World, act: Act, measure: Measure) -> None:
    if measure.until_us is not None and measure.until_us < measure.from_us:
        raise Refusal("window", f"{iso(measure.until_us)} lies before {iso(measure.from_us)}")
    world.measures[act.id] = measure
    world.grounds[act.id] = measure.stands_on
