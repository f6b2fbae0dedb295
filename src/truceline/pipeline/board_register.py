"""The register as its page asks for it: what somebody may see of it, and nothing to subtract.

Whoever may not see readiness is given a public view, made of those pledges alone that he may see:
no total holds an amount that is not listed beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from truceline.guarantees.commitments import standing_of
from truceline.guarantees.force_table import force_table
from truceline.guarantees.money import money_totals
from truceline.guarantees.procedures import earliest_lawful_date
from truceline.guarantees.public import public_view
from truceline.pipeline import board_asking as things
from truceline.pipeline.board_asking import BoardEyes
from truceline.records.canonical import plain
from truceline.records.commitment import Procedure
from truceline.records.register import LawfulDate, RegisterState

Plain = dict[str, Any]


def register_told(state: RegisterState, eyes: BoardEyes) -> Plain:
    """Give participants, instruments, commitments, procedures, pledges and totals of money.

    Returns:
        The plain parts, with `whole` (false for a public view), `standings` (of commitments, by
        id) and `lawful` (by procedure: the earliest lawful date as things stand, and in an
        emergency where the path has such a way), for the procedures that he may see run.
    """
    register = state.register
    whole = eyes.sees(things.REGISTER) and eyes.sees(things.READINESS)
    pledges = tuple(one for one in register.pledges if eyes.sees(things.of_pledge(one)))
    if whole:
        told: Plain = {
            name: plain(getattr(register, name))
            for name in ("participants", "instruments", "commitments", "procedures")
        }
        told["pledges"] = plain(pledges)
        told["money"] = plain(money_totals(pledges, register.rates))
    else:
        # Of these nothing but what may be published of a pledge is given.
        told = plain(public_view(_of_pledges(state, pledges)))
    return told | {
        "whole": whole,
        "id": register.id,
        "title": register.title,
        "host": register.host,
        "sources": list(register.sources),
        "standings": {one.id: standing_of(one) for one in register.commitments},
        "requests": plain(state.requests) if whole else [],
        "lawful": _lawful(state, eyes),
    }


def forces_told(state: RegisterState, eyes: BoardEyes) -> Plain:
    """Give, for each scenario, the force table against its requirement."""
    if not eyes.sees(things.READINESS):
        return {"forces": []}
    # A total of lines that he may not all see would tell the others.
    if not all(eyes.sees(things.of_pledge(one)) for one in state.register.pledges if one.force):
        seen = tuple(one for one in state.register.pledges if eyes.sees(things.of_pledge(one)))
        state = replace(state, register=replace(state.register, pledges=seen))
    return {
        "forces": [
            {
                "scenario": one.id,
                "title": one.title,
                "least_readiness": one.least_readiness,
                "source": one.source,
                "lines": plain(force_table(state, one)),
            }
            for one in state.register.scenarios
        ]
    }


def _of_pledges(state: RegisterState, pledges: tuple[Any, ...]) -> RegisterState:
    """Give the state with these pledges alone, all of which may be published to who asks."""
    opened = tuple(replace(one, tier="public") for one in pledges)
    return replace(state, register=replace(state.register, pledges=opened))


def _lawful(state: RegisterState, eyes: BoardEyes) -> dict[str, Plain]:
    answers: dict[str, Plain] = {}
    for path in state.register.procedures:
        if not eyes.sees(things.of_state("procedure", path.state)):
            continue
        answers[path.id] = {"usual": plain(_date(state, path, emergency=False)), "emergency": None}
        if any(one.emergency for one in path.steps):
            answers[path.id]["emergency"] = plain(_date(state, path, emergency=True))
    return answers


def _date(state: RegisterState, path: Procedure, *, emergency: bool) -> LawfulDate:
    calendars = {one.id: one for one in state.register.calendars}
    return earliest_lawful_date(
        path, state.now_us, state.steps, calendars[path.calendar], emergency=emergency
    )
