"""The door of a log, held by a writer that only pretends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from truceline.web.door import create_door
from truceline.web.serve import address, listen

WAIT_S = 10


class Writer:
    """Takes everything; a head is written for as long as the test likes."""

    def __init__(self) -> None:
        self.taken = 0
        self.begun: list[Future[None]] = []
        self.ended = 0
        self.error: Exception | None = None

    def admit(self, entries: Sequence[bytes]) -> list[dict[str, Any]]:
        if self.error:
            raise self.error
        self.taken += len(entries)
        return [{"index": self.taken} for _ in entries]

    def welcome(self, entry: bytes) -> str:
        return "" if entry else "is empty"

    def contribute(self, entry: bytes, document: bytes) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {"size": len(entry) + len(document)}

    def begin_head(self) -> Future[None] | None:
        if not self.taken:
            return None
        self.begun.append(Future())
        return self.begun[-1]

    def end_head(self) -> None:
        self.begun[-1].result()
        self.ended += 1

    def next_of(self, actor: str) -> dict[str, Any]:
        return {"actor": actor}


@contextmanager
def served(
    writer: Writer, stopped: list[BaseException], every_s: float = 0.02
) -> Iterator[httpx.Client]:
    """Put the door on loopback."""
    listening = listen("127.0.0.1", 0)
    site = create_door(writer, every_s=every_s, failed=stopped.append)
    server = uvicorn.Server(uvicorn.Config(site, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with httpx.Client(base_url=address(listening)) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end_s = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def hand_in(client: httpx.Client) -> int:
    answer = client.post("/add", content=b"\x00\x01x")
    return int(answer.json()["answers"][0]["index"])


def test_entries_are_answered_while_a_head_is_written() -> None:
    writer, stopped = Writer(), list[BaseException]()
    with served(writer, stopped) as client:
        assert hand_in(client) == 1
        until(lambda: len(writer.begun) == 1)
        assert [hand_in(client) for _ in range(5)] == [2, 3, 4, 5, 6]
        assert (len(writer.begun), writer.ended) == (1, 0)
        writer.begun[0].set_result(None)
        until(lambda: len(writer.begun) == 2)
        assert writer.ended == 1
    # Who closes the writer ends what it began; by then nobody listens.
    writer.begun[1].set_result(None)
    assert (writer.ended, stopped) == (1, [])


def test_a_head_that_could_not_be_written_stops_the_door() -> None:
    writer, stopped = Writer(), list[BaseException]()
    error = OSError(5, "Input/output error")
    with served(writer, stopped) as client:
        hand_in(client)
        until(lambda: len(writer.begun) == 1)
        writer.begun[0].set_exception(error)
        until(lambda: stopped == [error])
        assert client.post("/add", content=b"\x00\x01x").status_code == 500
    assert (writer.taken, writer.ended) == (1, 0)


@pytest.mark.parametrize("path", ["/add", "/contribute"])
def test_an_answer_about_a_writer_that_has_stopped_ends_the_connection(path: str) -> None:
    writer, stopped = Writer(), list[BaseException]()
    writer.error = OSError(28, "No space left on device")
    with served(writer, stopped, every_s=60) as client:
        for _ in range(3):
            answer = client.post(path, content=b"\x00\x01x")
            assert (answer.status_code, answer.headers["Connection"]) == (500, "close")
            assert "has stopped" in answer.json()["error"]
    assert stopped[0] is writer.error
