"""Association by likelihood: what is one happening, whatever way the rows are fed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.associate import Associator, associate
from truceline.fusion.model import packaged_model
from truceline.records.detections import Detections, Integers
from truceline.records.units import HOUR_US, SECOND_US
from truceline.sensors.lag import ACOUSTIC, DRONE, LAGS, OBSERVER, OPEN_SOURCE, SEISMIC, THERMAL
from truceline.simulate.measures.association import association
from truceline.simulate.regime import DENSE, NORM, draw_regime

MODEL = packaged_model()
START_US = 1_775_000_000 * SECOND_US
Row = tuple[float, int, int, int]


def agreement(one: Integers, other: Integers) -> float:
    """Give the pairwise F1 of two partings."""
    f1 = association(one, other).pair_f1
    assert f1 is not None
    return f1


def rows(*seen: Row) -> Detections:
    """Lay out rows of hours, kind of instrument, easting in metres and its deviation."""
    count = len(seen)
    hours, means, east, sigma = zip(*seen, strict=True)
    return Detections(
        east_m=np.array(east, np.int32),
        north_m=np.zeros(count, np.int32),
        at_us=START_US + np.array([round(hour * HOUR_US) for hour in hours], np.int64),
        sigma_m=np.array(sigma, np.int32),
        means=np.array(means, np.int8),
        source=np.arange(count, dtype=np.int32),
        kind=np.full(count, -1, np.int8),
    )


def labels_of(*seen: Row) -> list[int]:
    return [int(label) for label in associate(rows(*seen), MODEL)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param((1.0, ACOUSTIC, 0, 400), (1.0, ACOUSTIC, 500, 400), id="two microphones"),
        pytest.param((1.0, ACOUSTIC, 0, 400), (1.0005, SEISMIC, 4000, 5000), id="air and ground"),
        pytest.param((1.0, DRONE, 0, 40), (1.04, OBSERVER, 1500, 2000), id="a drone and a patrol"),
        pytest.param((1.0, DRONE, 0, 40), (2.5, THERMAL, 250, 300), id="a fire after a strike"),
        pytest.param((1.0, ACOUSTIC, 0, 400), (3.0, OPEN_SOURCE, 1800, 2000), id="told later"),
        pytest.param((1.0, THERMAL, 0, 300), (1.9, THERMAL, 200, 300), id="two overpasses"),
    ],
)
def test_joins_what_one_happening_explains(one: Row, other: Row) -> None:
    assert labels_of(one, other) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param((1.0, ACOUSTIC, 0, 400), (1.0, ACOUSTIC, 9000, 400), id="far apart"),
        pytest.param((1.0, ACOUSTIC, 0, 400), (1.2, ACOUSTIC, 0, 400), id="twelve minutes apart"),
        pytest.param((1.0, THERMAL, 0, 300), (2.0, DRONE, 0, 40), id="a fire before the strike"),
        pytest.param((1.0, OPEN_SOURCE, 0, 2000), (2.0, DRONE, 0, 40), id="told before it was"),
        pytest.param((1.0, ACOUSTIC, 0, 400), (30.0, OPEN_SOURCE, 0, 2000), id="a day late"),
    ],
)
def test_parts_what_one_happening_cannot_explain(one: Row, other: Row) -> None:
    assert labels_of(one, other) == [0, 1]


def test_a_row_handed_in_twice_is_one_and_no_second_witness() -> None:
    seen = rows((1.0, ACOUSTIC, 0, 400), (1.001, ACOUSTIC, 0, 400))
    seen = replace(seen, source=np.array([7, 7], np.int32))
    associator = Associator(MODEL)
    assert associator.add(seen).tolist() == [0, 0]
    assert associator.incidents().seen.sum() == 1


@pytest.mark.parametrize(
    ("changes", "witnesses"),
    [
        pytest.param({}, [1], id="a row once more"),
        pytest.param({"north_m": [0, 9000], "sigma_m": [3000, 3000]}, [2], id="farther north"),
        pytest.param({"means": [ACOUSTIC, SEISMIC]}, [2], id="of another kind"),
        pytest.param({"source": [-1, -1]}, [1], id="nobody named, the same instant"),
        pytest.param({"source": [-1, -1], "hours": [1.0, 1.05]}, [1, 1], id="nobody named, later"),
        pytest.param({"hours": [1.0, 1.03]}, [1], id="the same one within two minutes"),
        pytest.param({"hours": [1.0, 1.05]}, [1, 1], id="the same one three minutes later"),
        pytest.param(
            {"means": [OBSERVER, OBSERVER], "hours": [1.0, 1.13]},
            [1, 1],
            id="a post that stands still, eight minutes later",
        ),
    ],
)
def test_a_row_counts_again_unless_all_that_it_says_is_the_same(
    changes: dict[str, list[float]], witnesses: list[int]
) -> None:
    hours = changes.pop("hours", [1.0, 1.0])
    seen = rows((hours[0], ACOUSTIC, 0, 400), (hours[1], ACOUSTIC, 0, 400))
    said = {"source": [7, 7]} | changes
    seen = replace(
        seen, **{name: np.array(value, getattr(seen, name).dtype) for name, value in said.items()}
    )
    associator = Associator(MODEL)
    associator.add(seen)
    assert associator.incidents().seen.sum(axis=1).tolist() == witnesses


def test_a_place_named_twice_is_not_known_better() -> None:
    told = [(1.0, ACOUSTIC, 0, 1500), (2.0, OPEN_SOURCE, 1800, 2000)]
    once, twice = Associator(MODEL), Associator(MODEL)
    once.add(rows(*told))
    assert twice.add(rows(*told, (2.5, OPEN_SOURCE, 1800, 2000))).tolist() == [0, 0, 0]
    assert once.incidents().sigma_m == twice.incidents().sigma_m
    assert once.incidents().east_m == twice.incidents().east_m


def test_the_better_instrument_decides_where() -> None:
    associator = Associator(MODEL)
    associator.add(rows((1.0, OBSERVER, 1800, 2000), (1.01, DRONE, 0, 40)))
    (east_m,), (sigma_m,) = associator.incidents().east_m, associator.incidents().sigma_m
    assert abs(east_m) < 3
    assert sigma_m < 41


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=6).map(sorted), st.sampled_from([NORM, DENSE]))
def test_any_cut_into_pieces_gives_the_same(cuts: list[int], regime: object) -> None:
    seen, _ = draw_regime(NORM if regime is NORM else DENSE, 3000, 7)
    whole = associate(seen, MODEL)
    bounds = [0, *(min(cut, len(seen)) for cut in cuts), len(seen)]
    associator = Associator(MODEL)
    parts = [associator.add(seen.take(np.arange(first, last))) for first, last in pairwise(bounds)]
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("east_m", "days"), [(250_000, 0), (-333_333, 400), (0, -90)])
def test_where_and_when_it_is_told_matters_little(east_m: int, days: int) -> None:
    """Cells and windows are aligned with the map and the clock: their edges may tip a balance."""
    seen, truth = draw_regime(NORM, 6000, 3)
    moved = replace(
        seen,
        east_m=seen.east_m + np.int32(east_m),
        at_us=seen.at_us + days * 24 * HOUR_US + 7 * SECOND_US,
    )
    here, there = associate(seen, MODEL), associate(moved, MODEL)
    assert agreement(here, there) > 0.97
    f1 = [agreement(truth.incident, found) for found in (here, there)]
    assert f1[0] == pytest.approx(f1[1], abs=0.02)


def test_a_mirrored_world_gives_the_mirrored_answer_but_for_cell_edges() -> None:
    seen, _ = draw_regime(NORM, 6000, 4)
    mirrored = replace(seen, east_m=-seen.east_m)
    assert agreement(associate(seen, MODEL), associate(mirrored, MODEL)) > 0.97


def test_incidents_come_with_what_is_known_of_each() -> None:
    seen, truth = draw_regime(NORM, 4000, 5)
    associator = Associator(MODEL)
    labels = associator.add(seen)
    found = associator.incidents()
    assert np.array_equal(found.number, np.arange(labels.max() + 1))
    assert np.array_equal(np.unique(labels), found.number)
    assert found.seen.sum() <= len(seen)
    assert ((found.probability_ppm >= 0) & (found.probability_ppm <= 1_000_000)).all()
    assert np.abs(found.kinds_ppm.sum(axis=1) - 1_000_000).max() <= 3
    # The probability tells those that are an incident from those that are not.
    real = _has_a_true_row(labels, truth.incident, len(found))
    assert found.probability_ppm[real].mean() > found.probability_ppm[~real].mean() + 200_000


def _has_a_true_row(labels: Integers, incident: Integers, count: int) -> np.ndarray:
    real = np.zeros(count, bool)
    real[labels[incident >= 0]] = True
    return real


def test_memory_is_that_of_the_window() -> None:
    seen, _ = draw_regime(NORM, 60_000, 6)
    associator = Associator(MODEL)
    for first in range(0, len(seen), 2000):
        associator.add(seen.take(np.arange(first, min(first + 2000, len(seen)))))
    live = int(associator._state.used[1])  # noqa: SLF001
    assert live < 3000 < len(associator.incidents())


def test_refuses_to_go_back_in_time() -> None:
    associator = Associator(MODEL)
    associator.add(rows((2.0, DRONE, 0, 40)))
    with pytest.raises(ValueError, match=r"is before .*, already added"):
        associator.add(rows((1.0, DRONE, 0, 40)))


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("kind", 5, r"row 1: kind 5 is outside -1\.\.4"),
        ("kind", -2, r"row 1: kind -2 is outside -1\.\.4"),
        ("means", 6, r"row 1: means 6 is outside 0\.\.5"),
        ("means", -1, r"row 1: means -1 is outside 0\.\.5"),
    ],
)
def test_refuses_what_the_model_has_no_row_for(name: str, value: int, complaint: str) -> None:
    seen = rows((1.0, ACOUSTIC, 0, 400), (1.0, ACOUSTIC, 500, 400))
    column = np.array([0, value], np.int8)
    wrong = replace(seen, kind=column) if name == "kind" else replace(seen, means=column)
    with pytest.raises(ValueError, match=complaint):
        associate(wrong, MODEL)


def test_nothing_is_nothing() -> None:
    seen, _ = draw_regime(NORM, 10, 1)
    associator = Associator(MODEL)
    assert len(associator.add(seen.take(np.arange(0)))) == 0
    assert len(associator.incidents()) == 0


def test_knows_as_many_lags_as_there_are_kinds_of_instruments() -> None:
    with pytest.raises(ValueError, match="fresh has 6 entries, not 5"):
        replace(MODEL, lags=LAGS[:5], kind_right=MODEL.kind_right[:5])
