"""The commission's pages in a real Chromium: read, filtered, tried, in every language and width."""

from collections.abc import Iterator

import pytest
from browser_kit import DESK, NEEDS_CHROMIUM, Reader, chromium, served
from fake_commission import AA, BB, CHAIR, GUARANTOR, REVIEWER, FakeCommission, accounts
from fake_mission import FakeMission
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from truceline.records.units import HOUR_US
from truceline.web.app import create_app

WIDTHS = (390, 768, 1280, 2560)
READY_MS = 30_000

pytestmark = NEEDS_CHROMIUM


class Site:
    """The console of the invented commission, served."""

    def __init__(self) -> None:
        self.fake = FakeCommission()
        self.origin = ""

    def app(self, origin: str) -> FastAPI:
        self.origin = origin
        return create_app(
            FakeMission(),
            self.fake.open(),
            accounts=accounts(origin),
            development=(REVIEWER, CHAIR, AA, BB, GUARANTOR, "key/aa"),
        )


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    with served(site.app):
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Member(Reader):
    """Somebody who reads the pages of the commission."""

    def __init__(self, browser: Browser, site: Site, who: str = "") -> None:
        super().__init__(browser, site.origin)
        self.site = site
        if who:
            self.open("/cases")
            self.log_in(who)

    def open(self, address: str, language: str = "en") -> Page:
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.origin}{address}#language={language}")
        self.page.wait_for_selector("main h1", timeout=READY_MS)
        return self.page

    def case(self, name: str, language: str = "en") -> Page:
        return self.open(f"/case?id={self.site.fake.case(name)}", language)


@pytest.fixture(scope="module")
def reviewer(browser: Browser, site: Site) -> Iterator[Member]:
    reader = Member(browser, site, REVIEWER)
    yield reader
    reader.leave()


@pytest.fixture(scope="module")
def party(browser: Browser, site: Site) -> Iterator[Member]:
    reader = Member(browser, site, BB)
    yield reader
    reader.leave()


def test_the_list_is_filtered_and_leads_to_a_case(reviewer: Member) -> None:
    page = reviewer.open("/cases")
    expect(page.locator("#found tbody tr")).to_have_count(6)
    page.get_by_label("Title or id").fill("east")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    assert "text=east" in page.url
    page.get_by_role("link", name="Shells on the east bank").click()
    expect(page.locator("h1")).to_have_text("Shells on the east bank")
    expect(page).to_have_title("Shells on the east bank · Truceline")


def test_a_case_tells_everything_that_its_reader_may_see(reviewer: Member) -> None:
    page = reviewer.case("whole")
    parties = page.locator(".party")
    boxes = [parties.nth(one).bounding_box() for one in range(2)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    # Both parties have the same room, side by side.
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    assert boxes[0]["y"] == boxes[1]["y"]
    expect(parties.nth(0)).to_contain_text("Silence. The time to reply has passed")
    expect(parties.nth(1)).to_contain_text("The crater lies east of the line.")
    expect(page.locator("#next")).to_contain_text("UTC")
    expect(page.locator("#next time small").first).to_contain_text(", here")
    expect(page.locator("main > .warning")).to_contain_text("can stand still for ever: r1")
    expect(page.locator("#exhibits")).to_contain_text("c1" * 32)
    expect(page.locator("#hats")).to_contain_text("CC")
    expect(page.locator("#hats")).to_contain_text("not known")
    expect(page.locator("#motions")).to_contain_text("Rule r1, article 7")
    expect(page.locator("#motions")).to_contain_text("The standard is not met.")
    expect(page.locator("#determinations")).to_contain_text("S3, serious")
    expect(page.locator("#determinations")).to_contain_text("S2, moderate")
    expect(page.locator("#remedies")).to_contain_text("determination that this remedy stands on")
    expect(page.locator("#refused")).to_contain_text("not_yours")
    link = page.locator("#findings a").get_attribute("href")
    assert link is not None
    assert link.startswith("/#incident=i%3A")


def test_what_is_withheld_says_so_and_why(party: Member) -> None:
    page = party.case("whole")
    exhibits = page.locator("#exhibits")
    expect(exhibits).to_contain_text("Withheld from BB.")
    expect(exhibits).to_contain_text("An instrument heard a blast at that minute.")
    expect(exhibits).to_contain_text("It is withheld from this state")
    expect(exhibits).not_to_contain_text("c2" * 32)
    expect(page.locator("#handling")).to_contain_text("The rule that refused")


def test_sealed_votes_stay_sealed_on_the_page(reviewer: Member) -> None:
    page = reviewer.case("sealed")
    motions = page.locator("#motions")
    expect(motions).to_contain_text("Nobody sees them before they are opened.")
    expect(motions).to_contain_text("sealed: nobody knows it yet")


def test_a_case_that_is_not_his_tells_him_the_rule(party: Member) -> None:
    page = party.case("fresh")
    expect(page.locator("h1")).to_have_text("Not for you")
    expect(page.locator(".refusal")).to_contain_text("A party sees every page that concerns it")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("uk", ("Сторони", "Мовчання", "Докази")),
        ("ru", ("Стороны", "Молчание", "Доказательства")),
    ],
)
def test_the_language_changes_every_word(
    reviewer: Member, language: str, words: tuple[str, ...]
) -> None:
    page = reviewer.case("whole")
    page.locator("#language").select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    for word in words:
        expect(page.locator("main")).to_contain_text(word)
    said = page.locator("body").inner_text()
    assert "{" not in said
    assert "case_file." not in said
    assert "undefined" not in said
    page.locator("#language").select_option("en")


def test_the_log_is_live(reviewer: Member) -> None:
    fake = reviewer.site.fake
    page = reviewer.open("/hotline")
    expect(page.locator("#calls li").first).to_contain_text("not acknowledged")
    fake.world.wait(HOUR_US)
    fake.world.do("hotline.call", AA, from_state="AA", to="BB", text="A second call.")
    fake.world.wait(HOUR_US)
    expect(page.locator("#calls li").first).to_contain_text("A second call.", timeout=READY_MS)
    expect(page.locator("#live")).to_contain_text("New in the log: 1.")


def test_an_act_is_composed_tried_and_its_command_copied(party: Member) -> None:
    case = party.site.fake.case("told one")
    page = party.open(f"/act?name=case.position&about={case[:10]}")
    expect(page.locator(".lead")).to_contain_text("This page signs nothing.")
    page.get_by_label("party", exact=True).fill("AA")
    page.get_by_label("stance").select_option("disputes")
    page.get_by_label("text").fill("Not ours.")
    page.get_by_role("button", name="Ask the rules").click()
    expect(page.locator("#verdict .refusal")).to_contain_text("not_yours")
    page.get_by_label("party", exact=True).fill("BB")
    page.get_by_role("button", name="Ask the rules").click()
    expect(page.locator("#verdict .allowed")).to_contain_text("No rule refuses it")
    expect(page.locator("#command-text")).to_contain_text(f"--about {case} --party BB")
    page.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#command-text").inner_text()
    page.get_by_label("Which act").select_option("vote.seal")
    expect(page.locator("#form")).to_contain_text("How you vote is not asked here")
    expect(page.locator("#field-vote")).to_have_count(0)


ADDRESSES = ("/cases", "/hotline", "/act?name=motion.put", "case")


def opened(reader: Member, address: str) -> Page:
    return reader.case("whole") if address == "case" else reader.open(address)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(reviewer: Member, width: int) -> None:
    reviewer.resize((width, 900))
    try:
        for address in ADDRESSES:
            page = opened(reviewer, address)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, address
    finally:
        reviewer.resize(DESK)


STRUCTURE = """() => {
    const faults = [];
    const levels = [...document.querySelectorAll("h1, h2, h3, h4")]
        .filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1]));
    if (levels.filter((one) => one === 1).length !== 1) faults.push("not one h1");
    levels.forEach((one, at) => {
        if (at && one > levels[at - 1] + 1) faults.push(`h${levels[at - 1]} then h${one}`);
    });
    for (const name of ["header", "main", "footer", "nav"])
        if (document.querySelectorAll(`body ${name}`).length < 1) faults.push(`no ${name}`);
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    const twice = ids.filter((one, at) => ids.indexOf(one) !== at);
    if (twice.length) faults.push(`ids twice: ${twice}`);
    for (const one of document.querySelectorAll("button, select, input, textarea")) {
        if (!one.checkVisibility()) continue;
        const named = one.getAttribute("aria-label") || one.labels?.[0]?.innerText.trim()
            || one.innerText?.trim();
        if (!named) faults.push(`no name: ${one.outerHTML.slice(0, 90)}`);
        const tall = one.getBoundingClientRect().height >= 24;
        if (!tall) faults.push(`low: ${one.outerHTML.slice(0, 90)}`);
    }
    for (const one of document.querySelectorAll("[aria-labelledby], [aria-describedby], [for]"))
        for (const name of ["aria-labelledby", "aria-describedby", "for"])
            for (const id of (one.getAttribute(name) ?? "").split(" ").filter(Boolean))
                if (!document.getElementById(id)) faults.push(`${name} ${id} is nowhere`);
    for (const one of document.querySelectorAll("table"))
        if (!one.caption || !one.querySelector("th[scope=col]")) faults.push("no names");
    return faults;
}"""


def test_every_page_has_landmarks_headings_and_names(reviewer: Member) -> None:
    for address in ADDRESSES:
        page = opened(reviewer, address)
        assert page.evaluate(STRUCTURE) == [], address


CONTRASTS = """() => {
    const channels = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (colour) => colour.slice(0, 3).map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length === 3) return colour;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll("p, td, th, dt, dd, h1, h2, h3, small, a, em, code, span")]
        .filter((one) => one.checkVisibility() && one.innerText.trim())
        .map((one) => {
            const [ink, paper] = [light(channels(getComputedStyle(one).color)), light(ground(one))];
            const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
            return [contrast, one.innerText.slice(0, 40)];
        });
}"""


def test_text_stands_out_by_day_and_by_night(reviewer: Member) -> None:
    page = reviewer.case("whole")
    for theme in ("light", "dark"):
        page.locator("#theme").select_option(theme)
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 100
        assert [text for contrast, text in contrasts if contrast < 4.5] == [], theme
    page.locator("#theme").select_option("auto")


def test_a_page_is_used_by_keyboard_alone(reviewer: Member) -> None:
    page = reviewer.open("/cases")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#found') !== null"):
            break
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".eyebrow")).to_contain_text("Case")


def test_the_public_sees_what_is_public_without_a_name(browser: Browser, site: Site) -> None:
    reader = Member(browser, site)
    page = reader.open("/cases")
    expect(page.locator("#who")).to_contain_text("Not logged in: you see what is public.")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("main")).not_to_contain_text("key/")
    reader.leave()


def test_a_case_prints_without_its_tools(reviewer: Member) -> None:
    page = reviewer.case("whole")
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#language")).to_be_hidden()
    expect(page.locator(".party").first).to_be_visible()
    page.emulate_media(media="screen")
