"""The guarantors' pages: who may see what, and that nothing unknown is a blank or a zero."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_board import ANYBODY, MANDATE, NOW_US, open_board
from fastapi import FastAPI, Request

from truceline.guarantees.public import public_view
from truceline.guarantees.register import read_shipped
from truceline.guarantees.register_fold import fold_register
from truceline.pipeline.board_asking import GAP, BoardEyes, hats_of
from truceline.pipeline.board_gap import gap_told
from truceline.pipeline.console import accounts_of
from truceline.records.asker import Asker
from truceline.records.canonical import plain
from truceline.reports.words import LANGUAGES, load_words
from truceline.web.board import PAGES, create_board_app
from truceline.web.login import Gate
from truceline.web.sessions import Session

ORIGIN = "http://127.0.0.1:8471"
GUARDED = ("board", "cell", "calendar.ics", "gap", "refused")


class Browser:
    """A browser on this machine; it keeps the cookie that it was given."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.cookie = ""

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for an address."""
        return self._ask("GET", address, dict(headers or {}))

    def log_in(self, actor: str) -> None:
        """Log in without a passkey."""
        address = "/api/login/development"
        answer = self._ask("POST", address, {"origin": ORIGIN}, {"actor": actor})
        assert answer.status_code == 200, answer.text
        self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def _ask(
        self, method: str, address: str, headers: dict[str, str], said: object = None
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
                sent = {"cookie": self.cookie, **headers}
                return await http.request(method, address, headers=sent, json=said)

        return asyncio.run(send())


def pages(folder: Path, actor: str = "", shipped: str = "exercise.toml") -> Browser:
    """Open the pages as somebody; "" is the public."""
    accounts = accounts_of(folder, ORIGIN)
    app = create_board_app(open_board(folder, shipped), accounts=accounts, development=ANYBODY)
    client = Browser(app)
    if actor:
        client.log_in(actor)
    return client


def got(client: Browser, address: str) -> Any:  # noqa: ANN401 - plain data
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_of_what_an_assessment_stands_on_the_first_are_told_and_how_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = got(pages(tmp_path, "key-GB"), "/api/board")["assessments"]
    monkeypatch.setattr("truceline.pipeline.board_view.SHOWN", 1)
    some = got(pages(tmp_path, "key-GB"), "/api/board")["assessments"]
    for part in ("findings", "determinations", "remedies"):
        assert [one["totals"][part] for one in some] == [len(one[part]) for one in whole]
        assert [one[part] for one in some] == [one[part][:1] for one in whole]
    assert max(one["totals"]["findings"] for one in some) > 1


# ------------------------------------------------------------------------------ who sees what
@pytest.mark.parametrize("name", GUARDED)
def test_the_public_is_refused_by_a_rule_that_is_named(tmp_path: Path, name: str) -> None:
    answer = pages(tmp_path).get(f"/api/{name}")
    assert answer.status_code == 403
    said = answer.json()
    assert said["rule"] == ("forbid.guarantors-only" if name == "gap" else "default")
    words = load_words("en")
    assert f"access.{said['rule']}" in words
    assert all(f"access.asks.{one}" in words for one in said["asks"])


def test_the_public_sees_the_public_view_of_the_register_and_nothing_beside_it(
    tmp_path: Path,
) -> None:
    shown = got(pages(tmp_path), "/api/register")
    state = fold_register(read_shipped("exercise.toml"), (), NOW_US)
    published = plain(public_view(state))
    assert published["pledges"] != []
    assert {name: shown[name] for name in published} == published
    assert (shown["whole"], shown["forces"], shown["lawful"], shown["requests"]) == (
        False, [], {}, [],
    )  # fmt: skip
    assert [one["rule"] for one in shown["not_shown"]] == ["default"]


def test_no_pledge_of_the_guarantors_tier_is_named_to_the_public(tmp_path: Path) -> None:
    hidden = {one.id for one in read_shipped("exercise.toml").pledges if one.tier != "public"}
    assert hidden
    text = pages(tmp_path).get("/api/register").text
    assert [one for one in sorted(hidden) if f'"{one}"' in text] == []
    # A guarantor sees them, but for the depot that its state keeps to itself.
    whole = pages(tmp_path, "key-GB").get("/api/register").text
    assert [one for one in sorted(hidden) if f'"{one}"' not in whole] == ["bor-depot"]
    assert "bor-depot" not in pages(tmp_path, "key-GB").get("/api/gap").text


@pytest.mark.parametrize("party", ["key-UA", "key-RU"])
def test_both_parties_see_the_clocks_and_not_what_states_decided(
    tmp_path: Path, party: str
) -> None:
    board = got(pages(tmp_path, party), "/api/board")
    assert (len(board["declarations"]), len(board["clocks"])) == (3, 9)
    hidden = {"consultations", "decisions", "activations", "measures", "guarantees", "assessments"}
    assert {one["part"] for one in board["not_shown"]} >= hidden
    assert all(board[name] == [] for name in hidden)
    assert all(one["about"].startswith("breach.") for one in board["notices"])


def test_parties_see_the_same_board(tmp_path: Path) -> None:
    one, other = (got(pages(tmp_path, who), "/api/board") for who in ("key-UA", "key-RU"))
    assert one == other


def test_a_party_does_not_learn_from_a_time_limit_who_was_invited(tmp_path: Path) -> None:
    party, guarantor = (
        got(pages(tmp_path, who), "/api/cell?day=2026-09-22") for who in ("key-UA", "key-GB")
    )
    (clock,) = [one for one in guarantor["due"] if one["what"] == "clock"]
    assert clock["of"] == ["GB", "US", "commission"]
    assert [(one["id"], one["of"]) for one in party["due"]] == [(clock["id"], ["commission"])]
    assert "US" not in pages(tmp_path, "key-UA").get("/api/calendar.ics").text


@pytest.mark.parametrize("who", ["key-UA", "chair"])
def test_gap_and_readiness_are_the_guarantors_own(tmp_path: Path, who: str) -> None:
    client = pages(tmp_path, who)
    assert client.get("/api/gap").json()["rule"] == "forbid.guarantors-only"
    assert got(client, "/api/register")["forces"] == []
    assert "L1_pledged" not in client.get("/api/register").text


def test_a_guarantor_sees_every_part(tmp_path: Path) -> None:
    client = pages(tmp_path, "key-DE")
    board = got(client, "/api/board")
    assert board["not_shown"] == []
    assert {name for name in ("consultations", "decisions", "assessments") if board[name]} == {
        "consultations", "decisions", "assessments",
    }  # fmt: skip
    assert got(client, "/api/register")["forces"][0]["lines"] != []
    assert got(client, "/api/who")["pages"] == ["board", "cell", "gap", "refused", "register"]


def test_a_guarantor_who_has_a_seat_stays_a_guarantor() -> None:
    body = MANDATE.bodies[0]
    seats = (body.seats[0], replace(body.seats[1], holder="key-GB", state="GB"))
    mandate = replace(MANDATE, bodies=(replace(body, seats=seats), *MANDATE.bodies[1:]))
    eyes = BoardEyes(principals=hats_of(mandate, "key-GB"), asker=Asker(actor="key-GB"))
    assert len(eyes.principals) == 2
    assert eyes.see(GAP).allowed
    chair = BoardEyes(principals=hats_of(mandate, "chair"), asker=Asker(actor="chair"))
    assert not chair.see(GAP).allowed


def test_a_state_sees_its_own_refused_acts(tmp_path: Path) -> None:
    refused = got(pages(tmp_path, "key-GB"), "/api/refused")["refused"]
    assert [(one["actor"], one["rule"]) for one in refused] == [("key-GB", "no_authority")]
    assert got(pages(tmp_path, "key-UA"), "/api/refused")["refused"] == []


# ------------------------------------------------------------------------------ what is shown
def test_everything_unwound_says_by_what(tmp_path: Path) -> None:
    board = got(pages(tmp_path, "key-GB"), "/api/board")
    fallen = [one for one in board["declarations"] if one["unwound_by"]]
    assert [one["unwound_by"] for one in fallen] == ["withdrawal-of-d2"]
    clocks = [one for one in board["clocks"] if one["declaration"] == fallen[0]["id"]]
    assert [(one["state"], one["unwound_by"]) for one in clocks] == [
        ("unwound", "withdrawal-of-d2")
    ] * 3
    assert "withdrawal-of-d2" in {one["unwound_by"] for one in board["assessments"]}


def test_a_clock_tells_what_has_elapsed_and_who_disputes_it(tmp_path: Path) -> None:
    board = got(pages(tmp_path, "key-GB"), "/api/board")
    (disputed,) = [one for one in board["clocks"] if one["state"] == "disputed"]
    assert (disputed["elapsed_s"], disputed["left_s"]) == (5 * 3600, None)
    assert [(one["state"], one["kind"], one["why"]) for one in disputed["halts"]] == [
        ("FR", "dispute", "the first shot")
    ]
    (stopped, *_) = [one for one in board["clocks"] if one["met"]]
    assert stopped["elapsed_s"] < 5 * 3600


def test_a_pledge_that_a_state_keeps_to_itself_counts_for_nobody_else(tmp_path: Path) -> None:
    state = fold_register(read_shipped("exercise.toml"), (), NOW_US)
    kept = tuple(
        replace(one, tier="originator_controlled") if one.id == "bor-batteries" else one
        for one in state.register.pledges
    )
    closed = replace(state, register=replace(state.register, pledges=kept))
    asker = Asker(actor="key-GB")
    eyes = BoardEyes(principals=hats_of(MANDATE, "key-GB"), asker=asker)
    with open_board(tmp_path).look(asker) as look:
        told = [
            str(gap_told(one, look.board, eyes, scenario="", since="", what_if=()))
            for one in (state, closed)
        ]
    assert ["bor-batteries" in one for one in told] == [True, False]


def test_what_if_stands_beside_what_is(tmp_path: Path) -> None:
    client = pages(tmp_path, "key-GB")
    bare = got(client, "/api/gap")
    assert bare["without"] is None
    supposed = got(client, "/api/gap?what_if=bor-deployment/vote&what_if=bor-deployment/order")
    assert supposed["without"] == bare["gap"]
    assert supposed["gap"]["rows"] != bare["gap"]["rows"]
    assert [row["after_s"] // 3600 for row in bare["gap"]["rows"][::2]] == [24, 72, 720]
    assert {one["id"] for one in bare["steps"]} >= set(supposed["gap"]["what_if"])


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("what_if=vote", 422),
        ("what_if=no-such/vote", 404),
        ("scenario=no-such", 404),
        ("from=yesterday", 422),
        ("from=2026-09-21T00:00:00Z", 200),
    ],
)
def test_a_question_that_cannot_be_read_is_said_to_be_none(
    tmp_path: Path, asked: str, status: int
) -> None:
    answer = pages(tmp_path, "key-GB").get(f"/api/gap?{asked}")
    assert answer.status_code == status
    assert "error" in answer.json() or status == 200


def test_thirty_five_participants_and_what_no_source_gives_is_not_known(tmp_path: Path) -> None:
    shown = got(pages(tmp_path, shipped="paris-2026.toml"), "/api/register")
    present = [one for one in shown["participants"] if one["standing"] == "participant"]
    assert len(present) == 35
    assert sum(one["name"] == "not known" for one in present) > 0
    assert all(one["source"] for one in shown["participants"])
    assert any(len(one["versions"]) > 1 for one in shown["commitments"])


def test_without_any_scenario_the_gap_is_not_made_up(tmp_path: Path) -> None:
    answer = got(pages(tmp_path, "key-GB", "paris-2026.toml"), "/api/gap")
    assert (answer["scenarios"], answer["gap"]) == ([], None)


def test_the_cell_tells_what_is_late_and_the_calendar_names_the_same(tmp_path: Path) -> None:
    client = pages(tmp_path, "key-GB")
    page = got(client, "/api/cell")
    assert (page["day"], len(page["late"]), len(page["due"])) == ("2026-09-21", 1, 1)
    answer = client.get("/api/calendar.ics?language=uk")
    assert answer.headers["content-type"].startswith("text/calendar")
    text = answer.text.replace("\r\n ", "")
    assert all(one["id"] in text.replace("\\", "") for one in (*page["late"], *page["due"]))
    assert client.get("/api/calendar.ics?language=xx").status_code == 404
    assert client.get("/api/cell?day=never").status_code == 422


# ------------------------------------------------------------------------------ as a page
@pytest.mark.parametrize("address", PAGES)
def test_a_page_loads_nothing_from_elsewhere(tmp_path: Path, address: str) -> None:
    answer = pages(tmp_path).get(address)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "://" not in answer.text


def test_what_only_one_may_see_is_kept_by_no_store_between(tmp_path: Path) -> None:
    answer = pages(tmp_path, "key-GB").get("/api/board")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in answer.headers["vary"]


def test_another_name_of_this_machine_is_not_served(tmp_path: Path) -> None:
    answer = pages(tmp_path).get("/api/who", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_without_accounts_everybody_is_the_public(tmp_path: Path) -> None:
    client = Browser(create_board_app(open_board(tmp_path)))
    who = got(client, "/api/who")
    assert (who["login"], who["roles"], who["pages"]) == (False, ["public"], ["register"])
    assert client.get("/api/board").status_code == 403


def test_a_session_is_asked_for_at_every_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    who = Gate.who

    def noted(gate: Gate, request: Request) -> Session | None:
        asked.append(request.url.path)
        return who(gate, request)

    monkeypatch.setattr(Gate, "who", noted)
    client = pages(tmp_path, "key-GB")
    for name in ("who", *GUARDED, "register"):
        asked.clear()
        assert client.get(f"/api/{name}").status_code == 200
        # Once for the mark of the development login, once for the answer itself.
        assert asked == [f"/api/{name}"] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_the_pages_ask_for_has_words(language: str) -> None:
    static = Path(__file__).parents[2] / "src" / "truceline" / "web" / "static"
    asked = {
        key
        for file in static.glob("board*.js")
        for key in re.findall(r'\bt\("([a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    words = load_words(language)
    assert len(asked) > 150
    assert sorted(key for key in asked if f"board_page.{key}" not in words) == []
