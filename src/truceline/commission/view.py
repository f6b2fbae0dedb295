"""Show a case as records: one line of the board, or the whole of it."""

from __future__ import annotations

from collections.abc import Callable

from truceline.commission.case import party_standing, status_at
from truceline.commission.deadlines import standing_of
from truceline.commission.hats import hats
from truceline.commission.motions import standing_of as motion_standing_of
from truceline.commission.patterns import pattern
from truceline.commission.remedies import history
from truceline.commission.room import Case, Room
from truceline.records.chamber import CaseLine, CaseView, Pattern, RevisedFinding


def line(case: Case, room: Room, now_us: int, warnings: tuple[str, ...]) -> CaseLine:
    """Show a case as one line."""
    open_clocks = [clock.due_us for clock in case.open_clocks.values()]
    running = [due_us for due_us in open_clocks if due_us >= now_us]
    return CaseLine(
        id=case.id,
        title=case.title,
        body=case.body,
        status=status_at(case, now_us),
        severity=case.severity,
        assigned_to=case.assigned_to,
        opened_us=case.opened_us,
        next_due_us=min(running, default=None),
        passed=len(open_clocks) - len(running),
        determinations=sum(
            room.determinations[one].standing == "stands" for one in case.determinations
        ),
        remedies_open=sum(
            room.remedies[one].standing.standing in {"running", "not_kept", "undecided"}
            for one in case.remedies
        ),
        warned=bool(warnings),
    )


def view(case: Case, room: Room, now_us: int, warnings: tuple[str, ...]) -> CaseView:
    """Show a case whole."""
    return CaseView(
        line=line(case, room, now_us, warnings),
        opened_by=case.opened_by,
        claim=case.claim,
        findings=tuple(case.findings),
        revised=revised(case, room),
        parties=tuple(party_standing(case, party, now_us) for party in case.concerns),
        requests=tuple(case.requests.values()),
        exhibits=tuple(case.exhibits.values()),
        recusals=tuple(case.recusals),
        conflicts=tuple(case.conflicts),
        motions=tuple(motion_standing_of(room, room.motions[one]) for one in case.motions),
        determinations=tuple(room.determinations[one] for one in case.determinations),
        corrections=tuple(case.corrections),
        appeals=tuple(case.appeals.values()),
        remedies=tuple(history(room.remedies[one]) for one in case.remedies),
        deadlines=tuple(standing_of(clock, now_us) for clock in case.clocks),
        published=tuple(case.published),
        handovers=tuple(case.handovers),
        bodies=tuple(case.bodies),
        links=tuple(case.links),
        patterns=patterns(case, room),
        hats=hats(room, case),
        warnings=warnings,
    )


def revised(case: Case, room: Room) -> tuple[RevisedFinding, ...]:
    """Give the findings that a case or its determinations stand on and that are told no more.

    Nothing follows from it: whether to correct what was decided is the body's to say.
    """
    standing = [
        one
        for one in (room.determinations[name] for name in case.determinations)
        if one.standing == "stands"
    ]
    cited = dict.fromkeys([*case.findings, *(name for one in standing for name in one.findings)])
    return tuple(
        RevisedFinding(
            finding=name,
            in_place=in_place,
            determinations=tuple(one.id for one in standing if name in one.findings),
        )
        for name in cited
        if (in_place := room.facts[name].superseded_by) is not None
    )


def patterns(
    case: Case, room: Room, sees: Callable[[str], bool] = lambda _: True
) -> tuple[Pattern, ...]:
    """Give the patterns of two cases and more that a case belongs to, by kind and key.

    Args:
        case: The case.
        room: Where the others are.
        sees: Whether a case counts: to somebody who may not see all, the others are not there.
    """
    keys: set[tuple[str, str]] = set()
    for finding in case.findings:
        facts = room.facts[finding]
        keys |= {("place", facts.cell), ("unit_area", facts.unit_area), ("order", facts.order)}
    found: list[Pattern] = []
    for by, key in sorted(keys):
        alike = [one for one in room.shared.get((by, key), {}) if sees(one)] if key else []
        if len(alike) > 1:
            found.append(pattern(by, key, [(room.cases[one].began_us, one) for one in alike]))
    return tuple(found)
