"""A named body declares a first breach, corrects that, or withdraws it."""

from __future__ import annotations

from truceline.guarantees.clocks import clocks_of
from truceline.guarantees.grounds import must_be_known
from truceline.guarantees.world import Refusal, World, number_of, text_of, texts
from truceline.records.act import Act
from truceline.records.board import Declaration, Fall
from truceline.records.units import iso

DECLARES = frozenset({"declaration", "any"})
CORRECTS = frozenset({"declaration", "correction", "any"})


def declare(world: World, act: Act) -> None:
    """Put a declaration on the board, and start its clocks from the declared instant."""
    _must_carry(world, act, DECLARES)
    _put(world, act, None)


def correct(world: World, act: Act) -> None:
    """Put a declaration in the place of another, which falls with all that stands on it."""
    _must_be_above(world, act)
    _must_carry(world, act, CORRECTS)
    _put(world, act, act.about)
    _fell(world, act)


def withdraw(world: World, act: Act) -> None:
    """Let a declaration fall, with all that stands on it."""
    _must_be_above(world, act)
    _must_carry(world, act, CORRECTS)
    world.used.add(text_of(act, "carried_by"))
    _fell(world, act)


def _must_be_above(world: World, act: Act) -> None:
    """Refuse a correction by a body that neither declared nor stands above the one that did."""
    old = world.declarations.get(act.about)
    if old is None:
        raise Refusal("about_unknown", f"{act.about!r} is no declaration")
    if old.id in world.falls:
        raise Refusal("fallen_already", f"{world.falls[old.id].by} has taken {old.id} away")
    body = text_of(act, "body")
    above = world.powers.bodies[old.body].escalates_to
    if body not in {old.body, above}:
        raise Refusal("no_authority", f"{old.body} declared it; {body} does not stand above it")


def _must_carry(world: World, act: Act, questions: frozenset[str]) -> None:
    """Refuse what the named body's chair did not sign, or the body itself did not carry."""
    body = text_of(act, "body")
    if not world.powers.signs_for(act.actor, body):
        raise Refusal("no_authority", f"{act.actor} does not chair {body}")
    if not world.powers.questions.get(body, frozenset()) & questions:
        raise Refusal("no_authority", f"the text gives {body} no power to do this")
    carried = world.carried.get(text_of(act, "carried_by"))
    if carried is None or carried.body != body or carried.question not in questions:
        raise Refusal("not_carried", f"{text_of(act, 'carried_by')} is no such decision of {body}")
    if carried.decided_us > act.at_us:
        raise Refusal("not_carried", f"{carried.id} was carried after this was signed")
    if carried.id in world.used:
        raise Refusal("carried_twice", f"{carried.id} has carried another declaration")


def _put(world: World, act: Act, replaces: str | None) -> None:
    instant_us, proof = number_of(act, "instant_us"), texts(act, "proof")
    if instant_us > act.at_us:
        raise Refusal("future_instant", f"{iso(instant_us)} lies after {iso(act.at_us)}")
    _must_be_a_candidate(world, act, instant_us, proof)
    declaration = Declaration(
        id=act.id,
        body=text_of(act, "body"),
        carried_by=text_of(act, "carried_by"),
        signed_by=act.actor,
        trigger=text_of(act, "trigger"),
        instant_us=instant_us,
        proof=proof,
        article=text_of(act, "article"),
        why=text_of(act, "why"),
        declared_us=act.at_us,
        replaces=replaces,
    )
    world.used.add(declaration.carried_by)
    world.declarations[act.id] = declaration
    world.grounds[act.id] = proof
    for clock in clocks_of(declaration, world.terms.clocks):
        world.clocks[clock.id] = clock
        world.clocks_of.setdefault(act.id, []).append(clock.id)
        world.grounds[clock.id] = (act.id,)


def _must_be_a_candidate(world: World, act: Act, instant_us: int, proof: tuple[str, ...]) -> None:
    """Refuse an instant that lies in the interval of nothing that is named as its proof."""
    must_be_known(world, proof, act.at_us)
    held = [
        (one.began_us, one.ended_us)
        for one in (*map(world.findings.get, proof), *map(world.determinations.get, proof))
        if one is not None
    ]
    if not any(began_us <= instant_us <= ended_us for began_us, ended_us in held):
        raise Refusal("not_a_candidate", f"{iso(instant_us)} lies in no interval of the proof")


def _fell(world: World, act: Act) -> None:
    world.falls[act.about] = Fall(id=act.about, by=act.id, fell_us=act.at_us)
