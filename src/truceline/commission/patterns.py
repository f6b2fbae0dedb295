"""Cases that share a place, the area of a unit, or an order, and how often they recur.

A recurrence says how many cases began within one window, and no more: not that one hand was
behind them. Whoever is named plays no part in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from truceline.records.chamber import Pattern
from truceline.records.units import DAY_US, SECOND_US

# The vocabulary's `recurrence`; the numbers are the house's, and the window its `gate_window`.
RECURRENCES = (("R3_campaign", 10), ("R2_pattern", 4), ("R1_repeated", 2), ("R0_isolated", 0))
WINDOW_US = 14 * DAY_US


def recurrence(count: int) -> str:
    """Name how often something recurs by the number of cases in one window.

    >>> [recurrence(count) for count in (1, 2, 3, 4, 9, 10)]
    ['R0_isolated', 'R1_repeated', 'R1_repeated', 'R2_pattern', 'R2_pattern', 'R3_campaign']
    """
    return next(name for name, least in RECURRENCES if count >= least)


def most_in_window(instants_us: Sequence[int], window_us: int = WINDOW_US) -> int:
    """Give the largest number of instants within one window; both of its ends lie in it.

    >>> most_in_window([0, 5, 10, 11], window_us=10)
    3
    """
    ordered = sorted(instants_us)
    first = most = 0
    for last, instant_us in enumerate(ordered):
        while instant_us - ordered[first] > window_us:
            first += 1
        most = max(most, last - first + 1)
    return most


def pattern(by: str, key: str, began_us: Sequence[tuple[int, str]]) -> Pattern:
    """Describe the cases that share something, given the beginning and the id of each."""
    ordered = sorted(began_us)
    most = most_in_window([instant_us for instant_us, _ in ordered])
    return Pattern(
        by=by,
        key=key,
        cases=tuple(case for _, case in ordered),
        most_in_window=most,
        window_s=WINDOW_US // SECOND_US,
        recurrence=recurrence(most),
    )
