"""The page that checks a bundle, opened from disk in a real Chromium, agrees with the others."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from bundle_quorums import (
    Quorum,
    bundle_of_policy,
    made,
    policies,
    sound_policies,
    sound_quorums,
    spoiled_quorums,
    told_by_library,
)
from bundle_worlds import FIRST, SIGNED_BY, bundle_of
from bundle_writers import (
    TABLE,
    World,
    canonical,
    mutations,
    signed_by_nobody_sound,
    sound_signer,
    spoiled_bundles,
    valid_bundles,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

import truceline.evidence.verifiers

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
from browser_kit import NEEDS_CHROMIUM, chromium

PAGE = Path(truceline.evidence.verifiers.__file__).parent / "verify_bundle.html"
# The same seed and number as for the Go program: all three verifiers see the same bundles.
MUTATED = 300
SEED = 20_260_106
AT_ONCE = 50
VERIFY = """async ([bundles, pinned, given]) => {
    const answers = [];
    const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const policy = given === null ? null : await truceline.readPolicy(bytesOf(given));
    for (const bundle of bundles) {
        const { ok, rule, why, seen } = await truceline.verify(bytesOf(bundle), pinned, policy);
        answers.push(ok ? `0 ${truceline.standingLine(seen.standing)}` : `1 ${rule} ${why}`);
    }
    return answers;
}"""
WIDER_THAN_THE_SCREEN = (
    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
)

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The page from disk; it may tell of no error and ask for nothing but itself."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(f"page: {error}"))
    opened.on("console", lambda said: wrong.append(f"console: {said.text}"))
    opened.on(
        "request",
        lambda asked: None if asked.url == PAGE.as_uri() else wrong.append(f"to {asked.url}"),
    )
    opened.goto(PAGE.as_uri())
    yield opened
    context.close()
    assert wrong == []


def verdicts(
    page: Page, bundles: Mapping[str, bytes], pinned: str = "", policy: bytes | None = None
) -> dict[str, str]:
    """Give "0 " and how far mirrors stand behind it, or "1 rule why", for each bundle."""
    given_ = None if policy is None else base64.b64encode(policy).decode()
    encoded = [base64.b64encode(bundle).decode() for bundle in bundles.values()]
    answers: list[str] = []
    for first in range(0, len(encoded), AT_ONCE):
        answers += page.evaluate(VERIFY, [encoded[first : first + AT_ONCE], pinned, given_])
    return dict(zip(bundles, answers, strict=True))


def choose(page: Page, bundle: bytes, name: str = "sound.bundle") -> None:
    page.set_input_files(
        "#choose", {"name": name, "mimeType": "application/json", "buffer": bundle}
    )


def test_accepts_what_is_right(page: Page) -> None:
    bundles = valid_bundles()
    alone = "0 level R, no policy: nothing is known beyond the log's own signature"
    assert verdicts(page, bundles) == dict.fromkeys(bundles, alone)


def quorum_verdicts(page: Page, quorums: Mapping[str, Quorum]) -> dict[str, str]:
    """Give the answers on bundles of which each may have a policy of its reader's."""
    found: dict[str, str] = {}
    for given_ in {one.given for one in quorums.values()}:
        bundles = {name: one.bundle for name, one in quorums.items() if one.given == given_}
        found.update(verdicts(page, bundles, policy=given_))
    return found


def test_tells_the_level_as_the_library_does(page: Page) -> None:
    quorums = {
        **sound_quorums(),
        **{name: Quorum(made(text), "R") for name, text in sound_policies().items()},
    }
    expected = {name: f"0 {told_by_library(one)}" for name, one in quorums.items()}
    assert quorum_verdicts(page, quorums) == expected


def test_refuses_what_breaks_a_rule_of_mirrors_and_policy(page: Page) -> None:
    quorums = spoiled_quorums()
    answers = quorum_verdicts(page, quorums)
    assert {name: answer[:4] for name, answer in answers.items()} == {
        name: f"1 {one.level} " for name, one in quorums.items()
    }


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(policies(), min_size=20, max_size=40))
def test_agrees_with_the_library_on_any_policy(
    page: Page, made_up: list[tuple[str, list[int]]]
) -> None:
    quorums = {
        str(at): Quorum(bundle_of_policy(text, signed), "")
        for at, (text, signed) in enumerate(made_up)
    }
    assert {
        name: answer[2:] if answer.startswith("0 ") else "refused"
        for name, answer in quorum_verdicts(page, quorums).items()
    } == {name: told_by_library(one) for name, one in quorums.items()}


def test_takes_a_policy_had_from_elsewhere(page: Page) -> None:
    one = sound_quorums()["given, stricter"]
    standing = page.locator("#standing")
    choose(page, one.bundle)
    expect(standing).to_contain_text("Level D: no second history")
    expect(standing).to_contain_text("which whoever made the bundle chose")
    for content, word in ((one.given or b"", "Consistent"), (b"quorum nobody\n", "Could not be")):
        page.set_input_files("#policy", {"name": "p", "mimeType": "text/plain", "buffer": content})
        expect(page.locator("#word")).to_contain_text(word)
        if word == "Consistent":
            expect(standing).to_contain_text("Level C: at least one honest mirror")
            expect(standing).to_contain_text("By the policy that you gave.")
            expect(standing).to_contain_text("3 of 4")
    expect(page.locator("#verdict")).to_contain_text("line 1: nobody is not defined")
    expect(page.locator("#details")).to_be_empty()


def test_accepts_what_the_house_writes(page: Page, tmp_path: Path) -> None:
    page.fill("#key", SIGNED_BY)
    choose(page, bundle_of(tmp_path / "mission"))
    expect(page.locator("#word")).to_have_text("Verified")
    expect(page.locator("#details code").first).to_have_text(FIRST)


def test_refuses_whatever_breaks_a_rule(page: Page) -> None:
    answers = verdicts(page, spoiled_bundles())
    assert [name for name, answer in answers.items() if not answer.startswith("1 ")] == []


def test_refuses_keys_and_signatures_that_nobody_sound_would_have(page: Page) -> None:
    """ "Only a point of prime order" and "R is not of small order", at the rule that says so."""
    cases = signed_by_nobody_sound()
    answers = verdicts(page, {name: bundle for name, (_, bundle) in cases.items()})
    wrong = {
        name: answer
        for name, answer in answers.items()
        if not answer.startswith(f"1 {cases[name][0]} ")
    }
    assert wrong == {}


def test_refuses_every_changed_byte(page: Page) -> None:
    answers = verdicts(page, dict(mutations(canonical(World().bundle()), MUTATED, SEED)))
    assert len(answers) >= 200
    assert [name for name, answer in answers.items() if not answer.startswith("1 ")] == []


def test_pins_the_signer(page: Page) -> None:
    ours, other = sound_signer().text, sound_signer(b"s" * 32).text
    whole = canonical(World().bundle())
    verdict = page.locator("#verdict")

    choose(page, whole)
    expect(verdict.locator("#word")).to_have_text("Consistent, signer not pinned")
    page.fill("#key", ours)
    page.locator("#key").blur()
    expect(verdict.locator("#word")).to_have_text("Verified")
    page.fill("#key", other)
    page.locator("#key").blur()
    expect(verdict.locator("#word")).to_have_text("Not verified")
    expect(verdict).to_contain_text("2. the key")
    page.fill("#key", ours[:-4])
    page.locator("#key").blur()
    expect(verdict.locator("#word")).to_have_text("Could not be checked")
    expect(page.locator("#details")).to_be_empty()


def test_tells_in_plain_words_what_was_found_right(page: Page) -> None:
    hostile = TABLE.replace("Бахмут".encode(), b"<img src=x onerror=alert(1)>")
    documents = {**World().documents, "firms/day.csv": hostile}
    choose(page, canonical(World(documents=documents).bundle()))
    details = page.locator("#details")
    expect(details).to_contain_text("90.6587 %")
    expect(details).to_contain_text("2026-04-11 13:00:00 UTC and 2026-04-11 14:00:00 UTC")
    expect(details.locator("blockquote").first).to_have_text(
        "All fire shall cease. Вогонь припиняється."
    )
    expect(details.locator("h3").first).to_have_text("breached (what the bundle is about)")
    expect(details.locator("pre").nth(1)).to_have_text('{"b":"сирена \U0001f6a8 <b>&amp;"}')
    expect(details.locator("pre").nth(2)).to_contain_text("<img src=x onerror=alert(1)>")
    assert details.locator("img").count() == 0


def test_names_the_first_thing_that_is_wrong(page: Page) -> None:
    whole = canonical(World().bundle())
    choose(page, whole.replace(b"\\n700\\n", b"\\n701\\n"), "changed.bundle")
    verdict = page.locator("#verdict")
    expect(verdict.locator("#word")).to_have_text("Not verified")
    expect(verdict).to_contain_text("changed.bundle")
    expect(verdict).to_contain_text("3. the checkpoint")


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("uk", "Узгоджено, підписувача не закріплено"),
        ("ru", "Согласовано, подписавший не закреплён"),
    ],
)
def test_speaks_the_languages_of_both_sides(page: Page, language: str, word: str) -> None:
    choose(page, canonical(World().bundle()))
    page.select_option("#language", language)
    expect(page.locator("#word")).to_have_text(word)
    assert page.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 2560])
def test_fits_the_screen(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    choose(page, canonical(World().bundle()))
    expect(page.locator("#details pre")).to_have_count(3)
    assert not page.evaluate(WIDER_THAN_THE_SCREEN)


def test_works_by_keyboard_and_takes_a_file_that_is_dropped(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "language"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "choose"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "key"
    encoded = base64.b64encode(canonical(World().bundle())).decode()
    page.evaluate(
        """(encoded) => {
            const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], "dropped.bundle"));
            document.body.dispatchEvent(
                new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }),
            );
        }""",
        encoded,
    )
    expect(page.locator("#word")).to_have_text("Consistent, signer not pinned")
    expect(page.locator("#file")).to_have_text("dropped.bundle")
