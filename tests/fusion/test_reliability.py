"""Sources are trusted as far as they have earned it, and parties are treated alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.attach import reattach
from truceline.fusion.details import weigh_details
from truceline.fusion.panel import CLAIMS_A, NO_LOOK, SILENT, lay_out
from truceline.fusion.reliability import Priors, learn
from truceline.fusion.sources import Weighed, weigh_sources
from truceline.fusion.verdict import REASONS, STANDARD, decide, shift_silence
from truceline.simulate.contributors import FAMILIES, Family, SourceWorld, make_world

SMALL = Family(name="small", candidates=250)
SWAP = {"A": "B", "B": "A", "none": "none"}


def weigh(world: SourceWorld) -> Weighed:
    return weigh_sources(world.candidates, world.sources, world.sensors, world.looks, world.reports)


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


def mirrored(world: SourceWorld) -> SourceWorld:
    claim = [SWAP[one] for one in world.reports["claim"].to_pylist()]
    at = world.reports.schema.get_field_index("claim")
    return replace(world, reports=world.reports.set_column(at, "claim", pa.array(claim)))


def truth_of(world: SourceWorld) -> np.ndarray:
    return np.array([{"none": 0, "A": 1, "B": 2}[one] for one in world.truth["truth"].to_pylist()])


@pytest.fixture(scope="module")
def base() -> SourceWorld:
    return make_world(FAMILIES["base"], 102)


@pytest.fixture(scope="module")
def weighed(base: SourceWorld) -> Weighed:
    return weigh(base)


# ---------------------------------------------------------------------------- properties
@given(st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    world = make_world(SMALL, seed % 7)
    mixed = weigh_sources(
        world.candidates,
        *(shuffled(table, seed) for table in
          (world.sources, world.sensors, world.looks, world.reports)),
    )  # fmt: skip
    straight = weigh(world)
    np.testing.assert_array_equal(mixed.ledger.a, straight.ledger.a)
    np.testing.assert_array_equal(mixed.ledger.b, straight.ledger.b)
    np.testing.assert_array_equal(mixed.verdicts.party, straight.verdicts.party)
    np.testing.assert_array_equal(mixed.groups, straight.groups)


@given(st.integers(0, 10_000), st.sampled_from(sorted(FAMILIES)))
@settings(max_examples=10, deadline=None)
def test_a_mirrored_world_gives_the_mirrored_answer(seed: int, family: str) -> None:
    world = make_world(replace(FAMILIES[family], candidates=250), seed)
    straight, mirror = weigh(world), weigh(mirrored(world))
    np.testing.assert_array_equal(mirror.ledger.a, straight.ledger.b)
    np.testing.assert_array_equal(mirror.ledger.b, straight.ledger.a)
    np.testing.assert_array_equal(
        mirror.verdicts.party, np.array([0, 2, 1])[straight.verdicts.party]
    )
    np.testing.assert_array_equal(mirror.verdicts.reason, straight.verdicts.reason)


def test_the_ledger_adds_up_to_what_is_published(weighed: Weighed) -> None:
    nothing, a, b = weighed.ledger.chances()
    total_a = weighed.ledger.a.sum(axis=1)
    assert weighed.ledger.a.dtype == np.int64
    np.testing.assert_allclose(nothing + a + b, 1)
    clear = (a > 1e-9) & (nothing > 1e-9)
    np.testing.assert_allclose(1000 * np.log10(a / nothing)[clear], total_a[clear], atol=1e-6)


def test_silence_has_a_row_where_there_was_a_look_and_none_where_not(weighed: Weighed) -> None:
    said, rows = weighed.panel.said, weighed.ledger.a[:, : len(weighed.panel.sources)]
    assert (rows[said == NO_LOOK] == 0).all()
    patrol = weighed.panel.sources.index("patrol-1")
    assert (rows[said[:, patrol] == SILENT, patrol] < 0).all()


# ---------------------------------------------------------------------------- reliability
def test_a_wrong_statement_about_detection_is_mended() -> None:
    world = make_world(FAMILIES["detection-off"], 102)
    weighed = weigh(world)
    acoustic = weighed.panel.sources.index("acoustic")
    there = truth_of(world) > 0
    for condition in range(4):
        here = there & (weighed.panel.said[:, acoustic] != NO_LOOK)
        here &= weighed.panel.condition[:, acoustic] == condition
        true = (weighed.panel.said[here, acoustic] > SILENT).mean()
        stated = weighed.panel.stated[acoustic, condition, 0]
        learned = weighed.reliability.detect[acoustic, condition, 0]
        assert abs(learned - true) < 0.08
        assert abs(learned - true) < abs(stated - true)


def test_those_who_flip_are_read_the_other_way_round() -> None:
    world = make_world(FAMILIES["one-sided-flips"], 102)
    human = weigh(world).reliability.human
    names = sorted(world.sources["source"].to_pylist())
    for one in world.roles.to_pylist():
        if one["role"] == "leader":
            # Leaders speak when the other side fired; side A, flipped, then names itself.
            others = 1 if one["side"] == "B" else 2
            mine = human[names.index(one["source"]), others]
            assert mine[CLAIMS_A] > 0.3
            assert mine[CLAIMS_A] / (mine[CLAIMS_A] + mine[CLAIMS_A + 1]) > 0.8


def test_shared_silence_is_noticed() -> None:
    silence = weigh(make_world(FAMILIES["silence"], 102)).reliability
    base = weigh(make_world(FAMILIES["base"], 102)).reliability
    assert silence.hushed > 0.3
    assert base.hushed < 0.15


def test_a_source_that_few_overlap_is_taken_for_one_coin() -> None:
    world = make_world(replace(SMALL, candidates=40), 4)
    panel = lay_out(40, world.sources, world.sensors, world.looks, world.reports)
    reported = panel.said > SILENT
    overlaps = (reported & (reported.sum(axis=1) > 1)[:, None]).sum(axis=0)
    few = np.flatnonzero((overlaps < 20) & (panel.kind > 0))
    assert len(few) > 0
    human = learn(panel, Priors())[0].human
    np.testing.assert_allclose(human[few, 1, 1], human[few, 2, 2], rtol=1e-9)
    np.testing.assert_allclose(human[few, 1, 2], human[few, 2, 1], rtol=1e-9)


def test_beats_those_who_take_everybody_for_independent(
    base: SourceWorld, weighed: Weighed
) -> None:
    truth = truth_of(base)

    def false(a: np.ndarray, b: np.ndarray) -> float:
        accused = np.where(a >= STANDARD, 1, np.where(b >= STANDARD, 2, 0))
        return float((accused != truth)[accused > 0].mean())

    panel = lay_out(3000, base.sources, base.sensors, base.looks, base.reports)
    _, naive = learn(panel, Priors(hushed=(1e-9, 1e12)))
    _, a, b = weighed.ledger.chances()
    assert false(naive.a, naive.b) > 0.25
    assert false(a, b) < 0.03


def test_counts_independent_sources_better_than_a_count_of_reports(
    base: SourceWorld, weighed: Weighed
) -> None:
    mine = np.array(base.origins["origin"].to_pylist()) != "copy"
    candidate = base.reports["candidate"].to_numpy()
    real = np.bincount(candidate[mine], minlength=3000)
    naive = np.bincount(candidate, minlength=3000)
    assert np.abs(weighed.independent - real).mean() < 0.25 * np.abs(naive - real).mean()


# ------------------------------------------------------------------------------- verdicts
def test_nobody_is_accused_without_two_groups_and_something_physical(weighed: Weighed) -> None:
    accused = weighed.verdicts.party > 0
    spoke = weighed.panel.said > SILENT
    assert accused.sum() > 300
    assert spoke[accused][:, weighed.panel.kind < 2].any(axis=1).all()
    groups = [len(set(weighed.groups[row])) for row in spoke[accused]]
    assert min(groups) >= 2
    assert (weighed.verdicts.lower[accused] >= 0.85).all()
    assert (weighed.verdicts.at_standard[accused] == weighed.verdicts.party[accused]).all()


def test_without_instruments_and_patrols_nobody_is_accused(base: SourceWorld) -> None:
    channels = pa.array([one.startswith("channel") for one in base.reports["source"].to_pylist()])
    weighed = weigh(replace(base, reports=base.reports.filter(channels)))
    assert (weighed.verdicts.party == 0).all()
    assert REASONS.index("NO_PHYSICAL_EVIDENCE") in weighed.verdicts.reason


def test_an_accusation_that_hangs_on_one_source_is_not_made(weighed: Weighed) -> None:
    accused = np.flatnonzero(weighed.verdicts.party == 1)
    weight = weighed.weight.copy()
    details = np.zeros(len(weight))
    strongest = weighed.ledger.a[:, : len(weighed.panel.sources)].argmax(axis=1)
    keep = np.zeros(weight.shape)
    keep[np.arange(len(weight)), strongest] = 5.0
    alone = decide(weighed.panel, weighed.reliability, keep, details, weighed.groups)
    assert (alone.party[accused] == 0).all()


def test_silence_can_be_read_either_way(weighed: Weighed) -> None:
    more = shift_silence(weighed.reliability, 1.0).human
    assert (more[:, 1:, SILENT] <= weighed.reliability.human[:, 1:, SILENT]).all()
    np.testing.assert_allclose(more.sum(axis=2), 1)
    np.testing.assert_array_equal(more[:, 0], weighed.reliability.human[:, 0])


# ------------------------------------------------------------------------------ the input
@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("reports", "source", "nobody", "reports, row 3: 'nobody' is not a known source"),
        ("reports", "claim", "C", "reports, row 3: 'C' is none of none, A, B"),
        ("sources", "kind", "oracle", "sources, row 3: 'oracle' is none of sensor, patrol"),
        ("looks", "candidate", 250, "looks, row 3: candidate 250 is outside 0..249"),
    ],
)
def test_a_row_that_cannot_be_is_named(table: str, column: str, value: object, said: str) -> None:
    world = make_world(SMALL, 1)
    old = getattr(world, table)
    values = old[column].to_pylist()
    values[3] = value
    new = old.set_column(old.schema.get_field_index(column), column, pa.array(values))
    with pytest.raises(ValueError, match=said):
        weigh(replace(world, **{table: new}))


def test_reports_that_jamming_misplaced_go_home_by_the_minute_they_name() -> None:
    world = make_world(FAMILIES["navigation-lost"], 102)
    incident = world.origins["incident"].to_numpy()
    real = incident >= 0
    before = (world.reports["candidate"].to_numpy() == incident)[real].mean()
    after = (reattach(world.candidates, world.reports) == incident)[real].mean()
    assert before < 0.82
    assert after > before + 0.04


def test_details_weigh_more_where_independent_accounts_agree() -> None:
    world = make_world(FAMILIES["base"], 102)
    real = truth_of(world) > 0
    mine = np.array(world.origins["origin"].to_pylist()) != "copy"
    exists = np.where(real, 0.8, 0.2)
    nats = weigh_details(
        world.reports, mine.astype(float), world.reports["candidate"].to_numpy(), exists
    )
    assert nats[real].mean() > nats[~real].mean() + 0.3
