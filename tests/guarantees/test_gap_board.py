"""What would be there after 24 hours, 72 hours and 30 days, and each reason why it would not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from register_acts_made import AST, BOR, EXERCISE, MONDAY_US, UA, act, folded, pledge

from truceline.guarantees.force_table import force_table, troop_contributions
from truceline.guarantees.gap import HORIZONS_S, WhatIf, gap
from truceline.records.act import Act
from truceline.records.canonical import record_bytes
from truceline.records.gap import Contribution, GapBoard
from truceline.records.register import RegisterState, Scenario
from truceline.records.units import DAY_US

SOURCE: dict[str, Any] = {"source": "invented"}
(ATTACK,) = EXERCISE.scenarios
# Friday 21 March 2025, 12:00 UTC: after it the chamber is in recess until the 30th.
FRIDAY_US = MONDAY_US + 4 * DAY_US
ASKED = act(UA, "commitment.request", component="military_capability", **SOURCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A state's decision, as the guarantors' board has it."""

    state: str
    decision: str
    components: tuple[str, ...]
    decided_us: int
    replaced_by: str | None = None


YES = Decided(
    state="AST", decision="yes", components=("military_capability",), decided_us=FRIDAY_US
)


def asteria(board: GapBoard, after_s: int) -> Contribution:
    """Give what Asteria's brigade adds at one horizon."""
    (row,) = [one for one in board.rows if one.after_s == after_s and one.capability == "battalion"]
    return next(one for one in row.contributions if one.pledge == "ast-brigade")


def answers(board: GapBoard) -> list[tuple[str, list[str]]]:
    """Give Asteria's answer and reasons at the three horizons."""
    return [
        (one.answer, [why.code for why in one.reasons])
        for one in (asteria(board, after_s) for after_s in HORIZONS_S)
    ]


def board(
    *acts: Act, scenario: Scenario = ATTACK, decision: Decided | None = YES, **given: object
) -> GapBoard:
    decisions = () if decision is None else (decision,)
    what_if = given.get("what_if", ())
    return gap(folded(*acts), scenario, FRIDAY_US, decisions, what_if)  # type: ignore[arg-type]


def test_the_recess_keeps_the_brigade_away_for_ten_days() -> None:
    assert answers(board(ASKED)) == [
        ("not_there", ["gap_lawful_on", "gap_arrives_late"]),
        ("not_there", ["gap_lawful_on", "gap_arrives_late"]),
        ("there", []),
    ]
    (lawful, _) = asteria(board(ASKED), HORIZONS_S[0]).reasons
    assert dict(lawful.numbers) == {"day": "2025-03-31", "procedure": "ast-deployment"}


def test_what_if_the_chamber_has_voted() -> None:
    voted = WhatIf(procedure="ast-deployment", step="vote", at_us=FRIDAY_US)
    found = board(ASKED, what_if=(voted,))
    # A day's march, then it is there; the government's decision was assumed with the vote.
    assert [answer for answer, _ in answers(found)] == ["there", "there", "there"]
    assert found.what_if == ("ast-deployment/vote",)
    assert board(ASKED).what_if == ()


def test_assuming_changes_nothing_in_the_register() -> None:
    state = folded(ASKED)
    before = record_bytes(state)
    gap(state, ATTACK, FRIDAY_US, (), (WhatIf(procedure="ast-deployment", step="vote", at_us=0),))
    assert record_bytes(state) == before
    with pytest.raises(KeyError):
        gap(state, ATTACK, FRIDAY_US, (), (WhatIf(procedure="none", step="vote", at_us=0),))


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        pytest.param(None, "gap_not_decided", id="none"),
        pytest.param(replace(YES, decision="no"), "gap_decided_no", id="no"),
        pytest.param(
            replace(YES, decision="partly", components=("sanctions",)),
            "gap_decided_no",
            id="partly, not this",
        ),
        pytest.param(
            replace(YES, decided_us=FRIDAY_US + 31 * DAY_US), "gap_not_decided", id="too late"
        ),
        pytest.param(replace(YES, replaced_by="later"), "gap_not_decided", id="replaced"),
    ],
)
def test_without_its_own_decision_a_state_is_not_there(decision: Decided | None, code: str) -> None:
    for answer, reasons in answers(board(ASKED, decision=decision)):
        assert (answer, reasons[0]) == ("not_there", code)


def test_ukraine_has_to_ask_and_may_take_it_back() -> None:
    back = act(
        UA,
        "commitment.withdraw_request",
        at_us=MONDAY_US + 1,
        component="military_capability",
        **SOURCE,
    )
    for acts in ((), (ASKED, back)):
        assert answers(board(*acts))[2] == ("not_there", ["gap_condition"])
    # Another component's request is none for this one.
    other = act(UA, "commitment.request", component="air_defence", **SOURCE)
    assert answers(board(other))[2] == ("not_there", ["gap_condition"])


def test_a_withdrawn_commitment_is_a_reason() -> None:
    gone = act(AST, "commitment.withdraw", "ast-force", version="signed", **SOURCE)
    assert answers(board(ASKED, gone))[2] == ("not_there", ["gap_commitment_withdrawn"])


def test_a_caveat_keeps_away_unless_the_scenario_tolerates_it() -> None:
    caveat = act(AST, "pledge.caveat", "ast-brigade", caveat="duration", words="w", **SOURCE)
    assert answers(board(ASKED, caveat))[2] == ("not_there", ["gap_caveat"])
    mild = replace(ATTACK, tolerates=("duration",))
    assert answers(board(ASKED, caveat, scenario=mild))[2] == ("there", [])


def test_readiness_that_no_visit_has_found_does_not_count() -> None:
    strict = replace(ATTACK, least_readiness="L2_assessed")
    assert answers(board(ASKED, scenario=strict))[2] == ("not_there", ["gap_readiness"])


def test_texts_that_differ_on_a_condition_make_it_not_known() -> None:
    """Borland's two texts: as reported it is bound, as published it acts on request."""
    voted = WhatIf(procedure="bor-deployment", step="order", at_us=FRIDAY_US)
    lifted = act(BOR, "pledge.lift_caveat", "bor-batteries", caveat="geography", **SOURCE)
    yes = replace(YES, state="BOR", components=("air_defence",))
    found = board(lifted, decision=yes, what_if=(voted,))
    rows = [one for one in found.rows if one.capability == "air-defence-unit"]
    for row in rows:
        (batteries,) = row.contributions
        assert (batteries.answer, [one.code for one in batteries.reasons]) == (
            "not_known",
            ["gap_condition"],
        )
        assert (row.there, row.not_known, row.missing) == (0, 2, 4)


def test_a_procedure_of_which_nobody_knows_how_long_it_takes_makes_it_not_known() -> None:
    asked = act(UA, "commitment.request", component="air_defence", **SOURCE)
    lifted = act(BOR, "pledge.lift_caveat", "bor-batteries", caveat="geography", **SOURCE)
    yes = replace(YES, state="BOR", components=("air_defence",))
    found = board(asked, lifted, decision=yes)
    last = next(one for one in found.rows[::-1] if one.capability == "air-defence-unit")
    assert [one.code for one in last.contributions[0].reasons] == ["gap_lawful_not_known"]
    assert last.contributions[0].answer == "not_known"


def test_a_no_of_the_parliament_leaves_no_lawful_way() -> None:
    done = act(AST, "procedure.step", "ast-deployment", step="decision", **SOURCE)
    no = act(AST, "procedure.refuse", "ast-deployment", at_us=MONDAY_US + 1, step="vote", **SOURCE)
    assert answers(board(ASKED, done, no))[2] == ("not_there", ["gap_no_lawful_way"])


def test_a_withdrawn_pledge_is_listed_and_adds_nothing() -> None:
    gone = act(AST, "pledge.stage", "ast-brigade", stage="withdrawn", **SOURCE)
    found = board(ASKED, gone)
    assert found.ended == ("ast-brigade",)
    assert all(one.pledge != "ast-brigade" for row in found.rows for one in row.contributions)


def test_the_rows_add_up() -> None:
    for row in board(ASKED).rows:
        there = sum(one.count for one in row.contributions if one.answer == "there")
        assert (row.there, row.missing) == (there, max(0, row.required - there))
    assert [row.after_s for row in board(ASKED).rows] == [
        86_400, 86_400, 259_200, 259_200, 2_592_000, 2_592_000,
    ]  # fmt: skip


def test_a_second_less_and_the_brigade_is_late() -> None:
    voted = WhatIf(procedure="ast-deployment", step="order", at_us=FRIDAY_US)
    assert answers(board(ASKED, what_if=(voted,)))[0] == ("there", [])
    late = replace(voted, at_us=FRIDAY_US + 1)
    assert answers(board(ASKED, what_if=(late,)))[0][1][-1] == "gap_arrives_late"


# ------------------------------------------------------------------------- the force table
def test_to_be_present_is_counted_as_that_and_never_as_troops() -> None:
    state: RegisterState = folded()
    table = {one.capability: one for one in force_table(state, ATTACK)}
    battalions = table["battalion"]
    assert (battalions.required, battalions.pledged, battalions.presence) == (6, 4, 1)
    assert battalions.in_service == 3
    assert [one.id for one in troop_contributions(state.register.pledges)] == ["ast-brigade"]
    assert pledge(state, "cal-presence").kind == "deploy_or_be_present"


def test_what_is_required_and_nobody_pledged_has_its_line() -> None:
    ships = replace(ATTACK.requires[0], domain="sea", capability="minehunter", count=2)
    table = force_table(folded(), replace(ATTACK, requires=(ships,)))
    lines = {one.capability: (one.required, one.pledged) for one in table}
    assert lines == {"minehunter": (2, 0), "battalion": (0, 4), "air-defence-unit": (0, 2)}


def test_where_texts_of_a_commitment_differ_both_stand_there_with_their_sources() -> None:
    """Borland's pledge is binding as a newspaper reported it, and not as it was published."""
    found = board()
    (ref,) = found.differing
    assert (ref.id, ref.state, ref.component) == ("bor-air", "BOR", "air_defence")
    assert [(one.id, one.source) for one in ref.texts] == [
        ("as-reported", "invented, a newspaper"),
        ("published", "invented, the text as published"),
    ]
    named = {one.pledge: one.differing for row in found.rows for one in row.contributions}
    assert {pledge: ids for pledge, ids in named.items() if ids} == {"bor-batteries": ("bor-air",)}


def test_one_text_speaks_for_a_commitment_once_the_other_is_withdrawn() -> None:
    withdrawn = act(BOR, "commitment.withdraw", "bor-air", version="as-reported", **SOURCE)
    found = board(withdrawn)
    assert found.differing == ()
    assert not any(one.differing for row in found.rows for one in row.contributions)
