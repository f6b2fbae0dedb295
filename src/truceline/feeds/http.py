"""Bring one document from the network: patient, bounded, and silent about keys.

The only place of this room that opens a connection. The body is taken as the server sent it;
one that is shorter than its Content-Length is an error (RFC 9112, section 6.3), never a document.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from truceline.feeds.interface import FeedError

KEY_PLACE = "{MAP_KEY}"
TIMEOUT_S = 30.0
ATTEMPTS = 4
LIMIT_BYTES = 64 * 1024 * 1024
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
# A server that sends one byte now and then never times out: the whole answer is bounded as well.
WHOLE_TIMEOUTS = 10
REDIRECTS = 3
SAID_CHARACTERS = 80
SAID_BYTES = 4096
LIBRARY_LOGS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")

_keyed: ContextVar[bool] = ContextVar("truceline_feeds_http_keyed", default=False)


class UnreachableError(FeedError):
    """A server that did not give the document after every attempt: later it may."""


class _AgainError(Exception):
    """An attempt that failed in a way that another may not."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.wait_s = wait_s


class _SilentWhileKeyed(logging.Filter):
    """Drops what the libraries log, addresses and headers, while a key travels in them."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the signature of logging
        return not _keyed.get()


for _name in LIBRARY_LOGS:
    logging.getLogger(_name).addFilter(_SilentWhileKeyed())


def download(
    url: str,
    *,
    secret: str = "",
    timeout_s: float = TIMEOUT_S,
    attempts: int = ATTEMPTS,
    limit_bytes: int = LIMIT_BYTES,
    sleep: Callable[[float], None] = time.sleep,
) -> bytes:
    """Bring the document at an address.

    Tried again, after 1, 2, 4, ... seconds and at most 60: no connection, silence, half an answer,
    429 and 5xx (after Retry-After seconds if the server names them, at most 60). Not tried again:
    any other status, a body above the limit, a redirect to another host.

    Args:
        url: The address; `{MAP_KEY}` in it stands for the secret, so that the address can be shown.
        secret: A user's key. It goes to the server and nowhere else: no error, no log holds it.
        timeout_s: How long one silence may last; the whole answer may take ten times as long.
        attempts: How often it is tried in all.
        limit_bytes: Largest body that is taken.
        sleep: Waits between attempts.

    Raises:
        UnreachableError: Every attempt failed; names the host and what happened last.
        FeedError: The server refused; names the host and the status.
    """
    host = _host(url)
    retrying = Retrying(
        stop=stop_after_attempt(attempts),
        retry=retry_if_exception_type(_AgainError),
        wait=_wait_s,
        sleep=sleep,
        reraise=True,
    )
    try:
        with _keeping_silent(keyed=bool(secret)):
            return retrying(_attempt, url, secret, timeout_s, limit_bytes)
    except _AgainError as last:
        problem = f"{host}: {last} ({attempts} {'attempt' if attempts == 1 else 'attempts'})"
    raise UnreachableError(problem)


def _wait_s(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked_s = failure.wait_s if isinstance(failure, _AgainError) else None
    backed_off_s = FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1)
    return min(backed_off_s if asked_s is None else asked_s, LONGEST_WAIT_S)


@contextmanager
def _keeping_silent(*, keyed: bool) -> Iterator[None]:
    token = _keyed.set(keyed or _keyed.get())
    try:
        yield
    finally:
        _keyed.reset(token)


def _host(url: str) -> str:
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL:
        host = ""
    if not host:
        raise FeedError("an address without a host cannot be asked")
    return host


def _attempt(url: str, secret: str, timeout_s: float, limit_bytes: int) -> bytes:
    """Try once. The libraries' own errors hold the address, and so the key: none leaves here."""
    try:
        return _receive(url, secret, timeout_s, limit_bytes)
    except httpx.TimeoutException as error:
        problem = f"no answer within {timeout_s:g} s ({type(error).__name__})"
    except httpx.HTTPError as error:
        problem = _masked(f"{type(error).__name__}: {error}", secret)
    except httpx.InvalidURL:
        problem = "the address or a redirect is not valid"
    raise _AgainError(problem)


def _receive(url: str, secret: str, timeout_s: float, limit_bytes: int) -> bytes:
    ends = time.monotonic() + WHOLE_TIMEOUTS * timeout_s
    # Without compression the bytes kept are the bytes sent, and their length can be checked.
    headers = {"Accept-Encoding": "identity", "User-Agent": "truceline"}
    with httpx.Client(timeout=timeout_s, headers=headers, verify=_trust()) as client:
        request: httpx.Request = client.build_request("GET", url.replace(KEY_PLACE, secret))
        for _ in range(REDIRECTS + 1):
            with _opened(client, request) as response:
                if response.next_request is None:
                    _insist_on_status(response, secret)
                    return _body(response, limit_bytes, ends)
                _insist_on_same_host(request.url, response.next_request.url)
                request = response.next_request
    raise FeedError(f"{request.url.host}: redirects more than {REDIRECTS} times")


@cache
def _trust() -> ssl.SSLContext:
    """Reading the certificates takes longer than most downloads: once is enough."""
    return httpx.create_ssl_context()


@contextmanager
def _opened(client: httpx.Client, request: httpx.Request) -> Iterator[httpx.Response]:
    response = client.send(request, stream=True)
    try:
        yield response
    finally:
        response.close()


def _insist_on_same_host(asked: httpx.URL, offered: httpx.URL) -> None:
    """A key given to one host goes to no other, and never from https to http."""
    if (asked.scheme, asked.host, asked.port) != (offered.scheme, offered.host, offered.port):
        raise FeedError(
            f"{asked.host}: redirects to {offered.scheme}://{offered.host}, which was not asked"
        )


def _insist_on_status(response: httpx.Response, secret: str) -> None:
    status, host = response.status_code, response.url.host
    if status == httpx.codes.OK:
        return
    phrase = httpx.codes.get_reason_phrase(status)
    problem = f"answered {status} {phrase}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS or httpx.codes.is_server_error(status):
        raise _AgainError(problem, _retry_after_s(response))
    raise FeedError(f"{host}: {problem}{_said(response, secret)}")


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds only: the other form, a date, would need a clock that agrees with the server's."""
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() else None


def _said(response: httpx.Response, secret: str) -> str:
    """Give the first line of a refusal, as `: "Invalid MAP_KEY."`, unless it is a web page."""
    try:
        said = first_line(next(response.iter_bytes(), b""), secret)
    except httpx.HTTPError:
        return ""
    return f': "{said}"' if said and not said.startswith("<") else ""


def first_line(document: bytes, secret: str = "") -> str:
    """Give the first line of a document for a message: short, printable, without the secret."""
    lines = document[:SAID_BYTES].decode("utf-8", errors="replace").strip().splitlines()
    masked = _masked(lines[0] if lines else "", secret)[:SAID_CHARACTERS]
    return "".join(character if character.isprintable() else "?" for character in masked)


def _masked(text: str, secret: str) -> str:
    return text.replace(secret, "***") if secret else text


def _body(response: httpx.Response, limit_bytes: int, ends: float) -> bytes:
    host = response.url.host
    announced = response.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > limit_bytes:
        raise FeedError(f"{host}: the document is larger than {limit_bytes} bytes")
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > limit_bytes:
            raise FeedError(f"{host}: the document is larger than {limit_bytes} bytes")
        if time.monotonic() > ends:
            raise _AgainError(f"the answer was not whole after {size} bytes and its time was over")
    return b"".join(parts)
