"""Compile the kernel of association and keep it: `python -m truceline.fusion.warm`.

`make` runs this, so that nobody's first fusion waits for the compiler.
"""

from __future__ import annotations

import numpy as np

from truceline.fusion.associate import Associator
from truceline.fusion.model import packaged_model
from truceline.records.detections import Detections
from truceline.records.units import DAY_US


def warm() -> None:
    """Associate two rows a week apart: that calls, and so compiles, the whole kernel."""
    associator = Associator(packaged_model())
    for at_us in (0, 7 * DAY_US):
        zero = np.zeros(1, np.int32)
        few = np.zeros(1, np.int8)
        at = np.array([at_us], np.int64)
        associator.add(
            Detections(
                east_m=zero,
                north_m=zero,
                at_us=at,
                sigma_m=np.ones(1, np.int32),
                means=few,
                source=zero,
                kind=few,
            )
        )


if __name__ == "__main__":
    warm()
