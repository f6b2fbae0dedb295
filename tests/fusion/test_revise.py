"""DESIGN.md, identity: "its earliest supporting observation ..., with a revision; where late data
changes that, or merges or splits it, the new id names what it supersedes."
"""

from __future__ import annotations

from dataclasses import replace

from fusion_worlds import NOON, north, pixel, report, world
from hypothesis import given
from hypothesis import strategies as st

from truceline.fusion.fuse import fuse
from truceline.fusion.revise import revise, revisions
from truceline.records.incident import Incident, Stage
from truceline.records.revision import Change, Revision
from truceline.records.units import HOUR_US

(BARE,) = fuse([pixel(line=2)], world())


def incident(name: str, *observations: str, probability_ppm: int = 400_000) -> Incident:
    """An incident of these observations, told for the first time."""
    return replace(
        BARE,
        id=f"i:{name}",
        observations=tuple(f"o:{one}" for one in observations),
        probability_ppm=probability_ppm,
    )


A, B, C = incident("a", "a"), incident("b", "b"), incident("c", "c")
AB = incident("a", "a", "b")


def test_what_is_told_for_the_first_time_is_the_first_bulletin() -> None:
    assert revise([A, B], ()) == (A, B)
    assert (A.revision, A.stage, A.supersedes) == (1, Stage.AUTO1, ())


def test_what_nothing_changed_keeps_its_revision_for_ever() -> None:
    second = revise([replace(A, probability_ppm=500_000)], [[A]])
    assert revise([replace(A, probability_ppm=500_000)], [second]) == second
    assert revisions(second, second) == ()


def test_another_value_makes_the_next_revision_and_names_it() -> None:
    (now,) = revise([replace(A, probability_ppm=500_000, near="Lyman")], [[A]])
    assert (now.revision, now.stage, now.supersedes) == (2, Stage.AUTO2, ())
    assert revisions([now], [A]) == (
        Revision(
            incident="i:a",
            change=Change.CHANGED,
            from_revision=1,
            to_revision=2,
            fields=("near", "probability_ppm"),
        ),
    )


def test_two_that_become_one_are_both_named() -> None:
    (now,) = revise([AB], [[A, B]])
    assert (now.id, now.revision, now.supersedes) == ("i:a", 2, ("i:b",))
    changed, gone = revisions([now], [A, B])
    assert (changed.fields, changed.came_from) == (("observations",), ("i:b",))
    assert gone == Revision(
        incident="i:b",
        change=Change.WITHDRAWN,
        from_revision=1,
        to_revision=None,
        came_from=("i:a",),
    )


def test_one_that_becomes_two_is_named_by_the_new_one() -> None:
    whole, part = revise([A, B], [[AB]])
    assert (whole.revision, whole.supersedes) == (2, ())
    assert (part.revision, part.stage, part.supersedes) == (1, Stage.AUTO2, ("i:a",))
    assert [one.change for one in revisions([whole, part], [AB])] == [Change.CHANGED, Change.NEW]


def test_an_earlier_observation_gives_a_new_name_that_supersedes_the_old_one() -> None:
    (now,) = revise([incident("0", "0", "a")], [[A]])
    assert (now.id, now.revision, now.supersedes) == ("i:0", 1, ("i:a",))
    new, gone = revisions([now], [A])
    assert (new.change, new.came_from) == (Change.NEW, ("i:a",))
    assert (gone.change, gone.came_from) == (Change.WITHDRAWN, ("i:0",))


def test_what_was_superseded_once_stays_named() -> None:
    merged = revise([AB], [[A, B]])
    (now,) = revise([incident("a", "a", "b", "c")], [[*merged, C]])
    assert (now.revision, now.supersedes) == (3, ("i:b", "i:c"))
    assert [one.came_from for one in revisions([now], [*merged, C]) if one.incident == "i:a"] == [
        ("i:c",)
    ]


def test_what_follows_from_no_document_any_more_is_withdrawn() -> None:
    assert revisions([A], [A, B]) == (
        Revision(incident="i:b", change=Change.WITHDRAWN, from_revision=1, to_revision=None),
    )


PARTITIONS = st.lists(
    st.lists(st.integers(0, 3), min_size=7, max_size=7), min_size=2, max_size=5
).map(lambda tellings: [_told(numbers) for numbers in tellings])


def _told(numbers: list[int]) -> list[Incident]:
    """Part seven observations into incidents; group 0 was heard of by nobody."""
    groups: dict[int, list[str]] = {}
    for observation, number in enumerate(numbers):
        groups.setdefault(number, []).append(str(observation))
    return [incident(seen[0], *seen) for number, seen in sorted(groups.items()) if number]


@given(PARTITIONS)
def test_whoever_cited_an_incident_can_find_what_became_of_it(
    tellings: list[list[Incident]],
) -> None:
    """Over any sequence of tellings: a name and a revision never stand for two things."""
    known: dict[tuple[str, int], Incident] = {}
    told: tuple[Incident, ...] = ()
    past: list[tuple[Incident, ...]] = []
    for found in tellings:
        now = revise(found, past)
        listed = {one.incident: one for one in revisions(now, told)}
        for one in now:
            assert known.setdefault((one.id, one.revision), one) == one
        for before in told:
            after = next((one for one in now if one.id == before.id), None)
            if after is None:
                heirs = [one.id for one in now if {*one.observations} & {*before.observations}]
                assert listed[before.id].came_from == tuple(sorted(heirs))
                assert all(before.id in one.supersedes for one in now if one.id in heirs)
            elif after != before:
                assert after.revision == before.revision + 1
                assert before.id in listed
            else:
                assert before.id not in listed
        told = now
        past.append(now)


def test_a_late_report_revises_the_fire_that_it_speaks_of() -> None:
    """On what fusion really gives, not on made-up incidents."""
    around = world()
    fire = pixel(line=2)
    first = revise(fuse([fire], around), ())
    late = pixel(latitude=north(300), at_us=NOON + HOUR_US, line=3)
    far = report(longitude=34.0, latitude=49.0, line=4)
    now = revise(fuse([late, far, fire], around), [first])
    changes = {one.incident: one.change for one in revisions(now, first)}
    assert len(now) == 2
    assert changes == {first[0].id: Change.CHANGED} | {
        one.id: Change.NEW for one in now if one.id != first[0].id
    }
