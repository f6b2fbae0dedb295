"""The board beside a plain model of it, act by act, in whatever order acts come.

The model knows the rules in another form: sets of minutes, and lists that are searched. The long
form of a million acts is benchmarks/bench_steps.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from board_worlds import COMMITMENTS, MANDATE, T0, Log, determination, facts
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from truceline.guarantees.board import BoardFold
from truceline.records.board import BodyDecision
from truceline.records.units import HOUR_US, MINUTE_US

RUNS, STEPS_OF_ONE = 10, 50
DAY_MINUTES = 24 * 60
STATES = ("GB", "FR", "DE")
WORD = {"yes": "decided_yes", "no": "decided_no", "partly": "decided_partly"}

which = st.integers(0, 7)
states = st.sampled_from(STATES)


@dataclass
class ModelClock:
    """One day's clock of one declaration, in minutes from the breach."""

    declaration: str
    halts: list[tuple[str, int, int | None]] = field(default_factory=list)  # id, from, until
    disputes: list[str] = field(default_factory=list)
    stopped: bool = False

    def ran(self, now: int) -> int:
        still = {
            minute for _, start, end in self.halts for minute in range(start, min(end or now, now))
        }
        return now - len(still)


@dataclass
class ModelConsultation:
    """One consultation: who convened it, about which declaration, when it meets."""

    id: str
    declaration: str
    meets: int
    present: list[str] = field(default_factory=list)
    opened: int | None = None  # when
    closed: bool = False


class BoardMachine(RuleBasedStateMachine):
    """Acts as they come, on the board and on the model."""

    # Acts handed in so far, of all runs.
    taken: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.log = Log(now_us=T0 + 2 * HOUR_US)
        self.fold = BoardFold(
            MANDATE,
            (determination("d1"),),
            (),
            (facts("one"),),
            carried=[
                BodyDecision(id=f"m{n}", body="commission", question="any", decided_us=T0)
                for n in range(STEPS_OF_ONE + 1)
            ],
            commitments=COMMITMENTS,
        )
        self.dead: set[str] = set()
        self.clocks: list[ModelClock] = []
        self.called: list[ModelConsultation] = []
        self.decided: list[tuple[str, str, str, str]] = []  # id, consultation, state, word
        self.activated: dict[str, tuple[str, str]] = {}  # state: activation, decision
        self.ended: dict[str, int] = {}  # state: when it last stood down
        self.delivering: set[str] = set()  # activations
        self.refusals = 0
        self.carried = 0

    # ------------------------------------------------------------------------- small helpers
    @property
    def now(self) -> int:
        return (self.log.now_us - T0) // MINUTE_US

    def took(self, act: str, *, accepted: bool) -> None:
        self.fold.take(self.log.acts[-1])
        type(self).taken += 1
        self.refusals += not accepted
        board = self.fold.board(self.log.now_us)
        assert len(board.refused) == self.refusals, (act, board.refused[-1:])

    def clock(self, n: int) -> ModelClock | None:
        return self.clocks[n % len(self.clocks)] if self.clocks else None

    def consultation(self, n: int) -> ModelConsultation | None:
        return self.called[n % len(self.called)] if self.called else None

    def counts(self, clock: ModelClock) -> bool:
        alive = clock.declaration not in self.dead
        return alive and not clock.stopped and clock.ran(self.now) < DAY_MINUTES

    # ------------------------------------------------------------------------------- the acts
    @rule(minutes=st.integers(0, 900))
    def wait(self, minutes: int) -> None:
        self.log.now_us += minutes * MINUTE_US

    @rule(chair=st.booleans(), old=which, corrects=st.booleans())
    def declare(self, old: int, *, chair: bool, corrects: bool) -> None:
        clock = self.clock(old) if corrects else None
        about = clock.declaration if clock else ""
        act = self.log.declare(
            name="breach.correct" if about else "breach.declare",
            about=about,
            actor="chair" if chair else "key-GB",
            carried_by=f"m{self.carried}",
        )
        accepted = chair and about not in self.dead
        self.took(act, accepted=accepted)
        if accepted:
            self.carried += 1
            self.dead |= {about} - {""}
            self.clocks.append(ModelClock(act))

    @rule(n=which)
    def withdraw(self, n: int) -> None:
        clock = self.clock(n)
        if clock is None:
            return
        act = self.log.add(
            "breach.withdraw", "chair", clock.declaration, body="commission",
            carried_by=f"m{self.carried}", why="w",
        )  # fmt: skip
        accepted = clock.declaration not in self.dead
        self.took(act, accepted=accepted)
        if accepted:
            self.carried += 1
            self.dead.add(clock.declaration)

    @rule(n=which, chair=st.booleans(), name=st.sampled_from(["pause", "stop"]))
    def halt(self, n: int, name: str, *, chair: bool) -> None:
        clock = self.clock(n)
        if clock is None:
            return
        about = f"{clock.declaration}:guarantor_consultation"
        act = self.log.add(f"clock.{name}", "chair" if chair else "key-UA", about, why="w")
        accepted = chair and self.counts(clock)
        self.took(act, accepted=accepted)
        if accepted and name == "pause":
            clock.halts.append((act, self.now, None))
        elif accepted:
            clock.stopped = True

    @rule(n=which, party=st.booleans())
    def dispute(self, n: int, *, party: bool) -> None:
        clock = self.clock(n)
        if clock is None:
            return
        about = f"{clock.declaration}:guarantor_consultation"
        act = self.log.add("clock.dispute", "key-RU" if party else "analyst", about, why="w")
        accepted = party and clock.declaration not in self.dead and not clock.stopped
        self.took(act, accepted=accepted)
        if accepted:
            clock.disputes.append(act)

    @rule(n=which, halt=which)
    def resume(self, n: int, halt: int) -> None:
        clock = self.clock(n)
        if clock is None:
            return
        ways = [one for one, _, end in clock.halts if end is None] + clock.disputes
        ends = ways[halt % len(ways)] if ways else "nothing"
        about = f"{clock.declaration}:guarantor_consultation"
        act = self.log.add("clock.resume", "chair", about, ends=ends, why="w")
        accepted = bool(ways) and clock.declaration not in self.dead and not clock.stopped
        self.took(act, accepted=accepted)
        if accepted:
            clock.disputes = [one for one in clock.disputes if one != ends]
            clock.halts = [
                (one, start, self.now if one == ends else end) for one, start, end in clock.halts
            ]

    @rule(n=which)
    def convene(self, n: int) -> None:
        clock = self.clock(n)
        if clock is None:
            return
        act = self.log.convene(clock.declaration, meets_us=self.log.now_us + 10 * MINUTE_US)
        accepted = clock.declaration not in self.dead
        self.took(act, accepted=accepted)
        if accepted:
            self.called.append(ModelConsultation(act, clock.declaration, self.now + 9))

    @rule(n=which, state=states)
    def attend(self, n: int, state: str) -> None:
        one = self.consultation(n)
        if one is None:
            return
        act = self.log.add("consultation.attend", f"key-{state}", one.id)
        accepted = one.declaration not in self.dead and not one.closed and state not in one.present
        self.took(act, accepted=accepted)
        if accepted:
            one.present.append(state)

    @rule(n=which)
    def open(self, n: int) -> None:
        one = self.consultation(n)
        if one is None:
            return
        act = self.log.add("consultation.open", "key-GB", one.id)
        accepted = (
            one.declaration not in self.dead
            and not one.closed
            and one.opened is None
            and len(one.present) >= 2
            and self.now >= one.meets
        )
        self.took(act, accepted=accepted)
        if accepted:
            one.opened = self.now
            for clock in self.clocks:
                if clock.declaration == one.declaration and self.counts(clock):
                    clock.stopped = True

    @rule(n=which, convener=st.booleans())
    def close(self, n: int, *, convener: bool) -> None:
        one = self.consultation(n)
        if one is None:
            return
        actor = "key-GB" if convener else "key-FR"
        act = self.log.add("consultation.close", actor, one.id, outcome="x")
        accepted = convener and one.declaration not in self.dead and not one.closed
        self.took(act, accepted=accepted)
        if accepted:
            one.closed = True

    @rule(n=which, state=st.sampled_from([*STATES, "US"]), word=st.sampled_from(sorted(WORD)))
    def decide(self, n: int, state: str, word: str) -> None:
        one = self.consultation(n)
        if one is None:
            return
        act = self.log.decide(one.id, state, word)
        accepted = one.declaration not in self.dead and state != "US"
        self.took(act, accepted=accepted)
        if accepted:
            self.decided = [row for row in self.decided if row[1:3] != (one.id, state)]
            self.decided.append((act, one.id, state, word))

    @rule(n=which, own=st.booleans())
    def activate(self, n: int, *, own: bool) -> None:
        if not self.decided:
            return
        decision, consultation, state, word = self.decided[n % len(self.decided)]
        (called,) = (one for one in self.called if one.id == consultation)
        actor = state if own else next(one for one in STATES if one != state)
        act = self.log.put(
            "activation.record", f"key-{actor}", decision,
            {"component": "air_defence", "commitment": f"g:{state}:air_defence", "article": "a"},
        )  # fmt: skip
        alive = called.declaration not in self.dead
        accepted = own and alive and word != "no" and state not in self.activated
        self.took(act, accepted=accepted)
        if accepted:
            self.activated[state] = (act, decision)

    @rule(state=states, ends=st.booleans())
    def respond(self, state: str, *, ends: bool) -> None:
        activation, _ = self.activated.get(state, ("none", ""))
        if ends:
            act = self.log.add("activation.stand_down", f"key-{state}", activation, why="w")
        else:
            act = self.log.respond(activation, state)
        accepted = state in self.activated
        self.took(act, accepted=accepted)
        if accepted and ends:
            del self.activated[state]
            self.ended[state] = self.now
        elif accepted:
            self.delivering.add(activation)

    # --------------------------------------------------------------------- what must be equal
    @invariant()
    def clocks_stand_as_in_the_model(self) -> None:
        board = self.fold.board(self.log.now_us)
        shown = [one for one in board.clocks if one.terms.id == "guarantor_consultation"]
        assert [one.declaration for one in shown] == [one.declaration for one in self.clocks]
        for one, model in zip(shown, self.clocks, strict=True):
            assert one.state.value == self.expected(model)
            if one.left_s is not None:
                assert one.left_s == 60 * max(0, DAY_MINUTES - model.ran(self.now))

    def expected(self, clock: ModelClock) -> str:
        if clock.declaration in self.dead:
            return "unwound"
        if clock.stopped:
            return "stopped"
        if clock.ran(self.now) >= DAY_MINUTES:
            return "elapsed"
        if any(end is None for _, _, end in clock.halts):
            return "paused"
        return "disputed" if clock.disputes else "running"

    @invariant()
    def statuses_stand_as_in_the_model(self) -> None:
        board = self.fold.board(self.log.now_us)
        rows = {one.state: one.status.value for one in board.guarantees}
        assert rows == {state: self.status(state) for state in (*STATES, "US")}
        unwound = {one.id for one in board.consultations if one.unwound_by is not None}
        assert unwound == {one.id for one in self.called if one.declaration in self.dead}

    def status(self, state: str) -> str:
        if state in self.activated:
            activation, _ = self.activated[state]
            return "delivering" if activation in self.delivering else "activated"
        live = [one for one in self.called if one.declaration not in self.dead]
        since, word = -1, "armed"
        if live and state in STATES:
            one = live[-1]
            since, word = one.meets - 9, "consultation_called"
            if one.opened is not None and state in one.present:
                since, word = one.opened, "consulting"
            for decision, consultation, by, decided in self.decided:
                if (consultation, by) == (one.id, state):
                    since, word = self.signed(decision), WORD[decided]
        if state in self.ended and since <= self.ended[state]:
            return "stood_down"
        return word

    def signed(self, act: str) -> int:
        return next((one.at_us - T0) // MINUTE_US for one in self.log.acts if one.id == act)


TestBoardMachine = BoardMachine.TestCase
TestBoardMachine.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS_OF_ONE,
    suppress_health_check=list(HealthCheck),
)
