"""The numbers that hold where the text gives none, each with where it comes from.

A default is visible as one: its `article` is empty, and its `words` say that it is a default.
"""

from __future__ import annotations

from truceline.records.board import DECLARING_BODY, BoardTerms, ClockTerms
from truceline.records.mandate import StandardOfProof
from truceline.records.trigger import TriggerTerms

HOUR_S = 3600
DAY_S = 24 * HOUR_S
BALANCE_PPM = 500_000
CLEAR_PPM = 950_000
SUSPICION_PPM = 200_000

GROUNDS = StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE
CLEAR = StandardOfProof.CLEAR_AND_CONVINCING


def _trigger(  # noqa: PLR0913 - the fields that differ from one trigger to the next
    trigger: str,
    words: str,
    *,
    kinds: tuple[str, ...] = (),
    severity_from: str = "",
    least: tuple[int, int, int] = (1, 1, 1),
    window_s: int = DAY_S,
    chance_from_ppm: int = BALANCE_PPM,
    levels: tuple[str, ...] = (),
    standard: StandardOfProof = GROUNDS,
) -> TriggerTerms:
    """Make the default terms; `least` counts incidents, cells and determinations."""
    return TriggerTerms(
        trigger=trigger,
        clause_kinds=kinds,
        severity_from=severity_from,
        count_from=least[0],
        cells_from=least[1],
        window_s=window_s,
        chance_from_ppm=chance_from_ppm,
        levels=levels,
        determinations_from=least[2],
        standard=standard,
        article="",
        words=f"default of the house: {words}",
    )


TRIGGERS = (
    _trigger(
        "isolated_breach",
        "one incident that is more likely a breach than not, within a day; whether it stays the "
        "only one is for continued_hostilities to say",
    ),
    _trigger(
        "continued_hostilities",
        "three incidents within the gate window of 14 days",
        least=(3, 1, 2),
        window_s=14 * DAY_S,
    ),
    _trigger(
        "expanded_attack",
        "serious incidents in three different cells within a day",
        severity_from="S3_serious",
        least=(1, 3, 2),
    ),
    _trigger(
        "armed_attack",
        "a grave incident, and an armed force or a state named at the standard that the "
        "vocabulary's activation_for_armed_attack asks for",
        severity_from="S4_grave",
        chance_from_ppm=CLEAR_PPM,
        levels=("armed_force", "state"),
        standard=CLEAR,
    ),
    _trigger(
        "threat",
        "one advance, weapon in a zone, build-up or exercise within a week, at reasonable "
        "suspicion: a threat is answered by a warning",
        kinds=(
            "prohibit_new_position_or_advance",
            "weapon_withdrawal",
            "reinforcement_or_force_cap",
            "live_fire_exercise_ban",
        ),
        window_s=7 * DAY_S,
        chance_from_ppm=SUSPICION_PPM,
    ),
    _trigger(
        "obstruction_of_monitoring",
        "two cases of denied access or of interference with sensors within a week",
        kinds=("monitor_access", "non_interference_with_sensors"),
        least=(2, 1, 1),
        window_s=7 * DAY_S,
    ),
    _trigger(
        "non_compliance_with_remedy",
        "one remedy that its follow-up says was not kept",
    ),
)


def _clock(clock: str, lasts_s: int | None, ends_with: tuple[str, ...], words: str) -> ClockTerms:
    return ClockTerms(
        id=clock,
        triggers=(),
        lasts_s=lasts_s,
        ends_with=ends_with,
        paused_by=(DECLARING_BODY,),
        stopped_by=(DECLARING_BODY,),
        dispute_pauses=False,
        article="",
        words=words,
    )


CLOCKS = (
    _clock(
        "guarantor_consultation",
        24 * HOUR_S,
        ("consultation.open",),
        "default of the vocabulary: guarantor_consultation PT24H",
    ),
    _clock(
        "phase_two",
        None,
        (),
        "reported without a length: coalition forces where hostilities go on after the first day",
    ),
    _clock(
        "coordinated_response_decision",
        72 * HOUR_S,
        ("response.measure",),
        "default of the vocabulary: coordinated_response_decision PT72H",
    ),
)

DEFAULTS = BoardTerms(
    clocks=CLOCKS,
    triggers=TRIGGERS,
    quorum_least=1,
    quorum_share=(1, 2),
    receipt_s=2 * HOUR_S,
    article="",
    words="default of the house: half of those invited",
)
