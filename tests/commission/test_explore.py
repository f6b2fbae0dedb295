"""Where a mandate stands still for ever, and why; and that a small one by brute force agrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mandates_by_hand import PARTIES, body, limit, mandate, rule, seat
from test_reach_by_brute_force import counted, relies_on_an_alternate

from truceline.agreement.mandate_vocabulary import DEADLOCK_OF_KIND
from truceline.commission.ballot import Choice, accusations, rule_for
from truceline.commission.bounds import limits_of, questions_of, questions_within
from truceline.commission.explore import explore
from truceline.commission.proposals import QUESTIONS
from truceline.records.mandate import Body, Deadline, DecisionRule, Mandate, Rule
from truceline.records.mandate_path import (
    HAPPENS,
    BallotOutcome,
    PathStep,
    Standstill,
    StandstillPath,
)

KIND = DecisionRule
DEADLOCK, VETO = Standstill.DEADLOCK, Standstill.VETO
STALL, NEEDS_CHAIR = Standstill.SILENT_STALL, Standstill.NEEDS_ABSENT_CHAIR
SIDES = (seat("a", state="A"), seat("b", state="B"))
THIRD = seat("third")
CHAIR = seat("chair", chairs=True)
DEPUTISED = seat("chair", chairs=True, alternates=("deputy",))
# A limit without a default: what is late is known to be late, and nothing follows from it.
ANY_LIMIT = limit("motion.close")


def told(path: StandstillPath) -> list[str]:
    """Write a path's steps in one word each, with the seats that act."""
    return [" ".join([*step.seats, step.what, *([step.to] if step.to else [])])
            for step in path.steps]  # fmt: skip


def paths_of(terms: Mandate, kind: Standstill) -> list[StandstillPath]:
    return [path for path in explore(terms).paths if path.kind is kind]


def one_body(*seats: Any, kind: DecisionRule, limits: Any = (ANY_LIMIT,), **said: Any) -> Mandate:  # noqa: ANN401 - fields of records
    return mandate(body("b", *seats), rules=(rule("b", kind, **said),), limits=limits)


# ------------------------------------------------------------------------------ the four kinds
def test_veto_names_the_party_that_blocks_alone() -> None:
    terms = one_body(*SIDES, kind=KIND.CONSENSUS, quorum=1)
    first, second = paths_of(terms, VETO)
    assert (first.party, first.blockers, first.needed) == ("A", ("a",), 1)
    assert first.blocked_by_a_party
    assert told(first) == ["a no", "no_consensus", "nothing_follows"]
    assert (second.party, told(second)[0]) == ("B", "b no")


def test_a_veto_of_a_seat_that_is_no_party_says_so() -> None:
    terms = one_body(THIRD, seat("fourth"), kind=KIND.CONSENSUS)
    (path,) = paths_of(terms, VETO)
    assert (path.party, path.blockers, path.needed) == ("", ("third", "fourth"), 1)
    assert not path.blocked_by_a_party


def test_a_group_can_have_a_veto_that_none_of_its_seats_has() -> None:
    seats = [seat(f"e{number}", group="east") for number in range(3)]
    seats += [seat(f"w{number}", group="west") for number in range(3)]
    terms = one_body(*seats, kind=KIND.QUALIFIED_MAJORITY, share=(2, 3), quorum=6)
    (by_vote,) = [
        path
        for path in paths_of(terms, VETO)
        if path.outcome is BallotOutcome.SHARE_NOT_REACHED and path.group == "east"
    ]
    assert (by_vote.needed, by_vote.blockers) == (3, ("e0", "e1", "e2"))
    assert told(by_vote)[0] == "e0 e1 e2 no"


def test_deadlock_takes_several_who_have_nothing_in_common() -> None:
    terms = one_body(*SIDES, THIRD, CHAIR, kind=KIND.MAJORITY, on_tie="chair", quorum=1)
    found = {path.outcome: path for path in paths_of(terms, DEADLOCK)}
    path = found[BallotOutcome.CHAIR_ABSTAINS]
    assert path.blockers == ()
    assert told(path)[-2:] == ["chair_abstains", "nothing_follows"]


def test_silent_stall_is_a_wait_that_no_limit_of_the_text_bounds() -> None:
    terms = one_body(*SIDES, kind=KIND.CONSENSUS, quorum=2, limits=())
    stalls = paths_of(terms, STALL)
    assert [told(path) for path in stalls] == [
        ["a absent", "not_quorate", "nothing_bounds_the_wait"],
        ["b absent", "not_quorate", "nothing_bounds_the_wait"],
    ]


def test_a_limit_of_the_vocabulary_bounds_no_wait() -> None:
    house = limit("motion.close", article="")
    assert paths_of(one_body(*SIDES, kind=KIND.CONSENSUS, limits=(house,)), STALL)
    assert not paths_of(one_body(*SIDES, kind=KIND.CONSENSUS, limits=(ANY_LIMIT,)), STALL)


def test_a_tie_needs_a_chair_who_may_be_absent() -> None:
    terms = one_body(*SIDES, CHAIR, kind=KIND.CHAIR_CASTING_VOTE)
    (path,) = paths_of(terms, NEEDS_CHAIR)
    assert told(path) == ["a no", "chair absent", "chair_absent", "chair_may_be_absent"]


def test_a_chair_with_a_deputy_is_counted_on_and_that_is_said() -> None:
    found = explore(one_body(*SIDES, DEPUTISED, kind=KIND.CHAIR_CASTING_VOTE))
    assert [path for path in found.paths if path.kind is NEEDS_CHAIR] == []
    assert found.counted_on == ("b/chair",)


def test_a_party_that_chairs_is_not_counted_on_though_it_has_deputies() -> None:
    chair = seat("a", state="A", chairs=True, alternates=("deputy",))
    found = explore(one_body(chair, SIDES[1], THIRD, kind=KIND.CHAIR_CASTING_VOTE))
    assert [path.kind for path in found.paths if path.kind is NEEDS_CHAIR]
    assert found.counted_on == ()


# ----------------------------------------------------------------------------- what follows
def default_certified_by_its_chair(chair: Any) -> Mandate:  # noqa: ANN401 - a seat
    by_default = limit("motion.close", default="it stands", certified_by="b")
    return one_body(*SIDES, chair, kind=KIND.CONSENSUS, quorum=3, limits=(by_default,))


def test_a_default_of_the_text_leads_out_if_somebody_can_certify_it() -> None:
    found = explore(default_certified_by_its_chair(DEPUTISED))
    assert (found.paths, found.counted_on) == ((), ("b/chair",))


def test_a_default_that_only_an_absent_chair_can_certify_leads_nowhere() -> None:
    found = explore(default_certified_by_its_chair(CHAIR))
    assert {path.kind for path in found.paths} == {NEEDS_CHAIR}
    path = next(one for one in found.paths if one.outcome is BallotOutcome.NO_CONSENSUS)
    assert told(path)[-3:] == ["deadline_passes", "default_needs_chair", "chair_may_be_absent"]
    assert path.steps[-2].rule == "limit-of-motion.close"
    assert path.steps[-2].article == "9"


BY_PANEL: Any = {"kind": KIND.EXPERT_PANEL_DEFAULT, "on_deadlock": "expert_panel"}
ALONE = seat("x", group="experts", votes=False)
EXPERT = replace(ALONE, alternates=("deputy",))


@pytest.mark.parametrize(
    ("experts", "within_s", "kinds"),
    [
        pytest.param((EXPERT,), None, set(), id="one who is relied on"),
        pytest.param((ALONE,), None, {STALL}, id="nobody replaces the one there is"),
        pytest.param((ALONE,), 60, {DEADLOCK}, id="the same, and the text says when it is late"),
        pytest.param((replace(EXPERT, state="A"),), 60, {DEADLOCK}, id="a party's expert"),
        pytest.param((replace(EXPERT, group=""),), 60, {DEADLOCK}, id="who is no expert"),
        pytest.param((EXPERT, replace(ALONE, id="y")), None, {STALL}, id="all are waited for"),
        pytest.param((EXPERT, replace(ALONE, id="y")), 60, set(), id="but not beyond their time"),
    ],
)
def test_experts_are_a_way_out_if_they_can_be_relied_on_to_report(
    experts: tuple[Any, ...], within_s: int | None, kinds: set[Standstill]
) -> None:
    found = explore(one_body(*SIDES, *experts, experts_within_s=within_s, **BY_PANEL))
    assert {path.kind for path in found.paths} == kinds
    assert found.counted_on == (() if kinds else ("b/x",))
    assert {told(path)[-1].split()[-1] for path in found.paths} <= {"experts_may_be_silent"}


def test_whoever_blocks_the_vote_does_not_silence_the_experts() -> None:
    paths = explore(one_body(*SIDES, ALONE, experts_within_s=60, **BY_PANEL)).paths
    assert {path.blockers for path in paths} == {()}
    assert "x experts_may_be_silent" in {told(path)[-1] for path in paths}


def test_a_tie_that_the_text_calls_failed_is_an_answer() -> None:
    terms = one_body(*SIDES, kind=KIND.MAJORITY, on_tie="fails")
    assert BallotOutcome.TIE not in {path.outcome for path in explore(terms).paths}


def test_silence_that_is_broken_needs_a_way_out_and_silence_itself_does_not() -> None:
    terms = one_body(*SIDES, kind=KIND.SILENCE_PROCEDURE, limits=())
    found = explore(terms).paths
    assert {path.outcome for path in found} == {
        BallotOutcome.SILENCE_BROKEN,
        BallotOutcome.NOT_QUORATE,
    }
    recused = next(one for one in found if one.outcome is BallotOutcome.NOT_QUORATE)
    assert told(recused) == ["a b recused", "not_quorate", "silence_ends", "nothing_follows"]


def two_levels(*above: Any, limits: Any = (ANY_LIMIT,), **said: Any) -> Mandate:  # noqa: ANN401 - as above
    return mandate(
        body("low", *SIDES, THIRD, escalates_to="high"),
        body("high", *above),
        rules=(
            rule("low", KIND.ESCALATION_ON_DEADLOCK, on_deadlock="escalates"),
            rule("high", KIND.CONSENSUS, **said),
        ),
        limits=limits,
    )


def test_a_party_that_sits_at_every_level_blocks_at_every_level() -> None:
    terms = two_levels(*(replace(one, id=f"high-{one.id}") for one in SIDES), quorum=1)
    path = next(one for one in explore(terms).paths if (one.body, one.party) == ("low", "A"))
    assert (path.kind, path.ends_at) == (VETO, "high")
    assert told(path) == [
        "a no",
        "no_consensus",
        "escalates high",
        "high-a no",
        "no_consensus",
        "nothing_follows",
    ]


def test_two_hands_at_two_levels_are_no_veto() -> None:
    terms = two_levels(seat("x"), seat("y"))
    from_below = [path for path in explore(terms).paths if path.body == "low"]
    assert {path.kind for path in from_below} == {DEADLOCK}
    assert {path.blockers for path in from_below} == {()}


def test_a_level_above_that_always_answers_leaves_no_deadlock_below() -> None:
    by_default = limit("motion.close", default="it stands", certified_by="high")
    assert explore(two_levels(*SIDES, DEPUTISED, limits=(by_default,))).paths == ()


def test_levels_that_send_it_back_and_forth_stand_still() -> None:
    terms = mandate(
        body("low", *SIDES, escalates_to="high"),
        body("high", *SIDES, escalates_to="low"),
        rules=tuple(
            rule(name, KIND.ESCALATION_ON_DEADLOCK, on_deadlock="escalates")
            for name in ("low", "high")
        ),
        limits=(ANY_LIMIT,),
    )
    path = next(one for one in explore(terms).paths if (one.body, one.party) == ("low", "B"))
    assert told(path)[-2:] == ["escalates low", "leads_back"]


def test_a_level_above_without_a_rule_for_the_question_is_no_way_out() -> None:
    path = next(iter(explore(two_levels(THIRD, questions=("appeal",))).paths))
    assert told(path)[-2:] == ["escalates high", "no_rule"]
    assert path.questions == tuple(name for name in QUESTIONS if name != "appeal")


# ------------------------------------------------------------------ a default that escalates
def levels(*names: str, without_rule: str = "", **said: Any) -> Mandate:  # noqa: ANN401 - as above
    """Bodies that lead to one another in this order; a name that comes again leads back to it."""
    up_from = dict(pairwise(names))
    bodies = [
        body(name, *SIDES, replace(DEPUTISED, id=f"{name}-chair"), escalates_to=up_from.get(name))
        for name in dict.fromkeys(names)
    ]
    rules = [rule(one.id, KIND.CONSENSUS) for one in bodies if one.id != without_rule]
    up = replace(limit("motion.close", default="escalates", certified_by=names[0]), **said)
    return mandate(*bodies, rules=tuple(rules), limits=(up,))


def veto_of_a(terms: Mandate, question: str = "remedy") -> list[str]:
    """Tell the way in which A alone stops a question that is put to the first body."""
    found = (one for one in paths_of(terms, VETO) if (one.body, one.party) == ("low", "A"))
    return told(next(one for one in found if question in one.questions))


REFUSED = ["a no", "no_consensus", "deadline_passes"]


@pytest.mark.parametrize(
    ("terms", "steps"),
    [
        pytest.param(
            levels("low"),
            [*REFUSED, "nowhere_to_escalate"],
            id="to nobody",
        ),
        pytest.param(
            levels("low", "high", without_rule="high"),
            [*REFUSED, "default_escalates high", "no_rule"],
            id="to a body without a rule",
        ),
        pytest.param(
            levels("low", "mid", "high", without_rule="mid"),
            [*REFUSED, "default_escalates mid", "no_rule"],
            id="to a body without a rule, where no motion begins the limit anew",
        ),
        pytest.param(
            levels("low", "mid", "high"),
            [
                *(*REFUSED, "default_escalates mid"),
                *(*REFUSED, "default_escalates high"),
                *(*REFUSED, "nowhere_to_escalate"),
            ],
            id="through three levels, the limit of each motion passing anew",
        ),
        pytest.param(
            levels("low", "mid", "high", runs_from="case.open", ends_with=("remedy.set",)),
            [*REFUSED, "default_escalates mid", "a no", "no_consensus", "nothing_follows"],
            id="once only, where the limit is the case's",
        ),
        pytest.param(
            levels("low", "high", "low"),
            [*REFUSED, "default_escalates high", *REFUSED, "default_escalates low", "leads_back"],
            id="round and round",
        ),
    ],
)
def test_a_default_that_escalates_is_as_good_as_what_the_body_above_can_do(
    terms: Mandate, steps: list[str]
) -> None:
    assert veto_of_a(terms) == steps


def test_a_default_that_escalates_to_a_body_that_always_answers_leads_out() -> None:
    bodies = body("low", *SIDES, escalates_to="high"), body("high", DEPUTISED, THIRD, EXPERT)
    rules = (
        rule("low", KIND.CONSENSUS),
        rule("high", KIND.EXPERT_PANEL_DEFAULT, on_deadlock="expert_panel"),
    )
    up = limit("motion.close", default="escalates", certified_by="high")
    assert explore(mandate(*bodies, rules=rules, limits=(up,))).paths == ()
    assert explore(mandate(*bodies, rules=rules, limits=(ANY_LIMIT,))).paths != ()


def test_a_default_that_escalates_is_walked_though_its_certifier_may_be_absent() -> None:
    terms = levels("low", "high", without_rule="high")
    absent = tuple(
        replace(one, seats=tuple(replace(x, alternates=()) for x in one.seats))
        for one in terms.bodies
    )
    by_a = [
        told(one)[3:]
        for one in explore(replace(terms, bodies=absent)).paths
        if (one.body, one.party, one.outcome) == ("low", "A", BallotOutcome.NO_CONSENSUS)
    ]
    assert by_a == [
        ["default_needs_chair", "chair_may_be_absent"],
        ["default_escalates high", "no_rule"],
    ]


def test_a_plain_default_beside_one_that_escalates_still_leads_out() -> None:
    terms = levels("low", "high", without_rule="high")
    plain = limit("remedy.set", default="it stands", certified_by="low")
    found = explore(replace(terms, deadlines=(*terms.deadlines, plain))).paths
    assert "remedy" not in {question for path in found for question in path.questions}
    assert "appeal" in {question for path in found for question in path.questions}


def test_a_limit_of_one_body_bounds_no_wait_of_another() -> None:
    rules = (rule("low", KIND.CONSENSUS, quorum=2), rule("high", KIND.CONSENSUS, quorum=2))
    apart = (body("low", *SIDES), body("high", *SIDES))
    of_low = replace(ANY_LIMIT, body="low")
    stalls = paths_of(mandate(*apart, rules=rules, limits=(of_low,)), STALL)
    assert {path.body for path in stalls} == {"high"}


def test_a_limit_of_one_question_bounds_no_wait_for_another() -> None:
    of_appeals = replace(ANY_LIMIT, questions=("appeal",))
    stalls = paths_of(one_body(*SIDES, kind=KIND.CONSENSUS, limits=(of_appeals,)), STALL)
    assert {question for path in stalls for question in path.questions} == {*QUESTIONS} - {"appeal"}


def test_a_limit_of_a_body_above_from_the_opening_may_have_begun_below() -> None:
    opened = replace(limit("remedy.set"), body="high")
    low, high = (body("low", *SIDES, escalates_to="high"), body("high", *SIDES))
    rules = (rule("low", KIND.CONSENSUS), rule("high", KIND.CONSENSUS))
    for bodies, stalls in (((low, high), True), ((replace(low, escalates_to=None), high), False)):
        found = paths_of(mandate(*bodies, rules=rules, limits=(opened,)), STALL)
        begin = {path.body for path in found if "remedy" in path.questions}
        assert ("high" in begin) == stalls


# --------------------------------------------------------------------- without the accused
def test_who_is_not_accused_has_a_veto_that_whoever_is_has_not() -> None:
    def of(leaves_out: str) -> list[StandstillPath]:
        said: Any = {"kind": KIND.CONSENSUS_MINUS_PARTIES, "leaves_out": leaves_out}
        return paths_of(one_body(*SIDES, THIRD, seat("fourth"), **said), VETO)

    assert {path.party for path in of("parties")} == {""}
    by_a, by_b = (next(one for one in of("accused") if one.party == code) for code in PARTIES)
    assert told(by_a)[:3] == ["b left_out", "a no", "no_consensus"]
    assert told(by_b)[:3] == ["a left_out", "b no", "no_consensus"]


def test_which_of_two_accused_is_shown_does_not_hang_on_the_order_of_the_parties() -> None:
    seats = (seat("x", state="B"), THIRD, seat("fourth"), replace(ALONE, state="A"))
    terms = one_body(*seats, kind=KIND.CONSENSUS_MINUS_PARTIES, leaves_out="accused")
    swap = {"A": "B", "B": "A", "": ""}
    mirrored = tuple(replace(one, state=swap[one.state]) for one in seats)
    other = one_body(*mirrored, kind=KIND.CONSENSUS_MINUS_PARTIES, leaves_out="accused")
    here = {replace(path, party=swap[path.party]) for path in explore(terms).paths}
    assert here == set(explore(other).paths)


@pytest.mark.parametrize(
    ("states", "found"),
    [
        pytest.param(("A", "B", ""), [("A",), ("B",), ("A", "B")], id="both sit there"),
        pytest.param(("A", ""), [(), ("A",)], id="whoever does not sit there may be accused"),
        pytest.param(("", "C"), [()], id="neither does"),
    ],
)
def test_every_choice_of_the_accused_is_explored(
    states: tuple[str, ...], found: list[tuple[str, ...]]
) -> None:
    one = body("b", *(seat(f"s{n}", state=state) for n, state in enumerate(states)))
    by = rule("b", KIND.CONSENSUS_MINUS_PARTIES, leaves_out="accused")
    assert list(accusations(mandate(one, rules=(by,)), one, by)) == found
    by_all = replace(by, leaves_out="parties")
    assert accusations(mandate(one, rules=(by_all,)), one, by_all) == (PARTIES,)


def test_an_escalation_to_nobody_is_told() -> None:
    terms = one_body(*SIDES, kind=KIND.ESCALATION_ON_DEADLOCK, on_deadlock="escalates")
    assert told(explore(terms).paths[0])[-1] == "nowhere_to_escalate"


def test_no_remedy_follows_a_limit_by_whose_default_the_case_only_goes_up() -> None:
    late = limit("remedy.follow_up", default="escalates", certified_by="b")
    terms = one_body(DEPUTISED, kind=KIND.MAJORITY, questions=("determination",), limits=(late,))
    (path,) = (one for one in explore(terms).paths if one.questions == ("remedy",))
    assert told(path) == ["deadline_passes", "no_rule"]


def test_bodies_without_any_rule_stand_still_from_the_first() -> None:
    (path,) = explore(mandate(body("b", *SIDES), rules=())).paths
    assert (path.kind, path.outcome, told(path)) == (DEADLOCK, None, ["no_rule"])
    assert path.questions == QUESTIONS


def test_a_remedy_that_is_not_kept_leads_nowhere_if_no_body_can_set_another() -> None:
    late = limit("remedy.follow_up")
    terms = one_body(DEPUTISED, kind=KIND.MAJORITY, questions=("determination",), limits=(late,))
    path = next(one for one in explore(terms).paths if one.questions == ("remedy",))
    assert told(path) == ["deadline_passes", "no_rule"]
    can = one_body(DEPUTISED, kind=KIND.MAJORITY, questions=("remedy",), limits=(late,))
    assert [one for one in explore(can).paths if one.body == ""] == []


def test_the_act_tells_the_question() -> None:
    assert questions_of("determination.record") == ("determination",)
    assert questions_of("determination.withdraw") == ("correction",)
    assert questions_of("determination.preliminary") == ()
    assert questions_of("remedy.follow_up") == ()
    assert questions_of("case.position") == ()


def test_where_the_experts_may_be_silent_a_default_still_leads_out() -> None:
    by_panel = rule("b", **BY_PANEL)
    bodies = (body("b", *SIDES, ALONE), body("c", DEPUTISED))
    by_default = limit("motion.close", default="it stands", certified_by="c")
    found = explore(mandate(*bodies, rules=(by_panel,), limits=(by_default,)))
    assert (found.paths, found.counted_on) == ((), ("c/chair",))
    without = replace(by_default, default="", certified_by=None)
    assert explore(mandate(*bodies, rules=(by_panel,), limits=(without,))).paths


@pytest.mark.parametrize(
    ("runs_from", "bounded"),
    [
        pytest.param("motion.put", QUESTIONS, id="each motion has its own limit"),
        pytest.param("case.evidence", ("admission",), id="what was put in"),
        pytest.param("case.appeal", ("appeal",), id="an appeal"),
        pytest.param("case.open", (), id="an answer to any question meets it"),
    ],
)
def test_the_closing_of_a_motion_bounds_what_the_limit_runs_from(
    runs_from: str, bounded: tuple[str, ...]
) -> None:
    until_closed = replace(limit("motion.close"), runs_from=runs_from)
    assert questions_within(until_closed) == bounded
    both = replace(until_closed, ends_with=("motion.close", "remedy.set"))
    assert set(questions_within(both)) == {*bounded, "remedy"}


def test_nothing_happens_on_a_path_that_has_no_word() -> None:
    with pytest.raises(ValueError, match="'explodes' is nothing that happens on a path"):
        PathStep(body="b", seats=(), what="explodes", to="", rule="", article="")


# ------------------------------------------------------------- every word, every way to count
WORLDS = (
    *(one_body(*SIDES, THIRD, CHAIR, kind=kind, limits=()) for kind in KIND),
    one_body(*SIDES, THIRD, CHAIR, kind=KIND.MAJORITY, on_tie="escalates"),
    one_body(*SIDES, THIRD, kind=KIND.MAJORITY, abstentions_count=True),
    default_certified_by_its_chair(CHAIR),
    one_body(*SIDES, ALONE, **BY_PANEL),
    two_levels(THIRD, questions=("appeal",)),
    levels("low", "high"),
    one_body(*SIDES, THIRD, kind=KIND.CONSENSUS_MINUS_PARTIES, leaves_out="accused"),
    mandate(
        body("low", *SIDES, escalates_to="high"),
        body("high", *SIDES, escalates_to="low"),
        rules=tuple(
            rule(one, KIND.ESCALATION_ON_DEADLOCK, on_deadlock="escalates")
            for one in ("low", "high")
        ),
    ),
)


def test_every_outcome_and_every_word_of_a_path_is_reached() -> None:
    found = [explore(terms) for terms in WORLDS]
    assert {one.outcome for each in found for one in each.reaches} == set(BallotOutcome)
    paths = [path for each in found for path in each.paths]
    assert {path.kind for path in paths} == set(Standstill)
    words = {step.what for path in paths for step in path.steps}
    answers = {one.value for one in BallotOutcome if one.decides}
    assert words == set(HAPPENS) - answers


# ---------------------------------------------------------------- the whole walk, by brute force
@st.composite
def small_mandates(draw: st.DrawFn) -> Mandate:
    """Bodies of up to three seats that escalate anywhere, with limits or without."""
    names = draw(st.sampled_from([("low", "high"), ("low", "mid", "high")]))
    bodies, rules = [], []
    for name in names:
        size = draw(st.integers(1, 3 if len(names) == 2 else 2))
        chair = draw(st.integers(-1, size - 1))
        seats = [
            seat(
                f"{name}{number}",
                # A chair who is relied on is what most ways out need: let there be enough.
                state=draw(st.sampled_from(["", *PARTIES, *([""] * 3 * (number == chair))])),
                chairs=number == chair,
                alternates=draw(st.sampled_from([(), ("deputy",), ("deputy",)])),
            )
            for number in range(size)
        ]
        seats += [
            seat(
                f"{name}-expert{number}",
                state=draw(st.sampled_from(["", "", "A"])),
                group="experts",
                votes=False,
                alternates=draw(st.sampled_from([(), ("deputy",), ("deputy",)])),
            )
            for number in range(draw(st.integers(0, 2)))
        ]
        to = draw(st.sampled_from([None, *(other for other in names if other != name)]))
        bodies.append(body(name, *seats, escalates_to=to))
        kind = draw(st.sampled_from(KIND))
        said: dict[str, Any] = {"quorum": draw(st.integers(0, size))}
        if kind is KIND.MAJORITY:
            said["on_tie"] = draw(st.sampled_from(["fails", "chair", "escalates"]))
        said["on_deadlock"] = DEADLOCK_OF_KIND.get(kind) or draw(
            st.sampled_from(["nothing", "escalates", "expert_panel"])
        )
        if kind is KIND.CONSENSUS_MINUS_PARTIES:
            said["leaves_out"] = draw(st.sampled_from(["parties", "accused", "accused"]))
        said["experts_within_s"] = draw(st.sampled_from([None, 3600]))
        said["questions"] = draw(st.sampled_from([("any",), ("remedy",), ("appeal", "remedy")]))
        rules.append(rule(name, kind, **said))
    bounded = draw(
        st.lists(
            st.builds(
                limited,
                st.sampled_from(
                    [
                        ("motion.put", "motion.close"),
                        ("case.open", "remedy.set"),
                        ("case.escalate", "motion.close"),
                    ]
                ),
                st.sampled_from([None, *((what, by) for what in DEFAULTS for by in names)]),
                st.sampled_from([None, None, *names]),
                st.sampled_from([(), (), ("remedy",), ("appeal",)]),
            ),
            max_size=2,
            unique_by=lambda one: one.id,
        )
    )
    return mandate(*bodies, rules=tuple(rules), limits=tuple(bounded))


DEFAULTS = ("it stands", "escalates", "escalates")


def limited(
    acts: tuple[str, str],
    said: tuple[str, str] | None,
    of_body: str | None,
    questions: tuple[str, ...],
) -> Deadline:
    what, by = said or ("", None)
    name = f"{acts[0]}-{what.replace(' ', '-')}-{of_body}"
    one = limit(acts[1], default=what, certified_by=by)
    return replace(one, id=name, runs_from=acts[0], body=of_body, questions=questions)


def running(
    terms: Mandate, question: str, seen: tuple[str, ...], *, put: bool = True
) -> list[Deadline]:
    """Give the limits that surely run where the case is: the last body of those seen.

    A limit of one body from the opening may have run out of reach, where the case could come up.
    """
    found = []
    for one in limits_of(terms, question):
        can_come_up = any(each.escalates_to == seen[-1] for each in terms.bodies)
        begins = {"motion.put": put, "case.open": not can_come_up}
        begins["case.escalate"] = len(seen) > 1
        if one.body is None or (one.body == seen[-1] and begins[one.runs_from]):
            found.append(one)
    return found


def acts(terms: Mandate, body_id: str | None) -> bool:
    """Tell whether a chair can be relied on: it has deputies, and no party sends it."""
    return any(
        one.chairs and one.alternates and one.state not in PARTIES
        for each in terms.bodies
        if each.id == body_id
        for one in each.seats
    )


def can_stand_still(
    terms: Mandate,
    body_id: str,
    question: str,
    seen: tuple[str, ...],
    used: tuple[str, ...] = (),
) -> bool:
    """Play every vote of every seat, and ask whether one of them leads to no answer."""
    one = next(each for each in terms.bodies if each.id == body_id)
    by = rule_for(terms, body_id, question)
    here = (*seen, body_id)
    if body_id in seen:
        of_all = replace(terms, deadlines=tuple(x for x in terms.deadlines if x.body is None))
        return not is_answered_by_default(of_all, limits_of(of_all, question))
    if by is None:
        limits = running(terms, question, here, put=False)
        return no_default_helps(terms, body_id, question, here, used, limits)
    left = tuple(name for name in used if not name.startswith("motion.put"))
    voters = [each.id for each in one.seats if each.group != "experts"]
    for accused, choices in product(accusable(by, one), product(Choice, repeat=len(voters))):
        votes = {each.id: Choice.ABSENT for each in one.seats}
        votes |= dict(zip(voters, choices, strict=True))
        if relies_on_an_alternate(terms, one, by, votes):
            continue
        outcome = counted(terms, one, by, votes, accused)
        fails = outcome is BallotOutcome.TIE and by.on_tie == "fails"
        answered = outcome in {BallotOutcome.CARRIED, BallotOutcome.REJECTED} or fails
        if not answered and leads_nowhere(terms, by, outcome, question, here, left):
            return True
    return False


def accusable(by: Rule, one: Body) -> list[set[str]]:
    """Give every choice of parties whose seats a vote may have to leave out."""
    if by.leaves_out == "parties":
        return [set(PARTIES)]
    present = {each.state for each in one.seats}
    every = [{"A"}, {"B"}, {"A", "B"}]
    return [accused & present for accused in every]


def leads_nowhere(
    terms: Mandate,
    by: Rule,
    outcome: BallotOutcome,
    question: str,
    seen: tuple[str, ...],
    used: tuple[str, ...],
) -> bool:
    waits = outcome is BallotOutcome.NOT_QUORATE and by.kind is not KIND.SILENCE_PROCEDURE
    limits = running(terms, question, seen)
    if waits and not limits:
        return True
    up = next(each.escalates_to for each in terms.bodies if each.id == by.body)
    goes_up = outcome is BallotOutcome.TIE and by.on_tie == "escalates"
    if (goes_up or by.on_deadlock == "escalates") and up is not None:
        return can_stand_still(terms, up, question, seen, used)
    if by.on_deadlock == "expert_panel" and not goes_up and experts_report(terms, by):
        return False
    return no_default_helps(terms, by.body, question, seen, used, limits)


def is_answered_by_default(terms: Mandate, limits: Iterable[Deadline]) -> bool:
    return any(
        each.default not in {"", "escalates"} and acts(terms, each.certified_by) for each in limits
    )


def experts_report(terms: Mandate, by: Rule) -> bool:
    """Let every expert be silent who may be, and ask whether the word of the others stands."""
    seats = next(each.seats for each in terms.bodies if each.id == by.body)
    experts = {each.id for each in seats if each.group == "experts"}
    silent = {
        each.id
        for each in seats
        if each.id in experts and not (each.alternates and each.state not in PARTIES)
    }
    return silent < experts and (not silent or by.experts_within_s is not None)


def no_default_helps(
    terms: Mandate,
    body_id: str,
    question: str,
    seen: tuple[str, ...],
    used: tuple[str, ...],
    limits: list[Deadline],
) -> bool:
    """Try each default, and one that escalates once; a motion has its own limit."""
    if is_answered_by_default(terms, limits):
        return False
    up = next(each.escalates_to for each in terms.bodies if each.id == body_id)
    return up is None or not any(
        each.default == "escalates"
        and each.id not in used
        and acts(terms, each.certified_by)
        and not can_stand_still(terms, up, question, seen, (*used, each.id))
        for each in limits
    )


@given(small_mandates())
def test_a_way_to_stand_still_is_found_exactly_where_there_is_one(terms: Mandate) -> None:
    found = {(path.body, question) for path in explore(terms).paths for question in path.questions}
    for one in terms.bodies:
        for question in ("remedy", "appeal", "closing"):
            if rule_for(terms, one.id, question) is not None:
                expected = can_stand_still(terms, one.id, question, ())
                assert ((one.id, question) in found) == expected, (one.id, question)


@given(small_mandates())
def test_swapping_the_parties_swaps_the_paths(terms: Mandate) -> None:
    swap = {"A": "B", "B": "A", "": ""}
    mirrored = replace(
        terms,
        bodies=tuple(
            replace(one, seats=tuple(replace(x, state=swap[x.state]) for x in one.seats))
            for one in terms.bodies
        ),
    )
    here, there = explore(terms), explore(mirrored)
    assert {replace(path, party=swap[path.party]) for path in here.paths} == set(there.paths)
    assert here.reaches == there.reaches
