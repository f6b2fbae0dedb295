"""Money pledged, each amount counted once, committed and allocated totals side by side.

A pledge that counts within another holds part of the other's money: announced again, it is the
same money. What is counted of the two together is their union: at each stage the larger of the
outer amount and the sum of what counts within it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from truceline.guarantees.pledges import ENDS, reached
from truceline.records.gap import MoneyTotal, MoneyTotals
from truceline.records.pledge import Pledge, Rate

STAGES = ("announced", "committed", "allocated")
# Kinds that are money even where no amount is known.
MONEY_KINDS = (
    "military_package",
    "purchase_finance",
    "army_budget",
    "european_instrument",
    "recovery_and_prosperity",
)
Amounts = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """The pledges, as a forest of what counts within what."""

    within: Mapping[str, list[Pledge]]
    rates: Mapping[tuple[str, str], Rate]

    def counted(self, pledge: Pledge, stage: str) -> Amounts:
        """Give what a pledge and all within it come to, by currency, at a stage or beyond."""
        inner: Amounts = defaultdict(int)
        for one in self.within.get(pledge.id, []):
            for currency, amount in self.counted(one, stage).items():
                inner[currency] += amount
        if not reached(pledge, stage) or not pledge.money:
            return inner
        own = amounts_of(pledge)
        # What counts within, in another currency, is in the outer amount already.
        moved = self.moved(inner, own)
        return {currency: max(own[currency], moved.get(currency, 0)) for currency in own}

    def moved(self, inner: Amounts, own: Amounts) -> Amounts:
        """Give inner amounts in the outer currencies, as far as a stated rate leads there."""
        moved: Amounts = defaultdict(int)
        for currency in sorted(inner):
            if currency in own:
                moved[currency] += inner[currency]
                continue
            rate = next(
                (self.rates[currency, to] for to in sorted(own) if (currency, to) in self.rates),
                None,
            )
            if rate is not None:
                moved[rate.to_currency] += inner[currency] * rate.numerator // rate.denominator
        return moved


def amounts_of(pledge: Pledge) -> Amounts:
    """Give a pledge's own money by currency, all its years together."""
    own: Amounts = defaultdict(int)
    for money in pledge.money:
        own[money.currency] += money.amount_minor
    return dict(own)


def money_totals(pledges: Iterable[Pledge], rates: Iterable[Rate] = ()) -> MoneyTotals:
    """Give announced, committed and allocated totals by currency, each amount counted once.

    Args:
        pledges: Any; a pledge that counts within one that is not among them stands by itself.
        rates: Stated rates. They only tell how much of an outer amount an inner one fills.
    """
    listed = {one.id: one for one in sorted(pledges, key=lambda one: one.id)}
    money = _Money(
        within=_within(listed), rates={(r.from_currency, r.to_currency): r for r in rates}
    )
    roots = [one for one in listed.values() if one.counts_within not in listed]
    totals: dict[str, Amounts] = {stage: defaultdict(int) for stage in STAGES}
    for stage in STAGES:
        for root in roots:
            for currency, amount in money.counted(root, stage).items():
                totals[stage][currency] += amount
    currencies = sorted({m.currency for one in listed.values() for m in one.money})
    return MoneyTotals(
        totals=tuple(_total(listed, totals, currency) for currency in currencies),
        unknown=tuple(
            one.id for one in listed.values() if one.kind in MONEY_KINDS and not one.money
        ),
        other_currency=_other_currency(listed, money.rates),
        exceeds=tuple(one.id for one in listed.values() if _exceeds(one, money)),
    )


def _within(listed: Mapping[str, Pledge]) -> dict[str, list[Pledge]]:
    within: dict[str, list[Pledge]] = defaultdict(list)
    for one in listed.values():
        within[one.counts_within].append(one)
    return within


def _total(
    listed: Mapping[str, Pledge], totals: Mapping[str, Amounts], currency: str
) -> MoneyTotal:
    announced, committed, allocated = (totals[stage].get(currency, 0) for stage in STAGES)
    return MoneyTotal(
        currency=currency,
        announced_minor=announced,
        committed_minor=committed,
        allocated_minor=allocated,
        pledges=tuple(
            one.id
            for one in listed.values()
            if one.stage not in ENDS and currency in amounts_of(one)
        ),
    )


def _other_currency(
    listed: Mapping[str, Pledge], rates: Mapping[tuple[str, str], Rate]
) -> tuple[str, ...]:
    found = []
    for one in listed.values():
        outer = listed.get(one.counts_within)
        if outer is None or not outer.money:
            continue
        to = set(amounts_of(outer))
        own = set(amounts_of(one)) - to
        if any(not any((currency, other) in rates for other in to) for currency in own):
            found.append(one.id)
    return tuple(found)


def _exceeds(pledge: Pledge, money: _Money) -> bool:
    own = amounts_of(pledge)
    counted = money.counted(pledge, STAGES[0])
    return bool(own) and pledge.stage not in ENDS and counted != own
