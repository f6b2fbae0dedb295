"""The guarantors' pages in a real Chromium: by keys, on desk and phone, in three languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_kit import DESK, NEEDS_CHROMIUM, PHONE, Reader, chromium, served
from fake_board import ANYBODY, open_board
from playwright.sync_api import Browser, Page, expect

from truceline.pipeline.console import accounts_of
from truceline.reports.words import LANGUAGES, load_words
from truceline.web.board import PAGES, create_board_app

WALL = (2560, 1440)

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("board")
    board = open_board(folder)
    with served(
        lambda origin: create_board_app(
            board, accounts=accounts_of(folder, origin), development=ANYBODY
        )
    ) as origin:
        yield origin


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh browser; it may have told of no error and of no foreign request at the end."""
    reader = Reader(browser, address)
    yield reader.page
    reader.leave()


def log_in(page: Page, address: str, actor: str) -> None:
    asked = page.request.post(
        f"{address}/api/login/development", data={"actor": actor}, headers={"Origin": address}
    )
    assert asked.ok


def show(page: Page, address: str, where: str, language: str = "en") -> None:
    page.goto(f"{address}{where}{'&' if '?' in where else '?'}language={language}")
    page.evaluate("window.truceline.ready")


def test_the_public_is_told_which_rule_refuses_and_what_it_may_see(
    page: Page, address: str
) -> None:
    show(page, address, "/board")
    expect(page.locator(".refusal")).to_contain_text("No rule allows it")
    page.get_by_role("link", name="Register").last.click()
    expect(page.locator("main h1")).to_have_text("Register")
    expect(page.locator("main")).to_contain_text("You see what is public")
    expect(page.locator("#forces")).to_have_count(0)


def test_logs_in_by_the_development_login_and_out_again(page: Page, address: str) -> None:
    show(page, address, "/")
    page.locator("#log-in-as").select_option("key-GB")
    page.get_by_role("button", name="without a passkey").click()
    expect(page.locator("#who")).to_contain_text("key-GB")
    expect(page.locator("#late tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Log out").click()
    expect(page.locator(".refusal")).to_be_visible()


def test_a_clock_shows_instant_words_time_and_dispute(page: Page, address: str) -> None:
    log_in(page, address, "key-GB")
    show(page, address, "/board")
    clock = page.locator("#clocks .card").filter(has=page.locator(".tag.disputed"))
    expect(clock).to_have_count(1)
    for said in ("2026-09-21 14:13 UTC", "17:13", "5 h 0 min", "FR", "the first shot", "reported"):
        expect(clock).to_contain_text(said)
    fallen = page.locator("#clocks .card.unwound")
    expect(fallen).to_have_count(3)
    expect(fallen.first).to_contain_text("Unwound by withdrawal-of-d2")


def test_every_assessment_says_that_it_is_no_decision(page: Page, address: str) -> None:
    log_in(page, address, "key-GB")
    show(page, address, "/board")
    cards = page.locator("#assessments .card")
    assert cards.count() > 7
    assert page.locator("#assessments .card .none-decided").count() == cards.count()
    expect(cards.first).to_contain_text("98.8")
    expect(page.locator("#assessments .not-known").first).to_have_text("not known")


def test_asks_what_if_a_parliament_had_voted_by_keys(page: Page, address: str) -> None:
    log_in(page, address, "key-GB")
    show(page, address, "/gap")
    expect(page.locator("#what-if input")).not_to_have_count(0)
    page.locator("#what-if summary").focus()
    page.keyboard.press("Enter")
    for step in ("bor-deployment/vote", "bor-deployment/order"):
        page.locator(f"[id='step-{step}']").focus()
        page.keyboard.press("Space")
    page.locator("#ask").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main .warning")).to_contain_text("bor-deployment/vote")
    assert "what_if=bor-deployment%2Fvote" in page.url
    assert page.evaluate("document.activeElement.id") == "ask"
    expect(page.locator("#after-86400 h2")).to_have_text("T+24 h")
    expect(page.locator("main section")).to_have_count(3)


def test_texts_that_differ_stand_side_by_side(page: Page, address: str) -> None:
    log_in(page, address, "key-GB")
    show(page, address, "/register")
    both = page.locator(".card").filter(has_text="bor-air").locator(".version")
    expect(both).to_have_count(2)
    one, other = both.nth(0).bounding_box(), both.nth(1).bounding_box()
    assert one is not None
    assert other is not None
    assert one["y"] == other["y"]
    assert one["x"] < other["x"]
    expect(page.locator("#procedures")).to_contain_text("not before")
    expect(page.locator("#money thead")).to_contain_text("Committed")
    expect(page.locator("#money thead")).to_contain_text("Allocated")


@pytest.mark.parametrize("size", [PHONE, DESK, WALL])
def test_no_page_is_wider_than_its_window(page: Page, address: str, size: tuple[int, int]) -> None:
    log_in(page, address, "key-GB")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for where in PAGES:
        show(page, address, where, "uk")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], where


@pytest.mark.parametrize("language", LANGUAGES)
def test_speaks_each_language_and_keeps_it(page: Page, address: str, language: str) -> None:
    log_in(page, address, "key-GB")
    show(page, address, "/gap")
    page.locator("#language").select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    words = load_words(language)
    expect(page.locator("main h1")).to_have_text(words["board_page.page_gap"])
    page.goto(f"{address}/refused")
    expect(page.locator("main h1")).to_have_text(words["board_page.page_refused"])
    expect(page.locator("tbody tr")).to_contain_text(words["refusal.no_authority"])


def test_every_field_has_a_name_and_the_skip_link_leads_to_the_content(
    page: Page, address: str
) -> None:
    log_in(page, address, "key-GB")
    for where in PAGES:
        show(page, address, where)
        nameless = page.evaluate(
            """[...document.querySelectorAll("input, select, button, a")].filter((one) =>
                !one.textContent.trim() && !one.labels?.length && !one.getAttribute("aria-label")
            ).length"""
        )
        assert nameless == 0, where
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


CONTRAST = """() => {
    const luminance = (text) => {
        const parts = text.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255);
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = parts.map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (!/, 0\\)$|transparent/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const bad = [];
    for (const one of document.querySelectorAll("#main *, #top *, footer *")) {
        if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        if (one.closest("option")) continue;
        const both = [getComputedStyle(one).color, behind(one)].map(luminance);
        const [high, low] = both.sort((a, b) => b - a);
        if ((high + 0.05) / (low + 0.05) < 4.5) bad.push(one.outerHTML.slice(0, 120));
    }
    return bad;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_in_light_and_dark(page: Page, address: str, theme: str) -> None:
    log_in(page, address, "key-GB")
    for where in PAGES:
        show(page, address, where)
        page.locator("#theme").select_option(theme)
        assert page.evaluate(CONTRAST) == [], where


def test_prints_without_its_tools(page: Page, address: str) -> None:
    log_in(page, address, "key-GB")
    show(page, address, "/gap")
    page.emulate_media(media="print")
    expect(page.locator("form.question")).to_be_hidden()
    expect(page.locator("#after-86400 table")).to_be_visible()
