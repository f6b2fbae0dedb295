"""Probability that an incident began while an agreement bound.

The beginning is uniform on the incident's interval. That interval holds it 95 times in 100; the
other five are spread inside it too, because no source tells on which side they lie. A start or an
end that is stated as an interval is uniform in it, and independent of the other: whoever writes
"on 18 March" has named a day, not an instant. All of it is integer and rational arithmetic, so
that nothing is rounded before the end.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from truceline.records.agreement import Instant, Reading

Window = tuple[int, int]


def chance_in_time(
    began_us: int, ended_us: int, reading: Reading, window: Window | None = None
) -> Fraction:
    """Give the probability that a beginning falls into the binding time, and into a window of it.

    Args:
        began_us: Start of the interval that holds the beginning.
        ended_us: End of it; equal for an instant.
        reading: The binding time runs from its start, included, to its end, not included.
        window: First instant, and first instant no longer in it; None for no window.

    It is additive: two windows that touch give the sum of what each gives.

    >>> noon = Instant(id="s", not_before_us=12, not_after_us=12, said_by="-", source="-")
    >>> chance_in_time(10, 18, Reading(id="s", start=noon, end=None))
    Fraction(3, 4)
    """
    if began_us == ended_us:
        inside = window is None or window[0] <= began_us < window[1]
        chance = _has_started(began_us, reading.start) * _not_over(began_us, reading.end)
        return chance if inside else Fraction(0)
    low, high = began_us, ended_us
    if window is not None:
        low, high = max(low, window[0]), min(high, window[1])
    if low >= high:
        return Fraction(0)
    cuts = {low, high}
    for instant in (reading.start, reading.end):
        if instant is not None:
            cuts |= {instant.not_before_us, instant.not_after_us}
    edges = sorted(cut for cut in cuts if low <= cut <= high)
    total = sum((_integral(left, right, reading) for left, right in pairwise(edges)), Fraction(0))
    return total / (ended_us - began_us)


def _integral(left: int, right: int, reading: Reading) -> Fraction:
    """Integrate the chance that it binds over a piece in which no stated edge lies.

    Both factors are linear there, their product is quadratic, and Simpson's rule is exact for it.
    """
    middle = Fraction(left + right, 2)
    values = [
        _started(moment, middle, reading.start) * (1 - _over(moment, middle, reading.end))
        for moment in (Fraction(left), middle, Fraction(right))
    ]
    return (right - left) * (values[0] + 4 * values[1] + values[2]) / 6


def _started(moment: Fraction, middle: Fraction, start: Instant) -> Fraction:
    """Give the chance that the start has come by a moment of the piece around `middle`.

    An exact instant is a step at an edge of the piece: the middle tells on which side we are.
    """
    if start.not_before_us == start.not_after_us:
        return Fraction(middle >= start.not_after_us)
    return _share(moment, start)


def _over(moment: Fraction, middle: Fraction, end: Instant | None) -> Fraction:
    return Fraction(0) if end is None else _started(moment, middle, end)


def _share(moment: Fraction, instant: Instant) -> Fraction:
    width = instant.not_after_us - instant.not_before_us
    return min(max((moment - instant.not_before_us) / width, Fraction(0)), Fraction(1))


def _has_started(moment_us: int, start: Instant) -> Fraction:
    return _started(Fraction(moment_us), Fraction(moment_us), start)


def _not_over(moment_us: int, end: Instant | None) -> Fraction:
    return 1 - _over(Fraction(moment_us), Fraction(moment_us), end)
