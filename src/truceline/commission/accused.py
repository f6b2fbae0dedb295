"""Whom a motion accuses: the parties whose seats a consensus without the accused leaves out.

They are read from the proposal and from what it is about. A motion that names no party, and is
about nothing that does, may turn against any that the case concerns: it leaves out all of those.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from truceline.commission.ballot import ACCUSED
from truceline.commission.room import Case, Motion, Room


def left_out(room: Room, motion: Motion) -> Collection[str]:
    """Give the codes of the parties that a motion's rule leaves out, if it leaves out any."""
    if motion.rule.leaves_out != ACCUSED:
        return room.mandate.parties
    case = room.cases[motion.case]
    named = _named(room, case, motion.question, motion.proposal) & set(room.mandate.parties)
    return named or set(case.concerns)


def _named(room: Room, case: Case, question: str, proposal: Mapping[str, Any]) -> set[str]:
    """Name the states in a proposal, and in the determination or remedy that it is about."""
    of = str(proposal.get("determination", ""))
    if question == "appeal":
        of = case.appeals[proposal["appeal"]].determination
    if "lifts" in proposal:
        lifted = room.remedies[proposal["lifts"]].standing
        return {lifted.addressee} | _in_levels(room.proposals.get(lifted.determination))
    said = proposal if question == "determination" else proposal.get("replacement")
    addressed = {str(proposal["addressee"])} if "addressee" in proposal else set()
    return addressed | _in_levels(said) | _in_levels(room.proposals.get(of))


def _in_levels(proposal: Mapping[str, Any] | None) -> set[str]:
    return {one["party"] for one in proposal["levels"]} - {""} if proposal else set()
