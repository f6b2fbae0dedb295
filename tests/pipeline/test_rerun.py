"""Years associated again, piece by piece: the same answer whoever works, dies, or begins anew."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.associate import Associator
from truceline.fusion.learn import learn
from truceline.fusion.model import packaged_model
from truceline.pipeline import rerun as module
from truceline.pipeline import run
from truceline.pipeline.pool import Pool, pool_of
from truceline.pipeline.rerun import Cut, Rerun, given_columns, given_mission, rerun
from truceline.pipeline.rows import ROW, STEP, RerunError, store_rows
from truceline.records.detections import Detections
from truceline.records.units import DAY_US, day_start_us
from truceline.simulate.regime import DENSE, NORM, Regime, draw_regime

SINCE, UNTIL = date(2025, 1, 1), date(2025, 12, 31)


class Here:
    """A pool of one that works at once, and dies after so many pieces."""

    def __init__(self, dies_after: int | None = None) -> None:
        self.left, self.done = dies_after, 0

    def submit(self, piece: Callable[..., None], /, *given: object) -> Future[None]:
        if self.left is not None and self.done >= self.left:
            raise KeyboardInterrupt
        self.done += 1
        future: Future[None] = Future()
        piece(*given)
        future.set_result(None)
        return future


def drawn(regime: Regime, count: int, seed: int) -> Detections:
    seen, _ = draw_regime(regime, count, seed)
    return replace(seen, at_us=seen.at_us - seen.at_us[0] + day_start_us(SINCE))


def written(seen: Detections, path: Path) -> Path:
    pq.write_table(pa.table({one.name: getattr(seen, one.name) for one in fields(seen)}), path)
    return path


def rerun_of(source: Path, out: Path, pool: Pool | None = None, cut: Cut | None = None) -> Rerun:
    return rerun(given_columns(source, SINCE, UNTIL), out, pool or Here(), cut=cut)


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(drawn(DENSE, 30_000, 41), tmp_path_factory.mktemp("dense") / "seen.parquet")


@pytest.fixture(scope="module")
def alone(dense: Path, tmp_path_factory: pytest.TempPathFactory) -> Rerun:
    return rerun_of(dense, tmp_path_factory.mktemp("alone"), cut=Cut(periods=1, tiles=1))


def test_it_writes_what_one_machine_says(dense: Path, alone: Rerun, tmp_path: Path) -> None:
    seen = drawn(DENSE, 30_000, 41)
    associator = Associator(learn(packaged_model(), seen))
    numbers, found = associator.add(seen), associator.incidents()
    done = rerun_of(dense, tmp_path, cut=Cut(periods=3, tiles=2))
    labels, incidents = (
        pq.read_table(tmp_path / name) for name in ("labels.parquet", "incidents.parquet")
    )
    assert (done.rows, done.incidents, done.digest) == (len(seen), len(found), alone.digest)
    assert labels["incident"].to_numpy().tolist() == numbers.tolist()
    assert labels["at_us"].to_numpy().tolist() == seen.at_us.tolist()
    assert incidents["number"].to_numpy().tolist() == found.number.tolist()
    assert incidents["probability_ppm"].to_numpy().tolist() == found.probability_ppm.tolist()
    assert incidents["kinds_ppm"].to_pylist() == found.kinds_ppm.tolist()
    assert incidents["seen"].to_pylist() == found.seen.tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "incidents.parquet",
        "labels.parquet",
    ]


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 1), st.integers(1, 9))
def test_any_cut_and_any_number_of_workers_gives_the_same_digest(
    periods: int, tiles: int, which: int, workers: int
) -> None:
    seen = drawn((NORM, DENSE)[which], 4000, 42)
    with tempfile.TemporaryDirectory() as folder:
        source = written(seen, Path(folder) / "seen.parquet")
        span = given_columns(source, SINCE, UNTIL)
        one = rerun(span, Path(folder) / "one", Here(), cut=Cut(periods=1, tiles=1))
        span = given_columns(source, SINCE, UNTIL)
        cut = Cut(periods=periods, tiles=tiles)
        many = rerun(span, Path(folder) / "many", Here(), cut=cut, workers=workers)
        for name in ("labels.parquet", "incidents.parquet"):
            here, there = (Path(folder) / run / name for run in ("one", "many"))
            assert here.read_bytes() == there.read_bytes()
    assert one.digest == many.digest


def test_files_of_a_folder_are_one_history(dense: Path, alone: Rerun, tmp_path: Path) -> None:
    table = pq.read_table(dense)
    for number, first in enumerate(range(0, len(table), 11_000)):
        pq.write_table(table.slice(first, 11_000), tmp_path / f"part-{number}.parquet")
    assert rerun_of(tmp_path, tmp_path / "out").digest == alone.digest


def test_only_the_days_asked_for_are_taken(dense: Path, tmp_path: Path) -> None:
    span = given_columns(dense, SINCE, SINCE)
    done = rerun(span, tmp_path, Here())
    at_us = pq.read_table(dense)["at_us"].to_numpy()
    assert done.rows == np.count_nonzero(at_us < day_start_us(SINCE) + DAY_US)


def test_rows_are_found_by_their_moment(tmp_path: Path) -> None:
    seen = drawn(DENSE, 3 * STEP, 43)
    store = store_rows([seen.slice(0, 5000), seen.slice(5000, len(seen))], tmp_path, 6)
    for row in (0, 1, STEP - 1, STEP, STEP + 1, len(seen) - 1):
        moment = int(seen.at_us[row])
        assert store.begin(moment) == np.searchsorted(seen.at_us, moment)
    assert store.begin(0) == 0
    assert store.begin(int(seen.at_us[-1]) + 1) == len(seen)
    assert store.rows(4990, 5010).east_m.tolist() == seen.east_m[4990:5010].tolist()


# ------------------------------------------------------------------- crashes and workers that die
def test_what_was_finished_before_a_crash_is_not_done_again(
    dense: Path, alone: Rerun, tmp_path: Path
) -> None:
    cut = Cut(periods=4, tiles=2)
    with pytest.raises(KeyboardInterrupt):
        rerun_of(dense, tmp_path, Here(dies_after=5), cut)
    assert [path.name for path in tmp_path.iterdir()] == [".rerun"]
    whole = Here()
    done = rerun_of(dense, tmp_path, whole, cut)
    assert done.kept == 5
    assert whole.done == 8 + done.again - 5
    assert done.digest == alone.digest


def test_a_piece_that_is_damaged_is_done_again(dense: Path, alone: Rerun, tmp_path: Path) -> None:
    cut = Cut(periods=2, tiles=1)
    with pytest.raises(KeyboardInterrupt):
        rerun_of(dense, tmp_path, Here(dies_after=1), cut)
    (piece,) = (tmp_path / ".rerun").glob("piece-*.npz")
    piece.write_bytes(piece.read_bytes()[:-100])
    done = rerun_of(dense, tmp_path, Here(), cut)
    assert (done.kept, done.digest) == (0, alone.digest)


def test_another_history_takes_no_piece_of_this_one(dense: Path, tmp_path: Path) -> None:
    cut = Cut(periods=2, tiles=1)
    with pytest.raises(KeyboardInterrupt):
        rerun_of(dense, tmp_path / "out", Here(dies_after=1), cut)
    seen = drawn(DENSE, 30_000, 41)
    moved = seen.sigma_m.copy()
    moved[-1] += 1
    other = written(replace(seen, sigma_m=moved), tmp_path / "other.parquet")
    assert rerun_of(other, tmp_path / "out", Here(), cut).kept == 0


def test_a_worker_that_is_killed_changes_nothing(dense: Path, alone: Rerun, tmp_path: Path) -> None:
    """A scheduler and two workers on the loopback; one is killed when the first period is done."""
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
        pool_of(cluster.scheduler_address, 2) as pool,
    ):

        def kill_one(_what: str, done: int, _total: int) -> None:
            if done == 1:
                killed.append(min(client.run(os.getpid).values()))
                os.kill(killed[0], signal.SIGKILL)

        done = rerun(
            given_columns(dense, SINCE, UNTIL),
            tmp_path,
            pool,
            cut=Cut(periods=6, tiles=2),
            progress=kill_one,
        )
    assert len(killed) == 1
    assert done.digest == alone.digest


def test_a_scheduler_that_ends_is_one_clear_error_and_another_run_goes_on(
    dense: Path, alone: Rerun, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    cut = Cut(periods=6, tiles=2)
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as cluster,
        pytest.raises(RerunError, match="Run the same command again: finished pieces are kept"),
        pool_of(cluster.scheduler_address, 1) as pool,
    ):
        rerun(
            given_columns(dense, SINCE, UNTIL),
            tmp_path,
            pool,
            cut=cut,
            workers=1,
            progress=lambda *_: cluster.close(),
        )
    done = rerun_of(dense, tmp_path, Here(), cut)
    assert done.kept >= 2
    assert done.digest == alone.digest


def test_two_processes_give_the_same(dense: Path, alone: Rerun, tmp_path: Path) -> None:
    with pool_of(None, 2) as pool:
        assert rerun_of(dense, tmp_path, pool, Cut(periods=2, tiles=2)).digest == alone.digest


class Dying:
    """A pool in which every process ends at once."""

    def __init__(self, processes: Pool) -> None:
        self.processes = processes

    def submit(self, _piece: Callable[..., None], /, *_given: object) -> object:
        return self.processes.submit(os._exit, 1)


def test_a_process_that_dies_is_one_clear_error(dense: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(RerunError, match=r"worker process died. Run the same command again"),
        pool_of(None, 1) as processes,
    ):
        rerun_of(dense, tmp_path, Dying(processes), Cut(periods=2, tiles=1))


def test_a_scheduler_that_does_not_answer_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("truceline.pipeline.pool.CONNECT_S", 1)
    with (
        pytest.raises(RerunError, match=r"scheduler tcp://127\.0\.0\.1:9 does not answer"),
        pool_of("tcp://127.0.0.1:9", 2),
    ):
        pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(RerunError, match=r"pip install 'truceline\[scale\]'"),
        pool_of("tcp://127.0.0.1:9", 2),
    ):
        pass


def test_a_worker_elsewhere_that_sees_no_rows_is_one_clear_error(tmp_path: Path) -> None:
    missing = str(tmp_path / "rows.bin")
    plan = module.plan_of(store_rows([drawn(NORM, 100, 1)], tmp_path, 6), packaged_model(), Cut())
    with pytest.raises(RerunError, match="all workers reach under the same path"):
        module.do_piece(missing, missing, packaged_model(), plan.piece(0, 0), 0)


# ------------------------------------------------------------------------------------ bad input
def table_with(name: str, values: list[Any], kind: pa.DataType | None = None) -> pa.Table:
    seen = drawn(NORM, 50, 1).slice(0, 4)
    columns = {one.name: pa.array(getattr(seen, one.name)) for one in fields(seen)}
    return pa.table({**columns, name: pa.array(values, kind)})


START = day_start_us(SINCE)


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("sigma_m", [5, 0, 5, 5], r"column sigma_m, row 1: 0 is outside 1\.\."),
        ("means", [0, 1, 6, 0], r"column means, row 2: 6 is outside 0\.\.5"),
        ("kind", [0, 0, 0, 5], r"column kind, row 3: 5 is outside -1\.\.4"),
        ("source", [0, 0, 0, 2**31], "column source, row 3: 2147483648 is outside"),
        ("east_m", [0, 10**9, 0, 0], "column east_m, row 1: 1000000000 is outside"),
        ("north_m", [0, None, 0, 0], "column north_m, row 1: there is no value"),
        ("north_m", [0.5, 1.5, 0.0, 0.0], "column north_m holds double, not whole numbers"),
        ("at_us", [START, START + 2, START + 1, START + 3], "column at_us, row 2: .* is before"),
        ("at_us", [2**63 + 5, 0, 0, 0], "column at_us, row 0: 9223372036854775813 is too large"),
    ],
)
def test_a_bad_value_is_named_with_its_place(
    name: str, values: list[Any], said: str, tmp_path: Path
) -> None:
    kind = pa.uint64() if max(one or 0 for one in values) > 2**63 else None
    pq.write_table(table_with(name, values, kind), tmp_path / "bad.parquet")
    with pytest.raises(RerunError, match=rf"bad\.parquet: {said}"):
        rerun_of(tmp_path / "bad.parquet", tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_time_must_not_fall_from_one_file_to_the_next(tmp_path: Path) -> None:
    written(drawn(NORM, 500, 1), tmp_path / "a.parquet")
    written(drawn(NORM, 500, 1), tmp_path / "b.parquet")
    with pytest.raises(RerunError, match=r"b\.parquet: column at_us, row 0: \d+ is before"):
        rerun_of(tmp_path, tmp_path / "out")


def test_what_is_no_table_of_detections_is_named(tmp_path: Path) -> None:
    with pytest.raises(RerunError, match=r"no file \*\.parquet in this folder"):
        rerun_of(tmp_path, tmp_path / "out")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(RerunError, match=r"x\.parquet: no Parquet file that can be read"):
        rerun_of(tmp_path, tmp_path / "out")
    table = table_with("kind", [0, 0, 0, 0]).drop_columns(["source"])
    pq.write_table(table, tmp_path / "x.parquet")
    with pytest.raises(RerunError, match=r"x\.parquet: no column source"):
        rerun_of(tmp_path, tmp_path / "out")


def test_a_row_takes_as_many_bytes_as_its_columns() -> None:
    assert ROW.itemsize == 26


# ------------------------------------------------------------------------------------- a mission
def test_a_mission_is_associated_by_its_observations(tmp_path: Path) -> None:
    since, until = date(2025, 3, 24), date(2025, 3, 26)
    mission = tmp_path / "mission"
    run.exercise(mission, seed=7, days=3, start=since, progress=lambda *_: None).close()
    one = rerun(given_mission(mission, since, until), tmp_path / "one", Here())
    cut = Cut(periods=3, tiles=3)
    many = rerun(given_mission(mission, since, until), tmp_path / "many", Here(), cut=cut)
    labels = pq.read_table(tmp_path / "one" / "labels.parquet")
    assert one.rows == len(set(labels["observation"].to_pylist())) > 0
    assert one.digest == many.digest
    with pytest.raises(LookupError, match="2025-03-27 is outside"):
        given_mission(mission, since, date(2025, 3, 27))
