"""The addresses under which one logs in, and the development login, for this machine alone.

The development login takes anybody's word for who he is. It is off unless actors are named for it,
and refused unless the request comes from this machine's loopback address, asks for a loopback name,
and passed no proxy. Every page that is shown under it says so at its top.
"""

from __future__ import annotations

import html
import ipaddress
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from truceline.reports.words import LANGUAGES, load_words
from truceline.web.accounts import Accounts
from truceline.web.ceremonies import SECOND_US, LoginRefusedError
from truceline.web.sessions import SESSION_US, Session, Sessions

COOKIE = "truceline_session"
BODY_LIMIT = 65_536
NAMES_OF_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Headers that a proxy adds: behind one, the peer's address says nothing of who asks.
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
# Rules that refuse what was asked for, not who asked: 403. All others: 401, log in (again).
FORBIDDEN = frozenset({"development_off", "development_outside_loopback", "foreign_origin"})
BODY = re.compile(rb"<body[^>]*>")

Next = Callable[[Request], Awaitable[Response]]
Clock = Callable[[], int]
draw_by_chance = secrets.token_bytes


def clock_us() -> int:
    """Give the time of this machine, microseconds since 1970 UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Who asks, as far as the doors can tell.

    Attributes:
        sessions: Who is logged in.
        clock: The time, microseconds since 1970 UTC.
        cookie: Name of the cookie of a session.
        development: Actors as whom anybody on this machine may be logged in, now.
    """

    sessions: Sessions
    clock: Clock
    cookie: str
    development: frozenset[str] = frozenset()

    def who(self, request: Request) -> Session | None:
        """Give the session of a request; None for somebody who brings none.

        Raises:
            LoginRefusedError: bad_session, expired_session, ended_session; and
                development_outside_loopback for such a session from elsewhere.
        """
        cookie = request.cookies.get(self.cookie)
        if cookie is None:
            return None
        session = self.sessions.read(cookie, self.clock())
        if session.development:
            insist_on_loopback(request)
            # The cookie may be of a console that offered it, and was begun anew without.
            if session.actor not in self.development:
                raise LoginRefusedError("ended_session", "the development login is not offered")
        return session


def offer_login(
    app: FastAPI,
    accounts: Accounts,
    *,
    clock: Clock = clock_us,
    development: Collection[str] = (),
) -> Gate:
    """Offer the addresses of login under /api/login, and give the gate that knows who asks.

    Args:
        app: The console.
        accounts: The accounts of the deployment.
        clock: The time, microseconds since 1970 UTC.
        development: Actors as whom anybody on this machine may log in; none: the way is closed.
    """
    gate = Gate(
        sessions=Sessions(accounts.store, accounts.dice),
        clock=clock,
        cookie=cookie_of(accounts.site.origin),
        development=frozenset(development),
    )
    _answer_refusals(app)
    _mark_development(app, gate)
    _offer_passkeys(app, accounts, gate)
    _offer_development(app, accounts, gate)
    return gate


def cookie_of(origin: str) -> str:
    """Name the cookie of a console: a browser keeps cookies by host name, whatever the port.

    >>> cookie_of("http://localhost:8470"), cookie_of("https://console.example")
    ('truceline_session_8470', 'truceline_session')
    """
    port = urlsplit(origin).port
    return f"{COOKIE}_{port}" if port else COOKIE


# --------------------------------------------------------------------------------- loopback
def from_loopback(request: Request) -> bool:
    """Tell whether a request surely comes from this machine itself.

    The peer's address alone would be that of a proxy on this machine; the Host header alone can be
    written by anybody. Both must be loopback, and no header of a proxy may be there.
    """
    try:
        peer = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    forwarded = any(header in request.headers for header in FORWARDED)
    return peer.is_loopback and name in NAMES_OF_LOOPBACK and not forwarded


def insist_on_loopback(request: Request) -> None:
    """Refuse what may be done on this machine only.

    Raises:
        LoginRefusedError: development_outside_loopback.
    """
    if not from_loopback(request):
        peer = request.client.host if request.client else "nobody"
        raise LoginRefusedError(
            "development_outside_loopback",
            f"peer {peer}, host {request.headers.get('host', '')!r}",
        )


# ------------------------------------------------------------------------------------ routes
def _answer_refusals(app: FastAPI) -> None:
    @app.exception_handler(LoginRefusedError)
    def _refused(_: Request, error: LoginRefusedError) -> JSONResponse:
        status = 403 if error.rule in FORBIDDEN else 401
        return _plain({"error": str(error), "rule": error.rule, "why": error.why}, status)


def _offer_passkeys(app: FastAPI, accounts: Accounts, gate: Gate) -> None:
    @app.post("/api/login/registration")
    async def _begin_registration(request: Request) -> Response:
        asked = await _asked(request, accounts)
        code = str(asked.get("invitation", ""))
        return _plain(accounts.begin_registration(code, gate.clock()))

    @app.post("/api/login/registration/answer")
    async def _end_registration(request: Request) -> Response:
        asked = await _asked(request, accounts)
        return _logged_in(accounts.end_registration(asked, gate.clock()), accounts, gate)

    @app.post("/api/login/passkey")
    async def _begin_login(request: Request) -> Response:
        await _asked(request, accounts)
        return _plain(accounts.begin_login(gate.clock()))

    @app.post("/api/login/passkey/answer")
    async def _end_login(request: Request) -> Response:
        asked = await _asked(request, accounts)
        return _logged_in(accounts.end_login(asked, gate.clock()), accounts, gate)

    @app.post("/api/login/end")
    async def _end(request: Request) -> Response:
        await _asked(request, accounts)
        session = gate.who(request)
        if session is None:
            raise LoginRefusedError("no_session", "no cookie of a session came with it")
        gate.sessions.end(session.actor, gate.clock())
        answer = _plain({"actor": ""})
        answer.delete_cookie(gate.cookie, path="/", httponly=True, samesite="strict")
        return answer


def _offer_development(app: FastAPI, accounts: Accounts, gate: Gate) -> None:
    actors = gate.development

    @app.get("/api/login")
    async def _who(request: Request) -> Response:
        session = gate.who(request)
        return _plain(
            {
                "actor": session.actor if session else "",
                "development": bool(session and session.development),
                "until_us": session.until_us if session else None,
                "offered": sorted(actors) if actors and from_loopback(request) else [],
            }
        )

    @app.post("/api/login/development")
    async def _development(request: Request) -> Response:
        if not actors:
            raise LoginRefusedError("development_off", "no actor is named for it")
        insist_on_loopback(request)
        actor = str((await _asked(request, accounts)).get("actor", ""))
        if actor not in actors:
            raise LoginRefusedError("development_off", f"{actor!r} is not named for it")
        return _logged_in(actor, accounts, gate, development=True)


def _logged_in(
    actor: str, accounts: Accounts, gate: Gate, *, development: bool = False
) -> Response:
    answer = _plain({"actor": actor, "development": development})
    answer.set_cookie(
        gate.cookie,
        gate.sessions.begin(actor, gate.clock(), development=development),
        max_age=SESSION_US // SECOND_US,
        path="/",
        httponly=True,
        samesite="strict",
        secure=accounts.site.origin.startswith("https:"),
    )
    return answer


async def _asked(request: Request, accounts: Accounts) -> Mapping[str, Any]:
    """Read a request's JSON, if it comes from our own page.

    Raises:
        LoginRefusedError: foreign_origin; not_verified for what is no JSON object.
    """
    origin = request.headers.get("origin", "")
    if origin != accounts.site.origin:
        raise LoginRefusedError(
            "foreign_origin", f"asked from {origin!r}, not {accounts.site.origin!r}"
        )
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_LIMIT:
            raise LoginRefusedError("not_verified", f"more than {BODY_LIMIT} bytes")
    try:
        asked = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise LoginRefusedError("not_verified", "the request is no JSON object")
    return asked


def _plain(content: Mapping[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})


# ------------------------------------------------------------------ said on every page
def development_note() -> bytes:
    """Give the line at the top of every page that is shown under the development login."""
    said = [
        f'<span lang="{language}">{html.escape(load_words(language)["login.development_note"])}'
        "</span>"
        for language in LANGUAGES
    ]
    return f'<p class="development-login" role="status">{" ".join(said)}</p>'.encode()


def _mark_development(app: FastAPI, gate: Gate) -> None:
    note = development_note()

    @app.middleware("http")
    async def _mark(request: Request, follow: Next) -> Response:
        if not _is_development(request, gate):
            return await follow(request)
        # The page is changed below: it must come whole, as text, and not from the browser's store.
        unwanted = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
        request.scope["headers"] = [
            (name, value) for name, value in request.scope["headers"] if name not in unwanted
        ]
        response = await follow(request)
        response.headers["Truceline-Login"] = "development"
        if not response.headers.get("content-type", "").startswith("text/html"):
            return response
        page = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
        found = BODY.search(page)
        top = found.end() if found else 0
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in {"content-length", "etag", "last-modified", "accept-ranges"}
        }
        headers["cache-control"] = "no-store"
        return Response(page[:top] + note + page[top:], response.status_code, headers)


def _is_development(request: Request, gate: Gate) -> bool:
    try:
        session = gate.who(request)
    except LoginRefusedError:
        return False
    return session is not None and session.development
