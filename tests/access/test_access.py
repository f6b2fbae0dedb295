"""Default deny; every refusal names its rule; Cedar and the plain table answer the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from cedarpy import PolicySet, validate_policies
from drawn_questions import Met, drawn

from truceline.access import decide as decide_module
from truceline.access.decide import AccessError, decide
from truceline.access.read import FILES, PolicyError, gathered, load, read, source
from truceline.access.reference import ACTS, ALLOWED, DEFAULT, FORBIDDEN, answer
from truceline.records.mandate import Role
from truceline.records.permission import (
    GUARDED_KINDS,
    SEE,
    Decision,
    Deployment,
    Principal,
    Question,
    Setting,
    Thing,
)

SEED, QUESTIONS, OFTEN = 5, 2_000, 4
NOON = 1_775_908_800_000_000
HERE = Setting(deployment=Deployment.MONITOR, now_us=NOON)
BOARD = Setting(deployment=Deployment.GUARANTORS, now_us=NOON)
CASE = Thing(
    id="c1",
    kind="case",
    deployment=Deployment.MONITOR,
    tier="states",
    case="c1",
    body="commission",
    parties=frozenset({"A", "B"}),
)
PARTY_A = Principal(actor="a", roles=frozenset({Role.PARTY}), state="A")
PARTY_B = Principal(actor="b", roles=frozenset({Role.PARTY}), state="B")
MEMBER = Principal(
    actor="m",
    roles=frozenset({Role.COMMISSIONER}),
    state="C",
    body="commission",
    seat="third",
)
CHAIR = replace(MEMBER, actor="ch", roles=frozenset({Role.CHAIR}), seat="first")
ANALYST = Principal(actor="an", roles=frozenset({Role.ANALYST}))
REVIEWER = Principal(actor="re", roles=frozenset({Role.REVIEWER}))
GUARANTOR = Principal(actor="g", roles=frozenset({Role.GUARANTOR}), state="C")
ANYBODY = Principal(actor="", roles=frozenset({Role.PUBLIC}))


def asked(who: Principal, action: str, thing: Thing = CASE, setting: Setting = HERE) -> Decision:
    return decide(Question(principal=who, action=action, thing=thing, setting=setting))


def verdict(decision: Decision) -> str:
    if decision.allowed:
        return ALLOWED
    return DEFAULT if decision.by == ("default",) else FORBIDDEN


# ---------------------------------------------------------------------------- Cedar's own check
def test_the_policies_fit_their_schema() -> None:
    text = "".join(source(f"{file}.cedar") for file in FILES)
    checked = validate_policies(text, load().schema)
    assert checked.validation_passed, checked.errors
    misspelt = text.replace("principal.roles", "principal.rolls", 1)
    assert not validate_policies(misspelt, load().schema).validation_passed


def test_every_policy_of_the_files_is_asked() -> None:
    text = "".join(source(f"{file}.cedar") for file in FILES)
    assert len(load().every) == len(re.findall(r"^(?:permit|forbid) \(", text, re.MULTILINE)) > 20
    assert len(load().deciding) == len(load().every)


def test_both_sides_know_the_same_acts() -> None:
    known = {act for table in ACTS.values() for act in table} | {SEE}
    assert set(load().groups) == known


def test_no_policy_names_a_state() -> None:
    text = "".join(source(f"{file}.cedar") for file in FILES)
    rules = "\n".join(line for line in text.splitlines() if not line.startswith(("@", "//")))
    named = set(re.findall(r'"([^"]*)"', rules))
    assert {"party", "public", "monitor"} <= named
    assert [name for name in named if name.isupper()] == []


SAID = '@id("permit.x") @article("1") @words("w") '


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        ("permit (principal, action, resource);", "a policy lacks article, id, words"),
        ('@id("permit.x") permit (principal, action, resource);', "permit.x lacks article, words"),
        (
            '@id("forbid.x") @article("1") @words("w") permit (principal, action, resource);',
            "forbid.x is a permit by another name",
        ),
        (
            SAID.replace("permit", "a") + "permit (principal, action, resource);",
            "a.x is a permit by",
        ),
        (
            SAID + "permit (principal, action, resource) when { true };",
            "permit.x names 0 of 1 conditions",
        ),
    ],
)
def test_a_policy_that_does_not_say_what_it_is_is_refused(policy: str, wrong: str) -> None:
    with pytest.raises(PolicyError, match=f"made-up: {wrong}"):
        read(policy, "made-up")


def test_two_policies_of_one_id_are_refused_in_whichever_files_they_stand() -> None:
    policy = SAID + "permit (principal, action, resource);"
    assert list(gathered({"first": policy})) == ["permit.x"]
    with pytest.raises(PolicyError, match=r"second: there are two policies permit\.x"):
        gathered({"first": policy, "second": policy})


# ----------------------------------------------------------------------- the same as the table
def test_cedar_and_the_plain_table_answer_the_same() -> None:
    met = Met()
    for question in drawn(SEED, QUESTIONS):
        decision = decide(question)
        assert verdict(decision) == answer(question), question
        if question.action in load().groups:
            met.add(decision, load().speaking_of(question.action))
        else:
            assert (decision.nearest, decision.why) == ("", "no policy allows")
    seldom = {
        policy: (met.allowed[policy], met.refused[policy])
        for policy in load().every
        if min(met.allowed[policy], met.refused[policy]) < OFTEN
    }
    assert seldom == {}


def weakened() -> Iterator[tuple[str, PolicySet]]:
    """Take each condition out of each policy in turn, and each policy as a whole."""
    bodies = {policy.id: policy.body for policy in load().every.values()}
    for name, body in bodies.items():
        yield name, as_set({other: one for other, one in bodies.items() if other != name})
        for number in range(len(body["conditions"])):
            rest = [one for at, one in enumerate(body["conditions"]) if at != number]
            yield f"{name}#{number}", as_set({**bodies, name: {**body, "conditions": rest}})


def as_set(bodies: dict[str, object]) -> PolicySet:
    whole = {"templates": {}, "staticPolicies": bodies, "templateLinks": []}
    return PolicySet.from_json_str(json.dumps(whole))


def test_the_table_notices_every_condition_that_is_taken_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, tried = load(), []
    known = [(one, answer(one)) for one in drawn(SEED, 4 * QUESTIONS) if one.action in whole.groups]
    for name, policies in weakened():
        tried.append(name)
        part = replace(whole, deciding=policies)
        monkeypatch.setattr(decide_module, "load", lambda part=part: part)
        assert any(
            verdict(decide(question)) != right
            for question, right in known
            if name.split("#")[0] in whole.speaking_of(question.action)
        ), name
    assert len(tried) > 80


# ------------------------------------------------------------------ what nobody may do
@pytest.mark.parametrize(
    ("rule", "who", "action", "thing", "setting"),
    [
        pytest.param(
            "forbid.other-deployment", REVIEWER, SEE, CASE, BOARD, id="a case among the guarantors"
        ),
        pytest.param(
            "forbid.withheld",
            PARTY_A,
            SEE,
            replace(CASE, withheld_from=frozenset({"A"})),
            HERE,
            id="evidence that one side may not see",
        ),
        pytest.param(
            "forbid.sealed-votes",
            CHAIR,
            SEE,
            replace(CASE, kind="votes", opened=False),
            HERE,
            id="votes before they are opened, by the chair",
        ),
        pytest.param(
            "forbid.recused",
            replace(MEMBER, recused=frozenset({"c1"})),
            "vote.seal",
            CASE,
            HERE,
            id="a vote of one who stepped aside",
        ),
        pytest.param(
            "forbid.development-login",
            REVIEWER,
            "case.open",
            CASE,
            replace(HERE, development=True),
            id="a login without a passkey from another machine",
        ),
        pytest.param(
            "forbid.own-visit",
            GUARANTOR,
            "pledge.verify",
            Thing(
                id="p",
                kind="pledge",
                deployment=Deployment.GUARANTORS,
                tier="coalition",
                state="C",
                keepers=frozenset({"g"}),
            ),
            BOARD,
            id="a visit to one's own forces",
        ),
    ],
)
def test_what_nobody_may_do_is_refused_by_its_rule(
    rule: str, who: Principal, action: str, thing: Thing, setting: Setting
) -> None:
    assert asked(who, action, thing, setting) == Decision(allowed=False, by=(rule,))


@pytest.mark.parametrize("kind", GUARDED_KINDS)
def test_what_the_guarantors_guard_is_seen_by_them_and_their_staff_only(kind: str) -> None:
    guarded = Thing(id="x", kind=kind, deployment=Deployment.GUARANTORS, tier="coalition")
    for who in (GUARANTOR, ANALYST, REVIEWER):
        assert asked(who, SEE, guarded, BOARD).allowed
    public = replace(guarded, tier="public", published_us=0)
    for who in (PARTY_A, PARTY_B, MEMBER, CHAIR, ANYBODY):
        assert asked(who, SEE, public, BOARD).by == ("forbid.guarantors-only",)
    here = replace(guarded, deployment=Deployment.MONITOR)
    assert asked(GUARANTOR, SEE, here, HERE).by == ("forbid.guarantors-only",)


# --------------------------------------------------------------------------- the two parties
def test_both_sides_see_every_page_that_concerns_them_and_answer() -> None:
    for who in (PARTY_A, PARTY_B):
        assert asked(who, SEE).by == ("permit.see-party",)
        assert asked(who, "case.position").by == ("permit.party",)
    theirs = replace(CASE, parties=frozenset({"D"}))
    refused = asked(PARTY_A, SEE, theirs)
    assert refused.why == ("no policy allows; permit.see-party asks for concerns own state or all")


def test_who_takes_the_other_side_s_place_gets_its_answer() -> None:
    swap = {"AA": "BB", "BB": "AA"}

    def swapped(states: frozenset[str]) -> frozenset[str]:
        return frozenset(swap.get(state, state) for state in states)

    touched = 0
    for question in islice(drawn(SEED + 1, 500), 500):
        who, thing = question.principal, question.thing
        other = replace(
            question,
            principal=replace(who, state=swap.get(who.state, who.state)),
            thing=replace(
                thing,
                state=swap.get(thing.state, thing.state),
                originator=swap.get(thing.originator, thing.originator),
                parties=swapped(thing.parties),
                withheld_from=swapped(thing.withheld_from),
                released_to=swapped(thing.released_to),
            ),
        )
        touched += other != question
        assert decide(other) == decide(question)
    assert touched > 100


# ------------------------------------------------------------------------ tiers of disclosure
@pytest.mark.parametrize(
    ("tier", "who_sees"),
    [
        ("public", {"analyst", "reviewer", "commissioner", "chair", "guarantor", "party"}),
        ("states", {"analyst", "reviewer", "commissioner", "chair", "guarantor", "party"}),
        ("coalition", {"analyst", "reviewer", "commissioner", "chair", "guarantor"}),
        ("commission", {"analyst", "reviewer", "commissioner", "chair"}),
        ("originator_controlled", set()),
    ],
)
def test_each_tier_is_seen_by_its_roles(tier: str, who_sees: set[str]) -> None:
    exhibit = replace(CASE, kind="exhibit", tier=tier, originator="D")
    everybody = (ANALYST, REVIEWER, MEMBER, CHAIR, GUARANTOR, PARTY_A, ANYBODY)
    seen = {
        role.value for who in everybody for role in who.roles if asked(who, SEE, exhibit).allowed
    }
    assert seen == who_sees


def test_what_its_originator_controls_is_seen_by_it_and_by_whom_it_released_it_to() -> None:
    exhibit = replace(
        CASE, tier="originator_controlled", originator="C", released_to=frozenset({"B"})
    )
    assert asked(GUARANTOR, SEE, exhibit).by == ("permit.see-own",)
    assert asked(PARTY_B, SEE, exhibit).by == ("permit.see-released",)
    assert not asked(PARTY_A, SEE, exhibit).allowed
    withheld = replace(exhibit, withheld_from=frozenset({"B"}))
    assert asked(PARTY_B, SEE, withheld).by == ("forbid.withheld",)


@pytest.mark.parametrize(
    ("published_us", "delay_us", "allowed"),
    [
        pytest.param(NOON - 10, 10, True, id="the delay is over at its end"),
        pytest.param(NOON - 10, 11, False, id="a microsecond is left"),
        pytest.param(NOON + 1, 0, False, id="not yet published"),
        pytest.param(None, 0, False, id="never published"),
    ],
)
def test_the_public_waits_for_the_delay(
    published_us: int | None, delay_us: int, *, allowed: bool
) -> None:
    page = replace(CASE, tier="public", published_us=published_us, delay_us=delay_us)
    assert asked(ANYBODY, SEE, page).allowed is allowed


# ------------------------------------------------------------------- what a refusal says
def test_a_refusal_by_default_names_the_nearest_policy_and_what_it_asks_for() -> None:
    refused = asked(REVIEWER, "case.position")
    assert refused.by == ("default",)
    assert (refused.nearest, refused.asks) == (
        "permit.party",
        ("role-party", "concerns-own-state"),
    )
    assert refused.rule == "default"
    assert refused.why == ("no policy allows; permit.party asks for role party, concerns own state")


def test_of_an_act_that_nobody_knows_no_policy_speaks() -> None:
    assert asked(CHAIR, "case.delete").why == "no policy allows"
    assert asked(CHAIR, "by_chair").why == "no policy allows"


def test_a_question_that_cedar_cannot_weigh_allows_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decide_module, "_setting", lambda _: {"now_us": "noon"})
    with pytest.raises(AccessError, match=r"case\.open: .*context"):
        asked(REVIEWER, "case.open")


def test_nobody_acts_for_a_seat_of_another_body() -> None:
    elsewhere = replace(CHAIR, body="council")
    refused = asked(elsewhere, "determination.record")
    assert (refused.nearest, refused.asks) == ("permit.chair", ("own-body",))


def test_nobody_acts_for_another_state() -> None:
    pledge = Thing(
        id="p", kind="pledge", deployment=Deployment.GUARANTORS, tier="coalition", state="D"
    )
    assert asked(GUARANTOR, "pledge.stage", pledge, BOARD).asks == ("own-state",)
    own = replace(pledge, state="C")
    assert asked(GUARANTOR, "pledge.stage", own, BOARD).allowed
    assert asked(GUARANTOR, "pledge.stage", replace(own, state=""), BOARD).asks == ("own-state",)
