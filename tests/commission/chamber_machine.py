"""A commission driven at random beside a plain model of its rules, which must agree at each step.

The model keeps sets of names and asks nothing of the code that it is compared with; the votes it
counts by `voting_by_hand`. Run long by benchmarks/bench_steps.py.
"""

# ruff: noqa: ANN401 - what an act says has the shape of its name
from __future__ import annotations

from typing import Any, ClassVar

from chamber_world import (
    CHAIR,
    FINDINGS,
    PARTIES,
    REVIEWER,
    SEATS,
    World,
    determination,
    mandate,
    party_key,
    rule,
)
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition
from hypothesis.stateful import rule as step
from voting_by_hand import by_hand

from truceline.commission.chamber import fold
from truceline.commission.motions import commitment
from truceline.records.mandate import DecisionRule
from truceline.records.units import HOUR_US

KINDS = [kind for kind in DecisionRule if kind is not DecisionRule.SILENCE_PROCEDURE]
NAMES = [seat.id for seat in SEATS]
OTHERS = NAMES[1:]  # the chair stays
RESULTS = ["carried", "not_carried", "deadlocked", "no_quorum"]
parties = st.sampled_from(PARTIES)
some_seat = st.sampled_from(NAMES)
votes = st.sampled_from(["yes", "yes", "no", "abstain"])


class Commission(RuleBasedStateMachine):
    """One case: told, answered, recused, voted on, determined."""

    taken: ClassVar[int] = 0

    @initialize(
        kind=st.sampled_from(KINDS),
        quorum=st.integers(0, 5),
        guarantors=st.integers(0, 2),
        counts=st.booleans(),
        on_tie=st.sampled_from(["fails", "chair", "escalates"]),
    )
    def begin(
        self, kind: DecisionRule, quorum: int, guarantors: int, *, counts: bool, on_tie: str
    ) -> None:
        """Draw the rule by which the body decides, and open a case."""
        self.rule = rule(
            kind,
            quorum=quorum,
            quorum_by_group={"guarantors": guarantors},
            share=(2, 3),
            abstentions_count=counts,
            on_tie=on_tie,
        )
        self.world = World(mandate(self.rule))
        self.case = self.world.open_case()
        self.told: dict[str, int] = {}
        self.replied: dict[str, int] = {}
        self.recused: set[str] = set()
        self.replaced: set[str] = set()
        self.absent: set[str] = set()
        self.motion = ""
        self.seals: dict[str, str] = {}
        self.opened: dict[str, str] = {}
        self.since_us: int | None = None
        self.carried: set[str] = set()
        self.used: set[str] = set()
        self.determined = self.refused = 0

    # ------------------------------------------------------------------- what is compared
    def tried(self, expected: bool, name: str, key: str, about: str, **detail: Any) -> None:
        """Sign an act, and see that it takes effect where the model says so, and only there."""
        type(self).taken += 1
        act = self.world.sign(name, key, about, **detail)
        foretold = self.world.chamber.refusal_of(act)
        refused = self.world.hand_in(act)
        assert foretold == refused
        refused_by = refused.rule if refused else ""
        assert (refused_by == "") == expected, f"{name} by {key}: {refused_by or 'taken'}"
        self.refused += not expected

    @invariant()
    def nothing_stands_that_the_model_does_not_know(self) -> None:
        if hasattr(self, "world"):
            chamber = self.world.chamber
            assert len(chamber.determinations) == self.determined
            assert len(chamber.refused) == self.refused

    def teardown(self) -> None:
        """Fold everything at once: it is the same."""
        if not hasattr(self, "world"):
            return
        chamber = self.world.chamber
        again = fold(self.world.mandate, self.world.acts, FINDINGS, chamber.now_us)
        assert again.view(self.case) == chamber.view(self.case)
        assert again.refused == chamber.refused

    # ------------------------------------------------------------------------ the model
    def acts(self, seat: str, *, alternate: bool) -> bool:
        stands_in = seat in self.absent or seat in self.replaced
        return alternate == stands_in

    def voters(self) -> set[str]:
        return set(NAMES) - self.recused

    def go_on(self) -> None:
        """Begin the opening once all are in."""
        if self.motion and self.since_us is None and self.voters() <= set(self.seals):
            self.since_us = self.world.now_us

    @staticmethod
    def key(seat: str, *, alternate: bool) -> str:
        return f"key/{seat}-2" if alternate else f"key/{seat}"

    # ------------------------------------------------------------------------ the steps
    @step(hours=st.integers(1, 26))
    def wait(self, hours: int) -> None:
        self.world.wait(hours * HOUR_US)

    @step(party=parties)
    def notify(self, party: str) -> None:
        self.tried(True, "case.notify", REVIEWER, self.case, party=party, text="A case is open.")
        self.told[party] = self.world.now_us

    @step(party=parties, by=parties)
    def reply(self, party: str, by: str) -> None:
        said = {"party": party, "stance": "disputes", "text": "No."}
        self.tried(party == by, "case.position", party_key(by), self.case, **said)
        if party == by:
            self.replied[party] = self.world.now_us

    @step(seat=st.sampled_from(OTHERS), alternate=st.booleans(), whole=st.booleans())
    def recuse(self, seat: str, *, alternate: bool, whole: bool) -> None:
        expected = not alternate and self.acts(seat, alternate=False)
        said = {"scope": "seat" if whole else "holder", "reasons": "An interest."}
        key = self.key(seat, alternate=alternate)
        self.tried(expected, "case.recuse", key, self.case, **said)
        if expected:
            (self.recused if whole else self.replaced).add(seat)
            if self.motion:
                self.seals.pop(seat, None)
                self.opened.pop(seat, None)
            self.go_on()

    @step(seat=st.sampled_from(OTHERS), absent=st.booleans())
    def be_absent(self, seat: str, *, absent: bool) -> None:
        said = {"body": "commission", "seat": seat, "absent": absent}
        self.tried(True, "seat.absent", CHAIR, "", **said)
        (self.absent.add if absent else self.absent.discard)(seat)

    @precondition(lambda self: not self.motion)
    @step()
    def put(self) -> None:
        self.motion = self.world.put(self.case, "determination", determination())
        type(self).taken += 1
        self.seals, self.opened, self.since_us = {}, {}, None

    @precondition(lambda self: self.motion)
    @step(seat=some_seat, alternate=st.booleans(), vote=votes)
    def seal(self, seat: str, *, alternate: bool, vote: str) -> None:
        expected = (
            self.acts(seat, alternate=alternate)
            and seat not in self.recused
            and self.since_us is None
            and seat not in self.seals
        )
        sealed = commitment(self.motion, vote, "", f"salt {seat}")
        key = self.key(seat, alternate=alternate)
        self.tried(expected, "vote.seal", key, self.motion, commitment=sealed)
        if expected:
            self.seals[seat] = vote
            self.go_on()

    @precondition(lambda self: self.motion and self.since_us is None)
    @step()
    def all_seal(self) -> None:
        """Otherwise chance would seldom bring a vote to its end."""
        for seat in sorted(self.voters() - set(self.seals)):
            stands_in = seat in self.absent or seat in self.replaced
            vote = "no" if seat == "bb" else "yes"
            self.seal_one(seat, vote, stands_in=stands_in)

    def seal_one(self, seat: str, vote: str, *, stands_in: bool) -> None:
        sealed = commitment(self.motion, vote, "", f"salt {seat}")
        key = self.key(seat, alternate=stands_in)
        self.tried(True, "vote.seal", key, self.motion, commitment=sealed)
        self.seals[seat] = vote
        self.go_on()

    @precondition(lambda self: self.motion)
    @step(by_chair=st.booleans())
    def end_sealing(self, *, by_chair: bool) -> None:
        expected = by_chair and self.since_us is None
        self.tried(expected, "motion.end_sealing", CHAIR if by_chair else "key/cc", self.motion)
        if expected:
            self.since_us = self.world.now_us

    @precondition(lambda self: self.motion)
    @step(seat=some_seat, alternate=st.booleans(), lies=st.booleans())
    def open_one(self, seat: str, *, alternate: bool, lies: bool) -> None:
        vote = self.seals.get(seat, "yes")
        expected = (
            self.acts(seat, alternate=alternate)
            and seat not in self.recused
            and self.since_us is not None
            and seat in self.seals
            and seat not in self.opened
            and not lies
        )
        said = {"vote": vote, "reasons": "", "salt": f"salt {seat}{'x' if lies else ''}"}
        key = self.key(seat, alternate=alternate)
        self.tried(expected, "vote.open", key, self.motion, **said)
        if expected:
            self.opened[seat] = vote

    @precondition(lambda self: self.motion and self.since_us is not None)
    @step()
    def all_open(self) -> None:
        for seat in sorted(self.voters() & set(self.seals) - set(self.opened)):
            stands_in = seat in self.absent or seat in self.replaced
            said = {"vote": self.seals[seat], "reasons": "", "salt": f"salt {seat}"}
            key = self.key(seat, alternate=stands_in)
            self.tried(True, "vote.open", key, self.motion, **said)
            self.opened[seat] = self.seals[seat]

    @precondition(lambda self: self.motion)
    @step(result=st.sampled_from(RESULTS), rightly=st.booleans())
    def close(self, result: str, *, rightly: bool) -> None:
        votes_cast = [
            (seat.state, seat.group, seat.chairs, self.opened.get(seat.id, ""))
            for seat in SEATS
            if seat.id not in self.recused
        ]
        counted = by_hand(self.rule, votes_cast, silence_holds=False)
        said = counted if rightly else result
        signed_us = self.world.now_us + 1_000_000
        shut = self.voters() & set(self.seals) - set(self.opened)
        may_close = self.since_us is not None and (
            not shut or signed_us > self.since_us + 24 * HOUR_US
        )
        expected = may_close and said == counted
        self.tried(expected, "motion.close", CHAIR, self.motion, result=said)
        if expected:
            if counted == "carried":
                self.carried.add(self.motion)
            self.last, self.motion = self.motion, ""

    @precondition(lambda self: hasattr(self, "last"))
    @step(honest=st.booleans())
    def record(self, *, honest: bool) -> None:
        signed_us = self.world.now_us + 1_000_000
        heard = all(
            party in self.told
            and (
                self.replied.get(party, -1) >= self.told[party]
                or signed_us > self.told[party] + 12 * HOUR_US
            )
            for party in PARTIES
        )
        expected = honest and heard and self.last in self.carried - self.used
        proposal = determination(**({} if honest else {"severity": "S4_grave"}))
        said = {"motion": self.last, "proposal": proposal}
        self.tried(expected, "determination.record", CHAIR, self.case, **said)
        if expected:
            self.used.add(self.last)
            self.determined += 1
