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
    HOUR_S,
    PARTIES,
    REVIEWER,
    SEATS,
    World,
    determination,
    mandate,
    party_key,
    rule,
)
from chamber_world import seat as seat_of
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition
from hypothesis.stateful import rule as step
from voting_by_hand import by_hand

from truceline.commission.chamber import fold
from truceline.commission.motions import commitment
from truceline.records.mandate import DecisionRule, Rule
from truceline.records.units import HOUR_US

KINDS = [kind for kind in DecisionRule if kind is not DecisionRule.SILENCE_PROCEDURE]
KINDS += [DecisionRule.EXPERT_PANEL_DEFAULT] * 2  # what follows it has more steps than the others
NAMES = [seat.id for seat in SEATS]
EXPERTS = tuple(seat_of(f"x{number}", group="experts", votes=False) for number in range(3))
ASKED = [one.id for one in EXPERTS]
OTHERS = [*NAMES[1:], *ASKED]  # the chair stays
DETERMINED_IN_US = 48 * HOUR_US  # article 9, from the opening of a grave case
RESULTS = ["carried", "not_carried", "deadlocked", "no_quorum"]
parties = st.sampled_from(PARTIES)
some_seat = st.sampled_from(NAMES)
some_expert = st.sampled_from(ASKED)
votes = st.sampled_from(["yes", "yes", "no", "abstain"])

RULES = st.builds(
    rule,
    st.sampled_from(KINDS),
    quorum=st.integers(0, 5),
    quorum_by_group=st.fixed_dictionaries({"guarantors": st.integers(0, 2)}),
    share=st.just((2, 3)),
    abstentions_count=st.booleans(),
    counted_of=st.sampled_from(["votes_cast", "all_seats"]),
    leaves_out=st.sampled_from(["parties", "accused"]),
    on_tie=st.sampled_from(["fails", "chair", "escalates"]),
    on_deadlock=st.sampled_from(["expert_panel", "nothing"]),
    experts_within_s=st.sampled_from([None, 24 * HOUR_S]),
)


class Commission(RuleBasedStateMachine):
    """One case: told, answered, recused, voted on, determined."""

    taken: ClassVar[int] = 0

    @initialize(drawn=RULES)
    def begin(self, drawn: Rule) -> None:
        """Draw the rule by which the body decides, and open a case."""
        self.rule = drawn
        self.world = World(mandate(self.rule, seats=(*SEATS, *EXPERTS)))
        self.case = self.world.open_case()
        self.late_us = self.world.now_us + DETERMINED_IN_US
        self.first_us: int | None = None  # of the first determination
        self.left_to_experts = ""  # "at once", "once late", or not at all
        self.reports: dict[str, str] = {}
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
            if self.left_to_experts:
                self.reports.pop(seat, None)
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
            (
                seat.state,
                seat.group,
                seat.chairs,
                "recused" if seat.id in self.recused else self.opened.get(seat.id, ""),
            )
            for seat in SEATS
        ]
        # Every determination here accuses AA.
        left_out = PARTIES if self.rule.leaves_out == "parties" else ("AA",)
        counted = by_hand(self.rule, votes_cast, silence_holds=False, left_out=left_out)
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
            self.closed_us, self.reports = self.world.now_us, {}
            self.left_to_experts = self.who_follows(counted, [vote for *_, vote in votes_cast])

    @precondition(lambda self: not self.motion)
    @step()
    def vote_through(self) -> None:
        """Put a question, and bring it to its end in one step."""
        self.put()
        self.all_seal()
        if self.since_us is not None:
            self.all_open()
            self.close("", rightly=True)

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
            self.first_us = self.first_us or self.world.now_us

    # ------------------------------------------------------------------------ the experts
    def who_follows(self, result: str, said: list[str]) -> str:
        """Say when a motion with this result is left to the experts."""
        kind = self.rule.kind
        asks = self.rule.on_deadlock == "expert_panel" or kind is DecisionRule.EXPERT_PANEL_DEFAULT
        is_tie = kind is DecisionRule.MAJORITY and said.count("yes") == said.count("no")
        goes_up = kind is DecisionRule.ESCALATION_ON_DEADLOCK
        goes_up |= is_tie and self.rule.on_tie == "escalates" and result == "deadlocked"
        if not asks or goes_up:
            return ""
        return {"deadlocked": "at once", "no_quorum": "once late"}.get(result, "")

    def asked_since_us(self, at_us: int) -> int | None:
        if self.left_to_experts == "at once":
            return self.closed_us
        in_time = self.first_us is not None and self.first_us <= self.late_us
        if self.left_to_experts == "once late" and at_us > self.late_us and not in_time:
            return max(self.closed_us, self.late_us)
        return None

    def is_over(self, at_us: int) -> bool:
        since_us, within_s = self.asked_since_us(at_us), self.rule.experts_within_s
        if since_us is None or within_s is None:
            return False
        return at_us > since_us + within_s * 1_000_000

    @precondition(lambda self: hasattr(self, "last"))
    @step(name=some_expert, alternate=st.booleans(), vote=votes)
    def report(self, name: str, *, alternate: bool, vote: str) -> None:
        signed_us = self.world.now_us + 1_000_000
        expected = (
            self.asked_since_us(signed_us) is not None
            and not self.is_over(signed_us)
            and self.acts(name, alternate=alternate)
            and name not in self.recused
            and name not in self.reports
        )
        said = {"vote": vote, "reasons": "As I saw it.", "salt": ""}
        self.tried(expected, "vote.open", self.key(name, alternate=alternate), self.last, **said)
        if expected:
            self.reports[name] = vote

    @precondition(lambda self: hasattr(self, "last") and self.left_to_experts)
    @step(vote=votes)
    def all_report(self, vote: str) -> None:
        for name in ASKED:
            self.report(name, alternate=name in self.absent | self.replaced, vote=vote)

    @precondition(lambda self: hasattr(self, "last"))
    @step(by=st.sampled_from(["chair", "chair", "aa", *ASKED]), alternate=st.booleans())
    def certify(self, by: str, *, alternate: bool) -> None:
        signed_us = self.world.now_us + 1_000_000
        may = by == "chair" or (by in ASKED and self.acts(by, alternate=alternate))
        said = list(self.reports.values())
        lead = said.count("yes") - said.count("no")
        left = len(set(ASKED) - self.recused - set(self.reports))
        settled = left == 0 or abs(lead) > left or self.is_over(signed_us)
        expected = may and self.asked_since_us(signed_us) is not None and settled and lead != 0
        key = self.key(by, alternate=alternate and by != "chair")
        named = {"deadline": self.rule.id, "subject": self.last}
        self.tried(expected, "deadline.certify", key, self.case, **named)
        if expected:
            self.left_to_experts = ""
            if lead > 0:
                self.carried.add(self.last)
