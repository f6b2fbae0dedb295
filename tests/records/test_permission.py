"""A question that contradicts itself is refused where it is written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from truceline.records.mandate import Role
from truceline.records.permission import Decision, Deployment, Principal, Setting, Thing

THING = Thing(id="t", kind="exhibit", deployment=Deployment.MONITOR, tier="states")
WHO = Principal(actor="a", roles=frozenset({Role.PARTY}))
NOW = Setting(deployment=Deployment.MONITOR, now_us=0)


@pytest.mark.parametrize(
    ("record", "changes", "wrong"),
    [
        (WHO, {"actor": ""}, "nobody who did not log in has a role but public"),
        (WHO, {"seat": "first"}, "seat 'first' of 'a' is in no body"),
        (WHO, {"recused": frozenset({""})}, "stepped aside from a case without an id"),
        (THING, {"kind": "depot"}, "kind 'depot' is none of"),
        (THING, {"tier": "secret"}, "tier 'secret' is none of"),
        (
            THING,
            {"tier": "public", "withheld_from": frozenset({"B", "A"})},
            "'t' is public and withheld from A, B",
        ),
        (THING, {"parties": frozenset({""})}, "'t' names a state or a key without a name"),
        (THING, {"keepers": frozenset({""})}, "'t' names a state or a key without a name"),
        (THING, {"opened": False}, "exhibit 't' is sealed; only votes are"),
        (THING, {"published_us": -1}, "published_us -1 of 't' is outside"),
        (THING, {"delay_us": 2**53}, "delay_us 9007199254740992 of 't' is outside"),
        (NOW, {"now_us": -1}, "now_us -1 is outside"),
    ],
)
def test_what_contradicts_itself_is_refused_with_the_value(
    record: Any,  # noqa: ANN401 - any of the records
    changes: dict[str, Any],
    wrong: str,
) -> None:
    with pytest.raises(ValueError, match=wrong):
        replace(record, **changes)


def test_the_ends_of_what_can_be_said_are_taken() -> None:
    edge = replace(THING, published_us=2**53 - 1, delay_us=0)
    assert edge.published_us == 2**53 - 1
    assert replace(THING, kind="votes", opened=False).opened is False


def test_an_answer_says_the_rule_and_what_it_asks_for() -> None:
    forbidden = Decision(allowed=False, by=("forbid.recused", "forbid.withheld"))
    assert (forbidden.rule, forbidden.why) == ("forbid.recused", "forbid.recused, forbid.withheld")
    default = Decision(
        allowed=False, by=("default",), nearest="permit.party", asks=("role-party", "own-state")
    )
    assert default.why == "no policy allows; permit.party asks for role party, own state"
