"""A new kind of instrument: what is stated is used, what is not is borrowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from truceline.fusion.associate import Associator, associate
from truceline.fusion.model import Model, packaged_model
from truceline.fusion.teach import FALSE_SHARE, KINDS, NewSensor, teach
from truceline.records.detections import Detections
from truceline.records.units import PPM, SECOND_US
from truceline.sensors.lag import ACOUSTIC, LAGS, Lag
from truceline.simulate.another import Another, draw_another
from truceline.simulate.measures.association import association
from truceline.simulate.measures.detection import detection
from truceline.simulate.regime import NORM, Truth, draw_regime

MODEL = packaged_model()
NEW = len(LAGS)
ARRAY = Another(
    lag=Lag(name="infrasound", jitter_s=60.0),
    noticed=(0.3, 0.5, 0.8, 0.3, 0.02),
    false_share=0.3,
    error_m=(2000.0, 6000.0),
)


def stated(**changes: Any) -> NewSensor:  # noqa: ANN401 - any of its fields
    known: dict[str, Any] = {
        "lag": ARRAY.lag,
        "like": "acoustic",
        "noticed": dict(zip(KINDS, ARRAY.noticed, strict=True)),
        "false_share": ARRAY.false_share,
    }
    return NewSensor(**(known | changes))


@pytest.fixture(scope="module")
def both() -> tuple[Detections, Truth]:
    seen, truth = draw_regime(NORM, 20_000, seed=31)
    return draw_another(seen, truth, ARRAY, NEW, seed=31)


def f1_of(model: Model, seen: Detections, truth: Truth) -> float:
    f1 = association(truth.incident, associate(seen, model)).pair_f1
    assert f1 is not None
    return f1


def precision_of(model: Model, seen: Detections, truth: Truth) -> float:
    associator = Associator(model)
    associator.add(seen)
    found, true = associator.incidents(), truth.incidents
    matched = detection(
        np.column_stack([true.east_m, true.north_m, true.at_us / SECOND_US]),
        np.column_stack([found.east_m, found.north_m, found.at_us / SECOND_US])[
            found.probability_ppm >= PPM // 2
        ],
        within_m=5_000.0,
        within_s=3_600.0,
    )
    assert matched.precision is not None
    return matched.precision


# ------------------------------------------------------------------------------- what it does
def test_what_is_taught_is_better_than_what_it_is_not(both: tuple[Detections, Truth]) -> None:
    seen, truth = both
    wrong = replace(seen, means=np.where(seen.means == NEW, ACOUSTIC, seen.means).astype(np.int8))
    assert f1_of(teach(MODEL, stated()), seen, truth) > f1_of(MODEL, wrong, truth) + 0.02


def test_how_often_it_errs_is_believed(both: tuple[Detections, Truth]) -> None:
    seen, truth = both
    trusting = precision_of(teach(MODEL, stated(false_share=0.02)), seen, truth)
    assert precision_of(teach(MODEL, stated()), seen, truth) > trusting + 0.02


def test_without_a_row_of_it_hardly_anything_changes() -> None:
    seen, truth = draw_regime(NORM, 10_000, seed=32)
    before, after = f1_of(MODEL, seen, truth), f1_of(teach(MODEL, stated()), seen, truth)
    assert after == pytest.approx(before, abs=0.02)


# ---------------------------------------------------------------------- what it makes of it
def test_a_second_one_of_the_same_kind_is_the_same_but_for_the_shares() -> None:
    twin = teach(
        MODEL,
        NewSensor(lag=replace(LAGS[ACOUSTIC], name="twin"), like="acoustic"),
        {"acoustic": 5000, "twin": 5000},
    )
    for field in ("kind_right", "sigma_scale", "usual_spread", "usual_lateness"):
        values = getattr(twin, field)
        assert values[-1] == values[ACOUSTIC]
        assert values[:-1] == getattr(MODEL, field)
    for row in twin.noticed:
        assert row[-1] == pytest.approx(row[ACOUSTIC])
    assert twin.fresh[-1] == pytest.approx(twin.fresh[ACOUSTIC])
    # Of all rows near a place each older kind makes a smaller share now, all by one factor.
    shrunk = {round(one / other, 9) for one, other in zip(twin.fresh, MODEL.fresh, strict=False)}
    assert len(shrunk) == 1
    assert 0.5 < shrunk.pop() < 1
    once, more = twin.exists[3 : 3 + NEW + 1], twin.exists[3 + NEW + 1 :]
    assert (once[-1], more[-1]) == (once[ACOUSTIC], more[ACOUSTIC])
    assert once[:-1] + more[:-1] == MODEL.exists[3:]


def test_one_number_is_the_average_over_kinds() -> None:
    model = teach(MODEL, stated(noticed=0.7))
    mean = sum(share * row[-1] for share, row in zip(model.kind_share, model.noticed, strict=True))
    assert mean == pytest.approx(0.7)


def test_a_word_that_is_false_more_often_weighs_less() -> None:
    weights = [
        teach(MODEL, stated(false_share=share)).exists[3 + NEW] for share in (0.0, 0.15, 0.3, 3.0)
    ]
    assert weights == sorted(weights, reverse=True)
    assert weights[1] == pytest.approx(MODEL.exists[3 + ACOUSTIC])


def test_two_may_be_taught_one_after_the_other() -> None:
    fibre = NewSensor(lag=Lag(name="fibre", jitter_s=2.0), like="seismic", noticed=0.3)
    model = teach(teach(MODEL, stated()), fibre)
    assert [lag.name for lag in model.lags[-2:]] == ["infrasound", "fibre"]


# ------------------------------------------------------------------------------ what it refuses
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"like": "sonar"}, "like 'sonar' is none of acoustic", id="like nothing"),
        pytest.param({"noticed": {"rocket": 1.0}}, "noticed needs artillery", id="kinds left out"),
        pytest.param({"noticed": -0.1}, "noticed must be 0 or more", id="less than nothing"),
        pytest.param({"noticed": 0.0}, "not 0 throughout", id="it notices nothing"),
        pytest.param({"noticed": float("nan")}, "noticed must be 0 or more", id="not a number"),
        pytest.param({"false_share": -1.0}, "false_share must not be negative", id="false share"),
        pytest.param({"kind_right": 1.0}, "kind_right 1.0 is outside 0..1", id="never wrong"),
    ],
)
def test_refuses_a_sensor_that_makes_no_sense(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^infrasound: .*{complaint}"):
        stated(**changes)


@pytest.mark.parametrize(
    ("sensor", "complaint"),
    [
        pytest.param(stated(lag=LAGS[ACOUSTIC]), "the model knows", id="a name that is taken"),
        pytest.param(stated(like="open_source"), "behave otherwise", id="prompt like a late one"),
        pytest.param(
            stated(lag=Lag(name="late", jitter_s=1.0, delay_s=60.0), like="open_source"),
            "behave otherwise",
            id="late, but naming no places",
        ),
        pytest.param(stated(noticed=None), "199 rows of it and 5000 of acoustic", id="few rows"),
    ],
)
def test_refuses_what_the_model_cannot_take(sensor: NewSensor, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        teach(MODEL, sensor, {"acoustic": 5000, "infrasound": 199})


def test_a_model_without_the_known_kind_cannot_lend_it() -> None:
    fewer = replace(
        MODEL,
        lags=tuple(replace(lag, name=f"my {lag.name}") for lag in MODEL.lags),
    )
    with pytest.raises(ValueError, match="like acoustic is not in the model"):
        teach(fewer, stated())


# ------------------------------------------------------------------------- the drawn instrument
def test_the_drawn_instrument_does_what_is_said_of_it(both: tuple[Detections, Truth]) -> None:
    seen, truth = both
    of = truth.incident
    new = seen.means == NEW
    real = new & (of < len(truth.incidents))
    false = int(new.sum() - real.sum())
    assert false / real.sum() == pytest.approx(ARRAY.false_share, rel=0.1)
    expected = np.array(ARRAY.noticed)[truth.incidents.kind].sum()
    assert real.sum() == pytest.approx(expected, rel=0.1)
    late_s = (seen.at_us[real] - truth.incidents.at_us[of[real]]) / SECOND_US
    assert late_s.std() == pytest.approx(ARRAY.lag.jitter_s, rel=0.1)
    away = (seen.east_m[real] - truth.incidents.east_m[of[real]]) / seen.sigma_m[real]
    assert away.std() == pytest.approx(1, rel=0.1)
    assert len(np.unique(of[new & ~real])) == false


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param(
            {"lag": Lag(name="late", jitter_s=1.0, delay_s=9.0)}, "only prompt", id="late"
        ),
        pytest.param({"noticed": (0.1,)}, "one number for each", id="kinds left out"),
    ],
)
def test_only_what_can_be_drawn_is_drawn(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(ARRAY, **changes)


def test_every_false_share_belongs_to_a_kind_of_the_model() -> None:
    assert set(FALSE_SHARE) == {lag.name for lag in MODEL.lags}
