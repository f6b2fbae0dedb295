"""The addresses of login: cookies, foreign pages, and a way of developers on this machine only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from fake_mission import FakeMission
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from soft_passkey import SoftPasskey
from test_accounts import NOON, SITE, Memory, dice

from truceline.reports.words import LANGUAGES, load_words
from truceline.web.accounts import Accounts, Site
from truceline.web.app import create_app
from truceline.web.login import Gate, cookie_of, from_loopback, offer_login
from truceline.web.sessions import SESSION_US

ACTORS = ("reviewer-1", "chair-1")


class House:
    """The console with a login, and a browser of its own for each machine that asks."""

    def __init__(self, *actors: str, site: Site = SITE) -> None:
        self.now_us = NOON
        self.app: FastAPI = create_app(FakeMission(), hosts=("*",))
        self.accounts = Accounts(Memory(), site, dice())
        self.gate: Gate = offer_login(
            self.app, self.accounts, clock=lambda: self.now_us, development=actors
        )
        self.cookies: dict[str, str] = {}

        @self.app.get("/bare")
        def _bare() -> HTMLResponse:
            return HTMLResponse("no body at all")

        @self.app.get("/from")
        def _from(request: Request) -> dict[str, bool]:
            return {"loopback": from_loopback(request)}

    def ask(
        self,
        method: str,
        address: str,
        said: object = None,
        *,
        peer: str = "127.0.0.1",
        host: str = "localhost:8470",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"host": host, "origin": SITE.origin, "cookie": kept, **(headers or {})}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.app, client=(peer, 50_000), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(transport=transport, base_url=SITE.origin) as http:
                kind = "content" if isinstance(said, bytes) else "json"
                content: dict[str, Any] = {} if said is None else {kind: said}
                return await http.request(method, address, headers=sent, **content)

        answer = asyncio.run(send())
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        return answer

    def develop(self, actor: str = "reviewer-1", **request: Any) -> httpx.Response:  # noqa: ANN401
        return self.ask("POST", "/api/login/development", {"actor": actor}, **request)


def rule(answer: httpx.Response) -> tuple[int, str]:
    said = answer.json()
    assert f"login.{said['rule']}" in load_words("en")
    assert said["error"].startswith(said["rule"])
    return answer.status_code, said["rule"]


# ------------------------------------------------------------------------------- by passkey
def test_register_log_in_and_log_out_in_the_browser_s_own_bytes() -> None:
    house, passkey = House(), SoftPasskey()
    code = house.accounts.invite("reviewer-1", NOON)
    options = house.ask("POST", "/api/login/registration", {"invitation": code}).json()
    made = house.ask("POST", "/api/login/registration/answer", passkey.create(options))
    assert made.json() == {"actor": "reviewer-1", "development": False}
    assert house.ask("GET", "/api/login").json()["actor"] == "reviewer-1"
    house.now_us += 1
    assert house.ask("POST", "/api/login/end").json() == {"actor": ""}
    assert house.ask("GET", "/api/login").json()["actor"] == ""
    options = house.ask("POST", "/api/login/passkey").json()
    house.now_us += 1
    again = house.ask("POST", "/api/login/passkey/answer", passkey.get(options))
    assert again.json() == {"actor": "reviewer-1", "development": False}
    said = house.ask("GET", "/api/login").json()
    assert (said["actor"], said["until_us"]) == ("reviewer-1", NOON + 2 + SESSION_US)


@pytest.mark.parametrize(
    ("origin", "secure"), [("http://localhost:8470", False), ("https://console.example", True)]
)
def test_no_script_and_no_foreign_page_gets_the_cookie(origin: str, *, secure: bool) -> None:
    house = House(*ACTORS, site=Site(rp_id="localhost", origin=origin))
    (cookie,) = house.develop(headers={"origin": origin}).headers.get_list("set-cookie")
    assert cookie.startswith(f"{cookie_of(origin)}=")
    words = {word.strip().lower() for word in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= words
    assert ("secure" in words) is secure


@pytest.mark.parametrize(
    "address",
    ["registration", "registration/answer", "passkey", "passkey/answer", "end", "development"],
)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_foreign_page_begins_nothing(address: str, origin: str) -> None:
    house = House(*ACTORS)
    answer = house.ask(
        "POST", f"/api/login/{address}", {"actor": "chair-1"}, headers={"origin": origin}
    )
    assert rule(answer) == (403, "foreign_origin")
    assert "set-cookie" not in answer.headers


def test_what_is_refused_below_is_said_by_its_rule() -> None:
    house = House()
    guess = house.ask("POST", "/api/login/registration", {"invitation": "guess"})
    assert rule(guess) == (401, "unknown_invitation")
    assert rule(house.ask("POST", "/api/login/passkey/answer", {})) == (401, "not_verified")
    assert rule(house.ask("POST", "/api/login/passkey", [1])) == (401, "not_verified")
    long = house.ask("POST", "/api/login/passkey", {"pad": "x" * 65_536})
    assert rule(long) == (401, "not_verified")
    assert long.json()["why"] == "more than 65536 bytes"
    assert rule(house.ask("POST", "/api/login/end")) == (401, "no_session")


def test_a_session_ends_by_the_clock_and_by_its_end_on_another_device() -> None:
    house = House(*ACTORS)
    house.develop()
    cookies = dict(house.cookies)
    house.now_us += SESSION_US
    assert rule(house.ask("GET", "/api/login")) == (401, "expired_session")
    house.now_us -= 1
    house.ask("POST", "/api/login/end")
    house.cookies = cookies
    assert rule(house.ask("GET", "/api/login")) == (401, "ended_session")
    house.cookies = {cookie_of(SITE.origin): "eyJhIjoxfQ.AAAA"}
    assert rule(house.ask("GET", "/api/login")) == (401, "bad_session")


# ------------------------------------------------------------------------- the way of developers
def test_whoever_sits_at_the_machine_may_be_anybody_who_is_named() -> None:
    house = House(*ACTORS)
    assert house.ask("GET", "/api/login").json()["offered"] == ["chair-1", "reviewer-1"]
    assert house.develop("chair-1").json() == {"actor": "chair-1", "development": True}
    assert house.ask("GET", "/api/login").json()["development"] is True
    assert rule(house.develop("guarantor-1")) == (403, "development_off")


def test_the_way_of_developers_is_closed_unless_somebody_is_named() -> None:
    house = House()
    assert rule(house.develop("")) == (403, "development_off")
    assert house.ask("GET", "/api/login").json()["offered"] == []


def test_who_came_in_without_a_passkey_is_out_once_that_way_is_closed() -> None:
    house, later = House(*ACTORS), House("reviewer-1")
    house.develop("chair-1")
    later.accounts.store.change(lambda _: house.accounts.store.read())
    later.cookies = house.cookies
    assert rule(later.ask("GET", "/api/login")) == (401, "ended_session")
    assert "truceline-login" not in later.ask("GET", "/").headers
    assert later.develop("reviewer-1").json()["actor"] == "reviewer-1"
    assert later.ask("GET", "/api/login").json()["actor"] == "reviewer-1"


def test_a_session_of_a_console_on_another_port_is_none_here_and_stands_in_no_way() -> None:
    """Cookies know no ports: one machine may serve a mission and a board."""
    house, board = House(*ACTORS), House(site=Site(rp_id="localhost", origin="http://localhost:9"))
    house.develop("chair-1")
    board.cookies = house.cookies
    answer = board.ask("GET", "/api/login")
    assert (answer.status_code, answer.json()["actor"]) == (200, "")


def test_brackets_without_end_are_no_answer_of_a_passkey() -> None:
    house = House()
    answer = house.ask("POST", "/api/login/passkey/answer", b"[" * 60_000)
    assert rule(answer) == (401, "not_verified")


ELSEWHERE = [
    pytest.param({"peer": "192.0.2.7"}, id="another machine"),
    pytest.param({"peer": "2001:db8::7"}, id="another machine, IPv6"),
    pytest.param({"peer": "console.example"}, id="a peer without an address"),
    pytest.param({"peer": "192.0.2.7", "headers": {"x-forwarded-for": "127.0.0.1"}}, id="lying"),
    pytest.param({"headers": {"x-forwarded-for": "127.0.0.1"}}, id="behind a proxy"),
    pytest.param({"headers": {"forwarded": "for=127.0.0.1"}}, id="behind a standard proxy"),
    pytest.param({"headers": {"x-real-ip": "127.0.0.1"}}, id="behind another proxy"),
    pytest.param({"headers": {"via": "1.1 proxy"}}, id="behind a cache"),
    pytest.param({"host": "console.example"}, id="under another name"),
    pytest.param({"host": "localhost.evil.example:8470"}, id="under a name that looks like it"),
    pytest.param({"host": ""}, id="under no name"),
]


@pytest.mark.parametrize("request_of", ELSEWHERE)
def test_the_way_of_developers_is_refused_from_elsewhere(request_of: dict[str, Any]) -> None:
    house = House(*ACTORS)
    answer = house.develop(**request_of)
    assert rule(answer) == (403, "development_outside_loopback")
    assert "set-cookie" not in answer.headers
    assert house.ask("GET", "/from", **request_of).json() == {"loopback": False}
    assert house.ask("GET", "/api/login", **request_of).json()["offered"] == []


@pytest.mark.parametrize("request_of", ELSEWHERE)
def test_a_session_of_developers_counts_on_this_machine_only(request_of: dict[str, Any]) -> None:
    house = House(*ACTORS)
    house.develop()
    answer = house.ask("GET", "/api/login", **request_of)
    assert rule(answer) == (403, "development_outside_loopback")


@pytest.mark.parametrize(
    ("peer", "host"),
    [("127.0.0.1", "localhost"), ("127.8.9.1", "127.0.0.1:1"), ("::1", "[::1]:8470"),
     ("::1", "[::1]")],
)  # fmt: skip
def test_every_name_of_loopback_is_this_machine(peer: str, host: str) -> None:
    house = House(*ACTORS)
    assert house.ask("GET", "/from", peer=peer, host=host).json() == {"loopback": True}
    assert house.develop(peer=peer, host=host).status_code == 200


def test_every_page_says_that_nobody_proved_who_he_is() -> None:
    house = House(*ACTORS)
    plain = house.ask("GET", "/")
    assert "development-login" not in plain.text
    assert "truceline-login" not in plain.headers
    house.develop()
    day = FakeMission().summary()["days"][0]
    for address in ("/", f"/api/report?day={day}&language=en", "/bare"):
        page = house.ask("GET", address, headers={"if-none-match": plain.headers["etag"]})
        assert page.status_code == 200, address
        assert page.text.count('<p class="development-login"') == 1, address
        assert all(load_words(language)["login.development_note"] in page.text
                   for language in LANGUAGES)  # fmt: skip
        assert page.headers["truceline-login"] == "development"
        assert page.headers["cache-control"] == "no-store"
        assert int(page.headers["content-length"]) == len(page.content)
    assert page.text.endswith("no body at all")
    other = house.ask("GET", "/api/mission")
    assert other.headers["truceline-login"] == "development"
    assert other.json()


def test_the_note_leaves_the_rest_of_the_page_as_it_is() -> None:
    house = House(*ACTORS)
    plain = house.ask("GET", "/").text
    house.develop()
    noted = house.ask("GET", "/").text
    at = noted.index('<p class="development-login"')
    assert noted[:at].rstrip().endswith("<body>") or "<body" in noted[:at]
    assert noted[:at] + noted[noted.index("</p>", at) + 4 :] == plain
