"""What a commission would be asked to review: breaches first, then what is suspected."""

from __future__ import annotations

import itertools

import pytest

from truceline.commission.docket import docket
from truceline.records.canonical import record_bytes
from truceline.records.case import Referral
from truceline.records.finding import Finding, Outcome

BREACHED, UNDECIDED, KEPT = Outcome.BREACHED, Outcome.UNDECIDED, Outcome.KEPT


def finding(
    incident: str, outcome: Outcome, probability_ppm: int, clause: str = "no-fire"
) -> Finding:
    return Finding(
        incident=f"i:{incident}",
        revision=1,
        agreement="small",
        agreement_sha256="ef" * 32,
        clause=clause,
        reading="signed",
        outcome=outcome,
        probability_ppm=probability_ppm,
        breached_from_ppm=950_000,
        kept_up_to_ppm=50_000,
        reasons=(),
    )


def listed(*findings: Finding) -> list[str]:
    return [referral.incident.removeprefix("i:") for referral in docket(findings)]


@pytest.mark.parametrize(
    ("outcome", "probability_ppm", "is_listed"),
    [
        pytest.param(BREACHED, 950_000, True, id="breached"),
        pytest.param(BREACHED, 100_000, True, id="breached by an agreement's own low threshold"),
        pytest.param(UNDECIDED, 999_999, True, id="undecided for want of a second source"),
        pytest.param(UNDECIDED, 200_000, True, id="20 % itself is reasonable suspicion"),
        pytest.param(UNDECIDED, 199_999, False, id="a millionth less is not"),
        pytest.param(KEPT, 300_000, False, id="what was kept is not reviewed"),
    ],
)
def test_who_is_listed(outcome: Outcome, probability_ppm: int, is_listed: bool) -> None:
    assert bool(docket([finding("one", outcome, probability_ppm)])) is is_listed


def test_breached_comes_first_then_undecided_each_by_falling_probability() -> None:
    findings = [
        finding("u-a-low", UNDECIDED, 300_000),
        finding("b-a-low", BREACHED, 951_000),
        finding("u-z-high", UNDECIDED, 990_000),
        finding("b-z-high", BREACHED, 970_000),
    ]
    for order in itertools.permutations(findings):
        assert listed(*order) == ["b-z-high", "b-a-low", "u-z-high", "u-a-low"]


def test_equal_cases_are_in_the_order_of_their_ids() -> None:
    assert listed(finding("b", BREACHED, 960_000), finding("a", BREACHED, 960_000)) == ["a", "b"]


def test_an_incident_is_listed_once_with_all_that_is_put_forward_the_strongest_first() -> None:
    weak = finding("one", UNDECIDED, 980_000, "no-strike")
    strong = finding("one", BREACHED, 960_000)
    below = finding("one", UNDECIDED, 60_000, "access")
    assert docket([weak, below, strong]) == (
        Referral(
            incident="i:one",
            revision=1,
            outcome=BREACHED,
            probability_ppm=960_000,
            suspicion_from_ppm=200_000,
            findings=(strong.id, weak.id),
        ),
    )


def test_without_findings_there_is_nothing_to_review() -> None:
    assert docket([]) == ()


def test_a_referral_can_be_signed() -> None:
    (referral,) = docket([finding("one", BREACHED, 960_000)])
    assert b'"outcome":"breached"' in record_bytes(referral)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"outcome": KEPT}, "nobody is asked to review", id="kept"),
        pytest.param({"findings": ()}, "without a finding", id="no finding"),
        pytest.param({"probability_ppm": 1_000_001}, "outside 0..1000000", id="over certain"),
    ],
)
def test_a_referral_refuses_what_makes_no_sense(changes: dict[str, object], message: str) -> None:
    sound: dict[str, object] = {
        "incident": "i:one",
        "revision": 1,
        "outcome": BREACHED,
        "probability_ppm": 960_000,
        "suspicion_from_ppm": 200_000,
        "findings": ("f:one",),
    }
    with pytest.raises(ValueError, match=message):
        Referral(**{**sound, **changes})  # type: ignore[arg-type]
