"""What can be told wrongly about detections: their errors, delays, clocks and kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from truceline.records.detections import UNKNOWN_KIND, Detections
from truceline.records.units import SECOND_US
from truceline.sensors.lag import LAGS
from truceline.simulate.regime import Truth

Change = Callable[[Detections, Truth, np.random.Generator], tuple[Detections, Truth]]
AS_IT_IS = "as generated"
CLOCK_S, CLOCK_SHARE = 60, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that is told wrongly.

    Attributes:
        change: Of the columns; None leaves them.
        told: What the estimators are told of instruments, see `fusion_ours`.
    """

    change: Change | None = None
    told: Mapping[str, float] = field(default_factory=dict)


def sigmas(times: float) -> Change:
    """Give the stated errors of position so many times as large."""

    def change(seen: Detections, truth: Truth, _: np.random.Generator) -> tuple[Detections, Truth]:
        sigma = np.maximum(1, np.rint(seen.sigma_m * times)).astype(np.int32)
        return replace(seen, sigma_m=sigma), truth

    return change


def clocks(seen: Detections, truth: Truth, chance: np.random.Generator) -> tuple[Detections, Truth]:
    """Put the clocks of a tenth of the prompt rows a minute fast or slow."""
    prompt = np.array([lag.is_prompt for lag in LAGS])[seen.means]
    off = prompt & (chance.random(len(seen)) < CLOCK_SHARE)
    way = np.where(chance.random(len(seen)) < 0.5, -1, 1)
    at_us = seen.at_us + np.where(off, way * CLOCK_S * SECOND_US, 0)
    order = np.argsort(at_us, kind="stable")
    columns = {
        name: getattr(seen, name)[order]
        for name in ("east_m", "north_m", "sigma_m", "means", "source", "kind")
    }
    return Detections(at_us=at_us[order], **columns), replace(truth, incident=truth.incident[order])


def no_kinds(seen: Detections, truth: Truth, _: np.random.Generator) -> tuple[Detections, Truth]:
    """Leave every row without a kind."""
    return replace(seen, kind=np.full_like(seen.kind, UNKNOWN_KIND)), truth


WRONGS: dict[str, Wrong] = {
    AS_IT_IS: Wrong(),
    "sigmas x2": Wrong(change=sigmas(2.0)),
    "sigmas /2": Wrong(change=sigmas(0.5)),
    "delays x3": Wrong(told={"delays_times": 3.0}),
    "delays /3": Wrong(told={"delays_times": 1 / 3}),
    "clocks 60 s off": Wrong(change=clocks),
    "kinds unknown": Wrong(change=no_kinds),
}
