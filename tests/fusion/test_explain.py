"""Explainable: in words why these observations are one incident, why others are not, and what would
change the verdict most.
"""

from __future__ import annotations

from dataclasses import replace

from fusion_worlds import DAY, NOON, background, north, pixel, report, world

from truceline.fusion.explain import Explanation, Replay, explain
from truceline.fusion.fuse import fuse
from truceline.fusion.weights import probability_ppm
from truceline.fusion.world import World
from truceline.records.incident import Incident
from truceline.records.observation import Means, Observation
from truceline.records.units import DAY_US, HOUR_US, PPM, SECOND_US

CENTRE = world().centre_e7
FIRE = (pixel(), pixel(latitude=north(300), line=3))
LATER = pixel(latitude=north(400), at_us=NOON + 3 * HOUR_US, source="firms-snpp")
HEARD = replace(
    report(latitude=48.3, radius_95_m=300, line=7),
    means=Means.ACOUSTIC,
    source="array-1",
    began_us=NOON,
    ended_us=NOON,
)
FELT = replace(
    HEARD, means=Means.SEISMIC, source="station-4", line=8, began_us=NOON + 4 * SECOND_US,
    ended_us=NOON + 4 * SECOND_US,
)  # fmt: skip
SMALL_WORLD = (
    *FIRE,
    LATER,
    pixel(latitude=north(6_000), line=4),
    pixel(at_us=NOON + 28 * HOUR_US, line=5),
    report(line=2),
    report(latitude=north(1_000), line=3),
    report(34.0, 49.0, line=4),
    report(day_us=DAY + DAY_US, line=6),
    HEARD,
    FELT,
)


def told(seen: Observation, *observations: Observation, around: World | None = None) -> Explanation:
    """Explain the incident that an observation stands in."""
    incidents = fuse(observations, around or world())
    (mine,) = (one for one in incidents if seen.id in one.observations)
    return explain(mine, incidents, Replay(observations, CENTRE))


def numbers(found: Explanation, seen: Observation) -> tuple[str, dict[str, object]]:
    because = dict(found.together)[seen.id]
    return because.code, dict(because.numbers)


def test_what_is_explained_is_what_association_decided() -> None:
    replay = Replay(SMALL_WORLD, CENTRE)
    begun = 0
    for row, asked in replay.weighings(range(len(replay.labels))).items():
        label = int(replay.labels[row])
        chosen = asked.likeliest(replay.model)
        assert chosen == (label if asked.of(label) else None)
        begun += chosen is None
    assert begun == len(set(replay.labels.tolist())) > 3


def test_what_cannot_have_brought_a_row_weighs_nothing_whether_it_is_told_of_or_not() -> None:
    replay = Replay(SMALL_WORLD, CENTRE)
    for row, among in replay.weighings(range(len(replay.labels))).items():
        alone = replay.weighings([row])[row]
        assert (alone.total, alone.new) == (among.total, among.new)
        assert alone.of(int(replay.labels[row])) == among.of(int(replay.labels[row]))


def test_the_first_observation_begins_it_and_the_others_say_how_far_they_lie() -> None:
    found = told(LATER, *FIRE, LATER)
    assert [code for code, _ in (numbers(found, seen) for seen in (*FIRE, LATER))] == [
        "why_begins", "why_joined", "why_joined",
    ]  # fmt: skip
    assert numbers(found, FIRE[0])[1] == {"new_ppm": PPM, "other_ppm": 0}
    later = numbers(found, LATER)[1]
    assert later["hours_milli"] == 3_000
    assert 200 < int(str(later["distance_m"])) < 300
    shares = [int(str(later[name])) for name in ("share_ppm", "other_ppm", "new_ppm")]
    assert shares[0] > PPM / 2
    assert abs(sum(shares) - PPM) <= 2


def test_a_seismometer_is_compared_in_seconds() -> None:
    code, said = numbers(told(FELT, HEARD, FELT), FELT)
    assert (code, said["seconds_milli"], said["usual_milli"]) == ("why_joined_prompt", 4_000, 4_000)


def test_neighbours_say_whether_place_or_time_or_the_odds_kept_them_apart() -> None:
    far = pixel(latitude=north(6_000), at_us=NOON + HOUR_US, line=4)
    next_day = pixel(at_us=NOON + 28 * HOUR_US, line=5)
    found = told(FIRE[0], *FIRE, far, next_day)
    codes = {name: because.code for name, because in found.apart}
    named = {seen.id.replace("o:", "i:"): seen for seen in (far, next_day)}
    assert {named[name].line: code for name, code in codes.items()} == {
        far.line: "apart_place",
        next_day.line: "apart_time",
    }


def test_reports_that_were_parted_from_a_fire_say_that_so_much_burns_there_anyway() -> None:
    around = world(background=background(2_000))
    found = told(report(), pixel(), report(), around=around)
    assert [because.code for _, because in found.apart] == ["apart_anyway"]
    assert found == told(report(), report(), pixel(), around=around)


def test_at_most_three_neighbours_are_named_and_none_far_off() -> None:
    many = [pixel(latitude=north(5_000 * n), line=n + 10) for n in range(1, 6)]
    far = pixel(latitude=north(60_000), line=30)
    assert len(told(FIRE[0], *FIRE, *many, far).apart) == 3
    assert told(FIRE[0], *FIRE, far).apart == ()


def verdict(found: Explanation) -> dict[str, dict[str, object]]:
    return {because.code: dict(because.numbers) for because in found.change}


def total(incident: Incident) -> int:
    return sum(row.millibans for row in incident.evidence)


def test_what_would_change_it_most_is_the_row_and_the_word_that_weigh_most() -> None:
    incidents = fuse((report(),), world())
    found = verdict(explain(incidents[0], incidents, Replay((report(),), CENTRE)))
    assert found["change_alone"] == {"cluster": "news"}
    assert "change_without" not in found
    assert found["change_word_silent"]["cluster"] == "thermal"
    # The satellites' silence goes, and a fire adds at most a factor of 20.
    assert found["change_word_silent"]["probability_ppm"] == probability_ppm(
        total(incidents[0]) + 52 + 1301
    )


def test_of_two_that_speak_the_loss_of_the_heavier_is_told() -> None:
    incidents = fuse((HEARD, FELT), world())
    (mine,) = incidents
    found = verdict(explain(mine, incidents, Replay((HEARD, FELT), CENTRE)))
    weights = {row.cluster: row.millibans for row in mine.evidence if row.observations}
    assert len(weights) == 2
    heavier = max(weights, key=lambda name: weights[name])
    assert found["change_without"] == {
        "cluster": heavier,
        "probability_ppm": probability_ppm(total(mine) - weights[heavier]),
    }


def test_who_was_not_heard_is_told_from_who_was_silent() -> None:
    around = world(platforms={}, alert_days=frozenset())
    assert "change_word_unheard" in verdict(told(report(), report(), around=around))
