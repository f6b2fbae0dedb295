"""Association of days or years again, piece by piece, on one machine or on a Dask cluster.

Rows are written down where all workers can read them; each piece is worked out by whoever is free,
and kept as a file named by the hash of all that it depends on. So a run that was cut off goes on
where it was, and a worker that dies costs the piece that it had in hand. How the land and the time
are parted, by whom a piece was done, and how often, changes nothing in the answer: see
`truceline.fusion.tiles`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from truceline.fusion.assess import Found
from truceline.fusion.fuse import laid_out, mission_model
from truceline.fusion.learn import SAMPLE, learn
from truceline.fusion.model import Model, packaged_model
from truceline.fusion.tiles import (
    Answer,
    Piece,
    Plan,
    associate_in_tiles,
    boxes_of,
    reach_of,
    work_out,
)
from truceline.pipeline.derive import centre_of, read_areas, region_of
from truceline.pipeline.mission import open_mission
from truceline.pipeline.pool import Pool, clear_if_lost
from truceline.pipeline.rows import (
    OnDisk,
    RerunError,
    Store,
    read_columns,
    read_rows,
    store_rows,
    within,
)
from truceline.pipeline.sheet import Sheet
from truceline.records.canonical import read_record
from truceline.records.detections import Detections
from truceline.records.observation import Observation
from truceline.records.units import DAY_US, day_start_us

Progress = Callable[[str, int, int], None]

# Rows of a period, and of a tile in it; a period lasts several times as long as what is seen of the
# days before it.
PERIOD_ROWS = 400_000
TILE_ROWS = 4_000_000
PERIOD_HALOS = 4
# Rows by which land is parted.
SPOTS = 100_000
# Folder, in that of the result, of rows and finished pieces.
WORK = ".rerun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Into how many periods and tiles a history is cut; None: by how much there is."""

    periods: int | None = None
    tiles: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """What a run did.

    Attributes:
        rows, incidents: How many.
        pieces: How many there were; how many were done again because they saw too little; and how
            many were kept from a run before.
        digest: SHA-256 over all columns of labels and incidents.
    """

    rows: int
    incidents: int
    pieces: int
    again: int
    kept: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """What is associated.

    Attributes:
        parts: The rows, in order of time.
        model: What is believed beforehand.
        mend: Whether the first rows mend the model, as `fusion.learn` does. A mission's model is
            part of its method, and stays.
        names: What the rows are called, if they have names.
    """

    parts: Iterable[Detections]
    model: Model
    mend: bool
    names: Sequence[str] = ()


def given_columns(source: Path, since: date, until: date) -> Given:
    """Take the detections of some days from Parquet; see `read_columns`."""
    model = packaged_model()
    parts = read_columns(source, len(model.kind_share), len(model.lags))
    span = day_start_us(since), day_start_us(until) + DAY_US
    return Given(parts=within(parts, *span), model=model, mend=True)


def given_mission(mission: Path, since: date, until: date) -> Given:
    """Take the observations of some days of a mission.

    Raises:
        LedgerError: It is no mission, or a damaged one.
        LookupError: A day is not one of its days.
    """
    view = open_mission(mission)
    try:
        view.insist_on_day(since)
        view.insist_on_day(until)
        observations = [
            read_record(Observation, body)
            for number in range((until - since).days + 1)
            for body in view.index.records(
                "observation", (since + timedelta(days=number)).isoformat()
            )
        ]
    finally:
        view.close()
    heard, columns = laid_out(observations, centre_of(region_of(read_areas())))
    names = [seen.id for seen in heard]
    return Given(parts=[columns], model=mission_model(), mend=False, names=names)


def rerun(
    given: Given,
    out: Path,
    pool: Pool,
    *,
    cut: Cut | None = None,
    workers: int = 2,
    progress: Progress = lambda *_: None,
) -> Rerun:
    """Associate a history and write `labels.parquet` and `incidents.parquet`.

    Args:
        given: What is associated.
        out: Folder of the two files; `WORK` in it holds rows and finished pieces until the end. All
            workers must reach it under this path.
        pool: Whoever works pieces out.
        cut: Into how many pieces; by how much there is, if not said.
        workers: How many work at once, so that enough is begun ahead.
        progress: Told how many periods are settled.

    Raises:
        RerunError: A row is wrong, there is none, or the workers are lost.
    """
    out = out.resolve()
    store = store_rows(given.parts, out / WORK, len(given.model.lags))
    model = given.model
    if given.mend:
        model = learn(model, store.rows(0, min(SAMPLE, store.count)))
    plan = plan_of(store, model, cut or Cut())
    bench = _Bench(store, model, pool)
    labels, incidents = Sheet(out / "labels.parquet"), Sheet(out / "incidents.parquet")
    again = 0
    ahead = 1 + 2 * workers // len(plan.boxes)
    history = OnDisk(store)
    try:
        for told in associate_in_tiles(plan, model, history, bench.start, ahead):
            last = told.first + len(told.numbers)
            labels.add(
                _labels(told.first, history.rows(told.first, last), told.numbers, given.names)
            )
            incidents.add(_incidents(told.found))
            again += told.again
            progress("periods settled", plan.cuts.index(last), plan.periods)
    except BaseException:
        labels.drop()
        incidents.drop()
        raise
    digest = hashlib.sha256(f"{labels.close()}{incidents.close()}".encode()).hexdigest()
    shutil.rmtree(out / WORK)
    return Rerun(
        rows=labels.rows,
        incidents=incidents.rows,
        pieces=plan.periods * len(plan.boxes),
        again=again,
        kept=bench.kept,
        digest=digest,
    )


def plan_of(store: Store, model: Model, cut: Cut) -> Plan:
    """Cut a stored history: whoever works it out, the same history is cut the same way."""
    plan = Plan(
        reach=reach_of(model, store.world, np.array(store.stated_m)),
        boxes=(store.world,),
        cuts=(0, store.count),
        began_us=(store.moments_us[0],),
    )
    lasts_us = store.moments_us[-1] - store.moments_us[0]
    long = max(1, lasts_us // (PERIOD_HALOS * plan.halo_us))
    periods = cut.periods or min(max(1, store.count // PERIOD_ROWS), long)
    tiles = cut.tiles or max(1, store.count // periods // TILE_ROWS)
    cuts = np.unique(np.linspace(0, store.count, periods + 1).astype(int)).tolist()
    spots = store.rows(0, min(SPOTS, store.count))
    return replace(
        plan,
        boxes=boxes_of(spots.east_m, spots.north_m, tiles),
        cuts=tuple(cuts),
        began_us=tuple(int(store.rows(row, row + 1).at_us[0]) for row in cuts[:-1]),
    )


class _Bench:
    """Begins pieces, and finds those that are finished."""

    def __init__(self, store: Store, model: Model, pool: Pool) -> None:
        self._store, self._model, self._pool = store, model, pool
        self.kept = 0

    def start(self, piece: Piece) -> _Pending:
        """Begin a piece; one that lies there finished is taken as it is."""
        depends_on = repr((_code(), self._store.digest, self._model, piece))
        name = hashlib.sha256(depends_on.encode()).hexdigest()[:32]
        path = self._store.path.with_name(f"piece-{name}.npz")
        if _whole(path):
            self.kept += 1
            return _Pending(None, path)
        begin = self._store.begin(piece.sees_from_us)
        given = (str(self._store.path), str(path), self._model, piece, begin)
        with clear_if_lost():
            return _Pending(self._pool.submit(do_piece, *given), path)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A piece that somebody works out and puts down as a file."""

    future: Any
    path: Path

    def result(self) -> Answer:
        """Wait for the file."""
        if self.future is not None:
            with clear_if_lost():
                self.future.result()
        with np.load(self.path) as table:
            return Answer(**{one.name: _plain(table[one.name]) for one in fields(Answer)})


@cache
def _code() -> str:
    """Give the hash of all code that answers follow from: pieces of other code are not taken."""
    digest = hashlib.sha256()
    for file in sorted(resources.files("truceline.fusion").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _plain(column: NDArray[Any]) -> Any:  # noqa: ANN401 - a number where the array has no axis
    return column if column.ndim else int(column)


def _whole(path: Path) -> bool:
    """Tell whether a piece was put down completely: its file appears only when it was."""
    if not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as file:
            return file.testzip() is None
    except zipfile.BadZipFile:
        return False


def do_piece(rows: str, answer: str, model: Model, piece: Piece, begin: int) -> None:
    """Work a piece out and put it down: what a worker does.

    Args:
        rows: The file of all rows, reached under the same path by all workers.
        answer: The file that is made.
        model: What is believed beforehand.
        piece: Which.
        begin: Index of the first row that it sees.

    Raises:
        RerunError: The worker cannot read the rows.
    """
    try:
        seen = read_rows(Path(rows), begin, piece.last)
    except FileNotFoundError as error:
        raise RerunError(
            f"a worker on {os.uname().nodename} finds no {rows}: --out must be a folder that all"
            " workers reach under the same path"
        ) from error
    done = work_out(piece, model, begin, seen)
    draft = Path(f"{answer}.{os.uname().nodename}.{os.getpid()}.part")
    with draft.open("wb") as file:
        np.savez(file, **{one.name: getattr(done, one.name) for one in fields(done)})
    draft.replace(answer)


def _labels(first: int, rows: Detections, numbers: NDArray[Any], names: Sequence[str]) -> pa.Table:
    columns = {
        "row": pa.array(np.arange(first, first + len(rows))),
        "at_us": pa.array(rows.at_us),
        "incident": pa.array(numbers),
    }
    if names:
        columns["observation"] = pa.array(names[first : first + len(rows)], pa.string())
    return pa.table(columns)


def _incidents(found: Found) -> pa.Table:
    columns = {}
    for one in fields(found):
        column = getattr(found, one.name)
        if column.ndim == 1:
            columns[one.name] = pa.array(column)
        else:
            flat = pa.array(column.ravel())
            columns[one.name] = pa.FixedSizeListArray.from_arrays(flat, column.shape[1])
    return pa.table(columns)
