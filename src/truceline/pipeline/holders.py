"""Which states stand behind a mission's documents and its mirrors, as far as that is known.

What links a key to a state is the agreement: a [[role]] that gives a state, or a seat that is a
state's. What the log's own key stated was gathered by its operator: whose instruments it came from,
no entry says. So it stays with keys that the agreement names, and everything else is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from truceline.evidence.strict import FormatError
from truceline.pipeline.cosigned import read_standing
from truceline.pipeline.documents import Stated
from truceline.records.chamber import Holders
from truceline.records.mandate import Mandate


def states_of_keys(mandate: Mandate) -> dict[str, str]:
    """Give the state that each key stands for in an agreement: by its role, else by its seat."""
    seats = [seat for body in mandate.bodies for seat in body.seats if seat.state]
    by_seat = {key: seat.state for seat in seats for key in (seat.holder, *seat.alternates) if key}
    return by_seat | {one.actor: one.state for one in mandate.roles if one.state}


def owners_of_documents(documents: Iterable[Stated], own: str, mandate: Mandate) -> dict[str, str]:
    """Give the state whose key handed in each document, by the document's hash.

    A document that the operator gathered, or whose key the agreement does not name, is left out.

    Args:
        documents: The documents of a log.
        own: Name of the log's own key, which is the operator's.
        mandate: Names the keys of states.
    """
    states = states_of_keys(mandate)
    return {
        one.sha256: states[one.actor]
        for one in documents
        if one.actor in states and one.actor != own
    }


def mirror_holders(mission: Path, mandate: Mandate) -> Holders:
    """Tell which states hold a mirror of a log, from what the mirrors answered when last asked.

    All are known only where every mirror of the policy stands behind this log, and its key for a
    state. Answers that cannot be read are none.

    Raises:
        LedgerError: The mission is none, or damaged.
    """
    try:
        mirrors = read_standing(mission).mirrors
    except FormatError:
        return Holders()
    states = states_of_keys(mandate)
    found = [states.get(one.key.name, "") if one.size is not None else "" for one in mirrors]
    return Holders(states=tuple(sorted({*found} - {""})), all_known=bool(found) and all(found))


def owners_of(incident: Mapping[str, object], owners: Mapping[str, str]) -> Holders:
    """Tell whose documents an incident stands on.

    Args:
        incident: The incident, as its derived file has it.
        owners: As `owners_of_documents` gives them.
    """
    observations = incident["observations"]
    if not isinstance(observations, list):
        raise TypeError(f"{incident['id']}: observations are no list")
    # "o:" hash ":" line
    found = {owners.get(str(name).split(":")[1], "") for name in observations}
    return Holders(states=tuple(sorted(found - {""})), all_known="" not in found)
