"""A guarantors' board as its pages ask for it: plain data, and only what who asks may see.

Every answer is folded from the log as it is now. What he may not see is not there; where a page
would miss it, the rule that refused stands in its place. Software assesses here; it decides
nothing, and no state is bound by what it says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from threading import RLock
from typing import Any

from truceline.evidence.folder import MISSION
from truceline.guarantees.awaited import due_today
from truceline.guarantees.clocks import ran_us
from truceline.pipeline import board_asking as things
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_asking import BoardEyes, hats_of
from truceline.pipeline.board_gap import gap_told
from truceline.pipeline.board_register import forces_told, register_told
from truceline.pipeline.clock import clock_us
from truceline.records.asker import Asker
from truceline.records.board import Board, Clock
from truceline.records.canonical import plain
from truceline.records.due import Due
from truceline.records.permission import Decision, Thing
from truceline.records.trigger import TriggerAssessment
from truceline.records.units import DAY_US, SECOND_US, day_of, day_start_us
from truceline.reports.calendar_export import calendar_text
from truceline.reports.words import load_words

Plain = dict[str, Any]

# An assessment can stand on ten thousand findings: the command and the log have all of them.
STOOD_ON = ("findings", "determinations", "remedies")
SHOWN = 100
# The parts of a board, each with what it is to who may see no line of it.
PARTS = {
    "declarations": things.DECLARATIONS,
    "clocks": things.CLOCKS,
    "consultations": things.CONSULTATIONS,
    "decisions": things.held("decision", "coalition"),
    "activations": things.held("activation", "coalition"),
    "measures": things.held("response", "coalition"),
    "guarantees": things.held("commitment", "coalition"),
    "assessments": things.ASSESSMENTS,
    "notices": things.held("log", "coalition"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look of somebody at the board, at one instant."""

    board: Board
    things: dict[str, Thing]
    eyes: BoardEyes

    def sees(self, about: str) -> bool:
        """Tell whether he may see what stands on the board under an id."""
        thing = self.things.get(about)
        return self.eyes.sees(thing if thing is not None else things.CONSULTATIONS)


class OpenBoard:
    """A guarantors' board, open for its pages."""

    def __init__(self, board: GuarantorsBoard, clock: Callable[[], int] = clock_us) -> None:
        """Take a board, and the clock by which deadlines run."""
        self.room = board
        self.clock = clock
        toml = tomllib.loads((board.folder / MISSION).read_text(encoding="utf-8"))
        self.title = str(toml.get("title", board.folder.name))
        self._lock = RLock()

    @contextmanager
    def look(self, asker: Asker) -> Iterator[Look]:
        """Look at the board as its log is now, alone."""
        with self._lock:
            board = self.room.board(self.clock())
            yield Look(board=board, things=things.things_of(board), eyes=self.eyes(asker))

    def eyes(self, asker: Asker) -> BoardEyes:
        """Give what somebody is here, as the access room asks for it."""
        return BoardEyes(principals=hats_of(self.room.mandate, asker.actor), asker=asker)

    # ------------------------------------------------------------------------------- answers
    def who(self, asker: Asker) -> Plain:
        """Tell somebody who he is here, and which pages are his."""
        eyes = self.eyes(asker)
        pages = {"board": things.DECLARATIONS, "cell": things.CLOCKS, "gap": things.GAP}
        pages |= {"refused": things.held("log", "coalition"), "register": things.PUBLISHED}
        states = {one.state for one in eyes.principals} - {""}
        mine = {name for name, thing in pages.items() if eyes.sees(thing)}
        return {
            "title": self.title,
            "actor": asker.actor,
            "development": asker.development,
            "roles": sorted({role.value for one in eyes.principals for role in one.roles}),
            "states": sorted(states),
            "seats": [{"body": one.body, "seat": one.seat} for one in eyes.principals if one.seat],
            # A state sees its own acts that were refused.
            "pages": sorted(mine | ({"refused"} if states else set())),
        }

    def board(self, asker: Asker) -> Plain:
        """Give the board: what he may see of each part, and why he sees nothing of the others."""
        with self.look(asker) as look:
            look.eyes.insist(things.DECLARATIONS)
            found = {name: _seen(look, name) for name in PARTS}
            answer: Plain = {
                name: plain(rows) for name, rows in found.items() if name != "assessments"
            }
            answer["assessments"] = [_assessment(one) for one in found["assessments"]]
            answer["clocks"] = [_clock(one, look.board.now_us) for one in found["clocks"]]
            answer["differing"] = plain(
                [
                    one
                    for one in look.board.differing
                    if look.eyes.sees(things.of_state("commitment", one.state))
                ]
            )
            refused = {name: look.eyes.see(thing) for name, thing in PARTS.items()}
            answer["not_shown"] = [
                {"part": name} | said(decision)
                for name, decision in refused.items()
                if not decision.allowed and not found[name]
            ]
            return answer | {"now_us": look.board.now_us, "names": self._names()}

    def cell(self, asker: Asker, day: date | None) -> Plain:
        """Give the coordination cell's page of a day: a plain `DuePage`."""
        with self.look(asker) as look:
            look.eyes.insist(things.CLOCKS)
            of = day or day_of(look.board.now_us)
            first_us = day_start_us(of)
            board = replace(look.board, due=self._dues(look))
            page: Plain = plain(due_today(board, (), first_us, first_us + DAY_US))
            return page | {"day": of.isoformat(), "names": self._names()}

    def dues(self, asker: Asker) -> tuple[Due, ...]:
        """Give everything that is awaited, as far as he may see it, the earliest first."""
        with self.look(asker) as look:
            look.eyes.insist(things.CLOCKS)
            return self._dues(look)

    def calendar(self, asker: Asker, language: str) -> str:
        """Write everything that is awaited, as far as he may see it, as an iCalendar file."""
        with self.look(asker) as look:
            look.eyes.insist(things.CLOCKS)
            return calendar_text(
                self._dues(look),
                stamp_us=look.board.now_us,
                host=f"{self.room.folder.name}.truceline.example",
                words=load_words(language),
            )

    def gap(self, asker: Asker, scenario: str, since: str, what_if: Sequence[str]) -> Plain:
        """Give a gap board, and beside what-ifs the one without them."""
        with self.look(asker) as look:
            look.eyes.insist(things.GAP)
            state = self.room.register_state(look.board.now_us)
            told = gap_told(
                state, look.board, look.eyes, scenario=scenario, since=since, what_if=what_if
            )
            return told | {"now_us": look.board.now_us, "names": self._names()}

    def register(self, asker: Asker) -> Plain:
        """Give the register, as far as he may see it; the public sees its public view."""
        with self._lock:
            eyes, now_us = self.eyes(asker), self.clock()
            eyes.insist(things.PUBLISHED)
            state = self.room.register_state(now_us)
            answer = register_told(state, eyes) | forces_told(state, eyes)
            whole = eyes.see(things.REGISTER)
            answer["not_shown"] = [] if whole.allowed else [{"part": "register"} | said(whole)]
            return answer | {"now_us": now_us, "names": self._names()}

    def refused(self, asker: Asker) -> Plain:
        """Give the acts without effect, the newest first; a state sees its own."""
        with self.look(asker) as look:
            states = {one.actor: one.state for one in self.room.mandate.roles if one.state}
            own = {*(one.state for one in look.eyes.principals)} - {""}
            every = things.held("log", "coalition")
            if not own:
                look.eyes.insist(every)
            found = [
                one
                for one in self.room.refused(look.board.now_us)
                if look.eyes.sees(replace(every, originator=states.get(one.actor, "")))
            ]
            return {"now_us": look.board.now_us, "refused": plain(found[::-1])}

    # ------------------------------------------------------------------------------- inside
    def _names(self) -> dict[str, str]:
        """Give the names of bodies, and of states where the register knows them."""
        names = {one.id: one.name for one in self.room.mandate.bodies}
        with suppress(LookupError):  # without a register it names states by their codes
            names |= {one.code: one.name for one in self.room.register.participants}
        return names

    def _dues(self, look: Look) -> tuple[Due, ...]:
        """Give what is awaited. Who was invited stays with who may see consultations."""
        bodies = {one.id for one in self.room.mandate.bodies}
        invited = look.eyes.sees(things.CONSULTATIONS)
        return tuple(
            one if invited or one.what != "clock" else _of(one, bodies)
            for one in look.board.due
            if look.sees(one.about)
        )


def said(decision: Decision) -> Plain:
    """Say which rule refused, and what the nearest permission asks for."""
    return {
        "rule": decision.rule,
        "nearest": decision.nearest,
        "asks": list(decision.asks),
        "why": decision.why,
    }


def _of(due: Due, known: set[str]) -> Due:
    return replace(due, of=tuple(one for one in due.of if one in known))


def _seen(look: Look, part: str) -> list[Any]:
    """Give the lines of a part that he may see."""
    rows = getattr(look.board, part)
    if part == "guarantees":
        return [one for one in rows if look.eyes.sees(things.of_state("commitment", one.state))]
    if part == "notices":
        return [one for one in rows if look.sees(one.about)]
    return [one for one in rows if look.sees(one.id)]


def _assessment(one: TriggerAssessment) -> Plain:
    """Give an assessment with the first of what it stands on, and how many there are of all."""
    totals = {name: len(getattr(one, name)) for name in STOOD_ON}
    shown = {name: getattr(one, name)[:SHOWN] for name in STOOD_ON}
    told: Plain = plain(replace(one, **shown))
    return told | {"totals": totals}


def _clock(clock: Clock, now_us: int) -> Plain:
    """Give a clock, with how long it has run and how long ago it ran out."""
    until_us = now_us if clock.stopped_us is None else clock.stopped_us
    over = clock.due_us is not None and clock.state.value == "elapsed"
    told: Plain = plain(clock)
    return told | {
        "elapsed_s": ran_us(clock, until_us) // SECOND_US,
        "over_s": (now_us - (clock.due_us or 0)) // SECOND_US if over else None,
    }
