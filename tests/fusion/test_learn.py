"""A model is mended by what the rows themselves show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from truceline.fusion.associate import associate
from truceline.fusion.learn import CROWD, crowding, learn
from truceline.fusion.model import Model, packaged_model
from truceline.records.detections import Detections
from truceline.simulate.measures.association import association
from truceline.simulate.regime import HOT, NORM, draw_regime

MODEL = packaged_model()
SEEN, TRUTH = draw_regime(NORM, 12_000, 105)


def f1(model: Model, seen: Detections) -> float:
    found = association(TRUTH.incident, associate(seen, model)).pair_f1
    assert found is not None
    return found


def stated(times: float) -> Detections:
    return replace(SEEN, sigma_m=np.maximum(1, np.rint(SEEN.sigma_m * times)).astype(np.int32))


def late(times: float) -> Model:
    lags = [
        lag if lag.is_prompt else replace(lag, delay_s=lag.delay_s * times) for lag in MODEL.lags
    ]
    return replace(MODEL, lags=tuple(lags), burns_s=MODEL.burns_s * times)


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_errors_that_are_stated_wrong_are_scaled_back(times: float) -> None:
    seen = stated(times)
    mended = learn(MODEL, seen)
    # Too few drones are placed by others as well as by themselves: theirs stays as it was.
    assert np.array(mended.sigma_scale[:5]) * times == pytest.approx(np.ones(5), abs=0.2)
    assert mended.sigma_scale[5] == 1
    assert f1(mended, seen) > f1(MODEL, seen) + 0.02
    assert f1(mended, seen) > f1(MODEL, SEEN) - 0.05


@pytest.mark.parametrize("times", [1 / 3, 3.0])
def test_delays_that_are_believed_wrong_come_nearer(times: float) -> None:
    wrong = late(times)
    mended = learn(wrong, SEEN)
    for lag, mistaken, right in zip(mended.lags, wrong.lags, MODEL.lags, strict=True):
        assert abs(lag.delay_s - right.delay_s) <= abs(mistaken.delay_s - right.delay_s)
    assert f1(mended, SEEN) > f1(wrong, SEEN)


def test_what_is_right_stays_as_it_was() -> None:
    assert learn(MODEL, SEEN) == MODEL


def test_too_few_rows_change_nothing() -> None:
    assert learn(MODEL, SEEN.slice(0, 300)) == MODEL


def test_learning_is_the_same_each_time() -> None:
    assert learn(MODEL, stated(0.5)) == learn(MODEL, stated(0.5))


def test_a_crowd_shows_nothing_about_delays() -> None:
    seen, _ = draw_regime(replace(HOT, detections_per_day=8000), 24_000, 105)
    few, many = (
        crowding(MODEL, SEEN, associate(SEEN, MODEL)),
        crowding(MODEL, seen, associate(seen, MODEL)),
    )
    assert few < CROWD < many
    assert learn(MODEL, seen).lags == MODEL.lags
