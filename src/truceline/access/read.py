"""The Cedar policies as they stand in `policies/`, read once, each known by its `@id`.

Source: the Cedar policy language, https://docs.cedarpolicy.com; its JSON policy format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cedarpy import Entities, PolicySet, Schema, policies_to_json_str

# Read in this order; what comes first is the nearer one where two are as near.
FILES = ("commission", "guarantors", "seeing", "never")
SCHEMA = "actions.cedarschema"
ANNOTATIONS = frozenset({"id", "article", "words"})


class PolicyError(ValueError):
    """The policies of the house are not what the house asks of them; names the file or policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy, with what is said about it.

    Attributes:
        id: Its `@id`: "permit." or "forbid." and a name.
        article: Its `@article`: where the rule comes from.
        words: Its `@words`: key of the sentence that people read.
        asks: Its `@asks`: a key for each condition, in order; none for one that forbids.
        body: The policy itself, in Cedar's JSON format.
    """

    id: str
    article: str
    words: str
    asks: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def scope(self) -> str | None:
        """Name the action or the group of actions that it speaks of; None for every action."""
        action = self.body["action"]
        return None if action["op"] == "All" else str(action["entity"]["id"])

    @property
    def permits(self) -> bool:
        """Tell whether it allows; else it forbids."""
        return bool(self.body["effect"] == "permit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that decides.

    Attributes:
        schema: What a question is made of, and every action.
        groups: Each action that can be asked for, and the groups in which it stands.
        every: Every policy by its id.
        deciding: The policies, ready to be asked.
        conditions: Each condition of each permission as a policy of its own, named ID#NUMBER:
            what tells which of them did not hold.
    """

    schema: Schema
    groups: Mapping[str, frozenset[str]]
    every: Mapping[str, Policy]
    deciding: PolicySet
    conditions: PolicySet

    def speaking_of(self, action: str) -> tuple[str, ...]:
        """Give the ids of the policies that speak of an action, whatever they say of it."""
        names = self.groups[action] | {action}
        return tuple(
            one.id for one in self.every.values() if one.scope is None or one.scope in names
        )


def source(name: str) -> str:
    """Give a file of the folder `policies` as it stands."""
    return (resources.files("truceline.access") / "policies" / name).read_text(encoding="utf-8")


@cache
def load() -> Policies:
    """Read the policies of the house.

    Raises:
        PolicyError: A policy lacks an annotation, or two have one id.
        ValueError: A file is not Cedar.
    """
    every = gathered({file: source(f"{file}.cedar") for file in FILES})
    schema = Schema.from_str(source(SCHEMA))
    return Policies(
        schema=schema,
        groups=groups_of(schema),
        every=every,
        deciding=_policy_set({policy.id: policy.body for policy in every.values()}),
        conditions=_policy_set(_conditions(every)),
    )


def gathered(texts: Mapping[str, str]) -> dict[str, Policy]:
    """Give the policies of several files by their id, in order.

    Raises:
        PolicyError: As `read`; or two have one id.
    """
    every: dict[str, Policy] = {}
    for file, text in texts.items():
        for policy in read(text, file):
            if policy.id in every:
                raise PolicyError(f"{file}: there are two policies {policy.id}")
            every[policy.id] = policy
    return every


def read(text: str, file: str) -> list[Policy]:
    """Read the policies of one file, in order.

    Raises:
        PolicyError: A policy lacks an annotation, or does not name each of its conditions.
    """
    # Cedar numbers policies by their place, and a JSON object sorts its keys as text.
    bodies = json.loads(policies_to_json_str(text))["staticPolicies"]
    return [_policy(bodies[f"policy{number}"], file) for number in range(len(bodies))]


def _policy(body: Mapping[str, Any], file: str) -> Policy:
    said = body.get("annotations", {})
    missing = ANNOTATIONS - set(said)
    if missing:
        raise PolicyError(
            f"{file}: {said.get('id', 'a policy')} lacks {', '.join(sorted(missing))}"
        )
    asks = tuple(said.get("asks", "").split())
    permits = body["effect"] == "permit"
    if said["id"].split(".")[0] != body["effect"]:
        raise PolicyError(f"{file}: {said['id']} is a {body['effect']} by another name")
    if permits and len(asks) != len(body["conditions"]):
        raise PolicyError(
            f"{file}: {said['id']} names {len(asks)} of {len(body['conditions'])} conditions"
        )
    return Policy(id=said["id"], article=said["article"], words=said["words"], asks=asks, body=body)


def groups_of(schema: Schema) -> dict[str, frozenset[str]]:
    """Give each action that can be asked for, and its groups; the groups themselves cannot be."""
    actions = {
        action["uid"]["id"]: frozenset(group["id"] for group in action["parents"])
        for action in json.loads(str(Entities.from_json_str("[]", schema)))
    }
    groups = frozenset().union(*actions.values())
    return {name: inside for name, inside in sorted(actions.items()) if name not in groups}


def _conditions(every: Mapping[str, Policy]) -> dict[str, Mapping[str, Any]]:
    parts: dict[str, Mapping[str, Any]] = {}
    for policy in every.values():
        if policy.permits:
            for number, condition in enumerate(policy.body["conditions"]):
                parts[f"{policy.id}#{number}"] = {**policy.body, "conditions": [condition]}
    return parts


def _policy_set(bodies: Mapping[str, Mapping[str, Any]]) -> PolicySet:
    """Make a set whose answers name the policies by these ids."""
    whole = {"templates": {}, "staticPolicies": bodies, "templateLinks": []}
    return PolicySet.from_json_str(json.dumps(whole))
