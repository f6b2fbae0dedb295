"""Notices are made anew where something became due or an act came; else those kept are the same."""

# ruff: noqa: SLF001 - what is kept is compared with what is made anew
from __future__ import annotations

from itertools import chain

import pytest
from chamber_world import FINDINGS, mandate
from test_whole_case import story

from truceline.commission import chamber as place
from truceline.commission.chamber import Chamber
from truceline.commission.notices import notices
from truceline.commission.room import Room
from truceline.records.chamber import Notice
from truceline.records.units import DAY_US


def test_what_is_kept_is_what_would_be_made_anew_at_every_instant() -> None:
    chamber = Chamber(mandate(), FINDINGS, now_us=0)
    compared = 0
    for act in story().world.acts:
        chamber.take(act)
        dues = [one.due_us for one in chamber.notices() if one.due_us is not None]
        late_us = act.at_us + 30 * DAY_US
        around = chain.from_iterable((due_us, due_us + 1, due_us - 1) for due_us in dues)
        for now_us in (act.at_us, act.at_us + 1, *around, late_us, act.at_us):
            chamber.now_us = now_us
            assert chamber.notices() == notices(chamber._room, now_us)
            assert chamber.notices(also_met=True) == notices(chamber._room, now_us, also_met=True)
            compared += 1
    assert compared > 5 * len(story().world.acts)


def test_until_something_is_due_they_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chamber = Chamber(mandate(), FINDINGS, now_us=0)
    for act in story().world.acts[:4]:
        chamber.take(act)
    made: list[int] = []

    def told(room: Room, now_us: int, *, also_met: bool = False) -> tuple[Notice, ...]:
        made.append(now_us)
        return notices(room, now_us, also_met=also_met)

    monkeypatch.setattr(place, "notices", told)
    first_us = story().world.acts[3].at_us
    chamber.now_us = first_us
    due_us = min(one.due_us or 0 for one in chamber.notices())
    for now_us in (first_us, first_us + 1, due_us, due_us + 1, due_us + 2):
        chamber.now_us = now_us
        chamber.notices()
    assert made == [first_us, due_us + 1]
    chamber.take(story().world.acts[4])
    chamber.notices()
    assert len(made) == 3
