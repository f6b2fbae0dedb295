"""A case file in a real Chromium: it fits a phone, asks nobody, and both parties are as wide."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sample_case import record

from truceline.reports.case_file import case_file
from truceline.reports.case_record import Reader

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
from browser_kit import NEEDS_CHROMIUM, chromium

# Width of a side, and whether it stands beside the other.
SIDES = """[...document.querySelectorAll('.sides > div')].map(side => {
    const box = side.getBoundingClientRect();
    return [Math.round(box.width), Math.round(box.top)];
})"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize(("width", "beside"), [(390, False), (794, True), (1280, True)])
@pytest.mark.parametrize("language", ["en", "uk"])
def test_it_fits_and_both_parties_are_as_wide(
    browser: Browser, tmp_path: Path, width: int, beside: bool, language: str
) -> None:
    file = tmp_path / "case.html"
    file.write_text(case_file(record(), Reader(tier="states", party="RU"), language), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 844})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    (left, right) = page.evaluate(SIDES)
    assert left[0] == right[0] > 300
    assert (left[1] == right[1]) == beside
    page.close()
