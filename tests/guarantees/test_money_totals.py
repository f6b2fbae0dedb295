"""The same money announced twice is counted once; committed and allocated stand side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_acts_made import EXERCISE, INVENTED

from truceline.guarantees.money import money_totals
from truceline.records.gap import MoneyTotals
from truceline.records.pledge import PLEDGE_STAGES, Money, Pledge, Rate, StageReached

PACKAGE = next(one for one in EXERCISE.pledges if one.id == "ast-package")
ORDER = PLEDGE_STAGES.index


def promise(name: str, stage: str, amount: int, currency: str = "EUR", within: str = "") -> Pledge:
    return replace(
        PACKAGE,
        id=name,
        stages=(StageReached(stage=stage, at_us=None, source=INVENTED),),
        counts_within=within,
        money=(
            Money(
                amount_minor=amount,
                currency=currency,
                year=None,
                horizon_year=None,
                source=INVENTED,
            ),
        ),
    )


def figures(found: MoneyTotals) -> dict[str, tuple[int, int, int]]:
    return {
        one.currency: (one.announced_minor, one.committed_minor, one.allocated_minor)
        for one in found.totals
    }


@pytest.mark.parametrize(
    ("pledges", "expected"),
    [
        pytest.param(
            [promise("a", "committed", 100), promise("b", "allocated", 30)],
            (130, 130, 30),
            id="two of them, not linked",
        ),
        pytest.param(
            [promise("a", "committed", 100), promise("b", "allocated", 30, within="a")],
            (100, 100, 30),
            id="a part of it, announced again",
        ),
        pytest.param(
            [promise("a", "committed", 100), promise("b", "committed", 100, within="a")],
            (100, 100, 0),
            id="the same money twice",
        ),
        pytest.param(
            [promise("a", "announced", 100), promise("b", "committed", 30, within="a")],
            (100, 30, 0),
            id="only a part is committed",
        ),
        pytest.param(
            [promise("a", "withdrawn", 100), promise("b", "committed", 30, within="a")],
            (30, 30, 0),
            id="the whole is withdrawn, a part stands",
        ),
        pytest.param([promise("a", "expired", 100)], (0, 0, 0), id="expired"),
        pytest.param(
            [
                promise("a", "committed", 100),
                promise("b", "committed", 60, within="a"),
                promise("c", "allocated", 60, within="b"),
            ],
            (100, 100, 60),
            id="a part of a part",
        ),
    ],
)
def test_each_amount_is_counted_once(pledges: list[Pledge], expected: tuple[int, int, int]) -> None:
    assert figures(money_totals(pledges)) == {"EUR": expected}


def test_parts_that_exceed_the_whole_are_counted_and_named() -> None:
    found = money_totals(
        [
            promise("a", "committed", 100),
            promise("b", "committed", 80, within="a"),
            promise("c", "committed", 80, within="a"),
        ]
    )
    assert figures(found) == {"EUR": (160, 160, 0)}
    assert found.exceeds == ("a",)


def test_nothing_is_added_across_currencies() -> None:
    found = money_totals([promise("a", "committed", 100), promise("b", "committed", 50, "USD")])
    assert figures(found) == {"EUR": (100, 100, 0), "USD": (50, 50, 0)}


def test_a_part_in_another_currency_is_in_the_whole_already() -> None:
    pledges = [promise("a", "committed", 100), promise("b", "allocated", 50, "USD", within="a")]
    found = money_totals(pledges)
    assert figures(found) == {"EUR": (100, 100, 0), "USD": (0, 0, 50)}
    assert found.other_currency == ("b",)


def test_a_stated_rate_tells_how_much_of_the_whole_a_part_fills() -> None:
    rate = Rate(
        from_currency="USD",
        to_currency="EUR",
        numerator=3,
        denominator=1,
        day="2026-01-06",
        source=INVENTED,
    )
    pledges = [promise("a", "committed", 100), promise("b", "committed", 50, "USD", within="a")]
    found = money_totals(pledges, [rate])
    assert figures(found) == {"EUR": (150, 150, 0), "USD": (0, 0, 0)}
    assert (found.other_currency, found.exceeds) == ((), ("a",))


def test_an_amount_that_nobody_knows_is_named_and_not_guessed() -> None:
    found = money_totals([replace(PACKAGE, money=())])
    assert (found.totals, found.unknown) == ((), ("ast-package",))


STAGES = st.sampled_from(PLEDGE_STAGES)


@st.composite
def forests(draw: st.DrawFn) -> list[Pledge]:
    names = "abcdef"[: draw(st.integers(1, 6))]
    return [
        promise(
            name,
            draw(STAGES),
            draw(st.integers(1, 50)),
            within=draw(st.sampled_from(["", *names[:number]])),
        )
        for number, name in enumerate(names)
    ]


@given(forests(), st.randoms(use_true_random=False))
def test_totals_hold_for_any_links_and_any_order(pledges: list[Pledge], random: object) -> None:
    found = money_totals(pledges)
    shuffled = list(pledges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert money_totals(shuffled) == found
    announced, committed, allocated = figures(found)["EUR"]
    standing = [one for one in pledges if one.stage not in {"withdrawn", "expired"}]
    amounts = {one.id: one.money[0].amount_minor for one in standing}
    assert max(amounts.values(), default=0) <= announced <= sum(amounts.values())
    assert allocated <= committed <= announced


@given(forests())
def test_announcing_the_same_money_again_adds_nothing(pledges: list[Pledge]) -> None:
    last = pledges[-1]
    again = replace(last, id="z", counts_within=last.id)
    assert figures(money_totals([*pledges, again])) == figures(money_totals(pledges))
