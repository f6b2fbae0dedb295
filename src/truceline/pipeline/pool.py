"""Whoever works pieces out: processes here, or the workers of a Dask cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol

from truceline.pipeline.rows import RerunError

CONNECT_S = 10
RETRIES = 5
RESUME = "Run the same command again: finished pieces are kept"


class Pool(Protocol):
    """Whoever works pieces out."""

    def submit(self, piece: Callable[..., None], /, *given: Any) -> Any:  # noqa: ANN401 - a future
        """Begin a piece; the future's `result` waits for it."""
        ...


@contextmanager
def pool_of(scheduler: str | None, workers: int) -> Iterator[Pool]:
    """Open a Dask cluster, or so many processes here where no scheduler is named.

    Raises:
        RerunError: Dask is not installed, or the scheduler does not answer.
    """
    if scheduler is None:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
            try:
                yield processes
            except BaseException:
                processes.shutdown(wait=False, cancel_futures=True)
                raise
        return
    try:
        from distributed import Client  # noqa: PLC0415 - only where a cluster is asked for
    except ImportError as error:
        raise RerunError(
            "--scheduler needs Dask: install the extra with pip install 'truceline[scale]'"
        ) from error
    # What Dask has to tell of a scheduler that is lost is told as one error.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client: Any = Client(scheduler, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, ImportError) as error:
        raise RerunError(f"scheduler {scheduler} does not answer: {error}") from error
    try:
        yield _Cluster(client)
    finally:
        client.close(timeout=CONNECT_S)


class _Cluster:
    """A Dask cluster as a pool: a piece whose worker dies is given to another."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - Dask is an extra
        self._client = client

    def submit(self, piece: Callable[..., None], /, *given: Any) -> Any:  # noqa: ANN401 - a future
        """Begin a piece on whichever worker is free."""
        return self._client.submit(piece, *given, pure=False, retries=RETRIES)


@contextmanager
def clear_if_lost() -> Iterator[None]:
    """Tell of workers that are lost as one error, which says how to go on.

    Raises:
        RerunError: They are.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise RerunError(f"a worker process died. {RESUME}") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"distributed", "asyncio"}:
            raise
        raise RerunError(f"the cluster gave no answer ({error!r}). {RESUME}") from error
