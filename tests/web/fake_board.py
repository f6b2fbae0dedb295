"""A guarantors' board in memory, for its pages: a breach, a consultation, a state that stayed away.

The answers are the pipeline's own; only the folder and its log are not there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[1] / "guarantees"))
from board_worlds import MANDATE, T0, Log, determination, facts, fold_of, whole

from truceline.guarantees.register import read_shipped
from truceline.guarantees.register_fold import fold_register, with_signers
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_view import OpenBoard
from truceline.records.act import RefusedAct
from truceline.records.board import Board, Fall
from truceline.records.mandate import Mandate
from truceline.records.register import Register, RegisterState
from truceline.records.units import HOUR_US, MINUTE_US

NOW_US = T0 + 5 * HOUR_US
__all__ = ["ANYBODY", "MANDATE", "NOW_US", "open_board"]

ANYBODY = ("chair", "key-DE", "key-GB", "key-RU", "key-UA", "analyst")


def acts() -> Log:
    """The whole scenario, a dispute, a declaration that fell, one that stands, a refused act."""
    log, ids = whole()
    log.put("clock.dispute", "key-FR", f"{ids['declared']}:phase_two", {"why": "the first shot"})
    log.declare(proof=("f:one", "d2"), carried_by="carried-1")
    log.declare(actor="key-GB", carried_by="carried-2")
    running = log.declare(carried_by="carried-3")
    log.convene(running, meets_us=NOW_US + 2 * HOUR_US, states=["GB", "US"])
    return log


@dataclass
class Room:
    """What `OpenBoard` asks of a `GuarantorsBoard`, without a folder's log."""

    folder: Path
    log: Log = field(default_factory=acts)
    shipped: str = "exercise.toml"
    mandate: Mandate = MANDATE

    def board(self, now_us: int) -> Board:
        """Fold the acts."""
        built = fold_of(
            determinations=(
                determination("d1"),
                determination("d2", standing="withdrawn", decided_us=T0 + HOUR_US),
            ),
            findings=(facts("one"), facts("two", probability_ppm=700_000, severity=None)),
            falls=(Fall(id="d2", by="withdrawal-of-d2", fell_us=NOW_US - MINUTE_US),),
        )
        for act in self.log.acts:
            built.take(act)
        return built.board(now_us)

    @property
    def register(self) -> Register:
        """A register that ships with the house."""
        return with_signers(read_shipped(self.shipped), {})

    def register_state(self, now_us: int) -> RegisterState:
        """Fold the register; no act of this world concerns it."""
        return fold_register(self.register, (), now_us)

    def refused(self, now_us: int) -> tuple[RefusedAct, ...]:
        """Give the acts without effect."""
        return self.board(now_us).refused


def open_board(folder: Path, shipped: str = "exercise.toml") -> OpenBoard:
    """Open the board of this world, at a fixed instant."""
    folder.mkdir(exist_ok=True)
    (folder / "mission.toml").write_text('title = "A board (invented)"\n', encoding="utf-8")
    room = cast("GuarantorsBoard", Room(folder, shipped=shipped))
    return OpenBoard(room, clock=lambda: NOW_US)
