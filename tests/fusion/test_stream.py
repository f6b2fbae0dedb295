"""Rows in any order, in any batches: the stream's answer is the batch's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.fusion.associate import Associator, associate
from truceline.fusion.model import packaged_model
from truceline.fusion.stream import Stream
from truceline.records.detections import Detections, Integers, canonical
from truceline.records.units import DAY_US, HOUR_US
from truceline.simulate.regime import NORM, draw_regime

MODEL = packaged_model()


def fed(stream: Stream, seen: Detections, arrival: Integers, size: int) -> Integers:
    """Feed rows by their arrival, so many at a time, and give the labels in canonical order."""
    labels = []
    order = np.argsort(arrival, kind="stable")
    for first in range(0, len(order), size):
        batch = seen.take(np.sort(order[first : first + size]))
        update = stream.add(batch)
        assert not len(update.too_old)
        labels.append(update.settled)
    return np.concatenate([*labels, stream.labels])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 700), st.sampled_from([0.0, 0.5, 6.0, 30.0]))
def test_the_order_of_arrival_changes_nothing(chance: int, size: int, late_hours: float) -> None:
    seen = canonical(draw_regime(NORM, 1500, 21)[0])
    delay_us = np.random.default_rng(chance).exponential(late_hours, len(seen)) * HOUR_US
    late_us = np.minimum(delay_us, 1.5 * DAY_US).astype(np.int64)
    stream = Stream(MODEL, state_every=100)
    assert np.array_equal(fed(stream, seen, seen.at_us + late_us, size), associate(seen, MODEL))


def test_what_is_known_of_incidents_is_that_of_the_batch() -> None:
    seen = canonical(draw_regime(NORM, 6000, 22)[0])
    stream, whole = Stream(MODEL, lateness_us=DAY_US, state_every=100), Associator(MODEL)
    arrival = np.argsort(seen.at_us + np.random.default_rng(1).integers(0, DAY_US // 2, len(seen)))
    parts = [stream.add(seen.take(np.sort(rows))).ended for rows in np.array_split(arrival, 30)]
    parts.append(stream.incidents())
    whole.add(seen)
    there = whole.incidents()
    for name in ("number", "probability_ppm", "at_us", "east_m", "sigma_m"):
        here = np.concatenate([getattr(part, name) for part in parts])
        order = np.argsort(np.concatenate([part.number for part in parts]))
        assert np.array_equal(here[order], getattr(there, name)), name
    assert len(stream.incidents()) < len(there) / 2


def test_says_from_where_on_it_changed() -> None:
    seen = canonical(draw_regime(NORM, 1000, 23)[0])
    late = 400
    stream = Stream(MODEL, state_every=50)
    stream.add(seen.take(np.delete(np.arange(len(seen)), late)))
    assert stream.add(seen.slice(late, late + 1)).changed_from == late


def test_a_row_older_than_the_window_is_handed_back_and_nothing_else_lost() -> None:
    seen = canonical(draw_regime(NORM, 3000, 24)[0])
    stream = Stream(MODEL, lateness_us=DAY_US, state_every=50)
    first = stream.add(seen.slice(1, len(seen)))
    second = stream.add(seen.slice(0, 1))
    assert second.too_old.tolist() == [0]
    assert len(first.settled) + len(stream.labels) == len(seen) - 1


def test_memory_is_that_of_the_window() -> None:
    seen = canonical(draw_regime(NORM, 12_000, 25)[0])
    stream = Stream(MODEL, lateness_us=DAY_US, state_every=200)
    sizes = []
    for first in range(0, len(seen), 300):
        update = stream.add(seen.slice(first, min(first + 300, len(seen))))
        assert update.settled.base is None  # what is told does not keep the window alive
        sizes.append((len(stream.labels), len(stream._aside)))  # noqa: SLF001
    rows, states = (max(column) for column in zip(*sizes, strict=True))
    assert rows < 2500
    assert states < 15


@pytest.mark.parametrize(("lateness_us", "every"), [(-1, 10), (0, 0)])
def test_refuses_what_makes_no_window(lateness_us: int, every: int) -> None:
    with pytest.raises(ValueError, match="got"):
        Stream(MODEL, lateness_us, every)
