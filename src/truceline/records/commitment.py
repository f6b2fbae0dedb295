"""What states have committed themselves to, in which legal form, and by which procedure they act.

Read from a register file (docs/reference/register.md). The words are those of the domain
vocabulary. A commitment may be held in several versions of its text: each has its source, and
none is chosen by software. None, where a day or a number would stand, means "not known".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NOT_KNOWN = "not known"

GUARANTEE_COMPONENTS = (
    "military_capability",
    "intelligence_logistics",
    "diplomacy",
    "sanctions",
    "finance",
    "munitions",
    "air_defence",
    "maritime",
    "cyber",
)
LEGAL_FORCES = (
    "political",
    "executive_agreement",
    "treaty_unratified",
    "treaty_ratified",
    "treaty_in_force",
    "national_law",
)
RATIFICATION_STEPS = (
    "negotiated",
    "initialled",
    "signed",
    "government_approved",
    "submitted",
    "committee",
    "chamber1",
    "chamber2",
    "head_of_state",
    "deposited",
    "registered_un",
    "in_force",
    "reservation",
    "objection",
    "withdrawn",
)
PROCEDURE_STEPS = (
    "government_decision",
    "legal_instrument",
    "parliament_notice",
    "parliament_debate",
    "parliament_vote",
    "constitutional_court",
    "host_consent_sofa",
    "budget",
    "rules_of_engagement",
    "order_to_deploy",
)
CAVEATS = (
    "geography",
    "task",
    "rules_of_engagement",
    "duration",
    "command",
    "intelligence_releasability",
    "us_backstop_required",
    "mandate_required",
    "parliament_vote_required",
)
CONDITIONS = ("ceasefire_in_force", "host_request", "parliament_vote")
# Where a state or an institution stands to the common commitment.
STANDINGS = ("participant", "host", "institution", "outside", NOT_KNOWN)
POSITION_KINDS = ("position", "reinforcement", "complaint")
DAY_KINDS = ("calendar", "business", "sitting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a state or an institution said of the guarantees.

    Attributes:
        kind: A word of `POSITION_KINDS`.
        words: What it said.
        source: Where it can be read, or the act that says so.
    """

    kind: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A state or an institution in the register.

    Attributes:
        code: Unique in its register, for example "GB".
        name: Its name; "not known" for a participant that no source at hand names.
        standing: A word of `STANDINGS`.
        positions: What it said.
        source: Where its standing can be read.
    """

    code: str
    name: str
    standing: str
    positions: tuple[Position, ...]
    source: str

    def __post_init__(self) -> None:
        if self.standing not in STANDINGS:
            raise ValueError(f"standing {self.standing!r} is none of {STANDINGS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A common or bilateral agreement that commitments stand in.

    Attributes:
        id: Unique in its register.
        kind: "common" or "bilateral".
        title: Its title.
        day: When it was signed or declared; None is not known.
        ends: How long it lasts, in words; "not known" where no source at hand says so.
        source: Where it can be read.
    """

    id: str
    kind: str
    title: str
    day: date | None
    ends: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatificationStep:
    """A step that one version of a commitment has reached.

    Attributes:
        step: A word of `RATIFICATION_STEPS`.
        day: When; None is not known.
        words: Words of a reservation or objection; "" for the other steps.
        source: Where it can be read, or the act that says so.
    """

    step: str
    day: date | None
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must be so before a commitment is due.

    Attributes:
        kind: A word of `CONDITIONS`.
        words: The sentence it was read from.
        source: Where it can be read.
    """

    kind: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A limit that a state puts on what it does.

    Attributes:
        kind: A word of `CAVEATS`.
        words: The limit.
        source: Where it can be read, or the act that says so.
    """

    kind: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentVersion:
    """One text of a commitment. Texts that differ stand side by side.

    Attributes:
        id: Unique in its commitment.
        words: The text, or what is reported of it.
        legal_force: A word of `LEGAL_FORCES`, or "not known".
        steps: Ratification steps reached, in the order in which they are recorded.
        conditions: What must be so before it is due.
        caveats: Limits on it.
        standing: "stands" or "withdrawn".
        source: Where it can be read.
    """

    id: str
    words: str
    legal_force: str
    steps: tuple[RatificationStep, ...]
    conditions: tuple[Condition, ...]
    caveats: tuple[Caveat, ...]
    standing: str
    source: str

    def __post_init__(self) -> None:
        if self.legal_force not in {*LEGAL_FORCES, NOT_KNOWN}:
            raise ValueError(f"legal_force {self.legal_force!r} is none of {LEGAL_FORCES}")
        if self.standing not in {"stands", "withdrawn"}:
            raise ValueError(f"standing {self.standing!r} is neither stands nor withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One state's commitment to one component, in all versions of its text.

    Attributes:
        id: Unique in its register.
        state: Code of the state; "" for a commitment of all participants together.
        component: A word of `GUARANTEE_COMPONENTS`.
        instrument: Id of the instrument.
        title: What it is, in a few words.
        versions: Its texts.
    """

    id: str
    state: str
    component: str
    instrument: str
    title: str
    versions: tuple[CommitmentVersion, ...]

    def __post_init__(self) -> None:
        if self.component not in GUARANTEE_COMPONENTS:
            raise ValueError(f"component {self.component!r} is none of {GUARANTEE_COMPONENTS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureStep:
    """One step of a state's constitutional path.

    Attributes:
        id: Unique in its procedure.
        step: A word of `PROCEDURE_STEPS`.
        who: Who does it; "not known" where no source at hand says so.
        needs: Ways to it: it may be taken once every step of one way is done. No way at all means
            that it may be taken at once.
        least_days: Fewest days that it takes from when it may be taken; None is not known.
        most_days: Most days; None is not known.
        day_kind: What `least_days` and `most_days` count: a word of `DAY_KINDS`. A step counted
            in sitting days is taken on a sitting day, one in business days on a business day.
        may_be_refused: Whether its body may say no.
        again_after_refusal: Whether it may be put again after a no; None is not known.
        emergency: Whether it belongs to an emergency way.
        source: Where it can be read.
    """

    id: str
    step: str
    who: str
    needs: tuple[tuple[str, ...], ...]
    least_days: int | None
    most_days: int | None
    day_kind: str
    may_be_refused: bool
    again_after_refusal: bool | None
    emergency: bool
    source: str

    def __post_init__(self) -> None:
        if self.step not in PROCEDURE_STEPS:
            raise ValueError(f"step {self.step!r} is none of {PROCEDURE_STEPS}")
        if self.day_kind not in DAY_KINDS:
            raise ValueError(f"day_kind {self.day_kind!r} is none of {DAY_KINDS}")
        if (
            self.least_days is not None
            and self.most_days is not None
            and self.most_days < self.least_days
        ):
            raise ValueError(f"{self.id}: most_days {self.most_days} < {self.least_days}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A state's constitutional path to an act, as a state machine in data.

    Attributes:
        id: Unique in its register.
        state: Code of the state.
        title: What it leads to.
        goal: Id of the step that it ends with.
        calendar: Id of the calendar that its days are counted in.
        steps: Its steps.
        source: Where it can be read.
    """

    id: str
    state: str
    title: str
    goal: str
    calendar: str
    steps: tuple[ProcedureStep, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRange:
    """Days from a first to a last, both included.

    Attributes:
        first: First day.
        last: Last day.
        source: Where it can be read, or the act that says so.
    """

    first: date
    last: date
    source: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"last day {self.last} is before first day {self.first}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a parliament sits and when offices work.

    Attributes:
        id: Unique in its register.
        zone: Name of the time zone in which its days begin, for example "Europe/London".
        known: Days for which recesses and holidays are known; None where nothing is known.
        weekend: Days of the week without work, 0 for Monday.
        holidays: Days without work and without sitting.
        recesses: Days on which the parliament does not sit.
        sittings: Days on which it sits in spite of a recess, a weekend or a holiday.
        source: Where it can be read.
    """

    id: str
    zone: str
    known: DayRange | None
    weekend: tuple[int, ...]
    holidays: tuple[DayRange, ...]
    recesses: tuple[DayRange, ...]
    sittings: tuple[DayRange, ...]
    source: str
