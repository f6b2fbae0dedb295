"""Answers as bytes: written once, compressed once, and not sent again to who has them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from fastapi import Request, Response

from truceline.web.mission import Answer

# Level 1 of gzip: 50,000 incidents compress in a quarter of a second, level 9 needs ten times that.
GZIP_LEVEL = 1
WORTH_COMPRESSING = 1_000
KEPT_ANSWERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One answer, ready to send.

    Attributes:
        body: JSON in UTF-8.
        zipped: The same, compressed; None where it is too short to be worth it.
        etag: Names the bytes, so that a browser that has them gets 304.
    """

    body: bytes
    zipped: bytes | None
    etag: str


def write(answer: Answer) -> Written:
    """Write an answer as bytes."""
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    zipped = gzip.compress(body, GZIP_LEVEL, mtime=0) if len(body) > WORTH_COMPRESSING else None
    return Written(body=body, zipped=zipped, etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def kept(ask: Callable[..., Answer]) -> Callable[..., Written]:
    """Make a question that is asked of the mission once, and answered from memory afterwards."""
    return lru_cache(maxsize=KEPT_ANSWERS)(lambda *arguments: write(ask(*arguments)))


def send(written: Written, request: Request) -> Response:
    """Send an answer, compressed where the browser reads that, or 304 where it has it already."""
    headers = {"ETag": written.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if written.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if written.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(written.zipped, media_type="application/json", headers=headers)
    return Response(written.body, media_type="application/json", headers=headers)
