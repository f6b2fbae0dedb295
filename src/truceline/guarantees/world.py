"""What the board's fold holds between two acts, and who may sign for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from truceline.records.act import Act, RefusedAct
from truceline.records.board import (
    DECLARING_BODY,
    Activation,
    BoardTerms,
    BodyDecision,
    Clock,
    CommitmentRef,
    Consultation,
    Declaration,
    Fall,
    Measure,
    StateDecision,
)
from truceline.records.canonical import Json
from truceline.records.commitment import Procedure
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.mandate import Body, Mandate, Role
from truceline.records.trigger import FindingFacts


class Refusal(Exception):  # noqa: N818 - it is what the rule says, not an error of the code
    """A rule refuses an act: the fold records which, and goes on."""

    def __init__(self, rule: str, why: str, article: str = "") -> None:
        super().__init__(f"{rule}: {why}")
        self.rule, self.why, self.article = rule, why, article


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """Who signs for whom, read off the mandate once.

    Attributes:
        bodies: By id.
        chairs: Names of the keys that sign for each body: its chair's, and his alternates'.
        alternates: Those of them that are alternates.
        states: State and role of each key that acts for a state or a party.
        codes: Codes of all of those.
        parties: Codes of the parties.
        questions: What each body decides.
    """

    bodies: Mapping[str, Body]
    chairs: Mapping[str, frozenset[str]]
    alternates: frozenset[str]
    states: Mapping[str, tuple[str, Role]]
    codes: frozenset[str]
    parties: frozenset[str]
    questions: Mapping[str, frozenset[str]]

    def signs_for(self, actor: str, body: str) -> bool:
        """Tell whether a key is the one of the body's chair."""
        return actor in self.chairs.get(body, frozenset())

    def signs_for_one_of(self, actor: str, bodies: Iterable[str], declaring: str) -> bool:
        """Tell the same of several bodies, one of which may be whichever body declared."""
        named = (declaring if body == DECLARING_BODY else body for body in bodies)
        return any(self.signs_for(actor, body) for body in named)

    def state_of(self, actor: str) -> str:
        """Give the state or party that a key acts for; "" for none."""
        state, _ = self.states.get(actor, ("", Role.PUBLIC))
        return state


def powers(mandate: Mandate) -> Powers:
    """Read the powers off a mandate."""
    chairs: dict[str, frozenset[str]] = {}
    alternates: set[str] = set()
    for body in mandate.bodies:
        seats = [seat for seat in body.seats if seat.chairs]
        holders = {seat.holder for seat in seats} - {""}
        others = {name for seat in seats for name in seat.alternates} - holders
        chairs[body.id] = frozenset(holders | others)
        alternates |= others
    states = {
        one.actor: (one.state, one.role)
        for one in mandate.roles
        if one.state and one.role in {Role.GUARANTOR, Role.PARTY}
    }
    questions: dict[str, frozenset[str]] = {}
    for rule in mandate.rules:
        questions[rule.body] = questions.get(rule.body, frozenset()) | set(rule.questions)
    return Powers(
        bodies={body.id: body for body in mandate.bodies},
        chairs=chairs,
        alternates=frozenset(alternates),
        states=states,
        codes=frozenset(state for state, _ in states.values()) | set(mandate.parties),
        parties=frozenset(mandate.parties),
        questions=questions,
    )


@dataclass(slots=True, kw_only=True)
class World:
    """Everything the fold knows. What is given does not change; the rest grows act by act.

    Attributes:
        powers: Who signs for whom.
        terms: What the text says of triggers, clocks and consultations.
        determinations: By id; also those that have fallen.
        remedies: By id.
        findings: Facts by the finding's id; also the superseded.
        carried: Decisions of bodies, by id.
        commitments: By id.
        procedures: Of the register, by id.
        falls: What has fallen: determinations as given, declarations as acts say.
        grounds: What each thing on the board stands on directly.
        declarations: By id, in log order, as all that follows.
        clocks: By id.
        consultations: By id.
        decisions: By id.
        activations: By id.
        measures: By id.
        clocks_of: Ids of the clocks of each declaration.
        active: Id of the standing activation of a state and component.
        used: Decisions of bodies that have carried a declaration already.
        latest: Id of the standing decision of a state on a consultation.
        running: Ids of the decisions that wait for a state's procedure.
        done: Steps that are done, by the procedure's id.
        refused: The acts without effect.
    """

    powers: Powers
    terms: BoardTerms
    determinations: Mapping[str, Determination]
    remedies: Mapping[str, RemedyStanding]
    findings: Mapping[str, FindingFacts]
    carried: Mapping[str, BodyDecision]
    commitments: Mapping[str, CommitmentRef]
    procedures: Mapping[str, Procedure]
    falls: dict[str, Fall]
    grounds: dict[str, tuple[str, ...]]
    declarations: dict[str, Declaration] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    consultations: dict[str, Consultation] = field(default_factory=dict)
    decisions: dict[str, StateDecision] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    clocks_of: dict[str, list[str]] = field(default_factory=dict)
    active: dict[tuple[str, str], str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    latest: dict[tuple[str, str], str] = field(default_factory=dict)
    running: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    done: dict[str, set[str]] = field(default_factory=dict)
    refused: list[RefusedAct] = field(default_factory=list)


def texts(act: Act, name: str) -> tuple[str, ...]:
    """Give a list of texts of an act's detail; its field's check has seen to it."""
    value: Json = act.detail.get(name, [])
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def text_of(act: Act, name: str) -> str:
    """Give a text of an act's detail; "" where it is not given."""
    return str(act.detail.get(name, ""))


def number_of(act: Act, name: str) -> int:
    """Give a number of an act's detail, which its field's check has seen to."""
    value = act.detail[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} {value!r} is no whole number")
    return value


def number_or_none(act: Act, name: str) -> int | None:
    """Give a number of an act's detail; None where it is not given."""
    return number_of(act, name) if name in act.detail else None
