"""A small world for the board: two parties, a commission, four guarantors, and a breach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from truceline.guarantees.board import BoardFold, fold_board
from truceline.guarantees.board_defaults import DEFAULTS
from truceline.records.act import Act
from truceline.records.board import Board, BoardTerms, BodyDecision, CommitmentRef, Fall
from truceline.records.canonical import Json
from truceline.records.commitment import Procedure, ProcedureStep
from truceline.records.determination import AttributionLevel, Determination, RemedyStanding
from truceline.records.finding import Outcome
from truceline.records.mandate import (
    Body,
    DecisionRule,
    Mandate,
    Role,
    RoleHolder,
    Rule,
    Seat,
    StandardOfProof,
)
from truceline.records.trigger import FindingFacts
from truceline.records.units import HOUR_US, MINUTE_US

T0 = 1_790_000_000_000_000  # the instant of the breach
STATES = ("GB", "FR", "DE", "US")


def seat(name: str, holder: str, *, chairs: bool = False) -> Seat:
    return Seat(
        id=name,
        state="",
        group="",
        votes=True,
        chairs=chairs,
        holder=holder,
        alternates=("deputy",) if chairs and holder == "chair" else (),
        appointed_by="",
    )


def body(name: str, chair: str, above: str | None) -> Body:
    return Body(
        id=name,
        name=name,
        level="special_commission",
        seats=(seat("chair", chair, chairs=True), seat("one", f"{name}-member")),
        escalates_to=above,
        article="4",
        words="There shall be a commission.",
    )


def rule(of: str, *questions: str) -> Rule:
    return Rule(
        id=f"{of}-rule",
        body=of,
        questions=questions,
        kind=DecisionRule.MAJORITY,
        quorum=1,
        quorum_by_group={},
        share=None,
        abstentions_count=False,
        silence_s=None,
        on_tie="fails",
        on_deadlock="nothing",
        article="5",
        words="It decides by majority.",
    )


MANDATE = Mandate(
    agreement="small",
    agreement_sha256="ef" * 32,
    parties=("UA", "RU"),
    bodies=(
        body("commission", "chair", "presidency"),
        body("presidency", "president", None),
        body("liaison", "liaison-chair", None),
    ),
    rules=(
        rule("commission", "determination", "declaration", "correction"),
        rule("presidency", "any"),
        rule("liaison", "remedy"),
    ),
    deadlines=(),
    standards=(),
    roles=(
        RoleHolder(actor="key-UA", role=Role.PARTY, state="UA"),
        RoleHolder(actor="key-RU", role=Role.PARTY, state="RU"),
        *(RoleHolder(actor=f"key-{one}", role=Role.GUARANTOR, state=one) for one in STATES),
        RoleHolder(actor="analyst", role=Role.ANALYST, state=""),
    ),
)


def facts(  # noqa: PLR0913 - a record, field by field
    name: str,
    *,
    probability_ppm: int = 960_000,
    began_us: int = T0,
    ended_us: int | None = None,
    cell: str | None = "c1",
    severity: str | None = "S3_serious",
    held_by: str | None = "UA",
    clause_kind: str = "prohibit_fire",
    outcome: Outcome = Outcome.BREACHED,
    incident: str = "",
    superseded_by: tuple[str, ...] | None = None,
) -> FindingFacts:
    return FindingFacts(
        finding=f"f:{name}",
        incident=incident or f"i:{name}",
        agreement="small",
        clause_kind=clause_kind,
        outcome=outcome,
        probability_ppm=probability_ppm,
        began_us=began_us,
        ended_us=began_us if ended_us is None else ended_us,
        cell=cell,
        severity=severity,
        held_by=held_by,
        superseded_by=superseded_by,
    )


def determination(  # noqa: PLR0913 - a record, field by field
    name: str,
    *,
    party: str = "RU",
    findings: tuple[str, ...] = ("f:one",),
    severity: str = "S3_serious",
    level: str = "state",
    outcome: str = "responsible",
    began_us: int = T0,
    standard: StandardOfProof = StandardOfProof.CLEAR_AND_CONVINCING,
    decided_us: int = T0 + HOUR_US,
    standing: str = "stands",
    replaced_by: str | None = None,
    clauses: tuple[str, ...] = ("no-fire",),
) -> Determination:
    return Determination(
        id=name,
        case=f"case-{name}",
        body="commission",
        agreement="small",
        clauses=clauses,
        findings=findings,
        severity=severity,
        began_us=began_us,
        ended_us=began_us,
        levels=(AttributionLevel(level=level, outcome=outcome, party=party),),
        standard=standard,
        decided_us=decided_us,
        standing=standing,
        replaced_by=replaced_by,
    )


def commitment(
    state: str, component: str = "air_defence", standing: str = "in_force"
) -> CommitmentRef:
    return CommitmentRef(
        id=f"g:{state}:{component}", state=state, component=component, standing=standing
    )


CARRIED = tuple(
    BodyDecision(id=f"carried-{n}", body=of, question="declaration", decided_us=T0 + HOUR_US)
    for n, of in enumerate(["commission"] * 6 + ["presidency"] * 3 + ["liaison"])
)
COMMITMENTS = tuple(commitment(one) for one in STATES)


def step(name: str, *needs: str) -> ProcedureStep:
    return ProcedureStep(
        id=name,
        step="parliament_vote",
        who="parliament",
        needs=(needs,) if needs else (),
        least_days=None,
        most_days=None,
        day_kind="calendar",
        may_be_refused=True,
        again_after_refusal=None,
        emergency=False,
        source="invented",
    )


# The vote is in two readings, the second of which decides.
PROCEDURES = (
    Procedure(
        id="p:vote",
        state="GB",
        title="Vote",
        goal="second",
        calendar="days",
        steps=(step("first"), step("second", "first")),
        source="invented",
    ),
)


@dataclass
class Log:
    """Acts in their order, each a minute after the one before unless it says when."""

    acts: list[Act] = field(default_factory=list)
    now_us: int = T0 + HOUR_US

    def add(
        self,
        name: str,
        actor: str,
        about: str = "",
        *,
        at_us: int | None = None,
        disputed: bool = False,
        **detail: Json,
    ) -> str:
        return self.put(name, actor, about, detail, at_us=at_us, disputed=disputed)

    def put(
        self,
        name: str,
        actor: str,
        about: str,
        detail: Mapping[str, Json],
        *,
        at_us: int | None = None,
        disputed: bool = False,
    ) -> str:
        self.now_us = self.now_us + MINUTE_US if at_us is None else at_us
        act = f"{name}#{len(self.acts)}"
        self.acts.append(
            Act(
                id=act,
                index=len(self.acts),
                actor=actor,
                name=name,
                about=about,
                signed_us=self.now_us,
                at_us=self.now_us,
                detail=detail,
                disputed=disputed,
            )
        )
        return act

    def declare(
        self,
        *,
        actor: str = "chair",
        about: str = "",
        name: str = "breach.declare",
        proof: Sequence[str] = ("f:one", "d1"),
        carried_by: str = "carried-0",
        at_us: int | None = None,
        **other: Json,
    ) -> str:
        detail: dict[str, Json] = {
            "body": "commission",
            "carried_by": carried_by,
            "trigger": "isolated_breach",
            "instant_us": T0,
            "proof": list(proof),
            "article": "6",
            "why": "the earliest candidate",
        }
        return self.put(name, actor, about, detail | other, at_us=at_us)

    def convene(self, about: str = "", *, actor: str = "key-GB", **other: Json) -> str:
        detail: dict[str, Json] = {
            "trigger": "isolated_breach",
            "evidence": ["f:one"],
            "states": ["GB", "FR", "DE"],
            "components": ["air_defence"],
            "agenda": "air defence",
            "meets_us": self.now_us + HOUR_US,
        }
        return self.put("consultation.convene", actor, about, detail | other)

    def decide(self, about: str, state: str = "GB", decision: str = "yes", **other: Json) -> str:
        detail: dict[str, Json] = {
            "decision": decision,
            "components": ["air_defence"],
            "article": "own law",
        }
        return self.put("decision.state", f"key-{state}", about, detail | other)

    def activate(self, about: str, state: str = "GB", **other: Json) -> str:
        detail: dict[str, Json] = {
            "component": "air_defence",
            "commitment": f"g:{state}:air_defence",
            "article": "own law",
        }
        return self.put("activation.record", f"key-{state}", about, detail | other)

    def respond(self, about: str, state: str = "GB", **other: Json) -> str:
        detail: dict[str, Json] = {
            "measure": "interceptors",
            "stage": "delivering",
            "from_us": self.now_us,
        }
        return self.put("response.measure", f"key-{state}", about, detail | other)

    def sanction(self, state: str = "GB", **other: Json) -> str:
        detail: dict[str, Json] = {
            "ladder": "breaches",
            "step": 1,
            "against": "RU",
            "measure": "export ban",
            "stands_on": ["d1"],
            "carve_outs": ["medicine"],
            "relief": "thirty days without a breach",
            "from_us": self.now_us,
        }
        return self.put("sanction.measure", f"key-{state}", "", detail | other)


def whole(log: Log | None = None) -> tuple[Log, Mapping[str, str]]:
    """Write the whole scenario: declared, consulted, decided, activated, delivered, sanctioned."""
    log = log or Log()
    ids = {"declared": log.declare()}
    ids["called"] = log.convene(ids["declared"], evidence=["f:one", "d1"])
    called = ids["called"]
    for state in ("GB", "FR"):
        log.add("consultation.receipt", f"key-{state}", called)
        log.add("consultation.attend", f"key-{state}", called)
    ids["opened"] = log.add("consultation.open", "key-GB", called, at_us=log.now_us + HOUR_US)
    ids["decided"] = log.decide(called)
    ids["no"] = log.decide(called, "FR", "no")
    ids["closed"] = log.add("consultation.close", "key-GB", called, outcome="one yes, one no")
    ids["activated"] = log.activate(ids["decided"])
    ids["measure"] = log.respond(ids["activated"])
    ids["sanction"] = log.sanction()
    return log, ids


def fold_of(
    *,
    determinations: Iterable[Determination] | None = None,
    findings: Iterable[FindingFacts] | None = None,
    remedies: Iterable[RemedyStanding] = (),
    terms: BoardTerms = DEFAULTS,
    commitments: Iterable[CommitmentRef] = COMMITMENTS,
    falls: Iterable[Fall] = (),
) -> BoardFold:
    return BoardFold(
        MANDATE,
        (determination("d1"),) if determinations is None else determinations,
        remedies,
        (facts("one"),) if findings is None else findings,
        terms=terms,
        carried=CARRIED,
        commitments=commitments,
        procedures=PROCEDURES,
        falls=falls,
    )


def board_of(
    log: Log,
    now_us: int | None = None,
    *,
    determinations: Iterable[Determination] | None = None,
    findings: Iterable[FindingFacts] | None = None,
    remedies: Iterable[RemedyStanding] = (),
    terms: BoardTerms = DEFAULTS,
    falls: Iterable[Fall] = (),
) -> Board:
    return fold_board(
        MANDATE,
        (determination("d1"),) if determinations is None else determinations,
        remedies,
        (facts("one"),) if findings is None else findings,
        log.acts,
        log.now_us if now_us is None else now_us,
        terms=terms,
        carried=CARRIED,
        commitments=COMMITMENTS,
        procedures=PROCEDURES,
        falls=falls,
    )


def rules_of(board: Board) -> list[str]:
    return [one.rule for one in board.refused]
