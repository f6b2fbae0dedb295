"""The commission of a mission, as its log has it now: read once, and then only what is new."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from acts_world import act, make_log, make_mission, revoke

from truceline.commission.chamber import Chamber, fold
from truceline.evidence.strict import FormatError
from truceline.pipeline.board_folder import MandateError
from truceline.pipeline.chamber import Commission, full_id
from truceline.records.act import Act, RefusedAct
from truceline.records.canonical import Json

OPEN: dict[str, Json] = {
    "title": "Shells at the bridge",
    "body": "commission",
    "findings": [],
    "claim": "They fired at the bridge.",
    "concerns": ["AA", "BB"],
}


def now_us() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    return make_mission(tmp_path)


def test_a_mission_without_bodies_has_no_commission(tmp_path: Path) -> None:
    with pytest.raises(MandateError, match=r"no agreement has a \[\[body\]\]: there is none"):
        Commission(make_log(tmp_path, []))


def test_a_case_is_what_its_acts_say(mission: Path) -> None:
    room = Commission(mission)
    assert room.chamber(now_us()).cases == ()
    case = act(mission, "rita", "case.open", detail=OPEN)
    act(mission, "rita", "case.notify", case, {"party": "AA", "text": "A case."})
    chamber = room.chamber(now_us())
    assert chamber.cases == (case,)
    assert [one.standing for one in chamber.view(case).parties] == ["open", "not_notified"]
    assert room.refused(now_us()) == ()


def test_a_refused_act_stands_in_the_log_and_is_listed_with_its_rule(mission: Path) -> None:
    room = Commission(mission)
    case = act(mission, "gina", "case.open", detail=OPEN)
    (refused,) = room.refused(now_us())
    assert (refused.act, refused.rule, refused.actor) == (case, "not_yours", "gina")
    assert room.chamber(now_us()).cases == ()


def test_what_is_tried_is_not_done(mission: Path) -> None:
    room = Commission(mission)
    room.chamber(now_us())
    assert room.refusal_of("case.open", "", OPEN, actor="rita", now_us=now_us()) is None
    assert room.chamber(now_us()).cases == ()
    refused = room.refusal_of("case.open", "", OPEN, actor="gina", now_us=now_us())
    assert refused is not None
    assert refused.rule == "not_yours"
    assert room.refused(now_us()) == ()
    case = act(mission, "rita", "case.open", detail=OPEN)
    assert room.chamber(now_us()).cases == (case,)


def test_a_later_look_folds_only_what_is_new(
    mission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = act(mission, "rita", "case.open", detail=OPEN)
    room = Commission(mission)
    room.chamber(now_us())
    act(mission, "rita", "case.notify", case, {"party": "AA", "text": "A case."})
    taken: list[str] = []
    take = Chamber.take

    def watched(chamber: Chamber, one: Act) -> RefusedAct | None:
        taken.append(one.name)
        return take(chamber, one)

    monkeypatch.setattr(Chamber, "take", watched)
    chamber = room.chamber(now_us())
    assert taken == ["case.notify"]
    again = fold(room.mandate, room.log.acts, room.findings, chamber.now_us)
    assert chamber.view(case).parties == again.view(case).parties


def test_a_key_that_was_stolen_undoes_what_it_did(mission: Path) -> None:
    case = act(mission, "rita", "case.open", detail=OPEN)
    room = Commission(mission)
    assert room.chamber(now_us()).cases == (case,)
    revoke(mission, "rita", room.log.acts[0].index)
    assert room.chamber(now_us()).cases == ()
    assert [one.rule for one in room.refused(now_us())] == ["disputed"]


KNOWN = ["ab" * 32, "ab" * 31 + "cd", "f:" + "12" * 32 + ":3:x"]


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("", ""),
        (KNOWN[0], KNOWN[0]),
        ("f:" + "12" * 5, KNOWN[2]),
        ("f:" + "12" * 5 + ":3:x", KNOWN[2]),
        ("ab" * 31 + "c", KNOWN[1]),
    ],
)
def test_a_short_id_is_made_whole(short: str, full: str) -> None:
    assert full_id(short, KNOWN, "case") == full


def test_a_short_id_of_several_or_of_none_is_refused_with_what_there_is() -> None:
    with pytest.raises(FormatError, match=f"case {'ab' * 5} is several: {KNOWN[0]}, {KNOWN[1]}"):
        full_id("ab" * 5, KNOWN, "case")
    with pytest.raises(FormatError, match="case 0000000000: there is none in this log"):
        full_id("0" * 10, KNOWN, "case")
