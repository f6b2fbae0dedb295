"""The daily report: every number leads to its records, and silence is never written as nought."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from sample_day import sample_day, withheld_day

from truceline.records.units import E7
from truceline.reports.daily import daily_report
from truceline.reports.day import DayReport
from truceline.reports.words import LANGUAGES, WordsError, load_words

VOID = {"meta", "br", "img", "link", "hr", "input"}
SECTIONS = [
    "summary",
    "agreements",
    "sides",
    "not_observed_section",
    "map",
    "incidents",
    "findings",
    "responsibility",
    "claims",
    "sources",
    "method",
    "appendix",
]


@dataclass
class Page(HTMLParser):
    """A page as its elements: what stands where, and what leads where."""

    open: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    loose_digits: list[str] = field(default_factory=list)
    attributes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.attributes.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "section":
            self.sections.append(found["id"])
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a beginning"
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        links = [found["href"] for tag, found in self.open if tag == "a"]
        classes = {found.get("class", "") for _, found in self.open}
        section = next((found["id"] for tag, found in self.open if tag == "section"), "")
        self.texts[section] = self.texts.get(section, "") + data
        if "number" in classes:
            self.numbers.append((links[-1] if links else "", data))
        elif section == "summary" and re.search(r"\d", data) and "name" not in classes:
            self.loose_digits.append(data)


def read(day: DayReport, language: str = "en") -> Page:
    page = Page()
    page.feed(daily_report(day, language))
    page.close()
    assert page.open == []
    return page


DAYS = {"whole": sample_day, "withheld": withheld_day}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", DAYS)
def test_every_number_is_a_link_to_something_on_the_page(which: str, language: str) -> None:
    page = read(DAYS[which](), language)
    assert page.numbers
    for href, text in page.numbers:
        assert href.removeprefix("#") in page.ids, f"{text} leads to {href!r}"


@pytest.mark.parametrize("which", DAYS)
def test_every_link_stays_on_the_page_and_arrives(which: str) -> None:
    page = read(DAYS[which]())
    assert {link[:1] for link in page.links} == {"#"}
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(sample_day(), id="whole"),
        pytest.param(withheld_day(), id="withheld"),
        pytest.param(sample_day(incidents=()), id="nothing noticed"),
        pytest.param(sample_day(incidents=(), coverage=()), id="no coverage record"),
    ],
)
def test_no_digit_of_the_summary_stands_without_its_records(day: DayReport) -> None:
    assert read(day).loose_digits == []


def test_a_count_leads_to_as_many_rows() -> None:
    day = sample_day()
    html = daily_report(day, "en")
    (href, _), *_ = [one for one in read(day).numbers if one[1] == "2\xa0incidents"]
    body = re.search(rf'<tbody[^>]*id="{href[1:]}">(.*?)</tbody>', html, re.DOTALL)
    assert body is not None
    assert body[1].count('scope="row"') == 2


def test_an_observation_leads_to_the_line_of_the_original() -> None:
    page = read(sample_day())
    text = page.texts["appendix"]
    assert "firms/one.csv" in text
    assert "a1" * 32 in text
    assert "48.0,36.5,<327.1>,0.4" in text
    assert "not in this report; the log holds it" in text  # the one that was not traced


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_and_headings_stand_in_order(language: str) -> None:
    page = read(sample_day(), language)
    assert page.sections == SECTIONS
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1


def test_is_one_document_without_any_outside_part() -> None:
    page = read(sample_day())
    fetching = [
        (tag, name)
        for tag, found in page.attributes
        for name in found
        if name in {"src", "srcset", "action", "data"} or tag in {"link", "script", "iframe"}
    ]
    assert fetching == []
    assert "url(http" not in daily_report(sample_day(), "en")
    assert "@import" not in daily_report(sample_day(), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_can_be_read_aloud(language: str) -> None:
    html = daily_report(sample_day(), language)
    page = read(sample_day(), language)
    assert page.attributes[0] == ("html", {"lang": language})
    assert page.links[0] == "#summary"
    assert html.count("<table") == html.count("<caption")
    assert all(found.get("scope") for tag, found in page.attributes if tag == "th")


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of WCAG 2.2 between two hexadecimal colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough_in_light_dark_and_print() -> None:
    palettes = re.findall(r":root\{([^}]*)\}", daily_report(sample_day(), "en"))
    assert len(palettes) == 3
    for palette in palettes:
        colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", palette))
        for ground in ("paper", "box", "mark"):
            for text in ("ink", "muted", "link"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (palette, text, ground)


def test_all_languages_give_the_same_numbers() -> None:
    def digits(language: str) -> list[tuple[str, str]]:
        return [
            (href, re.sub(r"[^\d]", "", text))
            for href, text in read(sample_day(), language).numbers
        ]

    english = sorted(digits("en"))
    assert english == sorted(digits("uk")) == sorted(digits("ru"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_records_give_the_same_bytes(language: str) -> None:
    assert daily_report(sample_day(), language) == daily_report(sample_day(), language)


@pytest.mark.parametrize("which", DAYS)
def test_no_word_that_the_evidence_cannot_bear(which: str) -> None:
    text = daily_report(DAYS[which](), "en").lower()
    for word in ("quiet", "attack by", "attacked by", "peaceful", "no violations", "confidence"):
        assert word not in text


def test_withheld_sources_are_not_known_and_nothing_is_nought() -> None:
    page = read(withheld_day())
    summary = page.texts["summary"]
    assert "Not observed" in summary
    assert "Not known" in summary
    assert not re.search(r"\d", re.sub(r"NOAA-20", "", summary))
    assert "not observed" in page.texts["sides"]
    counts = [text for _, text in page.numbers]
    assert not any(re.fullmatch(r"0\b.*", text) for text in counts)
    assert page.texts["sources"].count("not known") == 5 * 4


def test_half_of_the_sources_withheld_leaves_their_part_not_known() -> None:
    page = read(sample_day())
    assert "FIRMS, Suomi-NPP satellite" in page.texts["summary"]
    assert page.texts["not_observed_section"].count("not known") == 2


def test_without_coverage_records_it_says_so() -> None:
    page = read(sample_day(coverage=(), incidents=(), findings=(), not_applicable=()))
    assert "There is no coverage record for this day: not observed." in page.texts["summary"]
    assert "none noticed" not in page.texts["sides"]


def test_nothing_noticed_keeps_its_coverage_beside_it() -> None:
    day = sample_day(incidents=(), findings=(), not_applicable=(), attributions=())
    page = read(day)
    assert "none noticed by the sources heard" in page.texts["sides"]
    assert "26 to 118" in re.sub(r"\s+", " ", page.texts["sides"])
    assert "About 5.7\xa0% of munition effects would have been noticed" in re.sub(
        r"[ \n]+", " ", page.texts["summary"]
    )


def test_no_total_is_made_across_the_sides() -> None:
    page = read(sample_day())
    whole = len(sample_day().incidents)
    assert [
        text for _, text in page.numbers if text == load_words("en").count("incidents", whole)
    ] == []


def test_both_readings_of_a_disputed_start_stand_side_by_side() -> None:
    text = read(sample_day()).texts["agreements"]
    assert "this report takes no side" in text
    assert "binds all day" in text
    assert "does not bind on this day" in text


def test_words_of_others_cannot_break_the_page() -> None:
    html = daily_report(sample_day(), "en")
    assert "<headline>" not in html
    assert "&lt;headline&gt; &amp; more" in html
    assert "<everywhere>" not in html


def test_shows_no_coordinate_outside_the_quoted_lines() -> None:
    day = sample_day(traced={})
    text = daily_report(day, "en")
    for one in day.incidents:
        assert str(one.place.longitude_e7) not in text
        assert f"{one.place.longitude_e7 / E7:.4f}" not in text


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(WordsError, match="no words for 'xx'"):
        daily_report(sample_day(), "xx")
