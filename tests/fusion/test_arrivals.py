"""Arrivals get their events back, whatever the pieces they come in; a discharge gets no place."""

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.arrivals import (
    REGION_90,
    ArrivalAssociator,
    Arrivals,
    Located,
    associate_arrivals,
)
from truceline.fusion.arrivals_block import Rows, _Block
from truceline.fusion.arrivals_kernels import FREE, PICK
from truceline.fusion.arrivals_model import begin
from truceline.fusion.arrivals_search import again, merge
from truceline.simulate.arrivals import Heard, Network, hear, overlap

BUSY = hear(201, events_an_hour=300, hours=1.2)
QUIET = hear(202, events_an_hour=30, hours=6.0)


def picks_of(world: Heard, *, told: bool = True, arrived: bool = True) -> Arrivals:
    return Arrivals(
        station=world.station,
        at_us=world.at_us,
        wave=world.wave if told else np.full_like(world.wave, -1),
        arrived=np.full(len(world.at_us), arrived),
    )


def some(arrivals: Arrivals, rows: slice) -> Arrivals:
    return Arrivals(**{f.name: getattr(arrivals, f.name)[rows] for f in fields(arrivals)})


def in_pieces(world: Heard, cuts: list[int]) -> list[Located]:
    associator = ArrivalAssociator(world.stations_m)
    whole = picks_of(world)
    ends = [0, *sorted(cut % len(whole) for cut in cuts), len(whole)]
    parts = [associator.add(some(whole, slice(*pair))) for pair in pairwise(ends)]
    return [*parts, associator.close()]


ANSWER = associate_arrivals(BUSY.stations_m, picks_of(BUSY))


@pytest.mark.parametrize(
    ("world", "told", "least"),
    [
        pytest.param(BUSY, True, 0.92, id="300 an hour"),
        pytest.param(QUIET, True, 0.97, id="30 an hour"),
        pytest.param(QUIET, False, 0.97, id="30 an hour, kind of wave not told"),
    ],
)
def test_finds_the_events(world: Heard, told: bool, least: float) -> None:
    answer = associate_arrivals(world.stations_m, picks_of(world, told=told))
    assert overlap(world.event, answer.event).f1 >= least


def test_says_where_they_were_and_how_well_it_knows() -> None:
    true, mine = overlap(BUSY.event, ANSWER.event).pairs.T
    east = ANSWER.east_m[mine] - BUSY.event_east_m[true]
    north = ANSWER.north_m[mine] - BUSY.event_north_m[true]
    ee, en, nn = ANSWER.region_m2[mine].T
    distance = (nn * east**2 - 2 * en * east * north + ee * north**2) / (ee * nn - en**2)
    assert np.median(np.hypot(east, north)) < 30
    assert 0.75 < (distance <= REGION_90).mean() <= 1.0
    late_s = (ANSWER.at_us[mine] - BUSY.event_us[true]) / 1e6
    assert np.median(np.abs(late_s)) < 0.1


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_answers_the_same_however_the_stream_is_cut(cuts: list[int]) -> None:
    parts = in_pieces(BUSY, cuts)
    for field in fields(Located):
        together = np.concatenate([getattr(part, field.name) for part in parts])
        np.testing.assert_array_equal(together, getattr(ANSWER, field.name))


def test_answers_as_the_stream_goes_and_forgets_what_is_decided() -> None:
    associator = ArrivalAssociator(QUIET.stations_m)
    whole = picks_of(QUIET)
    sizes = []
    for first in range(0, len(whole), 200):
        associator.add(some(whole, slice(first, first + 200)))
        sizes.append(sum(len(piece) for piece in associator._kept))  # noqa: SLF001
    assert len(whole) > 4000
    assert max(sizes) < 1300


def test_columns_agree_with_one_another() -> None:
    assert len(ANSWER.event) == len(BUSY.at_us)
    assert (np.diff(ANSWER.at_us) > -5_000_000).all()
    assert (ANSWER.log_odds > 0).all()
    counts = np.bincount(ANSWER.event[ANSWER.event >= 0], minlength=len(ANSWER.at_us))
    np.testing.assert_array_equal(counts, ANSWER.picks)


def test_no_event_uses_two_arrivals_of_one_wave_at_one_station() -> None:
    mine = ANSWER.event >= 0
    keys = np.stack([ANSWER.event[mine], BUSY.station[mine], BUSY.wave[mine]], axis=1)
    assert len(np.unique(keys, axis=0)) == len(keys)


def test_noise_alone_makes_hardly_an_event() -> None:
    rows = np.flatnonzero(BUSY.event < 0)
    noise = Arrivals(
        station=BUSY.station[rows],
        at_us=BUSY.at_us[rows],
        wave=BUSY.wave[rows],
        arrived=np.ones(len(rows), bool),
    )
    assert len(associate_arrivals(BUSY.stations_m, noise).at_us) <= len(rows) / 300


def test_what_is_not_told_to_be_an_arrival_is_grouped_and_gets_no_place() -> None:
    answer = associate_arrivals(BUSY.stations_m, picks_of(BUSY, arrived=False))
    np.testing.assert_array_equal(answer.event, ANSWER.event)
    assert np.isnan(answer.east_m).all()
    assert np.isnan(answer.north_m).all()
    assert np.isnan(answer.region_m2).all()
    firsts = [BUSY.at_us[answer.event == number].min() for number in range(len(answer.at_us))]
    np.testing.assert_array_equal(answer.at_us, firsts)


def test_two_at_one_place_some_seconds_apart_stay_two() -> None:
    salvos = hear(203, events_an_hour=120, hours=1.0, network=Network(salvo_share=0.5))
    answer = associate_arrivals(salvos.stations_m, picks_of(salvos))
    assert overlap(salvos.event, answer.event).f1 >= 0.9


def test_a_silent_day_between_costs_nothing_and_changes_no_number() -> None:
    associator = ArrivalAssociator(QUIET.stations_m)
    whole = picks_of(QUIET)
    day_us = 86_400_000_000
    later = Arrivals(
        station=whole.station, at_us=whole.at_us + day_us, wave=whole.wave, arrived=whole.arrived
    )
    first = [associator.add(whole), associator.add(later), associator.close()]
    events = np.concatenate([part.event for part in first])
    assert len(events) == 2 * len(whole)
    both = np.concatenate([QUIET.event, QUIET.event + len(QUIET.event_us)])
    both[np.concatenate([QUIET.event, QUIET.event]) < 0] = -1
    assert overlap(both, events).f1 >= 0.97


# ------------------------------------------------------------------------- second thoughts
def block_of_one_event() -> tuple[_Block, tuple[Rows, ...]]:
    """A block that holds the picks of the best heard event of a world, found as event 0."""
    best = int(np.bincount(QUIET.event[QUIET.event >= 0]).argmax())
    rows = np.flatnonzero(QUIET.event == best)
    picks = np.zeros(len(rows), PICK)
    picks["at"] = (QUIET.at_us[rows] - QUIET.event_us[best]) / 1e6 + 10.0
    picks["station"], picks["wave"], picks["owner"] = QUIET.station[rows], QUIET.wave[rows], FREE
    block = _Block(begin(40), QUIET.stations_m, picks, 300.0)
    model = block.prepare(share=1.0)
    block.propose(model, alone=False)
    assert block.count == 1
    return block, model


def test_two_that_share_the_picks_of_one_become_one() -> None:
    block, model = block_of_one_event()
    whole = int(block.events[0]["picks"])
    block.events[1] = block.events[0]
    block.held[1] = block.held[0]
    block.held[0, ::2], block.held[1, 1::2] = FREE, FREE
    for row in block.held[1][block.held[1] != FREE]:
        block.picks["owner"][row] = 1
    block.count = 2
    block.events["odds"][:2] = 5.0, 4.0
    merge(*model, 2, block.events, block.held, block.used, block.place, block.work)
    alive = block.events[:2][block.events["alive"][:2] == 1]
    assert alive["picks"].tolist() == [whole]


def test_an_event_without_picks_of_its_own_dies() -> None:
    block, model = block_of_one_event()
    block.events[1] = block.events[0]
    block.events[1]["east"] += 40_000.0
    block.held[1] = FREE
    block.count = 2
    again(*model, 2, block.events, block.held, block.used, block.place, block.work)
    assert block.events["alive"][:2].tolist() == [1, 0]


# --------------------------------------------------------------------------------- bad input
GOOD = some(picks_of(BUSY), slice(0, 4))


def test_nothing_in_nothing_out() -> None:
    associator = ArrivalAssociator(BUSY.stations_m)
    assert len(associator.add(some(GOOD, slice(0, 0))).event) == 0
    assert len(associator.close().at_us) == 0


def test_refuses_stations_that_are_none() -> None:
    with pytest.raises(ValueError, match=r"shape \(4 or more, 2\), got \(3, 2\)"):
        ArrivalAssociator(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"station 2: position \[nan, 0.0\] is not finite"):
        ArrivalAssociator(np.array([[0, 0], [1, 0], [np.nan, 0], [0, 1.0]]))


def test_refuses_a_pick_of_no_station_or_of_the_past() -> None:
    associator = ArrivalAssociator(BUSY.stations_m[:4])
    stray = Arrivals(
        station=np.array([1, 7], np.int32), at_us=GOOD.at_us[:2], wave=GOOD.wave[:2],
        arrived=GOOD.arrived[:2],
    )  # fmt: skip
    with pytest.raises(ValueError, match="row 1: there is no station 7"):
        associator.add(stray)
    associator = ArrivalAssociator(BUSY.stations_m)
    associator.add(some(GOOD, slice(2, 4)))
    with pytest.raises(ValueError, match="already added"):
        associator.add(some(GOOD, slice(0, 2)))


def test_refuses_columns_that_are_broken() -> None:
    with pytest.raises(ValueError, match="must be of one length"):
        Arrivals(station=GOOD.station, at_us=GOOD.at_us[:2], wave=GOOD.wave, arrived=GOOD.arrived)
    with pytest.raises(ValueError, match=r"row 1: at_us \d+ is before the row above"):
        Arrivals(station=GOOD.station, at_us=GOOD.at_us[::-1], wave=GOOD.wave, arrived=GOOD.arrived)
    with pytest.raises(ValueError, match="row 0: wave must be -1, 0 or 1, got 2"):
        Arrivals(
            station=GOOD.station, at_us=GOOD.at_us, wave=np.full(4, 2, np.int8),
            arrived=GOOD.arrived,
        )  # fmt: skip
