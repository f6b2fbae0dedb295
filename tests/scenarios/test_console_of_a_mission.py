"""The console on a mission of the whole job, in a real Chromium: from the map to the byte."""

import gzip
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from truceline.pipeline.mission import MissionView
from truceline.pipeline.telling import open_told
from truceline.web.app import STATIC, create_app
from truceline.web.serve import address, listen

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_MS = 60_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"no {CHROMIUM}: run `apt-get install chromium`"
    ),
    pytest.mark.skipif(
        not (STATIC / "vendor" / "maplibre-gl.mjs").exists(),
        reason="MapLibre is not vendored: run `npm ci && npm run vendor`",
    ),
]


@pytest.fixture
def console(exercise_mission: MissionView) -> Iterator[str]:
    listening = listen("127.0.0.1", 0)
    mission = open_told(exercise_mission.folder)
    server = uvicorn.Server(uvicorn.Config(create_app(mission), log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield address(listening)
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()
    mission.close()


def drag_to_the_last_day(page: Page) -> None:
    handle, track = page.locator("#from").bounding_box(), page.locator("#track").bounding_box()
    assert handle is not None
    assert track is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + track["width"] / 3, y, steps=8)
    page.mouse.move(x + track["width"] * 2 / 3, y, steps=8)
    page.mouse.up()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
def test_a_monitor_follows_a_number_to_its_original_line(
    console: str, exercise_mission: MissionView, size: tuple[int, int]
) -> None:
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
        page.on("pageerror", lambda error: wrong.append(f"page: {error}"))
        page.on(
            "console",
            lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((console, "data:", "blob:"))
                else wrong.append(f"request to {asked.url}")
            ),
        )
        page.goto(console)
        page.evaluate("window.truceline.ready")
        page.wait_for_function("window.truceline.map", timeout=READY_MS)
        drag_to_the_last_day(page)
        expect(page.locator("#window")).to_contain_text("26 March 2025")
        assert "day=2025-03-26" in page.url
        page.locator("#rows [role=option]").first.click()
        expect(page.locator("#panel")).to_be_visible()
        page.locator("#panel .observations button").first.click()
        original = page.locator(".observations .original").first
        text = original.locator(".here").inner_text()
        name, _, line = original.inner_text().partition(", line ")
        name = name.splitlines()[-1].strip()
        document = exercise_mission.folder.with_name("mission.exercise") / name
        content = document.read_bytes()
        plain = gzip.decompress(content) if document.suffix == ".gz" else content
        number = int(re.match(r"\d+", line)[0])  # type: ignore[index]
        assert plain.decode().splitlines()[number - 1] in text
        for code, tab in (("uk", "Інциденти"), ("ru", "Инциденты"), ("en", "Incidents")):
            page.locator("#language").select_option(code)
            expect(page.locator("html")).to_have_attribute("lang", code)
            expect(page.locator("#tab-incidents")).to_have_text(tab)
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert sideways <= 0
        browser.close()
    assert wrong == []
