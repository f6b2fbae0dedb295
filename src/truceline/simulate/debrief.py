"""Compare what was reported with what was true. Only an exercise can do this.

Thin: one rule of nearness, one threshold, one score. Near a line where much happens, some pairs are
near one another by chance; so each figure also stands by the cause of the observations.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from truceline.records.units import DAY_US, E7, PPM, us_of
from truceline.sensors.geometry import Booleans, Integers, distance_m, on_sphere_m

WITHIN_M = 5_000
WITHIN_US = DAY_US
REPORTED_FROM_PPM = 500_000
CHORD_MARGIN = 1.01  # a chord on the sphere is within 0.6 % of the distance on the ellipsoid


class TruthError(Exception):
    """The folder holds no truth of an exercise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Truth:
    """True incidents: degrees of 1e-7 and microseconds, shape (n,); and what caused which row."""

    longitude_e7: Integers
    latitude_e7: Integers
    began_us: Integers
    true_observations: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """Assessed incidents, shape (m,) each."""

    longitude_e7: Integers
    latitude_e7: Integers
    began_us: Integers
    ended_us: Integers
    probability_ppm: Integers
    from_truth: Booleans


def score(truth: Path, incidents: Iterable[Mapping[str, Any]]) -> dict[str, int | None]:
    """Score assessed incidents against the truth of an exercise.

    Args:
        truth: The exercise's folder `truth`.
        incidents: Plain forms of `Incident` records.

    Returns:
        `true`: true incidents; `matched`: those with a reported incident (probability at least one
        half) within 5 km whose interval lies within 24 hours; `matched_ppm`: their share.
        `assessed`, `reported`: incidents in all, and those reported; `reported_without_truth`:
        reported with no true incident that near; `reported_from_clutter`: reported, and none of
        their observations came from a true incident. `brier_ppm`: mean squared error of the
        probability against whether a true incident is near, in millionths; `brier_by_cause_ppm`:
        against whether an observation came from one. None where there is nothing to divide by.

    Raises:
        TruthError: The folder holds no truth.
        KeyError: An incident lacks a field.
    """
    known = _read(truth)
    told = _columns(incidents, known.true_observations)
    near_true, near_told = _near(known, told)
    reported = told.probability_ppm >= REPORTED_FROM_PPM
    _, matched = _near(known, told, only=reported)
    return {
        "true": len(known.began_us),
        "matched": int(np.count_nonzero(matched)),
        "matched_ppm": _share_ppm(int(np.count_nonzero(matched)), len(known.began_us)),
        "assessed": len(reported),
        "reported": int(np.count_nonzero(reported)),
        "reported_without_truth": int(np.count_nonzero(reported & ~near_true)),
        "reported_from_clutter": int(np.count_nonzero(reported & ~told.from_truth)),
        "true_near_any": int(np.count_nonzero(near_told)),
        "brier_ppm": _brier_ppm(told.probability_ppm, near_true),
        "brier_by_cause_ppm": _brier_ppm(told.probability_ppm, told.from_truth),
    }


def _read(folder: Path) -> _Truth:
    try:
        with (folder / "incidents.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (folder / "observations.csv").open(encoding="utf-8", newline="") as file:
            true = frozenset(
                f"o:{row['sha256']}:{row['line']}"
                for row in csv.DictReader(file)
                if row["cause"] == "incident"
            )
        return _Truth(
            longitude_e7=_integers(round(float(row["longitude"]) * E7) for row in rows),
            latitude_e7=_integers(round(float(row["latitude"]) * E7) for row in rows),
            began_us=_integers(us_of(datetime.fromisoformat(row["began"])) for row in rows),
            true_observations=true,
        )
    except (OSError, KeyError, ValueError) as error:
        raise TruthError(f"{folder} holds no truth of an exercise: {error}") from error


def _columns(incidents: Iterable[Mapping[str, Any]], true: frozenset[str]) -> _Told:
    rows = list(incidents)
    return _Told(
        longitude_e7=_integers(row["place"]["longitude_e7"] for row in rows),
        latitude_e7=_integers(row["place"]["latitude_e7"] for row in rows),
        began_us=_integers(row["began_us"] for row in rows),
        ended_us=_integers(row["ended_us"] for row in rows),
        probability_ppm=_integers(row["probability_ppm"] for row in rows),
        from_truth=np.array([not true.isdisjoint(row["observations"]) for row in rows], bool),
    )


def _integers(values: Iterable[int]) -> Integers:
    return np.array(list(values), dtype=np.int64)


def _near(truth: _Truth, told: _Told, only: Booleans | None = None) -> tuple[Booleans, Booleans]:
    """Tell which assessed and which true incidents have one of the others near in space and time.

    Args:
        truth: True incidents.
        told: Assessed ones.
        only: Which of the assessed to consider; all by default.
    """
    assessed = np.zeros(len(told.began_us), dtype=bool)
    true = np.zeros(len(truth.began_us), dtype=bool)
    if not len(assessed) or not len(true):
        return assessed, true
    here = cKDTree(on_sphere_m(told.longitude_e7, told.latitude_e7))
    there = cKDTree(on_sphere_m(truth.longitude_e7, truth.latitude_e7))
    pairs = here.query_ball_tree(there, WITHIN_M * CHORD_MARGIN)
    left = np.repeat(np.arange(len(assessed)), [len(found) for found in pairs])
    right = _integers(index for found in pairs for index in found)
    began = truth.began_us[right]
    good = (began >= told.began_us[left] - WITHIN_US) & (began <= told.ended_us[left] + WITHIN_US)
    good &= (
        distance_m(
            told.longitude_e7[left],
            told.latitude_e7[left],
            truth.longitude_e7[right],
            truth.latitude_e7[right],
        )
        <= WITHIN_M
    )
    if only is not None:
        good &= only[left]
    assessed[left[good]] = True
    true[right[good]] = True
    return assessed, true


def _share_ppm(part: int, whole: int) -> int | None:
    return round(PPM * part / whole) if whole else None


def _brier_ppm(probability_ppm: Integers, truth: Booleans) -> int | None:
    if not len(truth):
        return None
    # Integers up to 1e12 each: exact, whatever the order of the sum.
    total = sum((int(p) - PPM * int(y)) ** 2 for p, y in zip(probability_ppm, truth, strict=True))
    return round(total / (PPM * len(truth)))
