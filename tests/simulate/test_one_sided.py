"""The one-sided world: frozen, its own mirror, whole, and seen from one side only."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from truceline.simulate.contributors import FAMILIES, SourceWorld, make_world
from truceline.simulate.one_sided import STREAM, make_one_sided, metres_over_the_line
from truceline.simulate.one_sided_land import AWAY, HOME, NOBODY, Land, hazard, lay_ground, lay_land
from truceline.simulate.one_sided_posts import REACH_OVER_M, UNSEEN, place_posts
from truceline.simulate.one_sided_voices import Voice, set_mood, speak

TABLES = ("candidates", "sources", "sensors", "looks", "reports", "truth", "origins", "roles")
# All tables at seed 0. Changing it means another world: then all figures made on it are void.
FROZEN = "f57145bf066fbeff"
OTHER = {"A": "B", "B": "A", "none": "none", "": ""}
WIDTH_M = 300_000


@pytest.fixture(scope="module")
def world() -> SourceWorld:
    return make_one_sided(107)


@pytest.fixture(scope="module")
def mirror() -> SourceWorld:
    return make_one_sided(107, sided="B")


def all_rows(world: SourceWorld) -> dict[str, list[dict[str, object]]]:
    return {name: getattr(world, name).to_pylist() for name in TABLES}


def column(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table[name].to_numpy())


def of_kind(world: SourceWorld, kind: str) -> set[str]:
    return set(world.sources.filter(pc.equal(world.sources["kind"], kind))["source"].to_pylist())


def _land(seed: int) -> tuple[np.random.Generator, Land]:
    """Draw the ground anew, as the world does: its tables do not tell where the line runs."""
    chance = np.random.default_rng([seed, STREAM])
    return chance, lay_land(chance)


# ------------------------------------------------------------------------- the same each time
def test_is_as_it_was_frozen() -> None:
    text = json.dumps(all_rows(make_one_sided(0)), sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == FROZEN


def test_the_same_seed_gives_the_same_rows(world: SourceWorld) -> None:
    assert all_rows(make_one_sided(107)) == all_rows(world)


def test_another_seed_is_another_world(world: SourceWorld) -> None:
    assert not make_one_sided(108).truth.equals(world.truth)


def test_refuses_a_side_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="sided 'C' is neither A nor B"):
        make_one_sided(0, sided="C")


# -------------------------------------------------------------------------------- the mirror
def test_the_mirror_swaps_parties_and_east_with_west_and_nothing_else(
    world: SourceWorld, mirror: SourceWorld
) -> None:
    parties = {("reports", "claim"), ("truth", "truth"), ("roles", "side")}
    eastings = {("candidates", "east_m"), ("reports", "east_m")}
    for name in TABLES:
        for field in getattr(world, name).column_names:
            here = column(getattr(world, name), field)
            there = column(getattr(mirror, name), field)
            if (name, field) in parties:
                here = np.array([OTHER[value] for value in here])
            elif (name, field) in eastings:
                here = WIDTH_M - here
            np.testing.assert_array_equal(here, there, err_msg=f"{name}.{field}")


def test_the_mirror_is_another_world_to_who_does_not_know_of_it(
    world: SourceWorld, mirror: SourceWorld
) -> None:
    assert not mirror.truth.equals(world.truth)
    assert not mirror.candidates.equals(world.candidates)


# ------------------------------------------------------------------- what always holds, by page
def test_has_the_tables_of_the_first_world(world: SourceWorld) -> None:
    first = make_world(FAMILIES["base"], 100)
    for name in TABLES:
        assert getattr(world, name).schema == getattr(first, name).schema, name


def test_rows_are_numbered_and_point_to_what_there_is(world: SourceWorld) -> None:
    candidates, reports = world.candidates.num_rows, world.reports.num_rows
    sources = set(world.sources["source"].to_pylist())
    for table, name, rows in (
        (world.candidates, "candidate", candidates),
        (world.truth, "candidate", candidates),
        (world.reports, "report", reports),
        (world.origins, "report", reports),
    ):
        assert table[name].to_pylist() == list(range(rows))
    for table in (world.looks, world.reports):
        assert set(table["source"].to_pylist()) <= sources
        assert pc.min(table["candidate"]).as_py() >= 0
        assert pc.max(table["candidate"]).as_py() < candidates
    assert world.roles["source"].to_pylist() == world.sources["source"].to_pylist()
    assert len(sources) == world.sources.num_rows


def test_every_sensor_states_itself_in_every_condition_that_looks_have(world: SourceWorld) -> None:
    conditions = set(world.looks["condition"].to_pylist())
    stated = set(zip(column(world.sensors, "source"), column(world.sensors, "condition"),
                     strict=True))  # fmt: skip
    assert stated == {(source, one) for source in of_kind(world, "sensor") for one in conditions}


def test_nobody_looks_twice_at_one_candidate(world: SourceWorld) -> None:
    pairs = list(zip(world.looks["source"].to_pylist(), world.looks["candidate"].to_pylist(),
                     strict=True))  # fmt: skip
    assert len(set(pairs)) == len(pairs)


def test_reports_stand_in_the_order_of_publication_and_within_the_stated_ranges(
    world: SourceWorld,
) -> None:
    assert (np.diff(column(world.reports, "published_us")) >= 0).all()
    assert set(world.reports["claim"].to_pylist()) == {"none", "A", "B"}
    assert column(world.reports, "said_minute").max() <= 1439
    for name in ("said_entity", "said_number", "said_place", "said_minute"):
        assert column(world.reports, name).min() == -1
    assert column(world.reports, "media_hash").min() == 0
    assert column(world.reports, "radius_95_m").min() > 0


def test_a_copy_follows_what_it_copies_and_keeps_candidate_incident_place_and_radius(
    world: SourceWorld,
) -> None:
    parent = column(world.origins, "copied_from")
    copy = np.flatnonzero(parent >= 0)
    assert len(copy) > 5_000
    assert (column(world.origins, "origin")[copy] == "copy").all()
    assert (column(world.origins, "origin") == "copy").sum() == len(copy)
    published = column(world.reports, "published_us")
    assert (published[copy] > published[parent[copy]]).all()
    source = column(world.reports, "source")
    assert (source[copy] != source[parent[copy]]).all()
    for table, name in (
        (world.reports, "candidate"), (world.origins, "incident"), (world.reports, "east_m"),
        (world.reports, "north_m"), (world.reports, "radius_95_m"),
    ):  # fmt: skip
        values = column(table, name)
        np.testing.assert_array_equal(values[copy], values[parent[copy]], err_msg=name)


def test_only_people_write_and_instruments_report_what_they_looked_at(world: SourceWorld) -> None:
    sensors = of_kind(world, "sensor")
    looked = set(zip(world.looks["source"].to_pylist(), world.looks["candidate"].to_pylist(),
                     strict=True))  # fmt: skip
    by_instrument = 0
    for one in world.reports.to_pylist():
        if one["source"] in sensors:
            by_instrument += 1
            assert one["text"] == ""
            assert (one["source"], one["candidate"]) in looked
        else:
            assert one["text"]
    assert by_instrument > 500


def test_origins_agree_with_the_truth(world: SourceWorld) -> None:
    truth = column(world.truth, "truth")
    kind = dict(zip(world.sources["source"].to_pylist(), world.sources["kind"].to_pylist(),
                    strict=True))  # fmt: skip
    for one, source in zip(
        world.origins.to_pylist(), world.reports["source"].to_pylist(), strict=True
    ):
        if one["incident"] >= 0:
            assert truth[one["incident"]] != "none"
        else:
            assert one["origin"] != "observation"
        if one["origin"] == "clutter":
            assert kind[source] == "sensor"
        if one["origin"] == "invention":
            assert kind[source] != "sensor"


def test_names_of_channels_tell_nothing(world: SourceWorld) -> None:
    there = make_one_sided(108).roles.to_pylist()
    here = world.roles.to_pylist()
    channels = [at for at, one in enumerate(here) if one["source"].startswith("channel-")]
    assert len(channels) == 28
    assert [here[at] for at in channels] != [there[at] for at in channels]


def test_no_text_names_a_party(world: SourceWorld) -> None:
    words = {word for text in world.reports["text"].to_pylist() for word in text.split()}
    assert not words & {"A", "B"}


# ------------------------------------------------------------------------- one side is covered
@pytest.mark.parametrize("seed", [107, 108, 109])
def test_instruments_stand_on_one_side_and_end_a_few_kilometres_over_the_line(seed: int) -> None:
    world = make_one_sided(seed)
    over_m = metres_over_the_line(seed)
    looked = np.zeros(world.truth.num_rows, dtype=bool)
    eyes = (of_kind(world, "sensor") | of_kind(world, "patrol")) - {"satellite"}
    for one in world.looks.to_pylist():
        if one["source"] in eyes:
            looked[one["candidate"]] = True
    assert looked[over_m < 0].mean() > 0.85
    assert looked[over_m > REACH_OVER_M].sum() == 0
    assert looked[over_m > 0].mean() < 0.25
    truth = column(world.truth, "truth")
    assert (truth[over_m < 0] == "B").sum() > 10 * (truth[over_m < 0] == "A").sum()


def test_the_satellite_and_the_parties_channels_see_both_sides(world: SourceWorld) -> None:
    count = pc.value_counts(world.looks["source"]).to_pylist()
    everywhere = {one["values"] for one in count if one["counts"] == world.candidates.num_rows}
    sided = world.roles.filter(pc.not_equal(world.roles["side"], ""))["source"].to_pylist()
    assert {"satellite", *sided} <= everywhere


def test_pressure_silences_locals_on_the_other_land_only() -> None:
    chance, land = _land(107)
    ground = lay_ground(chance, land)
    mood = set_mood(chance, ground)
    told = {}
    for side in (HOME, AWAY):
        could = (ground.land == side) & (ground.truth != NOBODY)
        local = Voice(source=0, role="local", land=side)
        rows, _ = speak(chance, local, ground, mood, could)
        told[side] = len(rows) / could.sum()
    assert told[HOME] == pytest.approx(0.45, abs=0.06)
    assert told[AWAY] == pytest.approx(0.45 * 0.42, abs=0.06)


def test_a_few_real_incidents_are_the_land_s_own_doing() -> None:
    own, real = 0, 0
    for seed in range(107, 112):
        ground = lay_ground(*_land(seed))
        own += int(((ground.truth == ground.land) & (ground.truth != NOBODY)).sum())
        real += int((ground.truth != NOBODY).sum())
    assert own / real == pytest.approx(0.05, abs=0.012)


def test_a_hazard_gives_its_share_on_average_over_sizes() -> None:
    sizes = np.random.default_rng(3).gamma(4.0, 0.25, 400_000)
    for share in (0.06, 0.5, 0.9):
        told = 1 - np.exp(-hazard(share) * sizes)
        assert told.mean() == pytest.approx(share, abs=0.003)


def test_no_post_looks_where_its_condition_is_unseen(world: SourceWorld) -> None:
    chance, land = _land(107)
    ground = lay_ground(chance, land)
    posts = place_posts(chance, land, ground)
    for post in posts:
        rows = world.looks.filter(pc.equal(world.looks["source"], post.name))
        seen = np.flatnonzero(post.condition != UNSEEN)
        np.testing.assert_array_equal(column(rows, "candidate"), seen)
