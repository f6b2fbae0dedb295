"""The arithmetic of votes, written a second time and otherwise, to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from chamber_world import PARTIES

from truceline.records.mandate import DecisionRule, Rule

K = DecisionRule


def by_hand(  # noqa: C901, PLR0911 - one long reading of the rules, on purpose unlike ours
    of: Rule, said: Sequence[tuple[str, str, bool, str]], *, silence_holds: bool
) -> str:
    """Count (state, group, chairs, vote) in another way: by sets and fractions."""
    here = {n for n, one in enumerate(said) if one[3]}
    if of.kind is not K.SILENCE_PROCEDURE:
        if len(here) < of.quorum:
            return "no_quorum"
        if any(
            len({n for n in here if said[n][1] == group}) < least
            for group, least in of.quorum_by_group.items()
        ):
            return "no_quorum"
    counts = here
    if of.kind is K.CONSENSUS_MINUS_PARTIES:
        counts = {n for n in here if said[n][0] not in PARTIES}
    pro = {n for n in counts if said[n][3] == "yes"}
    contra = {n for n in counts if said[n][3] == "no"}
    if of.kind is K.SILENCE_PROCEDURE:
        return "carried" if silence_holds and not contra else "deadlocked"
    if of.kind not in {K.MAJORITY, K.QUALIFIED_MAJORITY, K.CHAIR_CASTING_VOTE}:
        return "carried" if pro and not contra else "deadlocked"
    base = counts if of.abstentions_count else pro | contra
    if not base:
        return "not_carried"
    share = Fraction(len(pro), len(base))
    if of.kind is K.QUALIFIED_MAJORITY:
        assert of.share
        return "carried" if share >= Fraction(*of.share) else "not_carried"
    if share != Fraction(1, 2):
        return "carried" if share > Fraction(1, 2) else "not_carried"
    if of.kind is K.CHAIR_CASTING_VOTE or of.on_tie == "chair":
        spoken = {one[3] for one in said if one[2]}
        if "yes" in spoken:
            return "carried"
        return "not_carried" if "no" in spoken else "deadlocked"
    return "deadlocked" if of.on_tie == "escalates" else "not_carried"
