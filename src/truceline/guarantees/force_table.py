"""Land, sea and air forces pledged, matched against what a scenario asks for.

A pledge "to deploy or be present on land, at sea or in the air" is counted as that, in a column of
its own, and never as a troop contribution.
"""

from __future__ import annotations

from collections.abc import Iterable

from truceline.guarantees.pledges import ENDS, reached
from truceline.records.gap import ForceLine
from truceline.records.pledge import READINESS_LEVELS, ForceRow, Pledge
from truceline.records.register import RegisterState, Requirement, Scenario

PRESENCE = "deploy_or_be_present"
TROOPS = "troop_contribution"

_Key = tuple[str, str, str]
_Held = tuple[Pledge, ForceRow]


def force_table(state: RegisterState, scenario: Scenario) -> tuple[ForceLine, ...]:
    """Give one line a component, domain and capability, whether required, pledged or both."""
    held = [
        (pledge, row)
        for pledge in sorted(state.register.pledges, key=lambda one: one.id)
        if pledge.stage not in ENDS
        for row in pledge.force
        if row.domain
    ]
    required = {key_of(one): one.count for one in scenario.requires if one.domain}
    keys = sorted({*required, *(held_key(*one) for one in held)})
    return tuple(
        _line(key, required.get(key, 0), [one for one in held if held_key(*one) == key], scenario)
        for key in keys
    )


def key_of(requirement: Requirement) -> _Key:
    """Give what a requirement is matched by."""
    return requirement.component, requirement.domain, requirement.capability


def held_key(pledge: Pledge, row: ForceRow) -> _Key:
    """Give what forces are matched by."""
    return pledge.component, row.domain, row.capability


def is_ready(pledge: Pledge, least: str) -> bool:
    """Tell whether verification has found a pledge at a readiness level or above."""
    return READINESS_LEVELS.index(pledge.readiness) >= READINESS_LEVELS.index(least)


def troop_contributions(pledges: Iterable[Pledge]) -> tuple[Pledge, ...]:
    """Give the pledges of troops; a pledge to be present is none."""
    return tuple(one for one in pledges if one.kind == TROOPS and one.stage not in ENDS)


def _line(key: _Key, required: int, held: list[_Held], scenario: Scenario) -> ForceLine:
    component, domain, capability = key
    least = scenario.least_readiness
    return ForceLine(
        component=component,
        domain=domain,
        capability=capability,
        required=required,
        pledged=sum(row.count for _, row in held),
        verified=sum(row.count for pledge, row in held if is_ready(pledge, least)),
        in_service=sum(row.count for pledge, row in held if reached(pledge, "ready")),
        presence=sum(row.count for pledge, row in held if pledge.kind == PRESENCE),
        pledges=tuple(dict.fromkeys(pledge.id for pledge, _ in held)),
    )
