"""One message to one receiver: signed as Standard Webhooks has it, posted once, within a time.

The receiver needs the public key alone. What is signed is `id.timestamp.body`, so neither id nor
timestamp may hold a full stop; the timestamp is that of the attempt, against replays.

Source: Standard Webhooks 1.0.0, "Signature scheme" and "Webhook headers",
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache

import httpx

from truceline.evidence.keys import SigningKey
from truceline.evidence.strict import encode_base64

# "Somewhere between 15 and 30s" (Standard Webhooks, "Request timeouts"); for the whole of it.
TIMEOUT_S = 20.0
# "Usually smaller than 20kb" (the same, "Payload size").
BODY_LIMIT = 16 * 1024


class NoAnswerError(Exception):
    """A receiver could not be reached or did not answer; says why, and not at which address."""


def signed_headers(key: SigningKey, message: str, at_s: int, body: bytes) -> dict[str, str]:
    """Give the headers of one attempt.

    Args:
        key: What it is signed with.
        message: Id of the message, without a full stop.
        at_s: The instant of the attempt, seconds since 1970 UTC.
        body: The body exactly as it is sent.
    """
    signature = key.sign(f"{message}.{at_s}.".encode() + body)
    return {
        "content-type": "application/json",
        "user-agent": "truceline",
        "webhook-id": message,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1a,{encode_base64(signature)}",
    }


def post(url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float = TIMEOUT_S) -> int:
    """Post a message and give the status of the answer, whose body is not read.

    No redirect is followed, and no proxy of the environment is used.

    Raises:
        NoAnswerError: There was no answer in time.
    """
    try:
        return asyncio.run(_post(url, headers, body, timeout_s))
    except (TimeoutError, httpx.TimeoutException) as error:
        raise NoAnswerError(f"no answer within {timeout_s:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The library's own words may hold the address.
        raise NoAnswerError(f"no answer: {type(error).__name__}") from error


async def _post(url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> int:
    # One limit over all: a server that sends a byte now and then never times out by itself.
    async with (
        asyncio.timeout(timeout_s),
        httpx.AsyncClient(verify=_trust(), trust_env=False, timeout=timeout_s) as client,
        client.stream("POST", url, headers=dict(headers), content=body) as answer,
    ):
        return answer.status_code


@cache
def _trust() -> ssl.SSLContext:
    """Reading the certificates takes longer than most messages: once is enough."""
    return httpx.create_ssl_context()
