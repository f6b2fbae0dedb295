# ruff: noqa: PLC0415 - a peer that is not installed must not keep the others from running
"""The two peers that weigh evidence: record linkage (splink) and tracking (Stone Soup)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np

from fusion_columns import Integers, Rows
from truceline.records.detections import UNKNOWN_KIND

APART_M = (250, 500, 1000, 2000, 4000, 8000)
LATER_S = (15, 60, 600, 3600, 4 * 3600)


def splink(rows: Rows, settings: Mapping[str, Any]) -> Integers:
    """Link rows by Fellegi and Sunter's model, trained by expectation and maximisation.

    Blocks are cells of space and time, each laid twice, shifted by half. `pairs_per_row` is the
    true number of pairs a row is in: given, as a user would give an estimate.
    """
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    kind = rows.detections.kind
    table: dict[str, Any] = {
        "unique_id": np.arange(len(rows)),
        "x": rows.east_m,
        "y": rows.north_m,
        "t": rows.at_s,
        "kind": pa.array(kind, mask=kind == UNKNOWN_KIND),
        "means": rows.detections.means,
    }
    blocks = _cells(rows, 1000 * settings["km"], 60 * settings["minutes"])
    database = DuckDBAPI(duckdb.connect())
    frame = database.register(pa.table(table | blocks))
    rules = [block_on(*(f"{axis}{shift}" for axis, shift in zip("ijk", shifts, strict=True)))
             for shifts in product((0, 1), repeat=3)]  # fmt: skip
    linker = Linker(
        frame,
        SettingsCreator(
            link_type="dedupe_only",
            comparisons=_comparisons(),
            blocking_rules_to_generate_predictions=rules,
            probability_two_random_records_match=2 * settings["pairs_per_row"] / len(rows),
            retain_matching_columns=False,
        ),
        log_level=40,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(rules[0])
    told = settings["probability"]
    pairs = linker.inference.predict(threshold_match_probability=told)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=told
    ).as_duckdbpyrelation()
    answer = found.select("unique_id, cluster_id").fetchnumpy()
    labels = np.arange(len(rows))
    labels[answer["unique_id"]] = np.asarray(answer["cluster_id"], np.int64)
    return labels


def _cells(rows: Rows, side_m: float, span_s: float) -> dict[str, Integers]:
    axes = {"i": rows.east_m / side_m, "j": rows.north_m / side_m, "k": rows.at_s / span_s}
    return {
        f"{name}{shift}": np.floor(axis + shift / 2).astype(np.int64)
        for name, axis in axes.items()
        for shift in (0, 1)
    }


def _comparisons() -> list[Any]:
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    apart = "(x_l - x_r) * (x_l - x_r) + (y_l - y_r) * (y_l - y_r)"

    def steps(name: str, told: str, limits: tuple[float, ...]) -> Any:  # noqa: ANN401
        steps = [levels.CustomLevel(f"{told} <= {limit}") for limit in limits]
        return comparisons.CustomComparison(
            output_column_name=name, comparison_levels=[*steps, levels.ElseLevel()]
        )

    return [
        steps("apart", apart, tuple(limit**2 for limit in APART_M)),
        steps("later", "abs(t_l - t_r)", LATER_S),
        comparisons.ExactMatch("kind"),
        comparisons.ExactMatch("means"),
    ]


def stone_soup(rows: Rows, settings: Mapping[str, Any]) -> Integers:
    """Track standing targets with global nearest neighbours, one detection a step."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import SimpleMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, RandomWalk
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    moves = CombinedLinearGaussianTransitionModel([RandomWalk(0.01), RandomWalk(0.01)])
    predictor, updater = KalmanPredictor(moves), KalmanUpdater(None)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), settings["gate"])
    tracker = MultiTargetTracker(
        initiator=SimpleMeasurementInitiator(GaussianState([[0], [0]], np.diag([1e12, 1e12]))),
        deleter=UpdateTimeDeleter(timedelta(hours=settings["hours"])),
        detector=_steps(rows),
        data_associator=GNNWith2DAssignment(hypothesiser),
        updater=updater,
    )
    seen = {}
    for _, tracks in tracker:
        seen.update({track.id: track for track in tracks})
    labels = np.full(len(rows), -1, np.int64)
    for number, track in enumerate(seen.values()):
        for state in track:
            if hasattr(state, "hypothesis"):
                labels[state.hypothesis.measurement.metadata["row"]] = number
    return labels


def _steps(rows: Rows) -> Iterator[tuple[datetime, set[Any]]]:
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.types.detection import Detection

    for row, at_s in enumerate(rows.at_s):
        at = datetime.fromtimestamp(float(at_s), UTC).replace(tzinfo=None)
        variance = float(rows.detections.sigma_m[row]) ** 2
        yield (
            at,
            {
                Detection(
                    [[rows.east_m[row]], [rows.north_m[row]]],
                    timestamp=at,
                    measurement_model=LinearGaussian(2, (0, 1), np.diag([variance, variance])),
                    metadata={"row": row},
                )
            },
        )
