"""A case from its opening to a corrected determination, and what happens if one act is missing."""

# ruff: noqa: ANN401 - what an act says has the shape of its name
from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from chamber_world import (
    ALL_YES,
    CHAIR,
    FINDINGS,
    PARTIES,
    REVIEWER,
    World,
    determination,
    mandate,
    party_key,
    remedy,
    swapped,
    swapped_act,
)
from hypothesis import given
from hypothesis import strategies as st

from truceline.commission.chamber import Chamber, fold
from truceline.commission.motions import commitment
from truceline.records.act import Act
from truceline.records.canonical import plain, record_bytes
from truceline.records.units import DAY_US, HOUR_US

VOTERS = (CHAIR, "key/aa", "key/bb", "key/cc")  # dd is recused


class Story:
    """Acts with names, and for each the names of the acts that it cannot do without."""

    def __init__(self) -> None:
        self.world = World()
        self.acts: dict[str, Act] = {}
        self.needs: dict[str, set[str]] = {}

    def do(
        self, label: str, needs: str, name: str, actor: str, about: str = "", **detail: Any
    ) -> str:
        done = self.world.do(name, actor, about, **detail)
        self.acts[label] = self.world.acts[-1]
        self.needs[label] = set(needs.split())
        return done

    def carry(self, label: str, needs: str, case: str, proposal: dict[str, Any]) -> str:
        """Put a motion, seal and open every vote, aa against, and close it."""
        question = label.split("-", maxsplit=1)[0]
        put = f"{label}.put"
        motion = self.do(
            put, needs, "motion.put", CHAIR, case, question=question, proposal=proposal
        )
        seals = [f"{label}.seal.{key}" for key in VOTERS]
        opened = [f"{label}.open.{key}" for key in VOTERS]
        for one, key in zip(seals, VOTERS, strict=True):
            vote = "no" if key == "key/aa" else "yes"
            sealed = commitment(motion, vote, "", key)
            self.do(one, put, "vote.seal", key, motion, commitment=sealed)
        # Every opening waits for every seal: dd's, too, which only its recusal makes needless.
        for one, key in zip(opened, VOTERS, strict=True):
            vote = "no" if key == "key/aa" else "yes"
            said = {"vote": vote, "reasons": "", "salt": key}
            self.do(one, " ".join([*seals, "recuse"]), "vote.open", key, motion, **said)
        self.do(f"{label}.close", " ".join(opened), "motion.close", CHAIR, motion, result="carried")
        return motion


@cache
def story() -> Story:
    """AA is silent, dd steps aside, aa dissents, the remedy is not kept, then all is corrected."""
    tale = Story()
    case = tale.do(
        "open", "", "case.open", REVIEWER,
        title="Shells", body="commission", findings=["f:1"], concerns=list(PARTIES),
    )  # fmt: skip
    for code in PARTIES:
        told = {"party": code, "text": "A case is open."}
        tale.do(f"notify.{code}", "open", "case.notify", REVIEWER, case, **told)
    said = {"party": "BB", "stance": "disputes", "text": "It was not us."}
    tale.do("position.BB", "open", "case.position", party_key("BB"), case, **said)
    tale.do(
        "recuse", "open", "case.recuse", "key/dd", case, scope="seat", reasons="A supplier of AA."
    )
    tale.world.wait(13 * HOUR_US)  # AA's time is over
    tale.do("deliberate", "notify.AA notify.BB", "case.deliberate", CHAIR, case)
    proposal = determination()
    motion = tale.carry("determination-1", "open", case, proposal)
    record = {"motion": motion, "proposal": proposal}
    determined = tale.do(
        "record", "determination-1.close notify.AA notify.BB", "determination.record",
        CHAIR, case, **record,
    )  # fmt: skip
    dissent = {"text": "The launch area is not shown."}
    tale.do("dissent", "determination-1.close", "vote.dissent", "key/aa", motion, **dissent)
    tale.do("publish", "notify.AA notify.BB", "case.publish", REVIEWER, case, tier="public")
    asked = remedy(determined)
    motion = tale.carry("remedy-1", "record", case, asked)
    remedied = tale.do(
        "remedy", "remedy-1.close", "remedy.set", CHAIR, case, motion=motion, proposal=asked
    )
    grounds = {"party": "AA", "grounds": "We were not there."}
    tale.do("appeal", "record", "case.appeal", party_key("AA"), determined, **grounds)
    tale.world.wait(4 * DAY_US)
    tale.do(
        "follow_up", "remedy", "remedy.follow_up", REVIEWER, remedied,
        result="not_kept", findings=["f:later"],
    )  # fmt: skip
    corrected = {
        "determination": determined,
        "replacement": determination(severity="S2_moderate"),
        "reasons": "Fewer shells than first counted.",
    }
    motion = tale.carry("correction-1", "record", case, corrected)
    tale.do(
        "correct", "correction-1.close", "determination.correct", CHAIR, determined,
        motion=motion, proposal=corrected,
    )  # fmt: skip
    return tale


def closure(needs: dict[str, set[str]], missing: str) -> set[str]:
    """Give every act that cannot be without one, straight or over others."""
    lost = {missing}
    for label, needed in needs.items():  # in the order of the story
        if needed & lost:
            lost.add(label)
    return lost - {missing}


def test_the_whole_case_is_told() -> None:
    chamber = story().world.chamber
    assert chamber.refused == []
    (case,) = chamber.cases
    view = chamber.view(case)
    assert view.line.status == "corrected"
    assert [one.standing for one in view.parties] == ["silent", "replied"]
    assert [one.standing for one in view.determinations] == ["corrected", "stands"]
    assert view.determinations[0].replaced_by == view.determinations[1].id
    (correction,) = view.corrections
    assert [(one.field, one.old, one.new) for one in correction.differences] == [
        ("severity", "S3_serious", "S2_moderate")
    ]
    (history,) = view.remedies
    assert history.remedy.standing == "not_kept"
    assert history.stood_on == "corrected"
    first = view.motions[0]
    assert [(one.seat, one.standing, one.vote) for one in first.ballots] == [
        ("chair", "opened", "yes"),
        ("aa", "opened", "no"),
        ("bb", "opened", "yes"),
        ("cc", "opened", "yes"),
        ("dd", "recused", ""),
    ]
    assert first.tally
    assert (first.tally.yes, first.tally.no, first.tally.absent) == (3, 1, 0)
    assert [one.seat for one in first.dissents] == ["aa"]
    assert [one.standing for one in view.appeals] == ["open"]


@pytest.mark.parametrize("missing", list(story().acts))
def test_nothing_that_depends_on_an_act_happens_without_it(missing: str) -> None:
    tale = story()
    without = [act for label, act in tale.acts.items() if label != missing]
    chamber = fold(tale.world.mandate, without, FINDINGS, tale.world.now_us)
    ids = {act.id: label for label, act in tale.acts.items()}
    assert {ids[one.act] for one in chamber.refused} == closure(tale.needs, missing)


def test_each_act_is_missed_by_another_or_is_an_end_of_the_story() -> None:
    needed = set().union(*story().needs.values())
    assert set(story().acts) - needed == {
        "position.BB", "deliberate", "dissent", "publish", "appeal", "follow_up", "correct"
    }  # fmt: skip


def test_the_acts_of_others_in_ones_name_move_nothing() -> None:
    """Every act of the story, signed by a key that has neither seat nor role."""
    tale = story()
    for label, act in tale.acts.items():
        acts = [
            replace(one, actor="key/stranger") if one is act else one for one in tale.acts.values()
        ]
        refused = fold(tale.world.mandate, acts, FINDINGS, tale.world.now_us).refused
        assert (act.id, "not_yours") in {(one.act, one.rule) for one in refused}, label


def test_what_a_stolen_key_signed_counts_for_nothing() -> None:
    tale = story()
    for act in tale.acts.values():
        acts = [replace(one, disputed=True) if one is act else one for one in tale.acts.values()]
        refused = fold(tale.world.mandate, acts, FINDINGS, tale.world.now_us).refused
        assert (act.id, "disputed") in {(one.act, one.rule) for one in refused}


def everything(chamber: Chamber) -> bytes:
    """All that a chamber shows, as bytes."""
    return record_bytes(
        {
            "views": [chamber.view(case) for case in chamber.cases],
            "board": chamber.board(),
            "refused": chamber.refused,
            "notices": chamber.notices(also_met=True),
            "calls": chamber.calls,
            "windows": chamber.windows,
        }
    )


def test_time_alone_decides_nothing() -> None:
    tale = story()
    for count in range(len(tale.acts)):
        begun = list(tale.acts.values())[:count]
        now = fold(tale.world.mandate, begun, FINDINGS, tale.world.now_us)
        later = fold(tale.world.mandate, begun, FINDINGS, tale.world.now_us + 10_000 * DAY_US)
        assert now.determinations == later.determinations
        assert now.remedies == later.remedies
        assert now.motions() == later.motions()
        for case in now.cases:
            parties = [(one.party, one.positions) for one in later.view(case).parties]
            assert [(one.party, one.positions) for one in now.view(case).parties] == parties


@given(st.lists(st.integers(0, 60), max_size=8))
def test_any_split_into_batches_gives_the_same(cuts: list[int]) -> None:
    tale = story()
    acts = list(tale.acts.values())
    whole = fold(tale.world.mandate, acts, FINDINGS, tale.world.now_us)
    split = Chamber(tale.world.mandate, FINDINGS, now_us=0)
    edges = [0, *sorted(min(cut, len(acts)) for cut in cuts), len(acts)]
    for first, last in pairwise(edges):
        for act in acts[first:last]:
            split.take(act)
        split.now_us = tale.world.now_us
        split.board()  # looking changes nothing
        split.notices(also_met=True)
    split.now_us = tale.world.now_us
    assert everything(split) == everything(whole)


def test_swapping_the_parties_swaps_the_outcome() -> None:
    tale = story()
    acts: list[Act] = []
    # A seal is over the motion, the vote and the salt: it is made anew for the salt's new name.
    for label, act in tale.acts.items():
        other = swapped_act(act)
        if act.name == "vote.seal":
            opening = tale.acts[label.replace(".seal.", ".open.")]
            vote, salt = str(opening.detail["vote"]), swapped(opening.detail["salt"])
            sealed = commitment(act.about, vote, "", salt)
            other = replace(other, detail={"commitment": sealed})
        acts.append(other)
    mirrored = replace(
        mandate(),
        bodies=tuple(
            replace(
                body,
                seats=tuple(
                    replace(
                        seat,
                        **{
                            name: swapped(getattr(seat, name))
                            for name in ("id", "state", "holder", "alternates", "appointed_by")
                        },
                    )
                    for seat in body.seats
                ),
            )
            for body in mandate().bodies
        ),
    )
    theirs = fold(mirrored, acts, FINDINGS, tale.world.now_us)
    ours = tale.world.chamber
    assert theirs.refused == []
    for case in ours.cases:
        mine, other = plain(ours.view(case)), plain(theirs.view(case))
        # States are listed by their code, and so in another order.
        for one in (mine, other):
            one["hats"] = {hat["state"]: hat for hat in one["hats"]}
        assert other == swapped(mine)
    assert {one.level: one.party for one in theirs.determinations[0].levels}["launch_area"] == "BB"


def test_a_party_that_is_silent_has_consented_to_nothing() -> None:
    world = World()
    case = world.open_case()
    for code in PARTIES:
        world.do("case.notify", REVIEWER, case, party=code, text="A case is open.")
    world.reply(case, "BB")
    proposal = determination()
    motion = world.carry(case, "determination", proposal)
    record = {"motion": motion, "proposal": proposal}
    assert world.refused("determination.record", CHAIR, case, **record) == "reply_open"
    assert world.chamber.view(case).line.status == "party_reply_open"
    world.wait(13 * HOUR_US)
    world.chamber.now_us = world.now_us
    view = world.chamber.view(case)
    assert view.line.status == "under_review"
    assert [one.standing for one in view.parties] == ["silent", "replied"]
    assert view.parties[0].positions == ()
    kinds = {(one.kind, one.subject) for one in world.chamber.notices()}
    assert ("party_silent", "AA") in kinds
    assert ("party_silent", "BB") not in kinds
    world.do("determination.record", CHAIR, case, **record)
    assert len(ALL_YES) == 5
