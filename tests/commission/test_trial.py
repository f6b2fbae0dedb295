"""An act is tried on a room of its own: what was asked leaves no trace in the commission's."""

# ruff: noqa: SLF001 - all that a chamber keeps is compared
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from chamber_world import (
    CHAIR,
    FINDINGS,
    PARTIES,
    REVIEWER,
    START_US,
    World,
    mandate,
    party_key,
)
from test_whole_case import story

from truceline.commission.chamber import Chamber
from truceline.commission.room import Room
from truceline.commission.trial import Overlay
from truceline.records.act import Act
from truceline.records.units import HOUR_US


def beside() -> World:
    """What a case does not have: links, requests, the incident room, a seat that is filled."""
    world = World()
    first, second = world.heard(), world.open_case(findings=["f:later"])
    world.do("case.link", REVIEWER, first, other=second, by="place", why="The same bridge.")
    graver = {"to": "key/analyst", "stage": "classified", "severity": "S1_minor"}
    world.do("case.assign", REVIEWER, second, **graver)
    said = {"what": "clarification", "to": "AA", "text": "Which battery?"}
    asked = world.do("case.request", REVIEWER, first, **said)
    world.do("case.answer", party_key("AA"), asked, answer="given", text="None of ours.")
    call = {"from_state": "AA", "to": "BB", "text": "Cease."}
    called = world.do("hotline.call", party_key("AA"), **call)
    world.do("hotline.ack", party_key("BB"), called)
    order = {"party": "AA", "ordered_by": "The brigade.", "call": called, "text": "We fire back."}
    world.do("hotline.return_fire_order", party_key("AA"), **order)
    window = world.do(
        "window.open", REVIEWER, kind="repair", place="bridge", from_us=START_US,
        until_us=START_US + HOUR_US, agreed_by=list(PARTIES), purpose="The bridge.",
    )  # fmt: skip
    world.do("window.close", REVIEWER, window, result="cancelled", findings=[])
    filled: dict[str, Any] = {"holder": "key/new", "alternates": []}
    world.do("seat.fill", "gov/cc", body="commission", seat="cc", **filled)
    world.do("seat.absent", CHAIR, body="commission", seat="aa", absent=True)
    return world


def held(chamber: Chamber) -> dict[str, object]:
    """Everything that a chamber keeps, so that it can be compared."""
    room = chamber._room
    found = {one.name: getattr(room, one.name) for one in fields(Room) if one.name != "bench"}
    return found | {"bench": vars(room.bench), "refused": chamber.refused, "lines": chamber._lines}


def wrong_ones(act: Act) -> Iterator[Act]:
    """The act of somebody else, about something else, and with a field too many."""
    yield replace(act, actor="key/nobody")
    yield replace(act, about="00" * 32)
    yield replace(act, detail={**act.detail, "more": 1})


@pytest.mark.parametrize("world", [story().world, beside()], ids=["a case", "what is beside it"])
def test_what_is_tried_is_foretold_and_leaves_no_trace(world: World) -> None:
    asked, never = (Chamber(mandate(), FINDINGS, now_us=world.now_us) for _ in range(2))
    for act in world.acts:
        for wrong in wrong_ones(act):
            foretold = asked.refusal_of(wrong)
            assert foretold is not None
            assert foretold.act == act.id
        assert asked.refusal_of(act) is None
        assert held(asked) == held(never)
        assert asked.take(act) is None
        assert never.take(act) is None
    assert held(asked) == held(never)


def test_a_trial_refuses_as_the_fold_does() -> None:
    acts = story().world.acts
    for place in range(1, len(acts)):
        # Each act comes once more, and most cannot.
        chamber = Chamber(mandate(), FINDINGS, now_us=0)
        for act in acts[: place + 1]:
            chamber.take(act)
        again = replace(acts[place], id="ab" * 32)
        assert chamber.refusal_of(again) == chamber.take(again)


def test_an_overlay_is_a_dictionary_of_its_own() -> None:
    base = {"a": [1], "b": {"inside": [2]}, "c": [3]}
    over = Overlay(base, {})
    over["a"].append(4)
    over["b"]["inside"].append(5)
    over["b"]["new"] = [6]
    over["d"] = [7]
    assert over.pop("c") == [3]
    assert ("c" in over, "d" in over, len(over), sorted(over)) == (False, True, 3, ["a", "b", "d"])
    assert {key: over[key] for key in ("a", "d")} == {"a": [1, 4], "d": [7]}
    assert dict(over["b"]) == {"inside": [2, 5], "new": [6]}
    over["c"] = [8]
    assert (over["c"], over.setdefault("a", []), over.get("none")) == ([8], [1, 4], None)
    with pytest.raises(KeyError):
        del over["none"]
    assert base == {"a": [1], "b": {"inside": [2]}, "c": [3]}
