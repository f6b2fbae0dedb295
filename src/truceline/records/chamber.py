"""What the acts of a commission add up to at one instant: its cases, votes, deadlines, calls.

Everything here is a view, folded from signed acts. Ids are those of the acts that opened a thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.records.canonical import Json
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.finding import Outcome

CASE_STATUSES = (
    "intake",
    "triage",
    "verification",
    "classified",
    "party_reply_open",
    "under_review",
    "deliberation",
    "determined",
    "remedied",
    "follow_up",
    "closed",
    "reopened",
    "corrected",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """What a commission needs to know of a finding, and no more.

    Attributes:
        id: Id of the finding.
        clause: Id of the clause.
        outcome: KEPT, BREACHED or UNDECIDED.
        probability_ppm: Probability that the clause was breached, in millionths.
        began_us: Earliest instant of the incident, microseconds since 1970 UTC.
        ended_us: Latest instant of its beginning.
        cell: Name of the map cell it lies in; "" where it is not known.
        unit_area: Name of the area of the unit that answers for the ground; "" if not known.
        order: Name of the order that it is said to follow; "" if none is known.
        owners: Codes of the states whose sensors it stands on, as far as that is known, sorted.
        owners_known: False where it stands on others too, of which nobody knows whose they are.
        superseded_by: None while it is told. After a revision the ids of the findings in its
            place; empty where it was withdrawn.
    """

    id: str
    clause: str
    outcome: Outcome
    probability_ppm: int
    began_us: int
    ended_us: int
    cell: str = ""
    unit_area: str = ""
    order: str = ""
    owners: tuple[str, ...] = ()
    owners_known: bool = False
    superseded_by: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.ended_us < self.began_us:
            raise ValueError(f"{self.id}: ended {self.ended_us} is before began {self.began_us}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A party's position, as it gave it.

    Attributes:
        id: Id of the act.
        party: Code of the party.
        stance: "accepts", "accepts_in_part", "disputes" or "no_comment".
        text: Its words.
        at_us: When.
        late: Whether its deadline had passed.
    """

    id: str
    party: str
    stance: str
    text: str
    at_us: int
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStanding:
    """Where one party stands in a case. Silence is silence, and consents to nothing.

    Attributes:
        party: Code of the party.
        notified_us: When it was last told of the case; None: not yet.
        due_us: Until when it may reply; None where no deadline runs.
        standing: "not_notified", "open", "replied", "replied_late" or "silent".
        positions: All that it said, oldest first; the last one holds.
    """

    party: str
    notified_us: int | None
    due_us: int | None
    standing: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStanding:
    """A request for clarification, access or inspection, and its answer.

    Attributes:
        id: Id of the act that asked.
        what: "clarification", "access" or "inspection".
        to: Code of the state that is asked.
        text: The request.
        by: Name of the key that asked.
        asked_us: When.
        answer: "given", "given_in_part" or "refused"; "" while there is none.
        answer_text: The answer's words.
        answered_us: When; None while there is no answer.
    """

    id: str
    what: str
    to: str
    text: str
    by: str
    asked_us: int
    answer: str = ""
    answer_text: str = ""
    answered_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A piece of evidence on a case.

    Attributes:
        id: Id of the act that brought it.
        sha256: Hash of the original in the evidence room.
        title: What it is.
        tier: Word of the vocabulary's `disclosure_tier`.
        custody: Ids of its entries of custody, in order.
        withheld_from: Codes of the parties that may not see it.
        summary: What those parties are told of it.
        weight: What weight it may have: "full", "corroborates_only", "not_for_attribution".
        by: Name of the key that brought it.
        at_us: When.
        admission: "admitted" or "not_admitted" by a motion; "" where none was carried.
    """

    id: str
    sha256: str
    title: str
    tier: str
    custody: tuple[str, ...]
    withheld_from: tuple[str, ...]
    summary: str
    weight: str
    by: str
    at_us: int
    admission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a seat said of itself in a case: a recusal, an interest, a dissent.

    Attributes:
        id: Id of the act.
        seat: Id of the seat.
        body: Id of the seat's body.
        scope: "seat" or "holder" for a recusal, else "".
        text: The reasons, the interest or the dissent.
        by: Name of the key.
        at_us: When.
    """

    id: str
    seat: str
    body: str
    scope: str
    text: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One seat's vote on one motion.

    Attributes:
        seat: Id of the seat.
        state: Code of its state; "" for an independent seat.
        standing: "not_in", "sealed", "opened", "never_opened" or "recused".
        vote: "yes", "no" or "abstain" once it is opened, else "": nobody knows it before.
        reasons: The reasons given with it.
        by: Name of the key that voted; "" for nobody.
    """

    seat: str
    state: str
    standing: str
    vote: str = ""
    reasons: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the votes say under the rule, with the numbers compared.

    Attributes:
        result: "carried", "not_carried", "deadlocked" or "no_quorum".
        then: What the text says of a body that does not decide: "", "escalates", "expert_panel".
        yes: Votes for it that count under the rule.
        no: Votes against it that count under the rule.
        abstain: Abstentions.
        absent: Seats that could have voted and did not, sealed and never opened ones among them.
        experts_yes: Experts who reported for it, once it had failed and was left to them.
        experts_no: Experts against it.
        default_by: Id of the entry that certified what the experts said; "" for none. Then
            `result` is theirs.
        why: The numbers, in plain English.
    """

    result: str
    then: str
    yes: int
    no: int
    abstain: int
    absent: int
    why: str
    experts_yes: int = 0
    experts_no: int = 0
    default_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionStanding:
    """A question before a body.

    Attributes:
        id: Id of the act that put it.
        case: Id of the case.
        body: Id of the body.
        rule: Id of the rule that decides it.
        article: Article of that rule.
        question: What kind of question.
        proposal: What is proposed, in full.
        by: Name of the key that put it.
        put_us: When.
        phase: "sealing", "opening", "silence" or "closed".
        ballots: One a voting seat, in the order of the agreement.
        dissents: Dissents and separate opinions.
        tally: What the votes say; None until it is closed.
        closed_us: When it was closed; None while it is open.
        used_by: Id of the act that it carried; "" for none.
    """

    id: str
    case: str
    body: str
    rule: str
    article: str
    question: str
    proposal: Mapping[str, Json]
    by: str
    put_us: int
    phase: str
    ballots: tuple[Ballot, ...]
    dissents: tuple[Declared, ...]
    tally: Tally | None
    closed_us: int | None
    used_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that a correction changed, old and new side by side.

    Attributes:
        field: Name of the field.
        old: What it was.
        new: What it is; None where the determination was withdrawn.
    """

    field: str
    old: Json
    new: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A determination that another took the place of, or that was withdrawn.

    Attributes:
        id: Id of the act.
        old: Id of the determination that no longer stands.
        new: Id of the one in its place; None: it was withdrawn.
        differences: Every field that differs.
        reasons: Why.
        at_us: When.
    """

    id: str
    old: str
    new: str | None
    differences: tuple[Difference, ...]
    reasons: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A party's appeal against a determination.

    Attributes:
        id: Id of the act.
        determination: Id of the determination.
        party: Code of the party.
        grounds: Its grounds.
        at_us: When.
        standing: "open", "granted" or "rejected".
    """

    id: str
    determination: str
    party: str
    grounds: str
    at_us: int
    standing: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What somebody said, from the monitoring, about whether a remedy was kept.

    Attributes:
        id: Id of the act.
        result: "kept", "not_kept" or "undecided" (nobody could see).
        findings: Ids of the findings cited.
        exhibits: Ids of the exhibits cited.
        note: What was looked at.
        by: Name of the key.
        at_us: When.
    """

    id: str
    result: str
    findings: tuple[str, ...]
    exhibits: tuple[str, ...]
    note: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyHistory:
    """A remedy with all that was said of it.

    Attributes:
        remedy: Where it stands.
        set_us: When it was set.
        proportionality: Why it is no more than is needed.
        clauses: Ids of the clauses that its follow-up looks at.
        follow_ups: All of them, oldest first; the last one holds.
        stood_on: "" while its determination stands, else what became of that: "corrected" or
            "withdrawn". The remedy runs on until somebody lifts it: this is a mark, not an act.
    """

    remedy: RemedyStanding
    set_us: int
    proportionality: str
    clauses: tuple[str, ...]
    follow_ups: tuple[FollowUp, ...]
    stood_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineStanding:
    """A time limit that was started, and where it stands. That it passed does nothing by itself.

    Attributes:
        deadline: Id of the deadline in the agreement.
        case: Id of the case; "" outside of one.
        subject: Whose it is: a party's code, or the id of a request, remedy, determination,
            motion or call; "" for the case's own.
        since_us: When it began to run.
        due_us: Last instant at which it is met in time.
        standing: "running", "passed", "met", "met_late", "renewed" (begun anew) or "moot" (its
            case was closed).
        met_by: Id of the act that met it; "" for none.
        default: What the text says happens when it passes; "" for nothing.
        certified_by: Id of the entry by which the default takes effect; "" for none: no effect.
        article: Where it stands in the signed text; "" for a default of the vocabulary.
    """

    deadline: str
    case: str
    subject: str
    since_us: int
    due_us: int
    standing: str
    met_by: str
    default: str
    certified_by: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that somebody should look at. It changes nothing.

    Attributes:
        kind: "deadline_running", "deadline_met", "deadline_met_late", "deadline_passed",
            "party_silent", "default_to_certify", "remedy_to_follow_up", "votes_to_open",
            "motion_to_close", "motion_to_escalate", "experts_to_report", "experts_undecided",
            "appeal_to_decide", "stood_on_corrected", "finding_revised".
        case: Id of the case; "" outside of one.
        subject: Id or code of what it is about.
        rule: Id of the deadline or rule; "" for none.
        due_us: Until when, where there is a limit.
        article: Article of the rule.
    """

    kind: str
    case: str
    subject: str
    rule: str
    due_us: int | None
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call on the hotline.

    Attributes:
        id: Id of the act.
        from_state: Code of the state that called; "" for the mechanism itself.
        to: Code of the state that was called.
        text: What was said.
        case: Id of the case; "" for none.
        by: Name of the key.
        at_us: When.
        acknowledged_us: When the called state acknowledged it; None: it has not.
        acknowledged_by: Name of the key.
    """

    id: str
    from_state: str
    to: str
    text: str
    case: str
    by: str
    at_us: int
    acknowledged_us: int | None = None
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFireNotice:
    """A party's notification that its command ordered return fire: logged, not judged.

    Attributes:
        id: Id of the act.
        party: Code of the party.
        ordered_by: Which command gave the order.
        call: Id of the call that it says tried the mechanism; "" for none.
        tried_first: Whether that call was the party's own, to another, and came before.
        acknowledged_first: Whether that call was acknowledged before.
        text: The notification.
        at_us: When.
    """

    id: str
    party: str
    ordered_by: str
    call: str
    tried_first: bool
    acknowledged_first: bool
    text: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A silence window for repairs, or a corridor's hours.

    Attributes:
        id: Id of the act.
        kind: "repair" or "corridor".
        place: Id of the zone or corridor, or a cell.
        from_us: Its beginning.
        until_us: Its end.
        agreed_by: Codes of the parties that are said to have agreed.
        purpose: What is done in it.
        result: "held", "broken", "cancelled" or "undecided"; "" while nobody said.
        broken_us: When it was broken; None if it was not, or nobody knows.
        findings: Ids of the findings that say so.
    """

    id: str
    kind: str
    place: str
    from_us: int
    until_us: int
    agreed_by: tuple[str, ...]
    purpose: str
    result: str = ""
    broken_us: int | None = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """How much of a corridor's planned time it held. What nobody reported is not "held".

    Attributes:
        place: Id of the corridor.
        planned_s: Seconds planned that have passed.
        held_s: Seconds said to have held.
        broken_s: Seconds said to have been broken or cancelled.
        unknown_s: Seconds of which nobody said anything.
    """

    place: str
    planned_s: int
    held_s: int
    broken_s: int
    unknown_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Which states have something, as far as that is known.

    Attributes:
        states: Codes of those that are known to.
        all_known: Whether no other state has it; where False, nobody knows of the others.
    """

    states: tuple[str, ...] = ()
    all_known: bool = False

    def has(self, state: str) -> bool | None:
        """Tell whether a state has it; None: not known."""
        if state in self.states:
            return True
        return False if self.all_known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hats:
    """What one state is in one case, all at once. Shown, not forbidden.

    Attributes:
        state: Code of the state or party.
        is_party: It is a party to the agreement.
        owns_sensors: Findings of the case stand on its sensors; None: not known.
        keeps_mirror: It holds a mirror of the log; None: not known.
        judges: Ids of its voting seats on the body, recused ones left out.
        recused: Ids of its seats that are recused.
        guarantees: It is a guarantor.
    """

    state: str
    is_party: bool
    owns_sensors: bool | None
    keeps_mirror: bool | None
    judges: tuple[str, ...]
    recused: tuple[str, ...]
    guarantees: bool

    @property
    def count(self) -> int:
        """How many hats it is known to wear, of party, sensor owner, mirror, judge, guarantor."""
        worn = (self.owns_sensors, self.keeps_mirror, self.judges, self.guarantees)
        return self.is_party + sum(map(bool, worn))


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedFinding:
    """A finding that a case stands on and that is told no more. It changes nothing by itself.

    Attributes:
        finding: Its id.
        in_place: Ids of the findings in its place; none where it was withdrawn.
        determinations: Ids of the determinations of the case that stand, and stand on it.
    """

    finding: str
    in_place: tuple[str, ...]
    determinations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Cases that share something, and how often it recurs.

    Attributes:
        by: "place", "unit_area" or "order".
        key: What they share.
        cases: Ids of the cases, oldest breach first.
        most_in_window: The largest number that began within one window.
        window_s: Length of that window.
        recurrence: Word of the vocabulary's `recurrence`.
    """

    by: str
    key: str
    cases: tuple[str, ...]
    most_in_window: int
    window_s: int
    recurrence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Somebody's word that two cases belong together.

    Attributes:
        id: Id of the act.
        other: Id of the other case.
        by: "place", "unit_area", "order" or "recurrence".
        why: Why.
    """

    id: str
    other: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case as one line of the board.

    Attributes:
        id: Id of the case.
        title: What it is about.
        body: Id of the body that has it now.
        status: Word of `CASE_STATUSES`.
        severity: Word of the vocabulary's `severity`; "" if not known.
        assigned_to: Name of the key that works on it; "" for nobody.
        opened_us: When it was opened.
        next_due_us: The first of its deadlines that still runs; None for none.
        passed: How many of its deadlines passed and were not met.
        determinations: How many of its determinations stand.
        remedies_open: How many of its remedies run, or were not kept.
        warned: Whether its body's rules can stand still for ever (see `CaseView.warnings`).
    """

    id: str
    title: str
    body: str
    status: str
    severity: str
    assigned_to: str
    opened_us: int
    next_due_us: int | None
    passed: int
    determinations: int
    remedies_open: int
    warned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A whole case at one instant.

    Attributes:
        line: The case as one line.
        opened_by: Name of the key that opened it.
        claim: The party's claim that it was opened on; "" for none.
        findings: Ids of its findings.
        revised: Which of them, or of those that its determinations cite, are told no more.
        parties: Where each party that it concerns stands.
        requests: Requests and their answers.
        exhibits: The evidence.
        recusals: Seats that stepped aside.
        conflicts: Declared interests.
        motions: The questions put, oldest first.
        determinations: All of them, corrected and withdrawn ones too.
        corrections: What was changed, old and new side by side.
        appeals: Appeals.
        remedies: Remedies.
        deadlines: Every deadline that was started, oldest first.
        published: Tier and instant of each publication.
        handovers: Instant, giver, taker and note of each hand-over and assignment.
        bodies: Ids of the bodies that had it, in order.
        links: Cases that somebody linked.
        patterns: Patterns that it belongs to.
        hats: What each state is in it.
        warnings: Ids of rules by which its body can stand still for ever.
    """

    line: CaseLine
    opened_by: str
    claim: str
    findings: tuple[str, ...]
    revised: tuple[RevisedFinding, ...]
    parties: tuple[PartyStanding, ...]
    requests: tuple[RequestStanding, ...]
    exhibits: tuple[Exhibit, ...]
    recusals: tuple[Declared, ...]
    conflicts: tuple[Declared, ...]
    motions: tuple[MotionStanding, ...]
    determinations: tuple[Determination, ...]
    corrections: tuple[Correction, ...]
    appeals: tuple[Appeal, ...]
    remedies: tuple[RemedyHistory, ...]
    deadlines: tuple[DeadlineStanding, ...]
    published: tuple[tuple[str, int], ...]
    handovers: tuple[tuple[int, str, str, str], ...]
    bodies: tuple[str, ...]
    links: tuple[Link, ...]
    patterns: tuple[Pattern, ...]
    hats: tuple[Hats, ...]
    warnings: tuple[str, ...]
