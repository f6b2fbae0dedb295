"""The console on a mission of the whole job, in a real Chromium: from the map to the byte."""

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from truceline.pipeline.mission import MissionView
from truceline.pipeline.telling import open_told
from truceline.web.app import create_app

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
from browser_kit import NEEDS_MAP, Reader, chromium, served

READY_MS = 60_000

pytestmark = NEEDS_MAP


@pytest.fixture
def console(exercise_mission: MissionView) -> Iterator[str]:
    mission = open_told(exercise_mission.folder)
    with served(lambda _: create_app(mission)) as origin:
        yield origin
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
    with chromium() as browser:
        reader = Reader(browser, console)
        reader.resize(size)
        page = reader.page
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
        reader.leave()
