"""A history cut in pieces gives the same numbers as one that was read through."""

from __future__ import annotations

import numpy as np
import pytest

from truceline.fusion.associate import Associator, associate
from truceline.fusion.model import packaged_model
from truceline.fusion.segments import associate_in_segments
from truceline.records.units import HOUR_US
from truceline.simulate.regime import DENSE, NORM, Regime, draw_regime

MODEL = packaged_model()


@pytest.mark.parametrize("segments", [1, 2, 3])
def test_pieces_give_the_same_numbers(segments: int) -> None:
    seen, _ = draw_regime(NORM, 40_000, 8)
    labels, again = associate_in_segments(seen, MODEL, segments)
    assert again == 0
    assert np.array_equal(labels, associate(seen, MODEL))


@pytest.mark.parametrize(
    ("regime", "halo_us"),
    [(NORM, 0), (NORM, 6 * HOUR_US), (DENSE, 0), (DENSE, 6 * HOUR_US)],
)
def test_a_piece_that_began_too_late_is_done_again(regime: Regime, halo_us: int) -> None:
    seen, _ = draw_regime(regime, 20_000, 8)
    labels, again = associate_in_segments(seen, MODEL, 2, halo_us)
    assert again == 1
    assert np.array_equal(labels, associate(seen, MODEL))


def test_a_copy_goes_its_own_way() -> None:
    seen, _ = draw_regime(NORM, 3000, 9)
    one = Associator(MODEL)
    one.add(seen.slice(0, 1000))
    other = one.copy()
    assert one.knows_the_same(other)
    rest = one.add(seen.slice(1000, len(seen)))
    assert not one.knows_the_same(other)
    assert np.array_equal(other.add(seen.slice(1000, len(seen))), rest)
    assert one.knows_the_same(other)


def test_one_more_detection_is_known() -> None:
    seen, _ = draw_regime(NORM, 3000, 9)
    one, other = Associator(MODEL), Associator(MODEL)
    one.add(seen)
    other.add(seen.take(np.delete(np.arange(len(seen)), len(seen) - 2)))
    assert not one.knows_the_same(other)
