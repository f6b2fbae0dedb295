"""The console's HTTP interface: each address asks the mission one question and sends the answer.

There is no page of the interface itself (/docs): it would load from a foreign host.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from truceline.reports.words import WordsError
from truceline.web.accounts import Accounts
from truceline.web.answers import WORTH_COMPRESSING, Written, kept, send, write
from truceline.web.commission import CommissionPages, offer_commission
from truceline.web.days import watched_days
from truceline.web.login import offer_login
from truceline.web.mission import Mission

STATIC = Path(__file__).parent / "static"
BASEMAP = Path(__file__).parents[1] / "basemap"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

PAGE_POLICY = (
    "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A report is one file with its style and its map inside, and runs nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Vendored files are asked for with their version in the query, so their bytes never change.
FOR_GOOD = "public, max-age=31536000, immutable"

# Pages of the commission: the cases, one of them, the incident room, an act to be composed.
COMMISSION_PAGES = ("cases", "case", "hotline", "act")

Next = Callable[[Request], Awaitable[Response]]
Id = Annotated[str, Query(min_length=1, max_length=400)]
LanguageCode = Annotated[str, Query(pattern="^[a-z]{2,3}$")]


def create_app(
    mission: Mission,
    commission: CommissionPages | None = None,
    *,
    accounts: Accounts | None = None,
    development: Collection[str] = (),
    hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """Make the console of one mission.

    Args:
        mission: What it shows.
        commission: Its commission; None where no agreement of the mission says who decides.
        accounts: Who may log in; None: nobody, all that ask are the public.
        development: Actors as whom anybody on this machine may log in without a passkey.
        hosts: Names under which it may be asked for; others get 400, so that no foreign page can
            point a name of its own at this machine and read the mission. "*" allows all.
    """
    app = bare_app(hosts)
    gate = offer_login(app, accounts, development=development) if accounts else None
    if commission is not None:
        offer_commission(app, commission, gate)
    _offer_questions(app, mission, has_commission=commission is not None)
    _offer_days(app, mission)
    _offer_files(app, COMMISSION_PAGES if commission is not None else ())
    return app


def bare_app(hosts: Sequence[str]) -> FastAPI:
    """Make a console without any page: its headers, its errors, and the names it answers to."""
    mimetypes.add_type("text/javascript", ".mjs")
    mimetypes.add_type("application/geo+json", ".geojson")
    app = FastAPI(title="Truceline", docs_url=None, redoc_url=None, openapi_url=None)
    _answer_errors_in_one_line(app)
    _guard(app, frozenset(hosts))
    app.add_middleware(GZipMiddleware, minimum_size=WORTH_COMPRESSING, compresslevel=5)
    return app


def _answer_errors_in_one_line(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    def _unreadable(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        said = f", got {first['input']!r}" if first["type"] != "missing" else ""
        return JSONResponse({"error": f"{first['loc'][-1]}: {first['msg']}{said}"}, 422)

    @app.exception_handler(StarletteHTTPException)
    def _refused(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    def _broken(request: Request, error: Exception) -> JSONResponse:
        name = type(error).__name__
        return JSONResponse({"error": f"{request.url.path} failed: {name}"}, 500, HEADERS)


def _guard(app: FastAPI, hosts: frozenset[str]) -> None:
    @app.middleware("http")
    async def _headers(request: Request, follow: Next) -> Response:
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if "*" in hosts or name in hosts:
            response = await follow(request)
        else:
            response = JSONResponse({"error": f"host {host!r} is not served here"}, 400)
        if request.url.path.startswith("/static/vendor/") and request.url.query:
            response.headers["Cache-Control"] = FOR_GOOD
        else:
            response.headers.setdefault("Cache-Control", "no-cache")
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response


def _offer_questions(app: FastAPI, mission: Mission, *, has_commission: bool) -> None:
    # The page has a way to the cases only where there are any bodies.
    more = {"commission": True} if has_commission else {}
    summary, incidents = kept(lambda: mission.summary() | more), kept(mission.incidents)
    incident, trace, words = kept(mission.incident), kept(mission.trace), kept(mission.words)
    sources, days = kept(mission.sources), kept(lambda: watched_days(mission))

    @app.get("/api/mission")
    def _mission(request: Request) -> Response:
        return send(summary(), request)

    @app.get("/api/incidents")
    def _incidents(request: Request) -> Response:
        return send(incidents(), request)

    @app.get("/api/incident")
    def _incident(request: Request, id: Id) -> Response:  # noqa: A002 - the name in the address
        return send(_found(incident, id), request)

    @app.get("/api/trace")
    def _trace(request: Request, id: Id) -> Response:  # noqa: A002 - the name in the address
        return send(_found(trace, id), request)

    @app.get("/api/words")
    def _words(request: Request, language: LanguageCode) -> Response:
        return send(_found(words, language), request)

    @app.get("/api/sources")
    def _sources(request: Request) -> Response:
        return send(sources(), request)

    @app.get("/api/log")
    def _log(request: Request) -> Response:
        return send(write(mission.log()), request)

    @app.get("/api/days")
    def _days(request: Request) -> Response:
        return send(days(), request)


def _offer_days(app: FastAPI, mission: Mission) -> None:
    coverage, line, claims = kept(mission.coverage), kept(mission.line), kept(mission.claims)

    def inside(day: date) -> date:
        days = mission.summary()["days"]
        if day.isoformat() not in days:
            known = f"{days[0]} to {days[-1]}" if days else "no days"
            raise HTTPException(404, f"{day} is outside the mission: {known}")
        return day

    @app.get("/api/coverage")
    def _coverage(request: Request, day: date) -> Response:
        return send(coverage(inside(day)), request)

    @app.get("/api/line")
    def _line(request: Request, day: date) -> Response:
        return send(line(inside(day)), request)

    @app.get("/api/claims")
    def _claims(request: Request, day: date | None = None) -> Response:
        return send(claims(None if day is None else inside(day)), request)

    @app.get("/api/report")
    def _report(day: date, language: LanguageCode) -> HTMLResponse:
        try:
            page = mission.report(inside(day), language)
        except (LookupError, WordsError):
            raise HTTPException(404, f"there is no report in {language!r}") from None
        return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY})


def _found(ask: Callable[[str], Written], name: str) -> Written:
    try:
        return ask(name)
    except (LookupError, WordsError):
        raise HTTPException(404, f"there is no {name!r} in this mission") from None


def _offer_files(app: FastAPI, pages: Sequence[str]) -> None:
    # A page holds no data: what it may show it asks for afterwards.
    app.add_api_route("/", _file(STATIC / "index.html"))
    for page in pages:
        app.add_api_route(f"/{page}", _file(STATIC / f"{page}.html"))
    for layer in ("countries", "oblasts"):
        app.add_api_route(f"/basemap/{layer}.geojson", _file(BASEMAP / f"{layer}.geojson"))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _file(path: Path) -> Callable[[], FileResponse]:
    def answer() -> FileResponse:
        return FileResponse(path)

    return answer
