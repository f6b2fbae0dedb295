"""Every state of the machines is visited: no way that no signed act opened, no end unshown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product

import pytest
from board_worlds import T0, Log, board_of

from truceline.guarantees.statuses import STATUSES
from truceline.records.board import Board, ClockState, ConsultationState, GuaranteeStatus
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US

CLOCK = "guarantor_consultation"
Move = Callable[[Log, str], None]


def resume(log: Log, declared: str) -> None:
    halts = [one for one in log.acts if one.name in {"clock.pause", "clock.dispute"}]
    ended = {one.detail["ends"] for one in log.acts if one.name == "clock.resume"}
    first = next((one.id for one in halts if one.id not in ended), "none")
    log.add("clock.resume", "chair", f"{declared}:{CLOCK}", ends=first, why="w")


def meet(log: Log, declared: str) -> None:
    called = log.convene(declared, states=["GB"], meets_us=log.now_us + MINUTE_US)
    log.add("consultation.attend", "key-GB", called)
    log.add("consultation.open", "key-GB", called)


def wait(log: Log, _: str) -> None:
    log.now_us += DAY_US


CLOCK_MOVES: Mapping[str, Move] = {
    "pause": lambda log, on: void(log.add("clock.pause", "chair", f"{on}:{CLOCK}", why="w")),
    "resume": resume,
    "dispute": lambda log, on: void(log.add("clock.dispute", "key-RU", f"{on}:{CLOCK}", why="w")),
    "stop": lambda log, on: void(log.add("clock.stop", "chair", f"{on}:{CLOCK}", why="w")),
    "meet": meet,
    "withdraw": lambda log, on: void(
        log.add("breach.withdraw", "chair", on, body="commission", carried_by="carried-1", why="w")
    ),
    "a day passes": wait,
}
# From each state, where each move may lead. What is not listed leaves the clock where it is.
CLOCK_TABLE = {
    ("running", "pause", "paused"),
    ("running", "dispute", "disputed"),
    ("running", "stop", "stopped"),
    ("running", "meet", "stopped"),
    ("running", "withdraw", "unwound"),
    ("running", "a day passes", "elapsed"),
    ("disputed", "pause", "paused"),
    ("disputed", "resume", "running"),
    ("disputed", "stop", "stopped"),
    ("disputed", "meet", "stopped"),
    ("disputed", "withdraw", "unwound"),
    ("disputed", "a day passes", "elapsed"),
    ("paused", "resume", "running"),
    ("paused", "resume", "disputed"),
    ("paused", "stop", "stopped"),
    ("paused", "meet", "stopped"),
    ("paused", "withdraw", "unwound"),
    ("stopped", "withdraw", "unwound"),
    ("elapsed", "withdraw", "unwound"),
}


def void(_: str) -> None:
    """Forget an id."""


def clock_state(board: Board) -> ClockState:
    return board.clocks[0].state


@cache
def after_moves(moves: tuple[str, ...]) -> tuple[str, int]:
    """Give the clock's state after some moves, and how many acts had an effect."""
    log = Log()
    declared = log.declare()
    for name in moves:
        CLOCK_MOVES[name](log, declared)
    board = board_of(log)
    return clock_state(board).value, len(log.acts) - len(board.refused)


def test_a_clock_moves_only_as_the_table_says_and_by_signed_acts() -> None:
    seen: set[tuple[str, str, str]] = set()
    for moves in product(CLOCK_MOVES, repeat=4):
        for n, name in enumerate(moves):
            (was, signed), (now, signed_now) = after_moves(moves[:n]), after_moves(moves[: n + 1])
            if was != now:
                seen.add((was, name, now))
                assert (signed_now > signed) == (name != "a day passes")
    assert seen == CLOCK_TABLE


def test_every_state_of_a_clock_is_reached_and_only_ends_are_dead_ends() -> None:
    reached = {"running"} | {now for _, _, now in CLOCK_TABLE}
    assert reached == {one.value for one in ClockState}
    for state in ClockState:
        ways_out = [name for was, name, _ in CLOCK_TABLE if was == state.value]
        assert bool(ways_out) == (state is not ClockState.UNWOUND)


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        (["a day passes"], "board_clock_elapsed"),
        (["pause"], "board_clock_paused"),
        (["dispute"], "board_clock_disputed"),
        (["withdraw"], "board_unwound"),
        (["a day passes", "meet"], "board_clock_met_late"),
    ],
)
def test_where_a_clock_waits_or_ends_somebody_is_told(moves: list[str], code: str) -> None:
    log = Log()
    declared = log.declare()
    assert code not in {one.reason.code for one in board_of(log).notices}
    for name in moves:
        CLOCK_MOVES[name](log, declared)
    board = board_of(log)
    assert code in {one.reason.code for one in board.notices if one.about == board.clocks[0].id}


# ------------------------------------------------------------------- consultation and status
def vote(log: Log) -> None:
    for reading in ("first", "second"):
        log.add("procedure.step", "key-GB", "p:vote", step=reading, source="s")


def step(log: Log, called: str, name: str) -> None:
    if name == "come":
        log.add("consultation.attend", "key-GB", called)
    elif name == "excuse":
        log.add("consultation.absent", "key-GB", called, why="w")
    elif name == "open":
        log.add("consultation.open", "key-GB", called)
    elif name == "close":
        log.add("consultation.close", "key-GB", called, outcome="x")
    elif name in {"yes", "no", "partly"}:
        log.decide(called, decision=name, procedures=["p:vote"])
    elif name == "procedure":
        vote(log)
    elif name == "activate":
        log.activate(last(log, "decision.state"))
    elif name == "respond":
        log.respond(last(log, "activation.record"))
    elif name == "stand down":
        log.add("activation.stand_down", "key-GB", last(log, "activation.record"), why="w")
    else:
        log.add("breach.withdraw", "chair", log.acts[0].id, body="commission",
                carried_by="carried-1", why="w")  # fmt: skip


def last(log: Log, name: str) -> str:
    return next((one.id for one in reversed(log.acts) if one.name == name), "none")


STEPS = ("come", "excuse", "open", "close", "yes", "no", "partly", "procedure", "activate",
         "respond", "stand down", "withdraw")  # fmt: skip
# What an act may bring about. Whatever else is done, the status stays.
STATUS_TABLE: Mapping[str, set[str]] = {
    "come": set(),
    "excuse": set(),
    "open": {"consulting"},
    "close": set(),
    "yes": {"decided_yes"},
    "no": {"decided_no"},
    "partly": {"decided_partly"},
    "procedure": {"procedure_running"},
    "activate": {"activated"},
    "respond": {"delivering"},
    "stand down": {"stood_down"},
    # What a state has ended stays ended, whatever it had stood on.
    "withdraw": {"armed", "stood_down"},
}


@cache
def scenario(names: tuple[str, ...]) -> Board:
    log = Log()
    declared = log.declare()
    called = log.convene(declared, states=["GB"], meets_us=log.now_us + MINUTE_US)
    for name in names:
        step(log, called, name)
    return board_of(log)


def status(board: Board) -> str:
    (row,) = (one for one in board.guarantees if one.state == "GB")
    return row.status.value


PREFIXES = [
    (),
    ("come", "open"),
    ("yes",),
    ("partly", "procedure"),
    ("yes", "activate"),
    ("yes", "procedure", "activate"),
    ("yes", "procedure", "activate", "respond"),
    ("yes", "procedure", "activate", "stand down"),
    ("yes", "procedure", "activate", "withdraw"),
    ("come", "open", "close"),
    ("no", "close"),
]


@pytest.mark.parametrize("prefix", PREFIXES, ids="-".join)
def test_a_status_changes_only_as_the_table_says_and_by_an_accepted_act(
    prefix: tuple[str, ...],
) -> None:
    reached = {status(scenario(prefix))}
    for names in product(STEPS, repeat=2):
        before = scenario((*prefix, *names[:1]))
        after = scenario((*prefix, *names))
        if status(before) != status(after):
            assert status(after) in STATUS_TABLE[names[-1]], (prefix, names)
            assert len(after.refused) == len(before.refused), (prefix, names)
        reached.add(status(after))
    assert len(reached) > 1 or "withdraw" in prefix or "activate" in prefix


def test_every_status_is_reached() -> None:
    reached = {status(scenario(prefix)) for prefix in [*PREFIXES, ("no",), ("partly",)]}
    by_the_register = {"dormant", "armed", "lapsed"}
    assert reached | by_the_register == {one.value for one in GuaranteeStatus}
    assert set(STATUSES) == set(GuaranteeStatus)


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ((), ConsultationState.CALLED),
        (("come", "open"), ConsultationState.OPEN),
        (("come", "open", "close"), ConsultationState.CLOSED),
        (("close",), ConsultationState.CLOSED_WITHOUT_QUORUM),
        (("open",), ConsultationState.CALLED),
        (("come", "open", "close", "open"), ConsultationState.CLOSED),
        (("close", "come", "open"), ConsultationState.CLOSED_WITHOUT_QUORUM),
        (("come", "open", "withdraw"), ConsultationState.UNWOUND),
        (("close", "withdraw"), ConsultationState.UNWOUND),
    ],
)
def test_a_consultation_moves_by_its_acts(names: tuple[str, ...], state: ConsultationState) -> None:
    assert scenario(names).consultations[0].state is state


def test_nothing_but_a_notice_follows_from_waiting() -> None:
    for prefix in PREFIXES:
        log = Log()
        called = log.convene(log.declare(), states=["GB"], meets_us=log.now_us + MINUTE_US)
        for name in prefix:
            step(log, called, name)
        now, later = board_of(log), board_of(log, T0 + 10**6 * HOUR_US)
        assert later.guarantees == now.guarantees
        assert later.consultations == now.consultations
        assert later.activations == now.activations
        assert {one.about for one in now.notices} <= {one.about for one in later.notices}
