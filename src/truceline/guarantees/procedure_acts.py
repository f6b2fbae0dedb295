"""How acts move a state along its constitutional path. A body's word moves it, never software."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from truceline.guarantees.draft import Draft, RuleRefusesError, text_of
from truceline.guarantees.procedures import may_be_taken, supported_steps
from truceline.records.act import Act
from truceline.records.commitment import DayRange, Procedure, ProcedureStep
from truceline.records.register import StepStanding


def _step_of(procedure: Procedure, act: Act) -> ProcedureStep:
    wanted = text_of(act, "step")
    found = next((one for one in procedure.steps if one.id == wanted), None)
    if found is None:
        raise RuleRefusesError("unknown_step", f"{procedure.id} has no step {wanted!r}")
    return found


def _insist_on_turn(draft: Draft, procedure: Procedure, step: ProcedureStep) -> None:
    """Refuse a step that is done already, or whose prerequisites do not stand."""
    done = [
        inner
        for (outer, inner), row in draft.steps.items()
        if outer == procedure.id and row.standing == "done"
    ]
    stand = supported_steps(procedure, done)
    if step.id in stand:
        raise RuleRefusesError("already_done", f"{step.id} of {procedure.id} is done")
    if not may_be_taken(step, stand):
        ways = " or ".join("+".join(way) for way in step.needs)
        raise RuleRefusesError("prerequisite", f"{step.id} needs {ways}; done: {', '.join(stand)}")


def _stand(draft: Draft, act: Act, standing: str) -> None:
    step = text_of(act, "step")
    draft.steps[act.about, step] = StepStanding(
        procedure=act.about, step=step, standing=standing, at_us=act.at_us, act=act.id
    )


def _do(draft: Draft, act: Act) -> None:
    procedure = draft.procedure(act)
    step = _step_of(procedure, act)
    _insist_on_turn(draft, procedure, step)
    before = draft.steps.get((procedure.id, step.id))
    refused = before is not None and before.standing == "refused"
    if refused and step.again_after_refusal is False:
        raise RuleRefusesError("refused_for_good", f"{step.id} was refused, once and for all")
    _stand(draft, act, "done")


def _refuse(draft: Draft, act: Act) -> None:
    procedure = draft.procedure(act)
    step = _step_of(procedure, act)
    _insist_on_turn(draft, procedure, step)
    if not step.may_be_refused:
        raise RuleRefusesError("cannot_be_refused", f"nobody may refuse {step.id}")
    _stand(draft, act, "refused")


def _undo(draft: Draft, act: Act) -> None:
    procedure = draft.procedure(act)
    step = _step_of(procedure, act)
    if draft.steps.pop((procedure.id, step.id), None) is None:
        raise RuleRefusesError("nothing_to_undo", f"{step.id} is neither done nor refused")


def _recess(draft: Draft, act: Act) -> None:
    calendar = draft.calendars[draft.procedure(act).calendar]
    first, last = (date.fromisoformat(text_of(act, key)) for key in ("first_day", "last_day"))
    if last < first:
        raise RuleRefusesError("field", f"last_day {last} is before first_day {first}")
    recess = DayRange(first=first, last=last, source=text_of(act, "source"))
    draft.calendars[calendar.id] = replace(calendar, recesses=(*calendar.recesses, recess))


def _recall(draft: Draft, act: Act) -> None:
    calendar = draft.calendars[draft.procedure(act).calendar]
    day = date.fromisoformat(text_of(act, "day"))
    sitting = DayRange(first=day, last=day, source=text_of(act, "source"))
    draft.calendars[calendar.id] = replace(calendar, sittings=(*calendar.sittings, sitting))


HANDLERS: Mapping[str, Callable[[Draft, Act], None]] = {
    "procedure.step": _do,
    "procedure.refuse": _refuse,
    "procedure.undo": _undo,
    "procedure.recess": _recess,
    "procedure.recall": _recall,
}
