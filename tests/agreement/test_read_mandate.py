"""The tables of a mandate: what they become, and what is said of each thing that is wrong."""

from __future__ import annotations

import pytest
from agreement_texts import SMALL, checked

from truceline.agreement.mandate_vocabulary import DEFAULT_DEADLINES, DEFAULT_STANDARDS
from truceline.records.mandate import (
    DecisionRule,
    Mandate,
    Role,
    RoleHolder,
    Seat,
    StandardOfProof,
)

BODIES = """
[[body]]
id = "commission"
name = "The Commission"
level = "special_commission"
escalates_to = "ministers"
article = "V.1"
words = "A Commission is established."

[[body.seat]]
id = "chair"
chairs = true
holder = "keys/chair"
alternates = ["keys/deputy"]
appointed_by = "keys/depositary"

[[body.seat]]
id = "side-a"
state = "A"
group = "parties"

[[body.seat]]
id = "side-b"
state = "B"
group = "parties"

[[body.seat]]
id = "expert"
group = "experts"
votes = false

[[body]]
id = "ministers"
name = "The Ministers"
level = "political_level"
article = "V.2"
words = "The Ministers meet."
seat = [{ id = "a", state = "A" }, { id = "b", state = "B" }]

[[rule]]
id = "by-two-thirds"
body = "commission"
questions = ["determination", "remedy"]
kind = "qualified_majority"
quorum = 3
quorum_by_group = { parties = 2 }
share = "2/3"
abstentions_count = true
on_deadlock = "escalates"
article = "V.3"
words = "It decides by two thirds."

[[rule]]
id = "tied"
body = "commission"
questions = ["any"]
kind = "majority"
on_tie = "chair"
on_deadlock = "expert_panel"
article = "V.4"
words = "It decides by majority."

[[rule]]
id = "silent"
body = "ministers"
questions = ["any"]
kind = "silence_procedure"
silence = "P2DT12H"
article = "V.5"
words = "Silence is consent."

[[deadline]]
id = "party_reply"
runs_from = "case.notify"
ends_with = ["case.position"]
lasts = "PT6H"
article = "V.6"
words = "Six hours to reply."

[[deadline]]
id = "decide"
runs_from = "case.open"
ends_with = ["determination.record"]
lasts = "P2W"
default = "the experts' finding stands"
certified_by = "commission"
article = "V.7"
words = "Two weeks to decide."

[[standard]]
consequence = "activation_for_armed_attack"
standard = "beyond_reasonable_doubt"
article = "V.8"
words = "Beyond reasonable doubt."

[[role]]
actor = "keys/reviewer-1"
role = "reviewer"

[[role]]
actor = "keys/side-a"
role = "party"
state = "A"
"""


def mandate_of(text: str = BODIES) -> Mandate:
    report = checked((SMALL + text).encode())
    assert report.problems == ()
    assert report.agreement is not None
    assert report.agreement.mandate is not None
    return report.agreement.mandate


def problems_with(old: str, new: str) -> tuple[str, ...]:
    assert BODIES.count(old) >= 1, old
    report = checked((SMALL + BODIES.replace(old, new, 1)).encode())
    assert (report.agreement is None) == bool(report.problems)
    return tuple(problem.removeprefix("small.toml: ") for problem in report.problems)


def test_an_agreement_without_these_tables_has_no_mandate() -> None:
    report = checked(SMALL.encode())
    assert report.agreement is not None
    assert report.agreement.mandate is None


def test_a_mandate_names_the_agreement_its_hash_and_its_parties() -> None:
    report = checked((SMALL + BODIES).encode())
    assert report.agreement is not None
    mandate = mandate_of()
    assert (mandate.agreement, mandate.parties) == ("small", ("A", "B"))
    assert mandate.agreement_sha256 == report.agreement.sha256


def test_bodies_have_seats_and_lead_on() -> None:
    commission, ministers = mandate_of().bodies
    assert (commission.escalates_to, ministers.escalates_to) == ("ministers", None)
    assert (commission.level, commission.article) == ("special_commission", "V.1")
    assert commission.seats[0] == Seat(
        id="chair",
        state="",
        group="",
        votes=True,
        chairs=True,
        holder="keys/chair",
        alternates=("keys/deputy",),
        appointed_by="keys/depositary",
    )
    assert [seat.votes for seat in commission.seats] == [True, True, True, False]
    assert [seat.state for seat in ministers.seats] == ["A", "B"]


def test_rules_hold_shares_quorums_and_what_follows() -> None:
    by_share, tied, silent = mandate_of().rules
    assert (by_share.kind, by_share.share) == (DecisionRule.QUALIFIED_MAJORITY, (2, 3))
    assert (by_share.quorum, by_share.quorum_by_group) == (3, {"parties": 2})
    assert (by_share.abstentions_count, by_share.on_deadlock) == (True, "escalates")
    assert (tied.on_tie, tied.on_deadlock, tied.quorum) == ("chair", "expert_panel", 0)
    assert (silent.silence_s, silent.on_deadlock, silent.share) == (216_000, "nothing", None)


def test_a_share_is_counted_of_the_votes_cast_or_of_all_seats() -> None:
    assert {one.counted_of for one in mandate_of().rules} == {"votes_cast"}
    text = BODIES.replace("abstentions_count = true", 'counted_of = "all_seats"')
    assert mandate_of(text).rules[0].counted_of == "all_seats"
    cast = mandate_of(text.replace("all_seats", "votes_cast"))
    assert cast.rules == mandate_of(BODIES.replace("abstentions_count = true\n", "")).rules


def test_a_limit_is_of_all_bodies_and_questions_or_of_those_it_names() -> None:
    assert {(one.body, one.questions) for one in mandate_of().deadlines} == {(None, ())}
    said = 'lasts = "P2W"\n'
    text = BODIES.replace(said, f'{said}body = "commission"\nquestions = ["remedy", "appeal"]\n')
    limit = mandate_of(text).deadlines[1]
    assert (limit.body, limit.questions) == ("commission", ("remedy", "appeal"))


def test_a_consensus_leaves_out_every_party_or_the_accused() -> None:
    by_majority = 'kind = "majority"\non_tie = "chair"\n'
    minus = 'kind = "consensus_minus_parties"\n'
    text = BODIES.replace(by_majority, f'{minus}leaves_out = "accused"\nquorum = 2\n')
    assert mandate_of(text).rules[1].leaves_out == "accused"
    assert mandate_of(BODIES.replace(by_majority, minus)).rules[1].leaves_out == "parties"
    assert problems_with(by_majority, f'{minus}leaves_out = "accused"\nquorum = 3\n') == (
        "[[rule]] 2 (tied): quorum: 3 is above the 2 seats that vote by it",
    )


def test_at_most_four_parties_sit_where_the_accused_are_left_out() -> None:
    parties = "".join(f'\n[[party]]\ncode = "P{n}"\nname = "Party {n}"\n' for n in range(4))
    seats = "".join(f'\n[[body.seat]]\nid = "p{n}"\nstate = "P{n}"\n' for n in range(4))
    first = '\n[[body.seat]]\nid = "side-a"'
    minus = 'kind = "consensus_minus_parties"\nleaves_out = "accused"\n'
    text = BODIES.replace('kind = "majority"\non_tie = "chair"\n', minus)
    report = checked((SMALL + parties + text.replace(first, seats + first)).encode())
    (problem,) = report.problems
    assert problem.endswith("(tied): leaves_out: 6 parties sit there, 4 are the most")
    assert mandate_of(text).rules[1].leaves_out == "accused"


def test_experts_have_a_time_of_their_own_or_none() -> None:
    asked = 'on_deadlock = "expert_panel"\n'
    assert mandate_of().rules[1].experts_within_s is None
    text = BODIES.replace(asked, f'{asked}experts_within = "P7D"\n')
    assert mandate_of(text).rules[1].experts_within_s == 7 * 86_400


def test_the_name_of_a_kind_says_what_follows_a_deadlock_or_a_tie() -> None:
    text = BODIES.replace('kind = "majority"\non_tie = "chair"\n', 'kind = "chair_casting_vote"\n')
    assert mandate_of(text).rules[1].on_tie == "chair"
    text = BODIES.replace(
        'kind = "majority"\non_tie = "chair"\non_deadlock = "expert_panel"\n',
        'kind = "escalation_on_deadlock"\n',
    )
    assert mandate_of(text).rules[1].on_deadlock == "escalates"


def test_what_the_text_says_of_a_deadline_goes_before_the_vocabulary() -> None:
    deadlines = mandate_of().deadlines
    by_id = {one.id: one for one in deadlines}
    assert (by_id["party_reply"].lasts_s, by_id["party_reply"].article) == (21_600, "V.6")
    assert (by_id["decide"].lasts_s, by_id["decide"].certified_by) == (1_209_600, "commission")
    assert by_id["decide"].default == "the experts' finding stands"
    assert len(deadlines) == len(DEFAULT_DEADLINES) + 1


def test_what_the_text_does_not_say_comes_from_the_vocabulary_and_has_no_article() -> None:
    mandate = mandate_of()
    filled = [one for one in mandate.deadlines if not one.article]
    assert {one.id for one in filled} == set(DEFAULT_DEADLINES) - {"party_reply"}
    assert {(one.default, one.certified_by) for one in filled} == {("", None)}
    assert {one.id: one.lasts_s for one in filled}["commission_determination_s3_s4"] == 172_800
    standards = {one.consequence: (one.standard, one.article) for one in mandate.standards}
    assert set(standards) == set(DEFAULT_STANDARDS)
    assert standards["activation_for_armed_attack"] == (
        StandardOfProof.BEYOND_REASONABLE_DOUBT,
        "V.8",
    )
    assert standards["hotline_or_warning"] == (StandardOfProof.REASONABLE_SUSPICION, "")


def test_roles_are_held_by_keys() -> None:
    assert mandate_of().roles == (
        RoleHolder(actor="keys/reviewer-1", role=Role.REVIEWER, state=""),
        RoleHolder(actor="keys/side-a", role=Role.PARTY, state="A"),
    )


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [
        pytest.param("PT5M", 300, id="minutes"),
        pytest.param("PT48H", 172_800, id="hours beyond a day"),
        pytest.param("P7D", 604_800, id="days"),
        pytest.param("P1DT1H1M1S", 90_061, id="all together"),
        pytest.param("P1W", 604_800, id="a week"),
        pytest.param("PT1S", 1, id="the shortest"),
        pytest.param("P3650D", 315_360_000, id="the longest"),
    ],
)
def test_durations(lasts: str, seconds: int) -> None:
    assert mandate_of(BODIES.replace("PT6H", lasts)).deadlines[0].lasts_s == seconds


CALENDAR = "counts months or years, which differ in length; write days: P30D"
NO_LENGTH = "is no length of time; write PT12H, PT30M or P7D"


@pytest.mark.parametrize(
    ("lasts", "why"),
    [
        pytest.param("P1M", CALENDAR, id="a month"),
        pytest.param("P1Y", CALENDAR, id="a year"),
        pytest.param("P1Y2DT3H", CALENDAR, id="a year and more"),
        pytest.param("PT", NO_LENGTH, id="nothing"),
        pytest.param("6 hours", NO_LENGTH, id="words"),
        pytest.param("PT1.5H", NO_LENGTH, id="a fraction"),
        pytest.param("P1W2D", NO_LENGTH, id="weeks beside days"),
        pytest.param("-PT1H", NO_LENGTH, id="backwards"),
        pytest.param("PT0S", "is 0 s, outside 1 s to ten years", id="no time at all"),
        pytest.param("P3651D", "is 315446400 s, outside 1 s to ten years", id="too long"),
    ],
)
def test_lengths_that_are_refused(lasts: str, why: str) -> None:
    assert problems_with("PT6H", lasts) == (
        f"[[deadline]] 1 (party_reply): lasts: '{lasts}' {why}",
    )


PROBLEMS = {
    "a body that is not there": (
        'body = "ministers"',
        'body = "minister"',
        "[[rule]] 3 (silent): body: no body 'minister'; did you mean ministers?",
    ),
    "an escalation to a body that is not there": (
        'escalates_to = "ministers"',
        'escalates_to = "cabinet"',
        "[[body]] 1 (commission): escalates_to: no body 'cabinet'; known are commission, ministers",
    ),
    "an escalation to itself": (
        'escalates_to = "ministers"',
        'escalates_to = "commission"',
        "[[body]] 1 (commission): escalates_to: 'commission' is this body itself",
    ),
    "a rule that escalates from a body that leads nowhere": (
        'escalates_to = "ministers"\n',
        "",
        "[[body]] 1 (commission): escalates_to: missing; rule by-two-thirds escalates from here",
    ),
    "a quorum above the seats": (
        "quorum = 3",
        "quorum = 4",
        "[[rule]] 1 (by-two-thirds): quorum: 4 is above the 3 seats that vote by it",
    ),
    "a quorum of a group above its seats": (
        "{ parties = 2 }",
        "{ parties = 3 }",
        (
            "[[rule]] 1 (by-two-thirds): quorum_by_group: parties = 3 is above its 2 seats "
            "that vote by it"
        ),
    ),
    "a quorum of a group that is not there": (
        "{ parties = 2 }",
        "{ party = 2 }",
        "[[rule]] 1 (by-two-thirds): quorum_by_group: no group 'party'; did you mean parties?",
    ),
    "a quorum that counts seats left out": (
        (
            'kind = "qualified_majority"\nquorum = 3\nquorum_by_group = { parties = 2 }\nshare '
            '= "2/3"\nabstentions_count = true'
        ),
        'kind = "consensus_minus_parties"\nquorum = 2',
        "[[rule]] 1 (by-two-thirds): quorum: 2 is above the 1 seats that vote by it",
    ),
    "a share that is none": (
        '"2/3"',
        '"most"',
        "[[rule]] 1 (by-two-thirds): share: 'most' is no share; write \"2/3\"",
    ),
    "a share of a half": (
        '"2/3"',
        '"1/2"',
        "[[rule]] 1 (by-two-thirds): share: '1/2' is not above 1/2 and up to 1",
    ),
    "a share above one": (
        '"2/3"',
        '"4/3"',
        "[[rule]] 1 (by-two-thirds): share: '4/3' is not above 1/2 and up to 1",
    ),
    "a missing share": (
        'share = "2/3"\n',
        "",
        "[[rule]] 1 (by-two-thirds): share: missing",
    ),
    "a share for a rule that has none": (
        'silence = "P2DT12H"',
        'silence = "P2DT12H"\nshare = "2/3"',
        (
            "[[rule]] 3 (silent): share: means nothing for silence_procedure; only "
            "qualified_majority has it"
        ),
    ),
    "a share of nobody": (
        "abstentions_count = true",
        'counted_of = "seats"',
        (
            "[[rule]] 1 (by-two-thirds): counted_of 'seats' is no number to count of; did you "
            "mean all_seats?"
        ),
    ),
    "a share of all seats and of who abstains": (
        "abstentions_count = true",
        'abstentions_count = true\ncounted_of = "all_seats"',
        (
            "[[rule]] 1 (by-two-thirds): abstentions_count: means nothing where all seats are "
            "counted"
        ),
    ),
    "all seats for a rule that counts no votes": (
        'silence = "P2DT12H"',
        'silence = "P2DT12H"\ncounted_of = "all_seats"',
        (
            "[[rule]] 3 (silent): counted_of: means nothing for silence_procedure; only "
            "qualified_majority and majority and chair_casting_vote has it"
        ),
    ),
    "the accused left out of a majority": (
        'on_tie = "chair"',
        'on_tie = "chair"\nleaves_out = "accused"',
        (
            "[[rule]] 2 (tied): leaves_out: means nothing for majority; only "
            "consensus_minus_parties has it"
        ),
    ),
    "whoever is left out": (
        'kind = "majority"\non_tie = "chair"',
        'kind = "consensus_minus_parties"\nleaves_out = "the accused"',
        (
            "[[rule]] 2 (tied): leaves_out 'the accused' is no word for whom to leave out; did "
            "you mean accused?"
        ),
    ),
    "a limit of a body that is not there": (
        'lasts = "P2W"',
        'lasts = "P2W"\nbody = "comission"',
        "[[deadline]] 2 (decide): body: no body 'comission'; did you mean commission?",
    ),
    "a limit of a question that is none": (
        'lasts = "P2W"',
        'lasts = "P2W"\nquestions = ["any"]',
        (
            "[[deadline]] 2 (decide): questions: 'any' is no question; known are admission, "
            "appeal, closing, correction, declaration, determination, remedy"
        ),
    ),
    "a default that escalates from a body that leads nowhere": (
        'default = "the experts\' finding stands"',
        'default = "escalates"\nbody = "ministers"',
        "[[deadline]] 2 (decide): default: escalates, and 'ministers' leads to no body",
    ),
    "a time for experts whom nobody asks": (
        'on_deadlock = "escalates"',
        'on_deadlock = "escalates"\nexperts_within = "P7D"',
        (
            "[[rule]] 1 (by-two-thirds): experts_within: nobody asks the experts: on_deadlock "
            "is 'escalates'"
        ),
    ),
    "a time for experts that is none": (
        'on_deadlock = "expert_panel"',
        'on_deadlock = "expert_panel"\nexperts_within = "a week"',
        (
            "[[rule]] 2 (tied): experts_within: 'a week' is no length of time; write PT12H, "
            "PT30M or P7D"
        ),
    ),
    "a majority that does not say what a tie is": (
        'on_tie = "chair"\n',
        "",
        "[[rule]] 2 (tied): on_tie: missing",
    ),
    "a tie for the chair where nobody chairs": (
        "chairs = true\n",
        "",
        "[[rule]] 2 (tied): on_tie: the chair decides, and no seat of 'commission' chairs",
    ),
    "experts who are not there": (
        'group = "experts"',
        'group = "observers"',
        (
            "[[rule]] 2 (tied): on_deadlock: expert_panel, and 'commission' has no seat of "
            "group 'experts' without a vote"
        ),
    ),
    "a question that is none": (
        '"remedy"]',
        '"remedies"]',
        "[[rule]] 1 (by-two-thirds): questions: 'remedies' is no question; did you mean remedy?",
    ),
    "a question that two rules decide": (
        'questions = ["any"]\nkind = "majority"',
        'questions = ["any", "remedy"]\nkind = "majority"',
        "[[rule]] 2 (tied): questions: commission already decides 'remedy' by rule by-two-thirds",
    ),
    "a kind that is none": (
        '"silence_procedure"',
        '"silence_procedures"',
        (
            "[[rule]] 3 (silent): kind 'silence_procedures' is no kind of rule; did you mean "
            "silence_procedure?"
        ),
    ),
    "a level that is none": (
        '"political_level"',
        '"political"',
        (
            "[[body]] 2 (ministers): level 'political' is no level of a body; did you mean "
            "political_level?"
        ),
    ),
    "a key that no seat has": (
        "chairs = true",
        "chair = true",
        (
            "[[body]] 1 (commission), [[body.seat]] 1 (chair): chair: no such key; did you "
            "mean chairs?"
        ),
    ),
    "two seats of one id": (
        'id = "side-b"',
        'id = "side-a"',
        (
            "[[body]] 1 (commission), [[body.seat]] 3 (side-a): id: 'side-a' already names "
            "[[body.seat]] 2"
        ),
    ),
    "one key in two seats": (
        'id = "side-b"',
        'id = "side-b"\nholder = "keys/chair"',
        (
            "[[body]] 1 (commission), [[body.seat]] 3 (side-b): holder: 'keys/chair' already "
            "names [[body.seat]] 1"
        ),
    ),
    "a holder who is his own alternate": (
        '"keys/deputy"',
        '"keys/chair"',
        (
            "[[body]] 1 (commission), [[body.seat]] 1 (chair): alternates: 'keys/chair' is "
            "named twice for this seat"
        ),
    ),
    "a holder that is no key": (
        '"keys/chair"',
        '"the chair"',
        (
            "[[body]] 1 (commission), [[body.seat]] 1 (chair): holder: 'the chair' is no name "
            "of a key; write letters, digits, dots, slashes, hyphens"
        ),
    ),
    "two who chair": (
        'id = "side-a"',
        'id = "side-a"\nchairs = true',
        "[[body]] 1 (commission): seat: seats 1, 2 chair; one seat chairs at a time",
    ),
    "a vote that is neither true nor false": (
        "votes = false",
        'votes = "no"',
        (
            "[[body]] 1 (commission), [[body.seat]] 4 (expert): votes: expected true or false, "
            "got 'no'"
        ),
    ),
    "a body without seats": (
        'seat = [{ id = "a", state = "A" }, { id = "b", state = "B" }]',
        "seat = []",
        "[[body]] 2 (ministers): seat: missing; a body has at least one [[body.seat]]",
    ),
    "an act of no family": (
        '"case.notify"',
        '"cases.notify"',
        (
            "[[deadline]] 1 (party_reply): runs_from: 'cases.notify': no act begins with "
            "'cases'; did you mean case?"
        ),
    ),
    "an act that is none": (
        '["case.position"]',
        '["position"]',
        (
            "[[deadline]] 1 (party_reply): ends_with: 'position' is no act; write for example "
            "case.notify"
        ),
    ),
    "a default that nobody certifies": (
        'certified_by = "commission"\n',
        "",
        (
            "[[deadline]] 2 (decide): default: a default and the body whose chair certifies "
            "it, certified_by, stand together"
        ),
    ),
    "a default certified by a body without a chair": (
        'certified_by = "commission"',
        'certified_by = "ministers"',
        (
            "[[deadline]] 2 (decide): certified_by: no seat of 'ministers' chairs, so nobody "
            "can certify a default"
        ),
    ),
    "two deadlines of one id": (
        'id = "decide"',
        'id = "party_reply"',
        "[[deadline]] 2 (party_reply): id: 'party_reply' already names [[deadline]] 1",
    ),
    "a consequence that is none": (
        '"activation_for_armed_attack"',
        '"activation_for_attack"',
        (
            "[[standard]] 1 (activation_for_attack): consequence 'activation_for_attack' is no "
            "consequence; did you mean activation_for_armed_attack?"
        ),
    ),
    "a standard of proof that is none": (
        '"beyond_reasonable_doubt"',
        '"beyond_doubt"',
        (
            "[[standard]] 1 (activation_for_armed_attack): standard 'beyond_doubt' is no "
            "standard of proof; did you mean beyond_reasonable_doubt?"
        ),
    ),
    "a role that comes with a seat": (
        '"reviewer"',
        '"chair"',
        (
            "[[role]] 1 (keys/reviewer-1): role: 'chair' comes with a seat of a [[body]]; name "
            "the key there"
        ),
    ),
    "a party's role without the party": (
        'role = "party"\nstate = "A"',
        'role = "party"',
        "[[role]] 2 (keys/side-a): state: missing; a party's role is that of one party",
    ),
    "one key with two roles": (
        'actor = "keys/side-a"',
        'actor = "keys/reviewer-1"',
        "[[role]] 2 (keys/reviewer-1): actor: 'keys/reviewer-1' already names [[role]] 1",
    ),
}


@pytest.mark.parametrize(("old", "new", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, problem: str) -> None:
    assert problem in problems_with(old, new)


def test_a_rule_without_a_body_says_so_once() -> None:
    (problem,) = problems_with('body = "ministers"\n', "")
    assert problem == "[[rule]] 3 (silent): body: missing"
