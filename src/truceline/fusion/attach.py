"""Put each report on the candidate that its place and its time speak of.

A report arrives on the candidate that lies nearest. Where positions are jammed that is often the
wrong one, and the minute that the text names says so.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from truceline.fusion.candidate import SIGMAS_95
from truceline.fusion.panel import Floats, Ints
from truceline.records.units import DAY_US, MINUTE_US

NEIGHBOURS = 12
# Cost of distance in time when neighbours are looked for; a day weighs as much as 200 km.
M_PER_DAY = 200_000.0
PLACE_DEGREES = 4.0
MINUTES_OFF, TIME_DEGREES = 20.0, 2.0
# A report is moved only if the other candidate is e times as likely.
GAIN = 1.0


def reattach(candidates: pa.Table, reports: pa.Table) -> Ints:
    """Give the candidate of every report.

    Args:
        candidates: candidate, east_m, north_m, at_us.
        reports: candidate, east_m, north_m, radius_95_m, published_us, said_minute (-1: not said).

    Reports that name no minute stay: their place alone has already been used.
    """
    cell = np.column_stack([candidates[name].to_numpy() for name in ("east_m", "north_m")])
    at_us = np.asarray(candidates["at_us"].to_numpy(), np.int64)
    now = np.asarray(reports["candidate"].to_numpy(), np.int64)
    rows = np.flatnonzero(reports["said_minute"].to_numpy() >= 0)
    if not len(rows) or len(cell) <= 1:
        return now
    minute = reports["said_minute"].to_numpy()[rows]
    said_us = _moment(minute, np.asarray(reports["published_us"].to_numpy(), np.int64)[rows])
    place = np.column_stack([reports[name].to_numpy()[rows] for name in ("east_m", "north_m")])
    tree = cKDTree(np.column_stack([cell, (at_us - at_us.min()) / DAY_US * M_PER_DAY]))
    query = np.column_stack([place, (said_us - at_us.min()) / DAY_US * M_PER_DAY])
    _, near = tree.query(query, k=min(NEIGHBOURS, len(cell)))
    choices = np.column_stack([now[rows], near])
    sigma_m = reports["radius_95_m"].to_numpy()[rows] / SIGMAS_95
    score = _fit(cell[choices] - place[:, None, :], sigma_m, at_us[choices] - said_us[:, None])
    best = score.argmax(axis=1)
    moved = score[np.arange(len(rows)), best] > score[:, 0] + GAIN
    now = now.copy()
    now[rows[moved]] = choices[moved, best[moved]]
    return now


def _moment(minute: Ints, published_us: Ints) -> Ints:
    """Give the last moment before publication at which the clock showed the minute that is told."""
    slack = 30 * MINUTE_US
    since = (published_us + slack - minute * MINUTE_US) % DAY_US
    return np.asarray(published_us + slack - since)


def _fit(off_m: Floats, sigma_m: Floats, off_us: Ints) -> Floats:
    """Score how well place and time fit, with Student's tails: shape (reports, choices)."""
    square = (off_m**2).sum(axis=2) / (PLACE_DEGREES * sigma_m[:, None] ** 2)
    late = (off_us / MINUTE_US / MINUTES_OFF) ** 2 / TIME_DEGREES
    return np.asarray(
        -(PLACE_DEGREES + 2) / 2 * np.log1p(square) - (TIME_DEGREES + 1) / 2 * np.log1p(late)
    )
