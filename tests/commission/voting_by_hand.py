"""The arithmetic of votes, written a second time and otherwise, to compare with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from chamber_world import PARTIES

from truceline.records.mandate import DecisionRule, Rule

K = DecisionRule


def by_hand(  # noqa: C901, PLR0911, PLR0912 - one long reading of the rules, on purpose unlike ours
    of: Rule,
    said: Sequence[tuple[str, str, bool, str]],
    *,
    silence_holds: bool,
    left_out: Collection[str] = PARTIES,
) -> str:
    """Count (state, group, chairs, vote) in another way: by sets and fractions."""
    silence = of.kind is K.SILENCE_PROCEDURE
    counts = set(range(len(said)))
    if of.kind is K.CONSENSUS_MINUS_PARTIES:
        counts = {n for n in counts if said[n][0] not in left_out}
    seats = len(counts)
    counts = {n for n in counts if said[n][3] != "recused"}
    if not silence:  # there, who is silent takes part
        counts = {n for n in counts if said[n][3]}
    if len(counts) < of.quorum or not counts:
        return "no_quorum"
    if any(
        len({n for n in counts if said[n][1] == group}) < least
        for group, least in of.quorum_by_group.items()
    ):
        return "no_quorum"
    pro = {n for n in counts if said[n][3] == "yes"}
    contra = {n for n in counts if said[n][3] == "no"}
    if silence:
        return "carried" if silence_holds and not contra else "deadlocked"
    if of.kind not in {K.MAJORITY, K.QUALIFIED_MAJORITY, K.CHAIR_CASTING_VOTE}:
        if pro and contra:
            return "deadlocked"
        return "carried" if pro else "not_carried" if contra else "deadlocked"
    base = len(counts if of.abstentions_count else pro | contra)
    if of.counted_of == "all_seats":
        base = seats
    if of.kind is K.QUALIFIED_MAJORITY:
        assert of.share
        needed = Fraction(*of.share)
        if pro and Fraction(len(pro), base) >= needed:
            return "carried"
        return "not_carried" if contra and Fraction(len(contra), base) >= needed else ("deadlocked")
    if len(pro) == len(contra):
        if of.kind is K.CHAIR_CASTING_VOTE or of.on_tie == "chair":
            spoken = {one[3] for one in said if one[2]}
            if "yes" in spoken:
                return "carried"
            return "not_carried" if "no" in spoken else "deadlocked"
        return "deadlocked" if of.on_tie == "escalates" else "not_carried"
    half = Fraction(base, 2)
    if len(pro) > half:
        return "carried"
    return "not_carried" if len(contra) > half else "deadlocked"
