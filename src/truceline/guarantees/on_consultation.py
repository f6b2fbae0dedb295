"""States are called to a consultation, come or do not come, and it is opened and closed."""

from __future__ import annotations

from dataclasses import replace

from truceline.guarantees.grounds import must_be_known, must_stand
from truceline.guarantees.on_clock import meet
from truceline.guarantees.world import Refusal, World, number_of, text_of, texts
from truceline.records.act import Act
from truceline.records.board import Consultation, ConsultationState
from truceline.records.units import iso


def convene(world: World, act: Act) -> None:
    """Call states to a consultation."""
    chairs = any(act.actor in keys for keys in world.powers.chairs.values())
    if not chairs and not world.powers.state_of(act.actor):
        raise Refusal("no_authority", f"{act.actor} chairs no body and acts for no state")
    if act.about and act.about not in world.declarations:
        raise Refusal("about_unknown", f"{act.about!r} is no declaration")
    if act.about:
        must_stand(world, act.about, act.at_us)
    evidence, states = texts(act, "evidence"), texts(act, "states")
    must_be_known(world, evidence, act.at_us)
    for state in states:
        if state not in world.powers.codes:
            raise Refusal("state_unknown", f"{state} has no key here")
    if number_of(act, "meets_us") < act.at_us:
        raise Refusal("past_instant", f"{iso(number_of(act, 'meets_us'))} has passed")
    world.consultations[act.id] = Consultation(
        id=act.id,
        declaration=act.about,
        trigger=text_of(act, "trigger"),
        evidence=evidence,
        states=states,
        components=texts(act, "components"),
        agenda=text_of(act, "agenda"),
        convened_by=act.actor,
        convened_us=act.at_us,
        meets_us=number_of(act, "meets_us"),
        quorum=world.terms.quorum_of(len(states)),
    )
    world.grounds[act.id] = (act.about, *evidence) if act.about else evidence


def receipt(world: World, act: Act) -> None:
    """Record that a state has the convening notice."""
    called, state = _invited(world, act)
    if state in dict(called.receipts):
        raise Refusal("twice", f"{state} has acknowledged it")
    world.consultations[called.id] = replace(
        called, receipts=(*called.receipts, (state, act.at_us))
    )


def attend(world: World, act: Act) -> None:
    """Record that a state is present; it may have said before that it would not come."""
    called, state = _invited(world, act)
    if state in called.present:
        raise Refusal("twice", f"{state} is present")
    world.consultations[called.id] = replace(
        called,
        present=(*called.present, state),
        excused=tuple(one for one in called.excused if one != state),
    )


def absent(world: World, act: Act) -> None:
    """Record that a state says it will not be present."""
    called, state = _invited(world, act)
    if state in called.present or state in called.excused:
        raise Refusal("twice", f"{state} has said whether it is present")
    world.consultations[called.id] = replace(called, excused=(*called.excused, state))


def begin(world: World, act: Act) -> None:
    """Open a consultation that has its quorum."""
    called = _convened(world, act)
    if called.state is not ConsultationState.CALLED:
        raise Refusal("twice", f"{called.id} is open")
    if act.at_us < called.meets_us:
        raise Refusal("too_early", f"it meets at {iso(called.meets_us)}")
    if len(called.present) < called.quorum:
        raise Refusal(
            "quorum",
            f"{len(called.present)} present, {called.quorum} of {len(called.states)} needed",
            world.terms.article,
        )
    world.consultations[called.id] = replace(
        called, state=ConsultationState.OPEN, opened_us=act.at_us
    )
    meet(world, act, called.declaration)


def close(world: World, act: Act) -> None:
    """Close it, and record who was invited and neither came nor said that it would not."""
    called = _convened(world, act)
    was_open = called.state is ConsultationState.OPEN
    came = {*called.present, *called.excused}
    met = act.at_us >= called.meets_us
    world.consultations[called.id] = replace(
        called,
        state=ConsultationState.CLOSED if was_open else ConsultationState.CLOSED_WITHOUT_QUORUM,
        closed_us=act.at_us,
        no_shows=tuple(one for one in called.states if met and one not in came),
        outcome=text_of(act, "outcome"),
    )


def called_for(world: World, act: Act) -> tuple[Consultation, str]:
    """Give the consultation an act is about and the state that signs it, or refuse."""
    called = world.consultations.get(act.about)
    if called is None:
        raise Refusal("about_unknown", f"{act.about!r} is no consultation")
    must_stand(world, called.id, act.at_us)
    state = world.powers.state_of(act.actor)
    if state not in called.states:
        raise Refusal("not_invited", f"{act.actor} acts for no state that was invited")
    return called, state


def must_have_met(world: World, called: Consultation) -> None:
    """Refuse what comes before a consultation had the quorum that the text asks for.

    Where the text says nothing, the default of the house bars nobody from deciding: a state acts by
    its own law, and who stays away has no veto.
    """
    if world.terms.article and called.opened_us is None:
        raise Refusal(
            "quorum",
            f"it was not opened, with {called.quorum} of {len(called.states)} present",
            world.terms.article,
        )


def _invited(world: World, act: Act) -> tuple[Consultation, str]:
    called, state = called_for(world, act)
    _must_not_be_closed(called)
    return called, state


def _convened(world: World, act: Act) -> Consultation:
    called = world.consultations.get(act.about)
    if called is None:
        raise Refusal("about_unknown", f"{act.about!r} is no consultation")
    must_stand(world, called.id, act.at_us)
    if act.actor != called.convened_by:
        raise Refusal("not_convener", f"{called.convened_by} convened it, not {act.actor}")
    _must_not_be_closed(called)
    return called


def _must_not_be_closed(called: Consultation) -> None:
    if called.closed_us is not None:
        raise Refusal("closed", f"{called.id} was closed")
