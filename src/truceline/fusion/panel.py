"""Looks and reports as one panel: what each source says of each candidate, or does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

NO_LOOK, SILENT, CLAIMS_A, CLAIMS_B, UNNAMED = -1, 0, 1, 2, 3
CLAIMS = {"none": UNNAMED, "A": CLAIMS_A, "B": CLAIMS_B}
KINDS = ("sensor", "patrol", "channel")
SENSOR, PATROL, CHANNEL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Panel:
    """What every source says of every candidate.

    Attributes:
        sources: Names, sorted; the columns of all matrices.
        kind: Index into `KINDS` of each source.
        said: Shape (candidates, sources): NO_LOOK, SILENT, CLAIMS_A, CLAIMS_B or UNNAMED.
        condition: Shape (candidates, sources): in which condition the look was had.
        stated: Shape (sources, conditions, 2): stated chance to detect, and of a false alarm;
            NaN where a source states nothing.
    """

    sources: tuple[str, ...]
    kind: Ints
    said: Ints
    condition: Ints
    stated: Floats


def index_of(names: tuple[str, ...], column: pa.ChunkedArray, what: str) -> Ints:
    """Give each row's place among the names.

    Raises:
        ValueError: A row names something that is not among them.
    """
    known = {name: place for place, name in enumerate(names)}
    return _codes(known, column, what, "is not a known source")


def _candidates(column: pa.ChunkedArray, count: int, what: str) -> Ints:
    rows = np.asarray(column.to_numpy(), np.int64)
    wrong = np.flatnonzero((rows < 0) | (rows >= count))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(f"{what}, row {row}: candidate {rows[row]} is outside 0..{count - 1}")
    return rows


def lay_out(
    count: int,
    sources: pa.Table,
    sensors: pa.Table,
    looks: pa.Table,
    reports: pa.Table,
    copied: Bools | None = None,
) -> Panel:
    """Lay the tables out as one panel. The order of rows does not matter.

    A source has one vote a candidate: the report it published first (of two at one instant the one
    with the smaller id). Where all it published is copied, it counts as not having looked: the
    copy hides what it would have said by itself.

    Args:
        count: Number of candidates; tables number them from 0.
        sources: source, kind.
        sensors: source, condition, stated_detection_ppm, stated_false_ppm.
        looks: source, candidate, condition.
        reports: report, source, candidate, claim, published_us.
        copied: For each row of `reports`, whether it is a copy of another; None if none is.

    Raises:
        ValueError: A row names an unknown source, kind, claim or candidate.
    """
    names = tuple(sorted(sources["source"].to_pylist()))
    at = index_of(names, sources["source"], "sources")
    kind = np.zeros(len(names), np.int64)
    kinds = {name: code for code, name in enumerate(KINDS)}
    kind[at] = _codes(kinds, sources["kind"], "sources", f"is none of {', '.join(kinds)}")
    said = np.full((count, len(names)), NO_LOOK, np.int64)
    condition = np.zeros_like(said)
    cell = (
        _candidates(looks["candidate"], count, "looks"),
        index_of(names, looks["source"], "looks"),
    )
    said[cell], condition[cell] = SILENT, looks["condition"].to_numpy()
    source = index_of(names, reports["source"], "reports")
    candidate = _candidates(reports["candidate"], count, "reports")
    claim = _codes(CLAIMS, reports["claim"], "reports", f"is none of {', '.join(CLAIMS)}")
    copy = np.zeros(len(source), np.bool_) if copied is None else copied
    said[candidate[copy], source[copy]] = NO_LOOK
    # The last write wins, so the first report is written last.
    order = np.lexsort((reports["report"].to_numpy(), reports["published_us"].to_numpy()))[::-1]
    order = order[~copy[order]]
    said[candidate[order], source[order]] = claim[order]
    return Panel(names, kind, said, condition, _stated(names, sensors))


def _codes(known: dict[str, int], column: pa.ChunkedArray, what: str, complaint: str) -> Ints:
    """Turn names into numbers, looking each name up once."""
    values: list[str] = []
    indices: list[Ints] = []
    for chunk in column.chunks:
        encoded = chunk.dictionary_encode()
        indices.append(encoded.indices.to_numpy(zero_copy_only=False) + len(values))
        values += encoded.dictionary.to_pylist()
    if not indices:
        return np.zeros(0, np.int64)
    row_of = np.concatenate(indices)
    codes: Ints = np.array([known.get(value, -1) for value in values], np.int64)[row_of]
    wrong = np.flatnonzero(codes < 0)
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(f"{what}, row {row}: {values[row_of[row]]!r} {complaint}")
    return codes


def _stated(names: tuple[str, ...], sensors: pa.Table) -> Floats:
    source = index_of(names, sensors["source"], "sensors")
    condition = np.asarray(sensors["condition"].to_numpy(), np.int64)
    stated = np.full((len(names), int(condition.max(initial=0)) + 1, 2), np.nan)
    for column, name in enumerate(("stated_detection_ppm", "stated_false_ppm")):
        stated[source, condition, column] = sensors[name].to_numpy() / 1e6
    return stated
