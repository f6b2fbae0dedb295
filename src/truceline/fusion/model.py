"""The generative model of located detections: what association believes before it sees any."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from truceline.sensors.lag import LAGS, Lag

Floats = NDArray[np.float64]

# How the kernel treats a kind of instrument.
PROMPT, PASSING, TELLING = 0, 1, 2

# Late sources are waited for so long at least, in seconds, however quick they are believed to be:
# else nothing could show that they are slower.
LEAST_REACH_S = 12 * 3600.0


# What the compiled kernel reads. Numbers alone stand in `Numbers`: a tuple that holds arrays costs
# the kernel more in counting references to them than it computes.
class Columns(NamedTuple):
    """What differs by kind of instrument, shape (m,) each; `said` is described where it is made."""

    treatment: NDArray[np.int64]
    jitter_s: Floats
    delay_s: Floats
    reach_s: Floats
    fresh: Floats
    said: Floats
    prior_kind: Floats


class Numbers(NamedTuple):
    """What holds for all of them; see `Model`."""

    wide_cell_m: float
    wide_s: float
    narrow_cell_m: float
    short_s: float
    long_s: float
    attention: float
    same_pass: float
    seen_burning: float
    burns_s: float
    look_s: float
    same_place: float
    background: float
    excited: float
    prior_rate: float
    least_share: float
    again_ratio: float
    twice_s: float
    slowest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Parameters of the model; all were fitted on exercises whose seeds no figure is reported on.

    Attributes:
        lags: When each kind of instrument speaks, one row a kind.
        kind_share: Shape (k,). How often an incident is of each kind.
        noticed: Shape (k, m). How many detections of each kind of instrument an incident of each
            kind brings on average; for satellites the share that burns.
        kind_right: Shape (m,). How often a kind that is named is the right one.
        fresh: Shape (m,). Of all detections near a place, the share that is of this kind of
            instrument and the first of its incident, or of none.
        attention: Shape of the gamma that says how unevenly happenings are written about.
        same_pass: Further pixels of one fire in one overpass, on average.
        seen_burning: Pixels of a burning fire at an overpass.
        burns_s: Median time that a fire burns, in seconds.
        look_s: Mean time between overpasses, in seconds.
        same_place: How often two reports of one happening name the same place.
        background: Weight of the wide count of detections in the rate of new incidents.
        excited: Weight of the narrow count of incidents in it: bursts.
        prior_count: Detections that the wide window of every cell is believed to hold beforehand.
        least_share: Below this probability that a detection belongs to its best incident, it
            begins a new one.
        again_ratio: How much less likely one prompt instrument speaks twice of one incident.
        twice_s: A prompt row of the same source and kind of instrument, at the same position and
            within so many seconds, is the same row; where no source is named, of the same instant.
            What such a source tells of later is another happening.
        wide_cell_m, wide_hours: The wide count: its cells, and its window.
        narrow_cell_m, short_hours, long_hours: The narrow count and its windows, the short one for
            prompt instruments, the long one for late ones.
        first_late: How late the first of late sources speaks, in units of what exponential delays
            would make it.
        exists: Shape (3 + 2 m,). Weights of `assess.features` in the log-odds of existence.
        sigma_scale: Shape (m,). What a stated error is multiplied with before it is believed.
        usual_spread, usual_lateness: Shape (m,). What `learn.spread` and `learn.lateness` show
            where all metadata are right; 0 where nothing is to be seen.
    """

    lags: tuple[Lag, ...]
    kind_share: tuple[float, ...]
    noticed: tuple[tuple[float, ...], ...]
    kind_right: tuple[float, ...]
    fresh: tuple[float, ...]
    attention: float
    same_pass: float
    seen_burning: float
    burns_s: float
    look_s: float
    same_place: float
    background: float
    excited: float
    prior_count: float
    least_share: float
    again_ratio: float
    twice_s: float
    wide_cell_m: float
    wide_hours: int
    narrow_cell_m: float
    short_hours: float
    long_hours: float
    first_late: float
    exists: tuple[float, ...]
    sigma_scale: tuple[float, ...]
    usual_spread: tuple[float, ...]
    usual_lateness: tuple[float, ...]

    def __post_init__(self) -> None:
        kinds, means = len(self.kind_share), len(self.lags)
        for name, shape in (
            ("kind_right", means),
            ("fresh", means),
            ("sigma_scale", means),
            ("usual_spread", means),
            ("usual_lateness", means),
            ("noticed", kinds),
            ("exists", 3 + 2 * means),
        ):
            if len(getattr(self, name)) != shape:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries, not {shape}")
        if any(len(row) != means for row in self.noticed):
            raise ValueError(f"each row of noticed needs {means} entries, one a kind of instrument")

    @property
    def window_s(self) -> float:
        """How long an incident can still gain a detection after its last one, in seconds."""
        return max(reach_s(lag) for lag in self.lags)

    def columns(self) -> Columns:
        """Lay out what differs by kind of instrument."""
        kinds, means = len(self.kind_share), len(self.lags)
        noticed = np.array(self.noticed, np.float64)
        right = np.array(self.kind_right)[:, None, None]
        same = np.eye(kinds, dtype=bool)[None]
        # said[m, s, k]: detections by m that say s (the last s: nothing) of an incident of kind k.
        said = np.empty((means, kinds + 1, kinds))
        said[:, :kinds] = np.where(same, right, (1 - right) / (kinds - 1)) * kinds
        said[:, :kinds] *= noticed.T[:, None, :]
        said[:, kinds] = noticed.T
        return Columns(
            treatment=np.array([_treatment(lag) for lag in self.lags], np.int64),
            jitter_s=np.array([lag.jitter_s for lag in self.lags]),
            delay_s=np.array([lag.delay_s for lag in self.lags]),
            reach_s=np.array([reach_s(lag) for lag in self.lags]),
            fresh=np.array(self.fresh),
            said=said,
            prior_kind=np.array(self.kind_share),
        )

    def numbers(self) -> Numbers:
        """Lay out what holds for all of them."""
        hour = 3600.0
        wide_s = hour * self.wide_hours
        values = {
            name: float(getattr(self, name)) for name in Numbers._fields if hasattr(self, name)
        }
        return Numbers(
            **values,
            wide_s=wide_s,
            short_s=hour * self.short_hours,
            long_s=hour * self.long_hours,
            prior_rate=self.background * self.prior_count / (self.wide_cell_m**2 * wide_s),
            slowest_s=max(lag.delay_s for lag in self.lags),
        )


def reach_s(lag: Lag) -> float:
    """Give how long after an incident one kind of instrument may still speak of it."""
    return 5 * lag.jitter_s + 600 if lag.is_prompt else max(4.5 * lag.delay_s, LEAST_REACH_S)


def read_model(text: str, lags: Sequence[Lag] = LAGS) -> Model:
    """Read the parameters from TOML.

    Raises:
        ValueError: The text is no TOML, or a parameter is missing, foreign or of a wrong length.
    """
    values = tomllib.loads(text)
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    values["noticed"] = tuple(tuple(row) for row in values.get("noticed", ()))
    try:
        return Model(lags=tuple(lags), **values)
    except TypeError as error:
        raise ValueError(f"model: {error}") from error


def packaged_model() -> Model:
    """Read the model that is shipped: `association.toml` beside this file."""
    return read_model(files("truceline.fusion").joinpath("association.toml").read_text("utf-8"))


def _treatment(lag: Lag) -> int:
    if lag.is_prompt:
        return PROMPT
    return TELLING if lag.named_place else PASSING
