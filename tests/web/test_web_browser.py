"""The console in a real Chromium: what a monitor does in the first minutes, and what may not be."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from browser_kit import DESK, NEEDS_MAP, PHONE, Reader, chromium, served
from fake_mission import DAYS, UNWATCHED_DAY, FakeMission
from playwright.sync_api import Browser, Page, expect

from truceline.records.canonical import plain
from truceline.records.reason import reason
from truceline.records.units import us_of
from truceline.reports.words import load_words
from truceline.web.app import create_app
from truceline.web.mission import Answer

READY_MS = 60_000
MANY = 50_000

pytestmark = NEEDS_MAP


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(lambda _: create_app(FakeMission())) as origin:
        yield f"{origin}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Reader]:
    """One page for all, because its map takes seconds to draw without a graphics card."""
    reader = Reader(browser, address.rstrip("/"))
    yield reader
    reader.context.close()


@pytest.fixture
def page(opened: Reader) -> Iterator[Page]:
    """The page; after each test it may have told of no error and of no foreign request."""
    yield opened.page
    opened.resize()
    told, opened.wrong[:] = list(opened.wrong), []
    assert told == []


AS_AT_FIRST = """async (choice) => {
    const { set, state } = await import("/static/state.js");
    set({
        from: 0, to: state.mission.days.length - 1, minimum: 0, text: "", outcome: "", cluster: "",
        selected: null, tab: "incidents", theme: "auto", showCoverage: true, showLine: true,
    });
    document.activeElement.blur();
    if (choice.includes("language")) location.hash = choice;
    else location.hash = `${choice}&language=en`;
}"""


def load_console(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.goto(address)
    page.evaluate("window.truceline.ready")
    page.wait_for_function("window.truceline.map", timeout=READY_MS)


def open_console(page: Page, address: str, choice: str = "") -> None:
    """Open the page at an address; one that is open already is set back to what it first shows."""
    if not page.url.startswith(address):
        load_console(page, address)
    page.evaluate(AS_AT_FIRST, choice)
    language = choice.split("language=")[1][:2] if "language=" in choice else "en"
    expect(page.locator("html")).to_have_attribute("lang", language)


def days_shown(page: Page) -> tuple[int, int]:
    first, last = page.evaluate("[window.truceline.state.from, window.truceline.state.to]")
    return first, last


def signed(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


def wait_for_hatching(page: Page, sign: str) -> None:
    """Wait until the map has drawn some hatched cells (">"), or none ("===")."""
    page.wait_for_function(
        f"""() => window.truceline.map.queryRenderedFeatures(
            undefined, {{ layers: ["hatch", "hatch-all"] }}).length {sign} 0""",
        timeout=READY_MS,
    )


def test_opens_with_one_sentence_a_map_a_list_and_its_coverage(page: Page, address: str) -> None:
    load_console(page, address)
    summary = page.locator("#summary")
    expect(summary).to_contain_text("likely munition effects were seen")
    expect(summary).to_contain_text("satellites would have noticed")
    expect(summary).to_contain_text("nobody looked at all on 1 of 7 days")
    expect(page.locator("#list [role=option]").first).to_be_visible()
    expect(page.locator("#ground tr")).to_have_count(2)
    expect(page.locator("#boundaries")).to_contain_text("do not imply endorsement")
    drawn = page.evaluate(
        "window.truceline.map.queryRenderedFeatures(undefined, { layers: ['points'] }).length"
    )
    assert drawn == 40


def test_drags_the_timeline_by_mouse(page: Page, address: str) -> None:
    open_console(page, address)
    assert days_shown(page) == (0, 6)
    handle = page.locator("#from").bounding_box()
    track = page.locator("#track").bounding_box()
    assert handle is not None
    assert track is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + track["width"] * 2 / 7, y, steps=8)
    page.mouse.move(x + track["width"] * 4 / 7, y, steps=8)
    page.mouse.up()
    assert days_shown(page) == (4, 6)
    expect(page.locator("#window")).to_contain_text("14 April 2026")
    assert "day=2026-04-12..2026-04-14" in page.url


def test_moves_the_timeline_by_keys(page: Page, address: str) -> None:
    open_console(page, address)
    first, last = page.locator("#from"), page.locator("#to")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert days_shown(page) == (2, 6)
    assert first.get_attribute("aria-valuetext") == "10 April 2026"
    last.focus()
    page.keyboard.press("ArrowLeft")
    assert days_shown(page) == (2, 5)
    page.keyboard.press("Home")
    assert days_shown(page) == (2, 2)
    page.keyboard.press("End")
    first.focus()
    page.keyboard.press("Home")
    assert days_shown(page) == (0, 6)


def test_a_click_on_a_day_and_the_steps_choose_single_days(page: Page, address: str) -> None:
    open_console(page, address)
    page.locator(".day").nth(4).click(position={"x": 60, "y": 20})
    assert days_shown(page) == (4, 4)
    page.locator("#day-before").click()
    assert days_shown(page) == (3, 3)
    page.locator("#all-days").click()
    assert days_shown(page) == (0, 6)


def test_a_day_that_nobody_watched_is_hatched_and_never_quiet(page: Page, address: str) -> None:
    open_console(page, address, f"day={UNWATCHED_DAY}")
    wait_for_hatching(page, ">")
    assert page.evaluate("window.truceline.map.getImage('hatch').data.width") > 0
    expect(page.locator("#nothing")).to_contain_text("Not observed")
    expect(page.locator("#summary")).to_contain_text("nobody looked")
    expect(page.locator(f".day[data-day='{UNWATCHED_DAY}']")).to_have_class("day dark")
    assert (
        page.locator("#ground td").all_inner_texts()
        == [
            "not known",
            "not observed",
            "100 %",
        ]
        * 2
    )
    assert "quiet" not in page.locator("body").inner_text()


def test_the_coverage_layer_can_be_taken_off_and_put_back(page: Page, address: str) -> None:
    open_console(page, address, f"day={UNWATCHED_DAY}")
    page.locator("#toggle-showCoverage").uncheck()
    wait_for_hatching(page, "===")
    page.locator("#toggle-showCoverage").check()
    wait_for_hatching(page, ">")


def test_an_unknown_line_is_said_and_tints_nothing(page: Page, address: str) -> None:
    open_console(page, address, f"day={DAYS[0]}")
    expect(page.locator("#legend")).to_contain_text("The line of this day is not known.")
    page.locator("#day-after").click()
    expect(page.locator("#legend")).not_to_contain_text("not known")
    colours = page.evaluate(
        "['ground', 'held'].map((id) => window.truceline.map.getPaintProperty(id, 'fill-color'))"
    )
    assert colours[0] != colours[1]


def test_filters_the_list_by_text_probability_outcome_and_source(page: Page, address: str) -> None:
    open_console(page, address)
    rows = page.locator("#list [role=option]")
    page.locator("#filter-text").fill("kharkiv")
    expect(rows.first).to_contain_text("Kharkiv oblast")
    assert all("Kharkiv" in text for text in rows.all_inner_texts())
    page.locator("#filter-text").fill("")
    page.locator("#filter-minimum").fill("90")
    shares = [float(text.split()[0]) for text in page.locator(".row-chance").all_inner_texts()]
    assert shares
    assert min(shares) >= 90
    assert shares == sorted(shares, reverse=True)
    page.locator("#filter-minimum").fill("0")
    known = FakeMission().incidents()["incidents"]
    page.locator("#filter-outcome").select_option("breached")
    breached = sum(one["outcomes"]["breached"] > 0 for one in known)
    assert 0 < breached < len(known)
    expect(rows.first).to_have_attribute("aria-setsize", str(breached))
    page.locator("#filter-outcome").select_option("")
    page.locator("#filter-cluster").select_option("news")
    told = sum("news" in one["clusters"] for one in known)
    expect(rows.first).to_have_attribute("aria-setsize", str(told))


def test_an_empty_list_says_how_likely_anything_would_have_been_noticed(
    page: Page, address: str
) -> None:
    open_console(page, address)
    page.locator("#filter-text").fill("no such place")
    expect(page.locator("#nothing")).to_contain_text("None was seen in this selection")
    expect(page.locator("#nothing")).to_contain_text("of such events would have been noticed")
    expect(page.locator("#nothing")).to_contain_text("was not observed")


def test_an_incident_opens_with_its_ledger_coverage_and_findings(page: Page, address: str) -> None:
    open_console(page, address, "day=2026-04-12")
    page.locator("#list [role=option]").first.click()
    panel = page.locator("#panel")
    expect(panel.locator("h2")).to_contain_text("km from")
    expect(panel).to_contain_text("consistent with munition effects")
    ledger = panel.locator(".ledger")
    weights = [signed(text) for text in ledger.locator("tbody .signed").all_inner_texts()]
    total = signed(ledger.locator("tfoot .signed").inner_text())
    assert abs(sum(weights) - total) < 0.2
    expect(ledger).to_contain_text("Heat was detected from space")
    expect(panel).to_contain_text("How well this place was watched that day")
    expect(panel.locator(".finding blockquote").first).to_contain_text("cease all fire")
    readings = panel.locator(".finding").filter(has_text="Reading “")
    assert readings.count() >= 3
    expect(panel).to_contain_text("undetermined: no physical evidence of direction")
    assert "incident=" in page.url
    expect(panel).to_contain_text("The incident begins with it: 94.0")
    expect(panel).to_contain_text("Too far in place: 7.3 km away, 11.4 standard deviations")
    expect(panel).to_contain_text("“open sources”, silent so far, would move it most")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_number_leads_to_the_original_line(page: Page, address: str) -> None:
    mission = FakeMission()
    name = mission.incidents()["incidents"][1]["short_id"]
    (line, *_) = mission.trace(name)["lines"]
    open_console(page, address, f"incident={name}")
    page.locator("#panel .big a").click()
    expect(page.locator("#panel-ledger")).to_be_focused()
    page.locator(".ledger button", has_text="Observations").first.click()
    original = page.locator(".ledger .original").first
    expect(original).to_contain_text(f"{line['name']}, line {line['line']}")
    expect(original).to_contain_text(line["sha256"])
    expect(original.locator(".here")).to_contain_text(line["text"])
    page.locator(".observations button").first.click()
    expect(page.locator(".observations .original .here").first).to_contain_text(line["text"])


def test_what_a_source_wrote_is_shown_and_never_run(page: Page, address: str) -> None:
    mission = FakeMission()
    with_news = next(one for one in mission.incidents()["incidents"] if "news" in one["clusters"])
    open_console(page, address, f"incident={with_news['short_id']}")
    page.locator(".observations button").last.click()
    expect(page.locator(".observations .here").last).to_contain_text("artillery <b>shelling</b>")


def test_the_language_changes_the_words_and_says_so(page: Page, address: str) -> None:
    open_console(page, address, f"incident={first_short_id()}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    english = page.locator("#summary").inner_text()
    for code, tab, ledger in (
        ("uk", "Інциденти", "Докази"),
        ("ru", "Инциденты", "Доказательства"),
    ):
        page.locator("#language").select_option(code)
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(page.locator("#tab-incidents")).to_have_text(tab)
        expect(page.locator("#panel-ledger")).to_contain_text(ledger)
        assert page.locator("#summary").inner_text() != english
        assert f"language={code}" in page.url
    assert "{" not in page.locator("body").inner_text()


def first_short_id() -> str:
    name: str = FakeMission().incidents()["incidents"][0]["short_id"]
    return name


REASONS = [
    reason("thermal_silent", {"detection_ppm": 106_000}),
    reason("alert_during", {"area": "UA-14", "base_ppm": 999_999}),
    reason("news_attached", {"reports": 1_234, "distance_m": 999}),
    reason(
        "prior_heat",
        {
            "war_per_1000km2_day_milli": 41,
            "background_per_1000km2_day_milli": 12_500,
            "line_distance_m": 12_250,
        },
    ),
    reason(
        "before_start", {"from_us": us_of(datetime(2026, 4, 11, 13, tzinfo=UTC)), "ended_us": 0}
    ),
    reason("prior_report", {"source": "viina"}),
    reason("on_site", {"probability_ppm": 1, "site": "X", "distance_m": 40, "radius_m": None}),
    reason("invented_code", {"share_ppm": 125_000}),
]


def test_page_and_report_say_a_reason_in_the_same_words(page: Page, address: str) -> None:
    open_console(page, address)
    for language in ("uk", "ru", "en"):
        said = page.evaluate(
            """async ([language, reasons]) => {
                const { because, speak } = await import("/static/words.js");
                await speak(language);
                return reasons.map(because);
            }""",
            [language, [plain(one) for one in REASONS]],
        )
        words = load_words(language)
        assert said == [words.reason_text(one) for one in REASONS]


def test_claims_stand_beside_what_was_found(page: Page, address: str) -> None:
    open_console(page, address, "day=2026-04-12")
    page.locator("#tab-claims").click()
    claims = page.locator("#claims")
    expect(claims.locator(".found")).to_contain_text("On ground held by Ukraine")
    expect(claims.locator(".claim")).to_have_count(4)
    expect(claims.locator(".claim").first).to_contain_text("1,971")
    expect(claims.locator(".assessment").first).to_contain_text("If all were, up to about 296")
    claims.locator("button").first.click()
    expect(claims.locator(".original .here").first).to_contain_text("violations_total,1971")


def test_sources_that_were_not_heard_are_named(page: Page, address: str) -> None:
    open_console(page, address, "view=sources")
    sources = page.locator("#sources")
    expect(sources.locator(".sources li")).to_have_count(6)
    expect(sources).to_contain_text("heard; it speaks of no days")
    expect(sources).to_contain_text("heard on 6 of 7 days; not known: 10 Apr")
    expect(sources).to_contain_text("not known: never heard")
    expect(sources).to_contain_text("refused rows: 3")


def test_the_log_tells_who_holds_it_and_what_is_disputed(page: Page, address: str) -> None:
    open_console(page, address, "view=log")
    log = page.locator("#log")
    expect(log).to_contain_text("truceline.example/exercise")
    expect(log).to_contain_text("level C: it survives the loss of the operator")
    expect(log).to_contain_text("Of 7 mirrors 2 may lie. Level C takes 3 of them")
    expect(log.locator(".behind")).to_contain_text("112 entries behind")
    expect(log.locator(".silent")).to_have_count(2)
    expect(log.locator(".silent").first).to_contain_text("timed out")
    expect(log.locator(".doubted").first).to_contain_text("entries 80 to 97 are disputed")
    expect(log.locator(".doubted").nth(1)).to_contain_text("sensors.xx.example signed two things")
    expect(log.locator(".doubted").last).to_contain_text("It has signed number 17 too")
    expect(log).to_contain_text("120 statements without a gap; the last is number 119, entry 2,409")


def test_an_incident_on_disputed_documents_says_so(page: Page, address: str) -> None:
    open_console(page, address, f"incident={min(FakeMission().known)}")
    expect(page.locator("#panel .doubted")).to_contain_text("firms/day.csv was stated in doubt")
    page.locator("#panel [data-trace]").first.click()
    expect(page.locator("#panel .original").first).to_contain_text("entry 3 of the log, level D")


def test_nothing_scrolls_sideways(page: Page, address: str) -> None:
    open_console(page, address, "language=uk")
    for width, height in (PHONE, (1024, 768), DESK, (2560, 1300)):
        page.set_viewport_size({"width": width, "height": height})
        for choice in ("view=incidents", "view=claims&day=2026-04-12", "view=sources", "view=log"):
            page.evaluate(f"location.hash = '{choice}&language=uk'")
            expect(page.locator(f"#{choice.split('&')[0][5:]}")).to_be_visible()
            assert too_wide(page) == [], (width, choice)
        page.evaluate(f"location.hash = 'incident={first_short_id()}&language=uk'")
        page.locator(".ledger button").first.click()
        expect(page.locator(".ledger .original").first).to_be_visible()
        assert too_wide(page) == [], (width, "incident")
        page.keyboard.press("Escape")


def too_wide(page: Page) -> list[str]:
    names: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("html, #panel, .side, [role=tabpanel], .timeline")]
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.id || one.className || one.tagName)"""
    )
    return names


def test_by_keys_alone_from_the_top_of_the_page_to_an_open_incident(
    page: Page, address: str
) -> None:
    load_console(page, address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "list":
            break
    expect(page.locator("#list")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#list .row.active").get_attribute("data-incident")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_have_attribute("data-incident", str(chosen))
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#list")).to_be_focused()


def test_every_control_has_a_name_and_room_for_a_finger(page: Page, address: str) -> None:
    open_console(page, address, f"incident={first_short_id()}")
    faults = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, [role=slider], a.button")]
            .filter((one) => one.checkVisibility())
            .map((one) => {
                const box = one.getBoundingClientRect();
                const named = one.getAttribute("aria-label") || one.innerText?.trim()
                    || one.labels?.[0]?.innerText.trim();
                const inLabel = one.labels?.[0]?.getBoundingClientRect().height ?? 0;
                const tall = Math.max(box.height, inLabel) >= 24 && box.width >= 16;
                return named && tall ? null : one.outerHTML.slice(0, 120);
            }).filter(Boolean)"""
    )
    assert faults == []


CONTRASTS = """() => {
    const channels = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (colour) => colour.map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length === 3) return colour;
        }
        return channels(getComputedStyle(document.body).backgroundColor);
    };
    return [...document.querySelectorAll("p, td, th, dt, dd, h2, h3, button, small, a")]
        .filter((one) => one.checkVisibility() && one.innerText.trim() && !one.disabled)
        .filter((one) => !one.closest(".map-room"))
        .map((one) => {
            const ink = light(channels(getComputedStyle(one).color));
            const paper = light(ground(one));
            const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
            return [contrast, one.innerText.slice(0, 40)];
        });
}"""


def test_text_stands_out_from_its_ground_by_day_and_by_night(page: Page, address: str) -> None:
    open_console(page, address, f"incident={first_short_id()}")
    expect(page.locator(".ledger")).to_be_visible()
    for theme in ("light", "dark"):
        page.locator("#theme").select_option(theme)
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 50
        assert [text for contrast, text in contrasts if contrast < 4.5] == []


def test_the_theme_can_be_chosen_and_repaints_the_map(page: Page, address: str) -> None:
    open_console(page, address)
    paint = "window.truceline.map.getPaintProperty('sea', 'background-color')"
    before = page.evaluate(paint)
    page.locator("#theme").select_option("dark")
    assert page.evaluate(paint) != before
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


class Crowded(FakeMission):
    """Fifty thousand incidents: each of the forty, many times over, a little moved."""

    def incidents(self) -> Answer:
        rows = super().incidents()["incidents"]
        return {
            "incidents": [
                {
                    **rows[number % len(rows)],
                    "id": f"i:{number:064}:1",
                    "short_id": f"i:{number:010}:1",
                    "probability_ppm": number * 20,
                    "latitude_e7": rows[number % len(rows)]["latitude_e7"] + number * 100,
                }
                for number in range(MANY)
            ]
        }


def test_fifty_thousand_incidents_are_on_the_page_at_once(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en-GB")
    page = context.new_page()
    with served(lambda _: create_app(Crowded())) as origin:
        page.goto(origin)
        page.wait_for_selector("#list [role=option]", timeout=READY_MS)
        painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        painted_ms = page.wait_for_function(painted, timeout=READY_MS).json_value()
        assert painted_ms < 1000
        assert page.locator("#list [role=option]").count() < 60
        assert page.evaluate("document.getElementById('rows').offsetHeight") > MANY * 40
        page.locator("#list").focus()
        page.keyboard.press("End")
        expect(page.locator("#list .active")).to_have_attribute("aria-posinset", str(MANY))
    context.close()


def test_without_webgl_the_list_serves_alone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en-GB")
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto(address)
    page.evaluate("window.truceline.ready")
    expect(page.locator("#map-trouble")).to_contain_text("The list of incidents holds the same")
    page.locator("#list [role=option]").first.click()
    expect(page.locator("#panel h2")).to_be_visible()
    context.close()
