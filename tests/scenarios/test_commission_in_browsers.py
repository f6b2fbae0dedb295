"""From a breach to the gap board and back, each who plays it in a browser of his own.

The story and its folders are those of docs/tutorials/commission.md. What somebody here does on a
page is done there: the page composes the act, asks the rules, and shows the command, which has to
be the one that the tutorial types; then it is typed with his key, which no page ever sees. All else
is typed as the tutorial has it.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from page_shell import HEREDOC, LOOP, VARIABLE, Clock, PageShell, blocks
from playwright.sync_api import Browser, Locator, Page, expect

from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_view import OpenBoard
from truceline.pipeline.console import accounts_of, commission_of
from truceline.pipeline.telling import open_told
from truceline.web.app import create_app
from truceline.web.board import create_board_app

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
from browser_kit import NEEDS_CHROMIUM, PHONE, Reader, chromium, served

TUTORIAL = Path(__file__).parents[2] / "docs/tutorials/commission.md"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
# Whoever reads a page takes longer than the second within which a console does not look again.
A_LOOK_S = 2
# Of an id a page shows so many digits.
SHOWN = 10
NAMES = ("rita", "nina", "chair", "asteria")
COMMAND = re.compile(
    r"(?:(?P<variable>[A-Z]+)=\$\()?truceline (?P<words>.+?)"
    r"(?: \| head -1 \| cut -f2\))?(?: # refused)?"
)
# What stands in a command for what only the voter knows.
OWN_VOTE = "yes|no|abstain"

pytestmark = NEEDS_CHROMIUM


# ------------------------------------------------------------------------------- the tutorial
@dataclass(frozen=True)
class Command:
    """One act as the tutorial types it, with its variables filled in.

    Attributes:
        variable: Where its id is kept; "" for nowhere.
        name: For example "case.open".
        options: The texts of each option, without dashes.
    """

    variable: str
    name: str
    options: dict[str, list[str]]

    @classmethod
    def read(cls, statement: str, variables: dict[str, str]) -> Command:
        found = COMMAND.fullmatch(statement)
        assert found, f"no act: {statement}"
        group, verb, *words = (
            VARIABLE.sub(lambda name: variables[name[1] or name[2]], word)
            for word in shlex.split(found["words"])
        )
        options: dict[str, list[str]] = {}
        for option, text in zip(words[::2], words[1::2], strict=True):
            options.setdefault(option.removeprefix("--").replace("-", "_"), []).append(text)
        name = f"{group}.{verb.replace('-', '_')}"
        return cls(found["variable"] or "", name, options)

    def words(self) -> list[str]:
        """Give its words as a page has them, in the alphabet's order: options may stand in any."""
        group, verb = self.name.replace("_", "-").split(".")
        words = ["truceline", group, verb, "--mission", "mission"]
        for option, texts in self.options.items():
            for text in texts:
                value = f"{option}.toml" if is_file(text) else text
                words += [f"--{option.replace('_', '-')}", value]
        return sorted(words)


class Story:
    """The statements of the tutorial in their order, each typed or done on a page."""

    def __init__(self, shell: PageShell) -> None:
        self.shell = shell
        text = TUTORIAL.read_text(encoding="utf-8")
        self._left = deque(one for block, _, _ in blocks(text) for one in statements(block))

    def play(self, until: str = "") -> None:
        """Type what comes before the next statement with such words; without any, all the rest."""
        assert any(until in one for one in self._left), f"the tutorial has no {until!r} any more"
        while self._left and not (until and until in self._left[0]):
            self.shell.run(self._left.popleft())

    def type(self, line: str) -> None:
        """Type a line of one's own."""
        self.shell.run(line)
        self.shell.clock.sleep(A_LOOK_S)

    def act(self) -> Command:
        """Take the next statement, which is not typed."""
        return Command.read(self._left.popleft(), self.shell.variables)

    def act_of(self, name: str) -> Command:
        """Take what somebody does in the next loop over names; the others' stays in it."""
        loop = self._left.popleft()
        first, *inner, _ = loop.splitlines()
        assert len(inner) == 1, loop
        assert name in first.split(), loop
        self._left.appendleft(loop.replace(f" {name}", "", 1))
        return Command.read(inner[0].strip(), self.shell.variables | {"NAME": name})

    def __getitem__(self, variable: str) -> str:
        return self.shell.variables[variable]


def statements(block: str) -> Iterator[str]:
    """Part a block into lines; what is written to a file and what is looped over stay whole."""
    lines = iter(block.splitlines())
    for line in lines:
        end = "END" if HEREDOC.fullmatch(line) else "done" if LOOP.fullmatch(line) else ""
        whole = [line]
        while end and whole[-1].strip() != end:
            whole.append(next(lines))
        if line.strip():
            yield "\n".join(whole)


# ------------------------------------------------------------------------------- the players
class Player(Reader):
    """Somebody with a browser, and with a key that is not in it."""

    def __init__(self, browser: Browser, name: str, story: Story, origin: str) -> None:
        super().__init__(browser, origin)
        self.name, self.story = name, story
        self.console, self.guarantors = origin, ""
        self.mission("/cases")
        if name:
            self.log_in(name)

    def comes_to_the_board(self, origin: str) -> None:
        self.guarantors = origin
        self.deal_with(origin)
        self.board("/")
        if self.name:
            self.log_in(self.name)

    def mission(self, address: str) -> Page:
        """Open a page of the mission's console."""
        return self._open(self.console + address)

    def board(self, address: str) -> Page:
        """Open a page of the guarantors' board."""
        return self._open(self.guarantors + address)

    def case(self) -> Page:
        return self.mission(f"/case?id={self.story['CASE']}")

    def _open(self, address: str) -> Page:
        self.story.shell.clock.sleep(A_LOOK_S)
        self.page.goto(address)
        self.page.wait_for_selector("main h1")
        return self.page

    def asks(self, command: Command) -> Locator:
        """Compose an act on its page and ask the rules; gives their verdict."""
        if "about" in command.options:
            (about,) = command.options["about"]
            self.case().locator(f"a[href*='about={about[:SHOWN]}']").click()
        else:
            self.mission("/act")
        page = self.page
        page.get_by_label("Which act").select_option(command.name)
        expect(page.locator(".lead")).to_contain_text("This page signs nothing.")
        for name in command.options.keys() - {"about", "seed"} - OF_THE_VOTER:
            fill(page.locator(f"#field-{name}"), command.options[name])
        page.get_by_role("button", name="Ask the rules").click()
        return page.locator("#verdict > :first-child")

    def does(self, command: Command) -> None:
        """Do an act of the tutorial on its page, and type the command that the page shows."""
        expect(self.asks(command)).to_have_class("allowed")
        for name, (text, *_) in command.options.items():
            if is_file(text):
                expect(self.page.locator("#form")).to_contain_text(f"Save it as {name}.toml")
                Path(f"{name}.toml").write_bytes(Path(text).read_bytes())
        typed = self.page.locator("#command-text").inner_text()
        typed = typed.replace("me.key", f"keys/{self.name}.key")
        if "vote" in command.options:
            assert self.page.locator("#field-vote").count() == 0
            own = [command.options[name][0] for name in ("vote", "reasons")]
            typed = typed.replace("yes|no|abstain", shlex.join([own[0], "--reasons", own[1]]))
        assert sorted(shlex.split(typed)) == command.words()
        kept = f"{command.variable}=$({typed} | head -1 | cut -f2)" if command.variable else typed
        self.story.type(kept)

    def is_refused(self, command: Command, rule: str) -> Locator:
        """Try an act on its page; gives what the page says, which names the rule."""
        verdict = self.asks(command)
        expect(verdict).to_have_class("refusal")
        expect(verdict.locator("code")).to_have_text(rule)
        return verdict


OF_THE_VOTER = {"vote", "reasons"}


def is_file(text: str) -> bool:
    return text.endswith(".toml")


def fill(control: Locator, texts: list[str]) -> None:
    """Give a field its text: a choice, the lines of a list, or what stands in a file."""
    if control.evaluate("one => one.tagName") == "SELECT":
        control.select_option(texts[0])
    elif is_file(texts[0]):
        control.fill(Path(texts[0]).read_text(encoding="utf-8"))
    else:
        control.fill("\n".join(texts))


def not_shown(page: Page, why: str) -> None:
    """See a page that refuses itself, and says by which rule."""
    expect(page.locator("main")).to_contain_text(why)
    expect(page.locator(".refusal")).to_be_visible()


class Exercise:
    """The story, and who plays it: a reviewer, a party, the chair, a guarantor; and the public."""

    def __init__(self, story: Story, browser: Browser, origin: str) -> None:
        self.story = story
        players = tuple(Player(browser, name, story, origin) for name in (*NAMES, ""))
        self.rita, self.nina, self.chair, self.asteria, self.public = players
        self.members, self.all = players[:-1], players


# ------------------------------------------------------------------------------- the exercise
def test_from_a_breach_to_the_gap_board_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(PageShell(tmp_path, Clock(START), monkeypatch))
    story.play("case open")
    with chromium() as browser, console(tmp_path / "exercise/mission") as origin:
        exercise = Exercise(story, browser, origin)
        nobody_has_said_anything(exercise)
        a_reviewer_opens_a_case(exercise)
        one_party_answers_and_one_is_silent(exercise)
        votes_are_sealed(exercise)
        votes_are_opened(exercise)
        the_chair_records_what_was_voted(exercise)
        a_remedy_is_not_kept(exercise)
        story.play("cat > declaration.toml")
        with board(tmp_path / "exercise/board") as guarantors:
            for player in exercise.all:
                player.comes_to_the_board(guarantors)
            a_trigger_is_met_and_nothing_follows(exercise)
            a_breach_is_declared(exercise)
            one_state_does_not_come(exercise)
            what_is_missing_is_asked(exercise)
            nothing_is_active_before_a_state_has_signed_it(exercise)
            the_gap_is_smaller(exercise)
            the_determination_is_corrected(exercise)
            what_stood_on_it_unwinds(exercise)
            story.play()
            for player in exercise.all:
                player.leave()


@contextmanager
def console(mission: Path) -> Iterator[str]:
    view = open_told(mission)
    with served(
        lambda origin: create_app(
            view,
            commission_of(mission),
            accounts=accounts_of(mission, origin),
            development=NAMES,
        )
    ) as origin:
        yield origin
    view.close()


@contextmanager
def board(folder: Path) -> Iterator[str]:
    pages = OpenBoard(GuarantorsBoard(folder))
    # Another name: no browser sends the session of the mission's console to the board.
    with served(
        lambda origin: create_board_app(
            pages, accounts=accounts_of(folder, origin), development=NAMES
        ),
        "127.0.0.1",
    ) as origin:
        yield origin


def nobody_has_said_anything(exercise: Exercise) -> None:
    for player in exercise.members:
        expect(player.mission("/cases").locator("#found")).to_have_text("No case was opened.")
    not_shown(exercise.public.mission("/cases"), "Not for you")


def a_reviewer_opens_a_case(exercise: Exercise) -> None:
    story, rita, nina = exercise.story, exercise.rita, exercise.nina
    opening = story.act()
    asteria = exercise.asteria.is_refused(opening, "default")
    expect(asteria).to_contain_text("A reviewer works on cases")
    rita.does(opening)
    rita.mission("/cases").get_by_role("link", name="Shells in the village").click()
    expect(rita.page.locator("h1")).to_have_text("Shells in the village")
    expect(rita.page.locator("#findings")).to_contain_text("undecided · 90.9")
    # Before a party is told, it is nobody's but the commission's and its staff's.
    for outside in (nina, exercise.asteria):
        not_shown(outside.case(), "Not for you")
    rita.does(story.act())
    rita.does(story.act())
    expect(nina.case().locator("#parties")).to_contain_text("may still reply")


def one_party_answers_and_one_is_silent(exercise: Exercise) -> None:
    story, nina, chair = exercise.story, exercise.nina, exercise.chair
    position = story.act()
    open_page = chair.case()
    expect(exercise.asteria.is_refused(position, "default")).to_contain_text("A party that")
    nina.does(position)
    # Nobody opened the chair's page again: it follows the log.
    expect(side(open_page, "NTH")).to_contain_text("We heard them from")
    expect(side(open_page, "STH")).to_contain_text("No position yet.")
    story.play("case recuse")
    for player in exercise.members:
        page = player.case()
        expect(side(page, "NTH")).to_contain_text("replied")
        expect(side(page, "STH")).to_contain_text("Silence. The time to reply has passed")


def side(page: Page, party: str) -> Locator:
    return page.locator(".party").filter(has=page.locator(f"#party-{party}"))


def votes_are_sealed(exercise: Exercise) -> None:
    story, rita, chair = exercise.story, exercise.rita, exercise.chair
    story.play("for NAME in chair nora wanda")
    seal = story.act_of("chair")
    expect(rita.is_refused(seal, "default")).to_contain_text("Who sits in the body votes")
    chair.does(seal)
    story.play('vote seal --about "$MOTION" --vote no')
    for inside in (rita, chair):
        page = inside.case()
        expect(page.locator("#motions")).to_contain_text("Nobody sees them before they are opened.")
        expect(page.locator("#motions")).not_to_contain_text("It fits.")
        expect(ballot(page, "chair")).to_contain_text("sealed: nobody knows it yet")
        expect(ballot(page, "east")).to_contain_text("no vote given")
        expect(ballot(page, "south")).to_contain_text("recused")
        expect(page.locator("#seats")).to_contain_text("Recusal: south")
    for outside in (exercise.nina, exercise.asteria):
        page = outside.case()
        expect(page.locator("#motions")).to_contain_text("You may not see this motion yet.")
        expect(page.locator("#motions").locator("table")).to_have_count(0)


def ballot(page: Page, seat: str) -> Locator:
    """The row of a seat in the last vote."""
    return page.locator("#motions table").last.locator("tr").filter(has_text=seat)


def votes_are_opened(exercise: Exercise) -> None:
    story, rita, chair = exercise.story, exercise.rita, exercise.chair
    story.play("vote open")
    chair.does(story.act_of("chair"))
    expect(ballot(rita.case(), "chair")).to_contain_text("It fits.")
    expect(ballot(rita.page, "east")).to_contain_text("sealed: nobody knows it yet")
    story.play("motion close")
    other = chair.is_refused(story.act(), "other_result")
    expect(other).to_contain_text("carried counted: 3 for, 1 against, of 4")
    chair.does(story.act())
    story.play("determination record")
    for player in exercise.members:
        page = player.case()
        expect(ballot(page, "east")).to_contain_text("One report is too little.")
        expect(page.locator("#motions")).to_contain_text("Dissent: east")
        expect(page.locator("#motions")).to_contain_text("yes 3 · no 1")
        # A vote is no determination yet.
        expect(page.locator("#determinations")).to_contain_text("The body has determined nothing.")


def the_chair_records_what_was_voted(exercise: Exercise) -> None:
    story = exercise.story
    recorded = story.act()
    expect(exercise.rita.is_refused(recorded, "default")).to_contain_text("The chair of the body")
    exercise.chair.does(recorded)
    for player in exercise.members:
        page = player.case()
        expect(page.locator(".standing")).to_have_text("determined · S3, serious")
        expect(page.locator("#determinations tbody")).to_contain_text("responsible")
    # To the public there is no case of today.
    page = exercise.public.case()
    expect(page.locator("#trouble")).to_contain_text("there is no case")
    expect(page.locator("main")).not_to_contain_text("Shells")
    assert "404 (Not Found)" in exercise.public.wrong.pop()


def a_remedy_is_not_kept(exercise: Exercise) -> None:
    story, rita, chair = exercise.story, exercise.rita, exercise.chair
    story.play("remedy set")
    chair.does(story.act())
    expect(exercise.nina.case().locator("#remedies")).to_contain_text("joint inspection · STH")
    story.play("remedy follow-up")
    rita.is_refused(story.act(), "monitoring")
    story.play("case evidence")
    rita.does(story.act())
    rita.does(story.act())
    for player in exercise.members:
        page = player.case()
        expect(page.locator("#remedies")).to_contain_text("STH · not kept")
        expect(page.locator("#remedies")).to_contain_text("Sent away at the barrier.")
        expect(page.locator("#remedies")).to_contain_text("Exhibits: Report of the patrol")


# ------------------------------------------------------------------------------- the board
def a_trigger_is_met_and_nothing_follows(exercise: Exercise) -> None:
    asteria = exercise.asteria
    page = asteria.board("/board")
    for trigger in ("isolated breach · STH", "remedy not kept · STH"):
        card = assessed(page, trigger)
        expect(card).to_contain_text("no decision: it starts nothing and binds nobody")
        expect(card.locator("dd:has(.tag)")).to_have_text(["undecided", "met"])
    expect(page.locator("#declarations")).to_contain_text("No body has declared a breach.")
    expect(page.locator("#clocks")).to_contain_text("No clock runs")
    expect(page.locator("#activations")).to_contain_text("No state has recorded an activation.")
    expect(standing(page, "AST")).to_contain_text("in force, not called on")
    expect(asteria.board("/gap").locator("main")).to_contain_text("No declaration stands")
    for outside in (exercise.nina, exercise.chair):
        not_shown(outside.board("/gap"), "guarantors' own")
    for address in ("/", "/board", "/gap", "/refused"):
        not_shown(exercise.public.board(address), "You may not see this page.")
    register = exercise.public.board("/register").locator("main")
    expect(register).to_contain_text("You see what is public")
    expect(register).not_to_contain_text("ast-battalion")


def assessed(page: Page, trigger: str) -> Locator:
    return page.locator("#assessments .card").filter(has_text=trigger)


def standing(page: Page, state: str) -> Locator:
    """The row of a state among the guarantees."""
    return page.locator("#guarantees tbody tr").filter(has_text=f"({state})")


def a_breach_is_declared(exercise: Exercise) -> None:
    story = exercise.story
    story.play("for NAME in chair nora wanda emil")
    # The chair alone was refused, and nothing of it is on the board.
    page = exercise.asteria.board("/board")
    expect(page.locator("#declarations")).to_contain_text("No body has declared a breach.")
    story.play("MEETS=")
    for player in exercise.members:
        page = player.board("/board")
        expect(page.locator("#declarations .card")).to_have_count(1)
        expect(clock(page)).to_contain_text("running")
    nina = exercise.nina.board("/board")
    for part in ("assessments", "consultations", "guarantees"):
        expect(nina.locator(f"#{part}")).to_contain_text("The rule that refused")
    expect(nina.locator("main")).not_to_contain_text("(AST)")
    not_shown(exercise.public.board("/board"), "You may not see this page.")


def clock(page: Page) -> Locator:
    return page.locator("#clocks .card").filter(has_text="Consultation of guarantors")


def one_state_does_not_come(exercise: Exercise) -> None:
    story = exercise.story
    story.play("consult open")
    expect(exercise.asteria.board("/board").locator("#consultations .card")).to_contain_text(
        "called"
    )
    story.play("guarantee gap")
    for player in (exercise.asteria, exercise.rita, exercise.chair):
        page = player.board("/board")
        called = page.locator("#consultations .card")
        expect(called).to_contain_text("Two spoke; Calidon did not come.")
        came = called.locator("tbody tr")
        expect(came.filter(has_text="(AST)")).to_contain_text("came")
        expect(came.filter(has_text="(CAL)")).to_contain_text("no receipt")
        expect(came.filter(has_text="(CAL)")).to_contain_text("did not come")
    nina = exercise.nina.board("/board").locator("#consultations")
    expect(nina).to_contain_text("The rule that refused")
    expect(nina).not_to_contain_text("Calidon")


def what_is_missing_is_asked(exercise: Exercise) -> None:
    page = exercise.asteria.board("/gap")
    expect(force(page).locator("> td > .number")).to_have_text(["2", "0", "0", "2"])
    expect(force(page)).to_contain_text("would not be there")
    page.locator("#what-if summary").click()
    page.get_by_label("decision of the government").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main .warning")).to_contain_text("Supposed: ast-deployment/decision")


def force(page: Page) -> Locator:
    """The row of what is needed after a day: required, there, not known, missing."""
    return page.locator("#after-86400 > table > tbody > tr")


def nothing_is_active_before_a_state_has_signed_it(exercise: Exercise) -> None:
    exercise.story.play("guarantee activation-record")
    page = exercise.asteria.board("/board")
    expect(page.locator("#decisions .card")).to_have_count(2)
    expect(page.locator("#activations")).to_contain_text("No state has recorded an activation.")
    expect(standing(page, "AST")).not_to_contain_text("activated")
    expect(page.locator("footer")).to_contain_text("Nothing on these pages is decided")


def the_gap_is_smaller(exercise: Exercise) -> None:
    exercise.story.play("cat > correction.toml")
    page = exercise.asteria.board("/gap")
    expect(force(page).locator("> td > .number")).to_have_text(["2", "1", "0", "1"])
    expect(force(page)).to_contain_text("would be there")
    board = exercise.asteria.board("/board")
    expect(standing(board, "AST")).to_contain_text("activated")
    expect(board.locator("#activations .card")).to_contain_text("Asteria (invented) (AST)")
    expect(exercise.nina.board("/board").locator("#activations")).to_contain_text("The rule that")
    not_shown(exercise.public.board("/gap"), "You may not see this page.")


def the_determination_is_corrected(exercise: Exercise) -> None:
    story = exercise.story
    story.play("determination correct")
    exercise.chair.does(story.act())
    for player in exercise.members:
        page = player.case()
        decided = page.locator("#determinations")
        expect(decided).to_contain_text("corrected: another took its place")
        expect(decided).to_contain_text("S1, minor")
        expect(decided).to_contain_text("undetermined")
        expect(page.locator("#remedies")).to_contain_text(
            "determination that this remedy stands on"
        )
        # What was said is not unsaid.
        expect(page.locator("#motions")).to_contain_text("Dissent: east")
        fits_a_phone(player)


def fits_a_phone(player: Player) -> None:
    player.resize(PHONE)
    assert player.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    player.resize()


def what_stood_on_it_unwinds(exercise: Exercise) -> None:
    story, asteria = exercise.story, exercise.asteria
    story.play("guarantee gap --mission board # refused")
    page = asteria.board("/board")
    for part in ("declarations", "clocks", "consultations"):
        cards = page.locator(f"#{part} .card")
        assert cards.count() > 0
        expect(page.locator(f"#{part} .card.unwound")).to_have_count(cards.count())
    for trigger in ("isolated breach · STH", "remedy not kept · STH"):
        expect(assessed(page, trigger)).to_have_class("card unwound")
        expect(assessed(page, trigger)).to_contain_text("Unwound by")
    activation = page.locator("#activations .card")
    expect(activation).to_contain_text("It stood on what was corrected or withdrawn since")
    expect(activation).to_contain_text(story["DETERMINATION"][:SHOWN])
    # Only Asteria ends what Asteria has activated.
    expect(standing(page, "AST")).to_contain_text("activated")
    fits_a_phone(asteria)
    expect(asteria.board("/gap").locator("main")).to_contain_text("No declaration stands")
    nina = exercise.nina.board("/board")
    expect(nina.locator("#declarations .card.unwound")).to_have_count(1)
    for address in ("/", "/board", "/gap", "/refused"):
        not_shown(exercise.public.board(address), "You may not see this page.")
