"""The commission's pages: each address asks one question, and every refusal names its rule.

Who asks is whoever is logged in, else the public. The pages sign nothing: keys are people's own and
stay on their machines. What is to be signed is composed here, tried, and shown as a command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from truceline.records.asker import Asker, NotAllowedError
from truceline.web.answers import send, write
from truceline.web.login import Gate, from_loopback
from truceline.web.mission import Answer

BODY_LIMIT = 65_536
TEXT_LIMIT = 32_768
FILTERS = ("status", "severity", "body", "party", "assigned", "due", "text")

Id = Annotated[str, Query(min_length=1, max_length=400)]
Whole = Annotated[int, Query(ge=0, le=10**9)]


class CommissionPages(Protocol):
    """One commission, open for its pages. Times are microseconds since 1970 UTC, ids are hex.

    Every answer holds only what the asker may see. Where he may see nothing of it, the method
    raises `NotAllowedError`; where there is no such thing, `LookupError`.
    """

    def who(self, asker: Asker) -> Answer:
        """Tell who somebody is here: actor, development, roles, states and seats ({body, seat})."""
        ...

    def mandate(self) -> Answer:
        """Give the plain `Mandate`, with statuses, severities and standstills ({body, told})."""
        ...

    def docket(self, asker: Asker, wanted: Mapping[str, str], page: int) -> Answer:
        """List cases, what is due first, a page at a time.

        Args:
            asker: Who asks.
            wanted: What a case must be, by the names in `FILTERS`; "" asks for nothing.
            page: Counted from 0.

        Returns:
            now_us, total, found, page, pages, statuses (a count each), assigned (names) and cases:
            each a plain `CaseLine` with short_id, concerns and tier.
        """
        ...

    def case(self, asker: Asker, case: str) -> Answer:
        """Give a case by its full or short id: a plain `CaseView`, and what a page needs beside it.

        Returns:
            The view, with now_us, size, tier, concerns, seats, findings ({id, short_id, incident,
            facts}), acts, refused, and not_shown (by part, the rule that refused it). Motions and
            exhibits that he may not see keep a few fields, and `refused` says why.
        """
        ...

    def hotline(self, asker: Asker) -> Answer:
        """Give total, calls, return_fire, windows, uptime and deadlines; the newest first."""
        ...

    def refused(self, asker: Asker) -> Answer:
        """Give total and refused: plain `RefusedAct`s, the newest first."""
        ...

    def deadlines(self, asker: Asker) -> Answer:
        """Give total and notices: plain `Notice`s with short_id, the first due first."""
        ...

    def acts(self, asker: Asker, after: int) -> Answer:
        """Give size, the number of acts by now, and what is new after the first `after` of them."""
        ...

    def forms(self) -> Answer:
        """Give the form of every act: name, does, who, about, is_own and fields."""
        ...

    def check(self, asker: Asker, name: str, about: str, given: Mapping[str, list[str]]) -> Answer:
        """Give command, and refused: null, or {by, rule, article, why}. Nothing is kept."""
        ...


def offer_commission(app: FastAPI, commission: CommissionPages, gate: Gate | None) -> None:
    """Offer the JSON of a commission.

    Args:
        app: The console.
        commission: What it shows.
        gate: Who is logged in; None where nobody can: then all that ask are the public.
    """
    answer_refusals(app)
    _offer_lists(app, commission, gate)
    _offer_acts(app, commission, gate)


def asker_of(request: Request, gate: Gate | None) -> Asker:
    """Tell who asks.

    Raises:
        LoginRefusedError: He brings a session that does not hold.
    """
    session = gate.who(request) if gate else None
    if session is None:
        return Asker(loopback=from_loopback(request))
    return Asker(
        actor=session.actor,
        loopback=from_loopback(request),
        development=session.development,
    )


def answer_refusals(app: FastAPI) -> None:
    """Answer what a rule refuses with 403 and that rule."""

    @app.exception_handler(NotAllowedError)
    def _refused(_: Request, error: NotAllowedError) -> JSONResponse:
        decision = error.decision
        said = {
            "error": decision.why,
            "rule": decision.rule,
            "nearest": decision.nearest,
            "asks": list(decision.asks),
        }
        return JSONResponse(said, 403, {"Cache-Control": "no-store"})


def _offer_lists(app: FastAPI, commission: CommissionPages, gate: Gate | None) -> None:
    @app.get("/api/who")
    def _who(request: Request) -> Response:
        who = commission.who(asker_of(request, gate))
        return _private(who | {"login": gate is not None}, request)

    @app.get("/api/mandate")
    def _mandate(request: Request) -> Response:
        return send(write(commission.mandate()), request)

    @app.get("/api/cases")
    def _cases(request: Request, page: Whole = 0) -> Response:
        wanted = {name: request.query_params.get(name, "")[:400] for name in FILTERS}
        return _private(commission.docket(asker_of(request, gate), wanted, page), request)

    @app.get("/api/case")
    def _case(request: Request, id: Id) -> Response:  # noqa: A002 - the name in the address
        try:
            return _private(commission.case(asker_of(request, gate), id), request)
        except LookupError:
            raise HTTPException(404, f"there is no case {id!r}") from None

    @app.get("/api/hotline")
    def _hotline(request: Request) -> Response:
        return _private(commission.hotline(asker_of(request, gate)), request)

    @app.get("/api/refused")
    def _refused(request: Request) -> Response:
        return _private(commission.refused(asker_of(request, gate)), request)

    @app.get("/api/deadlines")
    def _deadlines(request: Request) -> Response:
        return _private(commission.deadlines(asker_of(request, gate)), request)


def _offer_acts(app: FastAPI, commission: CommissionPages, gate: Gate | None) -> None:
    @app.get("/api/acts")
    def _acts(request: Request, after: Whole = 0) -> Response:
        return _private(commission.acts(asker_of(request, gate), after), request)

    @app.get("/api/forms")
    def _forms(request: Request) -> Response:
        return send(write(commission.forms()), request)

    @app.post("/api/check")
    async def _check(request: Request) -> Response:
        asker = asker_of(request, gate)
        name, about, given = await _asked(request)
        try:
            answer = await run_in_threadpool(commission.check, asker, name, about, given)
        except LookupError as error:
            raise HTTPException(404, str(error)) from None
        return _private(answer, request)


async def _asked(request: Request) -> tuple[str, str, dict[str, list[str]]]:
    """Read an act that is to be tried: name, about, and its fields as lists of texts."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_LIMIT:
            raise HTTPException(413, f"more than {BODY_LIMIT} bytes")
    try:
        asked: Any = json.loads(content)
        name, about, fields = asked["name"], asked.get("about", ""), asked.get("fields", {})
        given = {str(key): [*map(_text, texts)] for key, texts in fields.items()}
        return _text(name), _text(about), given
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        why = "write {name, about, fields: {name: [text]}}"
        raise HTTPException(422, f"this is no act: {why}") from error


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise ValueError("not a text, or too long")
    return value


def _private(answer: Answer, request: Request) -> Response:
    """Send what only this asker may see: no store between us may keep it for another."""
    response = send(write(answer), request)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
