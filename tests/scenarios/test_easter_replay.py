"""The replay of Easter 2026 counts what it says it counts: tried on a few invented points."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from truceline.records.context import Area
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.units import DAY_US, E7, HOUR_US

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NOON_US = 20_554 * DAY_US + DAY_US // 2
SQUARE = Area(
    code="UA-14",
    polygons_e7=(
        (((370000000, 480000000), (380000000, 480000000), (380000000, 490000000),
          (370000000, 490000000), (370000000, 480000000)),),
    ),
)  # fmt: skip


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a script
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("bench_easter")


@pytest.fixture
def rivals(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a script
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("easter_rivals")


def at(replay: Any, *rows: tuple[float, float, float]) -> Any:  # noqa: ANN401 - its points
    """Lay out points of longitude, latitude and hours from noon."""
    return replay.points(
        [round(longitude * E7) for longitude, _, _ in rows],
        [round(latitude * E7) for _, latitude, _ in rows],
        [NOON_US + round(hours * HOUR_US) for _, _, hours in rows],
    )


def told(source: str, *, radius_m: int = 5_000, days: int = 1, sign: Signature) -> Observation:
    return Observation(
        source=source,
        means=Means.OPEN_SOURCE,
        place=Place(longitude_e7=37 * E7, latitude_e7=48 * E7, radius_95_m=radius_m),
        began_us=NOON_US - DAY_US // 2,
        ended_us=NOON_US - DAY_US // 2 + days * DAY_US - 1,
        signatures=((sign, 900_000),),
        chance_real_ppm=900_000,
        document_sha256="ab" * 32,
        line=1,
    )


@pytest.mark.parametrize(
    ("hours", "north_deg", "near"),
    [
        pytest.param(0.0, 0.0, True, id="there and then"),
        pytest.param(36.0, 0.0, True, id="a day after the label's day"),
        pytest.param(37.0, 0.0, False, id="more than a day after it"),
        pytest.param(0.0, 0.044, True, id="4.9 km away"),
        pytest.param(0.0, 0.046, False, id="5.1 km away"),
    ],
)
def test_near_is_five_kilometres_and_a_day(
    replay: Any,  # noqa: ANN401 - as above
    hours: float,
    north_deg: float,
    near: bool,
) -> None:
    label = at(replay, (37.0, 48.0, 0.0))
    found, met = replay.hits(
        at(replay, (37.0, 48.0 + north_deg, hours)), label.on_plane_m(), label.at_us
    )
    assert (found.tolist(), met.tolist()) == ([near], [near])


@pytest.mark.parametrize(
    ("label", "counts"),
    [
        pytest.param(told("viina", sign=Signature.EXPLOSION), True, id="artillery in the news"),
        pytest.param(told("viina", sign=Signature.MOVEMENT), False, id="armour on the move"),
        pytest.param(told("viina", sign=Signature.UNDETERMINED), False, id="other news"),
        pytest.param(told("ucdp-ged", sign=Signature.UNDETERMINED), True, id="deaths in a village"),
        pytest.param(
            told("ucdp-ged", radius_m=25_000, sign=Signature.UNDETERMINED), False, id="near one"
        ),
        pytest.param(
            told("ucdp-ged", days=5, sign=Signature.UNDETERMINED), False, id="some day that week"
        ),
    ],
)
def test_a_label_speaks_of_arms_at_a_named_place_on_a_day(
    replay: Any,  # noqa: ANN401 - as above
    label: Observation,
    counts: bool,
) -> None:
    assert len(replay.labels_of([label, label])) == int(counts)


def test_points_are_those_of_the_published_rule(replay: Any, rivals: Any) -> None:  # noqa: ANN401
    heat = at(
        replay,
        (37.5, 48.5, 0.0),  # in the alerted oblast
        (37.5, 49.2, 0.0),  # 22 km north of it
        (37.5, 49.3, 0.0),  # 33 km north of it
        (37.5, 48.5, 20.0),  # long after the alert
        (37.5, 48.5, 0.0),
        (37.5, 48.5, 0.0),
    )
    frp_mw = np.array([50.0, 50.0, 50.0, 50.0, 15.0, 14.9])
    alerts = [("UA-14", NOON_US - HOUR_US, NOON_US + HOUR_US)]
    pointed = rivals.points_of(heat, frp_mw, [SQUARE], alerts)
    assert pointed.score.tolist() == [7, 7, 3, 3, 6, 0]


def test_clusters_are_of_one_day_and_begin_with_their_first(
    replay: Any,  # noqa: ANN401 - as above
    rivals: Any,  # noqa: ANN401 - as above
) -> None:
    heat = at(replay, (37.0, 48.0, 3.0), (37.005, 48.0, 1.0), (37.0, 48.0, 30.0), (39.0, 48.0, 0.0))
    clusters = rivals.clusters_of(heat, 1_000.0, 2)
    assert clusters.at_us.tolist() == [NOON_US + HOUR_US]
    assert clusters.longitude_e7.tolist() == [370025000]
    assert len(rivals.clusters_of(heat, 1_000.0, 1)) == 3


def test_an_interval_of_no_hits_is_not_empty(replay: Any) -> None:  # noqa: ANN401 - as above
    apart = at(replay, *((30.0 + n, 48.0, 0.0) for n in range(10)))
    assert replay.interval(np.zeros(10, bool), apart) == "(0 to 0.206)"
    assert replay.interval(np.ones(10, bool), apart) == "(0.794 to 1)"
    together = at(replay, *((30.0 + n / 1000, 48.0, 0.0) for n in range(10)))
    assert replay.interval(np.zeros(10, bool), together) == "(0 to 0.900)"


def test_placebos_keep_the_number_and_move_the_rest(replay: Any) -> None:  # noqa: ANN401 - as above
    rows = [(37.0, 48.0, 24.0 * day) for day in range(-14, 15, 7) for _ in range(3)]
    labels = at(replay, *rows)
    span = NOON_US - DAY_US // 2, NOON_US + DAY_US // 2
    worlds = replay.placebos(
        labels, span, lambda longitude_e7, _lat, _at: ["UA"] * len(longitude_e7)
    )
    assert [len(world) for world in worlds["days"]] == [3, 3, 3, 3]
    assert all((world.at_us == NOON_US).all() for world in worlds["days"])
    for world in worlds["places"]:
        apart_m = np.hypot(*(world.on_plane_m() - labels.on_plane_m()).T)
        np.testing.assert_allclose(apart_m, 40_000, rtol=1e-4)
