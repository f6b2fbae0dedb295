"""Nothing of the guarantors' tier can be found in what is public, nor by subtracting it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_acts_made import EXERCISE, FRIDAY, INVENTED, folded

from truceline.guarantees.gap import gap
from truceline.guarantees.public import public_view
from truceline.records.canonical import record_bytes
from truceline.records.commitment import Caveat
from truceline.records.pledge import (
    READINESS_LEVELS,
    TIERS,
    ForceRow,
    Money,
    Pledge,
    Stock,
    Visit,
)
from truceline.records.register import RegisterState

STATE = folded()
(ATTACK,) = EXERCISE.scenarios
# Large primes: if one is a sum or a difference of public numbers, that is no accident.
SECRETS = (104_729, 224_737, 350_377, 479_909, 611_953)


def with_pledges(*pledges: Pledge) -> RegisterState:
    return replace(STATE, register=replace(STATE.register, pledges=pledges))


def secretive(pledge: Pledge, numbers: tuple[int, ...], level: str) -> Pledge:
    """Fill everything of a pledge that is of the guarantors' tier."""
    force, within, stock, money, year = numbers
    hidden = replace(
        pledge,
        readiness=level,
        visits=(Visit(act="a", level=level, day="2025-01-01", report_sha256="ab" * 32),),
        force=(ForceRow(capability="unit", domain="land", count=force, within_s=within),),
        stock=(Stock(item="lance", count=stock),),
        sealed_site="site",
        stationed_in="AST",
        caveats=(Caveat(kind="geography", words="w", source=INVENTED),),
    )
    if pledge.tier == "public":
        return hidden
    row = Money(amount_minor=money, currency="EUR", year=year, horizon_year=None, source=INVENTED)
    return replace(hidden, money=(row,))


def numbers_in(value: Any) -> list[int]:  # noqa: ANN401 - parsed JSON
    """Give every number of a document, and the length of every list in it."""
    if isinstance(value, dict):
        return [n for inner in value.values() for n in numbers_in(inner)]
    if isinstance(value, list):
        return [len(value), *(n for inner in value for n in numbers_in(inner))]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


@given(
    numbers=st.tuples(*[st.integers(1, 10**9)] * 5),
    level=st.sampled_from(READINESS_LEVELS),
    stages=st.sampled_from(["allocated", "contracted", "ready", "in_transit"]),
)
def test_whatever_changes_in_the_guarantors_tier_the_public_bytes_stay(
    numbers: tuple[int, ...], level: str, stages: str
) -> None:
    changed = [secretive(one, numbers, level) for one in EXERCISE.pledges]
    moved = [
        replace(one, stages=(replace(one.stages[0], stage=stages),))
        if one.id == "ast-package-2025" or one.tier != "public"
        else one
        for one in changed
    ]
    state = with_pledges(*moved)
    assert record_bytes(public_view(state)) == record_bytes(public_view(STATE))
    assert record_bytes(state) != record_bytes(STATE)


@pytest.mark.parametrize("tier", [tier for tier in TIERS if tier != "public"])
@pytest.mark.parametrize("kind", ["hub", "depot", "protected_storage", "troop_contribution"])
def test_that_there_is_one_more_cannot_be_seen(tier: str, kind: str) -> None:
    more = replace(EXERCISE.pledges[0], id="more", kind=kind, tier=tier)
    state = with_pledges(*EXERCISE.pledges, more)
    assert record_bytes(public_view(state)) == record_bytes(public_view(STATE))


def test_no_sum_or_difference_of_public_numbers_gives_a_hidden_one() -> None:
    state = with_pledges(*(secretive(one, SECRETS, "RDL") for one in EXERCISE.pledges))
    board = gap(state, ATTACK, FRIDAY)
    found = sorted(set(numbers_in(json.loads(record_bytes(public_view(state))))))
    assert found
    assert set(SECRETS) <= set(numbers_in(json.loads(record_bytes(state))))
    assert board.rows
    reached = {
        sum(sign * number for sign, number in zip(signs, chosen, strict=True))
        for size in (1, 2, 3, 4)
        for chosen in itertools.combinations_with_replacement(found, size)
        for signs in itertools.product((1, -1), repeat=size)
    }
    assert reached.isdisjoint(SECRETS)


def test_a_total_that_holds_hidden_money_would_be_seen_by_these_tests() -> None:
    """Broken on purpose: with a total over all pledges the difference gives the secret."""
    state = with_pledges(*(secretive(one, SECRETS, "RDL") for one in EXERCISE.pledges))
    view = public_view(state)
    (total,) = view.money.totals
    hidden = [one for one in state.register.pledges if one.tier != "public"]
    leaking = total.announced_minor + sum(one.money[0].amount_minor for one in hidden)
    assert (leaking - total.announced_minor) // len(hidden) in SECRETS


def test_no_word_of_readiness_depots_hubs_or_gaps_is_public() -> None:
    text = record_bytes(public_view(STATE)).decode()
    for word in ("readiness", "stock", "sealed_site", "force", "caveat", "L1_", "bor-depot"):
        assert f'"{word}"' not in text
    assert "ast-package" in text
    assert "bor-depot" not in text
