"""Every way in which a body can come out of a vote, with the fewest seats that bring it about.

Seats that a rule cannot tell apart are counted, not enumerated: 35 seats have 5^35 votes, and 8,436
sums of yes, no, abstention and absence. The quorums by group ask only whether a group can have lost
enough of its seats, which follows from how many are away. `tests/commission` compares this with
every single vote of small bodies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from truceline.commission.ballot import (
    NOT_THERE,
    Choice,
    Count,
    chair_breaks_ties,
    counting_seats,
    outcome_of,
)
from truceline.records.mandate import Body, DecisionRule, Mandate, Rule, Seat
from truceline.records.mandate_path import BallotOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who could act alone: a party with all of its seats, a group, a chair, or a seat of no group.

    Attributes:
        party: Code of the party; "" for none.
        group: The group; "" for none, and for a party.
        seats: Its seats that count, or that chair.
    """

    party: str
    group: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One choice of seats that brings an outcome about; all others vote yes.

    Attributes:
        seats: Ids of the seats by what they do.
        fewest: How many they are.
        accused: Ids of the seats that the rule leaves out, where the accused are left out.
    """

    seats: tuple[tuple[Choice, tuple[str, ...]], ...]
    fewest: int
    accused: tuple[str, ...] = ()


def chair_of(body: Body) -> Seat | None:
    """Give the seat that chairs; None for none."""
    return next((seat for seat in body.seats if seat.chairs), None)


def is_counted_on(mandate: Mandate, seat: Seat) -> bool:
    """Tell whether somebody can be relied on to act from this seat: alternates, and no party's.

    All whom one party sends can stay away together.
    """
    return bool(seat.alternates) and seat.state not in mandate.parties


def actors(
    mandate: Mandate, body: Body, rule: Rule, left_out: Collection[str] | None = None
) -> tuple[Actor, ...]:
    """Part the seats into those who act together: parties, groups, the chair, the others."""
    together: dict[tuple[str, str, bool], list[Seat]] = {}
    for seat in _seats_that_matter(mandate, body, rule, left_out):
        party = seat.state if seat.state in mandate.parties else ""
        group = "" if party else seat.group
        alone = seat.chairs and not party and not group
        together.setdefault((party, group, alone), []).append(seat)
    return tuple(
        Actor(party=party, group=group, seats=tuple(seats))
        for (party, group, _), seats in together.items()
    )


def _seats_that_matter(
    mandate: Mandate, body: Body, rule: Rule, left_out: Collection[str] | None
) -> tuple[Seat, ...]:
    counting = counting_seats(mandate, body, rule, left_out)
    chair = _casting_chair(body, rule)
    return counting if chair is None or chair in counting else (*counting, chair)


def _casting_chair(body: Body, rule: Rule) -> Seat | None:
    return chair_of(body) if chair_breaks_ties(rule) else None


def reach(
    mandate: Mandate,
    body: Body,
    rule: Rule,
    movable: tuple[Seat, ...] | None = None,
    left_out: Collection[str] | None = None,
) -> dict[BallotOutcome, Witness]:
    """Give every outcome that can be reached, each with the fewest seats that do it.

    Args:
        mandate: Tells who is a party.
        body: The body.
        rule: Its rule.
        movable: The seats that may do anything; the others vote yes. None for all.
        left_out: The parties whose seats the rule leaves out, if it leaves out any; None for all.
    """
    free = _seats_that_matter(mandate, body, rule, left_out) if movable is None else movable
    found: dict[BallotOutcome, tuple[int, _Hall, _Sums]] = {}
    for hall in _halls(mandate, body, rule, free, left_out):
        for sums in hall.sums():
            outcome = outcome_of(rule, hall.count(sums))
            cost = sums.no + sums.abstain + sums.away + hall.chair_moves
            if outcome not in found or cost < found[outcome][0]:
                found[outcome] = cost, hall, sums
    return {
        outcome: Witness(seats=hall.seats_of(sums), fewest=cost)
        for outcome, (cost, hall, sums) in sorted(found.items(), key=lambda item: item[0].value)
    }


class _Sums(NamedTuple):
    """How many movable seats vote no, abstain, are away; and the group that thereby is too few."""

    no: int
    abstain: int
    away: int
    short: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hall:
    """A body as one rule counts it, with what a chair who may break a tie does.

    Attributes:
        rule: The rule.
        steady: How many seats vote yes whatever happens.
        movable: The seats that may do anything, the casting chair left out.
        chair: The casting chair; None for none.
        chair_votes: Whether the chair's own vote is counted too.
        choice: What the chair does.
        spare: How many movable seats of each group with a quorum may be away.
    """

    rule: Rule
    steady: int
    movable: tuple[Seat, ...]
    chair: Seat | None
    chair_votes: bool
    choice: Choice | None
    spare: dict[str, int]

    @property
    def away(self) -> Choice:
        """What takes a seat out of the count: under silence being absent is consent."""
        silence = self.rule.kind is DecisionRule.SILENCE_PROCEDURE
        return Choice.RECUSED if silence else Choice.ABSENT

    @property
    def chair_moves(self) -> int:
        """1 where the chair does something else than vote yes."""
        return int(self.choice not in {None, Choice.YES})

    def sums(self) -> Iterator[_Sums]:
        """Yield every sum of the movable seats, the fewest that move first."""
        abstains = self.away is Choice.ABSENT  # to abstain under silence is to be silent
        sizes = Counter(seat.group for seat in self.movable)
        most_away = self._most_away_with_quorums(sizes)
        thins = [(group, spare) for group, spare in self.spare.items() if spare < sizes[group]]
        for moved in range(len(self.movable) + 1):
            for no in range(moved, -1, -1):
                for away in range(moved - no, -1 if abstains else moved - no - 1, -1):
                    if away <= most_away:
                        yield _Sums(no, moved - no - away, away, None)
                    for group, spare in thins:
                        if away > spare:
                            yield _Sums(no, moved - no - away, away, group)

    def _most_away_with_quorums(self, sizes: Counter[str]) -> int:
        """Tell how many may be away while every group has its quorum; -1 if one has it never."""
        if any(spare < 0 for spare in self.spare.values()):
            return -1
        loose = sum(size for group, size in sizes.items() if group not in self.spare)
        return loose + sum(min(spare, sizes[group]) for group, spare in self.spare.items())

    def count(self, sums: _Sums) -> Count:
        """Count the votes."""
        yes = self.steady + len(self.movable) - sums.no - sums.abstain - sums.away
        votes = self.choice if self.chair_votes else None
        there = votes is not None and votes not in NOT_THERE
        return Count(
            yes=yes + (votes is Choice.YES),
            no=sums.no + (votes is Choice.NO),
            abstain=sums.abstain + (votes is Choice.ABSTAIN),
            taking_part=self.steady + len(self.movable) - sums.away + there,
            groups_met=sums.short is None,
            chair=self.choice,
            seats=self.steady + len(self.movable) + self.chair_votes,
        )

    def seats_of(self, sums: _Sums) -> tuple[tuple[Choice, tuple[str, ...]], ...]:
        """Name seats that make up the sums, in the order of the file where it does not matter."""
        away = self._away_seats(sums)
        others = [seat.id for seat in self.movable if seat.id not in away]
        parts = {
            Choice.NO: others[: sums.no],
            Choice.ABSTAIN: others[sums.no : sums.no + sums.abstain],
            self.away: away,
        }
        if self.chair is not None and self.choice is not None and self.chair_moves:
            parts[self.choice] = [self.chair.id, *parts[self.choice]]
        return tuple((choice, tuple(ids)) for choice, ids in parts.items() if ids)

    def _away_seats(self, sums: _Sums) -> list[str]:
        """Choose who is away: out of the short group first, else no more than a group can spare."""
        left = dict(self.spare)
        first = [seat.id for seat in self.movable if seat.group == sums.short]
        if sums.short is not None:
            rest = [seat.id for seat in self.movable if seat.group != sums.short]
            return [*first, *rest][: sums.away]
        chosen: list[str] = []
        for seat in sorted(self.movable, key=lambda one: one.group in left):
            if len(chosen) < sums.away and left.get(seat.group, 1) > 0:
                chosen.append(seat.id)
                if seat.group in left:
                    left[seat.group] -= 1
        return chosen


def _halls(
    mandate: Mandate,
    body: Body,
    rule: Rule,
    free: tuple[Seat, ...],
    left_out: Collection[str] | None = None,
) -> Iterator[_Hall]:
    """Yield the body once for each thing that a chair who may break a tie can do."""
    counting = counting_seats(mandate, body, rule, left_out)
    chair = _casting_chair(body, rule)
    ordinary = tuple(seat for seat in counting if seat != chair)
    movable = tuple(seat for seat in ordinary if seat in free)
    for choice in _choices_of(mandate, chair, free):
        there = chair in counting and choice not in NOT_THERE
        spare = {}
        for group, least in rule.quorum_by_group.items():
            present = sum(1 for seat in ordinary if seat.group == group)
            present += there and chair is not None and chair.group == group
            spare[group] = present - least
        yield _Hall(
            rule=rule,
            steady=len(ordinary) - len(movable),
            movable=movable,
            chair=chair,
            chair_votes=chair in counting,
            choice=choice,
            spare=spare,
        )


def _choices_of(
    mandate: Mandate, chair: Seat | None, free: tuple[Seat, ...]
) -> tuple[Choice | None, ...]:
    if chair is None:
        return (None,)
    if chair not in free:
        return (Choice.YES,)
    there = (Choice.YES, Choice.NO, Choice.ABSTAIN)
    return there if is_counted_on(mandate, chair) else (*there, Choice.ABSENT)
