"""The register while acts are folded into it: looked up by id, changed by one act at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from truceline.records.act import Act
from truceline.records.commitment import Calendar, Commitment, Participant, Procedure
from truceline.records.pledge import Pledge
from truceline.records.register import (
    HostRequest,
    Register,
    RegisterState,
    StepStanding,
)


class RuleRefusesError(Exception):
    """A rule refuses an act: its name, and the numbers or names compared."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule = rule
        self.why = why


@dataclass(slots=True)
class Draft:
    """The register's tables by id; a handler changes them only after every rule has passed."""

    register: Register
    signers: dict[str, str]
    participants: dict[str, Participant]
    commitments: dict[str, Commitment]
    calendars: dict[str, Calendar]
    procedures: dict[str, Procedure]
    pledges: dict[str, Pledge]
    steps: dict[tuple[str, str], StepStanding]
    requests: dict[str, HostRequest]

    def insist_on_state(self, act: Act, state: str) -> None:
        """Refuse an act that a key of that very state has not signed."""
        signs_for = self.signers.get(act.actor)
        if signs_for is None:
            raise RuleRefusesError("not_yours", f"{act.actor} signs for no state of the register")
        if signs_for != state:
            whose = state or "all participants together"
            raise RuleRefusesError(
                "not_yours", f"{act.actor} signs for {signs_for}, not for {whose}"
            )

    def commitment(self, act: Act) -> Commitment:
        """Give the commitment that an act is about, if its signer may change it."""
        found = self.commitments.get(act.about)
        if found is None:
            raise RuleRefusesError("unknown_subject", f"no commitment {act.about!r}")
        self.insist_on_state(act, found.state)
        return found

    def procedure(self, act: Act) -> Procedure:
        """Give the procedure that an act is about, if its signer may change it."""
        found = self.procedures.get(act.about)
        if found is None:
            raise RuleRefusesError("unknown_subject", f"no procedure {act.about!r}")
        self.insist_on_state(act, found.state)
        return found

    def pledge(self, act: Act, *, visited: bool = False) -> Pledge:
        """Give the pledge that an act is about, if its signer may change it.

        Args:
            act: The act.
            visited: Whether it is a verification visit, which a verifier signs.
        """
        found = self.pledges.get(act.about)
        if found is None:
            raise RuleRefusesError("unknown_subject", f"no pledge {act.about!r}")
        if visited:
            self._insist_on_verifier(act, found.state)
        else:
            self.insist_on_state(act, found.state)
        return found

    def _insist_on_verifier(self, act: Act, state: str) -> None:
        if act.actor not in self.register.verifiers:
            raise RuleRefusesError("not_a_verifier", f"{act.actor} is not named for visits")
        if self.signers.get(act.actor) == state:
            raise RuleRefusesError("verifies_itself", f"{act.actor} signs for {state} itself")


def draft_of(register: Register) -> Draft:
    """Open a register for acts."""
    return Draft(
        register=register,
        signers={one.actor: one.state for one in register.signers},
        participants={one.code: one for one in register.participants},
        commitments={one.id: one for one in register.commitments},
        calendars={one.id: one for one in register.calendars},
        procedures={one.id: one for one in register.procedures},
        pledges={one.id: one for one in register.pledges},
        steps={},
        requests={},
    )


def closed(draft: Draft, now_us: int) -> RegisterState:
    """Close a draft; its refused acts are added by the fold."""
    register = replace(
        draft.register,
        participants=tuple(draft.participants.values()),
        commitments=tuple(draft.commitments.values()),
        calendars=tuple(draft.calendars.values()),
        pledges=tuple(draft.pledges.values()),
    )
    return RegisterState(
        register=register,
        steps=tuple(draft.steps[key] for key in sorted(draft.steps)),
        requests=tuple(draft.requests[key] for key in sorted(draft.requests)),
        now_us=now_us,
        refused=(),
    )


def text_of(act: Act, key: str) -> str:
    """Give a field that has passed its check as text."""
    return cast("str", act.detail[key])


def number_of(act: Act, key: str) -> int:
    """Give a field that has passed its check as a whole number."""
    return cast("int", act.detail[key])


def known_number_of(act: Act, key: str) -> int | None:
    """Give a field that has passed its check as a whole number; None for "not known"."""
    value = act.detail[key]
    return value if isinstance(value, int) else None


def codes_of(act: Act, key: str) -> tuple[str, ...]:
    """Give a field that has passed its check as texts."""
    return tuple(cast("list[str]", act.detail[key]))
