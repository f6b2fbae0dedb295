"""Association of a long history in pieces at once, with the same answer to the last bit.

A machine that begins some days before a cut comes to know the same as one that began at the start,
because every memory of association is finite. Whether it did is looked at: at each cut both states
must be equal. Where they are not, that piece is done again from the true state.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from truceline.fusion.associate import Associator
from truceline.fusion.model import Model
from truceline.records.detections import Detections, Integers
from truceline.records.units import DAY_US

# How long before a cut a machine begins. States were seen to be equal after three days.
HALO_US = 4 * DAY_US


def associate_in_segments(
    detections: Detections, model: Model, segments: int, halo_us: int = HALO_US
) -> tuple[Integers, int]:
    """Give each detection the number of its incident, in so many pieces at once.

    Args:
        detections: The whole history.
        model: What is believed beforehand.
        segments: How many pieces, each in a thread of its own.
        halo_us: How long before its piece each machine begins, in microseconds.

    Returns:
        Shape (n,), what `associate` gives; and how many pieces had to be done again.
    """
    cuts = _cuts(detections, segments, halo_us)
    with ThreadPoolExecutor(segments) as pool:
        ended = list(
            pool.map(lambda piece: _piece(detections, model, piece, halo_us), list(pairwise(cuts)))
        )
    before, labels = ended[0][1], [ended[0][2]]
    again = 0
    for (first, last), (begun, after, found) in zip(pairwise(cuts[1:]), ended[1:], strict=True):
        if before.knows_the_same(begun):
            labels.append(found + (before.incidents_begun - begun.incidents_begun))
            after.renumber(before.incidents_begun - begun.incidents_begun)
            before = after
        else:
            again += 1
            labels.append(before.add(detections.slice(first, last)))
    return np.concatenate(labels), again


def _cuts(detections: Detections, segments: int, halo_us: int) -> list[int]:
    """Cut so that every machine has about as much to do; all but the first have a halo more."""
    rows = len(detections)
    lasts_us = int(detections.at_us[-1] - detections.at_us[0]) if rows else 0
    halo = rows * min(1.0, halo_us / max(1, lasts_us))
    work = (rows + (segments - 1) * halo) / segments
    first = np.arange(1, segments) * (work - halo) + halo
    # Where halos are longer than pieces no cut is fair.
    fair = first if work > halo else np.linspace(0, rows, segments + 1)[1:-1]
    return [0, *np.rint(fair).astype(int).tolist(), rows]


def _piece(
    detections: Detections, model: Model, piece: tuple[int, int], halo_us: int
) -> tuple[Associator, Associator, Integers]:
    """Do one piece: give what was known at its start, at its end, and the labels between."""
    first, last = piece
    associator = Associator(model, keep=False)
    if first:
        begin = int(np.searchsorted(detections.at_us, detections.at_us[first] - halo_us))
        associator.add(detections.slice(begin, first))
    begun = associator.copy()
    return begun, associator, associator.add(detections.slice(first, last))
