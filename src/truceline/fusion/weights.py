"""Weights of evidence: what each cluster of sources, and its silence, does to the odds.

Every weight is a logarithm of a likelihood ratio in millibans, rounded before anything is summed,
so that the ledger of an incident adds up exactly on any machine. None of them is calibrated yet:
docs/explanation/first-fusion.md says which were measured and which were only elicited.
"""

from __future__ import annotations

import math

from truceline.records.units import PPM
from truceline.sensors.thermal import Detection

MILLIBANS = 1000

# No single class of evidence may weigh more than a likelihood ratio of 20, and no cluster of open
# sources more than 10: a wrong model must not decide alone.
CLASS_CAP = round(MILLIBANS * math.log10(20))
OPEN_SOURCE_CAP = MILLIBANS
PRIOR_CAP = 2 * MILLIBANS
# However little the fields burn in a week, heat alone is never surer than what was measured nearest
# to the line: 87 of 100 detections there were in excess of peacetime's.
HEAT_ALONE_PPM = 870_000

# Heat in excess of the same places' peacetime, by distance to the line: detections of June to
# October 2023 against the mean of 2018 to 2021, less the same ratio far in the rear (0.7). In units
# of the peacetime rate. Beyond 40 km nothing was measured; those two figures are elicited.
REAR_RATIO = 0.7
RATIO_BY_DISTANCE_M = (
    (2_000, 4.2),
    (5_000, 5.2),
    (10_000, 2.9),
    (20_000, 2.4),
    (40_000, 2.1),
)
FAR_EXCESS = ((80_000, 0.3), (math.inf, 0.05))
EXCESS_WITHOUT_LINE = 0.5

# Reports, elicited: how often a report of fire in the news is of a real munition's effect, and how
# often such an effect gets into the news at all.
REPORT_IS_REAL = {"viina": 0.7, "ucdp-ged": 0.95}
REPORT_IS_REAL_DEFAULT = 0.5
EFFECT_IS_REPORTED = 0.1

# How much likelier a happening is with the word of what heard, felt or watched it than without, by
# observation means. Elicited: no such source is heard yet, and none was measured.
PROMPT_LR = {"acoustic": 4.0, "seismic": 3.0, "visual": 8.0, "uav_short": 15.0}

# An alert that is on during an effect is only this much likelier than at any other time. Elicited.
ALERT_LIFT = 0.3
# Heat at a place that burnt in peacetime month after month is industry's until shown otherwise.
INDUSTRIAL_LR = 1 / 20


def millibans(likelihood_ratio: float, cap: int = CLASS_CAP) -> int:
    """Give a likelihood ratio as a weight, capped on both sides.

    >>> millibans(10.0), millibans(1e9), millibans(0.5)
    (1000, 1301, -301)
    """
    return max(-cap, min(cap, round(MILLIBANS * math.log10(likelihood_ratio))))


def probability_ppm(total_millibans: int) -> int:
    """Give the probability that belongs to a sum of weights.

    >>> probability_ppm(0), probability_ppm(1000)
    (500000, 909091)
    """
    odds = math.pow(10.0, total_millibans / MILLIBANS)
    return round(PPM * odds / (1.0 + odds))


def war_rate_milli(line_distance_m: int | None, reference_rate_milli: int) -> int:
    """Give the rate of war fires at a distance from the line, in the unit of the background.

    Args:
        line_distance_m: Distance to the line of that day; None if no line is known.
        reference_rate_milli: Peacetime rate of the places and months of the measurement.

    Returns:
        Detections per 1,000 km2 and day, times 1,000; at least 1.
    """
    if line_distance_m is None:
        excess = EXCESS_WITHOUT_LINE
    else:
        by_distance = [(limit, ratio - REAR_RATIO) for limit, ratio in RATIO_BY_DISTANCE_M]
        excess = next(
            value for limit, value in (*by_distance, *FAR_EXCESS) if line_distance_m < limit
        )
    return max(1, round(excess * reference_rate_milli))


def heat_prior(war_milli: int, background_milli: int) -> int:
    """Weigh war against everything else that burns here in this week.

    >>> heat_prior(618, 618), heat_prior(10_000, 1)
    (0, 826)
    """
    measured = round(MILLIBANS * math.log10(HEAT_ALONE_PPM / (PPM - HEAT_ALONE_PPM)))
    return min(measured, millibans(war_milli / background_milli, PRIOR_CAP))


def industrial_weight() -> int:
    """Weigh heat at a place that burnt persistently in peacetime."""
    return millibans(INDUSTRIAL_LR)


def report_weight(source: str) -> int:
    """Weigh a report by what it is worth alone."""
    real = REPORT_IS_REAL.get(source, REPORT_IS_REAL_DEFAULT)
    return millibans(real / (1.0 - real), OPEN_SOURCE_CAP)


def same_place_lr(
    distance_m: int, sigma_m: float, unrelated_per_1000km2_milli: float, hit: float
) -> float:
    """Give the likelihood ratio that a fire and a report, this far apart, are one happening.

    If they are, the fire lies around the reported place with a circular Gaussian error and was
    noticed with probability `hit`. If not, it is one of the fires that are there anyway.

    Args:
        distance_m: Between the fire and the reported place.
        sigma_m: Standard deviation of the distance along each axis.
        unrelated_per_1000km2_milli: Rate of all fires there in that period, times 1,000.
        hit: Probability that satellites notice an effect that day, 0 to 1.
    """
    density_per_m2 = math.exp(-(distance_m**2) / (2 * sigma_m**2)) / (2 * math.pi * sigma_m**2)
    unrelated_per_m2 = unrelated_per_1000km2_milli / 1000 / 1e9
    return hit * density_per_m2 / unrelated_per_m2


def news_silence() -> int:
    """Weigh that nobody reported: most effects never get into the news."""
    return millibans(1.0 - EFFECT_IS_REPORTED)


def prompt_weight(means: str) -> int:
    """Weigh that an instrument or an observer noticed it as it happened.

    >>> prompt_weight("acoustic"), prompt_weight("uav_short")
    (602, 1176)
    """
    return millibans(PROMPT_LR[means])


def thermal_silence(chances: Detection) -> int:
    """Weigh that satellites which looked saw nothing within 1 km that day."""
    return millibans((PPM - chances.hit_ppm) / (PPM - chances.placebo_ppm))


def alert_weight(*, during: bool, base_ppm: int) -> int:
    """Weigh an air-raid alert over the area, or its absence, against how often there is one.

    Args:
        during: An alert was on at some time in the interval of the incident's beginning.
        base_ppm: Share of intervals of that length, over the whole window, with an alert.
    """
    base = base_ppm / PPM
    expected = base + ALERT_LIFT * (1.0 - base)
    if during:
        return millibans(expected / base) if base > 0 else 0
    return millibans((1.0 - expected) / (1.0 - base)) if base < 1 else 0
