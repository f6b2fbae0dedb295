"""Copies are found by what they share, whoever makes them."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.copies import Copies, compare_reports, mask_parties, settle_copies
from truceline.fusion.dependence import lift
from truceline.fusion.minhash import near_duplicates, pairs_within, resemblance, signatures
from truceline.fusion.sources import Weighed, weigh_sources
from truceline.simulate.contributors import FAMILIES, Family, SourceWorld, make_world


def shingles(text: str) -> set[str]:
    return {text[start : start + 5] for start in range(len(text) - 4)}


def jaccard(one: str, other: str) -> float:
    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def find_copies(reports: pa.Table) -> Copies:
    """Find copies before anything is known of the truth."""
    return settle_copies(compare_reports(reports), np.full(3000, 0.5))


@pytest.fixture(scope="module")
def base() -> SourceWorld:
    return make_world(FAMILIES["base"], 101)


@pytest.fixture(scope="module")
def found(base: SourceWorld) -> Copies:
    return find_copies(base.reports)


# ------------------------------------------------------------------------------- MinHash
@given(st.text("abcd", min_size=30, max_size=80), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_resemblance_is_near_the_true_one(text: str, cut: int) -> None:
    other = text[cut:] + "zzyyxxww" * 3
    signed = signatures([text, other])
    estimated = resemblance(signed, np.array([0]), np.array([1]))[0]
    # 128 permutations: a standard deviation of at most 0.045.
    assert abs(estimated - jaccard(text, other)) < 0.23


def test_near_duplicates_are_those_that_share_half_their_shingles(base: SourceWorld) -> None:
    texts = [text for text in base.reports["text"].to_pylist() if text][:200]
    first, second, _ = near_duplicates(texts)
    got = set(zip(first.tolist(), second.tolist(), strict=True))
    for one in range(200):
        for other in range(one + 1, 200):
            true = jaccard(texts[one], texts[other])
            if true >= 0.7:
                assert (one, other) in got
            if true <= 0.3:
                assert (one, other) not in got
    assert len(got) > 5


def test_a_text_too_short_for_a_shingle_resembles_nothing() -> None:
    first, _, _ = near_duplicates(["four", "four", ""])
    assert len(first) == 0
    assert len(near_duplicates([])[0]) == 0


def test_agrees_with_datasketch(base: SourceWorld) -> None:
    if importlib.util.find_spec("datasketch") is None:
        pytest.skip("NOT RUN: datasketch, the oracle of MinHash, is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from datasketch import MinHash  # noqa: PLC0415
    texts = [text for text in base.reports["text"].to_pylist() if text][:60]
    theirs = []
    for text in texts:
        one = MinHash(num_perm=128)
        one.update_batch([shingle.encode() for shingle in shingles(text)])
        theirs.append(one)
    signed = signatures(texts)
    apart = [
        abs(
            float(resemblance(signed, np.array([one]), np.array([other]))[0])
            - theirs[one].jaccard(theirs[other])
        )
        for one in range(60) for other in range(one)
    ]  # fmt: skip
    assert np.mean(apart) < 0.03


def test_pairs_within_gives_each_pair_of_a_group_once() -> None:
    first, second = pairs_within(np.array([5, 1, 5, 1, 5, 2]))
    pairs = sorted(zip(first.tolist(), second.tolist(), strict=True))
    assert pairs == [(0, 2), (0, 4), (1, 3), (2, 4)]


def test_pairs_of_a_crowd_stay_few() -> None:
    first, _ = pairs_within(np.zeros(1000, np.int64))
    assert len(first) < 64 * 1000


# -------------------------------------------------------------------------------- copies
def test_finds_nearly_all_copies_and_little_else(base: SourceWorld, found: Copies) -> None:
    real = np.array(base.origins["origin"].to_pylist()) == "copy"
    assert (real & found.copied).sum() / real.sum() >= 0.94
    assert (real & found.copied).sum() / found.copied.sum() >= 0.93


@pytest.mark.parametrize("family", ["weak-copying", "sybil-locals"])
def test_finds_them_where_they_are_rare_and_where_a_ring_makes_them(family: str) -> None:
    world = make_world(FAMILIES[family], 101)
    real = np.array(world.origins["origin"].to_pylist()) == "copy"
    copied = find_copies(world.reports).copied
    assert (real & copied).sum() / real.sum() >= 0.88
    assert (real & copied).sum() / copied.sum() >= 0.92


def test_every_cluster_has_one_report_that_counts_and_it_is_the_earliest(
    base: SourceWorld, found: Copies
) -> None:
    published = base.reports["published_us"].to_numpy()
    for cluster in np.unique(found.cluster[found.copied])[:200]:
        members = np.flatnonzero(found.cluster == cluster)
        (lead,) = members[~found.copied[members]]
        assert published[lead] == published[members].min()


def test_who_is_accused_plays_no_role(base: SourceWorld, found: Copies) -> None:
    column = base.reports.schema.get_field_index("claim")
    blind = base.reports.set_column(column, "claim", pa.array(["A"] * base.reports.num_rows))
    np.testing.assert_array_equal(find_copies(blind).shared, found.shared)


def test_the_names_of_the_parties_are_masked_the_longer_first() -> None:
    masked = mask_parties(["Ala and Alabia", "none"], ["Ala", "Alabia"])
    assert masked == ["PARTY and PARTY", "none"]


def test_instruments_copy_nobody(base: SourceWorld, found: Copies) -> None:
    heard = np.isin(np.array(base.reports["source"].to_pylist()), ["thermal", "acoustic", "drone"])
    assert not found.copied[heard].any()


def test_nothing_to_compare_is_no_copy() -> None:
    schema = make_world(Family(name="few", candidates=5), 1).reports.schema
    assert find_copies(schema.empty_table()).copied.tolist() == []


def test_agreement_means_more_where_there_was_nothing(base: SourceWorld) -> None:
    compared = compare_reports(base.reports)
    exists = np.array([one != "none" for one in base.truth["truth"].to_pylist()])
    blind = settle_copies(compared, np.full(3000, 0.5))
    told = settle_copies(compared, np.where(exists, 0.99, 0.01))
    real = np.array(base.origins["origin"].to_pylist()) == "copy"
    wrong_blind, wrong_told = (one.copied & ~real for one in (blind, told))
    assert wrong_told.sum() < wrong_blind.sum()
    assert (real & told.copied).sum() / real.sum() >= 0.94


# ---------------------------------------------------------------------------- dependence
@pytest.fixture(scope="module")
def weighed(base: SourceWorld) -> Weighed:
    return weigh_sources(base.candidates, base.sources, base.sensors, base.looks, base.reports)


def pairs_of(base: SourceWorld, weighed: Weighed, *roles: str) -> list[dict[str, Any]]:
    role = {one["source"]: (one["role"], one["side"]) for one in base.roles.to_pylist()}
    return [
        one
        for one in weighed.dependence.to_pylist()
        if sorted((role[one["source"]][0], role[one["other"]][0])) == sorted(roles)
        and (role[one["source"]][1] == role[one["other"]][1] or "local" in roles)
    ]


def test_followers_stand_out_as_dependent_on_their_leader_and_later(
    base: SourceWorld, weighed: Weighed
) -> None:
    follows = pairs_of(base, weighed, "leader", "follower")
    leaders = {one["source"] for one in base.roles.to_pylist() if one["role"] == "leader"}
    assert len(follows) == 10
    assert min(one["rho"] for one in follows) > 0.5
    assert {one["source"] for one in follows} == leaders
    assert min(one["later"] for one in follows) > 0.9
    assert max(one["rho"] for one in pairs_of(base, weighed, "patrol", "local")) < 0.3


def test_groups_keep_patrols_and_instruments_apart(weighed: Weighed) -> None:
    group = dict(zip(weighed.panel.sources, weighed.groups.tolist(), strict=True))
    apart = [group[name] for name in ("thermal", "acoustic", "drone", "patrol-1", "patrol-2")]
    assert len(set(apart)) == 5


def test_followers_speak_with_their_leader_more_often_than_the_truth_explains(
    base: SourceWorld, weighed: Weighed
) -> None:
    follows = [one["lift"] for one in pairs_of(base, weighed, "leader", "follower")]
    strangers = [one["lift"] for one in pairs_of(base, weighed, "patrol", "local")]
    assert min(follows) > 1.4
    assert np.mean(strangers) == pytest.approx(1.0, abs=0.15)


def test_without_copies_the_truth_explains_who_speaks_together(
    weighed: Weighed,
) -> None:
    ratio = lift(weighed.panel, weighed.reliability, weighed.belief)
    among = ratio[np.ix_(weighed.panel.kind == 2, weighed.panel.kind == 2)]
    assert np.median(among) == pytest.approx(1.0, abs=0.25)
