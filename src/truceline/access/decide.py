"""Ask the policies: default deny, and every answer names the rule that gave it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from cedarpy import AuthzResult, PolicySet, is_authorized

from truceline.access.read import Policies, Policy, load
from truceline.records.permission import Decision, Principal, Question, Setting, Thing

DEFAULT = ("default",)


class AccessError(RuntimeError):
    """Cedar could not weigh a question at all; nothing is allowed by it."""


def decide(question: Question) -> Decision:
    """Tell whether somebody may do something, and which rule says so.

    One policy that forbids outweighs all that allow; where none allows, it is refused by default,
    and the answer names the policy that came nearest and what it asks for.

    Raises:
        AccessError: Cedar could not weigh the question.
    """
    policies = load()
    if question.action not in policies.groups:
        return Decision(allowed=False, by=DEFAULT)
    said = _ask(question, policies, policies.deciding)
    by = tuple(sorted(said.diagnostics.reasons))
    if by:
        return Decision(allowed=said.allowed, by=by)
    nearest, asks = _nearest(question, policies)
    return Decision(allowed=False, by=DEFAULT, nearest=nearest, asks=asks)


def _ask(question: Question, policies: Policies, asked: PolicySet) -> AuthzResult:
    said = is_authorized(
        {
            "principal": {"type": "Actor", "id": question.principal.actor},
            "action": {"type": "Action", "id": question.action},
            "resource": {"type": "Thing", "id": question.thing.id},
            "context": _setting(question.setting),
        },
        asked,
        [
            _entity("Actor", question.principal.actor, _actor(question.principal)),
            _entity("Thing", question.thing.id, _thing(question.thing)),
        ],
        policies.schema,
    )
    if said.diagnostics.errors:
        raise AccessError(f"{question.action}: {'; '.join(said.diagnostics.errors)}")
    return said


def _nearest(question: Question, policies: Policies) -> tuple[str, tuple[str, ...]]:
    """Give the permission with the fewest conditions that fail, and their keys.

    Each condition is weighed by Cedar itself, as a policy of its own. Of two that are as near the
    one that stands first is named; it is said to be near, not to be the only way.
    """
    held = set(_ask(question, policies, policies.conditions).diagnostics.reasons)
    failing = [
        (_failing(policies.every[name], held), name)
        for name in policies.speaking_of(question.action)
        if policies.every[name].permits
    ]
    if not failing:
        return "", ()
    asks, nearest = min(failing, key=lambda one: len(one[0]))
    return nearest, asks


def _failing(policy: Policy, held: AbstractSet[str]) -> tuple[str, ...]:
    keys = enumerate(policy.asks)
    return tuple(key for number, key in keys if f"{policy.id}#{number}" not in held)


def _entity(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": []}


def _actor(principal: Principal) -> dict[str, Any]:
    return {
        "actor": principal.actor,
        "roles": sorted(role.value for role in principal.roles),
        "state": principal.state,
        "body": principal.body,
        "seat": principal.seat,
        "recused": sorted(principal.recused),
    }


def _thing(thing: Thing) -> dict[str, Any]:
    attributes = {
        "kind": thing.kind,
        "deployment": thing.deployment.value,
        "tier": thing.tier,
        "case": thing.case,
        "body": thing.body,
        "seat": thing.seat,
        "state": thing.state,
        "parties": sorted(thing.parties),
        "withheld_from": sorted(thing.withheld_from),
        "originator": thing.originator,
        "released_to": sorted(thing.released_to),
        "keepers": sorted(thing.keepers),
        "delay_us": thing.delay_us,
        "opened": thing.opened,
    }
    if thing.published_us is not None:
        attributes["published_us"] = thing.published_us
    return attributes


def _setting(setting: Setting) -> dict[str, Any]:
    return {
        "deployment": setting.deployment.value,
        "now_us": setting.now_us,
        "loopback": setting.loopback,
        "development": setting.development,
    }
