"""What the evidence of a day can say about a party's claim: mostly, that it cannot settle it.

The answers are claim results of the vocabulary. None of them is a verdict on the claim: with a
detection probability of a few per cent, seeing little agrees with many violations and with few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from truceline.records.claim import Claim
from truceline.records.coverage import Coverage
from truceline.records.incident import Incident
from truceline.records.observation import Means
from truceline.records.reason import Number
from truceline.records.units import PPM
from truceline.reports.tally import Detection, detection_over

# Metrics of the claims that leave no munition effect on the ground which a thermal satellite could
# notice: warnings, movements, things in the air, words. All others count effects, or may.
WITHOUT_GROUND_EFFECT = frozenset(
    {
        "air_raid_alerts",
        "assaults",
        "attack_attempts",
        "border_breach_attempts",
        "clashes",
        "decoys_lost",
        "fixed_wing_uav",
        "qualitative",
        "uav_launched_after_truce",
        "uav_outside_zone",
        "uav_shot_down",
        "uav_total",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A key of the word files with the numbers of its sentence, sorted by name."""

    key: str
    numbers: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAssessment:
    """What can be said about one claim.

    Attributes:
        result: "not_covered", "unverifiable" or "outside_scope".
        sentence: What the evidence can and cannot say.
        notes: Further sentences: what the claim leaves open, what was not observed.
    """

    result: str
    sentence: Sentence
    notes: tuple[Sentence, ...] = ()

    @property
    def text_key(self) -> str:
        """Key of the sentence in the word files."""
        return self.sentence.key


def assess_claim(
    claim: Claim, coverage: Sequence[Coverage], incidents: Sequence[Incident]
) -> ClaimAssessment:
    """Say what the evidence of a day can and cannot say about a claim.

    Args:
        claim: The claim.
        coverage: The coverage cells of that day, all sides together: the claim names no places.
        incidents: The incidents of that day.

    The figures of `coverage` were measured on effects that people had verified on the ground. What
    a party counts as a violation is not known to be of that kind, so an expected number of
    detections is only a ceiling under that assumption, and never a test of the claim.
    """
    thermal = [
        cell for cell in coverage if cell.means is Means.SATELLITE_THERMAL and cell.per == "day"
    ]
    about_time = _about_time(claim, thermal)
    if claim.metric in WITHOUT_GROUND_EFFECT:
        said = Sentence(key="claim.outside_scope")
        return ClaimAssessment(result="outside_scope", sentence=said, notes=about_time)
    detection = detection_over(thermal)
    if detection is None:
        return ClaimAssessment(
            result="not_covered", sentence=_not_covered(claim.count), notes=about_time
        )
    return ClaimAssessment(
        result="unverifiable",
        sentence=_unverifiable(claim.count, detection),
        notes=(*about_time, *_about_day(thermal, incidents)),
    )


def _not_covered(count: int | None) -> Sentence:
    if count is None:
        return Sentence(key="claim.not_covered_text")
    return Sentence(key="claim.not_covered", numbers=(("count", count),))


def _unverifiable(count: int | None, detection: Detection) -> Sentence:
    numbers: tuple[tuple[str, Number], ...] = (
        ("detection_high_ppm", detection.interval_high_ppm),
        ("detection_low_ppm", detection.interval_low_ppm),
        ("detection_ppm", detection.mean_ppm),
    )
    if count is None:
        return Sentence(key="claim.unverifiable_text", numbers=numbers)
    if count == 0:
        return Sentence(key="claim.unverifiable_none", numbers=numbers)
    ceiling = round(Fraction(count * detection.interval_high_ppm, PPM))
    return Sentence(
        key="claim.unverifiable",
        numbers=(("count", count), *numbers, ("expected_high", max(ceiling, 1))),
    )


def _about_time(claim: Claim, coverage: Sequence[Coverage]) -> tuple[Sentence, ...]:
    if claim.began_us is None and claim.ended_us is None:
        return (Sentence(key="claim.period_not_known"),)
    if not coverage:
        return ()
    first_us = min(cell.began_us for cell in coverage)
    last_us = max(cell.ended_us for cell in coverage)
    began_before = claim.began_us is not None and claim.began_us < first_us
    ended_after = claim.ended_us is not None and claim.ended_us > last_us
    return (Sentence(key="claim.period_beyond"),) if began_before or ended_after else ()


def _about_day(coverage: Sequence[Coverage], incidents: Sequence[Incident]) -> tuple[Sentence, ...]:
    unobserved = sum(not cell.state.is_observed for cell in coverage)
    partly = Sentence(
        key="claim.partly_observed", numbers=(("cells", len(coverage)), ("unobserved", unobserved))
    )
    noticed = Sentence(key="claim.some_noticed" if incidents else "claim.none_noticed")
    return (partly, noticed) if unobserved else (noticed,)
