"""A look is asked once for things that are alike, and must be answered as access would."""

from __future__ import annotations

import sys
from pathlib import Path

from truceline.access.decide import decide
from truceline.pipeline.asking import Eyes, Reach, principals_of, weighed
from truceline.records.asker import Asker
from truceline.records.mandate import Body, Mandate, Role, RoleHolder, Seat
from truceline.records.permission import SEE, Decision, Deployment
from truceline.records.units import DAY_US

sys.path.insert(0, str(Path(__file__).parents[1] / "access"))

from drawn_questions import drawn

DRAWN = 3_000
NOW_US = 1_775_908_800_000_000


def test_a_look_that_forgets_case_and_id_is_answered_as_access_answers() -> None:
    asked, said = 0, {True: 0, False: 0}
    for question in drawn(7, DRAWN):
        setting = question.setting
        if question.action != SEE or setting.deployment is not Deployment.MONITOR:
            continue
        eyes = Eyes(
            principals=(question.principal,),
            asker=Asker(loopback=setting.loopback, development=setting.development),
            now_us=setting.now_us,
        )
        decision = decide(question)
        assert eyes.see(question.thing) == decision, question
        asked += 1
        said[decision.allowed] += 1
    assert asked > DRAWN / 10
    assert min(said.values()) > asked / 20


ALLOWED = Decision(allowed=True, by=("permit.see-staff",))
FORBIDDEN = Decision(allowed=False, by=("forbid.withheld",))
NEAR = Decision(allowed=False, by=("default",), nearest="permit.see-party", asks=("a",))
FAR = Decision(allowed=False, by=("default",), nearest="permit.see-own", asks=("a", "b"))
NOWHERE = Decision(allowed=False, by=("default",))


def test_of_several_things_that_somebody_is_the_forbidden_outweighs() -> None:
    assert weighed([ALLOWED, FORBIDDEN, NEAR]) is FORBIDDEN
    assert weighed([NEAR, ALLOWED]) is ALLOWED
    assert weighed([FAR, NOWHERE, NEAR]) is NEAR
    assert weighed([NOWHERE]) is NOWHERE


SEATS = (
    Seat(id="chair", state="", group="", votes=True, chairs=True, holder="c", alternates=("d",),
         appointed_by=""),
    Seat(id="aa", state="AA", group="", votes=True, chairs=False, holder="a", alternates=(),
         appointed_by=""),
    Seat(id="empty", state="BB", group="", votes=True, chairs=False, holder="", alternates=(),
         appointed_by=""),
)  # fmt: skip
MANDATE = Mandate(
    agreement="m",
    agreement_sha256="00" * 32,
    parties=("AA", "BB"),
    bodies=(
        Body(id="b", name="B", level="special_commission", seats=SEATS, escalates_to=None,
             article="1", words=""),
    ),
    rules=(),
    deadlines=(),
    standards=(),
    roles=(
        RoleHolder(actor="a", role=Role.PARTY, state="AA"),
        RoleHolder(actor="r", role=Role.REVIEWER, state=""),
        RoleHolder(actor="r", role=Role.ANALYST, state=""),
    ),
)  # fmt: skip


def roles_of(actor: str) -> list[tuple[set[Role], str, str]]:
    of = principals_of(MANDATE, lambda _: SEATS, actor)
    return [(set(one.roles), one.state, one.seat) for one in of]


def test_somebody_is_what_the_mandate_says_and_else_the_public() -> None:
    assert roles_of("a") == [({Role.PARTY}, "AA", ""), ({Role.COMMISSIONER}, "AA", "aa")]
    assert roles_of("r") == [({Role.REVIEWER, Role.ANALYST}, "", "")]
    assert roles_of("c") == roles_of("d") == [({Role.COMMISSIONER, Role.CHAIR}, "", "chair")]
    assert roles_of("stranger") == [({Role.PUBLIC}, "", "")]
    # Nobody is the holder of a vacant seat.
    assert roles_of("") == [({Role.PUBLIC}, "", "")]


def sees(reach: Reach, *, state: str = "", role: Role = Role.PUBLIC, now_us: int = NOW_US) -> bool:
    mandate_roles = (RoleHolder(actor="x", role=role, state=state),)
    mandate = Mandate(
        agreement="m", agreement_sha256="00" * 32, parties=("AA", "BB"), bodies=(), rules=(),
        deadlines=(), standards=(), roles=mandate_roles if role is not Role.PUBLIC else (),
    )  # fmt: skip
    who = principals_of(mandate, lambda _: (), "x")
    return Eyes(principals=who, asker=Asker(actor="x"), now_us=now_us).see(reach.case("c")).allowed


def reach(*told: str, originator: str = "", **published: int) -> Reach:
    return Reach(
        body="b",
        concerns=frozenset({"AA", "BB"}),
        originator=originator,
        notified=set(told),
        published=published,
    )


def test_a_party_sees_a_case_from_the_notice_on_and_each_party_by_its_own() -> None:
    for party, other in (("AA", "BB"), ("BB", "AA")):
        assert not sees(reach(), state=party, role=Role.PARTY)
        assert sees(reach(party), state=party, role=Role.PARTY)
        assert not sees(reach(other), state=party, role=Role.PARTY)
        assert sees(reach(originator=party), state=party, role=Role.PARTY)
        assert sees(reach(states=NOW_US), state=party, role=Role.PARTY)


def test_guarantors_see_what_some_party_was_told_and_the_staff_all() -> None:
    assert not sees(reach(), state="CC", role=Role.GUARANTOR)
    assert sees(reach("AA"), state="CC", role=Role.GUARANTOR)
    assert sees(reach(coalition=NOW_US), state="CC", role=Role.GUARANTOR)
    assert sees(reach(), role=Role.ANALYST)


def test_the_public_waits_a_day_after_publication() -> None:
    published = reach("AA", public=NOW_US)
    assert not sees(published, now_us=NOW_US + DAY_US - 1)
    assert sees(published, now_us=NOW_US + DAY_US)
    assert not sees(reach("AA", "BB", states=NOW_US), now_us=NOW_US + 9 * DAY_US)


def test_cases_with_equal_keys_are_seen_alike() -> None:
    assert reach("AA").key(NOW_US) == reach("AA").key(NOW_US)
    different = [
        reach(), reach("AA"), reach("BB"), reach("AA", "BB"), reach(originator="AA"),
        reach(states=NOW_US), reach(public=NOW_US), reach(public=NOW_US - DAY_US),
    ]  # fmt: skip
    assert len({one.key(NOW_US) for one in different}) == len(different)
