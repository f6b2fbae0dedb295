"""A server on 127.0.0.1 that answers by script: saved documents, errors, half answers, silence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self
from unittest.mock import patch

NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One scripted answer.

    Attributes:
        body: The bytes that are sent.
        status: The status line.
        headers: Further headers.
        announced: Content-Length to announce instead of the true one.
        unannounced: Send no Content-Length: the body ends where the connection does.
        silent: Accept, and say nothing until the server closes.
        drip_s: Send the body byte by byte, with this pause between them.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    unannounced: bool = False
    silent: bool = False
    drip_s: float | None = None


class Loopback:
    """Answers each path by its list of answers, in order; the last one stays. Else 404.

    >>> with Loopback({"/a": [Answer(status=500), Answer(body=b"x")]}) as server:
    ...     server.base_url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(self, answers: Mapping[str, list[Answer]]) -> None:
        self.answers = {path: list(script) for path, script in answers.items()}
        self.asked: list[str] = []
        self._closing = Event()
        # A proxy in the environment would stand between the test and its own machine.
        self._direct = patch.dict(os.environ, {"NO_PROXY": "*", "no_proxy": "*"})
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._direct.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._direct.stop()

    def next_answer(self, path: str) -> Answer:
        """Take the next answer of the script."""
        self.asked.append(path)
        script = self.answers.get(path, [])
        if not script:
            return Answer(status=NOT_FOUND)
        return script.pop(0) if len(script) > 1 else script[0]

    def wait(self, seconds: float | None) -> bool:
        """Wait, but not longer than the server lives; tell whether it closes."""
        return self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for every answer, so that no socket is left open

    def __init__(self, script: Loopback) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when the client has hung up: some tests want just that."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        script = self.server.script
        answer = script.next_answer(self.path)
        if answer.silent:
            script.wait(None)
            return
        self.send_response(answer.status)
        length = len(answer.body) if answer.announced is None else answer.announced
        announced = {} if answer.unannounced else {"Content-Length": str(length)}
        for header, value in {**announced, **answer.headers}.items():
            self.send_header(header, value)
        self.end_headers()
        if answer.drip_s is None:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            self.wfile.write(bytes([byte]))
            if script.wait(answer.drip_s):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of http.server
        """Keep the test's output clean."""
