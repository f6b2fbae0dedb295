"""Whatever names an act names one that somebody can sign."""

from __future__ import annotations

import pytest

from truceline.agreement.mandate_vocabulary import ACT_FAMILIES, DEFAULT_DEADLINES
from truceline.agreement.read import read_agreement
from truceline.commission import acts
from truceline.commission.bounds import MOTION_CLOSED, QUESTIONS_FROM_ACT, QUESTIONS_OF_ACT
from truceline.commission.deadlines import SUBJECTS
from truceline.guarantees import board_acts, register_acts
from truceline.pipeline.run import packaged_agreement

EVERY = {*acts.ACTS, *board_acts.ACTS, *register_acts.ACTS}
AGREEMENTS = ("ctsamvm", "mfo", "minsk-jccc", "special-commission", "sudan-cpa")


def test_the_table_of_what_bounds_a_question() -> None:
    assert {*QUESTIONS_OF_ACT, *QUESTIONS_FROM_ACT, MOTION_CLOSED} <= EVERY
    assert set(SUBJECTS) <= set(acts.ACTS)


@pytest.mark.parametrize("name", DEFAULT_DEADLINES)
def test_the_time_limits_of_the_vocabulary(name: str) -> None:
    limit = DEFAULT_DEADLINES[name]
    assert {limit.runs_from, *limit.ends_with} <= EVERY


def test_every_family_of_acts_is_known_to_the_reader_of_agreements() -> None:
    assert {name.split(".")[0] for name in EVERY} <= set(ACT_FAMILIES)


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_agreements_of_the_package(name: str) -> None:
    path = packaged_agreement(f"{name}.toml")
    mandate = read_agreement(path.read_bytes(), path.name).mandate
    assert mandate is not None
    named = {act for one in mandate.deadlines for act in (one.runs_from, *one.ends_with)}
    assert named
    assert named <= EVERY
