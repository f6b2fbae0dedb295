"""The gap analysis as its page asks for it: what is, and beside it what would be if a step were.

A pledge that its state keeps to itself counts only for those who may see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from truceline.evidence.strict import FormatError
from truceline.guarantees.gap import WhatIf, gap
from truceline.pipeline import board_asking as things
from truceline.pipeline.board_asking import BoardEyes
from truceline.pipeline.forms import read_instant
from truceline.records.board import Board
from truceline.records.canonical import plain
from truceline.records.register import RegisterState, Scenario

Plain = dict[str, Any]


def gap_told(
    state: RegisterState,
    board: Board,
    eyes: BoardEyes,
    *,
    scenario: str,
    since: str,
    what_if: Sequence[str],
) -> Plain:
    """Give the gap board, and beside what-ifs the one without them.

    Args:
        state: The register.
        board: The board: its decisions count, and its last declaration that stands.
        eyes: Who asks.
        scenario: Id of the scenario; "" for the first.
        since: The instant to count from, as text; "" for the last declared one.
        what_if: Steps taken as done, as "procedure/step".

    Returns:
        scenarios, steps (which "what if" may name), declared (the declaration, or null), gap and
        without. `gap` is null where there is no instant to count from, or no scenario.

    Raises:
        FormatError: `since` is no instant, or a step is not written so.
        LookupError: There is no such scenario, procedure or step.
    """
    seen = tuple(one for one in state.register.pledges if eyes.sees(things.of_pledge(one)))
    state = replace(state, register=replace(state.register, pledges=seen))
    standing = [one for one in board.declarations if one.unwound_by is None]
    answer: Plain = {
        "scenarios": plain(state.register.scenarios),
        "steps": _steps(state),
        "declared": plain(standing[-1]) if standing else None,
        "gap": None,
        "without": None,
    }
    declared_us = read_instant(since, "from") if since else None
    if declared_us is None and standing:
        declared_us = standing[-1].instant_us
    if declared_us is None or not (state.register.scenarios or scenario):
        return answer
    asked = _scenario(state, scenario)
    assumed = [_what_if(one, board.now_us) for one in what_if]
    answer["gap"] = plain(gap(state, asked, declared_us, board.decisions, assumed))
    if assumed:
        answer["without"] = plain(gap(state, asked, declared_us, board.decisions))
    return answer


def _steps(state: RegisterState) -> list[Plain]:
    """Give every step of every procedure that is not done."""
    done = {(one.procedure, one.step) for one in state.steps if one.standing == "done"}
    return [
        {
            "id": f"{path.id}/{step.id}",
            "procedure": path.title,
            "state": path.state,
            "step": step.step,
            "who": step.who,
        }
        for path in state.register.procedures
        for step in path.steps
        if (path.id, step.id) not in done
    ]


def _scenario(state: RegisterState, wanted: str) -> Scenario:
    for one in state.register.scenarios:
        if wanted in {"", one.id}:
            return one
    raise LookupError(f"there is no scenario {wanted!r}")


def _what_if(text: str, now_us: int) -> WhatIf:
    procedure, _, step = text.partition("/")
    if not step:
        raise FormatError(f"{text!r} is no step: write PROCEDURE/STEP")
    return WhatIf(procedure=procedure, step=step, at_us=now_us)
