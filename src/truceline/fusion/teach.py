"""Teach association one more kind of instrument: what is stated, what is borrowed, what is learned.

Nobody fits a new instrument before there are labelled rows of it, and there never are. So its user
states how its clock errs and how much it notices, and the rest is borrowed from a kind that the
model knows and that behaves alike. How far its positions err, and how late it is, is mended from
the rows themselves as for every other kind (`learn.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.model import Model
from truceline.sensors.lag import Lag

# What the packaged model's kinds of incidents are called, in its order.
KINDS = ("artillery", "rocket", "air_strike", "drone_strike", "small_arms")
# How many rows speak of nothing for each that speaks of something, by kind of instrument, in the
# exercises that the packaged model was fitted to.
FALSE_SHARE = {
    "acoustic": 0.15,
    "seismic": 0.15,
    "satellite_thermal": 0.15,
    "visual": 0.10,
    "open_source": 0.15,
    "drone": 0.05,
}
# Fewer rows than this tell nothing about how much is noticed.
ENOUGH = 200
# No instrument is believed to err less often than this.
LEAST_FALSE = 0.01
# Somebody is always the first to speak of an incident.
LEAST_FIRST = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSensor:
    """A kind of instrument that the packaged model does not know.

    Attributes:
        lag: How its clock errs, how late it speaks, whether it names places.
        like: The known kind from which everything is borrowed that is not stated: one of
            `FALSE_SHARE`, prompt if this one is, naming places if this one does.
        noticed: How many rows it brings of an incident: one number for the average over kinds, or
            one for each of `KINDS`; None to take it from how many rows there are of it and of
            the kind that it is like.
        false_share: Rows that speak of nothing, for each that speaks of something; None as `like`.
        kind_right: How often a kind that it names is the right one; None as `like`.
    """

    lag: Lag
    like: str
    noticed: float | Mapping[str, float] | None = None
    false_share: float | None = None
    kind_right: float | None = None

    def __post_init__(self) -> None:
        name = self.lag.name
        if self.like not in FALSE_SHARE:
            raise ValueError(f"{name}: like {self.like!r} is none of {', '.join(FALSE_SHARE)}")
        given = self.noticed
        if isinstance(given, Mapping) and set(given) != set(KINDS):
            raise ValueError(f"{name}: noticed needs {', '.join(KINDS)}, got {', '.join(given)}")
        amounts = list(given.values()) if isinstance(given, Mapping) else [given]
        if given is not None and not (
            all(one is not None and 0 <= one < math.inf for one in amounts) and any(amounts)
        ):
            raise ValueError(f"{name}: noticed must be 0 or more, and not 0 throughout: {given}")
        if self.false_share is not None and not 0 <= self.false_share < math.inf:
            raise ValueError(f"{name}: false_share must not be negative, got {self.false_share}")
        if self.kind_right is not None and not 0 < self.kind_right < 1:
            raise ValueError(f"{name}: kind_right {self.kind_right} is outside 0..1")


def teach(model: Model, sensor: NewSensor, rows: Mapping[str, int] | None = None) -> Model:
    """Give the model with one more kind of instrument, the last in `lags`.

    Args:
        model: The packaged model, or one that was taught already.
        sensor: What is stated of it.
        rows: How many rows there are of each kind of instrument, by name; needed where the sensor
            states no `noticed`.

    Raises:
        ValueError: The name is taken, the kind that it is like behaves otherwise or is not in the
            model, or there are too few rows to tell how much it notices.

    >>> from truceline.fusion.model import packaged_model
    >>> fibre = NewSensor(lag=Lag(name="fibre", jitter_s=2.0), like="seismic", noticed=0.3)
    >>> teach(packaged_model(), fibre).lags[-1].name
    'fibre'
    """
    lag, names = sensor.lag, [one.name for one in model.lags]
    if lag.name in names:
        raise ValueError(f"{lag.name}: the model knows a kind of instrument of this name")
    if sensor.like not in names:
        raise ValueError(f"{lag.name}: like {sensor.like} is not in the model")
    like = names.index(sensor.like)
    if _behaviour(lag) != _behaviour(model.lags[like]):
        raise ValueError(
            f"{lag.name}: delay_s {lag.delay_s} and named_place {lag.named_place} make it behave "
            f"otherwise than {sensor.like}; name another kind that it is like"
        )
    false_like = FALSE_SHARE[sensor.like]
    false = false_like if sensor.false_share is None else sensor.false_share
    noticed = _noticed(model, sensor, like)
    if noticed is None:
        noticed = _counted(sensor, rows or {}, false, false_like) * _noticed_by(model, like)
    share = np.array(model.kind_share)
    known = share @ np.array(model.noticed)
    mean = float(share @ noticed)
    falses = np.array([FALSE_SHARE.get(name, false_like) for name in names])
    before = float(known @ (1 + falses))
    after = before + mean * (1 + false)
    first = max(model.fresh[like] * before / float(known[like]) - false_like, LEAST_FIRST)
    means = len(names)
    constants, once, more = model.exists[:3], model.exists[3 : 3 + means], model.exists[3 + means :]
    # Odds that a row is of something, beside those of the kind that it is like.
    doubt = math.log(max(false, LEAST_FALSE) / false_like)
    return replace(
        model,
        lags=(*model.lags, lag),
        noticed=tuple((*row, float(one)) for row, one in zip(model.noticed, noticed, strict=True)),
        kind_right=(*model.kind_right, sensor.kind_right or model.kind_right[like]),
        fresh=(
            *(one * before / after for one in model.fresh),
            mean * (first + false) / after,
        ),
        exists=(*constants, *once, once[like] - doubt, *more, more[like]),
        sigma_scale=(*model.sigma_scale, 1.0),
        usual_spread=(*model.usual_spread, model.usual_spread[like]),
        usual_lateness=(*model.usual_lateness, model.usual_lateness[like]),
    )


def _behaviour(lag: Lag) -> tuple[bool, bool]:
    """Tell how association treats a kind: whether it is prompt, and if not, names places."""
    return lag.is_prompt, lag.named_place and not lag.is_prompt


def _noticed_by(model: Model, means: int) -> NDArray[np.float64]:
    """Give how many rows a kind of instrument brings of an incident of each kind, shape (k,)."""
    return np.array([row[means] for row in model.noticed], np.float64)


def _noticed(model: Model, sensor: NewSensor, like: int) -> NDArray[np.float64] | None:
    """Give what is stated of that for the new one, shape (k,); None if nothing is."""
    given = sensor.noticed
    if isinstance(given, Mapping):
        return np.array([given[kind] for kind in KINDS], np.float64)
    if given is None:
        return None
    alike = _noticed_by(model, like)
    stated: NDArray[np.float64] = alike * given / float(np.array(model.kind_share) @ alike)
    return stated


def _counted(sensor: NewSensor, rows: Mapping[str, int], false: float, false_like: float) -> float:
    """Give how many true rows there are of it for each of the kind that it is like."""
    own, other = rows.get(sensor.lag.name, 0), rows.get(sensor.like, 0)
    if min(own, other) < ENOUGH:
        raise ValueError(
            f"{sensor.lag.name}: {own} rows of it and {other} of {sensor.like} are too few to tell "
            f"how much it notices ({ENOUGH} of each); state noticed"
        )
    return own / (1 + false) / (other / (1 + false_like))
