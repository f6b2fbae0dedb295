"""The register as a whole, where its procedures stand, and the answers it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.records.act import RefusedAct
from truceline.records.commitment import (
    Calendar,
    Commitment,
    Instrument,
    Participant,
    Procedure,
)
from truceline.records.pledge import Pledge, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Whose key is whose.

    Attributes:
        actor: Name of the key.
        state: Code of the state or institution that it signs for.
    """

    actor: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a scenario asks for.

    Attributes:
        component: A word of `GUARANTEE_COMPONENTS`.
        domain: "land", "sea" or "air"; "" for none.
        capability: What it is, as the forces of a pledge name it.
        count: How many.
    """

    component: str
    domain: str
    capability: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What would have to be there, and what is asked of what counts as being there.

    Attributes:
        id: Unique in its register.
        title: What happens in it.
        trigger: A word of the vocabulary's `trigger`.
        ceasefire_in_force: Whether it takes the ceasefire to be in force.
        least_readiness: Least readiness level that counts.
        tolerates: Kinds of caveat that do no harm in it.
        requires: What would have to be there.
        source: Who set the requirement.
    """

    id: str
    title: str
    trigger: str
    ceasefire_in_force: bool
    least_readiness: str
    tolerates: tuple[str, ...]
    requires: tuple[Requirement, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Commitments, procedures and pledges, as the files and the acts give them.

    Attributes:
        id: Unique among registers.
        title: What it registers.
        sha256: Hash of the file.
        host: Code of the state that is guaranteed.
        sources: Where its common part can be read.
        verifiers: Names of the keys that record verification visits.
        signers: Whose key is whose.
        participants: States and institutions.
        instruments: Agreements.
        commitments: By state and component.
        calendars: Of parliaments.
        procedures: Constitutional paths.
        pledges: Pledges.
        rates: Stated rates of exchange.
        scenarios: Requirements.
    """

    id: str
    title: str
    sha256: str
    host: str
    sources: tuple[str, ...]
    verifiers: tuple[str, ...]
    signers: tuple[Signer, ...]
    participants: tuple[Participant, ...]
    instruments: tuple[Instrument, ...]
    commitments: tuple[Commitment, ...]
    calendars: tuple[Calendar, ...]
    procedures: tuple[Procedure, ...]
    pledges: tuple[Pledge, ...]
    rates: tuple[Rate, ...]
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStanding:
    """Where one step of a procedure stands.

    Attributes:
        procedure: Id of the procedure.
        step: Id of the step.
        standing: "done" or "refused"; a step that is neither has no row.
        at_us: When.
        act: Id of the act.
    """

    procedure: str
    step: str
    standing: str
    at_us: int
    act: str

    def __post_init__(self) -> None:
        if self.standing not in {"done", "refused"}:
            raise ValueError(f"standing {self.standing!r} is neither done nor refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRequest:
    """The guaranteed state's signed request for a component.

    Attributes:
        component: A word of `GUARANTEE_COMPONENTS`.
        standing: "asked" or "withdrawn".
        at_us: Since when.
        act: Id of the act.
    """

    component: str
    standing: str
    at_us: int
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterState:
    """The register after the acts.

    Attributes:
        register: The register, with all that the acts changed.
        steps: Where the steps of procedures stand, by procedure and step.
        requests: Requests of the guaranteed state, by component.
        now_us: The instant; later acts are not in it.
        refused: Acts without effect.
    """

    register: Register
    steps: tuple[StepStanding, ...]
    requests: tuple[HostRequest, ...]
    now_us: int
    refused: tuple[RefusedAct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One step of a critical path.

    Attributes:
        step: Id of the step.
        kind: A word of `PROCEDURE_STEPS`.
        who: Who does it, or "not known".
        from_day: First day on which it may be taken.
        day: First day on which it can be done.
        done: Whether it is done already.
        known: Whether `day` is exact; else it is "not before".
        source: Where the step can be read.
    """

    step: str
    kind: str
    who: str
    from_day: date
    day: date
    done: bool
    known: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """One thing that keeps a date from being exact.

    Attributes:
        step: Id of the step.
        what: "least_days", "calendar" or "again_after_refusal".
        source: Where the step can be read.
    """

    step: str
    what: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulDate:
    """The earliest day on which a procedure can lawfully end.

    Attributes:
        procedure: Id of the procedure.
        asked_us: When it was asked for.
        answer: "on" (the day is exact), "not_before" (and not known, because of `not_known`), or
            "no_way" (a body has refused, and no other way stands in the data).
        day: The day in the parliament's time zone; None where there is no way.
        not_before_us: First instant of that day, and never before `asked_us`.
        latest_day: The day if every step takes its most days and none is refused; None is not
            known.
        path: The critical path: each step waits for the one before it.
        not_known: What keeps the day from being exact.
        refused: Ids of steps that were refused and block a way.
        unsupported: Ids of steps that were done, and whose prerequisites no longer stand: they
            are counted as not done.
    """

    procedure: str
    asked_us: int
    answer: str
    day: date | None
    not_before_us: int | None
    latest_day: date | None
    path: tuple[PathStep, ...]
    not_known: tuple[NotKnown, ...]
    refused: tuple[str, ...]
    unsupported: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEnd:
    """A state of a procedure in which its goal is not reached and no step can be taken.

    Attributes:
        path: Steps that lead there, in order; a refused one has "no: " before it.
        refused: Ids of the steps that stand refused there.
    """

    path: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """Everything a procedure can come to.

    Attributes:
        procedure: Id of the procedure.
        states: How many states there are.
        reaches_goal: Whether any of them is the goal.
        dead_ends: States from which nothing leads on, each with a shortest path to it.
        unreachable: Steps that can never be taken.
        without_authority: Steps of which no source says who does them.
        needs_emergency: Whether the goal is reached by an emergency way only.
    """

    procedure: str
    states: int
    reaches_goal: bool
    dead_ends: tuple[DeadEnd, ...]
    unreachable: tuple[str, ...]
    without_authority: tuple[str, ...]
    needs_emergency: bool
