"""A case file as HTML: whole, calm, the same for both parties, and checkable."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from sample_case import (
    CASE,
    EXHIBITS,
    FINDING,
    LATER,
    MOTIONS,
    PARTIES,
    act,
    finding,
    record,
    view,
)

from truceline.records.canonical import plain, read_record
from truceline.records.chamber import CASE_STATUSES, CaseView, RevisedFinding
from truceline.records.determination import (
    ATTRIBUTION_LEVELS,
    ATTRIBUTION_OUTCOMES,
    SEVERITIES,
    Determination,
)
from truceline.records.mandate import StandardOfProof
from truceline.records.permission import DISCLOSURE_TIERS
from truceline.reports.case_blocks import Facts, Sides
from truceline.reports.case_file import case_file, case_file_json
from truceline.reports.case_page import SECTIONS, page_of
from truceline.reports.case_record import CitedEntry, Reader
from truceline.reports.words import LANGUAGES, load_words

COMMISSION = Reader(tier="commission")
VOID = {"meta"}


class Tags(HTMLParser):
    """Every tag of a page, its ids and links, and whether it nests."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given[name] or "" for name in ("href", "src", "action") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def text_of(page: str) -> str:
    """What is read on a page, its blanks as one."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone_and_every_link_leads_somewhere(language: str) -> None:
    page = case_file(record(), COMMISSION, language)
    tags = Tags(page)
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    assert len(tags.links) > 30
    assert {link for link in tags.links if link.removeprefix("#") not in tags.ids} == set()
    assert not tags.seen & {"script", "img", "iframe", "object", "link", "form"}
    assert "http" not in page
    assert f'lang="{language}"' in page


def test_the_same_record_gives_the_same_bytes() -> None:
    assert case_file(record(), COMMISSION, "uk") == case_file(record(), COMMISSION, "uk")
    assert case_file_json(record(), COMMISSION) == case_file_json(record(), COMMISSION)


def test_all_that_the_mandate_of_a_case_file_asks_for_is_there() -> None:
    page = text_of(case_file(record(), COMMISSION, "en"))
    for said in (
        "The crew saw it.",
        "Silence is recorded as silence",
        "The launch area is not shown.",
        "The place is not shown beyond doubt.",
        "A supplier of the grid.",
        "Its sensors are in the evidence.",
        "balance of probabilities",
        "One transformer was hit, not three.",
        "Nothing less brings the light back.",
        "Night lights of the town, five nights.",
        "We were not there.",
        "Please let a team see the ground.",
        "not certified, so without effect",
        "The second pass is still to come.",
        "majority-of-five",
        act("root"),
    ):
        assert said in page, said


def test_each_exhibit_has_its_hash_its_entry_and_the_lines_that_check_both() -> None:
    page = text_of(case_file(record(), COMMISSION, "en"))
    for number, one in enumerate(EXHIBITS):
        digest = one.sha256
        assert f"sha256sum DIR/originals/{digest[:2]}/{digest}" in page
        assert f"truceline ledger prove {40 + number} --mission DIR" in page
    assert "truceline verify DIR --key &#34;$KEY&#34; --replay" in page


def test_what_stands_nowhere_in_the_log_is_said_to_be_not_known() -> None:
    page = text_of(case_file(record(entries={}), COMMISSION, "en"))
    assert "Entry of the log not known" in page
    assert "ledger prove 4" not in page


def test_a_finding_that_was_not_given_is_named_and_not_guessed() -> None:
    page = text_of(case_file(record(findings={}), COMMISSION, "en"))
    assert FINDING in page
    assert "was not given for this file" in page
    assert "Probability" not in page


def test_assessments_weigh_their_words() -> None:
    page = text_of(case_file(record(), COMMISSION, "en"))
    assert "Assessed as inconsistent with the clause" in page
    assert "96.2 %" in page.replace("\xa0", " ")
    assert "Intent is for the body alone" in page
    assert not re.search(r"\b(guilty|perpetrator|aggressor|deliberate)", page)


def test_both_parties_have_the_same_rows_in_columns_of_the_same_kind() -> None:
    page = page_of(record(), COMMISSION, "en")
    (section,) = [one for one in page.sections if one.name == "positions"]
    (sides,) = [one for one in section.blocks if isinstance(one, Sides)]
    left, right = sides.columns
    assert [one.block for one in left[:2]] == [one.block for one in right[:2]]
    assert isinstance(left[1], Facts)
    assert isinstance(right[1], Facts)
    assert [name for name, _ in left[1].rows] == [name for name, _ in right[1].rows]
    css = case_file(record(), COMMISSION, "en").partition("</style>")[0]
    assert "minmax(min(18rem,100%),1fr)" in css


def swapped(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Swap the parties' codes and seats wherever they stand alone."""
    other = {"UA": "RU", "RU": "UA", "ua": "ru", "ru": "ua"}
    if isinstance(value, dict):
        return {key: swapped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [swapped(inner) for inner in value]
    return other.get(value, value) if isinstance(value, str) else value


def test_swapping_the_parties_swaps_the_file() -> None:
    mirrored = record(read_record(CaseView, swapped(plain(view()))))
    words = {"Ukraine (UA)": "Russia (RU)", '"ua"': '"ru"'}
    words |= {value: key for key, value in words.items()}
    either = re.compile("|".join(re.escape(word) for word in words))
    for reader, other in (
        (COMMISSION, COMMISSION),
        (Reader(tier="states", party="UA"), Reader(tier="states", party="RU")),
    ):
        ours = json.dumps(plain(page_of(record(), reader, "en")))
        theirs = json.dumps(plain(page_of(mirrored, other, "en")))
        assert ours != theirs
        assert either.sub(lambda found: words[found[0]], theirs) == ours


def test_old_and_new_stand_side_by_side_and_mark_what_stood_on_the_old() -> None:
    page = text_of(case_file(record(), COMMISSION, "en"))
    assert "Before Now Severity S3, serious S2, moderate" in page
    assert "was corrected. The remedy runs on until the body lifts it." in page


def test_a_proposal_is_read_in_the_order_of_an_argument() -> None:
    page = text_of(case_file(record(), COMMISSION, "en"))
    said = ["Clauses energy", "Severity S3", "Began, earliest", "Began, latest", "Gravest"]
    places = [page.index(one, page.index("Motion 1 Record")) for one in said]
    assert places == sorted(places)


def test_a_withdrawn_determination_has_nothing_in_its_place() -> None:
    whole = view()
    withdrawn = replace(
        whole.corrections[0],
        id=act("withdraw"),
        new=None,
        differences=(replace(whole.corrections[0].differences[0], new=None),),
    )
    page = text_of(case_file(record(view(corrections=(withdrawn,))), COMMISSION, "en"))
    assert "nothing: it was withdrawn" in page


def test_a_sealed_vote_is_known_to_nobody() -> None:
    sealed = replace(MOTIONS[0].ballots[0], standing="sealed", vote="", reasons="", by="")
    motion = replace(MOTIONS[0], ballots=(sealed,), tally=None, closed_us=None, phase="sealing")
    page = text_of(case_file(record(view(motions=(motion,))), COMMISSION, "en"))
    assert "sealed: nobody knows it yet" in page
    assert "Result none yet" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_case_says_of_each_section_that_there_is_nothing(language: str) -> None:
    empty = {
        name: ()
        for name, value in ((field, getattr(view(), field)) for field in view().__slots__)
        if isinstance(value, tuple) and name not in {"parties", "bodies", "hats", "published"}
    }
    page = page_of(record(view(claim="", **empty)), COMMISSION, language)
    assert [one.name for one in page.sections] == list(SECTIONS)
    assert all(one.blocks for one in page.sections)
    assert all(inner.block != "closed" for one in page.sections for inner in one.blocks)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("status", CASE_STATUSES),
        ("severity", SEVERITIES),
        ("tier", DISCLOSURE_TIERS),
        ("tier_name", DISCLOSURE_TIERS),
        ("level", ATTRIBUTION_LEVELS),
        ("attributed", ATTRIBUTION_OUTCOMES),
        ("standard", [one.value for one in StandardOfProof]),
        ("outcome", ["breached", "kept", "undecided"]),
        ("party_standing", ["not_notified", "open", "replied", "replied_late", "silent"]),
        ("ballot", ["not_in", "sealed", "opened", "never_opened", "recused"]),
        ("result", ["carried", "not_carried", "deadlocked", "no_quorum"]),
        ("remedy_standing", ["running", "kept", "not_kept", "undecided", "lifted"]),
        ("deadline_standing", ["running", "passed", "met", "met_late", "renewed", "moot"]),
        ("closed_rule", ["tier", "party", "originator", "quotes", "names", "deliberation"]),
        (
            "proposal",
            [
                *("clauses", "findings", "severity", "began_us", "ended_us", "levels"),
                *("standard", "body"),
            ],
        ),
    ],
)
def test_every_code_of_a_case_has_a_name(table: str, codes: list[str]) -> None:
    assert {f"case_file.{table}.{code}" for code in codes} <= set(load_words("en"))


def test_a_correction_shows_only_fields_that_a_determination_has() -> None:
    shown = {one.field for one in view().corrections[0].differences}
    assert shown <= set(Determination.__slots__)


def test_markup_in_what_people_wrote_is_text() -> None:
    hostile = '<script>alert("1")</script><!-- --> </style>'
    page = case_file(record(view(claim=hostile)), COMMISSION, "en")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<!--" not in page


def test_the_json_gives_machines_what_people_get() -> None:
    body = json.loads(case_file_json(record(), COMMISSION))
    assert body["case"]["line"]["id"] == CASE
    assert body["case"]["parties"][1]["standing"] == "silent"
    assert body["case"]["motions"][0]["proposal"]["reasons"] == MOTIONS[0].proposal["reasons"]
    assert [one["probability_ppm"] for one in body["findings"]] == [962_000, 962_000]
    assert body["reader"] == {"tier": "commission", "party": ""}
    assert {one["id"] for one in body["entries"]} >= {one.id for one in EXHIBITS}
    assert len(PARTIES) == len(body["case"]["parties"])


def test_an_entry_before_the_first_is_none() -> None:
    with pytest.raises(ValueError, match="entry -1 is before the first"):
        CitedEntry(id="a", index=-1, statement_sha256="b")


def test_a_finding_below_the_threshold_is_not_called_inconsistent() -> None:
    kept = replace(finding(), outcome=type(finding().outcome).KEPT)
    page = text_of(case_file(record(findings={FINDING: kept}), COMMISSION, "en"))
    assert "Assessed as not inconsistent with the clause" in page


def test_whose_sensors_and_mirrors_they_are_may_be_said_to_be_not_known() -> None:
    whole = record()
    doubtful = tuple(
        replace(one, owns_sensors=None, keeps_mirror=None) if one.state == "UA" else one
        for one in whole.view.hats
    )
    found = {FINDING: finding(owners_known=False)}
    told = replace(whole, view=replace(whole.view, hats=doubtful), findings=found)
    pages = [text_of(case_file(one, COMMISSION, "en")) for one in (whole, told)]
    assert "others: not known whose" in pages[1]
    known, doubted = (page[page.index("Keeper of a mirror") :].count("not known") for page in pages)
    assert doubted == known + 2


@pytest.mark.parametrize(
    ("by", "said"), [((), "have withdrawn this finding"), ((LATER,), "have revised this finding")]
)
def test_a_finding_that_is_told_no_more_is_marked_and_so_is_what_stands_on_it(
    by: tuple[str, ...], said: str
) -> None:
    whole = record()
    (standing,) = (one.id for one in whole.view.determinations if one.standing == "stands")
    gone = RevisedFinding(finding=FINDING, in_place=by, determinations=(standing,))
    found = {**whole.findings, FINDING: finding(superseded_by=by)}
    told = replace(whole, view=replace(whole.view, revised=(gone,)), findings=found)
    before, page = (text_of(case_file(one, COMMISSION, "en")) for one in (whole, told))
    for words in (said, "It stands on findings that late data have revised or withdrawn since"):
        assert (before.count(words), page.count(words)) == (0, 1)
