"""Where contributors hand in what they have signed: one question takes entries, one says what next.

Requests that arrive together are admitted together: while one batch is forced to disk the next one
gathers, so that a thousand small requests cost a few writes. An answer goes out only when its entry
stands in two journals. Whoever asks is not identified: an entry carries its own signature.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
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
DOCUMENT_LIMIT = 256 * 1024 * 1024
WAITING_LIMIT = 16_384


class Taker(Protocol):
    """Who takes entries: one writer, asked from one thread at a time."""

    def admit(self, entries: Sequence[bytes]) -> list[Answer]:
        """Make up to 256 entries durable; one answer each: index and receipt, or why not."""
        ...

    def keep(self, document: bytes) -> Answer:
        """Hold a document until a statement names it."""
        ...

    def publish(self) -> None:
        """Move the head over what was admitted."""
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
        # The writer is asked from one thread at a time.
        self.turn = asyncio.Lock()

    async def admit(self, entries: Sequence[bytes]) -> list[Answer] | None:
        """Wait until these entries are answered for; None if too many wait already."""
        if self._entries + len(entries) > WAITING_LIMIT:
            return None
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, answered))
        self._entries += len(entries)
        self._arrived.set()
        return await answered

    async def run(self) -> None:
        """Hand on what waits, and move the head from time to time, for ever."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._every_s
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), max(due - loop.time(), 0.001))
            self._arrived.clear()
            batch = self._next_batch()
            try:
                async with self.turn:
                    if batch:
                        await self._hand_on(batch)
                    if loop.time() >= due:
                        await asyncio.to_thread(self._taker.publish)
                        due = loop.time() + self._every_s
            except Exception as error:  # noqa: BLE001 - whatever it is, the writer has stopped
                self._failed(error)
                return

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

    async def _hand_on(
        self, batch: list[tuple[Sequence[bytes], asyncio.Future[list[Answer]]]]
    ) -> None:
        entries = [entry for request, _ in batch for entry in request]
        answers = await asyncio.to_thread(self._taker.admit, entries)
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

    async def keep(request: Request) -> Response:
        content = await _body(request, DOCUMENT_LIMIT)
        if content is None:
            return _refusal(413, f"a document has at most {DOCUMENT_LIMIT} bytes")
        async with queue.turn:
            return JSONResponse(await asyncio.to_thread(taker.keep, content))

    async def following(request: Request) -> Response:
        actor = request.query_params.get("actor", "")
        async with queue.turn:
            answer = await asyncio.to_thread(taker.next_of, actor)
        return JSONResponse(answer, 404 if "error" in answer else 200)

    return Starlette(
        routes=[
            Route("/add", add, methods=["POST"]),
            Route("/document", keep, methods=["POST"]),
            Route("/next", following, methods=["GET"]),
        ],
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


async def _body(request: Request, limit: int) -> bytes | None:
    """Read a body up to a limit; None if it is longer."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            return None
    return bytes(content)


def _refusal(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
