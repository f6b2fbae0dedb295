"""The HTTP interface: what each address answers, and what it refuses in one clear line."""

import asyncio
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_mission import DAYS, UNWATCHED_DAY, FakeMission
from fastapi import FastAPI

from truceline.web.app import STATIC, create_app
from truceline.web.days import watched_ground
from truceline.web.mission import Mission

MISSION: Mission = FakeMission()
ROOT = Path(__file__).parents[2]


@dataclass
class Client:
    """Asks the app without a socket."""

    app: FastAPI

    def get(
        self,
        address: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                return await http.get(address, params=params, headers=headers)

        return asyncio.run(ask())

    def sent(self, address: str) -> tuple[httpx.Headers, bytes]:
        """Give the bytes as they travel."""

        async def ask() -> tuple[httpx.Headers, bytes]:
            transport = httpx.ASGITransport(self.app)
            async with (
                httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
                http.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer,
            ):
                return answer.headers, b"".join([part async for part in answer.aiter_raw()])

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(create_app(MISSION))


def first_id(client: Client) -> str:
    name: str = client.get("/api/incidents").json()["incidents"][0]["id"]
    return name


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/api/mission", "agreements"),
        ("/api/incidents", "incidents"),
        ("/api/days", "days"),
        ("/api/coverage?day=2026-04-08", "features"),
        ("/api/line?day=2026-04-09", "geometry"),
        ("/api/claims", "claims"),
        ("/api/claims?day=2026-04-12", "claims"),
        ("/api/sources", "sources"),
        ("/api/log", "mirrors"),
        ("/api/words?language=uk", "outcome.breached"),
        ("/basemap/countries.geojson", "features"),
        ("/basemap/oblasts.geojson", "features"),
    ],
)
def test_answers_with_json(client: Client, address: str, key: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert key in answer.json()


def test_serves_what_the_mission_says_unchanged(client: Client) -> None:
    assert client.get("/api/mission").json() == MISSION.summary()
    assert client.get("/api/incidents").json() == MISSION.incidents()


def test_opens_an_incident_by_its_id_and_by_its_short_id(client: Client) -> None:
    found = client.get("/api/incident", params={"id": first_id(client)}).json()
    assert found["incident"]["evidence"]
    short = client.get("/api/incident", params={"id": found["incident"]["short_id"]}).json()
    assert short == found


def test_follows_an_incident_to_its_original_line(client: Client) -> None:
    (line, *_) = client.get("/api/trace", params={"id": first_id(client)}).json()["lines"]
    assert re.fullmatch("[0-9a-f]{64}", line["sha256"])
    assert line["line"] == 2
    assert line["text"]


@pytest.mark.parametrize(
    ("address", "status", "error"),
    [
        ("/api/incident?id=i:nothing:1", 404, "there is no 'i:nothing:1' in this mission"),
        ("/api/trace?id=o:nothing:1", 404, "there is no 'o:nothing:1' in this mission"),
        ("/api/words?language=xx", 404, "there is no 'xx' in this mission"),
        ("/api/report?day=2026-04-12&language=xx", 404, "there is no report in 'xx'"),
        ("/api/coverage?day=2025-01-01", 404, "2025-01-01 is outside the mission"),
        ("/api/coverage?day=tomorrow", 422, "day: .*got 'tomorrow'"),
        ("/api/coverage", 422, "day: Field required"),
        ("/api/incident", 422, "id: Field required"),
        ("/api/words?language=../en", 422, "language: .*got '../en'"),
        ("/api/nothing", 404, "Not Found"),
        ("/docs", 404, "Not Found"),
        ("/openapi.json", 404, "Not Found"),
        ("/static/../app.py", 404, "Not Found"),
        ("/static/%2e%2e/app.py", 404, "Not Found"),
    ],
)
def test_refuses_in_one_line(client: Client, address: str, status: int, error: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert re.match(error, answer.json()["error"])
    assert "\n" not in answer.json()["error"]


def test_a_fault_of_the_mission_is_one_line_without_its_inside() -> None:
    class Broken(FakeMission):
        def sources(self) -> dict[str, Any]:
            raise OSError("/home/secret is gone")

    answer = Client(create_app(Broken())).get("/api/sources")
    assert answer.status_code == 500
    assert answer.json() == {"error": "/api/sources failed: OSError"}


@pytest.mark.parametrize(
    "address", ["/", "/api/mission", "/api/nothing", "/static/main.js", "/api/coverage?day=x"]
)
def test_every_answer_forbids_foreign_hosts(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_report_is_shown_with_its_style_and_runs_nothing(client: Client) -> None:
    answer = client.get("/api/report?day=2026-04-12&language=en")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_name_for_this_machine_is_refused(client: Client, host: str) -> None:
    answer = client.get("/api/mission", headers={"Host": host})
    assert answer.status_code == 400
    assert "is not served here" in answer.json()["error"]


@pytest.mark.parametrize("host", ["127.0.0.1:8100", "localhost", "[::1]:8100"])
def test_loopback_by_any_of_its_names_is_served(client: Client, host: str) -> None:
    assert client.get("/api/mission", headers={"Host": host}).status_code == 200


def test_an_answer_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    first = client.get("/api/incidents")
    again = client.get("/api/incidents", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_answer_is_compressed_for_who_reads_that(client: Client) -> None:
    headers, body = client.sent("/api/incidents")
    assert headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(body)) == MISSION.incidents()
    plain = client.get("/api/incidents", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_vendored_files_are_kept_for_good_when_their_version_is_named(client: Client) -> None:
    if not (STATIC / "vendor" / "maplibre-gl.css").exists():
        pytest.skip("MapLibre is not vendored: run `npm ci && npm run vendor`")
    named = client.get("/static/vendor/maplibre-gl.css?6.17.0")
    assert "immutable" in named.headers["cache-control"]
    assert "immutable" not in client.get("/static/vendor/maplibre-gl.css").headers["cache-control"]
    script = client.get("/static/vendor/maplibre-gl.mjs?6.17.0")
    assert script.headers["content-type"].startswith("text/javascript")


def test_the_page_names_the_version_of_maplibre_that_npm_installs() -> None:
    version = json.loads((ROOT / "package.json").read_text())["dependencies"]["maplibre-gl"]
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/maplibre-gl"]["version"] == version
    assert f'VERSION = "{version}"' in (STATIC / "map.js").read_text()
    assert f"maplibre-gl.css?{version}" in (STATIC / "index.html").read_text()


def test_the_page_names_no_foreign_host() -> None:
    for file in [*STATIC.glob("*.js"), *STATIC.glob("*.css"), STATIC / "index.html"]:
        assert not re.search("(?<!xmlns=.)(https?:)?//[a-z]+[.]", file.read_text()), file.name


def test_a_day_without_watch_is_not_observed_for_either_side(client: Client) -> None:
    days = {day["day"]: day["ground"] for day in client.get("/api/days").json()["days"]}
    assert list(days) == [day.isoformat() for day in DAYS]
    for ground in days[UNWATCHED_DAY.isoformat()]:
        assert ground["cells"] > 0
        assert ground["observed"] == 0
        assert ground["detection_low_ppm"] is None


def cell(held_by: str | None, detection_ppm: int | None) -> dict[str, Any]:
    return {"properties": {"held_by": held_by, "detection_ppm": detection_ppm}}


def test_coverage_is_summed_for_each_holder_apart_and_never_multiplied() -> None:
    cells = [cell("UA", 25_000), cell("RU", None), cell("UA", 106_000), cell(None, 81_000)]
    assert watched_ground(cells) == [
        {
            "held_by": "RU",
            "cells": 1,
            "observed": 0,
            "detection_low_ppm": None,
            "detection_high_ppm": None,
        },
        {
            "held_by": "UA",
            "cells": 2,
            "observed": 2,
            "detection_low_ppm": 25_000,
            "detection_high_ppm": 106_000,
        },
        {
            "held_by": None,
            "cells": 1,
            "observed": 1,
            "detection_low_ppm": 81_000,
            "detection_high_ppm": 81_000,
        },
    ]


def test_swapping_the_holders_swaps_the_sums() -> None:
    cells = [cell("UA", 25_000), cell("RU", None), cell("UA", 106_000)]
    other = {"UA": "RU", "RU": "UA"}
    swapped = [
        cell(other[one["properties"]["held_by"]], one["properties"]["detection_ppm"])
        for one in cells
    ]
    by_holder = {ground.pop("held_by"): ground for ground in watched_ground(cells)}
    mirrored = {other[ground.pop("held_by")]: ground for ground in watched_ground(swapped)}
    assert mirrored == by_holder


def test_asks_the_mission_once() -> None:
    asked: list[date] = []

    class Counting(FakeMission):
        def line(self, day: date) -> dict[str, Any]:
            asked.append(day)
            return super().line(day)

    client = Client(create_app(Counting()))
    for _ in range(3):
        assert client.get("/api/line?day=2026-04-12").status_code == 200
    assert asked == [date(2026, 4, 12)]
