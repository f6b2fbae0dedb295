"""A download is patient with a bad network, and never gives away a key."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable

import pytest
from loopback import Answer, Loopback

from truceline.feeds.http import LONGEST_WAIT_S, UnreachableError, download
from truceline.feeds.interface import FeedError

KEY = "0123456789abcdef0123456789abcdef"
BODY = b"latitude,longitude\n47.5,37.5\n"


def waits_kept() -> tuple[list[float], Callable[[float], None]]:
    waited: list[float] = []
    return waited, waited.append


def asked_of(script: list[Answer], *, attempts: int = 4, timeout_s: float = 5.0) -> list[float]:
    """Download by script, insist on the body, and give the waits between the attempts."""
    waited, sleep = waits_kept()
    with Loopback({"/day.csv": script}) as server:
        url = f"{server.base_url}/day.csv"
        body = download(url, attempts=attempts, timeout_s=timeout_s, sleep=sleep)
        assert len(server.asked) == len(waited) + 1
    assert body == BODY
    return waited


def refusal_of(
    script: list[Answer], *, attempts: int = 1, timeout_s: float = 5.0, limit_bytes: int = 1000
) -> tuple[FeedError, int]:
    """Download by script, insist on an error, and give it with the number of requests."""
    _, sleep = waits_kept()
    with Loopback({"/day.csv": script}) as server:
        with pytest.raises(FeedError) as caught:
            download(
                f"{server.base_url}/day.csv",
                attempts=attempts,
                timeout_s=timeout_s,
                limit_bytes=limit_bytes,
                sleep=sleep,
            )
        return caught.value, len(server.asked)


def test_a_document_comes_as_it_was_sent() -> None:
    assert asked_of([Answer(body=BODY)]) == []


def test_a_server_error_is_tried_again_after_one_then_two_then_four_seconds() -> None:
    broken = Answer(status=500)
    assert asked_of([broken, broken, broken, Answer(body=BODY)]) == [1.0, 2.0, 4.0]


def test_waits_never_grow_beyond_the_longest() -> None:
    waits = asked_of([Answer(status=503)] * 8 + [Answer(body=BODY)], attempts=9)
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_WAIT_S, LONGEST_WAIT_S]


@pytest.mark.parametrize(
    ("retry_after", "waited_s"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("86400", LONGEST_WAIT_S),
        ("soon", 1.0),
        ("-5", 1.0),
        ("Wed, 08 Apr 2026 07:28:00 GMT", 1.0),
    ],
)
def test_too_many_requests_waits_as_long_as_the_server_asks_but_not_for_ever(
    retry_after: str, waited_s: float
) -> None:
    busy = Answer(status=429, headers={"Retry-After": retry_after})
    assert asked_of([busy, Answer(body=BODY)]) == [waited_s]


def test_half_an_answer_is_no_document_and_is_tried_again() -> None:
    half = Answer(body=BODY[:10], announced=len(BODY))
    assert asked_of([half, Answer(body=BODY)]) == [1.0]


def test_half_an_answer_every_time_is_an_error_that_says_so() -> None:
    error, asked = refusal_of([Answer(body=BODY[:10], announced=len(BODY))], attempts=2)
    assert isinstance(error, UnreachableError)
    assert "received 10 bytes, expected 29" in str(error)
    assert "127.0.0.1" in str(error)
    assert "(2 attempts)" in str(error)
    assert asked == 2


def test_silence_ends_with_a_timeout() -> None:
    error, asked = refusal_of([Answer(silent=True)], attempts=2, timeout_s=0.1)
    assert isinstance(error, UnreachableError)
    assert "no answer within 0.1 s" in str(error)
    assert asked == 2


def test_a_drip_of_bytes_ends_too() -> None:
    drip = Answer(body=b"x" * 500, drip_s=0.02)
    error, _ = refusal_of([drip], timeout_s=0.05)
    assert isinstance(error, UnreachableError)
    assert "was not whole after" in str(error)


def test_nobody_there_is_tried_again_and_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    waited, sleep = waits_kept()
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1: ConnectError"):
        download(f"http://127.0.0.1:{port}/x", attempts=3, sleep=sleep)
    assert waited == [1.0, 2.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 206])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    error, asked = refusal_of([Answer(status=status)], attempts=4)
    assert str(error).startswith(f"127.0.0.1: answered {status} ")
    assert not isinstance(error, UnreachableError)
    assert asked == 1


def test_the_words_of_a_refusal_are_shown_but_not_a_web_page() -> None:
    plain, _ = refusal_of([Answer(status=400, body=b"Invalid MAP_KEY.\nmore")])
    assert str(plain) == '127.0.0.1: answered 400 Bad Request: "Invalid MAP_KEY."'
    page, _ = refusal_of([Answer(status=404, body=b"<html>gone</html>")])
    assert str(page) == "127.0.0.1: answered 404 Not Found"


def test_a_document_above_the_limit_is_refused_announced_or_not() -> None:
    announced, asked = refusal_of([Answer(body=b"x", announced=1001)], attempts=4)
    assert "larger than 1000 bytes" in str(announced), "refused before its body is awaited"
    assert asked == 1
    streamed, _ = refusal_of([Answer(body=b"x" * 1001, unannounced=True)], attempts=1)
    assert "larger than 1000 bytes" in str(streamed)
    exactly = [Answer(body=b"x" * 1000)]
    with Loopback({"/x": exactly}) as server:
        assert len(download(f"{server.base_url}/x", limit_bytes=1000)) == 1000


def test_a_redirect_is_followed_on_the_same_host_only() -> None:
    moved = Answer(status=302, headers={"Location": "/new.csv"})
    with Loopback({"/day.csv": [moved], "/new.csv": [Answer(body=BODY)]}) as server:
        assert download(f"{server.base_url}/day.csv") == BODY
    elsewhere = Answer(status=302, headers={"Location": "http://localhost:1/day.csv"})
    error, asked = refusal_of([elsewhere], attempts=4)
    assert str(error) == "127.0.0.1: redirects to http://localhost, which was not asked"
    assert asked == 1


def test_redirects_in_a_circle_end() -> None:
    error, asked = refusal_of([Answer(status=302, headers={"Location": "/day.csv"})], attempts=4)
    assert "redirects more than 3 times" in str(error)
    assert asked == 4


@pytest.mark.parametrize("url", ["", "no-host", "http://", "http://a:b:c"])
def test_an_address_without_a_host_is_one_clear_error(url: str) -> None:
    with pytest.raises(FeedError, match="without a host"):
        download(url)


@pytest.mark.parametrize(
    "script",
    [
        [Answer(body=BODY)],
        [Answer(status=500)],
        [Answer(status=400, body=f"Invalid MAP_KEY {KEY}.".encode())],
        [Answer(body=b"half", announced=100)],
        [Answer(silent=True)],
        [Answer(status=302, headers={"Location": f"http://localhost:1/{KEY}"})],
        [Answer(status=302, headers={"Location": f"http://127.0.0.1:port/{KEY}"})],
    ],
)
def test_the_key_reaches_the_server_and_nothing_else(
    script: list[Answer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with Loopback({f"/{KEY}/day.csv": script}) as server:
        url = f"{server.base_url}/{{MAP_KEY}}/day.csv"
        try:
            download(url, secret=KEY, attempts=1, timeout_s=0.2)
        except FeedError as error:
            told = "".join(traceback.format_exception(error)) + repr(vars(error))
            chain = [error.__cause__, error.__context__]
            assert chain == [None, None], "the libraries' errors hold the address"
        assert server.asked[0] == f"/{KEY}/day.csv"
    assert KEY not in told
    assert KEY not in caplog.text
    assert all(KEY not in str(vars(record)) for record in caplog.records)


def test_without_a_key_the_libraries_log_as_they_always_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with Loopback({"/day.csv": [Answer(body=BODY)]}) as server:
        download(f"{server.base_url}/day.csv")
    assert "/day.csv" in caplog.text
