"""The world of contributors: frozen, drawn again alike, and true to what its page says."""

from __future__ import annotations

import numpy as np
import pytest

from truceline.simulate.contributors import (
    FAMILIES,
    Family,
    SourceWorld,
    fingerprint,
    first_rows,
    make_world,
)

# Parameters and first rows of every family, at seed 0. Changing one means another world: then all
# figures made on it are void, and docs/reference/exercise-sources.md must say so.
FROZEN = {
    "base": ("4910c4077004f03b", "b764853e175a1eb1"),
    "sybil-locals": ("9f661145a1b6d57e", "b871eff044caac9a"),
    "one-sided-flips": ("35c6c248b35c7fc5", "820389d28ef6fca8"),
    "detection-off": ("16468a11ffdee3b0", "971af081416a3e2e"),
    "silence": ("65af93aaf8c8d397", "57cc67eb9a655b98"),
    "navigation-lost": ("7a5fa5fa0660e27d", "14975da86d75ec1a"),
    "weak-copying": ("1d3dcad160bbb955", "cd96b2280a64f2fa"),
    "misspecified": ("fc6304ebaca71413", "9a22d586753aa258"),
}


@pytest.fixture(scope="module")
def base() -> SourceWorld:
    return make_world(FAMILIES["base"], 7)


def test_every_family_is_on_the_table() -> None:
    assert set(FROZEN) == set(FAMILIES)


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_family_is_as_it_was_frozen(name: str) -> None:
    parameters, rows = FROZEN[name]
    assert fingerprint(FAMILIES[name])[:16] == parameters
    assert first_rows(FAMILIES[name], 0)[:16] == rows


def test_another_seed_is_another_world() -> None:
    assert first_rows(FAMILIES["base"], 1) != first_rows(FAMILIES["base"], 0)


def test_a_family_is_frozen_by_each_parameter() -> None:
    assert fingerprint(Family(name="x", rumour=0.01)) != fingerprint(Family(name="x"))
    assert fingerprint(Family(name="x")) == fingerprint(Family(name="y"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"copy_rate": 1.2}, "copy_rate 1.2 is outside 0..1"),
        ({"candidates": 0}, "candidates 0 is below 1"),
        ({"flipped_side": "C"}, "flipped_side 'C' is no side"),
    ],
)
def test_refuses_a_family_that_cannot_be(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Family(name="x", **wrong)  # type: ignore[arg-type]


def test_a_copy_comes_after_what_it_copies_and_stands_on_the_same_candidate(
    base: SourceWorld,
) -> None:
    parent = base.origins["copied_from"].to_numpy()
    copy = np.flatnonzero(parent >= 0)
    published = base.reports["published_us"].to_numpy()
    candidate = base.reports["candidate"].to_numpy()
    assert len(copy) > 1000
    assert (published[copy] > published[parent[copy]]).all()
    assert (candidate[copy] == candidate[parent[copy]]).all()
    assert (np.array(base.origins["origin"].to_pylist())[copy] == "copy").all()


def test_followers_copy_their_own_leader_about_as_often_as_the_family_says(
    base: SourceWorld,
) -> None:
    role = dict(zip(base.roles["source"].to_pylist(), base.roles["role"].to_pylist(), strict=True))
    source = base.reports["source"].to_pylist()
    led = sum(role[one] == "leader" for one in source)
    copied = sum(
        role[one] == "follower" and origin == "copy"
        for one, origin in zip(source, base.origins["origin"].to_pylist(), strict=True)
    )
    assert copied / (5 * led) == pytest.approx(0.6, abs=0.03)


def test_names_of_sources_tell_no_side(base: SourceWorld) -> None:
    channels = [
        (name, role, side)
        for name, role, side in zip(
            *(base.roles[column].to_pylist() for column in ("source", "role", "side")), strict=True
        )
        if name.startswith("channel-")
    ]
    other = make_world(FAMILIES["base"], 8).roles.to_pylist()
    assert len(channels) == 16
    assert channels != [(one["source"], one["role"], one["side"]) for one in other[6:]]


def test_what_was_seen_is_looked_at(base: SourceWorld) -> None:
    looked = set(zip(base.looks["source"].to_pylist(), base.looks["candidate"].to_pylist(),
                     strict=True))  # fmt: skip
    sensors = {"thermal", "acoustic", "drone"}
    heard = [
        (one["source"], one["candidate"])
        for one in base.reports.to_pylist() if one["source"] in sensors
    ]  # fmt: skip
    assert heard
    assert set(heard) <= looked


def test_silence_takes_about_the_share_of_true_reports_that_it_says() -> None:
    def told(name: str) -> int:
        world = make_world(FAMILIES[name], 3)
        return sum(
            origin == "observation" and not source.startswith(("thermal", "acoustic", "drone"))
            for origin, source in zip(
                world.origins["origin"].to_pylist(), world.reports["source"].to_pylist(),
                strict=True,
            )
        )  # fmt: skip

    assert told("silence") / told("base") == pytest.approx(0.45, abs=0.1)


def test_flipped_side_names_its_own_party() -> None:
    world = make_world(FAMILIES["one-sided-flips"], 3)
    side = dict(zip(world.roles["source"].to_pylist(), world.roles["side"].to_pylist(),
                    strict=True))  # fmt: skip
    claims = [
        (side[one["source"]], one["claim"])
        for one in world.reports.to_pylist() if one["claim"] != "none"
    ]  # fmt: skip
    for party in "AB":
        of_side = [claim == "A" for whose, claim in claims if whose == party]
        assert np.mean(of_side) > 0.9
