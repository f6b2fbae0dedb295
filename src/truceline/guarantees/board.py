"""Fold the signed acts of bodies and states into the guarantors' board.

Nothing appears on the board without an act, and no act has an effect that its rule does not give
it. The fold reads no clock: `board` is told the instant. Where a clock has run out, it says so and
that is all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from truceline.guarantees import on_breach, on_clock, on_consultation, on_state
from truceline.guarantees.awaited import awaited
from truceline.guarantees.board_acts import ACTS
from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.clocks import shown
from truceline.guarantees.grounds import fallen
from truceline.guarantees.known import Known
from truceline.guarantees.notices import notices
from truceline.guarantees.statuses import standings
from truceline.guarantees.triggers import assess
from truceline.guarantees.world import Refusal, World, powers
from truceline.records.act import Act, RefusedAct
from truceline.records.act_spec import complaint
from truceline.records.board import (
    Board,
    BoardTerms,
    BodyDecision,
    CommitmentRef,
    ConsultationState,
    Fall,
)
from truceline.records.commitment import Procedure
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.mandate import Mandate
from truceline.records.trigger import FindingFacts, TriggerAssessment

HANDLERS: Mapping[str, Callable[[World, Act], None]] = {
    "breach.declare": on_breach.declare,
    "breach.correct": on_breach.correct,
    "breach.withdraw": on_breach.withdraw,
    "clock.pause": on_clock.pause,
    "clock.resume": on_clock.resume,
    "clock.stop": on_clock.stop,
    "clock.dispute": on_clock.dispute,
    "consultation.convene": on_consultation.convene,
    "consultation.receipt": on_consultation.receipt,
    "consultation.attend": on_consultation.attend,
    "consultation.absent": on_consultation.absent,
    "consultation.open": on_consultation.begin,
    "consultation.close": on_consultation.close,
    "decision.state": on_state.decide,
    "activation.record": on_state.activate,
    "activation.stand_down": on_state.stand_down,
    "response.measure": on_state.respond,
    "response.relief": on_state.relieve,
    "sanction.measure": on_state.sanction,
}
FAMILIES = frozenset(name.partition(".")[0] for name in ACTS)


class BoardFold:
    """The board as it grows, one act at a time and each in a few steps.

    Example: `BoardFold(mandate, determinations, remedies, findings)`, `take` each act in log order,
    and `board(now_us)` at any time between.
    """

    def __init__(  # noqa: PLR0913 - what the board is given, each by its name
        self,
        mandate: Mandate,
        determinations: Iterable[Determination],
        remedies: Iterable[RemedyStanding],
        findings: Iterable[FindingFacts],
        *,
        terms: BoardTerms = DEFAULTS,
        carried: Iterable[BodyDecision] = (),
        commitments: Iterable[CommitmentRef] = (),
        procedures: Iterable[Procedure] = (),
        falls: Iterable[Fall] = (),
    ) -> None:
        decided = {one.id: one for one in determinations}
        remedied = {one.id: one for one in remedies}
        self._world = World(
            powers=powers(mandate),
            terms=terms,
            determinations=decided,
            remedies=remedied,
            findings={one.finding: one for one in findings},
            carried={one.id: one for one in carried},
            commitments={one.id: one for one in commitments},
            procedures={one.id: one for one in procedures},
            falls=_falls(decided) | {one.id: one for one in falls},
            grounds={one.id: (one.determination,) for one in remedied.values()},
        )
        # Assessments hang on what has fallen, and on no act of the board: made once for each.
        self._assessed: dict[tuple[tuple[str, str], ...], tuple[TriggerAssessment, ...]] = {}

    def take(self, act: Act) -> None:
        """Take the next act of the log; acts of other rooms pass by.

        Of a state's procedure only those are to be given that the register does not refuse.
        """
        family = act.name.partition(".")[0]
        if family == "procedure" and not act.disputed:
            on_state.procedure(self._world, act)
        elif family in FAMILIES:
            try:
                _must_be_an_act(act)
                HANDLERS[act.name](self._world, act)
            except Refusal as refusal:
                self._world.refused.append(_refused(act, refusal))

    def board(self, now_us: int) -> Board:
        """Give the board as it stands at an instant."""
        world = self._world
        gone = {
            name: fell
            for name in (
                *world.declarations, *world.clocks, *world.consultations, *world.decisions,
                *world.activations, *world.measures, *world.determinations,
            )
            if (fell := fallen(world, name, now_us, today=True))
        }  # fmt: skip
        by = {name: fell[0].by for name, fell in gone.items()}
        what = {name: tuple(one.id for one in fell) for name, fell in gone.items()}
        consultations = tuple(
            replace(one, state=ConsultationState.UNWOUND, unwound_by=by[one.id])
            if one.id in by
            else one
            for one in world.consultations.values()
        )
        board = Board(
            now_us=now_us,
            declarations=tuple(
                replace(one, unwound_by=by.get(one.id)) for one in world.declarations.values()
            ),
            clocks=tuple(shown(one, now_us, by.get(one.id)) for one in world.clocks.values()),
            consultations=consultations,
            decisions=tuple(
                replace(one, stood_on_corrected=what[one.id]) if one.id in what else one
                for one in world.decisions.values()
            ),
            activations=tuple(
                replace(one, stood_on_corrected=what[one.id]) if one.id in what else one
                for one in world.activations.values()
            ),
            measures=tuple(
                replace(one, stood_on_corrected=what[one.id]) if one.id in what else one
                for one in world.measures.values()
            ),
            guarantees=(),
            differing=tuple(one for one in world.commitments.values() if one.texts),
            assessments=self._assessments(by),
            notices=(),
            due=(),
            refused=tuple(world.refused),
        )
        board = replace(board, guarantees=standings(board, world.commitments.values()))
        board = replace(board, due=awaited(board, world.terms))
        return replace(board, notices=notices(board, world))

    def _assessments(self, by: Mapping[str, str]) -> tuple[TriggerAssessment, ...]:
        world = self._world
        fallen_here = {name: by[name] for name in world.determinations if name in by}
        key = tuple(sorted(fallen_here.items()))
        if key not in self._assessed:
            known = Known(
                determinations=world.determinations,
                remedies=world.remedies,
                findings=world.findings,
                fallen=fallen_here,
            )
            self._assessed[key] = assess(known, world.terms.triggers)
        return self._assessed[key]


def fold_board(  # noqa: PLR0913 - what the board is given, each by its name
    mandate: Mandate,
    determinations: Iterable[Determination],
    remedies: Iterable[RemedyStanding],
    findings: Iterable[FindingFacts],
    acts: Iterable[Act],
    now_us: int,
    *,
    terms: BoardTerms = DEFAULTS,
    carried: Iterable[BodyDecision] = (),
    commitments: Iterable[CommitmentRef] = (),
    procedures: Iterable[Procedure] = (),
    falls: Iterable[Fall] = (),
) -> Board:
    """Fold all acts, in log order, and give the board at an instant.

    Args:
        mandate: Who decides, and who signs for whom.
        determinations: All, also those that were corrected or withdrawn.
        remedies: All.
        findings: Facts of all findings, also of the superseded.
        acts: Acts of the log, in its order; those of other rooms pass by.
        now_us: The instant.
        terms: What the text says; else the defaults, which say that they are.
        carried: Decisions that bodies carried: a declaration needs one.
        commitments: What the register holds, as ids and standing.
        procedures: Those of the register: what a decision may say has to run first.
        falls: When determinations fell, where that is known better than the records say.
    """
    fold = BoardFold(
        mandate,
        determinations,
        remedies,
        findings,
        terms=terms,
        carried=carried,
        commitments=commitments,
        procedures=procedures,
        falls=falls,
    )
    for act in acts:
        fold.take(act)
    return fold.board(now_us)


def _falls(determinations: Mapping[str, Determination]) -> dict[str, Fall]:
    """Give what the records say of determinations that no longer stand.

    A corrected one fell when its successor was decided. Of a withdrawn one the record does not say
    when, nor by which act: it has fallen as of today, by itself.
    """
    falls = {}
    for one in determinations.values():
        if one.standing != "stands":
            successor = determinations.get(one.replaced_by or "")
            falls[one.id] = Fall(
                id=one.id,
                by=one.replaced_by or one.id,
                fell_us=None if successor is None else successor.decided_us,
            )
    return falls


def _must_be_an_act(act: Act) -> None:
    spec = ACTS.get(act.name)
    if spec is None:
        raise Refusal("unknown_act", f"there is no act {act.name}")
    if act.disputed:
        raise Refusal("disputed_key", f"the key of {act.actor} is said to have been stolen")
    if wrong := complaint(spec, act.detail):
        raise Refusal("field", wrong)
    if act.about and not spec.about:
        raise Refusal("field", f"about must be empty, not {act.about}")


def _refused(act: Act, refusal: Refusal) -> RefusedAct:
    return RefusedAct(
        act=act.id,
        index=act.index,
        actor=act.actor,
        name=act.name,
        rule=refusal.rule,
        article=refusal.article,
        why=refusal.why,
    )
