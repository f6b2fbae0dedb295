"""What a reader may not see is in no form of the file, and what stands in its place says so."""

# ruff: noqa: ANN401 - JSON
from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_case import EXHIBITS, MOTIONS, NOW_US, PARTIES, act, exhibit, record, view

from truceline.records.canonical import plain
from truceline.records.chamber import CaseView, Exhibit, FindingFacts
from truceline.records.permission import DISCLOSURE_TIERS
from truceline.reports.case_blocks import Table
from truceline.reports.case_file import case_file, case_file_json
from truceline.reports.case_page import page_of
from truceline.reports.case_record import (
    CaseRecord,
    NotForThisReaderError,
    Reader,
)
from truceline.reports.case_redaction import FIELDS, is_withheld, told, withheld

HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)
EXAMPLES = 60
READERS = [Reader(tier=tier, party=code) for tier in DISCLOSURE_TIERS for code in ("", *PARTIES)]


def every_form(whole: CaseRecord, reader: Reader) -> str:
    """All that a reader is given: the page, its PDF's whole content, the JSON; and unescaped."""
    page = case_file(whole, reader, "uk")
    typeset = json.dumps(plain(page_of(whole, reader, "uk")), ensure_ascii=False)
    return "\n".join([page, html.unescape(page), typeset, case_file_json(whole, reader).decode()])


def shows(one: Exhibit, reader: Reader) -> bool:
    """Say in the plainest way who sees an exhibit: the table of docs/reference/case-file.md."""
    if reader.party in one.withheld_from:
        return False
    if one.withheld_from and not reader.party and reader.tier in {"public", "states"}:
        return False
    readable = DISCLOSURE_TIERS[: DISCLOSURE_TIERS.index(reader.tier) + 1]
    return one.tier in readable and (
        one.tier != "originator_controlled" or one.id in reader.released
    )


# --------------------------------------------------------------------------------- the table
def records_in(kind: type) -> Iterator[type]:
    """Go through every record that a record holds."""
    yield kind
    for hint in get_type_hints(kind).values():
        for inner in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(inner) and isinstance(inner, type):
                yield from records_in(inner)


def test_every_field_of_every_record_of_a_case_has_a_rule() -> None:
    reached = {*records_in(CaseView), *records_in(FindingFacts)}
    assert len(reached) > 15
    assert reached == set(FIELDS)
    for kind in reached:
        assert {field.name for field in dataclasses.fields(kind)} == set(FIELDS[kind]), kind


def test_every_word_of_the_table_is_a_rule() -> None:
    kinds = {kind for fields in FIELDS.values() for kind in fields.values()}
    house = {"open", "text", "name", "decided", "exhibit", "sender", "summary", "shifts"}
    assert kinds == house | {"states"}


# ------------------------------------------------------------------- no leak, for any case
@st.composite
def exhibits(draw: st.DrawFn, number: int) -> Exhibit:
    tier = draw(st.sampled_from(DISCLOSURE_TIERS))
    from_whom = draw(st.sets(st.sampled_from(PARTIES), max_size=0 if tier == "public" else 2))
    has_summary = draw(st.booleans()) or bool(from_whom)
    # Text that must be escaped stands around what the test looks for.
    around = draw(st.text("<>&\"'ї №\\#$", max_size=4))
    return exhibit(
        f"drawn-{number}",
        tier=tier,
        title=f"{around}Title-{number}-of-it{around}",
        by=f"key/sender-{number}-x",
        custody=(f"custody-{number}-a", f"custody-{number}-b"),
        withheld_from=tuple(sorted(from_whom)),
        summary=f"Summary-{number}-for-them" if has_summary else "",
    )


@st.composite
def cases(draw: st.DrawFn) -> CaseRecord:
    drawn = tuple(draw(exhibits(number)) for number in range(draw(st.integers(0, 4))))
    quotable = [text for one in drawn for text in (one.title, one.by, one.custody[1])]
    quoted = draw(st.sampled_from(["", *quotable])).upper()
    whole = view()
    motion = replace(
        MOTIONS[0],
        closed_us=draw(st.sampled_from([None, NOW_US])),
        proposal={**MOTIONS[0].proposal, "reasons": f"Proposed-reasons. {quoted}"},
        ballots=(replace(MOTIONS[0].ballots[0], reasons="Ballot-reasons"),),
    )
    senders = [one.by for one in drawn] or ["key/nobody"]
    return record(
        replace(
            whole,
            exhibits=drawn,
            motions=(motion, *MOTIONS[1:]),
            claim=f"It was seen.\n{quoted}",
            opened_by=draw(st.sampled_from(["key/opener", *senders])),
            handovers=((NOW_US, "key/giver", "key/taker", "Note-between-shifts"),),
        )
    )


def secrets(whole: CaseRecord, reader: Reader) -> set[str]:
    """All that this reader must not be given, by the plain rules."""
    closed = [one for one in whole.view.exhibits if not shows(one, reader)]
    found = {re.findall(r"Title-\d-of-it", one.title)[0] for one in closed}
    found |= {text for one in closed for text in one.custody}
    if closed or reader.tier not in {"commission", "originator_controlled"}:
        found |= {"key/giver", "key/taker", whole.view.opened_by}
        found |= {one.by for one in whole.view.exhibits}
    may_answer = reader.tier != "public"
    for one in closed:
        if not (may_answer and one.withheld_from) or reader.party not in {"", *one.withheld_from}:
            found.add(one.summary)
    if reader.tier not in {"commission", "originator_controlled"}:
        found |= {"Note-between-shifts"}
        if whole.view.motions[0].closed_us is None:
            found |= {"Proposed-reasons", "Ballot-reasons"}
    if reader.tier == "public":
        found |= {"cell-88-ground", "area-of-unit-12", "order-of-the-day-3", "Please let a team"}
    return found - {""}


@settings(max_examples=EXAMPLES)
@given(whole=cases(), reader=st.sampled_from(READERS))
def test_nothing_withheld_is_in_any_form_of_the_file(whole: CaseRecord, reader: Reader) -> None:
    given_out = every_form(whole, reader).casefold()
    for secret in secrets(whole, reader):
        assert secret.casefold() not in given_out


@settings(max_examples=EXAMPLES)
@given(whole=cases(), reader=st.sampled_from(READERS))
def test_what_may_be_seen_is_there(whole: CaseRecord, reader: Reader) -> None:
    given_out = every_form(whole, reader)
    for number, one in enumerate(whole.view.exhibits):
        assert (f"Title-{number}-of-it" in given_out) == shows(one, reader)
        assert one.sha256 in given_out
        assert one.id in given_out


@settings(max_examples=10)
@given(whole=cases())
def test_the_headings_are_the_same_for_every_reader(whole: CaseRecord) -> None:
    headings = {tuple(HEADING.findall(case_file(whole, reader, "en"))) for reader in READERS}
    assert len(headings) == 1
    assert len(next(iter(headings))) > 20


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if is_withheld(value) or not isinstance(value, dict | list):
        yield path, value
        return
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(inner, (*path, name))


@given(whole=cases(), party=st.sampled_from(PARTIES))
def test_a_closer_tier_shows_all_that_a_more_open_one_does(whole: CaseRecord, party: str) -> None:
    """The closest tier of all is its originators' own, and tells no more to anybody else."""
    for lower, higher in pairwise(DISCLOSURE_TIERS):
        less, more = (told(whole, Reader(tier=tier, party=party)) for tier in (lower, higher))
        shown = dict(leaves(more["case"]))
        for path, value in leaves(less["case"]):
            if not is_withheld(value):
                assert shown[path] == value, path


# -------------------------------------------------------------------- what stands in its place
def test_the_block_says_from_whom_by_which_rule_and_gives_the_hash_and_the_summary() -> None:
    page = case_file(record(), Reader(tier="states", party="RU"), "en")
    overheard = EXHIBITS[2]
    assert overheard.title not in page
    assert "Withheld: an exhibit" in page
    assert "one side may not see it" in page
    assert "Russia (RU)" in page
    assert overheard.sha256 in page
    assert overheard.summary in page
    assert "may answer this summary" in page
    assert overheard.summary not in case_file(record(), Reader(tier="public"), "en")


@pytest.mark.parametrize(
    ("reader", "rule"),
    [
        (Reader(tier="public"), "party"),
        (Reader(tier="states"), "party"),
        (Reader(tier="states", party="RU"), "party"),
        (Reader(tier="commission", party="RU"), "party"),
        (Reader(tier="states", party="UA"), None),
        (Reader(tier="coalition"), None),
    ],
)
def test_what_one_side_may_not_see_stays_closed_wherever_that_side_reads(
    reader: Reader, rule: str | None
) -> None:
    title = told(record(), reader)["case"]["exhibits"][2]["title"]
    assert (title["withheld"]["rule"] if rule else title) == (rule or EXHIBITS[2].title)


def test_an_originators_exhibit_is_shown_to_whom_it_was_released_alone() -> None:
    mine = EXHIBITS[3]
    for released in ((), (mine.id,)):
        reader = Reader(tier="originator_controlled", released=released)
        title = told(record(), reader)["case"]["exhibits"][3]["title"]
        assert (title == mine.title) == bool(released)
    reader = Reader(tier="commission", released=(mine.id,))
    assert is_withheld(told(record(), reader)["case"]["exhibits"][3]["title"])


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param("They speak of  a CONVERSATION that was\noverheard, we think.", id="title"),
        pytest.param(f"It came from {EXHIBITS[2].by}.", id="sender"),
        pytest.param(f"See entry {EXHIBITS[2].custody[1]}.", id="custody"),
    ],
)
def test_a_text_that_quotes_what_is_withheld_is_withheld_whole(claim: str) -> None:
    whole = record(view(claim=claim))
    closed = told(whole, Reader(tier="public"))["case"]["claim"]["withheld"]
    assert (closed["rule"], closed["commitment"]) == ("quotes", whole.view.line.id)
    sees_all = Reader(tier="originator_controlled", released=(EXHIBITS[3].id,))
    assert told(whole, sees_all)["case"]["claim"] == claim


def test_a_block_stands_on_the_page_wherever_words_are_withheld() -> None:
    whole = record(view(claim=f"We saw it. {EXHIBITS[1].title}."))
    page = case_file(whole, Reader(tier="public"), "en")
    assert "Withheld: The claim that it was opened on" in page
    assert "it quotes what is withheld" in page
    assert "Withheld: Request" in page
    assert "Withheld: Hand-overs" in page
    assert "Withheld: Request" not in case_file(whole, Reader(tier="states"), "en")


def test_names_of_keys_are_shown_only_where_nothing_is_withheld() -> None:
    commission = Reader(tier="commission")
    assert is_withheld(told(record(), commission)["case"]["opened_by"])
    shown = told(record(), Reader(tier="coalition"))["case"]["exhibits"][2]
    assert shown["title"] == EXHIBITS[2].title
    assert shown["by"]["withheld"]["from"] == []
    open_case = record(view(exhibits=EXHIBITS[:1]))
    assert told(open_case, commission)["case"]["opened_by"] == open_case.view.opened_by
    assert is_withheld(told(open_case, Reader(tier="coalition"))["case"]["opened_by"])


def test_a_motion_is_the_bodys_own_until_it_is_closed() -> None:
    motion = replace(MOTIONS[0], closed_us=None, tally=None, phase="opening")
    whole = record(view(motions=(motion,)))
    for tier in DISCLOSURE_TIERS:
        (shown,) = told(whole, Reader(tier=tier))["case"]["motions"]
        early = tier in {"public", "states", "coalition"}
        assert is_withheld(shown["proposal"]) == early
        assert is_withheld(shown["ballots"][0]["vote"]) == early


def test_entries_of_what_is_withheld_are_left_out() -> None:
    closed = EXHIBITS[1]
    for tier in ("public", "coalition"):
        ids = {one["id"] for one in told(record(), Reader(tier=tier))["entries"]}
        assert closed.id in ids
        assert (closed.custody[0] in ids) == (tier == "coalition")


def test_a_case_that_was_not_published_has_no_public_file() -> None:
    whole = record(view(published=(("states", NOW_US),)))
    with pytest.raises(NotForThisReaderError, match=r"not_published: case .* was not published"):
        case_file(whole, Reader(tier="public"), "en")
    assert case_file(whole, Reader(tier="states"), "en")


def test_a_state_that_nobody_knows_reads_nothing() -> None:
    with pytest.raises(NotForThisReaderError, match="unknown_state: 'UAA' is none of FR, GB"):
        case_file_json(record(), Reader(tier="states", party="UAA"))
    with pytest.raises(ValueError, match="tier 'secret' is none of public"):
        Reader(tier="secret")


def test_every_withheld_place_is_counted_at_the_end() -> None:
    reader = Reader(tier="public")
    page = page_of(record(), reader, "en")
    (section,) = [one for one in page.sections if one.name == "withheld"]
    (table,) = [one for one in section.blocks if isinstance(one, Table)]
    counted = sum(int(row[-1][0].text) for row in table.rows)
    assert counted == len(list(withheld(told(record(), reader)))) > 10


def test_no_coordinate_is_in_the_file() -> None:
    everything = case_file_json(record(), Reader(tier="commission")).decode()
    names = set(re.findall(r'"([a-z0-9_]+)":', everything))
    assert len(names) > 80
    assert [one for one in names if re.search(r"latitude|longitude|_e7|coordinate", one)] == []
    assert act("root") in everything
