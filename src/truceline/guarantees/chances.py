"""The probability that at least so many of several things happened, with honest bounds.

Incidents are not independent: one sensor's fault, one salvo, one storm of reports makes many of
them. Where the dependence is not known, only bounds can be given that hold under every dependence;
the figure for independence lies between them, and is named as that.

Source: M. Fréchet, Généralisations du théorème des probabilités totales, Fundamenta Mathematicae
25, 1935 (one of many, all of many); for at least k of n the bounds are called Rüger's (Metrika,
1978 and 1981). Why each holds stands at its function; a test holds them against the linear
programme that they solve.
"""

from __future__ import annotations

from collections.abc import Sequence

from truceline.records.units import PPM


def at_most_ppm(chances_ppm: Sequence[int], least: int) -> int:
    """Bound from above the probability that at least `least` happened, whatever the dependence.

    Set aside any j < least of them: least - j of the others must have happened, and by Markov that
    has at most their summed probability over least - j. The best j holds.

    >>> at_most_ppm([100_000, 200_000], 1)
    300000
    """
    if least <= 0:
        return PPM
    if least > len(chances_ppm):
        return 0
    falling = sorted(chances_ppm, reverse=True)
    rest, bound = sum(falling), PPM
    for aside in range(least):
        bound = min(bound, -(-rest // (least - aside)))
        rest -= falling[aside]
    return bound


def at_least_ppm(chances_ppm: Sequence[int], least: int) -> int:
    """Bound the same probability from below: too many that did not happen, bounded from above.

    >>> at_least_ppm([600_000, 900_000], 1), at_least_ppm([600_000, 900_000], 2)
    (900000, 500000)
    """
    if least <= 0:
        return PPM
    not_happened = [PPM - chance for chance in chances_ppm]
    return PPM - at_most_ppm(not_happened, len(not_happened) - least + 1)


def if_independent_ppm(chances_ppm: Sequence[int], least: int) -> int:
    """Give the same probability as it would be if none had to do with another.

    The counts below `least` are carried along; what reaches `least` stays there. Integers of 10^18
    round down at each step, so that every machine has the same figure.

    >>> if_independent_ppm([500_000, 500_000], 1), if_independent_ppm([500_000, 500_000], 2)
    (750000, 250000)
    """
    if least <= 0:
        return PPM
    whole = PPM**3
    below = [whole] + [0] * (least - 1)
    for chance in sorted(chances_ppm):
        for count in range(least - 1, -1, -1):
            from_one_less = below[count - 1] * chance if count else 0
            below[count] = (below[count] * (PPM - chance) + from_one_less) // PPM
    figure = (whole - sum(below) + PPM**2 // 2) // PPM**2
    # What was rounded down must not push the figure outside bounds that hold for certain.
    low, high = at_least_ppm(chances_ppm, least), at_most_ppm(chances_ppm, least)
    return min(max(figure, low), high)
