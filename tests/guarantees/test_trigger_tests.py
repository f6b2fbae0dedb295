"""The tests of the triggers: what findings show and what bodies decided, kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from board_worlds import T0, determination, facts
from hypothesis import given
from hypothesis import strategies as st

from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.by_counting import by_counting
from truceline.guarantees.counting import chance, count
from truceline.guarantees.known import Known
from truceline.guarantees.trigger_reasons import would_change
from truceline.guarantees.triggers import TESTS, assess
from truceline.records.canonical import record_bytes
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.finding import Outcome
from truceline.records.mandate import StandardOfProof
from truceline.records.trigger import (
    TRIGGERS,
    FindingFacts,
    Met,
    TriggerAssessment,
    TriggerTerms,
)
from truceline.records.units import DAY_US, HOUR_US

NOT_WELL = StandardOfProof.REASONABLE_GROUNDS_TO_BELIEVE


def known(
    findings: Iterable[FindingFacts] = (),
    determinations: Iterable[Determination] = (),
    remedies: Iterable[RemedyStanding] = (),
) -> Known:
    return Known(
        determinations={one.id: one for one in determinations},
        remedies={one.id: one for one in remedies},
        findings={one.finding: one for one in findings},
        fallen={},
    )


def one(of: Known, trigger: str, party: str = "") -> TriggerAssessment:
    (found,) = (
        each for each in assess(of, DEFAULTS.triggers)
        if (each.trigger, each.party) == (trigger, party)
    )  # fmt: skip
    return found


def remedy(standing: str, addressee: str = "RU", name: str = "r1") -> RemedyStanding:
    return RemedyStanding(
        id=name, case="case", determination="d1", kind="cease_order", addressee=addressee,
        due_us=T0, standing=standing,
    )  # fmt: skip


def test_every_trigger_of_the_vocabulary_has_a_test_and_default_numbers() -> None:
    assert tuple(TESTS) == TRIGGERS
    assert tuple(terms.trigger for terms in DEFAULTS.triggers) == TRIGGERS
    assert all(terms.article == "" and "default" in terms.words for terms in DEFAULTS.triggers)


def three(chance_ppm: int, *, days: int = 1, cells: int = 1) -> list[FindingFacts]:
    return [
        facts(f"f{n}", probability_ppm=chance_ppm, began_us=T0 + n * days * DAY_US,
              cell=f"c{n % cells}")
        for n in range(3)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("trigger", "findings", "met"),
    [
        pytest.param("isolated_breach", [], Met.UNDECIDED, id="nothing noticed is no answer"),
        pytest.param("isolated_breach", [facts("a", probability_ppm=500_000)], Met.MET, id="at it"),
        pytest.param(
            "isolated_breach", [facts("a", probability_ppm=499_999)], Met.NOT_MET, id="just below"
        ),
        pytest.param(
            "isolated_breach",
            [facts("a", probability_ppm=300_000), facts("b", probability_ppm=300_000)],
            Met.UNDECIDED,
            id="two weak ones: it hangs on whether they go together",
        ),
        pytest.param(
            "isolated_breach",
            [facts("a", probability_ppm=300_000, incident="i"),
             facts("b", probability_ppm=300_000, incident="i")],
            Met.NOT_MET,
            id="two clauses, one incident: it counts once",
        ),
        pytest.param(
            "isolated_breach", [facts("a", outcome=Outcome.KEPT)], Met.UNDECIDED, id="kept"
        ),
        pytest.param(
            "isolated_breach", [facts("a", superseded_by=("f:b",))], Met.UNDECIDED, id="superseded"
        ),
        pytest.param("continued_hostilities", three(960_000), Met.MET, id="three in three days"),
        pytest.param(
            "continued_hostilities", three(960_000, days=8), Met.NOT_MET, id="three in 16 days"
        ),
        pytest.param(
            "continued_hostilities", three(960_000, days=7), Met.MET, id="the 14th day is inside"
        ),
        pytest.param("continued_hostilities", three(960_000)[:2], Met.NOT_MET, id="two"),
        pytest.param(
            "continued_hostilities", three(800_000), Met.UNDECIDED, id="three likely ones"
        ),
        pytest.param(
            "expanded_attack",
            [replace(each, began_us=T0, ended_us=T0) for each in three(960_000, cells=3)],
            Met.MET,
            id="three cells in a day",
        ),
        pytest.param(
            "expanded_attack",
            [replace(each, began_us=T0, ended_us=T0) for each in three(960_000, cells=2)],
            Met.NOT_MET,
            id="two cells",
        ),
        pytest.param(
            "expanded_attack",
            [replace(each, began_us=T0, ended_us=T0, cell=None) for each in three(960_000)],
            Met.UNDECIDED,
            id="places not known",
        ),
        pytest.param(
            "expanded_attack",
            [replace(each, began_us=T0, ended_us=T0, severity="S2_moderate")
             for each in three(960_000, cells=3)],
            Met.UNDECIDED,
            id="not serious: nothing of the kind was noticed",
        ),
        pytest.param("armed_attack", [facts("a", severity="S4_grave")], Met.MET, id="grave"),
        pytest.param(
            "armed_attack", [facts("a", severity=None)], Met.UNDECIDED, id="severity not known"
        ),
        pytest.param("threat", [facts("a")], Met.UNDECIDED, id="fire is no threat"),
        pytest.param(
            "threat",
            [facts("a", clause_kind="weapon_withdrawal", probability_ppm=200_000)],
            Met.MET,
            id="a weapon in the zone, at suspicion",
        ),
        pytest.param(
            "obstruction_of_monitoring",
            [facts(n, clause_kind="monitor_access") for n in "ab"],
            Met.MET,
            id="denied twice",
        ),
        pytest.param(
            "obstruction_of_monitoring",
            [facts("a", clause_kind="non_interference_with_sensors")],
            Met.NOT_MET,
            id="jammed once",
        ),
    ],
)  # fmt: skip
def test_what_findings_show(trigger: str, findings: list[FindingFacts], met: Met) -> None:
    assert one(known(findings), trigger).by_findings is met


@pytest.mark.parametrize(
    ("trigger", "determinations", "met"),
    [
        pytest.param("isolated_breach", [determination("d1")], Met.MET, id="one"),
        pytest.param("continued_hostilities", [determination("d1")], Met.NOT_MET, id="one of two"),
        pytest.param(
            "continued_hostilities",
            [determination("d1"), determination("d2", began_us=T0 + 14 * DAY_US)],
            Met.MET,
            id="two within the window",
        ),
        pytest.param(
            "continued_hostilities",
            [determination("d1"), determination("d2", began_us=T0 + 14 * DAY_US + 1)],
            Met.NOT_MET,
            id="two, too far apart",
        ),
        pytest.param(
            "continued_hostilities",
            [determination("d1"), replace(determination("d2"), case="case-d1")],
            Met.NOT_MET,
            id="one case decided twice",
        ),
        pytest.param("armed_attack", [determination("d1")], Met.NOT_MET, id="serious, not grave"),
        pytest.param(
            "armed_attack", [determination("d1", severity="S4_grave")], Met.MET, id="grave, state"
        ),
        pytest.param(
            "armed_attack",
            [determination("d1", severity="S4_grave", standard=NOT_WELL)],
            Met.NOT_MET,
            id="the standard is too low",
        ),
        pytest.param(
            "armed_attack",
            [determination("d1", severity="S4_grave", level="unit")],
            Met.NOT_MET,
            id="only a unit is named",
        ),
        pytest.param("isolated_breach", [], None, id="no body has named the party"),
        pytest.param(
            "isolated_breach", [determination("d1", clauses=())], None, id="no clause was breached"
        ),
        pytest.param(
            "isolated_breach", [determination("d1", outcome="accident")], None, id="an accident"
        ),
    ],
)
def test_what_bodies_decided(
    trigger: str, determinations: list[Determination], met: Met | None
) -> None:
    found = [
        each.by_determinations
        for each in assess(known([facts("one")], determinations), DEFAULTS.triggers)
        if (each.trigger, each.party) == (trigger, "RU")
    ]
    assert found == ([] if met is None else [met])


def test_a_determination_makes_no_finding_more_probable() -> None:
    weak = facts("one", probability_ppm=300_000)
    found = one(known([weak], [determination("d1")]), "isolated_breach", "RU")
    assert found.by_determinations is Met.MET
    assert (found.by_findings, found.low_ppm, found.high_ppm) == (Met.NOT_MET, 300_000, 300_000)


def test_findings_name_nobody() -> None:
    of = known(three(960_000))
    assert {each.party for each in assess(of, DEFAULTS.triggers)} == {""}


@pytest.mark.parametrize(
    ("standings", "met"),
    [
        (("not_kept",), Met.MET),
        (("kept",), Met.NOT_MET),
        (("running",), Met.UNDECIDED),
        (("undecided",), Met.UNDECIDED),
        (("kept", "undecided"), Met.UNDECIDED),
        (("kept", "not_kept"), Met.MET),
    ],
)
def test_what_a_follow_up_says_of_remedies(standings: tuple[str, ...], met: Met) -> None:
    remedies = [remedy(word, name=f"r{n}") for n, word in enumerate(standings)]
    found = one(known([], [determination("d1")], remedies), "non_compliance_with_remedy", "RU")
    assert (found.by_determinations, found.by_findings) == (met, Met.UNDECIDED)
    assert found.probability_ppm is None


def test_a_lifted_remedy_is_no_longer_asked_about() -> None:
    of = known([], [determination("d1")], [remedy("lifted")])
    triggers = {each.trigger for each in assess(of, DEFAULTS.triggers)}
    assert "non_compliance_with_remedy" not in triggers


def test_it_says_what_would_change_it() -> None:
    met = one(known(three(990_000)), "continued_hostilities")
    assert ("trigger_fewer", (("incidents", 1),)) in [
        (each.code, each.numbers) for each in met.would_change
    ]
    short = one(known(three(990_000)[:1]), "continued_hostilities")
    assert ("trigger_more", (("incidents", 2),)) in [
        (each.code, each.numbers) for each in short.would_change
    ]
    assert "trigger_needs_determination" in {each.code for each in short.would_change}


@given(
    st.lists(st.tuples(st.integers(0, 1_000_000), st.integers(0, 3)), min_size=1, max_size=12),
    st.sampled_from([each for each in DEFAULTS.triggers if TESTS[each.trigger] is by_counting]),
)
def test_how_many_fewer_it_needs_is_found_by_taking_one_after_the_other_away(
    told: list[tuple[int, int]], terms: TriggerTerms
) -> None:
    """The number is looked for by halves, which is right only as long as the bound never rises."""
    every = [
        facts(f"x{n:02}", probability_ppm=chance_ppm, cell=f"c{cell}", severity="S4_grave")
        for n, (chance_ppm, cell) in enumerate(told)
    ]
    counted = count(every, terms)
    left = sorted(counted.sure, key=lambda each: (each.probability_ppm, each.finding))
    fewer = 0
    while left and chance(left, terms)[0] >= terms.chance_from_ppm:
        left.pop()
        fewer += 1
    changes = would_change(counted, Met.MET, 0, terms)
    assert dict(changes[0].numbers) == {"incidents": fewer}


def test_adding_what_it_asks_for_meets_it() -> None:
    findings = three(990_000)[:1]
    short = one(known(findings), "continued_hostilities")
    (more,) = (dict(each.numbers)["incidents"] for each in short.would_change
               if each.code == "trigger_more")  # fmt: skip
    assert isinstance(more, int)
    added = [facts(f"x{n}", probability_ppm=1_000_000) for n in range(more)]
    assert one(known(findings + added), "continued_hostilities").by_findings is Met.MET
    assert one(known(findings + added[1:]), "continued_hostilities").by_findings is not Met.MET


def test_a_withdrawn_finding_counts_no_more_either() -> None:
    gone = one(known([facts("a", superseded_by=())]), "isolated_breach")
    assert (gone.by_findings, gone.findings) == (Met.UNDECIDED, ())


def test_a_determination_on_what_was_withdrawn_counts_and_the_assessment_says_so() -> None:
    decided = [determination("d1"), determination("d2", findings=("f:two",))]
    told = known([facts("one", superseded_by=()), facts("two")], decided)
    found = one(told, "continued_hostilities", "RU")
    assert found.by_determinations is Met.MET
    assert [each.numbers for each in found.compared if each.code == "trigger_on_revised"] == [
        (("determinations", 1),)
    ]
    sound = one(known([facts("one"), facts("two")], decided), "continued_hostilities", "RU")
    assert "trigger_on_revised" not in {each.code for each in sound.compared}


def test_it_says_what_is_not_known() -> None:
    found = one(known([facts("a", severity=None, cell=None)]), "expanded_attack")
    assert {each.code for each in found.missing} == {
        "trigger_unwatched",
        "trigger_severity_unknown",
        "trigger_severity_by_bodies",
        "trigger_cell_unknown",
        "trigger_no_determination",
    }


@pytest.mark.parametrize("trigger", ["armed_attack", "expanded_attack"])
@pytest.mark.parametrize(
    "findings", [[], [replace(one, severity=None) for one in three(1_000_000)]]
)
def test_without_a_documented_reading_of_severity_only_a_body_can_meet_it(
    trigger: str, findings: list[FindingFacts]
) -> None:
    found = one(known(findings), trigger)
    least = next(each.severity_from for each in DEFAULTS.triggers if each.trigger == trigger)
    assert found.by_findings is not Met.MET
    assert [
        each.numbers for each in found.missing if each.code == "trigger_severity_by_bodies"
    ] == [(("severity", least),)]
    # No number of further findings would help, and none is promised.
    assert [each.code for each in found.would_change if each.code == "trigger_more"] == []
    assert "trigger_needs_determination" in {each.code for each in found.would_change}


def test_a_severity_that_somebody_classified_is_counted() -> None:
    found = one(known([facts("a", severity="S4_grave", probability_ppm=900_000)]), "armed_attack")
    assert "trigger_severity_by_bodies" not in {each.code for each in found.missing}
    assert "trigger_more" in {each.code for each in found.would_change}


def test_an_incident_that_may_have_begun_outside_the_window_is_not_counted_as_sure() -> None:
    late = facts("b", began_us=T0 + 20 * HOUR_US, ended_us=T0 + 30 * HOUR_US, cell="c2")
    later = facts("c", began_us=T0 + 20 * HOUR_US, ended_us=T0 + 21 * HOUR_US, cell="c3")
    found = one(known([facts("a"), late, later]), "expanded_attack")
    assert found.by_findings is Met.UNDECIDED
    inside = replace(late, ended_us=T0 + 24 * HOUR_US)
    assert one(known([facts("a"), inside, later]), "expanded_attack").by_findings is Met.MET


# ------------------------------------------------------------------------------ one yardstick
parties = st.sampled_from(["UA", "RU", ""])
worlds = st.tuples(
    st.lists(
        st.tuples(
            st.integers(0, 1_000_000), st.integers(0, 20), st.sampled_from(["UA", "RU", None]),
            st.sampled_from(["S1_minor", "S3_serious", "S4_grave", None]),
            st.sampled_from(["c1", "c2", "c3", None]),
            st.sampled_from(["prohibit_fire", "monitor_access", "weapon_withdrawal"]),
        ),
        max_size=6,
    ),
    st.lists(
        st.tuples(parties, st.sampled_from(["state", "unit"]), st.integers(0, 5)), max_size=4
    ),
    st.lists(st.tuples(st.sampled_from(["UA", "RU"]), st.sampled_from(["kept", "not_kept"])),
             max_size=3),
)  # fmt: skip
World = tuple[
    list[tuple[int, int, str | None, str | None, str | None, str]],
    list[tuple[str, str, int]],
    list[tuple[str, str]],
]


def built(world: World, names: dict[str, str]) -> Known:
    findings, determinations, remedies = world
    return known(
        [
            facts(str(n), probability_ppm=chance, began_us=T0 + hours * HOUR_US,
                  held_by=names.get(held_by or ""), severity=severity, cell=cell, clause_kind=kind)
            for n, (chance, hours, held_by, severity, cell, kind) in enumerate(findings)
        ],
        [
            determination(f"d{n}", party=names[party], level=level, findings=(f"f:{which}",))
            for n, (party, level, which) in enumerate(determinations)
        ],
        [
            replace(remedy(word, names[party], f"r{n}"), determination=f"d{n}")
            for n, (party, word) in enumerate(remedies)
        ],
    )  # fmt: skip


def swapped(text: bytes) -> bytes:
    return text.replace(b'"UA"', b'"?"').replace(b'"RU"', b'"UA"').replace(b'"?"', b'"RU"')


@given(worlds)
def test_swapping_the_parties_swaps_the_assessments_and_nothing_else(world: World) -> None:
    def told(names: dict[str, str]) -> list[bytes]:
        rows = assess(built(world, names), DEFAULTS.triggers)
        # Reasons are sorted by side and ids hold the party: compared without regard to that.
        return [
            record_bytes(
                replace(
                    each,
                    id="",
                    compared=tuple(r for r in each.compared if r.code != "trigger_arrived"),
                )
            )
            for each in rows
        ]

    as_is = told({"UA": "UA", "RU": "RU", "": ""})
    mirrored = told({"UA": "RU", "RU": "UA", "": ""})
    assert sorted(mirrored) == sorted(swapped(row) for row in as_is)


@given(worlds)
def test_the_sides_where_it_arrived_are_counted_alike(world: World) -> None:
    def sides(names: dict[str, str]) -> list[str]:
        rows = []
        for each in assess(built(world, names), DEFAULTS.triggers):
            arrived = [dict(r.numbers) for r in each.compared if r.code == "trigger_arrived"]
            counts = sorted((names[str(r["party"] or "")], r["incidents"]) for r in arrived)
            rows.append(f"{each.trigger} {names[each.party]} {counts}")
        return sorted(rows)

    assert sides({"UA": "UA", "RU": "RU", "": ""}) == sides({"UA": "RU", "RU": "UA", "": ""})


@given(worlds)
def test_the_order_of_arrival_plays_no_part(world: World) -> None:
    of = built(world, {"UA": "UA", "RU": "RU", "": ""})
    back = Known(
        determinations=dict(reversed(list(of.determinations.items()))),
        remedies=dict(reversed(list(of.remedies.items()))),
        findings=dict(reversed(list(of.findings.items()))),
        fallen={},
    )
    assert assess(back, DEFAULTS.triggers) == assess(of, DEFAULTS.triggers)
