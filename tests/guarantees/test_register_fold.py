"""Acts change the register, each by its state's own key; a refused one stays, with the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from register_acts_made import (
    AST,
    BOR,
    EXERCISE,
    LATE_US,
    MONDAY_US,
    UA,
    VISITS,
    act,
    folded,
    pledge,
    rules_of,
)

from truceline.guarantees.register_acts import ACTS
from truceline.guarantees.register_fold import HANDLERS, fold_register, with_signers
from truceline.records.canonical import record_bytes
from truceline.records.commitment import CommitmentVersion
from truceline.records.register import RegisterState
from truceline.records.units import DAY_US

SOURCE: dict[str, Any] = {"source": "invented"}
REPORT, OTHER_REPORT = "ab" * 32, "cd" * 32
# For each act one that is right: who signs, about what, and with which detail.
RIGHT: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "commitment.version": (AST, "ast-force", {"words": "w", "legal_force": "political", **SOURCE}),
    "commitment.step": (
        AST,
        "ast-force",
        {"version": "signed", "step": "deposited", "day": "2025-03-11", "words": "", **SOURCE},
    ),
    "commitment.caveat": (
        AST,
        "ast-force",
        {"version": "signed", "caveat": "geography", "words": "w", **SOURCE},
    ),
    "commitment.lift_caveat": (
        AST,
        "ast-force",
        {"version": "signed", "caveat": "geography", **SOURCE},
    ),
    "commitment.withdraw": (AST, "ast-force", {"version": "signed", **SOURCE}),
    "commitment.request": (UA, "", {"component": "air_defence", **SOURCE}),
    "commitment.withdraw_request": (UA, "", {"component": "air_defence", **SOURCE}),
    "commitment.position": (AST, "AST", {"kind": "position", "words": "w", **SOURCE}),
    "procedure.step": (AST, "ast-deployment", {"step": "decision", **SOURCE}),
    "procedure.refuse": (AST, "ast-deployment", {"step": "decision", **SOURCE}),
    "procedure.undo": (AST, "ast-deployment", {"step": "decision", **SOURCE}),
    "procedure.recess": (
        AST,
        "ast-deployment",
        {"first_day": "2025-05-01", "last_day": "2025-05-02", **SOURCE},
    ),
    "procedure.recall": (AST, "ast-deployment", {"day": "2025-03-26", **SOURCE}),
    "pledge.announce": (
        AST,
        "",
        {
            "state": "AST",
            "kind": "training",
            "title": "t",
            "component": "military_capability",
            "domain": "land",
            "procedure": "none",
            "counts_within": "",
            **SOURCE,
        },
    ),
    "pledge.money": (
        AST,
        "ast-package",
        {
            "amount_minor": 1,
            "currency": "EUR",
            "year": 2026,
            "horizon_year": "not known",
            **SOURCE,
        },
    ),
    "pledge.force": (
        AST,
        "ast-brigade",
        {"capability": "battalion", "domain": "land", "count": 2, "within_s": 3600, **SOURCE},
    ),
    "pledge.stage": (AST, "ast-brigade", {"stage": "in_transit", **SOURCE}),
    "pledge.link": (AST, "ast-package-2025", {"counts_within": "", **SOURCE}),
    "pledge.lead": (AST, "ast-brigade", {"leads": ["AST"], "supports": ["BOR"], **SOURCE}),
    "pledge.caveat": (AST, "ast-brigade", {"caveat": "duration", "words": "w", **SOURCE}),
    "pledge.lift_caveat": (BOR, "bor-batteries", {"caveat": "geography", **SOURCE}),
    "pledge.verify": (
        VISITS,
        "ast-brigade",
        {"level": "L2_assessed", "day": "2025-03-17", "report_sha256": REPORT},
    ),
    "pledge.lower": (AST, "ast-brigade", {"level": "L1_pledged", **SOURCE}),
    "pledge.draw_down": (
        BOR,
        "bor-depot",
        {"item": "interceptor", "count": 8, "after": "breach-1"},
    ),
    "pledge.restock": (BOR, "bor-depot", {"item": "interceptor", "count": 2, **SOURCE}),
}
# What has to be done before.
BEFORE = {
    "commitment.lift_caveat": ("commitment.caveat",),
    "commitment.withdraw_request": ("commitment.request",),
    "procedure.undo": ("procedure.step",),
    "pledge.lower": ("pledge.verify",),
}


def right(name: str, by: str | None = None, **changes: Any) -> RegisterState:  # noqa: ANN401
    """Do what has to be done before an act, and the act, by its own actor or by another."""
    acts = [act(RIGHT[one][0], one, RIGHT[one][1], **RIGHT[one][2]) for one in BEFORE.get(name, ())]
    actor, about, detail = RIGHT[name]
    return folded(*acts, act(by or actor, name, about, **{**detail, **changes}))


def test_every_act_of_the_table_has_a_handler_and_an_example() -> None:
    assert set(ACTS) == set(HANDLERS) == set(RIGHT)


@pytest.mark.parametrize("name", ACTS)
def test_every_act_takes_effect_when_it_is_right(name: str) -> None:
    before = folded(
        *(act(RIGHT[one][0], one, RIGHT[one][1], **RIGHT[one][2]) for one in BEFORE.get(name, ()))
    )
    after = right(name)
    assert rules_of(after) == []
    assert record_bytes(after) != record_bytes(before)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("by", [UA, AST, BOR, VISITS, "nobody"])
def test_an_act_of_another_is_refused_with_the_rule(name: str, by: str) -> None:
    if by == RIGHT[name][0]:
        return
    found = right(name, by)
    expected = "not_a_verifier" if name == "pledge.verify" else "not_yours"
    assert rules_of(found) == [expected]
    assert by in found.refused[0].why


@pytest.mark.parametrize("name", ACTS)
def test_a_field_that_is_missing_wrong_or_too_much_is_refused(name: str) -> None:
    actor, about, detail = RIGHT[name]
    for key in detail:
        short = {inner: value for inner, value in detail.items() if inner != key}
        assert rules_of(folded(act(actor, name, about, **short))) == ["field"]
        assert rules_of(folded(act(actor, name, about, **{**detail, key: 1.5}))) == ["field"]
    assert rules_of(folded(act(actor, name, about, **detail, extra=1))) == ["field"]


@pytest.mark.parametrize("name", [name for name, spec in ACTS.items() if spec.about])
def test_an_act_about_nothing_known_is_refused(name: str) -> None:
    actor, _, detail = RIGHT[name]
    assert rules_of(folded(act(actor, name, "no-such", **detail))) == ["unknown_subject"]


def test_unknown_acts_are_refused_and_those_of_other_rooms_passed_over() -> None:
    found = folded(act(AST, "pledge.dance"), act(AST, "case.open"), act(AST, "breach.declare"))
    assert rules_of(found) == ["unknown_act"]


def test_an_act_of_a_stolen_key_and_one_from_the_future_have_no_effect() -> None:
    actor, about, detail = RIGHT["procedure.step"]
    given = act(actor, "procedure.step", about, **detail)
    stolen = fold_register(EXERCISE, [replace(given, disputed=True)], LATE_US)
    assert rules_of(stolen) == ["disputed"]
    assert fold_register(EXERCISE, [given], MONDAY_US - 1).steps == ()
    assert len(fold_register(EXERCISE, [given], MONDAY_US).steps) == 1


# ------------------------------------------------------------------------- rule by rule
def test_a_new_text_stands_beside_the_old_ones() -> None:
    state = right("commitment.version")
    (found,) = [one for one in state.register.commitments if one.id == "ast-force"]
    assert [one.words for one in found.versions] == [
        "Asteria will deploy a brigade at Ukraine's request, once its parliament has voted.",
        "w",
    ]


def version(state: RegisterState) -> CommitmentVersion:
    (found,) = [one for one in state.register.commitments if one.id == "ast-force"]
    return found.versions[0]


def test_a_withdrawn_text_is_kept_and_changes_no_more() -> None:
    state = right("commitment.withdraw")
    assert version(state).standing == "withdrawn"
    detail = RIGHT["commitment.withdraw"][2]
    again = [act(AST, "commitment.withdraw", "ast-force", at_us=at, **detail) for at in (1, 2)]
    assert rules_of(folded(*again)) == ["withdrawn"]


def test_a_reservation_needs_its_words() -> None:
    assert rules_of(right("commitment.step", step="reservation")) == ["words_missing"]
    state = right("commitment.step", step="reservation", words="not at sea", day="not known")
    assert (version(state).steps[-1].words, version(state).steps[-1].day) == ("not at sea", None)


def test_the_request_is_ukraines_and_ukraine_takes_it_back() -> None:
    asked, back = (
        act(UA, f"commitment.{name}", at_us=MONDAY_US + n, component="sanctions", **SOURCE)
        for n, name in enumerate(("request", "withdraw_request"))
    )
    assert [one.standing for one in folded(asked).requests] == ["asked"]
    assert [one.standing for one in folded(asked, back).requests] == ["withdrawn"]
    assert rules_of(folded(asked, asked)) == ["already_asked"]
    assert rules_of(folded(back)) == ["not_asked"]


def moved(*steps: str) -> RegisterState:
    """Take steps of Asteria's procedure in turn; "no:" before one refuses it."""
    return folded(
        *(
            act(
                AST,
                "procedure.refuse" if name.startswith("no:") else "procedure.step",
                "ast-deployment",
                at_us=MONDAY_US + n,
                step=name.removeprefix("no:"),
                **SOURCE,
            )
            for n, name in enumerate(steps)
        )
    )


@pytest.mark.parametrize(
    ("steps", "rules"),
    [
        pytest.param(("decision", "vote", "order"), [], id="in order"),
        pytest.param(("vote",), ["prerequisite"], id="a vote before the decision"),
        pytest.param(("decision", "order"), ["prerequisite"], id="an order without any way"),
        pytest.param(("decision", "emergency", "order"), [], id="the emergency way"),
        pytest.param(("decision", "decision"), ["already_done"], id="twice"),
        pytest.param(("no:decision", "decision"), [], id="may be put again"),
        pytest.param(
            ("decision", "no:vote", "vote"), ["refused_for_good"], id="may not be put again"
        ),
        pytest.param(
            ("decision", "no:emergency"), ["cannot_be_refused"], id="nobody may refuse it"
        ),
        pytest.param(("dance",), ["unknown_step"], id="no such step"),
    ],
)
def test_a_procedure_moves_step_by_step(steps: tuple[str, ...], rules: list[str]) -> None:
    assert rules_of(moved(*steps)) == rules


def staged(name: str, *stages: str) -> RegisterState:
    return folded(
        *(
            act(AST, "pledge.stage", name, at_us=MONDAY_US + n, stage=stage, **SOURCE)
            for n, stage in enumerate(stages)
        )
    )


def test_stages_go_forward_only_and_end_for_good() -> None:
    assert rules_of(staged("ast-brigade", "ready")) == ["stage_goes_back"]
    assert rules_of(staged("ast-brigade", "announced")) == ["stage_goes_back"]
    assert rules_of(staged("ast-brigade", "withdrawn", "in_service")) == ["pledge_ended"]
    assert rules_of(staged("ast-brigade", "in_service", "expired")) == []
    assert rules_of(staged("ast-package", "delivered", "withdrawn")) == ["already_delivered"]


def visit(
    level: str, report: str = REPORT, at_us: int = MONDAY_US, day: str = "2025-03-17"
) -> dict[str, Any]:
    return {"level": level, "day": day, "report_sha256": report, "at_us": at_us}


def visited(*visits: dict[str, Any]) -> RegisterState:
    return folded(*(act(VISITS, "pledge.verify", "ast-brigade", **one) for one in visits))


def test_readiness_rises_by_a_visit_only_and_one_level_a_visit() -> None:
    two = visited(visit("L2_assessed"), visit("L3_verified", OTHER_REPORT))
    assert (rules_of(two), pledge(two, "ast-brigade").readiness) == ([], "L3_verified")
    assert rules_of(visited(visit("L3_verified"))) == ["one_level_a_visit"]
    same = visited(visit("L2_assessed"), visit("L3_verified"))
    assert rules_of(same) == ["report_used_before"]
    assert rules_of(visited(visit("L2_assessed", day="2025-03-19"))) == ["field"]
    assert rules_of(right("pledge.lower", level="L2_assessed")) == ["rises_by_visit_only"]
    assert rules_of(right("pledge.lower", level="RDL")) == ["rises_by_visit_only"]


def test_nobody_verifies_his_own_pledge() -> None:
    own = with_signers(EXERCISE, {VISITS: "AST"})
    actor, about, detail = RIGHT["pledge.verify"]
    found = fold_register(own, [act(actor, "pledge.verify", about, **detail)], LATE_US)
    assert rules_of(found) == ["verifies_itself"]


def test_a_depot_gives_what_it_holds_and_no_more() -> None:
    state = right("pledge.draw_down", count=48)
    assert [one.count for one in pledge(state, "bor-depot").stock] == [0]
    assert rules_of(right("pledge.draw_down", count=49)) == ["stock"]
    assert rules_of(right("pledge.draw_down", item="lance")) == ["stock"]
    wrong = act(AST, "pledge.restock", "ast-brigade", item="lance", count=1, **SOURCE)
    assert rules_of(folded(wrong)) == ["no_depot"]


def test_a_pledge_counts_within_no_ring_and_within_nothing_unknown() -> None:
    link: dict[str, Any] = {"counts_within": "ast-package-2025", **SOURCE}
    assert rules_of(folded(act(AST, "pledge.link", "ast-package", **link))) == ["counts_in_a_ring"]
    assert rules_of(right("pledge.link", counts_within="no-such")) == ["unknown_subject"]


def test_a_pledge_announced_in_the_log_is_not_public_and_stands_at_the_bottom() -> None:
    state = right("pledge.announce")
    found = state.register.pledges[-1]
    assert (found.tier, found.stage, found.readiness) == ("coalition", "announced", "L1_pledged")
    assert rules_of(right("pledge.announce", state="BOR")) == ["not_yours"]
    assert rules_of(right("pledge.announce", procedure="bor-deployment")) == ["unknown_subject"]


def test_a_recess_recorded_moves_the_lawful_date_and_a_recall_moves_it_back() -> None:
    state = right("procedure.recess")
    assert state.register.calendars[0].recesses[-1].first.isoformat() == "2025-05-01"
    assert rules_of(right("procedure.recess", last_day="2025-04-30")) == ["field"]
    assert right("procedure.recall").register.calendars[0].sittings[0].last.day == 26


def test_folding_twice_and_in_two_halves_of_time_gives_the_same_bytes() -> None:
    acts = [
        act(actor, name, about, at_us=MONDAY_US + n * DAY_US // 10, **detail)
        for n, (name, (actor, about, detail)) in enumerate(RIGHT.items())
    ]
    assert record_bytes(folded(*acts)) == record_bytes(folded(*acts))
    middle = folded(*acts, now_us=MONDAY_US + DAY_US)
    assert record_bytes(middle) == record_bytes(folded(*acts[:11], now_us=MONDAY_US + DAY_US))
