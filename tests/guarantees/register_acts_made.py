"""The exercise's register, and acts made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from truceline.guarantees.register import read_shipped
from truceline.guarantees.register_fold import fold_register
from truceline.records.act import Act
from truceline.records.commitment import Calendar, Procedure, ProcedureStep
from truceline.records.pledge import Pledge
from truceline.records.register import RegisterState
from truceline.records.units import DAY_US

EXERCISE = read_shipped("exercise.toml")
# Monday 17 March 2025, 12:00 UTC: a week before the recess of Asteria's chamber.
MONDAY_US = 1_742_212_800_000_000
FRIDAY = MONDAY_US + 4 * DAY_US
LATE_US = MONDAY_US + 400 * DAY_US
UA, AST, BOR, CAL, VISITS = (
    f"exercise.example/{name}" for name in ("ua", "asteria", "borland", "calidon", "visits")
)
INVENTED = "invented"


def act(
    actor: str,
    name: str,
    about: str = "",
    *,
    at_us: int = MONDAY_US,
    **detail: Any,  # noqa: ANN401 - also what is no JSON, to be refused
) -> Act:
    """Make an act; its id tells actor, name, subject and instant."""
    return Act(
        id=f"{name}.{actor.rpartition('/')[2]}.{about or 'new'}.{at_us}",
        index=0,
        actor=actor,
        name=name,
        about=about,
        signed_us=at_us,
        at_us=at_us,
        detail=detail,
    )


def folded(*acts: Act, now_us: int = LATE_US) -> RegisterState:
    """Fold acts into the exercise's register."""
    return fold_register(EXERCISE, acts, now_us)


def rules_of(state: RegisterState) -> list[str]:
    """Give the rules that refused."""
    return [one.rule for one in state.refused]


def pledge(state: RegisterState, name: str) -> Pledge:
    """Give a pledge by its id."""
    return next(one for one in state.register.pledges if one.id == name)


def step(name: str, *needs: tuple[str, ...], **changes: object) -> ProcedureStep:
    """Make a step that may take no time, unless told otherwise."""
    plain = ProcedureStep(
        id=name,
        step="government_decision",
        who="somebody",
        needs=needs,
        least_days=0,
        most_days=20,
        day_kind="calendar",
        may_be_refused=False,
        again_after_refusal=True,
        emergency=False,
        source=INVENTED,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def procedure(goal: str, *steps: ProcedureStep) -> Procedure:
    """Make a procedure of steps."""
    return Procedure(
        id="p",
        state="AST",
        title=INVENTED,
        goal=goal,
        calendar="c",
        steps=steps,
        source=INVENTED,
    )


UTC_CALENDAR = Calendar(
    id="c",
    zone="UTC",
    known=None,
    weekend=(5, 6),
    holidays=(),
    recesses=(),
    sittings=(),
    source=INVENTED,
)
