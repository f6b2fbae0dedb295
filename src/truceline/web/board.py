"""The guarantors' pages: each address asks one question, and every refusal names its rule.

A deployment of its own, which nothing of the monitor's is served from. Nothing here computes, and
nothing is signed: the pages show what signed entries add up to. Software assesses, bodies decide,
states act.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Annotated, Protocol

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from truceline.records.asker import Asker
from truceline.reports.words import WordsError, load_words
from truceline.web.accounts import Accounts
from truceline.web.answers import kept, send, write
from truceline.web.app import LOOPBACK, STATIC, LanguageCode, bare_app
from truceline.web.commission import answer_refusals, asker_of
from truceline.web.login import Gate, offer_login
from truceline.web.mission import Answer

# The pages, by their addresses; one file shows them all, and asks for what each of them shows.
PAGES = ("/", "/board", "/gap", "/register", "/refused")
STEPS_LIMIT = 64

Short = Annotated[str, Query(max_length=400)]
Steps = Annotated[list[str], Query(max_length=STEPS_LIMIT)]


class BoardPages(Protocol):
    """One guarantors' board, open for its pages. Times are microseconds since 1970 UTC.

    Every answer holds only what the asker may see. Where he may see nothing of it, the method
    raises `NotAllowedError`; where there is no such thing, `LookupError`. `names` spells out the
    ids of bodies and the codes of states; a rule that refused is {rule, nearest, asks, why}.
    """

    def who(self, asker: Asker) -> Answer:
        """Tell who somebody is: title, actor, development, roles, states, seats, pages (his)."""
        ...

    def board(self, asker: Asker) -> Answer:
        """Give the plain parts of a `Board`, now_us, names, and not_shown (rules, with `part`).

        A clock has elapsed_s and, if it has run out, over_s beside its plain fields. Of what an
        assessment stands on the first are given, and beside them `totals`, how many there are.
        """
        ...

    def cell(self, asker: Asker, day: date | None) -> Answer:
        """Give a plain `DuePage` with its day (UTC) and names; None for today."""
        ...

    def calendar(self, asker: Asker, language: str) -> str:
        """Write what is awaited as an iCalendar file.

        Raises:
            WordsError: There are no words of that language.
        """
        ...

    def gap(self, asker: Asker, scenario: str, since: str, what_if: Sequence[str]) -> Answer:
        """Give gap (a plain `GapBoard` or null), without, scenarios, steps, declared and names.

        Raises:
            ValueError: `since` is no instant, or a step is not written PROCEDURE/STEP.
        """
        ...

    def register(self, asker: Asker) -> Answer:
        """Give participants, instruments, commitments, procedures, pledges, money, standings...

        And lawful (by procedure: usual and emergency, plain `LawfulDate`s), forces (a table for
        each scenario), requests, whole, host, sources, not_shown and names.
        """
        ...

    def refused(self, asker: Asker) -> Answer:
        """Give refused: plain `RefusedAct`s, the newest first."""
        ...


def create_board_app(
    board: BoardPages,
    *,
    accounts: Accounts | None = None,
    development: Collection[str] = (),
    hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """Make the pages of one board.

    Args:
        board: What they show.
        accounts: Who may log in; None: nobody, all that ask are the public.
        development: Actors as whom anybody on this machine may log in without a passkey.
        hosts: Names under which it may be asked for; "*" allows all.
    """
    app = bare_app(hosts)
    gate = offer_login(app, accounts, development=development) if accounts else None
    _answer_refusals(app)
    _offer_files(app)
    _offer_answers(app, board, gate)
    _offer_gap(app, board, gate)
    return app


def _answer_refusals(app: FastAPI) -> None:
    answer_refusals(app)

    @app.exception_handler(LookupError)
    def _missing(_: Request, error: LookupError) -> JSONResponse:
        return JSONResponse({"error": str(error).strip("'\"")}, 404)


def _offer_files(app: FastAPI) -> None:
    # A page holds no data: what it may show it asks for afterwards.
    for page in PAGES:
        app.add_api_route(page, lambda: FileResponse(STATIC / "board.html"))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    words = kept(lambda language: dict(load_words(language)))

    @app.get("/api/words")
    def _words(request: Request, language: LanguageCode) -> Response:
        try:
            return send(words(language), request)
        except WordsError:
            raise HTTPException(404, f"there are no words of {language!r}") from None


def _offer_answers(app: FastAPI, board: BoardPages, gate: Gate | None) -> None:
    def offer(name: str, ask: Callable[[Asker], Answer]) -> None:
        @app.get(f"/api/{name}", name=name)
        def _answer(request: Request) -> Response:
            return _private(ask(asker_of(request, gate)), request)

    # The page offers a login only where there is one.
    offer("who", lambda asker: board.who(asker) | {"login": gate is not None})
    offer("board", board.board)
    offer("register", board.register)
    offer("refused", board.refused)

    @app.get("/api/cell")
    def _cell(request: Request, day: date | None = None) -> Response:
        return _private(board.cell(asker_of(request, gate), day), request)

    @app.get("/api/calendar.ics")
    def _calendar(request: Request, language: LanguageCode = "en") -> Response:
        try:
            text = board.calendar(asker_of(request, gate), language)
        except WordsError:
            raise HTTPException(404, f"there are no words of {language!r}") from None
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'attachment; filename="truceline-due.ics"',
        }
        return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def _offer_gap(app: FastAPI, board: BoardPages, gate: Gate | None) -> None:
    @app.get("/api/gap")
    def _gap(
        request: Request,
        scenario: Short = "",
        since: Annotated[str, Query(alias="from", max_length=40)] = "",
        what_if: Steps = [],  # noqa: B006 - read, never changed
    ) -> Response:
        try:
            answer = board.gap(asker_of(request, gate), scenario, since, what_if)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        return _private(answer, request)


def _private(answer: Answer, request: Request) -> Response:
    """Send what only this asker may see: no store between us may keep it for another."""
    response = send(write(answer), request)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
