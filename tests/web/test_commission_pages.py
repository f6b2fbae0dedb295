"""The commission's pages over HTTP: who may see what, by which rule, and how an act is tried."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from fake_commission import (
    AA,
    ANALYST,
    BB,
    CHAIR,
    GUARANTOR,
    REVIEWER,
    FakeCommission,
    accounts,
)
from fake_mission import FakeMission
from fastapi import FastAPI

from truceline.commission.acts import ACTS
from truceline.commission.chamber import Chamber
from truceline.records.act import Act, RefusedAct
from truceline.records.units import DAY_US, HOUR_US
from truceline.reports.words import LANGUAGES, load_words
from truceline.web.app import COMMISSION_PAGES, STATIC, create_app

ORIGIN = "http://localhost:8470"
PUBLIC = ""
PEOPLE = (REVIEWER, ANALYST, CHAIR, AA, BB, GUARANTOR, "key/aa", "key/ee")
EVERYBODY = (PUBLIC, *PEOPLE)
LISTS = ("/api/cases", "/api/hotline", "/api/refused", "/api/deadlines", "/api/acts", "/api/who")


@dataclass
class Browser:
    """Asks as somebody, without a socket."""

    app: FastAPI
    cookies: dict[str, httpx.Cookies] = field(default_factory=dict)

    def ask(self, who: str, address: str, body: object = None) -> httpx.Response:
        if who and who not in self.cookies:
            login = self._send("POST", "/api/login/development", {"actor": who}, None)
            assert login.status_code == 200, login.text
            self.cookies[who] = login.cookies
        method = "GET" if body is None else "POST"
        return self._send(method, address, body, self.cookies.get(who))

    def json(self, who: str, address: str, body: object = None) -> dict[str, Any]:
        answer = self.ask(who, address, body)
        assert answer.status_code == 200, answer.text
        plain: dict[str, Any] = answer.json()
        return plain

    def _send(
        self, method: str, address: str, body: object, cookies: httpx.Cookies | None
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=cookies
            ) as http:
                content = body if isinstance(body, bytes) else json.dumps(body)
                return await http.request(
                    method, address, content=content, headers={"Origin": ORIGIN}
                )

        return asyncio.run(send())


@pytest.fixture(scope="module")
def fake() -> FakeCommission:
    return FakeCommission()


def browser_of(fake: FakeCommission) -> Browser:
    app = create_app(FakeMission(), fake.open(), accounts=accounts(ORIGIN), development=PEOPLE)
    return Browser(app)


@pytest.fixture(scope="module")
def browser(fake: FakeCommission) -> Browser:
    return browser_of(fake)


def shown_case(browser: Browser, fake: FakeCommission, who: str, name: str) -> dict[str, Any]:
    return browser.json(who, f"/api/case?id={fake.case(name)}")


# --------------------------------------------------------------------------- who sees which case
SEES = {
    PUBLIC: {"public"},
    REVIEWER: {"whole", "fresh", "told one", "sealed", "public", "claimed"},
    ANALYST: {"whole", "fresh", "told one", "sealed", "public", "claimed"},
    CHAIR: {"whole", "fresh", "told one", "sealed", "public", "claimed"},
    "key/aa": {"whole", "fresh", "told one", "sealed", "public", "claimed"},
    # Of another body: nothing that stands before this one.
    "key/ee": {"public"},
    AA: {"whole", "sealed", "public"},
    # Told of one case that AA was not told of, and the author of a claim.
    BB: {"whole", "told one", "sealed", "public", "claimed"},
    # A guarantor state sees what the parties see, and nothing that no party was told.
    GUARANTOR: {"whole", "told one", "sealed", "public"},
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_sees_his_cases_in_the_list_and_by_their_address_and_no_other(
    browser: Browser, fake: FakeCommission, who: str
) -> None:
    listed = {one["id"] for one in browser.json(who, "/api/cases")["cases"]}
    assert listed == {fake.case(name) for name in SEES[who]}
    for name, case in fake.cases.items():
        answer = browser.ask(who, f"/api/case?id={case}")
        # To the public a case of today is not there yet.
        refused = 404 if (who, name) == (PUBLIC, "claimed") else 403
        assert answer.status_code == (200 if name in SEES[who] else refused), name


def test_a_refusal_names_the_rule_and_what_it_asks_for(
    browser: Browser, fake: FakeCommission
) -> None:
    answer = browser.ask(AA, f"/api/case?id={fake.case('told one')}")
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "no policy allows; permit.see-party asks for concerns own state or all",
        "rule": "default",
        "nearest": "permit.see-party",
        "asks": ["concerns-own-state-or-all"],
    }


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        (PUBLIC, "/api/hotline", 403),
        (PUBLIC, "/api/refused", 403),
        (PUBLIC, "/api/deadlines", 403),
        (AA, "/api/hotline", 200),
        (BB, "/api/hotline", 200),
        (GUARANTOR, "/api/hotline", 200),
        (REVIEWER, "/api/refused", 200),
        (PUBLIC, "/api/mandate", 200),
        (PUBLIC, "/api/forms", 200),
        (PUBLIC, "/api/who", 200),
        (REVIEWER, "/api/case?id=0000000000", 404),
        (REVIEWER, "/api/case", 422),
        (REVIEWER, "/api/cases?page=-1", 422),
    ],
)
def test_what_is_common_is_open_to_who_has_a_part_in_it(
    browser: Browser, who: str, address: str, status: int
) -> None:
    assert browser.ask(who, address).status_code == status


def test_a_case_is_found_by_its_short_id(browser: Browser, fake: FakeCommission) -> None:
    case = fake.case("whole")
    assert browser.json(REVIEWER, f"/api/case?id={case[:10]}")["line"]["id"] == case


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_beginning_of_an_id_tells_nobody_of_what_he_may_not_see(
    browser: Browser, fake: FakeCommission, who: str
) -> None:
    """Whoever tries all beginnings, of an address or of an act, finds what he sees and no more."""
    for name, case in fake.cases.items():
        status = 200 if name in SEES[who] else 404
        assert browser.ask(who, f"/api/case?id={case[:10]}").status_code == status, name
    hidden = {case for name, case in fake.cases.items() if name not in SEES[who]}
    motion = {fake.motion} if "sealed" not in SEES[who] else set()
    for digit in "0123456789abcdef":
        said = browser.ask(who, "/api/check", {"name": "case.deliberate", "about": digit}).text
        assert [one for one in hidden | motion if one in said] == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_answer_may_be_kept_for_another(browser: Browser, who: str) -> None:
    for address in LISTS:
        answer = browser.ask(who, address)
        if answer.status_code == 200:
            assert answer.headers["cache-control"] == "private, no-cache", address
            assert "Cookie" in answer.headers["vary"]


def test_the_public_is_told_no_names_of_keys(browser: Browser, fake: FakeCommission) -> None:
    addresses = [*LISTS, f"/api/case?id={fake.case('public')}"]
    told = "".join(browser.ask(PUBLIC, address).text for address in addresses)
    assert "A closed road" in told
    assert "key/" not in told
    assert "key/" in browser.ask(AA, addresses[-1]).text


def test_the_public_is_told_neither_the_ground_nor_what_states_were_asked() -> None:
    """As in a case file: both are of the states' tier, in a case that is published too."""
    fake = FakeCommission()
    case = fake.case("public")
    asked = fake.world.do(
        "case.request", REVIEWER, case, what="access", to="AA", text="The depot at the lake."
    )
    fake.world.do("case.answer", AA, asked, answer="refused", text="Its gate is mined.")
    fake.world.wait(2 * DAY_US)
    browser = browser_of(fake)
    fine = ("cell-1", "The depot at the lake.", "Its gate is mined.")
    address = f"/api/case?id={case}"
    assert all(one in browser.ask(AA, address).text for one in fine)
    told = browser.ask(PUBLIC, address)
    assert [one for one in fine if one in told.text] == []
    assert told.json()["requests"][0]["answer"] == "refused"
    assert told.json()["not_shown"]["requests"]["rule"] == "default"
    assert told.json()["findings"][0]["facts"]["outcome"] == "breached"


def test_the_public_sees_a_case_as_it_was_a_day_ago() -> None:
    """Else what is done in it today would be out today, and only its first publication late."""
    fake = FakeCommission()
    case = fake.case("public")
    browser = browser_of(fake)
    address, said = f"/api/case?id={case}", "It was not a road of ours."
    before = browser.json(PUBLIC, address)
    act = fake.world.do("case.position", BB, case, party="BB", stance="disputes", text=said)
    fake.world.wait(DAY_US - HOUR_US)
    assert said in browser.ask(AA, address).text
    late = browser.json(PUBLIC, address)
    assert late["parties"] == before["parties"]
    assert late["now_us"] == fake.world.now_us - DAY_US
    assert act not in browser.ask(PUBLIC, "/api/acts").text
    fake.world.wait(HOUR_US)
    assert said in browser.ask(PUBLIC, address).text
    assert act in browser.ask(PUBLIC, "/api/acts").text


# ------------------------------------------------------------------------------ parts of a case
def test_sealed_votes_are_nobodys_to_see(browser: Browser, fake: FakeCommission) -> None:
    for who in (REVIEWER, ANALYST, CHAIR, "key/aa"):
        (motion,) = shown_case(browser, fake, who, "sealed")["motions"]
        assert motion["votes_refused"]["rule"] == "forbid.sealed-votes"
        assert {one["vote"] + one["reasons"] for one in motion["ballots"]} == {""}
        standings = {one["seat"]: one["standing"] for one in motion["ballots"]}
        assert standings["aa"] == "sealed"
        assert standings["bb"] == "not_in"


@pytest.mark.parametrize("who", [AA, BB, GUARANTOR])
def test_an_open_motion_is_for_the_commission_alone(
    browser: Browser, fake: FakeCommission, who: str
) -> None:
    (motion,) = shown_case(browser, fake, who, "sealed")["motions"]
    assert motion["refused"]["rule"] == "default"
    assert motion["id"] == fake.motion
    assert not motion.keys() & {"proposal", "ballots", "tally", "dissents", "by"}


@pytest.mark.parametrize("who", [AA, BB, REVIEWER])
def test_a_closed_motion_shows_each_vote_and_the_dissent(
    browser: Browser, fake: FakeCommission, who: str
) -> None:
    motion = shown_case(browser, fake, who, "whole")["motions"][0]
    votes = {one["seat"]: one["vote"] for one in motion["ballots"]}
    assert votes == {"chair": "yes", "aa": "no", "bb": "yes", "cc": "yes", "dd": ""}
    assert [one["text"] for one in motion["dissents"]] == ["The standard is not met."]


def test_a_withheld_exhibit_is_a_summary_to_who_may_not_see_it(
    browser: Browser, fake: FakeCommission
) -> None:
    answer = browser.ask(BB, f"/api/case?id={fake.case('whole')}")
    exhibit = answer.json()["exhibits"][1]
    assert exhibit["refused"]["rule"] == "forbid.withheld"
    assert exhibit["summary"] == "An instrument heard a blast at that minute."
    assert exhibit["weight"] == "corroborates_only"
    assert "c2" * 32 not in answer.text
    assert "A waveform" not in answer.text
    # AA is not the side from which it is withheld; its tier is another's, and it gets no summary.
    hidden = shown_case(browser, fake, AA, "whole")["exhibits"][1]
    assert hidden["refused"]["rule"] == "default"
    assert "summary" not in hidden
    whole = shown_case(browser, fake, GUARANTOR, "whole")["exhibits"][1]
    assert (whole["sha256"], whole["refused"]) == ("c2" * 32, None)


@pytest.mark.parametrize("who", [AA, BB, GUARANTOR, REVIEWER])
def test_who_brought_an_exhibit_is_told_to_who_may_see_it(
    browser: Browser, fake: FakeCommission, who: str
) -> None:
    view = shown_case(browser, fake, who, "whole")
    seen = {one["id"] for one in view["exhibits"] if one["refused"] is None}
    assert len(seen) == (1 if who in {AA, BB} else 2)
    live = browser.json(who, "/api/acts")["acts"]
    for acts in (view["acts"], [one for one in live if one["case"] == fake.case("whole")]):
        assert {one["id"] for one in acts if one["name"] == "case.evidence"} == seen


def test_hand_overs_stay_among_the_staff(browser: Browser, fake: FakeCommission) -> None:
    assert len(shown_case(browser, fake, ANALYST, "whole")["handovers"]) == 2
    party = browser.ask(AA, f"/api/case?id={fake.case('whole')}")
    assert party.json()["handovers"] == []
    assert party.json()["not_shown"]["handovers"]["rule"] == "default"
    assert "AA did not answer." not in party.text


def test_a_case_leads_only_to_cases_that_its_reader_may_see(
    browser: Browser, fake: FakeCommission
) -> None:
    """Nor is it told how many others share its place, or how often that recurs with them."""

    def alike(who: str, name: str) -> list[tuple[set[str], int]]:
        patterns = shown_case(browser, fake, who, name)["patterns"]
        return [(set(one["cases"]), one["most_in_window"]) for one in patterns]

    # Three lie in one cell, all five in the area of one unit.
    every = {"whole", "fresh", "told one", "sealed", "public"}
    for who, place in ((CHAIR, {"whole", "fresh", "told one"}), (BB, {"whole", "told one"})):
        area = every & SEES[who]
        assert alike(who, "whole") == [
            ({fake.case(name) for name in names}, len(names)) for names in (place, area)
        ]
    seen = {fake.case(name) for name in every & SEES[AA]}
    assert alike(AA, "whole") == [(seen, 3)]


def test_silence_is_shown_as_silence_and_the_correction_side_by_side(
    browser: Browser, fake: FakeCommission
) -> None:
    view = shown_case(browser, fake, REVIEWER, "whole")
    standings = {one["party"]: one["standing"] for one in view["parties"]}
    assert standings == {"AA": "silent", "BB": "replied"}
    (correction,) = view["corrections"]
    changed = {one["field"]: (one["old"], one["new"]) for one in correction["differences"]}
    assert changed["severity"] == ("S3_serious", "S2_moderate")
    assert view["warnings"] == ["r1"]
    assert view["remedies"][0]["stood_on"] == "corrected"


def test_a_finding_leads_to_its_incident(browser: Browser, fake: FakeCommission) -> None:
    (finding,) = shown_case(browser, fake, REVIEWER, "whole")["findings"]
    known = {one["short_id"] for one in FakeMission().incidents()["incidents"]}
    assert finding["incident"] in known


def test_a_state_sees_its_own_refused_acts_and_the_staff_all(
    browser: Browser, fake: FakeCommission
) -> None:
    names = {
        who: [one["name"] for one in browser.json(who, "/api/refused")["refused"]]
        for who in (REVIEWER, AA, BB)
    }
    assert names == {
        REVIEWER: ["case.position", "case.deliberate", "case.close"],
        AA: ["case.position"],
        BB: [],
    }
    mine = shown_case(browser, fake, AA, "whole")["refused"]
    assert [one["rule"] for one in mine] == ["not_yours"]
    assert shown_case(browser, fake, BB, "whole")["refused"] == []


def test_a_call_on_the_hotline_leads_to_no_case_that_its_reader_may_not_see() -> None:
    fake = FakeCommission()
    case = fake.case("told one")
    fake.world.do(
        "hotline.call", REVIEWER, from_state="", to="BB", text="Hold your fire.", case=case
    )
    browser = browser_of(fake)
    led = {who: browser.json(who, "/api/hotline")["calls"][0]["case"] for who in (AA, BB, CHAIR)}
    assert led == {AA: "", BB: case, CHAIR: case}


def test_what_somebody_did_before_he_took_a_seat_came_from_no_state() -> None:
    """However late the console is opened: what came from a state was so when it was signed."""
    fake = FakeCommission()
    fake.world.do(
        "seat.fill", "gov/aa", body="commission", seat="aa", holder=REVIEWER, alternates=[]
    )
    fake.world.wait(HOUR_US)
    browser = browser_of(fake)
    assert browser.ask(AA, f"/api/case?id={fake.case('fresh')}").status_code == 403
    assert shown_case(browser, fake, AA, "whole")["exhibits"][1]["refused"]["rule"] == "default"
    mine = [one["name"] for one in browser.json(AA, "/api/refused")["refused"]]
    assert mine == ["case.position"]


# ------------------------------------------------------------------------------------ the list
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("status=intake", {"fresh", "claimed"}),
        ("severity=S2_moderate", {"told one"}),
        ("party=BB", {"whole", "fresh", "told one", "sealed", "public"}),
        ("text=river", {"told one"}),
        ("assigned=key/reviewer", {"whole"}),
        ("due=passed&status=intake", {"fresh"}),
        ("status=closed", set()),
    ],
)
def test_the_list_is_filtered(
    browser: Browser, fake: FakeCommission, wanted: str, names: set[str]
) -> None:
    answer = browser.json(REVIEWER, f"/api/cases?{wanted}")
    assert {one["id"] for one in answer["cases"]} == {fake.case(name) for name in names}
    assert (answer["found"], answer["total"]) == (len(names), 6)


def test_the_public_cannot_ask_for_a_name_that_it_is_not_told(browser: Browser) -> None:
    every = browser.json(PUBLIC, "/api/cases")
    assert every["found"] == 1
    for name in (REVIEWER, "key/analyst", "nobody"):
        assert browser.json(PUBLIC, f"/api/cases?assigned={name}") == every


def test_what_passed_comes_first_then_what_is_due_next(browser: Browser) -> None:
    rows = browser.json(REVIEWER, "/api/cases")["cases"]
    ranks = [(one["passed"] == 0, one["next_due_us"] or 2**62) for one in rows]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 2


def test_a_page_beyond_the_last_is_empty(browser: Browser) -> None:
    answer = browser.json(REVIEWER, "/api/cases?page=7")
    assert (answer["cases"], answer["pages"]) == ([], 1)


# ---------------------------------------------------------------------------------------- live
def test_a_new_act_is_shown_without_opening_anything_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeCommission()
    browser = browser_of(fake)
    case = fake.case("told one")
    size = browser.json(BB, "/api/acts")["size"]
    assert browser.json(BB, f"/api/acts?after={size}")["acts"] == []
    taken: list[str] = []
    take = Chamber.take

    def watched(chamber: Chamber, act: Act) -> RefusedAct | None:
        if chamber is not fake.world.chamber:
            taken.append(act.name)
        return take(chamber, act)

    monkeypatch.setattr(Chamber, "take", watched)
    fake.world.wait(HOUR_US)
    fake.world.reply(case, "BB")
    (new,) = browser.json(BB, f"/api/acts?after={size}")["acts"]
    assert (new["name"], new["actor"], new["case"]) == ("case.position", BB, case)
    assert browser.json(BB, f"/api/case?id={case}")["parties"][1]["standing"] == "replied_late"
    assert taken == ["case.position"]
    # AA was not told of the case: it sees that the log grew, and not by what.
    assert browser.json(AA, f"/api/acts?after={size}")["acts"] == []
    fake.notify(case, "AA")
    fake.world.wait(HOUR_US)
    assert browser.ask(AA, f"/api/case?id={case}").status_code == 200


# -------------------------------------------------------------------------------- acts are tried
def position(fake: FakeCommission, **fields: str) -> dict[str, Any]:
    given = {"party": "BB", "stance": "disputes", "text": "It's not ours."} | fields
    texts = {name: [text] for name, text in given.items()}
    return {"name": "case.position", "about": fake.case("whole"), "fields": texts}


def test_an_act_that_no_rule_refuses_gives_its_command_and_is_not_kept(
    browser: Browser, fake: FakeCommission
) -> None:
    before = len(fake.world.acts)
    answer = browser.json(BB, "/api/check", position(fake))
    assert answer["refused"] is None
    about = fake.case("whole")
    assert answer["command"] == (
        f"truceline case position --about {about} --party BB --stance disputes "
        "--text 'It'\"'\"'s not ours.' --seed me.key --mission demo"
    )
    assert len(fake.world.acts) == before
    assert len(shown_case(browser, fake, BB, "whole")["parties"][1]["positions"]) == 1


@pytest.mark.parametrize(
    ("who", "fields", "by", "rule"),
    [
        (BB, {"stance": "perhaps"}, "form", "field"),
        (BB, {"colour": "red"}, "form", "field"),
        (REVIEWER, {}, "access", "default"),
        (BB, {"party": "AA"}, "fold", "not_yours"),
    ],
)
def test_an_act_is_refused_by_its_form_by_access_or_by_the_fold(
    browser: Browser, fake: FakeCommission, who: str, fields: dict[str, str], by: str, rule: str
) -> None:
    refused = browser.json(who, "/api/check", position(fake, **fields))["refused"]
    assert (refused["by"], refused["rule"]) == (by, rule)
    assert refused["why"]


def test_a_short_id_is_as_good_as_a_whole_one_to_who_may_see_it(
    browser: Browser, fake: FakeCommission
) -> None:
    body = {
        "name": "case.link",
        "about": fake.case("told one")[:10],
        "fields": {
            "other": [fake.case("fresh")[:10]],
            "by": ["place"],
            "why": ["One village."],
        },
    }
    assert browser.json(REVIEWER, "/api/check", body)["refused"] is None
    # BB was not told of that case, and does not learn that its id begins so.
    refused = browser.json(BB, "/api/check", body)["refused"]
    assert refused["rule"] == "field"
    assert "there is none in this log" in refused["why"]


def test_nobody_tries_acts_on_what_he_may_not_see(browser: Browser, fake: FakeCommission) -> None:
    hidden = position(fake) | {"about": fake.case("fresh")}
    assert browser.ask(BB, "/api/check", hidden).status_code == 403
    assert browser.ask(PUBLIC, "/api/check", hidden).status_code == 403
    assert browser.ask(BB, "/api/check", position(fake) | {"name": "case.x"}).status_code == 404
    assert browser.ask(BB, "/api/check", {"about": "x"}).status_code == 422
    assert browser.ask(BB, "/api/check", {"name": "x" * 70_000}).status_code == 413


def test_how_somebody_votes_is_never_asked(browser: Browser, fake: FakeCommission) -> None:
    forms = {one["name"]: one for one in browser.json(PUBLIC, "/api/forms")["forms"]}
    assert list(forms) == list(ACTS)
    for name in ("vote.seal", "vote.open"):
        assert {one["name"] for one in forms[name]["fields"]} == {"seat"}
    seal = {"name": "vote.seal", "about": fake.motion, "fields": {}}
    answer = browser.json(CHAIR, "/api/check", seal)
    assert answer["refused"] is None
    assert f"vote seal --about {fake.motion} --vote yes|no|abstain --seed" in answer["command"]
    again = browser.json("key/aa", "/api/check", seal)["refused"]
    assert (again["by"], again["rule"]) == ("fold", "voted_already")


def test_a_proposal_is_written_as_toml(browser: Browser, fake: FakeCommission) -> None:
    body = {
        "name": "motion.put",
        "about": fake.case("told one"),
        "fields": {"question": ["closing"], "proposal": ['reasons = "Nothing is left."']},
    }
    answer = browser.json(CHAIR, "/api/check", body)
    assert answer["refused"] is None, answer
    assert "--question closing --proposal proposal.toml" in answer["command"]
    broken = body | {"fields": {"question": ["closing"], "proposal": ["reasons = "]}}
    refused = browser.json(CHAIR, "/api/check", broken)["refused"]
    assert refused["by"] == "form"
    assert "proposal is not TOML" in refused["why"]
    deep = body | {"fields": {"question": ["closing"], "proposal": ["a." * 10_000 + "b = 1"]}}
    refused = browser.json(CHAIR, "/api/check", deep)["refused"]
    assert refused["by"] == "form"
    assert "nested too deeply" in refused["why"]
    assert browser.ask(CHAIR, "/api/check", b"[" * 60_000).status_code == 422


# ------------------------------------------------------------------------------------ the pages
def test_without_a_commission_the_console_is_as_it_was() -> None:
    browser = Browser(create_app(FakeMission()))
    for page in COMMISSION_PAGES:
        assert browser.ask(PUBLIC, f"/{page}").status_code == 404
    assert browser.ask(PUBLIC, "/api/cases").status_code == 404
    assert browser.json(PUBLIC, "/api/mission") == FakeMission().summary()


def test_with_one_the_console_leads_to_the_cases(browser: Browser) -> None:
    assert browser.json(PUBLIC, "/api/mission")["commission"] is True


@pytest.mark.parametrize("page", COMMISSION_PAGES)
def test_a_page_holds_no_data_and_forbids_foreign_hosts(browser: Browser, page: str) -> None:
    answer = browser.ask(PUBLIC, f"/{page}")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search("(https?:)?//[a-z]+[.]", answer.text)
    assert "<script>" not in answer.text


def test_where_nobody_can_log_in_all_are_the_public(fake: FakeCommission) -> None:
    browser = Browser(create_app(FakeMission(), fake.open()))
    answer = browser.json(PUBLIC, "/api/cases")
    assert [one["id"] for one in answer["cases"]] == [fake.case("public")]
    assert browser.json(PUBLIC, "/api/who")["login"] is False


SCRIPTS = ("asking", "sheet", "login", "cases", "case", "motions", "hotline", "act")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_page_says_is_there(language: str) -> None:
    words = load_words(language)
    source = "".join((STATIC / f"{name}.js").read_text() for name in SCRIPTS)
    said = set(re.findall(r'\bt\("([a-z_]+)"', source))
    assert len(said) > 60
    assert [key for key in sorted(said) if f"cases.{key}" not in words] == []
    tables = set(re.findall(r'\bword\("([a-z_]+)"', source))
    known = {key.split(".")[1] for key in words if key.startswith("case_file.")}
    assert len(tables) > 15
    assert tables - known == set()
    called = set(re.findall(r'\bf\("([a-z_.]+)"', source))
    assert [key for key in sorted(called) if f"case_file.{key}" not in words] == []
    acts = {f"cases.act_name.{name.replace('.', '_')}" for name in ACTS}
    assert sorted(acts - set(words)) == []


def test_a_case_tells_whose_mirror_is_known_and_that_of_others_nobody_knows(
    browser: Browser, fake: FakeCommission
) -> None:
    shown = {one["state"]: one for one in shown_case(browser, fake, REVIEWER, "whole")["hats"]}
    assert (shown["CC"]["keeps_mirror"], shown["AA"]["keeps_mirror"]) == (True, None)


@pytest.mark.parametrize("in_place", [(), ("f:new",)])
def test_a_case_tells_that_late_data_revised_what_it_stands_on(
    in_place: tuple[str, ...],
) -> None:
    fake = FakeCommission()
    browser = browser_of(fake)
    (finding,) = shown_case(browser, fake, REVIEWER, "fresh")["findings"]
    assert finding["facts"]["superseded_by"] is None
    known = fake.findings[finding["id"]]
    fake.findings[finding["id"]] = replace(known, superseded_by=in_place)
    shown = shown_case(browser, fake, REVIEWER, "fresh")
    assert shown["findings"][0]["facts"]["superseded_by"] == [*in_place]
    assert shown["revised"] == [
        {"finding": finding["id"], "in_place": [*in_place], "determinations": []}
    ]
    told = browser.ask(REVIEWER, "/api/deadlines").json()["notices"]
    assert [one["subject"] for one in told if one["kind"] == "finding_revised"] == [finding["id"]]
