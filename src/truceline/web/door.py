"""Where contributors hand in what they have signed: one question takes entries, one says what next.

Requests that arrive together are admitted together: while one batch is forced to disk the next one
gathers in the sockets, so that a thousand small requests cost a few writes. An answer goes out only
when its entry stands in two journals. Heads are written beside that. Whoever asks is not
identified: an entry carries its own signature.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Answer = dict[str, Any]
MOST_ENTRIES = 256
ENTRY_LIMIT = 65_535
LENGTH_SIZE = 2
BODY_LIMIT = MOST_ENTRIES * (ENTRY_LIMIT + LENGTH_SIZE)
DOCUMENT_LIMIT = 64 * 1024 * 1024
WAITING_LIMIT = 16_384


class Taker(Protocol):
    """Who takes entries: one writer, asked from one thread."""

    def admit(self, entries: Sequence[bytes]) -> list[Answer]:
        """Make up to 256 entries durable; one answer each: index and receipt, or why not."""
        ...

    def welcome(self, entry: bytes) -> str:
        """Say why a document need not be sent at all; "" if its statement would be taken."""
        ...

    def contribute(self, entry: bytes, document: bytes) -> Answer:
        """Make a document and the statement about it durable."""
        ...

    def begin_head(self) -> Future[Any] | None:
        """Begin to move the head over what was admitted; None if that is nothing new.

        It goes on by itself, whatever else is asked; what it comes to is told by `end_head`.
        """
        ...

    def end_head(self) -> None:
        """Publish the head that was begun."""
        ...

    def next_of(self, actor: str) -> Answer:
        """Tell seq and prev of an actor's next statement, and the head to anchor it at."""
        ...


class _Queue:
    """Entries that wait, and the one task that hands them on."""

    def __init__(
        self, taker: Taker, every_s: float, failed: Callable[[BaseException], None]
    ) -> None:
        self._taker = taker
        self._every_s = every_s
        self._failed = failed
        self._waiting: list[tuple[Sequence[bytes], asyncio.Future[list[Answer]]]] = []
        self._entries = 0
        self._arrived = asyncio.Event()
        self._error: BaseException | None = None

    async def admit(self, entries: Sequence[bytes]) -> list[Answer] | None:
        """Wait until these entries are answered for; None if too many wait already."""
        self._insist_on_writer()
        if self._entries + len(entries) > WAITING_LIMIT:
            return None
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, answered))
        self._entries += len(entries)
        self._arrived.set()
        return await answered

    def alone(self, work: Callable[[], Answer]) -> Answer:
        """Ask the writer for something that is no batch of entries."""
        self._insist_on_writer()
        try:
            return work()
        except Exception as error:
            self._stop(error)
            raise

    def _insist_on_writer(self) -> None:
        if self._error is not None:
            raise self._error

    def _stop(self, error: BaseException) -> None:
        """Answer nobody any more: it is not known what is on disk."""
        self._error = error
        for _, answered in self._waiting:
            if not answered.done():
                answered.set_exception(error)
        self._waiting.clear()
        self._failed(error)

    async def run(self) -> None:
        """Hand on what waits, and move the head from time to time, for ever."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._every_s
        begun: Future[Any] | None = None
        while True:
            with suppress(TimeoutError):
                left_s = None if begun else max(due - loop.time(), 0.001)
                await asyncio.wait_for(self._arrived.wait(), left_s)
            self._arrived.clear()
            if self._error is not None:
                return
            batch = self._next_batch()
            try:
                if batch:
                    self._hand_on(batch)
                if begun is None and loop.time() >= due:
                    begun = self._begin_head(loop)
                    due = loop.time() + self._every_s
                elif begun is not None and begun.done():
                    self._taker.end_head()
                    begun, due = None, loop.time() + self._every_s
            except Exception as error:  # noqa: BLE001 - whatever it is, the writer has stopped
                self._waiting += batch
                self._stop(error)
                return

    def _begin_head(self, loop: asyncio.AbstractEventLoop) -> Future[Any] | None:
        begun = self._taker.begin_head()
        if begun is not None:

            def wake(_: Future[Any]) -> None:
                # The loop may be gone: who closes the writer then ends the head.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._arrived.set)

            begun.add_done_callback(wake)
        return begun

    def _next_batch(self) -> list[tuple[Sequence[bytes], asyncio.Future[list[Answer]]]]:
        """Take requests off the queue, as many as fit into one frame of the journals."""
        batch, size = [], 0
        while self._waiting and size + len(self._waiting[0][0]) <= MOST_ENTRIES:
            batch.append(self._waiting.pop(0))
            size += len(batch[-1][0])
        self._entries -= size
        if self._waiting:
            self._arrived.set()
        return batch

    def _hand_on(self, batch: list[tuple[Sequence[bytes], asyncio.Future[list[Answer]]]]) -> None:
        entries = [entry for request, _ in batch for entry in request]
        # In this thread: beside another one that computes, every signature would wait its turn.
        answers = self._taker.admit(entries)
        at = 0
        for request, answered in batch:
            if not answered.done():
                answered.set_result(answers[at : at + len(request)])
            at += len(request)


def create_door(
    taker: Taker, *, every_s: float, failed: Callable[[BaseException], None]
) -> Starlette:
    """Make the door of one log.

    Args:
        taker: The writer.
        every_s: Seconds between two heads.
        failed: Told when the writer has stopped: the process has to end, nothing is tried again.
    """
    queue = _Queue(taker, every_s, failed)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(queue.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def add(request: Request) -> Response:
        content = await _body(request, BODY_LIMIT)
        entries = None if content is None else read_entries(content)
        if not entries:
            return _refusal(
                400, f"send 1 to {MOST_ENTRIES} entries, each after its length as big-endian uint16"
            )
        answers = await queue.admit(entries)
        if answers is None:
            return _refusal(503, f"{WAITING_LIMIT} entries wait already; send it again")
        return Response(json.dumps({"answers": answers}), media_type="application/json")

    async def contribute(request: Request) -> Response:
        received = await _received(request, taker)
        if isinstance(received, Response):
            return received
        entry, document = received
        return JSONResponse(queue.alone(lambda: taker.contribute(entry, document)))

    async def following(request: Request) -> Response:
        actor = request.query_params.get("actor", "")
        answer = taker.next_of(actor)
        return JSONResponse(answer, 404 if "error" in answer else 200)

    return Starlette(
        routes=[
            Route("/add", add, methods=["POST"]),
            Route("/contribute", contribute, methods=["POST"]),
            Route("/next", following, methods=["GET"]),
        ],
        exception_handlers={Exception: _stopped},
        lifespan=running,
    )


def read_entries(content: bytes) -> list[bytes] | None:
    """Part a body into entries; None if it is not 1 to 256 whole ones."""
    entries: list[bytes] = []
    at = 0
    while at < len(content) and len(entries) <= MOST_ENTRIES:
        begin = at + LENGTH_SIZE
        at = begin + int.from_bytes(content[at:begin], "big")
        if at > len(content):
            return None
        entries.append(content[begin:at])
    return entries if 1 <= len(entries) <= MOST_ENTRIES else None


async def _received(request: Request, taker: Taker) -> tuple[bytes, bytes] | Response:
    """Read an entry, and its document only from who may state it now; or say why not."""
    content = bytearray()
    entry = b""
    async for chunk in request.stream():
        content += chunk
        end = LENGTH_SIZE + int.from_bytes(content[:LENGTH_SIZE], "big")
        if not entry and LENGTH_SIZE < end <= len(content):
            entry = bytes(content[LENGTH_SIZE:end])
            if why := taker.welcome(entry):
                return _last_word(JSONResponse({"refused": why, "proof": None}))
        if len(content) > DOCUMENT_LIMIT:
            return _last_word(_refusal(413, f"a document has at most {DOCUMENT_LIMIT} bytes"))
    if not entry:
        return _refusal(400, "send an entry after its length, two bytes, and then its document")
    return entry, bytes(memoryview(content)[LENGTH_SIZE + len(entry) :])


async def _body(request: Request, limit: int) -> bytes | None:
    """Read a body up to a limit; None if it is longer."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            return None
    return bytes(content)


def _last_word(response: Response) -> Response:
    """Answer before everything was sent: the rest is not read."""
    response.headers["Connection"] = "close"
    return response


async def _stopped(_request: Request, _error: Exception) -> Response:
    """Say that nothing was promised, and that this connection is not kept for more."""
    return _last_word(_refusal(500, "the log has stopped; what has no receipt is not known"))


def _refusal(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
