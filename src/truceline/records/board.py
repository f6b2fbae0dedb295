"""The guarantors' board: declarations, clocks, consultations, decisions, activations, sanctions.

Each record names the signed act that made it. `unwound_by` names what took away the ground that it
stood on: the act that corrected or withdrew a determination or a declaration. What a state did is
never undone by software: it is kept, and `stood_on_corrected` says what it stood on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.act import RefusedAct
from truceline.records.due import Due
from truceline.records.reason import Reason
from truceline.records.trigger import TriggerAssessment, TriggerTerms

DECISIONS = ("yes", "no", "partly")
LADDERS = ("refused_settlement", "breaches", "attack")
STAGES = ("decided", "delivering", "done")
# In the place of a body's id: whichever body made the declaration that a clock runs from.
DECLARING_BODY = "declaring_body"


class ClockState(Enum):
    """Where a clock stands. Only `RUNNING` and `DISPUTED` count on."""

    RUNNING = "running"
    DISPUTED = "disputed"
    PAUSED = "paused"
    STOPPED = "stopped"
    ELAPSED = "elapsed"
    UNWOUND = "unwound"


class ConsultationState(Enum):
    """Where a consultation stands."""

    CALLED = "called"
    OPEN = "open"
    CLOSED = "closed"
    CLOSED_WITHOUT_QUORUM = "closed_without_quorum"
    UNWOUND = "unwound"


class GuaranteeStatus(Enum):
    """The vocabulary's `guarantee_status`, for one state and one component."""

    DORMANT = "dormant"
    ARMED = "armed"
    CONSULTATION_CALLED = "consultation_called"
    CONSULTING = "consulting"
    DECIDED_YES = "decided_yes"
    DECIDED_NO = "decided_no"
    DECIDED_PARTLY = "decided_partly"
    PROCEDURE_RUNNING = "procedure_running"
    ACTIVATED = "activated"
    DELIVERING = "delivering"
    STOOD_DOWN = "stood_down"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTerms:
    """One clock of the text.

    Attributes:
        id: Unique on the board, for example "guarantor_consultation".
        triggers: Declared triggers for which it runs; none for every one.
        lasts_s: Its length in seconds; None where the text gives none: it is shown, and never ends.
        ends_with: Names of the acts that meet it while it runs.
        paused_by: Ids of the bodies whose chair may pause it, or `DECLARING_BODY`; none where the
            text gives nobody that power.
        stopped_by: Ids of the bodies whose chair may stop it.
        dispute_pauses: The text says that a dispute pauses it.
        article: Where it stands in the text; "" for a default of the vocabulary.
        words: The sentence, quoted; for a default, where it comes from.
    """

    id: str
    triggers: tuple[str, ...]
    lasts_s: int | None
    ends_with: tuple[str, ...]
    paused_by: tuple[str, ...]
    stopped_by: tuple[str, ...]
    dispute_pauses: bool
    article: str
    words: str

    def __post_init__(self) -> None:
        if self.lasts_s is not None and self.lasts_s < 1:
            raise ValueError(f"{self.id}: lasts_s must be positive, got {self.lasts_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTerms:
    """What the text says about triggers, clocks and consultations.

    Attributes:
        clocks: The clocks.
        triggers: The numbers of each trigger's test, one a trigger.
        quorum_least: Least number of states that must be present at a consultation.
        quorum_share: And the least share of those invited, numerator and denominator.
        receipt_s: Seconds within which a state acknowledges a convening notice.
        article: Where the quorum stands in the text; "" for a default of the house.
        words: The sentence, quoted; for a default, where it comes from.
    """

    clocks: tuple[ClockTerms, ...]
    triggers: tuple[TriggerTerms, ...]
    quorum_least: int
    quorum_share: tuple[int, int]
    receipt_s: int
    article: str
    words: str

    def quorum_of(self, invited: int) -> int:
        """Give the least number that must be present, of so many invited."""
        share, whole = self.quorum_share
        return max(self.quorum_least, -(-invited * share // whole))


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDecision:
    """A decision that a body carried by its own rule: what a declaration needs.

    Attributes:
        id: Id of the motion that was carried.
        body: Id of the body.
        question: Which kind of question it was, for example "declaration" or "correction".
        decided_us: When it was carried.
    """

    id: str
    body: str
    question: str
    decided_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """When a determination was corrected or withdrawn, and by which act.

    Attributes:
        id: Id of the determination.
        by: Id of the act, or of the determination that took its place.
        fell_us: When; None where that is not known: then it has fallen only as of today.
    """

    id: str
    by: str
    fell_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentText:
    """One of several texts of a commitment that stand side by side.

    Attributes:
        id: Id of the text in its commitment.
        words: Its words, quoted or as reported.
        source: Where it can be read.
    """

    id: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRef:
    """A commitment of the register, as the board needs it: its standing, and texts that differ.

    Attributes:
        id: Id in the register.
        state: Code of the state; "" for all participants together.
        component: A word of `GUARANTEE_COMPONENTS`.
        standing: "in_force", "not_in_force", "lapsed", or "disputed": its texts differ on whether
            it is in force, and nothing is built on it meanwhile.
        texts: Its texts where several stand side by side; none where one speaks for it.
    """

    id: str
    state: str
    component: str
    standing: str
    texts: tuple[CommitmentText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A body's declaration of a first breach.

    Attributes:
        id: Id of the act.
        body: Id of the body.
        carried_by: Id of the body's decision.
        signed_by: Name of the key.
        trigger: What the body says it was.
        instant_us: The instant that it declares.
        proof: Ids that it stands on.
        article: Article that it names.
        why: Its reasons.
        declared_us: When it was declared.
        replaces: Id of the declaration that it corrects; None for none.
        unwound_by: Id of what corrected or withdrew it, or what it stood on; None while it stands.
    """

    id: str
    body: str
    carried_by: str
    signed_by: str
    trigger: str
    instant_us: int
    proof: tuple[str, ...]
    article: str
    why: str
    declared_us: int
    replaces: str | None
    unwound_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """A pause or a dispute of a clock.

    Attributes:
        id: Id of the act.
        by: Name of the key.
        state: Code of the state that disputes; "" for a body.
        kind: "pause" or "dispute".
        why: The reasons given.
        from_us: From when.
        until_us: Until when; None while it stands.
        stops: Whether the clock stands still meanwhile: a dispute stops nothing unless the clock's
            text says so.
    """

    id: str
    by: str
    state: str
    kind: str
    why: str
    from_us: int
    until_us: int | None
    stops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock that runs from one declaration.

    Attributes:
        id: The declaration's id, ":" and the clock's id in the text.
        declaration: Id of the declaration.
        terms: What the text says of it.
        started_us: The declared instant.
        halts: Pauses and disputes, in log order.
        stopped_by: Id of the act that stopped it or met it; None for none.
        stopped_us: When.
        met: Whether that act is one that meets it.
        met_late_by: Id of the first act that would have met it, and came after it had elapsed.
        state: Where it stands at the board's instant.
        due_us: When it elapses if nothing more halts it; None while it is halted or has no length.
        left_s: Whole seconds left on it; None where it has no length or has stopped or unwound.
        unwound_by: Id of what took its ground away; None while it stands.
    """

    id: str
    declaration: str
    terms: ClockTerms
    started_us: int
    halts: tuple[Halt, ...] = ()
    stopped_by: str | None = None
    stopped_us: int | None = None
    met: bool = False
    met_late_by: str | None = None
    state: ClockState = ClockState.RUNNING
    due_us: int | None = None
    left_s: int | None = None
    unwound_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A consultation of states.

    Attributes:
        id: Id of the act that convened it.
        declaration: Id of the declaration that it is about; "" for none.
        trigger: What it is about.
        evidence: Ids that it stands on.
        states: Codes of the states invited.
        components: Components to be decided.
        agenda: What is to be decided.
        convened_by: Name of the key.
        convened_us: When it was called.
        meets_us: When it meets.
        quorum: Least number of states that must be present.
        receipts: State and instant of each receipt.
        present: Codes of the states that came, in order.
        excused: Codes of those that said they would not come.
        opened_us: When it was opened; None if it was not.
        closed_us: When it was closed.
        no_shows: Codes of the states that were invited and did not come, once it is closed.
        outcome: What came of it, in the convener's words.
        state: Where it stands.
        unwound_by: Id of what took its ground away; None while it stands.
    """

    id: str
    declaration: str
    trigger: str
    evidence: tuple[str, ...]
    states: tuple[str, ...]
    components: tuple[str, ...]
    agenda: str
    convened_by: str
    convened_us: int
    meets_us: int
    quorum: int
    receipts: tuple[tuple[str, int], ...] = ()
    present: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    opened_us: int | None = None
    closed_us: int | None = None
    no_shows: tuple[str, ...] = ()
    outcome: str = ""
    state: ConsultationState = ConsultationState.CALLED
    unwound_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDecision:
    """A state's own decision. A later one of the same state takes its place.

    Attributes:
        id: Id of the act.
        consultation: Id of the consultation.
        state: Code of the state.
        decision: A word of `DECISIONS`.
        components: What it covers.
        procedures: Ids of the national procedures that have to run.
        procedures_seen: Those of which a step of that state is in the log.
        article: Its own law.
        decided_us: When it was recorded.
        replaced_by: Id of the state's later decision; None for none.
        stood_on_corrected: Ids of what it stood on and was corrected or withdrawn since.
    """

    id: str
    consultation: str
    state: str
    decision: str
    components: tuple[str, ...]
    procedures: tuple[str, ...]
    procedures_seen: tuple[str, ...]
    article: str
    decided_us: int
    replaced_by: str | None = None
    stood_on_corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """A state's record that a commitment is activated. Only that state ends it.

    Attributes:
        id: Id of the act.
        decision: Id of the state's decision.
        consultation: Id of the consultation.
        state: Code of the state.
        component: A word of `GUARANTEE_COMPONENTS`.
        commitment: Id of the commitment in the register.
        article: The state's own law.
        activated_us: When it was recorded.
        stood_down_by: Id of the act that ended it; None while it stands.
        stood_down_us: When.
        stood_on_corrected: Ids of what it stood on and was corrected or withdrawn since.
    """

    id: str
    decision: str
    consultation: str
    state: str
    component: str
    commitment: str
    article: str
    activated_us: int
    stood_down_by: str | None = None
    stood_down_us: int | None = None
    stood_on_corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of a state: a response under an activation, or a sanction.

    Attributes:
        id: Id of the act.
        state: Code of the state.
        component: A word of `GUARANTEE_COMPONENTS`.
        activation: Id of the activation; "" for a sanction.
        measure: What is done.
        stage: A word of `STAGES`; "" for a sanction.
        ladder: A word of `LADDERS`; "" for a response.
        step: Step of that ladder; 0 for a response.
        against: Code of the party that a sanction is against; "" for a response.
        stands_on: Ids that it answers.
        carve_outs: What it does not touch.
        relief: What would end it; "" for a response.
        from_us: From when.
        until_us: Until when; None for an open end.
        ended_by: Id of the act that ended it; None for none.
        ended_us: From when it is ended.
        stood_on_corrected: Ids of what it stood on and was corrected or withdrawn since.
    """

    id: str
    state: str
    component: str
    activation: str
    measure: str
    stage: str
    ladder: str
    step: int
    against: str
    stands_on: tuple[str, ...]
    carve_outs: tuple[str, ...]
    relief: str
    from_us: int
    until_us: int | None
    ended_by: str | None = None
    ended_us: int | None = None
    stood_on_corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeStanding:
    """Where one state stands with one component.

    Attributes:
        state: Code of the state.
        component: A word of `GUARANTEE_COMPONENTS`.
        status: Where it stands.
        by: Id of the act that brought it there; "" for what the register says.
        since_us: Since when; None for what the register says.
        stood_on_corrected: Ids of what an activation stood on and was corrected since.
        unwound_by: Id of what last took away a status that was reached; None for none.
    """

    state: str
    component: str
    status: GuaranteeStatus
    by: str
    since_us: int | None
    stood_on_corrected: tuple[str, ...] = ()
    unwound_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardNotice:
    """Something that somebody has to be told. A notice does nothing else.

    Attributes:
        about: Id of the clock, consultation, declaration, activation or measure.
        whom: Codes of states and ids of bodies it concerns, sorted; none for everybody.
        at_us: Since when it is so; None where that is not known.
        reason: What is so, with the numbers.
    """

    about: str
    whom: tuple[str, ...]
    at_us: int | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that is known of the guarantees' procedure at one instant.

    Attributes:
        now_us: The instant.
        declarations: In log order, as all that follows.
        clocks: Those of every declaration.
        consultations: All.
        decisions: Of states.
        activations: Of states.
        measures: Responses and sanctions.
        guarantees: One row a state and component that is on the board, sorted.
        differing: Commitments of which several texts stand side by side. Nobody here chooses one.
        assessments: Of triggers, sorted; an unwound one is kept and says so.
        notices: Who has to be told what.
        due: What is awaited of whom, and until when.
        refused: The acts without effect.
    """

    now_us: int
    declarations: tuple[Declaration, ...]
    clocks: tuple[Clock, ...]
    consultations: tuple[Consultation, ...]
    decisions: tuple[StateDecision, ...]
    activations: tuple[Activation, ...]
    measures: tuple[Measure, ...]
    guarantees: tuple[GuaranteeStanding, ...]
    differing: tuple[CommitmentRef, ...]
    assessments: tuple[TriggerAssessment, ...]
    notices: tuple[BoardNotice, ...]
    due: tuple[Due, ...]
    refused: tuple[RefusedAct, ...]
