"""Every code that the guarantors' board writes has words."""

from __future__ import annotations

import ast
from enum import Enum
from pathlib import Path

import pytest

import truceline
from truceline.records.board import ClockState, ConsultationState, GuaranteeStatus
from truceline.records.trigger import TRIGGERS, Met
from truceline.reports.words import load_words

ROOM = Path(truceline.__file__).parent / "guarantees"
WRITERS = {"reason": 0, "_notice": 3, "Refusal": 0, "_of_consultation": 1}


def codes(*writers: str) -> set[str]:
    """Give the constant codes that the room's modules of the board hand to some functions."""
    return {
        argument.value
        for file in sorted(ROOM.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in writers
        for argument in node.args[WRITERS[ast.unparse(node.func)] :][:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_every_reason_and_notice_has_a_sentence() -> None:
    written = {one for one in codes("reason", "_notice") if one.startswith(("trigger_", "board_"))}
    assert len(written) > 25
    assert {f"reason.{one}" for one in written} <= set(load_words("en"))


def test_every_refusal_of_the_board_has_a_sentence() -> None:
    written = codes("Refusal")
    assert {"quorum", "not_carried", "procedure_open"} <= written
    assert {f"refusal.{one}" for one in written} <= set(load_words("en"))


def test_everything_that_is_awaited_has_a_line() -> None:
    assert codes("_of_consultation") == {"receipt", "meeting"}
    lines = {f"due.{one}" for one in ("clock", "receipt", "meeting", "measure", "other")}
    assert lines <= set(load_words("en"))


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("clock_state", ClockState),
        ("consultation_state", ConsultationState),
        ("guarantee_status", GuaranteeStatus),
        ("trigger_met", Met),
    ],
)
def test_every_state_has_a_name(table: str, kind: type[Enum]) -> None:
    assert {f"{table}.{one.value}" for one in kind} <= set(load_words("en"))


def test_every_trigger_has_a_name() -> None:
    assert {f"trigger.{one}" for one in TRIGGERS} <= set(load_words("en"))
