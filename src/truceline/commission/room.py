"""The commission's room while acts are folded into it: what it keeps, and how it refuses.

Only the fold changes it. What other rooms see is made of it by `chamber.Chamber` as records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from truceline.commission.seats import Bench
from truceline.records.act import Act
from truceline.records.canonical import Json
from truceline.records.chamber import (
    Appeal,
    Ballot,
    Call,
    Correction,
    Declared,
    Exhibit,
    FindingFacts,
    FollowUp,
    Holders,
    Link,
    Position,
    RequestStanding,
    ReturnFireNotice,
    Tally,
    Window,
)
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.mandate import Deadline, Mandate, Rule


class Refused(Exception):  # noqa: N818 - a refusal is a result of the fold, not an error
    """An act has no effect, and this is the rule that says so.

    Attributes:
        rule: Key of the word files behind `refusal.`.
        why: The numbers or names compared.
        article: Article of the agreement; "" for a rule of the house.
    """

    def __init__(self, rule: str, why: str, article: str = "") -> None:
        super().__init__(why)
        self.rule, self.why, self.article = rule, why, article


@dataclass(slots=True, kw_only=True)
class Clock:
    """One deadline that was started.

    Attributes:
        ended: "" while it is neither met, renewed nor moot.
    """

    serial: int
    deadline: Deadline
    case: str
    subject: str
    since_us: int
    due_us: int
    ended: str = ""
    met_by: str = ""
    certified_by: str = ""

    def has_passed(self, now_us: int) -> bool:
        """Tell whether it is over and was not met in time."""
        return self.ended == "met_late" or (not self.ended and now_us > self.due_us)


@dataclass(slots=True, kw_only=True)
class Motion:
    """A question before a body, while it is open and after.

    Attributes:
        seals: By seat, its commitment and who sealed it.
        opened: By seat, what it voted.
        reports: By expert's seat, what it said once the vote had failed.
    """

    id: str
    case: str
    body: str
    rule: Rule
    question: str
    proposal: Mapping[str, Json]
    by: str
    put_us: int
    seals: dict[str, tuple[str, str]] = field(default_factory=dict)
    opened: dict[str, Ballot] = field(default_factory=dict)
    reports: dict[str, Ballot] = field(default_factory=dict)
    opening_since_us: int | None = None
    silence_certified_by: str = ""
    dissents: list[Declared] = field(default_factory=list)
    ballots: tuple[Ballot, ...] = ()
    tally: Tally | None = None
    closed_us: int | None = None
    used_by: str = ""
    escalated: bool = False


@dataclass(slots=True, kw_only=True)
class Remedy:
    """A remedy and what was said of it."""

    standing: RemedyStanding
    set_us: int
    proportionality: str
    clauses: tuple[str, ...]
    follow_ups: list[FollowUp] = field(default_factory=list)
    stood_on: str = ""


@dataclass(slots=True, kw_only=True)
class Case:
    """A case while it is folded.

    Attributes:
        status: The last status that an act gave it; the view adds what time does to it.
        began_us: Earliest beginning among its findings; beyond all time while it has none.
        notified: By party, the instant of its last notice.
        clocks: Every deadline of it, in order.
        open_clocks: Those of them that are not over, by serial number.
        running: By deadline and subject, the clock that counts.
    """

    id: str
    title: str
    bodies: list[str]
    status: str
    severity: str
    opened_by: str
    opened_us: int
    claim: str
    findings: list[str]
    concerns: tuple[str, ...]
    began_us: int = 2**63
    assigned_to: str = ""
    notified: dict[str, int] = field(default_factory=dict)
    positions: dict[str, list[Position]] = field(default_factory=dict)
    requests: dict[str, RequestStanding] = field(default_factory=dict)
    exhibits: dict[str, Exhibit] = field(default_factory=dict)
    recusals: list[Declared] = field(default_factory=list)
    conflicts: list[Declared] = field(default_factory=list)
    motions: list[str] = field(default_factory=list)
    determinations: list[str] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    appeals: dict[str, Appeal] = field(default_factory=dict)
    remedies: list[str] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    open_clocks: dict[int, Clock] = field(default_factory=dict)
    running: dict[str, dict[str, Clock]] = field(default_factory=dict)
    published: list[tuple[str, int]] = field(default_factory=list)
    handovers: list[tuple[int, str, str, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    may_escalate: str = ""

    @property
    def body(self) -> str:
        """Id of the body that has it now."""
        return self.bodies[-1]


@dataclass(slots=True, kw_only=True)
class Room:
    """All that the fold keeps, each thing by the id of the act that opened it.

    Attributes:
        mandate: Who decides, and how.
        facts: Findings by id; it may grow while the fold goes on.
        mirrors: Which states hold a mirror of the log.
        bench: Who sits where.
        homes: By the id of a motion, request, determination, remedy or appeal, its case.
        open_clocks: Deadlines that are not met, renewed or moot, by serial number.
        outside: Deadlines outside any case (the hotline's), as in `Case.running`.
        open_motions: Motions that are open, or that a deadlock hands on, by id.
        open_appeals: Appeals that may still be open, each with its case.
        shared: By kind and key, cases in the order of opening: what patterns are made of.
    """

    mandate: Mandate
    facts: Mapping[str, FindingFacts]
    mirrors: Holders
    bench: Bench
    states: frozenset[str]
    starts: Mapping[str, tuple[Deadline, ...]]
    ends: Mapping[str, tuple[Deadline, ...]]
    cases: dict[str, Case] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    motions: dict[str, Motion] = field(default_factory=dict)
    determinations: dict[str, Determination] = field(default_factory=dict)
    proposals: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    remedies: dict[str, Remedy] = field(default_factory=dict)
    on_determination: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    return_fire: list[ReturnFireNotice] = field(default_factory=list)
    windows: dict[str, Window] = field(default_factory=dict)
    open_clocks: dict[int, Clock] = field(default_factory=dict)
    clock_count: int = 0
    open_motions: dict[str, None] = field(default_factory=dict)
    open_appeals: dict[str, str] = field(default_factory=dict)
    outside: dict[str, dict[str, Clock]] = field(default_factory=dict)
    shared: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)


def open_room(mandate: Mandate, facts: Mapping[str, FindingFacts], mirrors: Holders) -> Room:
    """Make an empty room under a mandate."""
    starts: dict[str, list[Deadline]] = {}
    ends: dict[str, list[Deadline]] = {}
    for deadline in mandate.deadlines:
        starts.setdefault(deadline.runs_from, []).append(deadline)
        for name in deadline.ends_with:
            ends.setdefault(name, []).append(deadline)
    seats = {seat.state for body in mandate.bodies for seat in body.seats}
    states = {*mandate.parties, *seats, *(one.state for one in mandate.roles)} - {""}
    return Room(
        mandate=mandate,
        facts=facts,
        mirrors=mirrors,
        bench=Bench(mandate),
        states=frozenset(states),
        starts={name: tuple(those) for name, those in starts.items()},
        ends={name: tuple(those) for name, those in ends.items()},
    )


def texts(act: Act, name: str) -> tuple[str, ...]:
    """Give a list field of an act's detail, checked before; nothing if it was left out."""
    value = act.detail.get(name, [])
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def text(act: Act, name: str) -> str:
    """Give a text field of an act's detail, checked before; "" if it was left out."""
    return str(act.detail.get(name, ""))


def case_of(room: Room, act: Act) -> Case:
    """Find the case that an act is about, straight or by what it is about.

    Raises:
        Refused: There is none.
    """
    case = room.cases.get(room.homes.get(act.about, act.about))
    if case is None:
        raise Refused("unknown_subject", f"there is no {act.about[:80]!r} in any case")
    return case


def insist_is_open(case: Case) -> None:
    """Refuse what can only be done to a case that is open."""
    if case.status == "closed":
        raise Refused("case_closed", f"case {case.id} is closed")


def insist_on_parties(room: Room, codes: tuple[str, ...]) -> None:
    """Refuse the code of anybody who is no party to the agreement."""
    for code in codes:
        if code not in room.mandate.parties:
            known = ", ".join(room.mandate.parties)
            raise Refused("unknown_party", f"{code!r} is none of the parties {known}")


def insist_on_findings(room: Room, findings: tuple[str, ...]) -> None:
    """Refuse a finding that the monitoring does not have."""
    for finding in findings:
        if finding not in room.facts:
            raise Refused("unknown_finding", f"the monitoring has no finding {finding!r}")


def close_clock(room: Room, clock: Clock, how: str, act: str = "") -> None:
    """End a deadline: "met", "met_late", "renewed" or "moot"."""
    clock.ended, clock.met_by = how, act
    room.open_clocks.pop(clock.serial, None)
    if clock.case:
        room.cases[clock.case].open_clocks.pop(clock.serial, None)
