"""How acts change pledges. Stages go forward, readiness rises by visits, depots empty and fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from truceline.guarantees.calendar import ONE_DAY
from truceline.guarantees.commitments import caveat_of, without_caveat
from truceline.guarantees.draft import (
    Draft,
    RuleRefusesError,
    codes_of,
    known_number_of,
    number_of,
    text_of,
)
from truceline.records.act import Act
from truceline.records.commitment import NOT_KNOWN
from truceline.records.pledge import (
    PLEDGE_STAGES,
    READINESS_LEVELS,
    SEALED_KINDS,
    ForceRow,
    Money,
    Pledge,
    StageReached,
    Stock,
    Visit,
)
from truceline.records.units import day_of

ENDS = ("withdrawn", "expired")
# Sums of a depot stay below the 2^53 of canonical JSON.
MOST_STOCK = 10**12


def reached(pledge: Pledge, stage: str) -> bool:
    """Tell whether a pledge stands at a stage or beyond; what has ended stands at none."""
    order = PLEDGE_STAGES.index
    return pledge.stage not in ENDS and order(pledge.stage) >= order(stage)


def _announce(draft: Draft, act: Act) -> None:
    state = text_of(act, "state")
    if state not in draft.participants:
        raise RuleRefusesError("unknown_subject", f"no participant {state!r}")
    draft.insist_on_state(act, state)
    _insist_on_procedure(draft, state, text_of(act, "procedure"))
    kind, source = text_of(act, "kind"), text_of(act, "source")
    draft.pledges[act.id] = Pledge(
        id=act.id,
        state=state,
        kind=kind,
        title=text_of(act, "title"),
        component=text_of(act, "component"),
        domain=text_of(act, "domain"),
        # Nothing becomes public by an act: that is another decision, in the register's file.
        tier="coalition",
        stages=(StageReached(stage="announced", at_us=act.at_us, source=source),),
        readiness=READINESS_LEVELS[0],
        visits=(),
        money=(),
        counts_within=_link(draft, act.id, text_of(act, "counts_within")),
        force=(),
        stock=(),
        sealed_site="",
        stationed_in="",
        leads=(),
        supports=(),
        caveats=(),
        procedure=text_of(act, "procedure"),
        source=source,
    )


def _insist_on_procedure(draft: Draft, state: str, wanted: str) -> None:
    if wanted in {"none", NOT_KNOWN}:
        return
    found = draft.procedures.get(wanted)
    if found is None or found.state != state:
        raise RuleRefusesError("unknown_subject", f"{state} has no procedure {wanted!r}")


def _link(draft: Draft, pledge: str, within: str) -> str:
    """Give the link back, unless it leads nowhere or in a ring."""
    here = within
    while here:
        if here not in draft.pledges:
            raise RuleRefusesError("unknown_subject", f"no pledge {here!r} to count within")
        if here == pledge:
            raise RuleRefusesError("counts_in_a_ring", f"{pledge} would count within itself")
        here = draft.pledges[here].counts_within
    return within


def _open(draft: Draft, act: Act) -> Pledge:
    pledge = draft.pledge(act)
    if pledge.stage in ENDS:
        raise RuleRefusesError("pledge_ended", f"{pledge.id} is {pledge.stage}")
    return pledge


def _add_money(draft: Draft, act: Act) -> None:
    pledge = _open(draft, act)
    money = Money(
        amount_minor=number_of(act, "amount_minor"),
        currency=text_of(act, "currency"),
        year=known_number_of(act, "year"),
        horizon_year=known_number_of(act, "horizon_year"),
        source=text_of(act, "source"),
    )
    draft.pledges[pledge.id] = replace(pledge, money=(*pledge.money, money))


def _set_force(draft: Draft, act: Act) -> None:
    pledge = _open(draft, act)
    row = ForceRow(
        capability=text_of(act, "capability"),
        domain=text_of(act, "domain"),
        count=number_of(act, "count"),
        within_s=known_number_of(act, "within_s"),
    )
    name = (row.capability, row.domain)
    others = [one for one in pledge.force if (one.capability, one.domain) != name]
    draft.pledges[pledge.id] = replace(pledge, force=(*others, row))


def _stage(draft: Draft, act: Act) -> None:
    pledge, stage = _open(draft, act), text_of(act, "stage")
    if stage not in ENDS and PLEDGE_STAGES.index(stage) <= PLEDGE_STAGES.index(pledge.stage):
        raise RuleRefusesError(
            "stage_goes_back", f"{pledge.id} is {pledge.stage}, not before {stage}"
        )
    if stage in ENDS and pledge.money and reached(pledge, "delivered"):
        raise RuleRefusesError("already_delivered", f"{pledge.id} is {pledge.stage}")
    row = StageReached(stage=stage, at_us=act.at_us, source=text_of(act, "source"))
    draft.pledges[pledge.id] = replace(pledge, stages=(*pledge.stages, row))


def _set_link(draft: Draft, act: Act) -> None:
    pledge = draft.pledge(act)
    within = _link(draft, pledge.id, text_of(act, "counts_within"))
    draft.pledges[pledge.id] = replace(pledge, counts_within=within)


def _set_lead(draft: Draft, act: Act) -> None:
    pledge, leads, supports = _open(draft, act), codes_of(act, "leads"), codes_of(act, "supports")
    for code in (*leads, *supports):
        if code not in draft.participants:
            raise RuleRefusesError("unknown_subject", f"no participant {code!r}")
    draft.pledges[pledge.id] = replace(pledge, leads=leads, supports=supports)


def _add_caveat(draft: Draft, act: Act) -> None:
    pledge = _open(draft, act)
    draft.pledges[pledge.id] = replace(pledge, caveats=(*pledge.caveats, caveat_of(act)))


def _lift_caveat(draft: Draft, act: Act) -> None:
    pledge = _open(draft, act)
    draft.pledges[pledge.id] = replace(pledge, caveats=without_caveat(pledge.caveats, act))


def _verify(draft: Draft, act: Act) -> None:
    pledge, level = draft.pledge(act, visited=True), text_of(act, "level")
    if pledge.stage in ENDS:
        raise RuleRefusesError("pledge_ended", f"{pledge.id} is {pledge.stage}")
    rise = READINESS_LEVELS.index(level) - READINESS_LEVELS.index(pledge.readiness)
    if rise > 1:
        raise RuleRefusesError(
            "one_level_a_visit", f"{pledge.readiness} to {level} is {rise} levels"
        )
    visit = Visit(
        act=act.id,
        level=level,
        day=text_of(act, "day"),
        report_sha256=text_of(act, "report_sha256"),
    )
    if visit.report_sha256 in {one.report_sha256 for one in pledge.visits}:
        raise RuleRefusesError("report_used_before", f"report {visit.report_sha256} is used")
    # A day's name differs by one around the world at most.
    if date.fromisoformat(visit.day) > day_of(act.at_us) + ONE_DAY:
        raise RuleRefusesError("field", f"the visit of {visit.day} has not been yet")
    draft.pledges[pledge.id] = replace(pledge, readiness=level, visits=(*pledge.visits, visit))


def _lower(draft: Draft, act: Act) -> None:
    pledge, level = _open(draft, act), text_of(act, "level")
    if READINESS_LEVELS.index(level) >= READINESS_LEVELS.index(pledge.readiness):
        raise RuleRefusesError("rises_by_visit_only", f"{level} is not below {pledge.readiness}")
    draft.pledges[pledge.id] = replace(pledge, readiness=level)


def _depot(draft: Draft, act: Act) -> Pledge:
    pledge = _open(draft, act)
    if pledge.kind not in SEALED_KINDS:
        raise RuleRefusesError("no_depot", f"{pledge.id} is a {pledge.kind}")
    return pledge


def _move_stock(draft: Draft, pledge: Pledge, item: str, change: int) -> None:
    before = {one.item: one.count for one in pledge.stock}
    left = before.get(item, 0) + change
    if not 0 <= left <= MOST_STOCK:
        raise RuleRefusesError(
            "stock", f"{before.get(item, 0)} of {item} are there, {change} asked"
        )
    stock = {**before, item: left}
    rows = tuple(Stock(item=name, count=stock[name]) for name in sorted(stock))
    draft.pledges[pledge.id] = replace(pledge, stock=rows)


def _draw_down(draft: Draft, act: Act) -> None:
    _move_stock(draft, _depot(draft, act), text_of(act, "item"), -number_of(act, "count"))


def _restock(draft: Draft, act: Act) -> None:
    _move_stock(draft, _depot(draft, act), text_of(act, "item"), number_of(act, "count"))


HANDLERS: Mapping[str, Callable[[Draft, Act], None]] = {
    "pledge.announce": _announce,
    "pledge.money": _add_money,
    "pledge.force": _set_force,
    "pledge.stage": _stage,
    "pledge.link": _set_link,
    "pledge.lead": _set_lead,
    "pledge.caveat": _add_caveat,
    "pledge.lift_caveat": _lift_caveat,
    "pledge.verify": _verify,
    "pledge.lower": _lower,
    "pledge.draw_down": _draw_down,
    "pledge.restock": _restock,
}
